"""Classical decomposition and STL, as R does them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from stats import guards
from stats.codes import Rule
from stats.guards import Floats
from stats.periods import Period
from stats.results import Note
from stats.seasons.results import MODELS, Decomposition, decomposed, refused
from stats.series import conditions

PERIODIC = "periodic"
"""Seasonal window of STL that takes the season to be the same in every year."""

CLASSICAL_TREND, STL_TREND = 0.75, 2.0
"""Parameters the trend is worth for each of its windows: with them 2 to 7 in 100 series without a season reach
`Decomposition.chance`, of the robust 1 to 3 (synthetic series of 3 to 15 years of months and of quarters)."""


def classical_decomposition(
    values: Any,
    *,
    season: int | None = None,
    model: str = "additive",
    periods: Sequence[Period] | None = None,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    rebased: Iterable[dt.date] = (),
    zeros: bool = False,
) -> Decomposition:
    """Take a series apart by moving averages; the season is the same in every year.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures of months or quarters, in order of time.
    season : int, optional
        Points in a year; by default as the periods are long.
    model : {'additive', 'multiplicative'}
        Whether the season adds a number or multiplies by one; the latter needs figures above zero.
    periods : sequence of Period, optional
        One a point. They name the places of the year and let the conditions be checked.
    actors, units, breaks, rebased, zeros
        See `stats.series.conditions.refusal`; `rebased` are breaks over which the trend may bend while the season
        is taken to be the same.

    Returns
    -------
    Decomposition
        ``refused`` with fewer points than two years, with an empty cell, or where the conditions of a series do
        not hold; also for periods of a year or more (``season_not_within_year``), a figure that is not above zero
        in a multiplicative model (``season_not_positive``), and figures all alike (``all_equal``). A season no
        stronger than chance alone gives raises the caveat ``season_within_chance``.

    Raises
    ------
    InputError
        Without `season` and periods, or when the two do not agree.

    Notes
    -----
    `statsmodels.tsa.seasonal.seasonal_decompose`, which gives what R's ``decompose`` gives. For counts with late
    reports or other outlying months `stl_decomposition` with ``robust=True`` is better.

    References
    ----------
    Kendall and Stuart (1983), *The Advanced Theory of Statistics* 3, 410; Wang, Smith and Hyndman (2006), *Data
    Mining and Knowledge Discovery* 13:335 (strength).

    Examples
    --------
    >>> parts = classical_decomposition([10, 20, 30, 20, 14, 24, 34, 24, 18, 28, 38, 28], season=4)
    >>> parts.factors.tolist(), parts.trend[2:10].tolist()
    ([-8.5, 0.5, 9.5, -1.5], [20.5, 21.5, 22.5, 23.5, 24.5, 25.5, 26.5, 27.5])
    >>> print(classical_decomposition([10, 20, 30, 20, 14], season=4).reason)
    too_few_periods (found 5, needed 8)
    """
    guards.choice(model, MODELS, ("model", "mô hình"))
    y, season, reason, facts = _opened(values, season, model, periods, units)
    reason = reason or conditions.refusal(
        periods, least=2 * season, values=y, actors=actors, units=units, breaks=breaks, rebased=rebased, zeros=zeros
    )
    reason = reason or _without_season(y, model)
    method = f"classical_{model}"
    if reason:
        return refused(y, season, method, reason, facts)
    from statsmodels.tsa.seasonal import seasonal_decompose

    found = seasonal_decompose(y, model=model, period=season)  # type: ignore[no-untyped-call]
    trend, seasonal = np.asarray(found.trend), np.asarray(found.seasonal)
    return decomposed(y, trend, seasonal, np.ones(len(y)), season, method, season / CLASSICAL_TREND, facts)


def stl_decomposition(
    values: Any,
    *,
    season: int | None = None,
    seasonal_window: int | str = PERIODIC,
    trend_window: int | None = None,
    low_pass_window: int | None = None,
    degrees: tuple[int, int, int] = (0, 1, 1),
    jumps: tuple[int, int, int] | None = None,
    robust: bool = False,
    inner: int | None = None,
    outer: int | None = None,
    model: str = "additive",
    periods: Sequence[Period] | None = None,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    rebased: Iterable[dt.date] = (),
    zeros: bool = False,
) -> Decomposition:
    """Take a series apart by local regression (STL), with the parameters and defaults of R's ``stl``.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures of months or quarters, in order of time.
    season : int, optional
        Points in a year; by default as the periods are long.
    seasonal_window : int or 'periodic'
        R's ``s.window``: over how many years the season of one place is smoothed, 7 or more; ``periodic`` (default)
        for a season that never changes, the only choice for a few years.
    trend_window, low_pass_window : int, optional
        R's ``t.window`` and ``l.window``; by default as in R. Even ones count as the next odd one.
    degrees : tuple of int
        R's ``s.degree``, ``t.degree`` and ``l.degree``: 0 or 1.
    jumps : tuple of int, optional
        R's ``s.jump``, ``t.jump`` and ``l.jump``: between every so many points it is interpolated; by default a
        tenth of each window.
    robust : bool
        Whether outlying points, such as months reported late, lose weight.
    inner, outer : int, optional
        Number of loops; by default 2 and 0, with `robust` 1 and 15.
    model : {'additive', 'multiplicative'}
        The latter takes the logarithm apart, as the only way STL has.
    periods, actors, units, breaks, rebased, zeros
        As in `classical_decomposition`.

    Returns
    -------
    Decomposition
        ``refused`` unless there is more than two years, and as in `classical_decomposition`.

    Raises
    ------
    InputError
        Without `season` and periods, when the two do not agree, or for windows too short for the season.

    Notes
    -----
    `statsmodels.tsa.seasonal.STL` with R's parameters: degree 0 for the season, its jumps and loops; ``periodic`` is
    a window ten times the series, and then the mean of each place. The two agree to rounding, with one exception:
    in the robust loops of a series with an even number of points R asks its partial sort for the two middle
    residuals in falling order, gets another one now and then, and so gives slightly other weights.

    References
    ----------
    Cleveland, Cleveland, McRae and Terpenning (1990), *Journal of Official Statistics* 6:3; Wang, Smith and Hyndman
    (2006), *Data Mining and Knowledge Discovery* 13:335 (strength).

    Examples
    --------
    >>> parts = stl_decomposition([10, 20, 30, 20, 14, 24, 34, 24, 18, 28, 38, 28], season=4)
    >>> parts.factors.round(1).tolist(), round(parts.strength, 2), round(parts.trend_strength, 2)
    ([-8.9, 0.4, 9.6, -1.1], 1.0, 1.0)
    """
    guards.choice(model, MODELS, ("model", "mô hình"))
    y, season, reason, facts = _opened(values, season, model, periods, units)
    periodic, windows = _windows(len(y), season, seasonal_window, trend_window, low_pass_window)
    steps = jumps or tuple(math.ceil(window / 10) for window in windows)
    if not (len(degrees) == len(steps) == 3 and set(degrees) <= {0, 1} and all(map(_counts, steps))):
        raise guards.refuse(
            f"degrees {degrees} and jumps {steps} do not go", f"Không dùng được bậc {degrees}, bước nhảy {steps}",
            remedy=("Give three of each: degrees 0 or 1, jumps at least 1.",
                    "Mỗi loại cần ba giá trị: bậc 0 hoặc 1, bước nhảy từ 1 trở lên."),
        )  # fmt: skip
    reason = reason or conditions.refusal(
        periods, least=2 * season + 1, values=y, actors=actors, units=units, breaks=breaks, rebased=rebased,
        zeros=zeros,
    )  # fmt: skip
    reason = reason or _without_season(y, model)
    method = f"stl_{PERIODIC if periodic else windows[0]}{'_robust' if robust else ''}_{model}"
    if reason:
        return refused(y, season, method, reason, facts)
    from statsmodels.tsa.seasonal import STL

    found = STL(
        y if model == "additive" else np.log(y), period=season,
        seasonal=windows[0], trend=windows[1], low_pass=windows[2],
        seasonal_deg=degrees[0], trend_deg=degrees[1], low_pass_deg=degrees[2],
        seasonal_jump=steps[0], trend_jump=steps[1], low_pass_jump=steps[2], robust=robust,
    ).fit(
        inner_iter=(1 if robust else 2) if inner is None else inner,
        outer_iter=(15 if robust else 0) if outer is None else outer,
    )  # fmt: skip
    trend, seasonal = np.asarray(found.trend), np.asarray(found.seasonal)
    if periodic:
        cycle = np.arange(len(y)) % season
        seasonal = (np.bincount(cycle, seasonal) / np.bincount(cycle))[cycle]
    if model == "multiplicative":
        trend, seasonal = np.exp(trend), np.exp(seasonal)
    width = windows[1] / STL_TREND if periodic else None
    return decomposed(y, trend, seasonal, np.asarray(found.weights), season, method, width, facts)


def _opened(
    values: Any, season: int | None, model: str, periods: Sequence[Period] | None, units: Iterable[str]
) -> tuple[Floats, int, Note | None, dict[str, Any]]:
    """Return the figures, the points in a year, why periods have no season, and what goes into every result."""
    y = guards.numbers(values, "values", minimum=None)
    conditions.all_periods(periods or ())
    months = periods[0].months if periods else 0
    whole = bool(periods) and months < 12 and 12 % months == 0
    reason = Note("season_not_within_year", {"places": tuple(periods or ())[:1]}) if periods and not whole else None
    if whole and season not in (None, int(12 / months)):
        raise guards.refuse(
            f"{season} points a year do not fit periods of {months:g} months",
            f"{season} kỳ một năm không khớp với kỳ dài {months:g} tháng",
            remedy=("Leave season out; the periods tell it.", "Hãy bỏ season; độ dài của kỳ cho biết điều đó."),
        )
    season = int(12 / months) if whole else season or (1 if reason else 0)
    if not reason and not (_counts(season) and season >= 2):
        raise guards.refuse(
            "The number of points in a year is not known", "Chưa rõ một năm có bao nhiêu kỳ",
            remedy=("Give season (12, 4) or the periods.", "Hãy cho season (12, 4) hoặc các kỳ."),
        )  # fmt: skip
    first = int((periods[0].start.month - 1) * season / 12) if whole and periods else 0
    counted = sorted(set(conditions.codes_of(units)))
    facts = {
        "model": model, "place": (first + np.arange(len(y))) % season + 1,
        "keys": tuple(p.key for p in periods) if periods else tuple(str(i + 1) for i in range(len(y))),
        "unit": counted[0] if len(counted) == 1 else "",
    }  # fmt: skip
    return y, season, reason, facts


def _windows(
    n: int, season: int, seasonal: int | str, trend: int | None, low_pass: int | None
) -> tuple[bool, tuple[int, int, int]]:
    """Return whether the season is fixed, and the three windows as R makes them."""
    periodic = seasonal == PERIODIC
    if not periodic and not (_counts(seasonal) and int(seasonal) >= 3):
        raise guards.refuse(
            f"The seasonal window is {seasonal}", f"Cửa sổ mùa vụ là {seasonal}",
            remedy=(f"Give {PERIODIC!r} or a whole number from 3 up.", f"Dùng {PERIODIC!r} hoặc số nguyên từ 3."),
        )  # fmt: skip
    first = 10 * n + 1 if periodic else int(seasonal)
    others = (math.ceil(1.5 * season / (1 - 1.5 / first)) if trend is None else trend,
              season if low_pass is None else low_pass)  # fmt: skip
    if not all(map(_counts, others)):
        raise guards.refuse(
            f"The windows {others} are no whole numbers", f"Các cửa sổ {others} không phải số nguyên",
            remedy=("Leave them out, or give whole numbers.", "Hãy bỏ trống hoặc dùng số nguyên."),
        )  # fmt: skip
    odd = tuple(window + (window % 2 == 0) for window in (first, *others))
    if min(odd[1:]) <= season > 1:
        raise guards.refuse(
            f"The windows {odd[1:]} are not longer than a year of {season} points",
            f"Các cửa sổ {odd[1:]} không dài hơn một năm có {season} kỳ",
            remedy=("Leave them out, or give longer ones.", "Hãy bỏ trống hoặc dùng cửa sổ dài hơn."),
        )
    return periodic, (odd[0], odd[1], odd[2])


def _counts(value: Any) -> bool:
    """Tell whether an option is a whole number from 1 up."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) >= 1


def _without_season(y: Floats, model: str) -> Note | None:
    if model == "multiplicative" and (y <= 0).any():
        return Note("season_not_positive")
    return Note("all_equal") if np.ptp(y) == 0 else None
