"""The conditions of methods over time: each broken one is named, with what to do."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import codes
from stats.errors import InputError
from stats.periods import Period
from stats.series.conditions import doubtful_zeros, phases, refusal
from stats.wording import NBSP, Words

YEARS = [Period.parse(str(year)) for year in range(2010, 2025)]
MONTHS = [Period.parse(f"{year}-{month:02d}") for year in (2021, 2022) for month in range(1, 13)]


def read(*keys: str) -> list[Period]:
    return [Period.parse(key) for key in keys]


QUARTERS = read("2023-Q1", "2023-04-01..2023-06-30", "2023-07-01..2023-09-30", "2023-10-01..2023-12-31", "2024-Q1")


@pytest.mark.parametrize(
    "periods", [YEARS, MONTHS, QUARTERS, read("2021-6M", "2022-6M", "2023-6M"), read("2019-01-01..2019-10-31",
                "2020-01-01..2020-10-31"), YEARS[:1]],
)  # fmt: skip
def test_one_kind_of_period_in_a_row_is_a_series(periods: list[Period]) -> None:
    assert refusal(periods, least=1, values=[5] * len(periods), actors=["c", "c"], units=["members"]) is None


@pytest.mark.parametrize(
    ("periods", "code", "named"),
    [
        (("2023-Q1", "2023-6M", "2023-9M", "2023"), "series_overlap", ("2023-Q1", "2023-6M")),
        (("2022", "2022"), "series_overlap", ("2022", "2022")),
        (("2021", "2022", "2023-6M"), "series_mixed_kinds", ("2021", "2023-6M")),
        (("2023-Q1", "2023-04-01..2023-05-31"), "series_mixed_kinds", ("2023-Q1", "2023-04-01..2023-05-31")),
        (("2021-01-01..2021-03-31", "2021-04-01..2021-08-31"), "series_mixed_lengths",
         ("2021-01-01..2021-03-31", "2021-04-01..2021-08-31")),
        (("2018", "2019", "2021"), "series_gap", ("2019", "2021")),
        (("2020-6M", "2022-6M"), "series_gap", ("2020-6M", "2022-6M")),
        (("2022-01", "2022-02", "2023-01"), "series_gap", ("2022-02", "2023-01")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_periods_is_named(periods: tuple[str, ...], code: str, named: tuple[str, ...]) -> None:
    note = refusal(read(*periods), least=1)
    assert note is not None
    assert note.code == code
    assert tuple(period.key for period in note.values.values()) == named


def test_a_gap_may_be_passed_over_by_methods_that_allow_it() -> None:
    assert refusal(read("2018", "2019", "2021"), least=3, gaps=True) is None


def test_a_break_inside_is_named_and_a_rebase_at_its_date_is_none() -> None:
    rule = next(r for r in codes.load().rules if r.instrument == "69-QĐ/TW")
    note = refusal(YEARS, least=8, breaks=[rule])
    assert note is not None
    assert dict(note.values["breaks"]) == {"69-QĐ/TW": rule.in_force}
    assert refusal(YEARS, least=8, breaks=[rule], rebased=[rule.in_force]) is None
    assert refusal(YEARS, least=8, breaks=[YEARS[0].start, dt.date(2025, 7, 1)]) is None
    other = refusal(YEARS, least=8, breaks=[rule, dt.date(2021, 3, 1)], rebased=[rule.in_force])
    assert other is not None
    assert other.values["breaks"] == (dt.date(2021, 3, 1),)


def test_streams_units_missing_zeros_and_length() -> None:
    assert refusal(least=1, n=9, units=["members", "organisations"]).code == "series_units"
    assert refusal(least=1, n=9, actors=["committees", "inspection_commissions"]).code == "series_streams"
    holes = refusal(least=3, values=[40, None, 42, 44])
    assert (holes.code, holes.values["places"]) == ("series_missing_values", (2,))
    assert refusal(least=3, values=[40, None, 42, 44], missing=True) is None
    zeros = refusal(YEARS[:4], least=3, values=[40, 41, 0, 44])
    assert (zeros.code, zeros.values["places"]) == ("series_doubtful_zeros", (YEARS[2],))
    assert refusal(least=3, values=[40, 41, 0, 44], zeros=True) is None
    short = refusal(least=8, values=[40, None, 42, 44], missing=True)
    assert (short.code, dict(short.values)) == ("too_few_periods", {"found": 3, "needed": 8})
    assert refusal(least=0) is None


def test_points_the_method_leaves_out_may_hold_anything() -> None:
    taken = np.array([True, True, False, True])
    for cell in (None, 0):
        assert refusal(values=[40, 38, cell, 41], used=taken, least=3) is None
        assert refusal(values=[40, 38, cell, 41], least=3) is not None
    assert refusal(values=[40, 38, 39, 41], used=taken, least=4).values == {"found": 3, "needed": 4}  # type: ignore[union-attr]
    assert refusal(values=[40, None, 39, 41], used=taken, least=2).code == "series_missing_values"  # type: ignore[union-attr]


def test_what_cannot_be_a_series_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match="order of time"):
        refusal(YEARS[::-1], least=1)
    with pytest.raises(InputError, match="15 periods for 2 values"):
        refusal(YEARS, least=1, values=[1, 2])


@pytest.mark.parametrize(
    "note",
    [
        refusal(read("2023-Q1", "2023-6M"), least=1),
        refusal(YEARS, least=8, breaks=[dt.date(2022, 7, 6)]),
        refusal(YEARS[:3], least=8),
        refusal(least=1, n=9, actors=["committees", "inspection_commissions"]),
        refusal(YEARS[:4], least=3, values=[40, 41, 0, None]),
    ],
    ids=lambda note: note.code,
)
def test_every_refusal_can_be_said_in_both_languages_with_its_remedy(note: object) -> None:
    vi, en = (Words(codes.load(), lang).note(note) for lang in ("vi", "en"))
    assert "hãy" in vi
    assert "{" not in vi + en
    assert vi[-1] == en[-1] == "."


def test_names_of_periods_and_rules_are_put_into_words() -> None:
    vi = Words(codes.load(), "vi")
    said = vi.note(refusal(read("2023-Q1", "2023-6M"), least=1)).replace(NBSP, " ")
    assert said.startswith("Các kỳ chồng lên nhau (quý I/2023; 6 tháng đầu năm 2023);")
    said = vi.note(refusal(YEARS, least=8, breaks=[dt.date(2022, 7, 6)])).replace(NBSP, " ")
    assert "(ngày 06 tháng 7 năm 2022)" in said


def test_phases_count_from_dates_and_leave_mixed_periods_out() -> None:
    days = [dt.date(2021, 4, 1), dt.date(2022, 7, 6)]
    assert phases(MONTHS, days).tolist() == [0] * 3 + [1] * 15 + [-1] + [2] * 5
    assert phases(YEARS, []).tolist() == [0] * 15


@given(st.lists(st.integers(0, 60), min_size=2, max_size=12))
def test_a_zero_is_doubtful_only_among_large_figures(figures: list[int]) -> None:
    values = np.array(figures, dtype=float)
    others = [v for v in figures if v]
    expected = [v == 0 and bool(others) and min(others) >= 10 for v in figures]
    assert doubtful_zeros(values).tolist() == expected
    assert doubtful_zeros(np.vstack([values, values])).tolist() == [expected, expected]
    assert not doubtful_zeros(-values - 1).any()
