"""The Word document: read back with python-docx, it says what the report says, and every link and picture is whole."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from stats import codes, indicators
from stats.periods import Period
from stats.reports.document import Cell, Chart, Column, Document, Points, Table
from stats.reports.writers.docx import GENERATOR, plan, styles, widths, write
from stats.sections.office import KEYS, office
from stats.sections.report import report_on
from stats.wording import Words

REPORTS = (
    ("period", "ha-noi", "2020-2025/half", "vi"), ("period", "ha-noi", "2020-2025/half", "en"),
    ("programme", "ha-noi", "2020-2025/half", "en"), ("comparison", "", "2018", "vi"),
)  # fmt: skip
HALF = REPORTS[0]


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (144, 60), "white").save(made, "PNG")
    return made.getvalue()


def pictures(document: Document) -> dict[str, bytes]:
    return dict.fromkeys(document.charts, picture())


def opened(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


@pytest.fixture(params=REPORTS, ids=lambda asked: f"{asked[0]}-{asked[3]}")
def report(request: pytest.FixtureRequest, document_of: Callable[..., Document]) -> Document:
    return document_of(*request.param)


def texts(root: Any) -> str:
    return "".join(node.text or "" for node in root.iter(qn("w:t")))


def with_style(document: Any, style: str) -> list[str]:
    return [p.text for p in document.paragraphs if p.style.style_id == style]


def printed(document: Document) -> plan.Plan:
    return plan.arrange(document, document.charts, "x")


def tables_of(document: Any) -> list[Any]:
    return [t for t in document.tables if t.style.name == "Table of figures"]


# What is said


def test_headings_are_the_sections_in_the_order_of_the_page(report: Document) -> None:
    made = opened(write(report, pictures=pictures(report)))
    assert with_style(made, "Heading1") == [section.title for section in report.sections]
    assert len(with_style(made, "AnnexHeading")) == len(printed(report).annexes)


def test_every_table_says_cell_by_cell_what_the_report_says(report: Document) -> None:
    made, planned = opened(write(report, pictures=pictures(report))), printed(report)
    places = [item for part in (*planned.body, *planned.annexes) for item in part.items if not item.annex]
    asked = [item.block for item in places if isinstance(item.block, Table) and not item.left_out]
    assert {id(t) for t in report.tables} <= {id(t) for t in asked}
    found = tables_of(made)
    assert len(found) == len(asked)
    for table, grid in zip(asked, found, strict=True):
        rows = [[texts(cell._tc) for cell in row.cells] for row in grid.rows]
        assert rows[0] == [column.label for column in table.columns]
        assert rows[1:] == [[cell.text for cell in line] for line in table.lines]


def test_every_sentence_is_there(report: Document) -> None:
    made = opened(write(report, pictures=pictures(report)))
    whole = [texts(p._p) for p in made.paragraphs]
    for block in report.blocks:
        said = block.items if isinstance(block, Points) else (block.runs,) if hasattr(block, "runs") else ()
        for runs in said:
            assert "".join(run.text for run in runs) in whole


def test_tables_and_charts_are_numbered_in_the_order_they_are_printed(report: Document) -> None:
    made = opened(write(report, pictures=pictures(report)))
    label = Words(codes.load(), report.cover["lang"]).text
    for style, word in (("Caption", label("docx.table")), ("ChartCaption", label("docx.chart"))):
        numbers = [int(re.match(rf"{word}\u00a0(\d+)\. ", text)[1]) for text in with_style(made, style)]
        assert numbers == list(range(1, len(numbers) + 1))
    fields = [node.text for node in made.element.body.iter(qn("w:instrText"))]
    assert sum(" SEQ " in field for field in fields) == len(tables_of(made)) + len(report.charts)


def test_a_chart_without_picture_is_its_table_and_says_why(document_of: Callable[..., Document]) -> None:
    report = document_of(*HALF)
    drawn = pictures(report)
    gone = report.charts["penalty-mix"]
    del drawn[gone.name]
    made = opened(write(report, pictures=drawn))
    why = Words(codes.load(), "vi").text("docx.no_picture")
    assert [p.text for p in made.paragraphs].count(why) == 1
    rows = [[cell.text for cell in line] for line in gone.table.lines]
    assert rows in [[[texts(c._tc) for c in row.cells] for row in table.rows[1:]] for table in tables_of(made)]
    assert len(made.inline_shapes) == len(report.charts) - 1


def test_a_register_of_a_thousand_lines_is_named_and_not_printed(document_of: Callable[..., Document]) -> None:
    report = document_of(*HALF)
    sections = [dataclasses.replace(s, blocks=[grown(b) for b in s.blocks]) for s in report.sections]
    long = dataclasses.replace(report, sections=sections)
    made = opened(write(long, pictures={}))
    caption = next(t.caption for t in report.tables if t.id == "t-sources")
    said = Words(codes.load(), "vi").text("docx.left_out", caption=caption, n=plan.PRINTED + 1)
    assert said in [p.text for p in made.paragraphs]
    assert max(len(table.rows) for table in tables_of(made)) < plan.PRINTED


def grown(block: Any) -> Any:
    if isinstance(block, Table) and block.id == "t-sources":
        return dataclasses.replace(block, fold="x", lines=(block.lines * 99)[: plan.PRINTED + 1])
    return block


# Pictures, links, language


def without_alternative_text(document: Any) -> list[str]:
    """Return the names of pictures that say nothing to a reader who cannot see them."""
    return [p.get("name") for p in document.element.body.iter(qn("wp:docPr")) if len(p.get("descr") or "") < 20]


def test_every_picture_has_its_alternative_text(report: Document) -> None:
    made = opened(write(report, pictures=pictures(report)))
    assert without_alternative_text(made) == []
    found = {p.get("name"): p.get("descr") for p in made.element.body.iter(qn("wp:docPr"))}
    assert found == {name: chart.alt for name, chart in report.charts.items()}
    numbers = [p.get("id") for p in made.element.body.iter(qn("wp:docPr"))]
    assert len(set(numbers)) == len(numbers)


def test_a_picture_without_alternative_text_would_be_found(document_of: Callable[..., Document]) -> None:
    report = document_of(*HALF)
    sections = [dataclasses.replace(s, blocks=[silent(b) for b in s.blocks]) for s in report.sections]
    planted = dataclasses.replace(report, sections=sections)
    assert without_alternative_text(opened(write(planted, pictures=pictures(planted)))) == ["penalty-mix"]


def silent(block: Any) -> Any:
    return dataclasses.replace(block, alt="") if isinstance(block, Chart) and block.name == "penalty-mix" else block


def broken_links(document: Any) -> list[str]:
    """Return the links and references that lead to no bookmark or address."""
    marks = {node.get(qn("w:name")) for node in document.element.body.iter(qn("w:bookmarkStart"))}
    anchors = [node.get(qn("w:anchor")) for node in document.element.body.iter(qn("w:hyperlink"))]
    asked = [node.text.split()[1] for node in document.element.body.iter(qn("w:instrText")) if " REF " in node.text]
    return [a for a in (*anchors, *asked) if a and a not in marks]


def test_markers_lead_to_the_list_of_documents_and_addresses_out(report: Document) -> None:
    made = opened(write(report, pictures=pictures(report)))
    assert broken_links(made) == []
    links = list(made.element.body.iter(qn("w:hyperlink")))
    marks = {texts(link): link.get(qn("w:anchor")) for link in links if re.fullmatch(r"\[\d+\]", texts(link))}
    assert marks == {f"[{r.number}]": f"source_{r.number}" for r in report.references.values()}
    addresses = {run.href for r in report.references.values() for run in r.runs if run.href}
    out = {made.part.rels[link.get(qn("r:id"))].target_ref for link in links if link.get(qn("r:id"))}
    assert out == addresses


def test_a_link_to_nowhere_would_be_found(document_of: Callable[..., Document]) -> None:
    made = opened(write(document_of(*HALF), pictures={}))
    mark = next(n for n in made.element.body.iter(qn("w:bookmarkStart")) if n.get(qn("w:name")) == "source_1")
    mark.set(qn("w:name"), "elsewhere")
    assert set(broken_links(made)) == {"source_1"}


def test_figures_lead_to_their_row(document_of: Callable[..., Document]) -> None:
    made = opened(write(document_of(*HALF), pictures={}))
    anchors = [node.get(qn("w:anchor")) or "" for node in made.element.body.iter(qn("w:hyperlink"))]
    rows = [re.match(r"row_\w+", anchor) for anchor in anchors]
    assert sum(found is not None for found in rows) > 20


def test_the_language_is_that_of_the_words(report: Document) -> None:
    made = opened(write(report, pictures={}))
    asked = {"vi": "vi-VN", "en": "en-GB"}[report.cover["lang"]]
    assert {node.get(qn("w:val")) for node in made.styles.element.iter(qn("w:lang"))} == {asked}
    assert made.core_properties.language == asked


def test_properties_name_the_program_and_the_day_of_the_report(report: Document) -> None:
    found = opened(write(report, pictures={})).core_properties
    assert (found.title, found.subject) == (report.cover["title"], report.cover["subtitle"])
    assert {found.author, found.last_modified_by} == {GENERATOR}
    assert {found.created.date().isoformat(), found.modified.date().isoformat()} == {report.cover["date"]}


# The layout of a Party document


def test_the_page_is_that_of_the_guidance(report: Document) -> None:
    made = opened(write(report, pictures={}))
    for section in made.sections:
        sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(side.mm) for side in sides] == [20, 20, 30, 20]
        assert sorted((round(section.page_width.mm), round(section.page_height.mm))) == [210, 297]
    first = made.sections[0]
    assert first.different_first_page_header_footer
    assert texts(first.first_page_header._element) == ""
    assert " PAGE " in [node.text for node in first.header._element.iter(qn("w:instrText"))]
    assert {texts(foot._element) for foot in (first.footer, first.first_page_footer)} == {report.cover["draft"]}


def test_the_head_names_the_office(document_of: Callable[..., Document]) -> None:
    left, right = opened(write(document_of(*HALF), pictures={})).tables[0].rows[0].cells
    lines = [p.text.replace("\u00a0", " ") for p in left.paragraphs]
    assert lines[:3] == ["THÀNH ỦY HÀ NỘI", "ỦY BAN KIỂM TRA", "*"]
    assert re.fullmatch(r"Số {5,}-BC/UBKTTU", lines[3])
    assert lines[4] == "Bản dự thảo"
    assert [p.text for p in right.paragraphs if p.text] == [
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "Hà Nội, ngày 19 tháng 4 năm 2023",
    ]


@pytest.mark.parametrize("asked", [REPORTS[3], HALF], ids=["several bodies", "no office at all"])
def test_what_the_office_is_not_known_of_is_a_line_to_fill_in(
    asked: tuple[str, ...], document_of: Callable[..., Document]
) -> None:
    report = document_of(*asked)
    cover = {key: value for key, value in report.cover.items() if asked[0] != "period" or key not in ("office", "date")}
    left, right = opened(write(dataclasses.replace(report, cover=cover), pictures={})).tables[0].rows[0].cells
    blank, short = (Words(codes.load(), "vi").text(key) for key in ("docx.blank", "docx.blank.short"))
    assert [p.text for p in left.paragraphs][:2] == [blank, blank]
    assert right.paragraphs[-1].text.startswith(f"{short}, ngày")


def test_the_name_of_who_signs_is_left_blank(report: Document) -> None:
    made = opened(write(report, pictures={}))
    receives, signs = next(t for t in made.tables[1:] if t.style.name == "Normal Table").rows[0].cells
    assert [p.text == "" for p in signs.paragraphs] == [False, False, True]
    assert signs.paragraphs[-1].style.name == "Signatory"
    assert len(receives.paragraphs) == 4


@pytest.mark.parametrize(
    ("body", "lang", "superior", "symbol", "place"),
    [
        ("ha-noi", "vi", "THÀNH ỦY HÀ NỘI", "UBKTTU", "Hà Nội"),
        ("hue", "vi", "THÀNH ỦY HUẾ", "UBKTTU", "Huế"),
        ("quang-nam", "vi", "TỈNH ỦY QUẢNG NAM", "UBKTTU", "Quảng Nam"),
        ("quang-nam", "en", "QUẢNG NAM PROVINCIAL PARTY COMMITTEE", "UBKTTU", "Quảng Nam"),
        ("national", "vi", "BAN CHẤP HÀNH TRUNG ƯƠNG", "UBKTTW", "Hà Nội"),
        ("ha-noi-quan-tay-ho", "vi", "", "", ""),
    ],
)
def test_the_office_of_a_body(body: str, lang: str, superior: str, symbol: str, place: str) -> None:
    book = indicators.open_book()
    found = office(report_on(book, book.codes.body(body), Period.parse("2018"), lang))
    assert tuple(found) == KEYS
    assert (found["superior"], found["symbol"], found["place"]) == (superior, symbol, place)


# Word's own features


def test_tables_repeat_their_head_keep_rows_whole_and_fit_the_line(report: Document) -> None:
    made = opened(write(report, pictures=pictures(report)))
    for table in tables_of(made):
        rows = list(table._tbl.iter(qn("w:tr")))
        assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in rows)
        heads = [row.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None for row in rows]
        assert heads == [True, *[False] * (len(rows) - 1)]
        total = sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid) / styles.MM / 10
        assert total == pytest.approx(styles.text_width(), abs=0.02) or total == pytest.approx(
            styles.text_width(landscape=True), abs=0.02
        )


def test_numbers_stand_to_the_right(document_of: Callable[..., Document]) -> None:
    report = document_of(*HALF)
    made = opened(write(report, pictures=pictures(report)))
    table = next(t for t in report.tables if t.id == "t-members")
    grid = next(t for t in tables_of(made) if texts(t.rows[1].cells[2]._tc) == "2.377")
    for n, column in enumerate(table.columns):
        style = grid.rows[1].cells[n].paragraphs[0].style.style_id
        assert style.endswith("Number") == (column.side == "right")
        assert made.styles[grid.rows[1].cells[n].paragraphs[0].style.name] is not None


def direct_formatting(document: Any) -> list[str]:
    """Return the tags of formatting that is not a style's, in paragraphs and runs of the text."""
    allowed = {qn(f"w:{tag}") for tag in ("pStyle", "keepNext", "sectPr", "rStyle")}
    properties = (*document.element.body.iter(qn("w:pPr")), *document.element.body.iter(qn("w:rPr")))
    return [child.tag for one in properties for child in one if child.tag not in allowed]


