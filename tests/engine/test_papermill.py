"""``papermill in.ipynb out.ipynb --engine discipline``, as anyone calls it, and what goes wrong in a cell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import nbformat
import pytest
from deeds import execute

from notebooks import notebook
from stats.errors import CellError, DeadKernelError, ReportTimeoutError
from stats.reports import notebook as notebooks
from stats.reports.engine.registered import _ours
from stats.reports.engine.warm import Task, warm

LAUNCHER = [sys.executable, "-m", "papermill"]


def papermill(*arguments: str, engine: str = "discipline") -> subprocess.CompletedProcess[str]:
    engines = ("--engine", engine) if engine != "kernel" else ()
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    return subprocess.run(
        [*LAUNCHER, *arguments, *engines], capture_output=True, text=True, timeout=120, env=environment
    )


def written(place: Path, *sources: str, tags: dict[int, str] | None = None) -> Path:
    made = notebook(sources, tolerant=False)
    for number, tag in (tags or {}).items():
        made.cells[number].metadata["tags"] = [tag]
    nbformat.write(made, place)
    return place


def read(place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found


def test_the_engine_is_registered_and_light() -> None:
    (found,) = entry_points(group="papermill.engine", name="discipline")
    assert found.value == "stats.reports.engine.registered:Engine"
    # papermill imports it at every start: nothing of a kernel or of the statistics may come with it.
    code = (
        "import papermill.engines, sys; before = set(sys.modules);"
        "import stats.reports.engine.registered;"
        "print(sorted(m for m in set(sys.modules) | before if m.split('.')[0] in ('ipykernel', 'pandas', 'plotly')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_parameters_output_and_marks_as_with_the_stock_kernel(tmp_path: Path) -> None:
    source = written(
        tmp_path / "in.ipynb", "n = 1", "n * 2", "print('shown')\n!echo shell", "1 / 0", "raise SystemExit(3)",
        tags={0: "parameters", 3: "skip-execution", 4: "skip-execution"},
    )  # fmt: skip
    outs = {}
    for engine in ("kernel", "discipline"):
        place = tmp_path / f"{engine}.ipynb"
        done = papermill(str(source), str(place), "-p", "n", "21", engine=engine)
        assert done.returncode == 0, done.stderr
        assert "Executing: 100%" in done.stderr
        outs[engine] = notebooks.pinned(read(place))
        assert all(cell["metadata"]["papermill"]["status"] == "completed" for cell in read(place)["cells"])
    assert outs["discipline"] == outs["kernel"]
    assert outs["discipline"]["cells"][2]["outputs"][0]["data"]["text/plain"] == ["42"]


def test_a_failing_cell_leaves_the_partial_notebook_marked(tmp_path: Path) -> None:
    source = written(
        tmp_path / "in.ipynb", "print('ran')", "1 / 0", "print('never')", "2 / 0", tags={3: "raises-exception"}
    )
    outs = {}
    for engine in ("kernel", "discipline"):
        place = tmp_path / f"{engine}.ipynb"
        done = papermill(str(source), str(place), engine=engine)
        assert done.returncode == 1
        assert "PapermillExecutionError" in done.stderr
        found = read(place)
        outs[engine] = [(c["cell_type"], c.get("outputs", c["source"])) for c in found["cells"]]
        assert "papermill-error-cell" in str(found["cells"][0]["source"])
        assert found["metadata"]["papermill"]["exception"] is True
    assert "ZeroDivisionError" in json.dumps(outs["kernel"])
    assert outs["discipline"] == outs["kernel"]


def test_a_cell_that_may_fail_does_not_stop_the_rest(tmp_path: Path) -> None:
    source = written(tmp_path / "in.ipynb", "1 / 0", "print('after')", tags={0: "raises-exception"})
    papermill(str(source), str(tmp_path / "out.ipynb"))
    cells = [c for c in read(tmp_path / "out.ipynb")["cells"] if c["cell_type"] == "code"]
    assert cells[0]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert "".join(cells[1]["outputs"][0]["text"]) == "after\n"


def test_a_time_limit_ends_the_cell_and_its_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    hang = f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(600)"
    source = written(tmp_path / "in.ipynb", hang)
    began = time.monotonic()
    done = papermill(str(source), str(tmp_path / "out.ipynb"), "--execution-timeout", "2")
    assert done.returncode == 1
    assert "CellTimeoutError" in done.stderr
    assert time.monotonic() - began < 60
    assert not Path(f"/proc/{note.read_text()}").exists()


@pytest.mark.parametrize("engine", ["kernel", "discipline", "warm"])
class TestErrorsHaveTheSameTypesOnEveryEngine:
    def run(self, engine: str, source: Path, output: Path, timeout: float = 60) -> str:
        if engine == "warm":
            with warm() as server:
                server.submit(Task("one", execute, (str(source), str(output), timeout), timeout=60))
                (outcome,) = server.poll(90)
            if outcome.error is not None:
                raise outcome.error
            return str(outcome.value)
        return notebooks.dump(notebooks.execute(source, output, {}, timeout=timeout, environment={}, engine=engine))

    def test_no_error(self, engine: str, tmp_path: Path) -> None:
        source = written(tmp_path / "in.ipynb", "import sys; print('out'); print('err', file=sys.stderr)", "6 * 7")
        text = self.run(engine, source, tmp_path / "out.ipynb")
        stock = notebooks.execute(source, tmp_path / "stock.ipynb", {}, environment={})
        assert text == notebooks.dump(stock)

    def test_a_cell_that_raises(self, engine: str, tmp_path: Path) -> None:
        source = written(tmp_path / "in.ipynb", "print('ran')", "1 / 0")
        with pytest.raises(CellError, match=r"Cell 2 failed: ZeroDivisionError: division by zero"):
            self.run(engine, source, tmp_path / "out.ipynb")
        assert "ran" in (tmp_path / "out.ipynb").read_text(encoding="utf-8")

    def test_a_cell_that_takes_too_long(self, engine: str, tmp_path: Path) -> None:
        stubborn = "import time\nwhile True:\n    try:\n        time.sleep(600)\n    except ValueError:\n        pass"
        source = written(tmp_path / "in.ipynb", stubborn)
        with pytest.raises(ReportTimeoutError, match="longer than 2 seconds"):
            self.run(engine, source, tmp_path / "out.ipynb", timeout=2)

    @pytest.mark.parametrize("end", ["import os; os._exit(1)", "import os; os.kill(os.getpid(), 9)"])
    def test_a_process_that_dies(self, engine: str, end: str, tmp_path: Path) -> None:
        source = written(tmp_path / "in.ipynb", end, "1")
        with pytest.raises(DeadKernelError, match="died"):
            self.run(engine, source, tmp_path / "out.ipynb")


def test_where_processes_cannot_be_forked_it_is_the_stock_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path / "in.ipynb", "import sys; type(sys.stdout).__module__")
    seen = []
    for missing in (False, True):
        if missing:
            monkeypatch.delattr(os, "fork")
        found = notebooks.execute(source, tmp_path / "out.ipynb", {}, environment={}, engine="discipline")
        seen.append(found["cells"][0]["outputs"][0]["data"]["text/plain"])
    assert seen == [["'stats.reports.engine.streams'"], ["'ipykernel.iostream'"]]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda s: s.name)
@pytest.mark.parametrize("mode", ["fork", "new"])
def test_a_stopped_papermill_takes_its_kernel_with_it(mode: str, how: signal.Signals, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    busy = (
        f"import os, pathlib, time\npathlib.Path({str(note)!r}).write_text(str(os.getpid()))\n"
        "while True:\n    time.sleep(0.1)"
    )
    source = written(tmp_path / "in.ipynb", busy)
    thread = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start();"
    code = (thread if mode == "new" else "") + "from papermill.cli import papermill; papermill()"
    command = [sys.executable, "-c", code, str(source), str(tmp_path / "out.ipynb"), "--engine", "discipline"]
    caller = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    kernel = Path(f"/proc/{note.read_text()}")
    assert kernel.exists()
    began = time.monotonic()
    caller.send_signal(how)
    caller.wait(10)
    while kernel.exists() and time.monotonic() < began + 10:
        time.sleep(0.05)
    # A new process looks for its parent once a second, as a stock kernel does.
    assert time.monotonic() - began < 3
    assert not kernel.exists()


def test_a_kernel_of_another_python_is_started_as_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, program, module in (
        ("own", sys.executable, "ipykernel_launcher"),
        ("other", "/usr/bin/python3", "ipykernel_launcher"),
        ("strange", sys.executable, "another_kernel"),
    ):
        folder = tmp_path / "kernels" / name
        folder.mkdir(parents=True)
        spec = {"argv": [program, "-m", module, "-f", "{connection_file}"], "display_name": name, "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert [_ours(name) for name in ("own", "other", "strange", "none-such")] == [True, False, False, False]


def test_after_exit_no_cell_runs(tmp_path: Path) -> None:
    source = written(tmp_path / "in.ipynb", "exit()", "print('never')")
    with pytest.raises(DeadKernelError):
        notebooks.execute(source, tmp_path / "out.ipynb", {}, environment={}, engine="discipline")
