"""The local executor: several reports at once on this machine, each in a process of its own.

A report that fails, hangs or takes its process down is one failure: it is tried again once, after
the others, and never stops them. Its process is ended with everything it started.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from stats.errors import MissingSystemPackageError, OutputError, StatsError
from stats.reports import files, notebook
from stats.reports.production import processes
from stats.reports.production.drawing import Easel
from stats.reports.production.forked import Forked
from stats.reports.production.jobs import Job
from stats.reports.production.reach import DRAWN
from stats.reports.production.spawned import Spawned
from stats.reports.production.worker import Result, Task
from stats.reports.request import Request

ENGINES = ("discipline", "kernel")
"""What can run a notebook; the first is the default."""

GRACE = 3.0
"""Seconds beyond its time limit that a report gets to end by itself, and so to keep its notebook."""

REHEARSAL = 10.0
"""Seconds a cell of a rehearsal may take."""

MOST_REHEARSALS = 6
"""Rehearsals of one kind at most; they fill what later reports find done: forms of tables, names in both languages."""

TICK = 0.2
"""Seconds between two looks at the workers when none has anything to say."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a report, after the last attempt.

    Attributes
    ----------
    key : str
        Its name.
    outputs : mapping
        Path below the output folder to the SHA-256 of the file; empty when it failed.
    error : StatsError or None
        Why it failed.
    missing : MissingSystemPackageError or None
        Why pictures are missing in a report that was made.
    attempts : int
        How often it was tried.
    seconds : float
        Time of the last attempt.
    timings : mapping
        Step to seconds, of the last attempt.
    log : str
        What its processes printed, all attempts.
    """

    key: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    error: StatsError | None = None
    missing: MissingSystemPackageError | None = None
    attempts: int = 1
    seconds: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)
    log: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a report, for those who watch.

    Attributes
    ----------
    kind : str
        ``started``, ``retrying`` (an attempt failed, another follows), ``finished`` or ``failed``.
    key : str
        Name of the report.
    seconds : float
        Time of the attempt so far.
    error : StatsError or None
        Why the attempt failed.
    worker : int
        Number of the worker.
    attempt : int
        Which attempt.
    outcome : Outcome or None
        With ``finished`` and ``failed``.
    """

    kind: Literal["started", "retrying", "finished", "failed"]
    key: str
    seconds: float = 0.0
    error: StatsError | None = None
    worker: int = 0
    attempt: int = 1
    outcome: Outcome | None = None


def execute(
    jobs: Iterable[Job],
    *,
    out: Path,
    workers: int = 1,
    timeout: float = 300,
    retries: int = 1,
    on_event: Callable[[Event], None] = lambda _: None,
    on_wait: Callable[[], None] = lambda: None,
    engine: str = "kernel",
) -> list[Outcome]:
    """Render reports on this machine.

    Parameters
    ----------
    jobs : iterable of Job
        The reports.
    out : Path
        The output folder.
    workers : int
        How many at once; see `stats.reports.production.processes.fitting`.
    timeout : float
        Seconds a report may take.
    retries : int
        How often a failed report is tried again.
    on_event : callable
        Told of everything that happens, in order, in this process.
    on_wait : callable
        Called several times a second.
    engine : str
        ``discipline``: on forks of this process, warmed up once; ``kernel``: on the stock kernel, by
        worker processes.

    Returns
    -------
    list of Outcome
        In the order in which reports ended.

    Raises
    ------
    KeyboardInterrupt
        When it is stopped; nothing that was started is left.
    """
    with processes.scratch() as folder, leashed() as leash:
        run = Run(folder, leash, out, engine, timeout)
        queue = deque(Attempt(job) for job in jobs)
        count = min(workers, len(queue))
        crew = run.crew([one.job for one in queue], count)
        try:
            return _work(run, crew, queue, count, retries, on_event, on_wait)
        finally:
            crew.close()
            run.close()


class Crew(Protocol):
    """Places for reports under way, numbered from 1."""

    def start(self, number: int, task: Task, limit: float) -> None:
        """Have a report rendered in a place within a number of seconds."""

    def results(self, longest: float) -> list[tuple[int, Result]]:
        """Return what has ended, after waiting at most `longest` seconds."""

    def close(self) -> None:
        """End everything at once."""


@dataclass(slots=True)
class Attempt:
    """A report to be tried, or under way.

    Attributes
    ----------
    job : Job
        The report.
    number : int
        Which attempt, from 1.
    began : float
        When it was given to a worker, by the monotonic clock.
    printed : str
        What earlier attempts printed, with their errors.
    """

    job: Job
    number: int = 1
    began: float = 0.0
    printed: str = ""


