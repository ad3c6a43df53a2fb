"""How often a season is found where there is none, and where one is planted, for the method guide.

Run by hand, on SYNTHETIC series: python tests/synthetic/simulation_seasons.py
"""

from __future__ import annotations

import sys

import numpy as np

from stats import synthetic
from stats.seasons import Decomposition, classical_decomposition, stl_decomposition
from stats.synthetic import IN_CONTROL, REALISTIC

BODIES = 1000
YEARS = (3, 5, 10, 15)


def robust(values: np.ndarray, **options: object) -> Decomposition:
    return stl_decomposition(values, robust=True, **options)


def found(freq: str, season: int, years: int, design: synthetic.Design, function: object) -> float:
    made = synthetic.series(freq, bodies=BODIES, last_year=2015 + years, seed=7, design=design)
    series = made["disciplined"].to_numpy().reshape(BODIES, -1)
    parts = [function(row, season=season, zeros=True) for row in series]
    return float(np.mean([one.strength > one.chance for one in parts]))


if __name__ == "__main__":
    for name, design in (("none", IN_CONTROL), ("planted", REALISTIC)):
        for function in (stl_decomposition, robust, classical_decomposition):
            for freq, season in (("month", 12), ("quarter", 4)):
                shares = [found(freq, season, years, design, function) for years in YEARS]
                told = "  ".join(f"{years} years {share:.3f}" for years, share in zip(YEARS, shares, strict=True))
                sys.stdout.write(f"{name:8} {function.__name__:24} {freq:8} {told}\n")
