"""Charts for many reports from one browser: a process that keeps it open and draws for whoever asks.

Starting Chromium takes longer than drawing the charts of a report. Each worker of a run has such a
process beside it, which outlives the workers: a report that hangs or dies takes no browser along.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from stats.errors import ReportError, StatsError
from stats.reports.production import processes
from stats.reports.writers import images
from stats.reports.writers.imprint import Imprint


class Easel:
    """The process that draws, as the run sees it: started at the first report with pictures, and again when it died.

    Parameters
    ----------
    folder : Path
        Its temporary folder, with its address.
    leash : int
        Reading end of the pipe that ends it with the run.
    """

    def __init__(self, folder: Path, leash: int) -> None:
        self._folder, self._leash = folder, leash
        self._process: subprocess.Popen[bytes] | None = None

    def address(self) -> str:
        """Return where it is asked, and see that it lives."""
        path = self._folder / "s"
        if self._process is None or self._process.poll() is not None:
            self._folder.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            with socket.socket(socket.AF_UNIX) as ear:
                ear.bind(str(path))
                ear.listen()
                numbers = (ear.fileno(), self._leash)
                self._process = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-m", "stats.reports.production.drawing", *map(str, numbers)],
                    pass_fds=numbers,
                    env={**os.environ, "TMPDIR": str(self._folder)},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
        return str(path)

    def close(self) -> None:
        """End it at once, with its browser."""
        if self._process is not None:
            processes.end(self._process.pid)
            self._process.wait()
            processes.end_all(self._folder)


def at(address: str) -> Callable[..., dict[tuple[str, str], bytes]]:
    """Return what draws like `stats.reports.writers.images.draw`, with the browser at an address."""

    def draw(
        figures: Mapping[str, Mapping[str, Any]],
        formats: Sequence[str],
        *,
        fonts: Path,
        imprints: Mapping[str, Imprint] | None = None,
    ) -> dict[tuple[str, str], bytes]:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(address)
                with Connection(line.detach()) as asked:
                    asked.send((figures, formats, fonts, imprints))
                    answer = asked.recv()
        except (OSError, EOFError) as error:
            raise ReportError(
                f"The process that draws charts ended too early: {error or 'no answer'}.",
                f"Tiến trình vẽ biểu đồ đã dừng giữa chừng: {error or 'không trả lời'}.",
            ) from error
        if isinstance(answer, StatsError):
            raise answer
        return dict(answer)

    return draw


def serve(ear: socket.socket) -> None:
    """Answer those who ask, one after another."""
    with contextlib.ExitStack() as stack:
        studio: images.Studio | None = None
        while True:
            line, _ = ear.accept()
            # Whoever asked may be dead by now: the next one is answered.
            with contextlib.suppress(OSError, EOFError), Connection(line.detach()) as asked:
                figures, formats, fonts, imprints = asked.recv()
                try:
                    studio = studio or stack.enter_context(images.Studio(fonts))
                    asked.send(images.draw_in(studio, figures, formats, imprints=imprints))
                except StatsError as error:
                    stack.close()
                    studio = None
                    asked.send(error)


def main() -> None:
    """Be the process that draws."""
    ear, leash = int(sys.argv[1]), int(sys.argv[2])
    processes.follow(leash, Path(os.environ["TMPDIR"]))
    serve(socket.socket(fileno=ear))


if __name__ == "__main__":
    main()
