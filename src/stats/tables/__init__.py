"""The curated tables: read, checked against their schema, filtered, and written back.

The only reader and writer of ``data/tables``. `read` returns frames that can be trusted, or one
error that lists every broken row of every table; `choose` picks one figure where pages disagree.
Beside them: `stats.tables.incoming` and `stats.tables.merging` take newly published figures in,
`stats.tables.ledger` writes and undoes them, `stats.tables.corrections` gives the corrected view,
`stats.tables.vintages` sets figures published more than once side by side;
`stats.tables.samples` reads the synthetic sample, which has no part in any of this.
"""

from __future__ import annotations

from stats.tables.model import KEY, OBSERVATIONS, Tables, select
from stats.tables.problems import Problem, TableError
from stats.tables.reading import read
from stats.tables.samples import synthetic_sample
from stats.tables.selection import CRITERIA, bounds, choose, interval
from stats.tables.writing import to_bytes, write

__all__ = [
    "CRITERIA", "KEY", "OBSERVATIONS", "Problem", "TableError", "Tables",
    "bounds", "choose", "interval", "read", "select", "synthetic_sample", "to_bytes", "write",
]  # fmt: skip
