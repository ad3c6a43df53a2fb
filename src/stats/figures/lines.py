"""Lines in time: whether figures can be drawn, how values are printed, steps, bands and dots in a frame.

Shared by the control chart, the interrupted series and the fan of a forecast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from stats import theme
from stats.errors import InputError
from stats.figures.chart import TWIN_TEXT, Item, Point, twin
from stats.figures.frames import BOUNDED, Frame, estimate, like
from stats.figures.rows import amount, hover, row_ids
from stats.figures.scales import between
from stats.figures.series import like_with_like
from stats.figures.time_axis import period_name
from stats.guards import Floats
from stats.results import Approx, Note, Result, State
from stats.wording import Words

Stretch = tuple[list[float], list[float]]
"""An unbroken line: its days and its heights."""


def figures_of(words: Words, points: Sequence[Point], *, least: int = 2) -> list[Item]:
    """Return the points of one series as items in order of time, labelled as under the axis.

    Raises
    ------
    InputError
        For several series, unlike or unordered periods, mixed units, or fewer than `least` periods.
    """
    if len({p.series for p in points}) > 1:
        raise InputError("Draw one series at a time.", "Mỗi biểu đồ chỉ vẽ một chuỗi.")
    if len(points) < least:
        raise InputError(f"A line needs {least} periods, not {len(points)}.",
                         f"Cần ít nhất {least} kỳ để vẽ, hiện có {len(points)}.")  # fmt: skip
    like_with_like(points)
    if any(a.period.start >= b.period.start for a, b in pairwise(points)):
        raise InputError("The periods are not in order of time.", "Các kỳ chưa xếp theo thứ tự thời gian.")
    return [Item(period_name(words, p.period), p.result) for p in points]


def same_figures(points: Sequence[Point], values: Floats, what: tuple[str, str]) -> None:
    """Refuse points that are not those a method was given.

    Raises
    ------
    InputError
        Says how many there are of each, or names the first period that differs.
    """
    if len(points) != len(values):
        raise InputError(f"There are {len(points)} points for {len(values)} of {what[0]}.",
                         f"Có {len(points)} điểm nhưng {what[1]} có {len(values)}.")  # fmt: skip
    for p, value in zip(points, values.tolist(), strict=True):
        given = estimate(p.result)
        if not (math.isnan(given) and math.isnan(value)) and not math.isclose(given, value, rel_tol=1e-6, abs_tol=1e-9):
            raise InputError(
                f"{p.period.key} is {given:g} among the points and {value:g} in {what[0]}.",
                f"Kỳ {p.period.key} là {given:g} trong các điểm nhưng là {value:g} trong {what[1]}.",
            )


def refused(what: tuple[str, str], reason: Note | None) -> InputError:
    """Return the error for a method that was refused: it is never a picture."""
    return InputError(f"The {what[0]} is refused ({reason}): nothing was drawn.",
                      f"Chưa đủ điều kiện lập {what[1]} ({reason}): không vẽ.")  # fmt: skip


def spanned(words: Words, first: str, last: str) -> str:
    """Return a stretch of periods by the names of the first and the last."""
    return first if first == last else words.text("number.range", low=first, high=last)


def telling(words: Words, sample: Result, values: Sequence[float]) -> Callable[[float], str]:
    """Return how values beside lines are printed: in the scale of the figures, all with the same decimals.

    Counts have decimals only where the lines are low, shares none where a base is under 100, as in tables.
    """
    most = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    kind = sample.kind
    if kind in ("share", "ratio", "share_difference", "change"):
        few = 0 if kind == "share" and sample.denominator is not None and sample.denominator < 100 else 1
        return lambda v: words.percent(v, few)
    if kind.startswith("rate"):
        return lambda v: words.number(v, 2 if most < 10 else 1)
    return lambda v: words.number(v, 1 if most < 20 else 0)


def table(
    words: Words, items: Sequence[Item], said: Mapping[str, Sequence[str]], raw: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the twin of a chart with lines: `said` beside what is printed, `raw` behind the raw numbers."""
    found = twin(items, words)
    for place, (key, texts) in enumerate(said.items()):
        found.insert(len(TWIN_TEXT) + place, key, list(texts))
    return found.assign(**raw)


def printed(tell: Callable[[float], str], values: Floats) -> list[str]:
    """Return the heights of a line in words, a dash where it has none."""
    return [tell(v) if math.isfinite(v) else "–" for v in values.tolist()]


def ranges(words: Words, tell: Callable[[float], str], low: Floats, high: Floats) -> list[str]:
    """Return bounds in words, a dash where there are none."""
    return [
        words.text("number.range_signed" if a < 0 else "number.range", low=tell(a), high=tell(b))
        if math.isfinite(a) else "–" for a, b in zip(low.tolist(), high.tolist(), strict=True)
    ]  # fmt: skip


# What is drawn in a frame


