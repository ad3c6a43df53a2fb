"""The sheet a chart is drawn on: title and subtitle above, plot in the middle, source and notes below.

Everything is placed in pixels from measured text, so that nothing depends on what a browser makes
of it: long Vietnamese labels are wrapped, margins fit them, and marks above capitals stay inside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec

import pandas as pd

from stats import theme
from stats.figures.chart import Chart, Item, twin, used_rows, used_sources
from stats.figures.lettering import balanced, escape, wrap
from stats.wording import MARKS, Words

LINE = 1.3
"""Line height of plotly text, in font sizes."""

EDGE = 12
"""White rim of the sheet, in pixels of a page-size chart."""

HEAD = 1.23
"""Size of the title, in font sizes."""

LEAST_FONT = 13.0
"""Smallest letters of a slide; what still does not fit makes the sheet taller."""

_P = ParamSpec("_P")


def fitted(function: Callable[_P, Chart]) -> Callable[_P, Chart]:
    """Draw a chart again with smaller letters when a sheet of fixed height cannot hold it.

    Pressed into the height instead, rows and their labels would run into each other.
    """

    @wraps(function)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> Chart:
        asked = str(kwargs.get("size", "page"))
        chart = function(*args, **kwargs)
        room, font = theme.size_of(asked).height, theme.size_of(asked).font
        while room and chart.spec["layout"]["height"] > room and font > LEAST_FONT:
            # Text wraps less as letters shrink, so the height falls a little faster than they do.
            part = min(max(room / chart.spec["layout"]["height"], 0.85), 0.97)
            font = max(LEAST_FONT, round(font * part, 1))
            kwargs["size"] = f"{asked}:{font:g}"
            chart = function(*args, **kwargs)
        return chart

    return drawn


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands around the plot.

    Attributes
    ----------
    title, subtitle : str
        The message; what is measured, unit, place and period.
    source : str
        Who printed the figures; the word for "source" is added.
    notes : sequence of str
        Sentences below the plot.
    size : str
        ``page``, ``half`` or ``slide``.
    """

    title: str
    subtitle: str = ""
    source: str = ""
    notes: Sequence[str] = ()
    size: str = "page"


