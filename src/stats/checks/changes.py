"""Printed changes worked out again: from the earlier figure where it is known, else from any whole number."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import ceil, floor
from typing import Any

import pandas as pd

from stats.checks import quotients
from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, Many, What, When
from stats.checks.view import column, records, view
from stats.codes import Codes
from stats.periods import CUMULATIVE, Kind, Period
from stats.tables import KEY, Tables

_YEARLY = [*map(str, CUMULATIVE), str(Kind.MONTH)]


def check_changes(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C30: a printed change follows from the earlier figure, or from some whole number at least."""
    prepared = view(tables)
    changes = prepared.figures[prepared.figures["change_pct_published"].notna()]
    yearly = changes[changes["kind"].isin(_YEARLY)]
    year_before = {key: Period.parse(key).year_before().key for key in yearly["period"].unique()}
    by_key = quotients.by_key(prepared.figures, yearly.assign(period=yearly["period"].map(year_before)))
    streams = column(codes, "actors", "stream")
    drafts = []
    for row in records(changes):
        printed = quotients.printed(row["change_pct_published"])
        if row["approx"] == "exact" and not _possible(row["count"], printed):
            drafts.append(_change(row, "impossible", printed, [], None))
            continue
        earlier = _earlier(row, by_key, streams)
        if not earlier or any(_change_fits(row, low, high, printed) for low, high, _ in earlier):
            continue
        low, high, before = earlier[0]
        drafts.append(_change(row, "differs", printed, before, (low, high)))
    return frame(drafts, codes)


def _possible(count: int, printed: Decimal) -> bool:
    """Tell whether any whole earlier figure gives the printed change within one unit of its last digit."""
    if printed <= -100:
        return count == 0
    ideal = float(count / (1 + printed / 100))
    return any(
        n > 0 and abs(Decimal(100 * (count - n)) / n - printed) < quotients.unit(printed)
        for n in range(max(floor(ideal) - 1, 1), ceil(ideal) + 2)
    )


def _earlier(
    row: Mapping[str, Any], by_key: Mapping[tuple[str, ...], list[dict[str, Any]]], streams: Mapping[str, str]
) -> list[tuple[int, int, list[dict[str, Any]]]]:
    """Return what the same figure was a year before: bounds and the rows it rests on."""
    if row["kind"] not in _YEARLY:
        return []
    at = {**{c: row[c] for c in KEY}, "period": Period.parse(row["period"]).year_before().key}
    told = [(b["low"], b["high"], [b]) for b in by_key.get(tuple(at[c] for c in KEY), [])]
    if told or streams.get(row["actor"]) != "pooled":
        return told
    # Nobody printed both deciders together a year before: their sum is what they must have been.
    sides = [
        [b for actor, s in streams.items() if s == stream
         for b in by_key.get(tuple({**at, "actor": actor}[c] for c in KEY), []) if b["approx"] == "exact"]
        for stream in ("committees", "commissions")
    ]  # fmt: skip
    return [(a["low"] + b["low"], a["high"] + b["high"], [a, b]) for a in sides[0] for b in sides[1]]


def _change_fits(row: Mapping[str, Any], low: int, high: int, printed: Decimal) -> bool:
    unit = quotients.unit(printed)
    least = quotients.percent(row["low"], max(high, 1)) - 100
    most = quotients.percent(row["high"], max(low, 1)) - 100
    return least - unit < printed < most + unit


def _change(
    row: Mapping[str, Any], text: str, printed: Decimal, before: list[dict[str, Any]], span: tuple[int, int] | None
) -> Draft:
    exact = Decimal(0)
    values: dict[str, Any] = {"what": What(row), "n": Figure(row["count"], row["approx"]), "printed": printed}
    if span is not None:
        earlier = sum(b["count"] for b in before)
        exact = (quotients.percent(row["count"], earlier) - 100).quantize(quotients.unit(printed))
        values |= {
            "before": Many([Figure(b["count"], b["approx"]) for b in before], " + "),
            "exact": exact, "earlier": When(before[0]["period"]),
        }  # fmt: skip
    return Draft(
        id="C30", at=row, text=text, detail=row["source_id"], found=str(printed),
        expected=str(exact) if span is not None else "", severity="warning" if text == "differs" else "",
        rows=[row["row_id"], *(b["row_id"] for b in before)],
        sources=[row["source_id"], *(b["source_id"] for b in before)], values=values,
    )  # fmt: skip
