import copy
import datetime as dt
import json
import re
from dataclasses import replace

import plotly.graph_objects as go
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from stats import codes, figures, shares, theme
from stats.errors import InputError
from stats.figures import Break, Cell, Item, Point, Progress
from stats.figures.lettering import balanced, width, wrap
from stats.periods import Period
from stats.results import Approx, Note, Result, State
from stats.wording import Words

LANGS = ("vi", "en")
WORDS = {lang: Words(codes.load(), lang) for lang in LANGS}
PENALTIES = {"reprimand": 1783, "warning": 281, "removal": 25, "expulsion": 288}
TERM = {"reprimand": 3088, "warning": 622, "removal": 72, "expulsion": 361}
HALVES = (
    Period.parse("2015-2020/half", dates=(dt.date(2016, 1, 1), dt.date(2018, 4, 30))),
    Period.parse("2020-2025/half", dates=(dt.date(2020, 10, 13), dt.date(2023, 3, 31))),
)


def count(n, unit="members", **more):
    return Result(estimate=float(n), unit=unit, sources=("seed_000",), rows=(f"D{n:04d}",), **more)


def share(x, n, unit="members"):
    return replace(shares.share(x, n, unit=unit)[0], rows=(f"D{x:04d}", f"D{n:04d}"), sources=("seed_000",))


def mix(parts):
    found = shares.shares_of_total(list(parts.values()))
    return [
        replace(r, category=c, unit="members", rows=(f"D{n:04d}",))
        for (c, n), r in zip(parts.items(), found, strict=True)
    ]


def committees(w):
    kinds = [w.label("activities", a, short=True) for a in ("inspection_programme", "supervision")]
    o, m = w.label("subjects", "organisation"), w.label("subjects", "member")
    found = ((3542, 992), (2212, 1098))
    return [
        Item(kind, count(n, unit), panel=panel)
        for kind, pair in zip(kinds, found, strict=True)
        for n, unit, panel in zip(pair, ("instances", "members"), (o, m), strict=True)
    ]


def own(w):
    whole, part = (w.label("actors", a) for a in ("committees", "provincial_standing_committee"))
    made = []
    for item, n in zip(committees(w), (60, 51, 22, 10), strict=True):
        made += [
            replace(item, series=whole, strong=False),
            replace(item, result=count(n, item.result.unit), series=part),
        ]
    return made


def funnel(w):
    stages = [w.label("stages", s) for s in ("examined", "violation_found", "discipline_required")]
    made = []
    for subject, counts in (("organisation", (317, 122, 17)), ("member", (758, 332, 236))):
        for stage, n in zip(stages, counts, strict=True):
            unit = "members" if subject == "member" else "instances" if n == 317 else "organisations"
            of = share(n, counts[0], unit) if n != counts[0] else None
            made.append(Item(stage, count(n, unit), share=of, panel=w.label("subjects", subject)))
    return made


def conversions(w):
    first, last = (f"{w.period(p, heading=True)} ({w.months(p)})" for p in HALVES)
    label = w.label("stages", "violation_found")
    return [Item(label, share(699, 738), series=first, strong=False), Item(label, share(332, 758), series=last)]


def contents(w):
    found = {"democratic_centralism": 12, "ethics_lifestyle": 8, "prohibited_acts_for_members": 15}
    return [
        Item(w.label("violations", c), count(n, "violations"), share=share(n, 74, "violations"))
        for c, n in found.items()
    ]


def rates(w):
    rate = Result(estimate=5.05, conf_low=4.8, conf_high=5.3, conf_level=0.95, kind="rate", per=1000, rows=("D2377",))
    bounds = Result(state=State.REFUSED, reason=Note("membership_bounds"), conf_low=3.1, conf_high=3.9, kind="rate")
    return [Item("Hà Nội", rate), Item("Thành phố Hồ Chí Minh", bounds)]


def years(w):
    points = [Point(Period.parse(str(y)), count(n)) for y, n in ((2018, 1114), (2019, 900), (2021, 640))]
    points.insert(2, Point(Period.parse("2020"), Result(state=State.MISSING, unit="members")))
    points.append(Point(Period.parse("2022"), count(1000, approx=Approx.OVER, conf_low=1000.0, conf_high=1099.0)))
    return points


BREAKS = [Break(dt.date(2021, 7, 28), "22-QĐ/TW"), Break(dt.date(2022, 7, 6), "69-QĐ/TW")]


def programme(w):
    done, doing = ("Đã hoàn thành", "Đang thực hiện") if w.lang == "vi" else ("Done", "In progress")
    return [Progress("34", count(34, "cases"), [(done, count(29, "cases")), (doing, count(5, "cases"))])]


