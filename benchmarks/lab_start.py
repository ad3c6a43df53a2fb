"""Time from ``make lab`` to the first chart drawn in a browser, on an environment that is set up.

A cold browser profile and a new kernel each run. The parts are told apart: the server answers, the
notebook is shown, the first chart stands. No peer: the question is how long a newcomer waits.

    python benchmarks/lab_start.py [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests" / "lab"))

from starting import WAIT, browser, lab, run_all, window  # noqa: E402


def once() -> dict[str, float]:
    """Return the seconds from the command to each moment."""
    with tempfile.TemporaryDirectory() as place, browser() as made, lab(Path(place)) as found:
        moments = {"server": time.monotonic() - found.started}
        page = window(made).page
        page.set_default_timeout(WAIT)
        page.goto(found.address)
        page.wait_for_selector(".jp-Notebook h1")
        moments["notebook"] = time.monotonic() - found.started
        run_all(page)
        page.wait_for_selector(".js-plotly-plot .main-svg")
        moments["first_chart"] = time.monotonic() - found.started
    return moments


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = [once() for _ in range(parser.parse_args().runs)]
    middle = {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}
    for name, seconds in middle.items():
        print(f"{name:<12} {seconds:6.2f} s (median of {len(runs)})")
    kept = {"median_seconds": middle, "runs": runs, "python": platform.python_version(), "machine": platform.machine()}
    target = ROOT / "benchmarks" / "results" / "lab_start.json"
    target.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
