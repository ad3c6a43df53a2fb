"""The data package: what goes out is what was curated, typed, described, the same every time, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from stats import codes, tables
from stats.errors import DataError, OutputError, UnknownCodeError, UsageError
from stats.reports import datapackage, exporting, files
from stats.tables.schema import read_schemas

DATA = codes.default_data()
CLI = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (folder,) = exporting.run(None, out=tmp_path_factory.mktemp("export") / "package")
    return folder


@pytest.fixture(scope="module")
def package(exported: Path) -> dict[str, Any]:
    return dict(json.loads((exported / "datapackage.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def curated() -> tables.Tables:
    return tables.read(DATA)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def parquet(folder: Path, name: str) -> duckdb.DuckDBPyRelation:
    return duckdb.connect(":memory:").read_parquet(str(folder / "parquet" / f"{name}.parquet"))


def leftovers(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob(f"{files.TEMPORARY}*")]


class TestTheDescription:
    def test_frictionless_finds_nothing_wrong_with_the_csv(
        self, exported: Path, package: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import frictionless

        monkeypatch.chdir(exported)
        # Its reader of Parquet needs a package of its own: the Parquet is read back below.
        kept = {**package, "resources": [r for r in package["resources"] if r["format"] != "parquet"]}
        report = frictionless.Package.from_descriptor(kept).validate()
        assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])
        assert len(report.tasks) > 40

    def test_frictionless_takes_the_whole_description(self, package: dict[str, Any]) -> None:
        import frictionless

        assert list(frictionless.Package.metadata_validate(package)) == []

    def test_frictionless_would_find_a_changed_file(
        self, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import frictionless

        shutil.copytree(exported, tmp_path / "package")
        path = tmp_path / "package" / "tables" / "discipline.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",2377,", ",2378,"), encoding="utf-8")
        monkeypatch.chdir(tmp_path / "package")
        found = frictionless.Package("datapackage.json").get_resource("discipline").validate()
        assert "hash-count" in {e for (e,) in found.flatten(["type"])}

    def test_every_file_is_described_with_its_size_and_hash(self, exported: Path, package: dict[str, Any]) -> None:
        described = {r["path"]: (r["bytes"], r["hash"]) for r in package["resources"]}
        found = {
            name: (len(raw), f"sha256:{hashlib.sha256(raw).hexdigest()}")
            for name, raw in content(exported).items()
            if name != "datapackage.json"
        }
        assert found == described
        assert len({r["name"] for r in package["resources"]}) == len(package["resources"])

    def test_licence_sources_and_version_are_there(self, package: dict[str, Any], curated: tables.Tables) -> None:
        assert package["$schema"].endswith("/2.0/datapackage.json")
        assert [licence["name"] for licence in package["licenses"]] == ["CC-BY-4.0"]
        assert package["version"] == json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["version"]
        assert [s.get("path", "") for s in package["sources"]] == list(curated.sources["url"])

    def test_the_keys_of_each_format_point_at_the_same_format(self, package: dict[str, Any]) -> None:
        formats = {r["name"]: r["format"] for r in package["resources"]}
        for one in package["resources"]:
            for key in one.get("schema", {}).get("foreignKeys", []):
                target = key["reference"]["resource"] or one["name"]
                assert formats[target] == one["format"], (one["name"], target)

    def test_there_is_no_clock_in_it(self, package: dict[str, Any]) -> None:
        assert "created" not in package
        assert all("created" not in r and "modified" not in r for r in package["resources"])


class TestTheContent:
    def test_the_csv_files_are_those_curated(self, exported: Path) -> None:
        found = {n: raw for n, raw in content(exported).items() if n.endswith(".csv")}
        assert {name: (DATA / name).read_bytes() for name in found} == found
        assert {f"tables/{p.name}" for p in (DATA / "tables").glob("*.csv")} <= set(found)

    def test_words_of_reports_and_the_synthetic_sample_stay_out(self, exported: Path) -> None:
        assert not [n for n in content(exported) if "texts" in n or "SYNTHETIC" in n or "samples" in n]

    @pytest.mark.parametrize("name", read_schemas(DATA))
    def test_parquet_holds_what_the_csv_holds(self, name: str, exported: Path, curated: tables.Tables) -> None:
        schema = read_schemas(DATA)[name]
        frame = getattr(curated, name)
        relation = parquet(exported, f"tables/{name}")
        assert dict(zip(relation.columns, map(str, relation.types), strict=True)) == {
            f.name: datapackage.TYPES[f.kind] for f in schema.fields
        }
        rows = relation.fetchall()
        for position, field in enumerate(schema.fields):
            expected = [_plain(value, field.kind) for value in frame[field.name]]
            assert [row[position] for row in rows] == expected, field.name

    def test_missing_is_null_and_zero_is_zero(self, exported: Path, curated: tables.Tables) -> None:
        (nulls, zeros) = parquet(exported, "tables/membership").aggregate(
            "count(*) filter (members is null), count(*) filter (members = 0)"
        ).fetchall()[0]  # fmt: skip
        assert nulls == curated.membership["members"].isna().sum() > 0
        assert zeros == 0
        counts = parquet(exported, "tables/discipline").aggregate("count(*) filter (count = 0), count(count)")
        assert counts.fetchall() == [((curated.discipline["count"] == 0).sum(), len(curated.discipline))]
        assert (curated.discipline["count"] == 0).any()

    def test_code_lists_are_there_as_parquet_too(self, exported: Path) -> None:
        labels = parquet(exported, "codes/penalties").project("code, label_vi, \"order\"").fetchall()  # fmt: skip
        assert [code for code, _, _ in labels] == codes.load(DATA).order("penalties")
        assert all(isinstance(order, int) for _, _, order in labels)

    @pytest.mark.parametrize("formats", ["csv", "parquet"])
    def test_one_format_alone_is_a_whole_package(self, formats: str, tmp_path: Path) -> None:
        (folder,) = exporting.run(None, formats=formats, out=tmp_path / "package")
        found = content(folder)
        other = {"csv": ".parquet", "parquet": ".csv"}[formats]
        assert not [name for name in found if name.endswith(other)]
        described = json.loads(found["datapackage.json"])
        assert {r["path"] for r in described["resources"]} == set(found) - {"datapackage.json"}

    @pytest.mark.parametrize("formats", ["csv,parquet", "csv"])
    @pytest.mark.parametrize("readme", ["README.md", "README_vi.md"])
    def test_the_example_of_the_readme_runs_in_the_package(self, formats: str, readme: str, tmp_path: Path) -> None:
        (folder,) = exporting.run(None, formats=formats, out=tmp_path / "package")
        text = (folder / readme).read_text(encoding="utf-8")
        code = text.partition("```python\n")[2].partition("```")[0]
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert all(count in done.stdout for count in ("2377", "1783", "281", "25", "288"))

    def test_the_readmes_say_the_same_in_both_languages(self, exported: Path) -> None:
        en, vi = ((exported / name).read_text(encoding="utf-8") for name in ("README.md", "README_vi.md"))
        for mark in ("## ", "| `", "\n1. ", "\n9. ", "CC BY 4.0", "NULL", "`instances`"):
            assert en.count(mark) == vi.count(mark) > 0, mark
        assert "{" not in en + vi


def _plain(value: Any, kind: str) -> Any:
    """Return a cell of a frame as Parquet gives it back: empty or missing is None."""
    if pd.isna(value) or value == "":
        return None
    return {"string": str, "integer": int, "number": float, "date": lambda day: day.date()}[kind](value)


class TestTheSameEveryTime:
    def test_the_same_data_give_the_same_bytes(self, exported: Path, tmp_path: Path) -> None:
        again, archive = exporting.run(None, out=tmp_path / "package", zipped=True)
        assert content(again) == content(exported)
        before = archive.read_bytes()
        os.utime(again / "README.md", (0, 0))
        exporting.run(None, out=tmp_path / "package", zipped=True)
        assert archive.read_bytes() == before
        with zipfile.ZipFile(archive) as packed:
            held = {name.removeprefix("package/"): packed.read(name) for name in packed.namelist()}
        assert held == content(exported)


class TestTheDestination:
    def test_an_earlier_export_is_replaced_and_nothing_of_it_stays(self, tmp_path: Path) -> None:
        (folder,) = exporting.run(None, out=tmp_path / "package")
        exporting.run(None, formats="csv", out=folder)
        assert not (folder / "parquet").exists()
        assert leftovers(tmp_path) == []

    def test_an_empty_folder_is_taken(self, tmp_path: Path) -> None:
        (tmp_path / "package").mkdir()
        (folder,) = exporting.run(None, formats="csv", out=tmp_path / "package")
        assert (folder / "README.md").is_file()

    @pytest.mark.parametrize(
        ("name", "text", "told"),
        [
            ("notes.txt", "mine", "no earlier export"),
            ("datapackage.json", '{"name": "another", "resources": []}', "no earlier export"),
            ("datapackage.json", (DATA / "datapackage.json").read_text(encoding="utf-8"), "no earlier export"),
            ("datapackage.json", "not json", "no earlier export"),
        ],
    )
    def test_a_folder_of_something_else_is_refused(self, name: str, text: str, told: str, tmp_path: Path) -> None:
        target = tmp_path / "package"
        target.mkdir()
        (target / name).write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=told):
            exporting.run(None, out=target)
        assert content(target) == {name: text.encode()}
        assert leftovers(tmp_path) == []

    def test_a_file_somebody_put_into_an_export_is_not_thrown_away(self, tmp_path: Path) -> None:
        (folder,) = exporting.run(None, formats="csv", out=tmp_path / "package")
        (folder / "my notes.docx").write_bytes(b"x")
        with pytest.raises(UsageError, match=r"my notes\.docx"):
            exporting.run(None, out=folder)
        assert (folder / "my notes.docx").read_bytes() == b"x"

    def test_the_data_folder_itself_is_never_written(self, data_copy: Path) -> None:
        before = content(data_copy)
        for out in (data_copy, data_copy.parent, data_copy / "package", Path("/")):
            with pytest.raises(UsageError, match="in one another"):
                exporting.run(data_copy, out=out)
        assert content(data_copy) == before

    def test_a_file_and_a_foreign_zip_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "package").write_text("x")
        with pytest.raises(UsageError, match="is a file"):
            exporting.run(None, out=tmp_path / "package")
        (tmp_path / "other.zip").write_bytes(b"PK no zip")
        with pytest.raises(UsageError, match=r"other\.zip"):
            exporting.run(None, out=tmp_path / "other", zipped=True)
        assert not (tmp_path / "other").exists()

    def test_a_place_that_cannot_be_made_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(OutputError, match="file"):
            exporting.run(None, out=tmp_path / "file" / "package")

    def test_an_unknown_format_names_those_there_are(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownCodeError, match=r"csv, parquet"):
            exporting.run(None, formats="csv,xlsx", out=tmp_path / "package")
        assert list(tmp_path.iterdir()) == []


class TestBrokenData:
    def test_a_broken_table_is_not_given_out(self, data_copy: Path, tmp_path: Path) -> None:
        path = data_copy / "tables" / "discipline.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",2377,", ",2.377,"), encoding="utf-8")
        with pytest.raises(tables.TableError, match=r"2\.377"):
            exporting.run(data_copy, out=tmp_path / "package")
        assert not (tmp_path / "package").exists()

    @pytest.mark.parametrize(
        ("name", "old", "new", "told"),
        [
            ("curation", "rows", "lines", r"curation\.csv: the columns are .*describes .*rows"),
            (
                "curation",
                "membership,approx,approx,about,2",
                "membership,approx,approx,about,two",
                r"curation\.csv.*two",
            ),
        ],
    )
    def test_a_code_list_against_its_description_is_named(
        self, name: str, old: str, new: str, told: str, data_copy: Path, tmp_path: Path
    ) -> None:
        path = data_copy / "codes" / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        with pytest.raises(DataError, match=told):
            exporting.run(data_copy, out=tmp_path / "package")
        assert not (tmp_path / "package").exists()
        assert leftovers(tmp_path) == []


class TestWhateverHappens:
    @pytest.fixture
    def old(self, tmp_path: Path) -> Path:
        (folder,) = exporting.run(None, formats="csv", out=tmp_path / "place" / "package")
        return folder

    @pytest.mark.parametrize("step", ["_to_parquet", "_readme", "_documents"])
    def test_an_interrupt_while_writing_leaves_the_old_one(
        self, step: str, old: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = content(old)

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(datapackage, step, stop)
        with pytest.raises(KeyboardInterrupt):
            exporting.run(None, out=old)
        assert content(old) == before
        assert [p.name for p in old.parent.iterdir()] == ["package"]

    @pytest.mark.parametrize("at", [1, 2, 3])
    def test_an_interrupt_at_each_move_leaves_the_old_one(
        self, at: int, old: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = content(old)
        moves, move = [], Path.replace

        def stopping(self: Path, target: Path) -> Path:
            if self.is_dir():
                moves.append(target)
                if len(moves) == at:
                    raise KeyboardInterrupt
            return move(self, target)

        monkeypatch.setattr(Path, "replace", stopping)
        with pytest.raises(KeyboardInterrupt):
            exporting.run(None, out=old)
        assert content(old) == before
        assert [p.name for p in old.parent.iterdir()] == ["package"]

    def test_a_process_killed_between_the_moves_loses_nothing(self, old: Path) -> None:
        before = content(old)
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        host = files._prefix().removeprefix(files.TEMPORARY).rsplit("-", 2)[0]
        remains = old.parent / f"{files.TEMPORARY}{host}-{dead.pid}-abc"
        remains.mkdir()
        old.replace(remains / f"package{files._ASIDE}0")
        files.sweep(old.parent)
        assert content(old) == before
        assert leftovers(old.parent) == []

    def test_a_full_disk_leaves_the_old_one(self, old: Path) -> None:
        before = content(old)
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        for formats in ("csv", "parquet"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limit[1]))
            try:
                with pytest.raises(OutputError) as caught:
                    exporting.run(None, formats=formats, out=old)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limit)
            assert "unchanged" in caught.value.en
            assert content(old) == before
        signal.signal(signal.SIGXFSZ, handler)
        assert [p.name for p in old.parent.iterdir()] == ["package"]

    def test_several_at_once_leave_one_whole_package(self, old: Path) -> None:
        failed: list[BaseException] = []

        def once() -> None:
            try:
                exporting.run(None, formats="csv", out=old)
            except BaseException as error:
                failed.append(error)

        running = [threading.Thread(target=once) for _ in range(4)]
        for one in running:
            one.start()
        for one in running:
            one.join()
        assert failed == []
        described = json.loads((old / "datapackage.json").read_text(encoding="utf-8"))["resources"]
        found = {n: hashlib.sha256(raw).hexdigest() for n, raw in content(old).items() if n != "datapackage.json"}
        assert found == {r["path"]: r["hash"].removeprefix("sha256:") for r in described}
        assert leftovers(old.parent) == []


class TestTheCommand:
    def test_it_says_what_it_does_and_where_the_package_is(self, cli: CLI, tmp_path: Path) -> None:
        done = cli("export", "--out", str(tmp_path / "package"), "--zip", "--lang", "en")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [str(tmp_path / "package"), str(tmp_path / "package.zip")]
        assert "Writing" in done.stderr
        assert "Done in" in done.stderr

    def test_a_refusal_is_wrong_usage_in_both_languages(self, cli: CLI, tmp_path: Path) -> None:
        (tmp_path / "mine").write_text("x")
        done = cli("export", "--out", str(tmp_path))
        assert done.returncode == 2
        assert "Lỗi:" in done.stderr
        assert "no earlier export" in done.stderr
        assert [p.name for p in tmp_path.iterdir()] == ["mine"]
