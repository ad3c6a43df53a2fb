"""Every body and period that has figures makes a report in both languages, with the same figures."""

from __future__ import annotations

import re

import pytest

from stats import indicators
from stats.sections import kinds
from stats.sections.blocks import Section
from stats.sections.report import Report, report_on

PERIOD, PROGRAMME = kinds.SECTIONS["period"], kinds.SECTIONS["programme"]
BOOK = indicators.open_book()
DAY = re.compile(r"\d+/\d+/\d{4}|\d+ [A-Z][a-z]{2} \d{4}")


def made(report: Report, functions: tuple) -> list[Section]:
    return [function(report) for function in functions]


def figures(section: Section, lang: str) -> list[str]:
    """Return the figures of a section's table cells and traced words, in one notation."""
    found = []
    for block in section.blocks:
        markup = block.data.get("text/html", "")
        for cell in re.findall(r'<a class="figure"[^>]*>([^<]*)</a>', markup):
            text = re.sub(r"<[^>]*>", "", "".join(cell))
            if DAY.fullmatch(text.replace("\u00a0", " ")):
                continue  # a day is written with a number or with a name for its month
            text = text.translate(str.maketrans(".,", ",.")) if lang == "vi" else text
            found += re.findall(r"\d+(?:[.,]\d+)*", text)
    return found


@pytest.mark.parametrize("body", BOOK.bodies())
def test_every_period_of_a_body(body: str) -> None:
    for period in BOOK.periods(body):
        editions = {lang: made(report_on(BOOK, BOOK.codes.body(body), period, lang), PERIOD) for lang in ("vi", "en")}
        for vi, en in zip(editions["vi"], editions["en"], strict=True):
            assert vi.id == en.id
            assert [b.mark["block"] for b in vi.blocks] == [b.mark["block"] for b in en.blocks], (period.key, vi.id)
            assert figures(vi, "vi") == figures(en, "en"), (period.key, vi.id)
            assert [c.rows for c in vi.charts] == [c.rows for c in en.charts]
            assert all(b.data["text/plain"].strip() for b in (*vi.blocks, *en.blocks)), (period.key, vi.id)
        shown = {row for section in editions["vi"] for row in section.rows}
        published = BOOK.at(body, period.key)["row_id"]
        assert set(published) <= shown, "a published figure is left out silently"


@pytest.mark.parametrize(
    ("body", "key"), sorted(set(zip(BOOK.tables.programme["body_id"], BOOK.tables.programme["period"], strict=True)))
)
def test_every_programme_report(body: str, key: str) -> None:
    period = BOOK.codes.period(key, body)
    editions = {lang: made(report_on(BOOK, BOOK.codes.body(body), period, lang), PROGRAMME) for lang in ("vi", "en")}
    for vi, en in zip(editions["vi"], editions["en"], strict=True):
        assert figures(vi, "vi") == figures(en, "en"), vi.id
    shown = {row for section in editions["vi"] for row in section.rows}
    facts = BOOK.tables.programme
    mine = facts[facts["body_id"].eq(body) & facts["period"].eq(key)]
    assert set(mine["row_id"]) <= shown, "a fact is left out silently"
