"""Exponential smoothing in state-space form (ETS), estimated by statsmodels, with the interval formulas of R."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np

from stats import guards
from stats.forecasts.history import History, forecast_of, positive, settle
from stats.forecasts.results import Forecast
from stats.guards import Floats
from stats.results import Note

LEAST = 12
"""Fewest points without a season: a damped trend has five coefficients, and twice as many figures and two more leave
something to estimate the spread from."""
STARTS = (None, 0.5, 0.9)
"""Levels of alpha the search begins at, beside statsmodels' own: from one alone it may stop at a local maximum."""
NAMES = {
    "alpha": "smoothing_level", "beta": "smoothing_trend", "phi": "damping_trend", "gamma": "smoothing_seasonal",
}  # fmt: skip
"""Smoothing parameters, as here and as in statsmodels."""
LONG = 50
"""Points from which a model counts as estimated well enough for its intervals (Box and Jenkins ask for 50); in
simulation those of chosen models hold 91% instead of 95% at 24 points, and 94% at 120."""
VARIANCES = ("corrected", "ml")
"""Divisors of the sum of squared residuals: the points less the coefficients (R), or the points (statsmodels)."""


def least_points(season: int | None) -> int:
    """Return the fewest points of exponential smoothing: with a season one cycle more than it has coefficients.

    Notes
    -----
    A seasonal model has up to m + 5 coefficients, and Hyndman and Kostenko (2007, *Foresight* 6:12) call more
    figures than coefficients the bare minimum; a full cycle above that is asked for here: 13 quarters, 29 months.
    """
    return LEAST if season is None else max(LEAST, 2 * season + 5)


def ets_forecast(
    values: Any, *, horizon: int, error: str = "add", trend: str | None = "auto", damped: bool | None = None,
    seasonal: str | None = "auto", season: int | None = None, variance: str = "corrected", **history: Unpack[History],
) -> Forecast:  # fmt: skip
    """Forecast by exponential smoothing: weights that fall with age, with a trend and a season where they pay.

    Parameters
    ----------
    values, horizon, **history
        As for `stats.forecasts.simple.naive_forecast`; series are estimated one after the other.
    error : {'add', 'mul'}
        Errors of one size, or in proportion to the level (all figures above 0).
    trend : {'auto', 'add', None}
        Whether there is a slope.
    damped : bool, optional
        Whether the slope dies away; by default both are tried where there is one.
    seasonal : {'auto', 'add', None}
        Whether there is a season; needs `season`. For seasons in proportion to the level use `log`.
    season : int, optional
        Periods in a year.
    variance : {'corrected', 'ml'}
        Residual variance: sum of squares over points less coefficients, as R, or over points, as statsmodels, whose
        intervals are narrower (about 6% at 18 points).

    Returns
    -------
    Forecast
        `method` is ``ets_`` with error, trend (``ad``: damped) and season as in the taxonomy (``ets_aadn``),
        ``_mlvar`` added for `variance` ``ml``. `models` hold the parameters, ``aic``, ``aicc``, ``bic`` (as R prints
        them, which leaves constants out) and the ``candidates`` that were compared. What is left open is chosen by
        AICc.

    Raises
    ------
    InputError
        For options that do not go together, or as for `naive_forecast`.

    Notes
    -----
    At least 12 points, with `season` two years and five points (`least_points`). Models are those with analytic
    intervals: of class 1 (additive errors) and class 2 (multiplicative errors, additive trend and season).
    Intervals take parameters as known and the model as right, and so are too narrow on short series
    (``forecast_model_short`` below 50 points). With a season and no trend the R package forecast 8.20 lets the
    seasonal parameter into the variance one step too early, at step m; here it counts from step m + 1, as in the
    book and in simulation.

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), *Forecasting with Exponential Smoothing*, ch. 6 and table 6.1.

    Examples
    --------
    Oil production of Saudi Arabia 1996 to 2013 (Hyndman and Athanasopoulos 2018, 7.1):

    >>> oil = [445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43, 521.28, 508.95, 488.89,
    ...        509.87, 456.72, 473.82, 525.95, 549.83, 542.34]
    >>> found = ets_forecast(oil, horizon=1, conf_levels=[0.8])
    >>> print(found.method, *(line.ravel().round(0) for line in (found.estimate, found.conf_low, found.conf_high)))
    ets_ann [543.] [504.] [581.]
    """
    guards.choice(error, ("add", "mul"), ("error", "dạng sai số"))
    guards.choice(variance, VARIANCES, ("variance", "cách tính phương sai"))
    m = None if season is None else positive(season, "season", 2)
    forms = _forms(error, trend, damped, seasonal, m)
    past = settle(values, horizon, least_points(m if any(f.seasonal for f in forms) else None), history, season=m)
    rows, points = past.values.shape
    estimate, std_error = np.full((2, rows, past.horizon), np.nan)
    fitted, sigma = np.full((rows, points), np.nan), np.full(rows, np.nan)
    models: list[Mapping[str, Any]] = [{}] * rows
    failed = np.zeros(rows, dtype=bool)
    below = past.open & ((past.values <= 0).any(axis=1) if error == "mul" else False)
    for i in np.flatnonzero(past.open & ~below):
        fit = best_fit(past.values[i], forms, variance)
        failed[i] = fit is None
        if fit is not None:
            estimate[i], std_error[i] = fit.ahead(past.horizon)
            fitted[i], sigma[i], models[i] = fit.fitted, math.sqrt(fit.sigma2), fit.told(variance)
    short = past.open & ~below & ~failed & (points < LONG)
    notes = [
        (short, Note("forecast_model_short", {"found": points})),
        (below, Note("forecast_not_positive")),
        (failed, Note("forecast_not_fitted")),
    ]
    names = {str(model["name"]) for model in models if model}
    method = names.pop() if len(names) == 1 else "ets_auto"
    return forecast_of(past, method, estimate, std_error, fitted, sigma, models=models, notes=notes)


