"""Reports on forks of a warm process (`stats.reports.engine.warm`): one child a report, nothing to start or import."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from stats.errors import DeadKernelError, ReportTimeoutError
from stats.reports.engine import warm
from stats.reports.production import processes, worker
from stats.reports.production.worker import Result, Task, too_long

WARMING = 60.0
"""Seconds the warm process may take until it forks its first child."""


class Forked:
    """Children of a warm process, by the number of their place.

    Parameters
    ----------
    folder : Path
        The run's temporary folder.
    data : Path, optional
        The data folder; by default the project's own.
    rehearsals : sequence of Task
        Done once in the warm process before the first fork: one report of each kind. Where they hang
        or take the process down, it is started anew without them: a report must not stop the others.
    """

    def __init__(self, folder: Path, data: Path | None, rehearsals: Sequence[Task]) -> None:
        self._folder, self._data = folder, data
        tasks = [warm.Task(f"rehearsal-{n}", worker.render, (task,)) for n, task in enumerate(rehearsals)]
        self._rehearsed = bool(tasks)
        self._busy: dict[str, tuple[int, Task, float]] = {}
        self._forked = False
        self._server = self._warm(tasks)

    def start(self, number: int, task: Task, limit: float) -> None:
        """Have a report rendered in a child within a number of seconds."""
        self._busy[task.request.name] = (number, task, limit)
        self._submit(task.request.name)

    def results(self, longest: float) -> list[tuple[int, Result]]:
        """Return what has ended, by itself or by force, after waiting at most `longest` seconds."""
        ended = self._server.poll(longest)
        self._forked = self._forked or any(self._server.busy.values()) or any(one.seconds for one in ended)
        stuck = not self._forked and time.monotonic() - self._since > WARMING
        lost = not self._forked and any(isinstance(one.error, DeadKernelError) for one in ended)
        if self._rehearsed and (stuck or lost):
            self._again()
            return []
        return [self._result(outcome) for outcome in ended]

    def close(self) -> None:
        """End the warm process and all children at once."""
        self._server.close()

    def _warm(self, rehearsals: Sequence[warm.Task]) -> warm.Server:
        self._since = time.monotonic()
        place = self._folder / "warm"
        place.mkdir(exist_ok=True)
        before = os.environ.get("TMPDIR")
        # By its temporary folder a process is known as one of the run.
        os.environ["TMPDIR"] = str(place)
        try:
            return warm.Server(self._data, rehearsals)
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before

    def _again(self) -> None:
        """Start anew without rehearsals, with all that was given."""
        self._server.close()
        self._rehearsed = False
        self._server = self._warm(())
        for name in self._busy:
            self._submit(name)

    def _submit(self, name: str) -> None:
        number, task, limit = self._busy[name]
        place = self._folder / str(number)
        place.mkdir(exist_ok=True)
        self._server.submit(warm.Task(name, worker.render, (task,), timeout=limit, environment={"TMPDIR": str(place)}))

    def _result(self, outcome: warm.Outcome) -> tuple[int, Result]:
        number, task, _ = self._busy.pop(outcome.key)
        place = self._folder / str(number)
        if outcome.error is not None:
            with task.log.open("a", encoding="utf-8") as log:
                log.write(outcome.log)
            processes.end_all(place)
        if any(place.iterdir()):
            shutil.rmtree(place, ignore_errors=True)
        if isinstance(outcome.error, ReportTimeoutError):
            return number, Result(error=too_long(task.timeout))
        return number, Result(error=outcome.error) if outcome.error is not None else outcome.value
