"""The reports a catalogue asks for, one by one: which body and period, when due, until when held back."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stats.codes import Codes
from stats.errors import PeriodError
from stats.periods import NAMED, Kind, Period, kind_of, slug_of
from stats.reports import resources
from stats.reports.production.catalogue import EACH, TOGETHER, UNDATED, Catalogue, Entry
from stats.reports.production.faults import CatalogueError
from stats.reports.production.survey import ALL, Holding, Survey
from stats.reports.request import NotebookParameters, Request

SHARED = "shared"
"""Pages of a batch lie beside one folder of assets."""

LAST_MONTHS = {
    Kind.MONTH: tuple(range(1, 13)), Kind.QUARTER: (3,), Kind.SIX_MONTHS: (6,), Kind.NINE_MONTHS: (9,),
    Kind.YEAR: (12,),
}  # fmt: skip
"""Kinds of period the calendar gives, with the months they end in."""


@dataclass(frozen=True, slots=True)
class Job:
    """One report to make.

    Attributes
    ----------
    key : str
        Its name: ``period_ha-noi_2018_vi``.
    request : Request
        What to render.
    entry : str
        Id of the catalogue entry it comes from.
    closes : datetime.date or None
        Last day of its period (coverage: day of the newest document); None where it is not known.
    due : datetime.date or None
        First day on which it should be there.
    embargo : datetime.date or None
        First day on which it may be made.
    audience_vi, audience_en : str
        For whom.
    lacks : str
        Why it cannot be made yet: ``no_figures``, ``few_figures`` or ``no_dates``; empty when it can.
    label_vi, label_en : str
        The period in words; the key where it has no figures.
    """

    key: str
    request: Request
    entry: str
    closes: dt.date | None
    due: dt.date | None
    embargo: dt.date | None
    audience_vi: str
    audience_en: str
    lacks: str = ""
    label_vi: str = ""
    label_en: str = ""

    def label(self, lang: str) -> str:
        """Return the period in words."""
        return self.label_vi if lang == "vi" else self.label_en

    def audience(self, lang: str) -> str:
        """Return for whom it is."""
        return self.audience_vi if lang == "vi" else self.audience_en


@dataclass(frozen=True, slots=True)
class _Asked:
    """A body and period an entry asks for."""

    place: str
    period: str
    closes: dt.date | None
    labels: tuple[str, str]
    lacks: str


def jobs(
    catalogue: Catalogue,
    survey: Survey,
    codes: Codes,
    today: dt.date,
    *,
    out: Path | None = None,
    data: str = "",
) -> list[Job]:
    """Return every report of a catalogue, in its order, then by body and time, then by language.

    Parameters
    ----------
    catalogue : Catalogue
        See `stats.reports.production.catalogue.read`.
    survey : Survey
        What the data hold.
    codes : Codes
        Bodies, their levels, and the dates of half-terms and terms.
    today : datetime.date
        How far the calendar has gone: up to here periods are waited for, and one beyond.
    out : Path, optional
        The output folder.
    data : str
        The data folder as the reports' parameter; empty for the project's own.

    Raises
    ------
    CatalogueError
        When two entries of one rank ask for the same report.
    """
    folder = out or resources.output_folder()
    made: dict[str, Job] = {}
    for entry in catalogue.entries:
        for asked in _asked(entry, survey, codes, today):
            for lang in entry.languages:
                job = _job(entry, asked, lang, folder, data)
                other = made.get(job.key)
                if other is None or entry.rank > catalogue.entry(other.entry).rank:
                    made[job.key] = job
                elif entry.rank == catalogue.entry(other.entry).rank and other.entry != entry.id:
                    places = (catalogue.where(other.entry), catalogue.where(entry.id))
                    raise CatalogueError(
                        f"{places[0]} and {places[1]}: the entries {other.entry!r} and {entry.id!r} both ask for "
                        f"{job.key}; leave it to one of them.",
                        f"{places[0]} và {places[1]}: hai mục {other.entry!r} và {entry.id!r} cùng yêu cầu {job.key}; "
                        "chỉ để ở một mục.",
                    )
    order = {entry.id: n for n, entry in enumerate(catalogue.entries)}
    return sorted(made.values(), key=lambda job: order[job.entry])


def _job(entry: Entry, asked: _Asked, lang: str, folder: Path, data: str) -> Job:
    request = Request(
        kind=entry.kind,
        parameters=NotebookParameters(place=asked.place, period=asked.period, lang=lang, data=data),
        slug=slug_of(asked.period) or "all",
        formats=entry.formats,
        assets=SHARED,
        out=folder / entry.folder,
        languages=entry.languages,
    )
    closes = asked.closes
    held = entry.embargo or (closes + dt.timedelta(entry.embargo_days) if closes and entry.embargo_days else None)
    due = closes + dt.timedelta(entry.due_days) if closes else None
    told = (entry.audience_vi, entry.audience_en, asked.lacks, *asked.labels)
    return Job(request.name, request, entry.id, closes, due, held, *told)


def _asked(entry: Entry, survey: Survey, codes: Codes, today: dt.date) -> Iterator[_Asked]:
    if entry.kind in UNDATED:
        yield from _undated(entry, survey, codes)
        return
    held = {(h.body, h.period): h for h in survey.holdings if (h.body == ALL) == (entry.bodies == TOGETHER)}
    for body in _bodies(entry, codes, dict.fromkeys(body for body, _ in held)):
        mine = {period: h for (b, period), h in held.items() if b == body and _amount(entry, h)}
        wanted = [*entry.periods] or [key for key, h in mine.items() if _kind_asked(entry, h.kind)]
        waited = _calendar(entry, today)
        for key in dict.fromkeys([*wanted, *waited]):
            found = mine.get(key)
            if found and _amount(entry, found) >= entry.least:
                yield _Asked(body, key, found.closes, (found.label_vi, found.label_en), "")
            elif entry.periods or key in waited:
                yield _lacking(body, key, found, codes)
        if not mine and entry.named and not wanted and not waited:
            # A body named in the catalogue is answered for even when nothing was published on it.
            yield _Asked(body, "", None, ("–", "–"), "no_figures")


def _undated(entry: Entry, survey: Survey, codes: Codes) -> Iterator[_Asked]:
    words = ("–", "–")
    if entry.bodies == TOGETHER:
        yield _Asked(ALL, "", survey.newest, words, "" if survey.holdings else "no_figures")
        return
    figures = dict.fromkeys(survey.covered, 0)
    for held in survey.holdings:
        if held.body in figures:
            figures[held.body] += held.figures
    for body in _bodies(entry, codes, figures):
        lacks = "no_figures" if not figures.get(body) else "few_figures" if figures[body] < entry.least else ""
        if not lacks or entry.named:
            yield _Asked(body, "", survey.newest, words, lacks)


def _bodies(entry: Entry, codes: Codes, have: Iterable[str]) -> list[str]:
    """Return the bodies of an entry, in the order of the list of bodies where it names none."""
    if entry.bodies == TOGETHER:
        return [ALL]
    known = set(have)
    bodies = [b.body_id for b in codes.bodies if b.body_id in known] if entry.bodies == EACH else [*entry.bodies]
    return [b for b in bodies if not entry.levels or codes.bodies.ids[b].level in entry.levels]


def _amount(entry: Entry, held: Holding) -> int:
    """Return how much was published of what a kind of report is made from."""
    return {"programme": held.facts, "comparison": held.bodies}.get(entry.kind, held.figures)


def _kind_asked(entry: Entry, kind: str) -> bool:
    return not entry.period_kinds or kind in entry.period_kinds


def _lacking(body: str, key: str, found: Holding | None, codes: Codes) -> _Asked:
    if found:
        return _Asked(body, key, found.closes, (found.label_vi, found.label_en), "few_figures")
    try:
        closes = codes.period(key, body).end
    except PeriodError:
        named = kind_of(key) in NAMED and body == ALL
        return _Asked(body, key, None, (key, key), "no_figures" if named else "no_dates")
    return _Asked(body, key, closes, (key, key), "no_figures")


def _calendar(entry: Entry, today: dt.date) -> list[str]:
    """Return the periods an entry waits for: all that have begun since its first year."""
    if entry.expected_from is None:
        return []
    kinds = [kind for kind in LAST_MONTHS if _kind_asked(entry, kind)]
    years = range(entry.expected_from, today.year + 1)
    every = [(_end(year, month), _key(kind, year, month)) for year in years for kind in kinds
             for month in LAST_MONTHS[kind]]  # fmt: skip
    begun = [(end, key) for end, key in every if Period.parse(key).start <= today]
    return [key for _, key in sorted(begun)]


def _end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _key(kind: Kind, year: int, month: int) -> str:
    tail = {Kind.MONTH: f"-{month:02d}", Kind.QUARTER: "-Q1", Kind.SIX_MONTHS: "-6M", Kind.NINE_MONTHS: "-9M"}
    return f"{year}{tail.get(kind, '')}"
