"""Missing reports imputed several times and pooled by Rubin's rules.

Which bodies publish is seldom chance (notable years, good news), so an imputed figure stands beside
the bounds of `stats.quality.missing`, never in their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from stats import guards
from stats.guards import Floats
from stats.results import Note, Printed, State, TestResult, tidy


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pooled(Printed):
    """Estimates pooled over imputed data sets by Rubin's rules; arrays hold one value a quantity.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high : ndarray of float
        Pooled figures.
    within, between, total : ndarray of float
        Mean variance inside the sets, variance between them, and the whole.
    df : ndarray of float
        Degrees of freedom (Barnard and Rubin when the complete-data ones are known).
    riv, lam, fmi : ndarray of float
        Relative increase in variance, share of variance due to what is missing, and fraction of
        missing information.
    """

    estimate: Floats
    std_error: Floats
    conf_low: Floats
    conf_high: Floats
    conf_level: float
    within: Floats
    between: Floats
    total: Floats
    df: Floats
    riv: Floats
    lam: Floats
    fmi: Floats
    sets: int
    method: str = "rubin"
    state: State = State.VALUE
    reason: Note | None = None
    caveats: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything could be pooled."""
        return self.state is State.VALUE

    def __len__(self) -> int:
        """Return the number of quantities."""
        return len(self.estimate)

    def test(self, i: int = 0, *, null: float = 0.0) -> TestResult:
        """Return the t-test of one quantity against a value."""
        t = float((self.estimate[i] - null) / self.std_error[i]) if self.std_error[i] > 0 else 0.0
        df = float(self.df[i])
        p_value = 2 * float(special.ndtr(-abs(t)) if np.isinf(df) else special.stdtr(df, -abs(t)))
        return TestResult(
            statistic=t, p_value=p_value, df=df, method=self.method, estimate=float(self.estimate[i]),
            conf_low=float(self.conf_low[i]), conf_high=float(self.conf_high[i]), conf_level=self.conf_level,
        )  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Return one row a quantity: the shared columns, then the variance and its parts."""
        data = {
            "estimate": self.estimate, "conf_low": self.conf_low, "conf_high": self.conf_high,
            "conf_level": self.conf_level, "method": self.method, "state": self.state.value,
            "std_error": self.std_error, "df": self.df, "within": self.within, "between": self.between,
            "total": self.total, "riv": self.riv, "lambda": self.lam, "fmi": self.fmi,
        }  # fmt: skip
        return tidy(data, len(self), caveats=self.caveats)

    def _facts(self) -> dict[str, Any]:
        return {"sets": self.sets}


def rubin_pool(
    estimates: Any, variances: Any, *, complete_df: float = float("inf"), conf_level: float = 0.95
) -> Pooled:
    """Pool estimates from imputed data sets.

    Parameters
    ----------
    estimates, variances : array-like
        One value a data set, or a table with data sets in rows and quantities in columns.
    complete_df : float
        Degrees of freedom had nothing been missing (cases minus parameters).
    conf_level : float
        Level of the interval.

    Returns
    -------
    Pooled

    Raises
    ------
    InputError
        For fewer than two data sets, shapes that differ, or negative variances.

    Notes
    -----
    Total variance = within + (1 + 1/m) between. With ``complete_df`` the degrees of freedom are those of
    Barnard and Rubin, which never exceed it; the classical ones can.

    References
    ----------
    Rubin (1987), *Multiple Imputation for Nonresponse in Surveys*; Barnard and Rubin (1999), *Biometrika*
    86:948; van Buuren (2018), *Flexible Imputation of Missing Data*, 2.3.

    Examples
    --------
    By hand: mean 2, within 1, between 1, total 1 + 4/3 = 7/3.

    >>> pooled = rubin_pool([1, 2, 3], [1, 1, 1])
    >>> float(pooled.estimate[0]), round(float(pooled.total[0]), 6), round(float(pooled.df[0]), 4)
    (2.0, 2.333333, 6.125)
    """
    conf_level = guards.level(conf_level)
    complete_df = float(complete_df)
    if not complete_df > 0:
        raise guards.refuse("complete_df must be above 0", "bậc tự do phải lớn hơn 0")
    q = _sets(estimates, "estimates", None)
    u = _sets(variances, "variances", 0.0)
    if q.shape != u.shape or len(q) < 2:
        raise guards.refuse(
            f"estimates are {q.shape[0]} x {q.shape[1]}, variances {u.shape[0]} x {u.shape[1]}; two data sets or more",
            f"ước lượng cỡ {q.shape[0]} x {q.shape[1]}, phương sai cỡ {u.shape[0]} x {u.shape[1]}; cần từ hai bộ",
            remedy=("Give one variance an estimate.", "Mỗi ước lượng cần một phương sai."),
        )
    m = len(q)
    estimate, within, between = q.mean(axis=0), u.mean(axis=0), q.var(axis=0, ddof=1)
    extra = (1 + 1 / m) * between
    total = within + extra
    safe = np.where(total > 0, total, 1.0)
    lam = extra / safe
    share = np.maximum(lam, 1e-4)  # below this the imputations agree and the old df are practically infinite
    old = (m - 1) / share**2
    if np.isinf(complete_df):
        df = old
    else:
        seen = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
        df = old * seen / (old + seen)
    riv = np.where(within > 0, extra / np.where(within > 0, within, 1.0), np.where(extra > 0, np.inf, 0.0))
    finite = np.isfinite(riv)
    part = np.where(finite, riv, 0.0)
    fmi = np.where(finite, (part + 2 / (df + 3)) / (1 + part), 1.0)
    error = np.sqrt(total)
    half = special.stdtrit(df, 1 - (1 - conf_level) / 2) * error
    return Pooled(
        estimate=estimate, std_error=error, conf_low=estimate - half, conf_high=estimate + half, conf_level=conf_level,
        within=within, between=between, total=total, df=df, riv=riv, lam=lam, fmi=fmi, sets=m,
        method="rubin" if np.isinf(complete_df) else "rubin_barnard",
    )  # fmt: skip


def _sets(values: Any, name: str, minimum: float | None) -> Floats:
    array = np.asarray(values, dtype=object)
    if array.ndim == 1:
        return guards.numbers(values, name, minimum=minimum, missing=False)[:, None]
    return guards.numbers(values, name, minimum=minimum, missing=False, ndim=2)


def impute_rate(
    count: Any,
    exposure: Any,
    *,
    rng: np.random.Generator | int,
    sets: int = 50,
    per: float = 1000,
    conf_level: float = 0.95,
    minimum: int = 8,
) -> Pooled:
    """Return the pooled rate of all bodies, with the missing counts imputed several times.

    Parameters
    ----------
    count : array-like
        Events, empty where the body did not report.
    exposure : array-like
        Members of all bodies.
    rng : Generator or int
        Seed.
    sets : int
        Imputed data sets.
    per : float
        Multiplier of the rate.
    conf_level : float
        Level of the interval.
    minimum : int
        Fewest bodies that must have reported.

    Returns
    -------
    Pooled
        The rate per `per` with the caveat ``imputed``; ``refused`` when fewer than `minimum` reported
        (give the bounds then).

    Raises
    ------
    InputError
        For counts that cannot be used.

    Notes
    -----
    Missing bodies are taken to be like those that reported, given their members: a strong assumption,
    so `total_bounds` goes first. Each set draws the reporting bodies anew (bootstrap), fits the
    between-body variance by moments, draws each missing body's rate from a gamma and its count from a
    Poisson. Rates are pooled on the log scale.

    References
    ----------
    Rubin (1987); Marshall (1991), *Applied Statistics* 40:283 for the moments.

    Examples
    --------
    >>> pooled = impute_rate([5, 7, 6, 8, 4, 6, 7, 5, None], [100] * 9, rng=1, per=100)
    >>> bool(pooled.conf_low[0] < 6 < pooled.conf_high[0]), pooled.caveats[0].values["missing"]
    (True, 1)
    """
    x, n = guards.aligned(
        count=guards.numbers(count, "count"),
        exposure=guards.numbers(exposure, "exposure", minimum=np.finfo(float).tiny, missing=False),
    )
    per, sets = guards.between(per, "per", 0, np.inf), int(guards.between(sets, "sets", 1, 10**6))
    here = np.isfinite(x)
    if here.sum() < minimum or x[here].sum() == 0:
        reason = Note("too_few_bodies", {"found": int(here.sum()), "needed": minimum})
        blank = np.full(1, np.nan)
        return Pooled(
            estimate=blank, std_error=blank, conf_low=blank, conf_high=blank, conf_level=conf_level, within=blank,
            between=blank, total=blank, df=blank, riv=blank, lam=blank, fmi=blank, sets=0, method="rubin_log_rate",
            state=State.REFUSED, reason=reason, caveats=(reason,),
        )  # fmt: skip
    chance = np.random.default_rng(rng)
    known_x, known_n, absent = x[here], n[here], n[~here]
    pick = chance.integers(0, len(known_x), (sets, len(known_x)))
    xs, ns = known_x[pick], known_n[pick]
    mean = np.maximum(xs.sum(axis=1), 0.5) / ns.sum(axis=1)
    spread = (ns * (xs / ns - mean[:, None]) ** 2).sum(axis=1) / ns.sum(axis=1)
    between = np.maximum(spread - mean / ns.mean(axis=1), 1e-9 * mean**2)
    shape = (mean**2 / between)[:, None]
    drawn = chance.poisson(chance.gamma(shape, (between / mean)[:, None], (sets, len(absent))) * absent)
    total = known_x.sum() + drawn.sum(axis=1)
    rate = total / n.sum()
    # Variance of the log rate: Poisson plus what the bodies vary among themselves.
    excess = float(((known_x - known_n * known_x.sum() / known_n.sum()) ** 2).sum() / known_x.sum())
    phi = max(excess * len(known_x) / max(len(known_x) - 1, 1), 1.0)
    pooled = rubin_pool(np.log(rate), phi / total, complete_df=len(x) - 1, conf_level=conf_level)
    note = Note("imputed", {"missing": int((~here).sum()), "bodies": len(x), "sets": sets})
    centre = np.exp(pooled.estimate) * per
    return Pooled(
        estimate=centre, std_error=pooled.std_error * centre, conf_low=np.exp(pooled.conf_low) * per,
        conf_high=np.exp(pooled.conf_high) * per, conf_level=conf_level, within=pooled.within, between=pooled.between,
        total=pooled.total, df=pooled.df, riv=pooled.riv, lam=pooled.lam, fmi=pooled.fmi, sets=sets,
        method="rubin_log_rate", caveats=(note,),
    )  # fmt: skip
