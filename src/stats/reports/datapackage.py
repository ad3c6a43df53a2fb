"""The curated tables and code lists as a data package that others can read without this program.

A package holds the CSV files as they are curated, the same tables as Parquet with the types of
their Table Schema, a description of every file (Data Package, version 2) with its size and hash,
and how to read it in both languages. Words of reports and the synthetic sample are no data and
stay out.

References
----------
Data Package standard, version 2.0 (https://datapackage.org), its recipes "Files Hash" and "Bytes".
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from stats import codes, tables
from stats.errors import LANGUAGES, DataError, OutputError
from stats.reports import files, resources
from stats.tables import reading
from stats.tables.schema import read_schemas

DESCRIPTION = "datapackage.json"
FORMATS = ("csv", "parquet")
READMES = {"en": "README.md", "vi": "README_vi.md"}

TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "boolean": "BOOLEAN"}
"""Type of a column in the Table Schema to its type in Parquet."""

_WORDS = "codes-texts"
_FOLDERS = ("tables/", "codes/")
_AS_PARQUET = "-parquet"


@dataclass(frozen=True)
class Source:
    """What a package is made of: one state of a data folder.

    Attributes
    ----------
    package : mapping
        The data folder's own ``datapackage.json``.
    resources : tuple of dict
        The described tables and code lists that go out.
    content : mapping
        The bytes of each, by path.
    read : Tables
        The same tables, checked.
    """

    package: Mapping[str, Any]
    resources: tuple[dict[str, Any], ...]
    content: Mapping[str, bytes]
    read: tables.Tables


def open_source(data: Path) -> Source:
    """Read what there is to give out, as one state of the files.

    Parameters
    ----------
    data : Path
        The data folder.

    Raises
    ------
    DataError
        When a table or code list is broken (every broken row is named), or its columns are not
        those described.
    """
    schemas = read_schemas(data)
    content = reading.together(data, schemas)
    read = reading.assemble(data, schemas, content)
    found = {schemas[name].path: raw for name, raw in content.items() if raw is not None}
    codes.load(data)
    package = json.loads((data / DESCRIPTION).read_text(encoding="utf-8"))
    chosen = []
    for resource in package["resources"]:
        path = str(resource["path"])
        if not path.startswith(_FOLDERS) or resource["name"].startswith(_WORDS):
            continue
        if path not in found:
            found[path] = _bytes(data / path)
        _check_columns(resource, found[path])
        chosen.append(resource)
    return Source(package, tuple(chosen), found, read)


def write(source: Source, folder: Path, formats: tuple[str, ...], made_by: str) -> dict[str, Any]:
    """Write a package into an empty folder.

    Parameters
    ----------
    source : Source
        See `open_source`.
    folder : Path
        Where to write; it holds nothing yet.
    formats : tuple of {'csv', 'parquet'}
        Both are written as resources of one package; the Parquet copy of ``inspections`` is called
        ``inspections-parquet``.
    made_by : str
        Program and version, kept in the description.

    Returns
    -------
    dict
        The description, as written.

    Raises
    ------
    DataError
        When a cell of a code list does not fit its described type.
    OutputError
        When a file cannot be written.
    """
    described: list[dict[str, Any]] = []
    if "csv" in formats:
        for resource in source.resources:
            content = source.content[resource["path"]]
            files.write(folder / resource["path"], content)
            described.append({**resource, **_measured(content)})
    if "parquet" in formats:
        described += _parquet_resources(source, folder)
    for lang in LANGUAGES:
        text = _readme(source, formats, lang).encode()
        files.write(folder / READMES[lang], text)
        about = {"name": READMES[lang].removesuffix(".md").lower().replace("_", "-"), "path": READMES[lang]}
        title = {"en": "How to read this package", "vi": "Cách đọc gói dữ liệu này"}[lang]
        kind = {"title": title, "format": "md", "mediatype": "text/markdown", "encoding": "utf-8"}
        described.append({**about, **kind, **_measured(text)})
    package = {
        **{key: value for key, value in source.package.items() if key not in ("resources", "sources")},
        "export": {"program": made_by, "formats": list(formats)},
        "sources": _documents(source),
        "resources": described,
    }
    files.write(folder / DESCRIPTION, json.dumps(package, ensure_ascii=False, indent=1) + "\n")
    return package


def _parquet_resources(source: Source, folder: Path) -> list[dict[str, Any]]:
    described = []
    names = {resource["name"] for resource in source.resources}
    with files.workspace(folder) as place:
        for resource in source.resources:
            raw = place / "table.csv"
            files.write(raw, source.content[resource["path"]])
            path = f"parquet/{resource['path'].removesuffix('.csv')}.parquet"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            _to_parquet(raw, folder / path, resource, str(source.package["version"]))
            content = (folder / path).read_bytes()
            described.append(
                {
                    "name": resource["name"] + _AS_PARQUET,
                    "type": "table",
                    "path": path,
                    "description": resource["description"],
                    "format": "parquet",
                    "mediatype": "application/vnd.apache.parquet",
                    "schema": _native(resource["schema"], names),
                    **_measured(content),
                }
            )
    return described


def _to_parquet(raw: Path, target: Path, resource: Mapping[str, Any], version: str) -> None:
    """Write one CSV file as Parquet: an empty cell of any type is NULL, the rows keep their order.

    One thread, no clock and a fixed compression: the same table gives the same bytes with the same
    version of DuckDB.
    """
    import duckdb

    fields = resource["schema"]["fields"]
    columns = ", ".join(f"{_quoted(f['name'])}: {_quoted(TYPES[f['type']])}" for f in fields)
    about = ", ".join(
        f"{key}: {_quoted(value)}" for key, value in (("name", resource["name"]), ("version", version))
    )  # fmt: skip
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1, "preserve_insertion_order": True,
        "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    }  # fmt: skip
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            connection.execute(
                f"COPY (FROM read_csv({_quoted(str(raw))}, auto_detect=false, header=true, delim=',', quote='\"', "
                f"escape='\"', new_line='\\n', nullstr='', dateformat='%Y-%m-%d', columns={{{columns}}})) "
                f"TO {_quoted(str(target))} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{about}}})"
            )
    except duckdb.IOException as error:
        raise OutputError(
            f"Cannot write {target}: {error}. Anything already there is unchanged; free some space or choose another "
            "folder with --out.",
            f"Không ghi được {target}: {error}. Tệp cũ (nếu có) được giữ nguyên; hãy giải phóng dung lượng hoặc chọn "
            "thư mục khác bằng --out.",
        ) from error
    except duckdb.Error as error:
        # What follows is advice on options of DuckDB.
        told = "; ".join(str(error).splitlines()[:3])
        raise DataError(
            f"{resource['path']} does not fit its description in {DESCRIPTION}: {told}",
            f"{resource['path']} không khớp mô tả trong {DESCRIPTION}: {told}",
        ) from error


def _native(schema: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the schema of the Parquet copy: missing is NULL there, and keys point at the other copies."""
    keys = []
    for key in schema.get("foreignKeys", []):
        target = key["reference"]["resource"]
        pointed = f"{target}{_AS_PARQUET}" if target in names else target
        keys.append({**key, "reference": {**key["reference"], "resource": pointed}})
    plain = {name: value for name, value in schema.items() if name not in ("missingValues", "foreignKeys")}
    return {**plain, "foreignKeys": keys} if keys else plain


