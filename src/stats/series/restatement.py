"""Counts of bodies that were merged, restated on the new boundaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from stats import guards
from stats.results import Note, Result, State


def restate(
    counts: Mapping[str, float | None],
    predecessors: Mapping[str, Sequence[str]],
    *,
    moved_in_part: Mapping[str, Sequence[str]] | None = None,
    unit: str = "",
) -> dict[str, Result]:
    """Restate counts of old bodies as those of the bodies they were merged into.

    Parameters
    ----------
    counts : mapping
        Count of each old body; None or absent where it published nothing.
    predecessors : mapping
        For each new body, the old bodies that went into it whole.
    moved_in_part : mapping, optional
        For each new body, old bodies of which only a part moved there: named, never added.
    unit : str
        What is counted.

    Returns
    -------
    dict of str to Result
        Sums marked derived. With predecessors missing the sum is a lower bound (``conf_high`` is
        empty) that names them; with all missing the state is ``missing``.

    Raises
    ------
    InputError
        For counts that cannot be used, or an old body listed under two new ones.

    Notes
    -----
    From old to new boundaries only, and counts only: rates are recomputed from the sums, never
    averaged.

    Examples
    --------
    >>> new = restate({"a": 10, "b": None, "c": 5}, {"ab": ["a", "b"], "c2": ["c"]})
    >>> new["ab"].estimate, [n.code for n in new["ab"].caveats], new["c2"].estimate
    (10.0, ['predecessors_missing'], 5.0)
    """
    seen: dict[str, str] = {}
    for new, olds in predecessors.items():
        for old in olds:
            if old in seen:
                raise guards.refuse(
                    f"{old} is listed under {seen[old]} and {new}", f"{old} nằm trong cả {seen[old]} và {new}",
                    remedy=(
                        "A body that was split goes to moved_in_part.", "Đơn vị bị tách phải ghi ở moved_in_part."
                    ),
                )  # fmt: skip
            seen[old] = new
    known = {name: value for name, value in counts.items() if value is not None and not np.isnan(value)}
    guards.numbers(list(known.values()) or [0.0], "counts", missing=False)
    return {
        new: _restated(olds, known, tuple((moved_in_part or {}).get(new, ())), unit)
        for new, olds in predecessors.items()
    }


def _restated(olds: Sequence[str], known: Mapping[str, float], moved: tuple[str, ...], unit: str) -> Result:
    missing = [old for old in olds if old not in known]
    caveats = []
    if missing:
        caveats.append(Note("predecessors_missing", {"missing": missing, "of": len(olds)}))
    if moved:
        caveats.append(Note("moved_in_part", {"bodies": list(moved)}))
    if len(missing) == len(olds):
        reason = caveats[0] if caveats else Note("predecessors_missing", {"missing": [], "of": 0})
        return Result(
            state=State.MISSING, reason=reason, method="restated_sum", unit=unit, derived=True, caveats=tuple(caveats)
        )
    total = float(sum(known[old] for old in olds if old in known))
    return Result(
        estimate=total, conf_low=total, conf_high=None if missing else total, method="restated_sum", unit=unit,
        derived=True, numerator=total, caveats=tuple(caveats),
    )  # fmt: skip