def test_everything_is_a_style_a_clerk_can_change(report: Document) -> None:
    made = opened(write(report, pictures=pictures(report)))
    assert direct_formatting(made) == []
    known = {style.style_id for style in made.styles}
    used = {
        node.get(qn("w:val")) for tag in ("pStyle", "rStyle", "tblStyle") for node in made.element.iter(qn(f"w:{tag}"))
    }
    assert used <= known
    assert {look.based for look in styles.LOOKS} - {""} <= known


def test_pictures_and_captions_stay_together(document_of: Callable[..., Document]) -> None:
    report = document_of(*HALF)
    made = opened(write(report, pictures=pictures(report)))
    blocks = [child for child in made.element.body if child.tag in (qn("w:p"), qn("w:tbl"))]
    for one, after in itertools.pairwise(blocks):
        if one.tag == qn("w:p") and next(one.iter(qn("w:drawing")), None) is not None:
            assert one.pPr.find(qn("w:keepNext")) is not None
            assert after.pPr.pStyle.val == "ChartCaption"
        if one.tag == qn("w:p") and one.pPr.pStyle.val == "Caption":
            assert one.pPr.find(qn("w:keepNext")) is not None
            assert after.tag == qn("w:tbl")


def test_charts_of_half_a_page_stand_in_two_columns_each_half_a_line_wide(document_of: Callable[..., Document]) -> None:
    report = document_of("briefing", "ha-noi", "2020-2025/half", "vi")
    made = opened(write(report, pictures=pictures(report)))
    widths_drawn = {chart.spec["layout"]["width"] for chart in report.charts.values()}
    assert widths_drawn == {352}
    half = styles.text_width() / 2
    assert all(shape.width.cm == pytest.approx(half, abs=0.01) for shape in made.inline_shapes)
    rows = [list(t._tbl.iter(qn("wp:docPr"))) for t in made.tables if t.style.name == "Normal Table"]
    pairs = [[node.get("name") for node in row] for row in rows if row]
    assert [sorted(row) for row in pairs] == [sorted(report.charts)]


