"""PDF: opened again, it says what the document says, to every reader, and the same each time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Destination, IndirectObject

from stats.errors import ReportError
from stats.reports.document import Cell, Column, Document, Paragraph, Points, References, Run, Section, Table
from stats.reports.writers import columns, pdf
from stats.wording import parse_number

REPORTS = [
    ("period", "ha-noi", "2020-2025/half", "vi"),
    ("period", "ha-noi", "2020-2025/half", "en"),
    ("programme", "ha-noi", "2020-2025/half", "vi"),
    ("coverage", "ha-noi", "", "en"),
    ("comparison", "", "2018", "vi"),
    ("briefing", "ha-noi", "2020-2025/half", "vi"),
]
CODE = '#eval("1") *x* _y_ $x$ <script> @ref \\ // `raw` = head'
"""A name full of typst markup."""


def pictures(document: Document) -> dict[str, bytes]:
    """A drawing for each chart that says so in the font of the house."""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><text x="20" y="40" '
        "style=\"font-family: 'Be Vietnam Pro', sans-serif; font-size: 13px;\">Vẽ: ế ộ ữ ặ ỵ {name}</text></svg>"
    )
    return {
        name: drawing.format(**{k: chart.spec["layout"][k] for k in ("width", "height")}, name=name).encode()
        for name, chart in document.charts.items()
    }


@pytest.fixture(scope="module")
def made(document_of: Callable[..., Document]) -> Callable[..., tuple[Document, PdfReader]]:
    done: dict[tuple[str, ...], tuple[Document, PdfReader]] = {}

    def make(*asked: str) -> tuple[Document, PdfReader]:
        if asked not in done:
            document = document_of(*asked)
            done[asked] = document, opened(pdf.write(document, pictures=pictures(document)))
        return done[asked]

    return make


@pytest.fixture(params=REPORTS, ids="-".join)
def report(request: pytest.FixtureRequest, made: Callable[..., Any]) -> tuple[Document, PdfReader]:
    return made(*request.param)


def opened(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data), strict=True)


def squeezed(text: str) -> str:
    """The text without its spaces, for lines break where the page wants."""
    return re.sub(r"[\s\u00a0\u200b\u2060]+", "", text)


def words_of(reader: PdfReader, document: Document) -> str:
    """Everything printed but the running head and foot, which may stand in the middle of a sentence."""
    head = squeezed(document.cover["subtitle"] + document.cover["draft"])
    pages = []
    for number, page in enumerate(reader.pages, 1):
        text = squeezed(page.extract_text())
        foot = {"vi": f"Trang{number}/{len(reader.pages)}", "en": f"Page{number}of{len(reader.pages)}"}
        pages.append(text.replace(head, "").replace(foot[document.cover["lang"]], ""))
    return "".join(pages)


def elements(reader: PdfReader) -> Iterator[Any]:
    """The structure elements of a tagged file."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        found = waiting.pop()
        found = found.get_object() if isinstance(found, IndirectObject) else found
        if isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, dict):
            if "/S" in found:
                yield found
            if "/K" in found:
                waiting.append(found["/K"])


def links(reader: PdfReader) -> list[Any]:
    found = [note.get_object() for page in reader.pages for note in page.get("/Annots", ())]
    return [note for note in found if note["/Subtype"] == "/Link"]


def target_of(reader: PdfReader, note: Any) -> int:
    """The page, by its object number, that a link inside the file leads to."""
    target = note.get("/Dest", note.get("/A", {}).get("/D"))
    array = reader.named_destinations[target].dest_array if isinstance(target, str) else target
    return array[0].idnum


def test_every_sentence_and_every_cell_is_printed(report):
    document, reader = report
    printed = words_of(reader, document)
    said: list[str] = [section.title for section in document.sections]
    for block in document.blocks:
        if isinstance(block, Paragraph):
            said.append("".join(run.text for run in block.runs))
        elif isinstance(block, Points):
            said += ["".join(run.text for run in item) for item in block.items]
        elif isinstance(block, References):
            said += [block.heading, *("".join(run.text for run in item.runs) for item in block.items)]
        elif isinstance(block, Table):
            said += [block.caption, *(c.label for c in block.columns), *block.notes]
            said += ["".join(cell.text for cell in line) for line in block.lines]
    said += ["".join(cell.text for cell in line) for c in document.charts.values() for line in c.table.lines]
    assert [text for text in said if squeezed(text) not in printed] == []


