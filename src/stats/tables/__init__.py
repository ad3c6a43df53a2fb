"""The curated tables: read, checked against their schema, filtered, and written back.

The only reader and writer of ``data/tables``. `read` returns frames that can be trusted, or one
error that lists every broken row of every table; `choose` picks one figure where pages disagree.
"""

from __future__ import annotations

from stats.tables.model import KEY, OBSERVATIONS, Tables, select
from stats.tables.problems import Problem, TableError
from stats.tables.reading import read
from stats.tables.selection import CRITERIA, bounds, choose, interval
from stats.tables.writing import to_bytes, write

__all__ = [
    "CRITERIA", "KEY", "OBSERVATIONS", "Problem", "TableError", "Tables",
    "bounds", "choose", "interval", "read", "select", "to_bytes", "write",
]  # fmt: skip
