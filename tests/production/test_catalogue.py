"""The catalogue of reports: the shipped one is whole, and every fault is told with its line and key."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import codes
from stats.indicators import Book
from stats.reports.production import catalogue, survey
from stats.reports.production.faults import CatalogueError
from stats.reports.production.jobs import Job, jobs
from stats.reports.production.survey import Holding, Survey

TODAY = dt.date(2026, 11, 22)

GOOD = """\
# A comment
[[report]]
id = "period"
kind = "period"
audience_vi = "Cơ quan"
audience_en = "Offices"
bodies = [
    "Hà Nội",
    "national",
]
period_kinds = ["year"]
least = 3
due_days = 30
folder = "period"

[[report]]
id = "briefing"
kind = "briefing"
audience_vi = "Lãnh đạo"
audience_en = "Leaders"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> catalogue.Catalogue:
    return catalogue.read(write(folder, text), codes.load())


@pytest.fixture(scope="module")
def seen(book: Book) -> Survey:
    return survey.survey(book)


@pytest.fixture(scope="module")
def shipped(seen: Survey) -> list[Job]:
    found = catalogue.read(catalogue.shipped(), codes.load())
    return jobs(found, seen, codes.load(), TODAY, out=Path("/out"))


class TestReading:
    def test_names_become_ids_and_lines_are_known(self, tmp_path: Path) -> None:
        found = read(tmp_path, GOOD)
        assert found.entry("period").bodies == ("ha-noi", "national")
        assert found.entry("briefing").bodies == "each"
        assert found.entry("briefing").languages == ("vi", "en")
        assert found.entry("briefing").formats == ("html", "ipynb")
        assert found.lines == {"period": 2, "briefing": 16}
        assert found.where("briefing").endswith("catalogue.toml:16")
        assert (found.entry("period").audience("vi"), found.entry("period").audience("en")) == ("Cơ quan", "Offices")

    @pytest.mark.parametrize(
        ("old", "new", "line", "en", "vi"),
        [
            ('kind = "period"', 'kind = "perod"', 4, "key kind: Unknown report kind 'perod'", "Không có loại báo cáo"),
            ('    "national",', '    "nationl",', 9, "Unknown body 'nationl'. Nearest:", "Toàn quốc (national)"),
            ('"year"', '"yaer"', 11, "key period_kinds: Unknown kind of period 'yaer'", "Không có loại kỳ"),
            ("least = 3", 'languages = ["vi", "fr"]', 12, "Unknown language 'fr'. Nearest: vi", "Không có ngôn ngữ"),
            ("least = 3", 'formats = ["htm"]', 12, "key formats: Unknown format 'htm'. Nearest: html", "định dạng"),
            ("least = 3", 'levels = ["provinc"]', 12, "key levels: Unknown level 'provinc'", "Không có cấp"),
            ("due_days = 30", "due_days = -1", 13, "key due_days: must be at least 0; found -1", "phải từ 0 trở lên"),
            ("due_days = 30", 'due_days = "30"', 13, "key due_days: must be a whole number; found '30'", "số nguyên"),
            ("due_days = 30", "due_day = 30", 13, "Unknown key 'due_day'. Nearest: due_days", "Không có khóa"),
            ("due_days = 30", "embargo_days = -7", 13, "key embargo_days: must be at least 0", "phải từ 0 trở lên"),
            ("due_days = 30", 'embargo = "soon"', 13, "key embargo: must be a day: 2026-01-31", "một ngày"),
            ("due_days = 30", 'periods = ["2023-Q2"]', 13, "The regime has Quarter I only", "chỉ có quý I"),
            ("due_days = 30", "expected_from = 1066", 13, "key expected_from: must be at least 1930", "từ 1930"),
            ("least = 3", "least = 0", 12, "key least: must be at least 1; found 0", "phải từ 1 trở lên"),
            ("least = 3", "formats = []", 12, "key formats: must not be empty", "không được để trống"),
            ('id = "briefing"', 'id = "period"', 17, "'period' is taken by the entry of line 2", "đã dùng ở dòng 2"),
            ('id = "briefing"', 'id = "My briefing"', 17, "small letters, digits and hyphens", "chữ thường"),
            ('audience_en = "Leaders"', "", 16, "key audience_en: is missing", "còn thiếu"),
            ('folder = "period"', 'folder = "../up"', 14, "key folder: must be a folder below the output", "nằm trong"),
            ('folder = "period"', 'folder = "/tmp"', 14, "key folder: must be a folder below the output", "nằm trong"),
            ('folder = "period"', 'folder = "manifests"', 14, "not manifests, runs or .cache", "không phải manifests"),
            ('kind = "briefing"', 'kind = "comparison"', 16, 'write bodies = "together"', 'viết bodies = "together"'),
            ('id = "briefing"', 'id = "b"\nbodies = "togther"', 18, "Nearest: each, together", "Gần nhất: each"),
            ("# A comment", "title = 1", 1, "Unknown key 'title'. Nearest: report", "Không có khóa 'title'"),
        ],
    )  # fmt: skip
    def test_a_fault_is_told_with_file_line_and_what_is_allowed(
        self, tmp_path: Path, old: str, new: str, line: int, en: str, vi: str
    ) -> None:
        assert old in GOOD
        with pytest.raises(CatalogueError) as caught:
            read(tmp_path, GOOD.replace(old, new))
        assert caught.value.exit_code == 2
        path = tmp_path / "catalogue.toml"
        assert caught.value.en.startswith(f"{path}, line {line}: ")
        assert caught.value.vi.startswith(f"{path}, dòng {line}: ")
        assert en in caught.value.en
        assert vi in caught.value.vi
        assert len(caught.value.en.splitlines()) == 1, "one fault is told once"
        assert len(caught.value.vi.splitlines()) == 1

    def test_all_faults_are_told_at_once_in_the_order_of_lines(self, tmp_path: Path) -> None:
        text = GOOD.replace('"year"', '"yaer"').replace("due_days = 30", "due_days = -1").replace("Leaders", "")
        with pytest.raises(CatalogueError) as caught:
            read(tmp_path, text)
        assert [int(one.split("line ")[1].split(":")[0]) for one in caught.value.en.splitlines()] == [11, 13, 20]

    @pytest.mark.parametrize(
        ("text", "line"),
        [('[[report]]\nid = "a"\nkind = period\n', 3), ('[[report]]\nid = "a\n', 2), ("[[report]]\nid =", 2)],
    )
    def test_a_syntax_error_names_its_line(self, tmp_path: Path, text: str, line: int) -> None:
        with pytest.raises(CatalogueError, match=f"line {line}: is no TOML"):
            read(tmp_path, text)

    @pytest.mark.parametrize("text", ["", "report = 1\n", "report = []\n", "[report]\nid = 1\n"])
    def test_an_empty_catalogue_says_what_it_needs(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(CatalogueError, match=r"\[\[report\]\]"):
            read(tmp_path, text)

    def test_a_missing_file_and_another_encoding_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(CatalogueError, match="No such file"):
            catalogue.read(tmp_path / "none.toml", codes.load())
        (tmp_path / "latin.toml").write_bytes("# Hà Nội".encode("cp1258", "replace") + b"\xff")
        with pytest.raises(CatalogueError, match="not UTF-8"):
            catalogue.read(tmp_path / "latin.toml", codes.load())

    @given(st.text(max_size=60))
    def test_any_text_is_refused_as_a_catalogue_error(
        self, tmp_path_factory: pytest.TempPathFactory, text: str
    ) -> None:
        with pytest.raises(CatalogueError):
            read(tmp_path_factory.mktemp("c"), text.replace("\ud800", ""))

    @given(st.dictionaries(
        st.sampled_from([*catalogue.Entry.model_fields, "other"]),
        st.sampled_from(["1", "-1", '"x"', '"each"', "[]", '["vi"]', "true", "1.5", "2026-01-01", "{a = 1}", "[[1]]"]),
        max_size=6,
    ))  # fmt: skip
    def test_any_keys_and_values_are_read_or_refused_with_a_line(
        self, tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str]
    ) -> None:
        text = "[[report]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
        with pytest.raises(CatalogueError, match=r"line [1-8]: "):
            read(tmp_path_factory.mktemp("c"), text)


