"""Empirical-Bayes shrinkage: small bodies drawn towards what is common, so that chance does not shout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from stats import guards, intervals
from stats.comparisons.funnels import MINIMUM
from stats.guards import Flags, Floats
from stats.results import Estimates, Note, Printed, State


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Shrunk(Printed):
    """Shrunken estimates with the prior they were drawn towards.

    Attributes
    ----------
    estimates : Estimates
        Shrunken figures with intervals from the posterior; refused below the minimum of bodies.
    prior : dict of str to float
        ``nu``, ``alpha`` of a gamma; ``mean``, ``between`` of Marshall; ``mean``, ``rho``, ``size`` of a
        beta. Empty when refused.
    iterations : int
        Steps of an iterative method.
    reason : Note or None
        Why nothing was estimated.
    """

    estimates: Estimates
    prior: dict[str, float]
    iterations: int = 0
    reason: Note | None = None

    def __len__(self) -> int:
        """Return the number of bodies."""
        return len(self.estimates)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a body, with the shared columns."""
        return self.estimates.to_frame()

    def _facts(self) -> dict[str, Any]:
        return {"prior": self.prior} if self.prior else {}


def _bodies(x: Any, n: Any, names: tuple[str, str]) -> tuple[Floats, Floats, Flags]:
    count, base = guards.aligned(**{names[0]: guards.numbers(x, names[0]), names[1]: guards.numbers(n, names[1])})
    return count, base, np.isfinite(count) & np.isfinite(base) & (base > 0)


def _result(
    values: tuple[Floats, Floats, Floats], known: Flags, x: Floats, n: Floats, method: str, level: float, kind: str,
    per: float | None, unit: str, base: str, reason: Note | None = None,
) -> Estimates:  # fmt: skip
    state = np.where(known, State.VALUE.value, State.MISSING.value).astype("<U15")
    if reason is not None:
        state[:] = State.REFUSED.value
    shown = state == State.VALUE.value
    estimate, low, high = (np.where(shown, v, np.nan) for v in values)
    # A posterior with nearly all its weight on one edge has its mean outside its own middle part.
    low, high = np.minimum(low, estimate), np.maximum(high, estimate)
    return Estimates(
        estimate=estimate, conf_low=low, conf_high=high, conf_level=level, method=method, numerator=x, denominator=n,
        unit=unit, base=base, per=per, kind=kind, state=state, caveats=(reason,) if reason is not None else (),
    )  # fmt: skip


def _refused(
    reason: Note, known: Flags, x: Floats, n: Floats, method: str, level: float, kind: str, per: float | None,
    unit: str, base: str,
) -> Shrunk:  # fmt: skip
    blank = np.full(len(x), np.nan)
    return Shrunk(
        estimates=_result((blank, blank, blank), known, x, n, method, level, kind, per, unit, base, reason),
        prior={},
        reason=reason,
    )


