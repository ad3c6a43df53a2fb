"""Bodies set side by side: one part a deciding actor, with intervals, tests and what is refused."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stats import figures, power, shares
from stats.comparisons import funnels, multiplicity, ranks, shrinkage, two_proportions
from stats.displays import Column, Traced, table
from stats.figures import Chart, Item
from stats.results import Result, State
from stats.sections.blocks import Builder, Section
from stats.sections.bodies.report import BodiesReport, Entry
from stats.severity import association
from stats.wording import Words
from stats.wording.formats import NBSP

ALPHA = 0.05
MIN_BODIES = 2
"""Fewest bodies that can be compared at all."""
SMALLEST = 0.001
"""P-values below this are printed as below it."""


@dataclass(frozen=True)
class Compared:
    """The statistics of bodies of one actor; arrays in the order of `entries`.

    Attributes
    ----------
    pooled : float
        All removed or expelled over all disciplined.
    holm, bh : Adjusted
        Exact tests of each share against the pooled one, adjusted for their number.
    together : float
        P-value of no difference among the bodies.
    """

    entries: tuple[Entry, ...]
    numerator: np.ndarray
    denominator: np.ndarray
    pooled: float
    funnel: funnels.Funnel
    shrunk: shrinkage.Shrunk
    ranks: ranks.Ranks
    holm: multiplicity.Adjusted
    bh: multiplicity.Adjusted
    together: float


def compare(entries: Sequence[Entry]) -> Compared:
    """Return the statistics of bodies with full splits of one actor."""
    x = np.array([e.share.numerator for e in entries], dtype=float)
    n = np.array([e.share.denominator for e in entries], dtype=float)
    pooled = float(x.sum() / n.sum())
    varies = 0 < pooled < 1
    tests = [
        shares.share_test(a, b, value=pooled).p_value if varies else 1.0 for a, b in zip(x, n, strict=True)
    ]  # fmt: skip
    # Ranks hold together when each interval is at the Bonferroni level.
    wide = shares.share(x, n, conf_level=1 - ALPHA / len(x))
    together = association.independence(np.column_stack([x, n - x])).p_value if varies else 1.0
    return Compared(
        tuple(entries), x, n, pooled,
        funnels.funnel(x, n, transform="arcsine", unit="members", base="members"),
        shrinkage.shrink_shares(x, n, unit="members", base="members"),
        ranks.rank_intervals(wide),
        multiplicity.adjust_p_values(tests, method="holm"), multiplicity.adjust_p_values(tests, method="bh"),
        together,
    )  # fmt: skip


def summary(report: BodiesReport) -> Section:
    """Return the main points: how many bodies can be compared, and what each comparison says."""
    builder = Builder(report, "summary")
    said = []
    for actor, entries in report.compared.items():
        found = compare(entries)
        who = html.escape(report.actor(actor))
        said.append(report.text("bodies.point.actor", actor=who, n=len(entries), finding=finding(report, found)))
        builder.used([row for e in entries for row in e.share.rows])
    if not said:
        said.append(report.text("bodies.nothing", needed=MIN_BODIES))
    most = max((len(g) for g in report.compared.values()), default=0)
    if most < funnels.MINIMUM:
        said.append(report.text("bodies.point.few", found=most, needed=funnels.MINIMUM))
    said.append(report.text("bodies.point.apart", n=len(report.apart)))
    builder.points(said)
    builder.text(report.text("bodies.point.limit"), kind="note")
    return builder.done()


def compared(report: BodiesReport) -> Section:
    """Return the comparison: for each actor its finding, chart, table, funnel and what the tests say."""
    builder = Builder(report, "comparison-bodies")
    if not report.compared:
        builder.text(report.text("bodies.nothing", needed=MIN_BODIES), kind="none")
        return builder.done()
    if report.uneven:
        builder.text(report.text("bodies.uneven"), kind="note")
    for actor, entries in report.compared.items():
        found = compare(entries)
        who = f"<strong>{html.escape(report.actor(actor))}</strong>"
        cited = report.cite(*(e.share for e in entries))
        builder.text(report.text("bodies.part", actor=who, n=len(entries), finding=finding(report, found)) + cited)
        shares_chart(builder, report, actor, found)
        _table(builder, report, actor, found)
        if found.funnel:
            builder.chart(funnel_chart(report, actor, found))
        else:
            reason = html.escape(report.words.note(found.funnel.caveats[0]))
            builder.text(report.text("bodies.refused", reason=reason), kind="none")
        builder.text(_several(report, found), report.text("bodies.pair") if len(entries) == MIN_BODIES else "")
    return builder.done()


def called(report: BodiesReport, entry: Entry) -> str:
    """Return a body's name; with its days when the bodies' periods differ."""
    name = entry.body.name(report.words.lang)
    if not report.uneven:
        return name
    start, end = (report.words.date(d, short=True) for d in (entry.period.start, entry.period.end))
    return report.text("bodies.dated", name=name, start=start, end=end)


def chance(words: Words, p: float) -> str:
    """Return a p-value in words: ``0,012``, or below the smallest that is printed."""
    return f"<{NBSP}{words.number(SMALLEST, 3)}" if p < SMALLEST else words.number(p, 3)


def stated_chance(words: Words, p: float) -> str:
    """Return a p-value as a sentence puts it, in finished HTML: ``= 0,012``."""
    text = chance(words, p)
    return html.escape(text if text.startswith("<") else f"= {text}").replace(" ", NBSP)


def finding(report: BodiesReport, found: Compared) -> str:
    """Return what the bodies show: a pair by its difference, more by the range and the common level."""
    words = report.words
    by_share = sorted(found.entries, key=lambda e: -(e.share.estimate or 0))
    high, low = by_share[0], by_share[-1]
    values = {
        "high": html.escape(called(report, high)), "low": html.escape(called(report, low)),
        "top": report.traced(words.share_of(high.share), high.share),
        "bottom": report.traced(words.share_of(low.share), low.share),
    }  # fmt: skip
    if len(found.entries) > MIN_BODIES:
        told = report.text("bodies.finding.many", pooled=_pooled(words, found), **values)
        key = "significant" if found.together <= ALPHA else "unclear"
        told += " " + report.text(f"bodies.together.{key}", p=stated_chance(words, found.together))
    else:
        gap = two_proportions.difference_of_shares(
            high.share.numerator, high.share.denominator, low.share.numerator, low.share.denominator
        )
        edges = (words.number(float(v[0]) * 100, 1) for v in (gap.conf_low, gap.conf_high))
        first, last = edges
        # Two shares of 0% or of 100% leave nothing to test: as for many bodies they then do not differ at all.
        p_value = float(gap.p_value[0]) if 0 < found.pooled < 1 else found.together
        clear = p_value <= ALPHA
        told = report.text(
            f"bodies.finding.{'pair' if clear else 'pair_unclear'}", gap=words.points(float(gap.estimate[0])),
            first=first, last=last, p=stated_chance(words, p_value), **values,
        )  # fmt: skip
        if clear:
            return told
    return told if found.together <= ALPHA else f"{told} {_could_have_shown(report, found)}"


def _could_have_shown(report: BodiesReport, found: Compared) -> str:
    """Return what difference would have shown for the smallest body against the rest."""
    small = int(found.denominator.argmin())
    size = float(found.denominator[small])
    rest = (found.numerator.sum() - found.numerator[small]) / (found.denominator.sum() - size)
    seen = power.detectable_share(rest, found.denominator.sum() - size, size)[0]
    if not seen:
        return ""
    name = html.escape(called(report, found.entries[small]))
    return report.text("bodies.detectable", body=name, share=report.words.percent(seen.estimate or 0),
                       rest=report.words.percent(float(rest)))  # fmt: skip


def _pooled(words: Words, found: Compared) -> str:
    counts = f"{words.number(found.numerator.sum())}/{words.number(found.denominator.sum())}"
    return f"{words.percent(found.pooled)} ({counts})"


def _captions(report: BodiesReport, actor: str, entries: Sequence[Entry]) -> dict[str, str]:
    parts = (report.text("bodies.measure"), report.words.period(report.period, heading=True), report.actor(actor))
    return {"subtitle": ". ".join(parts), "source": report.source_line([e.share for e in entries])}


def shares_chart(builder: Builder, report: BodiesReport, actor: str, found: Compared) -> None:
    """Add the shares of the bodies of one actor with their intervals, the highest first."""
    words = report.words
    ordered = sorted(found.entries, key=lambda e: -(e.share.estimate or 0))
    items = [Item(called(report, e), e.share) for e in ordered]
    notes = [report.text("bodies.chart.base"), report.text("bodies.no_ranking")]
    captions = _captions(report, actor, found.entries)
    made = figures.conversion_compared(items, words=words, name=f"bodies-share-{_slug(actor)}",
                                       title=_title(report, found), notes=notes, **captions)  # fmt: skip
    builder.chart(made)


def _title(report: BodiesReport, found: Compared) -> str:
    """Return the message of the shares: from lowest to highest, or that they do not clearly differ."""
    ordered = sorted(found.entries, key=lambda e: -(e.share.estimate or 0))
    high, low, words = ordered[0], ordered[-1], report.words
    return report.text(
        "bodies.chart.title" if found.together <= ALPHA else "bodies.chart.title_unclear",
        high=high.body.name(words.lang), low=low.body.name(words.lang),
        top=words.value(high.share), bottom=words.value(low.share),
    )  # fmt: skip


def _table(builder: Builder, report: BodiesReport, actor: str, found: Compared) -> None:
    words = report.words
    shrunk, ranked = found.shrunk.reason is None, found.funnel.state is State.VALUE
    lines = []
    for i, entry in enumerate(found.entries):
        heavy = words.number(found.numerator[i])
        line: dict[str, object] = {
            "body": called(report, entry), "total": entry.counts[-1], "heavy": Traced(f"{heavy} [d]", entry.share.rows),
            "share": entry.share, "interval": entry.share,
            "holm": chance(words, float(found.holm.adjusted[i])), "bh": chance(words, float(found.bh.adjusted[i])),
            "source": report.cite(entry.share),
        }  # fmt: skip
        if shrunk:
            line["shrunk"] = words.percent(float(found.shrunk.estimates.estimate[i]), base=found.denominator[i])
        if ranked:
            first, last = (words.number(float(v[i])) for v in (found.ranks.conf_low, found.ranks.conf_high))
            line["rank"] = f"{first}–{last}" if first != last else first
        lines.append(line)
    columns = [
        Column("body", words.text("table.body")), Column("total", words.text("bodies.column.total"), "count"),
        Column("heavy", words.text("bodies.column.heavy"), "count"),
        Column("share", words.text("bodies.column.share"), "percent"),
        Column("interval", words.text("table.interval"), "interval"),
    ]  # fmt: skip
    columns += [Column("shrunk", words.text("bodies.column.shrunk"), align="right")] if shrunk else []
    columns += [Column("rank", words.text("bodies.column.rank"), align="right")] if ranked else []
    columns += [
        Column("holm", words.text("bodies.column.holm"), align="right"),
        Column("bh", words.text("bodies.column.bh"), align="right"),
        Column("source", words.text("table.source"), "source"),
    ]
    notes = [report.text("bodies.note.p", pooled=_pooled(words, found)), report.text("bodies.no_ranking")]
    if ranked:
        notes.append(report.text("bodies.note.rank"))
    told: list[Result] = [e.share for e in found.entries]
    notes += [n for n in words.notes(*told) if n]
    period = words.period(report.period)
    caption = report.text("bodies.caption", actor=report.actor(actor), period=period)
    markup = table(pd.DataFrame(lines), words=words, caption=caption, columns=columns, notes=notes,
                   id=f"t-bodies-{_slug(actor)}")  # fmt: skip
    builder.table(markup, [row for e in found.entries for row in e.share.rows])


def funnel_chart(report: BodiesReport, actor: str, found: Compared) -> Chart:
    """Return the funnel plot of the bodies of one actor; refused below the minimum of bodies."""
    words = report.words
    items = [Item(called(report, e), e.share) for e in found.entries]
    outside = sum(str(v) != "within" for v in found.funnel.verdict)
    title = report.text("bodies.plot.title", n=outside, bodies=len(items), pooled=words.percent(found.pooled))
    notes = [] if not found.funnel else [report.text(
        "bodies.plot.note", tau=words.number(found.funnel.tau2, 4), phi=words.number(found.funnel.phi, 2)
    )]  # fmt: skip
    return figures.funnel_plot(items, found.funnel, words=words, base=report.text("bodies.plot.base"), title=title,
                               notes=notes, name=f"bodies-funnel-{_slug(actor)}",
                               **_captions(report, actor, found.entries))  # fmt: skip


def ranked_chart(report: BodiesReport, actor: str, found: Compared) -> Chart:
    """Return the bodies of one actor in order, with the ranks the data allow; refused below the minimum of bodies."""
    items = [Item(called(report, e), e.share) for e in found.entries]
    return figures.ranked_bodies(items, found.ranks, words=report.words, title=_title(report, found),
                                 name=f"bodies-ranked-{_slug(actor)}", conf_level=1 - ALPHA,
                                 **_captions(report, actor, found.entries))  # fmt: skip


def _several(report: BodiesReport, found: Compared) -> str:
    """Return how many bodies differ from the pooled share once the number of tests counts."""
    words = report.words
    names = [html.escape(called(report, e)) for e, r in zip(found.entries, found.holm.reject, strict=True) if r]
    values = {"tests": found.holm.tests, "pooled": _pooled(words, found), "bh": int(found.bh.reject.sum())}
    if names:
        return report.text("bodies.several", n=len(names), names=words.join(names), **values)
    return report.text("bodies.several_none", **values)


def _slug(actor: str) -> str:
    return actor.replace("_", "-")
