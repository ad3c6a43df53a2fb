"""The method guide: every block runs, in order, with real numbers; every public function stands under a question."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from floors import FLOORS

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs" / "explanation" / "method-guide.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
QUESTIONS = {part.splitlines()[0]: part for part in GUIDE.split("\n## ")[1:] if not part.startswith("Building blocks")}
ANSWER = BLOCKS[0]
BESIDES = ("coverage",)
"""Modules above the statistics that the guide covers too."""
LONGEST = 8


def statistics() -> tuple[str, ...]:
    """Return the modules of the floor of statistics."""
    return FLOORS[3]


def public(name: str) -> set[str]:
    """Return the public functions a module defines, or those a package exports or its modules define."""
    place = ROOT / "src" / "stats" / name
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    found = {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    if name in BESIDES:
        exported = [n.value for n in trees[0].body if isinstance(n, ast.Assign) and n.targets[0].id == "__all__"]
        found &= set(ast.literal_eval(exported[0]))
    return {function for function in found if not function.startswith("_")}


def words(text: str) -> set[str]:
    """Return the names a text mentions as code."""
    return set(re.findall(r"\b[a-z_0-9]+\b", " ".join(re.findall(r"`([^`\n]+)`", text))))


def test_every_block_runs_and_proves_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, object] = {}
    for number, block in enumerate(BLOCKS, 1):
        assert "assert " in block or block == ANSWER, f"block {number} proves nothing"
        exec(compile(block, f"docs/explanation/method-guide.md, block {number}", "exec"), space)
    assert capsys.readouterr().out.count("\n") >= len(BLOCKS)


def test_blocks_are_short_and_fit_a_page() -> None:
    assert len(BLOCKS) > 30
    assert {number: n for number, b in enumerate(BLOCKS, 1) if (n := len(b.splitlines())) > LONGEST} == {}
    assert [line for block in BLOCKS for line in block.splitlines() if len(line) > 120] == []


def test_the_floor_of_statistics_is_read() -> None:
    assert {"intervals", "exact", "simultaneous", "shares", "rates", "severity", "derived"} <= set(statistics())
    assert {"funnel", "adjust_p_values", "rank_intervals"} <= public("comparisons")


@pytest.mark.parametrize("module", [*statistics(), *BESIDES])
def test_every_public_function_is_named(module: str) -> None:
    assert public(module)
    assert sorted(public(module) - words(GUIDE)) == []


def test_a_function_that_is_not_named_would_be_found() -> None:
    assert "funnel" not in words(re.sub(r"`[^`\n]*funnel[^`\n]*`", "", GUIDE))


@pytest.mark.parametrize("title", list(QUESTIONS))
def test_every_question_has_function_assumption_limit_and_example(title: str) -> None:
    part = QUESTIONS[title]
    assert title.endswith("?")
    assert "*Assumes*" in part
    assert "*Not for*" in part
    assert "```python" in part
    assert words(part)


def test_blocks_on_the_sample_are_told_to_be_synthetic() -> None:
    marked = 0
    for part in QUESTIONS.values():
        texts = re.split(r"```python\n.*?```", part, flags=re.DOTALL)
        for number, block in enumerate(re.findall(r"```python\n(.*?)```", part, flags=re.DOTALL)):
            if re.search(r"\b(sample|by_body|year1|stack)\b", block):
                assert "**SYNTHETIC**" in "".join(texts[: number + 1]), block
                marked += 1
    assert marked > 8


def test_the_answer_on_ha_noi_is_five_lines_and_says_both_and_the_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(ANSWER.splitlines()) == 5
    exec(compile(ANSWER, "docs/explanation/method-guide.md, the answer", "exec"), {})
    told = capsys.readouterr().out
    assert re.search(r"harshness +no_shift", told)
    assert re.search(r"polarisation +polarised", told)
    assert {"102-qd-tw-2017", "22-qd-tw-2021", "69-qd-tw-2022"} <= set(told.splitlines())
    part = QUESTIONS["Did penalties get harsher in Hà Nội?"]
    for said in ("polarised, not simply harsher", "8.7% to 12.1%", "Between the two lie the rules"):
        assert said in part
