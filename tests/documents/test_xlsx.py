"""The workbook: every cell is the report's, real numbers, no formula, accessible, the same bytes twice."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from stats import codes
from stats.reports.document import Document, Table
from stats.reports.writers import native, xlsx
from stats.reports.writers.xlsx.graph import COLUMNS
from stats.reports.writers.xlsx.workbook import PLACE, RESULT
from stats.wording import Words

CASES = [("period", "ha-noi", "2020-2025/half"), ("programme", "ha-noi", "2020-2025/half"), ("coverage", "ha-noi", ""),
         ("comparison", "", "2018")]  # fmt: skip
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")

Make = Callable[..., Document]


@pytest.fixture(scope="module")
def made(document_of: Make) -> Callable[..., tuple[Document, bytes]]:
    found: dict[tuple[str, ...], tuple[Document, bytes]] = {}

    def make(*case: str) -> tuple[Document, bytes]:
        if case not in found:
            document = document_of(*case)
            found[case] = document, xlsx.write(document)
        return found[case]

    return make


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def tables_of(book: Any) -> dict[str, tuple[Any, list[list[Any]]]]:
    """Return every Excel table by name: its sheet and the cells of its rows, the head first."""
    return {
        table.name: (sheet, [list(row) for row in sheet[table.ref]])
        for sheet in book
        for table in sheet.tables.values()
    }


def presented(document: Document, book: Any) -> list[tuple[Table, list[list[Any]]]]:
    """Return the report's tables with the cells they became, matched by caption."""
    by_title = {sheet["A1"].value: rows for sheet, rows in tables_of(book).values()}
    return [(table, by_title[table.caption]) for table in document.tables]


def printed(cell: Any, words: Words) -> str:
    """Return a cell as a reader of the language sees it."""
    if not isinstance(cell.value, (int, float)):
        return cell.value or ""
    form = cell.number_format
    digits = len(form.removesuffix("%").partition(".")[2])
    return words.percent(cell.value, digits) if form.endswith("%") else words.number(cell.value, digits)


def formulas(data: bytes) -> list[str]:
    book = opened(data)
    return [f"{s.title}!{c.coordinate}" for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]


