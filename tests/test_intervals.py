"""One-sample intervals against published tables, scipy, and what must hold of any interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from stats import intervals, simultaneous

SHARES = {
    "wilson": intervals.wilson, "wilson_cc": intervals.wilson_cc, "clopper_pearson": intervals.clopper_pearson,
    "jeffreys": intervals.jeffreys, "mid_p": intervals.mid_p, "agresti_coull": intervals.agresti_coull,
    "likelihood": intervals.likelihood,
}  # fmt: skip
COUNTS = {
    "byar": intervals.byar, "exact": intervals.poisson_exact, "score": intervals.poisson_score,
    "jeffreys": intervals.poisson_jeffreys, "mid_p": intervals.poisson_mid_p,
}  # fmt: skip

# Newcombe (1998), Statistics in Medicine 17:857, table I: 81/263, 15/148, 0/20, 1/29.
NEWCOMBE = {
    "wilson": [(0.2553, 0.3662), (0.0624, 0.1605), (0.0, 0.1611), (0.0061, 0.1718)],
    "wilson_cc": [(0.2535, 0.3682), (0.0598, 0.1644), (0.0, 0.2005), (0.0018, 0.1963)],
    "clopper_pearson": [(0.2527, 0.3676), (0.0578, 0.1617), (0.0, 0.1684), (0.0009, 0.1776)],
    "mid_p": [(0.2544, 0.3658), (0.0601, 0.1581), (0.0, 0.1391), (0.0017, 0.1585)],
    "likelihood": [(0.2542, 0.3655), (0.0596, 0.1567), (0.0, 0.0916), (0.0020, 0.1432)],
}


@pytest.mark.parametrize("method", NEWCOMBE)
def test_newcombe_table(method: str) -> None:
    x, n = np.array([81.0, 15, 0, 1]), np.array([263.0, 148, 20, 29])
    got = np.column_stack(SHARES[method](x, n, 0.95))
    np.testing.assert_allclose(got, NEWCOMBE[method], atol=5.1e-5)


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "agresti_coull"])
def test_agree_with_statsmodels(method: str) -> None:
    from statsmodels.stats.proportion import proportion_confint

    x, n = np.arange(1.0, 20), np.full(19, 20.0)
    code = {"wilson": "wilson", "clopper_pearson": "beta", "agresti_coull": "agresti_coull"}[method]
    low, high = proportion_confint(x, n, alpha=0.1, method=code)
    got = SHARES[method](x, n, 0.9)
    np.testing.assert_allclose(got[0], np.maximum(low, 0), rtol=1e-10)
    np.testing.assert_allclose(got[1], np.minimum(high, 1), rtol=1e-10)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 10**9), part=st.floats(0, 1), level=st.sampled_from([0.8, 0.95, 0.998]))
def test_share_limits_enclose_mirror_and_widen(n: int, part: float, level: float) -> None:
    x = np.array([np.floor(n * part)])
    m = np.array([float(n)])
    for method, f in SHARES.items():
        low, high = f(x, m, level)
        assert 0 <= low[0] <= x[0] / n + 1e-15 <= high[0] + 2e-15 <= 1 + 3e-15, method
        other_low, other_high = f(m - x, m, level)
        assert low[0] == pytest.approx(1 - other_high[0], abs=1e-9)
        assert high[0] == pytest.approx(1 - other_low[0], abs=1e-9)
        wide_low, wide_high = f(x, m, 1 - (1 - level) / 2)
        assert wide_low[0] <= low[0] + 1e-12
        assert wide_high[0] >= high[0] - 1e-12


@pytest.mark.parametrize("method", SHARES)
def test_edges_of_a_share(method: str) -> None:
    low, high = SHARES[method](np.array([0.0, 7.0, 1.0]), np.array([7.0, 7.0, 1.0]), 0.95)
    assert low[0] == 0
    assert high[1] == high[2] == 1
    assert 0 < high[0] < 1
    assert 0 < low[1] < 1


def test_a_thousand_cases_of_millions() -> None:
    """scipy's beta quantile stops at its first guess when a shape is exactly 1000; ours does not."""
    for x, n, level in ((999.0, 904261.0, 0.998), (1000.0, 139828471.0, 0.8), (999.0, 24572714.0, 0.95)):
        tail = (1 - level) / 2
        low, high = intervals.clopper_pearson(np.array([x]), np.array([n]), level)
        assert binom.sf(x - 1, n, low[0]) == pytest.approx(tail, rel=1e-6)
        assert binom.cdf(x, n, high[0]) == pytest.approx(tail, rel=1e-6)
        assert low[0] < x / n < high[0]


