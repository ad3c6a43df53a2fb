"""Figures without their season, for charts that know of none: a rush in December is no signal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stats.guards import Floats
from stats.results import Note
from stats.seasons import stable_season, stl_decomposition
from stats.sections.monitoring.following import Followed
from stats.timeline import Point

SURE = 0.001
"""The season is taken out where chance would show one as strong in fewer than one series in a thousand."""

YEARS = 3
"""Fewest full years the season is taken from: with two, each month is a mean of two figures."""


def without_season(followed: Followed) -> tuple[Followed, Note | None]:
    """Return counts with their season taken out, where they have one, and the note that says so.

    Without a season within the year, three full years, a figure in every period and a clear season the series
    comes back as it is.
    """
    season, values = followed.season, followed.values
    if not season or np.isnan(values).any() or len(values) < YEARS * season:
        return followed, None
    parts = stl_decomposition(
        values, model="multiplicative" if values.min() > 0 else "additive", robust=True,
        rebased=[rule.in_force for rule in followed.breaks], **followed.options,
    )  # fmt: skip
    test = stable_season(parts)
    if not test or test.p_value >= SURE:
        return followed, None
    return _with(followed, parts.adjusted, parts.method), Note("season_removed", {"season": season})


def _with(followed: Followed, adjusted: Floats, method: str) -> Followed:
    points = []
    for (period, result), x in zip(followed.points, adjusted, strict=True):
        without = replace(result, estimate=float(x), conf_low=None, conf_high=None, method=method, derived=True)
        points.append(Point(period, without))
    return replace(followed, points=tuple(points))
