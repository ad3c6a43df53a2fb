"""Write environment.yml from the lock: ``python packaging/environment_yml.py > environment.yml``.

Conda supplies python and pip only. Every other package is pinned under ``pip:`` from ``uv.lock``,
so that the conda environment holds exactly what the tests ran with and nothing has to be solved
twice. Run-time packages, JupyterLab and the local page are in; the development tools are not.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON_MINOR = "3.11"
HEAD = f"""\
# Generated from uv.lock by `make environment`; a test compares the two. Do not edit.
#
#   conda env create -f environment.yml && conda activate discipline-stats
#
# Not tested here: that conda itself can solve python={PYTHON_MINOR} and pip (two names, any channel has them).
# Tested (`make test-env`): a clean Python {PYTHON_MINOR} environment takes exactly this list, `pip check`
# finds no conflict, and a report renders in it.
# It holds JupyterLab too, so it starts slower than the lean environment that `make report` uses.
# Charts as PNG and SVG also need the system package chromium; `discipline-stats check --system` tells.
name: discipline-stats
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python={PYTHON_MINOR}.*
  - pip
  - pip:
"""


def pins(uv: Path) -> list[str]:
    """Return every package of the run-time, JupyterLab and the local page as ``name==version`` with its marker."""
    command = [
        str(uv), "export", "--project", str(ROOT), "--locked", "--quiet", "--no-default-groups", "--group", "lab",
        "--group", "app",
        "--no-hashes", "--no-emit-project", "--no-annotate", "--no-header", "--format", "requirements-txt",
    ]  # fmt: skip
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return [line.strip() for line in done.stdout.splitlines() if line.strip() and not line.startswith("#")]


def document(lines: list[str]) -> str:
    """Return the text of environment.yml for a list of pins."""
    quoted = [f'      - "{line}"' if ";" in line else f"      - {line}" for line in lines]
    return HEAD + "\n".join([*quoted, "      - -e ."]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document(pins(ROOT / ".uv" / "bin" / "uv")))
