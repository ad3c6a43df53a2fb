"""Do counts vary more than Poisson counts around their fitted rates? Tests written out."""

from __future__ import annotations

import numpy as np
from scipy import special

from stats import guards
from stats.exact import ALTERNATIVES, normal_p
from stats.guards import Floats
from stats.models.fitting import STEPS, glm, negative_binomial
from stats.models.results import RegressionModel, fitted
from stats.results import Note, TestResult

METHODS = (
    "pearson", "cameron_trivedi_nb1", "cameron_trivedi_nb2", "dean_a", "dean_b", "dean_c", "dean_adjusted",
    "likelihood_ratio",
)  # fmt: skip
"""Tests of Poisson variance."""


def dispersion_test(
    model: RegressionModel,
    *,
    method: str = "cameron_trivedi_nb1",
    alternative: str = "greater",
    robust: bool = False,
) -> TestResult:
    """Test whether counts vary more than a fitted Poisson model says.

    Parameters
    ----------
    model : RegressionModel
        A fitted model of the family ``poisson`` or ``quasi_poisson``.
    method : {'pearson', 'cameron_trivedi_nb1', 'cameron_trivedi_nb2', 'dean_a', 'dean_b', 'dean_c', 'dean_adjusted', \
'likelihood_ratio'}
        ``pearson``: chi-square of the Pearson residuals. ``cameron_trivedi_nb1``: is the variance
        ``(1 + a) mu``; ``..._nb2``: is it ``mu + a mu²`` (t statistics of auxiliary regressions of
        ``((y - mu)² - y) / mu`` on a constant and on ``mu``; both compared with the normal distribution).
        ``dean_a``, ``dean_b`` and ``dean_adjusted``: score tests against ``mu + a mu²`` (Dean's P_A, P_B
        and P_B adjusted for the fitted means); ``dean_c``: against ``(1 + a) mu``. ``likelihood_ratio``: twice
        the gain in log-likelihood of the negative binomial of variance ``mu + a mu²``; half the p-value of
        chi-square with one degree of freedom, since ``a`` cannot be negative (Stata's ``chibar2(01)``, R's
        ``odTest``).
    alternative : {'greater', 'two-sided', 'less'}
        ``greater`` is over-dispersion, as in R's ``AER::dispersiontest``; statsmodels tests both sides. The
        likelihood ratio knows ``greater`` only.
    robust : bool
        For the Cameron-Trivedi tests: HC3 errors of the auxiliary regression.

    Returns
    -------
    TestResult
        ``extra["dispersion"]`` is the variance over the mean (``nb1``, ``pearson``), ``extra["alpha"]``
        the coefficient ``a`` of ``nb2`` and of the likelihood ratio. ``refused`` with as many coefficients as rows
        (``too_few_rows``), or where an auxiliary regression fits exactly (``all_equal``).

    Raises
    ------
    InputError
        For a refused model, one of another family, or an alternative the test does not have.

    Notes
    -----
    At least two rows more than coefficients. statsmodels' ``PoissonDiagnostic`` (0.15) lists as "CT nb1" the
    regression on ``mu``, which is NB2; only its HC3 line regresses on a constant.

    References
    ----------
    Cameron and Trivedi (1990), *Journal of Econometrics* 46:347; Dean (1992), *JASA* 87:451; Dean and
    Lawless (1989), *JASA* 84:467; Self and Liang (1987), *JASA* 82:605 (half the p-value).

    Examples
    --------
    Counts whose variance is far above their mean:

    >>> from stats.models.regression import regression_fit
    >>> test = dispersion_test(regression_fit([0, 9, 1, 14, 2, 22, 3, 0, 17, 4]), method="pearson")
    >>> round(test.statistic, 3), test.df, round(test.extra["dispersion"], 3)
    (78.0, 9.0, 8.667)
    """
    guards.choice(method, METHODS)
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    fitted(model)
    if model.family not in ("poisson", "quasi_poisson"):
        raise guards.refuse(
            f"The test needs a Poisson model, not {model.family}", f"Cần mô hình Poisson, không phải {model.family}",
            remedy=("Fit family='poisson' first.", "Hãy ước lượng với family='poisson' trước."),
        )  # fmt: skip
    y, mu = model.counts, model.fitted
    if model.df_residual < 2:
        needed = len(model.terms) + 2
        return TestResult.refused(method, model.n, Note("too_few_rows", {"found": len(y), "needed": needed}))
    if method == "pearson":
        return _pearson(model, alternative)
    if method == "likelihood_ratio":
        return _likelihood_ratio(model, alternative)
    extra_variance = (y - mu) ** 2 - y
    if method.startswith("cameron"):
        regressor = np.ones_like(mu) if method.endswith("nb1") else mu
        slope, error = _through_origin(extra_variance / mu, regressor, robust)
        if error <= 1e-12 * abs(slope):
            return TestResult.refused(method, model.n, Note("all_equal"), alternative=alternative)
        z = slope / error
        extra = {"dispersion": 1 + slope} if method.endswith("nb1") else {"alpha": slope}
        extra["std_error"] = error
    else:
        z, extra = _dean(model, extra_variance, method), {}
    return TestResult(
        statistic=z, p_value=float(normal_p(np.array(z), alternative)), method=f"{method}{'_hc3' if robust else ''}",
        alternative=alternative, n=model.n, extra=extra,
    )  # fmt: skip


