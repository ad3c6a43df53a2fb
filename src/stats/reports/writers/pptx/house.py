"""The house master: a plain 16:9 presentation made in code from the library's empty template."""

from __future__ import annotations

import re
from typing import Any

import pptx
from pptx.dml.color import RGBColor
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from stats import theme
from stats.reports.writers.pptx.fitting import Box

FONT = "Arial"
"""On every office machine, with all Vietnamese letters; the house font of pages is not there."""

PAGE = Box(0, 0, 13.333, 7.5)
TITLE = Box(0.6, 0.4, 12.13, 1.0)
BODY = Box(0.6, 1.55, 12.13, 5.2)
FOOTER = Box(0.6, 7.0, 10.5, 0.35)
NUMBER = Box(11.73, 7.0, 1.0, 0.35)
COVER_TITLE = Box(0.9, 1.7, 11.5, 1.7)
COVER_TEXT = Box(0.9, 3.6, 11.5, 2.6)
TITLE_SIZES = (28, 26, 24, 22, 20, 18)
_COVER, _TEXT, _PLAIN = 0, 1, 5
"""Layouts of the template that are kept: title slide, title and text, title only."""
_THEME = {
    "dk2": theme.INK, "lt2": theme.PALE, "accent1": theme.MAIN, "accent2": theme.CONTEXT, "accent3": theme.ACCENT,
    "accent4": theme.INK, "accent5": theme.MUTED, "accent6": theme.RULE, "hlink": theme.MAIN, "folHlink": theme.MUTED,
}  # fmt: skip


def presentation() -> Any:
    """Return an empty presentation in the look of the house, with three layouts: cover, text, plain."""
    made: Any = pptx.Presentation()
    made.slide_width, made.slide_height = (Emu(round(x * 914400)) for x in (PAGE.width, PAGE.height))
    kept = [made.slide_layouts[i] for i in (_COVER, _TEXT, _PLAIN)]
    for layout in list(made.slide_layouts):
        if layout not in kept:
            made.slide_layouts.remove(layout)
    master = made.slide_master
    _recolour(master.part.part_related_by(RELATIONSHIP_TYPE.THEME))
    places = {"title": TITLE, "body": BODY, "ftr": FOOTER, "sldNum": NUMBER}
    for shapes in (master.shapes, *(layout.shapes for layout in kept)):
        for shape in list(shapes):
            kind = shape._element.ph.get("type", "body") if shape.is_placeholder else ""
            if kind == "dt":
                # A date that follows the clock has no place on a report.
                shape._element.getparent().remove(shape._element)
            elif shapes is master.shapes:
                _place(shape, places[kind])
    for shape in kept[0].placeholders:
        if shape.placeholder_format.idx < 2:
            _place(shape, COVER_TITLE if shape.placeholder_format.idx == 0 else COVER_TEXT)
            _left(shape)
    _styles(master._element)
    _leave_out(made.part.package)
    return made


def cover(made: Any) -> Any:
    """Add a title slide."""
    return made.slides.add_slide(made.slide_layouts[0])


def text(made: Any) -> Any:
    """Add a slide with a title and a text."""
    return made.slides.add_slide(made.slide_layouts[1])


def plain(made: Any) -> Any:
    """Add a slide with a title."""
    return made.slides.add_slide(made.slide_layouts[2])


def rgb(colour: str) -> RGBColor:
    """Return a colour of the house (``#1f5c8c``) as the library's own type."""
    return RGBColor.from_string(colour.removeprefix("#").upper())  # type: ignore[no-untyped-call,no-any-return]


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = (Inches(x) for x in (box.left, box.top, box.width, box.height))


def _left(shape: Any) -> None:
    body = shape._element.txBody
    body.find(qn("a:bodyPr")).set("anchor", "b" if shape.placeholder_format.idx == 0 else "t")
    for level in body.iter(qn("a:lvl1pPr")):
        level.set("algn", "l")
    for tint in list(body.iter(qn("a:tint"))):
        tint.getparent().remove(tint)


def _recolour(part: Any) -> None:
    xml = part.blob.decode("utf-8")
    for name, colour in _THEME.items():
        xml = re.sub(rf"(<a:{name}>).*?(</a:{name}>)", rf'\g<1><a:srgbClr val="{colour[1:].upper()}"/>\g<2>', xml)
    xml = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=)"[^"]*"', rf'\g<1>"{FONT}"', xml)
    part._blob = xml.encode("utf-8")


def _styles(master: Any) -> None:
    """Set titles to the left, strong, in the main colour; texts to a plain bullet."""
    styles = master.find(qn("p:txStyles"))
    title = styles.find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    title.set("algn", "l")
    run = title.find(qn("a:defRPr"))
    run.set("sz", str(Pt(TITLE_SIZES[0]).centipoints))
    run.set("b", "1")
    for fill in run.iter(qn("a:schemeClr")):
        fill.set("val", "accent1")
    for shape in master.iter(qn("p:sp")):
        kind = shape.find(f".//{qn('p:ph')}").get("type")
        if kind == "title":
            shape.find(f".//{qn('a:bodyPr')}").set("anchor", "b")
        for tint in list(shape.iter(qn("a:tint"))):
            # The template's grey is too pale to read.
            tint.getparent().set("val", "accent5")
            tint.getparent().remove(tint)


def _leave_out(package: Any) -> None:
    # The template's thumbnail and printer settings are somebody else's.
    for rels in (package._rels, package.main_document_part.rels):
        for key, rel in list(rels.items()):
            if rel.reltype.endswith(("/thumbnail", "/printerSettings")):
                rels.pop(key)
