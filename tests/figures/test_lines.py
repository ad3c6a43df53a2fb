"""Charts of lines in time: control charts, interrupted series, fans; of any length, in words, never when refused."""

from __future__ import annotations

import copy
import datetime as dt
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    BREAKS,
    LANGS,
    WORDS,
    count,
    expected,
    hidden,
    missing,
    monthly,
    months,
    noise,
    outside,
    printed,
    ruled,
    watched,
)  # fmt: skip

from stats import figures, monitoring, theme
from stats.displays.tables import chart_table
from stats.errors import InputError
from stats.figures import Break, Chart, Point
from stats.figures.control import MOST_SIGNALS
from stats.figures.frames import spread
from stats.figures.scales import between
from stats.figures.time_axis import middle, period_name
from stats.forecasts import drift_forecast, naive_forecast
from stats.models.interrupted import interrupted_series
from stats.periods import Period
from stats.results import Approx, Result

DAY = dt.date(2021, 7, 28)
LENGTHS = (12, 24, 60, 120)
LONG_BREAKS = (
    Break(DAY, "Quy định số 22-QĐ/TW về công tác kiểm tra, giám sát và kỷ luật của Đảng"),
    Break(dt.date(2022, 7, 6), "69-QĐ/TW"),
)


def put(lang: str = "vi", size: str = "page") -> dict[str, object]:
    return {
        "words": WORDS[lang],
        "title": "Số bị kỷ luật tăng rõ",
        "subtitle": "Hà Nội",
        "source": "Hà Nội",
        "size": size,
    }


def drift(n: int = 96) -> tuple[list[Point], monitoring.ControlChart]:
    """Return figures that wander, so that a strict set of rules fires many times."""
    rng = np.random.default_rng(3)
    values = np.maximum(np.cumsum(rng.normal(0, 4, n)) + rng.normal(0, 6, n) + 80, 0).round()
    return monthly(values, months(n, 2016)), monitoring.xmr_chart(values, periods=months(n, 2016), rules="nelson")


def shares_of(n: int = 36) -> tuple[list[Point], monitoring.ControlChart]:
    """Return shares of bases that vary, one of them far above the others."""
    rng = np.random.default_rng(4)
    base = rng.integers(150, 600, n).astype(float)
    part = rng.binomial(base.astype(int), 0.12).astype(float)
    part[20] = round(base[20] * 0.3)
    periods = months(n)
    points = [
        Point(p, Result(estimate=x / b, numerator=x, denominator=b, kind="share", unit="members"))
        for p, x, b in zip(periods, part, base, strict=True)
    ]
    return points, monitoring.p_prime_chart(part, base, periods=periods)


def phased() -> tuple[list[Point], monitoring.ControlChart]:
    values = np.concatenate([noise(30), noise(18, 45.0)])
    periods = months(48, 2019)
    return monthly(values, periods), monitoring.xmr_chart(values, periods=periods, breaks=[DAY], rebase=[DAY])


def fits(chart: Chart) -> bool:
    go.Figure(copy.deepcopy(chart.spec))
    return outside(chart) == [] and hidden(chart) == []


def traces(chart: Chart, mode: str) -> list[dict]:
    return [t for t in chart.spec["data"] if t["mode"] == mode and t.get("fill") is None]


# At any length


@pytest.mark.parametrize("size", theme.SIZES)
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("n", LENGTHS)
def test_every_length_keeps_its_words_apart(n, lang, size):
    points, chart = watched(n)
    assert fits(figures.control_chart(points, chart, breaks=LONG_BREAKS, **put(lang, size)))
    if n > 12:
        assert fits(figures.interrupted_series(*ruled(n), rule=LONG_BREAKS[0].name, **put(lang, size)))
        assert fits(figures.forecast_fan(*expected(n), breaks=LONG_BREAKS, **put(lang, size)))


@pytest.mark.parametrize("size", theme.SIZES)
@pytest.mark.parametrize("make", [drift, shares_of, phased])
def test_many_signals_varying_limits_and_phases_keep_their_words_apart(make, size):
    for lang in LANGS:
        assert fits(figures.control_chart(*make(), breaks=LONG_BREAKS, **put(lang, size)))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 4000), min_size=12, max_size=40))
