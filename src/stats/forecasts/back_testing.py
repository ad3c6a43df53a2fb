"""What a method would have forecast at the time, from origin after origin, against the naive one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Unpack

import numpy as np
from scipy import special

from stats import guards
from stats.forecasts import rolling
from stats.forecasts.back_tests import SCORES, BackTest
from stats.forecasts.comparison import compare_losses
from stats.forecasts.history import LEAST, History, Past, about, positive, settle
from stats.forecasts.rolling import Ahead, Origins
from stats.forecasts.sarima import CYCLES, sarima_forecast
from stats.forecasts.sarima import LEAST as LEAST_SARIMA
from stats.forecasts.scores import crps_lognormal, crps_normal
from stats.forecasts.smoothing import ets_forecast, least_points
from stats.guards import Flags, Floats
from stats.results import Note, State

METHODS = ("naive", "seasonal_naive", "drift", "mean", "ses", "ets", "sarima")
LEAST_ORIGINS = 8
"""Fewest origins from which every step can be scored: fewer pairs of losses no test can tell apart."""
LEVEL = 0.95
"""Level of the intervals that are scored."""


def back_test(
    values: Any, *, method: str = "ses", horizon: int = 1, season: int | None = None, baseline: str | None = None,
    initial: int | None = None, window: int | None = None, alpha: float | None = None, power: int = 1,
    varestimator: str = "bartlett", conf_level: float = 0.95, model: Mapping[str, Any] | None = None,
    progress: Callable[[int, int], None] | None = None, **history: Unpack[History],
) -> BackTest:  # fmt: skip
    """Forecast a past that is known, from every origin in turn, and tell whether the method beats the naive one.

    Parameters
    ----------
    values : array-like, shape (points,) or (series, points)
        In order of time.
    method : {'ses', 'naive', 'seasonal_naive', 'drift', 'mean', 'ets', 'sarima'}
        The first five go through all series at once, ``ets`` and ``sarima`` are estimated anew for every series and
        origin.
    horizon : int
        Steps ahead.
    season : int, optional
        Periods in a year.
    baseline : {'naive', 'seasonal_naive'}, optional
        What to beat: by default seasonal naive with a season, else naive.
    initial : int, optional
        Points known at the first origin; by default the fewest that method and baseline need, or `window`.
    window : int, optional
        Forecast from the last so many points only; by default from all before the origin.
    alpha : float, optional
        Weight of ``ses``; by default chosen at each origin from `stats.forecasts.rolling.ALPHAS`.
    power : {1, 2}
        The verdict compares absolute or squared errors.
    varestimator : {'bartlett', 'acf'}
        Of the test, see `stats.forecasts.comparison.diebold_mariano`.
    conf_level : float
        A verdict of ``better`` or ``worse`` needs a two-sided p-value below one less this.
    model : mapping, optional
        Options of `ets_forecast` or `sarima_forecast` (``order``, ``trend``).
    progress : callable, optional
        Called as ``progress(done, series)`` after each series of ``ets`` and ``sarima``.
    **history
        Periods, breaks, actors, units, zeros, counts, log: see `stats.forecasts.history.History`. With counts,
        forecasts and limits are cut at 0.

    Returns
    -------
    BackTest
        A series without 8 origins is refused (``too_few_origins``), as is one on the grounds of
        `stats.series.conditions.refusal`, or where a model cannot be estimated at some origin.

    Raises
    ------
    InputError
        For options that cannot be used.

    Notes
    -----
    Errors are those of ``tsCV`` of the R package forecast. The loss of an origin is the mean over its steps, so that
    there is one test a series; the losses of origins fewer than `horizon` apart depend on each other, which the
    test allows for. Over thousands of series the chance of a false ``better`` is met many times: see
    `stats.comparisons.multiplicity.adjust_p_values`.

    References
    ----------
    Tashman (2000), *International Journal of Forecasting* 16:437; Hyndman and Athanasopoulos, *Forecasting:
    Principles and Practice*, 3rd ed., 5.8 and 5.10.

    Examples
    --------
    >>> steady = [50, 54, 47, 52, 49, 53, 48, 51, 55, 46, 52, 50, 47, 54, 49, 51, 53, 48, 52, 50, 49, 54, 47, 51]
    >>> found = back_test(steady, method="mean")
    >>> print(found.verdict[0], found.origins, found.scores["mae"].round(2), found.baseline_scores["mae"].round(2))
    better 16 [[2.34]] [[4.25]]
    >>> print(back_test(steady[:12]).reason)
    too_few_origins (found 4, needed 8)
    """
    guards.choice(method, METHODS)
    m = None if season is None else positive(season, "season", 2)
    rival = guards.choice(baseline or ("seasonal_naive" if m else "naive"), ("naive", "seasonal_naive"),
                          ("baseline", "phương pháp đối chứng"))  # fmt: skip
    guards.choice(varestimator, ("bartlett", "acf"), ("varestimator", "cách ước lượng phương sai"))
    if power not in (1, 2):
        raise guards.refuse(f"power is {power}; it must be 1 or 2", f"số mũ là {power}; phải là 1 hoặc 2")
    if m is None and "seasonal_naive" in (method, rival):
        raise guards.refuse(
            "The seasonal naive method needs the number of periods in a year", "Phương pháp mùa vụ cần số kỳ trong năm",
            remedy=("Give season=12 for months, 4 for quarters.", "Dùng season=12 với tháng, 4 với quý."),
        )  # fmt: skip
    least = max(_least(method, m, model or {}), _least(rival, m, {}))
    known = least if window is None else positive(window, "window", least)
    start = known if initial is None else positive(initial, "initial", known)
    asked = positive(horizon, "horizon")
    past = settle(values, asked, 1, {**history, "least": 1}, season=m)
    points = past.values.shape[1]
    complete = points - start - asked + 1
    short = Note("too_few_origins", {"found": max(complete, 0), "needed": LEAST_ORIGINS})
    origins = np.arange(start, points) if complete >= LEAST_ORIGINS else np.arange(0)
    reason = past.notes[0] if not past.open.any() else short if not len(origins) else None
    if reason is not None:
        return _refused(past, method, rival, m, max(complete, 0), window, conf_level, reason)
    every = {
        name: _roll(name, past, origins, m, window, alpha, model or {}, progress)
        for name in dict.fromkeys((method, rival))
    }
    failed = past.open & ~np.all([np.isfinite(mean).all(axis=(1, 2)) for mean, _ in every.values()], axis=0)
    return _judged(past, method, rival, m, origins, complete, window, every, failed, power, varestimator, conf_level)


def _least(method: str, m: int | None, model: Mapping[str, Any]) -> int:
    if method == "seasonal_naive":
        return max(LEAST, 2 * (m or 1))
    if method == "ets":
        return least_points(None if model.get("seasonal", "auto") is None else m)
    if method == "sarima":
        plain = m is None or (model.get("order") is not None and model.get("seasonal_order") is None)
        return LEAST_SARIMA if plain else max(LEAST_SARIMA, CYCLES * (m or 1))
    return LEAST


def _roll(
    method: str, past: Past, origins: Origins, m: int | None, window: int | None, alpha: float | None,
    model: Mapping[str, Any], progress: Callable[[int, int], None] | None,
) -> Ahead:  # fmt: skip
    quick = rolling.ways(m or 1, alpha)
    if method in quick:
        return quick[method](past.values, origins, past.horizon, window)
    forecast = partial(ets_forecast if method == "ets" else sarima_forecast, **{"season": m, **model})
    mean, error = np.full((2, len(past.values), len(origins), past.horizon), np.nan)
    for i, x in enumerate(past.values):
        for k, t in enumerate(origins if past.open[i] else origins[:0]):
            found = forecast(x[0 if window is None else t - window : t], horizon=past.horizon, least=1, zeros=True)
            mean[i, k], error[i, k] = found.estimate[0], found.std_error[0]
        if progress is not None:
            progress(i + 1, len(past.values))
    return mean, error


def _judged(
    past: Past, method: str, rival: str, m: int | None, origins: Origins, complete: int, window: int | None,
    every: Mapping[str, Ahead], failed: Flags, power: int, varestimator: str, conf_level: float,
) -> BackTest:  # fmt: skip
    points = past.figures.shape[1]
    # Beyond the end nothing is known: those steps of the last origins are empty.
    target = origins[:, None] + np.arange(past.horizon)
    figures = np.where((past.open & ~failed)[:, None], past.figures, np.nan)
    actual = np.where(target < points, figures[:, np.minimum(target, points - 1)], np.nan)
    scale = _scale(past, origins, window, m or 1)
    found = {name: _scored(past, actual, ahead, scale) for name, ahead in every.items()}
    (errors, scores), (others, other_scores) = found[method], found[rival]
    loss, other_loss = ((np.abs(e[:, :complete]) ** power).mean(axis=2) for e in (errors, others))
    test = compare_losses(loss - other_loss, h=past.horizon, varestimator=varestimator)
    means = loss.mean(axis=1), other_loss.mean(axis=1)
    # Losses equal up to rounding are no gain.
    less = means[0] < means[1] * (1 - 1e-12)
    proven = test.p_value < 1 - guards.level(conf_level)
    open_ = past.open & ~failed
    verdict = np.where(open_, np.where(less, np.where(proven, "better", "undecided"),
                                       np.where(proven, "worse", "not_better")), "")  # fmt: skip
    caveats = (*past.notes, *((about(Note("forecast_not_fitted"), failed),) if failed.any() else ()))
    return BackTest(
        method=method, baseline=rival, season=m or 1, horizon=past.horizon, origins=complete, window=window,
        scores=scores, baseline_scores=other_scores, errors=errors, baseline_errors=others, loss=means[0],
        baseline_loss=means[1], test=test, verdict=verdict, beats=verdict == "better", conf_level=conf_level,
        origin_keys=tuple(past.observed_keys[t - 1] for t in origins), series=past.series, unit=past.unit,
        state=np.where(open_, State.VALUE.value, State.REFUSED.value), caveats=caveats,
        reason=caveats[0] if not open_.any() else None,
    )  # fmt: skip


def _scored(past: Past, actual: Floats, ahead: Ahead, scale: Floats) -> tuple[Floats, dict[str, Floats]]:
    """Return errors and scores per series and step of forecasts from every origin."""
    mean, sd = ahead
    z = special.ndtri((1 + LEVEL) / 2)
    lines = [mean, mean - z * sd, mean + z * sd]
    if past.log:
        lines = [np.exp(line) for line in lines]
    elif past.counts:
        lines = [np.maximum(line, 0.0) for line in lines]
    point, low, high = lines
    error = actual - point
    absolute = np.abs(error)
    outside = np.maximum(low - actual, 0)
    outside += np.maximum(actual - high, 0)
    per_origin = {
        "mae": absolute, "rmse": error * error, "mase": absolute / scale[:, :, None],
        "crps": (crps_lognormal if past.log else crps_normal)(actual, mean, sd),
        "interval_score": high - low + 2 / (1 - LEVEL) * outside, "coverage": outside == 0,
    }  # fmt: skip
    # Each origin nearer to the end has one step fewer that came about.
    size = actual.shape[1]
    means = {
        name: np.stack([score[:, : size - k, k].mean(axis=1) for k in range(past.horizon)], axis=1)
        for name, score in per_origin.items()
    }
    means["rmse"] = np.sqrt(means["rmse"])
    return error, {name: np.where(np.isnan(means["mae"]), np.nan, mean) for name, mean in means.items()}


def _scale(past: Past, origins: Origins, window: int | None, lag: int) -> Floats:
    """Return the mean absolute change before each origin, NaN where nothing had changed."""
    x = np.where(past.open[:, None], past.figures, 1.0)
    lag = lag if lag < (window or origins[0]) else 1
    known = origins if window is None else np.full_like(origins, window)
    found = rolling.past_sums(np.abs(x[:, lag:] - x[:, :-lag]), origins, window, lag) / (known - lag)
    return np.where(found > 0, found, np.nan)


def _refused(
    past: Past, method: str, rival: str, m: int | None, complete: int, window: int | None, conf_level: float,
    reason: Note,
) -> BackTest:  # fmt: skip
    rows = len(past.figures)
    nothing: dict[str, Floats] = {name: np.full((rows, past.horizon), np.nan) for name in SCORES}
    none, empty = np.full(rows, np.nan), np.full((rows, 0, past.horizon), np.nan)
    test = compare_losses(np.zeros((rows, LEAST_ORIGINS)), h=1, varestimator="bartlett")
    notes = past.notes if not past.open.any() else (reason,)
    return BackTest(
        method=method, baseline=rival, season=m or 1, horizon=past.horizon, origins=complete, window=window,
        scores=nothing, baseline_scores=nothing, errors=empty, baseline_errors=empty, loss=none, baseline_loss=none,
        test=test, verdict=np.full(rows, ""), beats=np.zeros(rows, dtype=bool), conf_level=conf_level, origin_keys=(),
        series=past.series, unit=past.unit, state=np.full(rows, State.REFUSED.value), reason=reason, caveats=notes,
    )  # fmt: skip
