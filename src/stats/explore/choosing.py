"""What there is to choose from, and what else there is where a choice has no figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from stats.explore.choices import Choice, found_for, opened, period_of, resolve
from stats.indicators import Book, Indicator
from stats.periods import Period
from stats.sections.report import Report, report_on
from stats.wording import Words, sort_key

MOST = 3
"""Choices of each sort proposed where there is no figure."""


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list to choose from.

    Attributes
    ----------
    code : str
        What a `Choice` holds; empty for all deciding streams.
    label : str
        What a reader sees.
    available : bool
        Whether the rest of the choice has a figure for it.
    group : str
        The heading it stands under; entries of a group are adjacent.
    """

    code: str
    label: str
    available: bool
    group: str


@dataclass(frozen=True, slots=True)
class Options:
    """Everything a choice can be changed to, one thing at a time.

    Attributes
    ----------
    bodies : tuple of Option
        By level, inside it in Vietnamese alphabetical order; bodies with figures only.
    periods : tuple of Option
        By kind, inside it the latest first; those the body has any figure for.
    indicators : tuple of Option
        By activity, inside it in the order of the catalogue (from examined to disciplined).
    actors : tuple of Option
        All streams first, then the order of the code list; those of the body.

    Notes
    -----
    What is chosen is always in its list, also when there is nothing for it.
    """

    bodies: tuple[Option, ...]
    periods: tuple[Option, ...]
    indicators: tuple[Option, ...]
    actors: tuple[Option, ...]


def options(choice: Choice, book: Book | None = None) -> Options:
    """Return what a choice can be changed to, each entry marked where the rest has no figure for it.

    Parameters
    ----------
    choice : Choice
        The choice as it stands.
    book : Book, optional
        The curated data; the project's own when left out.

    Raises
    ------
    UnknownCodeError, PeriodError
        As `stats.explore.look`.

    Examples
    --------
    >>> from stats import explore
    >>> [option.label for option in explore.options(explore.Choice()).actors if option.available]
    ['Tất cả chủ thể, từng chủ thể riêng', 'Cấp ủy, chi bộ và ủy ban kiểm tra các cấp (gộp chung)']
    """
    book = book or opened()
    choice = resolve(choice, book)
    words = Words(book.codes, choice.lang)
    return Options(_bodies(choice, book, words), _periods(choice, book, words), _indicators(choice, book, words),
                   _actors(choice, book, words))  # fmt: skip


def _bodies(choice: Choice, book: Book, words: Words) -> tuple[Option, ...]:
    levels = book.codes.order("levels")
    bodies = [book.codes.body(code) for code in dict.fromkeys((*book.bodies(), choice.body))]
    ordered = sorted(bodies, key=lambda b: (levels.index(b.level), sort_key(body_label(book, words, b.body_id))))
    return tuple(
        Option(b.body_id, body_label(book, words, b.body_id), _has(choice, book, body=b.body_id),
               words.label("levels", b.level))
        for b in ordered
    )  # fmt: skip


def body_label(book: Book, words: Words, body: str) -> str:
    """Return a body's name, with its dates where another body bears the same name before or after."""
    found = book.codes.body(body)
    name = found.name(words.lang)
    if len(book.codes.bodies_named(found.name_vi)) < 2 or not (found.valid_to or found.valid_from):
        return name
    key, day = ("until", found.valid_to) if found.valid_to else ("since", found.valid_from)
    return words.text(f"coverage.{key}", name=name, date=words.date(day, short=True))  # type: ignore[arg-type]


def _periods(choice: Choice, book: Book, words: Words) -> tuple[Option, ...]:
    kinds = book.codes.order("period_kinds")
    periods = {period.key: period for period in (*book.periods(choice.body), period_of(choice, book))}
    latest = sorted(periods.values(), reverse=True)
    return tuple(
        Option(p.key, words.period(p, heading=True), _has(choice, book, period=p.key),
               words.label("period_kinds", p.kind))
        for p in sorted(latest, key=lambda p: kinds.index(p.kind))
    )  # fmt: skip


def _indicators(choice: Choice, book: Book, words: Words) -> tuple[Option, ...]:
    grouped: dict[str, list[Indicator]] = {}
    for indicator in sorted(book.catalogue.values(), key=lambda i: int(i.definition["order"])):
        grouped.setdefault(activity(book, indicator), []).append(indicator)
    return tuple(
        Option(i.id, i.label(choice.lang), _has(choice, book, indicator=i.id), words.label("activities", group))
        for group in book.codes.order("activities")
        for i in grouped.get(group, ())
    )


