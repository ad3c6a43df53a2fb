"""The frozen type of a fitted regression, and the questions one asks of its coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from stats import guards
from stats.guards import Floats
from stats.results import Note, Printed, State, TestResult, tidy

INTERCEPT = "(intercept)"
"""Name of the constant term."""


def tail(statistic: Any, df: float) -> Floats:
    """Return two-sided p-values of t (normal for infinite `df`)."""
    distance = np.abs(np.asarray(statistic, dtype=np.float64))
    p: Floats = 2 * (special.ndtr(-distance) if np.isinf(df) else special.stdtr(df, -distance))
    return p


def multiplier(conf_level: float, df: float) -> float:
    """Return how many standard errors an interval reaches to each side."""
    upper = (1 + conf_level) / 2
    return float(special.ndtri(upper) if np.isinf(df) else special.stdtrit(df, upper))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RegressionModel(Printed):
    """A fitted generalised linear model; of rates, unless the family is another.

    Attributes
    ----------
    terms : tuple of str
        Names of the coefficients, ``(intercept)`` first.
    estimate, std_error : ndarray of float
        Coefficients (log rate ratios for the log link) and standard errors; empty when refused.
    covariance : ndarray
        Of the coefficients, by `standard_errors`.
    bread : ndarray
        Inverse of the expected information without dispersion, on which every covariance is built.
    family : str
        ``poisson``, ``quasi_poisson``, ``negative_binomial``, ``binomial`` or ``gaussian``.
    standard_errors : str
        Code of what the errors allow for: ``model``, ``joint``, ``robust_hc1``, ``cluster_hc1``, ``hac_none_lag2``,
        ``gee_exchangeable_robust`` and the like.
    df_reference : float
        Degrees of freedom of t for tests and intervals; infinite means the normal distribution.
    dispersion : float
        Pearson chi-square over residual degrees of freedom (reported for every family; it enters the
        standard errors of ``quasi_poisson`` and ``gaussian`` only).
    theta, theta_error : float
        Of the negative binomial: variance ``mu + mu² / theta``; NaN otherwise.
    log_likelihood, deviance, pearson, aic : float
        Of the fit; NaN where the family has none (quasi-Poisson has no likelihood).
    correlation : float
        Working correlation of a GEE; NaN otherwise.
    counts, trials, offset, design, fitted : ndarray
        What was fitted (`offset` holds the logarithm of the exposure), and the fitted means.
    groups : ndarray of int or None
        Cluster of each row.
    """

    terms: tuple[str, ...]
    estimate: Floats
    std_error: Floats
    covariance: Floats
    bread: Floats
    family: str
    standard_errors: str
    df_reference: float
    df_residual: float
    dispersion: float
    log_likelihood: float
    deviance: float
    pearson: float
    aic: float
    n: float
    conf_level: float
    counts: Floats
    trials: Floats
    offset: Floats
    design: Floats
    fitted: Floats
    theta: float = np.nan
    theta_error: float = np.nan
    correlation: float = np.nan
    groups: Any = None
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the model could be fitted."""
        return self.state is State.VALUE

    def to_frame(self) -> pd.DataFrame:
        """Return one row a term: the shared columns, then error, test, and the ratio with its interval."""
        half = multiplier(self.conf_level, self.df_reference) * self.std_error if self else np.zeros(0)
        low, high = self.estimate - half, self.estimate + half
        z = np.divide(self.estimate, self.std_error, out=np.zeros_like(self.estimate), where=self.std_error > 0)
        data = {
            "term": self.terms if self else (), "estimate": self.estimate, "conf_low": low, "conf_high": high,
            "conf_level": self.conf_level, "method": f"{self.family}_{self.standard_errors}",
            "numerator": float(self.counts.sum()), "denominator": self.n, "state": str(self.state),
            "std_error": self.std_error, "statistic": z, "p_value": tail(z, self.df_reference),
        }  # fmt: skip
        if self.family != "gaussian":
            data |= {"ratio": np.exp(self.estimate), "ratio_low": np.exp(low), "ratio_high": np.exp(high)}
        return tidy(data, len(self.estimate), caveats=self.caveats, labels=("term",))

    def _facts(self) -> dict[str, Any]:
        if not self:
            return {"state": self.state.value}
        names = ("df_residual", "dispersion", "deviance", "theta", "theta_error", "correlation")
        return {name: value for name in names if not np.isnan(value := getattr(self, name))}

    def position(self, term: str) -> int:
        """Return the index of a term.

        Raises
        ------
        UnknownCodeError
            When the model has no such term, naming those it has.
        """
        return self.terms.index(guards.choice(term, self.terms, ("term", "biến giải thích")))

    def contrast(self, weights: Any) -> TestResult:
        """Return a weighted sum of the coefficients with its interval and Wald test.

        Parameters
        ----------
        weights : array-like
            One weight a coefficient. ``exp`` of the estimate is a rate ratio for the log link.

        Raises
        ------
        InputError
            For a refused model or another number of weights.
        """
        fitted(self)
        w = guards.numbers(weights, "weights", minimum=None, missing=False)
        if len(w) != len(self.terms):
            raise guards.refuse(
                f"weights has {len(w)} values for {len(self.terms)} coefficients",
                f"có {len(w)} trọng số cho {len(self.terms)} hệ số",
            )
        value, error = float(w @ self.estimate), float(np.sqrt(max(float(w @ self.covariance @ w), 0.0)))
        statistic = value / error if error > 0 else 0.0
        half = multiplier(self.conf_level, self.df_reference) * error
        return TestResult(
            statistic=statistic, p_value=float(tail(statistic, self.df_reference)), method=self.standard_errors,
            df=None if np.isinf(self.df_reference) else self.df_reference, n=self.n, estimate=value,
            conf_low=value - half, conf_high=value + half, conf_level=self.conf_level, extra={"std_error": error},
            caveats=self.caveats,
        )  # fmt: skip