def without_alt(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        drawings = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/drawings/drawing")]
    frames = [tag for text in drawings for tag in re.findall(r"<xdr:cNvPr [^>]*>", text)]
    return [tag for tag in frames if not re.search(r'descr="[^"]+"', tag)]


def charts_in(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(n).decode() for n in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
class TestEveryReport:
    def test_every_cell_is_the_report_s(self, case: tuple[str, ...], lang: str, made: Any) -> None:
        document, data = made(*case, lang)
        words = Words(codes.load(), lang)
        for table, rows in presented(document, opened(data)):
            # Excel takes a head once in a table; one met again bears its number.
            assert [re.sub(r" \(\d+\)$", "", c.value) for c in rows[0]] == [column.label for column in table.columns]
            assert [[printed(c, words) for c in row] for row in rows[1:]] == [[c.text for c in x] for x in table.lines]

    def test_numbers_are_numbers(self, case: tuple[str, ...], lang: str, made: Any) -> None:
        document, data = made(*case, lang)
        words = Words(codes.load(), lang)
        seen = 0
        for table, rows in presented(document, opened(data)):
            for cells, line in zip(rows[1:], table.lines, strict=True):
                for cell, mine in zip(cells, line, strict=True):
                    if native.number_format(mine.text, mine.value, words):
                        assert cell.value == pytest.approx(mine.value, abs=1e-12)
                        seen += 1
        assert seen or not any(c.value is not None for t in document.tables for x in t.lines for c in x)

    def test_there_is_no_formula(self, case: tuple[str, ...], lang: str, made: Any) -> None:
        assert formulas(made(*case, lang)[1]) == []

    def test_it_can_be_read_without_seeing_it(self, case: tuple[str, ...], lang: str, made: Any) -> None:
        document, data = made(*case, lang)
        book = opened(data)
        names = book.sheetnames
        assert len(set(names)) == len(names)
        assert all(len(name) <= 31 and not FORBIDDEN.search(name) for name in names)
        assert book.properties.title == document.cover["title"]
        assert book.properties.language == {"vi": "vi-VN", "en": "en-GB"}[lang]
        assert without_alt(data) == []
        for sheet in book:
            assert not sheet.merged_cells.ranges
            assert len(sheet.tables) == (0 if sheet.title == names[0] else 1)
            assert sheet.page_setup.paperSize == 9 or sheet.page_setup.paperSize == "9"
            assert sheet.page_setup.fitToHeight == 0
            assert "&P" in sheet.oddFooter.right.text
        for name, (sheet, rows) in tables_of(book).items():
            assert len({c.value for c in rows[0]}) == len(rows[0]), name
            assert all(any(c.value is not None for c in row) for row in rows), name
            assert sheet.freeze_panes == f"A{rows[1][0].row}"
            assert sheet.print_title_rows == f"${rows[0][0].row}:${rows[0][0].row}"

    def test_links_lead_somewhere(self, case: tuple[str, ...], lang: str, made: Any) -> None:
        book = opened(made(*case, lang)[1])
        inside = 0
        for sheet in book:
            for link in (c.hyperlink for row in sheet.iter_rows() for c in row if c.hyperlink):
                if link.location:
                    name, cell = re.fullmatch(r"'(.+)'!(\w+)", link.location).groups()
                    assert book[name][cell].value is not None
                    inside += 1
                else:
                    assert link.target.startswith(("http://", "https://"))
        assert inside >= len(book.sheetnames) - 1

    def test_charts_are_native_and_draw_the_marks(self, case: tuple[str, ...], lang: str, made: Any) -> None:
        document, data = made(*case, lang)
        words = Words(codes.load(), lang)
        plans = [plan for chart in document.charts.values() for plan in native.plans(chart, words)]
        drawn = charts_in(data)
        assert len(drawn) == len(plans)
        assert sum(text.count("<c:ser>") for text in drawn) == sum(len(plan.series) for plan in plans)
        if plans:
            rows = tables_of(opened(data))["chart_data"][1]
            values = [row[COLUMNS.index("estimate")].value for row in rows[1:]]
            # Charts stand with their tables, in the order of the sections; as numbers they are all there.
            assert sorted(v for v in values if v is not None) == pytest.approx(
                sorted(v for plan in plans for s in plan.series for v in s.values if v is not None)
            )

    def test_the_same_bytes_twice(self, case: tuple[str, ...], lang: str, made: Any) -> None:
        document, data = made(*case, lang)
        assert xlsx.write(document) == data


def test_every_result_is_a_row_of_the_tidy_sheet(made: Any) -> None:
    _, data = made(*CASES[0], "vi")
    rows = tables_of(opened(data))["tidy"][1]
    assert tuple(c.value for c in rows[0]) == (*PLACE, *RESULT)
    lines = [line for line in tidy_of(data) if line["kind"]]
    expulsion = [x for x in lines if x["category"] == "expulsion" and x["kind"] == "share" and x["unit"] == "members"]
    assert expulsion[0]["estimate"] == pytest.approx(288 / 2377)
    assert (expulsion[0]["numerator"], expulsion[0]["denominator"]) == (288, 2377)
    assert (expulsion[0]["state"], expulsion[0]["approx"], expulsion[0]["derived"]) == ("value", "exact", True)
    assert {x["derived"] for x in lines} == {True, False}
    assert all(x["sources"] for x in lines if x["state"] == "value")


def tidy_of(data: bytes) -> list[dict[str, Any]]:
    rows = tables_of(opened(data))["tidy"][1]
    return [dict(zip((*PLACE, *RESULT), (c.value for c in row), strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
def test_every_figure_of_a_table_is_a_row_of_the_tidy_sheet(case: tuple[str, ...], made: Any) -> None:
    document, data = made(*case, "vi")
    told = {(x["table"], x["line"], x["text"]) for x in tidy_of(data)}
    results = {x["rows"] for x in tidy_of(data) if x["kind"]}
    for table in document.tables:
        for line in table.lines:
            for column, cell in list(zip(table.columns, line, strict=True))[1:]:
                if cell.result and cell.text:
                    # A result is there once, wherever else it is printed.
                    assert (" ".join(cell.result.get("rows", ())) or None) in results
                elif cell.text and column.kind != "source":
                    assert (table.id, line[0].text or None, cell.text) in told


def test_caveats_name_what_they_are_about_each_once(made: Any) -> None:
    _, data = made(*CASES[0], "vi")
    told = [str(x["caveats"]).split(" ") for x in tidy_of(data) if x["caveats"]]
    assert any("flag:subset_of_total" in one for one in told)
    assert all(len(set(one)) == len(one) and "flag" not in one for one in told)


def test_the_range_of_a_rounded_figure_is_no_confidence_interval(document_of: Make) -> None:
    data = xlsx.write(document_of("briefing", "national", "2023", "vi"))
    ranges = [x for x in tidy_of(data) if x["conf_low"] is not None and x["kind"] == "count"]
    assert ranges
    assert {(x["method"], x["conf_level"]) for x in ranges} == {("as_published", None)}
    said = [c.value for row in tables_of(opened(data))["notes"][1] for c in row]
    assert any("as_published" in text for text in said)


def test_a_refused_interval_is_no_zero(document_of: Make) -> None:
    document = document_of("briefing", "ha-noi", "2020-2025/half", "vi")
    data = xlsx.write(document)
    rows = tables_of(opened(data))["chart_data"][1]
    lines = [dict(zip(COLUMNS, (c.value for c in row), strict=True)) for row in rows[1:]]
    refused = [x for x in lines if x["chart"] == "funnel-change" and x["conf_low"] is None]
    assert [round(x["estimate"], 3) for x in refused] == [0.385, 0.054]
    assert all(x["below"] is None and x["above"] is None for x in refused)
    bars = [b for text in charts_in(data) for b in re.findall(r"<c:errBars>.*?</c:errBars>", text)]
    assert bars
    assert not any(re.search(r"<c:v>0(\.0)?</c:v>", b) for b in bars)
    assert all('<c:noEndCap val="1"/>' in b for b in bars)


def test_an_approximate_figure_stays_its_words(made: Any) -> None:
    document, data = made(*CASES[3], "vi")
    marked = [c for t in document.tables for line in t.lines for c in line if c.text.endswith("[a]")]
    assert marked
    cells = {c.value for _, rows in presented(document, opened(data)) for row in rows for c in row}
    assert {c.text for c in marked} <= cells


def test_an_approximate_mark_keeps_its_number_and_is_hatched(document_of: Make) -> None:
    document = document_of(*CASES[0], "vi")
    name = "penalty-mix"
    rough = [
        replace(b, marks=({**b.marks[0], "approx": "over"}, *b.marks[1:])) if getattr(b, "name", "") == name else b
        for section in document.sections for b in section.blocks
    ]  # fmt: skip
    data = xlsx.write(replace(document, sections=[replace(document.sections[0], blocks=rough)]))
    approx = [r for r in tables_of(opened(data))["chart_data"][1][1:] if r[-1].value == "over"]
    assert [r[COLUMNS.index("estimate")].value for r in approx] == [pytest.approx(1783 / 2377)]
    assert sum(text.count("<a:pattFill") for text in charts_in(data)) == 1


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
def test_both_languages_carry_equal_figures(case: tuple[str, ...], made: Any) -> None:
    def numbers(lang: str) -> list[float]:
        return [
            c.value for _, rows in presented(*(lambda d, b: (d, opened(b)))(*made(*case, lang))) for row in rows
            for c in row if isinstance(c.value, (int, float))
        ]  # fmt: skip

    assert numbers("vi") == pytest.approx(numbers("en"))


def test_a_name_that_is_code_is_a_name(planted: Any, planted_name: str) -> None:
    data = xlsx.write(planted("vi"))
    assert formulas(data) == []
    cells = [c.value for s in opened(data) for row in s.iter_rows() for c in row if isinstance(c.value, str)]
    assert any(planted_name in text for text in cells)
    # Titles of charts are references to cells of this workbook, never text of the data.
    references = {ref for text in charts_in(data) for ref in re.findall(r"<c:f>([^<]*)</c:f>", text)}
    assert references
    assert all(re.match(r"'[^']+'!\$[A-Z]+\$\d+", ref) for ref in references)


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x","y")', "@SUM(A1)", "+1", "-1", "http://x.example", "{=1}"])
def test_a_cell_that_looks_like_code_is_a_string(name: str, document_of: Make) -> None:
    data = xlsx.write(with_cell(document_of(*CASES[0], "vi"), name))
    assert formulas(data) == []
    found = [c for s in opened(data) for row in s.iter_rows() for c in row if c.value == name]
    assert found
    assert all(c.data_type == "s" and c.hyperlink is None for c in found)


def with_cell(document: Document, text: str) -> Document:
    """Return the document with a text in the first cell and the first head of its first table, and as chart labels."""
    sections, done = [], False
    for section in document.sections:
        blocks: list[Any] = []
        for block in section.blocks:
            if isinstance(block, Table) and block.lines and not done:
                first = block.lines[0]
                lines = ((replace(first[0], text=text, value=None), *first[1:]), *block.lines[1:])
                heads = (replace(block.columns[0], label=text), *block.columns[1:])
                block, done = replace(block, lines=lines, columns=heads), True
            elif hasattr(block, "marks"):
                marks = tuple({**mark, "label": text, "series": text} for mark in block.marks)
                block = replace(block, marks=marks, title=text)
            blocks.append(block)
        sections.append(replace(section, blocks=blocks))
    return replace(document, sections=sections)


def test_the_check_sees_a_formula(document_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlsxwriter.worksheet import Worksheet

    monkeypatch.setattr(Worksheet, "write_string", Worksheet.write)
    monkeypatch.setattr("xlsxwriter.workbook.Workbook.__init__", _careless)
    assert formulas(xlsx.write(with_cell(document_of(*CASES[0], "vi"), "=1+1")))


def _careless(self: Any, target: Any, options: Any = None) -> None:
    from xlsxwriter import Workbook

    _GENUINE(self, target, {"in_memory": True})
    assert isinstance(self, Workbook)


_GENUINE = __import__("xlsxwriter").Workbook.__init__


def test_the_check_sees_a_chart_without_alternative_text(document_of: Make) -> None:
    document = document_of(*CASES[0], "vi")
    sections = [
        replace(s, blocks=[replace(b, alt="") if hasattr(b, "alt") else b for b in s.blocks]) for s in document.sections
    ]
    assert without_alt(xlsx.write(replace(document, sections=sections)))
