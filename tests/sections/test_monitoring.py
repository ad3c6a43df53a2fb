"""Monitoring over time: refused in one line on what is published, drawn on the sample, nothing mixed on the way."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from stats import indicators, synthetic
from stats.codes import Rule
from stats.errors import UsageError
from stats.indicators import Book
from stats.periods import Period
from stats.reports.sampling import sample_book
from stats.results import Result
from stats.seasons import new_year_month
from stats.sections import charts, kinds, monitoring
from stats.sections.blocks import Section
from stats.sections.monitoring.controlling import _chart
from stats.sections.monitoring.following import Followed, followed
from stats.sections.monitoring.forecasting import _naive, _smoothed
from stats.sections.monitoring.interrupting import _tried, verdict
from stats.sections.monitoring.season import without_season
from stats.sections.report import Report, report_on
from stats.timeline import Point

BOOK = indicators.open_book()
LAST = "2025-12"
STEADY = [30, 33, 28, 31, 35, 29, 32, 30, 34, 27, 31, 33, 30, 29, 32, 31, 28, 34]
METHODS = ("control", "interrupted", "forecast")


def opened(book: Book, place: str, key: str, lang: str = "vi") -> Report:
    body = book.codes.body(place)
    return report_on(book, body, book.codes.period(key, body.body_id), lang)


@cache
def sampled(place: str = "synthetic-07", key: str = LAST, lang: str = "vi") -> Section:
    return monitoring.monitoring(opened(sample_book(), place, key, lang))


def said(section: Section) -> str:
    return " ".join(b.data["text/plain"] for b in section.blocks if b.mark["block"] != "chart")


def with_months(values: list[int], *, first: str = "2023-01", **columns: object) -> Book:
    """Return the curated data with monthly members disciplined of a body that published none."""
    start = Period.parse(first).start
    template = BOOK.tables.discipline.iloc[0].to_dict()
    rows = []
    for k, count in enumerate(values):
        number = start.year * 12 + start.month - 1 + k
        period = Period.parse(f"{number // 12}-{number % 12 + 1:02d}")
        rows.append({
            **template, "row_id": f"X{k:04d}", "body_id": "ha-giang", "period": period.key, "penalty": "all",
            "period_start": pd.Timestamp(period.start), "period_end": pd.Timestamp(period.end), "flags": "",
            "actor": "committees_and_commissions", "subject": "member", "subgroup": "all", "activity": "discipline",
            "stage": "disciplined", "unit": "members", "count": count, "approx": "exact",
            **{name: value[k] if isinstance(value, list) else value for name, value in columns.items()},
        })  # fmt: skip
    frame = pd.DataFrame(rows).astype(BOOK.tables.discipline.dtypes.to_dict())
    return Book(replace(BOOK.tables, discipline=frame), BOOK.codes)


class TestOnWhatIsPublished:
    def test_no_report_has_a_chart_and_every_one_says_why(self) -> None:
        for body in BOOK.bodies():
            for period in BOOK.periods(body):
                section = monitoring.monitoring(report_on(BOOK, BOOK.codes.body(body), period, "vi"))
                assert section.charts == ()
                assert re.search(r"[Cc]hưa", said(section)), (body, period.key)

    def test_ha_noi_2018_names_what_each_method_needs(self) -> None:
        vi, en = (said(monitoring.monitoring(opened(BOOK, "ha-noi", "2018", lang))) for lang in ("vi", "en"))
        assert "mới có 3 kỳ cùng loại" in vi
        assert "Biểu đồ kiểm soát cần ít nhất 12 kỳ" in vi
        assert "3 periods of the kind" in en
        assert "A control chart needs at least 12 periods" in en

    @pytest.mark.parametrize("name", METHODS)
    def test_a_chart_is_refused_in_both_languages(self, name: str) -> None:
        with pytest.raises(UsageError) as caught:
            charts.draw(opened(BOOK, "ha-noi", "2018"), name)
        assert "chưa áp dụng" in caught.value.vi
        assert "not used" in caught.value.en
        assert re.search(r"(?:cần ít nhất|\(cần) (?:12|8)", caught.value.vi), caught.value.vi

    def test_a_period_without_what_is_followed_says_so(self) -> None:
        report = opened(BOOK, "bac-kan", "2015-2020")
        assert "chưa có số liệu của chỉ tiêu nào" in said(monitoring.monitoring(report))
        with pytest.raises(UsageError, match="None of the indicators followed"):
            charts.draw(report, "control")


class TestOnTheSample:
    def test_every_method_speaks_and_every_chart_says_synthetic(self) -> None:
        section = sampled()
        names = [chart.name for chart in section.charts]
        assert {name.split("-")[0] for name in names} == set(METHODS)
        assert len(names) == len(set(names))
        for chart in section.charts:
            assert synthetic.MARK in chart.subtitle
            assert synthetic.MARK in chart.credit
            assert len(chart.table) >= 60

    def test_both_editions_have_the_same_figures(self) -> None:
        vi, en = sampled(), sampled(lang="en")
        assert [b.mark["block"] for b in vi.blocks] == [b.mark["block"] for b in en.blocks]
        for one, other in zip(vi.charts, en.charts, strict=True):
            assert one.rows == other.rows
            assert one.table["estimate"].equals(other.table["estimate"])
        assert not re.search(r"\b(?:the|and|of|periods?)\b", said(vi))

    def test_the_planted_rule_divides_the_series(self) -> None:
        (series,) = followed(opened(sample_book(), "synthetic-07", LAST), ["disciplined-members"])
        assert [rule.in_force for rule in series.breaks] == [synthetic.RULE.in_force]
        assert series.latest().periods[0].start == dt.date(2021, 1, 1)
        assert series.between(None, synthetic.RULE.in_force).periods[-1].key == "2020-12"

    def test_a_series_ends_with_the_period_of_the_report(self) -> None:
        (series,) = followed(opened(sample_book(), "synthetic-07", "2019-06"), ["disciplined-members"])
        assert series.periods[-1].key == "2019-06"
        assert series.breaks == ()

    def test_a_chart_is_drawn_by_its_name(self) -> None:
        drawn = charts.draw(opened(sample_book(), "synthetic-07", LAST), "control")
        assert [c.name for c in drawn] == [c.name for c in sampled().charts if c.name.startswith("control")]
        assert len(drawn) == 3

    def test_years_of_the_sample_are_refused(self) -> None:
        section = sampled(key="2018")
        assert section.charts == ()
        assert "mới có 3 kỳ" in said(section)

    def test_it_is_a_section_of_the_period_report(self) -> None:
        assert monitoring.monitoring in kinds.SECTIONS["period"]


class TestWhatGoesIntoASeries:
    def report(self, book: Book, key: str = "2024-06") -> Report:
        return opened(book, "ha-giang", key)

    def test_eighteen_steady_months_are_quiet(self) -> None:
        section = monitoring.monitoring(self.report(with_months(STEADY)))
        assert "không có tín hiệu" in said(section).lower()
        assert "không thấy thay đổi ngoài dao động thông thường" in section.charts[0].title

    def test_a_planted_leap_is_the_signal(self) -> None:
        section = monitoring.monitoring(self.report(with_months([*STEADY[:-1], 70])))
        assert "một tín hiệu" in section.charts[0].title
        assert "6/2024 (vượt giới hạn kiểm soát trên)" in said(section)

    def test_an_approximate_or_doubtful_figure_is_a_gap(self) -> None:
        approx = ["over" if k == 5 else "exact" for k in range(18)]
        flags = ["implausible" if k == 7 else "" for k in range(18)]
        (series,) = followed(self.report(with_months(STEADY, approx=approx, flags=flags)))
        assert np.flatnonzero(np.isnan(series.values)).tolist() == [5, 7]
        assert len(series.known) == 16
        assert [p.key for p in series.uncertain] == ["2023-06", "2023-08"]
        longer = with_months([*STEADY, *STEADY[:6]], approx=[*approx, *approx[6:12]], flags=[*flags, *[""] * 6])
        section = monitoring.monitoring(self.report(longer, "2024-12"))
        told = "Chỉ có số ước lượng hoặc số chưa chắc chắn nên không đưa vào phép tính: tháng 6/2023 và tháng 8/2023."
        assert told in section.charts[0].notes
        assert told in said(section), "a forecast takes no gaps, and says which are which"

    def test_zeros_that_stand_for_no_report_are_refused(self) -> None:
        section = monitoring.monitoring(self.report(with_months([*STEADY[:9], 0, *STEADY[10:]])))
        assert section.charts == ()
        assert "nhiều khả năng là chưa báo cáo" in said(section)
        assert "cờ lưu ý “Số 0 là số đếm được”" in said(section)

    def test_a_zero_that_the_source_states_is_a_figure(self) -> None:
        flags = ["zero_counted" if k == 9 else "" for k in range(18)]
        book = with_months([*STEADY[:9], 0, *STEADY[10:]], flags=flags)
        section = monitoring.monitoring(self.report(book))
        assert "tháng 10/2023" in section.charts[0].title
        assert "chưa báo cáo" not in said(section)

    def test_a_break_inside_begins_anew_and_short_phases_are_refused(self) -> None:
        section = monitoring.monitoring(self.report(with_months(STEADY, first="2022-01"), "2023-06"))
        assert section.charts == ()
        assert "Giữa hai mốc thay đổi liền nhau" in said(section)

    def test_quarters_are_joined_from_the_named_one_and_the_windows(self) -> None:
        months = ((1, 3), (4, 6), (7, 9), (10, 12))
        keys = [f"{year}-Q1" if a == 1 else f"{year}-{a:02d}-01..{year}-{b:02d}-{30 if b in (6, 9) else 31}"
                for year in (2023, 2024) for a, b in months]  # fmt: skip
        book = with_months(STEADY[: len(keys)])
        periods = [Period.parse(key) for key in keys]
        frame = book.tables.discipline.assign(
            period=keys, period_start=pd.to_datetime([p.start for p in periods]),
            period_end=pd.to_datetime([p.end for p in periods]),
        )  # fmt: skip
        joined = Book(replace(book.tables, discipline=frame), book.codes)
        for key in keys[-1], keys[4]:
            (series,) = followed(self.report(joined, key))
            assert [p.key for p in series.periods] == keys[: keys.index(key) + 1]
            assert series.season == 4


@pytest.mark.parametrize(("size", "most"), [("page", 36), ("half", 18)])
def test_columns_of_months_are_the_latest_that_can_be_read(size: str, most: int) -> None:
    report = opened(sample_book(), "synthetic-03", "2024-12")
    report.size = size
    for name in ("discipline-series", "penalty-series"):
        (chart,) = charts.draw(report, name)
        assert chart.table["label"].nunique() == most
        assert f"Chỉ vẽ {most} kỳ gần nhất." in chart.notes
        assert "tháng 12/2024" in chart.subtitle


class TestTheSeason:
    """What is made up has a rush in November and December and a lull at the Lunar New Year."""

    def series(self, design: synthetic.Design, years: int = 8, freq: str = "month") -> Followed:
        made = synthetic.series(freq, bodies=1, first_year=2026 - years, seed=3, design=design)
        points = tuple(
            Point(Period.parse(key), Result(estimate=float(x), unit="members"))
            for key, x in zip(made["period"], made["disciplined"], strict=True)
        )
        return Followed("disciplined-members", "committee", "members", points, (), 12 if freq == "month" else 4)

    def test_it_is_taken_out_with_the_holiday_wherever_it_falls(self) -> None:
        strong = replace(synthetic.IN_CONTROL, members=(2e6, 4e6), year_end=(1.3, 1.6), new_year=0.5)
        series = self.series(strong)
        own, told = without_season(series)
        assert told is not None
        assert told.code == "season_removed_months"
        holiday = [new_year_month(p.start.year) == p.start.month for p in series.periods]
        assert np.mean(series.values[holiday]) < 0.6 * np.mean(series.values)
        assert np.mean(own.values[holiday]) == pytest.approx(np.mean(own.values), rel=0.05)
        assert not _chart(own).found.signals[0].any()
        assert _chart(series).found.signals[0].any()

    def test_quarters_say_nothing_of_months(self) -> None:
        strong = replace(synthetic.IN_CONTROL, members=(2e6, 4e6), year_end=(1.6, 1.9))
        assert without_season(self.series(strong, freq="quarter"))[1].code == "season_removed"

    def test_a_series_without_one_is_left_as_it_is(self) -> None:
        series = self.series(synthetic.IN_CONTROL)
        assert without_season(series) == (series, None)
        assert without_season(self.series(synthetic.REALISTIC, years=2))[1] is None

    def test_the_rush_at_the_end_of_the_year_does_not_hide_what_a_rule_did(self) -> None:
        """Every month has a level of its own: as sure as if there were no season."""
        season = replace(synthetic.IN_CONTROL, members=(2e6, 4e6), year_end=(1.5, 2), new_year=0.6)
        plain = synthetic.IN_CONTROL
        day = dt.date(2022, 1, 1)
        made = Rule("made-up", day, "SYNTHETIC", "", "", (), "", "", "high")
        dispersion = []
        for design in (season, replace(plain, members=season.members)):
            rule = synthetic.MadeUpRule(in_force=day, ratio=1.15)
            fit = _tried(self.series(replace(design, rule=rule)), made).fit
            assert verdict(fit) == "rose"
            dispersion.append(fit.model.dispersion)
        assert max(dispersion) < 1.5

    def test_the_holiday_is_forecast_where_it_falls(self) -> None:
        """To the end of 2024, when it fell in February; in 2025 it falls in January."""
        strong = replace(synthetic.IN_CONTROL, members=(2e6, 4e6), year_end=(1.2, 1.4), new_year=0.4)
        whole = self.series(strong)
        own = replace(whole, points=whole.points[:-12])
        for found in (_naive(own), _smoothed(own)):
            assert [p.key for p in found.periods[:2]] == ["2025-01", "2025-02"]
            assert found.estimate[0, 0] < 0.6 * found.estimate[0, 1]
            assert found.observed[0].tolist() == own.values.tolist()
            low, high = found.interval(0.95)
            assert (low[0] < found.estimate[0]).all()
            assert (found.estimate[0] < high[0]).all()


def test_quarters_are_drawn_and_named_as_quarters() -> None:
    months = ((1, 3), (4, 6), (7, 9), (10, 12))
    keys = [f"{year}-Q1" if a == 1 else f"{year}-{a:02d}-01..{year}-{b:02d}-{30 if b in (6, 9) else 31}"
            for year in range(2008, 2013) for a, b in months]  # fmt: skip
    book = with_months([*STEADY, 33, 29])
    periods = [Period.parse(key) for key in keys]
    frame = book.tables.discipline.assign(
        period=keys, period_start=pd.to_datetime([p.start for p in periods]),
        period_end=pd.to_datetime([p.end for p in periods]),
    )  # fmt: skip
    section = monitoring.monitoring(
        opened(Book(replace(book.tables, discipline=frame), BOOK.codes), "ha-giang", keys[-1])
    )
    assert [chart.name for chart in section.charts] == ["control", "forecast"]
    assert "từ quý I/2008 đến quý IV/2012" in section.charts[0].subtitle.replace("\u00a0", " ")
    assert "quý I/2013" in section.charts[1].title.replace("\u00a0", " ")
    assert "01/10/2012" not in said(section)


def test_periods_after_a_late_change_are_said_to_be_unjudged() -> None:
    months = [*STEADY, *STEADY[:12], 31, 90]
    section = monitoring.monitoring(opened(with_months(months, first="2022-10"), "ha-giang", "2025-05"))
    assert section.charts[0].title.endswith("(4\u00a0kỳ cuối chưa xét)")
    assert "chưa đủ để tính giới hạn sau mốc thay đổi nên chưa được xét" in said(section)
    assert "ở giai đoạn gần nhất có giới hạn" in said(section)
