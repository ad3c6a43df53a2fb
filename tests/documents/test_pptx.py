"""The briefing: five to eight slides, native charts that carry the marks, text that fits and has its language."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from PIL import ImageFont
from pptx.oxml.ns import qn

from stats import codes
from stats.reports.document import Document
from stats.reports.writers import native
from stats.reports.writers import pptx as writer
from stats.reports.writers.pptx import choice
from stats.wording import Words

CASES = [
    ("period", "ha-noi", "2020-2025/half"), ("briefing", "national", "2023"), ("briefing", "ha-noi", "2020-2025/half"),
    ("programme", "ha-noi", "2020-2025/half"), ("coverage", "ha-noi", ""), ("coverage", "", ""),
    ("comparison", "", "2018"),
]  # fmt: skip
NAMES = [f"{kind}-{place or 'all'}" for kind, place, _ in CASES]
ARIAL = Path("/usr/share/fonts/truetype/liberation")
"""Liberation Sans has the widths of Arial."""

Make = Callable[..., Document]


@pytest.fixture(scope="module")
def made(document_of: Make) -> Callable[..., tuple[Document, bytes]]:
    found: dict[tuple[str, ...], tuple[Document, bytes]] = {}

    def make(*case: str) -> tuple[Document, bytes]:
        if case not in found:
            document = document_of(*case)
            found[case] = document, writer.write(document)
        return found[case]

    return make


def opened(data: bytes) -> Any:
    return pptx.Presentation(io.BytesIO(data))


def charts_in(data: bytes) -> list[Any]:
    return [shape for slide in opened(data).slides for shape in slide.shapes if shape.has_chart]


def without_alt(data: bytes) -> list[str]:
    """Return the charts, tables and pictures that say nothing to who does not see them."""
    found = []
    for slide in opened(data).slides:
        for element in slide._element.iter(qn("p:graphicFrame"), qn("p:pic")):
            properties = next(element.iter(qn("p:cNvPr")))
            if not properties.get("descr", "").strip() or properties.get("descr").endswith(".png"):
                found.append(properties.get("name"))
    return found


def languages(data: bytes) -> set[str]:
    """Return the languages of all words on slides, in charts and in notes; an empty one is a run without any."""
    found = set()
    for slide in opened(data).slides:
        roots = [slide._element, slide.notes_slide._element]
        roots += [shape.chart._chartSpace for shape in slide.shapes if shape.has_chart]
        for root in roots:
            for run in root.iter(qn("a:r"), qn("a:fld")):
                properties = run.find(qn("a:rPr"))
                found.add("" if properties is None else properties.get("lang", ""))
    return found


def words_of(data: bytes) -> list[str]:
    """Return every text of the deck: slides, tables, charts and notes."""
    roots = []
    for slide in opened(data).slides:
        roots += [slide._element, slide.notes_slide._element]
        roots += [shape.chart._chartSpace for shape in slide.shapes if shape.has_chart]
    return ["".join(t.text or "" for t in p.iter(qn("a:t"))) for root in roots for p in root.iter(qn("a:p"))]


def overflowing(data: bytes) -> list[str]:
    """Return the boxes whose text is higher than they are, measured in Arial's widths."""
    regular = ImageFont.truetype(ARIAL / "LiberationSans-Regular.ttf", 100)
    strong = ImageFont.truetype(ARIAL / "LiberationSans-Bold.ttf", 100)
    found = []
    for number, slide in enumerate(opened(data).slides, start=1):
        for shape in slide.shapes:
            if shape.has_text_frame and shape.text_frame.text and shape.height:
                title = shape.is_placeholder and shape.placeholder_format.type == 1
                room = (shape.width - 2 * 91440) / 12700
                tall = sum(_height(p, room, strong if title else regular) for p in shape.text_frame.paragraphs)
                if tall > (shape.height - 91440) / 12700 + 2:
                    found.append(f"slide {number}: {shape.name}")
    return found


def _height(paragraph: Any, room: float, font: Any) -> float:
    if not paragraph.runs:
        return 0.0
    size = max(run.font.size.pt for run in paragraph.runs if run.font.size)
    indent = int((paragraph._p.pPr.get("marL") if paragraph._p.pPr is not None else None) or 0) / 12700
    lines, used = 1, 0.0
    for word in "".join(run.text for run in paragraph.runs).split(" "):
        wide = font.getlength(f"{word} ") * size / 100
        if used and used + wide > room - indent:
            lines, used = lines + 1, 0.0
        used += wide
    return lines * size * 1.17 + (paragraph.space_after.pt if paragraph.space_after else 0)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
