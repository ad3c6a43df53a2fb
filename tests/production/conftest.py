"""A small set of reports, planned and made up without rendering anything."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stats import codes
from stats.indicators import Book
from stats.reports.production import catalogue, fingerprint, manifest, survey
from stats.reports.production.fingerprint import Fingerprint
from stats.reports.production.jobs import Job, jobs
from stats.reports.production.survey import Survey

TODAY = dt.date(2026, 11, 22)

Make = Callable[[Iterable[Job], Path], None]


@pytest.fixture(scope="session")
def seen(book: Book) -> Survey:
    """What the curated data hold."""
    return survey.survey(book)


@pytest.fixture(scope="session")
def asked(seen: Survey) -> Callable[[Path], list[Job]]:
    """The reports of the shipped catalogue, for an output folder."""
    read = catalogue.read(catalogue.shipped(), codes.load())
    return lambda out: jobs(read, seen, codes.load(), TODAY, out=out)


@pytest.fixture(scope="session")
def make(seen: Survey) -> Make:
    """Leave outputs and manifests behind as a run does."""

    def made(wanted: Iterable[Job], out: Path) -> None:
        prints = fingerprint.prints(seen, out)
        for job in wanted:
            if not job.lacks:
                finish(job, out, prints.of(job))

    return made


def finish(job: Job, out: Path, found: Fingerprint) -> manifest.Manifest:
    """Write an output for each format, and the manifest."""
    outputs = {}
    for form in job.request.formats:
        path = job.request.out / f"{job.key}.{form}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(job.key)
        outputs[path.relative_to(out).as_posix()] = hashlib.sha256(job.key.encode()).hexdigest()
    kept = manifest.done(job.key, fingerprint.parameters(job), found, outputs)
    manifest.write(out, kept)
    return kept


# Real runs, in a copy of the project whose reports do as they are told

BODIES = ("dak-nong", "ha-noi", "ha-tinh", "thanh-hoa", "tp-ho-chi-minh")
"""Bodies with figures for 2018, in the order of the list of bodies."""

_CATALOGUE = """
[[report]]
id = "year"
kind = "period"
audience_vi = "Người thử"
audience_en = "Testers"
bodies = [{bodies}]
periods = ["2018"]
languages = ["vi"]
formats = [{formats}]
folder = "period"
"""

_TOLD = """import os, pathlib, signal, subprocess, sys, time
told = pathlib.Path(os.environ["TOLD"]) / place
what = told.read_text() if told.is_file() else ""
print(f"told to {what}", file=sys.stderr)
if what == "once": told.unlink()
if what in ("kill", "once"): os.kill(os.getpid(), signal.SIGKILL)
if what == "fail": raise ValueError("told to fail")
if what == "start": subprocess.Popen(["sleep", "600"], start_new_session=True)
if what in ("hang", "start"): time.sleep(600)
if what == "wait": time.sleep(2.5)"""


class Project:
    """A copy of the project with one small notebook, an output folder and a temporary folder of its own."""

    def __init__(self, root: Path, place: Path) -> None:
        self.root, self.out, self.told = root, place / "out", place / "told"
        self.told.mkdir()
        # What planning finds out about the data is the same for every test.
        shutil.copytree(root / "planned" / ".cache", self.out / ".cache")
        # Short, as sockets lie in it.
        self.temporary = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
        self.catalogue = place / "catalogue.toml"
        self.asks(BODIES)

    def asks(self, bodies: Iterable[str], *formats: str) -> None:
        """Write the catalogue."""
        lists = {"bodies": bodies, "formats": formats or ("html", "ipynb")}
        filled = {name: ", ".join(f'"{one}"' for one in values) for name, values in lists.items()}
        self.catalogue.write_text(_CATALOGUE.format(**filled), encoding="utf-8")

    def tell(self, **what: str) -> None:
        """Tell the report of a body what to do; those not named do nothing special."""
        for old in self.told.iterdir():
            old.unlink()
        for body, word in what.items():
            (self.told / body.replace("_", "-")).write_text(word)

    def start(self, *options: str, **environment: str) -> subprocess.Popen[str]:
        """Start a run."""
        command = [sys.executable, "-m", "stats", "run", "--catalogue", str(self.catalogue), "--out", str(self.out)]
        given = {
            **os.environ,
            "PYTHONPATH": str(self.root / "src"),
            "TOLD": str(self.told),
            "TMPDIR": str(self.temporary),
            "PYTHONWARNINGS": "error::DeprecationWarning:stats",
            **environment,
        }
        return subprocess.Popen(
            [*command, "--date", TODAY.isoformat(), *options],
            env=given, cwd=self.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        process = self.start(*options, **environment)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def events(self) -> list[dict[str, Any]]:
        """Return the lines of the newest log."""
        logs = sorted((self.out / "runs").glob("*.jsonl"))
        return [json.loads(line) for line in logs[-1].read_text(encoding="utf-8").splitlines()] if logs else []

    def known(self, body: str) -> manifest.Manifest:
        """Return the manifest of a body's report."""
        found = manifest.read(self.out, f"period_{body}_2018_vi")
        assert found is not None
        return found

    def file(self, body: str, suffix: str) -> Path:
        """Return an output of a body's report."""
        return self.out / "period" / f"period_{body}_2018_vi{suffix}"

    def until(self, true: Callable[[], object], run: subprocess.Popen[str], seconds: float = 180) -> None:
        """Wait until something is so, while a run goes on."""
        end = time.monotonic() + seconds
        while not true():
            assert run.poll() in (None, -9), run.communicate()
            assert time.monotonic() < end, self.events()
            time.sleep(0.02)

    def at_work(self) -> list[str]:
        """Return the processes of this project's runs, however they were started."""
        from stats.reports.production import processes

        return [" ".join(one.cmdline())[:80] for one in processes.inside(self.temporary) if one.status() != "zombie"]

    def leftovers(self) -> list[str]:
        """Return everything temporary."""
        unfinished = [path.name for path in self.out.rglob(".partial-*")]
        return unfinished + [path.name for path in self.temporary.iterdir()]


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which every period report is the small notebook."""
    root = tmp_path_factory.mktemp("project")
    here = Path(__file__).resolve().parents[2]
    for name in ("src/stats", "data", "reports/templates", "notebooks/report"):
        shutil.copytree(here / name, root / name)
    shutil.copy(here / "pyproject.toml", root)
    shutil.copy(here / "reports/catalogue.toml", root / "reports")
    path = root / "notebooks/report/period_report.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    parameters, cover, *rest = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    told = {**cover, "id": "told", "source": _TOLD}
    charts = next(cell for cell in rest if "members" in "".join(cell["source"]))
    path.write_text(json.dumps({**content, "cells": [parameters, cover, told, charts]}), encoding="utf-8")
    planned = [sys.executable, "-m", "stats", "plan", "--format", "json", "--out", str(root / "planned")]
    given = {**os.environ, "PYTHONPATH": str(root / "src")}
    subprocess.run(planned, env=given, cwd=root, check=True, stdout=subprocess.DEVNULL)
    return root


@pytest.fixture
def project(copied: Path, tmp_path: Path) -> Iterator[Project]:
    """A project to run, with nothing made yet."""
    made = Project(copied, tmp_path)
    yield made
    from stats.reports.production import processes

    processes.end_all(made.temporary)
    shutil.rmtree(made.temporary, ignore_errors=True)
