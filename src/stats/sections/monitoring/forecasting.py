"""Forecasts: what is to be expected of the next year, and whether that beats taking last year's figures."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from stats import figures, timeline
from stats.forecasts import BackTest, Forecast, back_test, ets_forecast, naive_forecast, seasonal_naive_forecast
from stats.forecasts.history import LEAST
from stats.forecasts.smoothing import least_points
from stats.results import Note
from stats.seasons import by_new_year
from stats.sections.monitoring.following import Followed
from stats.sections.monitoring.outcome import Outcome, captions, dated, drawn, escaped, named, what
from stats.sections.monitoring.season import MONTHS
from stats.sections.report import Report

STEPS = 3
"""Steps ahead where periods have no season."""

MOST_ORIGINS = 24
"""Origins of the back-test, the latest: two years of months. Each is a fit of its own."""

COMING = 730
"""Days after the last period in which dated changes are looked for: no forecast reaches farther."""

TREND = None
"""Exponential smoothing of the level (and the season, where there is one), declared before the figures are seen."""


def forecast(report: Report, followed: Followed, name: str = "forecast") -> Outcome:
    """Return the forecast from the stretch after the last dated change: a year ahead, or three periods.

    Exponential smoothing is shown only where it beat the (seasonal) naive forecast in a back-test; else the
    naive one is, and the sentence says so.
    """
    if followed.share:
        return Outcome("forecast", followed, reason=Note("method_of_counts"))
    if few := followed.too_short(LEAST):
        return Outcome("forecast", followed, reason=few)
    own = followed.latest()
    own = _with_coming(report, own)
    naive = _naive(own)
    if not naive:
        return Outcome("forecast", own, reason=naive.reason)
    test = _tested(own)
    best = _smoothed(own) if test and bool(test.beats[0]) else naive
    verdict = _verdict(report, test, naive)
    told = _told(report, own, best, verdict)
    return Outcome("forecast", own, said=(told,), chart=_chart(report, own, best, verdict, name))


def _with_coming(report: Report, own: Followed) -> Followed:
    """Return the stretch with the dated changes known to come after it, so that the forecast says what it crosses."""
    last = own.periods[-1].end
    affects = (*report.book.catalogue[own.indicator].affects, *timeline.ALWAYS)
    return replace(own, breaks=report.book.codes.rules_between(last, last + dt.timedelta(days=COMING), affects))


def _naive(own: Followed) -> Forecast:
    if own.season:
        order = by_new_year(own.periods)
        found = seasonal_naive_forecast(
            own.values[order], horizon=own.season, season=own.season, counts=True, **own.options
        )
        return _by_calendar(own, found)
    return naive_forecast(own.values, horizon=STEPS, counts=True, **own.options)


def _smoothed(own: Followed) -> Forecast:
    seasonal = "add" if own.season else None
    found = ets_forecast(
        own.values[by_new_year(own.periods)], horizon=own.season or STEPS, trend=TREND, seasonal=seasonal,
        season=own.season, counts=True, **own.options,
    )  # fmt: skip
    return _by_calendar(own, found)


def _by_calendar(own: Followed, found: Forecast) -> Forecast:
    """Return a forecast from months in the order of `by_new_year`, the holiday put where it falls in the year ahead."""
    at, past = by_new_year(found.periods), by_new_year(own.periods)
    if not found or not len(at):
        return found
    limits = {name: getattr(found, name)[:, :, at] for name in ("conf_low", "conf_high")}
    return replace(found, estimate=found.estimate[:, at], std_error=found.std_error[:, at],
                   fitted=found.fitted[:, past], observed=found.observed[:, past], **limits)  # fmt: skip


def _tested(own: Followed) -> BackTest:
    """Return how smoothing would have done against the naive forecast in the latest years, by the calendar for both."""
    horizon, season = own.season or STEPS, own.season
    options = {"method": "ets", "horizon": horizon, "season": season, "counts": True, **own.options}
    options["model"] = {"trend": TREND, "seasonal": "add" if season else None}
    latest = len(own.points) - horizon - MOST_ORIGINS + 1
    return back_test(own.values, initial=max(latest, LEAST, least_points(season)), **options)


def _verdict(report: Report, test: BackTest, naive: Forecast) -> str:
    """Return whether smoothing beat the naive forecast; where that could not be tried, why not."""
    words = report.words
    if test.reason is not None:
        short = test.reason.code == "too_few_origins"
        return report.text("monitoring.forecast.untested", **test.reason.values) if short else words.note(test.reason)
    return report.text(
        f"monitoring.forecast.verdict.{test.verdict[0]}", n=test.origins, naive=_method(report, naive),
        loss=words.number(float(test.loss[0]), 1), base=words.number(float(test.baseline_loss[0]), 1),
    )  # fmt: skip


def _told(report: Report, own: Followed, best: Forecast, verdict: str) -> str:
    return report.text(
        "monitoring.forecast.said", what=escaped(what(report, own)), method=_method(report, best),
        verdict=escaped(verdict), **_first(report, best),
    )  # fmt: skip


def _first(report: Report, best: Forecast) -> dict[str, str]:
    """Return the first step ahead in words."""
    low, high = best.interval(0.95)
    numbers = {"estimate": best.estimate[0, 0], "low": low[0, 0], "high": high[0, 0]}
    period = named(report, best.periods[0]) if best.periods else best.keys[0]
    return {"period": period} | {name: report.words.number(float(x)) for name, x in numbers.items()}


def _method(report: Report, best: Forecast) -> str:
    return report.text(f"monitoring.forecast.method.{best.method.split('_')[0]}")


def _chart(report: Report, own: Followed, best: Forecast, verdict: str, name: str) -> figures.Chart:
    words = report.words
    notes = [
        report.text("monitoring.forecast.method_note", method=_method(report, best)), verdict,
        report.text("monitoring.forecast.note", n=len(own.known)),
        report.text("monitoring.forecast.note_new_year") if own.season == MONTHS else "",
        *(words.note(n) for n in best.caveats),
    ]  # fmt: skip
    label = report.book.catalogue[own.indicator].label(words.lang)
    title = report.text("monitoring.forecast.title", label=label, **_first(report, best))
    return figures.forecast_fan(
        drawn(own), best, words=words, title=title,
        breaks=dated(report, own), name=name, **captions(report, own, [p.result for p in own.points], notes),
    )  # fmt: skip
