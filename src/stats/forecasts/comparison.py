"""Is one forecast better than another, or was it luck? The test of Diebold and Mariano."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from stats import guards
from stats.forecasts.history import positive
from stats.guards import Flags, Floats
from stats.results import Note, TestResult

LEAST = 8
"""Fewest pairs of errors: Harvey, Leybourne and Newbold (1997) still find about the nominal size with eight."""
ALTERNATIVES = ("two-sided", "less", "greater")
ESTIMATORS = ("acf", "bartlett")
"""Long-run variances: plain autocovariances, which can add up to less than nothing, or weighted ones, which cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Tests of Diebold and Mariano of many series at once.

    Attributes
    ----------
    estimate, p_value : ndarray, shape (series,)
        Statistic, above 0 where the first forecast loses more, and p-value; NaN where both lose the same throughout.
    horizon : ndarray of int, shape (series,)
        Steps whose dependence was allowed for; 1 where the estimated variance was not above 0.
    method : str
        ``diebold_mariano_acf`` or ``diebold_mariano_bartlett``.
    """

    estimate: Floats
    p_value: Floats
    horizon: Any
    method: str
    alternative: str


def diebold_mariano(
    errors: Any, other: Any, *, h: int = 1, power: float = 2, alternative: str = "two-sided", varestimator: str = "acf",
) -> TestResult:  # fmt: skip
    """Test whether two forecasts of the same figures lose equally much.

    Parameters
    ----------
    errors, other : array-like, shape (figures,)
        Errors of the two forecasts, in order of time.
    h : int
        Steps ahead the forecasts were made: errors fewer than so many figures apart depend on each other.
    power : float
        2 compares squared errors, 1 absolute ones.
    alternative : {'two-sided', 'less', 'greater'}
        ``less``: the first loses less; ``greater``: it loses more. (``dm.test`` of R says the same in these words
        since its version 6.)
    varestimator : {'acf', 'bartlett'}
        See `ESTIMATORS`.

    Returns
    -------
    TestResult
        Statistic with the correction of Harvey, Leybourne and Newbold, p-value from Student's t with one degree of
        freedom fewer than figures: as ``dm.test`` of the R package forecast 8.20. Where ``acf`` gives a variance not
        above 0 the test is that of h = 1 and says so (``dm_variance_negative``). Refused with fewer than 8 figures,
        or fewer than h, and where the losses differ by the same throughout (``forecasts_alike``).

    Raises
    ------
    InputError
        For missing errors or lengths that differ.

    References
    ----------
    Diebold and Mariano (1995), *Journal of Business and Economic Statistics* 13:253; Harvey, Leybourne and Newbold
    (1997), *International Journal of Forecasting* 13:281.

    Examples
    --------
    >>> test = diebold_mariano([1, -2, 1, 2, -1, 1, -2, 1], [2, -3, 3, 2, -4, 2, -3, 2])
    >>> print(round(test.statistic, 3), round(test.p_value, 3))
    -3.257 0.014
    """
    guards.choice(alternative, ALTERNATIVES, ("alternative", "giả thuyết đối"))
    guards.choice(varestimator, ESTIMATORS, ("varestimator", "cách ước lượng phương sai"))
    steps = positive(h, "h")
    if isinstance(power, bool) or not isinstance(power, numbers.Real) or not 0 < power < math.inf:
        raise guards.refuse(
            f"power is {power}; it must be above 0", f"số mũ là {power}; phải lớn hơn 0",
            remedy=("Use 2 for squared errors, 1 for absolute ones.",
                    "Dùng 2 với bình phương sai số, 1 với trị tuyệt đối."),
        )  # fmt: skip
    first = guards.numbers(errors, "errors", minimum=None, missing=False)
    second = guards.numbers(other, "other", minimum=None, missing=False)
    if len(first) != len(second):
        raise guards.refuse(
            f"There are {len(first)} errors of one forecast and {len(second)} of the other",
            f"Có {len(first)} sai số của một dự báo và {len(second)} của dự báo kia",
            remedy=("Give errors of the same figures.", "Hãy đưa vào sai số của cùng các kỳ."),
        )  # fmt: skip
    size, method = len(first), f"diebold_mariano_{varestimator}"
    facts: dict[str, Any] = {"alternative": alternative, "extra": {"h": steps, "power": power}}
    least = max(LEAST, steps)
    if size < least:
        return TestResult.refused(method, size, Note("too_few_figures", {"found": size, "needed": least}), **facts)
    gap = np.abs(first) ** power - np.abs(second) ** power
    found = compare_losses(gap[None, :], h=steps, alternative=alternative, varestimator=varestimator)
    if not np.isfinite(found.p_value[0]):
        return TestResult.refused(method, size, Note("forecasts_alike"), **facts)
    used = int(found.horizon[0])
    caveats = (Note("dm_variance_negative", {"h": steps}),) if used != steps else ()
    return TestResult(
        statistic=float(found.estimate[0]), p_value=float(found.p_value[0]), df=size - 1, method=method, n=size,
        alternative=alternative, extra={"h": used, "power": power, "mean_difference": float(gap.mean())},
        caveats=caveats,
    )  # fmt: skip


def compare_losses(gap: Floats, *, h: int, alternative: str = "two-sided", varestimator: str = "acf") -> Comparison:
    """Test many series of differences of losses at once.

    Parameters
    ----------
    gap : ndarray, shape (series, figures)
        Loss of the first forecast less that of the second, none missing.
    h, alternative, varestimator
        As for `diebold_mariano`.
    """
    n = gap.shape[1]
    level = gap.mean(axis=1)
    apart = gap - level[:, None]
    at_zero = np.square(apart).sum(axis=1) / n
    # Equal up to rounding is equal: a variance made of rounding alone would call any forecast better.
    alike: Flags = at_zero <= (1e-12 * np.abs(gap).max(axis=1, initial=0.0)) ** 2
    variance = at_zero.copy()
    for lag in range(1, h):
        weight = 1 - lag / h if varestimator == "bartlett" else 1.0
        variance += 2 * weight * (apart[:, lag:] * apart[:, :-lag]).sum(axis=1) / n
    single = variance <= 0
    variance = np.where(single, at_zero, variance)
    steps = np.where(single, 1, h)
    correction = np.sqrt((n + 1 - 2 * steps + steps / n * (steps - 1)) / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(alike, np.nan, correction * level / np.sqrt(variance / n))
    tails = {"two-sided": -np.abs(statistic), "less": statistic, "greater": -statistic}
    p = special.stdtr(n - 1, tails[alternative]) * (2 if alternative == "two-sided" else 1)
    return Comparison(
        estimate=statistic, p_value=np.asarray(p), horizon=steps, method=f"diebold_mariano_{varestimator}",
        alternative=alternative,
    )  # fmt: skip
