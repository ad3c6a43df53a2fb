import ast
import csv
import datetime as dt
import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import codes
from stats.errors import InputError, UnknownCodeError
from stats.periods import Period
from stats.results import Approx, Note, Result, State
from stats.wording import NBSP, Words, parse_number, placeholders, sort_key, sorted_vi

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "data" / "codes" / "texts.csv"
HALF = Period.parse("2015-2020/half", dates=(dt.date(2016, 1, 1), dt.date(2018, 4, 30)))
TERM = Period.parse("2015-2020", dates=(dt.date(2015, 11, 1), dt.date(2020, 10, 12)))


@pytest.fixture(scope="module")
def vi():
    return Words(codes.load(), "vi")


@pytest.fixture(scope="module")
def en():
    return Words(codes.load(), "en")


def members(n, **more):
    return Result(estimate=float(n), unit="members", **more)


def share(x, n, **more):
    return Result(estimate=x / n, numerator=x, denominator=n, kind="share", unit="members", **more)


def plain(text):
    return text.replace(NBSP, " ")


# Numbers


def test_another_language_is_refused():
    with pytest.raises(UnknownCodeError, match="fr"):
        Words(codes.load(), "fr")


@pytest.mark.parametrize(
    ("call", "in_vi", "in_en"),
    [
        (lambda w: w.number(1783), "1.783", "1,783"),
        (lambda w: w.number(29.6, 1), "29,6", "29.6"),
        (lambda w: w.number(-1234567), "-1.234.567", "-1,234,567"),
        (lambda w: w.number(-0.4), "0", "0"),
        (lambda w: w.signed(21), "+21", "+21"),
        (lambda w: w.signed(0), "0", "0"),
        (lambda w: w.percent(288 / 2377), "12,1%", "12.1%"),
        (lambda w: w.percent(3 / 28, base=28), "11%", "11%"),
        (lambda w: w.percent(0.285, 0), "29%", "29%"),
        (lambda w: w.percent(0.0004), "0,04%", "0.04%"),
        (lambda w: w.percent(0), "0,0%", "0.0%"),
        (lambda w: w.points(-0.034), "3,4 điểm phần trăm", "3.4 percentage points"),
        (lambda w: w.ratio(1.39), "1,39 lần", "1.39 times"),
        (lambda w: w.months(29.6129), "29,6 tháng", "29.6 months"),
        (lambda w: w.months(Period.parse("2018-07")), "1 tháng", "1 month"),
        (lambda w: w.months(60), "60 tháng", "60 months"),
        (lambda w: w.quantity(3542, "instances", subject="organisation"), "3.542 lượt tổ chức đảng",
         "3,542 instances of party organisations"),
        (lambda w: w.quantity(1, "members"), "1 đảng viên", "1 party member"),
        (lambda w: w.quantity(0, "teams"), "0 đoàn", "0 teams"),
        (lambda w: w.join(["a", "b", "c"]), "a, b và c", "a, b and c"),
        (lambda w: w.join(["a"]), "a", "a"),
        (lambda w: w.join([]), "", ""),
    ],
)  # fmt: skip
def test_numbers(call, in_vi, in_en, vi, en):
    assert (plain(call(vi)), plain(call(en))) == (in_vi, in_en)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_printed(vi, bad):
    with pytest.raises(InputError):
        vi.number(bad)
    with pytest.raises(InputError):
        vi.percent(bad)


def test_a_number_never_leaves_its_unit(vi):
    assert vi.count(members(2377)) == f"2.377{NBSP}đảng viên"
    assert " " not in vi.percent(0.38, 0)
    assert vi.months(29.6) == f"29,6{NBSP}tháng"


@given(st.integers(-(10**12), 10**12), st.integers(0, 3), st.sampled_from(["vi", "en"]))
def test_a_printed_number_reads_back(n, digits, lang):
    x = n / 10**digits
    text = Words(codes.load(), lang).number(x, digits)
    assert parse_number(text, lang=lang) == pytest.approx(x, abs=1e-9)


@given(st.integers(0, 5000), st.integers(1, 5000), st.sampled_from(["vi", "en"]))
def test_a_printed_percentage_is_within_half_its_last_digit(x, n, lang):
    text = Words(codes.load(), lang).percent(x / n)
    assert abs(parse_number(text, lang=lang) - x / n) <= 0.0005 + 1e-12
    assert (parse_number(text, lang=lang) == 0) == (x == 0)


