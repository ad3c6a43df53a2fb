"""Is there a season at all? The test of Kruskal and Wallis that seasonal adjustment begins with."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from stats.results import Note, TestResult
from stats.seasons.results import Decomposition

METHOD = "stable_season_kruskal_wallis"


def stable_season(parts: Decomposition) -> TestResult:
    """Test whether the same month (quarter) of each year tends to be higher or lower than the others.

    Parameters
    ----------
    parts : Decomposition
        A series taken apart: what is tested is the series without its trend.

    Returns
    -------
    TestResult
        Statistic: H of Kruskal and Wallis over the places of the year, chi-square with ``season - 1`` degrees of
        freedom; ``n`` is the number of points with a trend. ``refused`` with a decomposition that is, and when all
        points are equal.

    Notes
    -----
    Points that follow on each other make the test reject too often, so seasonal adjustment asks for a small
    p-value: X-13ARIMA-SEATS takes 1%, and 0.1% for the F test beside it.

    References
    ----------
    Kruskal and Wallis (1952), *JASA* 47:583; Lothian and Morry (1978), *A test for the presence of identifiable
    seasonality when using the X-11 program*, Statistics Canada.

    Examples
    --------
    >>> from stats.seasons import stl_decomposition
    >>> quarters = [10, 20, 31, 20, 11, 19, 30, 21, 10, 21, 29, 20, 9, 20, 31, 19]
    >>> test = stable_season(stl_decomposition(quarters, season=4))
    >>> test.statistic > 10, test.p_value < 0.01
    (True, True)
    """
    n = float(np.isfinite(parts.trend).sum())
    if not parts:
        return TestResult.refused(METHOD, n, parts.reason or Note("all_equal"))
    apart = parts.observed - parts.trend if parts.model == "additive" else parts.observed / parts.trend
    known = np.isfinite(apart)
    rest, place = apart[known], parts.place[known]
    if np.ptp(rest) == 0:
        return TestResult.refused(METHOD, n, Note("all_equal"))
    ranks = pd.Series(rest).rank().to_numpy()
    counts, sums = np.bincount(place)[1:], np.bincount(place, ranks)[1:]
    there = counts > 0
    ties = np.unique(rest, return_counts=True)[1].astype(float)
    spread = (sums[there] ** 2 / counts[there]).sum() * 12 / (n * (n + 1)) - 3 * (n + 1)
    statistic = float(spread / (1 - (ties**3 - ties).sum() / (n**3 - n)))
    df = float(there.sum() - 1)
    return TestResult(statistic=statistic, p_value=float(special.chdtrc(df, statistic)), df=df, method=METHOD, n=n)