def fitted(model: RegressionModel) -> None:
    """Refuse to go on with a model that could not be fitted.

    Raises
    ------
    InputError
        With the code of the reason.
    """
    if not model:
        raise guards.refuse(
            f"The model was refused: {model.reason}", f"Mô hình không ước lượng được: {model.reason}",
            remedy=("Fit another model first.", "Hãy ước lượng mô hình khác trước."),
        )  # fmt: skip


def joint_test(model: RegressionModel, terms: Sequence[str]) -> TestResult:
    """Test that several coefficients are all zero, such as all levels of one factor.

    Parameters
    ----------
    model : RegressionModel
        A fitted model.
    terms : sequence of str
        Names of the coefficients.

    Returns
    -------
    TestResult
        Wald chi-square, or F where the model's reference distribution is t. More coefficients than
        clusters less one cannot be tested together: ``refused`` (``too_few_clusters``).

    Raises
    ------
    InputError
        For a refused model, no terms, or terms it does not have.

    Examples
    --------
    >>> from stats.models.regression import regression_fit
    >>> model = regression_fit([10, 20, 30], [[0, 0], [1, 0], [0, 1]])
    >>> joint_test(model, model.terms[1:]).df
    2.0
    """
    fitted(model)
    if not terms:
        raise guards.refuse(
            "There are no terms", "Không có biến nào", remedy=("Name at least one.", "Cần ít nhất một biến.")
        )
    rows = [model.position(term) for term in terms]
    q, extra = float(len(rows)), {"terms": list(terms)}
    most = len(np.unique(model.groups)) - 1 if model.standard_errors.startswith(("cluster", "gee")) else np.inf
    if q > most:
        reason = Note("too_few_clusters", {"found": int(most) + 1, "needed": int(q) + 1})
        return TestResult.refused(f"wald_{model.standard_errors}", model.n, reason, extra=extra)
    b = model.estimate[rows]
    value = float(b @ np.linalg.solve(model.covariance[np.ix_(rows, rows)], b))
    if np.isinf(model.df_reference):
        return TestResult(
            statistic=value, p_value=float(special.chdtrc(q, value)), df=q, method=f"wald_{model.standard_errors}",
            n=model.n, extra=extra, caveats=model.caveats,
        )  # fmt: skip
    p = float(special.fdtrc(q, model.df_reference, value / q))
    return TestResult(
        statistic=value / q, p_value=p, df=q, method=f"wald_f_{model.standard_errors}", n=model.n,
        extra=extra | {"df_denominator": model.df_reference}, caveats=model.caveats,
    )  # fmt: skip
