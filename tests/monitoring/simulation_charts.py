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

from stats.monitoring import ControlChart, p_chart, p_prime_chart, u_chart, u_prime_chart, xmr_chart

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


def simulate(series: int) -> dict[str, Any]:
    """Return all numbers for so many series each."""
    rng = np.random.default_rng(SEED)
    return {
        "what": "false alarms and detection of control charts on made-up series, marked synthetic",
        "seed": SEED, "series": series, "in_control": in_control(series, rng), "planted": planted(series, rng),
        "dispersed": dispersed(series, rng),
    }  # fmt: skip


def main() -> None:
    """Simulate and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", type=int, default=20_000)
    found = simulate(parser.parse_args().series)
    STORE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for part in ("in_control", "planted", "dispersed"):
        print(part, *found[part], sep="\n  ")


if __name__ == "__main__":
    main()
