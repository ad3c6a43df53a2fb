"""One break at an unknown date: Pettitt, OLS-CUSUM and supF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from stats import guards
from stats.codes import Rule
from stats.guards import Floats
from stats.models.serial import serial_correlation
from stats.periods import Period
from stats.results import Note
from stats.series import conditions
from stats.trends.results import ChangePoint, change_point, keys_of, no_change_point
from stats.trends.segments import ROUNDING, columns, residual_sums, residuals
from stats.trends.suprema import bridge_limit, bridge_tail, pettitt_tail, sup_f_limit, sup_f_tail

LEAST = {"pettitt_approximate": 11, "pettitt_permutation": 8, "pettitt_exact": 8, "ols_cusum": 12, "sup_f": 20}
"""Fewest points of each test: with fewer the first can never reject at 5%, the others rest on too few to hold it."""

MOST_EXACT = 16
"""Up to this many points Pettitt's exact distribution is offered."""

TRIMMING = 0.15
"""Share of the points at either end in which supF looks for no break."""


def pettitt(
    values: Any,
    *,
    periods: Sequence[Period] | None = None,
    p_value: str = "approximate",
    resamples: int = 9999,
    seed: int = 1,
    conf_level: float = 0.95,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> ChangePoint:
    """Look for one shift of the level by ranks.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures in order of time; rates where the base changes.
    periods : sequence of Period, optional
        One a point.
    p_value : {'approximate', 'permutation', 'exact'}
        ``2 exp(-6 K² / (n³ + n²))``, at most 1 (R's ``trend``): good below 0.5 on long series, too large on short
        ones; or the share of random orders, or of all of them (up to 16 points), with as large a statistic.
    resamples, seed : int
        Of the permutations: same inputs, same p-value.
    conf_level : float
        One minus the level of the limit of the path.
    actors, units, breaks, zeros
        For `stats.series.conditions.refusal`.

    Returns
    -------
    ChangePoint
        Statistic: K, the largest absolute value of ``U_k = 2 (r_1 + ... + r_k) - k (n + 1)``; the break lies
        after the first point that reaches it. ``refused`` below 11 points (8 by permutation and exact), where the
        conditions of a series do not hold, or when all figures are equal (``all_equal``).

    Raises
    ------
    InputError
        For text, an empty array, periods that do not fit, or too many points for the exact distribution.

    Notes
    -----
    Points must be independent: a trend or serial correlation rejects too (caveat ``serial_correlation`` where the
    points on either side still follow on each other). The test always names a date, break or not.

    References
    ----------
    Pettitt (1979), *Applied Statistics* 28:126.

    Examples
    --------
    >>> found = pettitt([5, 4, 6, 5, 7, 4, 12, 11, 13, 10, 12, 14])
    >>> found.statistic, found.after, round(found.p_value, 4)
    (36.0, 6, 0.0314)
    """
    guards.choice(p_value, ("approximate", "permutation", "exact"), ("p-value", "trị số p"))
    conf_level = guards.level(conf_level)
    x = guards.numbers(values, "values", minimum=None)
    keys, method = keys_of(periods, len(x)), f"pettitt_{p_value}"
    reason = conditions.refusal(
        periods, least=LEAST[method], values=x, actors=actors, units=units, breaks=breaks, zeros=zeros
    )
    reason = reason or (Note("all_equal") if np.ptp(x) == 0 else None)
    if reason is not None:
        return no_change_point(keys, method, conf_level, len(x), reason)
    n = len(x)
    if p_value == "exact" and n > MOST_EXACT:
        raise guards.refuse(
            f"The exact distribution is offered up to {MOST_EXACT} points",
            f"Phân phối chính xác chỉ dùng cho tối đa {MOST_EXACT} điểm",
            remedy=("Use p_value='permutation'.", "Hãy dùng p_value='permutation'."),
        )  # fmt: skip
    ranks = np.asarray(pd.Series(x).rank() - (n + 1) / 2, dtype=np.float64)
    path = 2 * np.cumsum(ranks)
    after = int(np.argmax(np.abs(path))) + 1
    largest = float(np.abs(path[after - 1]))
    scale = n**3 + n**2
    if p_value == "approximate":
        p = min(1.0, 2 * float(np.exp(-6 * largest**2 / scale)))
        limit = float(np.sqrt(np.log(2 / (1 - conf_level)) * scale / 6))
    elif p_value == "exact":
        p, limit = pettitt_tail(ranks, largest), _exact_limit(ranks, 1 - conf_level)
    else:
        rng = np.random.default_rng(seed)
        many = int(guards.between(resamples, "resamples", 98, 1_000_001))
        drawn = np.abs(2 * np.cumsum(rng.permuted(np.tile(ranks, (many, 1)), axis=1), axis=1)).max(axis=1)
        p = float((1 + (drawn >= largest - 1e-9).sum()) / (1 + many))
        limit = float(np.quantile(drawn, conf_level, method="higher"))
    return change_point(
        x, keys, path, after, statistic=largest, p_value=p, limit=limit, conf_level=conf_level, method=method,
        caveats=_serial(x, np.ones((n, 1)), after),
    )  # fmt: skip


def _exact_limit(ranks: Floats, alpha: float) -> float:
    """Return the smallest K that is reached with a chance of at most `alpha`; one beyond the largest where none is."""
    low, high = 0, int(np.abs(2 * np.cumsum(np.sort(ranks))).max()) + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if pettitt_tail(ranks, middle) <= alpha else (middle + 1, high)
    return float(low)


def ols_cusum(
    values: Any,
    covariates: Any = None,
    *,
    periods: Sequence[Period] | None = None,
    ddof: int | None = None,
    lags: int | None = None,
    conf_level: float = 0.95,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> ChangePoint:
    """Test whether one regression holds for the whole series, by cumulated residuals.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures in order of time.
    covariates : array-like, shape (points, terms), optional
        Covariates beside the constant, such as 1, 2, 3 ... for a trend; by default the level alone.
    periods, conf_level, actors, units, breaks, zeros
        As in `pettitt`.
    ddof : int, optional
        Taken from the number of points in the error variance: by default the number of coefficients, as
        R's ``strucchange``; statsmodels' ``breaks_cusumolsresid`` takes 0 unless told.
    lags : int, optional
        Takes the long-run variance with so many lags (Newey-West) in place of the error variance, for points
        that follow on each other.

    Returns
    -------
    ChangePoint
        Statistic: the largest absolute cumulated residual over ``sigma sqrt(n)``, compared with a Brownian
        bridge. ``refused`` below 12 points, where the conditions of a series do not hold, or with nothing
        left to vary (``all_equal``).

    Raises
    ------
    InputError
        For text, an empty array, covariates of another length or that repeat each other.

    Notes
    -----
    The bridge is right for a constant and covariates that do not trend; with a trend the test is
    conservative. It has little power against breaks near either end.

    References
    ----------
    Ploberger and Krämer (1992), *Econometrica* 60:271.

    Examples
    --------
    >>> found = ols_cusum([5, 4, 6, 5, 7, 4, 12, 11, 13, 10, 12, 14])
    >>> found.after, round(found.statistic, 3), round(found.p_value, 3)
    (6, 1.567, 0.015)
    """
    conf_level = guards.level(conf_level)
    x = guards.numbers(values, "values", minimum=None)
    keys, z = keys_of(periods, len(x)), columns(covariates, len(x))
    reason = conditions.refusal(
        periods, least=LEAST["ols_cusum"] + z.shape[1] - 1, values=x, actors=actors, units=units, breaks=breaks,
        zeros=zeros,
    )  # fmt: skip
    method = "ols_cusum" if lags is None else f"ols_cusum_hac_lag{lags}"
    left = x if reason else residuals(x, z)
    if reason is None and float(left @ left) <= 1e-20 * max(float(x @ x), 1e-300):
        reason = Note("all_equal")
    if reason is not None:
        return no_change_point(keys, method, conf_level, len(x), reason)
    n, taken = len(x), z.shape[1] if ddof is None else ddof
    variance = float(left @ left)
    for lag in range(1, (lags or 0) + 1):
        variance += 2 * (1 - lag / ((lags or 0) + 1)) * float(left[lag:] @ left[:-lag])
    path = np.cumsum(left) / np.sqrt(variance / (n - taken) * n)
    path[-1] = 0.0  # the residuals sum to nothing but rounding
    after = int(np.argmax(np.abs(path))) + 1
    largest = float(np.abs(path[after - 1]))
    return change_point(
        x, keys, path, after, statistic=largest, p_value=bridge_tail(largest), limit=bridge_limit(1 - conf_level),
        conf_level=conf_level, method=method, extra={"ddof": taken}, caveats=() if lags else _serial(x, z, after),
    )  # fmt: skip


def sup_f(
    values: Any,
    covariates: Any = None,
    *,
    periods: Sequence[Period] | None = None,
    trimming: float = TRIMMING,
    conf_level: float = 0.95,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> ChangePoint:
    """Test for one break at any date: the largest of Chow's statistics.

    Parameters
    ----------
    values, covariates, periods, conf_level, actors, units, breaks, zeros
        As in `ols_cusum`; at most two covariates beside the constant.
    trimming : float
        Share of the points at either end in which no break is looked for, rounded down to whole points (`from` of R's
        ``Fstats``).

    Returns
    -------
    ChangePoint
        Statistic: chi-square scale (``n - 2k`` times the fall of the residual sum of squares over what is
        left); for the F scale divide by the number of coefficients. The p-value is asymptotic (Hansen).
        ``refused`` below 20 points, where the conditions of a series do not hold, or with nothing left
        to vary (``all_equal``).

    Raises
    ------
    InputError
        As `ols_cusum`, or for more covariates or another trimming than tabulated.

    References
    ----------
    Andrews (1993), *Econometrica* 61:821; Hansen (1997), *Journal of Business and Economic Statistics* 15:60.

    Examples
    --------
    >>> found = sup_f([5, 4, 6, 5, 7, 4, 5, 6, 4, 5, 12, 11, 13, 10, 12, 14, 11, 12, 13, 12])
    >>> found.after, found.p_value < 0.001
    (10, True)
    """
    conf_level = guards.level(conf_level)
    trimming = guards.between(trimming, "trimming", 0, 0.5)
    x = guards.numbers(values, "values", minimum=None)
    n, keys, z = len(x), keys_of(periods, len(x)), columns(covariates, len(x))
    k = z.shape[1]
    first = max(int(np.floor(trimming * n)), k + 1)
    reason = conditions.refusal(
        periods, least=max(LEAST["sup_f"], 4 * k), values=x, actors=actors, units=units, breaks=breaks, zeros=zeros
    )
    if reason is None and residual_sums(x, z)[0, n - 1] <= 1e-20 * max(float(x @ x), 1e-300):
        reason = Note("all_equal")
    if reason is not None:
        return no_change_point(keys, "sup_f_hansen", conf_level, n, reason)
    sums = residual_sums(x, z)
    places = np.arange(first, n - int(np.floor(trimming * n)) + 1)
    places = places[places <= n - k - 1]
    left = np.maximum(sums[0, places - 1] + sums[places, n - 1], ROUNDING * sums[0, n - 1])
    statistics = (sums[0, n - 1] - left) / (left / (n - 2 * k))
    best = int(np.argmax(statistics))
    path = np.full(n, np.nan)
    path[places - 1] = statistics
    # As far from the ends as the points tried are: the p-value belongs to that share.
    ratio = (n - first) * places[-1] / (first * (n - places[-1]))
    share = float(1 / (1 + np.sqrt(ratio)))
    return change_point(
        x, keys, path, int(places[best]), statistic=float(statistics[best]),
        p_value=sup_f_tail(float(statistics[best]), k, share), limit=sup_f_limit(1 - conf_level, k, share),
        conf_level=conf_level, method="sup_f_hansen", extra={"terms": k, "trimming": share},
        caveats=_serial(x, z, int(places[best])),
    )  # fmt: skip


def _serial(x: Floats, z: Floats, after: int) -> tuple[Note, ...]:
    """Return the caveat of points that follow on each other even apart from the break."""
    left = [residuals(x[:after], z[:after]), residuals(x[after:], z[after:])]
    return serial_correlation(np.concatenate(left), x)
