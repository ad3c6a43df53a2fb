"""Grids of counts: rows by columns, the number printed in every cell, its size repeated by the tone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pandas as pd

from stats import theme
from stats.figures.canvas import EDGE, Canvas, Heading, fitted
from stats.figures.chart import TWIN_COLUMNS, Chart
from stats.figures.lettering import balanced, escape, width
from stats.figures.rows import row_ticks
from stats.wording import Words

STEPS = (1, 2, 5, 10)
"""Where a tone begins: one, 2 to 4, 5 to 9, 10 and more."""

_TONES = (
    (theme.PAPER, theme.MUTED), ("#f1f5f9", theme.INK), (theme.PALE, theme.INK), ("#a9c4d9", theme.INK),
    (theme.MAIN, theme.PAPER),
)  # fmt: skip
"""Ground and ink of nothing and of each step; every pair has a contrast above 4.5:1."""

SOFT = "\u00ad"
"""Soft hyphen: where the name of a column may be divided."""

ROW = 23.0
"""Height of a row in pixels of a page."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One cell of a grid of counts.

    Attributes
    ----------
    row, column : str
        What it counts, in words; soft hyphens in the name of a column are where it may be divided.
    count : int
        How many; 0 prints a dash.
    mark : str
        A sign after the number, explained in the notes (``≠``).
    rows, sources : tuple of str
        Ids of the curated rows and of the documents.
    """

    row: str
    column: str
    count: int
    mark: str = ""
    rows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@fitted
def tally_grid(
    cells: Sequence[Tally],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "tally-grid",
) -> Chart:
    """Draw counts in a grid; rows and columns keep the order they first appear in.

    Parameters
    ----------
    cells : sequence of Tally
        Combinations left out count as none.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.
    """
    rows = list(dict.fromkeys(c.row for c in cells))
    columns = list(dict.fromkeys(c.column for c in cells))
    by_place = {(c.row, c.column): c for c in cells}
    grid = [[by_place.get((r, c), Tally(r, c, 0)) for c in columns] for r in rows]
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    edges = _frame(canvas, rows, columns)
    _tiles(canvas, grid, edges)
    flat = [cell for line in grid for cell in line]
    chart = canvas.finish(
        name, [], kind="coverage", plot_height=edges[-1], table=_twin(words, flat), finding=_most(words, grid),
        shorthand=False,
    )  # fmt: skip
    traced = tuple(dict.fromkeys(r for c in flat for r in c.rows))
    papers = tuple(dict.fromkeys(s for c in flat for s in c.sources))
    chart.spec["layout"]["meta"] |= {"rows": list(traced), "sources": list(papers)}
    return replace(chart, rows=traced, sources=papers)


def _frame(canvas: Canvas, rows: Sequence[str], columns: Sequence[str]) -> list[float]:
    """Write the heads of columns and rows, and return the edges of the rows from top to bottom."""
    s, font = canvas.scale, canvas.font * 0.85
    names = [balanced(row, canvas.size.width * 0.27, canvas.font) for row in rows]
    canvas.left = EDGE * s + max(width(line, canvas.font) for lines in names for line in lines) + 10 * s
    heads = [_head(column, canvas.plot_width / len(columns) - 4 * s, font) for column in columns]
    edges = [max(len(head) for head in heads) * canvas.line(font) + 6 * s]
    for lines in names:
        edges.append(edges[-1] + max(ROW * s, len(lines) * canvas.line() + 5 * s))
    for j, head in enumerate(heads):
        text = "<br>".join(escape(line) for line in head)
        canvas.say(text, j + 0.5, edges[0] - 4 * s, anchor="center", valign="bottom", font=font)
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    canvas.axes["xaxis"] = {"range": [0, len(columns)], "showticklabels": False, "fixedrange": True, "anchor": "y"}
    canvas.axes["yaxis"] = {
        "range": [edges[-1], 0], "fixedrange": True, "anchor": "x",
        **row_ticks(canvas, middles, ["<br>".join(escape(line) for line in lines) for lines in names]),
    }  # fmt: skip
    return edges


def _head(text: str, limit: float, font: float) -> list[str]:
    """Break the name of a column into lines; a word too wide for one is divided at its soft hyphens."""
    if all(width(word, font) <= limit for word in _plain(text).split(" ")):
        return balanced(_plain(text), limit, font)
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {_plain(word)}".strip()
        if width(longer, font) <= limit:
            line = longer
            continue
        if line:
            lines.append(line)
        line, *rest = word.split(SOFT)
        for piece in rest:
            if width(f"{line}{piece}", font) > limit:
                lines.append(f"{line}-")
                line = ""
            line += piece
    return [*lines, line]


def _tiles(canvas: Canvas, grid: Sequence[Sequence[Tally]], edges: Sequence[float]) -> None:
    """Draw the cells as bars, one trace a tone: small on the page however large the grid."""
    s, words = canvas.scale, canvas.words
    for step, (ground, ink) in enumerate(_TONES):
        mine = [(i, j, c) for i, line in enumerate(grid) for j, c in enumerate(line) if _step(c) == step]
        if not mine:
            continue
        trace: dict[str, Any] = {
            "type": "bar",
            "orientation": "h",
            "base": [j + 0.03 for _, j, _ in mine],
            "x": [0.94] * len(mine),
            "y": [(edges[i] + edges[i + 1]) / 2 for i, _, _ in mine],
            "width": [edges[i + 1] - edges[i] - 3 * s for i, _, _ in mine],
            "marker": {"color": ground, "line": {"color": theme.GRID if step == 0 else theme.RULE, "width": 0.8}},
            "text": [escape(_said(words, c)) for *_, c in mine],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "constraintext": "none",
            "textfont": {"color": ink, "size": canvas.font},
            "hoverinfo": "text",
            "hovertext": [
                f"<b>{escape(c.row)}</b><br>{escape(_plain(c.column))}: {escape(_said(words, c))}" for *_, c in mine
            ],
            "customdata": [" ".join(c.rows) for *_, c in mine],
        }
        canvas.traces.append(trace)


def _plain(text: str) -> str:
    return text.replace(SOFT, "")


def _step(cell: Tally) -> int:
    return bisect_right(STEPS, cell.count)


def _said(words: Words, cell: Tally) -> str:
    text = words.number(cell.count) if cell.count else "–"
    return f"{text} {cell.mark}" if cell.mark else text


def _most(words: Words, grid: Sequence[Sequence[Tally]]) -> str:
    """Return the row that has most, for the alternative text."""
    top = max(grid, key=lambda line: sum(c.count for c in line))
    best = max(top, key=lambda c: c.count)
    if not best.count:
        return words.text("chart.alt.nothing")
    return words.text("chart.alt.largest", listed=f"{best.row}, {_plain(best.column)}: {_said(words, best)}")


def _twin(words: Words, cells: Sequence[Tally]) -> pd.DataFrame:
    made = [
        {
            "label": c.row, "series": _plain(c.column), "value": _said(words, c), "estimate": c.count,
            "rows": " ".join(c.rows), "sources": " ".join(c.sources),
        }
        for c in cells
    ]  # fmt: skip
    frame = pd.DataFrame(made, columns=list(TWIN_COLUMNS))
    frame[["panel", "share", "interval", "unit", "approx", "state"]] = ""
    return frame
