"""Violation contents: how many members each has, and what their printed shares are shares of."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import Decimal
from math import ceil, floor
from typing import Any

import pandas as pd

from stats.checks import quotients
from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, Label, Many, Text, What
from stats.checks.view import column, grouped, other, records, view
from stats.codes import Codes
from stats.tables import KEY, Tables

BASE_ROWS = 3
"""Fewer shares than this do not fix a base."""


def check_violation_shares(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C25: shares of violation contents are of the violations, and that base is to be stated."""
    figures = view(tables).figures
    listed = figures[figures["share_pct_published"].notna() & (figures["violation"] != "")]
    by_key = quotients.by_key(figures, listed)
    drafts = []
    for rows in grouped(listed, [*other("violation"), "source_id"]).values():
        if len(rows) < BASE_ROWS:
            continue
        first = {**rows[0], "violation": ""}
        totals = by_key.get(tuple(first[c] for c in KEY), [])
        total = next((t for t in totals if t["source_id"] == first["source_id"]), totals[0] if totals else None)
        bases = _bases(rows)
        if total is not None and total["count"] in bases:
            continue
        drafts.append(_violation_base(first, rows, total, bases))
    return frame(drafts, codes)


def _bases(rows: list[dict[str, Any]]) -> range:
    """Return the whole numbers that give every printed share within one unit of its last digit."""
    least, most = 0, sys.maxsize
    for row in rows:
        share = quotients.printed(row["share_pct_published"])
        one = quotients.unit(share)
        hundredfold = Decimal(100 * row["count"])
        least = max(least, floor(hundredfold / (share + one)) + 1)
        most = min(most, ceil(hundredfold / (share - one)) - 1) if share > one else most
    return range(least, most + 1)


def _violation_base(
    first: dict[str, Any], rows: list[dict[str, Any]], total: dict[str, Any] | None, bases: range
) -> Draft:
    text = ("other" if bases else "none") if total is not None else "base"
    span = str(bases[0]) if len(bases) == 1 else f"{bases[0]}-{bases[-1]}" if bases else ""
    shares = [
        Text("check.share", {"n": r["count"], "share": quotients.printed(r["share_pct_published"])})
        for r in rows
    ]  # fmt: skip
    extra = [total] if total is not None else []
    return Draft(
        id="C25", at=first, text=text, detail=first["source_id"],
        found=str(total["count"]) if total is not None else "", expected=span,
        rows=[r["row_id"] for r in (*rows, *extra)], sources=[r["source_id"] for r in (*rows, *extra)],
        values={
            "what": What(first), "base": span, "shares": Many(shares, "; "),
            "total": total["count"] if total is not None else "",
        },
    )  # fmt: skip


def check_contents(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C24: no violation content has more members than were disciplined, nor more than the one it is part of."""
    figures = view(tables).figures
    listed = figures[(figures["violation"] != "") & figures["penalty"].isin(["", "all"])]
    whole = figures[figures["violation"] == ""]
    key = other("violation")
    columns = [*key, "count", "approx", "low", "high", "row_id", "source_id"]
    drafts = []
    both = listed.merge(whole[columns], on=[*key, "source_id"], suffixes=("", "_whole"))
    for row in records(both[both["low"] > both["high_whole"]]):
        drafts.append(_content("above", {**row, "source_id_whole": row["source_id"]}))
    parents = column(codes, "violations", "of")
    parts = listed.assign(whole=listed["violation"].map(parents))
    nested = parts[parts["whole"] != ""].merge(
        listed[[*columns, "violation"]].rename(columns={"violation": "whole"}),
        on=[*key, "whole", "source_id"], suffixes=("", "_whole"),
    )  # fmt: skip
    for row in records(nested[nested["low"] > nested["high_whole"]]):
        drafts.append(_content("part", {**row, "source_id_whole": row["source_id"]}))
    top = both[both["violation"].map(parents) == ""]
    for rows in grouped(top, [*key, "source_id"]).values():
        added = sum(r["count"] for r in rows)
        if len(rows) >= BASE_ROWS and added != rows[0]["count_whole"]:
            drafts.append(_list(rows, added))
    return frame(drafts, codes)


def _content(text: str, row: Mapping[str, Any]) -> Draft:
    n, whole = Figure(row["count"], row["approx"]), Figure(int(row["count_whole"]), row["approx_whole"])
    return Draft(
        id="C24", at=row, text=text, detail=row["source_id"], found=n.plain, expected=f"<= {whole.plain}",
        rows=[row["row_id"], row["row_id_whole"]], sources=[row["source_id"]],
        values={
            "what": What(row), "n": n, "whole": whole,
            "parent": Label("violations", row.get("whole", "")) if text == "part" else "",
        },
    )  # fmt: skip


def _list(rows: list[dict[str, Any]], added: int) -> Draft:
    total = rows[0]["count_whole"]
    at = {**rows[0], "violation": ""}
    return Draft(
        id="C24", at=at, text="fewer" if added < total else "more", detail=at["source_id"], severity="info",
        found=str(added), expected=str(total), rows=[*(r["row_id"] for r in rows), rows[0]["row_id_whole"]],
        sources=[at["source_id"]],
        values={"what": What(at), "k": len(rows), "sum": added, "total": total, "gap": abs(added - total)},
    )  # fmt: skip
