from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.severity.decomposition import METHODS, decompose_change

BEFORE = {"examined": 100, "found": 40, "disciplined": 20}
AFTER = {"examined": 150, "found": 45, "disciplined": 36}
chains = st.lists(st.integers(1, 10**6), min_size=3, max_size=3)


def test_lmdi_by_hand() -> None:
    # L(36, 20) = 16 / log 1.8 = 27.2207; times log 1.5, log 0.75, log 1.6.
    parts = decompose_change(BEFORE, AFTER)
    weight = 16 / np.log(1.8)
    np.testing.assert_allclose(parts.contribution.ravel(), weight * np.log([1.5, 0.75, 1.6]))
    assert parts.factors == ("examined", "found per examined", "disciplined per found")
    assert parts.contribution.sum() == pytest.approx(16)


def test_shapley_by_hand_for_two_factors() -> None:
    # n: 10 -> 20, share 0.5 -> 0.25: total stays 5; halves of both orders.
    parts = decompose_change({"n": 10, "x": 5}, {"n": 20, "x": 5}, method="shapley")
    np.testing.assert_allclose(parts.contribution.ravel(), [10 * (0.5 + 0.25) / 2, -0.25 * (10 + 20) / 2])


@settings(max_examples=60, deadline=None)
@given(chains, chains)
def test_parts_add_up_and_turn_with_time(before: list[int], after: list[int]) -> None:
    one = dict(zip(BEFORE, before, strict=True))
    two = dict(zip(BEFORE, after, strict=True))
    for method in METHODS:
        there, back = decompose_change(one, two, method=method), decompose_change(two, one, method=method)
        size = max(np.abs(there.contribution).max(), 1.0)  # large parts of opposite sign cost digits
        assert there.contribution.sum() == pytest.approx(there.change[0], abs=1e-9 * size)
        np.testing.assert_allclose(there.contribution, -back.contribution, atol=1e-9 * size)


def test_nothing_changed() -> None:
    for method in METHODS:
        parts = decompose_change(BEFORE, BEFORE, method=method)
        assert (parts.contribution == 0).all()
        assert parts.to_frame()["share_of_change"].isna().all()


def test_zeros_and_missing() -> None:
    before = {"examined": [50, 0, 50], "found": [20, 0, None], "disciplined": [0, 0, 1]}
    after = {"examined": [60, 5, 60], "found": [30, 3, 30], "disciplined": [5, 1, 1]}
    lmdi, shapley = (decompose_change(before, after, method=m) for m in ("lmdi", "shapley"))
    assert lmdi.state.tolist() == ["refused", "refused", "missing"]
    assert lmdi.caveats[0].values["rows"] == (0, 1)
    assert shapley.state.tolist() == ["value", "refused", "missing"]
    assert shapley.contribution[:, 0].sum() == pytest.approx(5)
    frame = shapley.to_frame()
    assert len(frame) == 9
    assert frame["row"].tolist() == [0] * 3 + [1] * 3 + [2] * 3
    assert "shapley" in shapley._repr_html_()


def test_bad_stages() -> None:
    for one, two in (({"a": 1}, {"a": 2}), ({"a": 1, "b": 2}, {"a": 1, "c": 2}), ({"a": 1, "b": -2}, {"a": 1, "b": 2})):
        with pytest.raises(InputError):
            decompose_change(one, two)
    ordered = decompose_change({"b": 20, "a": 100}, {"b": 30, "a": 100}, stages=["a", "b"])
    assert ordered.factors[0] == "a"


def test_hundred_thousand_rows() -> None:
    rng = np.random.default_rng(0)
    n = rng.integers(1, 100, (2, 3, 100_000))
    parts = decompose_change(dict(zip("abc", n[0], strict=True)), dict(zip("abc", n[1], strict=True)))
    np.testing.assert_allclose(parts.contribution.sum(axis=0), parts.change, atol=1e-9)
