"""Harsher or more polarised? A shift of the penalty mix split into its ordered components.

Both ends can grow at the expense of the middle: more reprimands *and* more expulsions, fewer
warnings. A single "harsher" hides that; this module says both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from stats import guards, intervals
from stats.comparisons.two_proportions import difference_of_shares
from stats.guards import Floats
from stats.results import Note, Printed, TestResult
from stats.severity.tables import counts


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MixShift(Printed):
    """How the mix of penalties differs between two periods or bodies.

    Attributes
    ----------
    harshness, polarisation : str
        ``harsher``, ``milder`` or ``no_shift``; ``polarised``, ``centralised`` or ``no_shift``, each
        when its component is significant after Holm's adjustment.
    location, dispersion, rest, total : TestResult
        Components of Pearson's chi-square: they add up to ``total``. A component for which too few
        penalties occur (all cases under one; under two for dispersion; under three for the rest) is
        ``refused`` (``one_level``, ``too_few_levels``) and its verdict is ``no_shift``. ``estimate`` of
        location is the chance that a case of the second side is punished harder than one of the first
        (ties half), with its interval.
    both_ends_grew : bool
        Whether the shares of the mildest and of the heaviest penalties both rose.
    crossing : bool
        Whether "more severe than j" rose at one cut and fell at another: then no ordering is right.
    shares : DataFrame
        One row a penalty: both shares, their difference and its simultaneous interval.
    cuts : DataFrame
        One row a cut: share above it on both sides, difference and interval.
    """

    harshness: str
    polarisation: str
    location: TestResult
    dispersion: TestResult
    rest: TestResult
    total: TestResult
    both_ends_grew: bool
    crossing: bool
    shares: pd.DataFrame
    cuts: pd.DataFrame
    alpha: float
    caveats: tuple[Note, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a component."""
        parts = [self.location, self.dispersion, self.rest, self.total]
        frame = pd.concat([p.to_frame() for p in parts], ignore_index=True)
        frame.insert(0, "component", ["harshness", "polarisation", "rest", "total"])
        return frame

    def _facts(self) -> dict[str, Any]:
        tested = {"harshness": self.location, "polarisation": self.dispersion}
        said = {name: f"{getattr(self, name)} (p {test.p_value:.3g})" for name, test in tested.items()}
        return said | {"both_ends_grew": self.both_ends_grew, "crossing": self.crossing}

    def _table(self) -> pd.DataFrame:
        return self.shares


def mix_shift(
    before: Any,
    after: Any,
    *,
    penalties: Sequence[str] = (),
    scores: str = "rank",
    heavy: int = 1,
    alpha: float = 0.05,
    conf_level: float = 0.95,
) -> MixShift:
    """Tell harshness from polarisation in a shift of the penalty mix.

    Parameters
    ----------
    before, after : array-like
        Counts by penalty, mildest first, of two sides that do not overlap.
    penalties : sequence of str
        Their names.
    scores : {'rank', 'table'}
        Distances between penalties: midranks of both sides together, or equal steps.
    heavy : int
        How many of the last penalties count as the heavy end for `both_ends_grew`.
    alpha : float
        Level of the two verdicts together.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    MixShift

    Raises
    ------
    InputError
        For counts that cannot be used, sides of different length, fewer than three penalties, or a
        side with no case.

    Notes
    -----
    Pearson's chi-square of the two by J table is split by polynomials in the scores, orthonormal
    under the pooled mix: the linear part is location (harshness), the quadratic part dispersion
    (polarisation), what is left is other shape. Harshness is a statement about the **mix of those
    disciplined**: fewer minor cases pursued also makes a mix harsher. Compare sides of one decider,
    one unit and one set of rules; where a break lies between, say so beside the verdict.

    References
    ----------
    Rayner and Best (2001), *A Contingency Table Approach to Nonparametric Testing*, ch. 3;
    Agresti (2010), *Analysis of Ordinal Categorical Data*, 2.1 and 7.1.

    Examples
    --------
    Hà Nội, term 2015-2020 against half-term 2020-2025 (reprimand, warning, removal, expulsion),
    committees and commissions together; new rules of 2021 and 2022 lie between:

    >>> shift = mix_shift([3088, 622, 72, 361], [1783, 281, 25, 288])
    >>> shift.harshness, shift.polarisation, shift.both_ends_grew
    ('no_shift', 'polarised', True)
    """
    guards.choice(scores, ("rank", "table"), ("scores", "cách cho điểm"))
    alpha, conf_level = guards.between(alpha, "alpha", 0, 1), guards.level(conf_level)
    first, second = guards.numbers(before, "before", missing=False), guards.numbers(after, "after", missing=False)
    if len(first) != len(second):
        raise guards.refuse(
            f"before has {len(first)} penalties, after {len(second)}",
            f"kỳ trước có {len(first)} hình thức, kỳ sau {len(second)}",
            remedy=("Give both sides the same penalties.", "Hai bên cần cùng các hình thức kỷ luật."),
        )
    table = counts([first, second], smallest=(2, 3))
    totals = table.sum(axis=1)
    if (totals == 0).any():
        raise guards.refuse("A side has no case", "Có bên không có trường hợp nào", totals == 0)
    names = tuple(penalties) or tuple(str(j + 1) for j in range(len(first)))
    n = float(totals.sum())
    pooled = table.sum(axis=0) / n
    kept = pooled > 0
    caveats = (
        ()
        if kept.all()
        else (Note("empty_levels", {"levels": [p for p, k in zip(names, kept, strict=True) if not k]}),)
    )
    difference = (table[1] / totals[1] - table[0] / totals[0])[kept]
    parts = _components(difference, pooled[kept], np.flatnonzero(kept).astype(float), scores) * np.sqrt(
        totals[0] * totals[1] / n
    )
    location, dispersion = _part(parts, 0, n, f"mix_location_{scores}"), _part(parts, 1, n, "mix_dispersion")
    rest, total = _sum(parts[2:], n, "mix_rest", len(parts)), _sum(parts, n, "mix_total", len(parts))
    if location:
        chance, low, high = _superiority(table, conf_level)
        location = replace(location, estimate=chance, conf_low=low, conf_high=high, conf_level=conf_level)
    harsh = _holm(location.p_value, dispersion.p_value) <= alpha
    spread = _holm(dispersion.p_value, location.p_value) <= alpha
    ends = table / totals[:, None]
    heavy_end = ends[:, -heavy:].sum(axis=1)
    cuts = _cuts(table, names, conf_level)
    sign = np.sign(cuts["difference"].to_numpy().round(12))
    return MixShift(
        harshness="no_shift" if not harsh else "harsher" if parts[0] > 0 else "milder",
        polarisation="no_shift" if not spread else "polarised" if parts[1] > 0 else "centralised",
        location=location, dispersion=dispersion, rest=rest, total=total,
        both_ends_grew=bool(ends[1, 0] > ends[0, 0] and heavy_end[1] > heavy_end[0]),
        crossing=bool((sign > 0).any() and (sign < 0).any()),
        shares=_shares(table, names, conf_level), cuts=cuts, alpha=alpha, caveats=caveats,
    )  # fmt: skip


