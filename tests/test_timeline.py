"""Series: like with like, gaps kept, derived points marked, labels bridged aloud, breaks attached."""

from __future__ import annotations

import datetime as dt
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import indicators, timeline
from stats.errors import UnknownCodeError
from stats.periods import Kind, Period, kind_of
from stats.results import Note, Result, State
from stats.timeline import Point
from stats.timeline.likeness import like, one_unit
from stats.wording import Words

BOOK = indicators.open_book()
WORDS = {lang: Words(BOOK.codes, lang) for lang in ("vi", "en")}


def point(key: str, n: float | None = 1.0, unit: str = "members") -> Point:
    state = State.MISSING if n is None else State.VALUE
    return Point(Period.parse(key), Result(estimate=n, state=state, unit=unit, period=key))


def keys(points: object) -> list[str]:
    return [p.period.key for p in points]  # type: ignore[attr-defined]


class TestTheNationalSeriesByStream:
    def test_committees_with_the_change_of_label_bridged_and_said(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "national", "year", "committees")
        assert [(p.period.key, p.result.estimate) for p in found] == [
            ("2021", 16794.0), ("2022", 16202.0), ("2023", 18130.0), ("2024", 17562.0),
        ]  # fmt: skip
        assert [p.result.derived for p in found] == [False, False, False, True]
        bridge = next(n for n in found.notes if n.code == "actor_bridged")
        assert (bridge.values["from"], bridge.values["to"]) == ("committees_and_cells", "committees")
        assert [p.key for p in bridge.values["periods"]] == ["2022", "2024"]
        derived = next(n for n in found.notes if n.code == "points_derived")
        assert [p.key for p in derived.values["periods"]] == ["2024"]
        assert "Cấp ủy và chi bộ" in WORDS["vi"].note(bridge)

    def test_the_other_label_gives_the_same_numbers(self) -> None:
        one, other = (
            timeline.series(BOOK, "disciplined-members", "national", Kind.YEAR, actor)
            for actor in ("committees", "committees_and_cells")
        )
        assert [p.result.estimate for p in one] == [p.result.estimate for p in other]

    def test_commissions(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "national", "year", "inspection_commissions")
        assert [p.result.estimate for p in found] == [3463.0, 5356.0, 6302.0, 6535.0]
        assert found.notes == ()

    def test_breaks_are_those_that_touch_discipline_and_forms(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "national", "year", "committees")
        assert [r.code for r in found.breaks] == ["22-qd-tw-2021", "69-qd-tw-2022", "885-qd-ubkttw-2022"]
        assert [r.code for r in found.cut(Period.parse("2021"), Period.parse("2022"))] == [
            "22-qd-tw-2021", "69-qd-tw-2022", "885-qd-ubkttw-2022",
        ]  # fmt: skip
        assert found.cut(Period.parse("2023"), Period.parse("2024")) == ()

    def test_without_deriving_the_derived_points_are_not_there(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "national", "year", "committees", derive=False)
        assert keys(found) == ["2021", "2022", "2023"]


class TestSeries:
    def test_gaps_are_kept_with_their_reason(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "ha-noi", "year", "committees_and_commissions")
        assert keys(found) == ["2018", "2019", "2020", "2021", "2022"]
        assert [p.key for p in found.gaps] == ["2019", "2020", "2021"]
        assert len(found) == 5
        assert len(found.known) == 2
        gap = found.points[1].result
        assert (gap.state, gap.estimate, gap.reason) == (State.MISSING, None, Note("not_published"))

    def test_fewer_than_two_points_are_no_series(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "son-la", "year")
        assert not found
        assert found.reason is not None
        assert found.reason.code in ("series_too_short", "not_published")
        assert "1" in WORDS["vi"].note(Note("series_too_short", {"found": 1, "needed": 2}))

    def test_nothing_published_is_refused_too(self) -> None:
        found = timeline.series(BOOK, "complaints-members", "son-la", "month", "committees")
        assert (found.state, found.reason) == (State.REFUSED, Note("not_published"))
        assert found.to_frame().empty

    def test_a_mix_needs_its_category(self) -> None:
        found = timeline.series(BOOK, "penalty-mix-members", "national", "half_term", "committees")
        assert not found
        mixes = timeline.every(BOOK, "penalty-mix-members", "ha-noi", "term") or timeline.every(
            BOOK, "penalty-mix-members", "ha-noi", "half_term"
        )
        for one in mixes:
            assert one.category

    def test_shares_keep_their_intervals(self) -> None:
        found = timeline.series(BOOK, "signs-violation-share-members", "ha-noi", Kind.HALF_TERM)
        assert [round(p.result.estimate or 0, 3) for p in found] == [0.947, 0.438]
        assert all(p.result.conf_level == 0.95 for p in found)
        assert not any(n.code == "points_derived" for n in found.notes)

    def test_a_city_that_grew_has_its_own_break(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "ha-noi", "year", "inspection_commissions")
        assert [r.code for r in found.breaks] == ["boundaries-ha-noi-2008"]
        rule = found.breaks[0]
        assert rule.in_force == dt.date(2008, 8, 1)
        assert "Hà Tây" in rule.label_vi
        assert "một phần Vĩnh Phúc" in rule.label_vi
        assert "a piece of Hòa Bình" in rule.label("en")

    def test_a_merged_city_shows_bounds_as_gaps(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "tp-ho-chi-minh-2025", "year", "committees")
        assert not found
        bounds = {p.period.key: p.result for p in found}
        assert bounds["2024"].reason is not None
        assert (bounds["2024"].reason.code, bounds["2024"].conf_low) == ("lower_bound", 299.0)

    def test_windows_that_overlap_never_stand_together(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "national", "window", "committees_and_commissions")
        for a, b in combinations([p.period for p in found], 2):
            assert not a.overlaps(b)
        assert any(n.code == "periods_left_out" for n in found.notes)

    def test_without_an_actor_the_one_with_most_points_is_taken(self) -> None:
        found = timeline.series(BOOK, "disciplined-members", "national", "year")
        others = timeline.every(BOOK, "disciplined-members", "national", "year")
        assert len(found.known) == max(len(s.known) for s in others)
        assert found.actor

    @pytest.mark.parametrize(
        "wrong", [("no-such", "national", "committees"), ("disciplined-members", "no-such", "committees"),
                  ("disciplined-members", "national", "no-such")],
    )  # fmt: skip
    def test_unknown_names_are_told(self, wrong: tuple[str, str, str]) -> None:
        with pytest.raises(UnknownCodeError):
            timeline.series(BOOK, wrong[0], wrong[1], "year", wrong[2])

    def test_an_unknown_kind_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="fortnight"):
            timeline.series(BOOK, "disciplined-members", "national", "fortnight")

    def test_the_frame_has_the_breaks_since_the_point_before(self) -> None:
        frame = timeline.series(BOOK, "disciplined-members", "national", "year", "committees").to_frame()
        assert list(frame["period"]) == ["2021", "2022", "2023", "2024"]
        assert next(iter(frame["breaks"])) == ""
        assert "69-qd-tw-2022" in frame["breaks"][1].split(";")
        assert list(frame.columns[:4]) == ["period", "start", "end", "estimate"]


