"""Has something changed, or is it noise: what the methods over time say, or what a series lacks for them."""

from __future__ import annotations

from stats.sections import monitoring
from stats.sections.blocks import Builder, Section
from stats.sections.questions.answers import answer, unanswered
from stats.sections.report import Report


def noise(report: Report) -> Section:
    """Return whether the figures of a body moved beyond their usual variation, with the charts that show it.

    Control charts, the trend since the last dated change, the step at a dated change and a forecast, each on
    the members disciplined and inspected and the share found in violation, over periods of the report's kind.

    Returns
    -------
    Section
        The charts of the methods whose conditions hold; what each says, and a line with the reason for each
        that was refused.
    """
    builder = Builder(report, "monitoring")
    found = monitoring.outcomes(report)
    if not found:
        return unanswered(builder, monitoring.nothing_followed(report), monitoring.INDICATORS)
    if monitoring.too_short(found):
        return answer(builder, monitoring.shortness(report, found))
    for tried in found.values():
        monitoring.draw(builder, tried)
    return answer(builder, *(said for tried in found.values() for said in monitoring.sentences(report, tried)))