def _holm(p_value: float, other: float) -> float:
    if np.isnan(p_value) or np.isnan(other):  # a test that was not made takes no share of alpha
        return p_value
    return 2 * p_value if p_value <= other else max(2 * other, p_value)


def _components(difference: Floats, pooled: Floats, steps: Floats, scores: str) -> Floats:
    many = len(pooled)
    points = pooled.cumsum() - pooled / 2 if scores == "rank" else steps
    points = (points - pooled @ points) / np.sqrt(max(float(pooled @ (points - pooled @ points) ** 2), 1e-300))
    # QR of the weighted powers gives the orthonormal polynomials; signs are set by the highest power.
    root = np.sqrt(pooled)
    q, r = np.linalg.qr(np.vander(points, many, increasing=True) * root[:, None])
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    out: Floats = (q[:, 1:] / root[:, None]).T @ difference
    return out


def _part(parts: Floats, index: int, n: float, name: str) -> TestResult:
    if len(parts) <= index:
        return TestResult.refused(name, n, _too_few(len(parts)))
    z = float(parts[index])
    return TestResult(
        statistic=z**2, p_value=float(2 * special.ndtr(-abs(z))), df=1.0, method=name, n=n, extra={"z": z}
    )


def _sum(parts: Floats, n: float, name: str, every: int) -> TestResult:
    if not len(parts):
        return TestResult.refused(name, n, _too_few(every))
    value = float((parts**2).sum())
    return TestResult(
        statistic=value, p_value=float(special.chdtrc(len(parts), value)), df=float(len(parts)), method=name, n=n
    )


def _too_few(parts: int) -> Note:
    # Penalties that occur are one more than their components.
    return Note("too_few_levels", {"found": parts + 1}) if parts else Note("one_level")


def _superiority(table: Floats, conf_level: float) -> tuple[float, float, float]:
    # P(second harder than first) + half the ties, with DeLong's variance on the logit scale.
    p = table / table.sum(axis=1, keepdims=True)
    below = p[0].cumsum() - p[0] / 2
    above = 1 - (p[1].cumsum() - p[1] / 2)
    chance = float(p[1] @ below)
    sizes = np.maximum(table.sum(axis=1) - 1, 1.0)
    variance = float(p[1] @ (below - chance) ** 2 / sizes[1] + p[0] @ (above - chance) ** 2 / sizes[0])
    if not 0 < chance < 1 or variance <= 0:
        return chance, 0.0 if chance < 1 else chance, 1.0 if chance > 0 else chance
    half = intervals.z_value(conf_level) * float(np.sqrt(variance)) / (chance * (1 - chance))
    middle = float(special.logit(chance))
    return chance, float(special.expit(middle - half)), float(special.expit(middle + half))


def _shares(table: Floats, names: Sequence[str], conf_level: float) -> pd.DataFrame:
    # Bonferroni over the penalties, so that all differences hold together.
    level = 1 - (1 - conf_level) / len(names)
    totals = table.sum(axis=1)
    gap = difference_of_shares(table[1], totals[1], table[0], totals[0], conf_level=level)
    return pd.DataFrame({
        "penalty": list(names), "before": table[0] / totals[0], "after": table[1] / totals[1],
        "difference": gap.estimate, "conf_low": gap.conf_low, "conf_high": gap.conf_high, "conf_level": conf_level,
        "method": "newcombe_bonferroni",
    })  # fmt: skip


def _cuts(table: Floats, names: Sequence[str], conf_level: float) -> pd.DataFrame:
    above = table[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    totals = table.sum(axis=1)
    level = 1 - (1 - conf_level) / above.shape[1]
    gap = difference_of_shares(above[1], totals[1], above[0], totals[0], conf_level=level)
    return pd.DataFrame({
        "above": list(names[:-1]), "before": above[0] / totals[0], "after": above[1] / totals[1],
        "difference": gap.estimate, "conf_low": gap.conf_low, "conf_high": gap.conf_high, "conf_level": conf_level,
        "method": "newcombe_bonferroni",
    })  # fmt: skip
