"""What is known of a report that was made: one JSON file a report, beside the outputs.

The manifest is the only place with clock times, so that pages stay the same bytes. It is written
after the outputs, in one step: a run cut in between leaves the old one, and the report is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stats.reports import files
from stats.reports.production.fingerprint import ASPECTS, Fingerprint

FOLDER = "manifests"

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Print(BaseModel):
    """A fingerprint as it is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    notebook: str
    code: str
    parameters: str
    rows: str
    environment: str
    parts: dict[str, dict[str, str]] = {}

    @classmethod
    def of(cls, found: Fingerprint) -> Self:
        """Return the kept form of a fingerprint."""
        aspects = {name: getattr(found, name) for name in ASPECTS}
        return cls(**aspects, parts={name: dict(parts) for name, parts in found.parts.items()})

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint."""
        return Fingerprint(**{name: getattr(self, name) for name in ASPECTS}, parts=self.parts)


class Manifest(BaseModel):
    """One report: what it was asked for, made from, and left behind.

    Attributes
    ----------
    key : str
        Name of the report.
    parameters : dict
        What was asked, every value as text.
    tried : Print
        What the last attempt was made from.
    made : Print or None
        What the outputs in place were made from; None while there are none. A failed attempt leaves
        the outputs and this as they were.
    outputs : dict
        Path below the output folder to the SHA-256 of the file.
    status : str
        ``done`` or ``failed``, of the last attempt.
    attempts : int
        How often it was tried in the last run.
    error : str
        Why the last attempt failed; empty when it did not.
    engine : str
        What ran the notebook.
    versions : dict
        Python and packages.
    timings : dict
        Seconds by step, and the clock's start and end.
    warnings : list of str
        What the report was made with reservations about.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    parameters: dict[str, str]
    tried: Print
    made: Print | None = None
    outputs: dict[str, Digest] = {}
    status: Literal["done", "failed"]
    attempts: Annotated[int, Field(ge=1)] = 1
    error: str = ""
    engine: str = ""
    versions: dict[str, str] = {}
    timings: dict[str, float | str] = {}
    warnings: list[str] = []

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.status == "done" and (self.made is None or not self.outputs):
            raise ValueError("a report that is done has outputs")
        return self


def done(
    key: str,
    parameters: Mapping[str, str],
    found: Fingerprint,
    outputs: Mapping[str, str],
    *,
    attempts: int = 1,
    engine: str = "",
    timings: Mapping[str, float | str] | None = None,
    warnings: Sequence[str] = (),
) -> Manifest:
    """Return the manifest of a report that was made."""
    kept = Print.of(found)
    return Manifest(
        key=key, parameters=dict(parameters), tried=kept, made=kept, outputs=dict(outputs), status="done",
        attempts=attempts, engine=engine, versions=dict(found.parts.get("environment", {})),
        timings=dict(timings or {}), warnings=list(warnings),
    )  # fmt: skip


def failed(
    key: str,
    parameters: Mapping[str, str],
    found: Fingerprint,
    error: str,
    before: Manifest | None,
    *,
    attempts: int = 1,
    engine: str = "",
    timings: Mapping[str, float | str] | None = None,
) -> Manifest:
    """Return the manifest of a report that failed; the last good outputs and what they were made from stay in it."""
    return Manifest(
        key=key, parameters=dict(parameters), tried=Print.of(found), made=before.made if before else None,
        outputs=before.outputs if before else {}, status="failed", attempts=attempts, error=error, engine=engine,
        versions=dict(found.parts.get("environment", {})), timings=dict(timings or {}),
    )  # fmt: skip


def path(out: Path, key: str) -> Path:
    """Return where the manifest of a report lies."""
    return out / FOLDER / f"{key}.json"


def write(out: Path, manifest: Manifest) -> Path:
    """Write a manifest in one step.

    Raises
    ------
    OutputError
        When the folder cannot be written; the old manifest stays.
    """
    return files.write(path(out, manifest.key), manifest.model_dump_json(indent=1) + "\n")


def read(out: Path, key: str) -> Manifest | None:
    """Return the manifest of a report; None when there is none, or none that can be trusted.

    A manifest that is cut, of another form, or of another report counts as none: the report is made
    again, which is safe, while trusting it is not.
    """
    try:
        found = Manifest.model_validate_json(path(out, key).read_bytes())
    except (OSError, ValidationError):
        return None
    return found if found.key == key else None


def every(out: Path) -> list[Manifest]:
    """Return all manifests of an output folder that can be trusted, by name."""
    found = (read(out, place.stem) for place in sorted((out / FOLDER).glob("*.json")))
    return [one for one in found if one is not None]


def hashed(out: Path, paths: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of written files by their path below the output folder."""
    return {
        one.resolve().relative_to(out.resolve()).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in paths
    }


def absent(out: Path, manifest: Manifest) -> tuple[str, ...]:
    """Return the outputs that are no longer there."""
    return tuple(name for name in manifest.outputs if not (out / name).is_file())


def altered(out: Path, manifest: Manifest) -> tuple[str, ...]:
    """Return the outputs that are not the bytes that were written; those that are gone count too."""
    return tuple(
        name for name, known in manifest.outputs.items()
        if not (out / name).is_file() or hashlib.sha256((out / name).read_bytes()).hexdigest() != known
    )  # fmt: skip
