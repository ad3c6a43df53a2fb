"""Clusters: R's vcovCL and geepack, statsmodels, the wild bootstrap."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stats.errors import InputError
from stats.models.bootstrap import wild_bootstrap
from stats.models.gee import gee_fit
from stats.models.regression import regression_fit, regression_model
from stats.models.results import joint_test

LEVELS = {"Eth": ["A", "N"], "Sex": ["F", "M"]}
BREAKS = [26, 30, 54, 25, 70, 52, 51, 26, 67, 18, 21, 29, 17, 12, 18, 35, 30, 36, 36, 21, 24, 18, 10, 43, 28, 15, 26,
          27, 14, 29, 19, 29, 31, 41, 20, 44, 42, 26, 19, 16, 39, 28, 21, 39, 29, 20, 21, 24, 17, 13, 15, 15, 16,
          28]  # fmt: skip
"""R's warpbreaks: 27 rows of wool A, then B; tension L, M, H in nines."""
TENSION = np.tile(np.repeat([[0, 0], [1, 0], [0, 1]], 9, axis=0), (2, 1))
WOOL = ["A"] * 27 + ["B"] * 27


@pytest.fixture(scope="module")
def quine() -> pd.DataFrame:
    path = Path(__file__).parents[1] / "reference" / "stats" / "22_negative_binomial_quine.json"
    frame = pd.DataFrame(json.loads(path.read_text())["inputs"]["data"])
    return frame.assign(g=frame["Age"] + frame["Lrn"] + frame["Sex"])


@pytest.mark.parametrize(
    ("correction", "errors"),
    [
        ("hc0", [0.1592918650, 0.2294545019, 0.2125013123]),  # vcovCL(m, g)
        ("hc1", [0.1604019263, 0.2310535073, 0.2139821756]),  # vcovCL(m, g, type = "HC1")
        ("none", [0.1534974819, 0.2211078906, 0.2047713883]),  # geeglm, independence
    ],
)
def test_cluster_errors_are_those_of_r(quine: pd.DataFrame, correction: str, errors: list[float]) -> None:
    model = regression_model(quine, count="Days", factors=LEVELS, groups="g", correction=correction)
    np.testing.assert_allclose(model.std_error, errors, rtol=1e-6)
    assert model.df_reference == 13
    assert model.caveats[0].values == {"found": 14, "needed": 40}


def test_cluster_errors_are_those_of_statsmodels(quine: pd.DataFrame) -> None:
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    model = regression_model(quine, count="Days", factors=LEVELS, groups="g")
    plain = GLM(model.counts, model.design, families.Poisson())
    want = plain.fit(cov_type="cluster", cov_kwds={"groups": model.groups})
    np.testing.assert_allclose(model.std_error, want.bse, rtol=1e-6)


@pytest.mark.parametrize(
    ("family", "correction", "want"),  # vcovCL of glm(Days ~ Eth + Sex, poisson) and of lm(...), by the 28 groups
    [
        ("poisson", "hc0", [0.18433162605, 0.221313142177, 0.211179635297]),
        ("poisson", "hc1", [0.18561618254, 0.222855412698, 0.212651288191]),
        ("poisson", "hc3", [0.21552344143, 0.251297042272, 0.240943189756]),
        ("gaussian", "hc0", [3.37657987591, 3.48745721367, 3.51167217658]),
        ("gaussian", "hc1", [3.40011033395, 3.51176034543, 3.53614405577]),
        ("gaussian", "hc2", [3.59778263641, 3.68780896987, 3.70467253208]),
        ("gaussian", "hc3", [3.9066906352, 3.97577640768, 3.98457135192]),
    ],
)
def test_every_clustered_error_of_r_has_a_name(
    quine: pd.DataFrame, family: str, correction: str, want: list[float]
) -> None:
    cell = quine[["Eth", "Sex", "Age", "Lrn"]].agg("".join, axis=1)
    model = regression_model(
        quine.assign(cell=cell), count="Days", factors=LEVELS, family=family, groups="cell", correction=correction
    )
    np.testing.assert_allclose(model.std_error, want, rtol=2e-6)
    assert model.standard_errors == f"cluster_{correction}"


