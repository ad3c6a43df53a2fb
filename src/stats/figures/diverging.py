"""Changes around zero: a dot with its interval a row, falls to the left, rises to the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite

import pandas as pd

from stats import theme
from stats.errors import InputError
from stats.figures.canvas import EDGE, Canvas, Heading, fitted
from stats.figures.chart import Chart, Item, twin
from stats.figures.lettering import balanced, capital, escape, width
from stats.figures.rows import hover, row_ids
from stats.figures.scales import around, thinned
from stats.results import Result, State
from stats.wording import Words

ROW = 24.0
"""Height of the track of a row, in pixels of a page; its label stands above it."""

REACH = 2.5
"""An interval is drawn to this many times the largest estimate; a longer one ends in an arrow."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in two periods.

    Attributes
    ----------
    label : str
        What is followed, in words.
    before, now : Result
        The figure of the earlier period and of this one.
    change : Result
        The change with its interval: of kind ``change``, a fraction of the earlier figure (0.123 for
        12.3% more), or ``share_difference``, a difference of two shares. In another state than
        ``value`` when it cannot be given.
    """

    label: str
    before: Result
    now: Result
    change: Result

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out no change at all."""
        r = self.change
        return bool(r) and r.conf_low is not None and r.conf_high is not None and (r.conf_low > 0 or r.conf_high < 0)


@fitted
def changes(
    rows: Sequence[Change],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "changes",
) -> Chart:
    """Draw changes against an earlier period in percent, each with its interval around zero.

    Parameters
    ----------
    rows : sequence of Change
        Of kind ``change``, drawn in the order given. One whose interval holds zero is hollow and says
        "no clear change"; one without a number prints its shorthand.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When percent changes and differences of shares would stand on one scale.
    """
    heading = Heading(title, subtitle, source, notes, size)
    return _around_zero(rows, words, heading, name=name, kind="changes", of="change")


@fitted
def severity_shift(
    rows: Sequence[Change],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "severity-shift",
) -> Chart:
    """Draw how the share of each penalty changed between two windows, in percentage points around zero.

    Parameters
    ----------
    rows : sequence of Change
        Of kind ``share_difference``, from the mildest penalty to the heaviest, with simultaneous
        intervals (`stats.severity.mix.MixShift.shares`). A mix that polarised has both ends on the
        right and its middle on the left; a harsher one climbs from left to right.
    title : str
        Says the verdict of the test: polarised, harsher, milder or no clear shift.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When percent changes and differences of shares would stand on one scale.
    """
    heading = Heading(title, subtitle, source, notes, size)
    return _around_zero(rows, words, heading, name=name, kind="severity_shift", of="share_difference")


def _around_zero(rows: Sequence[Change], words: Words, heading: Heading, *, name: str, kind: str, of: str) -> Chart:
    """Draw rows of one kind `of` change, with the note on their intervals."""
    _one_kind(rows, of)
    noted = replace(heading, notes=_with_interval_note(words, rows, heading.notes))
    return _draw(Canvas(words, noted), rows, name=name, kind=kind)


def _one_kind(rows: Sequence[Change], kind: str) -> None:
    wrong = sorted({r.change.kind for r in rows if r.change} - {kind})
    if wrong:
        raise InputError(
            f"This chart takes changes of kind {kind!r}; found: {', '.join(wrong)}.",
            f"Biểu đồ này chỉ nhận thay đổi loại {kind!r}; gặp: {', '.join(wrong)}.",
        )


def _with_interval_note(words: Words, rows: Sequence[Change], notes: Sequence[str]) -> tuple[str, ...]:
    levels = [r.change.conf_level for r in rows if r.change.conf_level is not None]
    said = [words.text("chart.interval_around", level=words.percent(levels[0], 0))] if levels else []
    return (*said, *notes)


