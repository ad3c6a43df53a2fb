"""The public description of the data: valid, complete, and the same one the reader uses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from stats import codes
from stats.periods import kind_of
from stats.tables.schema import read_schemas

DATA = codes.default_data()
OTHERS = ("indicators", "texts", "checks")
"""Files of ``data/codes`` that are catalogues of the program rather than code lists of the tables."""


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))


def test_frictionless_finds_nothing_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    import frictionless

    monkeypatch.chdir(DATA)
    report = frictionless.validate("datapackage.json")
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])
    assert len(report.tasks) > 30


def test_frictionless_would_find_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    import frictionless

    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("forms"))
    path = tmp_path / "data" / "tables" / "visits.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("inspection_team,", "inspecting_team,"), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "data")
    report = frictionless.validate("datapackage.json")
    assert sorted({e for (e,) in report.flatten(["type"])}) == ["foreign-key"]


def test_every_file_is_described(package: dict[str, Any]) -> None:
    described = {r["path"] for r in package["resources"]}
    there = {f"{p.parent.name}/{p.name}" for p in DATA.glob("*/*.csv")}
    assert described <= there
    assert {p for p in there - described if not p.removeprefix("codes/").startswith(OTHERS)} == set()


def test_it_is_a_version_two_package_with_licences_and_sources(package: dict[str, Any]) -> None:
    assert package["$schema"].endswith("/2.0/datapackage.json")
    assert [licence["name"] for licence in package["licenses"]] == ["CC-BY-4.0"]
    assert package["sources"]
    assert all(r["encoding"] == "utf-8" and r["mediatype"] == "text/csv" for r in package["resources"])


def test_every_field_has_a_type_and_a_description(package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            assert field["type"] in ("string", "integer", "number", "date"), (resource["name"], field["name"])
            assert len(field["description"]) > 3
        assert resource["description"]


def test_the_columns_are_those_of_the_files(package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        with (DATA / resource["path"]).open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines))
        assert header == [f["name"] for f in resource["schema"]["fields"]], resource["name"]


def test_every_code_column_points_at_its_list(package: dict[str, Any]) -> None:
    book = codes.load(DATA)
    for schema in read_schemas(DATA).values():
        for field in schema.fields:
            for name in filter(None, (field.codes, field.list_of)):
                assert book.order(name)
            assert not field.table or field.table in read_schemas(DATA)


def test_the_files_are_utf8_with_unix_lines_and_composed_letters() -> None:
    import unicodedata

    for path in sorted(DATA.glob("*/*.csv")):
        if path.stem.startswith(OTHERS):
            continue
        raw = path.read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in raw
        assert raw.endswith(b"\n")
        assert unicodedata.is_normalized("NFC", raw.decode("utf-8"))


def test_every_term_of_the_tables_has_its_days() -> None:
    book = codes.load(DATA)
    for path in ("inspections", "violations", "discipline", "programme"):
        with (DATA / "tables" / f"{path}.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                period = book.period(row["period"], row["body_id"])
                assert period.kind is kind_of(row["period"])
                if "period_start" in row:
                    assert period.overlaps(type(period).parse(f"{row['period_start']}..{row['period_end']}"))


FOR_RETURNS = {"zero_counted"}
"""For monthly returns that an office follows in a folder of its own; no zero among large figures was published yet."""


def test_no_code_is_defined_without_use_or_reason() -> None:
    # Flags and activities exist for rows; the other lists hold official categories that may be empty so far.
    used: dict[str, set[str]] = {"flags": set(), "activities": set(), "stages": set(), "subgroups": set()}
    columns = {"activity": "activities", "stage": "stages", "subgroup": "subgroups"}
    for path in sorted((DATA / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                used["flags"] |= set(filter(None, row.get("flags", "").split(";")))
                for column, name in columns.items():
                    used[name].add(row.get(column, ""))
    book = codes.load(DATA)
    for name, found in used.items():
        assert set(book.order(name)) - found <= FOR_RETURNS, name
