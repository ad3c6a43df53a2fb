"""The command ``run``: what it refuses, and what it does without Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--due", "--all"), "--all"),
        (("--engine", "kernl"), "kernel"),
        (("--lang", "fr"), "vi, en"),
        (("--date", "soon"), "YYYY-MM-DD"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_a_wrong_word_exits_2_and_writes_nothing(project: Project, options: tuple[str, ...], said: str) -> None:
    done = project.run(*options)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert [path.name for path in project.out.iterdir()] == [".cache"]


def test_a_wrong_catalogue_exits_2_and_makes_nothing(project: Project) -> None:
    project.asks(("ha-noi", "atlantis"))
    done = project.run()
    assert done.returncode == 2
    assert "atlantis" in done.stderr
    assert not list(project.out.rglob("*.html"))


def test_pictures_are_drawn_by_one_browser_and_missed_without_one(project: Project) -> None:
    project.asks(("ha-noi", "thanh-hoa"), "html", "pdf")
    without = project.run("--jobs", "1", BROWSER_PATH="/nowhere/chromium")
    assert without.returncode == 4, without.stderr
    assert "apt-get" in without.stderr
    assert "/nowhere/chromium" in without.stderr
    assert project.known("ha-noi").warnings
    assert project.file("ha-noi", ".html").is_file()
    done = project.run("--jobs", "1", "--all")
    assert done.returncode == 0, done.stderr
    assert project.file("ha-noi", ".pdf").read_bytes().startswith(b"%PDF")
    assert project.known("ha-noi").warnings == []
    assert project.at_work() == []
    assert project.leftovers() == []
