"""From a figure to the rows and the documents it rests on, in one call, so that it can be trusted or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stats.displays import Table
from stats.errors import InputError, UnknownCodeError
from stats.explore import rendering
from stats.explore.choices import opened
from stats.explore.view import View
from stats.figures import Chart
from stats.indicators import Book
from stats.periods import Period
from stats.results import Approx, Result
from stats.sections import sources
from stats.sections.report import Report, report_on
from stats.tables import KEY

COLUMNS = (
    "row_id", "table", "body", "period", "what", "figure", "count", "approx", "flags", "note", "others", "findings",
    "source_id", "publisher", "title", "published", "url",
)  # fmt: skip
"""Columns of `Trace.frame`."""

SHOWN = ("row_id", "what", "period", "figure", "flags", "others", "findings", "source")
"""What the HTML of a trace shows of them, the document in one column."""

Traceable = Result | Sequence[Result] | View | Chart | Table | str


@dataclass(frozen=True)
class Trace:
    """The curated rows behind a figure, each with its document and what speaks for or against it.

    Attributes
    ----------
    lang : str
        Language of all words.
    frame : DataFrame
        One row a curated row: ``row_id``, ``table``; ``body``, ``period`` and ``what`` in words;
        ``figure`` as printed with its unit, ``count`` as a number (missing for a visit and for facts in
        words); ``approx`` and ``flags`` in words; ``note`` of the curators as it stands in the table, with
        words they quote; ``others``, the other figures published for the same thing and where;
        ``findings`` of the checks that name the row; then the document: ``source_id``, ``publisher``,
        ``title``, ``published`` (in words, empty where it prints no day), ``url``.
    sentence : str
        The same in short.
    """

    lang: str
    frame: pd.DataFrame = field(repr=False)
    sentence: str
    _heads: dict[str, str] = field(repr=False)

    def __len__(self) -> int:
        """Return the number of curated rows."""
        return len(self.frame)

    def _repr_html_(self) -> str:
        shown = self.frame.assign(source=[_cited(row) for row in self.frame.to_dict("records")])[list(SHOWN)]
        heads = [self._heads[column] for column in SHOWN]
        said = f"<p>{rendering.escaped(self.sentence)}</p>"
        if self.frame.empty:
            return rendering.box(said, lang=self.lang, label=self._heads["caption"])
        markup = said + rendering.frame_table(shown, heads, caption=self._heads["caption"])
        return rendering.box(markup, lang=self.lang, label=self._heads["caption"])


def trace(thing: Traceable, book: Book | None = None, lang: str = "") -> Trace:
    r"""Return where a figure comes from.

    Parameters
    ----------
    thing : Result, list of Result, View, Chart, Table or str
        What to trace; a text is the id of a curated row (``D0125``).
    book : Book, optional
        The curated data; that of a view, else the project's own when left out.
    lang : {'vi', 'en'}
        Language of the words; that of a view, else Vietnamese when left out.

    Returns
    -------
    Trace
        Of a view without figures the empty one, whose sentence says what exists instead.

    Raises
    ------
    UnknownCodeError
        When there is no row of that id; the nearest are named.
    InputError
        For a thing that carries no row ids.

    Examples
    --------
    >>> from stats import explore
    >>> explore.trace("D0125", lang="en").frame.loc[0, "figure"]
    '1,783\xa0party members'
    """
    if isinstance(thing, View):
        book, lang = book or thing.book, lang or thing.choice.lang
        if not _rows(thing):
            return Trace(lang, pd.DataFrame(columns=list(COLUMNS)), thing.sentence, _heads(thing.report))
    book = book or opened()
    return _traced(book, _rows(thing), lang or "vi")


def _rows(thing: Traceable) -> tuple[str, ...]:
    if isinstance(thing, str):
        return (thing,)
    if isinstance(thing, View):
        return _rows(thing.results)
    if isinstance(thing, Result | Chart | Table):
        return thing.rows
    if isinstance(thing, list | tuple) and all(isinstance(one, Result) for one in thing):
        return tuple(dict.fromkeys(row for one in thing for row in one.rows))
    raise InputError(
        f"Nothing to trace in a {type(thing).__name__}: give a result, a list of results, a view, a chart, a table or "
        "the id of a curated row.",
        f"Không truy được nguồn của {type(thing).__name__}: hãy đưa một số liệu, danh sách số liệu, kết quả tra cứu, "
        "biểu đồ, bảng hoặc mã dòng số liệu.",
    )


def _traced(book: Book, rows: Sequence[str], lang: str) -> Trace:
    known = _known(book, rows)
    report = _report(book, known, lang)
    report.used.update(dict.fromkeys(rows))
    entries = {entry.row: entry for entry in sources.listed(report)}
    told, found = _others(report, known), _findings(book, rows, lang)
    lines = []
    for row in rows:
        entry, (table, raw) = entries[row], known[row]
        count = raw.get("count", raw.get("members", raw.get("value")))
        lines.append(
            {
                "row_id": row, "table": table, "body": book.codes.body(entry.body).name(lang), "period": entry.when,
                "what": entry.label, "figure": entry.figure, "count": count,
                "approx": _approx(report, raw), "flags": _flags(report, raw), "note": str(raw.get("note") or ""),
                "others": "; ".join(told.get(row, ())), "findings": "; ".join(found.get(row, ())),
                **rendering.described(report, entry.source),
            }
        )  # fmt: skip
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    return Trace(lang, frame, _sentence(report, frame), _heads(report))


def _heads(report: Report) -> dict[str, str]:
    return {column: report.text(f"explore.trace.{column}") for column in (*SHOWN, "caption")}


def _known(book: Book, rows: Iterable[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return each row with the table it stands in.

    Raises
    ------
    UnknownCodeError
        For the first row no table has.
    """
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    data = book.tables
    beside = {"membership": data.membership, "programme": data.programme, "visits": data.visits}
    for row in rows:
        if row in book.by_id["observations"]:
            raw = book.by_id["observations"][row]
            found[row] = str(raw["table"]), raw
            continue
        for name, frame in beside.items():
            mine = frame[frame.iloc[:, 0].eq(row)]
            if len(mine):
                found[row] = name, {str(k): v for k, v in mine.iloc[0].to_dict().items()}
        if row not in found:
            every = [*book.by_id["observations"], *(i for frame in beside.values() for i in frame.iloc[:, 0])]
            raise UnknownCodeError.from_value(("row", "dòng số liệu"), row, every)
    return found


