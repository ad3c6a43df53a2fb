"""PDF: a report as a tagged, printable file, set by typst.

The writer arranges the blocks of the notebook (`stats.reports.document`) as plain data; the look is
the template's (``reports/templates/report.typ``). Data reach typst as JSON and are never part of the
template, so a name that looks like markup is just a name.

References
----------
ISO 14289-1 (PDF/UA-1) and ISO 19005-2 (PDF/A-2a): what typst checks while it writes. Language, title,
tags, table heads, alternative texts and embedded fonts are among them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from stats import codes, theme
from stats.errors import ReportError
from stats.reports import resources
from stats.reports.document import (
    Block,
    Cell,
    Chart,
    Column,
    Document,
    Paragraph,
    Points,
    References,
    Run,
    Runs,
    Table,
)
from stats.reports.writers import columns
from stats.wording import Words

STANDARDS: tuple[Literal["ua-1"], Literal["a-2a"]] = ("ua-1", "a-2a")
"""What typst holds the file to: accessible, and fit for an archive."""

AUTHOR = "discipline-stats"

SHORT = 5
"""Sections up to which a document needs no list of contents."""

BRIEF = "briefing-"
"""Sections of a briefing, two pages for a leader, are named so; it is set closer than a report."""

ANNEX_LINES = 15
"""Lines of a folded table that is still printed, in the annex; longer ones stay on the page (HTML)."""

_FAMILY = "Be Vietnam Pro"
_CANDIDATES = 3
"""Longest words and texts of a column that are measured: letters differ in width, so one is not enough."""
_CONTENTS_LINE = 48
"""Letters of a title on one line of the contents, which stand in two columns."""
_SAMPLED = 60
"""Lines of a table at most whose lengths the widths of its columns are weighed by."""
_LETTERS = 95
"""Letters side by side in a table across the page, its gutters taken off."""
_PROSE = 40
"""Letters of a cell that is prose rather than a figure."""
_LONG_CELL = 1500
"""Characters of a cell that may be split over two pages, because it might not fit on one."""
_MARKERS = re.compile(r"(\[\d+\])")
_REGULATION = re.compile(r"(\b\d+-[^\W\d_]+(?:-[^\W\d_]+)*/[^\W\d_]+)")
_UNKNOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_REGISTER = "t-sources"
"""The table of every figure, whose lines, named by the row in their first cell, are what figures link to."""
_TRACE = "sources"
"""The section that opens the trace of the figures."""
_MOST_BESIDE, _PAGE_OF_CHARTS = 4, 980
"""Charts of half a page's width set as two columns, and the pixels one column of a page has room for."""
_NUMBERS = ("count", "percent", "interval")
"""Kinds of columns whose cells stay on one line."""
_LONG_NUMBER = 14
"""Letters beyond which a number with its words (more than 450,000 [a]) may stand on two lines."""
_COLOURS = ("ink", "muted", "rule", "grid", "main", "accent")


def write(document: Document, *, pictures: Mapping[str, bytes]) -> bytes:
    """Return the report as a PDF.

    Parameters
    ----------
    document : Document
        The document in the executed notebook.
    pictures : mapping
        Chart name to SVG; a chart without one is replaced by its data table and a line that says so.

    Returns
    -------
    bytes
        PDF/UA-1 and PDF/A-2a by typst's own checks; the same document gives the same bytes.

    Raises
    ------
    ReportError
        When a chart has no alternative text, or typst refuses the document.
    """
    for chart in document.charts.values():
        if not chart.alt.strip():
            raise ReportError(
                f"The chart {chart.name} has no alternative text: a reader who cannot see it would have nothing.",
                f"Biểu đồ {chart.name} không có mô tả thay thế: người không nhìn được sẽ không có thông tin.",
            )
    drawn = {name: svg.decode() for name, svg in pictures.items() if name in document.charts}
    inputs = {"report": _Layout(document, drawn).plain(), "pictures": drawn}
    unknown: dict[int, str | None] = {code: None for code in range(32) if chr(code) not in "\t\n"}
    while True:
        try:
            return _set(inputs, unknown)
        except typst.TypstError as error:
            # A letter that no bundled font has is printed as the sign for one, rather than no report at all.
            found = {ord(letter) for text in _UNKNOWN.findall(error.diagnostic) for letter in text} - unknown.keys()
            if not found:
                raise ReportError(
                    f"typst refused the document: {error.diagnostic}",
                    f"typst không lập được tệp PDF: {error.diagnostic}",
                ) from error
            unknown.update(dict.fromkeys(found, "\ufffd"))


def _set(inputs: Mapping[str, Any], unknown: Mapping[int, str | None]) -> bytes:
    texts = {name: json.dumps(_printable(value, unknown), ensure_ascii=False) for name, value in inputs.items()}
    return typst.compile(
        _template(), font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=texts, pdf_standards=list(STANDARDS)
    )


