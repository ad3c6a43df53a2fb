"""The catalogue of reports: what is made, for whom, when it is due and where it goes.

``reports/catalogue.toml`` holds one table ``[[report]]`` an entry. It is checked in full before
anything is planned: every fault is told with its file, line and key, and what is allowed.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from stats.codes import Codes
from stats.errors import LANGUAGES, PeriodError, UnknownCodeError
from stats.periods import NAMED, Kind, kind_of
from stats.reports import resources
from stats.reports.production.faults import CatalogueError, Fault, Lines, error_of, fault, unknown
from stats.reports.request import FORMATS, KINDS

EACH, TOGETHER = "each", "together"
"""Which bodies: a report on each that has figures, or one report on all of them together."""

UNDATED = ("coverage",)
"""Kinds of report on no one period: they are due by the newest document."""

Codes_ = Annotated[tuple[str, ...], Field(min_length=1)]


class Entry(BaseModel):
    """One entry of the catalogue: reports of one kind.

    Attributes
    ----------
    id : str
        Name of the entry, for messages.
    kind : str
        Report kind (`stats.reports.request.KINDS`).
    audience_vi, audience_en : str
        For whom.
    bodies : str or tuple of str
        ``each`` body that has figures, all ``together`` in one report, or a list of names or ids.
    levels : tuple of str
        Keep bodies of these levels.
    period_kinds : tuple of str
        Keep periods of these kinds; empty for every kind.
    periods : tuple of str
        Exactly these period keys: one without figures is blocked, not left out.
    expected_from : int, optional
        First year from which every period of the kinds asked for is waited for: one that has closed
        and has no figures is blocked, the one running is upcoming.
    least : int
        Fewest published figures a body must have for a period.
    languages, formats : tuple of str
        What is rendered.
    due_days : int
        Days after the period closes (for coverage: after the newest document) when it is due.
    embargo_days : int
        Days after the period closes before which nothing is made.
    embargo : date, optional
        Day before which nothing is made, instead of `embargo_days`.
    folder : str
        Folder below the output folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    kind: str
    audience_vi: Annotated[str, Field(min_length=1)]
    audience_en: Annotated[str, Field(min_length=1)]
    bodies: Literal["each", "together"] | Annotated[tuple[str, ...], Field(min_length=1)] = "each"
    levels: tuple[str, ...] = ()
    period_kinds: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    expected_from: Annotated[int, Field(ge=1930, le=2100)] | None = None
    least: Annotated[int, Field(ge=1)] = 1
    languages: Codes_ = LANGUAGES
    formats: Codes_ = ("html", "ipynb")
    due_days: Annotated[int, Field(ge=0)] = 0
    embargo_days: Annotated[int, Field(ge=0)] = 0
    embargo: dt.date | None = None
    folder: str = "."

    @property
    def named(self) -> bool:
        """Whether the entry names its bodies."""
        return not isinstance(self.bodies, str)

    @property
    def rank(self) -> int:
        """Which of two entries makes a report that both ask for: one by name, then by level, then any."""
        return 2 if self.named or self.periods else 1 if self.levels else 0

    def audience(self, lang: str) -> str:
        """Return for whom the reports are."""
        return self.audience_vi if lang == "vi" else self.audience_en

    @model_validator(mode="after")
    def _whole(self) -> Self:
        together, undated = self.bodies == TOGETHER, self.kind in UNDATED
        rules = (
            ("bodies", self.kind == "comparison" and not together, "comparison_together"),
            ("bodies", together and self.kind not in ("comparison", *UNDATED), "not_together"),
            ("levels", together and bool(self.levels), "levels_together"),
            ("period_kinds", undated and bool(self.period_kinds), "undated"),
            ("periods", undated and bool(self.periods), "undated"),
            ("expected_from", undated and self.expected_from is not None, "undated"),
            ("expected_from", self.expected_from is not None and bool(self.periods), "expected_periods"),
            ("embargo", self.embargo is not None and self.embargo_days > 0, "two_embargoes"),
            ("folder", _outside(self.folder), "folder"),
        )
        for key, broken, why in rules:
            if broken:
                raise PydanticCustomError("catalogue", "{why}", {"key": key, "why": why})
        return self


def _outside(folder: str) -> bool:
    """Tell whether a folder leaves the output folder or takes the name of one the batch itself keeps."""
    place = PurePosixPath(folder)
    parts = [*place.parts, ""]
    return place.is_absolute() or ".." in parts or "\\" in folder or parts[0] in ("manifests", "runs", ".cache")


@dataclass(frozen=True)
class Catalogue:
    """The entries of a checked catalogue, and where each begins."""

    path: Path
    entries: tuple[Entry, ...]
    lines: Mapping[str, int]

    def entry(self, id_: str) -> Entry:
        """Return an entry by its id."""
        return next(entry for entry in self.entries if entry.id == id_)

    def where(self, id_: str) -> str:
        """Return the file and line of an entry."""
        return f"{self.path}:{self.lines[id_]}"


def shipped() -> Path:
    """Return the project's own catalogue: the checkout's, else the copy inside the wheel."""
    return resources.folder(Path("reports")) / "catalogue.toml"


