"""Every kind of report: its notebook, its date, and the trace of each number to a line with its source."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from stats import indicators
from stats.sections import kinds
from stats.sections.blocks import Section
from stats.sections.bodies.report import comparison_of
from stats.sections.coverage import coverage_of
from stats.sections.report import Report, report_on
from stats.sections.sources import newest

ROOT = Path(__file__).resolve().parents[2]
BOOK = indicators.open_book()
REPORTS = [
    ("period", "ha-noi", "2020-2025/half"), ("period", "ha-noi", "2022"), ("period", "national", "2023"),
    ("period", "vinh-long", "2018-6M"), ("period", "tp-ho-chi-minh", "2018"), ("period", "da-nang", "2020-6M"),
    ("programme", "ha-noi", "2020-2025/half"), ("programme", "national", "2025"), ("comparison", "", "2018"),
    ("comparison", "", "2015-2020/half"), ("coverage", "ha-noi", ""), ("coverage", "", "2023"), ("coverage", "", ""),
]  # fmt: skip


def opened(kind: str, place: str, period: str, lang: str = "vi", date: str = "") -> Report:
    if kind == "coverage":
        return coverage_of(BOOK, place, period, lang, date)
    if kind == "comparison":
        return comparison_of(BOOK, period, lang, date)
    body = BOOK.codes.body(place)
    return report_on(BOOK, body, BOOK.codes.period(period, body.body_id), lang, date)


def made(report: Report, kind: str) -> list[Section]:
    return [section(report) for section in kinds.SECTIONS[kind]]


def markup(sections: list[Section]) -> str:
    return "\n".join(str(b.data.get("text/html", "")) for section in sections for b in section.blocks)


@pytest.mark.parametrize(("kind", "place", "period"), REPORTS)
def test_every_number_leads_to_a_line_that_names_its_document(kind: str, place: str, period: str) -> None:
    sections = made(opened(kind, place, period), kind)
    page = markup(sections)
    traced = {row for rows in re.findall(r'data-rows="([^"]*)"', page) for row in rows.split()}
    traced |= {row for section in sections for chart in section.charts for row in chart.rows}
    linked = set(re.findall(r'href="#row-([^"]*)"', page))
    lines = dict(re.findall(r'<tr id="row-([^"]*)">(.*?)</tr>', page, re.S))
    assert traced
    assert linked <= traced
    assert traced <= set(lines)
    for row, line in lines.items():
        cited = re.findall(r'href="#src-([^"]*)"', line)
        assert len(cited) == 1, row
        assert f'<li id="src-{cited[0]}"' in page, row
    assert len(re.findall(r'id="row-', page)) == len(lines), "an anchor stands twice"


@pytest.mark.parametrize(("kind", "place", "period"), [r for r in REPORTS if r != ("coverage", "", "")])
def test_the_date_is_that_of_the_newest_document_any_number_rests_on(kind: str, place: str, period: str) -> None:
    report = opened(kind, place, period, "en")
    sections = kinds.make(report, kind)
    dated = sections.pop("cover").blocks[0].mark["dateline"]
    lines = re.findall(r'<tr id="row-[^"]*">.*?href="#src-([^"]*)".*?</tr>', markup(list(sections.values())), re.S)
    used = BOOK.tables.sources.set_index("source_id").loc[sorted(set(lines))]
    printed = used["published_on"].max()
    closed = pd.notna(printed) and printed.date() >= report.period.end
    bounds = used["published_from"].dropna()
    bounds = bounds[(bounds >= pd.Timestamp(report.period.end)) & (bounds.dt.day_of_year > 1)]
    bounds = used["published_from"] if bounds.empty and pd.isna(printed) else bounds
    day = printed if closed or bounds.empty else bounds.max()
    assert dated.startswith(f"Dated {report.words.date(day.date())}.")


def test_an_earliest_possible_day_dates_a_report_only_where_no_document_is_dated() -> None:
    report = opened("programme", "ha-noi", "2020-2025/half")
    dated = kinds.make(report, "programme")["cover"].blocks[0].mark["dateline"]
    assert "01 tháng 01 năm 2025" not in dated, "an undated page is not from before 2025, and no more is known"
    report.__dict__["sources"] = {k: {**row, "published_on": pd.NaT} for k, row in report.sources.items()}
    assert report.words.date(newest(report)) == report.words.date(dt.date(2023, 4, 19)), "1 January says the year only"


def test_a_compared_period_published_later_dates_the_report() -> None:
    report = opened("period", "ha-noi", "2018")
    kinds.make(report, "period")
    periods = {report.rows[row]["period"] for row in report.used if row in report.rows}
    assert periods > {"2018"}, "the compared year is used and listed"


@pytest.mark.parametrize(("kind", "place", "period"), [REPORTS[0], REPORTS[6], REPORTS[8], REPORTS[10]])
def test_the_date_asked_for_is_kept(kind: str, place: str, period: str) -> None:
    dated = kinds.make(opened(kind, place, period, "en", "2024-05-01"), kind)["cover"].blocks[0].mark["dateline"]
    assert dated.startswith("Dated 1 May 2024.")


@pytest.mark.parametrize("kind", list(kinds.SECTIONS))
def test_a_notebook_takes_the_parameters_and_shows_every_section_in_order(kind: str) -> None:
    path = ROOT / "notebooks" / "report" / f"{kind}_report.ipynb"
    cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    assert cells[0]["metadata"]["tags"] == ["parameters"]
    assert [line.split(" = ")[0] for line in cells[0]["source"]] == ["place", "period", "lang", "date", "data"]
    code = "".join(line for cell in cells[1:] for line in [*cell["source"], "\n"])
    shown = re.findall(r'^sections\["([^"]*)"\]\.show\(\)$', code, re.M)
    asked = next((place, period) for one, place, period in [*REPORTS, ("briefing", "ha-noi", "2018")] if one == kind)
    assert shown == list(kinds.make(opened(kind, *asked), kind))


def test_every_rendering_is_of_words_in_the_tables() -> None:
    papers, facts = BOOK.tables.sources, BOOK.tables.programme
    known = set(papers["publisher"].dropna()) | set(papers["title"].dropna()) | set(facts["text"].dropna())
    rendered = [row["words"] for row in BOOK.codes.rows("renderings")]
    assert len(rendered) == len(set(rendered))
    assert set(rendered) <= known


ENGLISH = re.compile(r"\b(address|excerpt|relay|repost\w*|source HNMO|not shown|title not|English|version|copy)\b")


def test_the_vietnamese_list_of_documents_holds_no_words_of_the_curators() -> None:
    report = opened("coverage", "", "")
    report.cite_ids(sorted(report.sources))
    listed = made(report, "coverage")[-2]
    assert listed.id == "sources"
    own = re.sub(r'<a class="url".*?</a>|<cite>(?![^<]*\()[^<]*</cite>|\(relay\)', "", markup([listed]))
    items = re.findall(r'<li id="src-[^"]*" value="\d+">(.*?)</li>', own, re.S)
    assert len(items) == len(report.sources)
    assert [item for item in items if ENGLISH.search(item)] == []


def test_a_count_published_early_carries_the_clause_in_its_sentence() -> None:
    sections = {s.id: s for s in made(opened("period", "national", "2023"), "period")}
    for name in ("summary", "comparison"):
        points = re.findall(r"<li>(.*?)</li>", markup([sections[name]]), re.S)
        # What the source itself compared is quoted, not compared here.
        said = [s for s in points if "so với năm 2022" in re.sub(r"nguồn công bố: [^;]*", "", s)]
        assert said, name
        assert all("công bố trước ngày 31/12, chưa trọn năm" in s for s in said), name


def test_missing_days_leave_the_end_of_the_period() -> None:
    report = opened("period", "ha-noi", "2022")
    report.__dict__["sources"] = {
        k: {**row, "published_on": pd.NaT, "published_from": pd.NaT} for k, row in report.sources.items()
    }
    assert report.words.date(report.period.end) in kinds.make(report, "period")["cover"].blocks[0].mark["dateline"]