def shrink_ratios(
    observed: Any,
    expected: Any,
    *,
    conf_level: float = 0.95,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
    minimum: int = MINIMUM,
    unit: str = "",
    base: str = "",
) -> Shrunk:
    """Return ratios of observed to expected counts shrunk towards their mean (Clayton and Kaldor).

    Parameters
    ----------
    observed, expected : array-like
        One row a body; the expected count is its exposure times the common rate.
    conf_level : float
        Probability of the posterior interval.
    tolerance, max_iterations
        When the moments stop changing; a caveat says if they did not.
    minimum : int
        Fewest bodies.
    unit, base : str
        What is counted and what the expectation rests on.

    Returns
    -------
    Shrunk
        ``prior`` holds ``nu`` and ``alpha``: the ratio is ``(O + nu) / (E + alpha)``.

    Raises
    ------
    InputError
        For counts that cannot be used; names the rows.

    Notes
    -----
    Counts are Poisson, ratios gamma with shape nu and rate alpha, by the moment iteration of Clayton
    and Kaldor. The interval takes nu and alpha as known, so it is a little short. For display in
    place of a ranking, not as a count: shrunken figures do not add up.

    References
    ----------
    Clayton and Kaldor (1987), *Biometrics* 43:671.

    Examples
    --------
    >>> drawn = shrink_ratios([0, 2, 5, 9, 12, 3, 8, 20], [4, 4, 6, 6, 8, 8, 10, 10])
    >>> bool(0 < drawn.estimates.estimate[0] < 1), bool(drawn.estimates.estimate[-1] < 2)
    (True, True)
    """
    conf_level = guards.level(conf_level)
    o, e, known = _bodies(observed, expected, ("observed", "expected"))
    method = "clayton_kaldor"
    if known.sum() < minimum:
        reason = Note("too_few_bodies", {"found": int(known.sum()), "needed": minimum})
        return _refused(reason, known, o, e, method, conf_level, "ratio", None, unit, base)
    x, mean = o[known], e[known]
    raw = x / mean
    m, v = float(raw.mean()), float(raw.var(ddof=1))
    if v <= 0:
        reason = Note("no_variation", {"bodies": len(x)})
        return _refused(reason, known, o, e, method, conf_level, "ratio", None, unit, base)
    # One step from the raw moments, then until mean and variance both stand still.
    steps, settled = 0, False
    nu, alpha = m * m / v, m / v
    while steps < max_iterations and not settled:
        smooth = (x + nu) / (mean + alpha)
        m_new = float(smooth.mean())
        v_new = float(((1 + alpha / mean) * (smooth - m_new) ** 2).sum() / (len(x) - 1))
        steps += 1
        settled = abs(m_new - m) <= tolerance * (m_new + m) and abs(v_new - v) <= tolerance * (v_new + v)
        m, v = m_new, v_new
        if v <= 1e-12 * m * m:
            reason = Note("no_variation", {"bodies": len(x)})
            return _refused(reason, known, o, e, method, conf_level, "ratio", None, unit, base)
        if not settled:
            nu, alpha = m * m / v, m / v
    tail = (1 - conf_level) / 2
    safe_o, safe_e = np.where(known, o, 0.0), np.where(known, e, 1.0)
    values = (
        (safe_o + nu) / (safe_e + alpha),
        special.gammaincinv(safe_o + nu, tail) / (safe_e + alpha),
        special.gammainccinv(safe_o + nu, tail) / (safe_e + alpha),
    )
    estimates = _result(values, known, o, e, method, conf_level, "ratio", None, unit, base)
    reason_ = None if settled else Note("not_settled", {"iterations": steps})
    return Shrunk(estimates=estimates, prior={"nu": nu, "alpha": alpha}, iterations=steps, reason=reason_)


def shrink_rates(
    count: Any,
    exposure: Any,
    *,
    per: float = 1.0,
    conf_level: float = 0.95,
    minimum: int = MINIMUM,
    unit: str = "",
    base: str = "",
) -> Shrunk:
    """Return rates shrunk towards their common mean by moments (Marshall's global estimator).

    Parameters
    ----------
    count, exposure : array-like
        One row a body.
    per : float
        Multiplier of the rates.
    conf_level : float
        Level of the interval, normal around the linear posterior.
    minimum : int
        Fewest bodies.
    unit, base : str
        What is counted and what the exposure counts.

    Returns
    -------
    Shrunk
        ``prior`` holds ``mean`` and ``between``, per one unit of exposure.

    Raises
    ------
    InputError
        For counts that cannot be used; names the rows.

    Notes
    -----
    ``m + a (r - m) / (a + m / n)`` with ``a`` the between-body variance, 0 when the rates vary no more
    than chance: all bodies then get the common rate.

    References
    ----------
    Marshall (1991), *Applied Statistics* 40:283.

    Examples
    --------
    By hand: mean 0.045, between (0.000525 - 0.00045), weight 1/7, so 0.01 moves to 0.04.

    >>> drawn = shrink_rates([1, 2, 3, 4, 5, 6, 7, 8], [100] * 8)
    >>> round(float(drawn.estimates.estimate[0]), 4), drawn.estimates.method
    (0.04, 'marshall')
    """
    conf_level = guards.level(conf_level)
    x, n, known = _bodies(count, exposure, ("count", "exposure"))
    method = "marshall"
    if known.sum() < minimum:
        reason = Note("too_few_bodies", {"found": int(known.sum()), "needed": minimum})
        return _refused(reason, known, x, n, method, conf_level, "rate", per, unit, base)
    y, e = x[known], n[known]
    mean = float(y.sum() / e.sum())
    if mean == 0:
        reason = Note("no_events", {"bodies": len(y)})
        return _refused(reason, known, x, n, method, conf_level, "rate", per, unit, base)
    spread = float((e * (y / e - mean) ** 2).sum() / e.sum())
    between = max(spread - mean / float(e.mean()), 0.0)
    size = np.where(known, n, 1.0)
    weight = between / (between + mean / size)
    value = mean + weight * (np.where(known, x, 0.0) / size - mean)
    half = intervals.z_value(conf_level) * np.sqrt(weight * mean / size)
    low, high = np.maximum(value - half, 0.0), value + half
    if between == 0:  # all bodies get the common rate, with the interval of the pooled count
        ends = intervals.byar(np.array([y.sum()]), conf_level)
        low, high = (np.full(len(x), end[0] / e.sum()) for end in ends)
    values = (value * per, low * per, high * per)
    estimates = _result(values, known, x, n, method, conf_level, "rate", per, unit, base)
    return Shrunk(estimates=estimates, prior={"mean": mean, "between": between})


