"""What a control chart must know about time, and what happens when a series does not meet it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from stats import guards
from stats.codes import Rule
from stats.guards import Flags, Floats
from stats.monitoring.charts import ControlChart
from stats.monitoring.limits import Basis, Limits
from stats.monitoring.rules import SignalRule, find_signals, rule_set
from stats.periods import Period
from stats.results import Note, State
from stats.series.conditions import doubtful_zeros, phases, refusal

LEAST = 12
"""Fewest points with a figure that limits are drawn from (NHS England; the R package warns below it)."""
TOO_NARROW = 1.5
"""From this sigma of z on, the limits of a p or u chart are said to be too narrow."""


class Course(TypedDict, total=False):
    """Options shared by all control charts; each may be left out.

    Attributes
    ----------
    periods : sequence of Period
        Period of each point, in order of time: one kind, no overlap, none left out (a period without a
        figure has an empty cell). Without them only length and values are checked.
    breaks : sequence of date or Rule
        Dated changes known to lie in the series. One inside refuses the chart unless it is in `rebase`.
    rebase : sequence of date or Rule
        Dated breaks at which limits begin anew. The number of a point, or a date that is not among `breaks`
        where these are given, is refused: limits are never moved because the figures moved. A period that
        contains such a day from its second day on belongs to no phase.
    actors, units : sequence of str
        Deciding actors and units of the points; more than one refuses the chart.
    baseline : int
        Take the limits of each phase from its first so many points; by default from all.
    exclude : sequence of int
        Indexes, from 0, of points left out of the limits because their cause is known; they are still drawn and
        judged, and moving ranges go over them.
    rules : str or sequence of SignalRule
        ``nhs`` (default), ``western_electric``, ``nelson``, or what `rule_set` returns.
    least : int
        Fewest points with a figure in each phase, by default `LEAST`. Below that the limits are provisional,
        and the result says so.
    zeros : bool
        True confirms that zeros among large figures were counted; by default such a series is refused.
    series : sequence of str
        Names of the series; by default their numbers from 1.
    base : str
        What the denominator counts.
    """

    periods: Sequence[Period]
    breaks: Sequence[dt.date | Rule]
    rebase: Sequence[dt.date | Rule]
    actors: Sequence[str]
    units: Sequence[str]
    baseline: int
    exclude: Sequence[int]
    rules: str | Sequence[SignalRule]
    least: int
    zeros: bool
    series: Sequence[str]
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The options of a chart, checked.

    Attributes
    ----------
    basis : Basis
        Phases, and the points limits come from.
    doubtful : ndarray of bool, shape (series, points)
        Zeros that more likely mean "no report".
    places : tuple
        What notes call the points: their periods, else their numbers from 1 on.
    reason : Note or None
        Why no series can be charted.
    caveats : tuple of Note
        What holds for every series.
    """

    basis: Basis
    doubtful: Flags
    rules: tuple[SignalRule, ...]
    rule_set: str
    least: int
    keys: tuple[str, ...]
    places: tuple[Any, ...]
    series: tuple[str, ...]
    unit: str
    base: str
    reason: Note | None
    caveats: tuple[Note, ...]


def settle(values: Floats, counts: Floats, course: Course) -> Setting:
    """Return the options of a chart, checked against its figures.

    Parameters
    ----------
    values, counts : ndarray, shape (series, points)
        What is drawn, and the counts behind it, in which zeros are looked for.
    course : Course
        The options as given.

    Raises
    ------
    InputError
        For lengths that do not fit, a baseline or a minimum that is too small, or points that do not exist.
    """
    rows, points = values.shape
    periods = tuple(course.get("periods") or ())
    least, baseline = course.get("least", LEAST), course.get("baseline")
    _fits(len(periods) if "periods" in course else points, points, "periods", "kỳ")
    names = tuple(map(str, course.get("series") or range(1, rows + 1)))
    _fits(len(names), rows, "series", "tên chuỗi")
    _fits(len(set(names)), rows, "different names of series", "tên chuỗi khác nhau")
    for name, size in (("least", least), ("baseline", least if baseline is None else baseline)):
        if size < 3:
            raise guards.refuse(
                f"{name} is {size}; it must be 3 or more", f"{name} là {size}; phải từ 3 trở lên",
                remedy=("Limits from fewer points mean nothing.", "Giới hạn tính từ ít điểm hơn không có ý nghĩa."),
            )  # fmt: skip
    asked = course.get("rules", "nhs")
    rules = rule_set(asked) if isinstance(asked, str) else tuple(asked)
    days, misplaced = _rebased(course, bool(periods))
    units = tuple(course.get("units", ()))
    reason = misplaced or refusal(
        periods or None, least=0, n=points, actors=course.get("actors", ()), units=units,
        breaks=course.get("breaks", ()), rebased=days,
    )  # fmt: skip
    phase = phases(periods, days) if periods else np.zeros(points, dtype=np.int64)
    places: tuple[Any, ...] = periods or tuple(range(1, points + 1))
    basis, told = _basis(phase, baseline, course.get("exclude", ()), places)
    zeros = doubtful_zeros(counts) if not course.get("zeros") else np.zeros(values.shape, dtype=bool)
    return Setting(
        basis=basis, doubtful=zeros, rules=rules, rule_set=asked if isinstance(asked, str) else "own", least=least,
        keys=tuple(map(str, places)), places=places, series=names,
        unit=units[0] if len(set(units)) == 1 else "", base=course.get("base", ""), reason=reason, caveats=told,
    )  # fmt: skip


