"""Severity by year, level and decider at once: the cumulative-link (proportional-odds) model.

Written for counts: each row of a table is a weight, so a table of twenty thousand members costs as
much as one of twenty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from stats import guards, intervals
from stats.guards import Floats
from stats.models.designs import columns_exist
from stats.models.designs import design as design_of
from stats.results import Note, Printed, State, tidy
from stats.severity.links import LINKS, cdf, derivatives, ends_of, log_likelihood, quantile
from stats.severity.tables import counts


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SeverityModel(Printed):
    """A fitted cumulative-link model; a positive coefficient means harsher.

    Attributes
    ----------
    terms : tuple of str
        Names of the covariates.
    estimate, std_error : ndarray of float
        Coefficients and standard errors (observed information); empty when refused.
    thresholds, threshold_errors : ndarray of float
        Cut points between the levels.
    log_likelihood, deviance : float
        Of the fit; the deviance is minus twice the log-likelihood.
    covariance : ndarray
        Of thresholds and coefficients together.
    counts, design : ndarray
        What was fitted, for the checks.
    """

    terms: tuple[str, ...]
    levels: tuple[str, ...]
    estimate: Floats
    std_error: Floats
    thresholds: Floats
    threshold_errors: Floats
    covariance: Floats
    log_likelihood: float
    deviance: float
    n: float
    link: str
    conf_level: float
    iterations: int
    counts: Floats
    design: Floats
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the model could be fitted."""
        return self.state is State.VALUE

    def to_frame(self) -> pd.DataFrame:
        """Return one row a term: the shared columns, then standard error, z, p and the odds ratio."""
        half = intervals.z_value(self.conf_level) * self.std_error
        z = np.divide(self.estimate, self.std_error, out=np.zeros_like(self.estimate), where=self.std_error > 0)
        data = {
            "term": self.terms if self else (), "estimate": self.estimate, "conf_low": self.estimate - half,
            "conf_high": self.estimate + half, "conf_level": self.conf_level, "method": f"cumulative_{self.link}",
            "numerator": self.n, "denominator": self.n, "state": str(self.state),
            "std_error": self.std_error, "statistic": z, "p_value": 2 * special.ndtr(-np.abs(z)),
            "odds_ratio": np.exp(self.estimate),
        }  # fmt: skip
        return tidy(data, len(self.estimate), caveats=self.caveats, labels=("term",))

    def _facts(self) -> dict[str, Any]:
        if not self:
            return {"state": self.state.value}
        cuts = ", ".join(f"{t:.4g}" for t in self.thresholds)
        return {"levels": self.levels, "cut points": cuts, "deviance": self.deviance}

    def probabilities(self) -> Floats:
        """Return the fitted probability of each level, one row a row of the design."""
        ends = ends_of(self.thresholds, self.design @ self.estimate)
        out: Floats = np.diff(cdf(ends, self.link), axis=1)
        return out


def severity_model(
    frame: pd.DataFrame,
    *,
    outcome: str,
    levels: Sequence[Any],
    factors: Sequence[str] | Mapping[str, Sequence[Any] | None],
    weight: str | None = "count",
    link: str = "logit",
    conf_level: float = 0.95,
) -> SeverityModel:
    """Fit severity on covariates from a tidy frame of counts.

    Parameters
    ----------
    frame : DataFrame
        One row a combination of covariates and penalty, with its count.
    outcome : str
        Column with the penalty.
    levels : sequence
        Penalties from mildest to heaviest.
    factors : sequence of str, or mapping
        Covariates. A mapping gives each factor its levels, the first being the one compared with;
        None keeps a numeric column as it is. Without levels, text columns take those that occur, in
        order of appearance.
    weight : str or None
        Column with the counts; None counts each row once.
    link, conf_level
        As in `severity_fit`.

    Returns
    -------
    SeverityModel
        Terms are named ``factor=level``.

    Raises
    ------
    InputError
        For an empty frame, columns or levels that do not exist, or counts that cannot be used.

    Examples
    --------
    >>> years, penalties, many = [1, 1, 1, 2, 2, 2], list("abcabc"), [50, 30, 20, 30, 30, 40]
    >>> table = pd.DataFrame({"year": years, "penalty": penalties, "count": many})
    >>> fit = severity_model(table, outcome="penalty", levels="abc", factors={"year": [1, 2]})
    >>> fit.terms, bool(fit.estimate[0] > 0)
    (('year=2',), True)
    """
    columns_exist(frame, [outcome, *factors, *([weight] if weight else [])])
    order = [str(level) for level in levels]
    codes = pd.Index(order).get_indexer(pd.Index(frame[outcome].astype(str)))
    if (codes < 0).any():
        raise guards.refuse(
            f"{outcome} holds levels that are not listed", f"cột {outcome} có mức không nằm trong danh sách", codes < 0,
            remedy=(f"Levels are {', '.join(order)}.", f"Các mức: {', '.join(order)}."),
        )  # fmt: skip
    n = guards.numbers(frame[weight], weight, missing=False) if weight else np.ones(len(frame))
    columns, terms = design_of(frame, factors)
    patterns, row = (
        np.unique(columns, axis=0, return_inverse=True) if terms else (np.zeros((1, 0)), np.zeros(len(frame), int))
    )
    table = np.zeros((len(patterns), len(order)))
    np.add.at(table, (row.ravel(), codes.astype(int)), n)
    return severity_fit(table, patterns, terms=terms, levels=order, link=link, conf_level=conf_level)