class TestEverySeriesOfTheData:
    """Works for every body, kind and indicator the data have, and never breaks its own rules."""

    @pytest.mark.parametrize("kind", list(Kind))
    def test_rules_hold(self, kind: Kind) -> None:
        pairs = zip(BOOK.chosen["body_id"], BOOK.chosen["period"], strict=True)
        bodies = list(dict.fromkeys(b for b, p in pairs if kind_of(p) is kind))
        asked = ("disciplined-members", "expelled-share-members", "penalty-mix-members", "inspected-organisations",
                 "discipline-rate-members", "violation-contents", "signs-examined-members")  # fmt: skip
        for body in bodies:
            for indicator in asked:
                for found in timeline.every(BOOK, indicator, body, kind):
                    assert len(found.known) >= timeline.LEAST
                    assert {p.result.unit for p in found.known} == {found.unit}
                    assert found.points == tuple(sorted(found.points, key=lambda p: p.period))
                    assert found.points[0].result
                    assert found.points[-1].result
                    for a, b in pairwise(found.known):
                        assert a.period.comparable(b.period)
                    assert all(p.result.period == p.period.key for p in found)
                    for note in found.notes:
                        assert WORDS["vi"].note(note)
                        assert WORDS["en"].note(note)
                    assert len(found.to_frame()) == len(found)


class TestLikeness:
    def test_the_largest_set_is_taken_and_the_rest_is_named(self) -> None:
        windows = [
            "2016-01-01..2019-12-31",
            "2020-01-01..2023-12-31",
            "2016-01-01..2018-06-25",
            "2012-01-01..2022-06-30",
        ]
        kept, notes = like([point(w) for w in windows])
        assert keys(kept) == windows[:2]
        assert {p.key for p in notes[0].values["periods"]} == set(windows[2:])

    def test_of_equal_sets_the_latest(self) -> None:
        kept, _ = like([point("2016-01-01..2018-06-25"), point("2017-01-01..2019-06-25")])
        assert keys(kept) == ["2017-01-01..2019-06-25"]

    @given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([30, 31, 33, 60])), max_size=6, unique=True))
    def test_no_larger_set_could_stand_together(self, spans: list[tuple[int, int]]) -> None:
        first = dt.date(2020, 1, 1)
        days = [(first + dt.timedelta(days=7 * s), first + dt.timedelta(days=7 * s + n - 1)) for s, n in spans]
        points = [point(f"{a}..{b}") for a, b in days]
        kept, _ = like(points)

        def together(some: tuple[Point, ...]) -> bool:
            return all(a.period.comparable(b.period) for a, b in combinations(some, 2))

        assert together(tuple(kept))
        larger = (some for n in range(len(kept) + 1, len(points) + 1) for some in combinations(points, n))
        assert not any(together(some) for some in larger)

    def test_a_refused_point_stays_when_it_overlaps_nothing(self) -> None:
        kept, notes = like([point("2020"), point("2021", None), point("2022")])
        assert keys(kept) == ["2020", "2021", "2022"]
        assert notes == []

    def test_nothing_is_like_nothing(self) -> None:
        assert like([]) == ([], [])

    def test_a_point_in_another_unit_becomes_a_gap_that_says_so(self) -> None:
        points = [point("2020"), point("2021", 5.0, "instances"), point("2022")]
        kept, notes = one_unit(points)
        assert [bool(p.result) for p in kept] == [True, False, True]
        assert kept[1].result.reason == notes[0]
        assert notes[0].code == "unit_left_out"
        assert "lượt" in WORDS["vi"].note(notes[0])

    def test_of_two_units_equally_often_the_latest(self) -> None:
        kept, _ = one_unit([point("2020", 5.0, "instances"), point("2021")])
        assert [bool(p.result) for p in kept] == [False, True]
