"""The generated reference: Markdown pages made from the code and the data, whatever builder shows them.

`pages` gives every page by its file; ``packaging/docs/building.py`` hands them to mkdocs. Nothing of it
is kept in the repository, so that it cannot fall behind.
"""

from __future__ import annotations

from reference_pages import api, catalogues, commands, data, glossary, reports


def pages() -> dict[str, str]:
    """Return the pages of the reference by file below ``docs/``."""
    made: dict[str, str] = {}
    for module in (commands, data, catalogues, reports, glossary, api):
        made |= module.pages()
    return made
