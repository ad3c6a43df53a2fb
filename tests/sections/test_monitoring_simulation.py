"""The numbers on the monitoring section: those stored are what the script finds, the guide prints those stored."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "explanation" / "method-guide.md").read_text(encoding="utf-8")
PART = GUIDE.split("## How often is the monitoring section wrong?")[1].split("\n## ")[0]
FEW = 25


@pytest.fixture(scope="module")
def script() -> ModuleType:
    place = Path(__file__).with_name("simulation_monitoring.py")
    spec = importlib.util.spec_from_file_location("simulation_monitoring", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stored(script: ModuleType) -> dict[str, Any]:
    return json.loads(script.STORE.read_text(encoding="utf-8"))


def percent(value: float, digits: int = 0) -> str:
    return f"{100 * value:.{digits}f}%"


def rows_of(stored: dict[str, Any]) -> Iterator[list[str]]:
    """Return the rows the guide must print."""
    for row in stored["charts"]:
        cells = [row["design"], str(row["months"]), percent(row["adjusted"])]
        for kind in ("plain", "taken", "shares"):
            cells += [percent(row[f"{kind}_beyond"], 2), percent(row[f"{kind}_any"])]
        yield cells
    for row in stored["ways"]:
        yield [str(row["months"]), *(percent(row[name], 2) for name in ("used", "calendar", "robust"))]
    for row in stored["detection"]:
        names = ("plain_nothing", "taken_nothing", "plain_changed", "taken_changed")
        yield [row["design"], str(row["months"]), *(percent(row[name]) for name in names)]
    for row in stored["interruptions"]:
        yield [row["design"], str(row["months"]), f"{row['ratio']:g}", percent(row["rose"], 1), percent(row["fell"], 1)]
    for row in stored["forecasts"]:
        yield [row["design"], str(row["months"]), *(percent(row[name]) for name in ("smoothing", "first", "year"))]


def test_the_guide_prints_the_stored_numbers_and_no_others(stored: dict[str, Any]) -> None:
    printed = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", PART, re.M)]
    assert [row for row in printed if any("%" in cell for cell in row)] == list(rows_of(stored))
    assert f"{stored['bodies']:,} **SYNTHETIC** bodies" in PART
    assert f"{stored['forecast_bodies']} for forecasts" in PART


def test_the_stored_numbers_are_what_the_script_finds(script: ModuleType, stored: dict[str, Any]) -> None:
    found = {"charts": script.charts(FEW), "ways": script.ways(FEW), "detection": script.detection(FEW),
             "interruptions": script.interruptions(FEW)}  # fmt: skip
    for part, rows in found.items():
        for again, kept in zip(rows, stored[part], strict=True):
            for name, value in kept.items():
                if isinstance(value, str | int) or name == "ratio":
                    assert again[name] == value
                    continue
                # Points of one series are not quite independent of each other; series are.
                size = FEW * kept["months"] / 4 if name.endswith("beyond") or part == "ways" else FEW
                room = 4 * np.sqrt(max(value * (1 - value), 0.002) / size)
                assert abs(again[name] - value) < room, (part, kept, again)


def test_points_lie_beyond_the_limits_near_the_nominal_level(stored: dict[str, Any]) -> None:
    """Three standard deviations leave 0.27% outside; counts are a little skewed."""
    for row in stored["charts"]:
        assert row["shares_beyond"] < 0.0035, row
        assert row["design"] != "nothing" or max(row["plain_beyond"], row["taken_beyond"]) < 0.0035, row
    assert all(row["used"] < min(row["robust"], row["calendar"]) for row in stored["ways"])


def test_a_rule_that_does_nothing_is_found_in_at_most_one_of_twenty(stored: dict[str, Any]) -> None:
    for row in stored["interruptions"]:
        found = row["rose"] + row["fell"] if row["ratio"] == 1 else row["fell"]
        assert found < 0.06, row


def test_what_changed_is_found_the_more_often_the_larger_it_is(stored: dict[str, Any]) -> None:
    for design in {row["design"] for row in stored["interruptions"]}:
        for months in (60, 120):
            seen = [r["rose"] for r in stored["interruptions"] if (r["design"], r["months"]) == (design, months)]
            assert seen == sorted(seen)
            assert seen[-1] > 0.5
    assert all(row["taken_changed"] > row["taken_nothing"] + 0.3 for row in stored["detection"])
