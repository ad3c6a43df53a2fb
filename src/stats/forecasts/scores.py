"""How good forecasts were: scores of points, of intervals, of whole distributions. Lower is better in all."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stats import guards
from stats.guards import Floats


def crps_normal(actual: Any, mean: Any, sd: Any) -> Floats:
    """Return the continuous ranked probability score of normal forecasts.

    Parameters
    ----------
    actual, mean, sd : array-like
        Figures that came about, means and standard deviations of the forecasts, of shapes that broadcast; sd 0 is a
        forecast of one point. Missing ones give NaN.

    Returns
    -------
    ndarray
        In the unit of the figures; the absolute error where sd is 0.

    Raises
    ------
    InputError
        For values that are no numbers, or sd below 0.

    References
    ----------
    Gneiting and Raftery (2007), *Journal of the American Statistical Association* 102:359, 4.2.

    Examples
    --------
    >>> print(crps_normal(0, 0, 1).round(6), crps_normal(3, 5, 0))
    0.233695 2.0
    """
    y, centre = array_of(actual, "actual"), array_of(mean, "mean")
    spread = array_of(sd, "sd", 0.0)
    wide = np.asarray(spread > 0)
    safe = spread if wide.all() else np.where(wide, spread, 1.0)
    z = np.asarray((y - centre) / safe)
    score = np.exp(z * z / -2)
    score *= np.sqrt(2 / np.pi)
    score += z * special.erf(z / np.sqrt(2))
    score = (score - 1 / np.sqrt(np.pi)) * safe
    return np.asarray(score if safe is spread else np.where(wide, score, np.abs(y - centre) + 0 * spread))


def crps_lognormal(actual: Any, mean: Any, sd: Any) -> Floats:
    """Return the continuous ranked probability score of forecasts whose logarithms are normal.

    Parameters
    ----------
    actual : array-like
        Figures that came about.
    mean, sd : array-like
        Of the logarithms.

    Returns
    -------
    ndarray
        In the unit of the figures.

    Raises
    ------
    InputError
        For values that are no numbers, figures or sd below 0.

    References
    ----------
    Baran and Lerch (2015), *Quarterly Journal of the Royal Meteorological Society* 141:2289.

    Examples
    --------
    >>> print(crps_lognormal(1.0, 0.0, 1.0).round(4), crps_lognormal(np.e, 0.0, 0.0).round(3))
    0.2674 1.718
    """
    y, centre = array_of(actual, "actual", 0.0), array_of(mean, "mean")
    spread = array_of(sd, "sd", 0.0)
    safe = np.where(spread > 0, spread, 1.0)
    z = (np.log(np.where(y > 0, y, np.nan)) - centre) / safe
    z = np.where(y == 0, -np.inf, z)
    weight = 2 * np.exp(centre + safe**2 / 2)
    score = y * (2 * special.ndtr(z) - 1) - weight * (special.ndtr(z - safe) + special.ndtr(safe / np.sqrt(2)) - 1)
    return np.asarray(np.where(spread > 0, score, np.abs(y - np.exp(centre)) + 0 * spread))


def crps_sample(actual: Any, sample: Any, *, fair: bool = False) -> Floats:
    """Return the continuous ranked probability score of forecasts that are given as a sample.

    Parameters
    ----------
    actual : array-like, shape (...)
        Figures that came about.
    sample : array-like, shape (..., members)
        Draws or ensemble members.
    fair : bool
        Take the members as draws from the distribution that is scored (divisor m (m - 1) of their differences)
        rather than as the whole of it (m squared).

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    InputError
        For values that are no numbers, no members, or fewer than two with `fair`.

    References
    ----------
    Gneiting and Raftery (2007), *JASA* 102:359, equation 21; Ferro (2014), *Quarterly Journal of the Royal
    Meteorological Society* 140:1917 (fair).

    Examples
    --------
    >>> print(crps_sample(2.0, [1.0, 3.0]), crps_sample(2.0, [1.0, 3.0], fair=True))
    0.5 0.0
    """
    y, members = array_of(actual, "actual"), np.sort(np.atleast_1d(array_of(sample, "sample")), axis=-1)
    count = members.shape[-1]
    if count < 1 + fair:
        raise guards.refuse(
            f"sample has {count} members", f"mẫu có {count} phần tử",
            remedy=("Give members along the last axis.", "Hãy đặt các phần tử theo chiều cuối."),
        )  # fmt: skip
    apart = np.abs(members - y[..., None]).mean(axis=-1)
    # The mean distance of all pairs, from the sorted members: each counts by how many lie below and above it.
    rank = 2 * np.arange(1, count + 1) - count - 1
    pairs = (members * rank).sum(axis=-1) / (count * (count - 1) if fair else count**2)
    return np.asarray(apart - pairs)


def crps_quantiles(actual: Any, quantiles: Any, levels: Any) -> Floats:
    """Return the score of forecasts given as quantiles: twice the mean pinball loss, which nears the CRPS.

    Parameters
    ----------
    actual : array-like, shape (...)
        Figures that came about.
    quantiles : array-like, shape (..., levels)
        Forecast quantiles.
    levels : array-like, shape (levels,)
        Their levels, evenly spread between 0 and 1 for the score to be near the CRPS.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    InputError
        For levels not between 0 and 1.

    References
    ----------
    Gneiting and Ranjan (2011), *Journal of Business and Economic Statistics* 29:411.

    Examples
    --------
    >>> levels = (np.arange(99) + 1) / 100
    >>> print(crps_quantiles(0.0, special.ndtri(levels), levels).round(2))
    0.24
    """
    y = array_of(actual, "actual")
    return np.asarray(2 * pinball(y[..., None], quantiles, levels).mean(axis=-1))


def pinball(actual: Any, quantile: Any, level: Any) -> Floats:
    """Return the quantile (pinball) loss: what falls above costs `level`, what falls below one less `level`.

    Parameters
    ----------
    actual, quantile : array-like
        Figures and the quantiles forecast for them.
    level : array-like
        Level of each quantile, between 0 and 1.

    Returns
    -------
    ndarray

    Raises
    ------
    InputError
        For levels not between 0 and 1.

    References
    ----------
    Koenker and Bassett (1978), *Econometrica* 46:33.

    Examples
    --------
    >>> print(pinball([10.0, 10.0], [8.0, 12.0], 0.9))
    [1.8 0.2]
    """
    tau = array_of(level, "level")
    if not ((tau > 0) & (tau < 1)).all():
        raise guards.refuse("A level lies between 0 and 1", "Mức phân vị phải nằm giữa 0 và 1")
    off = array_of(actual, "actual") - array_of(quantile, "quantile")
    return np.asarray(np.maximum(tau * off, (tau - 1) * off))


def interval_score(actual: Any, low: Any, high: Any, *, conf_level: float = 0.95) -> Floats:
    """Return the interval score: the width, plus a fine for figures outside in proportion to how far.

    Parameters
    ----------
    actual, low, high : array-like
        Figures and the limits forecast for them.
    conf_level : float
        Level of the intervals; the fine is ``2 / (1 - conf_level)`` for each unit outside.

    Returns
    -------
    ndarray

    Raises
    ------
    InputError
        Where a lower limit is above its upper one.

    References
    ----------
    Gneiting and Raftery (2007), *JASA* 102:359, equation 43.

    Examples
    --------
    >>> print(interval_score([10, 21, 5], [8, 8, 8], [12, 12, 12], conf_level=0.9))
    [  4. 184.  64.]
    """
    alpha = 1 - guards.level(conf_level)
    y, below, above = array_of(actual, "actual"), array_of(low, "low"), array_of(high, "high")
    crossed = np.asarray(below > above)
    if crossed.any():
        raise guards.refuse("A lower limit is above its upper one", "Có cận dưới lớn hơn cận trên", crossed)
    return np.asarray(above - below + 2 / alpha * (np.maximum(below - y, 0) + np.maximum(y - above, 0)))


def weighted_interval_score(actual: Any, median: Any, low: Any, high: Any, conf_levels: Any) -> Floats:
    """Return the weighted interval score: a forecast scored by its median and several intervals at once.

    Parameters
    ----------
    actual, median : array-like, shape (...)
        Figures, and the medians forecast for them.
    low, high : array-like, shape (levels, ...)
        Limits of each interval, the first axis as in a `Forecast`.
    conf_levels : array-like, shape (levels,)
        Their levels.

    Returns
    -------
    ndarray, shape (...)
        Absolute error of the median and interval scores, each with weight half its alpha (1 for the median), over
        the levels and a half.

    Raises
    ------
    InputError
        For limits that are not one pair a level, or that cross.

    Notes
    -----
    It is the mean of twice the `pinball` losses of all the quantiles, and so nears the CRPS with many levels.

    References
    ----------
    Bracher, Ray, Gneiting and Reich (2021), *PLOS Computational Biology* 17:e1008618, equation 1.

    Examples
    --------
    >>> print(weighted_interval_score(10, 6, [3, 2], [8, 9], [0.5, 0.9]).round(2))
    2.64
    """
    levels = np.atleast_1d(array_of(conf_levels, "conf_levels"))
    lower, upper = (np.atleast_1d(array_of(x, name)) for x, name in ((low, "low"), (high, "high")))
    if len(lower) != len(levels) or len(upper) != len(levels):
        raise guards.refuse(
            f"There are {len(lower)} lower and {len(upper)} upper limits for {len(levels)} levels",
            f"Có {len(lower)} cận dưới và {len(upper)} cận trên, cần {len(levels)}",
            remedy=("Give limits of each level along the first axis.", "Hãy đặt cận của từng mức theo chiều đầu."),
        )  # fmt: skip
    total = np.abs(array_of(actual, "actual") - array_of(median, "median")) / 2
    for one, below, above in zip(levels, lower, upper, strict=True):
        total = total + (1 - one) / 2 * interval_score(actual, below, above, conf_level=one)
    return np.asarray(total / (len(levels) + 0.5))


def interval_coverage(actual: Any, low: Any, high: Any) -> Floats:
    """Return the share of figures within their limits, along the last axis.

    Parameters
    ----------
    actual, low, high : array-like, shape (..., figures)
        Missing ones are left out; limits belong to the interval.

    Returns
    -------
    ndarray, shape (...)
        NaN where there is none.

    Examples
    --------
    >>> print(interval_coverage([1, 2, 9, None], [0, 0, 0, 0], [5, 5, 5, 5]).round(3))
    0.667
    """
    y, below, above = np.broadcast_arrays(array_of(actual, "actual"), array_of(low, "low"), array_of(high, "high"))
    known = np.isfinite(y) & np.isfinite(below) & np.isfinite(above)
    inside = (known & (y >= below) & (y <= above)).sum(axis=-1)
    return np.asarray(np.where(known.any(axis=-1), inside / np.maximum(known.sum(axis=-1), 1), np.nan))


def array_of(values: Any, name: str, minimum: float | None = None) -> Floats:
    """Return numbers of any number of dimensions."""
    try:
        depth = np.ndim(values)
    except ValueError:  # ragged nested lists, which are refused below
        depth = 1
    found = guards.numbers(values, name, minimum=minimum, ndim=max(depth, 1))
    return found if depth else found[0]
