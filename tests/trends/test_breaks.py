"""Bai and Perron: strucchange's Nile, every partition tried, intervals, selection."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.periods import Period
from stats.trends.break_intervals import break_interval, place_cdf
from stats.trends.breaks import find_breaks
from stats.trends.change_points import ols_cusum, sup_f
from stats.trends.segments import residual_sums

NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
        1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
        831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865,
        845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050,
        918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740]  # fmt: skip
NILE_YEARS = [Period.parse(str(year)) for year in range(1871, 1971)]
DRIVERS = np.array(
    [
        1687,
        1508,
        1507,
        1385,
        1632,
        1511,
        1559,
        1630,
        1579,
        1653,
        2152,
        2148,
        1752,
        1765,
        1717,
        1558,
        1575,
        1520,
        1805,
        1800,
        1719,
        2008,
        2242,
        2478,
        2030,
        1655,
        1693,
        1623,
        1805,
        1746,
        1795,
        1926,
        1619,
        1992,
        2233,
        2192,
        2080,
        1768,
        1835,
        1569,
        1976,
        1853,
        1965,
        1689,
        1778,
        1976,
        2397,
        2654,
        2097,
        1963,
        1677,
        1941,
        2003,
        1813,
        2012,
        1912,
        2084,
        2080,
        2118,
        2150,
        1608,
        1503,
        1548,
        1382,
        1731,
        1798,
        1779,
        1887,
        2004,
        2077,
        2092,
        2051,
        1577,
        1356,
        1652,
        1382,
        1519,
        1421,
        1442,
        1543,
        1656,
        1561,
        1905,
        2199,
        1473,
        1655,
        1407,
        1395,
        1530,
        1309,
        1526,
        1327,
        1627,
        1748,
        1958,
        2274,
        1648,
        1401,
        1411,
        1403,
        1394,
        1520,
        1528,
        1643,
        1515,
        1685,
        2000,
        2215,
        1956,
        1462,
        1563,
        1459,
        1446,
        1622,
        1657,
        1638,
        1643,
        1683,
        2050,
        2262,
        1813,
        1445,
        1762,
        1461,
        1556,
        1431,
        1427,
        1554,
        1645,
        1653,
        2016,
        2207,
        1665,
        1361,
        1506,
        1360,
        1453,
        1522,
        1460,
        1552,
        1548,
        1827,
        1737,
        1941,
        1474,
        1458,
        1542,
        1404,
        1522,
        1385,
        1641,
        1510,
        1681,
        1938,
        1868,
        1726,
        1456,
        1445,
        1456,
        1365,
        1487,
        1558,
        1488,
        1684,
        1594,
        1850,
        1998,
        2079,
        1494,
        1057,
        1218,
        1168,
        1236,
        1076,
        1174,
        1139,
        1427,
        1487,
        1483,
        1513,
        1357,
        1165,
        1282,
        1110,
        1297,
        1185,
        1222,
        1284,
        1444,
        1575,
        1737,
        1763,
    ]
)
"""Drivers killed or seriously injured in Great Britain, January 1969 to December 1984 (R's UKDriverDeaths)."""
SHIFTED = [5, 4, 6, 5, 7, 4, 5, 6, 4, 5, 12, 11, 13, 10, 12, 14, 11, 12, 13, 12]


def test_the_nile_as_strucchange_prints_it() -> None:
    # summary(breakpoints(Nile ~ 1)) and confint() of it.
    found = find_breaks(NILE, periods=NILE_YEARS)
    assert found.last_before == ("1898",)
    row = found.dates().iloc[0]
    assert (row["low"], row["high"], row["key_low"], row["key_high"]) == (25, 32, "1895", "1902")
    table = found.selection()
    assert table["residual_squares"].round().tolist() == [2835157, 1597457, 1552924, 1538097, 1507888, 1659994]
    assert table["bic"].round().tolist() == [1318, 1270, 1276, 1285, 1292, 1311]
    assert table["places"].tolist() == [
        (), (28,), (28, 83), (28, 68, 83), (28, 45, 68, 83), (15, 30, 45, 68, 83)
    ]  # fmt: skip
    np.testing.assert_allclose(found.means, [1097.75, 849.9722], atol=1e-4)
    assert found.to_frame()[["first", "last", "points"]].to_numpy().tolist() == [["1871", "1898", 28],
                                                                              ["1899", "1970", 72]]  # fmt: skip
    assert [note.code for note in found.caveats] == ["breaks_or_dependence"]


def test_the_sequential_choice_compares_with_the_printed_values() -> None:
    found = find_breaks(NILE, criterion="sequential")
    table = found.selection()
    assert found.after.tolist() == [28]
    assert table["f_one_more"][0] == pytest.approx(75.93, abs=5e-4)
    assert table["f"][1] == pytest.approx(75.93, abs=5e-4)
    assert table["f_one_more_critical"].tolist()[:5] == [8.58, 10.13, 11.14, 11.83, 12.25]
    assert table["f_critical"].tolist()[1:] == [8.58, 7.22, 5.96, 4.99, 3.91]
    with pytest.raises(InputError, match="Critical values"):
        find_breaks(SHIFTED, criterion="sequential")
    assert np.isnan(find_breaks(SHIFTED).selection()["f_critical"]).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=16, max_size=20), st.integers(1, 2))