def test_no_break_spaces_are_kept(document_of: Callable[..., Document]) -> None:
    assert "lượt\u00a0tổ\u00a0chức\u00a0đảng" in texts(opened(write(document_of(*HALF), pictures={})).element.body)


# Columns


def table(columns: list[tuple[str, str]], lines: list[list[str]]) -> Table:
    heads = tuple(Column(label, "text", side) for label, side in columns)
    return Table("t", "c", heads, tuple(tuple(Cell(text) for text in line) for line in lines), ())


def test_columns_have_room_for_their_longest_word_and_fill_the_line() -> None:
    made = table(
        [("Chỉ tiêu", "left"), ("Số", "right")], [["một câu dài hơn nhiều lần " * 6, "1.234.567"], ["ngắn", "1"]]
    )
    found = widths.fitted(made, 16, 11)
    assert sum(found) == pytest.approx(16)
    assert found[1] >= widths.length("1.234.567", 11) + widths.PADDING - 1e-9
    assert found[0] > found[1] * 3
    assert not widths.crowded(made, 16, 11)


def test_a_table_of_too_many_words_is_crowded() -> None:
    heads = [(f"Phát_hiện_dài_{n}", "left") for n in range(9)]
    assert widths.crowded(table(heads, [["x"] * 9]), 16, 11)
    assert not widths.crowded(table(heads[:3], [["x"] * 3]), 16, 11)


