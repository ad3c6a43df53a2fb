"""Reading a rendered page as its reader does: tables, rows, sections, sources."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag

NBSP = "\u00a0"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace(NBSP, " ")).strip()


class Page:
    """A rendered report."""

    def __init__(self, path: Path) -> None:
        self.html = path.read_text(encoding="utf-8")
        self.soup = BeautifulSoup(self.html, "html.parser")

    @property
    def text(self) -> str:
        return plain(self.soup.select_one("main").get_text(" "))

    def section(self, id_: str) -> str:
        return plain(self.soup.select_one(f"section#{id_}").get_text(" "))

    def rows(self, table: str) -> list[list[str]]:
        """Return the body rows of a table as text."""
        found = self.soup.select(f"#{table} tbody tr")
        return [[plain(cell.get_text(" ")) for cell in row.find_all(["td", "th"])] for row in found]

    def row(self, table: str, *labels: str) -> Tag:
        """Return the one row of a table that starts with these labels."""
        found = [
            row
            for row in self.soup.select(f"#{table} tbody tr")
            if [plain(c.get_text(" ")) for c in row.find_all(["td", "th"])][: len(labels)] == list(labels)
        ]
        assert len(found) == 1, f"{labels}: {len(found)} rows in {table}"
        return found[0]

    def cells(self, table: str, *labels: str) -> list[str]:
        return [plain(c.get_text(" ")) for c in self.row(table, *labels).find_all(["td", "th"])]

    def sources(self, table: str, *labels: str) -> list[str]:
        """Return the source ids a row cites, each of which must stand in the list of documents."""
        ids = [a["href"].removeprefix("#src-") for a in self.row(table, *labels).select("a.source")]
        for one in ids:
            assert self.soup.find(id=f"src-{one}") is not None, one
        return ids

    def numbers(self) -> list[str]:
        """Return every number of the page in order, in one notation."""
        return re.findall(r"\d+(?:[.,]\d+)*", self.text)
