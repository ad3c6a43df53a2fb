"""One thing told in two ways: other figures for one key, one figure under two deciders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, Label, Many, Text, What
from stats.checks.view import column, grouped, other, records, view
from stats.codes import Codes
from stats.tables import KEY, Tables

LEAST_COUNT = 5
"""Equal counts below this are coincidences."""


def check_sources(tables: Tables, codes: Codes) -> pd.DataFrame:
    """X01: every key whose documents print different figures, with the one chosen and why."""
    prepared = view(tables)
    chosen = prepared.chosen[prepared.chosen["n_values"] > 1]
    told = prepared.figures.merge(chosen[list(KEY)], on=list(KEY))
    publishers = dict(zip(tables.sources["source_id"], tables.sources["publisher"], strict=True))
    groups = grouped(told, list(KEY))
    drafts = []
    for row in records(chosen):
        rows = sorted(groups[tuple(row[c] for c in KEY)], key=lambda r: (r["count"], r["approx"]))
        # Figures that some one number satisfies are one number told more or less exactly.
        agree = max(r["low"] for r in rows) <= min(r["high"] for r in rows)
        drafts.append(_conflict(row, rows, publishers, agree=agree))
    return frame(drafts, codes)


def _conflict(
    row: Mapping[str, Any], rows: list[dict[str, Any]], publishers: Mapping[str, str], *, agree: bool
) -> Draft:
    told: dict[Figure, list[str]] = {}
    for r in rows:
        told.setdefault(Figure(r["count"], r["approx"]), []).append(publishers.get(r["source_id"]) or r["source_id"])
    figures = [Text("check.told", {"n": n, "by": ", ".join(dict.fromkeys(names))}) for n, names in told.items()]
    return Draft(
        id="X01", at=row, text="rounded" if agree else "differ", severity="info" if agree else "",
        found=";".join(n.plain for n in told), expected=Figure(row["count"], row["approx"]).plain,
        rows=[row["row_id"], *(r["row_id"] for r in rows)], sources=[row["source_id"], *(r["source_id"] for r in rows)],
        values={
            "what": What(row), "figures": Many(figures, "; "), "chosen": Figure(row["count"], row["approx"]),
            "rule": Text(f"check.rule.{row['rule']}", {}),
        },
    )  # fmt: skip


def check_same_figure(tables: Tables, codes: Codes) -> pd.DataFrame:
    """X02: one count printed under two deciders; one of the labels is wrong, and they never add."""
    figures = view(tables).figures
    streams = column(codes, "actors", "stream")
    key = [*other("actor"), "count"]
    rows = figures[figures["count"] >= LEAST_COUNT]
    rows = rows.assign(stream=rows["actor"].map(streams))
    # Two labels of one stream are one population (X06), so only different streams are told here.
    rows = rows[rows.groupby(key)["stream"].transform("nunique") > 1]
    drafts = []
    for group in grouped(rows, key).values():
        row = group[0]
        actors = sorted({r["actor"] for r in group}, key=codes.order("actors").index)
        unknown = "unspecified" in actors
        drafts.append(
            Draft(
                id="X02", at={**row, "actor": actors[0]}, text="unnamed" if unknown else "same",
                severity="info" if unknown else "", found=str(row["count"]), expected="",
                rows=[r["row_id"] for r in group], sources=[r["source_id"] for r in group],
                values={
                    "what": What(row, actor=False), "n": Figure(row["count"], row["approx"]),
                    "actors": Many([Label("actors", a) for a in actors], "; "),
                },
            )
        )  # fmt: skip
    return frame(drafts, codes)


def check_one_population(tables: Tables, codes: Codes) -> pd.DataFrame:
    """X06: committees, and committees with cells, are one population, yet two figures are printed."""
    chosen = view(tables).chosen
    key = other("actor")
    rows = chosen[chosen["actor"].isin(["committees", "committees_and_cells"]) & chosen["penalty"].isin(["", "all"])]
    wide = rows[rows["actor"] == "committees"]
    cells = rows[rows["actor"] == "committees_and_cells"]
    columns = [*key, "actor", "count", "approx", "low", "high", "row_id", "source_id"]
    both = wide.merge(cells[columns], on=key, suffixes=("", "_cells"))
    apart = both[(both["low"] > both["high_cells"]) | (both["high"] < both["low_cells"])]
    drafts = [
        Draft(
            id="X06", at=row, text="differ", found=str(row["count"]), expected=str(row["count_cells"]),
            rows=[row["row_id"], row["row_id_cells"]], sources=[row["source_id"], row["source_id_cells"]],
            values={
                "what": What(row, actor=False), "n": Figure(row["count"], row["approx"]),
                "cells": Figure(row["count_cells"], row["approx_cells"]), "gap": abs(row["count"] - row["count_cells"]),
                "actor": Label("actors", row["actor"]), "actor_cells": Label("actors", row["actor_cells"]),
            },
        )
        for row in records(apart)
    ]  # fmt: skip
    return frame(drafts, codes)