def test_dynamic_programming_finds_the_best_of_all_partitions(values: list[int], breaks: int) -> None:
    found = find_breaks(values, segment=5, most=2)
    if not found:
        assert len(set(values)) == 1
        return
    x = np.array(values, dtype=float)
    if breaks >= len(found.residual_squares):
        return
    every = [
        sum(((x[a:b] - x[a:b].mean()) ** 2).sum() for a, b in itertools.pairwise([0, *cut, len(x)]))
        for cut in itertools.combinations(range(5, len(x) - 4), breaks)
        if all(b - a >= 5 for a, b in itertools.pairwise([0, *cut, len(x)]))
    ]
    assert found.residual_squares[breaks] == pytest.approx(min(every), rel=1e-9, abs=1e-6)
    assert found.residual_squares[0] >= found.residual_squares[breaks] - 1e-6


def test_residual_sums_with_covariates_by_regression_of_every_stretch() -> None:
    rng = np.random.default_rng(1)
    y, z = rng.normal(100, 5, 14), np.column_stack([np.ones(14), 1e4 + np.arange(14.0), rng.normal(0, 1, 14)])
    z[:5, 2] = 3.0  # stands still at first: nothing to learn there
    sums = residual_sums(y, z)
    for i, j in itertools.combinations_with_replacement(range(14), 2):
        left = y[i : j + 1] - z[i : j + 1] @ np.linalg.lstsq(z[i : j + 1], y[i : j + 1], rcond=None)[0]
        assert sums[i, j] == pytest.approx(left @ left, abs=1e-7)
    assert np.isnan(sums[3, 2])


def test_a_break_of_the_trend() -> None:
    time = np.arange(40.0)
    noise = np.random.default_rng(9).normal(0, 0.5, 40)
    y = np.where(time < 22, 10 + time, 32 - 2 * (time - 22)) + noise
    found = find_breaks(y, time, most=2)
    assert found.after.tolist() == [22]
    assert found.terms == 2
    assert np.isnan(found.means_low).all()
    np.testing.assert_allclose(found.fitted, y, atol=2)


def test_no_break_in_a_level_series_and_none_allowed() -> None:
    rng = np.random.default_rng(12)
    counts = [len(find_breaks(y)) for y in rng.normal(50, 5, (150, 40))]
    assert np.mean(np.array(counts) > 0) <= 0.10
    planted = [find_breaks(y).after.tolist() for y in rng.normal(50, 5, (60, 40)) + 12 * (np.arange(40) >= 25)]
    assert np.mean([any(abs(k - 25) <= 2 for k in places) for places in planted]) > 0.9
    level = find_breaks(rng.normal(50, 5, 40), most=0)
    assert (len(level), level.to_frame()["points"].tolist()) == (0, [40])
    assert len(level.dates()) == 0


def test_intervals_of_yao_and_coverage() -> None:
    # Both limits as Bai (1997) takes them from Yao's symmetric distribution: 7.7 and 11.0.
    assert place_cdf(7.69, 1, 1) - place_cdf(-7.69, 1, 1) == pytest.approx(0.90, abs=0.005)
    assert place_cdf(11.0, 1, 1) - place_cdf(-11.0, 1, 1) == pytest.approx(0.95, abs=0.005)
    for ratio, spread in ((1.0, 1.0), (1.0, 4.0), (0.5, 0.2)):
        grid = [place_cdf(x, ratio, spread) for x in np.linspace(-300, 300, 601)]
        assert (np.diff(grid) >= -1e-12).all()
        assert (grid[0], grid[-1]) == (pytest.approx(0, abs=1e-3), pytest.approx(1, abs=1e-3))
        assert place_cdf(-1e-9, ratio, spread) == pytest.approx(place_cdf(1e-9, ratio, spread), abs=1e-4)
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        y = rng.normal(0, 1, 80) + 1.2 * (np.arange(80) >= 30)
        found = find_breaks(y, most=1)
        held += bool(len(found)) and found.after_low[0] <= 30 <= found.after_high[0]
    assert held / 200 > 0.88


