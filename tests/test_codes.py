"""Code lists, bodies by name and date, terms and rules."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from stats import codes
from stats.codes import Codes, default_data, load
from stats.errors import DataError, PeriodError, UnknownCodeError
from stats.periods import Kind


@pytest.fixture(scope="module")
def book() -> Codes:
    return load(default_data())


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(default_data() / "codes", tmp_path / "codes")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "body_id"),
    [
        ("Hà Nội", "ha-noi"), ("ha-noi", "ha-noi"), ("Hanoi", "ha-noi"), ("Ha Noi", "ha-noi"), ("HÀ NỘI", "ha-noi"),
        ("TP Hà Nội", "ha-noi"), ("Thành phố Hà Nội", "ha-noi"), ("HCMC", "tp-ho-chi-minh-2025"),
        ("TP.HCM", "tp-ho-chi-minh-2025"), ("tp-ho-chi-minh", "tp-ho-chi-minh"), ("Toàn quốc", "national"),
        ("cả nước", "national"), ("national", "national"), ("UBKT Trung ương", "central-inspection-commission"),
        ("Thừa Thiên Huế", "hue"), ("daklak", "dak-lak-2025"), ("đắk nông", "dak-nong"),
        ("Đảng bộ UBND TP Hà Nội", "ha-noi-ubnd"), ("Tây Ninh (huyện Tân Châu)", "tay-ninh-huyen-tan-chau"),
    ],
)  # fmt: skip
def test_a_body_is_found_however_its_name_is_typed(book: Codes, typed: str, body_id: str) -> None:
    assert book.body(typed).body_id == body_id


@pytest.mark.parametrize(
    ("day", "body_id"),
    [(dt.date(2025, 6, 30), "dong-nai"), (dt.date(2025, 7, 1), "dong-nai-2025"), (None, "dong-nai-2025")],
)
def test_bodies_that_share_a_name_are_told_apart_by_the_day(book: Codes, day: dt.date | None, body_id: str) -> None:
    assert book.body("Đồng Nai", on=day).body_id == body_id


def test_hanoi_before_2008_is_another_body(book: Codes) -> None:
    assert book.body("Hà Nội", on=dt.date(2008, 7, 31)).body_id == "ha-noi-before-2008"
    assert [b.body_id for b in book.bodies_named("Hà Nội")] == ["ha-noi", "ha-noi-before-2008"]
    assert [b.body_id for b in book.bodies_named("dong-nai")] == ["dong-nai", "dong-nai-2025"]


def test_a_body_that_is_alone_with_its_name_is_found_on_any_day(book: Codes) -> None:
    assert book.body("Hà Tây", on=dt.date(2020, 1, 1)).body_id == "ha-tay"


def test_an_unknown_body_names_the_nearest_in_both_languages(book: Codes) -> None:
    with pytest.raises(UnknownCodeError, match="Nearest: Hà Nội") as caught:
        book.body("Hà Nộii")
    assert "Gần nhất: Hà Nội (ha-noi)" in caught.value.vi
    assert caught.value.nearest[0] == "ha-noi"


def test_there_are_63_provinces_before_and_34_after_july_2025(book: Codes) -> None:
    provinces = [b for b in book.bodies if b.level in ("province", "municipality")]
    count = {day: sum(b.valid_on(day) for b in provinces) for day in (dt.date(2025, 6, 30), dt.date(2025, 7, 1))}
    assert list(count.values()) == [63, 34]


def test_every_parent_and_every_level_exists(book: Codes) -> None:
    for body in book.bodies:
        assert body.level in book.order("levels")
        assert body.parent_id in book.bodies or body.body_id == "national"


def test_names_shared_by_bodies_never_overlap_in_time(book: Codes) -> None:
    for body in book.bodies:
        for other in book.bodies_named(body.name_vi):
            if other is not body and other.level == body.level:
                assert (body.valid_to or dt.date.max) < (other.valid_from or dt.date.min) or (
                    other.valid_to or dt.date.max
                ) < (body.valid_from or dt.date.min)


def test_what_the_merged_city_was_made_of(book: Codes) -> None:
    made_of = book.predecessors("tp-ho-chi-minh-2025")
    assert {m.old_body_id for m in made_of} == {"tp-ho-chi-minh", "binh-duong", "ba-ria-vung-tau"}
    assert all(m.whole for m in made_of)
    assert [m.new_body_id for m in book.successors("binh-duong")] == ["tp-ho-chi-minh-2025"]


def test_part_moves_are_told_apart_from_whole_ones(book: Codes) -> None:
    moves = {m.old_body_id: m.whole for m in book.predecessors("ha-noi")}
    assert moves == {"ha-noi-before-2008": True, "ha-tay": True, "vinh-phuc": False, "hoa-binh": False}
    assert book.predecessors("nghe-an") == book.successors("nghe-an") == ()


def test_every_old_province_has_one_whole_successor(book: Codes) -> None:
    ended = [b for b in book.bodies if b.level == "province" and b.valid_to == dt.date(2025, 6, 30)]
    for body in ended:
        assert sum(m.whole for m in book.successors(body.body_id)) == 1


def test_labels_in_both_languages_and_short(book: Codes) -> None:
    assert book.label("penalties", "warning") == "Cảnh cáo"
    assert book.label("penalties", "warning", "en") == "Warning"
    assert book.label("actors", "inspection_commissions", short=True) == "UBKT các cấp"
    assert book.label("levels", "province", "en", short=True) == "Province"
    assert book.label("bodies", "ha-noi", "en") == "Hà Nội"
    with pytest.raises(UnknownCodeError, match="language"):
        book.label("penalties", "warning", "fr")


def test_a_wrong_code_names_the_nearest(book: Codes) -> None:
    assert book.check("penalties", "warning") == "warning"
    with pytest.raises(UnknownCodeError, match=r"Unknown penalty 'warnin'.*warning"):
        book.check("penalties", "warnin")
    with pytest.raises(UnknownCodeError, match="inspection_signs_of_violation"):
        book.row("activities", "inspection_signs_of_violations")
    with pytest.raises(UnknownCodeError, match="code list"):
        book.order("penalty")
    with pytest.raises(UnknownCodeError, match="code file"):
        book.rows("nothing")


def test_lists_come_in_display_order(book: Codes) -> None:
    assert book.order("penalties") == ["all", "reprimand", "warning", "removal", "expulsion", "dissolution"]
    funnel = [s for s in book.order("stages") if book.row("stages", s)["funnel"] == "yes"]
    assert funnel == ["examined", "violation_found", "discipline_required", "disciplined"]


def test_an_actor_that_is_a_part_names_its_whole(book: Codes) -> None:
    for actor in book.order("actors"):
        row = book.row("actors", actor)
        assert not row["within"] or row["within"] in book.order("actors")
        assert row["stream"] != "own_part" or row["within"]


def test_every_label_is_there_and_composed(book: Codes) -> None:
    import unicodedata

    for name in book.lists:
        for code in book.order(name):
            row = book.row(name, code)
            for column in ("label_vi", "label_en"):
                assert row[column].strip() == row[column] != "", (name, code)
                assert unicodedata.is_normalized("NFC", row[column])


def test_a_half_term_has_the_days_of_its_body(book: Codes) -> None:
    period = book.period("2020-2025/half", "ha-noi")
    assert (period.kind, period.start, period.end) == (Kind.HALF_TERM, dt.date(2020, 10, 13), dt.date(2023, 3, 31))
    assert book.period("2018-6M", "ha-noi").end == dt.date(2018, 6, 30)
    assert [p.key for p in book.terms("ha-noi")] == ["2015-2020", "2015-2020/half", "2020-2025/half"]
    assert "tháng 3/2023" in book.basis("ha-noi", "2020-2025/half")
    assert book.basis("ha-noi", "2018", "en") == ""


@pytest.mark.parametrize(("body", "says"), [("ha-noi", "Known: 2015-2020"), ("son-la", "no half-term or term")])
def test_an_unknown_term_lists_the_ones_a_body_has(book: Codes, body: str, says: str) -> None:
    with pytest.raises(PeriodError, match=says):
        book.period("2021-2026", body)


def test_rules_in_force_strictly_inside_a_stretch(book: Codes) -> None:
    new_catalogue = dt.date(2022, 7, 6)
    inside = book.rules_between(dt.date(2022, 7, 5), new_catalogue)
    assert [r.instrument for r in inside] == ["69-QĐ/TW"]
    assert book.rules_between(new_catalogue, dt.date(2022, 12, 28)) == ()
    assert list(book.rules) == sorted(book.rules, key=lambda r: (r.in_force, r.code))


def test_rules_are_picked_by_what_they_affect(book: Codes) -> None:
    year = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    assert [r.code for r in book.rules_between(*year, "population_policy")] == ["15-hd-ubkttw-2025"]
    assert [r.code for r in book.rules_between(*year, ("geography", "population_policy"))] == [
        "15-hd-ubkttw-2025", "two-tier-2025",
    ]  # fmt: skip
    rule = book.rules_between(*year, "geography")[0]
    assert "34" in rule.label("vi")
    assert "district level ends" in rule.effect("en")


def test_lists_are_read_again_only_when_a_file_changed(copied: Path) -> None:
    first = load(copied)
    assert load(copied) is first
    path = copied / "codes" / "penalties.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Cảnh cáo", "Canh cao"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert load(copied).label("penalties", "warning") == "Canh cao"
    assert first.label("penalties", "warning") == "Cảnh cáo"


def test_a_code_object_cannot_be_changed(book: Codes) -> None:
    with pytest.raises(AttributeError):
        book.data = Path()  # type: ignore[misc]
    with pytest.raises(TypeError):
        book.row("penalties", "warning")["label_vi"] = "x"  # type: ignore[index]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda p: (p / "codes" / "terms.csv").unlink(), r"lacks terms\.csv"),
        (lambda p: (p / "codes" / "units.csv").write_bytes("mã;tên".encode("utf-16")), "not UTF-8"),
        (
            lambda p: (p / "codes" / "rules.csv").write_bytes(
                (p / "codes" / "rules.csv").read_bytes().replace(b"2022-07-06", b"6/7/2022")
            ),
            r"rules\.csv, row '69-qd-tw-2022': from is '6/7/2022', which is no date",
        ),
        (lambda p: (p / "codes" / "units.csv").write_text("code,label_vi\na\n"), "line 2: 1 cells"),
        (lambda p: shutil.rmtree(p / "codes"), "No code lists"),
    ],
)
def test_a_broken_folder_is_said(copied: Path, damage, says: str) -> None:  # type: ignore[no-untyped-def]
    damage(copied)
    with pytest.raises(DataError, match=says):
        load(copied)


def test_a_missing_list_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be opened"):
        codes.read_rows(tmp_path / "none.csv")


def test_a_text_that_an_old_copy_lacks_is_the_projects_own(copied: Path, book: Codes) -> None:
    place = copied / "codes" / "texts_monitoring.csv"
    lines = place.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("section.monitoring,")]
    assert len(kept) == len(lines) - 1
    place.write_text("".join(kept), encoding="utf-8")
    old = load(copied)
    assert old.text("section.monitoring") == book.text("section.monitoring")
    assert set(old.texts()) == set(book.texts())
