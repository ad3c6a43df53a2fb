"""Centre lines and control limits, for every series at once and each phase by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from stats.guards import Flags, Floats

D2 = 1.128
"""Expected range of two normal values, in standard deviations."""
RANGE_LIMIT = 3.267
"""Upper limit of moving ranges over their mean."""
XMR_FACTOR = 2.66
"""Distance of the limits over the mean moving range: three over `D2`, rounded as Wheeler and the NHS do."""
MEDIAN_FACTOR = 3.145
"""The same over the median moving range: three over 0.954, as Wheeler rounds it."""
MEDIAN_RANGE_LIMIT = 3.865
"""Upper limit of moving ranges over their median (Wheeler)."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Which points the limits come from.

    Attributes
    ----------
    phase : ndarray of int, shape (points,)
        Phase of each point, -1 for none.
    used : ndarray of bool, shape (points,)
        Points the limits of their phase come from.
    """

    phase: npt.NDArray[np.int64]
    used: Flags

    def __iter__(self) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
        """Yield for each phase its points, and those its limits come from."""
        for number in range(int(self.phase.max(initial=-1)) + 1):
            inside = self.phase == number
            yield np.flatnonzero(inside), np.flatnonzero(inside & self.used)


@dataclass(frozen=True, slots=True)
class Limits:
    """Lines of a chart, each of shape (series, points).

    Attributes
    ----------
    centre, sigma : ndarray of float
        Centre line and one standard deviation of a point; the limits lie three of them away. NaN where a
        phase has no limits.
    inflation : ndarray of float, shape (series, phases)
        Laney's sigma of z: how many times more the points vary than chance alone makes them; 1 for XmR.
    """

    centre: Floats
    sigma: Floats
    inflation: Floats


def mean_of(values: Floats) -> Floats:
    """Return the mean of the known values of each row; NaN where there is none.

    Examples
    --------
    >>> mean_of(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])).tolist()
    [2.0, nan]
    """
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def median_of(values: Floats) -> Floats:
    """Return the median of the known values of each row; NaN where there is none.

    Examples
    --------
    >>> median_of(np.array([[1.0, np.nan, 3.0, 9.0], [np.nan] * 4])).tolist()
    [3.0, nan]
    """
    count = np.isfinite(values).sum(axis=1)
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    ordered, rows = np.sort(values, axis=1), np.arange(len(values))  # NaN comes last
    low, high = ordered[rows, np.maximum(count - 1, 0) // 2], ordered[rows, np.minimum(count // 2, len(ordered[0]) - 1)]
    return np.where(count > 0, (low + high) / 2, np.nan)


def unbiasing(n: Any) -> Floats:
    """Return c4: the expected standard deviation of n normal values over the true one; NaN below two.

    Examples
    --------
    >>> unbiasing([2, 10]).round(4).tolist()
    [0.7979, 0.9727]
    """
    size = np.where(np.asarray(n) > 1, n, np.nan)
    c4: Floats = np.sqrt(2 / (size - 1)) * np.exp(special.gammaln(size / 2) - special.gammaln((size - 1) / 2))
    return c4


def mean_range(values: Floats, *, screen: bool) -> Floats:
    """Return the mean moving range of each row.

    Parameters
    ----------
    values : ndarray, shape (series, points)
        Points in order of time; there is no range from or to a missing one.
    screen : bool
        Leave out ranges of 3.267 times their mean or more and take the mean of the rest, once.

    Returns
    -------
    ndarray, shape (series,)

    References
    ----------
    Nelson (1982), *J Quality Technology* 14:172 (the screening).

    Examples
    --------
    >>> row = np.array([[5.0, 6.0, 5.0, 6.0, 60.0, 61.0, 60.0, 61.0]])
    >>> mean_range(row, screen=False).round(2).tolist(), mean_range(row, screen=True).tolist()
    ([8.57], [1.0])
    """
    ranges = np.abs(np.diff(values, axis=1))
    mean = mean_of(ranges)
    if not screen:
        return mean
    return mean_of(np.where(ranges < RANGE_LIMIT * mean[:, None], ranges, np.nan))


def individual_limits(
    values: Floats, basis: Basis, *, screen: bool, factor: float, spread: str = "moving_range", centre: str = "mean"
) -> Limits:
    """Return the lines of an XmR chart: level and variation of each phase.

    Parameters
    ----------
    values : ndarray, shape (series, points)
        The figures.
    screen, factor, spread, centre
        As in `stats.monitoring.individuals.xmr_chart`; `factor` is over three standard deviations for ``sd``.
    """
    level, sigma = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    phases = list(basis)
    for points, used in phases:
        x = _taken(values, used)
        level[:, points] = (mean_of(x) if centre == "mean" else median_of(x))[:, None]
        if spread == "sd":
            width = _deviation(x) / unbiasing(np.isfinite(x).sum(axis=1))
        elif spread == "median_moving_range":
            width = median_of(np.abs(np.diff(x, axis=1)))
        else:
            width = mean_range(x, screen=screen)
        sigma[:, points] = (factor * width / 3)[:, None]
    return Limits(level, sigma, np.ones((len(values), len(phases))))


def count_limits(x: Floats, n: Floats, basis: Basis, *, shares: bool, prime: str | None, screen: bool) -> Limits:
    """Return the lines of a chart of shares (p) or rates (u), widened by Laney's sigma of z where asked.

    Parameters
    ----------
    x, n : ndarray, shape (series, points)
        Counts and their bases, NaN in both where either is missing.
    shares : bool
        Binomial variance of a share; else the Poisson variance of a rate.
    prime : {'moving_range', 'sd', None}
        How the standard deviation of z is estimated; None leaves the limits as chance alone makes them.
    """
    centre, sigma = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    phases = list(basis)
    inflation = np.ones((len(x), len(phases)))
    for k, (points, used) in enumerate(phases):
        counts, bases = _taken(x, used), _taken(n, used)
        cases, base = np.nansum(counts, axis=1), np.nansum(bases, axis=1)
        level = np.where(base > 0, cases / np.where(base > 0, base, 1.0), np.nan)[:, None]
        variance = level * (1 - level) if shares else level
        centre[:, points] = level
        sigma[:, points] = np.sqrt(variance / n[:, points])
        spread = np.sqrt(np.where(variance > 0, variance, np.nan) / bases)
        z = (counts / bases - level) / spread
        inflation[:, k] = _deviation(z) if prime == "sd" else mean_range(z, screen=screen) / D2
        if prime is not None:
            sigma[:, points] *= inflation[:, k : k + 1]
    return Limits(centre, sigma, inflation)


def _taken(values: Floats, points: npt.NDArray[np.intp]) -> Floats:
    """Return some points of every series, laid out so that sums do not depend on how many series there are."""
    return np.ascontiguousarray(values[:, points])


def _deviation(z: Floats) -> Floats:
    known = np.isfinite(z)
    count = known.sum(axis=1)
    squares = np.where(known, z - mean_of(z)[:, None], 0.0) ** 2
    return np.where(count > 1, np.sqrt(squares.sum(axis=1) / np.maximum(count - 1, 1)), np.nan)
