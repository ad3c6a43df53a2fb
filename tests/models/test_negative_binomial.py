"""Negative binomial regression: glm.nb of R, statsmodels' joint errors, limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma

from stats.models.fitting import best_theta, nb_log_likelihood, theta_score
from stats.models.regression import regression_fit

COUNTS = [0, 9, 1, 14, 2, 22, 3, 0, 17, 4, 8, 1]
LATE = [0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0]
YEARS = [1.0, 4, 2, 7, 3, 9, 1, 2, 6, 4, 5, 3]


def test_without_covariates_theta_solves_its_equation() -> None:
    model = regression_fit(COUNTS, family="negative_binomial")
    assert np.exp(model.estimate[0]) == pytest.approx(np.mean(COUNTS))
    assert theta_score(model.theta, model.counts, model.fitted)[0] == pytest.approx(0, abs=1e-8)
    # By the formula: information of the mean is n mu / (1 + mu / theta).
    mu = np.mean(COUNTS)
    assert model.std_error[0] == pytest.approx(((1 + mu / model.theta) / (12 * mu)) ** 0.5)


def test_slope_and_curvature_in_theta_against_differences() -> None:
    y, mu = np.array(COUNTS, dtype=float), np.full(12, 6.0)
    for theta in (0.3, 2.0, 40.0):
        step = theta * 1e-4
        up, mid, down = (nb_log_likelihood(theta + d, y, mu) for d in (step, 0.0, -step))
        slope, information = theta_score(theta, y, mu)
        assert slope == pytest.approx((up - down) / (2 * step), rel=1e-5)
        assert information == pytest.approx(-(up - 2 * mid + down) / step**2, rel=1e-2, abs=1e-4)


def test_joint_errors_are_those_of_statsmodels_and_conditional_ones_ignore_theta() -> None:
    from statsmodels.discrete.discrete_model import NegativeBinomial

    joint = regression_fit(COUNTS, YEARS, family="negative_binomial", standard_errors="joint")
    start = [*joint.estimate, 1 / joint.theta]
    want = NegativeBinomial(joint.counts, joint.design).fit(disp=0, method="newton", start_params=start)
    np.testing.assert_allclose(joint.std_error, want.bse[:2], rtol=1e-6)
    assert joint.theta == pytest.approx(1 / want.params[2], rel=1e-6)
    assert joint.theta_error == pytest.approx(want.bse[2] * joint.theta**2, rel=1e-6)
    assert joint.log_likelihood == pytest.approx(want.llf)
    conditional = regression_fit(COUNTS, YEARS, family="negative_binomial")
    fixed = regression_fit(COUNTS, YEARS, family="negative_binomial", theta=conditional.theta)
    np.testing.assert_allclose(fixed.std_error, conditional.std_error)
    assert np.abs(joint.std_error - conditional.std_error).max() > 1e-4
    assert np.isnan(fixed.theta_error)


def test_error_of_theta_of_quine_is_that_venables_and_ripley_print() -> None:
    from stats.models.regression import regression_model

    pd = pytest.importorskip("pandas")
    import json
    from pathlib import Path

    path = Path(__file__).parents[1] / "reference" / "stats" / "22_negative_binomial_quine.json"
    frame = pd.DataFrame(json.loads(path.read_text())["inputs"]["data"])
    factors = {name: sorted(frame[name].unique()) for name in ("Eth", "Sex", "Age", "Lrn")}
    model = regression_model(frame, count="Days", factors=factors, family="negative_binomial")
    assert (round(model.theta, 3), round(model.theta_error, 3)) == (1.275, 0.161)
    assert round(model.aic, 1) == 1109.2
    two = regression_model(
        frame, count="Days", factors={"Eth": ["A", "N"], "Sex": ["F", "M"]}, family="negative_binomial"
    )
    assert (two.theta, two.aic, two.deviance) == pytest.approx((1.171409701, 1112.854649, 168.1236736), rel=1e-5)


@pytest.mark.parametrize("counts", [[5, 5, 5, 5, 5, 5], [4, 5, 6, 5, 4, 6, 5, 5]])
def test_counts_that_vary_too_little_are_refused(counts: list[int]) -> None:
    model = regression_fit(counts, family="negative_binomial")
    assert model.reason is not None
    assert model.reason.code == "no_overdispersion"
    assert best_theta(np.array(counts, dtype=float), np.full(len(counts), np.mean(counts))) == np.inf


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=10, max_size=20))
def test_its_likelihood_is_never_below_the_poisson_one(counts: list[int]) -> None:
    wide = regression_fit(counts, family="negative_binomial")
    if wide:
        assert wide.log_likelihood >= regression_fit(counts).log_likelihood - 1e-6
        assert wide.theta > 0


def test_a_large_theta_is_the_poisson_model() -> None:
    poisson = regression_fit(COUNTS, LATE)
    near = regression_fit(COUNTS, LATE, family="negative_binomial", theta=1e8)
    np.testing.assert_allclose(near.estimate, poisson.estimate, atol=1e-6)
    np.testing.assert_allclose(near.std_error, poisson.std_error, rtol=1e-5)


def test_counts_of_a_thousand_million_settle() -> None:
    counts = 1e9 * np.array([1.02, 0.97, 1.05, 0.99, 1.01, 0.94, 1.03, 1.0, 0.98, 1.04])
    model = regression_fit(counts.round(), family="negative_binomial")
    assert model
    # So far above Poisson variance theta is that of the gamma distribution: log theta - digamma(theta).
    gap = np.log(counts.mean()) - np.log(counts).mean()
    assert np.log(model.theta) - digamma(model.theta) == pytest.approx(gap, rel=1e-5)


def test_counts_that_vary_hardly_more_than_poisson_counts_are_fitted_all_the_same() -> None:
    # MASS::glm.nb: theta 5640 with the warning that its iteration does not end; its last digits change nothing.
    counts = [35, 29, 26, 17, 27, 32, 33, 31, 43, 31, 26, 22, 30, 34, 26, 34, 26, 37, 28, 30]
    model = regression_fit(counts, [0, 1] * 10, family="negative_binomial")
    assert model.theta == pytest.approx(5639.558, rel=1e-6)
    np.testing.assert_allclose(model.estimate, [3.40120, -0.01005], atol=5e-6)
    np.testing.assert_allclose(model.std_error, [0.05789, 0.08207], atol=5e-6)
