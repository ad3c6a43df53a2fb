"""Coverage: every figure is asked for or declared an exception, every cell has one state, nothing is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from stats import checks, codes, coverage, indicators, tables
from stats.coverage import GROUPS, STATUSES
from stats.figures.tallies import STEPS, Tally, tally_grid
from stats.indicators import records
from stats.periods import Period
from stats.wording import Words

BOOK = indicators.open_book()
MATRIX = coverage.matrix(BOOK)
WORDS = {lang: Words(BOOK.codes, lang) for lang in ("vi", "en")}


def cell(body: str, period: str, indicator: str) -> dict[str, object]:
    frame = MATRIX[MATRIX["body_id"].eq(body) & MATRIX["period"].eq(period) & MATRIX["indicator"].eq(indicator)]
    assert len(frame) == 1
    return next(records(frame))


class TestTheCatalogue:
    def test_every_figure_is_asked_for_or_is_a_declared_exception(self) -> None:
        left = coverage.outside(BOOK)
        undeclared = left[left["exception"].eq("")]
        assert undeclared[["row_id", "activity", "stage", "subject", "subgroup", "penalty"]].to_dict("records") == []

    def test_no_exception_is_stale(self) -> None:
        used = set(coverage.outside(BOOK)["exception"])
        assert used == {row["code"] for row in BOOK.codes.rows("coverage_exceptions")}

    def test_exceptions_use_valid_codes(self) -> None:
        lists = {"activity": "activities", "stage": "stages", "subject": "subjects", "subgroup": "subgroups",
                 "penalty": "penalties"}  # fmt: skip
        for row in BOOK.codes.rows("coverage_exceptions"):
            for column, name in lists.items():
                for code in filter(None, row[column].split(";")):
                    BOOK.codes.check(name, code)

    def test_no_figure_is_asked_for_twice(self) -> None:
        rows = coverage.reached(BOOK)
        assert len(rows) == len(BOOK.chosen)
        assert rows["row_id"].is_unique

    def test_all_twenty_blocks_that_have_figures_are_covered(self) -> None:
        blocks = {i.definition["block"] for i in BOOK.catalogue.values()}
        assert {b for blocks_ in GROUPS.values() for b in blocks_} >= blocks
        # R02 is seen for the term 2021-2026 only, under the actor committees of the R04 and R05 indicators.
        assert {f"R{n:02d}" for n in range(1, 21)} - blocks == {"R02"}

    def test_orders_and_labels_are_unique(self) -> None:
        rows = BOOK.codes.rows("indicators")
        for column in ("code", "order", "label_vi", "label_en"):
            values = [r[column] for r in rows]
            assert len(set(values)) == len(values), column

    def test_every_indicator_computes_wherever_its_inputs_are(self) -> None:
        """Every body and period, with the indicators that have rows there; the others have no rows to fail on."""
        rows = coverage.reached(BOOK)
        above = {i.id: [*i.parts, i.definition["denominator"]] for i in BOOK.catalogue.values()}
        seen = set()
        for (body, key), group in rows.groupby(["body_id", "period"], sort=False):
            period = BOOK.codes.period(str(key), str(body))
            there = set(group["indicator"])
            asked = [i for i in BOOK.catalogue if i in there or there & set(above[i])]
            for indicator in asked:
                results = indicators.compute(BOOK, indicator, str(body), period)
                assert bool(results) or indicator not in there
                assert all(r.indicator == indicator and r.body == body for r in results)
                seen.add(indicator)
        never = set(BOOK.catalogue) - seen
        period = Period.parse("2023")
        assert all(indicators.compute(BOOK, i, "national", period) == [] for i in never)
        assert never <= {"dissolved-organisations"}


class TestMatrix:
    def test_every_cell_has_one_of_the_states_and_stands_once(self) -> None:
        assert set(MATRIX["status"]) <= set(STATUSES)
        assert not MATRIX.duplicated(["body_id", "period", "indicator"]).any()
        assert tuple(MATRIX.columns) == coverage.COLUMNS
        assert set(MATRIX["group"]) <= set(GROUPS)

    def test_every_figure_an_indicator_asks_for_is_in_exactly_one_cell(self) -> None:
        rows = [r for ids in MATRIX["rows"] for r in ids]
        asked = coverage.reached(BOOK)
        assert sorted(rows) == sorted(asked.loc[asked["indicator"].ne(""), "row_id"])
        assert MATRIX["figures"].sum() == len(rows)

    def test_the_states_follow_from_the_counts(self) -> None:
        there = MATRIX["figures"] > 0
        assert (MATRIX["status"].isin(["missing", "derivable"]) == ~there).all()
        assert (MATRIX["status"].eq("conflicting") == (MATRIX["conflicts"] > 0)).all()
        rounded = there & (MATRIX["approximate"] == MATRIX["figures"]) & (MATRIX["conflicts"] == 0)
        assert (MATRIX["status"].eq("approximate") == rounded).all()
        assert MATRIX.loc[MATRIX["status"].eq("derivable"), "derivable"].map(bool).all()

    @pytest.mark.parametrize(
        ("body", "period", "indicator", "status"),
        [
            ("national", "2021", "signs-violation-organisations", "conflicting"),
            ("national", "2023", "disciplined-organisations", "published"),
            ("national", "2014", "disciplined-members", "approximate"),
            ("ha-noi", "2018-07-01..2018-12-31", "disciplined-members", "derivable"),
            ("ha-noi", "2023", "violation-contents", "missing"),
            ("binh-dinh", "2020-6M", "inspected-members", "conflicting"),
        ],
    )
    def test_named_cells(self, body: str, period: str, indicator: str, status: str) -> None:
        assert cell(body, period, indicator)["status"] == status

    def test_a_stream_that_can_be_derived_is_named_beside_the_published_ones(self) -> None:
        found = cell("national", "2024", "disciplined-members")
        assert (found["status"], found["derivable"]) == ("published", ("committees_and_cells",))

    def test_figures_rounded_differently_do_not_contradict(self) -> None:
        assert cell("national", "2023", "inspected-members")["status"] == "published"

    def test_it_can_be_narrowed(self) -> None:
        hanoi = coverage.matrix(BOOK, body="ha-noi")
        assert set(hanoi["body_id"]) == {"ha-noi"}
        assert len(hanoi) == MATRIX["body_id"].eq("ha-noi").sum()
        one = coverage.matrix(BOOK, body=["ha-noi", "national"], period="2023", derive=False)
        assert set(one["period"]) == {"2023"}
        assert not one["status"].eq("derivable").any()
        assert coverage.matrix(BOOK, body="ha-noi", period="1999").empty

    def test_windows_that_are_derived_only_are_not_missing_everywhere_else(self) -> None:
        window = MATRIX[MATRIX["period"].eq("2018-07-01..2018-12-31") & MATRIX["body_id"].eq("ha-noi")]
        assert set(window["status"]) == {"derivable"}
        assert len(window) == 7

    def test_the_order_is_that_of_bodies_time_and_catalogue(self) -> None:
        places = {b: n for n, b in enumerate(BOOK.codes.bodies.ids)}
        keys = list(zip(MATRIX["body_id"].map(places), MATRIX["end"], strict=True))
        assert keys == sorted(keys)

    def test_the_summary_adds_up_to_the_matrix(self) -> None:
        found = coverage.summary(MATRIX)
        assert found["figures"].sum() == MATRIX["figures"].sum()
        assert found[list(STATUSES)].to_numpy().sum() == len(MATRIX)
        assert found["derived"].sum() == len([r for r in coverage.derivable(BOOK) if r])
        hanoi = found[found["body_id"].eq("ha-noi")].iloc[0]
        assert hanoi["periods"] == len(BOOK.periods("ha-noi"))

    def test_an_empty_matrix_has_an_empty_summary(self) -> None:
        assert coverage.summary(MATRIX.iloc[:0]).empty


class TestDerivable:
    def test_nothing_published_is_derived_again(self) -> None:
        for result in coverage.derivable(BOOK):
            period = coverage.span(BOOK, result.body, result.period)
            same = indicators.compute(BOOK, result.indicator, result.body, period, actor=result.actor)
            assert not [r for r in same if r.category == result.category]

    def test_every_one_says_how_and_from_what(self) -> None:
        for result in coverage.derivable(BOOK, printed=True):
            assert result.derived
            assert result.method in ("difference", "sum_of_streams", "restated")
            assert result.rows
            assert result.sources
            assert result or result.reason

    def test_a_merged_body_is_restated_where_all_its_parts_have_the_figure(self, tmp_path: Path) -> None:
        import shutil

        data = tmp_path / "data"
        shutil.copytree(BOOK.tables.data, data)
        path = data / "tables" / "discipline.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        row = next(line for line in lines if line.startswith("D0001,bac-giang,"))
        body = row.split(",", 2)[2].replace("2015-2020,2015-10-01,2020-06-30", "2019,2019-01-01,2019-12-31")
        for n, old in ((9001, "bac-giang"), (9002, "bac-ninh")):
            lines.append(f"D{n},{old},{body}".replace(",E0401", f",E{n}"))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        book = indicators.Book(tables.read(data), codes.load(data))
        found = coverage.derivable(book, body="bac-ninh-2025")
        assert [(r.body, r.period, r.estimate, r.method) for r in found] == [
            ("bac-ninh-2025", "2019", 4248.0, "restated")
        ]
        made = coverage.matrix(book)
        mine = made[made["body_id"].eq("bac-ninh-2025")]
        assert mine[["period", "indicator", "status"]].to_dict("records") == [
            {"period": "2019", "indicator": "disciplined-members", "status": "derivable"}
        ]


class TestTellings:
    def test_conflicts_are_those_the_checks_find(self) -> None:
        found = checks.run(BOOK.tables, BOOK.codes)
        torn = found[found["id"].eq("X01") & found["severity"].ne("info")]
        mine = coverage.conflicts(BOOK)
        mine = mine[mine["nature"].eq("differ")]
        assert {rows[0] for rows in torn["rows"]} == set(mine["row_id"])

    def test_every_telling_is_kept_and_the_chosen_one_is_first(self) -> None:
        found = coverage.retold(BOOK)
        assert found["rows"].map(len).sum() == BOOK.chosen.loc[BOOK.chosen["n_rows"] > 1, "n_rows"].sum()
        for row in records(found):
            assert [t.chosen for t in row["tellings"]] == [True] + [False] * (len(row["tellings"]) - 1)
            assert row["tellings"][0].rows[0] == row["row_id"]
            assert sorted(r for t in row["tellings"] for r in t.rows) == sorted(row["rows"])

    def test_organisations_in_violation_2021(self) -> None:
        found = coverage.conflicts(BOOK, body="national", period="2021")
        one = found[found["indicator"].eq("signs-violation-organisations")].iloc[0]
        assert [t.count for t in one["tellings"]] == [1575, 1757]
        assert (one["nature"], one["rule"]) == ("differ", "primary")

    def test_the_term_2016_2021(self) -> None:
        found = coverage.conflicts(BOOK, body="national", period="2016-2021")
        one = found[found["indicator"].eq("disciplined-members")].iloc[0]
        assert {(t.count, t.approx) for t in one["tellings"]} == {(70000, "under"), (87000, "unknown")}

    def test_natures_are_told_apart(self) -> None:
        found = coverage.retold(BOOK)
        assert set(found["nature"]) == {"same", "rounded", "differ"}
        same = found[found["nature"].eq("same")]
        assert (same["tellings"].map(len) == 1).all()
        known = found.dropna(subset=["first_told", "last_told"])
        assert (known["first_told"] <= known["last_told"]).all()


class TestGrid:
    def cells(self) -> list[Tally]:
        return [Tally("Hà Nội", "Kỷ luật", 12, "≠", ("D1",), ("s1",)), Tally("Hà Nội", "Giám sát", 0),
                Tally("An Giang <b>", "Kỷ luật", 1, "", ("D2",))]  # fmt: skip

    @pytest.mark.parametrize("lang", ["vi", "en"])
    @pytest.mark.parametrize("size", ["page", "half", "slide"])
    def test_it_is_valid_plotly_with_its_numbers_in_the_cells(self, lang: str, size: str) -> None:
        chart = tally_grid(self.cells(), words=WORDS[lang], title="x", size=size)
        go.Figure(chart.spec)
        texts = [t for trace in chart.spec["data"] for t in trace["text"]]
        assert sorted(texts) == ["1", "12 ≠", "–", "–"]
        assert chart.rows == ("D1", "D2")
        assert chart.sources == ("s1",)
        assert "12 ≠" in chart.alt
        assert chart.spec["layout"]["meta"]["rows"] == ["D1", "D2"]
        assert "<b>" not in json.dumps(chart.spec["layout"]["yaxis"]["ticktext"]).replace("&lt;b&gt;", "")

    def test_the_twin_has_every_cell(self) -> None:
        twin = tally_grid(self.cells(), words=WORDS["vi"], title="x").table
        assert list(twin["value"]) == ["12 ≠", "–", "1", "–"]
        assert list(twin["estimate"]) == [12, 0, 1, 0]

    def test_the_tone_repeats_the_number(self) -> None:
        counts = [0, 1, 2, 4, 5, 9, 10, 99]
        cells = [Tally(str(n), "x", n) for n in counts]
        chart = tally_grid(cells, words=WORDS["vi"], title="x")
        assert len(chart.spec["data"]) == len(STEPS) + 1
        colours = [trace["marker"]["color"] for trace in chart.spec["data"]]
        assert len(set(colours)) == len(colours)

    def test_a_column_too_narrow_for_a_word_divides_it_at_its_soft_hyphens(self) -> None:
        names = [f"Organi\u00adsations disci\u00adplined {n}" for n in range(9)]
        chart = tally_grid([Tally("x", name, 1) for name in names], words=WORDS["en"], title="x")
        heads = [a["text"] for a in chart.spec["layout"]["annotations"]]
        assert any("Organi-<br>sations" in h for h in heads)
        assert not any("\u00ad" in h for h in heads)
        assert not chart.table["series"].str.contains("\u00ad").any()

    def test_nothing_counted_is_said(self) -> None:
        chart = tally_grid([Tally("x", "y", 0)], words=WORDS["vi"], title="x")
        assert WORDS["vi"].text("chart.alt.nothing") in chart.alt


def test_the_figures_of_the_matrix_are_plain_counts() -> None:
    for column in ("figures", "conflicts", "approximate"):
        assert pd.api.types.is_integer_dtype(MATRIX[column])
