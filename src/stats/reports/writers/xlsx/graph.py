"""Native charts on a sheet, drawn from ranges of the sheet of chart data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.workbook import Workbook

from stats import theme
from stats.reports.document import Chart
from stats.reports.writers.native import Plan, Series
from stats.reports.writers.xlsx.sheet import FONT, Entry, Sheet

COLUMNS = (
    "chart", "title", "panel", "series", "label", "printed", "estimate", "conf_low", "conf_high", "below",
    "above", "approx",
)  # fmt: skip
"""Columns of the sheet of chart data; a series is a run of its rows, an interval two lengths, below and above."""

WIDTH = 720
_LABEL, _VALUE = COLUMNS.index("label"), COLUMNS.index("estimate")
_TITLE, _SERIES, _PRINTED = (COLUMNS.index(name) for name in ("title", "series", "printed"))
_BELOW, _ABOVE = COLUMNS.index("below"), COLUMNS.index("above")
_ROW_HEIGHT = 20
"""Pixels of a default row."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A plan and where its numbers stand: the first row of each of its series."""

    chart: Chart
    plan: Plan
    tops: tuple[int, ...]


def place(charts: Sequence[tuple[Chart, Sequence[Plan]]], first: int) -> tuple[list[list[Entry]], list[Placed]]:
    """Return the rows of the sheet of chart data, and where each plan's numbers stand.

    Parameters
    ----------
    charts : sequence of (Chart, sequence of Plan)
        The charts of the document that have a native form.
    first : int
        Row of the first line of the table, counted from 0.
    """
    lines: list[list[Entry]] = []
    placed = []
    for chart, drawn in charts:
        for plan in drawn:
            tops = []
            for series in plan.series:
                tops.append(first + len(lines))
                lines += _lines(chart, plan, series)
            placed.append(Placed(chart, plan, tuple(tops)))
    return lines, placed


def draw(book: Workbook, data: str, placed: Placed, sheet: Sheet) -> None:
    """Draw one plan below what stands on a sheet.

    Parameters
    ----------
    data : str
        Name of the sheet of chart data. Titles and labels are references to its cells, so that they
        follow an edit, and no text of the data can become a formula.
    """
    plan = placed.plan
    chart: Any = book.add_chart({"type": plan.form})
    for series, top in zip(plan.series, placed.tops, strict=True):
        chart.add_series(_series(data, plan, series, top))
    font = {"name": FONT, "size": 9, "color": theme.INK}
    chart.set_title({"name": _cell(data, placed.tops[0], _TITLE), "name_font": {**font, "size": 11}, "overlay": False})
    chart.set_legend({"position": "top", "font": font} if len(plan.series) > 1 else {"none": True})
    _, high = plan.reach
    bounds = {"min": 0, "max": _round_up(high * (1.05 if _bounded(plan) else 1.15))} if plan.from_zero else {}
    names = {"num_font": font, "line": {"color": theme.RULE}, "major_tick_mark": "none", "label_position": "low"}
    if plan.form == "bar":
        names["reverse"] = True
    values = {
        "num_font": font, "num_format": plan.number_format.replace(".0%", "%"), "line": {"none": True},
        "major_tick_mark": "none", "major_gridlines": {"visible": True, "line": {"color": theme.GRID}}, **bounds,
        "label_position": "high" if plan.form == "bar" else "low",
    }  # fmt: skip
    # The library calls the lower axis x; that of the categories is the upright one where bars lie.
    lower, upright = (values, names) if plan.form == "bar" else (names, values)
    chart.set_x_axis(lower)
    chart.set_y_axis(upright)
    height = _height(plan)
    chart.set_size({"width": WIDTH, "height": height})
    options = {"description": placed.chart.alt, "decorative": False, "object_position": 1, "x_offset": 4}
    sheet.page.insert_chart(sheet.row, 0, chart, options)
    sheet.row += height // _ROW_HEIGHT + 2


def _lines(chart: Chart, plan: Plan, series: Series) -> list[list[Entry]]:
    lines = []
    for label, p, *lengths in zip(plan.categories, series.points, *series.margins, strict=True):
        title = f"{chart.title} – {plan.panel}" if plan.panel else chart.title
        texts = [chart.name, title, plan.panel, series.name, label, p.text]
        numbers = [Entry("", x, plan.number_format, right=True) for x in (p.value, p.low, p.high, *lengths)]
        lines.append([*(Entry(text) for text in texts), *numbers, Entry(p.approx)])
    return lines


def _series(data: str, plan: Plan, series: Series, top: int) -> dict[str, Any]:
    last = top + len(plan.categories) - 1
    colour = theme.MAIN if series.strong else theme.CONTEXT
    made: dict[str, Any] = {
        "categories": [data, top, _LABEL, last, _LABEL],
        "values": [data, top, _VALUE, last, _VALUE],
        "fill": {"color": colour},
        "border": {"none": True},
        "gap": 45,
        "overlap": 100 if plan.sparse and len(plan.series) > 1 else 0,
        "points": [_hatched(colour) if p.rough else None for p in series.points],
    }
    if series.name:
        made["name"] = [data, top, _SERIES]
    if series.bounded:
        # The bounds stand in the table; a label would lie on the line of the interval.
        below, above = series.margins
        bars = {
            # Without caps a point that has no interval shows nothing, also where its length is taken for 0.
            "type": "custom", "end_style": 0, "line": {"color": theme.INK, "width": 1},
            "minus_values": _cells(data, top, last, _BELOW), "minus_data": below,
            "plus_values": _cells(data, top, last, _ABOVE), "plus_data": above,
        }  # fmt: skip
        made["x_error_bars" if plan.form == "bar" else "y_error_bars"] = bars
    else:
        cells = [_cell(data, top + i, _PRINTED) for i in range(len(series.points))]
        labels = [{"value": cell} if p.text else {"delete": True} for cell, p in zip(cells, series.points, strict=True)]
        made["data_labels"] = {
            "value": True, "num_format": plan.number_format, "custom": labels, "position": "outside_end",
            "font": {"name": FONT, "size": 9, "color": theme.INK},
        }  # fmt: skip
    return made


def _cell(data: str, row: int, column: int) -> str:
    return f"='{data}'!${chr(65 + column)}${row + 1}"


def _cells(data: str, first: int, last: int, column: int) -> str:
    return f"{_cell(data, first, column)}:${chr(65 + column)}${last + 1}"


def _hatched(colour: str) -> dict[str, Any]:
    return {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": colour, "bg_color": theme.PAPER},
            "border": {"color": colour}}  # fmt: skip


def _bounded(plan: Plan) -> bool:
    return any(series.bounded for series in plan.series)


def _round_up(x: float) -> float:
    """Return the next number with two significant digits, where an axis may end."""
    if x <= 0:
        return 1.0
    power = 1.0
    while x / power >= 100:
        power *= 10
    while x / power < 10:
        power /= 10
    return float(f"{(int(x / power) + 1) * power:.6g}")


def _height(plan: Plan) -> int:
    if plan.form == "column":
        return 300
    return 110 + len(plan.categories) * max(34, 24 * len(plan.series))
