"""All tables of one addition replaced together, or none; the last addition can be undone.

Everything is prepared in a folder of its own under ``.undo``: the files as they are (``before``)
and as they will be (``after``). Renaming that folder to ``commit`` is the one step that decides.
Before it, nothing has happened; after it, the files are moved into place, and whoever comes next
finishes that when the process died in between. Then the folder becomes a numbered entry. Undoing
an entry is the same with ``revert`` and the files of ``before``.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stats.errors import UsageError
from stats.tables.reading import COMMIT, FOLDER, REVERT

KEPT = 20
"""Additions that can be undone, the last first."""

_DRAFT = "draft"


class LedgerError(UsageError):
    """Raised when an addition cannot be written or undone; the tables are whole."""


@dataclass(frozen=True)
class Entry:
    """One addition that was written.

    Attributes
    ----------
    number : int
        Its place in the row of additions.
    about : mapping
        What was said about it when it was written.
    files : tuple of str
        The files it changed, by their path in the data folder.
    """

    number: int
    about: Mapping[str, str]
    files: tuple[str, ...]


@contextlib.contextmanager
def locked(data: Path, holder: str, *, wait: float = 0.0) -> Iterator[None]:
    """Keep others from changing the tables; finish first what a dead process left half done.

    Parameters
    ----------
    data : Path
        The data folder.
    holder : str
        Who holds the lock, as another one is told.
    wait : float
        Seconds to wait for another holder.

    Raises
    ------
    LedgerError
        When another process holds it (it is named), or the folder cannot be written.
    """
    folder = data / FOLDER
    with _explained(folder):
        folder.mkdir(exist_ok=True)
        file = (folder / "lock").open("a+", encoding="utf-8")
    with file:
        _acquire(file.fileno(), folder, time.monotonic() + wait)
        file.truncate(0)
        file.write(holder)
        file.flush()
        with _explained(data, decided=True):
            _finish(data)
        yield
        file.truncate(0)


def settle(data: Path) -> None:
    """Finish an addition that a dead process left half done, or wait for a living one to finish it.

    Raises
    ------
    LedgerError
        When it cannot be finished from here.
    """
    with locked(data, f"process {os.getpid()}", wait=10.0):
        pass


def commit(data: Path, content: Mapping[str, bytes], about: Mapping[str, str]) -> Entry:
    """Replace files of the data folder together; call it inside `locked`.

    Parameters
    ----------
    data : Path
        The data folder.
    content : mapping
        New bytes by path in the data folder.
    about : mapping
        What the entry is about, for `entries`.

    Raises
    ------
    LedgerError
        When something cannot be written; then nothing has changed.
    """
    folder = data / FOLDER
    number = max((entry.number for entry in entries(data)), default=0) + 1
    draft = folder / _DRAFT
    with _explained(data):
        shutil.rmtree(draft, ignore_errors=True)
        for path, new in content.items():
            _keep(draft / "before" / path, (data / path).read_bytes())
            _keep(draft / "after" / path, new)
        told = {"number": number, "about": dict(about), "files": {p: _digest(new) for p, new in content.items()}}
        _keep(draft / "entry.json", json.dumps(told, ensure_ascii=False, indent=1).encode())
        _sync(draft)
        draft.rename(folder / COMMIT)
        _sync(folder)
    with _explained(data, decided=True):
        _finish(data)
    return Entry(number, dict(about), tuple(content))


def undo(data: Path) -> Entry:
    """Give the files of the last addition back the bytes they had before; call it inside `locked`.

    Raises
    ------
    LedgerError
        When there is none, or one of its files has been changed since: both states are then named.
    """
    found = entries(data)
    if not found:
        raise LedgerError("There is no addition to undo.", "Không có lần bổ sung nào để hoàn tác.")
    last = found[-1]
    place = data / FOLDER / f"{last.number:04d}"
    digests = json.loads((place / "entry.json").read_text(encoding="utf-8"))["files"]
    changed = [path for path, digest in digests.items() if _digest_of(data / path) != digest]
    if changed:
        listed = ", ".join(changed)
        raise LedgerError(
            f"{listed} changed after the last addition; undoing it would lose that change. "
            f"The files as they were before are in {place / 'before'}.",
            f"{listed} đã thay đổi sau lần bổ sung cuối; hoàn tác sẽ làm mất thay đổi đó. "
            f"Tệp như trước khi bổ sung nằm ở {place / 'before'}.",
        )
    with _explained(data):
        place.rename(data / FOLDER / REVERT)
        _sync(data / FOLDER)
    with _explained(data, decided=True):
        _finish(data)
    return last


def entries(data: Path) -> list[Entry]:
    """Return the additions that can be undone, the oldest first."""
    found = []
    for path in sorted((data / FOLDER).glob("[0-9]*/entry.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        found.append(Entry(told["number"], told["about"], tuple(told["files"])))
    return sorted(found, key=lambda entry: entry.number)


def _finish(data: Path) -> None:
    """Move what was decided into place; every step can be done again after a crash in any other."""
    folder = data / FOLDER
    shutil.rmtree(folder / _DRAFT, ignore_errors=True)
    decided = folder / COMMIT
    if decided.exists():
        told = json.loads((decided / "entry.json").read_text(encoding="utf-8"))
        _move_all(decided / "after", data)
        decided.rename(folder / f"{told['number']:04d}")
        _sync(folder)
        for old in entries(data)[:-KEPT]:
            shutil.rmtree(folder / f"{old.number:04d}", ignore_errors=True)
    reverted = folder / REVERT
    if reverted.exists():
        _move_all(reverted / "before", data)
        shutil.rmtree(reverted)
        _sync(folder)


def _move_all(source: Path, data: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            target = data / path.relative_to(source)
            _move(path, target)
            _sync(target.parent)


def _move(path: Path, target: Path) -> None:
    path.replace(target)


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    # A renamed file is safe against a power cut only when its folder is on the disk too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of(path: Path) -> str:
    return _digest(path.read_bytes()) if path.is_file() else ""


def _acquire(handle: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                break
            time.sleep(0.05)
    holder = (folder / "lock").read_text(encoding="utf-8", errors="replace") or "?"
    raise LedgerError(
        f"Figures are being added right now by {holder}. Wait until it is done, then try again.",
        f"Đang có lần bổ sung khác: {holder}. Hãy chờ xong rồi thử lại.",
    )


@contextlib.contextmanager
def _explained(path: Path, *, decided: bool = False) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        state = (
            ("What was decided is finished by the next command that can write there.",
             "Việc đã quyết định sẽ được hoàn tất ở lệnh tiếp theo khi ghi được vào đó.")
            if decided
            else ("The tables are as they were.", "Các bảng vẫn nguyên như cũ.")
        )  # fmt: skip
        raise LedgerError(
            f"Cannot write in {path}: {reason}. {state[0]} Free some space or ask for the right to write there.",
            f"Không ghi được vào {path}: {reason}. {state[1]} Hãy giải phóng dung lượng hoặc xin quyền ghi.",
        ) from error
