"""Identities that hold for every count: of probabilities, limits, shares, rates, stages, power, standardisation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats import exact, intervals, power, rates, shares, standardise
from stats.stages import cohort_bounds

COUNTS = st.integers(0, 400)
LEVELS = st.floats(0.5, 0.999)
PARTS = st.tuples(st.integers(0, 300), st.integers(1, 300)).map(lambda t: (min(t), max(*t, 1)))
ALTERNATIVES = st.sampled_from(["greater", "less"])

quick = settings(deadline=None, max_examples=40)


def one(value: float) -> np.ndarray:
    return np.array([float(value)])


@quick
@given(LEVELS)
def test_z_value_is_symmetric(level: float) -> None:
    z = intervals.z_value(level)
    assert exact.normal_p(one(z), "two-sided")[0] == pytest.approx(1 - level, abs=1e-12)
    assert exact.normal_p(one(z), "greater") == exact.normal_p(one(-z), "less")


@quick
@given(st.floats(0.001, 1e6), st.floats(1.0001, 1e3))
def test_root_finds_the_logarithm(value: float, base: float) -> None:
    low, high = one(-800.0), one(800.0)
    found = intervals.root(lambda v, target: v * np.log(base) - target, low, high, np.log(one(value)))
    assert found[0] == pytest.approx(np.clip(np.log(value) / np.log(base), -800, 800), rel=1e-12, abs=1e-12)


@quick
@given(st.floats(0, 10), st.just(0.0) | st.floats(1e-6, 10))
def test_over_and_joined_ratio(top: float, bottom: float) -> None:
    ratio = intervals.over(one(top), one(bottom))[0]
    assert np.isinf(ratio) if bottom == 0 else ratio == top / bottom
    exact_parts = (one(top), one(top)), (one(bottom), one(bottom))
    low, high = intervals.joined_ratio(one(top), exact_parts[0], one(bottom), exact_parts[1])
    if top > 1e-3 and bottom > 1e-3:  # parts known without error have a ratio known without error
        assert (low[0], high[0]) == pytest.approx((ratio, ratio))


@quick
@given(st.floats(0.5, 2000), st.floats(0.5, 1e6), st.floats(1e-4, 0.5))
def test_beta_quantile_inverts_the_distribution(a: float, b: float, tail: float) -> None:
    low, high = (intervals.beta_quantile(one(a), one(b), tail, upper=upper) for upper in (False, True))
    mirror = intervals.beta_quantile(one(b), one(a), tail)
    assert low[0] <= high[0]
    assert high[0] == pytest.approx(1 - mirror[0], rel=1e-6, abs=1e-12)


@quick
@given(PARTS, st.floats(0.01, 0.99))
def test_binomial_probabilities_add_to_one(part: tuple[int, int], p: float) -> None:
    x, n = part
    every = np.arange(n + 1.0)
    weights = np.exp(exact.log_binomial(every, np.full(n + 1, float(n)), np.full(n + 1, p)))
    assert weights.sum() == pytest.approx(1, rel=1e-9)
    below, above = exact.binomial_at_most(one(x), one(n), one(p)), exact.binomial_at_least(one(x + 1), one(n), one(p))
    assert below[0] + above[0] == pytest.approx(1, abs=1e-12)
    assert below[0] == pytest.approx(weights[: x + 1].sum(), rel=1e-8, abs=1e-300)


@quick
@given(COUNTS, st.floats(0.01, 300))
def test_poisson_probabilities_add_to_one(x: int, mean: float) -> None:
    every = np.arange(x + 1.0)
    weights = np.exp(exact.log_poisson(every, np.full(x + 1, mean)))
    below, above = exact.poisson_at_most(one(x), one(mean)), exact.poisson_at_least(one(x + 1), one(mean))
    assert below[0] + above[0] == pytest.approx(1, abs=1e-12)
    assert below[0] == pytest.approx(weights.sum(), rel=1e-8, abs=1e-300)


@quick
@given(PARTS, st.floats(0.02, 0.98), ALTERNATIVES)
def test_one_sided_shares(part: tuple[int, int], value: float, alternative: str) -> None:
    """Both one-sided tests share what was seen; central p is twice the smaller; mirrored counts mirror the side."""
    x, n = part
    tests = {a: shares.share_test(x, n, value=value, alternative=a).p_value for a in ("greater", "less")}
    seen = float(np.exp(exact.log_binomial(one(x), one(n), one(value)))[0])
    assert tests["greater"] + tests["less"] == pytest.approx(1 + seen, abs=1e-9)
    assert shares.share_test(x, n, value=value).p_value == pytest.approx(min(2 * min(tests.values()), 1), rel=1e-9)
    other = {"greater": "less", "less": "greater"}[alternative]
    mirror = shares.share_test(n - x, n, value=1 - value, alternative=other).p_value
    assert mirror == pytest.approx(tests[alternative], rel=1e-8, abs=1e-300)


@quick
@given(COUNTS, st.floats(0.1, 300), LEVELS)
def test_rate_test_agrees_with_its_interval(count: int, mean: float, level: float) -> None:
    found = rates.rate_test(count, 1.0, value=mean, conf_level=level)
    assert found.conf_low is not None
    assert found.conf_high is not None
    inside = found.conf_low < mean < found.conf_high
    if abs(found.p_value - (1 - level)) > 1e-9:
        assert inside == (found.p_value > 1 - level)
    halves = [
        rates.rate_test(count, 1.0, value=mean, method="mid_p", alternative=a).p_value for a in ("greater", "less")
    ]
    assert sum(halves) == pytest.approx(1, abs=1e-9)


@quick
@given(st.lists(st.integers(0, 200), min_size=2, max_size=5).filter(any), LEVELS)
@pytest.mark.parametrize("method", list(shares.SIMULTANEOUS))
def test_shares_of_one_total(method: str, counts: list[int], level: float) -> None:
    found = shares.shares_of_total(counts, method=method, conf_level=level)
    assert found.estimate.sum() == pytest.approx(1)
    assert (found.conf_low <= found.estimate + 1e-12).all()
    assert (found.estimate <= found.conf_high + 1e-12).all()
    turned = shares.shares_of_total(counts[::-1], method=method, conf_level=level)
    np.testing.assert_allclose(turned.conf_high[::-1], found.conf_high, atol=1e-12)


@quick
@given(PARTS, st.floats(1, 20))
def test_design_effect_is_a_smaller_sample(part: tuple[int, int], deff: float) -> None:
    x, n = part
    plain, wide = shares.share(x, n)[0], shares.clustered_share(x, n, design_effect=deff)[0]
    assert wide.estimate == pytest.approx(plain.estimate)
    assert wide.conf_high - wide.conf_low >= plain.conf_high - plain.conf_low - 1e-12  # type: ignore[operator]
    assert shares.clustered_share(x, n, design_effect=1)[0].conf_high == plain.conf_high


@quick
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=2, max_size=9), st.integers(2, 9))
def test_design_effect_grows_with_the_bodies(rows: list[tuple[int, int]], times: int) -> None:
    """Multiplying every count multiplies the excess over chance; turning shares round changes nothing."""
    x, n = np.array([a for a, _ in rows]), np.array([a + b for a, b in rows])
    once = shares.design_effect(x, n)
    assert shares.design_effect(x * times, n * times) == pytest.approx(once * times, abs=1e-9)
    assert shares.design_effect(n - x, n) == pytest.approx(once, abs=1e-9)


@quick
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60)), min_size=1, max_size=8), LEVELS)
def test_repeats_widen_around_the_same_rate(rows: list[tuple[int, int]], level: float) -> None:
    f, n = zip(*rows, strict=True)
    count, variance = rates.repeat_counts(f, n)
    assert count[0] == sum(a * b for a, b in rows)
    assert variance[0] >= count[0]
    found = rates.repeat_events(f, n, 1000, conf_level=level)[0]
    plain = rates.rate(count[0], 1000, method="byar", conf_level=level)[0]
    assert found.estimate == pytest.approx(plain.estimate)
    assert found.conf_high >= plain.conf_high - 1e-9  # type: ignore[operator]
    scaled = standardise.direct_rate(count, 1000, 1, per=1000, variance=variance, minimum=0, conf_level=level)[0]
    if count[0] > 0:
        assert scaled.conf_high == pytest.approx(found.conf_high)


@quick
@given(PARTS, st.integers(0, 100), st.integers(0, 100))
def test_cohort_bounds_hold_the_ratio(part: tuple[int, int], earlier: int, later: int) -> None:
    x, n = part
    row = cohort_bounds(x, n, carried_in=earlier, carried_out=later)
    assert 0 <= row.conf_low <= row.estimate <= row.conf_high <= 1  # type: ignore[operator]


@quick
@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.floats(0.3, 0.99), st.floats(0.3, 3))
def test_the_size_reaches_the_power(p1: float, p2: float, wanted: float, ratio: float) -> None:
    if abs(p1 - p2) < 0.01:
        return
    n = power.size_for_shares(p1, p2, power=wanted, ratio=ratio)
    assert power.power_of_shares(p1, p2, n, n * ratio)[0] == pytest.approx(wanted, abs=1e-9)


@quick
@given(COUNTS, st.floats(0.1, 1000), LEVELS)
def test_a_standardised_ratio_is_a_rate_over_what_was_expected(count: int, expected: float, level: float) -> None:
    ratio = standardise.ratio_to_expected(count, expected, conf_level=level)[0]
    rate = rates.rate(count, expected, per=1, conf_level=level)[0]
    assert (ratio.estimate, ratio.conf_low, ratio.conf_high) == (rate.estimate, rate.conf_low, rate.conf_high)


@quick
@given(
    st.lists(st.tuples(COUNTS, st.integers(1, 500), st.integers(1, 90), st.integers(100, 900)), min_size=1, max_size=6)
)
def test_indirect_standardisation(rows: list[tuple[int, int, int, int]]) -> None:
    """Equal reference rates leave the crude ratio; doubling the reference's counts halves it."""
    x, n, r, p = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = standardise.indirect(x, n, r, p)[0]
    assert standardise.indirect(x, n, 2 * r, p)[0].estimate == pytest.approx(found.estimate / 2)  # type: ignore[operator]
    flat = standardise.indirect(x, n, 0.1 * p, p, as_rate=True)[0]
    assert flat.estimate == pytest.approx(x.sum() / n.sum())
