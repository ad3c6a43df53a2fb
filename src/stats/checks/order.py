"""What cannot be larger than what it comes from: stages of the funnel, parts of a whole, teams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, Label, Many, What
from stats.checks.view import column, gathered, grouped, other, records, view
from stats.codes import Codes
from stats.tables import Tables

FUNNEL = {"violation_found": "C08", "discipline_required": "C09", "disciplined": "C10"}
"""The rule that says a stage cannot exceed the stage before it."""
HANDLED = ("received", "resolved", "violation_found", "discipline_required", "disciplined")
JUDGED = ("received", "resolved", "substantiated")
"""The two ways a denunciation can be followed; whether it was true is not a step to the next."""
PETITIONS = ("denunciation", "discipline_complaint", "petition")
TEAMS = {"inspection_teams": "inspection", "supervision_teams": "supervision"}
"""What the teams of an activity cover: the objects of this group of activities."""


def check_funnel(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C08-C10: no stage of an inspection counts more than the stage before it; units equal."""
    order = [s for s in codes.order("stages") if codes.row("stages", s)["funnel"] == "yes"]
    prepared = view(tables)
    within = _inside(prepared.figures[~prepared.figures["activity"].isin(PETITIONS)], order, ["source_id"])
    drafts = [_step(FUNNEL[row["stage"]], "wrong", row) for row in _steps(within)]
    # Pages that print different stages are set side by side too, but they may count differently.
    across = _inside(prepared.chosen[~prepared.chosen["activity"].isin(PETITIONS)], order, [])
    across = across[across["source_id"] != across["source_id_before"]]
    drafts += [_step(FUNNEL[row["stage"]], "across", row, severity="warning") for row in _steps(across)]
    return frame(drafts, codes)