def read(path: Path, codes: Codes) -> Catalogue:
    """Read and check a catalogue.

    Parameters
    ----------
    path : Path
        The TOML file.
    codes : Codes
        The code lists its bodies and levels are looked up in.

    Raises
    ------
    CatalogueError
        With every fault: the line, the key, what is allowed, and the nearest allowed value.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CatalogueError(
            f"The catalogue {path} cannot be read: {reason}.", f"Không đọc được danh mục báo cáo {path}: {reason}."
        ) from None
    except UnicodeDecodeError as error:
        raise CatalogueError(
            f"The catalogue {path} is not UTF-8 (byte {error.start}). Save it as UTF-8.",
            f"Danh mục báo cáo {path} không phải UTF-8 (byte {error.start}). Hãy lưu lại dạng UTF-8.",
        ) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        said = f"{error}"
        raise error_of(path, [Fault(line, "", f"is no TOML: {said}.", f"không đúng cú pháp TOML: {said}.")]) from None
    lines = Lines(text)
    faults = [unknown(lines.top(key), ("key", "khóa"), key, ["report"]) for key in content if key != "report"]
    raw = content.get("report", [])
    if not isinstance(raw, list) or not raw or not all(isinstance(one, dict) for one in raw):
        faults.append(Fault(1, "", "needs tables [[report]].", "cần có các bảng [[report]]."))
        raise error_of(path, faults)
    entries: dict[str, Entry] = {}
    starts: dict[str, int] = {}
    for number, one in enumerate(raw):
        found = [*_misspelt(one, number, lines, codes)]
        try:
            entry = Entry.model_validate({k: tuple(v) if isinstance(v, list) else v for k, v in one.items()})
        except ValidationError as error:
            # What is in no list is also of no type, and a union is refused once a branch: a key is told of once.
            told = {one.key: one for one in reversed([fault(detail, number, lines) for detail in error.errors()])}
            found += [one for key, one in told.items() if key not in {known.key for known in found}]
        else:
            if entry.id in entries:
                first, line = starts[entry.id], lines.of(number, "id")
                found.append(Fault(
                    line, "id",
                    f"{entry.id!r} is taken by the entry of line {first}; give each entry an id of its own.",
                    f"{entry.id!r} đã dùng ở dòng {first}; mỗi mục cần một id riêng.",
                ))  # fmt: skip
            entries.setdefault(entry.id, entry)
            starts.setdefault(entry.id, lines.of(number, ""))
        faults += found
    if faults:
        raise error_of(path, faults)
    return Catalogue(path, tuple(_resolved(entry, codes) for entry in entries.values()), starts)


def _resolved(entry: Entry, codes: Codes) -> Entry:
    """Return an entry with its bodies as ids."""
    if isinstance(entry.bodies, str):
        return entry
    return entry.model_copy(update={"bodies": tuple(dict.fromkeys(codes.body(b).body_id for b in entry.bodies))})


def _misspelt(one: Mapping[str, Any], number: int, lines: Lines, codes: Codes) -> Iterator[Fault]:
    """Yield what is not in its list: kinds, bodies, levels, periods, languages, formats, keys."""
    checks: tuple[tuple[str, tuple[str, str], Sequence[str]], ...] = (
        ("kind", ("report kind", "loại báo cáo"), list(KINDS)),
        ("levels", ("level", "cấp"), codes.order("levels")),
        ("period_kinds", ("kind of period", "loại kỳ"), [str(kind) for kind in Kind]),
        ("languages", ("language", "ngôn ngữ"), LANGUAGES),
        ("formats", ("format", "định dạng"), FORMATS),
    )
    for key in one:
        if key not in Entry.model_fields:
            yield unknown(lines.of(number, key), ("key", "khóa"), key, list(Entry.model_fields), key)
    for key, what, allowed in checks:
        for value in _texts(one.get(key)):
            if value not in allowed:
                yield unknown(lines.of(number, key, value), what, value, allowed, key)
    if isinstance(one.get("bodies"), str) and one["bodies"] not in (EACH, TOGETHER):
        yield unknown(lines.of(number, "bodies"), ("choice", "lựa chọn"), one["bodies"], [EACH, TOGETHER], "bodies")
    tries: tuple[tuple[str, Callable[[str], object]], ...] = (("bodies", codes.body), ("periods", kind_of))
    for key, ask in tries:
        for value in _texts(one[key]) if isinstance(one.get(key), list) else ():
            try:
                ask(value)
            except (UnknownCodeError, PeriodError) as error:
                line = lines.of(number, key, value)
                yield Fault(line, key, error.en, error.vi)
    if one.get("expected_from") is not None and set(_texts(one.get("period_kinds"))) & {*NAMED, Kind.WINDOW}:
        named = ", ".join([*NAMED, Kind.WINDOW])
        yield Fault(
            lines.of(number, "expected_from"),
            "expected_from",
            f"half-terms, terms and windows have no calendar; take {named} out of period_kinds.",
            f"nửa nhiệm kỳ, nhiệm kỳ, khoảng thời gian không theo lịch; bỏ {named} khỏi period_kinds.",
        )


def _texts(value: object) -> list[str]:
    return (
        [value]
        if isinstance(value, str)
        else [v for v in value if isinstance(v, str)]
        if isinstance(value, list)
        else []
    )
