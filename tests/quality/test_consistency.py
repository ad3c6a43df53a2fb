from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.quality.bases import common_base, feasible_bases, feasible_counts
from stats.quality.changes import check_changes
from stats.quality.consistency import check_parts, check_percentages, half_unit, implied_half_unit

counts = st.lists(st.integers(0, 5000), min_size=2, max_size=7).filter(lambda c: sum(c) > 0)


def test_half_units() -> None:
    assert half_unit(0) == 0.5
    assert half_unit(1, unit=10_000) == 500
    assert implied_half_unit([33_000, 1_314, 0, 240_000, None, 10]).tolist()[:4] == [500, 0, 0, 5000]
    assert implied_half_unit([10])[0] == 5


def test_parts_and_totals() -> None:
    check = check_parts([[1, 2, 3], [1, 2, 4], [1, None, 3]], [6, 6, 6])
    assert check.consistent.tolist() == [True, False, False]
    assert check.known.tolist() == [True, True, False]
    assert check.gap[1] == -1
    assert check.to_frame()["conf_low"][1] == -1
    assert len(check) == 3
    assert "consistent" in check._repr_html_()


def test_rounded_parts_may_miss_by_what_rounding_hides() -> None:
    assert check_parts([0.4, 0.4, 0.4], 1.3, parts_half_unit=0.05, total_half_unit=0.05).consistent[0]
    assert not check_parts([0.4, 0.4, 0.4], 1.5, parts_half_unit=0.05, total_half_unit=0.05).consistent[0]


def test_overlapping_parts_may_exceed_their_total() -> None:
    assert check_parts([40, 35], 62, disjoint=False).consistent[0]
    assert not check_parts([20, 35], 62, disjoint=False).consistent[0]


@settings(max_examples=60, deadline=None)
@given(counts, st.sampled_from([0.05, 0.5, 50.0]))
def test_rounding_never_makes_a_true_sum_inconsistent(parts: list[int], half: float) -> None:
    step = 2 * half
    printed, total = np.round(np.array(parts) / step) * step, np.round(sum(parts) / step) * step
    assert check_parts(printed, total, parts_half_unit=half, total_half_unit=half).consistent[0]


@settings(max_examples=60, deadline=None)
@given(counts, st.integers(0, 2))
def test_rounded_and_truncated_columns_are_recognised(parts: list[int], decimals: int) -> None:
    total = sum(parts)
    exact = 100 * np.array(parts) / total
    rounded = np.floor(exact * 10**decimals + 0.5) / 10**decimals
    assert check_percentages(parts, total, rounded, decimals=decimals).column == "rounded"
    cut = np.floor(exact * 10**decimals + 1e-9) / 10**decimals
    assert check_percentages(parts, total, cut, decimals=decimals, exhaustive=False).column in ("rounded", "truncated")


def test_verdicts_by_hand() -> None:
    forced = check_percentages([1, 1, 1], 3, [33.3, 33.3, 33.4])
    assert (forced.column, forced.flagged, forced.verdict.tolist()) == (
        "forced",
        (2,),
        ["rounded", "rounded", "forced"],
    )
    wrong = check_percentages([1, 1, 1], 3, [33.3, 33.3, 35.0])
    assert (wrong.column, wrong.flagged) == ("wrong", (2,))
    cut = check_percentages([2, 1], 3, [66.6, 33.3])
    assert (cut.column, cut.verdict.tolist()) == ("truncated", ["truncated", "rounded"])
    other_base = check_percentages([15], 62, [20.2], exhaustive=False)
    assert other_base.column == "wrong"
    assert forced.to_frame()["estimate"][0] == pytest.approx(100 / 3)
    assert forced.printed_sum == pytest.approx(100)
    assert len(forced) == 3
    assert "forced" in forced._repr_html_()


def test_a_column_that_rounding_alone_brings_to_100_is_not_forced() -> None:
    check = check_percentages([50, 50], 100, [49.9, 50.1])
    assert check.column == "wrong"


