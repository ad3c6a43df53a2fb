"""Stages of an inspection: examined, violation found, must be disciplined, disciplined.

The chain holds inside one activity, one unit and one actor. What is computed from one period is a
*same-period ratio*: those disciplined this year need not be those examined this year.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from stats import guards, intervals
from stats.errors import InputError
from stats.results import Note, Printed, Result, State, to_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage with its count.

    Attributes
    ----------
    name : str
        Code of the stage (``examined``, ``violation``, ``must_discipline``, ``disciplined``).
    count : float or None
        The count; None when the source does not give it (missing, not zero).
    unit : str
        What is counted: organisations, members, instances.
    actor : str
        Who decided; stages of two actors are no chain.
    low, high : float or None
        What the wording allows for an approximate count ("hơn 100": 100 and up); None when exact.
    """

    name: str
    count: float | None
    unit: str = ""
    actor: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest count the wording allows."""
        count = float(self.count) if self.count is not None else float("nan")
        return (count if self.low is None else float(self.low), count if self.high is None else float(self.high))

    @property
    def exact(self) -> bool:
        """Whether the count stands as printed."""
        return self.bounds == (self.count, self.count)


@dataclass(frozen=True, slots=True, repr=False)
class Conversion(Printed):
    """Step and cumulative conversion of a chain of stages.

    Attributes
    ----------
    stages : tuple of Stage
        The chain.
    steps : tuple of Result
        One a stage after the first: its count over that of the stage before.
    cumulative : tuple of Result
        One a stage after the first: its count over that of the first stage.
    """

    stages: tuple[Stage, ...]
    steps: tuple[Result, ...]
    cumulative: tuple[Result, ...]

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.steps)

    def __iter__(self) -> Iterator[Result]:
        """Yield the steps."""
        return iter(self.steps)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a ratio, with the columns ``stage``, ``from_stage`` and ``step`` first."""
        rows = [*self.steps, *self.cumulative]
        frame = to_frame(rows)
        later = [s.name for s in self.stages[1:]]
        before = [s.name for s in self.stages[:-1]] + [self.stages[0].name] * len(later)
        frame.insert(0, "stage", later * 2)
        frame.insert(1, "from_stage", before)
        frame.insert(2, "step", ["step"] * len(later) + ["cumulative"] * len(later))
        return frame

    def _facts(self) -> dict[str, Any]:
        notes = dict.fromkeys(str(note) for row in (*self.steps, *self.cumulative) for note in row.caveats)
        return {"notes": "; ".join(notes)} if notes else {}

    def _table(self) -> pd.DataFrame:
        return self.to_frame().drop(columns=["kind", "derived", "approx", "rows", "actor"])


def conversion(
    stages: Mapping[str, Any] | Sequence[Any],
    *,
    unit: str = "",
    conf_level: float = 0.95,
    on_excess: str = "flag",
) -> Conversion:
    """Return how much of each stage reaches the next, with Wilson intervals.

    Parameters
    ----------
    stages : mapping or sequence
        In order: ``{name: count}``, or ``(name, count[, unit[, actor]])``, or `Stage`. A count may be
        a pair ``(low, high)`` when the source gives it roughly, ``(100, None)`` for "hơn 100"; None when
        it says nothing.
    unit : str
        Unit of stages that do not name their own.
    conf_level : float
        Level of the intervals.
    on_excess : {'flag', 'raise'}
        What to do when a stage exceeds an earlier one of the same unit and actor: ``flag`` gives that
        ratio the state ``refused`` with the reason ``later_stage_exceeds``; ``raise`` stops.

    Returns
    -------
    Conversion

    Raises
    ------
    InputError
        For fewer than two stages, two stages of one name, negative counts, or bounds that cross.

    Notes
    -----
    Every ratio carries the caveat ``same_period_ratio``: within one period it mixes cohorts and is no
    probability. Where the unit changes (organisations examined, members disciplined) the ratio is
    given without a share's interval, with the caveat ``units_differ``, and may exceed 1. Where actors
    differ it is refused: one stream is no part of the other. With approximate counts the interval is
    the widest over what the wording allows (method ``wilson_bounds``).

    References
    ----------
    Home Office, *Police misconduct statistics: user guide* (counts by date finalised, units apart);
    Wilson (1927), *JASA* 22:209.

    Examples
    --------
    >>> chain = conversion({"examined": 200, "violation": 120, "disciplined": 30}, unit="members")
    >>> [round(r.estimate, 2) for r in chain.steps], [round(r.estimate, 2) for r in chain.cumulative]
    ([0.6, 0.25], [0.6, 0.15])
    >>> mixed = conversion([("examined", 50, "organisations"), ("disciplined", 80, "members")])
    >>> mixed.steps[0].estimate, [note.code for note in mixed.steps[0].caveats]
    (1.6, ['same_period_ratio', 'units_differ'])
    """
    guards.choice(on_excess, ("flag", "raise"), ("value of on_excess", "giá trị on_excess"))
    conf_level = guards.level(conf_level)
    chain = _chain(stages, unit)
    excess = [(a, b) for i, a in enumerate(chain) for b in chain[i + 1 :] if _same(a, b) and b.bounds[0] > a.bounds[1]]
    if excess and on_excess == "raise":
        raise _excess_error(excess)
    first = chain[0]
    steps = tuple(_ratio(a, b, conf_level) for a, b in itertools.pairwise(chain))
    return Conversion(chain, steps, tuple(_ratio(first, b, conf_level) for b in chain[1:]))