def test_the_file_is_tagged_and_knows_its_language_title_and_date(report):
    document, reader = report
    root, info, day = reader.trailer["/Root"], reader.metadata, document.cover["date"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].split("-")[0] == document.cover["lang"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert (info.title, info.author) == (f"{document.cover['title']} – {document.cover['subtitle']}", pdf.AUTHOR)
    assert info["/CreationDate"].startswith("D:" + day.replace("-", ""))
    kinds = {element["/S"] for element in elements(reader)}
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/TD", "/Caption", "/Figure", "/Link"} <= kinds
    assert ("/TOC" in kinds) == (len(document.sections) > pdf.SHORT), "two pages need no list of contents"
    conformity = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part>1<", conformity)
    assert re.search(r"pdfaid:part>2<", conformity)


def test_every_figure_has_its_alternative_text(report):
    document, reader = report
    alts = sorted(
        str(element["/Alt"]) for element in elements(reader) if "/Alt" in element and element["/S"] == "/Figure"
    )
    assert alts == sorted(chart.alt for chart in document.charts.values())


def test_a_chart_without_alternative_text_is_refused(document_of):
    document = document_of("period", "ha-noi", "2020-2025/half", "vi")
    sections = [
        replace(s, blocks=[replace(b, alt=" ") if getattr(b, "name", "") == "penalty-mix" else b for b in s.blocks])
        for s in document.sections
    ]
    with pytest.raises(ReportError, match="penalty-mix"):
        pdf.write(replace(document, sections=sections), pictures={})


def test_bookmarks_are_the_sections(report):
    document, reader = report
    titles = [str(entry.title) for entry in reader.outline if isinstance(entry, Destination)]
    sections = [section.title for section in document.sections]
    assert titles[: len(sections)] == sections
    assert len(titles) == len(sections) + bool(document.charts)
    assert all(
        0 <= reader.get_destination_page_number(e) < len(reader.pages)
        for e in reader.outline
        if not isinstance(e, list)
    )


def test_every_link_leads_somewhere(report):
    document, reader = report
    pages = {page.indirect_reference.idnum for page in reader.pages}
    outside = {run.href for item in document.references.values() for run in item.runs if run.href}
    found = links(reader)
    for note in found:
        action = note.get("/A", {})
        if "/URI" in action:
            assert action["/URI"] in outside
        else:
            assert target_of(reader, note) in pages
    assert {note["/A"]["/URI"] for note in found if "/URI" in note.get("/A", {})} == outside


def test_figures_lead_to_their_row_and_markers_to_their_document(made):
    document, reader = made("period", "ha-noi", "2020-2025/half", "vi")
    plain = pdf._Layout(document, {}).plain()
    runs = [run for s in plain["sections"] for b in s["blocks"] for run in b.get("runs", ())]
    figures = [run for block in document.blocks if isinstance(block, Paragraph) for run in block.runs if run.rows]
    rows = {run["text"]: run["row"] for run in runs if "row" in run}
    assert {squeezed(text): row for text, row in rows.items()}["3.542lượttổchứcđảng"] == "I0139"
    assert set(rows) == {run.text for run in figures}
    tables = [b for s in plain["sections"] for b in s["blocks"] if b["type"] == "table"]
    anchors = [cells[0]["anchor"] for table in tables for cells in table["lines"] if "anchor" in cells[0]]
    assert len(anchors) == len(set(anchors))
    assert set(rows.values()) <= set(anchors)
    # In the file: the figure and the row both stand where the link says.
    (held,) = (page.indirect_reference.idnum for page in reader.pages if "I0139" in page.extract_text())
    assert sum(target_of(reader, note) == held for note in links(reader) if "/URI" not in note.get("/A", {})) >= 10
    assert {run["source"] for run in runs if "source" in run} <= set(document.references)
    # The way back: each document of the list names the pages that cite it.
    assert squeezed("Dẫn ở trang 1, ") in words_of(reader, document)


def test_fonts_are_inside_the_file(report):
    _, reader = report
    objects = [o for o in PdfWriter(clone_from=reader)._objects if isinstance(o, dict)]
    fonts = [o for o in objects if o.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert all("BeVietnamPro" in font["/FontName"] for font in fonts)
    kept = {o["/BaseFont"] for o in objects if o.get("/Type") == "/Font"}
    assert all("BeVietnamPro" in name for name in kept)


def test_words_of_a_drawing_are_words(made):
    document, reader = made("period", "ha-noi", "2020-2025/half", "vi")
    assert squeezed("Vẽ: ế ộ ữ ặ ỵ penalty-mix") in words_of(reader, document)


def test_pages_are_a4_and_as_many_as_expected(report):
    document, reader = report
    sizes = {tuple(sorted(round(float(side)) for side in page.mediabox[2:])) for page in reader.pages}
    assert sizes == {(595, 842)}
    assert 5 <= len(reader.pages) <= 20
    draft = squeezed(document.cover["draft"])
    assert all(draft in squeezed(page.extract_text()) for page in reader.pages)


def test_the_same_document_gives_the_same_bytes(document_of):
    document = document_of("comparison", "", "2018", "vi")
    assert pdf.write(document, pictures=pictures(document)) == pdf.write(document, pictures=pictures(document))


def test_a_released_edition_bears_no_draft_mark(document_of):
    document = document_of("comparison", "", "2018", "vi")
    released = replace(document, cover={**document.cover, "draft": ""})
    text = "".join(page.extract_text() for page in opened(pdf.write(released, pictures={})).pages)
    assert document.cover["draft"] not in text


def test_both_languages_print_the_same_figures(made):
    found = {}
    for lang in ("vi", "en"):
        document, reader = made("period", "ha-noi", "2020-2025/half", lang)
        printed = words_of(reader, document)
        cells = [(t.id, c) for t in document.tables for line in t.lines for c in line if c.value is not None]
        assert all(squeezed(cell.text) in printed for _, cell in cells)
        numbers = [re.search(r"[\d.,]+\d|\d", cell.text) for _, cell in cells]
        found[lang] = [(id_, parse_number(n[0], lang=lang)) for (id_, _), n in zip(cells, numbers, strict=True) if n]
    assert found["vi"] == found["en"]
    assert len(found["vi"]) > 50


def test_a_chart_without_a_picture_is_replaced_by_its_table(document_of):
    document = document_of("comparison", "", "2018", "en")
    reader = opened(pdf.write(document, pictures={}))
    printed = words_of(reader, document)
    (chart,) = document.charts.values()
    for said in (chart.title, "The chart could not be drawn on the machine", chart.credit, *chart.notes):
        assert squeezed(said) in printed
    assert all(squeezed("".join(cell.text for cell in line)) in printed for line in chart.table.lines)
    assert not [element for element in elements(reader) if element["/S"] == "/Figure" and "/Alt" in element]


# What is planted


def small(*blocks: Any, title: str = "Tên") -> Document:
    cover = dict.fromkeys(("dateline", "contents", "foot"), "x")
    cover |= {"title": title, "subtitle": title, "lang": "vi", "date": "2024-01-05", "draft": "Bản dự thảo"}
    return Document(cover, [Section("one", title, list(blocks))])


def a_table(lines: int, *cells: str, fold: str = "") -> Table:
    heads = tuple(Column(f"Cột {n}", "text", "left") for n in range(len(cells)))
    return Table("t-x", "Bảng", heads, tuple(tuple(map(Cell, cells)) for _ in range(lines)), (CODE,), fold)


@pytest.mark.parametrize("name", [CODE, '#eval("1")', "*x*", "$x$", "<script>", "#{panic()}", "]", '#include "x"'])
def test_markup_in_a_name_is_only_a_name(name):
    runs = (Run(name), Run(name, strong=True))
    document = small(Paragraph("finding", runs, ""), Points("points", (runs,), ""), a_table(2, name, name), title=name)
    reader = opened(pdf.write(document, pictures={}))
    assert words_of(reader, document).count(squeezed(name)) >= 7
    assert reader.metadata.title == f"{name} – {name}"


def test_a_planted_name_in_the_data_is_only_a_name(planted, planted_name):
    document = planted()
    reader = opened(pdf.write(document, pictures=pictures(document)))
    assert squeezed(planted_name) in words_of(reader, document)
    assert all(note["/A"]["/URI"] != "http://x" for note in links(reader) if "/URI" in note.get("/A", {}))


def positions(reader: PdfReader) -> list[float]:
    """How far each piece of text begins from the right edge of its page, in points."""
    found: list[float] = []
    for page in reader.pages:
        width = float(page.mediabox.right)
        page.extract_text(visitor_text=lambda text, cm, tm, *_: found.append(width - tm[4]) if text.strip() else None)  # noqa: B023
    return found


def test_a_table_too_wide_for_the_page_turns_it():
    document = small(a_table(20, *(f"Từ-rất-dài-{n}" for n in range(10))))
    reader = opened(pdf.write(document, pictures={}))
    turned = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert turned
    assert words_of(reader, document).count("Từ-rất-dài-9") == 20
    assert min(positions(reader)) > 1.8 / 2.54 * 72


def test_a_long_table_repeats_its_head_and_splits_no_row():
    document = small(a_table(120, "đầu\u00a0dòng", "chữ " * 60))
    reader = opened(pdf.write(document, pictures={}))
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    held = [page for page in pages if "đầudòng" in page]
    assert len(held) > 3
    assert all("Cột0" in page for page in held)
    assert all(page.count("chữ") == 60 * page.count("đầudòng") for page in held)


def test_a_folded_table_stands_in_the_annex_or_is_said_to_be_left_out():
    short, long = (replace(a_table(n, f"ô{n}"), fold="Mở") for n in (pdf.ANNEX_LINES, pdf.ANNEX_LINES + 1))
    document = small(short, long)
    reader = opened(pdf.write(document, pictures={}))
    printed = words_of(reader, document)
    assert printed.count(f"ô{pdf.ANNEX_LINES}") == pdf.ANNEX_LINES
    assert f"ô{pdf.ANNEX_LINES + 1}" not in printed
    assert squeezed("Không in ở đây: Bảng (16 dòng)") in printed


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("place", [("ha-noi", "2020-2025/half"), ("national", "2023")], ids=["ha-noi", "national"])
def test_a_briefing_is_two_pages_and_an_annex(made, place, lang):
    _, reader = made("briefing", *place, lang)
    pages = {
        entry.title: reader.get_destination_page_number(entry)
        for entry in reader.outline
        if not isinstance(entry, list)
    }
    titles = list(pages)
    assert pages[titles[1]] == 0, "figures and sentences stand on the first page"
    assert pages[titles[2]] == 1, "the charts stand on the second page"
    assert pages[titles[3]] == 2, "what the figures rest on begins behind them"


def test_letters_the_font_lacks_do_not_stop_the_report():
    document = small(Paragraph("finding", (Run("検閲 🙂 \u0007 việc"),), ""))
    assert "việc" in words_of(opened(pdf.write(document, pictures={})), document)


# Columns


def test_prose_gets_the_room_and_labels_stay_whole():
    given = columns.shares([[4, 20, 60], [4, 18, 50]], [4, 8, 9], 95)
    assert given[0] <= 1
    assert 8 + given[1] >= 20
    assert 9 + given[2] >= 60
    # Prose of many lines takes room from labels, which can have two.
    crowded = columns.shares([[4, 20, 200], [4, 18, 150]], [4, 8, 9], 95)
    assert sum(crowded) == 95 - 21
    assert crowded[1] < given[1]


def test_short_texts_take_no_more_than_they_need():
    assert columns.shares([[3, 3]], [3, 3], 95) == [1, 1]
    assert columns.shares([[30, 30]], [60, 60], 95) == [0, 0]
