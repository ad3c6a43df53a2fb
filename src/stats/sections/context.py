"""Sections around the figures: cover, summary, visits, what else, what is missing, sources, method."""

from __future__ import annotations

import html

import pandas as pd

from stats import neighbours
from stats.displays import Column, table
from stats.indicators import records
from stats.results import Result
from stats.sections import blocks, listing
from stats.sections.blocks import Builder, Section
from stats.sections.comparison import mix_sentence, share_sentence
from stats.sections.listing import Line
from stats.sections.report import Report

CORE = (
    "inspected-organisations",
    "inspected-members",
    "supervised-organisations",
    "supervised-members",
    "signs-examined-organisations",
    "signs-violation-organisations",
    "signs-required-organisations",
    "signs-disciplined-organisations",
    "signs-examined-members",
    "signs-violation-members",
    "signs-required-members",
    "signs-disciplined-members",
    "thematic-organisations",
    "thematic-members",
    "task-inspections",
    "discipline-work-inspections",
    "finance-organisations",
    "assets-examined-members",
    "denunciations-members",
    "denunciations-organisations",
    "complaints-members",
    "disciplined-organisations",
    "disciplined-members",
    "disciplined-committee-members",
    "violation-contents",
)
"""What a full report of an office holds; those not published are named as missing."""


def cover(report: Report, kind: str) -> Section:
    """Return the head of the page."""
    words = report.words
    mark = {
        "title": report.text(f"report.title.{kind}"),
        "subtitle": report.text("report.subtitle", body=report.name, period=words.period(report.period)),
        "lang": words.lang,
        "draft": report.text("report.draft"),
        "dateline": report.text(
            "report.dateline",
            date=words.date(report.date),
            start=words.date(report.period.start, short=True),
            end=words.date(report.period.end, short=True),
            months=words.months(report.period),
        ),
        "contents": report.text("report.contents"),
        "skip": report.text("report.skip"),
        "foot": report.text("report.foot"),
        "noscript": report.text("report.noscript"),
    }
    return blocks.cover(mark)


def summary(report: Report) -> Section:
    """Return the main points: one finding a sentence, with its number and how sure it is."""
    builder = Builder(report, "summary")
    said = [*_work(report), *_signs(report), *_outcomes(report), *_changes(report)]
    builder.points(said or [report.text("summary.quiet")])
    limits = _limits(report)
    if limits:
        builder.text(report.text("summary.limits", items="; ".join(limits)), kind="note")
    return builder.done()


def _work(report: Report) -> list[str]:
    said = []
    names = ("inspected-organisations", "inspected-members", "supervised-organisations", "supervised-members")
    for actor in report.actors(*names):
        if report.book.codes.row("actors", actor)["stream"] == "own_part":
            continue
        clauses, used = [], []
        for verb in ("inspected", "supervised"):
            counts = [r for subject in ("organisations", "members") if (r := report.first(f"{verb}-{subject}", actor))]
            if counts:
                items = report.words.join([report.figure(r) for r in counts])
                clauses.append(report.text(f"committees.{verb}", items=items))
                used += counts
        label = report.actor(actor)
        said.append(
            report.text("committees.finding", actor=label, items="; ".join(clauses), sources=report.cite(*used))
        )
    return said


def _signs(report: Report) -> list[str]:
    said, words = [], report.words
    for share in report.results("signs-violation-share-members") + report.results(
        "signs-violation-share-organisations"
    ):
        if not share or report.book.codes.row("actors", share.actor)["stream"] == "own_part":
            continue
        subject = "members" if share.indicator.endswith("members") else "organisations"
        examined, found = (report.first(f"signs-{s}-{subject}", share.actor) for s in ("examined", "violation"))
        violation = report.text(
            "signs.violation",
            count=report.figure(found),
            share=report.text(
                "signs.share",
                share=report.traced(words.value(share), share),
                interval=words.interval(share) or report.text("signs.two_units"),
            ),
        )
        label = report.actor(share.actor)
        values = {"examined": report.figure(examined), "rest": violation, "sources": report.cite(share)}
        said.append(report.text("signs.finding", actor=label, **values))
    return said


