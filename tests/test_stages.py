from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats import shares
from stats.errors import InputError
from stats.results import State
from stats.stages import Stage, cohort_bounds, conversion

CHAIN = {"examined": 200, "violation": 120, "must_discipline": 40, "disciplined": 30}


def codes(row: object) -> list[str]:
    return [note.code for note in row.caveats]  # type: ignore[attr-defined]


def test_steps_and_cumulative_are_wilson_shares() -> None:
    chain = conversion(CHAIN, unit="members")
    assert len(chain) == 3
    for row, (x, n) in zip(chain.steps, [(120, 200), (40, 120), (30, 40)], strict=True):
        want = shares.share(x, n)[0]
        assert (row.estimate, row.conf_low, row.conf_high) == (want.estimate, want.conf_low, want.conf_high)
        assert codes(row) == ["same_period_ratio"]
        assert row.unit == "members"
    assert chain.cumulative[2].estimate == pytest.approx(np.prod([r.estimate for r in chain.steps]))
    assert [r.category for r in chain] == ["violation", "must_discipline", "disciplined"]


def test_frame_and_notebook_form() -> None:
    frame = conversion(CHAIN).to_frame()
    assert frame["stage"].tolist() == ["violation", "must_discipline", "disciplined"] * 2
    assert frame["from_stage"].tolist() == [
        "examined",
        "violation",
        "must_discipline",
        "examined",
        "examined",
        "examined",
    ]
    assert "same_period_ratio" in conversion(CHAIN)._repr_html_()


def test_a_later_stage_above_an_earlier_one_is_flagged_or_raised() -> None:
    bad = {"examined": 200, "violation": 40, "disciplined": 50}
    chain = conversion(bad)
    assert chain.steps[1].state is State.REFUSED
    assert chain.steps[1].reason is not None
    assert chain.steps[1].reason.code == "later_stage_exceeds"
    assert chain.cumulative[1].estimate == 0.25  # 50 of 200 holds by itself
    with pytest.raises(InputError, match="disciplined 50 exceeds violation 40"):
        conversion(bad, on_excess="raise")


def test_units_and_actors_that_differ() -> None:
    mixed = conversion([("examined", 50, "organisations"), ("disciplined", 80, "members")], on_excess="raise")
    assert mixed.steps[0].estimate == 1.6
    assert mixed.steps[0].conf_level is None
    assert codes(mixed.steps[0]) == ["same_period_ratio", "units_differ"]
    actors = conversion([("examined", 50, "members", "committees"), ("disciplined", 20, "members", "commissions")])
    assert actors.steps[0].state is State.REFUSED
    assert actors.steps[0].reason is not None
    assert actors.steps[0].reason.code == "actors_differ"


def test_missing_is_not_zero() -> None:
    chain = conversion({"examined": 0, "violation": 0, "disciplined": None})
    assert [r.state for r in chain.steps] == [State.MISSING] * 2
    assert chain.steps[0].reason is not None
    assert chain.steps[0].reason.code == "base_is_zero"
    assert chain.steps[1].reason is not None
    assert conversion({"a": 5, "b": 0}).steps[0].estimate == 0


def test_approximate_counts_widen() -> None:
    exact = conversion({"examined": 200, "violation": 100}).steps[0]
    rough = conversion([("examined", (190, 210)), Stage(name="violation", count=100, low=95, high=105)]).steps[0]
    assert rough.method == "wilson_bounds"
    assert rough.estimate == 0.5
    assert rough.conf_low < exact.conf_low
    assert rough.conf_high > exact.conf_high
    over = conversion([("examined", (100, None)), ("violation", 80)]).steps[0]
    assert (over.conf_low, over.estimate) == (0, 0.8)
    assert over.conf_high < 0.9
    ratio = conversion([("examined", (90, 110), "organisations"), ("disciplined", 100, "members")]).steps[0]
    assert ratio.method == "bounds"
    assert (ratio.conf_low, ratio.conf_high) == pytest.approx((100 / 110, 100 / 90))


def test_overlapping_intervals_are_no_excess() -> None:
    row = conversion([("examined", (90, 110)), ("violation", (95, 115))]).steps[0]
    assert row.state is State.VALUE
    assert row.estimate == 1
    assert row.conf_high == 1


@pytest.mark.parametrize(
    "bad", [{"a": 5}, [("a", 5), ("a", 3)], [("a", -5), ("b", 3)], [("a", (9, 3)), ("b", 1)], [5, 6]]
)
def test_chains_that_are_none(bad: object) -> None:
    with pytest.raises(InputError):
        conversion(bad)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=6))
def test_monotone_chains_stay_inside_their_intervals(counts: list[int]) -> None:
    ordered = sorted(counts, reverse=True)
    chain = conversion([(f"s{i}", c) for i, c in enumerate(ordered)])
    for row in (*chain.steps, *chain.cumulative):
        if row:
            assert row.conf_low - 1e-12 <= row.estimate <= row.conf_high + 1e-12


def test_cohort_bounds() -> None:
    row = cohort_bounds(30, 100, carried_in=10, carried_out=5)
    assert (row.conf_low, row.estimate, row.conf_high) == pytest.approx((0.2, 0.3, 0.35))
    assert cohort_bounds(30, 100).conf_high == 1
    assert cohort_bounds(5, 0).state is State.MISSING
    assert cohort_bounds(150, 100, carried_in=100, carried_out=0).estimate == 1
    with pytest.raises(InputError):
        cohort_bounds(-1, 10)
