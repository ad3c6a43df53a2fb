import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import codes, figures, shares
from stats.displays import Column, Traced, chart_table, table
from stats.errors import InputError
from stats.figures import Item
from stats.results import Approx, Note, Result, State
from stats.wording import NBSP, Words

WORDS = {lang: Words(codes.load(), lang) for lang in ("vi", "en")}
SCRIPT = "<script>alert(1)</script>"


def members(n, **more):
    return Result(estimate=float(n), unit="members", sources=("seed_000",), rows=(f"D{n:04d}",), **more)


def share(x, n):
    return shares.share(x, n, unit="members")[0]


COLUMNS = (
    Column("label", "Hình thức"),
    Column("count", "Số đảng viên", "count"),
    Column("share", "Tỷ lệ", "percent"),
    Column("interval", "Khoảng tin cậy 95%", "interval"),
    Column("source", "Nguồn", "source"),
)


def frame(*lines):
    made = [(label, r, s, s, r) for label, r, s in lines]
    return pd.DataFrame(made, columns=[c.key for c in COLUMNS])


def penalties(lang="vi", **options):
    lines = frame(
        ("Khiển trách", members(1783), share(1783, 2377)),
        ("Cảnh cáo", members(281, approx=Approx.OVER), share(281, 2377)),
        ("Cách chức", Result(state=State.STRUCTURAL_ZERO), None),
        ("Khai trừ", Result(state=State.MISSING), Result(state=State.REFUSED, reason=Note("base_zero"), kind="share")),
    )
    put = {"words": WORDS[lang], "caption": "Kỷ luật đảng viên", "columns": COLUMNS, "id": "t-members", **options}
    return table(lines, **put).html


def parsed(markup):
    return ET.fromstring(markup)


def cells(markup):
    return [["".join(c.itertext()).replace(NBSP, " ") for c in row] for row in parsed(markup).iter("tr")]


def test_a_table_in_vietnamese():
    assert cells(penalties()) == [
        ["Hình thức", "Số đảng viên", "Tỷ lệ", "Khoảng tin cậy 95%", "Nguồn"],
        ["Khiển trách", "1.783", "75,0%", "73,2%-76,7%", "[seed_000]"],
        ["Cảnh cáo", "hơn 281 [a]", "11,8%", "10,6%-13,2%", "[seed_000]"],
        ["Cách chức", "[z]", "[z]", "[z]", "–"],
        ["Khai trừ", "[x]", "[x]", "[x]", "–"],
    ]


def test_a_table_in_english():
    assert cells(penalties("en"))[1:3] == [
        ["Khiển trách", "1,783", "75.0%", "73.2%–76.7%", "[seed_000]"],
        ["Cảnh cáo", "more than 281 [a]", "11.8%", "10.6%–13.2%", "[seed_000]"],
    ]


def test_no_cell_is_empty_and_only_the_shorthand_used_is_explained():
    markup = penalties(notes=["Một ghi chú."])
    assert all(text for row in cells(markup) for text in row)
    notes = ["".join(p.itertext()) for p in parsed(markup).iter("p")]
    assert notes == [
        "Ký hiệu: [a] số ước lượng; [z] không áp dụng; [x] không có số liệu.",
        WORDS["vi"].note(Note("base_zero")),
        "Một ghi chú.",
    ]
    assert "table-notes" not in table(frame(("a", members(1), share(1, 200))), words=WORDS["vi"], caption="c",
                                      columns=COLUMNS[:3], id="t").html  # fmt: skip


def test_heads_have_a_scope_and_the_table_a_caption_and_a_focusable_box():
    root = parsed(penalties())
    heads = [th.get("scope") for th in root.iter("th")]
    assert heads == ["col"] * 5 + ["row"] * 4
    assert "".join(root.find(".//caption").itertext()) == "Kỷ luật đảng viên"
    box = root.find(".//div[@role='region']")
    assert box.get("tabindex") == "0"
    assert box.get("aria-labelledby") == root.find(".//caption").get("id")
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for td in root.iter("td"):
        assert set(td.get("headers").split()) <= set(ids)


def test_ids_are_the_same_in_both_languages():
    found = [re.findall(r'id="[^"]*"', penalties(lang)) for lang in ("vi", "en")]
    assert found[0] == found[1]


