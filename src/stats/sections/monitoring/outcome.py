"""What a method over time gives for one series: a chart and sentences, or the reason it was refused."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from stats.figures import Break, Chart, Point
from stats.figures.time_axis import period_name
from stats.periods import Period
from stats.results import Note, Result
from stats.sections.bodies.report import UNSTATED
from stats.sections.changes import rule_name
from stats.sections.monitoring.following import Followed
from stats.sections.report import MOST_NOTES, Report

STEM = {"control": "control", "interrupted": "interrupted", "forecast": "forecast"}
"""Method to the name of its chart; a trend is told in a sentence."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one method on one series.

    Attributes
    ----------
    method : str
        ``control``, ``trend``, ``interrupted`` or ``forecast``.
    followed : Followed
        The stretch the method was asked about.
    said : tuple of str
        Finished HTML sentences; none where it was refused.
    chart : Chart, optional
        The picture; a refused method has none.
    reason : Note, optional
        Why it was refused.
    """

    method: str
    followed: Followed
    said: tuple[str, ...] = ()
    chart: Chart | None = None
    reason: Note | None = None


def what(report: Report, followed: Followed, *, inside: bool = False) -> str:
    """Return what a series counts, and whose decision it is: ``Đảng viên bị kỷ luật (Cấp ủy các cấp)``."""
    label = report.book.catalogue[followed.indicator].label(report.words.lang)
    label = label[:1].lower() + label[1:] if inside else label
    return report.text(
        "monitoring.what", label=label, actor=report.actor(followed.actor, short=followed.actor != UNSTATED)
    )


def named(report: Report, period: Period) -> str:
    """Return the name of a period; a window of a quarter is that quarter, which the regime has no name for."""
    return period_name(report.words, period) if period.quarter else report.words.period(period)


def captions(
    report: Report, followed: Followed, results: list[Result], notes: list[str], about: str = ""
) -> dict[str, Any]:
    """Return what goes around a chart over time: its subtitle names the body, the first and the last period.

    The title begins with what is followed, so the subtitle does not; `about` is what was done to the figures.
    """
    around = report.captions([r for r in results if r], followed.actor)
    first, last = followed.periods[0], followed.periods[-1]
    where = report.text("chart.span", body=report.name, first=named(report, first), last=named(report, last))
    around["subtitle"] = ". ".join(x for x in (where, report.actor(followed.actor), about) if x)
    around["notes"] = [note for note in (*notes, *around["notes"]) if note][: MOST_NOTES + len(notes)]
    return around


def left_out(report: Report, followed: Followed) -> str:
    """Return which periods have a figure that is too uncertain to be taken; empty when there are none."""
    periods = report.words.join([named(report, p) for p in followed.uncertain])
    return report.text("monitoring.uncertain", periods=periods) if periods else ""


def drawn(followed: Followed) -> list[Point]:
    """Return the points of a series as charts take them."""
    return [Point(period, result) for period, result in followed.points]


def dated(report: Report, followed: Followed) -> list[Break]:
    """Return the breaks of a series as charts draw them."""
    return [Break(rule.in_force, rule_name(report, rule)) for rule in followed.breaks]


def escaped(text: str) -> str:
    """Return a text safe inside a sentence."""
    return html.escape(text, quote=False)
