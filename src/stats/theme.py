"""The look of the house: colours, sizes, the plotly template, and the style sheet of pages.

Colours are told apart by lightness as well as hue, so that a chart survives colour blindness and a
black-and-white printer; text keeps a contrast of 4.5:1 on white, marks 3:1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

INK = "#1a1a1a"
"""Text, and the line of an interval."""
MUTED = "#555555"
"""Subtitles, sources and notes."""
RULE = "#8a8a8a"
"""Axes and outlines."""
GRID = "#e3e3e3"
"""Grid lines, where they help."""
MAIN = "#1f5c8c"
"""The marks that matter."""
CONTEXT = "#949494"
"""The marks they are seen against."""
ACCENT = "#b3400b"
"""Breaks and what needs attention."""
PALE = "#dbe6ef"
"""Ground of hatched and hollow marks."""
PAPER = "#ffffff"

FONT = "'Be Vietnam Pro', 'Noto Sans', 'DejaVu Sans', sans-serif"

NAME = "house"
"""Name of the plotly template."""


@dataclass(frozen=True, slots=True)
class Size:
    """Where a chart is going to stand.

    Attributes
    ----------
    width : int
        Pixels.
    font : float
        Size of labels in pixels; titles and notes are set from it.
    height : int
        Height in pixels, 0 for as high as the content needs.
    """

    width: int
    font: float
    height: int


SIZES = MappingProxyType(
    {
        "page": Size(width=720, font=13, height=0),
        "half": Size(width=352, font=12, height=0),
        "slide": Size(width=1280, font=22, height=720),
    }
)
"""A page column of 16 cm, half of it, and a 16:9 slide."""


def size_of(name: str) -> Size:
    """Return a size by name; ``slide:16`` is a slide whose letters are 16 pixels, for one that holds much.

    Examples
    --------
    >>> size_of("slide:16").font, size_of("page").width
    (16.0, 720)
    """
    plain, _, font = name.partition(":")
    return replace(SIZES[plain], font=float(font)) if font else SIZES[plain]


def template() -> dict[str, Any]:
    """Return the house template as plotly JSON, a fresh one each time: small, because every figure carries it."""
    axis = {
        "automargin": False, "fixedrange": True, "showgrid": False, "zeroline": False, "showline": False,
        "ticks": "", "tickangle": 0, "gridcolor": GRID, "linecolor": RULE, "tickfont": {"color": INK},
    }  # fmt: skip
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "colorway": [MAIN, CONTEXT, ACCENT, INK],
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "barmode": "overlay",
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {"bgcolor": PAPER, "bordercolor": RULE, "font": {"color": INK}},
            "annotationdefaults": {"showarrow": False, "align": "left"},
        }
    }


def register() -> None:
    """Make the template known to plotly as ``house`` for an analyst's own figures."""
    import plotly.graph_objects as go
    import plotly.io as pio

    pio.templates[NAME] = go.layout.Template(template())  # type: ignore[attr-defined]


def fonts_dir() -> Path:
    """Return the folder of the bundled font (Be Vietnam Pro, SIL Open Font License)."""
    return Path(__file__).resolve().parent / "fonts"


@cache
def css() -> str:
    """Return the style sheet of report pages (``theme.css``)."""
    return (Path(__file__).resolve().parent / "theme.css").read_text(encoding="utf-8")
