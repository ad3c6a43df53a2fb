"""Interval formulas on plain arrays: the one home of confidence limits for a share and for a count.

Nothing is checked here: callers pass valid rows (``0 <= x <= n``, ``n > 0``) through `stats.guards`.
Quantiles come from `scipy.special`, which works on whole arrays and imports fast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from stats.guards import Floats

Limits = tuple[Floats, Floats]


def z_value(conf_level: float) -> float:
    """Return the two-sided standard normal quantile.

    Examples
    --------
    >>> round(z_value(0.95), 6)
    1.959964
    """
    return float(-special.ndtri((1 - conf_level) / 2))


def root(f: Callable[..., Any], low: Floats, high: Floats, *args: Floats) -> Floats:
    """Return the root of an increasing or decreasing function in each row's bracket.

    Where an end is already a root, or the function has one sign over the whole bracket, the end
    nearest to zero is returned: for limits that means the limit sits on the edge of the range.

    Notes
    -----
    Chandrupatla's bracketing method on whole arrays (`scipy.optimize.elementwise`), so a hundred
    thousand limits cost some ten to twenty calls of `f`.
    """
    from scipy.optimize import elementwise

    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    at_low, at_high = np.asarray(f(low, *args)), np.asarray(f(high, *args))
    out = np.where(np.abs(at_low) <= np.abs(at_high), low, high)
    inside = np.sign(at_low) * np.sign(at_high) < 0
    if inside.any():
        found = elementwise.find_root(
            f,
            (low[inside], high[inside]),
            args=tuple(a[inside] for a in args),
            tolerances={"xatol": 1e-300, "xrtol": 4e-16, "fatol": 0.0, "frtol": 0.0},
            maxiter=200,
        )
        out[inside] = found.x
    return out


def over(top: Floats, bottom: Floats) -> Floats:
    """Return the ratio, infinite where the bottom is zero.

    Examples
    --------
    >>> over(np.array([1.0, 1.0]), np.array([4.0, 0.0]))
    array([0.25,  inf])
    """
    ratio: Floats = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.inf)
    return ratio


def joined_ratio(first: Floats, first_limits: Limits, second: Floats, second_limits: Limits) -> Limits:
    """Return limits of a ratio joined from the limits of its two parts (MOVER, Donner and Zou 2012).

    The smaller root is taken as product over larger root, so nothing cancels and a part of zero is
    no special case.
    """
    (l1, u1), (l2, u2) = first_limits, second_limits
    product = first * second
    c, d = l1 * (2 * first - l1), u2 * (2 * second - u2)
    low = np.where(first > 0, over(c, product + np.sqrt(np.maximum(product**2 - c * d, 0))), 0.0)
    c, d = u1 * (2 * first - u1), l2 * (2 * second - l2)
    return low, over(product + np.sqrt(np.maximum(product**2 - c * d, 0)), d)


def beta_quantile(a: Floats, b: Floats, tail: float, *, upper: bool = False) -> Floats:
    """Return the point below (or above) which a beta distribution has a given probability.

    Notes
    -----
    scipy 1.17 returns its first guess when a shape is exactly 1000 and the other large (999 cases of a
    million), up to twice the quantile. Every value is therefore put back into the distribution
    function, and the few that fail are solved again by bracketing.

    Examples
    --------
    >>> high = beta_quantile(np.array([1000.0]), np.array([903262.0]), 0.001, upper=True)
    >>> float(special.betaincc(1000.0, 903262.0, high)[0].round(9))
    0.001
    """
    q: Floats = (special.betainccinv if upper else special.betaincinv)(a, b, tail)
    f = special.betaincc if upper else special.betainc
    wrong = np.abs(f(a, b, q) - tail) > 1e-6 * tail
    if wrong.any():
        a, b = np.broadcast_to(a, q.shape)[wrong], np.broadcast_to(b, q.shape)[wrong]
        # The root is sought on the log scale: quantiles may lie at any small size.
        found = root(lambda v, c, d: f(c, d, np.exp(v)) - tail, np.full(len(a), -745.0), np.zeros(len(a)), a, b)
        q[wrong] = np.exp(found)
    return q


def wilson(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return Wilson's score limits of a share (Wilson 1927).

    Examples
    --------
    >>> low, high = wilson(np.array([81.0]), np.array([263.0]), 0.95)
    >>> low.round(4), high.round(4)
    (array([0.2553]), array([0.3662]))
    """
    z = z_value(conf_level)
    middle = (x + z * z / 2) / (n + z * z)
    half = z * np.sqrt(x * (n - x) / n + z * z / 4) / (n + z * z)
    low, high = np.maximum(middle - half, 0), np.minimum(middle + half, 1)
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def wilson_cc(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return Wilson's limits with continuity correction (Newcombe 1998, method 4).

    Examples
    --------
    >>> [float(v[0].round(4)) for v in wilson_cc(np.array([81.0]), np.array([263.0]), 0.95)]
    [0.2535, 0.3682]
    """
    z = z_value(conf_level)
    p, q = x / n, 1 - x / n
    under = np.maximum(z * z - 2 - 1 / n + 4 * p * (n * q + 1), 0)
    over = np.maximum(z * z + 2 - 1 / n + 4 * p * (n * q - 1), 0)
    low = (2 * x + z * z - 1 - z * np.sqrt(under)) / (2 * (n + z * z))
    high = (2 * x + z * z + 1 + z * np.sqrt(over)) / (2 * (n + z * z))
    return np.where(x == 0, 0.0, np.maximum(low, 0)), np.where(x == n, 1.0, np.minimum(high, 1))


def agresti_coull(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return the limits of Agresti and Coull (1998), clipped to [0, 1].

    Examples
    --------
    >>> [float(v[0].round(4)) for v in agresti_coull(np.array([5.0]), np.array([10.0]), 0.95)]
    [0.2366, 0.7634]
    """
    z = z_value(conf_level)
    wide = n + z * z
    p = (x + z * z / 2) / wide
    half = z * np.sqrt(p * (1 - p) / wide)
    return np.maximum(p - half, 0), np.minimum(p + half, 1)


def clopper_pearson(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return the exact limits of Clopper and Pearson (1934), as beta quantiles.

    Examples
    --------
    >>> [float(v[0].round(4)) for v in clopper_pearson(np.array([682.0]), np.array([925.0]), 0.95)]
    [0.7077, 0.7654]
    """
    tail = (1 - conf_level) / 2
    inner_low, inner_high = np.maximum(x, 0.5), np.maximum(n - x, 0.5)  # a beta needs positive shapes
    low = np.where(x == 0, 0.0, beta_quantile(inner_low, n - x + 1, tail))
    high = np.where(x == n, 1.0, beta_quantile(x + 1, inner_high, tail, upper=True))
    return low, high


def jeffreys(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return Jeffreys limits, closed at 0 of n and at n of n (Brown, Cai and DasGupta 2001).

    Examples
    --------
    >>> [float(v[0].round(4)) for v in jeffreys(np.array([0.0]), np.array([20.0]), 0.95)]
    [0.0, 0.1166]
    """
    tail = (1 - conf_level) / 2
    low = np.where(x == 0, 0.0, beta_quantile(x + 0.5, n - x + 0.5, tail))
    high = np.where(x == n, 1.0, beta_quantile(x + 0.5, n - x + 0.5, tail, upper=True))
    return low, high


def _mid_tail(p: Floats, x: Floats, n: Floats, target: Floats) -> Any:
    # P(X > x) + P(X = x) / 2 is the mean of two beta integrals, so no mass function is needed.
    at_least = np.where(x > 0, special.betainc(np.maximum(x, 0.5), n - x + 1, p), 1.0)
    above = np.where(x < n, special.betainc(x + 1, np.maximum(n - x, 0.5), p), 0.0)
    return (at_least + above) / 2 - target


def mid_p(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return mid-p limits: the exact limits with half the probability of the observed count.

    The roots lie inside the Clopper-Pearson limits, which serve as the bracket.

    Examples
    --------
    >>> [float(v[0].round(4)) for v in mid_p(np.array([81.0]), np.array([263.0]), 0.95)]
    [0.2544, 0.3658]
    """
    tail = np.full_like(x, (1 - conf_level) / 2)
    outer_low, outer_high = clopper_pearson(x, n, conf_level)
    middle = np.where(x == 0, 0.0, np.where(x == n, 1.0, x / n))
    low = np.where(x == 0, 0.0, root(_mid_tail, outer_low, middle, x, n, tail))
    high = np.where(x == n, 1.0, root(_mid_tail, middle, outer_high, x, n, 1 - tail))
    return low, high


def _deviance(p: Floats, x: Floats, n: Floats, limit: Floats) -> Any:
    return (
        2
        * (special.xlogy(x, x / n) + special.xlogy(n - x, 1 - x / n) - special.xlogy(x, p) - special.xlog1py(n - x, -p))
        - limit
    )


def likelihood(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return likelihood-ratio limits (Newcombe 1998, method 7).

    Examples
    --------
    >>> [float(v[0].round(4)) for v in likelihood(np.array([81.0]), np.array([263.0]), 0.95)]
    [0.2542, 0.3655]
    """
    limit = np.full_like(x, z_value(conf_level) ** 2)
    tiny = np.finfo(float).tiny
    low = np.where(x == 0, 0.0, root(_deviance, np.full_like(x, tiny), np.maximum(x / n, tiny), x, n, limit))
    high = np.where(x == n, 1.0, root(_deviance, x / n, np.full_like(x, 1 - 1e-16), x, n, limit))
    return low, high


def byar(count: Floats, conf_level: float) -> Limits:
    """Return Byar's approximate limits of a Poisson count (Breslow and Day 1987, p. 69).

    Examples
    --------
    >>> low, high = byar(np.array([20.0]), 0.95)
    >>> low.round(4), high.round(4)
    (array([12.2114]), array([30.8899]))
    """
    z = z_value(conf_level)
    safe = np.maximum(count, 0.5)
    low = safe * (1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe))) ** 3
    more = count + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return np.where(count == 0, 0.0, np.maximum(low, 0)), high


def poisson_exact(count: Floats, conf_level: float) -> Limits:
    """Return the exact (chi-square) limits of a Poisson count (Garwood 1936).

    Examples
    --------
    >>> [float(v[0].round(4)) for v in poisson_exact(np.array([10.0]), 0.95)]
    [4.7954, 18.3904]
    """
    tail = (1 - conf_level) / 2
    low = np.where(count == 0, 0.0, special.gammaincinv(np.maximum(count, 0.5), tail))
    return low, special.gammainccinv(count + 1, tail)


def poisson_score(count: Floats, conf_level: float) -> Limits:
    """Return score limits of a Poisson count: ``x + z²/2 ± z sqrt(x + z²/4)``.

    Examples
    --------
    >>> [float(v[0].round(4)) for v in poisson_score(np.array([0.0]), 0.95)]
    [0.0, 3.8415]
    """
    z = z_value(conf_level)
    middle, half = count + z * z / 2, z * np.sqrt(count + z * z / 4)
    return np.where(count == 0, 0.0, np.maximum(middle - half, 0)), middle + half


def poisson_jeffreys(count: Floats, conf_level: float) -> Limits:
    """Return Jeffreys limits of a Poisson count: quantiles of a gamma with shape ``x + 1/2``, 0 at 0."""
    tail = (1 - conf_level) / 2
    low = np.where(count == 0, 0.0, special.gammaincinv(count + 0.5, tail))
    return low, special.gammainccinv(count + 0.5, tail)


def _poisson_mid(mean: Floats, count: Floats, target: Floats) -> Any:
    at_least = np.where(count > 0, special.gammainc(np.maximum(count, 0.5), mean), 1.0)
    return (at_least + special.gammainc(count + 1, mean)) / 2 - target


def poisson_mid_p(count: Floats, conf_level: float) -> Limits:
    """Return mid-p limits of a Poisson count."""
    tail = np.full_like(count, (1 - conf_level) / 2)
    outer_low, outer_high = poisson_exact(count, conf_level)
    low = np.where(count == 0, 0.0, root(_poisson_mid, outer_low, count, count, tail))
    return low, root(_poisson_mid, count, outer_high, count, 1 - tail)
