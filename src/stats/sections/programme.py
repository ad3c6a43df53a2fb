"""Sections of the programme report: how work programmes, targets and conferences of a body stand."""

from __future__ import annotations

import datetime as dt
import html
from dataclasses import replace
from typing import Any

import pandas as pd

from stats import figures, shares
from stats.displays import Column, Traced, table
from stats.figures import Item, Progress
from stats.indicators import records
from stats.results import Approx, Note, Result, State
from stats.sections.blocks import Builder, Section
from stats.sections.report import Report

WHOLES = (
    ("sub_programmes", ("sub_programmes_completed", "sub_programmes_in_progress")),
    ("targets", ("targets_exceeded", "targets_basically_met")),
)
"""Items that fall into parts, from the most to the least accomplished."""

OPINIONS = ("opinions_total", "opinions_party_building_report", "opinions_self_review", "opinions_party_building")
GROUPS = {
    "progress": ("progress", "targets"),
    "assignment": ("assignment", "plan"),
    "cases": ("cases", "personnel", "state_inspection", "reorganisation", "rule"),
    "conference": ("conference",),
}
"""Section of the report to the sections of the item list it shows."""


def summary(report: Report) -> Section:
    """Return the main points of the programmes of a body."""
    builder = Builder(report, "programme-summary")
    said = []
    for whole, parts in WHOLES:
        total = _one(report, whole)
        found = [(part, _one(report, part)) for part in parts]
        if total and all(r for _, r in found):
            items = [_part(report, part, r, total) for part, r in found]
            said.append(
                report.text(
                    "programme.whole",
                    total=report.traced(report.words.number(total.estimate or 0), total),
                    label=_lower(report, whole),
                    items=report.words.join(items),
                    sources=report.cite(total, *(r for _, r in found)),
                )
            )
    for item in ("local_plans_issued", "cases_added", "cases_followed", "personnel_decisions"):
        if result := _one(report, item):
            count = report.traced(report.words.number(result.estimate or 0), result)
            label = report.words.label("programme_items", item)
            said.append(report.text("programme.item", label=label, count=count, sources=report.cite(result)))
    builder.points(said or [report.text("summary.quiet")])
    return builder.done()


def _part(report: Report, item: str, result: Result, total: Result) -> str:
    share = shares.share(result.estimate, total.estimate)[0]
    return report.text(
        "programme.part",
        count=report.traced(report.words.number(result.estimate or 0), result),
        label=_lower(report, item),
        share=report.words.percent(share.estimate or 0, base=total.estimate),
    )


def progress(report: Report) -> Section:
    """Return how far sub-programmes and targets have come."""
    builder = Builder(report, "programme-progress")
    frame = _frame(report, GROUPS["progress"])
    if frame.empty:
        return builder.nothing()
    wholes = []
    for whole, parts in WHOLES:
        total, found = _one(report, whole), [(p, _one(report, p)) for p in parts]
        if total and all(r for _, r in found) and sum(r.estimate or 0 for _, r in found) == total.estimate:
            label = report.words.label("programme_items", whole)
            wholes.append(Progress(label, total, [(report.words.label("programme_items", p), r) for p, r in found]))
    if wholes:
        done = wholes[0]
        top = done.parts[0][1]
        title = report.text(
            "programme.chart",
            done=report.words.number(top.estimate or 0),
            total=report.words.number(done.total.estimate or 0),
            label=done.label[:1].lower() + done.label[1:],
        )
        results = [r for w in wholes for r in (w.total, *(r for _, r in w.parts))]
        builder.chart(figures.programme_progress(wholes, words=report.words, title=title, **report.captions(results)))
    _table(builder, report, frame, "programme-progress")
    return builder.done()


def assignment(report: Report) -> Section:
    """Return who leads what, and what is planned."""
    return _tally(
        report,
        "assignment",
        ("lead_agencies", "sub_programmes", "sub_programmes_organisation_commission", "contents_party_caucus"),
        "programme-assignment",
    )


def cases(report: Report) -> Section:
    """Return cases followed, personnel decisions and the other counted results."""
    return _tally(
        report, "cases", ("cases_followed", "cases_added", "cases_finished", "cases_still_followed"), "programme-cases"
    )


