"""Declared corrections: a derived view, marked, guarded, and never written back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from stats import tables
from stats.errors import DataError
from stats.tables import KEY, TableError, Tables, corrections
from stats.tables.corrections import Correction, StaleCorrectionError

ENTRY = {
    "table": "discipline",
    "row_id": "D0125",
    "column": "count",
    "from": "1783",
    "to": "1784",
    "who": "Báo Ví Dụ",
    "source_id": "seed_000",
    "reason_vi": "Nhập nhầm một chữ số.",
    "reason_en": "One digit was mistyped.",
}


def declare(folder: Path, *changes: dict[str, str | None]) -> None:
    """Write a file of corrections, each the planted one with changes; None takes a field out."""
    lines = []
    for change in changes:
        entry = {name: value for name, value in {**ENTRY, **change}.items() if value is not None}
        lines += ["[[correction]]", *(f'{name} = "{value}"' for name, value in entry.items()), ""]
    (folder / "corrections.toml").write_text("\n".join(lines), encoding="utf-8")


def test_the_project_ships_no_correction(curated: Tables) -> None:
    assert corrections.read(curated.data) == ()
    view = tables.read(corrected=True)
    for name in ("inspections", "violations", "discipline", "membership", "programme", "visits", "sources"):
        frame = getattr(view, name)
        assert set(frame["corrected"]) <= {""}
        assert frame.drop(columns="corrected").equals(getattr(curated, name))


def test_a_correction_is_a_view_that_says_so_and_leaves_the_file_alone(folder: Path) -> None:
    declare(folder, {}, {"column": "approx", "from": "exact", "to": "over"})
    before = hashlib.sha256((folder / "tables" / "discipline.csv").read_bytes()).hexdigest()
    plain, view = tables.read(folder), tables.read(folder, corrected=True)
    old, new = (t.discipline.set_index("row_id").loc["D0125"] for t in (plain, view))
    assert (old["count"], old["approx"]) == (1783, "exact")
    assert (new["count"], new["approx"], new["corrected"]) == (
        1784,
        "over",
        "count: 1783 -> 1784; approx: exact -> over",
    )
    assert view.discipline.drop(columns="corrected").dtypes.equals(plain.discipline.dtypes)
    assert (view.discipline["corrected"] != "").sum() == 1
    assert view.observations.set_index("row_id").loc["D0125", "corrected"] == new["corrected"]
    assert "corrected" not in plain.discipline.columns
    assert hashlib.sha256((folder / "tables" / "discipline.csv").read_bytes()).hexdigest() == before


def test_a_corrected_view_is_never_written(folder: Path) -> None:
    declare(folder, {})
    view = tables.read(folder, corrected=True)
    with pytest.raises(DataError, match="hold corrections"):
        tables.write(folder, "discipline", view.discipline)
    tables.write(folder, "inspections", view.inspections)


def test_a_row_is_named_by_its_key_where_only_one_source_tells_it(folder: Path, curated: Tables) -> None:
    row = curated.observations.set_index("row_id").loc["D0125"]
    key = "|".join(row[c] for c in KEY).rstrip("|")
    declare(folder, {"row_id": None, "key": key})
    assert tables.read(folder, corrected=True).discipline.set_index("row_id").loc["D0125", "count"] == 1784


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"from": "1782"}, r"D0125, count: the table holds '1783', not '1782'; when the source has been fixed"),
        ({"row_id": "D9999"}, r"'D9999' is 0 rows, not one"),
        ({"row_id": None, "key": "ha-noi"}, r"'ha-noi' is 0 rows"),
        ({"source_id": "seed_999"}, r"'seed_999' is not in sources\.csv"),
        ({"column": "cuont"}, r"there is no discipline\.cuont"),
        ({"table": "disciplin"}, r"there is no disciplin\.count"),
    ],
)
def test_a_correction_that_no_longer_holds_fails_loudly(folder: Path, change: dict[str, str | None], says: str) -> None:
    declare(folder, {"row_id": "D0126", "from": "281", "to": "282"}, change)
    with pytest.raises(StaleCorrectionError, match=says) as caught:
        tables.read(folder, corrected=True)
    assert "correction 2" in caught.value.en
    assert "mục 2" in caught.value.vi
    assert tables.read(folder).discipline.shape[0] > 0


def test_a_fixed_source_makes_the_correction_stale(folder: Path) -> None:
    declare(folder, {})
    path = folder / "tables" / "discipline.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("members,1783,", "members,1784,"), encoding="utf-8")
    with pytest.raises(StaleCorrectionError, match="holds '1784', not '1783'"):
        tables.read(folder, corrected=True)


def test_a_key_that_several_sources_tell_is_refused(folder: Path, curated: Tables) -> None:
    told = curated.discipline.assign(violation="").groupby(list(KEY), sort=False)["row_id"].agg(tuple)
    key, ids = next((key, ids) for key, ids in told.items() if len(ids) > 1)
    declare(folder, {"row_id": None, "key": "|".join(key).rstrip("|")})
    with pytest.raises(StaleCorrectionError, match=f"is {len(ids)} rows, not one \\({', '.join(ids)}\\)"):
        tables.read(folder, corrected=True)


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"who": "ông A"}, "who", "reads as a person or a post"),
        ({"reason_vi": "theo đồng chí Chủ nhiệm"}, "reason_vi", "reads as a person"),
        ({"who": None}, "who", "is needed"),
        ({"reason_en": " "}, "reason_en", "is needed"),
        ({"row_id": None}, "row_id", "one of the two"),
        ({"key": "ha-noi"}, "row_id", "one of the two"),
        ({"column": "row_id"}, "column", "never corrected"),
        ({"becuase": "x"}, "becuase", "no such field"),
    ],
)
def test_an_entry_that_is_not_whole_is_refused(
    folder: Path, change: dict[str, str | None], field: str, says: str
) -> None:
    declare(folder, change)
    with pytest.raises(TableError, match=says) as caught:
        corrections.read(folder)
    assert [(p.file, p.column) for p in caught.value.problems] == [("corrections.toml", field)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"to": "1.784"}, "write 1784"),
        ({"to": "-1"}, "at least 0"),
        ({"column": "penalty", "from": "reprimand", "to": "dissolution"}, "cannot be given to the subject"),
        ({"column": "period_end", "from": "2023-03-31", "to": "2019-01-01"}, "before period_start"),
        ({"column": "penalty", "from": "reprimand", "to": "warning"}, "repeats the whole key"),
    ],
)
def test_a_corrected_row_is_held_to_the_schema(folder: Path, change: dict[str, str | None], says: str) -> None:
    declare(folder, change)
    with pytest.raises(TableError, match=says) as caught:
        tables.read(folder, corrected=True)
    assert caught.value.problems[0].file == "corrections.toml, tables/discipline.csv"


def test_a_file_that_is_no_toml_is_said(folder: Path) -> None:
    (folder / "corrections.toml").write_text("[[correction]", encoding="utf-8")
    with pytest.raises(DataError, match="no TOML"):
        corrections.read(folder)
    (folder / "corrections.toml").unlink()
    assert corrections.read(folder) == ()


def test_days_and_numbers_that_may_be_missing_are_corrected_too(folder: Path, curated: Tables) -> None:
    row = curated.membership[curated.membership["organisations"].isna()].iloc[0]
    printed = curated.discipline[curated.discipline["share_pct_published"].notna()].iloc[0]
    share = f"{printed['share_pct_published']:g}"
    declare(
        folder,
        {"table": "membership", "row_id": row["row_id"], "column": "members", "from": str(row["members"]), "to": "7"},
        {"row_id": printed["row_id"], "column": "share_pct_published", "from": share, "to": ""},
    )
    view = tables.read(folder, corrected=True)
    assert view.membership.set_index("row_id").loc[row["row_id"], "members"] == 7
    assert pd.isna(view.discipline.set_index("row_id").loc[printed["row_id"], "share_pct_published"])


def test_a_correction_is_one_record() -> None:
    made = Correction(1, "discipline", "D0125", "", "count", "1783", "1784", "Báo", "seed_000", "vi", "en")
    assert (made.before, made.after) == ("1783", "1784")
