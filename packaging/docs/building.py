"""What mkdocs is given beyond its configuration: the generated reference, and the language of a page."""

from __future__ import annotations

from typing import Any

import reference_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from reference_pages import api
from reference_pages.floors import ROOT

OVERVIEW = "reference/api/index.md"
NAMELESS = 'data-md-component="search" role="dialog"'
FONTS = ROOT / "src" / "stats" / "fonts"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the modules into the navigation, below their overview."""
    _below(config.nav or [])
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the generated pages, and the letters of the package."""
    for place, text in reference_pages.pages().items():
        files.append(File.generated(config, place, content=text))
    for font in sorted(FONTS.glob("*.woff2")):
        files.append(File.generated(config, f"assets/{font.name}", abs_src_path=str(font)))
    return files


def on_page_context(context: dict[str, Any], *, page: Page, config: MkDocsConfig, nav: Any) -> dict[str, Any]:
    """Give a page the language its front matter names: ``lang`` on the page, and the words around it."""
    del nav
    config.theme["language"] = page.meta.get("lang", "en")
    return context


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:
    """Name the search field for those who hear the page: the theme gives its dialog no name."""
    del config
    name = "Tìm kiếm" if page.meta.get("lang") == "vi" else "Search"
    return output.replace(NAMELESS, f'{NAMELESS} aria-label="{name}"')


def _below(entries: list[Any]) -> None:
    """Find the overview of the functions and list the modules by floor after it."""
    for entry in entries:
        (inside,) = entry.values() if isinstance(entry, dict) else (entry,)
        if isinstance(inside, list):
            if any(isinstance(one, dict) and OVERVIEW in one.values() for one in inside):
                inside.extend(one for one in api.navigation() if one not in inside)
            else:
                _below(inside)
