"""The likelihood fits behind the models: statsmodels' GLM, and theta of the negative binomial."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from stats.guards import Floats

FAMILIES = ("poisson", "quasi_poisson", "negative_binomial", "binomial", "gaussian")
"""Families: counts (log link), events among trials (logit link), measures (identity link)."""

STEPS = 100
"""Most steps of a fit."""

THETA_BOUNDS = (1e-4, 1e5)
"""Above the upper bound the negative binomial is the Poisson distribution to all printed digits."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients and means at the maximum of the likelihood.

    Attributes
    ----------
    values, means : ndarray of float
        Coefficients, and fitted means (events for the binomial).
    weight, residual : ndarray of float
        Expected information and score of each row, per unit of the linear predictor.
    variance : ndarray of float
        Of each count under the family, without dispersion.
    log_likelihood, deviance : float
        Quasi-Poisson and gaussian: the former is NaN or at the maximum-likelihood scale.
    settled : bool
        Whether the steps converged.
    """

    values: Floats
    means: Floats
    weight: Floats
    residual: Floats
    variance: Floats
    log_likelihood: float
    deviance: float
    settled: bool
    theta: float = np.nan
    theta_information: float = np.nan


def glm(
    y: Floats, x: Floats, offset: Floats, trials: Floats, family: str, *, theta: float = np.nan,
    start: Floats | None = None,
) -> Fit:  # fmt: skip
    """Fit a generalised linear model by statsmodels.

    Parameters
    ----------
    y, offset, trials : ndarray, shape (rows,)
        Counts (or measures), known part of the linear predictor, trials of the binomial.
    x : ndarray, shape (rows, coefficients)
        Design with its constant.
    family : {'poisson', 'quasi_poisson', 'negative_binomial', 'binomial', 'gaussian'}
        The quasi-Poisson has the coefficients of the Poisson; the negative binomial needs `theta`.
    theta : float
        Of the negative binomial.
    start : ndarray, optional
        Where the steps begin.
    """
    from statsmodels.genmod import families as kinds
    from statsmodels.genmod import generalized_linear_model

    model: Any = generalized_linear_model.GLM
    named: Any = {
        "poisson": kinds.Poisson, "quasi_poisson": kinds.Poisson, "binomial": kinds.Binomial,
        "gaussian": kinds.Gaussian, "negative_binomial": kinds.NegativeBinomial,
    }[family]  # fmt: skip
    kind = named(alpha=1 / theta) if family == "negative_binomial" else named()
    outcome = np.column_stack([y, trials - y]) if family == "binomial" else y
    with warnings.catch_warnings():  # perfect fits and separation are judged from the numbers, below and above
        warnings.simplefilter("ignore")
        result = model(outcome, x, family=kind, offset=offset).fit(
            maxiter=STEPS, tol_criterion="params", atol=1e-10, rtol=1e-10, start_params=start, scale=1.0
        )
    values = np.asarray(result.params, dtype=np.float64)
    means, variance, weight, residual = moments(y, offset + x @ values, trials, family, theta)
    likelihood = {"quasi_poisson": np.nan, "gaussian": _normal(y - means)}.get(family)
    if family == "negative_binomial":
        likelihood = nb_log_likelihood(theta, y, means)
    return Fit(
        values=values, means=means, weight=weight, residual=residual, variance=variance,
        log_likelihood=float(result.llf) if likelihood is None else likelihood, deviance=float(result.deviance),
        settled=bool(result.converged) and bool(np.isfinite(values).all()), theta=theta,
    )  # fmt: skip


def moments(
    y: Floats, predictor: Floats, trials: Floats, family: str, theta: float = np.nan
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return means, variances, expected information and scores of rows from their linear predictor.

    Parameters
    ----------
    y, predictor, trials : ndarray, shape (rows,)
        Counts, linear predictor with its offset, trials of the binomial.
    family, theta
        As in `glm`.

    Examples
    --------
    >>> [float(v[0]) for v in moments(np.array([3.0]), np.array([0.0]), np.ones(1), "poisson")]
    [1.0, 1.0, 1.0, 2.0]
    """
    if family == "gaussian":
        one = np.ones_like(y)
        return predictor, one, one, y - predictor
    if family == "binomial":
        means = trials * special.expit(predictor)
        variance = slope = means * special.expit(-predictor)
    else:
        means = slope = np.exp(predictor)
        variance = means + means**2 / theta if family == "negative_binomial" else means
    safe = np.maximum(variance, np.finfo(float).tiny)
    return means, variance, slope**2 / safe, slope * (y - means) / safe


