"""The workbook of a report: cover, presented tables with their charts, tidy data, words, sources.

Every number is a real number in the format it is printed in; what a number alone does not say (an
approximate figure, a shorthand) stays the printed text, and its number stands on the sheet of data.
There is no formula in the file, and every text is written as text.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.workbook import Workbook

from stats import codes, theme
from stats.reports.document import Cell, Chart, Column, Document, Paragraph, Points, Reference, Runs, Section, Table
from stats.reports.writers import archive, native
from stats.reports.writers.xlsx import graph
from stats.reports.writers.xlsx.graph import Placed
from stats.reports.writers.xlsx.sheet import FONT, POINTS, Entry, Look, Sheet, digits_of, internal
from stats.wording import MARKS, Words

RESULT = (
    "indicator", "body", "period", "actor", "category", "estimate", "conf_low", "conf_high", "conf_level", "method",
    "numerator", "denominator", "unit", "base", "per", "kind", "state", "approx", "derived", "rows", "sources",
    "caveats",
)  # fmt: skip
"""Columns of a result on the tidy sheet; the names are those of `stats.results`."""

PLACE = ("table", "line_number", "line", "column", "text", "value")
"""Columns before them: where the figure is printed, how, and the number of the cell."""

_PLAIN = {"state": "value", "approx": "exact"}
"""What an absent entry of a result means, where it is not nothing."""
_LONGEST = 180.0
"""Widest column, in digits; Excel takes 255."""
_CAPTION_ROWS = 2
"""Rows above the table of a data sheet: what it holds, how to read it."""


@dataclass(slots=True)
class _Presented:
    """A sheet to come: a table, and the charts that stand below it."""

    section: Section
    table: Table
    charts: list[Chart] = field(default_factory=list)
    own: bool = False


def write(document: Document) -> bytes:
    """Return a report as an XLSX workbook.

    Parameters
    ----------
    document : Document
        The document in an executed notebook.

    Returns
    -------
    bytes
        The same for equal documents: the date in the file is the report's.
    """
    target = io.BytesIO()
    # Text stays text: a cell that begins with "=" is no formula, one that looks like an address no link.
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        # Column widths count digits of the default font, so it is the one of the cells.
        "default_format_properties": {"font_name": FONT, "font_size": POINTS},
    }  # fmt: skip
    with xlsxwriter.Workbook(target, options) as book:
        _Writer(book, document).write()
    lang = {"vi": "vi-VN", "en": "en-GB"}[document.cover["lang"]]
    return archive.steady(target.getvalue(), {"docProps/core.xml": lambda core: _spoken(core, lang)})


class _Writer:
    def __init__(self, book: Workbook, document: Document) -> None:
        self._book, self._document = book, document
        self._words = Words(codes.load(), document.cover["lang"])
        self._look = Look(book)
        self._numbers = {reference.id: reference.number for reference in document.references.values()}
        self._plans = {name: native.plans(chart, self._words) for name, chart in document.charts.items()}
        self._contents: list[tuple[str, str]] = []

    def write(self) -> None:
        """Write every sheet; the cover first, though what it lists is known last."""
        cover = self._document.cover
        self._book.set_properties({
            "title": cover["title"], "subject": cover["subtitle"], "comments": cover["foot"],
            "created": dt.datetime.fromisoformat(cover["date"]),
        })  # fmt: skip
        front = self._sheet("contents")
        presented = list(_presented(self._document))
        counts = {False: 0, True: 0}
        names = []
        for one in presented:
            counts[one.own] += 1
            names.append(self._words.text("xlsx.sheet.chart" if one.own else "xlsx.sheet.table", n=counts[one.own]))
        natives = [(chart, self._plans[chart.name]) for one in presented for chart in one.charts]
        lines, placed = graph.place(natives, _CAPTION_ROWS + 1)
        for n, (name, one) in enumerate(zip(names, presented, strict=True), start=1):
            self._present(Sheet(self._book, self._look, name), n, one, placed)
        tidy = self._tidy()
        if tidy:
            self._data("data", "tidy", (*PLACE, *RESULT), tidy)
        if lines:
            self._data("marks", "chart_data", graph.COLUMNS, lines)
        self._text_sheet()
        self._source_sheet()
        self._cover(front)

    def _sheet(self, name: str) -> Sheet:
        return Sheet(self._book, self._look, self._words.text(f"xlsx.sheet.{name}"))

    def _present(self, sheet: Sheet, number: int, one: _Presented, placed: list[Placed]) -> None:
        """Write a presented table: caption, what it is part of, the table, its notes, its charts."""
        sheet.line(one.table.caption, bold=True, font_size=13)
        self._opening(sheet, one.section.title)
        # Office shows the soft hyphens of chart labels as gaps.
        heads = [column.label.replace("\u00ad", "") for column in one.table.columns]
        sides = [column.side for column in one.table.columns]
        lines = [
            [self._entry(c.text, c.value, c.sources, side) for c, side in zip(line, sides, strict=True)]
            for line in one.table.lines
        ]
        noted = bool(one.table.notes or one.charts)
        sheet.table(f"table_{number}", heads, lines, noted=noted)
        for note in one.table.notes:
            sheet.line(note, italic=True, font_color=theme.MUTED, text_wrap=True)
        for chart in one.charts:
            sheet.row += 1
            for p in (p for p in placed if p.chart is chart):
                graph.draw(self._book, self._words.text("xlsx.sheet.marks"), p, sheet)
            for said in (chart.subtitle, chart.credit, *chart.notes):
                sheet.line(said, font_color=theme.MUTED, text_wrap=True)
        self._done(sheet, one.table.caption)

    def _entry(self, text: str, value: float | None, sources: tuple[str, ...], side: str) -> Entry:
        right = side == "right"
        if value is None and right:
            value = native.number_in(text, self._words)
        form = native.number_format(text, value, self._words)
        if value is not None and form:
            return Entry(text, value, form, right=right)
        cited = [source for source in sources if source in self._numbers and f"[{self._numbers[source]}]" in text]
        return Entry(text, link=self._source_link(cited[0]) if cited else "", right=right)

    def _source_link(self, source: str) -> str:
        return internal(self._words.text("xlsx.sheet.sources"), _CAPTION_ROWS + self._numbers[source])

    def _data(self, key: str, name: str, columns: tuple[str, ...], lines: list[list[Entry]]) -> None:
        sheet = self._sheet(key)
        caption = self._words.text(f"xlsx.{key}.caption")
        sheet.line(caption, bold=True, font_size=13)
        sheet.line(self._words.text(f"xlsx.{key}.help"), font_color=theme.MUTED)
        sheet.table(name, columns, lines, filtered=True)
        self._done(sheet, caption)

    def _tidy(self) -> list[list[Entry]]:
        """Return every result behind a cell, once, where it stands first; and every cell that is no result's.

        The first column of a table names its lines, and a column of source markers is the sources of the line.
        """
        found: dict[str, list[Entry]] = {}
        for table in [*self._document.tables, *(chart.table for chart in self._document.charts.values())]:
            for n, line in enumerate(table.lines):
                for column, cell in list(zip(table.columns, line, strict=True))[1:]:
                    if column.kind == "source" or not cell.text:
                        continue
                    key = repr(sorted(cell.result.items())) if cell.result else f"{table.id} {n} {column.label}"
                    found.setdefault(key, self._tidy_line(table, n, column, cell))
        return list(found.values())

    def _tidy_line(self, table: Table, number: int, column: Column, cell: Cell) -> list[Entry]:
        line = table.lines[number]
        value = cell.value if cell.value is not None else native.number_in(cell.text, self._words)
        cited = dict.fromkeys(source for each in (cell, *line) for source in each.sources)
        plain: dict[str, Any] = {"rows": cell.rows, "sources": cell.sources or tuple(cited)}
        if cell.result:
            plain = {**_PLAIN, **plain, "derived": False, **cell.result}
        place = (table.id, number + 1, line[0].text, column.label.replace("\u00ad", ""), cell.text, value)
        return [*map(_plain, place), *(_plain(plain.get(name)) for name in RESULT)]

    def _text_sheet(self) -> None:
        """Write every sentence of the report with the section it stands in."""
        sheet = self._sheet("notes")
        caption = self._words.text("xlsx.notes.caption")
        sheet.line(caption, bold=True, font_size=13)
        self._opening(sheet, self._document.cover["subtitle"])
        heads = [self._words.text("xlsx.notes.section"), self._words.text("xlsx.notes.text")]
        lines = [[Entry(section.title), Entry(text)] for section in self._document.sections for text in _said(section)]
        data = self._words.text("xlsx.sheet.data")
        lines += [[Entry(data), Entry(self._words.text(f"xlsx.data.{name}"))] for name in ("bounds", "caveats")]
        sheet.table("notes", heads, lines)
        sheet.width(1, 110)
        self._done(sheet, caption)

    def _source_sheet(self) -> None:
        references = list(self._document.references.values())
        if not references:
            return
        sheet = self._sheet("sources")
        caption = self._words.text("xlsx.sources.caption")
        sheet.line(caption, bold=True, font_size=13)
        self._opening(sheet, self._document.cover["subtitle"])
        heads = [self._words.text(f"xlsx.sources.{name}") for name in ("number", "id", "entry", "address")]
        lines = [self._reference(reference) for reference in references]
        sheet.table("sources", heads, lines)
        sheet.width(2, 60)
        # Addresses have no spaces to break at.
        sheet.width(3, min(max(digits_of(line[3].text) for line in lines) + 3, _LONGEST))
        self._done(sheet, caption)

    def _reference(self, reference: Reference) -> list[Entry]:
        address = next((run.href for run in reference.runs if run.href), "")
        entry = "".join(run.text for run in reference.runs if not run.href).strip()
        shown = Entry(address or self._words.text("xlsx.sources.none"), link=address)
        return [Entry(str(reference.number), float(reference.number), "0"), Entry(reference.id), Entry(entry), shown]

    def _cover(self, sheet: Sheet) -> None:
        """Write the first sheet: what the report is, its main points, and the way to every other sheet."""
        cover = self._document.cover
        sheet.line(cover["title"], bold=True, font_size=16, font_color=theme.MAIN, text_wrap=True)
        sheet.line(cover["subtitle"], bold=True, font_size=12, text_wrap=True)
        if cover.get("draft"):
            sheet.line(cover["draft"], bold=True, font_color=theme.ACCENT)
        sheet.line(cover["dateline"], text_wrap=True)
        sheet.line(cover["foot"], font_color=theme.MUTED, text_wrap=True)
        sheet.line(self._words.text("chart.shorthand", legend=self._words.legend(MARKS)), text_wrap=True)
        first = next((section for section in self._document.sections if any(_said(section))), None)
        if first:
            sheet.line(first.title, bold=True, font_size=12)
            for text in _said(first):
                sheet.line(text, text_wrap=True, indent=1)
        sheet.line(cover["contents"], bold=True, font_size=12)
        for name, about in self._contents:
            sheet.link(f"{name}: {about}", internal(name, 0))
        sheet.width(0, 88)
        sheet.finish(cover["title"], self._footer)

    def _opening(self, sheet: Sheet, about: str) -> None:
        """Write the second line of a sheet: what it is part of, and the way back."""
        back = self._words.text("xlsx.back", about=about)
        sheet.link(back, internal(self._words.text("xlsx.sheet.contents"), 0))

    def _done(self, sheet: Sheet, about: str) -> None:
        self._contents.append((sheet.name, about))
        sheet.finish(self._document.cover["title"], self._footer)

    @property
    def _footer(self) -> str:
        return self._words.text("xlsx.footer", page="&P", pages="&N")


def _presented(document: Document) -> Iterator[_Presented]:
    """Yield the sheets to come: a chart stands with the next table of its section, else the last, else on its own."""
    for section in document.sections:
        tables = [_Presented(section, block) for block in section.blocks if isinstance(block, Table) and block.lines]
        waiting: list[Chart] = []
        position = 0
        for block in section.blocks:
            if isinstance(block, Chart):
                if block.kind in native.FORMS and tables:
                    waiting.append(block)
                elif block.table.lines:
                    charts = [block] if block.kind in native.FORMS else []
                    yield _Presented(section, block.table, charts, own=True)
            elif isinstance(block, Table) and block.lines:
                tables[position].charts.extend(waiting)
                waiting.clear()
                position += 1
        if tables:
            tables[-1].charts.extend(waiting)
        yield from tables


def _said(section: Section) -> Iterator[str]:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield _text(block.runs)
        elif isinstance(block, Points):
            yield from (_text(item) for item in block.items)


def _text(runs: Runs) -> str:
    return "".join(run.text for run in runs).strip()


def _plain(value: Any) -> Entry:
    if isinstance(value, bool):
        return Entry("", value)
    if isinstance(value, (int, float)):
        return Entry("", float(value), right=True)
    return Entry(" ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value or ""))


def _spoken(core: bytes, lang: str) -> bytes:
    """Return the core properties with the language of the report, which the library has no word for."""
    return re.sub(
        b"</cp:coreProperties>", f"<dc:language>{escape(lang)}</dc:language></cp:coreProperties>".encode(), core
    )
