"""The picture of the floors says what the code says, and can be read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import architecture
import pytest
from floors import FLOOR, ROOT, graph, modules

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, int]]:
    return graph(modules())


@pytest.fixture(scope="module")
def picture() -> ET.Element:
    return ET.fromstring(architecture.TARGET.read_text(encoding="utf-8"))


def test_it_is_what_the_imports_draw() -> None:
    drawn = architecture.document()
    assert architecture.TARGET.read_text(encoding="utf-8") == drawn, "run: make architecture"


def test_every_module_has_its_row_and_its_column(picture: ET.Element, found: dict[str, dict[str, int]]) -> None:
    words = [element.text for element in picture.iter(f"{SVG}text")]
    for name in found:
        assert words.count(name) >= 2, name


def test_every_import_is_a_square_right_of_the_dots(picture: ET.Element, found: dict[str, dict[str, int]]) -> None:
    told = {e.text for e in picture.iter(f"{SVG}title") if " imports " in (e.text or "") and "(" in e.text}
    assert {tuple(re.match(r"(\w+) imports (\w+)", t).groups()) for t in told} == {
        (a, b) for a, others in found.items() for b in others
    }
    dots = {float(e.get("cy")): float(e.get("cx")) for e in picture.iter(f"{SVG}circle")}
    for square in (e for e in picture.iter(f"{SVG}rect") if e.find(f"{SVG}title") is not None):
        middle = float(square.get("y")) + float(square.get("height")) / 2
        assert float(square.get("x")) > dots[middle], square.find(f"{SVG}title").text


def test_an_import_that_climbs_or_a_circle_would_be_seen(found: dict[str, dict[str, int]]) -> None:
    lines = dict.fromkeys(found, 100)
    climbing = {**found, "codes": {**found["codes"], "reports": 1}}
    assert architecture.theme.ACCENT not in architecture.drawn(found, lines)
    assert architecture.drawn(climbing, lines).count(architecture.theme.ACCENT) == 1
    circle = {**found, "errors": {"periods": 1}}
    with pytest.raises(ValueError, match="circle: errors, periods"):
        architecture.order(circle)


def test_it_has_its_words_for_those_who_do_not_see_it(picture: ET.Element, found: dict[str, dict[str, int]]) -> None:
    told = picture.find(f"{SVG}desc").text
    assert all(re.search(rf"\b{name}\b", told) for name in found)
    assert "none climbs" in told
    assert picture.get("role") == "img"


def test_sizes_are_rounded_so_that_a_line_more_draws_nothing_anew(found: dict[str, dict[str, int]]) -> None:
    sizes = architecture.sizes()
    assert all(lines % 100 == 0 and lines > 0 for lines in sizes.values())
    assert set(sizes) == set(found) <= set(FLOOR)


def test_the_page_shows_it_and_names_every_floor() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert "](architecture.svg)" in page
    for number, title in enumerate(architecture.TITLES):
        assert f"| {number} {title} |" in page, title
