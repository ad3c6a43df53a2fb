"""The frozen type of a back-test: how a method would have done, and whether it beat the naive one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats.forecasts.comparison import Comparison
from stats.guards import Flags, Floats
from stats.results import Note, Printed, State, tidy

VERDICTS = ("better", "not_better", "worse", "undecided")
"""What a back-test can say; `VERDICT_TEXTS` are their keys in words."""
VERDICT_TEXTS = {verdict: f"forecast.verdict.{verdict}" for verdict in VERDICTS}
SCORES = ("mae", "rmse", "mase", "crps", "interval_score", "coverage")
"""Scores of each series and step; of `coverage` the best is the level of the interval, of the others the least."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BackTest(Printed):
    """Forecasts of one method from rolling origins, scored beside those of a baseline.

    Attributes
    ----------
    method, baseline : str
        Codes of the method and of what it must beat: ``naive``, or ``seasonal_naive``.
    season : int
        Periods in a year; 1 without a season.
    horizon, origins : int
        Steps ahead, and origins from which all of them can be scored.
    scores, baseline_scores : mapping of str to ndarray, shape (series, horizon)
        `SCORES`, each step over every origin that has it; NaN where refused. ``mase`` divides errors by the mean
        absolute (seasonal) change before their own origin, ``interval_score`` and ``coverage`` are of the 95%
        interval.
    errors, baseline_errors : ndarray, shape (series, all origins, horizon)
        Actual less forecast, NaN beyond the end of the series.
    loss, baseline_loss : ndarray, shape (series,)
        What the verdict compares: mean absolute (or squared) error over all steps from the `origins`.
    test : Comparison
        Test of Diebold and Mariano of these losses, per series: ``estimate`` (below 0: the method lost less) and
        ``p_value``.
    verdict : ndarray of str, shape (series,)
        ``better`` (lost less, and the test bears it out), ``worse`` (lost more, and the test bears it out),
        ``not_better`` (lost as much or more), ``undecided`` (lost less, but luck is not ruled out); empty where
        refused. `VERDICT_TEXTS` has the words.
    beats : ndarray of bool, shape (series,)
        True for ``better`` only.
    conf_level : float
        The test bears out what has a p-value below one less this.
    origin_keys : tuple of str
        Last period known at each of all origins.
    """

    method: str
    baseline: str
    season: int
    horizon: int
    origins: int
    window: int | None
    scores: Mapping[str, Floats]
    baseline_scores: Mapping[str, Floats]
    errors: Floats
    baseline_errors: Floats
    loss: Floats
    baseline_loss: Floats
    test: Comparison
    verdict: npt.NDArray[np.str_]
    beats: Flags
    conf_level: float
    origin_keys: tuple[str, ...]
    series: tuple[str, ...]
    unit: str = ""
    state: npt.NDArray[np.str_]
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self.verdict)

    def __bool__(self) -> bool:
        """Tell whether any series could be tested."""
        return bool((self.state == State.VALUE.value).any())

    def texts(self) -> tuple[str, ...]:
        """Return the key of the verdict in words for each series, empty where refused."""
        return tuple(VERDICT_TEXTS.get(str(verdict), "") for verdict in self.verdict)

    def counts(self) -> dict[str, int]:
        """Return how many series have each verdict."""
        return {verdict: int((self.verdict == verdict).sum()) for verdict in VERDICTS}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a series and step: `estimate` is the error relative to the baseline's, then all scores."""
        rows, steps = len(self), self.horizon
        told = [";".join(note.code for note in self.caveats if note.concerns(i)) for i in range(rows)]
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = self.scores["mae"] / self.baseline_scores["mae"]
        data: dict[str, Any] = {
            "series": np.repeat(np.array(self.series, dtype=object), steps),
            "step": np.tile(np.arange(1, steps + 1), rows), "estimate": relative.ravel(), "method": self.method,
            "unit": self.unit, "state": np.repeat(self.state, steps), "caveats": np.repeat(told, steps),
            "baseline": self.baseline, "origins": self.origins,
        }  # fmt: skip
        for name in SCORES:
            data[name] = self.scores[name].ravel()
            data[f"{name}_baseline"] = self.baseline_scores[name].ravel()
        per_series = {"statistic": self.test.estimate, "p_value": self.test.p_value, "verdict": self.verdict,
                      "beats": self.beats}  # fmt: skip
        data |= {name: np.repeat(values, steps) for name, values in per_series.items()}
        return tidy(data, rows * steps, labels=("series", "step"))

    def _facts(self) -> dict[str, Any]:
        return {"series": len(self), "horizon": self.horizon, **self.counts()}
