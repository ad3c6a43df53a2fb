"""Page, styles and numbering of a Party document: one table of styles that a clerk can change in Word.

Measures follow Guidance 36-HD/VPTW of 3 April 2018 on the form of Party documents: A4, 20 mm above and
below, 30 mm left, 20 mm right; page number centred above from the second page, 10 mm below the edge; Times New
Roman, body 14 points, first line 10 mm in, at least 18 points a line and 6 points between paragraphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from stats.reports.writers.docx.ooxml import element

FONT = "Times New Roman"
LANGUAGE = {"vi": "vi-VN", "en": "en-GB"}
"""Language of the words, for the spelling check."""

MM = 56.6929
"""Twentieths of a point in a millimetre: the unit of lengths in a Word document."""

WIDTH, HEIGHT, ABOVE, BELOW, LEFT, RIGHT, HEADER = 210, 297, 20, 20, 30, 20, 10
"""Paper, margins and distance of the header, in millimetres."""

BULLETS, SECTIONS = 1, 2
"""Numbers of the two lists: points with a dash, headings of sections."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a style looks; what is not given comes from the style it is based on. Lengths in points."""

    id: str
    name: str
    based: str = "Normal"
    kind: str = "paragraph"
    follow: str = ""
    size: float = 0
    bold: bool = False
    italic: bool = False
    capitals: bool = False
    underline: bool = False
    colour: str = ""
    align: str = ""
    first: float = 0
    left: float = 0
    right: float = 0
    before: float | None = None
    after: float | None = None
    line: float = 0
    exact: bool = False
    keep: bool = False
    whole: bool = False
    outline: int | None = None
    numbers: int | None = None
    rule: bool = False


_CM = 28.346

LOOKS = (
    Look("BodyText", "Body Text", align="both", first=_CM, after=6, line=18),
    Look("Note", "Note", based="BodyText", italic=True, size=13),
    Look("ListBullet", "List Bullet", based="BodyText", numbers=BULLETS),
    Look("Title", "Title", follow="Subtitle", align="center", size=16, bold=True, capitals=True, before=18, keep=True),
    Look("Subtitle", "Subtitle", follow="BodyText", align="center", size=14, bold=True, keep=True),
    Look("Abstract", "Abstract rule", align="center", after=4, keep=True),
    Look("Dateline", "Dateline", follow="BodyText", align="center", italic=True, size=13, after=12),
    Look("Heading1", "heading 1", follow="BodyText", bold=True, before=12, after=6, keep=True, whole=True, outline=0,
         numbers=SECTIONS),
    Look("Heading2", "heading 2", follow="BodyText", bold=True, before=12, after=6, keep=True, whole=True, outline=1),
    Look("Heading3", "heading 3", follow="BodyText", bold=True, italic=True, before=6, after=6, keep=True, whole=True,
         outline=2),
    Look("AnnexHeading", "Annex heading", based="Heading1", follow="BodyText", align="center", before=18, numbers=0),
    Look("Caption", "caption", follow="BodyText", align="center", size=13, bold=True, before=10, after=4, whole=True),
    Look("Picture", "Picture", follow="Caption", align="center", before=8, keep=True),
    Look("ChartCaption", "Chart caption", based="Caption", follow="BodyText", before=2, after=12),
    Look("TableHead", "Table head", align="center", size=11, bold=True, before=2, after=2, keep=True),
    Look("TableText", "Table text", align="left", size=11, before=2, after=2),
    Look("TableNumber", "Table number", based="TableText", align="right"),
    Look("SmallTableHead", "Small table head", based="TableHead", size=10, before=1, after=1),
    Look("SmallTableText", "Small table text", based="TableText", size=10, before=1, after=1),
    Look("SmallTableNumber", "Small table number", based="SmallTableText", align="right"),
    Look("TableNote", "Table note", align="both", size=11, italic=True, before=2, after=2),
    Look("TableEnd", "Table end", size=6, line=6, exact=True),
    Look("Documents", "Documents", align="left", size=11, left=1.1 * _CM, first=-1.1 * _CM, after=3),
    Look("Superior", "Superior body", align="center"),
    Look("Issuer", "Issuing body", align="center", bold=True, capitals=True),
    Look("OfficeLine", "Office line", align="center"),
    Look("Draft", "Draft", align="center", bold=True, italic=True, before=4),
    Look("Party", "Party title", follow="PartyRule", align="center", size=15, bold=True),
    Look("PartyEnglish", "Party title (English)", based="Party", size=13),
    Look("PartyRule", "Party title rule", size=3, left=0.8 * _CM, right=0.8 * _CM, rule=True),
    Look("PartyRuleEnglish", "Party title rule (English)", based="PartyRule", left=0.2 * _CM, right=0.2 * _CM),
    Look("PlaceDate", "Place and date", align="center", italic=True, before=4),
    Look("Recipients", "Recipients", underline=True, before=18),
    Look("Recipient", "Recipient", size=12),
    Look("Authority", "Authority", align="center", bold=True, capitals=True, before=18, keep=True),
    Look("Post", "Post", align="center", capitals=True, keep=True),
    Look("Signatory", "Signatory", align="center", bold=True, before=72),
    Look("Header", "header", align="center", size=13),
    Look("Footer", "footer", align="right", size=11, italic=True),
    Look("SectionEnd", "Section end", size=1, line=1, exact=True),
    Look("Hyperlink", "Hyperlink", based="", kind="character", underline=True, colour="1F3864"),
    Look("SourceMark", "Source mark", based="", kind="character", colour="1F3864"),
    Look("Strong", "Strong", based="", kind="character", bold=True),
)  # fmt: skip
"""Every style of the document. Nothing in the text is formatted but through one of these."""

