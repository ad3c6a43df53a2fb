"""Shares: what part of the inspected, of the violators, of the disciplined.

Every share is a fraction (0.441, not 44.1) with an interval, and says what its base counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stats import guards, intervals, simultaneous
from stats.errors import InputError
from stats.exact import ALTERNATIVES, binomial_p, normal_p
from stats.guards import Flags, Floats
from stats.results import Estimates, Note, State, TestResult

METHODS = {
    "wilson": intervals.wilson,
    "wilson_cc": intervals.wilson_cc,
    "clopper_pearson": intervals.clopper_pearson,
    "mid_p": intervals.mid_p,
    "jeffreys": intervals.jeffreys,
    "agresti_coull": intervals.agresti_coull,
    "likelihood": intervals.likelihood,
}
"""Interval methods for one share, by code."""


def share(
    numerator: Any,
    denominator: Any,
    *,
    method: str = "wilson",
    conf_level: float = 0.95,
    unit: str = "",
    base: str = "",
) -> Estimates:
    """Return shares with confidence intervals, one a row.

    Parameters
    ----------
    numerator, denominator : array-like or scalar
        Counts; a scalar serves every row. Empty cells and a base of zero give the state ``missing``.
    method : {'wilson', 'clopper_pearson', 'mid_p', 'jeffreys', 'wilson_cc', 'agresti_coull', 'likelihood'}
        ``wilson`` for tables; ``clopper_pearson`` when coverage must never fall short;
        ``mid_p`` for a handful of cases without that price.
    conf_level : float
        Level of the interval.
    unit, base : str
        What is counted and what the base counts.

    Returns
    -------
    Estimates

    Raises
    ------
    InputError
        For negative counts, a numerator above its denominator, text, or an empty array; names the rows.

    Notes
    -----
    Wilson's interval stays inside [0, 1] at 0 of n and n of n and keeps close to its level for small
    n, where the textbook ("Wald") interval collapses to a point. Not for members counted several
    times (`stats.rates.repeat_events`) nor for bodies pooled together (`clustered_share`).

    References
    ----------
    Wilson (1927), *JASA* 22:209; Clopper and Pearson (1934), *Biometrika* 26:404;
    Brown, Cai and DasGupta (2001), *Statistical Science* 16:101; Newcombe (1998), *Stat Med* 17:857.

    Examples
    --------
    By hand, 5 of 10: middle (5 + 1.92) / 13.84 = 0.5, half-width 0.2634.

    >>> row = share(5, 10)[0]
    >>> round(row.conf_low, 4), row.estimate, round(row.conf_high, 4)
    (0.2366, 0.5, 0.7634)
    >>> share([0, 3], [0, 3]).to_frame()["state"].tolist()
    ['missing', 'value']
    """
    guards.choice(method, METHODS)
    conf_level = guards.level(conf_level)
    x, n = guards.aligned(
        numerator=guards.numbers(numerator, "numerator"), denominator=guards.numbers(denominator, "denominator")
    )
    guards.within(x, n)
    known = np.isfinite(x) & np.isfinite(n) & (n > 0)
    xs, ns = np.where(known, x, 0.0), np.where(known, n, 1.0)
    low, high = METHODS[method](xs, ns, conf_level)
    return Estimates(
        estimate=np.where(known, xs / ns, np.nan),
        conf_low=np.where(known, low, np.nan),
        conf_high=np.where(known, high, np.nan),
        conf_level=conf_level,
        method=method,
        numerator=x,
        denominator=n,
        unit=unit,
        base=base,
        kind="share",
        state=states(known),
        caveats=fractional(x, n),
    )


def states(known: Flags) -> Any:
    """Return the state of each row: ``value`` where known, else ``missing``."""
    return np.where(known, State.VALUE.value, State.MISSING.value)


def fractional(*counts: Floats) -> tuple[Note, ...]:
    """Return a caveat when counts are not whole: a 2.377 that meant 2,377 must not pass unseen."""
    odd = np.zeros(len(counts[0]), dtype=bool)
    for array in counts:
        odd |= np.isfinite(array) & (array != np.floor(array))
    return (Note("fractional_counts", {"rows": guards.rows_of(odd)}),) if odd.any() else ()


def share_test(
    numerator: float, denominator: float, *, value: float, method: str = "central", conf_level: float = 0.95,
    alternative: str = "two-sided",
) -> TestResult:  # fmt: skip
    """Test one share against a fixed value.

    Parameters
    ----------
    numerator, denominator : float
        Whole counts.
    value : float
        The share under the null hypothesis (a target, a national figure that is not itself uncertain).
    method : {'central', 'minlike', 'mid_p', 'score'}
        Convention of the two-sided p-value; ``minlike`` is that of R's ``binom.test``.
    conf_level : float
        Level of the interval: Clopper-Pearson beside the exact tests, mid-p beside ``mid_p``, Wilson
        beside ``score``.
    alternative : {'two-sided', 'greater', 'less'}
        Direction of the test. The interval stays two-sided: for a one-sided 95% limit ask for
        ``conf_level=0.90``.

    Returns
    -------
    TestResult

    Raises
    ------
    InputError
        For counts that cannot be used, or a `value` outside (0, 1).

    Notes
    -----
    ``minlike`` has no interval that always agrees with it; ``central`` and ``score`` do.

    Examples
    --------
    >>> result = share_test(682, 925, value=0.75, method="minlike")
    >>> round(result.p_value, 4), round(result.conf_low, 4)
    (0.3825, 0.7077)
    """
    guards.choice(method, ("central", "minlike", "mid_p", "score"))
    guards.choice(alternative, ALTERNATIVES, ("alternative", "đối thuyết"))
    value = guards.between(value, "value", 0, 1)
    x = guards.numbers(numerator, "numerator", missing=False)
    n = guards.numbers(denominator, "denominator", minimum=1, missing=False)
    if len(x) != 1 or len(n) != 1:
        raise guards.refuse(
            "share_test takes one share", "share_test chỉ nhận một tỷ lệ",
            remedy=("Use share() for many, with multiplicity control.", "Dùng share() cho nhiều dòng."),
        )  # fmt: skip
    guards.within(x, n)
    interval = {"mid_p": "mid_p", "score": "wilson"}.get(method, "clopper_pearson")
    row = share(x, n, method=interval, conf_level=conf_level)[0]
    if method == "score":
        statistic = float((x[0] - n[0] * value) / np.sqrt(n[0] * value * (1 - value)))
        p_value = float(normal_p(np.array(statistic), alternative))
    else:
        guards.whole(x, "numerator")
        guards.whole(n, "denominator")
        statistic = float("nan")
        p_value = float(binomial_p(x, n, np.array([value]), method, alternative)[0])
    return TestResult(
        statistic=statistic, p_value=p_value, method=f"binomial_{method}", alternative=alternative, n=float(n[0]),
        estimate=row.estimate, conf_low=row.conf_low, conf_high=row.conf_high, conf_level=row.conf_level,
        extra={"null": value, "interval": interval},
    )  # fmt: skip


SIMULTANEOUS = {
    "goodman": simultaneous.goodman,
    "sison_glaz": simultaneous.sison_glaz,
    "quesenberry_hurst": simultaneous.quesenberry_hurst,
    "fitzpatrick_scott": simultaneous.fitzpatrick_scott,
}
"""Methods for the shares of one total, read together."""


def shares_of_total(
    counts: Any, *, method: str = "goodman", conf_level: float = 0.95, unit: str = "", base: str = ""
) -> Estimates:
    """Return the shares of one total with intervals that hold together.

    Parameters
    ----------
    counts : array-like
        One row of counts (the four penalties), or a table with one total a row.
    method : {'goodman', 'sison_glaz', 'quesenberry_hurst', 'fitzpatrick_scott'}
        Goodman is right with small cells; Sison-Glaz is shorter when all cells are well filled;
        the other two are older and wider, for comparison with published tables.
    conf_level : float
        Chance that **all** intervals of a row cover at once.
    unit, base : str
        What is counted and what the base counts.

    Returns
    -------
    Estimates
        One row a cell; for a table, its rows one after the other (``reshape(counts.shape)``).
        Rows with an empty cell or a total of zero are ``missing``.

    Raises
    ------
    InputError
        For negative counts, fewer than two categories, or an empty array.

    Notes
    -----
    Four separate 95% intervals cover all four shares only about 81% of the time. With k categories
    Goodman takes the chi-square quantile with 1 degree of freedom at ``1 - alpha / k``,
    Quesenberry-Hurst that with k - 1 at ``1 - alpha``. Sison-Glaz follows Sison and Glaz (1995),
    with the truncated-Poisson Edgeworth approximation; with a cell below 5 it can be far too short
    (a caveat says so): use Goodman there.

    References
    ----------
    Goodman (1965), *Technometrics* 7:247; Quesenberry and Hurst (1964), *Technometrics* 6:191;
    Fitzpatrick and Scott (1987), *JASA* 82:875; Sison and Glaz (1995), *JASA* 90:366.

    Examples
    --------
    Hà Nội, half-term 2020-2025: 2,377 members by reprimand, warning, removal, expulsion:

    >>> frame = shares_of_total([1783, 281, 25, 288]).to_frame()
    >>> frame[["estimate", "conf_low", "conf_high"]].round(3).iloc[2].tolist()
    [0.011, 0.006, 0.017]
    """
    guards.choice(method, SIMULTANEOUS)
    conf_level = guards.level(conf_level)
    table = guards.numbers(counts, "counts", ndim=2)
    if table.shape[1] < 2:
        raise guards.refuse(
            "Shares of a total need two categories or more", "Tỷ lệ trong tổng cần ít nhất hai nhóm",
            remedy=("Use share() for a single share.", "Dùng share() cho một tỷ lệ."),
        )  # fmt: skip
    totals = table.sum(axis=1, keepdims=True)
    known = np.isfinite(totals) & (totals > 0)
    x, n = np.where(known, table, 1.0), np.where(known, totals, float(table.shape[1]))
    p = x / n
    if method == "sison_glaz":
        guards.whole(table.ravel(), "counts")
    low, high = SIMULTANEOUS[method](x, n, conf_level)
    every = np.broadcast_to(known, table.shape).ravel()
    caveats = (Note("simultaneous", {"categories": table.shape[1]}), *fractional(table.ravel()))
    sparse = known[:, 0] & (x < 5).any(axis=1)
    if method == "sison_glaz" and sparse.any():
        caveats = (*caveats, Note("small_cells", {"below": 5, "rows": guards.rows_of(sparse)}))

    def flat(values: Floats) -> Floats:
        return np.where(every, np.clip(values, 0.0, 1.0).ravel(), np.nan)

    return Estimates(
        estimate=flat(p), conf_low=flat(np.where(x == 0, 0.0, low)), conf_high=flat(np.where(x == n, 1.0, high)),
        conf_level=conf_level, method=method, numerator=table.ravel(),
        denominator=np.broadcast_to(totals, table.shape).ravel().copy(), unit=unit, base=base, kind="share",
        state=states(every), caveats=caveats,
    )  # fmt: skip


def clustered_share(
    numerator: Any, denominator: Any, *, design_effect: Any, method: str = "wilson", conf_level: float = 0.95,
    unit: str = "", base: str = "",
) -> Estimates:  # fmt: skip
    """Return shares of cases that come in clusters, with the interval widened by the design effect.

    Parameters
    ----------
    numerator, denominator : array-like or scalar
        Counts pooled over bodies.
    design_effect : array-like or scalar
        Variance over that of independent cases (`design_effect`); values below 1 count as 1.
    method, conf_level, unit, base
        As in `share`; the interval is taken at ``x / deff`` of ``n / deff``.

    Returns
    -------
    Estimates
        Numerator and denominator stay the counts themselves.

    Raises
    ------
    InputError
        As `share`, and for a design effect that is missing.

    Notes
    -----
    Members of one cell disciplined for one affair are not independent: the effective number of cases
    is n / deff. Not a cure for a base that is wrong.

    References
    ----------
    Rao and Scott (1992), *Biometrics* 48:577; Kish (1965), *Survey Sampling*.

    Examples
    --------
    >>> wide = clustered_share(30, 200, design_effect=4)[0]
    >>> plain = share(7.5, 50)[0]
    >>> wide.conf_low == plain.conf_low, wide.numerator
    (True, 30.0)
    """
    deff = guards.numbers(design_effect, "design_effect", missing=False)
    x, n, deff = guards.aligned(
        numerator=guards.numbers(numerator, "numerator"),
        denominator=guards.numbers(denominator, "denominator"),
        design_effect=deff,
    )
    guards.within(x, n)
    deff = np.maximum(deff, 1.0)
    thin = share(x / deff, n / deff, method=method, conf_level=conf_level)
    shown = float(deff[0]) if np.ptp(deff) == 0 else "per row"
    return Estimates(
        estimate=thin.estimate, conf_low=thin.conf_low, conf_high=thin.conf_high, conf_level=thin.conf_level,
        method=f"{method}_clustered", numerator=x, denominator=n, unit=unit, base=base, kind="share", state=thin.state,
        caveats=(Note("design_effect", {"deff": shown}), *fractional(x, n)),
    )  # fmt: skip


def design_effect(numerator: Any, denominator: Any, *, method: str = "pearson") -> float:
    """Return how much more the shares of bodies vary than independent cases would.

    Parameters
    ----------
    numerator, denominator : array-like
        Counts, one row a body; rows with a base of zero or an empty cell are left out.
    method : {'pearson', 'ratio'}
        ``pearson`` is the Pearson chi-square over its degrees of freedom (phi of funnels);
        ``ratio`` is the variance of the pooled share as a ratio estimator over its binomial
        variance (Rao and Scott).

    Returns
    -------
    float
        1 when cases behave as independent; never below 0.

    Raises
    ------
    InputError
        With fewer than two usable bodies, or when nobody or everybody is in the numerator.

    Examples
    --------
    By hand: shares 0.2 and 0.4 of 10 each around 0.3 give 2 × 10 × 0.01 / 0.21.

    >>> round(design_effect([2, 4], [10, 10]), 4)
    0.9524
    """
    guards.choice(method, ("pearson", "ratio"))
    x, n = guards.aligned(
        numerator=guards.numbers(numerator, "numerator"), denominator=guards.numbers(denominator, "denominator")
    )
    guards.within(x, n)
    use = np.isfinite(x) & np.isfinite(n) & (n > 0)
    x, n = x[use], n[use]
    pooled = float(x.sum() / n.sum()) if len(n) else 0.0
    if len(n) < 2 or not 0 < pooled < 1:
        raise _no_spread(len(n))
    bodies = len(n)
    if method == "pearson":
        return float(((x - n * pooled) ** 2 / (n * pooled * (1 - pooled))).sum() / (bodies - 1))
    variance = bodies / (bodies - 1) * ((x - n * pooled) ** 2).sum() / n.sum() ** 2
    return float(variance / (pooled * (1 - pooled) / n.sum()))


def _no_spread(bodies: int) -> InputError:
    return guards.refuse(
        f"A design effect needs two bodies and a share between 0 and 1; {bodies} bodies are usable",
        f"Hệ số thiết kế cần ít nhất hai đơn vị và tỷ lệ giữa 0 và 1; có {bodies} đơn vị dùng được",
        remedy=(
            "Give a design effect from another period, or do not pool.",
            "Hãy dùng hệ số của kỳ khác, hoặc không gộp.",
        ),
    )
