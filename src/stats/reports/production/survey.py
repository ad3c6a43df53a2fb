"""What the data hold: which body has figures for which period, and digests of the rows a report can read.

Making it reads every table and runs every check; it is therefore kept in the output folder under
the hash of the data files and of the program, and a plan on unchanged data reads no table at all.

Notes
-----
What a report on one body can read follows from the statistics: its own rows; those of the bodies it
was made of (restated series); for a programme the facts of the bodies below it; the findings of the
checks on it, with the rows they name, whichever body those are of; the documents behind all these;
names and dates of every body the crosswalk ties to these; and the code lists, whole. Coverage of all
bodies and comparisons read everything. ``tests/production`` changes single cells of every table and
list and holds the digests to it: a page that changes has a digest that changed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stats.codes import Codes
from stats.errors import LANGUAGES, OutputError, PeriodError
from stats.periods import kind_of
from stats.reports import files
from stats.reports.production import reach

if TYPE_CHECKING:
    import pandas as pd

    from stats.reports.request import Opened

TABLES = ("inspections", "violations", "discipline", "membership", "programme", "visits")
"""Tables whose rows are on a body; ``sources`` is reached through them."""

BODIES, TERMS, CROSSWALK = "bodies", "terms", "reorganisation"
"""Code files of which a report on one body reads only the rows on it and its relations."""

UNREAD = ("texts_adding", "texts_production", "texts_explore", "texts_app", "curation")
"""Code files no report reads: words of other commands, and the log of curation."""

CACHE = Path(".cache") / "survey.json"

ALL = ""
"""Place of a report on all bodies together."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What was published on one body for one period.

    Attributes
    ----------
    body, period, kind : str
        Body id, period key and kind of period. Comparisons stand under body ``""``.
    end : str
        Last day of the period (ISO).
    figures, facts, bodies : int
        Published figures (each once, however many pages print it); facts on programmes; and, of a
        comparison, the penalty splits it sets beside each other.
    label_vi, label_en : str
        The period in words.
    """

    body: str
    period: str
    kind: str
    end: str
    figures: int
    facts: int
    bodies: int
    label_vi: str
    label_en: str

    @property
    def closes(self) -> dt.date:
        """Last day of the period."""
        return dt.date.fromisoformat(self.end)

    def label(self, lang: str) -> str:
        """Return the period in words."""
        return self.label_vi if lang == "vi" else self.label_en


@dataclass(frozen=True)
class Survey:
    """What the data hold, without the data.

    Attributes
    ----------
    holdings : tuple of Holding
        By body, then in order of time.
    newest : datetime.date
        Day of the newest document.
    covered : tuple of str
        Bodies a coverage report can be made on; of several that bear one name in turn, the one meant.
    digests : mapping
        Part (``discipline/ha-noi``, ``codes/texts``) to its digest.
    reads : mapping
        Kind of report and body (``period/ha-noi``) to the parts it can read.
    """

    holdings: tuple[Holding, ...]
    newest: dt.date
    covered: tuple[str, ...]
    digests: Mapping[str, str]
    reads: Mapping[str, tuple[str, ...]]

    def rows(self, kind: str, body: str) -> dict[str, str]:
        """Return the parts a report can read, with their digests; none for a body without figures."""
        return {part: self.digests[part] for part in self.reads.get(f"{kind}/{body}", ())}


def read(data: Path, out: Path) -> Survey:
    """Return the survey of a data folder, from the copy kept in the output folder while nothing has changed.

    Raises
    ------
    DataError
        When a table has broken rows.
    """
    key = f"{reach.files_digest(data_files(data))} {reach.program_digest()}"
    kept = out / CACHE
    try:
        content = json.loads(kept.read_text(encoding="utf-8"))
        if content["key"] == key:
            return _plain(content["survey"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # Nothing kept, or kept by a run that was cut: it is made again.
    from stats import indicators

    made = survey(indicators.open_book(data))
    # A folder that can only be read is planned from all the same, only slower.
    with contextlib.suppress(OutputError):
        files.write(kept, json.dumps({"key": key, "survey": asdict(made)}, default=str, sort_keys=True))
    return made


def data_files(data: Path) -> list[Path]:
    """Return the files that what is read from a data folder depends on, in order."""
    return sorted([*data.glob("tables/*.csv"), *data.glob("codes/*.csv"), *data.glob("*.toml"), *data.glob("*.json")])


def survey(book: Opened) -> Survey:
    """Return what curated data hold.

    Parameters
    ----------
    book : Opened
        The tables and code lists.
    """
    # The checks and the wording are only needed when the data have changed.
    from stats.indicators import Book

    opened = book if isinstance(book, Book) else Book(book.tables, book.codes)
    digests, reads = parts(opened)
    return Survey(
        holdings=(*_holdings(opened), *_comparisons(opened)),
        newest=_newest(opened.tables.sources),
        covered=_covered(opened),
        digests=digests,
        reads=reads,
    )


def _plain(content: dict[str, Any]) -> Survey:
    return Survey(
        holdings=tuple(Holding(**one) for one in content["holdings"]),
        newest=dt.date.fromisoformat(content["newest"]),
        covered=tuple(content["covered"]),
        digests=content["digests"],
        reads={key: tuple(parts) for key, parts in content["reads"].items()},
    )


def _newest(sources: pd.DataFrame) -> dt.date:
    days = sources["published_from"].dropna()
    return dt.date.min if days.empty else days.max().date()


def _holdings(book: Any) -> list[Holding]:
    from stats.wording import Words

    words = {lang: Words(book.codes, lang) for lang in LANGUAGES}
    figures = book.chosen.groupby(["body_id", "period"]).size().to_dict()
    facts = book.tables.programme.groupby(["body_id", "period"]).size().to_dict()
    found = []
    for body, key in {**figures, **facts}:
        period = book.codes.period(str(key), str(body))
        labels = [words[lang].period(period, heading=True) for lang in LANGUAGES]
        counts = (int(figures.get((body, key), 0)), int(facts.get((body, key), 0)), 0)
        found.append(
            (period, Holding(str(body), period.key, str(period.kind), period.end.isoformat(), *counts, *labels))
        )
    return [held for _, held in sorted(found, key=lambda pair: (pair[1].body, pair[0]))]


def _comparisons(book: Any) -> list[Holding]:
    from stats.sections.bodies import comparison_of

    found = []
    for key in sorted(book.chosen["period"].unique()):
        try:
            reports = [comparison_of(book, key, lang) for lang in LANGUAGES]
        except PeriodError:
            continue
        labels = [one.words.period(one.period, heading=True) for one in reports]
        splits = len({entry.body.body_id for entry in reports[0].asked})
        end = max(entry.period.end for entry in reports[0].asked).isoformat()
        found.append(Holding(ALL, key, str(kind_of(key)), end, 0, 0, splits, *labels))
    return sorted(found, key=lambda held: (held.end, held.period))


def _covered(book: Any) -> tuple[str, ...]:
    from stats.sections.coverage import coverage_of

    return tuple(b for b in book.bodies() if coverage_of(book, b).body.body_id == b)


# Digests of rows


def parts(book: Any) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return the digest of every part, and the parts each kind of report on each body can read.

    Parameters
    ----------
    book : Book
        The curated data.

    Returns
    -------
    tuple of dict
        `Survey.digests` and `Survey.reads`.
    """
    codes, digests = book.codes, dict[str, str]()
    frames = {name: getattr(book.tables, name) for name in TABLES}
    lines = {name: _lines(frame) for name, frame in frames.items()}
    held = {name: list(frame["body_id"]) for name, frame in frames.items()}
    cited = {name: list(frame["source_id"]) for name, frame in frames.items()}
    by_id = {key: (name, n) for name, frame in frames.items() for n, key in enumerate(frame[frame.columns[0]].tolist())}
    sources = dict(zip(book.tables.sources["source_id"], _lines(book.tables.sources), strict=True))
    findings = _findings(book)
    general = _whole_lists(codes, digests)

    def part(name: str, content: Iterable[str]) -> str:
        digests[name] = reach.digest(content)
        return name

    def of_body(kind: str, body: str) -> tuple[str, ...]:
        family = _family(codes, body, kind)
        wide = {name: family if name != "programme" else family | _below(codes, body, kind) for name in TABLES}
        mine = {name: [n for n, b in enumerate(held[name]) if b in wide[name]] for name in TABLES}
        named = [(name, n) for text, rows, _ in findings.get(body, ()) for row in rows if (at := by_id.get(row))
                 for name, n in (at,) if held[name][n] not in family]  # fmt: skip
        papers = {cited[name][n] for name in TABLES for n in mine[name]} | {cited[name][n] for name, n in named}
        papers |= {paper for _, _, ids in findings.get(body, ()) for paper in ids}
        shown = family | wide["programme"] | {held[name][n] for name, n in named}
        own = [part(f"{name}/{b}", (lines[name][n] for n in mine[name] if held[name][n] == b))
                 for name in TABLES for b in sorted({held[name][n] for n in mine[name]})]  # fmt: skip
        # Lists follow the order of the tables: which body comes when is part of what is read.
        own.append(part(f"order/{kind}/{body}", (f"{t} {held[t][n]}" for t in TABLES for n in mine[t])))
        own.append(part(f"findings/{body}", [text for text, _, _ in findings.get(body, ())]))
        own.append(part(f"findings-rows/{kind}/{body}", [lines[name][n] for name, n in named]))
        own.append(part(f"sources/{kind}/{body}", [text for key, text in sources.items() if key in papers]))
        own += [part(f"codes/{name}/{kind}/{body}", content) for name, content in _own_lists(codes, shown)]
        return (*own, *general)

    kinds = ("period", "briefing", "programme", "coverage")
    bodies = sorted({b for name in TABLES for b in held[name]})
    reads = {f"{kind}/{body}": of_body(kind, body) for kind in kinds for body in bodies}
    all_findings = [text for found in findings.values() for text, _, _ in found]
    everything = [part(f"{name}/*", lines[name]) for name in TABLES]
    everything += [part("sources/*", sources.values()), part("findings/*", all_findings)]
    everything += [part(f"codes/{name}/*", _rows(codes, name)) for name in (BODIES, TERMS, CROSSWALK)]
    reads |= {f"{kind}/{ALL}": (*everything, *general) for kind in ("coverage", "comparison")}
    return digests, reads


