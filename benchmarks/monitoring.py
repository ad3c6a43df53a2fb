"""Control charts of all communes in one call against a loop over the series, with equal results.

3,321 communes of 40 quarters, made up with a fixed seed, 2% of the cells empty: XmR charts and p' charts with the
rules of the NHS. The peer goes through the series one by one in plain Python, as a script would that was written from
the papers. Centre lines, limits and the leading signal of every point must be the same. Both take turns in one run;
ratios of processor time are reported, not seconds. Beside it stands the frame of the hits, which has no peer.

    python benchmarks/monitoring.py [--runs 3]
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

import numpy as np

from stats.monitoring import ControlChart, p_prime_chart, xmr_chart

ROOT = Path(__file__).resolve().parents[1]
SERIES, POINTS = 3321, 40
NAN = float("nan")


def figures() -> tuple[Any, Any]:
    """Return cases and their bases, made up: counts vary more than chance alone, 2% of the cells are empty."""
    rng = np.random.default_rng(20260701)
    base = rng.integers(60, 400, (SERIES, 1)) + rng.integers(-10, 11, (SERIES, POINTS))
    share = rng.beta(8, 40, (SERIES, POINTS))
    cases = rng.binomial(base, share).astype(float)
    cases[rng.random(cases.shape) < 0.02] = np.nan
    return cases, base.astype(float)


def mean(values: list[float]) -> float:
    """Return the mean of the known values."""
    known = [v for v in values if v == v]
    return sum(known) / len(known)


def mean_range(values: list[float]) -> float:
    """Return the mean moving range between neighbours that are both known."""
    return mean([abs(b - a) for a, b in itertools.pairwise(values)])


def leading(x: list[float], centre: list[float], sigma: list[float]) -> list[tuple[int, int]]:
    """Return the leading NHS signal of each point of one series and its side, -1 for none."""
    out = [(-1, -1)] * len(x)
    for side, sign in enumerate((1, -1)):
        away = [sign * (v - c) for v, c in zip(x, centre, strict=True)]
        beyond = [a > 3 * s for a, s in zip(away, sigma, strict=True)]
        near = [2 * s < a <= 3 * s for a, s in zip(away, sigma, strict=True)]
        marks: list[set[int]] = [{i for i, b in enumerate(beyond) if b}, set(), set(), set()]
        for last in range(2, len(x)):
            stretch = range(last - 2, last + 1)
            if all(away[i] > 0 for i in stretch) and sum(near[i] for i in stretch) >= 2:
                marks[2] |= {i for i in stretch if near[i]}
        for last in range(6, len(x)):
            stretch = range(last - 6, last + 1)
            if all(sign * (x[i] - x[i - 1]) > 0 for i in stretch[1:]):
                marks[1] |= set(stretch)
            if all(away[i] > 0 for i in stretch):
                marks[3] |= set(stretch)
        for rule in (3, 2, 1, 0):
            for i in marks[rule]:
                turning = out[i][0] == rule and i + 1 < len(x) and not sign * (x[i + 1] - x[i]) > 0
                if (out[i][0] < 0 or rule <= out[i][0]) and not turning:
                    out[i] = (rule, side)
    return out


def xmr_by_loop(x: Any) -> tuple[Any, Any]:
    """Return lines and leading signals of XmR charts, one series after another."""
    lines, signals = [], []
    for series in x.tolist():
        level, sigma = mean(series), 2.66 * mean_range(series) / 3
        lines.append([(level, level - 3 * sigma, level + 3 * sigma)] * len(series))
        signals.append(leading(series, [level] * len(series), [sigma] * len(series)))
    return np.array(lines), np.array(signals)


def p_prime_by_loop(x: Any, n: Any) -> tuple[Any, Any]:
    """Return lines and leading signals of p' charts, one series after another."""
    lines, signals = [], []
    for cases, base in zip(x.tolist(), n.tolist(), strict=True):
        known = [i for i, v in enumerate(cases) if v == v]
        level = sum(cases[i] for i in known) / sum(base[i] for i in known)
        share = [v / b for v, b in zip(cases, base, strict=True)]
        chance = [math.sqrt(level * (1 - level) / b) if v == v else NAN for v, b in zip(cases, base, strict=True)]
        inflation = mean_range([(p - level) / s for p, s in zip(share, chance, strict=True)]) / 1.128
        sigma = [s * inflation for s in chance]
        lines.append([(level, max(level - 3 * s, 0.0), min(level + 3 * s, 1.0)) if s == s else (level, NAN, NAN)
                      for s in sigma])  # fmt: skip
        signals.append(leading(share, [level] * len(share), sigma))
    return np.array(lines), np.array(signals)


def of_chart(chart: ControlChart) -> tuple[Any, Any]:
    """Return lines and leading signals of our charts in the shape of the loops."""
    return np.stack([chart.centre, chart.lower, chart.upper], axis=2), np.stack(chart.leading(), axis=2)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a call gives and its seconds of processor time; both ways use one core."""
    started = time.process_time()
    found = call()
    return found, time.process_time() - started


def measure(name: str, ours: Callable[[], Any], loop: Callable[[], Any], runs: int) -> dict[str, Any]:
    """Time both in turn and check that lines and signals are the same."""
    fast, slow = [], []
    ours()
    for _ in range(runs):
        found, seconds = timed(lambda: of_chart(ours()))
        fast.append(seconds)
        expected, seconds = timed(loop)
        slow.append(seconds)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(found[1], expected[1])
    chart = ours()
    hits, seconds = timed(chart.hits)
    ratios = sorted(b / a for a, b in zip(fast, slow, strict=True))
    return {
        "what": name, "peer": "a loop over the series in plain Python", "series": SERIES, "points": POINTS,
        "equal": "centre lines, limits, leading signal of every point", "signals": len(hits),
        "ratio_median": round(ratios[len(ratios) // 2], 1), "ratio_range": [round(ratios[0], 1), round(ratios[-1], 1)],
        "processor_seconds": {"ours": [round(s, 4) for s in fast], "loop": [round(s, 2) for s in slow],
                    "frame_of_hits": round(seconds, 3)},
    }  # fmt: skip


def main() -> None:
    """Measure, print, and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    x, n = figures()
    measured = [
        measure("XmR charts, NHS rules", lambda: xmr_chart(x), lambda: xmr_by_loop(x), runs),
        measure("p' charts, NHS rules", lambda: p_prime_chart(x, n), lambda: p_prime_by_loop(x, n), runs),
    ]
    for found in measured:
        print(f"{found['what']}, {SERIES:,} x {POINTS}: {found['ratio_median']} times as fast as {found['peer']}")
    result = {
        "what": "control charts of all communes in one call against a loop over the series, equal results asserted",
        "cases": measured,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "versions": {name: version(name) for name in ("numpy",)},
    }
    place = ROOT / "benchmarks" / "results" / "monitoring.json"
    place.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"written to {place}")


if __name__ == "__main__":
    main()
