"""Exact and Monte-Carlo tests of sparse tables of any size."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stats import guards, intervals
from stats.guards import Floats
from stats.results import Note, TestResult
from stats.severity.tables import counts, filled

_SAME = 1e-7  # tables whose probabilities differ by less, relatively, count as equally likely (as in R)
LIMIT = 5_000_000
"""Most partial tables the exact test may visit; beyond it the Monte-Carlo test is the remedy."""


def freeman_halton(table: Any, *, limit: int = LIMIT) -> TestResult:
    """Test independence exactly: Fisher's test for tables of any size (Freeman and Halton).

    Parameters
    ----------
    table : array-like
        Whole counts; empty rows and columns are left out.
    limit : int
        Most partial tables to visit.

    Returns
    -------
    TestResult
        No statistic; ``extra`` holds ``visited`` and the probability of the table itself. A table with
        fewer than two filled rows or columns is ``refused`` (``one_level``).

    Raises
    ------
    InputError
        For counts that cannot be used, or a table too large for `limit` (use `fisher_monte_carlo`).

    Notes
    -----
    The p-value adds the probabilities of all tables with the same margins no likelier than this one.
    Tables are built column by column; what is left of the row totals is a node, nodes that are
    permutations of each other are one, and bounds on the best and worst completion settle most nodes
    early (Mehta and Patel's network). Penalties by two periods stay small even with thousands of
    members; many bodies by many penalties do not.

    References
    ----------
    Freeman and Halton (1951), *Biometrika* 38:141; Mehta and Patel (1983), *JASA* 78:427.

    Examples
    --------
    Job satisfaction by income (Agresti 2002, table 2.8):

    >>> result = freeman_halton([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]])
    >>> round(result.p_value, 4)
    0.7827
    """
    whole = counts(table)
    guards.whole(whole.ravel(), "table")
    x, _, _ = filled(whole)
    if min(x.shape) < 2:
        return TestResult.refused("freeman_halton_minlike", float(x.sum()), Note("one_level"))
    if x.shape[0] > x.shape[1]:
        x = x.T
    # The largest column last: its cells are forced, so it costs nothing.
    x = x[:, np.argsort(x.sum(axis=0), kind="stable")]
    rows, columns = x.sum(axis=1), x.sum(axis=0)
    fixed = float(special.gammaln(rows + 1).sum() + special.gammaln(columns + 1).sum() - special.gammaln(x.sum() + 1))
    seen = -float(special.gammaln(x + 1).sum())
    network = _Network(rows, columns, limit)
    p_value = network.tail(seen + _SAME, fixed)
    return TestResult(
        statistic=float("nan"), p_value=min(p_value, 1.0), method="freeman_halton_minlike", n=float(x.sum()),
        extra={"visited": network.visited, "probability": float(np.exp(fixed + seen))},
    )  # fmt: skip


class _Network:
    """All tables with given margins, as a network of what is left of the row totals."""

    def __init__(self, rows: Floats, columns: Floats, limit: int) -> None:
        self.rows, self.columns, self.limit = np.sort(rows), columns, limit
        self.visited = 0
        self.nodes: list[Floats] = [self.rows[None, :]]
        self.longest: list[Floats] = []
        self.shortest: list[Floats] = []
        for column in columns[:-1]:
            left, _, _ = self._expand(self.nodes[-1], column)
            self.nodes.append(self._distinct(np.sort(left, axis=1)))
        self._bounds()

    def _spend(self, amount: int) -> None:
        self.visited += amount
        if self.visited > self.limit:
            raise guards.refuse(
                f"The table has too many tables with its margins for the exact test (limit {self.limit})",
                f"Bảng có quá nhiều bảng cùng tổng biên để kiểm định chính xác (giới hạn {self.limit})",
                remedy=(
                    "Use fisher_monte_carlo, or raise `limit` and wait.",
                    "Hãy dùng fisher_monte_carlo, hoặc tăng `limit` và chờ.",
                ),
            )

    def _expand(self, nodes: Floats, column: float) -> tuple[Floats, Floats, Any]:
        """Return what is left, the log weight of the column's cells, and the node each came from."""
        left, taken = nodes, np.zeros(len(nodes))
        weight: Floats = np.zeros(len(nodes))
        owner: Any = np.arange(len(nodes))
        last = nodes.shape[1] - 1
        for i in range(last):
            room = left[:, i + 1 :].sum(axis=1)
            most = np.minimum(left[:, i], column - taken)
            least = np.maximum(column - taken - room, 0.0)
            widths = np.maximum(most - least + 1, 0).astype(np.int64)
            self._spend(int(widths.sum()))
            pick = np.repeat(np.arange(len(left)), widths)
            cell = least[pick] + (np.arange(len(pick)) - np.repeat(np.cumsum(widths) - widths, widths))
            left, owner = left[pick].copy(), owner[pick]
            left[:, i] -= cell
            taken, weight = taken[pick] + cell, weight[pick] - special.gammaln(cell + 1)
        cell = column - taken
        left = left.copy()
        left[:, last] -= cell
        return left, weight - special.gammaln(cell + 1), owner

    def _keys(self, nodes: Floats) -> Floats | None:
        """Return one exact number a node, or None when nodes are too wide for that."""
        base = self.rows.max() + 1
        if base ** nodes.shape[1] > 2.0**53:
            return None
        keys: Floats = nodes @ (base ** np.arange(nodes.shape[1]))
        return keys

    def _distinct(self, nodes: Floats) -> Floats:
        keys = self._keys(nodes)
        if keys is None:
            return np.unique(nodes, axis=0)
        out: Floats = nodes[np.unique(keys, return_index=True)[1]]
        return out

    def _find(self, stage: int, left: Floats) -> Any:
        """Return the index of each node among those of a stage."""
        ordered = np.sort(left, axis=1)
        keys, wanted = self._keys(self.nodes[stage]), self._keys(ordered)
        if keys is None or wanted is None:
            both = np.concatenate([self.nodes[stage], ordered])
            known = len(self.nodes[stage])
            _, first, inverse = np.unique(both, axis=0, return_index=True, return_inverse=True)
            return first[inverse.ravel()[known:]]
        order = np.argsort(keys)
        return order[np.searchsorted(keys, wanted, sorter=order)]

    def _bounds(self) -> None:
        final = -special.gammaln(self.nodes[-1] + 1).sum(axis=1)
        self.longest, self.shortest = [final], [final]
        for stage in range(len(self.columns) - 2, -1, -1):
            left, weight, owner = self._expand(self.nodes[stage], self.columns[stage])
            after = self._find(stage + 1, left)
            best, worst = np.full(len(self.nodes[stage]), -np.inf), np.full(len(self.nodes[stage]), np.inf)
            np.maximum.at(best, owner, weight + self.longest[0][after])
            np.minimum.at(worst, owner, weight + self.shortest[0][after])
            self.longest.insert(0, best)
            self.shortest.insert(0, worst)

    def tail(self, seen: float, fixed: float) -> float:
        """Return the probability of all tables whose log weight is at most `seen`."""
        node: Any = np.zeros(1, dtype=np.int64)
        past: Floats = np.zeros(1)
        many: Floats = np.ones(1)
        total = 0.0
        for stage in range(len(self.columns)):
            certain = past + self.longest[stage][node] <= seen
            if certain.any():
                rest = self.nodes[stage][node[certain]]
                mass = special.gammaln(rest.sum(axis=1) + 1) - special.gammaln(rest + 1).sum(axis=1)
                mass = mass - special.gammaln(self.columns[stage:] + 1).sum()
                total += float((many[certain] * np.exp(fixed + past[certain] + mass)).sum())
            open_ = ~certain & (past + self.shortest[stage][node] <= seen)
            node, past, many = node[open_], past[open_], many[open_]
            if stage == len(self.columns) - 1 or not len(node):
                break
            left, weight, owner = self._expand(self.nodes[stage][node], self.columns[stage])
            node, past, many = self._find(stage + 1, left), past[owner] + weight, many[owner]
            # Paths that meet in a node with the same weight go on as one.
            keys = np.stack([node.astype(float), np.round(past, 9)])
            _, first, inverse = np.unique(keys, axis=1, return_index=True, return_inverse=True)
            many = np.bincount(inverse.ravel(), many, len(first)).astype(float)
            node, past = node[first], past[first]
        return total


