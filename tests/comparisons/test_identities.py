"""Identities of comparisons that hold for every input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.comparisons.dispersion import choose_scale, overdispersion
from stats.comparisons.e_test import e_test
from stats.comparisons.funnels import poisson_funnel
from stats.comparisons.ranks import simulated_ranks
from stats.comparisons.shrinkage import shrink_ratios
from stats.comparisons.two_proportions import RATIOS, difference_of_shares, ratio_of_shares, share_inputs
from stats.comparisons.two_rates import TESTS, rate_difference, rate_inputs, rate_ratio

COUNTS = st.integers(0, 60)
EXPOSURES = st.floats(0.5, 50)
PARTS = st.tuples(st.integers(0, 80), st.integers(1, 80)).map(lambda t: (min(t), max(*t, 1)))
SCALES = [
    ("proportion", "raw"), ("proportion", "arcsine"), ("proportion", "logit"), ("ratio", "raw"), ("ratio", "log"),
    ("ratio", "sqrt"), ("ratio_of_counts", "log"),
]  # fmt: skip

quick = settings(deadline=None, max_examples=40)


@quick
@given(COUNTS, EXPOSURES, COUNTS, EXPOSURES, st.sampled_from(["mover", "score", "wald"]))
def test_difference_of_rates_turns_with_its_sides(x1: int, t1: float, x2: int, t2: float, method: str) -> None:
    here, there = (rate_difference(*a, method=method)[0] for a in ((x1, t1, x2, t2), (x2, t2, x1, t1)))
    assert here.estimate == pytest.approx(-there.estimate)  # type: ignore[operator]
    assert here.conf_low == pytest.approx(-there.conf_high, rel=1e-6, abs=1e-6)  # type: ignore[operator]
    assert here.p_value == pytest.approx(there.p_value, nan_ok=not x1 + x2)


@quick
@given(COUNTS, EXPOSURES, COUNTS, EXPOSURES, st.floats(0.5, 0.99))
def test_score_limits_of_a_difference_are_where_the_test_turns(
    x1: int, t1: float, x2: int, t2: float, level: float
) -> None:
    row = rate_difference(x1, t1, x2, t2, method="score", conf_level=level)[0]
    for limit in (row.conf_low, row.conf_high):
        assert limit is not None
        at_limit = rate_difference(x1, t1, x2, t2, null=limit).p_value[0]
        assert at_limit == pytest.approx(1 - level, abs=1e-4)


@quick
@given(COUNTS, EXPOSURES, COUNTS, EXPOSURES, st.sampled_from(TESTS), st.floats(0.2, 5))
def test_one_sided_tests_of_a_ratio(x1: int, t1: float, x2: int, t2: float, test: str, null: float) -> None:
    """Turning the sides turns the direction; without ties the two directions add to one or a little more."""
    if test == "none" or x1 + x2 == 0 or (test == "wald_log" and 0 in (x1, x2)):
        return
    greater = rate_ratio(x1, t1, x2, t2, test=test, null=null, alternative="greater").p_value[0]
    less = rate_ratio(x1, t1, x2, t2, test=test, null=null, alternative="less").p_value[0]
    turned = rate_ratio(x2, t2, x1, t1, test=test, null=1 / null, alternative="less").p_value[0]
    assert turned == pytest.approx(greater, rel=1e-6, abs=1e-9)
    assert greater + less >= 1 - 1e-9
    if test in ("score", "wald_log", "mid_p"):
        assert greater + less == pytest.approx(1)


@quick
@given(st.integers(0, 12), st.integers(0, 12), st.floats(0.3, 3), st.booleans())
def test_e_test_is_the_sum_over_all_pairs(x1: int, x2: int, factor: float, wald: bool) -> None:
    def statistic(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        spread = a + b * factor**2 if wald else (a + b) * factor
        return np.where(a + b > 0, (a - b * factor) / np.sqrt(np.where(a + b > 0, spread, 1.0)), 0.0)

    mean2 = (x1 + x2) / (1 + factor)
    a, b = np.meshgrid(np.arange(150.0), np.arange(150.0), indexing="ij")
    from scipy.stats import poisson

    mass = poisson.pmf(a, mean2 * factor) * poisson.pmf(b, mean2)
    seen = float(statistic(np.array(float(x1)), np.array(float(x2))))
    every, near = statistic(a, b), 1e-9
    sides = {
        "greater": every >= seen - near, "less": every <= seen + near, "two-sided": np.abs(every) >= abs(seen) - near
    }  # fmt: skip
    for alternative, extreme in sides.items():
        got = e_test(np.array([float(x1)]), np.array([float(x2)]), np.array([factor]), alternative, wald=wald)[1][0]
        want = 1.0 if x1 + x2 == 0 else float(mass[extreme].sum())
        assert got == pytest.approx(want, abs=1e-7)


@quick
@given(PARTS, PARTS)
def test_directions_of_two_shares(first: tuple[int, int], second: tuple[int, int]) -> None:
    both = difference_of_shares(*first, *second)[0]
    if first[0] + second[0] == 0 or first[0] + second[0] == first[1] + second[1]:
        assert np.isnan(both.p_value)
        return
    sides = [difference_of_shares(*first, *second, alternative=a).p_value[0] for a in ("greater", "less")]
    assert sum(sides) == pytest.approx(1)
    assert both.p_value == pytest.approx(2 * min(sides))
    turned = ratio_of_shares(*second, *first, alternative="less").p_value[0]
    assert turned == pytest.approx(sides[0])


@quick
@given(PARTS, PARTS, st.sampled_from(RATIOS))
def test_ratio_of_shares_turns_with_its_sides(first: tuple[int, int], second: tuple[int, int], method: str) -> None:
    here, there = (ratio_of_shares(*a, method=method)[0] for a in ((*first, *second), (*second, *first)))
    if here.estimate and there.estimate and np.isfinite([here.estimate, there.estimate]).all():
        assert here.conf_low * there.conf_high == pytest.approx(1, rel=1e-6)  # type: ignore[operator]


@quick
@given(PARTS, PARTS)
def test_inputs_are_aligned_and_known(first: tuple[int, int], second: tuple[int, int]) -> None:
    *arrays, known = share_inputs([first[0], None], first[1], second[0], second[1])
    assert all(len(a) == 2 for a in arrays)
    assert known.tolist() == [True, False]
    *arrays, known = rate_inputs(first[0], first[1], [second[0], None], second[1])
    assert all(len(a) == 2 for a in arrays)
    assert known.tolist() == [True, False]


@pytest.mark.parametrize(("kind", "transform"), SCALES)
@quick
@given(target=st.floats(0.05, 0.9), size=st.floats(1, 1e5))
def test_a_body_at_the_target_sits_in_the_middle(kind: str, transform: str, target: float, size: float) -> None:
    scale = choose_scale(kind, transform, target)
    assert float(scale.back(np.array([scale.centre]))[0]) == pytest.approx(target)
    assert scale.holds(target)
    if kind != "ratio_of_counts" and transform != "logit":
        place, error = scale.place(np.array([target * size]), np.array([size]))
        if target * size >= 0.5:
            assert place[0] == pytest.approx(scale.centre)
        assert error[0] == pytest.approx(scale.standard_error(np.array([size]))[0])


@quick
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), min_size=3, max_size=20),
    st.floats(0.01, 100), st.floats(-10, 10),
)  # fmt: skip
def test_dispersion_keeps_its_scale(rows: list[tuple[float, float]], factor: float, shift: float) -> None:
    y, s = (np.array(column) for column in zip(*rows, strict=True))
    once, other = overdispersion(y, s), overdispersion(y * factor + shift, s * factor)
    assert other.phi == pytest.approx(once.phi, rel=1e-6, abs=1e-9)
    assert other.tau2 == pytest.approx(once.tau2 * factor**2, rel=1e-6, abs=1e-9 * factor**2)


@quick
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=8), st.floats(0.5, 0.999))
def test_funnel_points_surround_one(events: list[int], level: float) -> None:
    points = poisson_funnel(events, level=level)
    assert (points["ratio_low"] < 1).all()
    assert (points["ratio_high"] > 1).all()
    assert (points["expected_at_high"] <= points["events"]).all()


@quick
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(90, 900)), min_size=8, max_size=12), st.integers(0, 99))
def test_simulated_ranks_share_out_all_places(rows: list[tuple[int, int]], seed: int) -> None:
    x, n = zip(*rows, strict=True)
    ranks = simulated_ranks(x, n, rng=seed, draws=200)
    assert ranks.estimate.sum() == pytest.approx(len(x) * (len(x) + 1) / 2)
    assert (ranks.conf_low <= ranks.estimate + 1e-9).all()
    assert (ranks.estimate <= ranks.conf_high + 1e-9).all()


@quick
@given(st.lists(st.tuples(st.integers(0, 50), st.floats(1, 40)), min_size=8, max_size=15))
def test_shrunken_ratios_lie_between_their_own_and_the_common(rows: list[tuple[int, float]]) -> None:
    o, e = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    drawn = shrink_ratios(o, e)
    if not drawn.prior:
        return
    middle, raw = drawn.prior["nu"] / drawn.prior["alpha"], o / e
    value = drawn.estimates.estimate
    assert (value >= np.minimum(raw, middle) - 1e-9).all()
    assert (value <= np.maximum(raw, middle) + 1e-9).all()
