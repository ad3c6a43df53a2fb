"""The dated changes that cut a series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    labels: dict[str, Any] = {}
    for lang in ("vi", "en"):
        gained = [book.codes.bodies.ids[m.old_body_id].name(lang) for m in moves if m.new_body_id == body]
        lost = [book.codes.bodies.ids[m.new_body_id].name(lang) for m in moves if m.old_body_id == body]
        key = "timeline.gained" if gained else "timeline.lost"
        labels[lang] = book.codes.text(key, lang).format(bodies=", ".join(dict.fromkeys(gained or lost)))
    return Rule(
        f"boundaries-{body}-{day.year}", day, labels["vi"], labels["vi"], labels["en"], ("geography",),
        labels["vi"], labels["en"], "high",
    )  # fmt: skip
