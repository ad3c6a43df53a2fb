"""The Word document in LibreOffice: it opens, has the pages it should, and no word runs off the paper."""

from __future__ import annotations

import html
import io
import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image
from pypdf import PdfReader

from stats.reports.document import Chart, Document, Points, Table
from stats.reports.writers.docx import styles, write

MOST_PAGES = {"briefing": 8, "period": 22, "programme": 16, "comparison": 14}
"""Pages a reader of each kind of report can be asked to turn."""

CASES = (
    ("period", "ha-noi", "2020-2025/half", "vi"), ("period", "ha-noi", "2020-2025/half", "en"),
    ("programme", "ha-noi", "2020-2025/half", "vi"), ("comparison", "", "2018", "en"),
    ("briefing", "ha-noi", "2020-2025/half", "vi"),
)  # fmt: skip
MM = 72 / 25.4


def pictures(document: Document) -> dict[str, bytes]:
    """Return a blank picture of the right shape for every chart."""
    made = {}
    for name, chart in document.charts.items():
        layout, data = chart.spec["layout"], io.BytesIO()
        Image.new("L", (layout["width"], layout["height"]), 230).save(data, "PNG")
        made[name] = data.getvalue()
    return made


@dataclass(frozen=True)
class Paper:
    """What LibreOffice printed: of each page its width and its words with their left and right edge, in points."""

    path: Path
    pages: list[tuple[float, list[tuple[str, float, float]]]]

    @classmethod
    def read(cls, path: Path, pdftotext: str) -> Paper:
        boxes = subprocess.run([pdftotext, "-bbox", str(path), "-"], capture_output=True, text=True, check=True).stdout
        pages = []
        for page in re.split(r"<page ", boxes)[1:]:
            width = float(re.match(r'width="([\d.]+)"', page)[1])
            words = re.findall(r'<word xMin="([\d.]+)"[^>]*xMax="([\d.]+)"[^>]*>(.*?)</word>', page)
            pages.append((width, [(html.unescape(word), float(left), float(right)) for left, right, word in words]))
        return cls(path, pages)


@pytest.fixture(scope="module", params=CASES, ids=lambda asked: f"{asked[0]}-{asked[3]}")
def printed(
    request: pytest.FixtureRequest,
    document_of: Callable[..., Document],
    to_pdf: Callable[[bytes, str], Path],
    pdftotext: str,
) -> tuple[str, Document, Paper]:
    report = document_of(*request.param)
    made = to_pdf(write(report, pictures=pictures(report)), "letter.docx")
    return request.param[0], report, Paper.read(made, pdftotext)


def letters(texts: Iterable[str]) -> Counter[str]:
    """Count the letters. Words cannot be: where a stand-in font lacks a letter, it is printed beside its word."""
    return Counter(unicodedata.normalize("NFC", re.sub(r"\s", "", "".join(texts))))


def test_it_has_the_pages_it_should(printed: tuple[str, Document, Paper]) -> None:
    kind, _, paper = printed
    assert 4 <= len(paper.pages) <= MOST_PAGES[kind]
    assert all(len(words) > 10 for _, words in paper.pages)


def squeezed(words: list[tuple[str, float, float]]) -> str:
    """Return the words of a page without spaces: letters a stand-in font lacks come apart from their word."""
    return unicodedata.normalize("NFC", "".join(w for w, _, _ in words)).lower()


@pytest.mark.parametrize(
    ("place", "most"), [(("ha-noi", "2020-2025/half"), 3), (("national", "2023"), 4)], ids=["ha-noi", "national"]
)
def test_the_body_of_a_briefing_is_short(
    place: tuple[str, str],
    most: int,
    document_of: Callable[..., Document],
    to_pdf: Callable[[bytes, str], Path],
    pdftotext: str,
) -> None:
    """Figures, then charts; the signature follows them. Head and signature of the guidance leave no room for two.

    The national figures come with two streams and their gap, which takes a page more.
    """
    report = document_of("briefing", *place, "vi")
    paper = Paper.read(to_pdf(write(report, pictures=pictures(report)), "letter.docx"), pdftotext)
    first = next(n for n, (_, words) in enumerate(paper.pages) if "phụlục1." in squeezed(words))
    assert first <= most


def test_pages_are_numbered_from_the_second_one(printed: tuple[str, Document, Paper]) -> None:
    _, report, paper = printed
    middle = [
        [word for word, left, right in words if abs((left + right) / 2 - centre(width)) < MM]
        for width, words in paper.pages
    ]
    assert "1" not in middle[0]
    assert [words[0] for words in middle[1:]] == [str(n) for n in range(2, len(paper.pages) + 1)]
    draft = letters([report.cover["draft"]])
    assert all(draft <= letters(word for word, _, _ in words[-9:]) for _, words in paper.pages)


def test_the_letters_are_those_of_the_guidance(printed: tuple[str, Document, Paper]) -> None:
    """Times New Roman; where it is not installed its measured stand-in, and a serif for the marks that one lacks."""
    names = {
        font["/BaseFont"].split("+")[-1]
        for page in PdfReader(printed[2].path).pages
        for font in (one.get_object() for one in page["/Resources"]["/Font"].values())
    }
    families = {re.split(r"[-,]", name)[0] for name in names}
    assert families & {"TimesNewRoman", "TimesNewRomanPSMT", "LiberationSerif"}
    assert families <= {"TimesNewRoman", "TimesNewRomanPSMT", "LiberationSerif", "DejaVuSerif", "Tinos", "FreeSerif"}


def words_off_the_line(paper: Paper) -> list[str]:
    """Return the words that stand outside the left or the right margin."""
    tolerance = 1.5 * MM
    return [
        word
        for width, words in paper.pages
        for word, left, right in words
        if left < styles.LEFT * MM - tolerance or right > width - styles.RIGHT * MM + tolerance
    ]


def test_no_word_stands_off_the_margins(printed: tuple[str, Document, Paper]) -> None:
    assert words_off_the_line(printed[2]) == []


def centre(width: float) -> float:
    """Return the middle of a line, in points."""
    return (width + (styles.LEFT - styles.RIGHT) * MM) / 2


def said(report: Document) -> Iterator[str]:
    for block in report.blocks:
        if isinstance(block, Points):
            yield from ("".join(run.text for run in item) for item in block.items)
        elif isinstance(block, Table):
            yield from (cell.text for line in block.lines for cell in line)
        elif isinstance(block, Chart):
            yield block.title


def test_no_text_is_clipped(printed: tuple[str, Document, Paper]) -> None:
    """Every letter of every sentence, title and cell is on paper, as often as the report says it."""
    _, report, paper = printed
    there = letters(word for _, words in paper.pages for word, _, _ in words)
    asked = letters(said(report))
    assert sum(asked.values()) > 3000
    assert asked - there == Counter()


def test_a_table_over_the_margin_would_be_found(
    document_of: Callable[..., Document], to_pdf: Callable[[bytes, str], Path], pdftotext: str
) -> None:
    made = docx.Document(io.BytesIO(write(document_of(*CASES[0]), pictures={})))
    table = next(t for t in made.tables if t.style.name == "Table of figures")
    for node in table._tbl.iter(qn("w:gridCol"), qn("w:tcW"), qn("w:tblW")):
        node.set(qn("w:w"), str(round(int(node.get(qn("w:w"))) * 1.2)))
    wide = io.BytesIO()
    made.save(wide)
    assert words_off_the_line(Paper.read(to_pdf(wide.getvalue(), "wide.docx"), pdftotext))
