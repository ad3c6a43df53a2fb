"""Write a curated table in its one canonical form, so that the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from pathlib import Path

import pandas as pd

from stats.errors import DataError, UnknownCodeError
from stats.tables.schema import Schema, read_schemas

MARK = "corrected"
"""Column of a derived view that says what was corrected in a row; see `stats.tables.corrections`."""


def texts(frame: pd.DataFrame, schema: Schema) -> dict[str, list[str]]:
    """Return the columns of a table as the texts that stand in its file."""
    return {f.name: _text(frame[f.name], f.kind) for f in schema.fields}


def to_bytes(frame: pd.DataFrame, schema: Schema) -> bytes:
    """Return the canonical CSV of a table: UTF-8, LF, commas, NFC, the columns of the schema.

    Parameters
    ----------
    frame : DataFrame
        The rows in the order they shall stand; further columns are left out.
    schema : Schema
        The table.

    Raises
    ------
    DataError
        When the frame holds corrected rows: they are a derived view and never written.
    """
    if MARK in frame.columns and (frame[MARK].fillna("") != "").any():
        raise DataError(
            f"{schema.path}: the rows hold corrections, which are a derived view; write the tables as published.",
            f"{schema.path}: các dòng có mục đã sửa, chỉ là bảng suy ra; hãy ghi bảng như đã công bố.",
        )
    text = texts(frame, schema)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.columns)
    writer.writerows(zip(*text.values(), strict=True))
    return unicodedata.normalize("NFC", out.getvalue()).encode("utf-8")


def write(data: Path, name: str, frame: pd.DataFrame) -> Path:
    """Write one table; the old file stays until the new one is complete.

    Parameters
    ----------
    data : Path
        The data folder.
    name : str
        Name of the table (``discipline``).
    frame : DataFrame
        Its rows.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UnknownCodeError
        When the data package has no such table.
    """
    schemas = read_schemas(data)
    if name not in schemas:
        raise UnknownCodeError.from_value(("table", "bảng"), name, schemas)
    path = data / schemas[name].path
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(to_bytes(frame, schemas[name]))
    draft.replace(path)
    return path


def _text(column: pd.Series[str], kind: str) -> list[str]:
    if kind == "date":
        return [f"{day:%Y-%m-%d}" if not pd.isna(day) else "" for day in column]
    if kind == "integer":
        return ["" if pd.isna(v) else str(int(v)) for v in column]
    if kind == "number":
        return ["" if pd.isna(v) else str(int(v)) if float(v).is_integer() else repr(float(v)) for v in column]
    return ["" if pd.isna(v) else str(v) for v in column]
