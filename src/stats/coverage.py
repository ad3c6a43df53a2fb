"""What is published, contradictory, approximate, derivable or missing: body by period by indicator.

Only counts and the contents of violations can be published; shares, mixes and rates are worked out
from them and have no cell of their own. A period is asked of a body when the body has any figure
for it, so that "missing" means "not among what was published for that period".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from types import MappingProxyType
from typing import Any

import pandas as pd

from stats import derivation, tables
from stats.derived.streams import DISJOINT, POOLED
from stats.indicators import Book, records
from stats.periods import CUMULATIVE, Period, kind_of
from stats.results import Result

STATUSES = ("published", "conflicting", "approximate", "derivable", "missing")
"""What a cell can say.

``conflicting``: no number satisfies all the pages; ``approximate``: rounded figures only;
``derivable``: not published, but a named function gives it."""

GROUPS = MappingProxyType(
    {
        "programme": ("R01", "R02", "R03"),
        "signs": ("R04", "R05"),
        "thematic": ("R10",),
        "tasks": ("R06", "R07", "R08", "R09"),
        "petitions": ("R11", "R12", "R13", "R14"),
        "assets": ("R19",),
        "organisations": ("R15",),
        "members": ("R16", "R17", "R20"),
        "contents": ("R18",),
    }
)
"""Groups of blocks, in the order offices report them; labels are texts ``coverage.group.<group>``."""

COLUMNS = (
    "body_id", "period", "kind", "start", "end", "indicator", "group", "status", "figures", "conflicts", "approximate",
    "actors", "derivable", "rows", "sources",
)  # fmt: skip
"""Columns of `matrix`: `figures` counts the keys published; `derivable` lists actors worked out, not printed."""

_FILTER = ["activity", "stage", "subject", "subgroup", "penalty"]
_CELL = ["body_id", "period", "indicator"]


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
        {**{c: i.definition[c] for c in _FILTER}, "told": i.kind == "contents", "indicator": i.id}
        for i in book.catalogue.values()
        if i.kind in derivation.KINDS
    ]
    work = chosen.assign(told=chosen["violation"].ne(""))
    found = work.merge(pd.DataFrame(asked), on=[*_FILTER, "told"], how="left").drop(columns="told")
    bounds = tables.bounds(found)
    return found.assign(
        indicator=found["indicator"].fillna(""), low=bounds["low"], high=bounds["high"],
        conflict=found["row_id"].isin(_irreconcilable(book)),
    )  # fmt: skip


def _irreconcilable(book: Book) -> set[str]:
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
        for column in (*_FILTER, "violation"):
            wanted = rule[column]
            if wanted:
                mask &= left[column].ne("") if wanted == "yes" else left[column].isin(wanted.split(";"))
        left.loc[mask, "exception"] = rule["code"]
    return left


def matrix(
    book: Book, *, body: str | Collection[str] | None = None, period: str | None = None, derive: bool = True
) -> pd.DataFrame:
    """Return the state of every cell: body x period x indicator.

    Parameters
    ----------
    book : Book
        The curated data.
    body : str or collection of str, optional
        Keep these bodies.
    period : str, optional
        Keep one period key.
    derive : bool
        Look for what can be derived; without it such cells are missing.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row a cell, in the order of bodies, time and the catalogue. A cell is
        ``conflicting`` when one of its figures is, else ``published`` when one is exact, else
        ``approximate``. Windows that can be derived only are there for their derivable indicators,
        not as missing everywhere else.
    """
    bodies = None if body is None else {body} if isinstance(body, str) else set(body)
    rows = _kept(reached(book), bodies, period)
    cells = _published(rows[rows["indicator"].ne("")])
    cells = _universe(book, rows).merge(cells, on=_CELL, how="left")
    for column in ("figures", "conflicts", "approximate"):
        cells[column] = cells[column].fillna(0).astype("int64")
    for column in ("actors", "rows", "sources"):
        cells[column] = cells[column].where(cells[column].notna(), None).map(lambda v: v if v else ())
    cells["derivable"] = [()] * len(cells)
    if derive:
        found = [r for r in derivable(book, body=bodies, period=period) if r]
        cells = _with_derived(book, cells, found)
    return _finished(book, cells)


def _kept(frame: pd.DataFrame, bodies: Collection[str] | None, period: str | None) -> pd.DataFrame:
    if bodies is not None:
        frame = frame[frame["body_id"].isin(bodies)]
    return frame if period is None else frame[frame["period"].eq(period)]


def _published(rows: pd.DataFrame) -> pd.DataFrame:
    grouped = rows.groupby(_CELL, sort=False)
    made = grouped.agg(
        figures=("row_id", "size"), conflicts=("conflict", "sum"),
        approximate=("approx", lambda column: int(column.ne("exact").sum())),
        actors=("actor", lambda column: tuple(dict.fromkeys(column))), rows=("row_id", tuple),
        sources=("source_id", lambda column: tuple(dict.fromkeys(column))),
    )  # fmt: skip
    return made.reset_index()


def _universe(book: Book, rows: pd.DataFrame) -> pd.DataFrame:
    asked = pd.DataFrame({"indicator": [i.id for i in book.catalogue.values() if i.kind in derivation.KINDS]})
    return rows[["body_id", "period"]].drop_duplicates().merge(asked, how="cross")


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
        span = _span(book, result.body, result.period)
        return places.index(result.body), span.end, span.start, order.index(result.indicator)

    return sorted(kept, key=place)


def _both_streams(rows: pd.DataFrame, bodies: Collection[str] | None) -> Iterable[tuple[str, str, Period]]:
    """Yield the cells where two streams, or one of them and the total, were printed."""
    rows = rows[rows["activity"].isin(DISJOINT)]
    for (body, _, indicator), group in _kept(rows, bodies, None).groupby(_CELL, sort=False):
        actors = set(group["actor"]) & {*derivation.WIDEST, POOLED}
        if len(actors) > 1:
            key = str(group["period"].iloc[0])
            days = (group["period_start"].iloc[0].date(), group["period_end"].iloc[0].date())
            yield str(indicator), str(body), Period(key, kind_of(key), *days)


def _within_years(rows: pd.DataFrame, bodies: Collection[str] | None) -> Iterable[tuple[str, str]]:
    """Yield the indicators and bodies that have two cumulative figures in one year."""
    kinds = rows["period"].map({key: kind_of(key) for key in rows["period"].unique()})
    rows = _kept(rows[kinds.isin(list(CUMULATIVE))], bodies, None)
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


def _span(book: Book, body: str, key: str) -> Period:
    """Return the days of a period; for one before a merger, those of a body that went into the merged one."""
    olds = derivation.whole_predecessors(book, body)
    known = {p.key: p for b in (*olds, body) for p in book.codes.terms(b)}
    return known.get(key) or book.codes.period(key, body)


def _with_derived(book: Book, cells: pd.DataFrame, found: Iterable[Result]) -> pd.DataFrame:
    actors: dict[tuple[str, str, str], list[str]] = {}
    for result in found:
        place = actors.setdefault((result.body, result.period, result.indicator), [])
        if result.actor not in place:
            place.append(result.actor)
    keys = list(zip(cells["body_id"], cells["period"], cells["indicator"], strict=True))
    cells["derivable"] = [tuple(actors.pop(key, ())) for key in keys]
    empty: dict[str, Any] = {"figures": 0, "conflicts": 0, "approximate": 0, "actors": (), "rows": (), "sources": ()}
    new = [
        {"body_id": b, "period": p, "indicator": i, **empty, "derivable": tuple(who)}
        for (b, p, i), who in actors.items()
    ]
    return pd.concat([cells, pd.DataFrame(new, columns=cells.columns)], ignore_index=True) if new else cells


def _finished(book: Book, cells: pd.DataFrame) -> pd.DataFrame:
    spans = {key: _span(book, *key) for key in set(zip(cells["body_id"], cells["period"], strict=True))}
    mine = [spans[key] for key in zip(cells["body_id"], cells["period"], strict=True)]
    groups = {block: name for name, blocks in GROUPS.items() for block in blocks}
    of = {i.id: groups[i.definition["block"]] for i in book.catalogue.values()}
    status = pd.Series("missing", index=cells.index, dtype="str")
    status = status.mask(cells["derivable"].map(bool), "derivable")
    status = status.mask(cells["figures"] > 0, "published")
    status = status.mask((cells["figures"] > 0) & (cells["approximate"] == cells["figures"]), "approximate")
    status = status.mask(cells["conflicts"] > 0, "conflicting")
    made = cells.assign(
        kind=[str(p.kind) for p in mine],
        start=pd.to_datetime([p.start for p in mine]),
        end=pd.to_datetime([p.end for p in mine]),
        group=cells["indicator"].map(of),
        status=status,
    )
    ranks = {"_body": list(book.codes.bodies.ids), "_indicator": list(book.catalogue)}
    made = made.assign(
        _body=made["body_id"].map({b: n for n, b in enumerate(ranks["_body"])}),
        _indicator=made["indicator"].map({i: n for n, i in enumerate(ranks["_indicator"])}),
    )
    made = made.sort_values(["_body", "end", "start", "period", "_indicator"], kind="stable")
    return made[list(COLUMNS)].reset_index(drop=True)


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a body: what of it is published, in doubt, derivable or missing.

    Parameters
    ----------
    frame : DataFrame
        A frame of `matrix`.

    Returns
    -------
    DataFrame
        ``body_id``; ``periods`` and ``indicators`` with a published figure; ``figures``; the number of
        cells of each status; ``first`` and ``last`` day covered; ``rows`` and ``sources``.
    """
    made = []
    for body, cells in frame.groupby("body_id", sort=False):
        there = cells[cells["figures"] > 0]
        tally = cells["status"].value_counts()
        made.append(
            {
                "body_id": str(body),
                "periods": int(there["period"].nunique()),
                "indicators": int(there["indicator"].nunique()),
                "figures": int(cells["figures"].sum()),
                **{status: int(tally.get(status, 0)) for status in STATUSES},
                "first": there["start"].min(),
                "last": there["end"].max(),
                "rows": tuple(dict.fromkeys(r for rows in there["rows"] for r in rows)),
                "sources": tuple(dict.fromkeys(s for sources in there["sources"] for s in sources)),
            }
        )
    columns = ["body_id", "periods", "indicators", "figures", *STATUSES, "first", "last", "rows", "sources"]
    return pd.DataFrame(made, columns=columns)
