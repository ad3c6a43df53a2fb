"""Where the project's own files lie: in the checkout, else in the copy inside the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def checkout() -> Path | None:
    """Return the checkout the package runs from, or None when it is installed from a wheel."""
    root = _PACKAGE.parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "notebooks" / "report").is_dir() else None


def folder(relative: Path) -> Path:
    """Return a project folder (``data``, ``notebooks/report``, ``reports/templates``)."""
    root = checkout()
    return root / relative if root else _PACKAGE / "_embedded" / relative


def output_folder() -> Path:
    """Return where outputs go by default: the checkout's ``reports/output``, else the working folder's."""
    root = checkout()
    return (root or Path.cwd()) / "reports" / "output"
