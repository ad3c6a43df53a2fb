"""Scores: closed forms against integrals, published values, what must hold for any forecast."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special

from stats.errors import InputError
from stats.forecasts import naive_forecast, seasonal_naive_forecast
from stats.forecasts.accuracy import ACCURACY, accuracy, mase, mase_scale, rmsse, smape
from stats.forecasts.count_scores import crps_negative_binomial, crps_poisson
from stats.forecasts.scores import (
    crps_lognormal,
    crps_normal,
    crps_quantiles,
    crps_sample,
    interval_coverage,
    interval_score,
    pinball,
    weighted_interval_score,
)

FIGURES = [10, 12, 13, 15, 14, 17, 18, 24, 20, 23, 19, 26, 28, 24, 27, 31]
number = st.floats(-1e3, 1e3)
positive = st.floats(0.01, 1e3)


def by_integral(distribution, y, low, high):
    """Return the definition: the integral of the squared distance from the step at the figure."""
    below = integrate.quad(lambda x: distribution(x) ** 2, low, y)[0]
    return below + integrate.quad(lambda x: (distribution(x) - 1) ** 2, y, high)[0]


class TestCrps:
    @pytest.mark.parametrize(("y", "mean", "sd"), [(0.0, 0.0, 1.0), (1.7, 0.3, 0.8), (-4.0, 2.0, 3.0)])
    def test_normal_is_its_integral(self, y, mean, sd):
        expected = by_integral(lambda x: special.ndtr((x - mean) / sd), y, -np.inf, np.inf)
        assert crps_normal(y, mean, sd) == pytest.approx(expected, rel=1e-7)

    def test_normal_at_its_mean(self):
        """(sqrt(2) - 1) / sqrt(pi) (Gneiting and Raftery 2007)."""
        assert crps_normal(0, 0, 1) == pytest.approx((math.sqrt(2) - 1) / math.sqrt(math.pi), rel=1e-12)

    @pytest.mark.parametrize(("y", "mean", "sd"), [(1.0, 0.0, 1.0), (1.7, 0.3, 0.8), (0.0, 0.5, 0.4)])
    def test_lognormal_is_its_integral(self, y, mean, sd):
        expected = by_integral(lambda x: special.ndtr((np.log(x) - mean) / sd) if x > 0 else 0.0, y, 0, np.inf)
        assert crps_lognormal(y, mean, sd) == pytest.approx(expected, rel=1e-6)

    @pytest.mark.parametrize(("y", "mean"), [(0, 2.0), (3, 2.0), (7, 0.4), (12, 15.0)])
    def test_poisson_is_its_sum(self, y, mean):
        steps = np.arange(200)
        expected = np.square(special.pdtr(steps, mean) - (steps >= y)).sum()
        assert crps_poisson(y, mean) == pytest.approx(expected, rel=1e-10)
        assert crps_poisson([4.0], [0.0]).tolist() == [4.0]

    @pytest.mark.parametrize(
        ("y", "mean", "dispersion"), [(0, 2.0, 0.5), (3, 2.0, 0.5), (50, 60, 0.02), (3, 0.1, 5.0), (300, 310, 1e-3),
                                      (300, 300, 5e-5), (5, 5, 1e-6)],
    )  # fmt: skip
    def test_negative_binomial_is_its_sum(self, y, mean, dispersion):
        """Below 1e-4 the hypergeometric function gives way to a spread that is near the right one."""
        steps, size = np.arange(2000), 1 / dispersion
        below = special.betainc(size, steps + 1, size / (size + mean))
        expected = np.square(below - (steps >= y)).sum()
        room = 1e-9 if dispersion >= 1e-4 else 3e-5
        assert crps_negative_binomial(y, mean, dispersion) == pytest.approx(expected, rel=room)

    def test_negative_binomial_without_dispersion_is_poisson(self):
        """R: sum((pnbinom(0:5000, size = 2, mu = 2) - (0:5000 >= 3))^2)."""
        found = crps_negative_binomial([3, 3, 4, None], [2, 2, 0, 2], [0.5, 0, 0.5, 0.5])
        np.testing.assert_allclose(found, [0.837963, float(crps_poisson(3, 2)), 4, np.nan], atol=5e-7)

    def test_a_point_is_the_absolute_error(self):
        assert crps_normal([3.0, 1.0], [5.0, 1.0], [0.0, 0.0]).tolist() == [2.0, 0.0]
        assert crps_sample([3.0], [[5.0]]).tolist() == [2.0]
        assert crps_lognormal(3.0, math.log(5.0), 0.0) == pytest.approx(2.0)

    def test_sample_by_hand(self):
        members = [1.0, 2.0, 4.0]
        pairs = sum(abs(a - b) for a in members for b in members)
        assert crps_sample(3.0, members) == pytest.approx((2 + 1 + 1) / 3 - pairs / 18)
        assert crps_sample(3.0, members, fair=True) == pytest.approx((2 + 1 + 1) / 3 - pairs / 12)

    def test_sample_and_quantiles_near_the_closed_form(self):
        levels = (np.arange(2000) + 0.5) / 2000
        draws = special.ndtri(levels) * 3 + 1
        assert crps_sample(2.5, draws) == pytest.approx(float(crps_normal(2.5, 1, 3)), rel=1e-3)
        assert crps_quantiles(2.5, draws, levels) == pytest.approx(float(crps_normal(2.5, 1, 3)), rel=1e-3)

    @given(number, number, positive)
    def test_never_below_zero_nor_above_the_absolute_error_of_the_mean(self, y, mean, sd):
        score = float(crps_normal(y, mean, sd))
        assert 0 <= score <= abs(y - mean) + sd

    @given(st.lists(number, min_size=2, max_size=12), number)
    def test_fair_is_never_above(self, members, y):
        assert crps_sample(y, members, fair=True) <= crps_sample(y, members) + 1e-9
        assert crps_sample(y, members) >= -1e-9

    @given(number, number, positive, positive)
    def test_is_in_the_unit_of_the_figures(self, y, mean, sd, scale):
        np.testing.assert_allclose(crps_normal(scale * y, scale * mean, scale * sd), scale * crps_normal(y, mean, sd),
                                   rtol=1e-7, atol=1e-6 * scale)  # fmt: skip

    def test_the_truth_scores_best_on_average(self):
        y = np.random.default_rng(2).normal(10, 2, 4000)
        true = crps_normal(y, 10, 2).mean()
        assert all(true < crps_normal(y, mean, sd).mean() for mean, sd in ((11, 2), (9, 2), (10, 1), (10, 4)))

    def test_missing_and_refused(self):
        assert np.isnan(crps_normal([None, 1.0], 0, 1)).tolist() == [True, False]
        with pytest.raises(InputError):
            crps_normal(1, 0, -1)
        with pytest.raises(InputError):
            crps_sample(1.0, [2.0], fair=True)


class TestIntervals:
    def test_interval_score_by_hand(self):
        """Width 4; 3 above the upper limit at 90%: 4 + 2 / 0.1 * 3."""
        np.testing.assert_allclose(interval_score([10, 15, 5], 8, 12, conf_level=0.9), [4, 64, 64])

    @given(number, number, positive, st.floats(0.01, 0.99))
    def test_is_the_pinball_loss_of_its_ends(self, y, low, width, level):
        """Identity: pinball losses at both ends, times 2 over alpha."""
        alpha, high = 1 - level, low + width
        ends = pinball(y, low, alpha / 2) + pinball(y, high, 1 - alpha / 2)
        np.testing.assert_allclose(
            interval_score(y, low, high, conf_level=level), 2 / alpha * ends, rtol=1e-6, atol=1e-6
        )

    @given(number, number, positive)
    def test_never_below_its_width(self, y, low, width):
        assert interval_score(y, low, low + width) >= width - 1e-9

    def test_crossed_limits(self):
        with pytest.raises(InputError, match="rows 1"):
            interval_score([1, 2], [0, 5], [2, 3])

    def test_weighted_interval_score_by_hand(self):
        """Bracher et al. (2021): |y - m| / 2 and alpha / 2 of each interval score, over levels and a half."""
        expected = (4 / 2 + 0.25 * (5 + 4 * 2) + 0.05 * (7 + 20 * 1)) / 2.5
        assert weighted_interval_score(10, 6, [3, 2], [8, 9], [0.5, 0.9]) == pytest.approx(expected)
        many = weighted_interval_score([10, 6], 6, [[3, 3], [2, 2]], [[8, 8], [9, 9]], [0.5, 0.9])
        np.testing.assert_allclose(many, [expected, (0.25 * 5 + 0.05 * 7) / 2.5])

    @given(number, st.lists(number, min_size=5, max_size=5).map(sorted))
    def test_weighted_interval_score_is_the_mean_of_pinball_losses(self, y, quantiles):
        levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
        found = weighted_interval_score(y, quantiles[2], quantiles[1::-1], quantiles[3:], [0.5, 0.9])
        np.testing.assert_allclose(found, crps_quantiles(y, quantiles, levels), rtol=1e-6, atol=1e-6)

    def test_limits_of_every_level(self):
        with pytest.raises(InputError, match="1 lower and 1 upper limits for 2 levels"):
            weighted_interval_score(1, 1, [[0]], [[2]], [0.5, 0.9])

    def test_coverage_leaves_missing_ones_out(self):
        assert interval_coverage([[1, 9], [None, 2]], 0, 5).tolist() == [0.5, 1.0]
        assert np.isnan(interval_coverage([None], [0], [5]))

    @pytest.mark.parametrize("level", [0, 1, 1.5])
    def test_pinball_needs_a_level(self, level):
        with pytest.raises(InputError):
            pinball(1.0, 2.0, level)


class TestAccuracy:
    @pytest.mark.parametrize(
        ("forecast", "season", "expected"),
        [  # R 4.2.2, forecast 8.20: accuracy(naive(ts(y[1:12]), h = 4), ts(y[13:16], start = 13)); then snaive, f = 4
            (naive_forecast(FIGURES[:12], horizon=4), 1,
             [1.5, 2.91547594742, 2.5, 4.66056494282, 8.82723160949, 0.808823529412, -0.07, 0.842258427779]),
            (seasonal_naive_forecast(FIGURES[:12], horizon=4, season=4), 4,
             [5.5, 6.204836823, 5.5, 19.6241892814, 19.6241892814, 1.15789473684, -0.719696969697, 1.59053312726]),
        ],
    )  # fmt: skip
    def test_as_the_r_package_forecast(self, forecast, season, expected):
        found = accuracy(FIGURES[12:], forecast.estimate[0], past=FIGURES[:12], season=season)
        assert tuple(found) == ACCURACY
        np.testing.assert_allclose([float(found[name]) for name in ACCURACY], expected, rtol=1e-10)

    def test_of_the_fitted_past_as_r(self):
        """R: the training row of the same call; the first season has no fitted value."""
        forecast = seasonal_naive_forecast(FIGURES[:12], horizon=1, season=4)
        found = accuracy(forecast.observed, forecast.fitted, past=forecast.observed, season=4)
        np.testing.assert_allclose([found[name][0] for name in ("me", "rmse", "mape", "mase", "acf1")],
                                   [4.75, 5.29150262213, 24.0379241455, 1.0, 0.308908045977], rtol=1e-10)  # fmt: skip

    def test_other_measures_by_hand(self):
        assert smape([[6, 8, 0]], [5, 10, 0]) == pytest.approx((100 / 5.5 + 200 / 9) / 3)
        assert rmsse([6, 7], [5, 5], [1, 3, 2, 5]) == pytest.approx(math.sqrt(2.5 / (14 / 3)))
        assert rmsse(FIGURES[1:], FIGURES[:-1], FIGURES) == pytest.approx(1.0)
        assert np.isnan(rmsse([6, 7], [5, 5], [3, 3, 3]))
        assert np.isnan(rmsse([6], [5], [3]))

    def test_single_figures(self):
        assert accuracy(5, 3)["mae"] == 2
        assert np.isnan(mase(5, 5, 5))
        assert crps_sample(3.0, 5.0) == 2

    def test_percentages_of_nothing(self):
        found = accuracy([0, 4], [1, 5])
        assert np.isnan(found["mape"])
        assert np.isnan(found["theil_u"])
        assert np.isnan(found["mase"])
        assert found["mae"] == 1

    def test_the_naive_method_in_its_own_past_has_a_mase_of_one(self):
        assert mase(FIGURES[1:], FIGURES[:-1], FIGURES) == pytest.approx(1.0)

    def test_a_past_that_never_changes_gives_no_scale(self):
        assert np.isnan(mase_scale([[3, 3, 3], [1, 2, 4]])).tolist() == [True, False]
        assert np.isnan(mase_scale([3.0]))

    @given(st.lists(st.tuples(st.integers(-999, 999), st.integers(-999, 999)), min_size=2, max_size=10))
    def test_rows_as_one_by_one(self, pairs):
        y, x = np.array(pairs).T
        both = accuracy(np.stack([y, y[::-1]]), np.stack([x, x[::-1]]))
        alone = accuracy(y, x)
        for name in ("me", "rmse", "mae"):
            np.testing.assert_allclose(both[name][0], alone[name], rtol=1e-9, atol=1e-9)
        assert both["rmse"][0] >= both["mae"][0] - 1e-9
