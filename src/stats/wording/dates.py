"""Dates and reporting periods in words.

Vietnamese follows the layout rule of Party documents (Guidance 36-HD/VPTW): days below 10 and the
months January and February are written with a leading zero.
"""

from __future__ import annotations

import datetime as dt
import re

from stats.periods import Kind, Period

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def date(day: dt.date, *, lang: str, short: bool = False) -> str:
    """Return a date in words, or short.

    Examples
    --------
    >>> date(dt.date(2023, 3, 31), lang="vi"), date(dt.date(2022, 7, 6), lang="vi", short=True)
    ('ngày 31 tháng 3 năm 2023', '06/7/2022')
    >>> date(dt.date(2023, 3, 31), lang="en"), date(dt.date(2022, 7, 6), lang="en", short=True)
    ('31 March 2023', '6 Jul 2022')
    """
    if lang == "vi":
        d, m = f"{day.day:02d}", _month(day.month)
        return f"{d}/{m}/{day.year}" if short else f"ngày {d} tháng {m} năm {day.year}"
    name = _MONTHS[day.month - 1]
    return f"{day.day} {name[:3] if short else name} {day.year}"


def published(text: str, *, lang: str) -> str:
    """Return a date as curated (a day, a month or a year) in words; other text as it is.

    Examples
    --------
    >>> published("2020-10-12", lang="vi"), published("2018-05", lang="vi"), published("2019", lang="vi")
    ('ngày 12 tháng 10 năm 2020', 'tháng 5/2018', 'năm 2019')
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date(dt.date.fromisoformat(text), lang=lang)
    if re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", text):
        return period(Period.parse(text), lang=lang)
    return text


def period(value: Period, *, lang: str, heading: bool = False) -> str:
    """Return what a period is called in a sentence, or at the head of a table or title.

    Parameters
    ----------
    value : Period
        Any kind of period.
    heading : bool
        Begin with a capital.

    Examples
    --------
    >>> period(Period.parse("2023-6M"), lang="vi"), period(Period.parse("2023-Q1"), lang="vi", heading=True)
    ('6 tháng đầu năm 2023', 'Quý I/2023')
    >>> period(Period.parse("2019-01-01..2019-10-31"), lang="vi")
    '10 tháng đầu năm 2019'
    """
    text = (_vietnamese if lang == "vi" else _english)(value)
    return text[:1].upper() + text[1:] if heading else text


def _vietnamese(p: Period) -> str:
    year = p.start.year
    match p.kind:
        case Kind.MONTH:
            return f"tháng {_month(p.start.month)}/{year}"
        case Kind.QUARTER:
            return f"quý I/{year}"
        case Kind.SIX_MONTHS:
            return f"6 tháng đầu năm {year}"
        case Kind.NINE_MONTHS:
            return f"9 tháng đầu năm {year}"
        case Kind.YEAR:
            return f"năm {year}"
        case Kind.HALF_TERM:
            return f"nửa đầu nhiệm kỳ {p.key.removesuffix('/half')}"
        case Kind.TERM:
            return f"nhiệm kỳ {p.key}"
    months = _months_from_january(p)
    if months:
        return f"{months} tháng đầu năm {year}"
    return f"từ ngày {date(p.start, lang='vi', short=True)} đến ngày {date(p.end, lang='vi', short=True)}"


def _english(p: Period) -> str:
    year = p.start.year
    match p.kind:
        case Kind.MONTH:
            return f"{_MONTHS[p.start.month - 1]} {year}"
        case Kind.QUARTER:
            return f"the first quarter of {year}"
        case Kind.SIX_MONTHS:
            return f"the first six months of {year}"
        case Kind.NINE_MONTHS:
            return f"the first nine months of {year}"
        case Kind.YEAR:
            return f"{year}"
        case Kind.HALF_TERM:
            return f"the first half of the {p.key.removesuffix('/half')} term"
        case Kind.TERM:
            return f"the {p.key} term"
    months = _months_from_january(p)
    if months:
        return f"the first {months} months of {year}"
    return f"{date(p.start, lang='en')} to {date(p.end, lang='en')}"


def _months_from_january(p: Period) -> int:
    """Return the number of whole months when a window runs from 1 January inside one year, else 0."""
    whole = (p.end + dt.timedelta(days=1)).day == 1
    one_year = p.start == dt.date(p.end.year, 1, 1)
    return p.end.month if whole and one_year and 2 <= p.end.month <= 11 else 0


def _month(month: int) -> str:
    return f"{month:02d}" if month < 3 else str(month)
