"""PPTX: a report as a briefing of five to eight slides with native, editable charts."""

from stats.reports.writers.pptx.deck import write

__all__ = ["write"]
