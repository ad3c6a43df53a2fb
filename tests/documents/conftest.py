"""Fixtures for the writers of documents: a `Document` of any report, made in this process without a kernel."""

from __future__ import annotations

import csv
import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from stats.reports import document, request, resources
from stats.reports.document import Document
from stats.sections.blocks import Block

ROOT = Path(__file__).resolve().parents[2]

PLANTED = (
    '<script>alert("x")</script> & Co',
    '=HYPERLINK("http://x","y")',
)
"""Names that are code in one format or another; in a document they are just names."""


def notebook_of(kind: str, **parameters: str) -> dict[str, Any]:
    """Return a report notebook with its outputs, by running its cells here: what an executed one holds for a writer."""
    path = resources.folder(Path("notebooks/report")) / f"{request.KINDS[kind]}.ipynb"
    cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    names: dict[str, Any] = {}
    done = []
    for cell in cells:
        outputs: list[dict[str, Any]] = []

        def show(block: Block, outputs: list[dict[str, Any]] = outputs) -> None:
            marked = {"data": block.data, "metadata": {"stats": block.mark}, "output_type": "display_data"}
            outputs.append(marked)

        with mock.patch.object(Block, "show", show):
            exec("".join(cell["source"]), names)
        if "parameters" in cell["metadata"].get("tags", ()):
            names.update(parameters)
        done.append({"cell_type": "code", "outputs": outputs})
    # Through JSON and back, as an executed notebook comes from disk.
    made: dict[str, Any] = json.loads(json.dumps({"cells": done}))
    return made


@functools.cache
def _document(kind: str, place: str, period: str, lang: str, date: str, data: str) -> Document:
    return document.read(notebook_of(kind, place=place, period=period, lang=lang, date=date, data=data))


@pytest.fixture(scope="session")
def document_of() -> Callable[..., Document]:
    """Make the document of a report: ``document_of("period", "ha-noi", "2018", "vi")``.

    Further keywords: ``date`` (YYYY-MM-DD) and ``data`` (another data folder). A document is made once a
    process and shared: tests that change one copy it first (`dataclasses.replace`).
    """

    def make(kind: str, place: str, period: str, lang: str, *, date: str = "", data: Path | str = "") -> Document:
        return _document(kind, place, period, lang, date, str(data))

    return make


@pytest.fixture(scope="session", params=PLANTED, ids=["markup", "formula"])
def planted_name(request: pytest.FixtureRequest) -> str:
    """A body's name that a careless writer would run."""
    return str(request.param)


@pytest.fixture(scope="session")
def planted(planted_name: str, document_of: Callable[..., Document], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Make a report of 2018 on a body that bears the planted name (Hà Nội renamed): ``planted("vi")``."""
    folder = tmp_path_factory.mktemp("planted") / "data"
    shutil.copytree(ROOT / "data", folder)
    path = folder / "codes" / "bodies.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["body_id"] == "ha-noi":
            row["name_vi"] = row["name_en"] = planted_name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return lambda lang="vi": document_of("period", "ha-noi", "2018", lang, data=folder)
