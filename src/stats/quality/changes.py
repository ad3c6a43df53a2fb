"""Printed changes against the previous period ("so với cùng kỳ"): can they be reproduced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from stats import guards
from stats.guards import Flags, Floats

_SLACK = 1e-9  # relative room for the binary form of decimal numbers


def check_changes(
    current: Any, previous: Any, printed: Any, *, decimals: int = 1, current_half_unit: Any = 0.0,
    previous_half_unit: Any = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """Tell whether printed changes against the previous period can be reproduced.

    Parameters
    ----------
    current, previous : array-like or scalar
        Printed counts of both periods.
    printed : array-like
        Printed change in percent: 18.1 for a rise, -18.1 for a fall.
    decimals : int
        Decimals printed.
    current_half_unit, previous_half_unit : array-like or scalar
        Half of the last printed place of the counts.

    Returns
    -------
    DataFrame
        ``recomputed``, ``low``, ``high``, ``printed`` and ``verdict``: ``rounded``, ``truncated``,
        ``wrong``, ``unknown`` (not checkable), or
        ``other_base`` when the change is right as a percent of the **current** count, or
        ``ratio`` when the printed figure is the ratio itself (118.1% for a rise of 18.1%).

    Raises
    ------
    InputError
        For values that cannot be used or lengths that differ.

    Examples
    --------
    >>> check_changes([118, 118, 118], [100, 100, 100], [18, 15.3, 118])["verdict"].tolist()
    ['rounded', 'other_base', 'ratio']
    """
    x, y, q, hx, hy = guards.aligned(
        current=guards.numbers(current, "current"),
        previous=guards.numbers(previous, "previous"),
        printed=guards.numbers(printed, "printed", minimum=None),
        current_half_unit=guards.numbers(current_half_unit, "current_half_unit"),
        previous_half_unit=guards.numbers(previous_half_unit, "previous_half_unit"),
    )
    place = 10.0**-decimals
    known = np.isfinite(x + y + q) & (y - hy > 0)
    x, y = np.where(known, x, 1.0), np.where(known, y, 1.0)
    hx, hy = np.where(known, hx, 0.0), np.where(known, hy, 0.0)
    low, high = 100 * (np.maximum(x - hx, 0) / (y + hy) - 1), 100 * ((x + hx) / (y - hy) - 1)
    slack = _SLACK * np.maximum(np.abs(np.where(known, q, 0.0)), 1.0)

    def meets(first: Floats, last: Floats) -> Flags:
        out: Flags = (last >= q - place / 2 - slack) & (first <= q + place / 2 + slack)
        return out

    # Cut off towards zero: 18.16 and -18.16 both lose their last digit.
    up = (high >= q - slack) & (low < q + place - slack) & (q >= 0)
    down = (low <= q + slack) & (high > q - place + slack) & (q <= 0)
    some = x - hx > 0
    other_low = 100 * (1 - (y + hy) / np.where(some, x - hx, 1.0))
    other_high = 100 * (1 - (y - hy) / np.where(some, x + hx, 1.0))
    verdict = np.full(len(q), "wrong", dtype="<U12")
    verdict[meets(low + 100, high + 100)] = "ratio"
    verdict[some & meets(other_low, other_high)] = "other_base"
    verdict[up | down] = "truncated"
    verdict[meets(low, high)] = "rounded"
    verdict[~known] = "unknown"
    blank = np.where(known, 0.0, np.nan)
    return pd.DataFrame({
        "recomputed": 100 * (x / y - 1) + blank, "low": low + blank, "high": high + blank, "printed": q,
        "verdict": verdict,
    })  # fmt: skip
