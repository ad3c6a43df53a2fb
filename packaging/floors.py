"""The floors of the house and what imports what, read from the source.

One table for the test that imports go down only and for the picture in ``docs/architecture.svg``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "stats"

FLOORS = (
    ("errors", "periods"),
    ("codes", "results"),
    ("tables", "checks"),
    (
        "guards", "intervals", "exact", "simultaneous", "shares", "rates", "stages", "comparisons", "power",
        "severity", "series", "standardise", "quality", "derived", "trends", "models", "monitoring", "forecasts",
        "synthetic", "seasons", "disaggregation",
    ),
    (
        "denominators", "indicators", "neighbours", "timeline", "derivation", "coverage", "wording", "theme",
        "figures", "displays", "sections",
    ),
    ("explore", "reports"),
    ("__main__", "app"),
)  # fmt: skip
"""Top modules of the package from the ground up; a module imports its own floor and those below."""

TITLES = (
    "Errors and periods",
    "Codes and results",
    "Tables and checks",
    "Statistics",
    "Indicators, words, charts, sections",
    "Explorer and reports",
    "Command line and local page",
)
"""What stands on each floor, in as few words as a picture has room for."""

FLOOR = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}


def modules(source: Path = SOURCE) -> list[Path]:
    """Return every module of the package."""
    return sorted(source.rglob("*.py"))


def top(path: Path, source: Path = SOURCE) -> str:
    """Return the top module a file belongs to (``reports`` for ``reports/writers/page.py``)."""
    return path.relative_to(source).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    """Return the top modules of this package that a file imports, lazily or not."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("stats.")}
        elif isinstance(node, ast.ImportFrom) and node.module == "stats":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stats."):
            found.add(node.module.split(".")[1])
    return found


def graph(paths: Iterable[Path], source: Path = SOURCE) -> dict[str, dict[str, int]]:
    """Return for each top module the others it imports, and how many of its files do so."""
    found: dict[str, dict[str, int]] = {}
    for path in paths:
        own = top(path, source)
        if own in FLOOR:
            counts = found.setdefault(own, {})
            for name in imports(ast.parse(path.read_text(encoding="utf-8"))) - {own}:
                counts[name] = counts.get(name, 0) + 1
    return found
