"""Which indicator asks for a figure, and which figures none asks for."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from stats import derivation, tables
from stats.indicators import Book, records

FILTER = ["activity", "stage", "subject", "subgroup", "penalty"]
CELL = ["body_id", "period", "indicator"]


def reached(book: Book) -> pd.DataFrame:
    """Return the chosen figures with the indicator that asks for each.

    Returns
    -------
    DataFrame
        The rows of ``book.chosen`` with ``indicator`` (empty where none asks for the figure),
        ``low`` and ``high`` (what a rounded figure can mean) and ``conflict`` (no number satisfies
        all the pages).
    """
    chosen = book.chosen
    asked = [
        {**{c: i.definition[c] for c in FILTER}, "told": i.kind == "contents", "indicator": i.id}
        for i in book.catalogue.values()
        if i.kind in derivation.KINDS
    ]
    work = chosen.assign(told=chosen["violation"].ne(""))
    found = work.merge(pd.DataFrame(asked), on=[*FILTER, "told"], how="left").drop(columns="told")
    bounds = tables.bounds(found)
    return found.assign(
        indicator=found["indicator"].fillna(""), low=bounds["low"], high=bounds["high"],
        conflict=found["row_id"].isin(irreconcilable(book)),
    )  # fmt: skip


def irreconcilable(book: Book) -> set[str]:
    """Return the chosen rows whose pages print figures that no single number satisfies."""
    torn = book.chosen[book.chosen["n_values"] > 1]
    every = book.tables.observations
    limits = tables.bounds(every).set_index(every["row_id"])
    low, high = limits["low"].to_dict(), limits["high"].to_dict()
    found = set()
    for row in records(torn[["row_id", "alternatives"]]):
        told = (row["row_id"], *row["alternatives"])
        if max(low[r] for r in told) > min(high[r] for r in told):
            found.add(row["row_id"])
    return found


def outside(book: Book) -> pd.DataFrame:
    """Return the figures no indicator asks for, each with the declared exception it falls under.

    Returns
    -------
    DataFrame
        Rows of `reached` without an indicator and the column ``exception``: a code of
        ``coverage_exceptions.csv``, or empty where none was declared, which is an error of the
        catalogue.
    """
    rows = reached(book)
    left = rows[rows["indicator"].eq("")].assign(exception="")
    for rule in book.codes.rows("coverage_exceptions"):
        mask = left["exception"].eq("")
        for column in (*FILTER, "violation"):
            wanted = rule[column]
            if wanted:
                mask &= left[column].ne("") if wanted == "yes" else left[column].isin(wanted.split(";"))
        left.loc[mask, "exception"] = rule["code"]
    return left


def kept(frame: pd.DataFrame, bodies: Collection[str] | None, period: str | None) -> pd.DataFrame:
    """Return the rows of some bodies and of one period; None keeps all."""
    if bodies is not None:
        frame = frame[frame["body_id"].isin(bodies)]
    return frame if period is None else frame[frame["period"].eq(period)]
