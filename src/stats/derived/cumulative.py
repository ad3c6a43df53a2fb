"""What a cumulative figure adds to an earlier one of the same year."""

from __future__ import annotations

from stats.derived.amounts import Amount, amount, derived, minus, refused, unlike, unusable
from stats.errors import PeriodError
from stats.periods import Period
from stats.results import Note, Result

METHOD = "difference"


def difference(later: Result, earlier: Result) -> Result:
    """Return what was counted between the ends of two cumulative periods of one year.

    Parameters
    ----------
    later, earlier : Result
        Published counts of one body, indicator, actor and unit: 6 months and Quarter I, the year
        and 9 months.

    Returns
    -------
    Result
        For the window between the two (``2018-04-01..2018-06-30``), marked derived. Refused when the
        two do not belong together, or when the cumulative figure falls: a fall inside a year is a
        finding, never a negative count. A fall that rounding can explain is refused with the bounds
        it leaves.

    Notes
    -----
    With a in ``[a_l, a_h]`` and b in ``[b_l, b_h]`` the difference lies in
    ``[a_l - b_h, a_h - b_l]``: for two figures rounded to the same unit u that is
    ``[a - b - u, a - b + u]``. Bounds below zero are cut, since a count cannot be negative.
    """
    inputs = (later, earlier)
    try:
        window = Period.parse(later.period).minus(Period.parse(earlier.period))
    except PeriodError:
        return refused(inputs, METHOD, Note("not_cumulative", {"period": later.period, "earlier": earlier.period}))
    reason = unusable(inputs) or unlike(inputs, "body", "indicator", "category", "actor", "unit")
    if reason:
        return refused(inputs, METHOD, reason, period=window.key)
    found = minus(amount(later), amount(earlier))
    said = {
        "later": Period.parse(later.period), "earlier": Period.parse(earlier.period), "n": later, "before": earlier,
    }  # fmt: skip
    if found.high < 0:
        return refused(inputs, METHOD, Note("falls_within_year", said), period=window.key)
    if found.estimate < 0:
        bounds = {"conf_low": 0.0, "conf_high": found.high}
        return refused(inputs, METHOD, Note("fall_within_rounding", said), period=window.key, **bounds)
    found = Amount(found.estimate, max(found.low, 0.0), found.high, found.approx)
    return derived(found, inputs, METHOD, Note("difference_of", said), period=window.key)
