"""Native charts: what is drawn, what is a gap, and how a number is formatted."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from stats import codes
from stats.reports.document import Chart, Table
from stats.reports.writers import native
from stats.wording import Words

MARK = {
    "panel": "", "series": "", "label": "Khiển trách", "value": "1.783", "share": "", "interval": "",
    "estimate": 1783.0, "conf_low": None, "conf_high": None, "numerator": None, "denominator": None,
    "unit": "members", "state": "value", "approx": "exact", "rows": "", "sources": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def vi() -> Words:
    return Words(codes.load(), "vi")


def chart(kind: str, *marks: dict[str, object]) -> Chart:
    made = tuple({**MARK, **mark} for mark in marks)
    return Chart("c", kind, "title", "subtitle", "alt", "credit", (), {}, made, Table("t", "", (), (), ()))


def test_a_missing_or_suppressed_figure_is_a_gap_with_its_shorthand_and_never_a_zero(vi: Words) -> None:
    missing = {"label": "Cảnh cáo", "estimate": "nan", "state": "missing", "value": "[x]"}
    suppressed = {"label": "Cách chức", "estimate": 3.0, "state": "suppressed", "value": "[c]"}
    plan, = native.plans(chart("bars", {}, missing, suppressed), vi)  # fmt: skip
    assert plan.series[0].values == [1783.0, None, None]
    assert plan.categories == ("Khiển trách", "Cảnh cáo ([x])", "Cách chức ([c])")


def test_a_structural_zero_is_no_bar_either(vi: Words) -> None:
    assert native.plans(chart("bars", {"estimate": None, "state": "structural_zero", "value": "[z]"}), vi) == ()


def test_panels_of_different_units_never_share_an_axis(vi: Words) -> None:
    found = native.plans(chart("bars", {"panel": "lượt"}, {"panel": "đảng viên", "estimate": 5.0, "value": "5"},
                               {"panel": "lượt", "label": "Cảnh cáo"}), vi)  # fmt: skip
    assert [(p.panel, p.categories) for p in found] == [
        ("lượt", ("Khiển trách", "Cảnh cáo")),
        ("đảng viên", ("Khiển trách",)),
    ]


def test_every_series_of_a_time_axis_has_its_own_panel(vi: Words) -> None:
    found = native.plans(chart("periods", {"series": "a"}, {"series": "b"}), vi)
    assert [(p.form, p.panel, len(p.series)) for p in found] == [("column", "a", 1), ("column", "b", 1)]


def test_an_interval_belongs_to_the_mark_only_where_the_mark_is_the_share(vi: Words) -> None:
    bounds = {"estimate": 0.75, "share": "75,0%", "conf_low": 0.7, "conf_high": 0.8}
    point = native.plans(chart("mix", bounds), vi)[0].series[0].points[0]
    assert (point.low, point.high, point.text) == (0.7, 0.8, "75,0% (1.783)")
    beside = native.plans(chart("funnel", {**bounds, "estimate": 122.0, "value": "122"}), vi)[0].series[0]
    assert not beside.bounded
    assert beside.points[0].text == "122 (75,0%)"
    below, above = native.plans(chart("mix", bounds), vi)[0].series[0].margins
    assert below == pytest.approx([0.05])
    assert above == pytest.approx([0.05])


def test_a_bound_that_is_no_number_draws_no_interval(vi: Words) -> None:
    series = native.plans(chart("mix", {"estimate": 0.75, "conf_low": "nan", "conf_high": math.nan}), vi)[0].series[0]
    assert series.margins == ([None], [None])
    assert not series.bounded


@pytest.mark.parametrize("bound", [None, 0.385])
def test_a_refused_interval_beside_a_known_one_has_no_length(bound: float | None, vi: Words) -> None:
    refused = {"label": "b", "estimate": 0.385, "share": "38,5%", "conf_low": bound, "conf_high": bound}
    known = {"estimate": 0.78, "share": "78,0%", "conf_low": 0.72, "conf_high": 0.83}
    series = native.plans(chart("points", known, refused), vi)[0].series[0]
    below, above = series.margins
    assert (below[1], above[1]) == (None, None)
    assert below[0] == pytest.approx(0.06)


def test_a_stage_counted_in_instances_says_so_beside_others(vi: Words) -> None:
    first = {"label": "Được kiểm tra", "unit": "instances", "value": "317", "estimate": 317.0}
    rough = {**first, "label": "Kiểm tra lại", "value": "hơn 300\u00a0[a]", "estimate": 300.0}
    later = {"label": "Có vi phạm", "unit": "organisations", "value": "122", "share": "38%", "estimate": 122.0}
    points = native.plans(chart("funnel", first, rough, later), vi)[0].series[0].points
    assert [p.text for p in points] == ["317\u00a0lượt", "hơn 300\u00a0lượt\u00a0[a]", "122 (38%)"]
    alone = native.plans(chart("funnel", first), vi)[0].series[0].points
    assert [p.text for p in alone] == ["317"]


def test_an_approximate_figure_is_told_apart(vi: Words) -> None:
    series = native.plans(chart("bars", {"approx": "over", "value": "hơn 1.700 [a]"}, {"label": "b"}), vi)[0].series[0]
    assert [(p.rough, p.approx, p.text) for p in series.points] == [
        (True, "over", "hơn 1.700 [a]"), (False, "", "1.783"),
    ]  # fmt: skip


def test_kinds_without_a_native_form_have_none(vi: Words) -> None:
    assert native.plans(chart("coverage", {}), vi) == ()
    assert native.plans(chart("bodies_funnel", {}), vi) == ()


@pytest.mark.parametrize("kind", ["control", "interrupted", "fan", "a_kind_of_tomorrow"])
def test_lines_in_time_and_kinds_not_known_here_stay_pictures(kind: str, vi: Words) -> None:
    assert kind not in native.FORMS
    assert native.plans(chart(kind, {}, {"label": "b"}), vi) == ()


def test_a_label_met_twice_is_two_categories(vi: Words) -> None:
    assert native.plans(chart("bars", {}, {"estimate": 2.0}), vi)[0].categories == ("Khiển trách", "Khiển trách (2)")


def test_bars_stand_on_zero_unless_they_stand_on_both_sides_of_it(vi: Words) -> None:
    change = {"estimate": -0.2, "share": "", "value": "-20,0%", "conf_low": -0.3, "conf_high": 0.1}
    around = native.plans(chart("changes", change), vi)[0]
    assert (around.from_zero, around.reach) == (False, (-0.3, 0.1))
    assert native.plans(chart("bars", {}), vi)[0].from_zero


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [("2.377", 2377.0, "#,##0"), ("5,28", 5.2822, "#,##0.00"), ("75,0%", 0.7501, "0.0%"), ("89%", 0.893, "0%"),
     ("0,04%", 0.0004, "0.00%"), ("hơn 281 [a]", 281.0, ""), ("2377", 2377.0, ""), ("75,0%", 0.76, ""),
     ("–", None, "")],
)  # fmt: skip
def test_a_number_is_formatted_as_it_is_printed_or_not_at_all(
    text: str, value: float | None, expected: str, vi: Words
) -> None:
    assert native.number_format(text, value, vi) == expected


def test_a_stacking_order_is_the_reading_order(vi: Words) -> None:
    made = chart("mix_compared", {"series": "trước"}, {"series": "nay"}, {"series": "trước", "label": "Cảnh cáo"})
    (plan,) = native.plans(made, vi)
    assert [(s.name, s.strong, s.values) for s in plan.series] == [
        ("trước", False, [1783.0, 1783.0]), ("nay", True, [1783.0, None]),
    ]  # fmt: skip
    assert native.plans(replace(made, marks=()), vi) == ()
