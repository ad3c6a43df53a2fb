"""The warm process from the outside: start it, give it tasks, take their outcomes.

One process holds the shell, the imports and the curated data, and forks a child for each task. It is a
process of its own, so that the caller may have threads, a progress display or any library loaded.

Examples
--------
A scheduler's loop with two children at once::

    with warm(rehearsals=[Task("rehearsal", build, (request,))]) as server:
        while tasks or server.busy:
            while tasks and len(server.busy) < 2:
                server.submit(tasks.pop())
            for outcome in server.poll(1.0):
                ...
"""

from __future__ import annotations

import contextlib
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from stats.errors import DeadKernelError, ReportError, StatsError
from stats.reports.engine.process import command, kill_group

_GRACE = 0.5
"""Seconds the warm process gets to end its children before it is killed with them."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do in a child of the warm process.

    Attributes
    ----------
    key : str
        Names the task among those under way; the child's random numbers follow from it.
    function : callable
        A function of a module; it is found by its name in the child.
    arguments : tuple
        What it is called with; they are pickled, as is what it returns.
    timeout : float
        Seconds after which the child and everything it started are killed.
    folder : str
        Working folder of the child; empty for the caller's at the start.
    environment : mapping of str
        Variables set in the child beyond those of the caller.
    """

    key: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    timeout: float = 300
    folder: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task.

    Attributes
    ----------
    value : object
        What the function returned; None when it failed.
    error : StatsError or None
        Why it failed: what the function raised, `ReportTimeoutError`, or `DeadKernelError`.
    log : str
        The traceback of the child, where it left one.
    seconds, cpu : float
        Time from fork to end, and processor time of the child with its own children.
    memory : int
        Most memory the child had, in bytes; shared pages of the warm process count.
    """

    key: str
    value: Any = None
    error: StatsError | None = None
    log: str = ""
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0


class Server:
    """A warm process and the tasks under way in its children; made by `warm`.

    Attributes
    ----------
    busy : mapping
        Tasks under way: key to the process id of the child, 0 before it is forked.
    """

    def __init__(self, data: Path | None = None, rehearsals: Sequence[Task] = ()) -> None:
        self.busy: dict[str, int] = {}
        # What a task is made of is read where it is done: one that cannot be is one failure.
        self._prepared = [str(data) if data else "", [pickle.dumps(task) for task in rehearsals], sys.path]
        self._process: subprocess.Popen[bytes] | None = None
        self._start()

    @property
    def pid(self) -> int:
        """Process id of the warm process."""
        return self._process.pid if self._process else 0

    def fileno(self) -> int:
        """Return a descriptor that can be read when `poll` has something to give."""
        return self._connection.fileno()

    def submit(self, task: Task) -> None:
        """Start a task at once in a child of its own; a dead warm process is started anew.

        Raises
        ------
        ValueError
            When a task of that key is under way.
        """
        if task.key in self.busy:
            raise ValueError(f"A task {task.key!r} is under way.")
        order = (task.key, task.timeout, pickle.dumps(task))
        self.busy[task.key] = 0
        for last in (False, True):
            if self._process is None:
                self._start()
            try:
                self._connection.send(order)
                return
            except (BrokenPipeError, ConnectionResetError):
                self._kill()
                if last:
                    raise

    def poll(self, timeout: float | None = 0) -> list[Outcome]:
        """Return the outcomes that are there, waiting for the first at most `timeout` seconds.

        When the warm process has died, all that was under way has failed with `DeadKernelError`.
        """
        outcomes: list[Outcome] = []
        until = None if timeout is None else time.monotonic() + timeout
        try:
            while self.busy and not outcomes:
                rest = None if until is None else max(0.0, until - time.monotonic())
                if not self._connection.poll(rest):
                    break
                while self.busy and self._connection.poll(0):
                    message = self._connection.recv()
                    if isinstance(message, Outcome):
                        self.busy.pop(message.key, None)
                        outcomes.append(message)
                    else:
                        self.busy[message[0]] = message[1]
        except (EOFError, OSError):
            lost = dict(self.busy)
            self._kill()
            error = DeadKernelError(
                "The warm process that ran the reports died.", "Tiến trình chạy các báo cáo đã dừng đột ngột."
            )
            outcomes += [Outcome(key, error=error) for key in lost]
        return outcomes

    def close(self) -> None:
        """End the warm process and every child, at once; what was under way is lost."""
        if self._process is None:
            return
        self._connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.05 if not self.busy else _GRACE)
        self._kill()

    def _start(self) -> None:
        ours, theirs = Pipe()
        # Its own session: Ctrl-C at the terminal is the caller's to answer.
        self._process = subprocess.Popen(  # noqa: S603
            command("stats.reports.engine.server", theirs), pass_fds=(theirs.fileno(),), start_new_session=True
        )
        theirs.close()
        self._connection: Connection = ours
        # Profile and caches of the shell: no one's own, and gone at the end, whichever process dies first.
        self._scratch = tempfile.mkdtemp(prefix="ds-warm-")
        ours.send([self._scratch, *self._prepared])

    def _kill(self) -> None:
        """Kill what is left of the warm process and its children, and forget them."""
        groups = [pid for pid in self.busy.values() if pid]
        if self._process is not None:
            groups.append(self._process.pid)
        for group in groups:
            kill_group(group)
        if self._process is not None:
            self._process.wait()
            self._connection.close()
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._process = None
        self.busy.clear()


@contextlib.contextmanager
def warm(data: Path | None = None, *, rehearsals: Sequence[Task] = ()) -> Iterator[Server]:
    """Give a warm process; it and all its children are gone at the end, whatever happens.

    Parameters
    ----------
    data : Path, optional
        The data folder to read once; by default the project's own. A child reads it anew when a file
        in it has changed since.
    rehearsals : sequence of Task
        Done once in the warm process itself before the first child is forked, so that every import and
        cache is there: one task of each kind, writing to a folder that is thrown away. What they raise is
        passed over: the same task will say so itself.

    Notes
    -----
    Nothing is waited for: tasks submitted while the process warms up start when it is done.
    """
    server = Server(data, rehearsals)
    try:
        yield server
    finally:
        server.close()


def failure(error: BaseException) -> StatsError:
    """Return an error in a form that survives the way between processes."""
    if isinstance(error, StatsError):
        with contextlib.suppress(Exception):
            pickle.loads(pickle.dumps(error))  # noqa: S301
            return error
    what = f"{type(error).__name__}: {error}"
    return ReportError(f"The report failed: {what}", f"Báo cáo bị lỗi: {what}")
