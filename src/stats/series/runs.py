"""Periods sorted into runs inside which counts may be compared; no run crosses a dated break."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards
from stats.periods import CUMULATIVE, Period
from stats.results import Note, Printed


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Runs(Printed):
    """Periods sorted into runs inside which counts may be compared.

    Attributes
    ----------
    run : ndarray of int
        Run of each period; -1 where it belongs to none.
    reason : tuple of str
        Why a period starts a new run or is left out: ``first``, ``same``, ``kind``, ``length``,
        ``overlap``, ``break``.
    breaks : tuple of str
        Dates of the breaks met, ISO.
    """

    run: npt.NDArray[np.int64]
    reason: tuple[str, ...]
    keys: tuple[str, ...]
    breaks: tuple[str, ...]
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of periods."""
        return len(self.run)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a period."""
        return pd.DataFrame({"key": list(self.keys), "run": self.run, "reason": list(self.reason)})


def comparable_runs(periods: Sequence[Period], *, breaks: Collection[dt.date] = ()) -> Runs:
    """Sort periods into runs of one kind and length that neither overlap nor cross a break.

    Parameters
    ----------
    periods : sequence of Period
        In any order.
    breaks : collection of date
        First days on which rules, forms or geography changed. A period that contains a break (from its
        second day on) is left out: it mixes two definitions.

    Returns
    -------
    Runs
        In the order given.

    Raises
    ------
    InputError
        For an empty sequence.

    Notes
    -----
    No change, test, trend or rank goes from one run to another. Cumulative periods of one year overlap:
    take differences first (`increments`), or compare the same period of different years.

    Examples
    --------
    >>> years = [Period.parse(k) for k in ("2021", "2022", "2023")]
    >>> comparable_runs(years, breaks=[dt.date(2023, 1, 1)]).run.tolist()
    [0, 0, 1]
    """
    if not periods:
        raise guards.refuse(
            "There are no periods", "Không có kỳ nào", remedy=("Pass one or more.", "Cần ít nhất một kỳ.")
        )
    dates = sorted(set(breaks))
    run, reason = np.full(len(periods), -1, dtype=np.int64), [""] * len(periods)
    current, last, met = -1, None, set()
    for i in sorted(range(len(periods)), key=lambda k: periods[k]):
        period = periods[i]
        inside = [day for day in dates if period.start < day <= period.end]
        if inside:
            reason[i] = "break"
            met.update(inside)
            continue
        why = "first"
        if last is not None:
            between = [day for day in dates if last.start < day <= period.start]
            if period.overlaps(last):
                reason[i] = "overlap"
                continue
            met.update(between)
            kinds = period.kind == last.kind
            why = "break" if between else "kind" if not kinds else "length" if not period.same_length(last) else "same"
        current += why != "same"
        run[i], reason[i], last = current, why, period
    overlapping = [periods[i].key for i in range(len(periods)) if reason[i] == "overlap"]
    caveats = (Note("overlapping_periods", {"keys": overlapping}),) if overlapping else ()
    return Runs(
        run=run, reason=tuple(reason), keys=tuple(p.key for p in periods),
        breaks=tuple(day.isoformat() for day in sorted(met)), caveats=caveats,
    )  # fmt: skip


def same_start(earlier: Period, later: Period) -> bool:
    """Tell whether two periods are cumulative figures of one year, whose difference is a period.

    Examples
    --------
    >>> same_start(Period.parse("2023-Q1"), Period.parse("2023-6M")), same_start(*map(Period.parse, ("2022", "2023")))
    (True, False)
    """
    return earlier.kind in CUMULATIVE and later.kind in CUMULATIVE and earlier.start == later.start
