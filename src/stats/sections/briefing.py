"""The sections of a briefing: two pages for a leader.

Five key figures with their change, four charts of half a page's width, three sentences on what
changed and one on what cannot be said; the trace of every figure follows as an annex.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from stats import neighbours
from stats.displays import Column, table
from stats.errors import UsageError
from stats.neighbours import Pair
from stats.periods import Period
from stats.results import Result
from stats.sections import charts
from stats.sections.blocks import Builder, Section
from stats.sections.changes import (
    affected,
    breaks_note,
    change_clause,
    count_sentence,
    mix_sentence,
    published_change,
    share_sentence,
)
from stats.sections.context import limits
from stats.sections.report import Report

KEY = (
    "disciplined-members",
    "expelled-share-members",
    "disciplined-organisations",
    "signs-violation-share-members",
    "inspected-organisations",
    "supervised-organisations",
    "signs-examined-members",
    "inspected-members",
    "signs-violation-share-organisations",
    "thematic-organisations",
    "supervised-members",
    "signs-examined-organisations",
    "thematic-members",
    "task-inspections",
    "finance-organisations",
    "denunciations-members",
    "disciplined-committee-members",
)
"""Indicators a leader asks for, the first first; the figures shown are the first that were published."""

CHARTS = (
    "penalty-mix",
    "inspection-funnel",
    "mix-change",
    "funnel-change",
    "count-change",
    "inspection-streams",
    "committee-inspection",
    "penalty-mix-organisations",
    "violation-contents",
    "thematic-supervision",
    "discipline-series",
    "discipline-rate",
)
"""Charts by their use to a leader; those shown are the first that have figures."""

MOST_FIGURES, MOST_CHARTS, MOST_SENTENCES = 5, 4, 3


@dataclass(frozen=True, slots=True)
class Key:
    """A key figure of one actor, with the earlier figure it may be compared with."""

    result: Result
    pair: Pair | None


def key_figures(report: Report) -> Section:
    """Return the key figures, each with its change against the latest period of the same kind."""
    builder, words = Builder(report, "briefing-key"), report.words
    found = keys(report)
    if not found:
        return builder.nothing()
    columns = [
        Column("label", words.text("table.indicator")),
        Column("actor", words.text("table.actor")),
        Column("count", words.text("table.count"), "count"),
        Column("unit", words.text("table.unit")),
        Column("change", words.text("table.change")),
        Column("source", words.text("table.source"), "source"),
    ]
    results = [key.result for key in found]
    frame = pd.DataFrame(
        {
            "label": [report.book.catalogue[r.indicator].label(words.lang) for r in results],
            "actor": [report.actor(r.actor, short=True) for r in results],
            "count": results,
            "unit": [report.unit(r) if r.kind == "count" else report.text("briefing.share") for r in results],
            "change": [_changed(report, key) for key in found],
            "source": [report.cite(key.result, *([key.pair.before] if key.pair else [])) for key in found],
        }
    )
    caption = report.text("briefing.caption", body=report.name, period=words.period(report.period))
    pairs = [key.pair for key in found if key.pair]
    between = ""
    if pairs:
        first = min((pair.period for pair in pairs), key=lambda period: period.start)
        between = breaks_note(report, first, affected(report, *(pair.now for pair in pairs)))
    notes = [*([between] if between else []), *report.notes([(_name(report, r), r) for r in results])]
    made = table(frame, words=words, caption=caption, columns=columns, notes=notes, id="t-key")
    builder.table(made, [row for key in found if key.pair for row in key.pair.before.rows])
    return builder.done()


def keys(report: Report) -> list[Key]:
    """Return the key figures of a period, at most five; of several actors the one with the pooled or largest figure."""
    found: list[Key] = []
    for name in KEY:
        sure = [r for r in report.results(name) if r and not report.doubtful(r) and not _own_part(report, r)]
        if sure and len(found) < MOST_FIGURES:
            first = max(sure, key=lambda r: (_stream(report, r) == "pooled", r.denominator or r.estimate or 0))
            found.append(Key(first, _earlier(report, first)))
    return found


def _earlier(report: Report, now: Result) -> Pair | None:
    """Return the figure a key figure may be compared with; a share of the mix as the whole mix is compared."""
    book, body = report.book, report.body.body_id
    pairs = neighbours.like(book, now.indicator, body, report.period)
    if now.indicator == "expelled-share-members":
        mixes = neighbours.mix(book, "penalty-mix-members", body, report.period)
        pairs = [pair for mix in mixes for pair in mix.pairs if pair.now.category == "expulsion"] or pairs
    return next((pair for pair in pairs if pair.now.actor == now.actor and pair.contrast), None)


def pictures(report: Report) -> Section:
    """Return the charts, each half a page wide; the first four that have figures."""
    builder = Builder(report, "briefing-charts")
    # Drawn on a report of their own: sections that are not shown must cite nothing.
    scratch = replace(report, cited={}, used={}, size="half")
    for name in CHARTS:
        if len(builder.charts) == MOST_CHARTS:
            break
        try:
            builder.chart(charts.draw(scratch, name)[0])
        except UsageError:
            continue
    if builder.charts:
        return builder.done()
    if report.book.at(report.body.body_id, report.period.key).empty:
        return builder.nothing()
    builder.text(report.text("briefing.no_charts"), kind="none")
    return builder.done()


def changes(report: Report) -> Section:
    """Return what changed, in at most three sentences, and the one that says what cannot be said."""
    builder = Builder(report, "briefing-changes")
    pairs = [key.pair for key in keys(report) if key.pair]
    found = list(itertools.islice(_sentences(report, pairs), MOST_SENTENCES))
    said = [sentence for sentence, _, _ in found]
    if said:
        builder.points(said)
        # Said once: the note under the key figures names the rules for every period compared there.
        if not pairs:
            earliest = min((period for _, period, _ in found), key=lambda period: period.start)
            touched = affected(report, *(r for _, _, results in found for r in results))
            builder.text(breaks_note(report, earliest, touched), kind="note")
    else:
        builder.text(report.text("briefing.no_change"), kind="none")
    unsaid = [*limits(report), *([report.text("briefing.causes")] if said else [])]
    if unsaid:
        builder.text(report.text("summary.limits", items="; ".join(unsaid)), kind="note")
    return builder.done()


def _sentences(report: Report, pairs: Sequence[Pair]) -> Iterator[tuple[str, Period, list[Result]]]:
    """Yield sentences on change, each with the earlier period and the results it is about.

    First the mix, then significant changes of key figures, then the others.
    """
    body = report.body.body_id
    for change in neighbours.mix(report.book, "penalty-mix-members", body, report.period)[:1]:
        window, sentence = report.words.period(change.period), mix_sentence(report, change)
        said = report.text("summary.mix", window=window, sentence=sentence[:1].lower() + sentence[1:])
        yield said, change.period, list(change.now)
    plain = [pair for pair in pairs if not pair.now.category]
    for pair in sorted(plain, key=lambda p: p.direction == "flat"):
        said = share_sentence(report, pair) if pair.now.kind == "share" else count_sentence(report, pair)
        yield said, pair.period, [pair.now]


def _changed(report: Report, key: Key) -> str:
    if key.pair is None:
        return report.text("briefing.no_pair") + published_change(report, key.result)
    return change_clause(report, key.pair)


def _name(report: Report, result: Result) -> str:
    label = report.book.catalogue[result.indicator].label(report.words.lang)
    return f"{label} ({report.inside(result.actor, short=True)})"


def _stream(report: Report, result: Result) -> str:
    return str(report.book.codes.row("actors", result.actor)["stream"])


def _own_part(report: Report, result: Result) -> bool:
    return _stream(report, result) == "own_part"