def _outcomes(report: Report) -> list[str]:
    said, words = [], report.words
    for subject in ("members", "organisations"):
        for total in report.results(f"disciplined-{subject}"):
            if report.book.codes.row("actors", total.actor)["stream"] == "own_part" or report.doubtful(total):
                continue
            parts = [
                report.text(
                    "members.part_alone",
                    penalty=words.label("penalties", m.category).lower(),
                    count=report.traced(words.number(m.numerator or 0), m),
                )
                for m in report.results(f"penalty-mix-{subject}", actor=total.actor)
            ]
            rest = report.text("members.parts", items=words.join(parts)) if parts else ""
            label = report.actor(total.actor)
            values = {"total": report.figure(total), "parts": rest, "sources": report.cite(total)}
            key = f"{subject}.finding_unnamed" if total.actor == "unspecified" else f"{subject}.finding"
            said.append(report.text(key, actor=label, **values))
    return said


def _changes(report: Report) -> list[str]:
    body, said = report.body.body_id, []
    for pair in neighbours.like(report.book, "signs-violation-share-members", body, report.period)[:1]:
        said.append(share_sentence(report, pair))
    for change in neighbours.mix(report.book, "penalty-mix-members", body, report.period)[:1]:
        window = report.words.period(change.period)
        said.append(report.text("summary.mix", window=window, sentence=mix_sentence(report, change)))
    return said


def _limits(report: Report) -> list[str]:
    body, limits = report.body.body_id, []
    totals = report.results("disciplined-members")
    if totals and not neighbours.like(report.book, "disciplined-members", body, report.period):
        limits.append(report.text("summary.no_counts_change"))
    if any(report.book.codes.row("actors", r.actor)["stream"] == "pooled" for r in totals) and len(totals) == 1:
        limits.append(report.text("summary.no_split"))
    return limits


def visit(report: Report) -> Section:
    """Return the visits of central inspection teams in the period: role, subject, strengths and limits as codes."""
    builder = Builder(report, "visit")
    words, frame = report.words, report.book.tables.visits
    days = pd.to_datetime(frame["date"]).dt.date
    mine = frame[frame["body_id"].eq(report.body.body_id) & days.map(report.period.covers)]
    if mine.empty:
        builder.text(report.text("visit.none"), kind="none")
        return builder.done()
    for row in mine.to_dict("records"):
        day = pd.Timestamp(row["date"]).date()
        role = words.label("visit_roles", row["role"]).lower()
        builder.text(
            report.text(
                "visit.finding",
                date=words.date(day)[:1].upper() + words.date(day)[1:],
                visitor=words.label("visitors", row["visitor"]),
                number=str(int(row["team_number"])),
                body=html.escape(report.name),
                role=role,
                sources=report.cite_ids([row["source_id"]]),
            ),
            report.text("visit.subject", subject=_lower(words.label("visit_subjects", row["subject"]))),
        )
        points = [
            report.text(
                f"visit.{kind}",
                items="; ".join(_lower(words.label("visit_points", code)) for code in row[kind].split(";")),
            )
            for kind in ("strengths", "limits")
            if row[kind]
        ]
        builder.points(points)
    builder.text(report.text("visit.no_counts"), kind="note")
    return builder.done()


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def other(report: Report) -> Section:
    """Return every figure of the period that no section above has shown: nothing is left out silently."""
    builder = Builder(report, "other")
    words = report.words
    rows = report.book.at(report.body.body_id, report.period.key)
    left = rows[~rows["row_id"].isin(list(report.used))]
    lines = []
    for row in records(left):
        parts = [words.label("activities", row["activity"]), words.label("stages", row["stage"]).lower()]
        parts += [words.label("penalties", row["penalty"]).lower()] if row["penalty"] else []
        parts += [words.label("violations", row["violation"]).lower()] if row["violation"] else []
        parts += [words.label("subgroups", row["subgroup"])] if row["subgroup"] != "all" else []
        lines.append(Line(" – ".join(parts), report.book.published(row)))
    if not lines:
        builder.text(report.text("other.none"), kind="none")
    caption = report.text("other.caption", body=report.name, period=words.period(report.period))
    listing.figures(builder, report, lines, caption=caption, id_="t-other")
    return builder.done()


