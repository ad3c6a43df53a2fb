from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.results import COLUMNS, State
from stats.severity.cumulative import severity_fit, severity_model
from stats.severity.links import LINKS
from stats.severity.proportional import METHODS, proportional_odds

TABLE = [[40, 30, 30], [60, 5, 35], [20, 30, 50]]
DESIGN = [[0, 0], [1, 0], [0, 1]]


def test_without_covariates_the_cuts_are_cumulative_logits() -> None:
    fit = severity_fit([[50, 25, 25]], [[]])
    np.testing.assert_allclose(fit.thresholds, [0, np.log(3)], atol=1e-9)
    assert fit.deviance == pytest.approx(-2 * (50 * np.log(0.5) + 50 * np.log(0.25)))


def test_two_levels_are_logistic_regression() -> None:
    # Odds 30/70 and 60/40: the coefficient is the log odds ratio, its error sqrt of summed reciprocals.
    fit = severity_fit([[70, 30], [40, 60]], [[0], [1]])
    assert fit.estimate[0] == pytest.approx(np.log((60 / 40) / (30 / 70)))
    assert fit.std_error[0] == pytest.approx(np.sqrt(1 / 70 + 1 / 30 + 1 / 40 + 1 / 60))
    assert fit.to_frame()["odds_ratio"][0] == pytest.approx(3.5)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_statsmodels_ordered_model(link: str) -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    fit = severity_fit(TABLE, DESIGN, link=link)
    counts = np.array(TABLE)
    outcome = np.concatenate([np.repeat(range(3), row) for row in counts])
    design = np.repeat(np.array(DESIGN, dtype=float), counts.sum(axis=1), axis=0)
    want = OrderedModel(outcome, design, distr=link).fit(method="bfgs", disp=0, gtol=1e-9)
    assert fit.log_likelihood == pytest.approx(want.llf)
    np.testing.assert_allclose(fit.estimate, want.params[:2], atol=1e-5)
    np.testing.assert_allclose(fit.std_error, want.bse[:2], rtol=1e-4)


@pytest.mark.parametrize("link", LINKS)
def test_gradient_is_zero_and_probabilities_add_to_one(link: str) -> None:
    from stats.severity.links import derivatives, log_likelihood

    fit = severity_fit(TABLE, DESIGN, link=link)
    values = np.concatenate([fit.thresholds, fit.estimate])
    gradient, hessian = derivatives(values, fit.counts, fit.design, link)
    np.testing.assert_allclose(gradient, 0, atol=1e-6)
    np.testing.assert_allclose(fit.probabilities().sum(axis=1), 1)
    for k in range(len(values)):  # derivatives against differences
        step = np.zeros(len(values))
        step[k] = 1e-5
        moved = values + 0.1
        want = (
            log_likelihood(moved + step, fit.counts, fit.design, link)
            - log_likelihood(moved - step, fit.counts, fit.design, link)
        ) / 2e-5
        assert derivatives(moved, fit.counts, fit.design, link)[0][k] == pytest.approx(want, rel=1e-5, abs=1e-5)
    assert np.linalg.eigvalsh(-hessian).min() > 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(1, 200), min_size=4, max_size=4), min_size=2, max_size=2), st.integers(2, 9))
def test_reversing_the_scale_and_multiplying_counts(table: list[list[int]], times: int) -> None:
    fit = severity_fit(table, [[0], [1]])
    back = severity_fit([row[::-1] for row in table], [[0], [1]])
    assert back.estimate[0] == pytest.approx(-fit.estimate[0], abs=1e-7)
    more = severity_fit(np.array(table) * times, [[0], [1]])
    assert more.estimate[0] == pytest.approx(fit.estimate[0], abs=1e-7)
    assert more.std_error[0] == pytest.approx(fit.std_error[0] / times**0.5)


def test_frames_factors_and_weights() -> None:
    frame = pd.DataFrame({
        "year": [1, 1, 1, 2, 2, 2] * 2, "who": ["x"] * 6 + ["y"] * 6, "penalty": list("abc") * 4,
        "count": [40, 30, 30, 60, 5, 35, 20, 30, 50, 10, 20, 30],
    })  # fmt: skip
    fit = severity_model(frame, outcome="penalty", levels="abc", factors={"year": [1, 2], "who": None})
    assert fit.terms == ("year=2", "who=y")
    assert tuple(fit.to_frame().columns[: 1 + len(COLUMNS)]) == ("term", *COLUMNS)
    assert fit.n == 360
    rows = frame.loc[frame.index.repeat(frame["count"])].drop(columns="count")
    single = severity_model(rows, outcome="penalty", levels="abc", factors={"year": [1, 2], "who": None}, weight=None)
    np.testing.assert_allclose(single.estimate, fit.estimate)
    number = severity_model(frame, outcome="penalty", levels="abc", factors=["year"])
    assert number.terms == ("year",)
    assert "year=2" in fit._repr_html_()
    assert severity_model(frame, outcome="penalty", levels="abc", factors=[]).terms == ()


