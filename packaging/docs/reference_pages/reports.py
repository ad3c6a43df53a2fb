"""Kinds of report with their sections, the parameters of notebooks, and the format of the catalogue."""

from __future__ import annotations

import ast
import io
import json
import tokenize
from collections.abc import Iterator
from pathlib import Path

import griffe

from reference_pages import floors
from reference_pages.data import entries
from reference_pages.floors import ROOT
from reference_pages.marks import code, heading, link, plain, table, vi
from stats.reports.production.catalogue import Entry
from stats.reports.request import FORMATS, KINDS
from stats.sections.kinds import SECTIONS

REPORTS = """# Reports and notebooks

Every report is one notebook in `notebooks/report/`, run with its parameters; the same notebook gives both languages.
What is made when stands in the [catalogue](catalogue.md).
"""
CATALOGUE = """# Format of the catalogue

`reports/catalogue.toml` holds one table `[[report]]` an entry: what is made, for whom, when it is due, where it goes.
It is checked in full before anything is made, and every fault is told with its line. Where two entries ask for the same
report, the one that names its bodies or periods makes it, then the one by level.
"""
WHAT = {
    "html": "an offline page, or several beside one folder of assets",
    "ipynb": "the executed notebook",
    "png": "every chart as a picture",
    "svg": "every chart as a drawing",
    "pdf": "a tagged PDF for print",
    "docx": "a letter in the layout of Party documents, for a clerk to finish and sign",
    "pptx": "five to eight slides with native, editable charts",
    "xlsx": "a workbook: every table, native charts, one tidy sheet of data",
}


def pages() -> dict[str, str]:
    """Return the page of reports and notebooks, and that of the catalogue."""
    return {"reference/reports.md": _reports(), "reference/catalogue.md": _catalogue()}


def notebooks() -> Iterator[Path]:
    """Yield the notebooks of the project, in order of their folders and names."""
    yield from sorted((ROOT / "notebooks").rglob("*.ipynb"))


def parameters(path: Path) -> list[tuple[str, str, str]]:
    """Return the parameters of a notebook: name, default as written, and the comment beside it."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    found = []
    for source in sources:
        comments = {
            token.start[0]: token.string.lstrip("# ")
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found.append((node.targets[0].id, ast.unparse(node.value), comments.get(node.lineno, "")))
    return found


def _title(path: Path) -> str:
    """Return the first heading of a notebook, or nothing."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            return next(
                (line.lstrip("# ") for line in "".join(cell["source"]).splitlines() if line.startswith("#")), ""
            )
    return ""


def _reports() -> str:
    texts = (row for name in ("period", "programme", "coverage", "comparison") for row in entries(f"texts_{name}"))
    titles = {row["key"].removeprefix("report.title."): row for row in texts}
    rows = [(link(code(kind), f"#{kind}"), plain(titles[kind]["en"]), vi(titles[kind]["vi"])) for kind in KINDS]
    text = [REPORTS, table(("Kind", "English", "Vietnamese"), rows), heading(2, "Formats", "formats")]
    text.append(table(("Format", "What is written"), [(code(name), WHAT[name]) for name in FORMATS]))
    for kind, name in KINDS.items():
        text.append(heading(2, code(kind), kind))
        text.append(f"\nNotebook `notebooks/report/{name}.ipynb`.\n")
        text.append(_parameters(ROOT / "notebooks" / "report" / f"{name}.ipynb"))
        text.append("\nIts sections, in their order:\n")
        lines = []
        for make in SECTIONS[kind]:
            home = f"{make.__module__}.{make.__name__}"
            thing = floors.package()[home.removeprefix("stats.")]
            said = thing.docstring.value.splitlines()[0] if thing.docstring else ""
            lines.append((link(code(home.removeprefix("stats.")), f"api/{floors.addresses()[home]}"), plain(said)))
        text.append(table(("Section", "What it shows"), lines))
    others = [path for path in notebooks() if path.parent.name != "report"]
    if others:
        text.append(heading(2, "Notebooks for exploring", "exploring"))
        text.append("\nStarting points for analysts, opened with `make lab`.\n")
        for path in others:
            text.append(heading(3, code(path.relative_to(ROOT).as_posix()), path.stem))
            text += [f"\n{plain(_title(path))}\n", _parameters(path)]
    return "".join(text)


def _parameters(path: Path) -> str:
    rows = [(code(name), code(given), plain(said)) for name, given, said in parameters(path)]
    return table(("Parameter", "Default", "Meaning"), rows)


def _catalogue() -> str:
    cls = floors.package()["reports.production.catalogue.Entry"]
    assert cls.docstring
    (told,) = (one for one in cls.docstring.parsed if one.kind is griffe.DocstringSectionKind.attributes)
    meaning = {name: one for one in told.value for name in one.name.split(", ")}
    rows = []
    for name, field in Entry.model_fields.items():
        needed = field.is_required()
        given = "" if needed else "none" if field.default is None else code(_toml(field.default))
        type_, said = str(meaning[name].annotation or ""), " ".join(meaning[name].description.split())
        rows.append((code(name), type_, "yes" if needed else "no", given, plain(said)))
    return CATALOGUE + table(("Key", "Type", "Required", "Default", "Meaning"), rows)


def _toml(value: object) -> str:
    """Return a default as it would be written in the catalogue."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
