"""Kendall's S of a series: its variance with ties and its exact distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from stats import guards
from stats.guards import Floats


def score(values: Floats) -> tuple[float, float, float]:
    """Return S, its variance given the ties, and tau-b, of figures in order of time.

    Examples
    --------
    >>> score(np.array([1.0, 3.0, 2.0]))[0]
    1.0
    """
    n = len(values)
    s = float(np.triu(np.sign(values[None, :] - values[:, None]), 1).sum())
    ties = np.unique(values, return_counts=True)[1].astype(float)
    pairs = n * (n - 1) / 2
    untied = pairs - float((ties * (ties - 1)).sum()) / 2
    variance = (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
    return s, variance, s / np.sqrt(untied * pairs) if untied else 0.0


def z_of(s: float, variance: float, continuity: bool) -> float:
    """Return S in standard deviations, moved by one towards zero where asked; 0 where nothing varies.

    Examples
    --------
    >>> z_of(9.0, 16.0, True), z_of(9.0, 16.0, False), z_of(0.0, 0.0, True)
    (2.0, 2.25, 0.0)
    """
    return 0.0 if variance <= 0 else float((s - np.sign(s) * continuity) / np.sqrt(variance))


def covariance(seasons: Floats) -> Floats:
    """Return the covariances of the S of several series over the same years, when all orders of the years are alike.

    Parameters
    ----------
    seasons : ndarray, shape (years, seasons)
        One column a season, without empty cells.

    Returns
    -------
    ndarray, shape (seasons, seasons)
        Without ties the diagonal is the variance of each S.

    References
    ----------
    Dietz and Killeen (1981), *JASA* 76:169; Hirsch and Slack (1984), *Water Resources Research* 20:727.

    Examples
    --------
    Two seasons that rise and fall together have one variance:

    >>> covariance(np.array([[1.0, 10.0], [3.0, 30.0], [2.0, 20.0], [4.0, 40.0]])).round(4).tolist()
    [[8.6667, 8.6667], [8.6667, 8.6667]]
    """
    n = len(seasons)
    signs = np.sign(seasons[None] - seasons[:, None])  # [i, j, g]: from year i to year j
    ranks = (n + 1 + signs.sum(axis=0)) / 2
    common = np.einsum("ijg,ijh->gh", signs, signs) / 2
    out: Floats = (common + 4 * ranks.T @ ranks - n * (n + 1) ** 2) / 3
    return out


def exact_distribution(values: Any) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the values S can take for these figures in any order, and their chances.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures; ties are kept as they are.

    Returns
    -------
    tuple of ndarray
        S and probability, for all orders equally likely.

    Notes
    -----
    The number of discordant pairs of a sequence with ties follows the q-multinomial coefficient
    ``[n]! / (t1! t2! ...)`` of q-factorials; without ties this is Kendall's distribution.

    References
    ----------
    Kendall (1975), *Rank Correlation Methods*, 5; Stanley (2012), *Enumerative Combinatorics* 1, 1.7.

    Examples
    --------
    >>> s, chance = exact_distribution([3, 1, 2])
    >>> s.tolist(), (6 * chance).round().astype(int).tolist()
    ([-3, -1, 1, 3], [1, 2, 2, 1])
    """
    ties = np.unique(guards.numbers(values, "values", minimum=None, missing=False), return_counts=True)[1]
    counts, size = [1], 0
    for t in ties.tolist():  # one q-binomial a group of ties, in whole numbers: exact for any length
        for step in range(1, t + 1):
            counts = _divided(_times(counts, size + step), step)
        size += t
    inversions = np.arange(len(counts))
    total = sum(counts)
    s = (len(counts) - 1 - 2 * inversions)[::-1].astype(np.int64)
    return s, np.array([c / total for c in counts[::-1]])


def _times(counts: list[int], m: int) -> list[int]:
    """Return the product with ``1 - q^m``."""
    padded = counts + [0] * m
    return [c - (padded[i - m] if i >= m else 0) for i, c in enumerate(padded)]


def _divided(counts: list[int], m: int) -> list[int]:
    """Return the quotient by ``1 - q^m``, which leaves no remainder."""
    out: list[int] = []
    for i, c in enumerate(counts[: len(counts) - m]):
        out.append(c + (out[i - m] if i >= m else 0))
    return out


def exact_tail(values: Floats, s: float, alternative: str) -> float:
    """Return the chance of an S at least as far out, over all orders of the figures."""
    points, chances = exact_distribution(values)
    above, below = float(chances[points >= s].sum()), float(chances[points <= s].sum())
    return min({"greater": above, "less": below, "two-sided": 2 * min(above, below)}[alternative], 1.0)
