"""What changed, in sentences: a share, a count, a penalty mix, and the rules that changed between.

Each says whether the change is significant, and where it is not, what could have been seen.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

import pandas as pd

from stats import neighbours
from stats.codes import Rule
from stats.indicators import UNCLOSED
from stats.neighbours import MixChange, Pair
from stats.periods import NAMED, Kind, Period
from stats.results import Approx, Result
from stats.sections.report import Report

SAME_LENGTH = 0.5
"""Months two periods may differ by before a change of counts against the monthly averages is explained."""


def share_sentence(report: Report, pair: Pair) -> str:
    """Return how one share changed, with the interval of the change and the sources of both."""
    words = report.words
    now, before = (report.traced(words.value(r), r) for r in (pair.now, pair.before))
    values = {
        "label": report.book.catalogue[pair.now.indicator].label(words.lang),
        "actor": report.inside(pair.now.actor, short=True),
        "now": now,
        "before": before,
        "sources": report.cite(pair.now, pair.before),
        "interval": "",
        "change": "",
    }
    contrast, aside = pair.contrast, _unclosed(report, pair) + _skipped(report, pair)
    if contrast is not None and contrast.estimate is not None:
        low, high = (words.signed(100 * (x or 0), 1) for x in (contrast.conf_low, contrast.conf_high))
        values["interval"] = report.text("comparison.interval", low=low, high=high) + aside
        if pair.direction != "flat":
            key = "comparison.up" if contrast.estimate > 0 else "comparison.down"
            values["change"] = report.text(key, points=words.points(contrast.estimate))
            values["interval"] = report.text("comparison.significant", interval=values["interval"])
            return report.text(f"comparison.share_{pair.direction}", **values)
        return f"{report.text('comparison.share_flat', **values)} {_detectable(report, pair)}"
    change = (pair.now.estimate or 0) - (pair.before.estimate or 0)
    key = "comparison.up" if change > 0 else "comparison.down"
    values["change"] = report.text(key, points=words.points(change))
    rough = pair.now.unit == pair.before.unit and pair.now.base == pair.before.base
    values["interval"] = report.text("comparison.no_interval_rough" if rough else "comparison.no_interval")
    values["interval"] += aside
    return report.text("comparison.share_rose" if change > 0 else "comparison.share_fell", **values)


def count_sentence(report: Report, pair: Pair) -> str:
    """Return how one count changed, whether significantly, and what could have been seen where it did not."""
    words, contrast = report.words, pair.contrast
    if contrast is None:
        return ""
    bounds, ratio = (contrast.estimate, contrast.conf_low, contrast.conf_high), ""
    if pair.rough:
        rough = [words.period(p) for r, p in _both(report, pair) if r.approx is not Approx.EXACT]
        ratio = report.text("comparison.rough", periods=words.join(rough))
    elif all(x is not None and x != float("inf") for x in bounds):
        estimate, low, high = (words.number(x or 0, 2) for x in bounds)
        ratio = report.text("comparison.ratio", estimate=estimate, low=low, high=high)
    values = {
        "label": report.book.catalogue[pair.now.indicator].label(words.lang),
        "actor": report.inside(pair.now.actor, short=True),
        "now": report.figure(pair.now),
        "before": report.figure(pair.before),
        "change": change_clause(report, pair),
        "ratio": ratio,
        "caveat": _unclosed(report, pair),
        "sources": report.cite(pair.now, pair.before),
    }
    said = report.text("comparison.count", **values)
    return said if pair.direction != "flat" or pair.rough else f"{said} {_detectable(report, pair)}"


def change_clause(report: Report, pair: Pair) -> str:
    """Return how a figure changed, against which period and why that one, and what the source printed of it."""
    words, earlier = report.words, pair.period
    within = pair.now.kind == "count" and earlier.kind not in (*NAMED, Kind.YEAR, Kind.WINDOW)
    same = within and earlier == report.period.year_before()
    said = words.change(
        pair.now, pair.before, versus="same_period" if same else earlier,
        significant=pair.direction != "flat", subject=report.subject(pair.now),
    )  # fmt: skip
    return said + _skipped(report, pair) + _length(report, pair) + published_change(report, pair.now)


def _skipped(report: Report, pair: Pair) -> str:
    """Name the year before the period where it was passed over for want of a figure."""
    if report.period.kind in (*NAMED, Kind.WINDOW):
        return ""
    last = report.period.year_before()
    if pair.period.end >= last.start or report.results(pair.now.indicator, actor=pair.now.actor, period=last):
        return ""
    return report.text("comparison.skipped", period=report.words.period(last))


def _length(report: Report, pair: Pair) -> str:
    """Say that one period is longer where the counts and the monthly averages moved in opposite ways."""
    months = report.period.months - pair.period.months
    gap = (pair.now.estimate or 0) - (pair.before.estimate or 0)
    ratio = pair.contrast.estimate if pair.contrast else None
    if pair.now.kind != "count" or ratio is None or abs(months) <= SAME_LENGTH or gap * (ratio - 1) >= 0:
        return ""
    return report.text(f"comparison.{'longer' if months > 0 else 'shorter'}", months=report.words.months(abs(months)))


def published_change(report: Report, result: Result) -> str:
    """Return the change a source printed beside a figure, as a clause; empty when it printed none or a wrong one.

    A printed change of a year or of a part of a year is against the same months of the year before.
    """
    words, period = report.words, report.period
    wrong = any(c.code == "flag" and c.values["flag"] == "change_pct_wrong" for c in result.caveats)
    printed = [report.rows[row]["change_pct_published"] for row in result.rows if row in report.rows]
    value = next((float(x) for x in printed if x is not None and not pd.isna(x)), None)
    if value is None or wrong:
        return ""
    digits = len(f"{abs(value):.10f}".partition(".")[2].rstrip("0"))
    way = "up" if value > 0 else "down" if value < 0 else "flat"
    said = report.text(f"comparison.published_{way}", amount=words.percent(abs(value) / 100, digits))
    if period.kind in (*NAMED, Kind.WINDOW):
        return said
    return said + report.text("comparison.published_against", period=words.period(period.year_before()))


def _both(report: Report, pair: Pair) -> tuple[tuple[Result, Period], ...]:
    return (pair.now, report.period), (pair.before, pair.period)


def _unclosed(report: Report, pair: Pair) -> str:
    """Return the clause that a figure was published before its period ended; empty when both were not."""
    words, said = report.words, []
    for result, period in _both(report, pair):
        flags = {str(c.values["flag"]) for c in result.caveats if c.code == "flag"}
        said += [words.text(f"comparison.{flag}", period=words.period(period)) for flag in UNCLOSED if flag in flags]
    return "".join(said)


def _detectable(report: Report, pair: Pair) -> str:
    """Say which change could have been seen: silence about it would make "no change" mean too much."""
    words = report.words
    say = words.points if pair.now.kind == "share" else words.percent
    up, down = neighbours.detectable(pair, report.period)
    said = [words.text(f"comparison.detectable_{way}", amount=say(x)) for way, x in (("up", up), ("down", down)) if x]
    if not said:
        return words.text("comparison.detectable_none")
    return words.text("comparison.detectable", items=words.text("comparison.or").join(said))


def mix_sentence(report: Report, change: MixChange) -> str:
    """Return how the penalty mix moved, penalty by penalty, and what the move is called."""
    words, items = report.words, []
    for pair in change.pairs:
        penalty = words.label("penalties", pair.now.category).lower()
        now, before = (report.traced(words.value(r), r) for r in (pair.now, pair.before))
        items.append(report.text(f"comparison.mix_{pair.direction}", penalty=penalty, before=before, now=now))
    sources = report.cite(*change.now, *change.before)
    return report.text(f"comparison.mix_{change.shift}", items="; ".join(items), sources=sources)


def breaks_between(report: Report, earlier: Period, affects: Sequence[str]) -> str:
    """Return in one sentence the rules and forms that changed from the start of an earlier period on, else nothing."""
    rules = neighbours.breaks(report.book, earlier, report.period, affects)
    words = report.words
    named = [
        report.text(
            "comparison.dated_rule",
            instrument=html.escape(rule.label(words.lang)),
            date=words.date(rule.in_force, short=True),
        )
        for rule in rules
    ]
    before = words.period(earlier)
    return report.text("comparison.breaks_between", before=before, items=words.join(named)) if named else ""


def breaks_note(report: Report, earlier: Period, affects: Iterable[str]) -> str:
    """Return the same rules by their numbers and dates, for a note or the end of a point; empty when there are none."""
    rules = neighbours.breaks(report.book, earlier, report.period, tuple(dict.fromkeys(affects)))
    dated = [
        report.text(
            "comparison.dated_rule",
            instrument=html.escape(rule_name(report, rule)),
            date=report.words.date(rule.in_force, short=True),
        )
        for rule in rules
    ]
    return report.text("chart.change.breaks", rules=report.words.join(dated)) if dated else ""


def affected(report: Report, *results: Result) -> list[str]:
    """Return what the rules that bear on figures are about: inspection, discipline, or both."""
    return [what for r in results for what in report.book.catalogue[r.indicator].affects]


def rule_name(report: Report, rule: Rule) -> str:
    """Return the number of a rule, or what it did where it has none (a reorganisation)."""
    return rule.instrument if rule.instrument[:1].isdigit() else rule.label(report.words.lang)
