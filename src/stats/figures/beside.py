"""Words beside points of a line: placed where they hide no other word and as little of the line as can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from stats import theme
from stats.figures.frames import Frame
from stats.figures.lettering import escape, width
from stats.guards import Floats

_STEP = 2.0
"""Distance of the places at which a line is taken to be, in pixels."""


class Beside:
    """What is taken in a plot, in pixels from its lower left corner.

    Parameters
    ----------
    plot : Frame
        The plot.
    drawn : iterable of (days, values)
        Unbroken lines that words should not cross.
    size : float
        Diameter of the dots on the lines.
    """

    def __init__(self, plot: Frame, drawn: Iterable[tuple[Sequence[float], Sequence[float]]], size: float) -> None:
        self._plot, self._size = plot, size
        self._taken = list(plot.written)
        at: list[Any] = [np.empty((0, 2))]
        walls = (([day, day], [plot.low, plot.high]) for day in plot.upright)
        for days, values in [*drawn, *walls]:
            corners = np.array([[plot.across(d), plot.up(v)] for d, v in zip(days, values, strict=True)])
            at.append(corners)
            for a, b in pairwise(corners):
                steps = int(np.hypot(*(b - a)) / _STEP) + 1
                at.append(a + (b - a) * np.linspace(0, 1, steps + 1)[:, None])
        self._ink: Floats = np.concatenate(at)

    def write(
        self, text: str, points: Sequence[tuple[float, float]], *, up: bool, color: str = theme.INK,
        font: float | None = None, ground: str = "",
    ) -> None:  # fmt: skip
        """Write bold words, on a `ground` or none, beside one of some points: the first, above (`up`) if it can be."""
        canvas = self._plot.canvas
        letters = canvas.font if font is None else font
        # A line of text is higher than its letters: what plotly and the sheet take it for.
        wide, tall = width(text, letters, bold=True), canvas.line(letters)
        places = [
            (self._cost(self._plot.across(day) + dx, self._plot.up(value) + dy, wide, tall) + order * 0.5 + cost,
             day, value, dx, dy)
            for order, (day, value) in enumerate(points)
            for cost, dx, dy in self._moves(wide, letters, 1 if up else -1)
        ]  # fmt: skip
        _, day, value, dx, dy = min(places)
        x, y = self._plot.across(day) + dx, self._plot.up(value) + dy
        self._taken.append((x - wide / 2, x + wide / 2, y - tall / 2, y + tall / 2))
        canvas.say(escape(text), day, value, anchor="center", bold=True, color=color, font=letters, ground=ground,
                   shift=dx, lift=dy)  # fmt: skip

    def _moves(self, wide: float, tall: float, side: int) -> Iterator[tuple[float, float, float]]:
        """Yield ways from a point to the middle of its words, each with its cost: far, or on the other side."""
        near = self._size * 0.75 + 2 * self._plot.canvas.scale
        for far in range(9):
            lift, beside = (near + tall / 2 + far * tall * 0.7) * side, near + wide / 2
            moves = [(0.0, lift), (beside, lift * 0.6), (-beside, lift * 0.6), (-wide / 2, lift), (wide / 2, lift),
                     (0.0, -lift), (-wide / 2, -lift), (beside + far * wide, 0.0),
                     (-beside - far * wide, 0.0)]  # fmt: skip
            yield from ((far * 4 + turn * 0.3, dx, dy) for turn, (dx, dy) in enumerate(moves))

    def _cost(self, x: float, y: float, wide: float, tall: float) -> float:
        """Return how much words at a place would hide; leaving the plot or hiding other words costs most."""
        left, right, low, high = x - wide / 2, x + wide / 2, y - tall / 2, y + tall / 2
        outside = left < 0 or right > self._plot.canvas.plot_width or low < 0 or high > self._plot.tall + 2
        hidden, near = (
            sum(left < r + apart and f - apart < right and low < h and b < high for f, r, b, h in self._taken)
            for apart in (1.0, 6 * self._plot.canvas.scale)  # two numbers side by side must not read as one
        )
        pad, half = self._size / 2, tall * 0.4  # letters do not fill their line
        ink = (
            (self._ink[:, 0] > left - pad) & (self._ink[:, 0] < right + pad)
            & (self._ink[:, 1] > y - half - pad) & (self._ink[:, 1] < y + half + pad)
        )  # fmt: skip
        return float(ink.sum()) * 0.5 + 1e5 * hidden + 300.0 * near + 1e6 * outside
