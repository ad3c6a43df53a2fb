"""Which earlier period a figure may be compared with, and what changed.

Counts are compared only between periods of one kind and about one length that do not overlap, of
one actor and one unit. Penalty mixes may also be compared between unequal windows of one actor.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import log, sqrt
from typing import Any

import numpy as np

from stats import indicators
from stats.codes import Rule
from stats.comparisons.two_proportions import difference_of_shares
from stats.comparisons.two_rates import rate_ratio
from stats.indicators import CONF_LEVEL, Book
from stats.intervals import z_value
from stats.periods import Period
from stats.power import detectable_rate, detectable_share
from stats.results import Approx, Note, Result, TestResult
from stats.severity.mix import MixShift, mix_shift

ROUGH = 2.0
"""Times its own chance alone that an interval may be wide before the wording of a figure is said to set it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One indicator of one actor in two periods.

    Attributes
    ----------
    now, before : Result
        The figure of the period reported on and of the earlier one.
    period : Period
        The earlier period.
    contrast : TestResult or None
        Ratio of the monthly averages (counts) or difference of the shares; None when the units
        differ, since the two counts are then not one quantity, when a share rests on an approximate
        figure, and when a figure stands under two actors.
    disputed : bool
        True when pages give one of the two figures to different actors (finding X02).
    """

    now: Result
    before: Result
    period: Period
    contrast: TestResult | None
    disputed: bool = False

    @property
    def direction(self) -> str:
        """``rose``, ``fell`` or ``flat`` (the interval of the contrast holds no change)."""
        if self.contrast is None or self.contrast.conf_low is None or self.contrast.conf_high is None:
            return "flat"
        still = 1.0 if self.now.kind == "count" else 0.0
        if self.contrast.conf_low > still:
            return "rose"
        return "fell" if self.contrast.conf_high < still else "flat"

    @property
    def rough(self) -> bool:
        """Whether the wording of an approximate count (``gần 20.000``), not chance, sets the interval.

        Such an interval tells what the word allows and little else: it decides the direction, and is
        not printed.
        """
        both = (self.now, self.before)
        if self.contrast is None or self.now.kind != "count" or all(r.approx is Approx.EXACT for r in both):
            return False
        low, high = self.contrast.conf_low or 0.0, self.contrast.conf_high or 0.0
        counts = [r.estimate or 0.0 for r in both]
        if min(low, *counts) <= 0:
            return True
        chance = 2 * z_value(self.contrast.conf_level or CONF_LEVEL) * sqrt(sum(1 / n for n in counts))
        return log(high / low) > ROUGH * chance


def detectable(pair: Pair, period: Period) -> tuple[float | None, float | None]:
    """Return the smallest rise and fall that would have shown, with a power of 80%.

    Parameters
    ----------
    pair : Pair
        A count or a share in two periods.
    period : Period
        The period reported on.

    Returns
    -------
    tuple of float or None
        As parts of the earlier monthly average for counts, as fractions (points) for shares; None
        where no change in that direction could have shown.

    Notes
    -----
    "No significant change" means little without it: with few cases only a large change can show.
    """
    if pair.before.estimate is None or pair.contrast is None:
        return None, None
    found: list[float | None] = []
    for direction in ("up", "down"):
        if pair.now.kind == "count":
            one = detectable_rate(pair.before.estimate, pair.period.months, period.months, per=1, direction=direction)[
                0
            ]
            start = pair.before.estimate / pair.period.months
            found.append(None if one.estimate is None or not start else abs(one.estimate / start - 1))
        else:
            n1, n2 = pair.before.denominator, pair.now.denominator
            one = detectable_share(pair.before.estimate, n1, n2, direction=direction)[0]
            found.append(None if one.estimate is None else abs(one.estimate - pair.before.estimate))
    return found[0], found[1]


def like(book: Book, indicator: str, body: str, period: Period) -> list[Pair]:
    """Compare one indicator with the latest earlier period of the same kind and length, per actor.

    Parameters
    ----------
    book : Book
        The curated data.
    indicator : str
        A count or a share.
    body : str
        Body id.
    period : Period
        The period reported on.

    Returns
    -------
    list of Pair
        Empty when no earlier like period has a figure of the same actor.
    """
    earlier = [p for p in book.periods(body) if p.end < period.start and p.comparable(period)]
    pairs = []
    for now in indicators.compute(book, indicator, body, period):
        for candidate in reversed(earlier):
            before = indicators.compute(book, indicator, body, candidate, actor=now.actor)
            if now and before and before[0]:
                disputed = bool(book.disputed & {*now.rows, *before[0].rows})
                contrast = None if disputed else _contrast(now, before[0], period, candidate)
                pairs.append(Pair(now, before[0], candidate, contrast, disputed))
                break
    return pairs


def _contrast(now: Result, before: Result, period: Period, earlier: Period) -> TestResult | None:
    if now.unit != before.unit or now.base != before.base:
        return None
    if now.kind == "count":
        return _ratio(now, before, period, earlier)
    if "approximate_input" in {c.code for r in (now, before) for c in r.caveats}:
        return None
    return difference_of_shares(now.numerator, now.denominator, before.numerator, before.denominator)[0]


def _ratio(now: Result, before: Result, period: Period, earlier: Period) -> TestResult:
    """Ratio of monthly averages; an approximate figure widens the interval to all that its wording allows."""
    ratio = rate_ratio(now.estimate, period.months, before.estimate, earlier.months)[0]
    if now.approx is Approx.EXACT and before.approx is Approx.EXACT:
        return ratio
    (low1, high1), (low2, high2) = (indicators.allowed_range(r) for r in (now, before))
    ends = rate_ratio([low1, high1], period.months, [high2, low2], earlier.months)
    return replace(
        ratio,
        conf_low=ends[0].conf_low,
        conf_high=ends[1].conf_high,
        caveats=(*ratio.caveats, Note("approximate_input")),
    )


class Shift(StrEnum):
    """How a penalty mix moved between two windows."""

    POLARISED = "polarised"
    HARSHER = "harsher"
    HARSHER_POLARISED = "harsher_polarised"
    MILDER = "milder"
    MILDER_POLARISED = "milder_polarised"
    MIXED = "mixed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MixChange:
    """Two penalty mixes of one actor, penalty by penalty.

    Attributes
    ----------
    pairs : tuple of Pair
        In order of severity; the contrast is the difference of the shares with the interval that
        holds for all penalties together (`stats.severity.mix.MixShift.shares`), so that a sentence,
        a table and a chart give one verdict.
    period : Period
        The earlier window.
    like : bool
        True when the two windows are of one kind and length.
    shift : Shift
        What the move is called; see `shift_of`.
    verdict : MixShift
        The tests behind the name: harshness told apart from polarisation (`stats.severity.mix`).
    """

    pairs: tuple[Pair, ...]
    period: Period
    like: bool
    shift: Shift
    verdict: MixShift

    @property
    def now(self) -> list[Result]:
        """Shares of the period reported on."""
        return [pair.now for pair in self.pairs]

    @property
    def before(self) -> list[Result]:
        """Shares of the earlier window."""
        return [pair.before for pair in self.pairs]


def mix(book: Book, indicator: str, body: str, period: Period) -> list[MixChange]:
    """Compare a penalty mix with an earlier window of the same actor that has the whole split.

    A window of the same kind and length is taken when there is one, else the one that ended last.

    Returns
    -------
    list of MixChange
        At most one an actor.
    """
    earlier = [p for p in book.periods(body) if p.end < period.start]
    ordered = sorted(earlier, key=lambda p: (p.comparable(period), p.end), reverse=True)
    found = []
    now = indicators.compute(book, indicator, body, period)
    for actor in dict.fromkeys(r.actor for r in now):
        mine = [r for r in now if r.actor == actor and r]
        if not whole(mine):
            continue
        for candidate in ordered:
            before = indicators.compute(book, indicator, body, candidate, actor=actor)
            if whole(before):
                found.append(_mix_change(mine, before, period, candidate))
                break
    return found


def whole(shares: Sequence[Result]) -> bool:
    """Tell whether the parts make up the total and are at least three (a split worth the name)."""
    return len(shares) >= 3 and sum(r.numerator or 0 for r in shares) == shares[0].denominator


def _mix_change(now: list[Result], before: list[Result], period: Period, earlier: Period) -> MixChange:
    by_penalty = {r.category: r for r in before}
    both = [(r, by_penalty[r.category]) for r in now if r.category in by_penalty]
    counts = ([before.numerator or 0 for _, before in both], [r.numerator or 0 for r, _ in both])
    verdict = mix_shift(*counts, penalties=[r.category for r, _ in both])
    rows = verdict.shares.to_dict("records")
    pairs = tuple(
        Pair(r, before, earlier, _together(_contrast(r, before, period, earlier), row, len(both)))
        for (r, before), row in zip(both, rows, strict=True)
    )
    return MixChange(pairs, earlier, earlier.comparable(period), shift_of(verdict), verdict)


def _together(contrast: TestResult | None, row: Mapping[Hashable, Any], tests: int) -> TestResult | None:
    """Return the difference of one penalty, interval and p-value adjusted for all penalties read together."""
    if contrast is None:
        return None
    adjusted = {name: row[name] for name in ("conf_low", "conf_high", "conf_level", "method")}
    # Not min(): a penalty of neither side has no p-value, and min(1.0, NaN) is 1.
    return replace(contrast, p_value=float(np.minimum(1.0, tests * contrast.p_value)), **adjusted)


def shift_of(verdict: MixShift) -> Shift:
    """Name the move of a mix from its tests.

    Parameters
    ----------
    verdict : MixShift
        Harshness and polarisation, each after Holm's adjustment.

    Returns
    -------
    Shift
        ``polarised`` without a word on harshness when only the spread grew; ``mixed`` when the mix
        changed in a way that is neither (or drew together); ``none`` when nothing is significant.
    """
    polarised = verdict.polarisation == "polarised"
    if verdict.harshness == "harsher":
        return Shift.HARSHER_POLARISED if polarised else Shift.HARSHER
    if verdict.harshness == "milder":
        return Shift.MILDER_POLARISED if polarised else Shift.MILDER
    if polarised:
        return Shift.POLARISED
    changed = verdict.polarisation == "centralised" or verdict.total.p_value < verdict.alpha
    return Shift.MIXED if changed else Shift.NONE


def breaks(book: Book, earlier: Period, later: Period, affects: Sequence[str]) -> tuple[Rule, ...]:
    """Return the dated rules that cut a comparison of two periods, in order of date.

    Parameters
    ----------
    earlier, later : Period
        The two periods; rules of either, and between them, count.
    affects : sequence of str
        What the rule must touch (``inspection``, ``discipline``); form sets always count.
    """
    return book.codes.rules_between(earlier.start, later.end, (*affects, "forms", "geography"))
