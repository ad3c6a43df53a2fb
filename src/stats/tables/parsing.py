"""From the bytes of a table to its cells, with the line each row stands on.

Everything that can be wrong with the file as such is found here: encoding, byte-order mark,
separator, columns, decomposed Unicode.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from stats.errors import nearest
from stats.tables.problems import Problem
from stats.tables.schema import Schema

_SEPARATORS = {";": ("semicolons", "dấu chấm phẩy"), "\t": ("tabs", "dấu tab"), "|": ("bars", "dấu |")}


@dataclass
class Cells:
    """The cells of one table, column by column, and what is wrong with its file."""

    schema: Schema
    columns: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, column: str, value: str, en: str, vi: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(self.schema.path, line, column, value, en, vi))


def parse(data: Path, schema: Schema) -> Cells:
    """Return the cells of one table; on a broken file only its problems."""
    cells = Cells(schema)
    text = _decode(data / schema.path, cells)
    if text is None:
        return cells
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    try:
        header = next(reader, [])
        if not _header_fits(header, cells):
            return cells
        for row in reader:
            if len(row) != len(header):
                cells.add(
                    reader.line_num, "", "",
                    f"{len(row)} cells where the header has {len(header)}; a comma inside a text needs quotes",
                    f"có {len(row)} ô, tiêu đề có {len(header)} ô; dấu phẩy trong chữ phải đặt trong ngoặc kép",
                )  # fmt: skip
                continue
            rows.append(row)
            cells.lines.append(reader.line_num)
    except csv.Error as error:
        cells.add(reader.line_num, "", "", f"cannot be read as CSV ({error})", f"không đọc được dạng CSV ({error})")
        return cells
    cells.columns = {name: [row[i] for row in rows] for i, name in enumerate(header)}
    if not unicodedata.is_normalized("NFC", text):
        _note_decomposed(cells)
    return cells


def _decode(path: Path, cells: Cells) -> str | None:
    try:
        raw = path.read_bytes()
    except OSError:
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
        raw = raw[3:]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at, line = error.start, raw[: error.start].count(b"\n") + 1
        byte = f"{raw[at]:02X}"
        cells.add(
            line, "", "", f"is not UTF-8: byte {byte} at offset {at}; save the file as UTF-8",
            f"không phải UTF-8: byte {byte} tại vị trí {at}; hãy lưu tệp dạng UTF-8",
        )  # fmt: skip
        return None


def _header_fits(header: list[str], cells: Cells) -> bool:
    wanted = cells.schema.columns
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
        for line, value in zip(cells.lines, column, strict=True):
            composed = unicodedata.normalize("NFC", value)
            if composed != value:
                cells.add(
                    line, name, value, f"is decomposed Unicode; write it composed (NFC): {composed!r}",
                    f"là Unicode tổ hợp rời; hãy viết dạng dựng sẵn (NFC): {composed!r}",
                )  # fmt: skip
