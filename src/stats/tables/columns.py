"""One column at a time: required, typed, in its code list; every wrong cell is noted.

Each different value of a column is judged once, so a table of thousands of rows costs as much as
its few hundred different values.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from stats.codes import Codes
from stats.errors import nearest
from stats.tables.parsing import MOST_PROBLEMS, Cells, Places
from stats.tables.schema import Field

Verdict = tuple[str, str] | None
"""What is wrong with a value, in English and Vietnamese; None when it is right."""

MOST_NEAREST = 200
"""Unknown codes of one column whose nearest valid ones are looked for."""

_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}([.,\s\u00a0\u202f][0-9]{3})+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_VIETNAMESE_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def convert(cells: Cells, codes: Codes) -> pd.DataFrame:
    """Return the typed frame of one table; wrong cells become missing and are noted in `cells`."""
    typed = {f.name: _column(f, cells, codes) for f in cells.schema.fields}
    return pd.DataFrame(typed)


def _column(field: Field, cells: Cells, codes: Codes) -> pd.Series[str]:
    column = cells.columns[field.name]
    judge = _judge(field, codes)
    verdicts = [judge(value) for value in column.values]
    wrong = np.array([verdict is not None for verdict in verdicts], dtype=bool)
    if wrong.any():
        for row in np.flatnonzero(wrong[column.places])[:MOST_PROBLEMS].tolist():
            cells.add(cells.lines[row], field.name, column[row], *(verdicts[column.places[row]] or ("", "")))
    if field.unique:
        _note_repeated(field.name, cells)
    kept = ["" if verdict else value for value, verdict in zip(column.values, verdicts, strict=True)]
    return _typed(field, kept, column.places)


def _judge(field: Field, codes: Codes) -> Callable[[str], Verdict]:
    by_kind: dict[str, Callable[[str], Verdict]] = {
        "integer": lambda v: _integer(v, field),
        "number": lambda v: _number(v, field),
        "date": _day,
        "string": _string(field, codes),
    }
    of_kind = by_kind[field.kind]

    def judge(value: str) -> Verdict:
        if not value:
            return ("is empty; a value is required", "bị trống; bắt buộc phải có") if field.required else None
        return of_kind(value)

    return judge


def _integer(value: str, field: Field) -> Verdict:
    if _INTEGER.fullmatch(value):
        return _limits(float(value), field)
    if _GROUPED.fullmatch(value):
        plain = re.sub(r"[^0-9]", "", value)
        return (
            f"looks like a number with thousands points; write {plain}",
            f"có vẻ là số có dấu phân cách hàng nghìn; hãy viết {plain}",
        )
    if _NUMBER.fullmatch(value.replace(",", ".")):
        return (
            "is a fraction; a count is a whole number",
            "là số lẻ; số đếm phải là số nguyên",
        )
    return ("is not a whole number; write digits only", "không phải số nguyên; chỉ viết chữ số")


def _number(value: str, field: Field) -> Verdict:
    if _NUMBER.fullmatch(value):
        return _limits(float(value), field)
    if _NUMBER.fullmatch(value.replace(",", ".")):
        plain = value.replace(",", ".")
        return (f"has a decimal comma; write {plain}", f"dùng dấu phẩy thập phân; hãy viết {plain}")
    return ("is not a number; write digits and a decimal point", "không phải số; chỉ viết chữ số và dấu chấm thập phân")


def _limits(number: float, field: Field) -> Verdict:
    if field.minimum is not None and number < field.minimum:
        return (f"must be at least {field.minimum:g}", f"phải từ {field.minimum:g} trở lên")
    if field.maximum is not None and number > field.maximum:
        return (f"must be at most {field.maximum:g}", f"không được quá {field.maximum:g}")
    return None


def _day(value: str) -> Verdict:
    if _DAY.fullmatch(value):
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            return ("is a day that does not exist", "là ngày không tồn tại")
        return None
    hint = _VIETNAMESE_DAY.fullmatch(value)
    write = f"{hint[3]}-{int(hint[2]):02d}-{int(hint[1]):02d}" if hint else "2022-12-31"
    return (f"is not a day; write it like {write}", f"không phải ngày; hãy viết theo dạng {write}")


def _string(field: Field, codes: Codes) -> Callable[[str], Verdict]:
    listed = field.codes or field.list_of
    of_list = _in_list(codes.order(listed), f"codes/{listed}.csv") if listed else _in_list(list(field.enum), "")
    form = re.compile(field.pattern)

    def judge(value: str) -> Verdict:
        if value != value.strip():
            return ("starts or ends with a space", "có dấu cách ở đầu hoặc cuối")
        if field.codes or field.enum:
            return of_list(value)
        if field.list_of:
            return next((verdict for part in value.split(";") if (verdict := of_list(part))), None)
        if field.pattern and not form.search(value):
            return (f"has the wrong form; {field.description}", f"sai dạng; mẫu cho phép: {field.pattern}")
        return None

    return judge


def _in_list(known: list[str], file: str) -> Callable[[str], Verdict]:
    allowed = frozenset(known)
    where = (f" of {file}", f" trong {file}") if file else ("", "")
    asked = 0

    def judge(value: str) -> Verdict:
        nonlocal asked
        if value in allowed:
            return None
        # Looking for the nearest code is slow; a file of garbage asks for it at every cell.
        asked += 1
        near = tuple(known) if len(known) <= 8 else nearest(value, known) if asked <= MOST_NEAREST else ()
        listed = ", ".join(near) or "-"
        return (
            f"{value!r} is no code{where[0]}; nearest: {listed}",
            f"{value!r} không có{where[1]}; gần nhất: {listed}",
        )

    return judge


def _note_repeated(name: str, cells: Cells) -> None:
    column = cells.columns[name]
    if len(column.values) == len(column):
        return
    first: dict[str, int] = {}
    for line, value in zip(cells.lines, column, strict=True):
        if cells.full:
            return
        if value and first.setdefault(value, line) != line:
            cells.add(
                line, name, value, f"stands already in line {first[value]}; every row needs its own",
                f"đã có ở dòng {first[value]}; mỗi dòng phải có mã riêng",
            )  # fmt: skip


def _typed(field: Field, values: list[str], places: Places) -> pd.Series[str]:
    """Return the column: each different value is converted once, then put where it stands."""
    if field.kind == "string":
        return _spread(pd.Series(values, dtype="str"), places)
    if field.kind == "date":
        return _spread(pd.Series(pd.to_datetime(pd.Series(values).replace("", None), format="%Y-%m-%d")), places)
    numbers = pd.Series([float(v) if v and _NUMBER.fullmatch(v) else None for v in values], dtype="float64")
    spread = _spread(numbers, places)
    if field.kind == "number":
        return spread
    # A required count is a plain integer; one that may be missing keeps "missing" apart from zero.
    return spread.astype("int64" if field.required and spread.notna().all() else "Int64")  # type: ignore[return-value]


def _spread(values: pd.Series[Any], places: Places) -> pd.Series[Any]:
    return values.take(places).reset_index(drop=True)
