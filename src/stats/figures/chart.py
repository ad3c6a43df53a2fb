"""What a chart is, and what it is drawn from."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from stats.periods import Period
from stats.results import Result
from stats.wording import Words

if TYPE_CHECKING:
    import datetime as dt

PLOTLY_JSON = "application/vnd.plotly.v1+json"

TWIN_TEXT = ("panel", "series", "label", "value", "share", "interval")
TWIN_RAW = (
    "estimate", "conf_low", "conf_high", "numerator", "denominator", "unit", "state", "approx", "rows", "sources",
)  # fmt: skip
TWIN_COLUMNS = TWIN_TEXT + TWIN_RAW
"""Columns of every chart's data table: what is printed, then the numbers behind the marks."""


@dataclass(frozen=True, slots=True)
class Item:
    """One mark of a chart: a result and the words it stands under.

    Attributes
    ----------
    label : str
        Name of the row, in the chart's language.
    result : Result
        What the length or place of the mark shows.
    share : Result, optional
        A share printed beside a count (``122 (38%)``), or the share behind the mark when `result`
        is the count.
    panel : str
        Which small multiple the mark is in; one panel holds one unit.
    series : str
        Which of several marks in one row (a period, a body).
    strong : bool
        False for marks shown as context, in grey.
    parts : tuple of Result, optional
        Numerator and denominator of a share, where one is approximate and its wording must be kept.
    """

    label: str
    result: Result
    share: Result | None = None
    panel: str = ""
    series: str = ""
    strong: bool = True
    parts: tuple[Result, Result] | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series; a result that is no number leaves a gap."""

    period: Period
    result: Result
    series: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A dated change of rules, forms or geography, drawn as a line with its name."""

    date: dt.date
    name: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished chart with everything that goes with it.

    Attributes
    ----------
    name : str
        Name in file names and addresses.
    spec : dict
        The figure as plotly JSON, complete with width, height, title, source and notes.
    title, subtitle : str
        The message; what is measured, in which unit, place and period.
    alt : str
        Alternative text: the kind of chart, what it shows, the one thing to see.
    table : DataFrame
        The twin: one row a mark, formatted texts first, then the raw numbers.
    rows, sources : tuple of str
        Ids of the curated rows and of the documents behind the marks.
    kind : str
        Which chart it is (``penalty-mix``), for writers that draw it anew as a native chart.
    credit : str
        Who printed the figures, in words.
    notes : tuple of str
        Sentences below the plot.
    heads : tuple of (str, str)
        Columns of words that `table` has beside `TWIN_TEXT`, with their heads in the chart's language.
    """

    name: str
    spec: dict[str, Any] = field(repr=False)
    title: str = ""
    subtitle: str = ""
    alt: str = ""
    table: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    rows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    kind: str = ""
    credit: str = ""
    notes: tuple[str, ...] = ()
    heads: tuple[tuple[str, str], ...] = ()

    @property
    def figure(self) -> Any:
        """The chart as a ``plotly.graph_objects.Figure`` of its own, for an analyst to change."""
        import plotly.graph_objects as go

        # Every chart function is checked against plotly's schema in the tests, so not again here.
        return go.Figure(copy.deepcopy(self.spec), _validate=False)  # type: ignore[attr-defined,no-untyped-call]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {PLOTLY_JSON: copy.deepcopy(self.spec), "text/plain": self.alt}


def twin(items: Sequence[Item], words: Words, *, digits: int | None = None) -> pd.DataFrame:
    """Return the data table of a chart: one row a mark.

    Parameters
    ----------
    items : sequence of Item
        The marks, in reading order.
    words : Words
        The language of the formatted columns.
    digits : int, optional
        Decimals of the shares, as the chart prints them.
    """
    return pd.DataFrame([_twin_row(item, words, digits) for item in items], columns=list(TWIN_COLUMNS))


def _twin_row(item: Item, words: Words, digits: int | None) -> dict[str, Any]:
    r, share = item.result, item.share
    bounds = share if share is not None else r
    counted = share is None and r.kind == "share" and r.numerator is not None
    return {
        "panel": item.panel,
        "series": item.series,
        "label": item.label,
        "value": _counted(item, words) if counted else words.cell(r),
        "share": words.cell(bounds, digits=digits) if counted or share is not None else "",
        "interval": words.interval(bounds, named=False),
        "estimate": r.estimate,
        "conf_low": bounds.conf_low,
        "conf_high": bounds.conf_high,
        "numerator": bounds.numerator,
        "denominator": bounds.denominator,
        "unit": r.unit,
        "state": str(r.state),
        "approx": str(r.approx),
        "rows": " ".join(used_rows([item])),
        "sources": " ".join(used_sources([item])),
    }


def _counted(item: Item, words: Words) -> str:
    return words.cell(item.parts[0]) if item.parts else words.number(item.result.numerator or 0)


def used_rows(items: Sequence[Item]) -> tuple[str, ...]:
    """Return the ids of the curated rows behind the marks, each once, in reading order."""
    return tuple(dict.fromkeys(row for r in results_of(items) for row in r.rows))


def used_sources(items: Sequence[Item]) -> tuple[str, ...]:
    """Return the ids of the documents behind the marks, each once, in reading order."""
    return tuple(dict.fromkeys(source for r in results_of(items) for source in r.sources))


def results_of(items: Sequence[Item]) -> list[Result]:
    """Return the results of items, the shares beside them included."""
    return [r for item in items for r in (item.result, item.share) if r is not None]
