"""Classical decomposition and STL: R's values, identities by hand, strength of a season, refusals."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from stats import synthetic
from stats.errors import InputError, UnknownCodeError
from stats.periods import Period
from stats.seasons import (
    Decomposition,
    by_new_year,
    classical_decomposition,
    new_year_month,
    stable_season,
    stl_decomposition,
)

UKGAS = [
    160.1, 129.7, 84.8, 120.1, 160.1, 124.9, 84.8, 116.9, 169.7, 140.9, 89.7, 123.3, 187.3, 144.1, 92.9, 120.1, 176.1,
    147.3, 89.7, 123.3, 185.7, 155.3, 99.3, 131.3, 200.1, 161.7, 102.5, 136.1, 204.9, 176.1, 112.1, 140.9, 227.3,
    195.3, 115.3, 142.5, 244.9, 214.5, 118.5, 153.7, 244.9, 216.1, 188.9, 142.5, 301.0, 196.9, 136.1, 267.3, 317.0,
    230.5, 152.1, 336.2, 371.4, 240.1, 158.5, 355.4, 449.9, 286.6, 179.3, 403.4, 491.5, 321.8, 177.7, 409.8, 593.9,
    329.8, 176.1, 483.5, 584.3, 395.4, 187.3, 485.1, 669.2, 421.0, 216.1, 509.1, 827.7, 467.5, 209.7, 542.7, 840.5,
    414.6, 217.7, 670.8, 848.5, 437.0, 209.7, 701.2, 925.3, 443.4, 214.5, 683.6, 917.3, 515.5, 224.1, 694.8, 989.4,
    477.1, 233.7, 730.0, 1087.0, 534.7, 281.8, 787.6, 1163.9, 613.1, 347.4, 782.8,
]  # fmt: skip
"""Quarterly gas consumption of the United Kingdom, 1960 to 1986 (R's datasets::UKgas)."""

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

QUARTERS = [
    Period.parse(f"{year}-Q1") if q == 0 else
    Period.parse(f"{year}-{3 * q + 1:02d}-01..{dt.date(year, 3 * q + 3, (31, 30, 30, 31)[q])}")
    for year in range(2016, 2026) for q in range(4)
]  # fmt: skip
MONTHS = [Period.parse(f"{year}-{month:02d}") for year in range(2016, 2026) for month in range(1, 13)]


def parts(found: Decomposition, *points: int) -> np.ndarray:
    return np.column_stack([found.seasonal, found.trend, found.remainder])[list(points)]


class TestValuesOfR:
    """R 4.2.2: stl() and decompose() on its own data sets."""

    def test_stl_with_a_fixed_season(self) -> None:
        # stl(nottem, "periodic"): the first line of its help page's example.
        found = stl_decomposition(NOTTEM, season=12)
        expected = [[-9.3471980274764, 49.6806726485632, 0.26652537891318],
                    [-9.85524962154722, 49.5455208170358, 1.10972880451138],
                    [-9.47814227829695, 49.0050970823857, -1.72695480408874]]  # fmt: skip
        np.testing.assert_allclose(parts(found, 0, 1, -1), expected, rtol=1e-10, atol=1e-11)

    def test_stl_of_logs(self) -> None:
        # stl(log(UKgas), "periodic")
        found = stl_decomposition(UKGAS, season=4, model="multiplicative")
        expected = [[0.4329826183354, 4.76880320315, -0.1259872014843],
                    [0.0153529217139, 4.78001493019, 0.0698562394217],
                    [-0.5460616742999, 4.78425038640, 0.2021068306954]]  # fmt: skip
        np.testing.assert_allclose(np.log(parts(found, 0, 1, 2)), expected, rtol=1e-10)
        assert (found.strength, found.trend_strength) == pytest.approx((0.8449872, 0.9349578), abs=5e-8)

    def test_stl_with_a_season_that_changes(self) -> None:
        # stl(UKgas, s.window = 13)
        found = stl_decomposition(UKGAS, season=4, seasonal_window=13)
        expected = [[46.1755673631688, 117.090872695266, -3.16644005843503],
                    [-110.989866776706, 265.842977448129, -2.75311067142349],
                    [92.1980988109269, 693.438318941052, -2.83641775197896]]  # fmt: skip
        np.testing.assert_allclose(parts(found, 0, 50, -1), expected, rtol=1e-10)
        assert found.lowest[0] < found.factors[0] < found.highest[0]

    def test_stl_with_everything_chosen(self) -> None:
        # stl(UKgas, s.window = 9, s.degree = 1, t.window = 21, l.window = 15, inner = 3, outer = 4)
        found = stl_decomposition(
            UKGAS, season=4, seasonal_window=9, degrees=(1, 1, 1), trend_window=21, low_pass_window=15, inner=3, outer=4
        )
        expected = [[37.5378727620412, 120.604094478862, 1.95803275909651],
                    [-115.067449130265, 262.093684915935, 5.07376421433042],
                    [73.4020461226542, 748.929543845339, -39.5315899679928]]  # fmt: skip
        np.testing.assert_allclose(parts(found, 0, 50, -1), expected, rtol=1e-9)
        np.testing.assert_allclose(
            found.weights[[0, 50, -1]], [0.992934389819664, 0.951315739043367, 0.0822101292778214]
        )

    def test_robust_stl(self) -> None:
        # stl(UKgas, s.window = 7, robust = TRUE); and of an odd number of points, where R's median is exact.
        found = stl_decomposition(UKGAS, season=4, seasonal_window=7, robust=True)
        expected = [[41.4796555464525, 121.493642237189, -2.87329778364158],
                    [109.925437299485, 715.299759794391, -42.4251970938762]]  # fmt: skip
        np.testing.assert_allclose(parts(found, 0, -1), expected, rtol=1e-9)
        assert found.weights[-1] == 0
        odd = stl_decomposition(UKGAS[:-1], season=4, robust=True)
        expected = [[87.4608617746683, 113.229569882617, -40.5904316572855],
                    [-126.220937308545, 525.664717069776, -52.0437797612312]]  # fmt: skip
        np.testing.assert_allclose(parts(odd, 0, -1), expected, rtol=1e-9)

    def test_an_even_window_counts_as_the_next_odd_one(self) -> None:
        one, other = (stl_decomposition(UKGAS, season=4, seasonal_window=w, jumps=(1, 1, 1)) for w in (12, 13))
        np.testing.assert_array_equal(one.seasonal, other.seasonal)

    def test_classical_decomposition(self) -> None:
        additive = classical_decomposition(UKGAS, season=4)
        np.testing.assert_allclose(
            additive.factors, [175.138100961538, -36.1412259615385, -168.967668269231, 29.9707932692], rtol=1e-10
        )
        np.testing.assert_allclose(parts(additive, 2), [[-168.967668269231, 123.675, 130.092668269231]])
        times = classical_decomposition(UKGAS, season=4, model="multiplicative")
        np.testing.assert_allclose(times.factors, [1.4537106558, 0.9559325923, 0.5584440807, 1.0319126711], rtol=1e-9)
        np.testing.assert_allclose(parts(times, 50), [[0.558444080734706, 265.75, 1.02488762409325]])
        months = classical_decomposition(NOTTEM, season=12)
        np.testing.assert_allclose(months.factors[:3], [-9.3393640351, -9.8998903509, -6.9466008772], rtol=1e-9)


class TestByHand:
    def test_a_straight_line_with_a_season_is_taken_apart_exactly(self) -> None:
        line, season = np.arange(20.0), np.tile([-3.0, 1.0, 4.0, -2.0], 5)
        found = classical_decomposition(10 + line + season, season=4)
        np.testing.assert_allclose(found.factors, [-3, 1, 4, -2])
        np.testing.assert_allclose(found.trend[2:-2], 10 + line[2:-2])
        np.testing.assert_allclose(found.adjusted, 10 + line)
        assert np.isnan(found.trend[[0, 1, -2, -1]]).all()
        assert found.strength == pytest.approx(1)

    def test_a_product_is_taken_apart_exactly(self) -> None:
        level, season = 100.0, np.tile([0.5, 1.0, 1.5, 1.0], 4)
        found = classical_decomposition(level * season, season=4, model="multiplicative")
        np.testing.assert_allclose(found.factors, [0.5, 1, 1.5, 1])
        np.testing.assert_allclose(found.adjusted, level)

    @given(st.integers(9, 40), st.integers(0, 10**6), st.booleans(), st.sampled_from(["additive", "multiplicative"]))
    @settings(max_examples=40)
    def test_the_parts_make_up_the_series(self, n: int, seed: int, robust: bool, model: str) -> None:
        y = np.random.default_rng(seed).uniform(20, 60, n)
        whole = np.add if model == "additive" else np.multiply
        for found in (
            stl_decomposition(y, season=4, robust=robust, model=model),
            stl_decomposition(y, season=4, seasonal_window=7, robust=robust, model=model),
            classical_decomposition(y, season=4, model=model),
        ):
            known = np.isfinite(found.trend)
            np.testing.assert_allclose(whole(whole(found.trend, found.seasonal), found.remainder)[known], y[known])
            assert 0 <= found.strength <= 1
            assert (found.lowest <= found.factors + 1e-9).all()

    def test_periods_name_the_places_of_the_year(self) -> None:
        found = stl_decomposition(range(10, 30), periods=QUARTERS[2:22])
        assert found.season == 4
        assert found.place.tolist()[:4] == [3, 4, 1, 2]
        assert found.keys[2] == "2017-Q1"
        season = np.tile([9.0, 0, 0, 0], 5)
        classical = classical_decomposition(season[2:], periods=QUARTERS[2:20], zeros=True)
        assert int(np.argmax(classical.factors)) == 0  # Quarter I

    def test_frames(self) -> None:
        found = stl_decomposition(UKGAS[:40], periods=QUARTERS, units=["members"])
        frame, factors = found.to_frame(), found.factors_frame()
        assert len(frame) == 40
        np.testing.assert_allclose(frame["estimate"], frame["observed"] - frame["seasonal"])
        assert frame["method"].eq("stl_periodic_additive").all()
        assert frame["unit"].eq("members").all()
        assert frame["derived"].all()
        assert factors["place"].tolist() == [1, 2, 3, 4]
        assert "strength" in str(found)


class TestStrength:
    @pytest.mark.parametrize(("freq", "season"), [("month", 12), ("quarter", 4)])
    @pytest.mark.parametrize("years", [3, 10])
    def test_chance_alone_seldom_passes_for_a_season(self, freq: str, season: int, years: int) -> None:
        quiet = synthetic.series(freq, bodies=200, last_year=2015 + years, design=synthetic.IN_CONTROL)
        series = quiet["disciplined"].to_numpy().reshape(200, -1)
        for function in (stl_decomposition, classical_decomposition):
            found = [function(row, season=season, zeros=True) for row in series]
            above = np.mean([one.strength > one.chance for one in found])
            assert above < 0.1  # 0.05 with a standard error of 0.015
            assert np.mean(["season_within_chance" in str(one.caveats) for one in found]) == pytest.approx(1 - above)

    def test_the_planted_season_is_found_where_it_was_planted(self) -> None:
        made = synthetic.series(bodies=40)["disciplined"].to_numpy().reshape(40, -1)
        found = [stl_decomposition(row, periods=MONTHS) for row in made]
        assert np.mean([one.strength > one.chance for one in found]) > 0.9
        mean = np.mean([one.factors / one.observed.mean() for one in found], axis=0)
        assert int(np.argmax(mean)) == 11  # December
        assert int(np.argmin(mean)) in (0, 1)  # the Lunar New Year

    @pytest.mark.parametrize("model", ["additive", "multiplicative"])
    def test_a_stable_season_by_kruskal_and_wallis(self, model: str) -> None:
        values = np.round(np.array(UKGAS) / 10)  # with ties
        for found in (stl_decomposition(values, season=4, model=model), classical_decomposition(values, season=4)):
            apart = found.observed - found.trend if found.model == "additive" else found.observed / found.trend
            groups = [apart[(found.place == k) & np.isfinite(apart)] for k in range(1, 5)]
            test, expected = stable_season(found), scipy.stats.kruskal(*groups)
            assert (test.statistic, test.p_value) == pytest.approx((expected.statistic, expected.pvalue))
            assert (test.df, test.n) == (3, np.isfinite(apart).sum())
        assert stable_season(stl_decomposition(UKGAS[:8], season=4)).reason.code == "too_few_periods"

    def test_a_season_that_may_change_has_no_limit(self) -> None:
        found = stl_decomposition(UKGAS, season=4, seasonal_window=7)
        assert np.isnan(found.chance)
        assert found.caveats == ()


class TestRefusals:
    @pytest.mark.parametrize("function", [classical_decomposition, stl_decomposition])
    @pytest.mark.parametrize(
        ("values", "options", "code"),
        [
            (range(10, 17), {"season": 4}, "too_few_periods"),
            ([1, 2, None, 4, 5, 6, 7, 8, 9, 10], {"season": 4}, "series_missing_values"),
            ([40, 50, 0, 40, 50, 60, 70, 80, 90], {"season": 4}, "series_doubtful_zeros"),
            ([5] * 12, {"season": 4}, "all_equal"),
            ([3, 0, 2, 1, 5, 4, 2, 1, 7], {"season": 4, "model": "multiplicative"}, "season_not_positive"),
            (range(10), {"periods": [Period.parse(str(y)) for y in range(2010, 2020)]}, "season_not_within_year"),
            (range(10), {"periods": [*QUARTERS[:4], *QUARTERS[5:11]]}, "series_gap"),
            (range(10), {"periods": [*QUARTERS[:9], MONTHS[30]]}, "series_mixed_kinds"),
            (range(10), {"periods": QUARTERS[:10], "breaks": [dt.date(2017, 1, 1)]}, "series_break"),
            (range(10), {"periods": QUARTERS[:10], "actors": ["cells", "committees"]}, "series_streams"),
            (range(10), {"periods": QUARTERS[:10], "units": ["members", "instances"]}, "series_units"),
        ],
    )
    def test_what_has_no_season_is_refused_with_its_reason(
        self, function: object, values: list, options: dict, code: str
    ) -> None:
        found = function(values, **options)
        assert not found
        assert found.reason.code == code
        assert np.isnan(found.adjusted).all()
        assert found.to_frame()["state"].eq("refused").all()

    def test_stl_needs_more_than_two_years_as_r_says(self) -> None:
        assert classical_decomposition(UKGAS[:8], season=4)
        assert stl_decomposition(UKGAS[:8], season=4).reason.code == "too_few_periods"
        assert stl_decomposition(UKGAS[:9], season=4)

    def test_a_break_may_be_accepted(self) -> None:
        day = dt.date(2017, 1, 1)
        assert stl_decomposition(UKGAS[:40], periods=QUARTERS, breaks=[day], rebased=[day])

    @pytest.mark.parametrize(
        "wrong",
        [{"season": 2.5}, {"season": True}, {"season": "12"}, {"season": 4, "degrees": (0, 1)},
         {"season": 4, "jumps": (1,)}, {"season": 4, "trend_window": "x"}, {"season": 4, "seasonal_window": 7.5},
         {"periods": ["2016-Q1"] * 40}],
    )  # fmt: skip
    def test_options_of_the_wrong_kind(self, wrong: dict) -> None:
        with pytest.raises(InputError) as caught:
            stl_decomposition(UKGAS[:40], **wrong)
        assert caught.value.vi

    def test_a_single_code_needs_no_list(self) -> None:
        assert stl_decomposition(UKGAS, season=4, actors="committee", units="members").unit == "members"

    def test_mistakes_are_errors(self) -> None:
        with pytest.raises(InputError, match="points in a year"):
            stl_decomposition(UKGAS)
        with pytest.raises(InputError, match="do not fit"):
            stl_decomposition(UKGAS[:40], season=12, periods=QUARTERS)
        with pytest.raises(UnknownCodeError):
            classical_decomposition(UKGAS, season=4, model="mixed")
        for options in ({"seasonal_window": 2}, {"seasonal_window": "per"}, {"trend_window": 3}, {"degrees": (2, 1, 1)},
                        {"jumps": (0, 1, 1)}):  # fmt: skip
            with pytest.raises(InputError):
                stl_decomposition(UKGAS, season=4, **options)


class TestLunarNewYear:
    def test_the_first_days_of_these_years(self) -> None:
        """Calendars of Vietnam: 22-1-2004, 31-1-2014, 19-2-2015, 1-2-2022, 22-1-2023, 29-1-2025, 31-1-2033 ..."""
        years = (2004, 2014, 2015, 2022, 2023, 2025, 2030, 2033, 2034)
        assert [new_year_month(year) for year in years] == [1, 1, 2, 2, 1, 1, 2, 1, 2]

    def test_the_month_with_the_holiday_is_always_the_second(self) -> None:
        order = by_new_year(MONTHS)
        second = [MONTHS[order[12 * k + 1]].start for k in range(10)]
        assert [day.month for day in second] == [new_year_month(day.year) for day in second]
        assert order[order].tolist() == list(range(120))
        assert (order != np.arange(120)).sum() == 2 * 4  # 2017, 2020, 2023, 2025

    def test_what_has_no_january_and_february_keeps_its_order(self) -> None:
        assert by_new_year(QUARTERS).tolist() == list(range(40))
        assert by_new_year(MONTHS[13:24]).tolist() == list(range(11))  # from February 2017
        assert by_new_year(()).tolist() == []

    def test_a_holiday_that_moves_is_taken_out_with_the_season(self) -> None:
        """Flat but for a month at two thirds: nothing is left once it has a place of its own."""
        level = np.array([30.0 if new_year_month(p.start.year) == p.start.month else 45.0 for p in MONTHS])
        order = by_new_year(MONTHS)
        with_it = stl_decomposition(level[order], season=12, model="multiplicative").adjusted[order]
        without = stl_decomposition(level, season=12, model="multiplicative").adjusted
        assert np.ptp(with_it) < 0.5 < 10 < np.ptp(without)
