"""Charts that stand on their own: no report section holds them, the command ``chart`` and notebooks ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from stats import figures, neighbours, timeline
from stats.comparisons.two_proportions import difference_of_shares
from stats.comparisons.two_rates import rate_ratio
from stats.figures import Break, Change, Item, Point
from stats.indicators import CONF_LEVEL
from stats.neighbours import MixChange, Pair
from stats.results import Approx, Note, Result, State
from stats.sections.blocks import Builder, Section
from stats.sections.bodies.report import UNSTATED
from stats.sections.changes import affected, breaks_note, rule_name
from stats.sections.comparison import COUNTS
from stats.sections.report import MOST_NOTES, Report
from stats.timeline import Series

INSPECTION = ("inspected-organisations", "inspected-members", "supervised-organisations", "supervised-members")
STREAMS = ("inspected", "supervised", "signs-examined", "thematic")
MIX = "penalty-mix-members"
HEAVIEST = "expulsion"
MOST_PERIODS = {"page": 36, "half": 18, "slide": 36}
"""Periods a series is drawn with by size, the latest: as many months as can still be read. The charts of
`stats.sections.monitoring` draw them all."""
SAME_LENGTH = 0.05
"""Months two periods may differ by before a change is said to be one of monthly averages."""


def discipline_series(report: Report) -> Section:
    """Return members disciplined over the periods of this kind up to this one, a chart a deciding actor."""
    return count_series(Builder(report, "members"), ("disciplined-members",), "discipline-series")


def inspection_series(report: Report) -> Section:
    """Return inspections and supervision over the periods of this kind up to this one, a chart an actor."""
    return count_series(Builder(report, "committees"), INSPECTION, "inspection-series")


def penalty_series(report: Report) -> Section:
    """Return the penalty mix over the periods of this kind up to this one, a chart a deciding actor."""
    builder = Builder(report, "members")
    words = report.words
    for actor, whole in series_upto(report, (MIX,)).items():
        kept, latest = _latest(report, whole)
        group = [s for s, _ in kept]
        points = {s.category: own for s, own in kept}
        known = [p.period for own in points.values() for p in own if p.result]
        last = max(known).end
        periods = sorted({p.period for own in points.values() for p in own if p.period.end <= last})
        mixes = [(q, [p.result for own in points.values() for p in own if p.period == q]) for q in periods]
        name = builder.free_name("penalty-series", actor)
        title = _heaviest(report, [p for p in points.get(HEAVIEST, []) if p.result], len(points))
        shown = [Point(p, r) for p, shares in mixes for r in shares]
        captions = _captions(report, actor, shown, group, words.text("chart.mix.measure"))
        captions["notes"] = [*latest, *captions["notes"]]
        builder.chart(
            figures.mix_over_periods(
                mixes, words=words, breaks=_breaks(report, group), title=title, name=name, **captions
            )
        )
    return builder.done() if builder.charts else builder.nothing()


def inspection_streams(report: Report) -> Section:
    """Return inspections and supervision of the period by deciding stream, never added together."""
    builder = Builder(report, "committees")
    words, items = report.words, []
    names = [f"{stem}-{subject}" for stem in STREAMS for subject in ("organisations", "members")]
    lead: dict[str, str] = {}
    for actor in report.actors(*names):
        if report.book.codes.row("actors", actor)["stream"] == "own_part":
            continue
        for name in names:
            if result := report.first(name, actor):
                activity = report.book.catalogue[name].definition["activity"]
                label = words.label("activities", activity, short=True)
                items.append(Item(label, result, series=report.actor(actor), panel=report.unit(result)))
                count = words.count(result, subject=report.subject(result))
                who = report.actor(actor, short=actor != UNSTATED)
                said = {"actor": who, "activity": label[:1].lower() + label[1:]}
                lead.setdefault(actor, words.text("chart.streams.part", count=count, **said))
    if not items:
        return builder.nothing()
    captions = report.captions([i.result for i in items])
    builder.chart(figures.by_stream(items, words=words, title="; ".join(lead.values()), **captions))
    return builder.done()


def count_change(report: Report) -> Section:
    """Return the change of every count against the latest earlier period of its kind and length."""
    builder = Builder(report, "comparison")
    words = report.words
    body = report.body.body_id
    pairs = [pair for name in COUNTS for pair in neighbours.like(report.book, name, body, report.period)]
    known = [p for p in pairs if p.contrast is not None and not p.rough]
    actors = {p.now.actor for p in known}
    for earlier in sorted({p.period for p in known}, reverse=True):
        mine = [p for p in known if p.period == earlier]
        rows = [_change(report, pair, several=len(actors) > 1) for pair in mine]
        clear = [(r.change.estimate or 0) > 0 for r in rows if r.clear]
        tally = {"up": sum(clear), "down": len(clear) - sum(clear), "flat": len(rows) - len(clear)}
        said = [report.text(f"chart.change.{way}", n=n) for way, n in tally.items() if n]
        title = report.text("chart.change.title", period=words.period(earlier), items=", ".join(said))
        out = len([p for p in pairs if p.period == earlier and p not in known])
        notes = [report.text("chart.change.left_out", n=out)] if out else []
        if abs(report.period.months - earlier.months) > SAME_LENGTH:
            notes.append(report.text("chart.change.monthly"))
        notes.append(breaks_note(report, earlier, affected(report, *(p.now for p in mine))))
        captions = report.captions([r for p in mine for r in (p.now, p.before)])
        captions["subtitle"] = f"{report.name}: {words.period(earlier)} – {words.period(report.period)}"
        captions["notes"] = [note for note in (*notes, *captions["notes"]) if note]
        name = "count-change" if not builder.charts else f"count-change-{earlier.slug}"
        builder.chart(figures.changes(rows, words=words, title=title, name=name, **captions))
    return builder.done() if builder.charts else builder.nothing()


def severity_shift(report: Report) -> Section:
    """Return how the penalty mix moved since the latest whole split, with the verdict of its tests."""
    builder = Builder(report, "comparison")
    words = report.words
    for found in neighbours.mix(report.book, MIX, report.body.body_id, report.period):
        actor = found.now[0].actor
        rows = _moves(report, found)
        title = report.text(f"chart.shift.{found.shift}")
        notes = [report.text("chart.shift.points"), breaks_note(report, found.period, affected(report, *found.now))]
        captions = report.captions([*found.now, *found.before], actor)
        window = " – ".join(f"{words.period(p)} ({words.months(p)})" for p in (found.period, report.period))
        captions["subtitle"] = ". ".join((f"{report.name}: {window}", report.actor(actor)))
        captions["notes"] = [note for note in (*notes, *captions["notes"]) if note]
        name = builder.free_name("severity-shift", actor)
        builder.chart(figures.severity_shift(rows, words=words, title=title, name=name, **captions))
    return builder.done() if builder.charts else builder.nothing()


def series_upto(report: Report, indicators: Iterable[str]) -> dict[str, list[tuple[Series, list[Point]]]]:
    """Return the series over the periods of the report's kind up to its own, by actor, each with its points.

    Where some actors have a figure for the period of the report itself, only those are taken.
    """
    found: dict[str, list[tuple[Series, list[Point]]]] = {}
    for indicator in indicators:
        for one in timeline.every(report.book, indicator, report.body.body_id, report.period.kind):
            points = _upto(report, one)
            if sum(bool(p.result) for p in points) >= timeline.LEAST:
                found.setdefault(one.actor, []).append((one, points))
    last = {actor: max(own[-1].period.end for _, own in group) for actor, group in found.items()}
    fresh = {actor for actor, day in last.items() if day == report.period.end} or set(found)
    return {actor: found[actor] for actor in report.book.codes.order("actors") if actor in fresh}


def _upto(report: Report, series: Series) -> list[Point]:
    """Return the points of a series up to the period of the report; a doubtful figure is a gap."""
    points = []
    for period, result in series.points:
        if period.end > report.period.end:
            continue
        blank = replace(result, state=State.REFUSED, estimate=None, conf_low=None, conf_high=None)
        points.append(Point(period, blank if report.doubtful(result) else result))
    while points and not points[-1].result:
        points.pop()
    return points


def _latest(
    report: Report, group: Sequence[tuple[Series, list[Point]]]
) -> tuple[list[tuple[Series, list[Point]]], list[str]]:
    """Return series cut to the latest periods a chart has room for, and the note that says so."""
    most = MOST_PERIODS[report.size]
    periods = sorted({p.period for _, own in group for p in own})
    if len(periods) <= most:
        return list(group), []
    first = periods[-most].start
    cut = [(one, [p for p in own if p.period.start >= first]) for one, own in group]
    kept = [(one, own) for one, own in cut if sum(bool(p.result) for p in own) >= timeline.LEAST]
    # Of years far apart there is nothing to leave out.
    return (kept, [report.text("chart.series.latest", n=most)]) if kept else (list(group), [])


def count_series(builder: Builder, indicators: Sequence[str], name: str) -> Section:
    """Return counts over the periods of the report's kind up to its own, a chart a deciding actor."""
    report = builder.report
    for actor, whole in series_upto(report, indicators).items():
        kept, latest = _latest(report, whole)
        labels = {s.indicator: report.book.catalogue[s.indicator].label(report.words.lang) for s, _ in kept}
        several = len(kept) > 1
        points = [replace(p, series=labels[s.indicator] if several else "") for s, own in kept for p in own]
        lead, own = kept[0]
        title = _moved(report, labels[lead.indicator], [p for p in own if p.result][-2:])
        shown = [s for s, _ in kept]
        captions = _captions(report, actor, points, shown, "" if several else report.unit(own[-1].result))
        captions["notes"] = [*latest, *captions["notes"]]
        builder.chart(
            figures.counts_over_periods(
                points, words=report.words, breaks=_breaks(report, shown), title=title,
                name=builder.free_name(name, actor), **captions,
            )
        )  # fmt: skip
    return builder.done() if builder.charts else builder.nothing()


