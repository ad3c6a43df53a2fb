from __future__ import annotations

import datetime as dt

import pytest

from stats.errors import InputError
from stats.periods import Period
from stats.results import State
from stats.series import comparable_runs, restate, same_start

FORMS_2022 = dt.date(2022, 12, 29)
GEOGRAPHY = dt.date(2025, 7, 1)


def periods(*keys: str) -> list[Period]:
    return [Period.parse(key) for key in keys]


def test_a_break_between_years_starts_a_run_and_one_inside_leaves_the_year_out() -> None:
    runs = comparable_runs(periods("2021", "2022", "2023", "2024", "2025"), breaks=[dt.date(2023, 1, 1), GEOGRAPHY])
    assert runs.run.tolist() == [0, 0, 1, 1, -1]
    assert runs.reason == ("first", "same", "break", "same", "break")
    assert runs.breaks == ("2023-01-01", "2025-07-01")


def test_kinds_lengths_and_overlaps() -> None:
    runs = comparable_runs(periods("2023-Q1", "2023-6M", "2024-6M", "2024"))
    assert runs.run.tolist() == [0, -1, 1, -1]
    assert runs.reason == ("first", "overlap", "kind", "overlap")
    assert runs.caveats[0].values["keys"] == ["2023-6M", "2024"]
    windows = comparable_runs(periods("2019-01-01..2019-01-10", "2019-02-01..2019-12-31"))
    assert windows.reason == ("first", "length")


def test_order_given_is_order_returned() -> None:
    runs = comparable_runs(periods("2023", "2021", "2022"), breaks=[FORMS_2022])
    assert runs.keys == ("2023", "2021", "2022")
    assert runs.run.tolist() == [1, 0, -1]
    assert len(runs.to_frame()) == len(runs) == 3
    assert "2021" in runs._repr_html_()


def test_no_periods() -> None:
    with pytest.raises(InputError):
        comparable_runs([])


def test_same_start() -> None:
    first, second, other = periods("2023-Q1", "2023-6M", "2024-6M")
    assert same_start(first, second)
    assert not same_start(first, other)


def test_restate_adds_and_names_what_is_missing() -> None:
    new = restate(
        {"ninh_binh": 10, "nam_dinh": 20, "ha_nam": None, "x": 3},
        {"new_ninh_binh": ["ninh_binh", "nam_dinh", "ha_nam"], "new_x": ["x"], "new_y": ["y"]},
        moved_in_part={"new_x": ["z"]},
        unit="members",
    )
    merged = new["new_ninh_binh"]
    assert (merged.estimate, merged.conf_low, merged.conf_high) == (30, 30, None)
    assert merged.caveats[0].values == {"missing": ["ha_nam"], "of": 3}
    assert (new["new_x"].estimate, new["new_x"].conf_high) == (3, 3)
    assert new["new_x"].caveats[0].code == "moved_in_part"
    assert new["new_y"].state is State.MISSING
    assert merged.derived


def test_restate_refuses_double_counting() -> None:
    with pytest.raises(InputError, match="moved_in_part"):
        restate({"a": 1}, {"b": ["a"], "c": ["a"]})
    with pytest.raises(InputError):
        restate({"a": -1}, {"b": ["a"]})