def test_any_figures_fit(values):
    figures_ = np.array(values, dtype=float)
    chart = monitoring.xmr_chart(figures_, periods=months(len(values)), zeros=True)
    if chart:
        assert fits(figures.control_chart(monthly(figures_, months(len(values))), chart, **put()))


# Control charts


def test_signals_are_diamonds_numbered_and_explained():
    points, chart = watched()
    drawn = figures.control_chart(points, chart, **put())
    of_signal = [t for t in traces(drawn, "markers") if t["marker"]["symbol"] == "diamond"]
    assert sum(len(t["x"]) for t in of_signal) == int((chart.leading()[0] >= 0).sum()) > 8
    assert {t["marker"]["color"] for t in of_signal} == {theme.ACCENT}
    listed = [note for note in drawn.notes if note[0].isdigit()]
    assert listed[0] == "1.\u00a09/2019: vượt giới hạn kiểm soát trên."
    numbers = [a["text"] for a in drawn.spec["layout"]["annotations"] if a["font"]["color"] == theme.ACCENT]
    assert sorted(numbers) == [f"<b>{k}</b>" for k in range(1, len(listed) + 1)]
    assert drawn.table["rule"][20] == "1. vượt giới hạn kiểm soát trên"
    assert drawn.table["rule"][0] == "–"
    # Of many signals the alternative text has the newest.
    assert re.search(r"3 tín hiệu thay đổi, mới nhất: [\d/-]+2021 \(9 kỳ liên tiếp", drawn.alt)
    assert "9/2019" not in drawn.alt


def test_lines_are_named_with_their_values_and_stand_in_the_table():
    points, chart = watched()
    drawn = figures.control_chart(points, chart, **put())
    shown = printed(drawn)
    for key, line in (("trung bình", chart.centre), ("giới hạn trên", chart.upper), ("giới hạn dưới", chart.lower)):
        assert f"{key}: {WORDS['vi'].number(line[0, -1])}" in shown
    assert drawn.table["upper"].tolist() == chart.upper[0].tolist()
    assert drawn.table["level"][0] == WORDS["vi"].number(chart.centre[0, 0])
    table = chart_table(drawn, words=WORDS["vi"])
    assert [c.label for c in table.columns] == ["Mục", "Số liệu", "Trung bình", "Giới hạn kiểm soát", "Tín hiệu"]
    assert table.lines[20][-1].text == "1. vượt giới hạn kiểm soát trên"


def test_more_signals_than_have_room_are_counted_and_stand_in_the_table():
    points, chart = drift()
    drawn = figures.control_chart(points, chart, **put("en"))
    all_of_them = {part for rule in drawn.table["rule"] for part in rule.split("; ") if part != "–"}
    listed = [note for note in drawn.notes if note[0].isdigit() and "\u00a0" in note]
    assert len(listed) == MOST_SIGNALS
    assert f"{len(all_of_them) - MOST_SIGNALS} further signals are in the data table." in drawn.notes


def test_months_in_a_row_beyond_a_limit_are_one_signal():
    values = noise(40)
    values[30:33] += 60
    drawn = figures.control_chart(
        monthly(values, months(40)), monitoring.xmr_chart(values, periods=months(40)), **put("en")
    )
    assert "2.\u00a07/2020–9/2020: above the upper control limit." in drawn.notes


def test_a_quiet_chart_says_so():
    values = noise(36, seed=8)
    drawn = figures.control_chart(
        monthly(values, months(36)), monitoring.xmr_chart(values, periods=months(36)), **put()
    )
    assert "không có tín hiệu thay đổi" in drawn.alt
    assert not [t for t in traces(drawn, "markers") if t["marker"]["symbol"] == "diamond"]
    assert drawn.notes == ()


