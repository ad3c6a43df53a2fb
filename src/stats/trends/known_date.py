"""A break at a date that was known beforehand: Chow's test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from scipy import special

from stats import guards
from stats.codes import Rule
from stats.guards import Floats
from stats.periods import Period
from stats.results import Note, TestResult
from stats.series import conditions
from stats.series.sides import sides
from stats.trends.segments import ROUNDING, columns, residuals

LEAST = 10
"""Fewest points."""


def chow(
    values: Any,
    at: dt.date | int,
    covariates: Any = None,
    *,
    periods: Sequence[Period] | None = None,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> TestResult:
    """Test for a break at a date that was known beforehand.

    Parameters
    ----------
    values, covariates, periods, actors, units, breaks, zeros
        As in `ols_cusum`. The date itself is no reason to refuse; a period that contains it is left out.
    at : date or int
        First day of the second part (needs `periods`), or the index, from 0, of its first point.

    Returns
    -------
    TestResult
        F with ``k`` and ``n - 2k`` degrees of freedom. ``refused`` below ten points or ``k + 2`` on either
        side (``interruption_too_short``), or where the conditions of a series do not hold.

    Raises
    ------
    InputError
        As `ols_cusum`, or for a date outside the series.

    Notes
    -----
    The error variance is taken as equal on both sides. A date found by looking at the figures makes the
    p-value far too small: use `sup_f`.

    References
    ----------
    Chow (1960), *Econometrica* 28:591.

    Examples
    --------
    >>> round(chow([5, 4, 6, 5, 7, 12, 11, 13, 10, 12], 5).statistic, 2)
    73.92
    """
    at = at.date() if isinstance(at, dt.datetime) else at
    x = guards.numbers(values, "values", minimum=None)
    z = columns(covariates, len(x))
    phase = sides(len(x), at, periods)
    k, before, behind = z.shape[1], int((phase == 0).sum()), int((phase == 1).sum())
    reason = conditions.refusal(
        periods, least=LEAST, n=before + behind, values=x, used=phase >= 0, actors=actors, units=units, breaks=breaks,
        rebased=[at] if isinstance(at, dt.date) else [], zeros=zeros,
    )  # fmt: skip
    if reason is None and min(before, behind) < k + 2:
        told = {"before": before, "after": behind, "needed_before": k + 2, "needed_after": k + 2}
        reason = Note("interruption_too_short", told)
    n = float(before + behind)
    if reason is not None:
        return TestResult.refused("chow", n, reason)
    whole, apart = _squares(x[phase >= 0], z[phase >= 0]), sum(_squares(x[phase == p], z[phase == p]) for p in (0, 1))
    df = n - 2 * k
    if whole <= 1e-20 * max(float(x @ x), 1e-300):
        return TestResult.refused("chow", n, Note("all_equal"))
    value = (whole - apart) / k / (max(apart, ROUNDING * whole) / df)
    return TestResult(
        statistic=value, p_value=float(special.fdtrc(k, df, value)), df=float(k), method="chow", n=n,
        extra={"df_denominator": df},
    )  # fmt: skip


def _squares(x: Floats, z: Floats) -> float:
    left = residuals(x, z)
    return float(left @ left)