@dataclass(frozen=True, slots=True)
class Form:
    """One model of the family: error, trend, damping and season."""

    error: str
    trend: bool
    damped: bool
    seasonal: int | None

    @property
    def name(self) -> str:
        """Name in the taxonomy, as ``ets_aadn``."""
        trend = ("ad" if self.damped else "a") if self.trend else "n"
        return f"ets_{self.error[0]}{trend}{'n' if self.seasonal is None else 'a'}"

    @property
    def coefficients(self) -> int:
        """Smoothing parameters and free initial states, as R counts them: seasonal states add up to 0."""
        return 2 + 2 * self.trend + self.damped + (self.seasonal or 0)


@dataclass(frozen=True, slots=True)
class Fit:
    """A model as estimated on one series.

    Attributes
    ----------
    parameters : mapping
        ``alpha``, ``beta``, ``phi``, ``gamma`` where the form has them; beta and gamma as in R, not divided by alpha.
    point : callable
        Point forecasts for so many steps.
    """

    form: Form
    parameters: Mapping[str, float]
    fitted: Floats
    sigma2: float
    aicc: float
    point: Any
    candidates: Mapping[str, float]

    def ahead(self, steps: int) -> tuple[Floats, Floats]:
        """Return point forecasts and their standard errors."""
        mean = np.asarray(self.point(steps), dtype=float)
        weights = step_weights(steps, self.parameters, self.form.seasonal)
        return mean, np.sqrt(step_variance(mean, weights, self.sigma2, self.form.error))

    def told(self, variance: str) -> dict[str, Any]:
        """Return what was chosen and estimated."""
        name = self.form.name if variance == "corrected" else f"{self.form.name}_mlvar"
        k, n = self.form.coefficients + 1, len(self.fitted)
        aic = self.aicc - 2 * k * (k + 1) / (n - k - 1)
        return {
            "name": name, **self.parameters, "aic": aic, "aicc": self.aicc, "bic": aic + k * (math.log(n) - 2),
            "sigma2": self.sigma2, "coefficients": self.form.coefficients, "candidates": dict(self.candidates),
        }  # fmt: skip


def step_weights(steps: int, parameters: Mapping[str, float], season: int | None) -> Floats:
    """Return how much of an error is still in the figure 1, 2, ... steps later (c_j of Hyndman et al. 2008).

    Parameters
    ----------
    steps : int
        Horizon; one weight fewer is returned.
    parameters : mapping
        ``alpha``, and ``beta``, ``phi``, ``gamma`` where the model has them.
    season : int or None
        Periods in a year.
    """
    j = np.arange(1, steps)
    phi = parameters.get("phi", 1.0)
    weights = parameters["alpha"] + parameters.get("beta", 0.0) * np.cumsum(phi**j)
    return weights + (parameters.get("gamma", 0.0) * (j % season == 0) if season else 0.0)