def test_phases_have_lines_of_their_own_and_a_period_of_both_belongs_to_none():
    points, chart = phased()
    drawn = figures.control_chart(points, chart, breaks=[Break(DAY, "22-QĐ/TW")], **put())
    centre = next(t for t in traces(drawn, "lines") if t["line"]["color"] == theme.INK)
    cut = middle(points[30].period)
    assert None in centre["y"]
    assert all(not (a <= cut <= b) for a, b in pairwise(centre["x"]) if a is not None and b is not None)
    hollow = [t for t in traces(drawn, "markers") if t["marker"]["color"] == theme.PAPER]
    assert [t["x"] for t in hollow] == [[cut]]
    before, after = (WORDS["vi"].number(v) for v in (chart.centre[0, 0], chart.centre[0, -1]))
    assert f"Mức trung bình theo từng giai đoạn: {before} (1/2019-6/2021); {after} (8/2021-12/2022)." in printed(drawn)


def test_no_line_goes_over_a_missing_month():
    points, chart = watched()
    drawn = figures.control_chart(points, chart, **put())
    joins = traces(drawn, "lines")[-1]
    hole = middle(points[15].period)
    assert all(not (a < hole < b) for a, b in pairwise(joins["x"]) if a is not None and b is not None)
    assert "[x] không có số liệu" in printed(drawn)
    assert np.isnan(drawn.table["estimate"][15])


def test_limits_that_vary_step_and_shares_are_percent():
    points, chart = shares_of()
    drawn = figures.control_chart(points, chart, **put("en"))
    upper = [t for t in traces(drawn, "lines") if t["line"]["color"] == theme.RULE][-1]
    assert len(set(upper["y"])) > 20
    first, second, third = (float(p.period.start.toordinal()) for p in points[:3])
    assert upper["x"][:4] == [first, second, second, third]
    assert "The limits vary with the base of each period" in printed(drawn)
    assert all(t.endswith("%") for t in drawn.spec["layout"]["yaxis"]["ticktext"])


def test_a_limit_that_nothing_can_reach_is_not_drawn():
    values = noise(24, 3.0)
    chart = monitoring.xmr_chart(values, periods=months(24))
    assert chart.lower[0, 0] < 0
    drawn = figures.control_chart(monthly(values, months(24)), chart, **put())
    assert "giới hạn dưới" not in printed(drawn).replace("Giới hạn dưới tính ra nhỏ hơn 0 nên không vẽ.", "")
    assert min(y for t in drawn.spec["data"] for y in t["y"] if y is not None) >= 0
    assert drawn.table["lower"][0] == chart.lower[0, 0]


def test_a_scale_that_leaves_out_zero_says_so_and_approximate_figures_are_told_apart():
    values = np.random.default_rng(1).normal(2400, 40, 24).round()
    points = monthly(values, months(24))
    points[5] = Point(points[5].period, count(values[5], approx=Approx.ABOUT))
    drawn = figures.control_chart(points, monitoring.xmr_chart(values, periods=months(24)), **put())
    assert drawn.spec["layout"]["yaxis"]["range"][0] > 2000
    assert "Trục đứng không bắt đầu từ 0." in printed(drawn)
    assert [t["marker"]["symbol"] for t in traces(drawn, "markers") if len(t["x"]) == 1] == ["circle-open-dot"]


# What is never drawn


def test_a_refused_method_is_never_a_picture():
    periods, values = months(6), noise(6)
    refused = monitoring.xmr_chart(values, periods=periods)
    assert not refused
    with pytest.raises(InputError, match="refused"):
        figures.control_chart(monthly(values, periods), refused, **put())
    fit = interrupted_series(values, at=periods[3].start, periods=periods)
    with pytest.raises(InputError, match="refused"):
        figures.interrupted_series(monthly(values, periods), fit, rule="x", **put())
    forecast = naive_forecast([1.0, np.nan, 3.0] * 8, horizon=2, periods=months(24))
    assert not forecast
    with pytest.raises(InputError, match="refused"):
        figures.forecast_fan(monthly(noise(24), months(24)), forecast, **put())


