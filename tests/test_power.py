from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.power import DIRECTIONS, detectable_rate, detectable_share, power_of_shares, size_for_shares
from stats.results import State


def test_r_power_prop_test() -> None:
    assert power_of_shares(0.5, 0.75, 50)[0] == pytest.approx(0.740165901331388)
    assert size_for_shares(0.5, 0.75, power=0.9)[0] == pytest.approx(76.7069301141077, rel=1e-6)
    # strict = TRUE counts the other tail too
    assert power_of_shares(0.5, 0.5, 50, strict=True)[0] == pytest.approx(0.05)
    assert power_of_shares(0.5, 0.5, 50)[0] == pytest.approx(0.025)


def test_unequal_bases_agree_with_statsmodels() -> None:
    from statsmodels.stats.proportion import power_proportions_2indep

    got = power_of_shares(0.15, 0.1, 300, 450, strict=True)[0]
    want = power_proportions_2indep(0.05, 0.1, 300, ratio=1.5, return_results=False)
    assert got == pytest.approx(want, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    p=st.floats(0.01, 0.99), n=st.integers(5, 10**6), m=st.integers(5, 10**6), power=st.sampled_from([0.5, 0.8, 0.9])
)
def test_the_detectable_share_has_the_power_asked_for(p: float, n: int, m: int, power: float) -> None:
    for direction in DIRECTIONS:
        row = detectable_share(p, n, m, power=power, direction=direction)[0]
        if row:
            assert (row.estimate > p) == (direction == "up")
            assert power_of_shares(p, row.estimate, n, m)[0] == pytest.approx(power, abs=1e-6)
            assert sorted((row.conf_low, row.conf_high)) == pytest.approx(sorted((p, row.estimate)))
        else:
            limit = 1.0 if direction == "up" else 0.0
            assert power_of_shares(p, limit, n, m)[0] < power + 1e-9


def test_size_and_power_are_inverse() -> None:
    n = size_for_shares([0.1, 0.4], [0.2, 0.3], power=0.85, ratio=2)
    np.testing.assert_allclose(power_of_shares([0.1, 0.4], [0.2, 0.3], n, 2 * n), 0.85)


def test_clusters_and_small_bases() -> None:
    plain, wide = detectable_share(0.1, 1000)[0], detectable_share(0.1, 1000, design_effect=4)[0]
    assert wide.estimate == pytest.approx(detectable_share(0.1, 250)[0].estimate)
    assert wide.estimate > plain.estimate
    row = detectable_share([0.5, 1.0], [3, 50])
    assert row[0].state is State.REFUSED
    assert row[1].state is State.REFUSED
    assert row.caveats[1].values["rows"] == (0, 1)
    assert detectable_share(0, 50, direction="down")[0].state is State.REFUSED


def test_rate_by_hand() -> None:
    # 100 in 10,000: 2.8016 standard errors of the difference of 0.01 and 0.01437.
    row = detectable_rate(100, 10_000)[0]
    gap = (row.estimate - 10) / 1000
    spread = np.sqrt((0.01 + row.estimate / 1000) / 10_000)
    assert gap == pytest.approx(2.801585 * spread, rel=1e-6)


def test_log_rates_agree_with_statsmodels() -> None:
    from statsmodels.stats.rates import power_poisson_ratio_2indep

    for direction in DIRECTIONS:
        row = detectable_rate(100, 1000, per=1, method="log", direction=direction)[0]
        power = power_poisson_ratio_2indep(
            row.estimate, 0.1, 1000, value=1, alternative="two-sided", method_var="alt", return_results=False
        )
        assert power == pytest.approx(0.8, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 10**6), t1=st.floats(1, 1e6), t2=st.floats(1, 1e6))
def test_detectable_rates_lie_on_their_side(count: int, t1: float, t2: float) -> None:
    for method in ("score", "log"):
        for direction in DIRECTIONS:
            row = detectable_rate(count, t1, t2, direction=direction, method=method)[0]
            rate = 1000 * count / t1
            if row:
                assert row.estimate > rate if direction == "up" else row.estimate < rate
                more = detectable_rate(count, t1, t2, direction=direction, method=method, power=0.95)[0]
                assert not more or abs(more.estimate - rate) >= abs(row.estimate - rate) * (1 - 1e-9)


def test_few_events_and_dispersion() -> None:
    assert detectable_rate(3, 100, direction="down")[0].state is State.REFUSED
    assert detectable_rate(0, 100)[0].estimate > 0
    one, other = detectable_rate(50, 100)[0], detectable_rate(50, 100, dispersion=4)[0]
    assert other.estimate > one.estimate


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"0.44 for 44%"):
        detectable_share(44, 100)
    with pytest.raises(InputError, match="rows 0"):
        size_for_shares(0.2, 0.2)
    with pytest.raises(InputError):
        power_of_shares(0.1, 0.2, 0)
    with pytest.raises(InputError):
        detectable_rate(None, 100)