class TestShipped:
    def test_every_body_period_with_enough_figures_in_both_languages(self, shipped: list[Job], seen: Survey) -> None:
        made = {(j.request.parameters.place, j.request.parameters.period, j.request.parameters.lang)
                for j in shipped if j.request.kind == "period" and not j.lacks}  # fmt: skip
        enough = {(h.body, h.period, lang) for h in seen.holdings if h.body and h.figures >= 3 for lang in ("vi", "en")}
        assert made == enough
        assert len(made) > 100

    def test_every_kind_and_both_languages_alike(self, shipped: list[Job]) -> None:
        counts = Counter((job.request.kind, job.request.parameters.lang) for job in shipped)
        assert {kind for kind, _ in counts} == {"period", "briefing", "programme", "comparison", "coverage"}
        assert all(counts[kind, "vi"] == counts[kind, "en"] for kind, _ in counts)

    def test_each_can_be_asked_for_on_the_command_line_too(self, shipped: list[Job], book: Book) -> None:
        from stats.reports.request import request

        for job in shipped:
            if not job.lacks:
                asked = job.request
                made = request(book, asked.kind, place=asked.parameters.place or None,
                               period=asked.parameters.period or None, lang=",".join(asked.languages),
                               assets="shared", out=asked.out)  # fmt: skip
                assert asked in made, job.key

    def test_keys_are_unique_and_name_the_files(self, shipped: list[Job]) -> None:
        assert len({job.key for job in shipped}) == len(shipped)
        assert all(job.key == job.request.name for job in shipped)


