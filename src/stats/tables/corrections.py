"""Declared corrections of the curation, applied on reading as a derived view.

The curated files never change. ``data/corrections.toml`` lists cells where a table does not hold
what the page prints, one entry each::

    [[correction]]
    table = "discipline"
    row_id = "D0123"              # or key = "...", the columns of the key joined by bars
    column = "count"
    from = "25"                   # what the table holds; the entry is stale once it does not
    to = "26"                     # what the page prints
    who = "Báo Nghệ An"           # the institution or document that says so, never a person
    source_id = "baonghean_..."   # the document, as the table of documents names it
    reason_vi = "..."
    reason_en = "..."

A corrected row says so in the column ``corrected`` (``count: 25 -> 26``), and such a view cannot be
written back. Out of scope: a misprint of the page, which stays as printed and carries a flag; a
figure that another page prints differently, which is a row of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stats import codes as code_lists
from stats.errors import DataError
from stats.tables.columns import convert
from stats.tables.model import KEY, Tables
from stats.tables.parsing import Cells, Column
from stats.tables.persons import person_in
from stats.tables.problems import Problem, TableError
from stats.tables.rows import check_references, check_rows
from stats.tables.schema import Schema, read_schemas
from stats.tables.writing import MARK, texts

FILE = "corrections.toml"
FIXED = ("row_id", "visit_id", "evidence_id", "source_id")
"""Columns that name a row and are never corrected."""

_NEEDED = ("table", "column", "from", "to", "who", "source_id", "reason_vi", "reason_en")


class StaleCorrectionError(DataError):
    """Raised when a correction meets no row, several, or one that no longer holds what it corrects."""


@dataclass(frozen=True)
class Correction:
    """One cell that the curation got wrong.

    Attributes
    ----------
    number : int
        Its place in the file, from 1.
    table, row_id, key, column : str
        The cell; either `row_id` or `key` is given.
    before, after : str
        What the table holds and what the page prints (``from`` and ``to``).
    who, source_id : str
        The institution or document that says so, and its id.
    reason_vi, reason_en : str
        Why.
    """

    number: int
    table: str
    row_id: str
    key: str
    column: str
    before: str
    after: str
    who: str
    source_id: str
    reason_vi: str
    reason_en: str


def read(data: Path) -> tuple[Correction, ...]:
    """Return the corrections of a data folder; none when it has no such file.

    Raises
    ------
    TableError
        When an entry lacks something, has an unknown field, or names a person.
    """
    path = data / FILE
    if not path.is_file():
        return ()
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("correction", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is no TOML: {error}.", f"{path} không đúng dạng TOML: {error}.") from None
    problems: list[Problem] = []
    found = [_entry(number, dict(entry), problems) for number, entry in enumerate(entries, start=1)]
    if problems:
        raise TableError.from_problems(problems)
    return tuple(found)


def _entry(number: int, entry: dict[str, Any], problems: list[Problem]) -> Correction:
    def wrong(field: str, value: object, en: str, vi: str) -> None:
        where = (f"correction {number}: {en}", f"mục {number}: {vi}")
        problems.append(Problem(FILE, 0, field, str(value), *where))

    for field in sorted({*entry} - {*_NEEDED, "row_id", "key"}):
        wrong(field, entry[field], "no such field", "không có trường này")
    for field in _NEEDED:
        # An empty cell can be what is corrected, or what it is corrected to.
        if field not in entry or (field not in ("from", "to") and not str(entry[field]).strip()):
            wrong(field, "", "is needed", "bắt buộc phải có")
    if bool(entry.get("row_id")) == bool(entry.get("key")):
        wrong("row_id", "", "give row_id or key, one of the two", "ghi row_id hoặc key, một trong hai")
    if entry.get("column") in FIXED:
        wrong("column", entry["column"], "names the row and is never corrected", "là mã của dòng, không sửa")
    for field in ("who", "reason_vi", "reason_en"):
        person = person_in(str(entry.get(field, "")))
        if person:
            wrong(
                field, person, "reads as a person or a post; name the institution or document",
                "có vẻ nêu người hoặc chức vụ; hãy ghi cơ quan hoặc văn bản",
            )  # fmt: skip
    said = {field: str(entry.get(field, "")) for field in (*_NEEDED, "row_id", "key")}
    return Correction(
        number, said["table"], said["row_id"], said["key"], said["column"], said["from"], said["to"], said["who"],
        said["source_id"], said["reason_vi"], said["reason_en"],
    )  # fmt: skip


def apply(tables: Tables, corrections: Iterable[Correction] = ()) -> Tables:
    """Return the tables with the corrections in them; the given tables stay as they are.

    Parameters
    ----------
    tables : Tables
        The tables as published.
    corrections : iterable of Correction
        See `read`.

    Returns
    -------
    Tables
        Every table has the column ``corrected``: what was changed, empty where nothing was.

    Raises
    ------
    StaleCorrectionError
        When a row is not found, is not the only one, or does not hold ``from``: the source has been
        fixed and the entry must go.
    TableError
        When a corrected row breaks the schema.
    """
    schemas = read_schemas(tables.data)
    papers = set(tables.sources["source_id"])
    opened: dict[str, _Opened] = {}
    stale: list[tuple[str, str]] = []
    for correction in corrections:
        name = correction.table
        if name in schemas and name not in opened:
            opened[name] = _Opened(getattr(tables, name), schemas[name])
        wrong = _misplaced(correction, schemas, papers) or opened[name].change(correction)
        if wrong:
            places = f"{FILE}, correction {correction.number}: ", f"{FILE}, mục {correction.number}: "
            stale.append((places[0] + wrong[0], places[1] + wrong[1]))
    if stale:
        en, vi = ("\n".join(lines) for lines in zip(*stale, strict=True))
        raise StaleCorrectionError(f"Corrections that no longer hold:\n{en}", f"Các mục sửa không còn đúng:\n{vi}")
    frames: dict[str, Any] = {name: getattr(tables, name).assign(**{MARK: ""}) for name in schemas}
    frames |= {name: table.typed(tables, schemas) for name, table in opened.items()}
    return replace(tables, **frames)


def _misplaced(correction: Correction, schemas: Mapping[str, Schema], papers: set[str]) -> tuple[str, str] | None:
    if correction.table not in schemas or correction.column not in schemas[correction.table].columns:
        place = f"{correction.table}.{correction.column}"
        return f"there is no {place}.", f"không có {place}."
    if correction.source_id not in papers:
        paper = correction.source_id
        return f"the document {paper!r} is not in sources.csv.", f"nguồn {paper!r} không có trong sources.csv."
    return None


class _Opened:
    """One table as the texts of its file, while it is corrected."""

    def __init__(self, frame: pd.DataFrame, schema: Schema) -> None:
        self.schema = schema
        self.cells = texts(frame, schema)
        self.marks = [""] * len(frame)

    def change(self, correction: Correction) -> tuple[str, str] | None:
        """Put one correction in; return what is wrong with it instead."""
        ids = self.cells[self.schema.key]
        wanted = correction.row_id or correction.key
        found = [row for row, value in enumerate(ids if correction.row_id else self._keys()) if value == wanted]
        if len(found) != 1:
            listed = ", ".join(ids[row] for row in found) or "-"
            return (
                f"{wanted!r} is {len(found)} rows, not one ({listed}).",
                f"{wanted!r} ứng với {len(found)} dòng, không phải một ({listed}).",
            )
        row, column = found[0], correction.column
        held = self.cells[column][row]
        if held != correction.before:
            return (
                f"{ids[row]}, {column}: the table holds {held!r}, not {correction.before!r}; "
                "when the source has been fixed, take the entry out.",
                f"{ids[row]}, {column}: bảng đang là {held!r}, không phải {correction.before!r}; "
                "nếu nguồn đã được sửa, hãy bỏ mục này.",
            )
        self.cells[column][row] = correction.after
        told = f"{column}: {correction.before} -> {correction.after}"
        self.marks[row] = "; ".join(filter(None, (self.marks[row], told)))
        return None

    def typed(self, tables: Tables, schemas: Mapping[str, Schema]) -> pd.DataFrame:
        """Return the corrected table, held to its schema like the file itself."""
        book = code_lists.load(tables.data)
        columns = {name: Column.of(column) for name, column in self.cells.items()}
        cells = Cells(self.schema, columns, np.arange(2, len(self.marks) + 2, dtype=np.int64))
        frame = convert(cells, book)
        check_rows(cells, book)
        papers = Cells(schemas["sources"], {"source_id": Column.of(tables.sources["source_id"])})
        check_references(cells, {"sources": papers})
        if cells.problems:
            placed = (replace(problem, file=f"{FILE}, {problem.file}") for problem in cells.problems)
            raise TableError.from_problems(placed)
        return frame.assign(**{MARK: pd.Series(self.marks, dtype="str")})

    def _keys(self) -> list[str]:
        blank = [""] * len(self.marks)
        columns = (self.cells.get(column, blank) for column in KEY)
        return ["|".join(row).rstrip("|") for row in zip(*columns, strict=True)]
