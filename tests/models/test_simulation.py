"""The size and power in the method guide are those stored, and those stored are what the script finds."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / "method-guide.md").read_text(encoding="utf-8")
FEW = 120


@pytest.fixture(scope="module")
def script() -> ModuleType:
    place = Path(__file__).with_name("simulation_size_and_power.py")
    spec = importlib.util.spec_from_file_location("simulation_size_and_power", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stored(script: ModuleType) -> dict[str, list[list[object]]]:
    found: dict[str, list[list[object]]] = json.loads(script.STORED.read_text(encoding="utf-8"))
    return found


def test_the_guide_prints_the_stored_tables(script: ModuleType, stored: dict[str, list[list[object]]]) -> None:
    for name in script.TABLES:
        assert script.markdown(name, stored[name]) in GUIDE
    changed = [[*stored["clusters"][0][:2], 0.5, 0.5], *stored["clusters"][1:]]
    assert script.markdown("clusters", changed) not in GUIDE


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("over_time", (20,)), ("interrupted", (16,)), ("dispersion", (15,)), ("clusters", (8,)), ("regressions", (20,))],
)
def test_a_small_run_finds_about_the_same(
    script: ModuleType, stored: dict[str, list[list[object]]], name: str, sizes: tuple[int, ...]
) -> None:
    known = {(row[0], row[1]): row[2:] for row in stored[name]}
    rows = getattr(script, name)(FEW, sizes)
    assert rows
    for method, n, *figures in rows:
        # Four standard errors of the small run, at least those of a share of 5%.
        for got, want in zip(figures, known[method, n], strict=True):
            assert got == pytest.approx(want, abs=4 * (max(want * (1 - want), 0.0475) / FEW) ** 0.5), (method, n)


def test_every_method_but_those_said_holds_its_level(stored: dict[str, list[list[object]]]) -> None:
    known = {"HAC", "HAC, hc1", "robust, normal", "robust, t(G-1)", "GEE, t(G-1)", "Bai-Perron, BIC"}
    beyond = {row[0] for name in stored if name != "samples" for row in stored[name]
              if float(str(row[2])) > 0.08}  # fmt: skip
    assert beyond <= known


def test_models_that_allow_for_more_variation_hold_their_level_and_poisson_does_not(
    stored: dict[str, list[list[object]]],
) -> None:
    wide = {(row[0], row[1]): float(str(row[3])) for row in stored["regressions"]}
    assert all(share > 0.2 for (model, _), share in wide.items() if model == "Poisson")
    assert all(share < 0.1 for (model, _), share in wide.items() if model != "Poisson")
