"""A series put together from published and derived figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from stats import derivation, derived, indicators
from stats.indicators import Book
from stats.periods import NAMED, Kind, Period
from stats.results import Note, Result, State
from stats.timeline.cuts import breaks
from stats.timeline.likeness import like, one_unit
from stats.timeline.model import Point, Series

LEAST = 2
"""Fewest points with a number that make a series."""


def series(
    book: Book,
    indicator: str,
    body: str,
    kind: Kind | str,
    actor: str | None = None,
    *,
    category: str = "",
    derive: bool = True,
) -> Series:
    """Return one indicator of one body and actor over the periods of one kind.

    Parameters
    ----------
    book : Book
        The curated data.
    indicator : str
        Id in the catalogue; any kind of indicator.
    body : str
        Body id.
    kind : Kind
        The kind of period: only like is set beside like.
    actor : str, optional
        The deciding actor. Without it, the one with the most points.
    category : str
        The penalty of a mix, or the content of violations.
    derive : bool
        Fill periods without a published figure by `stats.derivation`; such points are marked.

    Returns
    -------
    Series
        In state ``refused``, with the reason, when there are not two points to set side by side.

    Raises
    ------
    UnknownCodeError
        When indicator, body or actor does not exist.

    Notes
    -----
    Half-terms, terms and windows may overlap or differ in length. Then the largest set that can stand
    together is taken, the latest of several, and the periods left out are named.
    """
    found = indicators.find(book, indicator)
    book.codes.check("bodies", body)
    shell = Series(indicator, body, Kind(kind), actor or "", category)
    results = _results(book, indicator, body, shell.kind, derive=derive)
    results = {p: [r for r in rs if r.category == category] for p, rs in results.items()}
    if actor is None:
        most = Counter(r.actor for rs in results.values() for r in rs if r)
        order = book.codes.order("actors")
        actor = min(most, key=lambda a: (-most[a], order.index(a))) if most else ""
    elif actor:
        book.codes.check("actors", actor)
    if not actor or not any(results.values()):
        wanted = found.kind in ("mix", "contents") and not category
        return _refused(shell, actor, Note("category_needed") if wanted else Note("not_published"))
    return _assembled(book, shell, actor, results, found.affects)


def every(book: Book, indicator: str, body: str, kind: Kind | str, *, derive: bool = True) -> list[Series]:
    """Return all series of an indicator, one an actor and category; those refused are left out.

    A label that another one bridges to appears once, under the label with the most points.
    """
    results = _results(book, indicator, body, Kind(kind), derive=derive)
    flat = [r for rs in results.values() for r in rs if r]
    counts = Counter((r.actor, r.category) for r in flat)
    order = book.codes.order("actors")
    made: list[Series] = []
    seen: set[tuple[str, str]] = set()
    for actor, category in sorted(counts, key=lambda k: (-counts[k], order.index(k[0]), k[1])):
        labels = {actor, *derived.bridged(book.codes, indicator, actor)}
        if not seen & {(label, category) for label in labels}:
            seen.add((actor, category))
            made.append(series(book, indicator, body, kind, actor, category=category, derive=derive))
    return [one for one in made if one]


def _results(book: Book, indicator: str, body: str, kind: Kind, *, derive: bool) -> dict[Period, list[Result]]:
    """Return the figures of every period of a kind: published first, then derived for other actors."""
    found: dict[Period, list[Result]] = {
        p: indicators.compute(book, indicator, body, p) for p in book.periods(body) if p.kind is kind
    }
    if not derive:
        return found
    merged = [p for p in derivation.restated_periods(book, body) if p.kind is kind]
    for period in {p.key: p for p in (*merged, *found)}.values():
        _fill(found.setdefault(period, []), derivation.at(book, indicator, body, period))
    if kind is Kind.WINDOW:
        for period, result in derivation.windows(book, indicator, body):
            _fill(found.setdefault(period, []), [result])
    return dict(sorted(found.items()))


def _fill(have: list[Result], more: Iterable[Result]) -> None:
    taken = {(r.actor, r.category) for r in have}
    have.extend(r for r in more if (r.actor, r.category) not in taken)


def _assembled(
    book: Book, shell: Series, actor: str, results: Mapping[Period, Sequence[Result]], affects: Sequence[str]
) -> Series:
    points, notes = _one_actor(book, shell.indicator, actor, results)
    points, more = like(points)
    notes += more
    points, more = one_unit(points)
    notes += more
    known = [p for p in points if p.result]
    if len(known) < LEAST:
        reason = Note("series_too_short", {"found": len(known), "needed": LEAST})
        return _refused(shell, actor, reason, tuple(points), tuple(notes))
    points = [p for p in points if known[0].period.start <= p.period.start <= known[-1].period.start]
    points = _with_gaps(book, shell, points)
    worked = [p.period for p in points if p.result and p.result.derived and p.result.kind == "count"]
    if worked:
        notes.append(Note("points_derived", {"periods": worked}))
    cuts = breaks(book, shell.body, known[0].period, known[-1].period, affects)
    return Series(
        shell.indicator, shell.body, shell.kind, actor, shell.category, known[0].result.unit, tuple(points), cuts,
        tuple(notes),
    )  # fmt: skip


def _one_actor(
    book: Book, indicator: str, actor: str, results: Mapping[Period, Sequence[Result]]
) -> tuple[list[Point], list[Note]]:
    """Return the figures of one actor, and those of a bridged label where the actor has none."""
    others = derived.bridged(book.codes, indicator, actor)
    points: list[Point] = []
    crossed: dict[str, list[Period]] = {}
    for period, mine in results.items():
        by_actor = {r.actor: r for r in mine}
        own = by_actor.get(actor)
        # A published figure under the other label comes before one worked out under this one.
        better = [by_actor[a] for a in others if a in by_actor and by_actor[a] and not by_actor[a].derived]
        if better and (own is None or not own or own.derived):
            own = better[0]
        elif own is None:
            own = next((by_actor[a] for a in others if a in by_actor), None)
        if own is not None:
            points.append(Point(period, own))
            if own.actor != actor and own:
                crossed.setdefault(own.actor, []).append(period)
    notes = [Note("actor_bridged", {"from": a, "to": actor, "periods": ps}) for a, ps in crossed.items()]
    return points, notes


def _with_gaps(book: Book, shell: Series, points: Sequence[Point]) -> list[Point]:
    """Put a gap in for every period of the kind between the first point and the last that has none."""
    have = {p.period.key for p in points}
    made = list(points)
    for period in _between(book, shell, points[0].period, points[-1].period):
        if period.key not in have and not any(period.overlaps(p.period) for p in points):
            empty = Result(
                state=State.MISSING, reason=Note("not_published"), indicator=shell.indicator, body=shell.body,
                period=period.key, actor=points[0].result.actor, category=shell.category, unit=points[0].result.unit,
            )  # fmt: skip
            made.append(Point(period, empty))
    return sorted(made, key=lambda p: p.period)


def _between(book: Book, shell: Series, first: Period, last: Period) -> list[Period]:
    if shell.kind in NAMED:
        return [p for p in book.codes.terms(shell.body) if p.kind is shell.kind and first < p < last]
    if shell.kind is Kind.WINDOW:
        return []
    years = range(first.start.year, last.start.year + 1)
    suffix: Callable[[int], Iterable[str]] = _SUFFIX[shell.kind]
    keys = (f"{year}{tail}" for year in years for tail in suffix(year))
    return [p for p in map(Period.parse, keys) if first < p < last]


_SUFFIX: dict[Kind, Callable[[int], Iterable[str]]] = {
    Kind.YEAR: lambda _: ("",),
    Kind.QUARTER: lambda _: ("-Q1",),
    Kind.SIX_MONTHS: lambda _: ("-6M",),
    Kind.NINE_MONTHS: lambda _: ("-9M",),
    Kind.MONTH: lambda _: (f"-{m:02d}" for m in range(1, 13)),
}


def _refused(
    shell: Series, actor: str, reason: Note, points: tuple[Point, ...] = (), notes: tuple[Note, ...] = ()
) -> Series:
    unit = next((p.result.unit for p in points if p.result), "")
    return Series(
        shell.indicator, shell.body, shell.kind, actor, shell.category, unit, points, (), notes, State.REFUSED, reason
    )  # fmt: skip
