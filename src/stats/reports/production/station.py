"""A report on a worker of a cluster: what travels there, and what the worker makes of it.

Keys travel, not frames: a task is the request as plain values, and the worker reads the data from its own
copy or a shared folder. It checks first that program, data and packages are those of the run, because the
same inputs must give the same bytes on every machine. The report is rendered in a process beside the
worker (`stats.reports.production.pool.Run`), so that one that hangs or dies does not take the worker with it.
"""

from __future__ import annotations

import atexit
import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stats import codes
from stats.errors import ReportError, StatsError
from stats.reports import files, resources
from stats.reports.production import pool, processes, reach, survey
from stats.reports.production.jobs import Job
from stats.reports.production.pool import GRACE, TICK, Attempt, Run
from stats.reports.production.worker import Result
from stats.reports.request import Request

STOPPING = 2.0
"""Seconds a worker waits for its reports to be stopped."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all reports of a run; plain values only.

    Attributes
    ----------
    run : str
        Names the run.
    mark : str
        A file in the output folder, by which a worker sees that it is the shared one.
    out, data : str
        The output folder, the same path on every machine; the data folder, empty for the worker's own copy.
    engine : str
        What runs the notebooks.
    timeout : float
        Seconds a report may take.
    rehearsals : tuple of dict
        Requests each warm process makes once before its first report.
    made_from : dict
        Name of an input to its digest or version, as the run has it.
    """

    run: str
    mark: str
    out: str
    data: str
    engine: str
    timeout: float
    rehearsals: tuple[dict[str, Any], ...]
    made_from: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt on a worker: its result, what it printed, and the seconds it took."""

    result: Result
    log: str = ""
    seconds: float = 0.0


def inputs(data: str, cache: Path, *, drawn: bool) -> dict[str, str]:
    """Return what reports are made from on this machine: program, notebooks, data, Python and packages.

    Parameters
    ----------
    data : str
        The data folder; empty for the project's own.
    cache : Path
        Folder for what is slow to find out.
    drawn : bool
        Whether pictures are drawn.
    """
    shipped = [resources.folder(Path(name)) for name in ("notebooks/report", "reports/templates")]
    program = [*sorted(reach.PACKAGE.rglob("*.py")), *(p for f in shipped for p in sorted(f.iterdir()) if p.is_file())]
    return {
        "program": reach.files_digest(program),
        "data": reach.files_digest(survey.data_files(Path(data) if data else codes.default_data())),
        **reach.environment(cache, drawn=drawn),
    }


def differing(terms: Terms) -> StatsError | None:
    """Return why reports of a run cannot be made on this machine; None when they can."""
    if not (Path(terms.out) / terms.mark).is_file():
        return ReportError(
            f"does not see the output folder {terms.out}; it must be shared under the same path",
            f"không thấy thư mục kết quả {terms.out}; thư mục này phải dùng chung, cùng một đường dẫn",
        )
    with processes.scratch() as folder:
        own = inputs(terms.data, folder, drawn="chromium" in terms.made_from)
    names = [name for name in sorted({*own, *terms.made_from}) if own.get(name) != terms.made_from.get(name)]
    if not names:
        return None
    listed = ", ".join(f"{name} ({own.get(name, '–')}, {terms.made_from.get(name, '–')})" for name in names[:5])
    return ReportError(
        f"has other inputs than this machine: {listed}; bring both to the same version",
        f"có dữ liệu hoặc phần mềm khác máy này: {listed}; cần đưa về cùng một phiên bản",
    )


def render(terms: Terms, asked: Mapping[str, Any], number: int) -> Answer:
    """Render one report; whatever goes wrong is told in the answer.

    Parameters
    ----------
    terms : Terms
        What the run has in common.
    asked : mapping
        The request as plain values.
    number : int
        Which attempt.
    """
    request = Request.model_validate(asked)
    if _forsaken(task_name(terms, request.name, number)):
        return Answer(Result(error=_stopped()))
    try:
        station = _at(terms)
        with station.bench() as bench:
            return bench.render(request, number, station)
    except StatsError as error:
        return Answer(Result(error=error))


def dismiss(run: str) -> None:
    """End everything a run has on this worker, at once."""
    with _OPENING:
        station = _STATIONS.pop(run, None)
    if station:
        station.close()


class Station:
    """What a worker keeps for a run: its warm processes, one for each report it makes at once."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.stopped = threading.Event()
        self._idle: list[_Bench] = []
        self._used: set[_Bench] = set()

    @contextlib.contextmanager
    def bench(self) -> Iterator[_Bench]:
        """Give a place for one report; kept for the next one."""
        with _OPENING:
            bench = self._idle.pop() if self._idle else _Bench(self.terms)
            self._used.add(bench)
        try:
            yield bench
        finally:
            self._used.discard(bench)
            self._idle.append(bench)
            if self.stopped.is_set():
                self._clear()

    def close(self) -> None:
        """Stop the reports under way and end all processes; what is unfinished in the output folder is removed."""
        self.stopped.set()
        until = time.monotonic() + STOPPING
        while self._used and time.monotonic() < until:
            time.sleep(TICK / 4)
        self._clear()
        self._sweep()

    def _sweep(self) -> None:
        """Remove what is unfinished, as soon as the processes it belongs to, which have been killed, are gone."""
        out, own = Path(self.terms.out), f"{files.TEMPORARY}{socket.gethostname()}-*"
        until = time.monotonic() + STOPPING
        while time.monotonic() < until:
            files.sweep(out)
            if not [path for path in out.rglob(own) if path.name != self.terms.mark]:
                return
            time.sleep(TICK / 4)

    def _clear(self) -> None:
        # The one who stops and the last report to end may both come here.
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()


