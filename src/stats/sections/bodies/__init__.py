"""The comparison report: bodies on a base inside the table, one kind of period and one actor at a time."""

from stats.sections.bodies.lists import apart, figures, method
from stats.sections.bodies.report import BodiesReport, comparison_of, open_comparison
from stats.sections.bodies.side_by_side import compared, summary

__all__ = [
    "BodiesReport", "apart", "compared", "comparison_of", "figures", "method", "open_comparison", "summary",
]  # fmt: skip
