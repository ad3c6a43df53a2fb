"""Which counts and which bases can give a printed percent (after the GRIM test)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from stats import guards

CONVENTIONS = ("rounded", "truncated")
"""How the percent is taken to have been printed."""

_SLACK = 1e-9


def feasible_counts(printed: Any, base: Any, *, decimals: int, convention: str = "rounded") -> pd.DataFrame:
    """Return which whole counts give a printed percent of a base.

    Parameters
    ----------
    printed : array-like or scalar
        Percents as printed.
    base : array-like or scalar
        Whole bases.
    decimals : int
        Decimals printed.
    convention : {'rounded', 'truncated'}
        How the percent was made.

    Returns
    -------
    DataFrame
        ``count_low``, ``count_high`` (empty where none fits), ``count`` when it is the only one,
        ``feasible``.

    Raises
    ------
    InputError
        For percents outside 0 to 100, bases that are not whole or not above zero.

    Notes
    -----
    A small base makes most percents impossible, so a printed one that fits none has another base or
    is wrong. A large base makes nearly all possible and proves nothing.

    References
    ----------
    Brown and Heathers (2017), *Social Psychological and Personality Science* 8:363.

    Examples
    --------
    With a base of 62, 19% can only be 12, and 20% cannot be:

    >>> feasible_counts([19, 20], 62, decimals=0)["feasible"].tolist()
    [True, False]
    """
    guards.choice(convention, CONVENTIONS, ("convention", "quy ước"))
    q, n = guards.aligned(
        printed=guards.numbers(printed, "printed"), base=guards.numbers(base, "base", minimum=1, missing=False)
    )
    guards.whole(n, "base")
    bad = q > 100
    if bad.any():
        raise guards.refuse(
            "printed is above 100%", "tỷ lệ in lớn hơn 100%", bad,
            remedy=("A share of a base is at most 100%.", "Tỷ lệ trong tổng không quá 100%."),
        )  # fmt: skip
    low_share, high_share, open_ = _range(q, decimals, convention)
    # A count exactly on the edge may go either way when rounding; cutting off never rounds up.
    low = np.ceil(low_share * n / 100 - _SLACK * n)
    high = np.where(open_, np.ceil(high_share * n / 100 - _SLACK * n) - 1, np.floor(high_share * n / 100 + _SLACK * n))
    low, high = np.maximum(low, 0), np.minimum(high, n)
    fits = np.isfinite(q) & (low <= high)
    return pd.DataFrame({
        "printed": q, "base": n, "count_low": np.where(fits, low, np.nan), "count_high": np.where(fits, high, np.nan),
        "count": np.where(fits & (low == high), low, np.nan), "feasible": fits,
    })  # fmt: skip


def feasible_bases(count: Any, printed: Any, *, decimals: int, convention: str = "rounded") -> pd.DataFrame:
    """Return which whole bases a printed count and its percent allow.

    Parameters
    ----------
    count : array-like or scalar
        Counts as printed.
    printed : array-like or scalar
        Their percents as printed.
    decimals : int
        Decimals printed.
    convention : {'rounded', 'truncated'}
        How the percents were made.

    Returns
    -------
    DataFrame
        ``base_low``, ``base_high`` (infinite when the percent rounds to zero), ``base`` when it is
        the only one, ``feasible``.

    Raises
    ------
    InputError
        For values that cannot be used.

    Notes
    -----
    Shares of violation contents have the number of violations as base, not the members disciplined:
    several rows together usually leave one base (`common_base`).

    Examples
    --------
    Fifteen cases printed as 20.2%: the base is 74 violations, not the 62 members beside it.

    >>> row = feasible_bases(15, 20.2, decimals=1, convention="truncated").iloc[0]
    >>> float(row["base_low"]), float(row["base_high"])
    (74.0, 74.0)
    """
    guards.choice(convention, CONVENTIONS, ("convention", "quy ước"))
    x, q = guards.aligned(count=guards.numbers(count, "count"), printed=guards.numbers(printed, "printed"))
    low_share, high_share, open_ = _range(q, decimals, convention)
    known = np.isfinite(x) & np.isfinite(q) & (x > 0)
    safe = np.where(known, x, 1.0)
    lowest = 100 * safe / np.maximum(high_share, np.finfo(float).tiny)
    low = np.where(open_, np.floor(lowest * (1 + _SLACK)) + 1, np.ceil(lowest * (1 - _SLACK)))
    positive = low_share > 0
    high = np.where(positive, np.floor(100 * safe / np.where(positive, low_share, 1.0) * (1 + _SLACK)), np.inf)
    low = np.maximum(low, safe)
    fits = known & (low <= high)
    return pd.DataFrame({
        "count": x, "printed": q, "base_low": np.where(fits, low, np.nan), "base_high": np.where(fits, high, np.nan),
        "base": np.where(fits & (low == high), low, np.nan), "feasible": fits,
    })  # fmt: skip


def common_base(count: Any, printed: Any, *, decimals: int, convention: str = "rounded") -> tuple[float, float] | None:
    """Return the smallest and largest base that all printed percents allow together, or None.

    Parameters
    ----------
    count, printed, decimals, convention
        As in `feasible_bases`.

    Examples
    --------
    >>> common_base([28, 21, 12], [45, 34, 19], decimals=0)
    (62.0, 62.0)
    """
    frame = feasible_bases(count, printed, decimals=decimals, convention=convention)
    if not frame["feasible"].all():
        return None
    low, high = float(frame["base_low"].max()), float(frame["base_high"].min())
    return (low, high) if low <= high else None


def _range(q: Any, decimals: int, convention: str) -> tuple[Any, Any, Any]:
    place = 10.0**-decimals
    if convention == "rounded":
        return np.maximum(q - place / 2, 0), np.minimum(q + place / 2, 100.0), np.zeros(len(q), dtype=bool)
    top = np.minimum(q + place, 100.0)
    return np.maximum(q, 0.0), top, top < 100.0