@dataclass(slots=True)
class Canvas:
    """A chart under construction; `finish` closes it.

    Attributes
    ----------
    left, right : float
        Room for row labels and for what sticks out on the right, in pixels, set by the chart.
    scales : int
        Number of scales; several are said below the plot, lest lengths be compared across them.
    listed : tuple of str
        Explanations of numbered marks, printed a line each under the plot, before the notes.
    """

    words: Words
    heading: Heading
    left: float = EDGE
    right: float = EDGE
    scales: int = 1
    listed: tuple[str, ...] = ()
    traces: list[dict[str, Any]] = field(default_factory=list)
    axes: dict[str, dict[str, Any]] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def size(self) -> theme.Size:
        """The size asked for."""
        return theme.size_of(self.heading.size)

    @property
    def font(self) -> float:
        """Size of labels in pixels."""
        return self.size.font

    @property
    def scale(self) -> float:
        """Pixels of this size for one pixel of a page."""
        return self.size.font / theme.SIZES["page"].font

    @property
    def plot_width(self) -> float:
        """Width of the plot in pixels."""
        return self.size.width - self.left - self.right

    @property
    def inner(self) -> float:
        """Width inside the rim."""
        return self.size.width - 2 * EDGE * self.scale

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences below the plot."""
        own = [self.words.text("chart.own_scales")] if self.scales > 1 else []
        return (*self.listed, *own, *self.heading.notes)

    def line(self, font: float | None = None) -> float:
        """Return the height of a line of text in pixels."""
        return LINE * (self.font if font is None else font)

    def room(self, below: float, *, shorthand: bool = True) -> float:
        """Return the height that a sheet of fixed height leaves to the plot."""
        return self.size.height - self._head().height - below - self._foot(shorthand=shorthand).height

    def say(
        self, text: str, x: float, y: float, *, anchor: str = "left", valign: str = "middle", bold: bool = False,
        color: str = theme.INK, font: float | None = None, xref: str = "x", yref: str = "y", shift: float = 0,
        lift: float = 0, ground: str = "", turn: float = 0,
    ) -> None:  # fmt: skip
        """Write finished (escaped, broken) text at a place of the plot, on a `ground` colour or none, turned or not."""
        self.annotations.append(
            {
                "text": f"<b>{text}</b>" if bold else text,
                "x": x,
                "y": y,
                "xref": xref,
                "yref": yref,
                "xanchor": anchor,
                "yanchor": valign,
                "xshift": shift,
                "yshift": lift,
                "showarrow": False,
                "align": anchor,
                "font": {"size": self.font if font is None else font, "color": color},
                "borderpad": 0,
                **({"bgcolor": ground} if ground else {}),
                **({"textangle": turn} if turn else {}),
            }
        )

    def finish(
        self,
        name: str,
        items: Sequence[Item],
        *,
        kind: str,
        plot_height: float,
        finding: str = "",
        below: float = 0,
        digits: int | None = None,
        table: pd.DataFrame | None = None,
        shorthand: bool = True,
        heads: Sequence[tuple[str, str]] = (),
    ) -> Chart:
        """Set the sheet around the plot and return the chart.

        Parameters
        ----------
        name : str
            Name of the chart in file names and addresses.
        items : sequence of Item
            Every mark, for the twin table and the trace to rows.
        kind : str
            Key of the kind's name (``chart.kind.<kind>``), which opens the alternative text.
        plot_height : float
            Height of the plot in pixels.
        finding : str
            One sentence on the values, which closes the alternative text.
        below : float
            Room needed under the plot for axis labels, in pixels.
        digits : int, optional
            Decimals of shares in the twin table.
        table : DataFrame, optional
            The twin, when the chart makes its own.
        shorthand : bool
            Explain the marks ([a], [x]) printed in the plot.
        heads : sequence of (str, str)
            Columns of words that `table` has beside those of every twin, with their heads.
        """
        head, foot = self._head(), self._foot(shorthand=shorthand)
        top = head.height
        bottom = below + foot.height
        height = top + plot_height + bottom
        if self.size.height:  # a slide has one height, which a short plot is stretched to fill
            height = max(self.size.height, height)
        self._place(head, foot, below)
        frame = twin(items, self.words, digits=digits) if table is None else table
        h = self.heading
        rows, sources = used_rows(items), used_sources(items)
        alt = self._alt(kind, finding)
        layout = {
            "template": theme.template(),
            "width": self.size.width,
            "height": round(height),
            "margin": {"l": round(self.left), "r": round(self.right), "t": round(top), "b": round(bottom), "pad": 0},
            "separators": ",." if self.words.lang == "vi" else ".,",
            "font": {"size": self.font},
            **self.axes,
            "annotations": self.annotations,
            "shapes": self.shapes,
            "meta": {"name": name, "title": h.title, "subtitle": h.subtitle, "alt": alt, "lang": self.words.lang,
                     "rows": list(rows), "sources": list(sources)},
        }  # fmt: skip
        spec = {"data": self.traces, "layout": layout}
        said = h.title, h.subtitle, alt
        return Chart(name, spec, *said, frame, rows, sources, kind, h.source, self.notes, tuple(heads))

    def _head(self) -> _Block:
        font = self.font * HEAD
        lines = [f"<b>{escape(line)}</b>" for line in balanced(self.heading.title, self.inner, font, bold=True)]
        rim = EDGE * self.scale
        height = rim + len(lines) * self.line(font)
        parts = [(lines, font, theme.INK, rim)]
        if self.heading.subtitle:
            small = [escape(line) for line in wrap(self.heading.subtitle, self.inner, self.font)]
            parts.append((small, self.font, theme.MUTED, height + 2 * self.scale))
            height += 2 * self.scale + len(small) * self.line()
        return _Block(parts, height + 10 * self.scale)

    def _foot(self, *, shorthand: bool) -> _Block:
        font = max(10.0, self.font * 0.85)
        w, h = self.words, self.heading
        said = []
        printed = " ".join(a["text"] for a in self.annotations)
        legend = w.legend(m for m in MARKS if shorthand and f"[{m}]" in printed)
        if legend:
            said.append(w.text("chart.shorthand", legend=legend))
        if notes := self.notes[len(self.listed) :]:
            said.append(w.text("chart.note", notes=" ".join(notes)))
        if h.source:
            said.append(w.text("chart.source", source=h.source))
        lines = [escape(line) for text in (*self.listed, *said) for line in wrap(text, self.inner, font)]
        gap = 8 * self.scale if lines else 0
        rim = EDGE * self.scale
        return _Block([(lines, font, theme.MUTED, gap)], gap + len(lines) * self.line(font) + rim)

    def _place(self, head: _Block, foot: _Block, below: float) -> None:
        shift = EDGE * self.scale - self.left
        for lines, font, color, offset in head.parts:
            self.say("<br>".join(lines), 0, 1, xref="paper", yref="paper", valign="top", color=color, font=font,
                     shift=shift, lift=head.height - offset)  # fmt: skip
        for lines, font, color, offset in foot.parts:
            if lines:
                self.say("<br>".join(lines), 0, 0, xref="paper", yref="paper", valign="top", color=color, font=font,
                         shift=shift, lift=-(below + offset))  # fmt: skip

    def _alt(self, kind: str, finding: str) -> str:
        """Three sentences: the kind and what it shows, the message, the values to know."""
        h = self.heading
        what = self.words.text(f"chart.kind.{kind}")
        if h.subtitle:
            parts = [f"{what}: {clause(h.subtitle)}", clause(h.title), clause(finding)]
        else:
            parts = [f"{what}: {clause(h.title)}", clause(finding)]
        return " ".join(f"{part}." for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Block:
    """Runs of lines: (lines, font, colour, distance from the top of the block), and the whole height."""

    parts: list[tuple[list[str], float, str, float]]
    height: float


def clause(text: str) -> str:
    """Return text as one clause: full stops inside become semicolons, the last one goes."""
    return text.strip().rstrip(".").replace(". ", "; ")
