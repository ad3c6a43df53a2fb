"""The documents a clerk's file cites: known by id or address, or new with title, publisher and day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from stats.codes import Codes
from stats.errors import fold, nearest
from stats.tables.entries import read_day
from stats.tables.model import Tables
from stats.tables.persons import person_in
from stats.tables.sheets import Cell

FIELDS = ("title", "publisher", "url", "published", "language", "kind")
_NO_ADDRESS = ("khong", "khong co", "none", "no")
_ID = re.compile(r"[A-Za-z0-9_-]+")
_SECOND_LEVEL = ("com", "gov", "org", "net", "edu", "dcs", "info")


class Reader(Protocol):
    """What the documents need of the reader of the file."""

    def complain(self, line: int, key: str, cell: Cell, problem: str, **values: object) -> None:
        """Note a cell that is not allowed."""

    def refuse(self, line: int, key: str, cell: Cell, error: Any) -> None:
        """Note a cell that cannot be read."""

    def remark(self, line: int, key: str, **values: Any) -> None:
        """Keep how something was read."""

    def take(self, line: int, row: Mapping[str, Cell], key: str, how: Any, default: Any = "") -> Any:
        """Return one cell read by a function."""

    def plain(self, line: int, key: str, text: str) -> None:
        """Refuse a text that a spreadsheet would run as a formula."""

    @property
    def labels(self) -> Any:
        """Codes by label."""


class Documents:
    """The documents of one file.

    Parameters
    ----------
    tables : Tables
        The tables with the documents known so far.
    codes : Codes
        The code lists.
    reader : Reader
        Notes what is wrong.
    today : datetime.date
        Nothing is published after it.
    """

    def __init__(self, tables: Tables, codes: Codes, reader: Reader, today: dt.date) -> None:
        self._codes, self._reader, self._today = codes, reader, today
        known = tables.sources.astype({"published_on": "str"}).replace({"published_on": {"NaT": ""}})
        records = known.fillna("").to_dict("records")
        self._known: dict[str, dict[str, str]] = {str(r["source_id"]): _texts(r) for r in records}
        self._by_address = {address: i for i, r in self._known.items() if (address := _address(r["url"]))}
        self._of_line: dict[int, str] = {}
        self._groups: dict[tuple[str, ...], list[tuple[int, dict[str, str]]]] = {}
        self._new: dict[str, dict[str, str]] = {}

    def of(self, line: int) -> str:
        """Return the id of the document of a line, empty when there is something wrong with it."""
        return self._of_line.get(line, "")

    def row(self, source_id: str) -> Mapping[str, str]:
        """Return a document by its id, new or known; empty when there is none."""
        return self._new.get(source_id) or self._known.get(source_id, {})

    def new(self) -> tuple[Mapping[str, str], ...]:
        """Return the new documents as rows of the table of documents."""
        return tuple(self._new[source_id] for source_id in sorted(self._new))

    def take(self, line: int, row: Mapping[str, Cell]) -> None:
        """Take in the document of one row: a known one at once, a new one with those that cite it too."""
        given = self._read(line, row)
        source_id, described = str(row["source"]), any(given[field] for field in ("title", "publisher", "published"))
        address = _address(given["url"])
        if source_id in self._known:
            if described or (address and address != _address(self._known[source_id]["url"])):
                self._reader.complain(line, "source", source_id, "source_both")
            else:
                self._of_line[line] = source_id
        elif source_id and not described and not address:
            near = ", ".join(nearest(source_id, list(self._known))) or "-"
            self._reader.complain(line, "source", source_id, "source_unknown", near=near)
        elif source_id and not _ID.fullmatch(source_id):
            self._reader.complain(line, "source", source_id, "source_form")
        elif not source_id and not described and not address:
            self._reader.complain(line, "source", "", "source_missing")
        elif address in self._by_address and not source_id:
            self._reuse(line, self._by_address[address], given)
        else:
            key = (source_id, address or "|".join((given["title"], given["publisher"], given["published"])))
            self._groups.setdefault(key, []).append((line, given))

    def settle(self) -> None:
        """Make one new document of all rows that describe it, and note what it lacks."""
        for (source_id, _), cited in self._groups.items():
            first = cited[0][0]
            merged = {}
            for field in FIELDS:
                told = {given[field]: line for line, given in reversed(cited) if given[field]}
                merged[field] = next(reversed(told), "")
                if len(told) > 1:
                    values = ", ".join(reversed(told))
                    self._reader.complain(next(iter(told.values())), field, values, "source_contradicts", first=first)
            for field in ("title", "publisher", "url", "published", "kind"):
                if not merged[field] and not self._failed(cited, field):
                    self._reader.complain(first, field, "", "source_lacks")
            made = source_id or self._name(merged)
            self._new[made] = self._as_row(made, merged)
            self._of_line |= dict.fromkeys((line for line, _ in cited), made)

    def _failed(self, cited: list[tuple[int, dict[str, str]]], field: str) -> bool:
        return any(field in given.get("wrong", "").split(";") for _, given in cited)

    def _read(self, line: int, row: Mapping[str, Cell]) -> dict[str, str]:
        given = {field: "" if row[field] == "" else str(row[field]) for field in FIELDS}
        wrong = []
        for field in ("title", "publisher"):
            self._reader.plain(line, field, given[field])
        # The title of a cited document may name a person; who published it may not be one.
        person = person_in(given["publisher"])
        if person:
            self._reader.complain(line, "publisher", given["publisher"], "person", found=person)
        for field, listed in (("language", "languages"), ("kind", "source_kinds")):
            if given[field]:
                given[field] = self._reader.take(line, row, field, partial(self._code, listed))
                wrong += [] if given[field] else [field]
        day, unclear = self._reader.take(line, row, "published", lambda c: read_day(c, self._codes), (None, False))
        wrong += ["published"] if row["published"] != "" and day is None else []
        if unclear:
            self._reader.remark(line, "day", typed=given["published"], day=day)
        if day and day > self._today:
            self._reader.complain(line, "published", given["published"], "day_future", today=self._today)
        given["published"] = day.isoformat() if day else ""
        if given["url"] and fold(given["url"]) not in _NO_ADDRESS and not _is_web_address(given["url"]):
            self._reader.complain(line, "url", given["url"], "address")
            wrong.append("url")
            given["url"] = ""
        return {**given, "wrong": ";".join(wrong)}

    def _code(self, listed: str, cell: Cell) -> str:
        code: str = self._reader.labels.find(listed, str(cell))
        return code

    def _reuse(self, line: int, source_id: str, given: Mapping[str, str]) -> None:
        known = self._known[source_id]
        if given["published"] and known["published_on"] and given["published"] != known["published_on"]:
            self._reader.complain(
                line, "url", given["url"], "address_known", source=source_id, day=known["published_on"]
            )  # fmt: skip
            return
        self._of_line[line] = source_id
        self._reader.remark(line, "source", source=source_id)

    def _name(self, given: Mapping[str, str]) -> str:
        host = (urlsplit(given["url"]).hostname or "") if _address(given["url"]) else ""
        parts = [part for part in host.split(".") if part not in ("www", "m", "amp")][:-1]
        parts = parts[:-1] if len(parts) > 1 and parts[-1] in _SECOND_LEVEL else parts
        stem = "-".join(parts) or "-".join(fold(given["publisher"]).split())[:30] or "source"
        base = name = re.sub(r"[^a-z0-9_-]", "", f"{stem}_{given['published']}".casefold()).rstrip("_")
        number = 1
        while name in self._known or name in self._new:
            number += 1
            name = f"{base}-{number}"
        return name

    @staticmethod
    def _as_row(source_id: str, given: Mapping[str, str]) -> dict[str, str]:
        language = given["language"] or "vi"
        return {
            "source_id": source_id,
            "url": given["url"] if _address(given["url"]) else "",
            "title": given["title"],
            "publisher": given["publisher"],
            "published_on": given["published"],
            "published_from": given["published"],
            "language": language,
            "kind": given["kind"],
            "original_language": "yes" if language == "vi" else "no",
            "note": "",
        }


def _texts(record: Mapping[Any, Any]) -> dict[str, str]:
    return {str(column): str(value) for column, value in record.items()}


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
    except ValueError:
        return False


def _address(url: str) -> str:
    """Return an address in the form it is compared in, empty when it is none."""
    if not _is_web_address(url):
        return ""
    parts = urlsplit(url)
    host = parts.netloc.casefold().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")
