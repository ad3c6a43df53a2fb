"""Horizontal charts: labelled rows, one or more panels, a bar with its number in each row.

Shared by the chart functions; a panel has its own scale from zero, because panels differ in unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from stats import theme
from stats.figures.canvas import EDGE, Canvas
from stats.figures.chart import Item, used_rows
from stats.figures.lettering import balanced, capital, escape, width
from stats.results import Approx, State
from stats.wording import NBSP, Words

ROW = 28.0
BAR = 18.0
GAP = 26.0
"""Height of a row and of its bar, and the room between panels, in pixels of a page."""

PAD = 9.0
"""Room between a bar, its number and the edge, in pixels of a page."""

LEAST = 0.2
"""Part of a panel that the longest bar keeps, whatever is printed behind it."""

LABELS = 0.36
"""Largest part of the width that row labels may take."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its label, and whether it opens a group."""

    label: str
    head: bool = False
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar in a row of a panel."""

    row: int
    value: float
    text: str
    item: Item
    low: float | None = None
    high: float | None = None
    strong: bool = True
    hollow: bool = False
    slot: int = 0
    slots: int = 1


@dataclass(slots=True)
class Panel:
    """A small multiple: its name and its marks."""

    title: str
    marks: list[Mark] = field(default_factory=list)


def amount(words: Words, item: Item, *, digits: int | None = None) -> str:
    """Return the number printed on a mark: ``3.542``, ``122 (38%)`` or ``1.783 (75,0%)``."""
    r, share = item.result, item.share
    if r.state is not State.VALUE:
        return words.cell(r)
    if share is not None and share.state is State.VALUE:
        return f"{words.cell(r)} ({words.cell(share, digits=digits)})"
    if r.kind == "share" and r.numerator is not None:
        return f"{words.number(r.numerator)} ({words.cell(r, digits=digits)})"
    return words.cell(r, digits=digits)


def mark(words: Words, item: Item, row: int, *, digits: int | None = None, **changes: Any) -> Mark:
    """Return the bar of an item; one without a number keeps its place, with its shorthand."""
    r = item.result
    interval = r.kind != "count" or r.approx is not Approx.EXACT
    value = r.estimate if r.state is State.VALUE and r.estimate is not None else 0.0
    made = Mark(
        row=row,
        value=value,
        text=amount(words, item, digits=digits),
        item=item,
        low=r.conf_low if interval else None,
        high=r.conf_high if interval else None,
        strong=item.strong,
        hollow=r.approx is not Approx.EXACT or (r.derived and r.kind == "count"),
    )
    return replace(made, **changes)


def draw(canvas: Canvas, rows: Sequence[Row], panels: Sequence[Panel]) -> float:
    """Draw rows and panels on a canvas and return the height of the plot.

    Parameters
    ----------
    canvas : Canvas
        Its left margin is set to fit the row labels.
    rows : sequence of Row
        From top to bottom; a row that opens a group prints its label from the left edge and has no bar.
    panels : sequence of Panel
        From left to right, each with its own scale from zero.
    """
    s = canvas.scale
    canvas.scales = len(panels)
    labels = _label_column(canvas, rows)
    gap = GAP * s if len(panels) > 1 else 0.0
    each = (canvas.plot_width - gap * (len(panels) - 1)) / len(panels)
    titles = [_head(canvas, p.title, each) if p.title else [] for p in panels]
    said = [[_lines(canvas, p, m, each) for m in p.marks] for p in panels]
    top = max(len(t) for t in titles) * canvas.line() + (5 * s if any(titles) else 0)
    edges = _edges(canvas, rows, labels, panels, said, top)
    centres = [(low + high) / 2 for low, high in edges]
    height = edges[-1][1] + 2 * s
    for i, (panel, title, texts) in enumerate(zip(panels, titles, said, strict=True)):
        left = i * (each + gap) / canvas.plot_width
        _axes(canvas, i, (left, left + each / canvas.plot_width), _reach(canvas, panel, texts, each), height)
        _baselines(canvas, i, rows, edges)
        _bars(canvas, i, panel, texts, centres)
        if title:
            text = "<br>".join(escape(t) for t in title)
            canvas.say(text, left, 1, xref="paper", yref="paper", valign="top", bold=True)
    for row, lines, centre in zip(rows, labels, centres, strict=True):
        if row.head:
            text = "<br>".join(escape(t) for t in lines)
            canvas.say(text, 0, centre, xref="paper", bold=True, shift=EDGE * s - canvas.left)
    plain = [i for i, row in enumerate(rows) if not row.head]
    canvas.axes["yaxis"] |= row_ticks(
        canvas, [centres[i] for i in plain], ["<br>".join(escape(t) for t in labels[i]) for i in plain]
    )
    return height


def _head(canvas: Canvas, title: str, room: float) -> list[str]:
    """Return the name of a panel in lines; no-break spaces give way where it would run into the next panel."""
    lines = balanced(capital(title), room, canvas.font, bold=True)
    if max(width(t, canvas.font, bold=True) for t in lines) <= room:
        return lines
    return balanced(capital(title).replace(NBSP, " "), room, canvas.font, bold=True)


def _lines(canvas: Canvas, panel: Panel, m: Mark, each: float) -> list[str]:
    """Return the number of a mark in lines that leave the bars some room; no-break spaces give way last."""
    room = each * (1 - LEAST * _part(panel, m)) - PAD * canvas.scale
    for text in (m.text, m.text.replace(NBSP, " ")):
        lines = balanced(text, room, canvas.font, bold=m.strong)
        if max(width(t, canvas.font, bold=m.strong) for t in lines) <= room:
            break
    return lines


def _part(panel: Panel, m: Mark) -> float:
    """Return the length of a bar, with its interval, as a part of the longest one."""
    most = max((max(other.value, other.high or 0.0) for other in panel.marks), default=0.0)
    return max(m.value, m.high or 0.0) / most if most else 0.0


def row_ticks(canvas: Canvas, places: Sequence[float], texts: Sequence[str]) -> dict[str, Any]:
    """Return the axis settings that print row labels left of the plot."""
    return {
        "tickmode": "array", "tickvals": list(places), "ticktext": list(texts), "showticklabels": True,
        "tickfont": {"size": canvas.font, "color": theme.INK}, "ticks": "outside", "ticklen": 6 * canvas.scale,
        "tickcolor": "rgba(0,0,0,0)",
    }  # fmt: skip


def extremes(words: Words, items: Sequence[Item], *, digits: int | None = None) -> str:
    """Return the sentence on the largest and smallest value, for the alternative text.

    Values of different units are never ranked against each other: with several units, the largest
    of each is named.
    """
    known = [item for item in items if item.result.state is State.VALUE and item.result.estimate is not None]
    if not known:
        return words.text("chart.alt.nothing")
    by_unit: dict[tuple[str, str], list[Item]] = {}
    for item in known:
        by_unit.setdefault((item.panel if len({i.panel for i in known}) > 1 else "", item.result.unit), []).append(item)
    tops = [max(group, key=_estimate) for group in by_unit.values()]
    said = [words.text("chart.alt.one", label=full_label(top), value=amount(words, top, digits=digits)) for top in tops]
    if len(tops) > 1:
        return words.text("chart.alt.largest", listed="; ".join(said))
    top, low = tops[0], min(known, key=_estimate)
    if len(known) < 2 or _estimate(top) == _estimate(low):
        return said[0]
    return words.text(
        "chart.alt.extremes", label=full_label(top), value=amount(words, top, digits=digits),
        low=full_label(low), lowest=amount(words, low, digits=digits),
    )  # fmt: skip


def full_label(item: Item) -> str:
    """Return the label of an item with its series and panel, where it has them."""
    extra = ", ".join(part for part in (item.series, item.panel) if part)
    return f"{item.label} ({extra})" if extra else item.label


def hover(item: Item, text: str) -> str:
    """Return what shows under the pointer: the label, the number, and the rows it comes from."""
    lines = [f"<b>{escape(full_label(item))}</b>", escape(text)]
    return "<br>".join(lines)


def row_ids(item: Item) -> str:
    """Return the ids of the rows behind a mark, for the page to open."""
    return " ".join(used_rows([item]))


def _estimate(item: Item) -> float:
    return item.result.estimate or 0.0


def _label_column(canvas: Canvas, rows: Sequence[Row]) -> list[list[str]]:
    """Wrap the labels and set the left margin to the widest; labels of groups run over the plot."""
    limit = canvas.size.width * LABELS
    labels = [
        balanced(capital(row.label), canvas.inner if row.head else limit, canvas.font, bold=row.head) for row in rows
    ]
    plain = [line for row, lines in zip(rows, labels, strict=True) if not row.head for line in lines]
    widest = max((width(line, canvas.font) for line in plain), default=0.0)
    canvas.left = EDGE * canvas.scale + widest + 8 * canvas.scale
    return labels


def _edges(
    canvas: Canvas,
    rows: Sequence[Row],
    labels: list[list[str]],
    panels: Sequence[Panel],
    said: Sequence[Sequence[Sequence[str]]],
    top: float,
) -> list[tuple[float, float]]:
    """Return top and bottom of each row."""
    s = canvas.scale
    edges = []
    at = top
    for i, row in enumerate(rows):
        slots = max((m.slots for p in panels for m in p.marks if m.row == i), default=1)
        bars = 0.0 if row.head else (ROW + (slots - 1) * (BAR + 3)) * s
        here = [len(t) for p, texts in zip(panels, said, strict=True) for m, t in zip(p.marks, texts, strict=True)
                if m.row == i]  # fmt: skip
        lines = max(len(labels[i]), max(here, default=1) * slots)
        tall = max(lines * canvas.line() + 6 * s, bars)
        edges.append((at, at + tall))
        at += tall + row.after * s
    return edges


def _baselines(canvas: Canvas, i: int, rows: Sequence[Row], edges: Sequence[tuple[float, float]]) -> None:
    """Draw the zero line beside each run of rows, leaving the labels of groups free."""
    n = "" if i == 0 else str(i + 1)
    runs: list[list[float]] = []
    for row, (low, high) in zip(rows, edges, strict=True):
        if row.head:
            runs.append([])
            continue
        if not runs or not runs[-1]:
            runs[-1:] = [[low, high]]
        runs[-1][1] = high
    canvas.shapes.extend(
        {
            "type": "line", "xref": f"x{n}", "yref": f"y{n}", "x0": 0, "x1": 0, "y0": run[0], "y1": run[1],
            "line": {"color": theme.RULE, "width": 1}, "layer": "above",
        }
        for run in runs if run
    )  # fmt: skip


def _reach(canvas: Canvas, panel: Panel, texts: Sequence[Sequence[str]], each: float) -> float:
    """Largest value of the axis, such that every number fits behind its bar."""
    most = max((max(m.value, m.high or 0.0) for m in panel.marks), default=0.0)
    reach = most
    for m, lines in zip(panel.marks, texts, strict=True):
        widest = max(width(t, canvas.font, bold=m.strong) for t in lines)
        room = max(each - PAD * canvas.scale - widest, each * LEAST * _part(panel, m)) or each
        reach = max(reach, max(m.value, m.high or 0.0) * each / room)
    return reach or 1.0


def _axes(canvas: Canvas, i: int, domain: tuple[float, float], reach: float, height: float) -> None:
    n = "" if i == 0 else str(i + 1)
    canvas.axes[f"xaxis{n}"] = {
        "domain": [round(domain[0], 5), min(1.0, round(domain[1], 5))],
        "anchor": f"y{n}", "range": [0, reach], "showticklabels": False, "fixedrange": True,
    }  # fmt: skip
    canvas.axes[f"yaxis{n}"] = {
        "anchor": f"x{n}", "range": [height, 0], "showticklabels": False, "fixedrange": True,
    }  # fmt: skip


def _bars(canvas: Canvas, i: int, panel: Panel, texts: Sequence[Sequence[str]], centres: Sequence[float]) -> None:
    n = "" if i == 0 else str(i + 1)
    s = canvas.scale
    ys = [_place(m, centres, s) for m in panel.marks]
    for alike in looks(panel.marks):
        shown = [panel.marks[k] for k in alike]
        canvas.traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "xaxis": f"x{n}",
                "yaxis": f"y{n}",
                "name": escape(panel.title),
                "x": [m.value for m in shown],
                "y": [ys[k] for k in alike],
                "width": [BAR * s] * len(shown),
                "marker": fill(shown),
                "hoverinfo": "text",
                "hovertext": [hover(m.item, m.text) for m in shown],
                "customdata": [row_ids(m.item) for m in shown],
            }
        )
    whiskers(canvas, [(m.low, m.high, y) for m, y in zip(panel.marks, ys, strict=True)], n, across=3.5 * s)
    for m, lines, y in zip(panel.marks, texts, ys, strict=True):
        end = max(m.value, m.high or 0.0)
        canvas.say(
            "<br>".join(escape(t) for t in lines), end, y, xref=f"x{n}", yref=f"y{n}", bold=m.strong, shift=6 * s
        )


def _place(m: Mark, centres: Sequence[float], s: float) -> float:
    return centres[m.row] + (m.slot - (m.slots - 1) / 2) * (BAR + 3) * s


def looks(marks: Sequence[Any]) -> list[list[int]]:
    """Return the places of the marks that look alike, group by group: a trace takes one pattern only."""
    groups: dict[tuple[bool, bool], list[int]] = {}
    for k, m in enumerate(marks):
        groups.setdefault((m.strong, m.hollow), []).append(k)
    return list(groups.values())


def fill(marks: Sequence[Any]) -> dict[str, Any]:
    """Return the marker of bars that look alike: strong or context, hatched when the figure is not exact."""
    color = theme.MAIN if marks[0].strong else theme.CONTEXT
    if not marks[0].hollow:
        return {"color": color, "line": {"color": color, "width": 0}}
    return {
        "color": theme.PAPER,
        "line": {"color": color, "width": 1.2},
        "pattern": {
            "shape": "/", "fgcolor": color, "bgcolor": theme.PAPER, "fillmode": "overlay", "size": 6,
            "solidity": 0.2, "fgopacity": 1,
        },
    }  # fmt: skip


def whiskers(
    canvas: Canvas, bounds: Sequence[tuple[float | None, float | None, float]], n: str, *, across: float
) -> None:
    """Draw thin interval lines with end caps, edged in white so that they show on dark bars."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for low, high, y in bounds:
        if low is None or high is None:
            continue
        xs += [low, low, None, low, high, None, high, high, None]
        ys += [y - across, y + across, None, y, y, None, y - across, y + across, None]
    if not xs:
        return
    for color, thick in ((theme.PAPER, 3.4), (theme.INK, 1.3)):
        canvas.traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "xaxis": f"x{n}",
                "yaxis": f"y{n}",
                "x": xs,
                "y": ys,
                "line": {"color": color, "width": thick * canvas.scale},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
