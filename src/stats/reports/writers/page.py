"""HTML: an executed report notebook as one offline page.

The writer only arranges the blocks of the notebook (`stats.reports.document`), whose finished HTML
it takes as it is.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2

from stats import theme
from stats.reports import assets, resources
from stats.reports.document import Block, Chart, Document
from stats.reports.writers.faces import font_faces

EDITION_NAMES = {"vi": "Tiếng Việt", "en": "English"}
"""Languages by their own names: each is read by those who look for it."""

_CONFIG = {"displayModeBar": False, "responsive": False, "staticPlot": False}


def write(
    found: Document,
    *,
    assets_mode: str = "inline",
    assets_href: str = "assets",
    editions: Mapping[str, str] | None = None,
) -> str:
    """Return the page.

    Parameters
    ----------
    found : Document
        The document in the executed notebook.
    assets_mode : {'inline', 'shared'}
        Inline everything in one file, or refer to a folder written once (`shared_assets`).
    assets_href : str
        Where the shared folder lies, as seen from the page.
    editions : mapping, optional
        Language to the address of the same report in it; the page leads there.

    Returns
    -------
    str
        HTML 5, with no remote script, style or font.
    """
    figures = json.dumps(found.figures, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return _template().render(
        cover=found.cover,
        editions=[(lang, EDITION_NAMES[lang], href) for lang, href in (editions or {}).items()],
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
    return f"{font_faces(theme.fonts_dir())}\n{theme.css()}"


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
    half = " half" if width < theme.SIZES["page"].width else ""
    return (
        f'<figure class="chart{half}" id="chart-{name}"><div class="plot-box" tabindex="0">'
        f'<div class="plot" id="plot-{name}" role="img" aria-label="{html.escape(chart.alt)}" '
        f'style="width:{width}px;height:{height}px"></div></div>\n{chart.table.markup}</figure>'
    )
