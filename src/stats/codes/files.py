"""Read one code list from disk: a small CSV file with a header, every row with its line number."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from stats.errors import DataError

Row = Mapping[str, str]
"""One row of a code list: column name to text, an empty cell is an empty string."""


def read_rows(path: Path) -> tuple[Row, ...]:
    """Return the rows of one code list.

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8 with a header line.

    Raises
    ------
    DataError
        When the file is missing, is not UTF-8, or a line has too few or too many cells.
    """
    try:
        raw = path.read_bytes()
    except OSError:
        raise DataError(
            f"The code list {path} is missing or cannot be opened.", f"Thiếu hoặc không mở được danh mục {path}."
        ) from None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"The code list {path} is not UTF-8 (byte {error.start}). Save it as UTF-8.",
            f"Danh mục {path} không phải UTF-8 (byte {error.start}). Hãy lưu lại dạng UTF-8.",
        ) from None
    lines = csv.reader(io.StringIO(text, newline=""))
    header = next(lines, [])
    rows: list[Row] = []
    for cells in lines:
        if len(cells) != len(header):
            raise DataError(
                f"{path}, line {lines.line_num}: {len(cells)} cells where the header has {len(header)}.",
                f"{path}, dòng {lines.line_num}: có {len(cells)} ô trong khi tiêu đề có {len(header)} ô.",
            )
        rows.append(MappingProxyType(dict(zip(header, cells, strict=True))))
    return tuple(rows)


def check_days(rows: Iterable[Row], columns: Iterable[str], path: Path) -> None:
    """Check the dates of a code list; an empty cell is no date and may stand.

    Raises
    ------
    DataError
        At the first cell that is no date: names the file, the row by its first cell, the column and the value.
    """
    for row in rows:
        for column in columns:
            try:
                dt.date.fromisoformat(row[column] or "0001-01-01")
            except ValueError:
                first = next(iter(row.values()))
                raise DataError(
                    f"{path}, row {first!r}: {column} is {row[column]!r}, which is no date (YYYY-MM-DD).",
                    f"{path}, dòng {first!r}: {column} là {row[column]!r}, không phải ngày tháng (NĂM-THÁNG-NGÀY).",
                ) from None
