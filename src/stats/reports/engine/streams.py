"""What a notebook writes to stdout and stderr, from Python and past it, in the order of a stock kernel.

A stock kernel keeps a buffer for each stream, sends it 0.2 seconds after its first character or
before the next display, and reads the file descriptors in threads of their own. Here the descriptors are
read before every write and flush, so that what a subprocess or a C library wrote comes first for certain.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextvars import ContextVar
from io import StringIO
from typing import Any

from ipykernel import iostream

_NAMES = {"stdout": 1, "stderr": 2}
_CHUNK = 65536


class OutStream(iostream.OutStream):
    """One stream of a kernel: ipykernel's own by name and manner, without sockets and threads.

    Attributes
    ----------
    due : float or None
        When what is buffered is to be sent, on the clock of `time.monotonic`.
    """

    def __init__(self, session: Any, name: str, capture: Capture) -> None:
        # What ipykernel's sets up for itself is mostly a thread and a pipe to it: none of it is wanted here.
        self.session, self.name, self.pub_thread = session, name, capture
        self.topic = b"stream." + name.encode()
        self.due: float | None = None
        self.echo = self._exc = self._fid = None
        self._isatty = self._should_watch = self._flush_pending = self._subprocess_flush_pending = False
        self._master_pid = os.getpid()
        self._local = threading.local()
        self._buffer_lock = threading.RLock()
        self._buffers = defaultdict(StringIO)
        self._original_stdstream_fd = _NAMES[name]
        self._original_stdstream_copy: int | None = None  # type: ignore[assignment]
        self._parent_header: ContextVar[dict[str, Any]] = ContextVar("parent_header")
        self._parent_header_global: dict[str, Any] = {}

    def write(self, string: str) -> int | None:  # type: ignore[override]
        """Buffer text; a process forked by a cell writes to the descriptor its parent reads."""
        if os.getpid() != self._master_pid and isinstance(string, str):
            return os.write(self._original_stdstream_fd, string.encode(errors="replace"))
        if self.pub_thread is None:
            raise ValueError("I/O operation on closed file")
        with self.pub_thread.lock:
            self.pub_thread.catch_up()
            return self.append(string)

    def append(self, string: str) -> int | None:
        """Buffer text without a look at the descriptors."""
        return super().write(string)

    def flush(self) -> None:
        """Send what is buffered, and what was written past Python before."""
        if os.getpid() == self._master_pid and self.pub_thread is not None:
            with self.pub_thread.lock:
                self.pub_thread.catch_up()
                self._flush()

    def close(self) -> None:
        """Refuse all further writing."""
        self.flush()
        self.pub_thread = None

    def _flush(self) -> None:
        self.due = None
        super()._flush()  # type: ignore[no-untyped-call]

    def _schedule_flush(self) -> None:
        if self.due is None:
            self.due = time.monotonic() + self.flush_interval
            self.pub_thread.wake()


class Capture:
    """Both streams of a kernel and the file descriptors under them.

    Parameters
    ----------
    session : Session
        Where messages go (`stats.reports.engine.kernel.Session`).
    """

    def __init__(self, session: Any) -> None:
        self.lock = threading.RLock()
        self._streams = {name: OutStream(session, name, self) for name in _NAMES}
        self._pipes: dict[int, tuple[OutStream, Any]] = {}
        self._bell: tuple[int, int] | None = None

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Take over ``sys.stdout``, ``sys.stderr`` and descriptors 1 and 2; give them back at the end."""
        before = sys.stdout, sys.stderr
        for file in before:
            file.flush()
        saved: dict[int, int] = {}
        for name, stream in self._streams.items():
            descriptor = _NAMES[name]
            reading, writing = os.pipe()
            os.set_blocking(reading, False)
            saved[descriptor] = stream._original_stdstream_copy = os.dup(descriptor)
            os.dup2(writing, descriptor)
            os.close(writing)
            self._pipes[reading] = (stream, codecs.getincrementaldecoder("utf-8")(errors="replace"))
            stream._master_pid = os.getpid()
        self._bell = os.pipe()
        sys.stdout, sys.stderr = self._streams.values()
        watcher = threading.Thread(target=self._watch, args=(self._bell[0],), name="capture", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            # What the interpreter's own files still hold goes to the descriptor first.
            for file in (sys.__stdout__, sys.__stderr__):
                if file is not None:
                    file.flush()
            for stream in self._streams.values():
                stream.flush()
            sys.stdout, sys.stderr = before
            bell, self._bell = self._bell, None
            os.write(bell[1], b"q")
            watcher.join()
            for descriptor, copy in saved.items():
                os.dup2(copy, descriptor)
                os.close(copy)
            for end in (*self._pipes, *bell):
                os.close(end)
            self._pipes.clear()

    def catch_up(self) -> None:
        """Buffer what was written past Python, and send what a kernel's clock would have sent by now."""
        for descriptor, (stream, decoder) in self._pipes.items():
            with contextlib.suppress(BlockingIOError):
                while data := os.read(descriptor, _CHUNK):
                    if text := decoder.decode(data):
                        self._send_due()
                        stream.append(text)
        self._send_due()

    def wake(self) -> None:
        """Let the watcher know that something has become due later."""
        if self._bell is not None:
            os.write(self._bell[1], b".")

    def _send_due(self) -> None:
        now = time.monotonic()
        waiting = [s for s in self._streams.values() if s.due is not None and s.due <= now]
        for stream in sorted(waiting, key=lambda s: s.due or 0):
            stream._flush()

    def _watch(self, bell: int) -> None:
        """Read and send while a cell computes or waits, as the threads of a kernel do."""
        while True:
            dues = [s.due for s in self._streams.values() if s.due is not None]
            wait = max(0.0, min(dues) - time.monotonic()) if dues else None
            ready, _, _ = select.select([bell, *self._pipes], [], [], wait)
            if bell in ready and b"q" in os.read(bell, _CHUNK):
                return
            with self.lock:
                self.catch_up()
