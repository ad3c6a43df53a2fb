"""A kernel in a child process, for one notebook run by ``papermill --engine discipline``.

The child is a fork where that is safe, else a new process: a fork of a process with threads may hang,
and polars, once loaded, always does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe
from typing import Any

from ipykernel.parentpoller import ParentPollerUnix

from stats.reports.engine.process import command, die_with_parent, forkable, kill_group

_GRACE = 0.3
"""Seconds a child gets to end by itself once its connection is closed."""


@contextlib.contextmanager
def kernel() -> Iterator[tuple[Connection, int]]:
    """Give a connection to a kernel in a new child process and its id, and end it whatever happens."""
    _stop_progress_thread()
    ours, theirs = Pipe()
    pid = _fork(ours, theirs) if forkable() else _spawn(theirs)
    theirs.close()
    try:
        yield ours, pid
    finally:
        ours.close()
        _end(pid)


def serve(connection: Connection) -> None:
    """Answer requests until the connection is closed."""
    from stats.reports.engine.kernel import start

    kernel = start()
    lock = threading.Lock()

    def deliver(channel: str, message: dict[str, Any]) -> None:
        with lock:
            connection.send((channel, message))

    async def answer() -> None:
        while not kernel.left:
            # Tasks that a cell has left behind go on while the next request is awaited.
            ready = asyncio.Event()
            loop = asyncio.get_running_loop()
            loop.add_reader(connection.fileno(), ready.set)
            await ready.wait()
            loop.remove_reader(connection.fileno())
            await kernel.handle(connection.recv(), deliver)

    with kernel.capture.open(), contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        asyncio.run(answer())


def _fork(ours: Connection, theirs: Connection) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    parent, pid = os.getpid(), os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setpgid(0, 0)
        die_with_parent(parent)
        ours.close()
        from stats.reports.engine.kernel import settle

        # Which bar a cell gets is for its own import to find out, as on a stock kernel.
        for name in ("tqdm.auto", "tqdm.autonotebook"):
            sys.modules.pop(name, None)
        # Two runs of a notebook differ where it asks for chance: a stock kernel's do.
        settle(os.urandom(8).hex())
        serve(theirs)
        code = 0
    finally:
        # Nothing of the parent's, neither its exit handlers nor its open files, is this process's to finish.
        os._exit(code)


def _spawn(theirs: Connection) -> int:
    process = subprocess.Popen(  # noqa: S603
        command("stats.reports.engine.child", theirs, os.getpid()), pass_fds=(theirs.fileno(),), process_group=0
    )
    # Waited for by its id, like a fork.
    process.returncode = 0
    return process.pid


def main() -> None:
    """Be the child that a process which cannot be forked has started."""
    connection, parent = Connection(int(sys.argv[1])), int(sys.argv[2])
    if os.getppid() != parent:
        return
    sys.path.pop(0)
    # A death signal comes from the thread that started this process, which may end long before its process.
    ParentPollerUnix(parent_pid=parent).start()  # type: ignore[no-untyped-call]
    serve(connection)
    os._exit(0)


def _end(pid: int) -> None:
    """Wait for a child that has lost its connection; kill it and what it started when it does not end."""
    deadline = time.monotonic() + _GRACE
    done = 0
    while not done and time.monotonic() < deadline:
        done, _ = os.waitpid(pid, os.WNOHANG)
        if not done:
            time.sleep(0.01)
    kill_group(pid)
    if not done:
        os.waitpid(pid, 0)


def _stop_progress_thread() -> None:
    """End the thread by which tqdm watches for slow progress bars: a process with threads cannot be forked."""
    tqdm = sys.modules.get("tqdm.std")
    if tqdm is not None and tqdm.tqdm.monitor is not None:
        tqdm.tqdm.monitor.exit()
        tqdm.tqdm.monitor = None