def step_variance(mean: Floats, weights: Floats, sigma2: float, error: str) -> Floats:
    """Return the variances of forecasts: class 1 for additive errors, class 2 for multiplicative ones."""
    if error == "add":
        return sigma2 * (1 + np.concatenate([[0.0], np.cumsum(weights**2)]))
    theta = mean**2
    for k in range(1, len(mean)):
        theta[k] += sigma2 * np.sum(weights[:k] ** 2 * theta[k - 1 :: -1][:k])
    return (1 + sigma2) * theta - mean**2


def best_fit(x: Floats, forms: Sequence[Form], variance: str) -> Fit | None:
    """Return the model with the least AICc, or None where none can be estimated."""
    fits = [fit for form in forms if (fit := _fit(x, form, variance)) is not None]
    if not fits:
        return None
    best = min(fits, key=lambda fit: fit.aicc)
    compared = {fit.form.name: fit.aicc for fit in fits}
    return Fit(best.form, best.parameters, best.fitted, best.sigma2, best.aicc, best.point, compared)


def _forms(error: str, trend: str | None, damped: bool | None, seasonal: str | None, m: int | None) -> list[Form]:
    for value, what in ((trend, ("trend", "xu thế")), (seasonal, ("season", "mùa vụ"))):
        guards.choice(value or "none", ("auto", "add", "none"), what)
    if seasonal == "add" and m is None:
        raise guards.refuse(
            "A seasonal model needs the number of periods in a year", "Mô hình mùa vụ cần số kỳ trong năm",
            remedy=("Give season=12 for months, 4 for quarters.", "Dùng season=12 với tháng, 4 với quý."),
        )  # fmt: skip
    if trend is None and damped:
        raise guards.refuse(
            "Only a trend can be damped", "Chỉ xu thế mới có thể giảm dần",
            remedy=("Use trend='add'.", "Dùng trend='add'."),
        )  # fmt: skip
    trends = {"auto": [False, True], "add": [True], "none": [False]}[trend or "none"]
    if trend == "auto" and damped:
        trends = [True]
    seasons = {"auto": [None, m] if m else [None], "add": [m], "none": [None]}[seasonal or "none"]
    return [
        Form(error, t, d, s)
        for s, t in itertools.product(seasons, trends)
        for d in (([False, True] if damped is None else [damped]) if t else [False])
    ]


def _fit(x: Floats, form: Form, variance: str) -> Fit | None:
    from statsmodels.tsa.exponential_smoothing import ets

    kind: Any = ets.ETSModel
    n, k = len(x), form.coefficients
    if n - k - 2 <= 0:
        return None
    scale = float(np.abs(x).mean())  # the optimiser's steps assume figures of about one
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = kind(
            x / scale, error=form.error, trend="add" if form.trend else None, damped_trend=form.damped,
            seasonal="add" if form.seasonal else None, seasonal_periods=form.seasonal,
        )  # fmt: skip
        results = [result for alpha in STARTS if (result := _climbed(model, alpha)) is not None]
        if not results:
            return None
        result = max(results, key=lambda found: found.llf)
        fitted = np.asarray(result.fittedvalues) * scale
    residual = (x - fitted) / (fitted if form.error == "mul" else 1.0)
    squares = float(residual @ residual)
    if not math.isfinite(squares) or squares <= 0 or (form.error == "mul" and (fitted <= 0).any()):
        return None
    likelihood = n * math.log(squares) + (2 * float(np.log(fitted).sum()) if form.error == "mul" else 0.0)
    aicc = likelihood + 2 * (k + 1) + 2 * (k + 1) * (k + 2) / (n - k - 2)
    given = dict(zip(model.param_names, np.asarray(result.params, dtype=float), strict=True))
    parameters = {short: float(given[long]) for short, long in NAMES.items() if long in given}
    sigma2 = squares / (n - k if variance == "corrected" else n)
    return Fit(form, parameters, fitted, sigma2, aicc, lambda steps: np.asarray(result.forecast(steps)) * scale, {})


def _climbed(model: Any, alpha: float | None) -> Any:
    """Return the maximum of the likelihood found from one start, or None where the optimiser breaks down."""
    start = np.array(model.start_params, dtype=float)
    if alpha is not None:
        start[0] = alpha
    try:
        found = model.fit(start_params=start, disp=False, maxiter=2000)
    except (ValueError, np.linalg.LinAlgError):
        return None
    return found if math.isfinite(found.llf) else None
