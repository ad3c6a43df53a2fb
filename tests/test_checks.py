"""The findings on the curated tables: the named conflicts, the acknowledged errors, both languages."""

from __future__ import annotations

import dataclasses
import re
import string
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from stats import checks, codes, tables
from stats.checks import acknowledged, sentences
from stats.errors import DataError
from stats.indicators import Book


@pytest.fixture(scope="module")
def found(book: Book) -> pd.DataFrame:
    return checks.run(book.tables, book.codes)


def one(rows: pd.DataFrame, /, **at: str) -> dict[str, object]:
    for column, value in at.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, rows[["id", "key", "found", "text_en"]].to_string()
    return rows.to_dict("records")[0]


class TestNamedConflicts:
    """What an expert knows to be contradictory comes out by itself."""

    def test_2021_organisations_in_violation(self, found: pd.DataFrame) -> None:
        row = one(found, id="X01", body_id="national", period="2021", found="1575;1757")
        assert (row["expected"], row["severity"]) == ("1575", "warning")
        assert "1.575" in str(row["text_vi"])
        assert "1.757" in str(row["text_vi"])

    def test_2023_members_of_both_streams(self, found: pd.DataFrame) -> None:
        row = one(found, id="C19", body_id="national", period="2023")
        assert (row["found"], row["expected"]) == ("24432", "24162")
        assert "18.130 + ủy ban kiểm tra 6.302 = 24.432" in str(row["text_vi"])
        assert "the gap is 270." in str(row["text_en"])

    def test_2023_organisations_add_up(self, found: pd.DataFrame) -> None:
        rows = found[(found["id"] == "C19") & (found["period"] == "2023")]
        assert not rows["key"].str.contains("organisation").any()

    def test_term_2016_2021(self, found: pd.DataFrame) -> None:
        row = one(found, id="X01", period="2016-2021", found="under 70000;unknown 87000")
        assert row["severity"] == "warning"

    def test_one_figure_under_two_deciders(self, found: pd.DataFrame) -> None:
        row = one(found, id="X02", body_id="ha-noi", period="2015-2020")
        assert row["found"] == "59"
        assert len(row["rows"]) == 2  # type: ignore[arg-type]

    def test_ho_chi_minh_city_2018_by_actor(self, found: pd.DataFrame) -> None:
        row = one(found, id="X06", body_id="tp-ho-chi-minh", period="2018")
        assert (row["found"], row["expected"]) == ("412", "409")

    def test_vinh_long_violations_are_the_base(self, found: pd.DataFrame) -> None:
        row = one(found, id="C25", body_id="vinh-long")
        assert (row["found"], row["expected"]) == ("62", "74")

    def test_2025_after_2024(self, found: pd.DataFrame) -> None:
        row = one(found, id="X03", period="2025", found="over 9600")
        assert (row["expected"], row["severity"]) == ("24097", "warning")
        assert "296-QĐ/TW" in str(row["text_vi"])
        assert "Chính quyền" not in str(row["text_en"])

    def test_a_rest_of_few_people_is_not_put_into_words(self, found: pd.DataFrame) -> None:
        row = one(found, id="C03", body_id="tay-ninh", period="2018-6M")  # 16, of whom 4, 3 and 8 are printed
        assert row["severity"] == "info"
        assert "too few" in str(row["text_en"])

    def test_the_cumulative_figure_that_falls(self, found: pd.DataFrame) -> None:
        row = one(found, id="C27", body_id="national", period="2022")
        assert (row["found"], row["expected"]) == ("59", ">= 295")

    def test_the_half_term_of_the_main_job_adds_up(self, found: pd.DataFrame) -> None:
        rows = found[(found["body_id"] == "ha-noi") & (found["period"] == "2020-2025/half")]
        assert set(rows["id"]) == {"C11"}  # 317 instances before 122 organisations


