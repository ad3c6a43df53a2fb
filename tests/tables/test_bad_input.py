"""Every kind of bad input is refused with file, row, column and remedy, in seconds and little memory."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import random
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stats import tables
from stats.errors import StatsError, UsageError
from stats.tables import Problem, parsing, sheets, workbooks
from stats.tables.incoming import Incoming
from stats.tables.problems import MOST

Refused = Callable[[Path], tuple[Problem, ...]]
Read = Callable[[Path], Incoming]
Change = Callable[[Any], None]


def book(rows: list[list[str]], path: Path, change: Change = lambda sheet: None) -> Path:
    """Write rows as a workbook, as Excel would hold what was typed as text, then change its sheet."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Số liệu"
    for row in rows:
        sheet.append([cell or None for cell in row])
    change(sheet)
    workbook.save(path)
    return path


def texts(problems: tuple[Problem, ...]) -> str:
    return "\n".join(p.text("en") for p in problems)


# Text files -------------------------------------------------------------------------------------

FILES = [
    ("bom.csv", 1, "", "byte-order mark.*without BOM"),
    ("utf16.csv", 0, "", "UTF-16.*save it as UTF-8"),
    ("cp1258.csv", 1, "", "not UTF-8: byte D0 at offset 0.*Windows-1258"),
    ("semicolons.csv", 1, "", "separated by ;.*commas"),
    ("tabs.csv", 1, "", "separated by TAB.*commas"),
    ("decomposed.csv", 3, "", "decomposed Unicode.*Nghệ An"),
    ("duplicate.csv", 7, "", "repeats the whole key of line 4 from the same source"),
    ("numbers.csv", 2, "Số", "decimal mark in Vietnamese.*1.783 or 1783"),
    ("numbers.csv", 3, "Số", "decimals.*type 1783"),
    ("numbers.csv", 4, "Số", "negative.*Change %"),
    ("numbers.csv", 5, "Số", "fraction"),
    ("numbers.csv", 6, "Số", "empty is not zero"),
    ("words.csv", 2, "Số", "only a number is allowed"),
    ("words.csv", 3, "Số", "only a number is allowed"),
    ("words.csv", 4, "Số", "no digits"),
    ("words.csv", 5, "Số", "starts with a zero; is it 12"),
    ("words.csv", 6, "Số", "plus sign"),
    ("days_wrong.csv", 2, "Ngày công bố", "does not exist"),
    ("days_wrong.csv", 3, "Ngày công bố", "day/month/year, like 13/04/2025"),
    ("days_wrong.csv", 4, "Từ ngày", "does not exist"),
    ("backwards.csv", 2, "Kỳ", "ends \\(01/01/2024\\) before it starts \\(31/12/2024\\)"),
    ("periods.csv", 2, "Kỳ", "Quarter I only"),
    ("periods.csv", 3, "Kỳ", "runs from 01/01/2024 to 30/06/2024"),
    ("periods.csv", 4, "Kỳ", "not known for Nghệ An.*or add the term"),
    ("periods.csv", 5, "Kỳ", "needs a period, or a first and a last day"),
    ("periods.csv", 6, "Kỳ", "only one of the two days"),
    ("persons.csv", 2, "Ghi chú", "person or a post \\(đồng chí\\)"),
    ("persons.csv", 3, "Ghi chú", "person or a post \\(Nguyễn Văn A\\)"),
    ("persons.csv", 4, "Ghi chú", "person or a post \\(mr\\)"),
    ("formula_text.csv", 2, "Ghi chú", "runs as a formula"),
    ("formula_text.csv", 3, "Tên bài", "runs as a formula"),
    ("headings.csv", 1, "Chủ thê tục", "nearest: Chủ thể"),
    ("headings.csv", 1, "Số", "stands twice"),
    ("headings.csv", 1, "Chủ thể", "missing"),
    ("no_heading.csv", 1, "", "no heading of the template"),
    ("empty.csv", 0, "", "holds no figures"),
    ("headings_only.csv", 0, "", "holds no figures"),
    ("shifted.csv", 3, "", "has 5 cells where the heading has 25"),
    ("open_quote.csv", 3, "", "cannot be read as CSV"),
    ("sources.csv", 2, "Nguồn (mã)", "needs the id of a known document"),
    ("sources.csv", 3, "Nguồn (mã)", "nearest: seed_00"),
    ("sources.csv", 4, "Nguồn (mã)", "leave title, publisher, address and day empty"),
    ("sources.csv", 5, "Địa chỉ", "no address of a page"),
    ("sources.csv", 5, "Ngày công bố", "later than today"),
    ("sources.csv", 7, "Cơ quan công bố", "differs from line 6"),
]


