"""Charts: one function a chart; results in, a `Chart` out. No function here reads a table or a file."""

from stats.figures.bars import by_stream, counts_by_group, item_counts, own_part, violation_contents
from stats.figures.bodies import funnel_plot, ranked_bodies
from stats.figures.chart import Break, Chart, Item, Point
from stats.figures.control import control_chart
from stats.figures.diverging import Change, changes, severity_shift
from stats.figures.fan import forecast_fan
from stats.figures.funnels import conversion_compared, inspection_funnel, rate_compared
from stats.figures.grids import STATUSES, Cell, coverage
from stats.figures.interrupted import interrupted_series
from stats.figures.mixes import PENALTIES, mix_compared, mix_over_periods, penalty_mix
from stats.figures.progress import Progress, programme_progress
from stats.figures.series import counts_over_periods
from stats.figures.titles import retitled

__all__ = [
    "PENALTIES",
    "STATUSES",
    "Break",
    "Cell",
    "Change",
    "Chart",
    "Item",
    "Point",
    "Progress",
    "by_stream",
    "changes",
    "control_chart",
    "conversion_compared",
    "counts_by_group",
    "counts_over_periods",
    "coverage",
    "forecast_fan",
    "funnel_plot",
    "inspection_funnel",
    "interrupted_series",
    "item_counts",
    "mix_compared",
    "mix_over_periods",
    "own_part",
    "penalty_mix",
    "programme_progress",
    "ranked_bodies",
    "rate_compared",
    "retitled",
    "severity_shift",
    "violation_contents",
]
