"""Rolling origins: as R, against a loop over series and origins, verdicts, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from stats import codes
from stats.errors import InputError
from stats.forecasts import (
    VERDICT_TEXTS,
    back_test,
    diebold_mariano,
    drift_forecast,
    ets_forecast,
    mean_forecast,
    naive_forecast,
    rolling_errors,
    sarima_forecast,
    seasonal_naive_forecast,
)
from stats.forecasts.accuracy import mase_scale
from stats.forecasts.back_tests import SCORES
from stats.forecasts.rolling import ALPHAS
from stats.forecasts.scores import crps_normal, interval_score
from stats.periods import Period
from stats.wording import Words

FIGURES = [10, 12, 13, 15, 14, 17, 18, 24, 20, 23, 19, 26, 28, 24, 27, 31]
STEADY = np.random.default_rng(5).normal(50, 5, (6, 32))
MONTHS = [Period.parse(f"{year}-{month:02d}") for year in (2022, 2023, 2024) for month in range(1, 13)]


def ses_by_loop(x, horizon):
    """Return simple exponential smoothing of one series as one would write it down."""
    best = None
    for alpha in ALPHAS:
        level, squares = x[0], 0.0
        for figure in x[1:]:
            error = figure - level
            level, squares = level + alpha * error, squares + error**2
        if best is None or squares < best[0]:
            best = squares, level, alpha
    sigma = np.sqrt(best[0] / (len(x) - 2))
    return np.full(horizon, best[1]), sigma * np.sqrt(1 + np.arange(horizon) * best[2] ** 2)


def by_function(forecast, **options):
    def call(x, horizon):
        found = forecast(x, horizon=horizon, **options)
        return found.estimate[0], found.std_error[0]

    return call


LOOPS = {
    "naive": (by_function(naive_forecast), {}), "drift": (by_function(drift_forecast), {}),
    "mean": (by_function(mean_forecast), {}), "ses": (ses_by_loop, {}),
    "seasonal_naive": (by_function(seasonal_naive_forecast, season=4), {"season": 4, "baseline": "naive"}),
}  # fmt: skip


class TestRollingErrors:
    @pytest.mark.parametrize(
        ("options", "first", "rows"),
        [  # R 4.2.2, forecast 8.20: tsCV(y, rwf with drift, h = 2); tsCV(y, naive, h = 2, window = 5); snaive, f = 4
            ({"method": "drift", "horizon": 2}, 1,
             [[-1, -1], [0.5, -2], [-2.6666666667, -1.3333333333], [2, 2], [-0.4, 4.2]]),
            ({"method": "naive", "horizon": 2, "window": 5}, 4, [[3, 4], [1, 7], [6, 2], [-4, -1]]),
            ({"method": "seasonal_naive", "horizon": 3, "season": 4}, 3, [[4, 5, 5], [5, 5, 9], [5, 9, 6], [9, 6, 6]]),
            ({"method": "mean"}, 0, [[2], [2], [3.3333333333], [1.5], [4.2], [4.5], [9.8571428571]]),
        ],
    )  # fmt: skip
    def test_as_tscv_of_r(self, options, first, rows):
        found = rolling_errors(FIGURES, **options)[0]
        np.testing.assert_allclose(found[first : first + len(rows)], rows, rtol=1e-9)
        assert np.isnan(found[:first]).all()
        assert np.isnan(found[-1]).all()

    @pytest.mark.parametrize("window", [None, 9])
    def test_any_callable(self, window):
        """A method of one's own gives what the quick way gives."""
        quick = rolling_errors(STEADY, method="drift", horizon=3, window=window)
        slow = rolling_errors(
            STEADY, method=lambda x, h: drift_forecast(x, horizon=h).estimate[0], horizon=3, window=window
        )
        both = np.isfinite(slow)
        assert both[:, 8:-3].all()
        np.testing.assert_allclose(slow[both], quick[both])

    def test_too_few_points_for_the_callable_are_passed_over(self):
        def picky(x, horizon):
            if len(x) < 5:
                raise InputError("too few", "quá ít")
            return [x[-1]] * horizon

        found = rolling_errors(FIGURES, method=picky)[0, :, 0]
        np.testing.assert_array_equal(found[4:], rolling_errors(FIGURES)[0, 4:, 0])
        assert np.isnan(found[:4]).all()

    def test_smoothing_with_full_weight_is_naive(self):
        np.testing.assert_allclose(
            rolling_errors(FIGURES, method="ses", alpha=1.0)[0, 1:], rolling_errors(FIGURES)[0, 1:]
        )

    @pytest.mark.parametrize(
        "wrong", [{"alpha": 0.0}, {"alpha": 1.2}, {"method": "ets"}, {"season": 1}, {"horizon": 0}]
    )
    def test_wrong_options(self, wrong):
        with pytest.raises(Exception, match=r".") as found:
            rolling_errors(FIGURES, **wrong)
        assert type(found.value).__module__ == "stats.errors"


