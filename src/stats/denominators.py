"""Denominators: how many members a body had when, for rates; never interpolated."""

from __future__ import annotations

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
    frame = frame[frame["body_id"].eq(body) & frame["members"].notna()]
    if frame.empty:
        return Result(state=State.REFUSED, reason=Note("no_membership"), body=body, period=period.key)
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    day = frame["date_start"] + (frame["date_end"] - frame["date_start"]) / 2
    gap = pd.concat([start - day, day - end, pd.Series(pd.Timedelta(0), index=frame.index)], axis=1).max(axis=1)
    near = frame[gap <= pd.Timedelta(days=365 * MEMBERSHIP_YEARS + 1)]
    if not near.empty:
        middle = start + (end - start) / 2
        pick = near.loc[(day.loc[near.index] - middle).abs().idxmin()]
        return _denominator(pick, Note("membership_at", {"date": pick["date"]}))
    before, after = frame[day < start], frame[day > end]
    if before.empty or after.empty:
        gap_years = round(gap.min() / pd.Timedelta(days=365.25), 1)
        return Result(state=State.REFUSED, reason=Note("membership_far", {"years": gap_years}), body=body)
    sides = (
        _denominator(before.loc[day.loc[before.index].idxmax()]),
        _denominator(after.loc[day.loc[after.index].idxmin()]),
    )
    lows = [s.conf_low or s.estimate or 0 for s in sides]
    highs = [s.conf_high or s.estimate or 0 for s in sides]
    return Result(
        state=State.REFUSED,
        conf_low=min(lows),
        conf_high=max(highs),
        reason=Note("membership_bounds"),
        unit="members",
        derived=True,
        sources=(*sides[0].sources, *sides[1].sources),
        rows=(*sides[0].rows, *sides[1].rows),
    )


def _denominator(row: pd.Series[Any], *notes: Note) -> Result:
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