def activity(book: Book, indicator: Indicator) -> str:
    """Return the activity an indicator belongs to; a share, mix or rate has that of its numerator."""
    while not indicator.definition["activity"]:
        indicator = book.catalogue[indicator.parts[0]]
    return indicator.definition["activity"]


def _actors(choice: Choice, book: Book, words: Words) -> tuple[Option, ...]:
    report = report_for(choice, book)
    own = set(book.chosen.loc[book.chosen["body_id"].eq(choice.body), "actor"]) | {choice.actor}
    named = [(code, report.actor(code)) for code in book.codes.order("actors") if code in own]
    every = ("", words.text("explore.actors.all"))
    return tuple(Option(code, label, _has(choice, book, actor=code), "") for code, label in (every, *named))


def _has(choice: Choice, book: Book, **change: str) -> bool:
    return bool(found_for(replace(choice, **change), book))


def report_for(choice: Choice, book: Book) -> Report:
    """Return the report a choice would be part of: it knows the names, units and sources of its figures."""
    return report_on(book, book.codes.body(choice.body), period_of(choice, book), choice.lang)


def instead(choice: Choice, book: Book) -> tuple[Choice, ...]:
    """Return the nearest choices that have a figure, other than the choice itself.

    Returns
    -------
    tuple of Choice
        At most three of each: the indicator decided by another stream, in another period of the
        body (the nearest in time first), another indicator of the body and period (those of the
        same activity first), another body. Where there is none of these, whatever the body has; else
        the indicator of any body and period.
    """
    found = dict.fromkeys(
        other
        for sort in (_streams, _other_periods, _other_indicators, _other_bodies)
        for other in islice(sort(choice, book), MOST)
        if other != choice
    )
    return tuple(found) or tuple(islice(chain(_of_body(choice, book), _anywhere(choice, book)), MOST))


def _streams(choice: Choice, book: Book) -> Iterator[Choice]:
    every = replace(choice, actor="")
    if choice.actor and found_for(every, book):
        yield every


def _other_periods(choice: Choice, book: Book) -> Iterator[Choice]:
    asked = period_of(choice, book)
    near = sorted(book.periods(choice.body), key=lambda p: (p.kind is not asked.kind, _apart(p, asked)))
    return _kept((replace(choice, period=p.key) for p in near if p.key != asked.key), book)


def _other_indicators(choice: Choice, book: Book) -> Iterator[Choice]:
    mine = book.catalogue[choice.indicator]
    near = sorted(
        book.catalogue.values(),
        key=lambda i: (activity(book, i) != activity(book, mine), i.kind != mine.kind, _order_apart(i, mine)),
    )
    return _kept((replace(choice, indicator=i.id) for i in near if i.id != mine.id), book)


def _other_bodies(choice: Choice, book: Book) -> Iterator[Choice]:
    level = book.codes.body(choice.body).level
    near = sorted(book.bodies(), key=lambda b: (book.codes.body(b).level != level, sort_key(b)))
    return _kept((replace(choice, body=b) for b in near if b != choice.body), book)


def _of_body(choice: Choice, book: Book) -> Iterator[Choice]:
    asked, free = period_of(choice, book), replace(choice, actor="")
    near = sorted(book.periods(choice.body), key=lambda p: _apart(p, asked))
    return _kept((replace(free, period=p.key, indicator=i) for p in near for i in book.catalogue), book)


def _anywhere(choice: Choice, book: Book) -> Iterator[Choice]:
    asked, free = period_of(choice, book), replace(choice, actor="")
    places = [(_apart(p, asked), body, p.key) for body in book.bodies() for p in book.periods(body)]
    return _kept((replace(free, body=body, period=key) for _, body, key in sorted(places)), book)


def _kept(choices: Iterable[Choice], book: Book) -> Iterator[Choice]:
    return (choice for choice in choices if found_for(choice, book))


def _apart(one: Period, other: Period) -> float:
    """Return how many days the middles of two periods lie apart."""
    return abs((one.start.toordinal() + one.end.toordinal()) - (other.start.toordinal() + other.end.toordinal())) / 2


def _order_apart(one: Indicator, other: Indicator) -> int:
    return abs(int(one.definition["order"]) - int(other.definition["order"]))
