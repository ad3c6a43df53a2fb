"""What holds for a chart of every kind: valid, told in three sentences, its table the twin of its marks."""

import copy
import json

import plotly.graph_objects as go
import pytest
from sheets import LANGS, LINES, PENALTIES, WORDS, count, drawn, hidden, made, mix, outside, printed, share

from stats import figures, theme
from stats.errors import InputError
from stats.figures import Cell, Item, Point, Progress
from stats.periods import Period
from stats.results import Approx

CHARTS = {lang: made(lang) for lang in LANGS}
NAMES = tuple(CHARTS["vi"])
TALLIED = ("coverage", "tally-grid", "programme-progress")
every = pytest.mark.parametrize("name", NAMES)


@every
@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_is_valid_plotly_and_plain_json(name, lang):
    spec = CHARTS[lang][name].spec
    assert json.loads(json.dumps(spec)) == spec
    go.Figure(copy.deepcopy(spec))  # checks every name and value against plotly's schema
    assert CHARTS[lang][name].figure.layout.width == 720


@every
@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_has_an_alternative_text_of_three_sentences(name, lang):
    chart = CHARTS[lang][name]
    assert chart.alt.endswith(".")
    assert chart.alt.count(". ") <= 2
    assert chart.title in chart.alt
    assert chart.spec["layout"]["meta"]["alt"] == chart.alt


@every
def test_the_languages_differ_in_words_and_agree_in_numbers(name):
    vi, en = CHARTS["vi"][name], CHARTS["en"][name]
    assert vi.alt != en.alt
    raw = ["estimate", "conf_low", "conf_high", "numerator", "denominator", "unit", "state", "approx", "rows"]
    assert vi.table[raw].equals(en.table[raw])
    assert vi.spec["layout"]["separators"] == ",."
    assert en.spec["layout"]["separators"] == ".,"


@pytest.mark.parametrize("name", [n for n in NAMES if n not in TALLIED])
def test_the_data_table_is_the_twin_of_the_marks(name):
    chart = CHARTS["vi"][name]
    estimates = chart.table["estimate"]
    bars = any(trace["type"] == "bar" for trace in chart.spec["data"])  # one without a number keeps its place
    assert drawn(chart) == sorted(estimates.fillna(0.0) if bars else estimates.dropna())


def test_progress_draws_parts_of_their_whole():
    chart = CHARTS["vi"]["programme-progress"]
    assert drawn(chart) == pytest.approx([5 / 34, 29 / 34])
    assert chart.table["value"].tolist() == ["29", "5"]
    assert "Đã hoàn thành: 29 (85%)" in printed(chart)


@every
def test_every_value_of_the_table_is_printed_on_the_chart(name):
    chart = CHARTS["vi"][name]
    # A word for a state; names only outside the limits; ends and signals of lines.
    if name in ("coverage", "bodies-funnel", *LINES):
        return
    shown = printed(chart)
    for row in chart.table.to_dict("records"):
        if row["state"] == "refused":
            assert row["value"] == "[x]"
            continue
        for told in str(row["share"] or row["value"]).split("; "):
            assert told.replace("\u00a0", " ") in shown, row


@every
def test_marks_lead_to_their_rows(name):
    chart = CHARTS["vi"][name]
    carried = {r for t in chart.spec["data"] for ids in t.get("customdata", []) for r in ids.split()}
    in_table = {r for ids in chart.table["rows"] for r in ids.split()}
    assert carried <= set(chart.rows) == in_table
    assert chart.spec["layout"]["meta"]["rows"] == list(chart.rows)


@every
def test_the_same_inputs_give_the_same_bytes(name):
    again = made("vi")[name]
    assert json.dumps(again.spec) == json.dumps(CHARTS["vi"][name].spec)


def test_a_figure_may_be_changed_without_touching_the_chart():
    chart = CHARTS["vi"]["penalty-mix"]
    before = json.dumps(chart.spec)
    figure = chart.figure
    figure.update_layout(width=10)
    figure.data[0].marker.line.color = "red"
    assert json.dumps(chart.spec) == before


