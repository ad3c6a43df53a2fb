"""The test of Diebold and Mariano: as R, by hand, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from stats.errors import InputError, UnknownCodeError
from stats.forecasts import diebold_mariano
from stats.forecasts.comparison import compare_losses

ONE, OTHER = [1, -2, 1, 2, -1, 1, -2, 1], [2, -3, 3, 2, -4, 2, -3, 2]
errors = st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=10, max_size=40)


@pytest.mark.parametrize(
    ("h", "varestimator", "power", "statistic", "p_value", "p_less"),
    [  # R 4.2.2, forecast 8.20: dm.test(one, other, h = h, power = power, varestimator = varestimator)
        (1, "acf", 1, -3.98862017609, 0.00526569102916, 0.00263284551458),
        (1, "acf", 2, -3.25703046082, 0.0139213739404, 0.00696068697022),
        (2, "bartlett", 1, -5.81987695247, 0.000650220851246, 0.000325110425623),
        (2, "bartlett", 2, -4.43188102945, 0.00303733803605, 0.00151866901802),
        (3, "acf", 1, -6.45497224368, 0.00034862476504, 0.00017431238252),
        (3, "acf", 2, -4.2806658037, 0.00365238485878, 0.00182619242939),
        (3, "bartlett", 2, -3.90109706137, 0.00589055060574, 0.00294527530287),
    ],
)  # fmt: skip
def test_as_the_r_package_forecast(h, varestimator, power, statistic, p_value, p_less):
    options = {"h": h, "varestimator": varestimator, "power": power}
    found = diebold_mariano(ONE, OTHER, **options)
    np.testing.assert_allclose([found.statistic, found.p_value], [statistic, p_value], rtol=1e-11)
    less, greater = (diebold_mariano(ONE, OTHER, alternative=name, **options) for name in ("less", "greater"))
    np.testing.assert_allclose([less.p_value, greater.p_value], [p_less, 1 - p_less], rtol=1e-10)


@pytest.mark.parametrize(("power", "statistic"), [(1, -3.98862017609), (2, -3.25703046082)])
def test_a_variance_below_zero_falls_back_to_one_step_as_r_does_and_says_so(power, statistic):
    found = diebold_mariano(ONE, OTHER, h=2, power=power)
    assert found.statistic == pytest.approx(statistic)
    assert str(found.caveats[0]) == "dm_variance_negative (h 2)"
    assert found.extra["h"] == 1


def test_by_hand_with_one_step():
    gap = [a**2 - b**2 for a, b in zip(ONE, OTHER, strict=True)]
    mean = sum(gap) / 8
    variance = sum((g - mean) ** 2 for g in gap) / 8 / 8
    statistic = mean / math.sqrt(variance) * math.sqrt(7 / 8)
    found = diebold_mariano(ONE, OTHER)
    assert found.statistic == pytest.approx(statistic)
    assert found.p_value == pytest.approx(2 * special.stdtr(7, statistic))
    assert found.df == 7
    assert found.method == "diebold_mariano_acf"


def test_with_one_step_it_is_the_paired_t_test():
    """Identity: the correction for h = 1 turns the divisor n into n - 1."""
    gap = np.square(ONE) - np.square(OTHER)
    t = gap.mean() / (gap.std(ddof=1) / math.sqrt(8))
    assert diebold_mariano(ONE, OTHER).statistic == pytest.approx(t)


@given(errors, st.integers(1, 4), st.sampled_from(["acf", "bartlett"]), st.sampled_from([1, 2]))
def test_changing_places_changes_the_sign(pairs, h, varestimator, power):
    a, b = np.array(pairs).T
    one, other = (diebold_mariano(*both, h=h, varestimator=varestimator, power=power) for both in ((a, b), (b, a)))
    assert bool(one) == bool(other)
    if one:
        assert one.statistic == pytest.approx(-other.statistic)
        assert one.p_value == pytest.approx(other.p_value)
        assert 0 <= one.p_value <= 1


@given(st.integers(1, 4), st.sampled_from(["acf", "bartlett"]))
def test_many_series_as_one_by_one(h, varestimator):
    rng = np.random.default_rng(h)
    a, b = rng.normal(size=(2, 6, 20))
    together = compare_losses(a**2 - b**2, h=h, varestimator=varestimator)
    for i in range(6):
        alone = diebold_mariano(a[i], b[i], h=h, varestimator=varestimator)
        assert together.estimate[i] == pytest.approx(alone.statistic)
        assert together.p_value[i] == pytest.approx(alone.p_value)


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [(ONE, ONE, "forecasts_alike"), ([1.0] * 9, [2.0] * 9, "forecasts_alike"), (ONE[:7], OTHER[:7], "too_few_figures")],
)
def test_nothing_to_test(one, other, code):
    found = diebold_mariano(one, other)
    assert not found
    assert found.reason.code == code
    assert math.isnan(found.p_value)


def test_more_steps_than_errors():
    assert diebold_mariano(ONE, OTHER, h=9).reason.values == {"found": 8, "needed": 9}


@pytest.mark.parametrize(("one", "other", "options"), [
    ([*ONE, None], [*OTHER, 1], {}), (ONE, OTHER[:7], {}), (ONE, OTHER, {"h": 0}),
])  # fmt: skip
def test_wrong_inputs(one, other, options):
    with pytest.raises(InputError):
        diebold_mariano(one, other, **options)


def test_unknown_codes():
    for wrong in ({"alternative": "two.sided"}, {"varestimator": "newey"}):
        with pytest.raises(UnknownCodeError):
            diebold_mariano(ONE, OTHER, **wrong)
