"""Each check fails on a planted defect, and the same finding is not there on the clean tables."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from stats import checks, codes, tables
from stats.indicators import Book
from stats.tables import Tables

Plant = Callable[[Tables], Tables]
"""What makes defective tables of clean ones."""
At = dict[str, object]
"""Columns and the values a row must have in them."""


def rows_of(table: pd.DataFrame, at: At) -> pd.DataFrame:
    keep = pd.Series(True, index=table.index)
    for column, value in at.items():
        keep &= table[column] == value
    assert keep.any(), f"no row matches {at}"
    return table[keep]


def change(name: str, at: At, **values: object) -> Plant:
    """Change values in the one row that matches."""

    def plant(tables: Tables) -> Tables:
        frame: pd.DataFrame = getattr(tables, name).copy()
        found = rows_of(frame, at)
        assert len(found) == 1, f"{len(found)} rows match {at}"
        for column, value in values.items():
            if column == "count" and not isinstance(value, int):
                frame[column] = frame[column].astype("float64")
            frame.loc[found.index, column] = value
        return dataclasses.replace(tables, **{name: frame})

    return plant


def add(name: str, like: At, **values: object) -> Plant:
    """Add a copy of the first row that matches, some values changed."""

    def plant(tables: Tables) -> Tables:
        frame: pd.DataFrame = getattr(tables, name)
        row = rows_of(frame, like).head(1).copy()
        row["row_id"] = f"{row['row_id'].iloc[0]}x{len(frame)}"
        for column, value in values.items():
            row[column] = pd.Timestamp(str(value)) if column.startswith("period_") else value
        return dataclasses.replace(tables, **{name: pd.concat([frame, row], ignore_index=True)})

    return plant


def drop(name: str, at: At) -> Plant:
    """Take out the rows that match."""

    def plant(tables: Tables) -> Tables:
        frame: pd.DataFrame = getattr(tables, name)
        kept = frame.drop(rows_of(frame, at).index).reset_index(drop=True)
        return dataclasses.replace(tables, **{name: kept})

    return plant


def then(*plants: Plant) -> Plant:
    """Plant one defect after the other."""
    return lambda tables: functools.reduce(lambda t, plant: plant(t), plants, tables)


HALF = {"body_id": "ha-noi", "period": "2020-2025/half", "source_id": "seed_000", "subgroup": "all"}
OUTCOME = {"activity": "discipline", "stage": "disciplined"}
MEMBERS = {**HALF, **OUTCOME, "subject": "member"}
ORGANISATIONS = {**HALF, **OUTCOME, "subject": "organisation"}
SIGNS = {"activity": "inspection_signs_of_violation", "subgroup": "all"}
HALF_SIGNS = {**HALF, **SIGNS, "subject": "member", "actor": "inspection_commissions"}
NATION = {"body_id": "national", "subgroup": "all"}
NATION_MEMBERS = {**NATION, **OUTCOME, "subject": "member", "penalty": "all"}
TERM_SIGNS = {
    **NATION, **SIGNS, "period": "2021-2026", "actor": "inspection_commissions", "subject": "member",
}  # fmt: skip
YEAR_2018 = {"body_id": "ha-noi", "period": "2018", **OUTCOME, "subject": "member", "subgroup": "all", "penalty": "all"}
HALF_2018 = {**YEAR_2018, "period": "2018-6M", "source_id": "baophapluat_280949"}
HALF_2016 = {"body_id": "ha-noi", "period": "2015-2020/half", **SIGNS, "stage": "examined", "subject": "member"}
PENALTIES = ("reprimand", "warning", "removal", "expulsion")
PERFORMANCE = {"body_id": "ha-noi", "period": "2018-6M", "activity": "inspection_of_inspection_work"}
CONTENTS = {"body_id": "vinh-long", "period": "2018-6M", "subject": "member"}


def span(period: str, start: str, end: str) -> dict[str, object]:
    return {"period": period, "period_start": start, "period_end": end}


def years(*figures: int) -> Plant:
    """Give Hà Nội a window of four years with 4,000 members, and figures for the years from 2016 on."""
    window = span("2016-01-01..2019-12-31", "2016-01-01", "2019-12-31")
    like = {**YEAR_2018, "period": window["period"]}
    return then(
        add("discipline", YEAR_2018, count=4000, **window),
        drop("discipline", YEAR_2018),
        *(
            add("discipline", like, count=n, **span(str(year), f"{year}-01-01", f"{year}-12-31"))
            for year, n in enumerate(figures, start=2016)
        ),
    )


PLANTED: list[tuple[str, str, str, Plant]] = [
    ("C02", "error", "ha-noi", change("discipline", {**MEMBERS, "penalty": "all"}, count=-2377)),
    ("C02", "error", "ha-noi", change("discipline", {**MEMBERS, "penalty": "all"}, count=2377.5)),
    ("C02", "error", "ha-noi", change("discipline", {**MEMBERS, "penalty": "all"}, count=float("nan"))),
    ("C03", "error", "ha-noi", change("discipline", {**MEMBERS, "penalty": "reprimand"}, count=1793)),
    ("C03", "error", "ha-noi", change("discipline", {**MEMBERS, "penalty": "reprimand"}, count=1773)),
    ("C03", "info", "ha-noi", drop("discipline", {**MEMBERS, "penalty": "expulsion"})),
    ("C04", "error", "ha-noi", change("discipline", {**ORGANISATIONS, "penalty": "warning"}, count=4)),
    (
        "C04",
        "error",
        "ha-noi",
        then(
            change("discipline", {**ORGANISATIONS, "penalty": "warning"}, count=2),
            add("discipline", {**ORGANISATIONS, "penalty": "warning"}, penalty="dissolution", count=0),
        ),
    ),
    ("C07", "error", "ha-noi", change("discipline", {**ORGANISATIONS, "penalty": "warning"}, penalty="expulsion")),
    ("C07", "error", "ha-noi", change("discipline", {**MEMBERS, "penalty": "removal"}, penalty="dissolution")),
    ("C08", "error", "ha-noi", change("violations", {**HALF_SIGNS, "stage": "violation_found"}, count=800)),
    (
        "C08",
        "warning",
        "ha-noi",
        change("violations", {**HALF_SIGNS, "stage": "violation_found"}, count=800, source_id="cand_474774"),
    ),
    ("C09", "error", "ha-noi", change("violations", {**HALF_SIGNS, "stage": "discipline_required"}, count=333)),
    ("C10", "error", "national", change("violations", {**TERM_SIGNS, "stage": "disciplined"}, count=13848)),
    (
        "C11",
        "warning",
        "ha-noi",
        change(
            "inspections",
            {"body_id": "ha-noi", "period": "2017", **SIGNS, "subject": "member", "actor": "inspection_commissions"},
            unit="instances",
        ),
    ),
    (
        "C12",
        "warning",
        "national",
        change(
            "discipline",
            {"body_id": "national", "period": "2023", "subgroup": "committee_member"},
            share_pct_published=35.0,
        ),
    ),
    ("C13", "error", "ha-noi", change("inspections", {**PERFORMANCE, "stage": "examined"}, count=0)),
    ("C14", "error", "ha-noi", change("inspections", {**PERFORMANCE, "stage": "did_well"}, count=785)),
    (
        "C15",
        "error",
        "national",
        change("discipline", {"body_id": "national", "period": "2023", "subgroup": "committee_member"}, count=6303),
    ),
    (
        "C15",
        "warning",
        "national",
        change(
            "discipline",
            {"body_id": "national", "period": "2023", "subgroup": "committee_member"},
            count=6303,
            source_id="nld_2024-03",
        ),
    ),
    (
        "C16",
        "error",
        "ha-noi",
        add("discipline", {**MEMBERS, "penalty": "all"}, body_id="ha-noi-quan-tay-ho", count=2378),
    ),
    (
        "C17",
        "error",
        "nghe-an",
        change("discipline", {"body_id": "nghe-an", "period": "2015-2020/half", "actor": "cells"}, count=1739),
    ),
    (
        "C18",
        "error",
        "ha-noi",
        change(
            "inspections",
            {
                **HALF,
                "actor": "provincial_standing_committee",
                "activity": "inspection_programme",
                "subject": "member",
            },
            count=993,
        ),
    ),
    (
        "C18",
        "error",
        "national",
        change(
            "discipline", {"body_id": "national", "period": "2023", "subgroup": "local_commissions_only"}, count=184
        ),
    ),
    (
        "C19",
        "warning",
        "national",
        change(
            "discipline",
            {**NATION, **OUTCOME, "period": "2023", "subject": "organisation", "actor": "committees"},
            count=424,
        ),
    ),
    (
        "C19",
        "warning",
        "ha-noi",
        change(
            "discipline",
            {
                "body_id": "ha-noi",
                "period": "2015-2020",
                **OUTCOME,
                "subject": "member",
                "actor": "committees",
                "subgroup": "all",
                "penalty": "all",
            },
            count=4144,
        ),
    ),
    (
        "C21",
        "error",
        "national",
        change(
            "discipline", {"body_id": "national", "period": "2023", "subgroup": "local_commissions_only"}, count=153
        ),
    ),
    (
        "C22",
        "warning",
        "national",
        change(
            "violations",
            {
                **NATION,
                **SIGNS,
                "period": "2022",
                "stage": "disciplined",
                "subject": "member",
                "actor": "inspection_commissions",
            },
            count=30000,
        ),
    ),
    ("C24", "error", "vinh-long", change("violations", {**CONTENTS, "violation": "ethics_lifestyle"}, count=63)),
    (
        "C24",
        "error",
        "national",
        change("violations", {**NATION, "violation": "political_ideology"}, count=25105),
    ),
    (
        "C27",
        "warning",
        "ha-noi",
        change("discipline", {**YEAR_2018, "source_id": "trithucvn_hanoi_2018"}, count=439),
    ),
    (
        "C28",
        "warning",
        "ha-noi",
        add("discipline", HALF_2018, period="2018-03", period_start="2018-03-01", period_end="2018-03-31", count=441),
    ),
    ("C29", "warning", "ha-noi", years(1000, 1000, 1000, 1001)),
    ("C29", "warning", "ha-noi", years(1000, 1000, 1000, 999)),
    (
        "C30",
        "error",
        "tay-ninh",
        change(
            "discipline",
            {
                "body_id": "tay-ninh",
                "period": "2018-6M",
                "actor": "committees",
                "subject": "member",
                "subgroup": "all",
                "penalty": "all",
                **OUTCOME,
            },
            change_pct_published=-6.5,
        ),
    ),
    (
        "C30",
        "warning",
        "national",
        change(
            "discipline",
            {**NATION_MEMBERS, "period": "2022", "actor": "inspection_commissions", "count": 5356},
            change_pct_published=54.62,
        ),
    ),
    (
        "C31",
        "warning",
        "dong-nai",
        add(
            "discipline",
            {"body_id": "dong-nai", "period": "2021", "penalty": "all", "subject": "member"},
            period="2025",
            period_start="2025-01-01",
            period_end="2025-12-31",
        ),
    ),
    (
        "C32",
        "warning",
        "quang-binh",
        add(
            "violations",
            {"body_id": "quang-binh", "violation": "population_policy", "period": "2017"},
            period="2025-6M",
            period_start="2025-01-01",
            period_end="2025-06-30",
        ),
    ),
    (
        "C35",
        "error",
        "quang-binh",
        change("inspections", {"body_id": "quang-binh", "activity": "petition", "stage": "resolved"}, count=177),
    ),
    (
        "C41",
        "error",
        "ha-noi",
        add("discipline", {**MEMBERS, "penalty": "expulsion"}, activity="party_exit", stage="struck_off", count=3),
    ),
    (
        "C43",
        "error",
        "quang-nam-huyen-nong-son",
        change(
            "discipline",
            {"body_id": "quang-nam-huyen-nong-son", "subgroup": "cells_under_district_committee"},
            penalty="removal",
        ),
    ),
    (
        "C47",
        "warning",
        "central-inspection-commission",
        change("inspections", {"body_id": "central-inspection-commission", "subject": "team"}, count=500),
    ),
    ("C48", "info", "national", drop("membership", {"body_id": "national"})),
    (
        "C54",
        "info",
        "ha-noi",
        add(
            "inspections",
            {**HALF, "subject": "member", "activity": "supervision"},
            activity="asset_declaration",
            period="2025",
            period_start="2025-01-01",
            period_end="2025-12-31",
        ),
    ),
    (
        "X01",
        "warning",
        "ha-noi",
        change(
            "inspections",
            {
                "body_id": "ha-noi",
                "period": "2015-2020/half",
                **SIGNS,
                "subject": "member",
                "source_id": "phaply_2018-05",
            },
            count=748,
        ),
    ),
    (
        "X02",
        "warning",
        "ha-noi",
        change(
            "discipline",
            {
                "body_id": "ha-noi",
                "period": "2015-2020",
                **OUTCOME,
                "subject": "member",
                "actor": "committees",
                "subgroup": "all",
                "penalty": "all",
            },
            count=4143,
        ),
    ),
    (
        "X03",
        "warning",
        "national",
        change("discipline", {**NATION_MEMBERS, "period": "2024", "actor": "committees_and_commissions"}, count=50000),
    ),
    ("X04", "warning", "ha-noi", change("discipline", {**MEMBERS, "penalty": "all"}, flags="implausible")),
    (
        "X05",
        "warning",
        "ha-noi",
        change("membership", {"body_id": "ha-noi", "date": "2020-10-12"}, members=4500000),
    ),
    (
        "X06",
        "warning",
        "national",
        add(
            "discipline",
            {**NATION_MEMBERS, "period": "2021", "actor": "committees"},
            actor="committees_and_cells",
            count=16700,
        ),
    ),
    (
        "X07",
        "info",
        "ha-noi",
        then(
            *(drop("discipline", {**MEMBERS, "penalty": p}) for p in ("reprimand", "warning", "removal", "expulsion"))
        ),
    ),
]


def check_for(rule: str) -> Callable[[Tables, codes.Codes], pd.DataFrame]:
    """Return the check that holds a rule."""
    return next(check for rules, check in checks.CHECKS.items() if rule in rules.split())


@pytest.fixture(scope="module")
def clean(book: Book) -> set[tuple[str, str, str]]:
    """What is found on the curated tables, before anything is acknowledged."""
    found = [check(book.tables, book.codes) for check in checks.CHECKS.values()]
    return {at for f in found for at in zip(f["id"], f["severity"], f["key"], strict=True)}


@pytest.mark.parametrize(("rule", "severity", "body", "plant"), PLANTED, ids=[f"{r}-{s}-{b}" for r, s, b, _ in PLANTED])
def test_a_planted_defect_is_found_and_the_clean_tables_are_silent(
    book: Book, clean: set[tuple[str, str, str]], rule: str, severity: str, body: str, plant: Plant
) -> None:
    found = check_for(rule)(plant(book.tables), book.codes)
    mine = found[(found["id"] == rule) & (found["severity"] == severity)]
    new = [row for row in mine.to_dict("records") if (rule, severity, row["key"]) not in clean]
    assert {row["body_id"] for row in new} == {body}, found[["id", "severity", "key", "text_en"]].to_string()
    assert new[0]["rows"]
    assert new[0]["sources"]
    assert "{" not in new[0]["text_vi"] + new[0]["text_en"]


def test_every_rule_has_a_planted_defect() -> None:
    rules = {rule for names in checks.CHECKS for rule in names.split()}
    elsewhere = {"C05", "C25"}  # below
    assert rules - {rule for rule, *_ in PLANTED} == elsewhere


def test_a_probationary_member_is_never_expelled(data_copy: Path) -> None:
    with (data_copy / "codes" / "subgroups.csv").open("a", encoding="utf-8") as file:
        file.write("probationary_member,Đảng viên dự bị,Probationary members,Dự bị,Probationary,99,all,object\n")
    lists = codes.load(data_copy)
    t = tables.read(data_copy)
    at = {**MEMBERS, "penalty": "expulsion"}
    check = check_for("C05")
    assert check(add("discipline", at, subgroup="probationary_member", penalty="warning")(t), lists).empty
    found = check(add("discipline", at, subgroup="probationary_member", count=2)(t), lists)
    assert list(found["severity"]) == ["error"]


class TestViolationShares:
    """C25: the base of printed shares is worked back from the shares."""

    def base(self, book: Book, t: Tables) -> list[tuple[str, str]]:
        found = check_for("C25")(t, book.codes)
        return list(zip(found["found"], found["expected"], strict=True))

    def with_shares(self, t: Tables, **shares: float) -> Tables:
        for violation, share in shares.items():
            t = change("violations", {**CONTENTS, "violation": violation}, share_pct_published=share)(t)
        return t

    def test_the_base_is_the_violations(self, book: Book) -> None:
        assert self.base(book, book.tables) == [("62", "74")]

    def test_shares_of_the_members_are_silent(self, book: Book) -> None:
        t = self.with_shares(
            book.tables, corruption=8.1, democratic_centralism=12.9, duty_responsibility=8.1, ethics_lifestyle=22.6,
            population_policy=19.4, prohibited_acts_for_members=24.2,
        )  # fmt: skip
        assert self.base(book, t) == []

    def test_shares_of_nothing_are_said_to_be_so(self, book: Book) -> None:
        assert self.base(book, self.with_shares(book.tables, corruption=50.0)) == [("62", "")]


AT = {"body_id": "national", "period": "2023", "subgroup": "committee_member"}
"""1,975 of 6,302 members: 31.3393 per cent."""


class TestKindsOfWrongPercentages:
    """C12 tells a share that is cut, bent to close at 100, and wrong apart; a rounded one is silent."""

    @pytest.mark.parametrize(
        ("printed", "said"),
        [
            (31.34, None),
            (31.3, None),
            (31.0, None),
            (31.33, "cut off"),
            (31.339, None),
            (31.338, "does not match"),
            (32.0, "does not match"),
        ],
    )
    def test_one_share(self, book: Book, printed: float, said: str | None) -> None:
        t = change("discipline", AT, share_pct_published=printed)(book.tables)
        found = check_for("C12")(t, book.codes)
        texts = list(found.loc[found["body_id"] == "national", "text_en"])
        assert [said in text for text in texts] == [True] if said else texts == []

    def test_a_list_bent_to_close_at_100(self, book: Book) -> None:
        found = check_for("C12")(book.tables, book.codes)
        said = dict(zip(found["found"], found["text_en"], strict=True))
        assert "cut off" in said["88.48"]  # 784/886 = 88.488
        assert "closes at 100%" in said["11.52"]  # 102/886 = 11.512


def test_rounded_figures_are_allowed_what_they_mean(book: Book) -> None:
    """``over`` and ``nearly`` stretch as far as the wording goes, and no further."""
    at = {**MEMBERS, "penalty": "all"}
    silent = change("discipline", at, count=2300, approx="over")(book.tables)
    assert "ha-noi" not in set(check_for("C03")(silent, book.codes).query("severity == 'error'")["body_id"])
    loud = change("discipline", at, count=2400, approx="over")(book.tables)
    assert "ha-noi" in set(check_for("C03")(loud, book.codes).query("severity == 'error'")["body_id"])
