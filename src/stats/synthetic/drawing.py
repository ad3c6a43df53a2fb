"""Uniform draws that every version of Python repeats, and the counts they stand for."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
from scipy import special

from stats.guards import Floats

_SPARE = 1e-12
"""Uniform draws keep this far from 0 and 1, where an inverse distribution function is infinite."""


def uniform(seed: int, stream: str, *shape: int) -> Floats:
    """Return uniform draws of a stream of its own: what is drawn elsewhere does not change them."""
    draw = Random(f"{seed}:{stream}").random  # noqa: S311 (no secret)
    size = int(np.prod(shape))
    drawn = np.fromiter((draw() for _ in range(size)), np.float64, size).reshape(shape)
    return np.clip(drawn, _SPARE, 1 - _SPARE)


def bell(seed: int, stream: str, *shape: int) -> Floats:
    """Return standard normal draws kept within two standard deviations: nothing unplanned sticks out."""
    kept: Floats = special.ndtri(0.0228 + 0.9544 * uniform(seed, stream, *shape))
    return kept


def negative_binomial(u: Floats, mean: Floats, dispersion: float) -> Floats:
    """Return counts with a mean and the variance ``mean + dispersion * mean**2``; Poisson counts for 0."""
    deviation = np.sqrt(mean + dispersion * mean**2)
    skew = (1 + 2 * dispersion * mean) / np.maximum(deviation, np.finfo(float).tiny)
    if dispersion == 0:
        return _smallest(special.pdtr, u, mean, deviation, skew, mean)
    size = 1 / dispersion
    return _smallest(lambda k, p: special.betainc(size, k + 1, p), u, mean, deviation, skew, size / (size + mean))


def binomial(u: Floats, n: Floats, share: Floats) -> Floats:
    """Return how many of n come up."""
    deviation = np.sqrt(n * share * (1 - share))
    skew = np.divide(1 - 2 * share, deviation, out=np.zeros_like(deviation), where=deviation > 0)
    return _smallest(_binomial_cdf, u, n * share, deviation, skew, n, share)


def _binomial_cdf(k: Floats, n: Floats, share: Floats) -> Floats:
    reached: Floats = np.where(k < n, special.betainc(np.maximum(n - k, 1.0), k + 1, 1 - share), 1.0)
    return reached


def _smallest(
    cdf: Callable[..., Floats], u: Floats, mean: Floats, deviation: Floats, skew: Floats, *parameters: Floats
) -> Floats:
    """Return the smallest count whose distribution function reaches u: the inverse, exactly.

    The search begins at the normal approximation with its first correction for skewness, which is seldom off by
    more than one; `scipy.stats` does the same more slowly and takes long to import.
    """
    shape = u.shape
    u, mean, deviation, skew, *parameters = (  # type: ignore[assignment]
        np.broadcast_to(a, shape).ravel() for a in (u, mean, deviation, skew, *parameters)
    )
    z = special.ndtri(u)
    k: Floats = np.maximum(np.floor(mean + deviation * (z + skew * (z * z - 1) / 6)), 0.0)
    enough = cdf(k, *parameters) >= u
    at = np.flatnonzero(~enough)
    while at.size:
        k[at] += 1
        at = at[cdf(k[at], *(p[at] for p in parameters)) < u[at]]
    at = np.flatnonzero(enough & (k > 0))
    while at.size:
        at = at[cdf(k[at] - 1, *(p[at] for p in parameters)) >= u[at]]
        k[at] -= 1
        at = at[k[at] > 0]
    return k.reshape(shape)
