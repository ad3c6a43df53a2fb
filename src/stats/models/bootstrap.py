"""Few clusters: the wild score bootstrap, where t(G-1) is not enough."""

from __future__ import annotations

import itertools

import numpy as np

from stats import guards
from stats.guards import Floats
from stats.models.fitting import glm, moments
from stats.models.results import RegressionModel, fitted
from stats.results import Note, TestResult

LEAST_CLUSTERS = 6
"""With five clusters there are 32 sign patterns and the smallest p-value is 1/16."""

MOST_PATTERNS = 13
"""Up to this many clusters every sign pattern is used; then the result involves no chance."""

_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])


def wild_bootstrap(
    model: RegressionModel, term: str, *, value: float = 0.0, weights: str = "rademacher", resamples: int = 9999,
    seed: int = 1,
) -> TestResult:  # fmt: skip
    """Test one coefficient of a clustered model by re-signing the scores of whole clusters.

    Parameters
    ----------
    model : RegressionModel
        Fitted with `groups`.
    term : str
        The coefficient.
    value : float
        The coefficient under the null hypothesis.
    weights : {'rademacher', 'webb'}
        Signs, or six-point weights (finer for fewer than ten clusters).
    resamples : int
        Number of draws; with up to 13 clusters and signs all patterns are used instead.
    seed : int
        Of the draws: same inputs, same p-value.

    Returns
    -------
    TestResult
        ``refused`` below six clusters (``too_few_clusters``).

    Raises
    ------
    InputError
        For a refused model, one without groups, or a term it does not have.

    Notes
    -----
    The null hypothesis is imposed: scores are those of the model fitted without the term. The statistic is
    studentised with the variance of the re-signed clusters.

    References
    ----------
    Kline and Santos (2012), *Journal of Econometric Methods* 1:23; Cameron, Gelbach and Miller (2008), *Review of
    Economics and Statistics* 90:414; Webb (2023), *Canadian Journal of Economics* 56:839.

    Examples
    --------
    >>> from stats.models.regression import regression_fit
    >>> late, body = [0, 1] * 8, [g for g in range(8) for _ in range(2)]
    >>> model = regression_fit([5, 9, 4, 8, 6, 12, 7, 11, 3, 9, 5, 8, 6, 10, 4, 9], late, groups=body)
    >>> wild_bootstrap(model, "x1").p_value
    0.0078125
    """
    guards.choice(weights, ("rademacher", "webb"), ("weights", "trọng số"))
    fitted(model)
    at = model.position(term)
    if model.groups is None:
        raise guards.refuse(
            "The bootstrap needs a model with groups", "Cần mô hình có cột nhóm",
            remedy=("Fit it with groups.", "Hãy ước lượng mô hình kèm cột nhóm."),
        )  # fmt: skip
    size = int(model.groups.max()) + 1
    method = f"wild_score_{weights}"
    if size < LEAST_CLUSTERS:
        return TestResult.refused(method, model.n, Note("too_few_clusters", {"found": size, "needed": LEAST_CLUSTERS}))
    share = _shares(model, at, value, size)
    if weights == "rademacher" and size <= MOST_PATTERNS:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=size)))
    else:
        drawn = np.random.default_rng(seed).choice(
            _WEBB if weights == "webb" else np.array([-1.0, 1.0]), (_many(resamples), size)
        )
        signs = np.vstack([np.ones(size), drawn])
    statistics = _studentised(signs * share)
    # The first pattern is the data as they are; equal statistics differ in their last digits only.
    reached = np.abs(statistics) >= np.abs(statistics[0]) * (1 - 1e-9)
    return TestResult(
        statistic=float(statistics[0]), p_value=float(reached.mean()), method=method, n=model.n,
        extra={"null": value, "clusters": size, "patterns": len(signs)}, caveats=model.caveats,
    )  # fmt: skip


def _many(resamples: int) -> int:
    """Return a number of draws, refusing fewer than 99."""
    return int(guards.between(resamples, "resamples", 98, 1_000_001))


def _shares(model: RegressionModel, at: int, value: float, size: int) -> Floats:
    """Return what each cluster adds to the coefficient when the null hypothesis holds."""
    others = np.delete(model.design, at, axis=1)
    known = model.offset + value * model.design[:, at]
    if others.shape[1]:
        known = known + others @ glm(model.counts, others, known, model.trials, model.family, theta=model.theta).values
    _, _, weight, residual = moments(model.counts, known, model.trials, model.family, model.theta)
    information = (model.design * weight[:, None]).T @ model.design
    row = np.linalg.solve(information, np.eye(len(model.terms))[at])
    return np.bincount(model.groups, (model.design @ row) * residual, size).astype(np.float64)


def _studentised(parts: Floats) -> Floats:
    centred = parts - parts.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).sum(axis=1))
    total: Floats = parts.sum(axis=1)
    out: Floats = np.divide(total, spread, out=np.full_like(total, np.inf), where=spread > 0)
    return out
