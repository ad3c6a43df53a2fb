"""What a series is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from stats.codes import Rule
from stats.periods import Kind, Period
from stats.results import COLUMNS, Note, Printed, Result, State, to_frame


class Point(NamedTuple):
    """One period of a series and its figure; a result that is no number is a gap."""

    period: Period
    result: Result


@dataclass(frozen=True, slots=True, repr=False)
class Series(Printed):
    """One indicator over like periods.

    Attributes
    ----------
    indicator, body, actor, category : str
        What is followed; `category` for mixes and contents of violations.
    kind : Kind
        The kind of all its periods.
    unit : str
        The unit of all its points.
    points : tuple of Point
        In order of time, from the first to the last period with a number; periods between them
        without one are gaps that say why.
    breaks : tuple of Rule
        Dated changes of rules, forms and boundaries inside the series, in order of date.
    notes : tuple of Note
        What a reader must know: labels bridged, periods and units left out, derived points.
    state : State
        ``value``, or ``refused`` with a `reason`: fewer than two points are no series.
    """

    indicator: str
    body: str
    kind: Kind
    actor: str = ""
    category: str = ""
    unit: str = ""
    points: tuple[Point, ...] = ()
    breaks: tuple[Rule, ...] = ()
    notes: tuple[Note, ...] = ()
    state: State = State.VALUE
    reason: Note | None = None

    def __bool__(self) -> bool:
        """Tell whether there is a series."""
        return self.state is State.VALUE

    def __len__(self) -> int:
        """Return the number of points, gaps included."""
        return len(self.points)

    def __iter__(self) -> Iterator[Point]:
        """Yield the points in order of time."""
        return iter(self.points)

    @property
    def known(self) -> tuple[Point, ...]:
        """The points that have a number."""
        return tuple(p for p in self.points if p.result)

    @property
    def gaps(self) -> tuple[Period, ...]:
        """The periods without a number."""
        return tuple(p.period for p in self.points if not p.result)

    def cut(self, earlier: Period, later: Period) -> tuple[Rule, ...]:
        """Return the breaks between two periods of the series, those inside either included."""
        return tuple(rule for rule in self.breaks if earlier.start < rule.in_force <= later.end)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a period: its key and days, the shared columns, the breaks since the one before."""
        results = to_frame([p.result for p in self.points])
        since = [(), *(self.cut(a.period, b.period) for a, b in pairwise(self.points))]
        frame = pd.DataFrame(
            {
                "period": [p.period.key for p in self.points],
                "start": pd.to_datetime([p.period.start for p in self.points]),
                "end": pd.to_datetime([p.period.end for p in self.points]),
                "breaks": [";".join(rule.code for rule in rules) for rules in since[: len(self.points)]],
            }
        )
        kept = [*COLUMNS, *(c for c in results.columns if c not in COLUMNS and c != "period")]
        return pd.concat([frame[["period", "start", "end"]], results[kept], frame[["breaks"]]], axis=1)
