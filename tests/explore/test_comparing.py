"""Like with like: what may be compared, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stats import explore
from stats.explore import comparing
from stats.indicators import open_book
from stats.results import State

BOOK = open_book()
Side = tuple[str, ...]


def codes(first: Side, second: Side) -> set[str]:
    return set(explore.compare(first, second, BOOK).codes)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (("national", "2023", "disciplined-members"), ("national", "2023", "disciplined-organisations"), "unit"),
        (("national", "2023", "disciplined-members"), ("national", "2023", "expelled-members"), "indicator"),
        (("national", "2023", "disciplined-members", "committees"),
         ("national", "2023", "disciplined-members", "inspection_commissions"), "actor"),
        (("national", "2023", "disciplined-members"), ("national", "2023-6M", "disciplined-members"), "overlap"),
        (("national", "2023", "disciplined-members"), ("national", "2023-6M", "disciplined-members"), "kind"),
        (("national", "2022", "disciplined-members"), ("national", "2023", "disciplined-members"), "break"),
        (("ha-noi", "2015-2020/half", "disciplined-members"), ("ha-noi", "2020-2025/half", "disciplined-members"),
         "break"),
        (("ha-noi", "2020-2025/half", "signs-disciplined-members"),
         ("ha-noi", "2020-2025/half", "disciplined-members"), "population"),
        (("ha-noi", "2022", "disciplined-members"), ("national", "2022", "disciplined-members"), "inside"),
        (("ha-noi", "2022", "disciplined-members"), ("thanh-hoa", "2022", "disciplined-members"), "size"),
        (("ha-noi", "2018", "penalty-mix-members"), ("thanh-hoa", "2022", "penalty-mix-members"), "period"),
        (("ha-noi", "2022", "disciplined-members"), ("ha-noi", "2022", "disciplined-members"), "same"),
        (("ha-noi", "2022", "violation-contents"), ("ha-noi", "2021-6M", "violation-contents"), "nothing"),
    ],
)  # fmt: skip
def test_unlike_is_refused_with_its_reason(first: Side, second: Side, code: str) -> None:
    for one, other in ((first, second), (second, first)):
        for lang in ("vi", "en"):
            verdict = explore.compare(one, other, BOOK, lang)
            assert not verdict.allowed
            assert code in verdict.codes
            assert len(verdict.reasons) == len(verdict.codes)
            assert all(reason.endswith(".") for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("national", "2023", "disciplined-members"), ("national", "2024", "disciplined-members")),
        (("ha-noi", "2017", "signs-examined-members"), ("ha-noi", "2018", "signs-examined-members")),
        (("tp-ho-chi-minh", "2017", "inspected-members"), ("tp-ho-chi-minh", "2018", "inspected-members")),
    ],
)
def test_like_with_like_is_allowed_and_says_on_what_ground(first: Side, second: Side) -> None:
    verdict = explore.compare(first, second, BOOK)
    assert verdict.allowed
    assert verdict.codes == ()
    assert verdict.reasons[0].startswith("Cùng chỉ tiêu")
    assert explore.compare(second, first, BOOK).allowed


def test_two_bodies_compare_on_their_own_base_in_one_period() -> None:
    mixes = [("ha-noi", "2018", "penalty-mix-members"), ("ha-tinh", "2018", "penalty-mix-members")]
    verdict = explore.compare(*mixes, BOOK, "en")
    assert verdict.allowed
    assert verdict.reasons == ("One indicator on each body's own base, one kind of deciding body, one period.",)


def test_approximate_figures_are_a_caution() -> None:
    found = []
    for body in BOOK.bodies():
        for name in ("inspected-members", "disciplined-members", "disciplined-organisations"):
            having = [p.key for p in BOOK.periods(body) if explore.look(body, p.key, name, book=BOOK).found]
            found += [explore.compare((body, a, name), (body, b, name), BOOK) for a in having for b in having if a < b]
    allowed = [verdict for verdict in found if verdict.allowed]
    assert allowed
    rough = [v for v in allowed if any(r.approx != "exact" for side in (v.first, v.second) for r in side.results)]
    assert all(v.cautions for v in rough)


def test_a_break_is_named_with_its_date() -> None:
    verdict = explore.compare(("national", "2022", "disciplined-members"), ("national", "2023", "disciplined-members"),
                              BOOK)  # fmt: skip
    assert "69-QĐ/TW (06/7/2022)" in verdict.reasons[0]
    assert "885-QĐ/UBKTTW (29/12/2022)" in verdict.reasons[0]


def test_a_view_a_choice_and_a_tuple_are_one() -> None:
    sides = ("national", "2023", "disciplined-members"), ("national", "2023-6M", "disciplined-members")
    views = [explore.look(*side, book=BOOK) for side in sides]
    assert explore.compare(*views).codes == explore.compare(*(v.choice for v in views), BOOK).codes == tuple(
        explore.compare(*sides, BOOK).codes
    )  # fmt: skip


def test_it_is_symmetric_and_never_allows_what_one_stream_did_not_give() -> None:
    names = ["disciplined-members", "penalty-mix-members", "signs-violation-share-members", "inspected-organisations"]
    places = [(b, p.key) for b in ("ha-noi", "national", "thanh-hoa") for p in BOOK.periods(b)]
    for name in names:
        having = [(b, k, name) for b, k in places if explore.look(b, k, name, book=BOOK).found][:9]
        for first in having:
            for second in having:
                one, other = explore.compare(first, second, BOOK), explore.compare(second, first, BOOK)
                assert set(one.codes) == set(other.codes)
                if one:
                    actors = [{r.actor for r in side.results} for side in (one.first, one.second)]
                    assert actors[0] & actors[1] or actors[0] | actors[1] <= {"committees", "committees_and_cells"}


def test_what_another_stream_gave_does_not_stand_in_for_a_refused_figure() -> None:
    """Both sides have a figure, but of the stream they share one side's is refused."""
    one, other = (explore.look("national", year, "disciplined-members", book=BOOK) for year in ("2023", "2024"))
    committees, *rest = one.results
    assert committees.actor == "committees"
    shared = replace(other.results[0], actor="committees")
    one.__dict__["results"] = [replace(committees, state=State.REFUSED, estimate=None), rest[0]]
    other.__dict__["results"] = [shared]
    assert set(dict(comparing._streams(one, other))) == {"refused"}
    one.__dict__["results"] = [committees, rest[0]]
    assert dict(comparing._streams(one, other)) == {}


def test_the_html_holds_verdict_reasons_and_both_figures() -> None:
    verdict = explore.compare(("national", "2023", "disciplined-members"), ("national", "2024", "disciplined-members"),
                              BOOK, "en")  # fmt: skip
    markup = verdict._repr_html_()
    assert "The two figures can be compared." in markup
    assert 'lang="en"' in markup
    assert markup.count("<li>") >= 3
