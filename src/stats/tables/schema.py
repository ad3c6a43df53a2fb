"""What every column of every table holds, read from the Table Schema in ``datapackage.json``.

One description of each field serves this reader, the public data package and the documentation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from stats.errors import DataError

_CODE_PREFIX = "codes-"


@dataclass(frozen=True)
class Field:
    """One column.

    Attributes
    ----------
    kind : str
        ``string``, ``integer``, ``number`` or ``date``.
    codes : str
        The code list the cell must be in, empty when free.
    list_of : str
        The code list of each part of a cell separated by semicolons.
    table, table_column : str
        The table and column the cell must exist in (``sources``, ``source_id``).
    """

    name: str
    kind: str
    description: str
    required: bool = False
    unique: bool = False
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[str, ...] = ()
    codes: str = ""
    list_of: str = ""
    table: str = ""
    table_column: str = ""


@dataclass(frozen=True)
class Schema:
    """One table: its file, its columns in order, and its key."""

    name: str
    path: str
    description: str
    fields: tuple[Field, ...]
    key: str

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(f.name for f in self.fields)


def read_schemas(data: Path) -> dict[str, Schema]:
    """Return the schemas of the curated tables of a data folder, by name.

    Raises
    ------
    DataError
        When ``datapackage.json`` is missing, no JSON, or describes no tables.
    """
    path = data / "datapackage.json"
    try:
        package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        resources = [r for r in package["resources"] if str(r["path"]).startswith("tables/")]
    except OSError:
        raise DataError(f"{path} is missing.", f"Thiếu tệp {path}.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is no data package: {error}.", f"{path} không phải gói dữ liệu hợp lệ: {error}."
        ) from None
    return {r["name"]: _schema(r) for r in resources}


def _schema(resource: dict[str, Any]) -> Schema:
    references = {
        key["fields"][0]: (key["reference"]["resource"], key["reference"]["fields"][0])
        for key in resource["schema"].get("foreignKeys", [])
    }
    fields = []
    for f in resource["schema"]["fields"]:
        limits = f.get("constraints", {})
        target, column = references.get(f["name"], ("", ""))
        coded = target.startswith(_CODE_PREFIX)
        fields.append(
            Field(
                name=f["name"],
                kind=f["type"],
                description=f["description"],
                required=limits.get("required", False),
                unique=limits.get("unique", False),
                pattern=limits.get("pattern", ""),
                minimum=limits.get("minimum"),
                maximum=limits.get("maximum"),
                enum=tuple(limits.get("enum", ())),
                codes=target.removeprefix(_CODE_PREFIX) if coded else "",
                list_of=f.get("listOf", ""),
                table="" if coded else target,
                table_column="" if coded else column,
            )
        )
    return Schema(
        resource["name"], resource["path"], resource["description"], tuple(fields), resource["schema"]["primaryKey"][0]
    )
