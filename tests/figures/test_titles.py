"""A chart under another title: the message changes, the figures and the sheet around them do not break."""

from __future__ import annotations

import pytest

from stats.figures import Chart, retitled
from stats.indicators import Book
from stats.sections import charts
from stats.sections.report import report_on

LONG = "Khiển trách chiếm phần lớn số đảng viên bị thi hành kỷ luật, còn khai trừ tăng lên so với nhiệm kỳ trước; " * 2


@pytest.fixture(params=["page", "half", "slide"])
def chart(request: pytest.FixtureRequest, book: Book) -> Chart:
    report = report_on(book, book.codes.body("ha-noi"), book.codes.period("2020-2025/half", "ha-noi"), "vi")
    report.size = request.param
    return charts.draw(report, "penalty-mix")[0]


def said(chart: Chart) -> list[str]:
    return [
        a["text"].replace("<b>", "").replace("</b>", "").replace("<br>", " ")
        for a in chart.spec["layout"]["annotations"]
    ]


def test_the_same_title_changes_nothing(chart: Chart) -> None:
    assert retitled(chart, chart.title) == chart


def test_only_the_title_is_another(chart: Chart) -> None:
    new = retitled(chart, "Một tiêu đề")
    assert new.title == "Một tiêu đề"
    assert new.spec["data"] == chart.spec["data"]
    assert "Một tiêu đề" in said(new)
    assert chart.title not in said(new)
    assert set(said(chart)) - {chart.title} == set(said(new)) - {"Một tiêu đề"}
    assert "Một tiêu đề." in new.alt
    assert chart.title not in new.alt
    assert new.spec["layout"]["meta"]["title"] == "Một tiêu đề"


def test_a_long_title_moves_the_sheet_not_the_plot(chart: Chart) -> None:
    old, new = chart.spec["layout"], retitled(chart, LONG.strip()).spec["layout"]
    grown = new["margin"]["t"] - old["margin"]["t"]
    assert grown > 0
    fixed = old["height"] == 720
    assert new["height"] - old["height"] == pytest.approx(0 if fixed else grown, abs=1)
    head = max(a["yshift"] for a in new["annotations"] if a["yref"] == "paper" and a["y"] == 1)
    assert head <= new["margin"]["t"], "the title begins inside the sheet"


def test_a_title_that_is_markup_is_just_a_title(chart: Chart) -> None:
    new = retitled(chart, "<script>x</script>")
    assert any("&lt;script&gt;" in text for text in said(new))


def test_the_chart_given_stays_as_it_was(chart: Chart) -> None:
    before = chart.title, chart.spec["layout"]["margin"]["t"], said(chart)
    retitled(chart, LONG)
    assert (chart.title, chart.spec["layout"]["margin"]["t"], said(chart)) == before
