"""What a check returns: findings with their place, what was found and expected, and two sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stats.checks.sentences import Sentences
from stats.codes import Codes
from stats.tables import KEY

COLUMNS = (
    "id", "severity", "body_id", "period", "actor", "found", "expected", "rows", "sources",
    "text_vi", "text_en", "acknowledged", "reason_vi", "reason_en", "key",
)  # fmt: skip
"""Columns of a frame of findings; `key` is what ``acknowledged.toml`` names a finding by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One finding before it is put into words.

    Attributes
    ----------
    id : str
        Code of the rule (``checks.csv``).
    at : mapping
        The row the finding is about; the columns of the tables' key are read from it.
    text : str
        Key of the sentence, below ``check.<id>.``.
    found, expected : str
        The figure that is wrong and what it should be, without separators.
    rows, sources : tuple of str
        Ids of the rows and documents involved.
    values : mapping
        What the sentence's placeholders stand for.
    severity : str
        When it differs from the rule's own.
    detail : str
        What tells findings on one key apart (the document, the flag).
    """

    id: str
    at: Mapping[str, Any]
    text: str
    rows: Iterable[str]
    sources: Iterable[str]
    found: str = ""
    expected: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    severity: str = ""
    detail: str = ""


def frame(drafts: Iterable[Draft], codes: Codes) -> pd.DataFrame:
    """Return drafts as a frame of findings, both sentences written."""
    speak = Sentences(codes)
    records = []
    for draft in drafts:
        said = speak.both(f"check.{draft.id}.{draft.text}", draft.values)
        at = draft.at
        records.append(
            {
                "id": draft.id,
                "severity": draft.severity or codes.row("checks", draft.id)["severity"],
                "body_id": at.get("body_id", ""),
                "period": at.get("period", ""),
                "actor": at.get("actor", ""),
                "found": str(draft.found),
                "expected": str(draft.expected),
                "rows": tuple(dict.fromkeys(draft.rows)),
                "sources": tuple(dict.fromkeys(draft.sources)),
                "text_vi": said["vi"],
                "text_en": said["en"],
                "acknowledged": False,
                "reason_vi": "",
                "reason_en": "",
                "key": key_of(at, draft.detail),
            }
        )
    return as_frame(records) if records else EMPTY.copy()


def as_frame(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Return records as a frame whose columns and types hold even when there is none."""
    made = pd.DataFrame(records, columns=list(COLUMNS))
    text = [c for c in COLUMNS if c not in ("rows", "sources", "acknowledged")]
    return made.astype({**dict.fromkeys(text, "str"), "acknowledged": "bool", "rows": "object", "sources": "object"})


EMPTY = as_frame([])


def key_of(at: Mapping[str, Any], detail: str = "") -> str:
    """Return the key of a finding: the tables' key and the detail, joined by bars, open ends cut.

    Examples
    --------
    >>> key_of({"body_id": "ha-noi", "period": "2018", "actor": "cells"}, "")
    'ha-noi|2018|cells'
    """
    return "|".join([*(str(at.get(c) or "") for c in KEY), detail]).rstrip("|")
