"""Poisson, quasi-Poisson, binomial and gaussian regression against R, hand-worked cases and identities."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError, UnknownCodeError
from stats.models.designs import design
from stats.models.regression import regression_fit, regression_model
from stats.models.results import joint_test
from stats.periods import Period
from stats.results import COLUMNS, State

REFERENCE = Path(__file__).parents[1] / "reference" / "stats"


@pytest.fixture(scope="module")
def quine() -> pd.DataFrame:
    return pd.DataFrame(json.loads((REFERENCE / "22_negative_binomial_quine.json").read_text())["inputs"]["data"])


LEVELS = {"Eth": ["A", "N"], "Sex": ["F", "M"]}


def test_importing_the_models_loads_no_statsmodels_and_no_formula_language() -> None:
    names = "models.regression", "models.gee", "models.interrupted", "models.bootstrap", "trends.breaks"
    code = f"import sys\nfrom importlib import import_module\nfor n in {names}: import_module('stats.' + n)\n"
    code += "print({'statsmodels', 'patsy', 'formulaic'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_two_rates_by_hand() -> None:
    # 10 of 1,000 and 20 of 1,000: ratio 2, error of its logarithm the root of 1/10 + 1/20.
    model = regression_fit([10, 20], [0, 1], exposure=1000)
    row = model.to_frame().iloc[1]
    assert row["ratio"] == pytest.approx(2)
    assert row["std_error"] == pytest.approx(0.15**0.5)
    assert (row["ratio_low"], row["ratio_high"]) == pytest.approx(
        (2 * np.exp(-1.959964 * 0.15**0.5), 2 * np.exp(1.959964 * 0.15**0.5))
    )
    assert tuple(model.to_frame().columns[: len(COLUMNS) + 1]) == ("term", *COLUMNS)


def test_quasi_poisson_of_quine_is_that_of_r(quine: pd.DataFrame) -> None:
    model = regression_model(quine, count="Days", factors=LEVELS, family="quasi_poisson")
    assert model.dispersion == pytest.approx(14.79140447, rel=1e-6)
    np.testing.assert_allclose(model.estimate, [2.976604034, -0.556449037, 0.167825328], rtol=1e-8)
    np.testing.assert_allclose(model.std_error, [0.1266293187, 0.1608300542, 0.1569295107], rtol=1e-6)
    # summary.glm compares with t where the dispersion is estimated.
    np.testing.assert_allclose(model.to_frame()["p_value"][1:], [7.126203239e-04, 2.866772257e-01], rtol=1e-6)
    assert np.isnan(model.aic)
    normal = regression_model(quine, count="Days", factors=LEVELS, family="quasi_poisson", reference="normal")
    assert normal.to_frame()["p_value"][2] < model.to_frame()["p_value"][2]


def test_sandwiches_are_those_of_r(quine: pd.DataFrame) -> None:
    robust = regression_model(quine, count="Days", factors=LEVELS, standard_errors="robust", correction="none")
    np.testing.assert_allclose(robust.std_error, [0.1406126056, 0.1595724122, 0.1557820559], rtol=1e-6)
    newey_west = regression_model(quine, count="Days", factors=LEVELS, standard_errors="hac", lags=3, correction="hc1")
    np.testing.assert_allclose(newey_west.std_error, [0.1871950946, 0.2044342792, 0.2017033826], rtol=1e-6)
    assert newey_west.standard_errors == "hac_hc1_lag3"
    default = regression_model(quine, count="Days", factors=LEVELS, standard_errors="hac")
    assert default.standard_errors == "hac_none_lag4"
    np.testing.assert_allclose(  # NeweyWest(m, lag = 3, prewhite = FALSE): adjust is FALSE there
        regression_model(quine, count="Days", factors=LEVELS, standard_errors="hac", lags=3).std_error,
        [0.185261757653, 0.202323017883, 0.199620151713], rtol=2e-6,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("correction", "poisson", "gaussian"),  # vcovHC(glm(Days ~ Eth + Sex, poisson)), vcovHC(lm(...))
    [
        ("hc0", [0.140612553308, 0.159572402812, 0.155782061512], [2.60660104313, 2.60202384543, 2.59156541158]),
        ("hc1", [0.142079854469, 0.161237551239, 0.157407657481], [2.63380109495, 2.6291761238, 2.61860856561]),
        ("hc2", [0.142121819954, 0.161233053015, 0.157472019359], [2.63347010201, 2.62960120623, 2.61927034597]),
        ("hc3", [0.14364738484, 0.162911533065, 0.159180900316], [2.66061688576, 2.65747306803, 2.64727363793]),
    ],
)
def test_every_robust_error_of_r_has_a_name(
    quine: pd.DataFrame, correction: str, poisson: list[float], gaussian: list[float]
) -> None:
    for family, want in (("poisson", poisson), ("gaussian", gaussian)):
        model = regression_model(
            quine, count="Days", factors=LEVELS, family=family, standard_errors="robust", correction=correction
        )
        np.testing.assert_allclose(model.std_error, want, rtol=2e-6)
        assert model.standard_errors == f"robust_{correction}"


@pytest.mark.parametrize(("correction", "factor"), [("none", False), ("hc1", True)])
def test_both_conventions_of_newey_and_west_are_those_of_statsmodels(
    quine: pd.DataFrame, correction: str, factor: bool
) -> None:
    from statsmodels.regression.linear_model import OLS

    for lags in (0, 3):
        model = regression_model(
            quine, count="Days", factors=LEVELS, family="gaussian", standard_errors="hac", lags=lags,
            correction=correction,
        )  # fmt: skip
        plain = OLS(model.counts, model.design).fit()
        want = plain.get_robustcov_results("HAC", maxlags=lags, use_correction=factor)
        np.testing.assert_allclose(model.std_error, want.bse, rtol=1e-9)
        assert model.standard_errors == f"hac_{correction}_lag{lags}"
    with pytest.raises(UnknownCodeError, match="hc3"):
        regression_model(quine, count="Days", factors=LEVELS, standard_errors="hac", correction="hc3")


def test_wald_tests_of_several_terms_are_those_of_r(quine: pd.DataFrame) -> None:
    poisson = regression_model(quine, count="Days", factors=LEVELS)
    test = joint_test(poisson, ["Eth=N", "Sex=M"])
    assert (test.statistic, test.df) == (pytest.approx(193.4160291, rel=1e-6), 2.0)
    quasi = regression_model(quine, count="Days", factors=LEVELS, family="quasi_poisson")
    one = joint_test(quasi, ["Sex=M"])
    assert one.p_value == pytest.approx(quasi.to_frame()["p_value"][2])
    assert one.method == "wald_f_model"
    with pytest.raises(UnknownCodeError, match="Sex=F"):
        joint_test(quasi, ["Sex=F"])
    with pytest.raises(InputError, match="no terms"):
        joint_test(quasi, [])


def test_binomial_and_gaussian_families_are_those_of_r() -> None:
    ages = np.arange(1.0, 7)
    cases, referents = np.array([1, 9, 46, 76, 55, 13]), np.array([106, 167 - 9, 159, 145, 108, 22])
    model = regression_fit(cases, ages, exposure=cases + referents, family="binomial")
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    endog, exog = np.column_stack([cases, referents]), np.column_stack([np.ones(6), ages])
    want = GLM(endog, exog, families.Binomial()).fit()
    np.testing.assert_allclose(model.estimate, want.params, rtol=1e-6)
    np.testing.assert_allclose(model.std_error, want.bse, rtol=1e-6)
    assert model.aic == pytest.approx(want.aic)
    assert model.pearson == pytest.approx(want.pearson_chi2)
    speed = [4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 16, 16,
             17, 17, 17, 18, 18, 18, 18, 19, 19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24, 25]  # fmt: skip
    dist = [2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20, 26, 54, 32,
            40, 32, 40, 50, 42, 56, 76, 84, 36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93, 120, 85]  # fmt: skip
    cars = regression_fit(dist, speed, family="gaussian", terms=["speed"])  # R: lm(dist ~ speed, cars)
    np.testing.assert_allclose(cars.estimate, [-17.579094891, 3.932408759], rtol=1e-8)
    np.testing.assert_allclose(cars.std_error, [6.7584401694, 0.4155127767], rtol=1e-8)
    assert cars.aic == pytest.approx(419.156863)
    assert "ratio" not in cars.to_frame()
    robust = regression_fit(dist, speed, family="gaussian", standard_errors="robust")
    np.testing.assert_allclose(robust.std_error, [5.6561496059, 0.4069019648], rtol=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=6, max_size=6), st.floats(0.5, 100))
def test_the_fit_keeps_the_totals_and_the_unit_of_the_exposure_does_not_matter(y: list[int], unit: float) -> None:
    x = np.array([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]], dtype=float)
    members = np.array([100.0, 120, 90, 300, 80, 60])
    model = regression_fit(y, x, exposure=members)
    np.testing.assert_allclose(model.design.T @ (model.counts - model.fitted), 0, atol=1e-5)
    other = regression_fit(y, x, exposure=members * unit)
    np.testing.assert_allclose(other.estimate[1:], model.estimate[1:], atol=1e-7)
    assert other.estimate[0] == pytest.approx(model.estimate[0] - np.log(unit), abs=1e-7)
    shifted = regression_fit(y, x, offset=np.log(members))
    np.testing.assert_allclose(shifted.estimate, model.estimate)


def test_a_contrast_is_a_ratio_of_any_two_levels() -> None:
    model = regression_fit([10, 20, 40], [[0, 0], [1, 0], [0, 1]], terms=["b", "c"])
    gap = model.contrast([0, -1, 1])
    assert np.exp(gap.estimate) == pytest.approx(2)
    assert gap.extra["std_error"] == pytest.approx((1 / 20 + 1 / 40) ** 0.5)
    with pytest.raises(InputError, match="2 values for 3 coefficients"):
        model.contrast([0, 1])


def test_levels_come_in_the_order_given() -> None:
    frame = pd.DataFrame({"kind": ["b", "a", "c"], "years": [1, 2, 3]})
    assert design(frame, {"kind": ["a", "b", "c"], "years": None})[1] == ("kind=b", "kind=c", "years")
    assert design(frame, ["kind"])[1] == ("kind=a", "kind=c")
    with pytest.raises(InputError, match="not listed"):
        design(frame, {"kind": ["a", "b"]})
    with pytest.raises(InputError, match="not listed"):
        design(pd.DataFrame({"kind": ["a", None, "b"]}), ["kind"])


@pytest.mark.parametrize(
    ("count", "covariates", "options", "code"),
    [
        ([3], [[1, 2]], {}, "too_few_rows"),
        ([3, 4, 5], [1, 2, 4], {"family": "quasi_poisson"}, "too_few_rows"),
        ([0, 0, 0], [1, 2, 3], {}, "no_events_at_all"),
        ([3, 4, 5], [[1, 2], [2, 4], [3, 6]], {}, "collinear"),
        ([3, 4, 5], [1, 1, 1], {}, "collinear"),
        ([0, 0, 9, 7], [0, 0, 1, 1], {}, "separated_counts"),
        ([3, 4, 5, 9], [0, 1, 0, 1], {"groups": ["x"] * 4}, "too_few_clusters"),
        ([3] * 8, [1, 2, 3, 4, 5, 6, 7, 8], {"family": "quasi_poisson"}, "all_equal"),
        ([2, 4, 6, 8], [1, 2, 3, 4], {"family": "gaussian"}, "all_equal"),
        ([3] * 4, [1, 2, 3, 4], {"groups": list("aabb")}, "all_equal"),
        ([10, 20], [0, 1], {"standard_errors": "robust"}, "too_few_rows"),
        ([10, 20], [0, 1], {"standard_errors": "hac"}, "too_few_rows"),
        ([5, 5, 5], [1, 2, 4], {"family": "binomial", "exposure": 5}, "all_equal"),
    ],
)
def test_refusals(count: list[int], covariates: list[object], options: dict[str, object], code: str) -> None:
    model = regression_fit(count, covariates, **options)
    assert not model
    assert model.state is State.REFUSED
    assert model.reason is not None
    assert model.reason.code == code
    assert len(model.to_frame()) == 0
    assert code in str(model)
    with pytest.raises(InputError, match=code):
        joint_test(model, ["x1"])


def test_two_streams_or_units_are_refused_unless_the_model_tells_them_apart() -> None:
    frame = pd.DataFrame({
        "actor": ["committees", "inspection_commissions"] * 3, "count": [3, 5, 4, 6, 2, 9],
        "year": ["1", "1", "2", "2", "3", "3"],
    })  # fmt: skip
    refused = regression_model(frame, factors=["year"])
    assert refused.reason is not None
    assert refused.reason.code == "series_streams"
    assert regression_model(frame, factors=["year", "actor"])
    mixed = regression_model(frame.assign(unit=["members", "organisations"] * 3), factors=["actor"])
    assert mixed.reason is not None
    assert mixed.reason.code == "series_units"


def test_periods_of_a_frame_are_of_one_kind_and_cross_no_break() -> None:
    years = [Period.parse(key) for key in ("2020", "2021", "2022", "2023")] * 2
    frame = pd.DataFrame({"period": years, "count": [3, 5, 4, 6, 2, 9, 4, 3], "new": [0, 0, 1, 1] * 2})

    def code(rows: pd.DataFrame = frame, **options: object) -> str | None:
        model = regression_model(rows, factors={"new": None}, period="period", **options)  # type: ignore[arg-type]
        return model.reason.code if model.reason else None

    rule = dt.date(2022, 1, 1)
    assert code() is None
    assert code(breaks=[rule]) == "series_break"
    assert code(breaks=[rule], rebased=[rule]) is None
    halves = frame.assign(period=[*years[:7], Period.parse("2023-6M")])
    assert code(halves) == "series_overlap"
    assert code(frame.assign(period=[Period.parse("2019-6M"), *years[1:]])) == "series_mixed_kinds"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"count": [1, None, 3]}, "empty cells"),
        ({"count": [1, -2, 3]}, "below 0"),
        ({"count": ["1", "2", "3"]}, "not a number"),
        ({"count": [1, 2, 3], "exposure": [1, 0, 1]}, "above 0"),
        ({"count": [1, 2, 3], "covariates": [1, 2]}, "2 rows for 3 counts"),
        ({"count": [1], "exposure": [1, 2, 3]}, "3 values for 1 counts"),
        ({"count": [1, 2, 3], "offset": [1, 2]}, "2 values for 3 counts"),
        ({"count": [1, 2, 3], "covariates": [1, np.nan, 3]}, "empty cells"),
        ({"count": [1, 2, 3], "covariates": [1, 2, 4], "terms": ["a", "b"]}, "2 names for 1 columns"),
        ({"count": [1, 2, 3], "standard_errors": "joint"}, "negative binomial"),
        ({"count": [1, 2, 3], "standard_errors": "cluster"}, "need groups"),
        ({"count": [4, 2, 3], "exposure": 3, "family": "binomial"}, "above"),
        ({"count": [1, 2, 3], "conf_level": 95}, "between 0 and 1"),
        ({"count": [1, 2, 3], "groups": ["a", "b"]}, "2 values for 3 rows"),
    ],
)
def test_inputs_that_cannot_be_used(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        regression_fit(**arguments)  # type: ignore[arg-type]


def test_wrong_names_are_told() -> None:
    with pytest.raises(UnknownCodeError, match="poisson"):
        regression_fit([1, 2], family="posson")
    with pytest.raises(InputError, match="Columns do not exist: members"):
        regression_model(pd.DataFrame({"count": [1]}), exposure="members")
    with pytest.raises(InputError, match="empty"):
        regression_model(pd.DataFrame({"count": []}))


def test_caveats() -> None:
    few = regression_fit([3, 5, 4, 7, 6, 9], [0, 1] * 3, groups=list("aabbcc"))
    assert [note.code for note in few.caveats] == ["few_clusters"]
    assert few.df_reference == 2
    even = regression_fit([10, 10, 11, 10, 9, 10], [0, 1] * 3, family="quasi_poisson")
    assert [note.code for note in even.caveats] == ["underdispersion"]
    assert [note.code for note in regression_fit([1.5, 2, 3]).caveats] == ["fractional_counts"]
