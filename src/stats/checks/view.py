"""The published figures prepared once for all checks: bounds of rounded ones, kinds of period."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from stats import tables as curated
from stats.codes import Codes
from stats.errors import PeriodError
from stats.periods import kind_of
from stats.tables import KEY, Tables


@dataclass(frozen=True)
class View:
    """The figures of one set of tables.

    Attributes
    ----------
    figures : DataFrame
        All published figures, with ``low`` and ``high`` (what a rounded one can mean) and ``kind``
        (of the period).
    chosen : DataFrame
        One row a key, picked by the declared rule, with the same columns and those of
        `stats.tables.choose`.
    """

    figures: pd.DataFrame
    chosen: pd.DataFrame


_LAST: list[tuple[weakref.ref[Tables], View]] = []


def view(tables: Tables) -> View:
    """Return the prepared figures of a set of tables; the last set asked for is kept."""
    if _LAST and _LAST[0][0]() is tables:
        return _LAST[0][1]
    counted = tables.observations[valid(tables.observations["count"])]
    figures = _prepare(counted)
    chosen = _prepare(curated.choose(counted, tables.sources))
    made = View(figures, chosen)
    _LAST[:] = [(weakref.ref(tables), made)]
    return made


def valid(counts: pd.Series[Any]) -> pd.Series[bool]:
    """Tell which counts are whole numbers from zero up; C02 lists the others, no other rule can use them."""
    numbers = pd.to_numeric(counts, errors="coerce")
    return numbers.notna() & (numbers >= 0) & (numbers % 1 == 0)


def _prepare(frame: pd.DataFrame) -> pd.DataFrame:
    kinds = {key: _kind(key) for key in frame["period"].unique()}
    frame = frame.astype({"count": "int64"})
    bounds = curated.bounds(frame)
    return frame.assign(low=bounds["low"], high=bounds["high"], kind=frame["period"].map(kinds))


def _kind(key: str) -> str:
    try:
        return str(kind_of(key))
    except PeriodError:
        return ""


def column(codes: Codes, list_name: str, name: str) -> dict[str, str]:
    """Return one column of a code list, by code."""
    return {code: codes.row(list_name, code).get(name, "") for code in codes.order(list_name)}


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain records."""
    return cast("list[dict[str, Any]]", frame.to_dict("records"))


def grouped(frame: pd.DataFrame, key: list[str]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Return the rows as records, by the values of some columns, in the order of first appearance.

    Checks take groups apart only where something was found; plain records are then quicker than frames.
    """
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in records(frame):
        groups.setdefault(tuple(row[c] for c in key), []).append(row)
    return groups


def gathered(parts: pd.DataFrame, wholes: pd.DataFrame, key: list[str]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Return the parts of the few wholes in question, by their shared columns."""
    return grouped(parts.merge(wholes[key].drop_duplicates(), on=key), key) if len(wholes) else {}


def other(*without: str) -> list[str]:
    """Return the columns of the key but for some."""
    return [c for c in KEY if c not in without]