class TestFrame:
    def test_no_error_is_left_unacknowledged(self, found: pd.DataFrame) -> None:
        assert found[found["severity"] == "error"].to_dict("records") == []

    def test_columns_and_types(self, found: pd.DataFrame) -> None:
        assert tuple(found.columns) == checks.COLUMNS
        assert found["acknowledged"].dtype == bool
        assert all(isinstance(rows, tuple) and rows for rows in found["rows"])
        assert not found.duplicated(["id", "key"]).any()

    def test_sorted_by_severity_then_place(self, found: pd.DataFrame, book: Book) -> None:
        rank = found["severity"].map(["error", "warning", "info"].index)
        assert rank.is_monotonic_increasing
        place = found["body_id"].map(list(book.codes.bodies.ids).index)
        assert place[found["severity"] == "warning"].is_monotonic_increasing

    def test_every_row_and_source_exists(self, found: pd.DataFrame, book: Book) -> None:
        known = set(book.tables.observations["row_id"]) | set(book.tables.membership["row_id"])
        known |= set(book.tables.programme["row_id"])
        assert {row for rows in found["rows"] for row in rows} <= known
        assert {s for ids in found["sources"] for s in ids} <= set(book.tables.sources["source_id"])

    def test_filters(self, found: pd.DataFrame, book: Book) -> None:
        place = checks.run(book.tables, book.codes, place="ha-noi", period="2018-6M")
        assert len(place) > 2
        assert set(place["body_id"]) == {"ha-noi"}
        assert set(place["period"]) == {"2018-6M"}
        both = checks.run(book.tables, book.codes, place=["ha-noi", "national"])
        assert set(both["body_id"]) == {"ha-noi", "national"}
        assert checks.run(book.tables, book.codes, place="ha-noi", period="1999").empty

    def test_a_check_leaves_the_tables_alone(self, book: Book) -> None:
        before = book.tables.observations.copy(deep=True)
        checks.run(book.tables, book.codes)
        pd.testing.assert_frame_equal(before, book.tables.observations)

    def test_twice_the_same(self, found: pd.DataFrame, book: Book) -> None:
        fresh = tables.read(book.tables.data)
        pd.testing.assert_frame_equal(found, checks.run(fresh, book.codes))

    def test_tables_without_rows_give_no_findings(self, book: Book) -> None:
        names = ("inspections", "violations", "discipline", "membership", "programme")
        empty = {name: getattr(book.tables, name).iloc[:0] for name in names}
        bare = dataclasses.replace(book.tables, **empty)
        found = checks.run(bare, book.codes)
        assert set(found["id"]) == {"X08"}  # the acknowledged findings are gone, and that is said


class TestLanguages:
    def test_both_languages_are_there_and_filled(self, found: pd.DataFrame) -> None:
        for lang in ("vi", "en"):
            assert found[f"text_{lang}"].str.len().gt(10).all()
            assert not found[f"text_{lang}"].str.contains(r"[{}|]").any()
        assert not found["text_en"].str.contains("Đảng|Cấp ủy|kiểm tra|kỷ luật", regex=True).any()

    def test_numbers_are_written_as_the_language_does(self, found: pd.DataFrame) -> None:
        # 24.162 in Vietnamese, 24,162 in English; a group of three after the other mark is a slip.
        assert not found["text_vi"].str.contains(r"\d,\d{3}(?!\d|%)", regex=True).any()
        assert not found["text_en"].str.contains(r"\d\.\d{3}(?!\d|%)", regex=True).any()

    def test_texts_have_the_same_placeholders_in_both(self, book: Book) -> None:
        rows = book.codes.rows("texts_checks")
        assert [r["key"] for r in rows] == sorted({r["key"] for r in rows})
        for row in rows:
            names = [{n for _, n, _, _ in string.Formatter().parse(row[lang]) if n} for lang in ("vi", "en")]
            assert names[0] == names[1], row["key"]

    def test_every_text_of_a_rule_belongs_to_a_rule(self, book: Book) -> None:
        rules = set(book.codes.order("checks"))
        used = {r["key"].split(".")[1] for r in book.codes.rows("texts_checks")}
        assert {u for u in used if re.fullmatch(r"[CX]\d\d", u)} == rules

    def test_the_list_of_rules_is_the_register_of_checks(self, book: Book) -> None:
        held = {rule for names in checks.CHECKS for rule in names.split()} | {"X08"}
        assert held == set(book.codes.order("checks"))
        for rule in held:
            row = book.codes.row("checks", rule)
            assert row["severity"] in ("error", "warning", "info")
            assert row["label_vi"]
            assert row["label_en"]
            assert row["source_url"].startswith("http") or not row["source_url"]

    @pytest.mark.parametrize(
        ("key", "vi", "en"),
        [
            ("2018-07", "tháng 07/2018", "month 07/2018"),
            ("2023-Q1", "quý I/2023", "Quarter I of 2023"),
            ("2016-2021", "nhiệm kỳ 2016-2021", "the term 2016-2021"),
            ("2019-01-01..2019-10-31", "từ 01/01/2019 đến 31/10/2019", "1 Jan 2019 to 31 Oct 2019"),
            ("sometime", "sometime", "sometime"),
        ],
    )
    def test_periods(self, key: str, vi: str, en: str) -> None:
        assert (sentences.period(key, "vi"), sentences.period(key, "en")) == (vi, en)


