"""Single periods from cumulative figures, with the interval that rounding leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards
from stats.guards import Flags, Floats
from stats.results import Note, Printed, Result, State, tidy


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Increments(Printed):
    """Single periods from cumulative figures.

    Attributes
    ----------
    estimate, conf_low, conf_high : ndarray of float
        The difference and what rounding of both figures allows. NaN where the state is not ``value``.
    falls : ndarray of bool
        True where the cumulative figure fell by more than rounding can explain: a revision, or another
        definition. The difference is kept and flagged, never set to zero.
    breaks : ndarray of bool
        True where the definition changed between the two figures; the state is then ``refused``.
    since : ndarray of int
        Row of the earlier figure, -1 for the first of a series.
    keys : tuple of str
        Name of each row.
    """

    estimate: Floats
    conf_low: Floats
    conf_high: Floats
    falls: Flags
    breaks: Flags
    since: npt.NDArray[np.int64]
    keys: tuple[str, ...]
    cumulative: Floats
    state: npt.NDArray[np.str_]
    unit: str = ""
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.estimate)

    @property
    def monotone(self) -> bool:
        """Whether no cumulative figure falls by more than rounding allows."""
        return not bool(self.falls.any())

    def to_frame(self) -> pd.DataFrame:
        """Return one row a period: the shared columns, then the flags."""
        data = {
            "key": list(self.keys), "estimate": self.estimate, "conf_low": self.conf_low, "conf_high": self.conf_high,
            "method": "cumulative_difference", "numerator": self.cumulative, "unit": self.unit, "state": self.state,
            "since": [self.keys[i] if i >= 0 else "" for i in self.since], "fall": self.falls, "break": self.breaks,
        }  # fmt: skip
        return tidy(data, len(self), caveats=self.caveats, labels=("key",))


def increments(
    cumulative: Any,
    *,
    half_unit: Any = 0.0,
    group: Any = None,
    keys: Sequence[str] | None = None,
    definition: Any = None,
    unit: str = "",
) -> Increments:
    """Return single periods as differences of cumulative figures, with the interval rounding leaves.

    Parameters
    ----------
    cumulative : array-like
        Cumulative figures in order of time. Empty cells are passed over: the next difference then
        reaches back to the last figure known.
    half_unit : array-like or scalar
        Half of the last printed place of each figure (0.05 for figures with one decimal, 0 for exact
        counts).
    group : array-like, optional
        Series each row belongs to (year and body); the first figure of each is its own increment.
    keys : sequence of str, optional
        Names of the rows.
    definition : array-like, optional
        Definition or label of each row ("provincial level", "provincial level and above"). No
        difference is taken across a change.
    unit : str
        What is counted.

    Returns
    -------
    Increments

    Raises
    ------
    InputError
        For figures that are no counts or lengths that differ.

    Notes
    -----
    For figures a and b with half units u and v the difference lies in ``[a - b - u - v, a - b + u + v]``.
    Cumulative figures that overlap are never tested against each other: test the differences.

    References
    ----------
    IMF (2017), *Quarterly National Accounts Manual*, ch. 6.

    Examples
    --------
    Disciplined in China 2020, in ten thousands with one decimal: Quarter I 9.3, half year 24.0.

    >>> quarters = increments([9.3, 24.0], half_unit=0.05)
    >>> quarters.conf_low.round(4).tolist()[1], quarters.conf_high.round(4).tolist()[1]
    (14.6, 14.8)
    >>> increments([16, 41, 40]).falls.tolist()
    [False, False, True]
    """
    x, h = guards.aligned(
        cumulative=guards.numbers(cumulative, "cumulative"),
        half_unit=guards.numbers(half_unit, "half_unit", missing=False),
    )
    codes, _ = guards.groups(group, len(x))
    names = tuple(str(i) for i in range(len(x))) if keys is None else tuple(str(k) for k in keys)
    if len(names) != len(x):
        raise guards.refuse(
            f"keys has {len(names)} values for {len(x)} rows", f"có {len(names)} tên cho {len(x)} dòng",
            remedy=("Name every row.", "Hãy đặt tên cho từng dòng."),
        )  # fmt: skip
    known = np.isfinite(x)
    since = _last_known(known, codes)
    first = since < 0
    before = np.where(first, 0, since)
    labels = pd.factorize(np.asarray(definition))[0] if definition is not None else np.zeros(len(x), dtype=np.intp)
    if len(labels) != len(x):
        raise guards.refuse(
            f"definition has {len(labels)} values for {len(x)} rows", f"có {len(labels)} định nghĩa cho {len(x)} dòng",
            remedy=("Give the definition of every row.", "Hãy ghi định nghĩa cho từng dòng."),
        )  # fmt: skip
    base, room = np.where(first, 0.0, x[before]), h + np.where(first, 0.0, h[before])
    gap = np.where(known, x - base, np.nan)
    broken = known & ~first & (labels != labels[before])
    falls = known & ~first & ~broken & (np.where(known, gap, 0.0) + room < -1e-9 * np.maximum(np.abs(base), 1.0))
    state = np.where(known, State.VALUE.value, State.MISSING.value).astype("<U15")
    state[broken] = State.REFUSED.value
    shown = state == State.VALUE.value
    notes = [
        Note(code, {"rows": guards.rows_of(mask), "keys": [names[i] for i in guards.rows_of(mask)]})
        for code, mask in (("cumulative_fall", falls), ("definition_break", broken)) if mask.any()
    ]  # fmt: skip
    return Increments(
        estimate=np.where(shown, gap, np.nan), conf_low=np.where(shown, gap - room, np.nan),
        conf_high=np.where(shown, gap + room, np.nan), falls=falls, breaks=broken, since=np.where(known, since, -1),
        keys=names, cumulative=x, state=state, unit=unit, caveats=tuple(notes),
    )  # fmt: skip


def _last_known(known: Flags, codes: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    # Row of the last known figure before each row, within its series; -1 where there is none.
    order = np.argsort(codes, kind="stable")
    rows = np.where(known[order], order, -1)
    place = np.where(rows >= 0, np.arange(len(rows)), -1)
    latest = np.concatenate([[-1], np.maximum.accumulate(place)[:-1]])
    start = np.concatenate([[True], codes[order][1:] != codes[order][:-1]])
    first = np.maximum.accumulate(np.where(start, np.arange(len(rows)), 0))
    found = np.where(latest >= first, order[np.maximum(latest, 0)], -1)
    out = np.empty(len(rows), dtype=np.int64)
    out[order] = found
    return out


def remainder(
    later: float, earlier: float, *, part: float | None = None, half_unit: float = 0.0, unit: str = ""
) -> Result:
    """Return what a cumulative figure implies for an earlier one, given the single period between.

    Parameters
    ----------
    later : float
        The later cumulative figure (nine months).
    earlier : float
        The earlier cumulative figure, or 0 when `part` is given and it is wanted itself.
    part : float, optional
        The single period between the two (Quarter III), when that is printed and `earlier` is not:
        the result is then the earlier cumulative figure.
    half_unit : float
        Half of the last printed place of each figure used.
    unit : str
        What is counted.

    Returns
    -------
    Result
        Marked derived, with the rounding interval and no confidence level.

    Raises
    ------
    InputError
        For figures that are no counts.

    Examples
    --------
    Nine months 2025 are 90 and Quarter III is printed as 47, so the half year must be 43:

    >>> remainder(90, 0, part=47).estimate
    43.0
    """
    taken = earlier if part is None else part
    pair = guards.numbers([later, taken], "figures", missing=False)
    room = 2 * float(guards.numbers(half_unit, "half_unit", missing=False)[0])
    gap = float(pair[0] - pair[1])
    return Result(
        estimate=gap, conf_low=gap - room, conf_high=gap + room, method="cumulative_difference", unit=unit,
        derived=True, numerator=float(pair[0]),
        caveats=(Note("cumulative_fall", {"rows": (0,)}),) if gap + room < 0 else (),
    )  # fmt: skip
