from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from stats.errors import InputError
from stats.severity.association import STATISTICS, independence, independence_of_many

THEIRS = {"pearson": "pearson", "g": "log-likelihood", "freeman_tukey": "freeman-tukey", "cressie_read": "cressie-read"}
cells = st.integers(0, 60)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_agree_with_scipy(statistic: str) -> None:
    table = np.array([[20, 5, 3], [7, 9, 11], [4, 4, 8]])
    got = independence(table, statistic=statistic)
    want = chi2_contingency(table, correction=False, lambda_=THEIRS[statistic])
    assert (got.statistic, got.p_value, got.df) == pytest.approx((want.statistic, want.pvalue, want.dof))
    assert got.extra["min_expected"] == pytest.approx(want.expected_freq.min())


def test_yates() -> None:
    table = [[20, 5], [7, 9]]
    assert independence(table, correction=True).statistic == pytest.approx(chi2_contingency(table).statistic)
    # The correction goes to the expected count, never past it.
    assert independence([[10, 10], [10, 11]], correction=True).statistic == pytest.approx(0, abs=1e-9)


def test_by_hand() -> None:
    # Rows 10/20 and 20/10: expected 15 everywhere, chi-square 4 x 25 / 15, V = sqrt(6.667 / 60).
    got = independence([[10, 20], [20, 10]])
    assert got.statistic == pytest.approx(100 / 15)
    assert got.extra["cramer_v"] == pytest.approx(1 / 3)
    assert got.extra["contingency"] == pytest.approx(np.sqrt(100 / 15 / (100 / 15 + 60)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=2, max_size=4))
def test_transposing_and_scaling(rows: list[list[int]]) -> None:
    table = np.array(rows)
    one, other = independence(table), independence(table.T)
    assert one.p_value == pytest.approx(other.p_value, nan_ok=not one)
    if one.df:
        tenfold = independence(table * 10)
        assert tenfold.statistic == pytest.approx(10 * one.statistic)
        assert tenfold.extra["cramer_v"] == pytest.approx(one.extra["cramer_v"])
        assert 0 <= one.extra["cramer_v"] <= 1 + 1e-12


def test_empty_levels_and_single_levels() -> None:
    with_empty = independence([[5, 0, 9], [8, 0, 3]])
    assert with_empty.statistic == pytest.approx(independence([[5, 9], [8, 3]]).statistic)
    assert with_empty.df == 1
    none = independence([[5, 0], [8, 0]])
    assert np.isnan(none.p_value)
    assert none.state == "refused"
    assert none.caveats[0].code == "one_level"


def test_small_expected_counts_are_noted() -> None:
    assert independence([[3, 1], [2, 4]]).caveats[0].code == "small_expected"
    assert independence([[30, 10], [20, 40]]).caveats == ()


def test_many_tables_are_one_call() -> None:
    rng = np.random.default_rng(0)
    tables = rng.multinomial(80, np.full(8, 1 / 8), 20_000).reshape(-1, 2, 4)
    tests = independence_of_many(tables)
    assert len(tests) == len(tests.to_frame()) == 20_000
    assert tests[17].statistic == pytest.approx(independence(tables[17]).statistic)
    assert "statistic" in tests._repr_html_()
    assert next(iter(tests)).df == 3


def test_bad_tables_and_huge_counts() -> None:
    for bad in ([[1, 2]], [[1], [2]], [[1, -2], [3, 4]], [[1, None], [3, 4]], [1, 2]):
        with pytest.raises(InputError):
            independence(bad)
    assert independence([[10**9, 10**9], [10**9, 10**9 + 10**6]]).p_value < 1e-9
