"""Rates by covariates at once: Poisson, quasi-Poisson and negative binomial regression with an exposure.

Events among trials (logit) and measures (identity) go through the same door, so that clusters and
serial correlation are allowed for in one way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from stats import guards
from stats.codes import Rule
from stats.guards import Floats
from stats.models.covariances import (
    CORRECTIONS,
    FEW_CLUSTERS,
    FEW_POINTS,
    SERIAL_CORRECTIONS,
    cluster_covariance,
    hac_covariance,
    joint_covariance,
    leveraged,
    rule_of_lags,
)
from stats.models.designs import columns_exist, design
from stats.models.fitting import FAMILIES, STEPS, Fit, fits_exactly, glm, negative_binomial
from stats.models.refusals import refused_model, unfit
from stats.models.results import INTERCEPT, RegressionModel
from stats.results import Note
from stats.series import conditions

STANDARD_ERRORS = ("auto", "model", "joint", "robust", "cluster", "hac")
"""What the standard errors allow for."""

REFERENCES = ("auto", "normal", "t")
"""Distributions of tests and intervals."""

UNBOUNDED = 15.0
"""A coefficient this far out after the last step, over the range of its covariate, has no bound."""


def regression_model(
    frame: pd.DataFrame,
    *,
    count: str = "count",
    factors: Sequence[str] | Mapping[str, Sequence[Any] | None] = (),
    exposure: str | None = None,
    groups: str | None = None,
    actor: str = "actor",
    unit: str = "unit",
    period: str | None = None,
    breaks: Iterable[dt.date | Rule] = (),
    rebased: Iterable[dt.date] = (),
    **options: Any,
) -> RegressionModel:
    """Fit counts on covariates from a tidy frame.

    Parameters
    ----------
    frame : DataFrame
        One row an observation (a body in a period).
    count : str
        Column of events, or of the measure.
    factors : sequence of str, or mapping
        Covariates, see `stats.models.designs.design`; a mapping gives each factor its levels, the first
        being the one compared with, and None keeps a numeric column as it is.
    exposure : str, optional
        Column of members (or months, or members times months); of trials for the binomial.
    groups : str, optional
        Column of the cluster (the body that returns in several rows).
    actor, unit : str
        Columns of the deciding actor and the unit. Where they exist with several values and are not among
        the factors the model is refused: two streams are not one.
    period : str, optional
        Column of periods (`stats.periods.Period`). The periods that occur must be of one kind, without overlap
        and without a dated break inside, else the model is refused.
    breaks : iterable of date or Rule
        Dated changes of rules, forms or boundaries.
    rebased : iterable of date
        Those that a factor of the model stands for.
    **options
        Passed on to `regression_fit`.

    Returns
    -------
    RegressionModel
        Terms are named ``factor=level``.

    Raises
    ------
    InputError
        For an empty frame, columns or levels that do not exist, or counts that cannot be used.

    Examples
    --------
    Twice the rate in the second year: 20 of 1,000 members against 10.

    >>> table = pd.DataFrame({"year": ["2021", "2022"], "count": [10, 20], "members": [1000, 1000]})
    >>> model = regression_model(table, factors=["year"], exposure="members")
    >>> model.terms[1], round(float(model.to_frame()["ratio"][1]), 6)
    ('year=2022', 2.0)
    """
    columns_exist(frame, [count, *(name for name in (exposure, groups, period) if name)])
    x, terms = design(frame, factors)
    pooled = [name for name in (actor, unit) if name in frame and name not in factors]
    told = {name: frame[name].astype(str).unique() for name in pooled}
    reason = conditions.refusal(
        sorted(set(frame[period])) if period else None, n=len(frame), least=0, actors=told.get(actor, ()),
        units=told.get(unit, ()), breaks=breaks, rebased=rebased, gaps=True,
    )  # fmt: skip
    return regression_fit(
        frame[count], x, exposure=frame[exposure] if exposure else None, terms=terms,
        groups=frame[groups] if groups else None, refused=reason, **options,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Inputs:
    y: Floats
    x: Floats
    offset: Floats
    trials: Floats
    terms: tuple[str, ...]


def _inputs(count: Any, covariates: Any, exposure: Any, offset: Any, terms: Sequence[str], family: str) -> _Inputs:
    measured = family == "gaussian"
    y = guards.numbers(count, "count", minimum=None if measured else 0.0, missing=False)
    n = len(y)
    raw = np.zeros((n, 0)) if covariates is None else np.asarray(covariates, dtype=float)
    raw = raw[:, None] if raw.ndim == 1 and raw.size else raw.reshape(len(raw), -1)
    if len(raw) != n or not np.isfinite(raw).all():
        wrong = None if len(raw) != n else ~np.isfinite(raw).all(axis=1)
        raise guards.refuse(
            f"The design has {len(raw)} rows for {n} counts" if wrong is None else "The design has empty cells",
            f"Biến giải thích có {len(raw)} dòng cho {n} số đếm" if wrong is None else "Biến giải thích có ô trống",
            wrong, remedy=("Give every covariate in every row.", "Mỗi dòng cần đủ giá trị của mọi biến."),
        )  # fmt: skip
    known = guards.numbers(0.0 if offset is None else offset, "offset", minimum=None, missing=False)
    base = guards.numbers(
        1.0 if exposure is None else exposure, "exposure", minimum=np.finfo(float).tiny, missing=False
    )
    for name, given in (("offset", known), ("exposure", base)):
        if len(given) not in (1, n):
            raise guards.refuse(
                f"{name} has {len(given)} values for {n} counts",
                f"{guards.vietnamese(name)} có {len(given)} giá trị cho {n} số đếm",
                remedy=("Pass one value a row.", "Mỗi dòng cần đúng một giá trị."),
            )  # fmt: skip
    known, base = np.broadcast_to(known, n).astype(float), np.broadcast_to(base, n).astype(float)
    trials = base if family == "binomial" else np.ones(n)
    if family == "binomial":
        guards.within(y, trials)
    elif not measured:
        known = known + np.log(base)
    names = tuple(terms) or tuple(f"x{i + 1}" for i in range(raw.shape[1]))
    if len(names) != raw.shape[1]:
        raise guards.refuse(
            f"There are {len(names)} names for {raw.shape[1]} columns", f"Có {len(names)} tên cho {raw.shape[1]} cột"
        )
    return _Inputs(y, np.column_stack([np.ones(n), raw]), known, trials, (INTERCEPT, *names))


def regression_fit(
    count: Any,
    covariates: Any = None,
    *,
    exposure: Any = None,
    offset: Any = None,
    terms: Sequence[str] = (),
    family: str = "poisson",
    theta: float | None = None,
    standard_errors: str = "auto",
    groups: Any = None,
    correction: str | None = None,
    lags: int | None = None,
    reference: str = "auto",
    conf_level: float = 0.95,
    refused: Note | None = None,
) -> RegressionModel:
    """Fit ``log(mean) = log(exposure) + offset + intercept + covariates b`` to counts.

    Parameters
    ----------
    count : array-like, shape (rows,)
        Events. No cell may be empty: an empty cell is not a zero.
    covariates : array-like, shape (rows, terms), optional
        Design without an intercept, which is added.
    exposure : array-like or scalar, optional
        Members or member-months the events arose from; for the binomial, trials.
    offset : array-like, optional
        Further known part of the linear predictor.
    terms : sequence of str
        Names of the covariates.
    family : {'poisson', 'quasi_poisson', 'negative_binomial', 'binomial', 'gaussian'}
        ``quasi_poisson``: Poisson coefficients, variance ``phi mu`` with phi the Pearson chi-square over
        its degrees of freedom. ``negative_binomial``: variance ``mu + mu² / theta`` (NB2), theta by
        maximum likelihood. ``binomial``: logit of events among trials. ``gaussian``: a measure.
    theta : float, optional
        Holds theta of the negative binomial fixed.
    standard_errors : {'auto', 'model', 'joint', 'robust', 'cluster', 'hac'}
        ``auto``: ``cluster`` when `groups` are given, else ``model``. ``model``: expected information; for
        the negative binomial with theta held at its estimate, as R's ``glm.nb`` prints. ``joint``
        (negative binomial): observed information of coefficients and theta together, as statsmodels
        prints. ``robust``, ``cluster``, ``hac``: sandwich for unequal variances, for clusters, for serial
        correlation (rows in order of time).
    groups : array-like, optional
        Cluster of each row.
    correction : {'hc1', 'hc0', 'hc2', 'hc3', 'none'}, optional
        Small-sample correction of the sandwich, a part of the code of the errors: see `CORRECTIONS` and
        `SERIAL_CORRECTIONS` of `stats.models.covariances`. By default ``hc1`` for ``robust`` and ``cluster``,
        ``none`` for ``hac``, which knows ``hc1``, ``hc0`` and ``none``. ``hc0`` of ``robust`` is White's,
        without a factor; ``hc3`` of ``robust`` is the default of R's ``vcovHC``.
    lags : int, optional
        Last lag of ``hac``; by default ``4 (n / 100)^(2/9)``.
    reference : {'auto', 'normal', 't'}
        Distribution of tests and intervals. ``auto``: t(G-1) for clusters, t(n-k) where the dispersion is
        estimated (``quasi_poisson``, ``gaussian``), else normal.
    conf_level : float
        Level of the intervals.
    refused : Note, optional
        A reason found before: the model is then refused with it.

    Returns
    -------
    RegressionModel
        ``refused`` with too few rows (``too_few_rows``), covariates that repeat each other
        (``collinear``), no event (``no_events_at_all``), a coefficient without bound
        (``separated_counts``: a level without any event), figures that fit exactly where the errors come
        from what is left, or events in every trial (``all_equal``), one cluster (``too_few_clusters``), or for the
        negative binomial counts that vary no more than Poisson counts (``no_overdispersion``: use
        ``poisson``). Below 40 clusters the
        caveat is ``few_clusters``: see `stats.models.bootstrap.wild_bootstrap`; below 100 points with
        ``hac`` it is ``few_points_for_lags``.

    Raises
    ------
    InputError
        For counts that cannot be used, exposures of zero, a design of another length, or options that do
        not go together.

    Notes
    -----
    At least as many rows as coefficients, one more for a sandwich, three more where a dispersion is
    estimated. A Poisson model of counts that vary more than Poisson counts gives errors that are too small:
    read `dispersion`, and test it by `stats.models.dispersion.dispersion_test`. The coefficients of the
    time a body was observed twice are as sure as its number of clusters allows, not its number of rows.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*; Venables and Ripley (2002), *MASS*, 7;
    Cameron and Trivedi (2013), *Regression Analysis of Count Data*, 3; Cameron and Miller (2015), *Journal of
    Human Resources* 50:317.

    Examples
    --------
    Two rates are a model with one covariate: its error is the root of the summed reciprocals of the counts.

    >>> model = regression_fit([10, 20], [0, 1], exposure=[1000, 1000])
    >>> round(float(model.std_error[1]), 6) == round((1 / 10 + 1 / 20) ** 0.5, 6)
    True
    """
    guards.choice(family, FAMILIES, ("family", "họ phân phối"))
    guards.choice(standard_errors, STANDARD_ERRORS, ("standard error", "sai số chuẩn"))
    guards.choice(reference, REFERENCES, ("reference distribution", "phân phối tham chiếu"))
    kind = ("cluster" if groups is not None else "model") if standard_errors == "auto" else standard_errors
    known, usual = (SERIAL_CORRECTIONS, "none") if kind == "hac" else (CORRECTIONS, "hc1")
    correction = guards.choice(correction or usual, known, ("correction", "hệ số hiệu chỉnh"))
    _go_together(kind, groups, family, theta)
    conf_level = guards.level(conf_level)
    given = _inputs(count, covariates, exposure, offset, terms, family)
    n, k = given.x.shape
    codes, size = guards.groups(groups, n)
    reason = refused or unfit(given.y, given.x, given.terms, family)
    if reason is None and family == "binomial" and (given.y == given.trials).all():
        reason = Note("all_equal")
    sandwich = kind in ("robust", "cluster", "hac")
    if reason is None and sandwich and n == k:
        reason = Note("too_few_rows", {"found": n, "needed": k + 1})
    if reason is None and kind == "cluster" and size < 2:
        reason = Note("too_few_clusters", {"found": size, "needed": 2})
    fit = _fit(given, family, theta) if reason is None else None
    if fit is not None:
        reason = _failed(fit, given)
        from_left = sandwich or family in ("quasi_poisson", "gaussian")
        if reason is None and from_left and fits_exactly(given.y, fit):
            reason = Note("all_equal")
    if fit is None or reason is not None:
        return refused_model(given.y, given.terms, family, kind, conf_level, reason)
    bread: Floats = np.linalg.inv((given.x * fit.weight[:, None]).T @ given.x).astype(np.float64)
    pearson = float(((given.y - fit.means) ** 2 / np.maximum(fit.variance, np.finfo(float).tiny)).sum())
    dispersion = pearson / (n - k) if n > k else np.nan
    theta_error = fit.theta_information**-0.5 if family == "negative_binomial" and theta is None else np.nan
    code, covariance = kind, bread
    if kind == "model" and family in ("quasi_poisson", "gaussian"):
        covariance = dispersion * bread
    elif kind == "joint":
        whole = joint_covariance(given.y, given.x, fit.means, fit.theta, fit.theta_information)
        covariance, theta_error = whole[:k, :k], float(np.sqrt(whole[k, k]))
    elif sandwich:
        code, covariance = _sandwich(kind, given.x, fit, bread, codes, lags, correction)
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    df = float(size - 1) if kind == "cluster" else float(n - k)
    by_t = reference == "t" or (reference == "auto" and (kind == "cluster" or family in ("quasi_poisson", "gaussian")))
    free = k + (family in ("negative_binomial", "gaussian") and theta is None)
    return RegressionModel(
        terms=given.terms, estimate=fit.values, std_error=errors, covariance=covariance, bread=bread, family=family,
        standard_errors=code, df_reference=df if by_t else np.inf, df_residual=float(n - k), dispersion=dispersion,
        log_likelihood=fit.log_likelihood, deviance=fit.deviance, pearson=pearson,
        aic=2 * free - 2 * fit.log_likelihood, n=float(n), conf_level=conf_level, counts=given.y, trials=given.trials,
        offset=given.offset, design=given.x, fitted=fit.means, theta=fit.theta, theta_error=theta_error,
        groups=codes if groups is not None else None, caveats=_caveats(given.y, family, kind, size, dispersion),
    )  # fmt: skip


def _go_together(kind: str, groups: Any, family: str, theta: float | None) -> None:
    if kind == "joint" and (family != "negative_binomial" or theta is not None):
        raise guards.refuse(
            "Joint standard errors belong to the negative binomial with theta estimated",
            "Sai số chuẩn đồng thời chỉ dùng cho phân phối nhị thức âm có ước lượng theta",
            remedy=("Use standard_errors='model'.", "Hãy dùng standard_errors='model'."),
        )
    if kind == "cluster" and groups is None:
        raise guards.refuse(
            "Clustered standard errors need groups", "Sai số chuẩn theo cụm cần cột nhóm",
            remedy=("Give the body of every row.", "Hãy ghi đơn vị cho từng dòng."),
        )  # fmt: skip
    if theta is not None:
        guards.between(theta, "theta", 0, np.inf)


def _fit(given: _Inputs, family: str, theta: float | None) -> Fit:
    if family == "negative_binomial":
        return negative_binomial(given.y, given.x, given.offset, theta=theta)
    return glm(given.y, given.x, given.offset, given.trials, family)


def _failed(fit: Fit, given: _Inputs) -> Note | None:
    if np.isinf(fit.theta):
        return Note("no_overdispersion")
    if fit.settled:
        return None
    # A group without any case: its coefficient goes down by one a step, for ever.
    far = np.abs(fit.values) * np.ptp(given.x, axis=0) > UNBOUNDED
    if far.any():
        return Note("separated_counts", {"terms": [t for t, is_far in zip(given.terms, far, strict=True) if is_far]})
    return Note("not_settled", {"iterations": STEPS})


def _sandwich(
    kind: str, x: Floats, fit: Fit, bread: Floats, codes: Any, lags: int | None, correction: str
) -> tuple[str, Floats]:
    n, scores = len(x), x * fit.residual[:, None]
    if kind == "hac":
        lags = rule_of_lags(n) if lags is None else lags
        code = f"hac_{correction}_lag{lags}"
        return code, hac_covariance(scores, bread, lags=lags, correction=correction)
    if correction in ("hc2", "hc3"):
        groups = np.arange(n) if kind == "robust" else codes
        scores = leveraged(x, fit.residual, fit.weight, bread, groups, correction)
        return f"{kind}_{correction}", cluster_covariance(scores, bread, groups, correction="none")
    rows, factor = codes, correction
    if kind == "robust":  # White's HC0 has no factor: with a cluster a row that is "none"
        rows, factor = np.arange(n), "none" if correction == "hc0" else correction
    return f"{kind}_{correction}", cluster_covariance(scores, bread, rows, correction=factor)


def _caveats(y: Floats, family: str, kind: str, clusters: int, dispersion: float) -> tuple[Note, ...]:
    found = []
    if family != "gaussian" and (y != np.floor(y)).any():
        found.append(Note("fractional_counts"))
    if kind == "model" and family == "quasi_poisson" and dispersion < 1:
        found.append(Note("underdispersion", {"dispersion": round(dispersion, 2)}))
    if kind == "hac" and len(y) < FEW_POINTS:
        found.append(Note("few_points_for_lags", {"found": len(y), "needed": FEW_POINTS}))
    if kind == "cluster" and clusters < FEW_CLUSTERS:
        found.append(Note("few_clusters", {"found": clusters, "needed": FEW_CLUSTERS}))
    return tuple(found)
