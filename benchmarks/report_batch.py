"""Batches of reports: ours beside the stock command lines and other ways, in turn, in one measurement.

Every way runs as a process of its own, its start included, on the first reports of the shipped catalogue. What
differs from one count of reports to another is the marginal cost of a report. Slow ways are measured at few reports
and extrapolated to 60 (marked so). Seconds are of this machine; ratios carry over.

    python benchmarks/report_batch.py [--quick] [--no-ploomber]

``--quick`` measures at 1, 4 and 8 reports and keeps nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import dataclasses
import datetime as dt
import filecmp
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from batch_peers import PEERS
from stats import codes
from stats.reports.production import catalogue, pool, processes, survey
from stats.reports.production.jobs import Job, jobs

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
TODAY = dt.date(2026, 11, 22)
SYNTHETIC = "synthetic"
DIGITS = "0123456789"
TERM = re.compile(r"\d{4}-\d{4}")
GROWN = ("inspections", "violations", "discipline", "membership")
TARGETS = (
    ("batch of 60 against the command lines", "batch_60_x", 15, 34, "x"),
    ("marginal report against the command lines", "marginal_cli_x", 25, 49, "x"),
    ("marginal report against multiprocessing papermill", "marginal_processes_x", 8, 18, "x"),
    ("CPU per report against the plain function", "cpu_floor_x", 1.5, 0.9, "x at most"),
    ("one cold report against the command lines", "cold_x", 1.3, 1.8, "x"),
    ("one report from a running server", "served_s", 0.5, 0.3, "s at most"),
    ("page beside the shared assets, median", "page_kb", 60, 50, "KB at most"),
    ("memory of the warm process over the batch", "memory_pct", 5, 2, "% at most"),
    ("nothing changed, whole run", "unchanged_s", 2, 1, "s at most"),
    ("two runs, files that differ", "differing", 0, 0, "at most"),
)
"""What is measured, its name in the results, the figure to reach, the one beyond, and its unit."""


def took(command: list[str], *, watch: bool = False) -> dict[str, float]:
    """Return seconds and CPU seconds of a command, processes it started included, and the warm process's memory."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    sizes: list[int] = []
    if watch:
        threading.Thread(target=_sample, args=(process.pid, sizes), daemon=True).start()
    _, said = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed ({process.returncode}):\n{said}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = {"seconds": time.perf_counter() - began, "cpu": cpu}
    if len(sizes) >= 10:
        # The first tenth is the warming; afterwards nothing should be added.
        tenth = max(1, len(sizes) // 10)
        first, last = (statistics.median(part) for part in (sizes[tenth : 2 * tenth], sizes[-tenth:]))
        found |= {"memory_start_mb": first / 2**20, "memory_pct": (last / first - 1) * 100}
    return found


def _sample(pid: int, sizes: list[int]) -> None:
    """Note the memory of the warm process (the child of the run that has children of its own) as long as it runs."""
    run = psutil.Process(pid)
    while run.is_running():
        with contextlib.suppress(psutil.Error):  # One may end while it is looked at.
            sizes += [c.memory_info().rss for c in run.children() if "engine.server" in " ".join(c.cmdline())]
        time.sleep(0.2)


def ours(asked: list[Job], folder: Path, engine: str, workers: int = 2) -> dict[str, float]:
    """Measure a run of ours into an empty folder, then one with nothing to do."""
    path, out = folder / "catalogue.toml", folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    path.write_text("\n".join(_entries(asked)), encoding="utf-8")
    command = [str(BIN / "discipline-stats"), "run", "--all", "--quiet", "--catalogue", str(path), "--out", str(out)]
    command += ["--date", TODAY.isoformat(), "--engine", engine, "--jobs", str(workers)]
    found = took(command, watch=True)
    made = len(list((out / "manifests").glob("*.json")))
    if made != len(asked):
        sys.exit(f"{made} reports were made of {len(asked)}")
    return found | {"unchanged_s": took(command)["seconds"]}


def _entries(asked: list[Job]) -> Iterator[str]:
    """Write a catalogue of exactly some reports."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for job in asked:
        at = job.request.parameters
        groups.setdefault((job.request.kind, at.place, at.period), []).append(at.lang)
    for number, ((kind, place, period), langs) in enumerate(groups.items()):
        yield f'[[report]]\nid = "r{number}"\nkind = "{kind}"\naudience_vi = "thử"\naudience_en = "test"'
        yield f"bodies = {json.dumps([place] if place else 'together')}\nlanguages = {json.dumps(langs)}"
        yield f"periods = {json.dumps([period])}" if period else ""


def peer(name: str, asked: list[Job], folder: Path, python: str = sys.executable) -> dict[str, float]:
    """Measure another way."""
    told = [{"kind": job.request.kind, "notebook": str(job.request.notebook),
             "parameters": {k: v for k, v in job.request.parameters.model_dump().items() if k in NAMES}}
            for job in asked]  # fmt: skip
    out = Path(tempfile.mkdtemp(dir=folder))
    (folder / "jobs.json").write_text(json.dumps(told), encoding="utf-8")
    return took([python, str(ROOT / "benchmarks" / "batch_peers.py"), name, str(folder / "jobs.json"), str(out)])


NAMES = ("place", "period", "lang")


def shipped(out: Path, data: Path | None = None) -> list[Job]:
    """Return the reports of the shipped catalogue that can be made, periods first."""
    place = data or codes.default_data()
    words = codes.load(place)
    read = catalogue.read(catalogue.shipped(), words)
    every = jobs(read, survey.read(place, out), words, TODAY, out=out, data=str(data) if data else "")
    return [job for job in every if not job.lacks]


def ploomber_python(folder: Path) -> tuple[str, str]:
    """Install ploomber-engine into a throw-away environment; return its Python, or why there is none."""
    uv, place = str(ROOT / ".uv" / "bin" / "uv"), folder / "ploomber"
    steps = [
        [uv, "venv", "--quiet", "--python", sys.executable, str(place)],
        [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(place / "bin" / "python"),
         "-e", str(ROOT), "ploomber-engine", "nbconvert", "psutil"],
    ]  # fmt: skip
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            return "", done.stderr.strip()[-400:]
    return str(place / "bin" / "python"), ""


def served(asked: list[Job], folder: Path) -> float:
    """Return the median seconds of a report from a warm process that is running."""
    seconds = []
    with processes.scratch() as place, pool.leashed() as leash:
        run = pool.Run(place, leash, folder / "served", "discipline", 300)
        crew = run.crew(asked[:1], 0)
        try:
            for job in asked:
                moved = dataclasses.replace(job, request=job.request.model_copy(update={"out": run.out}))
                began = time.perf_counter()
                crew.start(1, run.task(pool.Attempt(moved), 1), 300)
                while not (ended := crew.results(5)):
                    pass
                if ended[0][1].error:
                    sys.exit(str(ended[0][1].error))
                seconds.append(time.perf_counter() - began)
        finally:
            crew.close()
    return statistics.median(seconds[1:])


def grown(folder: Path, factor: int) -> Path:
    """Return a copy of the data in which every body has made-up twins, SYNTHETIC by name, so that all grows."""
    data = folder / f"data-{factor}"
    shutil.copytree(codes.default_data(), data)
    for place, name in enumerate(("bodies", *GROWN)):
        path = data / ("codes" if name == "bodies" else "tables") / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        twins = [_twin(row, number) for number in range(1, factor) for row in rows]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            for line, row in enumerate(rows + twins):
                if line >= len(rows) and "row_id" in row:
                    row |= {
                        "row_id": f"{row['row_id'][0]}{line:07d}",
                        "evidence_id": row["evidence_id"].rstrip(DIGITS) + f"{place}{line:07d}",
                    }
                # The dates of half-terms and terms are those of the true bodies alone.
                if line < len(rows) or ("/" not in row.get("period", "") and not TERM.fullmatch(row.get("period", ""))):
                    writer.writerow(row)
    # Corrections and acknowledged findings name rows of the true tables.
    for name in ("corrections.toml", "acknowledged.toml"):
        (data / name).write_text("")
    return data


def _twin(row: dict[str, str], number: int) -> dict[str, str]:
    mark = f"{SYNTHETIC}-{number}-{row['body_id']}"
    names = {name: f"SYNTHETIC {number} {row[name]}" for name in ("name_vi", "name_en") if name in row}
    plain = {"aliases": ""} if "aliases" in row else {}
    return {**row, "body_id": mark, **names, **plain}


def growth(factor: int, count: int, folder: Path) -> dict[str, Any]:
    """Measure plan and reports when there are so many times as many bodies."""
    data, out = grown(folder, factor), folder / f"grown-{factor}"
    plan = [str(BIN / "discipline-stats"), "plan", "--format", "json", "--data", str(data), "--out", str(out),
            "--date", TODAY.isoformat()]  # fmt: skip
    first, again = took(plan), took(plan)
    every = [job for job in shipped(out, data) if job.request.kind == "period"]
    seconds = served(every[:: max(1, len(every) // count)][:count], folder)
    return {
        "bodies": "SYNTHETIC but for the first of each name", "reports": len(every), "plan_first_s": first["seconds"],
        "plan_again_s": again["seconds"], "report_s": seconds, "reports_made": count,
        "all_on_one_core_s (extrapolated)": seconds * len(every),
    }  # fmt: skip


def marginal(found: dict[str, dict[str, float]], what: str) -> float:
    """Return what one report more costs, from the smallest to the largest count."""
    small, large = min(map(int, found)), max(map(int, found))
    return (found[str(large)][what] - found[str(small)][what]) / (large - small) if large > small else float("nan")


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-ploomber", action="store_true")
    options = parser.parse_args()
    slow, fast, factors = ((1, 4), (1, 4, 8), (1, 3)) if options.quick else ((1, 20), (1, 20, 60, 200), (1, 10, 100))
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="batch-") as name:
        folder = Path(name)
        every = shipped(folder)
        python, why = ("", "not asked for") if options.no_ploomber else ploomber_python(folder)
        if why:
            notes.append(f"ploomber-engine was not measured: {why}")
        ways = [way for way in PEERS if way != "ploomber-engine" or python]
        found: dict[str, dict[str, dict[str, float]]] = {}
        for count in fast:  # in turn, so that a slow moment hits all of them
            for way in ways if count in slow or count == fast[-2] else ():
                if count in slow or way == "plain function":
                    own = python if way == "ploomber-engine" else sys.executable
                    found.setdefault(way, {})[str(count)] = said(way, count, peer(way, every[:count], folder, own))
            for engine in pool.ENGINES:
                if engine == "kernel" and count == max(fast):
                    continue  # The fall-back needs no largest count: its marginal cost is known by then.
                asked = every[:count]
                measured = said(f"ours, {engine}", len(asked), ours(asked, folder, engine))
                found.setdefault(f"ours, {engine}", {})[str(len(asked))] = measured
                (folder / "out").rename(folder / f"kept-{engine}-{count}")
        figures = reached(found, slow, fast)
        figures["cold_x"] = found["command lines"]["1"]["seconds"] / cold(folder)["seconds"]
        figures["served_s"] = served([job for job in every if job.request.kind == "period"][: fast[1]], folder)
        largest, batch = (folder / f"kept-discipline-{count}" for count in (fast[-1], fast[-2]))
        figures["page_kb"] = statistics.median(p.stat().st_size / 1024 for p in largest.rglob("period_*.html"))
        figures["differing"] = differing(batch, folder / f"kept-kernel-{fast[-2]}")
        grew: dict[str, Any] = {}
        for factor in factors:
            if not options.quick:  # What is known is kept before the next, which takes ten times as long.
                keep(found, figures, grew, notes, slow)
            grew[str(factor)] = growth(factor, fast[1], folder)
    show(found, figures, grew, notes)
    if not options.quick:
        keep(found, figures, grew, notes, slow)


def cold(folder: Path) -> dict[str, float]:
    """Measure one report by itself, as the command ``report`` makes it."""
    return took([str(BIN / "discipline-stats"), "report", "period", "--place", "ha-noi", "--period", "2018",
                 "--to", "html,ipynb", "--out", str(folder / "cold")])  # fmt: skip


def keep(
    found: dict[str, Any], figures: dict[str, float], grew: dict[str, Any], notes: list[str], slow: tuple[int, ...]
) -> None:
    """Write the numbers."""
    result = {
        "what": "batches of reports, executed notebook and page",
        "extrapolated": f"batch_60_x: the command lines, from {slow} reports",
        "figures": figures, "runs": found, "growth (SYNTHETIC bodies)": grew, "notes": notes,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "versions": {p: version(p) for p in ("papermill", "nbconvert", "nbclient", "ipykernel", "plotly", "pandas")},
    }  # fmt: skip
    place = ROOT / "benchmarks" / "results" / "report_batch.json"
    place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def said(way: str, count: int, measured: dict[str, float]) -> dict[str, float]:
    """Print a measurement as it is made."""
    print(f"{way:28}{count:>5}  {measured['seconds']:8.2f} s  CPU {measured['cpu']:8.2f} s", flush=True)
    return measured


def reached(
    found: dict[str, dict[str, dict[str, float]]], slow: tuple[int, ...], fast: tuple[int, ...]
) -> dict[str, float]:
    """Return the figures of `TARGETS` that follow from the runs."""
    mine, lines = found["ours, discipline"], found["command lines"]
    batch = str(fast[-2])
    line_batch = lines[str(slow[0])]["seconds"] + marginal(lines, "seconds") * (int(batch) - slow[0])
    largest = mine[max(mine, key=int)]
    return {
        "batch_60_x": line_batch / mine[batch]["seconds"],
        "marginal_cli_x": marginal(lines, "seconds") / marginal(mine, "seconds"),
        "marginal_processes_x": marginal(found["multiprocessing papermill"], "seconds") / marginal(mine, "seconds"),
        "cpu_floor_x": marginal(mine, "cpu") / marginal(found["plain function"], "cpu"),
        "memory_pct": largest.get("memory_pct", float("nan")),
        "unchanged_s": largest["unchanged_s"],
    }


def differing(one: Path, other: Path) -> int:
    """Return how many pages and notebooks of two runs differ."""
    names = [p.relative_to(one) for p in one.rglob("*") if p.suffix in (".html", ".ipynb")]
    _, wrong, missing = filecmp.cmpfiles(one, other, names, shallow=False)
    return len(wrong) + len(missing)


def show(found: dict[str, Any], figures: dict[str, float], grew: dict[str, Any], notes: list[str]) -> None:
    """Print the tables."""
    print(f"\n{'way':28}{'marginal s':>12}{'marginal CPU s':>16}")
    for way, runs in found.items():
        print(f"{way:28}{marginal(runs, 'seconds'):>12.3f}{marginal(runs, 'cpu'):>16.3f}")
    print(f"\n{'figure':52}{'reached':>10}{'reach':>8}{'beyond':>8}")
    for label, name, reach, beyond, unit in TARGETS:
        print(f"{label:52}{figures[name]:>10.2f}{reach:>8}{beyond:>8}  {unit}")
    for factor, one in grew.items():
        print(f"bodies x {factor} (SYNTHETIC): {one['reports']} reports, plan {one['plan_first_s']:.1f} s, "
              f"again {one['plan_again_s']:.1f} s, a report {one['report_s']:.2f} s")  # fmt: skip
    print(*notes, sep="\n")


if __name__ == "__main__":
    main()
