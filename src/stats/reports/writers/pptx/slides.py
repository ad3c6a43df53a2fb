"""Slides one by one: title, text, chart, table; each with its notes, language and number."""

from __future__ import annotations

import copy
import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from stats import theme
from stats.figures.lettering import width as width_of
from stats.reports.document import Runs, Table
from stats.reports.writers.pptx import house
from stats.reports.writers.pptx.fitting import INDENT, Box, fitted, height, size_for

SOFT_HYPHEN = "\u00ad"
SIZES = (20, 18, 16, 15, 14, 13, 12)
"""Letters of a text, the largest that fits."""
_SMALLEST = 9
"""Points of the smallest letters of a picture."""
_CELL_SIZES = (18, 16, 14, 13, 12, 11)
_CELL_INSET, _CELL_EDGE = 6.0, 2.0


def head(slide: Any, title: str) -> None:
    """Give a slide its title, in letters that fit."""
    frame = slide.shapes.title.text_frame
    frame.text = title
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.paragraphs[0].runs[0].font.size = Pt(size_for(title, house.TITLE, house.TITLE_SIZES, bold=True))


def body(slide: Any, texts: Sequence[str], *, rest: str = "", more: int = 0) -> int:
    """Fill the text of a slide with as many paragraphs as fit and return how many.

    Parameters
    ----------
    rest : str
        The line that closes the text when some are left over, with ``{n}`` for how many.
    more : int
        How many are left over before any of these is.
    """
    size, count = fitted(texts, house.BODY, SIZES)
    if more or count < len(texts):
        # Room for the line that says so.
        shorter = Box(house.BODY.left, house.BODY.top, house.BODY.width, house.BODY.height - 0.4)
        size, count = fitted(texts, shorter, SIZES)
    left = more + len(texts) - count
    frame = slide.placeholders[1].text_frame
    frame.auto_size, frame.word_wrap = MSO_AUTO_SIZE.NONE, True
    shown = [*texts[:count], *([rest.format(n=left)] if left else [])]
    for i, text in enumerate(shown):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.line_spacing, paragraph.space_before, paragraph.space_after = 1.0, Pt(0), Pt(size / 2)
        _bulleted(paragraph)
        _run(paragraph, text, size, colour=theme.MUTED if i == count else theme.INK)
    return count


def references(slide: Any, entries: Sequence[tuple[str, Runs]], *, rest: str = "") -> int:
    """Fill the text of a slide with documents, their addresses as links; return how many fit."""
    count = body(slide, [f"{number} {''.join(run.text for run in runs)}" for number, runs in entries], rest=rest)
    for paragraph, (number, runs) in zip(slide.placeholders[1].text_frame.paragraphs, entries[:count], strict=False):
        size = paragraph.runs[0].font.size.pt
        paragraph.runs[0].text = f"{number} "
        for run in runs:
            made = _run(paragraph, run.text, size, bold=run.strong)
            if run.href.startswith(("http://", "https://")):
                made.hyperlink.address = run.href
    return count


def label(slide: Any, text: str, box: Box, sizes: Sequence[int], *, name: str, colour: str = theme.MUTED) -> None:
    """Add a line of text in a place, in letters that fit."""
    shape = slide.shapes.add_textbox(*(Inches(x) for x in (box.left, box.top, box.width, box.height)))
    shape.name = name
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, MSO_ANCHOR.TOP
    size = size_for(text, box, sizes)
    for i, part in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        _run(paragraph, part, size, colour=colour)


def legible(data: bytes, box: Box) -> bool:
    """Tell whether the letters of a chart's PNG, drawn for a page, can be read in a place on a slide."""
    if not data.startswith(b"\x89PNG"):
        return False
    # Width and height stand first in the header of a PNG.
    across, down = struct.unpack(">II", data[16:24])
    shown = min(box.width, box.height * across / down) * 72
    page = theme.SIZES["page"]
    return bool(shown / page.width * page.font >= _SMALLEST)


def picture(slide: Any, data: bytes, box: Box, *, name: str, alt: str) -> None:
    """Add a picture as large as its place allows, with its alternative text."""
    import io

    shape = slide.shapes.add_picture(io.BytesIO(data), Inches(box.left), Inches(box.top))
    scale = min(Inches(box.width) / shape.width, Inches(box.height) / shape.height)
    shape.width, shape.height = round(shape.width * scale), round(shape.height * scale)
    shape.left = Inches(box.left) + (Inches(box.width) - shape.width) // 2
    _described(shape._element.nvPicPr.cNvPr, name, alt)


