"""The frozen type of an interrupted series: lines for a chart, rate ratios for a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from stats.guards import Flags, Floats
from stats.models.results import RegressionModel
from stats.results import Note, Printed, Result, State, tidy


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InterruptedSeries(Printed):
    """A series before and after a dated rule, with what would have been without it.

    Attributes
    ----------
    model : RegressionModel
        Coefficients: ``time``, ``step``, ``slope``, ``sin1``, ``cos1`` ...
    keys : tuple of str
        Keys of the periods, or the numbers of the points from 1.
    observed, exposure : ndarray, shape (points,)
        As given.
    after : ndarray of bool
        Points on which the rule was in force.
    used : ndarray of bool
        False for the period in which the rule took effect part of the way.
    fitted, fitted_low, fitted_high : ndarray
        Fitted counts and intervals of their means.
    counterfactual, counterfactual_low, counterfactual_high : ndarray
        The same with the step and slope left out; NaN before the rule.
    at_start, at_end, average : Result
        Rate ratios, fitted over counterfactual: in the first period with the rule, in the last, and of the
        sums over all of them (their numerator and denominator); ``rate_ratio`` with interval.
    excess : Result
        Events more (or fewer) than without the rule, over all periods with it.
    detectable : tuple of float
        Average rate ratios below and above 1 that a test at this level would have found with a power of 80%.
    """

    model: RegressionModel
    keys: tuple[str, ...]
    observed: Floats
    exposure: Floats
    after: Flags
    used: Flags
    fitted: Floats
    fitted_low: Floats
    fitted_high: Floats
    counterfactual: Floats
    counterfactual_low: Floats
    counterfactual_high: Floats
    at_start: Result
    at_end: Result
    average: Result
    excess: Result
    detectable: tuple[float, float]
    effect: str
    date: str
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the series could be fitted."""
        return self.state is State.VALUE

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point: the fitted count with its interval, then what was observed and expected."""
        data = {
            "key": self.keys, "estimate": self.fitted, "conf_low": self.fitted_low, "conf_high": self.fitted_high,
            "conf_level": self.model.conf_level, "method": self._method(), "numerator": self.observed,
            "denominator": self.exposure, "state": str(self.state), "after": self.after, "used": self.used,
            "counterfactual": self.counterfactual, "counterfactual_low": self.counterfactual_low,
            "counterfactual_high": self.counterfactual_high,
        }  # fmt: skip
        return tidy(data, len(self.observed), caveats=self.caveats, labels=("key",))

    def _method(self) -> str:
        return f"interrupted_{self.effect}_{self.model.family}_{self.model.standard_errors}"

    def _facts(self) -> dict[str, Any]:
        if not self:
            return {"state": self.state.value}
        told = {"average": self.average, "end": self.at_end}
        ratios = {k: f"{r.estimate:.3f} ({r.conf_low:.3f} to {r.conf_high:.3f})" for k, r in told.items()}
        return {"date": self.date} | ratios | {"detectable": [round(v, 3) for v in self.detectable]}
