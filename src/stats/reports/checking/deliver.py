"""Handing out findings in the format asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from stats.errors import LANGUAGES, Severity, UnknownCodeError
from stats.reports import files, resources
from stats.reports.checking import page, workbook
from stats.reports.checking.findings import CHECKED, Checked, summary

FORMATS = ("text", "json", "html", "xlsx")


def deliver(frame: pd.DataFrame, format: str = "text", lang: str = "vi", out: Path | None = None) -> None:  # noqa: A002
    """Print findings, or write them to a file and print its path.

    Parameters
    ----------
    frame : DataFrame
        From `findings`.
    format : {'text', 'json', 'html', 'xlsx'}
        Text and JSON go to the standard output unless `out` is given; a page or workbook goes to
        `out`, by default ``findings.<format>`` in the output folder.
    lang : {'vi', 'en'}
        Language of everything but JSON, which holds both.
    out : Path, optional
        The file; written in one step.

    Raises
    ------
    UnknownCodeError
        For an unknown format or language; nothing is written.
    OutputError
        When the file cannot be written.
    """
    if format not in FORMATS:
        raise UnknownCodeError.from_value(("format", "định dạng"), format, FORMATS)
    if lang not in LANGUAGES:
        raise UnknownCodeError.from_value(("language", "ngôn ngữ"), lang, LANGUAGES)
    checked: Checked = frame.attrs[CHECKED]
    write: dict[str, Callable[[pd.DataFrame, Checked, str], str | bytes]] = {
        "text": text, "json": as_json, "html": page.render, "xlsx": workbook.render,
    }  # fmt: skip
    content = write[format](frame, checked, lang)
    if out is None and isinstance(content, str) and format in ("text", "json"):
        print(content, end="")
        return
    place = out or resources.output_folder() / f"findings.{format}"
    files.write(place, content)
    print(place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place)


def text(frame: pd.DataFrame, checked: Checked, lang: str) -> str:
    """Return the findings for people: by severity, then place and period."""
    return "\n".join(_lines(frame, checked, lang)) + "\n"


def _lines(frame: pd.DataFrame, checked: Checked, lang: str) -> Iterator[str]:
    yield f"{checked.text('title', lang)}: {summary(frame, checked, lang)}"
    if frame.empty:
        yield checked.text("none", lang)
    acknowledged = checked.text("acknowledged", lang)
    for severity in Severity:
        rows = frame[frame["severity"] == severity]
        if rows.empty:
            continue
        yield ""
        yield f"{checked.text(severity, lang).upper()} ({len(rows)})"
        shown = ""
        for row in rows.to_dict("records"):
            head = f"{row[f'place_{lang}']} – {checked.period(row['period'], lang)}"
            if head != shown:
                yield f"  {head}"
                shown = head
            yield f"    [{row['id']}] {row[f'text_{lang}']}"
            if row["acknowledged"]:
                yield f"          {acknowledged}: {row[f'reason_{lang}']}"


def as_json(frame: pd.DataFrame, checked: Checked, lang: str) -> str:  # noqa: ARG001
    """Return the findings as a JSON list of plain values, both languages in each."""
    rows = [{**row, "rows": list(row["rows"]), "sources": list(row["sources"])} for row in frame.to_dict("records")]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
