"""The funnel plot: each body's share against its base, inside limits that narrow as the base grows."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np

from stats import theme
from stats.comparisons.funnels import Funnel
from stats.figures.canvas import EDGE, Canvas, Heading
from stats.figures.chart import Chart, Item
from stats.figures.lettering import escape, width
from stats.wording import Words

HEIGHT = 300.0
"""Height of the plot, in pixels of a page."""

STEPS = 60
"""Points a limit is drawn through."""

DASHES = ("dash", "solid")
"""Lines of the inner and of the outer limits, told apart in black and white."""


def funnel_plot(
    items: Sequence[Item],
    funnel: Funnel,
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "bodies-funnel",
) -> Chart:
    """Draw shares against their base, with the limits of a funnel.

    Parameters
    ----------
    items : sequence of Item
        One a body, in the order of the funnel: `label` names it, `result` is its share.
    funnel : Funnel
        Its limits and verdicts; must not be refused.

    Returns
    -------
    Chart
        Bodies outside the inner limits are solid and named; the others are hollow. See
        `stats.figures.counts_by_group` for the other parameters.
    """
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    s = canvas.scale
    reach = _ceiling(float(funnel.denominator.max()))
    sizes = np.geomspace(max(float(funnel.denominator.min()) * 0.7, 1.0), reach, STEPS)
    curves = [funnel.limits(sizes, level=level) for level in sorted(funnel.levels)]
    highest = max(float(funnel.estimate.max()), float(curves[-1]["conf_high"].iloc[STEPS // 4]))
    top = min(_ceiling(highest), 1.0)
    _axes(canvas, reach, top)
    for frame, level, dash in zip(curves, sorted(funnel.levels), DASHES, strict=False):
        for edge in ("conf_low", "conf_high"):
            inside = frame[edge].to_numpy() <= top
            canvas.traces.append(_line(sizes[inside], frame[edge].to_numpy()[inside], dash, theme.RULE, s))
        canvas.say(
            words.percent(level, 0 if round(level * 100, 6) % 1 == 0 else 1), reach, float(frame["conf_high"].iloc[-1]),
            color=theme.MUTED, font=canvas.font * 0.85, shift=4 * s,
        )  # fmt: skip
    canvas.traces.append(_line(np.array([0.0, reach]), np.full(2, funnel.target), "dot", theme.INK, s))
    outside = [str(v) not in ("within", "none") for v in funnel.verdict]
    for out in (False, True):
        _marks(canvas, [i for i, o in zip(items, outside, strict=True) if o is out], strong=out)
    named = [item for item, out in zip(items, outside, strict=True) if out]
    finding = words.text("bodies.plot.finding", n=len(named), bodies=len(items),
                         names=words.join([i.label for i in named]) or "–")  # fmt: skip
    return canvas.finish(name, items, kind="bodies_funnel", plot_height=HEIGHT * s,
                         below=canvas.line() * 2 + 8 * s, finding=finding)  # fmt: skip


def _axes(canvas: Canvas, reach: float, top: float) -> None:
    words, s = canvas.words, canvas.scale
    up, across = _ticks(top), _ticks(reach)
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
    canvas.say(escape(words.text("bodies.plot.base")), 1, 0, xref="paper", yref="paper", anchor="right",
               valign="top", color=theme.MUTED, font=canvas.font * 0.9, lift=-canvas.line() - 4 * s)  # fmt: skip


def _marks(canvas: Canvas, items: Sequence[Item], *, strong: bool) -> None:
    if not items:
        return
    words, s = canvas.words, canvas.scale
    bases = [item.result.denominator or 0.0 for item in items]
    canvas.traces.append({
        "type": "scatter", "mode": "markers", "x": bases, "y": [item.result.estimate for item in items],
        "hoverinfo": "text", "hovertext": [escape(f"{i.label}: {words.share_of(i.result)}") for i in items],
        "customdata": [" ".join(i.result.rows) for i in items], "cliponaxis": False,
        "marker": {"size": 10 * s, "color": theme.MAIN if strong else theme.PAPER,
                   "line": {"color": theme.MAIN, "width": 1.5 * s}},
    })  # fmt: skip
    for item, base in zip(items, bases, strict=True):
        if strong:
            canvas.say(escape(item.label), base, item.result.estimate or 0.0, valign="bottom", anchor="center",
                       bold=True, lift=6 * s)  # fmt: skip


def _line(x: np.ndarray, y: np.ndarray, dash: str, color: str, s: float) -> dict[str, object]:
    return {
        "type": "scatter", "mode": "lines", "x": x.tolist(), "y": y.tolist(), "hoverinfo": "skip",
        "line": {"color": color, "width": 1.2 * s, "dash": dash},
    }  # fmt: skip


def _ceiling(value: float) -> float:
    power = 10.0 ** floor(log10(value))
    return float(ceil(value * 1.08 / power * 2) / 2 * power)


def _ticks(top: float) -> list[float]:
    raw = top / 4
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    return [round(i * step, 10) for i in range(int(top / step + 1e-9) + 1)]
