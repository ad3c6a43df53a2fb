"""Tidy frames turned into columns of numbers: factors by level, measured covariates as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from stats import guards
from stats.guards import Floats


def columns_exist(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a frame that is empty or lacks a column.

    Raises
    ------
    InputError
        Naming the columns that lack and those that exist.
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        told, exist = ", ".join(missing), ", ".join(map(str, frame.columns))
        raise guards.refuse(
            f"Columns do not exist: {told}", f"Không có cột: {told}",
            remedy=(f"Columns are {exist}.", f"Các cột: {exist}."),
        )  # fmt: skip
    if frame.empty:
        raise guards.refuse(
            "The frame is empty", "Bảng trống", remedy=("Pass at least one row.", "Cần ít nhất một dòng.")
        )


def design(
    frame: pd.DataFrame, factors: Sequence[str] | Mapping[str, Sequence[Any] | None]
) -> tuple[Floats, tuple[str, ...]]:
    """Return the columns of a regression, without an intercept, and their names.

    Parameters
    ----------
    frame : DataFrame
        One row an observation.
    factors : sequence of str, or mapping
        Columns. A mapping gives a factor its levels, the first being the one compared with; None keeps a
        numeric column as it is. Without levels, text columns take those that occur, in order of
        appearance.

    Returns
    -------
    tuple of ndarray and tuple of str
        Columns (rows x terms) and names: ``factor=level``, or the name of the numeric column.

    Raises
    ------
    InputError
        For columns or levels that do not exist, or empty cells.

    Examples
    --------
    >>> design(pd.DataFrame({"year": ["2021", "2022", "2023"]}), ["year"])[1]
    ('year=2022', 'year=2023')
    """
    named = dict(factors) if isinstance(factors, Mapping) else dict.fromkeys(factors)
    columns_exist(frame, list(named))
    columns: list[Floats] = []
    terms: list[str] = []
    for name, given in named.items():
        if given is None and pd.api.types.is_numeric_dtype(frame[name]):
            columns.append(guards.numbers(frame[name], name, minimum=None, missing=False))
            terms.append(name)
            continue
        values = frame[name].astype(str)
        order = [str(level) for level in (given if given is not None else values.unique())]
        odd = frame[name].isna().to_numpy() | ~values.isin(order).to_numpy()
        if odd.any():
            raise guards.refuse(
                f"{name} holds levels that are not listed", f"cột {name} có mức không nằm trong danh sách", odd,
                remedy=(f"Levels are {', '.join(order)}.", f"Các mức: {', '.join(order)}."),
            )  # fmt: skip
        for level in order[1:]:
            columns.append(np.where(values == level, 1.0, 0.0))
            terms.append(f"{name}={level}")
    return (np.column_stack(columns) if columns else np.zeros((len(frame), 0))), tuple(terms)
