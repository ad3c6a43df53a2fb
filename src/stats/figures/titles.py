"""A chart under another title: what the figures say stays, what the briefing wants to say is its author's."""

from __future__ import annotations

import copy
from dataclasses import replace

from stats import theme
from stats.figures.canvas import EDGE, HEAD, LINE, clause
from stats.figures.chart import Chart
from stats.figures.lettering import balanced, escape


def retitled(chart: Chart, title: str) -> Chart:
    """Return a chart under another title; subtitle, source, notes and marks stay.

    Parameters
    ----------
    chart : Chart
        As any function of `stats.figures` returns it.
    title : str
        The message. It is wrapped as the old one was; the sheet grows with it, or the plot shrinks
        where the sheet has one height (a slide).

    Returns
    -------
    Chart
        The alternative text says the new message too.
    """
    spec = copy.deepcopy(chart.spec)
    layout = spec["layout"]
    font, scale = layout["font"]["size"], layout["font"]["size"] / theme.SIZES["page"].font
    # The title is the highest text on the sheet.
    above = [a for a in layout["annotations"] if a["yref"] == "paper" and a["y"] == 1]
    head = max(above, key=lambda a: a["yshift"])
    size = font * HEAD
    lines = balanced(title, layout["width"] - 2 * EDGE * scale, size, bold=True)
    grown = (len(lines) - head["text"].count("<br>") - 1) * LINE * size
    head["text"] = "<br>".join(f"<b>{escape(line)}</b>" for line in lines)
    head["yshift"] += grown
    layout["margin"]["t"] = round(layout["margin"]["t"] + grown)
    if layout["height"] not in {size_.height for size_ in theme.SIZES.values() if size_.height}:
        layout["height"] = round(layout["height"] + grown)
    alt = chart.alt.replace(clause(chart.title), clause(title), 1)
    layout["meta"] |= {"title": title, "alt": alt}
    return replace(chart, spec=spec, title=title, alt=alt)
