"""Bars of counts: by group, the own part of a body, violation contents, and plain tallies."""

from __future__ import annotations

from collections.abc import Sequence

from stats.errors import InputError
from stats.figures.canvas import Canvas, Heading, fitted
from stats.figures.chart import Chart, Item
from stats.figures.rows import Panel, Row, amount, draw, extremes, mark
from stats.wording import Words


@fitted
def counts_by_group(
    items: Sequence[Item],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "counts-by-group",
) -> Chart:
    """Draw counts as bars in small multiples, one panel a unit, one row a group.

    Parameters
    ----------
    items : sequence of Item
        `label` is the row, `panel` the small multiple; the order of first appearance is kept.
    words : Words
        Language of the chart.
    title, subtitle : str
        The message; what is measured, unit, place and period.
    source, notes
        Printed below the plot.
    size : {'page', 'half', 'slide'}
        Where the chart will stand.
    name : str
        Name of the chart in file names.

    Returns
    -------
    Chart

    Raises
    ------
    InputError
        When one panel would mix units: a length must mean one thing.
    """
    one_unit_a_panel(items)
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    labels = list(dict.fromkeys(item.label for item in items))
    panels = {item.panel: Panel(item.panel) for item in items}
    for item in items:
        panels[item.panel].marks.append(mark(words, item, labels.index(item.label)))
    height = draw(canvas, [Row(label) for label in labels], list(panels.values()))
    return canvas.finish(name, items, kind="bars", plot_height=height, finding=extremes(words, items))


@fitted
def own_part(
    items: Sequence[Item],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "own-part",
) -> Chart:
    """Draw what a body did itself beside the whole it belongs to.

    Parameters
    ----------
    items : sequence of Item
        `label` is the activity (a group of rows), `series` who did it (the whole, then the part),
        `panel` the unit. Items with ``strong=False`` are the whole, in grey; the part is in colour
        and keeps its number however short its bar is.

    Returns
    -------
    Chart
        See `counts_by_group` for the other parameters.
    """
    one_unit_a_panel(items)
    canvas = Canvas(words, Heading(title, subtitle, source, tuple(notes), size))
    height = _grouped(canvas, items, [(item.label, item.series) for item in items])
    return canvas.finish(name, items, kind="own_part", plot_height=height, finding=_parts(words, items))


@fitted
def by_stream(
    items: Sequence[Item],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "inspection-streams",
) -> Chart:
    """Draw inspections and supervision, one block a deciding stream, one row an activity.

    Parameters
    ----------
    items : sequence of Item
        `series` is the stream (the head of a block), `label` the activity, `panel` the unit. The
        streams decide separately, so nothing is added up and the chart says so.

    Returns
    -------
    Chart
        See `counts_by_group` for the other parameters.

    Raises
    ------
    InputError
        When one panel would mix units.
    """
    one_unit_a_panel(items)
    said = [words.text("note.streams_separate"), *notes]
    canvas = Canvas(words, Heading(title, subtitle, source, said, size))
    height = _grouped(canvas, items, [(item.series, item.label) for item in items])
    return canvas.finish(name, items, kind="streams", plot_height=height, finding=extremes(words, items))


def _grouped(canvas: Canvas, items: Sequence[Item], places: Sequence[tuple[str, str]]) -> float:
    """Draw items in blocks of rows, each block under its head; a place is a head and a row."""
    rows: list[Row] = []
    row: dict[tuple[str, str], int] = {}
    for head in dict.fromkeys(head for head, _ in places):
        rows.append(Row(head, head=True))
        for label in dict.fromkeys(label for h, label in places if h == head):
            row[head, label] = len(rows)
            rows.append(Row(label))
        rows[-1] = Row(rows[-1].label, after=8)
    panels = {item.panel: Panel(item.panel) for item in items}
    for item, place in zip(items, places, strict=True):
        panels[item.panel].marks.append(mark(canvas.words, item, row[place]))
    return draw(canvas, rows, list(panels.values()))


def _parts(words: Words, items: Sequence[Item]) -> str:
    """Return each part with its whole, for the alternative text."""
    said = []
    for item in (i for i in items if i.strong):
        whole = next((i for i in items if not i.strong and (i.label, i.panel) == (item.label, item.panel)), None)
        if whole is not None:
            said.append(
                words.text(
                    "chart.alt.part",
                    label=item.label,
                    panel=item.panel,
                    part=amount(words, item),
                    whole=amount(words, whole),
                )
            )
    return "; ".join(said)


@fitted
def violation_contents(
    items: Sequence[Item],
    *,
    words: Words,
    base: str,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "violation-contents",
) -> Chart:
    """Draw the contents of violations, most frequent first, with the base of the shares stated.

    Parameters
    ----------
    items : sequence of Item
        Counts, each with its share when the base is known; sorted here by count.
    base : str
        What the shares are of, as a sentence; printed first among the notes.
        A member may have several contents, so the shares need not add up to 100%.

    Returns
    -------
    Chart
        See `counts_by_group` for the other parameters.
    """
    ordered = sorted(items, key=lambda item: (-(item.result.estimate or 0.0), item.label))
    said = [base, *notes] if base else list(notes)
    canvas = Canvas(words, Heading(title, subtitle, source, said, size))
    panel = Panel("", [mark(words, item, row) for row, item in enumerate(ordered)])
    height = draw(canvas, [Row(item.label) for item in ordered], [panel])
    return canvas.finish(name, ordered, kind="bars", plot_height=height, finding=extremes(words, ordered))


@fitted
def item_counts(
    items: Sequence[Item],
    *,
    words: Words,
    title: str,
    subtitle: str = "",
    source: str = "",
    notes: Sequence[str] = (),
    size: str = "page",
    name: str = "item-counts",
) -> Chart:
    """Draw a tally: one labelled bar an item, in the order given.

    Parameters
    ----------
    items : sequence of Item
        Counts of one unit; several panels are allowed, one unit each.

    Returns
    -------
    Chart
        See `counts_by_group` for the other parameters.
    """
    return counts_by_group(
        items, words=words, title=title, subtitle=subtitle, source=source, notes=notes, size=size, name=name
    )


def one_unit_a_panel(items: Sequence[Item]) -> None:
    """Refuse items that would put two units on one axis.

    Raises
    ------
    InputError
        Names the panel and its units.
    """
    units: dict[str, set[str]] = {}
    for item in items:
        units.setdefault(item.panel, set()).add(item.result.unit)
    for panel, found in units.items():
        if len(found) > 1:
            listed = ", ".join(sorted(found))
            raise InputError(
                f"The panel {panel!r} would show several units on one axis ({listed}). Give each unit its panel.",
                f"Khung {panel!r} sẽ có nhiều đơn vị tính trên một trục ({listed}). Mỗi đơn vị cần một khung riêng.",
            )
