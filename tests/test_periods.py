"""Periods: reading keys, lengths, what may be compared."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.errors import PeriodError
from stats.periods import CUMULATIVE, Kind, Period, kind_of

HALF = Period.parse("2020-2025/half", dates=(dt.date(2020, 10, 13), dt.date(2023, 3, 31)))
EARLIER_HALF = Period.parse("2015-2020/half", dates=(dt.date(2016, 1, 1), dt.date(2018, 4, 30)))
TERM = Period.parse("2015-2020", dates=(dt.date(2015, 11, 3), dt.date(2020, 9, 22)))


@pytest.mark.parametrize(
    ("key", "kind", "start", "end"),
    [
        ("2022", Kind.YEAR, "2022-01-01", "2022-12-31"),
        ("2023-Q1", Kind.QUARTER, "2023-01-01", "2023-03-31"),
        ("2023-6M", Kind.SIX_MONTHS, "2023-01-01", "2023-06-30"),
        ("2023-9M", Kind.NINE_MONTHS, "2023-01-01", "2023-09-30"),
        ("2018-07", Kind.MONTH, "2018-07-01", "2018-07-31"),
        ("2020-02", Kind.MONTH, "2020-02-01", "2020-02-29"),
        ("2019-01-01..2019-10-31", Kind.WINDOW, "2019-01-01", "2019-10-31"),
    ],
)
def test_every_form_is_read(key: str, kind: Kind, start: str, end: str) -> None:
    period = Period.parse(key)
    assert (period.kind, str(period.start), str(period.end)) == (kind, start, end)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "22",
        "2022-13",
        "2023-Q5",
        "2022/half",
        "2022-6m",
        "2022 ",
        "x",
        "2022-02-30..2022-03-01",
        "２０２２",
        "٢٠٢٢",
    ],
)
def test_what_is_no_period_is_refused_with_the_allowed_forms(key: str) -> None:
    with pytest.raises(PeriodError) as caught:
        Period.parse(key)
    assert caught.value.vi
    assert caught.value.exit_code == 2


def test_quarters_the_regime_does_not_have_are_told_as_windows() -> None:
    with pytest.raises(PeriodError, match=r"2018-07-01\.\.2018-09-30"):
        kind_of("2018-Q3")


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(PeriodError, match="before it starts"):
        Period.parse("2019-10-31..2019-01-01")


def test_terms_need_the_dates_of_a_body() -> None:
    with pytest.raises(PeriodError, match="dates of one body"):
        Period.parse("2020-2025")


def test_lengths_in_months() -> None:
    assert Period.parse("2018-6M").months == 6
    assert EARLIER_HALF.months == 28
    assert round(HALF.months, 1) == 29.6


def test_half_terms_compare_counts_and_a_term_does_not() -> None:
    assert HALF.comparable(EARLIER_HALF)
    assert not HALF.comparable(TERM)
    assert not Period.parse("2018").comparable(Period.parse("2018-6M"))


def test_overlap_forbids_a_comparison() -> None:
    a, b = Period.parse("2019-01-01..2019-12-31"), Period.parse("2019-06-01..2020-05-31")
    assert a.overlaps(b)
    assert not a.comparable(b)


def test_same_period_of_the_year_before() -> None:
    assert Period.parse("2023-6M").year_before() == Period.parse("2022-6M")
    assert Period.parse("2018-07").year_before().key == "2017-07"
    with pytest.raises(PeriodError):
        TERM.year_before()


def test_differences_of_cumulative_periods() -> None:
    assert Period.parse("2018-9M").minus(Period.parse("2018-6M")).key == "2018-07-01..2018-09-30"
    for later, earlier in (("2018-6M", "2017-6M"), ("2018-Q1", "2018-6M"), ("2018-02", "2018-Q1")):
        with pytest.raises(PeriodError):
            Period.parse(later).minus(Period.parse(earlier))


years = st.integers(1990, 2090)
keys = st.one_of(
    years.map(str),
    st.tuples(years, st.sampled_from(["-Q1", "-6M", "-9M"])).map(lambda p: f"{p[0]}{p[1]}"),
    st.tuples(years, st.integers(1, 12)).map(lambda p: f"{p[0]}-{p[1]:02d}"),
    st.tuples(st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1)), st.integers(0, 4000)).map(
        lambda p: f"{p[0]}..{p[0] + dt.timedelta(days=p[1])}"
    ),
)


@given(keys)
def test_keys_survive_and_slugs_are_safe_and_distinct(key: str) -> None:
    period = Period.parse(key)
    assert str(period) == key
    assert not set(period.slug) & set("/\\. ")
    assert period.slug.replace("_", "..") == key


@given(keys, keys)
def test_comparison_is_symmetric_and_never_crosses_kinds(a: str, b: str) -> None:
    one, two = Period.parse(a), Period.parse(b)
    assert one.comparable(two) == two.comparable(one)
    assert one.overlaps(two) == two.overlaps(one)
    if one.comparable(two):
        assert one.kind == two.kind
        assert not one.overlaps(two)


@given(years, st.sampled_from(CUMULATIVE), st.sampled_from(CUMULATIVE))
def test_parts_of_a_year_add_up(year: int, longer: Kind, shorter: Kind) -> None:
    suffix = {Kind.QUARTER: "-Q1", Kind.SIX_MONTHS: "-6M", Kind.NINE_MONTHS: "-9M", Kind.YEAR: ""}
    a, b = Period.parse(f"{year}{suffix[longer]}"), Period.parse(f"{year}{suffix[shorter]}")
    if b.end < a.end:
        rest = a.minus(b)
        assert rest.days + b.days == a.days
        assert rest.start == b.end + dt.timedelta(days=1)
