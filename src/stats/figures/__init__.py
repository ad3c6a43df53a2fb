"""Charts: one function a chart; results in, a `Chart` out. No function here reads a table or a file."""

from stats.figures.bars import counts_by_group, item_counts, own_part, violation_contents
from stats.figures.chart import Break, Chart, Item, Point
from stats.figures.funnels import conversion_compared, inspection_funnel, rate_compared
from stats.figures.grids import STATUSES, Cell, coverage
from stats.figures.mixes import PENALTIES, mix_compared, penalty_mix
from stats.figures.progress import Progress, programme_progress
from stats.figures.series import counts_over_periods

__all__ = [
    "PENALTIES",
    "STATUSES",
    "Break",
    "Cell",
    "Chart",
    "Item",
    "Point",
    "Progress",
    "conversion_compared",
    "counts_by_group",
    "counts_over_periods",
    "coverage",
    "inspection_funnel",
    "item_counts",
    "mix_compared",
    "own_part",
    "penalty_mix",
    "programme_progress",
    "rate_compared",
    "violation_contents",
]
