"""Display tables: great_tables for the structure, the house for words, marks, traces and style.

A cell holds a `Result` wherever it can: the table then prints it in the language of the page, with
its shorthand, and carries the ids of the rows behind it. All text from data is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from stats.displays.cells import KINDS, Cell, Column, Traced, cell
from stats.errors import InputError
from stats.figures import Chart
from stats.results import Result, State
from stats.wording import MARKS, Words

_SHORTHAND = re.compile(r"\[([adczx])\]")


STYLE = """<style>
@font-face{font-family:'Be Vietnam Pro';src:local('Be Vietnam Pro'),url(/static/BeVietnamPro-Regular.ttf)}
@font-face{font-family:'Be Vietnam Pro';font-weight:700;
src:local('Be Vietnam Pro Bold'),url(/static/BeVietnamPro-Bold.ttf)}
.table-block{margin:.4em 0 1em;line-height:1.45}.table-block .table-box{overflow-x:auto}
.table-block .gt_table{border-collapse:collapse;margin:0;font-size:1em;min-width:min(100%,30rem)}
.table-block .gt_table caption{caption-side:top;text-align:left;font-weight:600;padding:.2em 0;color:inherit}
.table-block .gt_table th,.table-block .gt_table td{text-align:left;vertical-align:top;white-space:normal;
max-width:none;padding:.25em .6em;border-bottom:1px solid rgba(127,127,127,.55)}
.table-block .gt_table .gt_right{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.table-block .table-notes p{margin:.2em 0;font-size:.92em}details.twin summary{cursor:pointer}
</style>"""
"""How tables and the letters of charts stand in a notebook, whose own rules set every cell to the right.

The font is served by ``make lab`` (packaging/jupyter); pages have ``theme.css`` and carry the font themselves.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A finished table: cells for documents and sheets, HTML for pages.

    Attributes
    ----------
    id : str
        Id on a page, the same in both languages.
    caption : str
        What the table shows: subject, unit, place, period.
    columns : tuple of Column
        Heads, kinds and alignment; a first column of text names the rows.
    lines : tuple of tuple of Cell
        The body, a cell a column; empty when nothing was published.
    notes : tuple of str
        Sentences below, the shorthand explained first.
    html : str
        The table for a page, without style of its own (see ``theme.css``).
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]
    html: str

    @property
    def rows(self) -> tuple[str, ...]:
        """Ids of the curated rows behind the cells, each once, in reading order."""
        return tuple(dict.fromkeys(row for line in self.lines for one in line for row in one.rows))

    def _repr_html_(self) -> str:
        return STYLE + self.html


def table(
    frame: pd.DataFrame,
    *,
    words: Words,
    caption: str,
    columns: Sequence[Column],
    notes: Sequence[str] = (),
    id: str,  # noqa: A002 - the word of HTML
    markers: Mapping[str, str] | None = None,
    anchors: Sequence[str] = (),
) -> Table:
    """Return a display table.

    Parameters
    ----------
    frame : DataFrame
        One row a line; cells are results, numbers, `Traced` or text.
    words : Words
        Language of numbers and shorthand.
    caption : str
        What the table shows: subject, unit, place, period.
    columns : sequence of Column
        In their order; a first column of text names the rows.
    notes : sequence of str
        Sentences below the table; the shorthand used is explained by itself.
    id : str
        Id of the table on its page, the same in both languages.
    markers : mapping, optional
        Source id to what its link prints; the id itself when left out.
    anchors : sequence of str, optional
        An id for each line, for links that jump to it.

    Raises
    ------
    InputError
        For a kind of column that does not exist, or a column the frame lacks.
    """
    _check(frame, columns)
    if frame.empty:
        none = f'<p class="none">{html.escape(words.text("table.empty"))}</p>'
        return Table(id, caption, tuple(columns), (), (), none)
    lines = tuple(tuple(cell(words, row[c.key], c, markers or {}) for c in columns) for row in frame.to_dict("records"))
    body = _built(lines, columns, id, anchors)
    body = body.replace(
        "<thead>", f'<caption id="{id}-caption"><span>{html.escape(caption)}</span></caption>\n<thead>', 1
    )
    below = _notes(words, lines, frame, columns, notes)
    said = "".join(f"<p>{html.escape(n)}</p>" for n in below)
    foot = f'<div class="table-notes">{said}</div>\n' if below else ""
    markup = (
        f'<div class="table-block" id="{id}">\n'
        f'<div class="table-box" role="region" aria-labelledby="{id}-caption" tabindex="0">\n{body}\n</div>\n'
        f"{foot}</div>"
    )
    return Table(id, caption, tuple(columns), lines, tuple(below), markup)


