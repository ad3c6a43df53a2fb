from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stats import guards
from stats.comparisons.two_rates import rate_ratio
from stats.errors import InputError, UnknownCodeError


def test_numbers_reads_what_frames_hold() -> None:
    assert guards.numbers(3, "count").tolist() == [3.0]
    np.testing.assert_array_equal(guards.numbers(pd.array([1, None], dtype="Int64"), "count"), [1.0, np.nan])
    np.testing.assert_array_equal(guards.numbers(pd.Series([1, pd.NA], dtype="Int64"), "count"), [1.0, np.nan])
    np.testing.assert_array_equal(guards.numbers(pd.Series([1.5, None]), "count"), [1.5, np.nan])
    np.testing.assert_array_equal(guards.numbers([1, None, np.nan], "count"), [1.0, np.nan, np.nan])
    assert guards.numbers([[1, 2]], "table", ndim=2).shape == (1, 2)
    assert guards.numbers([1, 2], "table", ndim=2).shape == (1, 2)


@pytest.mark.parametrize("bad", ["2.377", ["2.377", 5], [True, False], ["a"], [[1], [2, 3]], [b"1"]])
def test_text_flags_and_ragged_lists_are_no_counts(bad: object) -> None:
    with pytest.raises(InputError, match="not a number"):
        guards.numbers(bad, "count")


def test_messages_name_rows_and_remedy_in_both_languages() -> None:
    with pytest.raises(InputError) as caught:
        guards.numbers([1, -2, 3, -4], "numerator")
    assert "rows 1, 3" in caught.value.en
    assert "dòng 1, 3" in caught.value.vi
    assert "tử số" in caught.value.vi
    assert caught.value.en.endswith("Correct or leave out those rows.")


def test_long_lists_of_rows_are_cut() -> None:
    with pytest.raises(InputError, match=r"rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 90 more"):
        guards.numbers([-1] * 100, "count")
    assert guards.listed(range(11), "vi").endswith("và 1 dòng nữa")


def test_empty_infinite_missing_and_deep_arrays_are_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        guards.numbers([], "count")
    with pytest.raises(InputError, match="infinite"):
        guards.numbers([np.inf], "count")
    with pytest.raises(InputError, match="not a zero"):
        guards.numbers([1, None], "count", missing=False)
    with pytest.raises(InputError, match="dimensions"):
        guards.numbers([[1, 2], [3, 4]], "count")


def test_aligned_repeats_a_single_value_and_refuses_other_lengths() -> None:
    a, b = guards.aligned(count=np.array([1.0, 2.0]), exposure=np.array([5.0]))
    assert b.tolist() == [5.0, 5.0]
    b[0] = 1.0  # its own memory, so a caller may write to it
    assert a.tolist() == [1.0, 2.0]
    with pytest.raises(InputError, match="count: 2, exposure: 3"):
        guards.aligned(count=np.ones(2), exposure=np.ones(3))


def test_within_names_both_arguments() -> None:
    with pytest.raises(InputError, match=r"numerator is above denominator \(rows 1\)"):
        guards.within(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    guards.within(np.array([np.nan]), np.array([2.0]))


def test_levels_and_choices() -> None:
    assert guards.level(0.95) == 0.95
    with pytest.raises(InputError, match=r"Write 0.95 for 95%"):
        guards.level(95)
    with pytest.raises(InputError):
        guards.between(float("nan"), "power", 0, 1)
    with pytest.raises(UnknownCodeError, match="wilson"):
        guards.choice("wilsn", ["wilson", "jeffreys"])


def test_whole_names_fractions() -> None:
    with pytest.raises(InputError, match="whole"):
        guards.whole(np.array([1.0, 2.377]), "count")
    guards.whole(np.array([1.0, np.nan]), "count")


def test_groups_come_in_order_of_appearance() -> None:
    codes, many = guards.groups(["b", "a", "b"], 3)
    assert codes.tolist() == [0, 1, 0]
    assert many == 2
    with pytest.raises(InputError):
        guards.groups(["a"], 2)
    with pytest.raises(InputError, match="empty cells"):
        guards.groups(["a", None], 2)


def test_an_exposure_must_be_above_zero_in_plain_words() -> None:
    with pytest.raises(InputError, match="exposure1 must be above 0") as caught:
        rate_ratio(1, 0, 2, 3)
    assert "2.2" not in str(caught.value)
