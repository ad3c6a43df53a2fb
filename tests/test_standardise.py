from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from stats.errors import InputError
from stats.rates import rate, repeat_events
from stats.results import State
from stats.standardise import DIRECT, direct_rate, indirect, ratio_to_expected

# Down's syndrome by maternal age and birth order (Fleiss 1981, p. 249), as in R epitools::ageadjust.direct.
POPULATION = np.array([
    230061, 329449, 114920, 39487, 14208, 3052, 72202, 326701, 208667, 83228, 28466, 5375, 15050, 175702, 207081,
    117300, 45026, 8660, 2293, 68800, 132424, 98301, 46075, 9834, 327, 30666, 123419, 149919, 104088, 34392, 319933,
    931318, 786511, 488235, 237863, 61313,
]).reshape(6, 6)  # fmt: skip
COUNT = np.array([
    107, 141, 60, 40, 39, 25, 25, 150, 110, 84, 82, 39, 3, 71, 114, 103, 108, 75, 1, 26, 64, 89, 137, 96, 0, 8, 63,
    112, 262, 295, 136, 396, 411, 428, 628, 530,
]).reshape(6, 6)  # fmt: skip


def test_fay_feuer_on_fleiss_data() -> None:
    """Birth order 1: crude 56.3, adjusted 92.3, lower limit 80.4; the upper one by Fay and Feuer's equation."""
    first = direct_rate(COUNT[0], POPULATION[0], POPULATION[5], method="fay_feuer")[0]
    assert first.estimate == pytest.approx(92.3, abs=0.05)
    assert first.conf_low == pytest.approx(80.4, abs=0.05)
    assert 1e5 * COUNT[0].sum() / POPULATION[0].sum() == pytest.approx(56.3, abs=0.05)
    weight = POPULATION[5] / POPULATION[5].sum() / POPULATION[0]
    y, v, top = weight @ COUNT[0], weight**2 @ COUNT[0], weight.max()
    upper = chi2.ppf(0.975, 2 * (y + top) ** 2 / (v + top**2)) * (v + top**2) / (2 * (y + top))
    assert first.conf_high == pytest.approx(1e5 * upper)


def test_all_bodies_in_one_call() -> None:
    group = np.repeat(np.arange(5), 6)
    whole = direct_rate(COUNT[:5].ravel(), POPULATION[:5].ravel(), POPULATION[5], group=group)
    assert len(whole) == 5
    for i in range(5):
        one = direct_rate(COUNT[i], POPULATION[i], POPULATION[5])
        assert whole.conf_high[i] == pytest.approx(one.conf_high[0], rel=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=8))
def test_identities(rows: list[tuple[int, int, int]]) -> None:
    x, n, w = np.array(rows, dtype=float).T
    own = direct_rate(x, n, n, minimum=0)[0]
    assert own.estimate == pytest.approx(1e5 * x.sum() / n.sum())
    # With its own make-up as standard Dobson's interval is Byar's.
    assert own.conf_high == pytest.approx(rate(x.sum(), n.sum(), per=1e5, method="byar")[0].conf_high)
    for method in DIRECT:
        one = direct_rate(x, n, w, minimum=0, method=method)[0]
        scaled = direct_rate(x, n, w * 7, minimum=0, method=method)[0]
        assert one.estimate == pytest.approx(scaled.estimate)
        assert one.conf_low <= one.estimate * (1 + 1e-9) <= one.conf_high * (1 + 2e-9) or x.sum() == 0


def test_refused_missing_and_variance() -> None:
    group = ["a", "a", "b", "b", "c", "c"]
    result = direct_rate([3, 4, 30, 40, None, 50], [100] * 6, [1, 1], group=group)
    assert [r.state for r in result] == [State.REFUSED, State.VALUE, State.MISSING]
    assert result.caveats[0].values == {"needed": 10, "rows": (0,)}
    repeated = direct_rate([30, 40], [100, 100], [1, 1], variance=[60, 80])[0]
    plain = direct_rate([30, 40], [100, 100], [1, 1])[0]
    ratio = (repeated.conf_high - repeated.estimate) / (plain.conf_high - plain.estimate)
    assert ratio == pytest.approx(2**0.5)


def test_one_stratum_with_repeats_is_the_repeat_event_rate() -> None:
    row = direct_rate([100], [1000], [1], variance=[120], per=1000)[0]
    other = repeat_events([1, 2], [80, 10], 1000)[0]
    assert row.conf_low == pytest.approx(other.conf_low)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="strata"):
        direct_rate([30, 40, 50], [100] * 3, [1, 1])
    with pytest.raises(InputError, match="population"):
        direct_rate([30], [0], [1])
    with pytest.raises(InputError, match="zero"):
        direct_rate([30], [10], [0])


def test_ratio_and_indirect() -> None:
    result = ratio_to_expected([9, 20, 5], [9.0, 10.0, 0], per=100)
    assert list(result.method)[:2] == ["exact", "byar"]
    assert result[2].state is State.MISSING
    assert result.estimate[0] == 100
    reference = indirect([10, 20], [100, 100], [100, 200], [1000, 1000])[0]
    assert reference.estimate == 1
    assert reference.denominator == 30
    as_rate = indirect([10, 20], [100, 100], [100, 200], [1000, 1000], as_rate=True, per=100)[0]
    assert as_rate.estimate == pytest.approx(15)
    several = indirect([10, 20, 5, None], [100] * 4, [100, 200], [1000, 1000], group=[0, 0, 1, 1])
    assert several[1].state is State.MISSING
    with pytest.raises(InputError):
        indirect([10], [100], [5], [0])


def test_huge_counts_and_hundred_thousand_rows() -> None:
    rng = np.random.default_rng(2)
    x, n = rng.integers(0, 50, 100_000), rng.integers(1000, 5000, 100_000)
    result = direct_rate(x, n, [1.0, 2, 3, 4], group=np.repeat(np.arange(25_000), 4))
    assert len(result) == 25_000
    assert direct_rate([10**9], [10**9], [1])[0].estimate == pytest.approx(1e5)


def test_a_missing_stratum_leaves_no_total() -> None:
    result = direct_rate(
        [None, 20, 30, 10, 20, 30], [1000, 2000, 1500] * 2, [5000, 3000, 2000], group=["a"] * 3 + ["b"] * 3
    )
    assert result.state is not None
    assert result.state.tolist() == ["missing", "value"]
    assert np.isnan([result.numerator[0], result.denominator[0]]).all()
    assert (result[0].numerator, result[0].denominator) == (None, None)
    assert (result[1].numerator, result[1].denominator) == (60, 4500)
    kept = direct_rate([None, 20, 30], [1000, 2000, 1500], [5000, 3000, 2000], empty="zero")[0]
    assert (kept.numerator, kept.denominator) == (50, 4500)
    unknown = direct_rate([10, 20], [100, 200], [1, 1], variance=[10, None])[0]
    assert (unknown.state, unknown.numerator) == (State.MISSING, None)
    body = indirect([None, 20], [100, 100], [1, 2], [10, 10])[0]
    assert (body.state, body.numerator, body.denominator) == (State.MISSING, None, 30)
    assert indirect([10, 20], [None, 100], [1, 2], [10, 10])[0].denominator is None
