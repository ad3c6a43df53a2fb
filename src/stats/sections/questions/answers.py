"""The last sentence of a question: the answer, or why there is none and what was published instead."""

from __future__ import annotations

import html
from collections.abc import Sequence

from stats import indicators
from stats.sections.blocks import Builder, Section
from stats.sections.report import Report

ANSWER = "answer"
"""Kind of the block that closes a question."""

NEAREST = 5
"""Most periods or bodies named as what exists instead."""


def answer(builder: Builder, *sentences: str) -> Section:
    """Close a question with its answer in finished HTML sentences, a point each; empty ones are left out."""
    said = [s for s in sentences if s]
    if len(said) > 1:
        builder.points(said, kind=ANSWER)
    else:
        builder.text(*said, kind=ANSWER)
    return builder.done()


def unanswered(builder: Builder, why: str, names: Sequence[str]) -> Section:
    """Close a question that cannot be answered: why, and where the indicators it needs were published."""
    return answer(builder, html.escape(f"{why} {existing(builder.report, names)}".rstrip()))


def existing(report: Report, names: Sequence[str]) -> str:
    """Return where any of the indicators was published: other periods of the body, else other bodies.

    Parameters
    ----------
    report : Report
        The body and period that have none.
    names : sequence of str
        Ids of indicators.

    Returns
    -------
    str
        A sentence with the periods of the body that end nearest, or the bodies with most periods.
    """
    book, words, body = report.book, report.words, report.body.body_id
    own = [p for p in book.periods(body) if p != report.period and any(report.results(n, period=p) for n in names)]
    if own:
        nearest = sorted(own, key=lambda p: (abs((p.end - report.period.end).days), p.start))[:NEAREST]
        said = words.join([words.period(p) for p in sorted(nearest)])
        return report.text("question.other_periods", body=report.name, n=len(own), items=said)
    counts = {
        other: sum(any(indicators.compute(book, n, other, p) for n in names) for p in book.periods(other))
        for other in book.bodies()
        if other != body
    }
    most = sorted((b for b, n in counts.items() if n), key=lambda b: (-counts[b], b))[:NEAREST]
    said = words.join([book.codes.bodies.ids[b].name(words.lang) for b in most])
    return report.text("question.other_bodies", body=report.name, n=len(most), items=said) if most else ""
