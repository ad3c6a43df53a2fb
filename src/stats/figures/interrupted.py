"""A series before and after a dated rule, beside what would have been without it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stats import theme
from stats.figures import lines
from stats.figures.canvas import Canvas, Heading, fitted
from stats.figures.chart import Break, Chart, Item, Point
from stats.figures.frames import End, Frame, frame, like
from stats.figures.time_axis import middle
from stats.guards import Floats
from stats.wording import Words

if TYPE_CHECKING:
    from stats.models.interruption import InterruptedSeries

BAND = "rgba(26,26,26,0.09)"
"""Ground of the interval of what would have been: grey, through which the scale shows."""


@fitted
def interrupted_series(
    points: Sequence[Point],
    fit: InterruptedSeries,
    *,
    rule: str,
    words: Words,
    title: str,
    subtitle: str = "",
    breaks: Sequence[Break] = (),
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "interrupted-series",
) -> Chart:
    """Draw figures with the fitted line before and after a rule, and the line that would have gone on without it.

    Parameters
    ----------
    points : sequence of Point
        The figures the fit was made from, in order of time: counts, or rates of them on the exposure of the fit
        (``rate`` with `per`, or ``share``); then the lines are rates too.
    fit : InterruptedSeries
        Its `date` is where the rule is drawn; a fit at the number of a point is drawn at the start of its period.
    rule : str
        Name of the rule.
    breaks : sequence of Break
        Other changes; those inside the time shown are drawn.

    Returns
    -------
    Chart
        Periods that the rule cuts through are hollow: the fit leaves them out. The table has the lines
        (``fitted``, ``counterfactual`` with ``counterfactual_low`` and ``counterfactual_high``). See
        `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When the fit is refused or does not belong to the points.
    """
    if not fit:
        raise lines.refused(("interrupted series", "mô hình chuỗi gián đoạn"), fit.reason)
    items = lines.figures_of(words, points)
    scale = _scale(points, fit)
    lines.same_figures(points, fit.observed * scale, ("the fit", "mô hình"))
    fitted_line = np.where(fit.used, fit.fitted * scale, np.nan)
    without, low, high = (
        line * scale for line in (fit.counterfactual, fit.counterfactual_low, fit.counterfactual_high)
    )
    drawn = np.concatenate([fit.observed * scale, fitted_line, without, low, high]).tolist()
    tell = lines.telling(words, like(points), drawn)
    level = words.percent(fit.model.conf_level, 0)
    own = [words.text("chart.interrupted.lines", level=level)]
    if not fit.used.all():
        own.append(words.text("chart.interrupted.unused"))
    told = [*own, *lines.rough_note(words, points), *lines.scale_note(words, points, drawn), *notes]
    canvas = Canvas(words, Heading(title, subtitle, source, told, size))
    interval = words.text("number.range", low=tell(low[-1]), high=tell(high[-1]))
    ends = [
        End(words.text("chart.interrupted.with", value=tell(fitted_line[-1])), fitted_line[-1], theme.MAIN, True),
        End(
            words.text("chart.interrupted.without", value=tell(without[-1]), interval=interval), without[-1], theme.INK
        ),
    ]
    plot = frame(canvas, points, drawn, breaks=[Break(_day(points, fit), rule), *breaks], ends=ends)
    _lines(plot, points, fit, fitted_line, (without, low, high))
    _dots(plot, points, items, fit)
    return canvas.finish(
        name, items, kind="interrupted", plot_height=plot.total, below=plot.below,
        finding=words.text("chart.interrupted.finding", period=items[-1].label, rule=ends[0].text, none=ends[1].text),
        table=lines.table(words, items, {
            "line": lines.printed(tell, fitted_line), "without": lines.printed(tell, without),
            "between": lines.ranges(words, tell, low, high),
        }, {"fitted": fitted_line, "counterfactual": without, "counterfactual_low": low, "counterfactual_high": high}),
        heads=[("line", words.text("chart.interrupted.head.line")),
               ("without", words.text("chart.interrupted.head.without")),
               ("between", words.text("chart.interrupted.head.between", level=level))],
    )  # fmt: skip


def _scale(points: Sequence[Point], fit: InterruptedSeries) -> Floats:
    """Return what turns counts of the fit into the figures of the points."""
    sample = like(points)
    if sample.kind not in ("rate", "share") or len(points) != len(fit.exposure):
        return np.ones(len(fit.observed))
    return (sample.per or 1.0) / fit.exposure


def _day(points: Sequence[Point], fit: InterruptedSeries) -> dt.date:
    """Return the day from which the rule holds."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", fit.date):
        return dt.date.fromisoformat(fit.date)
    return points[int(np.argmax(fit.after))].period.start


def _lines(
    plot: Frame, points: Sequence[Point], fit: InterruptedSeries, fitted_line: Floats, other: tuple[Floats, ...]
) -> None:
    s, add = plot.canvas.scale, plot.canvas.traces.append
    days, side = [middle(p.period) for p in points], fit.after.astype(int).tolist()
    without, low, high = (lines.polylines(days, line.tolist(), side) for line in other)
    for bottom, top in zip(low, high, strict=True):
        add(lines.area(bottom, top, BAND))
    add(lines.line(*lines.joined(without), theme.INK, 1.6 * s, "dash"))
    add(lines.line(*lines.joined(lines.polylines(days, fitted_line.tolist(), side)), theme.MAIN, 2.4 * s))


def _dots(plot: Frame, points: Sequence[Point], items: Sequence[Item], fit: InterruptedSeries) -> None:
    size = lines.dot_size(plot, len(points))
    for used in (True, False):
        shown = [(middle(p.period), i) for p, i, u in zip(points, items, fit.used, strict=True) if bool(u) is used]
        lines.dots(plot, shown, size, hollow=not used, color=theme.CONTEXT if used else theme.RULE)
