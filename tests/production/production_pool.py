"""Parts of a run: how many workers fit, what is swept away, what the log, the board and the summary say."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from stats import codes, theme
from stats.errors import CellError, ExitCode, MissingSystemPackageError, UsageError
from stats.reports import files
from stats.reports.production import batch, clock, drawing, journal, pool, processes, summary, worker
from stats.reports.production.board import Board
from stats.reports.production.plan import Planned, Status
from stats.reports.production.pool import Event, Outcome
from stats.reports.writers import images

GIB = 1 << 30


def test_workers_are_as_many_as_cores_memory_and_reports_allow() -> None:
    assert processes.fitting("kernel", reports=99, free=100 * GIB) == processes.cores()
    assert processes.fitting("kernel", reports=99, free=processes.NEEDED["kernel"]) == 1
    assert processes.fitting("discipline", reports=99, free=0) == 1
    assert processes.fitting("kernel", reports=1, free=100 * GIB) == 1
    assert processes.fitting("kernel", reports=99, asked=7, free=0) == 7


def test_free_memory_keeps_to_the_limit_of_a_container(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("1000000\n")
    assert processes.free_memory(tmp_path) == 2_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert processes.free_memory(tmp_path) > 2_000_000


def test_only_what_the_dead_of_this_machine_left_is_swept(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "0"]) as gone:
        gone.wait()
    here = socket.gethostname()
    dead = [f".partial-{here}-{gone.pid}-a_b1.html", f".partial-{here}-{gone.pid}-folder"]
    living = [f".partial-{here}-{os.getpid()}-c2.html", f".partial-elsewhere-{gone.pid}-d3.html", "page.html"]
    (tmp_path / "period").mkdir()
    for name in (dead[0], *living):
        (tmp_path / "period" / name).write_text("half")
    (tmp_path / dead[1]).mkdir()
    (tmp_path / dead[1] / "notebook.ipynb").write_text("{")
    assert {path.name for path in files.sweep(tmp_path)} == set(dead)
    assert {path.name for path in tmp_path.rglob("*")} == {"period", *living}


def test_scratch_ends_what_still_runs_in_it_and_what_dead_runs_left() -> None:
    with processes.scratch() as folder:
        old = folder.with_name(f"ds-run-{2**22 + 1}-x")
        old.mkdir()
        left = subprocess.Popen(
            ["sleep", "600"], env={**os.environ, "TMPDIR": str(folder / "1")}, start_new_session=True
        )
        lost = subprocess.Popen(["sleep", "600"], env={**os.environ, "TMPDIR": str(old)}, start_new_session=True)
        with processes.scratch() as second:
            assert second != folder
            assert not old.exists()
        assert lost.wait(5) is not None
        assert left.poll() is None
    assert left.wait(5) is not None
    assert not folder.exists()


def test_the_log_has_one_object_a_line_in_utc_and_keeps_so_many_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "KEPT", 3)
    hanoi = dt.timezone(dt.timedelta(hours=7))
    for hour in (11, 12, 13, 14, 14):
        moment = dt.datetime(2026, 11, 22, hour, 0, 0, tzinfo=hanoi).astimezone(dt.UTC)
        with journal.Journal(tmp_path, lambda moment=moment: moment) as log:
            error = CellError("broken", "hỏng")
            log.event(Event("failed", "a", 1.5, error, 2, 2, Outcome("a", error=error)))
            lines = [json.loads(line) for line in log.path.read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"time": "2026-11-22T07:00:00.000Z", "event": "failed", "key": "a", "worker": 2, "attempt": 2,
         "seconds": 1.5, "error": "broken", "fault": "CellError"}
    ]  # fmt: skip
    assert len(list((tmp_path / "runs").iterdir())) == 3


def test_the_clock_is_read_in_one_place() -> None:
    now = clock.now()
    assert now.tzinfo is dt.UTC
    assert abs((clock.today() - now.date()).days) <= 1


def test_the_board_says_a_line_a_report_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    error = CellError("It broke\nbadly", "Hỏng\nnặng")
    for quiet in (False, True):
        with Board(2, codes.load(), "en", quiet=quiet) as board:
            board.event(Event("started", "a", worker=1))
            board.event(Event("retrying", "a", 1.0, error, 1, 1))
            board.event(Event("finished", "b", 2.04, None, 2, 1))
            board.event(Event("failed", "a", 1.0, error, 1, 2))
            board.refresh()
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "a: attempt 1 failed and will be repeated: It broke badly", "[1/2] b: done in 2.0 s",
        "[2/2] a: failed: It broke badly",
        "[2/2] a: failed: It broke badly",
    ]  # fmt: skip


def test_the_summary_counts_every_report_once_and_gives_each_reason_in_one_line(asked, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    jobs = asked(tmp_path)[:6]
    states = [Status.DUE, Status.STALE, Status.DONE, Status.BLOCKED, Status.FAILED, Status.DUE]
    planned = [Planned(job, status, (), None) for job, status in zip(jobs, states, strict=True)]  # type: ignore[arg-type]
    lacking = MissingSystemPackageError("no browser", "thiếu trình duyệt")
    outcomes = [
        Outcome(jobs[0].key, {"a": "0"}, missing=lacking),
        Outcome(jobs[1].key, error=CellError("x\ny" * 99, "x")),
    ]
    found = summary.Summary(planned, outcomes)
    assert found.counts() == {
        "made": 1, "unchanged": 1, "failed": 1, "failed_before": 1, "unasked": 1, "blocked": 1, "later": 0
    }  # fmt: skip
    assert found.code == ExitCode.REPORTS_FAILED
    assert summary.Summary(planned, outcomes[:1]).code == ExitCode.ENVIRONMENT
    assert summary.Summary(planned, []).code == ExitCode.DONE
    assert summary.reason(outcomes[1], "en") == "x"
    assert f"{jobs[1].key}  x\n" in summary.table(found, codes.load(), "en")


def test_one_selection_at_a_time() -> None:
    assert batch.selection(due=False, all=False, failed=False) == "due"
    assert batch.selection(due=False, all=True, failed=False) == "all"
    with pytest.raises(UsageError, match="--due, --failed"):
        batch.selection(due=True, all=False, failed=True)


def test_a_shared_browser_draws_the_same_bytes_and_is_started_again_when_it_died(tmp_path: Path) -> None:
    figure = {
        "data": [{"type": "bar", "x": ["Hà Nội", "Đà Nẵng"], "y": [1, 2]}],
        "layout": {"width": 300, "height": 200},
    }
    other = {"data": [{"type": "scatter", "x": [1, 2], "y": [3, 4]}], "layout": {"width": 300, "height": 200}}
    alone = images.draw({"a": figure}, ("svg", "png"), fonts=theme.fonts_dir())
    with processes.scratch() as folder, pool.leashed() as leash:
        easel = drawing.Easel(folder / "d", leash)
        for figures in ({"b": other}, {"a": figure}):
            shared = drawing.at(easel.address())(figures, ("svg", "png"), fonts=theme.fonts_dir())
        assert shared == alone
        processes.end_all(folder)
        assert drawing.at(easel.address())({"a": figure}, ("svg", "png"), fonts=theme.fonts_dir()) == alone
        assert processes.inside(folder)
        easel.close()


def test_errors_of_workers_name_the_signal_or_the_limit() -> None:
    assert "SIGKILL" in worker.died(-9).en
    assert "(3)" in worker.died(3).vi
    assert "2.5 seconds" in worker.too_long(2.5).en
