"""The local page in a real Chromium: choose, change, download, go back, by keyboard, narrow, accessible, offline."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

FIRST = "Cơ cấu hình thức kỷ luật đảng viên: Hà Nội, nửa đầu nhiệm kỳ 2020-2025"
NOTHING = "?place=ha-noi&period=2017&indicator=penalty-mix-members&lang={lang}"
STALE = "?place=Ha%20Nois&indicator=penalty-mix-member&lang={lang}"
NAMED = ("first", "several", "nothing", "stale")
SEVERAL = "?place=national&period=2023&indicator=disciplined-members&lang={lang}"


def chosen(page: Page) -> list[str]:
    return page.eval_on_selector_all("#form select", "lists => lists.map(list => list.value)")


# Choosing


def test_the_first_address_shows_the_members_disciplined_in_ha_noi(window):
    page = window()
    expect(page.locator("h1")).to_have_text(FIRST)
    assert "2.377\u00a0đảng viên" in page.locator("#sentence").inner_text()
    assert page.title().startswith(FIRST)
    assert page.evaluate("document.documentElement.lang") == "vi"
    assert chosen(page) == ["ha-noi", "2020-2025-half", "penalty-mix-members", ""]
    assert page.locator("#result .plot .barlayer .point path").count() >= 4
    assert page.locator("#result table td", has_text="1.783").count() >= 1
    assert page.locator(".documents li code").count() == 5
    assert "indicators.compute" in page.locator("#code").inner_text()
    assert page.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"', 'ế ộ ữ ặ ỵ')")


def test_a_choice_goes_into_the_address_and_back_comes_out_of_it(window, choose, settled):
    page = window()
    choose(page, "indicator", "disciplined-members")
    choose(page, "period", "2018")
    expect(page.locator("h1")).to_have_text("Đảng viên bị thi hành kỷ luật: Hà Nội, năm 2018")
    page.go_back()
    settled(page)
    expect(page.locator("h1")).to_contain_text("nửa đầu nhiệm kỳ 2020-2025")
    assert chosen(page)[1:3] == ["2020-2025-half", "disciplined-members"]
    page.go_back()
    settled(page)
    expect(page.locator("h1")).to_have_text(FIRST)
    assert chosen(page)[2] == "penalty-mix-members"
    page.go_forward()
    settled(page)
    assert chosen(page)[2] == "disciplined-members"


def test_an_address_can_be_shared(window, choose):
    page = window()
    choose(page, "body", "national")
    choose(page, "period", "2023")
    other = window(page.evaluate("location.search"))
    assert other.locator("#sentence").inner_text() == page.locator("#sentence").inner_text()
    assert chosen(other) == chosen(page)


def test_the_language_changes_and_the_choice_stays(window, settled, until):
    page = window(SEVERAL.format(lang="vi"))
    before = chosen(page)
    page.get_by_role("link", name="English", exact=True).click()
    until(page, "() => document.documentElement.lang === 'en'")
    settled(page)
    assert chosen(page) == before
    expect(page.locator("h1")).to_have_text("Members disciplined: Nationwide, 2023")
    assert page.locator("#skip").inner_text() == "Skip to the figures"


def test_streams_stand_beside_each_other_and_one_can_be_kept(window, choose):
    page = window(SEVERAL.format(lang="vi"))
    assert page.locator("#sentence").inner_text().count("18.130") == 1
    choose(page, "actor", "inspection_commissions")
    said = page.locator("#sentence").inner_text()
    assert "6.302" in said
    assert "18.130" not in said


def test_two_browsers_do_not_see_each_others_choices(window, choose, settled):
    one, other = window(), window(SEVERAL.format(lang="en"))
    choose(one, "period", "2018")
    choose(other, "actor", "inspection_commissions")
    for page, body in ((one, "Hà Nội, năm 2018"), (other, "Nationwide, 2023")):
        page.reload()
        settled(page)
        assert body in page.locator("h1").inner_text()
    assert one.context.cookies() == other.context.cookies() == []
    assert one.evaluate("localStorage.length + sessionStorage.length") == 0


# Nothing there


def test_where_nothing_was_published_the_page_leads_to_what_was(window, settled):
    page = window(NOTHING.format(lang="vi"))
    assert page.locator("#sentence").inner_text().startswith("Chưa tìm thấy số liệu công bố")
    assert page.locator(".take").count() == 0
    page.locator(".ways a").first.click()
    settled(page)
    assert page.locator("#result .table-block").count() >= 1
    # The link is gone with the page it stood on; a reader without a mouse goes on from the heading.
    assert page.evaluate("document.activeElement.id") == "title"


def test_a_stale_address_explains_itself_and_leads_on(window, settled):
    page = window(STALE.format(lang="en"))
    expect(page.locator("h1")).to_have_text("This address leads to no figures")
    assert "“Ha Nois”" in page.locator("#sentence").inner_text()
    assert chosen(page) == ["", "2020-2025-half", "", ""]
    page.locator(".ways a").first.click()
    settled(page)
    assert "place=ha-noi" in page.url


# Taking along


def test_all_three_downloads_hold_the_figures(window, tmp_path):
    page = window()
    files = {}
    for name in ("CSV", "XLSX", "PNG"):
        with page.expect_download() as got:
            page.locator(".take li", has_text=name).locator("a, button").click()
        files[name] = tmp_path / got.value.suggested_filename
        got.value.save_as(files[name])
    assert {path.stem for path in files.values()} == {"ha-noi_2020-2025-half_penalty-mix-members_vi"}
    frame = pd.read_csv(files["CSV"], encoding="utf-8-sig")
    assert frame["numerator"].tolist() == [1783, 281, 25, 288]
    assert frame["category_name"].tolist()[0] == "Khiển trách"
    sheets = openpyxl.load_workbook(files["XLSX"]).worksheets
    assert 2377 in {cell.value for row in sheets[0].iter_rows() for cell in row}
    with Image.open(files["PNG"]) as image:
        layout = page.evaluate("document.querySelector('.js-plotly-plot').layout")
        assert image.size == (2 * layout["width"], 2 * layout["height"])
        assert len(image.getcolors(1 << 24)) > 50
    expect(page.locator("#told")).to_have_text("Đã lưu biểu đồ thành tệp PNG.")


def test_the_picture_is_lettered_in_the_font_of_the_house(window, tmp_path, settled):
    page = window()

    def drawn() -> bytes:
        with page.expect_download() as got:
            page.locator(".picture").click()
        path = Path(got.value.path())
        with Image.open(path) as image:
            return image.tobytes()

    with_font = drawn()
    # Without the fonts in it, the picture would be lettered in whatever the machine has.
    page.route("**/fonts.css", lambda route: route.fulfill(body="", content_type="text/css"))
    page.reload()
    settled(page)
    assert drawn() != with_font


def test_the_code_is_copied(window):
    page = window()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#copy").click()
    expect(page.locator("#copied")).to_have_text("Đã sao chép mã lệnh.")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#code").inner_text()


# By keyboard, on a narrow screen, on paper, aloud


def test_everything_is_done_with_the_keyboard_alone(window, settled, until):
    page = window()
    keys = page.keyboard

    def tab_to(there: str) -> None:
        for _ in range(20):
            keys.press("Tab")
            if page.evaluate(there):
                return
        pytest.fail(f"the Tab key never leads to where {there}")

    keys.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    keys.press("Enter")
    assert page.evaluate("location.hash") == "#found"
    with page.expect_download() as got:
        tab_to("(document.activeElement.getAttribute('href') || '').startsWith('/csv')")
        keys.press("Enter")
    assert got.value.suggested_filename.endswith(".csv")
    page.locator("#skip").focus()
    tab_to("document.activeElement.id === 'choose-period'")
    before = page.locator("#choose-period").input_value()
    entries = page.evaluate("history.length")
    for _ in range(3):
        keys.press("ArrowDown")
    until(page, "before => location.search && !location.search.includes(before)", before)
    settled(page)
    assert page.locator("#choose-period").input_value() in page.url
    # The list keeps the focus, and only where it came to rest is in the history.
    assert page.evaluate("document.activeElement.id") == "choose-period"
    assert page.evaluate("history.length") == entries + 1


@pytest.mark.parametrize("search", ["", SEVERAL, NOTHING, STALE], ids=NAMED)
def test_a_narrow_screen_never_scrolls_sideways(search, window):
    page = window(search.format(lang="vi"), width=360, height=740)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "search", ["?lang={lang}", SEVERAL, NOTHING, STALE], ids=["first", "several", "nothing", "stale"]
)
def test_it_is_accessible(search, lang, window):
    from axe_playwright_python.sync_playwright import Axe

    page = window(search.format(lang=lang))
    # A page under this policy takes a script from its server or through the debugger only.
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


def test_a_change_is_announced_where_it_happens(window, choose):
    page = window()
    page.evaluate("document.getElementById('sentence').dataset.same = 'yes'")
    choose(page, "period", "2018")
    assert page.locator("#sentence").get_attribute("aria-live") == "polite"
    # A reader hears only of changes inside a place that stays.
    assert page.locator("#sentence").get_attribute("data-same") == "yes"


def test_paper_shows_the_figures_without_the_form(window, tmp_path):
    page = window()
    page.emulate_media(media="print")
    assert not page.locator("#form").is_visible()
    assert not page.locator(".take").is_visible()
    assert page.locator("#sentence").is_visible()
    page.pdf(path=str(tmp_path / "page.pdf"), format="A4")
    assert (tmp_path / "page.pdf").stat().st_size > 30_000


def test_no_text_of_a_chart_is_clipped(window):
    page = window(SEVERAL.format(lang="vi"))
    clipped = page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
             const box = plot.getBoundingClientRect();
             return [...plot.querySelectorAll('text')].filter(t => t.textContent.trim()).filter(t => {
               const b = t.getBoundingClientRect();
               return b.left < box.left - 1 || b.right > box.right + 1;
             }).map(t => t.textContent);
           })"""
    )
    assert clipped == []


