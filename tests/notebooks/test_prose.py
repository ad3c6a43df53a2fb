"""No number in a notebook's prose is typed by hand: numbers come from results, or they go stale unseen."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
CODE = re.compile(r"`[^`]*`|\]\([^)]*\)|\bsố 0(?![\d.,]*\d)")
TYPED = re.compile(r"\d+(?:[.,]\d+)*%?")


def typed_numbers(notebook: dict[str, Any]) -> list[str]:
    """Return the numbers in markdown cells, and in the texts of code cells but for the parameters.

    Keys and names in code quotes and addresses are no prose; zero is a word ("số 0"); texts without a
    space are codes, keys and ids.
    """
    found = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found += TYPED.findall(CODE.sub("", source))
        elif "parameters" not in cell["metadata"].get("tags", ()):
            texts = (n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant))
            found += [
                number for text in texts if isinstance(text, str) and " " in text for number in TYPED.findall(text)
            ]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_no_number_is_typed_by_hand(path: Path) -> None:
    assert typed_numbers(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("markdown", "Kỷ luật 2.377 đảng viên."),
        ("markdown", "Tăng 18,1% so với cùng kỳ"),
        ("markdown", "Khác số 0,5"),
        ("code", 'title = "Khai trừ tăng lên 12,1% tổng số kỷ luật"'),
    ],
)
def test_a_typed_number_is_caught(kind: str, source: str) -> None:
    cell = {"cell_type": kind, "metadata": {}, "source": [source]}
    assert typed_numbers({"cells": [cell]})
    allowed = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": ['period = "2018"  # period']}
    assert typed_numbers({"cells": [allowed]}) == []
