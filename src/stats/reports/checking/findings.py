"""The findings on one data folder, kept together with what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from stats import checks
from stats import codes as code_lists
from stats.checks import sentences
from stats.codes import Codes
from stats.errors import LANGUAGES, Severity
from stats.periods import kind_of
from stats.tables import Tables

CHECKED = "checked"
"""Name under which a frame of findings carries what was checked (``frame.attrs``)."""


class HasTables(Protocol):
    """Anything opened from a data folder: a book of indicators, for instance."""

    @property
    def tables(self) -> Tables:
        """The curated tables."""

    @property
    def codes(self) -> Codes:
        """The code lists."""


@dataclass(frozen=True, eq=False)
class Checked:
    """What a frame of findings is about: the tables whose cells are marked, and the code lists."""

    tables: Tables
    codes: Codes

    def __deepcopy__(self, memo: object) -> Checked:
        # pandas copies what a frame carries with every column it hands out; tables are never changed.
        return self

    def text(self, key: str, lang: str) -> str:
        """Return a text of the outputs of findings (``check.out.<key>``)."""
        return self.codes.text(f"check.out.{key}", lang)

    def place(self, body_id: str, lang: str) -> str:
        """Return the name of a body; two bodies of one name are told apart by their year."""
        body = self.codes.bodies.ids.get(body_id)
        if body is None:
            return body_id
        since = body.valid_from
        return f"{body.name(lang)} ({since.year})" if since and body_id.endswith(str(since.year)) else body.name(lang)

    def period(self, key: str, lang: str) -> str:
        """Return what the period of a finding is called."""
        said = sentences.period(key, lang) if key else self.text("general", lang)
        return said[:1].upper() + said[1:]


def findings(
    book: HasTables | Tables, data: Path | None = None, place: str | None = None, period: str | None = None
) -> pd.DataFrame:
    """Return the findings, sorted for people.

    Parameters
    ----------
    book : Book or Tables
        An opened data folder; for bare tables the code lists are read from `data`.
    data : Path, optional
        The data folder, needed only with bare tables.
    place : str, optional
        A body by id or name; a name that meant two bodies means both.
    period : str, optional
        A period key.

    Returns
    -------
    DataFrame
        See `stats.checks.run`; with ``place_vi`` and ``place_en``, and ``attrs`` that `deliver` uses.

    Raises
    ------
    UnknownCodeError, PeriodError
        When the place or the period cannot be read.
    """
    tables = book if isinstance(book, Tables) else book.tables
    codes = code_lists.load(data or tables.data) if isinstance(book, Tables) else book.codes
    bodies = None
    if place:
        bodies = [body.body_id for body in codes.bodies_named(place)] or [codes.body(place).body_id]
    if period:
        kind_of(period)
    found = checks.run(tables, codes, place=bodies, period=period or None)
    checked = Checked(tables, codes)
    names = {f"place_{lang}": [checked.place(b, lang) for b in found["body_id"]] for lang in LANGUAGES}
    found = found.assign(**names)
    found.attrs[CHECKED] = checked
    return found


def counts(found: pd.DataFrame) -> dict[Severity, int]:
    """Return how many findings there are of each severity, zeros too."""
    numbers = found["severity"].value_counts()
    return {severity: int(numbers.get(str(severity), 0)) for severity in Severity}


def summary(found: pd.DataFrame, checked: Checked, lang: str) -> str:
    """Return the counts as a phrase: ``0 lỗi, 107 cảnh báo, 153 thông tin``."""
    numbers = counts(found)
    return checked.text("count", lang).format(
        errors=numbers[Severity.ERROR], warnings=numbers[Severity.WARNING], infos=numbers[Severity.INFO]
    )