# Shut in


def test_nothing_is_asked_of_any_other_place_and_nothing_complained_of(window, site, choose, settled, until):
    page = window()
    choose(page, "indicator", "disciplined-members")
    page.go_back()
    settled(page)
    with page.expect_download():
        page.locator(".picture").first.click()
    page.get_by_role("link", name="English", exact=True).click()
    until(page, "() => document.documentElement.lang === 'en'")
    settled(page)
    assert page.asked
    assert [url for url in page.asked if not url.startswith((site, "data:", "blob:"))] == []
    assert page.said == []


def test_the_policy_stops_what_a_careless_page_would_load(window):
    page = window()
    page.evaluate(
        """() => { const s = document.createElement('script'); s.textContent = 'window.planted = 1';
                   document.body.append(s); const i = new Image(); i.src = 'http://example.invalid/x.png'; }"""
    )
    assert page.evaluate("window.planted === undefined")
    page.wait_for_timeout(100)
    assert sum("Content Security Policy" in text for text in page.said) == 2


def test_a_name_that_is_markup_is_only_a_name(window, data_copy, served):
    path = data_copy / "codes" / "bodies.csv"
    name = "<img src=x onerror=alert(1)>"
    path.write_text(path.read_text(encoding="utf-8").replace("ha-noi,Hà Nội,", f"ha-noi,{name},"), encoding="utf-8")
    with served(data_copy) as address:
        page = window("?period=2018&indicator=disciplined-members", at=address)
        assert name in page.locator("h1").inner_text()
        assert page.locator("main img").count() == 0
        assert page.said == []


def test_a_page_whose_program_has_ended_says_so(window, data_copy, served):
    with served(data_copy) as address:
        page = window(at=address)
    page.select_option("#choose-period", "2018")
    expect(page.locator("#gone")).to_contain_text("discipline-stats app", timeout=8000)
