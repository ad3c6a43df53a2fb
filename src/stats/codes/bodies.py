"""Party bodies by id, name and date, and which body became which.

A province whose territory changed is two bodies: `dong-nai` until 30 June 2025 and
`dong-nai-2025` from 1 July 2025 share the name Đồng Nai, so a name alone may mean either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from stats.codes.files import Row
from stats.errors import UnknownCodeError, fold, nearest


@dataclass(frozen=True, slots=True)
class Body:
    """One party body with the days between which it existed in this shape.

    Attributes
    ----------
    body_id : str
        Key of the body in every table.
    name_vi, name_en : str
        Display names; bodies before and after a reorganisation may share them.
    level : str
        Code of the level (province, district, bloc ...).
    parent_id : str
        The body above, empty at the top.
    valid_from, valid_to : datetime.date or None
        First and last day; None where open.
    aliases : tuple of str
        Other names people type.
    """

    body_id: str
    name_vi: str
    name_en: str
    level: str
    parent_id: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    aliases: tuple[str, ...] = ()

    def name(self, lang: str = "vi") -> str:
        """Return the display name in one language; English for ``en``, else Vietnamese."""
        return self.name_en if lang == "en" else self.name_vi

    def valid_on(self, day: dt.date) -> bool:
        """Tell whether the body existed in this shape on a day."""
        return (self.valid_from or dt.date.min) <= day <= (self.valid_to or dt.date.max)

    def __str__(self) -> str:
        """Return the id."""
        return self.body_id


@dataclass(frozen=True, slots=True)
class Succession:
    """One body, or a piece of it, becoming part of another on a day.

    Attributes
    ----------
    whole : bool
        False when only a piece moved; figures of a piece are flagged, never added.
    piece_vi : str
        The piece, in Vietnamese.
    """

    old_body_id: str
    new_body_id: str
    effective_from: dt.date
    whole: bool
    piece_vi: str
    source_id: str


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _squash(name: str) -> str:
    # "Hanoi", "ha-noi" and "Hà Nội" are one name: spaces do not count either.
    return fold(name).replace(" ", "")


class Bodies:
    """All bodies, found by id or by any of their names.

    Parameters
    ----------
    rows : iterable of Row
        The rows of ``bodies.csv``.
    crosswalk : iterable of Row
        The rows of ``reorganisation.csv``.
    """

    def __init__(self, rows: Iterable[Row], crosswalk: Iterable[Row]) -> None:
        self._by_id: dict[str, Body] = {}
        self._by_name: dict[str, list[Body]] = {}
        for row in rows:
            body = Body(
                row["body_id"], row["name_vi"], row["name_en"], row["level"], row["parent_id"],
                _day(row["valid_from"]), _day(row["valid_to"]), tuple(a for a in row["aliases"].split(";") if a),
            )  # fmt: skip
            self._by_id[body.body_id] = body
            for key in {_squash(n) for n in (body.body_id, body.name_vi, body.name_en, *body.aliases)}:
                self._by_name.setdefault(key, []).append(body)
        moves = (
            Succession(
                row["old_body_id"], row["new_body_id"], dt.date.fromisoformat(row["effective_from"]),
                row["part"] == "whole", row["piece_vi"], row["source_id"],
            )
            for row in crosswalk
        )  # fmt: skip
        # An unchanged province is listed as its own successor so that the map is complete.
        self._moves = tuple(m for m in moves if m.old_body_id != m.new_body_id)

    def __iter__(self) -> Iterator[Body]:
        """Yield the bodies in the order of the file."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        """Return the number of bodies."""
        return len(self._by_id)

    def __contains__(self, body_id: object) -> bool:
        """Tell whether an id exists."""
        return body_id in self._by_id

    @property
    def ids(self) -> Mapping[str, Body]:
        """The bodies by id."""
        return self._by_id

    def named(self, name: str) -> tuple[Body, ...]:
        """Return every body with a name, the one that exists latest first; empty when there is none."""
        found = self._by_name.get(_squash(name), [])
        return tuple(sorted(found, key=_recent, reverse=True))

    def find(self, name_or_id: str, on: dt.date | None = None) -> Body:
        """Return the body with an id or a name.

        Parameters
        ----------
        name_or_id : str
            Ids match exactly and win; names match without marks, case, spaces or punctuation.
        on : datetime.date, optional
            Chooses between bodies that share a name. Without it the latest is meant.

        Raises
        ------
        UnknownCodeError
            When no body has the id or name; the nearest names and ids are listed.
        """
        exact = self._by_id.get(name_or_id)
        if exact:
            return exact
        found = self.named(name_or_id)
        if not found:
            raise self._unknown(name_or_id)
        valid = [b for b in found if on and b.valid_on(on)]
        return (valid or list(found))[0]

    def predecessors(self, body_id: str) -> tuple[Succession, ...]:
        """Return what a body was made of, whole bodies first."""
        return tuple(sorted((m for m in self._moves if m.new_body_id == body_id), key=_whole_first))

    def successors(self, body_id: str) -> tuple[Succession, ...]:
        """Return what became of a body, whole moves first."""
        return tuple(sorted((m for m in self._moves if m.old_body_id == body_id), key=_whole_first))

    def _unknown(self, value: str) -> UnknownCodeError:
        shown: dict[str, list[Body]] = {}
        for body in self._by_id.values():
            for name in {body.body_id, body.name_vi, body.name_en, *body.aliases}:
                shown.setdefault(name, []).append(body)
        close = dict.fromkeys(body for name in nearest(value, list(shown), at_most=8) for body in shown[name])
        listed = ", ".join(f"{b.name_vi} ({b.body_id})" for b in list(close)[:5])
        error = UnknownCodeError(
            f"Unknown body {value!r}. " + (f"Nearest: {listed}." if listed else "Nothing close to it exists."),
            f"Không có đảng bộ {value!r}. " + (f"Gần nhất: {listed}." if listed else "Không có mục nào gần đúng."),
        )
        error.nearest = tuple(b.body_id for b in list(close)[:5])
        return error


def _recent(body: Body) -> tuple[dt.date, dt.date]:
    return body.valid_to or dt.date.max, body.valid_from or dt.date.min


def _whole_first(move: Succession) -> tuple[bool, str, str]:
    return not move.whole, move.old_body_id, move.new_body_id