def holding(body: str, period: str, end: str, figures: int, kind: str = "year") -> Holding:
    return Holding(body, period, kind, end, figures, 0, 0, period, period)


SMALL = Survey(
    (holding("ha-noi", "2023", "2023-12-31", 5), holding("ha-noi", "2024", "2024-12-31", 1),
     holding("can-tho", "2023", "2023-12-31", 2), holding("can-tho", "2023-6M", "2023-06-30", 4, "six_months")),
    dt.date(2024, 2, 1), ("can-tho", "ha-noi"), {}, {},
)  # fmt: skip

ENTRY = '[[report]]\nid = "{id}"\nkind = "{kind}"\naudience_vi = "A"\naudience_en = "A"\nlanguages = ["vi"]\n{more}\n'


def asked(folder: Path, *entries: str, today: dt.date = TODAY) -> list[Job]:
    return jobs(read(folder, "".join(entries)), SMALL, codes.load(), today, out=Path("/out"))


def entry(id_: str, kind: str = "period", more: str = "") -> str:
    return ENTRY.format(id=id_, kind=kind, more=more)


class TestJobs:
    def test_each_body_with_enough(self, tmp_path: Path) -> None:
        found = asked(tmp_path, entry("a", more="least = 2\ndue_days = 10\nembargo_days = 3"))
        told = [(j.request.parameters.place, j.request.parameters.period) for j in found]
        assert sorted(told) == [("can-tho", "2023"), ("can-tho", "2023-6M"), ("ha-noi", "2023")]
        one = next(j for j in found if j.request.parameters.period == "2023-6M")
        assert (one.closes, one.due, one.embargo) == (dt.date(2023, 6, 30), dt.date(2023, 7, 10), dt.date(2023, 7, 3))

    def test_periods_named_are_answered_for(self, tmp_path: Path) -> None:
        found = asked(
            tmp_path, entry("a", more='bodies = ["ha-noi"]\nperiods = ["2024", "2025", "2010-2015"]\nleast = 2')
        )
        assert [(j.request.parameters.period, j.lacks) for j in found] == [
            ("2024", "few_figures"), ("2025", "no_figures"), ("2010-2015", "no_dates"),
        ]  # fmt: skip

    def test_a_body_named_without_figures_is_blocked_not_left_out(self, tmp_path: Path) -> None:
        (one,) = asked(tmp_path, entry("a", more='bodies = ["An Giang"]'))
        assert (one.lacks, one.due) == ("no_figures", None)

    def test_periods_expected_run_to_the_one_that_has_begun(self, tmp_path: Path) -> None:
        more = (
            'bodies = ["ha-noi"]\nexpected_from = 2025\n'
            'period_kinds = ["year", "six_months", "nine_months", "month", "quarter"]'
        )
        found = asked(tmp_path, entry("a", more=more), today=dt.date(2025, 2, 3))
        waited = [j.request.parameters.period for j in found if j.lacks]
        assert sorted(waited) == sorted(["2025-01", "2025-02", "2025-Q1", "2025-6M", "2025-9M", "2025"])

    def test_the_entry_that_names_its_bodies_wins_then_the_one_by_level(self, tmp_path: Path) -> None:
        found = asked(
            tmp_path, entry("each"), entry("level", more='levels = ["municipality"]'),
            entry("named", more='bodies = ["ha-noi"]'),
        )  # fmt: skip
        assert {j.request.parameters.place: j.entry for j in found}["ha-noi"] == "named"
        assert len({j.key for j in found}) == len(found)

    def test_two_entries_of_one_rank_for_one_report_are_an_error_that_names_both(self, tmp_path: Path) -> None:
        with pytest.raises(CatalogueError, match=r"catalogue.toml:1 and .*catalogue.toml:8: .*'a' and 'b'"):
            asked(tmp_path, entry("a"), entry("b"))

    def test_coverage_is_due_by_the_newest_document(self, tmp_path: Path) -> None:
        (one,) = asked(tmp_path, entry("a", "coverage", 'bodies = "together"\ndue_days = 5'))
        assert (one.key, one.due) == ("coverage_all_all_vi", dt.date(2024, 2, 6))

    @given(today=st.dates(dt.date(2023, 1, 1), dt.date(2027, 1, 1)), days=st.integers(0, 400))
    def test_due_days_never_come_before_the_close(
        self, tmp_path_factory: pytest.TempPathFactory, today: dt.date, days: int
    ) -> None:
        folder = tmp_path_factory.mktemp("c")
        for job in asked(folder, entry("a", more=f"due_days = {days}"), today=today):
            assert job.closes is not None
            assert job.due == job.closes + dt.timedelta(days)
