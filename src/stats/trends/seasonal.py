"""Does a series with a season rise or fall? Each month or quarter is compared with itself in other years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from stats import guards, intervals
from stats.codes import Rule
from stats.exact import ALTERNATIVES, normal_p
from stats.guards import Floats
from stats.periods import Period
from stats.results import Note, TestResult
from stats.series import conditions
from stats.trends.kendall import covariance, score, z_of

LEAST_YEARS = 3
"""Fewest years."""

LEAST_YEARS_DEPENDENT = 10
"""Fewest years from which the likeness of seasons can be told (Hirsch and Slack 1984)."""


def seasonal_mann_kendall(
    values: Any,
    season: int,
    *,
    periods: Sequence[Period] | None = None,
    alternative: str = "two-sided",
    continuity: bool = True,
    dependent: bool = False,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> TestResult:
    """Test for a rise or fall month by month (quarter by quarter), so that the season does not matter.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures in order of time, without holes. Empty cells are left out.
    season : int
        Periods in a year (12 for months, 4 for quarters; with `periods` it must be theirs); the first point
        begins the cycle.
    periods, alternative, continuity, actors, units, breaks, zeros
        As in `stats.trends.monotone.mann_kendall`.
    dependent : bool
        Allows seasons of one year to be alike (a good first quarter, a good second one): the variance of the sum then
        has the covariances of the seasons, without correction for ties. Needs ten full years.

    Returns
    -------
    TestResult
        Statistic: z of the summed S. ``extra``: S and variance in all, ``by_season`` with those of each
        season. ``refused`` below three years (ten with `dependent`), with empty cells or a year cut off when
        `dependent` (``series_missing_values``, ``too_few_periods``), or as `mann_kendall`.

    Raises
    ------
    InputError
        As `mann_kendall`, or for a season below 2 or that is not that of the periods.

    Notes
    -----
    Seasons count as independent of each other unless `dependent`; the direction must be the same in all of them.

    References
    ----------
    Hirsch, Slack and Smith (1982), *Water Resources Research* 18:107; Hirsch and Slack (1984), *Water Resources
    Research* 20:727 (`dependent`).

    Examples
    --------
    >>> test = seasonal_mann_kendall([1, 9, 2, 10, 3, 11, 4, 12], 2)
    >>> test.extra["S"], [s for s, _ in test.extra["by_season"]]
    (12.0, [6.0, 6.0])
    """
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    season = int(guards.between(season, "season", 1, 1001))
    conditions.season_fits(season, periods)
    x = guards.numbers(values, "values", minimum=None)
    method = f"seasonal_mann_kendall{'_dependent' if dependent else ''}{'' if continuity else '_uncorrected'}"
    reason = conditions.refusal(
        periods, least=(LEAST_YEARS_DEPENDENT if dependent else LEAST_YEARS) * season, values=x, actors=actors,
        units=units, breaks=breaks, missing=not dependent, zeros=zeros,
    )  # fmt: skip
    if reason is None and dependent and len(x) % season:
        reason = Note("too_few_periods", {"found": len(x), "needed": (len(x) // season + 1) * season})
    if reason is not None:
        return TestResult.refused(method, float(len(x)), reason, alternative=alternative)
    parts = [x[k::season] for k in range(season)]
    scores = [score(part[np.isfinite(part)])[:2] for part in parts]
    s, variance = sum(score[0] for score in scores), sum(score[1] for score in scores)
    if variance <= 0:
        return TestResult.refused(method, float(len(x)), Note("all_equal"), alternative=alternative)
    if dependent:
        variance = float(covariance(np.column_stack(parts)).sum())
    z, empty = z_of(s, variance, continuity), int(np.isnan(x).sum())
    return TestResult(
        statistic=z, p_value=float(normal_p(np.array(z), alternative)), method=method, alternative=alternative,
        n=float(len(x) - empty), extra={"S": s, "variance": variance, "by_season": scores},
        caveats=(Note("missing_left_out", {"empty": empty}),) if empty else (),
    )  # fmt: skip


def seasonal_sen_slope(
    values: Any,
    season: int,
    *,
    periods: Sequence[Period] | None = None,
    continuity: bool = True,
    dependent: bool = False,
    conf_level: float = 0.95,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> TestResult:
    """Return the median of the slopes between years within each season, with its interval.

    Parameters
    ----------
    values, season, periods, continuity, dependent, actors, units, breaks, zeros
        As in `seasonal_mann_kendall`.
    conf_level : float
        Level of the interval.

    Returns
    -------
    TestResult
        Estimate: change a year. Limits at ranks ``(N - C) / 2`` and ``(N + C) / 2 + 1`` of the N slopes, rounded, C
        the normal quantile times the root of the variance of S. Test: seasonal Mann-Kendall. ``refused`` as
        `seasonal_mann_kendall`.

    Raises
    ------
    InputError
        As `seasonal_mann_kendall`.

    References
    ----------
    Hirsch, Slack and Smith (1982), *Water Resources Research* 18:107 (R's ``sea.sens.slope``); Gilbert (1987),
    *Statistical Methods for Environmental Pollution Monitoring*, 17.5.

    Examples
    --------
    >>> slope = seasonal_sen_slope([1, 9, 2, 10, 3, 11, 4, 12], 2)
    >>> slope.estimate, slope.conf_low, slope.extra["slopes"]
    (1.0, 1.0, 12)
    """
    conf_level = guards.level(conf_level)
    test = seasonal_mann_kendall(
        values, season, periods=periods, continuity=continuity, dependent=dependent, actors=actors, units=units,
        breaks=breaks, zeros=zeros,
    )  # fmt: skip
    method = f"seasonal_sen_slope{'_dependent' if dependent else ''}"
    if not test:
        return TestResult.refused(method, test.n or 0.0, test.caveats[0])
    x = guards.numbers(values, "values", minimum=None)
    slopes = np.sort(np.concatenate([_slopes(x[k::season]) for k in range(season)]))
    reach = intervals.z_value(conf_level) * np.sqrt(test.extra["variance"])
    ranks = np.array([(len(slopes) - reach) / 2, (len(slopes) + reach) / 2 + 1])
    low, high = slopes[np.clip(np.round(ranks), 1, len(slopes)).astype(int) - 1]
    return TestResult(
        statistic=test.statistic, p_value=test.p_value, method=method, n=test.n, estimate=float(np.median(slopes)),
        conf_low=float(low), conf_high=float(high), conf_level=conf_level, caveats=test.caveats,
        extra={"slopes": len(slopes)},
    )  # fmt: skip


def _slopes(part: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(part))
    i, j = np.triu_indices(len(known), 1)
    out: Floats = (part[known[j]] - part[known[i]]) / (known[j] - known[i])
    return out
