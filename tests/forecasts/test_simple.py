"""Naive, seasonal naive, drift and mean: by hand, as R, many series as one by one, and when there is none."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import codes
from stats.errors import InputError
from stats.forecasts import (
    drift_forecast,
    ets_forecast,
    mean_forecast,
    naive_forecast,
    sarima_forecast,
    seasonal_naive_forecast,
)
from stats.forecasts.ahead import following
from stats.periods import Period
from stats.wording import Words

FIGURES = [10, 12, 13, 15, 14, 17, 18, 24, 20, 23, 19, 26, 28, 24, 27, 31]
MONTHS = [Period.parse(f"{year}-{month:02d}") for year in (2022, 2023, 2024) for month in range(1, 13)]
QUARTERS = [Period.parse(f"{y}-{part}") for y in (2023, 2024)
            for part in ("Q1", f"04-01..{y}-06-30", f"07-01..{y}-09-30", f"10-01..{y}-12-31")]  # fmt: skip
RULE = next(rule for rule in codes.load().rules if rule.instrument == "69-QĐ/TW")
LONG = [float(40 + (7 * k) % 11) for k in range(36)]
SIMPLE = {
    "naive": naive_forecast, "drift": drift_forecast, "mean": mean_forecast,
    "seasonal_naive": lambda values, **more: seasonal_naive_forecast(values, season=more.pop("season", 4), **more),
}  # fmt: skip
EVERY = SIMPLE | {
    "ets": lambda values, **more: ets_forecast(values, trend=None, **more),
    "sarima": lambda values, **more: sarima_forecast(values, order=(0, 1, 1), **more),
}


class TestValues:
    def test_naive_by_hand(self):
        found = naive_forecast([5, 7, 4, 8, 6, 9, 5, 6], horizon=2, conf_levels=[0.95])
        sigma = math.sqrt((4 + 9 + 16 + 4 + 9 + 16 + 1) / 7)
        assert found.estimate.tolist() == [[6, 6]]
        np.testing.assert_allclose(found.sigma, [sigma])
        np.testing.assert_allclose(found.conf_high[0, 0], 6 + 1.959963985 * sigma * np.sqrt([1, 2]))
        np.testing.assert_array_equal(found.fitted[0], [np.nan, 5, 7, 4, 8, 6, 9, 5])

    @pytest.mark.parametrize(
        ("method", "steps", "mean", "lower_95", "upper_80"),
        [  # R 4.2.2, forecast 8.20: naive(y), snaive(ts(y, f = 4)), rwf(y, drift = TRUE), meanf(y)
            ("naive", 3, [31, 31, 31], [24.006104401, 21.109137990, 18.8862174796],
             [35.5730625281, 37.4672870489, 38.9207766449]),
            ("seasonal_naive", 5, [28, 24, 27, 31, 28],
             [16.9997294192, 12.9997294192, 15.9997294192, 19.9997294192, 12.4432681548],
             [35.1926903226, 31.1926903226, 34.1926903226, 38.1926903226, 38.1720002042]),
            ("drift", 3, [32.4, 33.8, 35.2], [25.5226818880, 23.7746722309, 22.5655598701],
             [36.8968366065, 40.3552094829, 43.4612163570]),
            ("mean", 2, [20.0625, 20.0625], [6.17945762293, 6.17945762293], [28.7944376166, 28.7944376166]),
        ],
    )  # fmt: skip
    def test_as_the_r_package_forecast(self, method, steps, mean, lower_95, upper_80):
        found = SIMPLE[method](FIGURES, horizon=steps)
        assert found.method == method
        np.testing.assert_allclose(found.estimate[0], mean, rtol=1e-10)
        np.testing.assert_allclose(found.interval(0.95)[0][0], lower_95, rtol=1e-10)
        np.testing.assert_allclose(found.interval(0.8)[1][0], upper_80, rtol=1e-10)

    @pytest.mark.parametrize("method", SIMPLE)
    def test_many_series_as_one_by_one(self, method):
        many = np.random.default_rng(4).normal(50, 6, (7, 20))
        together = SIMPLE[method](many, horizon=6)
        for i, x in enumerate(many):
            alone = SIMPLE[method](x, horizon=6)
            for name in ("estimate", "std_error", "fitted", "sigma"):
                np.testing.assert_allclose(getattr(together[i], name), getattr(alone, name), rtol=1e-12)
            np.testing.assert_allclose(together[i].conf_low, alone.conf_low, rtol=1e-12)

    def test_seasonal_naive_of_season_one_would_be_naive(self):
        """Identity: shifted by one, the walks are the same."""
        once = naive_forecast(FIGURES, horizon=4)
        pairs = seasonal_naive_forecast(np.repeat(FIGURES, 2), horizon=8, season=2)
        np.testing.assert_allclose(pairs.std_error[0, ::2], once.std_error[0])
        np.testing.assert_allclose(pairs.estimate[0, ::2], once.estimate[0])

    def test_logarithms_give_the_median_and_limits_above_zero(self):
        plain, log = naive_forecast(np.log(FIGURES), horizon=3), naive_forecast(FIGURES, horizon=3, log=True)
        np.testing.assert_allclose(log.estimate, np.exp(plain.estimate))
        np.testing.assert_allclose(log.conf_low, np.exp(plain.conf_low))
        assert (log.conf_low > 0).all()

    @given(st.lists(st.integers(0, 500), min_size=8, max_size=30), st.integers(1, 12))
    def test_intervals_nest_and_never_narrow(self, figures, horizon):
        for method in (naive_forecast, drift_forecast, mean_forecast):
            found = method(figures, horizon=horizon, zeros=True)
            if not found:
                assert found.reason.code == "forecast_no_variation"
                continue
            assert (np.diff(found.conf_high, axis=0) >= 0).all()
            assert (np.diff(found.conf_low, axis=0) <= 0).all()
            assert (np.diff(found.std_error) >= 0).all()

    @given(st.floats(-100, 100), st.floats(0.1, 10))
    def test_forecasts_move_with_the_figures(self, shift, scale):
        for method in (naive_forecast, drift_forecast, mean_forecast):
            one, other = method(FIGURES, horizon=3), method(shift + scale * np.array(FIGURES), horizon=3)
            np.testing.assert_allclose(other.estimate, shift + scale * one.estimate, atol=1e-8)
            np.testing.assert_allclose(other.conf_high, shift + scale * one.conf_high, atol=1e-8)


class TestCounts:
    def test_counts_are_never_below_zero_and_it_is_said(self):
        counts = [3, 0, 4, 1, 0, 5, 2, 1]
        free, cut = naive_forecast(counts, horizon=4), naive_forecast(counts, horizon=4, counts=True)
        assert (free.conf_low < 0).any()
        assert (cut.conf_low >= 0).all()
        assert [note.code for note in cut.caveats] == ["forecast_cut_at_zero"]
        np.testing.assert_array_equal(cut.conf_high, free.conf_high)

    def test_the_note_names_the_series_it_is_about(self):
        found = naive_forecast([[3, 0, 4, 1, 0, 5, 2, 1], [90, 91, 90, 92, 91, 90, 92, 91]], horizon=2, counts=True)
        assert found.caveats[0].values == {"rows": (0,)}
        assert found[1].caveats == ()

    def test_counts_below_zero_are_an_error(self):
        with pytest.raises(InputError):
            naive_forecast([3, -1, 4, 1, 0, 5, 2, 1], horizon=1, counts=True)


class TestRefusals:
    @pytest.mark.parametrize("method", EVERY)
    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"breaks": [RULE]}, "series_break"), ({"breaks": [dt.date(2023, 5, 1)]}, "series_break"),
            ({"actors": ["committees", "commissions"]}, "series_streams"),
            ({"units": ["members", "cases"]}, "series_units"),
            ({"periods": [*MONTHS[:20], *MONTHS[19:35]]}, "series_overlap"),
            ({"periods": [*MONTHS[:35], Period.parse("2025")]}, "series_mixed_kinds"),
            ({"periods": [*MONTHS[:35], Period.parse("2025-02")]}, "series_gap"),
            ({"periods": None, "least": 37}, "too_few_periods"),
        ],
    )  # fmt: skip
    def test_conditions_of_a_series(self, method, options, code):
        breaks = {"periods": MONTHS} | options
        if breaks["periods"] is None:
            del breaks["periods"]
        more = {"season": 12} if method == "seasonal_naive" and "periods" in breaks else {}
        found = EVERY[method](LONG, horizon=2, **breaks, **more)
        assert not found
        assert found.reason.code == code
        assert np.isnan(found.estimate).all()
        assert np.isnan(found.conf_low).all()

    @pytest.mark.parametrize("method", EVERY)
    @pytest.mark.parametrize(
        ("change", "code", "places"),
        [
            ((4, None), "series_missing_values", (5,)), ((9, 0.0), "series_doubtful_zeros", (10,)),
        ],
    )  # fmt: skip
    def test_one_bad_series_leaves_the_others(self, method, change, code, places):
        bad: list = list(LONG)
        bad[change[0]] = change[1]
        found = EVERY[method]([LONG, bad], horizon=2)
        assert found.state.tolist() == ["value", "refused"]
        assert np.isfinite(found.estimate[0]).all()
        assert np.isnan(found.estimate[1]).all()
        assert found[1].reason.code == code
        assert found[1].reason.values["places"] == places
        assert found.reason is None

    @pytest.mark.parametrize(("method", "least"), [("naive", 8), ("drift", 8), ("mean", 8), ("seasonal_naive", 8),
                                                   ("ets", 12), ("sarima", 24)])  # fmt: skip
    def test_minimum_lengths(self, method, least):
        assert EVERY[method](LONG[:least], horizon=1)
        short = EVERY[method](LONG[: least - 1], horizon=1)
        assert str(short.reason) == f"too_few_periods (found {least - 1}, needed {least})"
        if method != "seasonal_naive":
            lower = EVERY[method](LONG[: least - 1], horizon=1, least=4)
            assert lower
            assert "forecast_provisional" in [note.code for note in lower.caveats]

    def test_two_full_years_of_months(self):
        assert seasonal_naive_forecast(LONG[:23], horizon=1, season=12).reason.values["needed"] == 24

    @pytest.mark.parametrize("method", ["naive", "drift", "mean", "ets", "sarima"])
    def test_figures_that_never_change(self, method):
        assert EVERY[method]([7.0] * 30, horizon=1).reason.code == "forecast_no_variation"

    def test_logarithms_of_zero(self):
        assert naive_forecast([0, *FIGURES], horizon=1, log=True, zeros=True).reason.code == "forecast_not_positive"

    def test_the_stretch_after_a_break_can_be_forecast(self):
        after = [i for i, period in enumerate(MONTHS) if period.start > RULE.in_force]
        found = naive_forecast([LONG[i] for i in after], horizon=2, periods=[MONTHS[i] for i in after], breaks=[RULE])
        assert found

    def test_every_refusal_and_caveat_has_words(self):
        dated = {"periods": MONTHS, "breaks": [dt.date(2025, 2, 1)], "counts": True, "least": 6, "horizon": 3}
        small = [float(k % 5) for k in range(36)]
        notes = [*naive_forecast(small, **dated).caveats, naive_forecast([1.0] * 9, horizon=1).reason,
                 naive_forecast([0, *FIGURES], horizon=1, log=True, zeros=True).reason,
                 *naive_forecast(FIGURES[:6], horizon=1, least=6).caveats]  # fmt: skip
        assert [note.code for note in notes] == [
            "forecast_break_ahead", "forecast_cut_at_zero", "forecast_no_variation", "forecast_not_positive",
            "forecast_provisional",
        ]  # fmt: skip
        for lang in ("vi", "en"):
            assert all("{" not in Words(codes.load(), lang).note(note) for note in notes)

    @pytest.mark.parametrize(
        "wrong",
        [{"horizon": 0}, {"horizon": 1.5}, {"horizon": True}, {"horizon": 1, "conf_levels": [95]},
         {"horizon": 1, "conf_levels": []}, {"horizon": 1, "series": ["a", "b"]},
         {"horizon": 1, "periods": MONTHS[:3]}],
    )  # fmt: skip
    def test_wrong_options(self, wrong):
        with pytest.raises(InputError):
            naive_forecast(FIGURES, **wrong)

    @pytest.mark.parametrize(
        "wrong",
        [{"horizon": None}, {"horizon": float("nan")}, {"horizon": "3"}, {"conf_levels": ["a"]}, {"conf_levels": None},
         {"least": "a"}, {"periods": ["2016-01"] * 24}],
    )  # fmt: skip
    def test_options_of_the_wrong_kind(self, wrong):
        with pytest.raises(InputError) as caught:
            naive_forecast(range(24), **{"horizon": 2, **wrong})
        assert caught.value.vi

    @pytest.mark.parametrize("thing", [{"a": 1}, dt.date(2020, 1, 1), 1j, object()])
    def test_things_that_are_no_numbers(self, thing):
        with pytest.raises(InputError, match="not a number"):
            naive_forecast([thing] * 12, horizon=1)

    def test_one_level_and_one_code_need_no_list(self):
        found = naive_forecast([5, 6] * 6, horizon=1, conf_levels=0.9, actors="committee", units="members")
        assert (found.conf_levels, found.unit, found.reason) == ((0.9,), "members", None)

    def test_a_season_that_does_not_fit_the_periods(self):
        with pytest.raises(InputError, match="12 in a year"):
            seasonal_naive_forecast(LONG, horizon=1, season=4, periods=MONTHS)


class TestAhead:
    @pytest.mark.parametrize(
        ("past", "ahead"),
        [
            (MONTHS, ["2025-01", "2025-02"]),
            (QUARTERS, ["2025-Q1", "2025-04-01..2025-06-30"]),
            ([Period.parse("2022"), Period.parse("2023")], ["2024", "2025"]),
            ([Period.parse("2022-9M"), Period.parse("2023-9M")], ["2024-9M", "2025-9M"]),
            ([Period.parse("2023-Q1"), Period.parse("2024-Q1")], ["2025-Q1", "2026-Q1"]),
            ([Period.parse("2023-01-01..2023-06-30"), Period.parse("2023-07-01..2023-12-31")],
             ["2024-01-01..2024-06-30", "2024-07-01..2024-12-31"]),
            ([Period.parse("2023-01-10..2023-02-09")], []),
            ([Period.parse("2020-2025", dates=(dt.date(2020, 10, 12), dt.date(2025, 10, 16)))], []),
            ([], []),
        ],
    )  # fmt: skip
    def test_the_periods_that_follow(self, past, ahead):
        assert [period.key for period in following(past, 2)] == ahead

    def test_keys_of_a_forecast(self):
        assert naive_forecast(LONG, horizon=2, periods=MONTHS).keys == ("2025-01", "2025-02")
        assert naive_forecast(LONG, horizon=2).keys == ("+1", "+2")


class TestFrame:
    def test_one_row_a_series_and_step(self):
        found = naive_forecast([FIGURES, FIGURES[::-1]], horizon=3, series=["a", "b"], units=["members"])
        frame = found.to_frame()
        assert frame["series"].tolist() == ["a"] * 3 + ["b"] * 3
        assert frame["step"].tolist() == [1, 2, 3] * 2
        assert {"conf_low_50", "conf_high_80", "conf_low_95", "estimate", "method", "unit"} <= set(frame.columns)
        assert (frame["conf_low_95"] == frame["conf_low"]).all()
        assert (frame["conf_level"] == 0.95).all()
        assert "naive" in str(found)

    def test_series_are_cut_out_whole(self):
        found = naive_forecast([FIGURES, FIGURES[::-1]], horizon=3)
        assert len(found) == 2
        assert [one.estimate[0, 0] for one in found] == [31, 10]
        assert found[-1].observed.tolist() == [FIGURES[::-1]]
        assert found[0].conf_low.shape == (3, 1, 3)
