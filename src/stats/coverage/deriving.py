"""Everything that can be derived, found by looking only where its inputs were published."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

from stats import derivation
from stats.coverage.reach import CELL, kept, reached
from stats.derived.streams import DISJOINT, POOLED
from stats.indicators import Book
from stats.periods import CUMULATIVE, Period, kind_of
from stats.results import Result


def derivable(
    book: Book, *, body: str | Collection[str] | None = None, period: str | None = None, printed: bool = False
) -> list[Result]:
    """Return every figure that can be derived and was not published, and every one tried and refused.

    Parameters
    ----------
    printed : bool
        Add the sums of streams whose total was printed, to show whether the two agree.

    Returns
    -------
    list of Result
        In the order of bodies, time and the catalogue.
    """
    bodies = None if body is None else {body} if isinstance(body, str) else set(body)
    rows = reached(book)
    rows = rows[rows["indicator"].ne("")]
    made = [r for cell in _both_streams(rows, bodies) for r in derivation.streams(book, *cell, printed=printed)]
    made += [r for pair in _within_years(rows, bodies) for _, r in derivation.windows(book, *pair)]
    made += [r for cell in _all_merged(book, rows, bodies) for r in derivation.restated(book, *cell)]
    kept = [r for r in made if period is None or r.period == period]
    places, order = list(book.codes.bodies.ids), list(book.catalogue)

    def place(result: Result) -> tuple[Any, ...]:
        days = span(book, result.body, result.period)
        return places.index(result.body), days.end, days.start, order.index(result.indicator)

    return sorted(kept, key=place)


def _both_streams(rows: pd.DataFrame, bodies: Collection[str] | None) -> Iterable[tuple[str, str, Period]]:
    """Yield the cells where two streams, or one of them and the total, were printed."""
    rows = rows[rows["activity"].isin(DISJOINT)]
    for (body, _, indicator), group in kept(rows, bodies, None).groupby(CELL, sort=False):
        actors = set(group["actor"]) & {*derivation.WIDEST, POOLED}
        if len(actors) > 1:
            key = str(group["period"].iloc[0])
            days = (group["period_start"].iloc[0].date(), group["period_end"].iloc[0].date())
            yield str(indicator), str(body), Period(key, kind_of(key), *days)


def _within_years(rows: pd.DataFrame, bodies: Collection[str] | None) -> Iterable[tuple[str, str]]:
    """Yield the indicators and bodies that have two cumulative figures in one year."""
    kinds = rows["period"].map({key: kind_of(key) for key in rows["period"].unique()})
    rows = kept(rows[kinds.isin(list(CUMULATIVE))], bodies, None)
    key = [rows["body_id"], rows["indicator"], rows["period"].str[:4], rows["actor"], rows["violation"]]
    several = rows[rows.groupby(key)["period"].transform("nunique") > 1]
    yield from dict.fromkeys(zip(several["indicator"], several["body_id"], strict=True))


def _all_merged(book: Book, rows: pd.DataFrame, bodies: Collection[str] | None) -> Iterable[tuple[str, str, str]]:
    """Yield the cells of merged bodies for which every body that went into them has a figure."""
    have = set(zip(rows["indicator"], rows["body_id"], rows["period"], strict=True))
    for body in book.codes.bodies.ids if bodies is None else sorted(bodies):
        olds = derivation.whole_predecessors(book, body)
        for indicator, old, key in sorted(have) if olds else ():
            if old == olds[0] and all((indicator, other, key) in have for other in olds):
                yield indicator, body, key


def span(book: Book, body: str, key: str) -> Period:
    """Return the days of a period; for one before a merger, those of a body that went into the merged one."""
    olds = derivation.whole_predecessors(book, body)
    known = {p.key: p for b in (*olds, body) for p in book.codes.terms(b)}
    return known.get(key) or book.codes.period(key, body)
