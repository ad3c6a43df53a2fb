"""Identities of table tests and models that hold for every table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.severity import links
from stats.severity.association import STATISTICS, independence, independence_of_many
from stats.severity.cumulative import severity_fit, severity_model
from stats.severity.exact_tables import fisher_monte_carlo, freeman_halton
from stats.severity.odds import odds_ratio
from stats.severity.ordinal import jonckheere, trend_in_shares
from stats.severity.proportional import METHODS, proportional_odds
from stats.severity.stratified import mantel_haenszel
from stats.severity.tables import SCORES, counts, filled, level_scores

quick = settings(deadline=None, max_examples=30)
CELL = st.integers(0, 30)
FOURFOLD = st.lists(CELL, min_size=4, max_size=4).map(lambda c: np.array(c).reshape(2, 2))
TABLE = st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=2, max_size=4).map(np.array)
FULL = st.lists(st.lists(st.integers(1, 30), min_size=3, max_size=3), min_size=3, max_size=3).map(np.array)


@quick
@given(st.lists(FOURFOLD, min_size=1, max_size=4), st.sampled_from(STATISTICS))
def test_many_tables_are_each_table(tables: list[np.ndarray], statistic: str) -> None:
    many = independence_of_many(tables, statistic=statistic)
    for got, table in zip(many, tables, strict=True):
        want = independence(table, statistic=statistic)
        np.testing.assert_allclose((got.statistic, got.p_value), (want.statistic, want.p_value), rtol=1e-12)


@quick
@given(FOURFOLD)
def test_swapping_rows_inverts_the_odds(table: np.ndarray) -> None:
    here, there = odds_ratio(table), odds_ratio(table[::-1])
    assert here.state == there.state == ("value" if table.any(axis=0).all() and table.any(axis=1).all() else "refused")
    if not here:
        return
    assert here.p_value == pytest.approx(there.p_value)
    for a, b in ((here.conf_low, there.conf_high), (here.conf_high, there.conf_low)):
        assert (a == 0 and b == np.inf) or (a == np.inf and b == 0) or a * b == pytest.approx(1, rel=1e-9)
    sides = [odds_ratio(table, alternative=a).p_value for a in ("greater", "less")]
    assert odds_ratio(table[::-1], alternative="less").p_value == pytest.approx(sides[0])
    central = odds_ratio(table, convention="central").p_value
    assert central == pytest.approx(min(2 * min(sides), 1.0))


@quick
@given(st.lists(FOURFOLD, min_size=1, max_size=4), st.booleans())
def test_mantel_haenszel_turns_with_its_rows(tables: list[np.ndarray], correction: bool) -> None:
    here = mantel_haenszel(tables, correction=correction)
    there = mantel_haenszel([t[::-1] for t in tables], correction=correction)
    assert here.state == there.state
    assert here.statistic == pytest.approx(there.statistic, abs=1e-9, nan_ok=not here)
    sides = [mantel_haenszel(tables, correction=correction, alternative=a).p_value for a in ("greater", "less")]
    if here.extra.get("z"):
        assert sum(sides) == pytest.approx(1)
        assert here.p_value == pytest.approx(2 * min(sides))
        assert there.extra["z"] == pytest.approx(-here.extra["z"])


@quick
@given(TABLE, st.sampled_from(["tied", "untied"]))
def test_turning_the_years_turns_jonckheere(table: np.ndarray, variance: str) -> None:
    here, there = jonckheere(table, variance=variance), jonckheere(table[::-1], variance=variance)
    assert here.state == there.state
    if not here:
        return
    assert here.statistic == pytest.approx(-there.statistic, abs=1e-9)
    assert here.extra["J"] + there.extra["J"] == pytest.approx(2 * here.extra["mean"])


@quick
@given(st.lists(st.tuples(CELL, CELL), min_size=2, max_size=6), st.sampled_from(["n", "n-1"]))
def test_turning_the_outcome_turns_the_trend(rows: list[tuple[int, int]], variance: str) -> None:
    x, n = np.array([a for a, _ in rows]), np.array([a + b for a, b in rows])
    here, there = (trend_in_shares(events, n, variance=variance) for events in (x, n - x))
    np.testing.assert_allclose(here.statistic, -there.statistic, atol=1e-9)
    np.testing.assert_allclose(here.p_value, there.p_value, rtol=1e-9)


@settings(deadline=None, max_examples=12)
@given(TABLE, st.integers(0, 99))
def test_drawn_tables_come_near_the_exact_test(table: np.ndarray, seed: int) -> None:
    table = np.minimum(table[:3, :3], 3)
    drawn = fisher_monte_carlo(table, rng=seed, draws=4000, conf_level=1 - 1e-6)
    exact = freeman_halton(table).p_value
    assert np.isnan(exact) == (not drawn)
    if not drawn:
        return
    if drawn.conf_low is not None and drawn.conf_high is not None:
        assert drawn.conf_low - 1e-9 <= exact <= drawn.conf_high + 1e-9
    assert fisher_monte_carlo(table, rng=seed, draws=4000, conf_level=1 - 1e-6).p_value == drawn.p_value


@quick
@given(st.lists(st.floats(-6, 3), min_size=1, max_size=5), st.sampled_from(links.LINKS))
def test_links_and_their_slopes(points: list[float], link: str) -> None:
    v = np.array(points)
    np.testing.assert_allclose(links.quantile(links.cdf(v, link), link), v, atol=1e-6)
    density, curve = links.slopes(v, link)
    step = 1e-5
    np.testing.assert_allclose((links.cdf(v + step, link) - links.cdf(v - step, link)) / (2 * step), density, atol=1e-7)
    up, down = links.slopes(v + step, link)[0], links.slopes(v - step, link)[0]
    np.testing.assert_allclose((up - down) / (2 * step), curve, atol=1e-7)


@quick
@given(FULL, st.sampled_from(links.LINKS))
def test_gradient_is_the_slope_of_the_likelihood(table: np.ndarray, link: str) -> None:
    n, x = table.astype(float), np.array([[0.0], [1.0], [2.0]])
    values = np.array([-0.5, 0.7, 0.2])
    assert links.ends_of(values[:2], x[:, 0])[0].tolist() == [-np.inf, -0.5, 0.7, np.inf]
    gradient, _ = links.derivatives(values, n, x, link)
    for i in range(3):
        move = np.eye(3)[i] * 1e-5
        rise = links.log_likelihood(values + move, n, x, link) - links.log_likelihood(values - move, n, x, link)
        assert rise / 2e-5 == pytest.approx(gradient[i], rel=1e-5, abs=1e-5)


@settings(deadline=None, max_examples=15)
@given(FULL)
def test_a_frame_is_its_table_and_the_checks_hold(table: np.ndarray) -> None:
    rows = [(g, j, table[g, j]) for g in range(3) for j in range(3)]
    frame = pd.DataFrame(rows, columns=["year", "penalty", "count"])
    model = severity_model(frame, outcome="penalty", levels=[0, 1, 2], factors={"year": None})
    fit = severity_fit(table, [[0], [1], [2]])
    np.testing.assert_allclose(model.estimate, fit.estimate, atol=1e-9)
    for method in METHODS:
        test = proportional_odds(fit, method=method)
        assert test.statistic >= 0
        assert 0 <= test.p_value <= 1
    freed = proportional_odds(fit, method="lr")
    assert fit.log_likelihood <= freed.extra["log_likelihood"] + 1e-9


@quick
@given(TABLE, st.sampled_from(SCORES))
def test_scores_rise_with_the_levels(table: np.ndarray, name: str) -> None:
    whole = counts(table)
    kept, rows, columns = filled(whole)
    assert kept.sum() == whole.sum()
    assert kept.shape == (rows.sum(), columns.sum())
    scores = level_scores(name, whole.sum(axis=0)[None], "scores")[0]
    assert (np.diff(scores) >= 0).all()
    if name == "ridit" and whole.sum():
        assert scores @ whole.sum(axis=0) / whole.sum() == pytest.approx(0.5)
