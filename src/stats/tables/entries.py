"""How one cell of a clerk's file is read: figures as printed, days, percentages, labels.

Nothing is guessed: a cell that can be read in two ways is refused with both readings, and a reading
that is not plain from the cell is kept as a remark for the preview.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stats.codes import Codes
from stats.errors import UsageError, fold, nearest
from stats.results import Approx
from stats.tables.columns import MOST_NEAREST
from stats.tables.sheets import Cell

_FIGURE = re.compile(r"(?P<words>[^\d+\-−–.,]*)(?P<number>[+\-−–]?\s*[\d.,][\d.,\s]*)(?P<rest>.*)", re.A | re.S)
_GROUPS = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?: \d{3})+", re.A)
_COMMA_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+", re.A)
_DECIMALS = re.compile(r"(?:\d+|\d{1,3}(?:\.\d{3})+),\d+|\d{1,3}(?:,\d{3})+\.\d+", re.A)
_FRACTION = re.compile(r"\d+[.,]\d+", re.A)
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.A)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.A)
_PERCENT = re.compile(r"(?P<words>[^\d+\-−–]*)(?P<sign>[+\-−–]?)\s*(?P<number>\d+(?:[.,]\d+)?)\s*%?", re.A)
_RISE, _FALL = ("tang", "up", "increase", "rise"), ("giam", "down", "decrease", "fall")
_YES, _NO = ("x", "co", "yes", "dung", "1"), ("", "khong", "no", "0")


class EntryError(UsageError):
    """Raised when a cell cannot be read; holds what is wrong, what is allowed and what to do."""

    @classmethod
    def from_text(cls, codes: Codes, key: str, /, **values: object) -> EntryError:
        """Build the error from a text of the catalogue (``add.problem.*``)."""
        return cls(*(codes.text(f"add.problem.{key}", lang).format(**values) for lang in ("en", "vi")))


@dataclass(frozen=True, slots=True)
class Remark:
    """How something was read, for the preview (``add.remark.*``)."""

    line: int
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Labels:
    """Codes found by code or by label, in either language, with or without marks.

    Parameters
    ----------
    codes : Codes
        The code lists.
    """

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._index: dict[str, dict[str, set[str]]] = {}
        self._asked = 0

    def find(self, list_name: str, text: str) -> str:
        """Return the code a cell means.

        Raises
        ------
        EntryError
            When nothing, or more than one code, has that label; the nearest are named.
        """
        index = self._of(list_name)
        found = {text} if text in self._codes.order(list_name) else index.get(fold(text), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise EntryError.from_text(self._codes, "label_ambiguous", codes=", ".join(sorted(found)))
        raise EntryError.from_text(self._codes, "label_unknown", near=self._near(list_name, text))

    def listed(self, list_name: str) -> list[tuple[str, str]]:
        """Return code and Vietnamese label of each entry of a list, in display order."""
        return [(code, self._codes.label(list_name, code)) for code in self._codes.order(list_name)]

    def _of(self, list_name: str) -> dict[str, set[str]]:
        if list_name not in self._index:
            whole: dict[str, set[str]] = {}
            heads: dict[str, set[str]] = {}
            for code in self._codes.order(list_name):
                for column, text in self._codes.row(list_name, code).items():
                    if text and (column == "code" or column.endswith(("_vi", "_en"))) and "explanation" not in column:
                        whole.setdefault(fold(text), set()).add(code)
                        heads.setdefault(fold(text.split(":")[0]), set()).add(code)
            # What stands before a colon is enough ("Nguồn gốc: ..."), unless it is a label of its own.
            self._index[list_name] = {**heads, **whole}
        return self._index[list_name]

    def _near(self, list_name: str, text: str) -> str:
        pairs = self.listed(list_name)
        if len(pairs) > 8:
            # Looking for the nearest label is slow; a file of garbage asks for it at every cell.
            self._asked += 1
            names = [name for pair in pairs for name in pair]
            near = nearest(text, names) if self._asked <= MOST_NEAREST else ()
            pairs = [pair for pair in pairs if set(pair) & set(near)]
        return ", ".join(f"{label} ({code})" for code, label in pairs) or "-"


class Qualifiers:
    """The words before an approximate figure (hơn, gần, khoảng), taken from the code list."""

    def __init__(self, codes: Codes) -> None:
        self.words: dict[str, str] = {"": Approx.EXACT}
        for code in codes.order("approx"):
            row = codes.row("approx", code)
            # "khoảng" is printed for figures of unknown direction too; as a word it means about.
            printed = [] if code == Approx.UNKNOWN else [row["prefix_vi"], row["prefix_en"]]
            for word in (code, *row["label_vi"].split(","), *row["label_en"].split(","), *printed):
                self.words.setdefault(fold(word), code)
        self.shown = ", ".join(codes.row("approx", c)["label_vi"] for c in codes.order("approx") if c != Approx.EXACT)


def read_figure(cell: Cell, codes: Codes, qualifiers: Qualifiers) -> tuple[str, str]:
    """Return the count as digits and how it is qualified.

    Raises
    ------
    EntryError
        When the cell is no whole number from zero up, or can be read in two ways.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise EntryError.from_text(codes, "figure_type")
    if not isinstance(cell, str):
        return _excel_number(float(cell), codes), Approx.EXACT
    if not cell:
        raise EntryError.from_text(codes, "figure_missing")
    match = _FIGURE.fullmatch(cell)
    if match is None:
        raise EntryError.from_text(codes, "figure_text", words=qualifiers.shown)
    words, number, rest = fold(match["words"]), match["number"].strip(), match["rest"].strip()
    # Signs such as ~ and > leave no word behind: they are refused rather than read as exact.
    if rest or words not in qualifiers.words or bool(words) != bool(match["words"].strip()):
        raise EntryError.from_text(codes, "figure_words", words=qualifiers.shown)
    return _printed_number(number, codes), qualifiers.words[words]


