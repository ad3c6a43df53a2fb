"""Findings as text, JSON, page and workbook, read back; and the report on the machine."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from subprocess import CompletedProcess

import openpyxl
import pandas as pd
import pytest

from stats.errors import ExitCode, OutputError, PeriodError, UnknownCodeError
from stats.indicators import Book
from stats.reports import checking
from stats.reports.checking import workbook

EVIL = "=HYPERLINK(\"http://bad\")<script>alert('x')</script>"


@pytest.fixture(scope="module")
def found(book: Book) -> pd.DataFrame:
    return checking.findings(book)


@pytest.fixture(scope="module")
def evil(book: Book) -> pd.DataFrame:
    """Findings on tables whose texts are hostile."""
    sources = book.tables.sources.assign(publisher=EVIL, url="javascript:alert(1)")
    discipline = book.tables.discipline.assign(note=EVIL)
    return checking.findings(
        dataclasses.replace(book, tables=dataclasses.replace(book.tables, sources=sources, discipline=discipline))
    )


class TestFindings:
    def test_a_name_that_meant_two_bodies_means_both(self, book: Book) -> None:
        rows = checking.findings(book, place="Hồ Chí Minh")
        assert {"tp-ho-chi-minh", "tp-ho-chi-minh-2025"} <= set(rows["body_id"])
        assert {"TP. Hồ Chí Minh", "TP. Hồ Chí Minh (2025)"} <= set(rows["place_vi"])

    def test_bare_tables_are_enough(self, book: Book, found: pd.DataFrame) -> None:
        pd.testing.assert_frame_equal(checking.findings(book.tables), found)

    def test_wrong_place_and_period(self, book: Book) -> None:
        with pytest.raises(UnknownCodeError, match="ha-noi"):
            checking.findings(book, place="Ha Nio")
        with pytest.raises(PeriodError):
            checking.findings(book, period="2020-Q7")


class TestText:
    def test_for_people(self, found: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
        checking.deliver(found, "text", "vi")
        text = capsys.readouterr().out
        numbers = found["severity"].value_counts()
        assert text.startswith(
            f"Kết quả kiểm tra số liệu: 0 lỗi, {numbers['warning']} cảnh báo, {numbers['info']} thông tin"
        )
        assert "  Toàn quốc – Năm 2023\n    [C19] " in text
        assert text.count("Đã ghi nhận: ") == found["acknowledged"].sum()
        assert sum(line.startswith("    [") for line in text.splitlines()) == len(found)

    def test_no_findings_is_said(self, book: Book, capsys: pytest.CaptureFixture[str]) -> None:
        checking.deliver(checking.findings(book, place="ha-noi", period="1999"), "text", "en")
        assert capsys.readouterr().out.endswith("No findings.\n")

    def test_to_a_file(self, found: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        checking.deliver(found, "text", "en", tmp_path / "deep" / "findings.txt")
        assert capsys.readouterr().out.strip() == str(tmp_path / "deep" / "findings.txt")
        assert (tmp_path / "deep" / "findings.txt").read_text(encoding="utf-8").startswith("Findings")


def test_json_is_a_list_of_plain_findings(found: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    checking.deliver(found, "json", "vi")
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == len(found)
    assert {type(value) for row in rows for value in row.values()} == {str, bool, list}
    conflict = next(row for row in rows if row["id"] == "C19" and row["period"] == "2023")
    assert conflict["place_en"] == "Nationwide"
    assert conflict["rows"]


class Page(HTMLParser):
    """What of a page matters: tags, addresses, text of cells."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.cells: list[str] = []
        self._open = False
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag == "td":
            self._open = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.cells[-1] += data


