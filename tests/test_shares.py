from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats import shares
from stats.errors import InputError, UnknownCodeError
from stats.results import COLUMNS, State

HANOI = [1783, 281, 25, 288]


def test_wilson_by_hand() -> None:
    # z² = 3.8415: middle (3 + 1.9207) / 13.8415 = 0.35551, half 1.95996 sqrt(2.1 + 0.96036) / 13.8415 = 0.24771.
    row = shares.share(3, 10, unit="members", base="examined")[0]
    assert row.conf_low == pytest.approx(0.10779, abs=1e-5)
    assert row.conf_high == pytest.approx(0.60322, abs=1e-5)
    assert (row.estimate, row.numerator, row.denominator, row.method) == (0.3, 3.0, 10.0, "wilson")
    assert (row.unit, row.base, row.conf_level, row.derived) == ("members", "examined", 0.95, True)


def test_zero_all_and_nothing() -> None:
    result = shares.share([0, 7, 0, None, 3], [7, 7, 0, 5, None])
    assert result.state is not None
    assert result.state.tolist() == ["value", "value", "missing", "missing", "missing"]
    assert result.conf_low[0] == 0
    assert result.conf_high[1] == 1
    assert np.isnan(result.estimate[2:]).all()
    assert result[2].state is State.MISSING
    assert result[2].estimate is None


def test_frame_has_the_shared_columns() -> None:
    assert tuple(shares.share([1, 2], [3, 4]).to_frame().columns) == COLUMNS
    assert "wilson" in shares.share([1, 2], [3, 4])._repr_html_()


