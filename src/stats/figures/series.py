"""Figures over like periods on a true time axis: gaps left open, rule changes as dated lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from stats import theme
from stats.errors import InputError
from stats.figures.canvas import Canvas, Heading, fitted
from stats.figures.chart import Break, Chart, Item, Point
from stats.figures.lettering import capital, escape, width, wrap
from stats.figures.rows import Mark, amount, extremes, fill, hover, looks, mark, row_ids
from stats.figures.time_axis import lanes, mark_breaks, middle, tick, tick_labels
from stats.results import State
from stats.series.conditions import one_kind
from stats.wording import NBSP, Words

PANELS = (150.0, 110.0, 80.0)
"""Height of the marks of one panel when there is one, two, or more, in pixels of a page."""

FLATTEST = 36.0
"""Least height of the marks of a panel on a slide."""

PLOT = 0.72
"""Part of a slide left to the plot by title and notes."""

WIDEST = 64.0
"""Largest width of a bar; a longer period keeps its place on the time axis and a line under its bar."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel stands: its edges in pixels from the top of the plot, and the height of the whole plot."""

    top: float
    bottom: float
    total: float


@fitted
def counts_over_periods(
    points: Sequence[Point],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    breaks: Sequence[Break] = (),
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "counts-over-periods",
) -> Chart:
    """Draw counts of periods of one kind and length as columns on a true time axis.

    Parameters
    ----------
    points : sequence of Point
        Periods that do not overlap; a result without a number leaves a gap with its shorthand, an
        approximate or derived one is hatched. Each `series` gets a panel of its own, since series
        may differ in unit.
    breaks : sequence of Break
        Changes of rules, forms or geography; those inside the time shown are drawn.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When periods of different kind or length, or overlapping ones, would stand in one series, and
        when there are more periods than the sheet has room for.
    """
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    return timeline(canvas, points, breaks, name=name, kind="periods", dots=False)


def timeline(
    canvas: Canvas, points: Sequence[Point], breaks: Sequence[Break], *, name: str, kind: str, dots: bool,
    finding: str = "",
) -> Chart:  # fmt: skip
    """Draw points on a true time axis, one panel a series, as columns or as dots with intervals; finish the chart.

    Parameters
    ----------
    canvas : Canvas
        A fresh canvas.
    points, breaks
        As in `counts_over_periods`.
    name, kind : str
        As in `Canvas.finish`.
    dots : bool
        Dots with intervals, for shares and rates; else columns, for counts.
    finding : str
        Sentence that closes the alternative text; by default the largest and the smallest value.
    """
    like_with_like(points)
    s, words = canvas.scale, canvas.words
    first = min(p.period.start for p in points).toordinal()
    last = max(p.period.end for p in points).toordinal() + 1
    margin = (last - first) * 0.02
    span = (first - margin, last + margin)
    per_day = canvas.plot_width / (span[1] - span[0])
    placed, head = lanes(canvas, [b for b in breaks if first < b.date.toordinal() < last], span[0], per_day)
    series = list(dict.fromkeys(p.series for p in points))
    canvas.scales = len(series)
    items = [Item(tick(words, p.period), p.result, panel=p.series) for p in points]
    ticks, tick_height = tick_labels(canvas, [p.period for p in points], span[0], per_day)
    texts, upright = _texts(canvas, items, min(p.period.days for p in points) * per_day)
    title_height = canvas.line() + 6 * s if any(series) else 0.0
    long = [max(width(t, canvas.font, bold=True) for t in lines) for lines in texts]
    text_height = 5 * s + (max(len(t) for t in texts) * canvas.line() if upright else max(long))
    tall = PANELS[min(len(series), 3) - 1] * s
    if canvas.size.height:  # a slide with many panels gets flatter ones before it gets smaller letters
        room = canvas.size.height * PLOT - head - tick_height - (len(series) - 1) * 10 * s
        tall = max(min(tall, room / len(series) - text_height - title_height), FLATTEST * s)
    each = tall + text_height + title_height
    total = head + each * len(series) + (len(series) - 1) * 10 * s
    for i, label in enumerate(series):
        place = Place(head + i * (each + 10 * s), head + i * (each + 10 * s) + each, total)
        own = [k for k, p in enumerate(points) if p.series == label]
        marks = [mark(words, items[k], 0) for k in own]
        _axes(canvas, i, span, place, _most(marks), title_height + text_height)
        if dots:
            _dots(canvas, i, [points[k] for k in own], marks)
        else:
            _columns(canvas, i, [points[k] for k in own], marks, span)
        _numbers(canvas, i, [points[k] for k in own], marks, [texts[k] for k in own], upright=upright)
        if label:
            canvas.say(escape(capital(label)), 0, 1 - place.top / total, xref="paper", yref="paper", valign="top",
                       bold=True, ground=theme.PAPER)  # fmt: skip
    canvas.axes[_axis("xaxis", len(series) - 1)] |= {
        "showticklabels": True, "tickmode": "array", "tickvals": [t for t, _ in ticks],
        "ticktext": [text for _, text in ticks], "tickfont": {"size": canvas.font, "color": theme.INK},
    }  # fmt: skip
    mark_breaks(canvas, placed, span, total)
    return canvas.finish(name, items, kind=kind, plot_height=total, below=tick_height,
                         finding=finding or extremes(words, items))  # fmt: skip


