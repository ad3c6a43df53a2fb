"""What an XLSX archive holds before any reader opens it: unpacked under a limit, then surveyed.

The survey goes through the XML of each sheet once and keeps where its last value stands, its
formulas and its merged cells. A document type declaration, which could blow a text up, is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from stats.tables.problems import Complaints

MOST_INFLATED = 40_000_000
"""Bytes of all parts of a workbook together."""

MOST_PARTS = 300
LISTED = 50
"""Formulas and merged areas of one sheet that are listed one by one."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::[A-Z]{1,3}[0-9]{1,7})?")


@dataclass(frozen=True, slots=True)
class Place:
    """A cell or an area of a sheet, as Excel writes it (``B2``, ``B2:D4``)."""

    text: str

    @property
    def letters(self) -> str:
        """The letters of the column."""
        match = _REFERENCE.fullmatch(self.text)
        return match[1] if match else ""

    @property
    def row(self) -> int:
        """The number of the row."""
        match = _REFERENCE.fullmatch(self.text)
        return int(match[2]) if match else 0


@dataclass
class Survey:
    """What one sheet holds: its extent, formulas and merged areas."""

    last_row: int = 0
    last_column: int = 0
    farthest: str = ""
    formulas: list[Place] = field(default_factory=list)
    merged: list[Place] = field(default_factory=list)

    def holds_value(self, row: int, column: int) -> None:
        """Take a cell with a value into the extent."""
        if row > self.last_row or column > self.last_column:
            self.farthest = f"{letters(column)}{row}"
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)


def unpack(raw: bytes, complaints: Complaints) -> dict[str, bytes]:
    """Return the parts of an archive by name.

    Raises
    ------
    IncomingError
        When it is broken, protected, holds macros, or would unpack to more than `MOST_INFLATED`.
    """
    parts: dict[str, bytes] = {}
    left = MOST_INFLATED
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_INFLATED:
                complaints.add("bomb", most=f"{MOST_INFLATED / 1e6:.0f}")
                complaints.stop()
            if any(entry.flag_bits & 1 for entry in entries):
                complaints.add("protected")
                complaints.stop()
            for entry in entries:
                # What an entry declares about its size is not believed.
                with archive.open(entry) as part:
                    parts[entry.filename] = part.read(left + 1)
                left -= len(parts[entry.filename])
                if left < 0:
                    complaints.add("bomb", most=f"{MOST_INFLATED / 1e6:.0f}")
                    complaints.stop()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        complaints.add("broken_xlsx", error=error)
        complaints.stop()
    if any(name.casefold().endswith("vbaproject.bin") for name in parts):
        complaints.add("macros")
        complaints.stop()
    return parts


def survey(parts: dict[str, bytes], complaints: Complaints) -> dict[str, Survey]:
    """Return what each sheet holds, by the name of the sheet, in the order of the workbook.

    Raises
    ------
    IncomingError
        When a part is no XML or declares a document type.
    """
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relations = (value for key, value in attributes.items() if key.rpartition(":")[2] == "id")
            sheets[attributes.get("name", "")] = next(relations, "")

    try:
        _walk(parts.get("xl/_rels/workbook.xml.rels", b""), relation)
        _walk(parts.get("xl/workbook.xml", b""), sheet)
        found = {}
        for name, relation_id in sheets.items():
            target = targets.get(relation_id, "").lstrip("/").removeprefix("xl/")
            if f"xl/{target}" in parts:
                found[name] = _survey_sheet(parts[f"xl/{target}"])
        return found
    except (expat.ExpatError, ValueError) as error:
        complaints.add("broken_xlsx", error=error)
        complaints.stop()
        raise


def _survey_sheet(content: bytes) -> Survey:
    found = Survey()
    row = column = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        if name == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif name == "c":
            place = _REFERENCE.fullmatch(attributes.get("r", ""))
            row, column = (int(place[2]), number(place[1])) if place else (row, column + 1)
        elif name in ("v", "is"):
            found.holds_value(row, column)
        elif name == "f":
            found.holds_value(row, column)
            if len(found.formulas) < LISTED:
                found.formulas.append(Place(f"{letters(column)}{row}"))
        elif name == "mergeCell" and len(found.merged) < LISTED:
            found.merged.append(Place(attributes.get("ref", "")))

    _walk(content, start)
    return found


def _walk(content: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    def plain(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(":")[2], attributes)

    def refuse(*_: object) -> None:
        raise ValueError("document type declaration")

    parser = expat.ParserCreate()
    parser.StartElementHandler = plain
    parser.StartDoctypeDeclHandler = refuse
    if content:
        parser.Parse(content, True)


def letters(column: int) -> str:
    """Return the letters of a column counted from 1.

    Examples
    --------
    >>> letters(1), letters(27)
    ('A', 'AA')
    """
    text = ""
    while column > 0:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


def number(column: str) -> int:
    """Return the number of a column from its letters.

    Examples
    --------
    >>> number("AA")
    27
    """
    value = 0
    for letter in column:
        value = value * 26 + ord(letter) - 64
    return value
