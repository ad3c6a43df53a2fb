"""The coverage report being made: its bodies, its periods, and the frames all sections share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from stats import coverage, indicators
from stats.codes import Body
from stats.errors import PeriodError
from stats.indicators import Book
from stats.periods import NAMED, Kind, Period, kind_of
from stats.results import Note, Result
from stats.sections.report import Report, asked_on
from stats.wording import Words

ALL = "all"
"""Place of a report on all bodies; an empty place means the same."""


@dataclass
class CoverageReport(Report):
    """A report on what is published of one body or of all, for one period or for all.

    Attributes
    ----------
    bodies : tuple of str
        The bodies covered.
    key : str or None
        The one period covered; None for all.
    """

    bodies: tuple[str, ...] = ()
    key: str | None = None

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The state of every cell; see `stats.coverage.matrix`."""
        return coverage.matrix(self.book, body=self.bodies, period=self.key)

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The figures covered, one a key, with the indicator that asks for each."""
        return self.ordered(coverage.kept(coverage.reached(self.book), self.bodies, self.key))

    @cached_property
    def tellings(self) -> pd.DataFrame:
        """The figures told by several pages; see `stats.coverage.retold`."""
        return self.ordered(coverage.retold(self.book, body=self.bodies, period=self.key))

    @cached_property
    def derivable(self) -> list[Result]:
        """What can be derived, and what was tried and refused."""
        return coverage.derivable(self.book, body=self.bodies, period=self.key, printed=True)

    def ordered(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return rows in the order of the bodies, then of time."""
        pairs = list(zip(frame["body_id"], frame["period"], strict=True))
        spans = {pair: coverage.span(self.book, *pair) for pair in set(pairs)}
        places = {body: n for n, body in enumerate(self.bodies)}
        order = sorted(
            range(len(pairs)), key=lambda n: (places[pairs[n][0]], spans[pairs[n]].end, spans[pairs[n]].start)
        )
        return frame.iloc[order].reset_index(drop=True)

    @property
    def many(self) -> bool:
        """Whether the report is on several bodies."""
        return len(self.bodies) > 1

    @cached_property
    def papers(self) -> list[str]:
        """The documents that print any figure covered, chosen or not."""
        every = coverage.kept(self.book.tables.observations, self.bodies, self.key)
        return sorted(every["source_id"].unique())

    def called(self, body: str) -> str:
        """Return a body's name; with its days when the report holds another body of that name."""
        ids, lang = self.book.codes.bodies.ids, self.words.lang
        mine = ids[body]
        name = mine.name(lang)
        if not any(b != body and ids[b].name_vi == mine.name_vi for b in self.bodies):
            return name
        if mine.valid_from:
            return self.text("coverage.since", name=name, date=self.words.date(mine.valid_from, short=True))
        until = mine.valid_to or self.period.end
        return self.text("coverage.until", name=name, date=self.words.date(until, short=True))

    def when(self, body: str, key: str, *, heading: bool = True) -> str:
        """Return the name of a period of a body."""
        return self.words.period(coverage.span(self.book, body, key), heading=heading)

    def short(self, body: str, key: str) -> str:
        """Return the name of a period for the head of a row: a window by its first and last day only."""
        if kind_of(key) is not Kind.WINDOW:
            return self.when(body, key)
        period = Period.parse(key)
        return "–".join(self.words.date(day, short=True) for day in (period.start, period.end))

    def told(self, note: Note, *, prefix: str = "") -> str:
        """Return a note as a sentence, bodies among its values by name; or another text with its values."""
        values = dict(note.values)
        if "bodies" in values:
            ids = self.book.codes.bodies.ids
            values["bodies"] = [ids[b].name(self.words.lang) if b in ids else b for b in values["bodies"]]
        return self.words.text(f"{prefix}{note.code}", **values) if prefix else self.words.note(Note(note.code, values))

    def described(self, row: Mapping[str, Any]) -> str:
        """Return what a published figure is about: its indicator, else its codes, with its content and decider."""
        words, indicator = self.words, str(row.get("indicator") or self.asked.get(str(row["row_id"]), ""))
        if indicator:
            said = [self.book.catalogue[indicator].label(words.lang)]
        else:
            said = [words.label("activities", row["activity"]), words.label("stages", row["stage"]).lower()]
            said += [words.label("subjects", row["subject"]).lower()]
            said += [words.label("subgroups", row["subgroup"])] if row["subgroup"] != "all" else []
            said += [words.label("penalties", row["penalty"]).lower()] if row["penalty"] not in ("", "all") else []
        if row["violation"]:
            said.append(words.label("violations", row["violation"], short=True).lower())
        return " – ".join(said)

    def printed(self, result: Result) -> bool:
        """Tell whether a derived figure was published too, so that it only checks the published one."""
        period = coverage.span(self.book, result.body, result.period)
        found = indicators.compute(self.book, result.indicator, result.body, period, actor=result.actor)
        return any(r.category == result.category for r in found)

    @cached_property
    def asked(self) -> dict[str, str]:
        """The indicator of each figure covered, by row id."""
        return dict(zip(self.figures["row_id"], self.figures["indicator"], strict=True))


