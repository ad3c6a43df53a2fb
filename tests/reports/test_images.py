"""Static charts: the browser, steady bytes, what a file says about itself, and every way it can fail."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import psutil
import pytest
from PIL import Image
from pypdf import PdfReader

from stats import theme
from stats.errors import MissingSystemPackageError, ReportError
from stats.indicators import Book
from stats.reports import browser, chromium
from stats.reports.writers import images, imprint
from stats.reports.writers.imprint import Imprint
from stats.sections import charts
from stats.sections.report import report_on

SVG = "{http://www.w3.org/2000/svg}"
DC = "{http://purl.org/dc/elements/1.1/}"
PLANTED = "<script>alert(1)</script> & \"=HYPERLINK('x')\""
SAID = Imprint(PLANTED, "Mô tả: ệ", "vi", "Báo Ẵ & <b>", "Hà Nội", "Năm 2023", dt.date(2023, 4, 19))


@pytest.fixture(scope="module")
def studio() -> Iterator[images.Studio]:
    with images.Studio(theme.fonts_dir()) as open_studio:
        yield open_studio


@pytest.fixture(scope="module")
def figures(book: Book) -> dict[str, dict[str, Any]]:
    """Three charts: hatched, with intervals, and with small multiples."""
    report = report_on(book, book.codes.body("ha-noi"), book.codes.period("2020-2025/half", "ha-noi"), "vi")
    found = [c for n in ("own-targets", "penalty-mix", "inspection-funnel") for c in charts.draw(report, n)]
    return {chart.name: chart.spec for chart in found}


def plain(title: str = "Ẵ", label: str = "Nhãn") -> dict[str, Any]:
    layout = {"width": 300, "height": 200, "title": {"text": title}, "font": {"family": theme.FONT, "size": 20}}
    return {"data": [{"type": "bar", "x": [label, "b"], "y": [1, 2]}], "layout": layout}


@pytest.fixture
def short() -> Iterator[Path]:
    """A temporary folder with a short name: in a long one the browser uses /tmp."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="t-") as folder:
        yield Path(folder)


class TestStudio:
    def test_the_same_figure_gives_the_same_bytes_whatever_was_drawn_before(self, studio, figures):
        first = {name: studio.svg(figure) for name, figure in figures.items()}
        again = {name: studio.svg(figures[name]) for name in reversed(list(figures))}
        assert first == again
        with images.Studio(theme.fonts_dir()) as other:
            assert {name: other.svg(figure) for name, figure in figures.items()} == first
            name, figure = next(iter(figures.items()))
            size = figure["layout"]["width"], figure["layout"]["height"]
            assert other.png(first[name], *size, 2) == studio.png(first[name], *size, 2)

    def test_the_short_way_draws_what_plotly_to_image_draws(self, studio, figures):
        def shape(svg: str) -> list[tuple[str, dict[str, str], str | None]]:
            bare = re.sub(r"(?<=[a-z-])[0-9a-f]{6}(?![0-9a-f])", "", svg)
            return [(e.tag, dict(e.attrib), e.text) for e in list(ET.fromstring(bare).iter())[1:]]

        stock = "Plotly.toImage({}, {{format: 'svg', imageDataOnly: true, width: {}, height: {}}})"
        for figure in figures.values():
            layout = figure["layout"]
            expected = studio._browser.evaluate(stock.format(json.dumps(figure), layout["width"], layout["height"]))
            assert shape(studio.svg(figure)) == shape(expected)

    def test_a_png_has_the_size_asked_for_at_each_scale(self, studio):
        svg = studio.svg(plain())
        for scale in (1, 2):
            assert Image.open(io.BytesIO(studio.png(svg, 300, 200, scale))).size == (300 * scale, 200 * scale)

    def test_the_bundled_font_is_what_is_drawn(self, studio):
        """In another font the same words are of another width; marks above capitals stay in the picture."""
        svg = studio.svg(plain("ẴẰẪỆ"))
        other = svg.replace("Be Vietnam Pro", "DejaVu Serif").replace("Noto Sans", "DejaVu Serif")
        assert studio.png(svg, 300, 200, 1) != studio.png(other, 300, 200, 1)
        picture = Image.open(io.BytesIO(studio.png(svg, 300, 200, 1))).convert("L")
        assert picture.crop((0, 0, 300, 2)).getextrema() == (255, 255)

    def test_a_pdf_is_one_page_of_the_size_with_fonts_and_text(self, studio):
        data = imprint.into_pdf(studio.pdf(studio.svg(plain("Kỷ luật")), 300, 200, title="Ẵ", lang="vi"), SAID)
        page = PdfReader(io.BytesIO(data))
        assert len(page.pages) == 1
        assert [float(x) for x in page.pages[0].mediabox[2:]] == pytest.approx([225, 150], abs=0.5)
        assert "Kỷ luật" in page.pages[0].extract_text()
        assert page.metadata.title == "Ẵ"
        assert "2023-04-19" in str(page.metadata.creation_date)
        fonts = [f.get_object() for f in page.pages[0]["/Resources"]["/Font"].values()]
        assert all("BeVietnamPro" in f["/BaseFont"] for f in fonts)
        assert all("/FontFile2" in f["/DescendantFonts"][0].get_object()["/FontDescriptor"] for f in fonts)
        again = imprint.into_pdf(studio.pdf(studio.svg(plain("Kỷ luật")), 300, 200, title="Ẵ", lang="vi"), SAID)
        assert again == data

    def test_a_broken_figure_is_a_report_error_and_the_next_one_is_drawn(self, studio):
        with pytest.raises(ReportError, match="could not draw"):
            studio._browser.evaluate("chart.svg(null)")
        assert studio.svg(plain()).startswith("<svg")

    def test_what_is_too_large_for_a_png_is_said(self, studio):
        with pytest.raises(ReportError, match="SVG or PDF"):
            studio.png(studio.svg(plain()), 100_000, 100_000, 2)

    def test_nothing_drawn_reaches_a_network(self, studio):
        script = "fetch('http://localhost:9/').then(() => 'reached', error => 'refused')"
        assert studio._browser.evaluate(script) == "refused"

    def test_names_in_a_figure_are_words_only(self, studio):
        root = ET.fromstring(studio.svg(plain(label=PLANTED.replace("<", "&lt;"))))
        assert not list(root.iter(f"{SVG}script"))


