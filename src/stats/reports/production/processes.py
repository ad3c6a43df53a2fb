"""Processes of a run: how many fit the machine, and how none is left behind.

Everything a run starts, directly or not, has a temporary folder below the run's own, and so tells
by its environment whose it is: also a kernel whose worker was killed and which no one waits for.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

NEEDED = {"kernel": 700 << 20, "discipline": 350 << 20}
"""Bytes of memory a worker needs at most, with its kernel, by engine (measured, rounded up)."""

_PREFIX = "ds-run-"
_OWNED = re.compile(rf"{_PREFIX}(?P<pid>\d+)-.+")
_LONGEST = 40
_CGROUPS = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)
"""Files of a container's memory limit and use, of both generations of control groups."""


def cores() -> int:
    """Return the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_memory(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the bytes of memory that are free, within the limit of the container where there is one."""
    free = int(psutil.virtual_memory().available)
    for limit, used in _CGROUPS:
        with contextlib.suppress(OSError, ValueError):
            free = min(free, int((groups / limit).read_text()) - int((groups / used).read_text()))
    return max(0, free)


def fitting(engine: str, *, reports: int, asked: int | None = None, free: int | None = None) -> int:
    """Return how many workers to start: as many as cores, fewer where memory or work is short.

    Parameters
    ----------
    engine : str
        What runs the notebooks.
    reports : int
        How many are to be made.
    asked : int, optional
        Workers asked for; taken as they are, up to the number of reports.
    free : int, optional
        Free memory in bytes; the machine's by default.
    """
    room = (free_memory() if free is None else free) // NEEDED[engine]
    return max(1, min(reports, asked or min(cores(), room)))


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Give the run's temporary folder; what dead runs left is removed before, what this one leaves after.

    Raises nothing when a folder cannot be removed: another user may own what lies there.
    """
    # Sockets lie in it, whose addresses are short.
    base = tempfile.gettempdir()
    place = Path(base if len(base) <= _LONGEST else "/tmp")  # noqa: S108 - a folder of its own is made there
    for old in place.glob(f"{_PREFIX}*"):
        owner = _OWNED.fullmatch(old.name)
        if owner and not psutil.pid_exists(int(owner["pid"])):
            end_all(old)
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
    try:
        yield folder
    finally:
        end_all(folder)
        shutil.rmtree(folder, ignore_errors=True)


def inside(folder: Path) -> list[psutil.Process]:
    """Return the other processes whose temporary folder is `folder` or lies below."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            place = Path(process.environ().get("TMPDIR", "/"))
            if process.pid != os.getpid() and (place == folder or folder in place.parents):
                found.append(process)
    return found


def end_all(folder: Path) -> None:
    """End every process whose temporary folder is `folder` or lies below, at once."""
    # One that was starting another while it was ended leaves that other one: look again.
    while found := inside(folder):
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=1)


def end(pid: int) -> None:
    """End a process and all it started, at once."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                one.kill()


def follow(leash: int, folder: Path) -> None:
    """Let this process end with the run that started it, by whatever it ends, and take all it started along.

    Parameters
    ----------
    leash : int
        Reading end of a pipe whose other end only the run holds.
    folder : Path
        This process's temporary folder; removed.
    """
    import threading

    def wait() -> None:
        os.read(leash, 1)
        end_all(folder)
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.parent.rmdir()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
