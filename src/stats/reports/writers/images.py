"""Static charts: PNG, SVG and PDF of plotly figures, drawn in one browser tab for all of them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from stats.errors import ReportError
from stats.reports import assets
from stats.reports.browser import Browser
from stats.reports.writers import imprint
from stats.reports.writers.faces import font_faces
from stats.reports.writers.imprint import Imprint

FORMATS = ("png", "svg")

_ROOT = re.compile(r"^<svg[^>]*>")

# plotly.js gives every drawing random ids: from the same random numbers each time, equal figures are
# equal bytes. `Plotly.toImage` draws everything twice and takes over twice as long, for the same SVG
# (tests/reports/test_images.py compares them). A picture made from an SVG sees no font of the page
# it is made on, so the fonts go into it.
_SCRIPT = """
window.chart = {
  svg: async figure => {
    let state = 1;
    Math.random = () => (state = state * 16807 % 2147483647) / 2147483647;
    const sheet = document.body.appendChild(document.createElement('div'));
    try {
      await Plotly.newPlot(sheet, figure.data, figure.layout, {staticPlot: true});
      return Plotly.Snapshot.toSVG(sheet, 'svg', 1);
    } finally { Plotly.purge(sheet); sheet.remove(); }
  },
  png: async (svg, width, height, scale) => {
    const lettered = svg.replace('>', '><style>' + document.getElementById('faces').textContent + '</style>');
    const address = URL.createObjectURL(new Blob([lettered], {type: 'image/svg+xml'}));
    try {
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      const context = canvas.getContext('2d', {willReadFrequently: true});
      if (context) context.drawImage(image, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL('image/png').split(',')[1] || '';
    } finally { URL.revokeObjectURL(address); }
  },
  paper: (svg, title, lang) => {
    document.title = title;
    document.documentElement.lang = lang;
    document.body.innerHTML = svg.replaceAll("'Be Vietnam Pro'", "'Whole'");
  }
};
"""


class Studio:
    """A browser tab with plotly.js and the bundled font loaded once: figures in, images out.

    Parameters
    ----------
    fonts : Path
        Folder of the bundled fonts, so that Vietnamese marks look alike on every machine.
    limit : float
        Seconds that one drawing may take.

    Raises
    ------
    MissingSystemPackageError
        When there is no Chromium.
    ReportError
        When Chromium cannot draw, ends, or does not answer in time.
    """

    def __init__(self, fonts: Path, *, limit: float = 60) -> None:
        self._fonts = fonts
        self._whole = False
        self._browser = Browser(limit=limit)

    def __enter__(self) -> Self:
        self._browser.__enter__()
        try:
            self._furnish()
        except BaseException:
            self._browser.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._browser.close()

    @property
    def pid(self) -> int:
        """Process id of the browser."""
        return self._browser.pid

    def _furnish(self) -> None:
        rules = "html,body{margin:0}body>svg{display:block}"
        head = f'<style id="faces">{font_faces(self._fonts)}</style><style>{rules}</style>'
        self._load(f"document.head.innerHTML = {json.dumps(head)}")
        run = self._browser.evaluate
        run(f"{assets.plotly_js_path().read_text(encoding='utf-8')}\n;0")
        run(f"{_SCRIPT};0")

    def _load(self, statement: str) -> None:
        """Run a statement that names fonts, and wait for all of them."""
        # What is measured before a font is there is measured in another one: ask for all of them now.
        loaded = self._browser.evaluate(
            f"{statement}; Promise.all([...document.fonts].map(face => face.load())).then(faces => faces.length)"
        )
        if not loaded:
            raise ReportError(
                f"The bundled fonts in {self._fonts} could not be loaded.",
                f"Không nạp được phông chữ kèm theo trong {self._fonts}.",
            )

    def svg(self, figure: Mapping[str, Any]) -> str:
        """Return a figure as SVG; the same figure gives the same text.

        Parameters
        ----------
        figure : mapping
            A plotly figure as plain JSON, with its width and height in the layout.
        """
        drawn = str(self._browser.evaluate(f"chart.svg({json.dumps(figure)})"))
        # The order of the attributes of the root is an accident of what was drawn before.
        width, height = (f"{figure['layout'][side]:g}" for side in ("width", "height"))
        return _ROOT.sub(
            '<svg class="main-svg" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
            drawn,
        )

    def png(self, svg: str, width: float, height: float, scale: float) -> bytes:
        """Return a drawing as PNG of `width` x `height`, times `scale`, pixels."""
        data = self._browser.evaluate(f"chart.png({json.dumps(svg)}, {width}, {height}, {scale})")
        if not data:
            raise ReportError(
                f"A chart of {width:g} x {height:g} pixels is too large for a PNG; write it as SVG or PDF.",
                f"Biểu đồ cỡ {width:g} x {height:g} điểm ảnh quá lớn cho tệp PNG; hãy xuất SVG hoặc PDF.",
            )
        return base64.b64decode(data)

    def pdf(self, svg: str, width: float, height: float, *, title: str, lang: str) -> bytes:
        """Return a drawing as PDF: one page of its size, fonts embedded, text as text, tagged."""
        if not self._whole:
            self._load(f"document.head.insertAdjacentHTML('beforeend', {json.dumps(_whole(self._fonts))})")
            self._whole = True
        self._browser.evaluate(f"chart.paper({json.dumps(svg)}, {json.dumps(title)}, {json.dumps(lang)})")
        margins = dict.fromkeys(("marginTop", "marginBottom", "marginLeft", "marginRight"), 0)
        made = self._browser.call(
            "Page.printToPDF",
            paperWidth=width / 96,
            paperHeight=height / 96,
            pageRanges="1",
            printBackground=True,
            generateTaggedPDF=True,
            **margins,
        )
        self._browser.evaluate("chart.paper('', '', '')")
        return base64.b64decode(made["data"])


def _whole(fonts: Path) -> str:
    """Return the font unsplit: in a PDF a word in two parts of a font is two words to a reader's search."""
    faces = []
    for weight, file in ((400, "BeVietnamPro-Regular.ttf"), (700, "BeVietnamPro-Bold.ttf")):
        data = base64.b64encode((fonts / file).read_bytes()).decode()
        faces.append(f"@font-face{{font-family:'Whole';font-weight:{weight};src:url(data:font/ttf;base64,{data})}}")
    return f"<style>{''.join(faces)}</style>"


def draw(
    figures: Mapping[str, Mapping[str, Any]],
    formats: Sequence[str],
    *,
    fonts: Path,
    scale: float = 2,
    imprints: Mapping[str, Imprint] | None = None,
) -> dict[tuple[str, str], bytes]:
    """Draw figures as images.

    Parameters
    ----------
    figures : mapping
        Name to plotly figure as plain JSON, with its width and height in the layout.
    formats : sequence of str
        Any of ``png``, ``svg`` and ``pdf``; ``png@1`` and the like set the scale of one.
    fonts : Path
        Folder of the bundled fonts, so that Vietnamese marks look alike on every machine.
    scale : float
        Pixels per unit of a PNG; 2 is sharp in print at 16 cm.
    imprints : mapping, optional
        Name to what the file says about itself; by default title and alternative text of the figure.

    Returns
    -------
    dict
        ``(name, format)`` to bytes. The same figure gives the same bytes.

    Raises
    ------
    MissingSystemPackageError
        When there is no Chromium.
    ReportError
        When Chromium cannot draw a figure, ends, or does not answer in time.
    """
    with Studio(fonts) as studio:
        return draw_in(studio, figures, formats, scale=scale, imprints=imprints)


def draw_in(
    studio: Studio,
    figures: Mapping[str, Mapping[str, Any]],
    formats: Sequence[str],
    *,
    scale: float = 2,
    imprints: Mapping[str, Imprint] | None = None,
) -> dict[tuple[str, str], bytes]:
    """Draw figures in an open tab; see `draw`. What was drawn in it before makes no difference."""
    done: dict[tuple[str, str], bytes] = {}
    for name, figure in figures.items():
        width, height = figure["layout"]["width"], figure["layout"]["height"]
        said = (imprints or {}).get(name) or Imprint.of_figure(figure)
        svg = imprint.into_svg(studio.svg(figure), said, name)
        for form in formats:
            kind, _, times = form.partition("@")
            if kind == "svg":
                done[name, form] = svg.encode()
            elif kind == "pdf":
                pdf = studio.pdf(svg, width, height, title=said.title or name, lang=said.lang)
                done[name, form] = imprint.into_pdf(pdf, said)
            else:
                png = studio.png(svg, width, height, float(times or scale))
                done[name, form] = imprint.into_png(png, said, float(times or scale))
    return done
