"""Rules that tell a signal from noise on a control chart: NHS, Western Electric and Nelson.

A rule looks at stretches of points along time. It fires at the last point of a stretch (`signals`), and
some points of the stretch make it up (`parts`); textbooks mark the former, the NHS charts the latter.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from stats import guards
from stats.guards import Flags, Floats

DIRECTIONS = ("high", "low")
"""Above or below the centre line; for `trend` rising or falling. Tests without a direction are ``both``."""

_DIRECTED = ("beyond", "run", "trend", "near", "zone")


@dataclass(frozen=True, slots=True)
class SignalRule:
    """One rule of a set.

    Attributes
    ----------
    code : str
        Set and name or number (``nhs_run``, ``nelson_5``).
    test : str
        ``beyond`` the limits; ``run`` on one side of the centre; ``trend``; ``near`` a limit, but inside
        it, with the whole stretch on that side (NHS); ``zone``: beyond `sigma` on one side;
        ``alternating`` up and down; ``within`` `sigma` of the centre; ``mixture``: none within `sigma`.
    length : int
        Points of the stretch.
    needed : int
        How many of them must meet the condition.
    sigma : float
        Distance from the centre the test is about, in standard deviations of the chart.
    both_sides : bool
        For ``mixture``: whether points must lie on both sides of the centre (Nelson) or may lie on one.
    """

    code: str
    test: str
    length: int = 1
    needed: int = 1
    sigma: float = 3.0
    both_sides: bool = True

    @property
    def directed(self) -> bool:
        """Whether the rule tells high from low."""
        return self.test in _DIRECTED

    def text(self, direction: str, points: int | None = None) -> tuple[str, dict[str, Any]]:
        """Return the key of the words for a hit, and the values of their placeholders.

        Parameters
        ----------
        direction : str
            ``high``, ``low`` or ``both``.
        points : int, optional
            How many points the hit has, for tests of every point of a stretch; by default `needed`.

        Examples
        --------
        >>> RULE_SETS["nhs"][3].text("high", 9)
        ('monitoring.rule.run.high', {'n': 9, 'of': 7, 'sigma': 3.0})
        """
        count = self.needed if points is None or self.test in ("near", "zone") else points
        return f"monitoring.rule.{self.test}.{direction}", {"n": count, "of": self.length, "sigma": self.sigma}


def _run(code: str, length: int) -> SignalRule:
    return SignalRule(code, "run", length, length)


def _zone(code: str, needed: int, length: int, sigma: float) -> SignalRule:
    return SignalRule(code, "zone", length, needed, sigma)


RULE_SETS: dict[str, tuple[SignalRule, ...]] = {
    "nhs": (
        SignalRule("nhs_outside", "beyond"), SignalRule("nhs_trend", "trend", 7, 7),
        SignalRule("nhs_two_of_three", "near", 3, 2, 2.0), _run("nhs_run", 7),
    ),
    "western_electric": (
        SignalRule("we_1_limit", "beyond"), _zone("we_2_zone_a", 2, 3, 2.0), _zone("we_3_zone_b", 4, 5, 1.0),
        _run("we_4_zone_c", 8),
    ),
    "nelson": (
        SignalRule("nelson_1", "beyond"), _run("nelson_2", 9), SignalRule("nelson_3", "trend", 6, 6),
        SignalRule("nelson_4", "alternating", 14, 14), _zone("nelson_5", 2, 3, 2.0), _zone("nelson_6", 4, 5, 1.0),
        SignalRule("nelson_7", "within", 15, 15, 1.0), SignalRule("nelson_8", "mixture", 8, 8, 1.0),
    ),
}  # fmt: skip
"""Rule sets by name; the order is that in which a point with several signals is named after one.

