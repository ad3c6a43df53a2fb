"""False alarms and detection of the monitoring section on made-up months, each method used as the section uses it.

Run by hand; the numbers go to ``benchmarks/results/sections_simulation.json`` and from there into the method guide:

    python tests/sections/simulation_monitoring.py [--bodies 2000] [--forecasts 60]

Nothing happens in the series but what is planted under a name: no season, or one with the Lunar New Year and more
variation than chance, or besides these a membership that grows and reports that come late. All are SYNTHETIC.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stats import synthetic
from stats.codes import Rule
from stats.monitoring import xmr_chart
from stats.periods import Period
from stats.results import Result
from stats.seasons import by_new_year, stl_decomposition
from stats.sections.monitoring.controlling import _chart
from stats.sections.monitoring.following import Followed
from stats.sections.monitoring.forecasting import _naive, _smoothed, _tested
from stats.sections.monitoring.interrupting import _tried, verdict
from stats.sections.monitoring.season import without_season
from stats.synthetic import IN_CONTROL, REALISTIC, Design, MadeUpRule
from stats.timeline import Point

STORE = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "sections_simulation.json"
SEED = 20261101
LAST = 2025
MONTHS = (36, 60, 120)
SEASON = replace(REALISTIC, rule=None, late=0, shifts=(), growth=0, congress=1)
DESIGNS: dict[str, Design] = {
    "nothing": IN_CONTROL, "season": SEASON, "season, growth, late": replace(SEASON, growth=REALISTIC.growth,
                                                                              late=REALISTIC.late),
}  # fmt: skip
RATIO = 1.3
"""Ratio by which the level changes where a change is planted."""
RECENT = 12
"""Months at the end in which it does, for the charts."""


def followed(frame: pd.DataFrame, count: str, base: str = "", rule: Rule | None = None) -> list[Followed]:
    """Return each body's months as the section has them: a count, or a share of another count."""
    series = []
    for _, one in frame.groupby("body_id", sort=False):
        tops = one[count].to_numpy(float)
        bases = one[base].to_numpy(float) if base else tops
        if base and not bases.all():
            continue  # a share of nothing is missing, which is another matter
        results = [
            Result(estimate=float(x), unit="members") if not base else
            Result(estimate=float(x / n), numerator=float(x), denominator=float(n), kind="share", unit="members")
            for x, n in zip(tops, bases, strict=True)
        ]  # fmt: skip
        points = tuple(Point(Period.parse(key), found) for key, found in zip(one["period"], results, strict=True))
        series.append(Followed(count, "committee", "members", points, (rule,) if rule else (), 12))
    return series


def drawn(design: Design, months: int, bodies: int) -> pd.DataFrame:
    """Return made-up months up to the end of `LAST`."""
    first = LAST + 1 - months // 12
    return synthetic.series("month", seed=SEED, bodies=bodies, first_year=first, last_year=LAST, design=design)


def signals(own: Followed) -> tuple[bool, float, bool]:
    """Return whether a chart has a signal, the share of points beyond its limits, and a signal in the latest months."""
    found = _chart(own).found.signals
    return bool(found.any()), float(found[0].any(axis=0).mean()), bool(found[..., -RECENT:].any())


def charts(bodies: int) -> list[dict[str, Any]]:
    """Return false alarms of the charts of counts before and after the season is taken out, and of shares."""
    rows = []
    for name, design in DESIGNS.items():
        for months in MONTHS:
            frame = drawn(design, months, bodies)
            counts = followed(frame, "disciplined")
            made = [without_season(one) for one in counts]
            plain, taken = ([signals(one) for one in group] for group in (counts, [own for own, _ in made]))
            shares = [signals(one) for one in followed(frame, "in_violation", "examined")]
            row = {"design": name, "months": months, "adjusted": share(note is not None for _, note in made)}
            for kind, found in (("plain", plain), ("taken", taken), ("shares", shares)):
                row |= {f"{kind}_beyond": share((f[1] for f in found), 4), f"{kind}_any": share(f[0] for f in found)}
            rows.append(row)
    return rows


