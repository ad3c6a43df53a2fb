"""The house keeps its floors: imports go down only, notebooks stay thin, modules stay small."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "stats"

FLOORS = (
    ("errors", "periods"),
    ("codes", "results"),
    ("tables", "checks"),
    (
        "guards", "intervals", "exact", "simultaneous", "shares", "rates", "stages", "comparisons", "power",
        "severity", "series", "standardise", "quality", "derived",
    ),
    (
        "denominators", "indicators", "neighbours", "timeline", "derivation", "coverage", "wording", "theme",
        "figures", "displays", "sections",
    ),
    ("explore", "reports"),
    ("__main__", "app"),
)  # fmt: skip
FLOOR = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "misc"}
MOST_LINES = 500


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def top(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


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


def climbing(path: Path) -> list[str]:
    """Return the imports of a file that go up."""
    own = top(path)
    return [name for name in imports(ast.parse(path.read_text(encoding="utf-8"))) if FLOOR[name] > FLOOR[own]]


@pytest.mark.parametrize("path", [p for p in modules() if p.name != "__init__.py" or p.parent != SOURCE], ids=str)
def test_imports_go_down_only(path: Path) -> None:
    assert top(path) in FLOOR, f"{top(path)} stands on no floor: add it to FLOORS"
    assert climbing(path) == []


def test_same_floor_imports_make_no_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in modules():
        own = top(path)
        if own in FLOOR:
            graph.setdefault(own, set()).update(imports(ast.parse(path.read_text(encoding="utf-8"))) - {own})
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for other in graph.get(name, ()):
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_the_check_sees_an_import_that_climbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "periods.py"
    planted.write_text("def f():\n    from stats.reports import run\n    return run\n", encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.SOURCE", tmp_path)
    assert climbing(planted) == ["reports"]


def test_no_module_is_called_after_nothing() -> None:
    assert not [p for p in modules() if p.stem in FORBIDDEN_NAMES or p.parent.name in FORBIDDEN_NAMES]


def test_modules_are_one_thing_each() -> None:
    long = {str(p.relative_to(SOURCE)): n for p in modules() if (n := len(p.read_text().splitlines())) > MOST_LINES}
    assert long == {}


def test_nobody_shadows_the_package_with_scipy() -> None:
    """``from scipy import stats`` would hide this package in a notebook."""
    for path in [*modules(), *sorted((ROOT / "tests").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "scipy":
                assert all(name.name != "stats" or name.asname for name in node.names), path


def report_notebooks() -> list[Path]:
    return sorted((ROOT / "notebooks" / "report").glob("*.ipynb"))


@pytest.mark.parametrize("path", report_notebooks(), ids=lambda p: p.stem)
class TestReportNotebooks:
    def test_import_floors_0_to_4_only(self, path: Path) -> None:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                used = imports(ast.parse("".join(cell["source"])))
                assert all(FLOOR[name] <= 4 for name in used), used

    def test_hold_calls_and_no_logic(self, path: Path) -> None:
        logic = (
            ast.If,
            ast.For,
            ast.While,
            ast.FunctionDef,
            ast.ClassDef,
            ast.Lambda,
            ast.Try,
            ast.With,
            ast.comprehension,
        )
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                assert not [n for n in ast.walk(ast.parse("".join(cell["source"]))) if isinstance(n, logic)]

    def test_are_committed_without_outputs(self, path: Path) -> None:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None

    def test_first_code_cell_holds_the_checked_parameters_and_no_others(self, path: Path) -> None:
        from stats.reports.request import NotebookParameters

        cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
        assert cells[0]["metadata"]["tags"] == ["parameters"]
        names = [node.targets[0].id for node in ast.parse("".join(cells[0]["source"])).body]
        assert names == list(NotebookParameters.model_fields)


def test_no_file_names_a_place_outside_the_project() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    patterns = ("/" + "work/", "../" + "shared", "/" + "root/")
    for name in listed:
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".yml", ".ipynb", ".csv", ".json", ".j2", ".sh", ""}
            and path.is_file()
        ):
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not [p for p in patterns if p in text], name
