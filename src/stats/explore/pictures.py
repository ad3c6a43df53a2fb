"""Which chart a choice gets, by the kind of its indicator; the charts are those of the reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stats import figures
from stats.errors import UsageError
from stats.explore.sentences import own_parts, rests_on_doubt
from stats.figures import Chart, Item
from stats.indicators import Indicator
from stats.results import Result
from stats.sections import charts, discipline, standalone
from stats.sections.blocks import Builder
from stats.sections.report import Report

MIXES = {"organisation": "penalty-mix-organisations", "member": "penalty-mix"}
"""The chart of penalties, by what is disciplined."""

SIGNS = "inspection_signs_of_violation"
"""The activity whose stages make the funnel."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chart is wanted of: results of one indicator, and the report they stand in."""

    report: Report
    indicator: Indicator
    results: Sequence[Result]

    @property
    def label(self) -> str:
        """What the indicator is called."""
        return self.indicator.label(self.report.words.lang)

    @property
    def counted(self) -> Mapping[str, str]:
        """The definition of what is counted; a share or mix counts what its numerator does."""
        found = self.indicator
        while not found.definition["activity"]:
            found = self.report.book.catalogue[found.parts[0]]
        return found.definition

    @property
    def sure(self) -> list[Result]:
        """The results that are numbers and not too doubtful to be drawn."""
        return [r for r in self.results if r and not rests_on_doubt(self.report, self.indicator, r)]


def pictures(report: Report, indicator: Indicator, results: Sequence[Result]) -> tuple[Chart, ...]:
    """Return the charts that show results: one a deciding stream where streams do not share one.

    Parameters
    ----------
    report : Report
        The body, the period, the language and the size.
    indicator : Indicator
        What was asked for.
    results : sequence of Result
        Its results.

    Returns
    -------
    tuple of Chart
        The first sort that can be drawn of those fit for the kind: mixes, the penalty mix; shares, the
        funnel, the penalty mix, else points with intervals; rates, points with intervals; contents of
        violations, bars; counts, the series over periods of this kind, then the funnel or the mix they
        are a part of, then bars by stream. Empty when none can be drawn; see `reason`.
    """
    wanted = {row for result in results for row in result.rows}
    for maker in _MAKERS[indicator.kind]:
        shown = tuple(chart for chart in maker(Asked(report, indicator, results)) if wanted & set(chart.rows))
        if shown:
            return shown
    return ()


def reason(report: Report, indicator: Indicator, results: Sequence[Result]) -> str:
    """Return in words why there is no chart for results."""
    if not results:
        return report.text("explore.chart.nothing")
    if not any(results):
        return report.text("explore.chart.refused")
    if all(rests_on_doubt(report, indicator, result) for result in results if result):
        return report.text("explore.chart.doubtful")
    if indicator.kind == "mix":
        return report.text("explore.chart.one_part")
    return report.text("explore.chart.alone")


def _named(asked: Asked, name: str) -> Sequence[Chart]:
    try:
        return charts.draw(asked.report, name)
    except UsageError:
        # That a chart of the reports cannot be drawn is no fault here: the next sort is tried.
        return ()


def _mix(asked: Asked) -> Sequence[Chart]:
    drawn = asked.counted["activity"] == "discipline" and asked.counted["subject"] in MIXES
    return _named(asked, MIXES[asked.counted["subject"]]) if drawn else ()


def _funnel(asked: Asked) -> Sequence[Chart]:
    return _named(asked, "inspection-funnel") if asked.counted["activity"] == SIGNS else ()


def _series(asked: Asked) -> Sequence[Chart]:
    name = asked.indicator.id
    return standalone.count_series(Builder(asked.report, "members"), (name,), f"series-{name}").charts


def _streams(asked: Asked) -> Sequence[Chart]:
    """Bars of one count, one a deciding stream; parts of a stream's own are left to `_own`."""
    report, words = asked.report, asked.report.words
    parts = own_parts(report, asked.results)
    shown = [r for r in asked.sure if r.actor not in parts]
    if len({r.actor for r in shown}) < 2:
        return ()
    items = [Item(report.actor(r.actor, short=True), r, panel=report.unit(r)) for r in shown]
    counts = ", ".join(f"{report.actor(r.actor, short=True)} {words.count(r, unit=False)}" for r in shown)
    title = report.text("explore.chart.streams", label=asked.label, items=counts)
    captions = report.captions(shown)
    captions["notes"] = [words.text("note.streams_separate"), *captions["notes"]]
    return [figures.counts_by_group(items, words=words, title=title, name=f"streams-{asked.indicator.id}", **captions)]


def _own(asked: Asked) -> Sequence[Chart]:
    """Bars of a stream's own part beside the whole it belongs to."""
    report, sure = asked.report, {r.actor: r for r in asked.sure}
    pairs = [(sure[part], sure[whole]) for part, whole in own_parts(report, asked.sure).items()]
    if not pairs:
        return ()
    items = [
        Item(asked.label, r, series=report.actor(r.actor), panel=report.unit(r), strong=r is part)
        for part, whole in pairs
        for r in (whole, part)
    ]
    title = report.text("explore.chart.own", label=asked.label, actor=report.inside(pairs[0][0].actor))
    captions = report.captions([r for pair in pairs for r in pair])
    return [figures.own_part(items, words=report.words, title=title, name=f"own-{asked.indicator.id}", **captions)]


def _points(asked: Asked) -> Sequence[Chart]:
    """Shares as points with their intervals, one a deciding stream."""
    report, shown = asked.report, [r for r in asked.sure if r.conf_low is not None]
    if not shown:
        return ()
    items = [Item(report.actor(r.actor, short=True), r) for r in shown]
    captions = report.captions(shown, shown[0].actor if len(shown) == 1 else "")
    name, words = f"share-{asked.indicator.id}", report.words
    return [figures.conversion_compared(items, words=words, title=_said(asked, shown), name=name, **captions)]


def _rates(asked: Asked) -> Sequence[Chart]:
    shown = asked.sure
    if not shown:
        return ()
    name = f"rate-{asked.indicator.id}"
    return [discipline.rate_chart(asked.report, shown, title=_said(asked, shown), name=name)]


def _said(asked: Asked, shown: Sequence[Result]) -> str:
    """Return the message of one number; of several, what they are."""
    if len(shown) > 1:
        return asked.label
    return asked.report.text("explore.chart.share", label=asked.label, share=asked.report.words.value(shown[0]))


def _contents(asked: Asked) -> Sequence[Chart]:
    return _named(asked, "violation-contents")


_MAKERS: Mapping[str, tuple[Callable[[Asked], Sequence[Chart]], ...]] = {
    "mix": (_mix,),
    "share": (_funnel, _mix, _points),
    "rate": (_rates,),
    "contents": (_contents,),
    "count": (_series, _funnel, _mix, _streams, _own),
}