def _printable(value: Any, unknown: Mapping[int, str | None]) -> Any:
    if isinstance(value, str):
        return value.translate(unknown)
    if isinstance(value, Mapping):
        return {key: _printable(part, unknown) for key, part in value.items()}
    return [_printable(part, unknown) for part in value] if isinstance(value, (list, tuple)) else value


@cache
def _template() -> bytes:
    return (resources.folder(Path("reports/templates")) / "report.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[theme.fonts_dir()])


class _Layout:
    """A document as the plain data the template sets."""

    def __init__(self, document: Document, drawn: Mapping[str, str]) -> None:
        self.document, self.drawn = document, drawn
        self.words = Words(codes.load(), document.cover["lang"])
        self.cited = {item.number: item.id for item in document.references.values()}
        register = next((table for table in document.tables if table.id == _REGISTER and not _left_out(table)), None)
        self.rows = frozenset(line[0].text for line in register.lines) if register else frozenset()
        self.brief = any(section.id.startswith(BRIEF) for section in document.sections)

    def plain(self) -> dict[str, Any]:
        cover = self.document.cover
        day = dt.date.fromisoformat(cover["date"])
        sections = [*self._sections(), *self._annex()]
        return {
            **{key: cover[key] for key in ("lang", "title", "subtitle", "dateline", "foot")},
            "contents": cover["contents"] if len(sections) > SHORT and not self.brief else "",
            "brief": self.brief,
            "draft": cover.get("draft") or "",
            "author": AUTHOR,
            "date": {"year": day.year, "month": day.month, "day": day.day},
            "font": _FAMILY,
            "colours": {name: getattr(theme, name.upper()) for name in _COLOURS},
            "labels": {
                "page": self.words.text("pdf.page", page="{page}", pages="{pages}"),
                "cited": self.words.text("pdf.cited", pages="{pages}"),
            },
            "sections": sections,
            "half": _half(sections),
        }

    def _sections(self) -> Iterator[dict[str, Any]]:
        for section in self.document.sections:
            blocks = _paired([self._block(block) for block in section.blocks])
            # The two pages of a briefing hold nothing else: the trace of its figures begins on a page of its own.
            apart = self.brief and section.id == _TRACE
            yield {"id": section.id, "title": section.title, "blocks": blocks, "apart": apart}

    def _annex(self) -> Iterator[dict[str, Any]]:
        """Yield the annex: tables that are folded on a page and short enough to print."""
        charts = [chart.table for name, chart in self.document.charts.items() if name in self.drawn]
        folded = [table for table in (*self.document.tables, *charts) if table.fold and table.lines]
        blocks = [self._table(table) for table in folded if not _left_out(table)]
        if left := sum(_left_out(table) for table in charts):
            blocks.append(self._note(self.words.text("pdf.charts_left_out", n=left, most=ANNEX_LINES)))
        if blocks:
            yield {"id": "annex", "title": self.words.text("pdf.annex"), "blocks": blocks, "apart": False}

    def _block(self, block: Block) -> dict[str, Any]:
        match block:
            case Paragraph():
                return self._text(block.kind, block.runs)
            case Points():
                return {"type": "points", "kind": block.kind, "items": [self._runs(item) for item in block.items]}
            case Table():
                return self._folded(block) if block.fold else self._table(block)
            case Chart():
                return self._chart(block)
            case References():
                items = [{"number": i.number, "id": i.id, "runs": self._runs(i.runs)} for i in block.items]
                return {"type": "references", "heading": block.heading, "items": items}

    def _text(self, kind: str, runs: Runs) -> dict[str, Any]:
        opens = bool(runs) and runs[-1].text.rstrip().endswith(":")
        return {"type": "text", "kind": kind, "runs": self._runs(runs), "opens": opens}

    def _note(self, text: str) -> dict[str, Any]:
        return self._text("note", (Run(text),))

    def _folded(self, table: Table) -> dict[str, Any]:
        """Return the line that stands for a table folded on a page: where it is to be found."""
        key = "pdf.left_out" if _left_out(table) else "pdf.in_annex"
        return self._note(self.words.text(key, caption=table.caption, n=len(table.lines)))

    def _chart(self, chart: Chart) -> dict[str, Any]:
        if chart.name in self.drawn:
            layout = chart.spec["layout"]
            size = {key: layout[key] for key in ("width", "height")}
            return {"type": "chart", "name": chart.name, "alt": chart.alt, **size}
        notes = [*chart.notes, self.words.text("chart.source", source=chart.credit)]
        return {
            "type": "undrawn",
            "title": chart.title,
            "subtitle": chart.subtitle,
            "reason": self.words.text("pdf.undrawn"),
            "table": self._table(chart.table),
            "notes": notes,
        }

    def _table(self, table: Table) -> dict[str, Any]:
        anchored: set[str] = set()
        heads = [_column(column, [line[x].text for line in table.lines]) for x, column in enumerate(table.columns)]
        least = [max(map(len, (*head["words"], *head["head_words"]))) for head in heads]
        letters = [[len(cell.text) for cell in line] for line in table.lines[:: 1 + len(table.lines) // _SAMPLED]]
        return {
            "type": "table",
            "caption": table.caption,
            "columns": heads,
            "lines": [self._line(table, line, anchored) for line in table.lines],
            "letters": letters,
            "shares": columns.shares(letters, least, _LETTERS),
            "notes": list(table.notes),
        }

    def _line(self, table: Table, line: Sequence[Cell], anchored: set[str]) -> list[dict[str, Any]]:
        """Return the cells of a line; in the table of every figure the first one is what figures elsewhere link to."""
        own = table.id == _REGISTER
        cells = [
            {"runs": self._cell(cell, column, linked=not own), "breakable": len(cell.text) > _LONG_CELL}
            for cell, column in zip(line, table.columns, strict=True)
        ]
        if own and line[0].text not in anchored:
            anchored.add(line[0].text)
            cells[0]["anchor"] = line[0].text
        return cells

    def _cell(self, cell: Cell, column: Column, *, linked: bool) -> list[dict[str, Any]]:
        if column.kind == "source":
            return [self._marker(piece) for piece in _MARKERS.split(cell.text) if piece]
        runs = self._runs([Run(cell.text, rows=cell.rows if linked else ())])
        # A number shows that it leads somewhere; prose would be underlined line after line.
        return [{**run, "prose": True} for run in runs] if len(cell.text) > _PROSE else runs

    def _marker(self, piece: str) -> dict[str, Any]:
        source = self.cited.get(int(piece[1:-1])) if _MARKERS.fullmatch(piece) else None
        return {"text": piece, "source": source} if source else {"text": piece}

    def _runs(self, runs: Iterable[Run]) -> list[dict[str, Any]]:
        return [piece for run in runs for piece in self._pieces(run)]

    def _pieces(self, run: Run) -> list[dict[str, Any]]:
        """Return a run; plain words are parted where the number of a regulation (69-QĐ/TW) must stay on its line."""
        plain = self._run(run)
        if plain.keys() - {"text", "strong"}:
            return [plain]
        texts = [text for text in _REGULATION.split(run.text) if text]
        return [{**plain, "text": text, "whole": bool(_REGULATION.fullmatch(text))} for text in texts]

    def _run(self, run: Run) -> dict[str, Any]:
        plain: dict[str, Any] = {"text": run.text}
        if run.strong:
            plain["strong"] = True
        row = next((row for row in run.rows if row in self.rows), None)
        if run.source in self.document.references:
            plain["source"] = run.source
        elif row is not None:
            plain["row"] = row
        elif run.href:
            plain["href"] = run.href
            if run.href not in run.text:
                # On paper a link is worth nothing unless its address is written out.
                plain["text"] = f"{run.text} ({run.href})"
        return plain


def _paired(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks with charts of half a page's width in two columns, on one page as far as it goes."""
    placed: list[dict[str, Any]] = []
    for block in blocks:
        half = block["type"] == "chart" and block["width"] < theme.SIZES["page"].width
        if half and placed and placed[-1]["type"] == "pair" and _beside(placed[-1]["charts"], block):
            placed[-1]["charts"].append(block)
        else:
            placed.append({"type": "pair", "charts": [block]} if half else block)
    return [{**b, "columns": _columns(b["charts"])} if b["type"] == "pair" else b for b in placed]


def _beside(charts: Sequence[Mapping[str, Any]], more: Mapping[str, Any]) -> bool:
    """Tell whether a chart can join those before it: the second of a line always, more while one page holds them."""
    if len(charts) == 1:
        return True
    tallest = max(sum(c["height"] for c in column) for column in _columns([*charts, more]))
    return len(charts) < _MOST_BESIDE and tallest <= _PAGE_OF_CHARTS


def _columns(charts: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    return [[charts[i] for i in column] for column in columns.beside([chart["height"] for chart in charts])]


def _half(sections: Sequence[Mapping[str, Any]]) -> str:
    """Return the section that opens the second column of the contents."""
    if len(sections) == 1:
        return str(sections[0]["id"])
    lines = [1 + len(section["title"]) // _CONTENTS_LINE for section in sections]
    tallest = {at: max(sum(lines[:at]), sum(lines[at:])) for at in range(1, len(lines))}
    return str(sections[min(tallest, key=lambda at: (tallest[at], -at))]["id"])


def _left_out(table: Table) -> bool:
    return bool(table.fold) and len(table.lines) > ANNEX_LINES


def _column(column: Column, texts: Sequence[str]) -> dict[str, Any]:
    """Return a column with the words and texts its width is measured by."""
    return {
        "label": column.label,
        "side": column.side,
        "words": _longest(word for text in texts for word in _unbroken(text, column.kind)),
        "texts": _longest(texts),
        "head_words": _longest(_unbroken(column.label, "text")),
    }


def _unbroken(text: str, kind: str) -> list[str]:
    # str.split would break at no-break spaces too.
    if kind == "source":
        return _MARKERS.findall(text) or [text]
    return [text] if kind in _NUMBERS and len(text) <= _LONG_NUMBER else re.split("[ \n]", text)


def _longest(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts), key=lambda text: (-len(text), text))[:_CANDIDATES]
