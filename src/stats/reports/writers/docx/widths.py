"""Widths of table columns: every word whole, long columns wider, the table as wide as the line.

Word's own fitting depends on the printer and the version, so the widths are computed here, from the
widths of letters in Times New Roman (its metrics, in thousandths of the letter size).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from stats.reports.document import Table

_CLASSES = (
    ("ijltI.,:;/!'|\u00a0 ", 278), ("fr()[]-s", 340), ("acezơư", 450), ("–+=<≠0123456789", 540), ("mMW%—…@&", 850),
    ("wABCDĐGHKNOQRUVXY", 722), ("EFLPSTZ", 610),
)  # fmt: skip
_WIDTH = {letter: width for letters, width in _CLASSES for letter in letters}
_OTHER = 510
_BOLD = 1.08
_SLACK = 1.05
"""Room for what the classes of letters miss."""

PADDING = 0.3
"""Margins of a cell with its rules, in centimetres."""

_POINT = 0.0352778
_BREAKS = re.compile(r"(?<= )|(?<=[^\W\d][-/])")
"""Where a line may end: between words, not inside a date, a fraction or a range of numbers."""

_KEPT, _KEPT_RANGE = 10, 16
"""Letters up to which a cell stays on one line: a name of two words, a number with its mark; a range of numbers."""

_TWO_LINES = 16
"""Letters up to which a cell takes two lines at most, as a name of four words does."""

_RANGE = re.compile(r"[-–]\d|\d[-–]")

_POWER = 3
"""How much more a long cell counts than a short one."""

MOST_LINES = 5
"""Lines of one cell from which a table is better read on a page on its side."""


def length(text: str, points: float, *, bold: bool = False) -> float:
    """Return the width of one line of text, in centimetres."""
    plain = unicodedata.normalize("NFD", text)
    units = sum(_WIDTH.get(c, _OTHER) for c in plain if not unicodedata.combining(c))
    return units / 1000 * points * _POINT * _SLACK * (_BOLD if bold else 1)


def fitted(table: Table, width: float, points: float) -> list[float]:
    """Return the width of each column in centimetres; their sum is `width`.

    Parameters
    ----------
    table : Table
        The table.
    width : float
        Width of the line, in centimetres.
    points : float
        Size of the letters.

    Notes
    -----
    Every column has room for its longest word. What is left goes to the columns so that their cells grow
    about equally tall, long cells counting more: a row is as tall as its tallest cell. With the sum over cells of
    length to the power p per width, that sum is smallest for widths in proportion to its (p + 1)-th root.
    No column gets more than one line needs.
    """
    least, most, weights = _needs(table, points)
    if sum(most) <= width:
        return _stretched(most, width)
    if sum(least) >= width:
        return [width * one / sum(least) for one in least]
    widths, free = list(least), set(range(len(least)))
    while free:
        # Columns that would fall below their longest word, or above one line, are set; the rest share anew.
        rest = width - sum(widths[i] for i in range(len(widths)) if i not in free)
        share = {i: rest * weights[i] / sum(weights[j] for j in free) for i in free}
        low = {i for i in free if share[i] < least[i]}
        high = set() if low else {i for i in free if share[i] > most[i]}
        for i in low or high or free:
            widths[i] = least[i] if i in low else most[i] if i in high else share[i]
        free = free - (low or high) if low or high else set()
    return _stretched(widths, width)


def crowded(table: Table, width: float, points: float) -> bool:
    """Tell whether a table is too wide for a line: words would be cut, or its cells grow too tall."""
    least, _, _ = _needs(table, points)
    if sum(least) > width:
        return True
    widths = fitted(table, width, points)
    tall = [_tallest([cell.text for cell in line], widths, points) for line in table.lines]
    return sum(lines > MOST_LINES for lines in tall) > len(tall) / 10


def _needs(table: Table, points: float) -> tuple[list[float], list[float], list[float]]:
    """Return of each column the width of its longest word, of its longest cell, and its weight in what is shared."""
    least, most, weights = [], [], []
    for i, column in enumerate(table.columns):
        texts = [(column.label, True), *((line[i].text, False) for line in table.lines)]
        pieces = [(piece, b) for text, b in texts for piece in _pieces(text, head=b)]
        words = [length(word.strip(" "), points, bold=b) for word, b in pieces]
        whole = [length(text, points, bold=b) for text, b in texts]
        least.append(max(words) + PADDING)
        # A long head may take three lines; the cells below it decide how wide a column is at most.
        head = length(column.label, points, bold=True) / 2
        most.append(max([*whole[1:], head, max(words)]) + PADDING)
        weights.append(sum((one + PADDING) ** _POWER for one in whole) ** (1 / (_POWER + 1)))
    return least, most, weights


def _pieces(text: str, *, head: bool) -> list[str]:
    """Return what of a cell must stay on one line; the head of a column may be broken between any words."""
    if not head and len(text) <= (_KEPT_RANGE if _RANGE.search(text) else _KEPT):
        return [text]
    pieces = _BREAKS.split(text)
    if head or len(text) > _TWO_LINES or len(pieces) < 3:
        return pieces
    # The split into two lines whose longer one is shortest.
    halves = (("".join(pieces[:i]), "".join(pieces[i:])) for i in range(1, len(pieces)))
    return list(min(halves, key=lambda two: max(map(len, two))))


def _tallest(texts: Sequence[str], widths: Sequence[float], points: float) -> int:
    return max(math.ceil(length(text, points) / max(w - PADDING, 0.1)) for text, w in zip(texts, widths, strict=True))


def _stretched(widths: list[float], width: float) -> list[float]:
    return [one * width / sum(widths) for one in widths]