def test_points_that_are_not_those_of_the_method_are_refused():
    points, chart = watched()
    with pytest.raises(InputError, match="60 of the control chart"):
        figures.control_chart(points[1:], chart, **put())
    moved = [*points[:-1], Point(points[-1].period, count(1))]
    with pytest.raises(InputError, match="2022-12"):
        figures.control_chart(moved, chart, **put())
    with pytest.raises(InputError, match="2022-12"):
        figures.control_chart([*points[:-1], Point(points[-1].period, missing())], chart, **put())
    with pytest.raises(InputError, match="order of time"):
        figures.forecast_fan(
            expected()[0][::-1], replace(expected()[1], observed=expected()[1].observed[:, ::-1]), **put()
        )
    two = monitoring.xmr_chart(np.array([noise(24), noise(24)]), periods=months(24))
    with pytest.raises(InputError, match="one series"):
        figures.control_chart(monthly(noise(24), months(24)), two, **put())
    assert fits(figures.control_chart(monthly(noise(24), months(24)), two[0], **put()))


def test_a_forecast_without_periods_has_no_place_in_time():
    values = noise(24)
    with pytest.raises(InputError, match="periods"):
        figures.forecast_fan(monthly(values, months(24)), naive_forecast(values, horizon=2), **put())


# Interrupted series


def test_what_would_have_been_stands_beside_what_was():
    points, fit = ruled()
    drawn = figures.interrupted_series(points, fit, rule="22-QĐ/TW", **put())
    with_rule, without = (WORDS["vi"].number(v) for v in (fit.fitted[-1], fit.counterfactual[-1]))
    low, high = (WORDS["vi"].number(v) for v in (fit.counterfactual_low[-1], fit.counterfactual_high[-1]))
    shown = printed(drawn)
    assert f"theo mô hình: {with_rule}" in shown
    assert f"xu thế trước đó: {without} ({low}-{high})" in shown
    assert "28/7/2021: 22-QĐ/TW" in shown
    assert f"theo mô hình: {with_rule}; xu thế trước đó: {without}".replace("\u00a0", " ") in drawn.alt.replace(
        "\u00a0", " "
    )
    raw = drawn.table[["fitted", "counterfactual", "counterfactual_low"]]
    assert raw["counterfactual"].notna().tolist() == fit.after.tolist()
    assert raw["fitted"].notna().tolist() == fit.used.tolist()
    dashed = [t for t in traces(drawn, "lines") if t["line"]["dash"] == "dash"]
    assert [len(t["x"]) for t in dashed] == [int(fit.after.sum())]
    hollow = [t["x"] for t in traces(drawn, "markers") if t["marker"]["color"] == theme.PAPER]
    assert hollow == [[middle(p.period)] for p, used in zip(points, fit.used, strict=True) if not used]


def test_rates_are_drawn_as_rates_and_a_rule_at_a_number_at_its_period():
    base, values, periods = np.linspace(40000, 43000, 36), noise(36), months(36)
    fit = interrupted_series(values, at=20, exposure=base)
    points = [
        Point(p, Result(estimate=x / b * 1000, numerator=x, denominator=b, kind="rate", per=1000, unit="members"))
        for p, x, b in zip(periods, values, base, strict=True)
    ]
    drawn = figures.interrupted_series(points, fit, rule="22-QĐ/TW", **put("en"))
    assert drawn.table["fitted"].tolist() == pytest.approx((fit.fitted / base * 1000).tolist())
    assert "1 Sep 2019: 22-QĐ/TW" in printed(drawn)
    counts = figures.interrupted_series(monthly(values, periods), fit, rule="x", **put("en"))
    assert counts.table["fitted"].tolist() == fit.fitted.tolist()


# Fans


def test_a_fan_opens_from_the_last_figure_and_names_its_bands():
    points, forecast = expected()
    drawn = figures.forecast_fan(points, forecast, breaks=BREAKS, **put())
    fans = [t for t in drawn.spec["data"] if t.get("fill")]
    assert len(fans) == 3
    for fan in fans:
        assert (fan["x"][0], fan["y"][0]) == (fan["x"][-1], fan["y"][-1]) == (
            middle(points[-1].period), points[-1].result.estimate,
        )  # fmt: skip
    shown = printed(drawn)
    end, low, high = (WORDS["vi"].number(v[0, -1]) for v in (forecast.estimate, *forecast.interval(0.95)))
    assert f"12/2022: {end} (95%: {low}-{high})" in shown
    assert f"12/2021: {WORDS['vi'].number(points[-1].result.estimate)}" in shown
    assert all(f"khoảng {level}" in shown for level in ("50%", "80%", "95%"))
    assert drawn.table["series"].tolist() == [""] * 48 + ["dự báo"] * 12
    assert drawn.table["within_2"].tolist()[-1] == f"{low}-{high}"
    assert f"dự báo 12/2022: {end}" in drawn.alt.replace("\u00a0", " ")


