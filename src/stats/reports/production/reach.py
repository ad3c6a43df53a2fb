"""What a report's pages depend on besides data: the code its notebook reaches, and the packages installed.

Nothing is imported to find out: modules are parsed, their imports (also those inside functions)
followed inside the package, and what was parsed is kept under the hash of each file.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from stats.errors import OutputError
from stats.reports import chromium, files, resources

PACKAGE = Path(__file__).resolve().parents[2]
CACHE = Path(".cache") / "program.json"
RUNS = "stats.reports.run"
"""The module that turns a notebook into files: every report reaches it."""

WRITERS = {"html": "page", "ipynb": "", "png": "images", "svg": "images"}
"""Format to its writer in `stats.reports.writers`, where the names differ; none for the notebook itself."""

DRAWN = ("png", "svg", "pdf", "docx", "pptx")
"""Formats with pictures, which Chromium draws."""


def digest(content: Iterable[str]) -> str:
    """Return the digest of some texts in their order; 16 hex digits tell tens of thousands of parts apart."""
    made = hashlib.sha256()
    for text in content:
        made.update(text.encode())
        made.update(b"\x1e")
    return made.hexdigest()[:16]


def file_digest(path: Path) -> str:
    """Return the digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def files_digest(paths: Iterable[Path]) -> str:
    """Return the digest of some files: their names and bytes."""
    return digest(text for path in paths for text in (path.name, file_digest(path)))


@cache
def program_digest() -> str:
    """Return the digest of all modules of the package."""
    return files_digest(sorted(PACKAGE.rglob("*.py")))


@dataclass(frozen=True)
class Program:
    """The modules of the package, what each imports, and the files they use.

    Attributes
    ----------
    digests : mapping
        Module (``stats.tables.rows``) to the digest of its file.
    imports : mapping
        Module to the modules of the package it may import.
    texts : mapping
        Module to the names of templates it mentions.
    """

    digests: Mapping[str, str]
    imports: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, tuple[str, ...]]

    def reached(self, roots: Iterable[str]) -> frozenset[str]:
        """Return every module that importing some modules may import, with the packages they lie in."""
        found, new = set[str](), set(roots) & self.digests.keys()
        while new:
            found |= new
            inside = {name.rpartition(".")[0] for name in new}
            new = ({other for name in new for other in self.imports[name]} | inside) & self.digests.keys() - found
        return frozenset(found)

    def parts(self, notebook: Path, formats: Iterable[str]) -> dict[str, str]:
        """Return the digest of every module and file a report reaches, by name.

        Parameters
        ----------
        notebook : Path
            The report notebook.
        formats : iterable of str
            Formats written.
        """
        writers = {WRITERS.get(form, form) for form in formats} - {""}
        key = (notebook, tuple(sorted(writers)))
        if key not in self._known:
            roots = {RUNS, *_notebook_imports(notebook), *(f"stats.reports.writers.{name}" for name in writers)}
            modules = self.reached({sub for root in roots for sub in self._within(root)})
            mentioned = {text for module in modules for text in self.texts[module]}
            strangers = self.templates.keys() - {text for texts in self.texts.values() for text in texts}
            used = {name: one for name, one in self.templates.items() if name in mentioned | strangers}
            self._known[key] = {**{m: self.digests[m] for m in sorted(modules)}, **self.bundled, **used}
        return self._known[key]

    def _within(self, root: str) -> set[str]:
        """Return a writer with all its parts: a package imports them by name."""
        return (
            {name for name in self.digests if name == root or name.startswith(f"{root}.")}
            if "writers" in root
            else {root}
        )

    @cached_property
    def templates(self) -> dict[str, str]:
        """The templates, by file name."""
        folder = resources.folder(Path("reports/templates"))
        return {path.name: file_digest(path) for path in sorted(folder.iterdir()) if path.is_file()}

    @cached_property
    def bundled(self) -> dict[str, str]:
        """Files of the package that are no modules: styles, fonts, scripts."""
        inside = (p for p in sorted(PACKAGE.rglob("*")) if p.is_file() and p.suffix not in (".py", ".pyc"))
        return {
            str(p.relative_to(PACKAGE)): file_digest(p)
            for p in inside
            if "_embedded" not in p.relative_to(PACKAGE).parts
        }

    @cached_property
    def _known(self) -> dict[tuple[Path, tuple[str, ...]], dict[str, str]]:
        return {}


