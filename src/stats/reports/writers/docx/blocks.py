"""The blocks of a report as Word paragraphs, tables and pictures."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm

from stats.reports.document import Cell, Chart, Column, Points, References, Run, Runs, Table
from stats.reports.document import Paragraph as Text
from stats.reports.writers import columns
from stats.reports.writers.docx import ooxml, styles, widths
from stats.reports.writers.docx.ooxml import element, field, link_inside, paragraph, run
from stats.reports.writers.docx.plan import BODY_POINTS, SMALL_POINTS, Item, Part, Plan
from stats.wording import Words

TALLEST = 19.0
"""Most height of a picture in centimetres: a page with its caption and a line of text."""

FULL = 720
"""Width of a drawing that fills the line, in its own units."""

NARROWEST = 0.4
"""Part of the line from which a narrow drawing is made half a line wide: those meant for two columns."""

MOST_BESIDE = 4
"""Narrow charts set as two columns of one page."""

SHORT = 8
"""Lines up to which a table is kept on one page; of a longer one the first two and the last two stay together."""


class Pen:
    """Writes the parts of a plan into a python-docx document.

    Parameters
    ----------
    document : docx.document.Document
        The document, laid out (`stats.reports.writers.docx.styles`).
    plan : Plan
        What stands where.
    words : Words
        The labels, in the document's language.
    pictures : mapping
        Chart name to PNG.
    """

    def __init__(self, document: Any, plan: Plan, words: Words, pictures: Mapping[str, bytes]) -> None:
        self.document, self.plan, self.words, self.pictures = document, plan, words, pictures
        self.bookmarks = ooxml.Bookmarks()
        self.drawn = 0
        self.sources = plan.sources

    def add(self, *parts: Any) -> None:
        """Append paragraphs and tables to the document, before the properties of its last section."""
        for part in parts:
            self.document.element.body[-1].addprevious(part)

    def hold(self) -> None:
        """Keep the last two paragraphs with what comes next: a signature never stands on a page alone."""
        for last in [one for one in self.document.element.body if one.tag == qn("w:p")][-2:]:
            last[0].insert(1, element("keepNext"))

    def body(self) -> None:
        """Write the sections."""
        for part in self.plan.body:
            self.add(paragraph("Heading1", run(part.title)))
            moved = [item for item in part.items if item.annex]
            rest = list(part.items)
            while rest:
                narrow = list(itertools.takewhile(self._narrow, rest))[:MOST_BESIDE]
                if len(narrow) > 1:
                    self._beside(narrow)
                    del rest[: len(narrow)]
                    continue
                item = rest.pop(0)
                if not item.annex:
                    self.item(item, part, annex=False)
                elif item is moved[0]:
                    self.add(self._see(moved))

    def annexes(self) -> None:
        """Write the annexes, each stretch of one orientation as a section of its own."""
        lying = False
        for number, part in enumerate(self.plan.annexes, 1):
            if number == 1 or part.landscape != lying:
                self._end_section(landscape=lying, titled=number == 1)
                lying = part.landscape
            title = self.words.text("docx.annex.title", annex=self._annex(number), title=part.title)
            name = ooxml.bookmark_name("annex", number)
            self.add(paragraph("AnnexHeading", *self.bookmarks.around(name, [run(title)])))
            for item in part.items:
                self.item(item, part, annex=True)
        if self.plan.annexes:
            self.document.element.body.replace(self.document.element.body[-1], styles.section(landscape=lying))

    def item(self, item: Item, part: Part, *, annex: bool) -> None:
        """Write one block."""
        block, width = item.block, styles.text_width(landscape=annex and part.landscape)
        match block:
            case Text():
                style = "BodyText" if block.kind == "finding" else "Note"
                self.add(paragraph(style, *self.runs(block.runs)))
            case Points():
                self.add(*(paragraph("ListBullet", *self.runs(one)) for one in block.items))
            case Table() if item.left_out:
                left_out = self.words.text("docx.left_out", caption=block.caption, n=len(block.lines))
                self.add(paragraph("Note", run(left_out)))
            case Table() if block.lines:
                self.table(block, item.number, width, annex=annex)
            case Chart():
                self.chart(block, item, width)
            case References():
                self.add(paragraph("Heading2", run(block.heading)), *self._documents(block))

    def runs(self, runs: Runs) -> list[Any]:
        """Return the words of a paragraph: markers lead to the list of documents, figures to their row."""
        return [one for words in runs for one in self._linked(words)]

    def _linked(self, words: Run) -> list[Any]:
        listed = next((row for row in words.rows if row in self.plan.rows), "")
        if words.source in self.sources:
            return [self._marker(words.text, words.source)]
        if words.href:
            return [self._outside(words)]
        if listed:
            anchor = ooxml.bookmark_name("row", listed)
            return [link_inside(anchor, run(words.text, "Strong" if words.strong else ""))]
        return [run(words.text, "Strong" if words.strong else "")]

    def _marker(self, text: str, source: str) -> Any:
        return link_inside(ooxml.bookmark_name("source", self.sources[source]), run(text, "SourceMark"))

    def _outside(self, words: Run) -> Any:
        made = element("hyperlink", run(words.text, "Hyperlink"), history=1)
        address = self.document.part.relate_to(words.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        made.set(qn("r:id"), address)
        return made

    def _documents(self, block: References) -> Iterator[Any]:
        for one in block.items:
            number = self.bookmarks.around(ooxml.bookmark_name("source", one.number), [run(f"[{one.number}]")])
            yield paragraph("Documents", *number, element("r", element("tab")), *self.runs(one.runs))

    def _see(self, moved: Sequence[Item]) -> Any:
        """Return the line that says where the tables of a section are."""
        tables = [item.number for item in moved if item.number]
        annex = moved[0].annex
        where = link_inside(ooxml.bookmark_name("annex", annex), run(self._annex(annex)))
        if not tables:
            before, after = self.words.text("docx.see.annex", annex="\0").split("\0")
            return paragraph("BodyText", run(before), where, run(after))
        before, between, after = self.words.text("docx.see", tables="\0", annex="\0").split("\0")
        label = self.words.text("docx.table")
        said = [field(f"REF {ooxml.bookmark_name('table', n)} \\h", f"{label}\u00a0{n}") for n in tables]
        joined = [one for n, reference in enumerate(said) for one in [*([run(", ")] if n else []), *reference]]
        return paragraph("BodyText", run(before), *joined, run(between), where, run(after))

    def _annex(self, number: int) -> str:
        return self.words.text("docx.annex", n=number)

    def _caption(self, style: str, label: str, kind: str, number: int, text: str) -> Any:
        numbered = [run(f"{label}\u00a0"), *field(f"SEQ {label.replace(' ', '_')} \\* ARABIC", str(number))]
        name = ooxml.bookmark_name(kind, number)
        keep = kind == "table"
        return paragraph(style, *self.bookmarks.around(name, numbered), run(f". {text}"), keep=keep)

    def chart(self, chart: Chart, item: Item, width: float) -> None:
        """Write a chart: its picture with alternative text and the caption below, or its data and why."""
        if chart.name in self.pictures:
            self.add(*self._drawn(chart, item.number))
            return
        why = self.words.text("docx.no_picture")
        self.add(self._chart_caption(chart, item.number))
        self.add(*(paragraph("Note", run(text)) for text in (chart.subtitle, why) if text))
        self.table(chart.table, item.table_number, width, annex=False)
        self.add(*(paragraph("TableNote", run(note)) for note in chart.notes))

    def _chart_caption(self, chart: Chart, number: int) -> Any:
        return self._caption("ChartCaption", self.words.text("docx.chart"), "chart", number, chart.title)

    def _drawn(self, chart: Chart, number: int) -> tuple[Any, Any]:
        picture = paragraph("Picture", self._picture(self.pictures[chart.name], chart), keep=True)
        return picture, self._chart_caption(chart, number)

    def _narrow(self, item: Item) -> bool:
        """Tell whether a picture leaves room for another one beside it."""
        block = item.block
        return isinstance(block, Chart) and block.name in self.pictures and 2 * _width(block) <= styles.text_width()

    def _beside(self, items: Sequence[Item]) -> None:
        """Write narrow charts in two columns."""
        half = round(styles.text_width() * 5 * styles.MM)
        charts = [item.block for item in items if isinstance(item.block, Chart)]
        placed = columns.beside([chart.spec["layout"]["height"] for chart in charts])
        # Word numbers captions in the order of the file, down the first column before the second.
        numbers = iter([item.number for item in items])
        sides = [[part for i in side for part in self._drawn(charts[i], next(numbers))] for side in placed]
        self.add(ooxml.columns((half, half), *sides), paragraph("TableEnd"))

    def _picture(self, picture: bytes, chart: Chart) -> Any:
        inline = self.document.part.new_pic_inline(io.BytesIO(picture), width=Cm(_width(chart)))
        if inline.extent.cy > Cm(TALLEST):
            inline = self.document.part.new_pic_inline(io.BytesIO(picture), height=Cm(TALLEST))
        self.drawn += 1
        # python-docx has no call for alternative text; screen readers take it from the attribute `descr`.
        properties = inline.docPr
        properties.set("id", str(self.drawn))
        properties.set("name", chart.name)
        properties.set("descr", chart.alt)
        return element("r", element("drawing", inline))

    def table(self, table: Table, number: int, width: float, *, annex: bool) -> None:
        """Write a table: caption above, head repeated on every page, rows never split, notes below."""
        small = annex or self.plan.brief or widths.crowded(table, width, BODY_POINTS)
        points = SMALL_POINTS if small else BODY_POINTS
        caption = self._caption("Caption", self.words.text("docx.table"), "table", number, table.caption)
        places = [round(one * 10 * styles.MM) for one in widths.fitted(table, width, points)]
        last = len(table.lines) - 1
        prefix = "SmallTable" if small else "Table"
        head = [(run(column.label), f"{prefix}Head") for column in table.columns]
        rows = [_row(head, places, head=True)]
        for n, line in enumerate(table.lines):
            keep = bool(table.notes) if n == last else last < SHORT or n in (0, last - 1)
            rows.append(_row(self._cells(line, table.columns, prefix), places, keep=keep))
        properties = element(
            "tblPr", element("tblStyle", val="Figures"), element("tblW", w=sum(places), type="dxa"),
            element("tblLayout", type="fixed"), element("tblLook", firstRow=1, noHBand=1, noVBand=1),
            element("tblCaption", val=f"{self.words.text('docx.table')} {number}"),
            element("tblDescription", val=table.caption),
        )  # fmt: skip
        grid = element("tblGrid", *(element("gridCol", w=one) for one in places))
        self.add(caption, element("tbl", properties, grid, *rows))
        self.add(*(paragraph("TableNote", run(note)) for note in table.notes), paragraph("TableEnd"))

    def _cells(self, line: Sequence[Cell], heads: Sequence[Column], prefix: str) -> Iterator[tuple[Any, str]]:
        for cell, column in zip(line, heads, strict=True):
            style = f"{prefix}Number" if column.side == "right" else f"{prefix}Text"
            yield self._words(cell), style

    def _words(self, cell: Cell) -> Any:
        """Return the words of a cell: source markers as links; the id of a row is what figures in sentences lead to."""
        if cell.sources and all(one in self.sources for one in cell.sources):
            marks = [f"[{self.sources[one]}]" for one in cell.sources]
            if "".join(marks) == cell.text:
                return [self._marker(mark, one) for mark, one in zip(marks, cell.sources, strict=True)]
        if cell.text in self.plan.rows:
            return self.bookmarks.around(ooxml.bookmark_name("row", cell.text), [run(cell.text)])
        return run(cell.text)

    def _end_section(self, *, landscape: bool, titled: bool) -> None:
        """Close the section so far; its properties stand in a last paragraph too small to begin a page."""
        last = paragraph("SectionEnd")
        properties = styles.section(landscape=landscape, titled=titled)
        if titled:
            # The header and footer are those of the first section; the later ones go on with them.
            first = self.document.element.body[-1]
            references = [one for one in first if one.tag in (qn("w:headerReference"), qn("w:footerReference"))]
            for place, reference in enumerate(references):
                properties.insert(place, reference)
        last[0].append(properties)
        self.add(last)


def _width(chart: Chart) -> float:
    """Return the width of a picture in centimetres: half the line, or all at one scale for letters of one size."""
    part = min(float(chart.spec["layout"].get("width", FULL)) / FULL, 1)
    return (0.5 if NARROWEST < part <= 0.5 else part) * styles.text_width()


def _row(cells: Any, places: Sequence[int], *, head: bool = False, keep: bool = False) -> Any:
    properties = element("trPr", element("cantSplit"), element("tblHeader") if head else None)
    made = []
    for (words, style), width in zip(cells, places, strict=True):
        content = words if isinstance(words, list) else [words]
        inside = element("tcPr", element("tcW", w=width, type="dxa"))
        made.append(element("tc", inside, paragraph(style, *content, keep=keep)))
    return element("tr", properties, *made)
