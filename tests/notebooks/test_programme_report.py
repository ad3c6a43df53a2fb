"""The programme report: every figure of the mid-term review in the row of its own label."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pages import Page

P01 = "Chương trình 01-CTr/TU (2021-2025)"
CONFERENCE = "Hội nghị lần thứ 11 Ban Chấp hành Đảng bộ thành phố Hà Nội khóa XVII"


@pytest.fixture(scope="module")
def page(rendered: Callable[..., Path]) -> Page:
    return Page(rendered("programme", "ha-noi", "2020-2025/half", "vi") / "programme_ha-noi_2020-2025-half_vi.html")


@pytest.mark.parametrize(
    ("table", "programme", "item", "value"),
    [
        ("t-programme-assignment", P01, "Chuyên đề, đề án, kế hoạch được giao", "34"),
        ("t-programme-progress", P01, "Chuyên đề, đề án, kế hoạch đã hoàn thành", "29"),
        ("t-programme-progress", P01, "Chuyên đề, đề án, kế hoạch đang thực hiện", "5"),
        ("t-programme-progress", P01, "Chỉ tiêu, nhóm chỉ tiêu", "14"),
        ("t-programme-progress", P01, "Chỉ tiêu vượt", "7"),
        ("t-programme-progress", P01, "Chỉ tiêu cơ bản đạt", "7"),
        ("t-programme-assignment", P01, "Cơ quan thành phố được giao chủ trì", "11"),
        ("t-programme-assignment", P01, "Nội dung do Ban Tổ chức Thành ủy chủ trì", "5"),
        ("t-programme-assignment", P01, "Nội dung giao Ban cán sự đảng UBND thành phố", "18"),
        ("t-programme-cases", P01, "Vụ việc đưa thêm vào diện theo dõi, chỉ đạo", "42"),
        ("t-programme-cases", P01, "Tổng số vụ việc theo dõi, chỉ đạo", "57"),
        ("t-programme-cases", P01, "Lượt điều động, luân chuyển, bổ nhiệm, giới thiệu cán bộ", "319"),
        ("t-programme-conference", CONFERENCE, "Đại biểu phát biểu tại tổ", "59"),
        ("t-programme-conference", CONFERENCE, "Tổ thảo luận", "4"),
        ("t-programme-conference", CONFERENCE, "Ý kiến thảo luận tại tổ", "130"),
        ("t-programme-conference", CONFERENCE, "Ý kiến về báo cáo xây dựng Đảng 2022, nhiệm vụ 2023", "34"),
        ("t-programme-conference", CONFERENCE, "Ý kiến về kiểm điểm của Ban Thường vụ năm 2022", "30"),
        ("t-programme-conference", CONFERENCE, "Ý kiến về công tác xây dựng Đảng (theo phần tổng hợp)", "73"),
        ("t-programme-conference", CONFERENCE, "Tỷ lệ biểu quyết thông qua nghị quyết", "100"),
    ],
)
def test_a_figure_stands_in_the_row_of_its_label(page: Page, table: str, programme: str, item: str, value: str) -> None:
    assert page.cells(table, programme, item)[2] == value
    assert page.sources(table, programme, item)


def test_777_sub_programmes_of_the_lower_level(page: Page) -> None:
    rows = [row for row in page.rows("t-programme-progress") if "cấp huyện" in row[1]]
    assert [row[2] for row in rows] == ["777"]


def test_targets_that_lower_bodies_set_themselves(page: Page) -> None:
    rows = {row[2]: row[3] for row in page.rows("t-programme-own-targets")}
    assert rows["Chỉ tiêu mức độ hài lòng của người dân"] == "trên 90"
    assert rows["Chỉ tiêu tăng bậc xếp hạng cải cách hành chính"] == "2"
    assert rows["Chỉ tiêu chi bộ xếp loại tốt trở lên"] == "100"
    assert rows["Chỉ tiêu tỷ lệ đô thị hóa"] == "60–62"


def test_the_bloc_stands_apart_with_its_own_period(page: Page) -> None:
    said = page.section("programme-related")
    assert "10 tháng đầu năm 2019" in said
    assert "không cộng" in said
    table = "t-programme-related-ha-noi-khoi-cac-co-quan-2019-01-01_2019-10-31"
    values = {row[1]: row[2] for row in page.rows(table)}
    assert values["Nội dung trọng tâm của chủ đề năm 2019"] == "6"
    assert values["Nhiệm vụ trọng tâm của chủ đề năm 2019"] == "22"
    assert values["Kết quả nổi bật 10 tháng năm 2019"] == "6"
    draft = [
        "Nhóm kết quả 2015-2020",
        "Nguyên nhân của kết quả",
        "Hạn chế",
        "Nguyên nhân của hạn chế",
        "Bài học kinh nghiệm",
    ]
    assert [values[item] for item in draft] == ["3", "4", "9", "6", "5"]
    ahead = ["Nhóm chỉ tiêu 2020-2025", "Khâu đột phá 2020-2025", "Nhóm nhiệm vụ, giải pháp 2020-2025"]
    assert [values[item] for item in ahead] == ["7", "2", "3"]


def test_the_bloc_has_a_report_of_its_own(rendered: Callable[..., Path]) -> None:
    folder = rendered("programme", "ha-noi-khoi-cac-co-quan", "2019-01-01..2019-10-31", "en")
    page = Page(folder / "programme_ha-noi-khoi-cac-co-quan_2019-01-01_2019-10-31_en.html")
    assert len(page.rows("t-programme-results")) == 13


def test_progress_is_charted(page: Page) -> None:
    assert page.soup.select_one("#chart-programme-progress")
    assert page.soup.select_one("#chart-opinions")
