"""Two rates compared: this period with the last, this body with another."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats import guards, intervals
from stats.comparisons.e_test import e_test
from stats.comparisons.results import Contrasts
from stats.exact import ALTERNATIVES, binomial_p, minlike_low, normal_p
from stats.guards import Floats
from stats.results import Note, State

INTERVALS = {
    "exact": "exact_central",
    "minlike": "exact_minlike",
    "mid_p": "mid_p",
    "score": "score",
    "mover": "none",
    "wald_log": "wald_log",
}
"""Intervals for a ratio of rates, each with the test it inverts; a MOVER interval inverts none."""

TESTS = ("exact_central", "exact_minlike", "mid_p", "e_test", "e_test_wald", "score", "wald_log", "none")
"""Tests of a ratio of rates."""

MINLIKE_MOST = 100_000
"""Largest sum of two counts for the ``minlike`` interval, which looks at every count below the observed one."""

MOVER_LIMITS = {
    "score": intervals.poisson_score,
    "jeffreys": intervals.poisson_jeffreys,
    "exact": intervals.poisson_exact,
    "byar": intervals.byar,
    "mid_p": intervals.poisson_mid_p,
}
"""Single-rate limits the MOVER interval can be built from."""


def rate_ratio(
    count1: Any,
    exposure1: Any,
    count2: Any,
    exposure2: Any,
    *,
    method: str = "exact",
    test: str | None = None,
    null: float = 1.0,
    alternative: str = "two-sided",
    mover_limits: str = "score",
    conf_level: float = 0.95,
    unit: str = "",
    base: str = "",
) -> Contrasts:
    """Return ratios of two rates with intervals and tests, one a row.

    Parameters
    ----------
    count1, exposure1 : array-like or scalar
        Events and exposure of the side of interest (this year, this province).
    count2, exposure2 : array-like or scalar
        Those of the side it is compared with (same period last year, the rest of the country).
        Without membership figures pass the lengths of the periods: equal lengths compare counts.
    method : {'exact', 'minlike', 'mid_p', 'score', 'mover', 'wald_log'}
        Interval. ``exact`` is the Clopper-Pearson interval of the first count given the sum, ``minlike``
        the shorter one that inverts the minimum-likelihood test (R's ``exactci``), whole counts that
        add up to at most `MINLIKE_MOST`.
    test : {'exact_central', 'exact_minlike', 'mid_p', 'e_test', 'e_test_wald', 'score', 'wald_log', 'none'}, optional
        Test. By default the one the interval inverts (`INTERVALS`), so that the two-sided p-value and the
        interval never contradict each other; ``mover`` inverts none and has no p-value unless a test is
        named. ``exact_minlike`` is R's ``poisson.test``; ``e_test`` uses the score statistic,
        ``e_test_wald`` is that of Krishnamoorthy and Thomson.
    null : float
        Ratio under the null hypothesis.
    alternative : {'two-sided', 'greater', 'less'}
        Direction of the test. The interval stays two-sided: for a one-sided 95% limit ask for
        ``conf_level=0.90``.
    mover_limits : {'score', 'jeffreys', 'exact', 'byar', 'mid_p'}
        Limits of the single rates for ``method='mover'``.
    conf_level : float
        Level of the interval.
    unit, base : str
        What is counted and what the exposures count.

    Returns
    -------
    Contrasts
        Where the second count is zero the ratio is infinite, with a finite lower limit and the
        caveat ``ratio_unbounded``; where both are zero the state is ``refused`` (``no_events``), without a
        p-value.

    Raises
    ------
    InputError
        For counts that cannot be used, or an exposure of zero; names the rows.

    Notes
    -----
    Not for overlapping or nested counts: a province is part of the nation, so compare it with the
    rest. Not for repeat events, nor for bodies that vary more than chance (`funnel`): both make the
    p-value too small.

    References
    ----------
    Fay (2010), *R Journal* 2(1):53; Krishnamoorthy and Thomson (2004), *J Stat Plan Inf* 119:23;
    Gu, Ng, Tang and Schucany (2008), *Biometrical Journal* 50:283; Donner and Zou (2012), *SMMR* 21:347.

    Examples
    --------
    2 events against 9 (the vignette of R's ``rateratio.test``):

    >>> row = rate_ratio(2, 17877, 9, 16674)[0]
    >>> round(row.p_value, 6), round(row.conf_low, 6), round(row.conf_high, 6)
    (0.05027, 0.021792, 1.00139)
    """
    guards.choice(method, INTERVALS)
    test = INTERVALS[method] if test is None else guards.choice(test, TESTS, ("test", "kiểm định"))
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    guards.choice(mover_limits, MOVER_LIMITS, ("limits", "giới hạn"))
    conf_level, null = guards.level(conf_level), guards.between(null, "null", 0, np.inf)
    x1, t1, x2, t2, known = rate_inputs(count1, exposure1, count2, exposure2)
    if test not in ("score", "wald_log", "none") or method == "minlike":
        guards.whole(np.where(known, x1, 0.0), "count1")
        guards.whole(np.where(known, x2, 0.0), "count2")
    y1, e1, y2, e2 = (np.where(known, a, b) for a, b in ((x1, 1.0), (t1, 1.0), (x2, 1.0), (t2, 1.0)))
    low, high = _ratio_limits(y1, e1, y2, e2, method, mover_limits, conf_level)
    statistic, p_value = _ratio_test(y1, e1, y2, e2, test, null, alternative)
    none, unbounded = known & (y1 + y2 == 0), known & (y2 == 0) & (y1 > 0)
    zero = known & ((y1 == 0) | (y2 == 0)) & ~none
    state = np.where(known, State.VALUE.value, State.MISSING.value).astype("<U15")
    state[none | (zero if method == "wald_log" else none)] = State.REFUSED.value
    shown = state == State.VALUE.value
    ratio = np.where(y2 > 0, (y1 / e1) / (np.where(y2 > 0, y2, 1.0) / e2), np.inf)
    caveats = []
    if none.any():
        caveats.append(Note("no_events", {"rows": guards.rows_of(none)}))
    if unbounded.any():
        caveats.append(Note("ratio_unbounded", {"rows": guards.rows_of(unbounded)}))
    if zero.any() and "wald_log" in (method, test):
        caveats.append(Note("undefined_at_zero", {"method": "wald_log", "rows": guards.rows_of(zero)}))
    return Contrasts(
        estimate=np.where(shown, ratio, np.nan),
        conf_low=np.where(shown, low, np.nan),
        conf_high=np.where(shown, high, np.nan),
        conf_level=conf_level,
        method=f"{method}_{mover_limits}" if method == "mover" else method,
        statistic=np.where(shown, statistic, np.nan),
        p_value=np.where(shown, p_value, np.nan),
        test=test,
        null=null,
        alternative=alternative,
        numerator=x1, denominator=t1, numerator2=x2, denominator2=t2,
        unit=unit, base=base, kind="rate_ratio", state=state, caveats=tuple(caveats),
    )  # fmt: skip


def rate_difference(
    count1: Any,
    exposure1: Any,
    count2: Any,
    exposure2: Any,
    *,
    per: float = 1.0,
    method: str = "mover",
    test: str | None = None,
    null: float = 0.0,
    alternative: str = "two-sided",
    mover_limits: str = "score",
    conf_level: float = 0.95,
    unit: str = "",
    base: str = "",
) -> Contrasts:
    """Return differences of two rates with intervals and tests, one a row.

    Parameters
    ----------
    count1, exposure1, count2, exposure2 : array-like or scalar
        As in `rate_ratio`.
    per : float
        Multiplier of the rates: the difference is per `per`.
    method : {'mover', 'score', 'wald'}
        Interval; ``score`` inverts the score test with the rates constrained to the difference.
    test : {'score', 'wald'}, optional
        By default the one that goes with the interval: ``wald`` with ``wald``, else ``score``, which the
        ``score`` interval inverts and a MOVER interval follows closely. ``score`` takes the variance at the rates
        most likely under the null hypothesis, ``wald`` at those observed.
    null : float
        Difference under the null hypothesis, per `per`.
    alternative
        As in `rate_ratio`.
    mover_limits : {'score', 'jeffreys', 'exact', 'byar', 'mid_p'}
        Limits of the single rates for ``method='mover'``.
    conf_level, unit, base
        As in `rate_ratio`.

    Returns
    -------
    Contrasts
        The p-value is that of `test` at `null`. Without any event there is no test at ``null=0``, and no
        Wald test at all (NaN, ``nothing_to_test``); the interval stands.

    Raises
    ------
    InputError
        As `rate_ratio`.

    References
    ----------
    Ng, Gu and Tang (2007), *Comput Stat Data Anal* 51:3085; Donner and Zou (2012), *SMMR* 21:347.

    Examples
    --------
    >>> row = rate_difference(30, 1000, 10, 1000, per=1000)[0]
    >>> round(row.estimate, 6), row.conf_low > 0, round(row.p_value, 4)
    (20.0, True, 0.0016)
    """
    guards.choice(method, ("mover", "score", "wald"))
    test = ("wald" if method == "wald" else "score") if test is None else test
    guards.choice(test, ("score", "wald"), ("test", "kiểm định"))
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    null = guards.between(null, "null", -np.inf, np.inf)
    guards.choice(mover_limits, MOVER_LIMITS, ("limits", "giới hạn"))
    conf_level, per = guards.level(conf_level), guards.between(per, "per", 0, np.inf)
    x1, t1, x2, t2, known = rate_inputs(count1, exposure1, count2, exposure2)
    y1, e1, y2, e2 = (np.where(known, a, b) for a, b in ((x1, 1.0), (t1, 1.0), (x2, 1.0), (t2, 1.0)))
    difference, z = y1 / e1 - y2 / e2, intervals.z_value(conf_level)
    if method == "mover":
        l1, u1 = (limit / e1 for limit in MOVER_LIMITS[mover_limits](y1, conf_level))
        l2, u2 = (limit / e2 for limit in MOVER_LIMITS[mover_limits](y2, conf_level))
        low = difference - np.hypot(y1 / e1 - l1, u2 - y2 / e2)
        high = difference + np.hypot(u1 - y1 / e1, y2 / e2 - l2)
    elif method == "wald":
        half = z * np.sqrt(y1 / e1**2 + y2 / e2**2)
        low, high = difference - half, difference + half
    else:
        reach = 4 * z * np.sqrt((y1 + z * z + 1) / e1**2 + (y2 + z * z + 1) / e2**2)
        args = (y1, e1, y2, e2, np.full_like(y1, z * z))
        low = intervals.root(_difference_gap, difference - reach, difference - 1e-9 * reach, *args)
        high = intervals.root(_difference_gap, difference + 1e-9 * reach, difference + reach, *args)
    value = np.full_like(difference, null / per)
    variance = y1 / e1**2 + y2 / e2**2 if test == "wald" else _constrained_variance(value, y1, e1, y2, e2)
    # A variance of zero goes with no event at all: there is nothing to test.
    statistic = np.where(variance > 0, (difference - value) / np.sqrt(np.where(variance > 0, variance, 1.0)), np.nan)
    untested = np.asarray(known, dtype=bool) & ~(variance > 0)
    caveats = (Note("nothing_to_test", {"rows": guards.rows_of(untested)}),) if untested.any() else ()
    return Contrasts(
        estimate=np.where(known, difference * per, np.nan),
        conf_low=np.where(known, low * per, np.nan),
        conf_high=np.where(known, high * per, np.nan),
        conf_level=conf_level,
        method=f"{method}_{mover_limits}" if method == "mover" else method,
        statistic=np.where(known, statistic, np.nan),
        p_value=np.where(known, normal_p(statistic, alternative), np.nan),
        test=test,
        null=null,
        alternative=alternative,
        numerator=x1, denominator=t1, numerator2=x2, denominator2=t2,
        unit=unit, base=base, kind="rate_difference",
        state=np.where(known, State.VALUE.value, State.MISSING.value), caveats=caveats,
    )  # fmt: skip


def _constrained_variance(value: Floats, x1: Floats, t1: Floats, x2: Floats, t2: Floats) -> Floats:
    # Of the difference, with the rates of largest likelihood among those that differ by `value`.
    part = (x1 + x2) / (t1 + t2) - value
    inner = np.sqrt(np.maximum(part**2 + 4 * value * x2 / (t1 + t2), 0.0))
    r2 = np.maximum((part + inner) / 2, np.maximum(-value, 0.0))
    variance: Floats = (r2 + value) / t1 + r2 / t2
    return variance


def _difference_gap(value: Floats, x1: Floats, t1: Floats, x2: Floats, t2: Floats, limit: Floats) -> Any:
    # (observed - value)² minus z² times its variance under that value.
    variance = _constrained_variance(value, x1, t1, x2, t2)
    return (x1 / t1 - x2 / t2 - value) ** 2 - limit * variance


def rate_inputs(count1: Any, exposure1: Any, count2: Any, exposure2: Any) -> tuple[Floats, ...]:
    """Return the four aligned arrays and where all of them are known.

    Raises
    ------
    InputError
        For counts that cannot be used or an exposure that is not above zero.
    """
    above = np.finfo(float).tiny
    arrays = guards.aligned(
        count1=guards.numbers(count1, "count1"), exposure1=guards.numbers(exposure1, "exposure1", minimum=above),
        count2=guards.numbers(count2, "count2"), exposure2=guards.numbers(exposure2, "exposure2", minimum=above),
    )  # fmt: skip
    return (*arrays, np.isfinite(np.sum(arrays, axis=0)))


def _ratio_limits(
    x1: Floats, t1: Floats, x2: Floats, t2: Floats, method: str, mover_limits: str, conf_level: float
) -> tuple[Floats, Floats]:
    scale = t2 / t1
    if method in ("exact", "mid_p"):
        # Odds q / (1 - q) of the share x1 / (x1 + x2). The complement comes from the mirrored interval,
        # not from 1 - q, which has no digits left when x2 is far smaller than x1.
        interval = intervals.clopper_pearson if method == "exact" else intervals.mid_p
        n = np.maximum(x1 + x2, 1.0)
        low, high = interval(np.minimum(x1, n), n, conf_level)
        mirror_low, mirror_high = interval(np.minimum(x2, n), n, conf_level)
        return scale * low / mirror_high, scale * intervals.over(high, mirror_low)
    if method == "minlike":
        n = np.maximum(x1 + x2, 1.0)
        large = n > MINLIKE_MOST
        if large.any():
            raise guards.refuse(
                f"The counts add up to more than {MINLIKE_MOST:,} for method='minlike'",
                f"Tổng số đếm vượt {MINLIKE_MOST:,} đối với method='minlike'", large,
                remedy=("Use method='exact': it is as short there.", "Hãy dùng method='exact'."),
            )  # fmt: skip
        low = minlike_low(np.minimum(x1, n), n, 1 - conf_level)
        mirror = minlike_low(np.minimum(x2, n), n, 1 - conf_level)
        return scale * low / (1 - low), scale * intervals.over(1 - mirror, mirror)
    z = intervals.z_value(conf_level)
    if method == "score":
        middle = 2 * x1 * x2 + z * z * (x1 + x2)
        spread = z * np.sqrt((x1 + x2) * (4 * x1 * x2 + z * z * (x1 + x2)))
        top = middle + spread
        # The smaller root as product over larger root: no cancellation, and right when x2 is 0.
        low = np.where(x1 > 0, 2 * x1**2 / np.where(top > 0, top, 1.0), 0.0)
        return scale * low, scale * intervals.over(top, 2 * x2**2)
    if method == "wald_log":
        safe1, safe2 = np.maximum(x1, 0.5), np.maximum(x2, 0.5)
        half = z * np.sqrt(1 / safe1 + 1 / safe2)
        middle = np.log(safe1 / safe2)
        return scale * np.exp(middle - half), scale * np.exp(middle + half)
    limits = MOVER_LIMITS[mover_limits]
    low, high = intervals.joined_ratio(x1, limits(x1, conf_level), x2, limits(x2, conf_level))
    return scale * low, scale * high


def _ratio_test(
    x1: Floats, t1: Floats, x2: Floats, t2: Floats, test: str, null: float, alternative: str
) -> tuple[Floats, Floats]:
    factor = null * t1 / t2  # expected x1 / x2 under the null hypothesis
    blank = np.full_like(x1, np.nan)
    if test == "none":
        return blank, blank
    if test in ("exact_central", "exact_minlike", "mid_p"):
        return blank, binomial_p(x1, x1 + x2, factor / (1 + factor), test.removeprefix("exact_"), alternative)
    if test in ("e_test", "e_test_wald"):
        return e_test(x1, x2, factor, alternative, wald=test == "e_test_wald")
    if test == "score":
        spread = np.sqrt(np.maximum((x1 + x2) * factor, np.finfo(float).tiny))
        z = (x1 - x2 * factor) / spread
    else:
        both = (x1 > 0) & (x2 > 0)
        a, b = np.where(both, x1, 1.0), np.where(both, x2, 1.0)
        z = np.where(both, (np.log(a / b) - np.log(factor)) / np.sqrt(1 / a + 1 / b), np.nan)
    return z, normal_p(z, alternative)
