"""What could have been seen: power, sample size and the minimum detectable change.

"No significant change" is half a sentence; the other half is how large a change would have shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from stats import guards, intervals
from stats.guards import Flags, Floats
from stats.results import Estimates, Note, State

DIRECTIONS = ("up", "down")
"""Direction of the change looked for."""


def power_of_shares(
    share1: Any, share2: Any, n1: Any, n2: Any = None, *, conf_level: float = 0.95, strict: bool = False
) -> Floats:
    """Return the chance that a change between two shares shows as significant.

    Parameters
    ----------
    share1, share2 : array-like or scalar
        The two shares, as fractions.
    n1, n2 : array-like or scalar
        Their bases; `n2` equals `n1` when left out.
    conf_level : float
        One minus the two-sided significance level.
    strict : bool
        Count also significance in the wrong direction (R's ``strict``).

    Returns
    -------
    ndarray of float

    Raises
    ------
    InputError
        For shares outside [0, 1] or bases that are not above zero.

    Notes
    -----
    Pooled variance under the null hypothesis, separate variances under the alternative: the formula of
    R's ``power.prop.test``, for unequal bases too.

    References
    ----------
    Fleiss, Levin and Paik (2003), *Statistical Methods for Rates and Proportions*, ch. 4.

    Examples
    --------
    >>> power_of_shares(0.5, 0.75, 50).round(6)
    array([0.740166])
    """
    alpha = 1 - guards.level(conf_level)
    p1, p2 = _share(share1, "share1"), _share(share2, "share2")
    m1 = guards.numbers(n1, "n1", minimum=np.finfo(float).tiny, missing=False)
    m2 = m1 if n2 is None else guards.numbers(n2, "n2", minimum=np.finfo(float).tiny, missing=False)
    p1, p2, m1, m2 = guards.aligned(share1=p1, share2=p2, n1=m1, n2=m2)
    return _power(p1, p2, m1, m2, alpha, strict=strict)


def _share(values: Any, name: str) -> Floats:
    p = guards.numbers(values, name, missing=False)
    bad = p > 1
    if bad.any():
        raise guards.refuse(
            f"{name} is above 1", f"{name} lớn hơn 1", bad,
            remedy=("Write shares as fractions: 0.44 for 44%.", "Viết tỷ lệ dạng phân số: 0.44 cho 44%."),
        )  # fmt: skip
    return p


def _power(p1: Floats, p2: Floats, n1: Floats, n2: Floats, alpha: float, *, strict: bool = False) -> Floats:
    pooled = (n1 * p1 + n2 * p2) / (n1 + n2)
    null = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    other = np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    z, gap = intervals.z_value(1 - alpha), np.abs(p1 - p2)
    some = other > 0
    safe = np.where(some, other, 1.0)
    sure = np.where(gap > z * null, 1.0, 0.0)  # both shares 0 or 1: the outcome is certain
    power = np.where(some, special.ndtr((gap - z * null) / safe), sure)
    if strict:
        power = power + np.where(some, special.ndtr((-gap - z * null) / safe), 0.0)
    return np.asarray(power)


def size_for_shares(
    share1: Any, share2: Any, *, power: float = 0.8, conf_level: float = 0.95, ratio: float = 1.0
) -> Floats:
    """Return how many cases the first side needs for a change to show.

    Parameters
    ----------
    share1, share2 : array-like or scalar
        The two shares, which must differ.
    power : float
        Chance wanted.
    conf_level : float
        One minus the two-sided significance level.
    ratio : float
        Base of the second side over that of the first.

    Returns
    -------
    ndarray of float
        Not rounded up.

    Raises
    ------
    InputError
        For equal shares or values that cannot be used.

    References
    ----------
    Fleiss, Levin and Paik (2003), ch. 4; R, ``power.prop.test``.

    Examples
    --------
    >>> size_for_shares(0.5, 0.75, power=0.9).round(3)
    array([76.707])
    """
    alpha, power = 1 - guards.level(conf_level), guards.between(power, "power", 0, 1)
    ratio = guards.between(ratio, "ratio", 0, np.inf)
    p1, p2 = guards.aligned(share1=_share(share1, "share1"), share2=_share(share2, "share2"))
    same = p1 == p2
    if same.any():
        raise guards.refuse(
            "share1 equals share2", "hai tỷ lệ bằng nhau", same,
            remedy=("No number of cases shows a change that is none.", "Không có thay đổi thì không thể phát hiện."),
        )  # fmt: skip
    pooled = (p1 + ratio * p2) / (1 + ratio)
    null = np.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio))
    other = np.sqrt(p1 * (1 - p1) + p2 * (1 - p2) / ratio)
    z, zb = intervals.z_value(1 - alpha), float(special.ndtri(power))
    return np.asarray(((z * null + zb * other) / (p1 - p2)) ** 2)


def detectable_share(
    share: Any,
    n1: Any,
    n2: Any = None,
    *,
    power: float = 0.8,
    conf_level: float = 0.95,
    direction: str = "up",
    design_effect: Any = 1.0,
) -> Estimates:
    """Return the nearest share that would have shown as a significant change.

    Parameters
    ----------
    share : array-like or scalar
        Share of the side compared with, as a fraction.
    n1, n2 : array-like or scalar
        Base of that side and of the other; `n2` equals `n1` when left out.
    power : float
        Chance with which the change would have shown.
    conf_level : float
        One minus the two-sided significance level.
    direction : {'up', 'down'}
        Rise or fall.
    design_effect : array-like or scalar
        Divides both bases, when cases come in clusters.

    Returns
    -------
    Estimates
        ``estimate`` is the detectable share; ``conf_low`` and ``conf_high`` are `share` and it, in
        order. ``refused`` (``nothing_detectable``) where not even 0% or 100% would have shown.

    Raises
    ------
    InputError
        For shares outside [0, 1] or bases that are not above zero.

    References
    ----------
    R, ``power.prop.test``; Fleiss, Levin and Paik (2003), ch. 4.

    Examples
    --------
    From 10% with 1,000 cases on both sides, 14.1% would have shown:

    >>> round(detectable_share(0.1, 1000)[0].estimate, 4)
    0.1407
    """
    guards.choice(direction, DIRECTIONS, ("direction", "hướng"))
    alpha, power = 1 - guards.level(conf_level), guards.between(power, "power", 0, 1)
    tiny = np.finfo(float).tiny
    m1 = guards.numbers(n1, "n1", minimum=tiny, missing=False)
    m2 = m1 if n2 is None else guards.numbers(n2, "n2", minimum=tiny, missing=False)
    deff = np.maximum(guards.numbers(design_effect, "design_effect", missing=False), 1.0)
    p, m1, m2, deff = guards.aligned(share=_share(share, "share"), n1=m1, n2=m2, design_effect=deff)
    limit = np.ones_like(p) if direction == "up" else np.zeros_like(p)
    seen = _power(p, limit, m1 / deff, m2 / deff, alpha) >= power
    found = np.where(seen, limit, p)
    rows = np.flatnonzero(seen & (p != limit))
    if len(rows):
        args = (p[rows], m1[rows] / deff[rows], m2[rows] / deff[rows])
        found[rows] = intervals.root(lambda q, a, b, c: _power(a, q, b, c, alpha) - power, p[rows], limit[rows], *args)
    return _detected(p, found, seen & (p != limit), conf_level, "pooled_null_score", "share", power, m1, m2)


def detectable_rate(
    count: Any,
    exposure1: Any,
    exposure2: Any = None,
    *,
    per: float = 1000,
    power: float = 0.8,
    conf_level: float = 0.95,
    direction: str = "up",
    dispersion: Any = 1.0,
    method: str = "score",
) -> Estimates:
    """Return the nearest rate that would have shown as a significant change.

    Parameters
    ----------
    count, exposure1 : array-like or scalar
        Events and exposure of the side compared with.
    exposure2 : array-like or scalar
        Exposure of the other side; equal to the first when left out.
    per : float
        Multiplier of the rates.
    power, conf_level, direction
        As in `detectable_share`.
    dispersion : array-like or scalar
        Variance over that of independent events (phi, or the mean number of repeats).
    method : {'score', 'log'}
        ``score``: difference of the rates with the pooled rate under the null hypothesis; ``log``: the
        log ratio, with the variance under the alternative (statsmodels ``power_poisson_ratio_2indep``).

    Returns
    -------
    Estimates
        ``estimate`` is the detectable rate; ``conf_low`` and ``conf_high`` are the rate and it, in
        order. ``refused`` where nothing is detectable: a fall from so few events that even none at
        all would not show.

    Raises
    ------
    InputError
        For counts that cannot be used.

    References
    ----------
    Gu, Ng, Tang and Schucany (2008), *Biometrical Journal* 50:283.

    Examples
    --------
    >>> row = detectable_rate(100, 10_000)[0]
    >>> round(row.conf_low, 2), round(row.estimate, 2)
    (10.0, 14.37)
    """
    guards.choice(direction, DIRECTIONS, ("direction", "hướng"))
    guards.choice(method, ("score", "log"))
    alpha, power = 1 - guards.level(conf_level), guards.between(power, "power", 0, 1)
    per, tiny = guards.between(per, "per", 0, np.inf), np.finfo(float).tiny
    t1 = guards.numbers(exposure1, "exposure1", minimum=tiny, missing=False)
    t2 = t1 if exposure2 is None else guards.numbers(exposure2, "exposure2", minimum=tiny, missing=False)
    phi = np.maximum(guards.numbers(dispersion, "dispersion", missing=False), 1.0)
    x, t1, t2, phi = guards.aligned(
        count=guards.numbers(count, "count", missing=False), exposure1=t1, exposure2=t2, dispersion=phi
    )
    z, zb = intervals.z_value(1 - alpha), float(special.ndtri(power))

    def gap(other: Floats, first: Floats, e1: Floats, e2: Floats, extra: Floats) -> Any:
        mean2 = other * e2
        if method == "log":
            safe1, safe2 = np.maximum(first, tiny), np.maximum(mean2, tiny)
            spread = np.sqrt(extra * (1 / safe1 + 1 / safe2))
            return np.abs(np.log(safe2 / e2) - np.log(safe1 / e1)) - (z + zb) * spread
        pooled = (first + mean2) / (e1 + e2)
        null = np.sqrt(extra * pooled * (1 / e1 + 1 / e2))
        own = np.sqrt(extra * (first / e1**2 + mean2 / e2**2))
        return np.abs(other - first / e1) - z * null - zb * own

    rate = x / t1
    # Far enough up everything is detectable; down, nothing lies beyond zero.
    far = rate + 1e3 * (phi * (1 / t1 + 1 / t2) * (z + abs(zb)) ** 2 + rate) if direction == "up" else np.zeros_like(x)
    if method == "log" and direction == "down":
        # The log ratio gets noisier towards zero events: the best chance lies at a closed-form count.
        share = phi / np.where(x > 0, x, 1.0)
        far = np.minimum(phi * (np.sqrt(1 + share * (z + zb) ** 2) - 1) / (2 * share) / t2, rate)
    seen = np.asarray(gap(far, x, t1, t2, phi)) >= 0
    seen &= (x > 0) if (direction == "down" or method == "log") else np.ones_like(seen)
    found = np.where(seen, far, rate)
    rows = np.flatnonzero(seen)
    if len(rows):
        start = rate[rows] + (far[rows] - rate[rows]) * 1e-12
        found[rows] = intervals.root(gap, start, far[rows], x[rows], t1[rows], t2[rows], phi[rows])
    result = _detected(rate, found, seen, conf_level, f"rate_{method}", "rate", power, t1, t2)
    return replace(
        result,
        estimate=result.estimate * per,
        conf_low=result.conf_low * per,
        conf_high=result.conf_high * per,
        per=per,
    )


def _detected(
    start: Floats, found: Floats, seen: Flags, conf_level: float, method: str, kind: str, power: float, n1: Floats,
    n2: Floats,
) -> Estimates:  # fmt: skip
    caveats = [Note("power", {"power": power})]
    if not seen.all():
        caveats.append(Note("nothing_detectable", {"rows": guards.rows_of(~seen)}))
    return Estimates(
        estimate=np.where(seen, found, np.nan), conf_low=np.where(seen, np.minimum(start, found), np.nan),
        conf_high=np.where(seen, np.maximum(start, found), np.nan), conf_level=conf_level, method=method,
        numerator=n1, denominator=n2, kind=f"detectable_{kind}",
        state=np.where(seen, State.VALUE.value, State.REFUSED.value), caveats=tuple(caveats),
    )  # fmt: skip
