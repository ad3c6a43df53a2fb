"""The coverage report: complete, traced, the same figures in both languages, for one body or all."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from stats import indicators
from stats.errors import PeriodError, UnknownCodeError
from stats.reports import document, notebook
from stats.reports.writers import page
from stats.sections import kinds
from stats.sections.blocks import Section
from stats.sections.coverage import coverage_of
from stats.sections.coverage.grids import TALLEST

ROOT = Path(__file__).resolve().parents[2]
BOOK = indicators.open_book()
SECTIONS = kinds.SECTIONS["coverage"]
SCOPES = [("", ""), ("ha-noi", ""), ("", "2023"), ("national", "2023"), ("son-la", ""), ("", "2015-2020")]


def made(place: str, period: str, lang: str) -> list[Section]:
    report = coverage_of(BOOK, place, period, lang)
    return list(kinds.make(report, "coverage").values())


def markup(section: Section) -> str:
    return "\n".join(str(b.data.get("text/html", "")) for b in section.blocks)


def said(section: Section) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup(section)))


def figures(section: Section, lang: str) -> list[str]:
    """Return every number in the traced cells of a section, in one notation."""
    found = []
    for cell in re.findall(r"<td[^>]*data-rows[^>]*>(.*?)</td>", markup(section)):
        text = re.sub(r"\([^()]*\)", "", re.sub(r"<[^>]*>", "", cell))
        text = text.translate(str.maketrans(".,", ",.")) if lang == "vi" else text
        found += re.findall(r"\d+(?:[.,]\d+)*", text)
    return found


@pytest.fixture(scope="module")
def whole() -> dict[str, list[Section]]:
    return {lang: made("", "", lang) for lang in ("vi", "en")}


@pytest.mark.parametrize(("place", "period"), SCOPES)
def test_both_languages_hold_the_same(place: str, period: str) -> None:
    editions = {lang: made(place, period, lang) for lang in ("vi", "en")}
    for vi, en in zip(editions["vi"], editions["en"], strict=True):
        assert vi.id == en.id
        assert [b.mark["block"] for b in vi.blocks] == [b.mark["block"] for b in en.blocks], vi.id
        assert [c.rows for c in vi.charts] == [c.rows for c in en.charts]
        assert vi.rows == en.rows
        assert all(b.data["text/plain"].strip() for b in (*vi.blocks, *en.blocks)), vi.id
        if vi.id not in ("coverage-conflicts", "coverage-approximate"):
            assert figures(vi, "vi") == figures(en, "en"), vi.id
    names = [c.name for section in editions["vi"] for c in section.charts]
    assert len(names) == len(set(names))


def test_no_figure_is_left_out(whole: dict[str, list[Section]]) -> None:
    shown = {row for section in whole["vi"] for row in section.rows}
    assert set(BOOK.chosen["row_id"]) <= shown


def test_the_named_conflicts_come_out_by_themselves(whole: dict[str, list[Section]]) -> None:
    text = said(next(s for s in whole["vi"] if s.id == "coverage-conflicts"))
    for told in ("1.575", "1.757", "gần 70.000", "87.000", "18.130 + ủy ban kiểm tra 6.302 = 24.432", "chênh 270",
                 "cùng một số 59", '"Cấp ủy" là 412', "lấy 74 làm cơ sở", "hơn 9.600"):  # fmt: skip
        assert told in text, told


def test_what_can_be_derived_is_said_with_its_inputs(whole: dict[str, list[Section]]) -> None:
    text = said(next(s for s in whole["vi"] if s.id == "coverage-derivable"))
    for told in ("24.097 (số chung) – 6.535", "17.562", "khớp với số công bố 606", "số công bố 24.162, chênh 270",
                 "1.114 (năm 2018) – 440", "Cùng một số 223"):  # fmt: skip
        assert told in text, told


def test_every_derived_figure_carries_its_mark(whole: dict[str, list[Section]]) -> None:
    report = coverage_of(BOOK)
    found = [r for r in report.derivable if r]
    text = markup(next(s for s in whole["vi"] if s.id == "coverage-derivable"))
    assert len(re.findall(r'<a class="figure"[^>]*>[^<]*\[d\]', text)) == len(found)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_grids_fit_a_printed_page_and_are_valid(whole: dict[str, list[Section]], lang: str) -> None:
    charts = [c for section in whole[lang] for c in section.charts]
    assert {c.name for c in charts} >= {"coverage-others", "coverage-provinces", "coverage-years"}
    for chart in charts:
        go.Figure(chart.spec)
        # A4 less margins and head: 16 cm wide is 720 pixels, 25 cm high is 1125.
        assert chart.spec["layout"]["height"] <= 1125, chart.name
        assert len(set(chart.table["label"])) <= TALLEST
        assert chart.alt
        assert chart.sources


def test_a_grid_has_its_numbers_in_a_table_too(whole: dict[str, list[Section]]) -> None:
    for section in (s for s in whole["vi"] if s.id != "sources"):
        unfolded = re.findall(r'<details class="twin">.*?</details>', markup(section), re.S)
        assert len(unfolded) == len(section.charts)
        for text, chart in zip(unfolded, section.charts, strict=True):
            cells = [re.sub(r"<[^>]*>", "", c) for c in re.findall(r"<td[^>]*>(.*?)</td>", text)]
            assert [c.replace("\u00a0", " ") for c in cells] == list(chart.table["value"])


def test_bodies_that_share_a_name_are_told_apart() -> None:
    report = coverage_of(BOOK)
    names = [report.called(b) for b in report.bodies]
    assert len(set(names)) == len(names)
    assert report.called("can-tho") == "Cần Thơ (đến 30/6/2025)"
    assert report.called("can-tho-2025") == "Cần Thơ (từ 01/7/2025)"
    assert coverage_of(BOOK, "can-tho").called("can-tho") == "Cần Thơ"


def test_the_date_is_that_of_the_newest_document_or_as_asked() -> None:
    assert (
        "1 May 2024"
        in kinds.make(coverage_of(BOOK, "ha-noi", lang="en", date="2024-05-01"), "coverage")["cover"]
        .blocks[0]
        .mark["dateline"]
    )
    sources = BOOK.tables.sources.set_index("source_id")
    rows = BOOK.tables.observations
    used = rows.loc[rows["body_id"].eq("nghe-an"), "source_id"].unique()
    report = coverage_of(BOOK, "nghe-an")
    newest = sources.loc[used, "published_on"].max()
    newest = sources.loc[used, "published_from"].max() if pd.isna(newest) else newest
    day = report.words.date(newest.date())
    assert f"Lập {day}" in kinds.make(report, "coverage")["cover"].blocks[0].mark["dateline"]


@pytest.mark.parametrize("place", ["", "all"])
def test_an_empty_place_means_all(place: str) -> None:
    report = coverage_of(BOOK, place)
    assert set(report.bodies) == set(BOOK.bodies())
    assert report.many


def test_a_name_means_the_body_that_has_the_period() -> None:
    assert coverage_of(BOOK, "TP HCM", "2018").bodies == ("tp-ho-chi-minh",)
    assert coverage_of(BOOK, "TP HCM", "2025").bodies == ("tp-ho-chi-minh-2025",)


@pytest.mark.parametrize(
    ("place", "period", "error"),
    [("nowhere-at-all", "", UnknownCodeError), ("hue", "", PeriodError), ("ha-noi", "1999", PeriodError),
     ("", "1901", PeriodError), ("", "spring", PeriodError)],
)  # fmt: skip
def test_what_does_not_exist_is_told(place: str, period: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        coverage_of(BOOK, place, period)
    assert caught.value.vi  # type: ignore[attr-defined]


def test_the_notebook_runs_by_papermill_alone(tmp_path: Path) -> None:
    values = {"place": "Hà Nội", "period": "", "lang": "en", "date": "", "data": ""}
    path = ROOT / "notebooks" / "report" / "coverage_report.ipynb"
    done = notebook.execute(path, tmp_path / "out.ipynb", values, environment={"IPYTHONDIR": str(tmp_path)})
    found = document.read(done)
    assert list(found.figures) == ["coverage-periods-ha-noi"]
    written = page.write(found, assets_mode="shared")
    assert "Coverage of the published figures" in written
    assert "Hà Nội" in written


def test_the_notebook_has_the_parameters_of_all_report_notebooks() -> None:
    cells = json.loads((ROOT / "notebooks/report/coverage_report.ipynb").read_text(encoding="utf-8"))["cells"]
    first = next(c for c in cells if c["cell_type"] == "code")
    assert first["metadata"]["tags"] == ["parameters"]
    assert [line.split(" = ")[0] for line in first["source"]] == ["place", "period", "lang", "date", "data"]
