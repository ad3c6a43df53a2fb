"""Findings as a workbook: a sheet of findings, and every table with the cells in question marked."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from stats.errors import Severity
from stats.reports.checking.findings import Checked, summary

TABLES = ("inspections", "violations", "discipline", "membership", "programme")
"""The tables a finding can point into; each becomes a sheet when one does."""
MARKED = {
    "C11": "unit", "C12": "share_pct_published", "C13": "share_pct_published", "C25": "share_pct_published",
    "C30": "change_pct_published", "C31": "period", "C48": "period", "C54": "period", "X02": "actor",
    "X04": "flags", "X06": "actor", "X07": "penalty",
}  # fmt: skip
"""The column a rule is about; the count where it is none of these."""
COUNTS = {"membership": ("members", "organisations"), "programme": ("value",)}
"""What is counted in the tables without a column ``count``."""
COLOURS = {Severity.ERROR: "#f4b6a6", Severity.WARNING: "#ffe08a", Severity.INFO: "#d6e6f2"}
"""Grounds of marked cells; the note says the severity in words, so colour is never alone."""
_COLUMNS = {
    "severity": 12, "id": 7, "place": 22, "period": 24, "text": 90, "reason": 45,
    "rows": 24, "sources": 36,
}  # fmt: skip
_LONGEST_NOTE = 6000
_WIDEST = 60


def render(frame: pd.DataFrame, checked: Checked, lang: str) -> bytes:
    """Return the workbook; equal findings on equal tables give equal bytes."""
    target = io.BytesIO()
    # Text stays text: a cell that begins with "=" is no formula, one that looks like an address no link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties(
            {"title": checked.text("title", lang), "comments": summary(frame, checked, lang), "created": _date(checked)}
        )
        sheets = _Sheets(book, checked, lang)
        sheets.findings(frame)
        for name in TABLES:
            sheets.table(name, frame)
    return target.getvalue()


def _date(checked: Checked) -> dt.datetime:
    # The clock must not show in the bytes: the newest document dates the file.
    newest = pd.to_datetime(checked.tables.sources["published_on"]).max()
    return dt.datetime(2000, 1, 1) if pd.isna(newest) else newest.to_pydatetime()


class _Sheets:
    def __init__(self, book: Workbook, checked: Checked, lang: str) -> None:
        self._book, self._checked, self._lang = book, checked, lang
        self._head = book.add_format(
            {"bold": True, "bg_color": "#dbe6ef", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._plain = book.add_format({"valign": "top"})
        self._wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self._grounds = {str(s): book.add_format({"valign": "top", "bg_color": c}) for s, c in COLOURS.items()}

    def findings(self, frame: pd.DataFrame) -> None:
        """Write the sheet of findings, one row each."""
        sheet = self._book.add_worksheet(self._text("sheet"))
        self._header(sheet, [self._text(f"column.{name}") for name in _COLUMNS], list(_COLUMNS.values()), len(frame))
        for i, row in enumerate(frame.to_dict("records"), start=1):
            values = {
                "severity": self._text(row["severity"]), "id": row["id"], "place": row[f"place_{self._lang}"],
                "period": self._checked.period(row["period"], self._lang), "text": row[f"text_{self._lang}"],
                "reason": row[f"reason_{self._lang}"],
                "rows": ", ".join(row["rows"]), "sources": ", ".join(row["sources"]),
            }  # fmt: skip
            for j, name in enumerate(_COLUMNS):
                style = self._grounds[row["severity"]] if name == "severity" else self._wrapped
                sheet.write_string(i, j, str(values[name]), style)

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Write one table whole, its cells in question coloured and noted; nothing when there are none."""
        table: pd.DataFrame = getattr(self._checked.tables, name)
        notes = self._notes(name, table, frame)
        if not notes:
            return
        sheet = self._book.add_worksheet(name)
        columns = [str(c) for c in table.columns]
        widths = [min(max(len(c), 10) + 2, _WIDEST) for c in columns]
        # The rules a row offends stand first, so that a clerk filters on them.
        self._header(sheet, [self._text("column.rule"), *columns], [14, *widths], len(table))
        for i, row in enumerate(table.to_dict("records"), start=1):
            mine = {column: notes.get((row["row_id"], column), []) for column in columns}
            ids = dict.fromkeys(f["id"] for found in mine.values() for f in found)
            sheet.write_string(i, 0, ", ".join(ids), self._plain)
            for j, column in enumerate(columns, start=1):
                found = mine[column]
                style = self._grounds[_worst(found)] if found else self._plain
                _write(sheet, i, j, row[column], style)
                if found:
                    sheet.write_comment(i, j, self._note(found), {"x_scale": 3, "y_scale": 1.5, "author": ""})

    def _notes(
        self, name: str, table: pd.DataFrame, frame: pd.DataFrame
    ) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
        known = {row["row_id"]: row for row in table.to_dict("records")}
        notes: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for found in frame.to_dict("records"):
            for row_id in found["rows"]:
                if row_id in known:
                    column = _column(name, found["id"], known[row_id])
                    notes.setdefault((row_id, column), []).append({str(k): v for k, v in found.items()})
        return notes

    def _note(self, found: list[Mapping[str, Any]]) -> str:
        lines = [f"[{f['id']}, {self._text(f['severity'])}] {f[f'text_{self._lang}']}" for f in found]
        said = "\n".join(lines)
        return said if len(said) <= _LONGEST_NOTE else said[: _LONGEST_NOTE - 1] + "…"

    def _header(self, sheet: Worksheet, names: list[str], widths: list[int], rows: int) -> None:
        for j, (name, width) in enumerate(zip(names, widths, strict=True)):
            sheet.write_string(0, j, name, self._head)
            sheet.set_column(j, j, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(rows, 1), len(names) - 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _text(self, key: str) -> str:
        return self._checked.text(key, self._lang)


def _column(table: str, id_: str, row: Mapping[Any, Any]) -> str:
    wanted = MARKED.get(id_, "")
    if wanted in row:
        return wanted
    names = COUNTS.get(table, ("count",))
    return next((name for name in names if pd.notna(row[name])), names[0])


def _worst(found: list[Mapping[str, Any]]) -> str:
    present = {f["severity"] for f in found}
    return next(str(s) for s in Severity if str(s) in present)


def _write(sheet: Worksheet, i: int, j: int, value: Any, style: Format) -> None:
    if isinstance(value, pd.Timestamp):
        sheet.write_string(i, j, value.date().isoformat(), style)
    elif pd.isna(value):
        sheet.write_blank(i, j, None, style)
    elif isinstance(value, str):
        sheet.write_string(i, j, value, style)
    else:
        sheet.write_number(i, j, float(value), style)
