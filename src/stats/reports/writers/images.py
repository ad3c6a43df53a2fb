"""Static charts: PNG and SVG of plotly figures, drawn by one Chromium for all of them."""

from __future__ import annotations

import asyncio
import logging
import re
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stats.errors import ReportError
from stats.reports import assets, chromium

FORMATS = ("png", "svg")
_RANDOM_ID = re.compile(r'(?:id="(?:top)?defs-|class="trace [a-z]+ trace)([0-9a-f]{6})[ "]')


def draw(
    figures: Mapping[str, Mapping[str, Any]], formats: Sequence[str], *, fonts: Path, scale: float = 2
) -> dict[tuple[str, str], bytes]:
    """Draw figures as images.

    Parameters
    ----------
    figures : mapping
        Name to plotly figure as plain JSON, with its width and height in the layout.
    formats : sequence of str
        Any of ``png`` and ``svg``.
    fonts : Path
        Folder of the bundled fonts, so that Vietnamese marks look alike on every machine.
    scale : float
        Pixels per unit of a PNG; 2 is sharp in print at 16 cm.

    Returns
    -------
    dict
        ``(name, format)`` to bytes. The same figure gives the same SVG bytes.

    Raises
    ------
    MissingSystemPackageError
        When there is no Chromium.
    ReportError
        When Chromium cannot draw a figure.
    """
    jobs = [(name, form) for name in figures for form in formats]
    with tempfile.TemporaryDirectory(prefix="ds-") as folder, chromium.environment(fonts, Path(folder)):
        drawn = _beside(lambda: asyncio.run(_draw(figures, jobs, scale)))
    return {job: _steady(image) if job[1] == "svg" else image for job, image in zip(jobs, drawn, strict=True)}


def _beside(work: Callable[[], list[bytes]]) -> list[bytes]:
    """Run work in a thread and wait for it, so that Ctrl-C is answered at once.

    Interrupted inside its own loop, the browser's clean-up waits for a browser that is gone.
    """
    done: list[list[bytes]] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True, name="charts")
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    if failed:
        raise failed[0]
    return done[0]


async def _draw(figures: Mapping[str, Mapping[str, Any]], jobs: Sequence[tuple[str, str]], scale: float) -> list[bytes]:
    # Imported late: only runs that draw images pay for the browser machinery.
    from kaleido import Kaleido

    logging.getLogger("choreographer").setLevel(logging.CRITICAL)
    try:
        async with Kaleido(n=1, plotlyjs=assets.plotly_js_path(), mathjax=False) as browser:
            return [await browser.calc_fig(dict(figures[name]), opts=_options(form, scale)) for name, form in jobs]
    except Exception as error:
        raise ReportError(
            f"Chromium could not draw a chart: {error}", f"Chromium không vẽ được biểu đồ: {error}"
        ) from error


def _options(form: str, scale: float) -> Any:
    return {"format": form, "scale": scale if form == "png" else 1}


def _steady(svg: bytes) -> bytes:
    # plotly.js gives every drawing random ids; numbering them makes equal figures equal bytes.
    text = svg.decode()
    for number, token in enumerate(dict.fromkeys(_RANDOM_ID.findall(text))):
        # Behind a letter or a hyphen only: the same six digits behind a # are a colour.
        text = re.sub(rf"(?<=[a-z-]){token}", f"{number:06d}", text)
    return text.encode()
