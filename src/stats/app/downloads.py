"""What a view gives to take along: its tidy figures as CSV, its table and figures as a workbook."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.workbook import Workbook

from stats import theme
from stats.displays.cells import Cell
from stats.explore import View
from stats.periods import slug_of
from stats.reports.writers import archive, native
from stats.reports.writers.xlsx.sheet import FONT, POINTS, Entry, Look, Sheet
from stats.wording import MARKS, Words

CSV, XLSX = "csv", "xlsx"
TYPES = {CSV: "text/csv; charset=utf-8", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
"""Forms of a download, and what a browser is told they are."""

_FORMULA = re.compile(r"^[=+\-@\t\r]")
"""How a text begins that a spreadsheet program would take for a formula when it opens a CSV file."""
_SOURCE_HEADS = (
    "xlsx.sources.id", "table.publisher", "xlsx.sources.entry", "table.published_on", "xlsx.sources.address",
    "table.row",
)  # fmt: skip
_ADDRESS = _SOURCE_HEADS.index("xlsx.sources.address")
_WIDEST = 120.0


def name(view: View, form: str, number: int = 0) -> str:
    """Return the name of a file; the first chart's has no number."""
    choice = view.choice
    last = str(number + 1) if number else ""
    parts = (choice.body, slug_of(choice.period), choice.indicator, choice.actor, choice.lang, last)
    return f"{'_'.join(part for part in parts if part)}.{form}"


def csv(view: View) -> bytes:
    """Return the figures of a view as CSV: UTF-8 with a byte order mark, so that Excel reads the marks.

    Numbers have a decimal point in both languages; a text that would be a formula in a spreadsheet
    gets an apostrophe before it.
    """
    frame = view.frame.copy()
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].map(_harmless)
    return b"\xef\xbb\xbf" + str(frame.to_csv(index=False, lineterminator="\r\n")).encode()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def xlsx(view: View, words: Words) -> bytes:
    """Return a view as a workbook: what it says, its table, its tidy figures, its sources.

    Numbers are numbers in the format the page prints; every text is written as text. The same view
    gives the same bytes.
    """
    target = io.BytesIO()
    # Text stays text: a cell that begins with "=" is no formula, one that looks like an address no link.
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": POINTS},
    }  # fmt: skip
    with xlsxwriter.Workbook(target, options) as book:
        # The clock must not show in the bytes: the newest document dates the file.
        dates = [view.book.by_id["sources"][source]["published_on"] for source in view.sources["source_id"]]
        newest = pd.Series(dates, dtype="datetime64[ns]").max()
        created: dt.datetime = dt.datetime(2000, 1, 1) if pd.isna(newest) else newest.to_pydatetime()
        book.set_properties({"title": view.title, "comments": view.sentence, "created": created})
        _Book(book, view, words).write()
    return archive.steady(target.getvalue())


class _Book:
    def __init__(self, book: Workbook, view: View, words: Words) -> None:
        self._book, self._view, self._words, self._look = book, view, words, Look(book)

    def write(self) -> None:
        """Write every sheet."""
        words, view = self._words, self._view
        sheet = self._sheet("xlsx.sheet.table", n=1)
        sheet.line(view.title, bold=True, font_size=13)
        sheet.line(view.sentence, text_wrap=True)
        heads = [column.label.replace("\u00ad", "") for column in view.table.columns]
        sides = [column.side == "right" for column in view.table.columns]
        sheet.table("figures", heads, [self._line(line, sides) for line in view.table.lines], noted=True)
        for note in view.table.notes:
            sheet.line(note, italic=True, font_color=theme.MUTED, text_wrap=True)
        self._done(sheet)
        sheet = self._sheet("xlsx.sheet.data")
        sheet.line(words.text("app.xlsx.data"), bold=True, font_size=13)
        sheet.line(words.text("chart.shorthand", legend=words.legend(MARKS)), font_color=theme.MUTED)
        lines = [[_plain(value) for value in row] for row in view.frame.itertuples(index=False)]
        sheet.table("data", [str(column) for column in view.frame.columns], lines, filtered=True)
        self._done(sheet)
        sheet = self._sheet("xlsx.sheet.sources")
        sheet.line(words.text("xlsx.sources.caption"), bold=True, font_size=13)
        sheet.line(view.title, font_color=theme.MUTED)
        heads = [words.text(key) for key in _SOURCE_HEADS]
        documents = [self._document(row) for row in view.sources.to_dict("records")]
        sheet.table("sources", heads, documents)
        # Addresses have no spaces to break at.
        sheet.width(_ADDRESS, min(max(len(line[_ADDRESS].text) for line in documents) + 3.0, _WIDEST))
        self._done(sheet)

    def _sheet(self, key: str, **values: Any) -> Sheet:
        return Sheet(self._book, self._look, self._words.text(key, **values))

    def _line(self, cells: tuple[Cell, ...], sides: list[bool]) -> list[Entry]:
        return [self._entry(cell, right) for cell, right in zip(cells, sides, strict=True)]

    def _entry(self, cell: Cell, right: bool) -> Entry:
        form = native.number_format(cell.text, cell.value, self._words)
        return Entry(cell.text, cell.value, form, right=right) if form else Entry(cell.text, right=right)

    def _document(self, row: Mapping[Hashable, Any]) -> list[Entry]:
        told = (
            row["source_id"],
            row["publisher"],
            row["title"],
            row["published"] or self._words.text("sources.undated"),
        )
        address = Entry(row["url"] or self._words.text("xlsx.sources.none"), link=row["url"])
        return [*map(Entry, told), address, Entry(row["rows"].replace(";", ", "))]

    def _done(self, sheet: Sheet) -> None:
        sheet.finish(self._view.title, self._words.text("xlsx.footer", page="&P", pages="&N"))


def _plain(value: Any) -> Entry:
    if isinstance(value, (bool, np.bool_)):
        return Entry("", bool(value))
    if value is None or (not isinstance(value, (str, list, tuple)) and pd.isna(value)):
        return Entry("")
    if isinstance(value, (int, float, np.integer, np.floating)):
        return Entry("", float(value), right=True)
    if isinstance(value, (list, tuple)):
        return Entry(" ".join(map(str, value)))
    return Entry(str(value))
