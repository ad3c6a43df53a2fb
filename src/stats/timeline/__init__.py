"""A series: one indicator of one body and one actor over like periods, with the breaks that cut it.

Periods of one kind and about one length that do not overlap; one unit; gaps kept; derived points
marked; labels of the actor bridged only where a bridge is declared, and said.
"""

from __future__ import annotations

from stats.timeline.building import LEAST, every, series
from stats.timeline.cuts import ALWAYS, breaks
from stats.timeline.model import Point, Series

__all__ = ["ALWAYS", "LEAST", "Point", "Series", "breaks", "every", "series"]
