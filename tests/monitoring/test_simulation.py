"""The numbers on false alarms and detection: those stored are what the script finds, the guide prints those stored."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "explanation" / "method-guide.md").read_text(encoding="utf-8")
PART = GUIDE.split("## Has something changed, or is it noise?")[1].split("\n## ")[0]
RULES = {"nhs": "NHS", "western_electric": "Western Electric", "nelson": "Nelson"}
FEW = 600


@pytest.fixture(scope="module")
def script():
    place = Path(__file__).with_name("simulation_charts.py")
    spec = importlib.util.spec_from_file_location("simulation_charts", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stored(script):
    return json.loads(script.STORE.read_text(encoding="utf-8"))


def percent(value, digits=0):
    if not digits and 0.995 <= value < 1:
        return ">99%"
    return f"{100 * value:.{digits}f}%"


def rows_of(stored):
    """Return the rows the guide must print."""
    for key in sorted({(row["points"], row["screen"]) for row in stored["in_control"]}):
        some = [row for row in stored["in_control"] if (row["points"], row["screen"]) == key]
        assert [row["rules"] for row in some] == list(RULES)
        ranges = "screened" if key[1] else "all"
        yield [str(key[0]), ranges, percent(some[0]["beyond"], 2), *(percent(row["series"]) for row in some)]
    for row in stored["planted"]:
        shift = f"{row['shift']:g}" if row["shift"] else "none"
        yield [shift, RULES[row["rules"]], percent(row["within_4"]), percent(row["within_12"])]
    for row in stored["dispersed"]:
        yield [row["kind"], str(row["times"]), percent(row["plain"], 2), percent(row["prime"], 2)]
    for row in stored["kinds"]:
        yield [row["chart"], percent(row["beyond"], 2), *(percent(row[r]) for r in RULES), percent(row["within_12"])]
    for row in stored["runs"]:
        yield [str(row["points"]), *(percent(row[f"shift_{shift}"]) for shift in (0, 1, 2))]


def test_the_guide_prints_the_stored_numbers_and_no_others(stored):
    printed = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", PART, re.M)]
    figures = [row for row in printed if any("%" in cell for cell in row)]
    assert figures == list(rows_of(stored))
    assert f"{stored['series']:,} **SYNTHETIC** steady series" in PART


def test_the_stored_numbers_are_what_the_script_finds(script, stored):
    found = script.simulate(FEW)
    for part in ("in_control", "planted", "dispersed", "kinds", "runs"):
        for again, kept in zip(found[part], stored[part], strict=True):
            for name, value in kept.items():
                if name in ("series", "within_4", "within_12", *RULES) or name.startswith("shift_"):
                    assert abs(again[name] - value) < 4 * np.sqrt(max(value * (1 - value), 0.004) / FEW), (part, kept)
                elif name in ("beyond", "plain", "prime"):
                    assert again[name] == pytest.approx(value, abs=0.004 + 0.05 * value), (part, kept)
                else:
                    assert again[name] == value


def test_points_of_steady_series_lie_beyond_the_limits_at_the_nominal_level(stored):
    """Three standard deviations leave 0.27% outside."""
    kept = [row["beyond"] for row in stored["in_control"] if not row["screen"]]
    assert all(0.002 < share < 0.0034 for share in kept)
    assert all(row["prime"] < 0.0034 for row in stored["dispersed"])


def test_a_planted_change_is_found_the_sooner_the_larger_it_is(stored):
    for rules in RULES:
        seen = [row["within_4"] for row in stored["planted"] if row["rules"] == rules]
        assert seen == sorted(seen)
        assert seen[0] < 0.1 < 0.9 < seen[-1]
