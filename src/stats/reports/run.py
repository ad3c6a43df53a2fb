"""Rendering one report: run its notebook, write its formats, move them into place."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stats import theme
from stats.errors import MissingSystemPackageError, ReportError
from stats.reports import document, files, notebook
from stats.reports.request import Request
from stats.reports.writers import images, page
from stats.reports.writers.imprint import Imprint

Step = Callable[[str, str], None]
"""Called before each step with its name in English and Vietnamese."""

Drawn = dict[tuple[str, str], bytes]
Draw = Callable[..., Drawn]
"""`stats.reports.writers.images.draw`, or the same in another process (`stats.reports.production.drawing.at`)."""


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


def build(
    request: Request,
    *,
    step: Step = lambda _en, _vi: None,
    timeout: float = 300,
    engine: str = "kernel",
    draw: Draw = images.draw,
    assets_href: str = "",
    keep: Path | None = None,
) -> Built:
    """Render a report.

    Nothing in the output folder changes until every format is finished; each file is then moved
    into place in one step.

    Parameters
    ----------
    request : Request
        What to render.
    step : callable
        Told of each step before it begins.
    timeout : float
        Seconds one cell may take.
    engine : {'kernel', 'discipline'}
        What runs the notebook.
    draw : callable
        What draws the charts.
    assets_href : str
        Where the assets shared by many pages lie already, as seen from the page; empty: they are
        written beside it.
    keep : Path, optional
        Where the notebook is written after each cell, for a caller who may have to kill this process.

    Raises
    ------
    ReportError
        When a cell fails, runs too long, or its process dies: the partial notebook is kept beside
        as ``NAME.failed.ipynb`` and named in the message; an earlier good report is untouched.
    OutputError
        When the folder cannot be written.
    """
    with files.workspace(request.out) as place:
        partial = keep or place / "notebook.ipynb"
        step("Running the notebook", "Chạy sổ tay Jupyter")
        # Profile and caches of the shell: no one's own, and gone at the end.
        environment = {"IPYTHONDIR": str(place / "ipython")}
        try:
            executed = notebook.execute(
                request.notebook, partial, request.parameters.model_dump(), timeout=timeout, engine=engine,
                environment=environment, saved=keep is not None,
            )  # fmt: skip
        except ReportError as error:
            _keep(partial, request, error)
            raise
        found = document.read(executed)
        finished: dict[str, bytes | str] = {}
        if "html" in request.formats:
            step("Writing the page", "Lập trang HTML")
            editions = {lang: f"{stem}.html" for lang, stem in request.editions.items()}
            href = assets_href or "assets"
            finished[f"{request.name}.html"] = page.write(
                found, assets_mode=request.assets, assets_href=href, editions=editions
            )
            if request.assets == "shared" and not assets_href:
                finished |= {f"assets/{name}": data for name, data in page.shared_assets().items()}
        if "ipynb" in request.formats:
            finished[f"{request.name}.ipynb"] = notebook.dump(executed)
        drawn, missing = _drawn(request, found, step, draw)
        for form in (form for form in request.formats if form in DOCUMENTS):
            step(f"Writing the {form.upper()}", f"Lập tệp {form.upper()}")
            pictures = {name: data for (name, kind), data in drawn.items() if kind == DOCUMENTS[form]}
            finished[f"{request.name}.{form}"] = _document(form, found, pictures)
        charts = {key: data for key, data in drawn.items() if key[1] in request.formats}
        finished |= {f"{request.name}/{name}.{form}": data for (name, form), data in charts.items()}
        paths = tuple(files.write(request.out / name, data) for name, data in finished.items())
        failed(request).unlink(missing_ok=True)
    return Built(paths, missing)


DOCUMENTS = {"pdf": "svg", "docx": "png", "pptx": "png", "xlsx": ""}
"""Document format to the pictures it takes of charts; sheets draw their own."""


def _drawn(
    request: Request, found: document.Document, step: Step, draw: Draw
) -> tuple[Drawn, MissingSystemPackageError | None]:
    """Draw the charts in every form that a file or a document needs; nothing, and why, without Chromium."""
    needed = {*request.formats, *(DOCUMENTS.get(form, "") for form in request.formats)}
    forms = tuple(form for form in images.FORMATS if form in needed)
    if not forms or not found.figures:
        return {}, None
    step(f"Drawing {len(found.figures)} charts", f"Vẽ {len(found.figures)} biểu đồ")
    try:
        return draw(found.figures, forms, fonts=theme.fonts_dir(), imprints=_imprints(found)), None
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


def failed(request: Request) -> Path:
    """Return where the partial notebook of a report that failed is kept."""
    return request.out / f"{request.name}.failed.ipynb"


def _keep(partial: Path, request: Request, error: ReportError) -> None:
    """Keep what ran of a notebook, and say where."""
    if notebook.whole(partial):
        kept = files.write(failed(request), partial.read_bytes())
        error.en += f" What ran is kept in {kept}; the last good report is unchanged."
        error.vi += f" Phần đã chạy được giữ ở {kept}; báo cáo tốt gần nhất không đổi."
