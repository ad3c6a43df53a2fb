"""What must hold inside one row and between rows: periods, penalties, units, keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import numpy as np

from stats.codes import Codes
from stats.errors import PeriodError
from stats.periods import NAMED, Period, kind_of
from stats.tables.model import KEY, OBSERVATIONS
from stats.tables.parsing import MOST_PROBLEMS, Cells

Found = tuple[str, str, str, str]
"""A column, its value, and what is wrong in English and Vietnamese."""

NAMED_SLACK_YEARS = 1
"""A half-term or term may start or end this many years outside the years of its key."""


def check_rows(cells: Cells, codes: Codes) -> None:
    """Note every row of one table that contradicts itself or repeats another."""
    name = cells.schema.name
    if "period_start" in cells.schema.columns and "period" in cells.schema.columns:
        _check_periods(cells)
    if "date_start" in cells.schema.columns:
        _check_order(cells, "date_start", "date_end")
    if name in OBSERVATIONS:
        _check_combinations(cells, codes)
        _check_repeats(cells, (*(c for c in KEY if c in cells.schema.columns), "source_id"))
    if name == "membership":
        _check_repeats(cells, ("body_id", "date", "organisation_kind", "source_id"))
    if name == "programme":
        _check_repeats(cells, ("body_id", "programme", "period", "item", "as_of", "source_id"))


def check_references(cells: Cells, others: dict[str, Cells]) -> None:
    """Note every cell that points at a row of another table which does not exist."""
    for field in cells.schema.fields:
        if not field.table or field.table not in others:
            continue
        target = others[field.table].columns.get(field.table_column)
        if target is None or not target.values:
            continue
        known, file = set(target.values), others[field.table].schema.path
        column = cells.columns[field.name]
        lost = [bool(value) and value not in known for value in column.values]
        for row in np.flatnonzero(np.array(lost, dtype=bool)[column.places])[:MOST_PROBLEMS].tolist():
            cells.add(
                cells.lines[row], field.name, column[row],
                f"is not in {file}; add it there", f"không có trong {file}; hãy bổ sung",
            )  # fmt: skip


def _note_rows(cells: Cells, names: tuple[str, ...], judge: Callable[..., Iterable[Found]]) -> None:
    """Judge each different row of some columns once, and note what is wrong on every line that has it."""
    first, places = cells.alike(names)
    columns = [cells.columns[name] for name in names]
    wrong = {
        place: found for place, row in enumerate(first) if (found := tuple(judge(*(c[row] for c in columns))))
    }  # fmt: skip
    if not wrong:
        return
    marked = np.zeros(len(first), dtype=bool)
    marked[list(wrong)] = True
    for row in np.flatnonzero(marked[places])[:MOST_PROBLEMS].tolist():
        for column, value, en, vi in wrong[places[row]]:
            cells.add(cells.lines[row], column, value, en, vi)


def _period_problem(key: str, start: str, end: str) -> Found | None:
    try:
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    except ValueError:
        return None  # the column check has said so already
    if last < first:
        return ("period_end", end, f"lies before period_start {start}", f"trước period_start {start}")
    try:
        if kind_of(key) in NAMED:
            return _named_problem(key, first, last)
        period = Period.parse(key)
    except PeriodError as error:
        return ("period", key, error.en, error.vi)
    if (period.start, period.end) != (first, last):
        return (
            "period", key,
            f"runs from {period.start} to {period.end}, but the row says {start} to {end}",
            f"là từ {period.start} đến {period.end}, nhưng dòng ghi {start} đến {end}",
        )  # fmt: skip
    return None


def _named_problem(key: str, first: dt.date, last: dt.date) -> Found | None:
    low, high = int(key[:4]) - NAMED_SLACK_YEARS, int(key[5:9]) + NAMED_SLACK_YEARS
    if low <= first.year and last.year <= high:
        return None
    return (
        "period", key, f"does not hold the days {first} to {last}", f"không chứa khoảng {first} đến {last}",
    )  # fmt: skip


def _check_periods(cells: Cells) -> None:
    def judge(key: str, start: str, end: str) -> Iterable[Found]:
        found = _period_problem(key, start, end)
        return [found] if found else []

    _note_rows(cells, ("period", "period_start", "period_end"), judge)


def _check_order(cells: Cells, first: str, last: str) -> None:
    def judge(start: str, end: str) -> Iterable[Found]:
        if start and end and end < start:
            yield last, end, f"lies before {first} {start}", f"trước {first} {start}"

    _note_rows(cells, (first, last), judge)


def _check_combinations(cells: Cells, codes: Codes) -> None:
    """Check what may stand together: stage and table, unit and subject, penalty and subject."""
    table = cells.schema.name
    names = tuple(c for c in ("activity", "stage", "subject", "unit", "penalty") if c in cells.columns)
    _note_rows(cells, names, lambda *values: _combination_problems(codes, table, *values))


def _combination_problems(
    codes: Codes, table: str, activity: str, stage: str, subject: str, unit: str, penalty: str = ""
) -> list[Found]:
    found: list[Found] = []
    entries = [("stages", stage), ("subjects", subject), ("units", unit), ("activities", activity)]
    if any(code not in codes.order(name) for name, code in entries):
        return found  # the column check has said so already
    tables = codes.row("stages", stage)["table"].split(";")
    if table not in tables:
        listed = ", ".join(tables)
        found.append(("stage", stage, f"belongs in {listed}", f"thuộc bảng {listed}"))
    if subject not in codes.row("units", unit)["subjects"].split(";"):
        found.append(("unit", unit, f"does not count the subject {subject}", f"không dùng để đếm {subject}"))
    outcome = activity == "discipline" and stage == "disciplined"
    if penalty and not outcome:
        found.append(
            ("penalty", penalty, "must be blank: the row is no disciplinary outcome by decider",
             "phải để trống: dòng này không phải kết quả thi hành kỷ luật theo chủ thể")
        )  # fmt: skip
    elif not penalty and outcome:
        found.append(("penalty", "", "is needed; 'all' for the printed total", "phải có; 'all' cho tổng số"))
    elif penalty and penalty in codes.order("penalties"):
        allowed = codes.row("penalties", penalty)["subjects"].split(";")
        if subject not in allowed:
            fits = ", ".join(p for p in codes.order("penalties") if subject in codes.row("penalties", p)["subjects"])
            found.append(
                ("penalty", penalty, f"cannot be given to the subject {subject}; allowed: {fits}",
                 f"không áp dụng cho {subject}; cho phép: {fits}")
            )  # fmt: skip
    return found


def _check_repeats(cells: Cells, key: tuple[str, ...]) -> None:
    first, places = cells.alike(key)
    if len(first) == len(places):
        return
    for row in np.flatnonzero(first[places] != np.arange(len(places)))[:MOST_PROBLEMS].tolist():
        seen = cells.lines[first[places[row]]]
        cells.add(
            cells.lines[row], "", "", f"repeats the whole key of line {seen} from the same source",
            f"lặp lại toàn bộ khóa của dòng {seen} từ cùng một nguồn",
        )  # fmt: skip
