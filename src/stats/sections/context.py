"""Sections around the figures: summary, visits, what else, what is missing, method."""

from __future__ import annotations

import html
from collections.abc import Sequence

import pandas as pd

from stats import neighbours
from stats.displays import Column, table
from stats.indicators import records
from stats.results import Approx, Result
from stats.sections import listing
from stats.sections.blocks import Builder, Section
from stats.sections.changes import breaks_between, count_sentence, mix_sentence, share_sentence
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


def summary(report: Report) -> Section:
    """Return the main points: one finding a sentence, with its number and how sure it is."""
    builder = Builder(report, "summary")
    said = [*_work(report), *_signs(report), *_outcomes(report), *_changes(report)]
    builder.points(said or [report.text("summary.quiet")])
    unsaid = limits(report)
    if unsaid:
        builder.text(report.text("summary.limits", items="; ".join(unsaid)), kind="note")
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
    said = []
    for subject in ("members", "organisations"):
        totals = [r for r in report.results(f"disciplined-{subject}") if _speaks(report, r)]
        parts = {inner.actor: outer.actor for inner in totals if (outer := holder(report, inner, totals))}
        for total in totals:
            twin = total.actor == "unspecified" and any(r.estimate == total.estimate for r in totals if r is not total)
            if total.actor in parts or twin:
                continue
            held = [r for r in totals if parts.get(r.actor) == total.actor]
            split = _split(report, subject, total)
            rest = report.text("members.parts", items=split) if split else ""
            rest += "".join(_held(report, subject, r) for r in held)
            values = {"total": report.figure(total), "parts": rest, "sources": report.cite(total, *held)}
            key = f"{subject}.finding_unnamed" if total.actor == "unspecified" else f"{subject}.finding"
            said.append(report.text(key, actor=report.actor(total.actor), **values))
    return said


def _speaks(report: Report, total: Result) -> bool:
    """Tell whether a figure may be a main point: of a whole stream, and not doubtful."""
    return report.book.codes.row("actors", total.actor)["stream"] != "own_part" and not report.doubtful(total)


def holder(report: Report, inner: Result, totals: Sequence[Result]) -> Result | None:
    """Return the printed total of the same stream that holds this one, when the source says it is a part."""
    if "subset_of_total" not in {c.values["flag"] for c in inner.caveats if c.code == "flag"}:
        return None
    stream = report.book.codes.row("actors", inner.actor)["stream"]
    larger = (
        r for r in totals
        if report.book.codes.row("actors", r.actor)["stream"] == stream and (r.estimate or 0) > (inner.estimate or 0)
    )  # fmt: skip
    return next(larger, None)


def _split(report: Report, subject: str, total: Result) -> str:
    words = report.words
    parts = [
        report.text(
            "members.part_alone",
            penalty=words.label("penalties", m.category).lower(),
            count=report.traced(words.number(m.numerator or 0), m),
        )
        for m in report.results(f"penalty-mix-{subject}", actor=total.actor)
    ]
    return words.join(parts)


def _held(report: Report, subject: str, inner: Result) -> str:
    split = _split(report, subject, inner)
    values = {"total": report.figure(inner), "actor": report.inside(inner.actor)}
    return report.text("members.held", parts=report.text("members.bracket", items=split) if split else "", **values)


def _changes(report: Report) -> list[str]:
    body, said, earlier = report.body.body_id, [], []
    for name in ("disciplined-members", "disciplined-organisations"):
        for pair in neighbours.like(report.book, name, body, report.period):
            own = report.book.codes.row("actors", pair.now.actor)["stream"] == "own_part"
            sure = not report.doubtful(pair.now) and not report.doubtful(pair.before)
            if pair.contrast is not None and sure and not own:
                said.append(count_sentence(report, pair))
                earlier.append(pair.period)
    for pair in neighbours.like(report.book, "signs-violation-share-members", body, report.period)[:1]:
        said.append(share_sentence(report, pair))
        earlier.append(pair.period)
    for change in neighbours.mix(report.book, "penalty-mix-members", body, report.period)[:1]:
        window = report.words.period(change.period)
        said.append(report.text("summary.mix", window=window, sentence=_lower(mix_sentence(report, change))))
        earlier.append(change.period)
    if earlier:
        first = min(earlier, key=lambda period: period.start)
        said.append(breaks_between(report, first, ("inspection", "discipline")))
    return [sentence for sentence in said if sentence]


def limits(report: Report) -> list[str]:
    """Return what the figures of the period cannot tell, a clause each."""
    body, said = report.body.body_id, []
    totals = report.results("disciplined-members")
    if totals and not neighbours.like(report.book, "disciplined-members", body, report.period):
        said.append(report.text("summary.no_counts_change"))
    if any(report.book.codes.row("actors", r.actor)["stream"] == "pooled" for r in totals) and len(totals) == 1:
        said.append(report.text("summary.no_split"))
    return [*said, *_streams_apart(report)]


def _streams_apart(report: Report) -> list[str]:
    """Return the gap between a published total of both streams and their sum, with the subject that does add up."""
    apart, agree = [], []
    for subject in ("members", "organisations"):
        by_stream = {
            str(report.book.codes.row("actors", r.actor)["stream"]): r for r in report.results(f"disciplined-{subject}")
        }
        sides = [by_stream.get(stream) for stream in ("committees", "commissions", "pooled")]
        known = [r for r in sides if r is not None and r.approx is Approx.EXACT]
        if len(known) < len(sides):
            continue
        first, second, total = (r.estimate or 0.0 for r in known)
        values = {
            "what": report.words.label("units", known[0].unit),
            **{name: report.traced(report.words.number(r.estimate or 0), r)
               for name, r in zip(("committees", "commissions", "total"), known, strict=True)},
        }  # fmt: skip
        if first + second == total:
            agree.append(report.text("summary.streams_agree", **values))
        else:
            numbers = {
                "sum": report.words.number(first + second),
                "gap": report.words.number(abs(first + second - total)),
            }
            apart.append(report.text("summary.streams_apart", sources=report.cite(*known), **values, **numbers))
    return [*apart[:-1], apart[-1] + "".join(agree)] if apart else []


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
        builder.used([row["visit_id"]])
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


def method(report: Report) -> Section:
    """Return the notes on method."""
    builder = Builder(report, "method")
    words = report.words
    points = [report.text(f"method.{key}") for key in ("as_published", "missing", "shares", "rates", "change")]
    basis = report.book.codes.basis(report.body.body_id, report.period.key, words.lang)
    if basis:
        start, end = (words.date(day, short=True) for day in (report.period.start, report.period.end))
        name, why = words.period(report.period, heading=True), html.escape(_lower(basis.rstrip(".")))
        points.insert(1, report.text("method.period", period=name, start=start, end=end, basis=why))
    builder.points([*points, report.text("method.marks")], kind="notes")
    return builder.done()
