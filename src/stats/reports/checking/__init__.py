"""Findings for people and programs: as text, JSON, a web page or a workbook a clerk works through."""

from __future__ import annotations

from stats.reports.checking.deliver import FORMATS, deliver
from stats.reports.checking.findings import Checked, findings
from stats.reports.checking.system import system

__all__ = ["FORMATS", "Checked", "deliver", "findings", "system"]
