"""The charts by name: aliases, charts of their own on the real figures, and sentences where there are none."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from sheets import hidden, outside

from stats import indicators
from stats.errors import UnknownCodeError, UsageError
from stats.figures import Chart
from stats.indicators import Book
from stats.sections import charts
from stats.sections.bodies import comparison_of
from stats.sections.report import report_on

BOOK = indicators.open_book()
ALONE = (
    "inspection-streams", "inspection-series", "penalty-series", "severity-shift", "discipline-series", "count-change",
)  # fmt: skip
CASES = (
    ("inspection-streams", "ha-noi", "2020-2025/half"), ("inspection-series", "national", "2025"),
    ("penalty-series", "tp-ho-chi-minh", "2024"), ("severity-shift", "ha-noi", "2020-2025/half"),
    ("discipline-series", "national", "2024"), ("count-change", "national", "2024"),
)  # fmt: skip


def drawn(name: str, place: str, period: str, lang: str = "vi", book: Book = BOOK) -> list[Chart]:
    body = book.codes.body(place)
    return charts.draw(report_on(book, body, book.codes.period(period, body.body_id), lang), name)


def planted(n: int) -> Book:
    """Return the curated data with penalty splits of `n` bodies in a year nobody published."""
    template = BOOK.tables.discipline.iloc[0].to_dict()
    names = [b for b, body in BOOK.codes.bodies.ids.items() if body.level == "province" and not body.valid_from][:n]
    rows = []
    for k, body in enumerate(names):
        split = {"reprimand": 90 + 30 * k, "warning": 20, "removal": 3, "expulsion": 4 if k else 70}
        for penalty, count in {**split, "all": sum(split.values())}.items():
            rows.append({
                **template, "row_id": f"X{len(rows):04d}", "body_id": body, "period": "1999", "penalty": penalty,
                "period_start": pd.Timestamp("1999-01-01"), "period_end": pd.Timestamp("1999-12-31"), "flags": "",
                "actor": "committees_and_commissions", "count": count, "unit": "members",
            })  # fmt: skip
    frame = pd.DataFrame(rows).astype(BOOK.tables.discipline.dtypes.to_dict())
    return Book(replace(BOOK.tables, discipline=frame), BOOK.codes)


@pytest.mark.parametrize(("alias", "name"), charts.ALIASES.items())
def test_an_alias_means_a_chart(alias: str, name: str) -> None:
    assert charts.resolve(alias) == charts.resolve(name) == name
    assert alias not in charts.CHARTS


def test_an_unknown_chart_names_the_nearest() -> None:
    assert charts.resolve("Penalty_Mix ") == "penalty-mix"
    with pytest.raises(UnknownCodeError, match="penalty-mix"):
        charts.resolve("penalty-mx")


def test_every_section_function_makes_the_chart_it_is_listed_for() -> None:
    assert set(charts.ALL_BODIES) < set(charts.CHARTS)
    assert set(ALONE) < set(charts.CHARTS)


@pytest.mark.parametrize(("name", "place", "period"), CASES)
def test_a_chart_of_its_own_on_the_real_figures(name: str, place: str, period: str) -> None:
    editions = {lang: drawn(name, place, period, lang) for lang in ("vi", "en")}
    for vi, en in zip(editions["vi"], editions["en"], strict=True):
        assert vi.name == en.name
        assert vi.rows == en.rows
        assert vi.rows
        assert vi.title != en.title
        raw = ["estimate", "conf_low", "conf_high", "state", "rows"]
        assert vi.table[raw].equals(en.table[raw])
        for chart in (vi, en):
            go.Figure(chart.spec)
            assert outside(chart) == []
            assert hidden(chart) == []
            assert len(re.findall(r"\.(?=\s|$)", chart.alt)) <= 3
            assert "{" not in chart.alt


@pytest.mark.parametrize("body", ["ha-noi", "national"])
def test_every_chart_of_its_own_is_drawn_wherever_there_are_figures(body: str) -> None:
    found: dict[str, int] = dict.fromkeys(ALONE, 0)
    for period in BOOK.periods(body):
        report = report_on(BOOK, BOOK.codes.body(body), period, "vi")
        for name in ALONE:
            made = charts.CHARTS[name](report).charts
            found[name] += len(made)
            assert len({chart.name for chart in made}) == len(made)
            assert not [(c.name, hidden(c), outside(c)) for c in made if hidden(c) or outside(c)]
    expected = set(ALONE) if body == "ha-noi" else set(ALONE) - {"penalty-series", "severity-shift"}
    assert {name for name, n in found.items() if n} == expected


def test_the_shift_of_ha_noi_is_called_polarised_in_its_title() -> None:
    (vi,) = drawn("severity-shift", "ha-noi", "2020-2025/half")
    assert (
        vi.title
        == "Cơ cấu hình thức kỷ luật phân hóa về hai đầu (nhẹ nhất và nặng nhất), không chỉ theo hướng nặng hơn"
    )
    assert [round(100 * x, 1) for x in vi.table["estimate"]] == [0.5, -3.2, -0.7, 3.4]
    assert vi.table["value"].tolist()[-1] == "+3,4\u00a0điểm"


def test_a_series_shows_its_gaps_and_breaks_and_says_what_changed_last() -> None:
    found = {chart.name: chart for chart in drawn("discipline-series", "national", "2024")}
    chart = found["discipline-series-committees-and-commissions"]
    assert "24.162" in chart.title
    assert "24.097" in chart.title
    assert "chưa thấy thay đổi có ý nghĩa thống kê" in chart.title
    assert chart.table["state"].tolist()[1:5] == ["missing"] * 4
    words = " ".join(a["text"] for a in chart.spec["layout"]["annotations"])
    assert "06/7/2022: 69-QĐ/TW" in words


def test_a_change_is_that_of_the_counts_by_hand() -> None:
    (chart,) = drawn("count-change", "ha-noi", "2018")
    line = chart.table[chart.table["series"].str.contains("119")].iloc[0]
    assert line["estimate"] == pytest.approx(128 / 119 - 1)
    assert "chưa có ý nghĩa thống kê" in line["value"]
    assert chart.title == (
        "So với năm 2017: 1\u00a0chỉ tiêu giảm có ý nghĩa thống kê, "
        "5\u00a0chỉ tiêu chưa thấy thay đổi có ý nghĩa thống kê"
    )


def test_a_period_without_figures_gives_a_sentence() -> None:
    with pytest.raises(UsageError, match="no figures for the chart 'penalty-mix' of Hà Nội in 2009"):
        drawn("penalty-mix", "ha-noi", "2009")
    with pytest.raises(UsageError, match="'penalty-series' needs a series: at least 2 periods of the kind of 2009"):
        drawn("penalty-series", "ha-noi", "2009")


@pytest.mark.parametrize("name", sorted(charts.ALL_BODIES))
def test_bodies_are_refused_below_eight_with_their_number(name: str) -> None:
    with pytest.raises(UsageError, match=r"At most 2 bodies .* 8 are needed"):
        drawn(name, "ha-noi", "2018")
    with pytest.raises(UsageError, match="At most 7 bodies"):
        charts.draw(comparison_of(planted(7), "1999"), name)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", sorted(charts.ALL_BODIES))
def test_ten_bodies_are_drawn_for_a_period_alone(name: str, lang: str) -> None:
    (chart,) = charts.draw(comparison_of(planted(10), "1999", lang), name)
    assert len(chart.table) == 10
    assert np.isfinite(chart.table["estimate"]).all()
    assert outside(chart) == []
    assert hidden(chart) == []


def test_coverage_of_a_body_is_a_chart_too() -> None:
    (chart,) = drawn("coverage", "ha-noi", "2018")
    assert chart.name == "coverage-periods-ha-noi"
