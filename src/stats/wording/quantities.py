"""Results as quantities in words: counts with their unit, shares, rates, intervals, table cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stats.results import Approx, Result, State
from stats.wording import formats

if TYPE_CHECKING:
    from stats.wording.words import Words

_STATE_MARK = {
    State.MISSING: "x",
    State.REFUSED: "x",
    State.SUPPRESSED: "c",
    State.STRUCTURAL_ZERO: "z",
}

PLAIN_KINDS = ("count", "difference")
"""Kinds of result whose estimate is a number of things; every other kind says so itself."""


def mark(result: Result) -> str:
    """Return the shorthand letter of a result, or an empty string.

    Shares are always computed, so [d] is kept for counts that a source did not print.
    """
    if result.state is not State.VALUE:
        return _STATE_MARK[result.state]
    if result.approx is not Approx.EXACT:
        return "a"
    return "d" if result.derived and result.kind == "count" else ""


def quantity(words: Words, x: float, unit: str, subject: str = "") -> str:
    """Return a number with the unit of a code; ``instances`` says of what when `subject` is given."""
    key = f"number.unit.{unit}.{subject}" if unit == "instances" and subject else f"number.unit.{unit}"
    if words.has_text(key):
        return words.text(key, n=int(x) if float(x).is_integer() else x)
    if not unit:
        return words.number(x)
    return f"{words.number(x)}{formats.NBSP}{words.label('units', unit)}"


def count(words: Words, result: Result, *, unit: bool, subject: str) -> str:
    """Return a count as a sentence needs it; see `Words.count`."""
    if result.state is State.REFUSED:
        return words.reason(result)
    if result.state is not State.VALUE or result.estimate is None:
        return f"[{mark(result)}]"
    bare = quantity(words, result.estimate, result.unit if unit else "", subject)
    return _approximate(words, result, bare)


def value(words: Words, result: Result, *, digits: int | None = None) -> str:
    """Return any result by its kind; see `Words.value`."""
    if result.state is State.REFUSED:
        return words.reason(result)
    if result.state is not State.VALUE or result.estimate is None:
        return f"[{mark(result)}]"
    if result.kind in PLAIN_KINDS:
        return count(words, result, unit=True, subject="")
    return _approximate(words, result, bare(words, result, result.estimate, digits=digits))


def bare(words: Words, result: Result, x: float, *, digits: int | None = None) -> str:
    """Return a number on the scale of a result: percent for shares, a decimal for rates, plain for counts.

    A ``ratio`` is that of two stages in different units: of the same scale as a share.
    """
    if result.kind in ("share", "ratio"):
        return words.percent(
            x, 1 if digits is None else digits, base=None if digits is not None else result.denominator
        )
    if result.kind in ("share_difference", "change"):
        return words.percent(x, 1 if digits is None else digits, signed=True)
    if result.kind.endswith("_ratio"):
        return words.number(x, 2 if digits is None else digits)
    if result.kind in ("rate", "rate_difference"):
        few = 2 if abs(x) < 10 else 1
        return words.number(x, few if digits is None else digits)
    whole = float(x).is_integer()
    return words.number(x, (0 if whole else 1) if digits is None else digits)


def cell(words: Words, result: Result, *, digits: int | None = None) -> str:
    """Return a result as a table cell; see `Words.cell`."""
    letter = mark(result)
    if result.state is not State.VALUE or result.estimate is None:
        return f"[{letter}]"
    text = bare(words, result, result.estimate, digits=digits)
    if result.approx in (Approx.OVER, Approx.UNDER, Approx.ABOUT):
        text = words.text(f"number.approx.{result.approx}", n=text)
    return f"{text}{formats.NBSP}[{letter}]" if letter else text


def interval(words: Words, result: Result, *, named: bool) -> str:
    """Return the bounds of a result; see `Words.interval`."""
    low, high = result.conf_low, result.conf_high
    if result.state is not State.VALUE or low is None or high is None:
        return ""
    first, last = bare(words, result, low), bare(words, result, high)
    key = "number.range_signed" if low < 0 else "number.range"
    text = words.text(key, low=first, high=last)
    if not named:
        return text
    if result.conf_level is None:
        return words.text("number.allowed", range=text)
    level = words.percent(result.conf_level, 0 if round(result.conf_level * 100, 6) % 1 == 0 else 1)
    return words.text("number.interval", level=level, range=text)


def share_of(words: Words, result: Result, *, digits: int | None = None) -> str:
    """Return a share with its counts; see `Words.share_of`."""
    if result.state is not State.VALUE or result.numerator is None or result.denominator is None:
        return value(words, result, digits=digits)
    counts = f"{words.number(result.numerator)}/{words.number(result.denominator)}"
    return f"{value(words, result, digits=digits)} ({counts})"


def _approximate(words: Words, result: Result, text: str) -> str:
    if result.approx is Approx.EXACT:
        return text
    if result.approx is Approx.UNKNOWN:
        return f"{text}{formats.NBSP}[a]"
    return words.text(f"number.approx.{result.approx}", n=text)