def conference(report: Report) -> Section:
    """Return the tally of the committee's conference: speakers, groups, opinions, the vote."""
    builder = Builder(report, "programme-conference")
    frame = _frame(report, GROUPS["conference"])
    if frame.empty:
        return builder.nothing()
    found = {
        name: _one(report, name)
        for name in ("delegates_spoke", "discussion_groups", "opinions_total", "resolution_vote")
    }
    if all(found.values()):
        values = {name: report.traced(report.words.number(r.estimate or 0), r) for name, r in found.items()}
        builder.text(report.text("programme.conference", sources=report.cite(*found.values()), **values))
    items = [Item(report.words.label("programme_items", name), r) for name in OPINIONS if (r := _one(report, name))]
    if items:
        builder.chart(
            figures.item_counts(
                items,
                words=report.words,
                name="opinions",
                title=report.text("programme.opinions_chart"),
                **report.captions([i.result for i in items]),
            )
        )
    _table(builder, report, frame, "programme-conference")
    builder.text(report.text("programme.opinions_note"), kind="note")
    return builder.done()


def own_targets(report: Report) -> Section:
    """Return the targets that districts, wards and programmes of the body set themselves."""
    builder = Builder(report, "programme-own-targets")
    frames = [_frame(report, ("own_targets",))]
    for body in _children(report):
        frames.append(_frame(report, ("own_targets",), body=body))
    frame = pd.concat([f for f in frames if not f.empty]) if any(not f.empty for f in frames) else frames[0]
    if frame.empty:
        return builder.nothing()
    one_number = frame["unit"].eq("percent") & frame["value_high"].isna()
    shown, lang = frame[one_number], report.words.lang
    items = []
    for row in records(shown):
        item = report.words.label("programme_items", row["item"])
        if Approx(row["approx"]) is Approx.OVER:
            item = report.text("programme.over_item", item=item)
        label = f"{report.book.codes.body(row['body_id']).name(lang)}: {item}"
        items.append(Item(label, replace(_result(row), approx=Approx.EXACT)))
    if items:
        builder.chart(
            figures.item_counts(
                items,
                words=report.words,
                name="own-targets",
                title=report.text("programme.own_targets_chart"),
                **report.captions([i.result for i in items]),
            )
        )
    _table(builder, report, frame, "programme-own-targets", with_body=True)
    return builder.done()


def related(report: Report) -> Section:
    """Return the facts of subordinate bodies, each with its own period: they are never part of this one's."""
    builder = Builder(report, "programme-related")
    blocs = [b for b in _children(report) if report.book.codes.body(b).level == "bloc"]
    programme = report.book.tables.programme
    found = False
    for body in blocs:
        for key in programme.loc[programme["body_id"].eq(body), "period"].unique():
            found = True
            period = report.book.codes.period(str(key), body)
            name = report.book.codes.body(body).name(report.words.lang)
            when = report.words.period(period)
            builder.text(report.text("programme.related", body=html.escape(name), period=when))
            frame = _frame(report, None, body=body, period=str(key))
            caption = report.text("programme.caption", section=builder.title, body=name, period=when)
            _table(builder, report, frame, f"programme-related-{body}-{period.slug}", caption=caption)
    return builder.done() if found else builder.nothing()


def bloc_results(report: Report) -> Section:
    """Return the results and the draft report of a body, by its own lists."""
    return _tally(
        report,
        ("bloc_results", "draft_report"),
        ("theme_contents", "theme_key_tasks", "outstanding_results"),
        "programme-results",
    )


def _tally(report: Report, group: Any, charted: tuple[str, ...], name: str) -> Section:
    builder = Builder(report, name)
    frame = _frame(report, GROUPS[group] if isinstance(group, str) else group)
    if frame.empty:
        return builder.nothing()
    results = {item: r for item in charted if (r := _one(report, item))}
    items = [
        Item(report.words.label("programme_items", item), r, panel=report.words.label("programme_units", r.unit))
        for item, r in results.items()
    ]
    if len(items) > 1:
        title = report.text(f"programme.{name.removeprefix('programme-')}_chart")
        captions = report.captions([i.result for i in items])
        builder.chart(figures.item_counts(items, words=report.words, name=name, title=title, **captions))
    _table(builder, report, frame, name)
    return builder.done()


def _frame(
    report: Report, sections: tuple[str, ...] | None, *, body: str | None = None, period: str | None = None
) -> pd.DataFrame:
    programme = report.book.tables.programme
    mine = programme[
        programme["body_id"].eq(body or report.body.body_id) & programme["period"].eq(period or report.period.key)
    ]
    order = report.book.codes.order("programme_items")
    section = {code: report.book.codes.row("programme_items", code)["section"] for code in order}
    if sections is not None:
        mine = mine[mine["item"].map(section).isin(sections)]
    return mine.sort_values("item", key=lambda items: items.map(order.index), kind="stable")


