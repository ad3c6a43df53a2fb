"""What time demands: cumulative periods never fall, parts fit into the whole, breaks are dated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, Label, Many, What, When
from stats.checks.view import gathered, other, records, view
from stats.codes import Codes
from stats.periods import CUMULATIVE, Kind
from stats.tables import Tables

LENGTH = {str(Kind.QUARTER): 3, str(Kind.SIX_MONTHS): 6, str(Kind.NINE_MONTHS): 9, str(Kind.YEAR): 12}
"""Months of the cumulative periods."""
POPULATION_ENDS = dt.date(2025, 3, 20)
"""Guidance 15-HD/UBKTTW: having a third child is no longer handled."""
ASSETS_BEGIN = dt.date(2025, 2, 3)
"""Regulation 262-QĐ/TW: control of assets and income becomes a task; before it, another series."""


def check_cumulative(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C27: Quarter I, 6 months, 9 months and the year of one key never fall."""
    figures = view(tables).figures
    rows = figures[figures["kind"].isin(list(LENGTH))]
    rows = rows.assign(year=rows["period"].str[:4], months=rows["kind"].map(LENGTH))
    key = [*other("period"), "year"]
    shorter = rows[[*key, "months", "period", "count", "approx", "low", "row_id", "source_id"]]
    # Pages that repeat one figure add nothing: the first stands for all.
    shorter = shorter.drop_duplicates([*key, "months", "count", "approx"])
    both = rows.merge(shorter, on=key, suffixes=("", "_before"))
    wrong = both[(both["months"] > both["months_before"]) & (both["high"] < both["low_before"])]
    wrong = wrong.sort_values("months_before").drop_duplicates("row_id", keep="last")
    return frame((_fall(row) for row in records(wrong)), codes)


def _fall(row: Mapping[str, Any]) -> Draft:
    n, before = Figure(row["count"], row["approx"]), Figure(row["count_before"], row["approx_before"])
    return Draft(
        id="C27", at=row, text="fall", detail=row["source_id"], found=n.plain, expected=f">= {before.plain}",
        rows=[row["row_id"], row["row_id_before"]], sources=[row["source_id"], row["source_id_before"]],
        values={
            "what": What(row), "n": n, "before": before,
            "period": When(row["period"]), "earlier": When(row["period_before"]),
        },
    )  # fmt: skip