def _family(codes: Codes, body: str, kind: str) -> set[str]:
    """Return the body and all it was made of; for coverage also those of its name, one of which is meant."""
    family, new = set[str](), {body}
    if kind == "coverage":
        new |= {one.body_id for one in codes.bodies_named(body)}
    while new:
        family |= new
        new = {move.old_body_id for b in new if b in codes.bodies for move in codes.predecessors(b)} - family
    return family


def _below(codes: Codes, body: str, kind: str) -> set[str]:
    return {b.body_id for b in codes.bodies if b.parent_id == body} if kind == "programme" else set()


def _own_lists(codes: Codes, shown: set[str]) -> list[tuple[str, list[str]]]:
    """Return the rows on some bodies in the lists of bodies, terms and reorganisation, and on those tied to them."""
    moves = [row for row in codes.rows(CROSSWALK) if {row["old_body_id"], row["new_body_id"]} & shown]
    tied = shown | {row[key] for row in moves for key in ("old_body_id", "new_body_id")}
    # What a predecessor gave away to others is told as a piece: one step further.
    more = [row for row in codes.rows(CROSSWALK) if {row["old_body_id"], row["new_body_id"]} & tied]
    tied |= {row[key] for row in more for key in ("old_body_id", "new_body_id")}
    parents = {codes.bodies.ids[b].parent_id for b in tied if b in codes.bodies}
    names = [_line(row) for row in codes.rows(BODIES) if row["body_id"] in tied | parents or row["parent_id"] in shown]
    terms = [_line(row) for row in codes.rows(TERMS) if row["body_id"] in tied]
    return [(BODIES, names), (TERMS, terms), (CROSSWALK, [_line(row) for row in more])]


def _whole_lists(codes: Codes, digests: dict[str, str]) -> list[str]:
    names = [name for name in codes.files if name not in (BODIES, TERMS, CROSSWALK, *UNREAD)]
    digests.update({f"codes/{name}": reach.digest(_rows(codes, name)) for name in names})
    return [f"codes/{name}" for name in names]


def _findings(book: Any) -> dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]:
    """Return the findings of the checks by body: all of each as text, the rows and the documents it names."""
    found: dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]] = {}
    for row in book.findings.to_dict("records"):
        text = repr(list(row.items()))
        found.setdefault(row["body_id"], []).append((text, tuple(row["rows"]), tuple(row["sources"])))
    return found


def _lines(frame: pd.DataFrame) -> list[str]:
    """Return every row as one text, all columns in their order."""
    return [repr(cells) for cells in zip(*(frame[name].tolist() for name in frame.columns), strict=True)]


def _rows(codes: Codes, name: str) -> list[str]:
    return [_line(row) for row in codes.rows(name)]


def _line(row: Mapping[str, str]) -> str:
    return repr(list(row.items()))