def _report(book: Book, known: dict[str, tuple[str, dict[str, Any]]], lang: str) -> Report:
    """Return the report of the body and period of the first row: it names deciders and documents."""
    for _, raw in known.values():
        if raw.get("period"):
            period = book.codes.period(raw["period"], raw["body_id"])
            return report_on(book, book.codes.body(raw["body_id"]), period, lang)
    for _, raw in known.values():
        year = Period.parse(str(raw["date"])[:4])
        return report_on(book, book.codes.body(raw["body_id"]), year, lang)
    raise InputError("There is no row to trace: the figure was not published.",
                     "Không có dòng số liệu nào để truy nguồn: chưa tìm thấy số liệu công bố.")  # fmt: skip


def _others(report: Report, known: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, list[str]]:
    """Return the other figures published for the same thing, each with who printed it."""
    mine = {row: raw for row, (_, raw) in known.items() if row in report.rows}
    same: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for raw in report.rows.values():
        same.setdefault(tuple(raw[column] for column in KEY), []).append(raw)
    return {
        row: [_told(report, other) for other in same[tuple(raw[c] for c in KEY)]
              if (other["count"], other["approx"]) != (raw["count"], raw["approx"])]
        for row, raw in mine.items()
    }  # fmt: skip


def _told(report: Report, row: dict[str, Any]) -> str:
    figure = Result(estimate=float(row["count"]), approx=Approx(row["approx"]), unit=row["unit"])
    printed, source = report.words.count(figure, unit=False), str(row["source_id"])
    return report.text("explore.trace.told", figure=printed, source=report.publisher(source), row=row["row_id"])


def _findings(book: Book, rows: Iterable[str], lang: str) -> dict[str, list[str]]:
    """Return the findings of the checks that name each row."""
    asked, found = set(rows), dict[str, list[str]]()
    for finding in book.findings.to_dict("records"):
        for row in asked & set(finding["rows"]):
            level = book.codes.text(f"severity.{finding['severity']}", lang)
            found.setdefault(row, []).append(f"{finding['id']} ({level}): {finding[f'text_{lang}']}")
    return found


def _approx(report: Report, raw: dict[str, Any]) -> str:
    return report.words.label("approx", raw["approx"]) if raw.get("approx") else ""


def _flags(report: Report, raw: dict[str, Any]) -> str:
    return "; ".join(report.words.label("flags", flag) for flag in str(raw.get("flags") or "").split(";") if flag)


def _sentence(report: Report, frame: pd.DataFrame) -> str:
    """Say how many rows and documents there are, and what speaks against them."""
    papers = frame["source_id"].nunique()
    publishers = report.words.join(list(dict.fromkeys(frame["publisher"])))
    said = [report.text("explore.trace.rests", n=len(frame), papers=report.text("explore.trace.papers", n=papers),
                        publishers=publishers)]  # fmt: skip
    for column in ("others", "findings", "flags"):
        rows = list(frame.loc[frame[column].ne(""), "row_id"])
        key = f"explore.trace.{column}_some" if rows else f"explore.trace.{column}_none"
        said.append(report.text(key, rows=report.words.join(rows)))
    return " ".join(said)


def _cited(row: dict[Any, Any]) -> str:
    return ". ".join(part for part in (row["title"], row["publisher"], row["published"], row["url"]) if part)
