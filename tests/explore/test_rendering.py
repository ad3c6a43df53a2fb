"""The HTML of a view: whole, captioned, escaped, with its language, and no colour of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from stats import explore
from stats.explore import rendering
from stats.indicators import open_book

BOOK = open_book()
VOID = {"br", "col", "hr", "img", "input", "link", "meta"}


class Nesting(HTMLParser):
    """Follows the elements of a fragment; what is closed out of order is told."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "choice",
    [
        ("ha-noi", "2020-2025/half", "penalty-mix-members"),
        ("national", "2023", "disciplined-members"),
        ("ha-noi", "2020-2025/half", "discipline-rate-members"),
        ("national", "2020-2025/half", "disciplined-members"),
    ],
)
def test_a_view_is_well_formed_in_its_language(choice: tuple[str, str, str], lang: str) -> None:
    view = explore.look(*choice, lang=lang, book=BOOK)
    markup = view._repr_html_()
    nesting = Nesting()
    nesting.feed(markup)
    assert nesting.wrong == []
    assert nesting.open == []
    assert f'lang="{lang}"' in markup
    assert rendering.escaped(view.sentence) in markup
    assert markup.count("<table") == markup.count("<caption")
    if view.found:
        anchors = set(re.findall(r'id="((?:src|row)-[^"]+)"', markup))
        targets = set(re.findall(r'href="#((?:src|row)-[^"]+)"', markup))
        for target in targets:
            if target.startswith("src-") and target.removeprefix("src-") in set(view.sources["source_id"]):
                assert target in anchors


def test_it_has_no_colour_of_its_own() -> None:
    style = rendering.STYLE
    assert not re.search(r"#[0-9a-f]{3,6}|rgb\(|:\s*(white|black)\b", style)
    assert "currentColor" in style


def test_words_from_the_data_are_escaped() -> None:
    planted = '<script>alert("x")</script>'
    body = replace(BOOK.codes.body("ha-noi"), name_vi=planted, name_en=planted)
    view = explore.look("ha-noi", "2020-2025/half", "penalty-mix-members", book=BOOK)
    view.report.body = body
    assert planted in view.title
    markup = view._repr_html_()
    assert "<script>" not in markup
    assert "&lt;script&gt;" in markup
