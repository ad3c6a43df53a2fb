"""The frozen types every statistic returns, with one set of column names.

A `Result` is one number with all that is needed to print, trust and trace it. `Estimates` is many
of them from one vectorised call. `TestResult` is the outcome of a significance test.
"""

from __future__ import annotations

import dataclasses
import html
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = (
    "estimate", "conf_low", "conf_high", "conf_level", "method",
    "numerator", "denominator", "unit", "state",
)  # fmt: skip
"""Column names shared by every tidy frame of results."""


class State(StrEnum):
    """What an empty or full cell means; the five are never mixed up."""

    VALUE = "value"
    MISSING = "missing"
    SUPPRESSED = "suppressed"
    STRUCTURAL_ZERO = "structural_zero"
    REFUSED = "refused"


class Approx(StrEnum):
    """How exact a published figure is (``hơn`` = over, ``gần`` = under, ``khoảng`` = about)."""

    EXACT = "exact"
    OVER = "over"
    UNDER = "under"
    ABOUT = "about"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Note:
    """A caveat or reason as a code with its values; `stats.wording` turns it into a sentence.

    Attributes
    ----------
    code : str
        Key of the text (``texts.csv``, ``note.<code>``).
    values : dict
        What the text's placeholders stand for.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Hash by code and the printed values, so that notes can be made unique."""
        return hash((self.code, tuple(sorted((k, str(v)) for k, v in self.values.items()))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One number, with its uncertainty and its origin.

    Attributes
    ----------
    estimate : float or None
        The number; None unless `state` is ``value``. Shares are fractions (0.441), not percents.
    conf_low, conf_high : float or None
        Bounds at `conf_level`; for an approximate published count, what its wording allows
        (`conf_level` is then None and `method` is ``as_published``).
    method : str
        Code of the method (``wilson``, ``byar``, ``as_published``, ``sum``).
    numerator, denominator : float or None
        The counts behind a share or rate. `base` says what the denominator counts.
    unit : str
        Code of the unit: members, organisations, instances, teams, cases, violations.
    per : float or None
        Multiplier of a rate (1000 = per thousand).
    sources, rows : tuple of str
        Ids of the documents and of the curated rows the number rests on.
    caveats : tuple of Note
        What a reader must know; `reason` is the one that explains a state other than ``value``.
    derived : bool
        True when the number was computed here rather than printed by the source.
    """

    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float | None = None
    method: str = "as_published"
    numerator: float | None = None
    denominator: float | None = None
    unit: str = ""
    base: str = ""
    per: float | None = None
    kind: str = "count"
    indicator: str = ""
    body: str = ""
    period: str = ""
    actor: str = ""
    category: str = ""
    approx: Approx = Approx.EXACT
    derived: bool = False
    state: State = State.VALUE
    reason: Note | None = None
    sources: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is a number to print."""
        return self.state is State.VALUE

    def __post_init__(self) -> None:
        """Refuse a value that is no number: a silent NaN must never reach a page."""
        if self.state is State.VALUE and (self.estimate is None or math.isnan(self.estimate)):
            raise ValueError("a result in state 'value' needs a number; say 'missing' or 'refused' instead")

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values, notes as their codes."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain["reason"] = self.reason.code if self.reason else None
        plain["caveats"] = [note.code for note in self.caveats]
        plain["sources"], plain["rows"] = list(self.sources), list(self.rows)
        plain["approx"], plain["state"] = str(self.approx), str(self.state)
        return plain

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the shared column names first."""
        return to_frame([self])

    def _repr_html_(self) -> str:
        cells = {k: v for k, v in self.to_dict().items() if v not in (None, "", [], ())}
        body = "".join(f"<tr><th>{k}</th><td>{html.escape(str(v))}</td></tr>" for k, v in cells.items())
        return f"<table>{body}</table>"


def to_frame(results: list[Result]) -> pd.DataFrame:
    """Return results as one tidy frame, the shared columns first; empty when there are none."""
    names = [f.name for f in dataclasses.fields(Result)]
    ordered = [*COLUMNS, *(n for n in names if n not in COLUMNS)]
    return pd.DataFrame([r.to_dict() for r in results], columns=ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Many estimates from one vectorised call; arrays of one length.

    Attributes
    ----------
    estimate, conf_low, conf_high : ndarray of float
        NaN exactly where `state` is not ``value``.
    method : str or ndarray of str
        Code of the method, per row where a rule switches between two (Byar and exact).
    """

    estimate: NDArray[np.float64]
    conf_low: NDArray[np.float64]
    conf_high: NDArray[np.float64]
    conf_level: float
    method: str | NDArray[np.str_]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    unit: str = ""
    base: str = ""
    per: float | None = None
    kind: str = "share"
    state: NDArray[np.str_] | None = None
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.estimate)

    def __iter__(self) -> Iterator[Result]:
        """Yield each row as a `Result`."""
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> Result:
        """Return row `i` as a `Result`."""
        state = State.VALUE if self.state is None else State(str(self.state[i]))
        known = state is State.VALUE
        return Result(
            estimate=float(self.estimate[i]) if known else None,
            conf_low=float(self.conf_low[i]) if known else None,
            conf_high=float(self.conf_high[i]) if known else None,
            conf_level=self.conf_level,
            method=self.method if isinstance(self.method, str) else str(self.method[i]),
            numerator=float(self.numerator[i]),
            denominator=float(self.denominator[i]),
            unit=self.unit,
            base=self.base,
            per=self.per,
            kind=self.kind,
            state=state,
            derived=True,
            caveats=self.caveats,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row an estimate, with the shared column names."""
        state = self.state if self.state is not None else np.full(len(self), State.VALUE.value)
        data = {
            "estimate": self.estimate, "conf_low": self.conf_low, "conf_high": self.conf_high,
            "conf_level": self.conf_level, "method": self.method, "numerator": self.numerator,
            "denominator": self.denominator, "unit": self.unit, "state": state,
        }  # fmt: skip
        return pd.DataFrame(data, columns=list(COLUMNS), index=range(len(self)))

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(max_rows=20))


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """Outcome of a significance test.

    Attributes
    ----------
    statistic : float
        The test statistic; NaN for tests that have none (Fisher).
    p_value : float
        Two-sided unless `alternative` says otherwise.
    df : float or None
        Degrees of freedom where the reference distribution has them.
    method : str
        Code of the method, naming the two-sided convention where several exist.
    n : float
        Number of counted things the test rests on.
    """

    __test__ = False  # not a test class, whatever pytest thinks

    statistic: float
    p_value: float
    df: float | None = None
    method: str
    alternative: str = "two-sided"
    n: float | None = None
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    caveats: tuple[Note, ...] = ()

    def __iter__(self) -> Iterator[float]:
        """Unpack as ``statistic, p_value``."""
        return iter((self.statistic, self.p_value))

    def to_frame(self) -> pd.DataFrame:
        """Return one row; `extra` becomes further columns."""
        row = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in ("extra", "caveats")}
        return pd.DataFrame([{**row, **self.extra}])

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))
