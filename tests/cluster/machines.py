"""What the cluster tests run on: a copy of the project with planted faults, and processes of a cluster."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
DASK = str(Path(sys.executable).with_name("dask"))
PERIODS = ("2017", "2018", "2022")

CATALOGUE = f"""
[[report]]
id = "period"
kind = "period"
audience_vi = "Thử"
audience_en = "Test"
bodies = ["ha-noi"]
periods = {json.dumps(PERIODS)}
folder = "period"
"""

FAULT = """\
import json, os, pathlib, time
import psutil
place_of_faults = pathlib.Path(os.environ["FAULTS"])
fault = json.loads((place_of_faults / "faults.json").read_text()).get(f"{period} {lang}", "")
if fault == "die":
    os.kill(os.getpid(), 9)
if fault == "take the worker":
    psutil.Process().parents()[1].kill()
    time.sleep(60)
if fault == "hold":
    (place_of_faults / "held").write_text(str(os.getpid()))
    while (place_of_faults / "faults.json").read_text() != "{}":
        time.sleep(0.05)
"""
"""Planted as the last cell of the report notebook; faults are read at the moment it runs."""


def until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@dataclass
class House:
    """A copy of the project, whose notebook does as `plant` says."""

    root: Path
    faults: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.root / "src"), "FAULTS": str(self.faults)}

    def plant(self, **faults: str) -> None:
        """Plant faults by period and language: ``plant(y2018_vi="die")``."""
        named = {f"{key[1:5]} {key[-2:]}": fault for key, fault in faults.items()}
        (self.faults / "new").write_text(json.dumps(named))
        (self.faults / "new").replace(self.faults / "faults.json")
        (self.faults / "held").unlink(missing_ok=True)

    @property
    def held(self) -> psutil.Process | None:
        """The process of the report that is held."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return psutil.Process(int((self.faults / "held").read_text()))
        return None

    def start(self, *arguments: object, out: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "stats", "run", "--all", "--date", "2026-11-22", "--lang", "en"]
        command += ["--catalogue", str(self.root / "catalogue.toml"), "--out", str(out), *map(str, arguments)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, cwd=self.root, text=True, stdout=pipe, stderr=pipe)

    def run(self, *arguments: object, out: Path) -> tuple[int, str]:
        """Run to the end; return the exit code and everything printed."""
        process = self.start(*arguments, out=out)
        said = process.communicate(timeout=240)
        return process.returncode, "".join(said)


def started(command: list[str], house: House, **environment: str) -> subprocess.Popen[bytes]:
    """Start a process of a cluster, in the world of a copy of the project; what it prints goes to a file."""
    with (house.faults / f"{command[1]}-{time.monotonic_ns()}.log").open("wb") as log:
        return subprocess.Popen(command, env={**house.environment, **environment}, stdout=log, stderr=log)


@dataclass
class Cluster:
    """A scheduler and its workers, processes of this machine."""

    house: House
    address: str
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def options(self) -> list[str]:
        return ["--executor", "dask", "--scheduler", self.address]

    def join(self, house: House | None = None) -> subprocess.Popen[bytes]:
        """Start a worker process, with its nanny; return the nanny."""
        command = [DASK, "worker", self.address, "--nthreads", "1", "--nworkers", "1", "--no-dashboard"]
        command += ["--local-directory", str(self.house.faults)]
        process = started(command, house or self.house)
        self.started.append(process)
        return process

    def workers(self) -> list[psutil.Process]:
        """The worker processes, below their nannies."""
        found = []
        for nanny in self.started[1:]:
            with contextlib.suppress(psutil.Error):
                found += [p for p in psutil.Process(nanny.pid).children() if "spawn_main" in " ".join(p.cmdline())]
        return found

    def settle(self, count: int) -> None:
        """Wait until so many workers have joined and do nothing."""
        asked = f"import distributed; distributed.Client({self.address!r}).wait_for_workers({count}, 60)"
        until(lambda: len(self.workers()) == count)
        subprocess.run([sys.executable, "-c", asked], check=True, timeout=90)
        until(lambda: not self.at_work())

    def at_work(self) -> list[psutil.Process]:
        """What the workers have started."""
        return [child for worker in self.workers() for child in worker.children(recursive=True)]

    def close(self) -> None:
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def copied(root: Path, faults: Path) -> House:
    for name in ("src", "data", "notebooks", "reports/templates"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")
    path = root / "notebooks" / "report" / "period_report.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    planted = {"cell_type": "code", "id": "planted", "metadata": {}, "source": FAULT, "outputs": []}
    notebook["cells"].append({**planted, "execution_count": None})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    made = House(root, faults)
    made.plant()
    return made
