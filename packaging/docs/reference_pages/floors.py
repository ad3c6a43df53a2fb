"""The floors of the package, as `packaging/floors.py` declares them, and what is public on each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import griffe

ROOT = Path(__file__).resolve().parents[3]
TITLES = (
    "Errors and periods",
    "Codes and results",
    "Tables and checks",
    "Statistics",
    "Indicators, words, charts, sections",
    "Explorer and reports",
    "Command line and local page",
)
MOST = 200
"""Public things on one page; the folders of a larger package get pages of their own."""


@cache
def floors() -> tuple[tuple[str, ...], ...]:
    """Return the top modules by floor, those that exist, from the ground up."""
    tree = ast.parse((ROOT / "packaging" / "floors.py").read_text(encoding="utf-8"))
    (declared,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "FLOORS"
    )
    known = package().modules
    return tuple(tuple(name for name in floor if name in known) for floor in ast.literal_eval(declared))


@cache
def package() -> griffe.Module:
    """Return the package, read without importing it."""
    loaded = griffe.load("stats", search_paths=[ROOT / "src"], docstring_parser="numpy", allow_inspection=False)
    assert isinstance(loaded, griffe.Module)
    return loaded


def public(module: griffe.Module) -> Iterator[griffe.Function | griffe.Class]:
    """Yield the public functions and classes a module defines, in the order of the file."""
    for name, member in module.members.items():
        if isinstance(member, griffe.Function | griffe.Class) and not name.startswith("_"):
            yield member


def within(module: griffe.Module) -> list[griffe.Module]:
    """Return a module and all below it, by name."""
    return [module, *(one for below in _inside(module) for one in within(below))]


def _inside(module: griffe.Module) -> list[griffe.Module]:
    """Return the modules of a package, those it only imports left out."""
    return [one for _, one in sorted(module.members.items()) if isinstance(one, griffe.Module)]


@cache
def pages() -> dict[str, tuple[griffe.Module, ...]]:
    """Return page name to the modules on it: a page a top module, and one a folder of a large one."""
    made: dict[str, tuple[griffe.Module, ...]] = {}
    for name in (name for floor in floors() for name in floor):
        top = package().modules[name]
        inside = within(top)
        apart = {
            folder.path.removeprefix("stats."): tuple(within(folder))
            for folder in _inside(top)
            if folder.is_init_module and sum(len(list(public(one))) for one in inside) > MOST
        }
        taken = {one.path for modules in apart.values() for one in modules}
        made[name] = tuple(one for one in inside if one.path not in taken)
        made |= apart
    return made


def place(page: str) -> str:
    """Return the file of a page."""
    return f"reference/api/{page}.md"


def anchor(thing: griffe.Object) -> str:
    """Return the anchor of a thing: its full name, without the signs Markdown would read as emphasis."""
    return thing.path.replace("__main__", "main")


@cache
def addresses() -> dict[str, str]:
    """Return the full name of every module, public function, class and method to its page and anchor."""
    found: dict[str, str] = {}
    for page, modules in pages().items():
        for module in modules:
            found[module.path] = f"{page}.md#{anchor(module)}"
            for member in public(module):
                found[member.path] = f"{page}.md#{anchor(member)}"
                if isinstance(member, griffe.Class):
                    found |= {one.path: f"{page}.md#{anchor(one)}" for one in methods(member)}
    return found


def methods(cls: griffe.Class) -> list[griffe.Function | griffe.Attribute]:
    """Return the public methods and properties a class defines itself."""
    return [
        member
        for name, member in cls.members.items()
        if not name.startswith("_")
        and (
            isinstance(member, griffe.Function)
            or (isinstance(member, griffe.Attribute) and {"property", "cached"} & member.labels)
        )
    ]
