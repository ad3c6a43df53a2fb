"""Is anything left in the residuals of a forecast that a better one could use? Portmanteau tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stats import guards
from stats.forecasts.history import positive
from stats.guards import Floats
from stats.results import Note, TestResult

STATISTICS = ("ljung_box", "box_pierce")


def portmanteau(
    residuals: Any, *, lags: int | None = None, season: int | None = None, parameters: int = 0,
    statistic: str = "ljung_box",
) -> TestResult:  # fmt: skip
    """Test whether residuals are independent of those up to so many periods before.

    Parameters
    ----------
    residuals : array-like, shape (points,)
        In order of time; empty cells before the first and after the last one are left out.
    lags : int, optional
        How far back; by default 10, with `season` two years, and never more than a fifth of the points (as
        ``checkresiduals`` of the R package forecast).
    season : int, optional
        Periods in a year.
    parameters : int
        Autoregressive and moving average coefficients that were estimated; they cost one degree of freedom each.
        Smoothing parameters are usually counted as none.
    statistic : {'ljung_box', 'box_pierce'}
        R's ``Box.test``.

    Returns
    -------
    TestResult
        Chi-square with `lags` less `parameters` degrees of freedom. Refused with fewer than 8 residuals, no more
        than `lags` of them, or none that differ (``all_equal``).

    Raises
    ------
    InputError
        For empty cells inside, or no more lags than parameters.

    References
    ----------
    Ljung and Box (1978), *Biometrika* 65:297; Box and Pierce (1970), *JASA* 65:1509; Hyndman and Athanasopoulos,
    *Forecasting: Principles and Practice*, 3rd ed., 5.4.

    Examples
    --------
    >>> test = portmanteau([2, -1, 1, -2, 3, -2, 1, -1, 2, -3], lags=2)
    >>> print(round(test.statistic, 2), round(test.p_value, 3))
    11.82 0.003
    """
    guards.choice(statistic, STATISTICS, ("statistic", "thống kê kiểm định"))
    x = _inner(guards.numbers(residuals, "residuals", minimum=None))
    n = len(x)
    usual = min(10 if season is None else 2 * positive(season, "season", 2), n // 5)
    steps = max(usual, positive(parameters, "parameters", 0) + 1) if lags is None else positive(lags, "lags")
    if steps <= positive(parameters, "parameters", 0):
        raise guards.refuse(
            f"{steps} lags leave nothing to test after {parameters} parameters",
            f"{steps} độ trễ không còn gì để kiểm định sau {parameters} tham số",
            remedy=("Take more lags than parameters.", "Dùng số độ trễ lớn hơn số tham số."),
        )  # fmt: skip
    least = max(8, steps + 1)
    if n < least:
        return TestResult.refused(statistic, n, Note("too_few_figures", {"found": n, "needed": least}))
    apart = x - x.mean()
    total = float(apart @ apart)
    if total <= (1e-12 * float(np.abs(x).max())) ** 2:
        return TestResult.refused(statistic, n, Note("all_equal"))
    lag = np.arange(1, steps + 1)
    found = np.array([apart[k:] @ apart[:-k] for k in lag]) / total
    weight = (n + 2) / (n - lag) if statistic == "ljung_box" else np.ones(steps)
    value, df = n * float(weight @ found**2), steps - parameters
    return TestResult(
        statistic=value, p_value=float(special.chdtrc(df, value)), df=df, method=statistic, n=n,
        extra={"lags": steps, "lag1": float(found[0])},
    )  # fmt: skip


def _inner(x: Floats) -> Floats:
    """Return residuals from the first to the last, none of them empty."""
    known = np.flatnonzero(np.isfinite(x))
    cut = x[known[0] : known[-1] + 1] if len(known) else x[:0]
    if np.isnan(cut).any():
        raise guards.refuse(
            "residuals have empty cells inside", "phần dư có ô trống ở giữa",
            remedy=("Test the stretch after the gap.", "Hãy kiểm định đoạn sau chỗ trống."),
        )  # fmt: skip
    return cut
