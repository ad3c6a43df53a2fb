"""One run at a time: a second is told who holds the folder, waits when asked, and a dead holder holds nothing."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stats.errors import OutputError
from stats.reports.production import lock

HOLD = """
import sys, time
from pathlib import Path
from stats.reports.production import lock
with lock.hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


class Other:
    """Another process that holds the folder."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder), str(seconds)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Other]:
    one = Other(tmp_path, 60)
    yield one
    one.end()


def test_a_second_run_is_told_who_holds_the_folder(tmp_path: Path, other: Other) -> None:
    with pytest.raises(lock.LockedError) as caught, lock.hold(tmp_path):
        pass
    assert caught.value.exit_code == 2
    holder = caught.value.holder
    assert holder is not None
    assert holder.pid == other.process.pid
    assert dt.datetime.fromisoformat(holder.since).tzinfo is not None
    for text in (caught.value.en, caught.value.vi):
        assert str(holder.pid) in text
        assert holder.host in text
        assert "--wait" in text


def test_a_holder_that_was_killed_holds_nothing_any_more(tmp_path: Path, other: Other) -> None:
    other.process.send_signal(signal.SIGKILL)
    other.process.wait()
    started = time.monotonic()
    with lock.hold(tmp_path) as mine:
        assert mine.pid == os.getpid()
        assert lock.holder(tmp_path) == mine
    assert time.monotonic() - started < 1


def test_it_waits_as_long_as_asked_and_says_so_once(tmp_path: Path) -> None:
    other = Other(tmp_path, 0.7)
    told: list[lock.Holder | None] = []
    with lock.hold(tmp_path, wait=30, told=told.append):
        assert other.process.wait(timeout=10) == 0
    assert [holder.pid for holder in told if holder] == [other.process.pid]
    other.end()


def test_it_waits_no_longer(tmp_path: Path, other: Other) -> None:
    started = time.monotonic()
    with pytest.raises(lock.LockedError), lock.hold(tmp_path, wait=0.5):
        pass
    assert 0.5 <= time.monotonic() - started < 5


def test_a_forked_child_does_not_keep_the_lock_of_a_killed_parent(tmp_path: Path) -> None:
    script = HOLD.replace(
        'print("held", flush=True)',
        "import os\n    child = os.fork()\n    if child == 0: time.sleep(60); os._exit(0)\n"
        "    print(child, flush=True)",
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), "60"], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    try:
        parent.kill()
        parent.wait()
        os.kill(child, 0)
        with lock.hold(tmp_path):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        parent.stdout.close()


def test_a_process_cannot_hold_a_folder_twice_and_reading_who_holds_it_gives_nothing_up(tmp_path: Path) -> None:
    with lock.hold(tmp_path, now=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)) as mine:
        assert mine.since == "2026-01-02T03:04:05+00:00"
        with pytest.raises(lock.LockedError), lock.hold(tmp_path):
            pass
        assert lock.holder(tmp_path) == mine
        done = subprocess.run(
            [sys.executable, "-c", HOLD, str(tmp_path), "0"], capture_output=True, text=True, check=False
        )
        assert done.returncode != 0
        assert "LockedError" in done.stderr
    assert lock.holder(tmp_path) is None
    with lock.hold(tmp_path):
        pass


def test_it_is_free_after_an_error_inside(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock.hold(tmp_path / "new"):
        raise ZeroDivisionError
    with lock.hold(tmp_path / "new"):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"), lock.hold(tmp_path / "file" / "out"):
        pass
