"""Every chart at its edges, in both languages and three sizes, with defects planted to prove the checks."""

import copy
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import plotly.graph_objects as go
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets import LANGS, WORDS, bodies, change, count, drawn, hidden, missing, outside, printed, share

from stats import figures, shares, theme
from stats.comparisons import funnels, ranks
from stats.errors import InputError
from stats.figures import Break, Cell, Chart, Item, Point, Progress
from stats.figures.canvas import LEAST_FONT, Canvas, Heading
from stats.figures.lettering import balanced, width, wrap
from stats.periods import Period
from stats.results import Approx, Result, State
from stats.wording import Words

SUPPRESSED = Result(state=State.SUPPRESSED, unit="members", rows=("D0001",))
ABOUT = count(1000, approx=Approx.OVER, conf_low=1000.0, conf_high=1099.0)
BASE = 2377
EDGES = {
    "one": [count(1)],
    "zero": [count(0), count(5)],
    "only-zero": [count(0)],
    "missing": [missing(), count(5)],
    "only-missing": [missing()],
    "suppressed": [SUPPRESSED, count(5)],
    "approximate": [ABOUT, count(900)],
    "skewed": [count(1783), count(25)],
    "twenty": [count(100 + 37 * k) for k in range(20)],
}
LONG = "Kiểm tra việc thực hiện nhiệm vụ kiểm tra, giám sát, thi hành kỷ luật trong Đảng ở cấp ủy cấp dưới {k}"


def names(n: int, *, long: bool) -> list[str]:
    return [LONG.format(k=k) if long else f"Đơn vị {k}" for k in range(n)]


def of_base(r: Result) -> Result:
    """Return a count as a share of one base; a state stays what it is."""
    return share(int(r.estimate), BASE) if r.estimate is not None else replace(r, kind="share")


def items(results: Sequence[Result], *, long: bool, **more: object) -> list[Item]:
    return [Item(name, r, **more) for name, r in zip(names(len(results), long=long), results, strict=True)]


def penalties(results: Sequence[Result]) -> list[Result]:
    return [replace(of_base(r), category=c) for c, r in zip(figures.PENALTIES, results, strict=False)]


def yearly(results: Sequence[Result]) -> list[Period]:
    return [Period.parse(str(2003 + k)) for k in range(len(results))]


MAKERS: dict[str, Callable[..., Chart]] = {
    "counts-by-group": lambda rs, long, **put: figures.counts_by_group(items(rs, long=long), **put),
    "own-part": lambda rs, long, **put: figures.own_part(items(rs, long=long, series=LONG[:40]), **put),
    "inspection-streams": lambda rs, long, **put: figures.by_stream(items(rs, long=long, series=LONG[:60]), **put),
    "penalty-mix": lambda rs, long, **put: figures.penalty_mix(penalties(rs), **put),
    "mix-compared": lambda rs, long, **put: figures.mix_compared(
        [(LONG if long else "2021", penalties(rs)), ("2022", penalties(rs))], **put
    ),
    "mix-over-periods": lambda rs, long, **put: figures.mix_over_periods(
        [(p, penalties([r] * 4)) for p, r in zip(yearly(rs), rs, strict=True)],
        breaks=[Break(Period.parse("2003").end, LONG if long else "22-QĐ/TW")], **put,
    ),
    "inspection-funnel": lambda rs, long, **put: figures.inspection_funnel(items(rs, long=long), **put),
    "conversion-compared": lambda rs, long, **put: figures.conversion_compared(
        items([of_base(r) for r in rs], long=long), **put
    ),
    "violation-contents": lambda rs, long, **put: figures.violation_contents(items(rs, long=long), base=LONG, **put),
    "rate-compared": lambda rs, long, **put: figures.rate_compared(items([of_base(r) for r in rs], long=long), **put),
    "counts-over-periods": lambda rs, long, **put: figures.counts_over_periods(
        [Point(p, r) for p, r in zip(yearly(rs), rs, strict=True)],
        breaks=[Break(Period.parse("2003").end, LONG if long else "22-QĐ/TW")], **put,
    ),
    "changes": lambda rs, long, **put: figures.changes(
        [
            change(n, r, count(60), -0.5 if r else None, 0.9)
            if (r.estimate or 0) > 0 else change(n, r, count(60), None, None)
            for n, r in zip(names(len(rs), long=long), rs, strict=True)
        ], **put,
    ),
    "severity-shift": lambda rs, long, **put: figures.severity_shift(
        [
            change(n, of_base(r), share(60, BASE), -0.5 if r else None, 0.9, "share_difference")
            for n, r in zip(names(len(rs), long=long), rs, strict=True)
        ], **put,
    ),
    "item-counts": lambda rs, long, **put: figures.item_counts(items(rs, long=long), **put),
    "coverage": lambda rs, long, **put: figures.coverage(
        [Cell(n, "Kỷ luật", "published") for n in names(len(rs), long=long)], **put
    ),
    "programme-progress": lambda rs, long, **put: figures.programme_progress(
        [Progress(n, count(40), [("Đã hoàn thành", count(38)), ("Đang thực hiện", count(2))])
         for n in names(len(rs), long=long)], **put,
    ),
}  # fmt: skip


