"""Is it another mix? Chi-square and G tests of tables, with effect sizes, for one table or many."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stats import guards
from stats.guards import Floats
from stats.results import Note, State, TestResult
from stats.severity.tables import Tests, counts

STATISTICS = ("pearson", "g", "freeman_tukey", "cressie_read")
"""Members of the power-divergence family."""


def independence(table: Any, *, statistic: str = "pearson", correction: bool = False) -> TestResult:
    """Test whether the mix is the same in every row of a table.

    Parameters
    ----------
    table : array-like
        Counts; rows are periods or bodies, columns penalties. Empty rows and columns are left out.
    statistic : {'pearson', 'g', 'freeman_tukey', 'cressie_read'}
        Pearson's chi-square or another member of the family; ``g`` is the likelihood ratio.
    correction : bool
        Yates' correction, for two by two tables only.

    Returns
    -------
    TestResult
        ``extra`` holds ``cramer_v``, ``contingency`` (Pearson's coefficient), ``min_expected``. With
        expected counts below 5 in more than a fifth of the cells, or below 1 in any, the caveat is
        ``small_expected``: use `stats.severity.exact_tables` then.

    Raises
    ------
    InputError
        For negative or missing counts or a table smaller than two by two.

    Notes
    -----
    Says only *different*, not harsher: see `stats.severity.ordinal`. Rows must not overlap (a term
    and a year inside it), and members counted several times inflate the statistic.

    References
    ----------
    Agresti (2013), *Categorical Data Analysis*, 3.2; Cressie and Read (1984), *JRSS B* 46:440.

    Examples
    --------
    The arthritis trial of Koch and Edwards (1988):

    >>> result = independence([[29, 13], [7, 7], [7, 21]])
    >>> round(result.statistic, 3), round(result.extra["cramer_v"], 3), result.df
    (13.055, 0.394, 2.0)
    """
    return independence_of_many(np.asarray(counts(table))[None], statistic=statistic, correction=correction)[0]


def independence_of_many(tables: Any, *, statistic: str = "pearson", correction: bool = False) -> Tests:
    """Test a stack of tables in one call.

    Parameters
    ----------
    tables : array-like of shape (tests, rows, columns)
        Counts.
    statistic, correction
        As in `independence`.

    Returns
    -------
    Tests
        A table with fewer than two filled rows or columns is ``refused`` (``one_level``).

    Raises
    ------
    InputError
        For counts that cannot be used.

    Examples
    --------
    >>> tests = independence_of_many([[[10, 10], [10, 10]], [[20, 0], [0, 20]]])
    >>> tests.statistic.tolist()
    [0.0, 40.0]
    """
    guards.choice(statistic, STATISTICS, ("statistic", "thống kê"))
    stack = counts(tables, ndim=3)
    rows, columns = stack.sum(axis=2), stack.sum(axis=1)
    n = rows.sum(axis=1)
    # Of an empty table both factors are -1: without the bound they would make one degree of freedom.
    df = np.maximum((rows > 0).sum(axis=1) - 1.0, 0.0) * np.maximum((columns > 0).sum(axis=1) - 1.0, 0.0)
    known = df > 0
    expected = rows[:, :, None] * columns[:, None, :] / np.where(n > 0, n, 1.0)[:, None, None]
    cell = expected > 0
    value = _divergence(stack, expected, cell, statistic, correction and stack.shape[1:] == (2, 2))
    smallest = np.where(cell, expected, np.inf).min(axis=(1, 2))
    few = ((expected < 5) & cell).sum(axis=(1, 2)) > 0.2 * cell.sum(axis=(1, 2))
    caveats = []
    thin = known & (few | (smallest < 1))
    if thin.any():
        caveats.append(Note("small_expected", {"smallest": float(smallest[thin].min()), "rows": guards.rows_of(thin)}))
    if (~known).any():
        caveats.append(Note("one_level", {"rows": guards.rows_of(~known)}))
    # Effect sizes rest on Pearson's statistic, whichever was asked for.
    pearson = _divergence(stack, expected, cell, "pearson", correct=False)
    smaller = np.minimum((rows > 0).sum(axis=1), (columns > 0).sum(axis=1)) - 1.0
    safe_n, safe_df = np.where(n > 0, n, 1.0), np.where(known, df, 1.0)
    return Tests(
        statistic=np.where(known, value, np.nan),
        p_value=np.where(known, special.chdtrc(safe_df, np.maximum(value, 0.0)), np.nan),
        df=np.where(known, df, np.nan),
        method=f"chi_square_{statistic}{'_yates' if correction else ''}",
        n=n,
        state=np.where(known, State.VALUE.value, State.REFUSED.value),
        extra={
            "cramer_v": np.where(known, np.sqrt(pearson / (safe_n * np.maximum(smaller, 1.0))), np.nan),
            "contingency": np.where(known, np.sqrt(pearson / (pearson + safe_n)), np.nan),
            "min_expected": np.where(known, smallest, np.nan),
        },
        caveats=tuple(caveats),
    )


def _divergence(seen: Floats, expected: Floats, cell: Any, statistic: str, correct: bool) -> Floats:
    e = np.where(cell, expected, 1.0)
    x = np.where(cell, seen, 1.0)
    if correct:  # towards the expected count by a half, never past it
        gap = e - x
        x = x + np.sign(gap) * np.minimum(0.5, np.abs(gap))
    if statistic == "pearson":
        terms = (x - e) ** 2 / e
    elif statistic == "g":
        terms = 2 * (special.xlogy(x, x / e) - x + e)
    elif statistic == "freeman_tukey":
        terms = 4 * (np.sqrt(x) - np.sqrt(e)) ** 2
    else:
        terms = 9 / 5 * x * ((x / e) ** (2 / 3) - 1) - 6 / 5 * (x - e)
    total: Floats = np.where(cell, terms, 0.0).sum(axis=(1, 2))
    return np.maximum(total, 0.0)
