"""The briefing: short by rule, true to its figures, the same in both languages, honest about what it cannot say."""

from __future__ import annotations

import html
import re

import pytest

from stats import indicators
from stats.sections import briefing
from stats.sections.blocks import Section
from stats.sections.report import Report, report_on

BOOK = indicators.open_book()


def report(body: str, key: str, lang: str = "vi") -> Report:
    found = BOOK.codes.body(body)
    return report_on(BOOK, found, BOOK.codes.period(key, found.body_id), lang)


def said(section: Section) -> str:
    markup = " ".join(str(block.data.get("text/html", "")) for block in section.blocks)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", markup)).replace("\u00a0", " "))


def numbers(text: str, lang: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text.translate(str.maketrans(".,", ",.")) if lang == "vi" else text)


def test_the_half_term_of_ha_noi() -> None:
    asked = report("ha-noi", "2020-2025/half")
    assert [key.result.indicator for key in briefing.keys(asked)] == list(briefing.KEY[:5])
    text = said(briefing.key_figures(asked))
    for figure in ("2.377", "12,1%", "28", "43,8%", "3.542"):
        assert figure in text
    changes = said(briefing.changes(asked))
    assert "phân cực" in changes
    assert "Quy định 69-QĐ/TW" in changes, "a change across rules names them"
    assert "nguyên nhân của tăng hoặc giảm" in changes
    names = [chart.name for chart in briefing.pictures(asked).charts]
    assert names == ["penalty-mix", "inspection-funnel", "mix-change", "funnel-change"]


def test_charts_are_half_a_page_wide_and_cite_nothing_unshown() -> None:
    asked = report("ha-noi", "2020-2025/half")
    section = briefing.pictures(asked)
    assert {chart.spec["layout"]["width"] for chart in section.charts} == {352}
    assert asked.cited == {}
    assert set(asked.used) == set(section.rows)


@pytest.mark.parametrize("body", BOOK.bodies())
def test_every_period_of_a_body_is_short_and_alike_in_both_languages(body: str) -> None:
    for period in BOOK.periods(body):
        editions = {}
        for lang in ("vi", "en"):
            asked = report_on(BOOK, BOOK.codes.body(body), period, lang)
            sections = [make(asked) for make in (briefing.key_figures, briefing.changes, briefing.pictures)]
            assert len(briefing.keys(asked)) <= briefing.MOST_FIGURES
            assert len(sections[2].charts) <= briefing.MOST_CHARTS
            assert str(sections[1].blocks[0].data["text/html"]).count("<li>") <= briefing.MOST_SENTENCES
            figures = re.findall(r'<a class="figure"[^>]*>([^<]*)</a>', "".join(
                str(block.data.get("text/html", "")) for section in sections for block in section.blocks))  # fmt: skip
            editions[lang] = numbers(" ".join(figures), lang), [c.rows for s in sections for c in s.charts]
        assert editions["vi"] == editions["en"], (body, period.key)


def test_a_difference_between_the_editions_is_seen() -> None:
    assert numbers("1.783 (75,0%)", "vi") == numbers("1,783 (75.0%)", "en")
    assert numbers("1.783 (75,0%)", "vi") != numbers("1,783 (75.1%)", "en")
