"""What became of those examined: the funnel of one period, and shares compared between periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from stats import theme
from stats.figures.canvas import EDGE, Canvas, Heading, fitted
from stats.figures.chart import Chart, Item
from stats.figures.lettering import balanced, capital, escape, width
from stats.figures.rows import LABELS, Panel, Row, amount, draw, extremes, hover, mark, row_ids, row_ticks
from stats.figures.scales import thinned, upto
from stats.results import Approx, Result, State
from stats.wording import Words


@fitted
def inspection_funnel(
    items: Sequence[Item],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "inspection-funnel",
    digits: int | None = 0,
) -> Chart:
    """Draw the stages examined, violation found, must be disciplined, disciplined, side by side for two subjects.

    Parameters
    ----------
    items : sequence of Item
        `label` is the stage in its order, `panel` the subject, `share` the share of those examined.
        The first stage of a panel may count instances and the later ones organisations; then the
        note that units differ belongs into `notes`.
    digits : int, optional
        Decimals of the shares: none by default, as reports print them (``122 (38%)``), since a
        same-period ratio of two units bears no more.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.
    """
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    stages = list(dict.fromkeys(item.label for item in items))
    panels = {item.panel: Panel(item.panel) for item in items}
    for item in items:
        text = _with_unit(words, item, items, digits)
        panels[item.panel].marks.append(mark(words, item, stages.index(item.label), digits=digits, text=text))
    height = draw(canvas, [Row(stage) for stage in stages], list(panels.values()))
    finding = "; ".join(_found(words, items, panel, digits) for panel in panels)
    return canvas.finish(name, items, kind="funnel", plot_height=height, finding=finding, digits=digits)


def _with_unit(words: Words, item: Item, items: Sequence[Item], digits: int | None) -> str:
    """Return the number of a mark, with its unit where the panel holds more than one (``317 lượt``)."""
    text = amount(words, item, digits=digits)
    units = {i.result.unit for i in items if i.panel == item.panel}
    if len(units) < 2 or item.result.unit != "instances" or item.share is not None:
        return text
    return words.count(item.result)


def _found(words: Words, items: Sequence[Item], panel: str, digits: int | None) -> str:
    mine = [item for item in items if item.panel == panel]
    steps = [f"{item.label[:1].lower()}{item.label[1:]} {_with_unit(words, item, items, digits)}" for item in mine]
    return f"{panel}: {words.join(steps)}"


@fitted
def conversion_compared(
    items: Sequence[Item],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "conversion-compared",
) -> Chart:
    """Draw shares of two periods as points on one line, each with its interval.

    Parameters
    ----------
    items : sequence of Item
        `label` is the measure (a row), `series` the period, `result` the share with its interval.
        Items with ``strong=False`` are drawn hollow (the earlier period).

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.
    """
    canvas = Canvas(words, Heading(title, subtitle, source, explained(words, items, notes), size))
    return points(canvas, items, name=name, kind="points", percent=True)


@fitted
def rate_compared(
    items: Sequence[Item],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "rate-compared",
) -> Chart:
    """Draw rates as points with intervals from zero; a refused rate with bounds shows its bounds only.

    Parameters
    ----------
    items : sequence of Item
        `label` is the row (a body or a period), `result` the rate; `per` and `base` are said in the
        subtitle by the caller. Items with ``strong=False`` are drawn hollow.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.
    """
    canvas = Canvas(words, Heading(title, subtitle, source, explained(words, items, notes), size))
    return points(canvas, items, name=name, kind="points", percent=False)


def explained(words: Words, items: Sequence[Item], notes: Sequence[str]) -> list[str]:
    """Return the notes of points with intervals: the meaning of the thin lines comes first."""
    levels = [i.result.conf_level for i in items if i.result and i.result.conf_level is not None]
    said = [words.text("chart.interval_lines", level=words.percent(levels[0], 0))] if levels else []
    if any(_bounds_only(i.result) for i in items):
        said.append(words.text("chart.bounds_only"))
    return [*said, *notes]


def points(
    canvas: Canvas, items: Sequence[Item], *, name: str, kind: str, percent: bool, texts: Sequence[str] = (),
    table: pd.DataFrame | None = None, finding: str = "",
) -> Chart:  # fmt: skip
    """Draw rows of points with intervals on a shared scale from zero, and finish the chart.

    Parameters
    ----------
    canvas : Canvas
        A fresh canvas.
    items : sequence of Item
        Rows group by `label`; within a row one line of the plot a `series`.
    name, kind : str
        As in `Canvas.finish`.
    percent : bool
        Scale in percent.
    texts : sequence of str
        What is printed right of the rows, in the order of `items`; by default their values.
    table, finding
        As in `Canvas.finish`, when the chart has its own.
    """
    s, words = canvas.scale, canvas.words
    groups = list(dict.fromkeys(item.label for item in items))
    several = any(item.series for item in items)
    ordered = [i for group in groups for i in items if i.label == group]
    names = [_side(canvas, item, several=several) for item in ordered]
    canvas.left = EDGE * s + max((width(t, canvas.font) for lines in names for t in lines), default=0.0) + 10 * s
    texts = texts or [_point_text(words, item) for item in ordered]
    canvas.right = EDGE * s + max((width(t, canvas.font, bold=True) for t in texts), default=0.0) + 12 * s
    top = max((max(i.result.conf_high or 0.0, i.result.estimate or 0.0) for i in items), default=0.0) or 1.0
    ticks = upto(min(1.0, top) if percent else top)
    at = 2 * s
    places: list[float] = []
    runs: list[tuple[float, float]] = []
    for group in groups:
        if several:
            head = balanced(capital(group), canvas.inner, canvas.font, bold=True)
            canvas.say("<br>".join(escape(h) for h in head), 0, at, xref="paper", bold=True, valign="top",
                       shift=EDGE * s - canvas.left)  # fmt: skip
            at += len(head) * canvas.line() + 3 * s
        start = at
        for item, lines in zip(ordered, names, strict=True):
            if item.label == group:
                tall = max(26 * s, len(lines) * canvas.line() + 5 * s)
                places.append(at + tall / 2)
                at += tall
        runs.append((start, at))
        at += 8 * s if several else 0
    _point_axes(canvas, places, names, at, ticks, percent=percent)
    _grid(canvas, ticks, runs if several else [(0.0, at)])
    _point_marks(canvas, ordered, places, texts, ticks[-1])
    told = finding or (_compared(words, ordered) if several else extremes(words, ordered))
    return canvas.finish(name, ordered, kind=kind, plot_height=at, below=canvas.line() + 6 * s, finding=told,
                         table=table)  # fmt: skip


def _compared(words: Words, items: Sequence[Item]) -> str:
    """Return the values of each group side by side, for the alternative text."""
    groups: dict[str, list[str]] = {}
    for item in items:
        groups.setdefault(item.label, []).append(f"{item.series} {_point_text(words, item)}")
    return "; ".join(f"{label}: {', '.join(said)}" for label, said in groups.items())


def _grid(canvas: Canvas, ticks: Sequence[float], runs: Sequence[tuple[float, float]]) -> None:
    """Draw light lines at the ticks beside each group, leaving the labels of groups free."""
    canvas.shapes.extend(
        {
            "type": "line", "xref": "x", "yref": "y", "x0": tick, "x1": tick, "y0": low, "y1": high,
            "line": {"color": theme.RULE if tick == 0 else theme.GRID, "width": 1}, "layer": "below",
        }
        for low, high in runs for tick in ticks
    )  # fmt: skip


def _side(canvas: Canvas, item: Item, *, several: bool) -> list[str]:
    return balanced(capital(item.series if several else item.label), canvas.size.width * LABELS, canvas.font)


def _point_text(words: Words, item: Item) -> str:
    r = item.result
    if item.parts and r.state is State.VALUE:
        return f"{words.cell(r)} ({'/'.join(words.count(part, unit=False) for part in item.parts)})"
    if r.state is State.VALUE:
        return words.share_of(r) if r.kind == "share" else words.cell(r)
    if _bounds_only(r):
        return words.interval(replace(r, state=State.VALUE, estimate=r.conf_low), named=False)
    return words.cell(r)


def _bounds_only(r: Result) -> bool:
    return r.state is not State.VALUE and r.conf_low is not None and r.conf_high is not None


def _point_axes(
    canvas: Canvas, places: Sequence[float], names: Sequence[Sequence[str]], height: float, ticks: Sequence[float],
    *, percent: bool,
) -> None:  # fmt: skip
    words = canvas.words
    scale = 100 if percent else 1
    digits = 0 if all(round(t * scale, 6) % 1 == 0 for t in ticks) else 1
    texts = [words.percent(t, digits) if percent and t else words.number(t, digits if t else 0) for t in ticks]
    shown = thinned(ticks, max(width(t, canvas.font * 0.9) for t in texts), canvas.plot_width)
    canvas.axes["xaxis"] = {
        "range": [0, ticks[-1]], "tickmode": "array", "tickvals": [ticks[i] for i in shown],
        "ticktext": [texts[i] for i in shown],
        "tickfont": {"size": canvas.font * 0.9, "color": theme.MUTED}, "fixedrange": True, "anchor": "y",
        "ticklabelstandoff": 4,
    }  # fmt: skip
    canvas.axes["yaxis"] = {
        "range": [height, 0],
        "fixedrange": True,
        "anchor": "x",
        **row_ticks(canvas, places, ["<br>".join(escape(t) for t in lines) for lines in names]),
    }


def _point_marks(
    canvas: Canvas, items: Sequence[Item], places: list[float], texts: Sequence[str], reach: float
) -> None:
    s, words = canvas.scale, canvas.words
    for strong in (False, True):
        pairs = [(i, y) for i, y in zip(items, places, strict=True) if i.strong is strong]
        lines = [(i.result.conf_low, min(i.result.conf_high, reach), y) for i, y in pairs
                 if i.result.conf_low is not None and i.result.conf_high is not None]  # fmt: skip
        if lines:
            canvas.traces.append(_interval_lines(lines, theme.MAIN if strong else theme.RULE, s))
        color = theme.MAIN if strong else theme.RULE
        for hollow in (False, True):
            # An earlier figure and an approximate one are hollow; colour tells the two periods apart.
            shown = [
                (i, y) for i, y in pairs
                if i.result.state is State.VALUE and (not strong or i.result.approx is not Approx.EXACT) is hollow
            ]  # fmt: skip
            if not shown:
                continue
            canvas.traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [i.result.estimate for i, _ in shown],
                    "y": [y for _, y in shown],
                    "cliponaxis": False,
                    "hoverinfo": "text",
                    "hovertext": [hover(i, _point_text(words, i)) for i, _ in shown],
                    "customdata": [row_ids(i) for i, _ in shown],
                    "marker": {
                        "size": 11 * s,
                        "color": theme.PAPER if hollow else color,
                        "line": {"color": color, "width": 2 * s},
                    },
                }
            )
    for item, text, y in zip(items, texts, places, strict=True):
        canvas.say(escape(text), 1, y, xref="paper", bold=item.strong, shift=12 * s)


def _interval_lines(lines: list[tuple[float, float, float]], color: str, s: float) -> dict[str, object]:
    xs: list[float | None] = []
    ys: list[float | None] = []
    cap = 4 * s
    for low, high, y in lines:
        xs += [low, low, None, low, high, None, high, high, None]
        ys += [y - cap, y + cap, None, y, y, None, y - cap, y + cap, None]
    return {
        "type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": {"color": color, "width": 1.5 * s},
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
