"""The executor on many machines: reports on the workers of a dask scheduler.

The run keeps at most as many reports with the scheduler as the cluster has threads. When a worker dies,
only the report it was at is suspected, and the scheduler gives that one to another worker; one that takes
workers down again and again is one failed report.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from stats.errors import DeadKernelError, ExitCode, ReportError, StatsError, UnknownCodeError, UsageError
from stats.reports import files
from stats.reports.production import pool, reach, station
from stats.reports.production.jobs import Job
from stats.reports.production.pool import TICK, Attempt, Event, Outcome
from stats.reports.production.station import Answer, Terms
from stats.reports.production.worker import Result

REACHING = 10.0
"""Seconds to wait for the scheduler."""

ALONE = 60.0
"""Seconds a run goes on with a scheduler that has no worker: one that died may be starting again."""

COUNTING = 1.0
"""Seconds between two looks at how large the cluster is."""


class ClusterError(StatsError):
    """Raised when there is no cluster to work on: dask, the scheduler or its workers are not there, or not alike."""

    exit_code = ExitCode.ENVIRONMENT


EXECUTORS = ("local", "dask")
"""What can render many reports; the first is the default."""


def chosen(executor: str, scheduler: str, jobs: int | None) -> tuple[Callable[..., list[Outcome]], int | None]:
    """Return what renders the reports, and how many at once: on a cluster, by default as many as it has threads.

    Raises
    ------
    UnknownCodeError, UsageError, ClusterError
        For an unknown executor, a scheduler that is missing or not asked for, and as in `execute`.
    """
    if executor not in EXECUTORS:
        raise UnknownCodeError.from_value(("executor", "cách chạy"), executor, EXECUTORS)
    if executor == "local":
        if scheduler:
            raise UsageError("--scheduler goes with --executor dask.", "--scheduler chỉ đi cùng --executor dask.")
        return pool.execute, jobs
    # Before anything is planned or locked: without a cluster there is nothing to do.
    with _connected(scheduler) as client:
        size = _Size(client).wait()
    return partial(execute, scheduler=scheduler), jobs or size


def execute(
    jobs: Iterable[Job],
    *,
    out: Path,
    workers: int = 1,
    timeout: float = 300,
    retries: int = 1,
    on_event: Callable[[Event], None] = lambda _: None,
    on_wait: Callable[[], None] = lambda: None,
    engine: str = "discipline",
    scheduler: str = "",
) -> list[Outcome]:
    """Render reports on a cluster; the same bytes as `stats.reports.production.pool.execute`.

    Parameters
    ----------
    jobs : iterable of Job
        The reports.
    out : Path
        The output folder, on every machine the same path of a shared file system.
    workers : int
        How many at once; when it is as many as the cluster has threads, the run grows with the cluster.
    timeout : float
        Seconds a report may take.
    retries : int
        How often a failed report is tried again; one that took its workers down is not.
    on_event, on_wait : callable
        See `stats.reports.production.pool.execute`.
    engine : str
        What runs the notebooks on the workers.
    scheduler : str
        Address of the scheduler: ``tcp://host:8786``.

    Returns
    -------
    list of Outcome
        In the order in which reports ended.

    Raises
    ------
    UsageError
        When no scheduler is named.
    ClusterError
        When dask is not installed, the scheduler cannot be reached or is lost, has no workers, or one of
        them has other inputs. Reports that have ended are in place.
    KeyboardInterrupt
        When it is stopped; nothing that was started is left.
    """
    waiting = deque(Attempt(job) for job in jobs)
    with _connected(scheduler) as client:
        size = _Size(client)
        first = size.wait()
        terms = _terms([one.job for one in waiting], out, engine, timeout, first)
        with _admitted(client, terms):
            run = _Run(client, terms, retries, on_event)
            while waiting or run.busy:
                room = size.now() if workers >= first else min(workers, size.now())
                while waiting and len(run.busy) < room:
                    run.start(waiting.popleft())
                waiting.extend(run.ended(TICK))
                on_wait()
            return run.outcomes


class _Run:
    """The reports that are with the scheduler, and what came of those before."""

    def __init__(self, client: Any, terms: Terms, retries: int, on_event: Callable[[Event], None]) -> None:
        self.outcomes: list[Outcome] = []
        self.busy: dict[str, tuple[int, Attempt, Any]] = {}
        self._client, self._terms, self._retries, self._tell = client, terms, retries, on_event
        self._heard: queue.SimpleQueue[str] = queue.SimpleQueue()

    def start(self, attempt: Attempt) -> None:
        """Give a report to the scheduler."""
        taken = {place for place, _, _ in self.busy.values()}
        place = next(n for n in range(1, len(taken) + 2) if n not in taken)
        (asked,) = station.plain([attempt.job.request])
        name = station.task_name(self._terms, attempt.job.key, attempt.number)
        future = self._client.submit(station.render, self._terms, asked, attempt.number, key=name, pure=False)
        attempt.began = time.monotonic()
        self.busy[name] = (place, attempt, future)
        future.add_done_callback(lambda done: self._heard.put(done.key))
        self._tell(Event("started", attempt.job.key, worker=place, attempt=attempt.number))

    def ended(self, longest: float) -> Iterator[Attempt]:
        """Take what has ended, after waiting at most `longest` seconds; give what is to be tried again."""
        with contextlib.suppress(queue.Empty):
            name = self._heard.get(timeout=longest)
            place, attempt, future = self.busy[name]
            answer, again = _answer(future, attempt)
            del self.busy[name]
            attempt.printed += answer.log
            error = answer.result.error
            seconds = answer.seconds or round(time.monotonic() - attempt.began, 3)
            told = (attempt.job.key, seconds, error, place, attempt.number)
            if error is not None and again and attempt.number <= self._retries:
                self._tell(Event("retrying", *told))
                yield Attempt(attempt.job, attempt.number + 1, printed=attempt.printed)
                return
            result = answer.result
            outcome = Outcome(
                attempt.job.key, result.outputs, error, result.missing, attempt.number, seconds, result.timings,
                attempt.printed,
            )  # fmt: skip
            self.outcomes.append(outcome)
            self._tell(Event("failed" if error else "finished", *told, outcome))


def _answer(future: Any, attempt: Attempt) -> tuple[Answer, bool]:
    """Return what came of a report, and whether it may be tried again."""
    from distributed import KilledWorker

    if future.status == "finished":
        return future.result(), True
    if future.status != "error":
        raise _lost()
    error = future.exception()
    if isinstance(error, KilledWorker):
        count = error.allowed_failures + 1
        told: StatsError = DeadKernelError(
            f"{count} workers of the cluster died while they made the report.",
            f"{count} tiến trình của cụm máy đã dừng đột ngột khi lập báo cáo này.",
        )
    else:
        said = f"{type(error).__name__}: {error}"
        told = ReportError(f"The worker could not make the report: {said}", f"Máy trạm không lập được báo cáo: {said}")
    head = f"# {attempt.number}\n# {told.vi}\n# {told.en}\n"
    return Answer(Result(error=told), head), not isinstance(error, KilledWorker)


class _Size:
    """How many reports a cluster can make at once; it may grow and shrink while a run goes on."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._count, self._looked, self._seen = 0, 0.0, time.monotonic()

    def now(self) -> int:
        """Return the number of threads, looked up once in a while.

        Raises
        ------
        ClusterError
            When the scheduler is lost, or has had no worker for a while.
        """
        if time.monotonic() - self._looked >= COUNTING:
            try:
                self._count = sum(self._client.nthreads().values())
            except (OSError, TimeoutError) as error:
                raise _lost() from error
            self._looked = time.monotonic()
        if self._count:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > ALONE:
            raise ClusterError(
                f"The scheduler has had no workers for {ALONE:g} seconds. Start some: dask worker ADDRESS.",
                f"Bộ điều phối không có máy trạm nào trong {ALONE:g} giây. Khởi động bằng lệnh: dask worker ĐỊA-CHỈ.",
            )
        return self._count

    def wait(self) -> int:
        """Return the number of threads as soon as there are any."""
        while not self.now():
            time.sleep(TICK)
        return self._count


