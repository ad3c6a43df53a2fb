"""Which period a row of a clerk's file is about: a key, plain words, or a first and a last day."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from stats.codes import Codes
from stats.errors import PeriodError, fold
from stats.periods import NAMED, Kind, Period, kind_of
from stats.tables.entries import EntryError
from stats.tables.sheets import Cell

_WORDS = (
    (re.compile(r"(?:nam|year)? ?(\d{4})"), "{0}"),
    (re.compile(r"(?:quy|q|quarter) ?(?:i|1) ?(?:nam|of)? ?(\d{4})"), "{0}-Q1"),
    (re.compile(r"(?:quy|q|quarter) ?(?:ii|2) ?(?:nam|of)? ?(\d{4})"), "{0}-Q2"),
    (re.compile(r"(?:quy|q|quarter) ?(?:iii|3) ?(?:nam|of)? ?(\d{4})"), "{0}-Q3"),
    (re.compile(r"(?:quy|q|quarter) ?(?:iv|4) ?(?:nam|of)? ?(\d{4})"), "{0}-Q4"),
    (re.compile(r"(?:6|sau) thang(?: dau)?(?: nam)? (\d{4})"), "{0}-6M"),
    (re.compile(r"(?:9|chin) thang(?: dau)?(?: nam)? (\d{4})"), "{0}-9M"),
    (re.compile(r"(?:first )?(?:6|six) months(?: of)? (\d{4})"), "{0}-6M"),
    (re.compile(r"(?:first )?(?:9|nine) months(?: of)? (\d{4})"), "{0}-9M"),
    (re.compile(r"(?:thang|month) (\d{1,2})(?: nam)? (\d{4})"), "{1}-{0:0>2}"),
    (re.compile(r"(?:nua|giua) (?:dau )?nhiem ky (\d{4}) (\d{4})|half term (\d{4}) (\d{4})"), "{0}-{1}/half"),
    (re.compile(r"(?:nhiem ky|term) (\d{4}) (\d{4})"), "{0}-{1}"),
)
_ENDS = {(3, 31): "-Q1", (6, 30): "-6M", (9, 30): "-9M", (12, 31): ""}


@dataclass(frozen=True, slots=True)
class Stretch:
    """The key of a period and its days; the days may wait for the body (half-terms and terms)."""

    key: str
    start: dt.date | None
    end: dt.date | None


def read_key(cell: Cell, codes: Codes) -> str:
    """Return the period key a cell means, empty for an empty cell.

    Raises
    ------
    EntryError
        When it means no period, or Excel has turned it into a date.
    """
    if cell == "":
        return ""
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        raise EntryError.from_text(codes, "period_mangled")
    text = f"{cell:g}" if isinstance(cell, int | float) else cell
    for form in (text, text.upper(), text.lower()):
        try:
            kind_of(form)
        except PeriodError:
            continue
        return form
    words = fold(text)
    for pattern, key in _WORDS:
        match = pattern.fullmatch(words)
        if match:
            return _checked(key.format(*(part for part in match.groups() if part)))
    kind_of(text)
    return text


def _checked(key: str) -> str:
    kind_of(key)
    return key


def read_stretch(key: str, start: dt.date | None, end: dt.date | None, codes: Codes) -> Stretch:
    """Return the period of a row from its key and its days, either of which may be missing.

    Raises
    ------
    EntryError
        When both are missing, one day stands alone, or the stretch ends before it starts.
    PeriodError
        When the key holds a day that does not exist.
    """
    if not key and not (start or end):
        raise EntryError.from_text(codes, "period_missing")
    if bool(start) != bool(end):
        raise EntryError.from_text(codes, "period_one_day")
    if start and end and end < start:
        raise EntryError.from_text(codes, "period_backwards", start=_shown(start), end=_shown(end))
    if not key and start and end:
        return Stretch(_key_of(start, end), start, end)
    if kind_of(key) in NAMED:
        return Stretch(key, start, end)
    period = Period.parse(key)
    if start and end and (start, end) != (period.start, period.end):
        raise EntryError.from_text(
            codes, "period_days", key=key, first=_shown(period.start), last=_shown(period.end)
        )  # fmt: skip
    return Stretch(key, period.start, period.end)


def with_days(stretch: Stretch, body_id: str, codes: Codes) -> Stretch:
    """Return the stretch with the days a half-term or term has for one body.

    Raises
    ------
    EntryError
        When the code list of terms does not hold it; a first and a last day without a key help.
    """
    if kind_of(stretch.key) not in NAMED:
        return stretch
    try:
        listed = codes.period(stretch.key, body_id)
    except PeriodError as error:
        way_out = [codes.text("add.problem.period_or_days", lang) for lang in ("en", "vi")]
        raise EntryError(f"{error.en} {way_out[0]}", f"{error.vi} {way_out[1]}") from None
    if stretch.start and stretch.end:
        if not listed.overlaps(Period(stretch.key, Kind.WINDOW, stretch.start, stretch.end)):
            raise EntryError.from_text(
                codes, "period_days", key=stretch.key, first=_shown(listed.start), last=_shown(listed.end)
            )  # fmt: skip
        return stretch
    return Stretch(stretch.key, listed.start, listed.end)


def _key_of(start: dt.date, end: dt.date) -> str:
    """Return the name the reporting regime gives two days, else the window."""
    if (start.month, start.day) == (1, 1) and start.year == end.year and (end.month, end.day) in _ENDS:
        return f"{start.year}{_ENDS[end.month, end.day]}"
    month = f"{start.year}-{start.month:02d}"
    if Period.parse(month) == Period(month, Kind.MONTH, start, end):
        return month
    return f"{start}..{end}"


def _shown(day: dt.date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
