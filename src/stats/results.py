"""The frozen types every statistic returns, with one set of column names.

A `Result` is one number with all that is needed to print, trust and trace it. `Estimates` is many
of them from one vectorised call. `TestResult` is the outcome of a significance test. Every result
type of the package prints the same way (`Printed`) and turns into the same frame (`tidy`).
"""

from __future__ import annotations

import dataclasses
import html
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = (
    "estimate", "conf_low", "conf_high", "conf_level", "method",
    "numerator", "denominator", "unit", "base", "state", "sources", "caveats",
)  # fmt: skip
"""Column names shared by every tidy frame of results, in this order."""

_TEXT = {"method": "", "unit": "", "base": "", "state": "value", "sources": "", "caveats": ""}
_MOST_ROWS = 20


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
        """Hash by code and the values as they are told, so that notes can be made unique."""
        return hash((self.code, tuple(sorted((k, _cut(v)) for k, v in self.values.items()))))

    def __str__(self) -> str:
        """Return the code with its values, long lists cut."""
        told = ", ".join(f"{k} {_cut(v)}" for k, v in self.values.items())
        return f"{self.code} ({told})" if told else self.code

    def concerns(self, row: int) -> bool:
        """Tell whether the note is about a row of a vectorised result; without ``rows`` it is about all."""
        return row in self.values.get("rows", (row,))


def _cut(value: Any) -> str:
    if not isinstance(value, (tuple, list)):
        return _number(value.estimate if isinstance(value, Result) else value)
    return ", ".join(str(v) for v in value[:5]) + (f" and {len(value) - 5} more" if len(value) > 5 else "")


def tidy(
    data: Mapping[str, Any], rows: int, *, caveats: Iterable[Note] = (), labels: Sequence[str] = ()
) -> pd.DataFrame:
    """Return columns as the tidy frame of a result: labels, the shared columns, what is its own.

    Parameters
    ----------
    data : mapping
        Columns by name. A shared one that is not given is empty (``state`` is then ``value``).
    rows : int
        Number of rows.
    caveats : iterable of Note
        Their codes stand in the rows they concern, separated by semicolons.
    labels : sequence of str
        Columns that say what a row is; they come first.
    """
    notes = tuple(caveats)
    every = all("rows" not in note.values for note in notes)
    told: Any = ";".join(n.code for n in notes) if every else [
        ";".join(n.code for n in notes if n.concerns(i)) for i in range(rows)
    ]  # fmt: skip
    shared = {name: _TEXT.get(name, np.nan) for name in COLUMNS} | {"caveats": told}
    own = [name for name in data if name not in COLUMNS and name not in labels]
    return pd.DataFrame({**shared, **data}, columns=[*labels, *COLUMNS, *own], index=range(rows))


class Printed(ABC):
    """How results show themselves, in a terminal and in a notebook: what holds for all rows, then the rows."""

    __slots__ = ()

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """Return the result as a tidy frame."""

    def _facts(self) -> dict[str, Any]:
        """Return what belongs to the whole result beside its rows."""
        return {}

    def _table(self) -> pd.DataFrame:
        """Return the rows that are printed."""
        return self.to_frame()

    def _shown(self) -> tuple[dict[str, str], pd.DataFrame]:
        frame = self._table()
        frame = frame[[c for c in frame.columns if not frame[c].isin(["", None]).all() and not frame[c].isna().all()]]
        same = [c for c in frame.columns if _holds_for_all(frame, c)]
        facts = {c: frame[c].iloc[0] for c in same if c != "caveats"} | self._facts()
        reason = getattr(self, "reason", None)
        notes = dict.fromkeys([*((reason,) if isinstance(reason, Note) else ()), *getattr(self, "caveats", ())])
        told = {k: _number(v) for k, v in facts.items()} | ({"notes": "; ".join(map(str, notes))} if notes else {})
        return told, frame.drop(columns=[*same, *(["caveats"] if "caveats" in frame else [])], errors="ignore")

    def __str__(self) -> str:
        facts, rows = self._shown()
        wide = max(map(len, facts), default=0)
        head = "\n".join(f"{name:<{wide}}  {value}" for name, value in facts.items())
        table = rows.to_string(max_rows=_MOST_ROWS, float_format=_number, na_rep="") if rows.size else ""
        return f"{type(self).__name__}\n{head}\n{table}".rstrip()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        facts, rows = self._shown()
        # Names pale, values plain, on running lines: twenty facts of a result are then three lines and read in order.
        head = " · ".join(
            f'<span style="opacity:.65">{html.escape(k)}</span> {html.escape(v)}' for k, v in facts.items()
        )
        table = str(rows.to_html(max_rows=_MOST_ROWS, float_format=_number, na_rep="", border=0)) if rows.size else ""
        return f"<p><b>{type(self).__name__}</b><br>{head}</p>{table}"


