"""A run: what the plan says is to be made, made, and everything known of it written down.

Catalogue, plan, lock, executor, manifests, log, index and summary meet here. A run that is stopped or
killed has lost nothing but the reports under way: each manifest is written as its report ends, and
the next run goes on from there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from stats.codes import Codes
from stats.errors import LANGUAGES, ExitCode, OutputError, UnknownCodeError, UsageError
from stats.reports import files
from stats.reports.production import catalogue as catalogues
from stats.reports.production import clock, index, lock, manifest, plan, pool, processes, reach, summary, survey
from stats.reports.production.board import Board
from stats.reports.production.fingerprint import parameters
from stats.reports.production.journal import Journal
from stats.reports.production.plan import Planned, Status
from stats.reports.production.pool import Event, Outcome
from stats.reports.production.worker import ASSETS

SELECTIONS = ("due", "all", "failed")
"""What of the plan a run makes; the first is the default."""


class Executor(Protocol):
    """What renders the reports: `stats.reports.production.pool.execute`, or one with the same arguments."""

    def __call__(
        self,
        jobs: Sequence[Any],
        *,
        out: Path,
        workers: int,
        timeout: float,
        retries: int,
        on_event: Callable[[Event], None],
        on_wait: Callable[[], None],
        engine: str,
    ) -> list[Outcome]:
        """Render reports."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a run.

    Attributes
    ----------
    select : str
        ``due`` what is due or has changed; ``all`` whatever can be made, also what failed before and
        what is not due yet; ``failed`` what failed before.
    workers : int or None
        Reports at once; by default as many as cores and memory allow.
    engine : str
        What runs the notebooks.
    timeout : float
        Seconds a report may take.
    retries : int
        How often a failed report is tried again.
    wait : float
        Seconds to wait for another run in the same folder.
    lang : str
        Language of what is shown.
    quiet : bool
        Show failures only.
    """

    select: str = "due"
    workers: int | None = None
    engine: str = pool.ENGINES[0]
    timeout: float = 300
    retries: int = 1
    wait: float = 0
    lang: str = "vi"
    quiet: bool = False


def selection(**asked: bool) -> str:
    """Return the one selection that is asked for.

    Raises
    ------
    UsageError
        When several are.
    """
    names = [name for name, wanted in asked.items() if wanted]
    if len(names) > 1:
        options = ", ".join(f"--{name}" for name in names)
        raise UsageError(f"Give only one of {options}.", f"Chỉ chọn một trong các tùy chọn {options}.")
    return names[0] if names else SELECTIONS[0]


def run(
    order: Order,
    data: Path,
    out: Path,
    today: dt.date,
    codes: Codes,
    *,
    catalogue: Path | None = None,
    given: str = "",
    execute: Executor = pool.execute,
) -> ExitCode:
    """Make what is to be made.

    Parameters
    ----------
    order : Order
        What is asked.
    data, out : Path
        The data folder and the output folder.
    today : datetime.date
        The day planned for.
    codes : Codes
        The code lists.
    catalogue : Path, optional
        By default the project's own.
    given : str
        The data folder as the reports' parameter; empty for the project's own.
    execute : callable
        The executor.

    Returns
    -------
    ExitCode
        ``DONE``; ``REPORTS_FAILED`` when some failed (the others are written); ``ENVIRONMENT`` when
        pictures are missing for want of Chromium (everything else is written).

    Raises
    ------
    CatalogueError, DataError
        When the catalogue or a table is wrong; nothing is made.
    LockedError
        When another run holds the folder.
    KeyboardInterrupt
        When it was stopped, by Ctrl-C or SIGTERM.
    """
    for what, value, allowed in (
        (("engine", "bộ máy"), order.engine, pool.ENGINES), (("language", "ngôn ngữ"), order.lang, LANGUAGES),
    ):  # fmt: skip
        if value not in allowed:
            raise UnknownCodeError.from_value(what, value, allowed)
    out = out.resolve()
    with _stoppable(), lock.hold(out, wait=order.wait, told=lambda who: _waiting(who, codes, order.lang)):
        files.sweep(out)
        planned = plan.opened(data, out, today, codes, catalogue=catalogue, given=given)
        asked = [one for one in planned if _asked(one, order.select)]
        with Journal(out) as journal:
            facts = {
                "started": clock.said(clock.now()),
                "selection": order.select,
                "day": today.isoformat(),
                "engine": order.engine,
                "catalogue_sha256": hashlib.sha256((catalogue or catalogues.shipped()).read_bytes()).hexdigest(),
                "data_digest": reach.files_digest(survey.data_files(data)),
            }
            made = _Made(order, out, codes, planned, asked, journal)
            return made.all(execute, facts)


def _asked(one: Planned, select: str) -> bool:
    if select == "failed":
        return one.status is Status.FAILED or (
            one.status in plan.TO_DO and one.before is not None and one.before.status == "failed"
        )
    if select == "all":
        early = one.status is Status.UPCOMING and not one.job.lacks
        return one.status in (*plan.TO_DO, Status.FAILED) or early
    return one.status in plan.TO_DO


class _Made:
    """A run under way."""

    def __init__(
        self, order: Order, out: Path, codes: Codes, planned: Sequence[Planned], asked: Sequence[Planned], log: Journal
    ) -> None:
        self._order, self._out, self._codes, self._log = order, out, codes, log
        self._planned, self._asked = planned, {one.job.key: one for one in asked}
        self._outcomes: list[Outcome] = []

    def all(self, execute: Executor, facts: Mapping[str, Any]) -> ExitCode:
        """Make all reports asked for, and write down what came of them."""
        order, began = self._order, time.monotonic()
        workers = processes.fitting(order.engine, reports=len(self._asked), asked=order.workers)
        self._log.write("run_started", asked=len(self._asked), workers=workers, **facts)
        if self._asked:
            self._tell(workers)
            self._share()
        with Board(len(self._asked), self._codes, order.lang, quiet=order.quiet) as board:

            def happened(event: Event) -> None:
                told = self._ended(event)
                self._log.event(told)
                board.event(told)

            try:
                if self._asked:
                    execute(
                        [one.job for one in self._asked.values()], out=self._out, workers=workers,
                        timeout=order.timeout, retries=order.retries, on_event=happened, on_wait=board.refresh,
                        engine=order.engine,
                    )  # fmt: skip
            except BaseException as error:
                self._close(facts, began, workers, stopped=type(error).__name__)
                if isinstance(error, KeyboardInterrupt) and not order.quiet:
                    said = self._codes.text("run.stopped", order.lang)
                    board.say(said.format(done=len(self._outcomes), n=len(self._asked)))
                raise
            finally:
                # What died on the way, killed from outside or stopped, has left its unfinished files.
                files.sweep(self._out)
        pages = self._index()
        found = self._close(facts, began, workers)
        self._show(found, pages)
        return found.code

    def _ended(self, event: Event) -> Event:
        """Write the manifest of a report that has ended; return the event, failed when that cannot be written."""
        outcome = event.outcome
        if outcome is None:
            return event
        one = self._asked[outcome.key]
        ended = clock.now()
        started = ended - dt.timedelta(seconds=outcome.seconds)
        about: dict[str, Any] = {
            "attempts": outcome.attempts,
            "engine": self._order.engine,
            "timings": {
                "seconds": outcome.seconds, "started": clock.said(started), "ended": clock.said(ended),
                **outcome.timings,
            },
        }  # fmt: skip
        asked, log = parameters(one.job), pool.failed(one.job.request, ".log")
        try:
            if outcome.error is None:
                warned = [outcome.missing.text(self._order.lang)] if outcome.missing else []
                known = manifest.done(one.job.key, asked, one.found, outcome.outputs, warnings=warned, **about)
                manifest.write(self._out, known)
                log.unlink(missing_ok=True)
            else:
                said = outcome.error.text(self._order.lang)
                manifest.write(self._out, manifest.failed(one.job.key, asked, one.found, said, one.before, **about))
                files.write(log, outcome.log)
        except OutputError as error:
            # On a full disk the report may be there and its manifest not: it will be made again.
            outcome = replace(outcome, outputs={}, error=outcome.error or error)
            event = replace(event, kind="failed", error=outcome.error, outcome=outcome)
        self._outcomes.append(outcome)
        return event

    def _share(self) -> None:
        """Write what the pages of a batch share, where it is not there as it should be."""
        # The page's style and script are only needed when a page is made.
        from stats.reports.writers import page

        for name, content in page.shared_assets().items():
            target = self._out / ASSETS / name
            if not target.is_file() or target.read_bytes() != content:
                files.write(target, content)

    def _index(self) -> list[Path]:
        """Write the index, when something was made or it is not there."""
        pages = [self._out / name for name in index.NAMES.values()]
        if self._outcomes or not all(page.is_file() for page in pages):
            return index.write(self._out, [one.job for one in self._planned], self._codes)
        return pages

    def _close(self, facts: Mapping[str, Any], began: float, workers: int, *, stopped: str = "") -> summary.Summary:
        """Write the end of the log and the manifest of the run."""
        found = summary.Summary(self._planned, self._outcomes)
        end = {"ended": clock.said(clock.now()), "seconds": round(time.monotonic() - began, 3), "workers": workers}
        if stopped:
            end["stopped"] = stopped
        else:
            end["exit_code"] = int(found.code)
        with contextlib.suppress(OutputError) if stopped else contextlib.nullcontext():
            self._log.write("run_stopped" if stopped else "run_ended", counts=found.counts(), **end)
            files.write(self._log.path.with_suffix(".json"), summary.manifest(found, {**facts, **end}))
        return found

    def _tell(self, workers: int) -> None:
        """Say how many are made at once, and why no more."""
        order, text = self._order, self._codes.text
        if order.quiet:
            return
        said = text("run.workers", order.lang)
        print(said.format(n=len(self._asked), workers=workers, engine=order.engine), file=sys.stderr)
        if order.workers is None and workers < min(processes.cores(), len(self._asked)):
            free = processes.free_memory() >> 20
            print(text("run.memory", order.lang).format(free=free, workers=workers), file=sys.stderr)

    def _show(self, found: summary.Summary, pages: Sequence[Path]) -> None:
        """Show what came of the run."""
        order, text = self._order, self._codes.text
        if found.missing:
            print(found.missing.text(order.lang), file=sys.stderr)
        if order.quiet:
            return
        if not self._asked:
            print(text("run.all_done", order.lang))
        print(summary.table(found, self._codes, order.lang), end="")
        print(text("run.pages", order.lang).format(path=pages[0]))
        print(text("run.log", order.lang).format(path=self._log.path))


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM stop a run as Ctrl-C does, and no second one break off the cleaning up."""

    def stop(number: int, _frame: object) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _waiting(who: lock.Holder | None, codes: Codes, lang: str) -> None:
    told = f"{who.pid}, {who.host}, {who.since}" if who else "?"
    print(codes.text("run.waiting", lang).format(who=told), file=sys.stderr, flush=True)