@contextlib.contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    if not scheduler:
        raise UsageError(
            "--executor dask needs the address of a scheduler: --scheduler tcp://HOST:8786.",
            "--executor dask cần địa chỉ của bộ điều phối: --scheduler tcp://MÁY:8786.",
        )
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(
            "The package dask.distributed is not installed. Install it: uv sync --inexact --group cluster, "
            "or: pip install dask distributed.",
            "Chưa cài gói dask.distributed. Cài bằng lệnh: uv sync --inexact --group cluster, "
            "hoặc: pip install dask distributed.",
        ) from error
    try:
        client = Client(scheduler, timeout=REACHING, set_as_default=False, name="discipline-stats")
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"The scheduler {scheduler!r} cannot be reached: {error}. Is it running (dask scheduler), and is the "
            "address right?",
            f"Không kết nối được bộ điều phối {scheduler!r}: {error}. Hãy kiểm tra bộ điều phối đã chạy chưa "
            "(dask scheduler) và địa chỉ có đúng không.",
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=1)


def _terms(jobs: Sequence[Job], out: Path, engine: str, timeout: float, count: int) -> Terms:
    data = next((job.request.parameters.data for job in jobs if job.request.parameters.data), "")
    drawn = any(set(job.request.formats) & set(reach.DRAWN) for job in jobs)
    rehearsals = station.plain([job.request for job in pool.typical(jobs, count) or jobs[:1]])
    made_from = station.inputs(data, out, drawn=drawn)
    run = uuid.uuid4().hex[:12]
    # Named as something unfinished of this process: should it die, the next run removes it.
    mark = f"{files.TEMPORARY}{socket.gethostname()}-{os.getpid()}-{run}"
    return Terms(run, mark, str(out.resolve()), data, engine, timeout, rehearsals, made_from)


