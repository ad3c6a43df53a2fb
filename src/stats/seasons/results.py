"""What a series was taken apart into, and how strong its season is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from stats.guards import Floats
from stats.results import Note, Printed, State, tidy

MODELS = ("additive", "multiplicative")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Decomposition(Printed):
    """A series as trend, season and remainder; they add (or multiply) up to what was observed.

    Attributes
    ----------
    observed, trend, seasonal, remainder : ndarray, shape (points,)
        NaN when refused; the classical trend is NaN for half a year at either end.
    weights : ndarray, shape (points,)
        Robustness weights of STL, from 0 (left out) to 1; ones otherwise.
    season : int
        Points in a year.
    place : ndarray of int, shape (points,)
        Place of each point in the year, from 1: January or Quarter I with periods, else the first point.
    factors, lowest, highest : ndarray, shape (season,)
        Mean, smallest and largest seasonal component of each place; the three are one where the season is fixed.
    strength, trend_strength : float
        From 0 to 1: the part of the variation beside the trend (beside the season) that is season (is trend).
    chance : float
        Strength of a season that 95% of series without any do not reach; NaN where the season may change.
    model : str
        ``additive`` or ``multiplicative``.
    """

    observed: Floats
    trend: Floats
    seasonal: Floats
    remainder: Floats
    weights: Floats
    season: int
    place: npt.NDArray[np.int64]
    factors: Floats
    lowest: Floats
    highest: Floats
    strength: float
    trend_strength: float
    chance: float
    model: str
    method: str
    keys: tuple[str, ...]
    unit: str = ""
    derived: bool = True
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the series was taken apart."""
        return self.state is State.VALUE

    @property
    def adjusted(self) -> Floats:
        """The series without its season: what is left to compare month with month."""
        without: Floats = self.observed - self.seasonal if self.model == "additive" else self.observed / self.seasonal
        return without

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point; the estimate is the seasonally adjusted figure."""
        data = {
            "key": self.keys, "estimate": self.adjusted, "method": self.method, "unit": self.unit,
            "state": str(self.state), "observed": self.observed, "trend": self.trend, "seasonal": self.seasonal,
            "remainder": self.remainder, "weight": self.weights, "place": self.place, "derived": self.derived,
        }  # fmt: skip
        return tidy(data, len(self.observed), caveats=self.caveats, labels=["key"])

    def factors_frame(self) -> pd.DataFrame:
        """Return one row a place of the year: its seasonal factor, and between what it moved."""
        data = {
            "place": np.arange(1, self.season + 1), "estimate": self.factors, "method": self.method,
            "unit": self.unit, "state": str(self.state), "lowest": self.lowest, "highest": self.highest,
        }  # fmt: skip
        return tidy(data, self.season, caveats=self.caveats, labels=["place"])

    def _facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("model", "strength", "chance", "trend_strength")}


def refused(y: Floats, season: int, method: str, reason: Note, facts: dict[str, Any]) -> Decomposition:
    """Return the series that could not be taken apart, with the reason."""
    lines: Any = dict.fromkeys(("trend", "seasonal", "remainder", "weights"), np.full(len(y), np.nan))
    places: Any = dict.fromkeys(("factors", "lowest", "highest"), np.full(season, np.nan))
    return Decomposition(
        observed=y, season=season, **lines, **places, strength=np.nan, trend_strength=np.nan, chance=np.nan,
        method=method, state=State.REFUSED, reason=reason, caveats=(reason,), **facts,
    )  # fmt: skip


def decomposed(
    y: Floats, trend: Floats, seasonal: Floats, weights: Floats, season: int, method: str, width: float | None,
    facts: dict[str, Any],
) -> Decomposition:  # fmt: skip
    """Return the parts of a series with what is worked out from them.

    Parameters
    ----------
    width : float or None
        Points to each parameter of the trend; None where the season may change.
    """
    additive = facts["model"] == "additive"
    remainder = y - trend - seasonal if additive else y / trend / seasonal
    of_place = [seasonal[facts["place"] == k] for k in range(1, season + 1)]
    known = np.isfinite(remainder)
    t, s, r = ((part if additive else np.log(part))[known] for part in (trend, seasonal, remainder))
    strength, chance = _strength(s, r), _chance(len(r), season, width) if width else np.nan
    weak = Note("season_within_chance", {"strength": round(strength, 2), "limit": round(chance, 2)})
    return Decomposition(
        observed=y, trend=trend, seasonal=seasonal, remainder=remainder, weights=weights, season=season,
        factors=np.array([part.mean() for part in of_place]), lowest=np.array([part.min() for part in of_place]),
        highest=np.array([part.max() for part in of_place]), strength=strength, trend_strength=_strength(t, r),
        chance=chance, method=method, caveats=(weak,) if strength <= chance else (), **facts,
    )  # fmt: skip


def _strength(part: Floats, remainder: Floats) -> float:
    """Return how much of the variation of a part and the remainder together is that of the part (Wang et al.)."""
    whole = float(np.var(part + remainder))
    return max(0.0, 1 - float(np.var(remainder)) / whole) if whole > 0 else 0.0


def _chance(n: int, season: int, width: float) -> float:
    """Return the strength below which 95% of series of pure chance stay.

    With the season fixed the strength is the share of variation that belongs to the means of the places, so that
    without a season it follows the beta distribution of R squared; the trend uses up one degree of freedom for
    each `width` points.
    """
    left = n - season - n / width
    return float(special.betaincinv((season - 1) / 2, left / 2, 0.95)) if left > 0 else 1.0
