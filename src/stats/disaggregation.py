"""Yearly totals spread over quarters or months: Denton's method and its modification by Cholette.

What comes out is computed, never reported: it is for looking at the course inside the years, not for tests.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from stats import guards
from stats.codes import Rule
from stats.guards import Flags, Floats
from stats.periods import Kind, Period
from stats.results import Note, Printed, State, tidy
from stats.series import conditions

VARIANTS = ("cholette", "original")
CRITERIA = ("proportional", "additive")
CONVERSIONS = ("sum", "average", "first", "last")
RATIOS = (4, 12)
"""Quarters and months of a year."""

LEAST = 2
"""Fewest years: from one year alone nothing is known about how the next one begins."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Disaggregation(Printed):
    """A yearly series spread over the quarters or months of its years. All of it is derived.

    Attributes
    ----------
    estimate : ndarray, shape (points,)
        NaN when refused.
    indicator : ndarray, shape (points,)
        The indicator, or ones.
    keys : tuple of str
        Of the points: period keys when the years were given (``2018-Q1``), else ``1.1``, ``1.2``: year and part.
    year : tuple of str
        Key of the year each point belongs to; empty after the last one.
    extrapolated : ndarray of bool
        Points after the last yearly figure, which no figure holds.
    method : str
        ``denton_cholette_proportional_sum_1``: variant, criterion, conversion and order of differencing.
    """

    estimate: Floats
    indicator: Floats
    keys: tuple[str, ...]
    year: tuple[str, ...]
    extrapolated: Flags
    method: str
    unit: str = ""
    derived: bool = True
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there are estimates."""
        return self.state is State.VALUE

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point."""
        data = {
            "key": self.keys, "estimate": self.estimate, "method": self.method, "unit": self.unit,
            "state": str(self.state), "year": self.year, "indicator": self.indicator,
            "extrapolated": self.extrapolated, "derived": self.derived,
        }  # fmt: skip
        return tidy(data, len(self.estimate), caveats=self.caveats, labels=["key"])


def denton(
    annual: Any,
    indicator: Any = None,
    *,
    variant: str = "cholette",
    criterion: str = "proportional",
    conversion: str = "sum",
    ratio: int = 4,
    difference: int = 1,
    extrapolate: bool = False,
    periods: Sequence[Period] | None = None,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
) -> Disaggregation:
    """Spread yearly figures over quarters or months so that they keep the course of an indicator.

    Parameters
    ----------
    annual : array-like, shape (years,)
        Yearly figures, in order of time. An empty cell is missing and refuses the series.
    indicator : array-like, shape (points,), optional
        A quarterly or monthly series whose course the estimates follow, beginning with the first year. Without
        one the estimates are as smooth as the totals allow.
    variant : {'cholette', 'original'}
        Denton (1971) takes the figure before the first as known, which bends the first year; Cholette's
        modification (default) does not.
    criterion : {'proportional', 'additive'}
        Keep the ratio to the indicator as even as possible, or the difference from it.
    conversion : {'sum', 'average', 'first', 'last'}
        What the yearly figure is of its parts: ``sum`` for counts, ``last`` for a membership at the year's end.
    ratio : {4, 12}
        Parts of a year.
    difference : {1, 2, 0}
        Order of differencing (R's ``h``); 2 without an indicator keeps a straight line straight; 0 treats each
        year by itself and leaves steps between them.
    extrapolate : bool
        Whether an indicator that is longer than the years is followed beyond them.
    periods : sequence of Period, optional
        The years, to name the points and to check that they follow on each other.
    actors, units, breaks, zeros
        See `stats.series.conditions.refusal`.

    Returns
    -------
    Disaggregation
        ``refused`` below two years (one more than `difference`) or where the conditions of a series do not hold:
        mixed kinds, a year left out or missing, a dated break inside, several actors or units; also for periods
        that are no years (``denton_not_years``), a gap in the indicator, or an indicator that is not above zero
        everywhere with the proportional criterion (``denton_indicator_not_positive``).

    Raises
    ------
    InputError
        For an unknown option or an indicator of the wrong length.

    Notes
    -----
    Minimises ``(x - z)' W D' D W (x - z)`` under ``C x = y``, with z the indicator, W its inverse (proportional) or
    the identity, D differences and C the conversion. The default is `statsmodels.tsa.interp.denton.dentonm`; the
    others solve the same linear system, as R's ``tempdisagg::td`` does, of which names and defaults are taken.
    Nothing is tested and there is no interval: how far the true quarters lie from the estimates is not known.

    References
    ----------
    Denton (1971), *JASA* 66:99; Dagum and Cholette (2006), *Benchmarking, Temporal Distribution, and
    Reconciliation Methods for Time Series*, 6; Sax and Steiner (2013), *R Journal* 5(2):80; International Monetary
    Fund (2017), *Quarterly National Accounts Manual*, 6.

    Examples
    --------
    >>> spread = denton([400, 480], [90, 100, 100, 110, 90, 100, 100, 110])
    >>> spread.estimate.round(1).tolist()
    [85.9, 97.1, 100.6, 116.4, 101.8, 118.7, 122.5, 137.0]
    >>> print(denton([400]).reason)
    too_few_periods (found 1, needed 2)
    """
    guards.choice(variant, VARIANTS, ("variant", "biến thể"))
    guards.choice(criterion, CRITERIA, ("criterion", "tiêu chí"))
    guards.choice(conversion, CONVERSIONS, ("conversion", "cách gộp"))
    _options(ratio, difference)
    y = guards.numbers(annual, "annual", minimum=None)
    years, n = list(periods or ()), ratio * len(y)
    z = np.ones(n) if indicator is None else guards.numbers(indicator, "indicator", minimum=None)
    _fits(len(z), n, extrapolate)
    counted = conditions.codes_of(units)
    keys, year = _named(years, len(y), len(z), ratio)
    facts: dict[str, Any] = {
        "indicator": z, "keys": keys, "year": year, "extrapolated": np.arange(len(z)) >= n,
        "method": f"denton_{variant}_{criterion}_{conversion}_{difference}",
        "unit": counted[0] if len(set(counted)) == 1 else "",
    }  # fmt: skip
    reason = conditions.refusal(
        periods, least=max(LEAST, difference + 1), values=y, actors=actors, units=counted, breaks=breaks, zeros=zeros
    )
    places: tuple[Any, ...] = tuple(map(Period.parse, keys)) if years else keys
    reason = reason or _refusal(years, z, places, criterion)
    if reason:
        return Disaggregation(
            estimate=np.full(len(z), np.nan), state=State.REFUSED, reason=reason, caveats=(reason,), **facts
        )
    x = _solved(y, z, variant, criterion, conversion, ratio, difference)
    return Disaggregation(estimate=x, caveats=tuple(_caveats(x, y, z, facts["extrapolated"], places, variant)), **facts)