def _captions(
    report: Report, actor: str, points: Sequence[Point], series: Sequence[Series], what: str
) -> dict[str, Any]:
    """Return what goes around a chart over time: its subtitle names the first and the last period."""
    words = report.words
    first, last = min(p.period for p in points), max(p.period for p in points)
    captions = report.captions([p.result for p in points if p.result], actor)
    where = report.text("chart.span", body=report.name, first=words.period(first), last=words.period(last))
    captions["subtitle"] = ". ".join(x for x in (what[:1].upper() + what[1:], where, report.actor(actor)) if x)
    told = list(dict.fromkeys(words.note(note) for one in series for note in one.notes))
    captions["notes"] = [*told, *captions["notes"]][:MOST_NOTES]
    return captions


def _breaks(report: Report, series: Sequence[Series]) -> list[Break]:
    rules = {rule.code: rule for one in series for rule in one.breaks}
    return [Break(rule.in_force, rule_name(report, rule)) for rule in rules.values()]


def _moved(report: Report, label: str, last: Sequence[Point]) -> str:
    """Return the message of a series: how its last figure stands to the one before it."""
    words = report.words
    before, now = (p.result for p in last)
    exact = before.approx is Approx.EXACT is now.approx and not (before.derived or now.derived)
    way = "plain"
    if exact and last[0].period.comparable(last[1].period):
        months = [p.period.months for p in last]
        way = _way(*_ends(rate_ratio(now.estimate, months[1], before.estimate, months[0])[0]), 1)
    return report.text(
        f"chart.series.{way}", label=label, before=words.cell(before), now=words.cell(now),
        first=words.period(last[0].period), last=words.period(last[1].period),
    )  # fmt: skip


