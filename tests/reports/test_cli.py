"""The command line's contract: commands, exit codes, nearest matches, nothing written on a wrong word."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "period", "--place", "Ha Nois"), "Hà Nội"),
        (("report", "period", "--place", "ha-noi", "--period", "2019"), "2020-2025/half"),
        (("report", "period", "--place", "ha-noi", "--period", "20x"), "2018-07"),
        (("report", "period", "--place", "ha-noi", "--period", "2018-Q3"), "2018-07-01..2018-09-30"),
        (("report", "period", "--lang", "fr"), "vi, en"),
        (("report", "perod"), "period"),
        (("report", "comparison"), "--period 2018"),
        (("report", "comparison", "--period", "2009"), "2018"),
        (("report", "coverage", "--place", "Cao Bằng"), "Cao Bằng"),
        (("report", "coverage", "--period", "2050"), "2050"),
        (("report", "period", "--to", "html,docs"), "docs"),
        (("report", "period", "--date", "yesterday"), "YYYY-MM-DD"),
        (("report", "period", "--assets", "both"), "shared"),
        (("chart", "penalty-mx", "--place", "ha-noi"), "penalty-mix"),
        (("chart", "penalty-mix", "--place", "ha-noi", "--period", "2009"), "penalty-mix"),
        (("chart", "penalty-mix", "--place", "ha-noi", "--to", "gif"), "gif"),
        (("indicators", "--place", "atlantis"), "atlantis"),
        (("indicators", "--format", "xml"), "json"),
        (("list", "peoples"), "periods"),
        (("list", "periods"), "--place"),
        (("check", "--format", "odt"), "xlsx"),
    ],
)
def test_a_wrong_word_exits_2_with_what_is_near_and_writes_nothing(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    out = ("--out", str(tmp_path / "out")) if arguments[0] in ("report", "chart") else ()
    done = cli(*arguments, *out)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Lỗi:" in done.stderr
    assert "Error:" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["Hà Nội", "ha-noi", "Hanoi", "HA NOI", "Thành phố Hà Nội"])
def test_a_body_is_found_by_any_of_its_names(cli: Cli, place: str) -> None:
    done = cli("list", "periods", "--place", place)
    assert done.returncode == 0
    assert "2020-2025/half" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "period", "--to", ""), "--to"),
        (("chart", "funnel", "--place", "ha-noi", "--to", " , "), "--to"),
        (("report", "period", "--out", ""), "--out"),
        (("check", "--data", "/nowhere"), "datapackage.json"),
    ],
)
def test_an_option_that_says_nothing_exits_2(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    done = cli(*arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_lists(cli: Cli) -> None:
    assert "ha-noi" in cli("list", "bodies").stdout
    assert "penalty-mix" in cli("list", "charts").stdout.split()
    kinds = [line.split()[0] for line in cli("list", "reports").stdout.splitlines()]
    assert kinds == ["period", "briefing", "programme", "coverage", "comparison"]
    assert "disciplined-members" in cli("list", "indicators", "--lang", "en").stdout


def test_indicators_as_json_carry_sources_and_rows(cli: Cli) -> None:
    done = cli("indicators", "--place", "national", "--period", "2023", "--format", "json")
    found = json.loads(done.stdout)
    members = {r["actor"]: r for r in found if r["indicator"] == "disciplined-members"}
    assert members["committees"]["estimate"] == 18130
    assert members["inspection_commissions"]["estimate"] == 6302
    assert members["committees_and_commissions"]["estimate"] == 24162
    assert all(r["sources"] and r["rows"] for r in found if r["state"] == "value")


def test_check_passes_on_the_curated_tables_and_lists_findings(cli: Cli) -> None:
    done = cli("check", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found
    assert not [f for f in found if f["severity"] == "error"]


def test_check_fails_on_a_planted_error(cli: Cli, data_copy: Path) -> None:
    path = data_copy / "tables" / "discipline.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    place = next(i for i, line in enumerate(lines) if ",expulsion,members,288," in line)
    lines[place] = lines[place].replace(",288,", ",2880,")
    path.write_text("\n".join(lines), encoding="utf-8")
    done = cli("check", "--place", "ha-noi", "--period", "2020-2025/half", "--format", "json", "--data", str(data_copy))
    assert done.returncode == 1
    assert any(f["id"] == "C03" for f in json.loads(done.stdout))


def test_system_check_names_what_is_there(cli: Cli) -> None:
    done = cli("check", "--system")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hromium" in done.stdout


def test_without_chromium_everything_else_is_written_and_the_package_is_named(cli: Cli, tmp_path: Path) -> None:
    environment = {"PATH": str(Path(sys.executable).parent), "BROWSER_PATH": "/nowhere/chromium"}
    asked = ("--place", "ha-noi", "--period", "2022", "--to", "html,ipynb,png,svg", "--out", str(tmp_path))
    done = cli("report", "period", *asked, env=environment)
    assert done.returncode == 4, done.stderr
    assert "apt-get install chromium" in done.stderr
    assert {p.suffix for p in tmp_path.iterdir()} == {".html", ".ipynb"}


def test_images_are_written_with_steady_names_and_bytes(cli: Cli, tmp_path: Path) -> None:
    asked = ("--place", "ha-noi", "--period", "2022", "--to", "png,svg")
    first, again = (cli("chart", "penalty-mix", *asked, "--out", str(tmp_path / n)) for n in ("a", "b"))
    assert first.returncode == again.returncode == 0, first.stderr
    names = [f"penalty-mix_ha-noi_2022_vi{end}" for end in (".png", ".svg", "@2x.png")]
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == names
    assert all((tmp_path / "a" / n).read_bytes() == (tmp_path / "b" / n).read_bytes() for n in names)
    svg = (tmp_path / "a" / names[1]).read_text(encoding="utf-8")
    assert "853" in svg
    assert "Khiển trách" in svg


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "stats", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def test_ctrl_c_stops_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start("report", "period", "--out", str(out))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not out.exists():
        time.sleep(0.05)
    time.sleep(1.0)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=20)
    assert run.returncode in (130, -signal.SIGINT), said  # a shell shows both as 130
    assert "Traceback" not in said
    assert list(out.rglob("*")) == []


def test_ctrl_c_while_charts_are_drawn_stops_at_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start("report", "period", "--place", "ha-noi", "--period", "2018", "--to", "html,png,svg", "--out", str(out))
    for line in run.stderr:  # type: ignore[union-attr]
        if line.startswith("Vẽ"):
            break
    time.sleep(0.3)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=10)
    assert run.returncode in (130, -signal.SIGINT), said
    assert list(out.rglob("*")) == []


def test_two_runs_at_once_both_finish_with_the_same_bytes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("report", "period", "--place", "ha-noi", "--period", "2018", "--out", str(out))
    runs = [start(*asked), start(*asked)]
    for run in runs:
        _, said = run.communicate(timeout=120)
        assert run.returncode == 0, said
    assert sorted(p.name for p in out.iterdir()) == ["period_ha-noi_2018_vi.html", "period_ha-noi_2018_vi.ipynb"]


def test_shared_assets_lie_beside_the_page(cli: Cli, tmp_path: Path) -> None:
    asked = ("--place", "ha-noi", "--period", "2018", "--to", "html", "--assets", "shared", "--out", str(tmp_path))
    assert cli("report", "period", *asked).returncode == 0
    page = (tmp_path / "period_ha-noi_2018_vi.html").read_text(encoding="utf-8")
    assert len(page) < 400_000
    assert 'src="assets/plotly.min.js"' in page
    assert (tmp_path / "assets" / "plotly.min.js").stat().st_size > 1_000_000
