from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.comparisons.two_proportions import DIFFERENCES, RATIOS, difference_of_shares, ratio_of_shares
from stats.errors import InputError

# Newcombe (1998), Statistics in Medicine 17:873, table II, comparisons (a)-(h).
PAIRS = [
    (56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 0, 29), (0, 10, 0, 20), (0, 10, 0, 10), (10, 10, 0, 20),
         (10, 10, 0, 10)]  # fmt: skip
TABLE = {
    "mee": [(0.0533, 0.3377), (0.1821, 0.8370), (0.0544, 0.8478), (-0.0313, 0.1926), (-0.1611, 0.2775),
            (-0.2775, 0.2775), (0.7225, 1.0), (0.6777, 1.0)],
    "miettinen_nurminen": [(0.0528, 0.3382), (0.1700, 0.8406), (0.0342, 0.8534), (-0.0326, 0.1933), (-0.1658, 0.2844),
                           (-0.2879, 0.2879), (0.7156, 1.0), (0.6636, 1.0)],
    "newcombe": [(0.0524, 0.3339), (0.1705, 0.8090), (0.0582, 0.8062), (-0.0381, 0.1926), (-0.1611, 0.2775),
                 (-0.2775, 0.2775), (0.6791, 1.0), (0.6075, 1.0)],
    "newcombe_cc": [(0.0428, 0.3422), (0.1013, 0.8387), (-0.0290, 0.8423), (-0.0667, 0.2037), (-0.2005, 0.3445),
                    (-0.3445, 0.3445), (0.6014, 1.0), (0.5128, 1.0)],
}  # fmt: skip


@pytest.mark.parametrize("method", TABLE)
def test_newcombe_table(method: str) -> None:
    x1, n1, x2, n2 = np.array(PAIRS).T
    got = difference_of_shares(x1, n1, x2, n2, method=method)
    np.testing.assert_allclose(np.column_stack([got.conf_low, got.conf_high]), TABLE[method], atol=5.1e-5)


def test_the_upstream_error_is_not_repeated() -> None:
    # statsmodels 0.15 gives 0.3440 here and stops on 9/10 against 3/10.
    assert difference_of_shares(56, 70, 48, 80, method="miettinen_nurminen")[0].conf_high == pytest.approx(
        0.3382, abs=5e-5
    )


def test_score_limits_invert_the_score_test() -> None:
    for method in ("mee", "miettinen_nurminen"):
        row = difference_of_shares(12, 40, 20, 45, method=method)[0]
        for edge in (row.conf_low, row.conf_high):
            assert difference_of_shares(12, 40, 20, 45, method=method, null=edge)[0].p_value == pytest.approx(
                0.05, abs=1e-8
            )
    for method in ("koopman", "miettinen_nurminen"):
        row = ratio_of_shares(12, 40, 20, 45, method=method)[0]
        for edge in (row.conf_low, row.conf_high):
            assert ratio_of_shares(12, 40, 20, 45, method=method, null=edge)[0].p_value == pytest.approx(0.05, abs=1e-8)


def test_score_statistic_squares_to_pearson() -> None:
    from stats.severity.association import independence

    row = difference_of_shares(12, 40, 20, 45)[0]
    assert row.statistic**2 == pytest.approx(independence([[12, 28], [20, 25]]).statistic)


def test_koopman_example_and_statsmodels() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep as reference

    row = ratio_of_shares(36, 40, 16, 80)[0]
    assert (row.conf_low, row.conf_high) == pytest.approx((2.94, 7.15), abs=5e-3)
    for x1, n1, x2, n2 in ((36, 40, 16, 80), (3, 17, 9, 30), (20, 25, 18, 40)):
        row = ratio_of_shares(x1, n1, x2, n2)[0]
        want = reference(x1, n1, x2, n2, compare="ratio", method="score", correction=False)
        assert (row.conf_low, row.conf_high) == pytest.approx(want, rel=1e-6)
        for method, theirs in (("katz", "log"), ("katz_adjusted", "log-adjusted")):
            row = ratio_of_shares(x1, n1, x2, n2, method=method)[0]
            assert (row.conf_low, row.conf_high) == pytest.approx(
                reference(x1, n1, x2, n2, compare="ratio", method=theirs)
            )


counts = st.tuples(st.integers(0, 400), st.integers(1, 400)).map(lambda t: (min(t), max(t[1], 1)))


