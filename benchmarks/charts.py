"""Static charts against kaleido's persistent server, paired in one run.

Peer: ``kaleido.start_sync_server``, one Chromium for all charts, given the same plotly.js. Ours: one
tab of `stats.reports.writers.images.Studio`. Both draw the same figures, every chart of the Hà Nội
half-term report, in turn and each warmed up, so that a slow moment of the machine hits both;
ratios are reported, not seconds.

    python benchmarks/charts.py [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kaleido

from stats import indicators, theme
from stats.errors import UsageError
from stats.reports import assets, chromium
from stats.reports.writers.images import Studio
from stats.sections import charts
from stats.sections.report import report_on

ROOT = Path(__file__).resolve().parents[1]
FORMATS = ("svg", "png")


def figures() -> dict[str, dict[str, Any]]:
    """Return every chart of the report that has figures."""
    book = indicators.open_book(ROOT / "data")
    report = report_on(book, book.codes.body("ha-noi"), book.codes.period("2020-2025/half", "ha-noi"), "vi")
    found = {}
    for name in charts.CHARTS:
        try:
            found |= {chart.name: chart.spec for chart in charts.draw(report, name)}
        except UsageError:  # a chart without figures in this period
            continue
    return found


def timed(draw: Callable[[], bytes]) -> float:
    """Return the seconds a drawing takes; an empty one stops the benchmark."""
    started = time.perf_counter()
    if len(draw()) < 1000:
        sys.exit("an empty chart was drawn")
    return time.perf_counter() - started


def peer(figure: dict[str, Any], form: str) -> bytes:
    """Draw with kaleido."""
    image: bytes = kaleido.calc_fig_sync(figure, opts={"format": form, "scale": 2 if form == "png" else 1})
    return image


def ours(studio: Studio, figure: dict[str, Any], form: str) -> bytes:
    """Draw in the studio; a PNG is made from an SVG, which counts."""
    svg = studio.svg(figure)
    return svg.encode() if form == "svg" else studio.png(svg, figure["layout"]["width"], figure["layout"]["height"], 2)


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    logging.getLogger("choreographer").setLevel(logging.CRITICAL)
    os.environ.setdefault("BROWSER_PATH", str(chromium.require()))
    drawn = figures()
    started = time.perf_counter()
    kaleido.start_sync_server(n=1, plotlyjs=assets.plotly_js_path(), mathjax=False, silence_warnings=True)
    first = next(iter(drawn.values()))
    peer(first, "svg")
    peer_start = time.perf_counter() - started
    started = time.perf_counter()
    pairs: dict[str, list[dict[str, Any]]] = {form: [] for form in FORMATS}
    with Studio(theme.fonts_dir()) as studio:
        ours(studio, first, "svg")
        our_start = time.perf_counter() - started
        for number in range(runs):
            for name, figure in drawn.items():
                for form in FORMATS:
                    measures = {
                        "kaleido": lambda f=figure, k=form: peer(f, k),
                        "ours": lambda f=figure, k=form: ours(studio, f, k),
                    }
                    order = list(measures) if number % 2 == 0 else list(measures)[::-1]
                    took = {which: timed(measures[which]) for which in order}
                    pairs[form].append({"chart": name, **{k: round(v, 4) for k, v in took.items()}})
            print(f"run {number + 1} of {runs}: {len(drawn)} charts", flush=True)
    kaleido.stop_sync_server(silence_warnings=True)
    result = {
        "what": f"one static chart, {len(drawn)} charts of the Hà Nội half-term report, {runs} runs",
        "peer": "kaleido.start_sync_server, one browser kept open",
        **{form: _summary(taken) for form, taken in pairs.items()},
        "start_seconds": {"kaleido": round(peer_start, 2), "ours": round(our_start, 2)},
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "versions": {name: version(name) for name in ("kaleido", "choreographer", "plotly")},
    }
    place = ROOT / "benchmarks" / "results" / "charts.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for form in FORMATS:
        print(f"{form}: kaleido / ours: median {result[form]['ratio_median']} (range {result[form]['ratio_range']})")
    print(f"written to {place}")


def _summary(taken: list[dict[str, Any]]) -> dict[str, Any]:
    ratios = [pair["kaleido"] / pair["ours"] for pair in taken]
    return {
        "ratio_median": round(statistics.median(ratios), 2),
        "ratio_range": [round(min(ratios), 2), round(max(ratios), 2)],
        "median_seconds": {
            who: round(statistics.median(pair[who] for pair in taken), 4) for who in ("kaleido", "ours")
        },
        "seconds": taken,
    }


if __name__ == "__main__":
    main()
