"""Display tables: great_tables for the structure, the house for words, marks, traces and style."""

from stats.displays.cells import KINDS, NUMERIC, Cell, Column, Traced, linked
from stats.displays.tables import Table, chart_table, table

__all__ = ["KINDS", "NUMERIC", "Cell", "Column", "Table", "Traced", "chart_table", "linked", "table"]
