"""Printed percentages and what they are worked out from, shared by the checks of shares and changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from stats.checks.view import grouped
from stats.tables import KEY


def by_key(figures: pd.DataFrame, near: pd.DataFrame) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Return the rows of the bodies and periods of `near`, as records by the tables' key."""
    wanted = near[["body_id", "period"]].drop_duplicates()
    rows = figures[[*KEY, "count", "approx", "low", "high", "row_id", "source_id"]].merge(
        wanted, on=["body_id", "period"]
    )
    return grouped(rows, list(KEY))


def percent(part: int, base: int) -> Decimal:
    """Return what percentage one count is of another, unrounded; a base of zero counts as one."""
    return Decimal(100 * int(part)) / Decimal(max(int(base), 1))


def printed(value: float) -> Decimal:
    """Return a percentage with the decimals it was printed with."""
    return Decimal(repr(float(value)).removesuffix(".0"))


def unit(value: Decimal) -> Decimal:
    """Return one unit of the last printed digit."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