CLOSER: Mapping[str, Mapping[str, Any]] = MappingProxyType({
    "BodyText": {"size": 12, "after": 3, "line": 14}, "Note": {"size": 11}, "Picture": {"before": 3},
    "Heading1": {"size": 13, "before": 6, "after": 3}, "Title": {"before": 8}, "Dateline": {"size": 12, "after": 4},
    "Caption": {"size": 11, "before": 4, "after": 3}, "ChartCaption": {"before": 0, "after": 4},
    "TableNote": {"size": 10, "before": 1, "after": 0}, "Recipients": {"before": 6}, "Authority": {"before": 6},
    "Signatory": {"before": 54},
})  # fmt: skip
"""What differs in a briefing: two pages of the guidance's letter sizes would not hold its five figures and four charts,
so that the text is set in 12 points; head, kind and signature keep their sizes."""

BUILT_IN = frozenset(
    ("BodyText", "Title", "Subtitle", "Heading1", "Heading2", "Heading3", "ListBullet", "Caption", "Header", "Footer",
     "Hyperlink", "Strong")
)  # fmt: skip
"""Styles Word knows by itself; the others are marked as this document's own."""


def lay_out(document: Any, lang: str, *, brief: bool = False) -> None:
    """Give a new python-docx document the page, styles, lists and settings of a Party document.

    Parameters
    ----------
    document : docx.document.Document
        A new document; its own styles are replaced.
    lang : {'vi', 'en'}
        Language of the words.
    brief : bool
        Whether it is a briefing, whose text is set closer (`CLOSER`).
    """
    looks = [replace(look, **CLOSER.get(look.id, {})) for look in LOOKS] if brief else LOOKS
    _replace(document.styles.element, [_defaults(lang), *_bases(), *(_style(look) for look in looks), _table_style()])
    _replace(document.part.numbering_part.element, [*_lists(lang)])
    _replace(document.settings.element, _settings(lang))
    _replace(document.element.body, [section()])


def section(*, landscape: bool = False, titled: bool = False) -> Any:
    """Return the properties of a section: A4 upright or lying; `titled` leaves the page number off its first page.

    The head of a page on its side moves with the paper, so that the margins of the binding stay at the left.
    """
    wide, high = (HEIGHT, WIDTH) if landscape else (WIDTH, HEIGHT)
    size = element("pgSz", w=twips(wide), h=twips(high), **({"orient": "landscape"} if landscape else {}))
    margins = {"top": ABOVE, "right": RIGHT, "bottom": BELOW, "left": LEFT, "header": HEADER, "footer": HEADER}
    inside = element("pgMar", **{side: twips(length) for side, length in margins.items()}, gutter=0)
    return element("sectPr", element("type", val="nextPage"), size, inside, element("titlePg") if titled else None)


def text_width(*, landscape: bool = False) -> float:
    """Return the width of a line in centimetres."""
    return ((HEIGHT if landscape else WIDTH) - LEFT - RIGHT) / 10


def twips(millimetres: float) -> int:
    """Return a length in twentieths of a point."""
    return round(millimetres * MM)


def _replace(root: Any, children: list[Any]) -> None:
    for child in list(root):
        root.remove(child)
    root.extend(children)


