"""papermill's own notebook client on a kernel without sockets, in this process or a child.

Which cells run, how outputs are merged, what an error or a time limit does is the code of papermill and
nbclient; only the channels to the kernel are replaced.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from multiprocessing.connection import Connection
from queue import Empty
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger

from stats.reports.engine.kernel import IOPUB, Kernel, Session, running, start


class Channel:
    """One channel of messages from a kernel, as a kernel client offers it."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, message: dict[str, Any]) -> None:
        """Add a message."""
        self._messages.put_nowait(message)

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message.

        Raises
        ------
        queue.Empty
            When none comes in time.
        """
        try:
            return await asyncio.wait_for(self._messages.get(), timeout)
        except TimeoutError:
            raise Empty from None

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the kernel, before the next request."""
        self._channels.waiting.append(message)


class Channels(ABC):
    """What nbclient asks of a kernel client; subclasses carry requests to a kernel.

    Attributes
    ----------
    waiting : list of dict
        Messages of widgets to the kernel, which is busy while they are made.
    """

    def __init__(self) -> None:
        self.session = Session()
        self.iopub_channel, self.shell_channel = Channel(self), Channel(self)
        self.waiting: list[dict[str, Any]] = []

    def receive(self, channel: str, message: dict[str, Any]) -> None:
        """Take a message of the kernel."""
        message = {**message, "content": self.session.unpack(message["content"])}
        (self.iopub_channel if channel == IOPUB else self.shell_channel).put(message)

    async def execute(self, code: str, **options: Any) -> str:
        """Run code; return the id by which the kernel's messages refer to it."""
        content = {"code": code, "silent": False, "user_expressions": {}, "allow_stdin": False, **options}
        for message in self.waiting:
            await self.carry(message)
        self.waiting.clear()
        request = self.session.msg("execute_request", content)
        await self.carry(request)
        return str(request["header"]["msg_id"])

    def kernel_info(self) -> str:
        """Ask for the kernel's language: it is this very Python."""
        request = self.session.msg("kernel_info_request", {})
        reply = self.session.msg("kernel_info_reply", {"language_info": Kernel.language_info}, parent=request)
        self.shell_channel.put(reply)
        return str(request["header"]["msg_id"])

    async def is_alive(self) -> bool:
        """Tell whether the kernel lives."""
        return True

    @abstractmethod
    async def carry(self, message: dict[str, Any]) -> None:
        """Bring a request to the kernel."""


class Local(Channels):
    """Channels to the kernel of this process; requests are answered before they return.

    Attributes
    ----------
    timeout : float or None
        Seconds the next request may take.
    """

    timeout: float | None = None

    def __init__(self, kernel: Kernel) -> None:
        super().__init__()
        self._kernel = kernel

    async def carry(self, message: dict[str, Any]) -> None:
        """Answer a request here and now."""
        if self._kernel.left:
            return
        with _alarm(self.timeout) as expired:
            await self._kernel.handle(message, self.receive)
        if expired:
            raise CellTimeoutError(f"A cell timed out while it was being executed, after {self.timeout} seconds.")

    async def is_alive(self) -> bool:
        """Tell whether no cell has called ``exit``."""
        return not self._kernel.left


class Remote(Channels):
    """Channels to a kernel in a child process (`stats.reports.engine.child`)."""

    def __init__(self, connection: Connection, pid: int) -> None:
        super().__init__()
        self._connection, self._pid, self._alive = connection, pid, True
        self._reader: asyncio.AbstractEventLoop | None = None

    async def carry(self, message: dict[str, Any]) -> None:
        """Send a request; answers are read while the client waits for them."""
        if self._reader is None:
            self._reader = asyncio.get_running_loop()
            self._reader.add_reader(self._connection.fileno(), self._read)
        with contextlib.suppress(OSError):
            self._connection.send(message)

    async def is_alive(self) -> bool:
        """Tell whether the child lives."""
        return self._alive

    async def interrupt_kernel(self) -> None:
        """Interrupt the cell that is running."""
        os.kill(self._pid, signal.SIGINT)

    def close(self) -> None:
        """Stop reading."""
        if self._reader is not None and not self._reader.is_closed():
            self._reader.remove_reader(self._connection.fileno())

    def _read(self) -> None:
        try:
            self.receive(*self._connection.recv())
        except (EOFError, OSError):
            self._alive = False
            self.close()


class Client(PapermillNotebookClient):
    """papermill's client on given channels."""

    def __init__(self, manager: Any, channels: Channels, **options: Any) -> None:
        super().__init__(manager, **options)  # type: ignore[no-untyped-call]
        self._given = channels

    @contextlib.contextmanager
    def setup_kernel(self, **_: Any) -> Iterator[None]:
        """Use the channels given: the kernel is there already."""
        channels: Any = self._given
        self.kc = self.km = channels
        yield

    async def async_execute_cell(  # type: ignore[override]
        self, cell: Any, cell_index: int, **options: Any
    ) -> Any:
        """Run one cell as nbclient does, within the time limit also in this process."""
        if isinstance(self._given, Local):
            self._given.timeout = self._get_timeout(cell)
        return await super().async_execute_cell(cell, cell_index, **options)

    execute_cell = run_sync(async_execute_cell)


class ManagedEngine(NBClientEngine):
    """papermill's own engine on the kernel of this process, else on one in a child."""

    @classmethod
    def execute_managed_notebook(  # type: ignore[override]
        cls, nb_man: Any, kernel_name: str, **options: Any
    ) -> Any:
        """Run the notebook; options are papermill's, and any trait of nbclient's client."""
        unused = {"input_path", "startup_timeout", "start_timeout", "kernel_manager_class"}
        given = {name: value for name, value in options.items() if name not in unused}
        given["timeout"] = given.pop("execution_timeout", None) or given.get("timeout")
        given |= {"kernel_name": kernel_name, "log": logger}
        if running():
            kernel = start()
            with kernel.capture.open():
                return Client(nb_man, Local(kernel), **given).execute()  # type: ignore[no-untyped-call]
        from stats.reports.engine import child

        with child.kernel() as (connection, pid):
            channels = Remote(connection, pid)
            try:
                return Client(nb_man, channels, **given).execute()  # type: ignore[no-untyped-call]
            finally:
                channels.close()


@contextlib.contextmanager
def _alarm(seconds: float | None) -> Iterator[list[float]]:
    """Interrupt what runs inside after a time; the list given is then no longer empty."""
    expired: list[float] = []
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield expired
        return

    def interrupt(*_: Any) -> None:
        expired.append(time.monotonic())
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield expired
    except KeyboardInterrupt:
        if not expired:
            raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
