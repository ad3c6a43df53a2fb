"""Fingerprints: what a report was made from, so that it is made again only when that has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from stats.reports.production import reach
from stats.reports.production.jobs import Job
from stats.reports.production.reach import Program
from stats.reports.production.survey import Survey

ASPECTS = ("notebook", "code", "parameters", "rows", "environment")
"""What a report is made from, in the order causes are told."""

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Digests of what one report is made from.

    Attributes
    ----------
    notebook, code, parameters, rows, environment : str
        A hex digest each.
    parts : mapping
        Aspect to its parts (modules, tables and bodies, packages, parameters), each with its digest
        or value, so that a change can be named.
    """

    notebook: str
    code: str
    parameters: str
    rows: str
    environment: str
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a report is not what it would be now.

    Attributes
    ----------
    code : str
        An aspect of the fingerprint, or another reason (``missing``: an output is not there).
    names : tuple of str
        What changed inside it: ``discipline/ha-noi``, ``stats.rates``, ``pandas``.
    """

    code: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prints:
    """Makes the fingerprints of many reports; what they share is read once.

    Attributes
    ----------
    survey : Survey
        What the data hold.
    program : Program
        The package's modules.
    out : Path
        The output folder, where what is slow to find out is kept.
    """

    survey: Survey
    program: Program
    out: Path

    def of(self, job: Job) -> Fingerprint:
        """Return the fingerprint of a report as it would be made now."""
        request = job.request
        parts = {
            "notebook": self._notebook(request.notebook),
            "code": self.program.parts(request.notebook, request.formats),
            "parameters": parameters(job),
            "rows": self.survey.rows(request.kind, request.parameters.place),
            "environment": self._environment[bool(set(request.formats) & set(reach.DRAWN))],
        }
        return Fingerprint(**{name: self._digest(found) for name, found in parts.items()}, parts=parts)

    def _digest(self, parts: Mapping[str, str]) -> str:
        # Most reports share the very same parts of code, environment and rows.
        if id(parts) not in self._digests:
            made = reach.digest(f"{key}={value}" for key, value in sorted(parts.items()))
            self._digests[id(parts)] = (parts, made)
        return self._digests[id(parts)][1]

    def _notebook(self, path: Path) -> dict[str, str]:
        return self._notebooks.setdefault(path, {path.name: reach.file_digest(path)})

    @cached_property
    def _environment(self) -> dict[bool, dict[str, str]]:
        return {drawn: reach.environment(self.out, drawn=drawn) for drawn in (False, True)}

    @cached_property
    def _digests(self) -> dict[int, tuple[Mapping[str, str], str]]:
        return {}

    @cached_property
    def _notebooks(self) -> dict[Path, dict[str, str]]:
        return {}


def prints(survey: Survey, out: Path) -> Prints:
    """Return the maker of fingerprints for an output folder."""
    return Prints(survey, reach.program(out), out)


def parameters(job: Job) -> dict[str, str]:
    """Return what is asked of a report, every value as text."""
    request = job.request
    asked = {**request.parameters.model_dump(), "formats": list(request.formats), "assets": request.assets}
    asked["languages"] = list(request.languages)
    return {key: json.dumps(value, ensure_ascii=False) for key, value in asked.items()}


def causes(old: Fingerprint, new: Fingerprint) -> list[Cause]:
    """Return what changed from one fingerprint to another, in the order of `ASPECTS`; nothing when all is the same."""
    return [
        Cause(aspect, _changed(old.parts.get(aspect, {}), new.parts.get(aspect, {})))
        for aspect in ASPECTS
        if getattr(old, aspect) != getattr(new, aspect)
    ]


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name))
