"""What the LibreOffice tests share: documents made without a kernel, and LibreOffice itself.

These tests run by `make test-office` only: their files bear names that a plain run of pytest does not collect.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

document_of = runpy.run_path(str(ROOT / "tests" / "documents" / "conftest.py"))["document_of"]


@pytest.fixture(scope="session")
def soffice() -> str:
    """The LibreOffice program; without it these tests fail, since a skip would look like a pass."""
    found = os.environ.get("SOFFICE") or shutil.which("soffice")
    if not found:
        pytest.fail("LibreOffice is missing. Install it: apt-get install libreoffice-writer")
    return found


@pytest.fixture(scope="session")
def pdftotext() -> str:
    """The program that reads the words of a page with their places; see `soffice`."""
    found = shutil.which("pdftotext")
    if not found:
        pytest.fail("pdftotext is missing. Install it: apt-get install poppler-utils")
    return found


@pytest.fixture(scope="session")
def to_pdf(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str], Path]:
    """Convert a document with LibreOffice: ``to_pdf(data, "letter.docx")`` gives the PDF."""

    def convert(data: bytes, name: str) -> Path:
        folder = tmp_path_factory.mktemp("office")
        (folder / name).write_bytes(data)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [soffice, "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(folder / name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        made = (folder / name).with_suffix(".pdf")
        assert made.exists(), done.stderr
        return made

    return convert
