"""The monitoring section: every method where its conditions hold, one line where they do not."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from stats.errors import UsageError
from stats.forecasts import history
from stats.models import interrupted
from stats.monitoring import course
from stats.sections.blocks import Builder, Section
from stats.sections.monitoring.controlling import control
from stats.sections.monitoring.following import COUNTED, INDICATORS, Followed, followed
from stats.sections.monitoring.forecasting import forecast
from stats.sections.monitoring.interrupting import interruption
from stats.sections.monitoring.outcome import Outcome, escaped, left_out, what
from stats.sections.monitoring.trending import trend
from stats.sections.report import Report
from stats.trends import monotone
from stats.wording import Words

MINIMA = {
    "control": course.LEAST, "trend": monotone.LEAST, "interrupted": interrupted.LEAST, "forecast": history.LEAST,
}  # fmt: skip
"""Fewest periods of each method; before and after a date for an interrupted series."""

SHORTEST = min(MINIMA.values())

Method = Callable[[Report, Followed, str], Outcome]

METHODS: dict[str, Method] = {
    "control": control,
    "trend": lambda report, one, _name: trend(report, one),
    "interrupted": interruption,
    "forecast": forecast,
}
"""Method to the function that tries it on a series under the name of its chart, in reading order; a trend has none."""


def monitoring(report: Report) -> Section:
    """Return what the methods over time say of the report's body up to its period.

    Each method is tried on each series; where none meets its conditions it is one line with the reason,
    never a chart.
    """
    builder = Builder(report, "monitoring")
    found = outcomes(report)
    if not found:
        builder.text(nothing_followed(report), kind="none")
        return builder.done()
    if too_short(found):
        builder.text(shortness(report, found), kind="none")
        return builder.done()
    builder.text(report.text("monitoring.intro"), kind="note")
    for tried in found.values():
        builder.points(sentences(report, tried))
        draw(builder, tried)
    return builder.done()


def outcomes(report: Report) -> dict[str, list[Outcome]]:
    """Try every method on every series of a report's body.

    Returns
    -------
    dict of list
        By method; empty when no indicator followed has a figure for the period.
    """
    series = followed(report)
    return {method: _tried(report, method, series) for method in METHODS} if series else {}


def draw(builder: Builder, tried: Iterable[Outcome]) -> None:
    """Add the charts of one method to a section, and the rows behind what it says."""
    for one in tried:
        if one.chart is not None:
            builder.chart(one.chart)
        if one.reason is None:  # a trend has no chart to carry its rows; what was refused rests on none
            builder.used([row for p in one.followed.known for row in p.result.rows])


def sentences(report: Report, tried: Sequence[Outcome]) -> list[str]:
    """Return what one method says of each series, then a line for each it was refused for; finished HTML sentences."""
    used = [one for one in tried if one.reason is None]
    lacking = [one for one in tried if one.reason is not None]
    if not used:
        return [_refused(report, "monitoring.refused_all", _longest(lacking))]
    # That a method of counts takes no shares is no want of data: it is said only where nothing else can be.
    lacking = [one for one in lacking if one.reason is None or one.reason.code != "method_of_counts"]
    said = [sentence for one in used for sentence in one.said]
    closing = report.text("monitoring.control.caution") if any(one.method == "control" for one in used) else ""
    refused = [_refused(report, "monitoring.refused", one) for one in lacking]
    return [*said, *refused, *([closing] if closing else [])]


def too_short(found: Mapping[str, Sequence[Outcome]]) -> bool:
    """Tell whether every series has fewer periods than any method needs."""
    return all(len(one.followed.known) < SHORTEST for tried in found.values() for one in tried)


def shortness(report: Report, found: Mapping[str, Sequence[Outcome]]) -> str:
    """Return the one line for series that are too short for every method: what each would need."""
    one = _longest([one for tried in found.values() for one in tried]).followed
    named = escaped(what(report, one, inside=True))
    return report.text("monitoring.short", what=named, n=len(one.known), **MINIMA)


def nothing_followed(report: Report) -> str:
    """Return the sentence that says no indicator followed has a figure for the period."""
    labels = [report.book.catalogue[name].label(report.words.lang) for name in INDICATORS]
    items = report.words.join([label[:1].lower() + label[1:] for label in labels])
    return report.text("monitoring.none", items=items)


def control_charts(report: Report) -> Section:
    """Return the control charts of the report's body, one an indicator and actor.

    Raises
    ------
    UsageError
        When no series meets the conditions: names the longest and what it lacks.
    """
    return _charts(report, "control")


def interruptions(report: Report) -> Section:
    """Return the interrupted series of the report's body; errors as `control_charts`."""
    return _charts(report, "interrupted")


def forecasts(report: Report) -> Section:
    """Return the forecasts of the report's body; errors as `control_charts`."""
    return _charts(report, "forecast")


def _charts(report: Report, method: str) -> Section:
    builder = Builder(report, "monitoring")
    tried = _tried(report, method, followed(report))
    draw(builder, tried)
    if not builder.charts:
        raise _nothing(report, tried)
    return builder.done()


def _tried(report: Report, method: str, series: Iterable[Followed]) -> list[Outcome]:
    """Try a method on each series; a second chart of a method has the indicator in its name, a third the actor too."""
    tried: list[Outcome] = []
    for one in series:
        longer = f"{method}-{one.indicator}"
        names = {other.chart.name for other in tried if other.chart is not None}
        free = (name for name in (method, longer, f"{longer}-{one.actor.replace('_', '-')}") if name not in names)
        tried.append(METHODS[method](report, one, next(free)))
    return tried


def _refused(report: Report, key: str, one: Outcome) -> str:
    reason = escaped(report.words.note(one.reason)) if one.reason else ""
    if one.reason is not None and one.reason.code == "series_missing_values":
        reason = f"{reason} {escaped(left_out(report, one.followed))}".rstrip()
    if one.reason is not None and one.reason.code == "series_doubtful_zeros":
        reason = f"{reason} {report.text('monitoring.confirm_zero', flag=report.words.label('flags', COUNTED))}"
    method = report.text(f"monitoring.method.{one.method}")
    return report.text(key, method=method, what=escaped(what(report, one.followed, inside=True)), reason=reason)


def _longest(tried: Sequence[Outcome]) -> Outcome:
    """Return the outcome that came nearest: a count before a share, which some methods do not take; the longest."""
    return max(tried, key=lambda one: (not one.followed.share, len(one.followed.known)))


def _nothing(report: Report, tried: Sequence[Outcome]) -> UsageError:
    """Return the refusal of a chart in both languages: the reason, and what to do."""
    told = {}
    for lang in ("en", "vi"):
        own = replace(report, words=Words(report.book.codes, lang))
        refused = _refused(own, "monitoring.refused_all", _longest(tried)) if tried else nothing_followed(own)
        told[lang] = html.unescape(refused)
    return UsageError(told["en"], told["vi"])
