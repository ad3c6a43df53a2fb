"""The state of every cell, and what it adds up to for each body."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from types import MappingProxyType
from typing import Any

import pandas as pd

from stats import derivation
from stats.coverage.deriving import derivable, span
from stats.coverage.reach import CELL, kept, reached
from stats.indicators import Book
from stats.results import Result

STATUSES = ("published", "conflicting", "approximate", "derivable", "missing")
"""What a cell can say.

``conflicting``: no number satisfies all the pages; ``approximate``: rounded figures only;
``derivable``: not published, but a named function gives it."""

GROUPS = MappingProxyType(
    {
        "programme": ("R01", "R02", "R03", "R10"),
        "signs": ("R04", "R05"),
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
    rows = kept(reached(book), bodies, period)
    cells = _published(rows[rows["indicator"].ne("")])
    cells = _universe(book, rows).merge(cells, on=CELL, how="left")
    for column in ("figures", "conflicts", "approximate"):
        cells[column] = cells[column].fillna(0).astype("int64")
    for column in ("actors", "rows", "sources"):
        cells[column] = cells[column].where(cells[column].notna(), None).map(lambda v: v if v else ())
    cells["derivable"] = [()] * len(cells)
    if derive:
        found = [r for r in derivable(book, body=bodies, period=period) if r]
        cells = _with_derived(cells, found)
    return _finished(book, cells)


def _published(rows: pd.DataFrame) -> pd.DataFrame:
    grouped = rows.groupby(CELL, sort=False)
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


def _with_derived(cells: pd.DataFrame, found: Iterable[Result]) -> pd.DataFrame:
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
    spans = {key: span(book, *key) for key in set(zip(cells["body_id"], cells["period"], strict=True))}
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
        cells of each status; ``derived``, the figures that can be worked out, also of streams beside
        published ones; ``first`` and ``last`` day covered; ``rows`` and ``sources``.
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
                "derived": int(cells["derivable"].map(len).sum()),
                "first": there["start"].min(),
                "last": there["end"].max(),
                "rows": tuple(dict.fromkeys(r for rows in there["rows"] for r in rows)),
                "sources": tuple(dict.fromkeys(s for sources in there["sources"] for s in sources)),
            }
        )
    columns = ["body_id", "periods", "indicators", "figures", *STATUSES, "derived", "first", "last", "rows", "sources"]
    return pd.DataFrame(made, columns=columns)