class TestEveryBriefing:
    def test_five_to_eight_slides_each_with_a_title_a_number_and_notes(self, case: Any, lang: str, made: Any) -> None:
        slides = list(opened(made(*case, lang)[1]).slides)
        assert 5 <= len(slides) <= 8
        for position, slide in enumerate(slides):
            assert slide.shapes.title.text_frame.text.strip()
            # A screen reader reads in this order.
            assert slide.shapes[0] == slide.shapes.title
            assert slide.notes_slide.notes_text_frame.text.strip()
            fields = [fld.get("type") for fld in slide._element.iter(qn("a:fld"))]
            assert fields == ([] if position == 0 else ["slidenum"])

    def test_at_most_five_points_and_none_is_lost(self, case: Any, lang: str, made: Any) -> None:
        document, data = made(*case, lang)
        points = choice.choose(document).points
        slides = list(opened(data).slides)
        texts = [p for s in slides[1:3] for p in s.placeholders if p.placeholder_format.idx == 1]
        shown = [[p.text for p in shape.text_frame.paragraphs if p.text in points] for shape in texts]
        assert all(len(part) <= 5 for part in shown)
        told = {line for s in slides for line in s.notes_slide.notes_text_frame.text.split("\n")}
        assert set(points) <= told

    def test_charts_are_native_and_carry_the_marks(self, case: Any, lang: str, made: Any) -> None:
        document, data = made(*case, lang)
        plans = [p for e in choice.choose(document).exhibits if e.chart
                 for p in native.plans(e.chart, Words(codes.load(), lang))]  # fmt: skip
        frames = charts_in(data)
        assert len(frames) == len(plans)
        for frame, plan in zip(frames, plans, strict=True):
            plot = frame.chart.plots[0]
            assert tuple(plot.categories) == plan.categories
            assert [list(series.values) for series in plot.series] == [s.values for s in plan.series]
            assert not plan.from_zero or frame.chart.value_axis.minimum_scale == 0
            sheet = openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob)).active
            for column, series in enumerate(plan.series, start=2):
                values = [sheet.cell(r + 2, column).value for r in range(len(series.points))]
                assert values == [v if v is None else pytest.approx(v) for v in series.values]
                labels = [sheet.cell(r + 2, column + len(plan.series)).value or "" for r in range(len(series.points))]
                assert labels == [p.text for p in series.points]

    def test_everything_seen_is_said(self, case: Any, lang: str, made: Any) -> None:
        assert without_alt(made(*case, lang)[1]) == []

    def test_every_word_has_its_language(self, case: Any, lang: str, made: Any) -> None:
        data = made(*case, lang)[1]
        assert languages(data) == {{"vi": "vi-VN", "en": "en-GB"}[lang]}
        assert opened(data).core_properties.language == {"vi": "vi-VN", "en": "en-GB"}[lang]

    def test_text_fits_its_box(self, case: Any, lang: str, made: Any) -> None:
        assert overflowing(made(*case, lang)[1]) == []

    def test_nothing_lies_outside_the_slide_or_on_another(self, case: Any, lang: str, made: Any) -> None:
        deck = opened(made(*case, lang)[1])
        for slide in deck.slides:
            boxes = [(s.name, s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
            for name, left, top, right, bottom in boxes:
                assert min(left, top) >= 0, name
                assert right <= deck.slide_width, name
                assert bottom <= deck.slide_height, name
            for i, (name, left, top, right, bottom) in enumerate(boxes):
                for other, l2, t2, r2, b2 in boxes[i + 1 :]:
                    assert left >= r2 or l2 >= right or top >= b2 or t2 >= bottom, (name, other)

    def test_the_same_bytes_twice_and_no_clock(self, case: Any, lang: str, made: Any) -> None:
        document, data = made(*case, lang)
        assert writer.write(document) == data
        properties = opened(data).core_properties
        assert properties.created == properties.modified
        assert properties.created.date().isoformat() == document.cover["date"]
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            for name in archive.namelist():
                if name.endswith(".xlsx"):
                    with zipfile.ZipFile(io.BytesIO(archive.read(name))) as inner:
                        assert {member.date_time for member in inner.infolist()} == {(1980, 1, 1, 0, 0, 0)}
                        assert document.cover["date"] in inner.read("docProps/core.xml").decode()


def test_notes_carry_the_sources_of_what_is_said(made: Any) -> None:
    document, data = made(*CASES[0], "vi")
    entries = {f"[{r.number}]": f"[{r.number}] {choice.text(r.runs)}" for r in document.references.values()}
    for slide in list(opened(data).slides)[1:-1]:
        note = slide.notes_slide.notes_text_frame.text
        for marker in set(re.findall(r"\[\d+\]", note)):
            assert entries[marker] in note
    last = opened(data).slides[-1].notes_slide.notes_text_frame.text
    assert last.split("\n") == sorted(entries.values(), key=lambda e: last.index(e))


def test_addresses_are_links_and_lead_out_only(made: Any) -> None:
    document, data = made(*CASES[0], "vi")
    wanted = {run.href for r in document.references.values() for run in r.runs if run.href}
    links = {rel.target_ref for slide in opened(data).slides for rel in slide.part.rels.values() if rel.is_external}
    assert links == wanted
    assert all(link.startswith(("http://", "https://")) for link in links)


def test_a_leader_sees_the_mix_the_funnel_and_the_change(made: Any) -> None:
    names = {frame.name.split(" ")[0] for frame in charts_in(made(*CASES[0], "vi")[1])}
    assert {"penalty-mix", "inspection-funnel", "mix-change"} <= names


def test_intervals_and_gaps_are_drawn(document_of: Make) -> None:
    document = document_of(*CASES[0], "vi")
    data = writer.write(
        with_marks(document, lambda i, mark: {**mark, "estimate": None, "state": "suppressed"} if i == 0 else mark)
    )
    series = [s for frame in charts_in(data) for s in frame.chart.plots[0].series]
    assert any(None in s.values for s in series)
    assert not any(0 in s.values for s in series)
    assert any(s._element.find(qn("c:errBars")) is not None for s in series)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_both_languages_carry_equal_figures(case: Any, made: Any) -> None:
    def numbers(lang: str) -> list[Any]:
        return [v for frame in charts_in(made(*case, lang)[1]) for s in frame.chart.plots[0].series for v in s.values]

    assert numbers("vi") == numbers("en")
    assert len(opened(made(*case, "vi")[1]).slides) == len(opened(made(*case, "en")[1]).slides)


def test_a_grid_is_its_picture_where_there_is_one_and_else_its_table(document_of: Make) -> None:
    document = document_of("coverage", "ha-noi", "", "vi")
    name = next(name for name, chart in document.charts.items() if chart.kind == "coverage")
    without, with_picture = writer.write(document), writer.write(document, pictures={name: _png(1440, 800)})
    assert not [s for slide in opened(without).slides for s in slide.shapes if s.shape_type == 13]
    shown = [s for slide in opened(with_picture).slides for s in slide.shapes if s.shape_type == 13]
    assert [s._element.nvPicPr.cNvPr.get("descr") for s in shown] == [document.charts[name].alt]
    assert without_alt(with_picture) == []
    # A tall one would be too small to read.
    assert writer.write(document, pictures={name: _png(1440, 1600)}) == without


def test_charts_of_lines_in_time_are_pictures(document_of: Make) -> None:
    document = document_of("period", "ha-noi", "2020-2025/half", "vi")
    as_lines = replace(document, sections=[
        replace(s, blocks=[replace(b, kind="control") if hasattr(b, "marks") else b for b in s.blocks])
        for s in document.sections
    ])  # fmt: skip
    assert charts_in(writer.write(document))
    for height in (800, 1000):  # with the subtitle and the source beside it, and in their place
        made = writer.write(as_lines, pictures={name: _png(1440, height) for name in document.charts})
        assert charts_in(made) == []
        shown = [s for slide in opened(made).slides for s in slide.shapes if s.shape_type == 13]
        assert shown
        assert {s._element.nvPicPr.cNvPr.get("descr") for s in shown} <= {c.alt for c in document.charts.values()}
        assert without_alt(made) == []


def test_a_name_that_is_code_is_a_name(planted: Any, planted_name: str) -> None:
    data = writer.write(planted("vi"))
    assert any(planted_name in text for text in words_of(data))
    for frame in charts_in(data):
        book = openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob))
        assert [c.coordinate for s in book for row in s.iter_rows() for c in row if c.data_type == "f"] == []


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x","y")', "@SUM(A1)", "+1", "-1", "<script>&</script>"])
def test_a_label_that_looks_like_code_is_a_string(name: str, document_of: Make) -> None:
    data = writer.write(
        with_marks(document_of(*CASES[0], "vi"), lambda _, mark: {**mark, "label": name, "value": name})
    )
    frames = charts_in(data)
    assert frames
    for frame in frames:
        cells = [c for row in openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob)).active
                 for c in row if isinstance(c.value, str)]  # fmt: skip
        assert any(c.value.startswith(name) for c in cells)
        assert all(c.data_type == "s" for c in cells)
        assert frame.chart.plots[0].categories[0] == name


