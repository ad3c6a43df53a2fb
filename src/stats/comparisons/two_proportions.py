"""Two shares compared: difference and ratio, with intervals that hold at 0 and at n."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats import guards, intervals
from stats.comparisons.results import Contrasts
from stats.exact import ALTERNATIVES, normal_p
from stats.guards import Flags, Floats
from stats.results import Note, State

DIFFERENCES = ("newcombe", "newcombe_cc", "miettinen_nurminen", "mee", "mover_jeffreys", "agresti_caffo", "wald")
"""Intervals for a difference of shares."""

RATIOS = ("koopman", "miettinen_nurminen", "mover", "mover_jeffreys", "katz", "katz_adjusted")
"""Intervals for a ratio of shares."""

_JOINED = {
    "newcombe": intervals.wilson,
    "newcombe_cc": intervals.wilson_cc,
    "mover": intervals.wilson,
    "mover_jeffreys": intervals.jeffreys,
}
"""Single-share limits that the MOVER intervals are joined from."""

_NUDGE = 1e-12  # step off the estimate, where the score function touches zero when a share is 0 or 1


def difference_of_shares(
    numerator1: Any,
    denominator1: Any,
    numerator2: Any,
    denominator2: Any,
    *,
    method: str = "newcombe",
    null: float = 0.0,
    alternative: str = "two-sided",
    conf_level: float = 0.95,
    unit: str = "",
    base: str = "",
) -> Contrasts:
    """Return differences of two shares with intervals and score tests, one a row.

    Parameters
    ----------
    numerator1, denominator1 : array-like or scalar
        Counts of the side of interest.
    numerator2, denominator2 : array-like or scalar
        Counts of the side it is compared with.
    method : {'newcombe', 'miettinen_nurminen', 'mee', 'newcombe_cc', 'mover_jeffreys', 'agresti_caffo', 'wald'}
        ``newcombe`` joins two Wilson intervals (closed form), ``mover_jeffreys`` two Jeffreys
        intervals; ``miettinen_nurminen`` inverts the score test with variance factor N / (N - 1),
        ``mee`` without it.
    null : float
        Difference under the null hypothesis.
    alternative : {'two-sided', 'greater', 'less'}
        Direction of the test. The interval stays two-sided: for a one-sided 95% limit ask for
        ``conf_level=0.90``.
    conf_level : float
        Level of the interval.
    unit, base : str
        What is counted and what the bases count.

    Returns
    -------
    Contrasts
        Rows with an empty cell or a base of zero are ``missing``. The p-value is that of the score
        test at `null` (N / (N - 1) only with ``miettinen_nurminen``); at ``null=0`` without the factor
        its square is Pearson's chi-square, and where all cases or none have the outcome there is no test
        (NaN, ``nothing_to_test``) though the interval stands.

    Raises
    ------
    InputError
        For counts that cannot be used; names the rows.

    Notes
    -----
    The two sides must not overlap. The share under the constraint is the root of a cubic in which the
    **base** of the second side multiplies the difference; statsmodels up to 0.15 puts its count there
    (issue 10269), which is why this is written here.

    References
    ----------
    Newcombe (1998), *Stat Med* 17:873; Miettinen and Nurminen (1985), *Stat Med* 4:213;
    Mee (1984), *Biometrics* 40:1175; Agresti and Caffo (2000), *American Statistician* 54:280.

    Examples
    --------
    Newcombe's example (a), 56 of 70 against 48 of 80:

    >>> row = difference_of_shares(56, 70, 48, 80)[0]
    >>> round(row.estimate, 1), round(row.conf_low, 4), round(row.conf_high, 4)
    (0.2, 0.0524, 0.3339)
    >>> row = difference_of_shares(56, 70, 48, 80, method="miettinen_nurminen")[0]
    >>> round(row.conf_low, 4), round(row.conf_high, 4)
    (0.0528, 0.3382)
    """
    guards.choice(method, DIFFERENCES)
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    conf_level, null = guards.level(conf_level), guards.between(null, "null", -1, 1)
    x1, n1, x2, n2, known = share_inputs(numerator1, denominator1, numerator2, denominator2)
    y1, m1, y2, m2 = _filled(known, x1, n1, x2, n2)
    p1, p2, z = y1 / m1, y2 / m2, intervals.z_value(conf_level)
    difference = p1 - p2
    factor = _factor(m1, m2, method)
    if method in _JOINED:
        (l1, u1), (l2, u2) = (_JOINED[method](y, m, conf_level) for y, m in ((y1, m1), (y2, m2)))
        low, high = difference - np.hypot(p1 - l1, u2 - p2), difference + np.hypot(u1 - p1, p2 - l2)
    elif method in ("wald", "agresti_caffo"):
        more = 1 if method == "agresti_caffo" else 0
        a, b = (y1 + more) / (m1 + 2 * more), (y2 + more) / (m2 + 2 * more)
        half = z * np.sqrt(a * (1 - a) / (m1 + 2 * more) + b * (1 - b) / (m2 + 2 * more))
        low, high = a - b - half, a - b + half
    else:
        args = (y1, m1, y2, m2, z * z * factor)
        low = intervals.root(_difference_gap, np.full_like(p1, -1.0), difference - _NUDGE * (1 + difference), *args)
        high = intervals.root(_difference_gap, difference + _NUDGE * (1 - difference), np.ones_like(p1), *args)
        low, high = np.where(difference <= -1, -1.0, low), np.where(difference >= 1, 1.0, high)
    low, high = np.maximum(low, -1), np.minimum(high, 1)
    a, b = _constrained_difference(np.full_like(p1, null), y1, m1, y2, m2)
    statistic = _score(difference - null, factor * (a * (1 - a) / m1 + b * (1 - b) / m2))
    return _contrasts(
        known, (difference, low, high), conf_level, method, statistic, (null, alternative), (x1, n1, x2, n2),
        unit, base, "share_difference", (),
    )  # fmt: skip


def ratio_of_shares(
    numerator1: Any,
    denominator1: Any,
    numerator2: Any,
    denominator2: Any,
    *,
    method: str = "koopman",
    null: float = 1.0,
    alternative: str = "two-sided",
    conf_level: float = 0.95,
    unit: str = "",
    base: str = "",
) -> Contrasts:
    """Return ratios of two shares with intervals and score tests, one a row.

    Parameters
    ----------
    numerator1, denominator1, numerator2, denominator2 : array-like or scalar
        As in `difference_of_shares`.
    method : {'koopman', 'miettinen_nurminen', 'mover', 'mover_jeffreys', 'katz', 'katz_adjusted'}
        ``koopman`` is the score interval, ``miettinen_nurminen`` the same with variance factor
        N / (N - 1); ``mover`` joins two Wilson intervals, ``mover_jeffreys`` two Jeffreys intervals
        (Donner and Zou); ``katz`` is the log interval, ``katz_adjusted`` with a half added to counts.
    null : float
        Ratio under the null hypothesis.
    alternative, conf_level, unit, base
        As in `difference_of_shares`.

    Returns
    -------
    Contrasts
        Where the second count is zero the ratio is infinite (``ratio_unbounded``); where both are
        zero, or ``katz`` has no standard error, the state is ``refused``. Where all cases on both sides
        have the outcome there is no test at ``null=1`` (NaN, ``nothing_to_test``).

    Raises
    ------
    InputError
        For counts that cannot be used; names the rows.

    References
    ----------
    Koopman (1984), *Biometrics* 40:513; Miettinen and Nurminen (1985), *Stat Med* 4:213;
    Katz, Baptista, Azen and Pike (1978), *Biometrics* 34:469.

    Examples
    --------
    Koopman's example, 36 of 40 against 16 of 80:

    >>> row = ratio_of_shares(36, 40, 16, 80)[0]
    >>> round(row.estimate, 2), round(row.conf_low, 2), round(row.conf_high, 2)
    (4.5, 2.94, 7.15)
    """
    guards.choice(method, RATIOS)
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    conf_level, null = guards.level(conf_level), guards.between(null, "null", 0, np.inf)
    x1, n1, x2, n2, known = share_inputs(numerator1, denominator1, numerator2, denominator2)
    y1, m1, y2, m2 = _filled(known, x1, n1, x2, n2)
    factor, z = _factor(m1, m2, method), intervals.z_value(conf_level)
    ratio = np.where(y2 > 0, (y1 / m1) / (np.where(y2 > 0, y2, 1.0) / m2), np.inf)
    none, refused = known & (y1 + y2 == 0), np.zeros_like(known)
    if method.startswith("katz"):
        more = 0.5 if method == "katz_adjusted" else 0.0
        a, b = np.maximum(y1 + more, 0.5), np.maximum(y2 + more, 0.5)
        spread = np.sqrt(np.maximum(1 / a - 1 / (m1 + more) + 1 / b - 1 / (m2 + more), 0))
        full = (y1 == m1) & (y2 == m2)
        refused = known & ~none & (full | ((more == 0) & ((y1 == 0) | (y2 == 0))))
        middle = np.log(a / (m1 + more)) - np.log(b / (m2 + more))
        ratio = (
            np.exp(middle) if more else ratio
        )  # with a half added the estimate moves too, or it could leave its interval
        low, high = np.exp(middle - z * spread), np.exp(middle + z * spread)
    elif method in _JOINED:
        pairs = [_JOINED[method](y, m, conf_level) for y, m in ((y1, m1), (y2, m2))]
        low, high = intervals.joined_ratio(y1 / m1, pairs[0], y2 / m2, pairs[1])
    else:
        start = np.log((y1 + 0.5) / (m1 + 0.5)) - np.log((y2 + 0.5) / (m2 + 0.5))
        middle = np.where((y1 > 0) & (y2 > 0), np.log(np.where(np.isfinite(ratio) & (ratio > 0), ratio, 1.0)), start)
        args = (y1, m1, y2, m2, z * z * factor)
        low, high = _ratio_roots(middle, y1, y2, args)
    a, b = _constrained_ratio(np.full_like(y1, null), y1, m1, y2, m2)
    variance = factor * (a * (1 - a) / m1 + null**2 * b * (1 - b) / m2)
    statistic = _score(y1 / m1 - null * y2 / m2, variance)
    unbounded = known & np.isinf(ratio) & ~none & ~refused
    notes = [
        Note(code, {"rows": guards.rows_of(mask)})
        for code, mask in (("no_events", none), ("undefined_at_zero", refused), ("ratio_unbounded", unbounded))
        if mask.any()
    ]
    return _contrasts(
        known, (ratio, low, high), conf_level, method, statistic, (null, alternative), (x1, n1, x2, n2), unit, base,
        "share_ratio", tuple(notes), refused=none | refused,
    )  # fmt: skip


def share_inputs(numerator1: Any, denominator1: Any, numerator2: Any, denominator2: Any) -> tuple[Any, ...]:
    """Return the four aligned arrays and where all are known and both bases above zero.

    Raises
    ------
    InputError
        For counts that cannot be used or a numerator above its denominator.
    """
    named = {
        "numerator1": numerator1,
        "denominator1": denominator1,
        "numerator2": numerator2,
        "denominator2": denominator2,
    }
    x1, n1, x2, n2 = guards.aligned(**{name: guards.numbers(values, name) for name, values in named.items()})
    guards.within(x1, n1, names=("numerator1", "denominator1"))
    guards.within(x2, n2, names=("numerator2", "denominator2"))
    return x1, n1, x2, n2, np.isfinite(x1 + n1 + x2 + n2) & (n1 > 0) & (n2 > 0)


def _filled(known: Flags, x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> tuple[Floats, ...]:
    # Rows without a result are computed on harmless numbers and blanked afterwards.
    return tuple(np.where(known, a, b) for a, b in ((x1, 1.0), (n1, 2.0), (x2, 1.0), (n2, 2.0)))


def _factor(n1: Floats, n2: Floats, method: str) -> Floats:
    total = n1 + n2
    return total / (total - 1) if method == "miettinen_nurminen" else np.ones_like(total)


def _score(gap: Floats, variance: Floats) -> Floats:
    # A variance of zero goes with a gap of zero (both shares 0, or both 1): 0 / 0 is no test.
    positive = variance > 0
    return np.where(positive, gap / np.sqrt(np.where(positive, variance, 1.0)), np.nan)


def _constrained_difference(value: Floats, x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> tuple[Floats, Floats]:
    # Shares of largest likelihood that differ by `value` (Miettinen and Nurminen 1985, appendix I).
    n, x = n1 + n2, x1 + x2
    l2 = (n1 + 2 * n2) * value - n - x
    l1 = (n2 * value - n - 2 * x2) * value + x
    l0 = x2 * value * (1 - value)
    q = (l2 / (3 * n)) ** 3 - l1 * l2 / (6 * n**2) + l0 / (2 * n)
    p = np.where(q >= 0, 1.0, -1.0) * np.sqrt(np.maximum((l2 / (3 * n)) ** 2 - l1 / (3 * n), 0.0))
    cube = p**3
    cosine = np.where(cube != 0, q / np.where(cube != 0, cube, 1.0), 0.0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    b = np.clip(2 * p * np.cos(angle) - l2 / (3 * n), np.maximum(-value, 0.0), np.minimum(1 - value, 1.0))
    return np.clip(b + value, 0.0, 1.0), b


def _difference_gap(value: Floats, x1: Floats, n1: Floats, x2: Floats, n2: Floats, limit: Floats) -> Any:
    a, b = _constrained_difference(value, x1, n1, x2, n2)
    return (x1 / n1 - x2 / n2 - value) ** 2 - limit * (a * (1 - a) / n1 + b * (1 - b) / n2)


def _constrained_ratio(value: Floats, x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> tuple[Floats, Floats]:
    # Shares of largest likelihood whose ratio is `value`; the root is taken in its stable form.
    n, x = n1 + n2, x1 + x2
    middle = n1 * value + x1 + n2 + x2 * value
    root = np.sqrt(np.maximum(middle**2 - 4 * n * value * x, 0.0))
    b = np.clip(2 * x / (middle + root), 0.0, np.minimum(1.0, 1 / value))
    return np.clip(b * value, 0.0, 1.0), b


def _ratio_gap(log_value: Floats, x1: Floats, n1: Floats, x2: Floats, n2: Floats, limit: Floats) -> Any:
    # Scaled by 1 + value, so that the function keeps its size over many powers of ten.
    value = np.exp(log_value)
    a, b = _constrained_ratio(value, x1, n1, x2, n2)
    variance = a * (1 - a) / n1 + value**2 * b * (1 - b) / n2
    return ((x1 / n1 - value * x2 / n2) ** 2 - limit * variance) / (1 + value) ** 2


def _ratio_roots(middle: Floats, x1: Floats, x2: Floats, args: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    low, high = np.zeros_like(middle), np.full_like(middle, np.inf)
    for sign, limits, wanted in ((-1.0, low, x1 > 0), (1.0, high, x2 > 0)):
        if not wanted.any():
            continue
        rows = tuple(a[wanted] for a in args)
        near = middle[wanted] + sign * _NUDGE
        # From zero events the estimate itself is no bracket: walk in from far on the other side.
        near = np.where((x1 if sign > 0 else x2)[wanted] > 0, near, middle[wanted] - sign * 60.0)
        far = middle[wanted] + sign * 2.0
        for _ in range(40):
            short = np.asarray(_ratio_gap(far, *rows)) <= 0
            if not short.any():
                break
            far = np.where(short, far + sign * 2.0, far)
        limits[wanted] = np.exp(intervals.root(_ratio_gap, *((far, near) if sign < 0 else (near, far)), *rows))
    return low, high


def _contrasts(
    known: Flags, values: tuple[Floats, Floats, Floats], conf_level: float, method: str, statistic: Floats,
    null: tuple[float, str], counts: tuple[Floats, ...], unit: str, base: str, kind: str, caveats: tuple[Note, ...],
    refused: Flags | None = None,
) -> Contrasts:  # fmt: skip
    state = np.where(known, State.VALUE.value, State.MISSING.value).astype("<U15")
    if refused is not None:
        state[refused] = State.REFUSED.value
    shown = state == State.VALUE.value
    estimate, low, high = (np.where(shown, v, np.nan) for v in values)
    untested = shown & np.isnan(statistic)
    if untested.any():
        caveats = (*caveats, Note("nothing_to_test", {"rows": guards.rows_of(untested)}))
    return Contrasts(
        estimate=estimate, conf_low=low, conf_high=high, conf_level=conf_level, method=method,
        statistic=np.where(shown, statistic, np.nan),
        p_value=np.where(shown, normal_p(statistic, null[1]), np.nan),
        test="score_mn" if method == "miettinen_nurminen" else "score", null=null[0], alternative=null[1],
        numerator=counts[0], denominator=counts[1], numerator2=counts[2], denominator2=counts[3],
        unit=unit, base=base, kind=kind, state=state, caveats=caveats,
    )  # fmt: skip
