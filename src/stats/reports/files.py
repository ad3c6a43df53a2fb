"""Writing outputs so that nothing is ever half-written.

Each file is written beside its target under a temporary name, flushed to the disk, and moved into
place in one step; a folder that only makes sense whole is exchanged for its successor. Whatever
goes wrong (disk full, Ctrl-C, power cut), the old one or the new one is there, never a part of
either.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stats.errors import OutputError, UsageError

TEMPORARY = ".partial-"
"""Prefix of everything unfinished; a run removes its own, and `sweep` those of dead runs."""

_ASIDE = ".old-"
"""Ends, with a number, the name of a folder laid aside while its successor takes its place."""

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
        if path.exists() and not path.is_file():  # a device or a pipe would be replaced by a file
            raise OSError(errno.EINVAL, "not a file")
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


def exchange(folder: Path, target: Path) -> Path:
    """Put a finished folder where another may stand; of two that do so at once, the last one stays.

    Parameters
    ----------
    folder : Path
        The new folder, directly inside a `workspace` of the folder that holds `target`.
    target : Path
        Its place.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    OutputError
        When the place cannot be taken; what stood there stands there.

    Notes
    -----
    No system call exchanges two folders everywhere: the old one is laid aside into the workspace
    first. A process interrupted between the two steps puts it back; what one that was killed laid
    aside, the next `sweep` puts back.
    """
    laid = 0
    with _explained(target):
        while True:
            try:
                folder.replace(target)
                return target
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES) or not target.is_dir():
                    raise
            aside = folder.with_name(f"{target.name}{_ASIDE}{laid}")
            laid += 1
            try:
                # Another process may have laid the same folder aside in this very moment.
                with contextlib.suppress(FileNotFoundError):
                    target.replace(aside)
                folder.replace(target)
                return target
            except BaseException as error:
                _put_back(aside, target)
                if not isinstance(error, OSError) or error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise


def _put_back(aside: Path, target: Path) -> None:
    # A folder that stands there by now is whole, and newer.
    if aside.exists() and not target.exists():
        aside.replace(target)


def sweep(folder: Path, *, below: bool = True) -> list[Path]:
    """Remove what processes of this machine that are dead left unfinished in a folder (and below).

    A finished folder that such a process had laid aside (`exchange`) is put back first.

    Returns
    -------
    list of Path
        What was removed. Unfinished files of living processes and of other machines stay: they
        may be about to be moved into place.
    """
    dead = []
    for path in sorted((folder.rglob if below else folder.glob)(f"{TEMPORARY}*")):
        owner = _OWNED.fullmatch(path.name)
        if owner and owner["host"] == socket.gethostname() and not _alive(int(owner["pid"])):
            for aside in sorted(path.glob(f"*{_ASIDE}[0-9]*"), reverse=True):
                _put_back(aside, path.with_name(aside.name.rpartition(_ASIDE)[0]))
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


def empty_folder(target: Path, *, apart_from: Path) -> bool:
    """Tell whether a folder to be written whole is new or empty; what lies in it else is for the caller to know.

    Raises
    ------
    UsageError
        When it is a file, or the data folder `apart_from` and it lie in one another.
    """
    if target == apart_from or target in apart_from.parents or apart_from in target.parents:
        raise UsageError(
            f"--out {target} and the data folder {apart_from} lie in one another; choose a folder of its own.",
            f"--out {target} và thư mục dữ liệu {apart_from} lồng vào nhau; hãy chọn một thư mục riêng.",
        )
    if target.exists() and not target.is_dir():
        raise UsageError(
            f"--out {target} is a file; choose a folder.", f"--out {target} là một tệp; hãy chọn một thư mục."
        )
    return not target.exists() or not any(target.iterdir())
