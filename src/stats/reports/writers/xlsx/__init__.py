"""XLSX: a report as a workbook of presented tables, native charts and tidy data."""

from stats.reports.writers.xlsx.workbook import write

__all__ = ["write"]
