"""Why did it change: more examined, more found, or harsher? An exact split that adds up.

Expulsions = examined x (found / examined) x (disciplined / found) x (expelled / disciplined). The
split says how much of the change each factor carries.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards
from stats.guards import Flags, Floats
from stats.results import Note, Printed, State, tidy

METHODS = ("lmdi", "shapley", "log")
"""Ways to split a change: logarithmic mean (Divisia), Shapley value, or shares of the log ratio."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ChangeParts(Printed):
    """A change split into the contributions of its factors.

    Attributes
    ----------
    factors : tuple of str
        The first stage, then each stage per the stage before.
    contribution : ndarray of shape (factors, rows)
        In cases for ``lmdi`` and ``shapley``, in log units for ``log``; columns add up to `change`.
        NaN where the state is not ``value``.
    change : ndarray
        After minus before (log ratio for ``log``).
    before, after : ndarray of shape (factors, rows)
        Values of the factors.
    """

    factors: tuple[str, ...]
    contribution: Floats
    change: Floats
    before: Floats
    after: Floats
    method: str
    state: npt.NDArray[np.str_]
    caveats: tuple[Note, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows split."""
        return len(self.change)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a factor of each row split; ``estimate`` is its contribution."""
        rows, many = len(self.change), len(self.factors)
        change = np.repeat(self.change, many)
        part = self.contribution.T.ravel()
        share = np.divide(part, change, out=np.full(len(part), np.nan), where=np.isfinite(change) & (change != 0))
        data = {
            "row": np.repeat(np.arange(rows), many), "factor": list(self.factors) * rows, "estimate": part,
            "method": self.method, "state": np.repeat(self.state, many), "before": self.before.T.ravel(),
            "after": self.after.T.ravel(), "change": change, "share_of_change": share,
        }  # fmt: skip
        return tidy(data, rows * many, labels=("row", "factor"))


def decompose_change(
    before: Mapping[str, Any], after: Mapping[str, Any], *, stages: Sequence[str] = (), method: str = "lmdi"
) -> ChangeParts:
    """Split the change of the last stage into the contributions of the stages before it.

    Parameters
    ----------
    before, after : mapping
        Counts by stage, in order from the widest (``examined``) to the one explained
        (``expelled``); a count may be an array, one value a body.
    stages : sequence of str
        Order of the stages; by default that of `before`.
    method : {'lmdi', 'shapley', 'log'}
        ``lmdi`` weighs log ratios by the logarithmic mean of the two totals; ``shapley`` averages
        over all orders of change and also stands counts of zero after the first stage; ``log``
        leaves the parts in log units.

    Returns
    -------
    ChangeParts
        Rows whose ratios are undefined (a zero or an empty cell where the method cannot have one)
        are ``refused`` or ``missing``.

    Raises
    ------
    InputError
        For fewer than two stages, stages that differ, or counts that cannot be used.

    Notes
    -----
    An identity, not a cause, and without an interval: small counts make unsteady parts. Stages must be
    of one decider; where units change (organisations examined, members disciplined) the ratio between
    them is cases per organisation, no share. LMDI leaves no remainder and does not depend on the order.

    References
    ----------
    Ang (2005), *Energy Policy* 33:867; Shorrocks (2013), *J Econ Inequality* 11:99.

    Examples
    --------
    Twice as many examined, the same share found: all of the change comes from examining more.

    >>> parts = decompose_change({"examined": 100, "found": 40}, {"examined": 200, "found": 80})
    >>> parts.factors, parts.contribution.ravel().round(9).tolist()
    (('examined', 'found per examined'), [40.0, 0.0])
    """
    guards.choice(method, METHODS)
    names = tuple(stages) or tuple(before)
    if len(names) < 2 or set(names) != set(before) or set(names) != set(after):
        raise guards.refuse(
            f"The stages differ: {', '.join(before)} / {', '.join(after)}",
            f"Các giai đoạn không khớp: {', '.join(before)} / {', '.join(after)}",
            remedy=("Give both sides the same stages, two or more.", "Hai bên cần cùng các giai đoạn, ít nhất hai."),
        )
    sides = {
        f"{side} {name}": guards.numbers(values[name], name)
        for side, values in (("before", before), ("after", after))
        for name in names
    }
    stack = np.stack(guards.aligned(**sides))
    old, new = stack[: len(names)], stack[len(names) :]
    known = np.isfinite(stack).all(axis=0)
    must = [old, new] if method != "shapley" else [old[:-1], new[:-1]]
    usable = known & np.all([(side > 0).all(axis=0) for side in must], axis=0)
    x0, x1 = _factors(old, usable), _factors(new, usable)
    total0, total1 = np.where(usable, old[-1], 1.0), np.where(usable, new[-1], 1.0)
    if method == "shapley":
        parts, change = _shapley(x0, x1), total1 - total0
    else:
        parts, change = np.log(x1 / x0), np.log(total1 / total0)
        if method == "lmdi":
            parts, change = parts * _log_mean(total1, total0), total1 - total0
    refused = known & ~usable
    state = np.where(known, np.where(usable, State.VALUE.value, State.REFUSED.value), State.MISSING.value)
    caveats = (Note("zero_stage", {"rows": guards.rows_of(refused), "method": method}),) if refused.any() else ()
    factors = (names[0], *(f"{b} per {a}" for a, b in itertools.pairwise(names)))
    return ChangeParts(
        factors=factors, contribution=np.where(usable, parts, np.nan), change=np.where(usable, change, np.nan),
        before=np.where(usable, x0, np.nan), after=np.where(usable, x1, np.nan), method=method, state=state,
        caveats=caveats,
    )  # fmt: skip


def _factors(counts: Floats, usable: Flags) -> Floats:
    safe = np.where(usable, counts, 1.0)
    return np.concatenate([safe[:1], safe[1:] / safe[:-1]])


def _log_mean(a: Floats, b: Floats) -> Floats:
    # (a - b) / log(a / b), by its series where the two are close: the quotient loses its digits there.
    ratio = np.log(a / b)
    near = np.abs(ratio) < 1e-4
    direct = np.where(near, 1.0, a - b) / np.where(near, 1.0, ratio)
    out: Floats = np.where(near, np.sqrt(a * b) * (1 + ratio**2 / 24), direct)
    return out


def _shapley(before: Floats, after: Floats) -> Floats:
    many = len(before)
    parts = np.zeros_like(before)
    for size in range(many):
        weight = math.factorial(size) * math.factorial(many - size - 1) / math.factorial(many)
        for moved in itertools.combinations(range(many), size):
            for k in set(range(many)) - set(moved):
                others = np.ones(before.shape[1])
                for i in range(many):
                    if i != k:
                        others = others * (after[i] if i in moved else before[i])
                parts[k] += weight * others * (after[k] - before[k])
    return parts
