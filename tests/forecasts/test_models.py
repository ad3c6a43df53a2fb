"""Exponential smoothing and SARIMA: published values, R's conventions, closed forms of their own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError, UnknownCodeError
from stats.forecasts import ets_forecast, naive_forecast, sarima_forecast
from stats.forecasts.smoothing import least_points, step_variance, step_weights

OIL = [445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43, 521.28, 508.95, 488.89, 509.87, 456.72,
       473.82, 525.95, 549.83, 542.34]  # fmt: skip
"""Oil production of Saudi Arabia 1996 to 2013 (Hyndman and Athanasopoulos 2018, 7.1)."""
AIRLINE = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149,
    170, 170, 158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,
    171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194, 196, 196, 236, 235, 229, 243,
    264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374,
    413, 405, 355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,
    340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472,
    548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
]  # fmt: skip
"""Series G of Box and Jenkins: monthly international airline passengers, thousands, 1949 to 1960."""
Z80, Z95 = 1.2815515655, 1.9599639845


class TestSmoothing:
    def test_published_example(self):
        """Hyndman and Athanasopoulos (2018), table 7.2 and the printed forecast: ses(oildata)."""
        found = ets_forecast(OIL, horizon=5, trend=None)
        assert found.method == "ets_ann"
        assert found.models[0]["alpha"] == pytest.approx(0.8339, abs=2e-4)
        np.testing.assert_allclose(found.estimate[0], 542.6806, rtol=1e-5)
        limits = [line[0, 0] for level in (0.8, 0.95) for line in found.interval(level)]
        np.testing.assert_allclose(limits, [504.4541, 580.9070, 484.2183, 601.1429], rtol=1e-5)
        np.testing.assert_allclose(found.interval(0.95)[0][0, 3], 439.9841, rtol=1e-4)  # R: forecast(ets(oil, "ANN"))

    def test_variances_of_r_and_of_statsmodels(self):
        """Residual sum of squares over n - 2 or over n: 6% apart at 18 points."""
        r, ml = (ets_forecast(OIL, horizon=3, trend=None, variance=name) for name in ("corrected", "ml"))
        assert ml.method == "ets_ann_mlvar"
        np.testing.assert_allclose(ml.std_error / r.std_error, math.sqrt(16 / 18))
        residual = np.array(OIL) - r.fitted[0]
        np.testing.assert_allclose(r.sigma[0] ** 2, residual @ residual / 16)

    def test_criteria_as_r_prints_them(self):
        """Hyndman and Athanasopoulos (2018), 7.1: the summary of ses(oildata)."""
        model = ets_forecast(OIL, horizon=1, trend=None).models[0]
        found = [model[name] for name in ("aic", "aicc", "bic")]
        assert found == pytest.approx([178.1430, 179.8573, 180.8141], abs=3e-3)

    def test_the_level_by_its_recursion(self):
        found = ets_forecast(OIL, horizon=1, trend=None)
        alpha, level = found.models[0]["alpha"], found.fitted[0, 0]
        for k, figure in enumerate(OIL):
            assert found.fitted[0, k] == pytest.approx(level, rel=1e-9)
            level += alpha * (figure - level)
        assert found.estimate[0, 0] == pytest.approx(level, rel=1e-9)

    def test_class_one_by_simulation_of_the_state_space_form(self):
        """Damped trend with a season: the variance of forecasts is that of figures drawn forward."""
        alpha, beta, phi, gamma, m, steps = 0.4, 0.15, 0.9, 0.2, 4, 9
        rng = np.random.default_rng(8)
        level, slope = np.zeros(200_000), np.zeros(200_000)
        season = [np.zeros(200_000) for _ in range(m)]
        spread = []
        for _ in range(steps):
            error = rng.normal(size=200_000)
            spread.append((level + phi * slope + season[0] + error).var())
            level, slope = level + phi * slope + alpha * error, phi * slope + beta * error
            season = [*season[1:], season[0] + gamma * error]
        weights = step_weights(steps, {"alpha": alpha, "beta": beta, "phi": phi, "gamma": gamma}, m)
        np.testing.assert_allclose(step_variance(np.zeros(steps), weights, 1.0, "add"), spread, rtol=0.02)

    def test_a_season_without_trend_counts_gamma_after_a_full_year(self):
        """R 8.20 prints 1, 1.09, 1.18, 1.67 for these parameters: its gamma is in the row of the trend it has not."""
        rng = np.random.default_rng(10)
        level, season, spread = np.zeros(400_000), [np.zeros(400_000) for _ in range(4)], []
        for _ in range(6):
            error = rng.normal(size=400_000)
            spread.append((level + season[0] + error).var())
            level, season = level + 0.3 * error, [*season[1:], season[0] + 0.4 * error]
        weights = step_weights(6, {"alpha": 0.3, "gamma": 0.4}, 4)
        found = step_variance(np.zeros(6), weights, 1.0, "add")
        np.testing.assert_allclose(found, [1, 1.09, 1.18, 1.27, 1.76, 1.85], rtol=1e-12)
        np.testing.assert_allclose(spread, found, rtol=0.02)

    def test_class_two_by_simulation(self):
        """Multiplicative errors on a trend."""
        alpha, beta, sigma, steps = 0.5, 0.1, 0.08, 6
        rng = np.random.default_rng(9)
        level, slope = np.full(400_000, 100.0), np.full(400_000, 2.0)
        mean, spread = [], []
        for _ in range(steps):
            expected = level + slope
            error = sigma * rng.normal(size=400_000)
            mean.append(expected.mean())
            spread.append((expected * (1 + error)).var())
            level, slope = expected * (1 + alpha * error), slope + beta * expected * error
        weights = step_weights(steps, {"alpha": alpha, "beta": beta}, None)
        found = step_variance(100 + 2.0 * np.arange(1, steps + 1), weights, sigma**2, "mul")
        np.testing.assert_allclose(found, spread, rtol=0.02)

    def test_multiplicative_errors_as_r(self):
        """R: ets(oil, model = "MAN", damped = FALSE): sigma2 0.0032827, AICc 3.972 above that of ANN."""
        found = ets_forecast(OIL, horizon=1, error="mul", trend="add", damped=False)
        plain = ets_forecast(OIL, horizon=1, trend=None)
        assert found.models[0]["sigma2"] == pytest.approx(0.0032827, rel=5e-3)
        gap = found.models[0]["aicc"] - plain.models[0]["aicc"]
        assert gap == pytest.approx(181.8287477 - 179.8587888, abs=0.05)

    def test_choice_by_aicc_as_r(self):
        """R: ets(oil) compares 179.859 (ANN), 182.295 (AAN) and 187.274 (AAdN); ours may climb a little higher."""
        found = ets_forecast(OIL, horizon=1)
        compared = found.models[0]["candidates"]
        assert found.method == "ets_ann"
        assert min(compared, key=compared.get) == "ets_ann"
        gaps = [compared[name] - compared["ets_ann"] for name in ("ets_aan", "ets_aadn")]
        np.testing.assert_allclose(gaps, [182.29506844 - 179.85878881, 187.27446382 - 179.85878881], atol=0.05)

    def test_a_season_is_found(self):
        found = ets_forecast(AIRLINE[:60], horizon=12, season=12, log=True)
        assert found.method.endswith("a")
        np.testing.assert_allclose(found.estimate[0], AIRLINE[60:72], rtol=0.17)
        assert (found.conf_low > 0).all()

    def test_seasonal_coefficients_are_counted_as_r(self):
        """R: length(ets(window(AirPassengers, end = c(1952, 12)), "AAA", damped = FALSE)$par) is 16."""
        found = ets_forecast(AIRLINE[:48], horizon=1, season=12, trend="add", damped=False, seasonal="add")
        assert found.models[0]["coefficients"] == 16
        assert found.models[0]["sigma2"] <= 43.46548314

    def test_series_keep_their_own_choice(self):
        trend = [10.0 + 3 * k + (-1) ** k for k in range(18)]
        found = ets_forecast([OIL, trend], horizon=1)
        assert found.method == "ets_auto"
        assert [one.method for one in found] == [model["name"] for model in found.models]
        assert found[0].method != found[1].method

    def test_short_series_say_that_intervals_are_too_narrow(self):
        assert [note.code for note in ets_forecast(OIL, horizon=1, trend=None).caveats] == ["forecast_model_short"]
        long = ets_forecast(AIRLINE[:60], horizon=1, trend=None)
        assert long.caveats == ()
        assert [note.code for note in sarima_forecast(AIRLINE[:24], horizon=1, order=(0, 1, 1)).caveats] == [
            "forecast_model_short"
        ]

    def test_minimum_lengths(self):
        assert (least_points(None), least_points(4), least_points(12)) == (12, 13, 29)
        assert ets_forecast(AIRLINE[:28], horizon=1, season=12).reason.values["needed"] == 29

    def test_multiplicative_errors_need_figures_above_zero(self):
        assert ets_forecast([0.0, *OIL], horizon=1, error="mul", zeros=True).reason.code == "forecast_not_positive"

    def test_a_straight_line_leaves_nothing_to_estimate(self):
        found = ets_forecast([float(k) for k in range(1, 15)], horizon=1, trend="add", damped=False)
        assert not found or found.sigma[0] < 0.1

    @pytest.mark.parametrize(
        "wrong",
        [{"seasonal": "add"}, {"trend": None, "damped": True}, {"error": "x"}, {"trend": "mul"}, {"variance": "n"}],
    )
    def test_wrong_options(self, wrong):
        with pytest.raises((InputError, UnknownCodeError)):
            ets_forecast(OIL, horizon=1, **wrong)

    @settings(max_examples=8, deadline=None)
    @given(st.floats(0.01, 1000))
    def test_the_unit_of_the_figures_does_not_matter(self, scale):
        one, other = (ets_forecast(np.array(OIL) * k, horizon=2, trend=None) for k in (1.0, scale))
        np.testing.assert_allclose(other.estimate, scale * one.estimate, rtol=1e-4)
        np.testing.assert_allclose(other.std_error, scale * one.std_error, rtol=1e-3)


class TestSarima:
    def test_airline_model_as_r(self):
        """R: Arima(AirPassengers, c(0,1,1), c(0,1,1), lambda = 0, method = "ML"); arima() for the ML variance."""
        options = {"order": (0, 1, 1), "seasonal_order": (0, 1, 1), "season": 12, "log": True}
        found = sarima_forecast(AIRLINE, horizon=3, **options)
        model = found.models[0]
        assert found.method == "sarima_011_011_12"
        np.testing.assert_allclose([model["ma.L1"], model["ma.S.L12"]], [-0.401826782, -0.556946638], atol=2e-4)
        assert model["aicc"] == pytest.approx(-483.210084815, abs=0.02)
        np.testing.assert_allclose(found.estimate[0], [450.422355766, 425.717209946, 479.006911969], rtol=1e-5)
        np.testing.assert_allclose(found.interval(0.95)[0][0], [418.889500070, 391.193782092, 435.567761971], rtol=2e-4)
        ml = sarima_forecast(AIRLINE, horizon=3, variance="ml", **options)
        assert ml.method == "sarima_011_011_12_mlvar"
        np.testing.assert_allclose(ml.std_error[0], [0.0367156177, 0.0427829251, 0.0480907555], rtol=5e-4)

    def test_random_walk_is_the_naive_method(self):
        """Identity: (0,1,0) has no coefficient, so n - 1 changes divide the sum of squares, as for naive."""
        found, naive = (
            sarima_forecast(AIRLINE[:40], horizon=4, order=(0, 1, 0)),
            naive_forecast(AIRLINE[:40], horizon=4),
        )
        for name in ("estimate", "std_error", "conf_low", "sigma"):
            np.testing.assert_allclose(getattr(found, name), getattr(naive, name), rtol=1e-5)
        np.testing.assert_allclose(found.fitted[0, 1:], naive.fitted[0, 1:], rtol=1e-6)

    def test_autoregression_with_a_mean_as_r(self):
        """R: Arima(oil, c(1,0,0)): sigma2 844.27, AICc 178.715, forecasts 526.331, 514.719."""
        found = sarima_forecast(OIL, horizon=2, order=(1, 0, 0), least=10)
        assert found.models[0]["aicc"] == pytest.approx(178.7153, abs=0.01)
        assert found.sigma[0] ** 2 == pytest.approx(844.2745, rel=1e-3)
        np.testing.assert_allclose(found.estimate[0], [526.3305, 514.7185], rtol=2e-4)
        mean = found.models[0]["intercept"] / (1 - found.models[0]["ar.L1"])
        assert mean == pytest.approx(484.0555, rel=1e-3)

    def test_choice_by_aicc_as_r(self):
        """R: AICc of Arima(log(window(AirPassengers, end = c(1953, 12))), order, seasonal)."""
        found = sarima_forecast(AIRLINE[:60], horizon=1, season=12, log=True)
        compared = found.models[0]["candidates"]
        given = {"sarima_010_010_12": -131.1765, "sarima_011_010_12": -135.9690, "sarima_011_011_12": -154.1846,
                 "sarima_110_110_12": None, "sarima_011_110_12": -152.9756, "sarima_210_110_12": -148.6581}  # fmt: skip
        for name, value in given.items():
            assert name in compared
            assert value is None or compared[name] == pytest.approx(value, abs=0.02)
        assert found.method == "sarima_011_011_12"
        assert len(compared) == 18

    def test_minimum_lengths_with_a_season(self):
        assert sarima_forecast(AIRLINE[:35], horizon=1, season=12).reason.values["needed"] == 36
        assert sarima_forecast(AIRLINE[:24], horizon=1, season=12, order=(0, 1, 1)).method == "sarima_011"

    def test_a_straight_line_cannot_be_estimated(self):
        found = sarima_forecast([float(k) for k in range(1, 31)], horizon=1, order=(0, 1, 1))
        assert found.reason.code == "forecast_not_fitted"

    @pytest.mark.parametrize("wrong", [{"order": (0, 1)}, {"order": (0, 1, 9)}, {"order": (0, 1.5, 0)},
                                       {"order": (0, 1, 1), "seasonal_order": (0, 1, 1)}])  # fmt: skip
    def test_wrong_orders(self, wrong):
        with pytest.raises(InputError):
            sarima_forecast(AIRLINE, horizon=1, **wrong)
