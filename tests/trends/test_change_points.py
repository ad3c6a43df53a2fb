"""Pettitt, OLS-CUSUM, supF and Chow: strucchange's values, hand-worked cases, size and power."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from stats.errors import InputError
from stats.periods import Period
from stats.trends.change_points import LEAST, ols_cusum, pettitt, sup_f
from stats.trends.known_date import chow
from stats.trends.suprema import bridge_limit, bridge_tail, sup_f_limit, sup_f_tail

NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
        1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
        831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865,
        845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050,
        918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740]  # fmt: skip
NILE_YEARS = [Period.parse(str(year)) for year in range(1871, 1971)]
SHIFTED = [5, 4, 6, 5, 7, 4, 5, 6, 4, 5, 12, 11, 13, 10, 12, 14, 11, 12, 13, 12]


@pytest.mark.parametrize("test", [pettitt, ols_cusum, sup_f])
def test_every_test_dates_the_dam_at_1898(test) -> None:  # type: ignore[no-untyped-def]
    found = test(NILE, periods=NILE_YEARS)
    assert (found.after, found.last_before, found.first_after) == (28, "1898", "1899")
    assert (found.before, found.behind) == (pytest.approx(1097.75), pytest.approx(849.9722, abs=1e-4))
    assert found.p_value < 1e-6
    path = found.path_frame()
    assert path["key"][np.nanargmax(np.abs(path["path"]))] == "1898"
    assert (np.abs(path["path"]) > path["limit"]).any()
    assert np.nanmax(np.abs(path["path"])) == pytest.approx(found.statistic)


def test_values_of_strucchange() -> None:
    cusum = ols_cusum(NILE)  # sctest(efp(Nile ~ 1, type = "OLS-CUSUM"))
    assert (cusum.statistic, cusum.p_value) == (pytest.approx(2.9518, abs=5e-5), pytest.approx(5.409e-08, rel=1e-3))
    trend = ols_cusum(NILE, np.arange(100))  # sctest(efp(Nile ~ time, type = "OLS-CUSUM"))
    assert (trend.statistic, trend.p_value) == (pytest.approx(1.5006, abs=5e-5), pytest.approx(0.02214, rel=1e-3))
    largest = sup_f(NILE)  # sctest(Fstats(Nile ~ 1))
    assert (largest.statistic, largest.extra["trimming"]) == (pytest.approx(75.93, abs=5e-4), pytest.approx(0.15))
    for at, covariate, statistic, p in (
        (28, None, 75.93, 7.438e-14), (40, None, 35.78, 3.608e-08), (28, np.arange(100), 19.474, 7.962e-08)
    ):  # fmt: skip
        known = chow(NILE, at, covariate)  # sctest(..., type = "Chow", point = at)
        assert (known.statistic, known.p_value) == (pytest.approx(statistic, rel=1e-4), pytest.approx(p, rel=1e-3))


@pytest.mark.parametrize(("n", "first", "last"), [(59, 8, 51), (40, 6, 34), (23, 3, 20), (24, 3, 21)])
def test_the_dates_tried_are_those_of_strucchange(n: int, first: int, last: int) -> None:
    # Fstats: from = floor(0.15 n), to = n - from.
    found = sup_f(NILE[:n])
    tried = np.flatnonzero(np.isfinite(found.path)) + 1
    assert (tried[0], tried[-1]) == (first, last)
    assert found.extra["trimming"] == pytest.approx(first / n)


def test_statsmodels_divides_otherwise_unless_told() -> None:
    from statsmodels.stats.diagnostic import breaks_cusumolsresid

    residuals = np.array(NILE) - np.mean(NILE)
    assert ols_cusum(NILE).statistic == pytest.approx(breaks_cusumolsresid(residuals, ddof=1)[0])
    assert ols_cusum(NILE, ddof=0).statistic == pytest.approx(breaks_cusumolsresid(residuals)[0])
    assert ols_cusum(NILE, ddof=0).statistic > ols_cusum(NILE).statistic


def test_pettitt_by_the_pairwise_definition() -> None:
    x = np.array(NILE)
    u = np.array([np.sign(x[:k, None] - x[None, k:]).sum() for k in range(1, 100)])
    found = pettitt(NILE)
    np.testing.assert_allclose(np.abs(found.path[:-1]), np.abs(u))
    assert found.statistic == np.abs(u).max() == 1617
    assert found.p_value == pytest.approx(2 * np.exp(-6 * 1617**2 / (100**3 + 100**2)))
    assert pettitt([5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5]).p_value == 1.0


def test_permutations_by_enumeration_on_a_short_series() -> None:
    values = [4, 5, 3, 6, 11, 12, 10, 13]
    found = pettitt(values, p_value="permutation")
    ranks = np.argsort(np.argsort(values)) - 3.5
    every = np.array(list(itertools.permutations(ranks)))
    exact = (np.abs(2 * every.cumsum(axis=1)).max(axis=1) >= found.statistic - 1e-9).mean()
    assert found.p_value == pytest.approx(exact, abs=0.006)
    assert found.p_value == pettitt(values, p_value="permutation").p_value
    assert exact < 0.05 < 2 * np.exp(-6 * found.statistic**2 / (8**3 + 8**2))


def test_the_exact_pettitt_is_that_of_all_orders() -> None:
    for values in ([4, 5, 3, 6, 11, 12, 10, 13], [4, 4, 3, 6, 6, 12, 12, 13], [1, 8, 2, 7, 3, 6, 4, 5]):
        found = pettitt(values, p_value="exact")
        ranks = rankdata(values) - 4.5
        every = np.abs(2 * np.array(list(itertools.permutations(ranks))).cumsum(axis=1)).max(axis=1)
        assert found.p_value == pytest.approx((every >= found.statistic - 1e-9).mean(), abs=1e-12)
        assert (every >= found.limit).mean() <= 0.05 < (every >= found.limit - 1).mean()
        assert found.method == "pettitt_exact"
    long = np.random.default_rng(8).normal(0, 1, 16) + 1.2 * (np.arange(16) >= 8)
    drawn = pettitt(long, p_value="permutation", resamples=20_000)
    assert pettitt(long, p_value="exact").p_value == pytest.approx(drawn.p_value, abs=0.01)
    assert pettitt(long, p_value="exact").limit == pytest.approx(drawn.limit, abs=2)
    with pytest.raises(InputError, match="up to 16 points"):
        pettitt(NILE, p_value="exact")


def test_chow_of_two_levels_is_the_square_of_t() -> None:
    a, b = np.array([5.0, 4, 6, 5, 7, 4]), np.array([9.0, 8, 11, 7, 10])
    pooled = (((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / 9
    t = (b.mean() - a.mean()) / (pooled * (1 / 6 + 1 / 5)) ** 0.5
    test = chow([*a, *b], 6)
    assert (test.statistic, test.extra["df_denominator"]) == (pytest.approx(t**2), 9.0)


def test_curves_of_hansen_as_in_strucchange() -> None:
    # strucchange:::pvalue.Fstats(x, "supF", k, ((1 - pi) / pi)^2)
    for x, share, one, two in (
        (3, 0.1, 0.6261187, 0.936563), (5, 0.15, 0.2473173, 0.5590596), (7, 0.2, 0.08691536, 0.2532019),
        (9, 0.15, 0.04179591, 0.1404137), (12, 0.1, 0.01257029, 0.05176469),
    ):  # fmt: skip
        assert sup_f_tail(x, 1, share) == pytest.approx(one, rel=1e-5)
        assert sup_f_tail(x, 2, share) == pytest.approx(two, rel=1e-5)
    assert sup_f_tail(3.841, 1, 0.4999) == pytest.approx(0.05, abs=0.002)
    assert sup_f_tail(sup_f_limit(0.05, 3, 0.1), 3, 0.1) == pytest.approx(0.05)
    with pytest.raises(InputError, match="at most 3"):
        sup_f_tail(5, 4, 0.15)


def test_limits_of_the_bridge_are_the_tabulated_ones() -> None:
    assert [round(bridge_limit(alpha), 2) for alpha in (0.01, 0.05, 0.10)] == [1.63, 1.36, 1.22]
    assert bridge_tail(bridge_limit(0.2)) == pytest.approx(0.2)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=20, max_size=40), st.integers(2, 9))
def test_scale_does_not_matter_and_a_turned_series_has_the_break_at_the_other_end(values: list[int], by: int) -> None:
    for test in (pettitt, ols_cusum, sup_f):
        found = test(values)
        if not found:
            assert found.reason is not None
            continue
        scaled = test(np.array(values) * float(by))
        assert scaled.statistic == pytest.approx(found.statistic, rel=1e-9)
        assert (scaled.behind - scaled.before) == pytest.approx(by * (found.behind - found.before))
        assert test(values[::-1]).statistic == pytest.approx(found.statistic, rel=1e-9)


def test_refusals() -> None:
    for test, least in ((pettitt, 11), (ols_cusum, 12), (sup_f, 20)):
        short = test(SHIFTED[: least - 1])
        assert short.reason is not None
        assert (short.reason.code, short.reason.values["needed"]) == ("too_few_periods", least)
        assert np.isnan(short.statistic)
        assert len(short.to_frame()) == 1
        equal = test([7] * 25)
        assert equal.reason is not None
        assert equal.reason.code == "all_equal"
        years = [Period.parse(str(year)) for year in range(2001, 2021)]
        broken = test(SHIFTED, periods=years, breaks=[dt.date(2011, 1, 1)])
        assert broken.reason is not None
        assert broken.reason.code == "series_break"
    assert LEAST["pettitt_permutation"] == 8
    known = chow(SHIFTED, dt.date(2011, 1, 1), periods=years, breaks=[dt.date(2011, 1, 1)])
    assert known.statistic == pytest.approx(chow(SHIFTED, 10).statistic)
    near = chow(SHIFTED, 2)
    assert near.reason is not None
    assert near.reason.code == "interruption_too_short"
    assert chow([7] * 25, 12).reason is not None


@pytest.mark.parametrize("test", [pettitt, ols_cusum, sup_f])
def test_points_that_follow_on_each_other_are_told(test) -> None:  # type: ignore[no-untyped-def]
    waves = np.round(100 + 30 * np.sin(np.arange(60) / 3))
    assert [note.code for note in test(waves).caveats] == ["serial_correlation"]
    assert test(SHIFTED).caveats == ()


def test_inputs_that_cannot_be_used() -> None:
    with pytest.raises(InputError, match="repeat each other"):
        ols_cusum(SHIFTED, np.ones(20))
    with pytest.raises(InputError, match="20 full rows"):
        sup_f(SHIFTED, np.arange(19))
    with pytest.raises(InputError, match="trimming"):
        sup_f(SHIFTED, trimming=0.5)
    with pytest.raises(InputError, match="inside the series"):
        chow(SHIFTED, 20)


@pytest.mark.parametrize("test", [pettitt, ols_cusum, sup_f])
def test_size_and_power(test) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(4)
    still = np.mean([test(y).p_value < 0.05 for y in rng.normal(0, 1, (400, 40))])
    shift = np.mean([test(y).p_value < 0.05 for y in rng.normal(0, 1, (100, 40)) + 1.5 * (np.arange(40) >= 20)])
    assert still <= 0.085
    assert shift > 0.85


def test_cusum_that_allows_for_serial_correlation_holds_its_level_better() -> None:
    rng = np.random.default_rng(6)
    plain = allowing = 0
    for _ in range(200):
        noise = rng.normal(0, 1, 120)
        y = np.zeros(120)
        for k in range(1, 120):
            y[k] = 0.5 * y[k - 1] + noise[k]
        plain += ols_cusum(y).p_value < 0.05
        allowing += ols_cusum(y, lags=8).p_value < 0.05
    assert plain / 200 > 0.25
    assert allowing / 200 < 0.10
    assert ols_cusum(y, lags=8).method == "ols_cusum_hac_lag8"


def test_an_exact_step_has_a_finite_statistic_and_no_order_in_its_rounding() -> None:
    for figures in (np.repeat([0.1, 0.3], 12), np.repeat([0, 1e9], 12)):
        for test in (pettitt, ols_cusum, sup_f):
            found = test(figures, zeros=True)
            assert (found.after, np.isfinite(found.statistic), found.caveats) == (12, True, ())
        assert np.isfinite(chow(figures, 12, zeros=True).statistic)


def test_a_period_that_the_date_divides_may_be_empty() -> None:
    years = [Period.parse(str(year)) for year in range(2001, 2013)]
    figures = [5, 4, 6, 5, 7, 4, None, 11, 13, 10, 12, 14]
    assert chow(figures, dt.date(2007, 7, 1), periods=years).n == 11
    whole = chow(figures, dt.date(2007, 1, 1), periods=years)
    assert whole.reason is not None
    assert whole.reason.code == "series_missing_values"
