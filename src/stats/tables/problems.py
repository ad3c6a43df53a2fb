"""What is wrong with a table: every broken cell, in both languages, as one error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stats.errors import DataError

LISTED = 60
"""How many problems the message spells out; all of them are in ``TableError.problems``."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One broken cell, line or file.

    Attributes
    ----------
    file : str
        Name of the file inside the data folder.
    line : int
        Line in the file, 1 is the header; 0 when the file as a whole is meant.
    column : str
        Name of the column, empty when the whole line is meant.
    value : str
        What was found.
    allowed_en, allowed_vi : str
        What is wrong, what is allowed and what to do, in both languages.
    """

    file: str
    line: int
    column: str
    value: str
    allowed_en: str
    allowed_vi: str

    def text(self, lang: str = "en") -> str:
        """Return the problem as one line in one language; Vietnamese for ``vi``, else English."""
        words = ("dòng", "cột") if lang == "vi" else ("line", "column")
        place = self.file
        if self.line:
            place += f", {words[0]} {self.line}"
        if self.column:
            place += f", {words[1]} {self.column}"
        found = f" {self.value!r}:" if self.value else ""
        return f"{place}:{found} {self.allowed_vi if lang == 'vi' else self.allowed_en}"


class TableError(DataError):
    """Raised when tables cannot be trusted; `problems` holds every broken cell.

    Attributes
    ----------
    problems : tuple of Problem
        In the order of file, line and column.
    """

    problems: tuple[Problem, ...] = ()

    @classmethod
    def from_problems(cls, problems: Iterable[Problem]) -> TableError:
        """Build the error from all problems found."""
        ordered = tuple(sorted(problems))
        n, more = len(ordered), len(ordered) - LISTED
        head = (
            f"{n} problem{'s' * (n != 1)} in the data; nothing was read.",
            f"Dữ liệu có {n} lỗi; chưa đọc được bảng nào.",
        )
        tail = (f"... and {more} more.", f"... và {more} lỗi khác.")
        en, vi = (
            "\n".join([head[i], *(p.text(lang) for p in ordered[:LISTED]), *([tail[i]] if more > 0 else [])])
            for i, lang in enumerate(("en", "vi"))
        )
        error = cls(en, vi)
        error.problems = ordered
        return error
