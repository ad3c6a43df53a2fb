from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.comparisons.ranks import rank_intervals, simulated_ranks
from stats.comparisons.shrinkage import shrink_rates, shrink_ratios, shrink_shares
from stats.errors import InputError
from stats.results import COLUMNS, State
from stats.shares import share

X = [0, 1, 5, 30, 12, 9, 2, 40]
N = [5, 10, 9, 50, 40, 20, 15, 60]


def test_marshall_by_hand() -> None:
    drawn = shrink_rates([1, 2, 3, 4, 5, 6, 7, 8], [100] * 8)
    assert drawn.prior["mean"] == pytest.approx(0.045)
    assert drawn.prior["between"] == pytest.approx(0.000525 - 0.00045)
    np.testing.assert_allclose(drawn.estimates.estimate, 0.045 + (np.arange(1, 9) / 100 - 0.045) / 7)


def test_no_extra_variation_gives_all_bodies_the_common_rate() -> None:
    drawn = shrink_rates([10] * 8, [100] * 8, per=1000)
    assert drawn.prior["between"] == 0
    assert (drawn.estimates.estimate == 100).all()
    assert (drawn.estimates.conf_low < 100).all()
    shares = shrink_shares([10] * 8, [100] * 8)
    assert shares.prior["rho"] == 0
    assert (shares.estimates.conf_high > 0.1).all()
    assert shrink_ratios([10] * 8, [10] * 8).reason is not None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 100)), min_size=8, max_size=25))
def test_shrunken_figures_lie_between_their_own_and_the_common_one(rows: list[tuple[int, int]]) -> None:
    x, n = np.array([(min(a, b), b) for a, b in rows], dtype=float).T
    for drawn in (shrink_rates(x, n), shrink_shares(x, n)):
        if drawn.reason is None:
            own, mean = x / n, drawn.prior["mean"]
            value = drawn.estimates.estimate
            assert (value >= np.minimum(own, mean) - 1e-9).all()
            assert (value <= np.maximum(own, mean) + 1e-9).all()
            assert (drawn.estimates.conf_low <= value + 1e-12).all()
            assert (drawn.estimates.conf_high >= value - 1e-12).all()


def test_small_bodies_move_more() -> None:
    drawn = shrink_ratios([0, 0, 30, 12, 9, 40, 25, 18], [1, 20, 20, 12, 8, 30, 20, 10])
    assert drawn.estimates.estimate[0] > drawn.estimates.estimate[1]
    assert drawn.reason is None
    assert drawn.iterations < 1000


def test_too_few_bodies_missing_cells_and_bad_counts() -> None:
    for drawn in (shrink_rates(X[:5], N[:5]), shrink_ratios(X[:5], N[:5]), shrink_shares(X[:5], N[:5])):
        assert drawn.prior == {}
        assert drawn.reason is not None
        assert drawn.reason.values == {"found": 5, "needed": 8}
        assert drawn.estimates[0].state is State.REFUSED
    drawn = shrink_shares([*X, None], [*N, 10])
    assert drawn.estimates[8].state is State.MISSING
    assert tuple(drawn.to_frame().columns) == COLUMNS
    assert len(drawn) == 9
    assert "rho" in drawn._repr_html_()
    with pytest.raises(InputError):
        shrink_shares([11] * 8, [10] * 8)
    assert shrink_shares([0] * 8, N).reason is not None
    assert shrink_rates([0] * 8, N).reason is not None


def test_iterations_that_do_not_settle_say_so() -> None:
    drawn = shrink_ratios(X, N, max_iterations=1)
    assert drawn.reason is not None
    assert drawn.reason.code == "not_settled"


def test_rank_intervals_by_hand() -> None:
    ranks = rank_intervals(share([10, 50, 50, 50, 50, 50, 50, 90], 100))
    assert ranks.estimate.tolist() == [8, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 1]
    assert ranks.conf_low.tolist() == [8, 2, 2, 2, 2, 2, 2, 1]
    assert ranks.conf_high.tolist() == [8, 7, 7, 7, 7, 7, 7, 1]
    assert ranks.caveats[0].code == "ranks_uncertain"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=8, max_size=20))
def test_ranks_enclose_the_point_rank(counts: list[int]) -> None:
    ranks = rank_intervals(share(counts, 100))
    assert (ranks.conf_low <= ranks.estimate + 1e-9).all()
    assert (ranks.conf_high >= ranks.estimate - 1e-9).all()
    assert ranks.estimate.sum() == pytest.approx(len(counts) * (len(counts) + 1) / 2)


def test_simulated_ranks_repeat_with_their_seed() -> None:
    one, other = (simulated_ranks(X, N, rng=4, kind="share") for _ in range(2))
    np.testing.assert_array_equal(one.estimate, other.estimate)
    assert (one.conf_low <= one.conf_high).all()
    assert simulated_ranks([*X, None], [*N, 4], rng=1).state[8] == "missing"
    refused = simulated_ranks(X[:4], N[:4], rng=1)
    assert (refused.state == "refused").all()
    assert rank_intervals(share(X[:4], N[:4])).caveats[0].values["found"] == 4
    assert "rank" in one._repr_html_()
    with pytest.raises(InputError):
        simulated_ranks([50] * 8, [10] * 8, rng=1, kind="share")