def _draw(canvas: Canvas, rows: Sequence[Change], *, name: str, kind: str) -> Chart:
    s, words = canvas.scale, canvas.words
    say = _points if kind == "severity_shift" else _percent
    texts = [_said(words, row, say) for row in rows]
    widest = max(
        width(t, canvas.font, bold=row.clear) for row, lines in zip(rows, texts, strict=True) for t in lines
    )  # fmt: skip
    canvas.right = EDGE * s + widest + 14 * s
    ticks = around(*_range(rows))
    start = ticks[0]
    if kind == "changes" and start < -1:  # nothing falls by more than all of it
        start, ticks = -1.0, [t for t in ticks if t >= -1]
    scale = [say(words, t, digits=_digits(ticks)) if t else "0" for t in ticks]
    # Half of the first and of the last number sticks out of the plot.
    canvas.left = EDGE * s + max(width(scale[0], canvas.font * 0.9) / 2, 6 * s)
    canvas.right = max(canvas.right, EDGE * s + width(scale[-1], canvas.font * 0.9) / 2)
    items, at, places = [], 2 * s, []
    spans: list[tuple[float, float]] = []
    for row, lines in zip(rows, texts, strict=True):
        head = balanced(_label(words, row), canvas.inner, canvas.font)
        canvas.say("<br>".join(escape(t) for t in head), 0, at, xref="paper", valign="top",
                   shift=EDGE * s - canvas.left)  # fmt: skip
        at += len(head) * canvas.line() + 1 * s
        tall = max(ROW * s, len(lines) * canvas.line())
        places.append(at + tall / 2)
        spans.append((at, at + tall))
        at += tall + 7 * s
        items.append(_item(row))
    _axes(canvas, ticks, (start, ticks[-1]), at, scale)
    _lines(canvas, ticks, spans)
    cut = _marks(canvas, rows, items, texts, places, (start, ticks[-1]))
    for row, lines, y in zip(rows, texts, places, strict=True):
        canvas.say("<br>".join(escape(t) for t in lines), 1, y, xref="paper", bold=row.clear, shift=14 * s,
                   color=theme.INK if row.clear else theme.MUTED)  # fmt: skip
    if cut:
        canvas.heading = replace(canvas.heading, notes=(*canvas.heading.notes, words.text("chart.cut")))
    return canvas.finish(name, items, kind=kind, plot_height=at, below=canvas.line() + 6 * s,
                         finding=_finding(words, rows, say), table=_twin(words, rows, items, say))  # fmt: skip


def _label(words: Words, row: Change) -> str:
    return words.text("chart.change", label=capital(row.label), before=words.cell(row.before), now=words.cell(row.now))


def _item(row: Change) -> Item:
    """Return the change as a mark that leads to the rows of both figures."""
    both = (row.before, row.now, row.change)
    traced = replace(
        row.change,
        rows=tuple(dict.fromkeys(r for one in both for r in one.rows)),
        sources=tuple(dict.fromkeys(x for one in both for x in one.sources)),
    )
    # A ratio over a few cases may have no upper bound: the table says so in words, a number it is not.
    low, high = (x if x is None or isfinite(x) else None for x in (row.change.conf_low, row.change.conf_high))
    return Item(row.label, replace(traced, conf_low=low, conf_high=high), strong=row.clear)


def _percent(words: Words, x: float, digits: int = 1) -> str:
    return words.percent(x, digits, signed=True)


def _points(words: Words, x: float, digits: int = 1) -> str:
    return words.text("chart.points", n=words.signed(x * 100, digits))


def _digits(ticks: Sequence[float]) -> int:
    return 0 if all(round(t * 100, 6) % 1 == 0 for t in ticks) else 1


def _said(words: Words, row: Change, say: Callable[..., str]) -> list[str]:
    if row.change.state is not State.VALUE or row.change.estimate is None:
        return [words.cell(row.change)]
    told = say(words, row.change.estimate)
    return [told] if row.clear else [told, words.text("chart.no_clear_change")]


def _range(rows: Sequence[Change]) -> tuple[float, float]:
    """Return the ends of the scale: all intervals, unless one runs far beyond the estimates."""
    known = [r.change for r in rows if r.change]
    far = REACH * max((abs(r.estimate or 0.0) for r in known), default=0.0) or None
    ends = [x for r in known for x in (r.conf_low, r.conf_high, r.estimate) if x is not None]
    if far is not None:
        ends = [min(max(x, -far), far) for x in ends]
    finite = [x for x in ends if abs(x) != float("inf")]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return (low, high) if min(low, 0.0) < max(high, 0.0) else (-0.1, 0.1)


def _axes(
    canvas: Canvas, ticks: Sequence[float], ends: tuple[float, float], height: float, texts: Sequence[str]
) -> None:
    shown = thinned(ticks, max(width(t, canvas.font * 0.9) for t in texts), canvas.plot_width)
    canvas.axes["xaxis"] = {
        "range": list(ends), "tickmode": "array", "tickvals": [ticks[i] for i in shown],
        "ticktext": [texts[i] for i in shown], "tickfont": {"size": canvas.font * 0.9, "color": theme.MUTED},
        "fixedrange": True, "anchor": "y", "ticklabelstandoff": 4,
    }  # fmt: skip
    canvas.axes["yaxis"] = {"range": [height, 0], "showticklabels": False, "fixedrange": True, "anchor": "x"}


