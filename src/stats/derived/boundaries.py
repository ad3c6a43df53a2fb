"""Counts of old bodies restated on the boundaries of the body they became.

From old to new only, and only by adding whole bodies. A piece that moved is flagged, never added;
a rate is worked out again from the sums, never averaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stats import rates, shares
from stats.codes import Codes, Succession
from stats.derived.amounts import amount, derived, plus, refused, unlike, unusable
from stats.errors import PeriodError
from stats.periods import Period
from stats.results import Note, Result, State

METHOD = "restated"


def restated(codes: Codes, body: str, period: str, parts: Mapping[str, Result]) -> Result:
    """Return a count of the bodies that became one, for a period before they did.

    Parameters
    ----------
    codes : Codes
        The crosswalk and the dates of half-terms and terms.
    body : str
        The body on the new boundaries.
    period : str
        Period key; it must end before the boundaries changed.
    parts : mapping
        Published counts by old body, all for this period, one indicator, actor and unit.

    Returns
    -------
    Result
        The sum, marked derived, when every whole predecessor has a figure. With some missing the
        state is ``refused``: the sum of those known stands in `conf_low` alone, because a lower bound
        is not an estimate, and the reason names the missing. With all missing the state is
        ``missing``. Refused too for a period that crosses the change or lies after it, for a body
        that came before the change (figures are never taken apart), and for parts that differ in
        unit, actor or indicator.

    Raises
    ------
    UnknownCodeError
        When there is no such body.

    Notes
    -----
    Pieces that moved (four communes of Lương Sơn and the district of Mê Linh into Hà Nội on 1 August
    2008) are no bodies with figures of their own: they carry the caveat ``part_moves``. So does a
    predecessor that gave a piece away after the period, since the piece is still in its figure.
    """
    moves = codes.predecessors(body)
    whole = [m for m in moves if m.whole]
    shell = {"body": body, "period": period}
    reason = _refusal(codes, body, period, whole, parts)
    names = [m.old_body_id for m in whole]
    known = [parts[name] for name in names if parts.get(name)]
    if reason is None:
        reason = (unusable(known) if known else None) or unlike(known, "indicator", "category", "actor", "unit")
    if reason:
        return refused(list(parts.values()), METHOD, reason, **shell)
    if not known:
        return replace(refused([], METHOD, Note("not_published"), **shell), state=State.MISSING)
    found = plus([amount(r) for r in known])
    pieces = _pieces(codes, moves, period, names)
    missing = [name for name in names if name not in parts or not parts[name]]
    if missing:
        bound = Note("lower_bound", {"n": found.low, "bodies": tuple(missing)})
        held = refused(known, METHOD, bound, conf_low=found.low, **shell)
        return replace(held, caveats=(*pieces, *held.caveats))
    origin = Note("restated_from", {"bodies": tuple(names), "date": whole[0].effective_from.isoformat()})
    return derived(found, known, METHOD, origin, *pieces, **shell)


def _refusal(
    codes: Codes, body: str, period: str, whole: Sequence[Succession], parts: Mapping[str, Result]
) -> Note | None:
    """Return why the question itself has no answer, before any figure is looked at."""
    if not whole:
        after = tuple(m.new_body_id for m in codes.successors(body))
        back = Note("new_to_old", {"bodies": after})
        return back if set(after) & set(parts) else Note("not_merged", {"bodies": (body,)})
    strangers = tuple(sorted(set(parts) - {m.old_body_id for m in codes.predecessors(body)}))
    if strangers:
        return Note("not_predecessors", {"bodies": strangers})
    if any(r.period not in ("", period) for r in parts.values()):
        return unlike(list(parts.values()), "period") or Note("inputs_differ_period", {"period": period})
    changed = whole[0].effective_from
    for name in (m.old_body_id for m in whole if m.old_body_id in parts):
        try:
            covered = codes.period(period, name)
        except PeriodError:
            return Note("period_unknown", {"bodies": (name,)})
        if covered.start >= changed:
            return Note("after_change", {"date": changed.isoformat()})
        if covered.end >= changed:
            return Note("crosses_change", {"date": changed.isoformat()})
    return None


def _pieces(codes: Codes, moves: Sequence[Succession], period: str, names: Sequence[str]) -> list[Note]:
    """Return the pieces that make the sum inexact: moved in without being added, or still inside it."""
    start = codes.period(period, names[0]).start if _dated(codes, period, names[0]) else None
    into = [m for m in moves if not m.whole]
    out = [
        m for name in names for m in codes.successors(name)
        if not m.whole and start is not None and m.effective_from > start and m not in into
    ]  # fmt: skip
    return [
        Note("part_moves", {"piece": m.piece_vi, "bodies": (m.old_body_id,), "date": m.effective_from.isoformat()})
        for m in (*into, *out)
    ]


def _dated(codes: Codes, period: str, body: str) -> Period | None:
    try:
        return codes.period(period, body)
    except PeriodError:
        return None


def recomputed_rate(count: Result, members: Result, *, per: float = 1000, conf_level: float = 0.95) -> Result:
    """Return a rate on the new boundaries from a restated count and a restated membership.

    Parameters
    ----------
    count, members : Result
        Results of `restated`. A rounded membership widens the interval by what its wording allows.
    per : float
        Multiplier.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Result
        Refused when either is no number: rates of the old bodies are never averaged.
    """
    inputs = (count, members)
    if not count or not members or not members.estimate:
        return refused(inputs, METHOD, _why(inputs), kind="rate", per=per)
    base = amount(members)
    n = amount(count)
    bounds = rates.rate([n.low, n.high], [base.high, base.low], per=per, conf_level=conf_level)
    return replace(
        refused(inputs, METHOD, _why(inputs)),
        estimate=n.estimate / base.estimate * per,
        conf_low=float(bounds.conf_low[0]),
        conf_high=float(bounds.conf_high[1]),
        conf_level=conf_level,
        method=bounds[0].method,
        numerator=n.estimate,
        denominator=base.estimate,
        base=members.unit,
        kind="rate",
        per=per,
        state=State.VALUE,
        reason=None,
    )


def recomputed_share(part: Result, whole: Result, *, conf_level: float = 0.95) -> Result:
    """Return a share on the new boundaries from two restated counts; see `recomputed_rate`."""
    inputs = (part, whole)
    if not part or not whole or not whole.estimate or (part.estimate or 0) > whole.estimate:
        return refused(inputs, METHOD, _why(inputs), kind="share")
    one = shares.share(part.estimate, whole.estimate, conf_level=conf_level)[0]
    return replace(
        one, unit=part.unit, base=whole.unit, body=part.body, period=part.period, actor=part.actor,
        sources=tuple(dict.fromkeys((*part.sources, *whole.sources))),
        rows=tuple(dict.fromkeys((*part.rows, *whole.rows))),
        caveats=tuple(dict.fromkeys((*part.caveats, *whole.caveats, *one.caveats))),
    )  # fmt: skip


def _why(inputs: Sequence[Result]) -> Note:
    """Return the reason of the first input that is no number; a base of zero when all are."""
    told = next((r.reason for r in inputs if not r and r.reason), None)
    top, base = (r.estimate or 0 for r in inputs)
    return told or (Note("above_base", {"numerator": top}) if top > base > 0 else Note("base_zero"))
