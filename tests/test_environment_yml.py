"""environment.yml says what the lock says."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "packaging"))
import environment_yml  # noqa: E402

REQUIRED = ("jupyterlab", "pandas", "plotly", "statsmodels", "papermill")


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "environment.yml").read_text(encoding="utf-8")


def uv() -> Path:
    own = ROOT / ".uv" / "bin" / "uv"
    found = own if own.is_file() else shutil.which("uv")
    assert found, "uv is missing: run `make setup`"
    return Path(found)


def test_it_is_what_the_lock_generates(text: str) -> None:
    assert text == environment_yml.document(environment_yml.pins(uv()))


def test_conda_supplies_python_and_pip_only(text: str) -> None:
    dependencies = yaml.safe_load(text)["dependencies"]
    assert dependencies[:2] == ["python=3.11.*", "pip"]
    assert [type(d) for d in dependencies[2:]] == [dict]


def test_every_package_is_pinned_and_the_five_are_there(text: str) -> None:
    pins = yaml.safe_load(text)["dependencies"][2]["pip"]
    assert pins[-1] == "-e ."
    assert all(re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==", pin) for pin in pins[:-1])
    assert {name for name in REQUIRED if any(pin.startswith(f"{name}==") for pin in pins)} == set(REQUIRED)


def test_its_python_is_one_the_project_supports_and_tests(text: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    minor = re.search(r"python=(3\.\d+)", text)[1]
    assert project["requires-python"] == f">={minor}"
    assert minor in (ROOT / "tests" / "environment" / "versions.sh").read_text(encoding="utf-8")
