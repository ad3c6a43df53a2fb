"""The comparison report: who is compared and who is not, the same figures in both languages, refusals said."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from stats import indicators, shares
from stats.comparisons import funnels
from stats.errors import PeriodError, UnknownCodeError
from stats.indicators import Book
from stats.sections import bodies, kinds
from stats.sections.blocks import Section
from stats.sections.bodies.report import REASONS, comparison_of
from stats.sections.bodies.side_by_side import chance, compare
from stats.wording.words import placeholders

ROOT = Path(__file__).resolve().parents[2]
BOOK = indicators.open_book()
SECTIONS = kinds.SECTIONS["comparison"]
PERIODS = ("2018", "2017", "2015-2020/half", "2023-6M", "2022", "2008", "2020-2025/half")
POOLED = "committees_and_commissions"
PLANTED = {
    "ha-noi": (400, 60, 10, 30), "ha-tinh": (380, 60, 12, 28), "nghe-an": (700, 120, 20, 60),
    "thanh-hoa": (560, 90, 15, 45), "quang-binh": (150, 30, 4, 16), "dong-nai": (260, 40, 8, 22),
    "dong-thap": (210, 30, 5, 20), "tay-ninh": (90, 20, 3, 9), "vinh-long": (120, 20, 60, 80),
    "binh-dinh": (300, 50, 9, 25),
}  # fmt: skip
"""Reprimanded, warned, removed, expelled in a year nobody published; Vĩnh Long stands out."""


def planted(counts: dict[str, tuple[int, int, int, int]], period: str = "1999", **changes: object) -> Book:
    """Return the curated data with penalty splits of a made-up year in place of the real ones."""
    template = BOOK.tables.discipline.iloc[0].to_dict()
    rows = []
    for body, split in counts.items():
        day = {"period_start": pd.Timestamp(f"{period}-01-01"), "period_end": pd.Timestamp(f"{period}-12-31")}
        for penalty, n in zip(
            ("reprimand", "warning", "removal", "expulsion", "all"), (*split, sum(split)), strict=True
        ):
            row = {**template, **day, "row_id": f"X{len(rows):04d}", "body_id": body, "period": period, "actor": POOLED,
                   "penalty": penalty, "count": n, "flags": "", "unit": "members", **changes}  # fmt: skip
            rows.append(row)
    frame = pd.DataFrame(rows).astype(BOOK.tables.discipline.dtypes.to_dict())
    return Book(replace(BOOK.tables, discipline=frame), BOOK.codes)


def made(period: str, lang: str, book: Book = BOOK) -> list[Section]:
    report = comparison_of(book, period, lang)
    return list(kinds.make(report, "comparison").values())


def markup(section: Section) -> str:
    return "\n".join(str(b.data.get("text/html", "")) for b in section.blocks)


def said(section: Section) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup(section))).replace("\u00a0", " ")


def figures(section: Section, lang: str) -> list[str]:
    """Return every number in the cells and traced words of a section, in one notation."""
    found = []
    for pair in re.findall(r'<a class="figure"[^>]*>([^<]*)</a>|<td[^>]*>(.*?)</td>', markup(section)):
        text = re.sub(r"<[^>]*>", "", "".join(pair)).translate(str.maketrans(".,", ",.") if lang == "vi" else {})
        found += re.findall(r"\d+(?:[.,]\d+)*", text)
    return found


@pytest.fixture(scope="module")
def ten() -> Book:
    return planted(PLANTED)


@pytest.mark.parametrize("period", [*PERIODS, "planted"])
def test_both_languages_hold_the_same(period: str, ten: Book) -> None:
    book, key = (ten, "1999") if period == "planted" else (BOOK, period)
    editions = {lang: made(key, lang, book) for lang in ("vi", "en")}
    for vi, en in zip(editions["vi"], editions["en"], strict=True):
        assert vi.id == en.id
        assert [b.mark["block"] for b in vi.blocks] == [b.mark["block"] for b in en.blocks], vi.id
        assert [c.rows for c in vi.charts] == [c.rows for c in en.charts]
        assert vi.rows == en.rows
        assert all(b.data["text/plain"].strip() for b in (*vi.blocks, *en.blocks)), vi.id
        # Names of periods hold numbers that the languages write differently.
        if vi.id not in ("comparison-apart", "sources"):
            assert figures(vi, "vi") == figures(en, "en"), vi.id
        assert "nan" not in said(en).lower().split()
    names = [c.name for section in editions["vi"] for c in section.charts]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("period", list(dict.fromkeys(e.period.key for e in comparison_of(BOOK, "2018").entries)))
def test_every_period_with_a_split_makes_a_report(period: str) -> None:
    for section in made(period, "vi"):
        for chart in section.charts:
            go.Figure(chart.spec)
            assert chart.alt
            assert chart.sources


def test_2018_compares_ha_noi_and_ha_tinh_by_hand() -> None:
    report = comparison_of(BOOK, "2018")
    (group,) = report.compared.values()
    assert list(report.compared) == [POOLED]
    assert [(e.body.body_id, e.share.numerator, e.share.denominator) for e in group] == [
        ("ha-noi", 22 + 107, 1114), ("ha-tinh", 7 + 28, 548),
    ]  # fmt: skip
    wilson = shares.share(129, 1114)[0]
    assert (group[0].share.conf_low, group[0].share.conf_high) == (wilson.conf_low, wilson.conf_high)
    assert set(group[0].share.rows) == {r for c in group[0].counts for r in c.rows}
    text = said(bodies.compared(report))
    assert "11,6% (129/1.114)" in text
    assert "có ý nghĩa thống kê (p < 0,001)" in text


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", "ít nhất 8 đảng bộ, hiện có 2"), ("en", "at least 8 bodies; 2 have them")]
)
def test_fewer_than_eight_bodies_are_said_not_drawn(lang: str, words: str) -> None:
    section = bodies.compared(comparison_of(BOOK, "2018", lang))
    assert words in said(section)
    assert [c.name for c in section.charts] == ["bodies-share-committees-and-commissions"]
    heads = re.findall(r"<th[^>]*>(.*?)</th>", markup(section))
    assert not {"Shrunken share", "95% rank interval"} & set(heads)


def test_actors_are_never_mixed() -> None:
    for period in PERIODS:
        report = comparison_of(BOOK, period)
        for actor, group in report.compared.items():
            assert {e.actor for e in group} == {actor}
            assert actor != "unspecified"
            assert len({e.body.body_id for e in group}) == len(group)
            assert {e.body.level for e in group} <= {"province", "municipality"}
            assert {e.period.kind for e in group} == {group[0].period.kind}


def test_what_is_not_compared_is_listed_with_its_reason() -> None:
    found = {(e.body.body_id, e.period.key, e.actor): e.why for e in comparison_of(BOOK, "2018").apart}
    assert found["dak-nong", "2018", "unspecified"] == "approximate"
    assert found["tp-ho-chi-minh", "2018", "committees"] == "alone"
    assert found["tp-ho-chi-minh", "2018", "committees_and_cells"] == "alone"
    assert found["nghe-an", "2018-6M", "committees_and_cells"] == "period"
    assert {e.why for e in comparison_of(BOOK, "2023-6M").apart} >= {"level", "alone"}
    assert any(e.why == "boundaries" for e in comparison_of(planted({"ha-noi": PLANTED["ha-noi"]}), "1999").apart)
    partial = {e.body.body_id: e.why for e in comparison_of(BOOK, "2020-6M").apart}
    assert partial["da-nang"] == "partial"
    assert set(found.values()) <= set(REASONS)


def test_a_partial_split_has_no_share() -> None:
    entry = next(e for e in comparison_of(BOOK, "2020-6M").apart if e.why == "partial")
    assert not entry.share
    assert entry.share.reason is not None
    assert BOOK.codes.text(f"note.{entry.share.reason.code}")


def test_ten_planted_bodies_get_funnel_shrinkage_and_rank_intervals(ten: Book) -> None:
    report = comparison_of(ten, "1999", "en")
    (group,) = report.compared.values()
    assert len(group) == len(PLANTED) - 1, "Hà Nội took in new land in 2008, so its figure of 1999 stands apart"
    found = compare(group)
    x, n = found.numerator, found.denominator
    assert found.pooled == x.sum() / n.sum()
    assert found.funnel.verdict.tolist() == funnels.funnel(x, n, transform="arcsine").verdict.tolist()
    odd = [e.body.body_id for e in group].index("vinh-long")
    assert found.funnel.verdict[odd].startswith("high")
    assert found.holm.reject[odd]
    assert found.ranks.conf_low[odd] == found.ranks.conf_high[odd] == 1
    assert (found.holm.adjusted >= found.bh.adjusted - 1e-12).all()
    between = (found.shrunk.estimates.estimate - found.pooled) * (x / n - found.pooled)
    assert (between >= -1e-9).all()
    assert (np.abs(found.shrunk.estimates.estimate - found.pooled) <= np.abs(x / n - found.pooled) + 0.02).all()
    section = bodies.compared(report)
    assert [c.name.rsplit("-committees", 1)[0] for c in section.charts] == ["bodies-share", "bodies-funnel"]
    plot = section.charts[1]
    assert "Vĩnh Long" in " ".join(a["text"] for a in plot.spec["layout"]["annotations"])
    assert len(plot.table) == len(group)
    assert "Only" not in said(section)
    heads = " ".join(re.findall(r"<th[^>]*>(.*?)</th>", markup(section)))
    assert "Shrunken share" in heads
    assert "95% rank interval" in heads


def test_seven_bodies_are_one_too_few() -> None:
    seven = {b: c for b, c in PLANTED.items() if b != "ha-noi"}
    seven = dict(list(seven.items())[:7])
    section = bodies.compared(comparison_of(planted(seven), "1999", "en"))
    assert "at least 8 bodies; 7 have them" in said(section)
    assert len(section.charts) == 1


def test_bodies_that_do_not_differ_come_with_what_could_have_shown() -> None:
    even = dict.fromkeys(["ha-tinh", "nghe-an", "thanh-hoa"], (160, 20, 5, 15))
    section = bodies.compared(comparison_of(planted(even), "1999", "en"))
    text = said(section)
    assert "No significant difference among the bodies was found (p = 1.000)" in text
    assert "would have been needed to show (power 80%)" in text
    assert "no body differs significantly" in text
    assert section.charts[0].title == "Shares removed or expelled do not clearly differ between bodies"


def test_nobody_removed_is_no_crash() -> None:
    section = bodies.compared(comparison_of(planted(dict.fromkeys(list(PLANTED)[1:], (30, 10, 0, 0))), "1999", "en"))
    assert "0% (0/40)" in said(section)


def test_approximate_figures_are_not_compared() -> None:
    book = planted({b: PLANTED[b] for b in ("ha-tinh", "nghe-an")}, approx="about")
    report = comparison_of(book, "1999", "en")
    assert report.compared == {}
    assert "No two bodies have full penalty splits" in said(bodies.summary(report))
    assert {e.why for e in report.apart} == {"approximate"}


def test_no_bare_rank_is_printed(ten: Book) -> None:
    text = said(bodies.compared(comparison_of(ten, "1999", "en")))
    assert "no ranking" in text
    # Bodies stand in the order of their names, not of their shares.
    names = [e.body.name_vi for e in next(iter(comparison_of(ten, "1999").compared.values()))]
    assert names[0] == "Bình Định"


@pytest.mark.parametrize(
    ("period", "lang", "error"),
    [
        ("", "vi", PeriodError),
        ("1901", "vi", PeriodError),
        ("spring", "vi", PeriodError),
        ("2018", "fr", UnknownCodeError),
    ],
)
def test_what_does_not_exist_is_told(period: str, lang: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        comparison_of(BOOK, period, lang)
    assert caught.value.vi  # type: ignore[attr-defined]


def test_the_place_is_not_used_and_the_date_is_as_asked() -> None:
    report = bodies.open_comparison("nowhere", "2018", "en", "2024-05-01")
    assert str(report.asked_date) == "2024-05-01"
    assert report.name == "Province-level party bodies"


def test_small_p_values_are_printed_as_below(ten: Book) -> None:
    words = comparison_of(ten, "1999", "en").words
    assert chance(words, 0.0123) == "0.012"
    assert chance(words, 1e-9).replace("\u00a0", " ") == "< 0.001"


def test_texts_are_alike_in_both_languages() -> None:
    rows = BOOK.codes.rows("texts_comparison")
    assert [r["key"] for r in rows] == sorted(r["key"] for r in rows)
    for row in rows:
        assert placeholders(row["vi"]) == placeholders(row["en"]), row["key"]
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src/stats/sections/bodies").glob("*.py"))
    for row in rows:
        stem = row["key"].rsplit(".", 1)[0]
        assert (
            f'"{row["key"]}"' in code
            or f'"{stem}.' in code
            or stem in ("section", "note", "chart.kind", "report.title")
        )
