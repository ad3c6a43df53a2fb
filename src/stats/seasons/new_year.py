"""The Lunar New Year (Tết) moves between January and February, and the season of months with it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stats.periods import Kind, Period

IN_JANUARY = frozenset({
    2001, 2004, 2006, 2009, 2012, 2014, 2017, 2020, 2023, 2025, 2028, 2031, 2033, 2036, 2039, 2042, 2044, 2047, 2050,
})  # fmt: skip
"""Years from 2000 to 2050 whose first day of the Lunar New Year, by the time of Vietnam, falls in January."""


def new_year_month(year: int) -> int:
    """Return the month of the first day of the Lunar New Year: 1 or 2, and 2 for years before 2000 or after 2050.

    Examples
    --------
    >>> [new_year_month(year) for year in (2022, 2023, 2024, 2025)]
    [2, 1, 2, 1]
    """
    return 1 if year in IN_JANUARY else 2


def by_new_year(periods: Sequence[Period]) -> npt.NDArray[np.int64]:
    """Return the order of months in which the one with the Lunar New Year always is the second of its year.

    A season that is the same in every year is looked for in months in this order, so that a month with the holiday is
    compared with months with it: an index that, applied twice, gives the months as they were.

    Parameters
    ----------
    periods : sequence of Period
        In order of time.

    Returns
    -------
    ndarray of int, shape (points,)
        January and February change places in years with the holiday in January where both are there; all else, and
        periods that are no months, keep theirs.

    Notes
    -----
    Seasonal adjustment calls this a moving holiday and takes it out by regression (X-13ARIMA-SEATS). With two months
    it can fall in, changing their places is the same to a constant: one factor for the month of the holiday and one
    for the other.

    References
    ----------
    Findley, Monsell, Bell, Otto and Chen (1998), *Journal of Business and Economic Statistics* 16:127 (holidays).

    Examples
    --------
    >>> by_new_year([Period.parse(key) for key in ("2023-01", "2023-02", "2023-03", "2024-01", "2024-02")]).tolist()
    [1, 0, 2, 3, 4]
    """
    order = np.arange(len(periods))
    for k, (first, second) in enumerate(itertools.pairwise(periods)):
        both = first.kind is Kind.MONTH and second.kind is Kind.MONTH and first.start.year == second.start.year
        if both and (first.start.month, second.start.month) == (1, 2) and new_year_month(first.start.year) == 1:
            order[[k, k + 1]] = k + 1, k
    return order