def table(slide: Any, shown: Table, box: Box, *, name: str) -> int:
    """Add a native table with as many lines as fit and return how many."""
    # Office shows the soft hyphens of chart labels as gaps.
    shown = replace(shown, columns=tuple(replace(c, label=c.label.replace(SOFT_HYPHEN, "")) for c in shown.columns))
    size, widths, count = _layout(shown, box)
    edges = (Inches(x) for x in (box.left, box.top, sum(widths) / 72, 0.3))
    frame = slide.shapes.add_table(count + 1, len(widths), *edges)
    _described(frame._element.nvGraphicFramePr.cNvPr, name, shown.caption)
    made = frame.table
    made.horz_banding = False
    for j, (column, points) in enumerate(zip(shown.columns, widths, strict=True)):
        made.columns[j].width = Pt(points)
        _cell(made.cell(0, j), column.label, size, column.side, head=True)
        for i, line in enumerate(shown.lines[:count], start=1):
            _cell(made.cell(i, j), line[j].text, size, column.side)
    for i, points in enumerate(_heights(shown, widths, size)[: count + 1]):
        made.rows[i].height = Pt(points)
    return count


def notes(slide: Any, texts: Sequence[str]) -> None:
    """Write the speaker's notes."""
    slide.notes_slide.notes_text_frame.text = "\n".join(texts)


def number(slide: Any, footer: str) -> None:
    """Copy the footer and the slide's number from its layout, which the library leaves out."""
    for shape in slide.slide_layout.placeholders:
        kind = shape._element.ph.get("type")
        if kind in ("ftr", "sldNum"):
            element = copy.deepcopy(shape._element)
            element.nvSpPr.cNvPr.set("id", str(max(s.shape_id for s in slide.shapes) + 1))
            slide.shapes._spTree.append(element)
            paragraph = slide.shapes[-1].text_frame.paragraphs[0]
            if kind == "ftr":
                paragraph.alignment = PP_ALIGN.LEFT
                size = size_for(footer, house.FOOTER, (11, 10, 9, 8))
                _run(paragraph, footer, size, colour=theme.MUTED).font.name = house.FONT


def speak(root: Any, lang: str) -> None:
    """Set the language of every run below an element, so that a screen reader reads it as such."""
    for tag in ("a:r", "a:fld", "a:br"):
        for run in root.iter(qn(tag)):
            properties = run.find(qn("a:rPr"))
            if properties is None:
                properties = run.makeelement(qn("a:rPr"), {})
                run.insert(0, properties)
    for tag in ("a:rPr", "a:endParaRPr", "a:defRPr"):
        for properties in root.iter(qn(tag)):
            properties.set("lang", lang)


def _run(paragraph: Any, text: str, size: float, *, bold: bool = False, colour: str = theme.INK) -> Any:
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), bold or None
    run.font.color.rgb = house.rgb(colour)
    return run


def _bulleted(paragraph: Any) -> None:
    properties = paragraph._p.get_or_add_pPr()
    indent = round(INDENT * 12700)
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))


def _described(properties: Any, name: str, alt: str) -> None:
    properties.set("name", name)
    properties.set("descr", alt)


def _layout(shown: Table, box: Box) -> tuple[int, list[float], int]:
    """Return the size of letters, the widths of columns in points, and how many lines fit."""
    room, tall = box.width * 72, box.height * 72
    for size in _CELL_SIZES:
        widths = _widths(shown, room, size)
        heights = _heights(shown, widths, size)
        if sum(heights) <= tall:
            return size, widths, len(shown.lines)
    count = 0
    while count < len(shown.lines) and sum(heights[: count + 2]) <= tall:
        count += 1
    return size, widths, count


def _widths(shown: Table, room: float, size: int) -> list[float]:
    texts = [[c.label, *(line[j].text for line in shown.lines)] for j, c in enumerate(shown.columns)]
    full = [max(width_of(text, size, bold=True) for text in column) + 2 * _CELL_INSET + 2 for column in texts]
    least = [
        max(width_of(word, size, bold=True) for text in column for word in text.split(" ")) + 2 * _CELL_INSET + 2
        for column in texts
    ]
    if sum(full) <= room:
        return full
    # What is short keeps its width; long texts share the rest by the root of their length.
    spare = max(room - sum(least), 0.0)
    wants = [(f - n) ** 0.5 for f, n in zip(full, least, strict=True)]
    shared = [n + spare * want / (sum(wants) or 1.0) for n, want in zip(least, wants, strict=True)]
    scale = min(room / sum(shared), 1.0)
    return [min(w * scale, f) for w, f in zip(shared, full, strict=True)]


def _heights(shown: Table, widths: Sequence[float], size: int) -> list[float]:
    def tall(texts: Sequence[str], *, bold: bool) -> float:
        inner = zip(texts, widths, strict=True)
        return max(height(text, size, w - 2 * _CELL_INSET, bold=bold) for text, w in inner) + 2 * _CELL_EDGE + 1

    return [
        tall([c.label for c in shown.columns], bold=True),
        *(tall([c.text for c in x], bold=False) for x in shown.lines),
    ]


def _cell(cell: Any, text: str, size: int, side: str, *, head: bool = False) -> None:
    cell.margin_left = cell.margin_right = Pt(_CELL_INSET)
    cell.margin_top = cell.margin_bottom = Pt(_CELL_EDGE)
    cell.fill.solid()
    cell.fill.fore_color.rgb = house.rgb(theme.PALE if head else theme.PAPER)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if side == "right" else PP_ALIGN.LEFT
    _run(paragraph, text, size, bold=head)
