"""The curated data in a warm process: read once, and trusted only while no file has changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from stats import codes, indicators

_NOT_READ = (".undo", "returns")
"""Folders inside the data folder that no report reads."""

Files = tuple[tuple[str, int, int, str], ...]
"""Name, time of change (nanoseconds), size and SHA-256 of every file."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the data of a warm process were made of."""

    folder: Path
    files: Files


def keep(data: Path | None) -> Kept:
    """Read a data folder once for all reports of this process and its forks.

    Parameters
    ----------
    data : Path, optional
        The folder; by default the project's own.

    Raises
    ------
    DataError
        When a table has broken rows.
    """
    folder = (data or codes.default_data()).resolve()
    # Stated before it is read: a change in between is then seen as one.
    kept = Kept(folder, state(folder))
    book = indicators.keep_open(folder)
    # Every report asks for these; left to a rehearsal, one that is cut at its time limit leaves them to each report.
    _ = (book.findings, book.index, book.by_id, book.alternatives)
    return kept


def check(kept: Kept) -> bool:
    """Tell whether the data are still those read; when they are not, they are forgotten and read anew."""
    if state(kept.folder) == kept.files:
        return True
    indicators.forget()
    codes.forget()
    return False


def state(folder: Path) -> Files:
    """Return what every file of a data folder is like."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in _NOT_READ:
            status, digest = path.stat(), hashlib.sha256(path.read_bytes()).hexdigest()
            found.append((str(path.relative_to(folder)), status.st_mtime_ns, status.st_size, digest))
    return tuple(found)
