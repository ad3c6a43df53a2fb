"""Head, signature block, page number and draft mark of a Party document.

The layout is that of Guidance 36-HD/VPTW of 3 April 2018: bodies left with a star below, the Party's name right
with a rule of its own length, place and date in italics; kind of document and abstract centred; who signs
at the lower right, who receives it at the lower left. Number, recipients and the name are left to the clerk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from stats.reports.writers.docx import ooxml, styles
from stats.reports.writers.docx.ooxml import field, paragraph, run
from stats.wording import Words

_HEAD, _FOOT = (styles.twips(78), styles.twips(82)), (styles.twips(80), styles.twips(80))
"""Widths of the two columns at the head and at the end: each body and the Party's name stand on one line."""


def head(words: Words, cover: Mapping[str, Any]) -> list[Any]:
    """Return everything above the first section.

    Parameters
    ----------
    words : Words
        The labels.
    cover : mapping
        Mark of the cover: title, subtitle, date, draft, and `office` (see `stats.sections.office`); what it
        has not is a line of dots to fill in.
    """
    office, blank, short = cover.get("office") or {}, words.text("docx.blank"), words.text("docx.blank.short")
    day = dt.date.fromisoformat(cover["date"]) if cover.get("date") else None
    date = words.date(day) if day else words.text("docx.no_date")
    place_date = words.text("docx.place_date", place=office.get("place") or short, date=date)
    left = [
        paragraph("Superior", run(office.get("superior") or blank)),
        paragraph("Issuer", run(office.get("issuer") or blank)),
        paragraph("OfficeLine", run("*")),
        paragraph("OfficeLine", run(words.text("docx.number", symbol=office.get("symbol") or short))),
    ]
    if cover.get("draft"):
        left.append(paragraph("Draft", run(cover["draft"])))
    # The rule is a paragraph of its own: as long as the words in Times New Roman, whatever font stands in for it.
    edition = "" if words.lang == "vi" else "English"
    party = [paragraph(f"Party{edition}", run(words.text("docx.party"))), paragraph(f"PartyRule{edition}")]
    opening = [
        ooxml.columns(_HEAD, left, [*party, paragraph("PlaceDate", run(place_date))]),
        paragraph("Title", run(words.text("docx.kind"))),
        paragraph("Subtitle", run(cover["title"])),
        paragraph("Subtitle", run(cover["subtitle"])),
        paragraph("Abstract", run("-----")),
    ]
    return [*opening, paragraph("Dateline", run(cover["dateline"]))] if cover.get("dateline") else opening


def signature(words: Words) -> list[Any]:
    """Return who receives the document and who signs it; the name is an empty line."""
    blank = words.text("docx.blank")
    receive = [
        words.text(key, blank=blank) for key in ("docx.recipient.report", "docx.recipient.use", "docx.recipient.file")
    ]
    left = [paragraph("Recipients", run(words.text("docx.recipients")))]
    left += [paragraph("Recipient", run(line)) for line in receive]
    right = [
        paragraph("Authority", run(words.text("docx.authority"))),
        paragraph("Post", run(words.text("docx.post"))),
        paragraph("Signatory"),
    ]
    return [ooxml.columns(_FOOT, left, right), paragraph("TableEnd")]


def running(document: Any, draft: str) -> None:
    """Print page numbers above, from the second page, and on every page that it is a draft, where it is."""
    first = document.sections[0]
    first.different_first_page_header_footer = True
    _only(first.header, paragraph("Header", *field("PAGE", "2")))
    _only(first.first_page_header, paragraph("Header"))
    for foot in (first.footer, first.first_page_footer):
        _only(foot, paragraph("Footer", run(draft)))


def _only(part: Any, content: Any) -> None:
    part.is_linked_to_previous = False
    root = part._element
    for child in list(root):
        root.remove(child)
    root.append(content)