def like_with_like(points: Sequence[Point]) -> None:
    """Refuse points that cannot stand in one series.

    Raises
    ------
    InputError
        Names the periods that differ or overlap, or the units that are mixed.
    """
    for series in dict.fromkeys(p.series for p in points):
        mine = sorted(p.period for p in points if p.series == series)
        for before, after in pairwise(mine):
            if before.overlaps(after) or not one_kind(before, after):
                raise InputError(
                    f"{before.key} and {after.key} differ in kind or length, or overlap: they cannot stand in one "
                    "series of counts. Compare their mixes instead.",
                    f"{before.key} và {after.key} khác loại, khác độ dài hoặc chồng lên nhau nên không đặt chung một "
                    "chuỗi số đếm được. Hãy so sánh cơ cấu.",
                )
        units = {p.result.unit for p in points if p.series == series and p.result.state is State.VALUE}
        if len(units) > 1:
            raise InputError(
                f"One series mixes units ({', '.join(sorted(units))}).",
                f"Một chuỗi lẫn nhiều đơn vị tính ({', '.join(sorted(units))}).",
            )


def _texts(canvas: Canvas, items: Sequence[Item], room: float) -> tuple[list[list[str]], bool]:
    """Return the number of each mark in lines, and whether they stand upright; crowded ones are turned.

    Raises
    ------
    InputError
        When even turned numbers would run into each other.
    """
    said = [amount(canvas.words, item) for item in items]
    slot = room - 6 * canvas.scale
    texts = [[t] if width(t, canvas.font, bold=True) <= slot else t.replace(NBSP, " ").split(" ") for t in said]
    texts = [t if len(t) == 1 else wrap(" ".join(t), slot, canvas.font, bold=True) for t in texts]
    if all(width(line, canvas.font, bold=True) <= slot for lines in texts for line in lines):
        return texts, True
    if room < canvas.font:
        most = len(items) * room / canvas.font
        raise InputError(
            f"There is room for {most:.0f} periods at this size; show fewer, or choose a larger size.",
            f"Khổ này chỉ đủ chỗ cho {most:.0f} kỳ; hãy bớt số kỳ hoặc chọn khổ lớn hơn.",
        )
    return [[t] for t in said], False


def _most(marks: Sequence[Mark]) -> float:
    return max((max(m.value, m.high or 0.0) for m in marks), default=0.0) or 1.0


def _axis(kind: str, i: int) -> str:
    return kind if i == 0 else f"{kind}{i + 1}"


