"""Code lists in Vietnamese and English, party bodies, terms and the rules in force.

The only reader of ``data/codes``. `load` gives one frozen `Codes` object; every other module asks
it for labels, bodies and periods, and never opens a code list itself.
"""

from __future__ import annotations

from stats.codes.bodies import Bodies, Body, Succession
from stats.codes.book import Codes, default_data, forget, load
from stats.codes.files import Row, read_rows
from stats.codes.rules import Rule

__all__ = ["Bodies", "Body", "Codes", "Row", "Rule", "Succession", "default_data", "forget", "load", "read_rows"]
