"""``make lab`` in a real Chromium: charts drawn, the panel by keyboard, completion and help, nothing remote.

Run by ``make test-lab``; one JupyterLab serves all tests of this file.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from starting import START, TOKEN, WAIT, Lab, Window, browser, lab, run_all, window

expect.set_options(timeout=WAIT)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("lab")) as found:
        yield found


@pytest.fixture(scope="module")
def shown(running: Lab) -> Iterator[Window]:
    """The window ``make lab`` opens, the start notebook run."""
    with browser() as made:
        found = window(made)
        found.page.set_default_timeout(WAIT)
        found.page.goto(running.address)
        expect(found.page.locator(".jp-Notebook h1")).to_contain_text("kỷ luật đảng")
        run_all(found.page)
        yield found


@pytest.fixture
def page(shown: Window) -> Page:
    return shown.page


def cell(page: Page, code: str) -> Locator:
    """Return the code cell that holds a text, in view."""
    found = page.locator(".jp-CodeCell").filter(has=page.locator(".jp-InputArea", has_text=code)).first
    found.scroll_into_view_if_needed()
    return found


def failures(page: Page) -> Locator:
    """Return the outputs of cells that failed."""
    return page.locator(".jp-OutputArea-output").filter(has_text="Traceback (most recent call last)")


def test_it_opens_on_the_start_notebook(page: Page) -> None:
    assert page.url.split("?")[0].endswith(f"/lab/tree/{START}")
    expect(page.locator(".lm-TabBar-tabLabel", has_text="start.ipynb").first).to_be_visible()


def test_the_first_chart_is_drawn(page: Page, running: Lab) -> None:
    drawn = cell(page, "view.chart").locator(".js-plotly-plot").first
    expect(drawn.locator(".main-svg").first).to_be_visible()
    print(f"\nfrom the command to the first chart: {time.monotonic() - running.started:.1f} s")
    expect(drawn).to_contain_text("1.783")
    expect(drawn.locator(".barlayer .point path")).to_have_count(4)  # a bar a penalty


def test_the_first_sentence_is_the_half_term_of_ha_noi(page: Page) -> None:
    said = cell(page, "print(view.sentence").locator(".jp-OutputArea-output")
    expect(said).to_contain_text("2.377")
    expect(said).to_contain_text(re.compile(r"1\.783.*281.*25.*288", re.DOTALL))


def test_no_cell_has_failed(page: Page) -> None:
    expect(cell(page, "explore.panel").locator("select").first).to_be_visible()
    expect(failures(page)).to_have_count(0)


def chosen(box: Locator) -> str:
    """Return what a list shows, without the mark of an entry that has no figure."""
    shown = str(box.evaluate("box => box.selectedOptions[0].text")).replace("\u00a0", " ")
    return shown.split(" (")[0].strip()


class TestPanel:
    def test_body_and_indicator_change_by_keyboard_alone(self, page: Page) -> None:
        panel = cell(page, "explore.panel")
        bodies, indicators = panel.locator("select").nth(0), panel.locator("select").nth(2)
        title, said = panel.locator("h3").first, panel.locator('[role="status"]').first
        drawn = panel.locator(".js-plotly-plot").first
        expect(said).to_contain_text("2.377")
        expect(drawn).to_contain_text("1.783")
        indicators.focus()
        first = chosen(indicators)
        page.keyboard.press("Home")
        expect(title).not_to_contain_text(first)
        expect(title).to_contain_text(chosen(indicators))
        expect(said).not_to_contain_text("1.783")
        expect(drawn.locator(".main-svg").first).to_be_visible()
        expect(panel.locator(".js-plotly-plot").filter(has_text="1.783")).to_have_count(0)
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Shift+Tab")
        assert bodies.evaluate("box => box === document.activeElement"), "the lists follow one another by Tab"
        page.keyboard.press("ArrowDown")
        expect(title).not_to_contain_text("Hà Nội")
        expect(title).to_contain_text(chosen(bodies))
        expect(said).not_to_contain_text("2.377")

    def test_without_figures_it_says_what_exists_and_draws_nothing(self, page: Page) -> None:
        panel = cell(page, "explore.panel")
        bodies = panel.locator("select").nth(0)
        listed = [text for text in bodies.locator("option").all_inner_texts() if "Dương" in text and "Hải" in text]
        bodies.select_option(label=listed[0])
        expect(panel.locator('[role="status"]').first).to_contain_text("Hải Dương")
        expect(panel.locator('[role="status"]').first).to_contain_text("Chưa tìm thấy số liệu công bố")
        expect(panel.locator(".js-plotly-plot")).to_have_count(0)

    def test_a_suggestion_is_a_button_that_works_by_keyboard(self, page: Page) -> None:
        panel = cell(page, "explore.panel")
        near = panel.locator("button").filter(has_text="Hải Dương").first
        near.focus()
        page.keyboard.press("Enter")
        expect(panel.locator('[role="status"]').first).not_to_contain_text("Chưa tìm thấy số liệu")
        expect(panel.locator(".js-plotly-plot .main-svg, [role=status]").first).to_be_visible()

    def test_the_code_that_made_it_can_be_read(self, page: Page) -> None:
        expect(cell(page, "explore.panel").locator("pre").last).to_contain_text("explore.look(")


class TestCompletion:
    @pytest.fixture
    def line(self, page: Page) -> Iterator[Locator]:
        """A new cell at the end, ready to type in; it is left empty."""
        page.locator(".jp-Notebook .jp-Cell").last.click()
        page.keyboard.press("Escape")
        page.keyboard.press("b")
        page.keyboard.press("Enter")
        found = page.locator(".jp-Cell.jp-mod-active .cm-content")
        expect(found).to_be_focused()
        yield found
        for _ in range(3):
            page.keyboard.press("Escape")
        page.keyboard.press("d")
        page.keyboard.press("d")

    @pytest.mark.parametrize(
        ("typed", "offered"),
        [
            ("explore.", ("look", "trace", "compare", "panel", "options")),
            ('book.catalogue["', ("disciplined-members", "penalty-mix-members")),
        ],
    )
    def test_tab_lists_what_there_is(self, page: Page, line: Locator, typed: str, offered: tuple[str, ...]) -> None:
        line.press_sequentially(typed)
        listed = page.locator(".jp-Completer-item")
        for _ in range(10):  # the first question to a kernel may come too early for it
            page.keyboard.press("Tab")
            with contextlib.suppress(AssertionError):
                expect(listed.first).to_be_visible(timeout=6_000)
                break
        for name in offered:
            expect(page.locator(".jp-Completer-list")).to_contain_text(name)

    def test_help_shows_the_docstring(self, page: Page, line: Locator) -> None:
        line.press_sequentially("explore.look(")
        page.keyboard.press("Shift+Tab")
        expect(page.locator(".jp-Tooltip")).to_contain_text("Return the answer of the curated figures to one choice")

    def test_a_mistyped_indicator_names_the_nearest(self, page: Page, line: Locator) -> None:
        line.press_sequentially('explore.look("ha-noi", "2018", "disciplined-membrs", book=book)')
        page.keyboard.press("Shift+Enter")
        expect(failures(page).last).to_contain_text("Nearest: disciplined-members")
        page.keyboard.press("Escape")
        page.keyboard.press("b")


def test_a_link_of_the_table_opens_a_question(page: Page, running: Lab) -> None:
    page.locator(".jp-MarkdownOutput a", has_text="Who disciplines?").click()
    tab = page.locator(".lm-TabBar-tabLabel", has_text="03_who_disciplines.ipynb").first
    expect(tab).to_be_visible()
    assert (running.folder / "notebooks" / "explore" / "03_who_disciplines.ipynb").is_file()


def test_no_request_left_this_machine(shown: Window, running: Lab) -> None:
    shown.page.goto(f"{running.address.split('/?')[0]}/lab?token={TOKEN}")
    expect(shown.page.locator("#jp-main-dock-panel")).to_be_visible()
    assert len(shown.requests) > 50
    assert shown.elsewhere == []


def test_the_check_sees_a_request_to_elsewhere() -> None:
    planted = [
        "http://127.0.0.1:8888/lab",
        "data:image/png;base64,x",
        "https://example.org/x.js",
        "wss://example.org/s",
    ]
    assert Window(page=None, requests=planted).elsewhere == planted[2:]  # type: ignore[arg-type]


def test_nothing_was_asked_of_the_network_by_the_server(running: Lab) -> None:
    log = running.log.read_text(encoding="utf-8")
    assert "Kernel is running over TCP" not in log
    assert not re.search(r"jupyterlab\.github\.io|pypi\.org", log)


def test_the_notebooks_of_the_project_stay_as_they_are(running: Lab) -> None:
    root = Path(__file__).resolve().parents[2]
    assert running.folder != root
    assert '"execution_count": null' in (root / START).read_text(encoding="utf-8")
