"""The section that sets the period beside earlier ones: like with like, and mixes of unequal windows."""

from __future__ import annotations

import html
from dataclasses import replace
from math import isfinite, isnan
from typing import Any

import pandas as pd

from stats import figures, indicators, neighbours
from stats.codes import Rule
from stats.displays import Column, table
from stats.figures import Item
from stats.neighbours import MixChange, Pair
from stats.periods import Period
from stats.results import Approx, Result
from stats.sections.blocks import Builder, Section
from stats.sections.changes import (
    affected,
    breaks_note,
    count_sentence,
    mix_sentence,
    published_change,
    share_sentence,
)
from stats.sections.report import Report
from stats.wording.formats import NBSP

LEAST_P = 0.001
"""Below this a p-value is printed as smaller only."""

COUNTS = (
    "inspected-organisations",
    "inspected-members",
    "supervised-organisations",
    "supervised-members",
    "signs-examined-organisations",
    "signs-violation-organisations",
    "signs-required-organisations",
    "signs-examined-members",
    "signs-violation-members",
    "signs-required-members",
    "thematic-organisations",
    "thematic-members",
    "disciplined-organisations",
    "disciplined-members",
)
SHARES = (
    "signs-violation-share-organisations",
    "signs-violation-share-members",
    "signs-required-share-organisations",
    "signs-required-share-members",
)


def comparison(report: Report) -> Section:
    """Compare with the latest like period, and the penalty mix with the latest whole split."""
    builder = Builder(report, "comparison")
    book, body, period = report.book, report.body.body_id, report.period
    counts = [pair for name in COUNTS for pair in neighbours.like(book, name, body, period)]
    shares = [pair for name in SHARES for pair in neighbours.like(book, name, body, period)]
    mixes = neighbours.mix(book, "penalty-mix-members", body, period)
    if not counts and not mixes:
        builder.text(report.text("comparison.none"), kind="none")
        return builder.done()
    for earlier in sorted({pair.period for pair in counts}, reverse=True):
        _like(
            builder,
            report,
            earlier,
            [p for p in counts if p.period == earlier],
            [p for p in shares if p.period == earlier],
        )
    if not counts:
        builder.text(report.text("comparison.none"), kind="note")
    for change in mixes:
        _mix(builder, report, change)
    compared = sorted({pair.period for pair in counts} | {change.period for change in mixes})
    if compared:
        _breaks(builder, report, compared[0])
    return builder.done()


def _like(builder: Builder, report: Report, earlier: Period, counts: list[Pair], shares: list[Pair]) -> None:
    words = report.words
    builder.text(
        report.text(
            "comparison.like",
            now=words.period(report.period),
            months_now=words.months(report.period),
            before=words.period(earlier),
            start=words.date(earlier.start, short=True),
            end=words.date(earlier.end, short=True),
            months_before=words.months(earlier),
        )
    )
    said = [share_sentence(report, pair) for pair in shares if pair.contrast or pair.now.unit == pair.before.unit]
    builder.points(said)
    if shares:
        _shares_chart(builder, report, earlier, shares)
    _table(builder, report, earlier, counts)
    builder.points([count_sentence(report, pair) for pair in counts if pair.contrast is not None])
    fallen = [pair for pair in shares if "violation-share" in pair.now.indicator]
    if fallen:
        _explanations(builder, report, earlier, counts, fallen)
    builder.used([row for pair in (*counts, *shares) for r in (pair.now, pair.before) for row in r.rows])


def _shares_chart(builder: Builder, report: Report, earlier: Period, shares: list[Pair]) -> None:
    words = report.words
    series = {True: f"{words.period(report.period, heading=True)}", False: words.period(earlier, heading=True)}
    items = [
        stage_share(report, r, period, series=series[strong], strong=strong)
        for pair in shares
        for r, period, strong in ((pair.before, earlier, False), (pair.now, report.period, True))
    ]
    lead = next((p for p in shares if p.now.indicator == "signs-violation-share-members"), shares[0])
    title = report.text(
        f"comparison.share_title_{lead.direction}"
        if lead.now.indicator == "signs-violation-share-members"
        else "comparison.share_title_any",
        before=words.value(lead.before),
        now=words.value(lead.now),
    )
    name = "funnel-change" if "funnel-change" not in builder.names else f"funnel-change-{earlier.slug}"
    captions = report.captions([r for p in shares for r in (p.now, p.before)], shares[0].now.actor)
    _noted(captions, breaks_note(report, earlier, affected(report, *(p.now for p in shares))))
    builder.chart(figures.conversion_compared(items, words=words, name=name, title=title, **captions))


def stage_share(report: Report, share: Result, period: Period, *, series: str, strong: bool) -> Item:
    """Return a share as a mark that keeps the wording of its counts: "more than 3,000" must not turn exact."""
    found = report.book.catalogue[share.indicator]
    item = Item(found.label(report.words.lang), share, series=series, strong=strong)
    names = found.definition["numerator"], found.definition["denominator"]
    parts = [indicators.first(report.book, name, share.body, period, share.actor) for name in names]
    if all(r.approx is Approx.EXACT for r in parts):
        return item
    return replace(item, result=replace(share, approx=Approx.UNKNOWN), parts=(parts[0], parts[1]))


