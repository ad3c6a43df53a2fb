"""The points before and after a date that was known beforehand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stats import guards
from stats.periods import Period
from stats.series import conditions


def sides(n: int, at: dt.date | int, periods: Sequence[Period] | None = None) -> npt.NDArray[np.int64]:
    """Return 0 for points before a date, 1 from it on, and -1 for a period that contains it.

    Parameters
    ----------
    n : int
        Number of points.
    at : date or int
        First day of the second part (needs `periods`), or the index, from 0, of its first point.
    periods : sequence of Period, optional
        One a point, in order of time.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    InputError
        For a date without periods, or with no point on one side of it.

    Examples
    --------
    >>> sides(4, dt.date(2022, 7, 1), [Period.parse(key) for key in ("2020", "2021", "2022", "2023")]).tolist()
    [0, 0, -1, 1]
    """
    if isinstance(at, dt.datetime):
        at = at.date()
    if isinstance(at, dt.date):
        if periods is None or len(periods) != n:
            raise guards.refuse(
                "A date needs the period of every point", "Cần ghi kỳ của từng điểm khi nêu ngày",
                remedy=("Pass periods, or the index of the first point.", "Hãy ghi các kỳ, hoặc số thứ tự điểm đầu."),
            )  # fmt: skip
        side = conditions.phases(periods, [at])
    else:
        side = (np.arange(n) >= int(at)).astype(np.int64)
    if not (side == 0).any() or not (side == 1).any():
        raise guards.refuse(
            f"{at} does not lie inside the series", f"{at} không nằm trong chuỗi",
            remedy=("Give a date with points before and after it.", "Hãy nêu mốc có số liệu cả trước và sau."),
        )  # fmt: skip
    return side
