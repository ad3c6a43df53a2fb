"""What changed when a rule took effect, beyond trend and season? Interrupted time series around one dated change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stats import figures
from stats.codes import Rule
from stats.models import interrupted
from stats.models.interruption import InterruptedSeries
from stats.results import Note
from stats.seasons import by_new_year
from stats.sections.changes import rule_name
from stats.sections.monitoring.following import Followed
from stats.sections.monitoring.outcome import Outcome, captions, drawn, escaped, what
from stats.sections.report import Report


@dataclass(frozen=True, slots=True)
class Tried:
    """One dated change looked at: the stretch around it, the points on its shorter side, the fit or why none."""

    rule: Rule
    followed: Followed
    shorter: int
    reason: Note | None = None
    fit: InterruptedSeries | None = None


def interruption(report: Report, followed: Followed, name: str = "interrupted") -> Outcome:
    """Return what followed the newest dated change that has enough periods on both sides.

    The stretch reaches from the change before to the change after. Shares are not fitted: their base moves
    with the numerator, and the model is one of counts.
    """
    if followed.share:
        return Outcome("interrupted", followed, reason=Note("method_of_counts"))
    if not followed.breaks:
        return Outcome("interrupted", followed, reason=Note("no_dated_change"))
    tried = [_tried(followed, rule) for rule in reversed(followed.breaks)]
    best = next((one for one in tried if one.fit), None) or max(tried, key=lambda one: one.shorter)
    if not best.fit:
        return Outcome("interrupted", best.followed, reason=best.reason)
    told = _told(report, best.followed, best.rule, best.fit)
    return Outcome(
        "interrupted", best.followed, said=(told,), chart=_drawn(report, best.followed, best.rule, best.fit, name)
    )


def _tried(followed: Followed, rule: Rule) -> Tried:
    days = [r.in_force for r in followed.breaks]
    earlier = max((day for day in days if day < rule.in_force), default=None)
    later = min((day for day in days if day > rule.in_force), default=None)
    own = followed.between(earlier, later)
    before = sum(p.period.end < rule.in_force for p in own.known)
    after = sum(p.period.start >= rule.in_force for p in own.known)
    if not (before and after):
        needed = {"needed_before": interrupted.LEAST, "needed_after": interrupted.LEAST}
        return Tried(
            rule, own, min(before, after), Note("interruption_too_short", {"before": before, "after": after, **needed})
        )
    fit = interrupted.interrupted_series(own.values, at=rule.in_force, **_season(own), **own.options)
    return Tried(rule, own, min(before, after), fit.reason, fit)


def _season(own: Followed) -> dict[str, Any]:
    """Return the options of a season with a level for every month or quarter, the Lunar New Year's for its month.

    Fewer terms leave the rush at the year's end among the residuals, and what a rule did goes unseen (see the
    simulation in the method guide).
    """
    if not own.season:
        return {}
    places = np.array([(p.start.month - 1) * own.season // 12 + 1 for p in own.periods])
    return {"season": own.season, "pairs": own.season // 2, "position": places[by_new_year(own.periods)]}


def verdict(fit: InterruptedSeries) -> str:
    """Return ``rose`` or ``fell`` where the interval of the average ratio leaves 1 out, else ``flat``."""
    low, high = fit.average.conf_low or 0.0, fit.average.conf_high or 0.0
    return "rose" if low > 1 else "fell" if high < 1 else "flat"


def _told(report: Report, own: Followed, rule: Rule, fit: InterruptedSeries) -> str:
    words, average = report.words, fit.average
    return report.text(
        f"monitoring.interrupted.{verdict(fit)}", what=escaped(what(report, own)),
        rule=escaped(rule_name(report, rule)), date=words.date(rule.in_force, short=True),
        before=int((~fit.after & fit.used).sum()), after=int((fit.after & fit.used).sum()),
        ratio=words.number(average.estimate or 0.0, 2), interval=words.interval(average),
        excess=words.number(abs(fit.excess.estimate or 0.0)), least=words.number(fit.detectable[0], 2),
        most=words.number(fit.detectable[1], 2),
    )  # fmt: skip


def _drawn(report: Report, own: Followed, rule: Rule, fit: InterruptedSeries, name: str) -> figures.Chart:
    words = report.words
    notes = [report.text("monitoring.interrupted.note" if own.season is None else "monitoring.interrupted.note_season")]
    notes += [words.note(n) for n in fit.caveats]
    around = captions(report, own, [p.result for p in own.points], notes)
    return figures.interrupted_series(
        drawn(own), fit, words=words, title=report.text(
            f"monitoring.interrupted.title_{verdict(fit)}", rule=rule_name(report, rule),
            label=report.book.catalogue[own.indicator].label(words.lang),
            ratio=words.number(fit.average.estimate or 0.0, 2),
        ),
        rule=rule_name(report, rule), name=name, **around,
    )  # fmt: skip
