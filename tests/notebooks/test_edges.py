"""Report notebooks at their edges: changed data, one row, nothing, suppressed, a new province, both languages."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pages import Page

ROOT = Path(__file__).resolve().parents[2]
Cli = Callable[..., object]


def change(data: Path, table: str, row_id: str, **values: str) -> None:
    """Change one row of a table in place."""
    path = data / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["row_id"] == row_id:
            row.update(values)
    write(path, rows)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def rows_of(data: Path, table: str) -> list[dict[str, str]]:
    with (data / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def render(cli: Cli, data: Path, out: Path, place: str, period: str, lang: str = "vi", kind: str = "period") -> Page:
    asked = (
        "--place",
        place,
        "--period",
        period,
        "--lang",
        lang,
        "--to",
        "html",
        "--out",
        str(out),
        "--data",
        str(data),
    )
    done = cli("report", kind, *asked)
    assert done.returncode == 0, done.stderr
    return Page(next(out.glob("*.html")))


def test_one_changed_value_changes_the_page(cli: Cli, data_copy: Path, tmp_path: Path) -> None:
    rows = rows_of(data_copy, "discipline")
    expelled = next(r for r in rows if r["body_id"] == "ha-noi" and r["count"] == "288" and r["penalty"] == "expulsion")
    change(data_copy, "discipline", expelled["row_id"], count="289")
    page = render(cli, data_copy, tmp_path / "out", "ha-noi", "2020-2025/half")
    assert page.cells("t-members", "Khai trừ", "Cấp ủy và UBKT")[2] == "289"
    assert "288" not in page.section("members")
    assert "2.378" in page.section("gaps") or "2.377" in page.section("gaps"), "parts no longer add up: a finding"


def test_a_period_with_one_figure(cli: Cli, tmp_path: Path) -> None:
    page = render(cli, ROOT / "data", tmp_path / "out", "nghe-an", "2016", "en")
    assert "Few figures were published" in page.section("summary") or page.rows("t-other") or page.rows("t-contents")
    assert page.rows("t-sources")
    assert len(page.rows("t-sources")) == 1


def test_a_new_province_with_its_own_figures(cli: Cli, tmp_path: Path) -> None:
    page = render(cli, ROOT / "data", tmp_path / "out", "TP. Hồ Chí Minh", "2025")
    assert "TP. Hồ Chí Minh" in page.soup.header.text
    assert not page.soup.select('[id^="t-change-"]'), "no change crosses the merger of 2025"


def test_a_name_that_is_markup_is_just_a_name(cli: Cli, data_copy: Path, tmp_path: Path) -> None:
    path = data_copy / "codes" / "bodies.csv"
    text = path.read_text(encoding="utf-8").replace("\nbac-giang,Bắc Giang,", "\nbac-giang,<script>alert(1)</script>,")
    path.write_text(text, encoding="utf-8")
    page = render(cli, data_copy, tmp_path / "out", "bac-giang", "2015-2020")
    assert "<script>alert(1)</script>" in page.soup.header.text
    assert not [s for s in page.soup.find_all("script") if s.string and s.string.strip() == "alert(1)"]


def test_a_result_typed_as_suppressed_is_marked_and_never_zero() -> None:
    import pandas as pd

    from stats import indicators
    from stats.displays import Column, table
    from stats.results import Result, State
    from stats.wording import Words

    words = Words(indicators.open_book(ROOT / "data").codes, "vi")
    hidden, impossible = (Result(state=s, unit="members") for s in (State.SUPPRESSED, State.STRUCTURAL_ZERO))
    frame = pd.DataFrame({"label": ["Khai trừ", "Cách chức"], "count": [hidden, impossible]})
    columns = [Column("label", "Hình thức"), Column("count", "Số", "count")]
    markup = table(frame, words=words, caption="Bảng", columns=columns, id="t").html
    assert "[c]" in markup
    assert "[z]" in markup
    assert ">0<" not in markup


def test_a_missing_cell_is_not_zero(cli: Cli, data_copy: Path, tmp_path: Path) -> None:
    gone = {"body_id": "ha-noi", "count": "25", "penalty": "removal"}
    rows = [r for r in rows_of(data_copy, "discipline") if not gone.items() <= r.items()]
    write(data_copy / "tables" / "discipline.csv", rows)
    page = render(cli, data_copy, tmp_path / "out", "ha-noi", "2020-2025/half")
    assert "cách chức 0" not in page.section("members")
    assert page.rows("t-mix-2015-2020-committees_and_commissions") == [], "an incomplete split has no mix to compare"


def test_a_broken_row_stops_before_any_kernel(cli: Cli, data_copy: Path, tmp_path: Path) -> None:
    change(data_copy, "discipline", "D0001", count="1.783", actor="comittees")
    change(data_copy, "inspections", "I0002", source_id="nobody")
    out = tmp_path / "out"
    done = cli("report", "period", "--out", str(out), "--data", str(data_copy))
    assert done.returncode == 1
    for part in ("discipline.csv", "inspections.csv", "count", "1.783", "comittees", "committees", "nobody"):
        assert part in done.stderr
    assert not out.exists()


@pytest.mark.parametrize("formats", ["html,ipynb"])
def test_same_inputs_same_bytes(rendered: Callable[..., Path], cli: Cli, tmp_path: Path, formats: str) -> None:
    first = rendered("period", "ha-noi", "2020-2025/half", "vi")
    again = tmp_path / "again"
    done = cli("report", "period", "--to", formats, "--out", str(again))
    assert done.returncode == 0, done.stderr
    for path in sorted(again.iterdir()):
        assert path.read_bytes() == (first / path.name).read_bytes(), path.name


def test_a_failing_cell_keeps_the_partial_notebook_and_the_good_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stats import indicators
    from stats.errors import CellError
    from stats.reports import request as requests
    from stats.reports import resources
    from stats.reports.run import build

    notebooks = tmp_path / "notebooks"
    shutil.copytree(ROOT / "notebooks" / "report", notebooks)
    source = json.loads((notebooks / "period_report.ipynb").read_text(encoding="utf-8"))
    broken = {
        "cell_type": "code",
        "id": "broken",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": "1 / 0",
    }
    source["cells"].insert(5, broken)
    (notebooks / "period_report.ipynb").write_text(json.dumps(source), encoding="utf-8")
    real = resources.folder
    monkeypatch.setattr(resources, "folder", lambda p: notebooks if p == Path("notebooks/report") else real(p))
    out = tmp_path / "out"
    out.mkdir()
    good = out / "period_ha-noi_2018_vi.html"
    good.write_text("the good one")
    (asked,) = requests.request(
        indicators.open_book(ROOT / "data"), "period", place="ha-noi", period="2018", formats="html", out=out
    )
    with pytest.raises(CellError) as caught:
        build(asked)
    kept = out / "period_ha-noi_2018_vi.failed.ipynb"
    assert caught.value.exit_code == 3
    assert "ZeroDivisionError" in caught.value.en
    assert str(kept) in caught.value.vi
    assert "ZeroDivisionError" in kept.read_text(encoding="utf-8")
    assert good.read_text() == "the good one"
    assert sorted(p.name for p in out.iterdir()) == [kept.name, good.name]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("kind", "period", "name", "section"),
    [("coverage", "", "coverage_all_all", "coverage"), ("comparison", "2018", "comparison_all_2018", "comparison")],
)
def test_reports_on_all_bodies_render(
    cli: Cli, tmp_path: Path, lang: str, kind: str, period: str, name: str, section: str
) -> None:
    asked = ("--period", period) if period else ()
    done = cli("report", kind, *asked, "--lang", lang, "--to", "html", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    page = Page(tmp_path / f"{name}_{lang}.html")
    assert page.soup.select("figure.chart")
    assert page.soup.select(f'section[id^="{section}"]')
    assert page.soup.html["lang"] == lang
