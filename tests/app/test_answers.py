"""What an address is answered with, without a browser."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats import explore
from stats.app import address, answers, downloads
from stats.app.shelf import Shelf
from stats.explore import Choice
from stats.wording import Words

ROOT = Path(__file__).resolve().parents[2]
PLANTED = '=HYPERLINK("http://x","<script>alert(1)</script>")'


def texts(component: Any) -> Iterator[str]:
    """Yield every text of a component and what it holds."""
    if isinstance(component, str):
        yield component
    elif isinstance(component, (list, tuple)):
        for one in component:
            yield from texts(one)
    elif component is not None:
        yield from texts(getattr(component, "children", None))


def addresses(component: Any) -> list[str]:
    """Return every address components lead to, in their order."""
    if isinstance(component, (list, tuple)):
        return [found for one in component for found in addresses(one)]
    own = [component.href] if getattr(component, "href", "") else []
    return own + addresses(getattr(component, "children", None) or [])


# Addresses


def test_an_address_and_its_choice_are_one(book):
    choice = Choice("quang-binh", "2019-01-01..2019-10-31", "disciplined-members", "inspection_commissions", "en")
    asked = address.read(address.link(choice)[1:], "vi", book)
    assert (asked.choice, asked.wrong) == (choice, ())
    assert address.written(choice, "period") == "2019-01-01_2019-10-31"


@pytest.mark.parametrize(
    ("search", "field", "nearest"),
    [
        ("?place=Ha%20Nois", "body", "ha-noi"),
        ("?period=2099-Q7", "period", None),
        ("?period=2098", None, None),
        ("?indicator=penalty-mix-member", "indicator", "penalty-mix-members"),
        ("?stream=inspection_commission", "actor", "inspection_commissions"),
        ("?lang=fr", "lang", "vi"),
        ("?utm_source=x&place=ha-noi&place=national", None, None),
        ("?period=%00&", "period", None),
    ],
)
def test_what_an_address_names_that_does_not_exist_is_kept(search, field, nearest, book):
    asked = address.read(search, "vi", book)
    assert [one.field for one in asked.wrong] == ([field] if field else [])
    assert asked.choice.body == "ha-noi"
    if nearest:
        assert nearest in asked.wrong[0].nearest


@pytest.mark.parametrize(
    ("name", "period", "body"),
    [("TP. Hồ Chí Minh", "2018", "tp-ho-chi-minh"), ("TP. Hồ Chí Minh", "2025", "tp-ho-chi-minh-2025"),
     ("Cần Thơ", "2021", "can-tho"), ("Cần Thơ", "2021-2026", "can-tho-2025")],
)  # fmt: skip
def test_a_name_of_two_bodies_is_that_of_the_period_asked_for(name, period, body, book):
    assert address.read(f"?place={name}&period={period}", "vi", book).choice.body == body
    assert explore.look(name, period, book=book).choice.body == body


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_address_is_read(text):
    asked = address.read(f"?place={text}&period={text}&lang={text}", "en", explore.choices.opened())
    assert asked.choice.lang in ("vi", "en")


# Answers


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_first_answer_is_that_of_the_explorer(lang, book):
    found = answers.answer(f"?lang={lang}", "vi", book)
    view = explore.look("ha-noi", "2020-2025/half", "penalty-mix-members", lang=lang, book=book)
    assert (found.title, found.sentence) == (view.title, view.sentence)
    said = "\n".join(texts(found.result))
    assert view.code in said
    assert all(title in said for title in view.sources["title"])
    assert all(cell.text in said for line in view.table.lines for cell in line if cell.text and cell.value is not None)


def test_indicators_of_every_kind_are_answered_in_both_languages(book):
    for indicator in list(book.catalogue)[::4]:
        for body, period in (("ha-noi", "2018"), ("national", "2023")):
            choice = Choice(body, period, indicator, "", "en" if body == "national" else "vi")
            found = answers.answer(choice.query(), "vi", book)
            assert found.title
            assert found.sentence
            assert found.result


def test_nothing_published_leads_to_what_is(book):
    found = answers.answer("?place=ha-noi&period=2017", "vi", book)
    assert found.sentence.startswith("Chưa tìm thấy số liệu")
    ways = [link for link in addresses(found.result) if link.startswith("/?")]
    assert len(ways) >= 2
    for way in ways:
        assert explore.look(Choice.parse(way[2:]), book=book).found, way


def test_a_stale_address_says_what_was_not_found_and_leads_on(book):
    found = answers.answer("?place=Ha%20Nois&indicator=penalty-mix-member&lang=en", "vi", book)
    assert "“Ha Nois”" in found.sentence
    assert "“penalty-mix-member”" in found.sentence
    assert found.view["values"] == {
        "place": "", "period": "2020-2025-half", "indicator": "", address.NAMES["actor"]: "", "lang": "en",
    }  # fmt: skip
    ways = addresses(found.result)
    assert any("place=ha-noi" in way for way in ways)
    assert all(not address.read(way[1:], "vi", book).wrong for way in ways)


# The data as they are now


@pytest.fixture
def renamed(data_copy: Path) -> Path:
    """The data with Hà Nội under a name that a careless page would run."""
    path = data_copy / "codes" / "bodies.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["body_id"] == "ha-noi":
            row["name_vi"] = row["name_en"] = PLANTED
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return data_copy


def test_a_changed_table_is_seen_at_the_next_choice(data_copy):
    shelf = Shelf(data_copy)
    assert "2.377" in answers.answer("", "vi", shelf.book()).sentence
    path = data_copy / "codes" / "indicators.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Cơ cấu hình thức", "Cơ cấu mới"), encoding="utf-8")
    assert answers.answer("", "vi", shelf.book()).title.startswith("Cơ cấu mới")


def test_broken_data_are_said_and_mended_data_serve_again(data_copy, tmp_path):
    from flask import Flask

    from stats.app.page import Page

    page = Page(Flask("broken"), Shelf(data_copy), "vi")
    path = data_copy / "tables" / "discipline.csv"
    shutil.copy(path, tmp_path)
    path.write_text("row_id\nx\n", encoding="utf-8")
    assert page.answer("").title == "Chưa trả lời được"
    shutil.copy(tmp_path / path.name, path)
    assert "2.377" in page.answer("").sentence


# Downloads


def test_the_csv_is_the_frame(book):
    view = explore.look("national", "2023", "disciplined-members", lang="vi", book=book)
    raw = downloads.csv(view)
    assert raw.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(io.BytesIO(raw), encoding="utf-8-sig")
    assert list(read.columns) == list(view.frame.columns)
    assert read["estimate"].tolist() == view.frame["estimate"].tolist()
    assert read["actor_name"].tolist() == view.frame["actor_name"].tolist()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_workbook_holds_numbers_as_numbers_and_is_the_same_each_time(lang, book):
    view = explore.look("ha-noi", "2020-2025/half", "penalty-mix-members", lang=lang, book=book)
    raw = downloads.xlsx(view, Words(book.codes, lang))
    assert raw == downloads.xlsx(view, Words(book.codes, lang))
    sheets = openpyxl.load_workbook(io.BytesIO(raw)).worksheets
    values = [cell for row in sheets[0].iter_rows() for cell in row if isinstance(cell.value, (int, float))]
    assert {2377, 1783, 281, 25, 288} <= {cell.value for cell in values}
    assert {cell.number_format for cell in values} >= {"#,##0", "0.0%"}
    assert len(sheets) == 3
    assert {row[0].value for row in sheets[2].iter_rows()} >= set(view.sources["source_id"])


def test_a_name_that_is_a_formula_is_only_a_name(renamed):
    book = Shelf(renamed).book()
    view = explore.look("ha-noi", "2018", "disciplined-members", book=book)
    read = pd.read_csv(io.BytesIO(downloads.csv(view)), encoding="utf-8-sig")
    assert set(read["body_name"]) == {f"'{PLANTED}"}
    workbook = openpyxl.load_workbook(io.BytesIO(downloads.xlsx(view, Words(book.codes, "vi"))))
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert PLANTED in {cell.value for cell in cells}


def test_a_name_that_is_markup_reaches_the_browser_as_text(renamed):
    found = answers.answer("?period=2018&indicator=disciplined-members", "vi", Shelf(renamed).book())
    assert PLANTED in found.title
    assert any(PLANTED in text for text in texts(found.lists))
