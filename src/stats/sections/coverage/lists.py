"""Lists of a coverage report: figures that contradict one another, are rounded, or can be worked out."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from stats import checks, coverage
from stats.coverage.tellings import Telling
from stats.displays import Column, Traced, table
from stats.indicators import records
from stats.results import Approx, Note, Result
from stats.sections.blocks import Builder, Section
from stats.sections.coverage.report import CoverageReport

OTHER_CHECKS = ("X01", "X04", "X05")
"""Checks told elsewhere: pages that differ stand in the table above; flags and memberships are no conflict."""


def conflicts(report: CoverageReport) -> Section:
    """Return the figures whose pages differ, the one chosen and why; then what else does not add up."""
    builder = Builder(report, "coverage-conflicts")
    for nature in ("differ", "rounded"):
        found = report.tellings[report.tellings["nature"].eq(nature)]
        if found.empty:
            builder.text(report.text(f"coverage.{nature}.none"), kind="none")
        else:
            _tellings(builder, report, nature, found)
    _findings(builder, report)
    return builder.done()


def _tellings(builder: Builder, report: CoverageReport, nature: str, found: pd.DataFrame) -> None:
    words = report.words
    frame = pd.DataFrame([_told(report, row) for row in records(found)])
    columns = [Column("body", report.text("table.body"))] if report.many else []
    columns += [Column(n, report.text(f"coverage.column.{n}")) for n in ("period", "figure", "tellings", "chosen")]
    columns.append(Column("source", words.text("table.source"), "source"))
    caption = report.text(f"coverage.caption.{nature}", body=report.name)
    markup = table(frame, words=words, caption=caption, columns=columns, id=f"t-coverage-{nature}")
    builder.table(markup, [r for ids in found["rows"] for r in ids])


def _told(report: CoverageReport, row: Mapping[str, Any]) -> dict[str, Any]:
    words = report.words
    tellings: Sequence[Telling] = row["tellings"]
    reason = words.text("coverage.rule.agree" if row["rule"] == "agree" else f"check.rule.{row['rule']}")
    chosen = words.count(_result(tellings[0]), unit=False)
    return {
        "body": report.called(row["body_id"]),
        "period": report.short(row["body_id"], row["period"]),
        "figure": report.described(report.rows[row["row_id"]]),
        "tellings": Traced("; ".join(_printed(report, t) for t in tellings), row["rows"]),
        "chosen": Traced(report.text("coverage.chosen", n=chosen, reason=reason), tellings[0].rows),
        "source": report.cite_ids(row["sources"]),
    }


def _printed(report: CoverageReport, telling: Telling) -> str:
    """Return a telling with who printed it and when: ``1.575 (Pháp Luật TP.HCM, 08/01/2022)``."""
    by = [", ".join(filter(None, (report.publisher(s), report.day(s)))) for s in telling.sources]
    return f"{report.words.count(_result(telling), unit=False)} ({'; '.join(dict.fromkeys(by))})"


def _result(telling: Telling) -> Result:
    return Result(estimate=float(telling.count), approx=Approx(telling.approx), rows=telling.rows)


def _findings(builder: Builder, report: CoverageReport) -> None:
    """Add what the checks found not to add up: gaps between streams, one figure under two deciders, falls."""
    words, lang = report.words, report.words.lang
    found = checks.run(report.book.tables, report.book.codes, place=report.bodies, period=report.key)
    found = found[found["severity"].ne("info") & ~found["id"].isin(OTHER_CHECKS)]
    if found.empty:
        builder.text(report.text("coverage.findings.none"), kind="none")
        return
    frame = pd.DataFrame(
        [
            {
                "body": report.called(row["body_id"]) if row["body_id"] else report.name,
                "period": report.when(row["body_id"], row["period"])
                if row["period"]
                else report.text("coverage.every"),
                "finding": Traced(row[f"text_{lang}"], row["rows"]),
                "id": row["id"],
                "source": report.cite_ids(row["sources"]),
            }
            for row in records(found)
        ]
    )
    columns = [Column("body", report.text("table.body"))] if report.many else []
    columns += [
        Column("period", report.text("coverage.column.period")),
        Column("finding", report.text("gaps.finding")),
        Column("id", report.text("gaps.id")),
        Column("source", words.text("table.source"), "source"),
    ]
    caption = report.text("coverage.caption.findings", body=report.name)
    markup = table(frame, words=words, caption=caption, columns=columns, id="t-coverage-findings")
    builder.table(markup, [r for rows in found["rows"] for r in rows])


def approximate(report: CoverageReport) -> Section:
    """Return the figures that were only printed rounded, with the range each can mean."""
    builder, words = Builder(report, "coverage-approximate"), report.words
    rows = report.figures[report.figures["approx"].ne("exact")]
    if rows.empty:
        builder.text(report.text("coverage.approximate.none"), kind="none")
        return builder.done()
    results = [report.book.published(row) for row in records(rows)]
    frame = pd.DataFrame(
        [
            {
                "body": report.called(r.body),
                "period": report.short(r.body, r.period),
                "figure": report.described(row),
                "actor": report.actor(r.actor, short=True),
                "count": Traced(words.count(r, subject=report.subject(r)), r.rows),
                "range": Traced(words.interval(r, named=False), r.rows),
                "source": report.cite(r),
            }
            for r, row in zip(results, records(rows), strict=True)
        ]
    )
    columns = [Column("body", report.text("table.body"))] if report.many else []
    columns += [
        Column("period", report.text("coverage.column.period")),
        Column("figure", report.text("coverage.column.figure")),
        Column("actor", words.text("table.actor")),
        Column("count", words.text("table.count")),
        Column("range", report.text("coverage.column.range")),
        Column("source", words.text("table.source"), "source"),
    ]
    caption = report.text("coverage.caption.approximate", body=report.name)
    notes = [report.text("coverage.note.range")]
    markup = table(frame, words=words, caption=caption, columns=columns, notes=notes, id="t-coverage-approximate")
    builder.table(markup, [r for result in results for r in result.rows])
    return builder.done()


def derivable(report: CoverageReport) -> Section:
    """Return what the published figures allow to be worked out, how, and what was refused and why."""
    builder, words = Builder(report, "coverage-derivable"), report.words
    found = [r for r in report.derivable if r]
    if not found:
        builder.text(report.text("coverage.derivable.none"), kind="none")
    else:
        builder.text(report.text("coverage.derivable.lead"))
        frame = pd.DataFrame([_derived(report, r) for r in found])
        columns = [Column("body", report.text("table.body"))] if report.many else []
        columns += [
            Column("period", report.text("coverage.column.period")),
            Column("indicator", words.text("table.indicator")),
            Column("actor", words.text("table.actor")),
            Column("count", words.text("table.count")),
            Column("how", report.text("coverage.column.how")),
            Column("source", words.text("table.source"), "source"),
        ]
        caption = report.text("coverage.caption.derivable", body=report.name)
        markup = table(frame, words=words, caption=caption, columns=columns, id="t-coverage-derivable")
        builder.table(markup, [row for r in found for row in r.rows])
    refused = [r for r in report.derivable if not r and r.reason]
    if refused:
        builder.text(report.text("coverage.refused"), kind="note")
        builder.points([_refused(report, r) for r in refused], kind="notes")
        builder.used([row for r in refused for row in r.rows])
    return builder.done()


HOW = (
    "difference_of", "streams_added", "total_less_stream", "restated_from", "part_moves", "streams_gap",
    "streams_agree",
)  # fmt: skip
"""Notes that say how a figure was worked out, short here (``coverage.how.<code>``); others come from its inputs."""


def _derived(report: CoverageReport, result: Result) -> dict[str, Any]:
    words = report.words
    said = [report.told(c, prefix="coverage.how.") for c in result.caveats if c.code in HOW]
    # The range says how far the figure is exact, so that the mark left is the one of derived figures.
    figure, bounds = words.cell(replace(result, approx=Approx.EXACT)), words.interval(result, named=False)
    return {
        "body": report.called(result.body),
        "period": report.short(result.body, result.period),
        "indicator": _indicator(report, result),
        "actor": report.actor(result.actor, short=True),
        "count": Traced(f"{figure} ({bounds})" if bounds else figure, result.rows),
        "how": "; ".join(said),
        "source": report.cite(result),
    }


def _indicator(report: CoverageReport, result: Result) -> str:
    label = report.book.catalogue[result.indicator].label(report.words.lang)
    if not result.category:
        return label
    return f"{label}: {report.words.label('violations', result.category, short=True).lower()}"


def _refused(report: CoverageReport, result: Result) -> str:
    where = f"{report.called(result.body)}, {report.when(result.body, result.period, heading=False)}"
    return report.text(
        "coverage.refused.one", where=html.escape(where), indicator=html.escape(_indicator(report, result)),
        reason=html.escape(report.told(result.reason or Note("not_published"))), sources=report.cite(result),
    )  # fmt: skip


def outside(report: CoverageReport) -> Section:
    """Return the figures that no indicator asks for, by the declared reason."""
    builder, words = Builder(report, "coverage-outside"), report.words
    rows = coverage.kept(coverage.outside(report.book), report.bodies, report.key)
    if rows.empty:
        builder.text(report.text("coverage.outside.none"), kind="none")
        return builder.done()
    counts = Counter(rows["exception"])
    lines = []
    for rule in report.book.codes.rows("coverage_exceptions"):
        mine = rows[rows["exception"].eq(rule["code"])]
        if len(mine):
            lines.append(
                {
                    "reason": words.label("coverage_exceptions", rule["code"]),
                    "figures": Traced(words.number(counts[rule["code"]]), tuple(mine["row_id"])),
                    "source": report.cite_ids(mine["source_id"].unique()),
                }
            )
    columns = [
        Column("reason", report.text("coverage.column.reason")),
        Column("figures", report.text("coverage.column.figures"), "count"),
        Column("source", words.text("table.source"), "source"),
    ]
    caption = report.text("coverage.caption.outside", body=report.name)
    markup = table(pd.DataFrame(lines), words=words, caption=caption, columns=columns, id="t-coverage-outside")
    builder.table(markup, list(rows["row_id"]))
    return builder.done()


def papers(report: CoverageReport) -> Section:
    """Return the documents by kind and language, and when they were published."""
    builder, words = Builder(report, "coverage-papers"), report.words
    listed = [report.sources[s] for s in report.papers]
    languages = [c for c in report.book.codes.order("languages") if any(p["language"] == c for p in listed)]
    kinds = [c for c in report.book.codes.order("source_kinds") if any(p["kind"] == c for p in listed)]
    lines: list[dict[str, Any]] = []
    for kind in (*kinds, ""):
        mine = [p for p in listed if kind in ("", p["kind"])]
        each = {lang: sum(p["language"] == lang for p in mine) for lang in languages}
        label = words.label("source_kinds", kind) if kind else report.text("coverage.total")
        lines.append({"kind": label, **each, "all": len(mine)})
    columns = [Column("kind", report.text("coverage.column.kind"))]
    columns += [Column(lang, words.label("languages", lang), "count") for lang in languages]
    columns.append(Column("all", report.text("coverage.total"), "count"))
    caption = report.text("coverage.caption.papers", body=report.name)
    builder.table(table(pd.DataFrame(lines), words=words, caption=caption, columns=columns, id="t-coverage-papers"))
    days = [p["published_on"] for p in listed if pd.notna(p["published_on"])]
    if days:
        first, last = (words.date(pd.Timestamp(d).date()) for d in (min(days), max(days)))
        undated = words.number(len(listed) - len(days))
        builder.text(report.text("coverage.papers.days", first=first, last=last, undated=undated))
    told = report.tellings
    if len(told):
        lag = [r for r in records(told) if pd.notna(r["first_told"]) and r["last_told"] > r["first_told"]]
        builder.text(report.text("coverage.papers.vintages", n=words.number(len(told)), later=words.number(len(lag))))
    return builder.done()


def method(report: CoverageReport) -> Section:
    """Return how the states are told apart."""
    builder = Builder(report, "method")
    keys = ("asked", "conflicting", "approximate", "derivable", "missing", "selection")
    points = [report.text(f"coverage.method.{key}") for key in keys]
    builder.points([*points, report.text("method.as_published"), report.text("method.marks")], kind="notes")
    return builder.done()
