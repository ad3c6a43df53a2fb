"""Faults of a catalogue of reports: where they stand in the file, and what to say of them in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import ErrorDetails

from stats.errors import UnknownCodeError, UsageError


class CatalogueError(UsageError):
    """Raised when the catalogue is wrong: every fault is listed with its line and key."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: the line, the key (empty where it is about no value of one), and what."""

    line: int
    key: str
    en: str
    vi: str


def unknown(line: int, what: tuple[str, str], value: str, allowed: Sequence[str], key: str = "") -> Fault:
    """Return the fault of a value that is not in its list; the nearest in it are named."""
    error = UnknownCodeError.from_value(what, value, allowed)
    return Fault(line, key, error.en, error.vi)


_RULES = {
    "comparison_together": (
        'a comparison is one report on all bodies: write bodies = "together".',
        'báo cáo so sánh là một báo cáo chung: viết bodies = "together".',
    ),
    "not_together": (
        'only coverage and comparison are on all bodies together; write bodies = "each" or a list.',
        'chỉ báo cáo độ phủ và so sánh là báo cáo chung; viết bodies = "each" hoặc một danh sách.',
    ),
    "levels_together": (
        'a report on all bodies together takes no levels; write bodies = "each".',
        'báo cáo chung không chọn theo cấp; viết bodies = "each".',
    ),
    "undated": (
        "coverage is on all periods; leave it out.", "báo cáo độ phủ gồm mọi kỳ; hãy bỏ khóa này."
    ),
    "expected_periods": (
        "write either periods or expected_from.", "chỉ viết một trong hai: periods hoặc expected_from."
    ),
    "two_embargoes": ("write either embargo or embargo_days.", "chỉ viết một trong hai: embargo hoặc embargo_days."),
    "folder": (
        "must be a folder below the output folder, not manifests, runs or .cache.",
        "phải là thư mục nằm trong thư mục kết quả, không phải manifests, runs hay .cache.",
    ),
}  # fmt: skip
"""What entries must hold beyond the values of single keys, in English and Vietnamese."""

_TYPES = {
    "missing": ("is missing.", "còn thiếu."),
    "greater_than_equal": ("must be at least {ge}; found {found}.", "phải từ {ge} trở lên; đang là {found}."),
    "less_than_equal": ("must be at most {le}; found {found}.", "không được quá {le}; đang là {found}."),
    "string_pattern_mismatch": (
        "takes small letters, digits and hyphens; found {found}.",
        "chỉ gồm chữ thường, số và gạch nối; đang là {found}.",
    ),
    "too_short": ("must not be empty.", "không được để trống."),
    "string_too_short": ("must not be empty.", "không được để trống."),
}  # fmt: skip

_WANTED = {
    "int": ("a whole number", "số nguyên"), "string": ("a text in quotes", "chữ trong ngoặc kép"),
    "tuple": ("a list of texts", "danh sách chữ"), "date": ("a day: 2026-01-31", "một ngày: 2026-01-31"),
}  # fmt: skip


def fault(detail: ErrorDetails, number: int, lines: Lines) -> Fault:
    """Return a fault pydantic found, in words of both languages."""
    context = dict(detail.get("ctx", {}))
    if detail["type"] == "catalogue":
        key, (en, vi) = str(context["key"]), _RULES[str(context["why"])]
    else:
        key = str(detail["loc"][0])
        found = repr(detail["input"])
        kind = detail["type"]
        wanted = next((words for name, words in _WANTED.items() if kind.startswith(name)), None)
        if kind in _TYPES:
            en, vi = (text.format(found=found, **context) for text in _TYPES[kind])
        elif wanted:
            en, vi = f"must be {wanted[0]}; found {found}.", f"phải là {wanted[1]}; đang là {found}."
        else:
            en, vi = f"cannot be {found}.", f"không thể là {found}."
    return Fault(lines.of(number, key), key, en, vi)


def error_of(path: Path, faults: Sequence[Fault]) -> CatalogueError:
    """Return the error that lists all faults of a catalogue, in the order of its lines."""
    ordered = sorted(faults, key=lambda one: one.line)
    keyed = [(f"key {f.key}: ", f"khóa {f.key}: ") if f.key else ("", "") for f in ordered]
    return CatalogueError(
        "\n".join(f"{path}, line {f.line}: {en}{f.en}" for f, (en, _) in zip(ordered, keyed, strict=True)),
        "\n".join(f"{path}, dòng {f.line}: {vi}{f.vi}" for f, (_, vi) in zip(ordered, keyed, strict=True)),
    )


class Lines:
    """Where tables and keys stand in a TOML text; its reader tells no lines."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.starts = [n for n, line in enumerate(self.lines, 1) if re.match(r"\s*\[\[\s*report\s*\]\]", line)]

    def top(self, key: str) -> int:
        """Return the line of a key or table outside the entries."""
        form = re.compile(rf"\s*\[{{0,2}}\s*\"?{re.escape(key)}\"?\s*[\]=.]")
        return next((n for n, line in enumerate(self.lines, 1) if form.match(line)), 1)

    def of(self, number: int, key: str, value: str = "") -> int:
        """Return the line of a key of an entry (of one of its values, over several lines); else the entry's first."""
        if number >= len(self.starts):
            return 1
        start = self.starts[number]
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.lines) + 1
        form = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*=")
        first = next((n for n in range(start, end) if key and form.match(self.lines[n - 1])), start)
        if not value:
            return first
        quoted = (f'"{value}"', f"'{value}'")
        held = (n for n in range(first, end) if any(q in self.lines[n - 1].split("#")[0] for q in quoted))
        return next(held, first)
