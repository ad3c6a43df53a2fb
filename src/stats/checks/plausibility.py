"""What is possible but hard to believe: leaps from year to year, and in membership."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from stats import tables as curated
from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, Label, Many, Text, What, When
from stats.checks.view import column, other, records, view
from stats.codes import Codes
from stats.periods import CUMULATIVE, Kind, Period
from stats.tables import Tables

LEAP = 2.0
"""A figure that more than doubles or halves within a year is to be looked at."""
LEAST = 100
"""Where the larger of the two is below this, such leaps are ordinary."""
GROWTH, SHRINKING, SLACK = 0.12, 0.10, 0.01
"""Membership may grow and shrink by so much a year, and differ by so much between two countings."""


def check_leaps(tables: Tables, codes: Codes) -> pd.DataFrame:
    """X03: a figure more than twice, or less than half, of the same period a year before."""
    chosen = view(tables).chosen
    rows = chosen[
        chosen["kind"].isin([*map(str, CUMULATIVE), str(Kind.MONTH)])
        & (chosen["subgroup"] == "all")
        & chosen["penalty"].isin(["", "all"])
        & (chosen["violation"] == "")
    ]
    before = {key: Period.parse(key).year_before().key for key in rows["period"].unique()}
    key = other("period")
    columns = [*key, "period", "period_end", "count", "approx", "low", "high", "row_id", "source_id"]
    earlier = rows[columns].rename(columns={"period": "before"})
    both = rows.assign(before=rows["period"].map(before)).merge(earlier, on=[*key, "before"], suffixes=("", "_before"))
    large = both[["count", "count_before"]].max(axis=1) >= LEAST
    rise = large & (both["low"] > LEAP * both["high_before"])
    fall = large & (LEAP * both["high"] < both["low_before"])
    groups = column(codes, "activities", "group")
    drafts = []
    for text, mask in (("rise", rise), ("fall", fall)):
        drafts += [_leap(text, row, codes, groups) for row in records(both[mask])]
    return frame(drafts, codes)


def _leap(text: str, row: Mapping[str, Any], codes: Codes, groups: Mapping[str, str]) -> Draft:
    n, before = Figure(row["count"], row["approx"]), Figure(row["count_before"], row["approx_before"])
    affects = ("geography", row["activity"], groups.get(row["activity"], ""))
    rules = codes.rules_between(row["period_end_before"].date(), row["period_end"].date(), affects)
    # A number says most in few words; what has none goes by its title.
    named = [rule.instrument if "/" in rule.instrument else Label("rules", rule.code) for rule in rules]
    change = 100 * row["count"] / row["count_before"] - 100
    return Draft(
        id="X03", at=row, text=text, found=n.plain, expected=before.plain,
        rows=[row["row_id"], row["row_id_before"]], sources=[row["source_id"], row["source_id_before"]],
        values={
            "what": What(row), "n": n, "before": before, "earlier": When(row["before"]), "pct": round(abs(change)),
            "breaks": Text("check.breaks", {"rules": Many(named)}) if named else "",
        },
    )  # fmt: skip


def check_membership(tables: Tables, codes: Codes) -> pd.DataFrame:
    """X05: the members, or organisations of one kind, of a body leap between two dates."""
    members = _jumps(tables.membership, "members", ["body_id"])
    organisations = _jumps(tables.membership, "organisations", ["body_id", "organisation_kind"])
    return frame([*members, *organisations], codes)


def _jumps(frame_: pd.DataFrame, name: str, key: list[str]) -> Iterator[Draft]:
    rows = frame_[frame_[name].notna()].sort_values("date_start", kind="stable")
    counts = rows[name].astype("int64")
    # The word that makes a row approximate is said of its members; organisations are counted.
    approx = rows["approx"] if name == "members" else pd.Series("exact", index=rows.index, dtype="str")
    bounds = curated.bounds(pd.DataFrame({"count": counts, "approx": approx}))
    rows = rows.assign(count=counts, approx=approx, low=bounds["low"], high=bounds["high"])
    columns = ["date", "date_start", "count", "approx", "low", "high", "row_id", "source_id"]
    before = rows.groupby(key, sort=False)[columns].shift().add_suffix("_before")
    both = pd.concat([rows, before], axis=1)
    both = both[both["row_id_before"].notna()]
    years = (both["date_start"] - both["date_start_before"]).dt.days / 365.25
    most = both["high_before"] * (1 + GROWTH) ** years * (1 + SLACK)
    least = both["low_before"] * (1 - SHRINKING) ** years * (1 - SLACK)
    for text, mask in (("rise", both["low"] > most), ("fall", both["high"] < least)):
        for row in records(both[mask]):
            yield _jump(text, name, row)


def _jump(text: str, name: str, row: Mapping[Any, Any]) -> Draft:
    n = Figure(int(row["count"]), row["approx"])
    before = Figure(int(row["count_before"]), row["approx_before"])
    kind = row["organisation_kind"] if name == "organisations" else ""
    said: list[Any] = [Label("units", name)]
    said += [Label("organisation_kinds", kind)] if kind else []
    return Draft(
        id="X05", at={"body_id": row["body_id"], "period": row["date"]}, text=text, detail=f"{name}:{row['source_id']}",
        found=n.plain, expected=before.plain,
        rows=[row["row_id"], row["row_id_before"]], sources=[row["source_id"], row["source_id_before"]],
        values={
            "what": Many(said, ", "), "n": n, "before": before,
            "date": When(row["date"]), "earlier": When(row["date_before"]),
        },
    )  # fmt: skip
