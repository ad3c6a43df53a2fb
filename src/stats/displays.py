"""Display tables: great_tables for the structure, the house for words, marks, traces and style.

A cell holds a `Result` wherever it can: the table then prints it in the language of the page, with
its shorthand, and carries the ids of the rows behind it. All text from data is escaped.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stats.errors import InputError
from stats.figures import Chart
from stats.results import Result, State
from stats.wording import MARKS, Words

KINDS = ("text", "count", "percent", "interval", "source")
"""What a column may hold; ``source`` takes a result, source ids, or finished markers."""

NUMERIC = ("count", "percent", "interval")

_MARKER = r'<a class="source" href="#src-[^"<>]*"(?: title="[^"<>]*")?>\[[^<>]*\]</a>'
_MARKERS = re.compile(rf"(?:{_MARKER})*")
_CELL = re.compile(r'<td headers="([^"]*)" class="([^"]*)">')
_SHORTHAND = re.compile(r"\[([adczx])\]")
_NONE = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a display table.

    Attributes
    ----------
    key : str
        Column of the frame.
    label : str
        Head, in words.
    kind : str
        One of ``KINDS``; numbers are aligned right.
    align : str, optional
        ``left``, ``right`` or ``center``, when not the kind's own.
    digits : int, optional
        Decimals of shares and rates, when not the house rule's.
    """

    key: str
    label: str
    kind: str = "text"
    align: str = ""
    digits: int | None = None

    @property
    def side(self) -> str:
        """How cells are aligned."""
        return self.align or ("right" if self.kind in NUMERIC else "left")


@dataclass(frozen=True, slots=True)
class Traced:
    """Words with the ids of the rows they rest on, for cells that are put together from results."""

    text: str
    rows: tuple[str, ...] = ()


def table(
    frame: pd.DataFrame,
    *,
    words: Words,
    caption: str,
    columns: Sequence[Column],
    notes: Sequence[str] = (),
    id: str,  # noqa: A002 - the word of HTML
    markers: Mapping[str, str] | None = None,
) -> str:
    """Return a display table as HTML.

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

    Returns
    -------
    str
        HTML without style of its own (see ``theme.css``).

    Raises
    ------
    InputError
        For a kind of column that does not exist, or a column the frame lacks.
    """
    _check(frame, columns)
    if frame.empty:
        return f'<p class="none">{html.escape(words.text("table.empty"))}</p>'
    cells = [[_cell(words, row[c.key], c, markers or {}) for c in columns] for row in frame.to_dict("records")]
    body = _built(cells, columns, id)
    body = body.replace(
        "<thead>", f'<caption id="{id}-caption"><span>{html.escape(caption)}</span></caption>\n<thead>', 1
    )
    below = _notes(words, cells, frame, columns, notes)
    return (
        f'<div class="table-block" id="{id}">\n'
        f'<div class="table-box" role="region" aria-labelledby="{id}-caption" tabindex="0">\n{body}\n</div>\n'
        f"{below}</div>"
    )


def chart_table(chart: Chart, *, words: Words, notes: Sequence[str] = ()) -> str:
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
    frame = pd.DataFrame(
        {
            key: [
                value if key in text else Traced(value, tuple(rows.split()))
                for value, rows in zip(chart.table[key], chart.table["rows"], strict=True)
            ]
            for key in filled
        }
    )
    caption = words.text("table.twin.caption", title=chart.title)
    return table(frame, words=words, caption=caption, columns=columns, notes=notes, id=f"data-{chart.name}")


@dataclass(frozen=True, slots=True)
class _Cell:
    markup: str
    rows: tuple[str, ...] = ()


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


