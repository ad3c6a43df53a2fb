"""Links of the cumulative model, its likelihood and its derivatives, on plain arrays."""

from __future__ import annotations

import numpy as np
from scipy import special

from stats.guards import Floats

LINKS = ("logit", "probit", "cloglog")
"""Links of the cumulative model."""


def cdf(v: Floats, link: str) -> Floats:
    """Return the share at or below each point."""
    if link == "logit":
        out: Floats = special.expit(v)
    elif link == "probit":
        out = special.ndtr(v)
    else:
        out = -np.expm1(-np.exp(np.clip(v, -700, 700)))
    return out


def quantile(p: Floats, link: str) -> Floats:
    """Return the point with a given share at or below it."""
    out: Floats = (
        special.logit(p) if link == "logit" else special.ndtri(p) if link == "probit" else np.log(-np.log1p(-p))
    )
    return out


def slopes(v: Floats, link: str) -> tuple[Floats, Floats]:
    """Return the density and its derivative; both are 0 at the open ends."""
    finite = np.isfinite(v)
    t = np.where(finite, v, 0.0)
    if link == "logit":
        p = special.expit(t)
        f = p * special.expit(-t)
        slope = f * (1 - 2 * p)
    elif link == "probit":
        f = np.exp(-t * t / 2) / np.sqrt(2 * np.pi)
        slope = -t * f
    else:
        e = np.exp(np.clip(t, -700, 700))
        f = np.exp(np.clip(t, -700, 700) - np.minimum(e, 745))
        slope = f * (1 - np.minimum(e, 745))
    return np.where(finite, f, 0.0), np.where(finite, slope, 0.0)


def ends_of(cuts: Floats, eta: Floats) -> Floats:
    """Return the cut points of each row, less its linear predictor, with open ends."""
    inner = cuts[None, :] - eta[:, None]
    side = np.full((len(eta), 1), np.inf)
    return np.hstack([-side, inner, side])


def log_likelihood(values: Floats, n: Floats, x: Floats, link: str) -> float:
    """Return the log-likelihood of cut points and coefficients; minus infinity when cuts cross."""
    cuts = values[: n.shape[1] - 1]
    if (np.diff(cuts) <= 0).any():
        return -np.inf
    p = np.diff(cdf(ends_of(cuts, x @ values[len(cuts) :]), link), axis=1)
    if (p[n > 0] <= 0).any():
        return -np.inf
    return float(special.xlogy(n, np.maximum(p, np.finfo(float).tiny)).sum())


def derivatives(values: Floats, n: Floats, x: Floats, link: str) -> tuple[Floats, Floats]:
    """Return gradient and Hessian of the log-likelihood."""
    many = n.shape[1]
    cuts = values[: many - 1]
    ends = ends_of(cuts, x @ values[many - 1 :])
    p = np.maximum(np.diff(cdf(ends, link), axis=1), np.finfo(float).tiny)
    f, slope = slopes(ends, link)
    size = len(values)
    gradient, hessian = np.zeros(size), np.zeros((size, size))
    for j in range(many):
        upper, lower = np.zeros((len(x), size)), np.zeros((len(x), size))
        upper[:, many - 1 :], lower[:, many - 1 :] = -x, -x
        if j < many - 1:
            upper[:, j] = 1.0
        if j > 0:
            lower[:, j - 1] = 1.0
        up, low, weight = f[:, j + 1] / p[:, j], f[:, j] / p[:, j], n[:, j]
        part = up[:, None] * upper - low[:, None] * lower
        gradient += weight @ part
        curve = (upper * (weight * slope[:, j + 1] / p[:, j])[:, None]).T @ upper
        curve -= (lower * (weight * slope[:, j] / p[:, j])[:, None]).T @ lower
        hessian += curve - (part * weight[:, None]).T @ part
    return gradient, hessian
