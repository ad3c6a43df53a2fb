"""What a briefing shows of a report: which points, which charts, which limits, which documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from stats.reports.document import Chart, Document, Paragraph, Points, Reference, Runs, Section, Table

MOST_POINTS = 5
MOST_EXHIBITS, FEWEST_EXHIBITS = 4, 3
PREFERRED = (
    "penalty-mix", "inspection-funnel", "mix-change", "funnel-change", "streams", "programme-progress",
    "programme-assignment", "programme-cases",
)  # fmt: skip
"""Charts a leader asks for first, by name; the others follow in reading order."""
_APART = ("sources", "method")
_MARKERS = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A chart, or a table where there is no chart to show, with the sentences of its section."""

    section: Section
    chart: Chart | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Briefing:
    """The parts of a briefing, in order; texts are plain, with their source markers."""

    heading: str
    points: list[str]
    key: Exhibit | None
    exhibits: list[Exhibit]
    limits_heading: str
    limits: list[str]
    references: list[Reference] = field(default_factory=list)


def choose(document: Document) -> Briefing:
    """Return what a briefing shows of a document.

    The main points are those of the report's first section, or its table of key figures where it has
    that instead. Charts come first in the order of `PREFERRED`, then as they are read; where there are
    fewer than three, tables fill the place. What changed and what the figures cannot say is what the
    report itself says of it: the section about it, its notes, its gaps, its empty sections.
    """
    first = document.sections[0]
    points = [text(item) for block in first.blocks if isinstance(block, Points) for item in block.items]
    tables = [Exhibit(first, table=b) for b in first.blocks if isinstance(b, Table) and b.lines]
    key = tables[0] if tables and not points else None
    if not points and not key:
        points = [said for section in document.sections if section.id not in _APART for said in findings(section)]
    exhibits = _exhibits(document, first if key else None)
    changes = next((s for s in document.sections if s.id.endswith("changes")), None)
    limits = [*(findings(changes) if changes else ()), *_limits(document, changes)]
    shown = [*points, *limits, *(said for e in exhibits for said in findings(e.section))]
    cited = _cited(document, shown, [*([key] if key else []), *exhibits])
    return Briefing(first.title, points, key, exhibits, changes.title if changes else "", limits, cited)


def findings(section: Section) -> list[str]:
    """Return the full sentences of a section, its lists included, as they are printed."""
    said: list[str] = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            said.append(text(block.runs))
        elif isinstance(block, Points):
            said += [text(item) for item in block.items]
    return [words for words in said if words]


def described(exhibit: Exhibit) -> str:
    """Return what an exhibit is in words, for sections that have no sentence of their own."""
    if exhibit.chart:
        return exhibit.chart.alt
    return " ".join((f"{exhibit.table.caption}.", *exhibit.table.notes)) if exhibit.table else ""


def text(runs: Runs) -> str:
    """Return words without their marks."""
    return "".join(run.text for run in runs).strip()


def _exhibits(document: Document, shown: Section | None) -> list[Exhibit]:
    charts = [Exhibit(s, chart=b) for s in document.sections for b in s.blocks if isinstance(b, Chart)]
    names = [e.chart.name for e in charts if e.chart]
    ranked = sorted(range(len(charts)), key=lambda i: (_rank(names[i]), i))[:MOST_EXHIBITS]
    chosen = [charts[i] for i in sorted(ranked)]
    tables = [
        Exhibit(s, table=b)
        for s in document.sections
        for b in s.blocks
        if isinstance(b, Table) and b.lines and s.id not in _APART and s is not shown
    ]
    # A table whose section is already seen says the same again; those come last.
    seen = {e.section.id for e in chosen}
    tables.sort(key=lambda e: e.section.id in seen)
    return [*chosen, *tables[: max(FEWEST_EXHIBITS - len(chosen), 0)]]


def _rank(name: str) -> int:
    return PREFERRED.index(name) if name in PREFERRED else len(PREFERRED)


def _limits(document: Document, told: Section | None) -> Iterable[str]:
    for number, section in enumerate(document.sections):
        if section is told or section.id in (*_APART, "other"):
            continue
        for block in section.blocks:
            if not isinstance(block, Paragraph):
                continue
            said = text(block.runs)
            if section.id == "gaps" or (number == 0 and block.kind == "note"):
                yield said
            elif block.kind in ("none", "note") and not said.endswith(":"):
                yield f"{section.title}: {said}"


def _cited(document: Document, shown: list[str], exhibits: list[Exhibit]) -> list[Reference]:
    """Return the documents, those that what is shown rests on first."""
    numbers = {int(n) for words in shown for n in _MARKERS.findall(words)}
    ids = {source for e in exhibits if e.chart for source in e.chart.sources}
    ids |= {source for e in exhibits if e.table for line in e.table.lines for cell in line for source in cell.sources}
    every = list(document.references.values())
    return sorted(every, key=lambda r: r.number not in numbers and r.id not in ids)
