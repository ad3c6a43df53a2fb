"""Every chart by name, with the section that makes it."""

from __future__ import annotations

from collections.abc import Callable

from stats.errors import UnknownCodeError, UsageError
from stats.figures import Chart
from stats.sections import activity, comparison, discipline, programme
from stats.sections.blocks import Section
from stats.sections.report import Report

CHARTS: dict[str, Callable[[Report], Section]] = {
    "committee-inspection": activity.committees,
    "own-part": activity.committees,
    "inspection-funnel": activity.signs,
    "thematic-supervision": activity.thematic,
    "penalty-mix-organisations": discipline.organisations,
    "penalty-mix": discipline.members,
    "violation-contents": discipline.contents,
    "discipline-rate": discipline.rates,
    "funnel-change": comparison.comparison,
    "mix-change": comparison.comparison,
    "programme-progress": programme.progress,
    "programme-assignment": programme.assignment,
    "programme-cases": programme.cases,
    "programme-results": programme.bloc_results,
    "opinions": programme.conference,
    "own-targets": programme.own_targets,
}
"""Chart name to the section that holds it."""


def draw(report: Report, name: str) -> list[Chart]:
    """Return a chart by name; one for each deciding actor where several have figures.

    Raises
    ------
    UnknownCodeError
        When there is no such chart; the nearest names are given.
    UsageError
        When the period has no figures for it: a sentence, never an empty picture.
    """
    if name not in CHARTS:
        raise UnknownCodeError.from_value(("chart", "biểu đồ"), name, CHARTS)
    section = CHARTS[name](report)
    found = [chart for chart in section.charts if chart.name == name or chart.name.startswith(f"{name}-")]
    others = [other for other in CHARTS if other != name and other.startswith(f"{name}-")]
    found = [chart for chart in found if chart.name not in others]
    if not found:
        body, period = report.body, report.period.key
        raise UsageError(
            f"There are no figures for the chart {name!r} of {body.name('en')} in {period}: nothing was drawn.",
            f"Không có số liệu cho biểu đồ {name!r} của {body.name('vi')} kỳ {period}: không vẽ biểu đồ.",
        )
    return found
