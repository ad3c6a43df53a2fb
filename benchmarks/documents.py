"""A briefing in five formats, warm, and the weight of pages beside their shared assets.

Warm: the notebook is executed, every writer's library is imported and has written once; what is
timed is writing the format; drawing the charts (one browser, its start included) is a line of its
own. Beside it, as a yardstick, ``nbconvert`` (HTML template ``lab``) exports the same executed
notebook in the same process. Ratios to it are reported; seconds are of this machine.

    python benchmarks/documents.py [--runs 5]
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter

from stats import theme
from stats.reports import document, notebook, request
from stats.reports.document import Document
from stats.reports.run import DOCUMENTS
from stats.reports.writers import images, page

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    ("briefing", "ha-noi", "2020-2025/half"),
    ("period", "ha-noi", "2020-2025/half"),
    ("period", "ha-noi", "2018"),
    ("programme", "ha-noi", "2020-2025/half"),
    ("coverage", "ha-noi", None),
    ("comparison", None, "2018"),
)
TARGET_KB = 60


def executed(kind: str, place: str | None, period: str | None, folder: Path) -> dict[str, Any]:
    """Run a report's notebook once."""
    (asked,) = request.request(request.open_data(), kind, place=place, period=period)
    values = asked.parameters.model_dump()
    return notebook.execute(asked.notebook, folder / "run.ipynb", values, environment={"IPYTHONDIR": str(folder)})


def formats(ran: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """Return what is timed, by name."""
    found = document.read(ran)
    plain = nbformat.reads(json.dumps(ran), as_version=4)
    drawn = draw(found)
    return {
        "nbconvert": lambda: HTMLExporter(template_name="lab").from_notebook_node(plain),
        "charts": lambda: draw(found),
        "html": lambda: page.write(document.read(ran), assets_mode="shared"),
        **{form: lambda form=form: written(found, form, drawn) for form in DOCUMENTS},
    }


def draw(found: Document) -> dict[tuple[str, str], bytes]:
    """Draw the charts as SVG and PNG, the browser's start included."""
    return images.draw(found.figures, ("svg", "png"), fonts=theme.fonts_dir())


def written(found: Document, form: str, drawn: dict[tuple[str, str], bytes]) -> bytes:
    """Write one format with the pictures it needs."""
    writer = importlib.import_module(f"stats.reports.writers.{form}")
    if not DOCUMENTS[form]:
        return bytes(writer.write(found))
    return bytes(
        writer.write(found, pictures={name: data for (name, kind), data in drawn.items() if kind == DOCUMENTS[form]})
    )


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        timed = formats(executed(*PAGES[0], folder))
        for work in timed.values():
            work()
        seconds: dict[str, list[float]] = {one: [] for one in timed}
        for _ in range(runs):  # in turn, so that a slow moment hits all of them
            for one, work in timed.items():
                started = time.perf_counter()
                work()
                seconds[one].append(time.perf_counter() - started)
        weights = {}
        for kind, place, period in PAGES:
            text = page.write(document.read(executed(kind, place, period, folder)), assets_mode="shared")
            weights[f"{kind} {place or 'all'} {period or 'all'}"] = len(gzip.compress(text.encode(), 9, mtime=0)) / 1024
    medians = {one: statistics.median(values) for one, values in seconds.items()}
    five = sum(medians[one] for one in ("charts", "html", *DOCUMENTS))
    print(f"{'format':12}{'median s':>10}{'to nbconvert':>14}")
    for one, median in medians.items():
        print(f"{one:12}{median:>10.3f}{median / medians['nbconvert']:>14.2f}")
    print(f"{'all five':12}{five:>10.3f}{five / medians['nbconvert']:>14.2f}")
    print(f"\n{'page':34}{'KB gzipped':>10}   (target {TARGET_KB})")
    for one, weight in weights.items():
        print(f"{one:34}{weight:>10.1f}")
    kept = {
        "seconds": seconds, "five_formats": five, "page_kb": weights, "runs": runs, "cores": os.cpu_count(),
        "machine": platform.platform(), "python": platform.python_version(),
        "versions": {p: version(p) for p in ("typst", "python-docx", "python-pptx", "xlsxwriter", "nbconvert")},
    }  # fmt: skip
    path = ROOT / "benchmarks" / "results" / "documents.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
