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
    assert "phân hóa về hai đầu (nhẹ nhất và nặng nhất)" in changes
    assert "cách chức chưa thấy thay đổi có ý nghĩa thống kê (1,7% và 1,1%)" in changes
    assert "69-QĐ/TW (06/7/2022)" in text, "the note under the key figures names the rules for every period compared"
    assert "07-QĐi/TW (28/8/2018)" in text, "a rule inside the earlier term as well"
    assert "nguyên nhân của tăng hoặc giảm" in changes
    names = [chart.name for chart in briefing.pictures(asked).charts]
    assert names == ["penalty-mix", "inspection-funnel", "mix-change", "funnel-change"]


def test_an_approximate_figure_gives_a_bound_and_the_printed_change() -> None:
    asked = report("national", "2023")
    text = said(briefing.key_figures(asked)) + said(briefing.changes(asked))
    assert "tăng hơn 4.162 đảng viên (20,8%) so với năm 2021" in text
    assert "năm 2022 không có số liệu của chủ thể này" in text
    assert text.count("nguồn công bố: tăng 12% so với năm 2022") == 2
    assert "2,47" not in text, "an interval that only tells what a word allows"
    assert "18.130 + ủy ban kiểm tra 6.302 = 24.432" in text
    assert "423 + 183 = 606" in text
    (chart,) = [c for c in briefing.pictures(asked).charts if c.name == "funnel-change"]
    (line,) = chart.table.query("value == 'hơn 3.000\u00a0[a]'").to_dict("records")
    assert (line["share"], line["approx"]) == ("32,5%\u00a0[a]", "unknown")


def test_a_fall_is_explained_only_where_something_is_compared() -> None:
    asked = report("vinh-long", BOOK.periods("vinh-long")[0].key)
    assert not any(key.pair for key in briefing.keys(asked))
    assert "nguyên nhân" not in said(briefing.changes(asked))


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
