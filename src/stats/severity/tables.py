"""What every test of a table needs: checked counts, scores for ordered levels, results in arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards
from stats.guards import Flags, Floats
from stats.results import Note, Printed, State, TestResult, tidy

SCORES = ("table", "rank", "ridit", "modridit")
"""Scores of ordered levels by name: 1, 2, 3 ...; midranks; midranks over n; midranks over n + 1."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tests(Printed):
    """Significance tests of many tables from one vectorised call.

    Attributes
    ----------
    statistic, p_value, df : ndarray of float
        NaN exactly where `state` is not ``value``.
    n : ndarray of float
        Counted things each test rests on.
    extra : dict of str to ndarray
        Further columns (effect sizes, smallest expected count).
    """

    __test__ = False  # not a test class, whatever pytest thinks

    statistic: Floats
    p_value: Floats
    df: Floats
    method: str
    n: Floats
    state: npt.NDArray[np.str_]
    extra: dict[str, Floats]
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of tests."""
        return len(self.statistic)

    def __iter__(self) -> Iterator[TestResult]:
        """Yield each row as a `TestResult`."""
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> TestResult:
        """Return row `i` as a `TestResult`; one that could not be made has neither statistic nor p-value."""
        known = str(self.state[i]) == State.VALUE.value
        own = tuple(note for note in self.caveats if note.concerns(i))
        return TestResult(
            statistic=float(self.statistic[i]),
            p_value=float(self.p_value[i]),
            df=float(self.df[i]) if known else None,
            method=self.method,
            n=float(self.n[i]),
            extra={k: float(v[i]) for k, v in self.extra.items()},
            caveats=own,
            state=State(str(self.state[i])),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a test."""
        data = {
            "statistic": self.statistic, "p_value": self.p_value, "df": self.df, "method": self.method, "n": self.n,
            "state": self.state, **self.extra,
        }  # fmt: skip
        return tidy(data, len(self), caveats=self.caveats)


def counts(table: Any, *, ndim: int = 2, name: str = "table", smallest: tuple[int, int] = (2, 2)) -> Floats:
    """Return a table of counts, or a stack of them, without empty cells.

    Raises
    ------
    InputError
        For negative counts, empty cells, wrong dimensions, or fewer rows or columns than `smallest`.
    """
    array = guards.numbers(table, name, ndim=ndim, missing=False)
    if array.shape[-2] < smallest[0] or array.shape[-1] < smallest[1]:
        found, needed = f"{array.shape[-2]} x {array.shape[-1]}", f"{smallest[0]} x {smallest[1]}"
        raise guards.refuse(
            f"{name} is {found}; it needs {needed} or more",
            f"{guards.vietnamese(name)} có cỡ {found}; cần ít nhất {needed}",
            remedy=("Put groups in rows and ordered outcomes in columns.", "Đặt nhóm ở dòng, mức kỷ luật ở cột."),
        )
    return array


def filled(table: Floats) -> tuple[Floats, Flags, Flags]:
    """Return a table without its empty rows and columns, and which were kept."""
    rows, columns = table.sum(axis=1) > 0, table.sum(axis=0) > 0
    return table[rows][:, columns], rows, columns


def level_scores(scores: str | Sequence[float] | Any, margins: Floats, name: str) -> Floats:
    """Return scores of ordered levels, one row a stratum.

    Parameters
    ----------
    scores : str or array-like
        One of `SCORES`, or a number for each level.
    margins : ndarray
        Counts of the levels, one row a stratum; ranks are taken within the stratum.
    name : str
        For messages.

    Raises
    ------
    InputError
        When the scores do not match the levels.

    Examples
    --------
    >>> level_scores("rank", np.array([[2.0, 3.0]]), "scores").tolist()
    [[1.5, 4.0]]
    """
    if isinstance(scores, str):
        guards.choice(scores, SCORES, ("scores", "cách cho điểm"))
        if scores == "table":
            return np.broadcast_to(np.arange(1.0, margins.shape[1] + 1), margins.shape)
        rank = margins.cumsum(axis=1) - (margins - 1) / 2
        total = margins.sum(axis=1, keepdims=True)
        safe = np.where(total > 0, total, 1.0)
        divisor = {"rank": np.ones_like(safe), "ridit": safe, "modridit": safe + 1}[scores]
        shifted = rank - 0.5 if scores == "ridit" else rank
        out: Floats = shifted / divisor
        return out
    given = guards.numbers(scores, name, minimum=None, missing=False)
    if len(given) != margins.shape[1]:
        raise guards.refuse(
            f"{name} has {len(given)} values for {margins.shape[1]} levels",
            f"{name} có {len(given)} giá trị cho {margins.shape[1]} mức",
            remedy=("Give one score a level, in the order of the table.", "Mỗi mức cần đúng một điểm."),
        )
    return np.broadcast_to(given, margins.shape)
