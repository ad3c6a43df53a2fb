"""Reporting periods: what a figure covers, and which two may be compared.

The reporting regime (Decision 885-QĐ/UBKTTW) names the month, Quarter I, 6 months, 9 months, the
year and the term; offices also review the half-term. Quarter I, 6 months, 9 months and the year
are cumulative from 1 January. Any other stretch of days is a *window*.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from stats.errors import PeriodError

COMPARABLE_LENGTH = 0.10
"""Two periods of one kind have comparable counts when their lengths differ by at most this share."""


class Kind(StrEnum):
    """The kinds of period, from short to long."""

    MONTH = "month"
    QUARTER = "quarter"
    SIX_MONTHS = "six_months"
    NINE_MONTHS = "nine_months"
    YEAR = "year"
    HALF_TERM = "half_term"
    TERM = "term"
    WINDOW = "window"


CUMULATIVE = (Kind.QUARTER, Kind.SIX_MONTHS, Kind.NINE_MONTHS, Kind.YEAR)
NAMED = (Kind.HALF_TERM, Kind.TERM)

_FORMS = (
    (Kind.WINDOW, re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")),
    (Kind.HALF_TERM, re.compile(r"([0-9]{4})-([0-9]{4})/half")),
    (Kind.TERM, re.compile(r"([0-9]{4})-([0-9]{4})")),
    (Kind.QUARTER, re.compile(r"([0-9]{4})-Q1")),
    (Kind.SIX_MONTHS, re.compile(r"([0-9]{4})-6M")),
    (Kind.NINE_MONTHS, re.compile(r"([0-9]{4})-9M")),
    (Kind.MONTH, re.compile(r"([0-9]{4})-([0-9]{2})")),
    (Kind.YEAR, re.compile(r"([0-9]{4})")),
)
_LAST_MONTH = {Kind.QUARTER: 3, Kind.SIX_MONTHS: 6, Kind.NINE_MONTHS: 9, Kind.YEAR: 12}
_ALLOWED = "2022, 2023-Q1, 2023-6M, 2023-9M, 2018-07, 2020-2025/half, 2020-2025, 2019-01-01..2019-10-31"


def slug_of(key: str) -> str:
    """Return the form of a key used in file names and addresses; see `Period.slug`."""
    return key.replace("/", "-").replace("..", "_")


def kind_of(key: str) -> Kind:
    """Return the kind of period a key names, without resolving its dates.

    Raises
    ------
    PeriodError
        When the key has none of the known forms.

    Examples
    --------
    >>> kind_of("2020-2025/half"), kind_of("2018-07")
    (<Kind.HALF_TERM: 'half_term'>, <Kind.MONTH: 'month'>)
    """
    for kind, form in _FORMS:
        if form.fullmatch(key):
            return kind
    quarter = re.fullmatch(r"([0-9]{4})-Q([2-4])", key)
    hint_en = hint_vi = ""
    if quarter:
        year, q = int(quarter[1]), int(quarter[2])
        window = f"{year}-{3 * q - 2:02d}-01..{_month_end(year, 3 * q)}"
        hint_en = f" The regime has Quarter I only; ask for the window {window}."
        hint_vi = f" Chế độ báo cáo chỉ có quý I; hãy dùng khoảng thời gian {window}."
    raise PeriodError(
        f"Cannot read the period {key!r}. Allowed forms: {_ALLOWED}.{hint_en}",
        f"Không đọc được kỳ {key!r}. Các dạng cho phép: {_ALLOWED}.{hint_vi}",
    )


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days with the name the reporting regime gives it.

    Attributes
    ----------
    key : str
        How the period is written everywhere (``2022``, ``2023-6M``, ``2020-2025/half``).
    kind : Kind
        The kind of period; only periods of one kind are compared.
    start, end : datetime.date
        First and last day, both included.
    """

    key: str
    kind: Kind
    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        if self.end < self.start:
            raise PeriodError(
                f"The period {self.key!r} ends on {self.end} before it starts on {self.start}.",
                f"Kỳ {self.key!r} kết thúc ngày {self.end} trước khi bắt đầu ngày {self.start}.",
            )

    @classmethod
    def parse(cls, key: str, *, dates: tuple[dt.date, dt.date] | None = None) -> Period:
        """Read a period key.

        Parameters
        ----------
        key : str
            See ``Period.key``. Half-terms and terms have no dates of their own: each body holds
            its congress on another day, so `dates` must come from the code list of terms.
        dates : tuple of date, optional
            First and last day, for half-terms and terms only.

        Raises
        ------
        PeriodError
            When the key has no known form, its dates do not exist, or `dates` is needed.

        Examples
        --------
        >>> Period.parse("2023-6M").end
        datetime.date(2023, 6, 30)
        """
        kind = kind_of(key)
        if kind in NAMED:
            if dates is None:
                raise PeriodError(
                    f"The period {key!r} needs the dates of one body: look it up in the code list of terms.",
                    f"Kỳ {key!r} cần ngày cụ thể của một đảng bộ: hãy tra danh mục nhiệm kỳ.",
                )
            return cls(key, kind, *dates)
        try:
            return cls(key, kind, *_bounds(key, kind))
        except ValueError as error:
            raise PeriodError(
                f"The period {key!r} holds a date that does not exist ({error}).",
                f"Kỳ {key!r} có ngày không tồn tại ({error}).",
            ) from None

    @property
    def slug(self) -> str:
        """The only form used in file names and addresses.

        Examples
        --------
        >>> Period.parse("2019-01-01..2019-10-31").slug
        '2019-01-01_2019-10-31'
        """
        return slug_of(self.key)

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.end - self.start).days + 1

    @property
    def months(self) -> float:
        """Length in months: whole calendar months are counted whole, the rest by days of the month.

        Examples
        --------
        >>> Period.parse("2018").months, Period.parse("2018-02").months
        (12.0, 1.0)
        """
        after = self.end + dt.timedelta(days=1)
        whole = (after.year - self.start.year) * 12 + after.month - self.start.month
        return whole + _fraction(after) - _fraction(self.start)

    @property
    def quarter(self) -> int | None:
        """Which calendar quarter the period is, by name or as a window of its days; None for any other.

        Examples
        --------
        >>> [Period.parse(key).quarter for key in ("2018-Q1", "2018-04-01..2018-06-30", "2018")]
        [1, 2, None]
        """
        whole = self.months == 3 and self.start.day == 1 and self.start.month % 3 == 1
        return (self.start.month + 2) // 3 if whole else None

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two share a day."""
        return self.start <= other.end and other.start <= self.end

    def covers(self, day: dt.date) -> bool:
        """Tell whether a day lies in the period."""
        return self.start <= day <= self.end

    def same_length(self, other: Period) -> bool:
        """Tell whether the lengths differ by at most ``COMPARABLE_LENGTH`` of the longer one."""
        return abs(self.days - other.days) <= COMPARABLE_LENGTH * max(self.days, other.days)

    def comparable(self, other: Period) -> bool:
        """Tell whether counts of the two may be set side by side as a change.

        They may when both are of one kind and about one length and do not overlap. Anything else
        compares mixes (shares of a total), never counts.
        """
        return self.kind == other.kind and self.same_length(other) and not self.overlaps(other)

    def year_before(self) -> Period:
        """Return the same period of the previous year (cùng kỳ năm trước).

        Raises
        ------
        PeriodError
            For half-terms, terms and windows, which have no such neighbour.

        Examples
        --------
        >>> Period.parse("2023-9M").year_before().key
        '2022-9M'
        """
        if self.kind in (*NAMED, Kind.WINDOW):
            raise PeriodError(
                f"The period {self.key!r} has no same period of the previous year.",
                f"Kỳ {self.key!r} không có cùng kỳ năm trước.",
            )
        return Period.parse(f"{self.start.year - 1}{self.key[4:]}")

    def minus(self, earlier: Period) -> Period:
        """Return what is left of a cumulative period after an earlier one of the same year.

        Examples
        --------
        >>> Period.parse("2018-6M").minus(Period.parse("2018-Q1")).key
        '2018-04-01..2018-06-30'

        Raises
        ------
        PeriodError
            When the two are not cumulative periods that start on the same day.
        """
        if self.start != earlier.start or earlier.end >= self.end or not {self.kind, earlier.kind} <= set(CUMULATIVE):
            raise PeriodError(
                f"{earlier.key!r} is not an earlier cumulative part of {self.key!r}.",
                f"{earlier.key!r} không phải là phần lũy kế trước đó của {self.key!r}.",
            )
        return Period.parse(f"{earlier.end + dt.timedelta(days=1)}..{self.end}")

    def __lt__(self, other: Period) -> bool:
        """Order by first day, then by last day."""
        return (self.start, self.end, self.key) < (other.start, other.end, other.key)

    def __str__(self) -> str:
        """Return the key."""
        return self.key


def _bounds(key: str, kind: Kind) -> tuple[dt.date, dt.date]:
    if kind is Kind.WINDOW:
        first, last = key.split("..")
        return dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    year = int(key[:4])
    if kind is Kind.MONTH:
        month = int(key[5:])
        return dt.date(year, month, 1), _month_end(year, month)
    return dt.date(year, 1, 1), _month_end(year, _LAST_MONTH[kind])


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _fraction(day: dt.date) -> float:
    return (day.day - 1) / calendar.monthrange(day.year, day.month)[1]
