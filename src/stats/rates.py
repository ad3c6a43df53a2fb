"""Rates: events over an exposure (members disciplined per 1,000 members a year).

The denominator is a base that does not limit the count: a rate may exceed its multiplier, a share
may not (`stats.shares`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stats import guards, intervals
from stats.exact import ALTERNATIVES, normal_p, poisson_p
from stats.guards import Floats
from stats.results import Estimates, Note, State, TestResult

SWITCH = 10
"""Below this count the exact limits are used, from it on Byar's (UK health statistics)."""

METHODS = {
    "byar": intervals.byar,
    "exact": intervals.poisson_exact,
    "score": intervals.poisson_score,
    "jeffreys": intervals.poisson_jeffreys,
    "mid_p": intervals.poisson_mid_p,
}
"""Interval methods for one Poisson count, by code; ``auto`` switches between the first two."""


def count_limits(count: Floats, method: str, conf_level: float) -> tuple[Floats, Floats, Any]:
    """Return limits of Poisson counts and the method of each row."""
    if method != "auto":
        return (*METHODS[method](count, conf_level), method)
    large = count >= SWITCH
    low, high = intervals.byar(count, conf_level)
    small = ~large
    if small.any():
        low[small], high[small] = intervals.poisson_exact(count[small], conf_level)
    return low, high, np.where(large, "byar", "exact")


def rate(
    count: Any,
    exposure: Any,
    *,
    per: float = 1000,
    method: str = "auto",
    conf_level: float = 0.95,
    unit: str = "",
    base: str = "",
) -> Estimates:
    """Return rates with confidence intervals, one a row.

    Parameters
    ----------
    count : array-like or scalar
        Events.
    exposure : array-like or scalar
        Members (or organisations, or person-years) the events arose from; a scalar serves every row.
        Empty cells and an exposure of zero give the state ``missing``.
    per : float
        Multiplier: 1000 gives a rate per thousand.
    method : {'auto', 'byar', 'exact', 'score', 'jeffreys', 'mid_p'}
        ``auto`` is exact (chi-square) below 10 events and Byar from 10 on; the frame names the one
        used in each row.
    conf_level : float
        Level of the interval.
    unit, base : str
        What is counted and what the exposure counts.

    Returns
    -------
    Estimates

    Raises
    ------
    InputError
        For negative counts, text, arrays of different lengths, or an empty array; names the rows.

    Notes
    -----
    The exposure counts as known without error. Events must be independent: for members counted
    several times use `repeat_events`. A rate says nothing about bodies whose membership is not
    that of the period; the caller states how the base was chosen.

    References
    ----------
    UKHSA, *Technical Guidance: Rates*; Breslow and Day (1987), *Statistical Methods in Cancer
    Research II*, p. 69; Garwood (1936), *Biometrika* 28:437.

    Examples
    --------
    20 events in 100: Byar's limits of 20 are 12.21 and 30.89.

    >>> row = rate(20, 100, per=100)[0]
    >>> round(row.conf_low, 2), row.estimate, round(row.conf_high, 2), row.method
    (12.21, 20.0, 30.89, 'byar')
    """
    guards.choice(method, ("auto", *METHODS))
    conf_level = guards.level(conf_level)
    per = _multiplier(per)
    o, e = guards.aligned(count=guards.numbers(count, "count"), exposure=guards.numbers(exposure, "exposure"))
    known = np.isfinite(o) & np.isfinite(e) & (e > 0)
    low, high, used = count_limits(np.where(known, o, 0.0), method, conf_level)
    scale = np.where(known, per / np.where(known, e, 1.0), np.nan)
    return Estimates(
        estimate=o * scale, conf_low=low * scale, conf_high=high * scale, conf_level=conf_level, method=used,
        numerator=o, denominator=e, unit=unit, base=base, per=per, kind="rate", state=_states(known),
    )  # fmt: skip


def _states(known: guards.Flags) -> Any:
    return np.where(known, State.VALUE.value, State.MISSING.value)


def _multiplier(per: float) -> float:
    if not 0 < float(per) < np.inf:
        raise guards.refuse(
            f"per is {per:g}; it must be above 0", f"hệ số nhân là {per:g}; phải lớn hơn 0",
            remedy=("Write 1000 for a rate per thousand.", "Viết 1000 cho tỷ suất trên một nghìn."),
        )  # fmt: skip
    return float(per)


