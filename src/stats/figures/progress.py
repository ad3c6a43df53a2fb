"""How far a programme has come, and what has been published at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pandas as pd

from stats import theme
from stats.errors import InputError
from stats.figures.canvas import EDGE, Canvas, Heading
from stats.figures.chart import TWIN_COLUMNS, Chart, Item
from stats.figures.lettering import balanced, escape, width
from stats.figures.rows import hover, row_ids, row_ticks
from stats.results import Result
from stats.wording import Words, sorted_vi

BAR = 26.0


@dataclass(frozen=True, slots=True)
class Progress:
    """A whole and the parts it falls into: 34 items, 29 done, 5 in progress.

    Attributes
    ----------
    label : str
        What is counted, without the number (``Đề tài, đề án``).
    total : Result
        The whole.
    parts : sequence of (str, Result)
        Name and count, from the most to the least accomplished; they add up to the whole.
    """

    label: str
    total: Result
    parts: Sequence[tuple[str, Result]]


def programme_progress(
    wholes: Sequence[Progress],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "programme-progress",
) -> Chart:
    """Draw each whole as one bar of equal length, split into its parts, every part named with its count.

    Parameters
    ----------
    wholes : sequence of Progress
        From top to bottom.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When parts do not add up to their whole: the gap would be drawn as if it were nothing.
    """
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    s = canvas.scale
    at = 2 * s
    items: list[Item] = []
    for whole in wholes:
        total = _checked(whole)
        name_line = f"{whole.label}: {words.number(total)}"
        canvas.say(escape(name_line), 0, at, xref="paper", valign="top", bold=True)
        at += canvas.line() + 4 * s
        below = _segments(canvas, whole, total, at, items)
        at += BAR * s + below + 16 * s
    canvas.axes["xaxis"] = {"range": [0, 1], "showticklabels": False, "fixedrange": True, "anchor": "y"}
    canvas.axes["yaxis"] = {"range": [at, 0], "showticklabels": False, "fixedrange": True, "anchor": "x"}
    said = [
        f"{w.label}: {words.join([_part_text(words, n, r, w.total.estimate or 1) for n, r in w.parts])}" for w in wholes
    ]
    return canvas.finish(name, items, kind="progress", plot_height=at, finding="; ".join(said))


def _checked(whole: Progress) -> float:
    total = whole.total.estimate or 0.0
    parts = sum(r.estimate or 0.0 for _, r in whole.parts)
    if not total or parts != total:
        raise InputError(
            f"The parts of {whole.label!r} add up to {parts:g}, the whole is {total:g}; show them as counts instead.",
            f"Các phần của {whole.label!r} cộng lại là {parts:g}, tổng là {total:g}; hãy trình bày dưới dạng số đếm.",
        )
    return total


def _segments(canvas: Canvas, whole: Progress, total: float, top: float, items: list[Item]) -> float:
    """Draw one bar with its names below, and return the height of the names."""
    s, words = canvas.scale, canvas.words
    texts = [_part_text(words, name, r, total) for name, r in whole.parts]
    lines = _placed(canvas, texts, [(r.estimate or 0.0) / total for _, r in whole.parts])
    before = 0.0
    for i, ((name, r), text, (lane, anchor, x)) in enumerate(zip(whole.parts, texts, lines, strict=True)):
        share = (r.estimate or 0.0) / total
        item = Item(name, r, panel=whole.label, strong=i == 0)
        items.append(item)
        canvas.traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": [share],
                "base": [before],
                "y": [top + BAR * s / 2],
                "width": [BAR * s],
                "marker": _tone(i),
                "hoverinfo": "text",
                "hovertext": [hover(item, text)],
                "customdata": [row_ids(item)],
                "name": escape(name),
            }
        )
        if share * canvas.plot_width > width(words.number(r.estimate or 0.0), canvas.font, bold=True) + 10 * s:
            inside = theme.PAPER if i == 0 else theme.INK
            canvas.say(words.number(r.estimate or 0.0), before + share / 2, top + BAR * s / 2, anchor="center",
                       bold=True, color=inside, ground="" if i == 0 else theme.PAPER)  # fmt: skip
        y = top + BAR * s + 3 * s + lane * canvas.line()
        canvas.say(escape(text), x, y, xref="paper", valign="top", anchor=anchor)
        before += share
    return (max(lane for lane, *_ in lines) + 1) * canvas.line()


def _placed(canvas: Canvas, texts: Sequence[str], shares: Sequence[float]) -> list[tuple[int, str, float]]:
    """Return lane, anchor and place of each part's name: below its part, moved down when it would not fit."""
    full = canvas.plot_width
    placed: list[tuple[int, str, float]] = []
    taken: list[float] = []
    before = 0.0
    for i, (text, share) in enumerate(zip(texts, shares, strict=True)):
        long = width(text, canvas.font) + 10 * canvas.scale
        last = i == len(texts) - 1 and i > 0
        anchor, x = ("right", 1.0) if last or before * full + long > full else ("left", before)
        start = full - long if anchor == "right" else before * full
        lane = next((n for n, busy in enumerate(taken) if busy <= start + 0.5), len(taken))
        end = start + long
        if lane == len(taken):
            taken.append(end)
        else:
            taken[lane] = end
        placed.append((lane, anchor, x))
        before += share
    return placed