@settings(max_examples=25, deadline=None)
@given(a=counts, b=counts)
def test_symmetry_and_range(a: tuple[int, int], b: tuple[int, int]) -> None:
    for method in DIFFERENCES:
        one, other = difference_of_shares(*a, *b, method=method), difference_of_shares(*b, *a, method=method)
        assert one.conf_low[0] == pytest.approx(-other.conf_high[0], abs=1e-8)
        assert -1 <= one.conf_low[0] <= one.conf_high[0] <= 1
        if method != "agresti_caffo":
            assert one.conf_low[0] - 1e-12 <= one.estimate[0] <= one.conf_high[0] + 1e-12
        assert one.p_value[0] == pytest.approx(other.p_value[0], abs=1e-12, nan_ok=True)
    for method in RATIOS:
        one, other = ratio_of_shares(*a, *b, method=method), ratio_of_shares(*b, *a, method=method)
        assert one.state[0] == other.state[0]
        if one.state[0] == "value" and a[0] and b[0]:
            assert one.conf_low[0] == pytest.approx(1 / other.conf_high[0], rel=1e-6)
            assert one.conf_low[0] <= one.estimate[0] * (1 + 1e-9)


def test_joined_intervals_by_hand() -> None:
    """MOVER from Jeffreys limits: the difference and the ratio rest on the same four numbers."""
    from stats.shares import share

    (p1, l1, u1), (p2, l2, u2) = (
        (r.estimate, r.conf_low, r.conf_high) for r in share([12, 20], [40, 45], method="jeffreys")
    )
    row = difference_of_shares(12, 40, 20, 45, method="mover_jeffreys")[0]
    assert row.conf_low == pytest.approx(p1 - p2 - np.hypot(p1 - l1, u2 - p2))
    row = ratio_of_shares(12, 40, 20, 45, method="mover_jeffreys")[0]
    a, b = l1 * (2 * p1 - l1), u2 * (2 * p2 - u2)
    assert row.conf_low == pytest.approx((p1 * p2 - np.sqrt((p1 * p2) ** 2 - a * b)) / b)
    a, b = u1 * (2 * p1 - u1), l2 * (2 * p2 - l2)
    assert row.conf_high == pytest.approx((p1 * p2 + np.sqrt((p1 * p2) ** 2 - a * b)) / b)


def test_ratio_edges() -> None:
    for method in RATIOS:
        row = ratio_of_shares(
            [0, 0, 5, 10, 0], [10, 10, 10, 10, 0], [0, 5, 0, 10, 3], [10, 10, 10, 10, 10], method=method
        )
        assert row.state[0] == "refused"
        assert row.state[4] == "missing"
        assert np.isnan(row.p_value[0])
        known = row.state == "value"
        assert (row.conf_low[known] <= row.estimate[known]).all()
        assert (row.conf_high[known] >= row.estimate[known]).all()
    koopman = ratio_of_shares(5, 10, 0, 10)
    assert koopman.conf_high[0] == np.inf
    assert koopman.caveats[0].code == "ratio_unbounded"


def test_huge_counts_agree_with_the_normal_limits() -> None:
    wald = difference_of_shares(3e8, 1e9, 3.0005e8, 1e9, method="wald")[0]
    for method in DIFFERENCES:
        row = difference_of_shares(3e8, 1e9, 3.0005e8, 1e9, method=method)[0]
        assert (row.conf_low, row.conf_high) == pytest.approx((wald.conf_low, wald.conf_high), rel=1e-3)
    katz = ratio_of_shares(3e8, 1e9, 3.0005e8, 1e9, method="katz")[0]
    assert ratio_of_shares(3e8, 1e9, 3.0005e8, 1e9)[0].conf_low == pytest.approx(katz.conf_low, rel=1e-8)


def test_missing_and_bad_rows() -> None:
    result = difference_of_shares([1, None, 0], [2, 2, 0], 1, 4)
    assert result.state.tolist() == ["value", "missing", "missing"]
    with pytest.raises(InputError, match=r"numerator2 is above denominator2 \(rows 1\)"):
        difference_of_shares([1, 1], 2, [1, 5], 4)
    with pytest.raises(InputError):
        ratio_of_shares(1, 2, 1, 2, null=0)


def test_many_rows_are_one_call() -> None:
    rng = np.random.default_rng(5)
    n = rng.integers(1, 300, (2, 5000))
    x = np.floor((n + 1) * rng.random((2, 5000)))
    for method in ("newcombe", "miettinen_nurminen"):
        result = difference_of_shares(x[0], n[0], x[1], n[1], method=method)
        one = difference_of_shares(x[0, 7], n[0, 7], x[1, 7], n[1, 7], method=method)
        assert result.conf_low[7] == pytest.approx(one.conf_low[0], abs=1e-12)


def test_without_a_ratio_there_is_no_p_value() -> None:
    nobody = ratio_of_shares(0, 10, 0, 10)[0]
    assert nobody.state == "refused"
    assert np.isnan([nobody.statistic, nobody.p_value]).all()
    assert nobody.reason is not None
    assert nobody.reason.code == "no_events"
    gap = difference_of_shares([0, 3], 10, [0, 5], 10)
    assert np.isnan(gap.p_value).tolist() == [True, False]
    assert gap.caveats[0].code == "nothing_to_test"
    assert gap.caveats[0].values["rows"] == (0,)
    assert gap.conf_low[0] < 0 < gap.conf_high[0]
    assert gap[1].caveats == ()