def cohort_bounds(
    count: float,
    base: float,
    *,
    carried_in: float = 0.0,
    carried_out: float | None = None,
    unit: str = "",
    name: str = "",
) -> Result:
    """Return what a same-period ratio can say about the cohort that was examined.

    Parameters
    ----------
    count : float
        Disciplined in the period, whenever they were examined.
    base : float
        Examined in the period.
    carried_in : float
        Most of `count` that may stem from earlier examinations.
    carried_out : float, optional
        Most of those examined whose discipline may come later; by default all that are not
        disciplined yet.
    unit, name : str
        What is counted, and the stage of the base.

    Returns
    -------
    Result
        ``conf_low`` and ``conf_high`` enclose the cohort's share; ``estimate`` is the same-period ratio
        where it is a possible share, else the nearest bound. No confidence level: nothing is
        estimated.

    Raises
    ------
    InputError
        For negative or missing figures.

    Examples
    --------
    30 disciplined of 100 examined, up to 10 of them from last year's cases, up to 5 cases still open:

    >>> row = cohort_bounds(30, 100, carried_in=10, carried_out=5)
    >>> row.conf_low, row.conf_high
    (0.2, 0.35)
    """
    figures = guards.numbers([count, base, carried_in], "count", missing=False)
    done, whole, earlier = (float(v) for v in figures)
    caveats = (Note("same_period_ratio"), Note("cohort_bounds", {"carried_in": earlier, "carried_out": carried_out}))
    if whole == 0:
        return Result(
            state=State.MISSING, reason=Note("base_is_zero", {"stage": name}), method="cohort_bounds", numerator=done,
            denominator=whole, unit=unit, base=name, kind="share", derived=True, caveats=caveats,
        )  # fmt: skip
    later = whole if carried_out is None else float(guards.numbers(carried_out, "carried_out", missing=False)[0])
    low = min(max(done - earlier, 0.0) / whole, 1.0)
    high = min((done + later) / whole, 1.0)
    return Result(
        estimate=min(max(done / whole, low), high), conf_low=low, conf_high=high, method="cohort_bounds",
        numerator=done, denominator=whole, unit=unit, base=name, kind="share", derived=True, caveats=caveats,
    )  # fmt: skip


def _chain(stages: Mapping[str, Any] | Sequence[Any], unit: str) -> tuple[Stage, ...]:
    items: Iterable[Any] = stages.items() if isinstance(stages, Mapping) else stages
    chain = tuple(_stage(item, unit) for item in items)
    names = [s.name for s in chain]
    if len(chain) < 2 or len(set(names)) < len(names):
        raise guards.refuse(
            f"A conversion needs two stages or more, each named once; got {', '.join(names) or 'none'}",
            f"Cần ít nhất hai giai đoạn, mỗi tên một lần; nhận được {', '.join(names) or 'không có'}",
            remedy=("Pass the stages in order.", "Hãy đưa các giai đoạn theo thứ tự."),
        )
    ends = np.array([s.bounds for s in chain])
    bad = (ends < 0).any(axis=1) | (ends[:, 0] > ends[:, 1]) | np.isneginf(ends).any(axis=1)
    if bad.any():
        raise guards.refuse(
            "A stage has a negative count or bounds that cross", "Có giai đoạn số âm hoặc cận dưới lớn hơn cận trên",
            bad, remedy=("Correct those stages.", "Hãy sửa các giai đoạn đó."),
        )  # fmt: skip
    return chain


