"""Reporting consistency by interval arithmetic: whether it adds up within what rounding allows.

A printed figure stands for an interval. Nothing is corrected here; what does not fit is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards
from stats.guards import Flags, Floats
from stats.results import Note, Printed, State, tidy

_SLACK = 1e-9  # relative room for the binary form of decimal numbers


def half_unit(decimals: int, *, unit: float = 1.0) -> float:
    """Return half of the last printed place: what rounding can hide.

    Parameters
    ----------
    decimals : int
        Decimals printed; negative for figures rounded to tens or thousands.
    unit : float
        What 1 stands for (10,000 for 万, 1,000 for nghìn).

    Examples
    --------
    >>> half_unit(1), half_unit(1, unit=10_000), half_unit(-3)
    (0.05, 500.0, 500.0)
    """
    return 0.5 * 10.0**-decimals * unit


def implied_half_unit(values: Any) -> Floats:
    """Return half of the last significant place of round numbers; 0 for numbers that are not round.

    For a figure known to be approximate but of unknown direction (design rule: plus or minus half the
    last significant digit). 33,000 may be 32,500 to 33,500; 1,314 stands as it is.

    Parameters
    ----------
    values : array-like
        Printed figures.

    Raises
    ------
    InputError
        For values that are not numbers.

    Examples
    --------
    >>> implied_half_unit([33_000, 1_314, 13, 0]).tolist()
    [500.0, 0.0, 0.0, 0.0]
    """
    x = guards.numbers(values, "values", minimum=None)
    out = np.zeros_like(x)
    whole = np.isfinite(x) & (x != 0)
    for power in range(1, 16):
        step = 10.0**power
        whole &= np.where(whole, x % step == 0, False)
        if not whole.any():
            break
        out[whole] = step / 2
    return out


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SumCheck(Printed):
    """Whether parts can add up to their total.

    Attributes
    ----------
    consistent : ndarray of bool
        True when some values inside the printed intervals add up. False also where a cell is empty:
        see `known`.
    gap : ndarray of float
        Total minus parts, as printed.
    gap_low, gap_high : ndarray of float
        The smallest and largest gap that rounding allows; consistent when they enclose 0.
    """

    consistent: Flags
    known: Flags
    total: Floats
    parts_sum: Floats
    gap: Floats
    gap_low: Floats
    gap_high: Floats

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.gap)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a total; ``estimate`` is the gap with what rounding allows."""
        data = {
            "estimate": self.gap, "conf_low": self.gap_low, "conf_high": self.gap_high, "method": "total_minus_parts",
            "state": np.where(self.known, State.VALUE.value, State.MISSING.value), "total": self.total,
            "parts_sum": self.parts_sum, "consistent": self.consistent,
        }  # fmt: skip
        return tidy(data, len(self))


def check_parts(
    parts: Any, total: Any, *, parts_half_unit: Any = 0.0, total_half_unit: Any = 0.0, disjoint: bool = True
) -> SumCheck:
    """Check that parts add up to their total, within what rounding allows.

    Parameters
    ----------
    parts : array-like
        One row of parts, or a table with one total a row.
    total : array-like or scalar
        Printed totals.
    parts_half_unit, total_half_unit : array-like or scalar
        Half of the last printed place (`half_unit`); 0 for exact counts.
    disjoint : bool
        False when cases may be in several parts (contents of violation): the sum may then exceed the
        total, and only falling short is inconsistent.

    Returns
    -------
    SumCheck

    Raises
    ------
    InputError
        For values that are no counts or shapes that do not match.

    Examples
    --------
    Exact counts, and figures in ten thousands with one decimal (33.3 against 33.2):

    >>> check_parts([5486, 1057, 152, 361], 7056).consistent.tolist()
    [True]
    >>> check_parts([23.6, 7.4, 1.1, 1.2], 33.2, parts_half_unit=0.05, total_half_unit=0.05).consistent.tolist()
    [True]
    """
    p = guards.numbers(parts, "parts", ndim=2)
    t, ht = guards.aligned(
        total=guards.numbers(total, "total"), total_half_unit=guards.numbers(total_half_unit, "total_half_unit")
    )
    hp = guards.numbers(parts_half_unit, "parts_half_unit", ndim=2)
    try:
        hp = np.broadcast_to(hp, p.shape)
        t, ht = np.broadcast_to(t, len(p)).astype(float), np.broadcast_to(ht, len(p)).astype(float)
    except ValueError:
        raise guards.refuse(
            f"parts are {p.shape[0]} x {p.shape[1]}, totals {len(t)}, half units {hp.shape[0]} x {hp.shape[1]}",
            f"phần cỡ {p.shape[0]} x {p.shape[1]}, {len(t)} tổng, nửa đơn vị cỡ {hp.shape[0]} x {hp.shape[1]}",
            remedy=("Give one total a row of parts.", "Mỗi dòng cần đúng một tổng."),
        ) from None
    added = p.sum(axis=1)
    room = hp.sum(axis=1) + ht
    gap = t - added
    slack = _SLACK * np.maximum(np.abs(t), 1.0)
    known = np.isfinite(gap)
    low, high = gap - room, gap + room
    fits = (low <= slack) & ((high >= -slack) if disjoint else True)
    return SumCheck(consistent=known & fits, known=known, total=t, parts_sum=added, gap=gap, gap_low=low, gap_high=high)


