from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.quality.imputation import impute_rate, rubin_pool
from stats.quality.missing import share_bounds, total_bounds
from stats.results import COLUMNS, State


def test_share_bounds_by_hand() -> None:
    row = share_bounds([30, 20, None], [100, 100, 50], lowest=0.1, highest=0.6)
    assert (row.estimate, row.conf_low, row.conf_high) == pytest.approx((0.25, 55 / 250, 80 / 250))
    assert row.conf_level is None
    assert row.caveats[0].values["base_missing"] == 50
    full = share_bounds([30, 20], [100, 100])
    assert full.conf_low == full.conf_high == full.estimate
    assert full.caveats == ()
    assert share_bounds([None, None], [5, 6]).state is State.MISSING
    for bad in ({"lowest": 0.5, "highest": 0.2}, {"highest": 1.2}):
        with pytest.raises(InputError):
            share_bounds([1], [2], **bad)
    with pytest.raises(InputError):
        share_bounds([1, None], [2, None])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 90), st.booleans()), min_size=2, max_size=12))
def test_the_truth_lies_in_the_bounds(rows: list[tuple[int, int, bool]]) -> None:
    x, n, here = (list(v) for v in zip(*rows, strict=True))
    row = share_bounds([v if h else None for v, h in zip(x, here, strict=True)], n)
    if row:
        assert row.conf_low - 1e-12 <= sum(x) / sum(n) <= row.conf_high + 1e-12


def test_total_bounds() -> None:
    row = total_bounds([30, None, 20], smallest=5, largest=[0, 40, 0])
    assert (row.estimate, row.conf_low, row.conf_high) == (50, 55, 90)
    assert total_bounds([None], largest=5).state is State.MISSING
    with pytest.raises(InputError, match="rows 1"):
        total_bounds([1, None], smallest=9, largest=5)


def test_rubin_by_hand_with_barnard_rubin() -> None:
    """As mice::pool.scalar: lambda 4/7, old df 2 / lambda² = 6.125, observed df 21/23 x 20 x 3/7."""
    got = rubin_pool([1, 2, 3], [1, 1, 1], complete_df=20)
    seen = 21 / 23 * 20 * 3 / 7
    assert got.df[0] == pytest.approx(6.125 * seen / (6.125 + seen))
    assert (got.riv[0], got.lam[0]) == pytest.approx((4 / 3, 4 / 7))
    assert got.fmi[0] == pytest.approx((4 / 3 + 2 / (got.df[0] + 3)) / (7 / 3))
    assert got.method == "rubin_barnard"
    assert rubin_pool([1, 2, 3], [1, 1, 1]).method == "rubin"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 9)), min_size=2, max_size=30), st.floats(5, 500))
def test_pooling_properties(sets: list[tuple[float, float]], complete: float) -> None:
    q, u = np.array(sets).T
    got = rubin_pool(q, u, complete_df=complete)
    assert got.estimate[0] == pytest.approx(q.mean())
    assert got.total[0] >= got.within[0]
    assert 0 < got.df[0] <= complete + 1e-9
    assert 0 <= got.fmi[0] <= 1 + 1e-9
    assert got.conf_low[0] < got.estimate[0] < got.conf_high[0]
    assert rubin_pool(q + 5, u).estimate[0] == pytest.approx(q.mean() + 5)


def test_sets_that_agree_give_the_complete_data_interval() -> None:
    got = rubin_pool([2, 2, 2], [4, 4, 4])
    assert (got.conf_low[0], got.conf_high[0]) == pytest.approx((2 - 1.959964 * 2, 2 + 1.959964 * 2), rel=1e-6)
    test = got.test(null=2)
    assert (test.statistic, test.p_value) == (0, 1)
    assert rubin_pool([1, 2], [0, 0]).riv[0] == np.inf


def test_several_quantities_and_frames() -> None:
    got = rubin_pool([[1, 5], [2, 6], [3, 7]], [[1, 2]] * 3)
    assert len(got) == 2
    assert tuple(got.to_frame().columns[: len(COLUMNS)]) == COLUMNS
    assert got.to_frame()["estimate"].tolist() == [2, 6]
    assert got.test(1).p_value < 0.05
    assert "fmi" in got._repr_html_()
    for bad in (([1], [1]), ([1, 2], [1, 2, 3]), ([1, 2], [1, -1]), ([1, None], [1, 1])):
        with pytest.raises(InputError):
            rubin_pool(*bad)
    with pytest.raises(InputError):
        rubin_pool([1, 2], [1, 1], complete_df=0)


def test_imputed_rate_stays_near_and_is_wider_than_what_was_reported() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(500, 3000, 40).astype(float)
    x = rng.poisson(rng.gamma(20, 0.01 / 20, 40) * n).astype(float)
    gaps = x.copy()
    gaps[::4] = np.nan
    got = impute_rate(gaps, n, rng=1, sets=200)
    assert got
    assert got.conf_low[0] < 1000 * x.sum() / n.sum() < got.conf_high[0]
    full = impute_rate(x, n, rng=1, sets=200)
    assert got.std_error[0] > full.std_error[0]
    assert full.between[0] == pytest.approx(0, abs=1e-12)
    assert got.estimate[0] == impute_rate(gaps, n, rng=1, sets=200).estimate[0]
    assert got.caveats[0].values["missing"] == 10


def test_too_few_reports_to_impute() -> None:
    got = impute_rate([5, None, 6], [100] * 3, rng=1)
    assert not got
    assert got.reason is not None
    assert got.reason.values == {"found": 2, "needed": 8}
    assert not impute_rate([0] * 9, [100] * 9, rng=1)
    with pytest.raises(InputError):
        impute_rate([5] * 9, [0] * 9, rng=1)
