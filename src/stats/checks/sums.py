"""Parts that must add up to their printed total: penalties, performance, levels, streams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, Label, Many, Text, What
from stats.checks.view import column, gathered, other, records, view
from stats.codes import Codes
from stats.tables import Tables

MEMBER_PARTS = ("reprimand", "warning", "removal", "expulsion")
ORGANISATION_PARTS = ("reprimand", "warning", "dissolution")
SMALL = 5
"""Fewer members than this are not put into words: a penalty given to one person names that person."""
COMMISSION_LEVELS = ("provincial_commission", "district_commissions", "grassroots_commissions")
"""The levels of the commissions of a province; together they are all of its commissions."""


def check_members(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C03: reprimands, warnings, removals and expulsions add up to the members disciplined."""
    return frame(_penalties(tables, "C03", "member", MEMBER_PARTS), codes)


def check_organisations(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C04: reprimands, warnings and dissolutions add up to the organisations disciplined."""
    return frame(_penalties(tables, "C04", "organisation", ORGANISATION_PARTS), codes)


def _penalties(tables: Tables, id_: str, subject: str, names: tuple[str, ...]) -> Iterable[Draft]:
    figures = view(tables).figures
    rows = figures[
        (figures["activity"] == "discipline") & (figures["stage"] == "disciplined") & (figures["subject"] == subject)
    ]
    group = [*other("penalty"), "source_id"]
    parts = rows[rows["penalty"].isin(names)]
    sums = parts.groupby(group, sort=False).agg(
        sum=("count", "sum"), sum_low=("low", "sum"), sum_high=("high", "sum"), n=("penalty", "nunique")
    )
    both = rows[rows["penalty"] == "all"].merge(sums.reset_index(), on=group)
    above = both["sum_low"] > both["high"]
    below = both["sum_high"] < both["low"]
    complete = both["n"] == len(names)
    kinds = {"exceed": above, "short": below & complete, "partial": below & ~complete}
    printed_by = gathered(parts, both[above | below], group)
    for text, mask in kinds.items():
        for row in records(both[mask]):
            printed = sorted(printed_by[tuple(row[c] for c in group)], key=lambda p: names.index(p["penalty"]))
            gap = abs(row["count"] - row["sum"])
            few = text == "partial" and subject == "member" and gap < SMALL
            yield Draft(
                id=id_, at=row, text="few" if few else text, detail=row["source_id"],
                found=str(row["sum"]), expected=Figure(row["count"], row["approx"]).plain,
                rows=[row["row_id"], *(p["row_id"] for p in printed)], sources=[row["source_id"]],
                severity="info" if text == "partial" else "",
                values={
                    "what": What(row), "sum": row["sum"], "total": Figure(row["count"], row["approx"]), "gap": gap,
                    "parts": Many([_part("penalties", p["penalty"], p) for p in printed]),
                },
            )  # fmt: skip


def check_performance(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C14: those that did well and those that did not add up to the organisations inspected."""
    figures = view(tables).figures
    group = [*other("stage"), "source_id"]
    parts = figures[figures["stage"].isin(["did_well", "did_not_do_well"])]
    sums = parts.groupby(group, sort=False).agg(
        sum=("count", "sum"), sum_low=("low", "sum"), sum_high=("high", "sum"), n=("stage", "nunique")
    )
    both = figures[figures["stage"] == "examined"].merge(sums.reset_index(), on=group)
    wrong = both[(both["sum_low"] > both["high"]) | ((both["sum_high"] < both["low"]) & (both["n"] == 2))]
    printed = gathered(parts, wrong, group)
    return frame((_total("C14", row, printed[tuple(row[c] for c in group)]) for row in records(wrong)), codes)


def check_levels(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C17: what several deciding levels did adds up to no more than all levels together."""
    figures = view(tables).figures
    # Committees with cells hold what committees hold; cells alone are no part of committees.
    above = {**column(codes, "actors", "within"), "committees": "committees_and_cells"}
    pairs = [
        {"actor": actor, "whole": whole}
        for actor, first in above.items()
        for whole in (first, above.get(first, ""))
        if whole and actor != "committees"
    ]
    levels = pd.DataFrame(pairs, columns=["actor", "whole"], dtype="str")
    group = [*other("actor"), "source_id"]
    parts = figures.merge(levels, on="actor")
    sums = parts.groupby([*group, "whole"], sort=False).agg(
        sum=("count", "sum"), sum_low=("low", "sum"), sum_high=("high", "sum"), n=("actor", "nunique")
    )
    sums = sums[sums["n"] > 1].reset_index()
    both = figures.merge(sums, left_on=[*group, "actor"], right_on=[*group, "whole"])
    above_or_apart = both[(both["sum_low"] > both["high"]) | (both["sum_high"] < both["low"])]
    printed = gathered(parts, above_or_apart, [*group, "whole"])
    drafts = []
    for row in records(above_or_apart):
        mine = printed[tuple(row[c] for c in (*group, "whole"))]
        # Less than the total is wrong only where no level is left out.
        complete = set(COMMISSION_LEVELS) <= {p["actor"] for p in mine}
        if row["sum_low"] > row["high"] or complete:
            drafts.append(_total("C17", row, mine))
    return frame(drafts, codes)


def _total(id_: str, row: Mapping[str, Any], parts: list[dict[str, Any]]) -> Draft:
    total = Figure(row["count"], row["approx"])
    return Draft(
        id=id_, at=row, text="wrong", detail=row["source_id"], found=str(row["sum"]), expected=total.plain,
        rows=[row["row_id"], *(p["row_id"] for p in parts)], sources=[row["source_id"]],
        values={"what": What(row), "sum": row["sum"], "total": total, "gap": abs(row["count"] - row["sum"])},
    )  # fmt: skip


def check_streams(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C19: committees and commissions decide separately, so both together are the pooled figure."""
    chosen = view(tables).chosen
    order = list(column(codes, "actors", "stream").items())
    # Committees with their cells are the fuller label: where both stand, theirs is the stream.
    rank = {actor: i for i, (actor, _) in enumerate(sorted(order, key=lambda a: a[0] != "committees_and_cells"))}
    work = chosen.assign(stream=chosen["actor"].map(dict(order)), rank=chosen["actor"].map(rank))
    work = work[work["stream"].isin(["committees", "commissions", "pooled"])].sort_values("rank")
    group = other("actor")
    one = work.drop_duplicates([*group, "stream"])
    pooled = one[one["stream"] == "pooled"]
    for stream in ("committees", "commissions"):
        side = one[one["stream"] == stream][[*group, "actor", "count", "approx", "low", "high", "row_id", "source_id"]]
        pooled = pooled.merge(side, on=group, how="left", suffixes=("", f"_{stream}"))
    low = pooled[["low_committees", "low_commissions"]]
    high = pooled[["high_committees", "high_commissions"]]
    complete = low.notna().all(axis=1)
    apart = complete & ((low.sum(axis=1) > pooled["high"]) | (high.sum(axis=1) < pooled["low"]))
    beyond = ~complete & (low.max(axis=1) > pooled["high"])
    drafts = [_streams(row) for row in records(pooled[apart])]
    drafts += [_beyond(row) for row in records(pooled[beyond])]
    return frame(drafts, codes)


def _streams(row: Mapping[str, Any]) -> Draft:
    sides = [_side(row, stream) for stream in ("committees", "commissions")]
    total = Figure(row["count"], row["approx"])
    added = sum(side.count for side in sides)
    return Draft(
        id="C19", at=row, text="apart", found=str(added), expected=total.plain,
        rows=[row["row_id"], row["row_id_committees"], row["row_id_commissions"]],
        sources=[row["source_id"], row["source_id_committees"], row["source_id_commissions"]],
        values={
            "what": What(row, actor=False), "committees": sides[0], "commissions": sides[1], "sum": added,
            "total": total, "gap": abs(added - row["count"]),
        },
    )  # fmt: skip


def _beyond(row: Mapping[str, Any]) -> Draft:
    stream = "committees" if pd.notna(row["low_committees"]) else "commissions"
    part, total = _side(row, stream), Figure(row["count"], row["approx"])
    return Draft(
        id="C19", at=row, text="beyond", found=part.plain, expected=f"<= {total.plain}",
        rows=[row["row_id"], row[f"row_id_{stream}"]], sources=[row["source_id"], row[f"source_id_{stream}"]],
        values={
            "what": What(row, actor=False), "part": part, "total": total,
            "actor": Label("actors", row[f"actor_{stream}"]),
        },
    )  # fmt: skip


def _side(row: Mapping[str, Any], stream: str) -> Figure:
    return Figure(int(row[f"count_{stream}"]), row[f"approx_{stream}"])


def check_deciders(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C21: the Central Inspection Commission and the local commissions are all commissions."""
    chosen = view(tables).chosen
    wide = chosen[chosen["body_id"].isin(["national", "central-inspection-commission"])]
    group = other("body_id", "actor", "subgroup")
    columns = [*group, "count", "approx", "low", "high", "row_id", "source_id"]
    central = wide[(wide["actor"] == "central_inspection_commission") & (wide["subgroup"] == "all")]
    # The same figure may stand under the nation and under the commission itself: once is enough.
    central = central.sort_values("body_id").drop_duplicates(group)[columns]
    national = wide[(wide["body_id"] == "national") & (wide["actor"] == "inspection_commissions")]
    local = national[national["subgroup"] == "local_commissions_only"][columns]
    both = national[national["subgroup"] == "all"].merge(central, on=group, suffixes=("", "_central"))
    both = both.merge(local, on=group, suffixes=("", "_local"))
    low, high = both["low_central"] + both["low_local"], both["high_central"] + both["high_local"]
    wrong = both[(low > both["high"]) | (high < both["low"])]
    return frame((_deciders(row) for row in records(wrong)), codes)


def _deciders(row: Mapping[str, Any]) -> Draft:
    central = Figure(row["count_central"], row["approx_central"])
    local = Figure(row["count_local"], row["approx_local"])
    total = Figure(row["count"], row["approx"])
    added = central.count + local.count
    return Draft(
        id="C21", at=row, text="wrong", found=str(added), expected=total.plain,
        rows=[row["row_id"], row["row_id_central"], row["row_id_local"]],
        sources=[row["source_id"], row["source_id_central"], row["source_id_local"]],
        values={
            "what": What(row), "central": central, "local": local, "sum": added, "total": total,
            "gap": abs(added - row["count"]),
        },
    )  # fmt: skip


def _part(list_name: str, code: str, row: Mapping[str, Any]) -> Text:
    return Text("check.part", {"label": Label(list_name, code), "n": Figure(row["count"], row["approx"])})