def check_units(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C11: a stage counted in another unit than the stage before it gives no true share."""
    order = [s for s in codes.order("stages") if codes.row("stages", s)["funnel"] == "yes"]
    chosen = view(tables).chosen
    rows = chosen[~chosen["activity"].isin(PETITIONS)]
    # A stage that also has an earlier one in its own unit can be compared with that one.
    comparable = _inside(rows, order, [])["row_id"]
    pairs = _inside(rows, order, [], units=False)
    pairs = pairs[(pairs["unit"] != pairs["unit_before"]) & ~pairs["row_id"].isin(comparable)]
    drafts = [
        Draft(
            id="C11", at=row, text="differ", found=row["unit"], expected=row["unit_before"],
            rows=[row["row_id_before"], row["row_id"]], sources=[row["source_id_before"], row["source_id"]],
            values={
                "what": What(row), "n": _figure(row), "before": _figure(row, "_before"),
                "unit": Label("units", row["unit"]), "unit_before": Label("units", row["unit_before"]),
                "stage_before": Label("stages", row["stage_before"]),
            },
        )
        for row in records(pairs)
    ]  # fmt: skip
    return frame(drafts, codes)


def check_petitions(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C35: denunciations received, resolved, found true and leading to discipline only get fewer."""
    figures = view(tables).figures
    rows = figures[figures["activity"].isin(PETITIONS)]
    pairs = {
        (row["row_id_before"], row["row_id"]): row
        for order in (HANDLED, JUDGED)
        for row in _steps(_inside(rows, list(order), ["source_id"]))
    }
    return frame((_step("C35", "wrong", row) for row in pairs.values()), codes)


def check_after_inspection(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C22: those disciplined after inspections are among all that every decider disciplined in the period."""
    chosen = view(tables).chosen
    streams = column(codes, "actors", "stream")
    key = other("activity", "penalty", "actor")
    rows = chosen[(chosen["stage"] == "disciplined") & (chosen["violation"] == "")]
    rows = rows.assign(stream=rows["actor"].map(streams))
    after = rows[
        (rows["activity"] == "inspection_signs_of_violation") & rows["stream"].isin(["committees", "commissions"])
    ]
    total = rows[(rows["activity"] == "discipline") & (rows["penalty"] == "all")]
    totals = grouped(total.merge(after[key].drop_duplicates(), on=key), key)
    drafts = []
    for row in records(after):
        whole = _everybody(totals.get(tuple(row[c] for c in key), []))
        high = sum(w["high"] for w in whole)
        if whole and row["low"] > high:
            drafts.append(
                Draft(
                    id="C22", at=row, text="wrong", found=_figure(row).plain, expected=f"<= {high}",
                    rows=[row["row_id"], *(w["row_id"] for w in whole)],
                    sources=[row["source_id"], *(w["source_id"] for w in whole)],
                    values={
                        "what": What(row), "n": _figure(row), "whole": Many([_figure(w) for w in whole], " + "),
                    },
                )
            )  # fmt: skip
    return frame(drafts, codes)


def _everybody(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that together hold all deciders: the pooled one, else one of each stream, else none."""
    by_stream: dict[str, dict[str, Any]] = {}
    for row in rows:
        kept = by_stream.get(row["stream"])
        if kept is None or row["high"] > kept["high"]:
            by_stream[row["stream"]] = row
    if "pooled" in by_stream:
        return [by_stream["pooled"]]
    sides = [by_stream.get("committees"), by_stream.get("commissions")]
    return [side for side in sides if side] if all(sides) else []


def check_committee_members(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C15: committee members are among the members of the same figure."""
    pairs = [pair for pair in _ancestors(codes, "subgroups", "of") if pair[0] == "committee_member"]
    return frame(_pieces(tables, "C15", "subgroup", pairs), codes)


def check_own_part(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C18: the own part of one level, and a group of members, are within the figure of all."""
    groups = [pair for pair in _ancestors(codes, "subgroups", "of") if pair[0] != "committee_member"]
    levels = _ancestors(codes, "actors", "within")
    return frame([*_pieces(tables, "C18", "actor", levels), *_pieces(tables, "C18", "subgroup", groups)], codes)


def check_places(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C16: the bodies below one body add up to no more than the body itself."""
    chosen = view(tables).chosen
    # A region repeats its provinces, so it is no part beside them.
    parents = {
        body_id: body.parent_id
        for body_id, body in codes.bodies.ids.items()
        if body.parent_id and body.level != "region"
    }
    key = other("body_id")
    below = chosen.assign(parent=chosen["body_id"].map(parents))
    below = below[below["parent"].notna()]
    sums = below.groupby([*key, "parent"], sort=False).agg(sum=("low", "sum"), n=("body_id", "nunique"))
    both = chosen.merge(sums.reset_index(), left_on=[*key, "body_id"], right_on=[*key, "parent"])
    wrong = both[both["sum"] > both["high"]]
    lower = gathered(below, wrong, [*key, "parent"])
    drafts = []
    for row in records(wrong):
        parts = lower[tuple(row[c] for c in (*key, "parent"))]
        papers = [p["source_id"] for p in parts]
        drafts.append(
            Draft(
                id="C16", at=row, text="wrong", found=str(row["sum"]), expected=f"<= {_figure(row).plain}",
                rows=[row["row_id"], *(p["row_id"] for p in parts)], sources=[row["source_id"], *papers],
                severity="" if set(papers) == {row["source_id"]} else "warning",
                values={"what": What(row), "sum": row["sum"], "n": row["n"], "total": _figure(row)},
            )
        )  # fmt: skip
    return frame(drafts, codes)


def check_teams(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C47: a team covers at least one object, so teams are not more than the objects examined."""
    chosen = view(tables).chosen
    groups = column(codes, "activities", "group")
    key = ["body_id", "period", "actor"]
    work = chosen.assign(group=chosen["activity"].map(groups))
    whole = (work["subgroup"] == "all") & work["subject"].isin(["organisation", "member"])
    examined = work[(work["stage"] == "examined") & whole]
    objects = examined.groupby([*key, "group"], sort=False).agg(sum=("high", "sum"))
    teams = chosen[chosen["activity"].isin(list(TEAMS))]
    both = teams.assign(group=teams["activity"].map(TEAMS)).merge(objects.reset_index(), on=[*key, "group"])
    wrong = both[both["low"] > both["sum"]]
    covered = gathered(examined, wrong, [*key, "group"])
    drafts = []
    for row in records(wrong):
        mine = covered[tuple(row[c] for c in (*key, "group"))]
        drafts.append(
            Draft(
                id="C47", at=row, text="wrong", found=_figure(row).plain, expected=f"<= {row['sum']}",
                rows=[row["row_id"], *(p["row_id"] for p in mine)],
                sources=[row["source_id"], *(p["source_id"] for p in mine)],
                values={"what": What(row), "n": _figure(row), "sum": row["sum"]},
            )
        )  # fmt: skip
    return frame(drafts, codes)


def _inside(figures: pd.DataFrame, order: list[str], more: list[str], *, units: bool = True) -> pd.DataFrame:
    """Return each stage beside the nearest printed stage before it, inside one activity (and one unit)."""
    rows = figures[
        figures["stage"].isin(order)
        & (figures["activity"] != "discipline")
        & figures["penalty"].isin(["", "all"])
        & (figures["violation"] == "")
    ]
    group = [*other("stage", *(() if units else ("unit",))), *more]
    rows = rows.assign(step=rows["stage"].map(order.index)).sort_values([*group, "step"], kind="stable")
    carried = ["stage", "unit", "count", "approx", "low", "high", "row_id", "source_id"]
    before = rows.groupby(group, sort=False)[carried].shift().add_suffix("_before")
    pairs = pd.concat([rows, before], axis=1)
    return pairs[pairs["row_id_before"].notna() & (pairs["stage"] != pairs["stage_before"])]


def _steps(pairs: pd.DataFrame) -> list[dict[str, Any]]:
    return records(pairs[pairs["low"] > pairs["high_before"]])


def _step(id_: str, text: str, row: Mapping[str, Any], severity: str = "") -> Draft:
    before = _figure(row, "_before")
    return Draft(
        id=id_, at=row, text=text, severity=severity, detail=row["source_id"],
        found=_figure(row).plain, expected=f"<= {before.plain}",
        rows=[row["row_id"], row["row_id_before"]], sources=[row["source_id"], row["source_id_before"]],
        values={
            "what": What(row), "n": _figure(row), "before": before,
            "stage_before": Label("stages", row["stage_before"]),
        },
    )  # fmt: skip


def _ancestors(codes: Codes, list_name: str, name: str) -> list[tuple[str, str]]:
    """Return each code of a list with everything it is a part of, however far up."""
    above = column(codes, list_name, name)
    pairs = []
    for code in above:
        whole = above[code]
        while whole:
            pairs.append((code, whole))
            whole = above.get(whole, "")
    return pairs


def _pieces(tables: Tables, id_: str, name: str, pairs: list[tuple[str, str]]) -> Iterator[Draft]:
    """Yield the rows that are larger than the whole they belong to; `name` is the column of the part."""
    prepared = view(tables)
    key = other(name)
    wanted = [*key, name, "count", "approx", "high", "row_id", "source_id"]
    wholes_of = pd.DataFrame(pairs, columns=[name, "whole"], dtype="str")
    seen: set[str] = set()
    for figures, more, text in ((prepared.figures, ["source_id"], "wrong"), (prepared.chosen, [], "across")):
        parts = figures.merge(wholes_of, on=name)
        wholes = figures[wanted].rename(columns={name: "whole"})
        both = parts.merge(wholes, on=[*key, "whole", *more], suffixes=("", "_whole"))
        if more:
            both["source_id_whole"] = both["source_id"]
        for row in records(both[both["low"] > both["high_whole"]]):
            if text == "wrong":
                seen.add(row["row_id"])
                yield _piece(id_, text, row, detail=row["source_id"])
            elif row["row_id"] not in seen and row["source_id"] != row["source_id_whole"]:
                yield _piece(id_, text, row, detail=row["source_id"], severity="warning")


def _piece(id_: str, text: str, row: Mapping[str, Any], *, detail: str, severity: str = "") -> Draft:
    whole = _figure(row, "_whole")
    return Draft(
        id=id_, at=row, text=text, detail=detail, severity=severity,
        found=_figure(row).plain, expected=f"<= {whole.plain}",
        rows=[row["row_id"], row["row_id_whole"]], sources=[row["source_id"], row["source_id_whole"]],
        values={"what": What(row), "n": _figure(row), "whole": whole},
    )  # fmt: skip


def _figure(row: Mapping[str, Any], suffix: str = "") -> Figure:
    return Figure(int(row[f"count{suffix}"]), row[f"approx{suffix}"])
