"""Covariances of coefficients that allow for clusters, serial correlation or an estimated theta."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats.guards import Floats

CORRECTIONS = ("hc1", "hc0", "hc2", "hc3", "none")
"""Factors of clusters: ``hc1`` G/(G-1) x (n-1)/(n-k) as Stata and statsmodels, ``hc0`` G/(G-1) as R's ``vcovCL``,
``none``; ``hc2`` and ``hc3`` (R's names) have no factor, but make the residuals of a cluster larger by its leverage."""

SERIAL_CORRECTIONS = ("hc1", "hc0", "none")
"""Factors of Newey and West: ``hc1`` n/(n-k), as ``adjust = TRUE`` in R's ``NeweyWest`` and ``use_correction=True`` in
statsmodels; ``hc0`` and ``none`` 1, the default of both."""

FEW_CLUSTERS = 40
"""Below this many clusters the robust errors are too small even with t(G-1)."""

FEW_POINTS = 100
"""Below this many points the Newey-West errors of a regression with a trend are too small."""


def cluster_covariance(scores: Floats, bread: Floats, groups: Any, *, correction: str = "hc1") -> Floats:
    """Return the cluster-robust covariance of coefficients.

    Parameters
    ----------
    scores : ndarray, shape (rows, coefficients)
        Score of each row: design times residual.
    bread : ndarray, shape (coefficients, coefficients)
        Inverse of the expected information.
    groups : ndarray of int, shape (rows,)
        Cluster of each row, from 0; a cluster a row gives the heteroscedasticity-robust covariance.
    correction : {'hc1', 'hc0', 'none'}
        Factor for small samples; for ``hc2`` and ``hc3`` pass `leveraged` scores and ``none``.

    References
    ----------
    Liang and Zeger (1986), *Biometrika* 73:13; Cameron and Miller (2015), *Journal of Human Resources*
    50:317 (the factors); Zeileis, Köll and Graham (2020), *Journal of Statistical Software* 95(1).
    """
    n, k = scores.shape
    size = int(np.max(groups)) + 1
    sums = np.zeros((size, k))
    np.add.at(sums, groups, scores)
    factor = 1.0 if correction == "none" else size / (size - 1)
    if correction == "hc1":
        factor *= (n - 1) / (n - k)
    out: Floats = factor * bread @ (sums.T @ sums) @ bread
    return out


def leveraged(x: Floats, residual: Floats, weight: Floats, bread: Floats, groups: Any, kind: str) -> Floats:
    """Return scores in which the residuals of each cluster are made larger by its leverage.

    Parameters
    ----------
    x : ndarray, shape (rows, coefficients)
        Design.
    residual, weight : ndarray, shape (rows,)
        Score and expected information of each row, per unit of the linear predictor.
    bread, groups
        As in `cluster_covariance`.
    kind : {'hc2', 'hc3'}
        ``hc2`` divides by the root of one minus the leverage (unbiased under equal variances), ``hc3`` by all of it
        (close to leaving a cluster out).

    References
    ----------
    Bell and McCaffrey (2002), *Survey Methodology* 28:169; MacKinnon and White (1985), *Journal of Econometrics*
    29:305; Zeileis, Köll and Graham (2020), *Journal of Statistical Software* 95(1).
    """
    root = np.sqrt(weight)
    out = np.empty_like(x)
    for rows in (np.flatnonzero(groups == g) for g in np.unique(groups)):
        scaled = x[rows] * root[rows, None]
        values, vectors = np.linalg.eigh(np.eye(len(rows)) - scaled @ bread @ scaled.T)
        # A cluster that a coefficient is all about has nothing left to scale.
        power = np.where(values > 1e-10, np.maximum(values, 1e-10) ** (-0.5 if kind == "hc2" else -1.0), 0.0)
        left = residual[rows] / np.where(root[rows] > 0, root[rows], 1.0)
        out[rows] = scaled * (vectors @ (power * (vectors.T @ left)))[:, None]
    return out


def hac_covariance(scores: Floats, bread: Floats, *, lags: int, correction: str = "none") -> Floats:
    """Return the Newey-West covariance: rows in order of time, weights falling to zero at ``lags + 1``.

    Parameters
    ----------
    scores, bread
        As in `cluster_covariance`.
    lags : int
        Last lag with a weight.
    correction : {'none', 'hc0', 'hc1'}
        ``hc1`` multiplies by ``n / (n - k)``, see `SERIAL_CORRECTIONS`. There is no prewhitening (R:
        ``prewhite = FALSE``).

    References
    ----------
    Newey and West (1987), *Econometrica* 55:703.
    """
    n, k = scores.shape
    meat = scores.T @ scores
    for lag in range(1, min(lags, n - 1) + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    out: Floats = (n / (n - k) if correction == "hc1" else 1.0) * bread @ meat @ bread
    return out


def rule_of_lags(n: int) -> int:
    """Return the usual number of lags, ``4 (n / 100)^(2/9)`` rounded down.

    References
    ----------
    Newey and West (1994), *Review of Economic Studies* 61:631.

    Examples
    --------
    >>> rule_of_lags(59), rule_of_lags(100)
    (3, 4)
    """
    return int(4 * (n / 100) ** (2 / 9))


def joint_covariance(y: Floats, x: Floats, means: Floats, theta: float, curvature: float) -> Floats:
    """Return the inverse of the observed information of the negative binomial: coefficients, then theta.

    Parameters
    ----------
    y, means : ndarray, shape (rows,)
        Counts and fitted means.
    x : ndarray, shape (rows, coefficients)
        Design.
    theta, curvature : float
        The estimate, and the observed information of theta alone.

    Notes
    -----
    ``glm.nb`` in R takes the expected information of the coefficients with theta held fixed; this one is that
    of statsmodels' ``NegativeBinomial``, which lets theta vary and takes the observed information.

    References
    ----------
    Lawless (1987), *Canadian Journal of Statistics* 15:209.
    """
    k = x.shape[1]
    information = np.zeros((k + 1, k + 1))
    total = theta + means
    information[:k, :k] = (x * (means * theta * (theta + y) / total**2)[:, None]).T @ x
    information[:k, k] = information[k, :k] = -x.T @ ((y - means) * means / total**2)
    information[k, k] = curvature
    out: Floats = np.linalg.inv(information)
    return out
