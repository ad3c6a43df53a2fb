"""The frozen type of a forecast: what is expected, how wide of it the figures may fall, and why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats.guards import Floats
from stats.periods import Period
from stats.results import Note, Printed, State, tidy


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Forecast(Printed):
    """Forecasts of one or many series over the same steps ahead, with prediction intervals.

    Attributes
    ----------
    method : str
        ``naive``, ``seasonal_naive``, ``drift``, ``mean``, ``ets_aan``, ``sarima_011_011_12``; ``ets_auto`` and
        ``sarima_auto`` where the series do not share one choice (`models` names that of each).
    conf_levels : tuple of float
        Levels of the intervals, ascending.
    estimate : ndarray, shape (series, horizon)
        Point forecasts, NaN where refused; with `log` the median.
    conf_low, conf_high : ndarray, shape (levels, series, horizon)
        Prediction intervals: where the figure itself falls, not its mean.
    std_error : ndarray, shape (series, horizon)
        Standard error of the forecast, on the scale of logarithms with `log`.
    fitted : ndarray, shape (series, points)
        One-step-ahead forecasts of the past, NaN where there is none.
    sigma : ndarray, shape (series,)
        One-step standard error of the residuals, in the convention the method names.
    observed : ndarray, shape (series, points)
        The figures of the past.
    models : tuple of mapping
        What was chosen and estimated for each series (``name``, parameters, ``aicc``); empty mappings for methods
        without parameters.
    periods : tuple of Period
        Of the steps ahead, where the caller gave periods that can be continued.
    keys, observed_keys : tuple of str
        Names of the steps ahead (``+1``, ``+2`` without periods) and of the points of the past.
    state : ndarray of str, shape (series,)
        ``value`` or ``refused``.
    caveats : tuple of Note
        Notes on some series only carry their indexes in ``rows``; `reason` is the first that refuses, where all are
        refused.
    """

    method: str
    conf_levels: tuple[float, ...]
    estimate: Floats
    conf_low: Floats
    conf_high: Floats
    std_error: Floats
    fitted: Floats
    sigma: Floats
    observed: Floats
    models: tuple[Mapping[str, Any], ...]
    periods: tuple[Period, ...]
    keys: tuple[str, ...]
    observed_keys: tuple[str, ...]
    series: tuple[str, ...]
    unit: str = ""
    log: bool = False
    state: npt.NDArray[np.str_]
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self.estimate)

    def __bool__(self) -> bool:
        """Tell whether any series has a forecast."""
        return bool((self.state == State.VALUE.value).any())

    def __iter__(self) -> Iterator[Forecast]:
        """Yield the forecast of each series."""
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> Forecast:
        """Return the forecast of one series."""
        row = range(len(self))[i]
        one = slice(row, row + 1)
        cut: dict[str, Any] = {
            name: getattr(self, name)[one]
            for name in ("estimate", "std_error", "fitted", "sigma", "observed", "models", "series", "state")
        }
        cut |= {name: getattr(self, name)[:, one] for name in ("conf_low", "conf_high")}
        notes = tuple(Note(note.code, {k: v for k, v in note.values.items() if k != "rows"})
                      for note in self.caveats if note.concerns(row))  # fmt: skip
        refused = str(self.state[row]) == State.REFUSED.value
        name = str(self.models[row].get("name", self.method))
        return replace(self, **cut, method=name, caveats=notes, reason=notes[0] if refused else None)

    def interval(self, conf_level: float) -> tuple[Floats, Floats]:
        """Return lower and upper limits at one of the levels, each of shape (series, horizon).

        Raises
        ------
        ValueError
            For a level the forecast was not made at.
        """
        place = self.conf_levels.index(conf_level)
        return self.conf_low[place], self.conf_high[place]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a series and step: ``series``, ``step``, ``key``, the forecast, limits at every level.

        The shared columns ``conf_low`` and ``conf_high`` hold the widest interval; those of each level are named
        after it (``conf_low_80``).
        """
        rows, steps = self.estimate.shape
        own = [str(model.get("name", self.method)) for model in self.models]
        told = [";".join(note.code for note in self.caveats if note.concerns(i)) for i in range(rows)]
        limits = {
            f"{side}_{100 * level:g}": getattr(self, side)[k].ravel()
            for k, level in enumerate(self.conf_levels)
            for side in ("conf_low", "conf_high")
        }
        data = {
            "series": np.repeat(np.array(self.series, dtype=object), steps),
            "step": np.tile(np.arange(1, steps + 1), rows), "key": list(self.keys) * rows,
            "estimate": self.estimate.ravel(), "conf_low": self.conf_low[-1].ravel(),
            "conf_high": self.conf_high[-1].ravel(), "conf_level": self.conf_levels[-1],
            "method": np.repeat(np.array(own, dtype=object), steps), "unit": self.unit,
            "state": np.repeat(self.state, steps), "caveats": np.repeat(told, steps), **limits,
        }  # fmt: skip
        return tidy(data, rows * steps, labels=("series", "step", "key"))

    def _facts(self) -> dict[str, Any]:
        return {"series": len(self), "horizon": len(self.keys), "points": self.observed.shape[1]}
