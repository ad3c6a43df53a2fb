"""Columns of a printed table: how to share a page's width among labels, numbers and prose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_RAGGED = 1.1
"""Room a text takes beyond its letters, because lines end at words."""


def shares(letters: Sequence[Sequence[int]], least: Sequence[int], room: int) -> list[int]:
    """Return how many letters each column gets beyond those it cannot do without.

    Parameters
    ----------
    letters : sequence of sequence of int
        Lines of the table, each cell as its number of letters.
    least : sequence of int
        Letters of the longest word of each column.
    room : int
        Letters that stand side by side on the page.

    Returns
    -------
    list of int
        One a column; together what is left of the room, or less when every text stands on one line.

    Notes
    -----
    A row is as high as its highest cell, so what counts is the highest cell rather than all of them;
    the third power of a cell's lines stands for that, and being convex it is made smallest by giving
    one letter after another where it helps most.
    """
    lengths = np.asarray(letters, dtype=float).reshape(-1, len(least)) * _RAGGED
    width = np.maximum(np.asarray(least, dtype=float), 1)
    given = np.zeros(len(least), dtype=int)

    def height(width: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((np.maximum(lengths / width, 1) ** 3).sum(axis=0))

    for _ in range(room - int(width.sum())):
        gain = height(width) - height(width + 1)
        best = int(gain.argmax())
        if gain[best] <= 0:
            break
        width[best] += 1
        given[best] += 1
    return [int(n) for n in given]


def beside(heights: Sequence[float]) -> tuple[list[int], list[int]]:
    """Return charts of half a page's width, by position, as two columns: each next one goes down the shorter column.

    Examples
    --------
    >>> beside([200, 300, 500, 300])
    ([0, 2], [1, 3])
    """
    columns: tuple[list[int], list[int]] = ([], [])
    for position in range(len(heights)):
        left, right = (sum(heights[i] for i in column) for column in columns)
        columns[0 if left <= right else 1].append(position)
    return columns
