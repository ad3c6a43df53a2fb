"""The local page: seconds from a choice to its answer, and memory with 1, 10 and 50 browsers.

There is no peer to be set beside it; the mark to reach is 0.3 s a choice once the page is warm. The page
runs as a user runs it, `discipline-stats app`, in a process of its own. Three measures:

- server: the callback of a choice, asked for over HTTP one after the other, for 200 choices that have
  figures (spread evenly over all of them, every second one in English); each is asked for twice, the first
  time new to the process, the second time not;
- browser: from the change of a list in a real Chromium to the finished page, charts drawn, for 20 choices;
- memory: resident memory of the server while N clients at once open the page and make 20 choices each.
  Clients are HTTP sessions that fetch and ask for what a browser does, not browsers: 50 Chromiums would
  measure Chromium.

    python benchmarks/explorer.py [--choices 200]
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Page, sync_playwright

from stats import indicators
from stats.explore import Choice
from stats.explore.choices import found_for
from stats.reports import chromium

ROOT = Path(__file__).resolve().parents[1]
MARK = 0.3
"""Seconds a choice may take once the page is warm."""
CLIENTS = (1, 10, 50)
OF_EACH = 20
"""Choices each client makes, and the browser."""


def choices(most: int) -> list[Choice]:
    """Return choices that have figures, spread evenly over all of them."""
    book = indicators.open_book(ROOT / "data")
    every = [
        choice
        for body in book.bodies()
        for period in book.periods(body)
        for indicator in book.catalogue
        if found_for(choice := Choice(body, period.key, indicator), book)
    ]
    print(f"{len(every)} choices have figures", flush=True)
    picked = [every[i * len(every) // most] for i in range(min(most, len(every)))]
    return [Choice(c.body, c.period, c.indicator, "", "en" if n % 2 else "vi") for n, c in enumerate(picked)]


@contextmanager
def running() -> Iterator[tuple[str, psutil.Process]]:
    """Run the page as its users do; give its address and its process."""
    command = [sys.executable, "-m", "stats", "app", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield line.split()[-1].rstrip("/"), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


class Client:
    """What a browser asks of the page, without the browser.

    Parameters
    ----------
    site : str
        Address of the page.
    """

    def __init__(self, site: str) -> None:
        self._place = urlsplit(site).netloc
        page = self._get("/").decode()
        for path in re.findall(r'(?:src|href)="(/[^"]+)"', page):
            self._get(path)
        self._get("/_dash-layout")
        callback = json.loads(self._get("/_dash-dependencies"))[0]
        self._output = callback["output"]
        places = [place.rpartition(".") for place in self._output.strip(".").split("...")]
        self._outputs = [{"id": name, "property": kind} for name, _, kind in places]

    def _get(self, path: str) -> bytes:
        return self._ask("GET", path, None)

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        with closing(http.client.HTTPConnection(self._place, timeout=120)) as connection:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        if answer.status != 200:
            sys.exit(f"{path} was answered with {answer.status}: {content[:200]!r}")
        return content

    def choose(self, choice: Choice) -> float:
        """Return the seconds a choice takes to be answered; an answer without figures stops the benchmark."""
        asked = {"id": "address", "property": "search", "value": f"?{choice.query()}"}
        body = {"output": self._output, "outputs": self._outputs, "inputs": [asked],
                "changedPropIds": ["address.search"]}  # fmt: skip
        started = time.perf_counter()
        content = self._ask("POST", "/_dash-update-component", json.dumps(body))
        took = time.perf_counter() - started
        if b'"id":"src-' not in content:
            sys.exit(f"{choice.query()} was answered without a source")
        return took


def served(site: str, process: psutil.Process, asked: Sequence[Choice]) -> dict[str, Any]:
    """Measure the callback, new and again; the processor's time beside the clock's, which a busy machine stretches."""
    client = Client(site)
    found: dict[str, Any] = {"choices": len(asked)}
    for name in ("new", "again"):
        before = sum(process.cpu_times()[:2])
        took = summary([client.choose(choice) for choice in asked])
        spent = (sum(process.cpu_times()[:2]) - before) / len(asked)
        found[name] = {**took, "mean_processor_seconds": round(spent, 4)}
    return found


def drawn(site: str, asked: Sequence[Choice]) -> dict[str, Any]:
    """Measure the round trip in a browser, from the change of a list to the last chart."""
    flags = ["--no-sandbox", "--disable-background-networking"]
    with (
        sync_playwright() as play,
        closing(play.chromium.launch(executable_path=str(chromium.require()), args=flags)) as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        started = time.perf_counter()
        page.goto(site)
        wait(page)
        opened = time.perf_counter() - started
        return {"first_page_seconds": round(opened, 3), "choices": len(asked),
                "change": summary([_changed(page, choice) for choice in asked])}  # fmt: skip


_CHANGE = """async search => {
  const done = () => document.documentElement.dataset.settled === location.search
    && [...document.querySelectorAll('#result .dash-graph')].every(g => g.querySelector('.main-svg'))
    && !document.querySelector('.dash-graph--pending');
  const started = performance.now();
  window.dash_clientside.set_props('address', {search: search});
  while (location.search !== search || !done()) await new Promise(requestAnimationFrame);
  return (performance.now() - started) / 1000;
}"""


def _changed(page: Page, choice: Choice) -> float:
    return float(page.evaluate(_CHANGE, f"?{choice.query()}"))


def wait(page: Page) -> None:
    """Wait for the first answer and its chart."""
    page.wait_for_selector("html[data-settled]", state="attached")
    page.wait_for_selector("#result .main-svg")


def crowded(number: int, asked: Sequence[Choice]) -> dict[str, Any]:
    """Measure a fresh page with clients at once: each opens it and makes choices of its own."""
    with running() as (site, process):
        before = process.memory_info().rss
        own = itertools.cycle(asked)
        orders = [[next(own) for _ in range(OF_EACH)] for _ in range(number)]

        def visit(order: Sequence[Choice]) -> list[float]:
            client = Client(site)
            return [client.choose(choice) for choice in order]

        peak = before
        with ThreadPoolExecutor(number) as pool:
            visits = [pool.submit(visit, order) for order in orders]
            while not all(one.done() for one in visits):
                peak = max(peak, process.memory_info().rss)
                time.sleep(0.05)
        took = [seconds for one in visits for seconds in one.result()]
        after = process.memory_info().rss
    megabytes = {"before": before, "peak": peak, "after": after}
    return {"clients": number, "resident_mb": {k: round(v / 2**20, 1) for k, v in megabytes.items()},
            "choice": summary(took)}  # fmt: skip


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the longest of some times."""
    ordered = sorted(seconds)
    found = {"median": statistics.median(ordered), "p95": ordered[-(-95 * len(ordered) // 100) - 1], "max": ordered[-1]}
    return {f"{name}_seconds": round(value, 4) for name, value in found.items()}


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--choices", type=int, default=200)
    load = os.getloadavg()[0]
    asked = choices(parser.parse_args().choices)
    with running() as (site, process):
        server = served(site, process, asked)
        print(f"server: {server}", flush=True)
        browser = drawn(site, asked[:: max(1, len(asked) // OF_EACH)][:OF_EACH])
        print(f"browser: {browser}", flush=True)
    memory = []
    for number in CLIENTS:
        memory.append(crowded(number, asked))
        print(f"memory: {memory[-1]}", flush=True)
    result = {
        "what": "the local page: a choice on the server and in a browser, memory by clients at once",
        "peer": f"none; to reach: {MARK} s a choice, warm",
        "reached": server["new"]["p95_seconds"] <= MARK,
        "server": server,
        "browser": browser,
        "memory": memory,
        "machine": {
            "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system(),
            "load_before": round(load, 1),
        },
        "versions": {name: version(name) for name in ("dash", "flask", "werkzeug", "plotly", "pandas")},
    }  # fmt: skip
    place = ROOT / "benchmarks" / "results" / "explorer.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {place}")


if __name__ == "__main__":
    main()
