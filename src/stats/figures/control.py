"""Control charts as pictures: figures around their centre line, limits, and the signals with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from stats import theme
from stats.errors import InputError
from stats.figures import lines
from stats.figures.beside import Beside
from stats.figures.canvas import Canvas, Heading, fitted
from stats.figures.chart import Break, Chart, Item, Point
from stats.figures.frames import End, Frame, frame, like
from stats.figures.time_axis import middle
from stats.guards import Floats
from stats.wording import Words

if TYPE_CHECKING:
    from stats.monitoring import ControlChart

MOST_SIGNALS = 8
"""Signals explained under the plot; the others are counted there and stand in the data table."""

TOLD = 2
"""Signals named in the alternative text."""

BAND = "rgba(31,92,140,0.075)"
"""Ground between the limits: so light that scale and breaks show through it."""

_Tell = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Signal:
    """A stretch in which a rule fires: its number, when it was, what it is in words, its points, its side."""

    number: int
    when: str
    what: str
    points: tuple[int, ...]
    up: bool


@fitted
def control_chart(
    points: Sequence[Point],
    chart: ControlChart,
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    breaks: Sequence[Break] = (),
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "control-chart",
) -> Chart:
    """Draw a control chart: figures in time, centre line and limits of each phase, signals numbered and explained.

    Parameters
    ----------
    points : sequence of Point
        The figures the chart was made from, in order of time; one that is no number leaves a gap.
    chart : ControlChart
        Of one series (``chart[0]`` of several), with limits.
    breaks : sequence of Break
        Changes of rules, forms or geography; those inside the time shown are drawn.

    Returns
    -------
    Chart
        Points of a signal are diamonds in the accent colour; points that the limits do not come from are
        hollow. The table has the lines too (``centre``, ``lower``, ``upper``) and the signals in words
        (``rule``). See `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When the chart is refused, is of several series, or does not belong to the points.
    """
    if len(chart) != 1:
        raise InputError(f"Draw one series at a time; the chart has {len(chart)}.",
                         f"Mỗi biểu đồ chỉ vẽ một chuỗi; hiện có {len(chart)}.")  # fmt: skip
    if not chart:
        raise lines.refused(("control chart", "biểu đồ kiểm soát"), chart.reason)
    items = lines.figures_of(words, points)
    lines.same_figures(points, chart.values[0], ("the control chart", "biểu đồ kiểm soát"))
    signals = signals_of(words, chart, items)
    floor, roof = lines.bounded(points, chart.lower[0]), lines.bounded(points, chart.upper[0])
    drawn = np.concatenate([chart.values[0], chart.centre[0], floor, roof]).tolist()
    tell = lines.telling(words, like(points), [*chart.centre[0], *roof])
    own = [*_notes(words, tell, chart, items, signals, floor, roof), *lines.rough_note(words, points)]
    told = [*own, *lines.scale_note(words, points, drawn), *notes]
    canvas = Canvas(words, Heading(title, subtitle, source, told, size), listed=_listed(words, signals))
    ends = _ends(words, tell, chart, floor, roof)
    plot = frame(canvas, points, drawn, breaks=breaks, ends=ends)
    _lines(plot, points, chart, floor, roof)
    _dots(plot, points, items, chart)
    _numbers(plot, points, chart, signals[:MOST_SIGNALS])
    table, heads = _table(words, tell, chart, items, signals, floor, roof)
    return canvas.finish(name, items, kind="control", plot_height=plot.total, below=plot.below, table=table,
                         heads=heads, finding=_finding(words, ends, signals))  # fmt: skip


def signals_of(words: Words, chart: ControlChart, items: Sequence[Item]) -> list[Signal]:
    """Return the signals of a chart as they are numbered in its picture: in order of their first points, from 1.

    Parameters
    ----------
    words : Words
        Language of the explanations.
    chart : ControlChart
        Of one series.
    items : sequence of Item
        The marks of its points (`stats.figures.lines.figures_of`), whose labels name the periods.
    """
    found: list[tuple[str, tuple[int, ...]]] = []
    for row in chart.hits().to_dict("records"):
        what, at = words.text(row["text"], n=row["n"], of=row["of"], sigma=row["sigma"]), row["points"]
        beyond = row["test"] == "beyond"
        before = next((k for k, (w, p) in enumerate(found) if beyond and w == what and p[-1] + 1 == at[0]), None)
        if before is None or chart.phase[at[0]] != chart.phase[at[0] - 1]:
            found.append((what, at))
        else:  # one period after the other beyond the same limit is one signal, not one a period
            found[before] = what, (*found[before][1], *at)
    found.sort(key=lambda signal: signal[1][0])
    return [
        Signal(
            number, lines.spanned(words, items[at[0]].label, items[at[-1]].label), what[:1].lower() + what[1:], at,
            float(np.nanmean(chart.values[0, list(at)] - chart.centre[0, list(at)])) >= 0,
        )
        for number, (what, at) in enumerate(found, 1)
    ]  # fmt: skip


# In words


def _listed(words: Words, signals: Sequence[Signal]) -> tuple[str, ...]:
    """Return the explanation of each number in the plot, a line each, and how many signals are not numbered."""
    said = [words.text("chart.control.signal", n=str(s.number), when=s.when, what=s.what)
            for s in signals[:MOST_SIGNALS]]  # fmt: skip
    if len(signals) > MOST_SIGNALS:
        said.append(words.text("chart.control.more", n=len(signals) - MOST_SIGNALS))
    return tuple(said)


def _notes(
    words: Words, tell: _Tell, chart: ControlChart, items: Sequence[Item], signals: Sequence[Signal], floor: Floats,
    roof: Floats,
) -> list[str]:  # fmt: skip
    said = [words.text("chart.control.marked")] if signals else []
    if (~chart.used & np.isfinite(chart.values[0])).any():
        said.append(words.text("chart.control.unused"))
    phases = _phases(chart)
    if len(phases) > 1:
        listed = []
        for n in phases:
            inside = np.flatnonzero(chart.phase == n)
            when = lines.spanned(words, items[inside[0]].label, items[inside[-1]].label)
            listed.append(words.text("chart.control.phase", value=tell(chart.centre[0, inside[0]]), when=when))
        said.append(words.text("chart.control.phases", listed="; ".join(listed)))
    if _varying(chart):
        said.append(words.text("chart.control.varying"))
    if (floor > chart.lower[0]).any():
        said.append(words.text("chart.control.no_lower"))
    if (roof < chart.upper[0]).any():
        said.append(words.text("chart.control.no_upper"))
    return said


def _phases(chart: ControlChart) -> list[int]:
    """Return the numbers of the phases that have limits."""
    return [n for n in range(chart.inflation.shape[1]) if np.isfinite(chart.centre[0, chart.phase == n]).any()]


def _varying(chart: ControlChart) -> bool:
    """Tell whether limits differ between periods of one phase."""
    sigma = [chart.sigma[0, chart.phase == n] for n in _phases(chart)]
    return any(float(np.nanmax(s) - np.nanmin(s)) > 1e-9 * float(np.nanmax(s)) for s in sigma)


def _last(chart: ControlChart) -> int:
    return int(np.flatnonzero(np.isfinite(chart.centre[0]))[-1])


def _ends(words: Words, tell: _Tell, chart: ControlChart, floor: Floats, roof: Floats) -> list[End]:
    """Return the labels of the lines at the last period that has them; a limit that cannot be reached has none."""
    k = _last(chart)
    ends = [
        End(words.text("chart.control.centre", value=tell(chart.centre[0, k])), chart.centre[0, k], theme.INK, True)
    ]
    if roof[k] == chart.upper[0, k]:
        ends.append(End(words.text("chart.control.upper", value=tell(roof[k])), roof[k]))
    if floor[k] == chart.lower[0, k]:
        ends.append(End(words.text("chart.control.lower", value=tell(floor[k])), floor[k]))
    return ends


def _finding(words: Words, ends: Sequence[End], signals: Sequence[Signal]) -> str:
    level = ", ".join(end.text for end in ends)
    if not signals:
        return f"{level[:1].upper()}{level[1:]}; {words.text('chart.control.quiet')}"
    newest = sorted(signals, key=lambda s: s.points[-1], reverse=True)[:TOLD]
    listed = "; ".join(f"{s.when} ({s.what})" for s in newest)
    found = words.text("chart.control.found", n=len(signals))
    few = len(signals) <= TOLD
    said = f"{found}: {listed}" if few else words.text("chart.control.newest", found=found, listed=listed)
    return f"{level[:1].upper()}{level[1:]}; {said}"


def _table(
    words: Words, tell: _Tell, chart: ControlChart, items: Sequence[Item], signals: Sequence[Signal], floor: Floats,
    roof: Floats,
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:  # fmt: skip
    """Return the data table: the figures, the lines as drawn (raw columns: as computed), every signal in words."""
    rules: list[list[str]] = [[] for _ in items]
    for signal in signals:
        for k in signal.points:
            rules[k].append(words.text("chart.control.numbered", n=str(signal.number), what=signal.what))
    own = {
        "level": lines.printed(tell, chart.centre[0]),
        "limits": lines.ranges(words, tell, floor, roof),
        "rule": ["; ".join(r) or "–" for r in rules],
    }  # fmt: skip
    raw = {"centre": chart.centre[0], "lower": chart.lower[0], "upper": chart.upper[0]}
    return lines.table(words, items, own, raw), [(key, words.text(f"chart.control.head.{key}")) for key in own]


# In the plot


def _lines(plot: Frame, points: Sequence[Point], chart: ControlChart, floor: Floats, roof: Floats) -> None:
    """Draw the band between the limits, the limits, the centre line and the line that joins the figures."""
    s, add = plot.canvas.scale, plot.canvas.traces.append
    edges = (lines.steps(points, edge.tolist(), chart.phase.tolist()) for edge in (floor, roof))
    for low, high in zip(*edges, strict=True):
        add(lines.area(low, high, BAND))
    # A dash would be lost in limits that step up and down with their bases.
    dash = "solid" if _varying(chart) else "dash"
    for limit, drawn in ((chart.lower[0], floor), (chart.upper[0], roof)):
        shown = np.where(limit == drawn, drawn, np.nan).tolist()  # where nothing can be beyond it there is no limit
        add(lines.line(*lines.joined(lines.steps(points, shown, chart.phase.tolist())), theme.RULE, 1.3 * s, dash))
    centre = lines.steps(points, chart.centre[0].tolist(), chart.phase.tolist())
    add(lines.line(*lines.joined(centre), theme.INK, 1.3 * s))
    places, values = [middle(p.period) for p in points], chart.values[0].tolist()
    add(lines.line(*lines.joined(lines.polylines(places, values, chart.phase.tolist())), theme.MAIN, 1 * s))


def _dots(plot: Frame, points: Sequence[Point], items: Sequence[Item], chart: ControlChart) -> None:
    size = lines.dot_size(plot, len(points))
    signal = chart.leading()[0][0] >= 0
    places = [middle(p.period) for p in points]
    for out in (False, True):
        for left_out in (False, True):
            at = [k for k in range(len(points)) if bool(signal[k]) is out and bool(~chart.used[k]) is left_out]
            lines.dots(plot, [(places[k], items[k]) for k in at], size * (1.5 if out else 1), hollow=left_out,
                       color=theme.ACCENT if out else theme.MAIN, symbol="diamond" if out else "circle")  # fmt: skip


def _numbers(plot: Frame, points: Sequence[Point], chart: ControlChart, signals: Sequence[Signal]) -> None:
    """Write the number of each signal beside one of its points, where it hides least."""
    canvas, size = plot.canvas, lines.dot_size(plot, len(points))
    places, values = [middle(p.period) for p in points], chart.values[0].tolist()
    room = Beside(plot, lines.polylines(places, values, chart.phase.tolist()), size)
    for signal in signals:
        most = sorted(signal.points, key=lambda k: -abs(values[k] - chart.centre[0, k]))
        room.write(str(signal.number), [(places[k], values[k]) for k in most], up=signal.up, color=theme.ACCENT,
                   font=canvas.font * 0.92)  # fmt: skip
