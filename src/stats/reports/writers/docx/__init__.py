"""DOCX: a report as a Word document in the layout of Party documents, for an office to number, sign and send.

Everything is a style, a list, a field or a link of Word's own, so that a clerk can go on from it; the
document is built here and rests on no template file.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping

import docx

from stats import codes
from stats.reports.document import Document
from stats.reports.writers.docx import letterhead, styles
from stats.reports.writers.docx.blocks import Pen
from stats.reports.writers.docx.ooxml import paragraph, run, steady
from stats.reports.writers.docx.plan import arrange, is_brief
from stats.wording import Words

GENERATOR = "discipline-stats"
"""Author in the document's properties: the program, never a person."""

_NO_DAY = "1980-01-01"
"""Date in the properties of a document whose cover bears none: it must not be today."""

_LEFT_OUT = (
    "/thumbnail", "/extended-properties", "/customXml", "/stylesWithEffects", "/theme", "/webSettings", "/fontTable",
)  # fmt: skip
"""Kinds of parts in python-docx's empty document that say nothing of this one."""


def write(document: Document, *, pictures: Mapping[str, bytes]) -> bytes:
    """Return a report as a Word document.

    Parameters
    ----------
    document : Document
        The report.
    pictures : mapping
        Chart name to PNG, at twice its size. A chart that has none is replaced by its data table
        and a line that says why.

    Returns
    -------
    bytes
        The same report and pictures give the same bytes.
    """
    cover = document.cover
    words = Words(codes.load(), cover["lang"])
    made = docx.Document()
    styles.lay_out(made, words.lang, brief=is_brief(document))
    letterhead.running(made, cover.get("draft", ""))
    pen = Pen(made, arrange(document, pictures.keys(), words.text("docx.chart_data")), words, pictures)
    pen.add(*letterhead.head(words, cover))
    pen.body()
    if cover.get("foot"):
        pen.add(paragraph("Note", run(cover["foot"])))
    pen.hold()
    pen.add(*letterhead.signature(words))
    pen.annexes()
    _describe(made, cover, words.lang)
    saved = io.BytesIO()
    made.save(saved)
    return steady(saved.getvalue())


def _describe(made: docx.document.Document, cover: Mapping[str, str], lang: str) -> None:
    """Set the properties, and leave out what the empty document of python-docx carries of its own."""
    day = dt.datetime.fromisoformat(cover.get("date") or _NO_DAY)
    properties = made.core_properties
    properties.title, properties.subject = cover["title"], cover["subtitle"]
    properties.language, properties.author, properties.last_modified_by = styles.LANGUAGE[lang], GENERATOR, GENERATOR
    properties.created = properties.modified = day
    properties.comments, properties.keywords, properties.revision = "", "", 1
    for owner in (made.part.package.rels, made.part.rels):
        for key in [key for key, one in owner.items() if one.reltype.endswith(_LEFT_OUT)]:
            del owner[key]
