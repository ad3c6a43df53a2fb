"""Every code block of the pages runs, or says why it does not; see CONTRIBUTING.md on writing documentation."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from fences import Block, arguments, blocks, commands, pages
from typer.main import get_command

from stats.__main__ import app

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PROVEN = {"docs/explanation/method-guide.md": "tests/test_method_guide.py"}
"""Pages whose blocks run in a test of their own."""
SHOWN = frozenset({"text", "console", "ini", "csv", "crontab", "yaml", "html", "make", "dockerfile", "json", "toml"})
NOT_RUN = ("setup", "long")
NAMES = {str(page.relative_to(ROOT)): page for page in pages(ROOT)}


def found(name: str) -> list[Block]:
    return blocks(NAMES[name].read_text(encoding="utf-8"))


def known(block: Block) -> bool:
    """Tell whether a fence says what is to be done with its block."""
    if block.language == "python":
        return block.kind in ("", "compile")
    if block.language == "sh":
        return block.kind in ("", *NOT_RUN) or bool(re.fullmatch(r"exit=\d+", block.kind))
    return block.language in SHOWN and block.kind in ("", *(("output",) if block.language == "console" else ()))


def runs(block: Block) -> bool:
    return block.info in ("python", "console output") or (block.language == "sh" and block.kind not in NOT_RUN)


def unknown(command: str) -> str:
    """Return what a command that is not run names but is not there: a target of make, a command, an option."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for target in re.findall(r"\bmake((?: +[\w=./-]+)*)", command.split("#")[0]):
        for word in target.split():
            if "=" not in word and not word.startswith("-") and word not in targets:
                return f"make {word}"
    words = arguments(re.split(r"[|&;>]", command)[0]) or []
    own = get_command(app).commands  # type: ignore[attr-defined]
    if words and words[0] not in own and not words[0].startswith("-"):
        return words[0]
    have = {option for one in own[words[0]].params for option in one.opts} if words and words[0] in own else set()
    return next((w for w in words[1:] if w.startswith("--") and w.split("=")[0] not in {*have, "--help"}), "")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project as a clone has it, the program beside it."""
    place = tmp_path_factory.mktemp("clone") / "discipline-stats"
    place.mkdir()
    ignored = shutil.ignore_patterns("output", "returns", ".undo", "benchmarks", ".ipynb_checkpoints")
    for name in ("src", "data", "notebooks", "reports", "docs", "packaging"):
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "Makefile", "mkdocs.yml", "uv.lock"):
        shutil.copy2(ROOT / name, place / name)
    programs = place / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, call in (("python", ""), ("discipline-stats", " -m stats")):
        script = programs / name
        script.write_text(f'#!/bin/sh\nPYTHONPATH="{place}/src" exec "{sys.executable}"{call} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return place


@pytest.mark.parametrize("name", [name for name in NAMES if any(map(runs, found(name))) and name not in PROVEN])
def test_every_block_of_a_page_runs(name: str, project: Path, tmp_path: Path) -> None:
    clone = tmp_path / "discipline-stats"
    shutil.copytree(project, clone)
    for script in (clone / ".venv" / "bin").iterdir():
        script.write_text(script.read_text(encoding="utf-8").replace(str(project), str(clone)), encoding="utf-8")
    given = tmp_path / "blocks.json"
    wanted = [asdict(block) for block in found(name) if runs(block)]
    given.write_text(json.dumps({"page": name, "blocks": wanted}), encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{clone / 'src'}:{HERE}",
        "PATH": f"{clone / '.venv' / 'bin'}:{os.environ['PATH']}",
    }
    command = [sys.executable, str(HERE / "walk.py"), str(given)]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    wrong = json.loads(done.stdout.splitlines()[-1])
    assert wrong == [], "\n\n".join(wrong)


@pytest.mark.parametrize("name", list(NAMES))
def test_every_block_says_what_it_is(name: str) -> None:
    assert [f"line {block.line}: {block.info!r}" for block in found(name) if not known(block)] == []


@pytest.mark.parametrize("name", [name for name in NAMES if any(not runs(block) for block in found(name))])
def test_blocks_that_are_not_run_are_right_as_far_as_can_be_seen(name: str) -> None:
    for block in found(name):
        if runs(block):
            continue
        if block.language == "python":
            compile(block.text, f"{name}, line {block.line}", "exec")
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "sh":
            read = subprocess.run(["bash", "-n"], input=block.text, text=True, capture_output=True)
            assert (read.returncode, read.stderr) == (0, ""), f"line {block.line}"
            assert {line: unknown(line) for line in commands(block.text) if unknown(line)} == {}, f"line {block.line}"


def test_pages_proven_elsewhere_are() -> None:
    for name, test in PROVEN.items():
        assert any(map(runs, found(name)))
        assert NAMES[name].name in (ROOT / test).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("make no-such-target", "make no-such-target"), ("make setup && make SYSTEM=no report", ""),
        (".venv/bin/discipline-stats reprot period", "reprot"), ("discipline-stats run --dew", "--dew"),
        ("discipline-stats run --due --jobs 2", ""), ("git clone https://example.org/x", ""),
    ],
)  # fmt: skip
def test_a_command_that_is_not_there_would_be_seen(command: str, wrong: str) -> None:
    assert unknown(command) == wrong


@pytest.mark.parametrize("info", ["", "bash", "python later", "sh exit=x", "console outputs"])
def test_a_fence_that_says_nothing_would_be_seen(info: str) -> None:
    assert not known(Block(info, "", 1))


def test_a_block_that_fails_would_be_seen(tmp_path: Path) -> None:
    page = (
        "```python\nx = 1\n```\n```python\nassert x == 2\n```\n```sh\ntrue\nfalse\n```\n```sh exit=1\nfalse\n```\n"
        "```sh\nprintf 'a\\nb\\nc\\n'\n```\n```console output\na\n...\nc\n```\n```console output\na\nd\n```\n"
    )
    given = tmp_path / "blocks.json"
    given.write_text(json.dumps({"page": "p.md", "blocks": [asdict(block) for block in blocks(page)]}))
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    command = [sys.executable, str(HERE / "walk.py"), str(given)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    wrong = [one.split(":")[0] for one in json.loads(done.stdout)]
    assert wrong == ["p.md, line 4", "p.md, line 7", "p.md, line 22"], done.stderr