def steps(points: Sequence[Point], heights: Sequence[float], phase: Sequence[int]) -> list[Stretch]:
    """Return the unbroken stretches of a line that stands at one height through each period.

    It breaks where there is no height, between phases, and where periods do not follow on each other.
    """
    found: list[Stretch] = []
    before: int | None = None
    for point, height, number in zip(points, heights, phase, strict=True):
        start, end = float(point.period.start.toordinal()), float(point.period.end.toordinal() + 1)
        if not math.isfinite(height):
            before = None
            continue
        if number != before or found[-1][0][-1] != start:
            found.append(([start, end], [height, height]))
        elif found[-1][1][-1] == height:  # a level line is one line, however many periods it runs through
            found[-1][0][-1] = end
        else:
            found[-1][0].extend([start, end])
            found[-1][1].extend([height, height])
        before = number
    return found


def polylines(days: Sequence[float], heights: Sequence[float], phase: Sequence[int]) -> list[Stretch]:
    """Return the unbroken stretches of a line from point to point; it breaks where there is no height."""
    found: list[Stretch] = []
    before: int | None = None
    for day, height, number in zip(days, heights, phase, strict=True):
        if math.isfinite(height):
            if number != before:
                found.append(([], []))
            found[-1][0].append(day)
            found[-1][1].append(height)
        before = number if math.isfinite(height) else None
    return found


def line(
    xs: Sequence[float | None], ys: Sequence[float | None], color: str, thick: float, dash: str = "solid"
) -> dict[str, Any]:
    """Return a line; None breaks it."""
    return {
        "type": "scatter", "mode": "lines", "x": list(xs), "y": [_short(y) for y in ys], "hoverinfo": "skip",
        "line": {"color": color, "width": thick, "dash": dash}, "connectgaps": False,
    }  # fmt: skip


def area(low: Stretch, high: Stretch, color: str) -> dict[str, Any]:
    """Return a band between two lines."""
    return {
        "type": "scatter", "mode": "lines", "x": [*low[0], *reversed(high[0])],
        "y": [_short(y) for y in (*low[1], *reversed(high[1]))], "fill": "toself", "fillcolor": color,
        "line": {"width": 0, "color": color}, "hoverinfo": "skip",
    }  # fmt: skip


def joined(parts: Iterable[Stretch]) -> tuple[list[float | None], list[float | None]]:
    """Return stretches as one line with breaks between them."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for x, y in parts:
        xs += [*x, None]
        ys += [*y, None]
    return xs[:-1], ys[:-1]


def dot_size(plot: Frame, periods: int) -> float:
    """Return the diameter of dots: as large as their distance allows, within limits."""
    s = plot.canvas.scale
    return min(max(plot.canvas.plot_width / periods * 0.62, 4 * s), 7.5 * s)


def dots(
    plot: Frame, places: Sequence[tuple[float, Item]], size: float, *, color: str = theme.MAIN, hollow: bool = False,
    symbol: str = "circle", told: Sequence[str] = (),
) -> None:  # fmt: skip
    """Draw items as dots at their days; approximate figures have a white heart whatever the others look like."""
    words = plot.canvas.words
    texts = told or [amount(words, item) for _, item in places]
    for rough in (False, True):
        shown = [(x, i, t) for (x, i), t in zip(places, texts, strict=True)
                 if i.result.state is State.VALUE and (i.result.approx is not Approx.EXACT) is rough]  # fmt: skip
        if not shown:
            continue
        plot.canvas.traces.append({
            "type": "scatter", "mode": "markers", "x": [x for x, _, _ in shown],
            "y": [i.result.estimate for _, i, _ in shown], "cliponaxis": False, "hoverinfo": "text",
            "hovertext": [hover(i, t) for _, i, t in shown], "customdata": [row_ids(i) for _, i, _ in shown],
            "marker": {
                "size": size, "symbol": f"{symbol}-open-dot" if rough else symbol,
                "color": theme.PAPER if hollow and not rough else color,
                "line": {"color": color if hollow or rough else theme.PAPER,
                         "width": (1.4 if hollow or rough else 0.6) * plot.canvas.scale},
            },
        })  # fmt: skip


def rough_note(words: Words, points: Sequence[Point]) -> list[str]:
    """Return the note on approximate figures, where there are any."""
    rough = any(p.result.state is State.VALUE and p.result.approx is not Approx.EXACT for p in points)
    return [words.text("chart.lines.rough")] if rough else []


def scale_note(words: Words, points: Sequence[Point], drawn: Sequence[float]) -> list[str]:
    """Return the note on a vertical scale that does not begin at zero, where it does not."""
    kind = like(points).kind
    low, _, _ = between([v for v in drawn if math.isfinite(v)], whole=kind == "count", positive=kind in BOUNDED)
    return [words.text("chart.lines.not_from_zero")] if low > 0 else []


def bounded(points: Sequence[Point], values: Floats) -> Floats:
    """Return limits or bounds kept within what the figures can be; a share stays within 0 and 1."""
    kind = like(points).kind
    if kind not in BOUNDED:
        return values
    return np.clip(values, 0.0, 1.0 if kind == "share" else None)


def _short(y: float | None) -> float | None:
    """Return a height with as many digits as a picture can show, so that equal charts are equal bytes."""
    return None if y is None else float(f"{y:.8g}")
