"""The statistics in one array call against looping the scipy or statsmodels call, with equal results.

Peers: ``statsmodels.stats.proportion.proportion_confint`` (Wilson) and ``multinomial_proportions_confint``
(Goodman), the exact Poisson interval of ``scipy.stats.chi2`` and the exact rate ratio of ``scipy.stats.beta``
with ``scipy.stats.binomtest``, each called once a row; for the funnel with tau squared a loop over bodies in
plain Python. Where a loop over all rows would take minutes it runs on the first ``SAMPLE`` rows and its time is
extrapolated; the result says so. Both take turns in one run; ratios are reported, not seconds.

    python benchmarks/array_statistics.py [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import beta, binomtest, chi2  # noqa: TID251 - the peers; this file is no part of the package
from statsmodels.stats.proportion import multinomial_proportions_confint, proportion_confint

from stats import rates, shares
from stats.comparisons import funnels, two_rates

ROOT = Path(__file__).resolve().parents[1]
ROWS = 100_000
BODIES = 10_000
SAMPLE = 2_000
LEVEL = 0.95
TAIL = (1 - LEVEL) / 2
TURN = 0.05


@dataclass(frozen=True)
class Case:
    """One function measured.

    Attributes
    ----------
    ours : callable
        Gives the figures of all rows, one row each; and verdicts where there are any.
    loop : callable
        Gives those of the first rows, as many as it is told.
    rows, looped : int
        How many rows there are, and how many the loop runs over.
    """

    name: str
    peer: str
    ours: Callable[[], Any]
    loop: Callable[[int], Any]
    rows: int
    looped: int


def wilson(x: Any, n: Any) -> Case:
    def ours() -> Any:
        found = shares.share(x, n)
        return np.column_stack([found.conf_low, found.conf_high])

    def loop(rows: int) -> Any:
        return np.array([proportion_confint(int(x[i]), int(n[i]), method="wilson") for i in range(rows)])

    return Case("Wilson interval", "statsmodels proportion_confint", ours, loop, len(x), SAMPLE)


def poisson(x: Any) -> Case:
    def ours() -> Any:
        found = rates.rate(x, np.ones(len(x)), per=1, method="exact")
        return np.column_stack([found.conf_low, found.conf_high])

    def one(k: int) -> tuple[float, float]:
        return (chi2.ppf(TAIL, 2 * k) / 2 if k else 0.0, chi2.ppf(1 - TAIL, 2 * k + 2) / 2)

    def loop(rows: int) -> Any:
        return np.array([one(int(x[i])) for i in range(rows)])

    return Case("exact Poisson interval", "scipy.stats.chi2.ppf", ours, loop, len(x), SAMPLE)


def rate_ratio(x: Any, m: Any, y: Any, k: Any) -> Case:
    def ours() -> Any:
        found = two_rates.rate_ratio(x, m, y, k, method="exact", test="exact_central")
        return np.column_stack([found.conf_low, found.conf_high, found.p_value])

    def one(i: int) -> tuple[float, float, float]:
        a, b, odds = int(x[i]), int(y[i]), k[i] / m[i]
        low, high = beta.ppf(TAIL, a, b + 1), beta.ppf(1 - TAIL, a + 1, b)
        share = float(m[i] / (m[i] + k[i]))
        tails = (binomtest(a, a + b, share, alternative=side).pvalue for side in ("less", "greater"))
        return low / (1 - low) * odds, high / (1 - high) * odds, min(1.0, 2 * min(tails))

    def loop(rows: int) -> Any:
        return np.array([one(i) for i in range(rows)])

    return Case("exact rate ratio and test", "scipy.stats beta.ppf + binomtest", ours, loop, len(x), SAMPLE)


def goodman(table: Any) -> Case:
    def ours() -> Any:
        found = shares.shares_of_total(table, method="goodman")
        return np.column_stack([found.conf_low, found.conf_high]).reshape(len(table), -1)

    def loop(rows: int) -> Any:
        return np.array([multinomial_proportions_confint(table[i], method="goodman").ravel() for i in range(rows)])

    return Case("Goodman intervals, four penalties", "statsmodels multinomial_proportions_confint", ours, loop,
                len(table), SAMPLE)  # fmt: skip


def funnel(x: Any, n: Any) -> Case:
    def ours() -> Any:
        found = funnels.funnel(x, n, transform="arcsine", trim="none")
        return np.column_stack([found.z_adjusted, found.conf_low, found.conf_high]), found.verdict

    def loop(rows: int) -> Any:
        bodies = range(rows)
        centre = math.asin(math.sqrt(sum(float(x[i]) for i in bodies) / sum(float(n[i]) for i in bodies)))
        y = [math.asin(math.sqrt(float(x[i]) / float(n[i]))) for i in bodies]
        s = [1 / (2 * math.sqrt(float(n[i]))) for i in bodies]
        phi = sum(((y[i] - centre) / s[i]) ** 2 for i in bodies) / rows
        w = [1 / s[i] ** 2 for i in bodies]
        tau2 = max(0.0, (rows * phi - (rows - 1)) / (sum(w) - sum(v * v for v in w) / sum(w)))
        near, far = 1.959963984540054, 3.090232306167813
        wide = [math.sqrt(s[i] ** 2 + tau2) for i in bodies]
        z = [(y[i] - centre) / wide[i] for i in bodies]
        edges = ((centre - far * v, centre + far * v) for v in wide)
        curve = [(math.sin(max(a, 0.0)) ** 2, math.sin(min(b, math.pi / 2)) ** 2) for a, b in edges]
        verdict = [
            "within" if abs(v) <= near else ("high" if v > 0 else "low") + ("_998" if abs(v) > far else "_95")
            for v in z
        ]
        return np.array([(z[i], *curve[i]) for i in bodies]), np.array(verdict)

    return Case("funnel with tau squared", "a loop over bodies in plain Python", ours, loop, len(x), len(x))


def cases() -> list[Case]:
    """Return what is measured, on made-up counts of the size of the tables."""
    rng = np.random.default_rng(20250401)
    n = rng.integers(5, 3000, ROWS)
    x = rng.binomial(n, rng.beta(2, 12, ROWS))
    counts, others = rng.poisson(rng.gamma(2, 15, ROWS)) + 1, rng.poisson(rng.gamma(2, 15, ROWS)) + 1
    months, before = rng.uniform(500, 5000, ROWS), rng.uniform(500, 5000, ROWS)
    table = rng.integers(1, 800, (ROWS, 4))
    base = rng.integers(30, 3000, BODIES)
    heavy = rng.binomial(base, rng.beta(20, 160, BODIES))
    return [
        wilson(x, n), poisson(rng.poisson(rng.gamma(1, 20, ROWS))), rate_ratio(counts, months, others, before),
        goodman(table), funnel(heavy, base),
    ]  # fmt: skip


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a call gives and its seconds: the mean of as many calls as fit into a twentieth of a second."""
    started, calls = time.perf_counter(), 0
    while True:
        found, calls = call(), calls + 1
        passed = time.perf_counter() - started
        if passed > TURN:
            return found, passed / calls


