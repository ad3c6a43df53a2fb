"""The page in a real Chromium: drawn, offline, traceable, usable by keyboard, narrow, printable, accessible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

REPORTS = [
    ("period", "ha-noi", "2020-2025/half", "vi", "period_ha-noi_2020-2025-half_vi"),
    ("period", "ha-noi", "2020-2025/half", "en", "period_ha-noi_2020-2025-half_en"),
    ("programme", "ha-noi", "2020-2025/half", "vi", "programme_ha-noi_2020-2025-half_vi"),
    ("briefing", "ha-noi", "2020-2025/half", "vi", "briefing_ha-noi_2020-2025-half_vi"),
]


@pytest.fixture(params=REPORTS, ids=lambda r: r[4])
def opened(request: pytest.FixtureRequest, browser: Browser, rendered: Callable[..., Path]) -> Iterator[Page]:
    kind, place, period, lang, name = request.param
    path = rendered(kind, place, period, lang) / f"{name}.html"
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.said = []  # type: ignore[attr-defined]
    page.asked = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("[data-ready]")
    yield page
    page.close()


def test_every_chart_is_drawn_without_a_word_or_a_request(opened: Page) -> None:
    charts = opened.locator("figure.chart .plot")
    assert charts.count() >= 4
    for number in range(charts.count()):
        chart = charts.nth(number)
        assert chart.locator(".main-svg").count() >= 1
        marks = chart.locator(
            ".barlayer .point, .scatterlayer .point, .scatterlayer .js-line, .shapelayer path"
        ).count()
        assert marks >= 1, chart.get_attribute("id")
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith("file:")] == []


def test_no_text_of_a_chart_is_clipped(opened: Page) -> None:
    clipped = opened.evaluate(
        """() => [...document.querySelectorAll('.plot')].flatMap(plot => {
             const box = plot.getBoundingClientRect();
             return [...plot.querySelectorAll('text')].filter(t => t.textContent.trim()).filter(t => {
               const b = t.getBoundingClientRect();
               return b.left < box.left - 1 || b.right > box.right + 1
                   || b.top < box.top - 1 || b.bottom > box.bottom + 1;
             }).map(t => plot.id + ': ' + t.textContent);
           })"""
    )
    assert clipped == []


def test_the_bundled_font_is_used(opened: Page) -> None:
    assert opened.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"', 'ế ộ ữ ặ ỵ')")


def test_a_source_is_one_click_away(opened: Page) -> None:
    marker = opened.locator("main a.source").first
    target = marker.get_attribute("href")
    marker.click()
    assert opened.evaluate("location.hash") == target
    assert opened.locator(f"[id='{target[1:]}']").is_visible()


def test_a_figure_leads_to_its_rows(opened: Page) -> None:
    figure = opened.locator("main p a.figure, main li a.figure").first
    rows = str(figure.get_attribute("data-rows")).split()
    figure.focus()
    opened.keyboard.press("Enter")
    assert opened.evaluate("location.hash") == f"#row-{rows[0]}"
    marked = opened.evaluate("[...document.querySelectorAll('tr.traced')].map(row => row.id)")
    assert sorted(marked) == sorted(f"row-{row}" for row in rows)
    assert opened.locator(f"[id='row-{rows[0]}'] a.source").first.is_visible()


def test_one_edition_leads_to_the_other(browser: Browser, rendered: Callable[..., Path]) -> None:
    folder = rendered("period", "ha-noi", "2018", "vi,en", "html")
    page = browser.new_page()
    page.goto((folder / "period_ha-noi_2018_vi.html").as_uri())
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("period_ha-noi_2018_en.html")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("link", name="Tiếng Việt").click()
    assert page.evaluate("document.documentElement.lang") == "vi"
    page.close()


def test_the_keyboard_reaches_the_content_first(opened: Page) -> None:
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.getAttribute('href')") == "#main"
    opened.keyboard.press("Enter")
    assert opened.evaluate("location.hash") == "#main"


def test_a_narrow_screen_never_scrolls_sideways(opened: Page) -> None:
    opened.set_viewport_size({"width": 360, "height": 740})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_chart_of_half_a_page_is_no_wider_than_a_narrow_screen(opened: Page) -> None:
    opened.set_viewport_size({"width": 360, "height": 740})
    edges = "[...document.querySelectorAll('figure.chart')].map(f => f.getBoundingClientRect().right)"
    assert max(opened.evaluate(edges)) <= 360
    # As it was once: wider than the screen, whatever stands beside it.
    if opened.locator("figure.chart.half").count():
        opened.add_style_tag(content="figure.chart.half { max-width: none !important; margin-right: 1rem !important; }")
        assert opened.evaluate("document.documentElement.scrollWidth") > 360


def test_it_prints_to_paper(opened: Page, tmp_path: Path) -> None:
    opened.pdf(path=str(tmp_path / "page.pdf"), format="A4")
    assert (tmp_path / "page.pdf").stat().st_size > 50_000


def test_it_is_accessible(opened: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


def test_the_accessibility_check_sees_a_planted_defect(browser: Browser) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page()
    page.set_content('<html lang="vi"><title>x</title><main><h1>x</h1><img src="data:,"></main></html>')
    assert "image-alt" in {v["id"] for v in Axe().run(page).response["violations"]}
    page.close()
