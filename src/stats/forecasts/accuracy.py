"""How far point forecasts were off: the measures of Hyndman and Koehler."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats.forecasts.scores import array_of
from stats.guards import Flags, Floats

ACCURACY = ("me", "rmse", "mae", "mpe", "mape", "mase", "acf1", "theil_u")
"""Measures of `accuracy`, as the R package forecast names them."""


def mase_scale(past: Any, *, season: int = 1) -> Floats:
    """Return what errors are divided by for the MASE: the mean absolute change of the past, along the last axis.

    Parameters
    ----------
    past : array-like, shape (..., points)
        Figures the forecast was made from.
    season : int
        1 compares neighbours; the periods of a year compare with the year before.

    Returns
    -------
    ndarray, shape (...)
        NaN where nothing changes or there are too few points.

    References
    ----------
    Hyndman and Koehler (2006), *International Journal of Forecasting* 22:679.

    Examples
    --------
    >>> print(mase_scale([1, 3, 2, 5]))
    2.0
    """
    x = np.atleast_1d(array_of(past, "past"))
    if x.shape[-1] <= season:
        return np.full(x.shape[:-1], np.nan)
    found = np.abs(x[..., season:] - x[..., :-season]).mean(axis=-1)
    return np.asarray(np.where(found > 0, found, np.nan))


def mase(actual: Any, forecast: Any, past: Any, *, season: int = 1) -> Floats:
    """Return the mean absolute scaled error: 1 is as good as the naive method was in the past.

    Parameters
    ----------
    actual, forecast : array-like, shape (..., figures)
        Missing ones are left out.
    past : array-like, shape (..., points)
        Figures the forecast was made from.
    season : int
        As for `mase_scale`.

    Returns
    -------
    ndarray, shape (...)

    References
    ----------
    Hyndman and Koehler (2006), *International Journal of Forecasting* 22:679.

    Examples
    --------
    >>> print(mase([6, 7], [5, 5], [1, 3, 2, 5]))
    0.75
    """
    return np.asarray(accuracy(actual, forecast, past=past, season=season)["mase"])


def rmsse(actual: Any, forecast: Any, past: Any, *, season: int = 1) -> Floats:
    """Return the root mean squared scaled error: 1 is as good as the naive method was in the past.

    Parameters
    ----------
    actual, forecast : array-like, shape (..., figures)
        Missing ones are left out.
    past : array-like, shape (..., points)
        Figures the forecast was made from.
    season : int
        As for `mase_scale`.

    Returns
    -------
    ndarray, shape (...)
        NaN where nothing changed in the past.

    References
    ----------
    Hyndman and Koehler (2006), *International Journal of Forecasting* 22:679; Makridakis, Spiliotis and
    Assimakopoulos (2022), *International Journal of Forecasting* 38:1346 (M5).

    Examples
    --------
    >>> print(rmsse([6, 7], [5, 5], [1, 3, 2, 5]).round(3))
    0.732
    """
    x = np.atleast_1d(array_of(past, "past"))
    if x.shape[-1] <= season:
        return np.full(x.shape[:-1], np.nan)
    scale = np.sqrt(np.square(x[..., season:] - x[..., :-season]).mean(axis=-1))
    return np.asarray(accuracy(actual, forecast)["rmse"] / np.where(scale > 0, scale, np.nan))


def smape(actual: Any, forecast: Any) -> Floats:
    """Return the symmetric mean absolute percentage error, from 0 to 200, along the last axis.

    Parameters
    ----------
    actual, forecast : array-like, shape (..., figures)
        Missing ones are left out; a figure and a forecast of 0 are no error.

    Returns
    -------
    ndarray, shape (...)

    Notes
    -----
    The definition of the M3 and M4 competitions, absolute error over the mean of both. It is not symmetric (a forecast
    too low costs more) and says little for small counts; here to compare with what others print.

    References
    ----------
    Makridakis and Hibon (2000), *International Journal of Forecasting* 16:451.

    Examples
    --------
    >>> print(smape([6, 8], [5, 10]).round(2))
    20.2
    """
    y, x = np.broadcast_arrays(np.atleast_1d(array_of(actual, "actual")), array_of(forecast, "forecast"))
    size = np.abs(y) + np.abs(x)
    return _mean(200 * np.abs(y - x) / np.where(size == 0, 1.0, size), np.isfinite(y - x))


def accuracy(actual: Any, forecast: Any, *, past: Any = None, season: int = 1) -> dict[str, Floats]:
    """Return the usual measures of the accuracy of point forecasts, along the last axis.

    Parameters
    ----------
    actual, forecast : array-like, shape (..., figures)
        Missing ones are left out.
    past : array-like, shape (..., points), optional
        Figures the forecast was made from, for ``mase``.
    season : int
        As for `mase_scale`.

    Returns
    -------
    dict of ndarray
        ``me`` (mean error, actual less forecast), ``rmse``, ``mae``, ``mpe`` and ``mape`` (percent; NaN where a figure
        is 0, of which no percentage can be taken), ``mase`` (NaN without `past`), ``acf1`` (autocorrelation of
        neighbouring errors), ``theil_u`` (relative errors against those of no change within the figures; below 1 is
        better).

    Notes
    -----
    As ``accuracy`` of the R package forecast on a test set, except at figures of 0, where R prints infinity. Percent
    errors say little for small counts.

    References
    ----------
    Hyndman and Koehler (2006), *International Journal of Forecasting* 22:679.

    Examples
    --------
    >>> {name: float(value.round(2)) for name, value in accuracy([6, 8], [5, 10], past=[1, 3, 2, 5]).items()}
    {'me': -0.5, 'rmse': 1.58, 'mae': 1.5, 'mpe': -4.17, 'mape': 20.83, 'mase': 0.75, 'acf1': -0.5, 'theil_u': 1.0}
    """
    y, x = np.broadcast_arrays(np.atleast_1d(array_of(actual, "actual")), array_of(forecast, "forecast"))
    error = y - x
    known = np.isfinite(error)
    percent = np.where(y == 0, np.nan, 100 * error / np.where(y == 0, 1.0, y))
    share = np.where((known & (y == 0)).any(axis=-1, keepdims=True), np.nan, percent)
    scale = np.full(error.shape[:-1], np.nan) if past is None else mase_scale(past, season=season)
    absolute = _mean(np.abs(error), known)
    return {
        "me": _mean(error, known), "rmse": np.asarray(np.sqrt(_mean(error**2, known))), "mae": absolute,
        "mpe": _mean(share, known), "mape": _mean(np.abs(share), known), "mase": np.asarray(absolute / scale),
        "acf1": _autocorrelation(error, known), "theil_u": _theil(y, x),
    }  # fmt: skip


def _autocorrelation(error: Floats, known: Flags) -> Floats:
    """Return the autocorrelation of neighbours, as R works it out where some are missing."""
    apart = np.where(known, error - _mean(error, known)[..., None], 0.0)
    pairs = (known[..., 1:] & known[..., :-1]).sum(axis=-1)
    both = (apart[..., 1:] * apart[..., :-1]).sum(axis=-1) / (pairs + 1)
    spread = np.square(apart).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1)
    return np.asarray(np.where((pairs > 0) & (spread > 0), both / np.where(spread > 0, spread, 1.0), np.nan))


def _theil(y: Floats, x: Floats) -> Floats:
    """Return Theil's U of the figures from the second on, NaN after a figure of 0 or where nothing changes."""
    before = np.where(y[..., :-1] == 0, np.nan, y[..., :-1])
    mine = np.square((x[..., 1:] - y[..., 1:]) / before)
    same = np.square((before - y[..., 1:]) / before)
    pairs = np.isfinite(mine)
    still = np.where(pairs, same, 0.0).sum(axis=-1)
    ratio = np.where(pairs, mine, 0.0).sum(axis=-1) / np.where(still > 0, still, np.nan)
    return np.asarray(np.sqrt(np.where((y[..., :-1] == 0).any(axis=-1), np.nan, ratio)))


def _mean(values: Floats, known: Any) -> Floats:
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.asarray(np.where(known.any(axis=-1), total / np.maximum(known.sum(axis=-1), 1), np.nan))
