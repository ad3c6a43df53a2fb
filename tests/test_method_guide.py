"""The method guide: every block runs, in order, with real numbers; every public function is named."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs" / "method-guide.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
MODULES = ("shares", "rates", "stages", "standardise", "power", "comparisons", "severity", "series", "quality")
LONGEST = 8


def public(name: str) -> set[str]:
    """Return the public functions a module, or a package's modules, define."""
    place = ROOT / "src" / "stats" / name
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    found = {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {function for function in found if not function.startswith("_")}


def test_every_block_runs_and_proves_its_numbers(capsys) -> None:
    space: dict[str, object] = {}
    for number, block in enumerate(BLOCKS, 1):
        assert "assert " in block, f"block {number} proves nothing"
        exec(compile(block, f"docs/method-guide.md, block {number}", "exec"), space)
    assert capsys.readouterr().out.count("\n") >= len(BLOCKS) - 2


def test_blocks_are_short() -> None:
    assert len(BLOCKS) > 10
    assert {number: n for number, b in enumerate(BLOCKS, 1) if (n := len(b.splitlines())) > LONGEST} == {}


def test_every_public_function_is_named() -> None:
    named = set(re.findall(r"\b[a-z_0-9]+\b", " ".join(re.findall(r"`([^`\n]+)`", GUIDE))))
    missing = {name: sorted(public(name) - named) for name in MODULES}
    assert not any(missing.values()), missing


def test_every_question_says_when_not() -> None:
    for part in GUIDE.split("\n## ")[1:]:
        title = part.splitlines()[0]
        if title != "Building blocks":
            assert "*Not for*" in part or "never" in part or "not zero" in part, title


def test_the_answer_on_ha_noi_says_both_and_the_breaks() -> None:
    part = GUIDE.split("## Did penalties get harsher in Hà Nội?")[1].split("\n## ")[0]
    for told in ("polarised, not simply harsher", "8.7% to 12.1%", "Between the two lie the rules"):
        assert told in part
