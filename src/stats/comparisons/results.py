"""The frozen type of two-sample comparisons: many contrasts with intervals and p-values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats.guards import Floats
from stats.results import Note, Printed, Result, State, TestResult, tidy


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contrasts(Printed):
    """Ratios or differences of two counts on two bases, from one vectorised call.

    Attributes
    ----------
    estimate, conf_low, conf_high : ndarray of float
        NaN exactly where `state` is not ``value``. A ratio over zero events is infinite.
    statistic, p_value : ndarray of float
        Of the test `test`; NaN for a statistic where the test has none, and both NaN where no test can
        be made: `state` is not ``value``, `test` is ``none``, or a caveat says why
        (``undefined_at_zero``, ``nothing_to_test``).
    method, test : str
        Codes of the interval and of the test; they name the convention.
    numerator, denominator, numerator2, denominator2 : ndarray of float
        Counts and bases of the first side (this period, this body) and of the second (the one it is
        compared with).
    null : float
        Value of the contrast under the null hypothesis.
    alternative : str
        ``two-sided``, or ``greater`` or ``less`` than `null`.
    kind : str
        ``rate_ratio``, ``rate_difference``, ``share_ratio`` or ``share_difference``.
    caveats : tuple of Note
        Notes that hold for some rows only carry their indexes in ``rows``.
    """

    estimate: Floats
    conf_low: Floats
    conf_high: Floats
    conf_level: float
    method: str
    statistic: Floats
    p_value: Floats
    test: str
    null: float
    alternative: str = "two-sided"
    numerator: Floats
    denominator: Floats
    numerator2: Floats
    denominator2: Floats
    unit: str = ""
    base: str = ""
    kind: str = ""
    state: npt.NDArray[np.str_]
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.estimate)

    def __iter__(self) -> Iterator[TestResult]:
        """Yield each row as a `TestResult`."""
        return (self[i] for i in range(len(self)))

    def _known(self, i: int) -> bool:
        return str(self.state[i]) == State.VALUE.value

    def __getitem__(self, i: int) -> TestResult:
        """Return row `i` with its test."""
        known = self._known(i)
        return TestResult(
            statistic=float(self.statistic[i]),
            p_value=float(self.p_value[i]),
            method=self.test,
            alternative=self.alternative,
            n=float(self.numerator[i] + self.numerator2[i]),
            estimate=float(self.estimate[i]) if known else None,
            conf_low=float(self.conf_low[i]) if known else None,
            conf_high=float(self.conf_high[i]) if known else None,
            conf_level=self.conf_level,
            extra={"interval": self.method, "null": self.null, "kind": self.kind},
            caveats=self._notes(i),
            state=State(str(self.state[i])),
        )

    def _notes(self, i: int) -> tuple[Note, ...]:
        return tuple(note for note in self.caveats if note.concerns(i))

    def _reason(self, i: int) -> Note | None:
        return next((note for note in self.caveats if i in note.values.get("rows", ())), None)

    def result(self, i: int = 0) -> Result:
        """Return row `i` as a `Result`, without its test; its counts are those of the first side."""
        known = self._known(i)
        return Result(
            estimate=float(self.estimate[i]) if known else None,
            conf_low=float(self.conf_low[i]) if known else None,
            conf_high=float(self.conf_high[i]) if known else None,
            conf_level=self.conf_level,
            method=self.method,
            numerator=float(self.numerator[i]),
            denominator=float(self.denominator[i]),
            unit=self.unit,
            base=self.base,
            kind=self.kind,
            state=State(str(self.state[i])),
            reason=None if known else self._reason(i),
            derived=True,
            caveats=self._notes(i),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a contrast: the shared columns, then the other side and the test."""
        data = {
            "estimate": self.estimate, "conf_low": self.conf_low, "conf_high": self.conf_high,
            "conf_level": self.conf_level, "method": self.method, "numerator": self.numerator,
            "denominator": self.denominator, "unit": self.unit, "base": self.base, "state": self.state,
            "numerator2": self.numerator2, "denominator2": self.denominator2, "kind": self.kind,
            "statistic": self.statistic, "p_value": self.p_value, "test": self.test,
        }  # fmt: skip
        return tidy(data, len(self), caveats=self.caveats)
