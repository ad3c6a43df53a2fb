"""Read all tables of a data folder, or say everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stats import codes
from stats.tables.columns import convert
from stats.tables.model import Tables
from stats.tables.parsing import parse, read_bytes
from stats.tables.problems import TableError
from stats.tables.rows import check_references, check_rows
from stats.tables.schema import Schema, read_schemas

FOLDER, COMMIT, REVERT = ".undo", "commit", "revert"
"""Where additions are kept (`stats.tables.ledger`), and its folders while one is written or undone."""

_ATTEMPTS = 5


def read(data: Path | str | None = None, *, corrected: bool = False) -> Tables:
    """Return the curated tables of a data folder.

    Parameters
    ----------
    data : Path, optional
        The folder that holds ``datapackage.json``, ``tables`` and ``codes``; by default
        `stats.codes.default_data`.
    corrected : bool
        Return the derived view in which the declared corrections are applied and marked, see
        `stats.tables.corrections`; by default the tables are as published.

    Returns
    -------
    Tables
        Frames whose every cell has been checked against its schema.

    Raises
    ------
    TableError
        When anything is wrong: every broken row of every table is in its ``problems``, with file,
        line, column, value and what is allowed. Nothing is returned then.

    Examples
    --------
    >>> tables = read()
    >>> bool((tables.discipline["count"] >= 0).all())
    True
    """
    folder = Path(data) if data is not None else codes.default_data()
    schemas = read_schemas(folder)
    tables = assemble(folder, schemas, together(folder, schemas))
    if not corrected:
        return tables
    from stats.tables import corrections

    return corrections.apply(tables, corrections.read(folder))


def assemble(folder: Path, schemas: Mapping[str, Schema], raw: Mapping[str, bytes | None]) -> Tables:
    """Return the tables made of the bytes of their files, so that a change can be tried before it is written.

    Parameters
    ----------
    folder : Path
        The data folder, for its code lists.
    schemas, raw : mapping
        Schema and content of each table by name; None for a missing file.

    Raises
    ------
    TableError
        See `read`.
    """
    book = codes.load(folder)
    cells = {name: parse(raw[name], schema) for name, schema in schemas.items()}
    frames = {}
    for name, table in cells.items():
        if table.columns:
            frames[name] = convert(table, book)
            if not table.full:
                check_rows(table, book)
                check_references(table, cells)
    problems = [p for table in cells.values() for p in table.problems]
    if problems:
        raise TableError.from_problems(problems)
    return Tables(data=folder, **frames)


def together(folder: Path, schemas: Mapping[str, Schema]) -> dict[str, bytes | None]:
    """Return the bytes of all files as one addition left them, never some from before and some from after."""
    raw: dict[str, bytes | None] = {}
    for _ in range(_ATTEMPTS):
        if _unfinished(folder):
            # Rarely needed, and only where folders can be locked.
            from stats.tables import ledger

            ledger.settle(folder)
        stamp = _stamp(folder)
        raw = {name: read_bytes(folder / schema.path) for name, schema in schemas.items()}
        if _stamp(folder) == stamp and not _unfinished(folder):
            break
    return raw


def _unfinished(folder: Path) -> bool:
    return (folder / FOLDER / COMMIT).exists() or (folder / FOLDER / REVERT).exists()


def _stamp(folder: Path) -> int:
    # A file moved into a folder changes the time of the folder.
    tables = folder / "tables"
    return tables.stat().st_mtime_ns if tables.exists() else 0
