"""What a coverage report says first: main points, bodies, indicators."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

import pandas as pd

from stats import coverage
from stats.coverage.tellings import NATURES
from stats.displays import Column, Traced, table
from stats.indicators import records
from stats.sections.blocks import Builder, Section
from stats.sections.context import CORE
from stats.sections.coverage import grids
from stats.sections.coverage.report import CoverageReport

SIGNS = {"conflicting": "≠", "approximate": "[a]", "derivable": "[d]"}
"""Heads of the columns that count states: narrow, and the same as in the grids; notes below say what they mean."""


def summary(report: CoverageReport) -> Section:
    """Return the main points."""
    builder = Builder(report, "summary")
    builder.points(points(report))
    builder.used(list(report.figures["row_id"]))
    missing = int(report.cells["status"].eq("missing").sum())
    builder.text(report.text("coverage.point.missing", n=report.words.number(missing)), kind="note")
    return builder.done()


def points(report: CoverageReport) -> list[str]:
    """Return the main points as finished HTML sentences, what there is first."""
    rows, words = report.figures, report.words
    said = [
        report.text(
            "coverage.point.figures" if report.many else "coverage.point.figures_one",
            n=words.number(len(rows)), bodies=words.number(len(report.bodies)), body=html.escape(report.name),
            periods=words.number(rows[["body_id", "period"]].drop_duplicates().shape[0]),
            first=words.date(report.period.start), last=words.date(report.period.end),
            papers=words.number(len(report.papers)),
        ),
        _core(report),
    ]  # fmt: skip
    told = report.tellings["nature"].value_counts()
    if len(report.tellings):
        values = {n: words.number(int(told.get(n, 0))) for n in NATURES}
        said.append(report.text("coverage.point.tellings", n=words.number(len(report.tellings)), **values))
    rounded = int(rows["approx"].ne("exact").sum())
    share = words.percent(rounded / len(rows), base=len(rows))
    said.append(report.text("coverage.point.approximate", n=words.number(rounded), share=share))
    found = [r for r in report.derivable if r and not report.printed(r)]
    said.append(report.text("coverage.point.derivable", n=words.number(len(found))))
    said.append(_newest(report))
    return [s for s in said if s]


def _core(report: CoverageReport) -> str:
    """Return how much of what a full report holds was published, and where most was."""
    words = report.words
    there = report.cells[report.cells["indicator"].isin(CORE) & (report.cells["figures"] > 0)]
    counts = there.groupby(["body_id", "period"], sort=False).size().reset_index(name="n")
    if counts.empty:
        return ""
    pairs = report.figures[["body_id", "period"]].drop_duplicates().shape[0]
    best = counts.sort_values("n", ascending=False, kind="stable").iloc[0]
    body, key = str(best["body_id"]), str(best["period"])
    mean = words.number(counts["n"].sum() / pairs, 1)
    values = {"core": len(CORE), "mean": mean, "most": words.number(int(best["n"]))}
    where = html.escape(f"{report.called(body)}, {report.when(body, key, heading=False)}")
    return report.text("coverage.point.core" if pairs > 1 else "coverage.point.core_one", where=where, **values)


def _newest(report: CoverageReport) -> str:
    days = {s: report.sources[s]["published_on"] for s in report.papers}
    known = {s: d for s, d in days.items() if pd.notna(d)}
    if not known:
        return ""
    last = max(known, key=lambda s: known[s])
    day = report.words.date(pd.Timestamp(known[last]).date())
    return report.text(
        "coverage.point.newest",
        date=day,
        publisher=html.escape(report.publisher(last)),
        sources=report.cite_ids([last]),
    )


def bodies(report: CoverageReport) -> Section:
    """Return how many periods of each body have figures, by group of indicators, and the table of bodies."""
    builder = Builder(report, "coverage-bodies")
    listed = coverage.summary(report.cells)
    if report.many:
        ranked = grids.bodies(builder, report, listed)
        if report.key is None:
            grids.years(builder, report)
        listed = listed.set_index("body_id").loc[ranked].reset_index()
    _body_table(builder, report, listed)
    return builder.done()


def _body_table(builder: Builder, report: CoverageReport, listed: pd.DataFrame) -> None:
    words = report.words
    core = report.cells[report.cells["indicator"].isin(CORE) & (report.cells["figures"] > 0)]
    asked = core.groupby("body_id")["indicator"].nunique()
    lines = records(listed)
    frame = pd.DataFrame(
        [
            {
                "body": report.called(row["body_id"]),
                "periods": row["periods"],
                "figures": Traced(words.number(row["figures"]), row["rows"]),
                "core": f"{int(asked.get(row['body_id'], 0))}/{len(CORE)}",
                "conflicting": row["conflicting"],
                "approximate": row["approximate"],
                "derivable": row["derived"],
                "span": _years_of(row["first"], row["last"]),
                "last": _last_day(report, row["sources"]),
            }
            for row in lines
        ]
    )
    columns = [Column("body", report.text("table.body"))]
    columns += [
        Column(key, _head(report, key), "text" if key in ("core", "span", "last") else "count", align="right")
        for key in ("periods", "figures", "core", "conflicting", "approximate", "derivable", "span", "last")
    ]  # fmt: skip
    caption = report.text("coverage.caption.bodies", body=report.name)
    notes = [report.text("coverage.note.core", n=len(CORE)), report.text("coverage.note.cells")]
    markup = table(frame, words=words, caption=caption, columns=columns, notes=notes, id="t-coverage-bodies")
    builder.table(markup, [r for ids in listed["rows"] for r in ids])


def _head(report: CoverageReport, key: str) -> str:
    """Return the head of a column; states stand as the signs that figures and grids carry."""
    return SIGNS.get(key) or report.text(f"coverage.column.{key}")


def _years_of(first: Any, last: Any) -> str:
    if pd.isna(first) or pd.isna(last):
        return ""
    return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"


def _last_day(report: CoverageReport, sources: Iterable[str]) -> str:
    days = [d for s in sources if pd.notna(d := report.sources[s]["published_on"])]
    return report.words.date(pd.Timestamp(max(days)).date(), short=True) if days else ""


def asked(report: CoverageReport) -> Section:
    """Return how far each indicator is published, and which are not at all."""
    builder, words = Builder(report, "coverage-indicators"), report.words
    lines = []
    cells = report.cells[report.cells["figures"] > 0]
    groups = {block: place for place, blocks in enumerate(coverage.GROUPS.values()) for block in blocks}
    catalogue = report.book.catalogue
    for indicator in sorted(catalogue, key=lambda i: groups[catalogue[i].definition["block"]]):
        mine = cells[cells["indicator"].eq(indicator)]
        if mine.empty:
            continue
        lines.append(
            {
                "indicator": report.book.catalogue[indicator].label(words.lang),
                "bodies": int(mine["body_id"].nunique()),
                "periods": len(mine),
                "figures": Traced(
                    words.number(int(mine["figures"].sum())), tuple(r for ids in mine["rows"] for r in ids)
                ),
                "approximate": int(mine["approximate"].sum()),
                "conflicting": int(mine["conflicts"].sum()),
            }
        )
    columns = [Column("indicator", words.text("table.indicator"))]
    names = ["periods", "figures", "approximate", "conflicting"]
    columns += [Column(n, _head(report, n), "count") for n in (["bodies", *names] if report.many else names)]
    caption = report.text("coverage.caption.indicators", body=report.name)
    notes = [report.text("coverage.note.figures")]
    frame = pd.DataFrame(lines)
    markup = table(frame, words=words, caption=caption, columns=columns, notes=notes, id="t-coverage-indicators")
    builder.table(markup, [r for ids in cells["rows"] for r in ids])
    known = set(cells["indicator"])
    absent = [report.book.catalogue[i].label(words.lang) for i in CORE if i not in known]
    if absent:
        items = "; ".join(html.escape(a[:1].lower() + a[1:]) for a in absent)
        builder.text(report.text("coverage.absent", items=items))
    return builder.done()
