"""Printed shares worked out again.

A printed percentage is right when it is the quotient rounded. Pages also cut the digits off, or
bend one share so that a list closes at 100; both are told apart from a wrong figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from stats.checks import quotients
from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, What
from stats.checks.view import column, records, view
from stats.codes import Codes
from stats.tables import KEY, Tables


def check_shares(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C12, C13: a printed share is the count divided by its base, which is never zero."""
    prepared = view(tables)
    shares = prepared.figures[prepared.figures["share_pct_published"].notna() & (prepared.figures["violation"] == "")]
    by_key = quotients.by_key(prepared.figures, shares)
    parents = column(codes, "subgroups", "of")
    order = [s for s in codes.order("stages") if codes.row("stages", s)["funnel"] == "yes"]
    found = []
    for row in records(shares):
        bases = [base for way, at in _bases(row, parents, order) for base in _tellings(by_key, at, row, way)]
        found.append((row, _judge(row, bases)))
    drafts = [_share(row, judged, found) for row, judged in found if judged is not None]
    return frame((draft for draft in drafts if draft), codes)


Judged = tuple[str, dict[str, Any], Decimal | None]
"""How a share stands to a base: the verdict, the row of the base, the share worked out."""


def _bases(
    row: Mapping[str, Any], parents: Mapping[str, str], order: list[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the keys the share of a row may be of, the likeliest first."""
    if row["penalty"] not in ("", "all"):
        yield "penalty", {"penalty": "all"}
    whole = parents.get(row["subgroup"], "")
    while whole:
        yield "subgroup", {"subgroup": whole}
        whole = parents.get(whole, "")
    if row["stage"] in ("did_well", "did_not_do_well"):
        yield "stage", {"stage": "examined"}
    if row["stage"] in order and row["activity"] != "discipline":
        for stage in reversed(order[: order.index(row["stage"])]):
            yield "stage", {"stage": stage}


def _tellings(
    by_key: Mapping[tuple[str, ...], list[dict[str, Any]]], change: Mapping[str, str], row: Mapping[str, Any], way: str
) -> list[dict[str, Any]]:
    units = [row["unit"]] + (["instances"] if way == "stage" else [])
    at = {**{c: row[c] for c in KEY}, **change}
    found = [base for unit in units for base in by_key.get(tuple({**at, "unit": unit}[c] for c in KEY), [])]
    return sorted(({**base, "way": way} for base in found), key=lambda base: base["source_id"] != row["source_id"])


def _judge(row: Mapping[str, Any], bases: list[dict[str, Any]]) -> Judged | None:
    verdicts: list[Judged] = []
    printed = quotients.printed(row["share_pct_published"])
    for base in bases:
        if base["high"] == 0:
            return "zero", base, None
        exact = quotients.percent(row["count"], base["count"])
        if _fits(printed, row, base):
            return None
        if exact.quantize(printed, rounding=ROUND_DOWN) == printed:
            verdicts.append(("cut", base, exact))
        else:
            verdicts.append(("wrong", base, exact))
    return next((v for v in verdicts if v[0] == "cut"), verdicts[0] if verdicts else None)


def _fits(printed: Decimal, row: Mapping[str, Any], base: Mapping[str, Any]) -> bool:
    low = quotients.percent(row["low"], base["high"]).quantize(printed, rounding=ROUND_HALF_UP)
    high = quotients.percent(row["high"], max(base["low"], 1)).quantize(printed, rounding=ROUND_HALF_UP)
    return low <= printed <= high


def _share(row: dict[str, Any], judged: Judged, found: list[tuple[dict[str, Any], Judged | None]]) -> Draft:
    verdict, base, exact = judged
    printed = quotients.printed(row["share_pct_published"])
    if (
        verdict == "wrong"
        and exact is not None
        and abs(exact - printed) < 2 * quotients.unit(printed)
        and _closes(row, found)
    ):
        verdict = "forced"
    shown = "" if exact is None else exact.quantize(quotients.unit(printed) / 100)
    return Draft(
        id="C13" if verdict == "zero" else "C12", at=row, text=verdict, detail=row["source_id"],
        found=str(printed), expected=str(shown), severity="info" if verdict in ("cut", "forced") else "",
        rows=[row["row_id"], base["row_id"]], sources=[row["source_id"], base["source_id"]],
        values={
            "what": What(row), "n": Figure(row["count"], row["approx"]), "base": Figure(base["count"], base["approx"]),
            "printed": printed, "exact": shown,
        },
    )  # fmt: skip


def _closes(row: Mapping[str, Any], found: list[tuple[dict[str, Any], Judged | None]]) -> bool:
    """Tell whether the shares printed beside this one close at exactly 100."""
    free = {"stage", "penalty"}
    at = [row[c] for c in KEY if c not in free]
    beside = [r for r, _ in found if [r[c] for c in KEY if c not in free] == at and r["source_id"] == row["source_id"]]
    return len(beside) > 1 and sum(quotients.printed(r["share_pct_published"]) for r in beside) == 100
