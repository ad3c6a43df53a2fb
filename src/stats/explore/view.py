"""One choice answered: sentence, chart, table, sources, and the code that makes them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from stats.displays import Table
from stats.explore import choosing, pictures, rendering, sentences
from stats.explore.choices import Choice, found_for, opened, resolve
from stats.explore.code import code_for
from stats.explore.tabled import tabled
from stats.figures import Chart
from stats.indicators import Book, Indicator
from stats.results import Result, to_frame
from stats.sections.report import Report

LABELS = ("body_name", "period_name", "indicator_name", "category_name", "actor_name", "printed")
"""Columns of `View.frame` that hold words, before the shared columns of results."""


@dataclass(frozen=True)
class View:
    """What the curated figures answer to one choice; every part is made when it is first asked for.

    Attributes
    ----------
    choice : Choice
        What was asked, with the body as its id.
    book : Book
        The curated data it was asked of.
    """

    choice: Choice
    book: Book = field(repr=False)

    @cached_property
    def report(self) -> Report:
        """The report the figures would be part of: names, units, numbered sources in one language."""
        return choosing.report_for(self.choice, self.book)

    @cached_property
    def indicator(self) -> Indicator:
        """The line of the indicator catalogue."""
        return self.book.catalogue[self.choice.indicator]

    @cached_property
    def results(self) -> list[Result]:
        """The figures: one a deciding stream (and a category), streams never added; empty when there are none."""
        return found_for(self.choice, self.book)

    @property
    def found(self) -> bool:
        """Whether anything was published for the choice; a figure refused with its reason counts."""
        return bool(self.results)

    @cached_property
    def title(self) -> str:
        """The indicator, the body and the period in words."""
        label, report = self.indicator.label(self.choice.lang), self.report
        return report.text("explore.title", label=label, body=report.name, period=report.words.period(report.period))

    @cached_property
    def sentence(self) -> str:
        """The answer in plain words, a sentence a deciding stream; what exists instead where nothing was found."""
        if not self.found:
            return sentences.nothing(self.report, self.choice, self.instead)
        return sentences.sentences(self.report, self.indicator, self.results)

    @cached_property
    def table(self) -> Table:
        """The figures and the counts they are made of, with unit, interval, notes and numbered sources."""
        return tabled(self._citing, self.indicator, self.results)

    @cached_property
    def _citing(self) -> Report:
        # A report numbers documents as it cites them: charts must not come between the table and its sources.
        return choosing.report_for(self.choice, self.book)

    @cached_property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart: one a deciding stream where streams do not share one; empty when none can be drawn."""
        return pictures.pictures(choosing.report_for(self.choice, self.book), self.indicator, self.results)

    @property
    def chart(self) -> Chart | None:
        """The first chart; None when none can be drawn, for the reason in `chart_reason`."""
        return next(iter(self.charts), None)

    @property
    def chart_reason(self) -> str:
        """Why there is no chart, as a sentence; empty when there is one."""
        return "" if self.charts else pictures.reason(self.report, self.indicator, self.results)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The results as a tidy frame, a row a result: what is printed (`LABELS`), then the numbers."""
        words, report, frame = self.report.words, self.report, to_frame(self.results)
        lists = {"mix": "penalties", "contents": "violations"}
        named: dict[str, Any] = {
            "body_name": report.name,
            "period_name": words.period(report.period, heading=True),
            "indicator_name": self.indicator.label(words.lang),
            "category_name": [
                words.label(lists.get(self.indicator.kind, "penalties"), r.category) if r.category else ""
                for r in self.results
            ],
            "actor_name": [report.actor(r.actor) for r in self.results],
            "printed": [words.cell(r) for r in self.results],
        }
        return pd.concat([pd.DataFrame(named, index=frame.index, columns=list(LABELS)), frame], axis=1)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """The documents behind the figures, a row each, in the order the table cites them.

        Columns ``source_id``, ``publisher``, ``title``, ``published`` (in words; empty where the
        document prints no day), ``url`` and ``rows`` (ids of the curated rows, joined by semicolons).
        """
        _ = self.table  # the table numbers the documents it cites
        return rendering.documents(self._citing, [row for result in self.results for row in result.rows])

    @property
    def code(self) -> str:
        """Python that makes the same results, frame and view from `stats`; it runs as it stands."""
        return code_for(self.choice, found=self.found)

    @cached_property
    def instead(self) -> tuple[Choice, ...]:
        """The nearest choices that have figures; see `stats.explore.choosing.instead`."""
        return choosing.instead(self.choice, self.book)

    def _repr_html_(self) -> str:
        return rendering.view(self)


def look(
    body: str | Choice = "",
    period: str = "",
    indicator: str = "",
    actor: str = "",
    lang: str = "",
    book: Book | None = None,
) -> View:
    """Return the answer of the curated figures to one choice.

    Parameters
    ----------
    body : str or Choice
        Body id or a name, with or without marks (``ha-noi``, ``Hà Nội``, ``Hanoi``); or a whole choice,
        whose parts the other parameters then replace.
    period : str
        Period key (``2020-2025/half``, ``2018``, ``2023-6M``) or its slug in an address.
    indicator : str
        Id in the indicator catalogue (``discipline-stats list indicators``).
    actor : str
        One deciding stream only; by default all of them, each by itself, never added.
    lang : {'vi', 'en'}
        Language of all words; Vietnamese by default.
    book : Book, optional
        The curated data (`stats.indicators.open_book`). The project's own when left out, read once for
        the process: after changing a table, start anew or pass a book.

    Returns
    -------
    View
        With ``found`` False, and what exists instead, when nothing was published.

    Raises
    ------
    UnknownCodeError
        When body, indicator, stream or language does not exist; the nearest are named.
    PeriodError
        When the period cannot be read; the forms allowed are named.

    Examples
    --------
    >>> view = look("Hanoi", "2020-2025/half", "penalty-mix-members")
    >>> [int(result.numerator) for result in view.results]
    [1783, 281, 25, 288]
    """
    asked = body if isinstance(body, Choice) else Choice(body=body or Choice().body)
    given = {"period": str(period), "indicator": indicator, "actor": actor, "lang": lang}
    book = book or opened()
    return View(resolve(replace(asked, **{name: value for name, value in given.items() if value}), book), book)