def _noted(captions: dict[str, Any], *notes: str) -> None:
    """Put notes before those a chart has from its figures."""
    captions["notes"] = [*(note for note in notes if note), *captions["notes"]]


def _table(builder: Builder, report: Report, earlier: Period, pairs: list[Pair]) -> None:
    words = report.words
    columns = [
        Column("label", words.text("table.indicator"), "text"),
        Column("actor", words.text("table.actor"), "text"),
        Column("now", words.text("table.now"), "count"),
        Column("before", words.text("table.before"), "count"),
        Column("change", words.text("table.change"), "text"),
        Column("ratio", words.text("table.monthly_ratio"), "text"),
        Column("source", words.text("table.source"), "source"),
    ]
    frame = pd.DataFrame(
        {
            "label": [report.book.catalogue[p.now.indicator].label(words.lang) for p in pairs],
            "actor": [report.actor(p.now.actor, short=True) for p in pairs],
            "now": [p.now for p in pairs],
            "before": [p.before for p in pairs],
            "change": [_change(report, p) for p in pairs],
            "ratio": [_ratio(report, p) for p in pairs],
            "source": [report.cite(p.now, p.before) for p in pairs],
        }
    )
    caption = report.text("comparison.caption", period=words.period(earlier), months=words.months(earlier))
    named = [
        (report.text("comparison.named", label=report.book.catalogue[p.now.indicator].label(words.lang),
                     actor=report.inside(p.now.actor, short=True), period=words.period(period)), r)
        for p in pairs for r, period in ((p.now, report.period), (p.before, earlier))
    ]  # fmt: skip
    between = breaks_note(report, earlier, affected(report, *(p.now for p in pairs)))
    notes = [words.text("comparison.ratio_note"), *([between] if between else []), *report.notes(named)]
    markup = table(frame, words=words, caption=caption, columns=columns, notes=notes, id=f"t-change-{earlier.slug}")
    results = [r for _, r in named]
    builder.table(markup, [*(row for r in results for row in r.rows), *report.retold(results)])


def _change(report: Report, pair: Pair) -> str:
    words = report.words
    if pair.disputed:
        return words.text("comparison.disputed_short")
    if pair.contrast is None:
        return words.text("comparison.units_short")
    gap = (pair.now.estimate or 0) - (pair.before.estimate or 0)
    rough = "" if Approx.EXACT == pair.now.approx == pair.before.approx else f"{NBSP}[a]"
    printed = published_change(report, pair.now)
    if not pair.before.estimate:
        return words.signed(gap) + rough + printed
    return f"{words.signed(gap)} ({words.percent(gap / pair.before.estimate, signed=True)}){rough}{printed}"


def _ratio(report: Report, pair: Pair) -> str:
    contrast, words = pair.contrast, report.words
    if contrast is None or contrast.estimate is None or contrast.conf_low is None or contrast.conf_high is None:
        return "–"
    if pair.rough:
        return f"{words.number(contrast.estimate, 2)}{NBSP}[a]" if isfinite(contrast.estimate) else "–"
    high = words.number(contrast.conf_high, 2) if contrast.conf_high != float("inf") else "∞"
    estimate = words.number(contrast.estimate, 2) if contrast.estimate != float("inf") else "∞"
    between = words.text("comparison.between", low=words.number(contrast.conf_low, 2), high=high)
    return f"{estimate} ({between})".replace(" ", NBSP)


def _explanations(builder: Builder, report: Report, earlier: Period, counts: list[Pair], shares: list[Pair]) -> None:
    words, reasons = report.words, []
    for pair in counts:
        if pair.now.unit != pair.before.unit:
            names = (words.label("units", r.unit) for r in (pair.now, pair.before))
            now, before = names
            label = report.book.catalogue[pair.now.indicator].label(words.lang)
            reasons.append(report.text("comparison.units", label=label, now=now, before=before))
    bases = [report.book.codes.basis(report.body.body_id, p.key, words.lang) for p in (report.period, earlier)]
    if all(bases):
        reasons.append(report.text("comparison.basis", now=html.escape(bases[0]), before=html.escape(bases[1])))
    flags = {str(c.values["flag"]) for p in counts for c in p.before.caveats if c.code == "flag"}
    for flag in sorted(flags):
        row = report.book.codes.row("flags", flag)
        if row["severity"] != "info":
            reasons.append(report.text("comparison.flag", flag=row[f"explanation_{words.lang}"].rstrip(".")))
    affects = report.book.catalogue[shares[0].now.indicator].affects
    for rule in neighbours.breaks(report.book, earlier, report.period, affects):
        if rule.in_force > earlier.end and set(rule.affects) & set(affects):
            reasons.append(_rule(report, rule))
    if reasons:
        builder.text(report.text("comparison.explain"), kind="note")
        builder.points(list(dict.fromkeys(reasons)), kind="notes")


