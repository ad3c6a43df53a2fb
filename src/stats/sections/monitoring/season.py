"""Figures without their season, for charts that know of none: a rush in December is no signal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stats.guards import Floats
from stats.results import Note
from stats.seasons import by_new_year, stable_season, stl_decomposition
from stats.sections.monitoring.following import Followed
from stats.timeline import Point

SURE = 0.01
"""The season is taken out where chance would show one as strong in fewer than one series in a hundred, the level of
X-13ARIMA-SEATS; taken out of series without one it does the limits no harm (see the method guide)."""

YEARS = 3
"""Fewest full years the season is taken from: with two, each month is a mean of two figures."""

MONTHS = 12


def without_season(followed: Followed) -> tuple[Followed, Note | None]:
    """Return counts with their season taken out, where they have one, and the note that says so.

    Without a season within the year, three full years, a figure in every period and a clear season the series
    comes back as it is. Months with the Lunar New Year are compared with one another.
    """
    season, values = followed.season, followed.values
    if not season or np.isnan(values).any() or len(values) < YEARS * season:
        return followed, None
    order = by_new_year(followed.periods)
    # Not robust: its weights fit the bulk of each month so closely that twice to four times too many others stick out.
    parts = stl_decomposition(
        values[order], model="multiplicative" if values.min() > 0 else "additive",
        rebased=[rule.in_force for rule in followed.breaks], **followed.options,
    )  # fmt: skip
    test = stable_season(parts)
    if not test or test.p_value >= SURE:
        return followed, None
    code = "season_removed" if season != MONTHS else "season_removed_months"
    return _with(followed, parts.adjusted[order], parts.method), Note(code, {"season": season})


def _with(followed: Followed, adjusted: Floats, method: str) -> Followed:
    points = []
    for (period, result), x in zip(followed.points, adjusted, strict=True):
        without = replace(result, estimate=float(x), conf_low=None, conf_high=None, method=method, derived=True)
        points.append(Point(period, without))
    return replace(followed, points=tuple(points))
