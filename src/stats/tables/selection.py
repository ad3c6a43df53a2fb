"""One figure where several pages print it, and what an approximate figure can mean.

The declared rule: exact over rounded, primary over retold, original over translated, later over
earlier publication; then the order of the rows, a flagged misprint last. All printed figures stay
in the tables.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from stats.results import Approx
from stats.tables.model import KEY

MISPRINTS = ("digit_missing", "digits_transposed")
"""Flags of figures that are probably misprints: between rows equal in all else they come last."""

CRITERIA = ("exact", "primary", "original", "later", "order")
"""The criteria in the order they decide."""


def choose(frame: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Pick one row for each key, by the declared rule.

    Parameters
    ----------
    frame : DataFrame
        Rows of one of the tables of figures, or of all of them stacked.
    sources : DataFrame
        The table of documents.

    Returns
    -------
    DataFrame
        One row a key, in the order of first appearance, with the columns of `frame` and

        - ``n_rows``, ``n_values``: rows with this key, and different figures among them;
        - ``rule``: ``only`` (one row), ``agree`` (one figure), else the first criterion that left
          a single figure (see `CRITERIA`);
        - ``alternatives``: ids of the rows not chosen, best first.

    Notes
    -----
    Bodies, periods and actors must be equal to the letter: a page that pools two deciders is
    another key, not another telling.
    """
    key = [c for c in KEY if c in frame.columns]
    work = frame.reset_index(drop=True)
    if work.empty:
        return work.assign(n_rows=0, n_values=0, rule="", alternatives=None)
    papers = sources.set_index("source_id")
    published = papers["published_on"].fillna(papers["published_from"])
    at = work["source_id"]
    group = work.groupby(key, sort=False, dropna=False).ngroup()
    misprint = work["flags"].str.contains("|".join(MISPRINTS), regex=True).to_numpy()
    ranks = pd.DataFrame(
        {
            "group": group,
            "exact": (work["approx"] != Approx.EXACT).astype("int8"),
            "primary": (at.map(papers["kind"]) != "primary").astype("int8"),
            "original": (at.map(papers["original_language"]) != "yes").astype("int8"),
            # Days before a far day: later publication first, unknown days last.
            "later": (pd.Timestamp("2200-01-01") - at.map(published)).dt.days.fillna(10**6).astype("int64"),
            "order": np.arange(len(work)) + len(work) * misprint,
            "count": work["count"].to_numpy(),
            "row_id": work["row_id"].to_numpy(),
        }
    ).sort_values(["group", *CRITERIA])
    by_group = ranks.groupby("group", sort=False)
    best = by_group["order"].first().sort_index().to_numpy() % len(work)
    chosen = work.iloc[best].reset_index(drop=True)
    sizes = by_group.size().sort_index()
    values = by_group["count"].nunique().sort_index()
    chosen["n_rows"] = sizes.to_numpy()
    chosen["n_values"] = values.to_numpy()
    chosen["rule"] = _rules(ranks, sizes, values).to_numpy()
    # The rows stand group by group, the best first: what follows it until the next group is not chosen.
    ids, ends = ranks["row_id"].tolist(), sizes.cumsum().tolist()
    starts = [0, *ends[:-1]]
    chosen["alternatives"] = [tuple(ids[start + 1 : end]) for start, end in zip(starts, ends, strict=True)]
    return chosen


def _rules(ranks: pd.DataFrame, sizes: pd.Series[int], values: pd.Series[int]) -> pd.Series[str]:
    rule = pd.Series("agree", index=sizes.index).mask(sizes == 1, "only")
    open_groups = values.index[values > 1]
    rows = ranks[ranks["group"].isin(open_groups)]
    for criterion in CRITERIA:
        if rows.empty:
            break
        best = rows.groupby("group")[criterion].transform("min")
        rows = rows[rows[criterion] == best]
        left = rows.groupby("group")["count"].nunique()
        settled = left.index[left == 1]
        rule.loc[settled] = criterion
        rows = rows[~rows["group"].isin(settled)]
    return rule


def interval(count: int, approx: str = Approx.EXACT) -> tuple[int, int]:
    """Return the lowest and highest whole number a printed figure can mean.

    Parameters
    ----------
    count : int
        The figure as printed.
    approx : str
        How it is qualified. With u one unit of the last digit that is not zero: ``over`` means N
        to N + u - 1, ``under`` N - u + 1 to N, ``about`` and ``unknown`` N - u/2 to N + u/2.

    Examples
    --------
    >>> interval(24160, "over"), interval(3000, "under"), interval(87000, "unknown"), interval(606)
    ((24160, 24169), (2001, 3000), (86500, 87500), (606, 606))
    """
    kind = Approx(approx)
    if kind is Approx.EXACT or count == 0:
        return count, count
    digits = str(abs(count))
    unit = 10 ** (len(digits) - len(digits.rstrip("0")))
    if kind is Approx.OVER:
        return count, count + unit - 1
    if kind is Approx.UNDER:
        return max(count - unit + 1, 0), count
    return max(count - unit // 2, 0), count + unit // 2


def bounds(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns ``low`` and ``high`` of `interval` for every row, with the frame's index."""
    pairs = zip(frame["count"].tolist(), frame["approx"].tolist(), strict=True)
    known: dict[tuple[int, str], tuple[int, int]] = {}
    rows = [known.get(p) or known.setdefault(p, interval(*p)) for p in pairs]
    return pd.DataFrame(rows, columns=["low", "high"], index=frame.index, dtype="int64")
