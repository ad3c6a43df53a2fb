"""The same question inside every body: association given strata, so that mixing does not mislead.

Pooling provinces can show a shift that happened in none of them (Simpson). These tests compare
only within strata and add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from stats import guards, intervals
from stats.exact import ALTERNATIVES, normal_p
from stats.guards import Floats
from stats.results import Note, Printed, TestResult
from stats.severity.tables import counts, level_scores


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CmhTests(Printed):
    """The three statistics of Landis, Heyman and Koch for one stack of tables.

    Attributes
    ----------
    correlation : TestResult
        Ordered rows with ordered columns: a shift (1 degree of freedom).
    row_means : TestResult
        Mean column score differs between rows, whatever their order (rows - 1).
    general : TestResult
        Any difference ((rows - 1) (columns - 1)).
    """

    correlation: TestResult
    row_means: TestResult
    general: TestResult

    def to_frame(self) -> pd.DataFrame:
        """Return one row a statistic."""
        parts = [self.correlation, self.row_means, self.general]
        return pd.concat([p.to_frame() for p in parts], ignore_index=True)


def generalised_cmh(
    tables: Any,
    *,
    row_scores: str | Sequence[float] = "table",
    column_scores: str | Sequence[float] = "table",
) -> CmhTests:
    """Test association of rows and columns within strata (generalised Cochran-Mantel-Haenszel).

    Parameters
    ----------
    tables : array-like of shape (strata, rows, columns)
        One table a stratum (body, decider): periods in rows, penalties in columns.
    row_scores, column_scores : {'table', 'rank', 'ridit', 'modridit'} or sequence
        Distances between the levels; ranks are taken within each stratum.

    Returns
    -------
    CmhTests
        A statistic is ``refused`` (``one_level``) where no stratum has two filled rows and two filled
        columns, so that nothing varies within strata.

    Raises
    ------
    InputError
        For counts that cannot be used or scores that do not match.

    Notes
    -----
    Under the null hypothesis each stratum is hypergeometric given its margins. Strata with fewer than
    two cases add nothing. Levels that are empty in every stratum are left out of the degrees of
    freedom. Differences in opposite directions cancel: look at the strata too.

    References
    ----------
    Landis, Heyman and Koch (1978), *Int Stat Rev* 46:237; Agresti (2002), 7.5.3.

    Examples
    --------
    With one stratum the general statistic is Pearson's chi-square times (n - 1) / n:

    >>> tests = generalised_cmh([[[29, 13], [7, 7], [7, 21]]])
    >>> round(tests.general.statistic * 84 / 83, 3), tests.general.df
    (13.055, 2.0)
    """
    x = counts(tables, ndim=3)
    rows, columns = x.sum(axis=2), x.sum(axis=1)
    n = rows.sum(axis=1)
    use = n > 1
    if not use.any():
        nothing = [
            TestResult.refused(f"cmh_{name}", float(n.sum()), Note("one_level"))
            for name in ("correlation", "row_means", "general")
        ]
        return CmhTests(correlation=nothing[0], row_means=nothing[1], general=nothing[2])
    x, rows, columns, n = x[use], rows[use], columns[use], n[use]
    u, v = level_scores(row_scores, rows, "row_scores"), level_scores(column_scores, columns, "column_scores")
    expected = rows[:, :, None] * columns[:, None, :] / n[:, None, None]
    gap = x - expected
    # Covariance of a stratum: Kronecker product of the covariances of its margins, over n - 1.
    cov_rows = _margin(rows, n)
    cov_columns = _margin(columns, n)
    column_var = np.einsum("hk,hkl,hl->h", v, cov_columns, v)
    row_var = np.einsum("hi,hij,hj->h", u, cov_rows, u)
    joint = np.einsum("hij,hi,hj->", gap, u, v)
    by_row = np.einsum("hij,hj->i", gap, v)[:-1]
    by_row_cov = np.einsum("hij,h->ij", cov_rows, column_var / (n - 1))[:-1, :-1]
    every = gap.sum(axis=0)[:-1, :-1].ravel()
    size = (x.shape[1] - 1) * (x.shape[2] - 1)
    every_cov = np.einsum("hij,hkl,h->ikjl", cov_rows, cov_columns, 1 / (n - 1))[:-1, :-1, :-1, :-1].reshape(size, size)
    total = float(n.sum())
    return CmhTests(
        correlation=_quadratic(
            np.array([joint]), np.array([[(row_var * column_var / (n - 1)).sum()]]), "correlation", total
        ),
        row_means=_quadratic(by_row, by_row_cov, "row_means", total),
        general=_quadratic(every, every_cov, "general", total),
    )


def _margin(margin: Floats, n: Floats) -> Floats:
    diagonal = np.einsum("hi,ij->hij", margin, np.eye(margin.shape[1]))
    out: Floats = diagonal - np.einsum("hi,hj->hij", margin, margin) / n[:, None, None]
    return out


def _quadratic(gap: Floats, covariance: Floats, name: str, n: float) -> TestResult:
    # An empty level makes the covariance singular: its rank is then the degrees of freedom.
    rank = int(
        np.linalg.matrix_rank(covariance, tol=1e-9 * max(float(np.abs(covariance).max()), 1e-300), hermitian=True)
    )
    if rank == 0:
        return TestResult.refused(f"cmh_{name}", n, Note("one_level"))
    inverse = np.linalg.inv(covariance) if rank == len(gap) else np.linalg.pinv(covariance, rcond=1e-9, hermitian=True)
    value = max(float(gap @ inverse @ gap), 0.0)
    caveats = () if rank == len(gap) else (Note("empty_levels"),)
    return TestResult(
        statistic=value, p_value=float(special.chdtrc(rank, value)), df=float(rank), method=f"cmh_{name}", n=n,
        caveats=caveats,
    )  # fmt: skip


def mantel_haenszel(
    tables: Any, *, correction: bool = False, conf_level: float = 0.95, alternative: str = "two-sided"
) -> TestResult:
    """Test and estimate the common odds ratio of two by two tables (Mantel and Haenszel).

    Parameters
    ----------
    tables : array-like of shape (strata, 2, 2)
        Rows: this side and the other; columns: with and without the outcome.
    correction : bool
        Continuity correction of one half, as R's ``mantelhaen.test`` does by default.
    conf_level : float
        Level of the interval of the common odds ratio (Robins, Breslow and Greenland).
    alternative : {'two-sided', 'greater', 'less'}
        Direction of the odds ratio, for the p-value. The interval stays two-sided: for a one-sided 95% limit ask for
        ``conf_level=0.90``.

    Returns
    -------
    TestResult
        ``statistic`` is the chi-square with one degree of freedom; ``estimate`` the common odds
        ratio. ``extra`` holds ``z``, its signed root, ``breslow_day`` and ``tarone`` with p-values,
        the tests that the odds ratio *is* common, and the common ``risk_ratio``. With a single stratum
        there is nothing to compare and those p-values are NaN. Where no stratum has cases in both rows
        and both columns the result is ``refused`` (``one_level``).

    Raises
    ------
    InputError
        For counts that cannot be used or tables that are not two by two.

    Notes
    -----
    When the homogeneity tests reject, one common figure hides that bodies moved differently.

    References
    ----------
    Mantel and Haenszel (1959), *JNCI* 22:719; Robins, Breslow and Greenland (1986), *Biometrics*
    42:311; Breslow and Day (1980), 4.4; Tarone (1985), *Biometrika* 72:91.

    Examples
    --------
    Berkeley admissions by department (Bickel, Hammel and O'Connell 1975):

    >>> berkeley = [[[512, 313], [89, 19]], [[353, 207], [17, 8]], [[120, 205], [202, 391]],
    ...             [[138, 279], [131, 244]], [[53, 138], [94, 299]], [[22, 351], [24, 317]]]
    >>> result = mantel_haenszel(berkeley, correction=True)
    >>> round(result.statistic, 4), round(result.estimate, 4)
    (1.4269, 0.9047)
    """
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    conf_level = guards.level(conf_level)
    x = counts(tables, ndim=3)
    if x.shape[1:] != (2, 2):
        raise guards.refuse(
            "mantel_haenszel needs two by two tables", "mantel_haenszel cần các bảng 2 x 2",
            remedy=("Use generalised_cmh for larger tables.", "Dùng generalised_cmh cho bảng lớn hơn."),
        )  # fmt: skip
    method = "mantel_haenszel_corrected" if correction else "mantel_haenszel"
    n = x.sum(axis=(1, 2))
    x, n = x[n > 1], n[n > 1]
    a, b, c, d = x[:, 0, 0], x[:, 0, 1], x[:, 1, 0], x[:, 1, 1]
    r1, r2, c1, c2 = a + b, c + d, a + c, b + d
    variance = float((r1 * r2 * c1 * c2 / (n**2 * (n - 1))).sum()) if len(n) else 0.0
    gap = float((a - r1 * c1 / n).sum()) if len(n) else 0.0
    if variance <= 0:
        return TestResult.refused(method, float(n.sum()), Note("one_level"), alternative=alternative)
    size = max(abs(gap) - min(0.5, abs(gap)), 0.0) if correction else abs(gap)
    statistic = size**2 / variance
    top, bottom = a * d / n, b * c / n
    one, other = (a + d) / n, (b + c) / n
    z = float(np.copysign(np.sqrt(statistic), gap))
    extra: dict[str, Any] = {"strata": len(n), "correction": correction, "z": z}
    extra["risk_ratio"] = _ratio(float((a * r2 / n).sum()), float((c * r1 / n).sum()))
    odds, low, high = _ratio(float(top.sum()), float(bottom.sum())), 0.0, float("inf")
    caveats: tuple[Note, ...] = ()
    if top.sum() > 0 and bottom.sum() > 0:
        r, s = float(top.sum()), float(bottom.sum())
        spread = float(
            (one * top).sum() / (2 * r * r) + (one * bottom + other * top).sum() / (2 * r * s)
            + (other * bottom).sum() / (2 * s * s)
        )  # fmt: skip
        half = intervals.z_value(conf_level) * float(np.sqrt(spread))
        low, high = odds * float(np.exp(-half)), odds * float(np.exp(half))
        extra.update(_homogeneity(a, r1, r2, c1, odds))
    else:
        caveats = (Note("undefined_at_zero", {"method": "odds_ratio"}),)
    return TestResult(
        statistic=statistic, p_value=float(normal_p(np.array(z), alternative)), df=1.0,
        method=method, alternative=alternative, n=float(n.sum()), estimate=odds, conf_low=low, conf_high=high,
        conf_level=conf_level, extra=extra, caveats=caveats,
    )  # fmt: skip


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else float("inf") if top > 0 else 1.0


def _homogeneity(a: Floats, r1: Floats, r2: Floats, c1: Floats, odds: float) -> dict[str, float]:
    # First cell expected under the common odds ratio: the root of a quadratic inside its range.
    p = odds - 1
    q = -((r1 + c1) * odds + (r2 - c1))
    root = np.sqrt(np.maximum(q**2 - 4 * p * odds * r1 * c1, 0.0))
    mean = np.clip(2 * odds * r1 * c1 / (-q + root), np.maximum(0.0, c1 - r2), np.minimum(r1, c1))
    cells = np.stack([mean, r1 - mean, c1 - mean, r2 - c1 + mean])
    fine = (cells > 0).all(axis=0)
    spread = np.where(fine, 1 / (1 / np.where(cells > 0, cells, 1.0)).sum(axis=0), 0.0)
    gap = np.where(fine, a - mean, 0.0)
    strata = int(fine.sum())
    value = float((gap**2 / np.where(fine, spread, 1.0)).sum())
    tarone = value - float(gap.sum() ** 2 / spread.sum()) if strata else value
    df = max(strata - 1, 0)
    p_values = [float(special.chdtrc(df, max(v, 0.0))) if df else float("nan") for v in (value, tarone)]
    return {
        "breslow_day": value, "breslow_day_p": p_values[0], "tarone": max(tarone, 0.0), "tarone_p": p_values[1],
        "homogeneity_df": float(df),
    }  # fmt: skip