def mix_windows(report: Report, change: MixChange) -> str:
    """Return which two windows a change of mix is between, and why only the mix is compared where they are unlike."""
    words = report.words
    values = {
        "start": words.date(change.period.start, short=True), "end": words.date(change.period.end, short=True),
        "months_now": words.months(report.period),
    }  # fmt: skip
    before, months = words.period(change.period), words.months(change.period)
    if change.like:
        now = words.period(report.period)
        return report.text("comparison.like", now=now, before=before, months_before=months, **values)
    actor = report.inside(change.now[0].actor)
    return report.text("comparison.mix_intro", period=before, months=months, actor=actor, **values)


def _mix(builder: Builder, report: Report, change: MixChange) -> None:
    words = report.words
    if not change.like:
        builder.text(mix_windows(report, change))
    builder.text(mix_sentence(report, change))
    titles = {
        True: f"{words.period(report.period, heading=True)} ({words.months(report.period)})",
        False: f"{words.period(change.period, heading=True)} ({words.months(change.period)})",
    }
    top = change.pairs[-1]
    key = "comparison.mix_title_polarised" if "polarised" in change.shift else "comparison.mix_title"
    title = report.text(key, before=words.value(top.before), now=words.value(top.now))
    name = builder.free_name("mix-change", change.now[0].actor)
    captions = report.captions([*change.now, *change.before], change.now[0].actor)
    _noted(captions, breaks_note(report, change.period, affected(report, *change.now)))
    mixes = [(titles[False], change.before), (titles[True], change.now)]
    builder.chart(figures.mix_compared(mixes, words=words, name=name, title=title, **captions))
    _mix_table(builder, report, change, titles)


def _mix_table(builder: Builder, report: Report, change: MixChange, titles: dict[bool, str]) -> None:
    words = report.words
    columns = [
        Column("penalty", words.text("table.penalty"), "text"),
        Column("before", titles[False], "text", align="right"),
        Column("now", titles[True], "text", align="right"),
        Column("change", words.text("table.points"), "text", align="right"),
        Column("interval", words.text("table.interval_together"), "text", align="right"),
        Column("source", words.text("table.source"), "source"),
    ]
    rows = []
    for pair in change.pairs:
        contrast = pair.contrast
        if contrast is None or contrast.estimate is None:
            continue
        rows.append(
            {
                "penalty": words.label("penalties", pair.now.category).replace(" ", NBSP),
                "before": _counted(report, pair.before),
                "now": _counted(report, pair.now),
                "change": words.signed(100 * contrast.estimate, 1),
                "interval": " – ".join(
                    words.signed(100 * (x or 0), 1) for x in (contrast.conf_low, contrast.conf_high)
                ),
                "source": report.cite(pair.now, pair.before),
            }
        )
    totals = [words.number(mix[0].denominator or 0) for mix in (change.before, change.now)]
    rows.append(
        {
            "penalty": words.label("penalties", "all").replace(" ", NBSP),
            "before": totals[0],
            "now": totals[1],
            "change": "–",
            "interval": "–",
            "source": report.cite(*change.now, *change.before),
        }
    )
    between = breaks_note(report, change.period, affected(report, *change.now))
    notes = [
        mix_tests(report, change),
        words.text("comparison.newcombe_note"),
        between,
        words.text("comparison.total_note"),
    ]
    caption = report.text("comparison.mix_caption", now=words.period(report.period), before=words.period(change.period))
    markup = table(
        pd.DataFrame(rows),
        words=words,
        caption=caption,
        columns=columns,
        notes=[note for note in notes if note],
        id=f"t-mix-{change.period.slug}-{change.now[0].actor}",
    )
    builder.table(markup, [row for pair in change.pairs for r in (pair.now, pair.before) for row in r.rows])


def mix_tests(report: Report, change: MixChange) -> str:
    """Return the tests behind the verdict on a mix, with their p-values."""
    verdict = change.verdict
    values = {"harshness": verdict.location.p_value, "polarisation": verdict.dispersion.p_value}
    return report.text("comparison.mix_test", **{name: _p(report, p) for name, p in values.items()})


def _p(report: Report, p_value: float) -> str:
    words = report.words
    if isnan(p_value):
        return words.text("comparison.p_none")
    if p_value < LEAST_P:
        return words.text("comparison.p_below", limit=words.number(LEAST_P, 3))
    return words.text("comparison.p_equal", value=words.number(p_value, 3))


def _counted(report: Report, share: Result) -> str:
    words = report.words
    return f"{words.number(share.numerator or 0)} ({words.value(share)})"


def _breaks(builder: Builder, report: Report, earlier: Period) -> None:
    rules = neighbours.breaks(report.book, earlier, report.period, ("inspection", "discipline"))
    if rules:
        builder.text(report.text("comparison.breaks"), kind="note")
        builder.points([_rule(report, rule) for rule in rules], kind="notes")


def _rule(report: Report, rule: Rule) -> str:
    words = report.words
    return report.text(
        "comparison.break",
        instrument=html.escape(rule.label(words.lang)),
        date=words.date(rule.in_force, short=True),
        effect=html.escape(rule.effect(words.lang).rstrip(".")),
    )
