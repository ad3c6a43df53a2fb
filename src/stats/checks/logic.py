"""What no figure can be: fractions, structural zeros, penalties a decider cannot give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from stats.checks.findings import Draft, frame
from stats.checks.sentences import Figure, Label, What
from stats.checks.view import column, records, valid, view
from stats.codes import Codes
from stats.tables import Tables

CELL_PENALTIES = ("", "all", "reprimand", "warning")
"""What a Party cell may decide (Charter, article 36)."""


def check_counts(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C02: every count is a whole number that is not negative; missing is not zero."""
    figures = tables.observations
    wrong = figures[~valid(figures["count"])]
    drafts = []
    for row in records(wrong):
        shown = "" if pd.isna(row["count"]) else str(row["count"])
        drafts.append(
            Draft(
                id="C02", at=row, text="missing" if not shown else "wrong", detail=row["source_id"], found=shown,
                rows=[row["row_id"]], sources=[row["source_id"]], values={"what": What(row), "n": shown},
            )
        )  # fmt: skip
    return frame(drafts, codes)


def check_structural_zeros(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C07: a penalty that the subject cannot be given (members dissolved, organisations expelled)."""
    figures = view(tables).figures
    allowed = {code: set(subjects.split(";")) for code, subjects in column(codes, "penalties", "subjects").items()}
    pairs = figures[["penalty", "subject"]].drop_duplicates()
    wrong = [(p, s) for p, s in pairs.itertuples(index=False) if p and s not in allowed.get(p, {s})]
    mask = pd.Series(list(zip(figures["penalty"], figures["subject"], strict=True)), index=figures.index).isin(wrong)
    return frame(_impossible(figures[mask & (figures["count"] > 0)], "C07"), codes)


def check_probationary(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C05: a probationary member can only be reprimanded or warned."""
    figures = view(tables).figures
    groups = [code for code in codes.order("subgroups") if code.startswith("probationary")]
    barred = [code for code, may in column(codes, "penalties", "probationary").items() if may == "no"]
    rows = figures[figures["subgroup"].isin(groups) & figures["penalty"].isin(barred) & (figures["count"] > 0)]
    return frame(_impossible(rows, "C05"), codes)


def check_cells(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C43: a Party cell reprimands and warns; heavier penalties are decided above it."""
    figures = view(tables).figures
    rows = figures[(figures["actor"] == "cells") & ~figures["penalty"].isin(CELL_PENALTIES) & (figures["count"] > 0)]
    return frame(_impossible(rows, "C43"), codes)


def check_no_penalties(tables: Tables, codes: Codes) -> pd.DataFrame:
    """C41: striking off, voluntary exit and suspension are no penalties and stay out of their totals."""
    figures = view(tables).figures
    groups = column(codes, "activities", "group")
    beside = figures["activity"].map(groups) == "beside_discipline"
    outcome = (figures["activity"] == "discipline") & (figures["stage"] == "disciplined")
    penalised = figures["penalty"] != ""
    rows = figures[penalised & (beside | ~outcome) | beside & (figures["stage"] == "disciplined")]
    return frame(_impossible(rows, "C41"), codes)


def _impossible(rows: pd.DataFrame, id_: str) -> Iterator[Draft]:
    for row in records(rows):
        values: dict[str, Any] = {
            "what": What(row), "n": Figure(row["count"], row["approx"]),
            "penalty": Label("penalties", row["penalty"]), "subject": Label("subjects", row["subject"]),
        }  # fmt: skip
        yield Draft(
            id=id_, at=row, text="wrong", detail=row["source_id"], found=str(row["count"]), expected="0",
            rows=[row["row_id"]], sources=[row["source_id"]], values=values,
        )  # fmt: skip
