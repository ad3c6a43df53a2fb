"""The guide to schedules: its commands and options exist, its recipes are Python, its units name the command."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from stats.__main__ import app

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs" / "how-to" / "schedule.md").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "packaging" / "systemd").iterdir())
COMMAND = re.compile(r"discipline-stats (?P<words>(?:run|plan)[^\n`&#|\"]*)")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}(?: \w+)?\n(.*?)```", GUIDE, flags=re.DOTALL)


def commands(text: str) -> list[list[str]]:
    return [shlex.split(found["words"]) for found in COMMAND.finditer(text)]


def unknown(words: list[str]) -> set[str]:
    """Return the options of a command line that the command does not have."""
    command = get_command(app).commands[words[0]]  # type: ignore[attr-defined]
    have = {name for parameter in command.params for name in parameter.opts}
    return {word for word in words[1:] if word.startswith("--")} - have


def test_every_command_named_has_the_options_named() -> None:
    texts = [GUIDE, *(unit.read_text(encoding="utf-8") for unit in UNITS)]
    named = [words for text in texts for words in commands(text)]
    assert len(named) > 8
    assert {str(words): unknown(words) for words in named if unknown(words)} == {}


def test_an_option_that_is_not_there_is_seen() -> None:
    assert unknown(["run", "--due", "--misspelt"]) == {"--misspelt"}


@pytest.mark.parametrize("block", blocks("sh"))
def test_shell_blocks_can_be_read(block: str) -> None:
    done = subprocess.run(["bash", "-n"], input=block, text=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.splitlines()[0])
def test_recipes_are_python_and_call_the_command(block: str) -> None:
    compile(block, "recipe", "exec")
    assert re.search(r"discipline-stats\W+run\W+--due", block)


def test_the_crontab_line_has_five_fields_and_a_command() -> None:
    (line,) = blocks("crontab")
    fields = line.split(maxsplit=5)
    assert all(re.fullmatch(r"[\d*,/-]+", field) for field in fields[:5])
    assert commands(fields[5])


def test_the_units_name_each_other_and_the_command() -> None:
    assert [unit.name for unit in UNITS] == ["discipline-stats.service", "discipline-stats.timer"]
    read = []
    for unit in UNITS:
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(unit.read_text(encoding="utf-8"))
        read.append(parser)
    service, timer = read
    assert commands(service["Service"]["ExecStart"]) == [["run", "--due", "--wait", "600"]]
    assert timer["Timer"]["Persistent"] == "yes"


def test_exit_codes_are_those_of_the_program() -> None:
    from stats.errors import ExitCode

    told = {int(code) for code in re.findall(r"^\| (\d) \|", GUIDE, flags=re.MULTILINE)}
    assert told == {int(code) for code in ExitCode}
