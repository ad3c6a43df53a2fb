"""What is not compared and why, every figure behind the comparison, and how it was made."""

from __future__ import annotations

import pandas as pd

from stats.comparisons import funnels
from stats.displays import Column, table
from stats.sections.blocks import Builder, Section
from stats.sections.bodies.report import REASONS, BodiesReport, Entry


def apart(report: BodiesReport) -> Section:
    """Return what was published for the period, or overlaps it, and is not set side by side."""
    builder, words = Builder(report, "comparison-apart"), report.words
    found = report.apart
    if not found:
        builder.text(report.text("bodies.apart.none"), kind="none")
    else:
        builder.text(report.text("bodies.apart.finding", n=len(found)))
        frame = pd.DataFrame(
            {
                "body": [e.body.name(words.lang) for e in found],
                "period": [words.period(e.period, heading=True) for e in found],
                "actor": [report.actor(e.actor, short=True) for e in found],
                "total": [e.counts[-1] for e in found],
                "why": [words.text(f"bodies.why.{e.why}") for e in found],
                "source": [report.cite(e.share) for e in found],
            }
        )
        columns = [
            Column("body", words.text("table.body")), Column("period", words.text("bodies.column.period")),
            Column("actor", words.text("table.actor")), Column("total", words.text("bodies.column.total"), "count"),
            Column("why", words.text("bodies.column.why")), Column("source", words.text("table.source"), "source"),
        ]  # fmt: skip
        present = [r for r in REASONS if any(e.why == r for e in found)]
        notes = [words.text(f"bodies.explained.{r}") for r in present]
        caption = report.text("bodies.apart.caption", period=words.period(report.period))
        markup = table(frame, words=words, caption=caption, columns=columns, notes=notes, id="t-bodies-apart")
        builder.table(markup, [row for e in found for row in e.share.rows])
    if report.elsewhere:
        builder.text(report.text("bodies.apart.elsewhere", n=report.elsewhere), kind="note")
    return builder.done()


def figures(report: BodiesReport) -> Section:
    """Return every published figure compared, with its source."""
    builder, words = Builder(report, "comparison-figures"), report.words
    entries = [e for group in report.compared.values() for e in group]
    if not entries:
        builder.text(report.text("section.none"), kind="none")
        return builder.done()
    lines = [_line(report, entry, n) for entry in entries for n in range(len(entry.counts))]
    columns = [
        Column("body", words.text("table.body")), Column("row", words.text("table.row")),
        Column("label", words.text("table.indicator")), Column("actor", words.text("table.actor")),
        Column("count", words.text("table.count"), "count"), Column("source", words.text("table.source"), "source"),
    ]  # fmt: skip
    caption = report.text("bodies.figures.caption", period=words.period(report.period))
    markup = table(pd.DataFrame(lines), words=words, caption=caption, columns=columns, id="t-bodies-figures")
    builder.table(markup, [row for e in entries for row in e.share.rows])
    return builder.done()


def _line(report: BodiesReport, entry: Entry, n: int) -> dict[str, object]:
    result = entry.counts[n]
    return {
        "body": entry.body.name(report.words.lang),
        "row": result.rows[0],
        "label": report.book.catalogue[result.indicator].label(report.words.lang),
        "actor": report.actor(entry.actor, short=True),
        "count": result,
        "source": report.cite(result),
    }


def method(report: BodiesReport) -> Section:
    """Return how the comparison was made and what it does not say."""
    builder = Builder(report, "method")
    points = [report.text("method.as_published")]
    points += [
        report.text(f"bodies.method.{key}", needed=funnels.MINIMUM)
        for key in ("base", "actor", "interval", "tests", "funnel", "limits")
    ]
    builder.points([*points, report.text("method.marks")], kind="notes")
    return builder.done()
