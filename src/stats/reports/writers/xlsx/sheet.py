"""One worksheet: lines of text, one table, and how it prints.

The layout follows the accessibility checklist of gptables: one table a sheet, marked up as a table,
nothing merged, no empty row or column inside it, its title in A1, what it says in words around it.

References
----------
Government Analysis Function (2023), Releasing statistics in spreadsheets, good practice checklist.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from stats import theme
from stats.figures.lettering import width as width_of
from stats.figures.lettering import wrap

FONT = "Arial"
"""On every office machine, with all Vietnamese letters."""

NARROW, WIDE = 9.0, 58.0
"""Bounds of a column's width, in digits of the body font."""
A4 = 9
_LANDSCAPE_FROM = 150.0
"""Width of a table, in digits, from which a page is turned; below it, more of a chart fits on an upright one."""
_WITH_NOTES = 46.0
"""Width of the first column where notes stand under a table: they wrap inside it."""
_DIGIT, _PADDING = 7.0, 5.0
"""Pixels of a digit of the body font, and of the room beside the text of a column."""
POINTS = 10
"""Size of the letters in cells."""
_ARIAL = 0.96
"""Arial is narrower than the chart font the widths are known of; no line of words measured came to more."""
_LINE, _TALLEST = 1.28, 409.0
_LONGEST_ADDRESS = 2000
_RIGHT = MappingProxyType({"align": "right", "indent": 1})