def fisher_monte_carlo(
    table: Any,
    *,
    rng: np.random.Generator | int,
    draws: int = 100_000,
    statistic: str = "probability",
    conf_level: float = 0.99,
) -> TestResult:
    """Test independence by drawing tables with the same margins at random.

    Parameters
    ----------
    table : array-like
        Whole counts; empty rows and columns are left out.
    rng : Generator or int
        Seed; the same seed gives the same p-value.
    draws : int
        Number of random tables.
    statistic : {'probability', 'pearson'}
        What makes a table extreme: its probability (Fisher) or its chi-square.
    conf_level : float
        Level of the interval of the p-value itself.

    Returns
    -------
    TestResult
        ``p_value`` = (extreme draws + 1) / (draws + 1); ``conf_low`` and ``conf_high`` tell how
        exactly it is known. Refused as `freeman_halton`.

    Raises
    ------
    InputError
        For counts that cannot be used or totals above a billion.

    Notes
    -----
    Cells are drawn one after the other from hypergeometric distributions, all draws at once.

    References
    ----------
    Agresti (1992), *Statistical Science* 7:131; Davison and Hinkley (1997), *Bootstrap Methods*, 4.2.

    Examples
    --------
    >>> result = fisher_monte_carlo([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]], rng=1)
    >>> bool(result.conf_low < 0.7827 < result.conf_high)
    True
    """
    guards.choice(statistic, ("probability", "pearson"), ("statistic", "thống kê"))
    conf_level = guards.level(conf_level)
    draws = int(guards.between(draws, "draws", 0, 10**8 + 1))
    whole = counts(table)
    guards.whole(whole.ravel(), "table")
    x, _, _ = filled(whole)
    if min(x.shape) < 2:
        return TestResult.refused(f"fisher_monte_carlo_{statistic}", float(x.sum()), Note("one_level"))
    if x.sum() >= 1e9:
        raise guards.refuse(
            "The table holds a billion or more", "Tổng của bảng từ một tỷ trở lên",
            remedy=("Use the chi-square test: it is exact enough there.", "Hãy dùng kiểm định chi bình phương."),
        )  # fmt: skip
    rows, columns = x.sum(axis=1), x.sum(axis=0)
    expected = np.outer(rows, columns) / x.sum()

    def badness(cell: Floats, i: int, j: int) -> Floats:
        if statistic == "probability":
            value: Floats = special.gammaln(cell + 1)
            return value
        square: Floats = (cell - expected[i, j]) ** 2 / expected[i, j]
        return square

    seen = sum(float(badness(x[i, j], i, j)) for i in range(x.shape[0]) for j in range(x.shape[1]))
    chance = np.random.default_rng(rng)
    extreme, block = 0, 200_000
    for start in range(0, draws, block):
        values = _draw(chance, rows, columns, min(block, draws - start), badness)
        extreme += int((values >= seen - _SAME).sum())
    low, high = intervals.clopper_pearson(np.array([float(extreme)]), np.array([float(draws)]), conf_level)
    return TestResult(
        statistic=float("nan") if statistic == "probability" else seen, p_value=(extreme + 1) / (draws + 1),
        method=f"fisher_monte_carlo_{statistic}", n=float(x.sum()), conf_low=float(low[0]), conf_high=float(high[0]),
        conf_level=conf_level, extra={"draws": draws, "extreme": extreme},
    )  # fmt: skip


def _draw(chance: np.random.Generator, rows: Floats, columns: Floats, size: int, badness: Any) -> Floats:
    values = np.zeros(size)
    left = np.broadcast_to(rows.astype(np.int64), (size, len(rows))).copy()
    for j in range(len(columns) - 1):
        need = np.full(size, int(columns[j]))
        after = left.sum(axis=1)
        for i in range(len(rows) - 1):
            after = after - left[:, i]
            cell = chance.hypergeometric(left[:, i], after, need)
            values += badness(cell, i, j)
            left[:, i] -= cell
            need = need - cell
        values += badness(need, len(rows) - 1, j)
        left[:, -1] -= need
    for i in range(len(rows)):
        values += badness(left[:, i], i, len(columns) - 1)
    return values
