"""Sums and differences of counts that may be rounded: the number, its bounds and its direction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stats.results import Approx, Note, Result, State

DOUBTFUL = ("digit_missing", "digits_transposed", "period_doubtful")
"""Flags of figures that are probably misprints or belong to another period: nothing is derived from them."""

_FLIPPED = {Approx.OVER: Approx.UNDER, Approx.UNDER: Approx.OVER}


@dataclass(frozen=True, slots=True)
class Amount:
    """A count with the lowest and highest number it can mean.

    Attributes
    ----------
    estimate, low, high : float
        The number, and its bounds; all three are equal for an exact one.
    approx : Approx
        On which side of the number the truth lies.
    """

    estimate: float
    low: float
    high: float
    approx: Approx = Approx.EXACT


def amount(result: Result) -> Amount:
    """Return the count of a result that has one.

    Examples
    --------
    >>> amount(Result(estimate=606.0))
    Amount(estimate=606.0, low=606.0, high=606.0, approx=<Approx.EXACT: 'exact'>)
    """
    if result.estimate is None:
        raise ValueError("a result without a number has no amount")
    n = result.estimate
    low = n if result.conf_low is None else result.conf_low
    return Amount(n, low, n if result.conf_high is None else result.conf_high, result.approx)


def plus(amounts: Iterable[Amount]) -> Amount:
    """Return a sum; its bounds are the sums of the bounds.

    Examples
    --------
    >>> total = plus([Amount(180, 180, 180), Amount(50, 41, 50, Approx.UNDER)])
    >>> total.estimate, total.low, total.high, str(total.approx)
    (230, 221, 230, 'under')
    """
    parts = list(amounts)
    return Amount(
        sum(p.estimate for p in parts), sum(p.low for p in parts), sum(p.high for p in parts),
        _direction([p.approx for p in parts]),
    )  # fmt: skip


def minus(whole: Amount, part: Amount) -> Amount:
    """Return a difference; its bounds are the least and the most that both roundings allow.

    Examples
    --------
    Two figures rounded to 100 (half a unit each way) leave one whole unit each way:

    >>> minus(Amount(900, 850, 950, Approx.ABOUT), Amount(400, 350, 450, Approx.ABOUT))
    Amount(estimate=500, low=400, high=600, approx=<Approx.ABOUT: 'about'>)
    """
    taken = _FLIPPED.get(part.approx, part.approx)
    return Amount(
        whole.estimate - part.estimate, whole.low - part.high, whole.high - part.low,
        _direction([whole.approx, taken]),
    )  # fmt: skip


def _direction(found: Sequence[Approx]) -> Approx:
    sides = set(found) - {Approx.EXACT}
    if len(sides) < 2:
        return next(iter(sides), Approx.EXACT)
    # No direction is guessed: one part of unknown direction leaves the whole without one.
    return Approx.UNKNOWN if Approx.UNKNOWN in sides else Approx.ABOUT


def derived(found: Amount, inputs: Sequence[Result], method: str, *notes: Note, **fields: Any) -> Result:
    """Return an amount as a derived result that cites all its inputs.

    Parameters
    ----------
    found : Amount
        The number worked out.
    inputs : sequence of Result
        What it rests on; the first gives unit, body, indicator and category.
    method : str
        One of `stats.derived.METHODS`.
    *notes : Note
        What was done, said before the caveats of the inputs.
    **fields
        Fields of the result that differ from the first input (`actor`, `period`, `body`).
    """
    exact = found.approx is Approx.EXACT
    made = replace(
        _traced(inputs, method, *notes),
        estimate=found.estimate,
        conf_low=None if exact else found.low,
        conf_high=None if exact else found.high,
        approx=found.approx,
        state=State.VALUE,
    )
    return replace(made, **fields)


def refused(inputs: Sequence[Result], method: str, reason: Note, **fields: Any) -> Result:
    """Return a result that is no number, with the reason and everything it would have rested on."""
    return replace(_traced(inputs, method), state=State.REFUSED, reason=reason, **fields)


def _traced(inputs: Sequence[Result], method: str, *notes: Note) -> Result:
    first = inputs[0] if inputs else Result(state=State.MISSING)
    caveats = [*notes, *(c for r in inputs for c in r.caveats)]
    return Result(
        state=State.MISSING,
        method=method,
        unit=first.unit,
        indicator=first.indicator,
        body=first.body,
        period=first.period,
        actor=first.actor,
        category=first.category,
        derived=True,
        sources=tuple(dict.fromkeys(s for r in inputs for s in r.sources)),
        rows=tuple(dict.fromkeys(row for r in inputs for row in r.rows)),
        caveats=tuple(dict.fromkeys(caveats)),
    )


def unusable(inputs: Sequence[Result]) -> Note | None:
    """Return why nothing can be derived from some inputs: one has no number, or a number in doubt."""
    for result in inputs:
        if not result or result.kind != "count":
            return result.reason or Note("not_published")
        for caveat in result.caveats:
            if caveat.code == "flag" and caveat.values.get("flag") in DOUBTFUL:
                return Note("input_doubtful", {"flag": caveat.values["flag"]})
    return None


def unlike(inputs: Sequence[Result], *names: str) -> Note | None:
    """Return why inputs cannot go into one sum: they differ in one of the named fields."""
    for name in names:
        found = tuple(dict.fromkeys(str(getattr(r, name)) for r in inputs))
        if len(found) > 1:
            return Note(f"inputs_differ_{name}", {name: found})
    return None
