"""What the rows themselves say: flags of doubtful figures, and what was not printed at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from stats.checks.findings import Draft, frame
from stats.checks.sentences import Label, Many, Text, When
from stats.checks.view import grouped, view
from stats.codes import Codes
from stats.errors import Severity
from stats.tables import Tables

MEMBERSHIP_YEARS = 2
"""A rate needs a membership figure at most this many years from its period."""
MOST_SHOWN = 5
"""Figures named in a sentence; all the rows stand in the finding."""


def check_flags(tables: Tables, codes: Codes) -> pd.DataFrame:
    """X04: every row flagged as wrong or doubtful, with the explanation of the flag."""
    figures = view(tables).figures
    parts = [_flags(figures, "period", figures["count"]).assign(actor=figures["actor"])]
    membership, programme = tables.membership, tables.programme
    parts.append(_flags(membership, "date", membership["members"].fillna(membership["organisations"])))
    parts.append(_flags(programme, "period", programme["value"]))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["flags"] != ""].fillna({"actor": ""})
    rows = rows.assign(flag=rows["flags"].str.split(";")).explode("flag")
    severities = {code: codes.row("flags", code)["severity"] for code in codes.order("flags")}
    rows = rows.assign(severity=rows["flag"].map(severities))
    return frame(_flagged(rows[rows["severity"].isin([Severity.ERROR, Severity.WARNING])]), codes)


def _flags(table: pd.DataFrame, when: str, figures: pd.Series[Any]) -> pd.DataFrame:
    part = table[["row_id", "body_id", when, "source_id", "flags"]].rename(columns={when: "period"})
    return part.assign(figure=figures.astype("float64"))


def _flagged(rows: pd.DataFrame) -> Iterator[Draft]:
    for (flag, body, period, severity), group in grouped(rows, ["flag", "body_id", "period", "severity"]).items():
        ids = [r["row_id"] for r in group]
        actors = {r["actor"] for r in group}
        figures = [r["figure"] for r in group if pd.notna(r["figure"])]
        shown: list[Any] = list(dict.fromkeys(figures))
        shown = [*shown[:MOST_SHOWN], *(["…"] if len(shown) > MOST_SHOWN else [])]
        yield Draft(
            id="X04", at={"body_id": body, "period": period, "actor": actors.pop() if len(actors) == 1 else ""},
            text="flag", severity=severity, detail=flag, found=";".join(f"{n:.15g}" for n in figures),
            rows=ids, sources=[r["source_id"] for r in group],
            values={
                "label": Label("flags", flag), "explanation": Label("flags", flag, "explanation"),
                "n": Many(shown, "; "),
            },
        )  # fmt: skip


def check_parts_printed(tables: Tables, codes: Codes) -> pd.DataFrame:
    """X07: a total of those disciplined is printed without a single penalty."""
    figures = view(tables).figures
    rows = figures[
        (figures["activity"] == "discipline")
        & (figures["stage"] == "disciplined")
        & (figures["subgroup"] == "all")
        & (figures["violation"] == "")
    ]
    key = ["body_id", "period", "actor", "subject"]
    totals = rows[rows["penalty"] == "all"]
    known = rows.loc[rows["penalty"] != "all", key].drop_duplicates().assign(printed=True)
    bare = totals.merge(known, on=key, how="left")
    bare = bare[bare["printed"].isna()]
    drafts = []
    for (body, period), group in grouped(bare, ["body_id", "period"]).items():
        pairs = dict.fromkeys((r["subject"], r["actor"]) for r in group)
        said = [Text("check.by", {"subject": Label("subjects", s), "actor": Label("actors", a)}) for s, a in pairs]
        drafts.append(
            Draft(
                id="X07", at={"body_id": body, "period": period}, text="bare", found=str(len(said)),
                rows=[r["row_id"] for r in group], sources=[r["source_id"] for r in group],
                values={"items": Many(said, "; ")},
            )
        )  # fmt: skip
    return frame(drafts, codes)


def check_denominators(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C48: members disciplined without a membership figure within two years give no rate."""
    figures = view(tables).figures
    rows = figures[
        (figures["activity"] == "discipline") & (figures["subject"] == "member") & (figures["penalty"] == "all")
        & (figures["subgroup"] == "all") & (figures["violation"] == "")
    ]  # fmt: skip
    periods = rows[["body_id", "period", "period_start", "period_end"]].drop_duplicates(["body_id", "period"])
    stock = tables.membership
    stock = stock.loc[stock["members"].notna(), ["body_id", "date_start"]]
    both = periods.merge(stock, on="body_id", how="left")
    reach = pd.DateOffset(years=MEMBERSHIP_YEARS)
    near = (both["date_start"] >= both["period_start"] - reach) & (both["date_start"] <= both["period_end"] + reach)
    known = both.loc[near, ["body_id", "period"]].drop_duplicates().assign(known=True)
    without = rows.merge(known, on=["body_id", "period"], how="left")
    # A commission has no members of its own to be a rate of.
    central = [b for b, body in codes.bodies.ids.items() if body.level == "central_body"]
    without = without[without["known"].isna() & ~without["body_id"].isin(central)].sort_values(
        ["period_start", "period_end"], kind="stable"
    )
    drafts = []
    for (body,), group in grouped(without, ["body_id"]).items():
        keys = list(dict.fromkeys(r["period"] for r in group))
        drafts.append(
            Draft(
                id="C48", at={"body_id": body}, text="none", found=str(len(keys)),
                rows=[r["row_id"] for r in group], sources=[r["source_id"] for r in group],
                values={"periods": Many([When(k) for k in keys], "; "), "years": MEMBERSHIP_YEARS},
            )
        )  # fmt: skip
    return frame(drafts, codes)
