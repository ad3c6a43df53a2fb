"""HTML: an executed report notebook as one offline page.

Report notebooks emit each block with a ``stats`` entry in its output metadata (see
`stats.sections.blocks`); this writer only arranges those blocks. It adds no number and no sentence
of its own, so the page says what the notebook says.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from stats import theme
from stats.reports import assets, resources

PLOTLY = "application/vnd.plotly.v1+json"
_CONFIG = {"displayModeBar": False, "responsive": False, "staticPlot": False}


@dataclass(frozen=True, slots=True)
class PlacedSection:
    """A section of the page: its anchor, its heading, and its blocks as HTML."""

    id: str
    title: str
    blocks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Content:
    """What a notebook holds for its page.

    Attributes
    ----------
    cover : dict
        Title, subtitle, language, date line and marks, as the notebook's cover block gives them.
    sections : list of PlacedSection
        In the order of the notebook.
    figures : dict
        Chart name to plotly figure as plain JSON; also what the static images are drawn from.
    alts : dict
        Chart name to alternative text.
    """

    cover: dict[str, Any]
    sections: list[PlacedSection]
    figures: dict[str, dict[str, Any]]
    alts: dict[str, str]


def content(notebook: Mapping[str, Any]) -> Content:
    """Collect the blocks of an executed notebook.

    Raises
    ------
    ValueError
        When the notebook has no cover block: it is no report notebook.
    """
    cover: dict[str, Any] = {}
    sections: dict[str, PlacedSection] = {}
    figures: dict[str, dict[str, Any]] = {}
    alts: dict[str, str] = {}
    for data, mark in _blocks(notebook):
        if mark["block"] == "cover":
            cover = mark
            continue
        section = sections.setdefault(mark["section"], PlacedSection(mark["section"], mark["title"]))
        if mark["block"] == "chart":
            name = mark["name"]
            figures[name], alts[name] = data[PLOTLY], mark["alt"]
            section.blocks.append(_figure(name, mark["alt"], data[PLOTLY]))
        else:
            section.blocks.append(_text(data["text/html"]))
    if not cover:
        raise ValueError("the notebook shows no cover block")
    return Content(cover, list(sections.values()), figures, alts)


def write(found: Content, *, assets_mode: str = "inline", assets_href: str = "assets") -> str:
    """Return the page.

    Parameters
    ----------
    found : Content
        See `content`.
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
        sections=found.sections,
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


def _blocks(notebook: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            mark = output.get("metadata", {}).get("stats")
            if mark:
                yield output["data"], mark


def _figure(name: str, alt: str, figure: Mapping[str, Any]) -> str:
    layout = figure.get("layout", {})
    width, height = layout.get("width", 720), layout.get("height", 420)
    return (
        f'<figure class="chart" id="chart-{html.escape(name)}" tabindex="0">'
        f'<div class="plot" id="plot-{html.escape(name)}" role="img" aria-label="{html.escape(alt)}" '
        f'style="width:{width}px;height:{height}px"></div></figure>'
    )


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)