def _fits(found: int, needed: int, name: str, vi: str) -> None:
    if found != needed:
        raise guards.refuse(
            f"There are {found} {name} for {needed}", f"Có {found} {vi}, cần {needed}",
            remedy=("Give one each.", "Mỗi mục cần đúng một giá trị."),
        )  # fmt: skip


def _rebased(course: Course, dated: bool) -> tuple[tuple[dt.date, ...], Note | None]:
    """Return the days at which limits begin anew, or why they cannot."""
    asked: Sequence[Any] = course.get("rebase", ())
    days = tuple(d.in_force if isinstance(d, Rule) else d for d in asked)
    if days and not (dated and all(isinstance(day, dt.date) for day in days)):
        return (), Note("rebase_without_date")
    known = {b.in_force if isinstance(b, Rule) else b for b in course.get("breaks", ())}
    strange = tuple(day for day in days if known and day not in known)
    return (days, None) if not strange else ((), Note("rebase_not_at_break", {"dates": strange}))


def _basis(
    phase: npt.NDArray[np.int64], baseline: int | None, exclude: Iterable[int], places: tuple[Any, ...]
) -> tuple[Basis, tuple[Note, ...]]:
    used: Flags = phase >= 0
    out = sorted(set(exclude))
    if out and not 0 <= out[0] <= out[-1] < len(phase):
        raise guards.refuse(
            f"exclude names points {out}; there are 0 to {len(phase) - 1}",
            f"exclude nêu các điểm {out}; chỉ có từ 0 đến {len(phase) - 1}",
        )
    notes = []
    if not used.all():
        notes.append(Note("periods_across_break", {"places": tuple(places[i] for i in np.flatnonzero(~used))}))
    if baseline is not None:
        for number in range(int(phase.max(initial=-1)) + 1):
            used[np.flatnonzero(phase == number)[baseline:]] = False
        notes.append(Note("limits_from_baseline", {"points": baseline}))
    if out:
        used[out] = False
        notes.append(Note("points_excluded", {"places": tuple(places[i] for i in out)}))
    return Basis(phase, used), tuple(notes)


def charted(
    setting: Setting, lines: Limits, values: Floats, *, kind: str, method: str, floor: float | None,
    ceiling: float | None, counts: tuple[Floats, Floats] | None = None, per: float = 1.0,
) -> ControlChart:  # fmt: skip
    """Return the chart of figures and lines: series and phases that have no limits emptied, signals found.

    Parameters
    ----------
    setting, lines
        From `settle` and `stats.monitoring.limits`.
    values : ndarray, shape (series, points)
        What is drawn.
    floor, ceiling : float or None
        What limits are kept within.
    counts : tuple of ndarray, optional
        Numerator and denominator.
    """
    phase, used = setting.basis.phase, setting.basis.used
    plain = method in ("p_chart", "u_chart", "c_chart")
    ranged = not plain and not method.endswith("_sd")
    known = np.isfinite(values)
    found = _per_phase(known & used, phase)
    varies = _per_phase(known & (lines.sigma > 0), phase) > 0
    long = found >= setting.least
    apart = 2 * _neighbours(known, setting.basis) < found if ranged else np.zeros_like(long)
    holds = long & varies & ~apart & ~setting.doubtful.any(axis=1, keepdims=True) & (setting.reason is None)
    blank = (phase < 0) | ~holds[:, phase]
    centre, sigma = (np.where(blank, np.nan, line) if blank.any() else line for line in (lines.centre, lines.sigma))
    half = 3 * sigma
    low, high = centre - half, centre + half
    notes = _notes(setting, ~known, found, long, long & apart, holds, lines.inflation if plain else None)
    return ControlChart(
        kind=kind, method=method, values=values, centre=centre, sigma=sigma,
        lower=low if floor is None else np.maximum(low, floor),
        upper=high if ceiling is None else np.minimum(high, ceiling),
        numerator=counts[0] if counts else None, denominator=counts[1] if counts else None,
        inflation=np.where(holds, 1.0 if plain else lines.inflation, np.nan), phase=phase, used=used,
        found=find_signals(values, centre, sigma, setting.rules, phase=phase), rule_set=setting.rule_set,
        keys=setting.keys, series=setting.series, unit=setting.unit, base=setting.base, per=per,
        state=np.where(holds.any(axis=1), State.VALUE.value, State.REFUSED.value),
        reason=notes[0] if not holds.any() else None, caveats=notes,
    )  # fmt: skip


