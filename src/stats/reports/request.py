"""What is asked of a report, checked in full before any kernel starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict

from stats.codes import Codes, default_data, load
from stats.errors import LANGUAGES, PeriodError, UnknownCodeError, UsageError
from stats.periods import Period, kind_of, slug_of
from stats.reports import resources

if TYPE_CHECKING:
    from stats.tables import Tables

KINDS = {
    "period": "period_report",
    "briefing": "briefing_report",
    "programme": "programme_report",
    "coverage": "coverage_report",
    "comparison": "comparison_report",
}
"""Report kind to its notebook in ``notebooks/report``."""

DEFAULT_PLACE, DEFAULT_PERIOD = "ha-noi", "2020-2025/half"

FORMATS = ("html", "ipynb", "png", "svg", "pdf", "docx", "pptx", "xlsx")


class Opened(Protocol):
    """Curated data already read and checked; a `stats.indicators.Book` is one too."""

    @property
    def tables(self) -> Tables:
        """The tables."""

    @property
    def codes(self) -> Codes:
        """The code lists."""


@dataclass(frozen=True)
class Data:
    """The curated data without the statistics on top: all that checking a request needs."""

    tables: Tables
    codes: Codes


def open_data(data: Path | None = None) -> Data:
    """Read the curated tables and code lists.

    Raises
    ------
    DataError
        When a table has broken rows; all of them are listed.
    """
    # Planning asks for no table: pandas is imported only where one is read.
    from stats.tables import read

    place = data or default_data()
    return Data(read(place), load(place))


class NotebookParameters(BaseModel):
    """The parameters of a report notebook; the names its tagged cell must hold, no others.

    Attributes
    ----------
    place : str
        Body id.
    period : str
        Period key.
    lang : str
        ``vi`` or ``en``.
    date : str
        Date on the report (YYYY-MM-DD); empty for the newest publication date among the rows used.
    data : str
        Data folder; empty for the project's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: str
    period: str
    lang: str = "vi"
    date: str = ""
    data: str = ""


class Request(BaseModel):
    """A checked request: what to render, from which data, into which files.

    Attributes
    ----------
    languages : tuple of str
        Every language rendered in the same call; the pages lead to each other.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    parameters: NotebookParameters
    slug: str
    formats: tuple[str, ...]
    assets: str
    out: Path
    languages: tuple[str, ...] = ()

    @property
    def notebook(self) -> Path:
        """The report notebook to run."""
        return resources.folder(Path("notebooks/report")) / f"{KINDS[self.kind]}.ipynb"

    @property
    def name(self) -> str:
        """Stem of every output: kind, body, period, language."""
        return self.named(self.parameters.lang)

    @property
    def editions(self) -> dict[str, str]:
        """Stems of the same report in the other languages of this call, by language."""
        return {lang: self.named(lang) for lang in self.languages if lang != self.parameters.lang}

    def named(self, lang: str) -> str:
        """Return the stem of the outputs in a language."""
        return f"{self.kind}_{self.parameters.place or 'all'}_{self.slug}_{lang}"


def request(
    book: Opened,
    kind: str,
    *,
    place: str | None = None,
    period: str | None = None,
    lang: str = "vi",
    formats: str = "html,ipynb",
    date: str = "",
    assets: str = "inline",
    out: Path | None = None,
    data: str = "",
) -> tuple[Request, ...]:
    """Check what is asked and give it its one form, a request for each language.

    Parameters
    ----------
    book : Opened
        The curated data, already read: a broken table stops here, before any kernel.
    kind : str
        Report kind (``period``, ``programme``).
    place, period : str, optional
        As typed; names work with and without marks. Left out: Hà Nội's half-term, and for coverage
        every body and period.
    lang : str
        ``vi``, ``en``, or both, comma-separated.
    formats : str
        Comma-separated formats.

    Raises
    ------
    UnknownCodeError
        For an unknown kind, body, language, format or assets mode; the nearest ones are named.
    PeriodError
        For a key that cannot be read, or a period the body has no figure for.
    UsageError
        For a date that is none.
    """
    _check(("report", "loại báo cáo"), kind, KINDS)
    languages = tuple(dict.fromkeys(part.strip() for part in lang.split(",") if part.strip())) or LANGUAGES[:1]
    for one in languages:
        _check(("language", "ngôn ngữ"), one, LANGUAGES)
    _check(("assets mode", "cách nhúng tài nguyên"), assets, ("inline", "shared"))
    wanted = formats_in(formats, FORMATS)
    if date:
        try:
            dt.date.fromisoformat(date)
        except ValueError:
            raise UsageError(
                f"--date {date!r} is no date; write YYYY-MM-DD.",
                f"--date {date!r} không phải là ngày; viết YYYY-MM-DD.",
            ) from None
    places = {"coverage": _scope, "comparison": _kind_of_period}
    where = places[kind](book, place, period) if kind in places else _one(book, place, period, kind)
    return tuple(
        Request(
            kind=kind,
            parameters=NotebookParameters(place=where.body, period=where.period, lang=one, date=date, data=data),
            slug=where.slug,
            formats=wanted,
            assets=assets,
            out=out or resources.output_folder(),
            languages=languages,
        )
        for one in languages
    )


@dataclass(frozen=True, slots=True)
class _Where:
    body: str
    period: str
    slug: str


def _one(book: Opened, place: str | None, period: str | None, kind: str) -> _Where:
    body, found = locate(book, place or DEFAULT_PLACE, period or DEFAULT_PERIOD, programme=kind == "programme")
    return _Where(body, found.key, found.slug)


def _scope(book: Opened, place: str | None, period: str | None) -> _Where:
    """Resolve a coverage report's scope: all bodies unless one is named, all periods unless one is named."""
    everywhere = place in (None, "", "all")
    if not everywhere and period:
        body, found = locate(book, place or "", period)
        return _Where(body, found.key, found.slug)
    body = "" if everywhere else _busiest(book, place or "")
    if not period:
        return _Where(body, "", "all")
    kind_of(period)
    if period not in set(book.tables.observations["period"]):
        raise PeriodError(
            f"No body has a published figure for the period {period!r}.",
            f"Không đảng bộ nào có số liệu công bố cho kỳ {period!r}.",
        )
    return _Where(body, period, slug_of(period))


