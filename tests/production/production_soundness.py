"""No page changes without its fingerprint: cells of every table and list are changed, and both are looked at."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import pandas as pd
import pytest

from stats.codes import book as code_book
from stats.errors import StatsError
from stats.indicators import Book
from stats.reports.production import survey
from stats.reports.production.survey import Survey
from stats.sections import kinds
from stats.sections.bodies import comparison_of
from stats.sections.coverage import coverage_of
from stats.sections.report import report_on

Asked = tuple[str, str, str]

REPORTS = (
    ("period", "ha-noi", "2018"), ("period", "national", "2023"), ("briefing", "can-tho-2025", "2021-2026"),
    ("programme", "ha-noi", "2020-2025/half"), ("coverage", "can-tho-2025", ""), ("comparison", "", "2018"),
)  # fmt: skip
"""A body with predecessors, one with findings that name rows of others, one with bodies below it, and one on all."""

EACH = 2
"""Changes to each table and list; a longer run found nothing more."""

LANGUAGES = ("vi",)
"""Both languages show the same rows; one is enough to see a change."""


def page(book: Book, kind: str, place: str, period: str) -> str:
    """Return the digest of all a report's sections show; what stops it counts as its content."""
    made = hashlib.sha256()
    try:
        for lang in LANGUAGES:
            if kind == "coverage":
                report = coverage_of(book, place, period, lang)
            elif kind == "comparison":
                report = comparison_of(book, period, lang)
            else:
                body = book.codes.body(place)
                report = report_on(book, body, book.codes.period(period, body.body_id), lang)
            blocks = [block for section in kinds.make(report, kind).values() for block in section.blocks]
            made.update(json.dumps([[b.data, b.mark] for b in blocks], default=str, sort_keys=True).encode())
    except (StatsError, KeyError, ValueError, ZeroDivisionError, TypeError, IndexError, StopIteration) as error:
        return f"{type(error).__name__}: {error}"
    return made.hexdigest()


def fresh(book: Book, **tables: pd.DataFrame) -> Book:
    return Book(dataclasses.replace(book.tables, **tables), book.codes)


NEAR = ("ha-noi", "ha-tay", "ha-noi-before-2008", "ha-noi-khoi-cac-co-quan", "can-tho", "hau-giang", "soc-trang",
        "can-tho-2025", "national")  # fmt: skip
"""Bodies that have to do with those of the reports: half of the changes are made to them."""


def changed_tables(book: Book, seed: int, each: int) -> Iterator[tuple[str, Book]]:
    """Yield copies of the data with a row gone, two in another order, one given to another body, or a cell changed."""
    pick = random.Random(seed)
    ways = (gone, swapped, moved, altered, altered)
    for name in (*survey.TABLES, "sources"):
        frame = getattr(book.tables, name)
        near = [n for n, body in enumerate(frame["body_id"]) if body in NEAR] if "body_id" in frame else []
        for n in range(each):
            row = pick.choice(near) if near and n % 2 else pick.randrange(len(frame))
            way = ways[(n + len(name)) % len(ways)]
            if way is swapped and len(frame) == 1:
                way = altered
            told, copy = way(frame, row, pick)
            yield f"{name} {frame.iat[row, 0]}: {told}", fresh(book, **{name: copy})


def gone(frame: pd.DataFrame, row: int, _pick: random.Random) -> tuple[str, pd.DataFrame]:
    return "row gone", frame.drop(index=row).reset_index(drop=True)


def swapped(frame: pd.DataFrame, row: int, _pick: random.Random) -> tuple[str, pd.DataFrame]:
    order = [n for n in range(len(frame)) if n != row]
    order.insert(max(row - 1, 0), row)
    return "one place up", frame.iloc[order].reset_index(drop=True)


def moved(frame: pd.DataFrame, row: int, pick: random.Random) -> tuple[str, pd.DataFrame]:
    copy = frame.copy()
    column = "body_id" if "body_id" in copy else "kind"
    copy.at[row, column] = pick.choice([v for v in sorted(set(copy[column])) if v != copy.at[row, column]] or ["hue"])
    return f"{column} {copy.at[row, column]}", copy


def altered(frame: pd.DataFrame, row: int, pick: random.Random) -> tuple[str, pd.DataFrame]:
    copy = frame.copy()
    column = pick.choice([c for c in copy.columns if c not in ("body_id", "source_id", "row_id", "visit_id", "period")])
    value = copy.at[row, column]
    if pd.isna(value) or (isinstance(value, str) and column not in ("title", "publisher", "note", "text", "url")):
        column = next(c for c in ("count", "members", "value", "title", "note") if c in copy.columns)
        value = copy.at[row, column]
    new = 7 if pd.isna(value) else value + pd.Timedelta(days=1) if isinstance(value, pd.Timestamp) else (
        f"{value}*" if isinstance(value, str) else value + 1
    )  # fmt: skip
    copy.at[row, column] = new
    return f"{column} {new}", copy


