"""The index of reports: complete, the same bytes each time, searchable offline by keyboard, and accessible."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page

from stats import codes
from stats.reports.production import fingerprint, index, manifest
from stats.reports.production.jobs import Job
from stats.reports.production.survey import Survey

HA_NOI = "period_ha-noi_2018_vi"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def wanted(asked: Callable[[Path], list[Job]], out: Path, make) -> list[Job]:  # type: ignore[no-untyped-def]
    found = [job for job in asked(out) if not job.lacks]
    make(found, out)
    return found


@pytest.fixture(scope="module")
def pages(wanted: list[Job], out: Path) -> dict[str, Path]:
    return dict(zip(("vi", "en"), index.write(out, wanted, codes.load()), strict=True))


@pytest.fixture(scope="module")
def short(asked: Callable[[Path], list[Job]], tmp_path_factory: pytest.TempPathFactory, make) -> dict[str, Path]:  # type: ignore[no-untyped-def]
    """An index of every kind of report, short enough for a check that looks at every element."""
    out = tmp_path_factory.mktemp("short")
    jobs = [job for job in asked(out) if not job.lacks and job.request.parameters.place in ("ha-noi", "")]
    make(jobs, out)
    return dict(zip(("vi", "en"), index.write(out, jobs, codes.load()), strict=True))


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_report_stands_in_it_with_links_that_lead_to_its_files(
    pages: dict[str, Path], wanted: list[Job], out: Path
) -> None:
    for lang, path in pages.items():
        page = soup(path)
        assert page.html is not None
        assert page.html["lang"] == lang
        assert 2 * len(page.select("#reports tbody tr")) == len(wanted)
        links = [a["href"] for a in page.select("#reports a")]
        assert len(links) == len(set(links)) == 2 * len(wanted)
        assert all((out / str(href)).is_file() for href in links)
        assert not any(str(href).startswith(("/", "http", "file")) for href in links)
        assert not re.search(r'(src|href)="(https?:)?//', path.read_text(encoding="utf-8"))


def test_the_same_set_gives_the_same_bytes_and_no_new_file(
    wanted: list[Job], pages: dict[str, Path], out: Path
) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pages.values()}
    index.write(out, wanted, codes.load())
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pages.values()} == before


def test_a_report_without_outputs_is_left_out_and_a_failed_one_shows_its_last_good_version(
    asked: Callable[[Path], list[Job]],
    make,
    seen: Survey,
    tmp_path: Path,  # type: ignore[no-untyped-def]
) -> None:
    some = [job for job in asked(tmp_path) if job.request.parameters.place == "ha-noi" and job.request.kind == "period"]
    made = [job for job in some if not job.lacks]
    make(made, tmp_path)
    (tmp_path / "period" / f"{made[0].key}.html").unlink()
    good = manifest.read(tmp_path, made[1].key)
    now = fingerprint.prints(seen, tmp_path).of(made[1])
    manifest.write(tmp_path, manifest.failed(made[1].key, {}, now, "no", good))
    page = soup(index.write(tmp_path, some, codes.load())[1])
    assert len(page.select("#reports .files li")) == len(made) - 1
    assert [row.get_text() for row in page.select("tbody tr .draft") if "earlier version" in row.get_text()] != []


def test_an_empty_index_says_so(tmp_path: Path) -> None:
    page = soup(index.write(tmp_path, [], codes.load())[0])
    none = page.find(id="none")
    assert none is not None
    assert not none.has_attr("hidden")


def test_a_name_is_only_a_name(wanted: list[Job], out: Path) -> None:
    job = next(job for job in wanted if job.key == HA_NOI)
    found = manifest.read(out, HA_NOI)
    assert found is not None
    planted = dataclasses.replace(job, label_vi="<script>alert(1)</script>", audience_vi='"><img src=x>')
    text = index.page([(planted, found)], codes.load(), "vi")
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


class TestInTheBrowser:
    @pytest.fixture(params=("vi", "en"))
    def opened(self, request: pytest.FixtureRequest, browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.said = []  # type: ignore[attr-defined]
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda asked: page.said.append(asked.url) if not asked.url.startswith("file:") else None)
        page.goto(pages[request.param].as_uri())
        yield page
        assert page.said == []  # type: ignore[attr-defined]
        page.close()

    def test_a_body_and_a_period_are_found_however_they_are_typed(self, opened: Page, wanted: list[Job]) -> None:
        def shown(text: str) -> set[str]:
            opened.fill("#search", text)
            hrefs = opened.locator("#reports tbody tr:visible a").evaluate_all(
                "all => all.map(a => a.getAttribute('href'))"
            )
            return {Path(href).stem for href in hrefs}

        expected = {
            j.key for j in wanted if j.request.parameters.place == "ha-noi" and j.request.parameters.period == "2018"
        }
        for text in ("Hà Nội 2018", "ha noi 2018", "HA-NOI  2018", "2018, hanoi".replace("hanoi", "hà nội")):
            found = shown(text)
            assert expected <= found, text
            assert len(found) < len(wanted) / 10
        assert shown("đồng nai") == shown("dong nai") != set()
        assert shown("no such place") == set()
        assert opened.locator("#none").is_visible()
        assert "0" in opened.locator("#found").inner_text()
        assert shown("") == {job.key for job in wanted}
        assert opened.locator("#found").inner_text() == ""

    def test_it_is_used_by_keyboard_alone(self, opened: Page) -> None:
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.className") == "skip-link"
        opened.keyboard.press("Tab")
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.id") == "search"
        opened.keyboard.type("ha noi 2018")
        opened.keyboard.press("Enter")
        assert opened.locator("#reports tbody tr:visible").count() > 0
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.closest('tr').hidden") is False

    @pytest.mark.parametrize("width", [320, 1200])
    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_it_is_accessible_and_fits(self, browser: Browser, short: dict[str, Path], lang: str, width: int) -> None:
        from axe_playwright_python.sync_playwright import Axe

        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(short[lang].as_uri())
        rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        broken = [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page, options=rules).response["violations"]]
        assert broken == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()

    def test_without_script_it_is_a_plain_list(self, browser: Browser, pages: dict[str, Path]) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(pages["vi"].as_uri())
        assert page.locator("#reports tbody tr").first.is_visible()
        assert not page.locator(".search").is_visible()
        context.close()
