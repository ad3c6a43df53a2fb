"""Tables that leave nothing to test: every test refuses with a reason, and none has a p-value then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stats.comparisons.dispersion import overdispersion
from stats.comparisons.two_proportions import DIFFERENCES, RATIOS, difference_of_shares, ratio_of_shares
from stats.comparisons.two_rates import INTERVALS, TESTS, rate_difference, rate_ratio
from stats.errors import InputError
from stats.rates import rate_test
from stats.results import State, TestResult
from stats.severity.association import STATISTICS, independence
from stats.severity.cumulative import severity_fit
from stats.severity.exact_tables import fisher_monte_carlo, freeman_halton
from stats.severity.mix import mix_shift
from stats.severity.odds import odds_ratio
from stats.severity.ordinal import jonckheere, linear_by_linear, trend_in_shares
from stats.severity.proportional import METHODS, proportional_odds
from stats.severity.stratified import generalised_cmh, mantel_haenszel
from stats.shares import share_test

NOTHING = {
    "all zero": [[0, 0], [0, 0]],
    "one cell": [[0, 7], [0, 0]],
    "one case": [[1, 0], [0, 0]],
    "one filled row": [[3, 4], [0, 0]],
    "one filled column": [[5, 0], [7, 0]],
    "the other column": [[0, 5], [0, 6]],
}
WIDE = {name: [[*row, 0] for row in table] for name, table in NOTHING.items()}


def cmh(table: Any) -> tuple[TestResult, ...]:
    found = generalised_cmh([table, table])
    return found.correlation, found.row_means, found.general


TABLE_TESTS: dict[str, Callable[[Any], TestResult | tuple[TestResult, ...]]] = {
    **{f"independence {s}": lambda t, s=s: independence(t, statistic=s) for s in STATISTICS},
    "yates": lambda t: independence(t, correction=True),
    "freeman_halton": freeman_halton,
    "fisher_monte_carlo": lambda t: fisher_monte_carlo(t, rng=1, draws=100),
    "fisher_monte_carlo pearson": lambda t: fisher_monte_carlo(t, rng=1, draws=100, statistic="pearson"),
    "linear_by_linear": linear_by_linear,
    "linear_by_linear n": lambda t: linear_by_linear(t, variance="n", row_scores="ridit", column_scores="modridit"),
    "jonckheere": jonckheere,
    "jonckheere untied": lambda t: jonckheere(t, variance="untied"),
    "generalised_cmh": cmh,
}
FOURFOLD_TESTS: dict[str, Callable[[Any], TestResult | tuple[TestResult, ...]]] = {
    "odds_ratio": odds_ratio,
    "odds_ratio central": lambda t: odds_ratio(t, convention="central", alternative="greater"),
    "odds_ratio strata": lambda t: odds_ratio([t, t]),
    "mantel_haenszel": lambda t: mantel_haenszel([t]),
    "mantel_haenszel strata": lambda t: mantel_haenszel([t, t], correction=True, alternative="less"),
    "trend_in_shares": lambda t: trend_in_shares([t[0]], [np.sum(t, axis=0)])[0],
}


def refused(test: TestResult) -> None:
    assert test.state is State.REFUSED
    assert not test
    assert test.reason is not None
    assert np.isnan(test.statistic)
    assert np.isnan(test.p_value)
    assert test.estimate is None
    frame = test.to_frame()
    assert frame["state"].tolist() == ["refused"]
    assert frame["p_value"].isna().all()
    assert test.reason.code in str(test)


@pytest.mark.parametrize("table", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("test", [*TABLE_TESTS.values(), *FOURFOLD_TESTS.values()], ids=[*TABLE_TESTS, *FOURFOLD_TESTS])
def test_a_table_without_variation_is_refused(test: Callable[[Any], Any], table: Any) -> None:
    found = test(table)
    for one in found if isinstance(found, tuple) else (found,):
        refused(one)


@pytest.mark.parametrize("table", WIDE.values(), ids=WIDE)
@pytest.mark.parametrize("test", TABLE_TESTS.values(), ids=TABLE_TESTS)
def test_an_empty_margin_does_not_hide_it(test: Callable[[Any], Any], table: Any) -> None:
    found = test(table)
    for one in found if isinstance(found, tuple) else (found,):
        refused(one)


@pytest.mark.parametrize("test", TABLE_TESTS.values(), ids=TABLE_TESTS)
def test_an_empty_margin_beside_variation_is_no_obstacle(test: Callable[[Any], Any]) -> None:
    found = test([[8, 0, 3], [2, 0, 9]])
    for one in found if isinstance(found, tuple) else (found,):
        assert one.state is State.VALUE
        assert 0 < one.p_value < 0.2


@pytest.mark.parametrize("table", [[[4, 5]], [[4], [5]], []])
@pytest.mark.parametrize("test", TABLE_TESTS.values(), ids=TABLE_TESTS)
def test_one_row_or_one_column_is_an_input_error(test: Callable[[Any], Any], table: Any) -> None:
    with pytest.raises(InputError):
        test(table)


def test_homogeneity_needs_two_strata() -> None:
    one = mantel_haenszel([[[8, 3], [2, 9]]])
    assert one.state is State.VALUE
    assert np.isnan([one.extra["breslow_day_p"], one.extra["tarone_p"]]).all()
    assert 0 <= mantel_haenszel([[[8, 3], [2, 9]], [[5, 5], [4, 6]]]).extra["tarone_p"] <= 1


@pytest.mark.parametrize("sides", [([5, 0, 0], [9, 0, 0]), ([0, 0, 1], [0, 0, 1])])
def test_a_mix_of_one_penalty_has_no_shift_to_test(sides: tuple[list[int], list[int]]) -> None:
    shift = mix_shift(*sides)
    for part in (shift.location, shift.dispersion, shift.rest, shift.total):
        refused(part)
    assert (shift.harshness, shift.polarisation) == ("no_shift", "no_shift")
    assert "refused" in shift.to_frame()["state"].tolist()


@pytest.mark.parametrize("sides", [([0, 0, 0], [0, 0, 0]), ([0, 0, 0], [3, 2, 1]), ([4, 2, 1], [0, 0, 0])])
def test_a_side_without_cases_is_an_input_error(sides: tuple[list[int], list[int]]) -> None:
    with pytest.raises(InputError):
        mix_shift(*sides)


@pytest.mark.parametrize("table", [*NOTHING.values(), *WIDE.values()])
def test_the_cumulative_model_refuses_or_fits(table: Any) -> None:
    for design in ([[], []], [[0], [1]]):
        fit = severity_fit(table, design)
        filled = (np.sum(table, axis=0) > 0).sum()
        assert bool(fit) == bool(filled > 1 and not design[0])
        assert fit or fit.reason is not None
        assert np.isfinite(fit.estimate).all()
        assert not fit.to_frame()["p_value"].isna().any()
    if not fit:
        with pytest.raises(InputError):
            proportional_odds(fit)


def test_checks_of_proportional_odds_are_refused_with_two_levels() -> None:
    fit = severity_fit([[70, 30], [40, 60]], [[0], [1]])
    for method in METHODS:
        refused(proportional_odds(fit, method=method))


@pytest.mark.parametrize(("x", "n"), [(0, 0), (None, 5), (3, 0)])
def test_one_share_or_rate_needs_a_base(x: Any, n: Any) -> None:
    for method in ("central", "minlike", "mid_p", "score"):
        with pytest.raises(InputError):
            share_test(x, n, value=0.5, method=method)
        with pytest.raises(InputError):
            rate_test(x, n, value=0.5, method=method)


def test_dispersion_never_gives_a_blank() -> None:
    for trim in ("none", "winsorise", "truncate", "truncate_quantile"):
        for values in ([0, 0], [1, 1, 1], [0] * 12):
            spread = overdispersion(values, np.ones(len(values)), trim=trim)
            assert np.isfinite([spread.phi, spread.tau2]).all()
            assert spread.tau2 == 0
    for bad in ([], [1]):
        with pytest.raises(InputError):
            overdispersion(bad, bad)


EDGES = [(0, 10, 0, 10), (10, 10, 10, 10), (0, 10, 10, 10), (10, 10, 0, 10), (0, 10, 3, 10), (3, 10, 0, 10)]
EDGES += [(0, 0, 3, 10), (None, 10, 3, 10)]


@pytest.mark.parametrize("sides", EDGES)
def test_contrasts_have_a_p_value_only_with_a_test(sides: tuple[Any, ...]) -> None:
    shares = [difference_of_shares(*sides, method=m) for m in DIFFERENCES]
    shares += [ratio_of_shares(*sides, method=m) for m in RATIOS]
    rates = []
    if sides[1]:
        rates = [rate_ratio(*sides, method=m) for m in INTERVALS] + [rate_ratio(*sides, test=t) for t in TESTS]
        rates += [rate_difference(*sides, method=m) for m in ("mover", "score", "wald")]
        rates += [rate_difference(*sides, test=t) for t in ("score", "wald")]
    for contrast in (*shares, *rates):
        row = contrast[0]
        assert row.state == contrast.result().state
        if not row:
            assert np.isnan(row.p_value)
            assert (row.reason is not None) == (row.state is State.REFUSED)
            continue
        assert not np.isnan([row.estimate, row.conf_low, row.conf_high]).any()
        excused = row.method == "none" or {"nothing_to_test", "undefined_at_zero"} & {n.code for n in row.caveats}
        assert np.isnan(row.p_value) == bool(excused)


def test_a_result_cannot_be_a_value_without_a_number() -> None:
    with pytest.raises(ValueError, match="needs a p-value or an estimate"):
        TestResult(statistic=1.0, p_value=float("nan"), method="x")
    with pytest.raises(ValueError, match="has no p-value"):
        TestResult(statistic=1.0, p_value=1.0, method="x", state=State.REFUSED)
