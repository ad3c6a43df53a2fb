"""How far a programme has come: wholes and the parts they fall into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stats import theme
from stats.errors import InputError
from stats.figures.canvas import Canvas, Heading, fitted
from stats.figures.chart import Chart, Item
from stats.figures.lettering import balanced, capital, escape, width
from stats.figures.rows import hover, row_ids
from stats.results import Result
from stats.wording import Words

BAR = 26.0


@dataclass(frozen=True, slots=True)
class Progress:
    """A whole and the parts it falls into: 34 items, 29 done, 5 in progress.

    Attributes
    ----------
    label : str
        What is counted, without the number (``Đề tài, đề án``).
    total : Result
        The whole.
    parts : sequence of (str, Result)
        Name and count, from the most to the least accomplished; they add up to the whole.
    """

    label: str
    total: Result
    parts: Sequence[tuple[str, Result]]


@fitted
def programme_progress(
    wholes: Sequence[Progress],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "programme-progress",
) -> Chart:
    """Draw each whole as one bar of equal length, split into its parts, every part named with its count.

    Parameters
    ----------
    wholes : sequence of Progress
        From top to bottom.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When parts do not add up to their whole: the gap would be drawn as if it were nothing.
    """
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    s = canvas.scale
    at = 2 * s
    items: list[Item] = []
    for whole in wholes:
        total = _checked(whole)
        name_line = f"{capital(whole.label)}: {words.number(total)}"
        head = balanced(name_line, canvas.inner, canvas.font, bold=True)
        canvas.say("<br>".join(escape(h) for h in head), 0, at, xref="paper", valign="top", bold=True)
        at += len(head) * canvas.line() + 4 * s
        below = _segments(canvas, whole, total, at, items)
        at += BAR * s + below + 16 * s
    canvas.axes["xaxis"] = {"range": [0, 1], "showticklabels": False, "fixedrange": True, "anchor": "y"}
    canvas.axes["yaxis"] = {"range": [at, 0], "showticklabels": False, "fixedrange": True, "anchor": "x"}
    said = [
        f"{w.label}: {words.join([_part_text(words, n, r, w.total.estimate or 1) for n, r in w.parts])}" for w in wholes
    ]
    return canvas.finish(name, items, kind="progress", plot_height=at, finding="; ".join(said))


def _checked(whole: Progress) -> float:
    total = whole.total.estimate or 0.0
    parts = sum(r.estimate or 0.0 for _, r in whole.parts)
    if not total or parts != total:
        raise InputError(
            f"The parts of {whole.label!r} add up to {parts:g}, the whole is {total:g}; show them as counts instead.",
            f"Các phần của {whole.label!r} cộng lại là {parts:g}, tổng là {total:g}; hãy trình bày dưới dạng số đếm.",
        )
    return total


def _segments(canvas: Canvas, whole: Progress, total: float, top: float, items: list[Item]) -> float:
    """Draw one bar with its names below, and return the height of the names."""
    s, words = canvas.scale, canvas.words
    texts = [_part_text(words, name, r, total) for name, r in whole.parts]
    lines = _placed(canvas, texts, [(r.estimate or 0.0) / total for _, r in whole.parts])
    before = 0.0
    for i, ((name, r), text, (lane, anchor, x)) in enumerate(zip(whole.parts, texts, lines, strict=True)):
        share = (r.estimate or 0.0) / total
        item = Item(name, r, panel=whole.label, strong=i == 0)
        items.append(item)
        canvas.traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": [share],
                "base": [before],
                "y": [top + BAR * s / 2],
                "width": [BAR * s],
                "marker": _tone(i),
                "hoverinfo": "text",
                "hovertext": [hover(item, text)],
                "customdata": [row_ids(item)],
                "name": escape(name),
            }
        )
        if share * canvas.plot_width > width(words.number(r.estimate or 0.0), canvas.font, bold=True) + 10 * s:
            inside = theme.PAPER if i == 0 else theme.INK
            canvas.say(words.number(r.estimate or 0.0), before + share / 2, top + BAR * s / 2, anchor="center",
                       bold=True, color=inside, ground="" if i == 0 else theme.PAPER)  # fmt: skip
        y = top + BAR * s + 3 * s + lane * canvas.line()
        canvas.say(escape(text), x, y, xref="paper", valign="top", anchor=anchor)
        before += share
    return (max(lane for lane, *_ in lines) + 1) * canvas.line()


def _placed(canvas: Canvas, texts: Sequence[str], shares: Sequence[float]) -> list[tuple[int, str, float]]:
    """Return lane, anchor and place of each part's name: below its part, moved down when it would not fit."""
    full = canvas.plot_width
    placed: list[tuple[int, str, float]] = []
    taken: list[float] = []
    before = 0.0
    for i, (text, share) in enumerate(zip(texts, shares, strict=True)):
        long = width(text, canvas.font) + 10 * canvas.scale
        last = i == len(texts) - 1 and i > 0
        anchor, x = ("right", 1.0) if last or before * full + long > full else ("left", before)
        start = full - long if anchor == "right" else before * full
        lane = next((n for n, busy in enumerate(taken) if busy <= start + 0.5), len(taken))
        end = start + long
        if lane == len(taken):
            taken.append(end)
        else:
            taken[lane] = end
        placed.append((lane, anchor, x))
        before += share
    return placed


def _tone(i: int) -> dict[str, Any]:
    if i == 0:
        return {"color": theme.MAIN, "line": {"color": theme.MAIN, "width": 1}}
    return {
        "color": theme.PALE, "line": {"color": theme.MAIN, "width": 1},
        "pattern": {"shape": "/" if i == 1 else ".", "fgcolor": theme.MAIN, "bgcolor": theme.PAPER,
                    "fillmode": "replace", "size": 7, "solidity": 0.15},
    }  # fmt: skip


def _part_text(words: Words, name: str, r: Result, total: float) -> str:
    return f"{name}: {words.cell(r)} ({words.percent((r.estimate or 0.0) / total, 0)})"
