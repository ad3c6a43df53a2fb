"""What the children of a warm process are told to do in the tests of its faults."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from stats import codes, indicators
from stats.errors import UsageError
from stats.reports import notebook


def add(one: int, other: int) -> int:
    return one + other


def draw() -> tuple[float, float]:
    return random.random(), float(np.random.random())


def surroundings() -> tuple[str, str, int, bool]:
    return str(Path.cwd()), os.environ.get("DEED", ""), threading.active_count(), "polars" in sys.modules


def leave_a_mark() -> None:
    os.environ["DEED"] = "left"
    os.chdir("/")
    np.set_printoptions(precision=1)


def refuse() -> None:
    raise UsageError("No.", "Không.")


def break_down() -> None:
    raise KeyError("lost")


def leave() -> None:
    sys.exit(5)


def give_what_cannot_travel() -> Any:
    return threading.Lock()


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang_with_company(place: str) -> None:
    """Start a process, note it and this one, and never end, deaf to polite signals."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    company = subprocess.Popen(["sleep", "600"])
    partial = Path(place).with_suffix(".partial")
    partial.write_text(f"{os.getpid()} {company.pid}")
    partial.replace(place)
    time.sleep(600)


def look(data: str) -> tuple[bool, str]:
    """Return whether a book opened now is the one kept, and one word of its code lists."""
    indicators.open_book(Path(data))
    return Path(data).resolve() in indicators._KEPT, codes.load(Path(data)).label("penalties", "warning", "en")


def execute(source: str, output: str, timeout: float = 60, parameters: dict[str, Any] | None = None) -> str:
    """Run a notebook in this process and return its bytes as pinned."""
    place = Path(output)
    return notebook.dump(
        notebook.execute(Path(source), place, parameters or {}, timeout=timeout, environment={}, engine="discipline")
    )
