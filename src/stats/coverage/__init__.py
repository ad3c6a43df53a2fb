"""What is published, contradictory, approximate, derivable or missing: body by period by indicator.

Only counts and the contents of violations can be published; shares, mixes and rates are worked out
from them and have no cell of their own. A period is asked of a body when the body has any figure
for it, so that "missing" means "not among what was published for that period".
"""

from __future__ import annotations

from stats.coverage.cells import COLUMNS, GROUPS, STATUSES, matrix, summary
from stats.coverage.deriving import derivable, span
from stats.coverage.reach import kept, outside, reached
from stats.coverage.tellings import conflicts, retold

__all__ = [
    "COLUMNS", "GROUPS", "STATUSES", "conflicts", "derivable", "kept", "matrix", "outside", "reached", "retold", "span",
    "summary",
]  # fmt: skip
