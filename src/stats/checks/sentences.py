"""Finding sentences in Vietnamese and English, from the texts of ``texts_checks.csv``.

Findings are made two floors below the wording of reports, so numbers, periods and labels are put
into words here, in the same manner: thousands point and decimal comma in Vietnamese.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from stats.codes import Codes
from stats.errors import LANGUAGES, PeriodError
from stats.periods import Kind, kind_of

_OPENING = ("actors", "activities", "flags")
"""Lists whose labels name organs or open a sentence, and keep their capital."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A count as printed, with the word that makes it approximate."""

    count: int
    approx: str = "exact"

    @property
    def plain(self) -> str:
        """The figure without language: ``24162``, ``over 24160``."""
        return str(self.count) if self.approx == "exact" else f"{self.approx} {self.count}"


@dataclass(frozen=True, slots=True)
class Label:
    """A code to be shown by its label, short where the list has short labels, or by another text of its row."""

    list_name: str
    code: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A period key to be named."""

    key: str


@dataclass(frozen=True, slots=True)
class Text:
    """Another text of the catalogue, as a part of a sentence."""

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Many:
    """Several values with a separator between them."""

    items: Sequence[Any]
    separator: str = ", "


@dataclass(frozen=True, slots=True)
class What:
    """What a row of figures counts, named in full: subject, stage, activity, part and decider."""

    row: Mapping[str, Any]
    actor: bool = True


class Sentences:
    """The sentences of findings, bound to one set of code lists.

    Parameters
    ----------
    codes : Codes
        The code lists with their texts; those of findings begin with ``check.``.
    """

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._whats: dict[tuple[str, ...], str] = {}

    def text(self, key: str, lang: str, values: Mapping[str, Any]) -> str:
        """Return one text of the catalogue with its placeholders filled."""
        return self._codes.text(key, lang).format(**{name: self.put(value, lang) for name, value in values.items()})

    def both(self, key: str, values: Mapping[str, Any]) -> dict[str, str]:
        """Return a text in every language, by language."""
        return {lang: self.text(key, lang, values) for lang in LANGUAGES}

    def put(self, value: Any, lang: str) -> str:
        """Return one value in words."""
        match value:
            case str():
                return value
            case Figure():
                prefix = self._codes.row("approx", value.approx)[f"prefix_{lang}"]
                return f"{prefix} {number(value.count, lang)}".strip()
            case Label(code=""):
                return ""
            case Label(column=""):
                shown = self._codes.label(value.list_name, value.code, lang, short=True)
                return shown if value.list_name in _OPENING else _lower(shown)
            case Label():
                return self._codes.row(value.list_name, value.code)[f"{value.column}_{lang}"]
            case When():
                return period(value.key, lang)
            case Text():
                return self.text(value.key, lang, value.values)
            case Many():
                return value.separator.join(self.put(item, lang) for item in value.items)
            case What():
                return self._what(value, lang)
            case _:
                return number(value, lang)

    def _what(self, value: What, lang: str) -> str:
        row = value.row
        fields = ("activity", "stage", "subject", "subgroup", "penalty", "violation", "unit", "actor")
        key = (lang, str(value.actor), *(str(row.get(f) or "") for f in fields))
        if key not in self._whats:
            self._whats[key] = self._spell(dict(zip(fields, key[2:], strict=True)), lang, value.actor)
        return self._whats[key]

    def _spell(self, row: dict[str, str], lang: str, with_actor: bool) -> str:
        def label(list_name: str, code: str) -> str:
            return _lower(self._codes.label(list_name, code, lang))

        discipline = row["activity"] == "discipline" and row["stage"] == "disciplined"
        inside = []
        if not discipline and row["subject"] != "team":
            inside.append(label("activities", row["activity"]))
        if row["penalty"] not in ("", "all"):
            inside.append(label("penalties", row["penalty"]))
        if row["subgroup"] not in ("", "all"):
            inside.append(label("subgroups", row["subgroup"]))
        if row["violation"]:
            inside.append(label("violations", row["violation"]))
        if row["unit"] == "instances":
            inside.append(label("units", row["unit"]))
        if with_actor:
            inside.append(self._codes.label("actors", row["actor"], lang))
        kind = "discipline" if discipline else "teams" if row["subject"] == "team" else "stage"
        words = {
            "subject": self._codes.label("subjects", row["subject"], lang),
            "stage": label("stages", row["stage"]),
            "activity": self._codes.label("activities", row["activity"], lang),
        }
        said = self.text(f"check.what.{kind}", lang, words)
        return f"{said} ({'; '.join(inside)})" if inside else said


def number(value: float | Decimal, lang: str) -> str:
    """Return a number with the separators of the language and the decimals it has.

    Examples
    --------
    >>> number(24162, "vi"), number(Decimal("88.48"), "vi"), number(-1234.5, "en")
    ('24.162', '88,48', '-1,234.5')
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)) if value % 1 else str(int(value)))
    english = f"{exact:,f}"
    return english.translate(str.maketrans(",.", ".,")) if lang == "vi" else english


@lru_cache(maxsize=4096)
def period(key: str, lang: str) -> str:
    """Return what a period, or a day of the membership table, is called inside a sentence.

    Examples
    --------
    >>> period("2018-6M", "vi"), period("2020-2025/half", "en"), period("2025-10-02", "vi")
    ('6 tháng đầu năm 2018', 'the first half of the term 2020-2025', 'ngày 02/10/2025')
    """
    try:
        kind = kind_of(key)
    except PeriodError:
        return _day(key, lang, bare=False)
    year, rest = key[:4], key[5:]
    if kind is Kind.WINDOW:
        first, last = (_day(part, lang, bare=True) for part in key.split(".."))
        return f"từ {first} đến {last}" if lang == "vi" else f"{first} to {last}"
    span = key.removesuffix("/half")
    names = {
        Kind.MONTH: (f"tháng {rest}/{year}", f"month {rest}/{year}"),
        Kind.QUARTER: (f"quý I/{year}", f"Quarter I of {year}"),
        Kind.SIX_MONTHS: (f"6 tháng đầu năm {year}", f"the first six months of {year}"),
        Kind.NINE_MONTHS: (f"9 tháng đầu năm {year}", f"the first nine months of {year}"),
        Kind.YEAR: (f"năm {year}", f"the year {year}"),
        Kind.HALF_TERM: (f"nửa đầu nhiệm kỳ {span}", f"the first half of the term {span}"),
        Kind.TERM: (f"nhiệm kỳ {span}", f"the term {span}"),
    }
    return names[kind][0 if lang == "vi" else 1]


def _day(text: str, lang: str, *, bare: bool) -> str:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return text
    shown = f"{day:%d/%m/%Y}" if lang == "vi" else f"{day.day} {day:%b %Y}"
    return shown if bare or lang != "vi" else f"ngày {shown}"


def _lower(text: str) -> str:
    # Names of organs keep their capital; "Ủy ban kiểm tra các cấp" opens like any other word.
    return text if text[:2].isupper() or not text else text[0].lower() + text[1:]
