"""Markdown written by program: tables, anchors, code, and words marked as Vietnamese."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(r"(``.+?``|`[^`\n]+`)", flags=re.DOTALL)


def heading(level: int, title: str, anchor: str) -> str:
    """Return a heading with an anchor of its own, which does not change with the title."""
    return f"\n{'#' * level} {title} {{ #{anchor} }}\n"


def code(text: object) -> str:
    """Return text as code; nothing where there is none."""
    return f"`{text}`" if str(text) else ""


def anchored(id_: str) -> str:
    """Return an id as code, at which links can point."""
    return f'<span id="{id_}">`{id_}`</span>'


def vi(text: str) -> str:
    """Return Vietnamese words, marked as such for readers and screen readers."""
    return f'<span lang="vi">{html.escape(text, quote=False)}</span>' if text else ""


def plain(text: str) -> str:
    """Return prose whose signs outside of code mean only themselves."""
    parts = _CODE.split(text)
    return "".join(part if n % 2 else html.escape(part, quote=False) for n, part in enumerate(parts))


def link(title: str, target: str) -> str:
    """Return a link."""
    return f"[{title}]({target})"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar inside a cell (code keeps its own) does not end it, and a line end becomes a space.

    A column that is empty in every row is left out. No rows give no table.
    """
    cells = [[" ".join(_whole(cell).split()) for cell in row] for row in rows]
    keep = [n for n, _ in enumerate(heads) if any(row[n] for row in cells)]
    if not keep:
        return ""
    lines = [[heads[n] for n in keep], ["---"] * len(keep), *([row[n] for n in keep] for row in cells)]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _whole(cell: str) -> str:
    parts = _CODE.split(cell)
    return "".join(part if n % 2 else part.replace("|", "&#124;") for n, part in enumerate(parts))
