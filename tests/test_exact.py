"""Exact probabilities and tests against scipy, enumeration and R's documented output."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, poisson

from stats import exact


def one(*values: float) -> list[np.ndarray]:
    return [np.array([float(v)]) for v in values]


@settings(max_examples=150, deadline=None)
@given(n=st.integers(1, 80), part=st.floats(0, 1), p=st.sampled_from([0.5, 0.25, 0.1, 0.9, 1 / 3, 0.01]))
def test_minimum_likelihood_is_scipys(n: int, part: float, p: float) -> None:
    x = round(n * part)
    got = exact.binomial_p(*one(x, n, p), "minlike")[0]
    assert got == pytest.approx(binomtest(x, n, p).pvalue, rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(x=st.integers(0, 60), mean=st.floats(0.1, 60))
def test_poisson_minimum_likelihood_by_enumeration(x: int, mean: float) -> None:
    k = np.arange(0, 400)
    mass = poisson.pmf(k, mean)
    want = mass[mass <= poisson.pmf(x, mean) * (1 + 1e-7)].sum()
    assert exact.poisson_p(*one(x, mean), "minlike")[0] == pytest.approx(min(want, 1), rel=1e-8, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(x=st.integers(0, 200), n=st.integers(1, 200), p=st.floats(0.01, 0.99))
def test_conventions_are_ordered_and_symmetric(x: int, n: int, p: float) -> None:
    x = min(x, n)
    central, mid = (exact.binomial_p(*one(x, n, p), c)[0] for c in ("central", "mid_p"))
    assert 0 <= mid <= central <= 1
    for convention in exact.CONVENTIONS:
        mirrored = exact.binomial_p(*one(n - x, n, 1 - p), convention)[0]
        assert exact.binomial_p(*one(x, n, p), convention)[0] == pytest.approx(mirrored, rel=1e-6, abs=1e-12)


def test_r_documentation_values() -> None:
    # poisson.test(137, 24.19893): p < 2.2e-16; poisson.test(11, r = 20/... ) two samples c(11, 21), c(800, 3011).
    assert exact.poisson_p(*one(137, 24.19893), "minlike")[0] < 2.2e-16
    got = exact.binomial_p(*one(11, 32, 800 / (800 + 3011)), "minlike")[0]
    assert got == pytest.approx(0.07967, abs=5e-6)


def test_all_or_none_and_certain_outcomes() -> None:
    for convention in exact.CONVENTIONS:
        got = exact.binomial_p(np.array([0.0, 5, 3]), np.array([5.0, 5, 6]), np.full(3, 0.5), convention)
        assert got[0] == got[1]
        assert (got > 0).all()
        assert (got <= 1).all()
    assert exact.binomial_p(*one(3, 6, 0.5), "minlike")[0] == 1


def test_masses_keep_their_digits_for_huge_counts() -> None:
    x, n = np.array([5e8, 5e8 + 1e4]), np.full(2, 1e9)
    np.testing.assert_allclose(np.exp(exact.log_binomial(x, n, np.full(2, 0.5))), binom.pmf(x, n, 0.5), rtol=1e-10)
    got = exact.binomial_p(x, n, np.full(2, 0.5), "minlike")
    np.testing.assert_allclose(got, exact.binomial_p(x, n, np.full(2, 0.5), "central"), rtol=1e-3)


def test_masses_at_the_edges() -> None:
    x, n, p = np.array([0.0, 4, 1]), np.full(3, 4.0), np.full(3, 0.2)
    np.testing.assert_allclose(np.exp(exact.log_binomial(x, n, p)), binom.pmf(x, n, p), rtol=1e-12)
    np.testing.assert_allclose(np.exp(exact.log_poisson(x, np.full(3, 2.5))), poisson.pmf(x, 2.5), rtol=1e-12)
    assert exact.binomial_at_most(*one(-1, 4, 0.2))[0] == 0
    assert exact.binomial_at_least(*one(5, 4, 0.2))[0] == 0
    assert exact.poisson_at_most(*one(-1, 2))[0] == 0


def test_many_rows_are_one_call() -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(1, 500, 20_000).astype(float)
    x = np.floor((n + 1) * rng.random(20_000))
    whole = exact.binomial_p(x, n, np.full(20_000, 0.3), "minlike")
    some = [exact.binomial_p(x[i : i + 1], n[i : i + 1], np.array([0.3]), "minlike")[0] for i in range(50)]
    np.testing.assert_array_equal(whole[:50], some)
