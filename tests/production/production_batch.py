"""Real runs: reports that fail, hang, die; what is kept of them, and what others notice of it: nothing."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from stats.reports.production import manifest

if TYPE_CHECKING:
    from conftest import Project

POISON = {"dak_nong": "kill", "ha_noi": "fail", "thanh_hoa": "once"}


def kinds(project: Project, body: str) -> list[str]:
    return [line["event"] for line in project.events() if line.get("key") == f"period_{body}_2018_vi"]


def test_what_fails_fails_alone_and_is_made_later(project: Project) -> None:
    # The first report is also what the warm process rehearses: it takes that process down.
    project.tell(**POISON)
    done = project.run("--jobs", "2")
    assert done.returncode == 3, done.stderr
    assert project.leftovers() == []
    assert project.at_work() == []

    assert kinds(project, "tp-ho-chi-minh") == ["started", "finished"]
    assert kinds(project, "thanh-hoa") == ["started", "retrying", "started", "finished"]
    for body, why in (("dak-nong", "signal 9"), ("ha-noi", "told to fail")):
        assert kinds(project, body) == ["started", "retrying", "started", "failed"]
        known = project.known(body)
        assert (known.status, known.attempts, known.outputs) == ("failed", 2, {})
        assert why in known.error
        partial = json.loads(project.file(body, ".failed.ipynb").read_text(encoding="utf-8"))
        assert "2018" in json.dumps(partial["cells"]), "what ran before the failure is kept"
        assert any(cell.get("outputs") for cell in partial["cells"])
        assert known.error.split(":")[0] in project.file(body, ".failed.log").read_text(encoding="utf-8")
        assert known.error[:20] in done.stdout
        assert not project.file(body, ".html").exists()
    assert project.known("thanh-hoa").attempts == 2

    log = project.events()
    assert [line["event"] for line in (log[0], log[-1])] == ["run_started", "run_ended"]
    assert all(line["time"].endswith("Z") for line in log)
    assert log[-1]["counts"]["failed"] == 2
    assert log[-1]["counts"]["made"] == 3
    made = json.loads(next((project.out / "runs").glob("*.json")).read_text(encoding="utf-8"))
    assert set(made["failed"]) == {f"period_{body}_2018_vi" for body in ("dak-nong", "ha-noi")}
    assert made["exit_code"] == 3
    assert made["versions"]["python"]

    # What failed is not tried again by itself, and made again when it is asked for.
    assert "thanh-hoa" in (project.out / "index.html").read_text(encoding="utf-8")
    waits = project.run()
    assert waits.returncode == 0, waits.stderr
    assert project.events()[-1]["counts"]["failed_before"] == 2
    project.tell()
    again = project.run("--failed", "--jobs", "2")
    assert again.returncode == 0, again.stderr
    assert sorted(p.name for p in (project.out / "period").iterdir() if "failed" in p.name) == []
    for known in manifest.every(project.out):
        assert known.status == "done"
        assert manifest.altered(project.out, known) == ()
        assert known.timings["seconds"] > 0
    assert len(manifest.every(project.out)) == 5

    # Nothing changed: nothing is made. All pages lie beside one folder of assets.
    before = {path: path.stat().st_mtime_ns for path in project.out.rglob("period*")}
    began = time.monotonic()
    idle = project.run("--all")
    assert idle.returncode == 0, idle.stderr
    # About a second where the machine is quiet.
    assert time.monotonic() - began < 10
    assert {path: path.stat().st_mtime_ns for path in project.out.rglob("period*")} == before
    assert project.events()[-1]["counts"]["unchanged"] == 5
    assert {p.name for p in (project.out / "assets").iterdir()} == {"page.css", "plotly.min.js"}
    assert not (project.out / "period" / "assets").exists()
    assert '"../assets/page.css"' in project.file("ha-noi", ".html").read_text(encoding="utf-8")


def test_a_report_that_hangs_is_ended_at_its_time_limit(project: Project) -> None:
    project.asks(("ha-tinh",))
    project.tell(ha_tinh="hang")
    done = project.run("--timeout", "3")
    assert done.returncode == 3, done.stderr
    known = project.known("ha-tinh")
    assert (known.status, known.attempts) == ("failed", 2)
    assert "quá 3 giây" in known.error
    assert kinds(project, "ha-tinh") == ["started", "retrying", "started", "failed"]
    assert [line["fault"] for line in project.events() if "fault" in line] == ["ReportTimeoutError"] * 2
    assert project.at_work() == []
    assert project.leftovers() == []


def test_on_the_stock_kernel_too_and_the_last_good_report_stays(project: Project) -> None:
    project.asks(("ha-noi", "thanh-hoa", "ha-tinh"))
    first = project.run("--jobs", "2", "--quiet")
    assert first.returncode == 0, first.stderr
    assert (first.stdout, first.stderr) == ("", "")
    good = {body: project.file(body, ".html").read_bytes() for body in ("ha-noi", "thanh-hoa", "ha-tinh")}
    project.tell(ha_noi="fail", thanh_hoa="kill")
    # Made anew for another reason than a failure: an output is gone.
    for body in good:
        project.file(body, ".ipynb").unlink()
    done = project.run("--engine", "kernel", "--jobs", "2", "--lang", "en")
    assert done.returncode == 3, done.stderr
    assert "told to fail" in done.stdout
    for body in ("ha-noi", "thanh-hoa"):
        known = project.known(body)
        assert (known.status, known.engine) == ("failed", "kernel")
        assert set(known.outputs) == {f"period/period_{body}_2018_vi.{form}" for form in ("html", "ipynb")}
        assert project.file(body, ".failed.ipynb").exists()
        assert known.error.split(":")[0] in project.file(body, ".failed.log").read_text(encoding="utf-8")
    assert {body: project.file(body, ".html").read_bytes() for body in good} == good, "the same bytes by both engines"
    assert project.file("ha-tinh", ".ipynb").exists()
    assert project.leftovers() == []
    assert project.at_work() == []


@pytest.mark.parametrize(("number", "engine"), [(signal.SIGINT, "discipline"), (signal.SIGTERM, "kernel")])
def test_a_signal_stops_it_within_a_second_and_leaves_nothing(
    project: Project, number: signal.Signals, engine: str
) -> None:
    project.asks(("dak-nong", "ha-noi"))
    project.tell(dak_nong="hang", ha_noi="start")
    run = project.start("--jobs", "2", "--engine", engine)
    project.until(lambda: any("sleep 600" in one for one in project.at_work()), run)
    began = time.monotonic()
    run.send_signal(number)
    out, err = run.communicate(timeout=30)
    # A second where the machine is quiet; tests share it with others.
    assert time.monotonic() - began < 2
    assert run.returncode == 128 + number, err
    assert "Đã dừng" in err
    assert "Traceback" not in out + err
    assert project.at_work() == []
    assert project.leftovers() == []
    assert project.events()[-1]["event"] == "run_stopped"


@pytest.mark.parametrize("engine", ["discipline", "kernel"])
def test_a_run_that_is_killed_takes_its_children_along_and_the_next_one_cleans_up(
    project: Project, engine: str
) -> None:
    project.asks(BODIES := ("ha-noi", "thanh-hoa"))
    project.tell(ha_noi="hang", thanh_hoa="start")
    run = project.start("--jobs", "2", "--engine", engine)
    project.until(lambda: any("sleep 600" in one for one in project.at_work()), run)
    run.kill()
    run.communicate()
    project.tell()
    if engine == "kernel":
        project.until(lambda: not project.at_work(), run, 10)
    assert not list(project.out.rglob("*.html"))
    again = project.run("--due", "--jobs", "2")
    assert again.returncode == 0, again.stderr
    assert [project.known(body).status for body in BODIES] == ["done", "done"]
    assert project.at_work() == []
    assert project.leftovers() == []


@pytest.mark.parametrize("killed", ["child", "warm process"])
def test_a_process_that_is_killed_from_outside_loses_nothing(project: Project, killed: str) -> None:
    project.tell(ha_noi="wait", thanh_hoa="wait")
    run = project.start("--jobs", "2")
    warm = psutil.Process(run.pid)

    def victims() -> list[psutil.Process]:
        servers = [one for one in warm.children() if "engine.server" in " ".join(one.cmdline())]
        children = [child for one in servers for child in one.children()]
        begun = any(line["event"] == "started" for line in project.events())
        return (children if killed == "child" else servers) if begun and children else []

    project.until(victims, run)
    victims()[0].kill()
    out, err = run.communicate(timeout=240)
    assert run.returncode == 0, out + err
    assert project.events()[-1]["counts"]["made"] == 5
    # At most what was under way is tried again.
    retried = [line["key"] for line in project.events() if line["event"] == "retrying"]
    assert len(retried) <= (1 if killed == "child" else 2)
    assert project.at_work() == []
    assert project.leftovers() == []


def test_a_second_run_says_who_holds_the_folder_or_waits(project: Project) -> None:
    project.asks(("ha-noi",))
    project.tell(ha_noi="wait")
    first = project.start()
    project.until(lambda: project.events(), first)
    refused = project.run()
    assert refused.returncode == 2
    assert str(first.pid) in refused.stderr
    waited = project.run("--wait", "60")
    assert first.communicate()[0]
    assert first.returncode == waited.returncode == 0, waited.stderr
    assert str(first.pid) in waited.stderr
    assert project.events()[-1]["counts"]["unchanged"] == 1
