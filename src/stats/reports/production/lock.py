"""One run at a time in an output folder.

The operating system holds the lock on an open file for the process that took it: it ends with that
process, however it ends, so no lock is left behind by a run that was killed. It is not shared with
forked children (`fcntl.lockf`), so that a report still ending does not hold the folder either. Who
holds it is told in a file beside: closing the locked file itself, even after only reading it, would
give the lock up.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from stats.errors import OutputError, UsageError
from stats.reports import files
from stats.reports.production import clock

FILE, WHO = ".lock", ".lock.json"
EVERY = 0.2
"""Seconds between two tries while waiting."""

_MINE: set[Path] = set()
"""Folders this process holds: to the system a second try of the same process is no other run."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The run that holds a folder: process id, machine, and since when (UTC)."""

    pid: int
    host: str
    since: str


class LockedError(UsageError):
    """Raised when another run holds the output folder; it is named."""

    def __init__(self, folder: Path, holder: Holder | None) -> None:
        who_en = f"process {holder.pid} on {holder.host}, since {holder.since}" if holder else "another process"
        who_vi = f"tiến trình {holder.pid} trên máy {holder.host}, từ {holder.since}" if holder else "tiến trình khác"
        super().__init__(
            f"Another run is writing to {folder}: {who_en}. Wait for it with --wait SECONDS, or choose another folder "
            "with --out.",
            f"Một lượt chạy khác đang ghi vào {folder}: {who_vi}. Chờ bằng --wait GIÂY, hoặc chọn thư mục khác bằng "
            "--out.",
        )
        self.holder = holder


@contextlib.contextmanager
def hold(
    out: Path, *, wait: float = 0, now: dt.datetime | None = None, told: Callable[[Holder | None], None] | None = None
) -> Iterator[Holder]:
    """Hold an output folder for one run.

    Parameters
    ----------
    out : Path
        The output folder; made when missing.
    wait : float
        Seconds to wait for another run to end.
    now : datetime.datetime, optional
        The moment told to others as the start of the run; the clock's by default.
    told : callable, optional
        Called once with the other holder before waiting begins.

    Yields
    ------
    Holder
        This run.

    Raises
    ------
    LockedError
        When another run still holds it after the wait.
    OutputError
        When the folder cannot be written.
    """
    if out.resolve() in _MINE:
        raise LockedError(out, holder(out))
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = (out / FILE).open("a+", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"Cannot write {out}: {reason}.", f"Không ghi được {out}: {reason}.") from error
    with file:
        _take(file, out, wait, told)
        moment = now or clock.now()
        mine = Holder(os.getpid(), socket.gethostname(), moment.isoformat(timespec="seconds"))
        _MINE.add(out.resolve())
        try:
            files.write(out / WHO, json.dumps(asdict(mine)))
            yield mine
        finally:
            _MINE.discard(out.resolve())
            # The locked file stays: removing it would let a third run lock another file of the same name.
            (out / WHO).unlink(missing_ok=True)


def holder(out: Path) -> Holder | None:
    """Return the run that holds a folder, as it wrote itself down; None when that cannot be read."""
    try:
        return Holder(**json.loads((out / WHO).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _take(file: IO[str], out: Path, wait: float, told: Callable[[Holder | None], None] | None) -> None:
    until = time.monotonic() + wait
    while not _locked(file):
        if time.monotonic() >= until:
            raise LockedError(out, holder(out))
        if told:
            told(holder(out))
            told = None
        time.sleep(min(EVERY, max(0.0, until - time.monotonic())))


def _locked(file: IO[str]) -> bool:
    """Try to lock an open file; False when another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows has no fcntl.
        import msvcrt

        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        return False
    return True
