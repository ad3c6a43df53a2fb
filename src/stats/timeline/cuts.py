"""The dated changes that cut a series."""

from __future__ import annotations

from collections.abc import Sequence

from stats.codes import Rule, Succession
from stats.indicators import Book
from stats.periods import Period

ALWAYS = ("forms", "geography")
"""What breaks every series, whatever it counts."""


def breaks(book: Book, body: str, first: Period, last: Period, affects: Sequence[str]) -> tuple[Rule, ...]:
    """Return the dated changes that cut a series of one body, in order of date.

    Parameters
    ----------
    first, last : Period
        The ends of the series; a change in force on its first day holds for all of it.
    affects : sequence of str
        What the rules must touch; forms and geography always count.

    Returns
    -------
    tuple of Rule
        Rules in force, and one entry for each day the body itself gained or lost territory.
    """
    rules = book.codes.rules_between(first.start, last.end, (*affects, *ALWAYS))
    moves = (*book.codes.predecessors(body), *book.codes.successors(body))
    dates = sorted({m.effective_from for m in moves if first.start < m.effective_from <= last.end})
    own = [_change(book, body, [m for m in moves if m.effective_from == day]) for day in dates]
    return tuple(sorted((*rules, *own), key=lambda rule: (rule.in_force, rule.code)))


def _change(book: Book, body: str, moves: Sequence[Succession]) -> Rule:
    """Return a change of a body's own boundaries as a rule of the list, so that charts draw it alike."""
    day = moves[0].effective_from
    labels = {lang: _told(book, body, moves, lang) for lang in ("vi", "en")}
    return Rule(
        f"boundaries-{body}-{day.year}", day, labels["vi"], labels["vi"], labels["en"], ("geography",),
        labels["vi"], labels["en"], "high",
    )  # fmt: skip


def _told(book: Book, body: str, moves: Sequence[Succession], lang: str) -> str:
    """Return what a body was made of, or what it went into, with its pieces marked as pieces."""
    gained = [m for m in moves if m.new_body_id == body]
    piece, text = (book.codes.text(f"timeline.{key}", lang) for key in ("piece", "gained" if gained else "lost"))
    said = []
    for move in gained or moves:
        other = book.codes.bodies.ids[move.old_body_id if gained else move.new_body_id].name(lang)
        said.append(other if move.whole else piece.format(body=other))
    return text.format(bodies=", ".join(said))