class TestPage:
    def page(self, rows: pd.DataFrame, tmp_path: Path, lang: str = "vi") -> tuple[str, Page]:
        checking.deliver(rows, "html", lang, tmp_path / "f.html")
        markup = (tmp_path / "f.html").read_text(encoding="utf-8")
        return markup, Page(markup)

    def test_holds_every_finding_and_needs_nothing_else(self, found: pd.DataFrame, tmp_path: Path) -> None:
        markup, page = self.page(found, tmp_path)
        assert '<html lang="vi">' in markup
        assert {"script", "link", "img", "iframe"}.isdisjoint(page.tags)
        assert "@import" not in markup
        assert page.tags.count("td") == 6 * len(found)
        assert set(found["text_vi"]) <= {cell.split("Đã ghi nhận:")[0].strip() for cell in page.cells}
        assert all(link.startswith(("http", "#")) for link in page.links)

    def test_filters_by_severity_without_script(self, found: pd.DataFrame, tmp_path: Path) -> None:
        markup, page = self.page(found, tmp_path, "en")
        for severity in ("error", "warning", "info"):
            assert f'id="show-{severity}" checked' in markup
            assert f"body:has(#show-{severity}:not(:checked)) #s-{severity}" in markup
        assert page.tags.count("h1") == 1
        assert page.tags.count("caption") == 2  # no errors, so no table of errors
        assert "<th>" not in markup  # every head cell has a scope

    def test_hostile_texts_are_shown_and_not_run(self, evil: pd.DataFrame, tmp_path: Path) -> None:
        markup, page = self.page(evil, tmp_path)
        assert "script" not in page.tags
        assert not [link for link in page.links if link.startswith("javascript")]
        assert "&lt;script&gt;" in markup


def reread(rows: pd.DataFrame, lang: str = "en") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook.render(rows, rows.attrs["checked"], lang)))


@pytest.fixture(scope="module")
def sheets(found: pd.DataFrame) -> openpyxl.Workbook:
    """The workbook of all findings, read back."""
    return reread(found)