@contextlib.contextmanager
def _admitted(client: Any, terms: Terms) -> Iterator[None]:
    """Check all workers before the first report; end what they keep for the run after the last."""
    mark = files.write(Path(terms.out) / terms.mark, "")
    try:
        _refuse(client.run(station.differing, terms, on_error="return"))
        yield
    finally:
        # A worker that does not answer must not hold up a run that was stopped.
        leaving = threading.Thread(target=_dismiss, args=(client, terms.run), daemon=True)
        leaving.start()
        leaving.join(2 * station.STOPPING)
        mark.unlink(missing_ok=True)


def _dismiss(client: Any, run: str) -> None:
    # The scheduler may be gone, and its workers with it.
    with contextlib.suppress(Exception):
        client.run(station.dismiss, run, on_error="ignore")


def _refuse(answers: Mapping[str, StatsError | Exception | None]) -> None:
    """Raise an error that names every worker that cannot make the reports."""
    wrong = {name: why for name, why in answers.items() if why is not None}
    if wrong:
        told = [(name, (why.en, why.vi) if isinstance(why, StatsError) else (repr(why),) * 2)
                for name, why in sorted(wrong.items())]  # fmt: skip
        raise ClusterError(
            "\n".join(f"Worker {name}: {en}." for name, (en, _) in told),
            "\n".join(f"Máy trạm {name}: {vi}." for name, (_, vi) in told),
        )


def _lost() -> ClusterError:
    return ClusterError(
        "The connection to the scheduler was lost. Reports that are done are in place; run again for the others.",
        "Mất kết nối với bộ điều phối. Các báo cáo đã xong được giữ nguyên; hãy chạy lại cho các báo cáo còn lại.",
    )
