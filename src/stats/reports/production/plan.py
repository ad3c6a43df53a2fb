"""What is to be done now: every report of the catalogue with its state, and why."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.table import Table

from stats.codes import Codes
from stats.errors import UnknownCodeError, UsageError
from stats.reports.production import catalogue as catalogues
from stats.reports.production import clock, fingerprint, manifest, survey
from stats.reports.production.fingerprint import MOST_NAMED, Cause, Fingerprint
from stats.reports.production.jobs import Job, jobs
from stats.reports.production.manifest import Manifest
from stats.reports.production.survey import ALL, Survey


class Status(StrEnum):
    """Where a report stands, in the order a plan tells them."""

    FAILED = "failed"
    STALE = "stale"
    DUE = "due"
    BLOCKED = "blocked"
    EMBARGOED = "embargoed"
    UPCOMING = "upcoming"
    DONE = "done"


TO_DO = (Status.DUE, Status.STALE)
"""What ``run --due`` makes: a report that failed waits for ``run --failed`` or for a change."""

FORMATS = ("table", "json")


@dataclass(frozen=True, slots=True)
class Planned:
    """One report with its state.

    Attributes
    ----------
    job : Job
        The report.
    status : Status
        Where it stands.
    causes : tuple of Cause
        Why, where the state does not say it: what changed, what is missing.
    found : Fingerprint
        What it would be made from now; kept in its manifest once it is made.
    before : Manifest or None
        What is known of the last attempt.
    """

    job: Job
    status: Status
    causes: tuple[Cause, ...]
    found: Fingerprint
    before: Manifest | None = None


def opened(
    data: Path, out: Path, today: dt.date, codes: Codes, *, catalogue: Path | None = None, given: str = ""
) -> list[Planned]:
    """Read the catalogue and plan an output folder.

    Parameters
    ----------
    data, out : Path
        The data folder and the output folder.
    today : datetime.date
        The day planned for.
    codes : Codes
        The code lists.
    catalogue : Path, optional
        By default the project's own.
    given : str
        The data folder as the reports' parameter; empty for the project's own.

    Raises
    ------
    CatalogueError, DataError
        When the catalogue or a table is wrong; everything that is wrong is listed.
    """
    read = catalogues.read(catalogue or catalogues.shipped(), codes)
    seen = survey.read(data, out)
    return plan(jobs(read, seen, codes, today, out=out, data=given), seen, out, today)


def day(date: str) -> dt.date:
    """Return the day planned for: the one given, else today by the clock.

    Raises
    ------
    UsageError
        When the text is no date.
    """
    if not date:
        return clock.today()
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise UsageError(
            f"--date {date!r} is no date; write YYYY-MM-DD.", f"--date {date!r} không phải là ngày; viết YYYY-MM-DD."
        ) from None


def plan(asked: Iterable[Job], seen: Survey, out: Path, today: dt.date) -> list[Planned]:
    """Return where each report stands.

    Parameters
    ----------
    asked : iterable of Job
        See `stats.reports.production.jobs.jobs`.
    seen : Survey
        What the data hold.
    out : Path
        The output folder, with the manifests of what was made before.
    today : datetime.date
        The day planned for.

    Notes
    -----
    A report is due from its day on for as long as it is not made: a machine that was off for months
    makes all it missed. Only manifests that can be trusted count; planning changes no report.
    """
    prints = fingerprint.prints(seen, out)
    return [_planned(job, prints.of(job), manifest.read(out, job.key), out, today) for job in asked]


def _planned(job: Job, found: Fingerprint, before: Manifest | None, out: Path, today: dt.date) -> Planned:
    status, causes = _state(job, found, before, out, today)
    return Planned(job, status, tuple(causes), found, before)


def _state(
    job: Job, found: Fingerprint, before: Manifest | None, out: Path, today: dt.date
) -> tuple[Status, list[Cause]]:
    if job.embargo and today < job.embargo:
        return Status.EMBARGOED, [Cause("embargo", (job.embargo.isoformat(),))]
    if job.due and today < job.due and (job.lacks or before is None):
        return Status.UPCOMING, [Cause("due", (job.due.isoformat(),))]
    if job.lacks:
        return Status.BLOCKED, [Cause(job.lacks)]
    if before is None:
        unread = manifest.path(out, job.key).exists()
        return Status.DUE, [Cause("unreadable") if unread else Cause("never")]
    if before.status == "failed" and before.tried.fingerprint() == found:
        return Status.FAILED, [Cause("failed", (before.error.partition("\n")[0],))]
    if before.made is None:
        return Status.DUE, fingerprint.causes(before.tried.fingerprint(), found)
    causes = fingerprint.causes(before.made.fingerprint(), found)
    if gone := manifest.absent(out, before):
        causes.append(Cause("missing", gone))
    return (Status.STALE, causes) if causes else (Status.DONE, [])


# Shown


def text(planned: Sequence[Planned], codes: Codes, form: str, lang: str, *, why: bool, every: bool = False) -> str:
    """Return a plan for people (a table) or programs (JSON).

    Parameters
    ----------
    planned : sequence of Planned
        The plan.
    form : str
        ``table`` or ``json``.
    why : bool
        Name what changed, in the table; JSON always does.
    every : bool
        List also what is done, in the table.

    Raises
    ------
    UnknownCodeError
        For another format.
    """
    if form not in FORMATS:
        raise UnknownCodeError.from_value(("format", "định dạng"), form, FORMATS)
    if form == "json":
        return json.dumps([_plain(one) for one in planned], ensure_ascii=False, indent=1) + "\n"
    table = Table(box=None, pad_edge=False)
    heads = ("status", "report", "body", "period", "lang", "due", "audience", *(("why",) if why else ()))
    for head in heads:
        table.add_column(codes.text(f"plan.{head}", lang), overflow="fold", no_wrap=head in ("status", "lang", "due"))
    rank = {status: n for n, status in enumerate(Status)}
    shown = [one for one in planned if every or one.status is not Status.DONE]
    for one, langs in _alike(sorted(shown, key=lambda p: rank[p.status])):
        job = one.job
        cells = [
            codes.text(f"plan.{one.status}", lang), codes.text(f"plan.kind.{job.request.kind}", lang),
            place_name(codes, job.request.parameters.place, lang), job.label(lang), " ".join(langs),
            job.due.isoformat() if job.due else "–", job.audience(lang),
        ]  # fmt: skip
        table.add_row(*cells, *(["; ".join(said(cause, codes, lang) for cause in one.causes) or "–"] if why else []))
    console = Console(file=io.StringIO(), width=200 if why else 160, highlight=False, markup=False, emoji=False)
    if shown:
        console.print(table)
    written: str = console.file.getvalue()  # type: ignore[attr-defined]
    lines = [line.rstrip() for line in written.splitlines()]
    return "\n".join([*lines, *([""] if shown else []), summary(planned, codes, lang)]) + "\n"


def _alike(planned: Iterable[Planned]) -> Iterable[tuple[Planned, list[str]]]:
    """Return the reports that differ in language only as one, with their languages."""
    groups: dict[tuple[object, ...], tuple[Planned, list[str]]] = {}
    for one in planned:
        asked = one.job.request
        key = (one.job.entry, one.status, one.causes, asked.kind, asked.parameters.place, asked.parameters.period)
        groups.setdefault(key, (one, []))[1].append(asked.parameters.lang)
    return groups.values()


def summary(planned: Sequence[Planned], codes: Codes, lang: str) -> str:
    """Return how many reports stand where, in one line."""
    counts = Counter(one.status for one in planned)
    parts = [f"{codes.text(f'plan.{s}', lang).lower()} {counts[s]}" for s in Status if counts[s]]
    return codes.text("plan.summary", lang).format(n=len(planned), items=", ".join(parts) or "–")


def said(cause: Cause, codes: Codes, lang: str) -> str:
    """Return a cause in words, with the first few things it names."""
    more = len(cause.names) - MOST_NAMED
    names = ", ".join([*cause.names[:MOST_NAMED], *([f"+{more}"] if more > 0 else [])])
    words = codes.text(f"plan.why.{cause.code}", lang)
    return words.format(names=names) if "{names}" in words else words


def place_name(codes: Codes, place: str, lang: str) -> str:
    """Return the name of a report's body; words for all bodies together."""
    return codes.bodies.ids[place].name(lang) if place != ALL else codes.text("plan.together", lang)


def _plain(one: Planned) -> dict[str, object]:
    job, asked = one.job, one.job.request
    return {
        "key": job.key, "status": str(one.status), "entry": job.entry, "kind": asked.kind,
        "place": asked.parameters.place, "period": asked.parameters.period, "lang": asked.parameters.lang,
        "formats": list(asked.formats), "closes": _day(job.closes), "due": _day(job.due),
        "embargo": _day(job.embargo), "causes": [{"code": c.code, "names": list(c.names)} for c in one.causes],
    }  # fmt: skip


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