def rate_test(
    count: float, exposure: float, *, value: float, per: float = 1, method: str = "central", conf_level: float = 0.95,
    alternative: str = "two-sided",
) -> TestResult:  # fmt: skip
    """Test one rate against a fixed value.

    Parameters
    ----------
    count, exposure : float
        Events (whole) and what they arose from.
    value : float
        The rate under the null hypothesis, per `per`.
    per : float
        Multiplier of `value` and of the estimate.
    method : {'central', 'minlike', 'mid_p', 'score'}
        Convention of the two-sided p-value; ``minlike`` is that of R's ``poisson.test``.
    conf_level : float
        Level of the interval: exact beside the exact tests, mid-p beside ``mid_p``, score beside ``score``.
    alternative : {'two-sided', 'greater', 'less'}
        Direction of the test. The interval stays two-sided: for a one-sided 95% limit ask for
        ``conf_level=0.90``.

    Returns
    -------
    TestResult

    Raises
    ------
    InputError
        For more than one row, or counts that cannot be used.

    Examples
    --------
    137 events where 24.19893 were expected (R's ``poisson.test``):

    >>> result = rate_test(137, 24.19893, value=1, method="minlike")
    >>> round(result.estimate, 4), round(result.conf_low, 4), round(result.conf_high, 4)
    (5.6614, 4.7531, 6.6927)
    """
    guards.choice(method, ("central", "minlike", "mid_p", "score"))
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    per = _multiplier(per)
    value = guards.between(value, "value", 0, np.inf)
    o = guards.numbers(count, "count", missing=False)
    e = guards.numbers(exposure, "exposure", minimum=np.finfo(float).tiny, missing=False)
    if len(o) != 1 or len(e) != 1:
        raise guards.refuse(
            "rate_test takes one rate", "rate_test chỉ nhận một tỷ suất",
            remedy=("Use rate() for many, with multiplicity control.", "Dùng rate() cho nhiều dòng."),
        )  # fmt: skip
    interval = method if method in ("mid_p", "score") else "exact"
    row = rate(o, e, per=per, method=interval, conf_level=conf_level)[0]
    mean = e * value / per
    if method == "score":
        statistic = float((o[0] - mean[0]) / np.sqrt(mean[0]))
        p_value = float(normal_p(np.array(statistic), alternative))
    else:
        guards.whole(o, "count")
        statistic = float("nan")
        p_value = float(poisson_p(o, mean, method, alternative)[0])
    return TestResult(
        statistic=statistic, p_value=p_value, method=f"poisson_{method}", alternative=alternative, n=float(o[0]),
        estimate=row.estimate, conf_low=row.conf_low, conf_high=row.conf_high, conf_level=row.conf_level,
        extra={"null": value, "per": per, "interval": interval},
    )  # fmt: skip


def dobson_limits(
    estimate: Floats, variance: Floats, count: Floats, conf_level: float, *, method: str = "byar"
) -> tuple[Floats, Floats]:
    """Return limits of a weighted sum of counts by Dobson's method.

    Parameters
    ----------
    estimate, variance : ndarray
        The weighted sum and its variance, in the same scale.
    count : ndarray
        Total number of events.
    conf_level : float
        Level of the interval.
    method : {'byar', 'exact', 'auto'}
        Limits of the total count that are carried over to the weighted sum.

    Notes
    -----
    ``estimate + sqrt(variance / count) * (limit of count - count)``: exact for equal weights.

    References
    ----------
    Dobson, Kuulasmaa, Eberle and Scherer (1991), *Statistics in Medicine* 10:457.
    """
    safe = np.maximum(count, np.finfo(float).tiny)
    low, high, _ = count_limits(count, method, conf_level)
    scale = np.sqrt(variance / safe)
    return estimate + scale * (low - count), estimate + scale * (high - count)


