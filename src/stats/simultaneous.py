"""Interval formulas for the shares of one total that hold together, on plain arrays.

`x` holds one total a row and one category a column, `n` the totals as a column. Nothing is checked
or clipped here: `stats.shares.shares_of_total` does both.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from stats.exact import log_poisson
from stats.guards import Floats
from stats.intervals import Limits, z_value


def _score(x: Floats, n: Floats, quantile: float) -> Limits:
    half = np.sqrt(quantile * (quantile + 4 * x * (n - x) / n))
    return (quantile + 2 * x - half) / (2 * (n + quantile)), (quantile + 2 * x + half) / (2 * (n + quantile))


def goodman(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return score limits at the Bonferroni level of k categories (Goodman 1965)."""
    return _score(x, n, float(special.chdtri(1, (1 - conf_level) / x.shape[1])))


def quesenberry_hurst(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return score limits with the quantile of k - 1 degrees of freedom (Quesenberry and Hurst 1964)."""
    return _score(x, n, float(special.chdtri(x.shape[1] - 1, 1 - conf_level)))


def fitzpatrick_scott(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return the limits ``p ± z / (2 sqrt n)`` of Fitzpatrick and Scott (1987)."""
    half = z_value(conf_level) / (2 * np.sqrt(n))
    return x / n - half, x / n + half


def sison_glaz(x: Floats, n: Floats, conf_level: float) -> Limits:
    """Return the limits of Sison and Glaz (1995).

    Notes
    -----
    Every interval has half-width c counts, the smallest whose joint coverage reaches the level (found
    by bisection in every row at once), with the upper ends moved by the interpolated excess.
    """
    low, high = np.ones(len(x)), np.maximum(n[:, 0], 1.0)
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        enough = _coverage(x, n, middle) >= conf_level
        high = np.where(enough, middle, high)
        low = np.where(enough, low, np.minimum(middle + 1, high))
    upper, lower = _coverage(x, n, low), _coverage(x, n, low - 1)
    gap = upper - lower
    part = np.where(gap > 0, (conf_level - lower) / np.where(gap > 0, gap, 1.0), 0.0)
    half = (low - 1)[:, None] / n
    return x / n - half, x / n + half + 2 * part[:, None] / n


def _coverage(x: Floats, n: Floats, half: Floats) -> Floats:
    # Approximate chance that every multinomial count falls within `half` of the one seen: truncated
    # Poissons given their sum, the sum's density by Edgeworth. Moments are taken about x by
    # recurrence, because raw moments lose every digit for counts above a few thousand.
    below, above = np.maximum(x - half[:, None], 0), x + half[:, None]
    inside = special.gammaincc(above + 1, x) - np.where(below > 0, special.gammaincc(np.maximum(below, 1), x), 0.0)
    inside = np.maximum(inside, np.finfo(float).tiny)
    at_low = np.where(below > 0, np.exp(log_poisson(np.maximum(below - 1, 0), x)), 0.0) / inside
    at_high = np.exp(log_poisson(above, x)) / inside
    d_low, d_high = below - x, above + 1 - x
    m1 = x * (at_low - at_high)
    m2 = x * (1 + d_low * at_low - d_high * at_high)
    m3 = x * (1 + 2 * m1 + d_low**2 * at_low - d_high**2 * at_high)
    m4 = x * (1 + 3 * m1 + 3 * m2 + d_low**3 * at_low - d_high**3 * at_high)
    var = np.maximum(m2 - m1**2, 0.0)
    c3 = m3 - 3 * m1 * m2 + 2 * m1**3
    c4 = m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4
    total_var = np.maximum(var.sum(axis=1), 1e-12)
    z = -m1.sum(axis=1) / np.sqrt(total_var)
    skew = c3.sum(axis=1) / total_var**1.5
    excess = (c4 - 3 * var**2).sum(axis=1) / total_var**2
    edge = 1 + skew * (z**3 - 3 * z) / 6 + excess * (z**4 - 6 * z**2 + 3) / 24
    edge = edge + skew**2 * (z**6 - 15 * z**4 + 45 * z**2 - 15) / 72
    density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi * total_var) * edge
    total = n[:, 0]
    joint = np.exp(np.log(inside).sum(axis=1) - log_poisson(total, total)) * density
    return np.where(half <= 0, 0.0, np.maximum(joint, 0.0))
