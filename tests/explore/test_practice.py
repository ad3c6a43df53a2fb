"""The sample opened to practise on: made up, and saying so; what is asked for and is not there is named."""

from __future__ import annotations

import pytest

from stats import explore
from stats.errors import PeriodError, UnknownCodeError
from stats.reports.request import locate
from stats.synthetic import MARK


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_report_on_the_sample_says_what_it_is(lang: str) -> None:
    report = explore.sample_report("synthetic-07", "2024-06", lang)
    assert report.name.startswith(f"{MARK} 07")
    assert MARK in report._repr_html_()
    assert MARK in report.source_line(report.results("disciplined-members"))


def test_a_real_body_is_not_in_it_and_a_wrong_one_names_the_nearest() -> None:
    with pytest.raises(UnknownCodeError):
        explore.sample_report("ha-noi")
    with pytest.raises(UnknownCodeError, match="synthetic-3"):
        explore.sample_report("synthetic-3")
    with pytest.raises(PeriodError):
        explore.sample_report("synthetic-03", "2024-13")


def test_of_many_periods_the_nearest_are_named() -> None:
    book = explore.sample_report("synthetic-03").book
    with pytest.raises(PeriodError) as caught:
        locate(book, "synthetic-03", "2030-01")
    assert "2025-12, ... (130: discipline-stats list periods --place synthetic-03)" in caught.value.vi
    assert "2016-01" not in caught.value.en


def test_the_explorer_looks_at_a_month_among_many() -> None:
    book = explore.sample_report("synthetic-03").book
    view = explore.look("synthetic-03", "2024-12", "disciplined-members", book=book)
    assert MARK in view.sentence
    assert view.chart is not None
    assert len(view.chart.table) == 36
