"""Funnels: which bodies differ from the common level by more than chance and ordinary variation.

Between bodies of party size the binomial and Poisson limits are far too narrow, so the extra
variation (phi, tau squared) is estimated first and added to every body's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards, intervals
from stats.comparisons.dispersion import Dispersion, Scale, choose_scale, overdispersion
from stats.guards import Floats
from stats.rates import count_limits
from stats.results import Note, Printed, State, tidy

MINIMUM = 8
"""A funnel, a shrinkage or a ranking is refused below this many bodies."""

LEVELS = (0.95, 0.998)
"""Levels of the limits: two and about three standard errors."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Funnel(Printed):
    """Bodies against funnel limits.

    Attributes
    ----------
    estimate, conf_low, conf_high : ndarray of float
        The share, rate or ratio of each body, and the funnel's limits **at its size** at the widest
        level. NaN where the body has no figure.
    target : float
        The common level the limits surround.
    z, z_adjusted : ndarray of float
        Distance from the target in standard errors, without and with the extra variation.
    verdict : ndarray of str
        ``high_998``, ``high_95``, ``within``, ``low_95``, ``low_998`` (named by level) or ``none``.
    phi, tau2 : float
        Dispersion ratio and between-body variance, on the scale `transform`; NaN when refused.
    used : int
        Bodies the dispersion rests on, after truncation.
    state : State
        ``refused`` when there are too few bodies; `reason` says how many exist.
    """

    estimate: Floats
    conf_low: Floats
    conf_high: Floats
    numerator: Floats
    denominator: Floats
    target: float
    z: Floats
    z_adjusted: Floats
    verdict: npt.NDArray[np.str_]
    phi: float
    tau2: float
    used: int
    levels: tuple[float, ...]
    kind: str
    transform: str
    trim: str
    adjust: str
    method: str
    per: float = 1.0
    unit: str = ""
    base: str = ""
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of bodies."""
        return len(self.estimate)

    def __bool__(self) -> bool:
        """Tell whether the funnel could be drawn."""
        return self.state is State.VALUE

    def limits(self, sizes: Any, *, level: float, scale: str = "natural") -> pd.DataFrame:
        """Return the funnel's curve.

        Parameters
        ----------
        sizes : array-like
            Denominators (expected counts for a ratio) at which to draw it.
        level : float
            Level of the limits.
        scale : {'natural', 'transformed'}
            ``transformed`` leaves the limits on the scale of the standard errors (log, square root).

        Returns
        -------
        DataFrame
            ``size``, ``conf_low``, ``conf_high``, ``conf_level``; empty when the funnel is refused.

        Raises
        ------
        InputError
            For sizes that are not above zero.
        """
        guards.choice(scale, ("natural", "transformed"), ("scale", "thang đo"))
        at = guards.numbers(sizes, "sizes", minimum=np.finfo(float).tiny, missing=False)
        if not self:
            return pd.DataFrame(columns=["size", "conf_low", "conf_high", "conf_level"], dtype=float)
        rule = choose_scale(self.kind, self.transform, self.target / self.per)
        low, high = _curve(self, rule, at, guards.level(level), natural=scale == "natural")
        per = self.per if scale == "natural" else 1.0
        return pd.DataFrame({"size": at, "conf_low": low * per, "conf_high": high * per, "conf_level": level})

    def to_frame(self) -> pd.DataFrame:
        """Return one row a body: the shared columns, then z-scores and verdict."""
        state = np.where(np.isfinite(self.estimate), self.state.value, State.MISSING.value)
        data = {
            "estimate": self.estimate, "conf_low": self.conf_low, "conf_high": self.conf_high,
            "conf_level": max(self.levels), "method": self.method, "numerator": self.numerator,
            "denominator": self.denominator, "unit": self.unit, "base": self.base, "state": state,
            "target": self.target, "z": self.z, "z_adjusted": self.z_adjusted, "verdict": self.verdict,
        }  # fmt: skip
        return tidy(data, len(self), caveats=self.caveats)

    def _facts(self) -> dict[str, Any]:
        spread = {"target": self.target, "phi": self.phi, "tau2": self.tau2, "used": self.used}
        return {"kind": self.kind, "per": self.per} | (spread if self else {})

    def _table(self) -> pd.DataFrame:
        return self.to_frame().drop(columns="target")


def funnel(
    numerator: Any,
    denominator: Any,
    *,
    kind: str = "proportion",
    transform: str = "raw",
    adjust: str = "additive",
    trim: str = "winsorise",
    trim_share: float = 0.1,
    target: float | None = None,
    limits: str = "normal",
    levels: Sequence[float] = LEVELS,
    per: float = 1.0,
    minimum: int = MINIMUM,
    unit: str = "",
    base: str = "",
) -> Funnel:
    """Return bodies against funnel limits, with over-dispersion estimated and added.

    Parameters
    ----------
    numerator, denominator : array-like
        One row a body. For a ratio the denominator is the expected count.
    kind : {'proportion', 'ratio', 'rate', 'ratio_of_counts'}
        What the numerator over the denominator is.
    transform : {'raw', 'log', 'sqrt', 'arcsine', 'logit'}
        Scale on which bodies are compared: ``log`` (SHMI) or ``sqrt`` (CQC) for ratios and rates,
        ``arcsine`` or ``logit`` for proportions.
    adjust : {'additive', 'multiplicative', 'none'}
        ``additive`` adds tau squared to each variance (Spiegelhalter's random effects),
        ``multiplicative`` widens all limits by the square root of phi when phi exceeds 1.
    trim : {'winsorise', 'truncate', 'truncate_quantile', 'none'}
        What happens to extreme z-scores before phi is estimated. SHMI truncates by rank, CQC
        winsorises; tau squared differs, so the method names it.
    trim_share : float
        Share at each end that is trimmed.
    target : float, optional
        Common level, before `per`: a share between 0 and 1, or a rate or ratio; by default all numerators
        over all denominators (1 for a ratio).
    limits : {'normal', 'poisson'}
        ``poisson`` classes a ratio or rate without over-dispersion by the exact or Byar interval of
        its count (UK health statistics) instead of the normal one.
    levels : sequence of float
        Levels of the limits, for the verdicts.
    per : float
        Multiplier of rates in the result.
    minimum : int
        Fewest bodies; with fewer the result is refused and says how many exist.
    unit, base : str
        What is counted and what the denominator counts.

    Returns
    -------
    Funnel

    Raises
    ------
    InputError
        For counts that cannot be used, a transform that does not fit the kind or a target outside its
        range; names the rows.

    Notes
    -----
    phi is the mean square of the (trimmed) z-scores, tau² = max(0, (n phi - (n - 1)) / (Σw - Σw²/Σw))
    with w = 1/s². A log scale cannot hold a count of zero: such bodies enter at one half, with a
    caveat. A body outside the limits is unusual, not wrong; the reason may be its mix of cases, its
    reporting or a campaign. Do not rank.

    References
    ----------
    Spiegelhalter (2005), *Stat Med* 24:1185; Spiegelhalter et al. (2012), *JRSS A* 175:1;
    NHS Digital, *SHMI methodology*; UKHSA, *Technical guidance: funnel plots*.

    Examples
    --------
    >>> even = funnel([50] * 8, [100] * 8)
    >>> even.target, even.phi, even.tau2, set(even.verdict.tolist())
    (0.5, 0.0, 0.0, {'within'})
    >>> funnel([5, 9, 7], [10, 20, 15]).reason
    Note(code='too_few_bodies', values={'found': 3, 'needed': 8})
    """
    guards.choice(adjust, ("additive", "multiplicative", "none"), ("adjustment", "cách hiệu chỉnh"))
    guards.choice(limits, ("normal", "poisson"), ("limits", "giới hạn"))
    used_levels = tuple(sorted(guards.level(level) for level in levels))
    x, n = guards.aligned(
        numerator=guards.numbers(numerator, "numerator"), denominator=guards.numbers(denominator, "denominator")
    )
    if kind == "proportion":
        guards.within(x, n)
    known = np.isfinite(x) & np.isfinite(n) & (n > 0)
    every = bool(known.all())
    x0, n0 = (x, n) if every else (x[known], n[known])
    pooled = float(x0.sum() / n0.sum()) if len(x0) else float("nan")
    centre = (1.0 if kind == "ratio" else pooled) if target is None else _target(target, kind)
    blank = np.full(len(x), np.nan)
    shell = Funnel(
        estimate=_put(x0 / n0 * per, known, every), conf_low=blank, conf_high=blank, numerator=x, denominator=n,
        target=centre * per, z=blank, z_adjusted=blank, verdict=_NO_VERDICT, phi=float("nan"), tau2=float("nan"),
        used=0, levels=used_levels, kind=kind, transform=transform, trim=trim, adjust=adjust,
        method=_method(transform, adjust, trim, limits), per=per, unit=unit, base=base,
    )  # fmt: skip
    rule = choose_scale(kind, transform, centre)
    if len(x0) < minimum:
        return _refused(shell, Note("too_few_bodies", {"found": len(x0), "needed": minimum}))
    if not rule.holds(centre):
        return _refused(shell, Note("no_variation_possible", {"target": centre}))
    zero = known & (x == 0) if rule.needs_positive else np.zeros(0, dtype=bool)
    caveats = (Note("zero_counts_at_half", {"rows": guards.rows_of(zero)}),) if zero.any() else ()
    y, s = rule.place(x0, n0)
    z = (y - rule.centre) / s
    spread = overdispersion(y, s, centre=rule.centre, trim=trim, trim_share=trim_share)
    z_adjusted = _adjusted(z, s, spread, adjust)
    if limits == "poisson" and adjust == "none":
        verdict = _poisson_verdict(x0, n0 * centre, used_levels)
    else:
        verdict = _verdict(z_adjusted, used_levels)
    result = replace(
        shell, z=_put(z, known, every), z_adjusted=_put(z_adjusted, known, every), phi=spread.phi, tau2=spread.tau2,
        used=spread.used, verdict=verdict if every else _spread_out(verdict, known), caveats=caveats,
    )  # fmt: skip
    low, high = _curve(result, rule, n0, used_levels[-1], natural=True)
    return replace(result, conf_low=_put(low * per, known, every), conf_high=_put(high * per, known, every))


def _target(target: float, kind: str) -> float:
    level, most = float(target), 1.0 if kind == "proportion" else np.inf
    if not 0 <= level <= most or np.isinf(level):
        share = kind == "proportion"
        raise guards.refuse(
            f"target is {level:g}; it must {'lie between 0 and 1' if share else 'be above 0'}",
            f"giá trị mục tiêu là {level:g}; phải {'nằm giữa 0 và 1' if share else 'lớn hơn 0'}",
            remedy=("Write 0.02 for a target of 2%, or leave it out to take the common level of the bodies.",
                    "Viết 0.02 cho mục tiêu 2%, hoặc bỏ trống để lấy mức chung của các đơn vị.") if share else
                   ("Give the common level in units of the numerator over the denominator, without `per`.",
                    "Ghi mức chung theo đơn vị tử số trên mẫu số, không nhân với `per`."),
        )  # fmt: skip
    return level


_NO_VERDICT = np.empty(0, dtype="<U6")


def _put(values: Floats, known: guards.Flags, every: bool) -> Floats:
    """Return values of the known bodies one row a body, NaN for the others."""
    if every:
        return values
    out = np.full(len(known), np.nan)
    out[known] = values
    return out


def _spread_out(verdict: npt.NDArray[np.str_], known: guards.Flags) -> npt.NDArray[np.str_]:
    out = np.full(len(known), "none", dtype=verdict.dtype)
    out[known] = verdict
    return out


def _refused(shell: Funnel, reason: Note) -> Funnel:
    none = np.full(len(shell), "none", dtype=_NO_VERDICT.dtype)
    return replace(shell, verdict=none, state=State.REFUSED, reason=reason, caveats=(reason,))


def _method(transform: str, adjust: str, trim: str, limits: str) -> str:
    if adjust == "none":
        return "funnel_poisson" if limits == "poisson" else f"funnel_{transform}"
    return f"funnel_{transform}_{adjust}_{trim}"


def _adjusted(z: Floats, s: Floats, spread: Dispersion, adjust: str) -> Any:
    if adjust == "additive":
        return z * s / np.sqrt(s**2 + spread.tau2)
    if adjust == "multiplicative":
        return z / np.sqrt(max(spread.phi, 1.0))
    return z


def _curve(plot: Funnel, rule: Scale, sizes: Floats, level: float, *, natural: bool) -> tuple[Floats, Floats]:
    s = rule.standard_error(sizes)
    if plot.adjust == "additive":
        s = np.sqrt(s**2 + plot.tau2)
    elif plot.adjust == "multiplicative":
        s = s * np.sqrt(max(plot.phi, 1.0))
    half = intervals.z_value(level) * s
    low, high = rule.centre - half, rule.centre + half
    return (rule.back(low), rule.back(high)) if natural else (low, high)


def _classed(high: list[guards.Flags], low: list[guards.Flags], levels: tuple[float, ...]) -> npt.NDArray[np.str_]:
    # Levels rise, so that how many limits a body passes names the widest one.
    ends = [f"{level * 100:g}".replace(".", "") for level in levels]
    names = np.array(["within", *(f"high_{e}" for e in ends), *(f"low_{e}" for e in reversed(ends))])
    passed = np.zeros(len(high[0]), dtype=np.intp)
    for above, below in zip(high, low, strict=True):
        passed += above
        passed -= below
    out: npt.NDArray[np.str_] = names.take(passed, mode="wrap")  # below zero from the end
    return out


def _verdict(z: Floats, levels: tuple[float, ...]) -> npt.NDArray[np.str_]:
    limits = [intervals.z_value(level) for level in levels]
    return _classed([z > limit for limit in limits], [z < -limit for limit in limits], levels)


def _poisson_verdict(x: Floats, expected: Floats, levels: tuple[float, ...]) -> npt.NDArray[np.str_]:
    ends = [count_limits(x, "auto", level) for level in levels]
    return _classed([low > expected for low, _, _ in ends], [high < expected for _, high, _ in ends], levels)


def poisson_funnel(events: Any, *, level: float = 0.95) -> pd.DataFrame:
    """Return where a given number of events would just touch the limits of a ratio or rate funnel.

    Parameters
    ----------
    events : array-like
        Observed events along the funnel.
    level : float
        Level of the limits.

    Returns
    -------
    DataFrame
        ``events``; ``expected_at_low`` and ``expected_at_high``, the expected counts at which so many
        events lie on the lower and the upper limit (exact Poisson); ``ratio_low``, ``ratio_high``,
        events over those; ``conf_level``. Divide the expected counts by the common rate to get
        populations.

    Raises
    ------
    InputError
        For negative or missing events.

    References
    ----------
    UKHSA PHEindicatormethods, ``calculate_funnel_limits`` (ratios and rates).

    Examples
    --------
    >>> poisson_funnel([10]).round(3).iloc[0].tolist()
    [10.0, 18.39, 4.795, 0.544, 2.085, 0.95]
    """
    level = guards.level(level)
    o = guards.numbers(events, "events", missing=False)
    at_high, at_low = intervals.poisson_exact(o, level)
    return pd.DataFrame({
        "events": o, "expected_at_low": at_low, "expected_at_high": at_high, "ratio_low": o / at_low,
        "ratio_high": np.where(at_high > 0, o / np.where(at_high > 0, at_high, 1.0), np.inf), "conf_level": level,
    })  # fmt: skip
