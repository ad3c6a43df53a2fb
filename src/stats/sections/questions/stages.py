"""Where does the funnel leak: from inspected upon signs of violation to those who must be disciplined."""

from __future__ import annotations

from dataclasses import replace

from stats import figures
from stats.results import Approx, Result
from stats.sections.activity import SUBJECTS, rising
from stats.sections.blocks import Builder, Section
from stats.sections.comparison import stage_share
from stats.sections.questions.answers import answer, unanswered
from stats.sections.report import Report

STEPS = ("signs-violation-share", "signs-required-of-violation")
"""The shares that follow one another: found in violation of those inspected, must be disciplined of these."""


def leak(report: Report) -> Section:
    """Return what part of each stage reaches the next, and at which step most leave the chain.

    Steps are compared inside one actor and one unit only; the ratios are those of one period, no
    probability of a cohort (`stats.stages`).
    """
    builder, words = Builder(report, "signs"), report.words
    names = [f"{step}-{subject}" for step in STEPS for subject in SUBJECTS]
    said = []
    for actor in report.actors(*names):
        subjects = [s for s in SUBJECTS if not rising(report, actor, s)]
        found = [r for s in subjects for step in STEPS if (r := report.first(f"{step}-{s}", actor))]
        if report.book.codes.row("actors", actor)["stream"] == "own_part" or not found:
            continue
        items = [stage_share(report, r, report.period, series="", strong=True) for r in found]
        told = [_most(report, [r for r in found if r.indicator.endswith(s)]) for s in SUBJECTS]
        title = next((t for _, t in reversed(told) if t), report.text("question.leak.title"))
        name = builder.free_name("funnel-steps", actor)
        captions = report.captions(found, actor)
        captions["notes"] = [report.text("question.leak.base"), *captions["notes"]]
        builder.chart(figures.conversion_compared(items, words=words, title=title, name=name, **captions))
        said += [sentence for sentence, _ in told if sentence]
    if not builder.charts:
        why = report.text("question.leak.none", body=report.name, period=words.period(report.period))
        return unanswered(builder, why, names)
    return answer(builder, *said)


def _most(report: Report, steps: list[Result]) -> tuple[str, str]:
    """Return the sentence on the steps of one subject, and the message on the one where most leave."""
    words = report.words
    if not steps:
        return "", ""
    listed = [_step(report, r) for r in steps]
    values = {"actor": report.actor(steps[0].actor), "items": "; ".join(listed), "sources": report.cite(*steps)}
    said = report.text("question.leak.steps", **values)
    whole = [r for r in steps if r.unit == r.base and all(p.approx is Approx.EXACT for p in _parts(report, r))]
    if len(whole) < len(STEPS):
        return f"{said} {report.text('question.leak.units')}", ""
    top = max(whole, key=_left)
    out = _leaving(top)
    stages = [report.book.catalogue[p.indicator].definition["stage"] for p in reversed(_parts(report, top))]
    first, then = (words.label("stages", stage, short=True).lower() for stage in stages)
    leaving = {
        "first": first, "then": then, "n": words.number(_left(top)), "share": words.value(out),
        "what": words.label("units", top.unit), "base": words.number(top.denominator or 0),
    }  # fmt: skip
    most = report.text("question.leak.most", interval=words.interval(out), **leaving)
    return f"{said} {most}", report.text("question.leak.chart", **leaving)


def _step(report: Report, share: Result) -> str:
    words = report.words
    label = report.book.catalogue[share.indicator].label(words.lang)
    value = report.traced(words.value(share), share)
    interval = words.interval(share) or report.text("signs.two_units")
    return report.text("question.leak.step", label=label[:1].lower() + label[1:], share=value, interval=interval)


def _parts(report: Report, share: Result) -> tuple[Result, Result]:
    """Return numerator and denominator of a share as published."""
    definition = report.book.catalogue[share.indicator].definition
    top, base = (report.first(definition[part], share.actor) for part in ("numerator", "denominator"))
    return top, base


def _left(share: Result) -> float:
    return (share.denominator or 0) - (share.numerator or 0)


def _leaving(share: Result) -> Result:
    """Return the share of those who do not reach the next stage, the interval turned with it."""
    low, high = (None if x is None else 1 - x for x in (share.conf_high, share.conf_low))
    return replace(share, estimate=1 - (share.estimate or 0), conf_low=low, conf_high=high, numerator=_left(share))
