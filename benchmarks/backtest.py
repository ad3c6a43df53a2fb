"""Rolling back-tests of all communes in one call against a loop over series and origins, with equal results.

3,321 communes of 40 quarters, made up with a fixed seed, forecast four quarters ahead from every origin. The peer goes
through the series one by one and, as ``tsCV`` of R does, calls the method anew on what was known at every origin, in
plain Python. Errors, all scores, the statistic of the test of Diebold and Mariano and the verdict of every series must
be the same. Both take turns in one run; ratios of processor time are reported, not seconds. Exponential smoothing (ETS)
and SARIMA are estimated for every series and origin by statsmodels: serial work, for which series per second are given.

    python benchmarks/backtest.py [--runs 3]
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # threads that wait for work count as processor time and slow small fits down

import numpy as np
from scipy import special

from stats.forecasts import BackTest, back_test
from stats.forecasts.rolling import ALPHAS

ROOT = Path(__file__).resolve().parents[1]
SERIES, POINTS, SEASON, HORIZON, INITIAL = 3321, 40, 4, 4, 12
Z = 1.959963984540054
NAN = float("nan")
SCORES = ("mae", "rmse", "mase", "crps", "interval_score", "coverage")
Ahead = tuple[list[float], list[float]]


def figures() -> Any:
    """Return quarterly figures, made up: a level that wanders, a season, noise."""
    rng = np.random.default_rng(20260915)
    level = rng.uniform(20, 200, (SERIES, 1)) + np.cumsum(rng.normal(0, 2, (SERIES, POINTS)), axis=1)
    season = np.tile(rng.normal(0, 6, (SERIES, SEASON)), POINTS // SEASON)
    return level + season + rng.normal(0, 5, (SERIES, POINTS))


def naive(x: list[float]) -> Ahead:
    """Return the naive forecast and its standard errors."""
    sigma = math.sqrt(sum((b - a) ** 2 for a, b in itertools.pairwise(x)) / (len(x) - 1))
    return [x[-1]] * HORIZON, [sigma * math.sqrt(k) for k in range(1, HORIZON + 1)]


def seasonal_naive(x: list[float]) -> Ahead:
    """Return the seasonal naive forecast and its standard errors."""
    gaps = [(b - a) ** 2 for a, b in zip(x, x[SEASON:], strict=False)]
    sigma = math.sqrt(sum(gaps) / len(gaps))
    return ([x[len(x) - SEASON + k % SEASON] for k in range(HORIZON)],
            [sigma * math.sqrt(k // SEASON + 1) for k in range(HORIZON)])  # fmt: skip


def ses(x: list[float]) -> Ahead:
    """Return simple exponential smoothing, its weight the best of a grid."""
    best = (math.inf, NAN, NAN)
    for alpha in ALPHAS:
        level, squares = x[0], 0.0
        for figure in x[1:]:
            error = figure - level
            level += alpha * error
            squares += error * error
        if squares < best[0]:
            best = (squares, level, alpha)
    sigma = math.sqrt(best[0] / (len(x) - 2))
    return [best[1]] * HORIZON, [sigma * math.sqrt(1 + k * best[2] ** 2) for k in range(HORIZON)]


def scored(x: list[float], method: Callable[[list[float]], Ahead], lag: int) -> tuple[Any, Any]:
    """Return errors by origin and step, and the scores of each step, of one series."""
    errors: list[list[float]] = []
    rows: list[list[list[float]]] = [[] for _ in range(HORIZON)]
    for origin in range(INITIAL, len(x)):
        past = x[:origin]
        changes = [abs(b - a) for a, b in zip(past, past[lag:], strict=False)]
        scale = sum(changes) / len(changes)
        mean, sd = method(past)
        found = [NAN] * HORIZON
        for k in range(min(HORIZON, len(x) - origin)):
            y = x[origin + k]
            error = found[k] = y - mean[k]
            z = error / sd[k]
            cdf, density = 0.5 * math.erfc(-z / math.sqrt(2)), math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            crps = sd[k] * (z * (2 * cdf - 1) + 2 * density - 1 / math.sqrt(math.pi))
            outside = max(abs(error) - Z * sd[k], 0.0)
            rows[k].append([abs(error), error * error, abs(error) / scale, crps,
                            2 * Z * sd[k] + 40 * outside, float(outside == 0)])  # fmt: skip
        errors.append(found)
    means = [[sum(column) / len(column) for column in zip(*row, strict=True)] for row in rows]
    return errors, [[m[0], math.sqrt(m[1]), *m[2:]] for m in means]


def tested(errors: Any, others: Any) -> tuple[float, str]:
    """Return the statistic of Diebold and Mariano with Bartlett weights, and the verdict, of one series."""
    whole = range(len(errors) - HORIZON + 1)
    mine, rival = ([sum(map(abs, e[i])) / HORIZON for i in whole] for e in (errors, others))
    gap = [a - b for a, b in zip(mine, rival, strict=True)]
    n = len(gap)
    level = sum(gap) / n
    apart = [g - level for g in gap]
    variance = sum(a * a for a in apart) / n
    for lag in range(1, HORIZON):
        variance += 2 * (1 - lag / HORIZON) * sum(a * b for a, b in zip(apart[lag:], apart, strict=False)) / n
    if variance <= 0:
        return NAN, "not_better"
    statistic = level / math.sqrt(variance / n) * math.sqrt((n + 1 - 2 * HORIZON + HORIZON / n * (HORIZON - 1)) / n)
    proven = 2 * special.stdtr(n - 1, -abs(statistic)) < 0.05
    if sum(mine) < sum(rival):
        return statistic, "better" if proven else "undecided"
    return statistic, "worse" if proven else "not_better"


def by_loop(
    values: Any, method: Callable[[list[float]], Ahead], rival: Callable[[list[float]], Ahead], lag: int
) -> Any:
    """Return what the back-test gives, one series and origin after another."""
    found = []
    for x in values.tolist():
        (errors, scores), (others, other_scores) = scored(x, method, lag), scored(x, rival, lag)
        found.append((errors, scores, others, other_scores, *tested(errors, others)))
    return found


def of_test(test: BackTest) -> Any:
    """Return our results in the shape of the loop."""
    mine, rival = (np.stack([s[name] for name in SCORES], axis=2) for s in (test.scores, test.baseline_scores))
    return test.errors, mine, test.baseline_errors, rival, test.test.estimate, test.verdict


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a call gives and its seconds of processor time; both ways use one core."""
    started = time.process_time()
    found = call()
    return found, time.process_time() - started


