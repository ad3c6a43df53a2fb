"""Counts over like periods: bars on a true time axis, gaps left open, rule changes as dated lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from stats import theme
from stats.errors import InputError
from stats.figures.canvas import EDGE, Canvas, Heading
from stats.figures.chart import Break, Chart, Item, Point
from stats.figures.lettering import capital, escape, width, wrap
from stats.figures.rows import amount, extremes, fill, hover, looks, mark, row_ids
from stats.periods import Kind, Period
from stats.results import State
from stats.wording import NBSP, Words

PANELS = (150.0, 110.0, 80.0)
"""Height of the bars of one panel when there is one, two, or more, in pixels of a page."""

WIDEST = 64.0
"""Largest width of a bar; a longer period keeps its place on the time axis and a line under its bar."""


def counts_over_periods(
    points: Sequence[Point],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    breaks: Sequence[Break] = (),
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "counts-over-periods",
) -> Chart:
    """Draw counts of periods of one kind and length; each bar is as wide as its period is long.

    Parameters
    ----------
    points : sequence of Point
        Periods that do not overlap; a result without a number leaves a gap with its shorthand.
        Each `series` gets a panel of its own, since series may differ in unit.
    breaks : sequence of Break
        Changes of rules, forms or geography; those inside the time shown are drawn.

    Returns
    -------
    Chart
        See `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When periods of different kind or length, or overlapping ones, would stand in one series.
    """
    _like_with_like(points)
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    s = canvas.scale
    first = min(p.period.start for p in points).toordinal()
    last = max(p.period.end for p in points).toordinal() + 1
    margin = (last - first) * 0.02
    low, high = first - margin, last + margin
    per_day = canvas.plot_width / (high - low)
    lanes = _lanes(canvas, [b for b in breaks if first < b.date.toordinal() < last], low, per_day)
    series = list(dict.fromkeys(p.series for p in points))
    items = [Item(_tick(words, p.period), p.result, panel=p.series) for p in points]
    names = (max((lane for *_, lane in lanes), default=-1) + 1) * canvas.line(canvas.font * 0.85)
    head = names + (8 * s if names else 0)
    ticks, tick_height = _tick_labels(canvas, [p.period for p in points], per_day)
    title_height = canvas.line() + 6 * s if any(series) else 0.0
    slot = min(p.period.days for p in points) * per_day - 6 * s
    texts = {id(item): _broken(canvas, amount(words, item), slot) for item in items}
    text_height = max(len(t) for t in texts.values()) * canvas.line() + 5 * s
    each = PANELS[min(len(series), 3) - 1] * s + text_height + title_height
    total = head + each * len(series) + (len(series) - 1) * 10 * s
    for i, label in enumerate(series):
        top = head + i * (each + 10 * s)
        own = [(p, item) for p, item in zip(points, items, strict=True) if p.series == label]
        lines = [texts[id(item)] for _, item in own]
        _panel(canvas, i, own, (low, high), (top, top + each, total), title_height + text_height, lines)
        if label:
            canvas.say(escape(capital(label)), 0, 1 - top / total, xref="paper", yref="paper", valign="top", bold=True,
                       ground=theme.PAPER)  # fmt: skip
    n = "" if len(series) == 1 else str(len(series))
    canvas.axes[f"xaxis{n}"] |= {
        "showticklabels": True, "tickmode": "array", "tickvals": [t for t, _ in ticks],
        "ticktext": [text for _, text in ticks], "tickfont": {"size": canvas.font, "color": theme.INK},
    }  # fmt: skip
    _breaks(canvas, lanes, (low, high), total)
    return canvas.finish(name, items, kind="periods", plot_height=total, below=tick_height,
                         finding=extremes(words, items))  # fmt: skip


def _like_with_like(points: Sequence[Point]) -> None:
    for series in dict.fromkeys(p.series for p in points):
        mine = sorted(p.period for p in points if p.series == series)
        for before, after in pairwise(mine):
            if not before.comparable(after):
                raise InputError(
                    f"{before.key} and {after.key} differ in kind or length, or overlap: they cannot stand in one "
                    "series of counts. Compare their mixes instead.",
                    f"{before.key} và {after.key} khác loại, khác độ dài hoặc chồng lên nhau nên không đặt chung một "
                    "chuỗi số đếm được. Hãy so sánh cơ cấu.",
                )
        units = {p.result.unit for p in points if p.series == series and p.result.state is State.VALUE}
        if len(units) > 1:
            raise InputError(
                f"One series mixes units ({', '.join(sorted(units))}).",
                f"Một chuỗi lẫn nhiều đơn vị tính ({', '.join(sorted(units))}).",
            )


def _panel(
    canvas: Canvas, i: int, own: list[tuple[Point, Item]], span: tuple[float, float],
    place: tuple[float, float, float], headroom: float, texts: Sequence[list[str]],
) -> None:  # fmt: skip
    n = "" if i == 0 else str(i + 1)
    s, words = canvas.scale, canvas.words
    top, bottom, total = place
    marks = [mark(words, item, 0) for _, item in own]
    most = max((max(m.value, m.high or 0.0) for m in marks), default=0.0) or 1.0
    reach = most * (bottom - top) / max(bottom - top - headroom, 1)
    canvas.axes[f"xaxis{n}"] = {
        "range": list(span), "anchor": f"y{n}", "showticklabels": False, "fixedrange": True,
        "showline": True, "linecolor": theme.GRID,
    }  # fmt: skip
    canvas.axes[f"yaxis{n}"] = {
        "domain": [max(0.0, round(1 - bottom / total, 5)), round(1 - top / total, 5)], "anchor": f"x{n}",
        "range": [0, reach], "showticklabels": False, "fixedrange": True,
    }  # fmt: skip
    middles = [_middle(p.period) for p, _ in own]
    widest = WIDEST * s * (span[1] - span[0]) / canvas.plot_width
    canvas.shapes.extend(
        {
            "type": "line", "xref": f"x{n}", "yref": f"y{n}", "x0": p.period.start.toordinal(),
            "x1": p.period.end.toordinal() + 1, "y0": 0, "y1": 0, "line": {"color": theme.INK, "width": 2 * s},
        }
        for p, _ in own if p.period.days > widest
    )  # fmt: skip
    for alike in looks(marks):
        canvas.traces.append(
            {
                "type": "bar",
                "xaxis": f"x{n}",
                "yaxis": f"y{n}",
                "x": [middles[k] for k in alike],
                "y": [marks[k].value for k in alike],
                "width": [min(own[k][0].period.days * 0.82, widest) for k in alike],
                "marker": fill([marks[k] for k in alike]),
                "hoverinfo": "text",
                "hovertext": [hover(own[k][1], amount(words, own[k][1])) for k in alike],
                "customdata": [row_ids(own[k][1]) for k in alike],
            }
        )
    for x, m, lines in zip(middles, marks, texts, strict=True):
        known = m.item.result.state is State.VALUE
        text = "<br>".join(escape(t) for t in lines)
        canvas.say(text, x, max(m.value, m.high or 0.0), xref=f"x{n}", yref=f"y{n}", anchor="center", valign="bottom",
                   bold=known, color=theme.INK if known else theme.MUTED, lift=3 * s, ground=theme.PAPER)  # fmt: skip


def _broken(canvas: Canvas, text: str, slot: float) -> list[str]:
    """Return a number in one line, or broken at its spaces when it is wider than the room of its period."""
    if width(text, canvas.font, bold=True) <= slot:
        return [text]
    return wrap(text.replace(NBSP, " "), slot, canvas.font, bold=True)


def _middle(period: Period) -> float:
    return period.start.toordinal() + period.days / 2


def _tick(words: Words, period: Period) -> str:
    if period.kind is Kind.YEAR:
        return str(period.start.year)
    if period.kind is Kind.MONTH:
        return f"{period.start.month}/{period.start.year}"
    return words.period(period, heading=True)


def _tick_labels(canvas: Canvas, periods: Sequence[Period], per_day: float) -> tuple[list[tuple[float, str]], float]:
    """Return tick places with wrapped names, and the height they need; crowded names are thinned."""
    unique = sorted(set(periods))
    starts = [p.start for p in unique]
    step = min((b - a).days for a, b in pairwise(starts)) if len(unique) > 1 else unique[0].days
    slot = max(step * per_day * 0.96, 24.0)
    names = [_tick(canvas.words, p) for p in unique]
    widest = max(width(word, canvas.font) for name in names for word in name.split(" "))
    every = max(1, -(-int(widest + 6) // int(slot)))
    ticks = []
    lines = 1
    for i, (period, name) in enumerate(zip(unique, names, strict=True)):
        if i % every:
            continue
        wrapped = wrap(name, slot * every, canvas.font)
        lines = max(lines, len(wrapped))
        ticks.append((_middle(period), "<br>".join(escape(line) for line in wrapped)))
    return ticks, lines * canvas.line() + 6 * canvas.scale


def _lanes(
    canvas: Canvas, breaks: Sequence[Break], low: float, per_day: float
) -> list[tuple[Break, float, str, str, int]]:
    """Place the names of breaks in lanes above the bars so that no two overlap."""
    font = canvas.font * 0.85
    taken: list[float] = []
    placed = []
    for b in sorted(breaks, key=lambda b: b.date):
        text = canvas.words.text("chart.break", date=canvas.words.date(b.date, short=True), name=b.name)
        x = (b.date.toordinal() - low) * per_day
        long = width(text, font) + 6 * canvas.scale
        room = canvas.plot_width + canvas.right - EDGE * canvas.scale
        anchor = "left" if x + long <= room else "right"
        start, end = (x, x + long) if anchor == "left" else (x - long, x)
        lane = next((i for i, busy in enumerate(taken) if busy <= start), len(taken))
        if lane == len(taken):
            taken.append(end)
        else:
            taken[lane] = end
        placed.append((b, x, text, anchor, lane))
    return placed


def _breaks(
    canvas: Canvas, lanes: list[tuple[Break, float, str, str, int]], span: tuple[float, float], total: float
) -> None:
    font = canvas.font * 0.85
    low, high = span
    for b, _, text, anchor, lane in lanes:
        at = (b.date.toordinal() - low) / (high - low)
        offset = lane * canvas.line(font)
        left = anchor == "left"
        canvas.shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "yref": "paper",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": round(1 - offset / total, 5),
                "line": {"color": theme.ACCENT, "width": 1.3 * canvas.scale, "dash": "dash"},
                "layer": "below",
            }
        )
        canvas.say(escape(text), at, 1, xref="paper", yref="paper", valign="top", anchor=anchor, font=font,
                   color=theme.ACCENT, lift=-offset, shift=4 if left else -4, ground=theme.PAPER)  # fmt: skip