class TestImprint:
    def test_svg(self, studio):
        drawn = imprint.into_svg(studio.svg(plain()), SAID, "a<b")
        root = ET.fromstring(drawn)
        assert root.get("role") == "img"
        assert root.get("lang") == "vi"
        title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title.text == PLANTED
        assert desc.text == "Mô tả: ệ"
        assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
        said = {e.tag.removeprefix(DC): e.text for e in root.find(f"{SVG}metadata").iter() if e.tag.startswith(DC)}
        assert (said["source"], said["date"], said["coverage"]) == ("Báo Ẵ & <b>", "2023-04-19", "Năm 2023")
        assert not list(root.iter(f"{SVG}script"))

    def test_ids_are_of_one_drawing_only_and_every_reference_finds_its_own(self, studio, figures):
        one, two = (imprint.into_svg(studio.svg(figures["own-targets"]), Imprint(t), "x") for t in "ab")
        ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, two)]
        assert not ids[0] & ids[1]
        pointed = set(re.findall(r"url\((?:'|&quot;)?#([^'&)]+)", one))
        assert any("pattern" in one for _ in pointed)
        assert pointed
        assert pointed <= ids[0]

    def test_png(self, studio):
        data = imprint.into_png(studio.png(studio.svg(plain()), 300, 200, 2), SAID, 2)
        picture = Image.open(io.BytesIO(data))
        picture.load()
        assert picture.text == {
            "Title": PLANTED, "Description": "Mô tả: ệ", "Source": "Báo Ẵ & <b>", "Place": "Hà Nội",
            "Period": "Năm 2023", "Vintage": "2023-04-19",
        }  # fmt: skip
        assert picture.info["dpi"] == pytest.approx((192, 192), abs=0.1)

    def test_control_characters_never_break_a_file(self, studio):
        odd = Imprint("a\x00b\x08c", "d\x1fe")
        assert ET.fromstring(imprint.into_svg(studio.svg(plain()), odd, "x")).find(f"{SVG}title").text == "abc"
        data = imprint.into_png(studio.png(studio.svg(plain()), 300, 200, 1), odd)
        assert Image.open(io.BytesIO(data)).text["Title"] == "abc"

    def test_a_report_chart_says_its_own_title(self, figures):
        said = Imprint.of_figure(figures["penalty-mix"])
        assert "Khiển trách" in said.title
        assert said.description.startswith("Biểu đồ")


