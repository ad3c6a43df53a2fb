"""A worker on the stock kernel is a new process: it has to come up, work, and say why when it does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stats.errors import DeadKernelError
from stats.indicators import Book
from stats.reports.production import pool, spawned
from stats.reports.production.worker import Result, Task
from stats.reports.request import request


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[spawned.Spawned]:
    with pool.leashed() as leash:
        crew = spawned.Spawned(tmp_path, leash)
        yield crew
        crew.close()


@pytest.fixture
def task(book: Book, tmp_path: Path) -> Task:
    asked = request(book, "period", place="ha-tinh", period="2018", formats="ipynb", out=tmp_path / "out")[0]
    return Task(asked, tmp_path / "out", "kernel", 60, tmp_path / "log")


def first(crew: spawned.Spawned) -> Result:
    end = time.monotonic() + 60
    while not (ended := crew.results(0.2)):
        assert time.monotonic() < end
    ((number, result),) = ended
    assert number == 1
    return result


def test_it_renders_one_report_after_another(workers: spawned.Spawned, task: Task) -> None:
    workers.start(1, task, 60)
    made = first(workers).outputs
    (own,) = workers._workers.values()
    workers.start(1, task, 60)
    assert first(workers).outputs == made != {}, "the same bytes"
    assert list(workers._workers.values()) == [own], "the same process did both"


def test_why_it_did_not_start_is_in_the_log(
    workers: spawned.Spawned, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawned, "__name__", "stats.reports.no_such_module")
    workers.start(1, task, 60)
    assert isinstance(first(workers).error, DeadKernelError)
    assert "No module named 'stats.reports.no_such_module'" in task.log.read_text(encoding="utf-8")
