"""What a report is made from: all the code it runs is among what it reaches; what is not its concern is not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.reports.production import fingerprint, reach
from stats.reports.production.fingerprint import ASPECTS, Fingerprint
from stats.reports.production.jobs import Job
from stats.reports.production.survey import Survey
from stats.reports.request import KINDS

RUN = """
import json, os, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
sys.stdout = open(os.devnull, "w")
for cell in json.loads(open(sys.argv[1], encoding="utf-8").read())["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), shell.user_ns)
sys.__stdout__.write(" ".join(sorted(name for name in sys.modules if name.split(".")[0] == "stats")))
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def prints(seen: Survey, out: Path) -> fingerprint.Prints:
    return fingerprint.prints(seen, out)


@pytest.fixture(scope="module")
def job(asked: Callable[[Path], list[Job]], out: Path) -> Job:
    return next(job for job in asked(out) if job.key == "period_ha-noi_2018_vi")


def notebook(kind: str) -> Path:
    return Path(__file__).resolve().parents[2] / "notebooks" / "report" / f"{KINDS[kind]}.ipynb"


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_a_notebook_runs_is_among_the_code_it_reaches(kind: str, out: Path) -> None:
    done = subprocess.run([sys.executable, "-c", RUN, str(notebook(kind))], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    ran = set(done.stdout.split())
    assert "stats.sections.kinds" in ran
    assert ran - set(reach.program(out).parts(notebook(kind), ("html", "ipynb"))) == set()


def test_writers_count_where_their_format_is_asked_for(out: Path) -> None:
    program = reach.program(out)
    page, sheets = (set(program.parts(notebook("period"), forms)) for forms in (("html",), ("html", "xlsx")))
    assert any(name.startswith("stats.reports.writers.xlsx") for name in sheets - page)
    assert not any(name.startswith("stats.reports.writers.xlsx") for name in page)
    assert {"page.html.j2", "theme.css", "stats.reports.run", "stats.wording.words"} <= page
    assert any(name.endswith(".woff2") for name in page)


def test_commands_that_make_no_report_are_not_reached(out: Path) -> None:
    reached = set(reach.program(out).parts(notebook("period"), ("html", "ipynb")))
    apart = {f"stats.reports.{name}" for name in ("production.plan", "production.index", "adding", "listing")}
    apart |= {"index.html.j2", "findings.html.j2"}
    assert reached & apart == set()
    every = {*reach.program(out).digests, *reach.program(out).templates}
    assert apart <= every, "one of them has another name now"


def test_what_was_parsed_is_kept_and_read_again_when_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = reach.program(tmp_path)
    kept = (tmp_path / reach.CACHE).stat().st_mtime_ns
    assert reach.program(tmp_path) == first
    assert (tmp_path / reach.CACHE).stat().st_mtime_ns == kept
    (tmp_path / reach.CACHE).write_text("{cut")
    assert reach.program(tmp_path) == first


def test_a_change_of_a_module_is_a_change_of_what_reaches_it_only(prints: fingerprint.Prints, job: Job) -> None:
    def after(module: str) -> Fingerprint:
        program = dataclasses.replace(prints.program, digests={**prints.program.digests, module: "changed"})
        return dataclasses.replace(prints, program=program).of(job)

    old = prints.of(job)
    assert fingerprint.causes(old, after("stats.rates")) == [fingerprint.Cause("code", ("stats.rates",))]
    assert fingerprint.causes(old, after("stats.reports.adding")) == []


def test_parameters_rows_and_environment_are_causes_by_name(prints: fingerprint.Prints, job: Job, seen: Survey) -> None:
    old = prints.of(job)
    request = job.request.model_copy(update={"formats": ("html",)})
    (cause,) = fingerprint.causes(old, prints.of(dataclasses.replace(job, request=request)))
    assert cause == fingerprint.Cause("parameters", ("formats",))
    dated = job.request.parameters.model_copy(update={"date": "2026-01-01"})
    request = job.request.model_copy(update={"parameters": dated})
    assert fingerprint.causes(old, prints.of(dataclasses.replace(job, request=request))) == [
        fingerprint.Cause("parameters", ("date",))
    ]
    moved = dataclasses.replace(seen, digests={**seen.digests, "discipline/ha-noi": "changed"})
    assert fingerprint.causes(old, dataclasses.replace(prints, survey=moved).of(job)) == [
        fingerprint.Cause("rows", ("discipline/ha-noi",))
    ]
    other = dataclasses.replace(seen, digests={**seen.digests, "discipline/can-tho": "changed"})
    assert dataclasses.replace(prints, survey=other).of(job) == old


def test_the_environment_is_what_the_project_needs_and_no_tool_beside(out: Path) -> None:
    found = reach.environment(out, drawn=False)
    assert found["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert {"pandas", "plotly", "great-tables", "babel", "jinja2", "ipykernel"} <= set(found)
    assert {"ruff", "pytest", "mypy"} & set(found) == set()
    assert reach.environment(out, drawn=True).items() - found.items() == {
        ("chromium", reach.environment(out, drawn=True)["chromium"])
    }


def test_all_fingerprints_take_well_under_a_second(
    prints: fingerprint.Prints, asked: Callable[[Path], list[Job]], out: Path
) -> None:
    import time

    wanted = asked(out)
    assert len(wanted) > 200
    fresh = dataclasses.replace(prints)
    started = time.process_time()
    made = {fresh.of(job) for job in wanted}
    assert time.process_time() - started < 1
    assert len({one.rows for one in made}) > 40


aspects = st.tuples(*[st.sampled_from("ab") for _ in ASPECTS])


@given(aspects, aspects)
def test_causes_are_the_aspects_that_differ_in_order(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    old, new = Fingerprint(*one), Fingerprint(*other)
    assert [c.code for c in fingerprint.causes(old, new)] == [
        aspect for aspect, a, b in zip(ASPECTS, one, other, strict=True) if a != b
    ]
    assert (fingerprint.causes(old, new) == []) == (old == new)


def test_digests_tell_where_one_text_ends() -> None:
    assert reach.digest(["ab", "c"]) != reach.digest(["a", "bc"])
    assert reach.digest([]) != reach.digest([""])


def test_a_date_stays_out_of_it(prints: fingerprint.Prints, job: Job) -> None:
    later = dataclasses.replace(job, due=dt.date(2030, 1, 1), audience_vi="khác")
    assert prints.of(later) == prints.of(job)