def one(name: str, results: Sequence[Result], lang: str, size: str = "page", *, long: bool = False) -> Chart:
    put = {"words": WORDS[lang], "title": LONG if long else "Kỷ luật", "subtitle": "Hà Nội, 2022", "source": "Hà Nội"}
    return MAKERS[name](results, long, size=size, **put)


def told_well(alt: str) -> bool:
    """Tell whether an alternative text is at most three sentences in finished words."""
    sentences = re.findall(r"[.!?](?=\s|$)", alt)
    return 0 < len(sentences) <= 3 and not re.search(r"[{}]|\bNone\b|\bnan\b|~", alt)


def safe(chart: Chart) -> bool:
    """Tell whether nothing in what plotly prints can be markup of a label's own."""
    shown = {k: v for k, v in chart.spec["layout"].items() if k != "meta"}
    return "<script" not in json.dumps([chart.spec["data"], shown])


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", MAKERS)
def test_a_chart_at_its_edge(name, edge):
    for lang in LANGS:
        for size in theme.SIZES:
            chart = one(name, EDGES[edge], lang, size)
            assert outside(chart) == [], (lang, size)
            assert hidden(chart) == [], (lang, size)
            assert told_well(chart.alt), chart.alt
            if name not in ("coverage", "programme-progress"):
                known = chart.table["estimate"]
                bars = any(t["type"] == "bar" for t in chart.spec["data"])
                assert drawn(chart) == sorted(known.fillna(0.0) if bars else known.dropna())
    go.Figure(copy.deepcopy(chart.spec))


@pytest.mark.parametrize("name", MAKERS)
def test_long_vietnamese_labels_stay_on_the_sheet(name):
    for lang in LANGS:
        for size in theme.SIZES:
            chart = one(name, [count(1783), count(25), missing()], lang, size, long=True)
            assert outside(chart) == [], (lang, size)
            assert hidden(chart) == [], (lang, size)


@pytest.mark.parametrize("name", ["counts-by-group", "conversion-compared", "changes", "coverage"])
def test_much_on_a_slide_is_drawn_smaller_rather_than_pressed_together(name):
    few, many = (one(name, [count(k + 1) for k in range(n)], "vi", "slide").spec["layout"] for n in (3, 18))
    assert few["height"] == theme.SIZES["slide"].height
    assert LEAST_FONT <= many["font"]["size"] < few["font"]["size"] == theme.SIZES["slide"].font


@pytest.mark.parametrize("name", MAKERS)
def test_labels_are_only_text(name):
    bad = "<script>alert('ế')</script>"
    put = {"words": WORDS["vi"], "title": bad, "subtitle": bad, "source": bad, "notes": [bad]}
    chart = MAKERS[name]([count(3), count(5)], False, **put)
    assert safe(chart)
    assert "&lt;script&gt;" in json.dumps(chart.spec["layout"]["annotations"])
    assert chart.title == bad


@pytest.mark.parametrize("make", [figures.counts_by_group, figures.by_stream, figures.conversion_compared])
def test_a_label_from_data_is_only_text(make):
    bad = "<script>alert(1)</script>"
    chart = make([Item(bad, of_base(count(3)), panel="", series=bad)], words=WORDS["vi"], title="t")
    assert safe(chart)
    assert chart.table["label"].tolist() == [bad]


