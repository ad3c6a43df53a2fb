"""Running an explore notebook in a child of a warm process, and reading what it left as its reader does."""

from __future__ import annotations

import html
import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from stats import tables
from stats.reports import notebook
from stats.sections.blocks import PLOTLY

ROOT = Path(__file__).resolve().parents[2]
EXPLORE = sorted((ROOT / "notebooks" / "explore").glob("*.ipynb"))
START = ROOT / "notebooks" / "start.ipynb"
NOTEBOOKS = [START, *EXPLORE]

_OTHERS_WORDS = re.compile(
    r'<(ol|ul) class="documents".*?</\1>|<cite.*?</cite>|<q.*?</q>|<style.*?</style>|<pre.*?</pre>|<code.*?</code>'
    r'|\btitle="[^"]*"|\blang="en"[^>]*>[^<]*',
    re.DOTALL,
)
"""What sources say in their own words, and code: neither is ours to put into the reader's language."""


@cache
def _quoted() -> tuple[str, ...]:
    """Return the titles and publishers of documents and the notes of curators, the longest first."""
    data = tables.read(ROOT / "data")
    texts = {str(t) for column in ("title", "publisher") for t in data.sources[column]}
    texts |= {str(t) for t in data.observations["note"]}
    return tuple(sorted((plain(t) for t in texts if len(t) > 3), key=len, reverse=True))


def source_of(path: Path) -> dict[str, Any]:
    """Return a notebook as JSON."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def parameters_of(path: Path) -> list[str]:
    """Return the names of a notebook's parameters."""
    cell = next(c for c in source_of(path)["cells"] if "parameters" in c["metadata"].get("tags", ()))
    return re.findall(r"^(\w+) = ", "".join(cell["source"]), re.MULTILINE)


def run(path: str, given: dict[str, Any]) -> dict[str, Any]:
    """Execute a notebook with those of the values given that it has parameters for."""
    known = {name: value for name, value in given.items() if name in parameters_of(Path(path))}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.ipynb"
        return notebook.execute(Path(path), out, known, environment={}, engine="discipline")


def outputs(executed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the outputs of all cells, in order."""
    return [output for cell in executed["cells"] for output in cell.get("outputs", ())]


def charts(executed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the plotly figures."""
    return [output["data"][PLOTLY] for output in outputs(executed) if PLOTLY in output.get("data", {})]


def closing(executed: dict[str, Any]) -> str:
    """Return the sentence a notebook ends in: the last answer of a question, else the last line printed."""
    found = ""
    for output in outputs(executed):
        if output.get("metadata", {}).get("stats", {}).get("block") == "answer" or output["output_type"] == "stream":
            found = plain(text_of(output))
    return found


def text_of(output: dict[str, Any]) -> str:
    """Return what an output shows, as markup or plain text; of a figure every text in it."""
    if output["output_type"] == "stream":
        return "".join(output["text"])
    data = output["data"]
    if "application/vnd.jupyter.widget-view+json" in data:
        return ""  # the panel: its words are read in a browser
    shown = "".join(data.get("text/html", "") or ("" if PLOTLY in data else data.get("text/plain", "")))
    if PLOTLY in data:
        layout = data[PLOTLY]["layout"]
        shown += " ".join([a["text"] for a in layout["annotations"]] + [layout["meta"]["alt"]])
    return shown


def plain(markup: str) -> str:
    """Return markup as its reader sees it."""
    text = re.sub(r"<[^>]*>", " ", _OTHERS_WORDS.sub(" ", markup))
    return re.sub(r"\s+", " ", html.unescape(text).replace("\u00a0", " ")).strip()


def said(executed: dict[str, Any]) -> str:
    """Return everything a notebook shows, but for what sources say in their own words."""
    text = " ".join(plain(text_of(output)) for output in outputs(executed))
    for quoted in _quoted():
        text = text.replace(quoted, " ")
    return text
