"""Whatever is public is in the reference: read from the code and the data, looked for in the built pages."""

from __future__ import annotations

import ast
import csv
import html
import io
import json
import re
import tokenize
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from typer.main import get_command

from stats.__main__ import app
from stats.errors import ExitCode
from stats.reports.production.catalogue import Entry
from stats.reports.request import FORMATS, KINDS
from stats.sections.charts import ALIASES, CHARTS
from stats.sections.kinds import SECTIONS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
TERMS = (
    "activities", "stages", "subjects", "subgroups", "penalties", "violations", "units", "actors", "levels",
    "period_kinds", "approx", "flags", "organisation_kinds",
)  # fmt: skip


@cache
def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def ids(page: Path) -> set[str]:
    return set(re.findall(r' id="([^"]+)"', _text(page)))


def code(text: str) -> set[str]:
    """Return what stands as code in a page or a part of it."""
    return {html.unescape(found) for found in re.findall(r"<code>([^<]*)</code>", text)}


def part(page: Path, anchor: str) -> str:
    """Return a page from one heading of the second level to the next."""
    text = _text(page)
    start = text.index(f'<h2 id="{anchor}"')
    end = text.find("<h2 ", start + 1)
    return text[start : end if end > 0 else None]


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / "codes" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def public(path: Path) -> Iterable[str]:
    """Yield the full name of every public function, class and method a module defines."""
    parts = [*path.relative_to(SOURCE).with_suffix("").parts]
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts).replace("__main__", "main")
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{module}.{node.name}"
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield f"{module}.{node.name}.{inner.name}"


def modules() -> list[Path]:
    return sorted(p for p in (SOURCE / "stats").rglob("*.py") if p != SOURCE / "stats" / "__init__.py")


def missing(wanted: Iterable[str], there: set[str]) -> list[str]:
    return sorted(set(wanted) - there)


@pytest.fixture(scope="session")
def reference(site: Path) -> Path:
    return site / "reference"


def test_every_public_function_class_and_method_has_its_place(reference: Path) -> None:
    there = set().union(*(ids(page) for page in (reference / "api").glob("*.html")))
    wanted = [name for path in modules() for name in public(path)]
    assert len(wanted) > 900
    assert missing(wanted, there) == []


def test_a_function_that_is_left_out_would_be_seen(reference: Path, tmp_path: Path) -> None:
    there = ids(reference / "api" / "shares.html")
    assert missing(public(SOURCE / "stats" / "shares.py"), there) == []
    assert missing(["stats.shares.share", "stats.shares.planted"], there) == ["stats.shares.planted"]


def test_every_command_argument_and_option(reference: Path) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert {"list", "check", "report", "run"} <= set(commands)
    for name, command in commands.items():
        said = code(part(reference / "cli.html", name))
        for one in command.params:
            option = one.param_type_name == "option"
            assert any({*one.opts} <= {*told.split(", ")} for told in said) if option else one.name.upper() in said, (
                f"{name}: {one.name}"
            )


def test_every_exit_code_and_error(reference: Path) -> None:
    page = reference / "errors.html"
    assert missing((str(int(one)) for one in ExitCode), code(part(page, "exit-codes"))) == []
    classes = [
        node.name
        for path in modules()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and not node.name.startswith("_")
    ]
    assert len(classes) > 15
    assert missing(classes, code(part(page, "errors"))) == []


@pytest.mark.parametrize("name", ["indicators", "checks", "rules"])
def test_every_indicator_check_and_rule(reference: Path, name: str) -> None:
    assert missing((row["code"] for row in rows(name)), ids(reference / f"{name}.html")) == []


def test_every_chart_and_its_other_names(reference: Path) -> None:
    page = reference / "charts.html"
    assert missing(CHARTS, ids(page)) == []
    assert missing(ALIASES, code(_text(page))) == []


def test_every_table_column_and_code_list(reference: Path) -> None:
    described = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    for resource in described:
        name = resource["name"].removeprefix("codes-")
        page = "tables.html" if name == resource["name"] else "codes.html"
        fields = (field["name"] for field in resource["schema"]["fields"])
        assert missing(fields, code(part(reference / page, name))) == [], name


def test_every_code_of_a_list_with_its_words(reference: Path) -> None:
    for name in TERMS:
        listed, glossary = part(reference / "codes.html", name), html.unescape(part(reference / "glossary.html", name))
        assert missing((row["code"] for row in rows(name)), code(listed)) == [], name
        assert [row["code"] for row in rows(name) if row["label_vi"] not in glossary] == [], name
        assert [row["code"] for row in rows(name) if row["label_en"] not in glossary] == [], name


def test_the_glossary_is_whole_and_each_term_stands_once() -> None:
    with (ROOT / "docs" / "reference" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        terms = list(csv.DictReader(file))
    assert all(set(row) == {"vi", "en", "definition"} and all(row.values()) for row in terms)
    assert len({row["vi"].casefold() for row in terms}) == len(terms) > 60


def parameters(path: Path) -> dict[str, str]:
    """Return the parameters of a notebook with their comments, as the tagged cell has them."""
    found = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            tokens = list(tokenize.generate_tokens(io.StringIO("".join(cell["source"])).readline))
            for name, sign in pairwise(tokens):
                if sign.string == "=" and name.start[1] == 0:
                    said = [t.string for t in tokens if t.type == tokenize.COMMENT and t.start[0] == name.start[0]]
                    found[name.string] = said[0].lstrip("# ") if said else ""
    return found


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_report_with_its_parameters_and_sections(reference: Path, kind: str) -> None:
    said = part(reference / "reports.html", kind)
    told = parameters(ROOT / "notebooks" / "report" / f"{KINDS[kind]}.ipynb")
    assert {"lang", "data"} <= set(told)
    assert missing(told, code(said)) == []
    assert [comment for comment in told.values() if comment not in html.unescape(said)] == []
    sections = (f"{make.__module__}.{make.__name__}".removeprefix("stats.") for make in SECTIONS[kind])
    assert missing(sections, code(said)) == []


def test_every_other_notebook_with_its_parameters(reference: Path) -> None:
    page = reference / "reports.html"
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        if path.parent.name != "report" and ".ipynb_checkpoints" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in code(_text(page))
            assert missing(parameters(path), code(part(page, "exploring"))) == [], path.name


def test_every_format_and_every_key_of_the_catalogue(reference: Path) -> None:
    assert missing(FORMATS, code(part(reference / "reports.html", "formats"))) == []
    assert missing(Entry.model_fields, code(_text(reference / "catalogue.html"))) == []


def test_pages_name_nothing_that_python_could_not_say(reference: Path) -> None:
    """A docstring that was not understood leaves its marks on the page."""
    for page in (reference / "api").glob("*.html"):
        text = re.sub(r"<(pre|code)\b.*?</\1>", "", _text(page), flags=re.DOTALL)
        assert not re.search(r":(func|class|mod|math|ref):|\.\. \[|^-{4,}$", text, flags=re.MULTILINE), page.name