def _lines(canvas: Canvas, ticks: Sequence[float], spans: Sequence[tuple[float, float]]) -> None:
    """Draw light lines at the ticks and a strong one at zero beside each track, leaving the labels free."""
    canvas.shapes.extend(
        {
            "type": "line", "xref": "x", "yref": "y", "x0": t, "x1": t, "y0": low, "y1": high,
            "line": {"color": theme.GRID if t else theme.INK, "width": 1 if t else 1.4 * canvas.scale},
            "layer": "below",
        }
        for low, high in spans for t in ticks
    )  # fmt: skip


def _marks(
    canvas: Canvas, rows: Sequence[Change], items: Sequence[Item], texts: Sequence[Sequence[str]],
    places: Sequence[float], ends: tuple[float, float],
) -> bool:  # fmt: skip
    """Draw dots and intervals; return whether an interval runs out of the plot, where it gets an arrow."""
    s = canvas.scale
    cut = False
    for clear in (False, True):
        color = theme.MAIN if clear else theme.RULE
        mine = [k for k, row in enumerate(rows) if row.clear is clear and row.change.estimate is not None]
        xs: list[float | None] = []
        ys: list[float | None] = []
        arrows: list[tuple[float, float, str]] = []
        for k in mine:
            low, high = rows[k].change.conf_low, rows[k].change.conf_high
            if low is None or high is None:
                continue
            first, last = max(low, ends[0]), min(high, ends[1])
            xs += [first, last, None]
            ys += [places[k], places[k], None]
            arrows += [(first, places[k], "triangle-left")] if low < ends[0] else []
            arrows += [(last, places[k], "triangle-right")] if high > ends[1] else []
        if xs:
            canvas.traces.append(
                {
                    "type": "scatter", "mode": "lines", "x": xs, "y": ys, "hoverinfo": "skip", "cliponaxis": False,
                    "line": {"color": color, "width": 2 * s},
                }
            )  # fmt: skip
        if arrows:
            cut = True
            canvas.traces.append(
                {
                    "type": "scatter", "mode": "markers", "x": [a[0] for a in arrows], "y": [a[1] for a in arrows],
                    "hoverinfo": "skip", "cliponaxis": False, "name": "arrows",
                    "marker": {"symbol": [a[2] for a in arrows], "size": 9 * s, "color": color},
                }
            )  # fmt: skip
        if mine:
            canvas.traces.append(
                {
                    "type": "scatter", "mode": "markers", "x": [rows[k].change.estimate for k in mine],
                    "y": [places[k] for k in mine], "cliponaxis": False, "hoverinfo": "text",
                    "hovertext": [hover(items[k], "; ".join(texts[k])) for k in mine],
                    "customdata": [row_ids(items[k]) for k in mine],
                    "marker": {"size": 11 * s, "color": color if clear else theme.PAPER,
                               "line": {"color": color, "width": 2 * s}},
                }
            )  # fmt: skip
    return cut


def _finding(words: Words, rows: Sequence[Change], say: Callable[..., str]) -> str:
    clear = [row for row in rows if row.clear]
    if not clear:
        return words.text("chart.alt.no_clear_change", n=len(rows))
    listed = "; ".join(f"{row.label} {say(words, row.change.estimate)}" for row in clear)
    return words.text("chart.alt.changes", n=len(rows), listed=listed)


def _twin(words: Words, rows: Sequence[Change], items: Sequence[Item], say: Callable[..., str]) -> pd.DataFrame:
    """Return the data table: the change and its interval as the chart prints them, between which figures."""
    frame = twin(items, words)
    frame["series"] = [
        words.text("chart.from_to", before=words.cell(r.before), now=words.cell(r.now)) for r in rows
    ]  # fmt: skip
    frame["value"] = ["; ".join(_said(words, row, say)) for row in rows]
    frame["interval"] = [_interval(words, row.change, say) for row in rows]
    frame["share"] = ""
    return frame


def _interval(words: Words, r: Result, say: Callable[..., str]) -> str:
    if not r or r.conf_low is None or r.conf_high is None:
        return ""
    low, high = ("∞" if abs(x) == float("inf") else say(words, x) for x in (r.conf_low, r.conf_high))
    return words.text("number.range_signed", low=low, high=high)