class TestFailing:
    @pytest.mark.parametrize("named", ["/nowhere/chromium", "/etc/passwd"])
    def test_a_wrong_browser_path_says_so(self, monkeypatch, named):
        monkeypatch.setenv("BROWSER_PATH", named)
        with pytest.raises(MissingSystemPackageError, match="BROWSER_PATH") as caught:
            browser.Browser()
        assert named in caught.value.vi
        assert "apt-get install chromium" in caught.value.vi

    def test_without_chromium_the_package_is_named(self, monkeypatch):
        monkeypatch.delenv("BROWSER_PATH", raising=False)
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(MissingSystemPackageError, match="apt-get install chromium"):
            browser.Browser()

    def test_a_browser_that_cannot_start_says_why(self, monkeypatch, tmp_path):
        place = tmp_path / "chromium"
        place.write_text("#!/bin/sh\necho cannot open shared object file >&2\nexit 127\n", encoding="utf-8")
        place.chmod(0o755)
        monkeypatch.setenv("BROWSER_PATH", str(place))
        monkeypatch.setattr(browser.tempfile, "tempdir", str(tmp_path))
        with pytest.raises(ReportError, match="cannot open shared object file"), browser.Browser():
            pass
        assert list(tmp_path.iterdir()) == [place]

    def test_a_browser_that_never_answers_is_given_up(self, monkeypatch, tmp_path):
        place = tmp_path / "chromium"
        place.write_text("#!/bin/sh\nsleep 60\n", encoding="utf-8")
        place.chmod(0o755)
        monkeypatch.setenv("BROWSER_PATH", str(place))
        started = time.monotonic()
        with pytest.raises(ReportError, match="did not answer"), browser.Browser(limit=0.3):
            pass
        assert time.monotonic() - started < 10

    def test_a_page_that_hangs_is_given_up(self):
        with browser.Browser() as one:
            one.limit = 0.5
            with pytest.raises(ReportError, match="did not answer"):
                one.evaluate("new Promise(() => {})")

    def test_a_crashed_page_is_an_error_at_once(self):
        with browser.Browser() as one:
            started = time.monotonic()
            with pytest.raises(ReportError, match="crashed"):
                one.call("Page.crash")
            assert time.monotonic() - started < 30

    def test_a_browser_that_was_killed_is_an_error_at_once(self):
        with browser.Browser() as one:
            os.killpg(one.pid, signal.SIGKILL)
            with pytest.raises(ReportError, match="ended too early"):
                one.evaluate("1")

    def test_nothing_is_left_in_the_temporary_folder_or_running(self, monkeypatch, short):
        monkeypatch.setattr(browser.tempfile, "tempdir", str(short))
        with browser.Browser() as one:
            assert one.evaluate("1 + 1") == 2
            group = one.pid
            assert list(short.iterdir())
        assert list(short.iterdir()) == []
        deadline = time.monotonic() + 10  # killed, but on a busy machine not yet gone
        while time.monotonic() < deadline and running(group):
            time.sleep(0.05)
        assert not running(group)

    def test_a_program_killed_outright_leaves_no_browser_and_no_folder(self, short):
        script = (
            "import time\nfrom stats.reports.browser import Browser\n"
            "with Browser() as one:\n print(one.pid, flush=True)\n time.sleep(60)\n"
        )
        run = subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(short)},
        )
        group = int(run.stdout.readline())
        assert list(short.iterdir())
        run.kill()
        run.communicate()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (running(group) or list(short.iterdir())):
            time.sleep(0.1)
        assert not running(group)
        assert list(short.iterdir()) == []

    def test_a_long_temporary_folder_does_not_stop_it(self, monkeypatch, tmp_path):
        long = tmp_path / ("a" * 100)
        long.mkdir()
        monkeypatch.setattr(browser.tempfile, "tempdir", str(long))
        with browser.Browser() as one:
            assert one.evaluate("1 + 1") == 2

    def test_the_browser_named_is_the_browser_used(self, monkeypatch, tmp_path):
        place = tmp_path / "mine"
        place.symlink_to(chromium.require())
        monkeypatch.setenv("BROWSER_PATH", str(place))
        assert chromium.require() == place


def running(group: int) -> list[int]:
    """Processes of a group that are not merely waiting to be collected."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def test_draw_gives_every_format_asked_for():
    done = images.draw({"a": plain()}, ("png", "png@1", "svg", "pdf"), fonts=theme.fonts_dir())
    assert list(done) == [("a", "png"), ("a", "png@1"), ("a", "svg"), ("a", "pdf")]
    sizes = [Image.open(io.BytesIO(done["a", form])).size for form in ("png", "png@1")]
    assert sizes == [(600, 400), (300, 200)]


def test_fonts_that_are_not_there_are_an_error(tmp_path: Path):
    with pytest.raises(ReportError, match="fonts"):
        images.draw({"a": plain()}, ("svg",), fonts=tmp_path)
