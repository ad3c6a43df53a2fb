"""The small notebooks executed once in each way for the whole run."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the folder of the notebooks executed in a mode: ``kernel``, ``fork``, ``new`` or ``warm``."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent

    def execute(mode: str) -> Path:
        folder = shared / "engine" / mode
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "done").exists():
                # ipykernel leaves the file descriptors alone under pytest: the kernel must not know of it.
                unset = ("PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTHONWARNINGS")
                environment = {k: v for k, v in os.environ.items() if k not in unset}
                command = [sys.executable, str(HERE / "execute.py"), mode, str(folder)]
                done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)
                assert done.returncode == 0, done.stderr
                (folder / "done").touch()
        return folder

    return execute
