"""Fixtures shared by all tests: the curated data, and reports rendered once for the whole run."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from stats import indicators
from stats.reports import chromium

# No test is timed: a busy machine is no defect.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; one a module, since Playwright keeps an event loop running as long as it is open."""
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=str(chromium.require()), args=flags)
        yield found
        found.close()


@pytest.fixture(scope="session")
def book() -> indicators.Book:
    """The curated data, as every command opens it."""
    return indicators.open_book(ROOT / "data")


def run_cli(*arguments: str, timeout: float = 300, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, as a user does."""
    command = [sys.executable, "-m", "stats", *arguments]
    environment = {**os.environ, "PYTHONWARNINGS": "error::DeprecationWarning:stats", **options.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env=environment, cwd=ROOT, **options
    )


@pytest.fixture(scope="session")
def cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command line."""
    return run_cli


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Render a report once for all workers and give its folder: ``rendered("period", "ha-noi", "2018", "vi")``."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent

    def render(kind: str, place: str, period: str, lang: str, formats: str = "html,ipynb") -> Path:
        name = f"{kind}-{place}-{period}-{lang}-{formats}".replace("/", "_").replace(",", "_")
        folder = shared / "rendered" / name
        folder.parent.mkdir(exist_ok=True)
        with _locked(folder.with_suffix(".lock")):
            if not folder.exists():
                asked = ("--place", place, "--period", period, "--lang", lang, "--to", formats, "--out", str(folder))
                done = run_cli("report", kind, *asked)
                assert done.returncode == 0, done.stderr
        return folder

    return render


class _locked:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.file = self.path.open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()


@pytest.fixture
def data_copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of the data folder that a test may break."""
    import shutil

    place = tmp_path / "data"
    shutil.copytree(ROOT / "data", place)
    return place
