"""The made-up series: marked everywhere, the same every time, and with exactly what was planted."""

from __future__ import annotations

import hashlib
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from stats import synthetic
from stats.errors import InputError, UnknownCodeError
from stats.periods import Period
from stats.series import conditions
from stats.synthetic import COUNTS, IN_CONTROL, REALISTIC, Design, MadeUpRule, Shift, drawing

MADE = synthetic.series()
QUIET = synthetic.series(design=IN_CONTROL)


def wide(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].to_numpy().reshape(frame["body_id"].nunique(), -1)


def digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()[:16]


class TestMarks:
    def test_every_row_and_name_says_synthetic(self) -> None:
        assert MADE["synthetic"].eq("SYNTHETIC").all()
        assert MADE["name"].str.contains("SYNTHETIC").all()
        assert MADE["body_id"].str.fullmatch(r"synthetic-\d\d").all()
        assert "SYNTHETIC" in MADE.attrs["caption"]
        assert "34" in MADE.attrs["caption"]

    def test_periods_are_those_of_the_house_and_make_a_series(self) -> None:
        for freq in ("month", "quarter"):
            one = synthetic.series(freq, bodies=1)
            periods = [Period.parse(key) for key in one["period"]]
            assert [(p.start, p.end) for p in periods] == list(
                zip(one["start"].dt.date, one["end"].dt.date, strict=True)
            )
            assert conditions.refusal(periods, least=40, values=one["disciplined"]) is None


class TestTheSameEveryTime:
    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        assert digest(synthetic.series()) == digest(MADE)
        assert MADE["disciplined"].head(8).tolist() == [12, 6, 6, 19, 11, 8, 8, 14]

    def test_another_seed_gives_others(self) -> None:
        other = synthetic.series(seed=1)
        assert (other["disciplined"] != MADE["disciplined"]).mean() > 0.9

    def test_quarters_are_the_sums_of_the_months(self) -> None:
        quarters = synthetic.series("quarter")
        for name in COUNTS:
            assert (wide(quarters, name) == wide(MADE, name).reshape(34, 40, 3).sum(axis=2)).all()
        assert (wide(quarters, "members") == wide(MADE, "members")[:, 2::3]).all()
        assert (wide(quarters, "late") == wide(MADE, "late")[:, 2::3]).all()

    def test_switching_one_thing_off_leaves_the_chance_in_the_others(self) -> None:
        without = synthetic.series(design=Design(rule=None))
        assert (without["examined"] == MADE["examined"]).all()
        before = MADE["start"] < "2021-01-01"
        assert (without["disciplined"] == MADE["disciplined"])[before].all()

    def test_more_bodies_are_drawn_in_a_moment(self) -> None:
        started = time.process_time()
        many = synthetic.series("quarter", bodies=3321)
        assert time.process_time() - started < 10  # about one second on a quiet machine
        assert len(many) == 3321 * 40
        assert many["body_id"].iloc[0] == "synthetic-0001"


