"""From a figure to its rows and documents."""

from __future__ import annotations

import pytest

from stats import explore
from stats.errors import InputError, UnknownCodeError
from stats.explore.tracing import COLUMNS
from stats.indicators import open_book
from stats.results import Result

BOOK = open_book()


@pytest.mark.parametrize("body", BOOK.bodies())
def test_every_figure_leads_to_rows_and_documents(body: str) -> None:
    for period in BOOK.periods(body):
        results = [r for name in BOOK.catalogue for r in explore.look(body, period.key, name, book=BOOK).results]
        if not results:
            continue  # rows that no indicator asks for
        found = explore.trace(results, BOOK).frame
        assert found[["source_id", "publisher", "title", "what", "figure"]].ne("").all(axis=None)
        for result in results:
            mine = found[found["row_id"].isin(list(result.rows))]
            assert len(mine) == len(result.rows) > 0
            assert set(result.sources) <= set(mine["source_id"])


class TestWhatCanBeTraced:
    view = explore.look("ha-noi", "2020-2025/half", "discipline-rate-members", lang="en", book=BOOK)

    def test_a_view_a_list_a_chart_a_table_and_a_row(self) -> None:
        rows = set(self.view.results[0].rows)
        for thing in (self.view, self.view.results, self.view.chart, self.view.table):
            found = explore.trace(thing, BOOK)
            assert list(found.frame.columns) == list(COLUMNS)
            assert set(found.frame["row_id"]) == rows
        assert len(explore.trace("D0125", BOOK)) == 1

    def test_a_view_keeps_its_language(self) -> None:
        assert "The figure rests on 2 rows of 2 documents" in explore.trace(self.view).sentence.replace("\u00a0", " ")
        assert explore.trace(self.view, lang="vi").sentence.startswith("Số liệu dựa trên 2\u00a0dòng")

    def test_the_membership_under_a_rate_is_traced_too(self) -> None:
        found = explore.trace(self.view, BOOK).frame.set_index("table")
        assert found.loc["membership", "count"] == 450000
        assert "450,000" in found.loc["membership", "figure"]

    def test_rows_of_programmes_and_visits(self) -> None:
        for row in (BOOK.tables.programme["row_id"].iloc[0], BOOK.tables.visits["visit_id"].iloc[0],
                    BOOK.tables.membership["row_id"].iloc[0]):  # fmt: skip
            assert explore.trace(row, BOOK).frame.loc[0, "source_id"]

    def test_an_unknown_row_names_the_nearest(self) -> None:
        with pytest.raises(UnknownCodeError, match="Nearest: D"):
            explore.trace("D01255", BOOK)

    def test_what_holds_no_row_is_refused(self) -> None:
        with pytest.raises(InputError, match="int"):
            explore.trace(3, BOOK)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="no row"):
            explore.trace(Result(estimate=1.0), BOOK)


def test_other_figures_and_findings_are_told_by_the_row() -> None:
    """National 2012: pages print 15.900 and 16.000 (finding X04)."""
    found = explore.trace(["D0200", "D0201"][0], BOOK).frame.loc[0]
    assert "16.000" in found["others"] or "15.900" in found["others"]
    assert "D0201" in found["others"]
    assert "X04 (Cảnh báo)" in found["findings"]
    assert found["flags"]


def test_a_clean_row_says_that_nothing_speaks_against_it() -> None:
    book = BOOK
    spoken = {row for rows in book.findings["rows"] for row in rows}
    clean = next(row for row, raw in book.by_id["observations"].items() if row not in spoken and not raw["flags"])
    said = explore.trace(clean, book, "en").sentence
    assert "The checks raise no point." in said
    assert "There are no cautions." in said


def test_the_html_is_captioned_and_escaped() -> None:
    found = explore.trace("D0125", BOOK)
    planted = found.frame.assign(title="<script>alert(1)</script>")
    markup = explore.Trace(found.lang, planted, found.sentence, found._heads)._repr_html_()
    assert "<script>" not in markup
    assert "&lt;script&gt;" in markup
    assert "<caption>" in markup
    assert 'lang="vi"' in markup
