"""Every figure a page rests on, a line each, and the documents: where the trace of a number ends.

The list is made last, from what the sections before it have used, so that it holds the figures of
compared periods, memberships under a rate, facts of subordinate bodies and visits as well as the
period's own. Each line has the id ``row-<row id>``, which the numbers of the page link to.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stats.displays import Column, table
from stats.indicators import KEYS, records
from stats.results import Approx, Result
from stats.sections import programme
from stats.sections.blocks import Builder, Section
from stats.sections.report import Report
from stats.wording import dates

LONG = 400
"""Lines from which the list is folded on a page: it is there to be jumped into, not to be read."""

_ADDRESS = re.compile(r"\((?:title not in the excerpt; )?address: (?P<slug>.*)\)")
"""Title of a document of which only the address was seen."""

UNSAID = ("date", "identifier")
"""Units of facts that are no quantities: the fact says itself what it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the curated tables as the list of sources prints it.

    Attributes
    ----------
    label : str
        What was counted, with who decided or acted, in words.
    when : str
        Period or day, in words.
    figure : str
        The figure as printed, with its unit; empty where nothing is counted.
    """

    row: str
    label: str
    body: str
    when: str
    figure: str
    source: str


def sources(report: Report) -> Section:
    """Return every figure used with its source, then the documents."""
    builder, words = Builder(report, "sources"), report.words
    entries = listed(report)
    bodies = {e.body: report.book.codes.body(e.body).name(words.lang) for e in entries}
    frame = pd.DataFrame(
        {
            "row": [e.row for e in entries],
            "label": [e.label for e in entries],
            "when": [e.when if len(bodies) == 1 else f"{bodies[e.body]}: {_lower(e.when)}" for e in entries],
            "figure": [e.figure for e in entries],
            "source": [report.cite_ids([e.source]) for e in entries],
        }
    )
    columns = [
        Column("row", report.text("table.row")),
        Column("label", report.text("table.indicator")),
        Column("when", report.text("table.period")),
        Column("figure", report.text("table.count"), align="right"),
        Column("source", report.text("table.source"), "source"),
    ]
    if entries:
        caption = report.text("sources.caption", body=report.name, period=words.period(report.period))
        anchors = [f"row-{e.row}" for e in entries]
        made = table(frame, words=words, caption=caption, columns=columns, id="t-sources", anchors=anchors)
        fold = report.text("sources.fold", n=len(entries)) if len(entries) > LONG else ""
        builder.table(made, [e.row for e in entries], fold=fold)
    builder.documents(report.text("sources.list"), [_document(report, source, n) for source, n in report.cited.items()])
    return builder.done()


def listed(report: Report) -> list[Entry]:
    """Return the rows used so far: those of the report's own body and period first, then in the order of the tables."""
    own = set(report.book.at(report.body.body_id, report.period.key)["row_id"])
    data, entries = report.book.tables, list[Entry]()
    kinds = (
        (data.observations, "row_id", _observed), (data.membership, "row_id", _members),
        (data.programme, "row_id", _fact), (data.visits, "visit_id", _visit),
    )  # fmt: skip
    for frame, key, make in kinds:
        entries += [make(report, row) for row in records(frame[frame[key].isin(list(report.used))])]
    return sorted(entries, key=lambda entry: entry.row not in own)


def newest(report: Report) -> dt.date:
    """Return the newest publication date printed on a document used so far.

    Where none is printed from the end of the period on (the document that closes it is undated), the day is
    the newest before which such a document cannot have been published, unless that is the first of January,
    which says the year only.
    """
    end, used = report.period.end, [report.sources[entry.source] for entry in listed(report)]
    printed, earliest = (
        [pd.Timestamp(row[column]).date() for row in used if pd.notna(row[column])]
        for column in ("published_on", "published_from")
    )
    bounds = [day for day in earliest if day >= end and (day.month, day.day) != (1, 1)]
    return max([day for day in printed if day >= end] or bounds or printed or earliest, default=end)


def _observed(report: Report, row: dict[str, Any]) -> Entry:
    words = report.words
    label = f"{_called(report, row)} ({report.inside(row['actor'], short=True)})"
    result = Result(estimate=float(row["count"]), approx=Approx(row["approx"]), unit=row["unit"])
    when = words.period(report.book.codes.period(row["period"], row["body_id"]), heading=True)
    figure = words.count(result, subject=row["subject"])
    return Entry(row["row_id"], label, row["body_id"], when, figure, row["source_id"])


def _called(report: Report, row: dict[str, Any]) -> str:
    """Return what a row counts: the indicator that asks for it, as the tables above call it, else its codes."""
    words, key = report.words, tuple(row[column] for column in KEYS)
    asked = (i for i in report.book.catalogue.values() if i.kind == "count" and not row["violation"])
    for indicator in asked:
        if tuple(indicator.definition[column] for column in KEYS) == key:
            return indicator.label(words.lang)
    parts = [words.label("activities", row["activity"]), words.label("stages", row["stage"]).lower()]
    parts.append(words.label("subjects", row["subject"]).lower())
    for list_name, column in (("penalties", "penalty"), ("violations", "violation"), ("subgroups", "subgroup")):
        if row[column] and row[column] != "all":
            parts.append(words.label(list_name, row[column]).lower())
    return " – ".join(parts)


def _members(report: Report, row: dict[str, Any]) -> Entry:
    result = Result(estimate=float(row["members"]), approx=Approx(row["approx"]), unit="members")
    when = dates.published(str(row["date"]), lang=report.words.lang)
    label, figure = report.text("sources.members"), report.words.count(result)
    return Entry(row["row_id"], label, row["body_id"], when, figure, row["source_id"])


def _fact(report: Report, row: dict[str, Any]) -> Entry:
    words = report.words
    label = f"{words.label('programmes', row['programme'])} – {words.label('programme_items', row['item'])}"
    when = words.period(report.book.codes.period(row["period"], row["body_id"]), heading=True)
    figure = programme.printed(report, row)
    if row["unit"] not in UNSAID:
        figure = f"{figure} {words.label('programme_units', row['unit'])}"
    return Entry(row["row_id"], label, row["body_id"], when, figure, row["source_id"])


def _visit(report: Report, row: dict[str, Any]) -> Entry:
    words = report.words
    team = {"visitor": words.label("visitors", row["visitor"]), "number": str(int(row["team_number"]))}
    label, when = report.text("sources.visit", **team), words.date(pd.Timestamp(row["date"]).date(), short=True)
    return Entry(row["visit_id"], label, row["body_id"], when, "", row["source_id"])


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def titled(report: Report, source: str) -> str:
    """Return the title of a document in words; of one of which only the address was seen, that."""
    name = str(report.sources[source]["title"])
    unseen = _ADDRESS.fullmatch(name)
    return report.text("sources.untitled", address=unseen["slug"]) if unseen else report.rendered(name)


def _document(report: Report, source: str, number: int) -> str:
    row = report.sources[source]
    title = html.escape(titled(report, source))
    if not _ADDRESS.fullmatch(str(row["title"])):
        title = f"<cite>{title}</cite>"
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