def shrink_shares(
    numerator: Any,
    denominator: Any,
    *,
    conf_level: float = 0.95,
    minimum: int = MINIMUM,
    unit: str = "",
    base: str = "",
) -> Shrunk:
    """Return shares shrunk towards their pooled value (beta-binomial by moments).

    Parameters
    ----------
    numerator, denominator : array-like
        One row a body.
    conf_level : float
        Probability of the posterior interval.
    minimum : int
        Fewest bodies.
    unit, base : str
        What is counted and what the base counts.

    Returns
    -------
    Shrunk
        ``prior`` holds the pooled ``mean``, the intra-body correlation ``rho`` and the prior's
        ``size`` in cases (infinite when the bodies vary no more than chance).

    Raises
    ------
    InputError
        For counts that cannot be used; names the rows.

    References
    ----------
    Kleinman (1973), *JASA* 68:46.

    Examples
    --------
    >>> drawn = shrink_shares([0, 1, 5, 30, 12, 9, 2, 40], [5, 10, 9, 50, 40, 20, 15, 60])
    >>> bool(drawn.estimates.estimate[0] > 0.1)
    True
    """
    conf_level = guards.level(conf_level)
    x, n, known = _bodies(numerator, denominator, ("numerator", "denominator"))
    guards.within(x, n)
    method = "beta_binomial"
    if known.sum() < minimum:
        reason = Note("too_few_bodies", {"found": int(known.sum()), "needed": minimum})
        return _refused(reason, known, x, n, method, conf_level, "share", None, unit, base)
    y, m = x[known], n[known]
    mean, k = float(y.sum() / m.sum()), int(known.sum())
    if not 0 < mean < 1:
        reason = Note("no_variation", {"bodies": k})
        return _refused(reason, known, x, n, method, conf_level, "share", None, unit, base)
    spread = float((m * (y / m - mean) ** 2).sum())
    chance = mean * (1 - mean)
    room = float(m.sum() - (m**2).sum() / m.sum()) - (k - 1)
    rho = min(max((spread - chance * (k - 1)) / (chance * room), 0.0), 0.999) if room > 0 else 0.0
    size = (1 - rho) / rho if rho > 0 else float("inf")
    xs, ns = np.where(known, x, 0.0), np.where(known, n, 1.0)
    tail = (1 - conf_level) / 2
    if np.isfinite(size):
        a, b = xs + mean * size, ns - xs + (1 - mean) * size
        values = (a / (a + b), intervals.beta_quantile(a, b, tail), intervals.beta_quantile(a, b, tail, upper=True))
    else:  # no variation beyond chance: the common share, with the interval of the pooled count
        low, high = intervals.wilson(np.array([y.sum()]), np.array([m.sum()]), conf_level)
        values = (np.full(len(x), mean), np.full(len(x), low[0]), np.full(len(x), high[0]))
    estimates = _result(values, known, x, n, method, conf_level, "share", None, unit, base)
    return Shrunk(estimates=estimates, prior={"mean": mean, "rho": rho, "size": size})
