"""HTML: an executed report notebook as one offline page.

The writer only arranges the blocks of the notebook (`stats.reports.document`), whose finished HTML
it takes as it is.
"""

from __future__ import annotations

import base64
import html
import json
from functools import cache
from pathlib import Path

import jinja2

from stats import theme
from stats.reports import assets, resources
from stats.reports.document import Block, Chart, Document

_CONFIG = {"displayModeBar": False, "responsive": False, "staticPlot": False}


def write(found: Document, *, assets_mode: str = "inline", assets_href: str = "assets") -> str:
    """Return the page.

    Parameters
    ----------
    found : Document
        The document in the executed notebook.
    assets_mode : {'inline', 'shared'}
        Inline everything in one file, or refer to a folder written once (`shared_assets`).
    assets_href : str
        Where the shared folder lies, as seen from the page.

    Returns
    -------
    str
        HTML 5, with no remote script, style or font.
    """
    figures = json.dumps(found.figures, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return _template().render(
        cover=found.cover,
        sections=[(section, [_markup(block) for block in section.blocks]) for section in found.sections],
        figures=figures.replace("</", r"<\/"),
        config=json.dumps(_CONFIG),
        inline=assets_mode == "inline",
        href=assets_href,
        css=style_sheet() if assets_mode == "inline" else "",
        plotly=assets.plotly_js() if assets_mode == "inline" and found.figures else "",
    )


def shared_assets() -> dict[str, bytes]:
    """Return the files that pages of a batch share: name to bytes."""
    return {"page.css": style_sheet().encode(), "plotly.min.js": assets.plotly_js().encode()}


@cache
def style_sheet() -> str:
    """Return the page's style with the bundled font inside it, so that it needs no other file."""
    faces = []
    for file in sorted(theme.fonts_dir().glob("*.woff2")):
        weight = 700 if "700" in file.name or "bold" in file.name.lower() else 400
        subset = "vietnamese" if "vietnamese" in file.name else "latin"
        data = base64.b64encode(file.read_bytes()).decode()
        faces.append(
            f"@font-face{{font-family:'Be Vietnam Pro';font-weight:{weight};font-style:normal;font-display:block;"
            f"src:url(data:font/woff2;base64,{data}) format('woff2');unicode-range:{_RANGES[subset]}}}"
        )
    return "\n".join([*faces, theme.css()])


_RANGES = {
    "vietnamese": "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,"
    "U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,"
    "U+2190-2193,U+2212,U+2215,U+FEFF,U+FFFD",
}


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(resources.folder(Path("reports/templates")))
    # Blocks arrive as finished HTML (escaped where they were made) and are marked so in the template.
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template("page.html.j2")


def _markup(block: Block) -> str:
    return _figure(block) if isinstance(block, Chart) else block.markup


def _figure(chart: Chart) -> str:
    layout, name = chart.spec.get("layout", {}), html.escape(chart.name)
    width, height = layout.get("width", 720), layout.get("height", 420)
    return (
        f'<figure class="chart" id="chart-{name}"><div class="plot-box" tabindex="0">'
        f'<div class="plot" id="plot-{name}" role="img" aria-label="{html.escape(chart.alt)}" '
        f'style="width:{width}px;height:{height}px"></div></div>\n{chart.table.markup}</figure>'
    )
