"""What came of a run: the table at its end, and the manifest of the run beside its log."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import platform
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from stats.codes import Codes
from stats.errors import ExitCode, MissingSystemPackageError
from stats.reports.production.plan import Planned, Status
from stats.reports.production.pool import Outcome

_LONGEST = 160

_ROWS = {
    Status.DONE: "unchanged", Status.DUE: "unasked", Status.STALE: "unasked", Status.FAILED: "failed_before",
    Status.BLOCKED: "blocked", Status.EMBARGOED: "later", Status.UPCOMING: "later",
}  # fmt: skip
"""State of a report that was not asked for, to the line of the table that counts it."""

ORDER = ("made", "unchanged", "failed", "failed_before", "unasked", "blocked", "later")


@dataclass(frozen=True)
class Summary:
    """What came of a run.

    Attributes
    ----------
    planned : sequence of Planned
        The plan.
    outcomes : sequence of Outcome
        What came of the reports that were asked for; those a stopped run did not reach are missing.
    """

    planned: Sequence[Planned]
    outcomes: Sequence[Outcome]

    @property
    def failed(self) -> list[Outcome]:
        """The reports that failed."""
        return [one for one in self.outcomes if one.error is not None]

    @property
    def missing(self) -> MissingSystemPackageError | None:
        """Why some reports lack their pictures."""
        return next((one.missing for one in self.outcomes if one.missing), None)

    @property
    def code(self) -> ExitCode:
        """What the run returns to the shell."""
        if self.failed:
            return ExitCode.REPORTS_FAILED
        return ExitCode.ENVIRONMENT if self.missing else ExitCode.DONE

    def counts(self) -> dict[str, int]:
        """Return how many reports ended how."""
        ended = {one.key for one in self.outcomes}
        others = Counter(_ROWS[one.status] for one in self.planned if one.job.key not in ended)
        made = len(self.outcomes) - len(self.failed)
        found = {**others, "made": made, "failed": len(self.failed)}
        return {name: found.get(name, 0) for name in ORDER}


def table(found: Summary, codes: Codes, lang: str) -> str:
    """Return the table: how many reports ended how, and why each that failed did."""
    counted = Table(box=None, pad_edge=False)
    counted.add_column(codes.text("run.result", lang))
    counted.add_column(codes.text("run.count", lang), justify="right")
    for name, count in found.counts().items():
        if count or name == "made":
            counted.add_row(codes.text(f"run.{name}", lang), str(count))
    shown = [counted]
    if found.failed:
        reasons = Table(box=None, pad_edge=False)
        reasons.add_column(codes.text("run.report", lang), no_wrap=True)
        reasons.add_column(codes.text("run.reason", lang), no_wrap=True)
        for one in found.failed:
            reasons.add_row(one.key, reason(one, lang))
        shown.append(reasons)
    console = Console(file=io.StringIO(), width=240, highlight=False, markup=False, emoji=False)
    for part in shown:
        console.print(part)
        console.print()
    written: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in written.splitlines()).strip("\n") + "\n"


def reason(outcome: Outcome, lang: str) -> str:
    """Return why a report failed, in one line."""
    said = outcome.error.text(lang) if outcome.error else ""
    first = " ".join(said.split("\n")[0].split())
    return first if len(first) <= _LONGEST else first[: _LONGEST - 1] + "…"


def machine() -> dict[str, Any]:
    """Return what the reports were made on."""
    return {
        "host": socket.gethostname(),
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory_mb": psutil.virtual_memory().total >> 20,
    }


def versions() -> dict[str, str]:
    """Return the versions of Python, of this program and of what runs notebooks."""
    packages = ("discipline-stats", "papermill", "nbclient", "ipykernel", "pandas", "plotly")
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # A checkout that is not installed has no version of its own.
    return found


def manifest(found: Summary, facts: Mapping[str, Any]) -> str:
    """Return the manifest of a run as JSON.

    Parameters
    ----------
    found : Summary
        What came of it.
    facts : mapping
        What it was: when, what was asked, the hashes of catalogue and data.
    """
    warned = {one.key: one.missing.en for one in found.outcomes if one.missing}
    content = {
        **facts,
        "counts": found.counts(),
        "made": sorted(one.key for one in found.outcomes if one.error is None),
        "failed": {one.key: reason(one, "en") for one in sorted(found.failed, key=lambda one: one.key)},
        "seconds_by_report": {one.key: one.seconds for one in sorted(found.outcomes, key=lambda one: one.key)},
        "warnings": dict(sorted(warned.items())),
        "machine": machine(),
        "versions": versions(),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