def gaps(report: Report) -> Section:
    """Return what is missing and what the checks found not to add up."""
    builder = Builder(report, "gaps")
    words, lang = report.words, report.words.lang
    missing = [report.book.catalogue[name].label(lang) for name in CORE if not report.results(name)]
    if missing:
        builder.text(report.text("gaps.missing", items="; ".join(_lower(m) for m in missing)))
    found = report.book.findings
    found = found[found["body_id"].eq(report.body.body_id) & found["period"].eq(report.period.key)]
    if found.empty:
        builder.text(report.text("gaps.none"), kind="none")
        return builder.done()
    frame = pd.DataFrame(
        {
            "severity": [words.text(f"severity.{s}") for s in found["severity"]],
            "id": found["id"],
            "text": found[f"text_{lang}"],
            "source": [report.cite_ids(ids) for ids in found["sources"]],
        }
    )
    columns = [
        Column("severity", report.text("gaps.severity"), "text"),
        Column("text", report.text("gaps.finding"), "text"),
        Column("id", report.text("gaps.id"), "text"),
        Column("source", report.text("table.source"), "source"),
    ]
    caption = report.text("gaps.caption", body=report.name, period=words.period(report.period))
    markup = table(frame, words=words, caption=caption, columns=columns, id="t-gaps")
    builder.table(markup, [row for rows in found["rows"] for row in rows])
    return builder.done()


def sources(report: Report) -> Section:
    """Return every figure used with its source, then the documents."""
    builder = Builder(report, "sources")
    words = report.words
    rows = report.book.at(report.body.body_id, report.period.key)
    lines = [report.book.published(row) for row in records(rows)]
    frame = pd.DataFrame(
        {
            "row": [r.rows[0] for r in lines],
            "label": [_describe(report, r) for r in lines],
            "actor": [report.actor(r.actor, short=True) for r in lines],
            "count": lines,
            "unit": [report.unit(r) for r in lines],
            "source": [report.cite(r) for r in lines],
        }
    )
    columns = [
        Column("row", report.text("table.row"), "text"),
        Column("label", report.text("table.indicator"), "text"),
        Column("actor", report.text("table.actor"), "text"),
        Column("count", report.text("table.count"), "count"),
        Column("unit", report.text("table.unit"), "text"),
        Column("source", report.text("table.source"), "source"),
    ]
    caption = report.text("sources.caption", body=report.name, period=words.period(report.period))
    if len(frame):
        builder.table(table(frame, words=words, caption=caption, columns=columns, id="t-sources"))
    builder.documents(report.text("sources.list"), [_document(report, source, n) for source, n in report.cited.items()])
    return builder.done()


def documents(report: Report) -> Section:
    """Return the documents cited so far, numbered as cited."""
    builder = Builder(report, "sources")
    builder.documents(report.text("sources.list"), [_document(report, source, n) for source, n in report.cited.items()])
    return builder.done()


def _describe(report: Report, result: Result) -> str:
    row, words = report.rows[result.rows[0]], report.words
    parts = [words.label("activities", row["activity"]), words.label("stages", row["stage"]).lower()]
    parts.append(words.label("subjects", row["subject"]).lower())
    for list_name, column in (("penalties", "penalty"), ("violations", "violation"), ("subgroups", "subgroup")):
        if row[column] and row[column] != "all":
            parts.append(words.label(list_name, row[column]).lower())
    return " – ".join(parts)


def _document(report: Report, source: str, number: int) -> str:
    row = report.sources[source]
    name = str(row["title"]).replace("(address: ", f"({report.text('sources.address')}: ")
    title = f"<cite>{html.escape(name)}</cite>"
    when = report.day(source) or report.text("sources.undated")
    if not report.day(source) and pd.notna(row["published_from"]):
        earliest = report.words.date(pd.Timestamp(row["published_from"]).date(), short=True)
        when = report.text("sources.earliest", date=earliest)
    retold = f" ({report.text('sources.retold')})" if row["kind"] == "retold" else ""
    url = str(row["url"] or "")
    link = f' <a class="url" href="{html.escape(url)}">{html.escape(url)}</a>' if url.startswith("http") else ""
    publisher = html.escape(report.publisher(source))
    said = f"{title}. {publisher}, {html.escape(when)}{retold}.{link}"
    return f'<li id="src-{html.escape(source)}" value="{number}">{said}</li>'


def method(report: Report) -> Section:
    """Return the notes on method."""
    builder = Builder(report, "method")
    words = report.words
    points = [report.text(f"method.{key}") for key in ("as_published", "missing", "shares", "rates", "change")]
    basis = report.book.codes.basis(report.body.body_id, report.period.key, words.lang)
    if basis:
        start, end = (words.date(day, short=True) for day in (report.period.start, report.period.end))
        name = words.period(report.period)
        points.insert(
            1, report.text("method.period", period=name, start=start, end=end, basis=html.escape(basis.rstrip(".")))
        )
    builder.points([*points, report.text("method.marks")], kind="notes")
    return builder.done()
