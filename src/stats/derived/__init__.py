"""Derived figures: what published ones allow to be worked out, by named pure functions.

Nothing made here is ever written into the curated tables. Every result says so (``derived``), names
its method (``difference``, ``sum_of_streams``, ``restated``), the rows and documents it rests on,
and the interval that rounded inputs leave. What cannot be derived is refused, with the reason.
"""

from __future__ import annotations

from stats.derived.amounts import Amount, amount, minus, plus
from stats.derived.boundaries import recomputed_rate, recomputed_share, restated
from stats.derived.cumulative import difference
from stats.derived.streams import bridged, disjoint, other_stream, sum_of_streams

METHODS = ("difference", "sum_of_streams", "restated")
"""Codes of the methods, as results carry them."""

__all__ = [
    "METHODS", "Amount", "amount", "bridged", "difference", "disjoint", "minus", "other_stream", "plus",
    "recomputed_rate", "recomputed_share", "restated", "sum_of_streams",
]  # fmt: skip