def _heaviest(report: Report, points: Sequence[Point], penalties: int) -> str:
    """Return the message of a mix over periods: the share of the heaviest penalty, first and last.

    Its verdict allows for all the penalties read together, as that of `severity_shift` does.
    """
    words = report.words
    if len(points) < timeline.LEAST:
        return words.text("chart.mix.title")
    first, last = points[0], points[-1]
    gap = difference_of_shares(
        last.result.numerator, last.result.denominator, first.result.numerator, first.result.denominator,
        conf_level=1 - (1 - CONF_LEVEL) / penalties,
    )[0]  # fmt: skip
    return report.text(
        f"chart.series.{_way(*_ends(gap), 0)}", label=words.label("penalties", HEAVIEST),
        before=words.cell(first.result), now=words.cell(last.result), first=words.period(first.period),
        last=words.period(last.period),
    )  # fmt: skip


def _ends(contrast: Any) -> tuple[float | None, float | None]:
    return contrast.conf_low, contrast.conf_high


def _way(low: float | None, high: float | None, still: float) -> str:
    """Name a move by its interval: it rose, fell, or no clear change is seen."""
    if low is not None and low > still:
        return "rose"
    return "fell" if high is not None and high < still else "flat"


def _change(report: Report, pair: Pair, *, several: bool) -> Change:
    """Return a pair of counts as a percent change; one from zero has none."""
    label = report.book.catalogue[pair.now.indicator].label(report.words.lang)
    if several:
        label = f"{label} ({report.actor(pair.now.actor, short=True)})"
    contrast = pair.contrast
    plain = Result(kind="change", unit=pair.now.unit, state=State.REFUSED, reason=Note("base_is_zero"), derived=True)
    if contrast is None or contrast.estimate is None or not pair.before.estimate:
        return Change(label, pair.before, pair.now, plain)
    low, high = (None if x is None else x - 1 for x in _ends(contrast))
    return Change(
        label, pair.before, pair.now,
        replace(plain, state=State.VALUE, reason=None, estimate=contrast.estimate - 1, conf_low=low, conf_high=high,
                conf_level=contrast.conf_level, method=contrast.method),
    )  # fmt: skip


def _moves(report: Report, found: MixChange) -> list[Change]:
    """Return the penalties with the difference of their shares and its simultaneous interval."""
    rows = found.verdict.shares.to_dict("records")
    return [
        Change(
            report.words.label("penalties", pair.now.category), pair.before, pair.now,
            Result(kind="share_difference", estimate=row["difference"], conf_low=row["conf_low"],
                   conf_high=row["conf_high"], conf_level=row["conf_level"], method=row["method"],
                   unit=pair.now.unit, category=pair.now.category, derived=True),
        )
        for pair, row in zip(found.pairs, rows, strict=True)
    ]  # fmt: skip