class TestWorkbook:
    def test_sheets_can_be_worked_through(self, found: pd.DataFrame, sheets: openpyxl.Workbook) -> None:
        book = sheets
        assert book.sheetnames == ["Findings", "inspections", "violations", "discipline", "membership"]
        for sheet in book:
            assert sheet.freeze_panes == "A2"
            assert sheet.auto_filter.ref == sheet.dimensions
            assert sheet.print_title_rows == "$1:$1"
        first = book["Findings"]
        assert first.max_row == len(found) + 1
        assert [cell.value for cell in first[1]][:3] == ["Severity", "Id", "Body"]

    def test_the_cell_in_question_is_marked_and_explained(self, sheets: openpyxl.Workbook, book: Book) -> None:
        sheet = sheets["discipline"]
        head = {cell.value: cell.column for cell in sheet[1]}
        discipline = book.tables.discipline
        assert sheet.max_row == len(discipline) + 1
        at = discipline.index[(discipline["period"] == "2023") & (discipline["count"] == 24162)][0] + 2
        cell = sheet.cell(at, head["count"])
        assert cell.value == 24162
        assert cell.fill.fgColor.rgb == "FF" + workbook.COLOURS["warning"].lstrip("#").upper()  # type: ignore[index]
        assert "the gap is 270" in cell.comment.text
        assert "C19" in sheet.cell(at, 1).value
        plain = sheet.cell(at, head["unit"])
        assert plain.comment is None
        assert plain.fill.fgColor.rgb != cell.fill.fgColor.rgb

    def test_shares_and_flags_are_marked_where_they_stand(self, sheets: openpyxl.Workbook) -> None:
        for name, column, rule in (("violations", "share_pct_published", "C25"), ("violations", "flags", "X04")):
            sheet = sheets[name]
            j = next(cell.column for cell in sheet[1] if cell.value == column)
            notes = [row[j - 1].comment.text for row in sheet.iter_rows(min_row=2) if row[j - 1].comment]
            assert any(f"[{rule}," in note for note in notes)

    def test_nothing_is_a_formula_or_a_link(self, evil: pd.DataFrame) -> None:
        book = reread(evil[evil["body_id"] == "ha-noi"])
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert not [cell for cell in cells if cell.hyperlink]
        assert EVIL in {cell.value for cell in cells}

    def test_equal_inputs_give_equal_bytes(self, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = checking.findings(book, place="ha-noi")
        first = workbook.render(rows, rows.attrs["checked"], "vi")

        class Later(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Later:
                return cls(2040, 1, 1, tzinfo=tz)

        monkeypatch.setattr(dt, "datetime", Later)
        again = checking.findings(book, place="ha-noi")
        assert workbook.render(again, again.attrs["checked"], "vi") == first
        created = openpyxl.load_workbook(io.BytesIO(first)).properties.created
        assert created is not None
        assert created.year < 2040

    def test_the_worst_severity_colours_a_cell(self, found: pd.DataFrame) -> None:
        rows = found[(found["body_id"] == "national") & (found["period"] == "2023")].copy()
        rows["severity"] = rows["severity"].mask(rows["id"] == "C19", "error")
        sheet = reread(rows)["discipline"]
        fills = {
            c.fill.fgColor.rgb for r in sheet.iter_rows(min_row=2) for c in r if c.comment and "[C19," in c.comment.text
        }
        assert fills == {"FF" + workbook.COLOURS["error"].lstrip("#").upper()}  # type: ignore[index]


class TestDelivery:
    @pytest.mark.parametrize(("format_", "lang"), [("pdf", "vi"), ("text", "fr")])
    def test_unknown_format_or_language(self, found: pd.DataFrame, tmp_path: Path, format_: str, lang: str) -> None:
        with pytest.raises(UnknownCodeError):
            checking.deliver(found, format_, lang, tmp_path / "f")
        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_cannot_be_written(self, found: pd.DataFrame, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("")
        with pytest.raises(OutputError):
            checking.deliver(found, "html", "vi", tmp_path / "taken" / "f.html")

    def test_pages_and_workbooks_have_a_place_of_their_own(
        self, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("stats.reports.resources.output_folder", lambda: tmp_path)
        rows = checking.findings(book, place="ha-noi")
        for format_ in ("html", "xlsx"):
            checking.deliver(rows, format_)
            assert capsys.readouterr().out.strip() == str(tmp_path / f"findings.{format_}")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["findings.html", "findings.xlsx"]


Cli = Callable[..., "CompletedProcess[str]"]


class TestCommand:
    def test_the_curated_tables_pass(self, cli: Cli) -> None:
        done = cli("check", "--format", "json", "--place", "Hà Nội")
        assert done.returncode == ExitCode.DONE, done.stderr
        assert {row["body_id"] for row in json.loads(done.stdout)} >= {"ha-noi"}

    def test_a_broken_total_fails(self, cli: Cli, data_copy: Path) -> None:
        path = data_copy / "tables" / "discipline.csv"
        text = path.read_text(encoding="utf-8")
        assert text.count(",members,2377,") == 1
        path.write_text(text.replace(",members,2377,", ",members,2277,"), encoding="utf-8")
        done = cli("check", "--data", str(data_copy))
        assert done.returncode == ExitCode.FINDINGS, done.stderr
        assert "LỖI (1)" in done.stdout
        assert "cộng lại là 2.377" in done.stdout

    def test_an_unknown_format_is_wrong_usage(self, cli: Cli) -> None:
        done = cli("check", "--format", "pdf")
        assert done.returncode == ExitCode.USAGE
        assert "text, json, html, xlsx" in done.stderr


class TestSystem:
    @pytest.mark.parametrize("lang", ["vi", "en"])
    def test_without_chromium_the_package_is_named(self, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
        monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
        text, code = checking.system(lang)
        assert code == ExitCode.ENVIRONMENT
        assert "apt-get install chromium" in text
        assert "pandas 3" in text
        assert "BeVietnamPro" in text
        assert "GB" in text

    def test_with_a_browser(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        browser = tmp_path / "chromium"
        browser.write_text("#!/bin/sh\necho Chromium 99.1\n", encoding="utf-8")
        browser.chmod(0o755)
        monkeypatch.setenv("BROWSER_PATH", str(browser))
        text, code = checking.system("en")
        assert (code, f"{browser} (Chromium 99.1)" in text) == (0, True)

    def test_a_browser_that_does_not_answer(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "chromium").write_text("", encoding="utf-8")
        monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "chromium"))
        assert "(?)" in checking.system("en")[0]

    def test_unknown_language(self) -> None:
        with pytest.raises(UnknownCodeError):
            checking.system("fr")
