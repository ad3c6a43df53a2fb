"""Mann-Kendall and Sen: R's values, exact distributions by enumeration, conventions, refusals."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.periods import Period
from stats.trends.kendall import covariance, exact_distribution, score
from stats.trends.monotone import mann_kendall, sen_slope
from stats.trends.seasonal import seasonal_mann_kendall, seasonal_sen_slope

NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
        1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
        831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865,
        845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050,
        918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740]  # fmt: skip
"""Annual flow of the Nile at Aswan, 1871 to 1970 (R's datasets::Nile)."""


def test_the_nile_falls_as_r_says() -> None:
    # cor.test(1:100, Nile, method = "kendall", exact = FALSE, continuity = TRUE)
    test = mann_kendall(NILE)
    assert test.statistic == pytest.approx(-4.1281, abs=5e-5)
    assert test.p_value == pytest.approx(3.658e-05, rel=1e-3)
    assert test.extra["tau"] == pytest.approx(-0.2807413, abs=5e-8)
    assert [note.code for note in test.caveats] == ["serial_correlation"]
    plain = mann_kendall(NILE, continuity=False)
    assert plain.statistic == pytest.approx(test.extra["S"] / test.extra["variance"] ** 0.5)
    assert mann_kendall(NILE, alternative="less").p_value == pytest.approx(test.p_value / 2)


def test_nottingham_by_months_as_printed_by_the_trend_package() -> None:
    # Its vignette: S = 224, p = 0.036 in all; August S = 80, September S = 67.
    test = seasonal_mann_kendall(NOTTEM, 12)
    assert (test.extra["S"], round(test.p_value, 3)) == (224.0, 0.036)
    assert [test.extra["by_season"][k][0] for k in (7, 8)] == [80.0, 67.0]


def test_seasons_that_are_alike_and_the_slope_within_seasons_of_nottingham() -> None:
    # trend's csmk.test and sea.sens.slope on nottem, worked out in R: S 224, variance 19663.33, slope 0.05.
    test = seasonal_mann_kendall(NOTTEM, 12, dependent=True, continuity=False)
    assert (test.extra["S"], test.extra["variance"]) == (224.0, pytest.approx(19663.33, abs=0.005))
    assert test.statistic == pytest.approx(1.597421, abs=5e-7)
    assert test.method == "seasonal_mann_kendall_dependent_uncorrected"
    slope = seasonal_sen_slope(NOTTEM, 12)
    assert (slope.estimate, slope.extra["slopes"]) == (pytest.approx(0.05), 2280)
    assert slope.conf_low <= 0.05 <= slope.conf_high
    assert slope.p_value == seasonal_mann_kendall(NOTTEM, 12).p_value
    wide = seasonal_sen_slope(NOTTEM, 12, dependent=True)
    assert wide.conf_low < slope.conf_low < slope.conf_high < wide.conf_high


def test_seasonal_slopes_by_hand_and_what_they_refuse() -> None:
    # Two seasons, three years: 1 2 4 and 10 10 13 give 1, 1.5, 2 and 0, 1.5, 3.
    slope = seasonal_sen_slope([1, 10, 2, 10, 4, 13], 2)
    assert (slope.estimate, slope.extra["slopes"], slope.method) == (1.5, 6, "seasonal_sen_slope")
    assert seasonal_sen_slope([1, 10, None, 10, 5, 13, 7, 14], 2).estimate == 2.0
    short = seasonal_sen_slope([1, 10, 2, 10], 2)
    assert short.reason is not None
    assert short.reason.values == {"found": 4, "needed": 6}
    few = seasonal_mann_kendall(range(36), 4, dependent=True)
    assert few.reason is not None
    assert few.reason.values["needed"] == 40
    for cut, code in ((list(range(42)), "too_few_periods"), ([None, *range(39), 5], "series_missing_values")):
        refused = seasonal_mann_kendall(cut, 4, dependent=True)
        assert refused.reason is not None
        assert refused.reason.code == code


def test_the_covariances_of_seasons_by_all_orders_of_the_years() -> None:
    years = np.array([[1.0, 5.0], [2.0, 3.0], [4.0, 9.0], [7.0, 8.0]])
    every = [[score(years[list(order), k])[0] for k in (0, 1)] for order in itertools.permutations(range(4))]
    np.testing.assert_allclose(covariance(years), np.cov(np.array(every).T, bias=True))


def test_slope_of_the_nile_as_scipy_and_both_conventions_of_limits() -> None:
    slope = sen_slope(NILE)
    want = scipy.stats.theilslopes(NILE)
    assert (slope.estimate, slope.conf_low, slope.conf_high) == pytest.approx(want[:1] + want[2:])
    assert slope.extra["intercept"] == pytest.approx(want.intercept - want.slope)
    # By hand: ten slopes of 1 3 4 8 5 with ranks (10 -/+ 1.96 sqrt(16.67)) / 2 = 1 and 9 + 1.
    short = sen_slope([1, 3, 4, 8, 5])
    assert short.estimate == 1.25
    assert (short.conf_low, short.conf_high) == (-3.0, 4.0)
    gilbert = sen_slope([1, 3, 4, 8, 5], interval="gilbert")
    slopes = np.sort([2, 1.5, 7 / 3, 1, 1, 2.5, 2 / 3, 4, 0.5, -3])
    reach = 1.959964 * (5 * 4 * 15 / 18) ** 0.5
    np.testing.assert_allclose(
        [gilbert.conf_low, gilbert.conf_high], np.interp([(10 - reach) / 2, (10 + reach) / 2 + 1], range(1, 11), slopes)
    )


@pytest.mark.parametrize("values", [(1, 2, 3, 4, 5), (1, 1, 2, 3, 3), (2, 2, 2, 1, 1, 5), (7, 7, 7, 7, 1)])
def test_exact_distribution_by_enumeration(values: tuple[int, ...]) -> None:
    every = [score(np.array(order, dtype=float))[0] for order in itertools.permutations(values)]
    points, counts = np.unique(every, return_counts=True)
    s, chance = exact_distribution(values)
    assert s[chance > 0].tolist() == points.tolist()
    np.testing.assert_allclose(chance[chance > 0], counts / len(every))
    assert np.var(every) == pytest.approx(score(np.array(values, dtype=float))[1])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 10**6), min_size=5, max_size=10, unique=True))
