"""Repeated rows of one body: generalised estimating equations, by statsmodels."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from stats import guards
from stats.models.covariances import FEW_CLUSTERS
from stats.models.refusals import refused_model
from stats.models.regression import REFERENCES, regression_fit
from stats.models.results import RegressionModel
from stats.results import Note

STRUCTURES = ("exchangeable", "independence")
"""Working correlations of the rows of one cluster."""

COVARIANCES = ("robust", "bias_reduced", "naive", "naive_scaled")
"""Sandwich, sandwich of Mancl and DeRouen, or the working model's own without and with its dispersion."""

DIVISORS = ("df", "n")
"""What sums of squared residuals and of their products are divided by."""


def gee_fit(
    count: Any,
    covariates: Any = None,
    *,
    groups: Any,
    exposure: Any = None,
    offset: Any = None,
    terms: Sequence[str] = (),
    family: str = "poisson",
    structure: str = "exchangeable",
    standard_errors: str = "robust",
    divisor: str = "df",
    reference: str = "auto",
    conf_level: float = 0.95,
) -> RegressionModel:
    """Fit the mean of rows that belong to bodies, allowing the rows of one body to be alike.

    Parameters
    ----------
    count, covariates, exposure, offset, terms, conf_level
        As in `stats.models.regression.regression_fit`.
    groups : array-like
        Body of each row.
    family : {'poisson', 'binomial', 'gaussian'}
        Of the mean and the working variance.
    structure : {'exchangeable', 'independence'}
        ``exchangeable``: any two rows of one body are equally correlated.
    standard_errors : {'robust', 'bias_reduced', 'naive', 'naive_scaled'}
        ``bias_reduced`` corrects for few clusters (Mancl and DeRouen). ``naive`` trusts the working model, for
        counts and shares with a dispersion of 1 (statsmodels); ``naive_scaled`` multiplies its variances by the
        dispersion of the Pearson residuals (R's ``gee``).
    divisor : {'df', 'n'}
        Of the scale and the correlation: less the number of coefficients (statsmodels and R's ``gee``), or all
        rows and pairs (R's ``geepack``).
    reference : {'auto', 'normal', 't'}
        ``auto`` and ``t``: t(G-1).

    Returns
    -------
    RegressionModel
        `correlation` is that of the rows of one body. ``refused`` as `regression_fit`, or where few and small
        bodies give a correlation that no table can have (``not_settled``); below 40 clusters the caveat is
        ``few_clusters``.

    Raises
    ------
    InputError
        For counts, groups or options that cannot be used.

    Notes
    -----
    At least two bodies, and one row more than coefficients. The coefficients are averages over bodies, not
    those of one body. Robust errors hold even where the working correlation is wrong, given many bodies.
    The correlation is a moment estimate; its divisor moves coefficients a little where clusters differ in size.

    References
    ----------
    Liang and Zeger (1986), *Biometrika* 73:13; Mancl and DeRouen (2001), *Biometrics* 57:126.

    Examples
    --------
    With one covariate that does not vary inside a body and equal sizes the ratio is the plain one:

    >>> counts, late, body = [4, 6, 5, 9, 12, 11, 10, 8], [0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 2, 2, 3, 3, 4, 4]
    >>> round(float(gee_fit(counts, late, groups=body).to_frame()["ratio"][1]), 4), 41 / 24
    (1.7083, 1.7083333333333333)
    """
    guards.choice(structure, STRUCTURES, ("structure", "cấu trúc tương quan"))
    guards.choice(standard_errors, COVARIANCES, ("standard error", "sai số chuẩn"))
    guards.choice(family, ("poisson", "binomial", "gaussian"), ("family", "họ phân phối"))
    guards.choice(divisor, DIVISORS, ("divisor", "số chia"))
    guards.choice(reference, REFERENCES, ("reference distribution", "phân phối tham chiếu"))
    plain = regression_fit(
        count, covariates, exposure=exposure, offset=offset, terms=terms, family=family, groups=groups,
        correction="none", conf_level=conf_level,
    )  # fmt: skip
    code = f"gee_{structure}_{standard_errors}"
    if not plain:
        return refused_model(plain.counts, plain.terms, family, code, plain.conf_level, plain.reason)
    result = _gee(plain, structure, standard_errors, divisor)
    covariance = np.asarray(result.cov_params())
    means = np.asarray(result.fittedvalues) * (plain.trials if family == "binomial" else 1.0)
    clusters = int(plain.groups.max()) + 1
    rho = float(np.atleast_1d(result.cov_struct.dep_params)[0]) if structure == "exchangeable" else 0.0
    settled = bool(result.converged)
    if not settled or not np.isfinite(covariance).all() or (np.diag(covariance) < 0).any():
        reason = Note("not_settled", {"iterations": 100})
        return refused_model(plain.counts, plain.terms, family, code, plain.conf_level, reason)
    variance = {"poisson": means, "binomial": means * (1 - means / plain.trials)}.get(family, np.ones_like(means))
    pearson = float(((plain.counts - means) ** 2 / variance).sum())
    dispersion = pearson / (plain.df_residual if divisor == "df" else plain.n)
    if standard_errors == "naive_scaled" and family != "gaussian":
        covariance = covariance * dispersion
    few = Note("few_clusters", {"found": clusters, "needed": FEW_CLUSTERS})
    return RegressionModel(
        terms=plain.terms, estimate=np.asarray(result.params), std_error=np.sqrt(np.diag(covariance)),
        covariance=covariance, bread=plain.bread, family=family, standard_errors=code,
        df_reference=np.inf if reference == "normal" else float(clusters - 1), df_residual=plain.df_residual,
        dispersion=dispersion, log_likelihood=np.nan, deviance=np.nan, pearson=pearson, aic=np.nan,
        n=plain.n, conf_level=plain.conf_level, counts=plain.counts, trials=plain.trials, offset=plain.offset,
        design=plain.design, fitted=means, correlation=rho, groups=plain.groups,
        caveats=(few,) if clusters < FEW_CLUSTERS else (),
    )  # fmt: skip


def _gee(plain: RegressionModel, structure: str, standard_errors: str, divisor: str) -> Any:
    from statsmodels.genmod import cov_struct, families
    from statsmodels.genmod import generalized_estimating_equations as equations

    kinds: Any = {"poisson": families.Poisson, "binomial": families.Binomial, "gaussian": families.Gaussian}
    working: Any = {"exchangeable": cov_struct.Exchangeable, "independence": cov_struct.Independence}[structure]()
    build: Any = equations.GEE
    shares = plain.family == "binomial"
    model = build(
        plain.counts / plain.trials if shares else plain.counts, plain.design, plain.groups, offset=plain.offset,
        family=kinds[plain.family](), cov_struct=working, weights=plain.trials if shares else None,
    )  # fmt: skip
    with warnings.catch_warnings():  # convergence is read from the result
        warnings.simplefilter("ignore")
        return model.fit(
            maxiter=100, ctol=1e-10, params_niter=1, cov_type=standard_errors.removesuffix("_scaled"),
            ddof_scale=None if divisor == "df" else 0,
        )  # fmt: skip
