"""Control charts of counts on their bases: p, p', u, u' and c, of one series or of thousands at once."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from stats import guards
from stats.guards import Floats
from stats.monitoring.charts import ControlChart
from stats.monitoring.course import Course, Setting, charted, settle
from stats.monitoring.limits import Limits, count_limits


def p_chart(numerator: Any, denominator: Any, **course: Unpack[Course]) -> ControlChart:
    """Return p charts: shares around their common level, with binomial limits.

    Parameters
    ----------
    numerator, denominator : array-like, shape (points,) or (series, points)
        Cases and the base of each point; the numerator counts a part of the denominator. One base for each
        point, or one for all, may serve every series. A point with either missing, or with a base of zero, is
        missing.
    **course
        Periods, dated breaks, baseline, rules: see `Course`.

    Returns
    -------
    ControlChart
        Limits follow the base of each point and stay within 0 and 1.

    Raises
    ------
    InputError
        For counts that cannot be used, or a numerator above its denominator.

    Notes
    -----
    Only chance moves the share in this model. With bases of thousands the limits are too narrow for real
    reporting, and nearly every point is a signal: use `p_prime_chart`. At least 12 points a phase.

    References
    ----------
    Montgomery, *Introduction to Statistical Quality Control*, ch. 7.

    Examples
    --------
    >>> chart = p_chart([8, 11, 9, 10, 12, 10, 9, 11, 10, 9, 11, 25], [50] * 12)
    >>> print(chart.centre[0, 0], chart.upper[0, 0].round(4), *chart.hits()["rule"])
    0.225 0.4022 nhs_outside
    """
    return _shares(numerator, denominator, None, False, course)


def p_prime_chart(
    numerator: Any, denominator: Any, *, sigma_z: str = "moving_range", screen: bool = False,
    **course: Unpack[Course],
) -> ControlChart:  # fmt: skip
    """Return Laney's p' charts: shares with limits widened by how much they really vary.

    Parameters
    ----------
    numerator, denominator : array-like, shape (points,) or (series, points)
        As for `p_chart`.
    sigma_z : {'moving_range', 'sd'}
        How the variation of the standardised shares is estimated: their mean moving range over 1.128, or
        their standard deviation.
    screen : bool
        Leave out moving ranges of z of 3.267 times their mean or more.
    **course
        Periods, dated breaks, baseline, rules: see `Course`.

    Returns
    -------
    ControlChart
        `inflation` is the sigma of z: 1 is chance alone, above 1 more. A value below 1 narrows the limits.

    Raises
    ------
    InputError
        As for `p_chart`.

    Notes
    -----
    At least 12 points a phase.

    References
    ----------
    Laney (2002), *Quality Engineering* 14:531.

    Examples
    --------
    >>> n = [5000] * 12
    >>> cases = [1000, 1150, 900, 1080, 950, 1100, 980, 1060, 930, 1120, 960, 1040]
    >>> p_prime_chart(cases, n).inflation.round(2).tolist(), len(p_chart(cases, n).hits()) > 3
    ([[4.58]], True)
    """
    return _shares(numerator, denominator, _spread(sigma_z), screen, course)


def u_chart(events: Any, exposure: Any, *, per: float = 1.0, **course: Unpack[Course]) -> ControlChart:
    """Return u charts: rates around their common level, with Poisson limits.

    Parameters
    ----------
    events, exposure : array-like, shape (points,) or (series, points)
        Events and what they are counted on (members, organisations, months); an event may happen more than
        once to the same member. A point with either missing, or with both zero, is missing.
    per : float
        Multiplier of the rate (1000 = per thousand).
    **course
        Periods, dated breaks, baseline, rules: see `Course`.

    Returns
    -------
    ControlChart
        Lower limits stay at 0 or above.

    Raises
    ------
    InputError
        For counts that cannot be used.

    Notes
    -----
    As with `p_chart` only chance moves the rate; for large exposures use `u_prime_chart`. At least 12 points
    a phase.

    References
    ----------
    Montgomery, *Introduction to Statistical Quality Control*, ch. 7.

    Examples
    --------
    >>> chart = u_chart([2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4], [50] * 20)
    >>> print(chart.centre[0, 0], chart.upper[0, 0].round(4))
    0.074 0.1894
    """
    return _rates(events, exposure, per, None, False, course)


def u_prime_chart(
    events: Any, exposure: Any, *, per: float = 1.0, sigma_z: str = "moving_range", screen: bool = False,
    **course: Unpack[Course],
) -> ControlChart:  # fmt: skip
    """Return Laney's u' charts: rates with limits widened by how much they really vary.

    Parameters
    ----------
    events, exposure, per
        As for `u_chart`.
    sigma_z, screen
        As for `p_prime_chart`.
    **course
        Periods, dated breaks, baseline, rules: see `Course`.

    Returns
    -------
    ControlChart

    Raises
    ------
    InputError
        As for `u_chart`.

    Notes
    -----
    At least 12 points a phase.

    References
    ----------
    Laney (2002), *Quality Engineering* 14:531.

    Examples
    --------
    >>> chart = u_prime_chart([200, 260, 190, 240, 210, 250, 205, 235, 195, 245, 215, 230], [1000] * 12, per=1000)
    >>> print(chart.centre[0, 0].round(1), chart.inflation[0, 0].round(2))
    222.9 2.48
    """
    return _rates(events, exposure, per, _spread(sigma_z), screen, course)


def c_chart(events: Any, **course: Unpack[Course]) -> ControlChart:
    """Return c charts: counts on an exposure that does not change, with Poisson limits.

    Parameters
    ----------
    events : array-like, shape (points,) or (series, points)
        Counts. Empty cells are missing.
    **course
        Periods, dated breaks, baseline, rules: see `Course`.

    Returns
    -------
    ControlChart

    Raises
    ------
    InputError
        For counts that cannot be used.

    Notes
    -----
    Where the number of members or organisations behind the counts changes, use `u_chart`. At least 12 points a
    phase.

    References
    ----------
    Montgomery, *Introduction to Statistical Quality Control*, ch. 7.

    Examples
    --------
    >>> c_chart([4, 2, 3, 5, 4, 6, 3, 4, 2, 5, 4, 6]).upper[0, :2].tolist()
    [10.0, 10.0]
    """
    x = guards.numbers(events, "events", ndim=2)
    setting = settle(x, x, course)
    lines = count_limits(
        x, np.where(np.isfinite(x), 1.0, np.nan), setting.basis, shares=False, prime=None, screen=False
    )
    return charted(setting, lines, x, kind="c", method="c_chart", floor=0.0, ceiling=None)


def _shares(x: Any, n: Any, prime: str | None, screen: bool, course: Course) -> ControlChart:
    cases, base = _pair(x, n, ("numerator", "denominator"))
    guards.within(cases, base)
    return _of_counts(cases, base, 1.0, "p", prime, screen, course)


def _rates(x: Any, n: Any, per: float, prime: str | None, screen: bool, course: Course) -> ControlChart:
    events, exposure = _pair(x, n, ("events", "exposure"))
    guards.numbers(per, "per", minimum=float(np.finfo(float).tiny), missing=False)
    return _of_counts(events, exposure, float(per), "u", prime, screen, course)


def _pair(x: Any, n: Any, names: tuple[str, str]) -> tuple[Floats, Floats]:
    """Return counts and bases of one shape, both NaN where the point has no figure."""
    cases, base = guards.numbers(x, names[0], ndim=2), guards.numbers(n, names[1], ndim=2)
    if base.shape not in (cases.shape, (1, cases.shape[1]), (1, 1)):
        raise guards.refuse(
            f"{names[0]} has the shape {cases.shape} and {names[1]} {base.shape}",
            f"{guards.vietnamese(names[0])} có cỡ {cases.shape}, {guards.vietnamese(names[1])} có cỡ {base.shape}",
            remedy=("Give one base for every figure.", "Mỗi số cần một mẫu số tương ứng."),
        )
    base = np.broadcast_to(base, cases.shape)
    bad = (base == 0) & (cases > 0)
    if bad.any():
        raise guards.refuse(
            f"{names[0]} is above 0 where {names[1]} is 0", "có trường hợp nhưng mẫu số bằng 0", bad,
            remedy=("Correct those rows.", "Hãy sửa các dòng đó."),
        )  # fmt: skip
    known = np.isfinite(cases) & np.isfinite(base) & (base > 0)
    return np.where(known, cases, np.nan), np.where(known, base, np.nan)


def _of_counts(
    x: Floats, n: Floats, per: float, kind: str, prime: str | None, screen: bool, course: Course
) -> ControlChart:
    setting: Setting = settle(x / n, x, course)
    found = count_limits(x, n, setting.basis, shares=kind == "p", prime=prime, screen=screen)
    lines = Limits(found.centre * per, found.sigma * per, found.inflation)
    spread = "screened" if screen and prime == "moving_range" else prime
    name = f"{kind}_chart" if prime is None else f"{kind}_prime_{spread}"
    return charted(
        setting, lines, x / n * per, kind=kind if prime is None else f"{kind}_prime", method=name, floor=0.0,
        ceiling=1.0 if kind == "p" else None, counts=(x, n), per=per,
    )  # fmt: skip


def _spread(sigma_z: str) -> str:
    return guards.choice(sigma_z, ("moving_range", "sd"), ("sigma_z", "cách ước lượng sigma z"))
