"""Months and quarters have seasons: a series taken apart into trend, season and remainder."""

from stats.seasons.decompositions import PERIODIC, classical_decomposition, stl_decomposition
from stats.seasons.new_year import by_new_year, new_year_month
from stats.seasons.results import MODELS, Decomposition
from stats.seasons.stable import stable_season

__all__ = [
    "MODELS", "PERIODIC", "Decomposition", "by_new_year", "classical_decomposition", "new_year_month", "stable_season",
    "stl_decomposition",
]  # fmt: skip