def _pearson(model: RegressionModel, alternative: str) -> TestResult:
    df, value = model.df_residual, model.pearson
    above, below = float(special.chdtrc(df, value)), float(special.chdtr(df, value))
    p = {"greater": above, "less": below, "two-sided": min(2 * min(above, below), 1.0)}[alternative]
    return TestResult(
        statistic=value, p_value=p, df=df, method="pearson_dispersion", alternative=alternative, n=model.n,
        extra={"dispersion": value / df},
    )  # fmt: skip


def _likelihood_ratio(model: RegressionModel, alternative: str) -> TestResult:
    if alternative != "greater":
        raise guards.refuse(
            "The likelihood ratio tests for over-dispersion only", "Tỷ số hợp lý chỉ kiểm định độ phân tán vượt mức",
            remedy=("Use alternative='greater', or a score test.", "Dùng alternative='greater' hoặc phép thử khác."),
        )  # fmt: skip
    poisson = glm(model.counts, model.design, model.offset, model.trials, "poisson").log_likelihood
    wide = negative_binomial(model.counts, model.design, model.offset)
    if not np.isinf(wide.theta) and not wide.settled:
        return TestResult.refused("likelihood_ratio", model.n, Note("not_settled", {"iterations": STEPS}))
    # Counts that vary no more than Poisson counts leave the negative binomial nothing to gain.
    value = 0.0 if np.isinf(wide.theta) else max(2 * (wide.log_likelihood - poisson), 0.0)
    return TestResult(
        statistic=value, p_value=float(special.chdtrc(1, value)) / 2 if value > 0 else 1.0, df=1.0,
        method="likelihood_ratio", alternative=alternative, n=model.n,
        extra={"alpha": 0.0 if np.isinf(wide.theta) else 1 / wide.theta},
    )  # fmt: skip


def _through_origin(z: Floats, x: Floats, robust: bool) -> tuple[float, float]:
    slope = float(x @ z / (x @ x))
    left = z - slope * x
    if robust:
        leverage = x**2 / (x @ x)
        return slope, float(np.sqrt(((x * left / (1 - leverage)) ** 2).sum()) / (x @ x))
    return slope, float(np.sqrt(left @ left / (len(z) - 1) / (x @ x)))


def _dean(model: RegressionModel, extra_variance: Floats, method: str) -> float:
    y, mu = model.counts, model.fitted
    if method == "dean_c":
        return float((extra_variance / mu).sum() / np.sqrt(2 * len(y)))
    if method == "dean_a":
        extra_variance = (y - mu) ** 2 - mu
    elif method == "dean_adjusted":
        leverage = mu * np.einsum("ij,jk,ik->i", model.design, model.bread, model.design)
        extra_variance = extra_variance + leverage * mu
    return float(extra_variance.sum() / np.sqrt(2 * (mu**2).sum()))
