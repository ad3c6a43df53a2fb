"""Size and power of the methods over time and of the models, by simulation; run by hand.

The share of samples in which each method says at 5% that something is there: first with nothing there, then with the
change named. Seeds are fixed: same samples, same table. The tables go to ``benchmarks/results/models_simulation.json``
and are printed as the method guide shows them.

    python tests/models/simulation_size_and_power.py [samples]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from stats.models.bootstrap import wild_bootstrap
from stats.models.dispersion import dispersion_test
from stats.models.interrupted import interrupted_series
from stats.models.regression import regression_fit
from stats.trends.breaks import find_breaks
from stats.trends.change_points import ols_cusum, pettitt, sup_f
from stats.trends.monotone import mann_kendall

STORED = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "models_simulation.json"

Array = np.ndarray
Row = tuple[str, int, *tuple[float, ...]]
Says = Callable[[Array], bool]

TRENDS: dict[str, Says] = {
    "Mann-Kendall": lambda y: mann_kendall(y).p_value < 0.05,
}
BREAKS: dict[str, Says] = {
    "Pettitt, approximate": lambda y: pettitt(y).p_value < 0.05,
    "Pettitt, permutation": lambda y: pettitt(y, p_value="permutation", resamples=499).p_value < 0.05,
    "OLS-CUSUM": lambda y: ols_cusum(y).p_value < 0.05,
    "supF": lambda y: sup_f(y).p_value < 0.05,
    "Bai-Perron, BIC": lambda y: len(find_breaks(y)) > 0,
    "Bai-Perron, sequential": lambda y: len(find_breaks(y, criterion="sequential")) > 0,
}
LEAST = {"supF": 20, "Bai-Perron, BIC": 15, "Bai-Perron, sequential": 34}


def share(says: Says, samples: Array) -> float:
    return float(np.mean([says(y) for y in samples]))


def dependent(rng: np.random.Generator, samples: int, n: int, spread: float = 1.0) -> Array:
    """Return series whose points follow on each other: autoregressive with 0.4."""
    noise = rng.normal(0, spread, (samples, n + 20))
    for k in range(1, n + 20):
        noise[:, k] += 0.4 * noise[:, k - 1]
    return noise[:, 20:]


def over_time(samples: int, lengths: tuple[int, ...] = (12, 20, 40, 60)) -> list[Row]:
    rows: list[Row] = []
    for methods, shape in (
        (TRENDS, lambda n: np.linspace(-1, 1, n)),
        (BREAKS, lambda n: 1.5 * (np.arange(n) >= n // 2)),
    ):
        for name, says in methods.items():
            for n in lengths:
                if n >= LEAST.get(name, 0):
                    rng = np.random.default_rng(n)
                    noise, waves = rng.normal(0, 1, (samples, n)), dependent(rng, samples, n)
                    rows.append((name, n, *(share(says, y) for y in (noise, noise + shape(n), waves))))
    return rows


def interrupted(samples: int, lengths: tuple[int, ...] = (16, 24, 48)) -> list[Row]:
    rows: list[Row] = []
    for name, options in (
        ("quasi-Poisson", {}), ("quasi-Poisson, normal", {"reference": "normal"}),
        ("HAC", {"standard_errors": "hac", "reference": "t"}),
    ):  # fmt: skip
        for n in lengths:

            def found(y: Array, n: int = n, options: dict[str, str] = options) -> bool:
                ratio = interrupted_series(y, at=n // 2, **options).average
                return not ratio.conf_low <= 1 <= ratio.conf_high

            rng = np.random.default_rng(n)
            plain = rng.poisson(60, (samples, n))
            shifted = rng.poisson(60 * np.where(np.arange(n) >= n // 2, 1.15, 1.0), (samples, n))
            waves = rng.poisson(60 * np.exp(dependent(rng, samples, n, 0.12)))
            rows.append((name, n, *(share(found, y) for y in (plain, shifted, waves))))
    return rows


def dispersion(samples: int, lengths: tuple[int, ...] = (15, 34, 63)) -> list[Row]:
    rows: list[Row] = []
    for method in ("pearson", "cameron_trivedi_nb1", "cameron_trivedi_nb2", "dean_a", "dean_adjusted"):
        for n in lengths:

            def found(y: Array, method: str = method) -> bool:
                return dispersion_test(regression_fit(y), method=method).p_value < 0.05

            rng = np.random.default_rng(n)
            plain, wide = rng.poisson(8, (samples, n)), rng.poisson(rng.gamma(16, 0.5, (samples, n)))
            rows.append((f"`{method}`", n, share(found, plain), share(found, wide)))
    return rows


def clusters(samples: int, sizes: tuple[int, ...] = (8, 20, 40)) -> list[Row]:
    rows: list[Row] = []
    for name in ("robust, normal", "robust, t(G-1)", "wild bootstrap"):
        for bodies in sizes:
            body = np.repeat(range(bodies), 5)
            rule = (body < bodies // 3).astype(float)

            def found(y: Array, name: str = name, rule: Array = rule, body: Array = body) -> bool:
                model = regression_fit(y, rule, groups=body, reference="normal" if "normal" in name else "t")
                if name == "wild bootstrap":
                    return wild_bootstrap(model, "x1", resamples=399).p_value < 0.05
                return bool(model.to_frame()["p_value"][1] < 0.05)

            rng = np.random.default_rng(bodies)
            differ = np.repeat(rng.gamma(10, 0.1, (samples, bodies)), 5, axis=1)
            figures = (share(found, rng.poisson(30 * ratio**rule * differ)) for ratio in (1.0, 1.5))
            rows.append((name, bodies, *figures))
    return rows


TABLES: dict[str, tuple[Callable[[int], list[Row]], str]] = {
    "over_time": (over_time, "method | n | nothing | a change | nothing, dependent"),
    "interrupted": (interrupted, "method | n | nothing | 1.15 | nothing, dependent"),
    "dispersion": (dispersion, "test | n | Poisson | variance x 1.5"),
    "clusters": (clusters, "errors | G | nothing | 1.5"),
}


def markdown(name: str, rows: list[Row]) -> str:
    """Return a table as the method guide shows it."""
    head = TABLES[name][1]
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    return "\n".join(
        lines + [f"| {row[0]} | {row[1]} | " + " | ".join(f"{v:.1%}" for v in row[2:]) + " |" for row in rows]
    )


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    found = {name: make(many) for name, (make, _) in TABLES.items()}
    STORED.write_text(json.dumps({"samples": many, **found}, indent=1) + "\n", encoding="utf-8")
    for name, rows in found.items():
        print(markdown(name, rows), end="\n\n")
