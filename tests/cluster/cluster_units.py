"""The systemd units, as systemd itself reads them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "packaging" / "systemd").iterdir())


def verified(folder: Path, change: tuple[str, str] = ("", "")) -> subprocess.CompletedProcess[str]:
    """Check the units, with the path of this checkout in place of theirs."""
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.fail("systemd-analyze is missing. Install it: apt-get install systemd")
    command = folder / ".venv" / "bin" / "discipline-stats"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/discipline-stats", str(folder))
        (folder / unit.name).write_text(text.replace(*change) if change[0] else text, encoding="utf-8")
    paths = [str(folder / unit.name) for unit in UNITS]
    return subprocess.run([program, "verify", *paths], capture_output=True, text=True, timeout=60)


def test_systemd_finds_nothing_to_say(tmp_path: Path) -> None:
    done = verified(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("change", [("Nice=", "Nicee="), ("05:30:00", "25:30:00"), ("bin/", "bin/not-")])
def test_a_planted_mistake_is_found(change: tuple[str, str], tmp_path: Path) -> None:
    assert verified(tmp_path, change).stderr


def test_the_timer_runs_every_day() -> None:
    timer = next(unit for unit in UNITS if unit.suffix == ".timer").read_text(encoding="utf-8")
    when = next(line.partition("=")[2] for line in timer.splitlines() if line.startswith("OnCalendar="))
    command = ["systemd-analyze", "calendar", "--iterations=2", when]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("05:30:00") >= 3
