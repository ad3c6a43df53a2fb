"""The numbers on coverage and false verdicts: those stored are what the script finds, the guide prints those stored."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "explanation" / "method-guide.md").read_text(encoding="utf-8")
PART = GUIDE.split("## What may come next, and how sure is that?")[1].split("\n## ")[0]
METHODS = {"naive": "naive", "ets": "ETS", "sarima": "SARIMA", "ses": "smoothing", "drift": "drift",
           "seasonal_naive": "seasonal naive"}  # fmt: skip
FEW = 400


@pytest.fixture(scope="module")
def script():
    place = Path(__file__).with_name("simulation_forecasts.py")
    spec = importlib.util.spec_from_file_location("simulation_forecasts", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stored(script):
    return json.loads(script.STORE.read_text(encoding="utf-8"))


def percent(value):
    return f"{100 * value:.1f}%"


def rows_of(stored):
    """Return the rows the guide must print."""
    for row in stored["intervals"]:
        shares = (row[name] for name in ("one_80", "one_95", "four_80", "four_95"))
        yield [METHODS[row["method"]], str(row["points"]), *map(percent, shares)]
    for row in stored["equally_good"]:
        yield [str(row["steps"]), str(row["origins"]), percent(row["acf"]), percent(row["bartlett"])]
    for row in stored["verdicts"]:
        shares = (row[name] for name in ("better", "undecided", "not_better", "worse"))
        yield [row["kind"], METHODS[row["method"]], str(row["points"]), str(row["steps"]), *map(percent, shares)]


def test_the_guide_prints_the_stored_numbers_and_no_others(stored):
    printed = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", PART, re.M)]
    figures = [row for row in printed if any("%" in cell for cell in row[2:]) and row[1] != "points"]
    assert figures == list(rows_of(stored))
    assert f"{stored['series']:,} **SYNTHETIC** series" in PART
    assert f"{stored['models']:,} for ETS and SARIMA" in PART


def test_the_stored_numbers_are_what_the_script_finds(script, stored):
    rng = np.random.default_rng(script.SEED)
    found = {"equally_good": script.equally_good(FEW, rng), "verdicts": script.verdicts(FEW, rng)}
    for part, rows in found.items():
        for again, kept in zip(rows, stored[part], strict=True):
            for name, value in kept.items():
                if isinstance(value, float):
                    room = 4 * np.sqrt(max(value * (1 - value), 0.004) / FEW)
                    assert abs(again[name] - value) < room, (part, kept, again)
                else:
                    assert again[name] == value


def test_so_are_those_of_intervals(script, stored, monkeypatch):
    monkeypatch.setattr(script, "LENGTHS", (24,))
    for again in script.intervals(FEW, 12, np.random.default_rng(script.SEED)):
        kept = next(row for row in stored["intervals"] if (row["method"], row["points"]) == (again["method"], 24))
        for name in ("one_80", "one_95", "four_80", "four_95"):
            room = 4 * np.sqrt(kept[name] * (1 - kept[name]) / again["series"])
            assert abs(again[name] - kept[name]) < room, (kept, again)


def test_a_random_walk_is_hardly_ever_said_to_be_beaten(stored):
    assert all(row["better"] < 0.02 for row in stored["verdicts"] if row["kind"] == "random walk")


def test_what_can_be_beaten_is_the_more_often_the_longer_the_series(stored):
    for kind in ("steady", "season"):
        for steps in (1, 4):
            seen = [row["better"] for row in stored["verdicts"] if (row["kind"], row["steps"]) == (kind, steps)]
            assert seen == sorted(seen)
            assert seen[-1] > 0.85


def test_intervals_near_their_level_as_series_grow(stored):
    for row in stored["intervals"]:
        short = 0.10 if row["method"] != "naive" and row["points"] < 100 else 0.05
        for name, level in (("one_80", 0.8), ("one_95", 0.95), ("four_80", 0.8), ("four_95", 0.95)):
            assert level - short < row[name] < level + 0.03, row
