"""Progress of a run of many reports: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from stats.codes import Codes
from stats.reports.production.pool import Event


class Board:
    """Shows how far a run has come, on the error stream.

    On a terminal a bar with rate, time left, failures and what is being made, and a line for each
    failure; elsewhere a line for each report.

    Parameters
    ----------
    total : int
        Reports to make.
    codes : Codes
        The words.
    lang : str
        Their language.
    quiet : bool
        Show failures only.
    """

    def __init__(self, total: int, codes: Codes, lang: str, *, quiet: bool = False) -> None:
        self.total, self.done, self.failures = total, 0, 0
        self._codes, self._lang, self._quiet = codes, lang, quiet
        self._running: dict[int, str] = {}
        self._started = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)
        console = Console(stderr=True, highlight=False, markup=False)
        if console.is_terminal and not quiet and total:
            columns = (BarColumn(20), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
            # Refreshed by hand: a process that is about to start others has no thread of its own.
            self._bar = Progress(*columns, console=console, auto_refresh=False, transient=True)
            self._task = self._bar.add_task("", total=total)
            self._bar.start()

    def __enter__(self) -> Self:
        """Show the bar."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the bar."""
        if self._bar:
            self._bar.stop()

    def event(self, event: Event) -> None:
        """Take in what happened to a report."""
        if event.kind == "started":
            self._running[event.worker] = event.key
            return
        self._running.pop(event.worker, None)
        self.done += event.kind != "retrying"
        self.failures += event.kind == "failed"
        error = " ".join(event.error.text(self._lang).split()) if event.error else ""
        facts = {"key": event.key, "seconds": f"{event.seconds:.1f}", "error": error, "attempt": event.attempt}
        line = self._codes.text(f"run.line.{event.kind}", self._lang)
        if event.kind == "failed" or not (self._quiet or (self._bar and event.kind == "finished")):
            self.say(line.format(done=self.done, n=self.total, **facts))

    def say(self, line: str) -> None:
        """Show a line above the bar."""
        if self._bar:
            self._bar.console.print(line, markup=False)
        else:
            print(line, file=sys.stderr, flush=True)

    def refresh(self) -> None:
        """Show the bar as it is now."""
        if self._bar:
            took = time.monotonic() - self._started
            rate = self.done / took * 60 if self.done else 0.0
            left = f"{_clock((self.total - self.done) / rate * 60)}" if rate else "–"
            now = ", ".join(key for _, key in sorted(self._running.items())) or "–"
            said = self._codes.text("run.bar", self._lang).format(
                rate=f"{rate:.0f}" if rate else "–", left=left, failed=self.failures, now=now
            )
            self._bar.update(self._task, completed=self.done, description=said)
            self._bar.refresh()


def _clock(seconds: float) -> str:
    """Return a time as minutes and seconds.

    Examples
    --------
    >>> _clock(75.2), _clock(3675)
    ('1:15', '61:15')
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
