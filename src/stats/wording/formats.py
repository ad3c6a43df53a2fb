"""Numbers as Vietnamese and English official reports print them, and the way back.

Babel supplies separators and patterns; rounding is ours, because a reader who checks 28,5% by
hand rounds halves up, while babel rounds them to even.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import NumberFormatError, format_decimal, parse_decimal

from stats.errors import InputError

NBSP = "\u00a0"
"""No-break space, set between a number and its unit."""

SMALL_BASE = 100
"""A share of fewer things than this is printed without decimals."""

_MOST_DIGITS = 3


def rounded(x: float, digits: int) -> Decimal:
    """Return a number rounded half up, from its shortest decimal form.

    Examples
    --------
    >>> rounded(0.125, 2), rounded(-2.5, 0)
    (Decimal('0.13'), Decimal('-3'))
    """
    try:
        exact = Decimal(repr(float(x)))
    except (InvalidOperation, ValueError, OverflowError):  # pragma: no cover - float() admits no other text
        exact = Decimal("NaN")
    if not exact.is_finite():
        raise InputError(f"{x!r} is not a number that can be printed.", f"{x!r} không phải là số in được.")
    result = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def number(x: float, *, lang: str, digits: int = 0, signed: bool = False) -> str:
    """Return a number with the separators of the language.

    Parameters
    ----------
    x : float
        A finite number.
    lang : str
        ``vi`` or ``en``.
    digits : int
        Decimals, always all printed.
    signed : bool
        Print a plus before a positive number.

    Examples
    --------
    >>> number(1783, lang="vi"), number(-1234.56, lang="en", digits=1), number(21, lang="vi", signed=True)
    ('1.783', '-1,234.6', '+21')
    """
    return _number(rounded(x, digits), lang, digits, signed)


@lru_cache(maxsize=65_536)
def _number(value: Decimal, lang: str, digits: int, signed: bool) -> str:
    # A report prints the same few hundred numbers thousands of times.
    text = str(format_decimal(value, format="#,##0" + ("." + "0" * digits if digits else ""), locale=lang))
    return "+" + text if signed and value > 0 else text


def percent(fraction: float, *, lang: str, digits: int = 1, base: float | None = None, signed: bool = False) -> str:
    """Return a fraction as a percentage; the sign stands close, so that no line breaks before it.

    Parameters
    ----------
    fraction : float
        0.441 for 44.1%.
    digits : int
        Decimals, unless `base` is small.
    base : float, optional
        What the share is of: below ``SMALL_BASE`` no decimals are printed.

    Notes
    -----
    A share above zero never prints as 0%: decimals are added (three at most) until a figure shows.

    Examples
    --------
    >>> percent(0.121161, lang="vi"), percent(3 / 28, lang="vi", base=28), percent(0.0004, lang="en")
    ('12,1%', '11%', '0.04%')
    """
    if base is not None and base < SMALL_BASE:
        digits = 0
    hundred = float(Decimal(repr(float(fraction))) * 100) if math.isfinite(fraction) else fraction
    while hundred and rounded(hundred, digits) == 0 and digits < _MOST_DIGITS:
        digits += 1
    return number(hundred, lang=lang, digits=digits, signed=signed) + "%"


def parse_number(text: str, *, lang: str) -> float:
    """Read a printed number or percentage back (``12,1%`` gives 0.121).

    Raises
    ------
    InputError
        When the text is no number of that language.

    Examples
    --------
    >>> parse_number("1.783", lang="vi"), parse_number("38%", lang="vi")
    (1783.0, 0.38)
    """
    bare = text.strip().lstrip("+")
    try:
        value = parse_decimal(bare.removesuffix("%"), locale=lang, strict=True)
    except NumberFormatError:
        raise InputError(
            f"{text!r} is not a number as printed in {'Vietnamese' if lang == 'vi' else 'English'}.",
            f"{text!r} không phải là số viết theo kiểu {'Việt Nam' if lang == 'vi' else 'Anh'}.",
        ) from None
    return float(value / 100 if bare.endswith("%") else value)
