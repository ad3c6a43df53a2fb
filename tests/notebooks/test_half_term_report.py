"""The main job: Hà Nội's half-term 2020-2025, every figure in the row of its own label, with its source."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pages import Page

SEED = "seed_000"
COMMITTEES, STANDING, COMMISSIONS = "Cấp ủy", "Ban Thường vụ Thành ủy", "UBKT các cấp"
POOLED = "Cấp ủy và UBKT"


@pytest.fixture(scope="module")
def page(rendered: Callable[..., Path]) -> Page:
    return Page(rendered("period", "ha-noi", "2020-2025/half", "vi") / "period_ha-noi_2020-2025-half_vi.html")


@pytest.fixture(scope="module")
def english(rendered: Callable[..., Path]) -> Page:
    return Page(rendered("period", "ha-noi", "2020-2025/half", "en") / "period_ha-noi_2020-2025-half_en.html")


@pytest.mark.parametrize(
    ("table", "label", "actor", "count", "unit"),
    [
        ("t-committees", "Tổ chức đảng được kiểm tra (theo chương trình)", COMMITTEES, "3.542", "lượt tổ chức đảng"),
        ("t-committees", "Đảng viên được kiểm tra (theo chương trình)", COMMITTEES, "992", "đảng viên"),
        ("t-committees", "Tổ chức đảng được giám sát", COMMITTEES, "2.212", "lượt tổ chức đảng"),
        ("t-committees", "Đảng viên được giám sát", COMMITTEES, "1.098", "đảng viên"),
        ("t-committees", "Đoàn kiểm tra", STANDING, "17", "đoàn"),
        ("t-committees", "Tổ chức đảng được kiểm tra (theo chương trình)", STANDING, "60", "lượt tổ chức đảng"),
        ("t-committees", "Đảng viên được kiểm tra (theo chương trình)", STANDING, "51", "đảng viên"),
        ("t-committees", "Đoàn giám sát", STANDING, "9", "đoàn"),
        ("t-committees", "Tổ chức đảng được giám sát", STANDING, "22", "lượt tổ chức đảng"),
        ("t-committees", "Đảng viên được giám sát", STANDING, "10", "đảng viên"),
        ("t-signs", "Tổ chức đảng được kiểm tra khi có dấu hiệu vi phạm", COMMISSIONS, "317", "lượt tổ chức đảng"),
        ("t-signs", "Tổ chức đảng được kết luận có vi phạm", COMMISSIONS, "122", "tổ chức đảng"),
        ("t-signs", "Tổ chức đảng phải thi hành kỷ luật", COMMISSIONS, "17", "tổ chức đảng"),
        ("t-signs", "Đảng viên được kiểm tra khi có dấu hiệu vi phạm", COMMISSIONS, "758", "đảng viên"),
        ("t-signs", "Đảng viên được kết luận có vi phạm", COMMISSIONS, "332", "đảng viên"),
        ("t-signs", "Đảng viên phải thi hành kỷ luật", COMMISSIONS, "236", "đảng viên"),
        ("t-thematic", "Tổ chức đảng được giám sát chuyên đề", COMMISSIONS, "1.877", "lượt tổ chức đảng"),
        ("t-thematic", "Đảng viên được giám sát chuyên đề", COMMISSIONS, "2.639", "đảng viên"),
        ("t-organisations", "Tổng số bị kỷ luật", POOLED, "28", "tổ chức đảng"),
        ("t-organisations", "Khiển trách", POOLED, "25", "tổ chức đảng"),
        ("t-organisations", "Cảnh cáo", POOLED, "3", "tổ chức đảng"),
        ("t-members", "Tổng số bị kỷ luật", POOLED, "2.377", "đảng viên"),
        ("t-members", "Khiển trách", POOLED, "1.783", "đảng viên"),
        ("t-members", "Cảnh cáo", POOLED, "281", "đảng viên"),
        ("t-members", "Cách chức", POOLED, "25", "đảng viên"),
        ("t-members", "Khai trừ", POOLED, "288", "đảng viên"),
    ],
)
def test_a_figure_stands_in_the_row_of_its_label_with_its_source(
    page: Page, table: str, label: str, actor: str, count: str, unit: str
) -> None:
    assert page.cells(table, label, actor)[2:4] == [count, unit]
    assert SEED in page.sources(table, label, actor)


def test_every_counted_cell_names_its_rows(page: Page) -> None:
    cells = page.soup.select("#t-members tbody tr td.gt_right")
    assert cells
    assert all(cell.get("data-rows") or cell.find(attrs={"data-rows": True}) or "[z]" in cell.text for cell in cells)


def test_published_and_recomputed_shares_stand_apart(page: Page) -> None:
    assert page.cells("t-signs", "Đảng viên được kết luận có vi phạm", COMMISSIONS)[4:7] == [
        "44%",
        "43,8%",
        "40,3%-47,4%",
    ]
    assert page.cells("t-signs", "Tổ chức đảng được kết luận có vi phạm", COMMISSIONS)[4:6] == ["38%", "38,5%"]


def test_like_is_compared_with_like(page: Page) -> None:
    table = "t-change-2015-2020-half"
    for label, now, before in (
        ("Đảng viên được kiểm tra khi có dấu hiệu vi phạm", "758", "738"),
        ("Đảng viên được kết luận có vi phạm", "332", "699"),
        ("Đảng viên phải thi hành kỷ luật", "236", "505"),
        ("Tổ chức đảng được kiểm tra khi có dấu hiệu vi phạm", "317", "245"),
        ("Tổ chức đảng được kết luận có vi phạm", "122", "191"),
        ("Tổ chức đảng phải thi hành kỷ luật", "17", "22"),
    ):
        assert page.cells(table, label, COMMISSIONS)[2:4] == [now, before]
    instances = page.cells(table, "Tổ chức đảng được kiểm tra khi có dấu hiệu vi phạm", COMMISSIONS)
    assert instances[4] == "khác đơn vị, không so sánh"


def test_the_term_lends_its_mix_and_no_count_changes(page: Page) -> None:
    said = page.section("comparison")
    assert "chỉ so sánh cơ cấu hình thức, không so sánh số lượng" in said
    assert "58,7 tháng" in said
    assert "29,6 tháng" in said
    assert "khai trừ tăng từ 8,7% lên 12,1%" in said
    assert "cảnh cáo giảm từ 15,0% xuống 11,8%" in said
    assert "cách chức chưa thấy thay đổi có ý nghĩa thống kê" in said
    assert "phân hóa về hai đầu (nhẹ nhất và nặng nhất), không chỉ theo hướng nặng hơn" in said
    mix = {row[0]: row for row in page.rows("t-mix-2015-2020-committees_and_commissions")}
    assert [mix[p][1] for p in ("Khiển trách", "Cảnh cáo", "Cách chức", "Khai trừ")] == [
        "3.088 (74,5%)", "622 (15,0%)", "72 (1,7%)", "361 (8,7%)",
    ]  # fmt: skip
    assert mix["Tổng số bị kỷ luật"][1:3] == ["4.143", "2.377"]
    assert not page.soup.select("#t-change-2015-2020"), "counts of the term must never be compared"


def test_breaks_of_rules_are_dated(page: Page) -> None:
    said = page.section("comparison")
    assert "22-QĐ/TW" in said
    assert "28/7/2021" in said
    assert "69-QĐ/TW" in said
    assert "06/7/2022" in said


def test_the_fall_in_the_share_comes_with_what_may_explain_it(page: Page) -> None:
    said = page.section("comparison")
    assert "từ 94,7% xuống 43,8%" in said
    assert "Điều có thể giải thích" in said
    assert "đơn vị tính khác nhau" in said


def test_the_visit_falls_into_the_period(page: Page) -> None:
    said = page.section("visit")
    for part in ("10 tháng 12 năm 2021", "135", "Hà Nội", "Ưu điểm", "Hạn chế", "Nghị quyết Đại hội XIII", "vai trò"):
        assert part in said
    assert page.soup.select_one('section#visit a[href="#src-seed_001"]')


def test_sections_without_data_say_so_and_show_no_chart(page: Page) -> None:
    for empty in ("tasks", "contents"):
        section = page.soup.select_one(f"section#{empty}")
        assert "Chưa tìm thấy số liệu công bố" in section.text
        assert not section.select("figure")


def test_there_are_at_least_six_charts_each_with_alternative_text(page: Page) -> None:
    charts = page.soup.select("figure.chart .plot")
    figures = json.loads(page.soup.find(id="figures").string)
    assert len(charts) >= 6
    assert {c["id"].removeprefix("plot-") for c in charts} == set(figures)
    assert all(len(c["aria-label"]) > 40 for c in charts)
    assert all(figure["data"] for figure in figures.values())


def test_the_page_needs_nothing_from_outside(page: Page) -> None:
    for tag, attribute in (("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src")):
        assert not [t for t in page.soup.find_all(tag) if t.get(attribute)]
    assert "@import" not in page.html


def test_the_page_says_what_it_is(page: Page, english: Page) -> None:
    assert page.soup.html["lang"] == "vi"
    assert english.soup.html["lang"] == "en"
    assert "Bản dự thảo" in page.soup.header.text
    assert "Draft" in english.soup.header.text
    assert "19 tháng 4 năm 2023" in page.soup.header.text


def test_both_editions_carry_the_same_figures(page: Page, english: Page) -> None:
    for table in ("t-committees", "t-signs", "t-thematic", "t-organisations", "t-members", "t-change-2015-2020-half"):
        ours = [[swap(cell) for cell in row[2:]] for row in page.rows(table)]
        theirs = [row[2:] for row in english.rows(table)]
        assert [digits(r) for r in ours] == [digits(r) for r in theirs], table


def swap(cell: str) -> str:
    return cell.translate(str.maketrans(".,", ",."))


def digits(row: list[str]) -> list[str]:
    import re

    return [number for cell in row for number in re.findall(r"\d+(?:[.,]\d+)*", cell)]


def test_the_english_edition_holds_no_vietnamese_outside_names(english: Page) -> None:
    import re

    main = english.soup.select_one("main")
    for gone in main.select("#sources, cite"):
        gone.decompose()
    allowed = re.compile(
        r"Hà Nội|QĐ|QĐi|CTr|Bộ Chính trị|lượt|Thành ủy|PNTĐ|Báo|Phụ|nữ|Thủ|đô|Tiền|Phong|Pháp|lý|Quân|đội|Nhân|dân"
    )
    text = allowed.sub("", main.get_text(" "))
    strange = {
        w for w in re.findall(r"\w+", text) if re.search(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", w)
    }
    assert strange == set()


def test_the_executed_notebook_carries_the_same_blocks(rendered: Callable[..., Path]) -> None:
    folder = rendered("period", "ha-noi", "2020-2025/half", "vi")
    notebook = json.loads((folder / "period_ha-noi_2020-2025-half_vi.ipynb").read_text(encoding="utf-8"))
    marks = [o["metadata"]["stats"]["block"] for c in notebook["cells"] for o in c.get("outputs", ())]
    assert marks[0] == "cover"
    assert marks.count("chart") >= 6
    assert "papermill" not in notebook["metadata"], "times would make equal runs differ"
