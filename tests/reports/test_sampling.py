"""The sample: a whole data folder that can be taken for nothing real, and on which the commands work."""

from __future__ import annotations

import csv
import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from stats import checks, codes, indicators, synthetic, tables
from stats.app import answers
from stats.errors import OutputError, Severity, UnknownCodeError, UsageError
from stats.explore import choices
from stats.indicators import Book
from stats.periods import Period
from stats.reports import exporting, files, sampling
from stats.reports.request import locate
from stats.sections import kinds
from stats.sections.report import report_on

CLI = Callable[..., "subprocess.CompletedProcess[str]"]
REAL = codes.load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample") / "data"
    sampling.run(target)
    return target


@pytest.fixture(scope="module")
def sample(folder: Path) -> Book:
    return indicators.open_book(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestMarks:
    def test_every_row_rests_on_the_made_up_source(self, sample: Book) -> None:
        found = sample.tables
        for name in ("inspections", "violations", "discipline", "membership"):
            frame = getattr(found, name)
            assert len(frame) > 300, name
            assert frame["source_id"].eq("SYNTHETIC").all(), name
            assert frame["note"].eq("SYNTHETIC").all(), name
        assert found.programme.empty
        assert found.visits.empty
        [source] = found.sources.to_dict("records")
        for column in ("source_id", "title", "publisher", "url", "note"):
            assert "SYNTHETIC" in str(source[column]), column
        assert source["url"].startswith("https://example.invalid/")

    def test_every_body_and_the_only_rule_are_made_up(self, sample: Book) -> None:
        bodies = [b for b in sample.codes.bodies if b.body_id != "national"]
        assert len(bodies) == 34
        for body in bodies:
            assert body.name("vi") == f"SYNTHETIC {body.body_id[-2:]} (giả lập)"
            assert body.name("en") == f"SYNTHETIC {body.body_id[-2:]} (made up)"
            assert body.level == "province"
        [rule] = sample.codes.rules
        assert (rule.instrument, rule.in_force, rule.affects) == (
            "SYNTHETIC-01", synthetic.RULE.in_force, ("discipline",),
        )  # fmt: skip
        assert "1,3" in rule.effect("vi")
        assert "1.3" in rule.effect("en")

    def test_no_real_body_or_document_is_in_it(self, folder: Path, sample: Book) -> None:
        names = {b.name_vi for b in REAL.bodies if b.level in ("province", "municipality", "region")}
        own = [folder / "tables" / f"{name}.csv" for name in ("discipline", "inspections", "membership", "sources")]
        lists = ("bodies", "curation", "offices", "programme_items", "programmes", "renderings", "reorganisation",
                 "rules", "terms")  # fmt: skip
        for path in (*own, *(folder / "codes" / f"{name}.csv" for name in lists)):
            text = path.read_text(encoding="utf-8")
            assert not [name for name in names if name in text], path.name
        assert not set(sample.tables.sources["source_id"]) & set(tables.read().sources["source_id"])

    def test_the_description_says_so(self, folder: Path) -> None:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        for key in ("title", "description"):
            assert "SYNTHETIC" in package[key]
        assert package["name"] == sampling.NAME
        assert "SYNTHETIC" in package["sources"][0]["title"]


class TestFigures:
    def test_they_are_those_of_the_generator(self, sample: Book) -> None:
        made = synthetic.series().set_index(["body_id", "period"])
        months = sample.tables.observations
        months = months[months["period"].str.len().eq(7)]
        for name, (table, described) in sampling.FIGURES.items():
            mine = months[months["table"].eq(table)]
            for column, value in described.items():
                mine = mine[mine[column].eq(value)]
            found = mine.set_index(["body_id", "period"])["count"]
            assert found.eq(made[name].reindex(found.index)).all(), name
            assert len(found) == len(made)

    def test_years_are_the_sums_of_their_months(self, sample: Book) -> None:
        frame = sample.tables.discipline
        frame = frame.assign(year=frame["period"].str[:4])
        key = ["body_id", "penalty", "year"]
        whole = frame["period"].str.len().eq(4)
        assert frame[whole].set_index(key)["count"].eq(frame[~whole].groupby(key)["count"].sum()).all()

    def test_membership_is_that_of_each_year_end(self, sample: Book) -> None:
        members = sample.tables.membership
        assert members.groupby("body_id").size().eq(10).all()
        assert set(members["date"]) == {f"{year}-12-31" for year in range(2016, 2026)}

    @pytest.mark.parametrize("key", ["2024-12", "2024"])
    def test_the_indicators_are_computed(self, sample: Book, key: str) -> None:
        for name in ("disciplined-members", "penalty-mix-members", "signs-examined-members", "signs-violation-members",
                     "signs-violation-share-members", "discipline-rate-members"):  # fmt: skip
            found = indicators.compute(sample, name, "synthetic-05", Period.parse(key))
            assert found, name
            assert all(found), name
            assert len({r.actor for r in found}) == 1, name

    def test_no_check_finds_an_error(self, sample: Book) -> None:
        found = checks.run(sample.tables, sample.codes)
        assert not found["severity"].eq(Severity.ERROR).any()


class TestReports:
    @pytest.mark.parametrize("key", ["2024-12", "2024"])
    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_the_period_report_is_made_and_says_what_it_is(self, sample: Book, key: str, lang: str) -> None:
        report = report_on(sample, sample.codes.body("synthetic-07"), Period.parse(key), lang)
        sections = [function(report) for function in kinds.SECTIONS["period"]]
        text = " ".join(block.data["text/plain"] for section in sections for block in section.blocks)
        assert "SYNTHETIC 07" in text
        assert sample.codes.text("sample.publisher", lang) in text
        charts = [chart for section in sections for chart in section.charts]
        assert charts
        assert all("SYNTHETIC" in chart.credit for chart in charts)

    def test_the_local_page_opens_on_the_newest_year_of_its_first_body(self, sample: Book) -> None:
        page = answers.answer("", "en", sample)
        assert "place=synthetic-01&period=2025" in str(page.outputs())
        assert "SYNTHETIC (made up, no publisher)" in str(page.outputs())
        # The data of the project open as they always did.
        assert choices.opening(indicators.open_book(), "en") == choices.Choice(lang="en")

    def test_it_is_exported_like_any_other_data(self, folder: Path, tmp_path: Path) -> None:
        (out,) = exporting.run(folder, formats="csv", out=tmp_path / "out")
        assert "SYNTHETIC" in (out / "tables" / "sources.csv").read_text(encoding="utf-8")


class TestWriting:
    def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(self, folder: Path) -> None:
        again, other = sampling.contents(), sampling.contents(seed=1)
        assert again == sampling.contents()
        written = {path: raw for path, raw in content(folder).items() if path.startswith("tables/")}
        assert written == {path: raw for path, raw in again.items() if path.startswith("tables/")}
        assert again["tables/discipline.csv"] != other["tables/discipline.csv"]

    def test_an_earlier_sample_is_replaced(self, tmp_path: Path) -> None:
        target = tmp_path / "data"
        sampling.run(target, seed=1)
        sampling.run(target)
        assert content(target) == sampling.contents()
        assert [p.name for p in tmp_path.iterdir()] == ["data"]

    def test_what_it_prints_can_be_typed(self, tmp_path: Path) -> None:
        target = tmp_path / "a folder"
        for lang in ("vi", "en"):
            first, *commands = sampling.run(target, lang=lang)
            assert "SYNTHETIC" in first
            asked = [shlex.split(line[line.index("discipline-stats") :]) for line in commands]
            assert [a[1] for a in asked] == ["report", "chart", "app"]
            assert {a[a.index("--data") + 1] for a in asked} == {str(target)}
            assert asked[0][asked[0].index("--place") + 1] == "synthetic-01"

    def test_a_folder_of_others_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(UsageError, match=r"letter\.txt"):
            sampling.run(tmp_path)
        assert content(tmp_path) == {"letter.txt": b"mine"}

    def test_so_is_a_sample_with_a_file_of_others(self, tmp_path: Path) -> None:
        target = tmp_path / "data"
        sampling.run(target)
        (target / "codes" / "own.csv").write_text("a\n", encoding="utf-8")
        with pytest.raises(UsageError, match=r"codes/own\.csv"):
            sampling.run(target)

    def test_so_is_a_data_folder_that_is_no_sample(self, data_copy: Path) -> None:
        before = content(data_copy)
        with pytest.raises(UsageError, match="no sample's"):
            sampling.run(data_copy)
        assert content(data_copy) == before

    def test_so_are_a_file_and_the_data_of_the_project(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        with pytest.raises(UsageError, match="is a file"):
            sampling.run(tmp_path / "file")
        with pytest.raises(UsageError, match="one another"):
            sampling.run(codes.default_data() / "sample")

    def test_an_unknown_language_is_refused_before_anything_is_written(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownCodeError):
            sampling.run(tmp_path / "data", lang="fr")
        assert not list(tmp_path.iterdir())

    def test_a_failure_half_way_leaves_the_old_one(self, tmp_path: Path) -> None:
        target = tmp_path / "data"
        sampling.run(target, seed=1)
        before, write = content(target), files.write

        def full(path: Path, raw: bytes | str) -> Path:
            if path.name == "membership.csv":
                raise OutputError("disk full", "hết dung lượng")
            return write(path, raw)

        with mock.patch.object(files, "write", full), pytest.raises(OutputError):
            sampling.run(target)
        assert content(target) == before
        assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_the_sample_for_notebooks_is_opened_once() -> None:
    book = sampling.sample_book()
    assert book is sampling.sample_book()
    assert len(book.codes.bodies) == 35


def test_the_command(cli: CLI, tmp_path: Path) -> None:
    done = cli("sample", "--out", str(tmp_path / "data"), "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("Wrote the made-up sample (SYNTHETIC)")
    assert "Drawing the made-up figures" in done.stderr
    checked = cli("check", "--data", str(tmp_path / "data"))
    assert checked.returncode == 0, checked.stdout[-500:]
    refused = cli("sample", "--out", str(tmp_path))
    assert refused.returncode == 2
    assert refused.stderr.startswith("Lỗi")


def test_asking_for_the_sample_without_its_folder_says_how() -> None:
    with pytest.raises(UsageError) as caught:
        locate(indicators.open_book(), "synthetic-07", "2025-12")
    assert "discipline-stats sample" in caught.value.vi
    assert "--data" in caught.value.en
    with pytest.raises(UnknownCodeError):
        locate(sampling.sample_book(), "synthetic-99", "2025-12")
