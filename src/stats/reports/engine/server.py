"""The warm process: it makes the shell, reads the data and rehearses once, then forks a child for each task.

It has one thread, and never loads polars (which hangs in a forked child): both are checked before each
fork. `stats.reports.engine.warm` starts it and speaks with it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import selectors
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from stats.errors import DeadKernelError, ReportTimeoutError, StatsError
from stats.reports.engine.process import die_with_parent, kill_group
from stats.reports.engine.warm import Outcome, failure

_PULSE = 0.02
"""Seconds between looks at a child that has been killed and is not gone yet."""


@dataclass(slots=True)
class _Child:
    key: str
    timeout: float
    pid: int
    reading: int
    started: float
    received: bytearray = field(default_factory=bytearray)
    open: bool = True

    @property
    def deadline(self) -> float:
        return self.started + self.timeout


def main() -> None:
    """Be the warm process: the connection to the caller is the first argument."""
    connection = Connection(int(sys.argv[1]))
    sys.path.pop(0)
    scratch, data, rehearsals, path = connection.recv()
    # Functions of the caller are found where it finds them, after what a kernel finds.
    sys.path += [folder for folder in path if folder and folder not in sys.path]
    # A polite end is an end like any other.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    owner = os.getpid()
    try:
        os.environ["IPYTHONDIR"] = str(Path(scratch) / "ipython")
        kept = _prepare(Path(data) if data else None, rehearsals)
        _Parent(connection, kept).serve()
    except EOFError:
        pass
    finally:
        if os.getpid() == owner:
            shutil.rmtree(scratch, ignore_errors=True)


def _prepare(data: Path | None, rehearsals: list[bytes]) -> Any:
    """Do once what every report needs; return what the data were made of."""
    from stats.reports.engine import kernel, reading

    shell: Any = kernel.start().shell
    # The imports of a notebook belong to its shell: they go through it.
    shell.run_cell("import pandas, numpy, plotly.graph_objects", silent=True)
    kept = None
    # Data that cannot be read are each task's to report.
    with contextlib.suppress(StatsError):
        kept = reading.keep(data)
    for order in rehearsals:
        with contextlib.suppress(Exception, SystemExit), _muted():
            task = pickle.loads(order)  # noqa: S301
            task.function(*task.arguments)
    kernel.reset()
    _close_loops()
    # What is there now stays: children share its pages as long as the collector does not touch them.
    gc.collect()
    gc.freeze()
    return kept


class _Parent:
    """The loop of the warm process."""

    def __init__(self, connection: Connection, kept: Any) -> None:
        self._connection, self._kept = connection, kept
        self._children: dict[int, _Child] = {}
        self._forked = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)
        # A child's end wakes the loop at once.
        self._bell, writing = os.pipe()
        for end in (self._bell, writing):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self._ends = (self._bell, writing)
        self._selector.register(self._bell, selectors.EVENT_READ)

    def serve(self) -> None:
        """Fork, watch and report until the caller is gone."""
        try:
            while True:
                for key, _ in self._selector.select(self._wait()):
                    if key.fileobj is self._connection:
                        self._fork(*self._connection.recv())
                    elif key.fileobj == self._bell:
                        os.read(self._bell, 4096)
                    else:
                        self._read(key.data)
                self._stop_late()
                self._bury()
        finally:
            if not self._forked:
                for child in self._children.values():
                    kill_group(child.pid)

    def _wait(self) -> float | None:
        if not self._children:
            return None
        return max(_PULSE, min(c.deadline for c in self._children.values()) - time.monotonic())

    def _fork(self, key: str, timeout: float, order: bytes) -> None:
        if threading.active_count() > 1 or "polars" in sys.modules:
            error = DeadKernelError(
                "The warm process has threads or polars and cannot be forked.",
                "Tiến trình có luồng phụ hoặc polars nên không tách được.",
            )
            self._connection.send(Outcome(key, error=error))
            return
        reading, writing = os.pipe()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        parent, started = os.getpid(), time.monotonic()
        pid = os.fork()
        if not pid:
            self._forked = True
            os.close(reading)
            self._run(order, writing, parent)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        os.close(writing)
        os.set_blocking(reading, False)
        child = self._children[pid] = _Child(key, timeout, pid, reading, started)
        self._selector.register(reading, selectors.EVENT_READ, child)
        self._connection.send((key, pid))

    def _run(self, order: bytes, writing: int, parent: int) -> None:
        """Be the child."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            with contextlib.suppress(OSError):
                os.setpgid(0, 0)
            die_with_parent(parent)
            for end in (self._connection.fileno(), *self._ends, *(c.reading for c in self._children.values())):
                os.close(end)
            answer = pickle.dumps(_done(order, self._kept))
            with os.fdopen(writing, "wb") as file:
                file.write(answer)
            code = 0
        finally:
            # Neither the parent's exit handlers nor its files are the child's to finish.
            os._exit(code)

    def _read(self, child: _Child) -> None:
        with contextlib.suppress(BlockingIOError):
            while data := os.read(child.reading, 1 << 16):
                child.received += data
            self._selector.unregister(child.reading)
            child.open = False

    def _stop_late(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if now >= child.deadline:
                kill_group(child.pid)

    def _bury(self) -> None:
        for child in list(self._children.values()):
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                if child.open:
                    self._read(child)
                self._finish(child, status, usage)

    def _finish(self, child: _Child, status: int, usage: Any) -> None:
        # Whatever the child has started goes with it.
        kill_group(child.pid)
        if child.open:
            self._selector.unregister(child.reading)
        os.close(child.reading)
        del self._children[child.pid]
        seconds = time.monotonic() - child.started
        value, error, log = None, None, ""
        if status == 0:
            value, error, log = pickle.loads(bytes(child.received))  # noqa: S301
        elif seconds >= child.timeout:
            limit = child.timeout
            error = ReportTimeoutError(
                f"The report ran longer than {limit:g} seconds.", f"Báo cáo chạy quá {limit:g} giây."
            )
        else:
            how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"status {os.WEXITSTATUS(status)}"
            error = DeadKernelError(
                f"The process that ran the notebook died ({how}).",
                f"Tiến trình chạy sổ tay Jupyter đã dừng đột ngột ({how}).",
            )
        memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        cpu = usage.ru_utime + usage.ru_stime
        self._connection.send(Outcome(child.key, value, error, log, seconds, cpu, memory))


def _done(order: bytes, kept: Any) -> tuple[Any, Any, str]:
    """Do a task in a child; return its value, its error and the traceback."""
    from stats.reports.engine import kernel, reading

    try:
        task = pickle.loads(order)  # noqa: S301
        kernel.settle(task.key)
        os.environ.update(task.environment)
        # Where temporary files go is remembered from the first that was made.
        tempfile.tempdir = None
        if task.folder:
            os.chdir(task.folder)
        if kept is not None:
            reading.check(kept)
        value = task.function(*task.arguments)
        pickle.dumps(value)
    except BaseException as error:
        return None, failure(error), traceback.format_exc()
    return value, None, ""


@contextlib.contextmanager
def _muted() -> Any:
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def _close_loops() -> None:
    """Close the event loop of the rehearsal: a child that inherited it would share its wake-ups."""
    from jupyter_core.utils import ensure_event_loop

    ensure_event_loop().close()
