"""The tables as frames, stacked and filtered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from stats.errors import UnknownCodeError

KEY = (
    "body_id", "period", "actor", "activity", "stage", "subject", "subgroup", "penalty", "violation", "unit",
)  # fmt: skip
"""What a published figure is about; rows that share it are the same figure told by several pages."""

OBSERVATIONS = ("inspections", "violations", "discipline")
"""The three tables of published figures, in the order they are stacked."""


@dataclass(frozen=True)
class Tables:
    """All curated tables of one data folder.

    Text columns hold strings, an empty cell is ``""``; days are ``datetime64``; counts are
    ``int64``; numbers that may be missing are ``Int64`` or ``float64`` with a missing value.
    """

    data: Path
    inspections: pd.DataFrame
    violations: pd.DataFrame
    discipline: pd.DataFrame
    membership: pd.DataFrame
    programme: pd.DataFrame
    visits: pd.DataFrame
    sources: pd.DataFrame

    @cached_property
    def observations(self) -> pd.DataFrame:
        """The three tables of figures as one, with the column ``table``; do not change it in place."""
        parts = [getattr(self, name).assign(table=name) for name in OBSERVATIONS]
        stacked: pd.DataFrame = pd.concat(parts, ignore_index=True)
        for column in ("penalty", "violation"):
            stacked[column] = stacked[column].fillna("")
        first = ["row_id", "table", "body_id", "period", "period_start", "period_end", *KEY[2:], "count"]
        return stacked.reindex(columns=[*first, *(c for c in stacked.columns if c not in first)])


def select(frame: pd.DataFrame, **filters: object) -> pd.DataFrame:
    """Return the rows whose columns equal a value, or are in a list of values.

    Parameters
    ----------
    frame : DataFrame
        One of the tables.
    **filters
        ``column=value`` or ``column=[values]``; None leaves the column alone.

    Raises
    ------
    UnknownCodeError
        When the frame has no such column.

    Examples
    --------
    >>> frame = pd.DataFrame({"actor": ["cells", "committees"], "count": [1, 2]})
    >>> list(select(frame, actor="cells")["count"])
    [1]
    """
    keep = pd.Series(True, index=frame.index)
    for column, wanted in filters.items():
        if column not in frame.columns:
            raise UnknownCodeError.from_value(("column", "cột"), column, map(str, frame.columns))
        if wanted is None:
            continue
        many = isinstance(wanted, Collection | pd.Series | pd.Index) and not isinstance(wanted, str)
        keep &= frame[column].isin(list(wanted)) if many else frame[column] == wanted  # type: ignore[call-overload]
    return frame.loc[keep]
