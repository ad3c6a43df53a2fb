"""Runs charts: is a series too long on one side of its centre, or does it cross it too seldom? No limits needed."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from stats import guards
from stats.codes import Rule
from stats.guards import Flags, Floats
from stats.monitoring.limits import mean_of, median_of
from stats.periods import Period
from stats.results import Note, Printed, State, tidy
from stats.series import conditions

LEAST = 10
"""Fewest figures off the centre line: with fewer the limits find little (Anhøj and Wentzel-Larsen tabulate from 10)."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LongestRuns(Printed):
    """Longest run and crossings of one or many series around their centre.

    Attributes
    ----------
    centre : ndarray of float, shape (series,)
        Centre line.
    useful : ndarray of float, shape (series,)
        Figures off the centre line.
    longest, longest_limit : ndarray of float, shape (series,)
        Points of the longest run on one side, and the most that a steady series is allowed.
    crossings, crossings_limit : ndarray of float, shape (series,)
        Times the centre is crossed, and the fewest allowed.
    signal : ndarray of bool, shape (series,)
        Longer than the one or fewer than the other.
    false_alarm : ndarray of float, shape (series,)
        Chance of a signal when every figure lies on either side with one half, independently of the others.
    state : ndarray of str, shape (series,)
        ``value`` or ``refused``; all numbers are then NaN.
    """

    centre: Floats
    useful: Floats
    longest: Floats
    longest_limit: Floats
    crossings: Floats
    crossings_limit: Floats
    signal: Flags
    false_alarm: Floats
    series: tuple[str, ...]
    state: npt.NDArray[np.str_]
    method: str
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self.signal)

    def __bool__(self) -> bool:
        """Tell whether any series could be judged."""
        return bool((self.state == State.VALUE.value).any())

    def to_frame(self) -> pd.DataFrame:
        """Return one row a series."""
        names = ("centre", "useful", "longest", "longest_limit", "crossings", "crossings_limit", "signal",
                 "false_alarm")  # fmt: skip
        told = [";".join(n.code for n in self.caveats if n.concerns(i)) for i in range(len(self))]
        data = {
            "series": self.series, "estimate": self.centre, "method": self.method, "state": self.state,
            "caveats": told, **{name: getattr(self, name) for name in names},
        }  # fmt: skip
        return tidy(data, len(self), labels=("series",))

    def _facts(self) -> dict[str, Any]:
        return {"series": len(self), "signals": int(self.signal.sum())}


def runs_test(
    values: Any,
    *,
    centre: Any = "median",
    level: float = 0.05,
    least: int = LEAST,
    periods: Sequence[Period] | None = None,
    actors: Iterable[str] = (),
    units: Iterable[str] = (),
    breaks: Iterable[dt.date | Rule] = (),
    zeros: bool = False,
    series: Sequence[str] = (),
) -> LongestRuns:
    """Look for a lasting change by the longest run and the number of crossings (Anhøj rules).

    Parameters
    ----------
    values : array-like, shape (points,) or (series, points)
        Figures in order of time. Empty cells, and figures on the centre line, are passed over.
    centre : {'median', 'mean'} or float or array-like
        Centre line: of each series, or given (one number, one a series, or one a point as in
        `ControlChart.centre`). R's ``qicharts2`` takes the median on run charts, the chart's own line on others.
    level : float
        Chance of too few crossings: the fewest allowed are the quantile of the binomial with ``n - 1`` and one half.
    least : int
        Fewest figures off the centre line, by default 10.
    periods, actors, units, breaks, zeros
        For `stats.series.conditions.refusal`; they hold for every series.
    series : sequence of str
        Names of the series; by default their numbers from 1.

    Returns
    -------
    LongestRuns
        The longest run allowed is ``log2(n)``, rounded, plus 3. ``refused`` with fewer than `least` figures off the
        centre line (``too_few_periods``) or where the conditions of a series do not hold.

    Raises
    ------
    InputError
        For figures that are no numbers, names or a centre line that do not fit, or a `least` below 3.

    Notes
    -----
    Needs no limits and no normal figures, and is judged once for the whole series; it finds lasting shifts, not single
    outlying points. Points that follow on each other have long runs without any change.

    References
    ----------
    Anhøj and Olesen (2014), *PLoS ONE* 9:e113825; Anhøj (2015), *PLoS ONE* 10:e0121349; Schilling (2012), *Mathematics
    Magazine* 85:141 (longest run); Chen (2010), *Model Assisted Statistics and Applications* 5:73 (crossings).

    Examples
    --------
    >>> found = runs_test([5, 6, 4, 7, 5, 6, 4, 5, 9, 8, 10, 9, 11, 8, 9, 10])
    >>> found.longest.tolist(), found.longest_limit.tolist(), found.crossings.tolist(), found.crossings_limit.tolist()
    ([8.0], [7.0], [1.0], [4.0])
    >>> found.signal.tolist(), found.false_alarm.round(3).tolist()
    ([True], [0.047])
    """
    x = guards.numbers(values, "values", minimum=None, ndim=2)
    level = guards.level(level)
    if least < 3:
        raise guards.refuse(f"least is {least}; it must be 3 or more", f"least là {least}; phải từ 3 trở lên")
    names = tuple(map(str, series or range(1, len(x) + 1)))
    if len(names) != len(x):
        raise guards.refuse(f"There are {len(names)} names for {len(x)} series", f"Có {len(names)} tên, cần {len(x)}")
    line, method = _centre(x, centre)
    known = {"actors": tuple(actors), "units": tuple(units), "breaks": tuple(breaks)}
    common = conditions.refusal(periods, least=0, n=x.shape[1], **known)  # type: ignore[arg-type]
    doubtful: Flags = np.zeros(x.shape, dtype=bool) if zeros else conditions.doubtful_zeros(x)
    rows, notes = np.full((len(x), 6), np.nan), []
    for i, side in enumerate(np.sign(x - line)):
        sides = side[np.isfinite(side) & (side != 0)]
        reason = common
        if reason is None and doubtful[i].any():
            reason = conditions.refusal(periods, least=0, values=x[i], missing=True)
        if reason is None and len(sides) < least:
            reason = Note("too_few_periods", {"found": len(sides), "needed": least})
        if reason is None:
            rows[i] = _judged(sides, level)
        else:
            notes.append(Note(reason.code, {**reason.values, "rows": (i,)}) if len(x) > 1 else reason)
    useful, longest, most, crossings, fewest, alarm = rows.T
    holds = np.isfinite(useful)
    return LongestRuns(
        centre=np.where(holds, line[:, 0] if line.shape[1] == 1 else mean_of(line), np.nan), useful=useful,
        longest=longest, longest_limit=most, crossings=crossings, crossings_limit=fewest,
        signal=(longest > most) | (crossings < fewest), false_alarm=alarm, series=names,
        state=np.where(holds, State.VALUE.value, State.REFUSED.value), method=method,
        reason=notes[0] if notes and not holds.any() else None, caveats=tuple(notes),
    )  # fmt: skip


