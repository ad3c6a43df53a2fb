"""``discipline-stats chart``: every format, names that stay, words that are only words, nothing half-written."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from pypdf import PdfReader

from stats import theme
from stats.errors import MissingSystemPackageError, OutputError, PeriodError, UnknownCodeError, UsageError
from stats.indicators import Book, open_book
from stats.reports import chart

HALF = {"place": "ha-noi", "period": "2020-2025/half"}
SCRIPT, FORMULA = "<script>alert(1)</script>", "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def made(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chart")
    for lang in ("vi", "en"):
        chart.write(book, "funnel", **HALF, lang=lang, formats="png,svg,pdf,html,json", out=folder)
    return folder


def read(folder: Path, lang: str, end: str) -> bytes:
    return (folder / f"inspection-funnel_ha-noi_2020-2025-half_{lang}{end}").read_bytes()


def test_every_format_is_written_under_names_that_stay(made):
    ends = (".html", ".json", ".pdf", ".png", ".svg", "@2x.png")
    names = {f"inspection-funnel_ha-noi_2020-2025-half_{lang}{end}" for lang in ("vi", "en") for end in ends}
    assert {p.name for p in made.iterdir()} == names


def test_the_same_call_gives_the_same_names_and_bytes(book, made, tmp_path):
    again = chart.write(book, "inspection-funnel", **HALF, formats="png,svg,pdf,html,json", out=tmp_path)
    assert len(again) == 6
    assert all(path.read_bytes() == (made / path.name).read_bytes() for path in again)


def test_pictures_at_one_and_two_pixels(made):
    one, two = (Image.open(io.BytesIO(read(made, "vi", end))) for end in (".png", "@2x.png"))
    assert one.width == theme.SIZES["page"].width
    assert two.size == (2 * one.width, 2 * one.height)
    assert one.text["Title"] == "43,8% đảng viên được kiểm tra có vi phạm"
    assert (one.text["Period"], one.text["Place"]) == ("Nửa đầu nhiệm kỳ 2020-2025", "Hà Nội")
    assert one.text["Vintage"] == json.loads(read(made, "vi", ".json"))["vintage"]
    assert "PNTĐ" in one.text["Source"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_svg_speaks_for_itself(made, lang):
    root = ET.fromstring(read(made, lang, ".svg"))
    record = json.loads(read(made, lang, ".json"))
    ns = {"s": "http://www.w3.org/2000/svg", "dc": "http://purl.org/dc/elements/1.1/"}
    assert root.get("lang") == lang
    assert root.find("s:title", ns).text == record["title"]
    assert root.find("s:desc", ns).text == record["alt"]
    assert root.find(".//dc:date", ns).text == record["vintage"]
    assert "PNTĐ" in root.find(".//dc:source", ns).text


def test_pdf_is_one_page_of_text(made):
    page = PdfReader(io.BytesIO(read(made, "vi", ".pdf")))
    assert len(page.pages) == 1
    assert page.metadata.title == "43,8% đảng viên được kiểm tra có vi phạm"
    assert "Phải kỷ luật" in page.pages[0].extract_text()


def test_record(made):
    record = json.loads(read(made, "en", ".json"))
    assert record["name"] == "inspection-funnel"
    assert (record["place"], record["period"], record["language"]) == ("ha-noi", "2020-2025/half", "en")
    assert "members" in record["unit"]
    assert [row["estimate"] for row in record["rows"]] == [317, 122, 17, 758, 332, 236]
    assert record["spec"]["layout"]["meta"]["title"] == record["title"]
    assert all({"title", "publisher", "date", "url"} <= set(source) for source in record["sources"])
    assert "PNTĐ" in record["caption"]


class TestFragment:
    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_stands_alone_with_its_twin(self, made, lang):
        data = read(made, lang, ".html")
        assert len(data) < 100_000
        soup = BeautifulSoup(data, "html.parser")
        assert not soup.find_all(["script", "link", "img", "iframe"])
        assert "url(http" not in data.decode()
        figure = soup.find("figure", lang=lang)
        assert figure.svg["role"] == "img"
        assert figure.figcaption.details.table.caption
        cells = [[c.get_text() for c in row.find_all(["th", "td"])] for row in figure.tbody.find_all("tr")]
        record = json.loads(read(made, lang, ".json"))
        assert [row[0] for row in cells] == [row["label"] for row in record["rows"]]
        assert all(row["value"] in cell for row, cell in zip(record["rows"], cells, strict=True))
        assert {th["scope"] for th in figure.table.find_all("th")} == {"col", "row"}

    def test_two_share_a_page(self, made):
        ids = re.findall(r'\bid="([^"]+)"', (read(made, "vi", ".html") + read(made, "en", ".html")).decode())
        assert len(ids) > 8
        assert len(ids) == len(set(ids))

    def test_references_find_their_ids(self, made):
        text = read(made, "vi", ".html").decode()
        ids = set(re.findall(r'\bid="([^"]+)"', text))
        named = re.findall(r'aria-labelledby="([^"]+)"', text)
        assert {one for many in named for one in many.split()} | set(re.findall(r"url\(['\"]?#([^'\")]+)", text)) <= ids

    def test_the_widest_chart_stays_small(self, book, tmp_path):
        (path,) = chart.write(book, "coverage", **HALF, formats="html", out=tmp_path)
        assert path.stat().st_size < 100_000


@pytest.mark.parametrize("size", ["page", "half", "slide"])
def test_sizes(book, tmp_path, size):
    (path,) = chart.write(book, "penalty-mix", **HALF, size=size, formats="json", out=tmp_path)
    layout = json.loads(path.read_text(encoding="utf-8"))["spec"]["layout"]
    assert layout["width"] == theme.SIZES[size].width
    assert not theme.SIZES[size].height or layout["height"] == theme.SIZES[size].height


def test_json_alone_needs_no_browser(book, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    assert len(chart.write(book, "penalty-mix", **HALF, formats="json", out=tmp_path)) == 1
    with pytest.raises(MissingSystemPackageError, match="BROWSER_PATH"):
        chart.write(book, "penalty-mix", **HALF, formats="json,svg", out=tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"name": "penalty-mx"}, UnknownCodeError, "penalty-mix"),
        ({"formats": "gif"}, UnknownCodeError, "pdf"),
        ({"size": "poster"}, UnknownCodeError, "slide"),
        ({"lang": "fr"}, UnknownCodeError, "vi, en"),
        ({"period": "2019"}, PeriodError, "2020-2025/half"),
        ({"place": ""}, UsageError, "--place"),
        ({"name": "violation-contents"}, UsageError, "nothing was drawn"),
        ({"name": "coverage", "size": "half"}, UsageError, "page size only"),
    ],
)
def test_what_does_not_exist_is_said_and_nothing_is_written(book, tmp_path, asked, error, said):
    with pytest.raises(error, match=re.escape(said)):
        chart.write(book, **{"name": "penalty-mix", **HALF, **asked}, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_keeps_the_old_file(book, made, tmp_path, monkeypatch):
    (old,) = chart.write(book, "penalty-mix", **HALF, formats="json", out=tmp_path)
    before = old.read_bytes()
    monkeypatch.setattr(
        chart.files.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OutputError, match="No space left"):
        chart.write(book, "penalty-mix", **HALF, lang="vi", size="half", formats="json", out=tmp_path)
    assert old.read_bytes() == before
    assert list(tmp_path.iterdir()) == [old]


@pytest.mark.parametrize("name", [SCRIPT, FORMULA])
def test_a_name_in_the_data_is_only_a_name(data_copy, tmp_path, name):
    for file, column in (("codes/bodies.csv", "Hà Nội"), ("tables/sources.csv", "PNTĐ (Báo Phụ nữ Thủ đô)")):
        path = data_copy / file
        text = path.read_text(encoding="utf-8")
        assert column in text
        path.write_text(text.replace(f",{column},", f',"{name}",'), encoding="utf-8")
    out = tmp_path / "out"
    chart.write(open_book(data_copy), "penalty-mix", **HALF, formats="png,svg,html,json", out=out)
    files = {path.suffix: path.read_bytes() for path in out.iterdir() if "@" not in path.name}
    drawn = ET.fromstring(files[".svg"])
    assert not [e for e in drawn.iter() if e.tag.endswith("script")]
    assert name in "".join(drawn.itertext())
    soup = BeautifulSoup(files[".html"], "html.parser")
    assert not soup.find_all("script")
    assert name in soup.get_text()
    assert Image.open(io.BytesIO(files[".png"])).text["Place"] == name
    assert json.loads(files[".json"])["place_name"] == name
