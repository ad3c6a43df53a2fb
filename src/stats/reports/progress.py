"""Progress of one report: a moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status


class Progress:
    """Shows the step under way on the error stream, and the time taken at the end."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.console = Console(stderr=True, highlight=False)
        self.status: Status | None = None
        self.started = time.monotonic()

    def step(self, en: str, vi: str) -> None:
        """Say what is being done now."""
        text = f"{vi if self.lang == 'vi' else en}…"
        if not self.console.is_terminal:
            print(text, file=sys.stderr, flush=True)
        elif self.status is None:
            self.status = self.console.status(text)
            self.status.start()
        else:
            self.status.update(text)

    def __enter__(self) -> Self:
        """Start the clock."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the moving line; say how long it took when all went well."""
        if self.status:
            self.status.stop()
        if kind is None:
            took = time.monotonic() - self.started
            length = f"{took:.1f}"
            vi = f"Xong sau {length.replace('.', ',')} giây."
            print(vi if self.lang == "vi" else f"Done in {length} seconds.", file=sys.stderr)
