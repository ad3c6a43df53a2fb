"""The checks before a commit: they pass on the tree as it is, and stop what must not be committed."""

from __future__ import annotations

import json
import os
import random
import shutil
import string
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from floors import ROOT
from hooks import no_secrets

DICE = random.Random(7)  # made up, the same every time


def drawn(alphabet: str, length: int) -> str:
    """Return letters drawn by lot: no secret stands in this file, and the hook does not stumble over it."""
    return "".join(DICE.choice(alphabet) for _ in range(length))


LETTERS = string.ascii_letters + string.digits
SECRETS = {
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "an AWS access key": "key = AKIA" + drawn(string.ascii_uppercase + string.digits, 16),
    "a GitHub token": "ghp_" + drawn(LETTERS, 36),
    "a GitLab token": "glpat-" + drawn(LETTERS, 20),
    "a Slack token": "xoxb-" + drawn(string.digits, 12) + "-" + drawn(LETTERS, 24),
    "a Google key": "AIza" + drawn(LETTERS, 35),
    "a PyPI token": "pypi-" + drawn(LETTERS, 60),
    "a key of a language model service": "sk-" + drawn(LETTERS, 40),
    "a signed web token": ".".join(("eyJ" + drawn(LETTERS, 20), "eyJ" + drawn(LETTERS, 30), drawn(LETTERS, 40))),
    "a password in an address": "postgres://reader:" + drawn(LETTERS, 12) + "@db.example.org/returns",
    "a random value assigned to a password, token or key": 'DB_PASSWORD = "' + drawn(LETTERS, 24) + '1a"',
}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


