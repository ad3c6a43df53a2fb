"""Denton's methods: published values, identities by hand, R's options, refusals."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.interp.denton import dentonm

from stats.disaggregation import CONVERSIONS, CRITERIA, VARIANTS, denton
from stats.errors import InputError, UnknownCodeError
from stats.periods import Period

YEARS = [Period.parse(str(year)) for year in range(2018, 2023)]
TOTALS = [500.0, 400.0, 300.0, 400.0, 500.0]
INDICATOR = [50.0, 100.0, 150.0, 100.0] * 5
"""The example of Denton (1971)."""


def folded(values: np.ndarray, conversion: str, ratio: int) -> np.ndarray:
    parts = values.reshape(-1, ratio)
    return {"sum": parts.sum(1), "average": parts.mean(1), "first": parts[:, 0], "last": parts[:, -1]}[conversion]


class TestPublished:
    def test_denton_1971_as_stata_prints_it(self) -> None:
        # Proportional, first differences, of denton.ado (Baum and Hristakeva); the modified method.
        stata = [64.334796, 127.80616, 187.82379, 120.03526, 56.563894, 105.97568, 147.50144, 89.958987, 40.547201,
                 74.445963, 108.34473, 76.66211, 42.763347, 94.14664, 153.41596, 109.67405, 58.290761, 122.62556,
                 190.41409, 128.66959]  # fmt: skip
        np.testing.assert_allclose(denton(TOTALS, INDICATOR).estimate, stata, rtol=2e-7)

    def test_the_manual_on_quarterly_accounts(self) -> None:
        # IMF (2001), Quarterly National Accounts Manual, example 6.2: two years, and three quarters and one beyond.
        indicator = [98.2, 100.8, 102.2, 100.8, 99.0, 101.6, 102.7, 101.5, 100.5, 103.0, 103.5, 101.5]
        printed = [969.8, 998.4, 1018.3, 1013.4, 1007.2, 1042.9, 1060.3, 1051.0, 1040.6, 1066.5, 1071.7, 1051.0]
        spread = denton([4000.0, 4161.4], indicator, extrapolate=True)
        np.testing.assert_allclose(spread.estimate, printed, atol=0.06)
        assert spread.extrapolated.tolist() == [False] * 8 + [True] * 4
        assert [note.code for note in spread.caveats] == ["disaggregated", "denton_extrapolated"]

    def test_the_default_is_that_of_statsmodels_for_months_too(self) -> None:
        months = np.tile(np.arange(20.0, 32.0), 5)
        expected = dentonm(months, np.array(TOTALS), freq="other", k=12)
        np.testing.assert_allclose(denton(TOTALS, months, ratio=12).estimate, expected, rtol=1e-12)


class TestByHand:
    def test_each_year_by_itself(self) -> None:
        spread = denton([80, 200], [1, 1, 1, 1, 1, 2, 3, 4], difference=0)
        # What is left beside the indicator (76 and 190) falls on it by its square: 1 4 9 16 of 30.
        left = 190 * np.array([1, 4, 9, 16]) / 30
        np.testing.assert_allclose(spread.estimate, [20, 20, 20, 20, *(np.array([1, 2, 3, 4]) + left)])
        added = denton([80, 200], [1, 1, 1, 1, 1, 2, 3, 4], difference=0, criterion="additive")
        np.testing.assert_allclose(added.estimate, [20, 20, 20, 20, 48.5, 49.5, 50.5, 51.5])

    def test_second_differences_keep_a_straight_line_straight(self) -> None:
        line = np.arange(1.0, 25.0)
        spread = denton(line.reshape(6, 4).sum(axis=1), difference=2)
        np.testing.assert_allclose(spread.estimate, line, rtol=1e-9)

    def test_first_additive_differences_of_two_years(self) -> None:
        # Without an indicator: x is smooth, symmetric about the middle, and sums to 4 and 12 over two halves.
        x = denton([4, 12], criterion="additive").estimate
        np.testing.assert_allclose(x + x[::-1], 4)
        # Second differences are constant inside a year and opposite in the two: a parabola with flat ends.
        steps = np.diff(np.concatenate([[x[0]], x, [x[-1]]]), 2)
        np.testing.assert_allclose(steps[:4], steps[0])
        np.testing.assert_allclose(steps[4:], -steps[0])

    def test_the_original_bends_the_first_year_and_says_so(self) -> None:
        plain, original = denton(TOTALS, INDICATOR), denton(TOTALS, INDICATOR, variant="original")
        assert "denton_first_year" in [note.code for note in original.caveats]
        assert np.ptp((original.estimate / np.array(INDICATOR))[:4]) > np.ptp(
            (plain.estimate / np.array(INDICATOR))[:4]
        )

    def test_a_negative_count_is_told(self) -> None:
        spread = denton([10, 400], [100, 1, 1, 1, 100, 1, 1, 1], criterion="additive", periods=YEARS[:2])
        told = {note.code: note for note in spread.caveats}
        assert (spread.estimate < 0).any()
        assert [p.key for p in told["denton_negative"].values["places"]] == [
            key for key, x in zip(spread.keys, spread.estimate, strict=True) if x < 0
        ]


class TestIdentities:
    @given(
        st.lists(st.floats(1, 1e4), min_size=3, max_size=8),
        st.sampled_from(VARIANTS), st.sampled_from(CRITERIA), st.sampled_from(CONVERSIONS), st.sampled_from([4, 12]),
        st.sampled_from([0, 1, 2]), st.integers(0, 10**6),
    )  # fmt: skip
    @settings(max_examples=80)
    def test_the_parts_always_make_the_year(
        self, totals: list[float], variant: str, criterion: str, conversion: str, ratio: int, h: int, seed: int
    ) -> None:
        indicator = np.random.default_rng(seed).uniform(50, 150, ratio * len(totals))
        options = {"variant": variant, "criterion": criterion, "conversion": conversion, "difference": h}
        spread = denton(totals, indicator, ratio=ratio, **options, zeros=True)
        assert spread
        np.testing.assert_allclose(folded(spread.estimate, conversion, ratio), totals, rtol=1e-8, atol=1e-6)

    @given(st.lists(st.floats(1, 1e3), min_size=8, max_size=8), st.floats(0.5, 20))
    @settings(max_examples=40)
    def test_totals_that_fit_the_indicator_return_it(self, indicator: list[float], factor: float) -> None:
        z = np.array(indicator)
        spread = denton(factor * z.reshape(2, 4).sum(axis=1), z)
        np.testing.assert_allclose(spread.estimate, factor * z, rtol=1e-8)

    def test_the_level_of_the_indicator_does_not_matter_when_ratios_are_kept(self) -> None:
        once, tenfold = denton(TOTALS, INDICATOR), denton(TOTALS, 10 * np.array(INDICATOR))
        np.testing.assert_allclose(once.estimate, tenfold.estimate, rtol=1e-10)
        shifted = denton(TOTALS, np.array(INDICATOR) + 7, criterion="additive")
        np.testing.assert_allclose(
            shifted.estimate, denton(TOTALS, INDICATOR, criterion="additive").estimate, rtol=1e-9
        )

    def test_beyond_the_last_year_the_last_ratio_holds(self) -> None:
        longer = [*INDICATOR, 60.0, 120.0]
        spread = denton(TOTALS, longer, extrapolate=True, periods=YEARS)
        ratio = spread.estimate / np.array(longer)
        np.testing.assert_allclose(ratio[19:], ratio[19])
        assert spread.keys[-2:] == ("2023-Q1", "2023-04-01..2023-06-30")
        assert spread.year[-3:] == ("2022", "", "")
        # Cholette's other criterion goes on by the last difference.
        added = denton(TOTALS, longer, extrapolate=True, criterion="additive")
        np.testing.assert_allclose((added.estimate - np.array(longer))[19:], added.estimate[19] - longer[19])


class TestFrame:
    def test_points_are_named_and_marked_as_derived(self) -> None:
        frame = denton(TOTALS, INDICATOR, periods=YEARS, units=["members"]).to_frame()
        assert frame["key"].tolist()[:5] == [
            "2018-Q1", "2018-04-01..2018-06-30", "2018-07-01..2018-09-30", "2018-10-01..2018-12-31", "2019-Q1",
        ]  # fmt: skip
        assert frame["derived"].all()
        assert frame["method"].eq("denton_cholette_proportional_sum_1").all()
        assert frame["unit"].eq("members").all()
        assert frame["caveats"].eq("disaggregated").all()
        assert denton(TOTALS, ratio=12, periods=YEARS).keys[:2] == ("2018-01", "2018-02")
        assert denton(TOTALS).keys[:5] == ("1.1", "1.2", "1.3", "1.4", "2.1")


class TestRefusals:
    @pytest.mark.parametrize(
        ("totals", "options", "code"),
        [
            ([5.0], {}, "too_few_periods"),
            ([5.0, 6.0], {"difference": 2}, "too_few_periods"),
            ([5.0, np.nan, 6.0], {}, "series_missing_values"),
            ([50.0, 0.0, 60.0], {}, "series_doubtful_zeros"),
            ([5.0, 6.0], {"periods": [YEARS[0], YEARS[2]]}, "series_gap"),
            ([5.0, 6.0, 7.0], {"periods": [YEARS[0], YEARS[1], YEARS[3]]}, "series_gap"),
            ([5.0, 6.0], {"periods": [YEARS[0], Period.parse("2019-6M")]}, "series_mixed_kinds"),
            ([5.0, 6.0], {"periods": [YEARS[0], YEARS[0]]}, "series_overlap"),
            ([5.0, 6.0], {"periods": [Period.parse("2018-6M"), Period.parse("2019-6M")]}, "denton_not_years"),
            ([5.0, 6.0], {"periods": YEARS[:2], "breaks": [dt.date(2019, 1, 1)]}, "series_break"),
            ([5.0, 6.0], {"actors": ["cells", "committees"]}, "series_streams"),
            ([5.0, 6.0], {"units": ["members", "instances"]}, "series_units"),
            ([5.0, 6.0], {"indicator": [1, 2, 3, 4, 0, 1, 1, 1]}, "denton_indicator_not_positive"),
            ([5.0, 6.0], {"indicator": [1, 2, None, 4, 5, 1, 1, 1]}, "series_missing_values"),
        ],
    )
    def test_what_cannot_be_spread_is_refused_with_its_reason(self, totals: list, options: dict, code: str) -> None:
        spread = denton(totals, **options)
        assert not spread
        assert spread.reason.code == code
        assert np.isnan(spread.estimate).all()
        assert spread.to_frame()["state"].eq("refused").all()

    def test_an_indicator_of_zeros_can_still_be_added_to(self) -> None:
        assert denton([5.0, 6.0], [1, 2, 3, 4, 0, 1, 1, 1], criterion="additive")

    def test_a_wrong_length_is_no_refusal_but_a_mistake(self) -> None:
        with pytest.raises(InputError, match=r"7 values.*8 parts"):
            denton([5.0, 6.0], [1.0] * 7)
        with pytest.raises(InputError, match=r"extrapolate=True"):
            denton([5.0, 6.0], [1.0] * 9)

    def test_unknown_options_are_refused(self) -> None:
        for options in ({"variant": "chow-lin"}, {"criterion": "both"}, {"conversion": "mean"}):
            with pytest.raises(UnknownCodeError):
                denton(TOTALS, **options)
        for options in ({"ratio": 5}, {"difference": 3}):
            with pytest.raises(InputError, match="do not go"):
                denton(TOTALS, **options)