# Names from the data, and bytes


def test_a_planted_name_is_just_a_name(planted: Callable[..., Document], planted_name: str) -> None:
    report = planted("vi")
    made = opened(write(report, pictures=pictures(report)))
    assert planted_name in made.core_properties.subject
    assert any(planted_name in text for text in with_style(made, "Subtitle"))
    assert planted_name.upper() in made.tables[0].rows[0].cells[0].paragraphs[0].text
    instructions = [node.text for node in made.element.body.iter(qn("w:instrText"))]
    assert {instruction.split()[0] for instruction in instructions} <= {"SEQ", "REF"}
    assert not [rel for rel in made.part.rels.values() if rel.is_external and rel.target_ref == "http://x"]


def files(data: bytes) -> Iterator[zipfile.ZipInfo]:
    yield from zipfile.ZipFile(io.BytesIO(data)).infolist()


def test_the_same_report_is_the_same_bytes(report: Document) -> None:
    drawn = pictures(report)
    first = write(report, pictures=drawn)
    assert first == write(report, pictures=dict(reversed(drawn.items())))
    assert {info.date_time for info in files(first)} == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_of_the_empty_document_is_left(document_of: Callable[..., Document]) -> None:
    names = {info.filename for info in files(write(document_of(*HALF), pictures={}))}
    assert not [name for name in names if "theme" in name or "thumbnail" in name or "app.xml" in name]
    made = opened(write(document_of(*HALF), pictures={}))
    assert {"Normal", "Body Text", "Heading 1", "Heading 2", "Heading 3", "Caption"} <= {s.name for s in made.styles}
    assert len(list(made.styles)) < 60
