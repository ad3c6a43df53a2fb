"""The index of all reports made: one offline page a language, searched by body, period and kind.

The page holds everything it shows and fetches nothing; without script it is a plain list. It is made
from the manifests alone, so the same set of reports gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import jinja2

from stats import theme
from stats.codes import Codes
from stats.errors import LANGUAGES, fold
from stats.reports import files, resources
from stats.reports.production import manifest
from stats.reports.production.jobs import Job
from stats.reports.production.manifest import Manifest
from stats.reports.production.plan import place_name
from stats.reports.request import FORMATS, KINDS
from stats.reports.writers.faces import font_faces

NAMES = {"vi": "index.html", "en": "index_en.html"}
"""The page in each language."""

EDITION_NAMES = {"vi": "Tiếng Việt", "en": "English"}
"""Languages by their own names: each is read by those who look for it."""

_KEYS = (
    "made", "intro", "skip", "search", "hint", "found", "none", "kind", "body", "period", "documents", "status",
    "audience",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edition:
    """One report in one language: the address of each of its files, relative to the index.

    Attributes
    ----------
    lang : str
        Language of the report.
    links : tuple of tuple
        Format and address.
    status : str
        Draft; or that the last attempt failed, so that an earlier version is shown.
    """

    lang: str
    links: tuple[tuple[str, str], ...]
    status: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the index: a report in all its languages, in the words of the index.

    Attributes
    ----------
    kind, body, period, audience : str
        What, on whom, for which period, for whom.
    editions : tuple of Edition
        One a language.
    search : str
        What the search box looks in: names in both languages, without marks.
    """

    kind: str
    body: str
    period: str
    audience: str
    editions: tuple[Edition, ...]
    search: str


Made = tuple[Job, Manifest]


def write(out: Path, jobs: Iterable[Job], codes: Codes) -> list[Path]:
    """Write the index of an output folder, a page a language; pages that would not change are left alone.

    Parameters
    ----------
    out : Path
        The output folder.
    jobs : iterable of Job
        The reports of the catalogue; those with outputs in place are listed.
    codes : Codes
        Names and words.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    known = [(job, found) for job in jobs if (found := manifest.read(out, job.key)) and _there(out, found)]
    pages = []
    for lang in LANGUAGES:
        path, text = out / NAMES[lang], page(known, codes, lang)
        if not path.is_file() or path.read_bytes() != text.encode():
            files.write(path, text)
        pages.append(path)
    return pages


def _there(out: Path, found: Manifest) -> bool:
    """Tell whether a report has outputs, and none of them is gone: no link leads nowhere."""
    return bool(found.outputs) and not manifest.absent(out, found)


def lines(known: Iterable[Made], codes: Codes, lang: str) -> list[Line]:
    """Return the lines: by kind, then by body in the order of their list, the latest period first."""
    groups: dict[tuple[str, str, str], list[Made]] = {}
    for job, found in known:
        asked = job.request
        groups.setdefault((asked.kind, asked.parameters.place, asked.parameters.period), []).append((job, found))
    kinds, bodies = list(KINDS), {body.body_id: n for n, body in enumerate(codes.bodies)}
    latest = sorted(groups.values(), key=lambda made: made[0][0].closes or dt.date.min, reverse=True)
    ordered = sorted(latest, key=lambda made: _place(made[0][0], kinds, bodies))
    return [_line(made, codes, lang) for made in ordered]


def _place(job: Job, kinds: list[str], bodies: Mapping[str, int]) -> tuple[int, int]:
    return kinds.index(job.request.kind), bodies.get(job.request.parameters.place, -1)


def _line(made: Sequence[Made], codes: Codes, lang: str) -> Line:
    job = made[0][0]
    said = {one: _said(job, codes, one) for one in LANGUAGES}
    asked = job.request
    names = (asked.parameters.place, asked.parameters.period, asked.kind)
    search = fold(" ".join((*(text for texts in said.values() for text in texts), *names)))
    editions = tuple(_edition(one, found, codes, lang) for one, found in made)
    return Line(*said[lang], job.audience(lang), editions, " ".join(dict.fromkeys(search.split())))


def _edition(job: Job, found: Manifest, codes: Codes, lang: str) -> Edition:
    draft = codes.text("report.draft", lang)
    status = draft if found.status == "done" else f"{draft} ({codes.text('index.last_good', lang)})"
    return Edition(job.request.parameters.lang, tuple(_links(job, found)), status)


def _said(job: Job, codes: Codes, lang: str) -> tuple[str, str, str]:
    kind = codes.text(f"plan.kind.{job.request.kind}", lang)
    return kind, place_name(codes, job.request.parameters.place, lang), job.label(lang)


def _links(job: Job, found: Manifest) -> Iterator[tuple[str, str]]:
    """Yield format and address of a report's documents; shared assets and single charts are no documents."""
    own = {PurePosixPath(name).name: name for name in found.outputs}
    for form in FORMATS:
        if name := own.get(f"{job.key}.{form}"):
            yield form, quote(name)


def page(known: Iterable[Made], codes: Codes, lang: str) -> str:
    """Return the page.

    Parameters
    ----------
    known : iterable of tuple
        The reports with their manifests.
    codes : Codes
        The words.
    lang : str
        Language of the page.
    """
    made = list(known)
    return _template().render(
        lang=lang,
        fonts=font_faces(theme.fonts_dir()),
        t={key: codes.text(f"index.{key}", lang) for key in _KEYS},
        count=codes.text("index.count", lang).format(n=len(made)),
        lines=lines(made, codes, lang),
        names=EDITION_NAMES,
        editions=[(other, EDITION_NAMES[other], NAMES[other]) for other in LANGUAGES if other != lang],
    )


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(resources.folder(Path("reports/templates")))
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template("index.html.j2")