@pytest.mark.parametrize(("name", "line", "column", "says"), FILES)
def test_a_planted_defect_is_said_with_its_place_and_remedy(
    planted: Callable[[str], Path], refused: Refused, name: str, line: int, column: str, says: str
) -> None:
    found = [p for p in refused(planted(name)) if (p.file, p.line, p.column) == (name, line, column)]
    assert any(re.search(says, p.allowed_en) for p in found), texts(refused(planted(name)))
    assert all(p.allowed_vi and p.allowed_vi != p.allowed_en for p in found)


def test_every_unknown_label_of_a_row_is_said_at_once_with_the_nearest(
    planted: Callable[[str], Path], refused: Refused
) -> None:
    found = {p.column: p.allowed_en for p in refused(planted("unknown_codes.csv"))}
    expected = {
        "Đảng bộ": "nghe-an", "Chủ thể": "committees", "Hoạt động": "discipline", "Khâu": "disciplined",
        "Đối tượng": "member", "Hình thức": "reprimand", "Đơn vị": "members", "Loại nguồn": "primary",
    }  # fmt: skip
    assert {column: code for column, code in expected.items() if code in found.get(column, "")} == expected


def test_a_right_note_is_no_person(planted: Callable[[str], Path], refused: Refused) -> None:
    assert 5 not in {p.line for p in refused(planted("persons.csv"))}


def test_a_missing_file_and_a_folder_are_usage_errors(read_in: Read, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UsageError, match="no file"):
            read_in(path)


# Workbooks --------------------------------------------------------------------------------------


def cell(address: str, value: object) -> Change:
    def change(sheet: Any) -> None:
        sheet[address] = value

    return change


BOOKS = [
    (cell("M2", 1.783), 2, "Số (M)", "Excel has stored a fraction; if the page prints 1.783"),
    (cell("M2", 12.5), 2, "Số (M)", "if the page prints 12.500"),
    (cell("M2", 1234.5), 2, "Số (M)", "is a fraction"),
    (cell("M2", -3), 2, "Số (M)", "negative"),
    (cell("M2", True), 2, "Số (M)", "is no count"),
    (cell("M2", dt.date(2024, 1, 2)), 2, "Số (M)", "is no count"),
    (cell("N2", 0.181), 2, "Tăng giảm % (N)", "stored 18,1% as this number"),
    (cell("O2", "1.783"), 2, "Tỷ lệ % (O)", "for decimals type 1,783"),
    (cell("O2", "-5"), 2, "Tỷ lệ % (O)", "between 0 and 100"),
    (cell("O2", 144), 2, "Tỷ lệ % (O)", "at most 100"),
    (cell("B2", dt.date(2018, 7, 1)), 2, "Kỳ (B)", "turned the period into a date"),
    (cell("T2", 45672), 2, "Ngày công bố (T)", "is a number, not a day"),
    (cell("M2", "=1+1"), 2, "M", "holds a formula"),
    (lambda sheet: sheet.merge_cells("A3:A4"), 3, "A", "unmerge them"),
    (cell("XFD1048576", "x"), 0, "", "cell XFD1048576, beyond"),
    (cell("X2", "a\u202eb"), 2, "", "invisible character U\\+202E"),
    (cell("R2", "ông A"), 2, "Cơ quan công bố (R)", "reads as a person"),
    (cell("Y2", "maybe"), 2, "Đúng như in (Y)", "marked with x"),
    (cell("W2", "period_raed"), 2, "Cờ lưu ý (W)", "period_read"),
    (cell("G2", "Được kiểm tra, giám sát"), 2, "Hình thức (J)", "has no such column|must be blank"),
]


@pytest.mark.parametrize(("change", "line", "column", "says"), BOOKS)
def test_what_a_workbook_can_hold_and_figures_must_not(
    good_rows: list[list[str]], tmp_path: Path, refused: Refused, change: Change, line: int, column: str, says: str
) -> None:
    path = book(good_rows, tmp_path / "moi.xlsx", change)
    found = [p for p in refused(path) if (p.line, p.column) == (line, column)]
    assert any(re.search(says, p.allowed_en) for p in found), texts(refused(path))
    assert found[0].sheet == "Số liệu"
    assert ", sheet Số liệu" in found[0].text("en")
    assert ", trang tính Số liệu" in found[0].text("vi")