def test_a_number_of_the_other_language_is_not_read():
    with pytest.raises(InputError):
        parse_number("1,783.5", lang="vi")


# Dates and periods


def test_dates(vi, en):
    day = dt.date(2023, 3, 31)
    assert (vi.date(day), vi.date(day, short=True)) == ("ngày 31 tháng 3 năm 2023", "31/3/2023")
    assert (en.date(day), en.date(day, short=True)) == ("31 March 2023", "31 Mar 2023")
    assert vi.date(dt.date(2025, 2, 3)) == "ngày 03 tháng 02 năm 2025"


@pytest.mark.parametrize(
    ("period", "in_vi", "in_en"),
    [
        (Period.parse("2018"), "năm 2018", "2018"),
        (Period.parse("2023-6M"), "6 tháng đầu năm 2023", "the first six months of 2023"),
        (Period.parse("2022-9M"), "9 tháng đầu năm 2022", "the first nine months of 2022"),
        (Period.parse("2023-Q1"), "quý I/2023", "the first quarter of 2023"),
        (Period.parse("2018-07"), "tháng 7/2018", "July 2018"),
        (HALF, "nửa đầu nhiệm kỳ 2015-2020", "the first half of the 2015-2020 term"),
        (TERM, "nhiệm kỳ 2015-2020", "the 2015-2020 term"),
        (Period.parse("2019-01-01..2019-10-31"), "10 tháng đầu năm 2019", "the first 10 months of 2019"),
        (Period.parse("2016-01-01..2018-04-30"), "từ ngày 01/01/2016 đến ngày 30/4/2018",
         "1 January 2016 to 30 April 2018"),
    ],
)  # fmt: skip
def test_periods(period, in_vi, in_en, vi, en):
    assert (vi.period(period), en.period(period)) == (in_vi, in_en)
    assert vi.period(period, heading=True) == in_vi[0].upper() + in_vi[1:]


# Results


@pytest.mark.parametrize(
    ("result", "in_vi", "in_en", "cell"),
    [
        (members(2377), "2.377 đảng viên", "2,377 party members", "2.377"),
        (members(1), "1 đảng viên", "1 party member", "1"),
        (members(0), "0 đảng viên", "0 party members", "0"),
        (members(73000, approx=Approx.OVER), "hơn 73.000 đảng viên", "more than 73,000 party members",
         "hơn 73.000 [a]"),
        (members(70000, approx=Approx.UNDER), "gần 70.000 đảng viên", "nearly 70,000 party members", "gần 70.000 [a]"),
        (members(900, approx=Approx.ABOUT), "khoảng 900 đảng viên", "about 900 party members", "khoảng 900 [a]"),
        (members(2000, approx=Approx.UNKNOWN), "2.000 đảng viên [a]", "2,000 party members [a]", "2.000 [a]"),
        (members(640, derived=True), "640 đảng viên", "640 party members", "640 [d]"),
        (Result(state=State.MISSING, unit="members"), "[x]", "[x]", "[x]"),
        (Result(state=State.SUPPRESSED, unit="members"), "[c]", "[c]", "[c]"),
        (Result(state=State.STRUCTURAL_ZERO, unit="members"), "[z]", "[z]", "[z]"),
        (Result(state=State.REFUSED, reason=Note("no_membership")),
         "Không có số đảng viên công bố để làm mẫu số.", "No membership figure was published to serve as the "
         "denominator.", "[x]"),
    ],
)  # fmt: skip
def test_counts_in_every_state(result, in_vi, in_en, cell, vi, en):
    assert (plain(vi.count(result)), plain(en.count(result)), plain(vi.cell(result))) == (in_vi, in_en, cell)


def test_values_follow_their_kind(vi):
    assert vi.value(share(332, 758)) == "43,8%"
    assert vi.value(share(3, 28)) == "11%"
    assert vi.value(share(332, 758), digits=0) == "44%"
    assert vi.share_of(share(332, 758), digits=0) == "44% (332/758)"
    assert vi.value(Result(estimate=4.126, kind="rate", per=1000, unit="members")) == "4,13"
    assert vi.value(Result(estimate=0.034, kind="share_difference")) == "+3,4%"
    assert vi.value(Result(estimate=1.388, kind="rate_ratio")) == "1,39"