def test_exact_p_without_ties_is_that_of_scipy_and_turning_the_series_round_turns_the_sign(values: list[int]) -> None:
    test = mann_kendall(values)
    assert test.method == "mann_kendall_exact"
    want = scipy.stats.kendalltau(range(len(values)), values, method="exact")
    assert test.p_value == pytest.approx(want.pvalue)
    assert test.extra["tau"] == pytest.approx(want.statistic)
    back = mann_kendall(values[::-1])
    assert back.extra["S"] == -test.extra["S"]
    assert back.p_value == pytest.approx(test.p_value)
    np.testing.assert_allclose(sen_slope(values[::-1]).estimate, -sen_slope(values).estimate, atol=1e-9)


def test_five_rising_years_are_just_enough() -> None:
    test = mann_kendall([3, 5, 6, 8, 9])
    assert test.p_value == pytest.approx(2 / 120)
    short = mann_kendall([3, 5, 6, 8])
    assert short.reason is not None
    assert (short.reason.code, short.reason.values) == ("too_few_periods", {"found": 4, "needed": 5})
    assert not sen_slope([3, 5, 6, 8])


def test_empty_years_are_left_out_and_time_goes_on() -> None:
    keys = [Period.parse(str(year)) for year in (2015, 2016, 2018, 2019, 2020, 2022)]
    slope = sen_slope([10, 12, 16, 18, 20, 24], periods=keys)
    assert slope.estimate == pytest.approx(2)
    assert (slope.conf_low, slope.conf_high) == (2.0, 2.0)
    gapped = sen_slope([10, 12, None, 16, 18, 20, None, 24])
    assert gapped.estimate == pytest.approx(2)
    assert [note.code for note in gapped.caveats] == ["missing_left_out"]
    assert sen_slope([10, 12, 16, 18, 20, 24], time=[0, 10, 30, 40, 50, 70]).estimate == pytest.approx(0.2)


@pytest.mark.parametrize("test", [mann_kendall, sen_slope])
def test_refusals(test) -> None:  # type: ignore[no-untyped-def]
    years = [Period.parse(str(year)) for year in range(2015, 2025)]
    figures = list(range(10))

    def code(values: object = figures, **options: object) -> str:
        result = test(values, **options)
        assert not result
        return str(result.reason.code)

    assert code([4] * 8) == "all_equal"
    assert code(periods=years, breaks=[dt.date(2022, 7, 6)]) == "series_break"
    assert code(periods=[*years[:9], Period.parse("2024-6M")]) == "series_mixed_kinds"
    assert code(actors=["committees", "inspection_commissions"]) == "series_streams"
    assert code([0, 50, 60, 55, 58, 61]) == "series_doubtful_zeros"
    assert test([0, 50, 60, 55, 58, 61], zeros=True)


def test_seasonal_refusals_and_holes() -> None:
    quarters = [5.0, 9, 4, 20, 6, 8, 5, 22, 7, 10, 4, 25, 8, 11]
    test = seasonal_mann_kendall([*quarters[:5], np.nan, *quarters[6:]], 4)
    assert [note.code for note in test.caveats] == ["missing_left_out"]
    short = seasonal_mann_kendall(quarters[:8], 4)
    assert short.reason is not None
    assert short.reason.values == {"found": 8, "needed": 12}
    equal = seasonal_mann_kendall([1, 2, 3, 4] * 3, 4)
    assert equal.reason is not None
    assert equal.reason.code == "all_equal"


