"""Grids of a coverage report: bodies, years and periods by groups of indicators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from stats import coverage
from stats.displays import Column, Table, Traced, table
from stats.figures import Chart
from stats.figures.tallies import Tally, tally_grid
from stats.periods import Kind, kind_of
from stats.sections.blocks import Builder, Section
from stats.sections.coverage.report import CoverageReport
from stats.wording import sort_key

TALLEST = 30
"""Most rows of one grid: more would not fit on a printed page."""
TOTAL = "all"
"""Column of all groups together; a period counts once there, so it is no sum of the others."""
KINDS = (
    Kind.YEAR, Kind.NINE_MONTHS, Kind.SIX_MONTHS, Kind.QUARTER, Kind.MONTH, Kind.TERM, Kind.HALF_TERM, Kind.WINDOW,
)  # fmt: skip
"""Order of the kinds of period in a grid: like stands with like."""
SIGNS = ("conflicting", "approximate")
"""States told by a sign beside the number."""
OWN_GRID = 10
"""Periods a body needs to have a grid of its own in the report on all bodies."""
_PLACES = ("national", "central_body", "region", "municipality", "province", "bloc", "district", "commune")


def bodies(builder: Builder, report: CoverageReport, listed: pd.DataFrame) -> list[str]:
    """Draw bodies by groups of indicators, and return the bodies in the order drawn."""
    levels = {b: report.book.codes.bodies.ids[b].level for b in report.bodies}
    ranked = sorted(listed["body_id"], key=lambda b: _rank(report, listed, b, levels))
    provinces = [b for b in ranked if levels[b] == "province"]
    for name, mine in (("others", [b for b in ranked if levels[b] != "province"]), ("provinces", provinces)):
        if len(mine) > 1:
            _body_grids(builder, report, name, mine)
    return ranked


def _rank(report: CoverageReport, listed: pd.DataFrame, body: str, levels: Mapping[str, str]) -> tuple[Any, ...]:
    periods = int(listed.loc[listed["body_id"].eq(body), "periods"].iloc[0])
    # By the Vietnamese name in both languages, so that both editions stand in one order.
    return _PLACES.index(levels[body]), -periods, sort_key(report.book.codes.bodies.ids[body].name_vi), body


def _body_grids(builder: Builder, report: CoverageReport, name: str, bodies_: Sequence[str]) -> None:
    cells = report.cells[report.cells["body_id"].isin(bodies_) & (report.cells["figures"] > 0)]
    counts = cells.groupby("body_id")["period"].nunique()
    values = {
        "body": report.called(str(counts.idxmax())), "most": int(counts.max()), "n": len(bodies_),
        "once": int((counts == 1).sum()),
    }  # fmt: skip
    title = report.text(f"coverage.title.{name}", **values)
    _grids(
        builder, report, cells, "body_id", list(bodies_), report.called, "period", name=f"coverage-{name}", title=title,
        what=report.text("coverage.what.periods"),
    )  # fmt: skip


def years(builder: Builder, report: CoverageReport) -> None:
    """Draw calendar years by groups of indicators: how many bodies have a figure for a period ending in the year."""
    cells = report.cells[report.cells["figures"] > 0]
    cells = cells.assign(year=cells["end"].dt.year.astype(str))
    counts = cells.groupby("year")["body_id"].nunique()
    years = [str(y) for y in range(int(min(counts.index)), int(max(counts.index)) + 1)]
    title = report.text("coverage.title.years", year=str(counts.idxmax()), most=int(counts.max()))
    _grids(
        builder, report, cells, "year", years, str, "body_id", name="coverage-years", title=title,
        what=report.text("coverage.what.bodies"),
    )  # fmt: skip


def periods(report: CoverageReport) -> Section:
    """Return, period by period, how many indicators of each group a body has figures for."""
    builder = Builder(report, "coverage-periods")
    for body in report.bodies:
        cells = report.cells[report.cells["body_id"].eq(body) & (report.cells["figures"] > 0)]
        keys = sorted(dict.fromkeys(cells["period"]), key=lambda key: KINDS.index(kind_of(key)))
        if not keys or (report.many and len(keys) < OWN_GRID):
            continue
        counts = cells.groupby("period")["indicator"].nunique()
        best = report.when(body, str(counts.idxmax()), heading=False)
        title = report.text("coverage.title.periods", period=best, most=int(counts.max()), body=report.called(body))
        _grids(
            builder, report, cells, "period", keys, partial(report.short, body), "indicator",
            name=f"coverage-periods-{body}", title=title, what=report.text("coverage.what.indicators"), body=body,
        )  # fmt: skip
    if not builder.blocks:
        builder.text(report.text("section.none"), kind="none")
    return builder.done()


def _grids(
    builder: Builder, report: CoverageReport, cells: pd.DataFrame, by: str, order: Sequence[str],
    label: Callable[[str], str], counted: str, *, name: str, title: str, what: str, body: str = "",
) -> None:  # fmt: skip
    """Draw rows by groups of indicators, in as many grids of even height as a printed page needs."""
    made: dict[Any, pd.DataFrame] = dict(iter(cells.groupby([by, "group"], sort=False)))
    made |= {(key, TOTAL): frame for key, frame in cells.groupby(by, sort=False)}
    parts = -(-len(order) // TALLEST)
    size = -(-len(order) // parts)
    for part in range(parts):
        mine = order[part * size : (part + 1) * size]
        tallies = [
            _tally(report, label(key), group, made.get((key, group)), counted)
            for key in mine
            for group in (TOTAL, *coverage.GROUPS)
        ]
        shown = title if parts == 1 else report.text("coverage.title.part", title=title, n=part + 1, of=parts)
        marks = {t.mark for t in tallies if t.mark}
        notes = [report.text(f"coverage.sign.{m}") for m in SIGNS if _sign(report, m) in marks]
        where = f"{report.called(body)}. {what}" if body else what
        chart = tally_grid(
            tallies, words=report.words, title=shown, subtitle=where,
            source=report.text("coverage.papers", n=len({s for t in tallies for s in t.sources})),
            notes=[*notes, report.text("coverage.sign.none")], name=name if parts == 1 else f"{name}-{part + 1}",
        )  # fmt: skip
        builder.chart(chart, _twin(report, chart, tallies))


def _tally(report: CoverageReport, row: str, group: str, cells: pd.DataFrame | None, counted: str) -> Tally:
    column = report.text(f"coverage.group.{group}")
    if cells is None:
        return Tally(row, column, 0)
    mark = ""
    if cells["conflicts"].sum():
        mark = _sign(report, "conflicting")
    elif (cells["approximate"] == cells["figures"]).all():
        mark = _sign(report, "approximate")
    rows = tuple(r for ids in cells["rows"] for r in ids)
    sources = tuple(dict.fromkeys(s for ids in cells["sources"] for s in ids))
    return Tally(row, column, int(cells[counted].nunique()), mark, rows, sources)


def _sign(report: CoverageReport, status: str) -> str:
    return report.text(f"chart.sign.{status}")


def _twin(report: CoverageReport, chart: Chart, tallies: Sequence[Tally]) -> Table:
    """Return the data of a grid as a grid of numbers."""
    values = dict(zip(tallies, chart.table["value"], strict=True))
    groups = list(dict.fromkeys(t.column for t in tallies))
    lines: dict[str, dict[str, Any]] = {}
    for tally, value in values.items():
        line = lines.setdefault(tally.row, {"label": tally.row})
        line[f"g{groups.index(tally.column)}"] = Traced(str(value), tally.rows)
    columns = [Column("label", report.text("table.twin.label"))]
    columns += [Column(f"g{n}", group, align="right") for n, group in enumerate(groups)]
    caption = report.text("table.twin.caption", title=chart.title)
    frame = pd.DataFrame(list(lines.values()))
    return table(frame, words=report.words, caption=caption, columns=columns, id=f"data-{chart.name}")