def test_a_cluster_that_a_coefficient_is_all_about_has_finite_errors() -> None:
    model = regression_fit([3, 5, 9, 4, 12, 7], [0, 0, 0, 0, 1, 1], groups=[1, 1, 2, 2, 3, 3], correction="hc3")
    assert np.isfinite(model.std_error).all()


def test_a_cluster_a_row_is_the_robust_error() -> None:
    y, x = [3, 5, 9, 4, 12, 7], [0, 0, 0, 1, 1, 1]
    clustered = regression_fit(y, x, groups=range(6), correction="none")
    robust = regression_fit(y, x, standard_errors="robust", correction="none")
    np.testing.assert_allclose(clustered.std_error, robust.std_error)
    # White's HC0 has no factor (vcovHC, statsmodels), though hc0 of clusters has G / (G - 1).
    white = regression_fit(y, x, standard_errors="robust", correction="hc0")
    np.testing.assert_allclose(white.std_error, robust.std_error)


def test_rows_written_twice_do_not_make_clusters_surer() -> None:
    y, x, g = [3, 5, 9, 4, 12, 7], [0, 1, 0, 1, 0, 1], [1, 1, 2, 2, 3, 3]
    once = regression_fit(y, x, groups=g, correction="none")
    twice = regression_fit(y * 2, x * 2, groups=g * 2, correction="none")
    np.testing.assert_allclose(twice.std_error, once.std_error)
    assert regression_fit(y * 2, x * 2).std_error[1] < 0.8 * regression_fit(y, x).std_error[1]


def test_more_terms_than_clusters_are_not_tested_together(quine: pd.DataFrame) -> None:
    frame = quine.assign(g=quine["Age"])
    model = regression_model(frame, count="Days", factors=["Age", "Lrn"], groups="Sex")
    test = joint_test(model, model.terms[1:])
    assert test.reason is not None
    assert test.reason.code == "too_few_clusters"


def test_independence_gee_is_that_of_geepack(quine: pd.DataFrame) -> None:
    x = np.column_stack([quine["Eth"] == "N", quine["Sex"] == "M"]).astype(float)
    model = gee_fit(quine["Days"], x, groups=quine["g"], structure="independence")
    np.testing.assert_allclose(model.estimate, [2.9766040343, -0.5564490371, 0.1678253280], rtol=1e-7)
    np.testing.assert_allclose(model.std_error, [0.1534974819, 0.2211078906, 0.2047713883], rtol=1e-6)
    assert model.dispersion == pytest.approx(14.79140447, rel=1e-6)


def test_exchangeable_gee_of_warpbreaks_is_that_of_r() -> None:
    model = gee_fit(BREAKS, TENSION, groups=WOOL, family="gaussian")
    np.testing.assert_allclose(model.estimate, [36.389, -10, -14.722], atol=5e-4)
    np.testing.assert_allclose(model.std_error, [5.775, 7.464, 3.732], atol=5e-4)
    assert model.df_reference == 1
    assert model.correlation == pytest.approx(0.0252, abs=5e-5)
    by_geepack = gee_fit(BREAKS, TENSION, groups=WOOL, family="gaussian", divisor="n")
    assert by_geepack.correlation == pytest.approx(0.0265, abs=1e-4)


def test_naive_errors_with_the_dispersion_and_both_divisors_by_hand() -> None:
    counts, late, body = [4, 6, 5, 9, 12, 11, 10, 8], [0, 1] * 4, np.repeat(range(4), 2)
    options = {"groups": body, "structure": "independence"}
    naive, scaled = (gee_fit(counts, late, standard_errors=kind, **options) for kind in ("naive", "naive_scaled"))
    np.testing.assert_allclose(scaled.std_error, naive.std_error * naive.dispersion**0.5)
    np.testing.assert_allclose(naive.std_error, regression_fit(counts, late).std_error, rtol=1e-6)
    over_all = gee_fit(counts, late, divisor="n", **options)
    assert over_all.dispersion == pytest.approx(naive.dispersion * 6 / 8)
    assert scaled.standard_errors == "gee_independence_naive_scaled"


