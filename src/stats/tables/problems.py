"""What is wrong with a table: every broken cell, in both languages, as one error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from stats.codes import Codes
from stats.errors import DataError

LISTED = 60
"""How many problems the message spells out; all of them are in ``TableError.problems``."""

SHOWN = 120
"""Characters of a wrong cell that are shown."""

MOST = 2000
"""Problems of one incoming file after which reading it is given up."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One broken cell, line or file.

    Attributes
    ----------
    file : str
        Name of the file inside the data folder, or of the file a clerk adds.
    line : int
        Line in the file, 1 is the header; 0 when the file as a whole is meant.
    column : str
        Name of the column, empty when the whole line is meant.
    value : str
        What was found.
    allowed_en, allowed_vi : str
        What is wrong, what is allowed and what to do, in both languages.
    sheet : str
        Name of the sheet, empty for a CSV file.
    """

    file: str
    line: int
    column: str
    value: str
    allowed_en: str
    allowed_vi: str
    sheet: str = ""

    def text(self, lang: str = "en") -> str:
        """Return the problem as one line in one language; Vietnamese for ``vi``, else English."""
        words = ("dòng", "cột", "trang tính") if lang == "vi" else ("line", "column", "sheet")
        place = self.file
        if self.sheet:
            place += f", {words[2]} {self.sheet}"
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
    headline: ClassVar[tuple[str, str]] = (
        "{n} problem{s} in the data; nothing was read.",
        "Dữ liệu có {n} lỗi; chưa đọc được bảng nào.",
    )
    listed: ClassVar[int] = LISTED

    @classmethod
    def from_problems(cls, problems: Iterable[Problem]) -> TableError:
        """Build the error from all problems found."""
        ordered = tuple(sorted(problems))
        n, more = len(ordered), len(ordered) - cls.listed
        head = tuple(text.format(n=n, s="s" * (n != 1)) for text in cls.headline)
        tail = (f"... and {more} more.", f"... và {more} lỗi khác.")
        en, vi = (
            "\n".join([head[i], *(p.text(lang) for p in ordered[: cls.listed]), *([tail[i]] if more > 0 else [])])
            for i, lang in enumerate(("en", "vi"))
        )
        error = cls(en, vi)
        error.problems = ordered
        return error


class IncomingError(TableError):
    """Raised when a file of new figures is refused; every reason is in `problems`, and nothing was written."""

    headline: ClassVar[tuple[str, str]] = (
        "{n} problem{s} in the file; nothing was added.",
        "Tệp có {n} lỗi; chưa bổ sung gì.",
    )
    listed: ClassVar[int] = 1000


class Complaints:
    """What is wrong with one incoming file, in the words of the catalogue (``add.problem.*``).

    Parameters
    ----------
    codes : Codes
        The catalogue of texts.
    file : str
        Name of the file as the clerk knows it.
    """

    def __init__(self, codes: Codes, file: str) -> None:
        self._codes = codes
        self.file = file
        self.sheet = ""
        self.found: list[Problem] = []

    def add(self, key: str, *, line: int = 0, column: str = "", value: object = "", **values: object) -> None:
        """Note one problem by the key of its text."""
        self.say(*(self._codes.text(f"add.problem.{key}", lang).format(**values) for lang in ("en", "vi")),
                 line=line, column=column, value=value)  # fmt: skip

    def say(self, en: str, vi: str, *, line: int = 0, column: str = "", value: object = "") -> None:
        """Note one problem in words that are there already."""
        shown = str(value)
        shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "..."
        self.found.append(Problem(self.file, line, column, shown, en, vi, self.sheet))
        if len(self.found) == MOST:
            self.add("too_many", most=MOST)
            self.stop()

    def stop(self) -> None:
        """Refuse the file when anything is wrong.

        Raises
        ------
        IncomingError
            With every problem found so far.
        """
        if self.found:
            raise IncomingError.from_problems(self.found)
