"""The conditions a method over time needs, and the refusal when one of them does not hold.

One kind of period, one deciding stream, one unit, no overlap, no hole, no dated break inside, enough
points, no empty cell and no zero that stands for one. Each refusal names what is at fault and the remedy.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stats import guards
from stats.codes import Rule
from stats.guards import Flags, Floats
from stats.periods import NAMED, Kind, Period
from stats.results import Note

LEAST_BESIDE_ZERO = 10.0
"""From this smallest other figure on a zero is doubtful: a Poisson count of mean 10 is zero once in 22,000."""


def refusal(
    periods: Sequence[Period] | None = None,
    *,
    least: int,
    n: int | None = None,
    values: Any = None,
    used: Flags | None = None,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    rebased: Iterable[dt.date] = (),
    gaps: bool = False,
    missing: bool = False,
    zeros: bool = False,
) -> Note | None:
    """Return why a series cannot go through a method over time, or None when it can.

    Parameters
    ----------
    periods : sequence of Period, optional
        The period of each point, in order of time. Without them only the length and the values are checked.
    least : int
        Fewest points with a figure the method needs.
    n : int, optional
        How many points have a figure; by default counted in `values`, else the number of periods.
    values : array-like, optional
        The figures, one a period. Empty cells are missing.
    used : ndarray of bool, optional
        The points the method takes; what the others hold, such as a period that a break divides, is not judged.
    actors, units : iterable of str
        Codes of the deciding actors and of the units of the points; repeated ones count once.
    breaks : iterable of date or Rule
        Dated changes of rules, forms or boundaries; those on the first day of the series hold for all of it.
    rebased : iterable of date
        Breaks at which the caller begins anew (a re-base, a term of the model): no reason to refuse.
    gaps, missing, zeros : bool
        Whether the method may pass over periods left out between two others, over empty cells, and take
        zeros among large figures as counted.

    Returns
    -------
    Note or None
        ``series_units``, ``series_streams``, ``series_overlap``, ``series_mixed_kinds``,
        ``series_mixed_lengths``, ``series_gap``, ``series_break``, ``series_missing_values``,
        ``series_doubtful_zeros`` or ``too_few_periods``: the first that holds.

    Raises
    ------
    InputError
        When the periods are not in order of time or not as many as the values.

    Notes
    -----
    Windows of a calendar quarter continue a series that begins with Quarter I (and so for other lengths in
    whole months): the regime names the first only. The same period of successive years is a series too.

    Examples
    --------
    >>> years = [Period.parse(str(year)) for year in range(2015, 2025)]
    >>> refusal(years, least=8) is None
    True
    >>> print(refusal(years[:5], least=8))
    too_few_periods (found 5, needed 8)
    >>> print(refusal(years, least=8, breaks=[dt.date(2021, 1, 1)]))
    series_break (breaks 2021-01-01)
    >>> print(refusal([years[0], years[2], years[3]], least=3))
    series_gap (after 2015, before 2017)
    """
    series = None if values is None else guards.numbers(values, "values", minimum=None)
    if periods is not None:
        all_periods(periods)
        _in_order(periods, series)
    if series is not None and used is not None:
        series = np.where(used, series, np.inf)  # neither empty nor zero
    found = n
    if found is None:
        found = int(np.isfinite(series).sum()) if series is not None else len(periods or ())
    reasons = _reasons(periods or (), series, actors, units, breaks, frozenset(rebased), gaps, missing, zeros)
    short = Note("too_few_periods", {"found": found, "needed": least}) if found < least else None
    return next(reasons, short)


def phases(periods: Sequence[Period], dates: Iterable[dt.date]) -> npt.NDArray[np.int64]:
    """Return the phase of each period between dated breaks, counted from 0.

    Parameters
    ----------
    periods : sequence of Period
        In order of time.
    dates : iterable of date
        First days of the new phases.

    Returns
    -------
    ndarray of int
        -1 for a period that contains a break from its second day on: it mixes two definitions and belongs
        to no phase.

    Examples
    --------
    >>> months = [Period.parse(f"2022-{month:02d}") for month in range(5, 10)]
    >>> phases(months, [dt.date(2022, 7, 6)]).tolist()
    [0, 0, -1, 1, 1]
    """
    days = sorted(set(dates))
    inside = [any(p.start < day <= p.end for day in days) for p in periods]
    passed = [-1 if mixed else sum(day <= p.start for day in days) for p, mixed in zip(periods, inside, strict=True)]
    number = {count: k for k, count in enumerate(sorted(set(passed) - {-1}))}
    return np.array([number.get(count, -1) for count in passed], dtype=np.int64)


def season_fits(season: int, periods: Sequence[Period] | None) -> None:
    """Refuse a season that is not the number of the periods in a year.

    Parameters
    ----------
    season : int
        Periods in a year, as a method over time was told.
    periods : sequence of Period, optional
        Without them, or when they are not of one kind (`refusal` says so), nothing is checked.

    Raises
    ------
    InputError
        For months with another season than 12, quarters (windows of three months) with another than 4, other
        periods likewise, and for any season of years or longer periods, or of the same part of successive years.

    Examples
    --------
    >>> months = [Period.parse(f"2021-{month:02d}") for month in (1, 2, 3)]
    >>> season_fits(12, months)
    >>> season_fits(4, months)
    Traceback (most recent call last):
    stats.errors.InputError: A season of 4 does not fit the periods, which are 12 in a year. Use season=12.
    """
    all_periods(periods or ())
    if not periods or not all(one_kind(periods[0], other) for other in periods):
        return
    count = 1.0 if len(periods) > 1 and _year_later(*periods[:2]) else 12 / periods[0].months
    if count < 2 or not count.is_integer():
        raise guards.refuse(
            "A year does not hold several periods of this series, so it has no season",
            "Chuỗi không có tính mùa vụ vì mỗi năm không gồm nhiều kỳ như vậy",
            remedy=("Leave season out.", "Hãy bỏ tham số season."),
        )  # fmt: skip
    if count != season:
        raise guards.refuse(
            f"A season of {season} does not fit the periods, which are {count:g} in a year",
            f"Chu kỳ mùa vụ {season} không khớp với các kỳ: mỗi năm có {count:g} kỳ",
            remedy=(f"Use season={count:g}.", f"Hãy dùng season={count:g}."),
        )  # fmt: skip


def codes_of(codes: Iterable[str]) -> tuple[str, ...]:
    """Return codes as a tuple; a single one may be given as it is.

    Examples
    --------
    >>> codes_of("members"), codes_of(["members", "cases"])
    (('members',), ('members', 'cases'))
    """
    return (codes,) if isinstance(codes, str) else tuple(codes)


def doubtful_zeros(values: npt.ArrayLike) -> Flags:
    """Return the zeros that stand among figures so large that they more likely mean "no report".

    Parameters
    ----------
    values : array-like, shape (..., points)
        Series along the last axis; NaN is missing. Series with negative figures are no counts and have none.

    Returns
    -------
    ndarray of bool
        True for zeros of a series whose every other figure is at least `LEAST_BESIDE_ZERO`.

    Examples
    --------
    >>> doubtful_zeros(np.array([[40.0, 38.0, 0.0, 41.0], [2.0, 0.0, 3.0, 1.0]])).any(axis=1).tolist()
    [True, False]
    """
    figures = np.asarray(values, dtype=np.float64)
    zero: Flags = figures == 0
    if not zero.any():
        return zero
    others = np.where(zero | np.isnan(figures), np.inf, figures).min(axis=-1, keepdims=True)
    found: Flags = zero & (others >= LEAST_BESIDE_ZERO) & np.isfinite(others)
    return found


def all_periods(periods: Sequence[Period]) -> None:
    """Refuse keys where periods are expected.

    Raises
    ------
    InputError
        Naming the rows.
    """
    strange = np.array([not isinstance(p, Period) for p in periods], dtype=bool)
    if strange.any():
        raise guards.refuse(
            "periods holds something that is not a period", "Các kỳ có giá trị không phải là kỳ", strange,
            remedy=('Read keys first: Period.parse("2024-06").', 'Hãy đọc mã kỳ trước: Period.parse("2024-06").'),
        )  # fmt: skip


def _in_order(periods: Sequence[Period], series: Floats | None) -> None:
    if series is not None and len(series) != len(periods):
        raise guards.refuse(
            f"There are {len(periods)} periods for {len(series)} values",
            f"Có {len(periods)} kỳ cho {len(series)} giá trị",
            remedy=("Give the period of every value.", "Hãy ghi kỳ của từng giá trị."),
        )
    late = np.array([b.start < a.start for a, b in itertools.pairwise(periods)] + [False], dtype=bool)
    if late.any():
        raise guards.refuse(
            "The periods are not in order of time", "Các kỳ không xếp theo thứ tự thời gian", late,
            remedy=("Sort periods and values together.", "Hãy sắp xếp kỳ cùng với giá trị."),
        )  # fmt: skip


def _reasons(
    periods: Sequence[Period], series: Floats | None, actors: Iterable[str], units: Iterable[str],
    breaks: Iterable[dt.date | Rule], rebased: frozenset[dt.date], gaps: bool, missing: bool, zeros: bool,
) -> Iterator[Note]:  # fmt: skip
    counted, deciding = sorted(set(codes_of(units))), sorted(set(codes_of(actors)))
    if len(counted) > 1:
        yield Note("series_units", {"unit": counted})
    if len(deciding) > 1:
        yield Note("series_streams", {"actor": deciding})
    yield from _of_time(periods, gaps)
    yield from _of_breaks(periods, breaks, rebased)
    if series is None:
        return
    places: Any = tuple(periods) or range(1, len(series) + 1)
    if not missing and np.isnan(series).any():
        yield Note("series_missing_values", {"places": tuple(places[i] for i in guards.rows_of(np.isnan(series)))})
    if not zeros and (doubtful := doubtful_zeros(series)).any():
        yield Note("series_doubtful_zeros", {"places": tuple(places[i] for i in guards.rows_of(doubtful))})


def _of_time(periods: Sequence[Period], gaps: bool) -> Iterator[Note]:
    pairs = list(itertools.pairwise(periods))
    for a, b in pairs:
        if a.overlaps(b):
            yield Note("series_overlap", {"first": a, "second": b})
    first = periods[0] if periods else None
    for other in periods[1:]:
        if first is not None and not one_kind(first, other):
            pair = {"first": first, "second": other}
            same = first.kind == other.kind
            yield Note("series_mixed_lengths", pair) if same else Note("series_mixed_kinds", pair)
    if gaps or not pairs or {p.kind for p in periods} & set(NAMED):
        return
    adjoin = [b.start - a.end == dt.timedelta(days=1) for a, b in pairs]
    yearly = [_year_later(a, b) for a, b in pairs]
    regular = adjoin if any(adjoin) else yearly
    for (a, b), follows in zip(pairs, regular, strict=True):
        if not follows:
            yield Note("series_gap", {"after": a, "before": b})


def _year_later(a: Period, b: Period) -> bool:
    """Tell whether a period begins on the day of another, one year later."""
    return (b.start.year - a.start.year, b.start.month, b.start.day) == (1, a.start.month, a.start.day)


def one_kind(a: Period, b: Period) -> bool:
    """Tell whether two periods are of one kind and length; windows of equal whole months count as named ones.

    Examples
    --------
    >>> one_kind(Period.parse("2024-Q1"), Period.parse("2024-04-01..2024-06-30"))
    True
    """
    if a.kind == b.kind:
        return a.same_length(b)
    window = Kind.WINDOW in (a.kind, b.kind) and not {a.kind, b.kind} & set(NAMED)
    return window and a.months == b.months and a.months.is_integer()


def _of_breaks(
    periods: Sequence[Period], breaks: Iterable[dt.date | Rule], rebased: frozenset[dt.date]
) -> Iterator[Note]:
    if not periods:
        return
    dated = [(b.in_force, b.instrument) if isinstance(b, Rule) else (b, "") for b in breaks]
    inside = sorted({(day, name) for day, name in dated if periods[0].start < day <= periods[-1].end})
    met = [(day, name) for day, name in inside if day not in rebased]
    if met:
        named = all(name for _, name in met)
        yield Note("series_break", {"breaks": {name: day for day, name in met} if named else tuple(d for d, _ in met)})