def test_intervals(vi, en):
    found = share(332, 758, conf_low=0.4029, conf_high=0.4735, conf_level=0.95)
    assert vi.interval(found) == "khoảng tin cậy 95%: 40,3%-47,4%"
    assert en.interval(found) == "95% confidence interval: 40.3%–47.4%"
    assert vi.interval(found, named=False) == "40,3%-47,4%"
    change = Result(estimate=0.01, conf_low=-0.02, conf_high=0.04, conf_level=0.998, kind="share_difference")
    assert vi.interval(change) == "khoảng tin cậy 99,8%: từ -2,0% đến +4,0%"
    stated = members(73000, approx=Approx.OVER, conf_low=73000.0, conf_high=73999.0)
    assert vi.interval(stated) == "trong khoảng 73.000-73.999"
    assert vi.interval(members(5)) == ""


def test_legend_explains_what_is_used_in_one_order(vi):
    assert vi.legend("xa") == "[a] số ước lượng; [x] không có số liệu"
    assert vi.legend("") == ""


# Changes


@pytest.mark.parametrize(
    ("now", "before", "options", "in_vi", "in_en"),
    [
        (members(192), members(171), {}, "tăng 21 đảng viên (12,3%) so với cùng kỳ năm trước",
         "up by 21 party members (12.3%) compared with the same period of the previous year"),
        (members(170), members(171), {}, "giảm 1 đảng viên (0,6%) so với cùng kỳ năm trước",
         "down by 1 party member (0.6%) compared with the same period of the previous year"),
        (members(5), members(5), {}, "không thay đổi so với cùng kỳ năm trước",
         "unchanged compared with the same period of the previous year"),
        (members(5), members(0), {"versus": "previous"}, "tăng 5 đảng viên so với kỳ trước",
         "up by 5 party members compared with the previous period"),
        (members(758), members(738), {"versus": HALF},
         "tăng 20 đảng viên (2,7%) so với nửa đầu nhiệm kỳ 2015-2020",
         "up by 20 party members (2.7%) compared with the first half of the 2015-2020 term"),
        (members(9), Result(state=State.MISSING, unit="members"), {},
         "không so sánh được với cùng kỳ năm trước vì kỳ đó không có số liệu",
         "not comparable with the same period of the previous year, as that period has no figure"),
        (Result(state=State.SUPPRESSED, unit="members"), members(9), {},
         "không so sánh được với cùng kỳ năm trước vì kỳ này không có số liệu",
         "not comparable with the same period of the previous year, as this period has no figure"),
        (members(73000, approx=Approx.OVER), members(70000), {},
         "tăng hơn 3.000 đảng viên (4,3%) so với cùng kỳ năm trước",
         "up by more than 3,000 party members (4.3%) compared with the same period of the previous year"),
        (members(24162), members(20000, approx=Approx.UNDER), {},
         "tăng hơn 4.162 đảng viên (20,8%) so với cùng kỳ năm trước",
         "up by more than 4,162 party members (20.8%) compared with the same period of the previous year"),
        (members(3000, approx=Approx.OVER), members(3465), {},
         "giảm chưa đến 465 đảng viên (13,4%) so với cùng kỳ năm trước",
         "down by less than 465 party members (13.4%) compared with the same period of the previous year"),
        (members(3000, approx=Approx.OVER), members(2000, approx=Approx.OVER), {},
         "tăng khoảng 1.000 đảng viên (50,0%) so với cùng kỳ năm trước",
         "up by about 1,000 party members (50.0%) compared with the same period of the previous year"),
        (share(332, 758), share(699, 738), {"versus": HALF, "significant": True},
         "giảm 50,9 điểm phần trăm so với nửa đầu nhiệm kỳ 2015-2020, thay đổi có ý nghĩa thống kê",
         "down by 50.9 percentage points compared with the first half of the 2015-2020 term, a statistically "
         "significant change"),
        (share(60, 100), share(59, 100), {"significant": False},
         "tăng 1,0 điểm phần trăm so với cùng kỳ năm trước, thay đổi không có ý nghĩa thống kê",
         "up by 1.0 percentage points compared with the same period of the previous year, not a statistically "
         "significant change"),
    ],
)  # fmt: skip
def test_changes(now, before, options, in_vi, in_en, vi, en):
    assert plain(vi.change(now, before, **options)) == in_vi
    assert plain(en.change(now, before, **options)) == in_en


