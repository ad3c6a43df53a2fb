"""What the wheel carries: every file a command needs outside a checkout, and nothing that was not published."""

from __future__ import annotations

import subprocess
import tomllib

import pytest
from floors import ROOT

CARRIED = ("data/", "notebooks/", "reports/templates/", "reports/catalogue.toml")


@pytest.fixture(scope="module")
def included() -> dict[str, str]:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    return build["targets"]["wheel"]["force-include"]


def git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments, "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name]


def test_every_file_of_the_data_notebooks_and_templates_goes_along(included: dict[str, str]) -> None:
    tracked = [name for name in git("ls-files", "-co", "--exclude-standard") if name.startswith(CARRIED)]
    assert len(tracked) > 60
    lost = [n for n in tracked if not any(n == part or n.startswith(f"{part}/") for part in included)]
    assert lost == []


def test_each_lands_where_the_program_looks_for_it(included: dict[str, str]) -> None:
    assert included == {part: f"stats/_embedded/{part}" for part in included}
    assert all((ROOT / part).exists() for part in included)


@pytest.mark.parametrize("private", ["data/returns", "data/.undo", "reports/output"])
def test_what_was_received_undone_or_made_stays_on_the_machine(private: str, included: dict[str, str]) -> None:
    # The build copies a named folder whole, whatever git ignores in it.
    assert not [part for part in included if f"{private}/".startswith(f"{part}/")]
