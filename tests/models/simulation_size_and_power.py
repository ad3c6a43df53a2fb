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
from stats.models.gee import gee_fit
from stats.models.interrupted import interrupted_series
from stats.models.regression import regression_fit
from stats.trends.breaks import find_breaks
from stats.trends.change_points import ols_cusum, pettitt, sup_f
from stats.trends.known_date import chow
from stats.trends.monotone import mann_kendall
from stats.trends.seasonal import seasonal_mann_kendall

STORED = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "models_simulation.json"

Array = np.ndarray
Row = tuple[str, int, *tuple[float, ...]]
Says = Callable[[Array], bool]

TRENDS: dict[str, Says] = {
    "Mann-Kendall": lambda y: mann_kendall(y).p_value < 0.05,
    "Mann-Kendall by quarters": lambda y: seasonal_mann_kendall(y, 4).p_value < 0.05,
}
BREAKS: dict[str, Says] = {
    "Pettitt, approximate": lambda y: pettitt(y).p_value < 0.05,
    "Pettitt, permutation": lambda y: pettitt(y, p_value="permutation", resamples=499).p_value < 0.05,
    "Pettitt, exact": lambda y: pettitt(y, p_value="exact").p_value < 0.05,
    "OLS-CUSUM": lambda y: ols_cusum(y).p_value < 0.05,
    "OLS-CUSUM, 4 lags": lambda y: ols_cusum(y, lags=4).p_value < 0.05,
    "supF": lambda y: sup_f(y).p_value < 0.05,
    # Segments of five points at least, as in real series.
    "Bai-Perron, BIC": lambda y: len(find_breaks(y, segment=max(0.15, 5 / len(y)))) > 0,
    "Bai-Perron, sequential": lambda y: len(find_breaks(y, criterion="sequential")) > 0,
    "Chow, date known": lambda y: chow(y, len(y) // 2).p_value < 0.05,
}
LEAST = {"supF": 20, "Bai-Perron, BIC": 15, "Bai-Perron, sequential": 34}
MOST = {"Pettitt, exact": 12}


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
                if LEAST.get(name, 0) <= n <= MOST.get(name, n):
                    rng = np.random.default_rng(n)
                    noise, waves = rng.normal(0, 1, (samples, n)), dependent(rng, samples, n)
                    rows.append((name, n, *(share(says, y) for y in (noise, noise + shape(n), waves))))
    return rows


def interrupted(samples: int, lengths: tuple[int, ...] = (16, 24, 48)) -> list[Row]:
    rows: list[Row] = []
    for name, options in (
        ("quasi-Poisson", {}), ("quasi-Poisson, normal", {"reference": "normal"}),
        ("with a season", {"season": 4}), ("step and slope", {"effect": "step_slope"}),
        ("HAC", {"standard_errors": "hac", "reference": "t"}),
        ("HAC, hc1", {"standard_errors": "hac", "reference": "t", "correction": "hc1"}),
    ):  # fmt: skip
        for n in lengths:

            def found(y: Array, n: int = n, options: dict[str, str] = options) -> bool:
                ratio = interrupted_series(y, at=n // 2, **options).average
                return not ratio.conf_low <= 1 <= ratio.conf_high

            rng = np.random.default_rng(n)
            usual = 60 * np.exp(0.2 * np.sin(np.pi / 2 * np.arange(n)) * ("season" in name))
            plain = rng.poisson(usual, (samples, n))
            shifted = rng.poisson(usual * np.where(np.arange(n) >= n // 2, 1.15, 1.0), (samples, n))
            waves = rng.poisson(usual * np.exp(dependent(rng, samples, n, 0.12)))
            rows.append((name, n, *(share(found, y) for y in (plain, shifted, waves))))
    return rows


def dispersion(samples: int, lengths: tuple[int, ...] = (15, 34, 63)) -> list[Row]:
    rows: list[Row] = []
    for method in (
        "pearson", "cameron_trivedi_nb1", "cameron_trivedi_nb2", "cameron_trivedi_nb1, HC3", "dean_a", "dean_b",
        "dean_c", "dean_adjusted", "likelihood_ratio",
    ):  # fmt: skip
        for n in lengths:

            def found(y: Array, method: str = method) -> bool:
                name, robust = method.removesuffix(", HC3"), method.endswith("HC3")
                return dispersion_test(regression_fit(y), method=name, robust=robust).p_value < 0.05

            rng = np.random.default_rng(n)
            plain, wide = rng.poisson(8, (samples, n)), rng.poisson(rng.gamma(16, 0.5, (samples, n)))
            rows.append((f"`{method}`", n, share(found, plain), share(found, wide)))
    return rows


def clusters(samples: int, sizes: tuple[int, ...] = (8, 20, 40)) -> list[Row]:
    rows: list[Row] = []
    for name in (
        "robust, normal",
        "robust, t(G-1)",
        "hc3, t(G-1)",
        "GEE, t(G-1)",
        "GEE, bias reduced",
        "wild bootstrap",
    ):
        for bodies in sizes:
            body = np.repeat(range(bodies), 5)
            rule = (body < bodies // 3).astype(float)

            def found(y: Array, name: str = name, rule: Array = rule, body: Array = body) -> bool:
                if name.startswith("GEE"):
                    errors = "bias_reduced" if "bias" in name else "robust"
                    fit = gee_fit(y, rule, groups=body, standard_errors=errors)
                    return bool(fit) and bool(fit.to_frame()["p_value"][1] < 0.05)  # a refused fit finds nothing
                model = regression_fit(
                    y, rule, groups=body, reference="normal" if "normal" in name else "t",
                    correction="hc3" if "hc3" in name else None,
                )  # fmt: skip
                if name == "wild bootstrap":
                    return wild_bootstrap(model, "x1", resamples=399).p_value < 0.05
                return bool(model.to_frame()["p_value"][1] < 0.05)

            rng = np.random.default_rng(bodies)
            differ = np.repeat(rng.gamma(10, 0.1, (samples, bodies)), 5, axis=1)
            figures = (share(found, rng.poisson(30 * ratio**rule * differ)) for ratio in (1.0, 1.5))
            rows.append((name, bodies, *figures))
    return rows


def regressions(samples: int, sizes: tuple[int, ...] = (20, 34, 63)) -> list[Row]:
    rows: list[Row] = []
    for name, options in (
        ("Poisson", {"family": "poisson"}), ("quasi-Poisson", {"family": "quasi_poisson"}),
        ("negative binomial", {"family": "negative_binomial"}), ("Poisson, hc3", {"standard_errors": "robust"}),
    ):  # fmt: skip
        for n in sizes:
            rule = (np.arange(n) % 2).astype(float)
            more = {"correction": "hc3", "reference": "t"} if "hc3" in name else {}

            def found(y: Array, rule: Array = rule, options: dict[str, str] = options | more) -> bool:
                model = regression_fit(y, rule, **options)
                if model.reason is not None and model.reason.code == "no_overdispersion":
                    model = regression_fit(y, rule)  # what the refusal says to do
                return bool(model.to_frame()["p_value"][1] < 0.05)

            rng = np.random.default_rng(n)
            wide = rng.gamma(15, 1 / 15, (samples, n))
            figures = (rng.poisson(30, (samples, n)), rng.poisson(30 * wide), rng.poisson(30 * 1.3**rule * wide))
            rows.append((name, n, *(share(found, y) for y in figures)))
    return rows


TABLES: dict[str, tuple[Callable[[int], list[Row]], str]] = {
    "over_time": (over_time, "method | n | nothing | a change | nothing, dependent"),
    "interrupted": (interrupted, "method | n | nothing | 1.15 | nothing, dependent"),
    "dispersion": (dispersion, "test | n | Poisson | variance x 1.5"),
    "clusters": (clusters, "errors | G | nothing | 1.5"),
    "regressions": (regressions, "model | n | nothing, Poisson | nothing, variance x 3 | 1.3, variance x 3"),
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