def repeat_counts(events_per_person: Any, persons: Any, *, group: Any = None) -> tuple[Floats, Floats]:
    """Return how many events each group has, and their variance, when one person can have several.

    Parameters
    ----------
    events_per_person : array-like
        How many times each of the persons in the row was counted: 1, 2, 3 ...
    persons : array-like
        How many persons were counted that often.
    group : array-like, optional
        Body (or body and stratum) of each row; groups come out in order of first appearance.

    Returns
    -------
    tuple of ndarray
        Counts ``Σ f n_f`` and variances ``Σ f² n_f``: pass them to `stats.standardise.direct_rate` as
        ``count`` and ``variance`` for a standardised rate of instances.

    Raises
    ------
    InputError
        For counts that cannot be used or lengths that differ.

    Examples
    --------
    >>> count, variance = repeat_counts([1, 2, 1], [80, 10, 7], group=["a", "a", "b"])
    >>> count.tolist(), variance.tolist()
    ([100.0, 7.0], [120.0, 7.0])
    """
    f, n = guards.aligned(
        events_per_person=guards.numbers(events_per_person, "events_per_person", missing=False),
        persons=guards.numbers(persons, "persons", missing=False),
    )
    codes, size = guards.groups(group, len(f))
    return np.bincount(codes, f * n, size).astype(float), np.bincount(codes, f * f * n, size).astype(float)


def repeat_events(
    events_per_person: Any,
    persons: Any,
    exposure: Any,
    *,
    group: Any = None,
    per: float = 1000,
    conf_level: float = 0.95,
    method: str = "byar",
    unit: str = "instances",
    base: str = "",
) -> Estimates:
    """Return rates of instances (lượt) when one member can be counted several times.

    Parameters
    ----------
    events_per_person : array-like
        How many times each of the persons in the row was counted: 1, 2, 3 ...
    persons : array-like
        How many persons were counted that often.
    exposure : array-like or scalar
        Members the events arose from: one value, or one a group.
    group : array-like, optional
        Body of each row; groups come out in the order in which they first appear.
    per, conf_level, unit, base
        As in `rate`.
    method : {'byar', 'exact', 'auto'}
        Limits of the total that Dobson's method carries over.

    Returns
    -------
    Estimates
        Numerator = instances. A group without any instance gets the limits of a count of zero.

    Raises
    ------
    InputError
        For counts that cannot be used, or exposures that do not match the groups.

    Notes
    -----
    The variance of the number of instances is the sum of ``f² n_f``, not of ``f n_f``: the plain
    interval is too narrow by the square root of the mean number of repeats weighted by instances.

    References
    ----------
    UKHSA PHEindicatormethods, directly standardised rates for events that are not independent;
    Dobson et al. (1991), *Statistics in Medicine* 10:457.

    Examples
    --------
    80 members once and 10 members twice: 100 instances with variance 80 + 4 × 10 = 120.

    >>> plain, wide = rate(100, 5000)[0], repeat_events([1, 2], [80, 10], 5000)[0]
    >>> wide.numerator, round((wide.conf_high - 20) / (plain.conf_high - 20), 4) == round(1.2**0.5, 4)
    (100.0, True)
    """
    guards.choice(method, ("byar", "exact", "auto"))
    conf_level, per = guards.level(conf_level), _multiplier(per)
    count, variance = repeat_counts(events_per_person, persons, group=group)
    size = len(count)
    e = guards.numbers(exposure, "exposure")
    if len(e) not in (1, size):
        raise guards.refuse(
            f"exposure has {len(e)} values for {size} groups", f"mẫu số có {len(e)} giá trị cho {size} nhóm",
            remedy=("Pass one value, or one a group in order of appearance.", "Mỗi nhóm cần đúng một giá trị."),
        )  # fmt: skip
    e = np.broadcast_to(e, size).astype(float)
    known = np.isfinite(e) & (e > 0)
    low, high = dobson_limits(count, np.where(count > 0, variance, 1.0), count, conf_level, method=method)
    none = count == 0
    if none.any():
        low[none], high[none] = intervals.poisson_exact(count[none], conf_level)
    scale = np.where(known, per / np.where(known, e, 1.0), np.nan)
    ratio = float(variance.sum() / count.sum()) if count.sum() else 1.0
    return Estimates(
        estimate=count * scale, conf_low=np.maximum(low, 0) * scale, conf_high=high * scale, conf_level=conf_level,
        method="dobson_repeat_events", numerator=count, denominator=e, unit=unit, base=base, per=per, kind="rate",
        state=_states(known), caveats=(Note("repeat_events", {"variance_ratio": round(ratio, 3)}),),
    )  # fmt: skip
