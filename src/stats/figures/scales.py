"""Round tick values, so that scales read easily."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10


def upto(top: float) -> list[float]:
    """Return round values from zero to just above `top`, four steps or so.

    Examples
    --------
    >>> upto(0.45)
    [0.0, 0.2, 0.4, 0.6]
    """
    step = _step(top / 4)
    return [round(i * step, 10) for i in range(ceil(top / step * 0.9999) + 1)]


def within(top: float) -> list[float]:
    """Return round values from zero to no more than `top`.

    Examples
    --------
    >>> within(0.45)
    [0.0, 0.2, 0.4]
    """
    step = _step(top / 4)
    return [round(i * step, 10) for i in range(floor(top / step + 1e-9) + 1)]


def around(low: float, high: float) -> list[float]:
    """Return round values from just below `low` to just above `high`; zero is one of them.

    Examples
    --------
    >>> around(-0.12, 0.31)
    [-0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4]
    """
    step = _step((max(high, 0.0) - min(low, 0.0)) / 5)
    first, last = floor(min(low, 0.0) / step * 0.9999), ceil(max(high, 0.0) / step * 0.9999)
    return [round(i * step, 10) for i in range(first, last + 1)]


def between(values: Sequence[float], *, whole: bool, positive: bool) -> tuple[float, float, list[float]]:
    """Return the ends of a scale for lines, with a little air, and the round values on it.

    Parameters
    ----------
    values : sequence of float
        What must be inside; none at all gives a scale from 0 to 1.
    whole : bool
        Ticks are whole numbers.
    positive : bool
        Values are never below zero: the scale begins there, unless it would leave most of it empty.

    Examples
    --------
    >>> between([12, 45], whole=True, positive=True)
    (0.0, 49.5, [0.0, 20.0, 40.0])
    >>> between([900, 1000], whole=True, positive=True)
    (894.0, 1010.0, [900.0, 925.0, 950.0, 975.0, 1000.0])
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    if positive and low <= 0.6 * high:
        low = 0.0
    if high - low < 1e-9:
        apart = max(abs(high) * 0.1, 2.0 if whole else 0.0)
        low, high = (0.0, 1.0) if abs(high) < 1e-9 else (low - apart, high + apart)
    room = high - low
    step = max(_step(room / 4), 1.0 if whole else 0.0)
    step *= 2 if whole and step % 1 else 1
    bottom = low if positive and low == 0 else max(low - 0.06 * room, 0.0) if positive else low - 0.06 * room
    top = high + 0.1 * room
    ticks = [round(i * step, 10) for i in range(ceil(bottom / step - 1e-9), floor(top / step + 1e-9) + 1)]
    return bottom, top, ticks


def ceiling(value: float) -> float:
    """Return a round value a little above another, for the end of a scale."""
    power = 10.0 ** floor(log10(value))
    return float(ceil(value * 1.08 / power * 2) / 2 * power)


def thinned(ticks: Sequence[float], widest: float, room: float) -> list[int]:
    """Return which ticks get a label, zero among them, when the widest label needs `widest` pixels.

    `room` is the length of the whole scale in pixels.

    Examples
    --------
    >>> thinned([-0.2, 0.0, 0.2, 0.4], 30, 60)
    [1, 3]
    """
    between = room / max(len(ticks) - 1, 1)
    every = max(1, ceil((widest + 6) / max(between, 1)))
    step = ticks[1] - ticks[0]
    return [i for i, t in enumerate(ticks) if round(t / step) % every == 0]


def _step(raw: float) -> float:
    power = 10.0 ** floor(log10(raw))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