def _stage(item: Any, unit: str) -> Stage:
    if isinstance(item, Stage):
        return item if item.unit else replace(item, unit=unit)
    try:
        name, count, *rest = item
    except (TypeError, ValueError):
        raise guards.refuse(
            f"{item!r} is no stage", f"{item!r} không phải là một giai đoạn",
            remedy=("Write (name, count, unit).", "Viết (tên, số đếm, đơn vị tính)."),
        ) from None  # fmt: skip
    named = dict(zip(("unit", "actor"), (str(r) for r in rest), strict=False))
    low = high = None
    if isinstance(count, (tuple, list)):
        if len(count) != 2:
            raise guards.refuse(
                f"{name} has {len(count)} values", f"{name} có {len(count)} giá trị",
                remedy=("Write one count, or a pair (low, high).", "Viết một số đếm, hoặc cặp (cận dưới, cận trên)."),
            )  # fmt: skip
        low, high = (None if end is None or np.isinf(end) else float(end) for end in (count[0], count[-1]))
        guards.numbers([0.0 if low is None else low, 0.0 if high is None else high], str(name), missing=False)
        # An open end ("hơn 100") has no middle: the printed number stands for it.
        low, high = 0.0 if low is None else low, np.inf if high is None else high
        count = low if np.isinf(high) else (low + high) / 2
    elif count is not None:
        count = float(guards.numbers(count, str(name), minimum=None)[0])
        count = None if np.isnan(count) else count
    return Stage(
        name=str(name), count=count, unit=named.get("unit", unit), actor=named.get("actor", ""), low=low, high=high
    )


def _same(a: Stage, b: Stage) -> bool:
    return a.unit == b.unit and a.actor == b.actor


def _excess_error(pairs: list[tuple[Stage, Stage]]) -> InputError:
    en = "; ".join(f"{b.name} {b.count:g} exceeds {a.name} {a.count:g}" for a, b in pairs)
    vi = "; ".join(f"{b.name} {b.count:g} lớn hơn {a.name} {a.count:g}" for a, b in pairs)
    return guards.refuse(
        f"A later stage exceeds an earlier one of the same unit: {en}",
        f"Giai đoạn sau lớn hơn giai đoạn trước cùng đơn vị tính: {vi}",
        remedy=(
            "Check that both belong to one activity, period and actor.",
            "Hãy kiểm tra hai số có cùng loại việc, kỳ và chủ thể quyết định.",
        ),
    )


def _ratio(a: Stage, b: Stage, conf_level: float) -> Result:
    (a_low, a_high), (b_low, b_high) = a.bounds, b.bounds
    caveats: tuple[Note, ...] = (Note("same_period_ratio"),)
    common: dict[str, Any] = {
        "numerator": b.count, "denominator": a.count, "unit": b.unit, "base": a.name, "kind": "ratio",
        "category": b.name, "derived": True,
    }  # fmt: skip
    if a.count is None or b.count is None or a.count == 0:
        why = (
            Note("base_is_zero", {"stage": a.name}) if a.count == 0 else Note("stage_missing", {"stage": _absent(a, b)})
        )
        return Result(state=State.MISSING, reason=why, caveats=caveats, method="wilson", **common)
    if a.actor != b.actor:
        reason = Note("actors_differ", {"from": a.actor, "to": b.actor})
        return Result(state=State.REFUSED, reason=reason, caveats=(*caveats, reason), method="wilson", **common)
    if not _same(a, b):
        caveats = (*caveats, Note("units_differ", {"from": a.unit, "to": b.unit}))
        return _bounded(a, b, b.count / a.count, caveats, common)
    if b_low > a_high:
        reason = Note("later_stage_exceeds", {"from": a.name, "to": b.name, "base": a.count, "count": b.count})
        return Result(state=State.REFUSED, reason=reason, caveats=(*caveats, reason), method="wilson", **common)
    exact = a.exact and b.exact
    if not exact:
        caveats = (*caveats, Note("approximate_counts", {"from": [a_low, a_high], "to": [b_low, b_high]}))
    # Worst cases over what the wording allows; a part never exceeds its whole.
    worst = np.array([min(b_low, a_high), min(b_high, max(a_low, b_low))])
    wholes = np.array([a_high, max(a_low, b_low, np.finfo(float).tiny)])
    if not np.isfinite(wholes[0]):  # "hơn 100" without an upper end: the share can be anything down to zero
        low, high = 0.0, float(intervals.wilson(worst[1:], wholes[1:], conf_level)[1][0])
    else:
        lows, highs = intervals.wilson(worst, wholes, conf_level)
        low, high = float(lows[0]), float(highs[1])
    return Result(
        estimate=min(b.count / a.count, 1.0), conf_low=low, conf_high=high, conf_level=conf_level,
        method="wilson" if exact else "wilson_bounds", caveats=caveats, **{**common, "kind": "share"},
    )  # fmt: skip


def _absent(a: Stage, b: Stage) -> str:
    return ", ".join(s.name for s in (a, b) if s.count is None)


def _bounded(a: Stage, b: Stage, ratio: float, caveats: tuple[Note, ...], common: dict[str, Any]) -> Result:
    if a.exact and b.exact:
        return Result(estimate=ratio, method="ratio", caveats=caveats, **common)
    (a_low, a_high), (b_low, b_high) = a.bounds, b.bounds
    caveats = (*caveats, Note("approximate_counts", {"from": [a_low, a_high], "to": [b_low, b_high]}))
    high = b_high / a_low if a_low > 0 else float("inf")
    return Result(estimate=ratio, conf_low=b_low / a_high, conf_high=high, method="bounds", caveats=caveats, **common)
