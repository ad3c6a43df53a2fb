"""Exact binomial and Poisson probabilities and tests on whole arrays.

The two-sided p-value of a discrete test is not unique (`methods.md`, trap 4), so every function
here takes the convention as a word: ``central``, ``minlike`` or ``mid_p``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from stats.guards import Floats

CONVENTIONS = ("central", "minlike", "mid_p")
"""How a two-sided p-value is made.

``central`` is twice the smaller tail (what an equal-tailed interval inverts), ``minlike`` adds the
probability of everything no likelier than what was seen (R's ``binom.test`` and ``poisson.test``),
``mid_p`` is the central one with half the probability of what was seen.
"""

ALTERNATIVES = ("two-sided", "greater", "less")
"""Alternatives of a test: the figure differs from the null value, lies above it, lies below it."""

_SAME = 1e-7  # two probabilities this close, relatively, are ties; R and scipy use the same figure
_LOG_2PI = float(np.log(2 * np.pi))


def _stirling_error(n: Floats) -> Floats:
    # log n! minus Stirling's formula; by gammaln below 16, by its series above (Loader 2000).
    small = np.minimum(n, 16.0)
    safe = np.maximum(small, 0.5)
    direct = special.gammaln(small + 1) - (safe + 0.5) * np.log(safe) + safe - _LOG_2PI / 2
    large = np.maximum(n, 16.0)
    square = large * large
    series = (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square) / large
    error: Floats = np.where(n > 15, series, direct)
    return error


def _deviance_part(x: Floats, mean: Floats) -> Floats:
    # x log(x / mean) + mean - x, without cancellation where the two are close (Loader 2000).
    safe = np.where(mean > 0, mean, 1.0)
    v = (x - mean) / (x + safe)
    near = np.abs(v) < 0.1
    w = np.where(near, v, 0.0)
    term, total, square = 2 * x * w, (x - mean) * w, w * w
    for j in range(1, 12):
        term = term * square
        total = total + term / (2 * j + 1)
    far = special.xlogy(x, np.maximum(x, 0.5) / safe) + mean - x
    return np.where(near, total, far)


def log_binomial(x: Floats, n: Floats, p: Floats) -> Floats:
    """Return the log probability of x of n, accurate for counts of billions.

    Notes
    -----
    Loader's saddle-point form, as in R: the plain form loses seven digits at n = 1e9.

    References
    ----------
    Loader (2000), *Fast and accurate computation of binomial probabilities*.

    Examples
    --------
    >>> np.exp(log_binomial(np.array([2.0]), np.array([5.0]), np.array([0.5]))).round(12)
    array([0.3125])
    """
    edge_low, edge_high = special.xlog1py(n, -p), special.xlogy(n, p)
    inside = (x > 0) & (x < n)
    k = np.where(inside, x, 1.0)
    m = np.where(inside, n, 2.0)
    lc = (
        _stirling_error(m) - _stirling_error(k) - _stirling_error(m - k)
        - _deviance_part(k, m * p) - _deviance_part(m - k, m * (1 - p))
    )  # fmt: skip
    middle = lc - (_LOG_2PI + np.log(k) + np.log1p(-k / m)) / 2
    return np.where(x <= 0, edge_low, np.where(x >= n, edge_high, middle))


def log_poisson(x: Floats, mean: Floats) -> Floats:
    """Return the log probability of x events when `mean` are expected (Loader 2000).

    Examples
    --------
    >>> np.exp(log_poisson(np.array([0.0, 3.0]), np.array([2.0, 2.0]))).round(6)
    array([0.135335, 0.180447])
    """
    k = np.maximum(x, 1.0)
    positive = -_stirling_error(k) - _deviance_part(k, mean) - (_LOG_2PI + np.log(k)) / 2
    return np.where(x <= 0, -mean, positive)


def binomial_at_most(x: Floats, n: Floats, p: Floats) -> Floats:
    """Return P(X <= x).

    Examples
    --------
    >>> binomial_at_most(np.array([1.0]), np.array([3.0]), np.array([0.5])).round(12)
    array([0.5])
    """
    inner = np.clip(x, 0, np.maximum(n - 1, 0))
    body = special.betaincc(inner + 1, np.maximum(n - inner, 0.5), p)
    return np.where(x < 0, 0.0, np.where(x >= n, 1.0, body))


def binomial_at_least(x: Floats, n: Floats, p: Floats) -> Floats:
    """Return P(X >= x)."""
    inner = np.clip(x, 1, np.maximum(n, 1))
    body = special.betainc(inner, np.maximum(n - inner + 1, 0.5), p)
    return np.where(x <= 0, 1.0, np.where(x > n, 0.0, body))


def poisson_at_most(x: Floats, mean: Floats) -> Floats:
    """Return P(X <= x).

    Examples
    --------
    >>> poisson_at_most(np.array([0.0]), np.array([2.0])).round(6)
    array([0.135335])
    """
    return np.where(x < 0, 0.0, special.gammaincc(np.maximum(x, 0) + 1, mean))


def poisson_at_least(x: Floats, mean: Floats) -> Floats:
    """Return P(X >= x)."""
    return np.where(x <= 0, 1.0, special.gammainc(np.maximum(x, 0.5), mean))


def normal_p(z: Floats, alternative: str) -> Floats:
    """Return the p-value of a standard normal statistic under one of `ALTERNATIVES`.

    Examples
    --------
    >>> [float(normal_p(np.array([1.959964]), side)[0].round(4)) for side in ALTERNATIVES]
    [0.05, 0.025, 0.975]
    """
    if alternative == "two-sided":
        both: Floats = 2 * special.ndtr(-np.abs(z))
        return both
    side: Floats = special.ndtr(-z if alternative == "greater" else z)
    return side


def _tails(below: Floats, above: Floats, seen: Floats, convention: str, alternative: str) -> Floats:
    # Of the one-sided and the central tests; mid-p takes half of what was seen off its tail.
    half = np.exp(seen) / 2 if convention == "mid_p" else 0.0
    if alternative == "two-sided":
        return np.minimum(2 * (np.minimum(below, above) - half), 1.0)
    return (above if alternative == "greater" else below) - half


def _first(holds: Callable[[Floats], np.ndarray], low: Floats, high: Floats) -> Floats:
    # Smallest whole number in [low, high] for which a condition that stays true holds; high + 1 if none.
    low, high = low.copy(), high + 1
    while (open_ := low < high).any():
        middle = np.floor((low + high) / 2)
        yes = holds(np.where(open_, middle, low))
        high = np.where(open_ & yes, middle, high)
        low = np.where(open_ & ~yes, middle + 1, low)
    return low


def binomial_p(x: Floats, n: Floats, p: Floats, convention: str, alternative: str = "two-sided") -> Floats:
    """Return the exact binomial p-value under one of `CONVENTIONS`, which differ when two-sided only.

    Examples
    --------
    Mendel's 682 giants of 925 against three in four (Conover 1971):

    >>> binomial_p(np.array([682.0]), np.array([925.0]), np.array([0.75]), "minlike").round(4)
    array([0.3825])
    """
    below, above = binomial_at_most(x, n, p), binomial_at_least(x, n, p)
    seen = log_binomial(x, n, p)
    if convention != "minlike" or alternative != "two-sided":
        return _tails(below, above, seen, convention, alternative)
    mode = np.clip(np.floor((n + 1) * p), 0, n)
    far = _first(lambda k: log_binomial(np.minimum(k, n), n, p) <= seen + _SAME, np.maximum(mode, x + 1), n)
    # The mirror search runs over -k, so that the condition again stays true once it holds.
    near = -_first(
        lambda k: log_binomial(np.clip(-k, 0, n), n, p) <= seen + _SAME, -np.minimum(mode, x - 1), np.zeros_like(n)
    )
    low_side = below + binomial_at_least(far, n, p)
    high_side = above + binomial_at_most(near, n, p)
    top = seen >= log_binomial(mode, n, p) - _SAME
    return np.where(top, 1.0, np.minimum(np.where(x < mode, low_side, high_side), 1.0))


def minlike_low(x: Floats, n: Floats, alpha: float) -> Floats:
    """Return the smallest share whose ``minlike`` p-value is above `alpha`: the lower limit that test inverts to.

    The upper limit is one minus the lower limit of the complement ``n - x``.

    Notes
    -----
    Below ``x / n`` the p-value is P(X >= x) + P(X <= k), where k is the largest count on the other side that is
    no likelier than x. It jumps up where the k-th count becomes as likely as x, a share known in closed form,
    and between two jumps it falls, then rises. So the first stretch that ends or begins above `alpha` holds the
    limit: its beginning, or the one root inside. The set of shares that are not rejected may have holes; as in
    R's ``exactci`` the limits are the ends of the smallest interval around it.

    References
    ----------
    Fay (2010), *R Journal* 2(1):53; Sterne (1954), *Biometrika* 41:275.

    Examples
    --------
    >>> minlike_low(np.array([3.0]), np.array([10.0]), 0.05).round(6)
    array([0.087264])
    """
    out = np.zeros_like(x)
    for row in np.flatnonzero(x > 0):
        seen, size = float(x[row]), float(n[row])
        k = np.arange(seen)
        # log C(n, k) - log C(n, x), over x - k: the log odds at which k and x are equally likely.
        ratio = (
            special.gammaln(seen + 1) + special.gammaln(size - seen + 1)
            - special.gammaln(k + 1) - special.gammaln(size - k + 1)
        )  # fmt: skip
        starts = np.concatenate([[0.0], special.expit(ratio / (seen - k))])
        other = np.concatenate([[-1.0], k])
        ends = np.append(starts[1:], 1.0)

        def p_value(share: Floats, k: Floats, seen: float = seen, size: float = size) -> Floats:
            many, least = np.full_like(share, size), np.full_like(share, seen)
            return binomial_at_least(least, many, share) + binomial_at_most(k, many, share)

        above = p_value(starts, other) > alpha
        here = int(np.argmax(above | (p_value(ends, other) > alpha)))
        low, high = starts[here], ends[here]
        if above[here]:
            out[row] = low
            continue
        for _ in range(200):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            passed = p_value(np.array([middle]), other[here : here + 1])[0] > alpha
            low, high = (low, middle) if passed else (middle, high)
        out[row] = high
    return out


def poisson_p(x: Floats, mean: Floats, convention: str, alternative: str = "two-sided") -> Floats:
    """Return the exact Poisson p-value of x events when `mean` are expected; conventions as `binomial_p`.

    Examples
    --------
    >>> poisson_p(np.array([10.0]), np.array([10.0]), "central")
    array([1.])
    """
    below, above = poisson_at_most(x, mean), poisson_at_least(x, mean)
    seen = log_poisson(x, mean)
    if convention != "minlike" or alternative != "two-sided":
        return _tails(below, above, seen, convention, alternative)
    mode = np.floor(mean)
    # Beyond this many events nothing is left that double precision could add.
    top_end = np.ceil(np.maximum(mean + 40 * np.sqrt(mean + 1) + 800, x + 1))
    far = _first(lambda k: log_poisson(k, mean) <= seen + _SAME, np.maximum(mode, x + 1), top_end)
    near = -_first(
        lambda k: log_poisson(np.maximum(-k, 0), mean) <= seen + _SAME, -np.minimum(mode, x - 1), np.zeros_like(mean)
    )
    top = seen >= log_poisson(mode, mean) - _SAME
    sides = np.where(x < mode, below + poisson_at_least(far, mean), above + poisson_at_most(near, mean))
    return np.where(top, 1.0, np.minimum(sides, 1.0))
