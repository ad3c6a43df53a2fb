"""Indicators on the real tables: one actor a result, sources kept, nothing invented."""

from __future__ import annotations

import pytest

from stats import indicators
from stats.errors import UnknownCodeError
from stats.indicators import Book, compute, find, first
from stats.results import Approx, State

HALF = "2020-2025/half"


def test_a_count_is_the_printed_figure_with_its_row(book: Book) -> None:
    period = book.codes.period(HALF, "ha-noi")
    (result,) = compute(book, "disciplined-members", "ha-noi", period)
    assert (result.estimate, result.unit, result.actor) == (2377, "members", "committees_and_commissions")
    assert result.sources == ("seed_000",)
    row = book.tables.discipline.set_index("row_id").loc[result.rows[0]]
    assert (row["count"], row["penalty"]) == (2377, "all")
    assert not result.derived


def test_streams_are_never_added(book: Book) -> None:
    period = book.codes.period("2023", "national")
    found = {r.actor: r.estimate for r in compute(book, "disciplined-members", "national", period)}
    assert found == {"committees": 18130, "inspection_commissions": 6302, "committees_and_commissions": 24162}


def test_sources_that_agree_are_all_cited(book: Book) -> None:
    period = book.codes.period("2015-2020/half", "ha-noi")
    result = first(book, "signs-examined-members", "ha-noi", period, "inspection_commissions")
    assert result.estimate == 738
    assert len(result.sources) == 3
    assert not [c for c in result.caveats if c.code == "sources_differ"]


def test_sources_that_differ_are_a_caveat_that_names_the_other_figures(book: Book) -> None:
    period = book.codes.period("2022", "ha-noi")
    result = first(book, "signs-examined-members", "ha-noi", period, "inspection_commissions")
    (note,) = [c for c in result.caveats if c.code == "sources_differ"]
    assert {result.estimate, *note.values["others"]} == {334, 344}


def test_a_share_of_two_units_says_so(book: Book) -> None:
    period = book.codes.period(HALF, "ha-noi")
    organisations = compute(book, "signs-violation-share-organisations", "ha-noi", period)[0]
    members = compute(book, "signs-violation-share-members", "ha-noi", period)[0]
    assert (organisations.unit, organisations.base) == ("organisations", "instances")
    assert [c.code for c in organisations.caveats] == ["units_differ"]
    assert members.caveats == ()
    assert members.method == "wilson"
    assert members.estimate == pytest.approx(332 / 758)
    assert (members.conf_low, members.conf_high) == (pytest.approx(0.4031, abs=1e-4), pytest.approx(0.4736, abs=1e-4))


def test_a_whole_mix_has_simultaneous_intervals_and_a_partial_one_does_not(book: Book) -> None:
    whole = compute(book, "penalty-mix-members", "ha-noi", book.codes.period(HALF, "ha-noi"))
    assert [r.category for r in whole] == ["reprimand", "warning", "removal", "expulsion"]
    assert {r.method for r in whole} == {"goodman"}
    assert sum(r.estimate or 0 for r in whole) == pytest.approx(1)
    partial = compute(book, "penalty-mix-members", "ha-noi", book.codes.period("2008", "ha-noi"))
    assert {r.method for r in partial} == {"wilson"}
    assert all("parts_do_not_add" in [c.code for c in r.caveats] for r in partial)


def test_an_approximate_figure_keeps_its_interval(book: Book) -> None:
    period = book.codes.period("2025", "national")
    approximate = [r for name in book.catalogue for r in compute(book, name, "national", period)
                   if r.kind == "count" and r.approx is not Approx.EXACT]  # fmt: skip
    assert approximate
    for r in approximate:
        assert r.conf_low is not None
        assert r.conf_low <= (r.estimate or 0) <= (r.conf_high or 0)


def test_what_was_not_published_is_missing_and_not_zero(book: Book) -> None:
    period = book.codes.period(HALF, "ha-noi")
    result = first(book, "dissolved-organisations", "ha-noi", period, "committees_and_commissions")
    assert result.state is State.MISSING
    assert result.estimate is None


def test_an_unknown_indicator_names_the_nearest(book: Book) -> None:
    with pytest.raises(UnknownCodeError, match="disciplined-members"):
        find(book, "disciplined-member")


def test_the_catalogue_covers_the_blocks_and_defines_each_indicator_once(book: Book) -> None:
    found = list(book.catalogue.values())
    assert len(found) >= 40
    assert len({i.id for i in found}) == len(found)
    blocks = {i.definition["block"] for i in found}
    assert {f"R{n:02d}" for n in (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20)} <= blocks
    for one in found:
        for name in (*one.parts, one.definition["denominator"]):
            assert not name or name == "members" or name in book.catalogue


def test_a_rate_rests_on_membership_near_enough(book: Book) -> None:
    (rate,) = compute(book, "discipline-rate-members", "ha-noi", book.codes.period(HALF, "ha-noi"))
    assert rate.estimate == pytest.approx(2377 / 450000 * 1000)
    assert rate.denominator == 450000
    assert {"membership_at", "approximate_denominator", "months"} <= {c.code for c in rate.caveats}


def test_the_wording_of_a_numerator_reaches_the_rate(book: Book) -> None:
    """About 16,000 of 3,600,000 members [a]: the interval allows 15,500 to 16,500 and both ends of the members."""
    (rate,) = compute(book, "discipline-rate-members", "national", book.codes.period("2012", "national"))
    count = first(book, "disciplined-members", "national", book.codes.period("2012", "national"), rate.actor)
    assert (count.estimate, count.conf_low, count.conf_high) == (16000, 15500, 16500)
    assert "approximate_numerator" in {c.code for c in rate.caveats}
    assert rate.conf_low is not None
    assert rate.conf_high is not None
    assert rate.conf_low < 15500 / 3_600_000 * 1000 < 16500 / 3_600_000 * 1000 < rate.conf_high
    (exact,) = compute(book, "discipline-rate-members", "ha-noi", book.codes.period(HALF, "ha-noi"))
    assert "approximate_numerator" not in {c.code for c in exact.caveats}


def test_a_rate_without_membership_near_enough_has_bounds_or_a_reason(book: Book) -> None:
    refused = [
        r
        for body in book.bodies()
        for period in book.periods(body)
        for r in compute(book, "discipline-rate-members", body, period)
        if r.state is State.REFUSED
    ]
    reasons = {r.reason.code for r in refused if r.reason}
    assert {"no_membership", "membership_far", "membership_bounds"} <= reasons
    for r in refused:
        assert r.estimate is None
        assert (r.conf_low is not None) == (r.reason is not None and r.reason.code == "membership_bounds")


def test_opening_a_book_twice_reads_the_same(book: Book) -> None:
    again = indicators.open_book()
    assert again.chosen.equals(book.chosen)