def test_gee_options_go_to_statsmodels() -> None:
    counts, late = [4, 6, 5, 9, 12, 11, 10, 8, 7, 9, 3, 5], [0, 1] * 6
    body = np.repeat(range(6), 2)
    robust = gee_fit(counts, late, groups=body)
    reduced = gee_fit(counts, late, groups=body, standard_errors="bias_reduced")
    assert (reduced.std_error > robust.std_error).all()
    assert reduced.standard_errors == "gee_exchangeable_bias_reduced"
    assert gee_fit(counts, late, groups=body, reference="normal").df_reference == np.inf
    shares = gee_fit(counts, late, groups=body, exposure=20, family="binomial")
    assert shares.fitted.sum() == pytest.approx(sum(counts), rel=1e-6)
    lone = gee_fit(counts, late, groups=["a"] * 12)
    assert lone.reason is not None
    assert lone.reason.code == "too_few_clusters"
    wild = gee_fit([2, 3, 3, 4, 5, 1], [0, 0, 1, 1, 0, 1], groups=[1, 1, 2, 2, 3, 3], standard_errors="naive")
    assert wild.reason is not None
    assert wild.reason.code == "not_settled"
    full = gee_fit([3, 5], [0, 1], groups=["a", "b"])
    assert full.reason is not None
    assert full.reason.code == "too_few_rows"


def test_bootstrap_of_a_mean_is_the_sign_test_of_its_clusters() -> None:
    # One coefficient, null log 5: clusters above and below 5; by hand over all 64 sign patterns.
    y = np.array([6.0, 9, 8, 4, 7, 10])
    model = regression_fit(y, groups=range(6))
    test = wild_bootstrap(model, "(intercept)", value=float(np.log(5)))
    parts = y - 5
    signs = np.array(list(itertools.product((1, -1), repeat=6))) * parts
    t = signs.sum(axis=1) / ((signs - signs.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) ** 0.5
    assert test.p_value == pytest.approx((np.abs(t) >= abs(t[0]) - 1e-12).mean())
    assert test.extra["patterns"] == 64


def test_bootstrap_is_the_same_every_time_and_near_t_with_many_clusters() -> None:
    rng = np.random.default_rng(3)
    body = np.repeat(range(50), 4)
    late = np.tile([0, 0, 1, 1], 50)
    counts = rng.poisson(20 * np.repeat(rng.gamma(20, 1 / 20, 50), 4))
    model = regression_fit(counts, late, groups=body)
    first, second = (wild_bootstrap(model, "x1", resamples=1999) for _ in range(2))
    assert first.p_value == second.p_value
    assert first.p_value == pytest.approx(model.to_frame()["p_value"][1], abs=0.06)
    webb = wild_bootstrap(model, "x1", weights="webb", resamples=1999)
    assert webb.p_value == pytest.approx(first.p_value, abs=0.06)


def test_few_clusters_reject_too_often_by_the_sandwich_and_not_by_the_bootstrap() -> None:
    # 8 bodies, half of them with the rule from the start: no effect, strong differences between bodies.
    rng = np.random.default_rng(5)
    body, treated = np.repeat(range(8), 5), np.repeat([0, 0, 0, 0, 0, 0, 1, 1], 5)
    plain = boot = 0
    for _ in range(150):
        counts = rng.poisson(30 * np.repeat(rng.gamma(4, 1 / 4, 8), 5))
        model = regression_fit(counts, treated, groups=body, reference="normal")
        plain += model.to_frame()["p_value"][1] < 0.05
        boot += wild_bootstrap(model, "x1").p_value < 0.05
    assert plain / 150 > 0.15
    assert boot / 150 < plain / 150 - 0.08


def test_bootstrap_refusals() -> None:
    model = regression_fit([3, 5, 4, 7, 6, 9], [0, 1] * 3, groups=list("aabbcc"))
    few = wild_bootstrap(model, "x1")
    assert few.reason is not None
    assert few.reason.code == "too_few_clusters"
    with pytest.raises(InputError, match="with groups"):
        wild_bootstrap(regression_fit([3, 5], [0, 1]), "x1")
    many = regression_fit([3, 5, 4, 7, 6, 9, 8, 2], [0, 1] * 4, groups=range(8))
    with pytest.raises(InputError, match="resamples"):
        wild_bootstrap(many, "x1", weights="webb", resamples=10)
