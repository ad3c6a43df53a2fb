"""Vintages: figures that were published more than once, and how they changed.

Every telling stays in the tables; here the first and the latest day a figure was printed are set
side by side. A *revision* is the same publisher, or the party organisation that keeps the figure,
printing it again; a *retelling* is another page, whose difference may as well be its mistake.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from stats.errors import fold
from stats.tables.model import KEY, OBSERVATIONS, Tables
from stats.tables.selection import bounds, choose

COLUMNS = (
    *KEY, "n_rows", "n_days",
    "first_row", "first_day", "first_exact", "first_count", "first_approx", "first_source",
    "latest_row", "latest_day", "latest_exact", "latest_count", "latest_approx", "latest_source",
    "difference", "difference_low", "difference_high", "percent", "change", "kind", "sources", "rows", "undated",
)  # fmt: skip
"""Columns of the revision table."""

_SIDE = {
    "row": "row_id", "day": "day", "exact": "day_printed", "count": "count", "approx": "approx", "source": "source_id",
}  # fmt: skip

CHANGES = ("none", "rounding", "changed")
KINDS = ("revision", "retelling")

_KEEPERS = ("uy ban kiem tra", "ubkt", "tinh uy", "thanh uy", "inspection commission", "central committee")
"""Words in the name of a publisher that is itself the party organisation."""


def table(tables: Tables) -> pd.DataFrame:
    """Return one row for each figure that was published on more than one day.

    Parameters
    ----------
    tables : Tables
        The curated tables.

    Returns
    -------
    DataFrame
        The key, then

        - the first and the latest day with its figure, picked among the pages of that day by the
          declared rule (`stats.tables.choose`); ``first_exact`` and ``latest_exact`` tell whether the
          day is printed or only the earliest it can have been;
        - ``difference``: latest minus first, and what it can be at least and at most when a figure
          is rounded; ``percent`` of the first figure, missing when that is zero;
        - ``change``: ``none`` (the same figure), ``rounding`` (the two can mean one number),
          ``changed``;
        - ``kind``: ``revision`` or ``retelling``, see the module;
        - ``sources`` and ``rows``: all of them in the order of their days; ``undated``: how many
          more rows of the key have no day of publication.

        Sorted: changed figures first, the largest change in percent first.

    Notes
    -----
    A page without its exact day counts on the first day it can have been published
    (``published_from``). A page without any day cannot be placed in time.
    """
    told = _dated(tables)
    dated = told[told["day"].notna()].sort_values(["group", "day"], kind="stable")
    days = dated.groupby("group")["day"].agg(["nunique", "min", "max"])
    often = days[days["nunique"] > 1]
    dated = dated[dated["group"].isin(often.index)]
    if dated.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    first = _picked(dated[dated["day"] == dated["group"].map(often["min"])], tables)
    latest = _picked(dated[dated["day"] == dated["group"].map(often["max"])], tables)
    made = first[list(KEY)].copy()
    for side, rows in (("first", first), ("latest", latest)):
        for name, column in _SIDE.items():
            made[f"{side}_{name}"] = rows[column]
    groups = dated.groupby("group")
    made["n_rows"], made["n_days"] = groups.size(), often["nunique"]
    made["sources"] = _listed(dated, "source_id")
    made["rows"] = _listed(dated, "row_id")
    made["undated"] = told["day"].isna().groupby(told["group"]).sum().reindex(made.index).astype("int64")
    low, high = bounds(first), bounds(latest)
    made["difference"] = latest["count"] - first["count"]
    made["difference_low"] = high["low"] - low["high"]
    made["difference_high"] = high["high"] - low["low"]
    base = first["count"].where(first["count"] != 0)
    made["percent"] = 100 * made["difference"] / base
    within = (made["difference_low"] <= 0) & (made["difference_high"] >= 0)
    made["change"] = np.select([made["difference"] == 0, within], CHANGES[:2], CHANGES[2])
    made["kind"] = np.where(_same_voice(first, latest), *KINDS)
    rank = made["change"].map({"changed": 0, "rounding": 1, "none": 2})
    made = made.assign(_rank=rank, _size=-made["percent"].abs().fillna(np.inf))
    return made.sort_values(["_rank", "_size", *KEY], kind="stable")[list(COLUMNS)].reset_index(drop=True)


def as_of(tables: Tables, day: dt.date) -> Tables:
    """Return the tables as they could be known on a day: only what was published until then.

    Documents without any day of publication are left out, as nothing says that they were there.
    """
    papers = tables.sources
    published = papers["published_on"].fillna(papers["published_from"])
    known = set(papers.loc[published <= pd.Timestamp(day), "source_id"])
    names = (*OBSERVATIONS, "membership", "programme", "visits", "sources")
    frames = {name: getattr(tables, name) for name in names}
    kept = {name: f[f["source_id"].isin(known)].reset_index(drop=True) for name, f in frames.items()}
    return replace(tables, **kept)


def _dated(tables: Tables) -> pd.DataFrame:
    papers = tables.sources.set_index("source_id")
    day = papers["published_on"].fillna(papers["published_from"])
    told = tables.observations
    at = told["source_id"]
    host = papers["url"].map(lambda url: (urlsplit(url).hostname or "").removeprefix("www."))
    group = told.groupby(list(KEY), sort=False, dropna=False).ngroup()
    return told.assign(
        group=group,
        day=at.map(day),
        day_printed=at.map(papers["published_on"].notna()),
        publisher=at.map(papers["publisher"].map(fold)),
        host=at.map(host),
    )


def _picked(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    return choose(rows, tables.sources).set_index("group").sort_index()


def _listed(rows: pd.DataFrame, column: str) -> pd.Series[Any]:
    listed: dict[int, list[str]] = {}
    for group, value in zip(rows["group"], rows[column], strict=True):
        listed.setdefault(group, []).append(value)
    return pd.Series({group: tuple(dict.fromkeys(values)) for group, values in listed.items()}, dtype="object")


def _same_voice(first: pd.DataFrame, latest: pd.DataFrame) -> pd.Series[bool]:
    same_name = first["publisher"] == latest["publisher"]
    same_host = (first["host"] == latest["host"]) & (first["host"] != "")
    keeper = [
        any(word in a and word in b for word in _KEEPERS)
        for a, b in zip(first["publisher"], latest["publisher"], strict=True)
    ]
    return same_name | same_host | pd.Series(keeper, index=first.index, dtype="bool")
