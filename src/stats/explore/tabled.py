"""The figures of a choice as a table, laid out as the reports do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stats import denominators
from stats.displays import Table
from stats.indicators import Indicator
from stats.results import Result
from stats.sections import discipline, listing
from stats.sections.listing import Line
from stats.sections.report import Report


def tabled(report: Report, indicator: Indicator, results: Sequence[Result]) -> Table:
    """Return the results of an indicator with the counts they are made of, a line a figure.

    Parameters
    ----------
    report : Report
        The body, the period and the language; its numbered sources are those the table cites.
    indicator : Indicator
        What was asked for.
    results : sequence of Result
        Its results; without any the table has no line and says so.
    """
    words = report.words
    label = indicator.label(words.lang)
    caption = report.text("explore.title", label=label, body=report.name, period=words.period(report.period))
    lines = [line for actor in dict.fromkeys(r.actor for r in results)
             for line in _lines(report, indicator, [r for r in results if r.actor == actor])]  # fmt: skip
    per = float(indicator.definition["per"] or 0)
    head = words.text("explore.rate_head", per=words.number(per)) if per else ""
    return listing.tabled(report, lines, caption=caption, id_=f"t-{indicator.id}", share=head)


def _lines(report: Report, indicator: Indicator, results: Sequence[Result]) -> list[Line]:
    """Return the lines of one deciding stream."""
    words, catalogue, actor = report.words, report.book.catalogue, results[0].actor
    if indicator.kind == "count":
        return [Line(indicator.label(words.lang), r) for r in results]
    if indicator.kind == "contents":
        base = discipline.counted_violations(report, list(results))
        shown = [discipline.of_violations(r) for r in results] if base else results
        return [Line(words.label("violations", r.category), r) for r in shown]
    names = [*indicator.parts, indicator.definition["denominator"]]
    counts = {name: report.first(name, actor) for name in names if name in catalogue}
    labels = {name: catalogue[name].label(words.lang) for name in counts}
    if indicator.kind == "mix":
        by_penalty = {r.category: r for r in results}
        whole, *parts = names[-1], *indicator.parts
        return [
            Line(labels[whole], counts[whole]),
            *(Line(labels[name], counts[name], by_penalty[penalty]) for name in parts
              if (penalty := catalogue[name].definition["penalty"]) in by_penalty),
        ]  # fmt: skip
    lines = [Line(labels[names[0]], counts[names[0]], results[0])]
    if indicator.kind == "rate":
        base_of = denominators.membership(report.book.tables.membership, report.body.body_id, report.period)
        return [*lines, Line(report.text("sources.members"), replace(base_of, actor=actor, unit="members"))]
    return [*lines, Line(labels[names[-1]], counts[names[-1]])]
