"""Writing outputs: old or new, never half, and nothing temporary left behind."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest

from stats.errors import OutputError
from stats.reports import files


def leftovers(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.name.startswith(files.TEMPORARY)]


def test_a_file_appears_whole(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a" / "b.txt", "ế ộ ữ")
    assert path.read_text(encoding="utf-8") == "ế ộ ữ"
    assert leftovers(tmp_path) == []
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    target = files.write(tmp_path / "page.html", "old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OutputError) as caught:
            files.write(target, b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert target.read_text() == "old"
    assert leftovers(tmp_path) == []
    assert str(target) in caught.value.vi
    assert "unchanged" in caught.value.en


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file"):
        files.write(tmp_path / "file" / "page.html", "new")


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = files.write(tmp_path / "page.html", "old")

    def stop(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        files.write(target, "new")
    assert target.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_a_workspace_is_gone_afterwards_whatever_happens(tmp_path: Path) -> None:
    def fail() -> None:
        with files.workspace(tmp_path) as place:
            (place / "x").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert leftovers(tmp_path) == []


def test_a_pipe_or_device_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    place = tmp_path / "pipe"
    os.mkfifo(place)
    with pytest.raises(OutputError):
        files.write(place, "x")
    assert place.is_fifo()
    assert [p.name for p in tmp_path.iterdir()] == ["pipe"]
