"""Tables of a report: lines of figures, each with its actor, unit, share, interval and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from stats.displays import Column, Table, table
from stats.results import Result
from stats.sections.blocks import Builder
from stats.sections.report import Report


@dataclass(frozen=True, slots=True)
class Line:
    """One figure in a table.

    Attributes
    ----------
    label : str
        What the figure is.
    result : Result
        The count.
    share : Result, optional
        Its share, with the interval.
    """

    label: str
    result: Result
    share: Result | None = None


def figures(builder: Builder, report: Report, lines: Sequence[Line], *, caption: str, id_: str) -> None:
    """Add a table with one row a figure to a section; nothing when there are no lines."""
    if lines:
        results = [r for line in lines for r in (line.result, line.share) if r is not None]
        made = tabled(report, lines, caption=caption, id_=id_)
        builder.table(made, [*(row for r in results for row in r.rows), *report.retold(results)])


def tabled(report: Report, lines: Sequence[Line], *, caption: str, id_: str, share: str = "") -> Table:
    """Return a table with one row a figure.

    Columns that no line fills (published share, share, interval) are left out, so that no cell stands
    empty; `share` is the head of the column of shares where they are something else, rates.
    """
    words, several = report.words, len({line.result.actor for line in lines}) > 1
    printed = [published_share(report, line.result) for line in lines]
    columns = [
        Column("label", words.text("table.indicator"), "text"),
        Column("actor", words.text("table.actor"), "text"),
    ]
    columns += [Column("count", words.text("table.count"), "count"), Column("unit", words.text("table.unit"), "text")]
    if any(value is not None for value in printed):
        columns.append(Column("printed", words.text("table.share_published"), "text", align="right"))
    if any(line.share for line in lines):
        columns.append(Column("share", share or words.text("table.share"), "percent"))
        columns.append(Column("interval", words.text("table.interval"), "interval"))
    columns.append(Column("source", words.text("table.source"), "source"))
    frame = pd.DataFrame(
        {
            "label": [line.label for line in lines],
            "actor": [report.actor(line.result.actor, short=True) for line in lines],
            "count": [line.result for line in lines],
            "unit": [report.unit(line.result) for line in lines],
            "printed": [value if value is not None else "–" for value in printed],
            "share": [line.share for line in lines],
            "interval": [line.share for line in lines],
            "source": [report.cite(line.result) for line in lines],
        }
    )
    named = [(_name(report, line, several), r) for line in lines for r in (line.result, line.share) if r is not None]
    return table(frame, words=words, caption=caption, columns=columns, notes=report.notes(named), id=id_)


def _name(report: Report, line: Line, several: bool) -> str:
    return f"{line.label} ({report.inside(line.result.actor, short=True)})" if several else line.label


def published_share(report: Report, result: Result) -> str | None:
    """Return the percentage the source printed beside a figure, as printed; None when it printed none."""
    for row in result.rows:
        value = report.rows.get(row, {}).get("share_pct_published")
        if value is not None and not pd.isna(value):
            digits = len(f"{float(value):.10f}".partition(".")[2].rstrip("0"))
            return report.words.percent(float(value) / 100, digits)
    return None
