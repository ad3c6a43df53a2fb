"""Seasonal ARIMA models, estimated by statsmodels."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np

from stats import guards
from stats.forecasts.history import History, forecast_of, positive, settle
from stats.forecasts.results import Forecast
from stats.forecasts.smoothing import LONG, VARIANCES
from stats.guards import Floats
from stats.results import Note

Order = tuple[int, int, int]

LEAST = 24
"""Fewest points without a season. Box and Jenkins ask for 50; below that, orders chosen from the figures are mostly
chance, so that the list of orders is short and the interval is to be checked by a back-test."""
CYCLES = 3
"""Fewest full years of a seasonal model: one is lost by the seasonal difference, two remain to compare."""
ORDERS: tuple[Order, ...] = ((0, 1, 0), (0, 1, 1), (1, 1, 0), (1, 1, 1), (0, 1, 2), (2, 1, 0))
"""Orders that are compared where none is given: all take one difference, as AICc compares only such."""
SEASONAL_ORDERS: tuple[Order, ...] = ((0, 1, 0), (0, 1, 1), (1, 1, 0))
"""Seasonal orders that are compared with them where a season is given."""


def sarima_forecast(
    values: Any, *, horizon: int, order: Sequence[int] | None = None, seasonal_order: Sequence[int] | None = None,
    season: int | None = None, variance: str = "corrected", **history: Unpack[History],
) -> Forecast:  # fmt: skip
    """Forecast by a seasonal ARIMA model of given or chosen orders.

    Parameters
    ----------
    values, horizon, **history
        As for `stats.forecasts.simple.naive_forecast`; series are estimated one after the other. `log` is usual
        where swings grow with the level.
    order : (p, d, q), optional
        By default chosen from `ORDERS` by AICc.
    seasonal_order : (P, D, Q), optional
        By default, with `season`, chosen from `SEASONAL_ORDERS`; with an `order` given, none.
    season : int, optional
        Periods in a year.
    variance : {'corrected', 'ml'}
        Residual variance: sum of squared residuals over the points less differences and coefficients, as ``Arima``
        of the R package forecast, or the maximum likelihood estimate, as statsmodels and ``arima`` of R.

    Returns
    -------
    Forecast
        `method` is ``sarima_`` with the orders (``sarima_011_011_12``), ``_mlvar`` added for `variance` ``ml``.
        `models` hold the coefficients, ``aicc`` and the ``candidates`` compared. Without differences the model has
        a mean, otherwise no constant.

    Raises
    ------
    InputError
        For orders that do not go together, or as for `naive_forecast`.

    Notes
    -----
    At least 24 points, with a season three full years. Intervals take coefficients and orders as known, and so are
    too narrow on short series.

    References
    ----------
    Box, Jenkins, Reinsel and Ljung (2015), *Time Series Analysis*, 5th ed.; Hyndman and Athanasopoulos,
    *Forecasting: Principles and Practice*, 3rd ed., ch. 9.

    Examples
    --------
    >>> figures = [41, 38, 44, 47, 43, 40, 46, 49, 52, 47, 45, 51, 55, 50, 48, 53, 57, 54, 52, 58, 61, 56, 55, 60]
    >>> found = sarima_forecast(figures, horizon=2, order=(0, 1, 0))
    >>> print(found.method, found.estimate[0], found.std_error[0].round(2))
    sarima_010 [60. 60.] [4.13 5.85]
    """
    guards.choice(variance, VARIANCES, ("variance", "cách tính phương sai"))
    m = None if season is None else positive(season, "season", 2)
    orders = _orders(order, seasonal_order, m)
    cyclic = m is not None and any(any(seasonal) for _, seasonal in orders)
    past = settle(values, horizon, max(LEAST, CYCLES * m) if cyclic and m else LEAST, history, season=m)
    rows, points = past.values.shape
    estimate, std_error = np.full((2, rows, past.horizon), np.nan)
    fitted, sigma = np.full((rows, points), np.nan), np.full(rows, np.nan)
    models: list[Mapping[str, Any]] = [{}] * rows
    failed = np.zeros(rows, dtype=bool)
    for i in np.flatnonzero(past.open):
        fits = [fit for pair in orders if (fit := _fit(past.values[i], *pair, m or 0, variance)) is not None]
        failed[i] = not fits
        if fits:
            best = min(fits, key=lambda fit: fit.aicc)
            estimate[i], std_error[i] = best.ahead(past.horizon)
            fitted[i], sigma[i] = best.fitted, math.sqrt(best.sigma2)
            models[i] = {**best.told, "candidates": {fit.told["name"]: fit.aicc for fit in fits}}
    names = {str(model["name"]) for model in models if model}
    return forecast_of(
        past, names.pop() if len(names) == 1 else "sarima_auto", estimate, std_error, fitted, sigma, models=models,
        notes=[
            (failed, Note("forecast_not_fitted")),
            (past.open & ~failed & (points < LONG), Note("forecast_model_short", {"found": points})),
        ],
    )  # fmt: skip


class _Fit:
    """One model as estimated on one series."""

    __slots__ = ("_factor", "_result", "_scale", "aicc", "fitted", "sigma2", "told")

    def __init__(
        self, result: Any, scale: float, factor: float, fitted: Floats, sigma2: float, told: dict[str, Any]
    ) -> None:
        self._result, self._scale, self._factor = result, scale, factor
        self.fitted, self.sigma2, self.told, self.aicc = fitted, sigma2, told, float(told["aicc"])

    def ahead(self, steps: int) -> tuple[Floats, Floats]:
        """Return point forecasts and their standard errors."""
        found = self._result.get_forecast(steps)
        mean, error = np.asarray(found.predicted_mean), np.sqrt(np.asarray(found.var_pred_mean) * self._factor)
        return mean * self._scale, error * self._scale


def _fit(x: Floats, order: Order, seasonal: Order, m: int, variance: str) -> _Fit | None:
    from statsmodels.tsa.statespace import sarimax

    model: Any = sarimax.SARIMAX
    # Coefficients are those that make the differenced figures most likely, as in R; forecasts then come from the
    # undifferenced model with an exact diffuse start. The optimiser's steps assume figures that vary by about one.
    cycle, lost = m if any(seasonal) else 0, order[1] + seasonal[1] * m
    changes = _differenced(x, order[1], seasonal[1], m)
    used = len(changes)
    scale = float(changes.std()) if used else 0.0
    if scale == 0:
        return None
    options: dict[str, Any] = {"order": order, "seasonal_order": (*seasonal, cycle), "trend": "n" if lost else "c"}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = model(x / scale, simple_differencing=True, **options).fit(disp=False, maxiter=500)
            whole = model(x / scale, use_exact_diffuse=lost > 0, **options).filter(result.params)
        except (ValueError, np.linalg.LinAlgError):
            return None
    k, ml = len(result.params) - 1, float(result.params[-1]) * scale**2
    if not (math.isfinite(result.llf) and ml > 0) or used - k - 2 <= 0:
        return None
    standardised = np.asarray(result.filter_results.standardized_forecasts_error[0])
    sigma2 = ml * float(standardised @ standardised) / (used - k) if variance == "corrected" else ml
    fitted = np.asarray(whole.fittedvalues) * scale
    fitted[:lost] = np.nan
    likelihood = float(result.llf) - used * math.log(scale)
    told = dict(zip(result.param_names, map(float, result.params), strict=True)) | {"sigma2": sigma2}
    told |= {"intercept": told["intercept"] * scale} if "intercept" in told else {}
    aicc = -2 * likelihood + 2 * (k + 1) + 2 * (k + 1) * (k + 2) / (used - k - 2)
    return _Fit(whole, scale, sigma2 / ml, fitted, sigma2, {
        "name": _name(order, seasonal, m, variance), "order": order, "seasonal_order": seasonal, **told, "aicc": aicc,
    })  # fmt: skip


def _differenced(x: Floats, plain: int, seasonal: int, m: int) -> Floats:
    for lag in [1] * plain + [m] * seasonal:
        x = x[lag:] - x[:-lag]
    return x


def _name(order: Order, seasonal: Order, m: int, variance: str) -> str:
    parts = ["sarima", "".join(map(str, order))]
    parts += ["".join(map(str, seasonal)), str(m)] if any(seasonal) else []
    return "_".join([*parts, *(["mlvar"] if variance == "ml" else [])])


def _orders(
    order: Sequence[int] | None, seasonal_order: Sequence[int] | None, m: int | None
) -> list[tuple[Order, Order]]:
    if seasonal_order is not None and m is None:
        raise guards.refuse(
            "A seasonal order needs the number of periods in a year", "Bậc mùa vụ cần số kỳ trong năm",
            remedy=("Give season=12 for months, 4 for quarters.", "Dùng season=12 với tháng, 4 với quý."),
        )  # fmt: skip
    plain = ORDERS if order is None else (_checked(order),)
    none: Order = (0, 0, 0)
    cyclic: tuple[Order, ...] = (none,)
    if seasonal_order is not None:
        cyclic = (_checked(seasonal_order),)
    elif m is not None and order is None:
        cyclic = SEASONAL_ORDERS
    return [(a, b) for b in cyclic for a in plain]


def _checked(order: Sequence[int]) -> Order:
    found = tuple(np.ravel(np.asarray(order, dtype=object)))
    if len(found) != 3 or any(
        isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 0 <= k <= 5 for k in found
    ):
        raise guards.refuse(
            f"The order is {found}; it must be three whole numbers from 0 to 5",
            f"Bậc của mô hình là {found}; phải là ba số nguyên từ 0 đến 5",
        )
    return int(found[0]), int(found[1]), int(found[2])
