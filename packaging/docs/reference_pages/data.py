"""The data dictionary and the code lists, from the description that comes with the data."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from reference_pages.floors import ROOT
from reference_pages.marks import code, heading, link, plain, table, vi

TABLES = """

The same description is in `data/datapackage.json` (Table Schema). Codes are explained under [code lists](codes.md). An
empty cell is missing, never zero.
"""
CODES = """# Code lists

Every code that stands in a table, with its words in Vietnamese and English, and the texts the program speaks with. The
files are `data/codes/NAME.csv`.
"""
LISTED = 130
"""Entries up to which a list is printed in full; a longer one is a log, and its file is named."""

ELSEWHERE = {"codes-indicators": "indicators.md", "codes-rules": "rules.md"}
"""Lists that have a page of their own. The checks are described by `stats.checks` and not in the data package."""


def pages() -> dict[str, str]:
    """Return the page of the tables and that of the code lists."""
    return {"reference/tables.md": _tables(), "reference/codes.md": _codes()}


@cache
def package() -> dict[str, Any]:
    """Return the description of the data (`data/datapackage.json`)."""
    described: dict[str, Any] = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return described


@cache
def entries(name: str) -> tuple[dict[str, str], ...]:
    """Return the lines of a code list by its file name."""
    with (ROOT / "data" / "codes" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def is_list(resource: Mapping[str, Any]) -> bool:
    """Tell whether a file of the data is a code list."""
    return str(resource["name"]).startswith("codes-")


def _count(resource: Mapping[str, Any]) -> int:
    with (ROOT / "data" / resource["path"]).open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _tables() -> str:
    described = [one for one in package()["resources"] if not is_list(one)]
    rows = []
    for one in described:
        rows.append((link(code(one["name"]), f"#{one['name']}"), f"{_count(one):,}", plain(one["description"])))
    text = [f"# Data dictionary\n\n{plain(package()['description'])}", TABLES]
    text.append(table(("Table", "Rows", "What it holds"), rows))
    for one in described:
        text += [heading(2, code(one["name"]), one["name"]), f"\n{plain(one['description'])}\n", *_fields(one)]
    return "".join(text)


def _fields(resource: Mapping[str, Any]) -> list[str]:
    schema = resource["schema"]
    lists = {key["fields"][0]: key["reference"]["resource"] for key in schema.get("foreignKeys", ())}
    rows = []
    for field in schema["fields"]:
        rule = field.get("constraints", {})
        target = lists.get(field["name"]) or (f"codes-{field['listOf']}" if "listOf" in field else "")
        rows.append((
            code(field["name"]), field["type"], "yes" if rule.get("required") else "no", _allowed(rule, target),
            plain(field.get("description", "")),
        ))  # fmt: skip
    key = schema.get("primaryKey", [])
    names = ", ".join(code(one) for one in ([key] if isinstance(key, str) else key))
    told = f"\nFile `data/{resource['path']}`" + (f", key {names}" if names else "") + ".\n"
    return [told, table(("Column", "Type", "Required", "Allowed", "Meaning"), rows)]


def _allowed(rule: Mapping[str, Any], target: str) -> str:
    """Return what a column may hold: a code list, a table, a pattern, a range, a set of values."""
    told = []
    if target:
        name = target.removeprefix("codes-")
        page = "codes.md" if target.startswith("codes-") else "tables.md"
        told.append(link(name.replace("_", " "), f"{ELSEWHERE.get(target, f'{page}#{name}')}"))
    if "enum" in rule:
        told.append(", ".join(code(value) for value in rule["enum"]))
    if "pattern" in rule:
        told.append(code(rule["pattern"]))
    if "minimum" in rule or "maximum" in rule:
        told.append(
            " ".join(f"{word} {rule[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in rule)
        )
    if rule.get("unique"):
        told.append("unique")
    return "; ".join(told)


def _codes() -> str:
    described = [one for one in package()["resources"] if is_list(one)]
    rows = [
        (link(code(_name(one)), f"#{_name(one)}"), f"{_count(one):,}", plain(one["description"])) for one in described
    ]
    text = [CODES, table(("List", "Entries", "What it holds"), rows)]
    for one in described:
        name = _name(one)
        text += [heading(2, code(name), name), f"\n{plain(one['description'])}\n", *_fields(one)]
        if one["name"] in ELSEWHERE:
            text.append(f"\nIts entries: [{name}]({ELSEWHERE[one['name']]}).\n")
        elif name == "texts" or name.startswith("texts_") or _count(one) > LISTED:
            text.append(f"\nIts {_count(one):,} entries are in `data/{one['path']}`.\n")
        else:
            text.append(_entries(one))
    return "".join(text)


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["name"]).removeprefix("codes-")


def _entries(resource: Mapping[str, Any]) -> str:
    """Return the entries of a list: codes as code, Vietnamese marked, columns without any value left out."""
    fields = [field["name"] for field in resource["schema"]["fields"] if field["name"] != "order"]
    first = fields[0]

    def cell(field: str, value: str) -> str:
        if field == first:
            return code(value)
        return vi(value) if field.endswith("_vi") or field == "vi" else plain(value)

    rows = [tuple(cell(field, row[field]) for field in fields) for row in entries(_name(resource))]
    return table([code(field) for field in fields], rows)
