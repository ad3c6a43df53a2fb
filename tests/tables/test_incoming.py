"""Adding figures: the template, the preview, the merge, all files or none, and undo."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import tables
from stats.codes import Codes
from stats.errors import LANGUAGES, StatsError, UsageError
from stats.reports import adding
from stats.tables import Tables, entries, incoming, ledger, merging, stretches, template
from stats.tables.incoming import Incoming
from stats.tables.ledger import LedgerError
from stats.tables.persons import person_in
from stats.tables.problems import IncomingError

TODAY = dt.date(2026, 1, 31)
Read = Callable[[Path], Incoming]
Planted = Callable[[str], Path]


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((folder / "tables").glob("*.csv"))}


def add(path: Path | None, folder: Path, **options: object) -> str:
    return "\n".join(adding.run(path, data=folder, today=TODAY, lang="en", **options))  # type: ignore[arg-type]


# Cells ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "count", "approx"),
    [
        ("1783", 1783, "exact"), ("1.783", 1783, "exact"), ("2 377", 2377, "exact"), ("1.783.000", 1783000, "exact"),
        ("hơn 73.000", 73000, "over"), ("trên 73.000", 73000, "over"), ("gần 70.000", 70000, "under"),
        ("khoảng 500", 500, "about"), ("Nearly 70 000", 70000, "under"), ("more than 87.000", 87000, "over"),
        ("hon 12", 12, "over"), ("0", 0, "exact"), (1783.0, 1783, "exact"), (5, 5, "exact"),
    ],
)  # fmt: skip
def test_figures_are_read_as_printed(lists: Codes, typed: object, count: int, approx: str) -> None:
    assert entries.read_figure(typed, lists, entries.Qualifiers(lists)) == (str(count), approx)  # type: ignore[arg-type]


@given(count=st.integers(0, 10**9), sign=st.sampled_from([".", " "]))
def test_a_figure_survives_being_printed(lists: Codes, count: int, sign: str) -> None:
    printed = f"{count:,}".replace(",", sign)
    assert entries.read_figure(printed, lists, entries.Qualifiers(lists)) == (str(count), "exact")


@pytest.mark.parametrize(
    ("typed", "signed", "read"),
    [
        ("18,1", True, "18.1"), ("+18,1%", True, "18.1"), ("giảm 5", True, "-5"), ("tăng 5,25%", True, "5.25"),
        ("-0,04", True, "-0.04"), ("", True, ""), (18.1, True, "18.1"), ("44.1", False, "44.1"), (100, False, "100"),
    ],
)  # fmt: skip
def test_percentages_are_read_as_printed(lists: Codes, typed: object, signed: bool, read: str) -> None:
    assert entries.read_percent(typed, lists, signed=signed) == read  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("2022", "2022"), (2022.0, "2022"), ("năm 2022", "2022"), ("Quý I/2023", "2023-Q1"), ("2023-q1", "2023-Q1"),
        ("6 tháng đầu năm 2023", "2023-6M"), ("9 thang 2023", "2023-9M"), ("tháng 7/2018", "2018-07"),
        ("nửa nhiệm kỳ 2020-2025", "2020-2025/half"), ("nhiệm kỳ 2015 - 2020", "2015-2020"),
        ("first six months of 2023", "2023-6M"), ("2019-01-01..2019-10-31", "2019-01-01..2019-10-31"),
    ],
)  # fmt: skip
def test_periods_are_read_in_plain_words(lists: Codes, typed: object, key: str) -> None:
    assert stretches.read_key(typed, lists) == key  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "end", "key"),
    [
        ((2023, 1, 1), (2023, 6, 30), "2023-6M"), ((2023, 1, 1), (2023, 12, 31), "2023"),
        ((2024, 2, 1), (2024, 2, 29), "2024-02"), ((2023, 1, 1), (2023, 3, 31), "2023-Q1"),
        ((2023, 1, 1), (2023, 4, 30), "2023-01-01..2023-04-30"),
    ],
)  # fmt: skip
def test_two_days_get_the_name_the_regime_gives_them(
    lists: Codes, start: tuple[int, int, int], end: tuple[int, int, int], key: str
) -> None:
    assert stretches.read_stretch("", dt.date(*start), dt.date(*end), lists).key == key


def test_labels_and_codes_are_taken_with_and_without_marks(lists: Codes) -> None:
    labels = entries.Labels(lists)
    for listed in ("actors", "activities", "stages", "subjects", "subgroups", "penalties", "violations", "units"):
        for code in lists.order(listed):
            for lang in LANGUAGES:
                assert labels.find(listed, lists.label(listed, code, lang)) == code
            assert labels.find(listed, code) == code
    assert labels.find("penalties", "khien trach") == "reprimand"
    assert labels.find("source_kinds", "Nguồn gốc") == "primary"
    assert labels.find("activities", "Kiểm tra tài chính đảng") == "inspection_party_finance"


@pytest.mark.parametrize("text", ["Ban Bí thư quyết định", "ba tổ chức ở Bà Rịa", "cấp ủy viên", "ông", "theo Bà"])
def test_persons_are_told_from_organisations(text: str) -> None:
    assert bool(person_in(text)) == (text in ("ông", "theo Bà"))


def test_no_note_of_the_curated_tables_reads_as_a_person(curated: Tables, lists: Codes) -> None:
    places = tuple(name for body in lists.bodies for name in (body.name_vi, *body.aliases))
    notes = pd.concat([curated.observations["note"], curated.membership["note"], curated.visits["note"]]).unique()
    assert {note: found for note in notes if (found := person_in(note, places))} == {}


# Files ------------------------------------------------------------------------------------------


def test_a_filled_template_becomes_rows_of_the_tables(planted: Planted, read_in: Read) -> None:
    read = read_in(planted("good.csv"))
    assert [f.cells["count"] for f in read.figures] == ["1783", "1400", "281", "25", "77"]
    assert {f.table for f in read.figures} == {"discipline"}
    (paper,) = read.sources
    assert paper["source_id"] == "baovidu-example_2025-01-15"
    assert (paper["published_from"], paper["original_language"], paper["kind"]) == ("2025-01-15", "yes", "primary")
    assert read_in(planted("good_two_headings.csv")).figures[1].line == 4
    assert [f.cells for f in read_in(planted("good_two_headings.csv")).figures] == [f.cells for f in read.figures]


def test_a_day_that_could_be_a_month_is_read_as_a_day_and_said(planted: Planted, read_in: Read) -> None:
    read = read_in(planted("days.csv"))
    assert read.figures[0].cells["period"] == "2024-02-01..2024-11-30"
    said = {r.values["typed"]: r.values["day"] for r in read.remarks if r.key == "day"}
    assert said == {"01/02/2024": dt.date(2024, 2, 1), "03/04/2025": dt.date(2025, 4, 3)}


def test_flags_that_follow_from_a_row_are_added_and_said(
    good_rows: list[list[str]], tmp_path: Path, read_in: Read
) -> None:
    head, first = good_rows[:2]
    cells = dict(zip(head, first, strict=True))
    cells |= {"Ngày công bố": "20/12/2025", "Ngôn ngữ": "en", "Đảng bộ": "Cần Thơ", "Kỳ": "2025"}
    path = tmp_path / "flags.csv"
    pd.DataFrame([cells]).to_csv(path, index=False, lineterminator="\n")
    (figure,) = read_in(path).figures
    assert figure.cells["flags"] == "boundary_new;translated_page;year_not_closed"
    said = {r.values["flag"] for r in read_in(path).remarks if r.key == "flag"}
    assert said == {"boundary_new", "translated_page", "year_not_closed"}


def test_a_name_shared_by_two_provinces_is_resolved_by_the_period(
    good_rows: list[list[str]], tmp_path: Path, read_in: Read
) -> None:
    head, row = good_rows[:2]
    found = {}
    for year in ("2023", "2025"):
        cells = {**dict(zip(head, row, strict=True)), "Đảng bộ": "Đồng Nai", "Kỳ": year, "Ngày công bố": "15/01/2026"}
        pd.DataFrame([cells]).to_csv(tmp_path / "moi.csv", index=False, lineterminator="\n")
        read = read_in(tmp_path / "moi.csv")
        found[year] = read.figures[0].cells["body_id"]
        assert [r.values["body"] for r in read.remarks if r.key == "body"] == [found[year]]
    assert found == {"2023": "dong-nai", "2025": "dong-nai-2025"}


def test_a_known_address_is_the_known_document(
    curated: Tables, good_rows: list[list[str]], tmp_path: Path, read_in: Read
) -> None:
    paper = curated.sources[curated.sources["published_on"].notna() & (curated.sources["url"] != "")].iloc[0]
    head, row = good_rows[:2]
    cells = {**dict(zip(head, row, strict=True)), "Địa chỉ": paper["url"].replace("https://", "http://")}
    cells |= {"Kỳ": "năm 2019", "Ngày công bố": f"{paper['published_on']:%d/%m/%Y}"}
    pd.DataFrame([cells]).to_csv(tmp_path / "moi.csv", index=False, lineterminator="\n")
    read = read_in(tmp_path / "moi.csv")
    assert (read.sources, read.figures[0].cells["source_id"]) == ((), paper["source_id"])
    assert [r.values["source"] for r in read.remarks if r.key == "source"] == [paper["source_id"]]
    cells["Ngày công bố"] = "01/01/2026"
    pd.DataFrame([cells]).to_csv(tmp_path / "moi.csv", index=False, lineterminator="\n")
    with pytest.raises(IncomingError, match="published again, give it an id of its own"):
        read_in(tmp_path / "moi.csv")


# The template -----------------------------------------------------------------------------------


def test_the_template_has_lists_two_headings_an_example_and_stable_bytes(
    lists: Codes, tmp_path: Path, read_in: Read
) -> None:
    raw = template.to_bytes(lists)
    assert raw == template.to_bytes(lists)
    path = tmp_path / "mau.xlsx"
    path.write_bytes(raw)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == ["Đảng bộ", "Kỳ", "Từ ngày"]
    assert [cell.value for cell in sheet[2]][:3] == ["Party body", "Period", "From day"]
    validated = {str(v.sqref): v for v in sheet.data_validations.dataValidation if v.type == "list"}
    assert len(validated) == sum(bool(h.codes) and h.key != "flags" for h in template.HEADINGS)
    for heading, column in zip(template.HEADINGS, sheet.iter_cols(min_row=3, max_row=3), strict=True):
        assert column[0].number_format == "@", heading
    penalties = [cell.value for cell in book.worksheets[1]["M"] + book.worksheets[1]["N"]]
    assert penalties
    read = read_in(path)
    assert read.example
    assert read.figures[0].cells["count"] == "1783"


def test_every_allowed_value_of_the_template_is_taken(lists: Codes, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    path.write_bytes(template.to_bytes(lists))
    sheet = openpyxl.load_workbook(path).worksheets[1]
    labels = entries.Labels(lists)
    by_name = {lists.text(f"add.column.{h.key}", "vi"): h.codes for h in template.HEADINGS if h.codes}
    taken = 0
    for column in sheet.iter_cols():
        listed = by_name.get(str(column[0].value))
        for cell in column[1:]:
            if listed and cell.value and listed != "bodies":
                assert labels.find(listed, str(cell.value)) in lists.order(listed)
                taken += 1
            elif listed and cell.value:
                assert lists.body(str(cell.value))
    assert taken > 150


def test_the_template_is_not_written_over_a_file(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "mau.xlsx"
    assert str(path) in add(None, folder, blank=path)
    with pytest.raises(UsageError, match="exists already"):
        add(None, folder, blank=path)
    with pytest.raises(UsageError, match=r"\.xlsx file"):
        add(None, folder, blank=tmp_path / "mau.csv")


@pytest.mark.parametrize("options", [{}, {"undo": True, "blank": Path("a.xlsx")}, {"dry_run": True}])
def test_exactly_one_thing_is_asked_for(folder: Path, options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="Give one of"):
        add(None, folder, **options)


# Adding and undoing -----------------------------------------------------------------------------


def test_adding_previews_writes_and_is_undone_to_the_byte(folder: Path, planted: Planted) -> None:
    before = digests(folder)
    shown = add(planted("good.csv"), folder, dry_run=True)
    assert "D0550 Nghệ An" in shown
    assert "baovidu-example_2025-01-15" in shown
    assert "Nothing was written" in shown
    assert digests(folder) == before
    assert not (folder / ledger.FOLDER).exists()
    written = add(planted("good.csv"), folder)
    assert "Written: tables/discipline.csv, tables/sources.csv" in written
    assert {name for name, digest in digests(folder).items() if digest != before[name]} == {
        "discipline.csv",
        "sources.csv",
    }
    after = tables.read(folder)
    mine = after.discipline[after.discipline["source_id"] == "baovidu-example_2025-01-15"]
    assert list(mine["row_id"]) == [f"D0{n}" for n in range(550, 555)]
    assert list(mine["evidence_id"]) == [f"A000{n}" for n in range(1, 6)]
    order = [c for c in merging.ORDER if c in after.discipline.columns]
    assert after.discipline[order].equals(after.discipline[order].sort_values(order, kind="stable", ignore_index=True))
    assert list(after.sources["source_id"]) == sorted(after.sources["source_id"])
    assert "good.csv" in add(None, folder, undo=True)
    assert digests(folder) == before
    with pytest.raises(LedgerError, match="no addition to undo"):
        add(None, folder, undo=True)


def test_known_rows_keep_their_bytes(curated: Tables, lists: Codes, planted: Planted, read_in: Read) -> None:
    addition = merging.merge(curated, read_in(planted("good.csv")), lists)
    for path, new in addition.content.items():
        lines = new.decode().splitlines()
        assert [line for line in addition.before[path].decode().splitlines() if line not in set(lines)] == []
        assert len(lines) - len(addition.before[path].decode().splitlines()) in (1, 5)


def test_a_figure_published_again_is_set_beside_the_known_one(
    curated: Tables, lists: Codes, planted: Planted, read_in: Read
) -> None:
    addition = merging.merge(curated, read_in(planted("again.csv")), lists)
    by_penalty = dict(zip(addition.rows["row_id"], addition.rows["penalty"], strict=True))
    met = {(by_penalty[m.row_id], m.relation, m.rule, m.chosen_id == m.row_id) for m in addition.meetings}
    assert met == {
        ("reprimand", "same", "agree", True),
        ("warning", "rounding", "exact", False),
        ("removal", "conflict", "later", True),
    }
    assert len(addition.meetings) == 4


def test_the_preview_says_what_differs_and_what_is_used(folder: Path, planted: Planted) -> None:
    shown = add(planted("again.csv"), folder, dry_run=True)
    assert "the same figure as D0125 (seed_000)" in shown
    assert "agrees with D0126: 281 (seed_000), one of them rounded" in shown
    assert "DIFFERS from D0124: 25 (seed_000); both are kept; a series uses D0550 (the later publication)" in shown
    assert "X01" in shown  # the checks' own finding of the disagreement
    assert "25 organisations, -7.40%, 89.30%" in shown
    assert "flag added by itself" in shown
    assert "nearly 300 members" in shown


def test_a_contradiction_is_refused_until_the_page_was_compared(folder: Path, planted: Planted) -> None:
    before = digests(folder)
    with pytest.raises(IncomingError, match=r"add up to 1,010 .*more than the printed total 1,000") as caught:
        add(planted("contradiction.csv"), folder)
    assert caught.value.problems[0].line == 2
    assert "As printed" in caught.value.en
    assert "Đúng như in" in caught.value.vi
    assert digests(folder) == before
    shown = add(planted("contradiction_confirmed.csv"), folder)
    assert '[[acknowledged]]\nid = "C03"' in shown
    entry = shown[shown.index("[[acknowledged]]") : shown.index("\n\nWritten")]
    with (folder / "acknowledged.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + entry + "\n")
    from stats import checks, codes

    found = checks.run(tables.read(folder), codes.load(folder), place="nghe-an", period="2024")
    assert set(found.loc[found["id"] == "C03", "severity"]) == {"warning"}


def test_the_example_row_is_shown_and_never_written(lists: Codes, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    path.write_bytes(template.to_bytes(lists))
    assert "never written" in add(path, folder, dry_run=True)
    before = digests(folder)
    with pytest.raises(UsageError, match="besides the example row"):
        add(path, folder)
    assert digests(folder) == before


def test_the_command_line_keeps_its_contract(
    cli: Callable[..., subprocess.CompletedProcess[str]], folder: Path, planted: Planted
) -> None:
    before = digests(folder)
    where = ("--data", str(folder))
    done = cli("add", str(planted("good.csv")), "--dry-run", *where)
    assert (done.returncode, digests(folder)) == (0, before), done.stderr
    assert "Chưa ghi gì" in done.stdout
    refused = cli("add", str(planted("numbers.csv")), *where)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "numbers.csv, dòng 2, cột Số: '1,783'" in refused.stderr
    assert "numbers.csv, line 2, column Số: '1,783'" in refused.stderr
    assert cli("add", "--undo", *where).returncode == 2
    assert digests(folder) == before


# All files or none ------------------------------------------------------------------------------


class CrashError(BaseException):
    """A process that dies: nothing of the program may catch it."""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "tables" / f"{name}.csv").write_text(f"old {name}\n")
    return tmp_path


NEW = {f"tables/{name}.csv": f"new {name}\n".encode() for name in ("a", "b", "c")}


def state(folder: Path) -> set[str]:
    return {path.read_text().split()[0] for path in (folder / "tables").glob("*.csv")}


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Iterator[int]]:
    """Make the process die at its n-th touch of the disk; without a number only count them."""
    touched: list[int] = []
    limit = [-1]

    def watch(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def touch(*args: object, **options: object) -> object:
            touched.append(1)
            if len(touched) == limit[0]:
                raise CrashError
            return real(*args, **options)

        monkeypatch.setattr(owner, name, touch)

    for owner, name in ((ledger.os, "fsync"), (Path, "rename"), (Path, "replace"), (ledger.shutil, "rmtree")):
        watch(owner, name)

    def arm(at: int) -> Iterator[int]:
        touched.clear()
        limit[0] = at
        return iter(touched)

    return arm


@pytest.mark.parametrize("act", ["commit", "undo"])
def test_whenever_the_process_dies_all_files_are_old_or_all_are_new(
    small: Path, dying: Callable[[int], Iterator[int]], act: str
) -> None:
    outcomes = set()
    for at in range(1, 60):
        dying(-1)
        with ledger.locked(small, "test"):
            if act == "undo":
                ledger.commit(small, NEW, {"file": "f"})
        dying(at)
        died = False
        try:
            with ledger.locked(small, "test"):
                ledger.commit(small, NEW, {"file": "f"}) if act == "commit" else ledger.undo(small)
        except CrashError:
            died = True
        dying(-1)
        with ledger.locked(small, "next"):
            after = state(small)
        assert len(after) == 1, (at, after)
        assert not (small / ledger.FOLDER / "draft").exists()
        outcomes |= after
        if after == {"new"}:
            with ledger.locked(small, "test"):
                ledger.undo(small)
        assert state(small) == {"old"}
        assert ledger.entries(small) == []
        if not died:
            break
    assert at > 8
    assert outcomes == {"old", "new"}


def test_a_killed_process_leaves_the_tables_whole_for_the_next_reader(folder: Path, planted: Planted) -> None:
    before = digests(folder)
    script = (
        "import datetime, os, sys\n"
        "from pathlib import Path\n"
        "from stats.tables import ledger\n"
        "from stats.reports import adding\n"
        "def die(path, target):\n"
        "    path.replace(target)\n"
        "    os.kill(os.getpid(), 9)\n"
        "ledger._move = die\n"
        "adding.run(Path(sys.argv[1]), data=Path(sys.argv[2]), today=datetime.date(2026, 1, 31))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(planted("good.csv")), str(folder)], capture_output=True)
    assert done.returncode == -9, done.stderr
    assert len({name for name, digest in digests(folder).items() if digest != before[name]}) == 1
    read = tables.read(folder)
    assert len(read.discipline) == 554
    assert "baovidu-example_2025-01-15" in set(read.sources["source_id"])
    add(None, folder, undo=True)
    assert digests(folder) == before


def test_a_second_addition_is_told_who_holds_the_lock(small: Path) -> None:
    with (
        ledger.locked(small, "process 1 on desk since 10:22, file a.csv"),
        pytest.raises(LedgerError, match=r"process 1 on desk since 10:22, file a\.csv"),
        ledger.locked(small, "another"),
    ):
        pass
    with ledger.locked(small, "another"):
        assert (small / ledger.FOLDER / "lock").read_text() == "another"


def test_undo_refuses_when_a_table_was_changed_since(small: Path) -> None:
    with ledger.locked(small, "test"):
        ledger.commit(small, NEW, {"file": "f"})
        (small / "tables" / "b.csv").write_text("by hand\n")
        with pytest.raises(LedgerError, match=r"tables/b\.csv changed after the last addition"):
            ledger.undo(small)
    assert (small / "tables" / "b.csv").read_text() == "by hand\n"


def test_additions_are_undone_one_by_one_the_last_first(small: Path) -> None:
    with ledger.locked(small, "test"):
        for n in range(ledger.KEPT + 3):
            ledger.commit(small, {"tables/a.csv": f"{n}\n".encode()}, {"file": str(n)})
        kept = ledger.entries(small)
        assert len(kept) == ledger.KEPT
        assert [ledger.undo(small).about["file"] for _ in range(2)] == [str(ledger.KEPT + 2), str(ledger.KEPT + 1)]
    assert (small / "tables" / "a.csv").read_text() == f"{ledger.KEPT}\n"


def test_what_cannot_be_written_leaves_the_tables_as_they_were(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger, "_keep", full)
    with ledger.locked(small, "test"), pytest.raises(LedgerError, match=r"No space left.*The tables are as they were"):
        ledger.commit(small, NEW, {"file": "f"})
    assert state(small) == {"old"}


def test_every_error_of_adding_is_in_the_one_tree() -> None:
    assert all(issubclass(error, StatsError) for error in (LedgerError, IncomingError, entries.EntryError))
    assert dt.date(2025, 7, 1) == incoming.MERGER
