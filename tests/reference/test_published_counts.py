"""Published examples of single counts, shares and rates and of two of them compared, beyond the case files."""

from __future__ import annotations

import pytest

from stats.comparisons.two_proportions import difference_of_shares, ratio_of_shares
from stats.comparisons.two_rates import rate_difference, rate_ratio
from stats.rates import rate_test
from stats.shares import share, share_test


def test_camis_responders() -> None:
    """PSIAIMS/CAMIS, SAS/ci_for_prop.qmd: 36 responders of 154, Wilson by hand 0.17390 to 0.30659 (z = 1.96)."""
    row = share(36, 154)[0]
    assert (row.conf_low, row.conf_high) == pytest.approx((0.17390, 0.30659), abs=1e-5)


@pytest.mark.parametrize(("alternative", "p_value"), [
    ("two-sided", 0.629497966677), ("greater", 0.391990187799), ("less", 0.772271797418),
])  # fmt: skip
def test_binomial_alternatives(alternative: str, p_value: float) -> None:
    """R 4.2.2: binom.test(7, 20, p = 0.3, alternative)."""
    found = share_test(7, 20, value=0.3, method="minlike", alternative=alternative)
    assert found.p_value == pytest.approx(p_value, rel=1e-9)
    assert found.alternative == alternative


def test_poisson_alternatives() -> None:
    """R 4.2.2: poisson.test(7, 10) and poisson.test(c(11, 21), c(800, 3011))."""
    for alternative, p_value in (("less", 0.220220646601), ("two-sided", 0.428664170207)):
        found = rate_test(7, 10, value=1, method="minlike", alternative=alternative)
        assert found.p_value == pytest.approx(p_value, rel=1e-9)
    for alternative, p_value in (("greater", 0.0560086597877), ("less", 0.975931823227)):
        row = rate_ratio(11, 800, 21, 3011, alternative=alternative)[0]
        assert row.p_value == pytest.approx(p_value, rel=1e-8)


@pytest.mark.parametrize(("counts", "p_value"), [((0, 100, 3, 100), 0.0884), ((2, 100, 6, 100), 0.1749)])
def test_krishnamoorthy_thomson_examples(counts: tuple[int, ...], p_value: float) -> None:
    """Krishnamoorthy and Thomson (2004), section 6, as in scipy's tests."""
    assert rate_ratio(*counts, test="e_test_wald").p_value[0] == pytest.approx(p_value, abs=1e-4)


@pytest.mark.parametrize(("counts", "alternative", "p_value"), [
    ((3, 100, 20, 300), "two-sided", 0.12202725450896404), ((3, 12, 4, 20), "greater", 0.40416087318539173),
    ((4, 20, 3, 100), "greater", 0.008053640402974236), ((4, 20, 3, 10), "less", 0.3083216325432898),
    ((1, 1, 50, 15), "less", 0.09322998607245102),
])  # fmt: skip
def test_e_test_of_its_authors(counts: tuple[int, ...], alternative: str, p_value: float) -> None:
    """The authors' Fortran program, as recorded in scipy's tests of poisson_means_test."""
    found = rate_ratio(*counts, test="e_test_wald", alternative=alternative).p_value[0]
    assert found == pytest.approx(p_value, abs=2e-6)


@pytest.mark.parametrize(("counts", "null", "test", "p_value", "room"), [
    ((60, 51477.5, 30, 54308.7), 1.0, "score", 0.000316, 5e-7),
    ((60, 51477.5, 30, 54308.7), 1.0, "wald_log", 0.000420, 5e-7),
    ((60, 51477.5, 30, 54308.7), 1.0, "exact_central", 0.000428, 5e-7),
    ((60, 51477.5, 30, 54308.7), 1.0, "mid_p", 0.000310, 5e-7),
    ((41, 28010, 15, 19017), 1.5, "score", 0.2398, 5e-4), ((41, 28010, 15, 19017), 1.5, "wald_log", 0.2402, 5e-4),
    ((41, 28010, 15, 19017), 1.5, "exact_central", 0.2913, 5e-4), ((41, 28010, 15, 19017), 1.5, "mid_p", 0.2450, 5e-4),
])  # fmt: skip
def test_gu_and_others_one_sided(
    counts: tuple[float, ...], null: float, test: str, p_value: float, room: float
) -> None:
    """Gu, Ng, Tang and Schucany (2008), tables of both examples; C and M stand exchanged in print for the first."""
    found = rate_ratio(*counts, test=test, null=null, alternative="greater").p_value[0]
    assert found == pytest.approx(p_value, abs=room)


def test_both_e_tests_of_the_breast_cancer_example() -> None:
    """Gu et al. (2008), example 1, two-sided: 0.00057 with the score statistic, 0.00064 with the Wald statistic."""
    both = [rate_ratio(60, 51477.5, 30, 54308.7, test=t).p_value[0] for t in ("e_test", "e_test_wald")]
    assert both == pytest.approx([0.00057, 0.00064], abs=5e-6)


@pytest.mark.parametrize(("null", "test", "statistic", "p_value"), [
    (0.0, "wald", 2.2047, 0.0137), (0.0, "score", 2.0818, 0.0187),
    (0.0002, "wald", 1.5514, 0.06040), (0.0002, "score", 1.5023, 0.06651),
])  # fmt: skip
def test_ng_gu_tang_differences(null: float, test: str, statistic: float, p_value: float) -> None:
    """Ng, Gu and Tang (2007): 41 over 28010 against 15 over 19017 person-years, one-sided."""
    row = rate_difference(41, 28010, 15, 19017, null=null, test=test, alternative="greater")[0]
    assert (row.statistic, row.p_value) == pytest.approx((statistic, p_value), abs=6e-5)


def test_epitools_rate_ratio() -> None:
    """R epitools 0.5-10.1: rateratio(method = "midp"), 41 over 28010 against 30 over 54308.7."""
    row = rate_ratio(41, 28010, 30, 54308.7, method="mid_p", test="mid_p")[0]
    assert (row.conf_low, row.conf_high) == pytest.approx((1.65544119036, 4.27862057743), rel=1e-5)
    assert row.p_value == pytest.approx(4.9217733451e-05, rel=1e-9)


def test_epitools_risk_ratio() -> None:
    """R epitools 0.5-10.1: riskratio.wald, 36 of 80 against 16 of 80."""
    row = ratio_of_shares(36, 80, 16, 80, method="katz")[0]
    assert (row.estimate, row.conf_low, row.conf_high) == pytest.approx((2.25, 1.36365541687, 3.71244812829), rel=1e-10)
    assert row.p_value == pytest.approx(0.000736019656326, rel=1e-10)


def test_newcombe_example_score_test() -> None:
    """R 4.2.2: prop.test(c(56, 48), c(70, 80), correct = FALSE): 7.0234, p 0.008045, Wald 0.0575 to 0.3425."""
    row = difference_of_shares(56, 70, 48, 80, method="wald")[0]
    assert (row.statistic**2, row.p_value) == pytest.approx((7.023411371, 0.00804508137), rel=1e-9)
    assert (row.conf_low, row.conf_high) == pytest.approx((0.057504899149, 0.342495100851), rel=1e-10)
    one_sided = difference_of_shares(56, 70, 48, 80, alternative="greater")[0]
    assert one_sided.p_value == pytest.approx(row.p_value / 2, rel=1e-12)
