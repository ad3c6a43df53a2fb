"""A forecast as a fan: what was, what is expected, and how wide of it the figures may fall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stats import theme
from stats.errors import InputError
from stats.figures import lines
from stats.figures.beside import Beside
from stats.figures.canvas import Canvas, Heading, fitted
from stats.figures.chart import Break, Chart, Item, Point
from stats.figures.frames import End, Frame, estimate, frame, like
from stats.figures.lettering import escape
from stats.figures.rows import amount
from stats.figures.time_axis import middle
from stats.guards import Floats
from stats.results import Result, State
from stats.wording import Words

if TYPE_CHECKING:
    from stats.forecasts.results import Forecast

TINT = "rgba(31,92,140,0.17)"
"""Ground of one interval: those of lower levels lie on it, so the fan is darkest in its middle."""


@fitted
def forecast_fan(
    points: Sequence[Point],
    forecast: Forecast,
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    breaks: Sequence[Break] = (),
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "forecast-fan",
) -> Chart:
    """Draw the past as dots joined by a line and a forecast as a fan of intervals around its line.

    Parameters
    ----------
    points : sequence of Point
        The figures the forecast was made from, in order of time, or the last of them.
    forecast : Forecast
        Of one series (``forecast[0]`` of several), with the periods of its steps.
    breaks : sequence of Break
        Changes of rules, forms or geography; those inside the time shown are drawn.

    Returns
    -------
    Chart
        Forecasts are hollow. Counts, shares and rates do not fall below zero: what a formula puts there is
        drawn and printed as zero, which a note says. See `stats.figures.counts_by_group` for the other
        parameters.

    Raises
    ------
    InputError
        When the forecast is refused, is of several series, has no periods, or does not belong to the points.
    """
    if len(forecast.estimate) != 1:
        raise InputError(f"Draw one series at a time; the forecast has {len(forecast.estimate)}.",
                         f"Mỗi biểu đồ chỉ vẽ một chuỗi; hiện có {len(forecast.estimate)}.")  # fmt: skip
    if not forecast:
        raise lines.refused(("forecast", "dự báo"), forecast.reason)
    if not forecast.periods:
        raise InputError(
            "A forecast without periods has no place on a time axis; pass `periods` when it is made.",
            "Dự báo không kèm kỳ thì không đặt được lên trục thời gian; hãy nêu các kỳ khi dự báo.",
        )
    lines.same_figures(points, forecast.observed[0, -len(points) :], ("the forecast", "dự báo"))
    centre, low, high = (
        lines.bounded(points, found)
        for found in (forecast.estimate[0], forecast.conf_low[:, 0], forecast.conf_high[:, 0])
    )
    ahead = _ahead(points, forecast, (centre, low[-1], high[-1]))
    items = lines.figures_of(words, [*points, *ahead])
    items[len(points) :] = [Item(i.label, i.result, series=words.text("chart.fan.forecast"))
                            for i in items[len(points) :]]  # fmt: skip
    observed = [estimate(p.result) for p in points]
    drawn = [*observed, *centre.tolist(), *low[-1].tolist(), *high[-1].tolist()]
    tell = lines.telling(words, like(points), drawn)
    levels = [words.percent(level, 0) for level in forecast.conf_levels]
    own = [words.text("chart.fan.bands", levels=words.join(levels))]
    if (low > forecast.conf_low[:, 0]).any():
        own.append(words.text("chart.fan.floor"))
    told = [*own, *lines.rough_note(words, points), *lines.scale_note(words, points, drawn), *notes]
    canvas = Canvas(words, Heading(title, subtitle, source, told, size))
    interval = words.text("number.range", low=tell(low[-1, -1]), high=tell(high[-1, -1]))
    end = words.text("chart.fan.end", period=items[-1].label, value=tell(centre[-1]), level=levels[-1],
                     interval=interval)  # fmt: skip
    ends = [End(end, centre[-1], theme.MAIN, bold=True)]
    ends += [End(words.text("chart.fan.band", level=level), edge, theme.MUTED)
             for level, edge in zip(levels, high[:, -1].tolist(), strict=True)]  # fmt: skip
    plot = frame(canvas, points, drawn, breaks=breaks, ends=ends, later=forecast.periods,
                       band=canvas.line() + 2 * canvas.scale)  # fmt: skip
    _begins(plot, forecast)
    _draw(plot, [*points, *ahead], (low, high), items, len(points))
    finding = _last_known(words, items[: len(points)])
    table = lines.table(words, items, {
        f"within_{k}": [*["–"] * len(points), *lines.ranges(words, tell, low[k], high[k])] for k in range(len(levels))
    }, {})  # fmt: skip
    table["value"] = [*table["value"][: len(points)], *map(tell, centre.tolist())]
    table["interval"] = [*table["interval"][: len(points)], *[""] * len(ahead)]
    return canvas.finish(
        name, items, kind="fan", plot_height=plot.total, below=plot.below, table=table,
        finding="; ".join(part for part in (finding, words.text("chart.fan.finding", forecast=end)) if part),
        heads=[(f"within_{k}", words.text("chart.fan.head", level=level)) for k, level in enumerate(levels)],
    )  # fmt: skip


def _ahead(points: Sequence[Point], forecast: Forecast, drawn: tuple[Floats, Floats, Floats]) -> list[Point]:
    """Return the forecasts as points, with the bounds of the widest level, as they are drawn."""
    sample = like(points)
    return [
        Point(period, Result(estimate=value, conf_low=low, conf_high=high, conf_level=forecast.conf_levels[-1],
                             method=forecast.method, unit=sample.unit, base=sample.base, per=sample.per,
                             kind=sample.kind, derived=True))
        for period, value, low, high in zip(forecast.periods, *(line.tolist() for line in drawn), strict=True)
    ]  # fmt: skip


def _last_known(words: Words, items: Sequence[Item]) -> str:
    last = next((i for i in reversed(items) if i.result.state is State.VALUE), None)
    return words.text("chart.fan.known", period=last.label, value=amount(words, last)) if last else ""


def _begins(plot: Frame, forecast: Forecast) -> None:
    """Draw the light line from which on figures are forecasts, up to its words."""
    canvas, day = plot.canvas, float(forecast.periods[0].start.toordinal())
    top = plot.tall + canvas.line()
    canvas.shapes.append({
        "type": "line", "xref": "x", "yref": "paper", "x0": day, "x1": day, "y0": 0, "y1": round(top / plot.total, 5),
        "line": {"color": theme.RULE, "width": canvas.scale}, "layer": "below",
    })  # fmt: skip
    canvas.say(escape(canvas.words.text("chart.fan.forecast")), day, round(plot.tall / plot.total, 5), yref="paper",
               valign="bottom", color=theme.MUTED, shift=5 * canvas.scale)  # fmt: skip


def _draw(
    plot: Frame, points: Sequence[Point], bounds: tuple[Floats, Floats], items: Sequence[Item], known: int
) -> None:
    canvas, s, add = plot.canvas, plot.canvas.scale, plot.canvas.traces.append
    days, values = [middle(p.period) for p in points], [estimate(p.result) for p in points]
    # The fan opens from the last figure where the forecast follows on it.
    last, first = points[known - 1].period, points[known].period
    opens = np.isfinite(values[known - 1]) and last.end + dt.timedelta(days=1) == first.start
    start = known - 1 if opens else known
    at_first = values[start:known]
    for low, high in zip(bounds[0][::-1], bounds[1][::-1], strict=True):
        edges = ([*at_first, *edge.tolist()] for edge in (low, high))
        bottom, top = ((days[start:], edge) for edge in edges)
        add(lines.area(bottom, top, TINT))
    past = lines.polylines(days[:known], values[:known], [0] * known)
    add(lines.line(*lines.joined(past), theme.MAIN, 1 * s))
    add(lines.line(days[start:], values[start:], theme.MAIN, 2 * s, "dot"))
    size = lines.dot_size(plot, len(points))
    lines.dots(plot, list(zip(days[:known], items[:known], strict=True)), size)
    lines.dots(plot, list(zip(days[known:], items[known:], strict=True)), size, hollow=True)
    finite = [k for k in range(known) if np.isfinite(values[k])]
    if finite:
        begins = float(first.start.toordinal())
        room = Beside(plot, [*past, (days[start:], values[start:]), ([begins] * 2, [plot.low, plot.high])], size)
        room.write(_last_known(canvas.words, items[:known]), [(days[finite[-1]], values[finite[-1]])], up=True,
                   font=canvas.font * 0.9, ground="rgba(255,255,255,0.7)")  # fmt: skip
