"""The house keeps its floors: imports go down only, notebooks stay thin, modules stay small."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from floors import FLOOR, ROOT, SOURCE, graph, imports, modules, top

FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "misc"}
MOST_LINES = 500


def climbing(path: Path, source: Path = SOURCE) -> list[str]:
    """Return the imports of a file that go up."""
    own = top(path, source)
    return [name for name in imports(ast.parse(path.read_text(encoding="utf-8"))) if FLOOR[name] > FLOOR[own]]


@pytest.mark.parametrize("path", [p for p in modules() if p.name != "__init__.py" or p.parent != SOURCE], ids=str)
def test_imports_go_down_only(path: Path) -> None:
    assert top(path) in FLOOR, f"{top(path)} stands on no floor: add it to FLOORS"
    assert climbing(path) == []


def test_same_floor_imports_make_no_circle() -> None:
    found = graph(modules())
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for other in found.get(name, ()):
                visit(other, (*trail, name))
            done.add(name)

    for name in found:
        visit(name, ())


def test_the_check_sees_an_import_that_climbs(tmp_path: Path) -> None:
    planted = tmp_path / "periods.py"
    planted.write_text("def f():\n    from stats.reports import run\n    return run\n", encoding="utf-8")
    assert climbing(planted, tmp_path) == ["reports"]


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


def explore_notebooks() -> list[Path]:
    return [ROOT / "notebooks" / "start.ipynb", *sorted((ROOT / "notebooks" / "explore").glob("*.ipynb"))]


WRITES = "09_make_a_briefing_chart"
"""The one explore notebook that writes files, through the one function of ``reports`` that does it for a notebook."""


@pytest.mark.parametrize("path", explore_notebooks(), ids=lambda p: p.stem)
class TestExploreNotebooks:
    def code(self, path: Path) -> list[ast.Module]:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [ast.parse("".join(c["source"])) for c in cells if c["cell_type"] == "code"]

    def test_import_floors_0_to_4_and_explore_only(self, path: Path) -> None:
        for tree in self.code(path):
            used = {name for name in imports(tree) if FLOOR[name] > 4} - {"explore"}
            assert used <= ({"reports"} if path.stem == WRITES else set())
            named = [ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and "reports" in n.module]
            assert set(named) <= {"from stats.reports.chart import save"}

    def test_hold_calls_and_no_logic(self, path: Path) -> None:
        logic = (
            ast.If, ast.IfExp, ast.For, ast.While, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.With,
            ast.comprehension, ast.JoinedStr,
        )  # fmt: skip
        for tree in self.code(path):
            assert not [ast.unparse(n) for n in ast.walk(tree) if isinstance(n, logic)]

    def test_are_committed_without_outputs_or_widget_state(self, path: Path) -> None:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None
        assert set(notebook["metadata"]) == {"kernelspec", "language_info"}

    def test_have_the_form_of_the_house(self, path: Path) -> None:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        assert [cell["id"] for cell in notebook["cells"]] == [f"cell-{n:02d}" for n in range(len(notebook["cells"]))]

    def test_first_code_cell_holds_the_parameters_as_plain_values(self, path: Path) -> None:
        cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
        assert cells[0]["metadata"]["tags"] == ["parameters"]
        assert not [c for c in cells[1:] if c["metadata"].get("tags")]
        for node in ast.parse("".join(cells[0]["source"])).body:
            assert isinstance(node, ast.Assign)
            assert isinstance(node.value, ast.Constant)


def test_the_checks_of_explore_notebooks_see_logic_and_a_climb(tmp_path: Path) -> None:
    path = tmp_path / "planted.ipynb"
    source = ["from stats.reports import run\n", "x = [r for r in ()]"]
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source}]}), encoding="utf-8")
    checks = TestExploreNotebooks()
    for check in (checks.test_import_floors_0_to_4_and_explore_only, checks.test_hold_calls_and_no_logic):
        with pytest.raises(AssertionError):
            check(path)


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
