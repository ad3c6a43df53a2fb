"""Is a figure outside what the series does anyway? Control charts, begun anew at every dated change."""

from __future__ import annotations

import numpy as np

from stats import figures
from stats.figures.control import Signal, signals_of
from stats.figures.frames import like
from stats.figures.lines import bounded, figures_of, telling
from stats.monitoring import ControlChart, p_prime_chart, xmr_chart
from stats.monitoring.course import LEAST
from stats.periods import Period
from stats.results import Note
from stats.sections.monitoring.following import Followed
from stats.sections.monitoring.outcome import Outcome, captions, dated, drawn, escaped, left_out, named, what
from stats.sections.monitoring.season import without_season
from stats.sections.report import Report

MOST_SIGNALS = 3
"""Signals named in a sentence; the chart and its table have all."""


def control(report: Report, followed: Followed, name: str = "control") -> Outcome:
    """Return the control chart of a series: XmR for counts, p' for shares, limits anew at every dated change.

    Counts with a strong season are charted without it, and the chart says so.
    """
    own, told = (followed, None) if followed.share else without_season(followed)
    if len(own.known) < LEAST:
        return Outcome("control", followed, reason=Note("too_few_periods", {"found": len(own.known), "needed": LEAST}))
    chart = _chart(own)
    if not chart:
        return Outcome("control", followed, reason=_why(own, chart))
    signals = signals_of(report.words, chart, figures_of(report.words, drawn(own)))
    notes = [report.text(f"monitoring.chart.{chart.kind}"), report.text("monitoring.rules.nhs")]
    if chart.kind == "xmr":
        notes.append(report.text(f"monitoring.screening.{chart.method}"))
    notes = [". ".join(notes) + "."]
    notes += [report.words.note(n) for n in ((told,) if told else ())]
    notes += [*(report.words.note(n) for n in chart.caveats), left_out(report, own)]
    about = report.text("monitoring.adjusted") if told else ""
    around = captions(report, own, [p.result for p in own.points], notes, about)
    title = _title(report, own, chart, signals)
    picture = figures.control_chart(
        drawn(own), chart, words=report.words, title=title, breaks=dated(report, own), name=name, **around
    )
    return Outcome("control", own, said=(_said(report, own, chart, signals, about),), chart=picture)


def _chart(own: Followed) -> ControlChart:
    options = {**own.options, "rebase": own.breaks, "series": [own.indicator]}
    if own.share:
        return p_prime_chart(*own.parts, **options)
    return xmr_chart(own.values, **options)


def _why(own: Followed, chart: ControlChart) -> Note | None:
    """Return why there are no limits; of a series long enough in all, that its phases are too short."""
    if chart.reason is not None and chart.reason.code == "too_few_periods" and own.breaks:
        return Note("phases_too_short", dict(chart.reason.values))
    return chart.reason


def _title(report: Report, own: Followed, chart: ControlChart, signals: list[Signal]) -> str:
    label = report.book.catalogue[own.indicator].label(report.words.lang)
    key = "quiet" if not signals else "one" if len(signals) == 1 else "many"
    last = _when(report, own, max(signals, key=lambda s: s.points[-1])) if signals else ""
    title = report.text(f"monitoring.control.title_{key}", label=label, n=len(signals), last=last)
    n = len(_unjudged(own, chart))
    return report.text("monitoring.control.title_unjudged", title=title, n=n) if n else title


def _unjudged(own: Followed, chart: ControlChart) -> list[Period]:
    """Return the latest periods that have a figure and no limits: too few since a dated change."""
    last = int(np.flatnonzero(np.isfinite(chart.centre[0]))[-1])
    return [p.period for p in own.points[last + 1 :] if p.result]


def _when(report: Report, own: Followed, signal: Signal) -> str:
    """Return the period of a signal, or its first and last."""
    first, last = (named(report, own.periods[signal.points[k]]) for k in (0, -1))
    return first if first == last else report.text("monitoring.control.span", first=first, last=last)


def _said(report: Report, own: Followed, chart: ControlChart, signals: list[Signal], about: str) -> str:
    """Return the level now, its limits as the chart prints them, and what signals there are."""
    words = report.words
    now = int(np.flatnonzero(np.isfinite(chart.centre[0]))[-1])
    inside = np.flatnonzero(chart.phase == chart.phase[now])
    floor, roof = (bounded(drawn(own), edge) for edge in (chart.lower[0], chart.upper[0]))
    tell = telling(words, like(drawn(own)), [*chart.centre[0], *roof])
    followed, phases = what(report, own), len(chart.steps())
    level = report.text(
        "monitoring.control.phases" if phases > 1 else "monitoring.control.level", n=phases,
        what=escaped(report.text("monitoring.what_adjusted", what=followed) if about else followed),
        points=int(np.isfinite(chart.values[0, inside]).sum()), first=named(report, own.periods[int(inside[0])]),
        last=named(report, own.periods[int(inside[-1])]), centre=tell(float(chart.centre[0, now])),
    )  # fmt: skip
    # A limit that no figure can be beyond is none, as in the chart.
    reached = {"lower": floor[now] == chart.lower[0, now], "upper": roof[now] == chart.upper[0, now]}
    edges = {"lower": float(floor[now]), "upper": float(roof[now])}
    listed = [report.text(f"monitoring.control.{side}", value=tell(edges[side])) for side, is_one in reached.items()
              if is_one]  # fmt: skip
    limits = words.join(listed)
    if limits and not np.allclose(chart.sigma[0, inside], chart.sigma[0, now], equal_nan=True):
        limits = report.text("monitoring.control.at_last", limits=limits)
    said = [f"{'; '.join(part for part in (level, limits) if part)}.", _found(report, own, signals)]
    if late := _unjudged(own, chart):
        ends = {"first": named(report, late[0]), "last": named(report, late[-1])}
        said.append(report.text("monitoring.control.unjudged", n=len(late), **ends))
    return " ".join(said)


def _found(report: Report, own: Followed, signals: list[Signal]) -> str:
    """Return how many signals there are in all phases, and the newest."""
    newest = sorted(signals, key=lambda s: s.points[-1], reverse=True)[:MOST_SIGNALS]
    items = "; ".join(report.text("monitoring.control.signal", when=_when(report, own, s), rule=s.what) for s in newest)
    few = len(signals) <= MOST_SIGNALS
    key = "quiet" if not signals else "one" if len(signals) == 1 else "few" if few else "many"
    return report.text(f"monitoring.control.{key}", n=len(signals), items=items)
