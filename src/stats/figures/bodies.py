"""Bodies side by side: the funnel plot, and dots in order with the ranks that the data allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stats import theme
from stats.comparisons.funnels import Funnel
from stats.comparisons.ranks import Ranks
from stats.errors import InputError
from stats.figures.canvas import EDGE, Canvas, Heading, fitted
from stats.figures.chart import Chart, Item, twin
from stats.figures.funnels import explained, points
from stats.figures.lettering import escape, width
from stats.figures.rows import hover, row_ids
from stats.figures.scales import ceiling, within
from stats.results import Note
from stats.wording import Words

HEIGHT = 300.0
"""Height of the plot, in pixels of a page."""

STEPS = 60
"""Points a limit is drawn through."""

DASHES = ("dash", "solid")
"""Lines of the inner and of the outer limits, told apart in black and white."""

_Rectangle = tuple[float, float, float, float]


@fitted
def funnel_plot(
    items: Sequence[Item],
    funnel: Funnel,
    *,
    words: Words,
    base: str,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "bodies-funnel",
) -> Chart:
    """Draw shares against their base, inside limits that narrow as the base grows.

    Parameters
    ----------
    items : sequence of Item
        One a body, in the order of the funnel: `label` names it, `result` is its share.
    funnel : Funnel
        Its limits (95% dashed, 99.8% solid; with the variation between bodies where that was
        estimated) and verdicts.
    base : str
        What the horizontal scale counts.

    Returns
    -------
    Chart
        Bodies outside the inner limits are solid and named; the others are hollow. See
        `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When the funnel is refused: says how many bodies there are and how many are needed.
    """
    if not funnel:
        raise refused(funnel.caveats or ((funnel.reason,) if funnel.reason else ()))
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    s = canvas.scale
    reach = ceiling(float(funnel.denominator.max()))
    sizes = np.geomspace(max(float(funnel.denominator.min()) * 0.7, 1.0), reach, STEPS)
    levels = sorted(funnel.levels)
    curves = [funnel.limits(sizes, level=level) for level in levels]
    highest = max(float(funnel.estimate.max()), float(curves[-1]["conf_high"].iloc[STEPS // 4]))
    top = min(ceiling(highest), 1.0)
    _axes(canvas, reach, top, base)
    ends = [(words.percent(v, 0 if round(v * 100, 6) % 1 == 0 else 1), float(c["conf_high"].iloc[-1]))
            for v, c in zip(levels, curves, strict=True)]  # fmt: skip
    for frame, dash in zip(curves, DASHES, strict=False):
        for edge in ("conf_low", "conf_high"):
            inside = frame[edge].to_numpy() <= top
            canvas.traces.append(_line(sizes[inside], frame[edge].to_numpy()[inside], dash, theme.RULE, s))
    canvas.traces.append(_line(np.array([0.0, reach]), np.full(2, funnel.target), "dot", theme.INK, s))
    _ends(canvas, ends, reach, top)
    outside = [str(v) not in ("within", "none") for v in funnel.verdict]
    for out in (False, True):
        _marks(canvas, [i for i, o in zip(items, outside, strict=True) if o is out], strong=out)
    named = [item for item, out in zip(items, outside, strict=True) if out]
    _names(canvas, items, named, reach, top)
    finding = words.text("bodies.plot.finding", n=len(named), bodies=len(items),
                         names=words.join([i.label for i in named]) or "–")  # fmt: skip
    return canvas.finish(name, items, kind="bodies_funnel", plot_height=HEIGHT * s,
                         below=canvas.line() * 2 + 8 * s, finding=finding)  # fmt: skip


@fitted
def ranked_bodies(
    items: Sequence[Item],
    ranks: Ranks,
    *,
    words: Words,
    conf_level: float,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "bodies-ranked",
) -> Chart:
    """Draw shares as dots with intervals, highest first, each with the interval of its rank.

    Parameters
    ----------
    items : sequence of Item
        One a body, in the order of the ranks.
    ranks : Ranks
        The ranks the data allow; a chart without them would be a league table.
    conf_level : float
        Level at which the rank intervals hold together: that of the ranks, or 95% where each rests
        on an interval at ``1 - 0.05 / bodies``.

    Returns
    -------
    Chart
        Says first among its notes that the order is no league table. See
        `stats.figures.counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When the ranks are refused: says how many bodies there are and how many are needed.
    """
    if not np.isfinite(ranks.estimate).any():
        raise refused(ranks.caveats)
    order = sorted(range(len(items)), key=lambda i: (-(items[i].result.estimate or 0.0), items[i].label))
    ordered = [items[i] for i in order]
    said = [_rank(words, float(ranks.conf_low[i]), float(ranks.conf_high[i])) for i in order]
    level = words.percent(conf_level, 0)
    told = [words.text("chart.ranks", level=level), *explained(words, ordered, notes)]
    canvas = Canvas(words, Heading(title, subtitle, source, told, size))
    texts = [
        words.text("chart.ranked", value=words.cell(item.result), rank=rank)
        for item, rank in zip(ordered, said, strict=True)
    ]
    table = twin(ordered, words)
    table["series"] = said
    finding = words.text("chart.alt.ranked", first=ordered[0].label, top=texts[0], last=ordered[-1].label,
                         bottom=texts[-1])  # fmt: skip
    return points(canvas, ordered, name=name, kind="ranked", percent=True, texts=texts, table=table, finding=finding)


def refused(notes: Sequence[Note]) -> InputError:
    """Return the error that says why bodies are not set side by side, with how many there are."""
    values = next((n.values for n in notes if n.code == "too_few_bodies"), None)
    if values is None:
        return InputError("These bodies cannot be set side by side.", "Không so sánh được các đảng bộ này.")
    found, needed = values["found"], values["needed"]
    return InputError(
        f"{found} bodies have figures and {needed} are needed: nothing was drawn.",
        f"Có {found} đảng bộ có số liệu, cần ít nhất {needed}: không vẽ biểu đồ.",
    )


def _rank(words: Words, best: float, worst: float) -> str:
    if best != best or worst != worst:  # a body without a figure has no rank
        return "–"
    if best == worst:
        return words.text("chart.rank", rank=words.number(best))
    return words.text("chart.rank", rank=words.text("number.range", low=words.number(best), high=words.number(worst)))


def _axes(canvas: Canvas, reach: float, top: float, base: str) -> None:
    words, s = canvas.words, canvas.scale
    up, across = within(top), within(reach)[1:]  # zero is named once, on the other scale
    said = [words.percent(t, 0 if round(t * 100, 6) % 1 == 0 else 1) for t in up]
    canvas.left = EDGE * s + max(width(t, canvas.font) for t in said) + 10 * s
    canvas.right = EDGE * s + width("99,8%", canvas.font) + 6 * s
    font = {"size": canvas.font * 0.9, "color": theme.MUTED}
    canvas.axes["xaxis"] = {
        "range": [0, reach], "tickmode": "array", "tickvals": across, "ticktext": [words.number(t) for t in across],
        "tickfont": font, "fixedrange": True, "showline": True, "anchor": "y",
    }  # fmt: skip
    canvas.axes["yaxis"] = {
        "range": [0, top], "tickmode": "array", "tickvals": up, "ticktext": said, "tickfont": font,
        "fixedrange": True, "showgrid": True, "anchor": "x",
    }  # fmt: skip
    canvas.say(escape(base), 1, 0, xref="paper", yref="paper", anchor="right",
               valign="top", color=theme.MUTED, font=canvas.font * 0.9, lift=-canvas.line() - 4 * s)  # fmt: skip


def _ends(canvas: Canvas, ends: Sequence[tuple[str, float]], reach: float, top: float) -> None:
    """Name the limits at their right ends, moved apart where they would run into each other."""
    font = canvas.font * 0.85
    step = canvas.line(font) / (HEIGHT * canvas.scale) * top
    at = -step
    for text, value in sorted(ends, key=lambda e: e[1]):
        at = max(value, at + step)
        canvas.say(text, reach, at, color=theme.MUTED, font=font, shift=4 * canvas.scale)


def _marks(canvas: Canvas, items: Sequence[Item], *, strong: bool) -> None:
    if not items:
        return
    words, s = canvas.words, canvas.scale
    canvas.traces.append({
        "type": "scatter", "mode": "markers", "x": [item.result.denominator or 0.0 for item in items],
        "y": [item.result.estimate for item in items], "hoverinfo": "text",
        "hovertext": [hover(i, words.share_of(i.result)) for i in items], "customdata": [row_ids(i) for i in items],
        "cliponaxis": False,
        "marker": {"size": 10 * s, "color": theme.MAIN if strong else theme.PAPER,
                   "line": {"color": theme.MAIN, "width": 1.5 * s}},
    })  # fmt: skip


def _names(canvas: Canvas, items: Sequence[Item], named: Sequence[Item], reach: float, top: float) -> None:
    """Write the names of the bodies outside the limits beside their points; say how many find no room."""
    s, wide, tall = canvas.scale, canvas.plot_width, HEIGHT * canvas.scale

    def place(item: Item) -> tuple[float, float]:
        r = item.result
        return (r.denominator or 0.0) / reach * wide, (r.estimate or 0.0) / top * tall

    points = [(x - 6 * s, x + 6 * s, y - 6 * s, y + 6 * s) for x, y in map(place, items)]
    taken: list[_Rectangle] = []
    left_out = 0
    for item in sorted(named, key=lambda i: -(i.result.estimate or 0.0)):
        x, y = place(item)
        long, high = width(item.label, canvas.font, bold=True), canvas.line()
        found: list[tuple[float, str, float, _Rectangle]] = []
        for anchor, dx in (("center", -long / 2), ("left", 9 * s), ("right", -long - 9 * s)):
            for lift in (high * 0.5 + 8 * s, 0.0, -high * 0.5 - 8 * s, high * 1.6 + 8 * s, -high * 1.6 - 8 * s):
                box = (x + dx, x + dx + long, y + lift - high / 2, y + lift + high / 2)
                inside = box[0] >= 0 and box[1] <= wide and box[2] >= 0 and box[3] <= tall
                if (anchor != "center" or lift) and inside and not any(_shared(box, other) for other in taken):
                    cost = sum(_shared(box, other) for other in points) + abs(lift) / 1000
                    found.append((cost, anchor, lift, box))
        if not found:
            left_out += 1
            continue
        _, anchor, lift, box = min(found, key=lambda f: f[0])
        taken.append(box)
        shift = {"left": 9 * s, "right": -9 * s}.get(anchor, 0.0)
        canvas.say(escape(item.label), item.result.denominator or 0.0, item.result.estimate or 0.0, anchor=anchor,
                   bold=True, ground=theme.PAPER, lift=lift, shift=shift)  # fmt: skip
    if left_out:
        said = canvas.words.text("chart.unnamed", n=left_out)
        canvas.heading = replace(canvas.heading, notes=(*canvas.heading.notes, said))


def _shared(a: _Rectangle, b: _Rectangle) -> float:
    """Return the area two boxes share."""
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[2], b[2]))


def _line(x: np.ndarray, y: np.ndarray, dash: str, color: str, s: float) -> dict[str, object]:
    return {
        "type": "scatter", "mode": "lines", "x": x.tolist(), "y": y.tolist(), "hoverinfo": "skip",
        "line": {"color": color, "width": 1.2 * s, "dash": dash},
    }  # fmt: skip
