"""Residual sums of squares of every stretch of a series, from which all break dates follow."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats import guards
from stats.guards import Floats

ROUNDING = 1e-13
"""Residual sums below this share of the whole series' are rounding: figures that fit a stretch exactly."""


def columns(covariates: Any, n: int) -> Floats:
    """Return a constant and the covariates as columns.

    Parameters
    ----------
    covariates : array-like, shape (points, terms), or None
        Covariates beside the constant.
    n : int
        Number of points.

    Raises
    ------
    InputError
        For another length, empty cells, or covariates that repeat each other.
    """
    constant = np.ones((n, 1))
    if covariates is None:
        return constant
    raw = np.asarray(covariates, dtype=float)
    raw = raw[:, None] if raw.ndim == 1 else raw
    if raw.ndim != 2 or len(raw) != n or not np.isfinite(raw).all():
        raise guards.refuse(
            f"Covariates must be {n} full rows", f"Biến giải thích phải có đủ {n} dòng",
            remedy=("Give every covariate at every point.", "Mỗi điểm cần đủ giá trị của mọi biến."),
        )  # fmt: skip
    z = np.column_stack([constant, raw])
    if np.linalg.matrix_rank(z / np.maximum(np.abs(z).max(axis=0), np.finfo(float).tiny)) < z.shape[1]:
        raise guards.refuse(
            "The covariates repeat each other", "Các biến giải thích trùng lặp nhau",
            remedy=("Leave one of them out.", "Hãy bỏ bớt một biến."),
        )  # fmt: skip
    return z


def residuals(values: Floats, z: Floats) -> Floats:
    """Return what least squares leaves of the figures."""
    left: Floats = values - z @ np.linalg.lstsq(z, values, rcond=None)[0]
    return left


def residual_sums(values: Floats, z: Floats) -> Floats:
    """Return the residual sum of squares of the regression on every stretch of points.

    Parameters
    ----------
    values : ndarray, shape (points,)
        Figures.
    z : ndarray, shape (points, coefficients)
        Covariates with their constant.

    Returns
    -------
    ndarray, shape (points, points)
        Entry ``[i, j]``: points i to j, both included; NaN below the diagonal, 0 (but for rounding) where there
        are no more points than coefficients.

    Notes
    -----
    From running sums of squares and products, taken from the residuals of the whole series and from
    covariates made orthogonal, so that differences of sums keep their digits.

    References
    ----------
    Bai and Perron (2003), *Journal of Applied Econometrics* 18:1.

    Examples
    --------
    >>> residual_sums(np.array([1.0, 3.0, 8.0]), np.ones((3, 1))).round(6).tolist()[0]
    [0.0, 2.0, 26.0]
    """
    n = len(z)
    y = residuals(values, z)
    x = np.linalg.qr(z)[0] * np.sqrt(n)
    first, last = np.triu_indices(n, 1)
    products = _between(np.einsum("ij,ik->ijk", x, x), first, last)
    cross, squares = _between(x * y[:, None], first, last), _between(y**2, first, last)
    # Where covariates stand still inside a stretch the pseudo-inverse leaves them out.
    b = np.einsum("sjk,sk->sj", np.linalg.pinv(products, rcond=1e-10, hermitian=True), cross)
    out = np.where(np.arange(n)[None, :] >= np.arange(n)[:, None], 0.0, np.nan)
    out[first, last] = np.maximum(squares - (cross * b).sum(axis=1), 0.0)
    return out


def _between(terms: Floats, first: Any, last: Any) -> Floats:
    running = np.concatenate([np.zeros((1, *terms.shape[1:])), np.cumsum(terms, axis=0)])
    out: Floats = running[last + 1] - running[first]
    return out
