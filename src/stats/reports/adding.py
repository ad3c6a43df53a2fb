"""``discipline-stats add``: newly published figures checked, shown as a difference, written, undone.

The tables with the new figures are made in memory and checked like the tables themselves. An error
the new figures bring in refuses the file, unless the clerk has compared the page and marked the
figure as printed: a published contradiction is kept and acknowledged, never smoothed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from stats import checks, tables
from stats import codes as code_lists
from stats.codes import Codes
from stats.errors import Severity, UsageError
from stats.reports import files
from stats.results import Approx
from stats.tables import Tables, incoming, ledger, merging, template
from stats.tables.incoming import Incoming
from stats.tables.merging import Addition, Meeting
from stats.tables.problems import Complaints
from stats.wording import Words

_MARK = {"same": "=", "rounding": "~", "conflict": "!"}
_SHOWN = {"body": "bodies", "flag": "flags"}


def run(
    file: Path | None,
    *,
    dry_run: bool = False,
    undo: bool = False,
    blank: Path | None = None,
    lang: str = "vi",
    data: Path | None = None,
    today: dt.date | None = None,
) -> list[str]:
    """Do what ``discipline-stats add`` was asked for and return the lines to print.

    Parameters
    ----------
    file : Path, optional
        A filled template, CSV or XLSX.
    dry_run : bool
        Show what would be added and write nothing.
    undo : bool
        Restore the tables as they were before the last addition.
    blank : Path, optional
        Write an empty template there instead.
    lang : {'vi', 'en'}
        Language of the lines.
    data : Path, optional
        The data folder.
    today : datetime.date, optional
        Nothing is published after it; by default the day of the clock.

    Raises
    ------
    UsageError
        When not exactly one of the three was asked for, or there is nothing to add.
    IncomingError
        When the file is refused, with every reason.
    LedgerError
        When another addition is under way, or nothing can be written or undone.
    """
    if sum((file is not None, undo, blank is not None)) != 1 or (dry_run and file is None):
        raise UsageError(
            "Give one of: a file (with or without --dry-run), --undo, --template FILE.xlsx.",
            "Hãy chọn một: một tệp (có thể kèm --dry-run), --undo, --template TỆP.xlsx.",
        )
    folder = data if data is not None else code_lists.default_data()
    codes = code_lists.load(folder)
    words = Words(codes, lang)
    if blank is not None:
        return [_blank(blank, codes, words)]
    if undo:
        return [_undo(folder, words)]
    assert file is not None  # noqa: S101  one of the three was given
    day = today or dt.date.today()
    if dry_run:
        return list(_preview(_prepare(file, folder, codes, day, example=True), words, dry=True))
    return _add(file, folder, words, day)


def _blank(path: Path, codes: Codes, words: Words) -> str:
    if path.suffix.casefold() != ".xlsx":
        raise UsageError(f"The template is an .xlsx file, not {path}.", f"Mẫu là tệp .xlsx, không phải {path}.")
    if path.exists():
        raise UsageError(
            f"{path} exists already and may hold figures; give another name.",
            f"{path} đã có và có thể chứa số liệu; hãy đặt tên khác.",
        )
    files.write(path, template.to_bytes(codes))
    return words.text("add.preview.template", file=str(path))


def _undo(folder: Path, words: Words) -> str:
    with ledger.locked(folder, _holder(words, "--undo")):
        entry = ledger.undo(folder)
    return words.text(
        "add.preview.undone", file=entry.about.get("file", "?"), when=entry.about.get("when", "?"),
        files=", ".join(entry.files),
    )  # fmt: skip


def _add(file: Path, folder: Path, words: Words, today: dt.date) -> list[str]:
    # The lock is taken before reading: what is checked is what is written to.
    with ledger.locked(folder, _holder(words, file.name)):
        prepared = _prepare(file, folder, words.codes, today, example=False)
        lines = list(_preview(prepared, words, dry=False))
        about = {"file": file.name, "when": f"{dt.datetime.now():%d/%m/%Y %H:%M}"}
        entry = ledger.commit(folder, prepared.addition.content, about)
    # Typed without the folder, the command would undo an addition to the project's own data.
    own = folder.resolve() == code_lists.default_data().resolve()
    command = "discipline-stats add --undo" + ("" if own else f" --data {shlex.quote(str(folder))}")
    return [*lines, "", words.text("add.preview.written", files=", ".join(entry.files), command=command)]


def _holder(words: Words, file: str) -> str:
    now = f"{dt.datetime.now():%d/%m/%Y %H:%M:%S}"
    return words.text(
        "add.preview.holder", pid=str(os.getpid()), host=socket.gethostname(), when=now, file=file
    )  # fmt: skip


class _Prepared:
    """One file read, merged and checked, ready to be shown and written."""

    def __init__(self, before: Tables, read: Incoming, addition: Addition, findings: pd.DataFrame) -> None:
        self.before, self.incoming, self.addition, self.findings = before, read, addition, findings


def _prepare(file: Path, folder: Path, codes: Codes, today: dt.date, *, example: bool) -> _Prepared:
    before = tables.read(folder)
    read = incoming.read(file, before, codes, today=today)
    if read.example and not example:
        raise UsageError(
            f"{file} holds no figures besides the example row of the template.",
            f"{file} không có số liệu nào ngoài dòng ví dụ của mẫu.",
        )
    addition = merging.merge(before, read, codes)
    findings = _new_findings(before, addition.tables, codes)
    _refuse_errors(read, addition, findings, codes)
    return _Prepared(before, read, addition, findings)


def _new_findings(before: Tables, after: Tables, codes: Codes) -> pd.DataFrame:
    known = checks.run(before, codes)
    found = checks.run(after, codes)
    seen = set(zip(known["id"], known["key"], known["found"], known["severity"], strict=True))
    new = [told not in seen for told in zip(found["id"], found["key"], found["found"], found["severity"], strict=True)]
    return found[pd.Series(new, index=found.index, dtype="bool")]


def _refuse_errors(read: Incoming, addition: Addition, findings: pd.DataFrame, codes: Codes) -> None:
    """Refuse contradictions the new figures bring in, but for those the clerk has compared with the page."""
    lines = dict(zip(addition.rows["row_id"], addition.rows["line"], strict=True))
    confirmed = set(addition.rows.loc[addition.rows["confirmed"], "row_id"])
    complaints = Complaints(codes, read.file)
    complaints.sheet = read.sheet
    for finding in _records(findings[findings["severity"] == Severity.ERROR]):
        if confirmed & set(finding["rows"]):
            continue
        line = min((lines[row] for row in finding["rows"] if row in lines), default=0)
        texts = (codes.text("add.problem.check", lang).format(text=finding[f"text_{lang}"]) for lang in ("en", "vi"))
        complaints.say(*texts, line=int(line), value=finding["found"])
    complaints.stop()


# The preview -----------------------------------------------------------------------------------


def _preview(prepared: _Prepared, words: Words, *, dry: bool) -> Iterator[str]:
    addition, read = prepared.addition, prepared.incoming
    where = f"{read.file} ({read.sheet})" if read.sheet else read.file
    yield words.text("add.preview.head", n=len(addition.rows), file=where)
    by_id = {row["row_id"]: row for row in _records(addition.tables.observations)}
    met: dict[str, list[Meeting]] = {}
    for meeting in addition.meetings:
        met.setdefault(meeting.row_id, []).append(meeting)
    for table, rows in addition.rows.groupby("table", sort=False):
        yield ""
        yield words.text("add.preview.table", table=f"tables/{table}.csv", n=len(rows))
        for row_id in rows["row_id"]:
            yield f"  + {_row(by_id[row_id], words)}"
            for meeting in met.get(row_id, ()):
                yield f"      {_MARK[meeting.relation]} {_meeting(meeting, by_id, words)}"
    yield from _documents(addition, words)
    yield from _remarks(read, words)
    yield from _findings(prepared, words)
    if dry:
        yield ""
        yield words.text("add.preview.example" if read.example else "add.preview.dry")


def _row(row: Mapping[str, Any], words: Words) -> str:
    codes = words.codes
    what = [codes.body(row["body_id"]).name(words.lang), words.period(codes.period(row["period"], row["body_id"]))]
    for column, listed in (("actor", "actors"), ("activity", "activities"), ("stage", "stages"),
                           ("subject", "subjects"), ("subgroup", "subgroups"), ("penalty", "penalties"),
                           ("violation", "violations")):  # fmt: skip
        if row[column] and (column, row[column]) != ("subgroup", "all"):
            what.append(codes.label(listed, row[column], words.lang, short=True))
    unit = codes.label("units", row["unit"], words.lang)
    told = [f"{row['row_id']} {' · '.join(what)}: {_count(row, words)} {unit}"]
    for column in ("change_pct_published", "share_pct_published"):
        if not pd.isna(row[column]):
            told.append(f"{words.signed(row[column], 2) if column[0] == 'c' else words.number(row[column], 2)}%")
    return f"{', '.join(told)} [{row['source_id']}]"


def _count(row: Mapping[str, Any], words: Words) -> str:
    prefix = words.codes.row("approx", row["approx"])[f"prefix_{words.lang}"] if row["approx"] != Approx.EXACT else ""
    return f"{prefix} {words.number(row['count'])}".strip()


def _meeting(meeting: Meeting, by_id: Mapping[str, Mapping[str, Any]], words: Words) -> str:
    other = by_id[meeting.other_id]
    told = words.text(
        f"add.preview.{meeting.relation}", row=meeting.other_id, source=other["source_id"], count=_count(other, words)
    )  # fmt: skip
    if meeting.relation == "same":
        return told
    rule = words.text(f"add.rule.{meeting.rule}")
    return f"{told}; {words.text('add.preview.chosen', row=meeting.chosen_id, rule=rule)}"


def _documents(addition: Addition, words: Words) -> Iterator[str]:
    if addition.sources:
        yield ""
        yield words.text("add.preview.sources", table="tables/sources.csv", n=len(addition.sources))
    papers = addition.tables.sources.set_index("source_id")
    for source_id in addition.sources:
        paper = papers.loc[source_id]
        yield f"  + {source_id}: {paper['title']} ({paper['publisher']}, {words.date(paper['published_on'].date())})"


def _remarks(read: Incoming, words: Words) -> Iterator[str]:
    if read.remarks:
        yield ""
        yield words.text("add.preview.remarks")
    lines: dict[str, list[str]] = {}
    for remark in read.remarks:
        values = {name: _labelled(name, value, words) for name, value in remark.values.items()}
        lines.setdefault(words.text(f"add.remark.{remark.key}", **values), []).append(str(remark.line))
    for text, at in lines.items():
        yield f"  {words.text('add.preview.line', lines=', '.join(at), text=text)}"


def _labelled(name: str, value: Any, words: Words) -> Any:
    if name not in _SHOWN:
        return value
    return f"{words.codes.label(_SHOWN[name], value, words.lang)} ({value})"


def _findings(prepared: _Prepared, words: Words) -> Iterator[str]:
    told = prepared.findings[prepared.findings["severity"] != Severity.INFO]
    if len(told):
        yield ""
        yield words.text("add.preview.findings")
    for finding in _records(told):
        yield f"  {finding['id']} {finding[f'text_{words.lang}']}"
    errors = _records(told[told["severity"] == Severity.ERROR])
    if errors:
        yield ""
        yield words.text("add.preview.acknowledge")
    for error in errors:
        yield "\n[[acknowledged]]"
        reasons = {f"reason_{lang}": words.codes.text("add.preview.reason", lang) for lang in ("vi", "en")}
        for name, value in {"id": error["id"], "key": error["key"], "expect": error["found"], **reasons}.items():
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in record.items()} for record in frame.to_dict("records")]
