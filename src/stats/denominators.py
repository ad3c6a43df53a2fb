"""Denominators: how many members a body had when, for rates; never interpolated."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from stats import tables
from stats.periods import Period
from stats.results import Approx, Note, Result, State

MEMBERSHIP_YEARS = 2
"""A rate needs a membership figure at most this many years away from its period."""


def membership(frame: pd.DataFrame, body: str, period: Period) -> Result:
    """Return the number of members that may stand under a rate of this period.

    Parameters
    ----------
    frame : DataFrame
        The table of membership.
    body : str
        Body id.
    period : Period
        The period of the numerator.

    Returns
    -------
    Result
        The figure nearest to the middle of the period when one lies within two years of it. Else,
        with a neighbour on each side, a refused point with bounds (`conf_low`, `conf_high`): a
        published figure is never interpolated. Else refused.
    """
    mine = frame[frame["body_id"].eq(body) & frame["members"].notna()].to_dict("records")
    dated = [(row["date_start"] + (row["date_end"] - row["date_start"]) / 2, row) for row in mine]
    if not dated:
        return Result(state=State.REFUSED, reason=Note("no_membership"), body=body, period=period.key)
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    near = [(day, row) for day, row in dated if _gap(day, start, end) <= MEMBERSHIP_YEARS]
    if near:
        middle = start + (end - start) / 2
        _, pick = min(near, key=lambda pair: abs(pair[0] - middle))
        at = {"date": _when(str(pick["date"])), "members": float(pick["members"])}
        return _denominator(pick, Note("membership_at", at))
    before = [pair for pair in dated if pair[0] < start]
    after = [pair for pair in dated if pair[0] > end]
    if not before or not after:
        years = round(min(_gap(day, start, end) for day, _ in dated), 1)
        return Result(state=State.REFUSED, reason=Note("membership_far", {"years": years}), body=body)
    sides = [_denominator(max(before, key=_day)[1]), _denominator(min(after, key=_day)[1])]
    return Result(
        state=State.REFUSED,
        conf_low=min(s.conf_low or 0 for s in sides),
        conf_high=max(s.conf_high or 0 for s in sides),
        reason=Note("membership_bounds"),
        unit="members",
        derived=True,
        sources=tuple(x for s in sides for x in s.sources),
        rows=tuple(x for s in sides for x in s.rows),
    )


def _when(text: str) -> dt.date | str:
    """Return a full date as a date; a year or a month as it stands."""
    return dt.date.fromisoformat(text) if len(text) == len("2020-10-12") else text


def _day(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def _gap(day: Any, start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Years between a day and a period; zero inside it."""
    outside = max(start - day, day - end, pd.Timedelta(0))
    return float(outside / pd.Timedelta(days=365.25))


def _denominator(row: dict[Any, Any], *notes: Note) -> Result:
    approx = Approx(row["approx"])
    low, high = tables.interval(int(row["members"]), approx)
    extra = () if approx is Approx.EXACT else (Note("approximate_denominator", {"low": low, "high": high}),)
    return Result(
        estimate=float(row["members"]),
        conf_low=float(low),
        conf_high=float(high),
        unit="members",
        approx=approx,
        sources=(row["source_id"],),
        rows=(row["row_id"],),
        caveats=(*notes, *extra),
    )
