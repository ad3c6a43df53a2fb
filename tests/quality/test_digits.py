from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from stats.errors import InputError
from stats.quality.digits import BENFORD, benford_shares, benford_test, last_digit_test, leading_digits


def test_last_digits_against_scipy() -> None:
    values = np.random.default_rng(0).integers(100, 5000, 400)
    got = last_digit_test(values)
    want = chisquare(np.bincount(values % 10, minlength=10))
    assert (got.statistic, got.p_value) == pytest.approx((want.statistic, want.pvalue))
    assert got.extra["zeros_and_fives"] == pytest.approx(np.isin(values % 10, [0, 5]).mean())


def test_heaping_shows() -> None:
    heaped = last_digit_test(np.repeat([110, 250, 305, 410, 123], 40))
    assert heaped.p_value < 1e-9
    assert heaped.extra["zeros_and_fives"] == 0.8


def test_small_approximate_and_missing_figures_are_left_out() -> None:
    values = [*range(100, 160), 5, None, 2000]
    exact = [True] * 62 + [False]
    assert last_digit_test(values, exact=exact).n == 60
    refused = last_digit_test(range(100, 149))
    assert refused.caveats[0].values == {"found": 49, "needed": 50}
    assert refused.state == "refused"
    with pytest.raises(InputError, match="whole"):
        last_digit_test([100.5] * 60)
    with pytest.raises(InputError):
        last_digit_test([100, 200], exact=[True])


def test_benford_shares_by_hand() -> None:
    assert benford_shares().sum() == pytest.approx(1)
    np.testing.assert_allclose(benford_shares()[:3], [0.30103, 0.176091, 0.124939], atol=1e-6)
    np.testing.assert_allclose(benford_shares("second")[[0, 9]], [0.119679, 0.084997], atol=1e-6)
    for digits in BENFORD:
        assert benford_shares(digits).sum() == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**15), st.integers(1, 3))
def test_leading_digits_are_those_written(value: int, many: int) -> None:
    assert leading_digits(value, many=many)[0] == int(str(value).ljust(many, "0")[:many])


def test_leading_digits_of_decimals_and_powers_of_ten() -> None:
    assert leading_digits([1000, 999, 0.001, 0.0345, 0, None], many=2).tolist() == [10, 99, 10, 34]


def test_powers_of_two_follow_the_law_and_uniform_figures_do_not() -> None:
    powers = 2.0 ** np.arange(1, 1001)
    for digits in ("first", "second", "first_two"):
        good = benford_test(powers, digits=digits)
        assert good.extra["conformity"] == "close"
        assert good.p_value > 0.5
    flat = benford_test(np.arange(1000, 10_000))
    assert flat.extra["conformity"] == "none"
    assert flat.p_value < 1e-9
    assert flat.extra["mantissa_arc_p"] < 1e-9
    assert flat.caveats[0].code == "narrow_span"


def test_mad_and_chi_square_by_hand() -> None:
    digits = np.repeat(np.arange(1, 10), 40) * 1.0
    got = benford_test(np.concatenate([digits, digits * 1000]), minimum=300)
    expected = benford_shares()
    assert got.extra["mad"] == pytest.approx(np.abs(1 / 9 - expected).mean())
    assert got.statistic == pytest.approx((720 * (1 / 9 - expected) ** 2 / expected).sum())


def test_sample_size_limits() -> None:
    for digits, needed in (("first", 300), ("second", 300), ("first_two", 1000), ("first_three", 4500)):
        got = benford_test(np.arange(1, needed), digits=digits)
        assert got.caveats[0].values == {"found": needed - 1, "needed": needed}
        assert got.state == "refused"
    assert benford_test([0, None]).n == 0
    with pytest.raises(InputError):
        benford_test([-5] * 400)


def test_what_benford_leaves_out_is_said() -> None:
    figures = 2.0 ** np.arange(1, 401)
    whole = benford_test(figures)
    assert "figures_left_out" not in [n.code for n in whole.caveats]
    some = benford_test([*figures, 0, 0, None])
    assert some.statistic == whole.statistic
    assert [n.values for n in some.caveats if n.code == "figures_left_out"] == [{"empty": 1, "zeros": 2}]
    few = benford_test([1, 0])
    assert [n.code for n in few.caveats] == ["too_few_figures", "figures_left_out"]
