"""Ranks with their uncertainty, where a rank is unavoidable.

A bare league table is never returned: every rank comes with the interval of ranks the data allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards
from stats.comparisons.funnels import MINIMUM
from stats.guards import Flags, Floats
from stats.results import Estimates, Note, Printed, State, tidy


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ranks(Printed):
    """Ranks with the interval the data allow; 1 is the highest figure.

    Attributes
    ----------
    estimate : ndarray of float
        Middle rank: that of the point estimate, or the mean over draws. NaN where not known or refused.
    conf_low, conf_high : ndarray of float
        Best and worst rank the data allow.
    bodies : int
        How many bodies are ranked.
    """

    estimate: Floats
    conf_low: Floats
    conf_high: Floats
    conf_level: float
    method: str
    bodies: int
    state: npt.NDArray[np.str_]
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.estimate)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a body: the shared columns, the denominator being the number of bodies."""
        data = {
            "estimate": self.estimate, "conf_low": self.conf_low, "conf_high": self.conf_high,
            "conf_level": self.conf_level, "method": self.method, "numerator": self.estimate,
            "denominator": self.bodies, "unit": "rank", "base": "bodies", "state": self.state,
        }  # fmt: skip
        return tidy(data, len(self), caveats=self.caveats)


def _no_ranks(known: Flags, method: str, level: float, minimum: int) -> Ranks:
    blank = np.full(len(known), np.nan)
    reason = Note("too_few_bodies", {"found": int(known.sum()), "needed": minimum})
    state = np.full(len(known), State.REFUSED.value)
    return Ranks(
        estimate=blank, conf_low=blank, conf_high=blank, conf_level=level, method=method, bodies=int(known.sum()),
        state=state, caveats=(reason,),
    )  # fmt: skip


def rank_intervals(estimates: Estimates, *, minimum: int = MINIMUM) -> Ranks:
    """Return the ranks that confidence intervals allow, without simulation.

    Parameters
    ----------
    estimates : Estimates
        One row a body. Take the intervals at level ``1 - (1 - level) / bodies`` for ranks that hold
        together (`stats.shares.share` with ``conf_level``).
    minimum : int
        Fewest bodies.

    Returns
    -------
    Ranks
        Best rank: one more than the bodies surely above; worst: the number of bodies not surely below.

    References
    ----------
    Klein, Wright and Wieczorek (2020), *JRSS A* 183:589.

    Examples
    --------
    >>> from stats.shares import share
    >>> ranks = rank_intervals(share([1, 50, 50, 50, 50, 50, 50, 99], 100))
    >>> ranks.conf_low.tolist()[0], ranks.conf_high.tolist()[0], ranks.conf_high.tolist()[-1]
    (8.0, 8.0, 1.0)
    """
    known = np.isfinite(estimates.estimate)
    method = f"rank_{estimates.method if isinstance(estimates.method, str) else 'intervals'}"
    if known.sum() < minimum:
        return _no_ranks(known, method, estimates.conf_level, minimum)
    value, low, high = estimates.estimate[known], estimates.conf_low[known], estimates.conf_high[known]
    k = len(value)
    best = 1 + k - np.searchsorted(np.sort(low), high, "right")
    worst = k - np.searchsorted(np.sort(high), low, "left")
    order = np.sort(value)
    middle = k + 1 - (np.searchsorted(order, value, "left") + 1 + np.searchsorted(order, value, "right")) / 2
    return _ranks(known, middle, best, worst, estimates.conf_level, method)


def _ranks(known: Flags, middle: Floats, best: Any, worst: Any, level: float, method: str) -> Ranks:
    full = [np.full(len(known), np.nan) for _ in range(3)]
    for array, part in zip(full, (middle, best, worst), strict=True):
        array[known] = part
    state = np.where(known, State.VALUE.value, State.MISSING.value)
    return Ranks(
        estimate=full[0], conf_low=full[1], conf_high=full[2], conf_level=level, method=method, bodies=int(known.sum()),
        state=state, caveats=(Note("ranks_uncertain", {"bodies": int(known.sum())}),),
    )  # fmt: skip


def simulated_ranks(
    count: Any,
    exposure: Any,
    *,
    rng: np.random.Generator | int,
    kind: str = "rate",
    draws: int = 4000,
    conf_level: float = 0.95,
    minimum: int = MINIMUM,
) -> Ranks:
    """Return ranks with intervals from draws of each body's posterior (Goldstein and Spiegelhalter).

    Parameters
    ----------
    count, exposure : array-like
        One row a body.
    rng : Generator or int
        Seed; the same seed gives the same ranks.
    kind : {'rate', 'share'}
        Gamma draws with shape ``count + 1/2`` for rates, beta draws (Jeffreys) for shares.
    draws : int
        Number of draws.
    conf_level : float
        Probability of the rank interval.
    minimum : int
        Fewest bodies.

    Returns
    -------
    Ranks

    Raises
    ------
    InputError
        For counts that cannot be used; names the rows.

    References
    ----------
    Goldstein and Spiegelhalter (1996), *JRSS A* 159:385.

    Examples
    --------
    >>> ranks = simulated_ranks([1, 20, 21, 22, 23, 24, 25, 90], [100] * 8, rng=1)
    >>> float(ranks.conf_low[-1]), float(ranks.conf_high[-1])
    (1.0, 1.0)
    """
    guards.choice(kind, ("rate", "share"), ("kind of figure", "loại chỉ tiêu"))
    conf_level = guards.level(conf_level)
    x, n = guards.aligned(count=guards.numbers(count, "count"), exposure=guards.numbers(exposure, "exposure"))
    known = np.isfinite(x) & np.isfinite(n) & (n > 0)
    if kind == "share":
        guards.within(x, n, names=("count", "exposure"))
    if known.sum() < minimum:
        return _no_ranks(known, "rank_simulated", conf_level, minimum)
    chance = np.random.default_rng(rng)
    y, e = x[known], n[known]
    shape = (int(draws), len(y))
    values = chance.beta(y + 0.5, e - y + 0.5, shape) if kind == "share" else chance.gamma(y + 0.5, 1 / e, shape)
    places = (-values).argsort(axis=1).argsort(axis=1) + 1.0
    tail = (1 - conf_level) / 2
    low, high = np.quantile(places, [tail, 1 - tail], axis=0, method="inverted_cdf")
    # A body almost always at one place has its mean rank just outside that place.
    middle = places.mean(axis=0)
    low, high = np.minimum(low, middle), np.maximum(high, middle)
    return _ranks(known, middle, low, high, conf_level, "rank_simulated")