class TestSecrets:
    @pytest.mark.parametrize("kind", SECRETS)
    def test_a_planted_secret_is_found_and_not_repeated(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / "settings.py"
        path.write_text(f"# first line\n{SECRETS[kind]}\n", encoding="utf-8")
        assert f"{path}:2: {kind}" in no_secrets.findings(path)
        value = SECRETS[kind].split()[-1].strip('"')
        assert not any(value in told for told in no_secrets.findings(path))

    @pytest.mark.parametrize("kind", no_secrets.FORMS)
    def test_every_form_has_its_planted_case(self, kind: str) -> None:
        assert kind in SECRETS

    @pytest.mark.parametrize("name", [".env", ".env.local", "server.pem", "id_rsa", ".netrc"])
    def test_files_that_hold_secrets_are_refused_by_name(self, name: str, tmp_path: Path) -> None:
        (tmp_path / name).write_bytes(b"\x00\xff")
        assert len(no_secrets.findings(tmp_path / name)) == 1

    @pytest.mark.parametrize(
        "line",
        [
            'token = os.environ["ACCESS_TOKEN_OF_THE_SERVICE"]',
            'password = "change-me-please-now"',
            "secret_key: the-name-of-a-key-in-the-keyring",
            "tokens = tokenizer.encode(text_of_the_report_2020)",
            "https://example.org:8080/path@v1/file",
            "primaryKey = ['evidence_id', 'column']",
            "hash = sha256:936186b0f2e1d4c3a5b697887766554433221100ffeeddccbbaa998877665544",
        ],
    )
    def test_ordinary_lines_are_no_alarm(self, line: str) -> None:
        assert list(no_secrets.lines(line)) == []

    def test_nothing_in_the_project_is_an_alarm(self) -> None:
        assert [told for path in tracked() for told in no_secrets.findings(path)] == []


class TestTheConfiguration:
    def test_every_hook_is_local_and_runs_what_is_installed(self) -> None:
        repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
        assert [repo["repo"] for repo in repos] == ["local"]
        for hook in repos[0]["hooks"]:
            assert hook["language"] in ("system", "fail"), hook["id"]
            if hook["language"] == "system":
                assert hook["entry"].startswith(".venv/bin/"), hook["id"]

    def test_the_templates_can_be_read_and_speak_both_languages(self) -> None:
        forms = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
        asked = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in forms if path.stem != "config"]
        assert len(asked) == 3
        for form in asked:
            labels = [part["attributes"]["label"] for part in form["body"] if part["type"] != "markdown"]
            assert all(" / " in label for label in (form["name"], form["description"], *labels))
        assert sum("Personal data" in str(form) for form in asked) >= 2


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree as a repository of its own, with the environment of this one."""
    place = tmp_path_factory.mktemp("clone") / "project"
    for path in tracked():
        target = place / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    git(place, "init", "--quiet", "--initial-branch=main")
    (place / ".git" / "info" / "exclude").write_text(".venv\n.uv\n", encoding="utf-8")
    for name in (".venv", ".uv"):
        (place / name).symlink_to(ROOT / name)
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--no-verify", "--message", "as it is")
    return place


def git(place: Path, *arguments: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=place, check=True, capture_output=True)


def hooks(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTEST_"))},
        "PRE_COMMIT_HOME": str(place.parent / "pre-commit"),
        "PYTHONPATH": str(place / "src"),
    }
    command = [str(ROOT / ".venv" / "bin" / "pre-commit"), "run", "--color=never", *arguments]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def planted(clone: Path) -> Callable[[str, str], Path]:
    """Plant a file in the copy and stage it; the copy is as before afterwards."""
    yield lambda name, text: _plant(clone, name, text)
    git(clone, "reset", "--quiet", "--hard", "HEAD")


def _plant(clone: Path, name: str, text: str) -> Path:
    path = clone / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    git(clone, "add", "--force", name)
    return path


def failed(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.rsplit(".", 1)[0].rstrip(".") for line in done.stdout.splitlines() if line.endswith("Failed")]


class TestInACopyOfTheProject:
    def test_all_hooks_pass_on_the_tree_as_it_is(self, clone: Path) -> None:
        done = hooks(clone, "--all-files")
        assert done.returncode == 0, done.stdout + done.stderr
        # The hook on office files has none to look at.
        assert (done.stdout.count("Passed"), done.stdout.count("Skipped")) == (7, 1)

    def test_a_secret_stops_the_commit(self, clone: Path, planted: Callable[[str, str], Path]) -> None:
        planted("benchmarks/settings.json", json.dumps({"api": SECRETS["a GitHub token"]}))
        done = hooks(clone)
        assert done.returncode == 1
        assert failed(done) == ["no keys, tokens or passwords"]
        assert "benchmarks/settings.json:1: a GitHub token" in done.stdout

    def test_a_notebook_with_outputs_stops_the_commit_and_is_stripped(
        self, clone: Path, planted: Callable[[str, str], Path]
    ) -> None:
        name = "notebooks/report/period_report.ipynb"
        notebook = json.loads((clone / name).read_text(encoding="utf-8"))
        cell = next(c for c in notebook["cells"] if c["cell_type"] == "code")
        cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["2377\n"]}]
        path = planted(name, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
        done = hooks(clone, "nbstripout")
        assert done.returncode == 1
        assert "files were modified by this hook" in done.stdout
        assert not any(c.get("outputs") for c in json.loads(path.read_text(encoding="utf-8"))["cells"])

    def test_an_office_file_outside_the_tests_stops_the_commit(
        self, clone: Path, planted: Callable[[str, str], Path]
    ) -> None:
        planted("data/bao-cao-2025.XLSX", "x")
        planted("tests/tables/planted/form.xlsx", "x")
        done = hooks(clone, "no-office-files")
        assert done.returncode == 1
        assert "bao-cao-2025.XLSX" in done.stdout
        assert "form.xlsx" not in done.stdout

    def test_a_column_without_a_description_stops_the_commit(
        self, clone: Path, planted: Callable[[str, str], Path]
    ) -> None:
        text = (clone / "data" / "codes" / "penalties.csv").read_text(encoding="utf-8")
        planted("data/codes/penalties.csv", text.replace("code,", "kode,", 1))
        assert hooks(clone, "datapackage").returncode == 1

    def test_an_environment_out_of_step_stops_the_commit(
        self, clone: Path, planted: Callable[[str, str], Path]
    ) -> None:
        text = (clone / "environment.yml").read_text(encoding="utf-8")
        planted("environment.yml", text.replace("pandas==", "pandas==0.", 1))
        assert hooks(clone, "environment").returncode == 1
