"""The two deciding streams: committees (with cells) and inspection commissions.

One is not part of the other. They are added only where nobody can be counted in both, and a printed
total that differs from the sum is shown with its gap, never forced.
"""

from __future__ import annotations

from stats.codes import Codes
from stats.derived.amounts import amount, derived, minus, plus, refused, unlike, unusable
from stats.results import Note, Result

SUM, PART = "sum_of_streams", "difference"
STREAMS = ("committees", "commissions")
POOLED = "committees_and_commissions"
"""The actor of a figure that holds both streams."""

DISJOINT = ("discipline",)
"""Activities whose streams cannot share a case: one violation is disciplined once, by one decider.

An organisation may be inspected by a committee and by a commission in one period, so inspections
are never added."""

_KEY = ("body", "period", "indicator", "category", "unit")


def disjoint(codes: Codes, indicator: str) -> bool:
    """Tell whether the two streams of an indicator may be added."""
    return indicator in codes.order("indicators") and codes.row("indicators", indicator)["activity"] in DISJOINT


def stream_of(codes: Codes, actor: str) -> str:
    """Return the stream an actor belongs to: ``committees``, ``commissions``, ``pooled`` or another."""
    return codes.row("actors", actor)["stream"] if actor in codes.order("actors") else ""


def bridged(codes: Codes, indicator: str, actor: str) -> tuple[str, ...]:
    """Return the other labels that name the same deciders as an actor, for one indicator.

    Only bridges declared in ``actor_bridges.csv`` count: ``committees`` and
    ``committees_and_cells`` are one population in discipline, and two in inspections, since cells
    inspect too.
    """
    if indicator not in codes.order("indicators"):
        return ()
    activity = codes.row("indicators", indicator)["activity"]
    pairs = [(row["actor"], row["other"]) for row in codes.rows("actor_bridges") if row["activity"] == activity]
    return tuple(b if a == actor else a for a, b in pairs if actor in (a, b))


def sum_of_streams(codes: Codes, committees: Result, commissions: Result, *, published: Result | None = None) -> Result:
    """Return the members or organisations disciplined by both streams together.

    Parameters
    ----------
    codes : Codes
        Which stream an actor belongs to, and which indicators may be added.
    committees, commissions : Result
        Published counts of the two streams for one body, period, indicator and unit.
    published : Result, optional
        The printed total of both, when there is one: that the sum agrees with it, or by how much it
        does not, is said among the caveats. The sum stays what it is.

    Returns
    -------
    Result
        Marked derived, of the actor `POOLED`. Refused where the streams may overlap, where the actors
        are not one of each stream, or where unit, body, period or indicator differ.
    """
    inputs = (committees, commissions)
    reason = unusable(inputs) or unlike(inputs, *_KEY)
    if not reason and not disjoint(codes, committees.indicator):
        reason = Note("streams_may_overlap")
    if not reason and tuple(stream_of(codes, r.actor) for r in inputs) != STREAMS:
        reason = Note("not_two_streams", {"actor": tuple(r.actor for r in inputs)})
    if reason:
        return refused(inputs, SUM, reason, actor=POOLED)
    found = plus([amount(committees), amount(commissions)])
    notes = [Note("streams_added", {"committees": committees, "commissions": commissions})]
    if published and published.unit == committees.unit:
        total = amount(published)
        agree = found.low <= total.high and total.low <= found.high
        gap = {"sum": found.estimate, "total": published, "gap": abs(found.estimate - total.estimate)}
        notes.append(Note("streams_agree", {"total": published}) if agree else Note("streams_gap", gap))
    return derived(found, inputs, SUM, *notes, actor=POOLED)


def other_stream(codes: Codes, total: Result, stream: Result) -> Result:
    """Return what one stream decided, from the printed total of both and the printed other stream.

    Parameters
    ----------
    codes : Codes
        See `sum_of_streams`.
    total : Result
        A published count of both streams together.
    stream : Result
        The published count of one of the two.

    Returns
    -------
    Result
        Marked derived, of the other stream. Refused where the streams may overlap, where the stream
        counts more than the total, or where both are one figure: the same number under two actors is
        a doubt about the label, not a stream of zero.
    """
    inputs = (total, stream)
    mine = stream_of(codes, stream.actor)
    actor = "inspection_commissions" if mine == STREAMS[0] else "committees_and_cells"
    reason = unusable(inputs) or unlike(inputs, *_KEY)
    if not reason and not disjoint(codes, total.indicator):
        reason = Note("streams_may_overlap")
    if not reason and (stream_of(codes, total.actor) != "pooled" or mine not in STREAMS):
        reason = Note("not_two_streams", {"actor": tuple(r.actor for r in inputs)})
    if not reason and total.estimate == stream.estimate:
        reason = Note("same_figure_two_actors", {"n": total, "actor": tuple(r.actor for r in inputs)})
    if reason:
        return refused(inputs, PART, reason, actor=actor)
    found = minus(amount(total), amount(stream))
    if found.estimate < 0:
        return refused(inputs, PART, Note("stream_above_total", {"n": stream, "total": total}), actor=actor)
    return derived(found, inputs, PART, Note("total_less_stream", {"total": total, "stream": stream}), actor=actor)
