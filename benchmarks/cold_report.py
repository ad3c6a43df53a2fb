"""One cold report against the stock command lines, paired in one run.

Peer: ``papermill`` CLI, then ``jupyter nbconvert`` CLI to HTML, on the same notebook with the same
parameters. Ours: ``discipline-stats report`` to the same two formats. The two run in turn, so that
a slow moment of the machine hits both; ratios are reported, not seconds.

    python benchmarks/cold_report.py [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
NOTEBOOK = ROOT / "notebooks" / "report" / "period_report.ipynb"
PARAMETERS = {"place": "ha-noi", "period": "2020-2025/half", "lang": "vi"}


def timed(*commands: list[str]) -> float:
    """Return the seconds a row of commands takes; a failing one stops the benchmark."""
    started = time.perf_counter()
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": "ignore"})
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return time.perf_counter() - started


def stock(folder: Path) -> float:
    """Time papermill and nbconvert from the command line."""
    out = folder / "stock.ipynb"
    run = [str(BIN / "papermill"), str(NOTEBOOK), str(out), "--no-progress-bar", "--kernel", "python3"]
    for name, value in PARAMETERS.items():
        run += ["-p", name, value]
    convert = [str(BIN / "jupyter-nbconvert"), "--to", "html", "--no-input", str(out)]
    return timed(run, convert)


def ours(folder: Path) -> float:
    """Time the project's own command."""
    command = [str(BIN / "discipline-stats"), "report", "period", "--to", "html,ipynb", "--out", str(folder)]
    return timed([*command, *(part for name, value in PARAMETERS.items() for part in (f"--{name}", value))])


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(runs):
            order = (stock, ours) if number % 2 == 0 else (ours, stock)
            took = {measure.__name__: measure(Path(folder)) for measure in order}
            pairs.append(took)
            print(f"run {number + 1}: stock {took['stock']:.2f} s, ours {took['ours']:.2f} s", flush=True)
    ratios = [pair["stock"] / pair["ours"] for pair in pairs]
    result = {
        "what": "one cold report, HTML and executed notebook",
        "peer": "papermill CLI + jupyter nbconvert CLI, lean environment",
        "ratio_median": round(statistics.median(ratios), 2),
        "ratio_range": [round(min(ratios), 2), round(max(ratios), 2)],
        "seconds": pairs,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "versions": {name: version(name) for name in ("papermill", "nbconvert", "plotly", "pandas", "ipykernel")},
    }
    place = ROOT / "benchmarks" / "results" / "cold_report.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"stock / ours: median {result['ratio_median']} (range {result['ratio_range']}); written to {place}")


if __name__ == "__main__":
    main()
