"""What the batch benchmark compares with: other ways to make the same reports, each in a process of its own.

    python benchmarks/batch_peers.py PEER JOBS.json OUT

``JOBS.json`` is a list of objects with ``kind``, ``notebook``, ``parameters``. Each way leaves an executed
notebook and a page a report, but for ``plain``, which leaves nothing: it is the floor.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
Job = dict[str, Any]


def command_lines(jobs: list[Job], out: Path) -> None:
    """Call papermill, then nbconvert, from the command line, one report after another."""
    for number, job in enumerate(jobs):
        path = out / f"{number}.ipynb"
        command = [str(BIN / "papermill"), job["notebook"], str(path), "--no-progress-bar", "--kernel", "python3"]
        for name, value in job["parameters"].items():
            command += ["-r", name, value]
        for line in (command, [str(BIN / "jupyter-nbconvert"), "--to", "html", "--no-input", str(path)]):
            subprocess.run(line, check=True, capture_output=True, env={**os.environ, "PYTHONWARNINGS": "ignore"})


def page(path: Path) -> None:
    """Write the page of an executed notebook as nbconvert does."""
    from nbconvert import HTMLExporter

    text, _ = HTMLExporter(exclude_input=True).from_filename(str(path))
    path.with_suffix(".html").write_text(text, encoding="utf-8")


def papermill_one(task: tuple[int, Job, str]) -> None:
    """Run papermill's function and nbconvert's exporter in this process."""
    import papermill

    number, job, out = task
    path = Path(out) / f"{number}.ipynb"
    papermill.execute_notebook(
        job["notebook"], str(path), job["parameters"], progress_bar=False, kernel_name="python3", log_output=False
    )
    page(path)


def processes(jobs: list[Job], out: Path) -> None:
    """Two processes call papermill's function and nbconvert's exporter."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(papermill_one, [(n, job, str(out)) for n, job in enumerate(jobs)], chunksize=1)


def ploomber(jobs: list[Job], out: Path) -> None:
    """Run ploomber-engine in one process, without a kernel."""
    from ploomber_engine import execute_notebook

    for number, job in enumerate(jobs):
        path = out / f"{number}.ipynb"
        execute_notebook(job["notebook"], str(path), parameters=job["parameters"], progress_bar=False)
        page(path)


def warm_share(task: tuple[list[tuple[int, Job]], str]) -> None:
    """Run some reports in one kernel, whose namespace is emptied before each."""
    import nbformat
    from jupyter_client.manager import KernelManager
    from nbclient import NotebookClient
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    jobs, out = task
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    try:
        for number, job in jobs:
            notebook = parameterize_notebook(load_notebook_node(job["notebook"]), job["parameters"])
            notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
            NotebookClient(notebook, km=manager, timeout=300).execute()
            del notebook.cells[0]
            path = Path(out) / f"{number}.ipynb"
            nbformat.write(notebook, path)
            page(path)
    finally:
        manager.shutdown_kernel(now=True)


def warm_kernels(jobs: list[Job], out: Path) -> None:
    """Two processes with a kernel each that is kept."""
    numbered = list(enumerate(jobs))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(warm_share, [(numbered[start::2], str(out)) for start in range(min(2, len(jobs)))], chunksize=1)


def plain(jobs: list[Job], out: Path) -> None:  # noqa: ARG001 - it leaves nothing
    """Make the same sections in one process: no notebook, no page."""
    from stats import indicators
    from stats.sections import kinds
    from stats.sections.bodies import comparison_of
    from stats.sections.coverage import coverage_of
    from stats.sections.report import report_on

    book = indicators.open_book()
    for job in jobs:
        asked = job["parameters"]
        place, period, lang = (asked[name] for name in ("place", "period", "lang"))
        if job["kind"] == "coverage":
            report: Any = coverage_of(book, place, period, lang)
        elif job["kind"] == "comparison":
            report = comparison_of(book, period, lang)
        else:
            report = report_on(book, book.codes.body(place), book.codes.period(period, place), lang)
        for section in kinds.make(report, job["kind"]).values():
            json.dumps([block.data for block in section.blocks], default=str)


PEERS: dict[str, Callable[[list[Job], Path], None]] = {
    "command lines": command_lines,
    "multiprocessing papermill": processes,
    "ploomber-engine": ploomber,
    "warm kernels": warm_kernels,
    "plain function": plain,
}
"""Name to what makes the reports."""


if __name__ == "__main__":
    PEERS[sys.argv[1]](json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")), Path(sys.argv[3]))
