"""What must hold inside one row and between rows: periods, penalties, units, keys."""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache

from stats.codes import Codes
from stats.errors import PeriodError
from stats.periods import NAMED, Period, kind_of
from stats.tables.model import KEY, OBSERVATIONS
from stats.tables.parsing import Cells

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
        known = set(others[field.table].columns.get(field.table_column, ()))
        if not known:
            continue
        file = others[field.table].schema.path
        for line, value in zip(cells.lines, cells.columns[field.name], strict=True):
            if value and value not in known:
                cells.add(
                    line, field.name, value, f"is not in {file}; add it there", f"không có trong {file}; hãy bổ sung"
                )


def _check_periods(cells: Cells) -> None:
    columns = (cells.columns[c] for c in ("period", "period_start", "period_end"))
    for line, key, start, end in zip(cells.lines, *columns, strict=True):
        found = _period_problem(key, start, end)
        if found:
            column, value, en, vi = found
            cells.add(line, column, value, en, vi)


@lru_cache(maxsize=4096)
def _period_problem(key: str, start: str, end: str) -> tuple[str, str, str, str] | None:
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


def _named_problem(key: str, first: dt.date, last: dt.date) -> tuple[str, str, str, str] | None:
    low, high = int(key[:4]) - NAMED_SLACK_YEARS, int(key[5:9]) + NAMED_SLACK_YEARS
    if low <= first.year and last.year <= high:
        return None
    return (
        "period", key, f"does not hold the days {first} to {last}", f"không chứa khoảng {first} đến {last}",
    )  # fmt: skip


def _check_order(cells: Cells, first: str, last: str) -> None:
    for line, start, end in zip(cells.lines, cells.columns[first], cells.columns[last], strict=True):
        if start and end and end < start:
            cells.add(line, last, end, f"lies before {first} {start}", f"trước {first} {start}")


def _check_combinations(cells: Cells, codes: Codes) -> None:
    """Check what may stand together: stage and table, unit and subject, penalty and subject."""
    table = cells.schema.name
    blank = [""] * len(cells.lines)
    columns = [cells.columns.get(c, blank) for c in ("activity", "stage", "subject", "unit", "penalty")]

    @cache
    def judge(activity: str, stage: str, subject: str, unit: str, penalty: str) -> tuple[tuple[str, ...], ...]:
        return tuple(_combination_problems(codes, table, activity, stage, subject, unit, penalty))

    for line, *values in zip(cells.lines, *columns, strict=True):
        for column, value, en, vi in judge(*values):
            cells.add(line, column, value, en, vi)


def _combination_problems(
    codes: Codes, table: str, activity: str, stage: str, subject: str, unit: str, penalty: str
) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
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
    first: dict[tuple[str, ...], int] = {}
    for line, *values in zip(cells.lines, *(cells.columns[c] for c in key), strict=True):
        seen = first.setdefault(tuple(values), line)
        if seen != line:
            cells.add(
                line, "", "", f"repeats the whole key of line {seen} from the same source",
                f"lặp lại toàn bộ khóa của dòng {seen} từ cùng một nguồn",
            )  # fmt: skip
