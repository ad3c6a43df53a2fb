"""Which derived figures the published ones allow, for a body and an indicator.

`stats.derived` says how a figure is worked out; here its inputs are found among the published
figures. Nothing is derived where the same figure was published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from stats import derived, indicators
from stats.derived.streams import POOLED, STREAMS
from stats.errors import PeriodError
from stats.indicators import Book
from stats.periods import CUMULATIVE, Period
from stats.results import Result

WIDEST = ("committees_and_cells", "committees", "inspection_commissions")
"""Actors that are a whole stream, the widest label of each first."""

KINDS = ("count", "contents")
"""Kinds of indicator that are counts: shares, mixes and rates are computed anew from derived counts."""


def at(book: Book, indicator: str, body: str, period: Period) -> list[Result]:
    """Return every figure that can be derived for exactly one period and was not published.

    Parameters
    ----------
    book : Book
        The curated data.
    indicator : str
        A count or the contents of violations; nothing is derived for other kinds.
    body, period
        Body id and period.

    Returns
    -------
    list of Result
        Sums of streams, the other stream, and counts of merged bodies. What was tried and refused is
        included, with its reason: a lower bound is told by nobody else.
    """
    if indicators.find(book, indicator).kind not in KINDS:
        return []
    return [*streams(book, indicator, body, period), *restated(book, indicator, body, period.key)]


def streams(book: Book, indicator: str, body: str, period: Period, *, printed: bool = False) -> list[Result]:
    """Return the sum of both streams, or the stream that the printed total leaves.

    Parameters
    ----------
    printed : bool
        Add up the streams also where their total was printed, to show whether the two agree.
    """
    if not derived.disjoint(book.codes, indicator):
        return []
    made = []
    for mine in by_category(indicators.compute(book, indicator, body, period)):
        committees, commissions = (_stream(book, mine, name) for name in STREAMS)
        total = mine.get(POOLED)
        if committees and commissions:
            if printed or not total:
                made.append(derived.sum_of_streams(book.codes, committees, commissions, published=total))
        elif total and (one := committees or commissions):
            made.append(derived.other_stream(book.codes, total, one))
    return made


def by_category(results: Iterable[Result]) -> list[dict[str, Result]]:
    """Return results by actor, one mapping a category."""
    groups: dict[str, dict[str, Result]] = {}
    for result in results:
        groups.setdefault(result.category, {})[result.actor] = result
    return list(groups.values())


def _stream(book: Book, results: Mapping[str, Result], name: str) -> Result | None:
    mine = [a for a in WIDEST if a in results and book.codes.row("actors", a)["stream"] == name]
    return results[mine[0]] if mine else None


def windows(book: Book, indicator: str, body: str) -> list[tuple[Period, Result]]:
    """Return what each cumulative figure adds to the one before it in its year, per actor.

    Windows whose figure was published too are left out. Falls are included, refused with their
    reason.
    """
    if indicators.find(book, indicator).kind not in KINDS:
        return []
    known = book.periods(body)
    made = []
    for year in dict.fromkeys(p.start for p in known if p.kind in CUMULATIVE):
        inside = [p for p in known if p.kind in CUMULATIVE and p.start == year]
        groups: dict[tuple[str, str], list[Result]] = {}
        for period in inside:
            for result in indicators.compute(book, indicator, body, period):
                groups.setdefault((result.actor, result.category), []).append(result)
        for (actor, category), results in groups.items():
            for earlier, later in pairwise(results):
                one = derived.difference(later, earlier)
                window = Period.parse(one.period)
                if not _published(book, indicator, body, window, actor, category):
                    made.append((window, one))
    return sorted(made, key=lambda pair: pair[0])


def _published(book: Book, indicator: str, body: str, period: Period, actor: str, category: str) -> bool:
    found = indicators.compute(book, indicator, body, period, actor=actor)
    return any(r.category == category for r in found)


def restated(book: Book, indicator: str, body: str, key: str) -> list[Result]:
    """Return the counts of the bodies that became one, added up, one a actor; see `derived.restated`."""
    parts: dict[tuple[str, str], dict[str, Result]] = {}
    for old in whole_predecessors(book, body):
        period = _known(book, old, key)
        for result in indicators.compute(book, indicator, old, period) if period else ():
            parts.setdefault((result.actor, result.category), {})[old] = result
    return [derived.restated(book.codes, body, key, found) for found in parts.values()]


def restated_periods(book: Book, body: str) -> list[Period]:
    """Return the periods before a merger for which any of the merged bodies has a figure."""
    found: dict[str, Period] = {}
    for move in (m for m in book.codes.predecessors(body) if m.whole):
        for period in book.periods(move.old_body_id):
            if period.end < move.effective_from:
                found.setdefault(period.key, period)
    return sorted(found.values())


def whole_predecessors(book: Book, body: str) -> Sequence[str]:
    """Return the bodies that went into one whole."""
    return [m.old_body_id for m in book.codes.predecessors(body) if m.whole]


def _known(book: Book, body: str, key: str) -> Period | None:
    try:
        return book.codes.period(key, body)
    except PeriodError:
        return None