def test_the_numbers_of_the_main_job_stand_on_their_marks():
    shown = {name: printed(chart) for name, chart in CHARTS["vi"].items()}
    for label in ("1.783 (75,0%)", "281 (11,8%)", "25 (1,1%)", "288 (12,1%)"):
        assert label in shown["penalty-mix"]
    for label in ("317 lượt", "122 (38%)", "17 (5%)", "758", "332 (44%)", "236 (31%)"):
        assert label in shown["inspection-funnel"]
    for label in ("3.542", "2.212", "992", "1.098", "60", "51", "22", "10"):
        assert label in shown["own-part"]
    assert "3.088 (74,5%)" in shown["mix-compared"]
    assert "94,7% (699/738)" in shown["conversion-compared"]


def test_penalties_run_from_the_lightest_to_the_heaviest():
    w = WORDS["vi"]
    chart = figures.penalty_mix(mix(PENALTIES)[::-1], words=w, title="t")
    assert chart.table["label"].tolist() == [w.label("penalties", p) for p in PENALTIES]


def test_a_gap_stays_a_gap_and_breaks_are_named_and_dated():
    chart = CHARTS["vi"]["counts-over-periods"]
    assert chart.table["value"].tolist() == ["1.114", "900", "[x]", "640", "hơn 1.000\u00a0[a]", "1.200"]
    shown = printed(chart)
    assert "28/7/2021: 22-QĐ/TW" in shown
    assert "[a] số ước lượng; [x] không có số liệu" in shown
    dashed = [s for s in chart.spec["layout"]["shapes"] if s["line"].get("dash")]
    assert len(dashed) == 3


def test_bounds_without_an_estimate_have_no_point():
    chart = CHARTS["vi"]["rate-compared"]
    assert drawn(chart) == [5.05]
    assert "3,10-3,90" in printed(chart)


def test_approximate_counts_are_hatched():
    bars = [t for t in CHARTS["vi"]["counts-over-periods"].spec["data"] if t["type"] == "bar"]
    assert [(len(b["x"]), b["marker"].get("pattern", {}).get("shape", "")) for b in bars] == [(5, ""), (1, "/")]


def test_units_never_share_an_axis():
    items = [Item("a", count(3), panel="x"), Item("b", count(3, "organisations"), panel="x")]
    with pytest.raises(InputError, match="several units"):
        figures.counts_by_group(items, words=WORDS["vi"], title="t")


def test_unlike_periods_never_share_a_series():
    points = [Point(Period.parse("2018"), count(1)), Point(Period.parse("2019-6M"), count(2))]
    with pytest.raises(InputError, match="2019-6M"):
        figures.counts_over_periods(points, words=WORDS["vi"], title="t")


def test_parts_that_do_not_add_up_are_no_progress():
    whole = Progress("x", count(34), [("a", count(29)), ("b", count(4))])
    with pytest.raises(InputError, match="33"):
        figures.programme_progress([whole], words=WORDS["vi"], title="t")


def test_text_from_data_is_only_text():
    bad = "<script>alert('ế')</script>"
    w = WORDS["vi"]
    chart = figures.counts_by_group([Item(bad, count(3), panel=bad)], words=w, title=bad, subtitle=bad, source=bad)
    grid_chart = figures.coverage([Cell(bad, bad, "published")], words=w, title=bad)
    for spec in (chart.spec, grid_chart.spec):
        shown = {k: v for k, v in spec["layout"].items() if k != "meta"}
        assert "<script" not in json.dumps([spec["data"], shown])
        assert "&lt;script&gt;" in json.dumps(shown)
    assert chart.table["label"].tolist() == [bad]


@every
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", theme.SIZES)
def test_words_stay_on_the_sheet_and_apart(name, lang, size):
    chart = made(lang, size=size)[name]
    assert outside(chart) == []
    assert hidden(chart) == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", theme.SIZES)
def test_a_long_approximate_label_stays_on_the_sheet(lang, size):
    words = WORDS[lang]
    panels = [words.label("subjects", s) for s in ("organisation", "member")]
    first, last = (words.label("stages", s, short=True) for s in ("examined", "discipline_required"))
    items = [
        Item(stage, count(n, approx=Approx.OVER), share=part, panel=panel)
        for panel in panels
        for stage, n, part in ((first, 93000, None), (last, 88000, share(88000, 93000)))
    ]
    chart = figures.inspection_funnel(items, words=words, title="t", size=size)
    assert outside(chart) == []
    assert hidden(chart) == []
    said = [a["text"].replace("<br>", " ").replace("\u00a0", " ") for a in chart.spec["layout"]["annotations"]]
    whole = words.cell(items[1].result).replace("\u00a0", " ")
    assert sum(whole in text for text in said) == 2, "the number is broken into lines, never cut"