NHS England, *Making Data Count* (order of the R package NHSRplotthedots); Western Electric (1956), *Statistical
Quality Control Handbook*; Nelson (1984), *J Quality Technology* 16:237.
"""


def rule_set(
    name: str, *, run_length: int | None = None, trend_length: int | None = None, both_sides: bool = True
) -> tuple[SignalRule, ...]:
    """Return a set of rules, with other lengths where an office uses them.

    Parameters
    ----------
    name : {'nhs', 'western_electric', 'nelson'}
        Name of the set.
    run_length : int, optional
        Points on one side of the centre that make a run; by default that of the set (7, 8, 9). The NHS used
        8 before 2018; other users of the Western Electric and Nelson sets take 7 to 9.
    trend_length : int, optional
        Points in one direction that make a trend (7, none, 6).
    both_sides : bool
        Whether rule 8 of Nelson asks for points on both sides of the centre (his wording) or takes any
        eight points away from it (Minitab).

    Returns
    -------
    tuple of SignalRule

    Raises
    ------
    UnknownCodeError
        For a set that does not exist.
    InputError
        For a length below 3 or above 100.

    Examples
    --------
    >>> [rule.length for rule in rule_set("western_electric", run_length=9)]
    [1, 3, 5, 9]
    """
    guards.choice(name, RULE_SETS, ("rule set", "bộ quy tắc"))
    lengths = {"run": run_length, "trend": trend_length}
    short = [test for test, length in lengths.items() if length is not None and not 3 <= length <= 100]
    if short:
        raise guards.refuse(
            f"{short[0]}_length is {lengths[short[0]]}", f"{short[0]}_length là {lengths[short[0]]}",
            remedy=("A stretch has 3 to 100 points.", "Một đoạn phải có từ 3 đến 100 điểm."),
        )  # fmt: skip
    return tuple(
        replace(rule, length=length, needed=length) if (length := lengths.get(rule.test)) is not None
        else replace(rule, both_sides=both_sides)
        for rule in RULE_SETS[name]
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Where the rules fire.

    Attributes
    ----------
    rules : tuple of SignalRule
        The rules, most serious first.
    signals, parts : ndarray of bool, shape (rules, 2, series, points)
        Last points of the stretches that meet a rule, and the points that make them up. The second axis is
        high and low; rules without a direction use the first.
    """

    rules: tuple[SignalRule, ...]
    signals: Flags
    parts: Flags

    def leading(self, rising: Flags) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """Return for each point the most serious rule it is part of and the direction; -1 where none.

        Parameters
        ----------
        rising : ndarray of bool, shape (series, points)
            Whether the next figure is higher: it settles the turning point that ends one trend and begins
            the next.
        """
        rule, side = (np.full(rising.shape, -1, dtype=np.int8) for _ in range(2))
        for k in reversed(range(len(self.rules))):
            high, low = self.parts[k]
            some = high | low
            np.copyto(rule, k, where=some)
            np.copyto(side, low & ~(high & rising), where=some, casting="unsafe")
        return rule, side


def find_signals(
    values: Floats, centre: Floats, sigma: Floats, rules: Iterable[SignalRule], *, phase: npt.NDArray[np.int64]
) -> Signals:
    """Return where rules fire on many series at once.

    Parameters
    ----------
    values, centre, sigma : ndarray of float, shape (series, points)
        The figures, the centre line and one standard deviation of the chart, a third of the way from the
        centre to a limit. NaN is missing: it meets no condition, so that no run goes over it.
    rules : iterable of SignalRule
        From `rule_set`.
    phase : ndarray of int, shape (points,)
        Phase of each point, -1 for none. No stretch goes from one phase into another.

    Returns
    -------
    Signals

    Notes
    -----
    A point on a limit is not beyond it, and one on the centre line is on neither side.

    Examples
    --------
    >>> level = np.zeros((1, 8))
    >>> found = find_signals(np.full((1, 8), 0.5), level, level + 1, rule_set("nhs"), phase=np.zeros(8, dtype=int))
    >>> found.signals[3, 0].tolist()
    [[False, False, False, False, False, False, True, True]]
    """
    used = tuple(rules)
    shape = (len(used), 2, *values.shape)
    signals, parts = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (values - centre) / sigma
    for block in _stretches(phase):
        up, down = _moves(values[:, block])
        upright, mirrored = _Chart(distance[:, block], up, down), _Chart(-distance[:, block], down, up)
        for k, rule in enumerate(used):
            for side, chart in enumerate((upright, mirrored) if rule.directed else (upright,)):
                fires, members = _TESTS[rule.test](chart, rule)
                signals[k, side, :, block] = fires
                parts[k, side, :, block] = _reach(fires, rule.length) & members
    return Signals(rules=used, signals=signals, parts=parts)


