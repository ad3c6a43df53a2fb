"""The code blocks of a Markdown page, and the commands of a shell block."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

FENCE = re.compile(
    r"^(?P<pad>[ ]*)(?P<mark>`{3,}|~{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=pad)(?P=mark)[ ]*$",
    flags=re.DOTALL | re.MULTILINE,
)
SHELL = frozenset("|&;<>$*?~(){}`")
"""Signs that only a shell understands."""


@dataclass(frozen=True)
class Block:
    """A code block: what its fence says, what it holds, where it stands."""

    info: str
    text: str
    line: int

    @property
    def language(self) -> str:
        """First word of the fence."""
        return self.info.split()[0] if self.info else ""

    @property
    def kind(self) -> str:
        """What the fence says beyond the language: compile, setup, long, output, exit=N."""
        return " ".join(self.info.split()[1:])


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page in order."""
    return [
        Block(found["info"].strip(), dedent(found["body"]), text.count("\n", 0, found.start()) + 1)
        for found in FENCE.finditer(text)
    ]


def pages(root: Path) -> list[Path]:
    """Return every page that is written by hand."""
    return [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a shell block: one a line, a line that ends in a backslash goes on."""
    if "<<" in text:
        yield text
        return
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip() and not line.strip().startswith("#"):
            yield line.strip()


def arguments(command: str) -> list[str] | None:
    """Return what is given to the program when a command is nothing but a call of it; else None."""
    quoted = re.sub(r"'[^']*'|\"[^\"$`]*\"", "", command.split(" #")[0])
    if SHELL & set(quoted) or "\n" in command:
        return None
    words = shlex.split(command, comments=True)
    return words[1:] if words and words[0] in (".venv/bin/discipline-stats", "discipline-stats") else None
