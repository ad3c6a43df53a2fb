"""Comparisons: like with like, mixes of unequal windows, what a move of a mix is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.indicators import Book
from stats.neighbours import Pair, Shift, breaks, detectable, like, mix, shift_of
from stats.periods import Period
from stats.results import Result, TestResult

HALF = "2020-2025/half"


def test_counts_are_compared_with_the_earlier_half_term_only(book: Book) -> None:
    (pair,) = like(book, "signs-violation-members", "ha-noi", book.codes.period(HALF, "ha-noi"))
    assert pair.period.key == "2015-2020/half"
    assert (pair.now.estimate, pair.before.estimate, pair.direction) == (332, 699, "fell")
    assert pair.contrast is not None
    assert pair.contrast.estimate == pytest.approx(332 / 29.612903 / (699 / 28), rel=1e-6)


def test_different_units_have_no_contrast(book: Book) -> None:
    (pair,) = like(book, "signs-examined-organisations", "ha-noi", book.codes.period(HALF, "ha-noi"))
    assert (pair.now.unit, pair.before.unit) == ("instances", "organisations")
    assert pair.contrast is None
    assert pair.direction == "flat"


def test_another_actor_is_no_neighbour(book: Book) -> None:
    period = book.codes.period(HALF, "ha-noi")
    assert like(book, "disciplined-members", "ha-noi", period) == [], "2.054 of 2016-2018 has no named actor"


def test_an_approximate_figure_widens_the_contrast(book: Book) -> None:
    period = book.codes.period("2023", "national")
    pairs = like(book, "signs-examined-members", "national", period)
    rough = [p for p in pairs if "exact" not in (p.now.approx, p.before.approx) or p.now.approx != p.before.approx]
    assert rough
    for p in rough:
        assert p.contrast is not None
        assert "approximate_input" in [c.code for c in p.contrast.caveats]


def test_the_term_lends_its_mix(book: Book) -> None:
    (change,) = mix(book, "penalty-mix-members", "ha-noi", book.codes.period(HALF, "ha-noi"))
    assert change.period.key == "2015-2020"
    assert not change.like
    assert change.shift is Shift.POLARISED
    assert [p.direction for p in change.pairs] == ["flat", "fell", "fell", "rose"]


def test_a_like_window_is_preferred_for_mixes(book: Book) -> None:
    (change,) = mix(book, "penalty-mix-members", "ha-noi", book.codes.period("2022", "ha-noi"))
    assert change.period.key == "2018"
    assert change.like


def test_breaks_between_two_periods_are_dated(book: Book) -> None:
    found = breaks(book, Period.parse("2020"), Period.parse("2022"), ("discipline",))
    assert [rule.instrument for rule in found] == ["22-QĐ/TW", "69-QĐ/TW", "885-QĐ/UBKTTW"]


def pairs(moves: list[int]) -> list[Pair]:
    one = Result(estimate=0.5, kind="share")
    spans = {-1: (-0.2, -0.1), 0: (-0.1, 0.1), 1: (0.1, 0.2)}
    return [
        Pair(one, one, Period.parse("2018"),
             TestResult(statistic=0, p_value=1, method="x", conf_low=spans[m][0], conf_high=spans[m][1]))
        for m in moves
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("moves", "shift"),
    [
        ([0, -1, -1, 1], Shift.POLARISED),
        ([1, -1, 0, 1], Shift.POLARISED),
        ([-1, 0, 0, 1], Shift.HARSHER),
        ([-1, 1, 0, 0], Shift.HARSHER),
        ([0, 0, 0, 1], Shift.HARSHER),
        ([1, 0, 0, -1], Shift.MILDER),
        ([1, -1, 0, 0], Shift.MILDER),
        ([0, 0, 0, 0], Shift.NONE),
        ([-1, 1, -1, 0], Shift.MIXED),
        ([0, 1, -1, 0], Shift.MILDER),
    ],
)
def test_the_name_of_a_move(moves: list[int], shift: Shift) -> None:
    assert shift_of(pairs(moves)) is shift


@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=3, max_size=5))
def test_turning_every_move_round_turns_harsher_into_milder(moves: list[int]) -> None:
    if shift_of(pairs(moves)) is Shift.HARSHER and -1 in moves:
        assert shift_of(pairs([-m for m in moves])) is Shift.MILDER


def test_no_change_comes_with_the_change_that_could_have_been_seen(book: Book) -> None:
    period = book.codes.period(HALF, "ha-noi")
    (pair,) = like(book, "signs-required-organisations", "ha-noi", period)
    assert pair.direction == "flat"
    up, down = detectable(pair, period)
    assert up is not None
    assert down is not None
    assert up > 0.5, "17 against 22: only a large change can show"
    assert 0.5 < down <= 1