def measure(
    name: str, x: Any, method: Callable[[list[float]], Ahead], rival: Callable[[list[float]], Ahead],
    season: int | None, runs: int,
) -> dict[str, Any]:  # fmt: skip
    """Time both in turn and check that errors, scores, statistics and verdicts are the same."""

    def ours() -> BackTest:
        return back_test(
            x, method=method.__name__, baseline=rival.__name__, season=season, horizon=HORIZON, initial=INITIAL
        )

    fast, slow = [], []
    ours()
    for _ in range(runs):
        found, seconds = timed(lambda: of_test(ours()))
        fast.append(seconds)
        expected, seconds = timed(lambda: by_loop(x, method, rival, season or 1))
        slow.append(seconds)
    for mine, theirs in zip(found[:5], list(zip(*expected, strict=True))[:5], strict=True):
        np.testing.assert_allclose(mine, np.array(theirs), rtol=1e-8, atol=1e-10)
    assert found[5].tolist() == [row[5] for row in expected]
    ratios = sorted(b / a for a, b in zip(fast, slow, strict=True))
    return {
        "what": name, "peer": "a loop over series and origins in plain Python", "series": SERIES, "points": POINTS,
        "origins": POINTS - INITIAL, "horizon": HORIZON, "verdicts": ours().counts(),
        "equal": "errors, six scores of method and baseline, test statistic, verdict of every series",
        "ratio_median": round(ratios[len(ratios) // 2], 1), "ratio_range": [round(ratios[0], 1), round(ratios[-1], 1)],
        "processor_seconds": {"ours": [round(s, 3) for s in fast], "loop": [round(s, 2) for s in slow]},
    }  # fmt: skip


def serial(name: str, x: Any, **options: Any) -> dict[str, Any]:
    """Return how many series a second go through a back-test that estimates a model at every origin."""
    found, seconds = timed(lambda: back_test(x, horizon=HORIZON, initial=24, **options))
    assert bool(found)
    return {"what": name, "series": len(x), "points": POINTS, "fits_a_series": POINTS - 24,
            "series_per_second": round(len(x) / seconds, 2)}  # fmt: skip


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    x = figures()
    measured = [
        measure("seasonal naive against naive", x, seasonal_naive, naive, SEASON, runs),
        measure("simple exponential smoothing, weight chosen from 20, against naive", x, ses, naive, None, runs),
    ]
    for found in measured:
        print(f"{found['what']}, {SERIES:,} x {POINTS}: {found['ratio_median']} times as fast as {found['peer']}")
    models = [
        serial("ETS, three models compared at each origin", x[:6], method="ets"),
        serial("SARIMA (0,1,1)(0,1,1)4", x[:6], method="sarima", season=SEASON,
               model={"order": (0, 1, 1), "seasonal_order": (0, 1, 1)}),
    ]  # fmt: skip
    for found in models:
        print(f"{found['what']}: {found['series_per_second']} series a second")
    result = {
        "what": "rolling back-tests of all communes in one call against a loop, equal results asserted",
        "cases": measured, "models": models,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "versions": {name: version(name) for name in ("numpy", "scipy", "statsmodels")},
    }  # fmt: skip
    place = ROOT / "benchmarks" / "results" / "backtest.json"
    place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"written to {place}")


if __name__ == "__main__":
    main()
