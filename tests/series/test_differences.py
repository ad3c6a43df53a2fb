from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.series import increments, remainder


def test_two_years_of_a_body() -> None:
    got = increments([16, 41, 58, 73, 36, 54, 87], group=[2024] * 4 + [2023] * 3, keys=list("abcdefg"), unit="cases")
    assert got.estimate.tolist() == [16, 25, 17, 15, 36, 18, 33]
    assert got.since.tolist() == [-1, 0, 1, 2, -1, 4, 5]
    assert got.monotone
    frame = got.to_frame()
    assert frame["since"].tolist() == ["", "a", "b", "c", "", "e", "f"]
    assert (frame["unit"] == "cases").all()
    assert "cumulative_difference" in got._repr_html_()


def test_rounding_interval_by_hand() -> None:
    got = increments([9.3, 24.0, 60.4], half_unit=0.05)
    np.testing.assert_allclose(got.conf_low, [9.25, 14.6, 36.3])
    np.testing.assert_allclose(got.conf_high, [9.35, 14.8, 36.5])


def test_falls_are_flagged_only_beyond_rounding() -> None:
    got = increments([100, 98], half_unit=[1.5, 1.5])
    assert got.monotone
    assert got.conf_high[1] == 1
    got = increments([100, 96], half_unit=[1.5, 1.5])
    assert got.falls.tolist() == [False, True]
    assert got.estimate[1] == -4  # kept, not set to zero
    assert got.caveats[0].code == "cumulative_fall"


def test_empty_cells_are_passed_over() -> None:
    got = increments([None, 10, None, 30], group=["a"] * 4)
    assert got.state.tolist() == ["missing", "value", "missing", "value"]
    assert got.estimate[3] == 20
    assert got.since.tolist() == [-1, -1, -1, 1]


def test_no_difference_across_a_definition() -> None:
    got = increments([36, 54, 87], definition=["central", "central", "provincial"])
    assert got.state.tolist() == ["value", "value", "refused"]
    assert got.breaks.tolist() == [False, False, True]
    assert got.caveats[0].code == "definition_break"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_increments_add_up_again(steps: list[int]) -> None:
    got = increments(np.cumsum(steps))
    assert got.estimate.tolist() == steps
    assert got.monotone


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=10), st.sampled_from([0.05, 0.5, 50.0]))
def test_true_differences_lie_in_the_interval(values: list[float], half: float) -> None:
    cumulative = np.cumsum(values)
    printed = np.round(cumulative / (2 * half)) * 2 * half
    got = increments(printed, half_unit=half)
    truth = np.diff(cumulative, prepend=0)
    assert (got.conf_low <= truth + 1e-6).all()
    assert (got.conf_high >= truth - 1e-6).all()
    assert got.monotone


def test_groups_may_be_mixed_up() -> None:
    got = increments([5, 50, 8, 70], group=["a", "b", "a", "b"])
    assert got.estimate.tolist() == [5, 50, 3, 20]


def test_hundred_thousand_rows() -> None:
    rows = np.tile(np.arange(1, 5), 25_000)
    got = increments(rows, group=np.repeat(np.arange(25_000), 4))
    assert (got.estimate == 1).all()


def test_remainder() -> None:
    assert remainder(90, 0, part=47).estimate == 43
    row = remainder(24.0, 9.3, half_unit=0.05)
    assert (row.conf_low, row.conf_high) == pytest.approx((14.6, 14.8))
    assert remainder(5, 9).caveats[0].code == "cumulative_fall"


def test_bad_input() -> None:
    for bad in ({"keys": ["a"]}, {"definition": ["a"]}, {"group": ["a"]}):
        with pytest.raises(InputError):
            increments([1, 2], **bad)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        increments([])
    with pytest.raises(InputError):
        increments([1, 2], half_unit=-1)
