"""Forecasts without parameters to choose, against which every other must prove itself."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from scipy import special

from stats.forecasts.history import LEAST, History, forecast_of, positive, settle
from stats.forecasts.results import Forecast


def naive_forecast(values: Any, *, horizon: int, **history: Unpack[History]) -> Forecast:
    """Forecast that the last figure stays: the random walk, to which every other method is compared.

    Parameters
    ----------
    values : array-like, shape (points,) or (series, points)
        In order of time. An empty cell refuses its series: to carry a figure forward would be to invent a change
        of zero.
    horizon : int
        Steps ahead.
    **history
        Periods, breaks, actors, units, counts, levels: see `stats.forecasts.history.History`.

    Returns
    -------
    Forecast
        `sigma` is the root mean square of the changes (all n - 1 of them, about 0), the standard error of k steps
        ahead `sigma` times the square root of k, intervals normal: as ``naive`` of the R package forecast 8.x.

    Raises
    ------
    InputError
        For figures, lengths, levels or horizons that cannot be used.

    Notes
    -----
    At least 8 points. Refused where the figures do not vary, and on the conditions of
    `stats.series.conditions.refusal`.

    References
    ----------
    Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 3rd ed., 5.2 and 5.5.

    Examples
    --------
    >>> found = naive_forecast([52, 48, 55, 51, 49, 53, 50, 54], horizon=2)
    >>> print(found.estimate[0], found.sigma.round(3), found.interval(0.95)[1].round(1)[0])
    [54. 54.] [4.243] [62.3 65.8]
    >>> print(naive_forecast([52, 48, 55], horizon=2).reason)
    too_few_periods (found 3, needed 8)
    """
    return _walk(values, 1, "naive", LEAST, horizon, history)


def seasonal_naive_forecast(values: Any, *, horizon: int, season: int, **history: Unpack[History]) -> Forecast:
    """Forecast that each period repeats the same one of the year before (cùng kỳ).

    Parameters
    ----------
    values, horizon, **history
        As for `naive_forecast`.
    season : int
        Periods in a year: 12 for months, 4 for quarters.

    Returns
    -------
    Forecast
        `sigma` is the root mean square of the changes from a year before, the standard error in the k-th year ahead
        `sigma` times the square root of k: as ``snaive`` of the R package forecast 8.x.

    Raises
    ------
    InputError
        As for `naive_forecast`, or for a season below 2.

    Notes
    -----
    At least two full years, and 8 points.

    References
    ----------
    Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 3rd ed., 5.2 and 5.5.

    Examples
    --------
    >>> quarters = [10, 20, 30, 40, 12, 21, 33, 41]
    >>> found = seasonal_naive_forecast(quarters, horizon=5, season=4)
    >>> print(found.estimate[0], found.std_error[0].round(2))
    [12. 21. 33. 41. 12.] [1.94 1.94 1.94 1.94 2.74]
    """
    lag = positive(season, "season", 2)
    return _walk(values, lag, "seasonal_naive", max(LEAST, 2 * lag), horizon, history)


def _walk(values: Any, lag: int, method: str, least: int, horizon: int, history: History) -> Forecast:
    past = settle(values, horizon, least, history, season=lag if lag > 1 else None)
    x = past.values
    fitted = np.full_like(x, np.nan)
    fitted[:, lag:] = x[:, :-lag]
    steps = np.arange(past.horizon)
    mean_square = np.square(x[:, lag:] - x[:, :-lag]).mean(axis=1) if x.shape[1] > lag else np.full(len(x), np.nan)
    sigma = np.sqrt(mean_square)
    future = x[:, -lag:][:, steps % lag] if x.shape[1] >= lag else np.full((len(x), past.horizon), np.nan)
    return forecast_of(past, method, future, sigma[:, None] * np.sqrt(steps // lag + 1), fitted, sigma)


def drift_forecast(values: Any, *, horizon: int, **history: Unpack[History]) -> Forecast:
    """Forecast that the figures go on along the line from the first to the last.

    Parameters
    ----------
    values, horizon, **history
        As for `naive_forecast`.

    Returns
    -------
    Forecast
        `sigma` is the standard deviation of the n - 1 changes about their mean (divisor n - 2); the standard error
        of k steps ahead is ``sigma * sqrt(k * (1 + k / (n - 1)))``, which allows for the estimated drift: as ``rwf``
        with drift of the R package forecast 8.x.

    Raises
    ------
    InputError
        As for `naive_forecast`.

    Notes
    -----
    At least 8 points.

    References
    ----------
    Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 3rd ed., 5.2 and 5.5.

    Examples
    --------
    >>> found = drift_forecast([10, 12, 13, 15, 14, 17, 18, 24], horizon=2)
    >>> print(found.estimate[0], found.std_error[0].round(3))
    [26. 28.] [2.309 3.464]
    """
    past = settle(values, horizon, LEAST, history)
    x, n = past.values, past.values.shape[1]
    changes = np.diff(x, axis=1)
    slope = (x[:, -1] - x[:, 0]) / max(n - 1, 1)
    sigma = np.sqrt(np.square(changes - slope[:, None]).sum(axis=1) / max(n - 2, 1))
    steps = np.arange(1, past.horizon + 1)
    fitted = np.full_like(x, np.nan)
    fitted[:, 1:] = x[:, :-1] + slope[:, None]
    error = sigma[:, None] * np.sqrt(steps * (1 + steps / max(n - 1, 1)))
    return forecast_of(past, "drift", x[:, -1:] + slope[:, None] * steps, error, fitted, sigma)


def mean_forecast(values: Any, *, horizon: int, **history: Unpack[History]) -> Forecast:
    """Forecast the mean of the past: right where figures only scatter about one level.

    Parameters
    ----------
    values, horizon, **history
        As for `naive_forecast`.

    Returns
    -------
    Forecast
        `sigma` is the standard deviation of the figures (divisor n - 1), the standard error
        ``sigma * sqrt(1 + 1 / n)``, and intervals use Student's t with n - 1 degrees of freedom: as ``meanf`` of the
        R package forecast 8.x. `fitted` is the mean of all figures, as there.

    Raises
    ------
    InputError
        As for `naive_forecast`.

    Notes
    -----
    At least 8 points.

    References
    ----------
    Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 3rd ed., 5.2 and 5.5.

    Examples
    --------
    >>> found = mean_forecast([52, 48, 55, 51, 49, 53, 50, 54], horizon=1)
    >>> print(found.estimate[0], found.interval(0.95)[0][0].round(2))
    [51.5] [45.36]
    """
    past = settle(values, horizon, LEAST, history)
    x, n = past.values, past.values.shape[1]
    level = x.mean(axis=1, keepdims=True)
    sigma = np.sqrt(np.square(x - level).sum(axis=1) / max(n - 1, 1))
    error = np.repeat((sigma * np.sqrt(1 + 1 / n))[:, None], past.horizon, axis=1)
    t = special.stdtrit(max(n - 1, 1), (1 + np.array(past.conf_levels)) / 2)
    return forecast_of(past, "mean", np.repeat(level, past.horizon, axis=1), error, np.repeat(level, n, axis=1), sigma,
                multiplier=t)  # fmt: skip
