"""Cell by cell, the engine shows what a stock kernel shows.

Made equal before they are compared, because two runs on the stock kernel differ in them too: addresses
of objects, the temporary file name of a cell (process id), durations, and where one text of a stream
is cut into several outputs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from notebooks import NOTEBOOKS

WHAT_VARIES = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x"),
    (re.compile(r"ipykernel_\d+/"), "ipykernel/"),
    (re.compile(r"[\d.e+-]+ (ns|µs|μs|us|ms|s)\b"), "T"),
)


def plain(outputs: list[dict[str, Any]]) -> str:
    """Return outputs as text without what varies from run to run."""
    joined: list[dict[str, Any]] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == last.get("output_type") == "stream" and output["name"] == last["name"]:
            last["text"] = "".join(last["text"]) + "".join(output["text"])
        else:
            joined.append({**output, "text": "".join(output["text"])} if "text" in output else output)
    text = json.dumps(joined, sort_keys=True, indent=1, ensure_ascii=False)
    for pattern, instead in WHAT_VARIES:
        text = pattern.sub(instead, text)
    return text


def read(folder: Path, name: str) -> dict[str, Any]:
    """Return an executed notebook."""
    found: dict[str, Any] = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize("mode", ["fork", "new", "warm"])
def test_every_cell_is_as_on_the_stock_kernel(mode: str, name: str, executed: Callable[[str], Path]) -> None:
    stock, ours = read(executed("kernel"), name), read(executed(mode), name)
    assert len(stock["cells"]) == len(ours["cells"]) == len(NOTEBOOKS[name])
    for expected, cell in zip(stock["cells"], ours["cells"], strict=True):
        assert plain(cell["outputs"]) == plain(expected["outputs"]), "".join(cell["source"])
        assert cell["execution_count"] == expected["execution_count"]
    assert ours["metadata"]["language_info"] == stock["metadata"]["language_info"]


def test_the_notebooks_show_something(executed: Callable[[str], Path]) -> None:
    """The comparison is worth something: every kind of output is among what is compared."""
    outputs = [o for name in NOTEBOOKS for cell in read(executed("kernel"), name)["cells"] for o in cell["outputs"]]
    assert {o["output_type"] for o in outputs} == {"stream", "error", "display_data", "execute_result"}
    assert sum("image/png" in o.get("data", {}) for o in outputs) >= 7
    shown = {kind for o in outputs for kind in o.get("data", {})}
    assert {"application/vnd.plotly.v1+json", "text/html", "image/svg+xml", "application/json"} <= shown


def test_a_difference_would_be_seen() -> None:
    one = [{"output_type": "stream", "name": "stdout", "text": ["a\n"]}]
    other = [{"output_type": "stream", "name": "stderr", "text": ["a\n"]}]
    cut = [{"output_type": "stream", "name": "stdout", "text": t} for t in ("a", "\n")]
    assert plain(one) != plain(other)
    assert plain(one) == plain(cut)
