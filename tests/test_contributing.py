"""What the pages for contributors name is there: files, folders, targets."""

from __future__ import annotations

import re

import pytest
from floors import ROOT


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_what_the_pages_for_contributors_name_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    here = (ROOT / name).parent
    for link in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", text):
        assert (here / link).exists(), link
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z-]+)`", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for path in re.findall(r"`((?:src|tests|data|packaging|notebooks|benchmarks)/[\w./-]+)`", text):
        if ".undo" not in path:
            assert (ROOT / path).exists(), path