def severity_fit(
    table: Any,
    design: Any,
    *,
    terms: Sequence[str] = (),
    levels: Sequence[str] = (),
    link: str = "logit",
    conf_level: float = 0.95,
    max_iterations: int = 100,
) -> SeverityModel:
    """Fit the cumulative-link model ``F⁻¹(P(penalty <= j)) = cut_j - x b`` to counts.

    Parameters
    ----------
    table : array-like
        Counts: covariate patterns in rows, penalties from mildest to heaviest in columns. Penalties
        that never occur are left out, with a caveat.
    design : array-like
        Covariates of each pattern, without an intercept.
    terms, levels : sequence of str
        Names of covariates and penalties.
    link : {'logit', 'probit', 'cloglog'}
        ``logit`` is proportional odds: exp(b) multiplies the odds of anything harsher.
    conf_level : float
        Level of the intervals.
    max_iterations : int
        Most Newton steps.

    Returns
    -------
    SeverityModel
        ``refused`` when no maximum exists: a covariate that separates the penalties
        (``separated``) or covariates that repeat each other (``collinear``).

    Raises
    ------
    InputError
        For counts that cannot be used or a design of another length.

    Notes
    -----
    Same model as ``MASS::polr`` and statsmodels' ``OrderedModel``, which has no frequency weights. One
    coefficient must serve every cut: test that with
    `stats.severity.proportional.proportional_odds`.

    References
    ----------
    McCullagh (1980), *JRSS B* 42:109; Venables and Ripley (2002), *MASS*, 7.3; Agresti (2010),
    *Analysis of Ordinal Categorical Data*, 3-5.

    Examples
    --------
    Without covariates the cut points are the logits of the cumulative shares:

    >>> fit = severity_fit([[50, 25, 25]], [[]])
    >>> fit.thresholds.round(4).tolist()
    [0.0, 1.0986]
    """
    guards.choice(link, LINKS, ("link", "hàm liên kết"))
    conf_level = guards.level(conf_level)
    n = counts(table, smallest=(1, 2))
    x = np.asarray(design, dtype=float).reshape(len(n), -1)
    if not np.isfinite(x).all():
        raise guards.refuse("design has empty cells", "biến giải thích có ô trống", ~np.isfinite(x).all(axis=1))
    names = tuple(terms) or tuple(f"x{i + 1}" for i in range(x.shape[1]))
    labels = tuple(levels) or tuple(str(j) for j in range(n.shape[1]))
    kept = n.sum(axis=0) > 0
    caveats = (
        ()
        if kept.all()
        else (Note("empty_levels", {"levels": [label for label, k in zip(labels, kept, strict=True) if not k]}),)
    )
    n, labels = n[:, kept], tuple(label for label, k in zip(labels, kept, strict=True) if k)

    def build(
        values: Floats | None, covariance: Floats | None, value: float, steps: int, reason: Note | None
    ) -> SeverityModel:
        cuts = n.shape[1] - 1
        full = np.zeros(0) if values is None else values
        errors = np.zeros(0) if covariance is None else np.sqrt(np.maximum(np.diag(covariance), 0.0))
        return SeverityModel(
            terms=names, levels=labels, estimate=full[cuts:], std_error=errors[cuts:], thresholds=full[:cuts],
            threshold_errors=errors[:cuts], covariance=np.zeros((0, 0)) if covariance is None else covariance,
            log_likelihood=value, deviance=-2 * value, n=float(n.sum()), link=link, conf_level=conf_level,
            iterations=steps, counts=n, design=x, state=State.VALUE if reason is None else State.REFUSED,
            reason=reason, caveats=caveats if reason is None else (*caveats, reason),
        )  # fmt: skip

    if n.shape[1] < 2:
        return build(None, None, float("nan"), 0, Note("one_level"))
    weighted = x[n.sum(axis=1) > 0]
    centred = weighted - weighted.mean(axis=0) if len(weighted) else weighted
    if x.shape[1] and np.linalg.matrix_rank(centred) < x.shape[1]:
        return build(None, None, float("nan"), 0, Note("collinear", {"terms": list(names)}))
    share = n.sum(axis=0).cumsum()[:-1] / n.sum()
    values = np.concatenate([quantile(share, link), np.zeros(x.shape[1])])
    value = log_likelihood(values, n, x, link)
    for step in range(1, max_iterations + 1):
        gradient, hessian = derivatives(values, n, x, link)
        try:
            move = np.linalg.solve(-hessian, gradient)
        except np.linalg.LinAlgError:
            return build(None, None, float("nan"), step, Note("separated", {"terms": list(names)}))
        size = 1.0
        while size > 1e-8:
            trial = values + size * move
            new = log_likelihood(trial, n, x, link)
            if new >= value - 1e-12 * abs(value):
                break
            size /= 2
        done = float(gradient @ move) < 1e-18 * max(abs(value), 1.0) or (
            step > 1 and abs(new - value) <= 1e-15 * abs(value) and float(np.abs(move).max()) < 1e-9
        )
        values, value = trial, new
        if np.abs(values[n.shape[1] - 1 :]).max(initial=0.0) * max(float(np.abs(x).max(initial=0.0)), 1e-300) > 50:
            return build(None, None, float("nan"), step, Note("separated", {"terms": list(names)}))
        if done:
            _, hessian = derivatives(values, n, x, link)
            return build(values, np.asarray(np.linalg.inv(-hessian), dtype=np.float64), value, step, None)
    return build(None, None, float("nan"), max_iterations, Note("not_settled", {"iterations": max_iterations}))
