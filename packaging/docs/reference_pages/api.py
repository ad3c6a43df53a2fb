"""The functions and classes of the package, from their signatures and docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from textwrap import indent

import griffe
from griffe import DocstringSectionKind as Kind

from reference_pages import floors
from reference_pages.marks import code, heading, plain, table

LONGEST = 100
_NAME = re.compile(r"(?<![`\[])`(\.?[A-Za-z_][\w.]*)(?:\(\))?`(?![`\]])")
_LISTED = (Kind.parameters, Kind.other_parameters, Kind.attributes, Kind.returns, Kind.yields, Kind.raises, Kind.warns)
_TITLES = {
    Kind.parameters: "Parameters", Kind.other_parameters: "Other parameters", Kind.attributes: "Attributes",
    Kind.returns: "Returns", Kind.yields: "Yields", Kind.raises: "Raises", Kind.warns: "Warns",
}  # fmt: skip


def pages() -> dict[str, str]:
    """Return the page of every top module, and the overview by floor."""
    made = {floors.place(page): "".join(_page(page, modules)) for page, modules in floors.pages().items()}
    return {"reference/api/index.md": _overview()} | made


def navigation() -> list[dict[str, list[dict[str, str]]]]:
    """Return the pages by floor, for the navigation."""
    names = list(floors.pages())
    return [
        {title: [{f"stats.{page}": floors.place(page)} for page in names if page.split(".")[0] in floor]}
        for title, floor in zip(floors.TITLES, floors.floors(), strict=True)
        if floor
    ]


def _overview() -> str:
    text = ["# Functions\n\nThe modules of `stats` by floor, from the ground up: a module imports only from its own "]
    text.append("floor and those below. Everything here is written from the signatures and docstrings.\n")
    for number, (title, floor) in enumerate(zip(floors.TITLES, floors.floors(), strict=True)):
        text.append(heading(2, title, f"floor-{number}"))
        rows = []
        for page, modules in floors.pages().items():
            if page.split(".")[0] in floor:
                names = [member.name for module in modules for member in floors.public(module)]
                rows.append((f"[`stats.{page}`]({page}.md)", _first(modules[0]), str(len(names))))
        text.append(table(("Module", "What it holds", "Public names"), rows))
    return "".join(text)


def _page(page: str, modules: tuple[griffe.Module, ...]) -> Iterator[str]:
    yield f"---\ntitle: stats.{page}\n---\n"
    for number, module in enumerate(modules):
        yield heading(2 if number else 1, code(module.path), floors.anchor(module))
        yield f"\n<small>{code(module.filepath.relative_to(floors.ROOT))}</small>\n"  # type: ignore[union-attr]
        yield _prose(module, page)
        if not number and len(modules) > 1:
            rows = [(f"[{code(one.path)}](#{floors.anchor(one)})", _first(one)) for one in modules[1:]]
            yield table(("Module", "What it holds"), rows)
        yield _offered(module, page)
        yield _constants(module, page)
        for member in floors.public(module):
            yield from _member(member, page, 3 if number or len(modules) > 1 else 2)


def _member(member: griffe.Function | griffe.Class, page: str, level: int) -> Iterator[str]:
    yield heading(level, code(member.name), floors.anchor(member))
    yield f"\n```python\n{_signature(member)}\n```\n"
    yield _prose(member, page)
    if isinstance(member, griffe.Class):
        for method in floors.methods(member):
            yield heading(level + 1, code(f"{member.name}.{method.name}"), floors.anchor(method))
            yield f"\n```python\n{_signature(method)}\n```\n"
            yield _prose(method, page)


def _first(thing: griffe.Object) -> str:
    """Return the first line of a docstring."""
    return plain(thing.docstring.value.strip().splitlines()[0]) if thing.docstring else ""


def _offered(module: griffe.Module, page: str) -> str:
    """Return what a package offers by its own name from the modules inside."""
    known = floors.addresses()
    there = {name: one.target_path for name, one in sorted(module.members.items()) if isinstance(one, griffe.Alias)}
    told = [
        f"[`{module.name}.{name}`]({known[full].removeprefix(f'{page}.md')})"
        for name, full in there.items()
        if name in (module.exports or ()) and full in known and full.startswith(f"{module.path}.")
    ]
    return f"\nBy its own name it offers {', '.join(told)}.\n" if told else ""


def _constants(module: griffe.Module, page: str) -> str:
    """Return the documented names of a module that are neither function nor class."""
    rows = [
        (code(name), _inline(member.docstring.value, member, page))
        for name, member in module.members.items()
        if isinstance(member, griffe.Attribute) and member.docstring and not name.startswith("_")
    ]
    return table(("Constant", "Meaning"), rows)


def _signature(thing: griffe.Object) -> str:
    """Return a signature; one line a parameter when it is long. Of a class with attributes only the names."""
    if isinstance(thing, griffe.Attribute):
        return f"{thing.name}: {thing.annotation}" if thing.annotation else thing.name
    if isinstance(thing, griffe.Class):
        bases = f"({', '.join(str(base) for base in thing.bases)})" if thing.bases else ""
        told = _parameters(thing.parameters, bare=True)
        return f"class {thing.name}{bases}" + (f"\n{_call(thing.name, told)}" if told else "")
    assert isinstance(thing, griffe.Function)
    gives = f" -> {thing.returns}" if thing.returns is not None else ""
    return _call(thing.name, _parameters(thing.parameters), gives)


def _call(name: str, told: list[str], gives: str = "") -> str:
    """Return a call on one line, or on one line a parameter where that is too long."""
    line = f"{name}({', '.join(told)}){gives}"
    if len(line) <= LONGEST:
        return line
    return "\n".join([f"{name}(", *(f"    {one}," for one in told), f"){gives}"])


def _parameters(parameters: griffe.Parameters, *, bare: bool = False) -> list[str]:
    """Return the parameters as they are written, ``self`` and ``cls`` left out."""
    told: list[str] = []
    starred = False
    for one in parameters:
        if one.name in ("self", "cls"):
            continue
        if one.kind is griffe.ParameterKind.keyword_only and not starred:
            told.append("*")
        star = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(one.kind, "")
        starred = starred or bool(star) or one.kind is griffe.ParameterKind.keyword_only
        noted = f": {one.annotation}" if one.annotation is not None and not bare else ""
        given = "" if one.default is None or star else f" = {one.default}" if noted else f"={one.default}"
        told.append(f"{star}{one.name}{noted}{given}")
    return told


def _prose(thing: griffe.Object, page: str) -> str:
    """Return a docstring as Markdown."""
    if not thing.docstring:
        return ""
    return "".join(_section(section, thing, page) for section in thing.docstring.parsed)


def _section(section: griffe.DocstringSection, thing: griffe.Object, page: str) -> str:
    if section.kind is Kind.text:
        return f"\n{_inline(section.value, thing, page)}\n"
    if section.kind in _LISTED:
        entries = "".join(_entry(section.kind, one, thing, page) for one in section.value)
        return f"\n**{_TITLES[section.kind]}**\n{entries}"
    if section.kind is Kind.examples:
        parts = [
            f"\n{_inline(text, thing, page)}\n" if kind is Kind.text else f"\n```pycon\n{text}\n```\n"
            for kind, text in section.value
        ]
        return "\n**Examples**\n" + "".join(parts)
    assert section.kind is Kind.admonition, section.kind
    return f"\n**{section.title}**\n\n{_inline(section.value.description, thing, page)}\n"


def _entry(kind: Kind, one: griffe.DocstringElement, thing: griffe.Object, page: str) -> str:
    """Return a parameter, attribute, result or error as an item of a definition list."""
    # "array-like" is read as a difference.
    name, type_ = getattr(one, "name", ""), str(one.annotation or "").replace(" - ", "-")
    if kind in (Kind.raises, Kind.warns):
        head = _inline(f"`{type_}`", thing, page)
    else:
        noted = f"`{type_}`" if type_ and ast_like(type_) else f"*{plain(type_)}*" if type_ else ""
        head = " ".join(part for part in (code(name), noted) if part) or "*result*"
    said = indent(_inline(one.description.strip(), thing, page), "    ").replace("    ", ":   ", 1)
    return f"\n{head}\n{said}\n"


def ast_like(text: str) -> bool:
    """Tell whether a type is written as Python writes it, not in words."""
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _inline(text: str, thing: griffe.Object, page: str) -> str:
    """Return prose of a docstring with links where it names things of the package."""
    text = re.sub(r"::\n\n(?=    )", ":\n\n", text)
    parts = re.split(r"((?:^|\n)(?:    .*\n?)+)", text)
    told = [part if part.lstrip("\n").startswith("    ") else plain(part) for part in parts]
    return _NAME.sub(lambda found: _linked(found, thing, page), "".join(told))


def _linked(found: re.Match[str], thing: griffe.Object, page: str) -> str:
    name, known = found[1], floors.addresses()
    module = thing.module
    brought = module.members.get(name)
    meant = brought.target_path if isinstance(brought, griffe.Alias) else f"{module.path}.{name}"
    for full in (name, f"{thing.path}.{name}", meant, f"stats.{name}"):
        if full in known and full != thing.path:
            return f"[{found[0]}]({known[full].removeprefix(f'{page}.md')})"
    return found[0]