def changed_lists(book: Book, seed: int, names: Sequence[str], each: int) -> Iterator[tuple[str, Book]]:
    """Yield copies of the data with one text of a row of some code lists changed, or a row gone."""
    pick = random.Random(seed)
    files = {name: book.codes.rows(name) for name in book.codes.files}
    for name in names:
        rows = files[name]
        near = [n for n, row in enumerate(rows) if set(row.values()) & {*NEAR}]
        for n in range(each):
            row = pick.choice(near) if near and n % 2 else pick.randrange(len(rows))
            texts = [c for c in rows[row] if c in ("vi", "en") or (c.endswith(("_vi", "_en")) and rows[row][c])]
            column = pick.choice(texts or [[*rows[row]][-1]])
            cells = {**rows[row], column: f"{rows[row][column]}*"}
            kept: tuple[Mapping[str, str], ...] = (*rows[:row], MappingProxyType(cells), *rows[row + 1 :])
            if name == survey.CROSSWALK and n % 3 == 0:
                kept, column = (*rows[:row], *rows[row + 1 :]), "row gone"
            codes = code_book._build(book.codes.data, {**files, name: kept})
            yield f"{name} {next(iter(cells.values()))}: {column}", Book(book.tables, codes)


def digested(book: Book) -> Survey:
    """Return the digests of rows alone."""
    return Survey((), dt.date.min, (), *survey.parts(book))


def unsound(before: Mapping[Asked, str], old: Survey, changed: Book, told: str) -> list[str]:
    """Return the reports whose page changed though its digest of rows did not."""
    new = digested(changed)
    quiet = [asked for asked in before if old.rows(asked[0], asked[1]) == new.rows(asked[0], asked[1])]
    return [f"{told}: {asked}" for asked in quiet if page(changed, *asked) != before[asked]]


@pytest.fixture(scope="module")
def known(book: Book, seen: Survey) -> tuple[dict[Asked, str], Survey]:
    return {asked: page(book, *asked) for asked in REPORTS}, seen


def test_every_report_of_the_sample_can_be_made(known: tuple[dict[Asked, str], Survey]) -> None:
    assert [page for page in known[0].values() if ":" in page] == []


@pytest.mark.parametrize("table", [*survey.TABLES, "sources"])
def test_a_page_that_changes_with_a_table_has_rows_that_changed(
    book: Book, known: tuple[dict[Asked, str], Survey], table: str
) -> None:
    changes = [one for one in changed_tables(book, 3, EACH) if one[0].startswith(f"{table} ")]
    assert len(changes) == EACH
    assert [line for told, changed in changes for line in unsound(*known, changed, told)] == []


@pytest.mark.parametrize("name", [survey.BODIES, survey.TERMS, survey.CROSSWALK, *survey.UNREAD])
def test_a_page_that_changes_with_a_list_has_rows_that_changed(
    book: Book, known: tuple[dict[Asked, str], Survey], name: str
) -> None:
    for told, changed in changed_lists(book, 4, [name], EACH if name in (survey.BODIES, survey.CROSSWALK) else 1):
        assert unsound(*known, changed, told) == []


def test_every_other_list_is_part_of_every_report(book: Book, seen: Survey) -> None:
    apart = {survey.BODIES, survey.TERMS, survey.CROSSWALK, *survey.UNREAD}
    wanted = {f"codes/{name}" for name in book.codes.files if name not in apart}
    assert all(wanted <= set(parts) for parts in seen.reads.values())


@pytest.fixture(scope="module")
def touched(book: Book, seen: Survey) -> list[tuple[str, set[str]]]:
    """Some changes, each with the reads whose digest it changes."""
    found = []
    for told, changed in changed_tables(book, 6, 2):
        new = digested(changed)
        keys = {key for key in seen.reads if seen.rows(*key.split("/")) != new.rows(*key.split("/"))}
        found.append((told, keys))
    return found


def test_all_together_read_every_row(touched: list[tuple[str, set[str]]]) -> None:
    assert len(touched) == 14
    assert [told for told, keys in touched if "coverage/" not in keys or "comparison/" not in keys] == []


def test_a_change_concerns_few_reports(touched: list[tuple[str, set[str]]], seen: Survey) -> None:
    """A row of one body leaves the reports on bodies that have nothing to do with it alone."""
    concerned = [len(keys) for _, keys in touched]
    assert max(concerned) < len(seen.reads) / 4
    assert sum(concerned) / len(concerned) < len(seen.reads) / 15


def test_the_check_sees_a_digest_that_leaves_something_out(
    book: Book, known: tuple[dict[Asked, str], Survey], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the facts on programmes, a programme report changes and its digest does not."""
    whole = survey.parts

    def narrow(book: Book) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
        digests, reads = whole(book)
        return digests, {key: tuple(p for p in parts if not p.startswith("programme/")) for key, parts in reads.items()}

    monkeypatch.setattr(survey, "parts", narrow)
    asked = ("programme", "ha-noi", "2020-2025/half")
    changed = fresh(book, programme=book.tables.programme.assign(value=book.tables.programme["value"] + 1))
    assert unsound({asked: known[0][asked]}, digested(book), changed, "programme") == [f"programme: {asked}"]
