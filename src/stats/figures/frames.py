"""The frame of a chart of lines: a true time axis, a vertical scale, dated breaks, and labels at the right end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from stats import theme
from stats.figures.canvas import EDGE, Canvas
from stats.figures.chart import Break, Point
from stats.figures.lettering import escape, width, wrap
from stats.figures.scales import between
from stats.figures.time_axis import calendar, lanes, mark_breaks, middle
from stats.periods import Period
from stats.results import Result, State

TALL = 220.0
"""Height of the plot, in pixels of a page."""

LEAST_TALL = 170.0
"""Least height of the plot on a slide."""

ENDS = 0.27
"""Largest part of the width that the labels at the right end may take."""

BOUNDED = ("count", "share", "rate", "ratio")
"""Kinds of figures that cannot fall below zero, whatever a formula gives."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class End:
    """A label at the right end of a line: its finished text, the height it belongs to, its colour."""

    text: str
    value: float
    color: str = theme.MUTED
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot with its axes drawn, in which marks and words are placed.

    Attributes
    ----------
    span : tuple of float
        Day numbers at the left and right edge.
    low, high : float
        Ends of the vertical scale.
    tall, total : float
        Height of the plot in pixels, without and with the names of breaks above it.
    below : float
        Room of the names under the axis.
    upright : tuple of float
        Days at which breaks are drawn.
    written : tuple of (left, right, low, high)
        Boxes of the words already in the plot, in pixels from its lower left corner.
    """

    canvas: Canvas
    span: tuple[float, float]
    low: float
    high: float
    tall: float
    total: float
    below: float
    upright: tuple[float, ...] = ()
    written: tuple[Box, ...] = ()

    def across(self, day: float) -> float:
        """Return how far from the left edge a day stands, in pixels."""
        return (day - self.span[0]) / (self.span[1] - self.span[0]) * self.canvas.plot_width

    def up(self, value: float) -> float:
        """Return how far above the lower edge a value stands, in pixels."""
        return (value - self.low) / (self.high - self.low) * self.tall


def estimate(result: Result) -> float:
    """Return the number of a result, NaN where there is none."""
    return result.estimate if result.state is State.VALUE and result.estimate is not None else math.nan


def like(points: Sequence[Point]) -> Result:
    """Return a result that stands for the scale of the points: their kind and unit."""
    return next((p.result for p in points if p.result.state is State.VALUE), points[0].result)


def frame(
    canvas: Canvas, points: Sequence[Point], drawn: Sequence[float], *, breaks: Sequence[Break], ends: Sequence[End],
    later: Sequence[Period] = (), band: float = 0.0,
) -> Frame:  # fmt: skip
    """Set margins and axes for points and lines, and write what stands around them.

    Parameters
    ----------
    canvas : Canvas
        A fresh canvas with all its notes.
    points : sequence of Point
        In order of time; one that is no number is marked at its place on the axis.
    drawn : sequence of float
        Every height that must be inside, NaN allowed.
    breaks : sequence of Break
        Those inside the time shown are drawn.
    ends : sequence of End
        Labels at the right end, moved apart where they would run into each other.
    later : sequence of Period
        Periods after the points that the axis also shows.
    band : float
        Room kept free between the names of breaks and the plot, in pixels.
    """
    s, sample = canvas.scale, like(points)
    periods = [*(p.period for p in points), *later]
    low, high, ticks = between(
        [v for v in drawn if math.isfinite(v)], whole=sample.kind == "count", positive=sample.kind in BOUNDED
    )
    said = _heights(canvas, sample, ticks)
    canvas.left = EDGE * s + max(width(t, canvas.font * 0.9) for t in said) + 8 * s
    lines = [wrap(e.text, canvas.size.width * ENDS, canvas.font * 0.9, bold=e.bold) for e in ends]
    widest = max((width(t, canvas.font * 0.9, bold=e.bold) for e, ls in zip(ends, lines, strict=True) for t in ls),
                 default=0.0)  # fmt: skip
    canvas.right = EDGE * s + widest + (8 * s if ends else 0)
    first, last = periods[0].start.toordinal(), periods[-1].end.toordinal() + 1
    margin = (last - first) * 0.012
    span = (first - margin, last + margin)
    per_day = canvas.plot_width / (span[1] - span[0])
    placed, head = lanes(canvas, [b for b in breaks if first < b.date.toordinal() < last], span[0], per_day)
    head += band
    names, marks, below = calendar(canvas, periods, per_day)
    written = tuple(_gaps(canvas, points, span, low))
    tall = max(canvas.room(below) - head, LEAST_TALL * s) if canvas.size.height else TALL * s
    upright = tuple(float(lane.at.date.toordinal()) for lane in placed)
    made = Frame(canvas, span, low, high, tall, head + tall, below, upright, written)
    canvas.axes["xaxis"] = {
        "range": list(span), "anchor": "y", "fixedrange": True, "showline": True, "tickmode": "array",
        "tickvals": [t for t, _ in names], "ticktext": [text for _, text in names],
        "tickfont": {"size": canvas.font, "color": theme.INK}, "ticklabelstandoff": round(6 * s),
        "minor": {"tickmode": "array", "tickvals": marks, "ticks": "outside", "ticklen": 5 * s,
                  "tickcolor": theme.RULE, "tickwidth": 1},
    }  # fmt: skip
    canvas.axes["yaxis"] = {
        "range": [low, high], "domain": [0, round(tall / (head + tall), 5)], "anchor": "x", "fixedrange": True,
        "showgrid": True, "tickmode": "array", "tickvals": ticks, "ticktext": said,
        "tickfont": {"size": canvas.font * 0.9, "color": theme.MUTED},
    }  # fmt: skip
    mark_breaks(canvas, placed, span, head + tall)
    _write_ends(made, ends, lines)
    return made


def _heights(canvas: Canvas, sample: Result, ticks: Sequence[float]) -> list[str]:
    """Return the numbers of the vertical scale, all with the same decimals."""
    percent = sample.kind in ("share", "ratio", "share_difference", "change")
    shown = [t * 100 if percent else t for t in ticks]
    digits = next((d for d in (0, 1, 2) if all(math.isclose(t, round(t, d), abs_tol=1e-9) for t in shown)), 3)
    return [canvas.words.percent(t, digits) if percent else canvas.words.number(t, digits) for t in ticks]


def _gaps(canvas: Canvas, points: Sequence[Point], span: tuple[float, float], low: float) -> Iterator[Box]:
    """Write the shorthand of what is no number at its place on the axis, once a stretch and where there is room."""
    font, free = canvas.font * 0.85, -math.inf
    stretch: list[Point] = []
    for point in [*points, None]:
        if point is not None and point.result.state is not State.VALUE and (
            not stretch or stretch[0].result.state is point.result.state
        ):  # fmt: skip
            stretch.append(point)
            continue
        if stretch:
            text = canvas.words.cell(stretch[0].result)
            at = (middle(stretch[0].period) + middle(stretch[-1].period)) / 2
            half = width(text, font) / 2
            x = (at - span[0]) / (span[1] - span[0]) * canvas.plot_width
            if x - half > free:
                canvas.say(escape(text), at, low, anchor="center", valign="bottom", color=theme.MUTED, font=font,
                           lift=2 * canvas.scale)  # fmt: skip
                free = x + half
                yield x - half, x + half, 0.0, canvas.line(font) + 2 * canvas.scale
        stretch = [point] if point is not None and point.result.state is not State.VALUE else []


def _write_ends(plot: Frame, ends: Sequence[End], lines: Sequence[Sequence[str]]) -> None:
    """Write the labels at the right end, moved apart as little as keeps them apart and inside."""
    canvas, font = plot.canvas, plot.canvas.font * 0.9
    order = sorted(range(len(ends)), key=lambda i: ends[i].value)
    heights = [len(lines[i]) * canvas.line(font) + 1 for i in order]
    places = spread([plot.up(ends[i].value) for i in order], heights, plot.tall)
    for i, place in zip(order, places, strict=True):
        end = ends[i]
        canvas.say("<br>".join(escape(t) for t in lines[i]), 1, end.value, xref="paper", bold=end.bold,
                   color=end.color, font=font, shift=6 * canvas.scale, lift=place - plot.up(end.value))  # fmt: skip


def spread(targets: Sequence[float], heights: Sequence[float], tall: float) -> list[float]:
    """Return the centres of labels that want to stand at ascending `targets`, moved apart by the least squares.

    Examples
    --------
    >>> spread([10, 12, 60], [10, 10, 10], 100)
    [6.0, 16.0, 60.0]
    """
    starts = np.concatenate([[0.0], np.cumsum(heights)[:-1]]) + np.asarray(heights) / 2
    groups: list[list[float]] = []  # wishes of labels that touch each other, as if each stood in the first place
    for target, start in zip(targets, starts.tolist(), strict=True):
        groups.append([target - start])
        while len(groups) > 1 and np.mean(groups[-2]) >= np.mean(groups[-1]):
            last = groups.pop()
            groups[-1] += last
    wish = [float(np.mean(g)) for g in groups for _ in g]
    most = tall - float(np.sum(heights))
    return [min(max(w, min(0.0, most)), max(most, 0.0)) + float(start) for w, start in zip(wish, starts, strict=True)]
