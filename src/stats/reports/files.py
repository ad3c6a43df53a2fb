"""Writing outputs so that nothing is ever half-written.

Each file is written beside its target under a temporary name, flushed to the disk, and moved into
place in one step. Whatever goes wrong (disk full, Ctrl-C, power cut), the old file or the new one
is there, never a part of either.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stats.errors import OutputError

TEMPORARY = ".partial-"
"""Prefix of everything unfinished; a run removes its own, and `sweep` those of dead runs."""

_OWNED = re.compile(re.escape(TEMPORARY) + r"(?P<host>.+)-(?P<pid>\d+)-[^-]+")


def write(path: Path, content: bytes | str) -> Path:
    """Write one file atomically.

    Parameters
    ----------
    path : Path
        The target; its folder is made when missing.
    content : bytes or str
        Text is written as UTF-8 with the line ends it has.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    OutputError
        When the folder or file cannot be written; a file already there stays as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=_prefix(), suffix=path.suffix, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return path


@contextlib.contextmanager
def workspace(folder: Path) -> Iterator[Path]:
    """Give a temporary folder inside `folder` and remove it whatever happens.

    It lies on the same disk as the outputs, so that moving a finished file out of it is one step.
    """
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=_prefix(), dir=folder))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def move(source: Path, target: Path) -> Path:
    """Move a finished file into place in one step."""
    with _explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    return target


def sweep(folder: Path) -> list[Path]:
    """Remove what processes of this machine that are dead left unfinished in a folder and below.

    Returns
    -------
    list of Path
        What was removed. Unfinished files of living processes and of other machines stay: they
        may be about to be moved into place.
    """
    dead = []
    for path in sorted(folder.rglob(f"{TEMPORARY}*")):
        owner = _OWNED.fullmatch(path.name)
        if owner and owner["host"] == socket.gethostname() and not _alive(int(owner["pid"])):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            dead.append(path)
    return dead


def _prefix() -> str:
    """Return how the unfinished files of this process begin: they name who will finish them."""
    return f"{TEMPORARY}{socket.gethostname()}-{os.getpid()}-"


def _alive(pid: int) -> bool:
    # Only a run that finds something unfinished asks.
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"Cannot write {path}: {reason}. Anything already there is unchanged; free some space or choose "
            "another folder with --out.",
            f"Không ghi được {path}: {reason}. Tệp cũ (nếu có) được giữ nguyên; hãy giải phóng dung lượng hoặc "
            "chọn thư mục khác bằng --out.",
        ) from error
