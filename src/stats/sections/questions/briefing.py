"""A chart for a briefing: its own title and size, and what to say of its files."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from stats.errors import UsageError
from stats.figures import retitled
from stats.sections import charts
from stats.sections.blocks import Builder, Section
from stats.sections.questions.answers import answer
from stats.sections.report import Report


def briefing_chart(report: Report, name: str, title: str = "") -> Section:
    """Return a chart by name in the size of the report, under a title of one's own.

    Parameters
    ----------
    report : Report
        `report.size` is the size drawn (``page``, ``half``, ``slide``).
    name : str
        A name or alias of `stats.sections.charts`.
    title : str
        The message; empty keeps the one made from the figures.

    Returns
    -------
    Section
        One chart a deciding actor, then the alternative text to go with the picture; where there are
        no figures, or too few, the sentence that says so.

    Raises
    ------
    UnknownCodeError
        When there is no such chart; the nearest names are given.
    """
    builder = Builder(report, "other")
    name = charts.resolve(name)
    try:
        found = charts.draw(report, name)
    except UsageError:
        label, period = report.text(f"chart.what.{name}"), report.words.period(report.period)
        said = report.text("question.briefing.none", chart=label, body=report.name, period=period)
        return answer(builder, html.escape(said))
    for chart in found:
        builder.chart(retitled(chart, title) if title else chart)
    alts = [html.escape(report.text("question.briefing.alt", alt=chart.alt)) for chart in builder.charts]
    return answer(builder, *alts)


def written(report: Report, paths: Sequence[Path]) -> Section:
    """Return which files were written, in a sentence."""
    builder = Builder(report, "other")
    if not paths:
        return answer(builder, report.text("question.briefing.nothing"))
    names = html.escape(report.words.join([path.name for path in paths]))
    folder = html.escape("/".join(paths[0].parent.parts[-2:]))
    return answer(builder, report.text("question.briefing.written", n=len(paths), folder=folder, items=names))
