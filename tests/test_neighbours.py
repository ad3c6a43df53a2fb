"""Comparisons: like with like, mixes of unequal windows, what a move of a mix is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.indicators import Book
from stats.neighbours import Shift, breaks, detectable, like, mix, shift_of
from stats.periods import Period
from stats.severity.mix import mix_shift

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
    assert [p.direction for p in change.pairs] == ["flat", "fell", "flat", "rose"]


def test_the_penalties_of_a_mix_are_read_together(book: Book) -> None:
    (change,) = mix(book, "penalty-mix-members", "ha-noi", book.codes.period(HALF, "ha-noi"))
    removal = next(p.contrast for p in change.pairs if p.now.category == "removal")
    assert removal is not None
    bounds = (removal.conf_low, removal.conf_high)
    assert bounds == pytest.approx((-0.0140, 0.0011), abs=5e-5), "alone it would be -0.0126 to -0.0001"
    row = change.verdict.shares.set_index("penalty").loc["removal"]
    assert bounds == (row["conf_low"], row["conf_high"])


def test_an_interval_set_by_a_word_is_told_from_one_set_by_chance(book: Book) -> None:
    period = book.codes.period("2023", "national")
    found = {p.now.actor: p for p in like(book, "disciplined-members", "national", period)}
    assert found["committees_and_commissions"].rough, "nearly 20.000 allows anything below"
    assert found["committees_and_commissions"].direction == "rose"
    assert not found["committees"].rough
    (fifty,) = like(book, "signs-examined-organisations", "national", period)
    assert fifty.now.approx == "unknown"
    assert not fifty.rough, "3.500, give or take 50, is as good as chance"


def test_a_like_window_is_preferred_for_mixes(book: Book) -> None:
    (change,) = mix(book, "penalty-mix-members", "ha-noi", book.codes.period("2022", "ha-noi"))
    assert change.period.key == "2018"
    assert change.like


def test_breaks_between_two_periods_are_dated(book: Book) -> None:
    found = breaks(book, Period.parse("2020"), Period.parse("2022"), ("discipline",))
    assert [rule.instrument for rule in found] == ["22-QĐ/TW", "69-QĐ/TW", "885-QĐ/UBKTTW"]


@pytest.mark.parametrize(
    ("before", "after", "shift"),
    [
        ([3088, 622, 72, 361], [1783, 281, 25, 288], Shift.POLARISED),
        ([800, 150, 30, 20], [500, 300, 120, 80], Shift.HARSHER),
        ([500, 300, 120, 80], [800, 150, 30, 20], Shift.MILDER),
        ([700, 200, 50, 50], [702, 199, 49, 50], Shift.NONE),
        ([700, 250, 30, 20], [700, 50, 30, 220], Shift.HARSHER_POLARISED),
    ],
)
def test_the_name_of_a_move(before: list[int], after: list[int], shift: Shift) -> None:
    assert shift_of(mix_shift(before, after)) is shift


@given(st.lists(st.integers(5, 400), min_size=4, max_size=4), st.lists(st.integers(5, 400), min_size=4, max_size=4))
def test_turning_the_sides_round_turns_harsher_into_milder(before: list[int], after: list[int]) -> None:
    turned = {
        Shift.HARSHER: {Shift.MILDER, Shift.MILDER_POLARISED},
        Shift.MILDER: {Shift.HARSHER, Shift.HARSHER_POLARISED},
    }
    shift = shift_of(mix_shift(before, after))
    if shift in turned:
        assert shift_of(mix_shift(after, before)) in turned[shift]


def test_no_change_comes_with_the_change_that_could_have_been_seen(book: Book) -> None:
    period = book.codes.period(HALF, "ha-noi")
    (pair,) = like(book, "signs-required-organisations", "ha-noi", period)
    assert pair.direction == "flat"
    up, down = detectable(pair, period)
    assert up is not None
    assert down is not None
    assert up > 0.5, "17 against 22: only a large change can show"
    assert 0.5 < down <= 1
