"""Like-for-like series: single periods from cumulative ones, dated breaks, restated units."""

from stats.series.differences import Increments, increments, remainder
from stats.series.restatement import restate
from stats.series.runs import Runs, comparable_runs, same_start

__all__ = ["Increments", "Runs", "comparable_runs", "increments", "remainder", "restate", "same_start"]
