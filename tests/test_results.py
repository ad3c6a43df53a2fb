"""Every result type says the same things in the same columns, in a terminal and in a notebook."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable

import numpy as np
import pytest

import stats
from stats import indicators, timeline
from stats.comparisons.funnels import funnel
from stats.comparisons.multiplicity import adjust_p_values
from stats.comparisons.ranks import rank_intervals
from stats.comparisons.shrinkage import shrink_shares
from stats.comparisons.two_proportions import difference_of_shares
from stats.disaggregation import denton
from stats.forecasts import back_test, naive_forecast
from stats.models.interrupted import interrupted_series
from stats.models.regression import regression_fit
from stats.monitoring import runs_test, xmr_chart
from stats.periods import Period
from stats.quality.consistency import check_parts, check_percentages
from stats.quality.imputation import rubin_pool
from stats.results import COLUMNS, Note, Printed, Result, State, tidy, to_frame
from stats.seasons import classical_decomposition
from stats.series.differences import increments
from stats.series.runs import comparable_runs
from stats.severity.association import independence_of_many
from stats.severity.cumulative import severity_fit
from stats.severity.decomposition import decompose_change
from stats.severity.mix import mix_shift
from stats.severity.stratified import generalised_cmh
from stats.shares import share, share_test
from stats.stages import conversion
from stats.trends.breaks import find_breaks
from stats.trends.change_points import pettitt

TERM, HALF = [3088, 622, 72, 361], [1783, 281, 25, 288]
QUARTERS = [10, 12, 9, 11, 10, 8, 11, 9, 21, 18, 20, 22, 19, 20, 23, 18]
X, N = [12, 30, 9, 41, 22, 15, 60, 28], [120, 250, 100, 390, 230, 160, 300, 270]
BOOK = indicators.open_book()

EXAMPLES: dict[str, Callable[[], Printed]] = {
    "Result": lambda: indicators.first(
        BOOK, "discipline-rate-members", "ha-noi", Period.parse("2022"), "committees_and_commissions"
    ),
    "Results": lambda: indicators.compute(BOOK, "penalty-mix-members", "ha-noi", Period.parse("2022")),
    "Estimates": lambda: share(X, N, unit="members", base="members_disciplined"),
    "TestResult": lambda: share_test(131, 1142, value=0.1),
    "Contrasts": lambda: difference_of_shares([131, 100], [1142, 900], 107, 1114),
    "Funnel": lambda: funnel(X, N),
    "Shrunk": lambda: shrink_shares(X, N),
    "Ranks": lambda: rank_intervals(share(X, N)),
    "Adjusted": lambda: adjust_p_values([0.01, 0.04, None]),
    "MixShift": lambda: mix_shift(TERM, HALF),
    "CmhTests": lambda: generalised_cmh([[TERM, HALF]]),
    "Tests": lambda: independence_of_many([[TERM, HALF], [HALF, TERM]]),
    "SeverityModel": lambda: severity_fit([TERM, HALF], [[0], [1]]),
    "ChangeParts": lambda: decompose_change({"a": 100, "b": 10}, {"a": 120, "b": 30}),
    "SumCheck": lambda: check_parts([[423, 183], [18_130, 6_302]], [606, 24_162]),
    "PercentCheck": lambda: check_percentages(HALF, 2377, [75.0, 11.8, 1.1, 12.1]),
    "Pooled": lambda: rubin_pool([1, 2, 3], [1, 1, 1]),
    "Increments": lambda: increments([440, 1114]),
    "Runs": lambda: comparable_runs([Period.parse("2018-6M"), Period.parse("2018")]),
    "Conversion": lambda: conversion({"examined": 751, "violation": 332, "required": 236}, unit="members"),
    "RegressionModel": lambda: regression_fit(X, [0, 1] * 4, exposure=N, terms=["late"]),
    "InterruptedSeries": lambda: interrupted_series(QUARTERS, at=8),
    "ControlChart": lambda: xmr_chart(QUARTERS),
    "LongestRuns": lambda: runs_test(QUARTERS),
    "ChangePoint": lambda: pettitt(QUARTERS),
    "Breaks": lambda: find_breaks(QUARTERS),
    "Forecast": lambda: naive_forecast(QUARTERS, horizon=2),
    "BackTest": lambda: back_test(QUARTERS * 2, method="mean"),
    "Disaggregation": lambda: denton([10, 12, 15, 14]),
    "Decomposition": lambda: classical_decomposition(QUARTERS, season=4),
    "Series": lambda: timeline.series(BOOK, "disciplined-members", "national", "year", "committees"),
}
NO_FIGURES = {"Runs"}
"""Types that sort periods and hold no figure."""


def types() -> set[str]:
    for module in pkgutil.walk_packages(stats.__path__, "stats."):
        if not module.name.endswith("__main__") and module.name.split(".")[1] not in ("reports", "app", "explore"):
            importlib.import_module(module.name)

    def below(kind: type) -> set[str]:
        return {kind.__name__} | {name for child in kind.__subclasses__() for name in below(child)}

    return below(Printed) - {"Printed"}


def test_every_type_has_an_example() -> None:
    assert types() == set(EXAMPLES)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - NO_FIGURES))
def test_the_shared_columns_stand_together_in_order(name: str) -> None:
    frame = EXAMPLES[name]().to_frame()
    start = list(frame.columns).index(COLUMNS[0])
    assert tuple(frame.columns[start : start + len(COLUMNS)]) == COLUMNS
    assert frame.columns.is_unique
    assert frame["method"].astype(str).str.len().gt(0).all()
    assert set(frame["state"]) <= {state.value for state in State}
    assert not frame[["unit", "base", "sources", "caveats"]].isna().any().any()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_prints_in_a_terminal(name: str) -> None:
    result = EXAMPLES[name]()
    text = str(result)
    assert text.splitlines()[0] == name
    assert "array(" not in text
    assert "nan" not in text.lower().split()
    assert max(map(len, text.splitlines())) < 300
    assert name == "Result" or repr(result) == text


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_prints_in_a_notebook(name: str) -> None:
    result = EXAMPLES[name]()
    markup = result._repr_html_()
    assert markup.startswith(f"<p><b>{name}</b>")
    assert markup.count("<table") == markup.count("</table>") <= 1
    numbers = re.findall(r"\d+\.?\d*", str(result))
    assert set(numbers) <= set(re.findall(r"\d+\.?\d*", markup))


def test_what_holds_for_all_rows_is_said_once() -> None:
    head, _, table = str(EXAMPLES["Estimates"]()).partition("   estimate")
    for word in ("wilson", "0.95", "members_disciplined"):
        assert head.count(word) == 1
        assert word not in table
    assert len(table.splitlines()) == 1 + len(X)


def test_a_single_result_is_one_line_in_a_list() -> None:
    shown = repr([EXAMPLES["Result"]()])
    assert "\n" not in shown
    assert "method=byar" in shown
    assert "conf_low=0" in repr(Result(estimate=0.0, conf_low=0.0, conf_high=0.3))


def test_refusals_say_why_and_caveats_stand_in_their_rows() -> None:
    refused = shrink_shares([1, 2], [10, 20])
    assert "too_few_bodies (found 2, needed 8)" in str(refused)
    assert refused.estimates[0].reason == Note("too_few_bodies", {"found": 2, "needed": 8})
    assert refused.to_frame()["caveats"].tolist() == ["too_few_bodies"] * 2
    some = tidy({"estimate": [1.0, 2.0]}, 2, caveats=[Note("a", {"rows": (1,)}), Note("b")])
    assert some["caveats"].tolist() == ["b", "a;b"]
    assert some["state"].tolist() == ["value", "value"]


def test_notes_print_short_and_markup_is_escaped() -> None:
    assert str(Note("n", {"rows": tuple(range(20))})) == "n (rows 0, 1, 2, 3, 4 and 15 more)"
    assert "Result(" not in str(Note("n", {"total": EXAMPLES["Result"]()}))
    assert "<b>&lt;i&gt;" not in Result(estimate=1.0, unit="<i>")._repr_html_()
    assert "&lt;i&gt;" in Result(estimate=1.0, unit="<i>")._repr_html_()


def test_many_results_make_one_frame() -> None:
    frame = to_frame([EXAMPLES["Result"](), Result(state=State.MISSING)])
    assert tuple(frame.columns[: len(COLUMNS)]) == COLUMNS
    assert frame["sources"].tolist()[1] == ""
    assert frame["sources"].tolist()[0].count(";") == 1
    assert np.isnan(float(frame["estimate"][1]))
    assert to_frame([]).empty


def test_a_list_of_results_is_a_list_and_shows_itself_as_one_table() -> None:
    found = EXAMPLES["Results"]()
    assert isinstance(found, list)
    assert found == list(found)
    assert not indicators.compute(BOOK, "penalty-mix-members", "ha-noi", Period.parse("2019"))
    head, _, table = found._repr_html_().partition("<table")
    assert head.count("goodman") == 1, "what holds for all is said once"
    assert "expulsion" in table
    assert "<table" not in indicators.compute(BOOK, "penalty-mix-members", "ha-noi", Period.parse("2019"))._repr_html_()


def test_equal_notes_are_one_whatever_they_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is printed to find out: charts make the notes of hundreds of figures unique."""
    monkeypatch.setattr(Result, "__str__", lambda _: pytest.fail("printed"))
    total = Result(estimate=3.0, unit="members")
    values = [{"total": total, "n": 1}, {"n": 1.0, "total": Result(estimate=3.0, unit="members")}]
    notes = [Note("n", held) for held in values]
    assert len(dict.fromkeys(notes)) == 1
    assert len({*notes, Note("n", {"n": 2, "total": total})}) == 2
