"""How wide words are in the chart font, so that labels are wrapped and margins set without a browser.

Advance widths are those of Be Vietnam Pro, in thousandths of the font size; a letter with marks is
at most 25 wider than its base letter. A test compares the table with the bundled font files.
"""

from __future__ import annotations

import html
import unicodedata
from functools import lru_cache

_REGULAR = (
    230, 280, 318, 807, 645, 849, 740, 179, 439, 439, 497, 608, 303, 608, 286, 503, 676, 385, 651, 660, 710, 660,
    680, 594, 634, 680, 286, 303, 556, 726, 556, 573, 1005, 736, 674, 775, 728, 620, 633, 783, 709, 258, 465, 679,
    624, 853, 732, 826, 644, 822, 668, 635, 650, 725, 706, 1005, 720, 665, 660, 459, 485, 459, 559, 702, 202, 642,
    652, 613, 652, 599, 386, 643, 583, 264, 274, 555, 255, 893, 573, 642, 652, 652, 392, 508, 428, 566, 576, 870,
    559, 583, 502, 426, 408, 426, 468,
)  # fmt: skip
_BOLD = (
    230, 341, 391, 845, 649, 871, 763, 222, 453, 453, 513, 652, 346, 607, 335, 541, 700, 431, 664, 680, 720, 682,
    700, 598, 668, 700, 335, 346, 573, 752, 573, 621, 1018, 769, 709, 780, 751, 642, 644, 790, 732, 290, 491, 716,
    643, 888, 749, 828, 679, 826, 712, 666, 686, 738, 745, 1057, 769, 718, 667, 504, 531, 504, 612, 736, 288, 658,
    668, 629, 668, 618, 409, 659, 608, 296, 301, 599, 288, 896, 598, 658, 668, 668, 429, 537, 438, 588, 594, 884,
    608, 597, 521, 480, 434, 480, 490,
)  # fmt: skip
_OTHER = {"đ": 684, "Đ": 788, "ơ": 669, "Ơ": 828, "ư": 601, "Ư": 746, "\u00a0": 230, "–": 704, "’": 234, "·": 305}
_HORNED = {"o": "ơ", "O": "Ơ", "u": "ư", "U": "Ư"}
_MARKED = 25
_WIDEST = 1057
_SLACK = 1.02


def escape(text: str) -> str:
    """Return text that plotly prints as it is: a body named ``<b>`` is just a name."""
    return html.escape(text, quote=False)


def capital(text: str) -> str:
    """Return text with a capital first letter, as labels on a chart begin."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=8192)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in pixels, a little more than the font's own.

    Examples
    --------
    >>> 30 < width("2.377", 13) < 40
    True
    """
    table = _BOLD if bold else _REGULAR
    return sum(_advance(char, table) for char in text) * size / 1000 * _SLACK


def wrap(text: str, limit: float, size: float, *, bold: bool = False) -> list[str]:
    """Break text into lines no wider than `limit` pixels, at spaces; no-break spaces hold.

    A single word wider than the limit stays whole: the caller's margin is set from the widest line.

    Examples
    --------
    >>> wrap("Kiểm tra khi có dấu hiệu vi phạm", 90, 13)
    ['Kiểm tra khi', 'có dấu hiệu vi', 'phạm']
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size, bold=bold) > limit:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def balanced(text: str, limit: float, size: float, *, bold: bool = False) -> list[str]:
    """Break text as `wrap` does, into as many lines but of even length."""
    lines = wrap(text, limit, size, bold=bold)
    if len(lines) < 2:
        return lines
    narrow = width(text, size, bold=bold) / len(lines)
    while narrow < limit:
        tried = wrap(text, narrow, size, bold=bold)
        if len(tried) == len(lines) and max(width(t, size, bold=bold) for t in tried) <= limit:
            return tried
        narrow += size / 2
    return lines


def _advance(char: str, table: tuple[int, ...]) -> int:
    code = ord(char)
    if 32 <= code < 127:
        return table[code - 32]
    if char in _OTHER:
        return _OTHER[char]
    base = unicodedata.normalize("NFD", char)
    if base[0] != char:
        letter = _HORNED.get(base[0], base[0]) if "\u031b" in base else base[0]
        return _advance(letter, table) + _MARKED
    return 0 if unicodedata.combining(char) else _WIDEST