class TestBackTest:
    @pytest.mark.parametrize("window", [None, 10])
    @pytest.mark.parametrize("method", LOOPS)
    def test_equals_a_loop_over_series_and_origins(self, method, window):
        forecast, options = LOOPS[method]
        found = back_test(STEADY, method=method, horizon=3, initial=12, window=window, **options)
        points, lag = STEADY.shape[1], options.get("season", 1)
        for i, x in enumerate(STEADY):
            errors = np.full((points - 12, 3), np.nan)
            scores = {name: [[], [], []] for name in SCORES}
            for row, origin in enumerate(range(12, points)):
                past = x[0 if window is None else origin - window : origin]
                mean, sd = forecast(past, 3)
                for k in range(min(3, points - origin)):
                    error, y = x[origin + k] - mean[k], x[origin + k]
                    low, high = mean[k] - 1.959963984540054 * sd[k], mean[k] + 1.959963984540054 * sd[k]
                    errors[row, k] = error
                    one = [abs(error), error**2, abs(error) / mase_scale(past, season=lag),
                           crps_normal(y, mean[k], sd[k]), interval_score(y, low, high),
                           float(low <= y <= high)]  # fmt: skip
                    for name, value in zip(SCORES, one, strict=True):
                        scores[name][k].append(float(value))
            np.testing.assert_allclose(found.errors[i], errors, rtol=1e-9)
            for name in SCORES:
                mean = [np.mean(values) for values in scores[name]]
                expected = np.sqrt(mean) if name == "rmse" else mean
                np.testing.assert_allclose(found.scores[name][i], expected, rtol=1e-9, err_msg=name)

    def test_the_test_is_that_of_the_losses(self):
        found = back_test(STEADY, method="mean", horizon=2, power=2)
        for i in range(len(STEADY)):
            whole = slice(None, found.origins)
            mine, rival = (np.square(e[i, whole]).mean(axis=1) for e in (found.errors, found.baseline_errors))
            test = diebold_mariano(np.sqrt(mine), np.sqrt(rival), h=2, power=2, varestimator="bartlett")
            assert found.test.estimate[i] == pytest.approx(test.statistic)
            assert found.test.p_value[i] == pytest.approx(test.p_value)
            assert found.loss[i] == pytest.approx(mine.mean())

    def test_verdicts_by_what_they_mean(self):
        walks = 100 + np.cumsum(np.random.default_rng(3).normal(0, 4, (60, 60)), axis=1)
        for series, method in (
            (np.random.default_rng(6).normal(50, 5, (60, 60)), "mean"),
            (walks, "mean"),
            (walks, "ses"),
        ):
            found = back_test(series, method=method)
            less, proven = found.loss < found.baseline_loss * (1 - 1e-12), found.test.p_value < 0.05
            for verdict, holds in {"better": less & proven, "undecided": less & ~proven, "worse": ~less & proven,
                                   "not_better": ~less & ~proven}.items():  # fmt: skip
                np.testing.assert_array_equal(found.verdict == verdict, holds)
            np.testing.assert_array_equal(found.beats, found.verdict == "better")
            assert sum(found.counts().values()) == 60
        assert back_test(walks, method="mean").counts()["worse"] > 40
        assert back_test(walks, method="ses").counts()["better"] <= 3

    def test_the_naive_method_never_beats_itself(self):
        found = back_test(STEADY, method="naive")
        assert found.verdict.tolist() == ["not_better"] * 6
        assert np.isnan(found.test.p_value).all()

    def test_a_season_is_what_the_seasonal_method_is_for(self):
        x = np.tile([10.0, 20, 35, 5], 9) + np.random.default_rng(1).normal(0, 1, 36)
        found = back_test(x, method="seasonal_naive", baseline="naive", season=4)
        assert found.verdict.tolist() == ["better"]
        assert (found.baseline, back_test(x, method="ses", season=4).baseline) == ("naive", "seasonal_naive")
        assert back_test(x, method="ses", season=4).verdict.tolist() == ["worse"]

    def test_models_are_estimated_at_every_origin(self):
        seen = []
        found = back_test(STEADY[:2, :22], method="ets", horizon=2, model={"trend": None},
                          progress=lambda done, of: seen.append((done, of)))  # fmt: skip
        assert seen == [(1, 2), (2, 2)]
        for origin, errors in zip(range(12, 22), found.errors[1], strict=True):
            mean = ets_forecast(STEADY[1, :origin], horizon=2, trend=None).estimate[0]
            ahead = STEADY[1, origin : min(origin + 2, 22)]
            np.testing.assert_allclose(errors[: len(ahead)], ahead - mean[: len(ahead)])

    def test_sarima_random_walk_is_naive(self):
        found = back_test(STEADY[0], method="sarima", model={"order": (0, 1, 0)})
        np.testing.assert_allclose(found.errors, found.baseline_errors, atol=1e-6)
        assert found.origins == 32 - 24
        mean = sarima_forecast(STEADY[0, :30], horizon=1, order=(0, 1, 0)).estimate[0]
        np.testing.assert_allclose(found.errors[0, 6], STEADY[0, 30] - mean, atol=1e-6)

    def test_logarithms_and_counts(self):
        counts = np.random.default_rng(2).poisson(2, (3, 40)).astype(float)
        cut = back_test(counts, method="mean", counts=True)
        assert (cut.scores["interval_score"] <= back_test(counts, method="mean").scores["interval_score"] + 1e-9).all()
        log = back_test(np.exp(STEADY / 50), method="ses", log=True)
        assert np.isfinite(log.scores["crps"]).all()
        assert log.state.tolist() == ["value"] * 6

    def test_frame_and_words(self):
        found = back_test(STEADY, method="mean", horizon=2, series=list("abcdef"), units=["members"])
        frame = found.to_frame()
        assert frame[["series", "step"]].to_numpy()[:3].tolist() == [["a", 1], ["a", 2], ["b", 1]]
        np.testing.assert_allclose(frame["estimate"], frame["mae"] / frame["mae_baseline"])
        assert {f"{name}_baseline" for name in SCORES} | {"verdict", "beats", "p_value"} <= set(frame.columns)
        assert "mean" in str(found)
        texts = codes.load().texts()
        assert set(VERDICT_TEXTS.values()) <= set(texts)
        assert found.texts()[0] == f"forecast.verdict.{found.verdict[0]}"
        assert all(f"forecast.method.{m}" in texts for m in (*LOOPS, "ets", "sarima"))

    def test_origins_are_named(self):
        found = back_test(np.arange(36) % 7 + 20.0, periods=MONTHS, method="mean")
        assert found.origin_keys[0] == "2022-08"
        assert found.origin_keys[-1] == "2024-11"