def _centre(x: Floats, centre: Any) -> tuple[Floats, str]:
    if isinstance(centre, str):
        guards.choice(centre, ("median", "mean"), ("centre line", "đường trung tâm"))
        return (median_of(x) if centre == "median" else mean_of(x))[:, None], f"runs_anhoej_{centre}"
    line = guards.numbers(centre, "centre", minimum=None, ndim=2)
    if line.shape == (1, len(x)) and len(x) != x.shape[1]:
        line = line.T
    if line.shape not in ((1, 1), (len(x), 1), (1, x.shape[1]), x.shape):
        raise guards.refuse(
            f"The centre line has the shape {line.shape} for figures of {x.shape}",
            f"Đường trung tâm có cỡ {line.shape}, số liệu có cỡ {x.shape}",
            remedy=("Give one value, one a series or one a point.", "Cần một giá trị, hoặc mỗi chuỗi, mỗi điểm một."),
        )  # fmt: skip
    return np.broadcast_to(line, (len(x), line.shape[1])), "runs_anhoej_given"


def _judged(sides: Floats, level: float) -> tuple[float, ...]:
    lengths = [len(list(run)) for _, run in itertools.groupby(sides.tolist())]
    n = len(sides)
    most, fewest = round(math.log2(n)) + 3, next(k for k in range(n) if special.bdtr(k, n - 1, 0.5) >= level)
    return n, max(lengths), most, len(lengths) - 1, fewest, alarm_rate(n, most, fewest)


def alarm_rate(n: int, most: int, fewest: int) -> float:
    """Return the chance that n fair signs have a run longer than `most` or fewer changes than `fewest`.

    Parameters
    ----------
    n : int
        Number of signs.
    most : int
        Longest run allowed.
    fewest : int
        Fewest changes of sign allowed.

    Notes
    -----
    ``c`` changes leave ``c + 1`` runs: by inclusion and exclusion so many ways of writing n as a sum of ``c + 1``
    numbers from 1 to `most`, out of ``2^(n - 1)`` in all.

    References
    ----------
    Wentzel-Larsen and Anhøj (2019), *PLoS ONE* 14:e0223233 (joint distribution of crossings and longest run).

    Examples
    --------
    Of the eight patterns of four signs one has a run of four, and no change:

    >>> alarm_rate(4, 3, 1)
    0.125
    """
    held = sum(
        (-1) ** j * math.comb(runs, j) * math.comb(n - j * most - 1, runs - 1)
        for runs in range(fewest + 1, n + 1)
        for j in range(runs + 1)
        if n - j * most >= runs
    )
    return float(1 - held / 2 ** (n - 1))
