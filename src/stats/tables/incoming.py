"""Newly published figures from a clerk's file: read, resolved, and checked like the tables themselves.

The whole file is refused when anything is wrong, with every reason. What passes are the rows as the
tables would hold them, without ids: those are given when they are merged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stats.codes import Codes
from stats.errors import StatsError, UnknownCodeError, fold
from stats.periods import NAMED, Kind, kind_of
from stats.tables import template
from stats.tables.admission import Figure, schema_problems, told_already
from stats.tables.documents import Documents
from stats.tables.entries import (
    EntryError,
    Labels,
    Qualifiers,
    Remark,
    read_day,
    read_figure,
    read_mark,
    read_percent,
)
from stats.tables.model import Tables
from stats.tables.persons import person_in
from stats.tables.problems import Complaints
from stats.tables.schema import read_schemas
from stats.tables.sheets import Cell, read_sheet
from stats.tables.stretches import Stretch, read_key, read_stretch, with_days

MERGER = dt.date(2025, 7, 1)
"""Bodies that begin on this day carry the flag of new boundaries."""

NEAR_YEARS = 2
"""A body of the same name that ended no more than this before the period is said in the preview."""

_CODED = ("actor", "activity", "stage", "subject", "subgroup", "penalty", "violation", "unit")
_BESIDE = ("discipline", "beside_discipline")


@dataclass(frozen=True)
class Incoming:
    """What one file adds.

    Attributes
    ----------
    file, sheet : str
        Where it was read from.
    figures : tuple of Figure
        In the order of the file.
    sources : tuple of mapping
        Documents that are new, by column.
    remarks : tuple of Remark
        How cells were read that could be read otherwise.
    example : bool
        Nothing but the example row of the template was there.
    """

    file: str
    sheet: str
    figures: tuple[Figure, ...]
    sources: tuple[Mapping[str, str], ...]
    remarks: tuple[Remark, ...]
    example: bool = False


def read(path: Path, tables: Tables, codes: Codes, *, today: dt.date) -> Incoming:
    """Return the figures of a filled template.

    Parameters
    ----------
    path : Path
        A CSV or XLSX file in the form of the template.
    tables : Tables
        The tables they will be added to.
    codes : Codes
        The code lists.
    today : datetime.date
        Nothing is published after it.

    Raises
    ------
    IncomingError
        When anything in the file is wrong, with every reason.
    UsageError
        When there is no such file.
    """
    complaints = Complaints(codes, path.name)
    sheet = read_sheet(path, template.SHEETS, complaints)
    filled = template.match(sheet, codes, complaints)
    rows = [(at, row) for at, row in filled.rows if not _is_example(row)]
    example = not rows and bool(filled.rows)
    if example:
        rows = list(filled.rows)
    if not rows:
        complaints.add("empty")
        complaints.stop()
    return _Reader(tables, codes, filled.shown, complaints, today).read(rows, example=example)


def _is_example(row: Mapping[str, Cell]) -> bool:
    return fold(str(row["note"])).startswith(template.EXAMPLE_ROWS)


class _Reader:
    """Reads the rows of one file and keeps what is wrong with them."""

    def __init__(
        self, tables: Tables, codes: Codes, shown: Mapping[str, str], complaints: Complaints, today: dt.date
    ) -> None:
        self.tables, self.codes, self.complaints = tables, codes, complaints
        self.labels, self.qualifiers = Labels(codes), Qualifiers(codes)
        self.shown = shown
        self.typed: Mapping[int, Mapping[str, Cell]] = {}
        self.places = tuple({name for body in codes.bodies for name in (body.name_vi, *body.aliases)})
        self.remarks: list[Remark] = []
        self.wrong: set[tuple[int, str]] = set()
        self.readings: set[int] = set()
        self.schemas = read_schemas(tables.data)
        self.documents = Documents(tables, codes, self, today)

    # Noting ------------------------------------------------------------------------------------

    def refuse(self, line: int, key: str, cell: Cell, error: StatsError) -> None:
        """Note a cell that cannot be read."""
        self.wrong.add((line, key))
        self.complaints.say(error.en, error.vi, line=line, column=self.shown.get(key, key), value=cell)

    def complain(self, line: int, key: str, cell: Cell, problem: str, **values: object) -> None:
        """Note a cell that is read but not allowed."""
        self.refuse(line, key, cell, EntryError.from_text(self.codes, problem, **values))

    def remark(self, line: int, key: str, **values: Any) -> None:
        """Keep how something was read."""
        self.remarks.append(Remark(line, key, values))

    def take(self, line: int, row: Mapping[str, Cell], key: str, how: Callable[[Cell], Any], default: Any = "") -> Any:
        """Return one cell read by a function, the default when it is wrong."""
        try:
            return how(row[key])
        except StatsError as error:
            self.refuse(line, key, row[key], error)
            return default

    # Reading -----------------------------------------------------------------------------------

    def read(self, rows: list[tuple[int, Mapping[str, Cell]]], *, example: bool) -> Incoming:
        self.typed = dict(rows)
        for line, row in rows:
            self.documents.take(line, row)
        self.documents.settle()
        figures = [figure for line, row in rows if (figure := self._figure(line, row))]
        self._check_schema(figures)
        self._check_known(figures)
        self.complaints.stop()
        return Incoming(
            self.complaints.file, self.complaints.sheet, tuple(figures), self.documents.new(),
            tuple(sorted(self.remarks, key=lambda remark: remark.line)), example,
        )  # fmt: skip

    def _figure(self, line: int, row: Mapping[str, Cell]) -> Figure | None:
        cells = {column: self._coded(line, row, column) for column in _CODED}
        cells["subgroup"] = cells["subgroup"] or ("" if (line, "subgroup") in self.wrong else "all")
        cells |= self._place_and_time(line, row)
        count, approx = self.take(
            line, row, "count", lambda cell: read_figure(cell, self.codes, self.qualifiers), ("", "exact")
        )  # fmt: skip
        cells |= {"count": count, "approx": approx}
        for key, signed in (("change", True), ("share", False)):
            column = template.BY_KEY[key].column
            cells[column] = self.take(line, row, key, partial(read_percent, codes=self.codes, signed=signed))
        cells["source_id"] = self.documents.of(line)
        cells["note"] = self._note(line, row)
        cells["flags"] = self._flags(line, row, cells)
        table = self._table(cells)
        if table is None:
            return None
        for column in ("penalty", "violation"):
            if cells[column] and column not in self.schemas[table].columns:
                self.complain(line, column, row[column], "no_column", table=table)
        confirmed = self.take(line, row, "confirmed", lambda cell: read_mark(cell, self.codes), default=False)
        return Figure(line, table, cells, confirmed)

    def _coded(self, line: int, row: Mapping[str, Cell], key: str) -> str:
        heading = template.BY_KEY[key]
        if row[key] == "":
            if heading.needed:
                self.complain(line, key, "", "label_missing")
            return ""
        found: str = self.take(line, row, key, partial(self._code, heading.codes))
        return found

    def _code(self, listed: str, cell: Cell) -> str:
        return self.labels.find(listed, str(cell))

    def _place_and_time(self, line: int, row: Mapping[str, Cell]) -> dict[str, str]:
        days = self._day(line, row, "start"), self._day(line, row, "end")
        key: str = self.take(line, row, "period", lambda cell: read_key(cell, self.codes))
        stretch = Stretch(key, *days)
        if {(line, k) for k in ("period", "start", "end")} & self.wrong:
            self.wrong.add((line, "period"))
        else:
            stretch = self.take(line, row, "period", lambda _: read_stretch(key, *days, self.codes), stretch)
        body_id = self._body(line, row, stretch)
        if body_id and stretch.key and (line, "period") not in self.wrong:
            stretch = self.take(line, row, "period", lambda _: with_days(stretch, body_id, self.codes), stretch)
            self._body_existed(line, row, body_id, stretch)
            if kind_of(stretch.key) in NAMED and not any(days):
                self.readings.add(line)
        start, end = (day.isoformat() if day else "" for day in (stretch.start, stretch.end))
        return {"body_id": body_id, "period": stretch.key, "period_start": start, "period_end": end}

    def _day(self, line: int, row: Mapping[str, Cell], key: str) -> dt.date | None:
        day, unclear = self.take(line, row, key, lambda cell: read_day(cell, self.codes), (None, False))
        if unclear:
            self.remark(line, "day", typed=str(row[key]), day=day)
        return day  # type: ignore[no-any-return]

    def _body(self, line: int, row: Mapping[str, Cell], stretch: Stretch) -> str:
        if row["body"] == "":
            self.complain(line, "body", "", "label_missing")
            return ""
        on = stretch.end or (_last_day(stretch.key) if stretch.key else None)
        try:
            body = self.codes.body(str(row["body"]), on)
        except UnknownCodeError as error:
            self.refuse(line, "body", row["body"], error)
            return ""
        others = [other for other in self.codes.bodies.named(str(row["body"])) if other is not body]
        near = on.year - NEAR_YEARS if on else 0
        if body.body_id != row["body"] and any(not o.valid_to or o.valid_to.year >= near for o in others):
            self.remark(line, "body", typed=str(row["body"]), body=body.body_id)
        return body.body_id

    def _body_existed(self, line: int, row: Mapping[str, Cell], body_id: str, stretch: Stretch) -> None:
        body = self.codes.bodies.ids[body_id]
        if (
            stretch.start
            and stretch.end
            and (
                (body.valid_from and stretch.end < body.valid_from) or (body.valid_to and stretch.start > body.valid_to)
            )
        ):
            self.complain(
                line, "body", row["body"], "body_absent", body=body_id, first=body.valid_from or "...",
                last=body.valid_to or "...",
            )  # fmt: skip

    def _note(self, line: int, row: Mapping[str, Cell]) -> str:
        note = str(row["note"])
        found = person_in(note, self.places)
        if found:
            self.complain(line, "note", note, "person", found=found)
        self.plain(line, "note", note)
        return note

    def plain(self, line: int, key: str, text: str) -> None:
        """Refuse a text that a spreadsheet would run as a formula."""
        if text.startswith(("=", "+", "-", "@")):
            self.complain(line, key, text, "formula_text", sign=text[0])

    def _flags(self, line: int, row: Mapping[str, Cell], cells: Mapping[str, str]) -> str:
        typed = [part.strip() for part in str(row["flags"]).split(";") if part.strip()]
        find = partial(self._code, "flags")
        flags: set[str] = {self.take(line, {"flags": part}, "flags", find) for part in typed}
        facts = self._facts(cells) | ({"period_read"} if line in self.readings else set())
        for flag in sorted(facts - flags):
            self.remark(line, "flag", flag=flag)
        return ";".join(sorted((flags | facts) - {""}))

    def _facts(self, cells: Mapping[str, str]) -> set[str]:
        """Return the flags that follow from the row itself: published early, translated, new boundaries."""
        found = set()
        paper = self.documents.row(cells["source_id"])
        if paper.get("published_on") and cells["period_end"] and paper["published_on"] < cells["period_end"]:
            kind = kind_of(cells["period"])
            open_one = "term" if kind in NAMED else "year" if kind is Kind.YEAR else "period"
            found.add(f"{open_one}_not_closed")
        if paper.get("original_language") == "no":
            found.add("translated_page")
        body = self.codes.bodies.ids.get(cells["body_id"])
        if body and body.valid_from == MERGER:
            found.add("boundary_new")
        return found

    def _table(self, cells: Mapping[str, str]) -> str | None:
        """Return the table of a row; None while stage or activity is wrong."""
        if not cells["stage"] or not cells["activity"]:
            return None
        tables = self.codes.row("stages", cells["stage"])["table"].split(";")
        if len(tables) == 1:
            return tables[0]
        outcome = self.codes.row("activities", cells["activity"])["group"] in _BESIDE and not cells["violation"]
        return "discipline" if outcome else "violations"

    # Checking ----------------------------------------------------------------------------------

    def _check_schema(self, figures: list[Figure]) -> None:
        """Hold the rows to the schema of their table; what the reading has said already is not said twice."""
        keys = {heading.column: heading.key for heading in template.HEADINGS if heading.column}
        keys |= {"period_start": "period", "period_end": "period", "approx": "count"}
        for problem in schema_problems(figures, self.schemas, self.codes):
            key = keys.get(problem.column, problem.column)
            if (problem.line, key) not in self.wrong:
                self.wrong.add((problem.line, key))
                self.complaints.say(
                    problem.allowed_en, problem.allowed_vi, line=problem.line, column=self.shown.get(key, key),
                    value=self.typed[problem.line].get(key, problem.value),
                )  # fmt: skip

    def _check_known(self, figures: list[Figure]) -> None:
        """Refuse a figure that the same document has given already, and one older than its period."""
        for figure, old in told_already(figures, self.tables):
            self.complain(
                figure.line, "count", figure.cells["count"], "already", row=old["row_id"], count=old["count"],
                source=old["source_id"],
            )  # fmt: skip
        for figure in figures:
            day = self.documents.row(figure.cells["source_id"]).get("published_on", "")
            if day and figure.cells["period_start"] and day < figure.cells["period_start"]:
                self.complain(figure.line, "published", day, "before_period", start=figure.cells["period_start"])


def _last_day(key: str) -> dt.date:
    # Enough to tell a body before a reorganisation from the one after it.
    return dt.date(int(key[5:9]) if kind_of(key) in NAMED else int(key[:4]), 12, 31)
