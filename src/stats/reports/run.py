"""Rendering one report: run its notebook, write its formats, move them into place."""

from __future__ import annotations

import datetime as dt
import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stats import theme
from stats.errors import MissingSystemPackageError, ReportError
from stats.reports import document, files, notebook
from stats.reports.request import Request
from stats.reports.writers import images, page
from stats.reports.writers.imprint import Imprint

Step = Callable[[str, str], None]
"""Called before each step with its name in English and Vietnamese."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a report left behind.

    Attributes
    ----------
    paths : tuple of Path
        Files written, in the order they are worth opening.
    missing : MissingSystemPackageError or None
        Why charts are missing, when Chromium is: everything else was written.
    """

    paths: tuple[Path, ...]
    missing: MissingSystemPackageError | None = None


def build(request: Request, *, step: Step = lambda _en, _vi: None, timeout: float = 300) -> Built:
    """Render a report.

    Nothing in the output folder changes until every format is finished; each file is then moved
    into place in one step.

    Raises
    ------
    ReportError
        When a cell fails, runs too long, or its process dies: the partial notebook is kept beside
        as ``NAME.failed.ipynb`` and named in the message; an earlier good report is untouched.
    OutputError
        When the folder cannot be written.
    """
    with files.workspace(request.out) as place:
        found = document.read(executed := _execute(request, place, step, timeout))
        finished: dict[str, bytes | str] = {}
        if "html" in request.formats:
            step("Writing the page", "Lập trang HTML")
            editions = {lang: f"{stem}.html" for lang, stem in request.editions.items()}
            finished[f"{request.name}.html"] = page.write(found, assets_mode=request.assets, editions=editions)
            if request.assets == "shared":
                finished |= {f"assets/{name}": data for name, data in page.shared_assets().items()}
        if "ipynb" in request.formats:
            finished[f"{request.name}.ipynb"] = notebook.dump(executed)
        drawn, missing = _drawn(request, found, step)
        for form in (form for form in request.formats if form in DOCUMENTS):
            step(f"Writing the {form.upper()}", f"Lập tệp {form.upper()}")
            pictures = {name: data for (name, kind), data in drawn.items() if kind == DOCUMENTS[form]}
            finished[f"{request.name}.{form}"] = _document(form, found, pictures)
        charts = {key: data for key, data in drawn.items() if key[1] in request.formats}
        finished |= {f"{request.name}/{name}.{form}": data for (name, form), data in charts.items()}
        paths = tuple(files.write(request.out / name, data) for name, data in finished.items())
        (request.out / f"{request.name}.failed.ipynb").unlink(missing_ok=True)
    return Built(paths, missing)


DOCUMENTS = {"pdf": "svg", "docx": "png", "pptx": "png", "xlsx": ""}
"""Document format to the pictures it takes of charts; sheets draw their own."""

Drawn = dict[tuple[str, str], bytes]


def _drawn(request: Request, found: document.Document, step: Step) -> tuple[Drawn, MissingSystemPackageError | None]:
    """Draw the charts in every form that a file or a document needs; nothing, and why, without Chromium."""
    needed = {*request.formats, *(DOCUMENTS.get(form, "") for form in request.formats)}
    forms = tuple(form for form in images.FORMATS if form in needed)
    if not forms or not found.figures:
        return {}, None
    step(f"Drawing {len(found.figures)} charts", f"Vẽ {len(found.figures)} biểu đồ")
    try:
        return images.draw(found.figures, forms, fonts=theme.fonts_dir(), imprints=_imprints(found)), None
    except MissingSystemPackageError as error:
        return {}, error


def _imprints(found: document.Document) -> dict[str, Imprint]:
    """Return what each chart file says about itself."""
    about = {key: str(found.cover[key]) for key in ("lang", "place", "period")}
    return {
        name: Imprint(
            chart.title,
            chart.alt,
            source=chart.credit,
            vintage=dt.date.fromisoformat(chart.vintage) if chart.vintage else None,
            **about,
        )
        for name, chart in found.charts.items()
    }


def _document(form: str, found: document.Document, pictures: Mapping[str, bytes]) -> bytes:
    # Each writer brings a library that takes a while to import: only those asked for are.
    writer = importlib.import_module(f"stats.reports.writers.{form}")
    return bytes(writer.write(found, pictures=pictures) if DOCUMENTS[form] else writer.write(found))


def _execute(request: Request, place: Path, step: Step, timeout: float) -> dict[str, Any]:
    partial = place / "notebook.ipynb"
    step("Running the notebook", "Chạy sổ tay Jupyter")
    try:
        return notebook.execute(
            request.notebook,
            partial,
            request.parameters.model_dump(),
            timeout=timeout,
            environment={"IPYTHONDIR": str(place / "ipython")},
        )
    except ReportError as error:
        if _whole(partial):
            kept = files.move(partial, request.out / f"{request.name}.failed.ipynb")
            error.en += f" What ran is kept in {kept}; the last good report is unchanged."
            error.vi += f" Phần đã chạy được giữ ở {kept}; báo cáo tốt gần nhất không đổi."
        raise


def _whole(partial: Path) -> bool:
    """Tell whether a partial notebook can be opened: on a full disk it is cut in the middle and worth nothing."""
    try:
        json.loads(partial.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True