def test_the_checks_see_planted_defects(monkeypatch):
    good = one("counts-by-group", EDGES["skewed"], "vi")
    assert told_well(good.alt)
    assert not told_well(good.alt + " Một. Hai.")
    assert not told_well(good.alt.replace("1.783", "{value}"))
    assert not told_well("")
    assert safe(good)
    monkeypatch.setattr("stats.figures.rows.escape", lambda text: text)
    item = Item("<script>", count(3))
    assert not safe(figures.counts_by_group([item], words=WORDS["vi"], title="t"))
    canvas = Canvas(WORDS["vi"], Heading("t"))
    canvas.axes = {axis: {"range": [0, 1], "showticklabels": False} for axis in ("xaxis", "yaxis")}
    canvas.say("một dòng chữ", 0.5, 0.5)
    canvas.say("dòng khác", 0.5, 0.5)
    canvas.say("ra ngoài tờ giấy", 1, 0.2)
    crowded = canvas.finish("x", [], kind="bars", plot_height=100)
    assert hidden(crowded) == [("một dòng chữ", "dòng khác")]
    assert outside(crowded) == ["ra ngoài tờ giấy"]


def test_an_alternative_text_keeps_to_three_sentences_whatever_is_put_in():
    chart = figures.item_counts([Item("A. B. C", count(3))], words=WORDS["en"], title="One. Two.", subtitle="X. Y. Z")
    assert told_well(chart.alt)


# Scales and words of their own


def test_panels_with_scales_of_their_own_say_so():
    for lang in LANGS:
        said = WORDS[lang].text("chart.own_scales")
        two = [Item("a", count(3), panel="x"), Item("a", count(3), panel="y")]
        assert said in printed(figures.counts_by_group(two, words=WORDS[lang], title="t"))
        assert said not in printed(figures.counts_by_group(two[:1], words=WORDS[lang], title="t"))


def test_an_interval_that_holds_zero_is_no_clear_change():
    rows = [change("a", count(100), count(110), -0.1, 0.3), change("b", count(100), count(150), 0.2, 0.9)]
    chart = figures.changes(rows, words=WORDS["vi"], title="t")
    assert [row.clear for row in rows] == [False, True]
    assert chart.table["value"].tolist() == ["+10,0%; chưa có ý nghĩa thống kê", "+50,0%"]
    assert chart.table["series"].tolist() == ["từ 100 đến 110", "từ 100 đến 150"]
    fills = [t["marker"]["color"] for t in chart.spec["data"] if t.get("mode") == "markers"]
    assert fills == [theme.PAPER, theme.MAIN]


def test_an_interval_far_beyond_the_scale_ends_in_an_arrow_and_nothing_falls_below_nothing():
    rows = [change("a", count(10), count(11), -0.9, float("inf")), change("b", count(10), count(20), 0.1, 9.0)]
    chart = figures.changes(rows, words=WORDS["en"], title="t")
    assert WORDS["en"].text("chart.cut") in printed(chart)
    assert [t["marker"]["symbol"] for t in chart.spec["data"] if t.get("name") == "arrows"]
    assert chart.spec["layout"]["xaxis"]["range"][0] >= -1
    assert "∞" in chart.table["interval"][0]


def test_percent_changes_and_points_never_share_a_scale():
    with pytest.raises(InputError, match="share_difference"):
        figures.changes([change("a", count(1), count(2), 0.1, 0.2, "share_difference")], words=WORDS["vi"], title="t")
    with pytest.raises(InputError, match="change"):
        figures.severity_shift([change("a", count(1), count(2), 0.1, 0.2)], words=WORDS["vi"], title="t")


def test_crowded_numbers_are_turned_and_too_many_periods_refused():
    chart = one("counts-over-periods", EDGES["twenty"], "vi", "half")
    assert {a.get("textangle", 0) for a in chart.spec["layout"]["annotations"]} == {0, -90}
    with pytest.raises(InputError, match="room for"):
        one("counts-over-periods", [count(1783)] * 60, "vi", "half")