def test_frames_that_do_not_fit() -> None:
    frame = pd.DataFrame({"penalty": ["a", "b"], "who": ["x", "y"], "count": [3, 4]})
    with pytest.raises(InputError, match="Columns do not exist: year"):
        severity_model(frame, outcome="penalty", levels="ab", factors=["year"])
    with pytest.raises(InputError, match="levels that are not listed"):
        severity_model(frame, outcome="penalty", levels="a", factors=["who"])
    with pytest.raises(InputError, match="levels that are not listed"):
        severity_model(frame, outcome="penalty", levels="ab", factors={"who": ["x"]})
    with pytest.raises(InputError, match="empty"):
        severity_model(frame.iloc[:0], outcome="penalty", levels="ab", factors=["who"])
    with pytest.raises(InputError):
        severity_fit([[1, 2], [3, 4]], [[0], [np.nan]])


def test_models_that_have_no_maximum_are_refused() -> None:
    for table, design, why in (
        ([[10, 0, 0], [0, 5, 5]], [[0], [1]], "separated"),
        ([[10, 3, 4], [2, 5, 5]], [[1], [1]], "collinear"),
        ([[10, 0, 0], [2, 0, 0]], [[0], [1]], "one_level"),
    ):
        fit = severity_fit(table, design)
        assert fit.state is State.REFUSED
        assert fit.reason is not None
        assert fit.reason.code == why
        assert fit.to_frame().empty
        assert why in fit._repr_html_()
        with pytest.raises(InputError, match="fitted logit model"):
            proportional_odds(fit)
    assert severity_fit([[10, 0, 4], [2, 0, 5]], [[0], [1]]).caveats[0].values["levels"] == ["1"]


def test_huge_counts() -> None:
    fit = severity_fit([[1e9, 2e8, 3e8], [5e8, 3e8, 2e8]], [[0], [1]])
    assert fit
    assert fit.std_error[0] < 1e-3


def test_proportional_odds_of_a_proportional_table() -> None:
    """Counts made from the model itself: every test stays at zero, and all agree on a real departure."""
    fit = severity_fit(TABLE, DESIGN)
    exact = severity_fit(fit.probabilities() * 1000, DESIGN)
    for method in METHODS:
        good = proportional_odds(exact, method=method)
        assert good.statistic == pytest.approx(0, abs=2.0 if method == "lr_nominal" else 1e-6)
        bad = proportional_odds(fit, method=method)
        assert bad.p_value < 0.001
        assert bad.df == 2
    brant = proportional_odds(fit)
    assert set(brant.extra["by_term"]) == {"x1", "x2"}
    assert len(brant.extra["by_cut"]["x1"]) == 2


def test_housing_against_the_textbook() -> None:
    """Venables and Ripley (2002), 7.3: multinomial deviance 3470.084 against 3479.149 of the proportional model."""
    import json
    from pathlib import Path

    path = Path(__file__).parents[1] / "reference" / "stats" / "24_cumulative_logit_housing.json"
    data = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["inputs"]["data"])
    fit = severity_model(
        data, outcome="Sat", levels=["Low", "Medium", "High"], factors=["Infl", "Type", "Cont"], weight="Freq"
    )
    assert proportional_odds(fit, method="lr_nominal").statistic == pytest.approx(3479.149 - 3470.084, abs=2e-3)


def test_checks_that_cannot_be_made() -> None:
    two = severity_fit([[70, 30], [40, 60]], [[0], [1]])
    assert proportional_odds(two).caveats[0].code == "check_not_possible"
    probit = severity_fit(TABLE, DESIGN, link="probit")
    with pytest.raises(InputError):
        proportional_odds(probit)
    thin = severity_fit([[40, 30, 0], [30, 30, 20]], [[0], [1]])
    assert proportional_odds(thin).state == "refused"
