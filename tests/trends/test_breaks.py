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
from stats.trends.segments import residual_sums

NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
        1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
        831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865,
        845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050,
        918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740]  # fmt: skip
NILE_YEARS = [Period.parse(str(year)) for year in range(1871, 1971)]
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
            find_breaks(SHIFTED, segment=segment)


@pytest.mark.parametrize(
    ("levels", "places"), [([5, 9], [10]), ([5, 9, 2], [10, 20]), ([0.1, 0.3], [10]), ([0, 1e9], [10])]
)
def test_figures_that_fit_exactly_have_no_more_breaks_than_they_show(levels: list[float], places: list[int]) -> None:
    # Rounding is all that more breaks could take away, and no reason to doubt the date.
    found = find_breaks(np.repeat(levels, 10), zeros=True)
    assert found.after.tolist() == found.after_low.tolist() == found.after_high.tolist() == places
    assert np.isfinite(found.f_statistics[1:]).all()