def measure(case: Case, runs: int) -> dict[str, Any]:
    """Time both ways in turn and check that they agree; extrapolate a loop that ran on a sample."""
    ours, looped = [], []
    for _ in range(runs):
        found, seconds = timed(case.ours)
        ours.append(seconds)
        expected, seconds = timed(lambda: case.loop(case.looped))
        looped.append(seconds * case.rows / case.looped)
    if isinstance(found, tuple):
        found, verdict, expected, verdict_expected = *found, *expected
        np.testing.assert_array_equal(verdict[: case.looped], verdict_expected)
    np.testing.assert_allclose(found[: case.looped], expected, rtol=1e-8, atol=1e-10)
    ratios = sorted(b / a for a, b in zip(ours, looped, strict=True))
    return {
        "what": case.name, "peer": case.peer, "rows": case.rows, "rows_looped": case.looped,
        "extrapolated": case.looped < case.rows, "ratio_median": round(ratios[len(ratios) // 2], 1),
        "ratio_range": [round(ratios[0], 1), round(ratios[-1], 1)],
        "seconds": {"ours": [round(s, 4) for s in ours], "loop": [round(s, 2) for s in looped]},
    }  # fmt: skip


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    measured = []
    for case in cases():
        found = measure(case, runs)
        measured.append(found)
        mark = f" (loop over {case.looped:,} rows, extrapolated)" if found["extrapolated"] else ""
        print(
            f"{case.name}, {case.rows:,} rows: {found['ratio_median']} times as fast as {case.peer}{mark}", flush=True
        )
    result = {
        "what": "one array call against a loop over the stock call, equal results asserted",
        "cases": measured,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "versions": {name: version(name) for name in ("numpy", "scipy", "statsmodels")},
    }
    place = ROOT / "benchmarks" / "results" / "statistics.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"written to {place}")


if __name__ == "__main__":
    main()
