"""From the bytes of a table to its cells, with the line each row stands on.

Everything that can be wrong with the file as such is found here: encoding, byte-order mark,
separator, columns, decomposed Unicode. Each column keeps its different values once, and which of
them stands in each row, so that everything after costs as much as the different values.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from stats.errors import nearest
from stats.tables.problems import Problem
from stats.tables.schema import Schema

Places = npt.NDArray[np.int64]

MOST_PROBLEMS = 10_000
"""Problems kept of one table: a file of garbage must not fill the memory with what is wrong with it."""

MOST_CODES = 100_000
"""Different values in a column of codes beyond which a file is garbage."""

_SEPARATORS = {";": ("semicolons", "dấu chấm phẩy"), "\t": ("tabs", "dấu tab"), "|": ("bars", "dấu |")}
_LINE_END = re.compile(r"\r\n|\r|\n")
_CHUNK = 512
"""Rows taken apart at once: few enough to stay in the processor's cache, which makes a large table half as slow."""
_WIDEST = 200


@dataclass(frozen=True)
class Column:
    """One column as its different values and the place of each row's value among them.

    Attributes
    ----------
    values : list of str
        The different values in the order of first appearance.
    places : array of int
        For each row the position of its value in `values`.
    """

    values: list[str]
    places: Places

    @classmethod
    def of(cls, cells: Iterable[str]) -> Column:
        """Build a column from its cells."""
        seen = _vocabulary()
        places = np.fromiter((seen[cell] for cell in cells), dtype=np.int64)
        return cls(list(seen), places)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.places)

    def __iter__(self) -> Iterator[str]:
        """Yield the cells in the order of the rows."""
        return map(self.values.__getitem__, self.places.tolist())

    def __getitem__(self, row: int) -> str:
        """Return the cell of one row."""
        return self.values[int(self.places[row])]


@dataclass
class Cells:
    """The cells of one table, column by column, and what is wrong with its file."""

    schema: Schema
    columns: dict[str, Column] = field(default_factory=dict)
    lines: Places = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, column: str, value: str, en: str, vi: str) -> None:
        """Note one problem; beyond `MOST_PROBLEMS` they are no longer kept."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.schema.path, int(line), column, value, en, vi))

    @property
    def full(self) -> bool:
        """Tell whether no more problems are kept."""
        return len(self.problems) >= MOST_PROBLEMS

    def alike(self, names: Sequence[str]) -> tuple[Places, Places]:
        """Tell which rows are alike in some columns.

        Returns
        -------
        first, places : array of int
            The first row of each different combination, and for each row the place of its
            combination among them.
        """
        key: Places = np.zeros(len(self.lines), dtype=np.int64)
        for name in names:
            column = self.columns[name]
            # Places of one column are below its number of values, so the pair is one whole number.
            key = pd.factorize(key * max(len(column.values), 1) + column.places)[0].astype(np.int64)
        return np.unique(key, return_index=True)[1], key


def parse(raw: bytes | None, schema: Schema) -> Cells:
    """Return the cells of one table from the bytes of its file; on a broken file only its problems.

    Parameters
    ----------
    raw : bytes, optional
        None when the file is missing.
    schema : Schema
        The table.
    """
    cells = Cells(schema)
    start = _check_bytes(raw, cells)
    if raw is None or start is None:
        return cells
    text = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", newline="")
    text.read(start)
    reader = csv.reader(text, strict=True)
    lines = array("q")
    try:
        header = next(reader, [])
        if not _header_fits(header, cells):
            return cells
        seen = [_vocabulary() for _ in header]
        places: list[list[Places]] = [[] for _ in header]
        before = reader.line_num
        while chunk := list(islice(reader, _CHUNK)):
            rows = _whole_rows(chunk, before, reader.line_num, lines, cells, width=len(header))
            for known, into, column in zip(seen, places, zip(*rows, strict=True), strict=bool(rows)):
                into.append(np.fromiter(map(known.__getitem__, column), dtype=np.int64, count=len(column)))
            before = reader.line_num
            if cells.full or _is_garbage(dict(zip(header, seen, strict=True)), cells, before):
                break
    except UnicodeDecodeError:
        _note_bad_byte(raw, cells)
        return cells
    except csv.Error as error:
        cells.add(reader.line_num, "", "", f"cannot be read as CSV ({error})", f"không đọc được dạng CSV ({error})")
        return cells
    cells.lines = np.array(lines, dtype=np.int64)
    cells.columns = {
        name: Column(list(known), np.concatenate(into) if into else np.empty(0, dtype=np.int64))
        for name, known, into in zip(header, seen, places, strict=True)
    }
    _note_decomposed(cells)
    return cells


def read_bytes(path: Path) -> bytes | None:
    """Return the bytes of a table, None when it is missing or cannot be opened."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _vocabulary() -> defaultdict[str, int]:
    # Asking for an unknown value gives it the next number.
    seen: defaultdict[str, int] = defaultdict()
    seen.default_factory = seen.__len__
    return seen


