"""`make test-env`: install exactly the list of environment.yml into a clean environment and render there.

Conda is not needed: its half of the file is python and pip only, which a fresh virtual environment
of the same Python minor stands in for.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = ("jupyterlab", "pandas", "plotly", "statsmodels", "papermill")


def main() -> int:
    """Install, check, render; return the exit code."""
    document = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [d for d in document["dependencies"] if isinstance(d, str)]
    pip_list = next(d["pip"] for d in document["dependencies"] if isinstance(d, dict))
    minor = re.fullmatch(r"python=(3\.\d+)\.\*", conda[0])[1]
    interpreter = shutil.which(f"python{minor}")
    if interpreter is None:
        print(f"Python {minor} is not on this machine: install it (apt-get install python{minor} python{minor}-venv).")
        return 4
    with tempfile.TemporaryDirectory(prefix="ds-env-") as folder:
        home = Path(folder) / "env"
        if f"{sys.version_info[0]}.{sys.version_info[1]}" == minor:
            venv.create(home, with_pip=True)
        else:
            run([interpreter, "-m", "venv", str(home)])
        python = home / "bin" / "python"
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text("\n".join(p for p in pip_list if not p.startswith("-e")) + "\n", encoding="utf-8")
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)])
        run(
            [
                str(python),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "-e",
                str(ROOT),
            ]
        )
        run([str(python), "-m", "pip", "check"])
        run([str(python), "-c", f"import importlib; [importlib.import_module(n) for n in {REQUIRED!r}]"])
        out = Path(folder) / "out"
        command = [str(home / "bin" / "discipline-stats"), "report", "period", "--place", "ha-noi"]
        run([*command, "--period", "2020-2025/half", "--lang", "vi", "--to", "html,ipynb", "--out", str(out)])
        page = (out / "period_ha-noi_2020-2025-half_vi.html").read_text(encoding="utf-8")
        assert "2.377" in page, "the report rendered without its figures"
    print(f"environment.yml: {len(pip_list)} entries installed in a clean Python {minor}; the report renders.")
    return 0


def run(command: list[str]) -> None:
    """Run one step and stop at the first that fails."""
    print("$", " ".join(command), flush=True)
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
