"""Does a series rise or fall since the last dated change? Mann-Kendall, season by season where there is one."""

from __future__ import annotations

from stats.results import TestResult
from stats.sections.monitoring.following import Followed
from stats.sections.monitoring.outcome import Outcome, escaped, named, what
from stats.sections.report import Report
from stats.trends.monotone import LEAST, mann_kendall, sen_slope
from stats.trends.seasonal import seasonal_sen_slope
from stats.wording.formats import NBSP

LEAST_P = 0.001
"""Below this a p-value is printed as smaller only."""

LEVEL = 0.05


def trend(report: Report, followed: Followed) -> Outcome:
    """Return whether figures rise or fall in the stretch after the last dated change, and by how much a year."""
    if few := followed.too_short(LEAST):
        return Outcome("trend", followed, reason=few)
    own = followed.latest()
    if own.season:
        slope = seasonal_sen_slope(own.values, own.season, **own.options)
    else:
        slope = sen_slope(own.values, **own.options)
    if not slope:
        return Outcome("trend", own, reason=slope.reason)
    # The slope of a series without a season has the normal p-value; short ones have an exact one.
    test = slope if own.season else mann_kendall(own.values, **own.options)
    return Outcome("trend", own, said=(_told(report, own, test, slope),))


def _told(report: Report, own: Followed, test: TestResult, slope: TestResult) -> str:
    words, p = report.words, test.p_value
    ends = {"slope": slope.estimate, "low": slope.conf_low, "high": slope.conf_high}
    per_year = {name: _per_year(report, own, x or 0.0, unit=name == "slope") for name, x in ends.items()}
    way = "flat" if p > LEVEL else "rose" if test.statistic > 0 else "fell"
    return report.text(
        f"monitoring.trend.{way}", what=escaped(what(report, own)), n=len(own.known),
        first=named(report, own.periods[0]), last=named(report, own.periods[-1]),
        test=report.text("monitoring.trend.seasonal" if own.season else "monitoring.trend.plain"),
        p=f"p{NBSP}&lt;{NBSP}{words.number(LEAST_P, 3)}" if p < LEAST_P else f"p{NBSP}={NBSP}{words.number(p, 3)}",
        notes=" ".join(escaped(words.note(n)) for n in test.caveats), **per_year,
    ).rstrip()  # fmt: skip


def _per_year(report: Report, own: Followed, x: float, *, unit: bool) -> str:
    if own.share and unit:
        return f"{'-' if x < 0 else '+'}{report.words.points(x)}"
    if own.share:
        return report.words.signed(x * 100, 1)
    return report.words.signed(x, 1 if abs(x) < 100 else 0)
