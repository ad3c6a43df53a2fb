"""Read the address of a view; what it names that does not exist is kept, to be explained."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from urllib.parse import parse_qs

from stats.errors import LANGUAGES, StatsError, UnknownCodeError
from stats.explore.choices import ADDRESS, Choice, key_of, opening, resolve
from stats.indicators import Book
from stats.periods import slug_of

NAMES: Mapping[str, str] = MappingProxyType({field: name for name, field in ADDRESS.items()})
"""Field of a choice to its name in an address."""

_LONGEST = 120
"""Letters of a value that are looked at; no code or name comes near it."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A part of an address that names nothing.

    Attributes
    ----------
    field : str
        Field of the choice.
    value : str
        What the address says.
    error : StatsError
        Why that is nothing.
    nearest : tuple of str
        Values close to it that exist; empty when nothing is.
    """

    field: str
    value: str
    error: StatsError
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for.

    Attributes
    ----------
    search : str
        The query itself.
    choice : Choice
        Its valid parts; the others are as by default.
    wrong : tuple of Wrong
        Its other parts.
    """

    search: str
    choice: Choice
    wrong: tuple[Wrong, ...] = ()


def read(search: str, lang: str, book: Book) -> Asked:
    """Return what the query of an address asks for.

    Parameters
    ----------
    search : str
        The query, with or without its question mark; of a name met twice the first counts, names that
        mean nothing here are left alone.
    lang : str
        Language where the address names none.
    book : Book
        The curated data.
    """
    named = {name: values[0].strip()[:_LONGEST] for name, values in parse_qs((search or "").lstrip("?")).items()}
    given = {field: named[name] for field, name in NAMES.items() if named.get(name)}
    first = opening(book, lang)
    with contextlib.suppress(StatsError):
        # As a whole first: a name that bodies bore in turn means the one of the period asked for.
        return Asked(search, resolve(replace(first, **given), book))
    good, wrong = first, []
    # In the order of the fields, so that a period is read for the body asked for.
    for field in ("lang", *(f.name for f in fields(Choice) if f.name != "lang")):
        value = given.get(field, "")
        if not value:
            continue
        try:
            good = resolve(replace(good, **{field: key_of(value) if field == "period" else value}), book)
        except StatsError as error:
            near = error.nearest if isinstance(error, UnknownCodeError) else ()
            wrong.append(Wrong(field, value, error, near))
    return Asked(search, good, tuple(wrong))


def language(search: str, lang: str) -> str:
    """Return the language an address asks for, by its name alone; `lang` when it names none that exists."""
    named = parse_qs((search or "").lstrip("?")).get(NAMES["lang"], [""])[0].strip()
    return named if named in LANGUAGES else lang


def written(choice: Choice, field: str) -> str:
    """Return a part of a choice as it stands in an address."""
    value = str(getattr(choice, field))
    return slug_of(value) if field == "period" else value


def link(choice: Choice) -> str:
    """Return the address of a choice, as seen from the page."""
    return f"/?{choice.query()}"
