"""Vietnamese alphabetical order, which neither Python nor babel knows.

Order of a dictionary: syllable by syllable; within a syllable first the letters (a ă â b c d đ e ê
… o ô ơ … u ư …), then the tone (ngang huyền hỏi ngã sắc nặng), small letters before capitals.
Runs of digits compare as numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACE = {letter: i for i, letter in enumerate(_ALPHABET)}
_TONE = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_SHAPE = {"\u0306", "\u0302", "\u031b"}
_PIECE = re.compile(r"\d+|[^\W\d_]+")

Key = tuple[Any, ...]


@lru_cache(maxsize=4096)
def sort_key(text: str) -> Key:
    """Return a key that sorts text as a Vietnamese dictionary does.

    Equal keys mean equal text (after Unicode composition), so the order is total.

    Examples
    --------
    >>> sorted(["Đà Nẵng", "Hà Nội", "Ân Thi", "An Giang", "Hạ Long", "Bắc Ninh"], key=sort_key)
    ['An Giang', 'Ân Thi', 'Bắc Ninh', 'Đà Nẵng', 'Hà Nội', 'Hạ Long']
    """
    text = unicodedata.normalize("NFC", text)
    return (*(_piece(piece) for piece in _PIECE.findall(text)), (-1, (), (), (), text))


def sorted_vi(items: Iterable[T], *, key: Callable[[T], str] = str) -> list[T]:
    """Return items in Vietnamese alphabetical order.

    Parameters
    ----------
    items : iterable
        Anything.
    key : callable
        Gives the text of an item; by default ``str``.

    Examples
    --------
    >>> sorted_vi(["má", "ma", "mạ", "mã", "mà", "mả"])
    ['ma', 'mà', 'mả', 'mã', 'má', 'mạ']
    """
    return sorted(items, key=lambda item: sort_key(key(item)))


def _piece(piece: str) -> Key:
    if piece[0].isdecimal():
        return (0, (int(piece),), (), (), piece)
    letters: list[int] = []
    tones: list[int] = []
    cases: list[int] = []
    for char in piece:
        shape, tone = _split(char.lower())
        letters.append(_PLACE.get(shape, 1000 + ord(shape[0])))
        tones.append(tone)
        cases.append(int(char != char.lower()))
    return (1, tuple(letters), (max(tones), *tones), tuple(cases), "")


@lru_cache(maxsize=1024)
def _split(char: str) -> tuple[str, int]:
    """Split a small letter into its letter of the alphabet and its tone."""
    marks = unicodedata.normalize("NFD", char)
    tone = max((_TONE.get(mark, 0) for mark in marks[1:]), default=0)
    shape = unicodedata.normalize("NFC", marks[0] + "".join(m for m in marks[1:] if m in _SHAPE))
    return shape, tone