def check_months(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C28: the months inside a cumulative period add up to no more than the period."""
    longer = [str(kind) for kind in CUMULATIVE]
    return frame(_contained(tables, "C28", longer, str(Kind.MONTH), 28), codes)


def check_terms(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C29: the years inside a term, half-term or window fit into it, and make it up where all exist."""
    longer = [str(Kind.TERM), str(Kind.HALF_TERM), str(Kind.WINDOW)]
    return frame(_contained(tables, "C29", longer, str(Kind.YEAR), 365), codes)


def _contained(tables: Tables, id_: str, longer: list[str], shorter: str, least_days: int) -> Iterator[Draft]:
    """Yield the long periods whose inner periods add up to more, or to another figure where they fill it."""
    chosen = view(tables).chosen
    key = other("period")
    parts = chosen[chosen["kind"] == shorter][
        [*key, "period_start", "period_end", "low", "high", "row_id", "source_id"]
    ]
    whole = chosen[chosen["kind"].isin(longer)]
    whole = whole[(whole["period_end"] - whole["period_start"]).dt.days >= least_days]
    both = whole.merge(parts, on=key, suffixes=("", "_part"))
    both = both[(both["period_start_part"] >= both["period_start"]) & (both["period_end_part"] <= both["period_end"])]
    if both.empty:
        return
    both = both.assign(days=(both["period_end_part"] - both["period_start_part"]).dt.days + 1)
    sums = both.groupby("row_id", sort=False).agg(
        sum_low=("low_part", "sum"), sum_high=("high_part", "sum"), days=("days", "sum"), n=("row_id_part", "size")
    )
    rows = whole.merge(sums.reset_index(), on="row_id")
    filled = rows["days"] == (rows["period_end"] - rows["period_start"]).dt.days + 1
    above, below = rows["sum_low"] > rows["high"], filled & (rows["sum_high"] < rows["low"])
    inner = gathered(both, rows[above | below], ["row_id"])
    for text, mask in (("above", above), ("below", below)):
        for row in records(rows[mask]):
            total, mine = Figure(row["count"], row["approx"]), inner[(row["row_id"],)]
            added = row["sum_low"] if text == "above" else row["sum_high"]
            yield Draft(
                id=id_, at=row, text=text, found=str(added), expected=total.plain,
                rows=[row["row_id"], *(p["row_id_part"] for p in mine)],
                sources=[row["source_id"], *(p["source_id_part"] for p in mine)],
                values={
                    "what": What(row), "total": total, "sum": added, "n": row["n"], "period": When(row["period"]),
                    "gap": abs(added - row["count"]),
                },
            )  # fmt: skip


def check_boundaries(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C31: a period that runs outside the days its body existed in that shape cannot be compared."""
    figures = view(tables).figures
    since = {b: body.valid_from for b, body in codes.bodies.ids.items() if body.valid_from}
    until = {b: body.valid_to for b, body in codes.bodies.ids.items() if body.valid_to}
    first = pd.to_datetime(figures["body_id"].map(since))
    last = pd.to_datetime(figures["body_id"].map(until))
    early, late = figures["period_start"] < first, figures["period_end"] > last
    drafts = []
    for text, mask, days in (("early", early, first), ("late", late, last)):
        for _, group in figures[mask].assign(day=days[mask]).groupby(["body_id", "period"], sort=False):
            row = group.iloc[0]
            day = row["day"].date().isoformat()
            drafts.append(
                Draft(
                    id="C31", at={"body_id": row["body_id"], "period": row["period"]}, text=text, detail=text,
                    found=row["period"], expected=day, rows=group["row_id"], sources=group["source_id"],
                    values={"n": len(group), "day": When(day), "period": When(row["period"])},
                )
            )  # fmt: skip
    return frame(drafts, codes)


def check_population(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C32: population policy after 20 March 2025 is a broken category."""
    figures = view(tables).figures
    rows = figures[
        (figures["violation"] == "population_policy") & (figures["period_end"] > pd.Timestamp(POPULATION_ENDS))
    ]
    drafts = [
        Draft(
            id="C32", at=row, text="after", detail=row["source_id"], found=str(row["count"]),
            rows=[row["row_id"]], sources=[row["source_id"]],
            values={"what": What(row), "n": Figure(row["count"], row["approx"]), "day": When(str(POPULATION_ENDS))},
        )
        for row in records(rows)
    ]  # fmt: skip
    return frame(drafts, codes)


def check_assets(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C54: asset declarations before and after 3 February 2025 are two series."""
    figures = view(tables).figures
    day = pd.Timestamp(ASSETS_BEGIN)
    rows = figures[figures["activity"] == "asset_declaration"]
    drafts = []
    for body, group in rows.groupby("body_id", sort=False):
        crossing = (group["period_start"] < day) & (group["period_end"] >= day)
        both = (group["period_end"] < day).any() and (group["period_start"] >= day).any()
        if not both and not crossing.any():
            continue
        keys = sorted(dict.fromkeys(group["period"]))
        drafts.append(
            Draft(
                id="C54", at={"body_id": str(body)}, text="crosses", found=";".join(keys), expected=str(ASSETS_BEGIN),
                rows=group["row_id"], sources=group["source_id"],
                values={
                    "activity": Label("activities", "asset_declaration"), "day": When(str(ASSETS_BEGIN)),
                    "periods": Many([When(k) for k in keys], "; "),
                },
            )
        )  # fmt: skip
    return frame(drafts, codes)
