"""``discipline-stats sample``: a data folder of made-up figures, on which every command can be tried.

Published figures are short annual runs; control charts, breaks and forecasts need months. The sample has ten years
of them for 34 bodies that do not exist. Every body's name, the only source and the only rule say SYNTHETIC.
"""

from __future__ import annotations

import atexit
import csv
import datetime as dt
import functools
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from stats import codes, indicators, synthetic
from stats.codes import Codes
from stats.errors import UsageError
from stats.indicators import Book
from stats.reports import files, resources
from stats.synthetic import MARK
from stats.tables import writing
from stats.tables.schema import read_schemas
from stats.wording import Words

DESCRIPTION = "datapackage.json"
NAME = "discipline-stats-synthetic"
"""Name of the sample's data package, by which a folder is known for one."""

INSPECTING, DECIDING = "inspection_commissions", "committees_and_commissions"
"""Who inspects and who disciplines in the sample: one stream each."""

_INSPECTED = {"activity": "inspection_signs_of_violation", "actor": INSPECTING}
_DISCIPLINE = {"activity": "discipline", "actor": DECIDING, "stage": "disciplined"}
FIGURES = {
    "examined": ("inspections", {**_INSPECTED, "stage": "examined"}),
    "in_violation": ("violations", {**_INSPECTED, "stage": "violation_found"}),
    "disciplined": ("discipline", {**_DISCIPLINE, "penalty": "all"}),
    "reprimanded": ("discipline", {**_DISCIPLINE, "penalty": "reprimand"}),
    "warned": ("discipline", {**_DISCIPLINE, "penalty": "warning"}),
    "removed": ("discipline", {**_DISCIPLINE, "penalty": "removal"}),
    "expelled": ("discipline", {**_DISCIPLINE, "penalty": "expulsion"}),
}
"""Counts of the generator to the table and the codes under which they stand."""

_EVERY = {"subject": "member", "subgroup": "all", "unit": "members", "approx": "exact", "source_id": MARK}
_EMPTIED = ("curation", "reorganisation", "renderings", "terms")
"""Code lists on real documents and bodies, of which the sample has none."""

_SHOWN = 5


def run(
    out: Path | None = None,
    *,
    lang: str = "vi",
    seed: int = synthetic.SEED,
    step: Callable[[str, str], None] = lambda _en, _vi: None,
) -> list[str]:
    """Write the sample as a data folder, whole or not at all.

    Parameters
    ----------
    out : Path, optional
        The folder; by default ``SYNTHETIC`` among the outputs. An earlier sample there is replaced, a folder
        with anything else in it is refused.
    lang : {'vi', 'en'}
        Language of the lines.
    seed : int
        Of `stats.synthetic.series`: the same seed gives the same bytes.
    step : callable
        Told of each step before it begins, in English and Vietnamese.

    Returns
    -------
    list of str
        What was written, and what to type next.

    Raises
    ------
    UsageError
        When the folder holds files of others; nothing was written.
    UnknownCodeError
        For an unknown language.
    OutputError
        When the folder cannot be written; what stood there stands there.
    """
    words = Words(codes.load(), lang)
    target = (out or resources.output_folder() / MARK).resolve()
    if target.parent.is_dir():
        files.sweep(target.parent, below=False)
    _check_target(target)
    step("Drawing the made-up figures", "Tạo số liệu giả lập")
    content = contents(seed)
    step(f"Writing {len(content)} tables and code lists", f"Ghi {len(content)} bảng và danh mục")
    with files.workspace(target.parent) as made:
        _put(content, made / target.name)
        files.exchange(made / target.name, target)
    shown = target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target
    data = f"--data '{shown}'" if " " in str(shown) else f"--data {shown}"
    commands = (
        f"discipline-stats report period --place synthetic-01 --period 2024-12 {data}",
        f"discipline-stats chart control --place synthetic-07 --period 2025-12 {data}",
        f"discipline-stats app {data}",
    )
    return [
        words.text("sample.wrote", folder=str(shown)),
        *(words.text("sample.next", command=command) for command in commands),
    ]


