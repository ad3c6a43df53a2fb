"""The local page as a browser meets it: one server for all tests of a process, a fresh browser window for each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from stats.app import server

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def _served(data: Path, lang: str = "vi") -> Iterator[str]:
    """Serve the page from a data folder in a thread; give its address without the last stroke."""
    running = server.serving(server.create(data, lang), server.bind(0))
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://{server.HOST}:{running.port}"
    running.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The page on the project's own data."""
    with _served(ROOT / "data") as address:
        yield address


def _until(page: Page, condition: str, argument: Any = None) -> None:
    """Wait for a condition; Playwright's own way evaluates a text on the page, which its policy forbids."""
    for _ in range(1000):
        if page.evaluate(condition, argument):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{page.url}: never came true: {condition}")


def _settled(page: Page) -> None:
    _until(page, "() => document.documentElement.dataset.settled === location.search")
    _until(
        page,
        "() => [...document.querySelectorAll('#result .dash-graph')].every(g => g.querySelector('.main-svg'))"
        " && !document.querySelector('.dash-graph--pending')",
    )


def _choose(page: Page, field: str, value: str) -> None:
    page.select_option(f"#choose-{field}", value)
    _until(page, "value => location.search.includes(value)", value)
    _settled(page)


@pytest.fixture(scope="session")
def served() -> Callable[[Path], AbstractContextManager[str]]:
    """Serve the page from another data folder: ``with served(folder) as address``."""
    return _served


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    """Wait for a condition in the language of the page: ``until(page, "() => ...")``."""
    return _until


@pytest.fixture(scope="session")
def settled() -> Callable[[Page], None]:
    """Wait until the page shows what its address asks for."""
    return _settled


@pytest.fixture(scope="session")
def choose() -> Callable[[Page, str, str], None]:
    """Pick an entry of a list: ``choose(page, "period", "2018")``."""
    return _choose


@pytest.fixture
def window(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open an address in a window of its own, which notes what it asks for and what it complains of."""
    contexts = []

    def open_(search: str = "", *, width: int = 1280, height: int = 900, at: str = site) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []  # type: ignore[attr-defined]
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{at}/{search}")
        _settled(page)
        return page

    yield open_
    for context in contexts:
        context.close()