class TestCounts:
    def test_parts_fit_their_wholes(self) -> None:
        for frame in (MADE, QUIET):
            assert (frame[list(COUNTS)] >= 0).all(axis=None)
            assert (frame["in_violation"] <= frame["examined"]).all()
            assert (frame[["reprimanded", "warned", "removed", "expelled"]].sum(axis=1) == frame["disciplined"]).all()

    def test_membership_is_of_provinces_and_grows_slowly(self) -> None:
        members = wide(MADE, "members")
        assert 30_000 <= members[:, 0].min() < 60_000
        assert 350_000 < members[:, 0].max() <= 481_000
        assert members[:, -1] / members[:, 0] == pytest.approx(1.015 ** (119 / 12), rel=1e-3)

    @given(st.floats(0.001, 400), st.sampled_from([0.0, 0.01, 0.3]), st.lists(st.floats(1e-9, 1 - 1e-9), min_size=1))
    @settings(max_examples=60)
    def test_the_inverse_is_the_smallest_count_that_reaches_the_probability(
        self, mean: float, dispersion: float, draws: list[float]
    ) -> None:
        u = np.array(draws)
        drawn = drawing.negative_binomial(u, np.full(len(u), mean), dispersion)
        if dispersion == 0:
            expected = scipy_stats.poisson.ppf(u, mean)
        else:
            expected = scipy_stats.nbinom.ppf(u, 1 / dispersion, 1 / (1 + dispersion * mean))
        # Where the draw is within rounding of a step of the distribution either side is right.
        assert (np.abs(drawn - expected) <= 1).all()
        assert (drawn == expected).mean() >= 1 - 1 / len(u)

    @given(st.integers(0, 300), st.floats(0.01, 0.99), st.floats(1e-9, 1 - 1e-9))
    @settings(max_examples=60)
    def test_so_is_that_of_the_binomial(self, n: int, share: float, u: float) -> None:
        [drawn] = drawing.binomial(np.array([u]), np.array([float(n)]), np.array([share]))
        assert drawn in (max(scipy_stats.binom.ppf(u + e, n, share), 0) for e in (-1e-12, 0, 1e-12))


class TestWhatIsPlanted:
    def test_the_rule_changes_the_level_by_its_ratio(self) -> None:
        design = Design(shifts=(), rule=MadeUpRule(ratio=1.5))
        made = synthetic.series(design=design)
        after = made["planted"].str.contains("rule")
        assert after.eq(made["start"] >= "2021-01-01").all()
        rate = [made[side]["disciplined"].sum() / made[side]["members"].sum() for side in (after, ~after)]
        # 34 x 120 months of about 80 cases: the ratio has a standard error of half a percent.
        assert rate[0] / rate[1] == pytest.approx(1.5, rel=0.02)

    def test_fewer_inspections_before_the_congresses(self) -> None:
        months = MADE["start"].dt.month.between(4, 9)
        congress = MADE["planted"].str.contains("congress")
        assert set(MADE["start"].dt.year[congress]) == {2020, 2025}
        rate = MADE["examined"] / MADE["members"]
        assert rate[congress].mean() / rate[months & ~congress].mean() == pytest.approx(REALISTIC.congress, rel=0.05)

    def test_the_season_is_that_of_the_calendar(self) -> None:
        rate = (MADE["disciplined"] / MADE["members"]).groupby(MADE["start"].dt.month).mean()
        ordinary = rate[[4, 5, 7, 8, 9, 10]].mean()
        assert rate[12] / ordinary == pytest.approx(1.4, rel=0.06)
        assert rate[11] / ordinary == pytest.approx(1.2, rel=0.06)
        new_year = MADE["planted"].str.contains("new_year")
        months = MADE["start"].dt.strftime("%Y-%m")[new_year].unique().tolist()
        assert months == ["2016-02", "2017-01", "2018-02", "2019-02", "2020-01", "2021-02", "2022-02", "2023-01",
                          "2024-02", "2025-01"]  # fmt: skip
        assert (MADE["disciplined"] / MADE["members"])[new_year].mean() / ordinary == pytest.approx(0.65, rel=0.06)

    def test_shifts_lie_where_they_are_said_to_lie(self) -> None:
        for body, measure, month, ratio in ((7, "disciplined", "2023-03", 1.5), (21, "examined", "2019-08", 0.6)):
            shifted = MADE["planted"].str.contains(f"shift:{measure}:{ratio}", regex=False)
            assert set(MADE["body_id"][shifted]) == {f"synthetic-{body:02d}"}
            assert MADE["period"][shifted].min() == month
            plain = synthetic.series(design=Design(shifts=()))
            assert MADE[measure][shifted].sum() / plain[measure][shifted].sum() == pytest.approx(ratio, rel=0.05)
            assert (MADE[measure] == plain[measure])[~shifted & ~shifted.shift(1, fill_value=False)].all()

    def test_late_cases_land_in_the_next_month(self) -> None:
        late = synthetic.series(design=Design(late=0.3, shifts=()))
        prompt = synthetic.series(design=Design(late=0, shifts=()))
        moved = wide(prompt, "disciplined") - wide(late, "disciplined")
        gone = wide(late, "late")
        assert 0.25 < gone.mean() < 0.35
        received = np.roll(gone, 1, axis=1)
        received[:, 0] = False
        assert (moved[gone & ~received] >= 0).all()
        assert (moved[received & ~gone] <= 0).all()
        assert (moved[~gone & ~received] == 0).all()
        # Nothing is lost but what is still to come after the last month.
        lost = moved.sum(axis=1)
        assert (lost[~gone[:, -1]] == 0).all()
        assert (lost[gone[:, -1]] > 0).all()
        assert (late["planted"].str.contains("late_received").to_numpy() == received.ravel()).all()

    def test_a_shift_outside_the_series_is_not_planted(self) -> None:
        made = synthetic.series(bodies=3, design=Design(shifts=(Shift(9, "2020-01", "examined", 2.0),)))
        assert not made["planted"].str.contains("shift").any()


