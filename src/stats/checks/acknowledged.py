"""Findings that are known and cannot be changed, because the figures were published so.

Each entry of ``data/acknowledged.toml`` names a finding by its rule and key, says why it stays,
and guards itself with the figure it expects. An entry that meets no finding, or another figure,
is a finding itself: nothing is excused that is no longer there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from stats.checks.findings import Draft, frame
from stats.codes import Codes
from stats.errors import DataError, Severity
from stats.tables import KEY

FILE = "acknowledged.toml"


@dataclass(frozen=True, slots=True)
class Entry:
    """One acknowledged finding.

    Attributes
    ----------
    id, key : str
        The rule and the key of the finding (columns of the frame of findings).
    expect : str
        What its column ``found`` must still hold.
    reason_vi, reason_en : str
        Why the figure stays as it is.
    """

    id: str
    key: str
    expect: str
    reason_vi: str
    reason_en: str


def read(data: Path) -> tuple[Entry, ...]:
    """Return the acknowledged findings of a data folder; none when it has no such file.

    Raises
    ------
    DataError
        When the file is no TOML, or an entry lacks a field or repeats another.
    """
    path = data / FILE
    if not path.is_file():
        return ()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}.", f"Không đọc được {path}: {error}.") from None
    names = {field.name for field in fields(Entry)}
    entries = []
    for number, item in enumerate(raw.get("acknowledged", []), start=1):
        if set(item) != names or not all(isinstance(value, str) and value for value in item.values()):
            listed = ", ".join(sorted(names))
            raise DataError(
                f"{path}, entry {number}: every entry needs exactly these texts: {listed}.",
                f"{path}, mục {number}: mỗi mục phải có đúng các trường: {listed}.",
            )
        entries.append(Entry(**item))
    twice = pd.Series([(e.id, e.key) for e in entries], dtype="object")
    if twice.duplicated().any():
        id_, key = twice[twice.duplicated()].iloc[0]
        raise DataError(f"{path}: {id_} {key} stands twice.", f"{path}: {id_} {key} bị lặp lại.")
    return tuple(entries)


def apply(found: pd.DataFrame, entries: tuple[Entry, ...], codes: Codes) -> pd.DataFrame:
    """Return the findings with the acknowledged ones as warnings, and the stale entries as errors."""
    at = {(e.id, e.key): e for e in entries}
    entry = [at.get(pair) for pair in zip(found["id"], found["key"], strict=True)]
    holds = [e is not None and e.expect == value for e, value in zip(entry, found["found"], strict=True)]
    done = found.assign(
        acknowledged=pd.Series(holds, index=found.index, dtype="bool"),
        reason_vi=pd.Series([e.reason_vi if e and h else "" for e, h in zip(entry, holds, strict=True)], dtype="str"),
        reason_en=pd.Series([e.reason_en if e and h else "" for e, h in zip(entry, holds, strict=True)], dtype="str"),
    )
    done["severity"] = done["severity"].mask(
        done["acknowledged"] & (done["severity"] == Severity.ERROR), str(Severity.WARNING)
    )
    met = {(e.id, e.key): value for e, value in zip(entry, found["found"], strict=True) if e is not None}
    stale = frame(_stale(entries, met), codes)
    return pd.concat([done, stale], ignore_index=True) if len(stale) else done


def _stale(entries: tuple[Entry, ...], met: dict[tuple[str, str], str]) -> Iterator[Draft]:
    for entry in entries:
        value = met.get((entry.id, entry.key))
        if value == entry.expect:
            continue
        at = dict(zip(KEY, entry.key.split("|"), strict=False))
        yield Draft(
            id="X08", at=at, text="gone" if value is None else "changed", rows=(), sources=(),
            found=value or "", expected=entry.expect, detail=f"{entry.id}:{entry.key}",
            values={"id": entry.id, "key": entry.key, "expect": entry.expect, "found": value or ""},
        )  # fmt: skip