def _options(ratio: int, difference: int) -> None:
    if ratio not in RATIOS or difference not in (0, 1, 2):
        raise guards.refuse(
            f"{ratio} parts a year and differences of order {difference} do not go",
            f"Không dùng được {ratio} phần một năm với sai phân bậc {difference}",
            remedy=("Use 4 or 12 parts and differences of order 0, 1 or 2.",
                    "Dùng 4 hoặc 12 phần và sai phân bậc 0, 1 hoặc 2."),
        )  # fmt: skip


def _fits(found: int, needed: int, extrapolate: bool) -> None:
    if found == needed or (found > needed and extrapolate):
        return
    more = ("Or pass extrapolate=True.", "Hoặc đặt extrapolate=True.") if found > needed else ("", "")
    raise guards.refuse(
        f"The indicator has {found} values where the years have {needed} parts",
        f"Chỉ số có {found} giá trị, các năm có {needed} phần",
        remedy=(f"Give one value a part. {more[0]}", f"Mỗi phần cần đúng một giá trị. {more[1]}"),
    )


def _named(
    years: Sequence[Period], given: int, points: int, ratio: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """Return the keys of the points, and the keys of the years they belong to."""
    if not years:
        numbers = [divmod(i, ratio) for i in range(points)]
        return (
            tuple(f"{year + 1}.{part + 1}" for year, part in numbers),
            tuple(str(year + 1) if year < given else "" for year, _ in numbers),
        )
    first, months = years[0].start.year, 12 // ratio
    parts = [(first + i // ratio, i % ratio * months + 1) for i in range(points)]
    own = tuple(years[i // ratio].key if i // ratio < len(years) else "" for i in range(points))
    return tuple(_key(year, month, months) for year, month in parts), own


def _key(year: int, month: int, months: int) -> str:
    if months == 1:
        return f"{year}-{month:02d}"
    last = month + months - 1
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return f"{year}-Q1" if month == 1 else f"{dt.date(year, month, 1)}..{end}"


def _refusal(years: Sequence[Period], z: Floats, places: tuple[Any, ...], criterion: str) -> Note | None:
    strange = tuple(p for p in years if p.kind is not Kind.YEAR)
    if strange:
        return Note("denton_not_years", {"places": strange})
    if np.isnan(z).any():
        return Note("series_missing_values", {"places": tuple(places[i] for i in guards.rows_of(np.isnan(z)))})
    if criterion == "proportional" and (z <= 0).any():
        return Note("denton_indicator_not_positive", {"places": tuple(places[i] for i in guards.rows_of(z <= 0))})
    return None


def _solved(
    y: Floats, z: Floats, variant: str, criterion: str, conversion: str, ratio: int, difference: int
) -> Floats:  # fmt: skip
    if (variant, criterion, conversion, difference) == ("cholette", "proportional", "sum", 1):
        from statsmodels.tsa.interp.denton import dentonm

        known: Floats = dentonm(z, y, freq="other", k=ratio)  # type: ignore[no-untyped-call]
        return known
    n, years = len(z), len(y)
    weights = {"sum": np.ones(ratio), "average": np.full(ratio, 1 / ratio)}
    weights |= {"first": np.eye(ratio)[0], "last": np.eye(ratio)[-1]}
    c = np.zeros((years, n))
    c[:, : ratio * years] = np.kron(np.eye(years), weights[conversion])
    d = np.linalg.matrix_power(np.eye(n) - np.eye(n, k=-1), difference)
    if criterion == "proportional":
        d = d * (z.mean() / z)
    if variant == "cholette":
        d = d[difference:]  # what these rows compare with the time before the first year
    penalty = d.T @ d
    system = np.block([[penalty, c.T], [c, np.zeros((years, years))]])
    solved: Floats = z + np.linalg.solve(system, np.concatenate([np.zeros(n), y - c @ z]))[:n]
    return solved


def _caveats(
    x: Floats, y: Floats, z: Floats, beyond: Flags, places: tuple[Any, ...], variant: str
) -> Iterator[Note]:  # fmt: skip
    yield Note("disaggregated")
    if variant == "original":
        yield Note("denton_first_year")
    if (x < 0).any() and (y >= 0).all() and (z >= 0).all():
        yield Note("denton_negative", {"places": tuple(places[i] for i in guards.rows_of(x < 0))})
    if beyond.any():
        yield Note("denton_extrapolated", {"places": tuple(places[i] for i in guards.rows_of(beyond))})
