"""What stands in a cell of a display table: words, numbers, results, and links to sources."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stats.results import Result, State
from stats.wording import Words

KINDS = ("text", "count", "percent", "interval", "source")
"""What a column may hold; ``source`` takes a result, source ids, or finished markers."""

NUMERIC = ("count", "percent", "interval")

_MARKER = r'<a class="source" href="#src-[^"<>]*"(?: title="[^"<>]*")?>\[[^<>]*\]</a>'
_MARKERS = re.compile(rf"(?:{_MARKER})*")
_CITED = re.compile(r'href="#src-([^"<>]*)"')
_NONE = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a display table.

    Attributes
    ----------
    key : str
        Column of the frame.
    label : str
        Head, in words.
    kind : str
        One of ``KINDS``; numbers are aligned right.
    align : str, optional
        ``left``, ``right`` or ``center``, when not the kind's own.
    digits : int, optional
        Decimals of shares and rates, when not the house rule's.
    """

    key: str
    label: str
    kind: str = "text"
    align: str = ""
    digits: int | None = None

    @property
    def side(self) -> str:
        """How cells are aligned."""
        return self.align or ("right" if self.kind in NUMERIC else "left")


@dataclass(frozen=True, slots=True)
class Traced:
    """Words with the ids of the rows they rest on, for cells that are put together from results."""

    text: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is printed, and what is behind it.

    Attributes
    ----------
    text : str
        The printed text, not escaped; for a source the markers (``[1][4]``).
    markup : str
        The same as finished HTML.
    value : float or None
        The number as a number (a share as a fraction); None for words, and wherever there is none.
    result : Result or None
        The result behind the cell.
    rows, sources : tuple of str
        Ids of the curated rows the cell rests on, and of the documents a source cell cites.
    """

    text: str
    markup: str
    value: float | None = None
    result: Result | None = None
    rows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def cell(words: Words, value: Any, column: Column, markers: Mapping[str, str]) -> Cell:
    """Return a value of the frame as a cell; all text from data is escaped in the markup."""
    if column.kind == "source":
        return _source(value, markers)
    if isinstance(value, Traced):
        return _plain(value.text or _NONE, rows=value.rows)
    if isinstance(value, Result):
        number = value.estimate if column.kind in ("count", "percent") else None
        return _plain(_said(words, value, column), value=number, result=value, rows=value.rows)
    if _absent(value):
        return _plain(_NONE if column.kind == "text" else "[z]")
    if column.kind == "text" or isinstance(value, str):
        return _plain(str(value))
    number = float(value)
    if column.kind == "percent":
        return _plain(words.percent(number, 1 if column.digits is None else column.digits), value=number)
    return _plain(words.number(number, column.digits or (0 if number.is_integer() else 1)), value=number)


def _plain(text: str, *, value: float | None = None, result: Result | None = None, rows: tuple[str, ...] = ()) -> Cell:
    markup = html.escape(text)
    if rows:
        markup = linked(markup, rows)
    return Cell(text, markup, value, result, rows)


def linked(markup: str, rows: tuple[str, ...]) -> str:
    """Return finished words as a link to the first of the rows they rest on; all of them are named."""
    first, all_ = html.escape(rows[0]), html.escape(" ".join(dict.fromkeys(rows)))
    return f'<a class="figure" href="#row-{first}" data-rows="{all_}">{markup}</a>'


def _said(words: Words, result: Result, column: Column) -> str:
    if column.kind == "interval":
        if result.state is not State.VALUE:
            return words.cell(result)
        return words.interval(result, named=False) or "[z]"
    if column.kind == "text":
        return words.value(result, digits=column.digits)
    return words.cell(result, digits=column.digits)


def _absent(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value)) or value is pd.NA


def _source(value: Any, markers: Mapping[str, str]) -> Cell:
    """Return links to the list of sources; text that is no finished marker is only text."""
    if isinstance(value, Result):
        value = value.sources
    if isinstance(value, str):
        if not value or not _MARKERS.fullmatch(value):
            return _plain(value or _NONE)
        cited = tuple(html.unescape(source) for source in _CITED.findall(value))
        return Cell(html.unescape(re.sub("<[^>]*>", "", value)), value, sources=cited)
    if _absent(value):
        return _plain(_NONE)
    sources = tuple(dict.fromkeys(map(str, value)))
    links = [
        f'<a class="source" href="#src-{html.escape(source)}">[{html.escape(markers.get(source, source))}]</a>'
        for source in sources
    ]
    text = "".join(f"[{markers.get(source, source)}]" for source in sources)
    return Cell(text or _NONE, "".join(links) or _NONE, sources=sources)