def _excel_number(value: float, codes: Codes) -> str:
    if value < 0:
        raise EntryError.from_text(codes, "figure_negative")
    if value.is_integer():
        return str(int(value))
    thousands = round(value * 1000, 6)
    if thousands.is_integer() and value < 1000:
        # 1.783 typed into an English Excel is the fraction one point seven eight three.
        printed = f"{int(thousands) // 1000}.{int(thousands) % 1000:03d}"
        raise EntryError.from_text(codes, "figure_mangled", printed=printed, plain=int(thousands))
    raise EntryError.from_text(codes, "figure_fraction")


def _printed_number(number: str, codes: Codes) -> str:
    if number[0] in "+-−–":
        raise EntryError.from_text(codes, "figure_negative" if number[0] != "+" else "figure_sign")
    if number.isascii() and number.isdigit():
        if len(number) > 1 and number[0] == "0":
            raise EntryError.from_text(codes, "figure_zero", plain=int(number))
        return number
    if _GROUPS.fullmatch(number):
        return str(int(re.sub(r"\D", "", number)))
    plain = re.sub(r"\D", "", number)
    if _COMMA_GROUPS.fullmatch(number):
        raise EntryError.from_text(codes, "figure_comma", plain=plain, dotted=number.replace(",", "."))
    if _DECIMALS.fullmatch(number):
        whole = re.sub(r"\D", "", re.split(r"[,.](?=\d+$)", number)[0])
        raise EntryError.from_text(codes, "figure_decimals", plain=whole)
    raise EntryError.from_text(codes, "figure_fraction" if _FRACTION.fullmatch(number) else "figure_form")


def read_percent(cell: Cell, codes: Codes, *, signed: bool) -> str:
    """Return a printed percentage as a plain number, empty for an empty cell.

    Parameters
    ----------
    cell : str or number
        ``18,1``, ``+18,1%``, ``giảm 5%``.
    codes : Codes
        The catalogue of texts.
    signed : bool
        Whether it is a change, which may rise or fall.

    Raises
    ------
    EntryError
        When it is no percentage, or Excel may have stored 18.1% as 0.181.
    """
    if cell == "":
        return ""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise EntryError.from_text(codes, "percent_form")
    if not isinstance(cell, str):
        if 0 < abs(cell) <= 1:
            hundred = f"{abs(cell) * 100:.10g}".replace(".", ",")
            raise EntryError.from_text(codes, "percent_mangled", hundred=hundred)
        return _plain_percent(f"{float(cell):.10g}", codes, signed=signed)
    match = _PERCENT.fullmatch(cell)
    if match is None:
        raise EntryError.from_text(codes, "percent_form")
    words, number = fold(match["words"]), match["number"]
    if re.fullmatch(r"\d{1,3}[.]\d{3}", number):
        raise EntryError.from_text(codes, "percent_ambiguous", comma=number.replace(".", ","))
    lost = bool(words) != bool(match["words"].strip())
    if lost or words not in ("", *_RISE, *_FALL) or (words and (match["sign"] or not signed)):
        raise EntryError.from_text(codes, "percent_form")
    falls = words in _FALL or match["sign"] in tuple("-−–")
    return _plain_percent(("-" if falls else "") + number.replace(",", "."), codes, signed=signed)


def _plain_percent(text: str, codes: Codes, *, signed: bool) -> str:
    if text.startswith("-") and not signed:
        raise EntryError.from_text(codes, "percent_negative")
    return text


def read_day(cell: Cell, codes: Codes) -> tuple[dt.date | None, bool]:
    """Return a day, and whether day and month could be taken for each other.

    Raises
    ------
    EntryError
        When the cell is no day, or a day that does not exist.
    """
    if cell == "":
        return None, False
    if isinstance(cell, dt.datetime):
        cell = cell.date() if cell.time() == dt.time.min else str(cell)
    if isinstance(cell, dt.date):
        return cell, False
    text = str(cell)
    match = _DAY_MONTH_YEAR.fullmatch(text)
    try:
        if match:
            day, month, year = (int(part) for part in match.groups())
            if month > 12 and day <= 12:
                raise EntryError.from_text(codes, "day_us", written=f"{month:02d}/{day:02d}/{year}")
            return dt.date(year, month, day), month <= 12 and day <= 12 and day != month
        if _ISO.fullmatch(text):
            return dt.date.fromisoformat(text), False
    except ValueError:
        raise EntryError.from_text(codes, "day_absent") from None
    raise EntryError.from_text(codes, "day_serial" if isinstance(cell, int | float) else "day_form")


def read_mark(cell: Cell, codes: Codes) -> bool:
    """Tell whether a cell that is marked with an x is marked.

    Raises
    ------
    EntryError
        When it holds anything else.
    """
    text = fold(f"{cell:g}") if isinstance(cell, int | float) else fold(str(cell))
    if text not in _YES + _NO:
        raise EntryError.from_text(codes, "mark")
    return text in _YES
