"""Files a page carries with it: the chart library, kept here so that pages work offline."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


def plotly_js_path() -> Path:
    """Return the place of plotly.js (cartesian bundle, the version plotly.py speaks)."""
    return _FOLDER / "plotly-cartesian.min.js"


@cache
def plotly_js() -> str:
    """Return the text of plotly.js, safe inside a script element."""
    return plotly_js_path().read_text(encoding="utf-8").replace("</script", r"<\/script")
