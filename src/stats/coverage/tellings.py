"""Figures told by several pages: the same, rounded differently, or contradictory, and the one chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stats.coverage.reach import irreconcilable, kept, reached
from stats.indicators import Book, records

NATURES = ("same", "rounded", "differ")
"""All pages print one figure; one number satisfies them all; none does."""

COLUMNS = (
    "body_id", "period", "indicator", "nature", "rule", "row_id", "tellings", "first_told", "last_told", "rows",
    "sources",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Telling:
    """One figure printed for a key, with everyone who printed it.

    Attributes
    ----------
    count : int
        As printed.
    approx : str
        How it is qualified.
    rows, sources : tuple of str
        The curated rows and the documents.
    told : pandas.Timestamp or NaT
        The first publication day known.
    chosen : bool
        True for the figure the rule picks.
    """

    count: int
    approx: str
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    told: Any
    chosen: bool


def retold(book: Book, *, body: str | Collection[str] | None = None, period: str | None = None) -> pd.DataFrame:
    """Return every figure that several pages print, with the one chosen and the rule that chose it.

    Returns
    -------
    DataFrame
        One row a key: its cell, its ``nature`` (one of `NATURES`), the ``rule`` of choice, the row
        chosen, the ``tellings`` (`Telling`, the chosen one first, then by day), and the first and the
        last day of publication. Nothing is left out or balanced.
    """
    bodies = None if body is None else {body} if isinstance(body, str) else set(body)
    rows = kept(reached(book), bodies, period)
    torn = irreconcilable(book)
    observed = {r["row_id"]: r for r in records(book.tables.observations[["row_id", "count", "approx", "source_id"]])}
    days = book.tables.sources.set_index("source_id")["published_on"].to_dict()
    made = []
    for row in records(rows[rows["n_rows"] > 1]):
        ids = (row["row_id"], *row["alternatives"])
        tellings = _tellings([observed[i] for i in ids], days)
        known = [t.told for t in tellings if pd.notna(t.told)]
        nature = "differ" if row["row_id"] in torn else "rounded" if len(tellings) > 1 else "same"
        told_by = [days.get(observed[i]["source_id"]) for i in ids]
        made.append(
            {
                **{c: row[c] for c in ("body_id", "period", "indicator", "rule", "row_id")},
                "nature": nature,
                "tellings": tellings,
                "first_told": min(known, default=pd.NaT),
                "last_told": max((d for d in told_by if pd.notna(d)), default=pd.NaT),
                "rows": ids,
                "sources": tuple(dict.fromkeys(s for t in tellings for s in t.sources)),
            }
        )
    return pd.DataFrame(made, columns=list(COLUMNS))


def conflicts(book: Book, *, body: str | Collection[str] | None = None, period: str | None = None) -> pd.DataFrame:
    """Return the figures whose pages do not print one number, contradictory ones first; see `retold`."""
    found = retold(book, body=body, period=period)
    found = found[found["nature"].ne("same")]
    return found.sort_values("nature", kind="stable").reset_index(drop=True)


def _tellings(rows: list[dict[str, Any]], days: Mapping[Any, Any]) -> tuple[Telling, ...]:
    groups: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["count"], row["approx"]), []).append(row)
    made = []
    for place, ((count, approx), same) in enumerate(groups.items()):
        told = [days[r["source_id"]] for r in same if pd.notna(days.get(r["source_id"]))]
        made.append(
            Telling(
                int(count), str(approx), tuple(r["row_id"] for r in same),
                tuple(dict.fromkeys(r["source_id"] for r in same)), min(told, default=pd.NaT), place == 0,
            )
        )  # fmt: skip
    return (made[0], *sorted(made[1:], key=lambda t: (pd.isna(t.told), t.told)))
