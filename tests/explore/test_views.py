"""Every combination with figures is answered, in both languages, from its parts to its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from stats import explore, indicators
from stats.explore import View, pictures
from stats.explore.sentences import rests_on_doubt
from stats.indicators import open_book
from stats.results import to_frame
from stats.wording import parse_number
from stats.wording.formats import NBSP

BOOK = open_book()
BODIES = BOOK.bodies()
ENGLISH = re.compile(
    r"\b(the|of|and|was|is|are|in|at|for|by|to|from|party|members?|organisations?|committees?|commissions?|period|"
    r"figures?|share|number|between|interval|about|more than|nearly|term|year|months?)\b", re.IGNORECASE,
)  # fmt: skip
VIETNAMESE_ONLY = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
NUMBER = re.compile(r"(?<![\w/-])\d[\d.,]*\d(?![\w/-])|(?<![\w/.,-])\d(?![\w/-])")


@cache
def views(body: str, lang: str) -> tuple[View, ...]:
    """Every view of a body that has a figure; their parts are made once for all tests."""
    asked = [(body, period.key, name) for period in BOOK.periods(body) for name in BOOK.catalogue]
    return tuple(view for choice in asked if (view := explore.look(*choice, lang=lang, book=BOOK)).found)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


@pytest.mark.parametrize("body", BODIES)
class TestEveryCombination:
    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_has_its_sentences(self, body: str, lang: str) -> None:
        own = {word for name in BODIES for word in BOOK.codes.body(name).name_en.split()}
        for view in views(body, lang):
            said = view.sentence
            assert said.endswith("."), said
            assert not re.search(r"  | [.,;:)]|\( |\.\.|\bNone\b|\bnan\b|[{}<]", plain(said)), said
            assert not said[0].islower(), said
            actors = len(dict.fromkeys(r.actor for r in view.results))
            assert said.count(". ") + 1 >= actors, said
            if lang == "vi":
                assert not ENGLISH.search(said), said
            else:
                bare = " ".join(word for word in re.findall(r"\w+", said) if word not in own)
                assert not VIETNAMESE_ONLY.search(bare), said

    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_writes_numbers_as_its_language_does(self, body: str, lang: str) -> None:
        other = "," if lang == "en" else "."
        for view in views(body, lang):
            for text in (view.sentence, *view.frame["printed"]):
                for number in NUMBER.findall(plain(text)):
                    assert isinstance(parse_number(number, lang=lang), float), text
                    if number.count(other) and len(number.split(other)[-1]) != 3:
                        raise AssertionError(text)

    def test_says_every_number_of_its_results(self, body: str) -> None:
        for view in views(body, "vi"):
            words = view.report.words
            for result in view.results:
                if result.kind == "rate" and rests_on_doubt(view.report, view.indicator, result):
                    assert view.report.text("explore.chart.doubtful") in view.sentence
                elif result and result.kind in ("count", "rate"):
                    assert words.count(result, unit=False) in view.sentence or words.value(result) in view.sentence
                elif result:
                    assert words.value(result) in view.sentence, view.sentence
                    assert words.number(result.numerator or 0) in view.sentence, view.sentence

    def test_has_table_frame_and_sources(self, body: str) -> None:
        for view in views(body, "vi"):
            assert view.table.lines
            assert "Chưa" not in view.table.caption
            assert len(view.frame) == len(view.results)
            assert list(view.frame.columns[: len(explore.view.LABELS)]) == list(explore.view.LABELS)
            cited = set(view.sources["source_id"])
            assert {s for r in view.results for s in r.sources} <= cited | {
                BOOK.by_id["observations"][row]["source_id"] for r in view.results for row in r.rows if row[0] != "M"
            }
            assert cited <= set(BOOK.by_id["sources"])
            assert {row for rows in view.sources["rows"] for row in rows.split(";")} == {
                row for r in view.results for row in r.rows
            }
            assert view.sources["publisher"].ne("").all()
            markers = set(re.findall(r'href="#src-([^"]+)"', view.table.html))
            assert markers

    def test_has_a_chart_or_says_why_not(self, body: str) -> None:
        for view in views(body, "vi"):
            assert bool(view.charts) != bool(view.chart_reason), view.choice
            wanted = {row for r in view.results for row in r.rows}
            for chart in view.charts:
                assert wanted & set(chart.rows)
                assert chart.alt
                assert chart.title
            assert len({chart.name for chart in view.charts}) == len(view.charts)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_was_not_published_is_said_with_what_exists_instead(lang: str) -> None:
    head, there = (
        ("Chưa tìm thấy số liệu công bố", "Hiện có: ")
        if lang == "vi"
        else ("No published figure was found", "There is: ")
    )
    seen = 0
    for body in BODIES[::4]:
        for period in BOOK.periods(body)[::3]:
            for name in list(BOOK.catalogue)[::9]:
                view = explore.look(body, period.key, name, lang=lang, book=BOOK)
                if view.found:
                    continue
                said = plain(view.sentence)
                assert said.startswith(head)
                assert there in said
                assert not re.search(r"  | [.,;:)]|\( |\.\.|\bNone\b|[{}<]", said), said
                assert lang == "en" or not ENGLISH.search(said), said
                assert view.chart is None
                assert view.table.lines == ()
                assert len(view.frame) == len(view.sources) == 0
                seen += 1
    assert seen > 100


class TestTheFirstQuestion:
    """Hà Nội, members disciplined by penalty, half-term 2020-2025."""

    view = explore.look("Hà Nội", "2020-2025/half", "penalty-mix-members", book=BOOK)

    def test_is_drawn_as_the_penalty_mix(self) -> None:
        chart = self.view.chart
        assert chart is not None
        assert chart.name == "penalty-mix"
        assert list(chart.table["value"]) == ["1.783", "281", "25", "288"]
        assert list(chart.table["share"]) == ["75,0%", "11,8%", "1,1%", "12,1%"]

    def test_is_said_with_its_numbers_base_and_intervals(self) -> None:
        assert plain(self.view.sentence) == (
            "Nửa đầu nhiệm kỳ 2020-2025, tại Hà Nội, cấp ủy, chi bộ và ủy ban kiểm tra các cấp (gộp chung) thi hành kỷ "
            "luật 2.377 đảng viên: khiển trách 1.783 (75,0%; 72,7%-77,2%), cảnh cáo 281 (11,8%; 10,3%-13,6%), cách "
            "chức 25 (1,1%; 0,6%-1,7%) và khai trừ 288 (12,1%; 10,5%-13,9%); trong ngoặc là tỷ lệ và khoảng tin cậy "
            "95%, xét đồng thời các hình thức."
        )

    def test_names_its_document(self) -> None:
        assert list(self.view.sources["source_id"]) == ["seed_000"]
        assert "PNTĐ" in self.view.sources.loc[0, "publisher"]


class TestStreams:
    def test_are_never_added(self) -> None:
        """National 2023: 18.130 and 6.302 stand by themselves; their sum, 24.432, stands nowhere."""
        view = explore.look("national", "2023", "disciplined-members", book=BOOK)
        assert len({r.actor for r in view.results}) > 1
        assert "18.130" in view.sentence
        assert "6.302" in view.sentence
        for text in (view.sentence, view.table.html, view._repr_html_()):
            assert "24.432" not in text

    def test_one_is_asked_for_alone(self) -> None:
        both = explore.look("national", "2023", "disciplined-members", book=BOOK)
        one = explore.look("national", "2023", "disciplined-members", "inspection_commissions", book=BOOK)
        assert [r for r in both.results if r.actor == "inspection_commissions"] == one.results
        assert one.sentence in both.sentence

    def test_a_part_is_said_to_be_one(self) -> None:
        view = explore.look("ha-noi", "2020-2025/half", "inspected-members", book=BOOK)
        assert "Trong số liệu của cấp ủy các cấp, riêng Ban Thường vụ Thành ủy: số" in view.sentence
        assert view.chart is not None
        assert view.chart.kind == "own_part"


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        (("ha-noi", "2020-2025/half", "signs-violation-share-members"), {"funnel"}),
        (("ha-noi", "2020-2025/half", "discipline-rate-members"), {"points"}),
        (("ha-noi", "2020-2025/half", "expelled-share-members"), {"mix"}),
        (("national", "2024", "disciplined-members"), {"periods"}),
        (("ha-noi", "2018-6M", "task-done-well-share"), {"points"}),
    ],
)
def test_each_kind_of_indicator_gets_its_chart(choice: tuple[str, str, str], kinds: set[str]) -> None:
    assert {chart.kind for chart in explore.look(*choice, book=BOOK).charts} == kinds


def test_what_the_wording_of_a_figure_says_is_not_said_twice() -> None:
    """`Hơn 38.519` allows nothing but itself, and `gần 100.000` all down to 1: neither range is printed."""
    for choice in (("national", "2011-01-01..2017-12-31", "struck-off-members"),
                   ("national", "2016", "unspecified-inspected-organisations")):  # fmt: skip
        assert "trong khoảng" not in explore.look(*choice, book=BOOK).sentence
    about = explore.look("national", "2012-01-01..2014-12-31", "disciplined-members", book=BOOK)
    assert "54.000 đảng viên [a] (trong khoảng 53.500-54.500)" in plain(about.sentence)


def test_the_wording_of_a_part_of_a_mix_stays_and_its_interval_is_its_own() -> None:
    """Two of four penalties, "more than 40" removed: a mix that is not whole has an interval a part, none for all."""
    partial = explore.look("dak-nong", "2018", "penalty-mix-members", lang="en", book=BOOK).sentence
    assert "removal from post more than 40 (" in plain(partial)
    assert "each by itself" in partial
    assert "for all penalties together" in explore.look(lang="en", book=BOOK).sentence


def test_a_rate_of_a_doubtful_count_is_neither_told_nor_drawn() -> None:
    view = explore.look("national", "2021-2026", "discipline-rate-members", lang="en", book=BOOK)
    sure, doubtful = view.results
    assert view.report.doubtful(view.report.first("disciplined-members", doubtful.actor))
    assert "the number of members disciplined per 1,000 members was 13.0" in view.sentence
    assert "0.04" not in view.sentence
    assert "stands in the table only" in view.sentence
    assert view.chart is not None
    assert set(sure.rows) <= set(view.chart.rows)
    assert not set(doubtful.rows) - set(sure.rows) & set(view.chart.rows)
    alone = explore.look("thanh-hoa", "2023-05", "discipline-rate-members", lang="en", book=BOOK)
    assert alone.charts == ()
    assert "doubtful" in alone.chart_reason


def test_a_count_given_inside_another_of_its_stream_is_no_stream_of_its_own() -> None:
    view = explore.look("tp-ho-chi-minh", "2018", "disciplined-members", lang="en", book=BOOK)
    assert [r.estimate for r in view.results] == [412, 409]
    assert "Within the figure of the party committees at all levels" in view.sentence


def test_a_body_that_decides_itself_is_named_once() -> None:
    view = explore.look("central-inspection-commission", "2021-2026/half", "signs-disciplined-share-members", book=BOOK)
    assert view.sentence.count("Ủy ban Kiểm tra Trung ương") == 1


def test_why_there_is_no_chart_is_told_by_the_case() -> None:
    said = {
        explore.look(body, period.key, name, book=BOOK).chart_reason
        for body in BODIES[::3] for period in BOOK.periods(body)[::2] for name in list(BOOK.catalogue)[::3]
    }  # fmt: skip
    assert {"", "Không có số liệu để vẽ biểu đồ.", "Không tính được số liệu này nên không có biểu đồ."} <= said
    assert any(text.startswith("Chỉ có một con số") for text in said)


def test_a_fault_in_a_chart_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pictures.charts, "draw", broken)
    with pytest.raises(ZeroDivisionError):
        _ = explore.look("ha-noi", "2020-2025/half", "penalty-mix-members", book=BOOK).chart


@pytest.fixture(scope="module")
def kept() -> Iterator[None]:
    """The project's data, opened once: what is copied would read them anew each time."""
    indicators.keep_open(BOOK.tables.data)
    yield
    indicators.forget()


@pytest.mark.usefixtures("kept")
class TestCode:
    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_runs_as_it_stands_and_makes_the_same(self, lang: str) -> None:
        tried = 0
        for body in BODIES[::4]:
            for view in views(body, lang)[::6]:
                made: dict[str, object] = {}
                exec(compile(view.code, "<copied>", "exec"), made)
                assert made["results"] == view.results
                assert made["frame"].equals(to_frame(view.results))  # type: ignore[attr-defined]
                again = made["view"]
                assert isinstance(again, View)
                assert (again.choice, again.sentence, again.table.html) == (view.choice, view.sentence, view.table.html)
                assert getattr(made["chart"], "spec", None) == getattr(view.chart, "spec", None)
                tried += 1
        assert tried > 20

    def test_of_one_stream_and_of_nothing_runs_too(self) -> None:
        for choice in (("national", "2023", "disciplined-members", "inspection_commissions"),
                       ("national", "2020-2025/half", "disciplined-members")):  # fmt: skip
            view, made = explore.look(*choice, book=BOOK), dict[str, object]()
            exec(compile(view.code, "<copied>", "exec"), made)
            assert made["view"].sentence == view.sentence  # type: ignore[attr-defined]
