"""The time axis under a series: names of periods, and dated changes as lines with their names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from stats import theme
from stats.figures.canvas import EDGE, Canvas
from stats.figures.chart import Break
from stats.figures.lettering import escape, width, wrap
from stats.periods import Kind, Period
from stats.wording import Words

SMALL = 0.85
"""Letters of the names of breaks, in parts of the label font."""

ROMAN = ("I", "II", "III", "IV")
"""How Vietnamese reports number quarters."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Where the name of a break stands: its lines, the first of them counted from the top, and the side it runs to."""

    at: Break
    lines: tuple[str, ...]
    anchor: str
    first: int


def middle(period: Period) -> float:
    """Return the middle of a period as a day number."""
    return period.start.toordinal() + period.days / 2


def tick(words: Words, period: Period) -> str:
    """Return the name of a period as it stands under an axis."""
    if period.kind is Kind.YEAR:
        return str(period.start.year)
    if period.kind is Kind.MONTH:
        return f"{period.start.month}/{period.start.year}"
    return words.period(period, heading=True)


def tick_labels(
    canvas: Canvas, periods: Sequence[Period], low: float, per_day: float
) -> tuple[list[tuple[float, str]], float]:
    """Return tick places with wrapped names, and the height they need; crowded names are thinned."""
    unique = sorted(set(periods))
    starts = [p.start for p in unique]
    step = min((b - a).days for a, b in pairwise(starts)) if len(unique) > 1 else unique[0].days
    slot = max(step * per_day * 0.96, 24.0)
    names = [tick(canvas.words, p) for p in unique]
    widest = max(width(word, canvas.font) for name in names for word in name.split(" "))
    every = max(1, -(-int(widest + 6) // int(slot)))
    ticks = []
    lines = 1
    for i, (period, name) in enumerate(zip(unique, names, strict=True)):
        if i % every:
            continue
        at = (middle(period) - low) * per_day
        room = 2 * min(at + canvas.left, canvas.plot_width - at + canvas.right)  # up to the rim of the sheet
        wrapped = wrap(name, min(slot * every, room), canvas.font)
        lines = max(lines, len(wrapped))
        ticks.append((middle(period), "<br>".join(escape(line) for line in wrapped)))
    return ticks, lines * canvas.line() + 6 * canvas.scale


def period_name(words: Words, period: Period) -> str:
    """Return the short name of a period: as under an axis, a window of a quarter as that quarter."""
    if number := period.quarter:
        quarter = ROMAN[number - 1] if words.lang == "vi" else str(number)
        return words.text("chart.lines.quarter", quarter=quarter, year=str(period.start.year))
    return tick(words, period)


def calendar(
    canvas: Canvas, periods: Sequence[Period], per_day: float
) -> tuple[list[tuple[float, str]], list[float], float]:
    """Return names under a time axis, the days at which marks stand, and the room they need.

    Few periods are named one by one, months from January at steps that divide a year; many are not: then
    each year, or every second or fifth, is named in its middle, between marks at its ends.
    """
    s, below = canvas.scale, canvas.line() + 9 * canvas.scale
    step = min((b.start - a.start).days for a, b in pairwise(periods)) * per_day
    names = [period_name(canvas.words, p) for p in periods]
    widest = max(width(name, canvas.font) for name in names) + 8 * s
    year = 365.25 * per_day
    first, last = periods[0].start, periods[-1].end + dt.timedelta(days=1)
    need = width("2000", canvas.font) + 8 * s
    if all(p.kind is Kind.MONTH for p in periods):
        every = next((n for n in (1, 2, 3, 4, 6) if n * step >= widest), 0)
        shown = [
            (middle(p), n) for p, n in zip(periods, names, strict=True) if every and (p.start.month - 1) % every == 0
        ]
        if shown and (every < 6 or len(periods) <= 18):
            return shown, [at for at, _ in shown], below
    every = next((n for n in (1, 2, 5) if n * year >= need), 10)
    if all(p.kind is Kind.YEAR for p in periods):
        shown = [(middle(p), n) for p, n in zip(periods, names, strict=True) if p.start.year % every == 0]
        return shown, [at for at, _ in shown], below
    if step >= widest:
        return [(middle(p), n) for p, n in zip(periods, names, strict=True)], [middle(p) for p in periods], below
    named = []
    for number in range(first.year, periods[-1].end.year + 1):
        start = max(dt.date(number, 1, 1), first).toordinal()
        end = min(dt.date(number + 1, 1, 1), last).toordinal()
        if number % every == 0 and ((end - start) * per_day >= need * 0.8 or every > 1):
            named.append(((start + end) / 2, str(number)))
    ends = [dt.date(n, 1, 1).toordinal() for n in range(first.year, last.year + 1)]
    return named, [float(d) for d in ends if first.toordinal() <= d <= last.toordinal()], below


def lanes(canvas: Canvas, breaks: Sequence[Break], low: float, per_day: float) -> tuple[list[Lane], float]:
    """Place the names of breaks above the marks so that no two overlap; return them and the height they need."""
    font = canvas.font * SMALL
    room = canvas.plot_width + canvas.right - EDGE * canvas.scale
    taken: list[tuple[float, float, int, int]] = []
    placed = []
    for b in sorted(breaks, key=lambda b: b.date):
        text = canvas.words.text("chart.break", date=canvas.words.date(b.date, short=True), name=b.name)
        x = (b.date.toordinal() - low) * per_day
        lines = tuple(wrap(text, max(x, room - x) - 6 * canvas.scale, font))
        long = max(width(line, font) for line in lines) + 6 * canvas.scale
        anchor = "left" if x + long <= room else "right"
        start, end = (x, x + long) if anchor == "left" else (x - long, x)
        first = 0
        while any(start < e and s < end and first < f + n and f < first + len(lines) for s, e, f, n in taken):
            first += 1
        taken.append((start, end, first, len(lines)))
        placed.append(Lane(b, lines, anchor, first))
    deepest = max((lane.first + len(lane.lines) for lane in placed), default=0)
    return placed, deepest * canvas.line(font) + (8 * canvas.scale if deepest else 0)


def mark_breaks(canvas: Canvas, placed: Sequence[Lane], span: tuple[float, float], total: float) -> None:
    """Draw each break as a dashed line up to its name, over a plot `total` pixels high."""
    font = canvas.font * SMALL
    low, high = span
    for lane in placed:
        at = (lane.at.date.toordinal() - low) / (high - low)
        offset = lane.first * canvas.line(font)
        canvas.shapes.append(
            {
                "type": "line", "xref": "paper", "yref": "paper", "x0": at, "x1": at, "y0": 0,
                "y1": round(1 - offset / total, 5),
                "line": {"color": theme.ACCENT, "width": 1.3 * canvas.scale, "dash": "dash"}, "layer": "below",
            }
        )  # fmt: skip
        text = "<br>".join(escape(line) for line in lane.lines)
        canvas.say(text, at, 1, xref="paper", yref="paper", valign="top", anchor=lane.anchor, font=font,
                   color=theme.ACCENT, lift=-offset, shift=4 if lane.anchor == "left" else -4,
                   ground=theme.PAPER)  # fmt: skip