def test_a_workbook_reads_like_the_text_file(
    good_rows: list[list[str]], planted: Callable[[str], Path], tmp_path: Path, read_in: Read
) -> None:
    def real_types(sheet: Any) -> None:
        sheet["M2"], sheet["T2"], sheet["B3"] = 1783, dt.date(2025, 1, 15), 2024

    path = book(good_rows, tmp_path / "moi.xlsx", real_types)
    assert read_in(path).figures == read_in(planted("good.csv")).figures


def test_figures_on_a_second_sheet_are_not_lost_in_silence(
    good_rows: list[list[str]], tmp_path: Path, refused: Refused, read_in: Read
) -> None:
    def copy(sheet: Any) -> None:
        second = sheet.parent.create_sheet("Trang 2")
        for row in good_rows:
            second.append(row)

    (found,) = refused(book(good_rows, tmp_path / "moi.xlsx", copy))
    assert (found.value, found.sheet) == ("Trang 2", "Số liệu")
    assert "move its figures there" in found.allowed_en
    notes = book(good_rows, tmp_path / "khac.xlsx", lambda sheet: sheet.parent.create_sheet("Nháp").append(["x"]))
    assert len(read_in(notes).figures) == 5


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old .xls file or protected"),
        (b"PK\x03\x04 not an archive", "broken"),
        (b"%PDF-1.7\n\0\0\1", "no text file|no XLSX"),
        (b"hello", "no XLSX file"),
    ],
)
def test_a_file_that_is_no_workbook_is_said(tmp_path: Path, refused: Refused, raw: bytes, says: str) -> None:
    path = tmp_path / "moi.xlsx"
    path.write_bytes(raw)
    assert re.search(says, texts(refused(path)))