def test_a_change_between_units_is_refused(vi):
    with pytest.raises(InputError, match="one kind and unit"):
        vi.change(members(5), replace(members(4), unit="organisations"))


# Texts


def test_the_house_texts_are_sorted_and_unix():
    raw = TEXTS.read_bytes()
    with TEXTS.open(encoding="utf-8", newline="") as file:
        keys = [row["key"] for row in csv.DictReader(file)]
    assert b"\r" not in raw
    assert keys == sorted(set(keys))


def test_texts_are_whole_and_alike_in_both_languages():
    for key, row in codes.load().texts().items():
        assert row["vi"], key
        assert row["en"], key
        assert "|" not in row["vi"], key
        alternatives = row["en"].split("|")
        assert len(alternatives) == 1 or (len(alternatives) == 2 and "{n}" in row["vi"]), key
        for text in alternatives:
            assert placeholders(text) == placeholders(row["vi"]), key
            assert all(not spec and not conv for _, _, spec, conv in string.Formatter().parse(text)), key


def _calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if isinstance(node.args[0].value, str):
                yield name, node.args[0].value


def test_every_note_and_every_text_asked_for_exists():
    known = set(codes.load().texts())
    asked = set()
    for path in sorted((ROOT / "src" / "stats").rglob("*.py")):
        for name, value in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            if name == "Note":
                asked.add(f"note.{value}")
            elif name == "text" and "." in value and " " not in value:
                asked.add(value)
    assert asked - known == set()


def test_an_unknown_text_or_a_missing_value_is_an_error(vi):
    with pytest.raises(UnknownCodeError, match=r"number\.join"):
        vi.text("number.jion")
    with pytest.raises(InputError, match="last"):
        vi.text("number.join", first="a")


def test_notes_name_codes_by_their_labels(vi, en):
    note = Note("actors_differ", {"from": "committees", "to": "inspection_commissions"})
    assert "Cấp ủy các cấp; Ủy ban kiểm tra các cấp" in vi.note(note)
    rule = Note("rule_break", {"instrument": "69-QĐ/TW", "date": dt.date(2022, 7, 6)})
    assert vi.note(rule).startswith("69-QĐ/TW có hiệu lực từ ngày 06 tháng 7 năm 2022:")
    assert "6 July 2022" in en.note(rule)
    flag = Note("flag", {"flag": "period_read"})
    assert vi.note(flag) == codes.load().row("flags", "period_read")["explanation_vi"]
    several = Note("sources_differ", {"others": (24160, 24162), "rule": "exact"})
    assert "24.160 và 24.162" in vi.note(several)


def test_notes_of_results_are_said_once(vi):
    twice = [members(1, caveats=(Note("small_base"),)), members(2, caveats=(Note("small_base"),))]
    assert vi.notes(*twice) == [vi.note(Note("small_base"))]


# Sorting


def test_vietnamese_order():
    names = ["Đà Nẵng", "Hà Nội", "Ân Thi", "An Giang", "Yên Bái", "Bắc Ninh", "Hạ Long", "Đắk Lắk", "Cần Thơ",
             "Hà Nam", "Ăn", "Thừa Thiên Huế", "Thành phố Hồ Chí Minh", "Quận 12", "Quận 2"]  # fmt: skip
    assert sorted_vi(names) == [
        "An Giang", "Ăn", "Ân Thi", "Bắc Ninh", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Hà Nam", "Hà Nội", "Hạ Long",
        "Quận 2", "Quận 12", "Thành phố Hồ Chí Minh", "Thừa Thiên Huế", "Yên Bái",
    ]  # fmt: skip
    assert sorted_vi(["má", "mạ", "mả", "mã", "ma", "mà"]) == ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert sorted_vi([("b", 1), ("ă", 2)], key=lambda pair: pair[0]) == [("ă", 2), ("b", 1)]


syllables = st.text(alphabet="aăâbcdđeêgơưyắậệọ ỹĐ12-<", max_size=8)


@given(syllables, syllables, syllables)
def test_the_order_is_total(a, b, c):
    ka, kb, kc = sort_key(a), sort_key(b), sort_key(c)
    assert (ka < kb) + (kb < ka) + (ka == kb) == 1
    assert (ka == kb) == (a == b)
    if ka <= kb <= kc:
        assert ka <= kc


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_can_be_sorted(a, b):
    assert isinstance(sort_key(a) < sort_key(b), bool)
