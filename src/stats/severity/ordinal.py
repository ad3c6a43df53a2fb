"""Did penalties get harsher? Tests that use the order of the penalties, or of the years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from stats import guards
from stats.guards import Floats
from stats.results import Note, State, TestResult
from stats.severity.tables import Tests, counts, level_scores

ALTERNATIVES = ("two-sided", "increasing", "decreasing")
"""Alternatives of the trend tests."""


def _p(z: Floats | float, alternative: str) -> Any:
    if alternative == "two-sided":
        return 2 * special.ndtr(-np.abs(z))
    return special.ndtr(-z if alternative == "increasing" else z)


def linear_by_linear(
    table: Any,
    *,
    row_scores: str | Sequence[float] = "table",
    column_scores: str | Sequence[float] = "table",
    variance: str = "n-1",
    alternative: str = "two-sided",
    fractions: str = "keep",
) -> TestResult:
    """Test for a linear association of ordered rows with ordered columns (Mantel).

    Parameters
    ----------
    table : array-like
        One table, or a stack of them (strata: bodies, deciders) whose trends are added up.
    row_scores, column_scores : {'table', 'rank', 'ridit', 'modridit'} or sequence
        Distances between the levels; ranks are taken within each stratum.
    variance : {'n-1', 'n'}
        ``n-1`` is the permutation variance (SAS, coin, statsmodels), ``n`` that of R's
        ``prop.trend.test`` for two columns.
    alternative : {'two-sided', 'increasing', 'decreasing'}
        ``increasing``: higher rows go with higher columns (later is harsher).
    fractions : {'keep', 'cut'}
        ``cut`` takes counts as whole cases, as R's ``coin`` does: a half put into an empty cell for
        another method counts as the zero it stands for.

    Returns
    -------
    TestResult
        ``statistic`` is z; its square is the CMH correlation statistic. ``extra`` holds the
        correlation of the scores. Without variation in rows or columns it is ``refused`` (``one_level``).

    Raises
    ------
    InputError
        For counts that cannot be used or scores that do not match.

    Notes
    -----
    One degree of freedom, so it sees a shift that a chi-square spreads thin; it misses
    polarisation, where both ends grow (`stats.severity.mix`). Penalties have no natural distances:
    show that equal steps and ranks agree. Strata with fewer than two cases add nothing.

    References
    ----------
    Mantel (1963), *JASA* 58:690; Landis, Heyman and Koch (1978), *Int Stat Rev* 46:237.

    Examples
    --------
    Job satisfaction by income (Agresti 2002, table 7.8, pooled over gender):

    >>> table = [[2, 4, 13, 3], [2, 6, 22, 4], [0, 1, 15, 8], [0, 3, 13, 8]]
    >>> round(linear_by_linear(table).statistic, 4)
    2.7623
    """
    guards.choice(variance, ("n-1", "n"), ("variance", "phương sai"))
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    guards.choice(fractions, ("keep", "cut"), ("treatment of fractions", "cách xử lý phần lẻ"))
    stack = counts(table, ndim=3)
    stack = np.floor(stack) if fractions == "cut" else stack
    rows, columns = stack.sum(axis=2), stack.sum(axis=1)
    n = rows.sum(axis=1)
    u, v = level_scores(row_scores, rows, "row_scores"), level_scores(column_scores, columns, "column_scores")
    safe = np.where(n > 0, n, 1.0)
    # Scores are centred first: with large scores the plain sums of squares lose their digits.
    u = u - ((rows * u).sum(axis=1) / safe)[:, None]
    v = v - ((columns * v).sum(axis=1) / safe)[:, None]
    joint = np.einsum("hij,hi,hj->h", stack, u, v)
    squares = (rows * u**2).sum(axis=1), (columns * v**2).sum(axis=1)
    divisor = np.where(n > 1, n - 1 if variance == "n-1" else n, np.inf)
    total = float((squares[0] * squares[1] / divisor).sum())
    method = f"linear_by_linear_{variance}"
    if not total > 0:
        return TestResult.refused(method, float(n.sum()), Note("one_level"), alternative=alternative)
    z = float(joint.sum() / np.sqrt(total))
    size = float(np.sqrt(squares[0].sum() * squares[1].sum()))
    return TestResult(
        statistic=z, p_value=float(_p(z, alternative)), method=method, alternative=alternative, n=float(n.sum()),
        extra={"correlation": float(joint.sum()) / size, "strata": len(stack)},
    )  # fmt: skip


def jonckheere(table: Any, *, variance: str = "tied", alternative: str = "two-sided") -> TestResult:
    """Test for an ordered shift across ordered groups (Jonckheere and Terpstra).

    Parameters
    ----------
    table : array-like
        Ordered groups (years) in rows, ordered outcomes in columns.
    variance : {'tied', 'untied'}
        ``tied`` corrects for ties (SAS); ``untied`` is what DescTools and clinfun use. With four
        penalties almost everything is tied, so the correction matters.
    alternative : {'two-sided', 'increasing', 'decreasing'}
        ``increasing``: later rows have higher columns.

    Returns
    -------
    TestResult
        ``statistic`` is z; ``extra`` holds J, its mean and its variance. With all cases in one group or in
        one category it is ``refused`` (``one_level``).

    Raises
    ------
    InputError
        For counts that cannot be used.

    References
    ----------
    Jonckheere (1954), *Biometrika* 41:133; Hollander and Wolfe (1999), 6.2; SAS PROC FREQ documentation.

    Examples
    --------
    Two groups: J is the Mann-Whitney count, here 1 x 3 + half of the ties.

    >>> jonckheere([[2, 1], [1, 3]]).extra["J"]
    8.5
    """
    guards.choice(variance, ("tied", "untied"), ("variance", "phương sai"))
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    x = counts(table)
    groups, ties = x.sum(axis=1), x.sum(axis=0)
    n = float(groups.sum())
    method = f"jonckheere_{variance}"
    if min((groups > 0).sum(), (ties > 0).sum()) < 2:
        return TestResult.refused(method, n, Note("one_level"), alternative=alternative)
    earlier = x.cumsum(axis=0) - x
    below = earlier.cumsum(axis=1) - earlier
    j = float((x * (below + earlier / 2)).sum())
    mean = (n**2 - float((groups**2).sum())) / 4
    if variance == "untied":
        var = (n**2 * (2 * n + 3) - float((groups**2 * (2 * groups + 3)).sum())) / 72
    else:
        var = (n * (n - 1) * (2 * n + 5) - sum(float((m * (m - 1) * (2 * m + 5)).sum()) for m in (groups, ties))) / 72
        threes = [float((m * (m - 1) * (m - 2)).sum()) for m in (groups, ties)]
        twos = [float((m * (m - 1)).sum()) for m in (groups, ties)]
        var += threes[0] * threes[1] / (36 * n * (n - 1) * (n - 2)) if n > 2 else 0.0
        var += twos[0] * twos[1] / (8 * n * (n - 1)) if n > 1 else 0.0
    if not var > 1e-12 * n**3:
        return TestResult.refused(method, n, Note("one_level"), alternative=alternative)
    z = (j - mean) / float(np.sqrt(var))
    return TestResult(
        statistic=z, p_value=float(_p(z, alternative)), method=method, alternative=alternative, n=n,
        extra={"J": j, "mean": mean, "variance": var},
    )  # fmt: skip


def jonckheere_values(
    values: Any, groups: Any, *, variance: str = "tied", alternative: str = "two-sided"
) -> TestResult:
    """Test for an ordered shift when each case has a value and a group.

    Parameters
    ----------
    values : array-like
        Outcome of each case; ties are allowed.
    groups : array-like
        Ordered group of each case, as numbers.
    variance, alternative
        As in `jonckheere`.

    Returns
    -------
    TestResult

    Raises
    ------
    InputError
        For missing values, arrays of different lengths, or a single group.

    Examples
    --------
    >>> jonckheere_values([1, 2, 3, 4, 5, 6], [1, 1, 2, 2, 3, 3]).extra["J"]
    12.0
    """
    v, g = guards.aligned(
        values=guards.numbers(values, "values", minimum=None, missing=False),
        groups=guards.numbers(groups, "groups", minimum=None, missing=False),
    )
    levels, row = np.unique(g, return_inverse=True)
    kinds, column = np.unique(v, return_inverse=True)
    if len(levels) < 2:
        raise guards.refuse(
            "All cases are in one group", "Mọi trường hợp thuộc một nhóm",
            remedy=("Give at least two ordered groups.", "Cần ít nhất hai nhóm có thứ tự."),
        )  # fmt: skip
    table = np.zeros((len(levels), max(len(kinds), 2)))
    np.add.at(table, (row.ravel(), column.ravel()), 1.0)
    return jonckheere(table, variance=variance, alternative=alternative)


def trend_in_shares(
    events: Any,
    totals: Any,
    *,
    scores: Sequence[float] | None = None,
    variance: str = "n",
    alternative: str = "two-sided",
) -> Tests:
    """Test for a trend of a share over ordered groups (Cochran and Armitage).

    Parameters
    ----------
    events, totals : array-like
        One row of ordered groups (years), or a table with one series a row.
    scores : sequence of float, optional
        Positions of the groups; 1, 2, 3 ... by default. Give the years when they are not equally far
        apart.
    variance : {'n', 'n-1'}
        ``n`` is R's ``prop.trend.test``; ``n-1`` is the permutation variance (statsmodels, CMH).
    alternative : {'two-sided', 'increasing', 'decreasing'}
        Direction of the share.

    Returns
    -------
    Tests
        ``statistic`` is z (its square is the chi-square with one degree of freedom);
        ``extra["slope"]`` is the change of the share per unit of score. Series of one total kind
        (all or none) are ``refused``.

    Raises
    ------
    InputError
        For events above totals, empty cells, fewer than two groups, or scores that do not match.

    Notes
    -----
    Periods must not overlap and no definition may break between them. With bodies behind the counts
    the z is too large by the square root of the design effect (`stats.shares.design_effect`).

    References
    ----------
    Cochran (1954), *Biometrics* 10:417; Armitage (1955), *Biometrics* 11:375.

    Examples
    --------
    Smokers among lung patients in four studies (Fleiss 1981):

    >>> test = trend_in_shares([83, 90, 129, 70], [86, 93, 136, 82])
    >>> round(float(test.statistic[0]) ** 2, 4), round(float(test.p_value[0]), 6)
    (8.2249, 0.004132)
    """
    guards.choice(variance, ("n", "n-1"), ("variance", "phương sai"))
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    x, n = counts(events, name="events", smallest=(1, 2)), counts(totals, name="totals", smallest=(1, 2))
    if x.shape != n.shape:
        raise guards.refuse(
            f"events is {x.shape[0]} x {x.shape[1]}, totals {n.shape[0]} x {n.shape[1]}",
            f"số sự kiện cỡ {x.shape[0]} x {x.shape[1]}, tổng số {n.shape[0]} x {n.shape[1]}",
            remedy=("Give one total an event count.", "Mỗi số sự kiện cần một tổng số."),
        )
    guards.within(x.ravel(), n.ravel(), names=("events", "totals"))
    s = level_scores("table" if scores is None else scores, n, "scores")
    total = n.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    share = x.sum(axis=1) / safe
    centred = s - ((n * s).sum(axis=1) / safe)[:, None]
    squares = (n * centred**2).sum(axis=1)
    known = (share > 0) & (share < 1) & (squares > 0)
    variance_ = np.where(known, share * (1 - share) * squares, 1.0)
    if variance == "n-1":
        variance_ = variance_ * safe / np.maximum(safe - 1, 1.0)
    gap = (centred * x).sum(axis=1)
    z = np.where(known, gap / np.sqrt(variance_), np.nan)
    caveats = (Note("one_level", {"rows": guards.rows_of(~known)}),) if (~known).any() else ()
    return Tests(
        statistic=z,
        p_value=np.where(known, _p(np.where(known, z, 0.0), alternative), np.nan),
        df=np.where(known, 1.0, np.nan),
        method=f"cochran_armitage_{variance}",
        n=total,
        state=np.where(known, State.VALUE.value, State.REFUSED.value),
        extra={"slope": np.where(known, gap / np.where(squares > 0, squares, 1.0), np.nan)},
        caveats=caveats,
    )
