"""What do we have: all that is published, and of one body."""

from __future__ import annotations

import html

from stats.sections import coverage
from stats.sections.blocks import Builder, Section
from stats.sections.coverage import grids, overview
from stats.sections.coverage.report import CoverageReport, coverage_of
from stats.sections.questions.answers import answer


def all_published(report: CoverageReport) -> Section:
    """Return how many bodies have figures by calendar year and group of indicators, and the tally in a sentence.

    Parameters
    ----------
    report : CoverageReport
        Of all bodies and periods (`stats.sections.coverage.open_coverage`).
    """
    builder = Builder(report, "coverage-bodies")
    grids.years(builder, report)
    return answer(builder, overview.points(report)[0])


def published_of(report: CoverageReport, place: str) -> Section:
    """Return what is published of one body, period by period.

    Parameters
    ----------
    report : CoverageReport
        Of all bodies and periods.
    place : str
        Body id or name.

    Returns
    -------
    Section
        Grids of periods by groups of indicators and the tally; for a body without any figure the
        sentence that says so, with the bodies that have most.

    Raises
    ------
    UnknownCodeError
        When there is no such body; the nearest are named.
    """
    builder, book = Builder(report, "coverage-periods"), report.book
    named = [body.body_id for body in book.codes.bodies_named(place)] or [book.codes.body(place).body_id]
    known = [body for body in named if body in book.bodies()]
    if not known:
        most = sorted(book.bodies(), key=lambda b: (-len(book.periods(b)), b))[:3]
        said = report.words.join([html.escape(report.called(b)) for b in most])
        name = html.escape(book.codes.bodies.ids[named[0]].name(report.words.lang))
        return answer(builder, report.text("question.nothing_of", body=name, items=said))
    one = coverage_of(book, known[0], lang=report.words.lang)
    one.cited, one.used = report.cited, report.used
    for chart in coverage.periods(one).charts:
        builder.chart(chart)
    return answer(builder, *overview.points(one)[:2])