def grid(w):
    section = w.label("activities", "discipline", short=True)
    return [Cell("Hà Nội", section, "published", ("D2377",)), Cell("Ân Thi", section, "conflicting"),
            Cell("An Giang", section, "approximate")]  # fmt: skip


def made(lang, **options):
    w = WORDS[lang]
    title = "Khiển trách chiếm ba phần tư" if lang == "vi" else "Three quarters were reprimanded"
    where = w.period(HALVES[1])
    put = {
        "words": w,
        "title": title,
        "subtitle": f"Hà Nội, {where}",
        "source": "Hà Nội",
        "notes": ["Một. Hai."],
        **options,
    }
    windows = [(f"{w.period(HALVES[0])} ({w.months(60)})", mix(TERM)), (w.period(HALVES[1]), mix(PENALTIES))]
    return {
        chart.name: chart
        for chart in (
            figures.counts_by_group(committees(w), **put),
            figures.own_part(own(w), **put),
            figures.penalty_mix(mix(PENALTIES), **put),
            figures.mix_compared(windows, **put),
            figures.inspection_funnel(funnel(w), **put),
            figures.conversion_compared(conversions(w), **put),
            figures.violation_contents(contents(w), base="74.", **put),
            figures.rate_compared(rates(w), **put),
            figures.counts_over_periods(years(w), breaks=BREAKS, **put),
            figures.programme_progress(programme(w), **put),
            figures.item_counts([Item("130", count(130, "cases")), Item("34", count(34, "cases"))], **put),
            figures.coverage(grid(w), **put),
        )
    }


CHARTS = {lang: made(lang) for lang in LANGS}
NAMES = tuple(CHARTS["vi"])
every = pytest.mark.parametrize("name", NAMES)


def texts(chart):
    return [a["text"] for a in chart.spec["layout"]["annotations"]]


def printed(chart):
    return " ".join(re.sub("<[^>]*>", " ", t) for t in texts(chart)).replace("\u00a0", " ")


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


def drawn(chart):
    """Values of the marks, in no order: lengths of bars, places of points."""
    values = []
    for trace in chart.spec["data"]:
        if trace["type"] == "bar" and trace.get("orientation") == "h":
            values += trace["x"]
        elif trace["type"] == "bar":
            values += trace["y"]
        elif "markers" in trace["mode"]:
            values += trace["x"]
    return sorted(values)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("coverage", "programme-progress")])
def test_the_data_table_is_the_twin_of_the_marks(name):
    chart = CHARTS["vi"][name]
    estimates = chart.table["estimate"].fillna(0.0).tolist()
    points = name in ("rate-compared", "conversion-compared")
    known = chart.table["estimate"].dropna().tolist() if points else estimates
    assert drawn(chart) == sorted(known)


def test_progress_draws_parts_of_their_whole():
    chart = CHARTS["vi"]["programme-progress"]
    assert drawn(chart) == pytest.approx([5 / 34, 29 / 34])
    assert chart.table["value"].tolist() == ["29", "5"]
    assert "Đã hoàn thành: 29 (85%)" in printed(chart)


@every
def test_every_value_of_the_table_is_printed_on_the_chart(name):
    chart = CHARTS["vi"][name]
    if name == "coverage":
        return
    shown = printed(chart)
    for row in chart.table.to_dict("records"):
        if row["state"] == "refused":
            assert row["value"] == "[x]"
            continue
        told = row["share"] or row["value"]
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
    assert chart.table["value"].tolist() == ["1.114", "900", "[x]", "640", "hơn 1.000\u00a0[a]"]
    shown = printed(chart)
    assert "28/7/2021: 22-QĐ/TW" in shown
    assert "[a] số ước lượng; [x] không có số liệu" in shown
    dashed = [s for s in chart.spec["layout"]["shapes"] if s["line"].get("dash")]
    assert len(dashed) == 2


def test_bounds_without_an_estimate_have_no_point():
    chart = CHARTS["vi"]["rate-compared"]
    assert drawn(chart) == [5.05]
    assert "3,10-3,90" in printed(chart)


def test_approximate_counts_are_hatched():
    bars = [t for t in CHARTS["vi"]["counts-over-periods"].spec["data"] if t["type"] == "bar"]
    assert [(len(b["x"]), b["marker"].get("pattern", {}).get("shape", "")) for b in bars] == [(4, ""), (1, "/")]


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


# Nothing clipped


