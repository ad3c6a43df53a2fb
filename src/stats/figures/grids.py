"""What has been published at all: bodies by sections, every cell with its word mark and its tone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd

from stats import theme
from stats.figures.canvas import EDGE, Canvas, Heading, fitted
from stats.figures.chart import TWIN_COLUMNS, Chart
from stats.figures.lettering import balanced, escape, width
from stats.figures.rows import row_ticks
from stats.wording import Words, sorted_vi

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


@fitted
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
    grid = [[by_place.get((b, c), Cell(b, c, "missing")) for c in sections] for b in bodies]
    legend = "; ".join(f"{_sign(words, status)}: {_said(words, status)}" for status in STATUSES)
    canvas = Canvas(words, Heading(title, subtitle, source, [f"{legend}.", *notes], size))
    edges = _frame(canvas, bodies, sections)
    _tiles(canvas, grid, edges)
    flat = [cell for line in grid for cell in line]
    chart = canvas.finish(
        name,
        [],
        kind="coverage",
        plot_height=edges[-1],
        table=_twin(words, flat),
        finding=_tally(words, flat),
        shorthand=False,
    )
    rows = tuple(dict.fromkeys(r for c in flat for r in c.rows))
    sources = tuple(dict.fromkeys(r for c in flat for r in c.sources))
    chart.spec["layout"]["meta"] |= {"rows": list(rows), "sources": list(sources)}
    return replace(chart, rows=rows, sources=sources)


def _frame(canvas: Canvas, bodies: Sequence[str], sections: Sequence[str]) -> list[float]:
    """Write the heads of columns and rows, and return the edges of the rows from top to bottom."""
    s, font = canvas.scale, canvas.font * 0.85
    names = [balanced(body, canvas.size.width * 0.3, canvas.font) for body in bodies]
    canvas.left = EDGE * s + max(width(line, canvas.font) for lines in names for line in lines) + 10 * s
    heads = [balanced(section, canvas.plot_width / len(sections) - 4 * s, font) for section in sections]
    edges = [max(len(head) for head in heads) * canvas.line(font) + 6 * s]
    for lines in names:
        edges.append(edges[-1] + max(26 * s, len(lines) * canvas.line() + 6 * s))
    for j, head in enumerate(heads):
        text = "<br>".join(escape(line) for line in head)
        canvas.say(text, j + 0.5, edges[0] - 4 * s, anchor="center", valign="bottom", font=font)
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    canvas.axes["xaxis"] = {"range": [0, len(sections)], "showticklabels": False, "fixedrange": True, "anchor": "y"}
    canvas.axes["yaxis"] = {
        "range": [edges[-1], 0],
        "fixedrange": True,
        "anchor": "x",
        **row_ticks(canvas, middles, ["<br>".join(escape(line) for line in lines) for lines in names]),
    }
    return edges


def _tiles(canvas: Canvas, grid: Sequence[Sequence[Cell]], edges: Sequence[float]) -> None:
    """Draw the cells as bars, one trace a status: small on the page however large the grid."""
    s, words = canvas.scale, canvas.words
    for status in STATUSES:
        mine = [(i, j, c) for i, line in enumerate(grid) for j, c in enumerate(line) if c.status == status]
        if not mine:
            continue
        ground, ink = _TONES[status]
        said = _said(words, status)
        canvas.traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": status,
                "base": [j + 0.03 for _, j, _ in mine],
                "x": [0.94] * len(mine),
                "y": [(edges[i] + edges[i + 1]) / 2 for i, _, _ in mine],
                "width": [edges[i + 1] - edges[i] - 3 * s for i, _, _ in mine],
                "marker": {"color": ground, "line": {"color": theme.RULE, "width": 0.8}},
                "text": _sign(words, status),
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "constraintext": "none",
                "textfont": {"color": ink, "size": canvas.font},
                "hoverinfo": "text",
                "hovertext": [f"<b>{escape(c.row)}</b><br>{escape(c.column)}: {said}" for *_, c in mine],
                "customdata": [" ".join(c.rows) for *_, c in mine],
            }
        )


def _sign(words: Words, status: str) -> str:
    return words.text(f"chart.sign.{status}")


def _said(words: Words, status: str) -> str:
    return words.text(f"chart.coverage.{status}")


def _tally(words: Words, cells: Sequence[Cell]) -> str:
    counts = {status: sum(c.status == status for c in cells) for status in STATUSES}
    said = [f"{_said(words, status)} {words.number(n)}" for status, n in counts.items() if n]
    return words.text("chart.alt.coverage", n=len(cells), listed=words.join(said))


def _twin(words: Words, cells: Sequence[Cell]) -> pd.DataFrame:
    made = [
        {
            "label": c.row,
            "series": c.column,
            "value": _said(words, c.status),
            "state": c.status,
            "rows": " ".join(c.rows),
            "sources": " ".join(c.sources),
        }
        for c in cells
    ]
    frame = pd.DataFrame(made, columns=list(TWIN_COLUMNS))
    frame[["panel", "share", "interval", "unit", "approx"]] = ""
    return frame