def _axes(canvas: Canvas, i: int, span: tuple[float, float], place: Place, most: float, headroom: float) -> None:
    tall = place.bottom - place.top
    canvas.axes[_axis("xaxis", i)] = {
        "range": list(span), "anchor": _axis("y", i), "showticklabels": False, "fixedrange": True,
        "showline": True, "linecolor": theme.GRID,
    }  # fmt: skip
    canvas.axes[_axis("yaxis", i)] = {
        "domain": [max(0.0, round(1 - place.bottom / place.total, 5)), round(1 - place.top / place.total, 5)],
        "anchor": _axis("x", i), "range": [0, most * tall / max(tall - headroom, 1)], "showticklabels": False,
        "fixedrange": True,
    }  # fmt: skip


def _columns(canvas: Canvas, i: int, points: Sequence[Point], marks: Sequence[Mark], span: tuple[float, float]) -> None:
    x, y = _axis("x", i), _axis("y", i)
    widest = WIDEST * canvas.scale * (span[1] - span[0]) / canvas.plot_width
    canvas.shapes.extend(
        {
            "type": "line", "xref": x, "yref": y, "x0": p.period.start.toordinal(),
            "x1": p.period.end.toordinal() + 1, "y0": 0, "y1": 0,
            "line": {"color": theme.INK, "width": 2 * canvas.scale},
        }
        for p in points if p.period.days > widest
    )  # fmt: skip
    for alike in looks(marks):
        canvas.traces.append(
            {
                "type": "bar",
                "xaxis": x,
                "yaxis": y,
                "x": [middle(points[k].period) for k in alike],
                "y": [marks[k].value for k in alike],
                "width": [min(points[k].period.days * 0.82, widest) for k in alike],
                "marker": fill([marks[k] for k in alike]),
                "hoverinfo": "text",
                "hovertext": [hover(marks[k].item, marks[k].text) for k in alike],
                "customdata": [row_ids(marks[k].item) for k in alike],
            }
        )


def _dots(canvas: Canvas, i: int, points: Sequence[Point], marks: Sequence[Mark]) -> None:
    s = canvas.scale
    known = [k for k, m in enumerate(marks) if m.item.result.state is State.VALUE]
    places = [middle(p.period) for p in points]
    axes = {"xaxis": _axis("x", i), "yaxis": _axis("y", i)}
    xs: list[float | None] = []
    ys: list[float | None] = []
    for k in known:
        if marks[k].low is not None and marks[k].high is not None:
            xs += [places[k], places[k], None]
            ys += [marks[k].low, marks[k].high, None]
    if xs:
        canvas.traces.append(
            {
                "type": "scatter", "mode": "lines", **axes, "x": xs, "y": ys, "hoverinfo": "skip",
                "line": {"color": theme.MAIN, "width": 1.5 * s}, "cliponaxis": False,
            }
        )  # fmt: skip
    if known:
        canvas.traces.append(
            {
                "type": "scatter", "mode": "markers", **axes, "x": [places[k] for k in known],
                "y": [marks[k].value for k in known], "cliponaxis": False, "hoverinfo": "text",
                "hovertext": [hover(marks[k].item, marks[k].text) for k in known],
                "customdata": [row_ids(marks[k].item) for k in known],
                "marker": {
                    "size": 10 * s, "color": [theme.PAPER if marks[k].hollow else theme.MAIN for k in known],
                    "line": {"color": theme.MAIN, "width": 2 * s},
                },
            }
        )  # fmt: skip


def _numbers(
    canvas: Canvas, i: int, points: Sequence[Point], marks: Sequence[Mark], texts: Sequence[Sequence[str]],
    *, upright: bool,
) -> None:  # fmt: skip
    x, y = _axis("x", i), _axis("y", i)
    for point, m, lines in zip(points, marks, texts, strict=True):
        known = m.item.result.state is State.VALUE
        canvas.say("<br>".join(escape(t) for t in lines), middle(point.period), max(m.value, m.high or 0.0), xref=x,
                   yref=y, anchor="center", valign="bottom", bold=known, color=theme.INK if known else theme.MUTED,
                   lift=6 * canvas.scale if known else 3 * canvas.scale, ground=theme.PAPER,
                   turn=0 if upright else -90)  # fmt: skip
