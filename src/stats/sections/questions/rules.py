"""What did a rule change do: what a series shows on either side of a date, and what it cannot show."""

from __future__ import annotations

import html
from collections.abc import Sequence

from stats.codes import Rule
from stats.comparisons.two_rates import rate_ratio
from stats.errors import UnknownCodeError
from stats.figures import Point
from stats.results import Approx
from stats.sections import standalone
from stats.sections.blocks import Builder, Section
from stats.sections.changes import rule_name
from stats.sections.questions.answers import answer, unanswered
from stats.sections.report import Report
from stats.timeline import Series

INDICATOR = "disciplined-members"

EACH_SIDE = 3
"""Fewest points before and after a date for an interrupted series to be read at all: Cochrane Effective Practice
and Organisation of Care (EPOC), *Interrupted time series analyses* (2017)."""


def rule_change(report: Report, rule: str = "") -> Section:
    """Return members disciplined over like periods with the dated breaks, and what a rule may have done.

    Parameters
    ----------
    report : Report
        The series are of its body and kind of period, up to its period.
    rule : str
        Code of a rule (``rules.csv``); empty for the last break inside each series.

    Returns
    -------
    Section
        One chart and one paragraph a deciding actor: how many whole periods lie before and after the
        date, how the nearest two differ (ratio of monthly averages with its exact 95% interval), and
        why the difference cannot be put down to the rule.

    Raises
    ------
    UnknownCodeError
        When there is no such rule; the nearest are named.

    Notes
    -----
    No level or trend change is fitted: that takes `EACH_SIDE` points on either side at the least, and
    no other rule near the date.
    """
    codes = {r.code: r for r in report.book.codes.rules}
    if rule and rule not in codes:
        raise UnknownCodeError.from_value(("rule", "quy định"), rule, codes)
    builder, words = Builder(report, "comparison"), report.words
    found = standalone.series_upto(report, (INDICATOR,))
    if not found:
        said = report.text("question.rule.none", body=report.name, period=words.period(report.period))
        return unanswered(builder, said, [INDICATOR])
    for chart in standalone.discipline_series(report).charts:
        builder.chart(chart)
    told = [_told(report, series, points, codes.get(rule)) for ((series, points),) in found.values()]
    limits = dict.fromkeys(limit for _, limit, _ in told)
    others = "; ".join(dict.fromkeys(name for *_, names in told for name in names))
    last = report.text("question.rule.others", items=html.escape(others)) if others else ""
    return answer(builder, *(said for said, *_ in told), *limits, last)


def _told(
    report: Report, series: Series, points: Sequence[Point], asked: Rule | None
) -> tuple[str, str, Sequence[str]]:
    """Return what one series shows on either side of a date, what it is too short for, and the other dates in it."""
    words = report.words
    known = [p for p in points if p.result]
    inside = [r for r in series.breaks if known[0].period.start < r.in_force <= known[-1].period.end]
    actor = html.escape(report.actor(series.actor))
    chosen = asked or (inside[-1] if inside else None)
    if chosen is None:
        return report.text("question.rule.no_break", actor=actor), "", ()
    name = html.escape(rule_name(report, chosen))
    others = [rule_name(report, r) for r in inside if r.code != chosen.code]
    if len(others) == len(inside):
        if not others:
            return report.text("question.rule.outside_none", actor=actor, rule=name), "", ()
        return (
            report.text("question.rule.outside", actor=actor, rule=name, items=html.escape("; ".join(others))),
            "",
            (),
        )
    before = [p for p in known if p.period.end < chosen.in_force]
    after = [p for p in known if p.period.start >= chosen.in_force]
    values = {"before": len(before), "after": len(after), "astride": len(known) - len(before) - len(after)}
    date = words.date(chosen.in_force, short=True)
    said = report.text("question.rule.counted", actor=actor, rule=name, date=date, **values)
    if before and after:
        said += " " + _step(report, before[-1], after[0])
    few = min(len(before), len(after)) < EACH_SIDE
    limit = report.text("question.rule.few" if few else "question.rule.enough", needed=EACH_SIDE, rule=name)
    return said, limit, others


def _step(report: Report, before: Point, after: Point) -> str:
    """Return how the periods next to a date differ, as a ratio of monthly averages where both are exact."""
    words = report.words
    values = {
        "first": words.period(before.period), "last": words.period(after.period),
        "before": report.figure(before.result), "after": report.figure(after.result),
        "sources": report.cite(before.result, after.result),
    }  # fmt: skip
    if any(p.result.derived or p.result.approx is not Approx.EXACT for p in (before, after)):
        return report.text("question.rule.step_rough", **values)
    months = after.period.months, before.period.months
    ratio = rate_ratio(after.result.estimate, months[0], before.result.estimate, months[1])[0]
    low, high = ratio.conf_low or 0.0, ratio.conf_high or 0.0
    key = "clear" if low > 1 or high < 1 else "unclear"
    shown = {name: words.number(x or 0, 2) for name, x in (("ratio", ratio.estimate), ("low", low), ("high", high))}
    return report.text(f"question.rule.step_{key}", **values, **shown)