def _built(cells: Sequence[Sequence[_Cell]], columns: Sequence[Column], id_: str) -> str:
    """Let great_tables build the table, then strip its style block and put the traces in."""
    # Imported late: great_tables takes a tenth of a second, and many commands print no table.
    from great_tables import GT
    from great_tables import html as markup

    names = [f"c{i}" for i in range(len(columns))]
    stub = columns[0].kind == "text" and len(columns) > 1
    frame = pd.DataFrame([[cell.markup for cell in row] for row in cells], columns=names, dtype=object)
    made = GT(frame, rowname_col=names[0] if stub else None, id=id_)
    made = made.fmt(fns=_finished, columns=names)
    heads: dict[str, Any] = {n: markup(html.escape(c.label)) for n, c in zip(names, columns, strict=True)}
    made = made.cols_label(**heads)
    if stub:
        made = made.tab_stubhead(markup(html.escape(columns[0].label)))
    for side in ("left", "right", "center"):
        chosen = [n for n, c in zip(names, columns, strict=True) if c.side == side and not (stub and n == names[0])]
        if chosen:
            made = made.cols_align(align=side, columns=chosen)
    text = made.as_raw_html(inline_css=False)
    text = text[text.index("<table") : text.rindex("</table>") + len("</table>")]
    text = re.sub(r'<table class="gt_table"[^>]*>', '<table class="gt_table">', text, count=1)
    if stub:  # great_tables makes this id from the label, which differs between languages
        text = re.sub(r'scope="col" id="[^"]*"', f'scope="col" id="{id_}-c0"', text, count=1)
    traces = (cell.rows for row in cells for cell in row[1 if stub else 0 :])
    return _CELL.sub(lambda found: _opened(found, traces), text)


def _finished(cell: str) -> str:
    """Return a cell as it is: everything in it is already escaped."""
    return cell


def _opened(found: re.Match[str], traces: Iterator[tuple[str, ...]]) -> str:
    rows = " ".join(next(traces))
    trace = f' data-rows="{html.escape(rows)}"' if rows else ""
    return f'<td headers="{found[1]}" class="{found[2]}"{trace}>'


def _cell(words: Words, value: Any, column: Column, markers: Mapping[str, str]) -> _Cell:
    if column.kind == "source":
        return _Cell(_sources(value, markers))
    if isinstance(value, Traced):
        return _Cell(html.escape(value.text) or _NONE, value.rows)
    if isinstance(value, Result):
        return _Cell(html.escape(_said(words, value, column)), value.rows)
    if _absent(value):
        return _Cell(_NONE if column.kind == "text" else "[z]")
    if column.kind == "text" or isinstance(value, str):
        return _Cell(html.escape(str(value)))
    number = float(value)
    if column.kind == "percent":
        return _Cell(words.percent(number, 1 if column.digits is None else column.digits))
    return _Cell(words.number(number, column.digits or (0 if number.is_integer() else 1)))


def _said(words: Words, result: Result, column: Column) -> str:
    if column.kind == "interval":
        if result.state is not State.VALUE:
            return words.cell(result)
        return words.interval(result, named=False) or "[z]"
    if column.kind == "text":
        return words.value(result, digits=column.digits)
    return words.cell(result, digits=column.digits)


def _absent(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value)) or value is pd.NA


def _sources(value: Any, markers: Mapping[str, str]) -> str:
    """Return links to the list of sources; text that is no finished marker is only text."""
    if isinstance(value, Result):
        value = value.sources
    if isinstance(value, str):
        return (value if _MARKERS.fullmatch(value) else html.escape(value)) or _NONE
    if _absent(value):
        return _NONE
    links = [
        f'<a class="source" href="#src-{html.escape(source)}">[{html.escape(markers.get(source, source))}]</a>'
        for source in dict.fromkeys(map(str, value))
    ]
    return "".join(links) or _NONE


def _notes(
    words: Words,
    cells: Sequence[Sequence[_Cell]],
    frame: pd.DataFrame,
    columns: Sequence[Column],
    notes: Sequence[str],
) -> str:
    """Return what stands below the table: shorthand used, refusals explained, notes."""
    used = {m for row in cells for cell, c in zip(row, columns, strict=True) if c.kind != "source"
            for m in _SHORTHAND.findall(cell.markup)}  # fmt: skip
    said = []
    if used:
        said.append(words.text("table.shorthand", legend=words.legend(m for m in MARKS if m in used)))
    refused = [r for c in columns for r in frame[c.key] if isinstance(r, Result) and r.state is State.REFUSED]
    said += list(dict.fromkeys([*(words.reason(r) for r in refused), *notes]))
    if not said:
        return ""
    return '<div class="table-notes">' + "".join(f"<p>{html.escape(n)}</p>" for n in said) + "</div>\n"
