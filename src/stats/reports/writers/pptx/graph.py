"""Native charts on a slide: editable, with the printed labels in their own sheet, intervals and gaps.

A label shows a cell of the chart's workbook (Office 2013 and later), so that it says what the report
prints, separators included, and still follows an edit; older programs show the number instead.

References
----------
ECMA-376 Part 1, 21.2 DrawingML charts; [MS-ODRAWXML] 2.24.3, ``datalabelsRange``.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_PATTERN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from stats import theme
from stats.figures.lettering import balanced, capital
from stats.figures.lettering import width as width_of
from stats.reports.writers import archive
from stats.reports.writers.native import Plan, Series
from stats.reports.writers.pptx.fitting import Box
from stats.reports.writers.pptx.house import FONT, rgb

SIZE = 14
"""Points of the labels; 12 where there are many."""
MOST = 12
"""Categories a slide can show in letters to be read from the back of a room."""
_LABELS = 0.38
_GAPS = MappingProxyType({1: 300, 2: 140, 3: 80})
"""Room between bars, in percent of a bar, where there are few: a bar is never a block."""
_TOP, _LEGEND, _GAP = 0.04, 0.12, 0.006
_SHEET = "Sheet1"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C15 = "http://schemas.microsoft.com/office/drawing/2012/chart"
_NAMES = f'xmlns:c="{_C}" xmlns:a="{_A}" xmlns:c15="{_C15}"'
_RANGE_EXT, _LABEL_EXT = "{02D57815-91ED-43cb-92C2-25804820EDAC}", "{CE6537A1-D6FC-4f65-9D91-7224C49458BB}"
_FIELD = "{{5A0B7E1C-0000-4000-8000-{:012d}}}"


def add(slide: Any, plan: Plan, box: Box, *, name: str, alt: str, day: dt.datetime) -> Any:
    """Add a native chart to a slide and return its frame.

    Parameters
    ----------
    name, alt : str
        Its name on the slide, and the alternative text.
    day : datetime.datetime
        Date inside the chart's workbook.
    """
    data: Any = CategoryChartData(number_format=plan.number_format)  # type: ignore[no-untyped-call]
    data.categories = plan.categories
    for series in plan.series:
        data.add_series(series.name or plan.panel or name, series.values)
    kind = XL_CHART_TYPE.BAR_CLUSTERED if plan.form == "bar" else XL_CHART_TYPE.COLUMN_CLUSTERED
    edges = (Inches(x) for x in (box.left, box.top, box.width, box.height))
    frame = slide.shapes.add_chart(kind, *edges, data)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(plan, name, day))
    properties = frame._element.nvGraphicFramePr.cNvPr
    properties.set("name", name)
    properties.set("descr", alt)
    _dress(chart, plan, box)
    return frame


def _dress(chart: Any, plan: Plan, box: Box) -> None:
    size = SIZE if len(plan.categories) * len(plan.series) <= MOST else 12
    chart.font.name, chart.font.size, chart.font.color.rgb = FONT, Pt(size), rgb(theme.INK)
    titled, several = bool(plan.panel), len(plan.series) > 1
    chart.has_title = titled
    if titled:
        frame = chart.chart_title.text_frame
        frame.text = capital(plan.panel)
        frame.paragraphs[0].runs[0].font.size, frame.paragraphs[0].runs[0].font.bold = Pt(size), True
        chart.chart_title.include_in_layout = False
    chart.has_legend = several
    if several:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        chart.legend.font.size = Pt(size)
    _axes(chart, plan)
    plot = chart.plots[0]
    bars = len(plan.categories) * (1 if plan.sparse else len(plan.series))
    plot.gap_width, plot.overlap = _GAPS.get(bars, 50), 100 if plan.sparse and several else 0
    area = _area(plan, box, size, titled=titled, several=several)
    low, high = _scale(plan, area, box, size)
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = low, high
    _lay_out(chart, area)
    span = high - low
    for index, (made, series) in enumerate(zip(plot.series, plan.series, strict=True)):
        _draw(made, plan, series, index, _lengths(plan, area, span), size)


def _axes(chart: Any, plan: Plan) -> None:
    names, values = chart.category_axis, chart.value_axis
    names.has_major_gridlines = values.has_major_gridlines = False
    names.reverse_order = plan.form == "bar"
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.format.line.color.rgb = rgb(theme.RULE)
    # The numbers stand on the marks, so the axis of values is not drawn.
    values.visible = False


def _area(plan: Plan, box: Box, size: int, *, titled: bool, several: bool) -> Box:
    """Return where the marks stand, as parts of the chart."""
    beside = sum(width_of(series.name, size) + 3 * size for series in plan.series)
    rows = 1 if beside < 0.9 * box.width * 72 else len(plan.series)
    top = _TOP + (0.1 if titled else 0) + (_LEGEND + (rows - 1) * 0.08 if several else 0)
    if plan.form == "column":
        return Box(0.02, top, 0.96, 0.84 - top)
    limit = _LABELS * box.width * 72
    lines = [line for label in plan.categories for line in balanced(label, limit, size)]
    room = min(max(width_of(line, size) for line in lines), limit) + 10
    left = room / (box.width * 72)
    return Box(left, top, 0.99 - left, 0.97 - top)


def _scale(plan: Plan, area: Box, box: Box, size: int) -> tuple[float, float]:
    """Return the ends of the axis: zero is on it, and the longest bar leaves room for its label."""
    low, high = plan.reach
    if plan.form == "column":
        return (low * 1.2, high * 1.2) if high > 0 or low < 0 else (0.0, 1.0)
    longest = max(width_of(p.text, size) for series in plan.series for p in series.points) + 14
    taken = min(longest / (area.width * box.width * 72), 0.45)
    free = 1 - taken * (1 if plan.from_zero else 2)
    span = (high - low) / max(free, 0.1)
    return (0.0, span or 1.0) if plan.from_zero else (low - span * taken, high + span * taken or 1.0)


def _lengths(plan: Plan, area: Box, span: float) -> float:
    """Return how long one unit of the axis is, as a part of the chart."""
    return (area.width if plan.form == "bar" else area.height) / span


def _lay_out(chart: Any, area: Box) -> None:
    plot = chart._chartSpace.chart.plotArea
    for old in plot.findall(qn("c:layout")):
        plot.remove(old)
    sizes = (("x", area.left), ("y", area.top), ("w", area.width), ("h", area.height))
    inner = "".join(f'<c:{name} val="{value:.4f}"/>' for name, value in sizes)
    plot.insert(0, parse_xml(
        f'<c:layout {_NAMES}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
        f'<c:yMode val="edge"/>{inner}</c:manualLayout></c:layout>'
    ))  # fmt: skip


def _draw(made: Any, plan: Plan, series: Series, index: int, unit: float, size: int) -> None:
    colour = theme.MAIN if series.strong else theme.CONTEXT
    made.format.fill.solid()
    made.format.fill.fore_color.rgb = rgb(colour)
    made.invert_if_negative = False
    for position, point in enumerate(series.points):
        if point.rough and point.value is not None:
            fill = made.points[position].format.fill
            fill.patterned()
            fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
            fill.fore_color.rgb, fill.back_color.rgb = rgb(colour), rgb(theme.PALE)
    element = made._element
    categories = element.find(qn("c:cat"))
    categories.addprevious(parse_xml(_labels(plan, series, index, unit, size)))
    if series.bounded:
        categories.addprevious(parse_xml(_intervals(plan, series, index)))
    element.append(parse_xml(_label_range(plan, series, index)))


def _labels(plan: Plan, series: Series, index: int, unit: float, size: int) -> str:
    made = []
    for position, p in enumerate(series.points):
        if p.value is None:
            made.append(f'<c:dLbl><c:idx val="{position}"/><c:delete val="1"/></c:dLbl>')
            continue
        # Beyond the end of its interval, where there is one.
        reach = 0.0 if p.low is None or p.high is None else (p.high - p.value if p.value >= 0 else p.low - p.value)
        beyond = reach * unit + math.copysign(_GAP, reach)
        x, y = (beyond, 0.0) if plan.form == "bar" else (0.0, -beyond)
        layout = f'<c:layout><c:manualLayout><c:x val="{x:.4f}"/><c:y val="{y:.4f}"/></c:manualLayout></c:layout>'
        field = _FIELD.format(index * 1000 + position)
        made.append(
            f'<c:dLbl><c:idx val="{position}"/>{layout if reach else ""}<c:tx><c:rich><a:bodyPr wrap="none"/><a:p>'
            f'<a:fld id="{field}" type="CELLRANGE"><a:rPr sz="{size * 100}"/><a:t>{escape(p.text)}</a:t></a:fld>'
            f'</a:p></c:rich></c:tx>{_SHOWN}<c:extLst><c:ext uri="{_LABEL_EXT}"><c15:dlblFieldTable/>'
            f'<c15:showDataLabelsRange val="1"/></c:ext></c:extLst></c:dLbl>'
        )
    return (
        f'<c:dLbls {_NAMES}>{"".join(made)}<c:numFmt formatCode="{escape(plan.number_format)}" sourceLinked="0"/>'
        f'<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_SHOWN}<c:extLst><c:ext uri="{_LABEL_EXT}">'
        f'<c15:showDataLabelsRange val="1"/></c:ext></c:extLst></c:dLbls>'
    )


_SHOWN = (
    '<c:dLblPos val="outEnd"/><c:showLegendKey val="0"/><c:showVal val="0"/><c:showCatName val="0"/>'
    '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)


def _intervals(plan: Plan, series: Series, index: int) -> str:
    below, above = series.margins
    columns = _columns(plan)[index]
    parts = "".join(
        f"<c:{name}><c:numRef><c:f>{_range(column, len(lengths))}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(lengths)}"/>'
        + "".join(f'<c:pt idx="{i}"><c:v>{x!r}</c:v></c:pt>' for i, x in enumerate(lengths) if x is not None)
        + f"</c:numCache></c:numRef></c:{name}>"
        for name, column, lengths in (("plus", columns["above"], above), ("minus", columns["below"], below))
    )
    direction = '<c:errDir val="y"/>' if plan.form == "column" else ""
    # Where a length is missing some programs take it for 0: without caps such a bar has nothing to show.
    return (
        f'<c:errBars {_NAMES}>{direction}<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="1"/>'
        f'{parts}<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{theme.INK[1:].upper()}"/></a:solidFill></a:ln>'
        "</c:spPr></c:errBars>"
    )


def _label_range(plan: Plan, series: Series, index: int) -> str:
    points = "".join(f'<c:pt idx="{i}"><c:v>{escape(p.text)}</c:v></c:pt>' for i, p in enumerate(series.points))
    return (
        f'<c:extLst {_NAMES}><c:ext uri="{_RANGE_EXT}"><c15:datalabelsRange>'
        f"<c15:f>{_range(_columns(plan)[index]['labels'], len(series.points))}</c15:f><c15:dlblRangeCache>"
        f'<c:ptCount val="{len(series.points)}"/>{points}</c15:dlblRangeCache></c15:datalabelsRange></c:ext></c:extLst>'
    )


def _columns(plan: Plan) -> list[dict[str, int]]:
    """Return the columns of each series in the chart's workbook: values first, as the library puts them."""
    n = len(plan.series)
    return [{"values": 1 + i, "labels": 1 + n + i, "below": 1 + 2 * n + i, "above": 1 + 3 * n + i} for i in range(n)]


def _range(column: int, length: int) -> str:
    letter = xlsxwriter.utility.xl_col_to_name(column)
    return f"{_SHEET}!${letter}$2:${letter}${length + 1}"


def _workbook(plan: Plan, name: str, day: dt.datetime) -> bytes:
    """Return the sheet behind a chart: categories, values, printed labels, lengths of the intervals."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": day})
        sheet = book.add_worksheet(_SHEET)
        style = book.add_format({"num_format": plan.number_format})
        for i, category in enumerate(plan.categories, start=1):
            sheet.write_string(i, 0, category)
        for series, columns in zip(plan.series, _columns(plan), strict=True):
            sheet.write_string(0, columns["values"], series.name or plan.panel or name)
            below, above = series.margins
            for i, p in enumerate(series.points, start=1):
                if p.value is not None:
                    sheet.write_number(i, columns["values"], p.value, style)
                sheet.write_string(i, columns["labels"], p.text)
                for side, lengths in (("below", below), ("above", above)):
                    length = lengths[i - 1]
                    if length is not None:
                        sheet.write_number(i, columns[side], length)
    return archive.steady(target.getvalue())
