"""What the command line lists: bodies, periods, indicators, charts, reports."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from stats import indicators as catalogue
from stats.errors import UnknownCodeError, UsageError
from stats.indicators import Book
from stats.periods import Period
from stats.reports.request import KINDS, available, locate
from stats.results import Result
from stats.sections.charts import CHARTS
from stats.wording import Words

WHAT = ("bodies", "periods", "indicators", "charts", "reports")
FORMATS = ("table", "json", "csv")


def lines(book: Book, what: str, *, place: str | None = None, lang: str = "vi") -> Iterator[str]:
    """Yield one line a thing: its id, then its name.

    Raises
    ------
    UnknownCodeError
        When `what` or the place is unknown.
    """
    if what not in WHAT:
        raise UnknownCodeError.from_value(("list", "danh sách"), what, WHAT)
    words = Words(book.codes, lang)
    if what == "bodies":
        having = {*book.bodies(), *book.tables.programme["body_id"]}
        return (_row(body, _dated(book, words, body)) for body in sorted(having))
    if what == "periods":
        return _periods(book, words, place)
    if what == "indicators":
        return (_row(one.id, one.label(lang)) for one in book.catalogue.values())
    if what == "charts":
        return (_row(name, words.text(f"chart.what.{name}")) for name in CHARTS)
    return (_row(kind, words.text(f"report.title.{kind}")) for kind in KINDS)


def _dated(book: Book, words: Words, body_id: str) -> str:
    """Return a body's name, with its dates where another body bore the same name before or after."""
    body = book.codes.body(body_id)
    name = body.name(words.lang)
    if len(book.codes.bodies_named(body.name("vi"))) < 2:
        return name
    if body.valid_to:
        return words.text("coverage.until", name=name, date=words.date(body.valid_to, short=True))
    return (
        words.text("coverage.since", name=name, date=words.date(body.valid_from, short=True))
        if body.valid_from
        else name
    )


def _row(code: str, name: str) -> str:
    return f"{code:<44} {name}"


def _periods(book: Book, words: Words, place: str | None) -> Iterator[str]:
    if place is None:
        raise UsageError(
            "Name a body: discipline-stats list periods --place ha-noi.",
            "Hãy nêu đảng bộ: discipline-stats list periods --place ha-noi.",
        )
    bodies = [b.body_id for b in book.codes.bodies_named(place)] or [book.codes.body(place).body_id]
    for body in bodies:
        kinds = {kind: available(book, body, programme=kind == "programme") for kind in ("period", "programme")}
        for period in sorted({p for periods in kinds.values() for p in periods}):
            has = ", ".join(kind for kind, periods in kinds.items() if period in periods)
            yield _row(period.key, f"{words.dated(period)}  [{has}]")


def indicators(book: Book, place: str | None, period: str | None, form: str, lang: str) -> str:
    """Return every indicator that has figures, as a table, JSON or CSV.

    Parameters
    ----------
    place, period : str, optional
        Narrow to one body, one period; without either, every body and period.
    form : str
        ``table``, ``json`` (a list of results, with sources and rows) or ``csv``.
    """
    if form not in FORMATS:
        raise UnknownCodeError.from_value(("format", "định dạng"), form, FORMATS)
    words = Words(book.codes, lang)
    found = [
        r
        for body, one in _scope(book, place, period)
        for name in book.catalogue
        for r in catalogue.compute(book, name, body, one)
    ]
    if form == "json":
        return json.dumps([_plain(book, r, lang) for r in found], ensure_ascii=False, indent=1) + "\n"
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        plain = [_plain(book, r, lang) for r in found]
        writer.writerow(plain[0] if plain else [])
        writer.writerows([_cell(v) for v in row.values()] for row in plain)
        return text.getvalue()
    return _table(book, found, words)


def _scope(book: Book, place: str | None, period: str | None) -> list[tuple[str, Period]]:
    if place is not None and period is not None:
        return [locate(book, place, period)]
    if place is not None:
        bodies = [b.body_id for b in book.codes.bodies_named(place)] or [book.codes.body(place).body_id]
    else:
        bodies = book.bodies()
    pairs = [(body, one) for body in bodies for one in book.periods(body) if period in (None, one.key)]
    if not pairs:
        raise UsageError(
            f"No body has figures for the period {period!r}.", f"Không có đảng bộ nào có số liệu cho kỳ {period!r}."
        )
    return pairs


def _plain(book: Book, result: Result, lang: str) -> dict[str, object]:
    return {"indicator": result.indicator, "label": book.catalogue[result.indicator].label(lang), **result.to_dict()}


def _cell(value: object) -> object:
    return ";".join(map(str, value)) if isinstance(value, list) else value


def _table(book: Book, found: list[Result], words: Words) -> str:
    table = Table(box=None, pad_edge=False)
    for key in ("table.period", "table.indicator", "table.actor", "table.count", "table.interval", "table.source"):
        table.add_column(words.text(key), justify="right" if key == "table.count" else "left", overflow="fold")
    for r in found:
        label = book.catalogue[r.indicator].label(words.lang)
        if r.category:
            list_name = "penalties" if r.kind == "share" else "violations"
            label += f": {words.label(list_name, r.category)}"
        interval = words.interval(r, named=False) if r else words.reason(r)
        actor = words.label("actors", r.actor, short=True)
        table.add_row(f"{r.body} {r.period}", label, actor, words.cell(r), interval, " ".join(r.sources))
    console = Console(file=io.StringIO(), width=170, highlight=False)
    console.print(table)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text