class TestAcknowledged:
    def entries(self, data: Path) -> list[dict[str, str]]:
        entries = tomllib.loads((data / "acknowledged.toml").read_text(encoding="utf-8"))["acknowledged"]
        return list(entries)

    def run(self, data: Path) -> pd.DataFrame:
        return checks.run(tables.read(data), codes.load(data))

    def test_each_entry_is_a_warning_with_its_reason(self, found: pd.DataFrame, book: Book) -> None:
        mine = found[found["acknowledged"]]
        assert len(mine) == len(self.entries(book.tables.data))
        assert set(mine["severity"]) == {"warning"}
        assert mine["reason_vi"].str.len().gt(20).all()
        assert mine["reason_en"].str.len().gt(20).all()

    def test_without_entries_the_errors_stand(self, data_copy: Path) -> None:
        (data_copy / "acknowledged.toml").unlink()
        errors = self.run(data_copy).query("severity == 'error'")
        assert set(errors["id"]) == {"C10", "C30", "X04"}
        assert not errors["acknowledged"].any()

    def test_a_guard_that_no_longer_holds_is_an_error(self, data_copy: Path) -> None:
        path = data_copy / "tables" / "violations.csv"
        text = path.read_text(encoding="utf-8")
        changed = re.sub(r"^(V\d+,central-inspection-commission,2024,.*,members,)235,", r"\g<1>236,", text, flags=re.M)
        assert changed != text
        path.write_text(changed, encoding="utf-8")
        errors = self.run(data_copy).query("severity == 'error'")
        assert set(errors["id"]) == {"C10", "X08"}
        stale = errors[errors["id"] == "X08"].iloc[0]
        assert (stale["found"], stale["expected"]) == ("236", "235")
        assert stale["body_id"] == "central-inspection-commission"

    def test_an_entry_that_meets_no_finding_is_an_error(self, data_copy: Path) -> None:
        with (data_copy / "acknowledged.toml").open("a", encoding="utf-8") as file:
            file.write(
                '\n[[acknowledged]]\nid = "C03"\nkey = "ha-noi|2018"\nexpect = "1"\nreason_vi = "x"\nreason_en = "x"\n'
            )
        errors = self.run(data_copy).query("severity == 'error'")
        assert list(zip(errors["id"], errors["body_id"], errors["period"], strict=True)) == [("X08", "ha-noi", "2018")]

    @pytest.mark.parametrize(
        "text",
        [
            "[[acknowledged]\n",
            '[[acknowledged]]\nid = "C03"\n',
            '[[acknowledged]]\nid = "C03"\nkey = "k"\nexpect = 1\nreason_vi = "x"\nreason_en = "x"\n',
            2 * '[[acknowledged]]\nid = "C03"\nkey = "k"\nexpect = "1"\nreason_vi = "x"\nreason_en = "x"\n',
        ],
        ids=["no toml", "fields missing", "no text", "twice"],
    )
    def test_a_broken_file_stops_the_reading(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "acknowledged.toml").write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=r"acknowledged\.toml"):
            acknowledged.read(tmp_path)
