"""The kinds of report: the sections each is made of, in their order, and the cover that opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stats.sections import (
    activity,
    blocks,
    bodies,
    briefing,
    comparison,
    context,
    coverage,
    discipline,
    monitoring,
    programme,
    sources,
)
from stats.sections.blocks import Section
from stats.sections.office import office

SECTIONS: Mapping[str, tuple[Callable[[Any], Section], ...]] = {
    "period": (
        context.summary, activity.committees, activity.signs, activity.thematic, activity.tasks,
        discipline.organisations, discipline.members, discipline.contents, discipline.rates, comparison.comparison,
        monitoring.monitoring, context.visit, context.other, context.gaps, sources.sources, context.method,
    ),
    "briefing": (
        briefing.key_figures, briefing.changes, briefing.pictures, sources.sources, context.method,
    ),
    "programme": (
        programme.summary, programme.progress, programme.assignment, programme.cases, programme.conference,
        programme.bloc_results, programme.own_targets, programme.related, sources.sources,
    ),
    "coverage": (
        coverage.summary, coverage.bodies, coverage.periods, coverage.asked, coverage.conflicts, coverage.approximate,
        coverage.derivable, coverage.outside, coverage.papers, sources.sources, coverage.method,
    ),
    "comparison": (
        bodies.summary, bodies.compared, bodies.apart, bodies.figures, sources.sources, bodies.method,
    ),
}  # fmt: skip
"""Kind of report to its sections; the report notebooks show exactly these."""


def make(report: Any, kind: str) -> dict[str, Section]:
    """Return the sections of a report by id, in their order, the cover first.

    Parameters
    ----------
    report : Report
        A report of the kind.
    kind : str
        A key of `SECTIONS`.

    Notes
    -----
    All are made at once: the date on a report, where none is asked for, is that of the newest
    document any of its sections rests on, and the cover prints it.
    """
    made = [section(report) for section in SECTIONS[kind]]
    return {"cover": _cover(report, kind), **{section.id: section for section in made}}


def _cover(report: Any, kind: str) -> Section:
    words, day = report.words, report.asked_date or sources.newest(report)
    mark = {
        "title": report.text(f"report.title.{kind}"),
        "subtitle": report.text("report.subtitle", body=report.name, period=words.period(report.period)),
        "lang": words.lang,
        "place": report.name,
        "period": words.period(report.period, heading=True),
        "date": day.isoformat(),
        "office": office(report),
        "draft": report.text("report.draft"),
        "dateline": report.text(
            "report.dateline",
            date=words.date(day),
            start=words.date(report.period.start, short=True),
            end=words.date(report.period.end, short=True),
            months=words.months(report.period),
        ),
        "contents": report.text("report.contents"),
        "skip": report.text("report.skip"),
        "foot": report.text("report.foot"),
        "noscript": report.text("report.noscript"),
    }
    return blocks.cover(mark)
