"""Draw docs/architecture.svg from the imports: ``python packaging/architecture.py``.

One row and one column a top module, the doors at the top and the ground below, importers above
what they import: a square says that the row imports the column, so that an import that climbs
would stand in the half that is empty. Sizes are rounded to hundreds of lines, and the picture
changes only when the house does.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from textwrap import wrap

from floors import FLOOR, FLOORS, ROOT, TITLES, graph, modules, top

from stats import theme

TARGET = ROOT / "docs" / "architecture.svg"
WIDTH = 1000
ROW = 21
GAP = 9
"""Between two floors."""
HEAD = 196
"""Height of the title and the names of the columns."""
FLOOR_X, BOX_X, BOX_WIDTH, GRID_X = 16, 156, 226, 396
MARGIN = 16
LETTERS = 14
"""Of a floor's name on one line."""

BAND = "#f2f5f8"
SAME = "#7fa6c6"
"""An import inside one floor; those that go down are in the colour of the house."""

Graph = dict[str, dict[str, int]]


def sizes() -> dict[str, int]:
    """Return the lines of each top module, rounded to hundreds."""
    found: dict[str, int] = {}
    for path in modules():
        if top(path) in FLOOR:
            found[top(path)] = found.get(top(path), 0) + len(path.read_text(encoding="utf-8").splitlines())
    return {name: max(100, round(lines, -2)) for name, lines in found.items()}


def order(found: Graph) -> list[list[str]]:
    """Return the modules of each floor from the top floor down, each above those it imports.

    Raises
    ------
    ValueError
        When modules of one floor import each other in a circle.
    """
    floors = []
    for names in reversed(FLOORS):
        left = sorted(name for name in names if name in found)
        placed: list[str] = []
        while left:
            free = [name for name in left if not any(name in found[other] for other in left)]
            if not free:
                raise ValueError(f"these modules import each other in a circle: {', '.join(left)}")
            placed += free
            left = [name for name in left if name not in free]
        floors.append(placed)
    return floors


def document() -> str:
    """Return the picture."""
    return drawn(graph(modules()), sizes())


