"""A clerk's CSV or XLSX file as plain rows of cells, opened without trusting it.

The size is looked at before anything is read, a workbook is unpacked under a limit, and its cells
are surveyed before the reader sees them: one value in the last corner of a sheet would make it lay
out billions of cells. What a workbook can hold and a table of figures must not (formulas, merged
cells, macros) is a problem with its place.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from stats.errors import UsageError
from stats.tables.problems import Complaints
from stats.tables.workbooks import survey, unpack

MOST_BYTES = 5_000_000
"""Size of a file of new figures; a page of a thousand figures is a hundred times smaller."""

MOST_ROWS = 20_000
MOST_COLUMNS = 100

Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta

_SEPARATORS = {";": ";", "\t": "TAB", "|": "|"}
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet.

    Attributes
    ----------
    name : str
        Name of the sheet, empty for CSV.
    rows : tuple of (int, tuple of cells)
        Each row that holds anything, with its line; an empty cell is ``""``.
    beside : mapping
        First row of each other sheet of the workbook, by its name.
    """

    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    beside: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)


def read_sheet(path: Path, preferred: tuple[str, ...], complaints: Complaints) -> Sheet:
    """Return the cells of a file of new figures.

    Parameters
    ----------
    path : Path
        A CSV or XLSX file.
    preferred : tuple of str
        Names of the sheet to take from a workbook; else its first sheet.
    complaints : Complaints
        What is wrong is noted here.

    Raises
    ------
    UsageError
        When there is no such file.
    IncomingError
        When the file cannot be read any further; smaller problems are only noted.
    """
    raw = _bytes(path, complaints)
    zipped = raw.startswith(_ZIP)
    sheet = _workbook(raw, preferred, complaints) if zipped else Sheet("", _text_rows(raw, complaints))
    if not sheet.rows:
        complaints.add("empty")
        complaints.stop()
    return sheet


def _bytes(path: Path, complaints: Complaints) -> bytes:
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", f"Không có tệp {path}.")
    size = path.stat().st_size
    if size > MOST_BYTES:
        complaints.add("size", size=f"{size / 1e6:.0f}", most=f"{MOST_BYTES / 1e6:.0f}")
        complaints.stop()
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"Cannot open {path}: {reason}.", f"Không mở được {path}: {reason}.") from None
    if not raw.strip():
        complaints.add("empty")
    elif raw.startswith(_COMPOUND):
        complaints.add("old_excel")
    elif path.suffix.casefold() in (".xlsx", ".xlsm") and not raw.startswith(_ZIP):
        complaints.add("not_xlsx")
    complaints.stop()
    return raw


# Text ------------------------------------------------------------------------------------------


def _text_rows(raw: bytes, complaints: Complaints) -> tuple[tuple[int, tuple[Cell, ...]], ...]:
    text = _decoded(raw, complaints)
    first = text.split("\n", 1)[0]
    separator = max((",", *_SEPARATORS), key=first.count)
    if separator != ",":
        complaints.add("separator", line=1, sign=_SEPARATORS[separator])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    width = 0
    try:
        for row in islice(reader, MOST_ROWS + 1):
            width = width or len(row)
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != width:
                complaints.add("width", line=reader.line_num, cells=len(row), width=width)
                continue
            rows.append((reader.line_num, tuple(_clean(cell, reader.line_num, complaints) for cell in row)))
    except csv.Error as error:
        complaints.add("csv", line=reader.line_num, error=error)
        complaints.stop()
    if reader.line_num > MOST_ROWS:
        complaints.add("rows", most=MOST_ROWS)
        complaints.stop()
    return tuple(rows)


def _decoded(raw: bytes, complaints: Complaints) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:2000]:
        head = raw[:2000]
        plain = raw.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(b"\0") > len(head) // 4
        complaints.add("utf16" if plain else "binary")
        complaints.stop()
    if raw.startswith(b"\xef\xbb\xbf"):
        complaints.add("bom", line=1)
        raw = raw[3:]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        complaints.add("encoding", line=line, byte=f"{raw[error.start]:02X}", offset=error.start)
        complaints.stop()
        raise


def _clean(cell: str, line: int, complaints: Complaints) -> str:
    """Return a text on one line without spaces around it; what cannot be seen in it is a problem."""
    text = " ".join(cell.split())
    hidden = next((c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")), "")
    if hidden:
        complaints.add("invisible", line=line, value=text, code=f"U+{ord(hidden):04X}")
    elif not unicodedata.is_normalized("NFC", text):
        complaints.add("decomposed", line=line, value=text, composed=unicodedata.normalize("NFC", text))
    return text


# Workbooks -------------------------------------------------------------------------------------


def _workbook(raw: bytes, preferred: tuple[str, ...], complaints: Complaints) -> Sheet:
    parts = unpack(raw, complaints)
    surveyed = survey(parts, complaints)
    name = next((n for n in preferred if n in surveyed), next(iter(surveyed), ""))
    complaints.sheet = name
    if not name:
        complaints.add("not_xlsx")
        complaints.stop()
    found = surveyed[name]
    for cell in found.formulas:
        complaints.add("formula", line=cell.row, column=cell.letters)
    for area in found.merged:
        complaints.add("merged", line=area.row, column=area.letters, value=area.text)
    if found.last_row > MOST_ROWS or found.last_column > MOST_COLUMNS:
        complaints.add("far_cell", cell=found.farthest, rows=MOST_ROWS, columns=MOST_COLUMNS)
        complaints.stop()
    small = [n for n, s in surveyed.items() if s.last_row <= MOST_ROWS and s.last_column <= MOST_COLUMNS]
    read = _cells(_repacked(parts), small, complaints)
    rows = []
    for line, row in enumerate(read[name], start=1):
        cells = tuple(_clean(cell, line, complaints) if isinstance(cell, str) else cell for cell in row)
        if any(cell != "" for cell in cells):
            rows.append((line, cells))
    return Sheet(name, tuple(rows), {n: tuple(cells[0]) for n, cells in read.items() if n != name and cells})


def _repacked(parts: dict[str, bytes]) -> io.BytesIO:
    # The reader is given what was surveyed, not the archive: the two may tell different stories.
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    packed.seek(0)
    return packed


def _cells(packed: io.BytesIO, names: list[str], complaints: Complaints) -> dict[str, list[list[Cell]]]:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(packed)
        return {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        complaints.add("broken_xlsx", error=error)
    except BaseException as error:
        # A panic of the reader's Rust code is no Exception; anything else is not ours to stop.
        if type(error).__name__ != "PanicException":
            raise
        complaints.add("broken_xlsx", error="panic")
    complaints.stop()
    return {}
