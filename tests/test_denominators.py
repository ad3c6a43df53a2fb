"""Denominators: the two-year rule, bounds from two neighbours, refusal; never an interpolated point."""

from __future__ import annotations

import pandas as pd

from stats.denominators import membership
from stats.periods import Period
from stats.results import State


def table(*rows: tuple[str, int | None, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "members", "approx"])
    dates = pd.to_datetime(frame["date"])
    return frame.assign(
        body_id="x", date_start=dates, date_end=dates, source_id="s", row_id=[f"M{i}" for i in range(len(rows))]
    )


YEAR = Period.parse("2018")


def test_the_figure_nearest_to_the_middle_is_taken_as_printed() -> None:
    found = membership(table(("2017-01-01", 100, "exact"), ("2018-12-31", 120, "exact")), "x", YEAR)
    assert (found.estimate, found.rows) == (120, ("M1",))


def test_two_years_are_the_limit() -> None:
    assert membership(table(("2016-01-02", 100, "exact")), "x", YEAR).state is State.VALUE
    assert membership(table(("2015-11-01", 100, "exact")), "x", YEAR).state is State.REFUSED


def test_neighbours_give_bounds_and_no_point() -> None:
    found = membership(table(("2012-06-30", 100, "exact"), ("2023-06-30", 140, "over")), "x", YEAR)
    assert found.state is State.REFUSED
    assert found.estimate is None
    assert (found.conf_low, found.conf_high) == (100, 149)
    assert found.reason is not None
    assert found.reason.code == "membership_bounds"
    assert found.derived


def test_one_far_neighbour_is_refused_with_its_distance() -> None:
    found = membership(table(("2012-06-30", 100, "exact")), "x", YEAR)
    assert found.reason is not None
    assert (found.reason.code, found.conf_low) == ("membership_far", None)
    assert found.reason.values["years"] == 5.5


def test_a_body_without_members_is_refused() -> None:
    found = membership(table(("2018-01-01", None, "exact")), "x", YEAR)
    assert found.reason is not None
    assert found.reason.code == "no_membership"


def test_an_approximate_denominator_keeps_its_interval() -> None:
    found = membership(table(("2018-06-30", 450000, "over")), "x", YEAR)
    assert (found.conf_low, found.conf_high) == (450000, 459999)
    assert "approximate_denominator" in [c.code for c in found.caveats]
