"""Texts that fit their boxes: the size of letters is chosen by measuring, never left to the reader's program.

Widths are those of the chart font, which is wider than Arial in every line of words, so what fits
here fits there; a test measures with Liberation Sans, which has Arial's widths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stats.figures.lettering import wrap

LINE = 1.2
"""Height of a line, in sizes of its letters."""
INSET = 7.2
"""Points inside the left and right edge of a box; above and below, half of it."""
INDENT = 20.0
"""Points a bulleted text stands to the right."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide, in inches from its top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def room(self) -> tuple[float, float]:
        """Width and height inside the edges, in points."""
        return self.width * 72 - 2 * INSET, self.height * 72 - INSET


def height(text: str, size: float, width: float, *, bold: bool = False) -> float:
    """Return the height of a paragraph wrapped in a width, all in points."""
    return sum(len(wrap(part, width, size, bold=bold)) for part in text.split("\n")) * size * LINE


def size_for(text: str, box: Box, sizes: Sequence[int], *, bold: bool = False) -> int:
    """Return the largest of the sizes at which a text fits, the smallest when none does."""
    width, tall = box.room
    return next((size for size in sizes if height(text, size, width, bold=bold) <= tall), sizes[-1])


def fitted(texts: Sequence[str], box: Box, sizes: Sequence[int]) -> tuple[int, int]:
    """Return the size of letters for a list of paragraphs, and how many of them fit at it.

    The gap after a paragraph is half its size. All fit at the first size that holds them all; else
    as many as the smallest holds.
    """
    width, tall = box.room
    count = 0
    for size in sizes:
        used, count = 0.0, 0
        for text in texts:
            used += height(text, size, width - INDENT) + size / 2
            if used > tall + size / 2:
                break
            count += 1
        if count == len(texts):
            return size, count
    return sizes[-1], count
