"""Figures published more than once: what changed, when and by how much."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from stats.tables import KEY, Tables, vintages

PAPERS = [
    ("first", "Báo Nghệ An", "https://baonghean.vn/1", "2023-01-10", None),
    ("again", "Báo Nghệ An", "https://baonghean.vn/2", "2023-02-10", None),
    ("host", "Báo Nghệ An điện tử", "https://www.baonghean.vn/3", "2023-03-10", None),
    ("other", "Báo khác", "https://khac.vn/1", "2023-04-10", None),
    ("month", "Báo khác", "", None, "2023-05-01"),
    ("undated", "Báo khác", "", None, None),
    ("keeper", "Ủy ban Kiểm tra Tỉnh ủy", "https://a.vn", "2023-01-10", None),
    ("keeper_again", "UBKT Tỉnh ủy", "https://b.vn", "2023-06-10", None),
]


def made(curated: Tables, *rows: tuple[str, int, str]) -> Tables:
    """Return tables that hold one figure as several documents tell it."""
    sources = pd.DataFrame(PAPERS, columns=["source_id", "publisher", "url", "published_on", "published_from"])
    for column in ("published_on", "published_from"):
        sources[column] = pd.to_datetime(sources[column])
    sources["published_from"] = sources["published_from"].fillna(sources["published_on"])
    sources = sources.assign(title="t", language="vi", kind="primary", original_language="yes", note="")
    template = curated.discipline.iloc[[0] * len(rows)].reset_index(drop=True)
    told = template.assign(
        row_id=[f"D{n:04d}" for n in range(len(rows))],
        source_id=[r[0] for r in rows],
        count=[r[1] for r in rows],
        approx=[r[2] for r in rows],
        flags="",
    )
    empty = {name: getattr(curated, name).iloc[:0] for name in ("inspections", "violations")}
    return dataclasses.replace(curated, discipline=told, sources=sources, **empty)


@pytest.mark.parametrize(
    ("rows", "difference", "percent", "change", "kind"),
    [
        ([("first", 100, "exact"), ("again", 110, "exact")], 10, 10.0, "changed", "revision"),
        ([("first", 100, "exact"), ("host", 90, "exact")], -10, -10.0, "changed", "revision"),
        ([("first", 100, "exact"), ("other", 110, "exact")], 10, 10.0, "changed", "retelling"),
        ([("first", 100, "exact"), ("other", 100, "exact")], 0, 0.0, "none", "retelling"),
        ([("first", 1000, "over"), ("other", 1020, "exact")], 20, 2.0, "rounding", "retelling"),
        ([("first", 1000, "over"), ("other", 2020, "exact")], 1020, 102.0, "changed", "retelling"),
        ([("keeper", 5, "exact"), ("keeper_again", 6, "exact")], 1, 20.0, "changed", "revision"),
        ([("first", 0, "exact"), ("again", 6, "exact")], 6, None, "changed", "revision"),
    ],
)
def test_the_change_is_worked_by_hand(
    curated: Tables, rows: list[tuple[str, int, str]], difference: int, percent: float | None, change: str, kind: str
) -> None:
    (found,) = vintages.table(made(curated, *rows)).to_dict("records")
    assert (found["difference"], found["change"], found["kind"]) == (difference, change, kind)
    assert pd.isna(found["percent"]) if percent is None else found["percent"] == pytest.approx(percent)
    assert found["difference_low"] <= difference <= found["difference_high"]
    assert found["sources"] == tuple(r[0] for r in rows)


def test_the_days_and_what_lies_between_are_kept(curated: Tables) -> None:
    rows = [("month", 130, "exact"), ("other", 120, "exact"), ("first", 100, "exact"), ("undated", 90, "exact")]
    (found,) = vintages.table(made(curated, *rows)).to_dict("records")
    assert (found["first_day"], found["first_exact"]) == (pd.Timestamp("2023-01-10"), True)
    assert (found["latest_day"], found["latest_exact"]) == (pd.Timestamp("2023-05-01"), False)
    assert (found["n_rows"], found["n_days"], found["undated"]) == (3, 3, 1)
    assert found["sources"] == ("first", "other", "month")
    assert found["rows"] == ("D0002", "D0001", "D0000")


def test_one_day_is_no_vintage(curated: Tables) -> None:
    for rows in ([("first", 1, "exact")], [("first", 1, "exact"), ("keeper", 2, "exact")], [("undated", 1, "exact")]):
        frame = vintages.table(made(curated, *rows))
        assert (len(frame), tuple(frame.columns)) == (0, vintages.COLUMNS)


def test_pages_of_the_first_day_are_chosen_among_by_the_declared_rule(curated: Tables) -> None:
    rows = [("keeper", 70, "about"), ("first", 73, "exact"), ("other", 80, "exact")]
    (found,) = vintages.table(made(curated, *rows)).to_dict("records")
    assert (found["first_count"], found["first_source"], found["difference"]) == (73, "first", 7)


def test_the_published_vintages_of_the_curated_tables(curated: Tables) -> None:
    frame = vintages.table(curated)
    assert tuple(frame.columns) == vintages.COLUMNS
    assert not frame.duplicated(list(KEY)).any()
    assert (frame["first_day"] < frame["latest_day"]).all()
    assert (frame["difference"] == frame["latest_count"] - frame["first_count"]).all()
    assert set(frame["change"]) <= set(vintages.CHANGES)
    assert set(frame["kind"]) <= set(vintages.KINDS)
    found = frame[(frame["body_id"] == "national") & (frame["period"] == "2021") & (frame["change"] == "changed")]
    (relay,) = found.to_dict("records")  # the English relay prints 1,757 for 1,575
    assert (relay["first_count"], relay["latest_count"], relay["kind"]) == (1575, 1757, "retelling")
    assert relay["latest_source"] in set(curated.sources["source_id"])
    order = frame["change"].map({"changed": 0, "rounding": 1, "none": 2})
    assert order.is_monotonic_increasing


def test_the_tables_as_they_could_be_known_on_a_day(curated: Tables) -> None:
    known = vintages.as_of(curated, dt.date(2022, 5, 18))
    assert 0 < len(known.observations) < len(curated.observations)
    published = known.sources["published_on"].fillna(known.sources["published_from"])
    assert (published <= pd.Timestamp("2022-05-18")).all()
    found = vintages.table(known)
    assert found[(found["body_id"] == "national") & (found["period"] == "2021") & (found["change"] == "changed")].empty
    assert len(vintages.as_of(curated, dt.date(1990, 1, 1)).observations) == 0
