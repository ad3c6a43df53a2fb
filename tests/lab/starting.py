"""JupyterLab started as ``make lab`` does, on copies of the notebooks, and a Chromium that lists its requests."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from stats.reports import chromium

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "lab"
START = "notebooks/start.ipynb"
WAIT = 60_000
"""Milliseconds anything may take on a busy machine."""
LOCAL = {"127.0.0.1", "localhost"}


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that runs.

    Attributes
    ----------
    address : str
        Where it opens, token included.
    folder : Path
        The copy of the project it shows.
    started : float
        When the command was given (`time.monotonic`).
    log : Path
        What it printed.
    """

    address: str
    folder: Path
    started: float
    log: Path


@contextlib.contextmanager
def lab(place: Path) -> Iterator[Lab]:
    """Give a JupyterLab started by ``make lab`` on a free port; it and its kernels are gone at the end.

    The notebooks are copies, since JupyterLab saves what it runs; settings and history are in `place`.
    """
    folder, own = place / "project", place / "own"
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    own.mkdir()
    port, log, runtime = _free_port(), place / "lab.log", tempfile.mkdtemp(prefix="ds-lab-")
    flags = f"--no-browser --port={port} --ServerApp.port_retries=0 --IdentityProvider.token={TOKEN}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTEST"))}
    environment |= {"JUPYTER_CONFIG_DIR": str(own), "JUPYTER_DATA_DIR": str(own), "IPYTHONDIR": str(own)}
    environment["JUPYTER_RUNTIME_DIR"] = runtime  # paths of sockets must be short
    started = time.monotonic()
    with log.open("w") as file:
        command = ["make", "--no-print-directory", "lab", f"LAB_FLAGS={flags} --ServerApp.root_dir={folder}"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, env=environment, start_new_session=True)
        try:
            _wait_for(port, process, log)
            yield Lab(f"http://127.0.0.1:{port}/?token={TOKEN}", folder, started, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            shutil.rmtree(runtime, ignore_errors=True)


@dataclass
class Window:
    """A Chromium window that keeps a list of what it asked for."""

    page: Page
    requests: list[str] = field(default_factory=list)

    @property
    def elsewhere(self) -> list[str]:
        """Requests to any machine but this one."""
        return [
            url for url in self.requests
            if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).hostname not in LOCAL
        ]  # fmt: skip


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Give the Chromium that charts are drawn in."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(chromium.require()), args=["--no-sandbox"])
        try:
            yield made
        finally:
            made.close()


def window(made: Browser, *, dark: bool = False) -> Window:
    """Open a window of its own profile; every request is noted, those of web sockets too."""
    page = made.new_context(viewport={"width": 1440, "height": 1000}, locale="vi-VN").new_page()
    found = Window(page)
    page.context.on("request", lambda request: found.requests.append(request.url))
    page.on("websocket", lambda socket_: found.requests.append(socket_.url))
    if dark:
        page.emulate_media(color_scheme="dark")
    return found


def run_all(page: Page) -> None:
    """Run every cell by the menu, once the kernel is there."""
    page.get_by_text("| Idle").wait_for(timeout=WAIT)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 600  # a first run installs JupyterLab
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended:\n{log.read_text()}")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=2).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not answer within ten minutes:\n{log.read_text()}")