def test_numbers_are_aligned_right_and_carry_their_rows():
    rows = list(parsed(penalties()).iter("tr"))[1:]
    first = rows[0].findall("td")
    assert [td.get("class") for td in first] == ["gt_row gt_right"] * 3 + ["gt_row gt_left"]
    assert [a.get("data-rows") for a in first[0].iter("a")] == ["D1783"]
    assert [a.get("href") for a in rows[1].findall("td")[0].iter("a")] == ["#row-D0281"]


def test_the_style_is_the_style_sheets_alone():
    markup = penalties()
    assert "<style" not in markup
    assert "style=" not in markup


def test_sources_are_links_to_the_list_of_sources():
    one = frame(("a", members(1), share(1, 200)))
    put = {"words": WORDS["vi"], "caption": "c", "id": "t", "columns": (COLUMNS[0], COLUMNS[4])}
    assert '<a class="source" href="#src-seed_000">[7]</a>' in table(one, markers={"seed_000": "7"}, **put).html
    finished = '<a class="source" href="#src-x" title="Tít &lt;b&gt;">[1]</a><a class="source" href="#src-y">[2]</a>'
    assert finished in table(one.assign(source=finished), **put).html
    other = '<a class="source" href="#src-x" onclick="x()">[1]</a>'
    assert "<a " not in table(one.assign(source=other), **put).html
    assert '[s]</a><a class="source"' in table(one.assign(source=[("s", "t", "s")]), **put).html


def test_text_from_data_is_only_text():
    lines = frame((SCRIPT, members(1), share(1, 200))).assign(source=SCRIPT)
    columns = [Column(c.key, SCRIPT, c.kind) for c in COLUMNS]
    traced = lines.assign(interval=[Traced(SCRIPT, (SCRIPT,))])
    for given_frame in (lines, traced):
        markup = table(given_frame, words=WORDS["vi"], caption=SCRIPT, columns=columns, notes=[SCRIPT], id="t").html
        assert "<script" not in markup
        assert SCRIPT in "".join(parsed(markup).itertext())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
def test_any_text_comes_out_as_it_went_in(text):
    lines = pd.DataFrame({"a": [text], "b": [text]})
    markup = table(lines, words=WORDS["vi"], caption=text, columns=[Column("a", text), Column("b", text)], id="t").html
    body = list(parsed(markup).iter("tr"))[1]
    assert ["".join(c.itertext()) for c in body] == [text, text]


def test_plain_numbers_get_the_language_too():
    lines = pd.DataFrame({"a": ["x"], "n": [2377], "p": [0.121]})
    columns = [Column("a", "a"), Column("n", "n", "count"), Column("p", "p", "percent")]
    made = table(lines, words=WORDS["vi"], caption="c", columns=columns, id="t")
    assert cells(made.html)[1] == ["x", "2.377", "12,1%"]


def test_an_empty_table_is_a_sentence():
    markup = table(pd.DataFrame(), words=WORDS["en"], caption="c", columns=COLUMNS, id="t").html
    assert markup == '<p class="none">No figures were published for this table.</p>'


def test_wrong_columns_are_refused():
    lines = frame(("a", members(1), share(1, 200)))
    with pytest.raises(InputError, match="no column 'x'"):
        table(lines, words=WORDS["vi"], caption="c", columns=[Column("x", "x")], id="t")
    with pytest.raises(InputError, match="kind of column 'number'"):
        table(lines, words=WORDS["vi"], caption="c", columns=[Column("label", "x", "number")], id="t")


def test_the_twin_of_a_chart_as_a_table():
    items = [Item("Kiểm tra", members(992), panel="Đảng viên"), Item(SCRIPT, members(1098), panel="Đảng viên")]
    chart = figures.counts_by_group(items, words=WORDS["vi"], title="Tít", name="x")
    markup = chart_table(chart, words=WORDS["vi"]).html
    assert cells(markup) == [
        ["Mục", "Nhóm", "Số liệu"],
        ["Kiểm tra", "Đảng viên", "992"],
        [SCRIPT, "Đảng viên", "1.098"],
    ]
    assert 'data-rows="D0992"' in markup
    assert 'id="data-x"' in markup
