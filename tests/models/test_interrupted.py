"""Interrupted time series: Bernal's ratios, lines and ratios that agree, conditions, size and power."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.errors import InputError
from stats.models.interrupted import interrupted_series
from stats.periods import Period
from stats.results import State
from stats.trends.seasonal import seasonal_mann_kendall

QUARTERS = [Period.parse(f"{year}-{first:02d}-01..{year}-{first + 2:02d}-{last}") for year in range(2010, 2020)
            for first, last in ((1, 31), (4, 30), (7, 30), (10, 31))]  # fmt: skip
COUNTS = [10, 12, 9, 11, 10, 8, 11, 9, 21, 18, 20, 22, 19, 20, 23, 18]
YEARS = [Period.parse(str(year)) for year in range(2005, 2025)]
MONTHS = [Period.parse(f"{year}-{month:02d}") for year in range(2018, 2022) for month in range(1, 13)]


@pytest.fixture(scope="module")
def sicily() -> dict[str, list[float]]:
    path = Path(__file__).parents[1] / "reference" / "stats" / "29_interrupted_time_series_sicily.json"
    data: dict[str, list[float]] = json.loads(path.read_text())["inputs"]["data"]
    return data


def test_published_ratios_of_the_smoking_ban(sicily: dict[str, list[float]]) -> None:
    # Bernal, Cummins and Gasparrini print 0.894 (0.865 to 0.925) and 0.885 (0.839 to 0.933), by the normal.
    plain = interrupted_series(sicily["aces"], at=36, exposure=sicily["stdpop"], family="poisson")
    assert [round(v, 3) for v in (plain.average.estimate, plain.average.conf_low, plain.average.conf_high)] == [
        0.894, 0.865, 0.925
    ]  # fmt: skip
    season = interrupted_series(
        sicily["aces"], at=36, exposure=sicily["stdpop"], season=12, pairs=2, reference="normal"
    )
    ratio = season.average
    assert [round(v, 3) for v in (ratio.estimate, ratio.conf_low, ratio.conf_high)] == [0.885, 0.839, 0.933]
    by_t = interrupted_series(sicily["aces"], at=36, exposure=sicily["stdpop"], season=12, pairs=2)
    assert by_t.average.conf_low < ratio.conf_low


def test_a_step_alone_has_one_ratio_and_the_lines_show_it() -> None:
    series = interrupted_series(COUNTS, at=8)
    ratios = [r.estimate for r in (series.at_start, series.at_end, series.average)]
    np.testing.assert_allclose(ratios, np.exp(series.model.estimate[2]))
    np.testing.assert_allclose(series.fitted[8:] / series.counterfactual[8:], ratios[0])
    assert np.isnan(series.counterfactual[:8]).all()
    frame = series.to_frame()
    assert frame["key"].tolist() == [str(i) for i in range(1, 17)]
    assert (frame["counterfactual_low"][8:] < frame["counterfactual"][8:]).all()
    # The constant and the step keep both totals, so the excess is what was seen less what was expected.
    assert series.fitted[8:].sum() == pytest.approx(sum(COUNTS[8:]))
    assert series.excess.estimate == pytest.approx(sum(COUNTS[8:]) - series.counterfactual[8:].sum())
    assert series.excess.conf_low > 0


def test_the_mean_of_a_level_by_hand() -> None:
    # No trend in either half when it is symmetric: the ratio of the means, here 20 to 10.
    series = interrupted_series([9, 11, 10, 10, 10, 10, 11, 9, 18, 22, 20, 20, 20, 20, 22, 18], at=8)
    assert series.model.estimate[1] == pytest.approx(0, abs=1e-9)
    assert series.average.estimate == pytest.approx(2)


def test_residuals_that_follow_on_each_other_are_told_unless_the_errors_allow_for_it() -> None:
    waves = np.round(100 + 30 * np.sin(np.arange(40) / 3))
    assert [note.code for note in interrupted_series(waves, at=20).caveats] == ["serial_correlation"]
    hac = interrupted_series(waves, at=20, standard_errors="hac")
    assert [note.code for note in hac.caveats] == ["few_points_for_lags"]
    assert hac.average.method == "interrupted_step_quasi_poisson_hac_none_lag3"


def test_where_the_slope_counts_from_changes_no_ratio() -> None:
    fits = [interrupted_series(COUNTS, at=8, effect="step_slope", slope_from=o) for o in ("start", "before", "origin")]
    for name in ("at_start", "at_end", "average", "excess"):
        for bound in ("estimate", "conf_low", "conf_high"):
            values = [getattr(getattr(fit, name), bound) for fit in fits]
            assert values == pytest.approx([values[0]] * 3, rel=1e-7)
    assert fits[0].model.estimate[2] != pytest.approx(fits[2].model.estimate[2])
    assert fits[0].at_start.estimate == pytest.approx(np.exp(fits[0].model.estimate[2]))
    slope = interrupted_series(COUNTS, at=8, effect="slope")
    assert slope.at_start.estimate == pytest.approx(np.exp(slope.model.estimate[2]))
    assert slope.at_end.estimate == pytest.approx(np.exp(8 * slope.model.estimate[2]))
    with pytest.raises(InputError, match="A slope alone"):
        interrupted_series(COUNTS, at=8, effect="slope", slope_from="origin")


def test_the_interval_of_the_average_ratio_against_the_bootstrap_of_coefficients() -> None:
    fit = interrupted_series(COUNTS, at=8, effect="step_slope", reference="normal")
    rng = np.random.default_rng(2)
    draws = rng.multivariate_normal(fit.model.estimate, fit.model.covariance, 20_000)
    rows = fit.model.design[8:]
    without = rows.copy()
    without[:, 2:] = 0
    logs = np.log(np.exp(draws @ rows.T).sum(axis=1) / np.exp(draws @ without.T).sum(axis=1))
    assert np.log(fit.average.conf_high / fit.average.conf_low) / (2 * 1.96) == pytest.approx(logs.std(), rel=0.1)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(5, 60), min_size=20, max_size=20), st.floats(0.1, 1000))
def test_the_unit_of_the_exposure_does_not_matter(counts: list[int], unit: float) -> None:
    one = interrupted_series(counts, at=10, family="poisson")
    other = interrupted_series(counts, at=10, exposure=unit, family="poisson")
    assert other.average.estimate == pytest.approx(one.average.estimate, rel=1e-6)
    np.testing.assert_allclose(other.fitted, one.fitted, rtol=1e-6)


def test_a_period_that_mixes_two_rules_is_left_out() -> None:
    counts = [20] * 10 + [999] + [40] * 9
    series = interrupted_series(counts, at=dt.date(2015, 7, 6), periods=YEARS, family="poisson")
    assert series.used.tolist() == [True] * 10 + [False] + [True] * 9
    assert series.average.estimate == pytest.approx(2)
    assert interrupted_series(counts, at=dt.datetime(2015, 7, 6, 8), periods=YEARS).date == series.date
    assert series.average.numerator == pytest.approx(2 * (series.average.denominator or 0))
    assert (series.date, series.at_start.period, series.at_end.period) == ("2015-07-06", "2016", "2024")


def test_season_by_months_and_by_quarters() -> None:
    month = np.array([p.start.month for p in MONTHS])
    mean = 100 * np.exp(0.3 * np.sin(2 * np.pi * month / 12)) * np.where(np.arange(48) >= 30, 1.5, 1)
    series = interrupted_series(mean, at=dt.date(2020, 7, 1), periods=MONTHS, season=12, family="poisson")
    assert series.average.estimate == pytest.approx(1.5)
    assert series.model.estimate[series.model.position("sin1")] == pytest.approx(0.3)
    quarters = interrupted_series(np.arange(20, 60), at=20, season=4, pairs=2)
    assert quarters.model.terms == ("(intercept)", "time", "step", "sin1", "cos1", "cos2")
    with pytest.raises(InputError, match="3 pairs"):
        interrupted_series(np.arange(20, 60), at=20, season=4, pairs=3)


@pytest.mark.parametrize(
    ("kind", "season", "fits"),
    [
        ("month", 12, 12), ("month", 4, 12), ("month", 24, 12), ("quarter", 4, 4), ("quarter", 12, 4),
        ("year", 4, None), ("first quarters", 4, None),
    ],
)  # fmt: skip
def test_the_season_must_be_that_of_the_periods(kind: str, season: int, fits: int | None) -> None:
    firsts = [Period.parse(f"{year}-Q1") for year in range(2000, 2020)]
    periods = {"month": MONTHS, "quarter": QUARTERS, "year": YEARS, "first quarters": firsts}[kind]
    counts, middle = np.arange(len(periods)) % 7 + 20, periods[len(periods) // 2].start
    if season == fits:
        assert interrupted_series(counts, at=middle, periods=periods, season=season).state is State.VALUE
        assert seasonal_mann_kendall(counts, season, periods=periods).state is State.VALUE
        return
    for call in (
        lambda: interrupted_series(counts, at=middle, periods=periods, season=season),
        lambda: seasonal_mann_kendall(counts, season, periods=periods),
    ):
        with pytest.raises(InputError, match="has no season" if fits is None else f"Use season={fits}") as told:
            call()
        assert "mùa vụ" in told.value.vi


def test_the_correction_of_the_serial_errors_is_an_option_and_named() -> None:
    waves = np.round(100 + 30 * np.sin(np.arange(40) / 3))
    plain, corrected = (
        interrupted_series(waves, at=20, standard_errors="hac", lags=2, correction=name) for name in (None, "hc1")
    )
    np.testing.assert_allclose(corrected.model.std_error, plain.model.std_error * (40 / 37) ** 0.5)
    assert corrected.average.method.endswith("hac_hc1_lag2")


@pytest.mark.parametrize(
    ("n", "at", "options", "code"),
    [
        (15, 8, {}, "interruption_too_short"),
        (15, 7, {}, "interruption_too_short"),
        (16, 8, {"season": 4, "pairs": 1}, None),
        (30, 12, {"season": 12, "pairs": 1}, "interruption_too_short"),
        (16, 8, {"units": ["members", "organisations"]}, "series_units"),
        (16, 8, {"actors": ["committees", "inspection_commissions"]}, "series_streams"),
    ],
)
def test_conditions_without_periods(n: int, at: int, options: dict[str, object], code: str | None) -> None:
    series = interrupted_series(np.arange(10, 10 + n) % 7 + 5, at=at, **options)  # type: ignore[arg-type]
    assert (series.reason.code if series.reason else None) == code
    assert bool(series) is (code is None)
    if code:
        assert series.average.state is State.REFUSED
        assert series.average.reason is series.reason
        assert np.isnan(series.fitted).all()
        assert code in str(series)


def test_conditions_with_periods() -> None:
    counts, half = np.arange(20) % 7 + 5, dt.date(2015, 1, 1)

    def code(**options: object) -> str | None:
        series = interrupted_series(counts, **{"at": half, "periods": YEARS, **options})  # type: ignore[arg-type]
        return series.reason.code if series.reason else None

    assert code() is None
    assert code(breaks=[half]) is None
    assert code(breaks=[half, dt.date(2011, 1, 1)]) == "series_break"
    months = [Period.parse(f"{2005 + k // 12}-{k % 12 + 1:02d}") for k in range(10)]
    assert code(periods=months + YEARS[10:]) == "series_mixed_kinds"
    gap = [*YEARS[:4], *[Period.parse(str(year)) for year in range(2010, 2026)]]
    assert code(periods=gap, at=dt.date(2018, 1, 1)) == "series_gap"
    cumulative = [Period.parse(f"{year}{part}") for year in range(2010, 2020) for part in ("-6M", "")]
    assert code(periods=cumulative) == "series_overlap"
    zeros = np.where(np.arange(20) == 4, 0, 40)
    refused = interrupted_series(zeros, at=half, periods=YEARS)
    assert refused.reason is not None
    assert refused.reason.code == "series_doubtful_zeros"
    assert interrupted_series(zeros, at=half, periods=YEARS, zeros=True)
    empty = interrupted_series([None, *counts[1:]], at=half, periods=YEARS)
    assert empty.reason is not None
    assert empty.reason.code == "series_missing_values"


def test_inputs_that_cannot_be_used() -> None:
    with pytest.raises(InputError, match="needs the period"):
        interrupted_series(COUNTS, at=dt.date(2015, 1, 1))
    for at in (0, 16, -1):
        with pytest.raises(InputError, match="inside the series"):
            interrupted_series(COUNTS, at=at)
    with pytest.raises(InputError, match="inside the series"):
        interrupted_series(np.arange(20), at=dt.date(2030, 1, 1), periods=YEARS)
    with pytest.raises(TypeError, match="at"):
        interrupted_series(COUNTS)  # type: ignore[call-arg]
    with pytest.raises(InputError, match="3 values for 16 counts"):
        interrupted_series(COUNTS, at=8, exposure=[1, 2, 3])
    with pytest.raises(InputError, match="position"):
        interrupted_series(COUNTS, at=8, season=4, position=[1, 2, 3, 4])


def test_size_power_and_the_detectable_ratio() -> None:
    # 24 quarters of 60 cases, rule at the middle: no effect, then the ratio said to be found 8 times in 10.
    rng = np.random.default_rng(11)

    def fits(ratio: float, many: int) -> list[bool]:
        mean = 60 * np.where(np.arange(24) >= 12, ratio, 1.0)
        series = [interrupted_series(rng.poisson(mean), at=12) for _ in range(many)]
        return [not s.average.conf_low <= 1 <= s.average.conf_high for s in series]

    assert 0.01 <= np.mean(fits(1.0, 200)) <= 0.10
    detectable = interrupted_series(np.full(24, 60) + np.tile([-8, 8, 7, -7], 6), at=12, family="poisson").detectable
    assert detectable[0] == pytest.approx(1 / detectable[1])
    assert 0.68 <= np.mean(fits(detectable[1], 150)) <= 0.92


@pytest.mark.parametrize("left_out", [None, 0])
def test_what_the_period_divided_by_the_rule_holds_is_not_judged(left_out: int | None) -> None:
    counts = [*COUNTS[:8], 15, *COUNTS[8:]]
    divided: list[int | None] = [*COUNTS[:8], left_out, *COUNTS[8:]]
    rule, years = dt.date(2013, 7, 1), YEARS[:17]
    whole, holed = (interrupted_series(y, at=rule, periods=years) for y in (counts, divided))
    assert holed.average == whole.average
    there = interrupted_series([*divided[:5], None, *divided[6:]], at=rule, periods=years)
    assert there.reason is not None
    assert [str(place) for place in there.reason.values["places"]] == ["2010"]


def test_a_series_that_does_not_vary_is_refused_and_its_rounding_has_no_order() -> None:
    same = interrupted_series([5] * 16, at=8)
    assert same.reason is not None
    assert same.reason.code == "all_equal"
    assert interrupted_series([5] * 16, at=8, family="poisson").caveats == ()
