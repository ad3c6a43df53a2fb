"""Has something changed, or is it noise? The methods over time on what the report's body publishes."""

from stats.sections.monitoring.following import INDICATORS
from stats.sections.monitoring.section import (
    control_charts,
    draw,
    forecasts,
    interruptions,
    monitoring,
    nothing_followed,
    outcomes,
    sentences,
    shortness,
    too_short,
)

__all__ = [
    "INDICATORS", "control_charts", "draw", "forecasts", "interruptions", "monitoring", "nothing_followed",
    "outcomes", "sentences", "shortness", "too_short",
]  # fmt: skip