def _holds_for_all(frame: pd.DataFrame, column: str) -> bool:
    if len(frame) == 1:
        return True
    words = column == "conf_level" or not pd.api.types.is_numeric_dtype(frame[column])
    return bool(words and column != "verdict" and len(frame) and frame[column].eq(frame[column].iloc[0]).all())


def _number(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(v) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_number(v)}" for k, v in value.items())
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return str(value)
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    return f"{number:.0f}" if number.is_integer() else f"{number:.1f}" if abs(number) >= 1000 else f"{number:.4g}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Result(Printed):
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

    def __repr__(self) -> str:
        told = {k: v for k, v in self.to_dict().items() if v is not False and v is not None and v not in ("", [])}
        return f"Result({', '.join(f'{k}={_number(v)}' for k, v in told.items())})"


class Results(Printed, list[Result]):
    """A list of results that shows itself as one table; what holds for all of them is said once above it.

    It is a plain list in all else; what is cut from it is one.
    """

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a result, with the shared column names first; empty when there are none."""
        return to_frame(self)

    def _facts(self) -> dict[str, Any]:
        return {"results": len(self)}


def to_frame(results: list[Result]) -> pd.DataFrame:
    """Return results as one tidy frame, the shared columns first; empty when there are none."""
    names = [f.name for f in dataclasses.fields(Result)]
    ordered = [*COLUMNS, *(n for n in names if n not in COLUMNS)]
    lists = ("sources", "rows", "caveats")
    plain = [{k: ";".join(v) if k in lists else v for k, v in r.to_dict().items()} for r in results]
    return pd.DataFrame(plain, columns=ordered)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Estimates(Printed):
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
            numerator=_known(self.numerator[i]),
            denominator=_known(self.denominator[i]),
            unit=self.unit,
            base=self.base,
            per=self.per,
            kind=self.kind,
            state=state,
            reason=next((n for n in self.caveats if n.concerns(i)), None) if state is State.REFUSED else None,
            derived=True,
            caveats=tuple(n for n in self.caveats if n.concerns(i)),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row an estimate, with the shared column names."""
        state = self.state if self.state is not None else np.full(len(self), State.VALUE.value)
        data = {
            "estimate": self.estimate, "conf_low": self.conf_low, "conf_high": self.conf_high,
            "conf_level": self.conf_level, "method": self.method, "numerator": self.numerator,
            "denominator": self.denominator, "unit": self.unit, "base": self.base, "state": state,
        }  # fmt: skip
        return tidy(data, len(self), caveats=self.caveats)

    def _facts(self) -> dict[str, Any]:
        return {"kind": self.kind} | ({} if self.per is None else {"per": self.per})


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TestResult(Printed):
    """Outcome of a significance test.

    Attributes
    ----------
    statistic : float
        The test statistic; NaN for tests that have none (Fisher).
    p_value : float
        Two-sided unless `alternative` says otherwise. NaN where no test could be made.
    state : State
        ``refused`` when the data leave nothing to test (all cases in one category, no case at all): then
        there is neither statistic, p-value nor estimate, and the first of `caveats` says why. A contrast
        with an estimate and an interval but no test is a ``value`` without a p-value.
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
    state: State = State.VALUE

    def __post_init__(self) -> None:
        """Refuse a p-value without a test, and a value that is neither a p-value nor an estimate."""
        known = self.state is State.VALUE
        if known and math.isnan(self.p_value) and (self.estimate is None or math.isnan(self.estimate)):
            raise ValueError("a test in state 'value' needs a p-value or an estimate; say 'refused' instead")
        if not known and not math.isnan(self.p_value):
            raise ValueError(f"a test in state '{self.state}' has no p-value")

    @classmethod
    def refused(cls, method: str, n: float, reason: Note, **facts: Any) -> TestResult:
        """Return the test that could not be made, with the reason.

        Parameters
        ----------
        method, n
            As the attributes.
        reason : Note
            Why there is nothing to test.
        **facts
            Further attributes that hold all the same (`alternative`, `extra`).
        """
        nothing = float("nan")
        return cls(
            statistic=nothing, p_value=nothing, method=method, n=n, caveats=(reason,), state=State.REFUSED, **facts
        )

    def __bool__(self) -> bool:
        """Tell whether there is a test or an estimate to print."""
        return self.state is State.VALUE

    @property
    def reason(self) -> Note | None:
        """Why the test was refused; None when it was made."""
        return None if self else next(iter(self.caveats), None)

    def __iter__(self) -> Iterator[float]:
        """Unpack as ``statistic, p_value``."""
        return iter((self.statistic, self.p_value))

    def to_frame(self) -> pd.DataFrame:
        """Return one row: the shared columns, then the test; `extra` becomes further columns."""
        row = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in ("extra", "caveats")}
        row["state"] = self.state.value
        columns = {name: [np.nan if value is None else value] for name, value in {**row, **self.extra}.items()}
        return tidy(columns, 1, caveats=self.caveats)
