"""The E-test of two Poisson counts: exact but for the common rate, which is estimated."""

from __future__ import annotations

import numpy as np

from stats.exact import log_poisson, poisson_at_least, poisson_at_most
from stats.guards import Floats


def e_test(
    x1: Floats, x2: Floats, factor: Floats, alternative: str, *, wald: bool, budget: int = 2_000_000
) -> tuple[Floats, Floats]:
    """Return statistics and p-values of the E-test of two Poisson counts, on plain arrays.

    Parameters
    ----------
    x1, x2 : ndarray
        Whole counts.
    factor : ndarray
        Expected first count over expected second count under the null hypothesis.
    alternative : {'two-sided', 'greater', 'less'}
        Direction of the first side.
    wald : bool
        Standardise by the variance observed (Krishnamoorthy and Thomson) instead of that under the null
        hypothesis (the score statistic).
    budget : int
        Most terms held at once.

    Notes
    -----
    The pooled rate replaces the unknown one; the p-value is the chance of a statistic at least as
    extreme. For each first count i the second counts that are extreme form one or two tails, whose
    ends solve a quadratic: one sum over i replaces the usual sum over all pairs.

    References
    ----------
    Krishnamoorthy and Thomson (2004), *J Stat Plan Inf* 119:23.

    Examples
    --------
    Dodder seeds, 0 against 3 in equal samples (Krishnamoorthy and Thomson, example 1):

    >>> e_test(np.array([0.0]), np.array([3.0]), np.array([1.0]), "two-sided", wald=True)[1].round(4)
    array([0.0884])
    """
    total = x1 + x2
    mean2 = total / (1 + factor)
    mean1 = mean2 * factor
    spread = np.sqrt(np.maximum(x1 + x2 * factor**2 if wald else total * factor, np.finfo(float).tiny))
    statistic = np.where(total > 0, (x1 - x2 * factor) / spread, 0.0)
    p_value = np.ones_like(x1)
    first = np.maximum(np.floor(mean1 - 9 * np.sqrt(mean1) - 30), 0)
    width = (np.ceil(mean1 + 9 * np.sqrt(mean1) + 60) - first + 1).astype(np.int64)
    rows = np.flatnonzero(total > 0 if alternative != "two-sided" else statistic != 0)
    while len(rows):
        take = max(1, int(np.searchsorted(np.cumsum(width[rows]), budget, side="right")))
        part, rows = rows[:take], rows[take:]
        owner = np.repeat(np.arange(len(part)), width[part])
        start = np.cumsum(width[part]) - width[part]
        i = first[part][owner] + (np.arange(len(owner)) - start[owner])
        r, t2 = factor[part][owner], statistic[part][owner] ** 2
        if wald:
            root = np.sqrt(t2 * (t2 * r * r + 4 * i * (1 + r)))
            below, above = (2 * i + t2 * r - root) / (2 * r), (2 * i + t2 * r + root) / (2 * r)
        else:
            root = np.sqrt(t2 * (t2 + 4 * i * (1 + r)))
            below, above = (2 * i + t2 - root) / (2 * r), (2 * i + t2 + root) / (2 * r)
        m2 = mean2[part][owner]
        if alternative == "two-sided":
            below = np.floor(below + 1e-9 * (1 + np.abs(below)))
            below = np.where(i == 0, -1.0, below)  # at (0, 0) the statistic is 0, never extreme
            above = np.maximum(np.ceil(above - 1e-9 * (1 + above)), np.maximum(below + 1, i == 0))
            tails = poisson_at_most(below, m2) + poisson_at_least(above, m2)
        else:
            # The statistic falls as the second count grows, so one side is one tail from where they meet.
            seen = statistic[part][owner]
            end = np.where(seen > 0, below, above)
            if alternative == "greater":
                end = np.floor(end + 1e-9 * (1 + np.abs(end)))
                tails = poisson_at_most(np.where((i == 0) & (seen > 0), -1.0, end), m2)
            else:
                tails = poisson_at_least(np.ceil(end - 1e-9 * (1 + np.abs(end))), m2)
        mass = np.exp(log_poisson(i, mean1[part][owner])) * tails
        p_value[part] = np.minimum(np.bincount(owner, mass, len(part)), 1.0)
    return statistic, p_value