def _one(report: Report, item: str) -> Result:
    """Return an item of the body's programmes; of several facts the one told last."""
    frame = _frame(report, None)
    frame = frame[frame["item"].eq(item) & frame["value"].notna()]
    if frame.empty:
        return Result(state=State.MISSING, reason=Note("not_published"), unit="items")
    return _result(list(records(frame.sort_values("as_of", kind="stable")))[-1])


def _result(row: dict[str, Any]) -> Result:
    known = pd.notna(row["value"])
    high = None if pd.isna(row["value_high"]) else float(row["value_high"])
    return Result(
        estimate=float(row["value"]) if known else None,
        conf_low=float(row["value"]) if high else None,
        conf_high=high,
        state=State.VALUE if known else State.MISSING,
        reason=None if known else Note("not_published"),
        unit=row["unit"],
        body=row["body_id"],
        period=row["period"],
        approx=Approx(row["approx"]),
        sources=(row["source_id"],),
        rows=(row["row_id"],),
    )


def _table(
    builder: Builder, report: Report, frame: pd.DataFrame, id_: str, *, with_body: bool = False, caption: str = ""
) -> None:
    words, lines = report.words, _merged(frame)
    results = [replace(_result(row), sources=row["sources"], rows=row["row_ids"]) for row in lines]
    columns = [Column("body", words.text("table.body"), "text")] if with_body else []
    columns += [
        Column("programme", words.text("table.programme"), "text"),
        Column("item", words.text("table.item"), "text"),
        Column("value", words.text("table.count"), "text", align="right"),
        Column("unit", words.text("table.unit"), "text"),
        Column("source", words.text("table.source"), "source"),
    ]
    shown = pd.DataFrame(
        {
            "body": [report.book.codes.body(row["body_id"]).name(words.lang) for row in lines],
            "programme": [words.label("programmes", row["programme"]) for row in lines],
            "item": [words.label("programme_items", row["item"]) for row in lines],
            "value": [Traced(printed(report, row), result.rows) for row, result in zip(lines, results, strict=True)],
            "unit": [words.label("programme_units", row["unit"]) for row in lines],
            "source": [report.cite(result) for result in results],
        }
    )
    said = caption or report.text(
        "programme.caption", section=builder.title, body=report.name, period=words.period(report.period)
    )
    builder.table(
        table(shown, words=words, caption=said, columns=columns, id=f"t-{id_}"), [r for x in results for r in x.rows]
    )


def _merged(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the facts with those that several documents print alike in one row, citing all of them."""
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in records(frame):
        key = tuple(
            str(row[c]) for c in ("body_id", "programme", "item", "value", "value_high", "approx", "unit", "text")
        )
        kept = merged.setdefault(key, {**row, "sources": (), "row_ids": ()})
        kept["sources"] = tuple(dict.fromkeys((*kept["sources"], row["source_id"])))
        kept["row_ids"] = (*kept["row_ids"], row["row_id"])
    return list(merged.values())


def printed(report: Report, row: dict[str, Any]) -> str:
    """Return what a source prints for a fact: a number, a range, a bound to pass, a day, or words.

    A target "over 90" is a bound set, not a figure nobody counted exactly, so it carries no mark.
    """
    words, result = report.words, _result(row)
    if not result:
        text = str(row["text"])
        if row["unit"] == "date" and text:
            return words.date(dt.date.fromisoformat(text), short=True)
        return report.rendered(text) or "[x]"
    if row["unit"] == "identifier":
        return words.number(result.estimate or 0)
    if pd.notna(row["value_high"]):
        return f"{words.number(row['value'])}–{words.number(row['value_high'])}"
    if _target(report, row) and result.approx is Approx.OVER:
        return report.text("programme.over", n=words.number(result.estimate or 0))
    return words.count(replace(result, unit=""), unit=False)


def _target(report: Report, row: dict[str, Any]) -> bool:
    return report.book.codes.row("programme_items", row["item"])["section"] == "own_targets"


def _children(report: Report) -> list[str]:
    bodies = report.book.codes.bodies.ids
    return [b for b in sorted(bodies) if bodies[b].parent_id == report.body.body_id]


def _lower(report: Report, item: str) -> str:
    label = report.words.label("programme_items", item)
    return label[:1].lower() + label[1:]
