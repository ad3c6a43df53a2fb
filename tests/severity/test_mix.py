from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.results import Note
from stats.severity.association import independence
from stats.severity.mix import mix_shift
from stats.severity.ordinal import jonckheere, linear_by_linear

sides = st.lists(st.integers(0, 300), min_size=4, max_size=4).filter(lambda c: sum(c) > 0)


@settings(max_examples=60, deadline=None)
@given(sides, sides, st.sampled_from(["rank", "table"]))
def test_components_add_up_to_pearson(before: list[int], after: list[int], scores: str) -> None:
    shift = mix_shift(before, after, scores=scores)
    parts = sum(t.statistic for t in (shift.location, shift.dispersion, shift.rest) if t)
    want = independence([before, after])
    if want.df:
        assert parts == pytest.approx(want.statistic, rel=1e-7, abs=1e-9)
        assert shift.total.df == want.df
    n = sum(before) + sum(after)
    trend = linear_by_linear([before, after], column_scores=scores)
    if n > 1 and not trend.caveats and scores == "table":
        assert shift.location.statistic == pytest.approx(trend.statistic**2 * n / (n - 1), rel=1e-6, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(sides, sides)
def test_swapping_sides_turns_the_words(before: list[int], after: list[int]) -> None:
    turn = {"harsher": "milder", "milder": "harsher", "polarised": "centralised", "centralised": "polarised"}
    one, other = mix_shift(before, after), mix_shift(after, before)
    assert other.harshness == turn.get(one.harshness, "no_shift")
    assert other.polarisation == turn.get(one.polarisation, "no_shift")
    assert one.location.estimate + other.location.estimate == pytest.approx(1)


def test_harsher_without_polarisation_and_the_other_way_round() -> None:
    harsher = mix_shift([700, 250, 20, 30], [600, 300, 40, 60])
    assert harsher.harshness == "harsher"
    assert not harsher.both_ends_grew
    assert not harsher.crossing
    polarised = mix_shift([700, 250, 20, 30], [740, 170, 20, 70])
    assert (polarised.harshness, polarised.polarisation) == ("no_shift", "polarised")
    assert polarised.both_ends_grew
    assert polarised.crossing
    centralised = mix_shift([740, 170, 20, 70], [700, 250, 20, 30])
    assert centralised.polarisation == "centralised"
    same = mix_shift([70, 25, 2, 3], [140, 50, 4, 6])
    assert (same.harshness, same.polarisation, same.total.statistic) == ("no_shift", "no_shift", pytest.approx(0))


def test_chance_of_harsher_is_the_mann_whitney_share() -> None:
    before, after = [70, 25, 2, 3], [50, 30, 10, 10]
    shift = mix_shift(before, after)
    j = jonckheere([before, after]).extra["J"]
    assert shift.location.estimate == pytest.approx(j / 10_000)
    assert shift.location.conf_low < shift.location.estimate < shift.location.conf_high


def test_frames() -> None:
    shift = mix_shift([70, 25, 2, 3], [50, 30, 10, 10], penalties=["reprimand", "warning", "removal", "expulsion"])
    assert shift.to_frame()["component"].tolist() == ["harshness", "polarisation", "rest", "total"]
    assert shift.shares["difference"].sum() == pytest.approx(0)
    assert shift.cuts["above"].tolist() == ["reprimand", "warning", "removal"]
    assert shift.cuts["after"].tolist() == pytest.approx([0.5, 0.2, 0.1])
    assert (shift.shares["conf_low"] <= shift.shares["difference"]).all()
    assert "reprimand" in shift._repr_html_()


def test_empty_penalties_and_heavy_end() -> None:
    shift = mix_shift([70, 25, 0, 3], [80, 15, 0, 10])
    assert shift.caveats[0].values["levels"] == ["3"]
    assert shift.total.df == 2
    assert mix_shift([70, 25, 5, 0], [80, 15, 4, 1], heavy=2).both_ends_grew is False
    one = mix_shift([5, 0, 0], [9, 0, 0])
    assert [t.state for t in (one.location, one.dispersion, one.rest, one.total)] == ["refused"] * 4
    assert one.total.reason == Note("one_level")
    two = mix_shift([50, 50, 0], [20, 80, 0])
    assert two.harshness == "harsher"
    assert (two.dispersion.reason, two.rest.state) == (Note("too_few_levels", {"found": 2}), "refused")
    assert two.location.p_value == pytest.approx(two.total.p_value)
    assert one.harshness == "no_shift"


def test_bad_sides() -> None:
    for before, after in (([1, 2, 3], [1, 2]), ([1, 2], [3, 4]), ([0, 0, 0], [1, 2, 3]), ([1, None, 3], [1, 2, 3])):
        with pytest.raises(InputError):
            mix_shift(before, after)


def test_huge_counts() -> None:
    shift = mix_shift(np.array([7, 2, 1, 1]) * 10**8, np.array([7, 2, 1, 1]) * 10**8 + [0, 0, 0, 10**6])
    assert shift.harshness == "harsher"
