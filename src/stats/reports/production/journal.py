"""The log of a run: one JSON object a line, written at once, so that a run that is cut has told all until then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from stats.errors import OutputError
from stats.reports.production import clock
from stats.reports.production.pool import Event

FOLDER = "runs"

KEPT = 500
"""Runs whose logs are kept: a timer that finds nothing to do every few minutes must not fill the disk."""


class Journal:
    """The log of one run, ``runs/<stamp>.jsonl`` in the output folder; times are UTC.

    Parameters
    ----------
    out : Path
        The output folder.
    now : callable
        The clock.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """

    def __init__(self, out: Path, now: Callable[[], Any] = clock.now) -> None:
        self._now = now
        folder, stamp = out / FOLDER, f"{now():%Y%m%dT%H%M%SZ}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for old in sorted(folder.glob("*.jsonl"))[: 1 - KEPT]:
                old.unlink()
                old.with_suffix(".json").unlink(missing_ok=True)
            # Two runs may begin within one second.
            names = (stamp, *(f"{stamp}-{number}" for number in range(2, 1000)))
            self.path = next(folder / f"{name}.jsonl" for name in names if not (folder / f"{name}.jsonl").exists())
            self._file = self.path.open("x", encoding="utf-8")
        except OSError as error:
            raise _unwritten(folder, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, event: str, **facts: Any) -> None:
        """Write one line.

        Raises
        ------
        OutputError
            When the disk is full.
        """
        line = {"time": clock.said(self._now()), "event": event, **facts}
        try:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(
                f"Cannot write {self.path}: {reason}.", f"Không ghi được {self.path}: {reason}."
            ) from error

    def event(self, event: Event) -> None:
        """Write what happened to a report."""
        facts: dict[str, Any] = {"key": event.key, "worker": event.worker, "attempt": event.attempt}
        if event.kind != "started":
            facts["seconds"] = event.seconds
        if event.error is not None:
            facts |= {"error": event.error.en, "fault": type(event.error).__name__}
        if event.outcome is not None and event.outcome.error is None:
            facts["outputs"] = sorted(event.outcome.outputs)
        self.write(event.kind, **facts)


def _unwritten(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(f"Cannot write {path}: {reason}.", f"Không ghi được {path}: {reason}.")
