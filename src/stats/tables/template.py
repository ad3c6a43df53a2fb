"""The template a clerk fills in: its columns, how their headings are recognised, and the empty workbook.

One row is one figure. A heading may be Vietnamese, English or the name the column has in the tables,
with or without marks; a second heading row in the other language is allowed.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stats.codes import Codes
from stats.errors import LANGUAGES, fold, nearest
from stats.tables.problems import Complaints
from stats.tables.sheets import Cell, Sheet
from stats.tables.workbooks import letters


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of the template.

    Attributes
    ----------
    key : str
        Name in the template; its texts are ``add.column.<key>`` and ``add.help.<key>``.
    column : str
        Name of the column in the tables.
    codes : str
        The code list its cells are in, empty when free.
    needed : bool
        Whether a file without the column is refused.
    width : int
        Width in the workbook.
    """

    key: str
    column: str
    codes: str = ""
    needed: bool = False
    width: int = 16


HEADINGS = (
    Heading("body", "body_id", "bodies", needed=True, width=22),
    Heading("period", "period", width=18),
    Heading("start", "period_start", width=12),
    Heading("end", "period_end", width=12),
    Heading("actor", "actor", "actors", needed=True, width=28),
    Heading("activity", "activity", "activities", needed=True, width=30),
    Heading("stage", "stage", "stages", needed=True, width=24),
    Heading("subject", "subject", "subjects", needed=True, width=14),
    Heading("subgroup", "subgroup", "subgroups", width=20),
    Heading("penalty", "penalty", "penalties", width=18),
    Heading("violation", "violation", "violations", width=20),
    Heading("unit", "unit", "units", needed=True, width=14),
    Heading("count", "count", needed=True, width=14),
    Heading("change", "change_pct_published", width=13),
    Heading("share", "share_pct_published", width=10),
    Heading("source", "source_id", width=20),
    Heading("title", "title", width=36),
    Heading("publisher", "publisher", width=20),
    Heading("url", "url", width=30),
    Heading("published", "published_on", width=15),
    Heading("language", "language", "languages", width=12),
    Heading("kind", "kind", "source_kinds", width=18),
    Heading("flags", "flags", "flags", width=18),
    Heading("note", "note", width=30),
    Heading("confirmed", "", width=14),
)
"""The columns of the template in order."""

_NEEDED = {heading.key for heading in HEADINGS if heading.needed}
BY_KEY = {heading.key: heading for heading in HEADINGS}
SHEETS = ("Số liệu", "Figures")
"""Names of the sheet that holds the figures."""

EXAMPLE_ROWS = ("vi du", "example")
"""A row whose note starts with one of these is the example of the template and never written."""

_ROWS = 1000
_CREATED = dt.datetime(2000, 1, 1)
"""Fixed, so that the same lists give the same bytes."""


@dataclass(frozen=True)
class Filled:
    """The rows of a filled template.

    Attributes
    ----------
    rows : tuple of (int, mapping)
        Line and cells by the key of their heading; a column that is not there is ``""``.
    shown : mapping
        Each heading as it stands in the file, with its letter for a workbook.
    """

    rows: tuple[tuple[int, Mapping[str, Cell]], ...]
    shown: Mapping[str, str]


def match(sheet: Sheet, codes: Codes, complaints: Complaints) -> Filled:
    """Return the rows of a sheet under the headings of the template.

    Raises
    ------
    IncomingError
        When a needed column is missing, or a heading is unknown or stands twice.
    """
    known = _names(codes)
    line, first = sheet.rows[0]
    keys = [known.get(fold(str(cell)), "") for cell in first]
    allowed = [codes.text(f"add.column.{heading.key}", lang) for lang in LANGUAGES for heading in HEADINGS]
    if not any(keys):
        complaints.add("no_heading", line=line, value=first[0], allowed=", ".join(allowed[: len(HEADINGS)]))
        complaints.stop()
    for cell, key in zip(first, keys, strict=True):
        if not key and cell != "":
            near = ", ".join(nearest(str(cell), allowed)) or "-"
            complaints.add("heading_unknown", line=line, column=str(cell), near=near)
        elif key and keys.count(key) > 1:
            complaints.add("heading_twice", line=line, column=str(cell))
    for heading in HEADINGS:
        if heading.needed and heading.key not in keys:
            complaints.add("heading_missing", line=line, column=codes.text(f"add.column.{heading.key}", "vi"))
    for name, beside in sheet.beside.items():
        if {known.get(fold(str(cell)), "") for cell in beside} >= _NEEDED:
            complaints.add("second_sheet", value=name, sheet=sheet.name)
    complaints.stop()
    body = sheet.rows[1:]
    if body and [known.get(fold(str(cell)), "") for cell in body[0][1]] == keys:
        body = body[1:]
    shown = {
        key: f"{cell} ({letters(place)})" if sheet.name else str(cell)
        for place, (key, cell) in enumerate(zip(keys, first, strict=True), start=1)
        if key
    }
    empty = dict.fromkeys(BY_KEY, "")
    rows = tuple(
        (at, {**empty, **{key: cell for key, cell in zip(keys, cells, strict=False) if key}}) for at, cells in body
    )
    return Filled(rows, shown)


