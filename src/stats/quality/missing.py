"""Reports that are missing: bounds first (imputation second, in `stats.quality.imputation`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from stats import guards
from stats.results import Note, Result, State


def share_bounds(
    numerator: Any, denominator: Any, *, lowest: float = 0.0, highest: float = 1.0, unit: str = "", base: str = ""
) -> Result:
    """Return how low and how high the pooled share can be, whatever the missing reports say.

    Parameters
    ----------
    numerator : array-like
        Counts, empty where the body did not report.
    denominator : array-like
        Bases of all bodies, of those that did not report too (from another source).
    lowest, highest : float
        Smallest and largest share thought possible in a missing body; 0 and 1 assume nothing.
    unit, base : str
        What is counted and what the base counts.

    Returns
    -------
    Result
        ``estimate`` is the share among the bodies that reported; ``conf_low`` and ``conf_high`` are the
        bounds (no confidence level: nothing is estimated). ``missing`` when nobody reported.

    Raises
    ------
    InputError
        For counts that cannot be used, or a base that is missing too.

    References
    ----------
    Manski (2003), *Partial Identification of Probability Distributions*, ch. 1.

    Examples
    --------
    >>> row = share_bounds([30, 20, None], [100, 100, 50])
    >>> row.estimate, row.conf_low, row.conf_high
    (0.25, 0.2, 0.4)
    """
    x, n = guards.aligned(
        numerator=guards.numbers(numerator, "numerator"),
        denominator=guards.numbers(denominator, "denominator", missing=False),
    )
    guards.within(x, n)
    if not 0 <= lowest <= highest <= 1:
        raise guards.refuse(
            f"lowest {lowest:g} and highest {highest:g} are no shares in order",
            f"cận thấp {lowest:g} và cận cao {highest:g} không phải tỷ lệ theo thứ tự",
        )
    here = np.isfinite(x)
    told, base_told, absent = float(x[here].sum()), float(n[here].sum()), float(n[~here].sum())
    whole = base_told + absent
    note = Note("reports_missing", {"missing": int((~here).sum()), "bodies": len(x), "base_missing": absent})
    caveats = () if here.all() else (note,)
    if base_told <= 0 or whole <= 0:
        return Result(
            state=State.MISSING, reason=note, numerator=told, denominator=whole, unit=unit, base=base,
            method="missing_bounds", kind="share", derived=True, caveats=caveats,
        )  # fmt: skip
    return Result(
        estimate=told / base_told, conf_low=(told + lowest * absent) / whole,
        conf_high=(told + highest * absent) / whole, method="missing_bounds", numerator=told, denominator=base_told,
        unit=unit, base=base, kind="share", derived=True, caveats=caveats,
    )  # fmt: skip


def total_bounds(counts: Any, *, smallest: Any = 0.0, largest: Any, unit: str = "") -> Result:
    """Return how low and how high a total can be when some bodies did not report.

    Parameters
    ----------
    counts : array-like
        Counts, empty where the body did not report.
    smallest, largest : array-like or scalar
        What a missing body could at least and at most have (its own highest year, the highest rate
        times its members).
    unit : str
        What is counted.

    Returns
    -------
    Result
        ``estimate`` is the sum of what was reported, which is a lower bound; ``conf_low`` and
        ``conf_high`` are the bounds of the whole.

    Raises
    ------
    InputError
        For counts that cannot be used or limits that cross.

    Examples
    --------
    >>> row = total_bounds([30, None, 20], smallest=5, largest=[0, 40, 0])
    >>> row.estimate, row.conf_low, row.conf_high
    (50.0, 55.0, 90.0)
    """
    x, low, high = guards.aligned(
        counts=guards.numbers(counts, "counts"),
        smallest=guards.numbers(smallest, "smallest", missing=False),
        largest=guards.numbers(largest, "largest", missing=False),
    )
    here = np.isfinite(x)
    crossed = ~here & (low > high)
    if crossed.any():
        raise guards.refuse("smallest is above largest", "cận nhỏ lớn hơn cận lớn", crossed)
    told = float(x[here].sum())
    note = Note("reports_missing", {"missing": int((~here).sum()), "bodies": len(x)})
    if not here.any():
        return Result(
            state=State.MISSING, reason=note, unit=unit, method="missing_bounds", derived=True, caveats=(note,)
        )
    return Result(
        estimate=told, conf_low=told + float(low[~here].sum()), conf_high=told + float(high[~here].sum()),
        method="missing_bounds", numerator=told, unit=unit, derived=True, caveats=() if here.all() else (note,),
    )  # fmt: skip
