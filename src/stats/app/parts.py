"""The parts of the page: the form, the chart, the table, the sources, the code, the ways on.

Every text is handed to the browser as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from stats import theme
from stats.app import address, downloads
from stats.app.address import NAMES, Asked, Wrong
from stats.displays import Table, chart_table
from stats.displays.cells import Cell, Column
from stats.explore import Choice, Option, Options, View
from stats.explore.choices import period_of
from stats.explore.choosing import body_label
from stats.figures import Chart
from stats.indicators import Book
from stats.periods import slug_of
from stats.reports.writers.page import EDITION_NAMES
from stats.wording import Words

Parts = list[Component | str]

_FIELDS = (("body", "bodies"), ("period", "periods"), ("indicator", "indicators"), ("actor", "actors"))
"""Field of a choice, and where its options are, in the order of the form."""

MOST_NEAR = 3
"""Links to what is near a part of an address that names nothing."""

_DRAWN: Any = {"displayModeBar": False, "responsive": False, "doubleClick": False, "showTips": False}


def _dashed(**values: str) -> dict[str, Any]:
    """Return attributes whose names have dashes: ``aria_live`` is ``aria-live``."""
    return {name.replace("_", "-"): value for name, value in values.items()}


def head(words: Words, choice: Choice, editions: Sequence[tuple[str, str]]) -> Parts:
    """Return the head of the page: its name, and the way to the same view in the other language."""
    links = [
        html.Span(dcc.Link(EDITION_NAMES[lang], href=href, refresh=False), lang=lang)
        for lang, href in editions
        if lang != choice.lang
    ]
    return [
        html.P(links, className="editions"),
        html.P(dcc.Link(words.text("app.name"), href=f"/?{NAMES['lang']}={choice.lang}"), className="brand"),
        html.P(words.text("app.intro"), className="dateline"),
    ]


def frame() -> Component:
    """Return what stands still: places that an answer fills, so that focus and announcements survive a change."""
    fields = [
        html.Div(
            [html.Label(id=f"label-{field}", htmlFor=f"choose-{field}"),
             html.Select(id=f"choose-{field}", name=NAMES[field], className="choose")],
            className=f"field {field}",
        )
        for field, _ in _FIELDS
    ]  # fmt: skip
    found = [
        html.H1(id="title", tabIndex="-1"),
        html.P(id="sentence", className="finding", **_dashed(aria_live="polite")),
        html.Div(id="result"),
    ]
    title, named = html.P(id="form-title", className="form-title"), _dashed(aria_labelledby="form-title")
    form = html.Form([title, *fields], id="form", className="choosing", **named)
    return html.Div(
        [
            dcc.Location(id="address", refresh=False),
            dcc.Store(id="view"),
            html.A(id="skip", href="#found", className="skip-link"),
            html.Header(id="head", className="page-head"),
            html.P(id="gone", className="gone", role="alert", hidden=True),
            html.Main([form, html.Div(found, id="found", tabIndex="-1")], id="main"),
            html.Footer(html.P(id="foot"), className="page-foot"),
        ],
        id="page",
    )


LISTS = ("form-title", *(f"{part}-{field}" for field, _ in _FIELDS for part in ("label", "choose")))
"""Ids of what `lists` fills, in its order."""


def lists(words: Words, asked: Asked, options: Options) -> tuple[Any, ...]:
    """Return what the form holds: its title, and each label and list; a list whose part is wrong stands open."""
    wrong = {one.field for one in asked.wrong}
    found: list[Any] = [words.text("app.form")]
    for field, plural in _FIELDS:
        chosen = None if field in wrong else getattr(asked.choice, field)
        entries: Parts = _entries(words, getattr(options, plural), chosen)
        if chosen is None:
            entries.insert(0, html.Option(words.text("app.choose"), value="", disabled=True, selected=True))
        found += [words.text(f"app.field.{field}"), entries]
    return tuple(found)


def _entries(words: Words, options: Sequence[Option], chosen: str | None) -> Parts:
    made: Parts = []
    for group, members in groupby(options, key=lambda option: option.group):
        entries = [_entry(words, option, chosen) for option in members]
        made += [html.Optgroup(entries, label=group)] if group else entries
    return made


def _entry(words: Words, option: Option, chosen: str | None) -> Component:
    own = option.code == chosen
    # That there is nothing for what is chosen is said below the form, once.
    said = option.label if option.available or own else words.text("app.option.none", label=option.label)
    return html.Option(said, value=slug_of(option.code), selected=own)


def figures(words: Words, book: Book, view: View) -> Parts:
    """Return a view below its sentence: charts, downloads, table, sources, code; or what there is instead."""
    if not view.found:
        return [*ways_on(words, book, view.instead), *code(words, view)]
    made: Parts = [chart(words, drawn) for drawn in view.charts]
    if view.chart_reason:
        made.append(html.P(view.chart_reason, className="none"))
    anchors = {row for rows in view.sources["rows"] for row in rows.split(";")}
    made.append(take_along(words, view))
    made += [html.H2(words.text("explore.part.table")), table(view.table, anchors)]
    return [*made, *sources(words, view), *code(words, view)]


def chart(words: Words, drawn: Chart) -> Component:
    """Return a chart with its alternative text and its data, in a box that scrolls where the screen is narrower."""
    layout = drawn.spec["layout"]
    size = {"width": f"{layout['width']}px", "height": f"{layout['height']}px"}
    graph = dcc.Graph(figure=drawn.spec, config=_DRAWN, style=size, responsive=False)
    image = html.Div(graph, role="img", className="plot", **_dashed(aria_label=drawn.alt))
    box = html.Div(image, className="plot-box", tabIndex="0")
    data = html.Details(
        [html.Summary(words.text("app.twin")), table(chart_table(drawn, words=words), ())], className="twin"
    )
    half = " half" if layout["width"] < theme.SIZES["page"].width else ""
    return html.Figure([box, data], className=f"chart{half}")


def take_along(words: Words, view: View) -> Component:
    """Return the downloads of a view, and its own address."""
    query = view.choice.query()
    entries: Parts = [
        html.A(words.text(f"app.take.{form}"), href=f"/{form}?{query}", download=downloads.name(view, form))
        for form in (downloads.CSV, downloads.XLSX)
    ]
    for number, drawn in enumerate(view.charts):
        said = words.text("app.take.png_n", n=number + 1) if len(view.charts) > 1 else words.text("app.take.png")
        told = _dashed(
            data_name=downloads.name(view, "png", number), data_number=str(number),
            data_done=words.text("app.take.png.done"), data_failed=words.text("app.take.png.failed"),
        )  # fmt: skip
        entries.append(html.Button(said, type="button", className="picture", title=drawn.title, **told))
    entries.append(html.A(words.text("app.take.address"), href=address.link(view.choice)))
    listed = html.Ul([html.Li(entry) for entry in entries])
    title = html.H2(words.text("app.take"), id="take-title")
    status = html.P(id="told", role="status", className="note")
    return html.Section([title, listed, status], className="take", **_dashed(aria_labelledby="take-title"))


def table(shown: Table, anchors: Container[str]) -> Component:
    """Return a display table; a figure leads to its row under the document that prints it.

    Parameters
    ----------
    shown : Table
        The table.
    anchors : container of str
        Ids of the rows listed on the page.
    """
    heads = [html.Th(column.label, scope="col", className=f"gt_{column.side}") for column in shown.columns]
    rows = []
    for line in shown.lines:
        cells: Parts = []
        for number, (cell, column) in enumerate(zip(line, shown.columns, strict=True)):
            first = number == 0 and column.kind == "text"
            made = html.Th if first else html.Td
            own = _dashed(scope="row") if first else {}
            cells.append(made(_content(cell, column, anchors), className=f"gt_{column.side}", **own))
        rows.append(html.Tr(cells))
    name = f"{shown.id}-caption"
    caption = html.Caption(html.Span(shown.caption), id=name)
    whole = html.Table([caption, html.Thead(html.Tr(heads)), html.Tbody(rows)], className="gt_table")
    box = html.Div(whole, className="table-box", role="region", tabIndex="0", **_dashed(aria_labelledby=name))
    notes = html.Div([html.P(note) for note in shown.notes], className="table-notes")
    return html.Div([box, notes], className="table-block")


def _content(cell: Cell, column: Column, anchors: Container[str]) -> Any:
    if column.kind == "source":
        # The markers stand side by side, one a document: [1][4].
        marks = cell.text.replace("][", "]\n[").split("\n")
        cited = cell.sources if len(cell.sources) == len(marks) else ()
        links = zip(marks, cited, strict=False)
        return [html.A(mark, href=f"#src-{source}", className="source") for mark, source in links] or cell.text
    row = next((row for row in cell.rows if row in anchors), "")
    return html.A(cell.text, href=f"#row-{row}", className="figure") if row else cell.text


def sources(words: Words, view: View) -> Parts:
    """Return the documents behind a view, each with its address and the curated rows it gave."""
    items = []
    for row in view.sources.to_dict("records"):
        when = row["published"] or words.text("sources.undated")
        said: Parts = [html.Cite(row["title"]), f". {row['publisher']}, {when}. "]
        if row["url"].startswith(("https://", "http://")):
            said += [
                html.A(row["url"], href=row["url"], rel="noopener noreferrer", target="_blank", className="url"),
                " ",
            ]
        said.append(words.text("explore.rows") + " ")
        for number, one in enumerate(row["rows"].split(";")):
            said += [", "] * bool(number) + [html.Code(one, id=f"row-{one}")]
        items.append(html.Li(said, id=f"src-{row['source_id']}"))
    return [html.H2(words.text("explore.part.sources")), html.Ol(items, className="documents")]


def code(words: Words, view: View) -> Parts:
    """Return the code that makes the same in a notebook, with a button that copies it."""
    told = _dashed(data_done=words.text("app.copied"), data_failed=words.text("app.copy.failed"))
    shown = html.Code(view.code, id="code")
    button = html.Button(words.text("app.copy"), id="copy", type="button", **told)
    return [
        html.H2(words.text("app.code"), id="code-title"),
        html.Pre(shown, tabIndex="0", role="region", **_dashed(aria_labelledby="code-title")),
        html.P([button, html.Span(id="copied", role="status", className="note")], className="copy"),
    ]


def ways_on(words: Words, book: Book, choices: Sequence[Choice]) -> Parts:
    """Return what exists in place of a view that holds nothing, as links."""
    items = [html.Li(dcc.Link(named(words, book, other), href=address.link(other))) for other in choices]
    return [html.H2(words.text("app.instead")), html.Ul(items, className="ways")] if items else []


def named(words: Words, book: Book, choice: Choice) -> str:
    """Return what a choice is called: indicator, body, period, and the stream where it is one of them."""
    body, period = body_label(book, words, choice.body), words.period(period_of(choice, book))
    name = words.text("explore.title", label=words.label("indicators", choice.indicator), body=body, period=period)
    return words.text("app.stream", name=name, actor=words.label("actors", choice.actor)) if choice.actor else name


def wrongs(words: Words, asked: Asked) -> str:
    """Return what is wrong with an address, a sentence a part."""
    return " ".join(words.text(f"app.wrong.{one.field}", value=one.value) for one in asked.wrong)


def explained(words: Words, book: Book, asked: Asked, options: Options) -> Parts:
    """Return the nearest addresses to a wrong one that are right, part by part, and what its other parts lead to."""
    made: Parts = []
    for one in asked.wrong:
        others = [replace(asked.choice, **{one.field: value}) for value in _near(one, options)]
        links = [html.Li(dcc.Link(_called(words, book, one, other), href=address.link(other))) for other in others]
        if not one.nearest:
            made.append(html.P(one.error.text(words.lang), className="note"))
        head = words.text("app.wrong.nearest", value=one.value)
        made += [html.P(head), html.Ul(links, className="ways")] if links else []
    rest = html.Li(dcc.Link(named(words, book, asked.choice), href=address.link(asked.choice)))
    return [*made, html.P(words.text("app.wrong.rest")), html.Ul(rest, className="ways")]


def _near(wrong: Wrong, options: Options) -> tuple[str, ...]:
    """Return what exists near a wrong part: with figures for the rest of the address, where there is any."""
    listed = dict(_FIELDS).get(wrong.field)
    having = [option.code for option in getattr(options, listed) if option.available] if listed else []
    near = [code for code in wrong.nearest if code in having] or wrong.nearest or having
    return tuple(near[:MOST_NEAR])


def _called(words: Words, book: Book, wrong: Wrong, other: Choice) -> str:
    return EDITION_NAMES[other.lang] if wrong.field == "lang" else named(words, book, other)