def _work(
    run: Run,
    crew: Crew,
    queue: deque[Attempt],
    count: int,
    retries: int,
    on_event: Callable[[Event], None],
    on_wait: Callable[[], None],
) -> list[Outcome]:
    ended: list[Outcome] = []
    busy: dict[int, Attempt] = {}
    while queue or busy:
        for place in (n for n in range(1, count + 1) if n not in busy):
            if not queue:
                break
            attempt = busy[place] = queue.popleft()
            attempt.began = time.monotonic()
            crew.start(place, run.task(attempt, place), run.timeout + GRACE)
            on_event(Event("started", attempt.job.key, worker=place, attempt=attempt.number))
        for place, result in crew.results(TICK):
            attempt = busy.pop(place)
            # Where a report says how long it took, warming up and waiting for a child do not count.
            seconds = round(sum(result.timings.values()) or time.monotonic() - attempt.began, 3)
            told = (attempt.job.key, seconds, result.error, place, attempt.number)
            if result.error is not None:
                run.salvage(attempt, place, result.error)
                if attempt.number <= retries:
                    on_event(Event("retrying", *told))
                    queue.append(Attempt(attempt.job, attempt.number + 1, printed=attempt.printed))
                    continue
            outcome = Outcome(
                attempt.job.key, result.outputs, result.error, result.missing, attempt.number, seconds,
                result.timings, attempt.printed,
            )  # fmt: skip
            ended.append(outcome)
            on_event(Event("failed" if result.error else "finished", *told, outcome))
        on_wait()
    return ended


class Run:
    """What all attempts of a run share.

    Parameters
    ----------
    folder : Path
        The run's temporary folder.
    leash : int
        See `leashed`.
    out : Path
        The output folder.
    engine : str
        What runs the notebooks; the stock kernel where processes cannot be forked.
    timeout : float
        Seconds a report may take.
    """

    def __init__(self, folder: Path, leash: int, out: Path, engine: str, timeout: float) -> None:
        self.folder, self.out, self.timeout = folder, out, timeout
        self.engine = engine if hasattr(os, "fork") else "kernel"
        self._leash = leash
        self._easels: dict[int, Easel] = {}

    def crew(self, jobs: Sequence[Job], count: int) -> Crew:
        """Return the places reports are rendered in."""
        if self.engine == "kernel":
            return Spawned(self.folder, self._leash)
        data = next((Path(job.request.parameters.data) for job in jobs if job.request.parameters.data), None)
        return Forked(self.folder, data, [self._rehearsal(job) for job in typical(jobs, count)])

    def task(self, attempt: Attempt, place: int) -> Task:
        """Return the task of an attempt; what an earlier one in this place has left is removed."""
        log, keep = self._log(place), self._kept(place)
        for left in (log, keep):
            left.unlink(missing_ok=True)
        address = ""
        if set(attempt.job.request.formats) & set(DRAWN):
            self._easels.setdefault(place, Easel(self.folder / f"draw-{place}", self._leash))
            address = self._easels[place].address()
        # Saving after each cell takes time: only a report that has failed once does it.
        return Task(
            attempt.job.request, self.out, self.engine, self.timeout, log, address, keep if attempt.number > 1 else None
        )

    def salvage(self, attempt: Attempt, place: int, error: StatsError) -> None:
        """Keep what a failed attempt printed, and what ran of its notebook; remove what it left unfinished."""
        log, keep = self._log(place), self._kept(place)
        printed = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        attempt.printed += f"# {attempt.number}\n# {error.vi}\n# {error.en}\n{printed}\n"
        request = attempt.job.request
        with contextlib.suppress(OutputError):
            if notebook.whole(keep):
                files.write(failed(request, ".ipynb"), keep.read_bytes())
        files.sweep(request.out)

    def close(self) -> None:
        """End the processes that draw."""
        for easel in self._easels.values():
            easel.close()

    def _rehearsal(self, job: Job) -> Task:
        request = job.request.model_copy(update={"out": self.folder / "rehearsal"})
        formats = tuple(form for form in request.formats if form not in DRAWN) or ("ipynb",)
        request = request.model_copy(update={"formats": formats})
        return Task(request, self.folder, self.engine, min(self.timeout, REHEARSAL), self.folder / "rehearsal.log")

    def _log(self, place: int) -> Path:
        return self.folder / f"{place}.log"

    def _kept(self, place: int) -> Path:
        return self.folder / f"{place}.ipynb"


def failed(request: Request, suffix: str) -> Path:
    """Return where the partial notebook (``.ipynb``) or the log (``.log``) of a failed report lies."""
    return request.out / f"{request.name}.failed{suffix}"


def typical(jobs: Sequence[Job], count: int) -> list[Job]:
    """Return reports for a rehearsal, spread over those of each kind that is made often enough to be worth the time."""
    chosen = []
    for kind in dict.fromkeys(job.request.kind for job in jobs):
        alike = [job for job in jobs if job.request.kind == kind]
        if len(alike) > 2 * count:
            number = min(MOST_REHEARSALS, 1 + len(alike) // (10 * max(count, 1)))
            chosen += [alike[n * len(alike) // number] for n in range(number)]
    return chosen


@contextlib.contextmanager
def leashed() -> Iterator[int]:
    """Give the reading end of a pipe that is closed at its other end when this process ends, however it ends."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(writing)
        os.close(reading)
