"""The explorer under the notebook panel and the local page: one choice in, one answer out, no state kept.

`look` answers a choice with a sentence, a chart, a table, the sources and the code; `options` says what
there is to choose from; `trace` leads from a figure to its source; `compare` says whether two figures
can be set side by side; `panel` is all of that to click in a notebook; `sample_report` opens made-up figures to
practise on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stats.explore.choices import Choice
from stats.explore.choosing import Option, Options, options
from stats.explore.comparing import Comparable, compare
from stats.explore.practice import sample_report
from stats.explore.tracing import Trace, trace
from stats.explore.view import View, look

if TYPE_CHECKING:
    from stats.explore.widgets import Panel
    from stats.indicators import Book

__all__ = ["Choice", "Comparable", "Option", "Options", "Trace", "View", "compare", "look", "options", "panel",
           "sample_report", "trace"]  # fmt: skip


def panel(lang: str = "vi", book: Book | None = None, **start: str) -> Panel:
    """Return the explorer to click in a notebook cell; see `stats.explore.widgets.panel`."""
    # ipywidgets is only needed by who asks for it: the local page and scripts do without.
    from stats.explore import widgets

    return widgets.panel(lang, book, **start)
