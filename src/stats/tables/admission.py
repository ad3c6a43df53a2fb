"""New figures held to the schema of their table, and beside the figures that are there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stats.codes import Codes
from stats.tables.columns import convert
from stats.tables.model import KEY, OBSERVATIONS, Tables
from stats.tables.parsing import Cells, Column
from stats.tables.problems import Problem
from stats.tables.rows import check_rows
from stats.tables.schema import Schema


@dataclass(frozen=True)
class Figure:
    """One new figure as the tables would hold it.

    Attributes
    ----------
    line : int
        Line in the clerk's file.
    table : str
        The table it belongs in.
    cells : mapping
        Its cells by column, as text; ids are not given yet.
    confirmed : bool
        The clerk says that the page prints it so, although it contradicts another figure.
    """

    line: int
    table: str
    cells: Mapping[str, str]
    confirmed: bool


def schema_problems(figures: Sequence[Figure], schemas: Mapping[str, Schema], codes: Codes) -> Iterator[Problem]:
    """Yield what the checks of the tables themselves say about new figures, with the clerk's lines."""
    for table in OBSERVATIONS:
        mine = [figure for figure in figures if figure.table == table]
        if mine:
            cells = as_cells(schemas[table], mine)
            convert(cells, codes)
            check_rows(cells, codes)
            yield from cells.problems


def told_already(figures: Sequence[Figure], tables: Tables) -> Iterator[tuple[Figure, Mapping[str, Any]]]:
    """Yield the figures that the same document has given already, with the row that holds it."""
    for table in OBSERVATIONS:
        frame = getattr(tables, table)
        key = [*(c for c in KEY if c in frame.columns), "source_id"]
        known = dict(zip(frame[key].itertuples(index=False, name=None), frame.index, strict=True))
        for figure in figures:
            at = known.get(tuple(figure.cells[c] for c in key)) if figure.table == table else None
            if at is not None:
                yield figure, {str(name): value for name, value in frame.loc[at].items()}


def as_cells(schema: Schema, figures: Sequence[Figure]) -> Cells:
    """Return figures as the cells of their table, with ids that only serve the checks."""
    letter = schema.name[0].upper()
    ids = {"row_id": letter, "evidence_id": "A"}
    return Cells(
        schema,
        {
            name: Column.of(
                f"{ids[name]}{n:04d}" if name in ids else figure.cells.get(name, "")
                for n, figure in enumerate(figures, start=1)
            )
            for name in schema.columns
        },
        np.array([figure.line for figure in figures], dtype=np.int64),
    )
