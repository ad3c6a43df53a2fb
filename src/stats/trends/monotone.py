"""Does a short series rise or fall? Mann-Kendall and Sen's slope, which assume no model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from stats import guards, intervals
from stats.codes import Rule
from stats.exact import ALTERNATIVES, normal_p
from stats.guards import Floats
from stats.models.serial import serial_correlation
from stats.periods import Period
from stats.results import Note, TestResult
from stats.series import conditions
from stats.trends.kendall import exact_tail, score, z_of

LEAST = 5
"""Fewest points: with four, no order of the figures is significant at 5%."""

EXACT_UP_TO = 10
"""Up to this many points ``auto`` uses the exact distribution of S (Gilbert 1987)."""

MOST_EXACT = 60
"""Beyond this many points the exact distribution tells nothing the normal one does not."""

P_VALUES = ("auto", "normal", "exact")
"""Distributions of S."""

INTERVALS = ("sen", "gilbert")
"""Conventions for the limits of the slope."""


def mann_kendall(
    values: Any,
    *,
    periods: Sequence[Period] | None = None,
    alternative: str = "two-sided",
    continuity: bool = True,
    p_value: str = "auto",
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> TestResult:
    """Test whether a series tends to rise or to fall.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures in order of time; rates rather than counts where the base changes. Empty cells are left out.
    periods : sequence of Period, optional
        One a point; holes are allowed, since only the order counts.
    alternative : {'two-sided', 'greater', 'less'}
        ``greater``: the series rises.
    continuity : bool
        Moves S by one towards zero before the normal distribution is used (R's ``trend`` and ``Kendall``).
    p_value : {'auto', 'normal', 'exact'}
        ``auto``: exact up to 10 points, else normal. ``exact`` allows for ties.
    actors, units, breaks, zeros
        For `stats.series.conditions.refusal`.

    Returns
    -------
    TestResult
        Statistic: z. ``extra``: S, its variance (with ties) and tau-b. ``refused`` below five points, where
        the conditions of a series do not hold, or when all figures are equal (``all_equal``). Points that
        follow on each other raise the caveat ``serial_correlation``: the p-value is then too small.

    Raises
    ------
    InputError
        For text, an empty array, or periods that do not fit.

    References
    ----------
    Mann (1945), *Econometrica* 13:245; Kendall (1975), *Rank Correlation Methods*; Gilbert (1987), *Statistical
    Methods for Environmental Pollution Monitoring*, 16.4.

    Examples
    --------
    Five figures in rising order: two of the 120 orders are as extreme.

    >>> test = mann_kendall([3, 5, 6, 8, 9])
    >>> test.extra["S"], round(test.p_value, 4)
    (10.0, 0.0167)
    """
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    guards.choice(p_value, P_VALUES, ("distribution", "phân phối"))
    x = guards.numbers(values, "values", minimum=None)
    known = np.isfinite(x)
    reason = conditions.refusal(
        periods, least=LEAST, values=x, actors=actors, units=units, breaks=breaks, gaps=True, missing=True, zeros=zeros
    )
    left_out = (Note("missing_left_out", {"empty": int((~known).sum())}),) if not known.all() else ()
    times, x = _times_of(len(x), None, periods)[known], x[known]
    exact = p_value == "exact" or (p_value == "auto" and len(x) <= EXACT_UP_TO)
    method = f"mann_kendall_{'exact' if exact else 'normal' if continuity else 'normal_uncorrected'}"
    if reason is None and np.ptp(x) == 0:
        reason = Note("all_equal")
    if reason is not None:
        return TestResult.refused(method, float(len(x)), reason, alternative=alternative)
    if exact and len(x) > MOST_EXACT:
        raise guards.refuse(
            f"The exact distribution is offered up to {MOST_EXACT} points",
            f"Phân phối chính xác chỉ dùng cho tối đa {MOST_EXACT} điểm",
            remedy=("Use p_value='normal'.", "Hãy dùng p_value='normal'."),
        )  # fmt: skip
    s, variance, tau = score(x)
    z = z_of(s, variance, continuity)
    p = exact_tail(x, s, alternative) if exact else float(normal_p(np.array(z), alternative))
    return TestResult(
        statistic=z, p_value=p, method=method, alternative=alternative, n=float(len(x)),
        extra={"S": s, "variance": variance, "tau": tau}, caveats=(*left_out, *_serial(x, times)),
    )  # fmt: skip


def sen_slope(
    values: Any,
    *,
    time: Any = None,
    periods: Sequence[Period] | None = None,
    interval: str = "sen",
    continuity: bool = True,
    conf_level: float = 0.95,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> TestResult:
    """Return the median of the slopes between all pairs of points, with its interval.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures in order of time. Empty cells are left out.
    time : array-like, optional
        When each figure holds (years); by default from `periods`, in units of one period (of a year for
        the same period of each year), else 1, 2, 3 ...
    periods, continuity, actors, units, breaks, zeros
        As in `mann_kendall`.
    interval : {'sen', 'gilbert'}
        Limits at ranks ``(N - C) / 2`` and ``(N + C) / 2 + 1`` of the N slopes, C the normal quantile times
        the root of the variance of S: rounded to whole ranks (R's ``trend``, scipy's ``theilslopes``), or
        interpolated between two (Gilbert).
    conf_level : float
        Level of the interval.

    Returns
    -------
    TestResult
        Estimate: slope per unit of time. Test: Mann-Kendall, normal. ``extra``: ``intercept`` (median of
        the figures less slope times median of the times) and ``slopes``, their number. ``refused`` as
        `mann_kendall`.

    Raises
    ------
    InputError
        For times that are not increasing or not as many as the values, and as `mann_kendall`.

    References
    ----------
    Sen (1968), *JASA* 63:1379; Gilbert (1987), *Statistical Methods for Environmental Pollution Monitoring*, 16.5.

    Examples
    --------
    >>> slope = sen_slope([2, 4, 7, 8, 10, 12])
    >>> slope.estimate, round(slope.conf_low, 2), round(slope.conf_high, 2)
    (2.0, 1.5, 2.5)
    """
    guards.choice(interval, INTERVALS, ("interval", "khoảng"))
    conf_level = guards.level(conf_level)
    x = guards.numbers(values, "values", minimum=None)
    t = _times_of(len(x), time, periods)
    known = np.isfinite(x)
    test = mann_kendall(
        x, periods=periods, continuity=continuity, p_value="normal", actors=actors, units=units, breaks=breaks,
        zeros=zeros,
    )  # fmt: skip
    if not test:
        return TestResult.refused(f"sen_slope_{interval}", test.n or 0.0, test.caveats[0])
    x, t = x[known], t[known]
    i, j = np.triu_indices(len(x), 1)
    slopes = np.sort((x[j] - x[i]) / (t[j] - t[i]))
    reach = intervals.z_value(conf_level) * np.sqrt(test.extra["variance"])
    ranks = np.array([(len(slopes) - reach) / 2, (len(slopes) + reach) / 2 + 1])
    ranks = np.clip(np.round(ranks) if interval == "sen" else ranks, 1, len(slopes))
    low, high = np.interp(ranks, np.arange(1, len(slopes) + 1), slopes)
    slope = float(np.median(slopes))
    return TestResult(
        statistic=test.statistic, p_value=test.p_value, method=f"sen_slope_{interval}", n=test.n, estimate=slope,
        conf_low=float(low), conf_high=float(high), conf_level=conf_level, caveats=test.caveats,
        extra={"intercept": float(np.median(x) - slope * np.median(t)), "slopes": len(slopes)},
    )  # fmt: skip


def _times_of(n: int, time: Any, periods: Sequence[Period] | None) -> Floats:
    if time is not None:
        t = guards.numbers(time, "time", minimum=None, missing=False)
        if len(t) != n or (np.diff(t) <= 0).any():
            raise guards.refuse(
                "Times must be as many as the values and increase", "Thời điểm phải đủ cho mọi giá trị và tăng dần",
                remedy=("Sort times and values together.", "Hãy sắp xếp thời điểm cùng với giá trị."),
            )  # fmt: skip
        return t
    if periods is None or len(periods) != n:
        return np.arange(1.0, n + 1)
    first = periods[0]
    months = [(p.start.year - first.start.year) * 12 + p.start.month - first.start.month for p in periods]
    # First halves of successive years are a year apart, not two halves: nothing lies between them.
    yearly = len(months) > 1 and all(m % 12 == 0 for m in months)
    return 1 + np.array(months) / (max(first.months, 12.0) if yearly else first.months)


def _serial(values: Floats, times: Floats) -> tuple[Note, ...]:
    """Return the caveat of figures that follow on each other around their own trend."""
    i, j = np.triu_indices(len(values), 1)
    slope = float(np.median((values[j] - values[i]) / (times[j] - times[i])))
    return serial_correlation(values - slope * times, values)
