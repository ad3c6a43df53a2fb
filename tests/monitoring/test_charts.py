"""Control charts: limits by hand and from the literature, phases, refusals, many series as one by one."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats import codes
from stats.errors import InputError
from stats.monitoring import c_chart, p_chart, p_prime_chart, rule_set, u_chart, u_prime_chart, xmr_chart
from stats.periods import Period
from stats.wording import Words

COUNTS = [12, 15, 11, 14, 13, 16, 12, 14, 15, 13, 12, 16, 14, 13]
MONTHS = [Period.parse(f"{year}-{month:02d}") for year in (2021, 2022, 2023) for month in range(1, 13)]
RULE = next(rule for rule in codes.load().rules if rule.instrument == "69-QĐ/TW")
"""In force on 6 July 2022: the month contains it."""


def long(seed=1, size=36, mean=40):
    return np.random.default_rng(seed).poisson(mean, size).astype(float)


class TestXmr:
    def test_limits_by_hand(self):
        chart = xmr_chart(COUNTS)
        ranges = [3, 4, 3, 1, 3, 4, 2, 1, 2, 1, 4, 2, 1]
        mean, half = 190 / 14, 2.66 * sum(ranges) / 13
        np.testing.assert_allclose(chart.centre, np.full((1, 14), mean))
        np.testing.assert_allclose([chart.lower[0, 0], chart.upper[0, 0]], [mean - half, mean + half])
        assert chart.moving_range[0, 1:].tolist() == ranges
        np.testing.assert_allclose(chart.range_limit[0, 5], 3.267 * sum(ranges) / 13)

    def test_the_two_conventions_differ_and_say_so(self):
        spiked = [*COUNTS[:7], 60, *COUNTS[7:]]
        kept, screened = xmr_chart(spiked), xmr_chart(spiked, screen=True)
        assert (kept.method, screened.method) == ("xmr_unscreened", "xmr_screened")
        small = [3, 4, 3, 1, 3, 4, 2, 1, 2, 1, 4, 2]
        ranges = [3, 4, 3, 1, 3, 4, 48, 46, 1, 2, 1, 4, 2, 1]
        assert all((r < 3.267 * statistics.mean(ranges)) == (r < 40) for r in [*small, *ranges])
        np.testing.assert_allclose(screened.sigma[0, 0], 2.66 / 3 * statistics.mean(r for r in ranges if r < 40))
        np.testing.assert_allclose(kept.sigma[0, 0], 2.66 / 3 * statistics.mean(ranges))
        assert screened.centre[0, 0] == kept.centre[0, 0]

    def test_the_factor_of_montgomery(self):
        chart = xmr_chart(COUNTS, factor=3 / 1.128)
        np.testing.assert_allclose(chart.sigma[0, 0], 31 / 13 / 1.128)

    def test_median_ranges_and_the_standard_deviation_are_named_conventions(self):
        ranges = [3, 4, 3, 1, 3, 4, 2, 1, 2, 1, 4, 2, 1]
        by_median = xmr_chart(COUNTS, spread="median_moving_range", centre="median")
        assert by_median.method == "xmr_median_centre_median_moving_range"
        assert by_median.centre[0, 0] == statistics.median(COUNTS)
        np.testing.assert_allclose(by_median.upper[0, 0], statistics.median(COUNTS) + 3.145 * statistics.median(ranges))
        np.testing.assert_allclose(by_median.range_limit[0, 0], 3.865 * statistics.median(ranges))
        by_sd = xmr_chart(COUNTS, spread="sd")  # qcc(type = "xbar.one", std.dev = "SD"): c4 of 14 is 0.9810
        np.testing.assert_allclose(by_sd.sigma[0, 0], statistics.stdev(COUNTS) / 0.98097, rtol=1e-5)
        assert (by_sd.method, by_sd.centre[0, 0]) == ("xmr_sd", statistics.mean(COUNTS))
        assert xmr_chart([x for v in COUNTS for x in (v, None)], spread="sd")  # needs no neighbours
        for wrong in ({"spread": "sd", "factor": 3}, {"spread": "sd", "screen": True}, {"factor": 0}):
            with pytest.raises(InputError):
                xmr_chart(COUNTS, **wrong)

    def test_the_default_conventions_are_those_written_out(self):
        plain, written = xmr_chart(COUNTS), xmr_chart(COUNTS, spread="moving_range", centre="mean", factor=2.66)
        np.testing.assert_array_equal(plain.upper, written.upper)
        assert plain.method == written.method == "xmr_unscreened"

    @given(st.lists(st.integers(1, 200), min_size=12, max_size=30), st.integers(1, 9), st.integers(0, 50))
    def test_another_unit_moves_the_limits_with_the_figures(self, values, scale, shift):
        first = xmr_chart(values, zeros=True)
        second = xmr_chart(scale * np.array(values, dtype=float) + shift, zeros=True)
        np.testing.assert_allclose(second.upper, scale * first.upper + shift)
        if first:
            back = xmr_chart(values[::-1], zeros=True)
            np.testing.assert_allclose(back.upper[:, ::-1], first.upper)


class TestShares:
    def test_montgomery_example_7_1_without_its_two_points(self):
        x = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
        chart = p_chart(x, [50] * 30, exclude=[14, 22])
        assert (round(chart.centre[0, 0], 4), round(chart.upper[0, 0], 4), round(chart.lower[0, 0], 4)) == (
            0.2150, 0.3893, 0.0407
        )  # fmt: skip
        assert "points_excluded" in [note.code for note in chart.caveats]
        assert set(chart.hits().query("test == 'beyond'")["point"]) == {14, 20, 22}

    def test_laney_by_hand(self):
        x, n = [400, 520, 380, 500, 410, 530, 390, 505, 420, 515, 395, 498], [1000, 1100, 990] * 4
        level = sum(x) / sum(n)
        z = [(a / b - level) / math.sqrt(level * (1 - level) / b) for a, b in zip(x, n, strict=True)]
        sigma_z = statistics.mean(abs(b - a) for a, b in itertools.pairwise(z)) / 1.128
        chart = p_prime_chart(x, n)
        np.testing.assert_allclose(chart.inflation, [[sigma_z]])
        np.testing.assert_allclose(
            chart.upper[0], [level + 3 * sigma_z * math.sqrt(level * (1 - level) / b) for b in n]
        )
        np.testing.assert_allclose(p_prime_chart(x, n, sigma_z="sd").inflation, [[statistics.stdev(z)]])

    def test_a_p_chart_that_is_too_narrow_says_so(self):
        x, n = [400, 520, 380, 500, 410, 530, 390, 505, 420, 515, 395, 498], [1000] * 12
        note = p_chart(x, n).caveats[0]
        assert note.code == "limits_too_narrow"
        assert note.values["times"] == round(float(p_prime_chart(x, n).inflation[0, 0]), 1)
        assert p_chart([5, 6, 4, 7, 5, 5, 6, 4, 6, 5, 7, 5], [100] * 12).caveats == ()

    @pytest.mark.parametrize("chart", [p_chart, p_prime_chart, u_chart, u_prime_chart])
    def test_in_standard_deviations_the_limits_are_straight_and_the_same_points_beyond(self, chart):
        n = np.random.default_rng(2).integers(50, 400, 24).astype(float)
        x = np.random.default_rng(3).binomial(n.astype(int), 0.2).astype(float)
        x[20] = n[20] * 0.6
        drawn = chart(x, n)
        even = drawn.standardised()
        np.testing.assert_allclose(even.values, (drawn.values - drawn.centre) / drawn.sigma)
        assert (set(even.lower[0]), set(even.upper[0]), set(even.centre[0])) == ({-3.0}, {3.0}, {0.0})
        np.testing.assert_array_equal(even.found.signals[0], drawn.found.signals[0])
        assert even.found.signals[0, 0, 0, 20]
        assert (even.kind, even.method) == ("standardised", f"{drawn.method}_standardised")
        assert even.standardised().upper[0, 0] == 3
        assert not chart(x[:8], n[:8]).standardised()

    def test_limits_stay_between_0_and_1(self):
        chart = p_chart([29, 30, 28, 29, 30, 29, 30, 28, 30, 29, 30, 30], [30] * 12)
        assert chart.upper.max() == 1.0
        assert p_chart([1, 0, 2, 1, 0, 1, 1, 0, 2, 1, 0, 1], [30] * 12).lower.min() == 0.0

    def test_a_prime_chart_scales_the_distance_of_the_plain_one(self):
        x, n = long(3, 20, 60), np.full(20, 200.0)
        plain, prime = p_chart(x, n), p_prime_chart(x, n)
        np.testing.assert_allclose(prime.sigma, plain.sigma * prime.inflation)
        assert (plain.kind, prime.kind, prime.method) == ("p", "p_prime", "p_prime_moving_range")
        assert p_prime_chart(x, n, screen=True).method == "p_prime_screened"

    def test_a_rate_per_thousand_is_the_rate_times_a_thousand(self):
        x, n = long(4, 20, 30), np.full(20, 5000.0)
        one, thousand = u_chart(x, n), u_chart(x, n, per=1000)
        np.testing.assert_allclose(thousand.upper, 1000 * one.upper)
        np.testing.assert_allclose(u_prime_chart(x, n, per=1000).centre, 1000 * one.centre)

    def test_counts_on_an_equal_base_are_a_c_chart(self):
        x = long(5, 20, 9)
        np.testing.assert_allclose(c_chart(x).upper, u_chart(x, 1).upper)
        wild = c_chart([40, 90, 35, 95] * 4)
        assert wild.inflation.tolist() == [[1.0]]
        assert wild.caveats[0].code == "limits_too_narrow"

    def test_a_base_of_zero_is_a_missing_point(self):
        n = [30.0] * 12 + [0.0]
        chart = p_chart([*([5, 6] * 6), 0], n)
        assert np.isnan(chart.values[0, 12])
        assert [note.code for note in chart.caveats] == ["points_missing"]
        assert chart.to_frame()["state"].tolist() == ["value"] * 12 + ["missing"]


class TestPhases:
    def test_limits_begin_anew_at_the_dated_break_only(self):
        values = np.concatenate([long(6, 18, 40), [55.0], long(7, 17, 80)])
        chart = xmr_chart(values, periods=MONTHS, breaks=[RULE], rebase=[RULE])
        alone = xmr_chart(values[19:])
        np.testing.assert_allclose(chart.upper[0, 19:], alone.upper[0])
        np.testing.assert_allclose(chart.upper[0, :18], xmr_chart(values[:18]).upper[0])
        assert np.isnan(chart.upper[0, 18])
        assert chart.phase.tolist() == [0] * 18 + [-1] + [1] * 17
        assert "periods_across_break" in [note.code for note in chart.caveats]
        steps = chart.steps()
        assert steps["first"].tolist() == ["2021-01", "2022-08"]
        np.testing.assert_allclose(steps["change"].iloc[1], values[19:].mean() - values[:18].mean())

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"rebase": [18]}, "rebase_without_date"),
            ({"rebase": [dt.date(2022, 7, 6)], "periods": None}, "rebase_without_date"),
            ({"rebase": [dt.date(2022, 1, 1)], "breaks": [RULE]}, "rebase_not_at_break"),
            ({"breaks": [RULE]}, "series_break"),
        ],
    )
    def test_anywhere_else_is_refused(self, options, code):
        given_ = {"periods": MONTHS, **options}
        chart = xmr_chart(long(), **{k: v for k, v in given_.items() if v is not None})
        assert not chart
        assert chart.reason.code == code
        assert np.isnan(chart.upper).all()
        assert chart.hits().empty
        assert set(chart.to_frame()["state"]) == {"refused"}
        assert Words(codes.load(), "vi").note(chart.reason).endswith(".")

    def test_a_phase_that_has_only_begun_has_no_limits_yet(self):
        chart = xmr_chart(long(), periods=MONTHS, rebase=[dt.date(2023, 7, 1)])
        assert chart
        assert np.isfinite(chart.upper[0, :30]).all()
        assert np.isnan(chart.upper[0, 30:]).all()
        assert (chart.caveats[0].code, chart.caveats[0].values["first"].key) == ("phase_without_limits", "2023-07")

    def test_a_baseline_fixes_the_limits(self):
        values = np.concatenate([long(8, 12, 40), long(9, 8, 70)])
        chart = xmr_chart(values, baseline=12)
        np.testing.assert_allclose(chart.upper[0, 0], xmr_chart(values[:12]).upper[0, 0])
        assert chart.used.sum() == 12
        assert "nhs_run" in set(chart.hits()["rule"])

    def test_ranges_do_not_go_over_a_break_or_a_hole(self):
        values = np.concatenate([long(6, 12, 40), long(7, 24, 400)])
        chart = xmr_chart(values, periods=MONTHS, rebase=[dt.date(2022, 1, 1)])
        assert np.isnan(chart.moving_range[0, [0, 12]]).all()
        holed = [*COUNTS[:5], None, *COUNTS[5:]]
        np.testing.assert_allclose(
            xmr_chart(holed).sigma[0, 0],
            2.66 / 3 * statistics.mean([3, 4, 3, 1, 4, 2, 1, 2, 1, 4, 2, 1]),
        )


class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "code"),
        [
            (COUNTS[:11], "too_few_periods"),
            ([7] * 20, "chart_no_variation"),
            ([*COUNTS, 0, 14], "series_doubtful_zeros"),
        ],
    )
    def test_a_series_without_limits_says_why(self, values, code):
        chart = xmr_chart(values)
        assert not chart
        assert chart.reason.code == code
        assert chart.state.tolist() == ["refused"]

    @pytest.mark.parametrize(
        "values", [[5], [None] * 20, [[None] * 15, [*COUNTS, 9]], [None, 3.5, *COUNTS], [-4, 3, -1, 2, -3, 1, 0] * 2]
    )
    def test_any_series_has_limits_or_a_reason(self, values):
        chart = xmr_chart(values)
        for one in chart:
            assert bool(one) != bool(one.reason)
            assert np.isfinite(one.upper).any() == bool(one)
        assert len(chart.to_frame()) == np.atleast_2d(np.array(values, dtype=float)).size

    def test_periods_that_all_contain_a_break_have_no_limits(self):
        year = [Period.parse("2022")]
        chart = p_prime_chart([5], [50], periods=year, rebase=[RULE])
        assert chart.reason.code == "too_few_periods"
        assert chart.steps().empty
        assert chart.to_frame()["state"].tolist() == ["refused"]

    def test_zeros_that_were_counted_may_stay(self):
        assert xmr_chart([*COUNTS, 0, 14], zeros=True)
        assert xmr_chart([3, 0, 2, 1, 0, 4, 2, 1, 0, 3, 2, 1])

    def test_a_lower_minimum_makes_limits_provisional(self):
        chart = xmr_chart(COUNTS[:8], least=8)
        assert [note.code for note in chart.caveats] == ["limits_provisional"]

    def test_streams_units_and_periods_are_checked(self):
        both = xmr_chart(COUNTS, actors=["committees", "inspection_commissions"])
        assert both.reason.code == "series_streams"
        assert xmr_chart(COUNTS, units=["members", "organisations"]).reason.code == "series_units"
        mixed = [*MONTHS[:13], Period.parse("2022-02-01..2022-04-30")]
        assert xmr_chart(COUNTS, periods=mixed).reason.code == "series_mixed_kinds"

    @pytest.mark.parametrize(
        ("call", "match"),
        [
            (lambda: xmr_chart(["a"] * 12), "not a number"),
            (lambda: xmr_chart(COUNTS, periods=MONTHS[:3]), "3 periods for 14"),
            (lambda: xmr_chart(COUNTS, series=["a", "b"]), "2 series for 1"),
            (lambda: xmr_chart([COUNTS, COUNTS], series=["a", "a"]), "1 different names of series for 2"),
            (lambda: xmr_chart(COUNTS, exclude=[14]), "there are 0 to 13"),
            (lambda: xmr_chart(COUNTS, least=2), "least is 2"),
            (lambda: xmr_chart(COUNTS, baseline=2), "baseline is 2"),
            (lambda: p_chart([5, 9], [4, 10]), "above denominator"),
            (lambda: u_chart([5, 9], [0, 10]), "is above 0 where exposure is 0"),
            (lambda: p_chart([[5, 9]], [[9, 9], [9, 9]]), "shape"),
            (lambda: p_prime_chart([5, 9], [9, 9], sigma_z="range"), "sigma_z"),
        ],
    )
    def test_what_cannot_be_charted_is_an_error(self, call, match):
        with pytest.raises(InputError if match != "sigma_z" else Exception, match=match):
            call()

    def test_limits_need_figures_that_follow_each_other(self):
        every_second = [x for value in COUNTS for x in (value, None)]
        chart = xmr_chart(every_second)
        assert chart.reason.code == "series_missing_values"
        assert chart.reason.values["places"] == tuple(range(2, 29, 2))
        base = [100] * len(every_second)
        assert p_prime_chart(every_second, base).reason.code == "series_missing_values"
        assert p_chart(every_second, base)
        assert p_prime_chart(every_second, base, sigma_z="sd")

    def test_each_of_many_series_names_what_is_wrong_with_it(self):
        many = xmr_chart([[*COUNTS[:13], 0], [0, *COUNTS[1:]], [None] * 10 + COUNTS[:4], [None] * 5 + COUNTS[:9]])
        told = [next(iter(one.reason.values.values())) for one in many]
        assert told == [(14,), (1,), 4, 9]

    def test_every_note_of_a_chart_can_be_said(self):
        many = xmr_chart([COUNTS, [7] * 14, [*COUNTS[:13], 0], [None] * 10 + COUNTS[:4]])
        codes_ = {note.code for note in many.caveats}
        assert codes_ == {"series_doubtful_zeros", "too_few_periods", "chart_no_variation"}
        words = Words(codes.load(), "en")
        assert all(words.note(note).endswith(".") for note in many.caveats)


class TestMany:
    def stacked(self):
        rng = np.random.default_rng(12)
        n = rng.integers(50, 300, (40, 24)).astype(float)
        x = rng.binomial(n.astype(int), rng.beta(4, 16, n.shape)).astype(float)
        x[rng.random(x.shape) < 0.05] = np.nan
        x[3] = 5.0
        x[7, 9] = 0.0
        return x, n

    @pytest.mark.parametrize("rules", ["nhs", "western_electric", "nelson"])
    def test_many_series_are_charted_as_one_by_one(self, rules):
        x, n = self.stacked()
        whole = p_prime_chart(x, n, rules=rules)
        for i, cut in enumerate(whole):
            alone = p_prime_chart(x[i], n[i], rules=rules)
            np.testing.assert_array_equal(cut.upper, alone.upper)
            np.testing.assert_array_equal(cut.found.signals, alone.found.signals)
            assert [note.code for note in cut.caveats] == [note.code for note in alone.caveats]
            assert (cut.reason is None) == (alone.reason is None) == bool(cut)

    def test_hits_of_many_are_the_hits_of_each(self):
        x, _ = self.stacked()
        names = [f"body {i}" for i in range(40)]
        whole = xmr_chart(x, series=names).hits()
        assert len(whole) > 5
        for i, name in enumerate(names):
            alone = xmr_chart(x[i]).hits().drop(columns="series")
            assert (
                whole[whole["series"] == name].drop(columns="series").to_numpy().tolist() == alone.to_numpy().tolist()
            )

    def test_one_base_may_serve_all_series(self):
        x, n = self.stacked()
        base = np.full(24, 400.0)
        np.testing.assert_array_equal(u_chart(x, base).upper, u_chart(x, np.broadcast_to(base, n.shape)).upper)

    @settings(max_examples=25)
    @given(st.integers(0, 10**6))
    def test_the_order_of_the_series_does_not_matter(self, seed):
        x, n = self.stacked()
        order = np.random.default_rng(seed).permutation(len(x))
        np.testing.assert_array_equal(p_chart(x, n).upper[order], p_chart(x[order], n[order]).upper)


class TestHits:
    def test_points_and_series_without_names_are_numbered_from_1_and_their_places_from_0(self):
        chart = xmr_chart([[*([30, 34] * 6), 60], [*([30, 34] * 6), 33]], baseline=12)
        assert (chart.keys[0], chart.keys[-1], chart.series) == ("1", "13", ("1", "2"))
        hit = chart.hits().iloc[0]
        assert (hit["series"], hit["point"], hit["key"], hit["points"]) == ("1", 12, "13", (12,))
        assert chart.keys[hit["point"]] == hit["key"]
        assert chart.to_frame()["key"].tolist()[:2] == ["1", "2"]
        dated = xmr_chart(COUNTS, periods=MONTHS[:14])
        assert dated.keys[:2] == ("2021-01", "2021-02")

    def test_a_longer_run_is_one_hit_that_names_its_points(self):
        values = [*([34, 30] * 6), *([40, 42, 41] * 3)]
        hits = xmr_chart(values, baseline=12, periods=MONTHS[:21]).hits()
        run = hits.query("rule == 'nhs_run'").iloc[0]
        assert (run["direction"], run["point"], run["key"], run["last"]) == ("high", 18, "2022-07", 20)
        assert run["points"] == tuple(range(12, 21))
        assert (run["text"], run["n"]) == ("monitoring.rule.run.high", 9)

    def test_points_beyond_a_limit_are_told_one_by_one(self):
        values = [*([30, 34] * 6), 60, 61]
        hits = xmr_chart(values, baseline=12).hits().query("test == 'beyond'")
        assert hits["points"].tolist() == [(12,), (13,)]

    def test_own_rules_are_taken(self):
        chart = xmr_chart([*([30, 34] * 6), 36, 37, 36, 38], baseline=12, rules=rule_set("nhs", run_length=4))
        assert chart.rule_set == "own"
        assert chart.hits()["rule"].tolist() == ["nhs_run"]

    def test_the_frame_names_the_leading_rule_of_each_point(self):
        frame = xmr_chart([*([30, 34] * 6), 60, 31], baseline=12, rules="nelson", units=["members"]).to_frame()
        assert frame["rule"].tolist() == [""] * 12 + ["nelson_1", ""]
        assert frame["direction"].tolist()[12] == "high"
        assert set(frame["unit"]) == {"members"}
        assert frame["conf_level"].isna().all()

    def test_a_chart_prints_its_convention_and_how_much_it_found(self):
        said = str(xmr_chart(COUNTS, screen=True))
        assert "xmr_screened" in said
        assert "signals  0" in said

    def test_kinds_conventions_and_rule_sets_have_names_in_both_languages(self):
        for lang in ("vi", "en"):
            words = Words(codes.load(), lang)
            for kind in ("xmr", "p", "p_prime", "u", "u_prime", "c", "standardised"):
                assert words.text(f"monitoring.chart.{kind}")
            for name in ("nhs", "western_electric", "nelson", "own"):
                assert words.text(f"monitoring.rules.{name}")
            for method in ("xmr_screened", "xmr_unscreened"):
                assert words.text(f"monitoring.screening.{method}")