class TestSwitchedOff:
    def test_nothing_is_planted(self) -> None:
        assert QUIET["planted"].eq("").all()
        assert not QUIET["late"].any()
        assert (wide(QUIET, "members") == wide(QUIET, "members")[:, :1]).all()

    def test_counts_are_poisson_and_shares_binomial(self) -> None:
        counts = wide(QUIET, "disciplined").astype(float)
        # 34 sums of squares with 119 degrees of freedom: standard error of their mean ratio 0.022.
        assert (counts.var(axis=1, ddof=1) / counts.mean(axis=1)).mean() == pytest.approx(1, abs=0.07)
        examined, found = wide(QUIET, "examined"), wide(QUIET, "in_violation")
        share = (found.sum(axis=1) / examined.sum(axis=1))[:, None]
        z = (found - examined * share) / np.sqrt(np.maximum(examined * share * (1 - share), 1e-9))
        assert z[examined > 0].var() == pytest.approx(1, abs=0.07)
        lagged = np.corrcoef((counts[:, 1:] - counts.mean(axis=1, keepdims=True)).ravel(),
                             (counts[:, :-1] - counts.mean(axis=1, keepdims=True)).ravel())[0, 1]  # fmt: skip
        assert abs(lagged) < 0.05

    def test_dispersion_alone_gives_the_variance_it_names(self) -> None:
        made = synthetic.series(
            bodies=200,
            design=Design(
                growth=0, between=0, members=(200_000, 200_001), dispersion=0.05, year_end=(1, 1), mid_year=1,
                new_year=1, congress=1, rule=None, late=0, shifts=(),
            ),
        )  # fmt: skip
        counts = made["disciplined"].to_numpy(dtype=float)
        mean = 200_000 * 4 / 12_000
        assert counts.mean() == pytest.approx(mean, rel=0.01)
        assert counts.var() == pytest.approx(mean + 0.05 * mean**2, rel=0.05)


@pytest.mark.parametrize("wrong", [{"bodies": 0}, {"first_year": 2020, "last_year": 2019}])
def test_no_series_without_a_body_and_a_year(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match="no series"):
        synthetic.series(**wrong)


def test_wrong_designs_are_refused() -> None:
    with pytest.raises(UnknownCodeError):
        synthetic.series("week")
    with pytest.raises(InputError, match="sum to 1"):
        Design(penalties=(0.5, 0.2, 0.1, 0.1))
    with pytest.raises(InputError, match="late is above 1"):
        Design(late=1.5)
    with pytest.raises(InputError):
        Design(growth=-0.1)
    with pytest.raises(UnknownCodeError):
        Design(shifts=(Shift(1, "2020-01", "members", 2.0),))