def _tone(i: int) -> dict[str, Any]:
    if i == 0:
        return {"color": theme.MAIN, "line": {"color": theme.MAIN, "width": 1}}
    return {
        "color": theme.PALE, "line": {"color": theme.MAIN, "width": 1},
        "pattern": {"shape": "/" if i == 1 else ".", "fgcolor": theme.MAIN, "bgcolor": theme.PAPER,
                    "fillmode": "replace", "size": 7, "solidity": 0.15},
    }  # fmt: skip


def _part_text(words: Words, name: str, r: Result, total: float) -> str:
    return f"{name}: {words.cell(r)} ({words.percent((r.estimate or 0.0) / total, 0)})"


STATUSES = ("published", "approximate", "conflicting", "missing")
"""What a cell of the coverage grid can say."""

_TONES = {
    "published": (theme.MAIN, theme.PAPER),
    "approximate": (theme.PALE, theme.INK),
    "conflicting": (theme.ACCENT, theme.PAPER),
    "missing": (theme.PAPER, theme.MUTED),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one section for one body.

    Attributes
    ----------
    row, column : str
        The body and the section, in words.
    status : str
        One of ``STATUSES``.
    rows, sources : tuple of str
        Ids of the curated rows and of the documents.
    """

    row: str
    column: str
    status: str
    rows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def coverage(
    cells: Sequence[Cell],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "coverage",
) -> Chart:
    """Draw a grid of bodies and sections; every cell says its state by a word mark and by its tone.

    Parameters
    ----------
    cells : sequence of Cell
        Combinations left out count as missing. Columns keep their order, rows are sorted by name.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.
    """
    bodies = sorted_vi({c.row for c in cells})
    sections = list(dict.fromkeys(c.column for c in cells))
    by_place = {(c.row, c.column): c for c in cells}
    legend = "; ".join(f"{_sign(words, st)}: {words.text(f'chart.coverage.{st}')}" for st in STATUSES)
    canvas = Canvas(words, Heading(title, subtitle, source, [legend + ".", *notes], size))
    s = canvas.scale
    names = [balanced(b, canvas.size.width * 0.3, canvas.font) for b in bodies]
    canvas.left = EDGE * s + max(width(t, canvas.font) for lines in names for t in lines) + 10 * s
    each = canvas.plot_width / len(sections)
    small = canvas.font * 0.85
    heads = [balanced(c, each - 4 * s, small) for c in sections]
    top = max(len(h) for h in heads) * canvas.line(small) + 6 * s
    tall = [max(26 * s, len(n) * canvas.line() + 6 * s) for n in names]
    edges = [top + sum(tall[:i]) for i in range(len(tall) + 1)]
    for j, head in enumerate(heads):
        canvas.say(
            "<br>".join(escape(t) for t in head), j + 0.5, top - 4 * s, anchor="center", valign="bottom", font=small
        )
    grid = [[by_place.get((b, c), Cell(b, c, "missing")) for c in sections] for b in bodies]
    for i, line in enumerate(grid):
        for j, cell in enumerate(line):
            ground, ink = _TONES[cell.status]
            canvas.shapes.append(
                {
                    "type": "rect",
                    "xref": "x",
                    "yref": "y",
                    "x0": j + 0.03,
                    "x1": j + 0.97,
                    "y0": edges[i] + 1.5 * s,
                    "y1": edges[i + 1] - 1.5 * s,
                    "fillcolor": ground,
                    "line": {"color": theme.RULE, "width": 0.8},
                    "layer": "below",
                }
            )
            canvas.say(_sign(words, cell.status), j + 0.5, (edges[i] + edges[i + 1]) / 2, anchor="center", color=ink)
    _grid_trace(canvas, grid, edges)
    canvas.axes["xaxis"] = {"range": [0, len(sections)], "showticklabels": False, "fixedrange": True, "anchor": "y"}
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    canvas.axes["yaxis"] = {
        "range": [edges[-1], 0], "fixedrange": True, "anchor": "x",
        **row_ticks(canvas, middles, ["<br>".join(escape(t) for t in n) for n in names]),
    }  # fmt: skip
    flat = [cell for line in grid for cell in line]
    chart = canvas.finish(name, [], kind="coverage", plot_height=edges[-1], table=_coverage_table(words, flat),
                          finding=_tally(words, flat), shorthand=False)  # fmt: skip
    rows = tuple(dict.fromkeys(r for c in flat for r in c.rows))
    sources = tuple(dict.fromkeys(r for c in flat for r in c.sources))
    chart.spec["layout"]["meta"] |= {"rows": list(rows), "sources": list(sources)}
    return replace(chart, rows=rows, sources=sources)


def _grid_trace(canvas: Canvas, grid: list[list[Cell]], edges: list[float]) -> None:
    flat = [(i, j, cell) for i, line in enumerate(grid) for j, cell in enumerate(line)]
    words = canvas.words
    canvas.traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [j + 0.5 for _, j, _ in flat],
            "y": [(edges[i] + edges[i + 1]) / 2 for i, _, _ in flat],
            "marker": {"size": 20, "opacity": 0},
            "hoverinfo": "text",
            "customdata": [" ".join(c.rows) for *_, c in flat],
            "hovertext": [
                f"<b>{escape(c.row)}</b><br>{escape(c.column)}: {words.text(f'chart.coverage.{c.status}')}"
                for *_, c in flat
            ],
        }
    )


def _cell_hover(words: Words, cell: Cell) -> str:
    return f"<b>{escape(cell.row)}</b><br>{escape(cell.column)}: {words.text(f'chart.coverage.{cell.status}')}"


def _sign(words: Words, status: str) -> str:
    return words.text(f"chart.sign.{status}")


def _tally(words: Words, cells: Sequence[Cell]) -> str:
    counts = {st: sum(c.status == st for c in cells) for st in STATUSES}
    said = [f"{words.text(f'chart.coverage.{st}')} {words.number(n)}" for st, n in counts.items() if n]
    return words.text("chart.alt.coverage", n=len(cells), listed=words.join(said))


def _coverage_table(words: Words, cells: Sequence[Cell]) -> pd.DataFrame:
    made = [
        {"label": c.row, "series": c.column, "value": words.text(f"chart.coverage.{c.status}"), "state": c.status,
         "rows": " ".join(c.rows), "sources": " ".join(c.sources)}
        for c in cells
    ]  # fmt: skip
    frame = pd.DataFrame(made, columns=list(TWIN_COLUMNS))
    text = ["panel", "share", "interval", "unit", "approx"]
    frame[text] = ""
    return frame
