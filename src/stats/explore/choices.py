"""What can be asked of the explorer: a body, a period, an indicator, a deciding stream, a language.

A `Choice` is all the state there is. Its address (`Choice.query`) can be shared, and whoever opens
it sees the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from stats import indicators
from stats.codes import Body
from stats.errors import LANGUAGES, PeriodError, UnknownCodeError
from stats.indicators import Book
from stats.periods import NAMED, Period, kind_of, slug_of
from stats.results import Result

ADDRESS = {"place": "body", "period": "period", "indicator": "indicator", "stream": "actor", "lang": "lang"}
"""Names in an address, and the fields of a choice they fill."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One question to the curated figures; by default the first one a newcomer is shown.

    Attributes
    ----------
    body : str
        Body id.
    period : str
        Period key (``2020-2025/half``).
    indicator : str
        Id in the indicator catalogue.
    actor : str
        Deciding stream; empty for all of them, each by itself.
    lang : str
        ``vi`` or ``en``.
    """

    body: str = "ha-noi"
    period: str = "2020-2025/half"
    indicator: str = "penalty-mix-members"
    actor: str = ""
    lang: str = "vi"

    def query(self) -> str:
        """Return the choice as the query of an address; the period stands there as its slug.

        Examples
        --------
        >>> Choice().query()
        'place=ha-noi&period=2020-2025-half&indicator=penalty-mix-members&lang=vi'
        """
        values = {name: getattr(self, field) for name, field in ADDRESS.items()} | {"period": slug_of(self.period)}
        return urlencode({name: value for name, value in values.items() if value})

    @classmethod
    def parse(cls, address: str | Mapping[str, str | Sequence[str]]) -> Choice:
        """Read a choice back from an address.

        Parameters
        ----------
        address : str or mapping
            A query, with or without its question mark, or its values by name; what is not named is
            as by default, and other names are left alone. Nothing is looked up: a stale id is
            found out, and explained, by `stats.explore.look`.

        Examples
        --------
        >>> Choice.parse("?place=national&period=2023&indicator=disciplined-members").body
        'national'
        """
        named: Mapping[str, Any] = dict(parse_qsl(address.lstrip("?"))) if isinstance(address, str) else address
        given = {field: _single(named[name]) for name, field in ADDRESS.items() if named.get(name)}
        if "period" in given:
            given["period"] = key_of(given["period"])
        return cls(**given)


def _single(value: str | Sequence[str]) -> str:
    return (value if isinstance(value, str) else value[-1]).strip()


def key_of(slug: str) -> str:
    """Return the period key a slug was made from; a key stays as it is.

    Examples
    --------
    >>> key_of("2020-2025-half"), key_of("2019-01-01_2019-10-31"), key_of("2018-07")
    ('2020-2025/half', '2019-01-01..2019-10-31', '2018-07')
    """
    bare = slug.strip()
    return bare[: -len("-half")] + "/half" if bare.endswith("-half") else bare.replace("_", "..")


@cache
def opened() -> Book:
    """Return the project's own data, read once for the process."""
    return indicators.open_book()


def opening(book: Book, lang: str = "vi") -> Choice:
    """Return what is shown when nothing was asked for.

    Returns
    -------
    Choice
        The default; in data that do not have its body, the newest period of the longest kind of the first body
        that has figures.
    """
    default = Choice(lang=lang)
    if default.body in book.codes.bodies or not book.bodies():
        return default
    body = book.bodies()[0]
    newest = max(book.periods(body), key=lambda period: (round(period.months), period.end))
    return replace(default, body=body, period=newest.key)


def resolve(choice: Choice, book: Book) -> Choice:
    """Return a choice with a body as typed (``Hanoi``) turned into its id, and the rest checked.

    Parameters
    ----------
    choice : Choice
        As asked. A name several bodies bore in turn means the one with figures for the period, else
        the one with most; an id means that body.
    book : Book
        The curated data.

    Raises
    ------
    UnknownCodeError
        For a body, indicator, stream or language that does not exist; the nearest are named.
    PeriodError
        For a period that cannot be read, and for a half-term or term no body has.
    """
    if choice.lang not in LANGUAGES:
        raise UnknownCodeError.from_value(("language", "ngôn ngữ"), choice.lang, LANGUAGES)
    indicators.find(book, choice.indicator)
    if choice.actor:
        book.codes.check("actors", choice.actor)
    found = replace(choice, period=key_of(str(choice.period)))
    kind_of(found.period)
    found = replace(found, body=_body(book, choice.body, found.period).body_id)
    period_of(found, book)
    return found


def _body(book: Book, name: str, period: str) -> Body:
    if name in book.codes.bodies:
        return book.codes.body(name)
    candidates = book.codes.bodies_named(name) or (book.codes.body(name),)
    having = [body for body in candidates if not book.at(body.body_id, period).empty]
    return having[0] if having else max(candidates, key=lambda body: len(book.periods(body.body_id)))


def period_of(choice: Choice, book: Book) -> Period:
    """Return the period of a choice with the dates it has for its body.

    A half-term or term the body has no dates for, while another body has, stands there under its
    name: that nothing was published for it is an answer, not an error.

    Raises
    ------
    PeriodError
        When the key cannot be read, or no body has such a half-term or term.
    """
    try:
        return book.codes.period(choice.period, choice.body)
    except PeriodError:
        if kind_of(choice.period) in NAMED:
            terms = (period for body in book.codes.bodies for period in book.codes.terms(body.body_id))
            if elsewhere := next((period for period in terms if period.key == choice.period), None):
                return elsewhere
        raise


def found_for(choice: Choice, book: Book) -> list[Result]:
    """Return the results of a choice, streams in the order of the code list; empty when nothing was published."""
    if book.at(choice.body, choice.period).empty:
        return []
    period = period_of(choice, book)
    return indicators.compute(book, choice.indicator, choice.body, period, actor=choice.actor or None)
