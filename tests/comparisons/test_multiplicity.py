from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.comparisons.multiplicity import METHODS, adjust_p_values
from stats.errors import InputError


def test_holm_and_bh_by_hand() -> None:
    assert adjust_p_values([0.01, 0.04, 0.03]).adjusted.tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert adjust_p_values([0.01, 0.04, 0.03], method="bh").adjusted.tolist() == pytest.approx([0.03, 0.04, 0.04])


@settings(max_examples=12, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_values_are_larger_and_keep_their_order(p: list[float]) -> None:
    for method in METHODS:
        got = adjust_p_values(p, method=method)
        assert (got.adjusted >= np.array(p) - 1e-12).all()
        assert (got.adjusted <= 1).all()
        order = np.argsort(p, kind="stable")
        assert (np.diff(got.adjusted[order]) >= -1e-12).all()
    holm, bonferroni = adjust_p_values(p), adjust_p_values(p, method="bonferroni")
    assert (holm.adjusted <= bonferroni.adjusted + 1e-12).all()


def test_missing_tests_do_not_count() -> None:
    got = adjust_p_values([0.01, None, 0.03])
    assert got.tests == 2
    assert np.isnan(got.adjusted[1])
    assert not got.reject[1]
    assert got.adjusted[0] == pytest.approx(0.02)
    assert len(got.to_frame()) == len(got) == 3
    assert "holm" in got._repr_html_()
    assert adjust_p_values([None]).tests == 0


def test_bad_values() -> None:
    with pytest.raises(InputError, match="rows 1"):
        adjust_p_values([0.5, 1.5])
    with pytest.raises(InputError):
        adjust_p_values([])