def with_marks(document: Document, change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> Document:
    """Return the document with the marks of its charts changed."""

    def changed(block: Any) -> Any:
        if not hasattr(block, "marks"):
            return block
        return replace(block, marks=tuple(change(i, mark) for i, mark in enumerate(block.marks)))

    return replace(document, sections=[replace(s, blocks=[changed(b) for b in s.blocks]) for s in document.sections])


def _png(*size: int) -> bytes:
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", size, "white").save(target, "PNG")
    return target.getvalue()


def test_the_checks_see_what_they_are_for(document_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """No alternative text, a run without a language, a text too long for its box."""
    document = document_of(*CASES[0], "vi")
    silent = [
        replace(s, blocks=[replace(b, alt="") if hasattr(b, "alt") else b for b in s.blocks]) for s in document.sections
    ]
    assert without_alt(writer.write(replace(document, sections=silent)))
    with monkeypatch.context() as patch:
        patch.setattr("stats.reports.writers.pptx.slides.speak", lambda root, lang: None)
        assert languages(writer.write(document)) != {"vi-VN"}
    with monkeypatch.context() as patch:
        patch.setattr("stats.reports.writers.pptx.slides.fitted", lambda texts, box, sizes: (40, len(texts)))
        assert overflowing(writer.write(document))


def test_the_check_of_escaping_sees_a_formula(document_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlsxwriter.worksheet import Worksheet

    monkeypatch.setattr(Worksheet, "write_string", Worksheet._write_formula)
    data = writer.write(with_marks(document_of(*CASES[0], "vi"), lambda _, mark: {**mark, "label": "=1+1"}))
    assert {cell.data_type for cell in _label_cells(data)} == {"f"}


def _label_cells(data: bytes) -> Iterator[Any]:
    for frame in charts_in(data):
        book = openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob))
        yield from (row[0] for row in book.active.iter_rows(min_row=2))


def test_a_refused_interval_has_no_error_bar(document_of: Make) -> None:
    """The shares of 317 instances have no interval: their units differ."""
    data = writer.write(document_of("briefing", "ha-noi", "2020-2025/half", "vi"))
    bars = [bar for frame in charts_in(data) for bar in frame.chart._chartSpace.iter(qn("c:errBars"))]
    assert bars
    lengths = [float(v.text) for bar in bars for v in bar.iter(qn("c:v"))]
    assert min(lengths) > 0
    places = [
        [int(point.get("idx")) for point in bar.find(qn("c:plus")).iter(qn("c:pt"))]
        for bar in bars
    ]  # fmt: skip
    assert [1, 3] in places
    assert all(bar.find(qn("c:noEndCap")).get("val") == "1" for bar in bars)


@pytest.mark.parametrize(
    ("case", "label"),
    [(("briefing", "ha-noi", "2020-2025/half", "vi"), "317\u00a0lượt"),
     (("briefing", "national", "2023", "vi"), "hơn 3.000\u00a0[a] (32%)")],
    ids=["unit", "approximate"],
)  # fmt: skip
def test_a_label_says_what_the_page_says(case: tuple[str, ...], label: str, document_of: Make) -> None:
    document = document_of(*case)
    printed = [
        a["text"].replace("<br>", " ") for a in document.charts["inspection-funnel"].spec["layout"]["annotations"]
    ]
    assert f"<b>{label}</b>" in printed
    assert label in words_of(writer.write(document))
