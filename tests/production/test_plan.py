"""The plan: what is due, stale, failed, blocked, embargoed, upcoming and done, and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from stats import codes
from stats.errors import UnknownCodeError, UsageError
from stats.reports.production import catalogue, fingerprint, manifest, plan, survey
from stats.reports.production.jobs import Job, jobs
from stats.reports.production.plan import Planned, Status
from stats.reports.production.survey import Survey

TODAY = dt.date(2026, 11, 22)
ROOT = Path(__file__).resolve().parents[2]
KEY = "period_ha-noi_2018_vi"

Asked = Callable[[Path], list[Job]]


def one(planned: list[Planned], key: str = KEY) -> Planned:
    return next(p for p in planned if p.job.key == key)


def small(asked: Asked, out: Path) -> list[Job]:
    return [job for job in asked(out) if job.request.parameters.place == "ha-noi" and not job.lacks]


def test_nothing_made_is_due_and_planning_makes_nothing(asked: Asked, seen: Survey, tmp_path: Path) -> None:
    planned = plan.plan(asked(tmp_path), seen, tmp_path, TODAY)
    counts = Counter(p.status for p in planned)
    assert counts[Status.DUE] > 200
    assert counts[Status.BLOCKED] > 0
    assert counts[Status.UPCOMING] > 0
    assert set(counts) == {Status.DUE, Status.BLOCKED, Status.UPCOMING}
    assert one(planned).causes == (fingerprint.Cause("never"),)
    assert not (tmp_path / "manifests").exists()


def test_what_is_made_is_done_until_something_changes(asked: Asked, seen: Survey, make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wanted = small(asked, tmp_path)
    make(wanted, tmp_path)
    assert {p.status for p in plan.plan(wanted, seen, tmp_path, TODAY)} == {Status.DONE}
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert plan.plan(wanted, seen, tmp_path, TODAY) == plan.plan(wanted, seen, tmp_path, TODAY)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    moved = dataclasses.replace(seen, digests={**seen.digests, "membership/ha-noi": "changed"})
    planned = plan.plan(wanted, moved, tmp_path, TODAY)
    assert {p.status for p in planned} == {Status.STALE}
    assert one(planned).causes == (fingerprint.Cause("rows", ("membership/ha-noi",)),)
    assert "membership/ha-noi" in plan.text(planned, codes.load(), "table", "en", why=True)


def test_an_output_that_is_gone_is_made_again(asked: Asked, seen: Survey, make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wanted = small(asked, tmp_path)
    make(wanted, tmp_path)
    (tmp_path / "period" / f"{KEY}.html").unlink()
    planned = plan.plan(wanted, seen, tmp_path, TODAY)
    assert [p.job.key for p in planned if p.status is Status.STALE] == [KEY]
    assert one(planned).causes == (fingerprint.Cause("missing", (f"period/{KEY}.html",)),)


def test_a_half_manifest_means_due_and_says_so(asked: Asked, seen: Survey, make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wanted = small(asked, tmp_path)
    make(wanted, tmp_path)
    path = manifest.path(tmp_path, KEY)
    path.write_bytes(path.read_bytes()[:200])
    found = one(plan.plan(wanted, seen, tmp_path, TODAY))
    assert (found.status, found.causes) == (Status.DUE, (fingerprint.Cause("unreadable"),))


def test_a_failure_waits_for_a_change_or_for_run_failed(asked: Asked, seen: Survey, make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wanted = small(asked, tmp_path)
    now = fingerprint.prints(seen, tmp_path).of(one(plan.plan(wanted, seen, tmp_path, TODAY)).job)
    manifest.write(tmp_path, manifest.failed(KEY, {}, now, "Cell 3 failed\ntrace", None))
    found = one(plan.plan(wanted, seen, tmp_path, TODAY))
    assert (found.status, found.causes) == (Status.FAILED, (fingerprint.Cause("failed", ("Cell 3 failed",)),))
    assert found.status not in plan.TO_DO
    moved = dataclasses.replace(seen, digests={**seen.digests, "membership/ha-noi": "changed"})
    assert one(plan.plan(wanted, moved, tmp_path, TODAY)).status is Status.DUE
    make(wanted, tmp_path)
    good = manifest.read(tmp_path, KEY)
    manifest.write(tmp_path, manifest.failed(KEY, {}, now, "again", good))
    assert one(plan.plan(wanted, seen, tmp_path, TODAY)).status is Status.FAILED
    assert one(plan.plan(wanted, moved, tmp_path, TODAY)).status is Status.STALE


def test_days_decide_what_is_upcoming_embargoed_and_due(asked: Asked, seen: Survey, tmp_path: Path) -> None:
    job = one(plan.plan(small(asked, tmp_path), seen, tmp_path, TODAY)).job
    assert job.due == dt.date(2019, 1, 30)
    held = dataclasses.replace(job, embargo=dt.date(2019, 6, 1))

    def status(which: Job, day: dt.date) -> Status:
        return plan.plan([which], seen, tmp_path, day)[0].status

    assert status(job, dt.date(2019, 1, 29)) is Status.UPCOMING
    assert status(job, dt.date(2019, 1, 30)) is Status.DUE
    assert status(job, dt.date(2029, 1, 30)) is Status.DUE, "a machine that was off catches up"
    assert status(held, dt.date(2019, 5, 31)) is Status.EMBARGOED
    assert status(held, dt.date(2019, 6, 1)) is Status.DUE
    lacking = dataclasses.replace(job, lacks="no_figures")
    assert status(lacking, dt.date(2019, 1, 29)) is Status.UPCOMING
    assert status(lacking, dt.date(2019, 1, 30)) is Status.BLOCKED


def test_the_table_has_words_in_both_languages_for_every_state_and_cause(
    asked: Asked, seen: Survey, tmp_path: Path
) -> None:
    planned = plan.plan(asked(tmp_path), seen, tmp_path, TODAY)
    for lang, due, why in (("vi", "Đến hạn", "chưa lập lần nào"), ("en", "Due", "never made")):
        text = plan.text(planned, codes.load(), "table", lang, why=True)
        assert due in text
        assert why in text
        assert text.splitlines()[-1].startswith(str(len(planned)))
        why_codes = (*fingerprint.ASPECTS, "missing", "unreadable", "failed", "no_dates", "few_figures")
        told = [plan.said(fingerprint.Cause(code, tuple("abcde")), codes.load(), lang) for code in why_codes]
        assert "(a, b, c, +2)" in told[0]
        assert len(set(told)) == len(told)


def test_languages_of_one_report_stand_in_one_row_while_they_are_alike(
    asked: Asked,
    seen: Survey,
    tmp_path: Path,
    make,  # type: ignore[no-untyped-def]
) -> None:
    wanted = [job for job in small(asked, tmp_path) if job.request.kind == "period"]
    text = plan.text(plan.plan(wanted, seen, tmp_path, TODAY), codes.load(), "table", "en", why=False)
    assert text.count("vi en") == len(wanted) / 2
    make([job for job in wanted if job.key == KEY], tmp_path)
    planned = plan.plan(wanted, seen, tmp_path, TODAY)
    assert plan.text(planned, codes.load(), "table", "en", why=False).count("vi en") == len(wanted) / 2 - 1
    assert "Done" not in plan.text(planned, codes.load(), "table", "en", why=False).split("\n\n")[0]
    assert "Done" in plan.text(planned, codes.load(), "table", "en", why=False, every=True)


def test_the_format_and_the_day_are_checked() -> None:
    with pytest.raises(UnknownCodeError, match="table, json"):
        plan.text([], codes.load(), "yaml", "en", why=False)
    with pytest.raises(UsageError, match="2026-13-01"):
        plan.day("2026-13-01")
    assert plan.day("2026-01-31") == dt.date(2026, 1, 31)


class TestCommand:
    def test_json_is_for_programs(self, cli: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
        done = cli("plan", "--format", "json", "--date", "2026-11-22", "--out", str(tmp_path))
        assert done.returncode == 0, done.stderr
        rows = json.loads(done.stdout)
        found = next(row for row in rows if row["key"] == KEY)
        assert (found["status"], found["due"], found["causes"]) == (
            "due", "2019-01-30", [{"code": "never", "names": []}],
        )  # fmt: skip
        again = cli("plan", "--format", "json", "--date", "2026-11-22", "--out", str(tmp_path))
        assert again.stdout == done.stdout

    def test_a_broken_catalogue_is_usage_with_its_line(
        self, cli: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
    ) -> None:
        path = tmp_path / "mine.toml"
        path.write_text('[[report]]\nid = "a"\nkind = "perod"\naudience_vi = "A"\naudience_en = "A"\n')
        done = cli("plan", "--catalogue", str(path), "--out", str(tmp_path))
        assert done.returncode == 2
        assert f"{path}, dòng 3: khóa kind:" in done.stderr
        assert f"{path}, line 3: key kind: Unknown report kind 'perod'" in done.stderr

    def test_over_two_hundred_reports_unchanged_are_planned_in_two_seconds_without_heavy_imports(
        self,
        make,  # type: ignore[no-untyped-def]
        tmp_path: Path,
    ) -> None:
        seen = survey.read(codes.default_data(), tmp_path)
        make(jobs(catalogue.read(catalogue.shipped(), codes.load()), seen, codes.load(), TODAY, out=tmp_path), tmp_path)
        script = (
            "import datetime as dt, sys; from pathlib import Path; from stats import codes;"
            "from stats.reports.production import plan;"
            "found = plan.opened(codes.default_data(), Path(sys.argv[1]), dt.date(2026, 11, 22), codes.load());"
            "print(sum(p.status == 'done' for p in found), [p.job.key for p in found if p.status in plan.TO_DO],"
            "[m for m in ('pandas', 'numpy', 'scipy', 'statsmodels', 'plotly', 'papermill') if m in sys.modules])"
        )
        took = []
        for _ in range(3):
            started = time.perf_counter()
            command = [sys.executable, "-c", script, str(tmp_path)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
            took.append(time.perf_counter() - started)
        count, rest = done.stdout.split(" ", 1)
        assert rest.strip() == "[] []"
        assert int(count) > 200
        assert min(took) < 2