def open_coverage(
    place: str = "", period: str = "", lang: str = "vi", date: str = "", data: str = ""
) -> CoverageReport:
    """Open a coverage report.

    Parameters
    ----------
    place : str
        Body id or name; empty or ``all`` for all bodies that have figures.
    period : str
        Period key; empty for all.
    lang : str
        ``vi`` or ``en``.
    date : str
        Date on the report; empty for the newest publication date among the figures covered.
    data : str
        Data folder; empty for the project's own.

    Raises
    ------
    UnknownCodeError, PeriodError
        When body, language or period is unknown, or nothing was published for them.
    """
    book = indicators.open_book(Path(data) if data else None)
    # papermill turns a year given with -p into a number.
    return coverage_of(book, place, str(period), lang, date)


def coverage_of(book: Book, place: str = "", period: str = "", lang: str = "vi", date: str = "") -> CoverageReport:
    """Return a coverage report on a book already open; see `open_coverage`."""
    words = Words(book.codes, lang)
    bodies = _bodies(book, place, period)
    body = _everyone(words) if place in ("", ALL) else book.codes.bodies.ids[bodies[0]]
    rows = coverage.kept(book.tables.observations, bodies, period or None)
    if rows.empty:
        if period:
            kind_of(period)  # a key that cannot be read says so itself
        known = ", ".join(p.key for b in bodies[:1] for p in book.periods(b))
        en, vi = (f" for the period {period!r}", f" kỳ {period!r}") if period else ("", "")
        raise PeriodError(
            f"No figure was published on {body.name('en')}{en}. "
            + (f"There are: {known}." if known else "See: discipline-stats list bodies."),
            f"Không có số liệu công bố của {body.name('vi')}{vi}. "
            + (f"Các kỳ hiện có: {known}." if known else "Xem: discipline-stats list bodies."),
        )
    span = _span(rows, period)
    return CoverageReport(book, words, body, span, asked_on(date), bodies=bodies, key=period or None)


def _bodies(book: Book, place: str, period: str) -> tuple[str, ...]:
    """Return the bodies meant; of several that bore a name in turn, the one with figures for the period."""
    if place in ("", ALL):
        return tuple(b for b in book.codes.bodies.ids if b in set(book.bodies()))
    found = [b.body_id for b in book.codes.bodies_named(place)] or [book.codes.body(place).body_id]
    keys = {b: [p.key for p in book.periods(b)] for b in found}
    return (max(found, key=lambda b: (period in keys[b], len(keys[b]))),)


def _everyone(words: Words) -> Body:
    vi, en = (words.codes.text("coverage.everyone", lang) for lang in ("vi", "en"))
    return Body(ALL, vi, en, "", "", None, None)


def _span(rows: pd.DataFrame, key: str) -> Period:
    start, end = rows["period_start"].min().date(), rows["period_end"].max().date()
    if not key:
        return Period(f"{start}..{end}", Kind.WINDOW, start, end)
    return Period.parse(key, dates=(start, end) if kind_of(key) in NAMED else None)