def test_inputs_that_cannot_be_used() -> None:
    with pytest.raises(InputError, match="increase"):
        sen_slope([1, 2, 3, 4, 5], time=[1, 2, 2, 4, 5])
    with pytest.raises(InputError, match="up to 60"):
        mann_kendall(NILE, p_value="exact")
    with pytest.raises(InputError, match="not a number"):
        mann_kendall(["1", "2", "3", "4", "5"])
    with pytest.raises(InputError, match="season"):
        seasonal_mann_kendall([1, 2, 3], 1)


def test_the_same_period_of_each_year_changes_by_the_year() -> None:
    halves = [Period.parse(f"{year}-6M") for year in (2015, 2016, 2017, 2019, 2020)]
    assert sen_slope([10, 12, 14, 18, 20], periods=halves).estimate == 2
    months = [Period.parse(f"2018-{month:02d}") for month in (1, 2, 3, 5, 6)]
    assert sen_slope([10, 12, 14, 18, 20], periods=months).estimate == 2


@pytest.mark.parametrize("n", [6, 10, 15])
def test_size_with_ties_and_power(n: int) -> None:
    rng = np.random.default_rng(n)
    still = [mann_kendall(y).p_value < 0.05 for y in rng.poisson(6, (400, n)) if np.ptp(y)]
    assert np.mean(still) <= 0.075
    rising = [mann_kendall(y).p_value < 0.05 for y in rng.poisson(20 + 30 * np.arange(n) / n, (100, n))]
    assert np.mean(rising) > (0.4 if n == 6 else 0.9)


NOTTEM = [
    40.6, 40.8, 44.4, 46.7, 54.1, 58.5, 57.7, 56.4, 54.3, 50.5, 42.9, 39.8, 44.2, 39.8, 45.1, 47, 54.1, 58.7, 66.3,
    59.9, 57, 54.2, 39.7, 42.8, 37.5, 38.7, 39.5, 42.1, 55.7, 57.8, 56.8, 54.3, 54.3, 47.1, 41.8, 41.7, 41.8, 40.1,
    42.9, 45.8, 49.2, 52.7, 64.2, 59.6, 54.4, 49.2, 36.3, 37.6, 39.3, 37.5, 38.3, 45.5, 53.2, 57.7, 60.8, 58.2, 56.4,
    49.8, 44.4, 43.6, 40, 40.5, 40.8, 45.1, 53.8, 59.4, 63.5, 61, 53, 50, 38.1, 36.3, 39.2, 43.4, 43.4, 48.9, 50.6,
    56.8, 62.5, 62, 57.5, 46.7, 41.6, 39.8, 39.4, 38.5, 45.3, 47.1, 51.7, 55, 60.4, 60.5, 54.7, 50.3, 42.3, 35.2,
    40.8, 41.1, 42.8, 47.3, 50.9, 56.4, 62.2, 60.5, 55.4, 50.2, 43, 37.3, 34.8, 31.3, 41, 43.9, 53.1, 56.9, 62.5,
    60.3, 59.8, 49.2, 42.9, 41.9, 41.6, 37.1, 41.2, 46.9, 51.2, 60.4, 60.1, 61.6, 57, 50.9, 43, 38.8, 37.1, 38.4,
    38.4, 46.5, 53.5, 58.4, 60.6, 58.2, 53.8, 46.6, 45.5, 40.6, 42.4, 38.4, 40.3, 44.6, 50.9, 57, 62.1, 63.5, 56.3,
    47.3, 43.6, 41.8, 36.2, 39.3, 44.5, 48.7, 54.2, 60.8, 65.5, 64.9, 60.1, 50.2, 42.1, 35.8, 39.4, 38.2, 40.4, 46.9,
    53.4, 59.6, 66.5, 60.4, 59.2, 51.2, 42.8, 45.8, 40, 42.6, 43.5, 47.1, 50, 60.5, 64.6, 64, 56.8, 48.6, 44.2, 36.4,
    37.3, 35, 44, 43.9, 52.7, 58.6, 60, 61.1, 58.1, 49.6, 41.6, 41.3, 40.8, 41, 38.4, 47.4, 54.1, 58.6, 61.4, 61.8,
    56.3, 50.9, 41.4, 37.1, 42.1, 41.2, 47.3, 46.6, 52.4, 59, 59.6, 60.4, 57, 50.7, 47.8, 39.2, 39.4, 40.9, 42.4,
    47.8, 52.4, 58, 60.7, 61.8, 58.2, 46.7, 46.6, 37.8,
]  # fmt: skip
"""Monthly mean temperature at Nottingham, 1920 to 1939 (R's datasets::nottem)."""
