"""What is followed: an indicator of one body and actor over the periods of the report's kind, ready for a method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stats import timeline
from stats.codes import Rule
from stats.guards import Floats
from stats.periods import Kind, Period
from stats.results import Approx, Note, Result, State
from stats.sections.report import Report
from stats.timeline import Point

INDICATORS = ("disciplined-members", "signs-examined-members", "signs-violation-share-members")
"""What is followed: how many were disciplined, how many were inspected upon signs of violation, and the share of
these found in violation."""

COUNTED = "zero_counted"
"""Flag of a zero that the source states: among large figures it would else be taken for a report that never came."""

UNCERTAIN = Note("point_uncertain")
"""Why a figure that was published is none for a method."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One indicator of one actor up to the period of the report.

    Attributes
    ----------
    indicator, actor, unit : str
        Codes; the unit is that of what is counted (for a share, of its numerator).
    points : tuple of Point
        In order of time; a figure that is missing, doubtful or approximate is no number.
    breaks : tuple of Rule
        Dated changes inside, in order of date.
    season : int, optional
        Periods in a year (12, 4); None where a year is one period or the periods are not those of a year.
    """

    indicator: str
    actor: str
    unit: str
    points: tuple[Point, ...]
    breaks: tuple[Rule, ...]
    season: int | None

    @property
    def periods(self) -> tuple[Period, ...]:
        """Period of each point."""
        return tuple(p.period for p in self.points)

    @property
    def values(self) -> Floats:
        """Figures, NaN where there is none."""
        return np.array([np.nan if (x := p.result.estimate) is None else x for p in self.points], dtype=np.float64)

    @property
    def parts(self) -> tuple[Floats, Floats]:
        """Numerators and denominators of a share."""
        known = [p.result if p.result else None for p in self.points]
        top = [np.nan if r is None or r.numerator is None else r.numerator for r in known]
        base = [np.nan if r is None or r.denominator is None else r.denominator for r in known]
        return np.array(top, dtype=np.float64), np.array(base, dtype=np.float64)

    @property
    def known(self) -> tuple[Point, ...]:
        """Points with a figure."""
        return tuple(p for p in self.points if p.result)

    @property
    def uncertain(self) -> tuple[Period, ...]:
        """Periods with a figure that no method takes: an approximate or a doubtful one."""
        return tuple(p.period for p in self.points if p.result.reason == UNCERTAIN)

    @property
    def share(self) -> bool:
        """Whether the figures are shares."""
        return any(p.result.kind == "share" for p in self.known)

    @property
    def options(self) -> dict[str, Any]:
        """What every method over time is told of the series beside its figures."""
        zeros = [p.result for p in self.known if p.result.estimate == 0]
        counted = all(any(c.values.get("flag") == COUNTED for c in r.caveats if c.code == "flag") for r in zeros)
        return {
            "periods": self.periods, "actors": (self.actor,), "units": (self.unit,), "breaks": self.breaks,
            "zeros": bool(zeros) and counted,
        }  # fmt: skip

    def too_short(self, least: int) -> Note | None:
        """Return why the stretch after the last break is too short for a method; None when it is long enough."""
        found = len(self.latest().known)
        if found >= least:
            return None
        return Note("stretch_too_short" if self.breaks else "too_few_periods", {"found": found, "needed": least})

    def between(self, first: dt.date | None, last: dt.date | None) -> Followed:
        """Return the whole periods from one day up to another, without the breaks on or beyond those days."""
        inside = tuple(
            p for p in self.points
            if (first is None or p.period.start >= first) and (last is None or p.period.end < last)
        )  # fmt: skip
        kept = tuple(
            rule for rule in self.breaks
            if (first is None or rule.in_force > first) and (last is None or rule.in_force < last)
        )  # fmt: skip
        return replace(self, points=_trimmed(inside), breaks=kept)

    def latest(self) -> Followed:
        """Return the stretch after the last break."""
        return self.between(self.breaks[-1].in_force, None) if self.breaks else self


def followed(report: Report, indicators: Iterable[str] = INDICATORS) -> list[Followed]:
    """Return what can be followed of the report's body: a series for each indicator and actor of its period.

    Parameters
    ----------
    report : Report
        The series hold periods of its kind, up to its own.
    indicators : iterable of str
        Ids of the catalogue.

    Returns
    -------
    list of Followed
        Also those of one point: it is for the method to say what it lacks. Parts of another actor's figures
        are left out.
    """
    found = []
    for indicator in indicators:
        for actor in report.actors(indicator):
            row = report.book.codes.row("actors", actor)
            if row["stream"] != "own_part" and (one := _series(report, indicator, actor)).known:
                found.append(one)
    return found


def _series(report: Report, indicator: str, actor: str) -> Followed:
    body, kind = report.body.body_id, report.period.kind
    kinds = (Kind.QUARTER, Kind.WINDOW) if report.period.quarter else (kind,)
    all_of = [timeline.series(report.book, indicator, body, k, actor) for k in kinds]
    points = sorted(
        (Point(p.period, _sure(report, p.result)) for one in all_of for p in one.points
         if p.period.end <= report.period.end and (len(kinds) == 1 or p.period.quarter)),
        key=lambda p: p.period,
    )  # fmt: skip
    points = list(_trimmed(points))
    unit = next((p.result.unit for p in points if p.result), "")
    if not points:
        return Followed(indicator, actor, unit, (), (), None)
    affects = report.book.catalogue[indicator].affects
    breaks = timeline.breaks(report.book, body, points[0].period, points[-1].period, affects)
    season = 12 if kind is Kind.MONTH else 4 if len(kinds) > 1 and _continuous(points) else None
    return Followed(indicator, actor, unit, tuple(points), breaks, season)


def _continuous(points: Iterable[Point]) -> bool:
    return any(p.period.start.month != 1 for p in points)


def _sure(report: Report, result: Result) -> Result:
    """Return a figure a method may take: one that is doubtful or approximate is none."""
    if not result or (result.approx is Approx.EXACT and not report.doubtful(result)):
        return result
    return replace(result, state=State.REFUSED, reason=UNCERTAIN, estimate=None, conf_low=None, conf_high=None)


def _trimmed(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return points from the first to the last with a figure."""
    kept = list(points)
    while kept and not kept[-1].result:
        kept.pop()
    while kept and not kept[0].result:
        kept.pop(0)
    return tuple(kept)
