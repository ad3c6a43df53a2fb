"""Runs on a real scheduler with two worker processes: the bytes of a local run, and what survives which death."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from machines import DASK, PERIODS, Cluster, House, started, until

from stats.reports.files import TEMPORARY

KEYS = {f"period_ha-noi_{period}_{lang}" for period in PERIODS for lang in ("vi", "en")}


def pages(out: Path) -> dict[str, str]:
    """Return the digest of everything readers get."""
    found = [*out.glob("*.html"), *out.glob("period/**/*"), *out.glob("assets/**/*")]
    return {str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in found if p.is_file()}


def manifests(out: Path) -> dict[str, dict[str, object]]:
    return {path.stem: json.loads(path.read_text()) for path in (out / "manifests").glob("*.json")}


def statuses(out: Path) -> dict[str, object]:
    return {key: one["status"] for key, one in manifests(out).items()}


def unfinished(out: Path) -> list[Path]:
    return list(out.rglob(f"{TEMPORARY}*"))


@pytest.fixture(scope="session")
def local(house: House, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a run on this machine alone leaves."""
    out = tmp_path_factory.mktemp("local")
    house.plant()
    code, said = house.run("--jobs", 2, out=out)
    assert code == 0, said
    return pages(out)


def test_the_bytes_are_those_of_a_local_run_and_a_second_run_has_nothing_to_do(
    cluster: Cluster, house: House, local: dict[str, str], tmp_path: Path
) -> None:
    code, said = house.run(*cluster.options, out=tmp_path)
    assert code == 0, said
    assert "at once: 2" in said
    assert statuses(tmp_path) == dict.fromkeys(KEYS, "done")
    assert pages(tmp_path) == local
    assert unfinished(tmp_path) == []
    assert cluster.at_work() == []
    code, said = house.run(*cluster.options, out=tmp_path)
    assert code == 0
    assert "Reports to make" not in said


def test_the_stock_kernel_gives_the_same_bytes(
    cluster: Cluster, house: House, local: dict[str, str], tmp_path: Path
) -> None:
    code, said = house.run(*cluster.options, "--engine", "kernel", out=tmp_path)
    assert code == 0, said
    assert pages(tmp_path) == local
    assert cluster.at_work() == []


def test_a_killed_worker_loses_nothing(cluster: Cluster, house: House, local: dict[str, str], tmp_path: Path) -> None:
    house.plant(y2018_vi="hold")
    run = house.start(*cluster.options, out=tmp_path)
    until(lambda: house.held)
    held = house.held
    assert held
    worker = held.parents()[1]
    assert worker in cluster.workers()
    worker.kill()
    until(lambda: not held.is_running())
    house.plant()
    said = "".join(run.communicate(timeout=120))
    assert run.returncode == 0, said
    assert pages(tmp_path) == local
    assert manifests(tmp_path)["period_ha-noi_2018_vi"]["attempts"] == 1
    assert unfinished(tmp_path) == []


def test_a_report_that_kills_its_process_is_one_failure(
    cluster: Cluster, house: House, local: dict[str, str], tmp_path: Path
) -> None:
    before = {worker.pid for worker in cluster.workers()}
    house.plant(y2018_vi="die")
    code, said = house.run(*cluster.options, out=tmp_path)
    assert code == 3, said
    assert statuses(tmp_path) == {**dict.fromkeys(KEYS, "done"), "period_ha-noi_2018_vi": "failed"}
    assert manifests(tmp_path)["period_ha-noi_2018_vi"]["attempts"] == 2
    assert (tmp_path / "period" / "period_ha-noi_2018_vi.failed.log").is_file()
    partial = json.loads((tmp_path / "period" / "period_ha-noi_2018_vi.failed.ipynb").read_text())
    assert any(cell.get("outputs") for cell in partial["cells"])
    assert {worker.pid for worker in cluster.workers()} == before
    house.plant()
    code, said = failed(house, cluster, tmp_path)
    assert code == 0, said
    assert pages(tmp_path) == local


def failed(house: House, cluster: Cluster, out: Path) -> tuple[int, str]:
    """Run what failed before."""
    command = [sys.executable, "-m", "stats", "run", "--failed", "--date", "2026-11-22", "--out", str(out)]
    command += ["--catalogue", str(house.root / "catalogue.toml"), *cluster.options]
    done = subprocess.run(command, env=house.environment, cwd=house.root, capture_output=True, text=True, timeout=240)
    return done.returncode, done.stdout + done.stderr


def test_a_report_that_takes_workers_down_is_one_failure(cluster: Cluster, house: House, tmp_path: Path) -> None:
    house.plant(y2018_vi="take the worker")
    code, said = house.run(*cluster.options, out=tmp_path)
    assert code == 3, said
    assert statuses(tmp_path) == {**dict.fromkeys(KEYS, "done"), "period_ha-noi_2018_vi": "failed"}
    assert "2 workers of the cluster died" in str(manifests(tmp_path)["period_ha-noi_2018_vi"]["error"])
    assert unfinished(tmp_path) == []


