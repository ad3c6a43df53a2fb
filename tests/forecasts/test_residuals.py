"""Portmanteau tests of residuals: R's values, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from stats.errors import InputError
from stats.forecasts import naive_forecast
from stats.forecasts.residuals import portmanteau

LH = [
    2.4, 2.4, 2.4, 2.2, 2.1, 1.5, 2.3, 2.3, 2.5, 2, 1.9, 1.7, 2.2, 1.8, 3.2, 3.2, 2.7, 2.2, 2.2, 1.9, 1.9, 1.8, 2.7, 3,
    2.3, 2, 2, 2.9, 2.9, 2.7, 2.7, 2.3, 2.6, 2.4, 1.8, 1.7, 1.5, 1.4, 2.1, 3.3, 3.5, 3.5, 3.1, 2.6, 2.1, 3.4, 3, 2.9,
]  # fmt: skip
"""Luteinizing hormone in blood samples at ten minutes intervals (R's datasets::lh)."""


def test_as_box_test_of_r() -> None:
    """Box.test(lh, 6, "Ljung") and Box.test(lh, 6, "Box-Pierce", fitdf = 1)."""
    one, other = portmanteau(LH, lags=6), portmanteau(LH, lags=6, parameters=1, statistic="box_pierce")
    assert (one.statistic, one.df, one.p_value) == pytest.approx((22.698, 6, 0.0009041), rel=1e-4)
    assert (other.statistic, other.df, other.p_value) == pytest.approx((21.055, 5, 0.000791), rel=1e-4)


def test_the_usual_number_of_lags() -> None:
    assert portmanteau(LH).extra["lags"] == 9  # a fifth of 48
    assert portmanteau(LH * 3).extra["lags"] == 10
    assert portmanteau(LH * 3, season=12).extra["lags"] == 24
    assert portmanteau(LH[:10], parameters=4).df == 1


def test_of_chance_it_rejects_one_in_twenty() -> None:
    draws = np.random.default_rng(5).normal(size=(800, 60))
    share = np.mean([portmanteau(x).p_value < 0.05 for x in draws])
    assert 0.03 < share < 0.08


def test_residuals_of_a_forecast() -> None:
    found = naive_forecast(LH, horizon=1)
    left = found.observed[0] - found.fitted[0]
    assert portmanteau(left).n == 47


def test_what_cannot_be_tested() -> None:
    assert portmanteau([1, 2, 3]).reason.values == {"found": 3, "needed": 8}
    assert portmanteau([2.0] * 12).reason.code == "all_equal"
    assert portmanteau([None] * 9).reason.values == {"found": 0, "needed": 8}
    with pytest.raises(InputError, match="empty cells inside"):
        portmanteau([1, 2, None, 3, 4, 5, 6, 7, 8, 9])
    with pytest.raises(InputError, match="leave nothing to test"):
        portmanteau(LH, lags=2, parameters=2)
