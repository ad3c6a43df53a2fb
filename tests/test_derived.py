"""Derived figures: differences, streams, boundaries; by hand, by identity, by property, on the real tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import codes, derivation, derived, indicators, tables
from stats.periods import Period
from stats.results import Approx, Note, Result, State

BOOK = indicators.open_book()
CODES = codes.load()


def count(n: float, approx: str = "exact", **more: object) -> Result:
    low, high = tables.interval(int(n), approx)
    exact = approx == "exact"
    return Result(
        estimate=float(n), conf_low=None if exact else float(low), conf_high=None if exact else float(high),
        approx=Approx(approx), **{"unit": "members", "indicator": "disciplined-members", "body": "national",
        "actor": "committees", "rows": (f"D{int(n)}",), "sources": (f"s{int(n)}",), **more},
    )  # fmt: skip


def year(key: str) -> Period:
    return Period.parse(key)


def why(result: Result) -> str:
    assert result.state is State.REFUSED
    assert result.estimate is None
    assert result.reason is not None
    return result.reason.code


counts = st.integers(0, 10**6)
approximations = st.sampled_from(["exact", "over", "under", "about", "unknown"])
ROUGH = [a.value for a in Approx if a is not Approx.EXACT]


class TestDifference:
    def test_by_hand(self) -> None:
        later, earlier = count(440, period="2018-6M"), count(181, period="2018-Q1")
        found = derived.difference(later, earlier)
        assert (found.estimate, found.period, found.method) == (259.0, "2018-04-01..2018-06-30", "difference")
        assert found.derived
        assert found.conf_low is found.conf_high is None
        assert found.rows == ("D440", "D181")
        assert found.sources == ("s440", "s181")
        assert [c.code for c in found.caveats] == ["difference_of"]

    def test_two_figures_rounded_to_one_unit_leave_a_whole_unit_each_way(self) -> None:
        found = derived.difference(count(9000, "about", period="2024"), count(4000, "about", period="2024-9M"))
        assert (found.conf_low, found.estimate, found.conf_high) == (4000.0, 5000.0, 6000.0)
        assert found.approx is Approx.ABOUT

    @pytest.mark.parametrize(
        ("later", "earlier", "direction"),
        [("over", "exact", "over"), ("exact", "over", "under"), ("under", "exact", "under"),
         ("exact", "under", "over"), ("over", "under", "over"), ("over", "over", "about"),
         ("unknown", "over", "unknown"), ("exact", "exact", "exact")],
    )  # fmt: skip
    def test_the_direction_follows_from_both(self, later: str, earlier: str, direction: str) -> None:
        found = derived.difference(count(900, later, period="2024"), count(200, earlier, period="2024-6M"))
        assert found.approx == direction

    def test_a_fall_is_a_finding_and_no_negative_count(self) -> None:
        found = derived.difference(count(59, period="2022"), count(295, period="2022-6M"))
        assert why(found) == "falls_within_year"
        assert found.conf_low is None
        assert found.reason is not None
        assert found.reason.values["n"].estimate == 59

    def test_a_fall_that_rounding_explains_gives_bounds_only(self) -> None:
        found = derived.difference(count(3000, "about", period="2024"), count(3010, period="2024-9M"))
        assert why(found) == "fall_within_rounding"
        assert (found.conf_low, found.conf_high) == (0.0, 490.0)

    @pytest.mark.parametrize(
        ("later", "earlier"), [("2018", "2017-9M"), ("2018-Q1", "2018-6M"), ("2018", "2018"), ("2018-07", "2018-Q1"),
                               ("2016-2021", "2016"), ("2020-2025/half", "2020")],
    )  # fmt: skip
    def test_only_cumulative_periods_of_one_year(self, later: str, earlier: str) -> None:
        assert why(derived.difference(count(9, period=later), count(4, period=earlier))) == "not_cumulative"

    @pytest.mark.parametrize("field", ["body", "indicator", "actor", "unit", "category"])
    def test_unlike_figures_are_refused(self, field: str) -> None:
        later, earlier = count(9, period="2018"), count(4, period="2018-6M", **{field: "other"})
        assert why(derived.difference(later, earlier)) == f"inputs_differ_{field}"

    def test_nothing_comes_from_a_missing_or_a_doubtful_figure(self) -> None:
        missing = Result(state=State.MISSING, reason=Note("not_published"), period="2018-6M", body="national")
        assert why(derived.difference(count(9, period="2018"), missing)) == "not_published"
        doubtful = count(4, period="2018-6M", caveats=(Note("flag", {"flag": "period_doubtful"}),))
        assert why(derived.difference(count(9, period="2018"), doubtful)) == "input_doubtful"

    def test_caveats_of_the_inputs_are_kept(self) -> None:
        flag = Note("flag", {"flag": "year_not_closed"})
        found = derived.difference(count(9, period="2018", caveats=(flag,)), count(4, period="2018-6M"))
        assert flag in found.caveats

    @given(counts, counts, approximations, approximations)
    def test_difference_and_part_make_the_whole(self, a: int, b: int, one: str, two: str) -> None:
        later, earlier = count(a, one, period="2024"), count(b, two, period="2024-6M")
        found = derived.difference(later, earlier)
        (a_low, a_high), (b_low, b_high) = tables.interval(a, one), tables.interval(b, two)
        low, high = a_low - b_high, a_high - b_low
        if found:
            assert found.estimate is not None
            assert found.estimate + b == a
            assert (found.conf_low, found.conf_high) == (max(low, 0), high) if found.approx != "exact" else a >= b
        else:
            assert a < b
            assert (why(found) == "falls_within_year") == (high < 0)

    @given(st.integers(0, 10**5), st.integers(0, 10**5), st.integers(0, 10**5))
    def test_windows_of_a_year_add_up_to_the_year(self, a: int, b: int, c: int) -> None:
        keys = ("2023-Q1", "2023-6M", "2023-9M", "2023")
        sums = (a, a + b, a + b + c, a + b + c)
        figures = [count(n, period=key) for n, key in zip(sums, keys, strict=True)]
        steps = [derived.difference(x, y) for y, x in pairwise(figures)]
        assert figures[0].estimate + sum(s.estimate or 0 for s in steps) == figures[-1].estimate
        assert [s.period for s in steps] == [
            "2023-04-01..2023-06-30",
            "2023-07-01..2023-09-30",
            "2023-10-01..2023-12-31",
        ]


class TestStreams:
    def pair(self, a: int, b: int, **more: object) -> tuple[Result, Result]:
        both = {"period": "2023", **more}
        return count(a, **both), count(b, **{**both, "actor": "inspection_commissions"})

    def test_by_hand(self) -> None:
        found = derived.sum_of_streams(CODES, *self.pair(423, 183))
        assert (found.estimate, found.actor, found.method) == (606.0, "committees_and_commissions", "sum_of_streams")
        assert found.derived
        assert [c.code for c in found.caveats] == ["streams_added"]

    def test_the_gap_to_the_printed_total_is_shown_and_never_forced(self) -> None:
        total = count(24162, period="2023", actor="committees_and_commissions")
        found = derived.sum_of_streams(CODES, *self.pair(18130, 6302), published=total)
        assert found.estimate == 24432.0
        gap = next(c for c in found.caveats if c.code == "streams_gap")
        assert (gap.values["gap"], gap.values["sum"], gap.values["total"].estimate) == (270.0, 24432.0, 24162.0)

    def test_a_rounded_total_that_allows_the_sum_agrees(self) -> None:
        total = count(24000, "over", period="2023", actor="committees_and_commissions")
        found = derived.sum_of_streams(CODES, *self.pair(18130, 6302), published=total)
        assert "streams_agree" in [c.code for c in found.caveats]

    def test_rounding_of_a_stream_stays_in_the_sum(self) -> None:
        committees, commissions = self.pair(180, 50)
        nearly = replace(commissions, approx=Approx.UNDER, conf_low=41.0, conf_high=50.0)
        found = derived.sum_of_streams(CODES, committees, nearly)
        assert (found.conf_low, found.conf_high, found.approx) == (221.0, 230.0, Approx.UNDER)

    def test_inspections_are_never_added(self) -> None:
        pair = self.pair(20, 10, indicator="inspected-members")
        assert why(derived.sum_of_streams(CODES, *pair)) == "streams_may_overlap"
        assert not derived.disjoint(CODES, "no-such-indicator")

    def test_two_figures_of_one_stream_are_never_added(self) -> None:
        committees, _ = self.pair(20, 10)
        cells = replace(committees, actor="committees_and_cells")
        assert why(derived.sum_of_streams(CODES, committees, cells)) == "not_two_streams"
        own = replace(committees, actor="provincial_commission")
        assert why(derived.sum_of_streams(CODES, committees, own)) == "not_two_streams"

    @pytest.mark.parametrize("field", ["body", "period", "unit"])
    def test_unlike_streams_are_refused(self, field: str) -> None:
        committees, commissions = self.pair(20, 10)
        found = derived.sum_of_streams(CODES, committees, replace(commissions, **{field: "other"}))
        assert why(found) == f"inputs_differ_{field}"

    @given(counts, counts)
    def test_the_other_stream_and_this_one_make_the_total(self, a: int, b: int) -> None:
        committees, commissions = self.pair(a, b)
        total = derived.sum_of_streams(CODES, committees, commissions)
        for one, other in ((commissions, committees), (committees, commissions)):
            found = derived.other_stream(CODES, total, one)
            if other.estimate:
                assert found.estimate == other.estimate
                assert found.method == "difference"
            else:
                assert why(found) == "same_figure_two_actors"

    def test_one_figure_under_two_actors_is_a_doubt_and_no_stream_of_zero(self) -> None:
        total = count(223, period="2021", actor="committees_and_commissions", unit="organisations")
        same = replace(total, actor="committees")
        assert why(derived.other_stream(CODES, total, same)) == "same_figure_two_actors"

    def test_a_stream_above_the_total_is_refused(self) -> None:
        total = count(5, period="2021", actor="committees_and_commissions")
        assert why(derived.other_stream(CODES, total, count(9, period="2021"))) == "stream_above_total"

    def test_labels_are_bridged_in_discipline_and_nowhere_else(self) -> None:
        assert derived.bridged(CODES, "disciplined-members", "committees") == ("committees_and_cells",)
        assert derived.bridged(CODES, "disciplined-members", "committees_and_cells") == ("committees",)
        assert derived.bridged(CODES, "inspected-members", "committees") == ()
        assert derived.bridged(CODES, "disciplined-members", "inspection_commissions") == ()
        for row in CODES.rows("actor_bridges"):
            for column, name in (("actor", "actors"), ("other", "actors"), ("activity", "activities")):
                CODES.check(name, row[column])


class TestBoundaries:
    NEW = "tp-ho-chi-minh-2025"
    OLD = ("ba-ria-vung-tau", "binh-duong", "tp-ho-chi-minh")

    def parts(self, *numbers: int, **more: object) -> dict[str, Result]:
        return {b: count(n, body=b, period="2024", **more) for b, n in zip(self.OLD, numbers, strict=False)}

    def test_by_hand(self) -> None:
        found = derived.restated(CODES, self.NEW, "2024", self.parts(100, 50, 505))
        assert (found.estimate, found.method, found.body, found.period) == (655.0, "restated", self.NEW, "2024")
        assert found.derived
        assert found.rows == ("D100", "D50", "D505")
        note = found.caveats[0]
        assert (note.code, set(note.values["bodies"]), note.values["date"]) == (
            "restated_from",
            set(self.OLD),
            "2025-07-01",
        )

    def test_with_a_predecessor_missing_the_sum_is_a_lower_bound_and_no_estimate(self) -> None:
        found = derived.restated(CODES, self.NEW, "2024", self.parts(100, 50))
        assert why(found) == "lower_bound"
        assert (found.conf_low, found.conf_high) == (150.0, None)
        assert found.reason is not None
        assert found.reason.values["bodies"] == ("tp-ho-chi-minh",)

    def test_a_rounded_part_lowers_the_bound(self) -> None:
        parts = {"binh-duong": count(100, "under", body="binh-duong", period="2024")}
        assert derived.restated(CODES, self.NEW, "2024", parts).conf_low == 1.0

    def test_with_all_missing_it_is_missing(self) -> None:
        assert derived.restated(CODES, self.NEW, "2024", {}).state is State.MISSING

    def test_pieces_are_flagged_and_never_added(self) -> None:
        parts = {b: count(n, body=b, period="2007") for b, n in (("ha-noi-before-2008", 700), ("ha-tay", 300))}
        found = derived.restated(CODES, "ha-noi", "2007", parts)
        assert found.estimate == 1000.0
        moved = {c.values["bodies"][0] for c in found.caveats if c.code == "part_moves"}
        assert moved == {"hoa-binh", "vinh-phuc"}
        with_piece = {**parts, "vinh-phuc": count(50, body="vinh-phuc", period="2007")}
        assert derived.restated(CODES, "ha-noi", "2007", with_piece).estimate == 1000.0

    def test_a_piece_given_away_later_is_still_in_the_sum_and_said(self) -> None:
        olds = ("hoa-binh", "phu-tho", "vinh-phuc")
        before, after = (
            derived.restated(CODES, "phu-tho-2025", k, {b: count(10, body=b, period=k) for b in olds})
            for k in ("2007", "2024")
        )
        assert before.estimate == after.estimate == 30.0
        assert [c.code for c in before.caveats].count("part_moves") == 2
        assert [c.code for c in after.caveats].count("part_moves") == 0

    def test_from_new_to_old_nothing_is_taken_apart(self) -> None:
        new = {"dong-nai-2025": count(90, body="dong-nai-2025", period="2026")}
        assert why(derived.restated(CODES, "dong-nai", "2026", new)) == "new_to_old"
        assert why(derived.restated(CODES, "nghe-an", "2024", {})) == "not_merged"

    @pytest.mark.parametrize(
        ("key", "reason"),
        [("2025", "crosses_change"), ("2026", "after_change"), ("2024-07-01..2025-07-01", "crosses_change"),
         ("2020-2025/half", "period_unknown")],
    )  # fmt: skip
    def test_periods_that_cannot_be_restated(self, key: str, reason: str) -> None:
        parts = {b: count(10, body=b, period=key) for b in self.OLD}
        assert why(derived.restated(CODES, self.NEW, key, parts)) == reason

    @pytest.mark.parametrize("field", ["unit", "actor", "indicator"])
    def test_unlike_parts_are_refused(self, field: str) -> None:
        parts = self.parts(100, 50, 505)
        parts["binh-duong"] = replace(parts["binh-duong"], **{field: "other"})
        assert why(derived.restated(CODES, self.NEW, "2024", parts)) == f"inputs_differ_{field}"

    def test_parts_of_other_periods_and_strangers_are_refused(self) -> None:
        parts = self.parts(100, 50, 505)
        other = {**parts, "binh-duong": replace(parts["binh-duong"], period="2023")}
        assert why(derived.restated(CODES, self.NEW, "2024", other)) == "inputs_differ_period"
        stranger = {**parts, "ha-noi": count(5, body="ha-noi", period="2024")}
        assert why(derived.restated(CODES, self.NEW, "2024", stranger)) == "not_predecessors"

    @given(st.tuples(counts, counts, counts), st.tuples(counts, counts, counts))
    def test_restating_is_additive(self, a: tuple[int, ...], b: tuple[int, ...]) -> None:
        def total(numbers: tuple[int, ...]) -> float:
            return derived.restated(CODES, self.NEW, "2024", self.parts(*numbers)).estimate or 0.0

        assert total(a) + total(b) == total(tuple(x + y for x, y in zip(a, b, strict=True)))

    @given(st.lists(counts, min_size=3, max_size=3), st.integers(0, 2))
    def test_the_bound_never_exceeds_the_sum(self, numbers: list[int], left: int) -> None:
        parts = self.parts(*numbers)
        whole = derived.restated(CODES, self.NEW, "2024", parts)
        del parts[self.OLD[left]]
        bound = derived.restated(CODES, self.NEW, "2024", parts)
        assert (bound.conf_low or 0) <= (whole.estimate or 0)

    def test_a_rate_is_worked_out_again_and_never_averaged(self) -> None:
        numerator = derived.restated(CODES, self.NEW, "2024", self.parts(100, 50, 500))
        printed = zip(self.OLD, (50000.0, 10000.0, 240000.0), strict=True)
        members = {b: Result(estimate=n, unit="members", body=b) for b, n in printed}
        denominator = derived.restated(CODES, self.NEW, "2024", members)
        found = derived.recomputed_rate(numerator, denominator)
        assert found.estimate == pytest.approx(650 / 300000 * 1000)
        assert found.conf_low is not None
        assert found.conf_high is not None
        assert found.conf_low < found.estimate < found.conf_high  # type: ignore[operator]
        # The mean of the three rates (2.0, 5.0, 2.08) is 3.03: not what the merged city has.
        assert abs(found.estimate - 3.03) > 0.8  # type: ignore[operator]

    def test_a_rate_of_a_bound_is_refused_with_its_reason(self) -> None:
        bound = derived.restated(CODES, self.NEW, "2024", self.parts(100))
        members = Result(estimate=3e5, unit="members")
        assert why(derived.recomputed_rate(bound, members)) == "lower_bound"
        assert why(derived.recomputed_rate(members, bound)) == "lower_bound"
        assert why(derived.recomputed_share(bound, members)) == "lower_bound"

    def test_a_rounded_membership_widens_the_rate(self) -> None:
        n = count(650, body=self.NEW)
        exact, rough = (
            derived.recomputed_rate(n, Result(estimate=3e5, unit="members", **more))
            for more in ({}, {"conf_low": 2.9e5, "conf_high": 3.1e5, "approx": Approx.ABOUT})
        )
        assert rough.conf_low < exact.conf_low < exact.conf_high < rough.conf_high  # type: ignore[operator]

    def test_a_share_comes_from_the_sums(self) -> None:
        found = derived.recomputed_share(count(30), count(120))
        assert (found.estimate, found.numerator, found.denominator) == (0.25, 30.0, 120.0)
        assert found.derived
        assert why(derived.recomputed_share(count(30), count(20))) == "above_base"
        assert why(derived.recomputed_share(count(0), count(0))) == "base_zero"


class TestTheRealTables:
    def streams(self, indicator: str, key: str) -> Result:
        return derivation.streams(BOOK, indicator, "national", year(key), printed=True)[0]

    def test_organisations_2023_add_up(self) -> None:
        found = self.streams("disciplined-organisations", "2023")
        assert found.estimate == 606.0
        assert next(c for c in found.caveats if c.code == "streams_agree").values["total"].estimate == 606.0

    def test_members_2023_differ_by_exactly_270(self) -> None:
        found = self.streams("disciplined-members", "2023")
        assert found.estimate == 24432.0
        assert next(c for c in found.caveats if c.code == "streams_gap").values["gap"] == 270.0

    def test_committees_2024_are_the_total_less_the_commissions(self) -> None:
        found = self.streams("disciplined-members", "2024")
        assert (found.estimate, found.actor) == (24097.0 - 6535.0, "committees_and_cells")
        assert {"D0330", "D0332"} == set(found.rows)

    def test_organisations_2021_under_two_actors_give_no_stream(self) -> None:
        assert why(self.streams("disciplined-organisations", "2021")) == "same_figure_two_actors"

    def test_second_half_of_2018_in_hanoi(self) -> None:
        found = dict(derivation.windows(BOOK, "disciplined-members", "ha-noi"))
        window = year("2018-07-01..2018-12-31")
        assert found[window].estimate == 1114.0 - 440.0
        organisations = dict(derivation.windows(BOOK, "disciplined-organisations", "ha-noi"))
        assert why(organisations[window]) == "input_doubtful"

    def test_a_printed_total_is_not_derived_again(self) -> None:
        assert derivation.streams(BOOK, "disciplined-members", "national", year("2023")) == []
        assert derivation.at(BOOK, "penalty-mix-members", "national", year("2023")) == []
        assert derivation.windows(BOOK, "penalty-mix-members", "ha-noi") == []

    def test_a_merged_city_has_bounds_only(self) -> None:
        found = derivation.restated(BOOK, "disciplined-members", "tp-ho-chi-minh-2025", "2024")
        assert {why(r) for r in found} == {"lower_bound"}
        known = {p.key for p in derivation.restated_periods(BOOK, "tp-ho-chi-minh-2025")}
        assert "2024" in known
        assert all(p.end < dt.date(2025, 7, 1) for p in derivation.restated_periods(BOOK, "tp-ho-chi-minh-2025"))

    def test_nothing_derived_is_in_the_curated_tables(self) -> None:
        window = BOOK.tables.observations["period"].eq("2018-07-01..2018-12-31")
        assert not (window & BOOK.tables.observations["body_id"].eq("ha-noi")).any()
        assert not hasattr(derived, "write")

    def test_every_note_has_its_words(self) -> None:
        texts = CODES.texts()
        codes_used = {
            "falls_within_year", "fall_within_rounding", "not_cumulative", "difference_of", "streams_may_overlap",
            "not_two_streams", "streams_added", "streams_agree", "streams_gap", "same_figure_two_actors",
            "stream_above_total", "total_less_stream", "new_to_old", "not_merged", "not_predecessors", "period_unknown",
            "after_change", "crosses_change", "part_moves", "lower_bound", "restated_from", "input_doubtful",
            *(f"inputs_differ_{name}" for name in ("body", "indicator", "category", "actor", "unit", "period")),
        }  # fmt: skip
        assert {f"note.{code}" for code in codes_used} <= set(texts)


def test_a_result_without_a_number_has_no_amount() -> None:
    with pytest.raises(ValueError, match="no amount"):
        derived.amount(Result(state=State.MISSING))
