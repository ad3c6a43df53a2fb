"""The workbook and the briefing in LibreOffice: every sheet and slide prints, nothing runs off the page."""

from __future__ import annotations

import html
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pptx
import pytest
from pptx.oxml.ns import qn

from stats.reports.document import Document
from stats.reports.writers import pptx as briefing
from stats.reports.writers import xlsx

CASES = (
    ("period", "ha-noi", "2020-2025/half", "vi"), ("period", "ha-noi", "2020-2025/half", "en"),
    ("briefing", "national", "2023", "vi"), ("programme", "ha-noi", "2020-2025/half", "vi"),
    ("coverage", "ha-noi", "", "en"), ("comparison", "", "2018", "vi"),
)  # fmt: skip


def pages(path: Path, pdftotext: str) -> list[tuple[float, float, list[tuple[str, float, float]]]]:
    """Return each page's width and height, and its words with their right and bottom edge, in points."""
    boxes = subprocess.run([pdftotext, "-bbox", str(path), "-"], capture_output=True, text=True, check=True).stdout
    found = []
    for page in re.split(r"<page ", boxes)[1:]:
        width, height = (float(x) for x in re.match(r'width="([\d.]+)" height="([\d.]+)"', page).groups())
        words = re.findall(r'<word [^>]*xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', page)
        found.append((width, height, [(html.unescape(w), float(x), float(y)) for x, y, w in words]))
    return found


def off_the_page(found: list[tuple[float, float, list[tuple[str, float, float]]]]) -> list[str]:
    return [word for width, height, words in found for word, right, bottom in words if right > width or bottom > height]


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{c[3]}")
def test_every_slide_is_one_page_with_its_title(
    case: tuple[str, ...], document_of: Callable[..., Document], to_pdf: Callable[[bytes, str], Path], pdftotext: str
) -> None:
    data = briefing.write(document_of(*case))
    found = pages(to_pdf(data, "briefing.pptx"), pdftotext)
    slides = list(pptx.Presentation(io.BytesIO(data)).slides)
    assert len(found) == len(slides)
    assert off_the_page(found) == []
    for slide, (_, _, words) in zip(slides, found, strict=True):
        said = plain("".join(word for word, _, _ in words))
        assert plain(slide.shapes.title.text_frame.text) in said
        # Labels are shown as the report prints them, separators included.
        for shape in slide.shapes:
            if shape.has_chart:
                labels = [field.findtext(qn("a:t")) for field in shape.chart._chartSpace.iter(qn("a:fld"))]
                assert labels
                assert all(plain(label) in said for label in labels)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{c[3]}")
def test_every_sheet_prints_and_no_word_runs_off_the_paper(
    case: tuple[str, ...], document_of: Callable[..., Document], to_pdf: Callable[[bytes, str], Path], pdftotext: str
) -> None:
    data = xlsx.write(document_of(*case))
    found = pages(to_pdf(data, "book.xlsx"), pdftotext)
    said = plain("".join(word for _, _, words in found for word, _, _ in words))
    assert off_the_page(found) == []
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert len(found) >= len(book.sheetnames)
    for sheet in book:
        assert plain(sheet["A1"].value) in said
