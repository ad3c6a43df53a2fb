"""What a forecast must know about the past, and what happens when a series does not allow one."""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
from scipy import special

from stats import guards
from stats.codes import Rule
from stats.forecasts.ahead import following
from stats.forecasts.results import Forecast
from stats.guards import Flags, Floats
from stats.periods import Period
from stats.results import Note, State
from stats.series.conditions import codes_of, doubtful_zeros, refusal, season_fits

LEAST = 8
"""Fewest points of the simple methods: the spread of seven changes is known to about 27% (one in the square root
of 14), and from fewer an interval means little."""
CONF_LEVELS = (0.5, 0.8, 0.95)
"""Levels of the intervals of a fan."""


class History(TypedDict, total=False):
    """Options shared by all forecasts; each may be left out.

    Attributes
    ----------
    periods : sequence of Period
        Period of each point, in order of time: one kind, no overlap, none left out. Without them only length and
        values are checked, and the steps ahead are named ``+1``, ``+2``.
    breaks : sequence of date or Rule
        Dated changes of rules, forms or boundaries. One inside refuses: pass the stretch after it. One within the
        horizon is said in a caveat.
    actors, units : sequence of str
        Deciding actors and units of the points; more than one of either refuses.
    zeros : bool
        True confirms that zeros among large figures were counted.
    counts : bool
        The figures are counts: negative ones are an error, and forecasts and intervals are cut at 0, which a caveat
        says.
    log : bool
        Forecast logarithms: the forecast is then the median and limits are above 0. A figure of 0 refuses.
    conf_levels : sequence of float
        Levels of the prediction intervals, by default `CONF_LEVELS`.
    series : sequence of str
        Names of the series.
    least : int
        Fewest points, instead of the method's own minimum; below that the result says that it is provisional.
    """

    periods: Sequence[Period]
    breaks: Sequence[dt.date | Rule]
    actors: Sequence[str]
    units: Sequence[str]
    zeros: bool
    counts: bool
    log: bool
    conf_levels: Sequence[float]
    series: Sequence[str]
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Figures and options of a forecast, checked.

    Attributes
    ----------
    figures : ndarray, shape (series, points)
        As given.
    values : ndarray, shape (series, points)
        What is modelled: the figures or their logarithms; 1 in every cell of refused series, so that arrays hold.
    open : ndarray of bool, shape (series,)
        The series that can be forecast.
    notes : tuple of Note
        Why others cannot, then what a reader must know.
    """

    figures: Floats
    values: Floats
    open: Flags
    notes: tuple[Note, ...]
    periods: tuple[Period, ...]
    keys: tuple[str, ...]
    observed_keys: tuple[str, ...]
    series: tuple[str, ...]
    unit: str
    counts: bool
    log: bool
    conf_levels: tuple[float, ...]

    @property
    def horizon(self) -> int:
        """Number of steps ahead."""
        return len(self.keys)


def settle(values: Any, horizon: int, least: int, options: History, *, season: int | None = None) -> Past:
    """Return figures and options, checked; refused series are told in notes.

    Parameters
    ----------
    values : array-like, shape (points,) or (series, points)
        In order of time.
    horizon : int
        Steps ahead, 1 or more.
    least : int
        Fewest points the method needs.
    options : History
        As given.
    season : int, optional
        Periods in a year, to be checked against those of `options`.

    Raises
    ------
    InputError
        For values that are no numbers, counts below 0, lengths or a season that do not fit, or levels and horizons
        out of range.
    """
    counts, log = bool(options.get("counts")), bool(options.get("log"))
    x = guards.numbers(values, "values", minimum=0.0 if counts else None, ndim=2)
    steps = positive(horizon, "horizon")
    rows, points = x.shape
    past = tuple(options.get("periods") or ())
    _fits(len(past) if "periods" in options else points, points, "periods", "kỳ")
    if season is not None:
        season_fits(season, past)
    names = tuple(map(str, options.get("series") or range(rows)))
    _fits(len(names), rows, "series", "tên chuỗi")
    levels = tuple(
        sorted({guards.level(c) for c in np.ravel(np.asarray(options.get("conf_levels", CONF_LEVELS), dtype=object))})
    )
    _fits(len(levels) or -1, max(len(levels), 1), "levels", "mức tin cậy")
    units = codes_of(options.get("units", ()))
    breaks = tuple(options.get("breaks", ()))
    asked = positive(options.get("least", least), "least")
    reason = refusal(past or None, least=asked, n=points, actors=options.get("actors", ()), units=units, breaks=breaks)
    places: tuple[Any, ...] = past or tuple(range(1, points + 1))
    faults = [(np.ones(rows, dtype=bool), reason)] if reason else _faults(x, places, log, bool(options.get("zeros")))
    open_ = ~np.any([at for at, _ in faults], axis=0) if faults else np.ones(rows, dtype=bool)
    ahead = following(past, steps)
    told = [note for at, found in faults if (note := about(found, at)) is not None]
    if open_.any():
        told += [Note("forecast_provisional", {"found": points, "needed": least})] if points < least else []
        told += _broken_ahead(past, ahead, breaks)
    clean = np.where(open_[:, None], x, 1.0)
    return Past(
        figures=x, values=np.log(clean) if log else clean, open=open_, notes=tuple(told), periods=ahead,
        keys=tuple(p.key for p in ahead) or tuple(f"+{k}" for k in range(1, steps + 1)),
        observed_keys=tuple(p.key for p in past) or tuple(str(k) for k in range(1, points + 1)), series=names,
        unit=units[0] if len(set(units)) == 1 else "", counts=counts, log=log, conf_levels=levels,
    )  # fmt: skip


def forecast_of(
    past: Past, method: str, estimate: Floats, std_error: Floats, fitted: Floats, sigma: Floats, *,
    multiplier: Floats | None = None, models: Sequence[Mapping[str, Any]] = (),
    notes: Iterable[tuple[Flags, Note]] = (),
) -> Forecast:  # fmt: skip
    """Return the forecast of a method on the scale of the figures, refused series emptied, counts cut at 0.

    Parameters
    ----------
    past : Past
        From `settle`.
    estimate, std_error : ndarray, shape (series, horizon)
        On the scale that was modelled.
    fitted, sigma : ndarray, shape (series, points) and (series,)
        On that scale too.
    multiplier : ndarray, shape (levels,), optional
        Half widths in standard errors, by default those of the normal distribution.
    models : sequence of mapping
        One a series, empty for methods without parameters.
    notes : iterable of (ndarray of bool, Note)
        Further notes and the series they are about; a series in which the method failed has a NaN estimate.
    """
    z = special.ndtri((1 + np.array(past.conf_levels)) / 2) if multiplier is None else multiplier
    open_ = past.open & np.isfinite(estimate).all(axis=1)
    blank = ~open_[:, None]
    half = z[:, None, None] * std_error
    lines = [np.where(blank, np.nan, line) for line in (estimate, estimate - half, estimate + half)]
    middle, low, high = (np.exp(line) for line in lines) if past.log else lines
    caveats = [*past.notes, *(about(note, at) for at, note in notes if at.any())]
    if past.counts and not past.log:
        cut = open_ & ((low < 0).any(axis=(0, 2)) | (middle < 0).any(axis=1))
        middle, low, high = (np.maximum(line, 0.0) for line in (middle, low, high))
        caveats += [about(Note("forecast_cut_at_zero"), cut)] if cut.any() else []
    return Forecast(
        method=method, conf_levels=past.conf_levels, estimate=middle, conf_low=low, conf_high=high,
        std_error=np.where(blank, np.nan, std_error),
        fitted=np.where(blank, np.nan, np.exp(fitted) if past.log else fitted), sigma=np.where(open_, sigma, np.nan),
        observed=past.figures, models=tuple(models) or ({},) * len(estimate), periods=past.periods, keys=past.keys,
        observed_keys=past.observed_keys, series=past.series, unit=past.unit, log=past.log,
        state=np.where(open_, State.VALUE.value, State.REFUSED.value), caveats=tuple(caveats),
        reason=caveats[0] if not open_.any() else None,
    )  # fmt: skip


def about(note: Note, rows: Flags) -> Note:
    """Return a note that names the series it is about, unless it is about all."""
    return note if rows.all() else Note(note.code, {**note.values, "rows": guards.rows_of(rows)})


def positive(value: int, name: str, least: int = 1) -> int:
    """Return a whole number of at least so much.

    Raises
    ------
    InputError
        For any other.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or value % 1 != 0 or value < least:
        raise guards.refuse(
            f"{name} is {value}; it must be a whole number, {least} or more",
            f"{guards.vietnamese(name)} là {value}; phải là số nguyên, từ {least} trở lên",
        )
    return int(value)


