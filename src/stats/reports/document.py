"""The document in an executed report notebook: what every writer writes from.

Report notebooks emit each block with a ``stats`` entry in its output metadata (see
`stats.sections.blocks`). Reading takes the blocks apart into paragraphs, lists, tables, charts and
documents, so that a page, a letter, a sheet and a slide all say what the notebook says: writers add
no number and no sentence of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from stats.sections.blocks import PARTS, PLOTLY


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one kind inside a paragraph.

    Attributes
    ----------
    text : str
        Plain text, no-break spaces kept.
    rows : tuple of str
        Ids of the curated rows, when the words are a figure.
    source : str
        Id of the document, when the words are a marker (``[3]``).
    href : str
        Address, when the words are a link out of the document.
    strong : bool
        Printed bold.
    """

    text: str
    rows: tuple[str, ...] = ()
    source: str = ""
    href: str = ""
    strong: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `kind` says what it is: ``finding``, ``note``, ``none``."""

    kind: str
    runs: Runs
    markup: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Points:
    """A list, one entry a finding or a note."""

    kind: str
    items: tuple[Runs, ...]
    markup: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: the printed text, the number (shares as fractions), and the result behind it as plain values."""

    text: str
    value: float | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: head, kind (``text``, ``count``, ``percent``, ``interval``, ``source``) and alignment."""

    label: str
    kind: str
    side: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `fold` is the line it is folded under on a page, empty for a table that stands open."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]
    fold: str = ""
    markup: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: the drawing, and everything needed to draw it anew.

    Attributes
    ----------
    name, kind : str
        Name in file names and addresses; which chart it is.
    title, subtitle, alt : str
        The message; what is measured, where and when; alternative text.
    credit, notes : str, tuple of str
        Who printed the figures; sentences below the plot.
    spec : dict
        The figure as plotly JSON.
    marks : tuple of dict
        The twin table, one row a mark (`stats.figures.chart.TWIN_COLUMNS`).
    table : Table
        The same as a display table.
    sources : tuple of str
        Ids of the documents behind the marks.
    vintage : str
        Day the newest of them was published (YYYY-MM-DD), empty when none prints one.
    """

    name: str
    kind: str
    title: str
    subtitle: str
    alt: str
    credit: str
    notes: tuple[str, ...]
    spec: dict[str, Any] = field(repr=False)
    marks: tuple[dict[str, Any], ...] = field(repr=False)
    table: Table
    sources: tuple[str, ...] = ()
    vintage: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A document cited: its number, its id, and its entry in words."""

    number: int
    id: str
    runs: Runs


@dataclass(frozen=True, slots=True)
class References:
    """The numbered list of documents."""

    heading: str
    items: tuple[Reference, ...]
    markup: str = field(repr=False)


Block = Paragraph | Points | Table | Chart | References


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of blocks; `id` is its anchor, the same in both languages."""

    id: str
    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Document:
    """A report as its notebook tells it.

    Attributes
    ----------
    cover : dict
        Title, subtitle, language, date line and marks, as the notebook's cover block gives them.
    sections : list of Section
        In the order of the notebook.
    """

    cover: dict[str, Any]
    sections: list[Section]

    @property
    def blocks(self) -> Iterator[Block]:
        """Every block, in reading order."""
        return (block for section in self.sections for block in section.blocks)

    @property
    def charts(self) -> dict[str, Chart]:
        """Charts by name."""
        return {block.name: block for block in self.blocks if isinstance(block, Chart)}

    @property
    def tables(self) -> list[Table]:
        """Tables that stand on their own and have lines, in reading order."""
        return [block for block in self.blocks if isinstance(block, Table) and block.lines]

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """Chart name to plotly figure; what the static images are drawn from."""
        return {name: chart.spec for name, chart in self.charts.items()}

    @property
    def references(self) -> dict[str, Reference]:
        """Documents cited, by id."""
        return {item.id: item for block in self.blocks if isinstance(block, References) for item in block.items}


def read(notebook: Mapping[str, Any]) -> Document:
    """Return the document in an executed notebook.

    Parameters
    ----------
    notebook : mapping
        The notebook as plain JSON.

    Raises
    ------
    ValueError
        When the notebook has no cover block: it is no report notebook.
    """
    cover: dict[str, Any] = {}
    sections: dict[str, Section] = {}
    for data, mark in _outputs(notebook):
        if mark["block"] == "cover":
            cover = mark
            continue
        section = sections.setdefault(mark["section"], Section(mark["section"], mark["title"]))
        section.blocks.append(_block(data, mark))
    if not cover:
        raise ValueError("the notebook shows no cover block")
    return Document(cover, list(sections.values()))


def _outputs(notebook: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            mark = output.get("metadata", {}).get("stats")
            if mark:
                yield output["data"], mark


def _block(data: Mapping[str, Any], mark: Mapping[str, Any]) -> Block:
    kind, markup = mark["block"], _text(data["text/html"])
    if kind == "chart":
        parts = data[PARTS]
        words = {key: parts[key] for key in ("name", "kind", "title", "subtitle", "credit")}
        return Chart(
            **words,
            alt=mark["alt"],
            notes=tuple(parts["notes"]),
            spec=data[PLOTLY],
            marks=tuple(parts["marks"]),
            table=_table(parts["table"], markup),
            sources=tuple(parts["sources"]),
            vintage=parts["vintage"],
        )
    if kind == "table":
        return _table(data[PARTS], markup)
    taken = _Parts()
    taken.feed(markup)
    if kind == "documents":
        items = [Reference(number, id_, tuple(runs)) for number, id_, runs in taken.items]
        return References("".join(run.text for run in taken.heading), tuple(items), markup)
    if taken.items:
        return Points(kind, tuple(tuple(runs) for _, _, runs in taken.items), markup)
    return Paragraph(kind, tuple(taken.runs), markup)


def _table(parts: Mapping[str, Any], markup: str) -> Table:
    columns = tuple(Column(**column) for column in parts["columns"])
    lines = tuple(tuple(_cell(cell) for cell in line) for line in parts["lines"])
    return Table(parts["id"], parts["caption"], columns, lines, tuple(parts["notes"]), parts["fold"], markup)


def _cell(plain: Mapping[str, Any]) -> Cell:
    rows, sources = (tuple(plain.get(key, ())) for key in ("rows", "sources"))
    return Cell(plain["text"], plain.get("value"), plain.get("result", {}), rows, sources)


class _Parts(HTMLParser):
    """Takes the finished HTML of a paragraph or list apart; the elements are those of `stats.sections`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[Run] = []
        self.heading: list[Run] = []
        self.items: list[tuple[int, str, list[Run]]] = []
        self._open: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        self._open.append((tag, found))
        if tag == "li":
            self.items.append((int(found.get("value", 0)), found.get("id", "").removeprefix("src-"), []))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        link = next((found for tag, found in self._open if tag == "a"), {})
        kind = link.get("class", "")
        run = Run(
            data,
            rows=tuple(link.get("data-rows", "").split()),
            source=link["href"].removeprefix("#src-") if kind == "source" else "",
            href=link["href"] if kind == "url" else "",
            strong=any(tag in ("b", "strong", "cite") for tag in tags),
        )
        if "h3" in tags:
            self.heading.append(run)
        elif "li" in tags:
            self.items[-1][2].append(run)
        elif tags:
            self.runs.append(run)


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)