def _whole_rows(
    chunk: list[list[str]], before: int, after: int, lines: array[int], cells: Cells, *, width: int
) -> list[list[str]]:
    """Return the rows of the right width and keep their lines; `before` and `after` frame the chunk."""
    if after - before == len(chunk) and set(map(len, chunk)) == {width}:
        lines.extend(range(before + 1, after + 1))
        return chunk
    rows, line = [], before
    for row in chunk:
        # A row ends one line further, and one more for every line end inside a quoted cell.
        line += 1 + sum(len(_LINE_END.findall(cell)) for cell in row)
        if len(row) == width:
            lines.append(line)
            rows.append(row)
            continue
        cells.add(
            line, "", "",
            f"{len(row)} cells where the header has {width}; a comma inside a text needs quotes",
            f"có {len(row)} ô, tiêu đề có {width} ô; dấu phẩy trong chữ phải đặt trong ngoặc kép",
        )  # fmt: skip
    return rows


def _is_garbage(seen: Mapping[str, Sized], cells: Cells, line: int) -> bool:
    """Tell whether a column of codes holds more different values than any list of codes, and say so."""
    for field_ in cells.schema.fields:
        if (field_.codes or field_.enum) and len(seen[field_.name]) > MOST_CODES:
            cells.add(
                line, field_.name, "", f"has more than {MOST_CODES} different values where codes are wanted; "
                "reading was given up", f"có hơn {MOST_CODES} giá trị khác nhau trong khi cần mã; đã ngừng đọc",
            )  # fmt: skip
            return True
    return False


def _check_bytes(raw: bytes | None, cells: Cells) -> int | None:
    """Note what is wrong with the file as bytes; return how many characters to skip, None to stop."""
    if raw is None:
        cells.add(0, "", "", "the file is missing or cannot be opened", "thiếu tệp hoặc không mở được")
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        cells.add(0, "", "", "is UTF-16; save it as UTF-8", "là UTF-16; hãy lưu lại dạng UTF-8")
        return None
    if raw.startswith(b"\xef\xbb\xbf"):
        cells.add(
            1, "", "", "starts with a byte-order mark (EF BB BF); save it as UTF-8 without BOM",
            "bắt đầu bằng dấu BOM (EF BB BF); hãy lưu dạng UTF-8 không có BOM",
        )  # fmt: skip
        return 1
    return 0


def _note_bad_byte(raw: bytes, cells: Cells) -> None:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at, line = error.start, raw[: error.start].count(b"\n") + 1
        byte = f"{raw[at]:02X}"
        cells.add(
            line, "", "", f"is not UTF-8: byte {byte} at offset {at}; save the file as UTF-8",
            f"không phải UTF-8: byte {byte} tại vị trí {at}; hãy lưu tệp dạng UTF-8",
        )  # fmt: skip


def _header_fits(header: list[str], cells: Cells) -> bool:
    wanted = cells.schema.columns
    if len(header) > _WIDEST:
        cells.add(
            1, "", "", f"has {len(header)} columns where {len(wanted)} are wanted; this is another file",
            f"có {len(header)} cột trong khi cần {len(wanted)} cột; đây là tệp khác",
        )  # fmt: skip
        return False
    if len(header) <= 1:
        for sign, (en, vi) in _SEPARATORS.items():
            if header and header[0].count(sign) >= len(wanted) // 2:
                cells.add(
                    1, "", "", f"is separated by {en}; save it with commas",
                    f"phân cách bằng {vi}; hãy lưu lại với dấu phẩy",
                )  # fmt: skip
                return False
    missing = [c for c in wanted if c not in header]
    extra = [c for c in header if c not in wanted]
    for column in missing:
        near = nearest(column, extra, at_most=1)
        hint = (f"; perhaps it is {near[0]!r}", f"; có thể là {near[0]!r}") if near else ("", "")
        cells.add(1, column, "", f"the column is missing{hint[0]}", f"thiếu cột này{hint[1]}")
    for column in extra:
        cells.add(
            1, column, "", f"no such column; allowed: {', '.join(wanted)}",
            f"không có cột này; các cột cho phép: {', '.join(wanted)}",
        )  # fmt: skip
    for column in sorted({c for c in header if header.count(c) > 1}):
        cells.add(1, column, "", "the column stands twice", "cột bị lặp lại")
    return not missing and not extra and len(set(header)) == len(header)


def _note_decomposed(cells: Cells) -> None:
    for name, column in cells.columns.items():
        composed = {v: c for v in column.values if (c := unicodedata.normalize("NFC", v)) != v}
        if composed:
            for line, value in zip(cells.lines, column, strict=True):
                if cells.full:
                    return
                if value in composed:
                    cells.add(
                        line, name, value, f"is decomposed Unicode; write it composed (NFC): {composed[value]!r}",
                        f"là Unicode tổ hợp rời; hãy viết dạng dựng sẵn (NFC): {composed[value]!r}",
                    )  # fmt: skip
