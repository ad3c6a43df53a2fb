"""Fixtures of the tests of adding figures: planted files, workbooks made on the spot, tables to break."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stats import codes, tables
from stats.codes import Codes
from stats.tables import Tables, incoming
from stats.tables.problems import IncomingError, Problem

PLANTED = Path(__file__).parent / "planted"
TODAY = dt.date(2026, 1, 31)


@pytest.fixture(scope="session")
def curated() -> Tables:
    """The curated tables."""
    return tables.read()


@pytest.fixture(scope="session")
def lists() -> Codes:
    """The code lists."""
    return codes.load()


@pytest.fixture(scope="session")
def planted() -> Callable[[str], Path]:
    """Give the path of a planted file."""
    return lambda name: PLANTED / name


@pytest.fixture(scope="session")
def read_in(curated: Tables, lists: Codes) -> Callable[[Path], incoming.Incoming]:
    """Read a file of new figures against the curated tables."""
    return lambda path: incoming.read(path, curated, lists, today=TODAY)


@pytest.fixture(scope="session")
def refused(read_in: Callable[[Path], incoming.Incoming]) -> Callable[[Path], tuple[Problem, ...]]:
    """Give the reasons a file is refused for."""

    def reasons(path: Path) -> tuple[Problem, ...]:
        with pytest.raises(IncomingError) as caught:
            read_in(path)
        return caught.value.problems

    return reasons


@pytest.fixture(scope="session")
def good_rows() -> list[list[str]]:
    """The headings and rows of the planted file that is right."""
    with (PLANTED / "good.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data folder, without what earlier additions left."""
    place = tmp_path / "data"
    for name in ("codes", "tables"):
        shutil.copytree(codes.default_data() / name, place / name)
    for name in ("datapackage.json", "acknowledged.toml", "corrections.toml"):
        shutil.copy(codes.default_data() / name, place)
    return place
