"""Reading and checking all tables against plain ``pandas.read_csv`` of the same files.

Peer: ``pandas.read_csv`` of every file of ``data/tables`` with no argument but the path, which types
what it can and checks nothing. Ours: ``stats.tables.read`` (every cell against its schema), then
``stats.checks.run`` as well. Each measurement runs in a process of its own, in turn, so that a slow
moment of the machine hits all; the time is that of the call without imports, the memory is the peak
of the process above what it held after importing. Ratios are reported, not seconds.

The second size is SYNTHETIC: every table of figures copied many times over, each copy under bodies
of its own that are named synthetic. It is made in a temporary folder and never kept.

    python benchmarks/read_and_check.py [--runs 5] [--times 1000]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
IDS = {"inspections": "I", "violations": "V", "discipline": "D", "membership": "M", "programme": "P", "visits": "T"}
MODES = ("pandas", "read", "read_and_check")

CHILD = """
import gc, json, resource, sys, threading, time
from pathlib import Path
mode, data = sys.argv[1], Path(sys.argv[2])
import pandas as pd
from stats import checks, codes, tables
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak()
started = time.perf_counter()
if mode == "pandas":
    kept = [pd.read_csv(path) for path in sorted((data / "tables").glob("*.csv"))]
    rows = sum(map(len, kept))
else:
    book = codes.load(data)
    kept = tables.read(data)
    rows = sum(len(getattr(kept, p.stem)) for p in (data / "tables").glob("*.csv"))
    if mode == "read_and_check":
        found = len(checks.run(kept, book))
print(json.dumps({"seconds": time.perf_counter() - started, "mb": peak() - before, "rows": rows}))
"""


def measured(mode: str, data: Path) -> dict[str, float]:
    """Run one mode in a fresh process; a failing one stops the benchmark."""
    done = subprocess.run([sys.executable, "-c", CHILD, mode, str(data)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{mode} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def synthetic(folder: Path, times: int) -> Path:
    """Make a data folder whose tables of figures are `times` as long, under bodies marked synthetic."""
    shutil.copytree(DATA / "codes", folder / "codes")
    shutil.copy(DATA / "datapackage.json", folder)
    (folder / "tables").mkdir()
    shutil.copy(DATA / "tables" / "sources.csv", folder / "tables")
    for name in ("bodies", "terms"):
        header, rows = _rows(DATA / "codes" / f"{name}.csv")
        copies = [row for n in range(1, times + 1) for row in _bodies_of_copy(name, header, rows, n)]
        _write(folder / "codes" / f"{name}.csv", header, [*rows, *copies])
    for name, letter in IDS.items():
        header, rows = _rows(DATA / "tables" / f"{name}.csv")
        at = {column: i for i, column in enumerate(header)}
        made, number = [], 0
        for n in range(1, times + 1):
            for row in rows:
                number += 1
                copy = [f"{letter}{number:04d}", f"{row[at['body_id']]}-synthetic-{n}", *row[2:]]
                copy[at["note"]] = f"SYNTHETIC {row[at['note']]}".strip()
                if "evidence_id" in at:
                    copy[at["evidence_id"]] = f"{row[at['evidence_id']].rstrip('0123456789')}{number:04d}"
                made.append(copy)
        _write(folder / "tables" / f"{name}.csv", header, made)
    return folder


def _bodies_of_copy(name: str, header: list[str], rows: list[list[str]], n: int) -> list[list[str]]:
    copies = []
    for row in rows:
        copy = dict(zip(header, row, strict=True))
        copy["body_id"] += f"-synthetic-{n}"
        if name == "bodies":
            copy["parent_id"] += f"-synthetic-{n}" if copy["parent_id"] else ""
            copy |= {f"name_{lang}": f"SYNTHETIC {n} {copy[f'name_{lang}']}" for lang in ("vi", "en")}
            copy["aliases"] = ""
        copies.append(list(copy.values()))
    return copies


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def compared(data: Path, runs: int) -> dict[str, object]:
    """Measure every mode `runs` times in turn and put the medians beside those of pandas."""
    taken: dict[str, list[dict[str, float]]] = {mode: [] for mode in MODES}
    for number in range(runs):
        for mode in MODES if number % 2 == 0 else reversed(MODES):
            taken[mode].append(measured(mode, data))
        print(
            "  " + ", ".join(f"{m} {t[-1]['seconds']:.2f} s {t[-1]['mb']:.0f} MB" for m, t in taken.items()), flush=True
        )
    median = {
        mode: {what: round(statistics.median(t[what] for t in all_), 3) for what in ("seconds", "mb")}
        for mode, all_ in taken.items()
    }
    peer = median["pandas"]
    return {
        "rows": int(taken["pandas"][0]["rows"]),
        "csv_mb": round(sum(p.stat().st_size for p in (data / "tables").glob("*.csv")) / 1e6, 1),
        "median": median,
        "ratio_to_pandas": {
            mode: {what: round(median[mode][what] / max(peer[what], 1e-9), 2) for what in ("seconds", "mb")}
            for mode in MODES[1:]
        },
        "runs": runs,
    }


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--large-runs", type=int, default=1)
    asked = parser.parse_args()
    print("the curated tables", flush=True)
    result: dict[str, object] = {
        "what": "reading all tables with every cell checked against its schema, then every check of the findings",
        "peer": "pandas.read_csv of the same files, no argument but the path",
        "curated": compared(DATA, asked.runs),
    }
    with tempfile.TemporaryDirectory() as folder:
        print(f"SYNTHETIC, {asked.times} times as many rows", flush=True)
        made = synthetic(Path(folder), asked.times)
        result["synthetic"] = {"times": asked.times, **compared(made, asked.large_runs)}
    result["machine"] = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    result["versions"] = {name: version(name) for name in ("pandas", "numpy")}
    place = ROOT / "benchmarks" / "results" / "read_and_check.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"written to {place}")


if __name__ == "__main__":
    main()