def test_scalar_base_serves_all_rows_and_series_are_read() -> None:
    frame = pd.DataFrame({"found": [1, 2, 3], "examined": [10, 10, 10]})
    np.testing.assert_array_equal(
        shares.share(frame["found"], 10).conf_low, shares.share(frame["found"], frame["examined"]).conf_low
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [([5, 11], [10, 10], "above denominator"), ([-1], [3], "below 0"), ([], [], "empty"), (["3"], [5], "not a number")],
)
def test_bad_counts_are_refused_with_rows(numerator: list[object], denominator: list[object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        shares.share(numerator, denominator)


def test_unknown_method_and_percent_level() -> None:
    with pytest.raises(UnknownCodeError, match="wilson"):
        shares.share(1, 2, method="wald")
    with pytest.raises(InputError):
        shares.share(1, 2, conf_level=95)


def test_fractions_are_noted() -> None:
    assert shares.share([2.377, 3], [10, 10]).caveats[0].code == "fractional_counts"
    assert shares.share([2, 3], [10, 10]).caveats == ()


def test_huge_counts_and_hundred_thousand_rows() -> None:
    row = shares.share(5e8, 1e9, method="clopper_pearson")[0]
    assert row.conf_high - row.conf_low < 1e-4
    many = shares.share(np.arange(100_000), 100_000)
    assert len(many) == 100_000
    assert np.isfinite(many.conf_high).all()


def test_mendel_and_conventions() -> None:
    # R: binom.test(682, 925, p = 3/4): p = 0.3825, 0.7076683 to 0.7654066.
    test = shares.share_test(682, 925, value=0.75, method="minlike")
    assert test.p_value == pytest.approx(0.3825, abs=5e-5)
    assert test.method == "binomial_minlike"
    score = shares.share_test(682, 925, value=0.75, method="score")
    assert score.statistic == pytest.approx((682 - 693.75) / np.sqrt(925 * 0.1875))
    for method in ("central", "minlike", "mid_p", "score"):
        assert 0 < shares.share_test(0, 5, value=0.5, method=method).p_value <= 1
    with pytest.raises(InputError, match="whole"):
        shares.share_test(2.5, 5, value=0.5)
    with pytest.raises(InputError, match="one share"):
        shares.share_test([1, 2], 5, value=0.5)
    with pytest.raises(InputError):
        shares.share_test(1, 5, value=1.0)


@settings(max_examples=50, deadline=None)
@given(x=st.integers(0, 60), n=st.integers(1, 60))
def test_central_test_agrees_with_its_interval(x: int, n: int) -> None:
    x = min(x, n)
    row = shares.share(x, n, method="clopper_pearson")[0]
    assert row.conf_low is not None
    assert row.conf_high is not None
    for edge in (row.conf_low * 0.99, row.conf_high + (1 - row.conf_high) * 0.01):
        if 0 < edge < 1:
            assert shares.share_test(x, n, value=edge).p_value <= 0.05 + 1e-9
    middle = (row.conf_low + row.conf_high) / 2
    assert shares.share_test(x, n, value=middle).p_value >= 0.05 - 1e-9


def test_goodman_by_hand() -> None:
    # Four shares: chi-square(1) at 1 - 0.05/4 is 6.2385; 25 of 2377.
    result = shares.shares_of_total(HANOI)
    a, x, n = 6.238533, 25.0, 2377.0
    half = np.sqrt(a * (a + 4 * x * (n - x) / n))
    assert result.conf_low[2] == pytest.approx((a + 2 * x - half) / (2 * (n + a)), rel=1e-5)
    assert result.estimate.sum() == pytest.approx(1)


@pytest.mark.parametrize("method", shares.SIMULTANEOUS)
def test_tables_rows_and_edges(method: str) -> None:
    table = [HANOI, [5, 0, 0, 0], [0, 0, 0, 0], [3, 4, 5, 6]]
    whole = shares.shares_of_total(table, method=method)
    assert whole.state is not None
    low = whole.conf_low.reshape(4, 4)
    assert np.isnan(low[2]).all()
    assert (whole.state.reshape(4, 4)[2] == "missing").all()
    single = shares.shares_of_total(table[3], method=method)
    np.testing.assert_allclose(low[3], single.conf_low)
    ok = np.isfinite(whole.estimate)
    assert (whole.conf_low[ok] <= whole.estimate[ok]).all()
    assert (whole.conf_high[ok] >= whole.estimate[ok]).all()
    assert (whole.conf_low[ok] >= 0).all()
    assert (whole.conf_high[ok] <= 1).all()


def test_simultaneous_notes_and_refusals() -> None:
    assert [n.code for n in shares.shares_of_total([9, 1], method="sison_glaz").caveats] == [
        "simultaneous",
        "small_cells",
    ]
    with pytest.raises(InputError, match="two categories"):
        shares.shares_of_total([[5], [6]])
    with pytest.raises(InputError, match="whole"):
        shares.shares_of_total([1.5, 2], method="sison_glaz")


def test_two_categories_are_wilson_at_the_halved_level() -> None:
    pair, one = shares.shares_of_total([30, 70]), shares.share(30, 100, conf_level=0.975)
    assert pair.conf_low[0] == pytest.approx(one.conf_low[0], rel=1e-12)


def test_design_effect_widens_and_never_narrows() -> None:
    plain, wide, narrow = (shares.clustered_share(30, 200, design_effect=d)[0] for d in (1, 4, 0.5))
    assert plain.conf_low == shares.share(30, 200)[0].conf_low == narrow.conf_low
    assert wide.conf_low < plain.conf_low
    assert wide.estimate == plain.estimate
    assert wide.caveats[0].code == "design_effect"
    with pytest.raises(InputError, match="empty cells"):
        shares.clustered_share(30, 200, design_effect=None)


def test_design_effect_of_equal_bodies_is_pearsons_ratio() -> None:
    from stats.severity.association import independence

    x, n = np.array([3.0, 8, 5, 9]), np.full(4, 20.0)
    chi = independence(np.column_stack([x, n - x]))
    assert shares.design_effect(x, n) == pytest.approx(chi.statistic / 3)
    # With equal bases both conventions coincide.
    assert shares.design_effect(x, n, method="ratio") == pytest.approx(shares.design_effect(x, n))
    with pytest.raises(InputError, match="two bodies"):
        shares.design_effect([1], [5])
    with pytest.raises(InputError, match="between 0 and 1"):
        shares.design_effect([0, 0], [5, 5])
