"""The built documentation: its links lead somewhere, nothing comes from elsewhere, no server is needed to search it."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from stats.reports import chromium

ROOT = Path(__file__).resolve().parents[2]
LOADED = re.compile(r"<(?:script|img|iframe|source|audio|video|embed|object)\b[^>]*?\b(?:src|data|srcset)=\"([^\"]+)\"|"
                    r"<link\b(?![^>]*rel=\"(?:canonical|next|prev)\")[^>]*?\bhref=\"([^\"]+)\"")  # fmt: skip
STYLED = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
LOOKED_AT = ("index.html", "reference/api/rates.html", "reference/glossary.html")


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def loaded(text: str) -> set[str]:
    """Return the addresses a page or a style sheet loads something from."""
    pattern = LOADED if "<html" in text else STYLED
    return {html.unescape(next(filter(None, found))) for found in pattern.findall(text)}


def remote(addresses: set[str]) -> list[str]:
    return sorted(one for one in addresses if one.startswith("//") or urlsplit(one).scheme in ("http", "https", "ftp"))


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    sheets = [*site.rglob("*.css")]
    assert len(pages(site)) > 60
    assert sheets
    assert {str(path): found for path in [*pages(site), *sheets] if (found := remote(loaded(_text(path))))} == {}


@pytest.mark.parametrize(
    "planted",
    [
        '<html><script src="https://unpkg.com/x.js">', '<html><link rel="stylesheet" href="//fonts.x.org/css">',
        '<html><img alt="" src="http://x/y.png">', "@import 'https://x/y.css';", "a { background: url(//x/y.png) }",
    ],
)  # fmt: skip
def test_a_thing_from_elsewhere_would_be_seen(planted: str) -> None:
    assert len(remote(loaded(planted))) == 1


def broken(site: Path) -> list[str]:
    """Return the links inside the pages that lead to no page or no place on it."""
    ids = {page: {*re.findall(r'\b(?:id|name)="([^"]+)"', _text(page))} for page in pages(site)}
    found = []
    for page in pages(site):
        if page.name == "404.html":
            continue  # Its links begin at the root of a server.
        for href in set(re.findall(r'<a\b[^>]*?\bhref="([^"]*)"', _text(page))):
            to = urlsplit(html.unescape(href))
            if to.scheme or to.netloc:
                continue
            target = (page.parent / unquote(to.path)).resolve() if to.path else page
            target = target / "index.html" if target.is_dir() else target
            if not target.exists() or (to.fragment and unquote(to.fragment) not in ids.get(target, set())):
                found.append(f"{page.relative_to(site)}: {href}")
    return sorted(found)


def test_every_link_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    assert broken(site) == []


def test_a_link_that_leads_nowhere_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html#there">x</a> <a href="c.html">y</a> <a href="b.html#not">z</a>')
    (tmp_path / "b.html").write_text('<p id="there">')
    assert broken(tmp_path) == ["a.html: b.html#not", "a.html: c.html"]


def test_every_page_says_its_language(site: Path) -> None:
    told = {page: re.search(r'<html lang="(\w+)"', _text(page)) for page in pages(site)}
    assert [page for page, found in told.items() if not found] == []
    vietnamese = {page.relative_to(site).parts[0] for page, found in told.items() if found and found[1] == "vi"}
    assert vietnamese == {"vi"}
    assert all(found and found[1] == "vi" for page, found in told.items() if page.parent == site / "vi")


def test_words_of_both_languages_are_marked(site: Path) -> None:
    text = _text(site / "reference" / "glossary.html")
    assert '<span lang="vi">khiển trách</span>' in text
    assert text.count('lang="vi"') > 200


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    yield page
    page.close()


def test_it_is_searched_without_a_server_in_both_languages(site: Path, tab: Page) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.goto((site / "index.html").as_uri())
    for word, place in (("khiển trách", "glossary"), ("funnel", "reference")):
        tab.fill("input[name=query]", word)
        tab.wait_for_selector(f"a.md-search-result__link[href*='{place}']", timeout=30_000)
    assert asked
    assert [url for url in asked if not url.startswith(("file://", "data:", "blob:", "about:"))] == []


@pytest.mark.parametrize("name", LOOKED_AT)
def test_pages_fit_a_narrow_screen_and_pass_axe(site: Path, tab: Page, name: str) -> None:
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto((site / name).as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(tab).response["violations"]
    assert {one["id"]: [node["target"] for node in one["nodes"]][:5] for one in found} == {}