def test_a_report_that_hangs_is_stopped_at_its_time_limit(cluster: Cluster, house: House, tmp_path: Path) -> None:
    house.plant(y2018_vi="hold")
    code, said = house.run(*cluster.options, "--timeout", 8, out=tmp_path)
    assert code == 3, said
    assert statuses(tmp_path) == {**dict.fromkeys(KEYS, "done"), "period_ha-noi_2018_vi": "failed"}
    assert cluster.at_work() == []


def test_ctrl_c_stops_at_once_and_leaves_nothing(cluster: Cluster, house: House, tmp_path: Path) -> None:
    house.plant(y2018_vi="hold")
    run = house.start(*cluster.options, out=tmp_path)
    until(lambda: house.held)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    said = "".join(run.communicate(timeout=30))
    assert time.monotonic() - began < 5  # about one second on a machine that does nothing else
    assert run.returncode == 130, said
    assert cluster.at_work() == []
    assert unfinished(tmp_path) == []
    assert "period_ha-noi_2018_vi" not in manifests(tmp_path)


def test_nothing_goes_on_when_the_run_is_killed(
    cluster: Cluster, house: House, local: dict[str, str], tmp_path: Path
) -> None:
    house.plant(y2018_vi="hold")
    run = house.start(*cluster.options, out=tmp_path)
    until(lambda: house.held)
    run.kill()
    run.communicate()
    until(lambda: not cluster.at_work(), 20)
    house.plant()
    code, said = house.run(*cluster.options, out=tmp_path)
    assert code == 0, said
    assert pages(tmp_path) == local
    assert unfinished(tmp_path) == []


def test_a_worker_with_other_data_is_refused_and_named(cluster: Cluster, house: House, tmp_path: Path) -> None:
    other = House(tmp_path / "other", house.faults)
    shutil.copytree(house.root, other.root)
    with (other.root / "data" / "tables" / "visits.csv").open("a") as table:
        table.write("\n")
    nanny = cluster.join(other)
    try:
        cluster.settle(3)
        code, said = house.run(*cluster.options, out=tmp_path / "out")
    finally:
        nanny.terminate()
        nanny.wait(20)
        cluster.started.remove(nanny)
    assert code == 4, said
    assert "has other inputs than this machine: data (" in said
    assert said.count("Worker tcp://") == 1


def test_a_run_ends_when_the_scheduler_is_lost_and_can_be_taken_up_again(
    house: House, local: dict[str, str], tmp_path: Path
) -> None:
    address = "tcp://127.0.0.1:18786"
    command = [DASK, "scheduler", "--host", "127.0.0.1", "--port", "18786", "--no-dashboard"]
    own = Cluster(house, address, [started(command, house)])
    try:
        own.join()
        house.plant(y2018_vi="hold")
        run = house.start(*own.options, out=tmp_path)
        until(lambda: house.held)
        held = house.held
        own.started[0].kill()
        said = "".join(run.communicate(timeout=60))
    finally:
        own.close()
    until(lambda: held is None or not held.is_running() or held.status() == "zombie")
    assert run.returncode == 4, said
    assert "The connection to the scheduler was lost" in said
    house.plant()
    code, said = house.run("--jobs", 2, out=tmp_path)
    assert code == 0, said
    assert pages(tmp_path) == local
    assert unfinished(tmp_path) == []


def test_a_scheduler_that_is_not_there_is_said(house: House, tmp_path: Path) -> None:
    code, said = house.run("--executor", "dask", "--scheduler", "tcp://127.0.0.1:9", out=tmp_path)
    assert code == 4
    assert "The scheduler 'tcp://127.0.0.1:9' cannot be reached" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--executor", "dask"], "--scheduler tcp://HOST:8786"),
        (["--scheduler", "tcp://127.0.0.1:9"], "--scheduler goes with --executor dask"),
        (["--executor", "spark"], "Unknown executor 'spark'"),
    ],
)
def test_options_that_do_not_go_together(house: House, options: list[str], told: str, tmp_path: Path) -> None:
    code, said = house.run(*options, out=tmp_path)
    assert code == 2
    assert told in said


def test_without_dask_the_line_that_installs_it_is_named(house: House, tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['distributed'] = None; from stats.__main__ import main; main()"
    command = [sys.executable, "-c", hidden, "run", "--executor", "dask", "--scheduler", "tcp://127.0.0.1:9"]
    done = subprocess.run(command, env=house.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4
    assert "uv sync --inexact --group cluster" in done.stderr
