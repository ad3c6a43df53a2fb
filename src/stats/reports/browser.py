"""One Chromium with one tab, spoken to over a pipe: what static charts are drawn in.

The protocol is Chrome's own (DevTools, https://chromedevtools.github.io/devtools-protocol/), one
request at a time, with a time limit on each. No thread and no event loop: Ctrl-C is answered at
once, and a process with an open browser can still be forked.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Any, Self

from stats.errors import ReportError
from stats.reports import chromium

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-hang-monitor",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing drawn here may reach a network
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
    "--remote-debugging-pipe",
)
"""How Chromium is started: nothing on the screen, nothing from the network."""

NO_SANDBOX = "--no-sandbox"

# The browser reads its pipe on 3 and writes on 4. The shell waits for it and removes its folder, so
# that nothing is left behind even when the program that asked for the charts is killed outright.
_SHELL = 'folder=$1; shift; "$@" 3<&0 4>&0 </dev/null; rm -rf "$folder"'

_CRASHED = ("Inspector.targetCrashed", "Inspector.detached")
_READ = 1 << 20
_LONGEST = 48


class Browser:
    """A Chromium with one empty tab, closed with its context; nothing of it stays on the disk.

    Parameters
    ----------
    limit : float
        Seconds that the start and each request may take.

    Raises
    ------
    MissingSystemPackageError
        When there is no Chromium.
    ReportError
        When it does not start, ends, crashes, or does not answer in time.
    """

    def __init__(self, *, limit: float = 60) -> None:
        self.limit = limit
        self._path = chromium.require()
        self._exit = contextlib.ExitStack()
        self._sent = 0
        self._read = bytearray()
        self._session = ""
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        # Without user namespaces (many containers) the sandbox stops Chromium at its start; the tab
        # shows our own pages only, so that going without it there is no loss.
        attempts: tuple[tuple[str, ...], ...] = ((NO_SANDBOX,),) if os.geteuid() == 0 else ((), (NO_SANDBOX,))
        for number, extra in enumerate(attempts, start=1):
            try:
                self._open((*FLAGS, *extra))
            except ReportError:
                self.close()
                if number == len(attempts):
                    raise
            except BaseException:
                self.close()
                raise
            else:
                break
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Process id of the browser's process group."""
        return self._process.pid

    def _open(self, flags: tuple[str, ...]) -> None:
        self._read.clear()
        self._session = ""
        # A socket in the folder must have an address of less than 108 characters, or Chromium aborts.
        base = tempfile.gettempdir()
        base = base if len(base) <= _LONGEST else "/tmp"  # noqa: S108 - a folder of its own is made there
        holder = tempfile.TemporaryDirectory(prefix="ds-", dir=base, ignore_cleanup_errors=True)
        folder = self._exit.enter_context(holder)
        self._log: IO[bytes] = self._exit.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._pipe, theirs = socket.socketpair()
        self._exit.enter_context(self._pipe)
        command = [str(self._path), *flags, f"--user-data-dir={folder}/profile", "about:blank"]
        # Whatever it would leave in the home or in /tmp goes to its own folder.
        places = dict.fromkeys(("TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), folder)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                ["/bin/sh", "-c", _SHELL, "sh", folder, *command],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                env={**os.environ, **places},
                start_new_session=True,
            )
        self._exit.callback(self._end)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Inspector.enable")

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End the browser and remove its folder; closing twice is no error."""
        self._exit.close()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a request and return its result.

        Raises
        ------
        ReportError
            When the browser refuses it, ends, crashes, or does not answer in time.
        """
        self._sent += 1
        message: dict[str, Any] = {"id": self._sent, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        deadline = time.monotonic() + self.limit
        try:
            self._pipe.settimeout(self.limit)
            self._pipe.sendall(json.dumps(message).encode() + b"\0")
            while True:
                answer = self._next(deadline)
                if answer.get("method") in _CRASHED:
                    raise _failed("its page crashed", "trang vẽ bị lỗi và đóng đột ngột")
                if answer.get("id") == self._sent:
                    break
        except TimeoutError:
            raise _failed(
                f"it did not answer within {self.limit:g} s", f"không trả lời trong {self.limit:g} giây"
            ) from None
        except OSError as error:
            raise self._ended() from error
        if "error" in answer:
            reason = str(answer["error"].get("message", answer["error"]))
            raise _failed(reason, reason)
        result: dict[str, Any] = answer["result"]
        return result

    def evaluate(self, expression: str) -> Any:
        """Run JavaScript in the tab and return its value, waiting for a promise.

        Raises
        ------
        ReportError
            When the script throws; see also `call`.
        """
        done = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raised: Mapping[str, Any] = done["exceptionDetails"].get("exception", {})
            reason = str(raised.get("description") or raised.get("value") or done["exceptionDetails"]["text"])
            reason = reason.split("\n")[0]
            raise _failed(reason, reason)
        return done["result"].get("value")

    def _next(self, deadline: float) -> dict[str, Any]:
        """Return the next message: an answer or an event."""
        while (end := self._read.find(b"\0")) < 0:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._pipe.settimeout(left)
            part = self._pipe.recv(_READ)
            if not part:
                raise self._ended()
            self._read += part
        message: dict[str, Any] = json.loads(self._read[:end])
        del self._read[: end + 1]
        return message

    def _ended(self) -> ReportError:
        """Say that the browser is gone, with the last thing it said."""
        self._log.seek(0)
        said = [line for line in self._log.read().decode(errors="replace").splitlines() if line.strip()]
        last = f" ({self._path}: {said[-1].strip()})" if said else f" ({self._path})"
        return _failed(f"it ended too early{last}", f"trình duyệt đã dừng giữa chừng{last}")


def _failed(en: str, vi: str) -> ReportError:
    return ReportError(f"Chromium could not draw a chart: {en}.", f"Chromium không vẽ được biểu đồ: {vi}.")
