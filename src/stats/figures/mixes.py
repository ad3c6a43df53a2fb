"""The penalty mix: shares of one whole with simultaneous intervals, in one window or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stats.figures.canvas import Canvas, Heading, fitted
from stats.figures.chart import Break, Chart, Item, Point
from stats.figures.rows import Panel, Row, draw, extremes, mark
from stats.figures.series import timeline
from stats.periods import Period
from stats.results import Result, State
from stats.wording import Words

PENALTIES = ("reprimand", "warning", "removal", "expulsion", "dissolution")
"""Fixed order, from the lightest penalty to the heaviest."""


@fitted
def penalty_mix(
    shares: Sequence[Result],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "penalty-mix",
) -> Chart:
    """Draw the shares of the penalties as bars with intervals, labelled ``1.783 (75,0%)``.

    Parameters
    ----------
    shares : sequence of Result
        Shares of one total; `category` is the penalty, `numerator` its count. Order does not
        matter: bars run from reprimand to expulsion.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.
    """
    ordered = sorted(shares, key=lambda r: _place(r.category))
    items = [Item(words.label("penalties", r.category), r) for r in ordered]
    canvas = Canvas(words, Heading(title, subtitle, source, _with_interval_note(words, ordered, notes), size))
    panel = Panel("", [mark(words, item, row) for row, item in enumerate(items)])
    height = draw(canvas, [Row(item.label) for item in items], [panel])
    return canvas.finish(name, items, kind="mix", plot_height=height, finding=extremes(words, items))


@fitted
def mix_compared(
    mixes: Sequence[tuple[str, Sequence[Result]]],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "mix-compared",
) -> Chart:
    """Draw the penalty mix of two or more windows, penalty by penalty.

    Windows of unequal length compare as mixes, never as counts: the counts stand in the labels
    only, and the caller puts the months into the name of each window.

    Parameters
    ----------
    mixes : sequence of (str, sequence of Result)
        Name of the window with its months (``Nhiệm kỳ 2015-2020 (60 tháng)``) and its shares, the
        earlier first; the last one is drawn in colour.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.
    """
    last = len(mixes) - 1
    found = {r.category for _, shares in mixes for r in shares}
    penalties = sorted(found, key=_place)
    rows: list[Row] = []
    items: list[Item] = []
    panel = Panel("")
    for penalty in penalties:
        label = words.label("penalties", penalty)
        rows.append(Row(label, head=True))
        for i, (window, shares) in enumerate(mixes):
            for r in (r for r in shares if r.category == penalty):
                item = Item(label, r, series=window, strong=i == last)
                panel.marks.append(mark(words, item, len(rows)))
                items.append(item)
                rows.append(Row(window))
        rows[-1] = replace(rows[-1], after=8.0)
    every = [r for _, shares in mixes for r in shares]
    canvas = Canvas(words, Heading(title, subtitle, source, _with_interval_note(words, every, notes), size))
    height = draw(canvas, rows, [panel])
    return canvas.finish(name, items, kind="mix_compared", plot_height=height,
                         finding=_widest_gap(words, mixes, penalties))  # fmt: skip


@fitted
def mix_over_periods(
    mixes: Sequence[tuple[Period, Sequence[Result]]],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    breaks: Sequence[Break] = (),
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "mix-over-periods",
) -> Chart:
    """Draw the penalty mix over like periods: a panel a penalty, a dot with its interval a period.

    Each penalty has a scale of its own from zero, which the chart says: on a common one, expulsions
    beside reprimands would be a flat line.

    Parameters
    ----------
    mixes : sequence of (Period, sequence of Result)
        Periods of one kind and length that do not overlap, each with the shares of one total; a
        penalty without a share in a period leaves a gap.
    breaks : sequence of Break
        Changes of rules, forms or geography; those inside the time shown are drawn.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        As `stats.figures.counts_over_periods`.
    """
    every = [r for _, shares in mixes for r in shares]
    points = []
    for penalty in sorted({r.category for r in every}, key=_place):
        for period, shares in mixes:
            found = next((r for r in shares if r.category == penalty), None)
            gap = Result(state=State.MISSING, kind="share", category=penalty, period=period.key)
            points.append(Point(period, gap if found is None else found, words.label("penalties", penalty)))
    canvas = Canvas(words, Heading(title, subtitle, source, _with_interval_note(words, every, notes), size))
    named = [(words.period(period), shares) for period, shares in mixes]
    finding = _widest_gap(words, named, sorted({r.category for r in every}, key=_place))
    return timeline(canvas, points, breaks, name=name, kind="mix_periods", dots=True, finding=finding)


def _widest_gap(words: Words, mixes: Sequence[tuple[str, Sequence[Result]]], penalties: Sequence[str]) -> str:
    """Return the sentence on the penalty whose share moved most between the first and last window."""
    first, last = ({r.category: r for r in shares if r} for _, shares in (mixes[0], mixes[-1]))
    both = [p for p in penalties if p in first and p in last]
    if not both or len(mixes) < 2:
        return words.text("chart.alt.nothing") if not both else ""
    most = max(both, key=lambda p: abs((last[p].estimate or 0) - (first[p].estimate or 0)))
    return words.text(
        "chart.alt.gap", label=words.label("penalties", most), first=first[most], last=last[most],
        before=mixes[0][0], after=mixes[-1][0],
    )  # fmt: skip


def _with_interval_note(words: Words, results: Sequence[Result], notes: Sequence[str]) -> list[str]:
    """Put the meaning of the thin lines first among the notes."""
    levels = sorted({r.conf_level for r in results if r.conf_level is not None and r.conf_low is not None})
    said = [words.text("chart.interval_lines", level=words.percent(level, 0)) for level in levels[:1]]
    return [*said, *notes]


def _place(penalty: str) -> int:
    return PENALTIES.index(penalty) if penalty in PENALTIES else len(PENALTIES)