def _names(codes: Codes) -> dict[str, str]:
    names: dict[str, str] = {}
    for heading in HEADINGS:
        texts = (codes.text(f"add.column.{heading.key}", lang) for lang in LANGUAGES)
        others = codes.text(f"add.column_also.{heading.key}", "vi").split(";")
        for name in (heading.key, heading.column, *texts, *others):
            if fold(name):
                names.setdefault(fold(name), heading.key)
    return names


# The empty workbook ----------------------------------------------------------------------------


def to_bytes(codes: Codes) -> bytes:
    """Return the empty template as an XLSX workbook; the same lists give the same bytes.

    Notes
    -----
    Three sheets: the figures with both headings, an example row and lists to choose from; the
    allowed values with their codes; and what each column means. Periods, days and figures are text
    cells, so that Excel leaves ``1.783`` and ``03/04/2023`` as typed.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": codes.text("add.template.title", "vi"), "created": _CREATED})
    styles = {
        "head": book.add_format({"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top", "border": 1}),
        "second": book.add_format({"italic": True, "bg_color": "#EEF3F9", "text_wrap": True, "border": 1}),
        "text": book.add_format({"num_format": "@"}),
        "example": book.add_format({"num_format": "@", "italic": True, "font_color": "#595959"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    figures, lists = book.add_worksheet(SHEETS[0]), book.add_worksheet(codes.text("add.template.lists", "vi"))
    ranges = _write_lists(lists, codes, styles)
    _write_figures(figures, codes, styles, ranges)
    _write_help(book.add_worksheet(codes.text("add.template.help", "vi")), codes, styles)
    book.close()
    return out.getvalue()


def _write_figures(sheet: Any, codes: Codes, styles: Mapping[str, Any], ranges: Mapping[str, str]) -> None:
    sheet.freeze_panes(2, 1)
    sheet.repeat_rows(0, 1)
    sheet.set_landscape()
    for column, heading in enumerate(HEADINGS):
        sheet.set_column(column, column, heading.width, styles["text"])
        sheet.write_string(0, column, codes.text(f"add.column.{heading.key}", "vi"), styles["head"])
        sheet.write_string(1, column, codes.text(f"add.column.{heading.key}", "en"), styles["second"])
        sheet.write_string(2, column, codes.text(f"add.example.{heading.key}", "vi").strip("-"), styles["example"])
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": codes.text(f"add.column.{heading.key}", "vi")[:32],
            "input_message": codes.text(f"add.help.{heading.key}", "vi")[:255],
        }
        if heading.codes and heading.key != "flags":
            # A code may be typed as well, so what is not in the list is asked about, not forbidden.
            rule |= {"validate": "list", "source": ranges[heading.key], "error_type": "warning"}
        sheet.data_validation(2, column, _ROWS, column, rule)


def _write_lists(sheet: Any, codes: Codes, styles: Mapping[str, Any]) -> dict[str, str]:
    ranges = {}
    sheet.freeze_panes(1, 0)
    column = 0
    for heading in HEADINGS:
        if not heading.codes:
            continue
        name = codes.text(f"add.column.{heading.key}", "vi")
        sheet.set_column(column, column + 1, 34)
        sheet.write_string(0, column, name, styles["head"])
        sheet.write_string(0, column + 1, codes.text("add.template.code", "vi"), styles["head"])
        labels = _labels(codes, heading.codes)
        for row, (label, code) in enumerate(labels.items(), start=1):
            sheet.write_string(row, column, label)
            sheet.write_string(row, column + 1, code)
        ranges[heading.key] = f"='{sheet.get_name()}'!${letters(column + 1)}$2:${letters(column + 1)}${len(labels) + 1}"
        column += 2
    return ranges


def _labels(codes: Codes, list_name: str) -> dict[str, str]:
    # Bodies before and after a reorganisation share a name: one entry, the period tells them apart.
    labels: dict[str, str] = {}
    for code in codes.order(list_name):
        label = codes.label(list_name, code)
        labels[label] = f"{labels[label]}; {code}" if label in labels else code
    return labels


def _write_help(sheet: Any, codes: Codes, styles: Mapping[str, Any]) -> None:
    sheet.set_column(0, 1, 24, styles["wrap"])
    sheet.set_column(2, 3, 70, styles["wrap"])
    heads = (*(codes.text(f"add.template.{name}", "vi") for name in ("column_vi", "column_en", "help_vi", "help_en")),)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, styles["head"])
    for row, heading in enumerate(HEADINGS, start=1):
        for column, (kind, lang) in enumerate((("column", "vi"), ("column", "en"), ("help", "vi"), ("help", "en"))):
            sheet.write_string(row, column, codes.text(f"add.{kind}.{heading.key}", lang))
