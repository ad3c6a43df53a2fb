"""The continuous ranked probability score of forecasts of counts. Lower is better."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stats.forecasts.scores import array_of
from stats.guards import Floats

SMALL = 1e-9
"""Dispersions below this are none."""


def crps_poisson(actual: Any, mean: Any) -> Floats:
    """Return the continuous ranked probability score of Poisson forecasts of counts.

    Parameters
    ----------
    actual, mean : array-like
        Counts that came about and means of the forecasts.

    Returns
    -------
    ndarray
        In the unit of the counts; the absolute error where the mean is 0.

    Raises
    ------
    InputError
        For values that are no numbers, or below 0.

    References
    ----------
    Wei and Held (2014), *Test* 23:787.

    Examples
    --------
    >>> print(crps_poisson([0, 3], 2.0).round(4))
    [1.2285 0.6645]
    """
    y, rate = array_of(actual, "actual", 0.0), array_of(mean, "mean", 0.0)
    whole = np.floor(y)
    below = special.pdtr(whole, rate)
    chance = below - np.where(whole > 0, special.pdtr(np.maximum(whole - 1, 0), rate), 0.0)
    return np.asarray((y - rate) * (2 * below - 1) + 2 * rate * chance - _apart(rate))


def crps_negative_binomial(actual: Any, mean: Any, dispersion: Any) -> Floats:
    """Return the continuous ranked probability score of negative binomial forecasts of counts.

    Parameters
    ----------
    actual, mean : array-like
        Counts that came about and means of the forecasts.
    dispersion : array-like
        The variance is the mean plus this times its square: one over R's ``size``; 0 for Poisson.

    Returns
    -------
    ndarray
        In the unit of the counts; the absolute error where the mean is 0.

    Raises
    ------
    InputError
        For values that are no numbers, or below 0.

    References
    ----------
    Wei and Held (2014), *Test* 23:787.

    Examples
    --------
    >>> print(crps_negative_binomial([0, 3], 2.0, 0.5).round(4))
    [0.963 0.838]
    """
    y, rate = array_of(actual, "actual", 0.0), array_of(mean, "mean", 0.0)
    over = array_of(dispersion, "dispersion", 0.0)
    y, rate, over = np.broadcast_arrays(y, rate, over)
    wide = (over >= SMALL) & (rate > 0)
    size, centre = 1 / np.where(wide, over, 1.0), np.where(wide, rate, 1.0)
    p = size / (size + centre)
    whole = np.floor(y)
    below = special.betainc(size, whole + 1, p)
    before = np.where(whole > 0, special.betainc(size + 1, np.maximum(whole, 1.0), p), 0.0)
    off = y * (2 * below - 1) - centre * (2 * before - 1)
    ratio = 4 * centre / size / p
    with np.errstate(all="ignore"):
        # Pfaff's form of the function keeps its digits for large sizes; beyond those counts are nearly Poisson.
        apart = centre / p * special.hyp2f1(1 - size, 0.5, 2.0, ratio / (1 + ratio)) / np.sqrt(1 + ratio)
    spread = np.where(np.isfinite(apart), apart, _apart(centre) * np.sqrt(1 + centre / size))
    return np.asarray(np.where(wide, off - spread, crps_poisson(y, rate)))


def _apart(rate: Floats) -> Floats:
    """Return half the mean distance of two Poisson counts."""
    return np.asarray(rate * (special.ive(0, 2 * rate) + special.ive(1, 2 * rate)))
