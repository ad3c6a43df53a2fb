"""The synthetic sample: made-up bodies for showing methods, kept apart from everything published."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from stats import codes
from stats.errors import DataError

NAME = "SYNTHETIC_bodies.csv"
MARK = "SYNTHETIC"


def synthetic_sample(data: Path | None = None) -> pd.DataFrame:
    """Return the synthetic sample: 34 **made-up** bodies in two years. No figure in it is real.

    It shows methods that the published figures are too few for (funnels, shrinkage, ranks,
    standardisation). Nothing else in the package reads it.

    Parameters
    ----------
    data : Path, optional
        The data folder; by default the checkout's, else the copy inside the installed package.

    Returns
    -------
    DataFrame
        One row a body, year and sector: ``synthetic`` (always ``SYNTHETIC``), ``body_id``, ``name``, ``year``
        (1 or 2), ``sector``, ``members``, ``inspected`` (members), ``inspected_twice`` (of them, twice),
        ``violations``, ``disciplined``, the four penalties ``reprimanded``, ``warned``, ``removed``,
        ``expelled``, and ``planted``, what a method should find: ``high``, ``low``, ``make_up`` (unusual only
        by its sectors) or empty. ``attrs["caption"]`` is to stand under whatever is made of it.

    Raises
    ------
    DataError
        When the file is missing, or a row of it is not marked.

    Notes
    -----
    Made by ``packaging/synthetic_sample.py`` with a fixed seed: the bodies' shares in violation vary more
    than chance (standard deviation 0.22 of the log odds), two are planted high and one low.

    Examples
    --------
    >>> sample = synthetic_sample()
    >>> sample["body_id"].nunique(), set(sample["synthetic"]), "SYNTHETIC" in sample.attrs["caption"]
    (34, {'SYNTHETIC'}, True)
    """
    path = (data or codes.default_data()) / "samples" / NAME
    try:
        sample = pd.read_csv(path, encoding="utf-8", keep_default_na=False)
    except OSError:
        raise DataError(f"The synthetic sample {path} is missing.", f"Thiếu tệp số liệu giả lập {path}.") from None
    marks = [sample[column].str.contains(MARK) for column in ("synthetic", "name")]
    if not all(mark.all() for mark in marks):
        raise DataError(
            f"{path} has rows that are not marked {MARK}. Make it anew: python packaging/synthetic_sample.py",
            f"{path} có dòng không ghi {MARK}. Hãy tạo lại: python packaging/synthetic_sample.py",
        )
    sample.attrs["caption"] = f"{MARK}: {sample['body_id'].nunique()} made-up bodies, no real figure (số liệu giả lập)"
    return sample
