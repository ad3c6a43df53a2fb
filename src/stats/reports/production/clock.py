"""The clock: everything that asks what time it is asks here."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """Return the moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Return the day where this machine stands."""
    return now().astimezone().date()


def said(moment: dt.datetime) -> str:
    """Return a moment as logs and manifests write it: ``2026-11-22T07:00:00.123Z``.

    Examples
    --------
    >>> said(dt.datetime(2026, 11, 22, 14, 0, 0, 123456, dt.timezone(dt.timedelta(hours=7))))
    '2026-11-22T07:00:00.123Z'
    """
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
