"""What stands where in a letter: the body in reading order, long and wide tables in the annexes after it.

A head of commission reads the body; whoever checks it turns to the annexes. A table goes there when it is
longer than half a page or wider than one, and so does what lists the sources. Data behind a chart are
printed in the last annex, unless the tables of its section hold every number of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from stats.reports.document import Block, Chart, Document, Points, References, Run, Section, Table
from stats.reports.document import Paragraph as Text
from stats.reports.writers.docx import styles, widths

BODY_POINTS, SMALL_POINTS = 11, 10
"""Size of letters in tables, and in those of the annexes and those too wide for it."""

LONGEST = 15
"""Lines from which a table is too long for the body."""

PRINTED = 200
"""Lines up to which a table that a page folds is printed: nobody reads a hundred pages of figures on paper."""

GRID = 6
"""Columns from which a chart's data are a grid of their own, whatever numbers the section's tables happen to hold."""

BRIEF = "briefing-"
"""Sections of a briefing are named so."""

_NUMBER = re.compile(r"\d[\d.,]*%?")


@dataclass(slots=True)
class Item:
    """A block in its place.

    Attributes
    ----------
    block : Block
        The block.
    number : int
        Number of the table or chart in the whole document; 0 for what bears none.
    annex : int
        Number of the annex the block was moved to; 0 where it stands.
    table_number : int
        Number of the table that stands for a chart without picture.
    left_out : bool
        True for a table that is not printed; a line says where it is.
    """

    block: Block
    number: int = 0
    annex: int = 0
    table_number: int = 0
    left_out: bool = False


@dataclass(slots=True)
class Part:
    """A section of the body, or an annex; `landscape` for an annex with a table wider than an upright page."""

    title: str
    items: list[Item] = field(default_factory=list)
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The body and the annexes, every table and chart numbered in the order it is printed."""

    body: tuple[Part, ...]
    annexes: tuple[Part, ...]
    rows: frozenset[str]
    """Ids of curated rows that a table lists: where a figure in a sentence can lead to."""
    brief: bool = False
    """Whether it is a briefing, two pages for a leader: set closer, and only its own sections in the body."""

    @property
    def sources(self) -> dict[str, int]:
        """Number of each document cited, by id."""
        blocks = (item.block for part in (*self.body, *self.annexes) for item in part.items)
        return {one.id: one.number for block in blocks if isinstance(block, References) for one in block.items}


def arrange(document: Document, drawn: Collection[str], data_title: str) -> Plan:
    """Return where everything goes.

    Parameters
    ----------
    document : Document
        The report.
    drawn : collection of str
        Names of the charts that have a picture; the others are tables in the body.
    data_title : str
        Title of the annex with the data behind the charts.
    """
    body, annexes, data = list[Part](), list[Part](), Part(data_title)
    brief = is_brief(document)
    for section in document.sections:
        here, moved = Part(section.title), Part(section.title)
        sources = any(isinstance(block, References) for block in section.blocks)
        for block in section.blocks:
            item = Item(block, left_out=isinstance(block, Table) and _is_folded(block))
            here.items.append(item)
            if brief and not section.id.startswith(BRIEF):
                moved.items.append(item)
            elif sources or (isinstance(block, Table) and _is_long(block)):
                item.annex = len(annexes) + 1
                moved.items.append(replace(item, annex=0))
            elif isinstance(block, Chart) and block.name in drawn and not _held(block, section):
                data.items.append(Item(block.table))
        if not brief or section.id.startswith(BRIEF):
            body.append(here)
        if moved.items:
            annexes.append(moved)
    annexes += [data] if data.items else []
    for part in annexes:
        tables = [item.block for item in part.items if isinstance(item.block, Table) and not item.left_out]
        part.landscape = any(widths.crowded(table, styles.text_width(), SMALL_POINTS) for table in tables)
    _number(body, annexes, drawn)
    return Plan(tuple(body), tuple(annexes), frozenset(_listed_rows(document)), brief)


def is_brief(document: Document) -> bool:
    """Tell whether a document is a briefing."""
    return any(section.id.startswith(BRIEF) for section in document.sections)


def _is_folded(table: Table) -> bool:
    return bool(table.fold) and len(table.lines) > PRINTED


def _is_long(table: Table) -> bool:
    return len(table.lines) > LONGEST or widths.crowded(table, styles.text_width(), SMALL_POINTS)


def _held(chart: Chart, section: Section) -> bool:
    """Tell whether the section's own tables hold every number of a chart's data."""
    tables = [block for block in section.blocks if isinstance(block, Table)]
    printed = {n for table in tables for line in table.lines for cell in line for n in _NUMBER.findall(cell.text)}
    asked = {n for line in chart.table.lines for cell in line if cell.rows for n in _NUMBER.findall(cell.text)}
    return len(chart.table.columns) < GRID and asked <= printed


def _number(body: list[Part], annexes: list[Part], drawn: Collection[str]) -> None:
    tables = charts = 0
    for item in (item for part in (*body, *annexes) for item in part.items if not item.annex):
        if isinstance(item.block, Table) and not item.left_out:
            item.number = tables = tables + 1
        elif isinstance(item.block, Chart):
            item.number = charts = charts + 1
            if item.block.name not in drawn:
                item.table_number = tables = tables + 1
    there = {id(item.block): item.number for part in annexes for item in part.items}
    for item in (item for part in body for item in part.items if item.annex):
        item.number = there[id(item.block)]


def _listed_rows(document: Document) -> Iterator[str]:
    """Yield the ids of rows that stand in a table's cell and behind a figure in a sentence."""
    asked = {row for block in document.blocks for run in _runs(block) for row in run.rows}
    for table in document.tables:
        if not _is_folded(table):
            yield from (cell.text for line in table.lines for cell in line if cell.text in asked)


def _runs(block: Block) -> Iterator[Run]:
    if isinstance(block, Text):
        yield from block.runs
    elif isinstance(block, Points):
        yield from (run for item in block.items for run in item)
