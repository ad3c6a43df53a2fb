"""An IPython kernel without sockets: ipykernel's own shell and request handlers, messages handed over directly.

Everything that decides what a cell shows (display hook, publisher, tracebacks, magics, top-level await,
start-up files of the profile) is ipykernel's code, so that outputs are those of a stock kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import random
import signal
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipykernel
import ipykernel.kernelapp
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session as JupyterSession
from traitlets.config import Config

from stats.reports.engine.streams import Capture

IOPUB, SHELL = "iopub", "shell"
Deliver = Callable[[str, dict[str, Any]], None]
"""Takes a channel and a message whose content is packed as it would travel."""


class Session(JupyterSession):
    """Hands messages to a function instead of a socket."""

    deliver: Deliver | None = None

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,  # noqa: ARG002
        buffers: Any = None,
        track: bool = False,  # noqa: ARG002
        header: Any = None,
        metadata: Any = None,
    ) -> dict[str, Any]:
        """Hand a message over; replies come without a stream, outputs with one."""
        given = isinstance(msg_or_type, dict)
        message = msg_or_type if given else self.msg(msg_or_type, content, parent, header, metadata)
        if self.deliver is not None:
            # Content is packed at once: a cell may go on to change what it has displayed.
            packed = self.serialize(message)[-1]
            raw = [bytes(b) for b in buffers or message.get("buffers") or ()]
            self.deliver(SHELL if stream is None else IOPUB, {**message, "content": packed, "buffers": raw})
        return message

    def feed_identities(self, msg: Any, copy: bool = True) -> Any:  # noqa: ARG002
        """Return a message as it is: it has not travelled."""
        return [], msg

    def deserialize(self, msg: Any, content: bool = True, copy: bool = True) -> Any:  # noqa: ARG002
        """Return a message as it is."""
        return msg


class _Loop:
    """The two things ipykernel asks of its event loop."""

    def __init__(self, kernel: Kernel, loop: asyncio.AbstractEventLoop) -> None:
        self._kernel, self._loop = kernel, loop

    def add_callback(self, callback: Callable[[], None]) -> None:
        """Run something soon; asked from a signal handler."""
        self._loop.call_soon_threadsafe(callback)

    def call_later(self, _delay: float, _stop: Callable[[], None]) -> None:
        """Stop the kernel; asked by ``exit``."""
        self._kernel.left = True

    def stop(self) -> None:
        """Named by ipykernel in that call."""


class Kernel(IPythonKernel):
    """ipykernel's kernel, fed with requests by `handle`."""

    capture: Capture
    left = False
    """Whether a cell has called ``exit``: no further one runs."""

    _supports_kernel_subshells = False

    async def handle(self, message: dict[str, Any], deliver: Deliver) -> None:
        """Answer one request; messages go to `deliver`, the last is the status idle."""
        self.session.deliver = deliver  # type: ignore[union-attr]
        self.io_loop = _Loop(self, asyncio.get_running_loop())  # type: ignore[assignment]
        await self.dispatch_shell(message)

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Abort nothing: requests come one at a time."""


class App(IPKernelApp):
    """The kernel application, short of sockets, threads and a connection file."""

    def _nothing(self, *_: Any, **__: Any) -> None:
        pass

    init_connection_file = init_poller = init_sockets = init_heartbeat = _nothing
    write_connection_file = log_connection_info = init_crash_handler = _nothing

    def init_io(self) -> None:
        """Make the streams; they are in place only while a notebook runs."""
        self.capture = Capture(self.session)
        self.displayhook = None

    def init_kernel(self) -> None:
        """Make the kernel and its shell."""
        self.iopub_socket = IOPUB
        self.kernel = Kernel.instance(
            parent=self,
            session=self.session,
            iopub_socket=IOPUB,
            shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.kernel.capture = self.capture
        self.kernel._execute_sleep = 0.0


_app: App | None = None
_names: dict[str, Any] = {}
"""What the namespace of the shell holds before any cell."""


def start() -> Kernel:
    """Return the kernel of this process, made at the first call."""
    global _app
    if _app is None:
        settings = Config()
        # No history is kept: the file belongs to people, and its writer is a thread.
        settings.HistoryManager.enabled = False
        _app = App.instance(config=settings)
        _app.session = Session(parent=_app)
        with _quiet_debugger():
            _app.initialize([])  # type: ignore[no-untyped-call]
        _names.update(_app.kernel.shell.user_ns)
        # What a kernel is started with, for cells that read their arguments.
        launcher = Path(ipykernel.kernelapp.__file__).parent.parent / "ipykernel_launcher.py"
        sys.argv = [str(launcher), "-f", "kernel.json"]
    return _app.kernel  # type: ignore[no-any-return]


@contextlib.contextmanager
def _quiet_debugger() -> Iterator[None]:
    """Keep debugpy from complaining on the terminal that the interpreter was not started for it."""
    name = "PYDEVD_DISABLE_FILE_VALIDATION"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def running() -> bool:
    """Tell whether this process has a kernel of its own."""
    return _app is not None


def reset() -> None:
    """Empty the namespace, history and counters of this process's kernel."""
    shell: Any = start().shell
    shell.reset(new_session=True)
    shell.execution_count = 1
    for name, value in _names.items():
        shell.user_ns.setdefault(name, value)
    gc.collect()


def settle(seed: str) -> None:
    """Make a forked process as new: its search path, logging, signals and random numbers.

    Parameters
    ----------
    seed : str
        Random numbers follow from it: children of one parent would else all draw the same.
    """
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(signum, signal.default_int_handler if signum == signal.SIGINT else signal.SIG_DFL)
    # The folder of the script that runs is no place for a notebook to import from.
    if sys.path and sys.path[0] in ("", str(Path.cwd()), str(Path(sys.argv[0]).resolve().parent)):
        del sys.path[0]
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    root.setLevel(logging.WARNING)
    number = zlib.crc32(seed.encode())
    random.seed(number)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(number)
