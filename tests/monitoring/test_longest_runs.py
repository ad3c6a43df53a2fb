"""Longest run and crossings: tabulated limits, chances by enumeration, centre lines, refusals."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.errors import InputError
from stats.monitoring import runs_test, xmr_chart
from stats.monitoring.longest_runs import alarm_rate
from stats.periods import Period

SHIFTED = [5, 6, 4, 7, 5, 6, 4, 5, 9, 8, 10, 9, 11, 8, 9, 10]


def signs(n, runs):
    """Return n figures around zero with so many runs of about one length."""
    return [1 if i * runs // n % 2 else -1 for i in range(n)]


@pytest.mark.parametrize(
    ("n", "longest", "crossings"),
    [(10, 6, 2), (12, 7, 3), (16, 7, 4), (20, 7, 6), (24, 8, 8), (30, 8, 10), (60, 9, 23)],
)
def test_limits_are_those_that_anhoej_tabulates(n, longest, crossings):
    # round(log2(n)) + 3 and qbinom(0.05, n - 1, 0.5) of R.
    found = runs_test(signs(n, n // 2), centre=0)
    assert (found.useful[0], found.longest_limit[0], found.crossings_limit[0]) == (n, longest, crossings)
    assert found.crossings[0] == n // 2 - 1


def test_a_shift_is_a_long_run_and_few_crossings():
    found = runs_test(SHIFTED, series=["a body"])
    assert (found.centre[0], found.longest[0], found.crossings[0]) == (7.5, 8, 1)
    assert found.signal.tolist() == [True]
    frame = found.to_frame()
    assert frame.loc[0, ["series", "estimate", "method", "state"]].tolist() == [
        "a body", 7.5, "runs_anhoej_median", "value"
    ]  # fmt: skip
    assert str(found).endswith("signals          1")
    assert not runs_test([5, 9] * 8).signal[0]


@pytest.mark.parametrize(("n", "most", "fewest"), [(8, 3, 2), (10, 6, 2), (12, 7, 3), (9, 9, 0), (7, 2, 5)])
def test_the_chance_of_an_alarm_by_every_pattern(n, most, fewest):
    alarms = 0
    for pattern in itertools.product((0, 1), repeat=n):
        lengths = [len(list(run)) for _, run in itertools.groupby(pattern)]
        alarms += max(lengths) > most or len(lengths) - 1 < fewest
    assert alarm_rate(n, most, fewest) == pytest.approx(alarms / 2**n)


def test_a_steady_series_alarms_as_often_as_said():
    found = runs_test(np.random.default_rng(5).normal(size=(4000, 24)), centre=0.0)
    assert found.signal.mean() == pytest.approx(found.false_alarm[0], abs=4 * (0.06 / 4000) ** 0.5)


@given(st.lists(st.integers(-5, 5), min_size=12, max_size=40), st.integers(1, 9), st.integers(-20, 20))
def test_neither_unit_nor_direction_matter(values, scale, shift):
    one, moved, back = (runs_test(v) for v in (values, [scale * v + shift for v in values], values[::-1]))
    np.testing.assert_array_equal(one.longest, moved.longest)
    np.testing.assert_array_equal(one.crossings, back.crossings)


def test_the_centre_may_be_that_of_a_chart_and_figures_on_it_are_passed_over():
    chart = xmr_chart(SHIFTED)
    np.testing.assert_array_equal(
        runs_test(SHIFTED, centre=chart.centre).longest, runs_test(SHIFTED, centre="mean").longest
    )
    two = runs_test([SHIFTED, SHIFTED], centre=[5, 9])
    assert two.useful.tolist() == [13.0, 13.0]
    holed = runs_test([None, *SHIFTED[:8], None, *SHIFTED[8:]])
    assert (holed.useful[0], holed.longest[0]) == (16, 8)
    with pytest.raises(InputError, match="centre line has the shape"):
        runs_test(SHIFTED, centre=[1, 2, 3])


def test_refusals():
    short = runs_test(SHIFTED[:9])
    assert (short.reason.code, short.reason.values) == ("too_few_periods", {"found": 6, "needed": 10})
    assert not short
    assert np.isnan(short.longest[0])
    some = runs_test([SHIFTED, [7] * 16, [*[40] * 8, 0, *[50] * 7]])
    assert some.state.tolist() == ["value", "refused", "refused"]
    assert [(n.code, n.values["rows"]) for n in some.caveats] == [
        ("too_few_periods", (1,)),
        ("series_doubtful_zeros", (2,)),
    ]
    assert some.reason is None
    years = [Period.parse(str(year)) for year in range(2001, 2017)]
    broken = runs_test(SHIFTED, periods=years, breaks=[dt.date(2009, 1, 1)])
    assert broken.reason.code == "series_break"
    for wrong in ({"least": 2}, {"series": ["a", "b"]}, {"level": 5}):
        with pytest.raises(InputError):
            runs_test(SHIFTED, **wrong)
