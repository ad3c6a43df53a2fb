from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.severity.association import independence
from stats.severity.ordinal import linear_by_linear
from stats.severity.stratified import generalised_cmh, mantel_haenszel

BERKELEY = [
    [[512, 313], [89, 19]], [[353, 207], [17, 8]], [[120, 205], [202, 391]], [[138, 279], [131, 244]],
    [[53, 138], [94, 299]], [[22, 351], [24, 317]],
]  # fmt: skip
# Agresti (2002), table 7.8: job satisfaction by income, women and men.
JOBS = [
    [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]],
    [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]],
]


def test_agresti_job_satisfaction() -> None:
    """Agresti (2002), p. 297, and coin's examples: 6.1563, 9.0342, 10.2001."""
    got = generalised_cmh(JOBS, row_scores=[3, 10, 20, 35], column_scores=[1, 3, 4, 5])
    assert got.correlation.statistic == pytest.approx(6.1563, abs=5e-5)
    assert (got.row_means.statistic, got.row_means.df) == (pytest.approx(9.0342, abs=5e-5), 3)
    assert (got.general.statistic, got.general.df) == (pytest.approx(10.2001, abs=5e-5), 9)
    assert got.to_frame()["method"].tolist() == ["cmh_correlation", "cmh_row_means", "cmh_general"]
    assert "cmh_general" in got._repr_html_()


def test_correlation_is_the_linear_by_linear_test() -> None:
    for scores in ("table", "rank", "ridit", "modridit"):
        got = generalised_cmh(JOBS, row_scores=scores, column_scores=scores).correlation
        want = linear_by_linear(JOBS, row_scores=scores, column_scores=scores)
        assert got.statistic == pytest.approx(want.statistic**2)


def test_two_by_two_strata_are_mantel_haenszel() -> None:
    got, want = generalised_cmh(BERKELEY), mantel_haenszel(BERKELEY)
    for test in (got.correlation, got.row_means, got.general):
        assert test.statistic == pytest.approx(want.statistic)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=2, max_size=4))
def test_one_stratum_is_pearson(table: list[list[int]]) -> None:
    n = sum(map(sum, table))
    got, want = generalised_cmh([table]).general, independence(table)
    if n > 1 and want.df:
        assert got.statistic == pytest.approx(want.statistic * (n - 1) / n)
        assert got.df == want.df
    elif got.df:
        pytest.fail("degrees of freedom without variation")


def test_empty_levels_and_strata_add_nothing() -> None:
    padded = [[[*row, 0] for row in stratum] for stratum in JOBS] + [[[0] * 5] * 3 + [[1, 0, 0, 0, 0]]]
    got, want = generalised_cmh(padded), generalised_cmh(JOBS)
    assert got.general.statistic == pytest.approx(want.general.statistic)
    assert got.general.df == want.general.df
    assert got.general.caveats[0].code == "empty_levels"
    nothing = generalised_cmh([[[1, 0], [0, 0]]])
    assert nothing.general.state == "refused"
    assert nothing.general.caveats[0].code == "one_level"


def test_simpson() -> None:
    """Equal odds inside each body, yet a difference when pooled."""
    strata = [[[90, 10], [9, 1]], [[10, 90], [100, 900]]]
    assert mantel_haenszel(strata).statistic == pytest.approx(0, abs=1e-12)
    assert independence(np.sum(strata, axis=0)).p_value < 1e-9


def test_berkeley_against_r_and_statsmodels() -> None:
    """R: mantelhaen.test(UCBAdmissions): 1.4269 corrected, OR 0.9046968, 0.7719074 to 1.0603298."""
    from statsmodels.stats.contingency_tables import StratifiedTable

    corrected, plain = mantel_haenszel(BERKELEY, correction=True), mantel_haenszel(BERKELEY)
    assert corrected.statistic == pytest.approx(1.4269, abs=5e-5)
    assert corrected.p_value == pytest.approx(0.2323, abs=5e-5)
    found = (plain.estimate, plain.conf_low, plain.conf_high)
    assert found == pytest.approx((0.9046968, 0.7719074, 1.0603298), rel=1e-6)
    want = StratifiedTable([np.array(t) for t in BERKELEY])
    assert plain.extra["breslow_day"] == pytest.approx(want.test_equal_odds().statistic)
    assert plain.extra["tarone"] == pytest.approx(want.test_equal_odds(adjust=True).statistic)
    assert plain.extra["risk_ratio"] == pytest.approx(want.riskratio_pooled)
    assert plain.extra["breslow_day_p"] == pytest.approx(want.test_equal_odds().pvalue)


def test_mantel_haenszel_edges() -> None:
    assert mantel_haenszel([[[5, 0], [8, 0]]]).caveats[0].code == "one_level"
    infinite = mantel_haenszel([[[5, 0], [0, 5]]])
    assert infinite.estimate == np.inf
    assert infinite.conf_low == 0
    assert infinite.caveats[0].code == "undefined_at_zero"
    thin = mantel_haenszel([[[3, 1], [3, 6]], [[0, 0], [6, 5]], [[6, 2], [1, 4]]])
    assert thin.extra["homogeneity_df"] == 1  # an empty row says nothing of its stratum's odds
    with pytest.raises(InputError, match="two by two"):
        mantel_haenszel(JOBS)
    assert mantel_haenszel([[[10**9, 10**9], [10**9, 10**9 + 10**6]]]).p_value < 1e-9


def test_many_strata_are_one_call() -> None:
    rng = np.random.default_rng(0)
    tables = rng.multinomial(40, np.full(12, 1 / 12), 20_000).reshape(-1, 3, 4)
    got = generalised_cmh(tables)
    assert got.general.df == 6
    assert got.general.n == 800_000