def fits_exactly(y: Floats, fit: Fit) -> bool:
    """Tell whether nothing but rounding is left: errors that rest on it would make every interval a point."""
    scale = np.sqrt(np.maximum(fit.variance, np.finfo(float).tiny))
    left, whole = (y - fit.means) / scale, y / scale
    return float(left @ left) <= 1e-20 * float(whole @ whole)


def _normal(residual: Floats) -> float:
    n = len(residual)
    mean_square = max(float(residual @ residual) / n, np.finfo(float).tiny)
    return float(-n / 2 * (np.log(2 * np.pi * mean_square) + 1))


def nb_log_likelihood(theta: float, y: Floats, means: Floats) -> float:
    """Return the log-likelihood of negative binomial counts with variance ``mu + mu² / theta``."""
    terms = (
        special.gammaln(theta + y) - special.gammaln(theta) - special.gammaln(y + 1)
        + special.xlogy(theta, theta / (theta + means)) + special.xlogy(y, means / (theta + means))
    )  # fmt: skip
    return float(terms.sum())


def theta_score(theta: float, y: Floats, means: Floats) -> tuple[float, float]:
    """Return the slope of the log-likelihood in theta, and minus its curvature (observed information)."""
    total = theta + means
    slope = (
        special.digamma(theta + y) - special.digamma(theta) - np.log1p(means / theta) + (means - y) / total
    )  # fmt: skip
    trigamma: Any = special.polygamma
    curve = trigamma(1, theta) - trigamma(1, theta + y) - 1 / theta + 2 / total
    return float(slope.sum()), float((curve - (y + theta) / total**2).sum())


def best_theta(y: Floats, means: Floats) -> float:
    """Return theta of largest likelihood for given means; infinite where the counts vary too little."""
    low, high = np.log(THETA_BOUNDS)
    if theta_score(np.exp(high), y, means)[0] >= 0 or np.sum((y - means) ** 2 - y) <= 0:
        return np.inf
    if theta_score(np.exp(low), y, means)[0] <= 0:
        return float(THETA_BOUNDS[0])
    from scipy import optimize  # 0.2 s that only the negative binomial needs

    find: Any = optimize.brentq
    return float(np.exp(find(lambda u: theta_score(np.exp(u), y, means)[0], low, high, xtol=1e-13, rtol=1e-14)))


def negative_binomial(y: Floats, x: Floats, offset: Floats, *, theta: float | None = None) -> Fit:
    """Fit coefficients and theta in turn until both stand still.

    Parameters
    ----------
    y, x, offset
        As in `glm`.
    theta : float, optional
        Holds theta fixed.

    Returns
    -------
    Fit
        ``theta`` is infinite where the counts vary no more than Poisson counts.

    References
    ----------
    Venables and Ripley (2002), *MASS*, 7.4 (``glm.nb``); Lawless (1987), *Canadian Journal of Statistics*
    15:209.
    """
    ones = np.ones_like(y)
    if theta is not None:
        return glm(y, x, offset, ones, "negative_binomial", theta=theta)
    fit = glm(y, x, offset, ones, "poisson")
    value = best_theta(y, fit.means)
    for _ in range(200):
        if not np.isfinite(value):
            return Fit(**{name: getattr(fit, name) for name in Fit.__slots__} | {"theta": np.inf})
        fit = glm(y, x, offset, ones, "negative_binomial", theta=value, start=fit.values)
        before, value = value, best_theta(y, fit.means)
        # What theta adds to the variance, over the mean: where that is hardly anything its last digits never settle.
        added = float(fit.means.mean()) / before
        moved = added * abs(before / value - 1)
        if moved <= 1e-11 * added:
            break
    settled = fit.settled and moved <= 1e-6 + 1e-8 * added
    facts = {"theta": value, "theta_information": theta_score(value, y, fit.means)[1], "settled": settled}
    return Fit(**{name: getattr(fit, name) for name in Fit.__slots__} | facts)