def _defaults(lang: str) -> Any:
    fonts = element("rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT)
    words = element("lang", val=LANGUAGE[lang], eastAsia=LANGUAGE[lang], bidi="ar-SA")
    size = (element("sz", val=28), element("szCs", val=28))
    spacing = element("spacing", before=0, after=0, line=240, lineRule="auto")
    return element(
        "docDefaults",
        element("rPrDefault", element("rPr", fonts, *size, words)),
        element("pPrDefault", element("pPr", element("widowControl"), spacing)),
    )


def _bases() -> list[Any]:
    name = element("name", val="Normal")
    normal = element("style", name, element("qFormat"), type="paragraph", styleId="Normal", default=1)
    cells = element(
        "tblPr",
        element("tblInd", w=0, type="dxa"),
        element("tblCellMar", *(element(side, w=0, type="dxa") for side in ("top", "left", "bottom", "right"))),
    )
    plain = element(
        "style", element("name", val="Normal Table"), element("uiPriority", val=99), cells,
        type="table", styleId="TableNormal", default=1,
    )  # fmt: skip
    return [normal, plain]


def _style(look: Look) -> Any:
    paragraph, words = _paragraph_look(look), _words_look(look)
    return element(
        "style",
        element("name", val=look.name),
        element("basedOn", val=look.based) if look.based else None,
        element("next", val=look.follow) if look.follow else None,
        element("uiPriority", val=1),
        element("qFormat"),
        element("pPr", *paragraph) if paragraph else None,
        element("rPr", *words) if words else None,
        type=look.kind,
        styleId=look.id,
        **({} if look.id in BUILT_IN else {"customStyle": 1}),
    )


def _paragraph_look(look: Look) -> list[Any]:
    spacing: dict[str, object] = {}
    for side, length in (("before", look.before), ("after", look.after)):
        if length is not None:
            spacing[side] = round(length * 20)
    if look.line:
        spacing |= {"line": round(look.line * 20), "lineRule": "exact" if look.exact else "atLeast"}
    indent: dict[str, object] = {
        side: round(length * 20) for side, length in (("left", look.left), ("right", look.right)) if length
    }
    if look.first:
        indent["firstLine" if look.first > 0 else "hanging"] = round(abs(look.first) * 20)
    border = element("pBdr", element("bottom", val="single", sz=6, space=1, color="auto")) if look.rule else None
    numbers = None
    if look.numbers is not None:
        numbers = element("numPr", element("ilvl", val=0), element("numId", val=look.numbers))
    # The order of these is the schema's (CT_PPrBase).
    found = [
        element("keepNext") if look.keep else None,
        element("keepLines") if look.whole else None,
        numbers,
        border,
        element("spacing", **spacing) if spacing else None,
        element("ind", **indent) if indent else None,
        element("jc", val=look.align) if look.align else None,
        element("outlineLvl", val=look.outline) if look.outline is not None else None,
    ]
    return [one for one in found if one is not None]


def _words_look(look: Look) -> list[Any]:
    found = [
        element("b") if look.bold else None,
        element("i") if look.italic else None,
        element("caps") if look.capitals else None,
        element("color", val=look.colour) if look.colour else None,
        element("sz", val=round(look.size * 2)) if look.size else None,
        element("szCs", val=round(look.size * 2)) if look.size else None,
        element("u", val="single") if look.underline else None,
    ]
    return [one for one in found if one is not None]


def _table_style() -> Any:
    """Return the style of every table of figures: rules only, so that it reads alike on a black and white printer."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    rules = (element(side, val="single", sz=8 if side in ("top", "bottom") else 4, color="auto") for side in sides)
    margins = (element(side, w=twips(1.2), type="dxa") for side in ("left", "right"))
    head = element(
        "tblStylePr",
        element("tcPr", element("shd", val="clear", color="auto", fill="EDEDED"), element("vAlign", val="center")),
        type="firstRow",
    )
    return element(
        "style", element("name", val="Table of figures"), element("basedOn", val="TableNormal"),
        element("uiPriority", val=1), element("qFormat"),
        element("tblPr", element("tblBorders", *rules), element("tblCellMar", *margins)), head,
        type="table", customStyle=1, styleId="Figures",
    )  # fmt: skip


def _lists(lang: str) -> list[Any]:
    indent = {"left": 0, "firstLine": round(_CM * 20)}
    dash = element(
        "lvl", element("start", val=1), element("numFmt", val="bullet"), element("suff", val="space"),
        element("lvlText", val="-"), element("lvlJc", val="left"), element("pPr", element("ind", **indent)), ilvl=0,
    )  # fmt: skip
    roman = element(
        "lvl", element("start", val=1), element("numFmt", val="upperRoman"), element("pStyle", val="Heading1"),
        element("suff", val="space"), element("lvlText", val="%1-" if lang == "vi" else "%1."),
        element("lvlJc", val="left"), element("pPr", element("ind", **indent)), ilvl=0,
    )  # fmt: skip
    kinds = ((BULLETS, dash), (SECTIONS, roman))
    shapes = [
        element("abstractNum", element("multiLevelType", val="singleLevel"), level, abstractNumId=number)
        for number, level in kinds
    ]
    return [*shapes, *(element("num", element("abstractNumId", val=n), numId=n) for n, _ in kinds)]


def _settings(lang: str) -> list[Any]:
    where = "http://schemas.microsoft.com/office/word"
    return [
        element("zoom", percent=100),
        element("defaultTabStop", val=720),
        element("characterSpacingControl", val="doNotCompress"),
        element("compat", element("compatSetting", name="compatibilityMode", uri=where, val=15)),
        element("themeFontLang", val=LANGUAGE[lang]),
        element("decimalSymbol", val="," if lang == "vi" else "."),
        element("listSeparator", val=";" if lang == "vi" else ","),
    ]
