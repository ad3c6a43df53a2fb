"""Many tests at once: how many of sixty-three provinces differ after all were looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats import guards
from stats.guards import Floats
from stats.results import Printed, State, tidy

METHODS = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "bh": "fdr_bh",
    "by": "fdr_by",
}
"""Adjustments by code, and what statsmodels calls them."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Adjusted(Printed):
    """P-values adjusted for the number of tests.

    Attributes
    ----------
    p_value, adjusted : ndarray of float
        Before and after; NaN where there was no test.
    reject : ndarray of bool
        Whether the adjusted value is at or below `alpha`.
    tests : int
        How many tests were counted.
    """

    p_value: Floats
    adjusted: Floats
    reject: npt.NDArray[np.bool_]
    alpha: float
    method: str
    tests: int

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.p_value)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a test."""
        state = np.where(np.isfinite(self.p_value), State.VALUE.value, State.MISSING.value)
        data = {
            "method": self.method, "state": state, "p_value": self.p_value, "p_adjusted": self.adjusted,
            "reject": self.reject, "alpha": self.alpha, "tests": self.tests,
        }  # fmt: skip
        return tidy(data, len(self))

    def _facts(self) -> dict[str, Any]:
        return {"alpha": self.alpha, "tests": self.tests}

    def _table(self) -> pd.DataFrame:
        return self.to_frame().drop(columns=["alpha", "tests"])


def adjust_p_values(p_values: Any, *, method: str = "holm", alpha: float = 0.05) -> Adjusted:
    """Return p-values adjusted for how many there are.

    Parameters
    ----------
    p_values : array-like
        One a test; empty cells (no test) are left out of the count and stay empty.
    method : {'holm', 'bh', 'by', 'hochberg', 'hommel', 'bonferroni'}
        ``holm`` keeps the chance of **any** false finding below `alpha` (a handful of planned
        comparisons); ``bh`` keeps the **share** of false findings below it (many bodies screened);
        ``by`` does so under any dependence.
    alpha : float
        That chance or share.

    Returns
    -------
    Adjusted

    Raises
    ------
    InputError
        For values outside [0, 1] or an empty array; names the rows.

    Notes
    -----
    Count every test that was looked at, not only those printed.

    References
    ----------
    Holm (1979), *Scand J Stat* 6:65; Benjamini and Hochberg (1995), *JRSS B* 57:289;
    Hochberg (1988), *Biometrika* 75:800; Benjamini and Yekutieli (2001), *Ann Stat* 29:1165.

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03]).adjusted.round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    guards.choice(method, METHODS)
    alpha = guards.between(alpha, "alpha", 0, 1)
    p = guards.numbers(p_values, "p_values")
    bad = p > 1
    if bad.any():
        raise guards.refuse(
            "p_values above 1", "trị số p lớn hơn 1", bad,
            remedy=("A p-value lies between 0 and 1.", "Trị số p nằm giữa 0 và 1."),
        )  # fmt: skip
    known = np.isfinite(p)
    adjusted = np.full(len(p), np.nan)
    if known.any():
        from statsmodels.stats import multitest

        adjust: Any = multitest.multipletests
        adjusted[known] = adjust(p[known], alpha, method=METHODS[method])[1]
    reject = known & (np.where(known, adjusted, 1.0) <= alpha)
    return Adjusted(p_value=p, adjusted=adjusted, reject=reject, alpha=alpha, method=method, tests=int(known.sum()))
