"""Display tables: great_tables for the structure, the house for words, marks, traces and style."""

from stats.displays.cells import KINDS, NUMERIC, Cell, Column, Traced, linked
from stats.displays.tables import STYLE, Table, chart_table, table

__all__ = ["KINDS", "NUMERIC", "STYLE", "Cell", "Column", "Table", "Traced", "chart_table", "linked", "table"]