def test_cells_that_cannot_be_checked() -> None:
    check = check_percentages([1, None], 2, [50, 50])
    assert check.verdict.tolist() == ["rounded", "unknown"]
    assert check.caveats[0].values["rows"] == (1,)
    assert check_percentages([0, 0], 0, [0, 0]).column == "unknown"
    assert check_percentages([1, 2], 3, [33.333, 66.667]).decimals == 3


def test_changes() -> None:
    got = check_changes(
        [118, 118, 118, 90, 118, 0, 5, 90],
        [100, 100, 100, 100, 100, 10, 0, 110],
        [18, 15.3, 118, -10, 25, -100, 5, -18.1],
    )
    assert got["verdict"].tolist() == [
        "rounded", "other_base", "ratio", "rounded", "wrong", "rounded", "unknown", "truncated",
    ]  # fmt: skip
    rough = check_changes(118, 100, 17.0, current_half_unit=5, previous_half_unit=5)
    assert rough["verdict"][0] == "rounded"
    assert rough["low"][0] < 17 < rough["high"][0]
    with pytest.raises(InputError):
        check_changes([1, 2], [1, 2, 3], 5)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 2))
def test_true_changes_are_rounded(current: int, previous: int, decimals: int) -> None:
    printed = round(100 * (current / previous - 1), decimals)
    assert check_changes(current, previous, printed, decimals=decimals)["verdict"][0] == "rounded"


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 400), st.floats(0, 1), st.integers(0, 2))
def test_feasible_counts_hold_the_true_one(base: int, part: float, decimals: int) -> None:
    count = round(base * part)
    exact = 100 * count / base
    for convention, printed in (
        ("rounded", np.floor(exact * 10**decimals + 0.5) / 10**decimals),
        ("truncated", np.floor(exact * 10**decimals + 1e-9) / 10**decimals),
    ):
        row = feasible_counts(printed, base, decimals=decimals, convention=convention).iloc[0]
        assert row["feasible"]
        assert row["count_low"] <= count <= row["count_high"]
        if count:
            bases = feasible_bases(count, printed, decimals=decimals, convention=convention).iloc[0]
            assert bases["base_low"] <= base <= bases["base_high"]


def test_feasible_by_enumeration() -> None:
    for base in (7, 62, 133):
        for printed in range(101):
            hits = [c for c in range(base + 1) if abs(100 * c / base - printed) <= 0.5 + 1e-9]
            row = feasible_counts(printed, base, decimals=0).iloc[0]
            assert row["feasible"] == bool(hits)
            if hits:
                assert (row["count_low"], row["count_high"]) == (hits[0], hits[-1])


def test_bases() -> None:
    assert common_base([28, 21, 12], [45, 34, 19], decimals=0) == (62, 62)
    assert common_base([28, 21], [45, 90], decimals=0) is None
    assert feasible_bases(5, 0, decimals=0)["base_high"][0] == np.inf
    assert not feasible_bases(0, 10, decimals=0)["feasible"][0]
    with pytest.raises(InputError, match="100%"):
        feasible_counts(101, 5, decimals=0)
    with pytest.raises(InputError, match="whole"):
        feasible_counts(50, 5.5, decimals=0)


def test_bad_input() -> None:
    with pytest.raises(InputError):
        check_parts([[1, 2]], [1, 2, 3])
    with pytest.raises(InputError):
        check_parts([], 5)
    with pytest.raises(InputError):
        check_percentages([1, 2], 3, [1, 2, 3])
    with pytest.raises(InputError):
        check_percentages([1, "2"], 3, [1, 2])


def test_hundred_thousand_rows() -> None:
    parts = np.ones((100_000, 4))
    assert check_parts(parts, np.full(100_000, 4)).consistent.all()
    assert check_changes(np.full(100_000, 118), 100, 18)["verdict"].eq("rounded").all()
    assert feasible_counts(np.full(100_000, 50), 10, decimals=0)["feasible"].all()