def _faults(x: Floats, places: tuple[Any, ...], log: bool, zeros: bool) -> list[tuple[Flags, Note]]:
    """Return what forbids a forecast of single series, each with the series it is about."""
    empty = np.isnan(x)
    doubtful = doubtful_zeros(x) if not zeros else np.zeros(x.shape, dtype=bool)
    found: list[tuple[Flags, Note]] = []
    judged = np.zeros(len(x), dtype=bool)
    for code, at in (("series_missing_values", empty), ("series_doubtful_zeros", doubtful)):
        rows = at.any(axis=1) & ~judged
        for pattern in np.unique(at[rows], axis=0):
            named = Note(code, {"places": tuple(places[i] for i in np.flatnonzero(pattern))})
            found.append((rows & (at == pattern).all(axis=1), named))
        judged |= rows
    below = ~judged & log & (x <= 0).any(axis=1)
    still = ~judged & ~below & (np.ptp(np.where(empty, 0.0, x), axis=1) == 0)
    rest = ((below, Note("forecast_not_positive")), (still, Note("forecast_no_variation")))
    return [*found, *((rows, note) for rows, note in rest if rows.any())]


def _broken_ahead(past: tuple[Period, ...], ahead: tuple[Period, ...], breaks: Iterable[dt.date | Rule]) -> list[Note]:
    if not ahead:
        return []
    days = {b.in_force if isinstance(b, Rule) else b for b in breaks}
    met = tuple(sorted(day for day in days if past[-1].end < day <= ahead[-1].end))
    return [Note("forecast_break_ahead", {"dates": met})] if met else []


def _fits(found: int, needed: int, name: str, vi: str) -> None:
    if found != needed:
        raise guards.refuse(
            f"There are {found} {name} for {needed}", f"Có {found} {vi}, cần {needed}",
            remedy=("Give one each.", "Mỗi mục cần đúng một giá trị."),
        )  # fmt: skip
