"""Choices, their addresses, what can be chosen, and what there is instead."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats import explore
from stats.errors import PeriodError, UnknownCodeError
from stats.explore import Choice
from stats.explore.choices import key_of
from stats.indicators import Book, open_book
from stats.wording import sort_key

BOOK = open_book()
EVERY = [(body, period.key) for body in BOOK.bodies() for period in BOOK.periods(body)]
ACTORS = ["", *BOOK.codes.order("actors")]

choices = st.builds(
    lambda place, indicator, actor, lang: Choice(*place, indicator, actor, lang),
    st.sampled_from(EVERY), st.sampled_from(list(BOOK.catalogue)), st.sampled_from(ACTORS),
    st.sampled_from(["vi", "en"]),
)  # fmt: skip


class TestAddresses:
    @given(choices)
    def test_lead_back_to_their_choice(self, choice: Choice) -> None:
        assert Choice.parse(choice.query()) == choice
        assert Choice.parse("?" + choice.query()) == choice
        assert Choice.parse(parse_qs(choice.query())) == choice

    @pytest.mark.parametrize("period", BOOK.tables.observations["period"].unique())
    def test_hold_every_period_there_is_by_its_slug(self, period: str) -> None:
        address = Choice(period=period).query()
        assert Choice.parse(address).period == period
        assert "%2F" not in address
        assert ".." not in address

    def test_leave_what_is_not_named_as_by_default_and_other_names_alone(self) -> None:
        assert Choice.parse("place=national&utm_source=x") == Choice(body="national")
        assert Choice.parse("") == Choice()

    @pytest.mark.parametrize("key", ["2020-2025/half", "2019-01-01..2019-10-31", "2018", "2018-07", "2020-2025"])
    def test_take_keys_as_well_as_slugs(self, key: str) -> None:
        assert key_of(key) == key

    def test_that_are_stale_explain_themselves(self) -> None:
        with pytest.raises(UnknownCodeError, match="disciplined-members"):
            explore.look(Choice.parse("indicator=disciplined-member"), book=BOOK)
        with pytest.raises(UnknownCodeError, match="ha-noi"):
            explore.look(Choice.parse("place=ha-noii"), book=BOOK)
        with pytest.raises(UnknownCodeError, match="committees"):
            explore.look(Choice.parse("stream=committee"), book=BOOK)
        with pytest.raises(UnknownCodeError, match="vi, en"):
            explore.look(Choice.parse("lang=fr"), book=BOOK)
        with pytest.raises(PeriodError, match="Allowed forms"):
            explore.look(Choice.parse("period=2020-Q5"), book=BOOK)
        with pytest.raises(PeriodError, match="1990-1995"):
            explore.look(Choice.parse("period=1990-1995"), book=BOOK)


class TestResolving:
    @pytest.mark.parametrize("name", ["Hà Nội", "Hanoi", "ha noi", "HA-NOI"])
    def test_a_body_goes_by_any_of_its_names(self, name: str) -> None:
        assert explore.look(name, "2018", "disciplined-members", book=BOOK).choice.body == "ha-noi"

    def test_a_name_two_bodies_bore_means_the_one_with_figures_and_an_id_means_itself(self) -> None:
        shared = [(b, k) for b, k in EVERY if b.endswith("-2025")]
        assert shared
        for body, period in shared:
            old, name = body.removesuffix("-2025"), BOOK.codes.body(body).name_vi
            if BOOK.at(old, period).empty:
                assert explore.look(name, period, "disciplined-members", book=BOOK).choice.body == body
                assert explore.look(old, period, "disciplined-members", book=BOOK).choice.body == old

    def test_a_half_term_another_body_has_is_an_answer_and_no_error(self) -> None:
        view = explore.look("national", "2020-2025/half", "disciplined-members", book=BOOK)
        assert not view.found
        assert "nửa đầu nhiệm kỳ 2020-2025" in view.sentence


class TestOptions:
    @settings(max_examples=25)
    @given(choices)
    def test_say_truly_what_there_is(self, choice: Choice) -> None:
        listed = explore.options(choice, BOOK)
        fields = {"body": listed.bodies, "period": listed.periods, "indicator": listed.indicators}
        for field, entries in (fields | {"actor": listed.actors}).items():
            assert len({entry.code for entry in entries}) == len(entries)
            assert getattr(choice, field) in {entry.code for entry in entries}
            for entry in entries[:: max(1, len(entries) // 12)]:
                view = explore.look(replace(choice, **{field: entry.code}), book=BOOK)
                assert view.found == entry.available, (field, entry)

    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_labels_are_told_apart_and_groups_hold_together(self, lang: str) -> None:
        listed = explore.options(Choice(lang=lang), BOOK)
        for entries in (listed.bodies, listed.periods, listed.indicators, listed.actors):
            assert len({entry.label for entry in entries}) == len(entries)
            groups = [entry.group for entry in entries]
            assert sum(a != b for a, b in pairwise(groups)) + 1 == len(set(groups))

    def test_bodies_stand_in_vietnamese_order_inside_their_level(self) -> None:
        bodies = explore.options(Choice(), BOOK).bodies
        provinces = [entry.label for entry in bodies if entry.group == "Cấp tỉnh"]
        assert provinces == sorted(provinces, key=sort_key)
        assert provinces.index("Bình Dương") < provinces.index("Bình Định") < provinces.index("Đắk Nông")

    def test_all_streams_come_first(self) -> None:
        assert explore.options(Choice(), BOOK).actors[0].code == ""


class TestInstead:
    def test_every_choice_named_has_a_figure(self) -> None:
        asked = [*EVERY[::9], ("an-giang", "2018"), ("nghe-an", "2020-2025/half"), ("ha-noi-before-2008", "2003")]
        names = list(BOOK.catalogue)[::7]
        seen = 0
        for (body, period), name in product(asked, names):
            view = explore.look(body, period, name, book=BOOK)
            if view.found:
                continue
            assert view.instead, view.choice
            assert len(set(view.instead)) == len(view.instead)
            assert all(explore.look(other, book=BOOK).found for other in view.instead), view.choice
            seen += 1
        assert seen > 300

    def test_a_stream_without_a_figure_leads_to_the_others(self) -> None:
        view = explore.look("ha-noi", "2020-2025/half", "penalty-mix-members", "cells", book=BOOK)
        assert not view.found
        assert view.instead[0] == replace(view.choice, actor="")
        assert "cấp ủy, chi bộ và ủy ban kiểm tra các cấp (gộp chung)" in view.sentence

    def test_nearest_in_time_come_first(self) -> None:
        view = explore.look("ha-noi", "2019", "disciplined-members", book=BOOK)
        assert not view.found
        assert next(other.period for other in view.instead if other.body == "ha-noi") in {"2018", "2020", "2021"}


def test_the_project_data_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = explore.look()

    def fail(*_: object) -> Book:
        raise AssertionError("read again")

    monkeypatch.setattr("stats.indicators.open_book", fail)
    assert explore.look("national", "2023", "disciplined-members").book is first.book