def _documents(source: Source) -> list[dict[str, str]]:
    """Return every cited document as a source of the package."""
    found = []
    for publisher, title, url in source.read.sources[["publisher", "title", "url"]].astype(str).to_numpy().tolist():
        entry = {"title": f"{publisher}: {title}" if publisher else title}
        found.append({**entry, "path": url} if url else entry)
    return found


def _readme(source: Source, formats: tuple[str, ...], lang: str) -> str:
    loader = jinja2.FileSystemLoader(resources.folder(Path("reports/templates")))
    environment = jinja2.Environment(
        loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True,
        autoescape=jinja2.select_autoescape(),
    )  # fmt: skip
    rows = {r["name"]: len(getattr(source.read, r["name"])) for r in source.resources if "tables/" in r["path"]}
    return environment.get_template(f"data_package.{lang}.md.j2").render(
        package=source.package, formats=formats, rows=rows, lists=len(source.resources) - len(rows)
    )


def _check_columns(resource: Mapping[str, Any], content: bytes) -> None:
    """Compare the header with the description: Parquet is made by position."""
    header = next(csv.reader(io.StringIO(content.decode("utf-8"))), [])
    expected = [field["name"] for field in resource["schema"]["fields"]]
    unknown = sorted({field["type"] for field in resource["schema"]["fields"]} - set(TYPES))
    if header == expected and not unknown:
        return
    raise DataError(
        f"{resource['path']}: the columns are {', '.join(header)}; {DESCRIPTION} describes {', '.join(expected)}"
        + (f", with the unknown types {', '.join(unknown)}." if unknown else "."),
        f"{resource['path']}: các cột là {', '.join(header)}; {DESCRIPTION} mô tả {', '.join(expected)}"
        + (f", có kiểu không hỗ trợ {', '.join(unknown)}." if unknown else "."),
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise DataError(f"{path} is described but missing.", f"{path} có trong mô tả nhưng thiếu tệp.") from None


def _measured(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
