"""Checks of the curated tables: what is impossible, contradictory, implausible or not printed.

Every check is a small function ``check_xxx(tables, codes)`` that returns a frame of findings;
`CHECKS` lists them by the rules they hold (``data/codes/checks.csv``). `run` makes one frame of
all. Nothing is corrected here: a published figure stays, and what does not add up is said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

import pandas as pd

from stats.checks import (
    acknowledged,
    changes,
    conflicts,
    contents,
    logic,
    notes,
    order,
    percentages,
    plausibility,
    sums,
    times,
)
from stats.checks.findings import COLUMNS, as_frame
from stats.codes import Codes
from stats.errors import Severity
from stats.tables import Tables

__all__ = ["CHECKS", "COLUMNS", "run"]

CHECKS: Mapping[str, Callable[[Tables, Codes], pd.DataFrame]] = MappingProxyType(
    {
        "C02": logic.check_counts,
        "C03": sums.check_members,
        "C04": sums.check_organisations,
        "C05": logic.check_probationary,
        "C07": logic.check_structural_zeros,
        "C08 C09 C10": order.check_funnel,
        "C11": order.check_units,
        "C12 C13": percentages.check_shares,
        "C14": sums.check_performance,
        "C15": order.check_committee_members,
        "C16": order.check_places,
        "C17": sums.check_levels,
        "C18": order.check_own_part,
        "C19": sums.check_streams,
        "C21": sums.check_deciders,
        "C22": order.check_after_inspection,
        "C24": contents.check_contents,
        "C25": contents.check_violation_shares,
        "C27": times.check_cumulative,
        "C28": times.check_months,
        "C29": times.check_terms,
        "C30": changes.check_changes,
        "C31": times.check_boundaries,
        "C32": times.check_population,
        "C35": order.check_petitions,
        "C41": logic.check_no_penalties,
        "C43": logic.check_cells,
        "C47": order.check_teams,
        "C48": notes.check_denominators,
        "C54": times.check_assets,
        "X01": conflicts.check_sources,
        "X02": conflicts.check_same_figure,
        "X03": plausibility.check_leaps,
        "X04": notes.check_flags,
        "X05": plausibility.check_membership,
        "X06": conflicts.check_one_population,
        "X07": notes.check_parts_printed,
    }
)
"""The checks by the rules they hold; X08 (a stale acknowledgement) is made by `run`."""

_RANK = {str(severity): rank for rank, severity in enumerate(Severity)}


def run(
    tables: Tables, codes: Codes, *, place: str | Collection[str] | None = None, period: str | None = None
) -> pd.DataFrame:
    """Return every finding on the curated tables.

    Parameters
    ----------
    tables, codes
        What is checked, and the code lists it is written in.
    place : str or collection of str, optional
        Keep the findings on these bodies (ids).
    period : str, optional
        Keep the findings on one period key.

    Returns
    -------
    DataFrame
        One row a finding with the columns `COLUMNS`: the rule's ``id``; ``severity`` (an
        acknowledged error is a warning); the place; what was ``found`` and ``expected``; the ids
        of the rows and sources involved; the sentence in both languages; whether it is
        acknowledged and why; and its ``key`` for ``acknowledged.toml``. Sorted by severity, then
        place in the order of the list of bodies, period and rule.
    """
    parts = [found for check in CHECKS.values() if len(found := check(tables, codes))]
    found = pd.concat(parts, ignore_index=True) if parts else as_frame([])
    found = acknowledged.apply(found, acknowledged.read(tables.data), codes)
    if place is not None:
        found = found[found["body_id"].isin([place] if isinstance(place, str) else list(place))]
    if period is not None:
        found = found[found["period"] == period]
    places = {body_id: i for i, body_id in enumerate(codes.bodies.ids)}
    ranked = found.assign(_severity=found["severity"].map(_RANK), _place=found["body_id"].map(places).fillna(-1))
    ranked = ranked.sort_values(["_severity", "_place", "period", "id", "key"], kind="stable")
    return ranked[list(COLUMNS)].reset_index(drop=True)
