"""The questions of the explore notebooks: right answers on the published figures, honest ones where there are none."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from stats import explore, indicators
from stats.errors import UnknownCodeError
from stats.indicators import Book, open_book
from stats.sections import questions
from stats.sections.blocks import Section
from stats.sections.coverage.report import CoverageReport, coverage_of
from stats.sections.report import Report, report_on
from stats.shares import share

LANGS = ("vi", "en")


def report(book: Book, place: str, key: str, lang: str = "vi") -> Report:
    body = book.codes.body(place)
    return report_on(book, body, book.codes.period(key, body.body_id), lang)


def said(section: Section) -> str:
    """Return the closing answer as plain text."""
    mark, data = section.blocks[-1].mark, section.blocks[-1].data
    assert mark["block"] == "answer"
    text = re.sub(r"<[^>]*>", " ", data["text/html"])
    return re.sub(r"\s+([;,.:)])", r"\1", re.sub(r"\s+", " ", html.unescape(text).replace("\u00a0", " "))).strip()


ASKED = {
    "harsher": questions.harsher,
    "deciders": questions.deciders,
    "leak": questions.leak,
    "among_bodies": questions.among_bodies,
    "rule_change": questions.rule_change,
    "briefing_chart": lambda report: questions.briefing_chart(report, "penalty-mix"),
}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("where", [("ha-noi", "2019"), ("ha-giang", "2022"), ("can-tho-2025", "2026")])
@pytest.mark.parametrize("name", ASKED)
def test_without_figures_a_sentence_says_so_and_nothing_is_drawn(
    book: Book, name: str, where: tuple[str, str], lang: str
) -> None:
    if name == "rule_change" and where == ("ha-noi", "2019"):
        where = ("ha-noi", "2004")  # a series runs up to a period, and need not have a figure of it
    asked = report(book, *where, lang)
    section = ASKED[name](asked)
    assert section.charts == ()
    text = said(section)
    assert asked.name in text or name == "among_bodies"
    assert re.match(r".*?(?:[Cc]hưa|[Kk]hông|No |Too few|There is no)", text), text


@pytest.mark.parametrize("lang", LANGS)
def test_what_exists_instead_is_named(book: Book, lang: str) -> None:
    own = said(questions.harsher(report(book, "ha-noi", "2019", lang)))
    assert {"vi": "nhiệm kỳ 2015-2020", "en": "the 2015-2020 term"}[lang] in own
    others = said(questions.leak(report(book, "nghe-an", "2016", lang)))
    assert "Hà Nội" in others
    assert "Thanh Hóa" in others


class TestHarsher:
    def test_polarised_and_not_simply_harsher(self, book: Book) -> None:
        section = questions.harsher(report(book, "ha-noi", "2020-2025/half"))
        text = said(section)
        assert [chart.kind for chart in section.charts] == ["severity_shift"]
        assert text.startswith("Cơ cấu hình thức kỷ luật phân hóa về hai đầu")
        assert "khai trừ tăng từ 8,7% lên 12,1%" in text
        assert "mức nặng nhẹ p = 0,733" in text
        assert "chỉ so sánh cơ cấu hình thức, không so sánh số lượng" in text
        assert "69-QĐ/TW (06/7/2022)" in text

    def test_like_periods_are_named_as_such(self, book: Book) -> None:
        text = said(questions.harsher(report(book, "ha-noi", "2022")))
        assert "So với" in text or "So sánh cùng loại" in text

    def test_one_whole_split_cannot_be_compared(self, book: Book) -> None:
        text = said(questions.harsher(report(book, "ha-noi", "2018", "en")))
        assert text.startswith("The penalty mix of Hà Nội, 2018, cannot be compared")


class TestDeciders:
    def test_the_streams_stand_apart_and_the_gap_is_kept(self, book: Book) -> None:
        section = questions.deciders(report(book, "national", "2023"))
        text = said(section)
        assert "423 tổ chức đảng" in text
        assert "khớp với số chung được công bố (606)" in text
        assert "18.130 đảng viên" in text
        assert "Tổng hai bên là 24.432, số chung được công bố là 24.162; chênh 270" in text
        part = share(6302, 24432)[0]
        assert f"{part.estimate:.1%}".replace(".", ",") == "25,8%"
        assert "ủy ban kiểm tra chiếm 25,8%" in text
        assert "25,8%" in section.charts[0].title

    def test_one_figure_for_both_is_never_split(self, book: Book) -> None:
        section = questions.deciders(report(book, "ha-noi", "2020-2025/half"))
        text = said(section)
        assert "gộp chung cho cả hai chủ thể: 2.377 đảng viên; không tách được" in text
        assert "%" not in text

    def test_one_stream_says_nothing_of_the_other(self, book: Book) -> None:
        text = said(questions.deciders(report(book, "national", "2021")))
        assert "Chỉ có số của một chủ thể (cấp ủy các cấp): 223 tổ chức đảng" in text
        assert "gần 20.000" in text, "the wording of an approximate total stays"

    def test_a_part_of_a_stream_does_not_stand_for_it(self, book: Book) -> None:
        section = questions.deciders(report(book, "tp-ho-chi-minh", "2018", "en"))
        assert "(party committees at all levels): 412 party members" in said(section), "409 of them are a part"

    def test_a_central_body_decides_for_itself(self, book: Book) -> None:
        text = said(questions.deciders(report(book, "central-inspection-commission", "2023", "en")))
        assert "Decided by the Central Inspection Commission: 65 party members" in text


class TestLeak:
    def test_most_leave_before_a_violation_is_found(self, book: Book) -> None:
        section = questions.leak(report(book, "ha-noi", "2020-2025/half"))
        text = said(section)
        out = share(758 - 332, 758)[0]
        bounds = "-".join(f"{x:.1%}".replace(".", ",") for x in (out.conf_low, out.conf_high))
        assert f"426 trong 758 đảng viên (56,2%, khoảng tin cậy 95%: {bounds})" in text
        assert "426 trong 758" in section.charts[0].title

    def test_instances_and_organisations_have_no_interval_and_no_largest_loss(self, book: Book) -> None:
        text = said(questions.leak(report(book, "ha-noi", "2020-2025/half", "en")))
        assert "38.5% (two units of counting, so no interval)" in text
        assert "The stages differ in unit" in text


class TestAmongBodies:
    def test_a_pair_by_its_difference(self, book: Book) -> None:
        section = questions.among_bodies(report(book, "ha-noi", "2018"))
        text = said(section)
        assert "Hà Nội: 11,6% (129/1.114)" in text
        assert "Hà Tĩnh: 6,4% (35/548)" in text
        assert "chênh 5,2 điểm phần trăm (khoảng tin cậy 95%: 2,3 đến 7,9)" in text
        assert len(section.charts) == 1

    def test_a_body_apart_is_told_why_beside_the_chart_of_the_others(self, book: Book) -> None:
        section = questions.among_bodies(report(book, "tp-ho-chi-minh", "2018"))
        text = said(section)
        assert section.charts
        assert text.count("không đưa vào so sánh") == 2, "one figure a deciding actor, never added"
        assert "(22/412)" in text
        assert "(20/409)" in text

    def test_a_body_without_a_split(self, book: Book) -> None:
        assert "Cần Thơ" in said(questions.among_bodies(report(book, "can-tho-2025", "2018")))

    def test_many_bodies_are_tested_against_the_common_level(self, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
        """No published period has three bodies: two of the figures are set into one group for the test."""
        from stats.sections.questions import bodies

        real = bodies.comparison_of

        def grouped(*asked: object) -> object:
            everyone = real(*asked)
            alike = tuple(
                replace(e, actor="committees_and_commissions") if e.body.body_id == "tp-ho-chi-minh" else e
                for e in everyone.entries
            )
            return replace(everyone, entries=alike)

        monkeypatch.setattr(bodies, "comparison_of", grouped)
        text = said(questions.among_bodies(report(book, "ha-noi", "2018")))
        assert "khác có ý nghĩa thống kê so với mức chung" in text
        assert "kiểm định chính xác sau hiệu chỉnh Holm" in text


class TestRuleChange:
    def test_what_lies_on_either_side_of_the_date(self, book: Book) -> None:
        section = questions.rule_change(report(book, "national", "2024"), "69-qd-tw-2022")
        text = said(section)
        assert len(section.charts) == 3, "one a deciding actor"
        assert "69-QĐ/TW có hiệu lực (06/7/2022), chuỗi có 1 kỳ trọn vẹn; từ ngày đó có 2 kỳ trọn vẹn" in text
        assert "1 kỳ nằm vắt qua mốc" in text
        assert "tỷ số bình quân tháng là 1,08" in text
        assert round(18130 / 16794, 2) == 1.08
        assert "chưa đủ nên không kết luận" in text
        assert "22-QĐ/TW" in text

    def test_approximate_figures_give_no_interval(self, book: Book) -> None:
        text = said(questions.rule_change(report(book, "national", "2024"), "69-qd-tw-2022"))
        assert "gần 20.000 đảng viên (năm 2021), 24.162 đảng viên (năm 2023); có số ước lượng" in text

    def test_the_last_date_is_taken_where_none_is_named(self, book: Book) -> None:
        assert "885-QĐ/UBKTTW" in said(questions.rule_change(report(book, "ha-noi", "2022", "en")))

    def test_a_rule_outside_the_series(self, book: Book) -> None:
        text = said(questions.rule_change(report(book, "ha-noi", "2022"), "212-qd-tw-2026"))
        assert "212-QĐ/TW không nằm trong thời gian của chuỗi" in text

    def test_a_series_without_a_break(self, book: Book) -> None:
        text = said(questions.rule_change(report(book, "national", "2014", "en")))
        assert "no rule, form or boundary changed inside the series" in text

    def test_a_mistyped_rule_names_the_nearest(self, book: Book) -> None:
        with pytest.raises(UnknownCodeError) as caught:
            questions.rule_change(report(book, "ha-noi", "2022"), "69-qd-tw")
        assert caught.value.nearest[0] == "69-qd-tw-2022"


@pytest.fixture(scope="module")
def everything() -> CoverageReport:
    return coverage_of(open_book(), lang="vi")


class TestPublished:
    def test_the_tally_is_that_of_the_tables(self, everything: CoverageReport) -> None:
        section = questions.all_published(everything)
        figures = f"{len(everything.figures):,}".replace(",", ".")
        assert f"Có {figures} số liệu công bố" in said(section)
        assert [chart.name for chart in section.charts] == ["coverage-years"]

    @pytest.mark.parametrize(("place", "charts"), [("Hà Nội", 1), ("can-tho-2025", 1), ("ha-giang", 0)])
    def test_of_one_body(self, everything: CoverageReport, place: str, charts: int) -> None:
        section = questions.published_of(everything, place)
        assert len(section.charts) == charts
        text = said(section)
        assert text.startswith("Có " if charts else "Chưa tìm thấy số liệu công bố nào của Hà Giang")

    def test_a_mistyped_body_names_the_nearest(self, everything: CoverageReport) -> None:
        with pytest.raises(UnknownCodeError, match="Hà Nội"):
            questions.published_of(everything, "Ha Nooi")


class TestBriefing:
    def test_a_title_of_ones_own(self, book: Book) -> None:
        asked = replace(report(book, "ha-noi", "2020-2025/half"), size="slide")
        section = questions.briefing_chart(asked, "mix", "Khiển trách nhiều nhất")
        (chart,) = section.charts
        assert chart.title == "Khiển trách nhiều nhất"
        assert (chart.spec["layout"]["width"], chart.spec["layout"]["height"]) == (1280, 720)
        assert said(section) == f"Văn bản thay thế đi cùng hình: {chart.alt}".replace("\u00a0", " ")

    def test_a_mistyped_chart_names_the_nearest(self, book: Book) -> None:
        with pytest.raises(UnknownCodeError, match="penalty-mix"):
            questions.briefing_chart(report(book, "ha-noi", "2018"), "penalty-mx")

    @pytest.mark.parametrize(
        ("names", "begins"), [((), "Không có biểu đồ nào"), (("a.png",), "Đã ghi 1 tệp vào thư mục x")]
    )
    def test_what_was_written_is_said(self, book: Book, names: tuple[str, ...], begins: str) -> None:
        section = questions.written(report(book, "ha-noi", "2018"), [Path("x") / name for name in names])
        assert said(section).startswith(begins)


def test_no_row_is_lost_on_the_way_to_the_sources(book: Book) -> None:
    asked = report(book, "ha-noi", "2018")
    section = questions.among_bodies(asked)
    assert set(section.charts[0].rows) <= set(asked.used)
    assert {s for chart in section.charts for s in chart.sources} <= set(asked.cited)


def test_a_name_that_is_markup_is_just_a_name(data_copy: Path) -> None:
    path = data_copy / "codes" / "bodies.csv"
    text = path.read_text(encoding="utf-8").replace("\nha-giang,Hà Giang,", "\nha-giang,<script>alert(1)</script>,")
    path.write_text(text, encoding="utf-8")
    planted = indicators.open_book(data_copy)
    for name, ask in ASKED.items():
        markup = ask(report(planted, "ha-giang", "2022")).blocks[-1].data["text/html"]
        assert "<script>" not in markup, name
    markup = questions.published_of(coverage_of(planted), "ha-giang").blocks[-1].data["text/html"]
    assert "&lt;script&gt;" in markup


def test_a_rule_outside_a_series_without_other_dates_says_both() -> None:
    told = said(questions.rule_change(explore.sample_report("synthetic-03", "2018-06"), "synthetic-01"))
    assert "không nằm trong thời gian của chuỗi" in told
    assert "trong chuỗi cũng không có mốc nào khác" in told
