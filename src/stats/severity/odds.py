"""Exact odds ratio of two by two tables, alone or common to several strata."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stats import guards
from stats.exact import ALTERNATIVES
from stats.guards import Floats
from stats.results import Note, TestResult
from stats.severity.tables import counts

_SAME = 1e-7  # tables whose probabilities differ by less, relatively, count as equally likely (as in R)
_LARGEST = 2_000_000  # possible values of the first cell; beyond it the exact test has nothing to add


def odds_ratio(
    table: Any, *, conf_level: float = 0.95, convention: str = "minlike", alternative: str = "two-sided"
) -> TestResult:
    """Return the conditional odds ratio with Fisher's exact test, common to all strata if there are several.

    Parameters
    ----------
    table : array-like
        Whole counts, two rows by two columns, or a stack of such tables (strata).
    conf_level : float
        Level of the exact interval (two equal tails).
    convention : {'minlike', 'central'}
        Two-sided p-value: ``minlike`` is that of R's ``fisher.test`` and exact ``mantelhaen.test`` and of
        scipy's ``fisher_exact``; ``central`` agrees with the interval.
    alternative : {'two-sided', 'greater', 'less'}
        Direction of the odds ratio. The interval stays two-sided: for a one-sided 95% limit ask for
        ``conf_level=0.90``.

    Returns
    -------
    TestResult
        ``estimate`` is the conditional maximum-likelihood odds ratio; 0 or infinite when the data sit
        on the edge. ``statistic`` is the sum of the first cells. Where the margins leave one table only (an
        empty row or column in every stratum) the result is ``refused`` (``one_level``).

    Raises
    ------
    InputError
        For counts that cannot be used, another shape, or margins of millions (use `mantel_haenszel`).

    Notes
    -----
    Given the margins the first cell has a noncentral hypergeometric distribution; that of the sum over
    strata is their convolution. R solves the limits to about three digits, these are solved to machine
    precision.

    References
    ----------
    Fisher (1935), *JRSS* 98:39; Cornfield (1956), *Berkeley Symposium* 4:135; Mehta, Patel and Gray
    (1985), *JASA* 80:969.

    Examples
    --------
    Fisher's tea drinker:

    >>> result = odds_ratio([[3, 1], [1, 3]])
    >>> round(result.p_value, 4), round(result.estimate, 3)
    (0.4857, 6.408)
    """
    guards.choice(convention, ("minlike", "central"), ("convention", "quy ước"))
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    conf_level = guards.level(conf_level)
    x = counts(table, ndim=3)
    guards.whole(x.ravel(), "table")
    if x.shape[1:] != (2, 2):
        raise guards.refuse(
            "odds_ratio needs two by two tables", "odds_ratio cần bảng 2 x 2",
            remedy=("Use freeman_halton for larger tables.", "Dùng freeman_halton cho bảng lớn hơn."),
        )  # fmt: skip
    first, weight = _distribution(x)
    total = float(x[:, 0, 0].sum())
    here, last = int(total - first), len(weight) - 1
    if last == 0:  # the margins leave one table: nothing can be learnt
        return TestResult.refused(f"fisher_{convention}", float(x.sum()), Note("one_level"), alternative=alternative)
    support = first + np.arange(last + 1)

    def probabilities(log_odds: float) -> Floats:
        value = weight + support * log_odds
        value = np.exp(value - value.max())
        share: Floats = value / value.sum()
        return share

    at_one = probabilities(0.0)
    if alternative != "two-sided":
        p_value = float((at_one[here:] if alternative == "greater" else at_one[: here + 1]).sum())
    elif convention == "minlike":
        p_value = float(at_one[at_one <= at_one[here] * (1 + _SAME)].sum())
    else:
        p_value = 2 * float(min(at_one[: here + 1].sum(), at_one[here:].sum()))
    tail = (1 - conf_level) / 2
    estimate, low, high = 0.0, 0.0, float("inf")
    if here == last:
        estimate = float("inf")
    elif here > 0:
        estimate = _solve(lambda t: probabilities(t) @ support - total)
    if here > 0:
        low = _solve(lambda t: probabilities(t)[here:].sum() - tail)
    if here < last:
        high = _solve(lambda t: probabilities(t)[: here + 1].sum() - tail)
    return TestResult(
        statistic=total, p_value=min(p_value, 1.0), method=f"fisher_{convention}", alternative=alternative,
        n=float(x.sum()), estimate=estimate, conf_low=low, conf_high=high, conf_level=conf_level,
        extra={"strata": len(x)},
    )  # fmt: skip


def _solve(f: Any) -> float:
    from scipy import optimize

    find: Any = optimize.brentq
    return float(np.exp(find(f, -60.0, 60.0, xtol=1e-14, rtol=8.9e-16)))


def _distribution(x: Floats) -> tuple[float, Floats]:
    """Return the smallest possible sum of first cells, and the log weights of it and all after it."""
    rows, columns, n = x[:, 0].sum(axis=1), x[:, :, 0].sum(axis=1), x.sum(axis=(1, 2))
    lows, highs = np.maximum(0.0, rows + columns - n), np.minimum(rows, columns)
    if (highs - lows).sum() > _LARGEST:
        raise guards.refuse(
            "The margins are too large for the exact odds ratio", "Tổng biên quá lớn để tính tỷ số chênh chính xác",
            remedy=("Use mantel_haenszel: it is exact enough there.", "Hãy dùng mantel_haenszel."),
        )  # fmt: skip
    # Weights are tilted to the observed odds before strata are joined: the far tails of a product of
    # many strata would otherwise fall below the smallest number.
    top, bottom = (
        float((x[:, 0, 0] * x[:, 1, 1] / np.maximum(n, 1)).sum()),
        float((x[:, 0, 1] * x[:, 1, 0] / np.maximum(n, 1)).sum()),
    )
    tilt = float(np.log((top + 0.25) / (bottom + 0.25))) if len(x) > 1 else 0.0
    joined: Floats = np.ones(1)
    for row, column, total, low, high in zip(rows, columns, n, lows, highs, strict=True):
        a = np.arange(low, high + 1)
        weight = -(
            special.gammaln(a + 1) + special.gammaln(row - a + 1) + special.gammaln(column - a + 1)
            + special.gammaln(total - row - column + a + 1)
        )  # fmt: skip
        if len(x) == 1:
            return float(low), weight
        weight = weight + a * tilt
        share = np.exp(weight - weight.max())
        joined = np.convolve(joined, share)
        joined = joined / joined.max()
    first = float(lows.sum())
    logs = np.log(np.maximum(joined, np.finfo(float).tiny))
    return first, logs - (first + np.arange(len(joined))) * tilt
