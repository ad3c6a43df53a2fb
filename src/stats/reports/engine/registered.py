"""The papermill engine ``discipline``, registered by entry point: ``papermill in.ipynb out.ipynb --engine discipline``.

papermill imports this at every start, whichever engine is used, and before its own modules are whole:
nothing is imported before a notebook is run.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

NAME = "discipline"


class Engine:
    """Runs notebooks of this Python on a kernel without sockets; all others on the stock kernel.

    In a process that has such a kernel already (a child of `stats.reports.engine.server`) cells run in
    it; else in a child process of its own. The methods are those papermill asks of an engine.
    """

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
        """Run the notebook; options are those of papermill's own engine."""
        from papermill.engines import NBClientEngine

        if not hasattr(os, "fork") or not _ours(kernel_name):
            return NBClientEngine.execute_notebook(nb, kernel_name, **options)  # type: ignore[no-untyped-call]
        # papermill's bar is the terminal's or a notebook's by whether ipykernel is loaded at this moment:
        # the engine loads it, which says nothing about where papermill was called.
        import tqdm.auto  # noqa: F401

        from stats.reports.engine.client import ManagedEngine

        return ManagedEngine.execute_notebook(nb, kernel_name, **options)  # type: ignore[no-untyped-call]

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        """Return the kernel a notebook asks for."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))  # type: ignore[no-untyped-call]

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:
        """Return the language of a notebook."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))  # type: ignore[no-untyped-call]


def _ours(kernel_name: str) -> bool:
    """Tell whether a kernel is this very Python: a kernel of another environment is started as it asks."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        found = KernelSpecManager().get_kernel_spec(kernel_name)
    except NoSuchKernel:
        return False
    program = Path(found.argv[0])
    same = program.name in ("python", "python3") if not program.is_absolute() else program == Path(sys.executable)
    return same and "ipykernel_launcher" in found.argv and not found.env