@functools.cache
def sample_book(seed: int = synthetic.SEED) -> Book:
    """Return the sample opened for asking; it lies in a temporary folder as long as the process lives.

    Examples
    --------
    >>> from stats.periods import Period
    >>> book = sample_book()
    >>> [counted] = indicators.compute(book, "disciplined-members", "synthetic-01", Period.parse("2024-12"))
    >>> counted.sources, book.codes.body("synthetic-01").name("en")
    (('SYNTHETIC',), 'SYNTHETIC 01 (made up)')
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{MARK}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _put(contents(seed), folder)
    return indicators.open_book(folder)


def contents(seed: int = synthetic.SEED) -> dict[str, bytes]:
    """Return the files of the sample by path.

    The code lists are those of the project but for what names a real body, document or rule.
    """
    project = codes.default_data()
    book = codes.load(project)
    made = synthetic.series("month", seed=seed)
    package = json.loads((project / DESCRIPTION).read_text(encoding="utf-8"))
    kept = [r for r in package["resources"] if str(r["path"]).startswith(("tables/", "codes/"))]
    found = {
        DESCRIPTION: _json(
            {
                **package,
                "name": NAME,
                "title": book.text("sample.title", "en"),
                "description": made.attrs["caption"],
                "sources": [{"title": f"{MARK}: stats.synthetic, seed {seed}", "path": "tables/sources.csv"}],
                "resources": kept,
            }
        )
    }
    own = _lists(book, made)
    for name in book.files:
        raw = (project / _list(name)).read_bytes()
        found[_list(name)] = _csv(raw, own[name]) if name in own else raw
    schemas = read_schemas(project)
    rows = _rows(book, made)
    for name, schema in schemas.items():
        frame = rows.get(name, pd.DataFrame()).reindex(columns=list(schema.columns))
        found[schema.path] = writing.to_bytes(frame, schema)
    return found


def _lists(book: Codes, made: pd.DataFrame) -> dict[str, list[Mapping[str, str]]]:
    """Return the rows of the code lists that are the sample's own."""

    def labels(key: str, form: str = "label", **values: str) -> dict[str, str]:
        return {f"{form}_{lang}": Words(book, lang).text(key, **values) for lang in ("vi", "en")}

    numbers = made["body_id"].unique()
    bodies = [
        {
            "body_id": body, "level": "province", "parent_id": "national", "aliases": f"{MARK} {_number(body)}",
            **labels("sample.body", "name", number=_number(body)),
        }
        for body in numbers
    ]  # fmt: skip
    rule = synthetic.RULE
    ratio = {lang: Words(book, lang).number(rule.ratio, 1) for lang in ("vi", "en")}
    rules = {
        "code": rule.code.lower(), "from": rule.in_force.isoformat(), "instrument": rule.code, "affects": "discipline",
        "confidence": "high", **labels("sample.rule"),
        **{f"effect_{lang}": Words(book, lang).text("sample.effect", ratio=ratio[lang]) for lang in ratio},
    }  # fmt: skip
    programme = {"code": MARK.lower(), "order": "1", **labels("sample.programme")}
    item = {**programme, "section": book.order("programme_sections")[0]}
    renderings = [
        {"words": Words(book, "vi").text(key), **{lang: Words(book, lang).text(key) for lang in ("vi", "en")}}
        for key in ("sample.publisher", "sample.title")
    ]
    # What every report prints on its head and in its running lines: there it is said on each page.
    draft = {lang: Words(book, lang).text("sample.draft") for lang in ("vi", "en")}
    texts = [{**row, **draft} if row["key"] == "report.draft" else row for row in book.rows("texts_period")]
    national = next(row for row in book.rows("bodies") if row["body_id"] == "national")
    emptied: dict[str, list[Mapping[str, str]]] = {name: [] for name in _EMPTIED}
    return {
        **emptied, "bodies": [national, *bodies], "rules": [rules], "programmes": [programme],
        "programme_items": [item], "renderings": list(renderings),
        "texts_period": texts, "offices": [row for row in book.rows("offices") if row["level"] == "province"],
    }  # fmt: skip


