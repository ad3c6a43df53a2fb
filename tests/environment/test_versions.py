"""`make test-versions`: what it does where there is no second Python, and when one of them fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("versions.sh")

UV = """\
#!/bin/bash
# Stands in for uv: knows the Pythons of $KNOWN, and makes an environment whose tests fail on $FAILING.
case "$1" in
  python) [[ " $KNOWN " == *" ${@: -1} "* ]] && echo "/opt/python${@: -1}" || exit 1 ;;
  sync) mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
        printf '#!/bin/bash\\necho "tests in %s"\\n[[ " $FAILING " != *" %s "* ]]\\n' \\
          "$UV_PROJECT_ENVIRONMENT" "${UV_PROJECT_ENVIRONMENT#.venv-}" > "$UV_PROJECT_ENVIRONMENT/bin/python"
        chmod +x "$UV_PROJECT_ENVIRONMENT/bin/python" ;;
esac
"""


def run(place: Path, known: str, failing: str = "") -> subprocess.CompletedProcess[str]:
    uv = place / "uv"
    uv.write_text(UV)
    uv.chmod(0o755)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(place), "KNOWN": known, "FAILING": failing}
    return subprocess.run(
        ["bash", str(SCRIPT), str(uv)], cwd=place, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("known", "told"), [("3.11", "Found 3.11;"), ("", "Found no Python;")])
def test_one_python_is_too_few_and_says_how_to_get_another(tmp_path: Path, known: str, told: str) -> None:
    done = run(tmp_path, known)
    assert done.returncode == 4
    assert told in done.stderr
    assert "apt-get install python3.13" in done.stderr
    assert "tests in" not in done.stdout


def test_every_python_gets_an_environment_of_its_own_and_the_tests(tmp_path: Path) -> None:
    done = run(tmp_path, "3.11 3.13")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if "tests in" in line] == [
        "tests in .venv-3.11", "tests in .venv-3.13",
    ]  # fmt: skip
    assert "Passed on Python 3.11 3.13" in done.stdout


def test_the_others_run_when_one_fails_and_the_failed_one_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "3.11 3.12 3.14", failing="3.11")
    assert done.returncode == 1
    assert "tests in .venv-3.14" in done.stdout
    assert "Failed on Python 3.11;" in done.stderr


def test_pythons_behind_the_shims_of_pyenv_are_found(tmp_path: Path) -> None:
    hidden = tmp_path / ".pyenv" / "versions" / "3.12.1" / "bin" / "python"
    hidden.parent.mkdir(parents=True)
    hidden.write_text("#!/bin/bash\n")
    hidden.chmod(0o755)
    done = run(tmp_path, "3.11")
    assert done.returncode == 0, done.stderr
    assert f"Python 3.12 ({hidden})" in done.stdout
