from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats import rates
from stats.errors import InputError
from stats.results import State


def test_the_switch_at_ten() -> None:
    result = rates.rate([9, 10], 100, per=100)
    assert list(result.method) == ["exact", "byar"]
    np.testing.assert_array_equal(result.conf_low[:1], rates.rate(9, 100, per=100, method="exact").conf_low)
    np.testing.assert_array_equal(result.conf_low[1:], rates.rate(10, 100, per=100, method="byar").conf_low)


def test_byar_by_hand() -> None:
    # 20 (1 - 1/180 - 1.96 / (3 sqrt 20))³ = 12.211
    row = rates.rate(20, 400, per=1000, unit="members")[0]
    assert row.conf_low == pytest.approx(20 * (1 - 1 / 180 - 1.959964 / (3 * 20**0.5)) ** 3 / 0.4, rel=1e-6)
    assert (row.estimate, row.per, row.kind) == (50.0, 1000.0, "rate")


def test_zero_missing_and_no_exposure() -> None:
    result = rates.rate([0, None, 5, 5], [100, 100, 0, None])
    assert result.state is not None
    assert result.state.tolist() == ["value", "missing", "missing", "missing"]
    assert result.conf_low[0] == 0
    assert result.conf_high[0] == pytest.approx(36.8888, abs=1e-3)
    assert result[2].state is State.MISSING


def test_a_rate_may_exceed_its_exposure_but_not_fall_below_zero() -> None:
    assert rates.rate(30, 10, per=1)[0].estimate == 3
    with pytest.raises(InputError, match="rows 1"):
        rates.rate([3, -3], 10)
    with pytest.raises(InputError, match="above 0"):
        rates.rate(3, 10, per=0)


@settings(max_examples=50, deadline=None)
@given(count=st.integers(0, 10**9), factor=st.floats(0.01, 1000))
def test_limits_scale_with_the_exposure(count: int, factor: float) -> None:
    one, other = rates.rate(count, 100.0)[0], rates.rate(count, 100.0 * factor)[0]
    assert one.conf_high == pytest.approx(other.conf_high * factor)
    assert one.conf_low == pytest.approx(other.conf_low * factor)


def test_every_method_over_many_rows() -> None:
    counts = np.arange(5000)
    for method in ("auto", *rates.METHODS):
        result = rates.rate(counts, 1000, method=method)
        assert (result.conf_low <= result.estimate).all()
        assert (result.conf_high >= result.estimate).all()


def test_rate_test_against_r() -> None:
    # R: poisson.test(137, 24.19893): 5.661407, 4.753125 to 6.692709
    test = rates.rate_test(137, 24.19893, value=1, method="minlike")
    assert (test.estimate, test.conf_low, test.conf_high) == pytest.approx((5.661407, 4.753125, 6.692709), abs=1e-6)
    score = rates.rate_test(20, 100, value=100, per=1000, method="score")
    assert score.statistic == pytest.approx(10 / 10**0.5)
    for method in ("central", "minlike", "mid_p", "score"):
        assert rates.rate_test(10, 10, value=1, method=method).p_value == pytest.approx(1, abs=0.15)
    with pytest.raises(InputError, match="one rate"):
        rates.rate_test([1, 2], 5, value=1)
    with pytest.raises(InputError, match="whole"):
        rates.rate_test(1.5, 5, value=1)


def test_repeat_events_by_hand() -> None:
    # 80 once, 10 twice: 100 instances, variance 120; Byar of 100 is 81.36 to 121.63.
    row = rates.repeat_events([1, 2], [80, 10], 1000, per=1000)[0]
    byar = rates.rate(100, 1000, per=1000)[0]
    assert row.estimate == 100
    assert row.conf_low == pytest.approx(100 + 1.2**0.5 * (byar.conf_low - 100))
    assert row.caveats[0].values["variance_ratio"] == 1.2


def test_events_that_never_repeat_are_plain_events() -> None:
    row, plain = rates.repeat_events([1], [57], 300)[0], rates.rate(57, 300)[0]
    assert row.conf_low == pytest.approx(plain.conf_low)
    assert row.conf_high == pytest.approx(plain.conf_high)


def test_repeat_events_of_several_bodies() -> None:
    result = rates.repeat_events([1, 2, 1, 1], [80, 10, 5, 0], [1000, 100, 50], group=["b", "b", "a", "c"])
    assert result.numerator.tolist() == [100, 5, 0]
    assert result.conf_low[2] == 0
    assert result.conf_high[2] > 0
    with pytest.raises(InputError, match="2 groups"):
        rates.repeat_events([1, 1], [5, 5], [1, 2, 3], group=["a", "b"])
    with pytest.raises(InputError, match="empty cells"):
        rates.repeat_events([1, None], [5, 5], 100)
