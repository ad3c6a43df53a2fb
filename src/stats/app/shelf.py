"""The curated data of a running page: read once, and read again when a file has changed."""

from __future__ import annotations

import threading
from pathlib import Path

from stats import indicators
from stats.indicators import Book
from stats.reports.engine import reading


class Shelf:
    """Where requests find the data.

    Parameters
    ----------
    data : Path, optional
        The data folder; by default the project's own.

    Attributes
    ----------
    latest : Book
        The data as they could last be read.

    Raises
    ------
    DataError
        When a table has broken rows.
    """

    def __init__(self, data: Path | None = None) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._kept = reading.keep(data)
        self.latest = indicators.open_book(self._kept.folder)

    def book(self) -> Book:
        """Return the data as the files are now.

        Raises
        ------
        DataError
            When a file has changed and a table has broken rows since.
        """
        with self._lock:
            if not reading.check(self._kept):
                self._kept = reading.keep(self._data)
                self.latest = indicators.open_book(self._kept.folder)
            return self.latest
