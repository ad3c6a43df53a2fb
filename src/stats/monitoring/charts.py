"""The frozen type of control charts: lines, limits, signals and what makes them up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats.guards import Flags, Floats
from stats.monitoring.rules import DIRECTIONS, SignalRule, Signals, find_signals
from stats.results import Note, Printed, State, tidy

HIT_COLUMNS = (
    "series", "rule", "test", "direction", "point", "key", "last", "points", "text", "n", "of", "sigma",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ControlChart(Printed):
    """Control charts of one or many series over the same points in time.

    Attributes
    ----------
    kind : str
        ``xmr``, ``p``, ``p_prime``, ``u``, ``u_prime``, ``c``, or ``standardised`` (see `standardised`).
    method : str
        Kind and convention: ``xmr_screened`` and ``xmr_unscreened`` say whether outlying moving ranges were
        left out; ``p_prime_sd`` how the variation of z was estimated; ``..._standardised`` that figures are in
        standard deviations.
    values, centre, sigma, lower, upper : ndarray of float, shape (series, points)
        Figures, centre line, one standard deviation and control limits. NaN where a figure is missing, and
        for the lines where a series or phase is refused or a point belongs to no phase.
    numerator, denominator : ndarray of float, shape (series, points), or None
        Counts and bases behind shares and rates.
    inflation : ndarray of float, shape (series, phases)
        Laney's sigma of z: how many times wider than chance alone the limits are; 1 for other charts.
    moving_range, range_limit : ndarray of float, shape (series, points), or None
        Moving ranges of an XmR chart and their upper limit.
    phase : ndarray of int, shape (points,)
        Phase of each point between dated breaks; -1 for a period that contains one.
    used : ndarray of bool, shape (points,)
        Points the limits come from.
    found : Signals
        Where the rules fire, and on which points.
    rule_set : str
        Name of the rules (``nhs``), or ``own``.
    keys, series : tuple of str
        Names of the points (periods) and of the series; where none were given, numbers from 1.
    state : ndarray of str, shape (series,)
        ``value`` or ``refused``.
    caveats : tuple of Note
        Notes that hold for some series only carry their indexes in ``rows``; `reason` is the first that
        refuses.
    """

    kind: str
    method: str
    values: Floats
    centre: Floats
    sigma: Floats
    lower: Floats
    upper: Floats
    numerator: Floats | None = None
    denominator: Floats | None = None
    inflation: Floats
    moving_range: Floats | None = None
    range_limit: Floats | None = None
    phase: npt.NDArray[np.int64]
    used: Flags
    found: Signals
    rule_set: str
    keys: tuple[str, ...]
    series: tuple[str, ...]
    state: npt.NDArray[np.str_]
    unit: str = ""
    base: str = ""
    per: float = 1.0
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self.values)

    def __bool__(self) -> bool:
        """Tell whether any series has limits."""
        return bool((self.state == State.VALUE.value).any())

    def __iter__(self) -> Iterator[ControlChart]:
        """Yield the chart of each series."""
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> ControlChart:
        """Return the chart of one series."""
        one = slice(i, i + 1) if i != -1 else slice(i, None)
        arrays = ("values", "centre", "sigma", "lower", "upper", "numerator", "denominator", "inflation",
                  "moving_range", "range_limit", "state")  # fmt: skip
        cut: dict[str, Any] = {name: None if (whole := getattr(self, name)) is None else whole[one] for name in arrays}
        row = range(len(self))[i]
        notes = tuple(_alone(note) for note in self.caveats if note.concerns(row))
        refused = str(self.state[i]) == State.REFUSED.value
        found = Signals(
            rules=self.found.rules, signals=self.found.signals[:, :, one], parts=self.found.parts[:, :, one]
        )
        return replace(
            self, **cut, found=found, series=self.series[one], caveats=notes, reason=notes[0] if refused else None
        )

    def standardised(self) -> ControlChart:
        """Return the same chart in standard deviations from the centre: limits at -3 and 3 whatever the base.

        For p' and u' charts these are Laney's z over their sigma; a base that changes from point to point moves the
        limits no longer. Rules are applied to the new figures, of which those on trends may find other points.

        Returns
        -------
        ControlChart

        References
        ----------
        Montgomery, *Introduction to Statistical Quality Control*, 7.3.2 (the standardised p chart).
        """
        held = np.where(np.isfinite(self.sigma), 0.0, np.nan)
        away = self.values - self.centre
        z = np.divide(away, self.sigma, out=np.full_like(away, np.nan), where=self.sigma > 0)
        found = find_signals(z, held, held + 1, self.found.rules, phase=self.phase)
        return replace(
            self, values=z, centre=held, sigma=held + 1, lower=held - 3, upper=held + 3, found=found, per=1.0,
            numerator=None, denominator=None, moving_range=None, range_limit=None, unit="", base="",
            kind="standardised", method=f"{self.method}_standardised",
        )  # fmt: skip

    def leading(self) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """Return for each point the most serious rule it is part of, as its place in the rules, and the side.

        Returns
        -------
        tuple of ndarray of int, shape (series, points)
            Place of the rule and 0 for high or rising, 1 for low or falling; -1 where no rule concerns the point.
        """
        rising = np.zeros(self.values.shape, dtype=bool)
        np.greater(self.values[:, 1:], self.values[:, :-1], out=rising[:, :-1])
        return self.found.leading(rising)

    def hits(self) -> pd.DataFrame:
        """Return what the rules found, one row for each unbroken stretch.

        Returns
        -------
        DataFrame
            ``series``, ``rule``, ``test``, ``direction`` (high, low, both; for trends high is rising); ``point``
            and ``key``, the point at which the rule first fires; ``last``, the last at which it does; ``points``,
            all that make it up; ``text`` with ``n``, ``of`` and ``sigma``, the key of the explanation in words
            and its values. ``point``, ``last`` and ``points`` are indexes from 0 into `values` and `keys`; ``key``
            is the name a reader sees.
        """
        rows = [
            self._hit(rule, k, side, row, first, last)
            for k, rule in enumerate(self.found.rules)
            for side in range(2 if rule.directed else 1)
            for row, first, last in self._stretches(rule, self.found.signals[k, side])
        ]
        frame = pd.DataFrame(rows, columns=list(HIT_COLUMNS))
        place = {name: i for i, name in enumerate(self.series)}
        order = np.lexsort((frame["point"].to_numpy(dtype=float), frame["series"].map(place).to_numpy(dtype=float)))
        return frame.iloc[order].reset_index(drop=True)

    def _stretches(self, rule: SignalRule, fires: Flags) -> Iterator[tuple[int, int, int]]:
        # A longer run is one finding, not one a point; so are pairs near a limit whose stretches overlap.
        apart = {"beyond": 0, "near": rule.length - 1, "zone": rule.length - 1}.get(rule.test, 1)
        open_row = first = last = -1
        for row, point in np.argwhere(fires).tolist():
            joined = row == open_row and point - last <= apart and self.phase[point] == self.phase[last]
            if not joined:
                if open_row >= 0:
                    yield open_row, first, last
                open_row, first = row, point
            last = point
        if open_row >= 0:
            yield open_row, first, last

    def _hit(self, rule: SignalRule, k: int, side: int, row: int, first: int, last: int) -> tuple[Any, ...]:
        start = max(first - rule.length + 1, 0)
        points = tuple((start + np.flatnonzero(self.found.parts[k, side, row, start : last + 1])).tolist())
        direction = DIRECTIONS[side] if rule.directed else "both"
        text, told = rule.text(direction, len(points))
        return (
            self.series[row], rule.code, rule.test, direction, first, self.keys[first], last, points,
            text, told["n"], told["of"], told["sigma"],
        )  # fmt: skip

    def steps(self) -> pd.DataFrame:
        """Return the level of each phase and its change from the phase before.

        Returns
        -------
        DataFrame
            ``series``, ``phase``, ``first`` and ``last`` (names of its points), ``points`` with a figure,
            ``centre``, ``inflation``, ``change`` of the centre line from the phase before (NaN in the first).
        """
        rows = []
        for number in range(self.inflation.shape[1]):
            inside = np.flatnonzero(self.phase == number)
            if inside.size:
                rows.append(pd.DataFrame({
                    "series": self.series, "phase": number, "first": self.keys[inside[0]],
                    "last": self.keys[inside[-1]], "points": np.isfinite(self.values[:, inside]).sum(axis=1),
                    "centre": self.centre[:, inside[0]], "inflation": self.inflation[:, number],
                }))  # fmt: skip
        frame = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=["series", "centre"])
        frame["change"] = frame.groupby("series", sort=False)["centre"].diff()
        return frame.sort_values("series", key=lambda s: s.map({n: i for i, n in enumerate(self.series)}),
                                 kind="stable", ignore_index=True)  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Return one row a series and point; ``conf_low`` and ``conf_high`` are the control limits.

        Control limits are no confidence interval, so ``conf_level`` is empty. ``rule`` and ``direction`` name the
        most serious signal the point is part of.
        """
        rows, points = self.values.shape
        shown = np.repeat(self.state == State.VALUE.value, points)
        flat = self.values.ravel()
        state = np.where(shown, np.where(np.isfinite(flat), State.VALUE.value, State.MISSING.value),
                         State.REFUSED.value)  # fmt: skip
        rule, side = (found.ravel() for found in self.leading())
        codes = np.array([*(r.code for r in self.found.rules), ""])
        ways = np.array([*DIRECTIONS, ""])
        undirected = np.array([*(not r.directed for r in self.found.rules), False])[rule]
        told = [";".join(n.code for n in self.caveats if n.concerns(i)) for i in range(rows)]
        data = {
            "series": np.repeat(np.array(self.series, dtype=object), points), "key": list(self.keys) * rows,
            "estimate": np.where(shown, flat, np.nan), "conf_low": self.lower.ravel(),
            "conf_high": self.upper.ravel(), "method": self.method, "unit": self.unit, "base": self.base,
            "numerator": np.nan if self.numerator is None else self.numerator.ravel(),
            "denominator": np.nan if self.denominator is None else self.denominator.ravel(), "state": state,
            "caveats": np.repeat(told, points), "used": np.tile(self.used, rows),
            "centre": self.centre.ravel(), "sigma": self.sigma.ravel(), "phase": np.tile(self.phase, rows),
            "rule": codes[rule], "direction": np.where(undirected, "both", ways[side]),
        }  # fmt: skip
        return tidy(data, rows * points, labels=("series", "key"))

    def _facts(self) -> dict[str, Any]:
        return {"kind": self.kind, "rules": self.rule_set, "series": len(self), "signals": len(self.hits())}


def _alone(note: Note) -> Note:
    """Return a note on some series as one on a series that stands alone."""
    return Note(note.code, {k: v for k, v in note.values.items() if k != "rows"})
