"""How does a body compare with others of its rank, period and deciding actor."""

from __future__ import annotations

import html
from dataclasses import replace

from stats.results import State
from stats.sections.blocks import Builder, Section
from stats.sections.bodies.report import MIX, BodiesReport, Entry, asked, comparison_of, splits
from stats.sections.bodies.side_by_side import (
    MIN_BODIES,
    Compared,
    compare,
    finding,
    funnel_chart,
    shares_chart,
    stated_chance,
)
from stats.sections.questions.answers import answer, unanswered
from stats.sections.report import Report


def among_bodies(report: Report) -> Section:
    """Return where a body stands among those that can be compared, and how sure that is.

    The share of members disciplined who were removed or expelled, of one decider, with its interval,
    beside the common level; tests adjusted for their number (Holm). The chart is drawn for the other
    bodies too where this one cannot be compared, and the sentence says why it is not.
    """
    builder, words = Builder(report, "comparison-bodies"), report.words
    period = words.period(report.period)
    if not asked(tuple(splits(report.book)), report.period.key):
        return unanswered(builder, report.text("question.bodies.none", period=period), [MIX])
    # One list of sources and rows for both: the markers of the sentence then lead to this report's list.
    everyone = replace(comparison_of(report.book, report.period.key, words.lang), cited=report.cited, used=report.used)
    found = {actor: compare(entries) for actor, entries in everyone.compared.items()}
    for actor, one in found.items():
        shares_chart(builder, everyone, actor, one)
        if one.funnel:
            builder.chart(funnel_chart(everyone, actor, one))
    mine = [e for e in everyone.asked if e.body.body_id == report.body.body_id]
    said = [_place(everyone, e, found[e.actor]) for e in mine if e.actor in found and not e.why]
    if not said:
        said = [_apart(everyone, e) for e in mine]
        said += [] if mine else [report.text("question.bodies.no_split", body=html.escape(report.name), period=period)]
        said += [report.text("bodies.nothing", needed=MIN_BODIES)] if not found else []
    if found:
        builder.text(report.text("bodies.point.limit"), report.text("bodies.no_ranking"), kind="note")
    return answer(builder, *said)


def _place(everyone: BodiesReport, entry: Entry, found: Compared) -> str:
    """Return where one body stands: by the difference from the other of a pair, else against the common level."""
    words = everyone.words
    cited = everyone.cite(*(e.share for e in found.entries))
    values = {"n": len(found.entries), "sources": cited}
    if len(found.entries) == MIN_BODIES:
        actor = html.escape(everyone.actor(entry.actor))
        return everyone.text("question.bodies.pair", actor=actor, finding=finding(everyone, found), **values)
    place = found.entries.index(entry)
    key = "differs" if bool(found.holm.reject[place]) else "unclear"
    share = everyone.traced(words.share_of(entry.share), entry.share)
    return everyone.text(
        f"question.bodies.{key}", body=html.escape(entry.body.name(words.lang)), share=share,
        interval=words.interval(entry.share), pooled=words.percent(found.pooled),
        actor=html.escape(everyone.inside(entry.actor)),
        p=stated_chance(words, float(found.holm.adjusted[place])), **values,
    )  # fmt: skip


def _apart(everyone: BodiesReport, entry: Entry) -> str:
    """Return why one figure of a body is not among those compared."""
    words, own = everyone.words, ""
    if entry.share.state is State.VALUE:
        own = everyone.text("question.bodies.own", share=everyone.traced(words.share_of(entry.share), entry.share))
    return everyone.text(
        "question.bodies.apart", body=html.escape(entry.body.name(words.lang)), own=own,
        actor=html.escape(everyone.inside(entry.actor)), sources=everyone.cite(*entry.counts),
        reason=html.escape(everyone.text(f"bodies.explained.{entry.why or 'alone'}")),
    )  # fmt: skip
