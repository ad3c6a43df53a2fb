"""The blocks a report notebook shows: cover, sentences, charts and tables.

A section is built from results, then shown. Showing emits one notebook output a block, with a
``stats`` entry in its metadata that says what the block is; JupyterLab shows the blocks as they
are, and the writers arrange them on a page or in a document.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from IPython.display import display

from stats.displays import Cell, Table, chart_table
from stats.figures import Chart
from stats.results import Note
from stats.sections.report import Report

_MARKERS = re.compile(r'(?:<a class="source"[^>]*>\[\d+\]</a>){2,}')
PLOTLY = "application/vnd.plotly.v1+json"

PARTS = "application/vnd.discipline-stats.parts+json"
"""Media type of a table or chart taken apart (cells, values, notes): what documents and sheets are made from."""


@dataclass(frozen=True, slots=True)
class Block:
    """One output: its representations by media type, and its mark."""

    data: dict[str, Any]
    mark: dict[str, Any]

    def show(self) -> None:
        """Emit the block as one notebook output."""
        display(self.data, raw=True, metadata={"stats": self.mark})  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of blocks.

    Attributes
    ----------
    id : str
        Anchor on the page, the same in both languages.
    title : str
        Heading in the report's language.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    charts: tuple[Chart, ...] = ()
    rows: tuple[str, ...] = ()

    def show(self) -> None:
        """Emit every block, in order."""
        for block in self.blocks:
            block.show()


@dataclass(slots=True)
class Builder:
    """Collects the blocks of one section, in reading order.

    Attributes
    ----------
    report : Report
        The report the section belongs to; it learns which rows the section rests on.
    id : str
        Anchor of the section; its heading is the text ``section.<id>``.
    rows : list of str
        Ids of the curated rows the section rests on; the list of sources is made from them.
    """

    report: Report
    id: str
    blocks: list[Block] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Heading of the section."""
        return self.report.text(f"section.{self.id}")

    def text(self, *sentences: str, kind: str = "finding") -> None:
        """Add a paragraph of finished HTML sentences; empty ones are left out."""
        said = [s for s in sentences if s]
        if said:
            self._add(f'<p class="{kind}">{" ".join(said)}</p>', kind)

    def points(self, sentences: Sequence[str], *, kind: str = "points") -> None:
        """Add a list of finished HTML sentences."""
        if sentences:
            items = "".join(f"<li>{sentence}</li>" for sentence in sentences)
            self._add(f'<ul class="{kind}">{items}</ul>', kind)

    def table(self, table: Table, rows: Sequence[str] = (), *, fold: str = "") -> None:
        """Add a display table; with `fold` it is closed on a page under that line, for readers who want it.

        `rows` are ids of curated rows behind it beyond those its cells name.
        """
        self.rows.extend([*table.rows, *rows])
        markup = _folded(table.html, fold) if fold else table.html
        self._add(markup, "table", {**_parts(table), "fold": fold})

    @property
    def names(self) -> set[str]:
        """Names of the charts added so far."""
        return {chart.name for chart in self.charts}

    def free_name(self, name: str, actor: str) -> str:
        """Return a chart's name, with the actor behind it once another actor has taken the plain one."""
        return name if name not in self.names else f"{name}-{actor.replace('_', '-')}"

    def nothing(self) -> Section:
        """Return the section with the one line that says nothing was published."""
        self.text(self.report.text("section.none"), kind="none")
        return self.done()

    def chart(self, chart: Chart, twin: Table | None = None) -> None:
        """Add a chart and, to unfold below it, its data table (`twin`, where another form of it reads better)."""
        self.charts.append(chart)
        self.rows.extend(chart.rows)
        data = twin or chart_table(chart, words=self.report.words)
        fold = self.report.text("chart.data")
        parts = {
            "name": chart.name,
            "kind": chart.kind,
            "title": chart.title,
            "subtitle": chart.subtitle,
            "credit": chart.credit,
            "notes": list(chart.notes),
            "sources": list(chart.sources),
            "vintage": day.isoformat() if (day := self.report.vintage(chart.sources)) else "",
            "marks": _marks(chart),
            "table": {**_parts(data), "fold": fold},
        }
        mark = {"block": "chart", "section": self.id, "title": self.title, "name": chart.name, "alt": chart.alt}
        shown = {PLOTLY: chart.spec, "text/plain": chart.alt, PARTS: parts, "text/html": _folded(data.html, fold)}
        self.blocks.append(Block(shown, mark))

    def documents(self, heading: str, items: Sequence[str]) -> None:
        """Add the numbered list of documents; each item is a finished list element with its anchor."""
        if items:
            self._add(f'<h3>{html.escape(heading)}</h3><ol class="documents">{"".join(items)}</ol>', "documents")

    def used(self, rows: Sequence[str]) -> None:
        """Note rows whose figures stand in a sentence."""
        self.rows.extend(rows)

    def done(self) -> Section:
        """Return the finished section."""
        rows = tuple(dict.fromkeys(self.rows))
        self.report.used.update(dict.fromkeys(rows))
        return Section(self.id, self.title, tuple(self.blocks), tuple(self.charts), rows)

    def _add(self, markup: str, kind: str, parts: dict[str, Any] | None = None) -> None:
        if kind != "table":
            # A row of source markers stays together on its line.
            markup = _MARKERS.sub(r'<span class="nowrap">\g<0></span>', markup)
        mark = {"block": kind, "section": self.id, "title": self.title}
        data = {"text/html": markup, "text/plain": _plain(markup)}
        self.blocks.append(Block(data if parts is None else {**data, PARTS: parts}, mark))


