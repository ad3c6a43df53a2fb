"""Every chart by name, with the function that makes it."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from stats import timeline
from stats.comparisons import funnels
from stats.errors import UnknownCodeError, UsageError
from stats.figures import Chart
from stats.sections import activity, comparison, coverage, discipline, monitoring, programme, standalone
from stats.sections.blocks import Section
from stats.sections.bodies import BodiesReport, comparison_of
from stats.sections.bodies.side_by_side import MIN_BODIES, Compared, compare, funnel_chart, ranked_chart
from stats.sections.report import Report


def bodies_funnel(report: Report) -> Section:
    """Return the funnel plot of the bodies of a period, a chart a deciding actor."""
    return _bodies(report, funnel_chart)


def bodies_ranked(report: Report) -> Section:
    """Return the bodies of a period in order with their rank intervals, a chart a deciding actor."""
    return _bodies(report, ranked_chart)


def _bodies(report: Report, draw_one: Callable[[BodiesReport, str, Compared], Chart]) -> Section:
    """Draw every group of bodies that is large enough.

    Raises
    ------
    UsageError
        When no group is: says how many bodies there are.
    """
    asked = report
    if not isinstance(asked, BodiesReport):
        asked = comparison_of(report.book, report.period.key, report.words.lang)
    large = {a: entries for a, entries in asked.compared.items() if len(entries) >= funnels.MINIMUM}
    if not large:
        most = max((len(entries) for entries in asked.compared.values()), default=MIN_BODIES - 1)
        raise UsageError(
            f"At most {most} bodies can be set side by side for the period {asked.key!r}; {funnels.MINIMUM} are "
            "needed: nothing was drawn.",
            f"Kỳ {asked.key!r} chỉ có nhiều nhất {most} đảng bộ so sánh được với nhau, cần ít nhất {funnels.MINIMUM}: "
            "không vẽ biểu đồ.",
        )
    made = tuple(draw_one(asked, actor, compare(entries)) for actor, entries in large.items())
    rows = tuple(dict.fromkeys(row for chart in made for row in chart.rows))
    return Section("comparison-bodies", asked.text("section.comparison-bodies"), charts=made, rows=rows)


def coverage_of_body(report: Report) -> Section:
    """Return what has been published of a body, period by period."""
    return coverage.periods(coverage.coverage_of(report.book, report.body.body_id, lang=report.words.lang))


CHARTS: dict[str, Callable[[Report], Section]] = {
    "committee-inspection": activity.committees,
    "own-part": activity.committees,
    "inspection-funnel": activity.signs,
    "thematic-supervision": activity.thematic,
    "inspection-streams": standalone.inspection_streams,
    "inspection-series": standalone.inspection_series,
    "penalty-mix-organisations": discipline.organisations,
    "penalty-mix": discipline.members,
    "penalty-series": standalone.penalty_series,
    "severity-shift": standalone.severity_shift,
    "discipline-series": standalone.discipline_series,
    "violation-contents": discipline.contents,
    "discipline-rate": discipline.rates,
    "funnel-change": comparison.comparison,
    "mix-change": comparison.comparison,
    "count-change": standalone.count_change,
    "programme-progress": programme.progress,
    "programme-assignment": programme.assignment,
    "programme-cases": programme.cases,
    "programme-results": programme.bloc_results,
    "opinions": programme.conference,
    "own-targets": programme.own_targets,
    "bodies-funnel": bodies_funnel,
    "bodies-ranked": bodies_ranked,
    "coverage": coverage_of_body,
    "control": monitoring.control_charts,
    "interrupted": monitoring.interruptions,
    "forecast": monitoring.forecasts,
}
"""Chart name to the function that makes the section holding it."""

ALL_BODIES = frozenset({"bodies-funnel", "bodies-ranked"})
"""Charts on all bodies: they take a period only (`stats.sections.bodies.comparison_of`)."""

SERIES = frozenset({"penalty-series", "discipline-series", "inspection-series"})
"""Charts over several periods of one kind."""

ALIASES = MappingProxyType(
    {
        "change": "count-change",
        "control-chart": "control",
        "contents": "violation-contents",
        "fan": "forecast",
        "funnel": "inspection-funnel",
        "funnel-plot": "bodies-funnel",
        "interrupted-series": "interrupted",
        "mix": "penalty-mix",
        "programme": "programme-progress",
        "ranking": "bodies-ranked",
        "series": "discipline-series",
        "shift": "severity-shift",
        "streams": "inspection-streams",
    }
)
"""Short names people type, and the charts they mean."""


def resolve(name: str) -> str:
    """Return the chart a name or alias means.

    Raises
    ------
    UnknownCodeError
        When there is no such chart; the nearest names are given.

    Examples
    --------
    >>> resolve("funnel"), resolve("penalty-mix")
    ('inspection-funnel', 'penalty-mix')
    """
    plain = name.strip().lower().replace("_", "-")
    found = ALIASES.get(plain, plain)
    if found not in CHARTS:
        raise UnknownCodeError.from_value(("chart", "biểu đồ"), name, [*CHARTS, *ALIASES])
    return found


def draw(report: Report, name: str) -> list[Chart]:
    """Return a chart by name; one for each deciding actor where several have figures.

    Parameters
    ----------
    report : Report
        On a body and a period; for the charts of `ALL_BODIES` a `BodiesReport` does as well.
    name : str
        Name or alias.

    Raises
    ------
    UnknownCodeError
        When there is no such chart; the nearest names are given.
    UsageError
        When the period has no figures for it: a sentence, never an empty picture.
    """
    name = resolve(name)
    section = CHARTS[name](report)
    found = [chart for chart in section.charts if chart.name == name or chart.name.startswith(f"{name}-")]
    others = [other for other in CHARTS if other != name and other.startswith(f"{name}-")]
    found = [chart for chart in found if chart.name not in others]
    if not found:
        body, period = report.body, report.period.key
        if name in SERIES and not report.book.at(body.body_id, period).empty:
            raise UsageError(
                f"The chart {name!r} needs a series: at least {timeline.LEAST} periods of the kind of {period} with "
                f"figures of one actor of {body.name('en')}: nothing was drawn.",
                f"Biểu đồ {name!r} cần một chuỗi gồm ít nhất {timeline.LEAST} kỳ cùng loại với kỳ {period} có số liệu "
                f"của cùng một chủ thể của {body.name('vi')}, hiện chưa có: không vẽ biểu đồ.",
            )
        raise UsageError(
            f"There are no figures for the chart {name!r} of {body.name('en')} in {period}: nothing was drawn.",
            f"Không có số liệu cho biểu đồ {name!r} của {body.name('vi')} kỳ {period}: không vẽ biểu đồ.",
        )
    return found
