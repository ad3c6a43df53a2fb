"""The coverage report: what is published, for whom and when, what contradicts, and what can be worked out."""

from stats.sections.coverage.grids import periods
from stats.sections.coverage.lists import approximate, conflicts, derivable, method, outside, papers
from stats.sections.coverage.overview import asked, bodies, summary
from stats.sections.coverage.report import ALL, CoverageReport, coverage_of, open_coverage

__all__ = [
    "ALL", "CoverageReport", "approximate", "asked", "bodies", "conflicts", "coverage_of", "derivable", "method",
    "open_coverage", "outside", "papers", "periods", "summary",
]  # fmt: skip
