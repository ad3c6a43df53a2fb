"""When no model can be fitted, and the model that says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stats.guards import Floats
from stats.models.results import RegressionModel
from stats.results import Note, State

LEAST_RESIDUAL = {"poisson": 0, "binomial": 0, "quasi_poisson": 3, "negative_binomial": 3, "gaussian": 1}
"""Fewest rows beyond the coefficients: a dispersion cannot be estimated from nothing."""


def unfit(y: Floats, x: Floats, terms: Sequence[str], family: str) -> Note | None:
    """Return why no model of a family can be fitted to counts, or None when one can."""
    n, k = x.shape
    needed = k + LEAST_RESIDUAL[family]
    if n < needed:
        return Note("too_few_rows", {"found": n, "needed": needed})
    if family != "gaussian" and not y.any():
        return Note("no_events_at_all")
    scaled = x / np.maximum(np.abs(x).max(axis=0), np.finfo(float).tiny)
    if np.linalg.matrix_rank(scaled) < k:
        return Note("collinear", {"terms": list(terms[1:])})
    return None


def refused_model(
    y: Floats, terms: tuple[str, ...], family: str, standard_errors: str, conf_level: float, reason: Note | None
) -> RegressionModel:
    """Return the model that could not be fitted, with the reason."""
    none, nothing = np.zeros(0), np.nan
    return RegressionModel(
        terms=terms, estimate=none, std_error=none, covariance=np.zeros((0, 0)), bread=np.zeros((0, 0)), family=family,
        standard_errors=standard_errors, df_reference=np.inf, df_residual=nothing, dispersion=nothing,
        log_likelihood=nothing, deviance=nothing, pearson=nothing, aic=nothing, n=float(len(y)),
        conf_level=conf_level, counts=y, trials=none, offset=none, design=np.zeros((0, 0)), fitted=none,
        state=State.REFUSED, reason=reason, caveats=(reason,) if reason else (),
    )  # fmt: skip
