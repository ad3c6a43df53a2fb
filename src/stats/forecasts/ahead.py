"""The periods that follow a series."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence

from stats.periods import NAMED, Kind, Period


def following(periods: Sequence[Period], steps: int) -> tuple[Period, ...]:
    """Return the periods after a regular series, or none when it cannot be continued.

    Parameters
    ----------
    periods : sequence of Period
        In order of time, of one kind and length, each the day after the one before or the same of the next year.
    steps : int
        How many to return.

    Returns
    -------
    tuple of Period
        Months, years and calendar quarters (Quarter I by its name, the others as windows, as the regime writes
        them), windows of whole months, or the same period of the next years. Empty for terms, half-terms, windows
        of single days and no periods.

    Examples
    --------
    >>> quarters = [Period.parse(key) for key in ("2024-07-01..2024-09-30", "2024-10-01..2024-12-31")]
    >>> [p.key for p in following(quarters, 2)]
    ['2025-Q1', '2025-04-01..2025-06-30']
    >>> [p.key for p in following([Period.parse("2023-6M"), Period.parse("2024-6M")], 2)]
    ['2025-6M', '2026-6M']
    """
    if not periods or periods[-1].kind in NAMED:
        return ()
    last = periods[-1]
    months = last.months
    if not months.is_integer() or last.start.day != 1:
        return ()
    yearly = len(periods) > 1 and periods[-2].end + dt.timedelta(days=1) != last.start
    step = 12 if yearly else int(months)
    return tuple(_moved(last, step * k, int(months)) for k in range(1, steps + 1))


def _moved(last: Period, by: int, months: int) -> Period:
    """Return the period of so many months that begins `by` months later."""
    first = _month(last.start, by)
    final = _month(first, months - 1)
    end = final.replace(day=calendar.monthrange(final.year, final.month)[1])
    if last.kind not in (Kind.WINDOW, Kind.QUARTER):
        return Period.parse({Kind.MONTH: f"{first:%Y-%m}", Kind.YEAR: f"{first:%Y}"}.get(
            last.kind, f"{first:%Y}{last.key[4:]}"))  # fmt: skip
    return Period.parse(f"{first:%Y}-Q1" if (first.month, months) == (1, 3) else f"{first}..{end}")


def _month(day: dt.date, by: int) -> dt.date:
    count = day.year * 12 + day.month - 1 + by
    return dt.date(count // 12, count % 12 + 1, 1)
