"""The deck: the slides of a briefing in order, put together and sealed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pptx.util import Pt

from stats import codes
from stats.reports.document import Chart, Document, Table
from stats.reports.writers import archive, native
from stats.reports.writers.pptx import choice, graph, house, slides
from stats.reports.writers.pptx.choice import Briefing, Exhibit
from stats.reports.writers.pptx.fitting import Box, height, size_for
from stats.wording import Words

MOST = 8
"""Slides of a briefing."""
_FIXED = 4
"""Title, main points, limits, sources."""
_SUBTITLE = Box(0.6, 1.45, 12.13, 0.62)
_STAGE = Box(0.6, 2.1, 12.13, 4.0)
_CREDIT = Box(0.6, 6.15, 12.13, 0.8)
_WHOLE = Box(0.6, _SUBTITLE.top, 12.13, _CREDIT.top + _CREDIT.height - _SUBTITLE.top)
_GUTTER = 0.3
_MOST_PANELS = 4


def write(document: Document, *, pictures: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """Return a report as a PPTX briefing.

    Parameters
    ----------
    document : Document
        The document in an executed notebook.
    pictures : mapping, optional
        Chart name to PNG, for charts that have no native form; without one, or when its letters would be
        too small to read on a slide, their data table is shown.

    Returns
    -------
    bytes
        The same for equal documents and pictures: the date in the file is the report's.
    """
    target = io.BytesIO()
    _Deck(document, pictures).made.save(target)
    return archive.steady(target.getvalue())


class _Deck:
    def __init__(self, document: Document, pictures: Mapping[str, bytes]) -> None:
        self._cover, self._pictures = document.cover, pictures
        self._words = Words(codes.load(), document.cover["lang"])
        self._day = dt.datetime.fromisoformat(document.cover["date"])
        self._listed = {r.id: f"[{r.number}] {choice.text(r.runs)}" for r in document.references.values()}
        self.made = house.presentation()
        self._write(choice.choose(document))
        self._seal()

    def _write(self, briefing: Briefing) -> None:
        self._front()
        if briefing.key and briefing.key.table:
            self._key(briefing.heading, briefing.key.table)
        else:
            self._points(briefing)
        for exhibit in briefing.exhibits:
            self._exhibit(exhibit)
        self._limits(briefing)
        self._sources(briefing)

    def _front(self) -> None:
        cover, slide = self._cover, house.cover(self.made)
        slide.shapes.title.text_frame.text = cover["title"]
        size = size_for(cover["title"], house.COVER_TITLE, (40, 36, 32, 28), bold=True)
        slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size = Pt(size)
        said = [cover["subtitle"], cover["dateline"], *([cover["draft"]] if cover.get("draft") else [])]
        frame = slide.placeholders[1].text_frame
        frame.text = "\n".join(said)
        for i, paragraph in enumerate(frame.paragraphs):
            paragraph.runs[0].font.size = Pt(24 if i == 0 else 18)
            paragraph.runs[0].font.bold = i != 1
        slides.notes(slide, [*said, cover["foot"]])

    def _points(self, briefing: Briefing) -> None:
        """Write the main points, five a slide at most: on two slides where there is room, else the rest as notes."""
        points, most = briefing.points, choice.MOST_POINTS
        two = len(points) > most and len(briefing.exhibits) < MOST - _FIXED
        first = min(-(-len(points) // 2), most) if two else most
        parts = [points[:first], points[first : first + most]] if two else [points[:first]]
        left = points[sum(map(len, parts)) :]
        for number, part in enumerate(parts):
            title = self._text("pptx.continued", title=briefing.heading) if number else briefing.heading
            slide = house.text(self.made)
            slides.head(slide, title)
            slides.body(slide, part, rest=self._rest("pptx.rest"), more=len(left) if number == len(parts) - 1 else 0)
            self._notes(slide, part + left if number == len(parts) - 1 else part)

    def _key(self, heading: str, table: Table) -> None:
        slide = house.plain(self.made)
        self._table(slide, table, heading, table.notes)
        cited = [source for line in table.lines for cell in line for source in cell.sources]
        lines = [" – ".join(cell.text for cell in line) for line in table.lines]
        self._notes(slide, [*lines, *table.notes], cited)

    def _exhibit(self, exhibit: Exhibit) -> None:
        slide = house.plain(self.made)
        if exhibit.chart:
            self._chart(slide, exhibit.chart)
        elif exhibit.table:
            self._table(slide, exhibit.table, exhibit.table.caption, exhibit.table.notes)
        said = choice.findings(exhibit.section) or [choice.described(exhibit)]
        shown = exhibit.chart or exhibit.table
        notes = shown.notes if shown else ()
        self._notes(slide, [*said, *notes], exhibit.chart.sources if exhibit.chart else ())

    def _chart(self, slide: Any, chart: Chart) -> None:
        plans = native.plans(chart, self._words)
        fits = all(len(plan.categories) * len(plan.series) <= 2 * graph.MOST for plan in plans)
        credit = [self._text("chart.source", source=chart.credit)] if chart.credit else []
        drawn = bool(plans) and fits and len(plans) <= _MOST_PANELS
        image = self._pictures.get(chart.name, b"")
        stage = next((box for box in (_STAGE, _WHOLE) if slides.legible(image, box)), None)
        if not drawn and stage is None:
            self._table(slide, chart.table, chart.title, chart.notes, subtitle=chart.subtitle, credit=credit)
            return
        slides.head(slide, chart.title)
        if not drawn and stage is _WHOLE:  # a tall picture takes the place of what it says itself
            slides.picture(slide, image, _WHOLE, name=chart.name, alt=chart.alt)
            return
        slides.label(slide, chart.subtitle, _SUBTITLE, (18, 16, 14, 13, 12), name="subtitle")
        if drawn:
            for plan, box in zip(plans, _grid(len(plans)), strict=True):
                name = f"{chart.name} {plan.panel}".strip()
                alt = f"{plan.panel}. {chart.alt}" if plan.panel else chart.alt
                graph.add(slide, plan, box, name=name, alt=alt, day=self._day)
        else:
            slides.picture(slide, image, _STAGE, name=chart.name, alt=chart.alt)
        self._credit(slide, [*credit, *chart.notes])

    def _table(
        self,
        slide: Any,
        table: Table,
        title: str,
        notes: Sequence[str],
        *,
        subtitle: str = "",
        credit: Sequence[str] = (),
    ) -> None:
        slides.head(slide, title)
        box = Box(_STAGE.left, _SUBTITLE.top + 0.1, _STAGE.width, _CREDIT.top - _SUBTITLE.top - 0.2)
        if subtitle:
            slides.label(slide, subtitle, _SUBTITLE, (18, 16, 14, 13, 12), name="subtitle")
            box = _STAGE
        count = slides.table(slide, table, box, name=table.id)
        left = len(table.lines) - count
        cut = [self._text("pptx.lines", n=len(table.lines), shown=count)] if left else []
        self._credit(slide, [*cut, *credit, *notes])

    def _credit(self, slide: Any, said: Sequence[str]) -> None:
        """Write what stands below a chart or table; what the place cannot hold is named as left to the notes."""
        sizes, kept = (14, 13, 12, 11, 10), list(said)
        rest, (width, tall) = self._rest("pptx.rest"), _CREDIT.room

        def text() -> str:
            left = len(said) - len(kept)
            return " ".join([*kept, *([rest.format(n=left)] if left else [])])

        while kept and height(text(), sizes[-1], width) > tall:
            kept.pop()
        if said:
            slides.label(slide, text(), _CREDIT, sizes, name="source")

    def _limits(self, briefing: Briefing) -> None:
        limits = briefing.limits or [self._cover["foot"]]
        slide = house.text(self.made)
        slides.head(slide, briefing.limits_heading or self._text("pptx.limits"))
        slides.body(slide, limits, rest=self._rest("pptx.rest"))
        self._notes(slide, limits)

    def _sources(self, briefing: Briefing) -> None:
        slide = house.text(self.made)
        slides.head(slide, self._text("pptx.sources"))
        entries = [(f"[{r.number}]", r.runs) for r in briefing.references]
        slides.references(slide, entries, rest=self._rest("pptx.rest_documents"))
        slides.notes(slide, [self._listed[r.id] for r in briefing.references])

    def _notes(self, slide: Any, said: Sequence[str], sources: Sequence[str] = ()) -> None:
        """Write full sentences, then the documents they rest on."""
        cited = [entry for id_, entry in self._listed.items() if id_ in sources or _marked(entry, said)]
        slides.notes(slide, [*said, *([self._text("pptx.sources"), *cited] if cited else [])])

    def _rest(self, key: str) -> str:
        # The number is put in where the text is fitted.
        return self._text(key, n="{n}")

    def _text(self, key: str, **values: Any) -> str:
        return self._words.text(key, **values)

    def _seal(self) -> None:
        """Put in slide numbers and the language of every word, and date the file by the report."""
        cover = self._cover
        lang = {"vi": "vi-VN", "en": "en-GB"}[cover["lang"]]
        footer = ". ".join(part for part in (cover["title"], cover["subtitle"], cover.get("draft", "")) if part)
        for position, slide in enumerate(self.made.slides):
            if position:
                slides.number(slide, footer)
            slides.speak(slide._element, lang)
            slides.speak(slide.notes_slide._element, lang)
            for shape in slide.shapes:
                if shape.has_chart:
                    slides.speak(shape.chart._chartSpace, lang)
        properties = self.made.core_properties
        properties.title, properties.subject, properties.language = cover["title"], cover["subtitle"], lang
        properties.author = properties.last_modified_by = properties.keywords = ""
        properties.comments = cover["foot"]
        properties.created = properties.modified = self._day
        properties.revision = 1


def _marked(entry: str, said: Sequence[str]) -> bool:
    marker = entry[: entry.index("]") + 1]
    return any(marker in text for text in said)


def _grid(panels: int) -> list[Box]:
    """Return the places of the panels: one wide, two beside each other, or two by two."""
    columns = 1 if panels == 1 else 2
    rows = -(-panels // columns)
    width = (_STAGE.width - _GUTTER * (columns - 1)) / columns
    height = (_STAGE.height - _GUTTER * (rows - 1)) / rows
    return [
        Box(
            _STAGE.left + (i % columns) * (width + _GUTTER),
            _STAGE.top + (i // columns) * (height + _GUTTER),
            width,
            height,
        )
        for i in range(panels)
    ]