def chart_table(chart: Chart, *, words: Words, notes: Sequence[str] = ()) -> Table:
    """Return the data table of a chart: its twin, for readers who cannot or will not see the picture.

    Parameters
    ----------
    chart : Chart
        The chart; columns it leaves empty are left out.
    words : Words
        Language of the heads.
    notes : sequence of str
        Sentences below the table.
    """
    filled = [key for key in ("label", "series", "panel", "value", "share", "interval") if chart.table[key].any()]
    text = ("label", "series", "panel")
    columns = [Column(key, words.text(f"table.twin.{key}"), align="" if key in text else "right") for key in filled]
    columns += [
        Column(key, head, align="" if key == "rule" else "right") for key, head in chart.heads if chart.table[key].any()
    ]
    frame = pd.DataFrame(
        {
            key: [
                value if key in (*text, "rule") else Traced(value, tuple(rows.split()))
                for value, rows in zip(chart.table[key], chart.table["rows"], strict=True)
            ]
            for key in (column.key for column in columns)
        }
    )
    caption = words.text("table.twin.caption", title=chart.title)
    return table(frame, words=words, caption=caption, columns=columns, notes=notes, id=f"data-{chart.name}")


def _check(frame: pd.DataFrame, columns: Sequence[Column]) -> None:
    for column in columns:
        if column.kind not in KINDS:
            raise InputError(
                f"Unknown kind of column {column.kind!r}; allowed: {', '.join(KINDS)}.",
                f"Không có loại cột {column.kind!r}; chỉ nhận: {', '.join(KINDS)}.",
            )
        if column.key not in frame.columns and not frame.empty:
            raise InputError(
                f"The frame has no column {column.key!r}; it has: {', '.join(map(str, frame.columns))}.",
                f"Khung dữ liệu không có cột {column.key!r}; hiện có: {', '.join(map(str, frame.columns))}.",
            )


_ID, _CELL = "x-table-x", "\ue000{}\ue001"
"""What stands for the id of a table and for its cells while it is a form."""

_CELLS = re.compile("\ue000(\\d+)\ue001")


def _built(lines: Sequence[Sequence[Cell]], columns: Sequence[Column], id_: str, anchors: Sequence[str]) -> str:
    """Fill the form of a table line by line."""
    stub = columns[0].kind == "text" and len(columns) > 1
    form = _form(tuple(column.side for column in columns), stub)
    head, opened, row, closed = (part.replace(_ID, id_) for part in form)
    head = _filled(head, [html.escape(column.label) for column in columns])
    body = []
    for number, line in enumerate(lines, 1):
        own = row.replace(f"{id_}-stub-1", f"{id_}-stub-{number}")
        filled = _filled(own, [cell.markup for cell in line])
        body.append(filled.replace("<tr>", f'<tr id="{html.escape(anchors[number - 1])}">', 1) if anchors else filled)
    return head + opened + "".join(body) + closed


def _filled(form: str, markup: Sequence[str]) -> str:
    """Put the markup of each column where the form has a place for it."""
    return "".join(markup[int(part)] if i % 2 else part for i, part in enumerate(_CELLS.split(form)))


@cache
def _form(sides: tuple[str, ...], stub: bool) -> tuple[str, str, str, str]:
    """Let great_tables build a table of one row: its head, the start of its body, the row, and the end.

    The markup of a row does not depend on what is in it, and great_tables takes its time for every
    cell: a form is built once for all tables with as many columns on the same sides.
    """
    # Imported late: great_tables takes a tenth of a second, and many commands print no table.
    from great_tables import GT
    from great_tables import html as markup

    names = [f"c{i}" for i in range(len(sides))]
    places = [_CELL.format(i) for i in range(len(sides))]
    frame = pd.DataFrame([places], columns=names, dtype=object)
    made = GT(frame, rowname_col=names[0] if stub else None, id=_ID)
    heads: dict[str, Any] = {name: markup(place) for name, place in zip(names, places, strict=True)}
    made = made.cols_label(**heads)
    if stub:
        made = made.tab_stubhead(markup(places[0]))
    for side in ("left", "right", "center"):
        chosen = [n for n, s in zip(names, sides, strict=True) if s == side and not (stub and n == names[0])]
        if chosen:
            made = made.cols_align(align=side, columns=chosen)
    text = made.as_raw_html(inline_css=False)
    text = text[text.index("<table") : text.rindex("</table>") + len("</table>")]
    text = re.sub(r'<table class="gt_table"[^>]*>', '<table class="gt_table">', text, count=1)
    if stub:  # great_tables makes this id from the label, which differs between languages
        text = re.sub(r'scope="col" id="[^"]*"', f'scope="col" id="{_ID}-c0"', text, count=1)
    head, start, rest = re.split(r"(<tbody[^>]*>\n)", text)
    row, end = rest[: rest.index("</tbody>")], rest[rest.index("</tbody>") :]
    return head, start, row, end


def _notes(
    words: Words,
    lines: Sequence[Sequence[Cell]],
    frame: pd.DataFrame,
    columns: Sequence[Column],
    notes: Sequence[str],
) -> list[str]:
    """Return what stands below the table: shorthand used, refusals explained, notes."""
    used = {m for line in lines for one, c in zip(line, columns, strict=True) if c.kind != "source"
            for m in _SHORTHAND.findall(one.text)}  # fmt: skip
    said = []
    if used:
        said.append(words.text("table.shorthand", legend=words.legend(m for m in MARKS if m in used)))
    refused = [r for c in columns for r in frame[c.key] if isinstance(r, Result) and r.state is State.REFUSED]
    return said + list(dict.fromkeys([*(words.reason(r) for r in refused), *notes]))
