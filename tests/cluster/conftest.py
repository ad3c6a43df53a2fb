"""What the cluster tests share: a copy of the project, a scheduler and two worker processes.

These tests run by `make test-cluster` only: their files bear names that a plain run of pytest does not collect.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import machines
import pytest
from machines import DASK, Cluster, House, copied


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The copy of the project."""
    return copied(tmp_path_factory.mktemp("house"), tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def started(house: House) -> Iterator[Cluster]:
    """A scheduler that gives a report to a second worker when the first has died, and two workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = Cluster(house, f"tcp://127.0.0.1:{port}")
    command = [DASK, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    cluster.started.append(machines.started(command, house, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1"))
    try:
        for _ in range(2):
            cluster.join()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def cluster(started: Cluster) -> Cluster:
    """The cluster, with both workers there, no fault planted, and nothing at work."""
    started.house.plant()
    started.settle(2)
    return started