@dataclass(slots=True)
class Look:
    """The cell formats of a workbook, each made once."""

    book: Workbook
    made: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def __call__(self, **properties: Any) -> Format:
        """Return the format with these properties beside the house font."""
        asked = {"font_name": FONT, "font_size": POINTS, "font_color": theme.INK, "valign": "top", **properties}
        key = tuple(sorted(asked.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(asked)
        return self.made[key]


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell to write.

    Attributes
    ----------
    text : str
        What is printed; the cell itself when there is no number.
    value : float, bool or None
        Written as a number under `form`, or as a truth value, when there is one.
    form : str
        Number format.
    link : str
        ``internal:'Sheet'!A1`` or an http(s) address; anything else is no link.
    right : bool
        Aligned right.
    """

    text: str
    value: float | bool | None = None
    form: str = ""
    link: str = ""
    right: bool = False


class Sheet:
    """A worksheet filled from the top down."""

    def __init__(self, book: Workbook, look: Look, name: str) -> None:
        self.name = name
        self.page: Worksheet = book.add_worksheet(name)
        self.page.hide_gridlines(2)
        self.row = 0
        self._look = look
        self._longest = 0.0
        self._columns: dict[int, float] = {}
        self._wrapping: dict[int, list[tuple[int, str, bool, float]]] = {}

    def line(self, text: str, **properties: Any) -> int:
        """Write one line in the first column and return its row."""
        self._put(self.row, 0, Entry(text), self._look(**properties))
        if not properties.get("text_wrap"):
            scale = properties.get("font_size", POINTS) / POINTS
            self._longest = max(self._longest, digits_of(text) * scale)
        self.row += 1
        return self.row - 1

    def link(self, text: str, link: str) -> None:
        """Write one line that leads somewhere."""
        self._put(self.row, 0, Entry(text, link=link), self._look())
        self.row += 1

    def table(
        self,
        name: str,
        heads: Sequence[str],
        lines: Sequence[Sequence[Entry]],
        *,
        noted: bool = False,
        filtered: bool = False,
    ) -> int:
        """Write an Excel table and return the row of its head; the head stays in sight and on every printed page.

        Parameters
        ----------
        name : str
            Name of the table, letters, digits and underscores, once in a workbook.
        heads : sequence of str
            Heads of the columns; one met twice is numbered, since Excel takes each once.
        lines : sequence of sequence of Entry
            At least one.
        noted : bool
            Notes will stand under the table in its first column.
        filtered : bool
            Whether the head has filter buttons.
        """
        top, last = self.row, len(heads) - 1
        once = _once(heads)
        sides = [(label, lines[0][j].right) for j, label in enumerate(once)]
        self.page.add_table(
            top, 0, top + len(lines), last,
            {"name": name, "style": None, "autofilter": filtered,
             "columns": [{"header": label, "header_format": self._head(right)} for label, right in sides]},
        )  # fmt: skip
        for i, line in enumerate(lines, start=top + 1):
            for j, entry in enumerate(line):
                aligned = _RIGHT if entry.right else {"text_wrap": True}
                self._put(i, j, entry, self._look(bottom=1, bottom_color=theme.GRID, **aligned))
        self._wrapping[top] = [(j, label, True, POINTS) for j, label in enumerate(once)]
        self._widths(once, lines, noted)
        self.page.freeze_panes(top + 1, 0)
        self.page.repeat_rows(top)
        self.row = top + 1 + len(lines)
        return top

    def width(self, column: int, digits: float) -> None:
        """Set the width of a column, in digits of the body font."""
        self._columns[column] = digits
        self.page.set_column(column, column, digits)

    def finish(self, title: str, footer: str) -> None:
        """Give rows the height of their wrapped text, and set the sheet up for A4, as wide as one page."""
        # A caption runs over the columns beside it; on paper it ends where they end.
        short = self._longest - sum(self._columns.values())
        if short > 0:
            self.width(0, self._columns[0] + short)
        for row, cells in self._wrapping.items():
            height = max(_height(text, self._columns[j], size, bold=bold) for j, text, bold, size in cells)
            if height > 15:
                self.page.set_row(row, min(height, _TALLEST))
        if sum(self._columns.values()) > _LANDSCAPE_FROM:
            self.page.set_landscape()
        self.page.set_paper(A4)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        # An ampersand begins a code in a footer; two are one.
        self.page.set_footer(f"&L&8{title.replace('&', '&&')[:150]}&R&8{footer}")

    def _widths(self, heads: Sequence[str], lines: Sequence[Sequence[Entry]], noted: bool) -> None:
        for j, label in enumerate(heads):
            words = max((digits_of(word) for word in label.split(" ")), default=0.0)
            longest = max((digits_of(line[j].text) for line in lines), default=0.0)
            own = min(max(NARROW, words + 4, min(digits_of(label) / 2, 24.0), longest + 3), WIDE)
            own = max(own, _WITH_NOTES) if noted and j == 0 else own
            self.width(j, own)

    def _head(self, right: bool) -> Format:
        aligned = _RIGHT if right else {}
        return self._look(bold=True, bg_color=theme.PALE, bottom=1, text_wrap=True, **{"valign": "vcenter", **aligned})

    def _put(self, row: int, column: int, entry: Entry, style: Format) -> None:
        if isinstance(entry.value, bool):
            self.page.write_boolean(row, column, entry.value, style)
        elif entry.value is not None:
            self.page.write_number(row, column, entry.value, self._numbered(style, entry))
        elif _leads(entry.link):
            kept = {name: value for name, value in self._properties(style).items() if name != "font_color"}
            linked = self._look(**kept, font_color=theme.MAIN, underline=1)
            self.page.write_url(row, column, entry.link, linked, string=entry.text)
        elif entry.text:
            self.page.write_string(row, column, entry.text, style)
            made = self._properties(style)
            if made.get("text_wrap"):
                found = (column, entry.text, bool(made.get("bold")), float(made["font_size"]))
                self._wrapping.setdefault(row, []).append(found)
        else:
            self.page.write_blank(row, column, None, style)

    def _numbered(self, style: Format, entry: Entry) -> Format:
        return self._look(**{**self._properties(style), "num_format": entry.form or "General"})

    def _properties(self, style: Format) -> dict[str, Any]:
        return dict(next(key for key, made in self._look.made.items() if made is style))


def internal(sheet: str, row: int, column: str = "A") -> str:
    """Return the link to a cell; `row` counts from 0."""
    return f"internal:'{sheet}'!{column}{row + 1}"


def _leads(link: str) -> bool:
    return link.startswith(("internal:", "http://", "https://")) and len(link) <= _LONGEST_ADDRESS


def digits_of(text: str) -> float:
    """Return the width of a text in digits."""
    return width_of(text, POINTS * 96 / 72) * _ARIAL / _DIGIT


def _height(text: str, digits: float, points: float, *, bold: bool) -> float:
    """Return the height in points of a text wrapped in a column."""
    room = digits * _DIGIT - _PADDING
    pixels = points * 96 / 72
    lines = wrap(text, room / _ARIAL, pixels, bold=bold)
    # A word longer than its column (an address) goes on below.
    count = sum(max(1, math.ceil(width_of(line, pixels, bold=bold) * _ARIAL / room)) for line in lines)
    return count * points * _LINE + 2


def _once(heads: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    made = []
    for label in heads:
        seen[label] = seen.get(label, 0) + 1
        made.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return made
