"""The report being made: a body, a period, a language, and the ways to ask for figures and cite them."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from stats import indicators
from stats.codes import Body
from stats.displays import STYLE, linked
from stats.indicators import Book
from stats.periods import Kind, Period
from stats.results import Result
from stats.wording import Words
from stats.wording.formats import NBSP

DOUBTFUL = frozenset({"actor_doubtful", "digit_missing", "digits_transposed", "implausible", "period_doubtful"})
"""Flags of figures that stand in the tables only."""

MOST_DAYS = 4
"""Documents of one publisher named by their days under a chart; of more the number is given."""

MOST_NOTES = 3
"""Notes printed under a chart; the table beside it carries all of them."""


@dataclass
class Report:
    """What every section of one report shares.

    Attributes
    ----------
    book : Book
        The curated data.
    words : Words
        The language.
    body : Body
        Whom the report is on.
    period : Period
        What it covers.
    asked_date : datetime.date, optional
        Date on the report, when one was asked for; else it is the newest publication date among all
        the rows used (`stats.sections.kinds.make`).
    cited : dict
        Source id to its number, in the order first cited; the list of sources prints them.
    used : dict
        Row ids the sections shown so far rest on.
    size : str
        Size of the charts (`stats.theme.SIZES`).
    """

    book: Book
    words: Words
    body: Body
    period: Period
    asked_date: dt.date | None = None
    cited: dict[str, int] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    size: str = "page"

    def _repr_html_(self) -> str:
        """Say in a notebook what was opened; the style of the tables comes with it."""
        # A window is named by its days already.
        named = self.words.period if self.period.kind is Kind.WINDOW else self.words.dated
        said = self.text("report.subtitle", body=self.name, period=named(self.period))
        return f'{STYLE}<p lang="{self.words.lang}"><strong>{html.escape(said)}</strong></p>'

    def results(self, indicator: str, *, actor: str | None = None, period: Period | None = None) -> list[Result]:
        """Return one indicator for this body (and this period, unless another is given)."""
        return indicators.compute(self.book, indicator, self.body.body_id, period or self.period, actor=actor)

    def first(self, indicator: str, actor: str) -> Result:
        """Return one indicator of one actor, in state ``missing`` when it was not published."""
        return indicators.first(self.book, indicator, self.body.body_id, self.period, actor)

    def actors(self, *names: str) -> list[str]:
        """Return the actors that have any of the indicators, in the order of the code list."""
        found = {r.actor for name in names for r in self.results(name)}
        return [actor for actor in self.book.codes.order("actors") if actor in found]

    def cite(self, *results: Result) -> str:
        """Return the markers of the sources behind results, as links to the list of sources."""
        return self.cite_ids([s for r in results for s in r.sources])

    def cite_ids(self, sources: Iterable[str]) -> str:
        """Return markers for source ids: ``[1][4]``, each a link."""
        marks = []
        for source in dict.fromkeys(sources):
            number = self.cited.setdefault(source, len(self.cited) + 1)
            title = html.escape(str(self.sources[source]["title"]))
            marks.append(f'<a class="source" href="#src-{html.escape(source)}" title="{title}">[{number}]</a>')
        return "".join(marks)

    def traced(self, text: str, *results: Result) -> str:
        """Return words as a link to the rows they rest on."""
        rows = tuple(dict.fromkeys(row for r in results for row in r.rows))
        self.used.update(dict.fromkeys(rows))
        return linked(html.escape(text), rows) if rows else html.escape(text)

    def figure(self, result: Result, *, subject: str = "") -> str:
        """Return a count with its unit, traced to its rows."""
        return self.traced(self.words.count(result, subject=subject or self.subject(result)), result)

    def subject(self, result: Result) -> str:
        """Return what a count counts, for units that do not say it (instances)."""
        found = self.book.catalogue.get(result.indicator)
        if found:
            return found.definition["subject"]
        return str(self.rows[result.rows[0]]["subject"]) if result.rows and result.rows[0] in self.rows else ""

    def unit(self, result: Result, *, subject: str = "") -> str:
        """Return the unit of a count in words that never break: ``lượt tổ chức đảng``."""
        label = self.words.label("units", result.unit)
        if result.unit == "instances":
            subject = subject or self.subject(result)
            what = self.words.label("units", f"{subject}s") if subject in ("organisation", "member") else ""
            label = self.words.text("table.instances", subject=what) if what else label
        return label.replace(" ", NBSP)

    def text(self, key: str, **values: Any) -> str:
        """Return a text with its values escaped, unless they are already finished markup."""
        return self.words.text(key, **values)

    def doubtful(self, result: Result) -> bool:
        """Tell whether a figure is too doubtful for a main point, a rate or a chart of its own."""
        flags = {str(c.values["flag"]) for c in result.caveats if c.code == "flag"}
        return bool(flags & DOUBTFUL) or (result.actor == "unspecified" and "from_title" in flags)

    def actor(self, code: str, *, short: bool = False) -> str:
        """Return the name of an actor as it is called in this body: a city has a Thành ủy, a province a Tỉnh ủy."""
        row = self.book.codes.row("actors", code)
        lang, city = self.words.lang, self.body.level == "municipality"
        key = f"city_{lang}" if city else f"province_{lang}"
        return (
            row[key]
            if row.get(key) and self.body.level in ("municipality", "province")
            else self.words.label("actors", code, short)
        )

    def inside(self, code: str, *, short: bool = False) -> str:
        """Return the name of an actor inside a sentence: small at its start unless it is a proper name."""
        name, level = self.actor(code, short=short), self.book.codes.row("actors", code)["level"]
        proper = level == "national" or (level and self.words.lang == "vi") or name[1:2].isupper()
        return name if proper else name[:1].lower() + name[1:]

    def captions(self, results: Sequence[Result], actor: str = "", *, what: str = "") -> dict[str, Any]:
        """Return what goes around a chart: subtitle, source line and notes, in words, and its size."""
        where = f"{self.name}, {self.words.period(self.period)}"
        who = self.actor(actor) if actor else ""
        notes = self.words.notes(*(self._told(r) for r in results))
        return {
            "subtitle": ". ".join(part for part in (what, where, who) if part),
            "source": self.source_line(results),
            "notes": [note for note in notes if note][:MOST_NOTES],
            "size": self.size,
        }

    def _told(self, result: Result) -> Result:
        """Return a result without what is mere information or needs a name: the table beside a chart tells it."""
        flags = self.book.codes.order("flags")
        mere = {f for f in flags if self.book.codes.row("flags", f)["severity"] == "info"}
        kept = tuple(
            c
            for c in result.caveats
            if c.code != "sources_differ" and not (c.code == "flag" and c.values["flag"] in mere)
        )
        return replace(result, caveats=kept)

    def notes(self, named: Sequence[tuple[str, Result]]) -> list[str]:
        """Return the caveats of figures, each once, with the figures it is about where it is not about all.

        Parameters
        ----------
        named : sequence of tuple
            What each figure is called, and the figure.
        """
        about: dict[str, dict[str, None]] = {}
        others: dict[str, None] = {}
        for name, result in named:
            for note in (*result.caveats, *((result.reason,) if result.reason else ())):
                if note.code == "sources_differ":
                    figures = self.words.join([self.words.number(n) for n in note.values["others"]])
                    others[f"{name}: {figures}"] = None
                    continue
                about.setdefault(self.words.note(note), {})[name] = None
        names = {name for name, _ in named}
        said = [
            text if set(which) == names else self.text("table.note_of", note=text, items="; ".join(which))
            for text, which in about.items()
            if text
        ]
        return [*said, self.text("table.other_figures", items="; ".join(others))] if others else said

    def retold(self, results: Iterable[Result]) -> list[str]:
        """Return the rows in which other pages print another number for these figures; the notes quote them."""
        differ = [r for r in results if any(c.code == "sources_differ" for c in r.caveats)]
        return [row for r in differ for first in r.rows for row in self.book.alternatives.get(first, ())]

    def source_line(self, results: Sequence[Result]) -> str:
        """Return the documents behind results in one line, the publisher and the day where printed."""
        days: dict[str, dict[str, None]] = {}
        for source in dict.fromkeys(s for r in results for s in r.sources):
            days.setdefault(self.publisher(source), {})[self.day(source)] = None
        said = []
        for publisher, found in days.items():
            if len(found) > MOST_DAYS:  # monthly returns: their days stand in the list of sources
                said.append(self.text("sources.many", publisher=publisher, n=len(found)))
            else:
                said += [f"{publisher} ({day})" if day else publisher for day in found]
        return "; ".join(said)

    def publisher(self, source: str) -> str:
        """Return who published a document, in words where the page does not say."""
        return self.rendered(str(self.sources[source]["publisher"])) or self.text("sources.no_publisher")

    def rendered(self, words: str) -> str:
        """Return what curators or a source put in words, in the page's language where it has a rendering."""
        return self._renderings.get(words, words)

    @cached_property
    def _renderings(self) -> dict[str, str]:
        return {row["words"]: row[self.words.lang] for row in self.book.codes.rows("renderings")}

    def vintage(self, sources: Iterable[str]) -> dt.date | None:
        """Return the newest day a document was published, at the earliest; None when none is dated."""
        days = (self.sources[source]["published_from"] for source in sources)
        return max((pd.Timestamp(day).date() for day in days if pd.notna(day)), default=None)

    def day(self, source: str) -> str:
        """Return the day a document was published, in words; empty when it prints none."""
        day = self.sources[source]["published_on"]
        return "" if pd.isna(day) else self.words.date(pd.Timestamp(day).date(), short=True)

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """The documents, by id."""
        return self.book.by_id["sources"]

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Every curated figure, by row id."""
        return self.book.by_id["observations"]

    @property
    def name(self) -> str:
        """The body's name in the report's language."""
        return self.body.name(self.words.lang)


def open_report(place: str, period: str, lang: str = "vi", date: str = "", data: str = "") -> Report:
    """Open a report.

    Parameters
    ----------
    place, period : str
        Body id or name, period key.
    lang : str
        ``vi`` or ``en``.
    date : str
        Date on the report; empty for the newest publication date among the figures used.
    data : str
        Data folder; empty for the project's own.

    Raises
    ------
    UnknownCodeError, PeriodError
        When body, language or period is unknown.
    """
    book = indicators.open_book(Path(data) if data else None)
    body = book.codes.body(place)
    # papermill reads `-p period 2018` as a number.
    return report_on(book, body, book.codes.period(str(period), body.body_id), lang, date)


def report_on(book: Book, body: Body, period: Period, lang: str, date: str = "") -> Report:
    """Return a report on a body and period of a book already open; see `open_report`."""
    return Report(book, Words(book.codes, lang), body, period, asked_on(date))


def asked_on(date: str) -> dt.date | None:
    """Return the date asked for; None when it is left to the report."""
    return dt.date.fromisoformat(date) if date else None
