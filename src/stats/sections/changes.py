"""What changed, in sentences: a share, a count, a penalty mix, and the rules that changed between.

Each says whether the change is significant, and where it is not, what could have been seen.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from stats import neighbours
from stats.indicators import UNCLOSED
from stats.neighbours import MixChange, Pair
from stats.periods import NAMED, Kind, Period
from stats.sections.report import Report


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
    contrast = pair.contrast
    if contrast is not None and contrast.estimate is not None:
        low, high = (words.signed(100 * (x or 0), 1) for x in (contrast.conf_low, contrast.conf_high))
        values["interval"] = report.text("comparison.interval", low=low, high=high) + _unclosed(report, pair)
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
    values["interval"] += _unclosed(report, pair)
    return report.text("comparison.share_rose" if change > 0 else "comparison.share_fell", **values)


def count_sentence(report: Report, pair: Pair) -> str:
    """Return how one count changed, whether significantly, and what could have been seen where it did not."""
    words, contrast = report.words, pair.contrast
    if contrast is None:
        return ""
    named = pair.period.kind in NAMED or pair.period.kind is Kind.YEAR or pair.period != report.period.year_before()
    change = words.change(
        pair.now,
        pair.before,
        versus=pair.period if named else "same_period",
        significant=pair.direction != "flat",
        subject=report.subject(pair.now),
    )
    bounds, ratio = (contrast.estimate, contrast.conf_low, contrast.conf_high), ""
    if all(x is not None and x != float("inf") for x in bounds):
        estimate, low, high = (words.number(x or 0, 2) for x in bounds)
        ratio = report.text("comparison.ratio", estimate=estimate, low=low, high=high)
    values = {
        "label": report.book.catalogue[pair.now.indicator].label(words.lang),
        "actor": report.inside(pair.now.actor, short=True),
        "now": report.figure(pair.now),
        "before": report.figure(pair.before),
        "change": change,
        "ratio": ratio,
        "caveat": _unclosed(report, pair),
        "sources": report.cite(pair.now, pair.before),
    }
    said = report.text("comparison.count", **values)
    return said if pair.direction != "flat" else f"{said} {_detectable(report, pair)}"


def _unclosed(report: Report, pair: Pair) -> str:
    """Return the clause that a figure was published before its period ended; empty when both were not."""
    words, said = report.words, []
    for result, period in ((pair.now, report.period), (pair.before, pair.period)):
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
    """Return in one sentence the rules and forms that changed after an earlier period ended; empty when none did."""
    rules = [r for r in neighbours.breaks(report.book, earlier, report.period, affects) if r.in_force > earlier.end]
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
