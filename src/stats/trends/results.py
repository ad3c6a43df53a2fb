"""The frozen type of a test for one break: where it is, and the path a chart draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from stats.guards import Floats
from stats.periods import Period
from stats.results import Note, Printed, State, tidy


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ChangePoint(Printed):
    """Outcome of a test for a break at an unknown date.

    Attributes
    ----------
    statistic, p_value : float
        NaN when refused.
    after : int
        Number of points before the break: it lies after the point `last_before`.
    last_before, first_after : str
        Keys of the two periods, or numbers of the points from 1.
    path : ndarray, shape (points,)
        What the statistic is the largest absolute value of; NaN where no break is looked for.
    limit : float
        Value the path crosses when the test rejects at ``1 - conf_level``.
    before, behind : float
        Mean of the figures on either side.
    method : str
        Code of the test, naming the convention.
    """

    statistic: float
    p_value: float
    after: int
    last_before: str
    first_after: str
    path: Floats
    keys: tuple[str, ...]
    limit: float
    conf_level: float
    before: float
    behind: float
    method: str
    n: float
    extra: dict[str, Any] = field(default_factory=dict)
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the test was made."""
        return self.state is State.VALUE

    def to_frame(self) -> pd.DataFrame:
        """Return one row: the difference of the means, then the test and the place of the break."""
        data = {
            "estimate": self.behind - self.before, "conf_level": self.conf_level, "method": self.method,
            "state": str(self.state), "statistic": self.statistic, "p_value": self.p_value, "n": self.n,
            "after": self.after, "last_before": self.last_before, "first_after": self.first_after,
            "mean_before": self.before, "mean_after": self.behind, "limit": self.limit, **self.extra,
        }  # fmt: skip
        return tidy({name: [value] for name, value in data.items()}, 1, caveats=self.caveats)

    def path_frame(self) -> pd.DataFrame:
        """Return one row a point: its key, the path, and the limit its absolute value must cross."""
        return pd.DataFrame({"key": self.keys, "path": self.path, "limit": self.limit})


def keys_of(periods: Sequence[Period] | None, n: int) -> tuple[str, ...]:
    """Return the keys of the periods, or the numbers of the points from 1."""
    return tuple(p.key for p in periods) if periods is not None else tuple(str(i + 1) for i in range(n))


def change_point(
    values: Floats, keys: tuple[str, ...], path: Floats, after: int, *, statistic: float, p_value: float, limit: float,
    conf_level: float, method: str, extra: dict[str, Any] | None = None, caveats: tuple[Note, ...] = (),
) -> ChangePoint:  # fmt: skip
    """Return the outcome of a test that was made."""
    return ChangePoint(
        statistic=statistic, p_value=p_value, after=after, last_before=keys[after - 1], first_after=keys[after],
        path=path, keys=keys, limit=limit, conf_level=conf_level, before=float(values[:after].mean()),
        behind=float(values[after:].mean()), method=method, n=float(len(values)), extra=extra or {}, caveats=caveats,
    )  # fmt: skip


def no_change_point(keys: tuple[str, ...], method: str, conf_level: float, n: int, reason: Note) -> ChangePoint:
    """Return the test that could not be made, with the reason."""
    nan = float("nan")
    return ChangePoint(
        statistic=nan, p_value=nan, after=0, last_before="", first_after="", path=np.full(len(keys), nan), keys=keys,
        limit=nan, conf_level=conf_level, before=nan, behind=nan, method=method, n=float(n), state=State.REFUSED,
        reason=reason, caveats=(reason,),
    )  # fmt: skip
