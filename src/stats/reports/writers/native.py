"""A chart as office programs draw it themselves: categories, series, number formats, intervals.

Sheets and slides carry charts a reader can edit. A chart's marks become one plan a panel, because
panels differ in unit and never share an axis. What has no honest native form (a grid of coverage, a
funnel plot of bodies) has no plan, and stays a picture or a table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from stats.errors import InputError
from stats.reports.document import Chart
from stats.wording import Words, parse_number

FORMS = MappingProxyType(
    {
        "bars": "bar", "own_part": "bar", "streams": "bar", "funnel": "bar", "progress": "bar", "mix": "bar",
        "mix_compared": "bar", "points": "bar", "ranked": "bar", "changes": "bar", "severity_shift": "bar",
        "periods": "column", "mix_periods": "column",
    }
)  # fmt: skip
"""Kind of chart to its native form: horizontal bars for long labels, columns for periods in time."""

INTERVALS = frozenset({"mix", "mix_compared", "points", "ranked", "changes", "severity_shift", "mix_periods"})
"""Kinds whose bounds are those of the mark itself; elsewhere they belong to a share printed beside a count."""

AROUND_ZERO = frozenset({"changes", "severity_shift"})
"""Kinds whose bars stand on both sides of zero."""

_PERCENT = "0.0%"
_COUNT = "#,##0"


@dataclass(frozen=True, slots=True)
class Point:
    """One mark of a series.

    Attributes
    ----------
    value : float or None
        What is drawn, shares as fractions; None leaves a gap (never a zero).
    text : str
        The label, as the document prints it.
    low, high : float or None
        Bounds of the interval, where the mark has one.
    approx : str
        How it is approximate (``over``, ``about``), empty for an exact figure.
    """

    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    approx: str = ""

    @property
    def rough(self) -> bool:
        """Whether the figure is approximate; it is drawn hatched."""
        return bool(self.approx)


@dataclass(frozen=True, slots=True)
class Series:
    """A row of points, one for each category; `strong` is drawn in colour, the others in grey."""

    name: str
    points: tuple[Point, ...]
    strong: bool = True

    @property
    def values(self) -> list[float | None]:
        """The numbers drawn."""
        return [point.value for point in self.points]

    @property
    def bounded(self) -> bool:
        """Whether any point has an interval."""
        return any(point.low is not None for point in self.points)

    @property
    def margins(self) -> tuple[list[float | None], list[float | None]]:
        """Lengths of the interval below and above each point; None, and never a zero, where it has none."""
        below: list[float | None] = []
        above: list[float | None] = []
        for p in self.points:
            known = p.value is not None and p.low is not None and p.high is not None
            below.append(p.value - p.low if known else None)  # type: ignore[operator]
            above.append(p.high - p.value if known else None)  # type: ignore[operator]
        return below, above


@dataclass(frozen=True, slots=True)
class Plan:
    """A native chart.

    Attributes
    ----------
    form : str
        ``bar`` (horizontal) or ``column``.
    panel : str
        Name of the small multiple, empty for a chart of one panel.
    categories : tuple of str
        Labels of the axis, in reading order.
    series : tuple of Series
        In reading order, each as long as the categories.
    number_format : str
        Excel's number format of the values; separators follow the reader's own settings.
    from_zero : bool
        Whether the axis begins at zero; else it holds both sides of it.
    """

    form: str
    panel: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    number_format: str
    from_zero: bool = True

    @property
    def sparse(self) -> bool:
        """Whether no category has marks of two series, so that bars need no room beside each other."""
        return all(
            sum(p.value is not None for p in marks) < 2 for marks in zip(*(s.points for s in self.series), strict=True)
        )

    @property
    def reach(self) -> tuple[float, float]:
        """The lowest and highest number drawn, zero and the intervals included."""
        ends = [0.0]
        for series in self.series:
            for p in series.points:
                ends += [x for x in (p.value, p.low, p.high) if x is not None]
        return min(ends), max(ends)


def plans(chart: Chart, words: Words) -> tuple[Plan, ...]:
    """Return a chart's native form, one plan a panel; empty for kinds that have none, and without a number to draw.

    Parameters
    ----------
    chart : Chart
        A chart of a document; its marks are the rows of its data table.
    words : Words
        The language of the printed labels.
    """
    form = FORMS.get(chart.kind, "")
    if not form:
        return ()
    # On a time axis every series has a panel of its own, as in the drawn chart: series may differ in unit.
    key = "series" if form == "column" else "panel"
    order = list(dict.fromkeys(mark[key] for mark in chart.marks))
    marks = sorted(chart.marks, key=lambda mark: order.index(mark[key]))
    made = [_plan(chart.kind, form, str(name), list(found), words) for name, found in groupby(marks, lambda m: m[key])]
    return tuple(plan for plan in made if any(v is not None for s in plan.series for v in s.values))


def number_format(text: str, value: float | None, words: Words) -> str:
    """Return the number format that shows a value as the document prints it; empty when none does.

    A text that says more than the number (``hơn 281 [a]``) has none, and stays a text.

    Examples
    --------
    >>> from stats import codes
    >>> number_format("75,0%", 0.7501, Words(codes.load(), "vi"))
    '0.0%'
    """
    if value is None:
        return ""
    percent = text.endswith("%")
    _, comma, decimals = text.removesuffix("%").partition("," if words.lang == "vi" else ".")
    places = f".{'0' * len(decimals)}" if comma else ""
    if text == (words.percent if percent else words.number)(value, len(decimals)):
        return f"0{places}%" if percent else f"{_COUNT}{places}"
    return ""


def number_in(text: str, words: Words) -> float | None:
    """Return the number a text is, when it is nothing but a number printed as the house prints it.

    Examples
    --------
    >>> from stats import codes
    >>> words = Words(codes.load(), "vi")
    >>> number_in("2.377", words), number_in("2377", words), number_in("hơn 90", words)
    (2377.0, None, None)
    """
    try:
        value = parse_number(text, lang=words.lang)
    except InputError:
        return None
    return value if number_format(text, value, words) else None


def _plan(kind: str, form: str, name: str, marks: Sequence[Mapping[str, Any]], words: Words) -> Plan:
    if kind in AROUND_ZERO:
        # What a change goes from and to is told in the place of a series; it belongs to its row.
        marks = [
            {**m, "label": f"{m['label']}: {m['series']}" if m["series"] else m["label"], "series": ""} for m in marks
        ]
    by_series = form == "bar"
    if kind == "funnel":
        marks = _with_units(marks, words)
    names = list(dict.fromkeys(str(mark["series"]) for mark in marks)) if by_series else [name]
    labels = _labels(marks, by_series)
    categories = list(dict.fromkeys(labels))
    series, found = [], list(zip(labels, marks, strict=True))
    for position, own in enumerate(names):
        mine = {label: _point(kind, mark) for label, mark in found if not by_series or mark["series"] == own}
        points = tuple(mine.get(category, Point(None, "")) for category in categories)
        series.append(Series(own, points, strong=position == len(names) - 1))
    shown = [_with_gaps(category, i, series) for i, category in enumerate(categories)]
    return Plan(form, name, tuple(shown), tuple(series), _format(kind, marks, words), kind not in AROUND_ZERO)


def _with_units(marks: Sequence[Mapping[str, Any]], words: Words) -> Sequence[Mapping[str, Any]]:
    """Return the stages of a panel, those counted in instances with their unit where the others count subjects."""
    several = len({mark["unit"] for mark in marks}) > 1
    unit = words.label("units", "instances")
    made = []
    for mark in marks:
        number, space, sign = str(mark["value"]).partition("\u00a0[")
        told = several and mark["unit"] == "instances" and mark["state"] == "value" and not mark["share"]
        made.append({**mark, "value": f"{number}\u00a0{unit}{space}{sign}"} if told else mark)
    return made


def _labels(marks: Sequence[Mapping[str, Any]], by_series: bool) -> list[str]:
    """Return the category of each mark; a label met twice in one series is two categories."""
    seen: dict[tuple[str, str], int] = {}
    labels = []
    for mark in marks:
        key = (str(mark["label"]), str(mark["series"]) if by_series else "")
        seen[key] = seen.get(key, 0) + 1
        labels.append(key[0] if seen[key] == 1 else f"{key[0]} ({seen[key]})")
    return labels


def _with_gaps(category: str, position: int, series: Sequence[Series]) -> str:
    # A gap has no label of its own on the plot, so its shorthand stands with the category.
    gaps = [(s.name, s.points[position].text) for s in series if s.points[position].value is None]
    told = [text if len(series) == 1 or not name else f"{name}: {text}" for name, text in gaps if text]
    return f"{category} ({'; '.join(told)})" if told else category


def _point(kind: str, mark: Mapping[str, Any]) -> Point:
    value, share = str(mark["value"]), str(mark["share"])
    drawn = _number(mark["estimate"]) if mark["state"] == "value" else None
    if kind in INTERVALS and share:
        text = f"{share} ({value})" if value and value != share else share
    else:
        text = f"{value} ({share})" if share else value
    low, high = _number(mark["conf_low"]), _number(mark["conf_high"])
    # A refused interval comes without bounds, or with one number for both.
    known = kind in INTERVALS and drawn is not None and low is not None and high is not None and low < high
    bounds = (low, high) if known else (None, None)
    approx = str(mark["approx"])
    return Point(drawn, text, *bounds, approx="" if approx == "exact" else approx)


def _number(value: Any) -> float | None:
    x = math.nan if value in (None, "") else float(value)
    return x if math.isfinite(x) else None


def _format(kind: str, marks: Sequence[Mapping[str, Any]], words: Words) -> str:
    for mark in marks:
        value = _number(mark["estimate"])
        for text in (str(mark["value"]), str(mark["share"])):
            found = number_format(text, value, words)
            if found:
                return found
    return _PERCENT if kind in INTERVALS else _COUNT
