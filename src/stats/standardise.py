"""Rates made comparable when bodies differ in make-up: direct and indirect standardisation.

Rows are strata (kinds of organisation, age bands) of bodies; `group` says whose row it is. Many
bodies are one call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from stats import guards, intervals
from stats.guards import Floats
from stats.rates import METHODS, count_limits, dobson_limits
from stats.results import Estimates, Note, State

DIRECT = ("dobson", "fay_feuer", "tiwari", "normal")
"""Intervals of a directly standardised rate."""


def direct_rate(
    count: Any,
    population: Any,
    standard: Any,
    *,
    group: Any = None,
    per: float = 100_000,
    method: str = "dobson",
    conf_level: float = 0.95,
    minimum: float = 10,
    variance: Any = None,
    limits: str = "byar",
    empty: str = "missing",
    unit: str = "",
    base: str = "",
) -> Estimates:
    """Return directly standardised rates, one a body.

    Parameters
    ----------
    count, population : array-like
        Events and members of each stratum.
    standard : array-like
        Standard population of each stratum: one value a row, or one body's worth to repeat.
    group : array-like, optional
        Body of each row; bodies come out in order of first appearance. One body without it.
    per : float
        Multiplier.
    method : {'dobson', 'fay_feuer', 'tiwari', 'normal'}
        ``dobson`` carries the limits of the total count over; ``fay_feuer`` uses gamma quantiles with
        the largest weight, ``tiwari`` with the mean weight (shorter).
    conf_level : float
        Level of the interval.
    minimum : float
        Fewest events; below it the rate is refused, as UK health statistics do at 10.
    variance : array-like, optional
        Variance of each count, for events that are not independent (sum of ``f² n_f`` for members
        counted several times: `stats.rates.repeat_counts`); the count itself by default.
    limits : {'byar', 'exact', 'auto'}
        Limits of the total that ``dobson`` carries over.
    empty : {'missing', 'zero'}
        What an empty count means: ``missing`` makes the whole body missing, ``zero`` is for sources that
        list only the strata with events (UK health statistics read them so).
    unit, base : str
        What is counted and what the population counts.

    Returns
    -------
    Estimates
        Numerator = all events of the body, denominator = its population; both NaN where a stratum is missing:
        the sum of the others is no total.

    Raises
    ------
    InputError
        For counts that cannot be used, a population or standard of zero, or lengths that differ.

    Notes
    -----
    Strata must exist in every body and mean the same. A standardised rate compares bodies; it is no
    rate that anyone observed, and it says nothing when the strata move in opposite directions.

    References
    ----------
    Dobson et al. (1991), *Stat Med* 10:457; Fay and Feuer (1997), *Stat Med* 16:791;
    Tiwari, Clegg and Zou (2006), *SMMR* 15:547; UKHSA, *Technical guidance: DSRs*.

    Examples
    --------
    With the body's own make-up as standard, nothing changes:

    >>> row = direct_rate([30, 20], [1000, 500], [1000, 500], per=1000)[0]
    >>> round(row.estimate, 4), row.method
    (33.3333, 'dobson')
    >>> direct_rate([3, 2], [1000, 500], [1, 1]).caveats[0].code
    'too_few_events'
    """
    guards.choice(method, DIRECT)
    guards.choice(limits, ("byar", "exact", "auto"), ("limits", "giới hạn"))
    conf_level, per = guards.level(conf_level), guards.between(per, "per", 0, np.inf)
    tiny = np.finfo(float).tiny
    x, n = guards.aligned(
        count=_events(count, "count", empty),
        population=guards.numbers(population, "population", minimum=tiny, missing=False),
    )
    codes, bodies = guards.groups(group, len(x))
    w = _standard(guards.numbers(standard, "standard", missing=False), codes, bodies)
    spread = x if variance is None else guards.aligned(count=x, variance=_events(variance, "variance", empty))[1]
    known = np.bincount(codes, ~np.isfinite(x + spread), bodies) == 0
    x0, spread0 = np.where(np.isfinite(x), x, 0.0), np.where(np.isfinite(spread), spread, 0.0)
    total_weight = np.bincount(codes, w, bodies)
    if (total_weight <= 0).any():
        raise guards.refuse(
            "A standard population is zero", "Dân số chuẩn bằng 0", total_weight <= 0,
            remedy=("Give the standard at least one stratum.", "Dân số chuẩn cần ít nhất một tầng."),
        )  # fmt: skip
    weight = w / total_weight[codes] / n
    total = np.bincount(codes, x0, bodies).astype(float)
    rate = np.bincount(codes, weight * x0, bodies).astype(float)
    var = np.bincount(codes, weight**2 * spread0, bodies).astype(float)
    low, high = _direct_limits(rate, var, total, weight, codes, bodies, method, limits, conf_level)
    few = known & (total < minimum)
    state = np.where(known, State.VALUE.value, State.MISSING.value).astype("<U15")
    state[few] = State.REFUSED.value
    shown = state == State.VALUE.value
    caveats = (Note("too_few_events", {"needed": minimum, "rows": guards.rows_of(few)}),) if few.any() else ()
    return Estimates(
        estimate=np.where(shown, rate * per, np.nan), conf_low=np.where(shown, np.maximum(low, 0.0) * per, np.nan),
        conf_high=np.where(shown, high * per, np.nan), conf_level=conf_level, method=method,
        numerator=np.where(known, total, np.nan), denominator=np.where(known, _sum(codes, n, bodies), np.nan),
        unit=unit, base=base, per=per, kind="rate",
        state=state, caveats=caveats,
    )  # fmt: skip


def _events(values: Any, name: str, empty: str) -> Floats:
    guards.choice(empty, ("missing", "zero"), ("meaning of empty counts", "nghĩa của ô trống"))
    count = guards.numbers(values, name)
    return np.nan_to_num(count, nan=0.0) if empty == "zero" else count


def _direct_limits(
    rate: Floats, var: Floats, total: Floats, weight: Floats, codes: Any, bodies: int, method: str, limits: str,
    conf_level: float,
) -> tuple[Floats, Floats]:  # fmt: skip
    if method == "dobson":
        low, high = dobson_limits(rate, var, total, conf_level, method=limits)
        # No event at all has no weight of its own: it is given the largest, as Fay and Feuer do.
        heaviest = np.zeros(bodies)
        np.maximum.at(heaviest, codes, weight)
        none = count_limits(np.zeros(bodies), limits, conf_level)[1] * heaviest
        return np.where(total > 0, low, 0.0), np.where(total > 0, high, none)
    if method == "normal":
        half = intervals.z_value(conf_level) * np.sqrt(var)
        return rate - half, rate + half
    tail = (1 - conf_level) / 2
    safe_rate, safe_var = np.where(rate > 0, rate, 1.0), np.where(var > 0, var, 1.0)
    low = np.where(rate > 0, safe_var / safe_rate * special.gammaincinv(safe_rate**2 / safe_var, tail), 0.0)
    if method == "fay_feuer":
        add = np.zeros(bodies)
        np.maximum.at(add, codes, weight)
        add2 = add**2
    else:
        many = np.bincount(codes, minlength=bodies)
        add = np.bincount(codes, weight, bodies) / many
        add2 = np.bincount(codes, weight**2, bodies) / many
    scale = (var + add2) / (rate + add)
    return low, scale * special.gammainccinv((rate + add) ** 2 / (var + add2), tail)


def _standard(standard: Floats, codes: Any, bodies: int) -> Floats:
    if len(standard) == len(codes):
        return standard
    sizes = np.bincount(codes, minlength=bodies)
    if (sizes != len(standard)).any():
        raise guards.refuse(
            f"standard has {len(standard)} strata, the bodies have {sorted({int(s) for s in sizes})}",
            f"dân số chuẩn có {len(standard)} tầng, các đơn vị có {sorted({int(s) for s in sizes})}",
            remedy=("Give every body the same strata in the same order.", "Mỗi đơn vị cần cùng các tầng, cùng thứ tự."),
        )
    place = pd.Series(codes).groupby(codes).cumcount().to_numpy()
    out: Floats = standard[place]
    return out


def ratio_to_expected(
    observed: Any,
    expected: Any,
    *,
    per: float = 1.0,
    method: str = "auto",
    conf_level: float = 0.95,
    unit: str = "",
    base: str = "",
) -> Estimates:
    """Return standardised ratios: what was observed over what the reference rates would give.

    Parameters
    ----------
    observed, expected : array-like or scalar
        One row a body.
    per : float
        Multiplier (100 for percent of the reference).
    method : {'auto', 'byar', 'exact', 'score', 'jeffreys', 'mid_p'}
        As in `stats.rates.rate`; ``auto`` is exact below 10 and Byar from 10 on.
    conf_level : float
        Level of the interval.
    unit, base : str
        What is counted and what the expectation rests on.

    Returns
    -------
    Estimates

    Raises
    ------
    InputError
        For counts that cannot be used.

    Notes
    -----
    The expectation counts as known. Two indirectly standardised ratios are not strictly comparable
    with each other, only each with the reference: their weights differ.

    References
    ----------
    Breslow and Day (1987), p. 69; UKHSA, *Technical guidance: indirectly standardised ratios*.

    Examples
    --------
    >>> row = ratio_to_expected(20, 10)[0]
    >>> row.estimate, round(row.conf_low, 4)
    (2.0, 1.2211)
    """
    guards.choice(method, ("auto", *METHODS))
    conf_level, per = guards.level(conf_level), guards.between(per, "per", 0, np.inf)
    o, e = guards.aligned(observed=guards.numbers(observed, "observed"), expected=guards.numbers(expected, "expected"))
    known = np.isfinite(o) & np.isfinite(e) & (e > 0)
    low, high, used = count_limits(np.where(known, o, 0.0), method, conf_level)
    scale = np.where(known, per / np.where(known, e, 1.0), np.nan)
    return Estimates(
        estimate=o * scale, conf_low=low * scale, conf_high=high * scale, conf_level=conf_level, method=used,
        numerator=o, denominator=e, unit=unit, base=base, per=per, kind="ratio",
        state=np.where(known, State.VALUE.value, State.MISSING.value),
    )  # fmt: skip


def indirect(
    count: Any,
    population: Any,
    reference_count: Any,
    reference_population: Any,
    *,
    group: Any = None,
    per: float = 1.0,
    as_rate: bool = False,
    empty: str = "missing",
    method: str = "auto",
    conf_level: float = 0.95,
    unit: str = "",
    base: str = "",
) -> Estimates:
    """Return indirectly standardised ratios or rates, one a body.

    Parameters
    ----------
    count, population : array-like
        Events and members of each stratum; the total of events is enough (put it in one row).
    reference_count, reference_population : array-like
        Those of the reference: one value a row, or one body's worth to repeat.
    group : array-like, optional
        Body of each row.
    per : float
        Multiplier of the ratio, or of the rate.
    as_rate : bool
        Multiply the ratio by the reference's crude rate.
    empty : {'missing', 'zero'}
        What an empty count means: ``missing`` makes the whole body missing
        (and an empty reference count is refused), ``zero`` is for sources that
        list only the strata with events (UK health statistics read them so).
    method, conf_level, unit, base
        As in `ratio_to_expected`.

    Returns
    -------
    Estimates
        Numerator = observed, denominator = expected; NaN where a stratum they are summed over is missing.

    Raises
    ------
    InputError
        For counts that cannot be used or lengths that differ.

    References
    ----------
    UKHSA PHEindicatormethods (``calculate_ISRate``, ``calculate_ISRatio``).

    Examples
    --------
    A body with the reference's own rates has ratio 1:

    >>> indirect([10, 20], [100, 100], [100, 200], [1000, 1000])[0].estimate
    1.0
    """
    tiny = np.finfo(float).tiny
    x, n = guards.aligned(count=_events(count, "count", empty), population=guards.numbers(population, "population"))
    codes, bodies = guards.groups(group, len(x))
    ref_x = guards.numbers(_events(reference_count, "reference_count", empty), "reference_count", missing=False)
    ref_x = _standard(ref_x, codes, bodies)
    ref_n = guards.numbers(reference_population, "reference_population", minimum=tiny, missing=False)
    ref_n = _standard(ref_n, codes, bodies)
    observed = _sum(codes, x, bodies)
    expected = _sum(codes, ref_x / ref_n * n, bodies)
    ratio = ratio_to_expected(observed, expected, per=1.0, method=method, conf_level=conf_level)
    crude = np.bincount(codes, ref_x, bodies) / np.bincount(codes, ref_n, bodies) if as_rate else np.ones(bodies)
    scale = crude * guards.between(per, "per", 0, np.inf)
    return Estimates(
        estimate=ratio.estimate * scale, conf_low=ratio.conf_low * scale, conf_high=ratio.conf_high * scale,
        conf_level=ratio.conf_level, method=ratio.method, numerator=observed, denominator=expected, unit=unit,
        base=base, per=per, kind="rate" if as_rate else "ratio", state=ratio.state,
    )  # fmt: skip


def _sum(codes: npt.NDArray[np.intp], values: Floats, bodies: int) -> Floats:
    # A missing stratum makes the body's sum missing: bincount carries NaN through.
    return np.bincount(codes, values, bodies).astype(float)
