"""Write data/samples/SYNTHETIC_bodies.csv anew: ``python packaging/synthetic_sample.py``.

34 made-up bodies for showing methods that the published figures are too few for. What is planted is in
the column ``planted``, so that a method can be judged by whether it finds it. Only the generator of the
standard library is used, whose draws are the same in every version, so the same seed gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import math
import sys
from bisect import bisect
from pathlib import Path
from random import Random
from statistics import NormalDist

PATH = Path(__file__).resolve().parent.parent / "data" / "samples" / "SYNTHETIC_bodies.csv"
SEED = 20261122
BODIES = 34
SECTORS = {"agency": (0.30, 0.22), "commune": (0.50, 0.28), "enterprise": (0.20, 0.42)}
"""Share of the members, and share of the inspected found in violation, by sector."""
HIGH, LOW, MAKE_UP = ("07", "21"), ("30",), "12"
SPREAD = 0.22
"""Standard deviation of the bodies' own log odds: the variation between bodies that is no signal."""
CUTS = ((0.74, 0.90, 0.92), (0.70, 0.88, 0.905))
"""Cumulative shares of reprimand, warning and removal in the two years: the second is a little harsher."""
COLUMNS = (
    "synthetic", "body_id", "name", "year", "sector", "members", "inspected", "inspected_twice", "violations",
    "disciplined", "reprimanded", "warned", "removed", "expelled", "planted",
)  # fmt: skip


def times(chance: Random, n: int, p: float) -> int:
    """Return how many of n cases come up."""
    return sum(chance.random() < p for _ in range(n))


def bell(chance: Random, sd: float) -> float:
    """Return a normal draw, kept within two standard deviations: nothing unplanned sticks out."""
    return sd * NormalDist().inv_cdf(0.025 + 0.95 * chance.random())


def rows(seed: int = SEED) -> list[dict[str, object]]:
    """Return the rows of the sample."""
    chance = Random(seed)
    found = []
    for number in (f"{i:02d}" for i in range(1, BODIES + 1)):
        size = math.exp(math.log(2_500) + chance.random() * math.log(24))
        own = bell(chance, SPREAD)
        planted = "high" if number in HIGH else "low" if number in LOW else "make_up" if number == MAKE_UP else ""
        own = {"high": 1.5, "low": -1.6, "make_up": 0.0}.get(planted, own)
        parts = {"agency": 0.05, "commune": 0.10, "enterprise": 0.85} if planted == "make_up" else {}
        for year in (1, 2):
            reach = 0.03 * math.exp(bell(chance, 0.2))
            for sector, (part, share) in SECTORS.items():
                members = round(size * parts.get(sector, part))
                p = 1 / (1 + math.exp(-(math.log(share / (1 - share)) + own)))
                inspected = times(chance, members, reach)
                violations = times(chance, inspected, p)
                disciplined = times(chance, violations, 0.6)
                draws = [chance.random() for _ in range(disciplined)]
                places = [bisect(CUTS[year - 1], draw) for draw in draws]
                found.append(dict(zip(COLUMNS, (
                    "SYNTHETIC", f"synthetic-{number}", f"Đảng bộ mẫu {number} (SYNTHETIC)", year, sector, members,
                    inspected, times(chance, inspected, 0.08), violations, disciplined,
                    *(places.count(level) for level in range(4)), planted,
                ), strict=True)))  # fmt: skip
    return found


def to_bytes(found: list[dict[str, object]]) -> bytes:
    """Return the rows as the bytes of the file."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue().encode("utf-8")


if __name__ == "__main__":
    PATH.write_bytes(to_bytes(rows()))
    sys.stdout.write(f"{PATH}\n")
