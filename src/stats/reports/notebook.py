"""Executing one report notebook with papermill, on the stock kernel or the engine of `stats.reports.engine`.

The notebook is run into a temporary file. A failing cell leaves the partial notebook, marked at
its top, for the caller to keep; it never reaches the place of a good one.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stats.errors import CellError, DeadKernelError, ReportError, ReportTimeoutError

_TIMING_KEYS = ("papermill", "execution", "ExecuteTime")


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    timeout: float = 300,
    environment: Mapping[str, str],
    engine: str = "kernel",
    saved: bool = False,
) -> dict[str, Any]:
    """Run a notebook with papermill and write the executed copy to `output`.

    Parameters
    ----------
    notebook : Path
        The report notebook; its cell tagged ``parameters`` is followed by the given values.
    output : Path
        Where the executed notebook goes, also when a cell fails.
    parameters : mapping
        Values for the tagged cell; checked by the caller, since papermill ignores unknown names.
    timeout : float
        Seconds one cell may take.
    environment : mapping of str
        Variables set for the kernel.
    engine : {'kernel', 'discipline'}
        The stock kernel in a process of its own, or the engine with the same outputs: inside a task of
        `stats.reports.engine.warm` it runs the cells in this process, else in a child. Where processes
        cannot be forked it is the stock kernel.
    saved : bool
        Write `output` after each cell, so that what ran is there even when this process is killed.

    Returns
    -------
    dict
        The executed notebook as plain JSON.

    Raises
    ------
    CellError
        When a cell raises; `output` then holds what ran, with the error marked at its top.
    ReportTimeoutError, DeadKernelError
        When a cell runs too long, or the kernel dies.
    """
    # papermill and the Jupyter client cost half a second: pay it only when a notebook is run.
    from nbclient.exceptions import CellTimeoutError
    from nbclient.exceptions import DeadKernelError as NbDeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook

    with _variables(environment), ENGINES[engine]() as options:
        try:
            execute_notebook(  # type: ignore[no-untyped-call]
                str(notebook),
                str(output),
                dict(parameters),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                request_save_on_cell_execute=saved,
                execution_timeout=timeout,
                # Tens of megabytes of output take longer than the four seconds allowed by default.
                iopub_timeout=max(1, int(timeout)),
                **options,
            )
        except PapermillExecutionError as error:
            raise CellError(
                f"Cell {error.exec_count} failed: {error.ename}: {error.evalue}",
                f"Ô lệnh {error.exec_count} bị lỗi: {error.ename}: {error.evalue}",
            ) from error
        except CellTimeoutError as error:
            raise ReportTimeoutError(
                f"A cell ran longer than {timeout:g} seconds.", f"Một ô lệnh chạy quá {timeout:g} giây."
            ) from error
        except NbDeadKernelError as error:
            raise DeadKernelError(
                "The process that ran the notebook died.", "Tiến trình chạy sổ tay Jupyter đã dừng đột ngột."
            ) from error
        except (OSError, RuntimeError) as error:
            raise ReportError(
                f"The notebook could not be run: {error}", f"Không chạy được sổ tay Jupyter: {error}"
            ) from error
    return pinned(json.loads(output.read_text(encoding="utf-8")))


def pinned(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the executed notebook without times and random ids, so that equal inputs give equal bytes."""
    metadata = {k: v for k, v in notebook["metadata"].items() if k not in _TIMING_KEYS}
    kernel = metadata.get("kernelspec", {})
    metadata["kernelspec"] = {k: kernel[k] for k in ("display_name", "language", "name") if k in kernel}
    cells = []
    for number, cell in enumerate(notebook["cells"]):
        kept = {k: v for k, v in cell["metadata"].items() if k not in _TIMING_KEYS}
        cells.append({**cell, "id": f"cell-{number:02d}", "metadata": kept})
    return {**notebook, "cells": cells, "metadata": metadata}


def dump(notebook: Mapping[str, Any]) -> str:
    """Return a notebook as the JSON text Jupyter itself writes."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def whole(partial: Path) -> bool:
    """Tell whether a partial notebook can be opened: one that was cut in the middle is worth nothing."""
    try:
        json.loads(partial.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


@contextlib.contextmanager
def _stock() -> Iterator[dict[str, Any]]:
    """Give papermill's options for the stock kernel, and end every kernel it starts."""
    from jupyter_client.manager import AsyncKernelManager

    started: list[Any] = []
    with tempfile.TemporaryDirectory(prefix="ds-") as sockets, _ended(started):
        # Kernels on TCP talk in clear text to anyone on the machine (ipykernel warns of it), so the
        # channels are sockets in a private folder; the path is short, since socket paths are limited.
        class PrivateKernelManager(AsyncKernelManager):
            def __init__(self, **options: Any) -> None:
                super().__init__(transport="ipc", ip=str(Path(sockets) / "k"), **options)
                started.append(self)

            async def _async_shutdown_kernel(self, now: bool = True, restart: bool = False) -> None:  # noqa: ARG002
                # All outputs have arrived by now, and nothing of the kernel is kept: asking it politely
                # costs half a second and makes it complain of the interrupt.
                await super()._async_shutdown_kernel(now=True, restart=restart)

            shutdown_kernel = _async_shutdown_kernel

        yield {"kernel_manager_class": PrivateKernelManager}


@contextlib.contextmanager
def _ours() -> Iterator[dict[str, Any]]:
    """Give papermill's options for the engine; the stock kernel's where processes cannot be forked."""
    if not hasattr(os, "fork"):
        with _stock() as options:
            yield options
        return
    from papermill.engines import papermill_engines

    from stats.reports.engine.registered import NAME, Engine

    # Also for a checkout that is not installed, which has no entry points.
    papermill_engines.register(NAME, Engine)  # type: ignore[no-untyped-call]
    yield {"engine_name": NAME}


ENGINES = {"kernel": _stock, "discipline": _ours}
"""Engine to what papermill is told for it."""


@contextlib.contextmanager
def _ended(managers: list[Any]) -> Iterator[None]:
    """End every kernel process started inside, whatever happened.

    Ctrl-C while a kernel is still starting leaves the client without a hold on it: the process would
    live on, look for its sockets in a folder that is gone, and complain on the terminal.
    """
    try:
        yield
    finally:
        for manager in managers:
            process = getattr(manager.provisioner, "process", None)
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


@contextlib.contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