def test_segments_that_differ_wildly_have_no_interval() -> None:
    calm, wild = np.tile([10.0, 10.1], 10), 12 + 10 * np.tile([1.0, -1.0], 10)
    level = np.ones((20, 1))
    assert np.isnan(break_interval(calm, level, wild, level, 0.95)).all()
    assert break_interval(np.full(20, 1.0), level, np.full(20, 2.0), level, 0.95) == (0.0, 0.0)


def test_refusals_and_inputs() -> None:
    short = find_breaks(SHIFTED[:14])
    assert short.reason is not None
    assert short.reason.values == {"found": 14, "needed": 15}
    assert len(short.to_frame()) == len(short.selection()) == len(short.dates()) == 0
    assert "too_few_periods" in str(short)
    equal = find_breaks([7] * 20)
    assert equal.reason is not None
    assert equal.reason.code == "all_equal"
    years = [Period.parse(str(year)) for year in range(2001, 2021)]
    known = find_breaks(SHIFTED, periods=years, breaks=[dt.date(2011, 1, 1)])
    assert known.reason is not None
    assert known.reason.code == "series_break"
    for segment in (4, 11):
        with pytest.raises(InputError, match="does not fit 20 points"):
            find_breaks(SHIFTED, periods=years, segment=segment)


def test_bare_figures_follow_the_segments_of_strucchange_and_real_series_have_five_points_at_least() -> None:
    # breakpoints(): h = floor(0.15 n), more points than coefficients, at most half of all.
    years = [Period.parse(str(year)) for year in range(2001, 2021)]
    assert [find_breaks(SHIFTED, **way).segment for way in ({}, {"segment": 2}, {"periods": years})] == [3, 2, 5]
    for segment in (1, 11):
        with pytest.raises(InputError, match="does not fit 20 points"):
            find_breaks(SHIFTED, segment=segment)
    with pytest.raises(InputError, match="does not fit 20 points"):
        find_breaks(SHIFTED, np.arange(20), segment=2)
    assert np.isnan(find_breaks(SHIFTED).selection()["f_critical"]).all()


def test_the_seat_belt_breaks_as_strucchange_prints_them() -> None:
    # breakpoints(y ~ ylag1 + ylag12, data = seatbelt, h = 0.1): BIC keeps none; its example then asks for two,
    # October 1973 (oil) and January 1983 (the law), with confint(bp.seat, breaks = 2).
    y = np.log10(DRIVERS)
    lags = np.column_stack([y[11:-1], y[:-12]])
    chosen, asked = find_breaks(y[12:], lags, segment=0.1), find_breaks(y[12:], lags, segment=0.1, number=2)
    assert chosen.selection()["bic"].round(4).tolist()[:4] == [-602.8611, -601.0539, -598.9042, -594.8774]
    assert chosen.selection()["residual_squares"].round(4).tolist()[:4] == [0.3297, 0.2967, 0.2676, 0.2438]
    assert chosen.candidates[3] == (46, 70, 157)
    assert (len(chosen), asked.after.tolist(), asked.method) == (0, [46, 157], "bai_perron_given")
    assert asked.dates()[["low", "high"]].to_numpy().tolist() == [[33, 56], [144, 171]]
    test = sup_f(y[12:], lags, trimming=0.1)  # sctest(Fstats(..., from = 0.1))
    assert (test.statistic, test.p_value) == (pytest.approx(19.3331, abs=5e-5), pytest.approx(0.006721, abs=5e-7))
    cusum = ols_cusum(y[12:], lags)  # sctest(efp(..., type = "OLS-CUSUM"))
    assert (cusum.statistic, cusum.p_value) == (pytest.approx(1.4866, abs=5e-5), pytest.approx(0.02407, abs=1e-5))


def test_a_number_of_breaks_that_is_given_is_kept() -> None:
    assert find_breaks(NILE, number=0).after.tolist() == []
    assert find_breaks(NILE, number=2).after.tolist() == [28, 83]
    with pytest.raises(InputError, match="no room for 6 breaks"):
        find_breaks(NILE, number=6)


@pytest.mark.parametrize(
    ("levels", "places"), [([5, 9], [10]), ([5, 9, 2], [10, 20]), ([0.1, 0.3], [10]), ([0, 1e9], [10])]
)
def test_figures_that_fit_exactly_have_no_more_breaks_than_they_show(levels: list[float], places: list[int]) -> None:
    # Rounding is all that more breaks could take away, and no reason to doubt the date.
    found = find_breaks(np.repeat(levels, 10), zeros=True)
    assert found.after.tolist() == found.after_low.tolist() == found.after_high.tolist() == places
    assert np.isfinite(found.f_statistics[1:]).all()
