"""Several breaks at unknown dates: Bai and Perron, by dynamic programming."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards
from stats.codes import Rule
from stats.guards import Floats
from stats.models.results import multiplier
from stats.periods import Period
from stats.results import Note, Printed, State, tidy
from stats.series import conditions
from stats.trends.break_intervals import break_interval
from stats.trends.results import keys_of
from stats.trends.segments import ROUNDING, columns, residual_sums

CRITERIA = ("bic", "sequential")
"""How the number of breaks is chosen."""

LEAST = 15
"""Fewest points."""

LEAST_SEGMENT = 5
"""Fewest points between two breaks of a real series; bare figures follow the rule of R's ``strucchange``."""

CRITICAL_TRIMMING = 0.15
"""Smallest segment, as a share of the points, for which critical values are listed."""

SUP_F = (8.58, 7.22, 5.96, 4.99, 3.91)
"""5% values of F(m breaks | none), one coefficient, trimming 0.15 (Bai and Perron 2003)."""

SEQUENTIAL = (8.58, 10.13, 11.14, 11.83, 12.25)
"""5% values of F(m + 1 breaks | m), the same."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Breaks(Printed):
    """The breaks of a series, and the fits with fewer and more of them.

    Attributes
    ----------
    after : ndarray of int, shape (breaks,)
        Number of points before each break.
    after_low, after_high : ndarray of float, shape (breaks,)
        Interval of the same; NaN where it has none.
    means, means_low, means_high : ndarray, shape (breaks + 1,)
        Level of each segment with its interval; with covariates the fitted mean of the segment and NaN.
    fitted : ndarray, shape (points,)
        Fitted series.
    candidates : tuple of tuple of int
        Places of the breaks for 0, 1, 2 ... breaks.
    residual_squares, bic : ndarray
        Of each number of breaks.
    f_statistics, f_sequential : ndarray
        F of m breaks against none, and of one break more against m; NaN at the ends.
    """

    after: npt.NDArray[np.int64]
    after_low: Floats
    after_high: Floats
    means: Floats
    means_low: Floats
    means_high: Floats
    fitted: Floats
    values: Floats
    keys: tuple[str, ...]
    candidates: tuple[tuple[int, ...], ...]
    residual_squares: Floats
    bic: Floats
    f_statistics: Floats
    f_sequential: Floats
    segment: int
    terms: int
    conf_level: float
    method: str
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the breaks could be looked for."""
        return self.state is State.VALUE

    def __len__(self) -> int:
        """Return the number of breaks."""
        return len(self.after)

    @property
    def last_before(self) -> tuple[str, ...]:
        """Keys of the last points before each break."""
        return tuple(self.keys[k - 1] for k in self.after)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a segment: its first and last point and its level."""
        edges = [0, *self.after.tolist(), len(self.values)]
        pairs = list(itertools.pairwise(edges)) if self else []
        data = {
            "first": [self.keys[a] for a, _ in pairs], "last": [self.keys[b - 1] for _, b in pairs],
            "estimate": self.means, "conf_low": self.means_low, "conf_high": self.means_high,
            "conf_level": self.conf_level, "method": self.method, "state": str(self.state),
            "points": [b - a for a, b in pairs],
        }  # fmt: skip
        return tidy(data, len(pairs), caveats=self.caveats, labels=("first", "last"))

    def dates(self) -> pd.DataFrame:
        """Return one row a break: the last point before it, with its interval, by number and by key."""
        low, high = (np.clip(np.nan_to_num(a, nan=1), 1, len(self.values)) for a in (self.after_low, self.after_high))
        known = np.isfinite(self.after_low)
        return pd.DataFrame({
            "after": self.after, "low": self.after_low, "high": self.after_high, "key": self.last_before,
            "key_low": [self.keys[int(k) - 1] if ok else "" for k, ok in zip(low, known, strict=True)],
            "key_high": [self.keys[int(k) - 1] if ok else "" for k, ok in zip(high, known, strict=True)],
        })  # fmt: skip

    def selection(self) -> pd.DataFrame:
        """Return one row a number of breaks: fit, BIC, F statistics and their 5% values where listed."""
        m = len(self.bic)
        listed = self.terms == 1 and LEAST_SEGMENT <= self.segment == int(CRITICAL_TRIMMING * len(self.values))
        against = [np.nan, *SUP_F][:m] if listed else []
        one_more = list(SEQUENTIAL)[:m] if listed else []
        return pd.DataFrame({
            "breaks": range(m), "places": list(self.candidates), "residual_squares": self.residual_squares,
            "bic": self.bic, "f": self.f_statistics, "f_critical": _padded(against, m),
            "f_one_more": self.f_sequential, "f_one_more_critical": _padded(one_more, m),
        })  # fmt: skip

    def _facts(self) -> dict[str, Any]:
        return {"breaks after": self.last_before} if self else {"state": self.state.value}


def _padded(values: list[float], size: int) -> list[float]:
    return values + [np.nan] * (size - len(values))


def find_breaks(
    values: Any,
    covariates: Any = None,
    *,
    periods: Sequence[Period] | None = None,
    most: int = 5,
    segment: float = 0.15,
    criterion: str = "bic",
    number: int | None = None,
    breaks: Iterable[dt.date | Rule] = (),
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    zeros: bool = False,
    conf_level: float = 0.95,
) -> Breaks:
    """Find the number and the dates of breaks that fit best.

    Parameters
    ----------
    values : array-like, shape (points,)
        Figures in order of time; rates where the base changes.
    covariates : array-like, shape (points, terms), optional
        Covariates beside the constant; every coefficient breaks. By default the level alone.
    periods : sequence of Period, optional
        One a point.
    most : int
        Most breaks to be looked for; fewer where the segments leave no room.
    segment : float
        Smallest segment: a share of the points, rounded down, or from 1 on their number (`h` of R's
        ``strucchange``, which has the same default). It must hold more points than coefficients and at most
        half of all. With `periods`, that is for a real series, never fewer than 5 points: a share that gives
        fewer is raised to them, a number below is refused. `Breaks.segment` says what was used.
    criterion : {'bic', 'sequential'}
        ``bic``: smallest BIC (R's ``strucchange``). ``sequential``: one break more as long as
        ``F(m + 1 | m)`` is beyond its 5% value; for the level alone and `segment` 0.15.
    number : int, optional
        How many breaks there are, where that is known or asked beforehand (`breaks` of R's ``breakpoints``): their
        places are found, no number is chosen.
    breaks, actors, units, zeros
        Dated changes that are known, for `stats.series.conditions.refusal`: a series with one inside is
        refused, since its date is known (use `stats.models.interrupted` or `chow`).
    conf_level : float
        Level of the intervals of dates and levels.

    Returns
    -------
    Breaks
        ``refused`` below 15 points, where the conditions of a series do not hold, or with nothing left to vary
        (``all_equal``). A break whose interval cannot be told has NaN limits. Points that follow on each
        other look like breaks of the level: the caveat is ``breaks_or_dependence`` when one is found.

    Raises
    ------
    InputError
        For text, segments too small or too large, more breaks than they leave room for, or a criterion without
        critical values.

    Notes
    -----
    The best places of m breaks follow from the residual sums of every stretch by dynamic programming. BIC counts
    ``(k + 1)(m + 1)`` parameters: coefficients, places and the variance. ``F(m + 1 | m)`` is the largest supF
    inside the segments of the fit with m breaks. Intervals of the dates allow each segment its own variance.

    References
    ----------
    Bai and Perron (1998), *Econometrica* 66:47; (2003), *Journal of Applied Econometrics* 18:1 and *Econometrics
    Journal* 6:72 (critical values); Bai (1997), *Review of Economics and Statistics* 79:551; Zeileis et al.
    (2003), *Computational Statistics and Data Analysis* 44:109.

    Examples
    --------
    >>> found = find_breaks([5, 4, 6, 5, 7, 4, 5, 6, 4, 5, 12, 11, 13, 10, 12, 14, 11, 12, 13, 12])
    >>> found.after.tolist(), found.means.round(1).tolist()
    ([10], [5.1, 12.0])
    """
    guards.choice(criterion, CRITERIA, ("criterion", "tiêu chuẩn"))
    conf_level = guards.level(conf_level)
    x = guards.numbers(values, "values", minimum=None)
    n, keys, z = len(x), keys_of(periods, len(x)), columns(covariates, len(x))
    k = z.shape[1]
    h = int(np.floor(segment * n)) if segment < 1 else int(segment)
    smallest = k + 1 if periods is None else max(LEAST_SEGMENT, k + 1)
    reason = conditions.refusal(
        periods, least=max(LEAST, 2 * smallest), values=x, actors=actors, units=units, breaks=breaks,
        zeros=zeros,
    )  # fmt: skip
    if reason is None and segment < 1:
        h = max(h, smallest)
    most = int(guards.between(most if number is None else number, "most", -1, 101))
    if reason is None and (h < smallest or 2 * h > n):
        raise guards.refuse(
            f"A segment of {h} points does not fit {n} points", f"Đoạn {h} điểm không hợp với chuỗi {n} điểm",
            remedy=(f"Take {smallest} to {n // 2} points.", f"Chọn từ {smallest} đến {n // 2} điểm."),
        )  # fmt: skip
    if reason is None and number is not None and (number + 1) * h > n:
        raise guards.refuse(
            f"{n} points have no room for {number} breaks with segments of {h}",
            f"Chuỗi {n} điểm không đủ chỗ cho {number} mốc với đoạn {h} điểm",
            remedy=(f"Take at most {n // h - 1}.", f"Chọn nhiều nhất {n // h - 1} mốc."),
        )  # fmt: skip
    tabulated = k == 1 and LEAST_SEGMENT <= h == int(CRITICAL_TRIMMING * n) and most <= len(SEQUENTIAL)
    if criterion == "sequential" and reason is None and not tabulated:
        raise guards.refuse(
            "Critical values are listed for the level alone, segments of 0.15 and at most 5 breaks, from 34 points on",
            "Giá trị tới hạn chỉ có cho mức trung bình, đoạn 0,15 và nhiều nhất 5 mốc, từ 34 điểm trở lên",
            remedy=("Use criterion='bic'.", "Hãy dùng criterion='bic'."),
        )
    sums = residual_sums(x, z) if reason is None else np.zeros((0, 0))
    if reason is None and sums[0, n - 1] <= 1e-20 * max(float(x @ x), 1e-300):
        reason = Note("all_equal")
    if reason is not None:
        return _refused(x, keys, h, k, conf_level, criterion, reason)
    found = _best_places(sums, h, min(most, n // h - 1))
    squares = np.array([_total(sums, places) for places in found])
    m = np.arange(len(found))
    # Of several exact fits the one with fewest breaks is best: rounding must not choose between them.
    floor = ROUNDING * float(squares[0])
    left = np.maximum(squares, floor)
    likelihood = -n / 2 * (np.log(2 * np.pi * left / n) + 1)
    bic = -2 * likelihood + np.log(n) * (k + 1) * (m + 1)
    f, more = np.full(len(found), np.nan), np.array([_one_more(sums, p, h, k, floor) for p in found])
    df = n - (m[1:] + 1) * k
    f[1:] = (squares[0] - squares[1:]) / (m[1:] * k) / (left[1:] / np.maximum(df, 1))
    if number is not None:
        chosen = number
    elif criterion == "bic":
        chosen = int(np.argmin(bic))
    else:
        passed = more[:-1] > np.array(SEQUENTIAL[: len(more) - 1])
        chosen = int(np.argmin(passed)) if not passed.all() else len(passed)
    places = found[chosen]
    fitted, means = _levels(x, z, places, conf_level)
    spans = [
        break_interval(x[a:b], z[a:b], x[b:c], z[b:c], conf_level)
        for a, b, c in zip([0, *places[:-1]], places, [*places[1:], n], strict=True)
    ] if places else []  # fmt: skip
    after = np.array(places, dtype=np.int64)
    reach = np.array(spans, dtype=np.float64).reshape(-1, 2)
    return Breaks(
        after=after, after_low=after + reach[:, 0], after_high=after + reach[:, 1], means=means[0], means_low=means[1],
        means_high=means[2], fitted=fitted, values=x, keys=keys, candidates=tuple(found), residual_squares=squares,
        bic=bic, f_statistics=f, f_sequential=more, segment=h, terms=k, conf_level=conf_level,
        method=f"bai_perron_{criterion if number is None else 'given'}",
        caveats=(Note("breaks_or_dependence"),) if places else (),
    )  # fmt: skip


def _best_places(sums: Floats, h: int, most: int) -> list[tuple[int, ...]]:
    """Return the places of 0, 1 ... breaks with the smallest residual sum, segments of at least h points."""
    n = len(sums)
    cost, back = [sums[0].copy()], []  # cost[m][j]: best fit of points 0..j with m breaks
    cost[0][: h - 1] = np.inf
    for m in range(1, most + 1):
        now, origin = np.full(n, np.inf), np.zeros(n, dtype=np.int64)
        for j in range((m + 1) * h - 1, n):
            starts = np.arange(m * h, j - h + 2)
            trial = cost[m - 1][starts - 1] + sums[starts, j]
            best = int(np.argmin(trial))
            now[j], origin[j] = trial[best], starts[best]
        cost.append(now)
        back.append(origin)
    found: list[tuple[int, ...]] = []
    for m in range(most + 1):
        places, j = [], n - 1
        for origin in back[:m][::-1]:
            places.append(int(origin[j]))
            j = int(origin[j]) - 1
        found.append(tuple(reversed(places)))
    return found


def _total(sums: Floats, places: tuple[int, ...]) -> float:
    edges = [0, *places, len(sums)]
    return float(sum(sums[a, b - 1] for a, b in itertools.pairwise(edges)))


def _one_more(sums: Floats, places: tuple[int, ...], h: int, k: int, floor: float) -> float:
    """Return the largest supF inside the segments, NaN when none has room for a break."""
    edges, largest = [0, *places, len(sums)], np.nan
    for a, b in itertools.pairwise(edges):
        cuts = np.arange(a + h, b - h + 1)
        if len(cuts) and b - a > 2 * k:
            apart = float((sums[a, cuts - 1] + sums[cuts, b - 1]).min())
            largest = np.fmax(largest, (sums[a, b - 1] - apart) / (max(apart, floor) / (b - a - 2 * k)))
    return float(largest)


def _levels(x: Floats, z: Floats, places: tuple[int, ...], conf_level: float) -> tuple[Floats, Floats]:
    """Return the fitted series, and each segment's level with its interval (rows: estimate, low, high)."""
    edges, fitted, means = [0, *places, len(x)], np.empty_like(x), []
    for a, b in itertools.pairwise(edges):
        fitted[a:b] = z[a:b] @ np.linalg.lstsq(z[a:b], x[a:b], rcond=None)[0]
        error = float(np.sqrt(x[a:b].var(ddof=1) / (b - a))) if z.shape[1] == 1 else np.nan
        half = multiplier(conf_level, b - a - 1) * error
        means.append((float(x[a:b].mean()), float(x[a:b].mean()) - half, float(x[a:b].mean()) + half))
    return fitted, np.array(means).T


def _refused(
    x: Floats, keys: tuple[str, ...], h: int, k: int, conf_level: float, criterion: str, reason: Note
) -> Breaks:
    none = np.zeros(0)
    return Breaks(
        after=np.zeros(0, dtype=np.int64), after_low=none, after_high=none, means=none, means_low=none, means_high=none,
        fitted=np.full(len(x), np.nan), values=x, keys=keys, candidates=(), residual_squares=none, bic=none,
        f_statistics=none, f_sequential=none, segment=h, terms=k, conf_level=conf_level,
        method=f"bai_perron_{criterion}", state=State.REFUSED, reason=reason, caveats=(reason,),
    )  # fmt: skip
