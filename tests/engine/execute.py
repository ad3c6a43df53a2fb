"""Run the small notebooks in one way and write the executed copies: ``python execute.py MODE FOLDER``.

A script of its own, since the process that runs tests has threads and captured streams.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

import nbformat
from papermill.engines import papermill_engines
from papermill.iorw import load_notebook_node

from notebooks import NOTEBOOKS, notebook
from stats.reports import notebook as notebooks
from stats.reports.engine.warm import Task, warm


def run(name: str, folder: str, engine: str) -> str:
    """Execute one notebook with papermill's engine of a name, as papermill's own function does."""
    place = Path(folder) / f"{name}.ipynb"
    nbformat.write(notebook(NOTEBOOKS[name]), place)
    with notebooks.ENGINES[engine]() as options:
        given: dict[str, Any] = dict(options)
        executed = papermill_engines.execute_notebook_with_engine(
            given.pop("engine_name", None),
            load_notebook_node(str(place)),
            kernel_name="python3",
            progress_bar=False,
            output_path=None,
            **given,
        )
    nbformat.write(executed, place)
    return name


def main(mode: str, folder: str) -> None:
    """Run all of them: on the stock kernel, in forked or new processes, or in children of a warm one."""
    if mode == "warm":
        import execute

        tasks = [Task(name, execute.run, (name, folder, "discipline")) for name in NOTEBOOKS]
        rehearsal = Task("rehearsal", execute.run, ("results", folder, "discipline"))
        with warm(rehearsals=[rehearsal]) as server:
            for task in tasks:
                server.submit(task)
                (outcome,) = server.poll(60)
                assert outcome.value == task.key, outcome
        return
    if mode == "new":
        # A process with a thread of its own is never forked.
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    for name in NOTEBOOKS:
        run(name, folder, "kernel" if mode == "kernel" else "discipline")


if __name__ == "__main__":
    main(*sys.argv[1:])