def _per_phase(flags: Flags, phase: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return how many points of each phase carry a flag, shape (series, phases)."""
    numbers = range(int(phase.max(initial=-1)) + 1)
    return np.stack([flags[:, phase == number].sum(axis=1) for number in numbers] or [np.zeros(len(flags), dtype=int)],
                    axis=1)  # fmt: skip


def _neighbours(known: Flags, basis: Basis) -> npt.NDArray[np.int64]:
    """Return how many moving ranges the limits of each phase come from, shape (series, phases)."""
    counts = [(known[:, used[1:]] & known[:, used[:-1]]).sum(axis=1) for _, used in basis]
    return np.stack(counts or [np.zeros(len(known), dtype=int)], axis=1)


def _notes(
    setting: Setting, missing: Flags, found: npt.NDArray[np.int64], long: Flags, apart: Flags, holds: Flags,
    spread: Floats | None,
) -> tuple[Note, ...]:  # fmt: skip
    """Return why series are refused, then what a reader of the others must know."""
    if setting.reason is not None:
        return (setting.reason,)
    zeros, open_, enough = (np.asarray(flags.any(axis=1), dtype=bool) for flags in (setting.doubtful, holds, long))
    short: Flags = ~zeros & ~enough
    sparse: Flags = ~zeros & ~short & ~open_ & apart.any(axis=1)
    still: Flags = ~zeros & ~short & ~open_ & ~sparse
    most = found.max(axis=1, initial=0)
    notes: list[tuple[Flags, Note]] = [
        *_of_places("series_doubtful_zeros", zeros, setting.doubtful, setting.places),
        *(
            (short & (most == count), Note("too_few_periods", {"found": int(count), "needed": setting.least}))
            for count in np.unique(most[short])
        ),
        *_of_places("series_missing_values", sparse, missing, setting.places),
        (still, Note("chart_no_variation")),
    ]
    for number in range(holds.shape[1]):
        first = setting.places[int(np.argmax(setting.basis.phase == number))]
        notes.append(
            (open_ & ~holds[:, number], Note("phase_without_limits", {"first": first, "needed": setting.least}))
        )
    provisional: Flags = open_ & ((found < LEAST) & holds).any(axis=1)
    notes.append((provisional, Note("limits_provisional", {"needed": LEAST})))
    notes.append((open_ & missing.any(axis=1), Note("points_missing")))
    if spread is not None:
        wide: Flags = open_ & (np.where(holds, spread, 0.0) > TOO_NARROW).any(axis=1)
        worst = round(float(np.where(holds & wide[:, None], spread, 0.0).max(initial=0.0)), 1)
        notes.append((wide, Note("limits_too_narrow", {"times": worst})))
    told = [_about(note, rows) for rows, note in notes if rows.any()]
    return (*told, *setting.caveats)


def _of_places(code: str, rows: Flags, at: Flags, places: tuple[Any, ...]) -> Iterator[tuple[Flags, Note]]:
    """Yield one note for all series in which the same points are at fault: each names its own."""
    for pattern in np.unique(at[rows], axis=0):
        told = Note(code, {"places": tuple(places[i] for i in np.flatnonzero(pattern))})
        yield rows & (at == pattern).all(axis=1), told


def _about(note: Note, rows: Flags) -> Note:
    return note if rows.all() else Note(note.code, {**note.values, "rows": guards.rows_of(rows)})
