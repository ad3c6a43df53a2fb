from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.comparisons.two_rates import INTERVALS, MOVER_LIMITS, TESTS, rate_difference, rate_ratio
from stats.errors import InputError
from stats.results import COLUMNS, State


def test_r_poisson_test_example() -> None:
    # R: poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)): p = 0.07967, ratio 1.971488, 0.8584264 to 4.2771526
    row = rate_ratio(11, 800, 21, 3011, test="exact_minlike")[0]
    assert row.p_value == pytest.approx(0.07967, abs=5e-6)
    assert row.estimate == pytest.approx(1.971488, abs=1e-6)
    assert (row.conf_low, row.conf_high) == pytest.approx((0.8584264, 4.2772659), abs=2e-4)


def test_krishnamoorthy_thomson_is_scipys() -> None:
    from scipy.stats import poisson_means_test

    # Unequal exposures, so that no other pair of counts ties with the one seen: scipy loses some ties.
    for x1, n1, x2, n2 in ((0, 100, 3, 100), (20, 100, 3, 100), (60, 51477.5, 30, 54308.7)):
        got = rate_ratio(x1, n1, x2, n2, test="e_test_wald")[0].p_value
        assert got == pytest.approx(poisson_means_test(x1, n1, x2, n2).pvalue, rel=1e-6)
    # Gu et al. (2008), example 1: the score and the Wald version differ.
    assert rate_ratio(60, 51477.5, 30, 54308.7, test="e_test")[0].p_value == pytest.approx(0.000567, abs=5e-7)