def drawn(found: Graph, lines: dict[str, int]) -> str:
    """Return the picture of a graph of imports and the sizes of its modules."""
    floors = order(found)
    names = [name for floor in floors for name in floor]
    step = (WIDTH - MARGIN - GRID_X) / len(names)
    height = HEAD + len(names) * ROW + len(floors) * GAP
    body = "\n".join(_parts(found, lines, floors, step))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" \
role="img" aria-labelledby="title desc" font-family="{theme.FONT}">
<title id="title">The floors of the package and what imports what</title>
<desc id="desc">{escape(_told(found, floors))}</desc>
<rect width="{WIDTH}" height="{height}" fill="{theme.PAPER}"/>
{body}
</svg>
"""


def _parts(found: Graph, lines: dict[str, int], floors: list[list[str]], step: float) -> Iterator[str]:
    names = [name for floor in floors for name in floor]
    column = {name: GRID_X + place * step for place, name in enumerate(names)}
    yield _text(MARGIN, 30, "Imports go down only", size=19, weight=700)
    yield _text(MARGIN, 52, "A row is a module with about so many lines; a square: it imports the column.", size=13)
    yield _text(MARGIN, 92, "Down to a lower floor", size=12.5, mark=theme.MAIN)
    yield _text(MARGIN, 114, "Inside one floor", size=12.5, mark=SAME)
    yield _text(MARGIN, 136, "Left of its dot a module would climb: a test forbids it", size=12.5, mark="")
    for name in names:
        x = column[name] + step / 2 + 4
        yield (
            f'<text transform="translate({x:.1f} {HEAD - 8}) rotate(-90)" font-size="11.5" fill="{theme.INK}">'
            f"{escape(name)}</text>"
        )
    y: float = HEAD
    for place, floor in enumerate(floors):
        number = len(floors) - 1 - place
        band = len(floor) * ROW
        yield f'<rect x="0" y="{y - 2:g}" width="{WIDTH}" height="{band + 4}" fill="{BAND}"/>'
        yield from _floor_title(number, y, band)
        for name in floor:
            yield from _row(name, y, lines[name], found[name], column, step)
            y += ROW
        y += GAP


def _floor_title(number: int, y: float, band: int) -> Iterator[str]:
    lines = wrap(TITLES[number], LETTERS)
    middle = y + band / 2
    yield _text(FLOOR_X, middle + 7, str(number), size=20, weight=700, fill=theme.MAIN)
    for place, line in enumerate(lines):
        yield _text(FLOOR_X + 22, middle + 4.5 + (place - (len(lines) - 1) / 2) * 16, line, size=12.5, weight=700)


def _row(
    name: str, y: float, lines: int, imported: dict[str, int], column: dict[str, float], step: float
) -> Iterator[str]:
    yield (
        f'<rect x="{BOX_X}" y="{y + 1:g}" width="{BOX_WIDTH}" height="{ROW - 2}" rx="3" fill="{theme.PAPER}" '
        f'stroke="{theme.RULE}"/>'
    )
    yield _text(BOX_X + 8, y + 15, name, size=13, weight=700)
    yield _text(BOX_X + BOX_WIDTH - 8, y + 15, f"{lines:,}", size=12, fill=theme.MUTED, anchor="end")
    yield f'<line x1="{GRID_X}" x2="{WIDTH - MARGIN}" y1="{y + ROW:g}" y2="{y + ROW:g}" stroke="{theme.GRID}"/>'
    yield f'<circle cx="{column[name] + step / 2:.1f}" cy="{y + ROW / 2:g}" r="2.5" fill="{theme.RULE}"/>'
    for other in sorted(imported, key=column.__getitem__):
        colour = SAME if FLOOR[other] == FLOOR[name] else theme.MAIN if FLOOR[other] < FLOOR[name] else theme.ACCENT
        files = "1 file" if imported[other] == 1 else f"{imported[other]} files"
        yield (
            f'<rect x="{column[other] + 1:.1f}" y="{y + 3:g}" width="{step - 2:.1f}" height="{ROW - 6}" rx="2" '
            f'fill="{colour}"><title>{escape(name)} imports {escape(other)} ({files})</title></rect>'
        )


def _text(
    x: float, y: float, text: str, *, size: float, weight: int = 400, fill: str = theme.INK, anchor: str = "",
    mark: str | None = None,
) -> str:  # fmt: skip
    style = f' text-anchor="{anchor}"' if anchor else ""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    if mark is None:
        return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{bold}{style} fill="{fill}">{escape(text)}</text>'
    shape = (
        f'<rect x="{x:g}" y="{y - 11:g}" width="13" height="13" rx="2" fill="{mark}"/>'
        if mark
        else f'<circle cx="{x + 6:g}" cy="{y - 4:g}" r="2.5" fill="{theme.RULE}"/>'
    )
    return f'{shape}<text x="{x + 19:g}" y="{y:g}" font-size="{size:g}" fill="{fill}">{escape(text)}</text>'


def _told(found: Graph, floors: list[list[str]]) -> str:
    """Return the picture in words: each floor with its modules, and how many imports there are."""
    down = sum(FLOOR[b] < FLOOR[a] for a, others in found.items() for b in others)
    same = sum(FLOOR[b] == FLOOR[a] for a, others in found.items() for b in others)
    told = "; ".join(
        f"floor {len(floors) - 1 - place}, {TITLES[len(floors) - 1 - place].lower()}: {', '.join(floor)}"
        for place, floor in enumerate(floors)
    )
    return f"From the top: {told}. {down} imports go down to a lower floor, {same} stay inside one, none climbs."


def main(target: Path = TARGET) -> None:
    """Write the picture."""
    target.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
