"""XmR charts: figures one by one, with limits from how much they move, of one series or of thousands at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from stats import guards
from stats.monitoring.charts import ControlChart
from stats.monitoring.course import Course, charted, settle
from stats.monitoring.limits import (
    D2,
    MEDIAN_FACTOR,
    MEDIAN_RANGE_LIMIT,
    RANGE_LIMIT,
    XMR_FACTOR,
    individual_limits,
)

SPREADS = {
    "moving_range": (XMR_FACTOR, RANGE_LIMIT),
    "median_moving_range": (MEDIAN_FACTOR, MEDIAN_RANGE_LIMIT),
    "sd": (3.0, RANGE_LIMIT * D2),
}
"""Estimates of the variation of figures, with the usual distance of the limits and that of the ranges' own limit."""


def xmr_chart(
    values: Any, *, screen: bool = False, factor: float | None = None, spread: str = "moving_range",
    centre: str = "mean", **course: Unpack[Course],
) -> ControlChart:  # fmt: skip
    """Return XmR charts: individual figures around their mean, with limits from the moving ranges.

    Parameters
    ----------
    values : array-like, shape (points,) or (series, points)
        Counts, shares or rates in order of time. Empty cells are missing.
    screen : bool
        Whether moving ranges of 3.267 times their mean or more are left out before the limits are drawn. The
        tool of NHS England keeps them (the default here), the R package NHSRplotthedots leaves them out; the
        limits differ, and `ControlChart.method` says which was done.
    factor : float, optional
        Distance of the limits from the centre, in mean (or median) moving ranges: by default 2.66 (3.145);
        Montgomery and R's ``qcc`` take ``3 / 1.128``.
    spread : {'moving_range', 'median_moving_range', 'sd'}
        Mean moving range; median one, which a few large jumps do not widen (Wheeler); or the standard
        deviation over c4 (``std.dev="SD"`` of ``qcc``), which a trend or shift widens most.
    centre : {'mean', 'median'}
        Centre line.
    **course
        Periods, dated breaks, baseline, rules: see `Course`.

    Returns
    -------
    ControlChart

    Raises
    ------
    InputError
        For figures that are no numbers, or options that do not fit them.

    Notes
    -----
    For figures that follow each other without trend or season. Limits from few points are uncertain: with 24
    points of pure noise the chance of at least one signal of the NHS rules is far above 5%; the method guide
    gives the numbers. At least 12 points a phase, half of them with a figure just before them (else
    ``series_missing_values``): limits come from moving ranges.

    References
    ----------
    Wheeler (1993), *Understanding Variation*; Wheeler and Chambers (1992), *Understanding Statistical Process
    Control* (median ranges); NHS England, *Making Data Count*; Nelson (1982), *J Quality
    Technology* 14:172 (the screening).

    Examples
    --------
    >>> chart = xmr_chart([5, 7, 6, 8, 6, 5, 7, 6, 8, 7, 6, 5, 19, 6])
    >>> print(chart.centre[0, 0].round(2), chart.upper[0, 0].round(2), chart.method)
    7.21 16.01 xmr_unscreened
    >>> chart.hits()[["rule", "direction", "points"]].to_numpy().tolist()
    [['nhs_outside', 'high', (12,)]]
    """
    x = guards.numbers(values, "values", minimum=None, ndim=2)
    guards.choice(spread, SPREADS, ("spread", "cách ước lượng độ phân tán"))
    guards.choice(centre, ("mean", "median"), ("centre line", "đường trung tâm"))
    if (screen and spread != "moving_range") or (factor is not None and spread == "sd"):
        raise guards.refuse(
            "screen and factor belong to moving ranges", "screen và factor chỉ dùng cho biên độ di động",
            remedy=("Use spread='moving_range'.", "Hãy dùng spread='moving_range'."),
        )  # fmt: skip
    usual, highest = SPREADS[spread]
    reach = usual if factor is None else guards.between(factor, "factor", 0, np.inf)
    setting = settle(x, x, course)
    lines = individual_limits(x, setting.basis, screen=screen, factor=reach, spread=spread, centre=centre)
    ranges = np.empty_like(x)
    ranges[:, 1:] = np.abs(x[:, 1:] - x[:, :-1])
    ranges[:, np.flatnonzero(np.diff(setting.basis.phase, prepend=-2))] = np.nan
    taken = ("screened" if screen else "unscreened") if spread == "moving_range" else spread
    method = f"xmr_{'' if centre == 'mean' else 'median_centre_'}{taken}"
    chart = charted(setting, lines, x, kind="xmr", method=method, floor=None, ceiling=None)
    return replace(chart, moving_range=ranges, range_limit=chart.sigma * 3 / reach * highest)
