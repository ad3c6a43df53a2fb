"""What a chart file says about itself: title, description, source, place, period and vintage.

A picture is passed on without the page it stood on; what it shows and where it comes from must go
with it.

References
----------
PNG: W3C Portable Network Graphics (Third Edition), 11.3.3 Textual information (``iTXt``).
SVG: W3C SVG 2, 5.7 the ``title`` and ``desc`` elements; 5.8 ``metadata``, here as Dublin Core.
PDF: ISO 32000-1, 14.3.3 document information dictionary.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PNG_HEAD = 33
"""Signature and header chunk of a PNG; what describes the picture follows them."""

_PIXELS_PER_METRE = 96 / 0.0254
"""Of a picture at its plain size; at double size twice as many, so that both are placed alike."""

_NO_DAY = dt.date(2000, 1, 1)
"""Date inside a PDF whose sources print none: it must not be today."""

_ID = re.compile(r'\bid="([^"]+)"')
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PDF_DAY = re.compile(rb"/(CreationDate|ModDate) ?\(D:\d{14}([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Imprint:
    """What is written into a chart file.

    Attributes
    ----------
    title, description : str
        The message; the alternative text.
    lang : str
        ``vi`` or ``en``.
    source, place, period : str
        Who printed the figures, whom they are about, what they cover, in words; empty when unknown.
    vintage : datetime.date or None
        Date of the newest source; None when no source prints its date.
    """

    title: str
    description: str = ""
    lang: str = "vi"
    source: str = ""
    place: str = ""
    period: str = ""
    vintage: dt.date | None = None

    @classmethod
    def of_figure(cls, figure: Mapping[str, Any]) -> Imprint:
        """Return what a figure of `stats.figures` says about itself in its ``layout.meta``."""
        meta = figure.get("layout", {}).get("meta") or {}
        return cls(str(meta.get("title", "")), str(meta.get("alt", "")), str(meta.get("lang", "vi")))

    @property
    def day(self) -> str:
        """The vintage as YYYY-MM-DD, empty when unknown."""
        return self.vintage.isoformat() if self.vintage else ""


def into_svg(svg: str, imprint: Imprint, name: str) -> str:
    """Return an SVG with title, description and metadata, and with ids that no other drawing has.

    Parameters
    ----------
    svg : str
        A drawing.
    name : str
        Name of the chart; with a digest of the drawing it opens every id, so that several drawings
        can stand on one page.
    """
    digest = hashlib.sha256(f"{svg}{imprint}".encode()).hexdigest()[:8]
    scope = f"{re.sub('[^A-Za-z0-9_-]', '-', name)}-{digest}"
    svg = _scoped(svg, scope)
    lang = _said(imprint.lang)
    labelled = f"{scope}-title {scope}-desc" if imprint.description else f"{scope}-title"
    opening = f'<svg role="img" lang="{lang}" xml:lang="{lang}" aria-labelledby="{labelled}" '
    desc = f'<desc id="{scope}-desc">{_said(imprint.description)}</desc>' if imprint.description else ""
    head = f'<title id="{scope}-title">{_said(imprint.title or name)}</title>{desc}{_metadata(imprint)}'
    root, rest = svg.split(">", 1)
    return f"{root.replace('<svg ', opening, 1)}>{head}{rest}"


def into_png(png: bytes, imprint: Imprint, scale: float = 1) -> bytes:
    """Return a PNG with its description as UTF-8 text chunks, and its size in print."""
    density = round(_PIXELS_PER_METRE * scale)
    chunks = [_chunk(b"pHYs", struct.pack(">IIB", density, density, 1))]
    said = {
        "Title": imprint.title, "Description": imprint.description, "Source": imprint.source,
        "Place": imprint.place, "Period": imprint.period, "Vintage": imprint.day,
    }  # fmt: skip
    for keyword, text in said.items():
        if text:
            head = keyword.encode("latin-1") + b"\0\0\0" + imprint.lang.encode("ascii") + b"\0\0"
            chunks.append(_chunk(b"iTXt", head + _UNPRINTABLE.sub("", text).encode()))
    return png[:_PNG_HEAD] + b"".join(chunks) + png[_PNG_HEAD:]


def into_pdf(pdf: bytes, imprint: Imprint) -> bytes:
    """Return a PDF dated by its newest source instead of by the clock; its length stays the same."""
    day = (imprint.vintage or _NO_DAY).strftime("%Y%m%d").encode() + b"000000"
    return _PDF_DAY.sub(lambda m: b"/" + m[1] + b" (D:" + day + m[2] + b")", pdf)


def _scoped(svg: str, scope: str) -> str:
    known = set(_ID.findall(svg))
    svg = _ID.sub(lambda m: f'id="{scope}-{m[1]}"', svg)
    pointed = r"#([^\s\"'&()<>]+)(?=[\"')]|&quot;)"
    return re.sub(pointed, lambda m: f"#{scope}-{m[1]}" if m[1] in known else m[0], svg)


def _metadata(imprint: Imprint) -> str:
    covers = [part for part in (imprint.place, imprint.period) if part]
    entries = [
        ("title", imprint.title), ("description", imprint.description), ("source", imprint.source),
        *(("coverage", part) for part in covers), ("date", imprint.day), ("language", imprint.lang),
    ]  # fmt: skip
    said = "".join(f"<dc:{name}>{_said(text)}</dc:{name}>" for name, text in entries if text)
    return (
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<rdf:Description rdf:about="">{said}</rdf:Description></rdf:RDF></metadata>'
    )


def _said(text: str) -> str:
    return html.escape(_UNPRINTABLE.sub("", text))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