def test_exact_limits_invert_the_binomial_tails() -> None:
    x, n = np.array([3.0, 40.0]), np.array([20.0, 50.0])
    low, high = intervals.clopper_pearson(x, n, 0.95)
    np.testing.assert_allclose(binom.sf(x - 1, n, low), 0.025, rtol=1e-9)
    np.testing.assert_allclose(binom.cdf(x, n, high), 0.025, rtol=1e-9)
    low, high = intervals.mid_p(x, n, 0.95)
    np.testing.assert_allclose(binom.sf(x, n, low) + binom.pmf(x, n, low) / 2, 0.025, rtol=1e-9)
    np.testing.assert_allclose(binom.cdf(x - 1, n, high) + binom.pmf(x, n, high) / 2, 0.025, rtol=1e-9)


def test_exact_limits_invert_the_poisson_tails() -> None:
    x = np.array([3.0, 40.0])
    low, high = intervals.poisson_exact(x, 0.9)
    np.testing.assert_allclose(poisson.sf(x - 1, low), 0.05, rtol=1e-9)
    np.testing.assert_allclose(poisson.cdf(x, high), 0.05, rtol=1e-9)
    low, high = intervals.poisson_mid_p(x, 0.9)
    np.testing.assert_allclose(poisson.sf(x, low) + poisson.pmf(x, low) / 2, 0.05, rtol=1e-9)


def test_garwood_table() -> None:
    """Garwood (1936): 95% limits of counts 0, 1, 5, 10."""
    low, high = intervals.poisson_exact(np.array([0.0, 1, 5, 10]), 0.95)
    np.testing.assert_allclose(low, [0, 0.0253, 1.6235, 4.7954], atol=1e-4)
    np.testing.assert_allclose(high, [3.6889, 5.5716, 11.6683, 18.3904], atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 10**9), level=st.sampled_from([0.8, 0.95, 0.998]))
def test_count_limits_enclose_and_widen(count: int, level: float) -> None:
    x = np.array([float(count)])
    for method, f in COUNTS.items():
        low, high = f(x, level)
        assert 0 <= low[0] <= x[0] < high[0], method
        wide_low, wide_high = f(x, 1 - (1 - level) / 2)
        assert wide_low[0] <= low[0]
        assert wide_high[0] >= high[0]


def test_byar_comes_close_to_exact() -> None:
    x = np.array([10.0, 50, 1000, 1e6])
    for exact, near in zip(intervals.poisson_exact(x, 0.95), intervals.byar(x, 0.95), strict=True):
        np.testing.assert_allclose(near, exact, rtol=2e-3)


def test_root_at_an_edge_and_without_a_change_of_sign() -> None:
    got = intervals.root(lambda v, t: v - t, np.zeros(3), np.ones(3), np.array([0.25, 0.0, 5.0]))
    assert got.tolist() == [0.25, 0.0, 1.0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=2, max_size=6).filter(lambda c: sum(c) > 0))
def test_simultaneous_limits_are_wider_than_single_ones(counts: list[int]) -> None:
    x = np.array([counts], dtype=float)
    n = x.sum(axis=1, keepdims=True)
    single = intervals.wilson(x.ravel(), np.full(x.size, n[0, 0]), 0.95)
    low, high = simultaneous.goodman(x, n, 0.95)
    assert (low.ravel() <= single[0] + 1e-12).all()
    assert (high.ravel() >= single[1] - 1e-12).all()


def test_sison_glaz_agrees_with_statsmodels() -> None:
    from statsmodels.stats.proportion import multinomial_proportions_confint

    for counts in ([56, 72, 73, 59, 62, 87, 58], [44, 55, 43, 32, 67, 78], [12, 30, 8]):
        want = multinomial_proportions_confint(np.array(counts), 0.05, method="sison-glaz")
        x = np.array([counts], dtype=float)
        got = np.stack(simultaneous.sison_glaz(x, x.sum(axis=1, keepdims=True), 0.95), axis=-1)[0]
        np.testing.assert_allclose(got, want, rtol=1e-6)


def test_sison_glaz_takes_large_totals() -> None:
    x = np.array([[1e9, 2e9, 5e8]])
    low, high = simultaneous.sison_glaz(x, x.sum(axis=1, keepdims=True), 0.95)
    share = x / x.sum()
    assert (low < share).all()
    assert (high > share).all()
    np.testing.assert_allclose(high - low, 2 * (high - low)[0, 0] / 2, rtol=1e-9)
    assert (high - low).max() < 1e-4
