"""Small pieces of WordprocessingML: elements, runs, links, bookmarks, fields, and a package with fixed times.

References
----------
ECMA-376 Part 1: 17.16 fields and hyperlinks, 17.13.6 bookmarks.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time of every file inside the package: the first a zip archive can hold, never the clock."""

_LONGEST_NAME = 40
"""Characters Word allows in the name of a bookmark."""

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def element(tag: str, /, *children: Any, **values: object) -> Any:
    """Return an element of the ``w`` namespace with its children; attributes are given without prefix."""
    made = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(child for child in children if child is not None)
    return made


def run(text: str, style: str = "") -> Any:
    """Return a run of plain text, in a character style where one is named."""
    words = element("t")
    words.text = _UNPRINTABLE.sub("", text)
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element("r", _run_style(style), words)


def _run_style(style: str) -> Any:
    return element("rPr", element("rStyle", val=style)) if style else None


def paragraph(style: str, *content: Any, keep: bool = False) -> Any:
    """Return a paragraph in a style; `keep` holds it on the page of the next one."""
    return element("p", element("pPr", element("pStyle", val=style), element("keepNext") if keep else None), *content)


def columns(widths: tuple[int, int], left: Iterable[Any], right: Iterable[Any]) -> Any:
    """Return paragraphs in two columns without rules, kept on one page; widths in twentieths of a point."""
    cells = [
        element("tc", element("tcPr", element("tcW", w=width, type="dxa")), *content)
        for width, content in zip(widths, (left, right), strict=True)
    ]
    properties = element(
        "tblPr", element("tblStyle", val="TableNormal"), element("tblW", w=sum(widths), type="dxa"),
        element("tblLayout", type="fixed"), element("tblLook", firstRow=0, noHBand=1, noVBand=1),
    )  # fmt: skip
    grid = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    return element("tbl", properties, grid, element("tr", element("trPr", element("cantSplit")), *cells))


def link_inside(anchor: str, *runs: Any) -> Any:
    """Return a link to a bookmark of the document."""
    return element("hyperlink", *runs, anchor=anchor, history=1)


def field(instruction: str, shown: str, style: str = "") -> list[Any]:
    """Return the runs of a field with the result it has now; Word computes it anew on request."""

    def mark(kind: str) -> Any:
        return element("r", _run_style(style), element("fldChar", fldCharType=kind))

    code = element("instrText")
    code.text = f" {instruction} "
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return [mark("begin"), element("r", _run_style(style), code), mark("separate"), run(shown, style), mark("end")]


def bookmark_name(kind: str, key: object) -> str:
    """Return a name Word accepts for a bookmark: letters, digits and ``_``.

    Examples
    --------
    >>> bookmark_name("row", "D-0012")
    'row_D_0012'
    """
    return re.sub(r"\W", "_", f"{kind}_{key}", flags=re.ASCII)[:_LONGEST_NAME]


class Bookmarks:
    """Gives every bookmark of one document its number, and each name out once."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def around(self, name: str, content: Iterable[Any]) -> list[Any]:
        """Return content between the two marks of a bookmark; plain content when the name is taken."""
        if name in self.names:
            return list(content)
        self.names.add(name)
        number = len(self.names)
        return [element("bookmarkStart", id=number, name=name), *content, element("bookmarkEnd", id=number)]


def steady(package: bytes) -> bytes:
    """Return a package whose files all bear the same time, so that equal documents are equal bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            info = zipfile.ZipInfo(item.filename, EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(info, old.read(item))
    return made.getvalue()
