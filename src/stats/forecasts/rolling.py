"""Forecasts from every origin of many series at once: what the simple methods would have said at the time.

An origin t is the number of points known; each function returns point forecasts and standard errors of shape
(series, origins, horizon), from all points before the origin or from the last `window` of them. Sums up to every origin
come from one pass over the series.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from stats import guards
from stats.errors import InputError
from stats.forecasts.history import positive
from stats.guards import Floats

Origins = npt.NDArray[np.int64]
Ahead = tuple[Floats, Floats]
Roll = Callable[[Floats, Origins, int, int | None], Ahead]

ALPHAS = tuple(k / 20 for k in range(1, 21))
"""Weights of simple exponential smoothing that are tried at each origin; 1 is the naive method."""


def past_sums(values: Floats, origins: Origins, window: int | None, lag: int = 0) -> Floats:
    """Return the sum, before each origin, of values that begin `lag` points into the series.

    Parameters
    ----------
    values : ndarray, shape (series, points - lag)
        One for each point from the `lag`-th on, such as changes.
    origins : ndarray of int
        Numbers of points known.
    window : int or None
        Only those whose `lag` points before lie among the last so many known.
    """
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    first = np.zeros_like(origins) if window is None else origins - window
    return np.asarray(total[:, origins - lag] - total[:, first])


def roll_naive(x: Floats, origins: Origins, horizon: int, window: int | None = None) -> Ahead:
    """Return naive forecasts from every origin."""
    return roll_walk(x, origins, horizon, window, 1)


def roll_walk(x: Floats, origins: Origins, horizon: int, window: int | None, lag: int) -> Ahead:
    """Return naive (lag 1) or seasonal naive forecasts from every origin."""
    steps = np.arange(horizon)
    known = origins if window is None else np.full_like(origins, window)
    sigma = np.sqrt(past_sums(np.square(x[:, lag:] - x[:, :-lag]), origins, window, lag) / (known - lag))
    point = x[:, origins[:, None] - lag + steps % lag]
    return point, sigma[:, :, None] * np.sqrt(steps // lag + 1)


def roll_drift(x: Floats, origins: Origins, horizon: int, window: int | None = None) -> Ahead:
    """Return forecasts along the line from the first to the last point, from every origin."""
    known = origins if window is None else np.full_like(origins, window)
    changes, count = np.diff(x, axis=1), known - 1
    slope = (x[:, origins - 1] - x[:, origins - known]) / count
    # About the mean change of the whole series, so that little is lost in the difference of two sums.
    centre = changes.mean(axis=1, keepdims=True)
    squares = past_sums(np.square(changes - centre), origins, window, 1) - count * np.square(slope - centre)
    steps = np.arange(1, horizon + 1)
    error = np.sqrt(np.maximum(squares, 0.0) / (count - 1))[:, :, None] * np.sqrt(steps * (1 + steps / count[:, None]))
    return x[:, origins - 1][:, :, None] + slope[:, :, None] * steps, error


def roll_mean(x: Floats, origins: Origins, horizon: int, window: int | None = None) -> Ahead:
    """Return the mean of the past from every origin."""
    known = origins if window is None else np.full_like(origins, window)
    centre = x.mean(axis=1, keepdims=True)
    apart = past_sums(x - centre, origins, window) / known
    squares = past_sums(np.square(x - centre), origins, window) - known * np.square(apart)
    error = np.sqrt(np.maximum(squares, 0.0) / (known - 1) * (1 + 1 / known))
    shape = (*error.shape, horizon)
    return (np.broadcast_to((centre + apart)[:, :, None], shape).copy(),
            np.broadcast_to(error[:, :, None], shape).copy())  # fmt: skip


def roll_ses(
    x: Floats, origins: Origins, horizon: int, window: int | None = None, alphas: Sequence[float] = ALPHAS
) -> Ahead:
    """Return simple exponential smoothing from every origin, its weight the one that fitted the past best.

    Notes
    -----
    The level begins at the first point, so that smoothing can be written as one pass; the weight is the one of
    `alphas` with the least sum of squared one-step errors before the origin, the smaller of two equal ones. The
    variance divides that sum by the points less two, as for one weight and one level estimated.
    """
    known = origins if window is None else np.full_like(origins, window)
    best = np.full((len(x), len(origins)), np.inf)
    level, weight = np.empty_like(best), np.empty_like(best)
    for alpha in alphas:
        squares, last = _smoothed(x, origins, alpha) if window is None else _windowed(x, origins, window, alpha)
        better = squares < best
        best[better], level[better], weight[better] = squares[better], last[better], alpha
    sigma = np.sqrt(best / (known - 2))
    growth = np.sqrt(1 + np.arange(horizon) * np.square(weight)[:, :, None])
    return np.repeat(level[:, :, None], horizon, axis=2), sigma[:, :, None] * growth


def _smoothed(x: Floats, origins: Origins, alpha: float) -> Ahead:
    """Return the sum of squared errors and the level at every origin, from the first point on."""
    rows, points = x.shape
    level, squares = x[:, 0].copy(), np.zeros(rows)
    levels, sums = np.empty((points, rows)), np.empty((points, rows))
    levels[0], sums[0] = level, squares
    for t, figure in enumerate(np.ascontiguousarray(x.T[1:]), 1):
        error = figure - level
        level = level + alpha * error
        squares = squares + error * error
        levels[t], sums[t] = level, squares
    return sums[origins - 1].T, levels[origins - 1].T


def _windowed(x: Floats, origins: Origins, window: int, alpha: float) -> Ahead:
    """Return the same with the level begun anew in every window."""
    first = origins - window
    level, squares = x[:, first], np.zeros((len(x), len(origins)))
    for step in range(1, window):
        error = x[:, first + step] - level
        level = level + alpha * error
        squares = squares + error * error
    return squares, level


def rolling_errors(
    values: Any, *, method: str | Callable[[Floats, int], Any] = "naive", horizon: int = 1, window: int | None = None,
    season: int | None = None, alpha: float | None = None,
) -> Floats:  # fmt: skip
    """Return the errors of forecasts from every origin there is, as ``tsCV`` of the R package forecast.

    Parameters
    ----------
    values : array-like, shape (points,) or (series, points)
        In order of time, none missing.
    method : {'naive', 'seasonal_naive', 'drift', 'mean', 'ses'} or callable
        A callable takes the known points of one series and the horizon and returns point forecasts; it is called for
        every series and origin, and raises `InputError` where there are too few points.
    horizon : int
        Steps ahead.
    window : int, optional
        Forecast from the last so many points only.
    season : int, optional
        Periods in a year, for ``seasonal_naive``.
    alpha : float, optional
        Weight of ``ses``, by default the best of `ALPHAS` at each origin.

    Returns
    -------
    ndarray, shape (series, points, horizon)
        Actual less forecast; the second index is the last point known. NaN where there are too few points for the
        method (1; 2 for drift and ses, a season for seasonal naive) and beyond the end.

    Raises
    ------
    InputError
        For missing values or options that cannot be used.

    Notes
    -----
    No minimum length: this is for looking at errors. `stats.forecasts.back_test` judges.

    References
    ----------
    Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 3rd ed., 5.10.

    Examples
    --------
    >>> print(rolling_errors([3, 5, 4, 6], horizon=2)[0])
    [[ 2.  1.]
     [-1.  1.]
     [ 2. nan]
     [nan nan]]
    """
    x = guards.numbers(values, "values", minimum=None, missing=False, ndim=2)
    rows, points = x.shape
    lag = 1 if season is None else positive(season, "season", 2)
    steps = positive(horizon, "horizon")
    if not callable(method):
        guards.choice(method, ("naive", "seasonal_naive", "drift", "mean", "ses"))
    least = 1 if callable(method) else {"drift": 2, "ses": 2, "seasonal_naive": lag}.get(method, 1)
    origins = np.arange(least if window is None else positive(window, "window", least), points)
    mean = np.full((rows, len(origins), steps), np.nan)
    if callable(method):
        for i, k in np.ndindex(rows, len(origins)):
            with contextlib.suppress(InputError):
                mean[i, k] = method(x[i, 0 if window is None else origins[k] - window : origins[k]], steps)
    elif len(origins):
        with np.errstate(divide="ignore", invalid="ignore"):  # standard errors, which are not looked at here
            mean = ways(lag, alpha)[method](x, origins, steps, window)[0]
    target = origins[:, None] + np.arange(steps)
    errors = np.full((rows, points, steps), np.nan)
    actual = np.where(target < points, x[:, np.minimum(target, points - 1)], np.nan)
    errors[:, origins - 1] = actual - mean
    return errors


def ways(lag: int, alpha: float | None) -> dict[str, Roll]:
    """Return the methods that go through all series at once, by their codes.

    Parameters
    ----------
    lag : int
        Periods in a year, for ``seasonal_naive``.
    alpha : float or None
        Weight of ``ses``; None chooses it at each origin.

    Raises
    ------
    InputError
        For a weight not above 0 and at most 1.
    """
    if alpha is not None:
        guards.between(alpha, "alpha", 0.0, 1.0 + 1e-12)
    return {
        "naive": roll_naive, "seasonal_naive": partial(roll_walk, lag=lag), "drift": roll_drift, "mean": roll_mean,
        "ses": roll_ses if alpha is None else partial(roll_ses, alphas=(alpha,)),
    }  # fmt: skip