def _stretches(phase: npt.NDArray[np.int64]) -> Iterator[slice]:
    """Yield the stretch of points of each phase, points outside every phase left out."""
    edges = [0, *(np.flatnonzero(np.diff(phase)) + 1).tolist(), len(phase)]
    for start, stop in itertools.pairwise(edges):
        if phase[start] >= 0:
            yield slice(start, stop)


def _moves(values: Floats) -> tuple[Flags, Flags]:
    """Return where a figure is above, and where below the one before it."""
    up, down = np.zeros(values.shape, dtype=bool), np.zeros(values.shape, dtype=bool)
    np.greater(values[:, 1:], values[:, :-1], out=up[:, 1:])
    np.less(values[:, 1:], values[:, :-1], out=down[:, 1:])
    return up, down


def _count(flags: Flags, length: int) -> npt.NDArray[np.int8]:
    """Return how many of the last `length` points, each one included, carry a flag."""
    # Sums of 1, 2, 4 ... points put together by the binary digits of the length: fewer passes than one a point.
    sums, total = flags.astype(np.int8), np.zeros(flags.shape, dtype=np.int8)
    width, taken = 1, 0
    while width <= length:
        if length & width:
            total[:, taken:] += sums[:, : max(flags.shape[1] - taken, 0)]
            taken += width
        doubled = sums.copy()
        doubled[:, width:] += sums[:, :-width]
        sums, width = doubled, 2 * width
    return total


def _reach(fires: Flags, length: int) -> Flags:
    """Return the points of the stretches that end where a rule fires."""
    if length == 1:
        return fires
    out: Flags = _count(fires[:, ::-1], length)[:, ::-1] > 0
    return out


@dataclass(frozen=True, slots=True)
class _Chart:
    """Distances from the centre line in standard deviations, and moves from the point before; low is high mirrored."""

    away: Floats
    up: Flags
    down: Flags


def _beyond(chart: _Chart, rule: SignalRule) -> tuple[Flags, Flags]:
    out = chart.away > rule.sigma
    return out, out


def _run_of(chart: _Chart, rule: SignalRule) -> tuple[Flags, Flags]:
    side = chart.away > 0
    return _count(side, rule.length) >= rule.length, side


def _trend(chart: _Chart, rule: SignalRule) -> tuple[Flags, Flags]:
    return _count(chart.up, rule.length - 1) >= rule.length - 1, np.ones_like(chart.up)


def _near(chart: _Chart, rule: SignalRule) -> tuple[Flags, Flags]:
    close = (chart.away > rule.sigma) & (chart.away <= 3)
    fires = (_count(close, rule.length) >= rule.needed) & (_count(chart.away > 0, rule.length) >= rule.length)
    return fires, close


def _zone_of(chart: _Chart, rule: SignalRule) -> tuple[Flags, Flags]:
    out = chart.away > rule.sigma
    return out & (_count(out, rule.length) >= rule.needed), out


def _alternating(chart: _Chart, rule: SignalRule) -> tuple[Flags, Flags]:
    turns = np.zeros_like(chart.up)
    turns[:, 1:] = (chart.up[:, 1:] & chart.down[:, :-1]) | (chart.down[:, 1:] & chart.up[:, :-1])
    return _count(turns, rule.length - 2) >= rule.length - 2, np.ones_like(turns)


def _within(chart: _Chart, rule: SignalRule) -> tuple[Flags, Flags]:
    inside = np.abs(chart.away) < rule.sigma
    return _count(inside, rule.length) >= rule.length, inside


def _mixture(chart: _Chart, rule: SignalRule) -> tuple[Flags, Flags]:
    out = np.abs(chart.away) > rule.sigma
    fires = _count(out, rule.length) >= rule.length
    if rule.both_sides:
        above = _count(chart.away > 0, rule.length)
        fires &= (above > 0) & (above < rule.length)
    return fires, out


_TESTS: dict[str, Callable[[_Chart, SignalRule], tuple[Flags, Flags]]] = {
    "beyond": _beyond, "run": _run_of, "trend": _trend, "near": _near, "zone": _zone_of,
    "alternating": _alternating, "within": _within, "mixture": _mixture,
}  # fmt: skip
