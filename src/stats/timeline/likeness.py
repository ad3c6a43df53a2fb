"""Which points may stand in one series: one length, no overlap, one unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from stats.periods import Period
from stats.results import Note, Result, State
from stats.timeline.model import Point


def like(points: Sequence[Point]) -> tuple[list[Point], list[Note]]:
    """Return the largest set of points of one length that do not overlap, the latest of several."""
    known = [p for p in points if p.result]
    # Every month of many years: there is nothing to choose.
    best: list[Point] = known if _all_alike([p.period for p in known]) else []
    for lead in () if best else known:
        chosen: list[Point] = []
        # From the end backwards, what starts last leaves the most room: the set is the largest for this
        # length, and the latest of several.
        for point in sorted(known, key=lambda p: (p.period.start, p.period.end), reverse=True):
            alike = all(point.period.same_length(c.period) for c in (lead, *chosen))
            if alike and (not chosen or point.period.end < chosen[-1].period.start):
                chosen.append(point)
        if _rank(chosen) >= _rank(best):
            best = chosen
    taken = {id(p) for p in best}
    out = [p.period for p in known if id(p) not in taken]
    kept = [
        p for p in points
        if id(p) in taken or (not p.result and not any(p.period.overlaps(b.period) for b in best))
    ]  # fmt: skip
    return sorted(kept, key=lambda p: p.period), [Note("periods_left_out", {"periods": out})] if out else []


def _all_alike(periods: Sequence[Period]) -> bool:
    """Tell at once whether periods are of one length and apart from each other, as most are."""
    if not periods:
        return False
    lengths, ordered = sorted(periods, key=lambda p: p.days), sorted(periods)
    return lengths[0].same_length(lengths[-1]) and all(a.end < b.start for a, b in pairwise(ordered))


def _rank(points: Sequence[Point]) -> tuple[int, int]:
    return len(points), points[0].period.end.toordinal() if points else 0


def one_unit(points: Sequence[Point]) -> tuple[list[Point], list[Note]]:
    """Keep the unit of most points, the latest of several; a point in another unit becomes a gap."""
    counted = Counter((p.result.unit, p.result.base) for p in points if p.result)
    if len(counted) < 2:
        return list(points), []
    last = {(p.result.unit, p.result.base): p.period.start for p in points if p.result}
    unit, base = max(counted, key=lambda u: (counted[u], last[u]))
    made, notes = [], []
    for point in points:
        r = point.result
        if r and (r.unit, r.base) != (unit, base):
            reason = Note("unit_left_out", {"unit": r.unit, "to": unit, "period": point.period})
            notes.append(reason)
            r = _gap(r, reason)
        made.append(Point(point.period, r))
    return made, notes


def _gap(result: Result, reason: Note) -> Result:
    return Result(
        state=State.REFUSED, reason=reason, indicator=result.indicator, body=result.body, period=result.period,
        actor=result.actor, category=result.category, unit=result.unit, sources=result.sources, rows=result.rows,
    )  # fmt: skip