def _kind_of_period(book: Opened, _place: str | None, period: str | None) -> _Where:
    """Resolve a comparison of bodies: all of them, in one period that has figures."""
    if not period:
        raise PeriodError(
            "A comparison of bodies needs a period: --period 2018.", "So sánh các đảng bộ cần một kỳ: --period 2018."
        )
    # Which periods can be compared is the report's own rule: asked here, so that no kernel starts in vain.
    from stats.indicators import Book
    from stats.sections.bodies import comparison_of

    comparison_of(Book(book.tables, book.codes), period, LANGUAGES[0])
    return _Where("", period, slug_of(period))


def _busiest(book: Opened, place: str) -> str:
    """Return the body of a name that has figures for the most periods; a name may have meant two in turn."""
    named = [b.body_id for b in book.codes.bodies_named(place)] or [book.codes.body(place).body_id]
    body = max(named, key=lambda b: len(available(book, b)))
    if not available(book, body):
        name_vi, name_en = (book.codes.body(body).name(lang) for lang in LANGUAGES)
        raise PeriodError(
            f"{name_en} has no published figures; see: discipline-stats list bodies.",
            f"{name_vi} chưa có số liệu công bố; xem: discipline-stats list bodies.",
        )
    return body


SAMPLE = "synthetic"
"""Beginning of the ids of the bodies of the made-up sample (`stats.reports.sampling`)."""

MOST_PERIODS = 20
"""Periods listed where one is not there: those nearest to it."""


def locate(book: Opened, place: str, period: str, *, programme: bool = False) -> tuple[str, Period]:
    """Resolve a body and a period as typed to a body id and a period that has figures.

    A name that several bodies bore in turn (a province before and after a merger) means the one
    that has figures for the period.

    Raises
    ------
    UnknownCodeError, PeriodError
        See `request`; the periods the body does have are listed.
    """
    candidates = [body.body_id for body in book.codes.bodies_named(place)]
    if not candidates and place.lower().startswith(SAMPLE) and not book.codes.bodies_named(f"{SAMPLE}-01"):
        raise UsageError(
            f"{place} is a body of the made-up sample: write it with discipline-stats sample, then give its folder "
            "with --data.",
            f"{place} là đảng bộ trong bộ số liệu giả lập: hãy tạo bộ này bằng lệnh discipline-stats sample rồi chỉ "
            "thư mục bằng --data.",
        )
    if not candidates:
        candidates = [book.codes.body(place).body_id]
    for body in candidates:
        for have in available(book, body, programme=programme):
            if have.key == period:
                return body, have
    body = max(candidates, key=lambda b: len(available(book, b, programme=programme)))
    asked = book.codes.period(period, body)
    there = available(book, body, programme=programme)
    nearest = sorted(there, key=lambda p: abs((p.end - asked.end).days))[:MOST_PERIODS]
    known = ", ".join(p.key for p in sorted(nearest))
    if len(there) > MOST_PERIODS:
        known += f", ... ({len(there)}: discipline-stats list periods --place {body})"
    name_vi, name_en = (book.codes.body(body).name(lang) for lang in LANGUAGES)
    if programme and not known and available(book, body):
        raise PeriodError(
            f"{name_en} has no figures on work programmes; its other figures make the reports period and briefing.",
            f"{name_vi} không có số liệu về chương trình công tác; số liệu khác của đơn vị này dùng cho báo cáo period "
            "và briefing.",
        )
    raise PeriodError(
        f"{name_en} has no published figure for the period {period!r}. "
        + (f"It has: {known}." if known else "It has no figures at all; see: discipline-stats list bodies."),
        f"{name_vi} không có số liệu công bố cho kỳ {period!r}. "
        + (f"Các kỳ hiện có: {known}." if known else "Chưa có kỳ nào; xem: discipline-stats list bodies."),
    )


def available(book: Opened, body: str, *, programme: bool = False) -> list[Period]:
    """Return the periods a body has figures for, in order; of programmes, when asked for those."""
    frame = book.tables.programme if programme else book.tables.observations
    keys = frame.loc[frame["body_id"].eq(body), "period"].unique()
    return sorted(book.codes.period(str(key), body) for key in keys)


def formats_in(text: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """Return the formats of a comma-separated list, each once.

    Raises
    ------
    UnknownCodeError, UsageError
        When one is unknown, or none is named.
    """
    known = list(allowed)
    wanted = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for one in wanted:
        _check(("format", "định dạng"), one, known)
    if not wanted:
        raise UsageError(
            f"--to names no format; choose from: {', '.join(known)}.",
            f"--to chưa nêu định dạng nào; chọn trong: {', '.join(known)}.",
        )
    return wanted


def _check(what: tuple[str, str], value: str, allowed: Iterable[str]) -> None:
    names = list(allowed)
    if value not in names:
        raise UnknownCodeError.from_value(what, value, names)