class _Bench:
    """A place for one report at a time."""

    def __init__(self, terms: Terms) -> None:
        self._stack = contextlib.ExitStack()
        folder = self._stack.enter_context(processes.scratch())
        leash = self._stack.enter_context(pool.leashed())
        self._run = Run(folder, leash, Path(terms.out), terms.engine, terms.timeout)
        self._crew = self._run.crew([_job(Request.model_validate(one)) for one in terms.rehearsals], 0)

    def render(self, request: Request, number: int, station: Station) -> Answer:
        """Render a report, unless it is stopped."""
        attempt, began = Attempt(_job(request), number), time.monotonic()
        self._crew.start(1, self._run.task(attempt, 1), self._run.timeout + GRACE)
        while not (ended := self._crew.results(TICK)):
            if _forsaken(task_name(station.terms, request.name, number)):
                # Whoever asked is gone, and with it everyone who would dismiss this worker.
                threading.Thread(target=dismiss, args=(station.terms.run,)).start()
                station.stopped.wait(STOPPING)
            if station.stopped.is_set():
                self._crew.close()
                return Answer(Result(error=_stopped()))
        result, seconds = ended[0][1], time.monotonic() - began
        if result.error is not None:
            self._run.salvage(attempt, 1, result.error)
        return Answer(result, attempt.printed, round(seconds, 3))

    def close(self) -> None:
        """End its processes and remove its folder."""
        self._crew.close()
        self._stack.close()


_STATIONS: dict[str, Station] = {}
_OPENING = threading.Lock()


def _at(terms: Terms) -> Station:
    """Return the station of a run on this worker, opened at its first report.

    Raises
    ------
    ReportError
        When this machine has other inputs than the run: the worker joined after it began.
    """
    with _OPENING:
        if terms.run not in _STATIONS:
            if why := differing(terms):
                host = socket.gethostname()
                raise ReportError(f"The worker on {host} {why.en}.", f"Máy {host} {why.vi}.")
            files.sweep(Path(terms.out))
            if not _STATIONS:
                atexit.register(_dismiss_all)
            _STATIONS[terms.run] = Station(terms)
        return _STATIONS[terms.run]


def _dismiss_all() -> None:
    for run in list(_STATIONS):
        dismiss(run)


def task_name(terms: Terms, key: str, number: int) -> str:
    """Return how the scheduler names an attempt at a report."""
    return f"{key}-{number}-{terms.run}"


def _forsaken(name: str) -> bool:
    """Tell whether the scheduler has taken back a task of this worker."""
    from distributed import get_worker

    task = get_worker().state.tasks.get(name)
    return task is None or task.state in ("cancelled", "released", "forgotten")


def _stopped() -> StatsError:
    return ReportError("The run was stopped.", "Lượt chạy đã bị dừng.")


def _job(request: Request) -> Job:
    return Job(request.name, request, "", None, None, None, "", "")


def plain(requests: Sequence[Request]) -> tuple[dict[str, Any], ...]:
    """Return requests as plain values."""
    return tuple(request.model_dump(mode="json") for request in requests)
