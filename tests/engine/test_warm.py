"""The warm process: what its children share and do not, and every way in which one can end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import deeds
import psutil
import pytest

from stats.errors import DataError, DeadKernelError, ReportError, ReportTimeoutError, UsageError
from stats.reports.engine.warm import Outcome, Server, Task, warm


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with warm() as made:
        yield made


def outcome(server: Server, task: Task, *, within: float = 60) -> Outcome:
    server.submit(task)
    (found,) = server.poll(within)
    return found


def eventually(condition: Callable[[], bool], *, within: float = 5) -> bool:
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def pids(place: Path) -> list[int]:
    assert eventually(place.exists, within=60)
    return [int(pid) for pid in place.read_text().split()]


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_task_gives_its_value_and_what_it_cost(server: Server) -> None:
    found = outcome(server, Task("sum", deeds.add, (2, 3)))
    assert (found.key, found.value, found.error) == ("sum", 5, None)
    assert 0 < found.cpu < 5
    assert found.seconds > 0
    assert found.memory > 50_000_000
    assert not server.busy


def test_many_at_once_come_back_by_their_keys(server: Server) -> None:
    for n in range(8):
        server.submit(Task(f"t{n}", deeds.add, (n, n)))
    found: dict[str, object] = {}
    while server.busy:
        found |= {o.key: o.value for o in server.poll(30)}
    assert found == {f"t{n}": 2 * n for n in range(8)}


def test_a_key_is_under_way_once(server: Server, tmp_path: Path) -> None:
    server.submit(Task("twice", deeds.hang_with_company, (str(tmp_path / "pids"),), timeout=1))
    with pytest.raises(ValueError, match="under way"):
        server.submit(Task("twice", deeds.add, (1, 1)))
    server.poll(30)


def test_chance_follows_the_key(server: Server) -> None:
    one, other, again = (outcome(server, Task(key, deeds.draw)).value for key in ("a", "b", "a"))
    assert one == again
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_children_share_nothing_they_change(server: Server, tmp_path: Path) -> None:
    assert outcome(server, Task("mark", deeds.leave_a_mark)).error is None
    plain = outcome(server, Task("see", deeds.surroundings)).value
    assert plain == (str(Path.cwd()), "", 1, False)
    own = Task("own", deeds.surroundings, folder=str(tmp_path), environment={"DEED": "given"})
    assert outcome(server, own).value == (str(tmp_path), "given", 1, False)


def test_own_errors_come_back_as_they_are_others_as_report_errors(server: Server) -> None:
    refused = outcome(server, Task("refuse", deeds.refuse))
    assert type(refused.error) is UsageError
    assert refused.error.vi == "Không."
    broken = outcome(server, Task("broken", deeds.break_down))
    assert type(broken.error) is ReportError
    assert "KeyError: 'lost'" in broken.error.en
    assert "break_down" in broken.log
    for deed in (deeds.leave, deeds.give_what_cannot_travel):
        assert type(outcome(server, Task("odd", deed)).error) is ReportError


def test_a_killed_child_is_one_failure(server: Server) -> None:
    assert type(outcome(server, Task("dead", deeds.be_killed)).error) is DeadKernelError
    assert outcome(server, Task("next", deeds.add, (1, 1))).value == 2


def test_a_child_past_its_time_is_killed_with_all_it_started(server: Server, tmp_path: Path) -> None:
    began = time.monotonic()
    late = Task("late", deeds.hang_with_company, (str(tmp_path / "pids"),), timeout=1.5)
    found = outcome(server, late)
    assert type(found.error) is ReportTimeoutError
    assert time.monotonic() - began < 10
    assert eventually(lambda: all(gone(pid) for pid in pids(tmp_path / "pids")))


def test_the_warm_process_killed_leaves_no_orphan_and_is_started_anew(tmp_path: Path) -> None:
    with warm() as server:
        first = server.pid
        places = [tmp_path / "one", tmp_path / "two"]
        for place in places:
            server.submit(Task(place.name, deeds.hang_with_company, (str(place),)))
        children = [pid for place in places for pid in pids(place)]
        server.poll(0)
        os.kill(first, signal.SIGKILL)
        found = server.poll(5)
        assert {o.key: type(o.error) for o in found} == {"one": DeadKernelError, "two": DeadKernelError}
        assert eventually(lambda: all(gone(pid) for pid in children))
        assert outcome(server, Task("after", deeds.add, (1, 2))).value == 3
        assert server.pid != first


def test_closing_takes_less_than_a_second_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    with warm() as server:
        server.submit(Task("long", deeds.hang_with_company, (str(tmp_path / "pids"),)))
        children = [*pids(tmp_path / "pids"), server.pid]
        server.poll(0)
        assert list(scratch.iterdir())
        began = time.monotonic()
    assert time.monotonic() - began < 1
    assert eventually(lambda: all(gone(pid) for pid in children))
    assert list(scratch.iterdir()) == []
    monkeypatch.undo()


def test_when_the_caller_is_killed_nothing_stays(tmp_path: Path) -> None:
    script = f"""
import sys; sys.path.append({str(Path(__file__).parent)!r})
import deeds
from stats.reports.engine.warm import Task, warm
with warm() as server:
    print(server.pid, flush=True)
    server.submit(Task("long", deeds.hang_with_company, ({str(tmp_path / "pids")!r},)))
    server.poll(600)
"""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    caller = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    assert caller.stdout is not None
    parent = int(caller.stdout.readline())
    everyone = [parent, *pids(tmp_path / "pids")]
    caller.kill()
    caller.communicate()
    assert eventually(lambda: all(gone(pid) for pid in everyone))
    assert eventually(lambda: list(scratch.iterdir()) == [])


def test_data_are_kept_until_a_file_changes(data_copy: Path) -> None:
    with warm(data_copy) as server:
        see = Task("see", deeds.look, (str(data_copy),))
        assert outcome(server, see).value == (True, "Warning")
        changed = data_copy / "codes" / "penalties.csv"
        before, text = changed.stat(), changed.read_text(encoding="utf-8")
        # The same length and the same time: only the content tells.
        changed.write_text(text.replace(",Warning,", ",WARNING,"), encoding="utf-8")
        os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert changed.stat().st_size == before.st_size
        assert outcome(server, see).value == (False, "WARNING")
        changed.write_text(text, encoding="utf-8")
        os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert outcome(server, see).value == (True, "Warning")
        (data_copy / "codes" / "new.csv").write_text("code,label_vi,label_en\n", encoding="utf-8")
        assert outcome(server, see).value[0] is False


def test_a_rehearsal_that_fails_stops_nothing() -> None:
    with warm(rehearsals=[Task("rehearsal", deeds.break_down), Task("rehearsal", deeds.leave)]) as server:
        assert outcome(server, Task("sum", deeds.add, (1, 1))).value == 2


def test_broken_data_are_told_by_the_task(data_copy: Path) -> None:
    (data_copy / "tables" / "sources.csv").unlink()
    with warm(data_copy) as server:
        found = outcome(server, Task("see", deeds.look, (str(data_copy),)))
    assert isinstance(found.error, DataError)
    assert "sources.csv" in found.error.en


def test_temporary_files_go_where_the_task_says(tmp_path: Path) -> None:
    with warm(rehearsals=[Task("rehearsal", tempfile.gettempdir)]) as server:
        task = Task("where", tempfile.gettempdir, environment={"TMPDIR": str(tmp_path)})
        assert outcome(server, task).value == str(tmp_path)