def test_macros_passwords_and_type_declarations_are_refused(
    good_rows: list[list[str]], tmp_path: Path, refused: Refused
) -> None:
    path = book(good_rows, tmp_path / "moi.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert "macros" in texts(refused(path))
    archive = zipfile.ZipFile(book(good_rows, tmp_path / "khac.xlsx"))
    parts = {name: archive.read(name) for name in archive.namelist()}
    archive.close()
    sheet = next(name for name in parts if name.startswith("xl/worksheets/"))
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts[sheet].split(b"?>", 1)[-1]
    parts[sheet] = declared
    with zipfile.ZipFile(tmp_path / "dtd.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert "document type declaration" in texts(refused(tmp_path / "dtd.xlsx"))
    raw = bytearray((tmp_path / "khac.xlsx").read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(signature)
        raw[at + offset] |= 1
    (tmp_path / "protected.xlsx").write_bytes(raw)
    assert "password" in texts(refused(tmp_path / "protected.xlsx"))


# Size -------------------------------------------------------------------------------------------


def measured(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds a call takes and the peak of megabytes it holds."""
    tracemalloc.start()
    started = time.perf_counter()
    try:
        call()
        return time.perf_counter() - started, tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["garbage.csv", "garbage.xlsx"])
def test_100_megabytes_of_garbage_are_refused_in_seconds_without_filling_memory(
    tmp_path: Path, refused: Refused, name: str
) -> None:
    path = tmp_path / name
    block = random.Random(1).randbytes(1_000_000)
    with path.open("wb") as file:
        for _ in range(100):
            file.write(block)
    seconds, megabytes = measured(lambda: refused(path))
    assert "100 MB, at most 5 MB" in texts(refused(path))
    assert seconds < 2
    assert megabytes < 5


def test_a_sparse_file_of_a_terabyte_is_not_read(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2**40)
    seconds, megabytes = measured(lambda: refused(path))
    assert (seconds < 2, megabytes < 5) == (True, True)


def test_garbage_in_the_right_columns_is_given_up_soon(
    good_rows: list[list[str]], tmp_path: Path, refused: Refused
) -> None:
    dice = random.Random(2)
    words = ["".join(dice.choices("aăâbcdđeêghi klmnoôơpqrstuưvxy0123456789", k=14)) for _ in range(4000)]
    path = tmp_path / "garbage.csv"
    lines = (",".join(dice.choices(words, k=25)) for _ in range(9000))
    path.write_text(",".join(good_rows[0]) + "\n" + "\n".join(lines), encoding="utf-8")
    assert path.stat().st_size > 3_000_000
    reasons: list[Problem] = []
    seconds, megabytes = measured(lambda: reasons.extend(refused(path)))
    assert len(reasons) == MOST + 1
    assert "reading was given up" in reasons[0].allowed_en
    assert seconds < 20  # measured 4 s with the memory traced, 1 s without
    assert megabytes < 150


@pytest.mark.parametrize("columns", [1, 20])
def test_garbage_in_a_curated_table_is_refused_without_keeping_every_reason(folder: Path, columns: int) -> None:
    path = folder / "tables" / "discipline.csv"
    head = path.read_text(encoding="utf-8").split("\n", 1)[0]
    dice = random.Random(3)
    lines = [",".join(f"{dice.getrandbits(32):x}" for _ in range(columns)) for _ in range(2000)]
    path.write_text(head + "\n" + "\n".join(lines * 10), encoding="utf-8")
    reasons: list[Problem] = []

    def read() -> None:
        with pytest.raises(tables.TableError) as caught:
            tables.read(folder)
        reasons.extend(caught.value.problems)

    seconds, megabytes = measured(read)
    assert len(reasons) == parsing.MOST_PROBLEMS
    assert seconds < 30  # measured 3 s with the memory traced
    assert megabytes < 150


def test_codes_without_end_are_garbage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MOST_CODES", 3000)
    path = folder / "tables" / "visits.csv"
    head = path.read_text(encoding="utf-8").split("\n", 1)[0]
    rows = (",".join([f"{n:x}"] * (head.count(",") + 1)) for n in range(parsing.MOST_CODES + 2000))
    path.write_text(head + "\n" + "\n".join(rows), encoding="utf-8")
    with pytest.raises(tables.TableError) as caught:
        tables.read(folder)
    assert any("reading was given up" in p.allowed_en for p in caught.value.problems)


def bomb(path: Path, megabytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * megabytes * 1_000_000)
    return path


def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path: Path, refused: Refused) -> None:
    path = bomb(tmp_path / "bomb.xlsx", 200)
    assert path.stat().st_size < 300_000
    seconds, megabytes = measured(lambda: refused(path))
    assert "unpacks to more than 40 MB" in texts(refused(path))
    assert (seconds < 2, megabytes < 15) == (True, True)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path, refused: Refused) -> None:
    raw = bytearray(bomb(tmp_path / "bomb.xlsx", 60).read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 1000)
    (tmp_path / "lies.xlsx").write_bytes(raw)
    seconds, megabytes = measured(lambda: refused(tmp_path / "lies.xlsx"))
    assert "broken" in texts(refused(tmp_path / "lies.xlsx"))
    assert (seconds < 5, megabytes < 90) == (True, True)


def test_many_parts_are_refused(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "parts.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(workbooks.MOST_PARTS + 1):
            archive.writestr(f"p{n}", b"")
    assert "too many parts" in texts(refused(path))


def test_too_many_lines_are_refused(good_rows: list[list[str]], tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "long.csv"
    path.write_text(",".join(good_rows[0]) + "\n" + ("," * 24 + "\n") * (sheets.MOST_ROWS + 5), encoding="utf-8")
    assert f"more than {sheets.MOST_ROWS} lines" in texts(refused(path))


# Anything at all --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good_book(good_rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return book(good_rows, tmp_path_factory.mktemp("good") / "moi.xlsx").read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_workbook_never_breaks_the_program(
    good_book: bytes, place: Path, read_in: Read, changes: list[tuple[int, int]]
) -> None:
    raw = bytearray(good_book)
    for at, byte in changes:
        raw[at % len(raw)] = byte
    with contextlib.suppress(StatsError):
        read_in(_written(place / "moi.xlsx", bytes(raw)))


@given(text=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_below_the_headings_are_refused_or_read(
    good_rows: list[list[str]], place: Path, read_in: Read, text: bytes
) -> None:
    head = io.StringIO()
    head.write(",".join(good_rows[0]) + "\n")
    with contextlib.suppress(StatsError):
        read_in(_written(place / "moi.csv", head.getvalue().encode() + text))


def _written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path
