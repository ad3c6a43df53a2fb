"""Identities of the quality checks that hold for every input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.quality.bases import common_base
from stats.quality.consistency import implied_half_unit
from stats.quality.digits import BENFORD, benford_shares, benford_test, last_digit_test
from stats.quality.imputation import impute_rate
from stats.quality.missing import total_bounds
from stats.series import increments, remainder

quick = settings(deadline=None, max_examples=30)


@pytest.mark.parametrize("digits", list(BENFORD))
def test_benford_shares_add_to_one(digits: str) -> None:
    assert benford_shares(digits).sum() == pytest.approx(1)


@quick
@given(st.lists(st.integers(1, 10**7), min_size=20, max_size=60), st.integers(-3, 3), st.randoms(use_true_random=False))
def test_leading_digits_know_no_scale_or_order(values: list[int], power: int, random: object) -> None:
    first = benford_test(values, minimum=1)
    moved = [v * 10.0**power for v in values]
    random.shuffle(moved)  # type: ignore[attr-defined]
    other = benford_test(moved, minimum=1)
    assert other.extra["digits"] == first.extra["digits"]
    assert other.extra["mad"] == pytest.approx(first.extra["mad"])


@quick
@given(st.lists(st.integers(100, 10**6), min_size=50, max_size=80), st.integers(1, 9))
def test_last_digits_know_no_tens(values: list[int], shift: int) -> None:
    """Adding tens changes nothing; adding a digit to every figure turns the counts round."""
    first = last_digit_test(values)
    assert last_digit_test([v + 10 for v in values]).extra["digits"] == first.extra["digits"]
    turned = last_digit_test([v + shift for v in values])
    assert turned.extra["digits"] == np.roll(first.extra["digits"], shift).tolist()
    assert turned.statistic == pytest.approx(first.statistic)


@quick
@given(st.integers(1, 10**6).filter(lambda v: v % 10), st.integers(0, 6))
def test_implied_rounding_is_half_of_the_last_place_that_counts(value: int, zeros: int) -> None:
    assert implied_half_unit(value * 10**zeros)[0] == (10**zeros / 2 if zeros else 0)


@quick
@given(st.integers(20, 400), st.lists(st.floats(0.05, 0.95), min_size=2, max_size=5), st.integers(0, 1))
def test_the_true_base_is_among_the_common_ones(base: int, parts: list[float], decimals: int) -> None:
    counts = [max(1, round(base * p)) for p in parts]
    printed = [round(100 * c / base + 1e-9, decimals) for c in counts]
    found = common_base(counts, printed, decimals=decimals)
    assert found is not None
    assert found[0] <= base <= found[1]


@quick
@given(st.lists(st.integers(0, 90), min_size=2, max_size=8), st.integers(0, 20), st.integers(0, 20))
def test_bounds_of_a_total_hold_every_completion(counts: list[int], low: int, more: int) -> None:
    told = [*counts, None]
    row = total_bounds(told, smallest=low, largest=low + more)
    for absent in (low, low + more):
        assert row.conf_low <= sum(counts) + absent <= row.conf_high  # type: ignore[operator]


@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(1, 60), min_size=8, max_size=12), st.integers(0, 99))
def test_imputing_is_the_same_twice_and_scales_with_the_multiplier(counts: list[int], seed: int) -> None:
    told, exposure = [*counts, None], [100] * (len(counts) + 1)
    once, again = (impute_rate(told, exposure, rng=seed, sets=10) for _ in range(2))
    assert once.estimate.tolist() == again.estimate.tolist()
    tenfold = impute_rate(told, exposure, rng=seed, sets=10, per=10_000)
    assert tenfold.conf_high[0] == pytest.approx(10 * once.conf_high[0])


@quick
@given(st.lists(st.integers(0, 500), min_size=2, max_size=6))
def test_differences_and_remainders_undo_sums(steps: list[int]) -> None:
    cumulative = np.cumsum(steps)
    assert increments(cumulative).estimate.tolist() == steps
    assert remainder(int(cumulative[-1]), int(cumulative[-2])).estimate == steps[-1]