VERDICTS = ("rounded", "truncated", "forced", "wrong", "unknown")
"""How a printed percent came about: ordinary rounding, cutting off, moved so that the column makes
100, none of these, or not checkable."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PercentCheck(Printed):
    """Whether printed percents can be reproduced from printed counts.

    Attributes
    ----------
    column : str
        Verdict on the column (one of `VERDICTS`).
    verdict : ndarray of str
        Verdict on each percent.
    flagged : tuple of int
        Indexes that ordinary rounding does not reproduce.
    recomputed, low, high : ndarray of float
        The percent from the counts as printed, and the range their own rounding allows.
    printed : ndarray of float
        As printed.
    printed_sum : float
        Sum of the printed percents.
    """

    column: str
    verdict: npt.NDArray[np.str_]
    flagged: tuple[int, ...]
    recomputed: Floats
    low: Floats
    high: Floats
    printed: Floats
    printed_sum: float
    decimals: int
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of percents."""
        return len(self.printed)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a percent; ``estimate`` is the percent recomputed."""
        data = {
            "estimate": self.recomputed, "conf_low": self.low, "conf_high": self.high, "method": "percent_recomputed",
            "state": np.where(np.isfinite(self.recomputed), State.VALUE.value, State.MISSING.value),
            "printed": self.printed, "verdict": self.verdict, "column": self.column,
        }  # fmt: skip
        return tidy(data, len(self), caveats=self.caveats)


def check_percentages(
    parts: Any, total: float, printed: Any, *, decimals: int | None = None, parts_half_unit: Any = 0.0,
    total_half_unit: float = 0.0, exhaustive: bool = True,
) -> PercentCheck:  # fmt: skip
    """Tell whether printed percents were rounded, cut off, forced to 100, or are wrong.

    Parameters
    ----------
    parts : array-like
        Printed counts.
    total : float
        Printed base.
    printed : array-like
        Printed percents (44.1 for 44.1%).
    decimals : int, optional
        Decimals printed; by default as many as the numbers show (a trailing zero cannot be seen, so
        give it where every percent ends in one).
    parts_half_unit, total_half_unit : array-like, float
        Half of the last printed place of the counts, when they are rounded themselves.
    exhaustive : bool
        Whether the parts make up the total, so that a publisher might force the column to 100.

    Returns
    -------
    PercentCheck

    Raises
    ------
    InputError
        For values that cannot be used or lengths that differ.

    Notes
    -----
    A percent is *rounded* when the range of its recomputed value meets the printed one plus or minus
    half the last place, *truncated* when it meets the printed one and up to a full place above.
    A column is called truncated only when that explains every percent; *forced* when it prints
    exactly 100, rounding would not have, and every percent that rounding does not reproduce is one
    place off. Anything else is *wrong*: another base, a misprint, or an error.

    Examples
    --------
    A city's column forced to 100: 26.07% was printed as 26.0.

    >>> check = check_percentages([663, 262, 35, 45], 1005, [66.0, 26.0, 3.5, 4.5])
    >>> check.column, check.flagged
    ('forced', (1,))
    """
    p, h, q = guards.aligned(
        parts=guards.numbers(parts, "parts"),
        parts_half_unit=guards.numbers(parts_half_unit, "parts_half_unit"),
        printed=guards.numbers(printed, "printed", minimum=None),
    )
    base, room = float(guards.numbers(total, "total")[0]), float(guards.numbers(total_half_unit, "total_half_unit")[0])
    places = _decimals(q) if decimals is None else int(decimals)
    place = 10.0**-places
    known = np.isfinite(p) & np.isfinite(q) & (base - room > 0)
    safe = base if base > 0 else 1.0
    exact = 100 * p / safe
    low, high = 100 * np.maximum(p - h, 0) / (safe + room), 100 * (p + h) / max(safe - room, np.finfo(float).tiny)
    slack = _SLACK * np.maximum(np.abs(q), 1.0)
    rounded = known & (high >= q - place / 2 - slack) & (low <= q + place / 2 + slack)
    truncated = known & (high >= q - slack) & (low < q + place - slack)
    added = float(q[known].sum()) if known.any() else float("nan")
    near = known & (high >= q - 1.5 * place - slack) & (low <= q + 1.5 * place + slack)
    off = known & ~rounded
    whole = exhaustive and known.all() and abs(added - 100) <= place / 10
    again = float(np.floor(exact[known] / place + 0.5).sum() * place) if known.any() else 100.0
    forced = whole and bool(near[off].all()) and abs(again - 100) > place / 10
    if not known.any():
        column = "unknown"
    elif not off.any():
        column = "rounded"
    elif truncated[known].all():
        column = "truncated"
    elif forced:
        column = "forced"
    else:
        column = "wrong"
    verdict = np.full(len(q), "unknown", dtype="<U12")
    verdict[rounded] = "rounded"
    verdict[off] = "forced" if column == "forced" else "wrong"
    verdict[off & truncated] = "forced" if column == "forced" else "truncated"
    caveats = () if known.all() else (Note("not_checkable", {"rows": guards.rows_of(~known)}),)
    return PercentCheck(
        column=column, verdict=verdict, flagged=guards.rows_of(off), recomputed=np.where(known, exact, np.nan),
        low=np.where(known, low, np.nan), high=np.where(known, high, np.nan), printed=q, printed_sum=added,
        decimals=places, caveats=caveats,
    )  # fmt: skip


def _decimals(values: Floats, most: int = 6) -> int:
    known = values[np.isfinite(values)]
    for places in range(most):
        if (np.abs(known * 10**places - np.round(known * 10**places)) < 1e-6).all():
            return places
    return most
