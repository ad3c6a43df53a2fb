"""HTML: a chart as a fragment to put into any page, with its words and its data table."""

from __future__ import annotations

import html
import re
from functools import partial

from stats import theme
from stats.displays import Column
from stats.reports.writers.record import Record

_TWIN = ("label", "series", "panel", "value", "share", "interval")
_WORDS = ("label", "series", "panel")
_TITLE = re.compile(r'<title id="([^"]+)-title">')


def fragment(record: Record, svg: str) -> str:
    """Return a figure that needs no script, style sheet, font or network.

    Parameters
    ----------
    record : Record
        The chart.
    svg : str
        Its drawing, with title and description inside and ids of its own (`imprint.into_svg`).

    Returns
    -------
    str
        A ``figure`` element. The drawing shrinks with the page; its data table unfolds below it,
        for readers who cannot or will not see the picture.
    """
    said = partial(html.escape, quote=True)
    report, chart = record.report, record.chart
    found = _TITLE.search(svg)
    scope = found[1] if found else said(chart.name)
    # The font is named once, on the whole drawing: a fragment with many words stays small.
    drawing = svg.replace(f"font-family: {theme.FONT}; ", "")
    drawing = drawing.replace("<svg ", f'<svg style="max-width:100%;height:auto;font-family:{theme.FONT}" ', 1)
    documents = "".join(f"<li>{_document(one, report.day(one['id']))}</li>" for one in record.sources)
    vintage = record.imprint.vintage
    newest = f"<p>{said(report.text('chart.vintage', date=report.words.date(vintage)))}</p>" if vintage else ""
    return (
        f'<figure id="{scope}" class="discipline-chart" lang="{said(report.words.lang)}" '
        f'aria-labelledby="{scope}-title" style="margin:0 0 1.5em">\n{drawing}\n'
        f"<figcaption>\n<p>{said(record.caption)}</p>\n"
        f"<details><summary>{said(report.text('chart.data'))}</summary>\n{_table(record)}\n"
        f"<ul>{documents}</ul>{newest}</details>\n</figcaption>\n</figure>\n"
    )


def _table(record: Record) -> str:
    """Return the marks as a table; columns the chart leaves empty are left out."""
    rows = record.rows
    keys = [key for key in _TWIN if any(row.get(key) for row in rows)]
    text = record.report.text
    columns = [Column(key, text(f"table.twin.{key}"), align="" if key in _WORDS else "right") for key in keys]
    columns += [Column(key, head, align="" if key == "rule" else "right") for key, head in record.chart.heads]
    # Numbers are aligned right by the table; only words say so themselves, to keep long tables small.
    left = ' style="text-align:left"'
    heads = "".join(f'<th scope="col" style="text-align:{c.side}">{html.escape(c.label)}</th>' for c in columns)
    lines = []
    for row in rows:
        texts = [html.escape(str(row[c.key] or "")) or "–" for c in columns]
        first = f'<th scope="row"{left}>{texts[0]}</th>'
        pairs = zip(columns[1:], texts[1:], strict=True)
        others = (f"<td{left if c.side == 'left' else ''}>{t}</td>" for c, t in pairs)
        lines.append(f"<tr>{first}{''.join(others)}</tr>")
    caption = html.escape(text("table.twin.caption", title=record.chart.title))
    body = "\n".join(lines)
    return (
        f'<table style="border-spacing:.8em 0;text-align:right">\n<caption>{caption}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def _document(source: dict[str, str], day: str) -> str:
    """Return a document in words; its address is a link only when it is one of the web."""
    title, url = html.escape(source["title"]), source["url"]
    if url.lower().startswith(("https://", "http://")):
        title = f'<a href="{html.escape(url)}" rel="noreferrer">{title}</a>'
    return ", ".join(part for part in (title, html.escape(source["publisher"]), html.escape(day)) if part)