class TestRefusals:
    def test_too_few_origins(self):
        found = back_test(FIGURES[:15])
        assert str(found.reason) == "too_few_origins (found 7, needed 8)"
        assert back_test(FIGURES)
        assert back_test(FIGURES, horizon=2).reason.values == {"found": 7, "needed": 8}
        for lang in ("vi", "en"):
            assert "8" in Words(codes.load(), lang).note(found.reason)

    def test_on_the_conditions_of_a_series(self):
        broken = back_test(STEADY[0], periods=MONTHS[:32], breaks=[MONTHS[9].start])
        assert broken.reason.code == "series_break"
        assert broken.verdict.tolist() == [""]
        assert not broken.beats.any()
        assert np.isnan(broken.scores["mae"]).all()
        assert len(broken.to_frame()) == 1

    def test_one_bad_series_leaves_the_others(self):
        bad = STEADY.copy()
        bad[2, 5] = np.nan
        found, whole = back_test(bad, method="ses"), back_test(STEADY, method="ses")
        assert found.state.tolist() == ["value"] * 2 + ["refused"] + ["value"] * 3
        others = [0, 1, 3, 4, 5]
        for name in SCORES:
            np.testing.assert_array_equal(found.scores[name][others], whole.scores[name][others])
            assert np.isnan(found.scores[name][2]).all()
        assert found.verdict[2] == ""
        assert found.caveats[0].values == {"places": (6,), "rows": (2,)}

    def test_a_model_that_fails_at_an_origin(self):
        x = [20.0] * 14 + list(STEADY[0, :18])
        found = back_test(x, method="ets", model={"trend": None})
        assert found.reason.code == "forecast_not_fitted"
        assert found.verdict.tolist() == [""]

    @pytest.mark.parametrize(
        "wrong",
        [{"method": "seasonal_naive"}, {"baseline": "seasonal_naive"}, {"power": 3}, {"initial": 3}, {"window": 5},
         {"alpha": 0.0}, {"method": "x"}, {"baseline": "mean"}, {"season": 1}, {"conf_level": 95}],
    )  # fmt: skip
    def test_wrong_options(self, wrong):
        with pytest.raises(Exception, match=r".") as found:
            back_test(STEADY, **wrong)
        assert type(found.value).__module__ == "stats.errors"