def program(out: Path) -> Program:
    """Return the package's modules; those parsed before are taken from the copy in the output folder."""
    kept = _kept(out / CACHE, "modules")
    known = {path: _module_name(path) for path in sorted(PACKAGE.rglob("*.py"))}
    names, templates = (
        set(known.values()),
        sorted(p.name for p in resources.folder(Path("reports/templates")).iterdir()),
    )
    digests = {name: file_digest(path) for path, name in known.items()}
    stamp = digest([*sorted(names), *templates])
    modules: dict[str, list[Any]] = {}
    for path, name in known.items():
        old = kept.get(name)
        if old and old[0] == digests[name] and old[3] == stamp:
            modules[name] = old
        else:
            tree = ast.parse(path.read_bytes())
            modules[name] = [digests[name], sorted(_imports(tree, names)), sorted(_mentioned(tree, templates)), stamp]
    if modules != kept:
        _keep(out / CACHE, "modules", modules)
    return Program(
        digests, {n: tuple(m[1]) for n, m in modules.items()}, {n: tuple(m[2]) for n, m in modules.items()}
    )  # fmt: skip


def _module_name(path: Path) -> str:
    parts = ("stats", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.AST, names: set[str]) -> set[str]:
    """Return the modules of the package that a tree imports anywhere in it."""
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & names


def _mentioned(tree: ast.AST, templates: Iterable[str]) -> set[str]:
    said = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return {name for name in templates if any(name in text for text in said)}


@cache
def _notebook_imports(notebook: Path) -> frozenset[str]:
    """Return the modules a notebook's cells import."""
    names = {_module_name(path) for path in PACKAGE.rglob("*.py")}
    found = set[str]()
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            found |= _imports(ast.parse("".join(cell["source"])), names)
    return frozenset(found)


# The environment


def environment(out: Path, *, drawn: bool) -> dict[str, str]:
    """Return what a report runs on: Python, the packages the project needs (and theirs), and Chromium.

    Parameters
    ----------
    out : Path
        The output folder; which packages need which, and the browser's version, are kept there.
    drawn : bool
        Whether pictures are drawn.
    """
    installed = _installed()
    kept = _kept(out / CACHE, "environment")
    stamp = digest(f"{name} {version}" for name, version in sorted(installed.items()))
    if kept.get("stamp") != stamp:
        kept = {**kept, "stamp": stamp, "needed": sorted(_needed(installed))}
        _keep(out / CACHE, "environment", kept)
    versions = {name: installed[name] for name in kept["needed"]}
    found = {"python": ".".join(map(str, sys.version_info[:2])), **versions}
    return {**found, "chromium": _browser(out, kept)} if drawn else found


def _installed() -> dict[str, str]:
    """Return the packages installed, by name; the first on the path is the one imported."""
    found: dict[str, str] = {}
    for place in (Path(entry) for entry in sys.path if entry):
        for info in sorted(place.glob("*.dist-info")) if place.is_dir() else ():
            name, _, version = info.name.removesuffix(".dist-info").partition("-")
            found.setdefault(_normal(name), version)
    return found


def _needed(installed: Mapping[str, str]) -> set[str]:
    """Return the packages the project needs, and those they need; all installed where it is not installed itself."""
    own = "discipline-stats"
    if own not in installed:
        return set(installed)
    found, new = set[str](), {own}
    while new:
        found |= new
        asked = (line for name in new for line in importlib.metadata.requires(name) or () if "extra ==" not in line)
        new = {_normal(re.split(r"[^A-Za-z0-9._-]", line.strip(), maxsplit=1)[0]) for line in asked}
        new = new & installed.keys() - found
    return found - {own}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _browser(out: Path, kept: dict[str, Any]) -> str:
    """Return the version of Chromium; empty without one."""
    place = chromium.find()
    if place is None:
        return ""
    state = place.resolve().stat()
    stamp = f"{place} {state.st_mtime_ns} {state.st_size}"
    if kept.get("browser", ("", ""))[0] != stamp:
        try:
            asked = subprocess.run([str(place), "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return ""
        kept["browser"] = (stamp, asked.stdout.strip())
        _keep(out / CACHE, "environment", kept)
    return str(kept["browser"][1])


def _kept(path: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = content.get(name, {}) if isinstance(content, dict) else {}
    return found if isinstance(found, dict) else {}


def _keep(path: Path, name: str, content: dict[str, Any]) -> None:
    both = {key: _kept(path, key) for key in ("modules", "environment")}
    # A folder that can only be read is planned from all the same, only slower.
    with contextlib.suppress(OutputError):
        files.write(path, json.dumps({**both, name: content}, sort_keys=True))
