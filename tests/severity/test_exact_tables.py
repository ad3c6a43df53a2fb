from __future__ import annotations

import itertools
from math import lgamma

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio as reference

from stats.errors import InputError
from stats.severity.exact_tables import fisher_monte_carlo, freeman_halton
from stats.severity.odds import odds_ratio

# Agresti (2002), table 2.8: R's fisher.test gives 0.7827.
SATISFACTION = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]


def enumerated(table: np.ndarray) -> float:
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    r, c = table.shape

    def weight(t: np.ndarray) -> float:
        return -sum(lgamma(v + 1) for v in t.ravel())

    seen, total, tail = weight(table), 0.0, 0.0
    ranges = [range(int(min(rows[i], columns[j])) + 1) for i in range(r - 1) for j in range(c - 1)]
    for cells in itertools.product(*ranges):
        t = np.zeros((r, c))
        t[:-1, :-1] = np.array(cells).reshape(r - 1, c - 1)
        t[:-1, -1] = rows[:-1] - t[:-1, :-1].sum(axis=1)
        t[-1] = columns - t[:-1].sum(axis=0)
        if (t < 0).any():
            continue
        value = weight(t)
        total += np.exp(value - seen)
        tail += np.exp(value - seen) if value <= seen + 1e-7 else 0.0
    return tail / total


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(2, 2), (2, 3), (3, 3), (2, 4), (4, 2)]), st.integers(3, 13))
def test_network_agrees_with_enumeration(seed: int, shape: tuple[int, int], n: int) -> None:
    rng = np.random.default_rng(seed)
    size = shape[0] * shape[1]
    table = rng.multinomial(n, rng.dirichlet(np.ones(size))).reshape(shape)
    filled = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    got = freeman_halton(table)
    assert bool(got) == (min(filled.shape) > 1)
    if got:
        assert got.p_value == pytest.approx(enumerated(filled), rel=1e-9)


def test_published_and_two_by_two() -> None:
    assert freeman_halton(SATISFACTION).p_value == pytest.approx(0.7827, abs=5e-5)
    for table in ([[3, 1], [1, 3]], [[2, 10], [15, 3]], [[0, 5], [4, 6]], [[40, 30], [22, 41]]):
        want = fisher_exact(table).pvalue
        assert freeman_halton(table).p_value == pytest.approx(want, rel=1e-9)
        assert odds_ratio(table).p_value == pytest.approx(want, rel=1e-9)


def test_penalties_of_two_periods_with_thousands_of_members() -> None:
    result = freeman_halton([[1783, 281, 25, 288], [1600, 300, 40, 280]])
    assert result.p_value == pytest.approx(0.03293, abs=1e-5)
    assert result.n == 4597


def test_rows_too_wide_for_one_key_a_node() -> None:
    table = np.array([[1, 0, 3000], [0, 2, 2500], [1, 1, 2800], [2, 0, 2900], [0, 0, 2700]])
    assert freeman_halton(table).p_value == pytest.approx(enumerated(table), rel=1e-7)


def test_too_large_tables_are_refused_with_the_remedy() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="fisher_monte_carlo"):
        freeman_halton(rng.integers(5, 40, (5, 6)))
    with pytest.raises(InputError, match="whole"):
        freeman_halton([[1.5, 2], [3, 4]])


def test_monte_carlo_encloses_the_exact_value_and_repeats() -> None:
    one = fisher_monte_carlo(SATISFACTION, rng=1, draws=20_000)
    assert one.conf_low < 0.7827 < one.conf_high
    assert one.p_value == fisher_monte_carlo(SATISFACTION, rng=1, draws=20_000).p_value
    assert one.p_value != fisher_monte_carlo(SATISFACTION, rng=2, draws=20_000).p_value
    chi = fisher_monte_carlo(SATISFACTION, rng=1, draws=20_000, statistic="pearson")
    assert chi.statistic == pytest.approx(5.9655, abs=1e-4)
    assert 0 < fisher_monte_carlo([[50, 0], [0, 50]], rng=1, draws=999).p_value <= 0.001


def test_single_levels_and_limits_of_monte_carlo() -> None:
    for f in (freeman_halton, lambda t: fisher_monte_carlo(t, rng=1)):
        result = f([[5, 0], [8, 0]])
        assert result.state == "refused"
        assert result.caveats[0].code == "one_level"
    with pytest.raises(InputError, match="billion"):
        fisher_monte_carlo([[10**9, 1], [1, 1]], rng=1)
    with pytest.raises(InputError):
        fisher_monte_carlo(SATISFACTION, rng=1, draws=0)


@pytest.mark.parametrize("table", [[[3, 1], [1, 3]], [[2, 10], [15, 3]], [[0, 5], [4, 6]], [[100, 200], [150, 140]]])
def test_conditional_odds_ratio_is_scipys(table: list[list[int]]) -> None:
    got, want = odds_ratio(table), reference(np.array(table))
    interval = want.confidence_interval()
    assert got.estimate == pytest.approx(want.statistic, rel=1e-8)
    assert (got.conf_low, got.conf_high) == pytest.approx((interval.low, interval.high), rel=1e-8)


def test_exact_common_odds_ratio_of_the_rabbits() -> None:
    """R: mantelhaen.test(Rabbits, exact = TRUE): S = 16, p = 0.03994, OR 10.36102, 1.077401 to 529.837399."""
    rabbits = [[[0, 0], [6, 5]], [[3, 0], [3, 6]], [[6, 2], [0, 4]], [[5, 6], [1, 0]], [[2, 5], [0, 0]]]
    got = odds_ratio(rabbits)
    assert got.statistic == 16
    assert got.p_value == pytest.approx(0.03994, abs=5e-6)
    assert got.estimate == pytest.approx(10.36102, rel=1e-5)
    assert got.conf_low == pytest.approx(1.0774, rel=1e-4)
    assert got.conf_high == pytest.approx(529.8, rel=5e-3)  # R solves this limit to three digits


def test_odds_ratio_edges() -> None:
    assert odds_ratio([[0, 5], [5, 0]]).estimate == 0
    assert odds_ratio([[5, 0], [0, 5]]).conf_high == np.inf
    assert odds_ratio([[5, 0], [8, 0]]).caveats[0].code == "one_level"
    central = odds_ratio([[3, 1], [1, 3]], convention="central")
    assert central.p_value == pytest.approx(2 * 17 / 70)
    assert odds_ratio([[20, 10], [5, 25]], convention="central").p_value <= 0.05
    assert odds_ratio([[20, 10], [5, 25]]).conf_low > 1
    for bad in ([[1, 2, 3], [4, 5, 6]], [[1.5, 2], [3, 4]]):
        with pytest.raises(InputError):
            odds_ratio(bad)
    with pytest.raises(InputError, match="mantel_haenszel"):
        odds_ratio([[10**8, 10**8], [10**8, 10**8]])


def test_one_stratum_repeated_gives_the_same_estimate_as_pooling_equal_strata() -> None:
    one, two = odds_ratio([[30, 10], [20, 25]]), odds_ratio([[[30, 10], [20, 25]]] * 2)
    assert two.estimate == pytest.approx(one.estimate, rel=1e-9)
    assert two.conf_low > one.conf_low