def _folded(markup: str, summary: str) -> str:
    return f'<details class="twin"><summary>{html.escape(summary)}</summary>\n{markup}</details>'


def _parts(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "caption": table.caption,
        "columns": [{"label": c.label, "kind": c.kind, "side": c.side} for c in table.columns],
        "lines": [[_cell(cell) for cell in line] for line in table.lines],
        "notes": list(table.notes),
    }


def _marks(chart: Chart) -> list[dict[str, Any]]:
    """Return the data table of a chart, a row a mark; JSON knows no NaN, so a bound that is not there is null."""
    columns = {key: chart.table[key].tolist() for key in chart.table.columns}
    rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return [{key: None if value != value else value for key, value in row.items()} for row in rows]


def _cell(cell: Cell) -> dict[str, Any]:
    """Return a cell as plain values; what is empty is left out."""
    plain: dict[str, Any] = {"text": cell.text, "value": cell.value}
    plain |= {"rows": list(cell.rows), "sources": list(cell.sources)}
    if cell.result is not None:
        result = {**cell.result.to_dict(), "caveats": list(dict.fromkeys(map(_coded, cell.result.caveats)))}
        plain["result"] = {k: v for k, v in result.items() if v not in (None, "", [], False)}
    return {key: value for key, value in plain.items() if value not in (None, [])}


def _coded(note: Note) -> str:
    """Return a caveat as its code with the codes it names: ``flag:actor_doubtful``."""
    return ":".join([note.code, *(value for value in note.values.values() if isinstance(value, str))])


def cover(mark: dict[str, Any]) -> Section:
    """Return the block that opens a report: its title, dates and marks, as the page head shows them."""
    lines = [f"<h1>{html.escape(mark['title'])}</h1>", f"<p>{html.escape(mark['subtitle'])}</p>"]
    lines += [f"<p>{html.escape(str(mark[key]))}</p>" for key in ("draft", "dateline") if mark.get(key)]
    data = {"text/html": "".join(lines), "text/plain": f"{mark['title']}: {mark['subtitle']}"}
    return Section("cover", mark["title"], (Block(data, {"block": "cover", **mark}),))


def _plain(markup: str) -> str:
    text, inside = [], False
    for character in markup:
        if character in "<>":
            inside = character == "<"
        elif not inside:
            text.append(character)
    return html.unescape("".join(text))