def _rows(book: Codes, made: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the curated tables: months as drawn, years as their sums, the membership at each year's end."""
    counts = list(synthetic.COUNTS)
    year = made["start"].dt.year
    yearly = made.groupby([made["body_id"], year.rename("year")], as_index=False, sort=False)[counts].sum()
    yearly["period"] = yearly["year"].astype(str)
    yearly["start"] = pd.to_datetime(yearly["period"] + "-01-01")
    yearly["end"] = pd.to_datetime(yearly["period"] + "-12-31")
    both = pd.concat([made, yearly], ignore_index=True).rename(columns={"start": "period_start", "end": "period_end"})
    both = both.sort_values(["body_id", "period_start", "period_end"], kind="stable", ignore_index=True)
    days = ["body_id", "period", "period_start", "period_end"]
    parts: dict[str, list[pd.DataFrame]] = {"inspections": [], "violations": [], "discipline": []}
    for name, (table, described) in FIGURES.items():
        parts[table].append(both[days].assign(**described, **_EVERY, count=both[name], note=MARK))
    tables = {name: _numbered(name[0].upper(), pd.concat(frames), f"E{i}") for i, (name, frames) in
              enumerate(parts.items(), 1)}  # fmt: skip
    ends = made[made["end"].dt.month.eq(12)]
    day = ends["end"].dt.strftime("%Y-%m-%d")
    dated = {"date": day, "date_start": ends["end"], "date_end": ends["end"], "approx": "exact", "source_id": MARK}
    members = ends[["body_id", "members"]].assign(**dated, note=MARK)
    published = dt.date(int(year.max()) + 1, 1, 15)
    source = {
        "source_id": MARK, "url": f"https://example.invalid/{MARK}", "title": book.text("sample.title"),
        "publisher": book.text("sample.publisher"), "published_on": pd.Timestamp(published),
        "published_from": pd.Timestamp(published), "language": "vi", "kind": "primary", "original_language": "yes",
        "note": made.attrs["caption"],
    }  # fmt: skip
    return {**tables, "membership": _numbered("M", members, "ME"), "sources": pd.DataFrame([source])}


def _numbered(letter: str, frame: pd.DataFrame, evidence: str) -> pd.DataFrame:
    frame = frame.sort_values([c for c in ("body_id", "period_start", "period_end") if c in frame], kind="stable")
    numbers = [f"{i:05d}" for i in range(1, len(frame) + 1)]
    return frame.assign(row_id=[letter + n for n in numbers], evidence_id=[evidence + n for n in numbers])


def _list(name: str) -> str:
    return f"codes/{name}.csv"


def _number(body: str) -> str:
    return body.removeprefix(f"{MARK.lower()}-")


def _csv(raw: bytes, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return other rows under the header of a code list."""
    header: Sequence[str] = next(csv.reader(io.StringIO(raw.decode("utf-8"))))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _json(package: Mapping[str, Any]) -> bytes:
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _put(content: Mapping[str, bytes], folder: Path) -> None:
    for path, raw in content.items():
        files.write(folder / path, raw)


def _check_target(target: Path) -> None:
    """Refuse to write where anything but an earlier sample lies."""
    if files.empty_folder(target, apart_from=codes.default_data().resolve()):
        return
    try:
        package = json.loads((target / DESCRIPTION).read_bytes())
        described = {str(r["path"]) for r in package["resources"]} if package["name"] == NAME else set()
    except (OSError, ValueError, KeyError, TypeError):
        described = set()
    own = {DESCRIPTION, *described, *map(_list, codes.load().files)} if described else set()
    there = {path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()}
    if others := sorted(there - own):
        shown = ", ".join(others[:_SHOWN]) + (", …" if len(others) > _SHOWN else "")
        raise UsageError(
            f"{target} holds files that are no sample's: {shown}. Nothing was written; choose another folder with "
            "--out.",
            f"{target} có tệp không thuộc bộ số liệu giả lập: {shown}. Chưa ghi gì; hãy chọn thư mục khác bằng --out.",
        )
