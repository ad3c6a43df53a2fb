"""Did penalties get harsher, and who disciplines."""

from __future__ import annotations

import html

from stats import derived, figures, neighbours, shares
from stats.derived.streams import POOLED
from stats.figures import Item
from stats.results import Approx, Result
from stats.sections import standalone
from stats.sections.blocks import Builder, Section
from stats.sections.changes import affected, breaks_note, mix_sentence
from stats.sections.comparison import mix_tests, mix_windows
from stats.sections.context import holder
from stats.sections.questions.answers import answer, unanswered
from stats.sections.report import Report

STREAMS = ("committees", "commissions", "pooled")


def harsher(report: Report) -> Section:
    """Return how the penalty mix of members moved since the latest window with a whole split, and the verdict.

    Harshness is told apart from polarisation (`stats.severity.mix`); the sentence names the tests, the
    windows and the dated rules between them.
    """
    builder, words = Builder(report, "comparison"), report.words
    found = neighbours.mix(report.book, standalone.MIX, report.body.body_id, report.period)
    if not found:
        why = "alone" if report.results(standalone.MIX) else "none"
        reason = report.text(f"question.harsher.{why}", body=report.name, period=words.period(report.period))
        return unanswered(builder, reason, [standalone.MIX])
    for chart in standalone.severity_shift(report).charts:
        builder.chart(chart)
    said = []
    for change in found:
        rules = breaks_note(report, change.period, affected(report, *change.now))
        said += [
            mix_sentence(report, change),
            mix_windows(report, change),
            html.escape(mix_tests(report, change)),
            rules,
        ]
    return answer(builder, *said)


def deciders(report: Report) -> Section:
    """Return who decided on the discipline of organisations and members: committees with cells, or commissions.

    The two streams are added only to say what part is the commissions', where both are published
    exactly, and beside the published total of both, with its gap.
    """
    builder, words = Builder(report, "members"), report.words
    by_subject = {name: _by_stream(report, name) for name in ("disciplined-organisations", "disciplined-members")}
    results = [r for sides in by_subject.values() for r in sides.values()]
    if not results:
        reason = report.text("question.deciders.none", body=report.name, period=words.period(report.period))
        return unanswered(builder, reason, list(by_subject))
    items = [
        Item(report.actor(r.actor, short=True), r, panel=report.unit(r), strong=stream != "pooled")
        for sides in by_subject.values()
        for stream, r in sides.items()
    ]
    title, said = report.text("question.deciders.title"), []
    for sides in by_subject.values():
        sentence, share = _told(report, sides)
        said.append(sentence)
        if share is not None:
            title = report.text("question.deciders.chart", share=words.value(share), what=report.unit(share))
    captions = report.captions(results)
    captions["notes"] = [report.text("members.streams"), *captions["notes"]]
    builder.chart(figures.counts_by_group(items, words=words, title=title, name="discipline-streams", **captions))
    return answer(builder, *said)


def _by_stream(report: Report, name: str) -> dict[str, Result]:
    """Return the figures of a count by deciding stream; of a central body its own, where there is no stream.

    A part of a stream, and what names no decider, count for none.
    """
    rows = report.book.codes.row
    sure = [r for r in report.results(name) if not report.doubtful(r)]
    found = {str(rows("actors", r.actor)["stream"]): r for r in sure if not holder(report, r, sure)}
    streams = {s: found[s] for s in STREAMS if s in found}
    return streams or {s: r for s, r in found.items() if s == "central"}


def _told(report: Report, sides: dict[str, Result]) -> tuple[str, Result | None]:
    """Return what one subject shows, and the share of the commissions where it can be given."""
    words = report.words
    if not sides:
        return "", None
    both = [sides[s] for s in STREAMS[:2] if s in sides]
    cited = report.cite(*sides.values())
    if len(both) < 2:
        one = next(iter(both), None) or next(iter(sides.values()))
        key = "pooled" if one.actor == POOLED else "one" if both else "central"
        actor = report.inside(one.actor)
        return report.text(f"question.deciders.{key}", actor=actor, count=report.figure(one), sources=cited), None
    committees, commissions = both
    total = derived.sum_of_streams(report.book.codes, committees, commissions, published=sides.get("pooled"))
    values = {
        "first": report.actor(committees.actor), "committees": report.figure(committees),
        "second": report.inside(commissions.actor), "commissions": report.figure(commissions),
        "share": "", "sources": cited,
    }  # fmt: skip
    share = None
    if total and all(r.approx is Approx.EXACT for r in both):
        share = shares.share(commissions.estimate, total.estimate, unit=commissions.unit)[0]
        values["share"] = report.text(
            "question.deciders.share", share=words.value(share), interval=words.interval(share)
        )
    notes = [words.note(note) for note in total.caveats if note.code in ("streams_gap", "streams_agree")]
    reason = [] if total else [words.reason(total)]
    said = [report.text("question.deciders.both", **values), *(html.escape(n) for n in (*notes, *reason))]
    return " ".join(said), share
