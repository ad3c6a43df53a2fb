"""Sections on disciplinary outcomes: organisations, members, violation contents, rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from stats import figures
from stats.comparisons.two_rates import rate_ratio
from stats.figures import Chart, Item
from stats.results import Result
from stats.sections import listing
from stats.sections.blocks import Builder, Section
from stats.sections.listing import Line
from stats.sections.report import Report

YEAR = 12.0
"""Months of a year: a rate of a whole year is its own yearly rate."""


def organisations(report: Report) -> Section:
    """Discipline of party organisations."""
    return _penalties(report, "organisations")


def members(report: Report) -> Section:
    """Discipline of party members with the penalty mix."""
    return _penalties(report, "members")


def _penalties(report: Report, subject: str) -> Section:
    builder = Builder(report, subject)
    words = report.words
    mix = report.results(f"penalty-mix-{subject}")
    lines = []
    names = (f"disciplined-{subject}", *report.book.catalogue[f"penalty-mix-{subject}"].parts)
    for actor in report.actors(*names):
        for name in names:
            for result in report.results(name, actor=actor):
                penalty = report.book.catalogue[name].definition["penalty"]
                share = next((m for m in mix if m.actor == actor and m.category == penalty), None)
                lines.append(Line(words.label("penalties", penalty), result, share))
    extra = ("disciplined-committee-members", "disciplined-central-cadres", "suspended-members", "struck-off-members")
    if subject == "members":
        for name in extra:
            lines += [
                Line(report.book.catalogue[name].label(words.lang), r, _committee_share(report, r))
                for r in report.results(name)
            ]
    if not lines:
        return builder.nothing()
    for actor in report.actors(f"disciplined-{subject}"):
        _sentence(builder, report, subject, actor, [m for m in mix if m.actor == actor])
    for actor in dict.fromkeys(m.actor for m in mix):
        _chart(builder, report, subject, actor, [m for m in mix if m.actor == actor])
    listing.figures(builder, report, lines, caption=_caption(report, subject), id_=f"t-{subject}")
    if len({line.result.actor for line in lines}) > 1:
        builder.text(report.text("members.streams"), kind="note")
    return builder.done()


def _sentence(builder: Builder, report: Report, subject: str, actor: str, mix: list[Result]) -> None:
    total = report.first(f"disciplined-{subject}", actor)
    parts = []
    for share in mix:
        count = report.traced(report.words.count(counted(report, share), unit=False), share)
        penalty = report.words.label("penalties", share.category).lower()
        key = "members.part" if share else "members.part_alone"
        parts.append(report.text(key, penalty=penalty, count=count, share=report.words.value(share) if share else ""))
    said = report.text("members.parts", items=report.words.join(parts)) if parts else ""
    values = {"actor": report.actor(actor), "total": report.figure(total), "parts": said}
    key = f"{subject}.finding_unnamed" if actor == "unspecified" else f"{subject}.finding"
    sentences = [report.text(key, sources=report.cite(total, *mix), **values)]
    committee = report.first("disciplined-committee-members", actor)
    if subject == "members" and committee:
        share = report.first("committee-member-share", actor)
        sentences.append(
            report.text(
                "members.committee_members",
                count=report.figure(committee),
                share=report.words.value(share) if share else "–",
                sources=report.cite(committee),
            )
        )
    builder.text(*sentences)
    builder.used([row for r in (total, *mix, committee) for row in r.rows])


def counted(report: Report, share: Result) -> Result:
    """Return the count of one penalty behind its share in a mix, with the wording it was printed in."""
    catalogue = report.book.catalogue
    parts = {catalogue[name].definition["penalty"]: name for name in catalogue[share.indicator].parts}
    return report.first(parts[share.category], share.actor)


def _committee_share(report: Report, result: Result) -> Result | None:
    if result.indicator != "disciplined-committee-members":
        return None
    share = report.first("committee-member-share", result.actor)
    return share if share else None


def _chart(builder: Builder, report: Report, subject: str, actor: str, mix: list[Result]) -> None:
    known = [m for m in mix if m]
    if len(known) < 2:
        return
    words = report.words
    most = max(known, key=lambda m: m.estimate or 0)
    total = report.first(f"disciplined-{subject}", actor)
    if subject == "members":
        title = report.text("members.chart", share=words.value(most), penalty=words.label("penalties", most.category))
    else:
        title = report.text("organisations.chart", total=words.count(total))
    base = "penalty-mix" if subject == "members" else "penalty-mix-organisations"
    name = builder.free_name(base, actor)
    builder.chart(figures.penalty_mix(known, words=words, name=name, title=title, **report.captions(known, actor)))


def contents(report: Report) -> Section:
    """Return what the members disciplined had done, by heading, with the base stated."""
    builder = Builder(report, "contents")
    words = report.words
    results = report.results("violation-contents")
    if not results:
        return builder.nothing()
    violations = counted_violations(report, results)
    if violations:
        results = [of_violations(r) for r in results]
    top = max(results, key=lambda r: r.estimate or 0)
    label = words.label("violations", top.category)
    close = _close(results, top)
    values = {"violation": label, "sources": report.cite(top, *close), "next": ""}
    if close:
        second = words.label("violations", close[0].category)
        number = report.traced(words.number(close[0].estimate or 0), *close)
        values["next"] = report.text("contents.next", violation=second, count=number)
    if violations:
        printed = listing.published_share(report, top) or ""
        values |= {"base": words.number(violations), "share": report.traced(printed, top)}
        count = report.traced(words.number(top.estimate or 0), top)
        builder.text(report.text("contents.finding_violations", count=count, **values))
        base = report.text("contents.base_violations", base=words.number(violations))
    else:
        builder.text(report.text("contents.finding", count=report.figure(top), **values))
        base = _base(report, results)
    for actor in dict.fromkeys(r.actor for r in results):
        mine = [r for r in results if r.actor == actor]
        items = [Item(words.label("violations", r.category), r) for r in mine]
        name = builder.free_name("violation-contents", actor)
        captions = report.captions(mine, actor)
        title = _contents_title(report, mine)
        builder.chart(figures.violation_contents(items, words=words, base=base, name=name, title=title, **captions))
    lines = [Line(words.label("violations", r.category), r) for r in results]
    listing.figures(builder, report, lines, caption=_caption(report, "contents"), id_="t-contents")
    builder.text(base, kind="note")
    return builder.done()


def _close(results: list[Result], top: Result) -> list[Result]:
    """Return the second of the contents of one actor where the first leads by no more than chance; else nothing."""
    others = [r for r in results if r.actor == top.actor and r is not top]
    second = max(others, key=lambda r: r.estimate or 0, default=None)
    if second is None or not second.estimate or not top.estimate:
        return []
    lead = rate_ratio(top.estimate, 1, second.estimate, 1)[0]
    return [second] if lead.conf_low is None or lead.conf_low <= 1 else []


def _contents_title(report: Report, results: list[Result]) -> str:
    words, top = report.words, max(results, key=lambda r: r.estimate or 0)
    label, close = words.label("violations", top.category), _close(results, top)
    if not close:
        return report.text("contents.chart", violation=label)
    second = words.label("violations", close[0].category)
    values = {"count": words.count(top, unit=False), "next": words.count(close[0], unit=False)}
    return report.text("contents.chart_close", violation=label, second=second[:1].lower() + second[1:], **values)


def counted_violations(report: Report, results: list[Result]) -> int:
    """Return how many violations the printed shares are of, as they tell; 0 when their base is the members."""
    flagged = {str(c.values.get("flag")) for r in results for c in r.caveats if c.code == "flag"}
    if "base_is_violations" not in flagged:
        return 0
    printed = [(r.estimate or 0, report.rows[row]["share_pct_published"]) for r in results for row in r.rows]
    bases = [round(count / float(share) * 100) for count, share in printed if not pd.isna(share)]
    return max(set(bases), key=bases.count) if bases else 0


def of_violations(result: Result) -> Result:
    """Return a content as a count of violations: beside members disciplined it would stand on another base."""
    kept = tuple(c for c in result.caveats if c.values.get("flag") != "base_is_violations")
    return replace(result, unit="violations", caveats=kept)


def _base(report: Report, results: list[Result]) -> str:
    """Say what the contents are to be read against: the members disciplined, else nothing."""
    totals = report.results("disciplined-members", actor=results[0].actor)
    if totals:
        return report.text("contents.base_members", total=report.words.count(totals[0], unit=False))
    return report.text("contents.base_unknown")


def rates(report: Report) -> Section:
    """Discipline per 1,000 members, where a membership figure lies near enough."""
    builder = Builder(report, "rates")
    words, length = report.words, report.period.months
    results = [r for r in report.results("discipline-rate-members") if not report.doubtful(_numerator(report, r))]
    if not results:
        return builder.nothing()
    shown = []
    for result in results:
        actor, sources = report.actor(result.actor), report.cite(result)
        if result:
            yearly = yearly_rate(result, length)
            builder.text(
                report.text(
                    "rates.finding_year" if length == YEAR else "rates.finding",
                    actor=actor,
                    rate=report.traced(words.value(result), result),
                    months=words.months(length),
                    interval=words.interval(result),
                    yearly=words.value(yearly),
                    sources=sources,
                )
            )
            shown.append(result)
        elif result.conf_low is not None and result.conf_high is not None:
            low, high = (words.number(x, 2) for x in (result.conf_low, result.conf_high))
            builder.text(report.text("rates.bounds", actor=actor, low=low, high=high, sources=sources))
        else:
            builder.text(report.text("rates.refused", reason=words.reason(result)), kind="none")
            return builder.done()
        builder.used(result.rows)
    if shown:
        title = report.text(
            "rates.chart_many" if len(shown) > 1 else "rates.chart",
            rate=words.value(shown[0]),
            months=words.months(length),
        )
        builder.chart(rate_chart(report, shown, title=title, name="discipline-rate"))
    builder.points(words.notes(*results), kind="notes")
    return builder.done()


def rate_chart(report: Report, shown: Sequence[Result], *, title: str, name: str) -> Chart:
    """Return rates of the period as points, and a year's worth of each beside it where the period is no year."""
    words, length = report.words, report.period.months
    items = [Item(report.actor(r.actor, short=True), r, series=report.text("rates.whole")) for r in shown]
    items += [
        Item(
            report.actor(r.actor, short=True),
            yearly_rate(r, length),
            series=report.text("rates.yearly"),
            strong=False,
        )
        for r in shown
        if length != YEAR
    ]
    captions = report.captions(shown, what=report.book.catalogue[shown[0].indicator].label(words.lang))
    return figures.rate_compared(items, words=words, name=name, title=title, **captions)


def _numerator(report: Report, rate: Result) -> Result:
    return report.first("disciplined-members", rate.actor)


def yearly_rate(result: Result, months: float) -> Result:
    """Return a rate of a whole period as a rate a year; the count is taken to be spread evenly."""
    factor = 12 / months
    return replace(
        result,
        estimate=None if result.estimate is None else result.estimate * factor,
        conf_low=None if result.conf_low is None else result.conf_low * factor,
        conf_high=None if result.conf_high is None else result.conf_high * factor,
    )


def _caption(report: Report, section: str) -> str:
    return report.text(f"{section}.caption", body=report.name, period=report.words.period(report.period))
