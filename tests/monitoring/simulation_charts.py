"""False alarms and detection of the control charts on made-up series, for the method guide.

Run by hand; the numbers go to ``benchmarks/results/monitoring_simulation.json`` and from there into the guide:

    python tests/monitoring/simulation_charts.py [--series 20000]

In control nothing changes: what the rules find there is false. With a change planted in the last 12 of 36 points,
limits come from the first 24, and what counts is a signal among the 12, within so many of them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from stats.monitoring import (
    ControlChart,
    c_chart,
    p_chart,
    p_prime_chart,
    runs_test,
    u_chart,
    u_prime_chart,
    xmr_chart,
)

STORE = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "monitoring_simulation.json"
SEED = 20260810
RULES = ("nhs", "western_electric", "nelson")
LENGTHS = (12, 24, 40)
BEFORE, AFTER = 24, 12
SHIFTS = (1.0, 2.0, 3.0)


def normal(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Return steady figures: normal, mean 50, standard deviation 5."""
    return rng.normal(50, 5, shape)


def share_alarming(chart: ControlChart, *, start: int = 0, within: int | None = None) -> tuple[float, float]:
    """Return the share of series with a signal, and of points beyond a limit, among the points from `start` on."""
    stop = None if within is None else start + within
    fires = chart.found.signals.any(axis=(0, 1))[:, start:stop]
    beyond = chart.found.signals[0].any(axis=0)[:, start:stop]
    return round(float(fires.any(axis=1).mean()), 3), round(float(beyond.mean()), 4)


def in_control(series: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return false alarms of XmR charts by rule set and length, limits from the same points."""
    rows = []
    for length in LENGTHS:
        x = normal(rng, (series, length))
        for screen in (False, True):
            for rules in RULES:
                any_, points = share_alarming(xmr_chart(x, rules=rules, screen=screen, zeros=True))
                rows.append({"points": length, "screen": screen, "rules": rules, "series": any_, "beyond": points})
    return rows


def planted(series: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return how often a shift of so many standard deviations is found within 4 and within 12 points."""
    rows = []
    for shift in (0.0, *SHIFTS):
        x = normal(rng, (series, BEFORE + AFTER))
        x[:, BEFORE:] += 5 * shift
        for rules in RULES:
            chart = xmr_chart(x, rules=rules, baseline=BEFORE, zeros=True)
            rows.append({
                "shift": shift, "rules": rules, "within_4": share_alarming(chart, start=BEFORE, within=4)[0],
                "within_12": share_alarming(chart, start=BEFORE)[0],
            })  # fmt: skip
    return rows


def dispersed(series: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return points beyond a limit of plain and prime charts, with and without variation beyond chance."""
    n = np.full((series, BEFORE), 2000)
    charts: dict[str, tuple[Callable[..., ControlChart], Callable[..., ControlChart]]] = {
        "share": (p_chart, p_prime_chart), "rate": (u_chart, u_prime_chart),
    }  # fmt: skip
    rows = []
    for times in (1, 3, 10):
        # Between-period variance that makes the standard deviation of a point so many times that of chance alone.
        share = rng.normal(0.2, np.sqrt((times**2 - 1) * 0.2 * 0.8 / 2000), n.shape).clip(0.001, 0.999)
        level = rng.normal(0.2, np.sqrt((times**2 - 1) * 0.2 / 2000), n.shape).clip(0.001, None)
        counts = {"share": rng.binomial(n, share), "rate": rng.poisson(n * level)}
        for kind, (plain, prime) in charts.items():
            rows.append({
                "kind": kind, "times": times,
                "plain": share_alarming(plain(counts[kind], n, zeros=True))[1],
                "prime": share_alarming(prime(counts[kind], n, zeros=True))[1],
            })  # fmt: skip
    return rows


def each_kind(series: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return for every chart its false alarms in 24 points, and how often a change of two deviations is then found.

    The prime charts are shown figures that vary three times as much as chance alone makes them.
    """
    n, changed = 2000.0, np.arange(BEFORE + AFTER) >= BEFORE
    shape = (series, BEFORE + AFTER)

    def counts(kind: str, times: float, change: float) -> Any:
        chance = 0.2 * 0.8 / n if kind == "p" else 0.2 / n
        centre = 0.2 + change * times * np.sqrt(chance) * changed
        level = rng.normal(centre, np.sqrt((times**2 - 1) * chance), shape).clip(0.001, 0.999)
        return rng.binomial(int(n), level) if kind == "p" else rng.poisson(n * level)

    charts: dict[str, Callable[[float, str], Callable[..., ControlChart]]] = {}
    figures: dict[str, Callable[[float], Any]] = {}
    for name, kind, times, chart in (
        ("p", "p", 1, p_chart), ("u", "u", 1, u_chart), ("c", "u", 1, None), ("p'", "p", 3, p_prime_chart),
        ("u'", "u", 3, u_prime_chart),
    ):  # fmt: skip
        charts[name] = lambda x, chart=chart, **o: c_chart(x, **o) if chart is None else chart(x, n, **o)
        figures[name] = lambda change, kind=kind, times=times: counts(kind, times, change)
    for name, options in (
        ("XmR, median ranges", {"spread": "median_moving_range", "centre": "median"}), ("XmR, sd", {"spread": "sd"}),
    ):  # fmt: skip
        charts[name] = lambda x, options=options, **o: xmr_chart(x, **options, **o)
        figures[name] = lambda change: rng.normal(50, 5, shape) + 5 * change * changed
    rows = []
    for name, chart in charts.items():
        x, shifted = figures[name](0.0), figures[name](2.0)
        row: dict[str, Any] = {"chart": name}
        for rules in RULES:
            row[rules], row["beyond"] = share_alarming(chart(x[:, :BEFORE], rules=rules, zeros=True))
        row["within_12"] = share_alarming(chart(shifted, baseline=BEFORE, zeros=True), start=BEFORE)[0]
        rows.append(row)
    return rows


def runs(series: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return how often the longest run and the crossings alarm: nothing, or a lasting shift in the second half."""
    rows = []
    for length in LENGTHS:
        x, half = normal(rng, (series, length)), np.arange(length) >= length // 2
        row: dict[str, Any] = {"points": length}
        for shift in (0.0, *SHIFTS[:2]):
            row[f"shift_{shift:g}"] = round(float(runs_test(x + 5 * shift * half).signal.mean()), 3)
        rows.append(row)
    return rows


def simulate(series: int) -> dict[str, Any]:
    """Return all numbers for so many series each."""
    rng = np.random.default_rng(SEED)
    return {
        "what": "false alarms and detection of control charts on made-up series, marked synthetic",
        "seed": SEED, "series": series, "in_control": in_control(series, rng), "planted": planted(series, rng),
        "dispersed": dispersed(series, rng), "kinds": each_kind(series, rng), "runs": runs(min(series, 4000), rng),
    }  # fmt: skip


def main() -> None:
    """Simulate and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", type=int, default=20_000)
    found = simulate(parser.parse_args().series)
    STORE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for part in ("in_control", "planted", "dispersed", "kinds", "runs"):
        print(part, *found[part], sep="\n  ")


if __name__ == "__main__":
    main()