def ways(bodies: int) -> list[dict[str, Any]]:
    """Return points beyond the limits by how the season of a series that has one is taken out."""
    rows = []
    for months in MONTHS:
        frame = drawn(SEASON, months, bodies)
        values = frame["disciplined"].to_numpy(float).reshape(bodies, -1)
        values = values[values.min(axis=1) > 0]
        order = by_new_year([Period.parse(key) for key in frame["period"][:months]])
        row: dict[str, Any] = {"months": months}
        for name, robust, places in (("used", False, order), ("robust", True, order), ("calendar", False, None)):
            at = np.arange(months) if places is None else places
            taken = [
                stl_decomposition(x[at], season=12, model="multiplicative", robust=robust).adjusted[at] for x in values
            ]
            row[name] = share(xmr_chart(taken).found.signals[0].any(axis=0).mean(axis=1), 4)
        rows.append(row)
    return rows


def detection(bodies: int) -> list[dict[str, Any]]:
    """Return how often the chart has a signal in the latest year when the level changed in it, and when it did not."""
    rows = []
    for name, design in DESIGNS.items():
        for months in MONTHS:
            row: dict[str, Any] = {"design": name, "months": months}
            for key, rule in (("nothing", None), ("changed", MadeUpRule(in_force=dt.date(LAST, 1, 1), ratio=RATIO))):
                series = followed(drawn(replace(design, rule=rule), months, bodies), "disciplined")
                row[f"plain_{key}"] = share(signals(one)[2] for one in series)
                row[f"taken_{key}"] = share(signals(without_season(one)[0])[2] for one in series)
            rows.append(row)
    return rows


def interruptions(bodies: int) -> list[dict[str, Any]]:
    """Return how often a rule in the middle is said to have raised or lowered figures, and with which caveat."""
    rows = []
    for name, design in DESIGNS.items():
        for months in MONTHS[1:]:
            years, rest = divmod(12 * (LAST + 1) - months // 2, 12)
            day = dt.date(years, rest + 1, 1)
            for ratio in (1.0, 1.15, RATIO):
                planted = None if ratio == 1 else MadeUpRule(in_force=day, ratio=ratio)
                rule = Rule("made-up", day, "SYNTHETIC", "", "", (), "", "", "high")
                frame = drawn(replace(design, rule=planted), months, bodies)
                fits = [_tried(one, rule).fit for one in followed(frame, "disciplined", rule=rule)]
                said = [verdict(fit) for fit in fits if fit]
                rows.append({
                    "design": name, "months": months, "ratio": ratio, "rose": share(way == "rose" for way in said),
                    "fell": share(way == "fell" for way in said),
                    "caveat": share(any(n.code == "serial_correlation" for n in fit.caveats) for fit in fits if fit),
                })  # fmt: skip
    return rows


def forecasts(bodies: int) -> list[dict[str, Any]]:
    """Return how often smoothing is chosen over the year before, and whether the intervals drawn hold a year ahead."""
    rows = []
    for name, design in DESIGNS.items():
        for months in MONTHS[1:]:
            frame = drawn(design, months + 12, bodies)
            series = followed(frame, "disciplined")
            chosen, inside, first = [], [], []
            for whole in series:
                own, coming = replace(whole, points=whole.points[:-12]), whole.values[-12:]
                beats = bool(_tested(own).beats[0])
                low, high = (_smoothed(own) if beats else _naive(own)).interval(0.95)
                held = (low[0] <= coming) & (coming <= high[0])
                chosen.append(beats)
                inside.append(held.mean())
                first.append(held[0])
            rows.append({"design": name, "months": months, "smoothing": share(chosen), "first": share(first),
                         "year": share(inside)})  # fmt: skip
    return rows


def share(found: Any, digits: int = 3) -> float:
    """Return the mean of yes and no, or of shares."""
    return round(float(np.mean(list(found))), digits)


def simulate(bodies: int, forecast_bodies: int) -> dict[str, Any]:
    """Return all numbers for so many bodies each."""
    return {
        "what": "the monitoring section on made-up months, marked SYNTHETIC", "seed": SEED, "bodies": bodies,
        "forecast_bodies": forecast_bodies, "ratio": RATIO, "recent": RECENT, "charts": charts(bodies),
        "ways": ways(bodies), "detection": detection(bodies), "interruptions": interruptions(bodies),
        "forecasts": forecasts(forecast_bodies),
    }  # fmt: skip


def main() -> None:
    """Simulate and keep the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bodies", type=int, default=2000)
    parser.add_argument("--forecasts", type=int, default=60)
    asked = parser.parse_args()
    found = simulate(asked.bodies, asked.forecasts)
    STORE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for part in ("charts", "ways", "detection", "interruptions", "forecasts"):
        print(part, *found[part], sep="\n  ")


if __name__ == "__main__":
    main()
