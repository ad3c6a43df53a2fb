"""Worker processes on the stock kernel: new processes, each renders one report after another.

A report has a kernel of its own. A worker that hangs or dies is replaced.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path

from stats.reports.production import processes
from stats.reports.production.worker import Result, Task, died, too_long

STARTING = 120.0
"""Seconds a worker may take to start."""

_BEGUN = "begun"


@dataclass(slots=True)
class _Worker:
    """A process with the task it is at, if any."""

    folder: Path
    process: subprocess.Popen[bytes]
    connection: Connection
    task: Task | None = None
    limit: float = 0.0
    deadline: float = 0.0


class Spawned:
    """Workers, by the number of their place.

    Parameters
    ----------
    folder : Path
        The run's temporary folder.
    leash : int
        Reading end of the pipe that ends them with the run.
    """

    def __init__(self, folder: Path, leash: int) -> None:
        self._folder, self._leash = folder, leash
        self._workers: dict[int, _Worker] = {}

    def start(self, number: int, task: Task, limit: float) -> None:
        """Have the worker of a place render a report within a number of seconds."""
        worker = self._workers.get(number)
        if worker is None or worker.process.poll() is not None:
            self._dismiss(number)
            worker = self._workers[number] = self._hire(number, task.log)
        worker.task, worker.limit, worker.deadline = task, limit, time.monotonic() + STARTING
        # One that has just died is found so when it is listened to.
        with contextlib.suppress(OSError):
            worker.connection.send(task)

    def results(self, longest: float) -> list[tuple[int, Result]]:
        """Return what has ended, by itself or by force, after waiting at most `longest` seconds."""
        busy = {number: worker for number, worker in self._workers.items() if worker.task is not None}
        soonest = min((worker.deadline for worker in busy.values()), default=0.0) - time.monotonic()
        wait([worker.connection for worker in busy.values()], max(0.0, min(longest, soonest)))
        heard = [(number, self._heard(number, worker)) for number, worker in busy.items()]
        return [(number, result) for number, result in heard if result is not None]

    def close(self) -> None:
        """End all workers at once."""
        for worker in self._workers.values():
            processes.end(worker.process.pid)
        for worker in self._workers.values():
            worker.process.wait()
            worker.connection.close()
        self._workers.clear()

    def _hire(self, number: int, log: Path) -> _Worker:
        """Start a worker; why it does not start is told in the log of its first report."""
        folder = self._folder / str(number)
        folder.mkdir(exist_ok=True)
        ours, theirs = Pipe()
        numbers = (theirs.fileno(), self._leash)
        with log.open("ab") as said:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", f"from {__name__} import main; main()", *map(str, numbers)],
                pass_fds=numbers,
                env={**os.environ, "TMPDIR": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                # Ctrl-C on the terminal is the run's to answer.
                start_new_session=True,
            )
        theirs.close()
        return _Worker(folder, process, ours)

    def _heard(self, number: int, worker: _Worker) -> Result | None:
        """Return what came of the task, when it has ended."""
        asked = worker.task.timeout if worker.task else 0.0
        try:
            while worker.connection.poll():
                said = worker.connection.recv()
                if isinstance(said, Result):
                    worker.task = None
                    return said
                # Only now does the time of the report run: before, the worker was starting.
                worker.deadline = time.monotonic() + worker.limit
        except (EOFError, OSError):
            return Result(error=died(self._dismiss(number)))
        # Something it has started may hold its end of the pipe open after its death.
        if worker.process.poll() is not None:
            return Result(error=died(self._dismiss(number)))
        if time.monotonic() >= worker.deadline:
            self._dismiss(number)
            return Result(error=too_long(asked))
        return None

    def _dismiss(self, number: int) -> int:
        """End a worker with everything it started; return how it ended."""
        worker = self._workers.pop(number, None)
        if worker is None:
            return 0
        worker.connection.close()
        # One that has closed its end is about to end by itself, and then tells why.
        try:
            code = worker.process.wait(0.1)
        except subprocess.TimeoutExpired:
            processes.end(worker.process.pid)
            code = worker.process.wait()
        processes.end_all(worker.folder)
        shutil.rmtree(worker.folder, ignore_errors=True)
        return code


def main() -> None:
    """Be a worker."""
    from stats.reports import run  # noqa: F401 - what every report needs is there before the first
    from stats.reports.production import worker

    handle, leash = int(sys.argv[1]), int(sys.argv[2])
    processes.follow(leash, Path(os.environ["TMPDIR"]))
    with Connection(handle) as connection:
        while True:
            try:
                task = connection.recv()
            except EOFError:
                return
            connection.send(_BEGUN)
            connection.send(worker.render(task))