@settings(max_examples=40, deadline=None)
@given(
    x1=st.integers(0, 40), x2=st.integers(0, 40), t1=st.integers(1, 60), t2=st.integers(1, 60),
    null=st.sampled_from([1.0, 0.7, 2.0]),
)  # fmt: skip
def test_tests_agree_with_statsmodels(x1: int, x2: int, t1: int, t2: int, null: float) -> None:
    from statsmodels.stats.rates import test_poisson_2indep as reference

    if x1 + x2 == 0:
        return
    codes = {"exact_minlike": "exact-cond", "e_test": "etest", "e_test_wald": "etest-wald", "score": "score"}
    for code, theirs in codes.items():
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            want = reference(x1, float(t1), x2, float(t2), value=null, method=theirs, compare="ratio").pvalue
        assert rate_ratio(x1, t1, x2, t2, null=null, test=code)[0].p_value == pytest.approx(want, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize(("limits", "theirs"), [("score", "score"), ("jeffreys", "jeff"), ("exact", "exact-c")])
def test_mover_agrees_with_statsmodels(limits: str, theirs: str) -> None:
    from statsmodels.stats.rates import confint_poisson_2indep as reference

    for x1, t1, x2, t2 in ((13, 59.0, 8, 27.0), (2, 40.0, 7, 33.0), (60, 514.78, 30, 515.0)):
        got = rate_ratio(x1, t1, x2, t2, method="mover", mover_limits=limits)[0]
        want = reference(x1, t1, x2, t2, method="mover", method_mover=theirs)
        assert (got.conf_low, got.conf_high) == pytest.approx(want, rel=1e-10)


def test_gu_example_score_interval() -> None:
    """Gu et al. (2008): 60 over 51477.5 person-years against 30 over 54308.7, the score interval in closed form."""
    from statsmodels.stats.rates import confint_poisson_2indep as reference

    got = rate_ratio(60, 51477.5, 30, 54308.7, method="score")[0]
    assert (got.conf_low, got.conf_high) == pytest.approx(reference(60, 51477.5, 30, 54308.7, method="score"), rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(x1=st.integers(0, 500), x2=st.integers(0, 500), t1=st.floats(0.5, 1e4), t2=st.floats(0.5, 1e4))
def test_swapping_sides_inverts_the_ratio(x1: int, x2: int, t1: float, t2: float) -> None:
    for method in ("exact", "mid_p", "score"):
        one, other = rate_ratio(x1, t1, x2, t2, method=method), rate_ratio(x2, t2, x1, t1, method=method)
        assert one.p_value[0] == pytest.approx(other.p_value[0], rel=1e-8, nan_ok=not x1 + x2)
        if x1 and x2:
            assert one.conf_low[0] == pytest.approx(1 / other.conf_high[0], rel=1e-8)
            assert one.conf_low[0] < one.estimate[0] < one.conf_high[0]


@settings(max_examples=40, deadline=None)
@given(x1=st.integers(0, 60), x2=st.integers(0, 60))
def test_the_central_test_rejects_what_the_exact_interval_leaves_out(x1: int, x2: int) -> None:
    row = rate_ratio(x1, 10, x2, 15)[0]
    if x1 + x2:
        inside = (row.conf_low or 0) <= 1 <= (row.conf_high if row.conf_high is not None else np.inf)
        assert inside == (row.p_value >= 0.05 - 1e-12) or abs(row.p_value - 0.05) < 1e-6


@pytest.mark.parametrize(
    ("method", "test"), [*((m, "exact_central") for m in INTERVALS), *(("score", t) for t in TESTS), ("wald_log",) * 2]
)
def test_zeros_and_large_counts(method: str, test: str) -> None:
    million = 10**4 if method == "minlike" else 10**6 if test.startswith("e_test") else 10**9
    other = million + round(million**0.5 * 3.16227766)
    result = rate_ratio([0, 0, 5, million, None], 1, [0, 5, 0, other, 3], 1, method=method, test=test)
    assert result.state[0] == "refused"
    assert result.state[4] == "missing"
    assert np.isnan(result.p_value[0])
    assert result.result(0).reason is not None
    assert result[0].reason == result.result(0).reason
    if method != "wald_log":
        assert (result.estimate[1], result.conf_low[1]) == (0, 0)
        assert result.estimate[2] == result.conf_high[2] == np.inf
        assert result.conf_low[2] > 0
        assert "ratio_unbounded" in [n.code for n in result.caveats]
    assert result.conf_low[3] < result.estimate[3] < result.conf_high[3]
    if test == "none":
        assert np.isnan(result.p_value).all()
    else:
        assert result.p_value[3] == pytest.approx(0.02535, abs=2e-3 if method == "minlike" else 5e-4)


def test_frame_result_and_notebook_form() -> None:
    result = rate_ratio([3, 0], 10, [9, 0], 10, unit="members")
    frame = result.to_frame()
    assert tuple(frame.columns[: len(COLUMNS)]) == COLUMNS
    assert {"p_value", "test", "numerator2"} <= set(frame.columns)
    assert next(iter(result)).p_value == result[0].p_value
    assert result.result(1).state is State.REFUSED
    assert result.result(0).unit == "members"
    assert "exact" in result._repr_html_()


@pytest.mark.parametrize("limits", MOVER_LIMITS)
def test_mover_from_any_single_limits(limits: str) -> None:
    row = rate_ratio([0, 4, 4], 10, [4, 0, 4], 10, method="mover", mover_limits=limits)
    assert row.conf_low[0] == 0
    assert row.conf_high[1] == np.inf
    assert row.conf_low[2] < 1 < row.conf_high[2]


def test_bad_input() -> None:
    with pytest.raises(InputError, match="exposure2"):
        rate_ratio(3, 10, 4, 0)
    with pytest.raises(InputError, match="whole"):
        rate_ratio(3.5, 10, 4, 5)
    assert rate_ratio(3.5, 10, 4, 5, method="score", test="score")[0].p_value > 0


def test_difference_agrees_with_statsmodels_and_brackets_itself() -> None:
    from statsmodels.stats.rates import confint_poisson_2indep as reference

    for method in ("mover", "score", "wald"):
        got = rate_difference(30, 1000, 10, 900, method=method)[0]
        assert (got.conf_low, got.conf_high) == pytest.approx(
            reference(30, 1000, 10, 900, method=method, compare="diff"), rel=1e-5
        )
        edges = rate_difference([0, 0, 10**9], 1, [0, 5, 10**9], 1, method=method)
        assert (edges.conf_low <= edges.estimate).all()
        assert (edges.conf_high >= edges.estimate).all()
    assert rate_difference(30, 1000, 10, 1000, per=1000)[0].estimate == pytest.approx(20)


def test_the_default_test_follows_the_interval() -> None:
    for method, test in INTERVALS.items():
        row = rate_ratio(4, 10, 15, 12, method=method)
        assert row.test == test
        named = rate_ratio(4, 10, 15, 12, method=method, test="e_test")
        assert named.test == "e_test"
        assert named.conf_low[0] == row.conf_low[0]
    score = rate_ratio(0, 10, 5, 10, method="score")[0]
    assert score.conf_high is not None
    assert score.conf_high < 1
    assert score.p_value == pytest.approx(0.02535, abs=1e-5)
    assert rate_ratio(0, 10, 5, 10)[0].p_value == pytest.approx(2 / 2**5)
    assert np.isnan(rate_ratio(4, 10, 15, 12, method="mover")[0].p_value)
    assert rate_difference(4, 10, 15, 12, method="wald").test == "wald"
    assert rate_difference(4, 10, 15, 12).test == rate_difference(4, 10, 15, 12, method="score").test == "score"


@settings(max_examples=60, deadline=None)
@given(
    x1=st.integers(0, 40), x2=st.integers(0, 40), null=st.floats(0.1, 10),
    method=st.sampled_from(["exact", "minlike", "mid_p", "score", "wald_log"]),
)  # fmt: skip
def test_interval_and_default_test_never_contradict(x1: int, x2: int, null: float, method: str) -> None:
    row = rate_ratio(x1, 10, x2, 15, method=method, null=null)[0]
    if not row or row.conf_low is None or row.conf_high is None:
        return
    if row.p_value > 0.05 + 1e-9:  # not rejected: inside; the minlike set may have holes, so inside does not say kept
        assert row.conf_low - 1e-9 <= null <= row.conf_high + 1e-9
    elif method != "minlike" and row.p_value < 0.05 - 1e-9:
        assert not row.conf_low < null < row.conf_high


def test_minimum_likelihood_interval() -> None:
    """Fay's example (vignette of R's exactci): the central interval holds 1 though the test rejects it at 0.042."""
    from statsmodels.stats.proportion import proportion_confint

    central, minlike = (
        rate_ratio(2, 17877, 10, 20000, method=m, test="exact_minlike")[0] for m in ("exact", "minlike")
    )
    assert (central.conf_low, central.conf_high) == pytest.approx((0.02383738, 1.04995468), abs=1e-8)
    assert central.p_value == minlike.p_value == pytest.approx(0.04213, abs=5e-6)
    assert minlike.conf_high is not None
    assert minlike.conf_high < 1
    for x1, x2 in ((2, 10), (3, 7), (0, 5), (5, 0), (30, 15), (7, 120)):
        low, high = proportion_confint(x1, x1 + x2, 0.05, "binom_test")
        row = rate_ratio(x1, 3, x2, 4, method="minlike")[0]
        assert row.conf_low == pytest.approx(low / (1 - low) * 4 / 3, rel=1e-6)
        assert row.conf_high == pytest.approx(high / (1 - high) * 4 / 3 if x2 else np.inf, rel=1e-6)
    with pytest.raises(InputError, match="minlike"):
        rate_ratio(10**5, 1, 1, 1, method="minlike")
    with pytest.raises(InputError, match="whole"):
        rate_ratio(1.5, 1, 1, 1, method="minlike")