def left_of(chart, a):
    """Pixel range of an annotation on the sheet."""
    layout = chart.spec["layout"]
    lines = [re.sub("<[^>]*>", "", t) for t in a["text"].split("<br>")]
    lines = [t.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for t in lines]
    wide = max(width(t, a["font"]["size"], bold=a["text"].startswith("<b>")) for t in lines) / 1.02
    plot = layout["width"] - layout["margin"]["l"] - layout["margin"]["r"]
    if a["xref"] == "paper":
        at = a["x"]
    else:
        axis = layout["xaxis" + a["xref"][1:]]
        low, high = axis["range"]
        first, last = axis.get("domain", (0, 1))
        at = first + (a["x"] - low) / (high - low) * (last - first)
    x = layout["margin"]["l"] + at * plot + a["xshift"]
    return x - wide * {"left": 0, "center": 0.5, "right": 1}[a["xanchor"]], wide


def inside(chart):
    layout = chart.spec["layout"]
    for a in layout["annotations"]:
        start, wide = left_of(chart, a)
        assert start >= -1.5, a["text"]
        assert start + wide <= layout["width"] + 1.5, a["text"]
    labels = layout.get("yaxis", {}).get("ticktext", [])
    for label in labels:
        for line in label.split("<br>"):
            line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            assert width(line, layout["font"]["size"]) <= layout["margin"]["l"], line


@every
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", theme.SIZES)
def test_nothing_leaves_the_sheet(name, lang, size):
    inside(made(lang, size=size)[name])


SYLLABLES = "kiểm tra giám sát thi hành kỷ luật nghiêng Nguyễn ưỡn ữặỵộ ẾỘỮẶỴ ƠỚỜ Đảng ủy <b> & 2020-2025"
syllable = st.sampled_from(SYLLABLES.split(" "))
label = st.lists(syllable, min_size=1, max_size=18).map(" ".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(label, st.integers(0, 10**6)), min_size=1, max_size=6, unique_by=lambda p: p[0]), label)
def test_long_vietnamese_labels_fit(rows, title):
    items = [Item(text, count(n)) for text, n in rows]
    inside(figures.item_counts(items, words=WORDS["vi"], title=title, subtitle=title))


@given(label, st.floats(60, 700))
def test_wrapping_keeps_every_word_and_the_limit(text, limit):
    for lines in (wrap(text, limit, 13), balanced(text, limit, 13)):
        assert " ".join(lines) == text
        assert all(width(line, 13) <= limit or " " not in line for line in lines)


# Letters and colours


@pytest.mark.parametrize(("file", "bold"), [("BeVietnamPro-Regular.ttf", False), ("BeVietnamPro-Bold.ttf", True)])
def test_widths_are_those_of_the_bundled_font(file, bold):
    font = ImageFont.truetype(str(theme.fonts_dir() / file), 1000, layout_engine=ImageFont.Layout.BASIC)
    letters = [chr(c) for c in (*range(32, 127), *range(0x1EA0, 0x1EFA))] + list("ĐđƠơƯưăâêôĂÂÊÔàèìòùỳ–’·")
    for letter in letters:
        ours = width(letter, 1000, bold=bold) / 1.02
        assert -0.5 <= ours - font.getlength(letter) <= 50, letter


def test_the_font_has_every_vietnamese_letter():
    font = ImageFont.truetype(str(theme.fonts_dir() / "BeVietnamPro-Regular.ttf"), 40)
    nothing = bytes(font.getmask("\uffff"))
    for letter in "ếộữặỵẾỘỮẶỴđĐơưĩũằẵ":
        assert bytes(font.getmask(letter)) != nothing, letter
    assert (theme.fonts_dir() / "OFL.txt").is_file()
    assert {p.name for p in theme.fonts_dir().glob("*.woff2")} == {
        f"be-vietnam-pro-{subset}-{weight}-normal.woff2" for subset in ("latin", "vietnamese") for weight in (400, 700)
    }


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_on_paper_and_in_black_and_white():
    for text in (theme.INK, theme.MUTED, theme.ACCENT):
        assert contrast(text, theme.PAPER) >= 4.5
    for mark in (theme.MAIN, theme.CONTEXT, theme.RULE, theme.ACCENT):
        assert contrast(mark, theme.PAPER) >= 3
    assert contrast(theme.MAIN, theme.CONTEXT) >= 2  # told apart by lightness alone


def test_the_template_can_be_registered_for_an_analysts_own_figures():
    import plotly.io as pio

    theme.register()
    assert pio.templates[theme.NAME].layout.font.family == theme.FONT


def test_the_style_sheet_is_offline_and_uses_the_house_colours():
    css = theme.css()
    assert "http" not in css
    assert "@import" not in css
    for color in (theme.INK, theme.MUTED, theme.RULE, theme.MAIN, theme.ACCENT):
        assert color in css
