from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from stats.errors import InputError
from stats.severity.ordinal import jonckheere, jonckheere_values, linear_by_linear, trend_in_shares
from stats.severity.tables import level_scores

POOLED = [[2, 4, 13, 3], [2, 6, 22, 4], [0, 1, 15, 8], [0, 3, 13, 8]]
tables = st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=2, max_size=4)


def test_linear_by_linear_is_the_correlation() -> None:
    table = np.array(POOLED)
    rows, columns = np.indices(table.shape)
    r = np.corrcoef(np.repeat(rows.ravel(), table.ravel()), np.repeat(columns.ravel(), table.ravel()))[0, 1]
    got = linear_by_linear(table)
    assert got.extra["correlation"] == pytest.approx(r)
    assert got.statistic**2 == pytest.approx((table.sum() - 1) * r**2)
    assert linear_by_linear(table, variance="n").statistic ** 2 == pytest.approx(table.sum() * r**2)


def test_statsmodels_ordinal_association() -> None:
    from statsmodels.stats.contingency_tables import Table

    got = linear_by_linear(POOLED)
    want = Table(np.array(POOLED), shift_zeros=False).test_ordinal_association(np.arange(4), np.arange(4))
    assert abs(got.statistic) == pytest.approx(abs(want.zscore))


@settings(max_examples=60, deadline=None)
@given(tables, st.floats(0.1, 100), st.floats(-1e6, 1e6))
def test_scores_may_be_shifted_and_stretched(table: list[list[int]], factor: float, shift: float) -> None:
    one = linear_by_linear(table)
    if not one:
        return
    other = linear_by_linear(table, column_scores=[shift + factor * j for j in range(4)])
    assert one.statistic == pytest.approx(other.statistic, rel=1e-5, abs=1e-6)
    turned = linear_by_linear(table[::-1])
    assert turned.statistic == pytest.approx(-one.statistic, abs=1e-9)
    assert 0 <= one.p_value <= 1


def test_one_sided_alternatives_and_cut_fractions() -> None:
    up, down = (linear_by_linear(POOLED, alternative=a).p_value for a in ("increasing", "decreasing"))
    assert up + down == pytest.approx(1)
    assert up == pytest.approx(linear_by_linear(POOLED).p_value / 2)
    halves = np.where(np.array(POOLED) == 0, 0.5, POOLED)
    assert linear_by_linear(halves, fractions="cut").statistic == linear_by_linear(POOLED).statistic


def test_tables_without_variation() -> None:
    for table in ([[5, 0], [8, 0]], [[0, 0], [5, 5]], [[1, 0], [0, 0]]):
        got = linear_by_linear(table)
        assert got.state == "refused"
        assert got.caveats[0].code == "one_level"


def test_ranks_scores_and_refusals() -> None:
    margins = np.array([[2.0, 3, 5]])
    assert level_scores("rank", margins, "s").tolist() == [[1.5, 4, 8]]
    assert level_scores("ridit", margins, "s").ravel().tolist() == pytest.approx([0.1, 0.35, 0.75])
    assert level_scores("modridit", margins, "s").ravel().tolist() == pytest.approx([1.5 / 11, 4 / 11, 8 / 11])
    with pytest.raises(InputError, match="2 values for 4 levels"):
        linear_by_linear(POOLED, column_scores=[1, 2])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=3, max_size=40), st.lists(st.integers(0, 5), min_size=3, max_size=40))
def test_two_groups_are_mann_whitney_with_ties(first: list[int], second: list[int]) -> None:
    got = jonckheere_values(first + second, [0] * len(first) + [1] * len(second))
    if len(set(first + second)) > 1:
        want = mannwhitneyu(second, first, use_continuity=False, method="asymptotic")
        assert got.extra["J"] == want.statistic
        assert got.p_value == pytest.approx(want.pvalue)
    else:
        assert got.state == "refused"


def test_untied_variance_by_hand() -> None:
    # Three groups of two without ties: N²(2N+3) - 3 x 4 x 7 = 540 - 84; J = 12 of mean 6, variance 456 / 72.
    got = jonckheere_values([1, 2, 3, 4, 5, 6], [1, 1, 2, 2, 3, 3], variance="untied")
    assert (got.extra["J"], got.extra["mean"], got.extra["variance"]) == (12, 6, pytest.approx(456 / 72))
    tied = jonckheere_values([1, 2, 3, 4, 5, 6], [1, 1, 2, 2, 3, 3])
    assert tied.statistic == pytest.approx(got.statistic)


def test_ties_make_the_variance_smaller() -> None:
    tied, untied = jonckheere(POOLED), jonckheere(POOLED, variance="untied")
    assert tied.extra["variance"] < untied.extra["variance"]
    assert tied.p_value < untied.p_value
    assert jonckheere(POOLED, alternative="increasing").p_value == pytest.approx(tied.p_value / 2)


def test_jonckheere_edges() -> None:
    assert jonckheere([[5, 0], [8, 0]]).reason is not None
    assert jonckheere([[1, 0], [0, 0]], variance="untied").reason is not None
    with pytest.raises(InputError, match="one group"):
        jonckheere_values([1, 2], [1, 1])
    with pytest.raises(InputError):
        jonckheere_values([1, None], [1, 2])


def test_cochran_armitage_versions() -> None:
    x, n = [83, 90, 129, 70], [86, 93, 136, 82]
    first = trend_in_shares(x, n)
    other = trend_in_shares(x, n, variance="n-1")
    assert other.statistic[0] ** 2 == pytest.approx(first.statistic[0] ** 2 * 396 / 397)
    table = np.array([np.array(n) - x, x]).T
    assert linear_by_linear(table).statistic == pytest.approx(other.statistic[0])
    assert first.extra["slope"][0] < 0
    assert trend_in_shares(x, n, alternative="decreasing").p_value[0] == pytest.approx(first.p_value[0] / 2)


def test_many_series_edges_and_refusals() -> None:
    got = trend_in_shares([[1, 2, 3], [0, 0, 0], [5, 5, 5]], [[10, 10, 10], [5, 5, 5], [5, 5, 5]])
    assert got.state.tolist() == ["value", "refused", "refused"]
    assert got[1].state == "refused"
    assert got.caveats[0].values["rows"] == (1, 2)
    rng = np.random.default_rng(0)
    assert len(trend_in_shares(rng.integers(0, 50, (100_000, 5)), np.full((100_000, 5), 50))) == 100_000
    with pytest.raises(InputError, match="above totals"):
        trend_in_shares([3, 4], [2, 5])
    with pytest.raises(InputError):
        trend_in_shares([3, 4, 5], [5, 5])
    with pytest.raises(InputError):
        trend_in_shares([3, 4], [5, 5], scores=[1, 2, 3])
    big = trend_in_shares([10**9, 10**9 + 10**5], [2 * 10**9] * 2)
    assert 0 < big.p_value[0] < 0.05
