"""What a worker process does: take a report, render it, tell what came of it."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stats.errors import DeadKernelError, MissingSystemPackageError, ReportError, ReportTimeoutError, StatsError
from stats.reports.request import Request

ASSETS = "assets"
"""Folder in the output folder with what the pages of a batch share."""


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt at one report.

    Attributes
    ----------
    request : Request
        What to render.
    out : Path
        The run's output folder, above the report's own.
    engine : str
        What runs the notebook.
    timeout : float
        Seconds a cell may take.
    log : Path
        File that takes what the process and its kernel print.
    drawing : str
        Address of the process that draws charts; empty where no picture is asked for.
    keep : Path or None
        Where the notebook is written after each cell, so that a report that is killed leaves what ran.
    """

    request: Request
    out: Path
    engine: str
    timeout: float
    log: Path
    drawing: str = ""
    keep: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attempt.

    Attributes
    ----------
    outputs : mapping
        Path below the output folder to the SHA-256 of the file.
    missing : MissingSystemPackageError or None
        Why pictures are missing.
    error : StatsError or None
        Why there are no outputs.
    timings : mapping
        Step to seconds.
    """

    outputs: Mapping[str, str] = field(default_factory=dict)
    missing: MissingSystemPackageError | None = None
    error: StatsError | None = None
    timings: Mapping[str, float] = field(default_factory=dict)


def render(task: Task) -> Result:
    """Render a report; whatever goes wrong is told in the result and written to the log."""
    from stats.reports import run
    from stats.reports.production import manifest
    from stats.reports.production.drawing import at
    from stats.reports.writers import images

    # A fork has inherited the folder of its parent.
    tempfile.tempdir = None
    _print_to(task.log)
    steps = _Steps()
    try:
        built = run.build(
            task.request,
            step=steps.begin,
            timeout=task.timeout,
            engine=task.engine,
            draw=at(task.drawing) if task.drawing else images.draw,
            assets_href=Path(os.path.relpath(task.out / ASSETS, task.request.out)).as_posix(),
            keep=task.keep,
        )
        outputs = manifest.hashed(task.out, built.paths)
    except StatsError as error:
        traceback.print_exc()
        return Result(error=error, timings=steps.seconds())
    except Exception as error:
        traceback.print_exc()
        said = f"{type(error).__name__}: {error}"
        return Result(
            error=ReportError(f"The program failed: {said}", f"Chương trình bị lỗi: {said}"), timings=steps.seconds()
        )
    return Result(outputs, built.missing, timings=steps.seconds())


class _Steps:
    """Seconds each step took."""

    def __init__(self) -> None:
        self._began: list[tuple[str, float]] = []

    def begin(self, name: str, _vi: str) -> None:
        self._began.append((name, time.monotonic()))

    def seconds(self) -> dict[str, float]:
        ends = [*(when for _, when in self._began[1:]), time.monotonic()]
        return {name: round(end - when, 3) for (name, when), end in zip(self._began, ends, strict=True)}


def _print_to(log: Path) -> None:
    """Send what this process and those it starts print to a file."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)


def died(code: int) -> StatsError:
    """Return the error of a report whose process ended before it was made; negative codes are signals."""
    how = signal.Signals(-code).name if code < 0 else str(code)
    return DeadKernelError(
        f"The process that made the report died ({how}).", f"Tiến trình lập báo cáo đã dừng đột ngột ({how})."
    )


def too_long(limit: float) -> StatsError:
    """Return the error of a report that did not end within its time limit."""
    return ReportTimeoutError(f"The report took longer than {limit:g} seconds.", f"Báo cáo lập quá {limit:g} giây.")
