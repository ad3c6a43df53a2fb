"""Starting and ending the processes of the engine, so that none outlives what it was for."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

_DEATH_SIGNAL = 1


def forkable() -> bool:
    """Tell whether this process can be forked without harm."""
    return (
        hasattr(os, "fork")
        and threading.active_count() == 1
        and threading.current_thread() is threading.main_thread()
        and "polars" not in sys.modules
    )


def die_with_parent(parent: int) -> None:
    """Have this process killed when its parent dies, where the system can do so."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def command(module: str, connection: Connection, *arguments: object) -> list[str]:
    """Return the command that starts `main` of a module in a new process, its search path that of a kernel.

    The module's own folder is named, since the process may be started from anywhere; it is the first on
    the path, for `main` to take off again.
    """
    where = str(Path(__file__).resolve().parents[3])
    code = f"import sys; sys.path[:] = [{where!r}, *filter(None, sys.path)]; from {module} import main; main()"
    return [sys.executable, "-c", code, str(connection.fileno()), *map(str, arguments)]


def kill_group(group: int) -> None:
    """Kill a child and everything it has started; nothing happens when they are gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