def test_only_the_last_years_may_be_shown_and_counts_never_fall_below_zero():
    values = noise(48, 5.0)
    forecast = naive_forecast(values, horizon=12, periods=months(48))
    drawn = figures.forecast_fan(monthly(values, months(48))[-24:], forecast, **put())
    assert len(drawn.table) == 36
    assert forecast.conf_low.min() < 0
    assert drawn.table["conf_low"].min() == 0
    assert drawn.table["within_2"].tolist()[-1].startswith("0")
    assert "Dự báo và khoảng dự báo không thấp hơn 0." in printed(drawn)
    falling = drift_forecast(np.linspace(40, 1, 40).round(), horizon=12, periods=months(40))
    assert falling.estimate.min() < 0
    drawn = figures.forecast_fan(monthly(np.linspace(40, 1, 40).round(), months(40)), falling, **put())
    assert min(y for t in drawn.spec["data"] for y in t["y"]) == 0
    assert min(a["y"] for a in drawn.spec["layout"]["annotations"] if a["yref"] == "y") >= 0, "else it is not printed"


# Names and places


def test_a_window_of_a_quarter_is_that_quarter():
    second = Period.parse("2021-04-01..2021-06-30")
    assert [period_name(WORDS[lang], second) for lang in LANGS] == ["quý\u00a0II/2021", "Q2\u00a02021"]
    assert period_name(WORDS["vi"], Period.parse("2021-Q1")) == "quý\u00a0I/2021"
    assert "quý" not in period_name(WORDS["vi"], Period.parse("2021-04-01..2021-07-31"))


@pytest.mark.parametrize(("n", "first"), [(12, "1/2018"), (24, "1/2018"), (120, "2018")])
def test_long_series_are_named_by_years(n, first):
    values = noise(n)
    chart = monitoring.xmr_chart(values, periods=months(n))
    axis = figures.control_chart(monthly(values, months(n)), chart, **put()).spec["layout"]["xaxis"]
    assert axis["ticktext"][0] == first
    assert all(axis["range"][0] <= t <= axis["range"][1] for t in (*axis["tickvals"], *axis["minor"]["tickvals"]))


@given(
    st.lists(st.tuples(st.floats(0, 300), st.floats(5, 40)), min_size=1, max_size=6).map(sorted),
)
def test_labels_are_spread_without_overlap(wanted):
    targets, heights = (list(column) for column in zip(*wanted, strict=True))
    places = spread(targets, heights, 300)
    for (a, ha), (b, hb) in pairwise(zip(places, heights, strict=True)):
        assert b - a >= (ha + hb) / 2 - 1e-9
    assert places[0] >= heights[0] / 2 - 1e-9
    assert places[-1] <= 300 - heights[-1] / 2 + 1e-9
    apart = all(b - a >= (ha + hb) / 2 for (a, ha), (b, hb) in pairwise(wanted))
    if apart and targets[0] >= heights[0] / 2 and targets[-1] <= 300 - heights[-1] / 2:
        assert places == pytest.approx(targets)


whole_or_not = st.one_of(
    st.tuples(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.just(True)),
    st.tuples(st.lists(st.integers(0, 10**6).map(lambda k: k / 10**4), min_size=1, max_size=8), st.just(False)),
)


@given(whole_or_not)
def test_a_scale_holds_its_values_and_has_few_round_ticks(given_):
    values, whole = given_
    low, high, ticks = between(values, whole=whole, positive=True)
    assert low <= min(values) <= max(values) <= high
    assert low >= 0
    assert 2 <= len(ticks) <= 7
    assert all(low <= t <= high for t in ticks)
