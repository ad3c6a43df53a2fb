"""How often prediction intervals hold, and how often the back-test is wrong, on made-up series, for the method guide.

Run by hand; the numbers go to ``benchmarks/results/forecasts_simulation.json`` and from there into the guide:

    python tests/forecasts/simulation_forecasts.py [--series 20000] [--models 400]

Every method is given series of the kind it is made for, so that its intervals ought to hold; the test of Diebold and
Mariano is given forecasts that are equally good; the back-test is given random walks, which nothing beats, and series
with a level or a season, which something does.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from stats.forecasts import back_test, ets_forecast, naive_forecast, sarima_forecast
from stats.forecasts.comparison import compare_losses

STORE = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "forecasts_simulation.json"
SEED = 20260922
LENGTHS = (24, 40, 120)
AHEAD = 4
SEASON = 4


def walk(rng: np.random.Generator, rows: int, points: int) -> Any:
    """Return random walks: no forecast beats the last figure."""
    return 100 + np.cumsum(rng.normal(0, 5, (rows, points)), axis=1)


def wandering(rng: np.random.Generator, rows: int, points: int) -> Any:
    """Return figures about a level that moves by 0.4 of each error: simple exponential smoothing is right."""
    errors = rng.normal(0, 5, (rows, points))
    return 100 + errors + 0.4 * (np.cumsum(errors, axis=1) - errors)


def steady(rng: np.random.Generator, rows: int, points: int) -> Any:
    """Return figures that only scatter about one level."""
    return rng.normal(100, 5, (rows, points))


def seasonal(rng: np.random.Generator, rows: int, points: int) -> Any:
    """Return quarters with a season half as large again as the scatter."""
    season = rng.normal(0, 7.5, (rows, SEASON))
    return 100 + np.tile(season, points // SEASON + 1)[:, :points] + rng.normal(0, 5, (rows, points))


def intervals(series: int, models: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the share of figures within the 80% and 95% intervals, one and four steps ahead."""
    ways: dict[str, tuple[Callable[..., Any], Callable[..., Any], int]] = {
        "naive": (naive_forecast, walk, series), "ets": (ets_forecast, wandering, models),
        "sarima": (sarima_forecast, wandering, models),
    }  # fmt: skip
    rows = []
    for name, (method, make, count) in ways.items():
        for points in LENGTHS:
            x = make(rng, count, points + AHEAD)
            found = method(x[:, :points], horizon=AHEAD, conf_levels=(0.8, 0.95))
            inside = (x[:, points:] >= found.conf_low) & (x[:, points:] <= found.conf_high)
            share = inside.mean(axis=1).round(4)
            rows.append({
                "method": name, "points": points, "series": count, "one_80": float(share[0, 0]),
                "one_95": float(share[1, 0]), "four_80": float(share[0, 3]), "four_95": float(share[1, 3]),
            })  # fmt: skip
    return rows


def equally_good(series: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return how often two equally good forecasts are called different at 5%, by origins, steps and estimator."""
    rows = []
    for steps in (1, 4):
        for origins in (12, 24, 100):
            # Errors of h steps share h - 1 shocks with their neighbours.
            shocks = rng.normal(0, 1, (2, series, origins + steps - 1))
            errors = sum(shocks[:, :, k : k + origins] for k in range(steps))
            gap = np.square(errors[0]) - np.square(errors[1])
            shares = {
                name: round(float((compare_losses(gap, h=steps, varestimator=name).p_value < 0.05).mean()), 4)
                for name in ("acf", "bartlett")
            }
            rows.append({"steps": steps, "origins": origins, **shares})
    return rows


def verdicts(series: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return how often each verdict falls, by what the series are like, the method and the length."""
    plan: list[tuple[str, Callable[..., Any], str]] = [
        ("random walk", walk, "ses"), ("random walk", walk, "drift"), ("random walk", walk, "seasonal_naive"),
        ("steady", steady, "ses"), ("season", seasonal, "seasonal_naive"),
    ]  # fmt: skip
    rows = []
    for kind, make, method in plan:
        for points in LENGTHS:
            for horizon in (1, AHEAD):
                found = back_test(
                    make(rng, series, points), method=method, baseline="naive", horizon=horizon,
                    season=SEASON if method == "seasonal_naive" else None,
                )  # fmt: skip
                shares = {name: round(count / series, 4) for name, count in found.counts().items()}
                rows.append({"kind": kind, "method": method, "points": points, "steps": horizon, **shares})
    return rows


def simulate(series: int, models: int) -> dict[str, Any]:
    """Return all numbers for so many series each, and so many where a model is estimated."""
    rng = np.random.default_rng(SEED)
    return {
        "what": "coverage of prediction intervals and errors of back-tests on made-up series, marked synthetic",
        "seed": SEED, "series": series, "models": models, "equally_good": equally_good(series, rng),
        "verdicts": verdicts(series, rng), "intervals": intervals(series, models, rng),
    }  # fmt: skip


def main() -> None:
    """Simulate and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", type=int, default=20_000)
    parser.add_argument("--models", type=int, default=400)
    asked = parser.parse_args()
    found = simulate(asked.series, asked.models)
    STORE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for part in ("equally_good", "verdicts", "intervals"):
        print(part, *found[part], sep="\n  ")


if __name__ == "__main__":
    main()
