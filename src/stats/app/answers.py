"""What an address is answered with: always a page in words, also when the address is wrong or nothing is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash import html

from stats import explore
from stats.app import address, parts
from stats.app.address import NAMES, Asked
from stats.errors import LANGUAGES, StatsError
from stats.explore import Choice
from stats.indicators import Book
from stats.wording import Words


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of the page, in one language.

    Attributes
    ----------
    head, result, foot : list of components
        See `stats.app.parts`.
    lists : tuple
        What the form holds, in the order of `stats.app.parts.LISTS`; empty when there is nothing to choose from.
    title, sentence : str
        The heading of the figures, and the sentence below it.
    view : mapping
        What the script of the page needs: language, title of the window, the chosen values by name.
    """

    head: parts.Parts
    lists: tuple[Any, ...]
    title: str
    sentence: str
    result: parts.Parts
    foot: parts.Parts
    view: Mapping[str, Any]

    def outputs(self) -> tuple[Any, ...]:
        """Return what each place of the page is filled with, in the order of `FILLED`."""
        lists = self.lists or tuple([] for _ in parts.LISTS)
        return (self.head, *lists, self.title, self.sentence, self.result, self.foot, self.view)


FILLED = ("head", *parts.LISTS, "title", "sentence", "result", "foot", "view")
"""Ids of what an answer fills."""


def answer(search: str, lang: str, book: Book) -> Answer:
    """Return the answer to the query of an address; the same query, the same answer.

    Parameters
    ----------
    search : str
        The query, with or without its question mark.
    lang : str
        Language where it names none.
    book : Book
        The curated data.
    """
    asked = address.read(search, lang, book)
    words = Words(book.codes, asked.choice.lang)
    options = explore.options(asked.choice, book)
    lists = parts.lists(words, asked, options)
    if asked.wrong:
        result = parts.explained(words, book, asked, options)
        return _page(words, asked, lists, words.text("app.wrong"), parts.wrongs(words, asked), result)
    choice = asked.choice
    view = explore.look(choice.body, choice.period, choice.indicator, actor=choice.actor, lang=choice.lang, book=book)
    return _page(words, asked, lists, view.title, view.sentence, parts.figures(words, book, view))


def failed(error: Exception, search: str, words: Words) -> Answer:
    """Return the page that says why there is no answer: broken data, or a fault of the program."""
    said = error.text(words.lang) if isinstance(error, StatsError) else words.text("app.failed.why", error=repr(error))
    asked = Asked(search, Choice(lang=words.lang))
    return _page(words, asked, (), words.text("app.failed"), said, [html.P(words.text("app.failed.do"))])


def _page(words: Words, asked: Asked, lists: tuple[Any, ...], title: str, sentence: str, result: parts.Parts) -> Answer:
    choice = asked.choice
    wrong = {one.field for one in asked.wrong}
    editions = [(lang, address.link(replace(choice, lang=lang))) for lang in LANGUAGES]
    name = words.text("app.name")
    return Answer(
        head=parts.head(words, choice, editions),
        lists=lists,
        title=title,
        sentence=sentence,
        result=result,
        foot=[words.text("report.foot")],
        view={
            "lang": words.lang,
            "title": f"{title} – {name}",
            "values": {n: "" if field in wrong else address.written(choice, field) for field, n in NAMES.items()},
            "search": asked.search,
            "open": bool(lists),
            "skip": words.text("app.skip"),
            "gone": words.text("app.gone"),
        },
    )
