"""New figures put into the tables: ids, order, and what they say beside the figures known so far."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stats.codes import Codes
from stats.results import Approx
from stats.tables.admission import Figure, as_cells
from stats.tables.columns import convert
from stats.tables.incoming import Incoming
from stats.tables.model import KEY, OBSERVATIONS, Tables
from stats.tables.parsing import Cells, Column, read_bytes
from stats.tables.reading import assemble
from stats.tables.schema import Schema, read_schemas
from stats.tables.selection import choose, interval
from stats.tables.writing import to_bytes

ORDER = ("body_id", "period_start", "period_end", *KEY[2:-1], "source_id")
"""Columns the rows of a table of figures are sorted by."""

EVIDENCE = "A"
"""First letter of the evidence id of an added figure; E is the evidence collected before."""


@dataclass(frozen=True)
class Meeting:
    """A new figure for a key that has been published before.

    Attributes
    ----------
    row_id, other_id : str
        The new row and the known one.
    relation : str
        ``same`` figure, ``rounding`` (both can mean one number), or ``conflict``.
    chosen_id : str
        The row a series uses now, by the declared rule.
    rule : str
        What decided, see `stats.tables.choose`.
    """

    row_id: str
    other_id: str
    relation: str
    chosen_id: str
    rule: str


@dataclass(frozen=True)
class Addition:
    """The tables with new figures in them, not written yet.

    Attributes
    ----------
    tables : Tables
        The tables as they would be.
    content : mapping
        New bytes of each file that changes, by its path in the data folder.
    before : mapping
        Bytes of the same files as they are.
    rows : DataFrame
        The new rows, with ``table`` and ``line``.
    sources : tuple of str
        Ids of the new documents.
    meetings : tuple of Meeting
        New figures beside known ones of the same key.
    """

    tables: Tables
    content: Mapping[str, bytes]
    before: Mapping[str, bytes]
    rows: pd.DataFrame
    sources: tuple[str, ...]
    meetings: tuple[Meeting, ...]


def merge(tables: Tables, incoming: Incoming, codes: Codes) -> Addition:
    """Return the tables with the figures of one file in them.

    Raises
    ------
    TableError
        When the tables could not be read back; then nothing must be written.

    Notes
    -----
    Rows that are there keep their ids and their bytes. New rows take the next ids in the order of
    the file's sorting and are put where that order wants them.
    """
    schemas = read_schemas(tables.data)
    frames: dict[str, pd.DataFrame] = {}
    added = []
    evidence = _last([tables.observations["evidence_id"]], EVIDENCE)
    for table in OBSERVATIONS:
        mine = [figure for figure in incoming.figures if figure.table == table]
        if mine:
            new = _sorted(_typed(mine, schemas[table], codes))
            letter = str(schemas[table].name[0].upper())
            first = _last([getattr(tables, table)["row_id"]], letter) + 1
            new["row_id"] = [f"{letter}{n:04d}" for n in range(first, first + len(new))]
            new["evidence_id"] = [f"{EVIDENCE}{n:04d}" for n in range(evidence + 1, evidence + 1 + len(new))]
            evidence += len(new)
            added.append(new.assign(table=table))
            frames[table] = _sorted(pd.concat([getattr(tables, table), new], ignore_index=True))
    if incoming.sources:
        frames["sources"] = _with_sources(tables, incoming, schemas["sources"], codes)
    content = {schemas[name].path: to_bytes(frame, schemas[name]) for name, frame in frames.items()}
    raw = {name: read_bytes(tables.data / schema.path) for name, schema in schemas.items()}
    now = {schemas[name].path: raw[name] or b"" for name in frames}
    after = assemble(tables.data, schemas, {**raw, **{name: content[schemas[name].path] for name in frames}})
    rows = pd.concat(added, ignore_index=True) if added else pd.DataFrame()
    return Addition(
        after, content, now, rows, tuple(row["source_id"] for row in incoming.sources), _meetings(after, rows)
    )  # fmt: skip


def _typed(figures: Sequence[Figure], schema: Schema, codes: Codes) -> pd.DataFrame:
    return convert(as_cells(schema, list(figures)), codes).assign(
        line=[figure.line for figure in figures], confirmed=[figure.confirmed for figure in figures]
    )  # fmt: skip


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values([c for c in ORDER if c in frame.columns], kind="stable", ignore_index=True)


def _last(columns: Sequence[pd.Series[str]], letter: str) -> int:
    numbers = (re.fullmatch(rf"{letter}([0-9]+)", value) for column in columns for value in column)
    return max((int(number[1]) for number in numbers if number), default=0)


def _with_sources(tables: Tables, incoming: Incoming, schema: Schema, codes: Codes) -> pd.DataFrame:
    columns = {name: Column.of(row.get(name, "") for row in incoming.sources) for name in schema.columns}
    new = convert(Cells(schema, columns), codes)
    both = pd.concat([tables.sources, new], ignore_index=True)
    # Ids are compared by their characters, as the file is sorted.
    return both.iloc[sorted(range(len(both)), key=both["source_id"].tolist().__getitem__)].reset_index(drop=True)


def _meetings(after: Tables, rows: pd.DataFrame) -> tuple[Meeting, ...]:
    if rows.empty:
        return ()
    # Only some tables have a penalty and a content of violations; stacked, they are empty elsewhere.
    blank = pd.Series("", index=rows.index, dtype="str")
    keys = pd.DataFrame({c: rows[c].fillna("") if c in rows.columns else blank for c in KEY}).drop_duplicates()
    told = after.observations.merge(keys, on=list(KEY))
    new = set(rows["row_id"])
    by_id = {row["row_id"]: row for row in told.to_dict("records")}
    found = []
    for one in choose(told, after.sources).to_dict("records"):
        ids = [one["row_id"], *one["alternatives"]]
        for row_id in sorted(new & set(ids)):
            for other_id in sorted(set(ids) - {row_id}):
                # Two new rows of one key meet once.
                if other_id not in new or other_id > row_id:
                    relation = _relation(by_id[row_id], by_id[other_id])
                    found.append(Meeting(row_id, other_id, relation, one["row_id"], one["rule"]))
    return tuple(found)


def _relation(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> str:
    if one["count"] == other["count"]:
        return "same"
    bounds = [interval(int(str(row["count"])), Approx(str(row["approx"]))) for row in (one, other)]
    (low, high), (other_low, other_high) = bounds
    return "rounding" if low <= other_high and other_low <= high else "conflict"