def test_a_mix_over_periods_leaves_a_gap_and_puts_no_line_through_it():
    periods = [Period.parse(str(y)) for y in (2020, 2021, 2022)]
    mixes = [(periods[0], penalties([count(9)])), (periods[1], []), (periods[2], penalties([count(12)]))]
    chart = figures.mix_over_periods(mixes, words=WORDS["vi"], title="t")
    assert chart.table["state"].tolist() == ["value", "missing", "value"]
    for trace in chart.spec["data"]:
        if trace.get("mode") == "lines":
            assert all(a == b for a, b in zip(trace["x"][::3], trace["x"][1::3], strict=True))


# Bodies


def test_only_bodies_outside_the_limits_are_named():
    items_, plot, _ = bodies()
    chart = figures.funnel_plot(items_, plot, words=WORDS["vi"], base="x", title="t")
    out = [i.label for i, v in zip(items_, plot.verdict, strict=True) if v != "within"]
    assert 0 < len(out) < len(items_)
    shown = printed(chart)
    assert [i.label for i in items_ if i.label in shown] == out
    assert {"95%", "99,8%"} <= set(shown.split())


@pytest.mark.parametrize("n", [8, 20])
@pytest.mark.parametrize("size", theme.SIZES)
def test_bodies_of_very_different_size_keep_their_names_apart(n, size):
    base = [60 + 97 * k for k in range(n)]
    hit = [b // 2 if k % 3 == 0 else b // 40 for k, b in enumerate(base)]
    items_ = [Item(f"Thành phố thứ {k}", share(x, b)) for k, (x, b) in enumerate(zip(hit, base, strict=True))]
    plot = funnels.funnel(hit, base, transform="arcsine", adjust="none")
    ranked = ranks.rank_intervals(shares.share(hit, base))
    for lang in LANGS:
        put = {"words": WORDS[lang], "title": "t", "size": size}
        for chart in (
            figures.funnel_plot(items_, plot, base="x", **put),
            figures.ranked_bodies(items_, ranked, conf_level=0.95, **put),
        ):
            assert outside(chart) == []
            assert hidden(chart) == []
            assert told_well(chart.alt)


def test_ranks_are_printed_and_called_no_league_table():
    items_, _, places = bodies()
    chart = figures.ranked_bodies(items_, places, conf_level=0.95, words=WORDS["vi"], title="t")
    shown = printed(chart)
    assert chart.table["estimate"].is_monotonic_decreasing
    assert "không phải bảng xếp hạng" in shown
    assert all(rank.replace("\u00a0", " ") in shown for rank in chart.table["series"])
    assert chart.table["series"][0] == "hạng\u00a01"


def test_too_few_bodies_are_refused_with_their_number():
    x, n = [1, 2, 3, 4, 5, 6, 7], [50] * 7
    items_ = [Item(str(k), share(a, b)) for k, (a, b) in enumerate(zip(x, n, strict=True))]
    with pytest.raises(InputError, match="7 bodies have figures and 8 are needed"):
        figures.funnel_plot(items_, funnels.funnel(x, n), base="x", words=WORDS["vi"], title="t")
    with pytest.raises(InputError, match="7 bodies have figures and 8 are needed"):
        figures.ranked_bodies(items_, ranks.rank_intervals(shares.share(x, n)), conf_level=0.95, words=WORDS["vi"],
                              title="t")  # fmt: skip


# Letters


SYLLABLES = "kiểm tra giám sát thi hành kỷ luật nghiêng Nguyễn ưỡn ữặỵộ ẾỘỮẶỴ ƠỚỜ Đảng ủy <b> & 2020-2025"
syllable = st.sampled_from(SYLLABLES.split(" "))
label = st.lists(syllable, min_size=1, max_size=18).map(" ".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(label, st.integers(0, 10**6)), min_size=1, max_size=6, unique_by=lambda p: p[0]), label)
def test_any_vietnamese_labels_fit(rows, title):
    made = [Item(text, count(n)) for text, n in rows]
    chart = figures.item_counts(made, words=Words(WORDS["vi"].codes, "vi"), title=title, subtitle=title)
    assert outside(chart) == []


@given(label, st.floats(60, 700))
def test_wrapping_keeps_every_word_and_the_limit(text, limit):
    for lines in (wrap(text, limit, 13), balanced(text, limit, 13)):
        assert " ".join(lines) == text
        assert all(width(line, 13) <= limit or " " not in line for line in lines)
